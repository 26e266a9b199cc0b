"""How customers pay: days beyond terms, days to pay, payment index, over the items *due* in a window, unpaid ones included.

What must stay true: an unpaid item counts to the end of the window, so a bad payer never looks good by not paying (then the
figure is "at least"); weights are exact integers until the last division.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.facts.book import Book
from creditlib.facts.ledger import amounts, ids, live, live_columns, start_columns, started
from creditlib.facts.open_items import Rate
from creditlib.facts.tables import among, days
from creditlib.measures.dso import need_history
from creditlib.measures.figures import Figures
from creditlib.measures.pieces import Grouper, Products
from creditlib.measures.segments import counts, group, sums

_ITEM_KINDS: Final = ("invoice", "debit_note", "bill")
_SCALE: Final = 1000  # payment points are kept to a thousandth


def payment_behaviour(
    book: Book, start: date, end: date, *, by: Sequence[str] = ("customer",), points: Sequence[tuple[float, float]] = (),
    late_after: int = 0, rates: Sequence[Rate] = (), to: str | None = None,
) -> Figures:  # fmt: skip
    """Return payment behaviour over the items due from `start` to `end`, both included.

    points: (days beyond terms, points) for the payment index, interpolated; none: no index. late_after: days of grace
    before an item counts as late in the on-time shares. to, rates: weigh and report in one currency.
    Columns: keys, items, due_minor, unpaid_minor, dbt_days (amount-weighted, early = 0), net_dbt_days (early offsets),
    days_to_pay, payment_index, on_time_share (amount), on_time_count_share, at_least (something was unpaid at `end`).
    Raises: NeedsSales when the book holds only what is open.
    Source: tests/published/payment_index.toml; the weighted days: 1,000@30, 3,000@60, 6,000@45 → 48.
    """
    need_history(book, "payment behaviour")
    items = _due_items(book, day_number(start), day_number(end), by)
    groups = group(items.keys)
    of = groups.codes[items.group]
    number = counts(of, groups.size)
    tally = _Tally(items, of, groups.size, late_after, points)
    for item, paid, on in _settlements(book, items, day_number(end)):
        tally.add(item, paid, on)
    still = np.flatnonzero(tally.left > 0)
    rest = tally.left[still]
    tally.add(still, rest, np.full(len(still), day_number(end), np.int32))
    open_minor = sums(of[still], rest, groups.size)
    on_time = sums(of, (~tally.bad).astype(np.int64), groups.size)
    columns = {
        **groups.columns,
        "items": pa.array(number),
        "due_minor": pa.array(sums(of, items.amount, groups.size)),
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
    return Figures(
        pa.table(columns), (*by, "currency"), end, "due_minor", {"start": start, "end": end, "late_after": late_after}
    )


@dataclass(frozen=True)
class _Items:
    """The items due in a window. place: of every document its item, −1 for none. due, issued: day numbers. group: into keys."""

    place: NDArray[np.int32]
    due: NDArray[np.int32]
    issued: NDArray[np.int32]
    amount: NDArray[np.int64]
    group: NDArray[np.int32]
    keys: list[tuple[str, NDArray[np.int32], list[str | None]]]


class _Tally:
    """Weighted days by group, added up settlement by settlement."""

    def __init__(
        self, items: _Items, of: NDArray[np.int64], groups: int, late_after: int, points: Sequence[tuple[float, float]]
    ) -> None:
        self._items, self._of, self._late_after, self._points = items, of, late_after, points
        self.left = items.amount.copy()
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


def _due_items(book: Book, first: int, last: int, by: Sequence[str]) -> _Items:
    """Return the items due from `first` to `last`, both included, that exist at `last`."""
    grouper = Grouper([*by, "currency"])
    place = np.full(book.rows("documents"), -1, np.int32)
    parts: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]] = []
    count = 0
    names = ["due_on", "issue_on", "kind", "amount_minor", "currency", *by, *start_columns(book)]
    for at, piece in book.scan("documents", list(dict.fromkeys(names))):
        due, begin, amount = days(piece["due_on"]), started(piece), amounts(piece)
        chosen = among(piece["kind"], _ITEM_KINDS)
        chosen &= (due != NO_DAY) & (due >= first) & (due <= last) & (begin <= last) & (amount > 0)
        rows = np.flatnonzero(chosen)
        place[at + rows] = np.arange(count, count + len(rows), dtype=np.int32)
        count += len(rows)
        due, begin, issued = due[rows], begin[rows], days(piece["issue_on"])[rows]
        issued = np.where(issued == NO_DAY, np.where(begin == NO_DAY, due, begin), issued)
        parts.append((due, issued, amount[rows], grouper.add(piece, rows).astype(np.int32)))
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
    for _, piece in book.scan("allocations", ["to_document", "amount_minor", *live_columns(book)]):
        to = ids(piece["to_document"])
        item = items.place[to]
        use = live(piece, last) & (item >= 0)
        if piece["to_document"].null_count:
            use &= to >= 0
        chosen = np.flatnonzero(use)
        yield item[chosen].astype(np.int64), amounts(piece)[chosen], days(piece["on"])[chosen]
