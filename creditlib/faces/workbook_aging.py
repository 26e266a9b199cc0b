"""Aging by customer. Each line adds its own block of open items; totals add the lines; checks show what does not agree.

What must stay true: buckets + unapplied − open = 0 on every total; a re-sorted items sheet is seen.
"""

from __future__ import annotations

from typing import Any

from creditlib import formulas
from creditlib.faces import workbook_cells as cells
from creditlib.faces.workbook_fill import Fill
from creditlib.faces.workbook_findings import heighten, widen_for
from creditlib.faces.workbook_items import block_range
from creditlib.faces.workbook_sheet import letters
from creditlib.faces.workbook_template import quoted
from creditlib.flows.closing import UNAPPLIED

ROW_FIELDS = (
    "code", "name", "currency", "count", "open", "not_due", "no_due_date", "unapplied", "overdue", "overdue_share", "change",
    "previous_share", "moved",
)  # fmt: skip


def lay(fill: Fill) -> None:
    """Make room: three lines a currency (total, shares, check), one line a customer."""
    fill.book.repeat("aging_total_label", max(len(fill.currencies), 1), "aging_check_label")
    fill.book.repeat("aging_code", max(len(fill.aging), 1))
    for copy, row in enumerate(fill.aging):
        currency = row["currency"]
        fill.aging_copy[currency, row["customer"]] = copy
        fill.aging_copies[currency] = (fill.aging_copies.get(currency, (copy, copy))[0], copy)


def value(row: dict[str, Any], key: str) -> int:
    """Return a bucket's amount of a line."""
    found = row.get(key, row.get(f"{key}_minor"))
    return int(found or 0)


def bucket_of(fill: Fill, column: str) -> str:
    """Return the key of the bucket a column of the template shows, "" where it is unused."""
    return next((key for key, slot in fill.slots.items() if slot == column), "")


def fill_in(fill: Fill) -> None:
    """Write headings, totals, lines and checks."""
    book = fill.book
    fill.put_text(
        "aging_subtitle",
        fill.join(
            "" if fill.many else fill.money_name(),
            fill.say("aging.basis"),
            fill.as_of,
        ),
    )
    room = [f"overdue_{place}" for place in range(1, fill.room("aging") + 1)]
    for slot in (*room, "not_due", "no_due_date"):
        key = bucket_of(fill, slot)
        if key:
            fill.put_text(f"aging_{slot}", fill.bucket(key), like="aging_head")
        else:
            fill.hide(f"aging_{slot}")
    fill.put_text("aging_open", fill.bucket("total"), like="aging_head")
    fill.put_text("aging_overdue", fill.bucket("overdue"), like="aging_head")
    fill.put_text("aging_unapplied", fill.bucket(UNAPPLIED), like="aging_head")
    if not fill.many:
        fill.hide("aging_currency")
    if all(row["previous_overdue_share"] is None for row in fill.aging):
        fill.hide("aging_change")
    if len(fill.currencies) > 2:  # the totals of many currencies would fill the screen
        book.on("aging_head").frozen = book.at("aging_head")[1]
    _lines(fill)
    for copy, currency in enumerate(fill.currencies):
        _total(fill, currency, copy)
    if fill.aging:
        moved = book.ref("aging_moved", to=len(fill.aging) - 1, home=book.place("aging_order").sheet)
        said = cells.choose(
            f"SUM({moved})=0", True, cells.plain(fill.say("aging.order_good")), cells.plain(fill.say("aging.order_bad"))
        )
        fill.put_said("aging_order", said)


def _money_columns(fill: Fill) -> list[tuple[str, str]]:
    """Return (column, bucket key) of all used amount columns besides the open total."""
    return [(slot, key) for key, slot in fill.slots.items()] + [("unapplied", UNAPPLIED)]


def _lines(fill: Fill) -> None:
    book = fill.book
    sheet = book.on("aging_code")
    items = quoted(book.place("items_code").sheet)
    column = {name: book.at(f"aging_{name}")[0] for name in ROW_FIELDS}
    column |= {slot: book.at(f"aging_{slot}")[0] for slot in fill.slots.values()}
    at = {name: letters(number) for name, number in column.items()}
    item = {name: letters(book.at(f"items_{name}")[0]) for name in ("code", "bucket", "amount", "currency")}
    head = {
        slot: book.ref(f"aging_{slot}", like="aging_head", home=sheet.title, fixed=True)
        for slot in (*fill.slots.values(), "unapplied")
    }
    late = [at[fill.slots[key]] for key in fill.overdue]
    styles: dict[tuple[str, str], int] = {}
    widen_for(fill, "aging_code", (row["customer"] for row in fill.aging), 18)
    for copy, row in enumerate(fill.aging):
        currency, customer = row["currency"], row["customer"]
        digits = fill.digits(currency)
        _, here = book.at("aging_code", copy)
        first, last = fill.blocks.get((currency, customer), (0, 0))

        def block(name: str, first: int = first, last: int = last) -> str:
            return f"{items}!${item[name]}${first}:${item[name]}${last}"

        def put(name: str, content: str, style: int | None = None, here: int = here) -> None:
            sheet.put(column[name], here, content, style)

        def money(name: str, native: str, minor: int, currency: str = currency) -> None:
            if (name, currency) not in styles:
                styles[name, currency] = fill.amount_style(f"aging_{name}", currency)
            put(name, cells.formula(native, cells.exact(minor, currency)), styles[name, currency])

        put("code", cells.text(customer))
        put("name", cells.text(row["name"]))
        heighten(fill, "aging_name", row["name"], copy)
        put("currency", cells.text(currency))
        if not first:
            continue
        put("count", cells.formula(f"COUNT({block('amount')})", last - first + 1))
        total = int(row["total_minor"])
        money("open", f"ROUND(SUM({block('amount')}),{digits})", total)
        for slot, key in _money_columns(fill):
            native = f"ROUND(SUMIFS({block('amount')},{block('bucket')},{head[slot]}),{digits})"
            money(slot, native, int(row["unapplied_minor"]) if key == UNAPPLIED else value(row, key))
        overdue = int(row["overdue_minor"])
        late_cells = ",".join(f"{letter}{here}" for letter in late)
        money("overdue", f"ROUND(SUM({late_cells}),{digits})" if late else "0", overdue)
        share = formulas.overdue_share(overdue, total)
        put(
            "overdue_share",
            cells.formula(f"IF({at['open']}{here}>0,{at['overdue']}{here}/{at['open']}{here},0)", repr(share)),
        )
        before = row["previous_overdue_share"]
        if before is not None:
            put("previous_share", cells.number(repr(float(before))))
            native = f"ROUND(100*({at['overdue_share']}{here}-{at['previous_share']}{here}),1)"
            put("change", cells.formula(native, repr(round(100 * (share - before), 1))))
        own = f"({block('code')}={at['code']}{here})"
        if fill.many:
            own += f"*({block('currency')}={at['currency']}{here})"
            counted = f"SUMPRODUCT({own})"
        else:
            counted = f"SUMPRODUCT(--{own})"
        put("moved", cells.formula(f"{at['count']}{here}-{counted}", 0))


