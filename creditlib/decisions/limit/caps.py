"""What holds a limit down beside the method: the grade's cap, and what the firm itself can bear without insurance on one group.

What must stay true: own capacity is for a whole group of customers: its limits' uninsured parts together stay within it, and a member
without a limit takes up what it owes; limits that do not fit together are cut in proportion, so that no order of customers matters;
a cap that can't be told holds nothing down, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from creditlib.decisions.limit.columns import Amounts, Ints, as_int64, insured_parts, leading_digits, sums_of
from creditlib.decisions.limit.exchange import Exchange, times
from creditlib.decisions.limit.methods import highest_with_own
from creditlib.decisions.limit.standing import Judged, Standing, table_of
from creditlib.facts.book import Book
from creditlib.facts.open_items import in_force
from creditlib.money import exponent
from creditlib.policy import GRADES, Values

_WIDE: Final = 2**62  # sums beyond this are compared as Python's integers


def groups_of(book: Book, customers: Sequence[str], as_of: date) -> dict[str, str]:
    """Return customer → its group: the group named for it or for a parent of it, else its topmost parent, else itself.

    >>> book = Book(customers={"customer": ["A", "B"], "parent": ["B", None], "group": [None, None]})
    >>> groups_of(book, ["A", "B", "C"], date(2026, 1, 1))
    {'A': 'B', 'B': 'B', 'C': 'C'}
    """
    named, parents = in_force(book, "group", as_of), in_force(book, "parent", as_of)
    found = {}
    for customer in customers:
        at, seen = customer, {customer}
        while named.get(at) is None and (above := parents.get(at)) is not None and above not in seen:
            at = above
            seen.add(at)
        found[customer] = named.get(at) or at
    return found


@dataclass(frozen=True)
class Capacity:
    """What the firm can bear uninsured on one group, minor units of the home currency. cap: which share set it; None: neither is known.
    receivables_minor: the book's. unconverted: currencies left out of it for want of a rate."""

    home: str
    minor: int | None
    cap: str | None
    receivables_minor: int
    unconverted: tuple[str, ...]


def receivables_of(owed: Mapping[str, Mapping[str, int]], home: str, exchange: Exchange) -> tuple[int, tuple[str, ...]]:
    """Return what is owed to the firm in its home currency, balance by balance, and the currencies left out for want of a rate."""
    total, left_out = 0, set()
    for balances in owed.values():
        for currency, minor in balances.items():
            converted = exchange.convert(max(minor, 0), currency, home)
            if converted is None:
                left_out.add(currency)
            total += converted or 0
    return total, tuple(sorted(left_out))


def capacity_of(owed: Mapping[str, Mapping[str, int]], values: Values, exchange: Exchange) -> Capacity:
    """Return own capacity: a share of own equity where it is given, a share of all receivables where there are any; the lower."""
    home = values["home.currency"]
    return capacity_on(*receivables_of(owed, home, exchange), values)


def capacity_on(receivables_minor: int, unconverted: tuple[str, ...], values: Values) -> Capacity:
    """Return own capacity on receivables that were added up already."""
    home = values["home.currency"]
    caps: list[tuple[int, str]] = []
    if values["limit.own_equity"] is not None:
        equity = Fraction(values["limit.own_equity"]) * 10 ** exponent(home)
        caps.append((times(1, equity * Fraction(values["limit.own_equity_share"])), "own_equity"))
    if receivables_minor > 0:
        caps.append((times(receivables_minor, Fraction(values["limit.own_receivables_share"])), "own_receivables"))
    lowest = min(caps, default=None)
    minor, cap = lowest or (None, None)
    return Capacity(home, minor, cap, receivables_minor, unconverted)


def grade_caps(standing: Standing, judged: Judged, values: Values) -> Amounts:
    """Return the cap of each row's grade in its own currency; none where there is none, or no rate."""
    home, caps = standing.home, values["limit.grade_cap"]
    found: list[int | None] = []
    for name in standing.currencies:
        ratio = standing.exchange.ratio(home, name)
        for grade in GRADES:
            cap = caps[grade]
            told = None if cap is None or ratio is None else Fraction(cap) * 10 ** exponent(home) * ratio
            found.append(None if told is None else times(1, told))
    at = np.where(judged.grade >= 0, standing.currency * len(GRADES) + judged.grade, -1)
    return table_of([*found, None], at)


