"""The portfolio panel, its figures: the finding in a sentence, aging, month ends, DSO, and where what is open sits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from creditlib.errors import Lang
from creditlib.faces.charts.common import Bar, Point, bars, months
from creditlib.faces.charts.look import COSTS, NOT_DUE, late_color
from creditlib.faces.charts.portfolio import Month
from creditlib.faces.charts.portfolio import opened as opened_chart
from creditlib.faces.panels.blocks import (
    Block,
    chart,
    column,
    decision,
    fold,
    form,
    kpi,
    kpis,
    legend,
    row,
    section,
    table,
    text,
)
from creditlib.faces.scale import Scale
from creditlib.faces.wording import bucket_label, say, sayer
from creditlib.flows.closing import DsoLine
from creditlib.flows.portfolio_slice import Share, Slice
from creditlib.formulas import overdue_share
from creditlib.measures.aging import UNAPPLIED

if TYPE_CHECKING:
    from creditlib.faces.panels.portfolio import PortfolioModel

_say = sayer("panel_portfolio")

_ROWS: Final = 10  # parts listed: a list a person can read; the note counts the others


def decided(model: PortfolioModel, part: Slice, scale: Scale) -> Block:
    """Return what was found in a sentence, why, and the key figures."""
    lang, line = scale.lang, part.aging
    about = model.about()
    told = {
        "about": f"{about}{'：' if lang == 'zh' else ': '}" if about else "", "open": scale.text(line["total_minor"]), "unit": scale.unit,
        "share": _share(part), "late": scale.text(line["overdue_minor"]), "must": f"{part.alerts.must_act:,}",
    }  # fmt: skip
    key = "verdict_none" if not line["items"] else "verdict_act" if part.alerts.must_act else "verdict"
    head = decision("verdict", _say(key, lang, **told), _why(part, scale), act=bool(part.alerts.must_act))
    return section("decision", [head, _key_figures(part, scale)])


def _share(part: Slice) -> str:
    return f"{overdue_share(part.aging['overdue_minor'], part.aging['total_minor']):.1%}"


def _why(part: Slice, scale: Scale) -> str:
    lang, told = scale.lang, []
    worst = part.overdue_top().slice(0, 1).to_pylist()
    if worst:
        first = worst[0]
        name = first["name"] or first["customer"]
        share = f"{overdue_share(first['overdue_minor'], part.aging['overdue_minor']):.0%}"
        told.append(_say("why_worst", lang, name=name, late=scale.text(first["overdue_minor"]), share=share))
    before = part.trend[-2] if len(part.trend) > 1 else None
    if before is not None:
        change = part.aging["overdue_minor"] - before.overdue_minor
        key = "why_more" if change > 0 else "why_less" if change < 0 else "why_same"
        told.append(_say(key, lang, change=scale.text(abs(change)), unit=scale.unit, on=before.on))
    others = [name for name in part.portfolio.currencies if name != part.currency]
    if others:
        told.append(
            _say("why_currency", lang, currency=part.currency, others=("、" if lang == "zh" else ", ").join(others))
        )
    return ("" if lang == "zh" else " ").join(told)


def _key_figures(part: Slice, scale: Scale) -> Block:
    lang, line, days = scale.lang, part.aging, part.dso_now
    top, index = part.measures
    largest = _say("kpi.largest", lang, count=len(part.concentration) or part.sums.ground.values["concentration.top"])
    items = [
        kpi("open", _say("kpi.open", lang), scale.text(line["total_minor"]), scale.unit, _say("kpi.items", lang, items=f"{line['items']:,}", customers=f"{part.customers:,}")),
        kpi("overdue", _say("kpi.overdue", lang), scale.text(line["overdue_minor"]), scale.unit, _say("kpi.late", lang, share=_share(part), customers=f"{part.late_customers:,}")),
        kpi("dso", _say("kpi.dso", lang, method=_method(days.method, lang)), _days(days.days, days.at_least), say("panel.word.days", lang) if days.days is not None else "", _dso_note(days, lang)),
        kpi("top", largest, "–" if top.value is None else f"{top.value:.1%}", note="" if index.value is None else _say("kpi.index", lang, index=f"{index.value:.3f}")),
        kpi("alerts", _say("kpi.alerts", lang), f"{part.alerts.must_act:,}", note=_say("kpi.notes", lang, count=f"{len(part.alerts) - part.alerts.must_act:,}")),
    ]  # fmt: skip
    return kpis("figures", items)


def _method(method: str, lang: Lang) -> str:
    return say(f"workbook.method_name.{method}", lang)


def _days(days: float | None, at_least: bool = False) -> str:
    return "–" if days is None else f"{'≥ ' if at_least else ''}{days:.1f}"


def _dso_note(line: DsoLine, lang: Lang) -> str:
    if line.days is None:
        return line.why[lang == "zh"]
    return "" if line.previous is None else _say("kpi.before", lang, days=_days(line.previous))


def aging(part: Slice, scale: Scale) -> Block:
    """Return what is open by bucket, a mark where last month's stood."""
    lang, line, before = scale.lang, part.aging, part.previous_buckets
    late = [key for key in part.buckets if key != "not_due"]
    shown = [*part.buckets, *([UNAPPLIED] if line[UNAPPLIED] or before.get(UNAPPLIED) else [])]
    items = [
        Bar(bucket_label(key, lang), max(scale.value(line[key]), 0.0), scale.text(line[key]) if line[key] else "–",
            late_color(late.index(key), len(late)) if key in late else NOT_DUE, max(scale.value(before[key]), 0.0) if before else None)
        for key in shown
    ]  # fmt: skip
    sub = _say("aging_sub" if before else "aging_sub_now", lang, open=scale.text(line["total_minor"]), unit=scale.unit)
    key = "aging_none" if not line["items"] else "aging_title" if line["overdue_minor"] else "aging_clean"
    title = _say(key, lang, late=scale.text(line["overdue_minor"]), unit=scale.unit, share=_share(part))
    return section("aging", [chart("aging", bars(items, before=_say("before", lang)))], title=title, sub=sub)


