"""The methods a limit can be set by, each a column with one row per customer; and which of them sets it.

What must stay true: a method without its input gives no answer, never 0; each result is rounded down to the minor unit; how late a
customer pays enters no method in the customer's favour: the need takes the agreed term and fixed days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.decisions.limit.columns import Amounts, Ints, as_int64, times_ratio
from creditlib.decisions.limit.exchange import times

METHODS: Final = (
    "need",
    "purchases",
    "net_worth",
    "working_capital",
    "references",
    "score",
    "payment_history",
    "insurer",
)
"""Every method, in the order they are shown; the policy names those that may set the limit."""
Pick = Literal["lowest", "median", "highest", "first"]


def need(yearly: Amounts, term_days: Amounts, more_days: int, year_days: int) -> Amounts:
    """Return what a customer needs to buy as usual: yearly purchases ÷ days of a year × (term + more days).

    yearly: minor units incl. VAT. more_days: shipped-not-billed and grace days together. No answer without purchases or term.

    >>> need(Amounts.of([365_000_00, None]), Amounts.of([30, 30]), 10, 365).to_list()
    [4000000, None]
    """
    known = yearly.known & term_days.known
    return Amounts.where(known, np.maximum(times_ratio(yearly.minor, term_days.minor + more_days, year_days), 0))


def share_of(base: Amounts, share: Decimal | int) -> Amounts:
    """Return a share of each amount, rounded down and never below 0.

    >>> share_of(Amounts.of([240_000_00, None, -5]), Decimal("0.25")).to_list()
    [6000000, None, 0]
    """
    numerator, denominator = Fraction(share).as_integer_ratio()
    return Amounts.where(base.known, np.maximum(times_ratio(base.minor, numerator, denominator), 0))


def references(average: Amounts, count: Ints, least: int, share: Decimal | int) -> Amounts:
    """Return a share of the average highest credit others gave; no answer below the least number of references.

    >>> references(Amounts.of([100_000, 100_000]), np.array([2, 1]), 2, 1).to_list()
    [100000, None]
    """
    found = share_of(average, share)
    return Amounts.where(found.known & (count >= least), found.minor)


def by_score(
    scores: Amounts, worth: Sequence[Fraction | int | None], currency: NDArray[Any], steps: Sequence[tuple[Decimal | int, Decimal | int]]
) -> Amounts:  # fmt: skip
    """Return the amount of the highest step not above each score; no answer without a score or a rate.

    worth: minor units of a currency for one unit of the home currency, by its code. currency: code of each row. steps: (score, amount in
    the home currency), rising.

    >>> by_score(Amounts.of([600, 500, None]), [100], np.zeros(3, int), [(0, 0), (545, 50_000), (580, 200_000)]).to_list()
    [20000000, 0, None]
    """
    at = np.searchsorted([float(point) for point, _ in steps], scores.minor, side="right") - 1
    known = scores.known & (at >= 0) & np.array([ratio is not None for ratio in worth], bool)[currency]
    place = np.where(known, at * len(worth) + currency, 0)
    table = np.zeros(len(steps) * len(worth) + 1, np.int64)
    for one in np.flatnonzero(np.bincount(place[known], minlength=1)).tolist():
        table[one] = as_int64([times(1, Fraction(steps[one // len(worth)][1]) * (worth[one % len(worth)] or 0))])[0]
    return Amounts.where(known, table[place])


def pick(methods: Mapping[str, Amounts], may: Sequence[str], how: Pick, rows: int) -> tuple[pa.Array, Amounts]:
    """Return which method sets each limit, null where none of those that may has an answer, and its amount.

    may: names in the order of the policy, which decides between equals and for "first". how: "median" takes the lower of two middle ones,
    so that a limit always is one method's.

    >>> columns = {"need": Amounts.of([5, None]), "purchases": Amounts.of([3, None]), "references": Amounts.of([None, None])}
    >>> named, amount = pick(columns, ["need", "purchases", "references"], "lowest", 2)
    >>> named.to_pylist(), amount.to_list()
    (['purchases', None], [3, None])
    """
    if how == "median" and may:
        return _median([methods[name] for name in may], may)
    place, best, found = np.zeros(rows, np.int64), np.zeros(rows, np.int64), np.zeros(rows, bool)
    for at, name in enumerate(may):
        column = methods[name]
        better = ~found
        if how != "first":
            better |= column.minor < best if how == "lowest" else column.minor > best
        better &= column.known
        place, best, found = np.where(better, at, place), np.where(better, column.minor, best), found | better
    return pa.array(may, pa.string()).take(pa.array(place, mask=~found)), Amounts(best, found)


def _median(columns: Sequence[Amounts], may: Sequence[str]) -> tuple[pa.Array, Amounts]:
    minor = np.stack([column.minor for column in columns])
    known = np.stack([column.known for column in columns])
    order = np.lexsort((minor, ~known), axis=0)  # what is known first, by amount, equals in the order of the policy
    count = known.sum(axis=0)
    at = np.maximum(count - 1, 0) // 2
    each = np.arange(minor.shape[1])
    place = order[at, each]
    named = pa.array(may, pa.string()).take(pa.array(place, mask=count == 0))
    return named, Amounts.where(count > 0, minor[place, each])


def insured_part(limit: int, cover: int, paid: int) -> int:
    """Return what insurers would pay of a limit, rounded down. cover: their limits; paid: those times their shares.

    >>> insured_part(180_000_00, 200_000_00, 180_000_00)
    16200000
    """
    return paid * min(limit, cover) // cover if cover > 0 else 0


def highest_with_own(own: Fraction | int, cover: int, paid: int, over: int = 1) -> int:
    """Return the highest limit that leaves no more than `own` ÷ `over` uninsured, rounded down; the other way round of `insured_part`.

    >>> highest_with_own(Fraction(18_000_00), 200_000_00, 180_000_00), highest_with_own(50, 0, 0)
    (18000000, 50)
    """
    numerator, denominator = own.numerator, own.denominator * over
    if cover <= 0:
        return numerator // denominator
    if numerator >= (cover - paid) * denominator:
        return numerator // denominator + paid
    return numerator * cover // (denominator * (cover - paid))
