"""How profit and value move with one figure of the terms: the curve under a slider.

What must stay true: a point of the curve is `compare_terms` at that figure, to the cent; the base stands beside the curve with its
own figures, since the scenario may differ from it in more than one thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

from creditlib.decisions.what_if.case import TermsCase
from creditlib.decisions.what_if.compare import horizon_of, worth_between
from creditlib.decisions.what_if.figures import figures_of, worth_of
from creditlib.errors import UsageError
from creditlib.policy import Policy, Values

if TYPE_CHECKING:
    import pyarrow as pa

MOVABLE: Final = (
    "net_days", "late_days", "discount_share", "discount_days", "taker_share", "deposit_share", "insured_share", "cover_share",
    "premium_rate", "bad_debt_share", "default_probability", "loss_given_default", "variable_cost_share", "tax_share",
    "collection_share", "sales_change_share", "yearly_sales_minor", "fixed_cost_minor",
)  # fmt: skip
"""Fields of a case a curve can run over."""


def curve(
    base: TermsCase, scenario: TermsCase, policy: Policy, as_of: date, *, over: str = "net_days", values: Iterable[float],
    horizon_years: float | None = None,
) -> pa.Table:  # fmt: skip
    """Return profit and value of the scenario while one figure moves, everything else staying as it is.

    over: one of `MOVABLE`. values: where to take it; the scenario's own is added. Columns, x ascending: x (float64, unit of the
    field), profit_minor (int64, a year, after the cost of credit), npv_minor (int64, of the change from the base over the horizon),
    mark: null on the curve, "scenario" on it at the scenario's own figure, "base" for the base with its own profit and an npv of 0, which lies
    off the curve where the scenario differs in more than this. The schema's metadata name the currency and the field.
    Raises: UsageError for a field that can't move, and as `compare_terms`.

    >>> from creditlib.policy import load_policy
    >>> base = TermsCase(currency="CNY", yearly_sales_minor=120_000_000, net_days=30, bad_debt_share=0.01)
    >>> points = curve(base, base.changed(net_days=60), load_policy(), date(2026, 1, 1), values=[0, 30, 60])
    >>> points["x"].to_pylist(), points["mark"].to_pylist()
    ([0.0, 30.0, 30.0, 60.0], [None, None, 'base', 'scenario'])
    """
    import pyarrow as pa

    if over not in MOVABLE:
        raise UsageError(
            f'a curve can\'t run over "{over}". Choose from {", ".join(MOVABLE)}.',
            f"曲线不能以“{over}”为自变量。可选：{'、'.join(MOVABLE)}。",
        )
    in_force = policy.at(as_of)
    horizon_years = horizon_of(in_force, horizon_years)
    year, old, here, new, worth = worth_between(base, scenario, in_force, horizon_years)
    own = _figure(scenario, over, new.used, in_force)
    rows: list[tuple[float, int, int, str | None]] = []
    if own is not None:
        rows.append((own, here.profit_minor, worth.npv_minor, "scenario"))
    beside = _figure(base, over, old.used, in_force)
    if beside is not None:
        rows.append((beside, year.profit_minor, 0, "base"))
    for value in dict.fromkeys(values):
        if value == own:
            continue
        there, then = figures_of(scenario.changed(**{over: value}), in_force)
        gain = worth_of(year, old, there, then, horizon_years)
        rows.append((float(value), there.profit_minor, gain.npv_minor, None))
    rows.sort(key=lambda row: (row[0], row[3] or ""))
    schema = pa.schema(
        [("x", pa.float64()), ("profit_minor", pa.int64()), ("npv_minor", pa.int64()), ("mark", pa.string())],
        metadata={"currency": base.currency, "over": over},
    )
    return pa.table([list(column) for column in zip(*rows, strict=True)] or [[]] * 4, schema=schema)


def _figure(case: TermsCase, over: str, used: dict[str, str], values: Values) -> float | None:
    """Where a case stands on the axis: its own figure, else the policy's; None where it has none."""
    own = getattr(case, over)
    if own is None and over in used:
        own = values[used[over]]
    return None if own is None else float(own)
