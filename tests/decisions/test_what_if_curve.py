"""The curve under a slider: each point is the comparison at that figure, base and scenario are marked."""

from __future__ import annotations

from datetime import date

import pytest

from creditlib.decisions.decision import Reason
from creditlib.decisions.what_if.compare import TermsCase, compare_terms
from creditlib.decisions.what_if.curve import MOVABLE, curve
from creditlib.errors import UsageError
from creditlib.policy import load_policy

AS_OF = date(2026, 1, 1)
POLICY = load_policy()
BASE = TermsCase(currency="CNY", yearly_sales_minor=36_000_000, net_days=30, bad_debt_share=0.01)


def test_points_of_the_curve_are_the_comparison_at_that_figure() -> None:
    base = BASE
    scenario = base.changed(net_days=60, sales_change_share=0.1)
    table = curve(base, scenario, POLICY, AS_OF, over="net_days", values=[90, 0, 60, 30, 30])
    rows = table.to_pylist()
    assert [(row["x"], row["mark"]) for row in rows] == [
        (0, None),
        (30, None),
        (30, "base"),
        (60, "scenario"),
        (90, None),
    ]
    for row in rows:
        case = base if row["mark"] == "base" else scenario.changed(net_days=row["x"])
        effect = compare_terms(base, case, POLICY, AS_OF)
        assert (row["profit_minor"], row["npv_minor"]) == (effect.scenario.profit_minor, effect.worth.npv_minor)
    assert table.schema.metadata == {b"currency": b"CNY", b"over": b"net_days"}


@pytest.mark.parametrize("over", MOVABLE)
def test_a_curve_runs_over_every_figure(over: str) -> None:
    base = TermsCase(currency="CNY", yearly_sales_minor=36_000_000, net_days=30, default_probability=0.02)
    table = curve(base, base.changed(sales_change_share=0.1), POLICY, AS_OF, over=over, values=[0, 1])
    assert table.num_rows >= 2


def test_every_figure_of_a_case_has_a_name_for_people() -> None:
    for name in MOVABLE:
        label = Reason(f"what_if.{name}", "note")
        assert label.text("en") != label.text("zh")


def test_curve_refuses_what_is_no_figure() -> None:
    with pytest.raises(UsageError, match="net_days"):
        curve(BASE, BASE, POLICY, AS_OF, over="currency", values=[1])
