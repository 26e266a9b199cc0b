"""Waiting orders in columns: what a release of each is judged by, taken once, so that other policy values can be tried on a whole book.

What must stay true: the outcome of each order is the one `judge` gives for it; only values of the release move it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib import money
from creditlib.decisions.limit.columns import Flags, Ints, as_int64, times_ratio
from creditlib.decisions.release.ground import Ground
from creditlib.decisions.release.levels import judge
from creditlib.facts.checks import disputed
from creditlib.measures.aging import days_past_due, overdue
from creditlib.measures.segments import sums
from creditlib.policy import Values

OUTCOMES: Final = ("release", "refer", "hold")
"""What may become of an order, the mildest first."""
MOVED_BY: Final = (
    "release.tolerance", "release.overdue_days", "release.overdue_minimum", "release.no_limit", "release.over_limit",
)  # fmt: skip
"""Policy values that can be tried on what was taken once; every other must be the one it was taken with."""


@dataclass(frozen=True)
class _Levels:
    """Limits orders stand under, one row for each order and limit. order: row of the order."""

    order: NDArray[np.int64]
    set_minor: Ints
    limit_minor: Ints
    exposure_minor: Ints
    uncounted: Flags


@dataclass(frozen=True)
class _Late:
    """Overdue items not in dispute. owner: code of customer and currency; past: days; minimum: owners the small overdue is allowed to;
    orders: for each order, the owners of its customer from first to last (excluded)."""

    owner: NDArray[np.int64]
    past: NDArray[np.int64]
    minor: Ints
    minimum: Flags
    first: NDArray[np.int64]
    last: NDArray[np.int64]


class OrderColumns:
    """Orders neither delivered nor billed, by customer, oldest first, as `release_orders` lists them.

    customer, order, currency, left_minor: of each. Raises: TooLarge for an exposure that can't be kept exactly.

    >>> from datetime import date
    >>> from creditlib.decisions.release.limits import Structure
    >>> from creditlib.facts.book import Book
    >>> from creditlib.policy import load_policy
    >>> book = Book(orders={"order": ["O-1"], "customer": ["C1"], "currency": ["CNY"], "amount_minor": [100]})
    >>> day, values = date(2026, 1, 31), load_policy().at(date(2026, 1, 31))
    >>> orders = OrderColumns(Ground(book, values, day, (), None, Structure(book, day)))
    >>> [OUTCOMES[code] for code in orders.outcomes(values).tolist()]
    ['refer']
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        waiting = sorted(
            ground.pending, key=lambda one: one.customer
        )  # stable: each customer's stay in order of their place
        self.customer = pa.array([one.customer for one in waiting], pa.string())
        self.order = pa.array([one.order for one in waiting], pa.string())
        self.currency = pa.array([one.currency for one in waiting], pa.string())
        self.left_minor = as_int64([one.left_minor for one in waiting])
        self._stopped = np.array([bool(ground.stops.get(one.customer)) for one in waiting], bool)
        limits = ground.limits
        found = [
            (at, level.set_minor, level.limit_minor, level.exposure_minor, bool(level.uncounted))
            for at, one in enumerate(waiting)
            for level in judge(
                ground, one.customer, one.currency, one.left_minor, one.position, limits.get(one.customer), False
            ).levels
        ]
        order, set_minor, limit_minor, exposure_minor = (as_int64([row[i] for row in found]) for i in range(4))
        uncounted = np.array([row[4] for row in found], bool)
        self._levels = _Levels(order, set_minor, limit_minor, exposure_minor, uncounted)
        self._without = np.ones(len(waiting), bool)
        self._without[self._levels.order] = False
        self._late = _late(ground, self.customer)

    def __len__(self) -> int:
        return len(self.left_minor)

    def outcomes(self, values: Values) -> NDArray[np.int8]:
        """Return what becomes of each order: its place in OUTCOMES. values: may differ in MOVED_BY."""
        code = {word: place for place, word in enumerate(OUTCOMES)}
        found = np.zeros(len(self), np.int8)
        found[self._without] = code[values["release.no_limit"]]
        levels = self._levels
        numerator, denominator = values["release.tolerance"].as_integer_ratio()
        more = times_ratio(levels.set_minor, numerator, denominator)
        allowed = np.where(
            levels.set_minor > 0, np.maximum(levels.set_minor + more, levels.limit_minor), levels.set_minor
        )
        over = (allowed <= 0) | (levels.exposure_minor > allowed)
        worst = np.where(over, code[values["release.over_limit"]], 0)
        worst = np.where(levels.set_minor == 0, code["hold"], worst)
        worst = np.maximum(worst, np.where(levels.uncounted, code["refer"], 0)).astype(np.int8)
        np.maximum.at(found, levels.order, worst)
        found[self._stopped | self._overdue(values)] = code["hold"]
        return found

    def _overdue(self, values: Values) -> Flags:
        """Whether overdue of the order's customer is too much in some currency."""
        late, into, home = self._late, self._ground.into, self._ground.home
        allowed = into.one(money.to_minor(values["release.overdue_minimum"], home), home)
        long = late.past > values["release.overdue_days"]
        total = sums(late.owner[long], late.minor[long], len(late.minimum))
        # an owner none of whose items is that late blocks nothing, whatever the sum: it is 0 then, and never above what is allowed
        before = np.concatenate([[0], np.cumsum(total > np.where(late.minimum, allowed, 0))])
        return np.asarray(before[late.last] > before[late.first], bool)


def _late(ground: Ground, customers: pa.Array) -> _Late:
    items = ground.items
    own, names = items.key("customer")
    minor, currency, currencies = ground.into.many(items.open_minor, items.currency, items.currencies)
    rows = np.flatnonzero(overdue(items) & ~disputed(items))
    width = max(len(currencies), 1)
    keys, owner = np.unique(own[rows].astype(np.int64) * width + currency[rows], return_inverse=True)
    minimum = np.array([name == ground.into.currency(ground.home) for name in currencies] or [False], bool)[
        keys % width
    ]
    place = {name: code for code, name in enumerate(names) if name is not None}
    code = np.array([place.get(name, -1) for name in customers.to_pylist()], np.int64)
    first, last = (np.searchsorted(keys, (code + more) * width) for more in (0, 1))
    return _Late(owner.astype(np.int64), days_past_due(items)[rows].astype(np.int64), minor[rows], minimum, first, last)
