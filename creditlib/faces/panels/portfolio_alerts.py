"""The portfolio panel, its alerts: what needs a person, by weight, and how many there would be by other days of overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.panels.blocks import Block, button, buttons, column, form, row, section, table, text
from creditlib.faces.wording import say, sayer
from creditlib.flows.alert_rows import OVERDUE_VALUES
from creditlib.flows.alerts import Alert, title
from creditlib.flows.portfolio_slice import Slice

if TYPE_CHECKING:
    from creditlib.faces.panels.portfolio import PortfolioModel

_say = sayer("panel_portfolio")

_TALL: Final = 620  # pixels after which a list scrolls


def tried(model: PortfolioModel, now: Slice) -> Block:
    """Return the policy values behind overdue that holds, and the alerts by kind, today's and those of the values tried."""
    lang, moved, part = model.lang, model.tried(), model.part()
    heads = [column(_say("kind", lang)), column(say("panel.word.base", lang), align="right")]
    heads += [column(say("panel.word.scenario", lang), align="right", tone="strong"), column(say("panel.word.change", lang), align="right")] if moved else []  # fmt: skip
    kinds = list(dict.fromkeys([*now.alerts.counts, *part.alerts.counts]))
    chosen = model.get("kind")
    rows = [
        row(_kind(kind, now, part, bool(moved), lang), id=kind, tone="chosen" if kind == chosen else "")
        for kind in kinds
    ]
    count = (len(now.alerts), len(part.alerts))
    rows.append(row([_say("sum", lang), *_pair(*count, bool(moved))], tone="total", id="sum"))
    drafts = [
        button("rows", _say("rows", lang), download=True, disabled=not moved, title=_say("rows_title", lang)),
    ]
    blocks = [
        form("policy", [model.control(name) for name in OVERDUE_VALUES]), section("kinds_list", [table("kinds", _say("kinds", lang), heads, rows)]),
        buttons("draft", drafts, note=_say("rows_note" if moved else "rows_none", lang)),
    ]  # fmt: skip
    return section("policy", blocks, title=_say("policy", lang), sub=_say("policy_sub", lang), grow=0.75, live=True)


def _kind(kind: str, now: Slice, part: Slice, moved: bool, lang: Lang) -> list[Any]:
    count = [sum(one.alerts.counts.get(kind, (0, 0))) for one in (now, part)]
    return [{"text": title(kind, lang), "act": "kind", "value": kind}, *_pair(count[0], count[1], moved)]


def _pair(base: int, other: int, moved: bool) -> list[str]:
    return [f"{base:,}", f"{other:,}", f"{other - base:+,}" if other != base else "0"] if moved else [f"{base:,}"]


def told(model: PortfolioModel) -> Block:
    """Return the alerts in order of weight, as many as were asked for."""
    lang, kind, part = model.lang, model.get("kind"), model.part()
    found = part.alerts if kind == "*" else part.alerts.of_kind(kind)
    shown = found.page(0, model.get("shown"))
    heads = [
        column(_say("alert", lang), width="17%"), column(_say("filter.customer", lang), width="21%"), column(_say("amount", lang), align="right"),
        column(_say("what", lang)),
    ]  # fmt: skip
    rows = [row(_cells(alert, part, lang)) for alert in shown]
    heading = _say("alerts_title" if found.must_act else "alerts_none", lang, must=f"{found.must_act:,}", notes=f"{len(found) - found.must_act:,}")  # fmt: skip
    blocks: list[Block] = [form("kind", [model.control("kind")], inline=True)]
    if rows:
        blocks.append(table("alerts", heading, heads, rows, tall=_TALL))
    else:
        blocks.append(text("none", [_say("alerts_clean", lang)], tone="muted"))
    left = len(found) - len(shown)
    if left:
        blocks.append(
            buttons("more", [button("more", _say("more", lang))], note=say("panel.word.more", lang, count=f"{left:,}"))
        )
    return section("alerts", blocks, title=heading, sub=_say("alerts_sub", lang), grow=1.9)


def _cells(alert: Alert, part: Slice, lang: Lang) -> list[Any]:
    must = alert.severity == "must_act"
    mark = {
        "text": f"{'▲' if must else '·'} {alert.title(lang)}",
        "tone": "act" if must else "muted",
        "title": _policy(alert),
    }
    who: Any = f"{alert.customer}  {alert.name}".strip()
    here = [one for one in alert.about if one in part.portfolio.places]
    if here:
        who = {"text": who, "act": "group" if alert.members else "documents", "value": alert.customer}
    amount = (
        "–"
        if alert.amount_minor is None
        else f"{money.text(alert.amount_minor, alert.currency or '')} {alert.currency}"
    )
    where = f" [{alert.where}]" if alert.where else ""
    return [mark, who, amount, {"text": alert.text(lang) + where, "tone": "words"}]


def _policy(alert: Alert) -> str:
    return ", ".join(f"{name} = {value}" for name, value in alert.policy)
