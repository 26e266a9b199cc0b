"""The figures of a close: the DSO family, collection and payment, trend, roll-forward. Measures compute them; here they are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from creditlib import money
from creditlib.days import month_first, month_index
from creditlib.errors import NeedsSales, UsageError
from creditlib.facts.open_items import OpenItems
from creditlib.flows import history
from creditlib.flows.closing import DsoLine, Measure, Movement, TrendPoint
from creditlib.flows.explain import explain_gap
from creditlib.flows.ground import Ground
from creditlib.formulas import one_dso_day
from creditlib.measures.collection import cei
from creditlib.measures.dso import METHODS, dso
from creditlib.measures.exposure import concentration
from creditlib.measures.figures import Figures
from creditlib.measures.payment import payment_behaviour, window_start
from creditlib.policy import Values

DsoRow = Callable[[str, date], Mapping[str, Any] | None]
"""Method and day → the row of DSO in one currency, None where there is none; raises as `dso`."""

NO_SALES: Final = ("no sales in these months", "这些月份没有销售额")
NO_BEGINNING: Final = (
    "the last month has no sales, so the walk back can't begin",
    "最近一月没有销售额，无法开始倒推",
)


def dso_lines(ground: Ground) -> tuple[DsoLine, ...]:
    """Return the DSO family, each line explained against the default."""
    items = ground.items if ground.items.netting == "separate" else None

    def row_of(method: str, day: date) -> Mapping[str, Any] | None:
        return _dso(ground, method, day, items if day == ground.as_of else None)

    return dso_family(ground, row_of, ground.currency)


def dso_family(ground: Ground, row_of: DsoRow, currency: str) -> tuple[DsoLine, ...]:
    """Return the DSO family of whatever `row_of` tells of, in one currency, each line explained against the default."""
    lines = []
    earlier = history.previous_month_end(ground.as_of)
    for method in METHODS:
        try:
            row = row_of(method, ground.as_of)
        except (NeedsSales, UsageError) as error:
            lines.append(DsoLine(method, None, why=(error.en, error.zh)))
            continue
        days = told_days(row)
        if row is None or days is None:
            lines.append(DsoLine(method, None, why=why_untold(row)))
            continue
        previous = told_days(row_of(method, earlier)) if ground.book.complete else None
        lines.append(
            DsoLine(
                method, days, row["at_least"], row["receivables_minor"], row["sales_minor"], row["sales_days"], previous,
            )
        )  # fmt: skip
    return explain_gap(tuple(lines), ground.values["dso.method"], currency)


def measures(ground: Ground) -> tuple[Measure, ...]:
    """Return the other figures of the dashboard, with last month's."""
    values, day = ground.values, ground.as_of
    found: list[Measure] = []
    now = _behaviour(ground, day)
    past = _behaviour(ground, history.previous_month_end(day)) if ground.book.complete else {}
    units = {"cei": "share", "dbt": "days", "days_to_pay": "days", "payment_index": "index", "on_time": "share"}
    for key, unit in units.items():
        found.append(Measure(key, now.get(key), unit, past.get(key)))
    whole = concentration(ground.items, top=values["concentration.top"]).values.get(ground.currency, {})
    found.append(Measure("top10_share", whole.get("top_share"), "share"))
    found.append(Measure("herfindahl", whole.get("herfindahl"), "index"))
    try:
        year = _dso(ground, "simple", day)
    except (NeedsSales, UsageError):
        year = None
    one_day = None if not year or not year["sales_days"] else one_dso_day(year["sales_minor"], year["sales_days"])
    found.append(Measure("one_dso_day", one_day, "amount"))
    return tuple(found)


def trend(ground: Ground) -> tuple[TrendPoint, ...]:
    """Return the month ends gone by; empty where the book can't tell."""
    if not ground.book.complete:
        return ()

    def dso_of(day: date, items: OpenItems) -> float | None:
        row = _dso(ground, ground.values["dso.method"], day, items if items.netting == "separate" else None)
        return told_days(row)

    return history.trend(
        ground.book, ground.as_of, lambda day: ground.reported(ground.take(day)), ground.currency, dso_of
    )


def movement(ground: Ground) -> tuple[Movement, ...]:
    """Return the roll-forward; empty where the book can't tell."""
    if not ground.book.complete:
        return ()
    rates = {r.currency: r.rate for r in ground.rates}

    def to_report(sums: Mapping[str, int]) -> int:
        if ground.report is None:
            return sums.get(ground.currency, 0)
        total = 0
        for name, minor in sums.items():
            if name == ground.report:
                total += minor
            else:
                exact = money.to_decimal(minor, name) * rates[name]
                total += int(exact.scaleb(money.exponent(ground.report)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        return total

    return history.movement(
        ground.book, ground.as_of, lambda day: ground.reported(ground.take(day)), ground.currency, to_report
    )


def dso_by_policy(
    ground: Ground, method: str | None, day: date, *, by: Sequence[str] = (), items: OpenItems | None = None
) -> Figures:
    """Return DSO as the policy measures it. method: None is the policy's own."""
    values = ground.values
    method = method or values["dso.method"]
    months = dso_months(values, method)
    return dso(
        ground.book, day, method=method, base=values["dso.base"], by=by, months=months, year_days=values["dso.year_days"],  # type: ignore[arg-type]
        exclude=values["dso.excluded_kinds"], items=items, rates=ground.rates, to=ground.report,
    )  # fmt: skip


def told_days(row: Mapping[str, Any] | None) -> float | None:
    """Return the days of a row of DSO; None without one, and where a countback can't begin because the last month has no sales."""
    if row is None or (row.get("at_least") and not row["sales_days"]):
        return None
    days: float | None = row["days"]
    return days


def why_untold(row: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return why `told_days` of a row is None, in English and Chinese."""
    return NO_SALES if row is None or row["days"] is None else NO_BEGINNING


def dso_months(values: Values, method: str) -> int:
    """Return how many months the policy gives a method."""
    return int(values["dso.rolling_months" if method == "rolling" else "dso.window_months"])


def cei_start(ground: Ground, day: date) -> date:
    """Return the first day the policy measures collection effectiveness from."""
    return month_first(month_index(day) - int(ground.values["cei.months"]) + 1)


def _dso(ground: Ground, method: str, day: date, items: OpenItems | None = None) -> dict[str, Any] | None:
    """One DSO figure in the close's currency."""
    rows = dso_by_policy(ground, method, day, items=items).rows()
    return next((row for row in rows if row["currency"] == ground.currency), None)


def _behaviour(ground: Ground, day: date) -> dict[str, float | None]:
    values = ground.values
    if not ground.book.complete:
        return {}
    window = values["payment.window_months"]
    first = window_start(day, window)
    paid = payment_behaviour(ground.book, first, day, by=(), points=values["payment.index_points"], **ground.in_report)
    row = next((r for r in paid.rows() if r["currency"] == ground.currency), None)
    start = cei_start(ground, day)
    collected = next(
        (r for r in cei(ground.book, start, day, **ground.in_report).rows() if r["currency"] == ground.currency), None
    )
    out: dict[str, float | None] = {"cei": collected["cei"] if collected else None}
    if row is not None:
        out |= {
            "dbt": row["dbt_days"],
            "days_to_pay": row["days_to_pay"],
            "payment_index": row["payment_index"],
            "on_time": row["on_time_share"],
        }
    return out
