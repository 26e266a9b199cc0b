"""The portfolio panel, its lists: who is overdue most, and the open documents of whoever is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow.compute as pc

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.panels.blocks import Block, column, form, row, section, table, text
from creditlib.faces.scale import Scale
from creditlib.faces.wording import bucket_label, say, sayer
from creditlib.flows.portfolio_slice import Slice

if TYPE_CHECKING:
    from creditlib.faces.panels.portfolio import PortfolioModel

_say = sayer("panel_portfolio")

_TALL: Final = 430  # pixels after which a list scrolls
_PAPERS: Final = 200  # documents shown of one customer; the note counts the others


def overdue(model: PortfolioModel, part: Slice, scale: Scale) -> Block:
    """Return who has most overdue, from the least amount typed on; a name leads to its documents."""
    lang = scale.lang
    found = part.overdue_top(int(model.get("least")))
    heads = [
        column(_say("filter.customer", lang)), column(_say("late", lang), align="right", tone="strong"), column(_say("oldest", lang), align="right"),
        column(_say("items", lang), align="right"),
    ]  # fmt: skip
    sold = model.named("salesperson")
    heads += [column(_say("filter.salesperson", lang))] if sold else []
    chosen = documents_of(model, part)[0]
    rows = [
        row([{"text": f"{one['customer']}  {one['name']}".strip(), "act": "documents", "value": one["customer"]}, scale.text(one["overdue_minor"]),
             "–" if one["oldest_days"] is None else f"{one['oldest_days']:,}", f"{one['items']:,}", *([one["salesperson"]] if sold else [])],
            tone="chosen" if one["customer"] == chosen else "", id=one["customer"])
        for one in found.to_pylist()
    ]  # fmt: skip
    if rows:
        total, items = (pc.sum(found[name]).as_py() for name in ("overdue_minor", "items"))
        cells = [_say("sum", lang), scale.text(total), "", f"{items:,}", *([""] if sold else [])]
        rows.append(row(cells, tone="total", id="sum"))
    left = part.late_customers - found.num_rows
    note = _say("late_left", lang, count=f"{left:,}") if left > 0 else ""
    title = _say("overdue_title" if rows else "overdue_none", lang, count=found.num_rows)
    blocks = [
        form("least", [model.control("least")], inline=True),
        section("overdue_list", [table("overdue", title, heads, rows, note=note, tall=_TALL)]),
    ]
    return section("overdue", blocks, title=title, sub=_say("overdue_sub", lang, unit=scale.unit), grow=1.25, live=True)


def documents_of(model: PortfolioModel, part: Slice) -> tuple[str, tuple[str, ...]]:
    """Return the code whose documents are shown, and the customers that are: of the group, or that one; "" and none where nobody is overdue."""
    code = model.get("customer")
    if not code:
        first = part.overdue_top(int(model.get("least"))).slice(0, 1)["customer"].to_pylist()
        code = first[0] if first else ""
    if not code:
        return "", ()
    if not model.get("group"):
        return code, (code,)
    return code, tuple(one for one in part.portfolio.members(code) if one in part.portfolio.places)


def documents(model: PortfolioModel, part: Slice) -> Block:
    """Return the open items of the customer chosen, to the cent, with where each was read."""
    lang = model.lang
    code, customers = documents_of(model, part)
    control = model.control("customer") if model.get("customer") else model.search(code)
    search = form("customer", [control], inline=True)
    if not code:
        return section(
            "documents",
            [search, text("none", [_say("documents_pick", lang)], tone="muted")],
            title=_say("documents", lang),
            live=True,
        )
    found = part.items(*customers)
    name = part.sums.ground.names.get(code, "")
    who = f"{code} {name}".strip()
    several = len(customers) > 1
    title = _say(
        "documents_group" if several else "documents_title",
        lang,
        who=who,
        count=f"{found.num_rows:,}",
        customers=len(customers),
    )
    if not found.num_rows:
        return section(
            "documents",
            [search, text("none", [_say("documents_none", lang, who=who)], tone="muted")],
            title=title,
            live=True,
        )
    wide = ["customer"] if several else []
    told = [name for name in ("entity", "salesperson") if model.named(name)]
    names = [*wide, "document", "kind", *told, "issue_on", "due_on"]
    heads = [column(_say(f"column.{n}", lang)) for n in names]
    heads += [column(_say(f"column.{n}", lang), align="right") for n in ("days_past_due", "bucket", "open_minor")]
    heads += [column(_say("column.source", lang))]
    rows = [_line(one, names, lang) for one in found.slice(0, _PAPERS).to_pylist()]
    sums = []
    for currency in dict.fromkeys(found["currency"].to_pylist()):
        mine = found.filter(pc.equal(found["currency"], currency))
        sums.append(f"{money.text(pc.sum(mine['open_minor']).as_py(), currency)} {currency}")
        blank = [""] * (len(names) - 1)
        rows.append(row([_say("sum", lang), *blank, "", "", sums[-1], ""], tone="total", id=f"sum {currency}"))
    left = found.num_rows - _PAPERS
    note = say("panel.word.more", lang, count=f"{left:,}") if left > 0 else ""
    sub = _say("documents_sub", lang, sums=", ".join(sums), about=model.about() or _say("all", lang))
    made = section("documents_list", [table("documents", title, heads, rows, note=note, tall=_TALL)])
    return section("documents", [search, made], title=title, sub=sub, live=True)


def _line(one: dict[str, Any], names: list[str], lang: Lang) -> Block:
    told: dict[str, Any] = {name: "" if one[name] is None else str(one[name]) for name in names}
    told["kind"] = say(f"common.kind.{one['kind']}", lang)
    late = one["days_past_due"]
    cells: list[Any] = [{"text": told[name], "tone": "nowrap"} for name in names]
    due = {
        "text": "–" if late is None else f"{late:,}",
        "tone": "act" if (late is None or late > 0) and one["open_minor"] > 0 else "",
    }
    mark = say(f"workbook.word.status_{one['status']}", lang) if one["status"] else bucket_label(one["bucket"], lang)
    cells += [due, mark, f"{money.text(one['open_minor'], one['currency'])} {one['currency']}"]
    return row([*cells, {"text": one["source"], "tone": "muted"}])