@dataclass(frozen=True)
class Allotted:
    """Limits within own capacity. highest: what capacity allows a row at most, known where it holds it down. group_own: uninsured part
    of each group's limits, and of what its members without a limit owe, in the home currency, by code."""

    limit: Amounts
    highest: Amounts
    group_own: Ints


def allot(limits: Amounts, standing: Standing, capacity: Capacity, digits: int) -> Allotted:
    """Return the limits own capacity leaves, rounded down to their leading digits but not below the insured part that fits.

    limits: not known for a row without one; such a row takes up what it owes without insurance.
    """
    size, owed = len(standing.groups), standing.owed
    own = _own(limits, standing)
    wanted = sums_of(standing.group, own, standing.factor, size)
    without = owed.row < 0
    without[~without] = ~limits.known[owed.row[~without]]
    taken = sums_of(owed.group[without], owed.bare_minor[without], owed.factor[without], size)
    minor, highest = limits.minor.copy(), np.zeros(len(limits), np.int64)
    held = np.zeros(len(limits), bool)
    if capacity.minor is not None:
        room = _room(capacity.minor * standing.scale, taken)
        held = limits.known & (own != 0) & _above(wanted, room)[standing.group]
        rows = np.flatnonzero(held)
        most = _most(rows, own, room, wanted, standing)
        highest[rows] = most
        cover = np.minimum(standing.cover.minor[rows], most)
        minor[rows] = np.minimum(minor[rows], np.maximum(leading_digits(most, digits, standing.unit[rows]), cover))
    kept = Amounts.where(limits.known, minor)
    final = sums_of(standing.group, _own(kept, standing), standing.factor, size)
    return Allotted(kept, Amounts(highest, held), _whole_sums(final, taken, standing.scale))


def _whole_sums(final: NDArray[Any], taken: NDArray[Any], scale: int) -> Ints:
    """Both sums together, over the scale, rounded down. Each is below 2⁶² where it is int64."""
    if final.dtype == taken.dtype == np.int64 and scale < _WIDE:
        total: Ints = (final + taken) // scale
        return total
    return as_int64([(int(a) + int(b)) // scale for a, b in zip(final.tolist(), taken.tolist(), strict=True)])


def _own(limits: Amounts, standing: Standing) -> Ints:
    """The uninsured part of each limit, 0 where there is none."""
    return limits.minor - insured_parts(limits.minor, standing.cover.minor, standing.cover_paid.minor)


def _room(capacity: int, taken: NDArray[Any]) -> NDArray[Any]:
    """What is left of own capacity in each group, over `Standing.scale`."""
    wide = capacity >= _WIDE or taken.dtype == object
    room: NDArray[Any] = np.maximum(
        np.array(capacity, object if wide else np.int64) - (taken.astype(object) if wide else taken), 0
    )
    return room


def _above(wanted: NDArray[Any], room: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(wanted > room, bool)


def _most(rows: NDArray[Any], own: Ints, room: NDArray[Any], wanted: NDArray[Any], standing: Standing) -> Ints:
    """The highest limit of each row that keeps its group within its room, the room shared in proportion to the own parts."""
    group, names = standing.group[rows], standing.currencies
    ratios = [standing.exchange.ratio(standing.home, name) or Fraction(0) for name in names]
    columns = (
        room[group].tolist(), wanted[group].tolist(), own[rows].tolist(), standing.factor[rows].tolist(), standing.currency[rows].tolist(),
        standing.cover.minor[rows].tolist(), standing.cover_paid.minor[rows].tolist(),
    )  # fmt: skip
    return as_int64(
        [
            highest_with_own(
                left * part * factor * ratios[code].numerator, cover, paid,
                over=all_ * standing.scale * ratios[code].denominator,
            )
            for left, all_, part, factor, code, cover, paid in zip(*columns, strict=True)
        ]
    )  # fmt: skip