def opened(part: Slice, scale: Scale) -> Block:
    """Return open and overdue at the month ends gone by."""
    lang, points = scale.lang, part.trend
    if len(points) < 2:
        return _untold("opened", _say("opened", lang), _say("opened_none", lang))
    shown = [
        Month(p.on, scale.value(p.open_minor), scale.value(p.overdue_minor),
              _say("month", lang, open=scale.text(p.open_minor), late=scale.text(p.overdue_minor), share=f"{p.overdue_share:.1%}"), f"{p.overdue_share:.0%}")
        for p in points
    ]  # fmt: skip
    first, last = points[0], points[-1]
    moved = round(100 * last.overdue_share, 1) - round(100 * first.overdue_share, 1)
    key = "opened_up" if moved > 0 else "opened_down" if moved < 0 else "opened_same"
    title = _say(
        key, lang, share=f"{last.overdue_share:.1%}", before=f"{first.overdue_share:.1%}", months=len(points) - 1
    )
    blocks = [
        chart("opened", opened_chart(shown)),
        legend("opened_legend", [(_say("late", lang), COSTS), (_say("current", lang), NOT_DUE)]),
    ]
    return section("opened", blocks, title=title, sub=_say("opened_sub", lang, unit=scale.unit))


def dso(part: Slice, lang: Lang) -> Block:
    """Return DSO at the month ends gone by, against the benchmark."""
    values, line = part.sums.ground.values, part.dso_now
    benchmark = float(values["dso.benchmark"])
    points = [Point(p.on, p.dso, "–" if p.dso is None else _days(p.dso)) for p in part.trend]
    heading = _say("dso", lang, method=_method(line.method, lang))
    known = sum(p.value is not None for p in points)
    sub = _say("dso_sub_documents" if part.by_documents else "dso_sub", lang, method=_method(line.method, lang))
    if known < 2 or line.days is None:
        return _untold("dso", heading, line.why[lang == "zh"] or _say("opened_none", lang))
    gap = line.days - benchmark
    title = say("workbook.dso." + ("over" if gap > 0 else "under"), lang, method=_method(line.method, lang), days=f"{abs(gap):.1f}", benchmark=f"{benchmark:g}")  # fmt: skip
    made = months(points, threshold=benchmark, threshold_text=_say("benchmark", lang, days=f"{benchmark:g}"))
    return section("dso", [chart("dso", made)], title=title, sub=sub)


