"""The largest overdue balances, the largest customers, and receivables by age in years; the lists read the aging lines."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa

from creditlib.faces import workbook_aging as aging
from creditlib.faces import workbook_cells as cells
from creditlib.faces.workbook_fill import APART, Fill
from creditlib.faces.workbook_findings import heighten, widen_for
from creditlib.flows.closing import UNAPPLIED


def rows_of(table: pa.Table | None) -> list[dict[str, Any]]:
    """Return a table's rows, none for no table."""
    return [] if table is None else list(table.to_pylist())


def lay(fill: Fill) -> None:
    """Make room for the largest overdue, the largest customers and the age in years."""
    fill.book.repeat("overdue_code", max(len(rows_of(fill.close.overdue_top)), 1))
    fill.book.repeat("concentration_code", max(len(rows_of(fill.close.concentration)), 1))
    fill.book.repeat("years_currency", max(fill.close.aging_by_issue.num_rows, 1))


def fill_in(fill: Fill) -> None:
    """Write both lists and the age in years."""
    _overdue(fill)
    _concentration(fill)


def _overdue(fill: Fill) -> None:
    """Write the largest overdue balances, each cell reading the customer's aging line."""
    book = fill.book
    home = book.place("overdue_code").sheet
    rows = rows_of(fill.close.overdue_top)
    fill.put_text(
        "overdue_subtitle",
        fill.join(
            fill.money_name() if {row["currency"] for row in rows} <= {fill.close.currency} else "",
            fill.say("overdue.subtitle"),
            fill.as_of,
        ),
    )
    columns = {key: slot for key, slot in fill.slots.items() if key not in APART}
    for place in range(1, fill.room("overdue") + 1):
        slot = f"overdue_{place}"
        key = aging.bucket_of(fill, slot)
        if key:
            fill.put_text(f"overdue_{slot}", fill.bucket(key), like="overdue_head")
        else:
            fill.hide(f"overdue_{slot}")
    fill.put_text("overdue_amount", fill.bucket("overdue"), like="overdue_head")
    if len({row["currency"] for row in rows}) < 2:
        fill.hide("overdue_currency")
    if not rows:
        fill.put_text("overdue_name", fill.say("overdue.none"))
        return
    widen_for(fill, "overdue_code", (row["customer"] for row in rows), 18, 2)
    running: dict[str, int] = {}
    sums = {currency: aging.totals(fill, currency) for currency in {row["currency"] for row in rows}}
    ranks: dict[str, int] = {}
    for copy, row in enumerate(rows):
        currency, customer = row["currency"], row["customer"]
        ranks[currency] = ranks.get(currency, 0) + 1
        book.put("overdue_rank", cells.number(ranks[currency]), copy)
        fill.put_text("overdue_code", customer, copy)
        fill.put_text("overdue_name", row["name"], copy)
        heighten(fill, "overdue_name", row["name"], copy)
        fill.put_text("overdue_currency", currency, copy)
        fill.put_text("overdue_salesperson", row.get("salesperson"), copy)
        book.put("overdue_count", cells.number(row.get("items")), copy)
        book.put("overdue_oldest", cells.number(row.get("oldest_days")), copy)
        amount = int(row["overdue_minor"])
        fill.put_amount(
            "overdue_amount", amount, currency, copy, native=aging.line_ref(fill, currency, customer, "overdue")
        )
        for key, slot in columns.items():
            native = aging.line_ref(fill, currency, customer, slot)
            fill.put_amount(f"overdue_{slot}", aging.value(row, key), currency, copy, native=native)
        whole = sums[currency]["overdue"]
        here = book.ref("overdue_amount", copy, home=home)
        total = aging.open_ref(fill, currency, "overdue")
        book.put(
            "overdue_share",
            cells.formula(f"IF({total}=0,0,{here}/{total})", repr(amount / whole if whole else 0.0)),
            copy,
        )
        running[currency] = running.get(currency, 0) + amount
        first = copy - ranks[currency] + 1
        added = book.ref("overdue_amount", first, to=copy, home=home)
        part = running[currency] / whole if whole else 0.0
        book.put("overdue_cumulative", cells.formula(f"IF({total}=0,0,SUM({added})/{total})", repr(part)), copy)
    if len(running) == 1:
        currency, listed = next(iter(running.items()))
        fill.put_text("overdue_name", fill.say("overdue.listed"), like="overdue_total_label")
        lines = len(rows) - 1
        for slot, minor in (
            ("amount", listed),
            *((s, sum(aging.value(r, k) for r in rows)) for k, s in columns.items()),
        ):
            native = f"ROUND(SUM({book.ref(f'overdue_{slot}', 0, to=lines, home=home)}),{fill.digits(currency)})"
            fill.put_amount(f"overdue_{slot}", minor, currency, native=native, like="overdue_total_label")


