"""What a release is judged by: exposure, orders ahead, limits, overdue items, cover and register flags, taken once for a day.

What must stay true: one order and a whole book are judged by the same figures; an order stands behind those placed before it, never
behind later ones; what can't be converted is kept apart and told, never left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import accumulate
from math import inf
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib import money
from creditlib.decisions.hard_stops import columns_needed, stops_in
from creditlib.decisions.release.limits import Limit, Structure, Translation, limits_in_force
from creditlib.facts.book import Book
from creditlib.facts.checks import disputed
from creditlib.facts.open_items import Rate, open_items
from creditlib.facts.tables import codes
from creditlib.measures.aging import days_past_due, overdue
from creditlib.measures.cover import cover
from creditlib.measures.figures import documents_of
from creditlib.measures.order_lines import OrderLines, order_lines
from creditlib.measures.segments import sums
from creditlib.policy import Values

Position = tuple[float, float]
LAST: Final[Position] = (inf, inf)
"""Place of an order no book knows: behind all others."""


class Pending(NamedTuple):
    """What is neither delivered nor billed of one order in one currency. position: its place among all orders."""

    customer: str
    order: str
    currency: str
    left_minor: int
    position: Position


@dataclass
class Late:
    """Overdue of one customer. blocking, disputed: beyond the days allowed, by currency. oldest_days, document: of the oldest item past
    due and not in dispute."""

    blocking: dict[str, int] = field(default_factory=dict)
    disputed: dict[str, int] = field(default_factory=dict)
    oldest_days: int | None = None
    document: str | None = None


class Ground:
    """Everything known on a day about some customers, or about all.

    parts: (customer, currency) → open items, unapplied credits, delivered not billed. whole: (customer, order, currency) → its lines, billed
    ones included. pending: by position. late, stops, cover: by customer. minimum_minor: the small overdue in minimum_currency.
    """

    def __init__(
        self, book: Book, values: Values, as_of: date, rates: Sequence[Rate], to: str | None, structure: Structure,
        customers: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        self.book, self.values, self.as_of, self.structure = book, values, as_of, structure
        self.into = Translation(tuple(rates), to, as_of)
        self.home = values["home.currency"]
        self.limits = limits_in_force(book, as_of, self.home)
        self.items = open_items(book, as_of, netting=values["aging.netting"])
        self._customer, self._names = self.items.key("customer")
        self._mine = _of(self._customer, self._names, customers)
        self.parts: dict[tuple[str, str], list[int]] = {}
        self._take_items()
        self._take_late()
        lines = order_lines(book, as_of)
        self.lines = lines.chosen(_of(*codes(lines.table["customer"]), customers))
        self.whole: dict[tuple[str, str, str], int] = {}
        self.pending = self._take_orders(self.lines)
        self._queue = _queue(self.pending)
        self.currencies: dict[str, set[str]] = defaultdict(set)
        for customer, currency in (*self.parts, *self._queue):
            self.currencies[customer].add(currency)
        table = book.columns("registrations", columns_needed())
        table = table.filter(pa.array(_of(*codes(table["customer"]), customers)))
        self.stops: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in stops_in(table, values["onboarding.hard_stops"], as_of).to_pylist():
            self.stops[row["customer"]].append(row)
        self.cover = self._take_cover()

    def under(self, values: Values) -> Ground:
        """Return the same with other days and amounts of overdue that hold orders; every other value must be the one it was made with."""
        made = copy(self)
        made.values = values
        made._take_late()
        return made

    def total(self, customer: str, currency: str, position: Position) -> int:
        """Return a customer's exposure in one currency, with the orders placed before a position."""
        return sum(self.parts.get((customer, currency), (0, 0, 0))) + self.ahead(customer, currency, position)

    def ahead(self, customer: str, currency: str, position: Position) -> int:
        """Return a customer's undelivered orders placed before a position."""
        positions, sums_before = self._queue.get((customer, currency), ([], [0]))
        return sums_before[bisect_left(positions, position)]

    def documents(self, customers: Collection[str]) -> pa.Table:
        """Return the open items of some customers."""
        rows = np.flatnonzero(_of(self._customer, self._names, customers))
        late = days_past_due(self.items)[rows]
        return documents_of(
            self.book, self.items.rows[rows], open_minor=self.items.open_minor[rows], days_past_due=late
        )

    def _add(self, customer: str, currency: str, place: int, minor: int) -> None:
        self.parts.setdefault((customer, currency), [0, 0, 0])[place] += minor

    def _take_items(self) -> None:
        items, mine = self.items, self._mine
        minor, currency, names = self.into.many(items.open_minor, items.currency, items.currencies)
        credit = minor < 0
        for place, which in ((0, mine & ~credit), (1, mine & credit)):
            for customer, name, total in _summed(self._customer, self._names, currency, names, minor, which):
                self._add(customer, name, place, total)
        self._told = (minor, currency, names)
        past, in_dispute = days_past_due(items), disputed(items)
        late = overdue(items) & mine
        self._past, self._overdue, self._in_dispute = past, late & ~in_dispute, late & in_dispute
        rows = np.flatnonzero(self._overdue & ~credit)
        rows = rows[np.lexsort((rows, -past[rows], self._customer[rows]))]
        rows = rows[np.diff(self._customer[rows], prepend=-1) != 0]
        numbers = items.column("document").take(pa.array(rows)).to_pylist()
        self._oldest = {
            self._names[self._customer[row]] or "": (int(past[row]), number)
            for row, number in zip(rows.tolist(), numbers, strict=True)
        }

    def _take_late(self) -> None:
        """Take what depends on the days and the amount of overdue that hold."""
        minimum = money.to_minor(self.values["release.overdue_minimum"], self.home)
        self.minimum_minor, self.minimum_currency = self.into.one(minimum, self.home), self.into.currency(self.home)
        minor, currency, names = self._told
        long = self._past > self.values["release.overdue_days"]
        self._long = [
            _by_key(self._customer, currency, len(names), minor, long & which)
            for which in (self._overdue, self._in_dispute)
        ]
        self.__dict__.pop("late", None)

    @cached_property
    def late(self) -> dict[str, Late]:
        """Overdue by customer."""
        found: dict[str, Late] = {}
        names = self._told[2]
        for (own, currency, total), disputes in zip(self._long, (False, True), strict=True):
            for customer, code, minor in zip(own.tolist(), currency.tolist(), total.tolist(), strict=True):
                about = found.setdefault(self._names[customer] or "", Late())
                (about.disputed if disputes else about.blocking)[names[code]] = minor
        for customer, (days, number) in self._oldest.items():
            about = found.setdefault(customer, Late())
            about.oldest_days, about.document = days, number
        return found

    def oldest(self, customer: str) -> tuple[int | None, str | None]:
        """Return days past due and number of a customer's oldest item that is overdue and not in dispute."""
        return self._oldest.get(customer, (None, None))

    def small_overdue(self, currency: str) -> int:
        """Return the overdue in a currency that holds nothing."""
        return self.minimum_minor if currency == self.minimum_currency else 0

    def blocked(self) -> tuple[list[str], list[str], NDArray[np.int64]]:
        """Return customers, currencies and overdue beyond the days allowed, where it is more than the small overdue; in order of the
        customers' codes."""
        own, currency, total = self._long[0]
        names = self._told[2]
        allowed = np.array([self.small_overdue(name) for name in names] or [0], np.int64)
        mine = np.flatnonzero(total > allowed[currency])
        customers = [self._names[code] or "" for code in own[mine].tolist()]
        order = sorted(range(len(mine)), key=customers.__getitem__)
        return (
            [customers[at] for at in order], [names[code] for code in currency[mine][order].tolist()], total[mine][order],
        )  # fmt: skip

    def _take_orders(self, lines: OrderLines) -> list[Pending]:
        table = lines.table
        own, names = codes(table["customer"])
        left, currency, currencies = self.into.many(lines.left_minor, *codes(table["currency"]))
        full = self.into.many(lines.amount_minor, *codes(table["currency"]))[0]
        for customer, name, total in _summed(own, names, currency, currencies, left, lines.delivered):
            self._add(customer, name, 2, total)
        found: dict[tuple[str, str, str], tuple[int, Position]] = {}
        columns = (own.tolist(), table["order"].to_pylist(), currency.tolist(), left.tolist(), full.tolist(),
                   lines.delivered.tolist(), lines.ordered_on.tolist())  # fmt: skip
        for row, (c, order, code, rest, whole, gone, on) in enumerate(zip(*columns, strict=True)):
            key = (names[c] or "", order, currencies[code])
            self.whole[key] = self.whole.get(key, 0) + whole
            if rest and not gone:
                before, position = found.get(key, (0, LAST))
                found[key] = (before + rest, min(position, (on, row)))
        made = [Pending(*key, left, position) for key, (left, position) in found.items()]
        return sorted(made, key=lambda one: one.position)

    def _take_cover(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return (customer, currency) → the figures of `cover` and whether an insurance has stopped."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        if not self.book.rows("security"):
            return found
        figures = cover(self.book, self.as_of, insured_share=self.values["limit.insured_share"], items=self.items)
        for row in figures.rows():
            own = row.pop("currency")
            mine = found.setdefault((row.pop("customer"), self.into.currency(own)), {"insurance_stopped": False})
            mine["insurance_stopped"] |= row.pop("insurance_stopped")
            mine["oldest_days"] = row.pop("oldest_days")
            for name, minor in row.items():
                mine[name] = mine.get(name, 0) + self.into.one(minor, own)
        return found


def limit_of(limit: Limit, into: Translation) -> Limit:
    """Return a limit in the currency it is compared in."""
    return Limit(into.one(limit.minor, limit.currency), into.currency(limit.currency))


def _of(
    own: NDArray[np.integer[Any]], names: Sequence[str | None], customers: Collection[str] | None
) -> NDArray[np.bool_]:
    wanted = np.array([customers is None or name in customers for name in names] or [False], np.bool_)
    return np.asarray(wanted[own])


def _by_key(
    own: NDArray[np.integer[Any]], currency: NDArray[np.integer[Any]], currencies: int, minor: NDArray[np.int64],
    which: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    """Return codes of customer and currency, and the sum, of some rows."""
    width = max(currencies, 1)
    keys, place = np.unique(own[which].astype(np.int64) * width + currency[which], return_inverse=True)
    return keys // width, keys % width, sums(place, minor[which], len(keys))


def _summed(
    own: NDArray[np.integer[Any]], names: Sequence[str | None], currency: NDArray[np.integer[Any]], currencies: Sequence[str],
    minor: NDArray[np.int64], which: NDArray[np.bool_],
) -> list[tuple[str, str, int]]:  # fmt: skip
    """Return (customer, currency, sum) of some rows."""
    customer, code, total = _by_key(own, currency, len(currencies), minor, which)
    return [
        (names[one] or "", currencies[at], amount)
        for one, at, amount in zip(customer.tolist(), code.tolist(), total.tolist(), strict=True)
    ]


def _queue(pending: Sequence[Pending]) -> dict[tuple[str, str], tuple[list[Position], list[int]]]:
    """Return (customer, currency) → positions in order, and what stands before each of them."""
    lists: dict[tuple[str, str], list[Pending]] = defaultdict(list)
    for one in pending:
        lists[one.customer, one.currency].append(one)
    return {
        key: ([one.position for one in some], list(accumulate((one.left_minor for one in some), initial=0)))
        for key, some in lists.items()
    }
