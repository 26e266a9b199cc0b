"""The cash a change of terms takes and brings, week by week in the year after it.

What must stay true: cash is what is paid and received, no cost of capital in it; sales are spread evenly over the days of a year,
their costs paid at delivery; what was sold before the change is paid as it would have been, and so is no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from creditlib.decisions.what_if.case import Settled, to_minor
from creditlib.decisions.what_if.figures import TermsFigures

if TYPE_CHECKING:
    import pyarrow as pa

WEEKS: Final = 52
_END: Final = WEEKS * 7


@dataclass(frozen=True, slots=True)
class CashCurve:
    """Cash with the change less cash without it, added up from the day of the change.

    weeks_minor: at the change and after each of 52 weeks. peak_minor: the most that is missing, 0 or above; peak_day: when.
    payback_day: from when nothing is missing any more, 0 where nothing ever is, None where it never comes back. falling: more
    is missing every day at the end, so that the peak is only that of the year.
    """

    currency: str
    weeks_minor: tuple[int, ...]
    peak_minor: int
    peak_day: float
    payback_day: float | None
    falling: bool

    def table(self) -> pa.Table:
        """Return the curve as a table: week, day, cash_minor.

        >>> CashCurve("CNY", (0, -5), 5, 7, None, True).table().to_pylist()[-1]
        {'week': 1, 'day': 7, 'cash_minor': -5}
        """
        import pyarrow as pa

        weeks = range(len(self.weeks_minor))
        columns = {"week": list(weeks), "day": [7 * week for week in weeks], "cash_minor": list(self.weeks_minor)}
        schema = pa.schema([(name, pa.int64()) for name in columns], metadata={"currency": self.currency})
        return pa.table(columns, schema=schema)


def cash_curve(
    currency: str, base: TermsFigures, old: Settled, scenario: TermsFigures, new: Settled
) -> CashCurve:  # fmt: skip
    """Return the cash of a change of terms.

    A day's sales cost their variable cost, premium, collection and fixed cost that day; deposits come that day, those who take
    the discount pay at discount_days, the others at net_days + late_days, in instalments at the day of each. Losses are missing where payments would have
    come, the insurer paying on that day.
    """
    after, before = _by_day(scenario, new), _by_day(base, old)
    rates = {day: after.get(day, 0.0) - before.get(day, 0.0) for day in {0.0, *after, *before}}
    streams = sorted(item for item in rates.items() if item[1] or not item[0])

    def at(day: float) -> float:
        return sum(rate * (day - lag) for lag, rate in streams if lag < day)

    weeks = tuple(to_minor(at(7.0 * week)) for week in range(WEEKS + 1))
    turns = sorted({float(_END), *(lag for lag, _ in streams)})
    heights = [at(day) for day in turns]
    slope = sum(rate for _, rate in streams)
    lowest = min(heights)
    peak, peak_day = max(-to_minor(lowest), 0), turns[heights.index(lowest)]
    falling = to_minor(slope * _END) < 0
    if peak == 0:
        return CashCurve(currency, weeks, 0, 0, None if falling else 0, falling)
    return CashCurve(currency, weeks, peak, peak_day, _payback(turns, heights, slope), falling)


def _by_day(year: TermsFigures, s: Settled) -> dict[float, float]:
    """What a day's sales bring and cost, by the days after delivery: one side by itself, so that the way back is its exact opposite."""
    found: dict[float, float] = {}
    for day, amount in _streams(year, s):
        found[day] = found.get(day, 0.0) + amount / s.year
    return found


def _streams(year: TermsFigures, s: Settled) -> list[tuple[float, float]]:
    """What comes (+) and goes (−) a year, each with the days it comes after delivery."""
    paid = year.sales_minor - year.margin_minor + year.premium_minor + year.collection_minor + year.fixed_minor
    return [(0.0, -paid), *_receipts(year, s)]


def _receipts(year: TermsFigures, s: Settled) -> list[tuple[float, float]]:
    """What is received of a year's sales, each with the days it comes after delivery: deposit, early payers, the others."""
    early = (year.credit_minor - year.loss_minor) * s.takers - year.discount_minor
    late = (year.credit_minor - year.loss_minor) * (1 - s.takers)
    down = float(year.sales_minor - year.credit_minor)
    parts = len(s.paid_days)
    return [(0.0, down), (float(s.discount_day), early), *((float(day), late / parts) for day in s.paid_days)]


def received(year: TermsFigures, settled: Settled) -> pa.Table:
    """Return what is received of a year's sales by the day after delivery, added up: day, received_minor, share (of the sales).

    A row for each day something comes on, the first being delivery; the last is sales less expected loss and discounts. The insurer pays
    on the day a payment would have come.

    >>> from datetime import date
    >>> from creditlib.decisions.what_if.case import TermsCase
    >>> from creditlib.decisions.what_if.figures import figures_of
    >>> from creditlib.policy import load_policy
    >>> case = TermsCase(currency="CNY", yearly_sales_minor=1_000, net_days=60, instalments=2, deposit_share=0.2, bad_debt_share=0)
    >>> received(*figures_of(case, load_policy().at(date(2026, 1, 1)))).to_pylist()[1]
    {'day': 30.0, 'received_minor': 600, 'share': 0.6}
    """
    import pyarrow as pa

    found = [(day, amount) for day, amount in _receipts(year, settled) if amount or not day]
    days = sorted({0.0, *(day for day, _ in found)})
    sums = [to_minor(sum(amount for on, amount in found if on <= day)) for day in days]
    shares = [minor / year.sales_minor if year.sales_minor else 0.0 for minor in sums]
    schema = pa.schema([("day", pa.float64()), ("received_minor", pa.int64()), ("share", pa.float64())])
    return pa.table([days, sums, shares], schema=schema)


def _payback(turns: list[float], heights: list[float], slope: float) -> float | None:
    """The day the curve comes back to 0 for good. turns: where it bends, ascending; slope: after the last."""
    if heights[-1] < 0:
        return turns[-1] - heights[-1] / slope if slope > 0 and to_minor(slope * _END) > 0 else None
    if slope < 0 and to_minor(slope * _END) < 0:
        return None
    for i in range(len(turns) - 1, 0, -1):
        if heights[i - 1] < 0 <= heights[i]:
            return turns[i - 1] - heights[i - 1] * (turns[i] - turns[i - 1]) / (heights[i] - heights[i - 1])
    return None