def _concentration(fill: Fill) -> None:
    """Write the largest customers, what they hold together, and the age in years."""
    book, close = fill.book, fill.close
    home = book.place("concentration_code").sheet
    rows = rows_of(close.concentration)
    fill.put_text(
        "concentration_subtitle", fill.join(fill.money_name(), fill.say("concentration.subtitle"), fill.as_of)
    )
    fill.put_text("concentration_open", fill.bucket("total"), like="concentration_head")
    running: dict[str, int] = {}
    ranks: dict[str, int] = {}
    for copy, row in enumerate(rows):
        currency, customer = row["currency"], row["customer"]
        ranks[currency] = ranks.get(currency, 0) + 1
        amount = int(row["total_minor"])
        running[currency] = running.get(currency, 0) + amount
        book.put("concentration_rank", cells.number(ranks[currency]), copy)
        fill.put_text("concentration_code", customer, copy)
        fill.put_text("concentration_name", row["name"], copy)
        heighten(fill, "concentration_name", row["name"], copy)
        fill.put_text("concentration_currency", currency, copy)
        native = aging.line_ref(fill, currency, customer, "open")
        fill.put_amount("concentration_open", amount, currency, copy, native=native)
        base, whole = _base(fill, currency, row)
        here = book.ref("concentration_open", copy, home=home)
        added = book.ref("concentration_open", copy - ranks[currency] + 1, to=copy, home=home)
        if base:
            book.put(
                "concentration_share",
                cells.formula(f"IF({base}=0,0,{here}/{base})", repr(amount / whole if whole else 0.0)),
                copy,
            )
            part = running[currency] / whole if whole else 0.0
            book.put("concentration_cumulative", cells.formula(f"IF({base}=0,0,SUM({added})/{base})", repr(part)), copy)
        else:
            book.put("concentration_share", cells.number(repr(float(row["share"]))), copy)
            book.put("concentration_cumulative", cells.number(repr(float(row["cumulative_share"]))), copy)
    if not rows:
        fill.put_text("concentration_name", fill.say("concentration.none"))
    _years(fill)
    index = next((m.value for m in close.measures if m.key == "herfindahl" and m.value is not None), None)
    parts: list[cells.Said] = []
    held = held_by_the_largest(fill)
    if held is not None:
        parts.append(held)
    if index is not None:
        separator = [cells.plain("; " if fill.lang == "en" else "；")] if parts else []
        parts += [*separator, cells.plain(fill.say("concentration.herfindahl", value=f"{index:.3f}"))]
    if parts:
        said = parts[0]
        for more in parts[1:]:
            said = said + more
        fill.put_said("concentration_summary", said)


def largest(fill: Fill) -> list[int]:
    """Return the copies of the largest customers in the close's currency: as many as the policy's concentration.top."""
    rows = enumerate(rows_of(fill.close.concentration))
    own = [copy for copy, row in rows if row["currency"] == fill.close.currency]
    return own[: fill.whole("concentration.top", len(own))]


def held_by_the_largest(fill: Fill) -> cells.Said | None:
    """Say what the largest customers hold together, and the largest alone; None where nobody owes anything."""
    copies = largest(fill)
    if not copies:
        return None
    rows = rows_of(fill.close.concentration)
    first, last = rows[copies[0]], rows[copies[-1]]
    alone, together = (
        fill.book.ref("concentration_share", copies[0]),
        fill.book.ref("concentration_cumulative", copies[-1]),
    )
    return fill.sentence(
        "dash.largest" if len(copies) > 1 else "dash.largest_one",
        n=str(len(copies)),
        share=cells.figure(together, float(last["cumulative_share"]), "0.0%"),
        largest=cells.figure(alone, float(first["share"]), "0.0%"),
    )


def _base(fill: Fill, currency: str, row: dict[str, Any]) -> tuple[str, int]:
    """Return what a share is of, as the library took it: all open receivables, or the positive balances only."""
    lines = [int(r["total_minor"]) for r in fill.aging if r["currency"] == currency]
    whole, positive = sum(lines), sum(line for line in lines if line > 0)
    amount, share = int(row["total_minor"]), float(row["share"])
    if whole and abs(amount / whole - share) < 1e-9:
        return aging.open_ref(fill, currency), whole
    if positive and abs(amount / positive - share) < 1e-9:
        first, last = fill.aging_copies[currency]
        return f'SUMIF({fill.book.ref("aging_open", first, to=last)},">0")', positive
    return "", 0


def _years(fill: Fill) -> None:
    book = fill.book
    table = fill.close.aging_by_issue
    home = book.place("years_currency").sheet
    bands = [name for name in table.column_names if name not in ("currency", "items", "total_minor")]
    room = 0
    while book.has(f"years_band_{room + 1}"):
        room += 1
    shown = bands[:room]
    fill.put_text("years_total", fill.bucket("total"), like="years_head")
    for place, key in enumerate(shown, 1):
        fill.put_text(f"years_band_{place}", _year_label(fill, key), like="years_head")
    for copy, row in enumerate(table.to_pylist()):
        currency = row["currency"]
        fill.put_text("years_currency", currency, copy)
        for place, key in enumerate(shown, 1):
            rest = sum(int(row[k] or 0) for k in bands[room - 1 :]) if place == room else int(row[key] or 0)
            fill.put_amount(f"years_band_{place}", rest, currency, copy)
        parts = f"{book.ref('years_band_1', copy, home=home)}:{book.ref(f'years_band_{len(shown)}', copy, home=home)}"
        fill.put_amount(
            "years_total",
            int(row["total_minor"]),
            currency,
            copy,
            native=f"ROUND(SUM({parts}),{fill.digits(currency)})" if shown else "",
        )


def _year_label(fill: Fill, key: str) -> str:
    name = key.removesuffix("_minor")
    if name == UNAPPLIED:
        return fill.bucket(UNAPPLIED)
    numbers = re.findall(r"\d+", name)
    if len(numbers) == 2:
        low, high = numbers
        return (
            fill.say("concentration.first_year") if low == "0" else fill.say("concentration.year", low=low, high=high)
        )
    return fill.say("concentration.last_year", low=numbers[0]) if numbers else fill.say("concentration.no_issue_date")
