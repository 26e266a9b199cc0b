"""How customers pay: days beyond terms, days to pay, payment index, over the items *due* in a window, unpaid ones included.

What must stay true: an unpaid item counts to the end of the window, so a bad payer never looks good by not paying (then the
figure is "at least"); weights are exact integers until the last division.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number, month_first, month_index
from creditlib.facts.book import Book
from creditlib.facts.checks import DISPUTE, in_dispute
from creditlib.facts.ledger import amounts, ids, live, live_columns, start_columns, started, starts
from creditlib.facts.open_items import Rate, to_currency
from creditlib.facts.tables import among, days
from creditlib.measures.dso import need_history
from creditlib.measures.figures import Figures, documents_of
from creditlib.measures.pieces import Grouper, Products
from creditlib.measures.segments import counts, group, sums

ITEM_KINDS: Final = ("invoice", "debit_note", "bill")
Weigh = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]
"""Items and amounts in their own currency → what they weigh."""
_SCALE: Final = 1000  # payment points are kept to a thousandth


def window_start(end: date, months: int) -> date:
    """Return the first day of a payment window: that of the month it begins in, the month of `end` being the last.

    >>> window_start(date(2026, 10, 31), 12), window_start(date(2026, 10, 5), 12), window_start(date(2025, 2, 28), 12)
    (datetime.date(2025, 11, 1), datetime.date(2025, 11, 1), datetime.date(2024, 3, 1))
    """
    return month_first(month_index(end) - months + 1)


def payment_behaviour(
    book: Book, start: date, end: date, *, by: Sequence[str] = ("customer",), points: Sequence[tuple[float, float]] = (),
    late_after: int = 0, disputed: Literal["count", "leave_out"] = "count", rates: Sequence[Rate] = (), to: str | None = None,
) -> Figures:  # fmt: skip
    """Return payment behaviour over the items due from `start` to `end`, both included.

    points: (days beyond terms, points) for the payment index, interpolated; none: no index. late_after: days of grace
    before an item counts as late in the on-time shares. disputed: whether items in dispute at `end` count. to, rates: weigh and report
    in one currency.
    Columns: keys, items, due_minor, unpaid_minor, dbt_days (amount-weighted, early = 0), net_dbt_days (early offsets),
    days_to_pay, payment_index, on_time_share (amount), on_time_count_share, at_least (something was unpaid at `end`).
    Raises: NeedsSales when the book holds only what is open.
    Source: tests/published/payment_index.toml; the weighted days: 1,000@30, 3,000@60, 6,000@45 → 48.
    """
    need_history(book, "payment behaviour")
    items = _due_items(book, day_number(start), day_number(end), by, None if disputed == "count" else end)
    keys, weigh = _weighing(items, rates, to, end)
    groups = group(keys)
    of = groups.codes[items.group]
    number = counts(of, groups.size)
    tally = _Tally(items, of, groups.size, late_after, points, weigh)
    for item, paid, on in _settlements(book, items, day_number(end)):
        tally.add(item, paid, on)
    tally.owed = tally.left.copy()
    still = np.flatnonzero(tally.left > 0)
    rest = tally.left[still]
    tally.add(still, rest, np.full(len(still), day_number(end), np.int32))
    open_minor = sums(of[still], weigh(still, rest), groups.size)
    on_time = sums(of, (~tally.bad).astype(np.int64), groups.size)
    columns = {
        **groups.columns,
        "items": pa.array(number),
        "due_minor": pa.array(sums(of, weigh(np.arange(len(of)), items.amount), groups.size)),
        "unpaid_minor": pa.array(open_minor),
        "dbt_days": tally.per_weight(tally.beyond.sums),
        "net_dbt_days": tally.per_weight(tally.net.sums),
        "days_to_pay": tally.per_weight(tally.taken.sums),
        "on_time_share": tally.per_weight(tally.fine),
        "on_time_count_share": pa.array(on_time / np.maximum(number, 1)),
        "at_least": pa.array(open_minor > 0),
    }
    if points:
        columns["payment_index"] = tally.per_weight(tally.index.sums, _SCALE)

    def documents(row: int) -> pa.Table:
        chosen = np.flatnonzero(of == row)
        rows = np.empty(len(of), np.int64)
        named = np.flatnonzero(items.place >= 0)
        rows[items.place[named]] = named
        return documents_of(
            book, rows[chosen], due_minor=items.amount[chosen], unpaid_minor=np.maximum(tally.owed[chosen], 0)
        )

    values = {"start": start, "end": end, "late_after": late_after, "points": tuple(points)}
    return Figures(pa.table(columns), (*by, "currency"), end, "due_minor", values, documents=documents)


@dataclass(frozen=True)
class _Items:
    """The items due in a window. place: of every document its item, −1 for none. due, issued: day numbers. group: into keys."""

    place: NDArray[np.int32]
    due: NDArray[np.int32]
    issued: NDArray[np.int32]
    amount: NDArray[np.int64]
    group: NDArray[np.int32]
    keys: list[tuple[str, NDArray[np.int32], list[str | None]]]


def _weighing(
    items: _Items, rates: Sequence[Rate], to: str | None, end: date
) -> tuple[list[tuple[str, NDArray[np.int32], list[str | None]]], Weigh]:
    """Return the keys of the result, and how an amount of an item weighs: as it is, or in the one currency reported in.

    What is left of an item is counted in its own currency, so that rounding never makes a paid item look unpaid.
    """
    if to is None:
        return items.keys, lambda item, amount: amount
    *others, (name, own, texts) = items.keys
    currency = own[items.group]

    def weigh(item: NDArray[np.int64], amount: NDArray[np.int64]) -> NDArray[np.int64]:
        return to_currency(amount, currency[item], texts, rates, to, end)

    return [*others, (name, np.zeros(len(own), np.int32), [to])], weigh


class _Tally:
    """Weighted days by group, added up settlement by settlement."""

    def __init__(
        self, items: _Items, of: NDArray[np.int64], groups: int, late_after: int, points: Sequence[tuple[float, float]],
        weigh: Weigh,
    ) -> None:  # fmt: skip
        self._items, self._of, self._late_after, self._points, self._weigh = items, of, late_after, points, weigh
        self.left = items.amount.copy()
        self.owed = self.left  # at the end of the window, once frozen
        self.bad = np.zeros(len(of), np.bool_)
        self.weight = np.zeros(groups, np.int64)
        self.fine = np.zeros(groups, np.int64)
        self.beyond, self.net, self.taken, self.index = (Products(groups) for _ in range(4))

    def add(self, item: NDArray[np.int64], paid: NDArray[np.int64], on: NDArray[np.int32]) -> None:
        """Add settlements. item: into the items; paid: minor units; on: the day of each."""
        of = self._of[item]
        when = on.astype(np.int64)
        late = when - self._items.due[item]
        np.subtract.at(self.left, item, paid)
        paid = self._weigh(item, paid)
        np.add.at(self.weight, of, paid)
        self.net.add(of, paid, late)
        self.beyond.add(of, paid, np.maximum(late, 0))
        self.taken.add(of, paid, when - self._items.issued[item])
        tardy = late > self._late_after
        self.bad[item[tardy]] = True
        np.add.at(self.fine, of, paid * ~tardy)
        if self._points:
            given = np.interp(late, [p[0] for p in self._points], [p[1] for p in self._points])
            self.index.add(of, paid, np.rint(given * _SCALE).astype(np.int64))

    def per_weight(self, total: NDArray[np.int64], scale: float = 1.0) -> pa.Array:
        """Return totals ÷ weights, null where the weight is not above 0."""
        some = self.weight > 0
        return pa.array(np.divide(total, self.weight, out=np.zeros(len(some)), where=some) / scale, mask=~some)


def _due_items(book: Book, first: int, last: int, by: Sequence[str], undisputed: date | None) -> _Items:
    """Return the items due from `first` to `last`, both included, that exist at `last`. undisputed: and are in no dispute on that day."""
    grouper = Grouper([*by, "currency"])
    place = np.full(book.rows("documents"), -1, np.int32)
    parts: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]] = []
    count = 0
    names = ["due_on", "issue_on", "kind", "amount_minor", "currency", *by, *start_columns(book)]
    names += DISPUTE if undisputed is not None else ()
    for at, piece in book.scan("documents", list(dict.fromkeys(names))):
        due, begin, amount = days(piece["due_on"]), started(piece), amounts(piece)
        issued = days(piece["issue_on"])
        issued = np.where(issued == NO_DAY, np.where(begin == NO_DAY, due, begin), issued)
        due = np.where(due == NO_DAY, issued, due)  # an item without a due date is due on its invoice date, as in aging
        chosen = among(piece["kind"], ITEM_KINDS)
        chosen &= (due != NO_DAY) & (due >= first) & (due <= last) & (begin <= last) & (amount > 0)
        if undisputed is not None:
            opened, closed, reason = (piece[name] for name in DISPUTE)
            chosen &= ~in_dispute(opened, closed, reason, undisputed)
        rows = np.flatnonzero(chosen)
        place[at + rows] = np.arange(count, count + len(rows), dtype=np.int32)
        count += len(rows)
        parts.append((due[rows], issued[rows], amount[rows], grouper.add(piece, rows).astype(np.int32)))
    none = np.zeros(0, np.int32)
    due, issued, amount, of = (
        np.concatenate(part) for part in zip((none, none, none.astype(np.int64), none), *parts, strict=True)
    )
    return _Items(place, due, issued, amount, of, grouper.keys)


def _settlements(
    book: Book, items: _Items, last: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]]:
    """Yield (item, amount, day) of the allocations to chosen items in effect at the end of the window, a piece at a time."""
    if not book.rows("allocations"):
        return
    named = book.nulls("allocations", ["from_document"])["from_document"] < book.rows("allocations")
    begin = starts(book) if named else None
    columns = ["to_document", "amount_minor", *(["from_document"] if named else []), *live_columns(book)]
    for _, piece in book.scan("allocations", columns):
        to = ids(piece["to_document"])
        item = items.place[to]
        use = live(piece, last) & (item >= 0)
        if piece["to_document"].null_count:
            use &= to >= 0
        chosen = np.flatnonzero(use)
        on = days(piece["on"])[chosen]
        if begin is not None:  # a receipt pays from the day it exists, whatever day the allocation bears
            payer = ids(piece["from_document"])[chosen]
            on = np.maximum(on, np.where(payer >= 0, begin[payer], on))
            chosen, on = chosen[on <= last], on[on <= last]
        yield item[chosen].astype(np.int64), amounts(piece)[chosen], on
