"""What holds for any terms: no change is no difference, components tie, longer terms alone never pay, cash ties to profit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlib import formulas
from creditlib.decisions.what_if.cash import received
from creditlib.decisions.what_if.compare import TermsCase, TermsEffect, TermsFigures, compare_terms
from creditlib.decisions.what_if.figures import figures_of
from creditlib.decisions.what_if.reach import highest_discount, reach
from creditlib.decisions.what_if.response import responding
from creditlib.policy import Policy, load_policy

AS_OF = date(2026, 1, 1)
STANDARD = load_policy()
COSTS = ("capital_cost", "loss", "premium", "discount", "collection", "fixed")


def _policy(rate: Decimal, year_days: int) -> Policy:
    own = {"terms.capital_rate": rate, "terms.year_days": year_days}
    return replace(STANDARD, rows=tuple(replace(r, value=own.get(r.parameter, r.value)) for r in STANDARD.rows))


POLICIES = st.builds(
    _policy, st.sampled_from([Decimal(0), Decimal("0.06"), Decimal("0.24")]), st.sampled_from([360, 365])
)
SHARE = st.one_of(st.sampled_from([0.0, 1.0, 0.5]), st.floats(0, 1))
SMALL = st.one_of(st.just(0.0), st.floats(0, 0.1))


@st.composite
def cases(draw: st.DrawFn, **fixed: Any) -> TermsCase:
    loss = draw(st.sampled_from(["bad_debt_share", "default_probability"]))
    stated: dict[str, Any] = {
        "currency": "CNY",
        "yearly_sales_minor": draw(st.one_of(st.integers(0, 1000), st.integers(0, 10**13))),
        "net_days": draw(st.one_of(st.integers(0, 180), st.floats(0, 500))),
        "late_days": draw(st.one_of(st.integers(-10, 60), st.floats(-30, 90))),
        "instalments": draw(st.sampled_from([1, 1, 2, 3, 12])),
        "variable_cost_share": draw(st.one_of(st.none(), SHARE)),
        "tax_share": draw(SMALL),
        "discount_share": draw(SMALL),
        "discount_days": draw(st.one_of(st.none(), st.integers(0, 90))),
        "taker_share": draw(SHARE),
        "deposit_share": draw(SHARE),
        "insured_share": draw(SHARE),
        "premium_rate": draw(st.one_of(st.just(0.0), st.floats(0, 0.01))),
        loss: draw(SMALL),
        "sales_change_share": draw(st.one_of(st.just(0), st.floats(-0.5, 0.5))),
        "fixed_cost_minor": draw(st.integers(0, 10**6)),
    }
    return TermsCase(**{**stated, **fixed})


def _flat(effect: TermsEffect) -> list[float]:
    return [figure for figure in effect.change if figure is not None]


@given(cases(), POLICIES)
def test_no_change_is_exactly_no_difference_anywhere(case: TermsCase, policy: Policy) -> None:
    effect = compare_terms(case, case, policy, AS_OF)
    assert set(_flat(effect)) <= {0}
    assert effect.outcome == "same"
    assert {figure for figure in effect.worth if figure is not None} == {0}
    assert set(effect.cash.weeks_minor) == {0}
    assert (effect.cash.peak_minor, effect.cash.payback_day, effect.cash.falling) == (0, 0, False)
    assert not [reason for reason in effect.decision.reasons if reason.effect in ("raises", "lowers")]


@given(cases(), cases(), POLICIES)
def test_components_tie_to_the_profit_and_the_change_to_both_sides(a: TermsCase, b: TermsCase, policy: Policy) -> None:
    effect = compare_terms(a, b, policy, AS_OF)
    for year in (effect.base, effect.scenario, effect.change):
        assert year.profit_minor == year.margin_minor - sum(getattr(year, f"{name}_minor") for name in COSTS)
    for name in TermsFigures._fields:
        if name.endswith("_minor"):
            assert getattr(effect.base, name) + getattr(effect.change, name) == getattr(effect.scenario, name)
    moved = [reason for reason in effect.decision.reasons if reason.effect in ("raises", "lowers")]
    assert sum(reason.amount_minor or 0 for reason in moved) == effect.change.profit_minor
    assert all(reason.text(lang) for reason in effect.decision.reasons for lang in ("en", "zh"))
    assert all(
        isinstance(v, int) for year in (effect.base, effect.change) for n, v in year._asdict().items() if "_minor" in n
    )


@given(cases(), cases(), POLICIES)
def test_the_way_back_is_the_opposite(a: TermsCase, b: TermsCase, policy: Policy) -> None:
    there, back = compare_terms(a, b, policy, AS_OF), compare_terms(b, a, policy, AS_OF)
    assert back.change.profit_minor == -there.change.profit_minor
    assert back.worth == tuple(None if figure is None else -figure for figure in there.worth)
    assert back.cash.weeks_minor == tuple(-week for week in there.cash.weeks_minor)


@given(cases(), st.integers(1, 120), POLICIES)
def test_longer_terms_without_further_sales_never_pay(case: TermsCase, days: int, policy: Policy) -> None:
    effect = compare_terms(case, case.changed(net_days=case.net_days + days), policy, AS_OF)
    assert effect.change.profit_minor <= 0
    assert effect.worth.npv_minor <= 0
    assert effect.change.receivables_minor >= 0
    assert all(week <= 0 for week in effect.cash.weeks_minor)


@given(cases(), POLICIES)
def test_profit_is_the_published_formula_of_it(case: TermsCase, policy: Policy) -> None:
    case = case.changed(tax_share=0, insured_share=0, variable_cost_share=0.7)
    year = compare_terms(case, case, policy, AS_OF).base
    rate = float(policy.at(AS_OF)["terms.capital_rate"])
    bare = formulas.profit_after_credit_cost(
        year.sales_minor, year.margin_minor, year.receivables_minor, 0.7, rate, 0,
        year.collection_minor + year.fixed_minor, year.discount_minor,
    )  # fmt: skip
    assert year.profit_minor == pytest.approx(bare - year.loss_minor, abs=2)


@given(cases(), cases(), POLICIES)
def test_cash_of_the_year_is_the_contribution_less_what_is_still_to_come_in(
    a: TermsCase, b: TermsCase, policy: Policy
) -> None:
    short = {"net_days": 90, "late_days": 10, "discount_share": 0, "bad_debt_share": 0}
    effect = compare_terms(a.changed(**short), b.changed(**{**short, "net_days": 30}), policy, AS_OF)
    year = policy.at(AS_OF)["terms.year_days"]
    earned = effect.change.contribution_minor * 364 / year
    assert effect.cash.weeks_minor[-1] == pytest.approx(earned - effect.change.receivables_minor, rel=1e-9, abs=2)


@given(cases(), cases(), POLICIES)
def test_the_peak_is_the_deepest_point_and_no_week_lies_below(a: TermsCase, b: TermsCase, policy: Policy) -> None:
    cash = compare_terms(a, b, policy, AS_OF).cash
    assert cash.weeks_minor[0] == 0
    assert min(cash.weeks_minor) >= -cash.peak_minor
    assert cash.peak_minor >= 0
    if cash.payback_day:
        assert cash.payback_day > cash.peak_day


@given(cases(), cases(), POLICIES)
def test_at_break_even_sales_the_profits_are_the_same(a: TermsCase, b: TermsCase, policy: Policy) -> None:
    even = compare_terms(a, b, policy, AS_OF).break_even
    if even.sales_minor and even.sales_minor < 10**15:
        reached = b.changed(yearly_sales_minor=even.sales_minor, sales_change_share=0)
        assert abs(compare_terms(a, reached, policy, AS_OF).change.profit_minor) <= 6  # each component rounded
    if even.npv_sales_minor and even.npv_sales_minor < 10**15:
        reached = b.changed(yearly_sales_minor=even.npv_sales_minor, sales_change_share=0)
        assert abs(compare_terms(a, reached, policy, AS_OF).worth.yearly_gain_minor) <= 6
    if even.bad_debt_share is not None and 0 <= even.bad_debt_share <= 1:
        reached = b.changed(bad_debt_share=even.bad_debt_share)
        assert compare_terms(a, reached, policy, AS_OF).change.profit_minor == pytest.approx(0, abs=6)


@given(cases(), st.integers(1, 36), POLICIES)
def test_instalments_never_give_longer_credit_and_what_is_received_ties(
    case: TermsCase, count: int, policy: Policy
) -> None:
    values = policy.at(AS_OF)
    whole, parts = (figures_of(case.changed(instalments=n), values) for n in (1, count))
    assert parts[0].collection_days <= whole[0].collection_days + 1e-9
    assert parts[1].paid_days[-1] == whole[1].paid_days[-1]
    year = parts[0]
    rows = received(*parts).to_pylist()
    assert rows[-1]["received_minor"] == year.sales_minor - year.loss_minor - year.discount_minor
    assert [row["day"] for row in rows] == sorted(row["day"] for row in rows)


@given(cases(), cases(), st.lists(st.integers(0, 365), min_size=1, max_size=8), SMALL, POLICIES)
def test_points_of_the_reach_are_comparisons(
    a: TermsCase, b: TermsCase, days: list[int], response: float, policy: Policy
) -> None:
    values = policy.at(AS_OF)
    points = reach(a, lambda day: responding(a, b.changed(net_days=day), response), values, 5, days)
    for point in points:
        effect = compare_terms(
            a, responding(a, b.changed(net_days=point.net_days), response), policy, AS_OF, horizon_years=5
        )
        assert (point.profit_change_minor, point.npv_minor) == (effect.change.profit_minor, effect.worth.npv_minor)


@given(cases(), cases(), POLICIES)
def test_the_highest_discount_is_the_last_that_pays(a: TermsCase, b: TermsCase, policy: Policy) -> None:
    found = highest_discount(a, b, policy.at(AS_OF))
    if found is None:
        return
    steps = round(found * 10_000)
    assert compare_terms(a, b.changed(discount_share=steps / 10_000), policy, AS_OF).outcome != "worse"
    if steps < 10_000:
        assert compare_terms(a, b.changed(discount_share=(steps + 1) / 10_000), policy, AS_OF).outcome == "worse"
