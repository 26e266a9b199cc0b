"""What a payment record is added up in: months, what is said of every document, payments, and sums by group and month.

What must stay true: integers in, integers out, the same wherever the pieces are cut; an amount counts from the month it begins in;
an item stands over one run of months unless something of it was undone or overpaid: those few are told month by month.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number, month_end, month_first, month_index
from creditlib.facts.book import PIECE
from creditlib.facts.exact import month_indices
from creditlib.facts.open_items import Rate, to_currency

NEVER: Final = 2**31 - 1
"""A day after every day."""
ITEM, BILLED = np.int8(1), np.int8(2)
Ints = NDArray[np.int64]
Days = NDArray[np.int32]


@dataclass(frozen=True)
class Window:
    """Months of a record. ends: last day of each, the last one cut. slot_of: month of each day from the first one on."""

    first_month: int
    first: int
    ends: Days
    slot_of: NDArray[np.int64]

    @classmethod
    def of(cls, start: date, end: date) -> Window:
        """Return the months from that of `start` to that of `end`."""
        first_month, last_month = month_index(start), month_index(end)
        ends = [month_end(month_first(m)) for m in range(first_month, last_month)]
        first, last = day_number(month_first(first_month)), day_number(end)
        slots = month_indices(np.arange(first, last + 1, dtype=np.int32)) - first_month
        return cls(first_month, first, np.array([*map(day_number, ends), last], np.int32), slots)

    @property
    def months(self) -> int:
        """How many months there are."""
        return len(self.ends)

    @property
    def last(self) -> int:
        """The last day."""
        return int(self.ends[-1])

    def slots(self, day: Days) -> Ints:
        """Month of each day; 0 for a day before the window, `months` for one after it."""
        inside = self.slot_of[np.clip(day, self.first, self.last) - self.first]
        return np.where(day > self.last, self.months, inside)


@dataclass(frozen=True)
class Documents:
    """Of every document: its group (−1: not there by the end), first day, due day, amount, and whether item or billing."""

    of: Days
    begin: Days
    due: Days
    amount: Ints
    role: NDArray[np.int8]

    def items(self, here: slice = slice(None)) -> NDArray[np.bool_]:
        """Which of them are items there by the end."""
        return (self.role[here] & ITEM > 0) & (self.of[here] >= 0)


@dataclass(frozen=True)
class Payments:
    """Allocations of a piece in effect at some time by the end. to, source: documents, −1 for none. on: first day in effect;
    undone: the day it no longer is, NEVER where it stays."""

    to: Ints
    source: Ints
    amount: Ints
    on: Days
    undone: Days


@dataclass(frozen=True)
class Grids:
    """Sums of groups × months. open: changes, until they are added up over the months. worst: −NEVER where nothing was late or early."""

    open: Ints
    settled: Ints
    billed: Ints
    items: Ints
    worst: Ints

    @classmethod
    def of(cls, groups: int, months: int) -> Grids:
        """Return empty grids."""

        def zeros() -> Ints:
            return np.zeros((groups, months), np.int64)

        return cls(zeros(), zeros(), zeros(), zeros(), np.full((groups, months), -NEVER, np.int64))

    def add_documents(self, documents: Documents, window: Window) -> None:
        """Add amounts in the month they begin, and billings of the window."""
        for here in _slices(len(documents.of)):
            there = np.flatnonzero(documents.of[here] >= 0)
            begin, amount = documents.begin[here][there], documents.amount[here][there]
            cell = documents.of[here][there].astype(np.int64) * window.months + window.slots(begin)
            np.add.at(self.open.reshape(-1), cell, amount)
            billed = (documents.role[here][there] & BILLED > 0) & (begin >= window.first)
            np.add.at(self.billed.reshape(-1), cell[billed], amount[billed])

    def add_payments(
        self, documents: Documents, window: Window, payments: Iterable[Payments]
    ) -> tuple[Ints, Days, Ints]:
        """Add payments. Return, of every document, what was never paid and the day of its last payment; and the items whose balance
        does not simply fall to its end: something of them was undone or overpaid."""
        left, closed = documents.amount.copy(), np.full(len(documents.of), NO_DAY, np.int32)
        odd = np.zeros(len(documents.of), np.bool_)
        item = documents.items()
        for paid in payments:
            slot, back = window.slots(paid.on), window.slots(paid.undone)
            for side, sign in ((paid.to, -1), (paid.source, 1)):
                self._move(documents, window.months, side, sign * paid.amount, slot, side >= 0)
                self._move(
                    documents, window.months, side, -sign * paid.amount, back, (side >= 0) & (back < window.months)
                )
            chosen = np.flatnonzero((paid.to >= 0) & item[paid.to])
            to, amount, on = paid.to[chosen], paid.amount[chosen], paid.on[chosen]
            np.subtract.at(left, to, amount)
            np.maximum.at(closed, to, on)
            odd[to[back[chosen] < window.months]] = True
            lasting = (back[chosen] > slot[chosen]) & (on >= window.first)
            cell = documents.of[to[lasting]].astype(np.int64) * window.months + slot[chosen][lasting]
            np.add.at(self.settled.reshape(-1), cell, amount[lasting])
            np.add.at(self.items.reshape(-1), cell, 1)
            late = on[lasting].astype(np.int64) - documents.due[to[lasting]]
            np.maximum.at(self.worst.reshape(-1), cell, late)
        odd |= item & (left < 0)
        closed[odd], left[odd] = NO_DAY, 0  # stands nowhere here: told by `add_standing_again`
        return left, closed, np.flatnonzero(odd)

    def _move(
        self, documents: Documents, months: int, side: Ints, amount: Ints, slot: Ints, use: NDArray[np.bool_]
    ) -> None:
        chosen = np.flatnonzero(use)
        cell = documents.of[side[chosen]].astype(np.int64) * months + slot[chosen]
        np.add.at(self.open.reshape(-1), cell, amount[chosen])

    def add_standing(self, documents: Documents, window: Window, left: Ints, closed: Days) -> None:
        """Add the items that stand open and past due at month ends: each over one run of months."""
        more = np.zeros((len(self.items), window.months + 1), np.int64)
        oldest = np.full(self.worst.shape, NEVER, np.int64)
        for here in _slices(len(documents.of)):
            due, until = documents.due[here], np.where(left[here] > 0, np.int32(NEVER), closed[here])
            low = np.searchsorted(window.ends, np.maximum(documents.begin[here], due + 1))
            high = np.searchsorted(window.ends, until) - 1
            rows = np.flatnonzero(documents.items(here) & (low <= high))
            of, low, high, due = documents.of[here][rows].astype(np.int64), low[rows], high[rows], due[rows]
            np.add.at(more, (of, low), 1)
            np.add.at(more, (of, high + 1), -1)
            while len(of):
                np.minimum.at(oldest.reshape(-1), of * window.months + low, due)
                low = low + 1
                on = low <= high
                of, low, high, due = of[on], low[on], high[on], due[on]
        self.items[...] += np.cumsum(more, axis=1)[:, :-1]
        stands = oldest < NEVER
        np.maximum(self.worst, np.where(stands, window.ends - oldest, -NEVER), out=self.worst)

    def add_standing_again(
        self, documents: Documents, window: Window, rows: Ints, payments: Iterable[Payments]
    ) -> None:
        """Add the few items with payments undone or too high: their balance is taken at each month's end by itself."""
        place = np.full(len(documents.of), -1, np.int64)
        place[rows] = np.arange(len(rows))
        left = np.repeat(documents.amount[rows][:, None], window.months, axis=1)
        for paid in payments:
            chosen = np.flatnonzero((paid.to >= 0) & (place[paid.to] >= 0))
            cell = place[paid.to[chosen]]
            for m, day in enumerate(window.ends.tolist()):
                use = (paid.on[chosen] <= day) & (paid.undone[chosen] > day)
                np.subtract.at(left, (cell[use], m), paid.amount[chosen][use])
        due, begin = documents.due[rows][:, None], documents.begin[rows][:, None]
        which, slot = np.nonzero((left > 0) & (begin <= window.ends) & (due < window.ends))
        of = documents.of[rows[which]]
        np.add.at(self.items, (of, slot), 1)
        np.maximum.at(self.worst, (of, slot), window.ends[slot].astype(np.int64) - documents.due[rows[which]])

    def convert(self, own: Days, names: Sequence[str | None], rates: Sequence[Rate], to: str, end: date) -> None:
        """Convert every amount, in place."""
        for grid in (self.open, self.settled, self.billed):
            currency = np.repeat(own, grid.shape[1])
            grid[...] = to_currency(grid.reshape(-1), currency, names, rates, to, end).reshape(grid.shape)

    def merged(self, codes: NDArray[Any], groups: int) -> Grids:
        """Return the grids by the groups of the result, in their order."""
        out = Grids.of(groups, self.open.shape[1])
        for mine, theirs in ((self.open, out.open), (self.settled, out.settled), (self.billed, out.billed),
                             (self.items, out.items)):  # fmt: skip
            np.add.at(theirs, codes, mine)
        np.maximum.at(out.worst, codes, self.worst)
        return out


def _slices(count: int) -> Iterator[slice]:
    for at in range(0, count, PIECE):
        yield slice(at, min(at + PIECE, count))