def methods(part: Slice, lang: Lang) -> Block:
    """Return DSO by every method to the day, and why it differs: folded."""
    heads = [column(say("workbook.dso.method", lang)), column(_say("dso_days", lang), align="right"), column(_say("before", lang), align="right"), column(_say("dso_why", lang))]  # fmt: skip
    rows = [
        row([_method(one.method, lang), _days(one.days, one.at_least), _days(one.previous), {"text": one.why[lang == "zh"], "tone": "words"}], id=one.method)
        for one in part.dso
    ]  # fmt: skip
    title = _say("methods", lang, count=len(rows))
    return section("methods", [fold("methods", title, [table("methods", title, heads, rows)])])


def _untold(id: str, title: str, why: str) -> Block:
    return section(id, [text("none", [why], tone="muted")], title=title)


def shares(model: PortfolioModel, part: Slice, scale: Scale) -> Block:
    """Return who holds what is open: the largest debtors, or companies, salespeople, grades."""
    lang, by = scale.lang, model.get("by")
    heads = [
        column(_say(f"filter.{by}", lang)), column(_say("open", lang), align="right", tone="strong"), column(_say("share", lang), align="right"),
        column(_say("of_overdue", lang), align="right"),
    ]  # fmt: skip
    found, names = part.by(by), part.sums.ground.names
    shown = found[:_ROWS]
    left = (part.customers if by == "customer" else len(found)) - len(shown)
    rows = [
        row([_who(one.name, names.get(one.name, ""), by, lang), scale.text(one.open_minor), {"text": f"{one.share:.1%}", "bar": one.share},
             f"{one.overdue_share:.1%}" if one.open_minor > 0 else "–"], id=one.name)
        for one in shown
    ]  # fmt: skip
    title = _shares_title(part, by, lang, found)
    note = say("panel.word.more", lang, count=f"{left:,}") if left > 0 else ""
    blocks = [form("by", [model.control("by")], inline=True), table("shares", title, heads, rows, note=note)]
    return section("shares", blocks, title=title, sub=_say(f"shares_sub_{'customer' if by == 'customer' else 'part'}", lang, unit=scale.unit), grow=1)  # fmt: skip


def _who(name: str, text_: str, by: str, lang: Lang) -> dict[str, object]:
    if by == "customer":
        return {"text": f"{name}  {text_}".strip(), "act": "documents", "value": name}
    return {"text": name or _say("untold", lang)}


def _shares_title(part: Slice, by: str, lang: Lang, found: Sequence[Share]) -> str:
    top, _ = part.measures
    if not found:
        return _say("aging_none", lang)
    if by == "customer":
        return _say("shares_customer", lang, count=len(found), share=f"{top.value:.1%}")
    worst = max(found, key=lambda one: one.overdue_share)
    return _say("shares_part", lang, name=worst.name or _say("untold", lang), share=f"{worst.overdue_share:.1%}")


def foot(model: PortfolioModel, part: Slice, lang: Lang) -> Sequence[str]:
    """Return how many documents stand behind the figures, and where they come from."""
    line = part.aging
    told = [_say("foot", lang, items=f"{line['items']:,}", currency=part.currency)]
    if part.by_documents:
        told.append(_say("foot_documents", lang))
    return told
