"""How far terms can go: points are comparisons, the longest term and the highest discount still pay and one step more does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from creditlib.decisions.what_if.case import TermsCase
from creditlib.decisions.what_if.compare import compare_terms
from creditlib.decisions.what_if.reach import best_point, highest_discount, longest, reach
from creditlib.decisions.what_if.response import credit_days, responding
from creditlib.errors import CreditError
from creditlib.policy import load_policy

AS_OF = date(2026, 1, 1)
OWN = {"terms.capital_rate": Decimal("0.10"), "terms.year_days": 360}
POLICY = replace(load_policy(), rows=tuple(replace(r, value=OWN.get(r.parameter, r.value)) for r in load_policy().rows))
VALUES = POLICY.at(AS_OF)


def _case(**given: Any) -> TermsCase:
    stated = {"currency": "CNY", "yearly_sales_minor": 36_000_000, "net_days": 30, "variable_cost_share": 0.8}
    return TermsCase(**{**stated, "collection_share": 0, "bad_debt_share": 0, **given})


def test_a_point_is_the_comparison_at_those_days() -> None:
    base = _case()
    points = reach(base, lambda days: responding(base, base.changed(net_days=days), 0.02), VALUES, 5, [0, 30, 45, 90])
    for point in points:
        case = base.changed(net_days=point.net_days, sales_change_share=0.02 * (point.net_days - 30) / 10)
        effect = compare_terms(base, case, POLICY, AS_OF, horizon_years=5)
        assert point.profit_minor == effect.scenario.profit_minor
        assert point.profit_change_minor == effect.change.profit_minor
        assert point.npv_minor == effect.worth.npv_minor
        assert (point.receivables_cost_minor, point.loss_minor) == (effect.scenario.receivables_cost_minor, 0)
    assert points[2].receivables_cost_minor == 3_708_000  # 36,000,000 × 1.03 × 45 ÷ 360 × 0.8


def test_the_longest_term_that_pays_comes_out_by_hand() -> None:
    base = _case()
    # Sales +1 % for ten days: margin 0.2 × 36,000,000 × (1 + 0.001 d), capital 36,000,000 × (1 + 0.001 d) × (30 + d) ÷ 360 × 0.8 × 0.1.
    # Equal to the base, in units of 36,000,000: 0.0002 d = 0.08 ÷ 360 × (d + 0.03 d + 0.001 d²); 0.9 = 1.03 + 0.001 d: d < 0, so never.
    points = reach(base, lambda days: responding(base, base.changed(net_days=days), 0.01), VALUES, 5, range(30, 366))
    assert longest(points, "profit_change_minor") == 30
    # +2 %: 0.0004 × 360 ÷ 0.08 = 1.8 = 1.06 + 0.002 d: d = 370, so 400 days.
    points = reach(base, lambda days: responding(base, base.changed(net_days=days), 0.02), VALUES, 5, range(401))
    assert longest(points, "profit_change_minor") == 400
    best = best_point(points, "profit_change_minor")
    assert best is not None
    assert best.net_days == 215  # halfway between 30 and 400


def test_nothing_pays_where_the_base_is_out_of_reach() -> None:
    base = _case()
    worse = reach(base, lambda days: base.changed(net_days=days, bad_debt_share=0.1), VALUES, 5, range(60))
    assert longest(worse, "profit_change_minor") is None
    assert best_point([], "npv_minor") is None


def test_the_highest_discount_pays_and_a_hundredth_of_a_per_cent_more_does_not() -> None:
    base = _case(net_days=60)
    early = base.changed(discount_share=0.01, discount_days=10, taker_share=0.5)
    # Half is paid 50 days earlier: 18,000,000 × 50 ÷ 360 × 0.8 × 0.1 = 200,000, which is 1.11 % of 18,000,000.
    assert highest_discount(base, early, VALUES) == 0.0111
    for share, outcome in ((0.0111, "better"), (0.0112, "worse")):
        assert compare_terms(base, early.changed(discount_share=share), POLICY, AS_OF).outcome == outcome


def test_a_discount_nobody_takes_or_that_never_pays_has_no_highest() -> None:
    base = _case(net_days=10)
    assert highest_discount(base, base.changed(discount_share=0.02, discount_days=10), VALUES) is None
    taken = base.changed(discount_share=0.02, discount_days=10, taker_share=1)
    assert highest_discount(base, taken, VALUES) is None
    free = base.changed(discount_share=0.02, discount_days=0, taker_share=1, sales_change_share=10)
    assert highest_discount(base, free, VALUES) is not None


def test_sales_respond_to_days_of_credit_and_to_nothing_else() -> None:
    base = _case(net_days=60)
    assert credit_days(base.changed(instalments=3)) == 40  # 20, 40, 60
    assert credit_days(base.changed(deposit_share=0.25, late_days=9, discount_share=0.02)) == 45
    assert responding(base, base.changed(discount_share=0.02, late_days=20), 0.05).sales_minor == 36_000_000
    shorter = responding(base, base.changed(net_days=50, sales_change_share=0.1), 0.02)
    assert shorter.sales_minor == 38_880_000  # 36,000,000 × (1 + 0.10 − 0.02)
    assert responding(base, base.changed(net_days=0), 1).sales_minor == 0  # no more is lost than there is
    with pytest.raises(CreditError):
        responding(base, base, float("nan"))
