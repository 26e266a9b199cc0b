"""The methods a limit can be set by, each a column function over one row per customer; and which of them sets it.

What must stay true: a method without its input gives None, never 0; each result is rounded down to the minor unit; how late a
customer pays enters no method in the customer's favour: the need takes the agreed term and fixed days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from creditlib.decisions.limit.exchange import Column, share_of, times

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


def need(yearly: Column, term_days: Sequence[int | None], more_days: int, year_days: int) -> Column:
    """Return what a customer needs to buy as usual: yearly purchases ÷ days of a year × (term + more days).

    yearly: minor units incl. VAT. more_days: shipped-not-billed and grace days together. None without purchases or term.

    >>> need([365_000_00, None], [30, 30], 10, 365)
    [4000000, None]
    """
    return [
        None if bought is None or term is None else max(bought * (term + more_days) // year_days, 0)
        for bought, term in zip(yearly, term_days, strict=True)
    ]


def references(average: Column, count: Sequence[int], least: int, share: Decimal | int) -> Column:
    """Return a share of the average highest credit others gave; None below the least number of references.

    >>> references([100_000, 100_000], [2, 1], 2, 1)
    [100000, None]
    """
    return [None if number < least else one for one, number in zip(share_of(average, share), count, strict=True)]


def by_score(
    scores: Sequence[int | None],
    worth: Sequence[Fraction | int | None],
    steps: Sequence[tuple[Decimal | int, Decimal | int]],
) -> Column:
    """Return the amount of the highest step not above each score; None without a score or a rate.

    worth: minor units of the customer's currency for one unit of the home currency. steps: (score, amount in the home currency), rising.

    >>> by_score([600, 500, None], [100, 100, 100], [(0, 0), (545, 50_000), (580, 200_000)])
    [20000000, 0, None]
    """
    points = [float(point) for point, _ in steps]
    found: Column = []
    for score, ratio in zip(scores, worth, strict=True):
        at = -1 if score is None else bisect_right(points, score) - 1
        found.append(None if ratio is None or at < 0 else times(1, Fraction(steps[at][1]) * ratio))
    return found


def pick(methods: Mapping[str, Column], may: Sequence[str], how: Pick, rows: int) -> tuple[list[str | None], Column]:
    """Return which method sets each limit, and its amount; None where none of those that may has an answer.

    may: names in the order of the policy, which decides between equals and for "first". how: "median" takes the lower of two middle ones,
    so that a limit always is one method's.

    >>> pick({"need": [5, None], "purchases": [3, None], "references": [None, None]}, ["need", "purchases", "references"], "lowest", 2)
    (['purchases', None], [3, None])
    """
    named: list[str | None] = []
    amounts: Column = []
    for row in range(rows):
        answers = [(amount, place) for place, name in enumerate(may) if (amount := methods[name][row]) is not None]
        if not answers:
            named.append(None)
            amounts.append(None)
            continue
        if how != "first":
            answers.sort()
        at = {"lowest": 0, "first": 0, "median": (len(answers) - 1) // 2, "highest": len(answers) - 1}[how]
        amount, place = answers[at]
        if how == "highest":  # of equals the first named
            place = min(p for a, p in answers if a == amount)
        named.append(may[place])
        amounts.append(amount)
    return named, amounts


def insured_part(limit: int, cover: int, paid: int) -> int:
    """Return what insurers would pay of a limit, rounded down. cover: their limits; paid: those times their shares.

    >>> insured_part(180_000_00, 200_000_00, 180_000_00)
    16200000
    """
    return paid * min(limit, cover) // cover if cover > 0 else 0


def highest_with_own(own: Fraction, cover: int, paid: int) -> int:
    """Return the highest limit that leaves no more than `own` uninsured, rounded down; the other way round of `insured_part`.

    >>> highest_with_own(Fraction(18_000_00), 200_000_00, 180_000_00), highest_with_own(Fraction(50), 0, 0)
    (18000000, 50)
    """
    if cover <= 0:
        return times(1, own)
    if own >= cover - paid:
        return times(1, own + paid)
    return times(1, own * Fraction(cover, cover - paid))
