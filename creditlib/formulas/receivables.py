"""Scalar figures of receivables: DSO in its forms, collection, turnover, payment points, working capital.

What must stay true: plain Python; the column forms in `measures` give the same figures (property-tested).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from creditlib.errors import CreditError, NeedsSales


class Countback(NamedTuple):
    """Days a countback came to. at_least: the months given ran out, or a month without sales ended the walk, first."""

    days: float
    at_least: bool


def simple_dso(receivables: float, sales: float, days: float) -> float:
    """Return days sales outstanding: receivables ÷ credit sales × days.

    receivables, sales: same currency and same treatment of VAT; sales over `days`. Raises: NeedsSales when sales ≤ 0.
    Source: tests/published/dso.toml, dso-simple.

    >>> round(simple_dso(150_000, 1_800_000, 365), 2)
    30.42
    """
    if sales <= 0:
        raise NeedsSales(
            f"DSO needs sales above 0 over the {days:g} days, got {sales:,.2f}.",
            f"DSO 需要 {days:g} 天内大于 0 的销售额，得到 {sales:,.2f}。",
        )
    return receivables / sales * days


def count_back(receivables: float, sales: Sequence[float], days: Sequence[int]) -> Countback:
    """Return countback DSO: months are used up newest first, the last one pro rata.

    sales, days: newest month first, same length; days are real month lengths. A month with sales ≤ 0 ends the walk.
    Source: tests/published/dso.toml, dso-countback and dso-exhaustion-hfm.

    >>> count_back(212, [100, 80, 70], [30, 30, 30]).days.__round__(2)
    73.71
    """
    left, total = receivables, 0.0
    for month, length in zip(sales, days, strict=True):
        if left <= 0:
            break
        if month <= 0:
            return Countback(total, True)
        if left < month:
            return Countback(total + length * left / month, False)
        total += length
        left -= month
    return Countback(total, left > 0)


def best_possible_dso(not_due: float, sales: float, days: float) -> float:
    """Return the DSO that would remain if nothing were overdue: receivables not due ÷ sales × days.

    Source: tests/published/dso.toml, dso-bpdso.

    >>> best_possible_dso(8_000, 30_000, 30)
    8.0
    """
    return simple_dso(not_due, sales, days)


def collection_effectiveness(
    beginning: float, sales: float, ending: float, ending_not_due: float, months: int = 1
) -> float:
    """Return the collection effectiveness index as a share: collected ÷ collectable.

    beginning, ending: total receivables; ending_not_due: the part of `ending` not due; sales over `months`, of which the
    formula takes one month's worth. Raises: CreditError when nothing was collectable.
    Source: tests/published/cei.toml.

    >>> collection_effectiveness(100, 80, 90, 60)
    0.75
    """
    monthly = sales / months
    collectable = beginning + monthly - ending_not_due
    if collectable <= 0:
        raise CreditError(
            f"CEI is undefined: nothing was collectable ({beginning:,.2f} + {monthly:,.2f} − {ending_not_due:,.2f}).",
            f"CEI 无定义：没有可收款项（{beginning:,.2f} + {monthly:,.2f} − {ending_not_due:,.2f}）。",
        )
    return (beginning + monthly - ending) / collectable


def turnover(sales: float, average_receivables: float) -> float:
    """Return receivables turnover, times a year, from a year's sales and average receivables.

    Raises: CreditError when the average is ≤ 0.

    >>> turnover(1_200, 100)
    12.0
    """
    if average_receivables <= 0:
        raise CreditError(
            f"turnover needs average receivables above 0, got {average_receivables:,.2f}.",
            f"周转率需要大于 0 的平均应收，得到 {average_receivables:,.2f}。",
        )
    return sales / average_receivables


def payment_points(days_beyond_terms: float, table: Sequence[tuple[float, float]]) -> float:
    """Return payment-index points for days beyond terms, interpolated between the rows of `table`.

    table: (days beyond terms, points), days ascending; outside it the nearest row's points. Source of the usual table:
    tests/published/payment_index.toml.

    >>> payment_points(7.5, [(0, 80), (15, 70)])
    75.0
    """
    first, last = table[0], table[-1]
    if days_beyond_terms <= first[0]:
        return float(first[1])
    for (low, high_points), (high, low_points) in pairwise(table):
        if days_beyond_terms <= high:
            return high_points + (low_points - high_points) * (days_beyond_terms - low) / (high - low)
    return float(last[1])


def overdue_share(overdue: float, receivables: float) -> float:
    """Return the share of receivables that is overdue, 0 where nothing is owed on balance.

    >>> overdue_share(25, 100), overdue_share(25, -1)
    (0.25, 0.0)
    """
    return overdue / receivables if receivables > 0 else 0.0


def working_capital_requirement(receivables: float, inventory: float, payables: float) -> float:
    """Return the working-capital requirement 营运资金需求: receivables + inventory − payables.

    >>> working_capital_requirement(100, 60, 40)
    120
    """
    return receivables + inventory - payables


def cash_conversion_cycle(dso: float, dio: float, dpo: float) -> float:
    """Return the cash conversion cycle in days: DSO + days of inventory − days payable.

    >>> cash_conversion_cycle(60, 45, 40)
    65
    """
    return dso + dio - dpo


def days_of(balance: float, flow: float, days: float) -> float:
    """Return how many days of a flow a balance is worth: inventory over cost of sales (DIO), payables likewise (DPO).

    Raises: CreditError when the flow is ≤ 0.

    >>> days_of(100, 365, 365)
    100.0
    """
    if flow <= 0:
        raise CreditError(
            f"days of a flow need a flow above 0, got {flow:,.2f}.", f"计算天数需要大于 0 的流量，得到 {flow:,.2f}。"
        )
    return balance / flow * days


def one_dso_day(sales: float, days: float) -> float:
    """Return the cash one day of DSO is worth: sales ÷ days.

    >>> one_dso_day(365, 365)
    1.0
    """
    return sales / days
