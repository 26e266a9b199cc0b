"""What only a complete book can tell: month ends gone by, the roll-forward 应收变动表, and last month's figures.

What must stay true: opening + movements = closing, exactly; with conversion, all months are at the as-of rates, and what
rounding leaves stands in the line fx.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow.compute as pc

from creditlib.days import NO_DAY, day_number, day_of, month_end, month_first, month_index
from creditlib.errors import NeedsSales
from creditlib.facts.book import Book
from creditlib.facts.ledger import amounts, starts
from creditlib.facts.open_items import OpenItems
from creditlib.facts.tables import codes, days
from creditlib.flows.closing import Movement, TrendPoint
from creditlib.measures.aging import overdue

MONTHS_BACK: Final = 13
_LINE_OF: Final = {
    "invoice": "billed", "debit_note": "billed", "bill": "billed", "retention": "billed", "credit_note": "credit_notes",
    "receipt": "receipts", "advance": "receipts", "write_off": "write_offs", "fx_difference": "fx",
}  # fmt: skip
_LINES: Final = ("billed", "receipts", "credit_notes", "write_offs", "fx", "other")

Take = Callable[[date], OpenItems]
"""Open items of a day, converted where the close is."""


def month_ends(book: Book, as_of: date) -> list[date]:
    """Return up to thirteen month ends, oldest first, the last being as_of; none before the first document."""
    begin = starts(book)
    dated = begin[begin != NO_DAY]
    return ends_since(day_of(int(dated.min())) if len(dated) else None, as_of)


def ends_since(first: date | None, as_of: date) -> list[date]:
    """Return up to thirteen month ends, oldest first, the last being as_of; none before `first`, only as_of where that is None.

    >>> ends_since(date(2024, 2, 10), date(2024, 4, 15))
    [datetime.date(2024, 2, 29), datetime.date(2024, 3, 31), datetime.date(2024, 4, 15)]
    """
    if first is None:
        return [as_of]
    now = month_index(as_of)
    ends = [month_end(month_first(now - k)) for k in range(MONTHS_BACK - 1, 0, -1)]
    return [end for end in ends if end >= first] + [as_of]


def previous_month_end(as_of: date) -> date:
    """Return the last day of the month before.

    >>> previous_month_end(date(2024, 3, 31))
    datetime.date(2024, 2, 29)
    """
    return as_of.replace(day=1) - timedelta(days=1)


def trend(
    book: Book, as_of: date, take: Take, currency: str, dso_of: Callable[[date, OpenItems], float | None]
) -> tuple[TrendPoint, ...]:
    """Return open, overdue and DSO at each month end, in one currency."""
    points = []
    for end in month_ends(book, as_of):
        items = take(end)
        mine = np.array([c == currency for c in items.currencies], bool)[items.currency]
        late = mine & overdue(items)
        try:
            days_out = dso_of(end, items)
        except NeedsSales:
            days_out = None
        points.append(TrendPoint(end, int(items.open_minor[mine].sum()), int(items.open_minor[late].sum()), days_out))
    return tuple(points)


def movement(
    book: Book, as_of: date, take: Take, currency: str, to_report: Callable[[Mapping[str, int]], int]
) -> tuple[Movement, ...]:
    """Return the roll-forward of the month, the month before and the year to date.

    to_report: sums by currency → minor units of the report. Currencies it leaves out are no part of it.
    """
    last = previous_month_end(as_of)
    spans = [(last, as_of), (previous_month_end(last), last), (date(as_of.year - 1, 12, 31), as_of)]
    columns: list[dict[str, int]] = [_span(book, begin, end, take, currency, to_report) for begin, end in spans]
    return tuple(
        Movement(key, *(column[key] for column in columns)) for key in ("opening", *_LINES, "closing")
    )  # fmt: skip


def _span(
    book: Book, begin: date, end: date, take: Take, currency: str, to_report: Callable[[Mapping[str, int]], int]
) -> dict[str, int]:
    opening, closing = take(begin).totals.get(currency, 0), take(end).totals.get(currency, 0)
    flows = flows_by_line(book, begin, end)
    column = {line: to_report(flows.get(line, {})) for line in _LINES}
    column["fx"] += closing - opening - sum(column.values())
    return {"opening": opening, **column, "closing": closing}


def flows_by_line(book: Book, begin: date, end: date) -> dict[str, dict[str, int]]:
    """Return what came after `begin` and up to `end`: line → currency → minor units.

    A settlement whose other side the source does not name moves the total by itself: it counts as a receipt.
    """
    table = book.columns("documents", ["kind", "currency", "amount_minor"])
    start = starts(book)
    low, high = day_number(begin), day_number(end)
    kind, kinds = codes(table["kind"])
    currency, names = codes(table["currency"])
    amount = amounts(table)
    found: dict[str, dict[str, int]] = {line: {} for line in _LINES}

    def add(line: str, code: int, minor: int) -> None:
        name = str(names[code])
        found[line][name] = found[line].get(name, 0) + minor

    inside = (start > low) & (start <= high)
    for k, name in enumerate(kinds):
        for c in range(len(names)):
            mine = inside & (kind == k) & (currency == c)
            if mine.any():
                add(_LINE_OF.get(str(name), "other"), c, int(amount[mine].sum()))
    if book.rows("allocations"):
        for c, minor in _one_sided(book, start, currency, low, high, len(names)):
            add("receipts", c, minor)
    return found


def _one_sided(
    book: Book, start: Sequence[int] | np.ndarray, currency: np.ndarray, low: int, high: int, width: int
) -> list[tuple[int, int]]:
    links = book.columns("allocations", ["from_document", "to_document", "amount_minor", "on", "undone_on"])
    source = pc.fill_null(links["from_document"], -1).to_numpy()
    target = pc.fill_null(links["to_document"], -1).to_numpy()
    alone = (source < 0) | (target < 0)
    own = np.where(source < 0, target, source)[alone]
    sign = np.where(source < 0, -1, 1)[alone]
    size = links["amount_minor"].to_numpy()[alone] * sign
    on = np.maximum(days(links["on"])[alone], np.asarray(start)[own])
    undone = days(links["undone_on"])[alone]
    total = np.zeros(width, np.int64)
    begun = (on > low) & (on <= high) & ((undone == NO_DAY) | (undone > on))
    np.add.at(total, currency[own[begun]], size[begun])
    back = (undone != NO_DAY) & (undone > on) & (undone > low) & (undone <= high)
    np.add.at(total, currency[own[back]], -size[back])
    return [(c, int(v)) for c, v in enumerate(total) if v]
