"""What holds a limit down beside the method: the grade's cap, and what the firm itself can bear without insurance on one group.

What must stay true: own capacity is for a whole group of customers: its limits' uninsured parts together stay within it, and a member
without a limit takes up what it owes; limits that do not fit together are cut in proportion, so that no order of customers matters;
a cap that can't be told holds nothing down, and says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from creditlib.decisions.limit.exchange import ONE, Column, Exchange, leading, times
from creditlib.decisions.limit.inputs import Inputs
from creditlib.decisions.limit.methods import highest_with_own, insured_part
from creditlib.facts.book import Book
from creditlib.facts.open_items import in_force
from creditlib.money import exponent
from creditlib.policy import Values

Amount = int | Fraction
"""Minor units, exactly."""


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


def capacity_of(owed: dict[str, dict[str, int]], values: Values, exchange: Exchange) -> Capacity:
    """Return own capacity: a share of own equity where it is given, a share of all receivables where there are any; the lower."""
    home = values["home.currency"]
    total, left_out = 0, set()
    for balances in owed.values():
        for currency, minor in balances.items():
            converted = exchange.convert(max(minor, 0), currency, home)
            if converted is None:
                left_out.add(currency)
            total += converted or 0
    caps: list[tuple[int, str]] = []
    if values["limit.own_equity"] is not None:
        equity = Fraction(values["limit.own_equity"]) * 10 ** exponent(home)
        caps.append((times(1, equity * Fraction(values["limit.own_equity_share"])), "own_equity"))
    if total > 0:
        caps.append((times(total, Fraction(values["limit.own_receivables_share"])), "own_receivables"))
    lowest = min(caps, default=None)
    if lowest is None:
        return Capacity(home, None, None, total, tuple(sorted(left_out)))
    return Capacity(home, lowest[0], lowest[1], total, tuple(sorted(left_out)))


def grade_caps(inputs: Inputs, values: Values, exchange: Exchange) -> Column:
    """Return the cap of each row's grade in its own currency; None where there is none, or no rate."""
    home, caps = values["home.currency"], values["limit.grade_cap"]
    given = {grade: None if cap is None else Fraction(cap) * 10 ** exponent(home) for grade, cap in caps.items()}
    found: dict[tuple[str | None, str], int | None] = {}
    for grade, currency in {*zip(inputs.grade, inputs.currency, strict=True)}:
        cap, ratio = given.get(grade or ""), exchange.ratio(home, currency)
        found[grade, currency] = None if cap is None or ratio is None else times(1, cap * ratio)
    return [found[pair] for pair in zip(inputs.grade, inputs.currency, strict=True)]


@dataclass(frozen=True)
class Allotted:
    """Limits within own capacity. highest: what capacity allows a row at most, None where it holds nothing down. own_minor: uninsured
    part of each group's limits, and of what its members without a limit owe, in the home currency."""

    limit: Column
    highest: Column
    own_minor: dict[str, int]


def allot(
    limits: Column, inputs: Inputs, of_group: dict[str, str], capacity: Capacity, exchange: Exchange, digits: int
) -> Allotted:
    """Return the limits own capacity leaves, rounded down to their leading digits but not below the insured part that fits.

    limits: None for a row without one; such a row takes up what it owes without insurance.
    """
    home, owning = capacity.home, {c: i for i, c in enumerate(inputs.customer)}
    own: list[Amount] = []
    wanted: dict[str, Amount] = defaultdict(int)
    taken: dict[str, Amount] = defaultdict(int)
    for row, (customer, limit) in enumerate(zip(inputs.customer, limits, strict=True)):
        ratio = exchange.ratio(inputs.currency[row], home)
        part = _exactly(_own(limit or 0, inputs, row), ratio) if ratio is not None else 0
        own.append(part)
        wanted[of_group[customer]] += part
    for customer, balances in inputs.owed.items():
        at = owning.get(customer)
        if at is not None and limits[at] is not None:
            continue
        for currency, minor in balances.items():
            ratio = exchange.ratio(currency, home)
            if ratio is None or minor <= 0:
                continue
            mine = at is not None and inputs.currency[at] == currency
            bare = _own(minor, inputs, at) if mine and at is not None else minor
            taken[of_group[customer]] += _exactly(bare, ratio)
    out, highest = list(limits), list[int | None]([None] * len(limits))
    if capacity.minor is not None:
        for row, limit in enumerate(limits):
            group = of_group[inputs.customer[row]]
            room = max(capacity.minor - taken[group], 0)
            if limit is None or own[row] == 0 or wanted[group] <= room:
                continue
            ratio = exchange.ratio(home, inputs.currency[row])
            assert ratio is not None  # a limit without a rate was never set
            cover, paid = inputs.cover[row] or 0, inputs.cover_paid[row] or 0
            most = highest_with_own(Fraction(room * own[row]) / wanted[group] * ratio, cover, paid)
            highest[row] = most
            out[row] = min(limit, max(leading(most, digits, inputs.currency[row]), min(cover, most)))
    final: dict[str, Amount] = defaultdict(int)
    for row, limit in enumerate(out):
        ratio = exchange.ratio(inputs.currency[row], home)
        if limit is not None and ratio is not None:
            final[of_group[inputs.customer[row]]] += _exactly(_own(limit, inputs, row), ratio)
    for group, part in taken.items():
        final[group] += part
    return Allotted(out, highest, {group: times(1, part) for group, part in final.items()})


def _exactly(minor: int, ratio: Fraction) -> Amount:
    """A whole number stays one within a currency: sums of fractions take ten times as long."""
    return minor if ratio is ONE else minor * ratio


def _own(minor: int, inputs: Inputs, row: int) -> int:
    return minor - insured_part(minor, inputs.cover[row] or 0, inputs.cover_paid[row] or 0)
