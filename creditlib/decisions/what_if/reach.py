"""How far terms can go: profit and value against money tied up, day by day; the longest term and the highest discount that still pay.

What must stay true: a point is the comparison at those days, to the cent; a limit of what pays is found by asking the comparison,
never by a formula of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from creditlib.decisions.what_if.case import TermsCase
from creditlib.decisions.what_if.figures import figures_of, worth_of
from creditlib.policy import Values

_DISCOUNT_STEPS = 10_000
"""A discount is told in hundredths of a per cent."""


class ReachPoint(NamedTuple):
    """The scenario with other net days. receivables_cost_minor: money tied up, average receivables at variable cost; loss_minor: expected
    loss, own part; profit_change_minor: profit of a year less that of the base; npv_minor: of the change, over the horizon."""

    net_days: float
    receivables_cost_minor: int
    loss_minor: int
    profit_minor: int
    profit_change_minor: int
    npv_minor: int


def reach(
    base: TermsCase, at: Callable[[float], TermsCase], values: Values, horizon_years: float, days: Iterable[float]
) -> tuple[ReachPoint, ...]:
    """Return the scenario at each of some net days. at: net days → the case, whatever else moves with them.

    Raises: what `at` raises, and as a case.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> base = TermsCase(currency="CNY", yearly_sales_minor=36_500_000, net_days=30, bad_debt_share=0)
    >>> points = reach(base, lambda days: base.changed(net_days=days), load_policy().at(date(2026, 1, 1)), 5, [30, 60])
    >>> [(point.net_days, point.receivables_cost_minor, point.profit_change_minor) for point in points]
    [(30, 2250000, 0), (60, 4500000, -135000)]
    """
    year, old = figures_of(base, values)
    found = []
    for day in days:
        there, new = figures_of(at(day), values)
        worth = worth_of(year, old, there, new, horizon_years)
        gain = there.profit_minor - year.profit_minor
        found.append(
            ReachPoint(day, there.receivables_cost_minor, there.loss_minor, there.profit_minor, gain, worth.npv_minor)
        )
    return tuple(found)


def best_point(points: Iterable[ReachPoint], by: str) -> ReachPoint | None:
    """Return the point with most of a figure, the one with the fewest days where several have it; None of none.

    >>> best_point([ReachPoint(60, 0, 0, 0, 5, 0), ReachPoint(30, 0, 0, 0, 5, 0)], "profit_change_minor").net_days
    30
    """
    return max(points, key=lambda point: (getattr(point, by), -point.net_days), default=None)


def longest(points: Iterable[ReachPoint], by: str) -> float | None:
    """Return the most net days at which nothing of a figure is lost against the base; None where something is lost at any.

    >>> longest([ReachPoint(30, 0, 0, 0, 5, 0), ReachPoint(60, 0, 0, 0, 0, -1)], "npv_minor")
    30
    """
    return max((point.net_days for point in points if getattr(point, by) >= 0), default=None)


def highest_discount(base: TermsCase, scenario: TermsCase, values: Values) -> float | None:
    """Return the highest early discount, in hundredths of a per cent, at which the profit is not below that of the base.

    None where nobody takes a discount, so that none costs anything, or where the base is missed even without one.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> base = TermsCase(currency="CNY", yearly_sales_minor=36_500_000, net_days=60, bad_debt_share=0)
    >>> early = base.changed(discount_share=0.01, discount_days=10, taker_share=0.5)
    >>> highest_discount(base, early, load_policy().at(date(2026, 1, 1)))
    0.0061
    """
    if not scenario.taker_share:
        return None
    wanted = figures_of(base, values)[0].profit_minor

    def pays(step: int) -> bool:
        case = scenario.changed(discount_share=step / _DISCOUNT_STEPS)
        return figures_of(case, values)[0].profit_minor >= wanted

    if not pays(1):
        return None
    low, high = 1, _DISCOUNT_STEPS
    if pays(high):
        return 1.0
    while high - low > 1:  # a higher discount only costs more
        middle = (low + high) // 2
        low, high = (middle, high) if pays(middle) else (low, middle)
    return low / _DISCOUNT_STEPS