def totals(fill: Fill, currency: str) -> dict[str, int]:
    """Return a currency's totals by column of the template."""
    whole = fill.close.aging_total(currency)
    sums = {slot: whole.get(key, 0) for key, slot in fill.slots.items()}
    return sums | {
        "unapplied": whole["unapplied_minor"],
        "overdue": whole["overdue_minor"],
        "open": whole["total_minor"],
    }


def _total(fill: Fill, currency: str, copy: int) -> None:
    book = fill.book
    home = book.place("aging_code").sheet
    label, share, check = "aging_total_label", "aging_share_label", "aging_check_label"
    name = fill.say("word.total_of", currency=currency) if fill.many else fill.say("word.total")
    fill.put_text("aging_name", name, copy, like=label)
    fill.put_text("aging_name", fill.say("aging.share_of"), copy, like=share)
    fill.put_text("aging_name", fill.say("aging.check"), copy, like=check)
    fill.put_text("aging_currency", currency, copy, like=label)
    if currency not in fill.aging_copies:
        return
    first, last = fill.aging_copies[currency]
    sums, digits = totals(fill, currency), fill.digits(currency)
    whole = book.ref("aging_open", copy, like=label, home=home)
    for slot, minor in sums.items():
        lines = book.ref(f"aging_{slot}", first, to=last, home=home)
        fill.put_amount(f"aging_{slot}", minor, currency, copy, native=f"ROUND(SUM({lines}),{digits})", like=label)
        here = book.ref(f"aging_{slot}", copy, like=label, home=home)
        part = minor / sums["open"] if sums["open"] else 0.0
        book.put(f"aging_{slot}", cells.formula(f"IF({whole}=0,0,{here}/{whole})", repr(part)), copy, like=share)
    count = book.ref("aging_count", first, to=last, home=home)
    n = fill.currency_blocks.get(currency, (1, 0))
    book.put("aging_count", cells.formula(f"SUM({count})", n[1] - n[0] + 1), copy, like=label)
    late = book.ref("aging_overdue", copy, like=label, home=home)
    overdue_share = formulas.overdue_share(sums["overdue"], sums["open"])
    book.put(
        "aging_overdue_share", cells.formula(f"IF({whole}>0,{late}/{whole},0)", repr(overdue_share)), copy, like=label
    )
    points = fill.close.trend
    if currency == fill.close.currency and len(points) > 1 and points[-2].open_minor > 0:
        before = points[-2].overdue_share
        book.put("aging_previous_share", cells.number(repr(before)), copy, like=label)
        now = book.ref("aging_overdue_share", copy, like=label, home=home)
        then = book.ref("aging_previous_share", copy, like=label, home=home)
        change = repr(round(100 * (overdue_share - before), 1))
        book.put("aging_change", cells.formula(f"ROUND(100*({now}-{then}),1)", change), copy, like=label)
    parts = ",".join(
        book.ref(f"aging_{slot}", copy, like=label, home=home) for slot in (*fill.slots.values(), "unapplied")
    )
    rest = sum(sums[slot] for slot in (*fill.slots.values(), "unapplied")) - sums["open"]
    fill.put_amount("aging_open", rest, currency, copy, native=f"ROUND(SUM({parts})-{whole},{digits})", like=check)
    here = book.ref("aging_open", copy, like=check, home=home)
    said = cells.choose(
        f"{here}=0", rest == 0, cells.plain(fill.say("word.yes")), cells.plain(fill.say("word.differs"))
    )
    fill.put_said("aging_check_status", said, copy)


def open_ref(fill: Fill, currency: str, column: str = "open", **options: Any) -> str:
    """Return the address of a currency's total in a column."""
    return fill.book.ref(f"aging_{column}", fill.currencies.index(currency), like="aging_total_label", **options)


def line_ref(fill: Fill, currency: str, customer: str, column: str) -> str:
    """Return the address of a customer's figure, "" for one without open items."""
    copy = fill.aging_copy.get((currency, customer))
    return "" if copy is None else fill.book.ref(f"aging_{column}", copy)


__all__ = ["block_range", "bucket_of", "fill_in", "lay", "line_ref", "open_ref", "totals", "value"]
