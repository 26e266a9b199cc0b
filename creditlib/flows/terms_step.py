"""One proposal of credit terms: what it does, how far it could go, what comes in when.

What must stay true: it computes nothing of its own: it picks from a comparison and from points that are comparisons themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from creditlib.decisions.decision import used
from creditlib.decisions.what_if.compare import TermsEffect
from creditlib.decisions.what_if.reach import ReachPoint, best_point, longest

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class TermsStep:
    """What a proposal does. effect: both years side by side, worth, break-evens, cash by week, reasons. points: the proposal at each number
    of net days the policy can hold. highest_discount: see `what_if.reach.highest_discount`. received_before, received_after: what comes in
    of a year's sales by the day after delivery, see `what_if.cash.received`."""

    effect: TermsEffect
    points: tuple[ReachPoint, ...]
    highest_discount: float | None
    received_before: pa.Table
    received_after: pa.Table

    @property
    def base_point(self) -> ReachPoint:
        """Where the terms of today stand among the points."""
        base = self.effect.base
        return ReachPoint(
            self.effect.base_case.net_days, base.receivables_cost_minor, base.loss_minor, base.profit_minor, 0, 0
        )

    @property
    def scenario_point(self) -> ReachPoint:
        """Where the proposal stands among the points."""
        year, change = self.effect.scenario, self.effect.change
        return ReachPoint(
            self.effect.scenario_case.net_days, year.receivables_cost_minor, year.loss_minor, year.profit_minor, change.profit_minor,
            self.effect.worth.npv_minor,
        )  # fmt: skip

    def best(self, by: str) -> ReachPoint | None:
        """Return the point with most of a figure: profit_change_minor or npv_minor."""
        return best_point((*self.points, self.scenario_point), by)

    def longest(self, by: str) -> float | None:
        """Return the most net days at which a figure is not below that of today's terms, None where it is at any."""
        return longest((*self.points, self.scenario_point), by)

    @property
    def used(self) -> dict[str, tuple[Any, str]]:
        """Return the policy values behind the step with their references; the response of sales where there is one."""
        values = self.effect.values
        response = used(values, "terms.sales_response") if values["terms.sales_response"] else {}
        return {**self.effect.decision.used, **response}

    @property
    def needed_sales_share(self) -> float | None:
        """Return by how much sales must change for the profit of today, as a share of today's; None where no change is enough."""
        return _share(self.effect.break_even.extra_sales_minor, self.effect.base.sales_minor)

    @property
    def needed_npv_share(self) -> float | None:
        """Return by how much sales must change for a net present value of 0, as `needed_sales_share`."""
        return _share(self.effect.break_even.npv_extra_sales_minor, self.effect.base.sales_minor)

    def shortest_is_best(self, by: str) -> bool:
        """Return whether the best point is the one with the fewest days: what comes out wherever sales are taken not to mind."""
        best = self.best(by)
        return best is not None and best.net_days == min(point.net_days for point in self.points)

    @property
    def most_days(self) -> float:
        """Return the most net days that were looked at."""
        return max(point.net_days for point in (*self.points, self.scenario_point))


def _share(part: int | None, whole: int) -> float | None:
    return None if part is None or not whole else part / whole
