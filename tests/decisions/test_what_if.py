"""Two sets of terms side by side: every component by hand, what the change is worth, where it breaks even, the cash it takes."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from creditlib.decisions.decision import OUTCOMES
from creditlib.decisions.what_if.compare import TermsCase, TermsEffect, compare_terms
from creditlib.decisions.what_if.curve import curve
from creditlib.errors import CreditError, CurrencyError, TooLarge, UsageError
from creditlib.policy import Policy, load_policy

AS_OF = date(2026, 1, 1)


def _policy(**given: Any) -> Policy:
    """The standard policy with other values; terms.capital_rate is written capital_rate."""
    policy = load_policy()
    own = {f"terms.{name}": value for name, value in given.items()}
    return replace(
        policy,
        name="own",
        rows=tuple(replace(r, value=own[r.parameter]) if r.parameter in own else r for r in policy.rows),
    )


ROUND = _policy(capital_rate=Decimal("0.10"), year_days=360)
"""10 % a year of 360 days: a day costs 1 ÷ 3600."""


def _case(**given: Any) -> TermsCase:
    stated = {"currency": "CNY", "yearly_sales_minor": 36_000_000, "net_days": 30, "variable_cost_share": 0.8}
    return TermsCase(**{**stated, "collection_share": 0, "bad_debt_share": 0, **given})


def _compare(base: TermsCase, scenario: TermsCase, **options: Any) -> TermsEffect:
    return compare_terms(base, scenario, ROUND, AS_OF, **options)


def test_every_component_of_a_year_comes_out_by_hand() -> None:
    case = _case(
        late_days=10, bad_debt_share=0.02, collection_share=0.005, discount_share=0.02, discount_days=10, taker_share=0.25,
        deposit_share=0.1, insured_share=0.5, cover_share=0.9, premium_rate=0.003, fixed_cost_minor=12_345,
    )  # fmt: skip
    year = _compare(case, case).base
    assert year.credit_minor == 32_400_000  # 36,000,000 × 0.9
    assert year.collection_days == 32.5  # 0.25 × 10 + 0.75 × 40
    assert year.receivables_minor == 2_925_000  # 32,400,000 × 32.5 ÷ 360
    assert year.receivables_cost_minor == 2_340_000  # × 0.8
    assert year.dso_days == pytest.approx(29.25)  # 2,925,000 ÷ 36,000,000 × 360
    assert year.margin_minor == 7_200_000  # 36,000,000 × 0.2
    assert year.capital_cost_minor == 234_000  # 2,340,000 × 0.10
    assert (year.loss_minor, year.insured_loss_minor) == (356_400, 291_600)  # 648,000 × (1 − 0.45), × 0.45
    assert year.premium_minor == 48_600  # 32,400,000 × 0.5 × 0.003
    assert year.discount_minor == 162_000  # 32,400,000 × 0.25 × 0.02
    assert (year.collection_minor, year.fixed_minor) == (180_000, 12_345)  # 36,000,000 × 0.005
    assert year.profit_minor == 6_206_655  # 7,200,000 − 234,000 − 356,400 − 48,600 − 162,000 − 180,000 − 12,345
    assert year.contribution_minor == 6_440_655
    assert year.customer_cost_simple == pytest.approx(0.02 / 0.98 * 360 / 30)  # paid on day 40, discount until day 10


def test_default_probability_is_of_what_stands_open_and_so_grows_with_the_days() -> None:
    case = _case(bad_debt_share=None, default_probability=0.02, loss_given_default=0.75)
    effect = _compare(case, case.changed(net_days=60))
    assert effect.base.loss_minor == 45_000  # 0.02 × 0.75 × 3,000,000
    assert effect.scenario.loss_minor == 90_000  # 0.02 × 0.75 × 6,000,000


def test_value_added_tax_is_no_margin_but_is_tied_up() -> None:
    year = _compare(_case(tax_share=0.1), _case(tax_share=0.1)).base
    assert year.margin_minor == 6_480_000  # 36,000,000 × 0.9 × 0.2
    assert year.receivables_cost_minor == 2_460_000  # 3,000,000 × (0.1 + 0.9 × 0.8)


def test_sixty_days_instead_of_thirty_for_a_tenth_more_sales() -> None:
    change = _compare(
        _case(bad_debt_share=0.01), _case(bad_debt_share=0.02, net_days=60, sales_change_share=0.1)
    ).change
    assert change.margin_minor == 720_000  # 3,600,000 × 0.2
    assert change.capital_cost_minor == 288_000  # 528,000 − 240,000
    assert change.loss_minor == 432_000  # 792,000 − 360,000
    assert change.dso_days == 30


def test_no_gain_is_the_same_and_one_cent_more_is_better() -> None:
    base = _case(bad_debt_share=0.01)
    scenario = base.changed(bad_debt_share=0.02, net_days=60, sales_change_share=0.1)
    assert _compare(base, scenario).change.profit_minor == 0  # 720,000 − 288,000 − 432,000
    assert _compare(base, scenario).outcome == "same"
    assert _compare(base.changed(fixed_cost_minor=1), scenario).outcome == "better"
    assert _compare(base, scenario.changed(fixed_cost_minor=1)).outcome == "worse"


def test_money_of_sales_there_were_is_tied_up_at_price_and_of_sales_won_at_cost() -> None:
    worth = _compare(_case(), _case(net_days=60, sales_change_share=0.1)).worth
    assert worth.investment_minor == 3_480_000  # 36,000,000 × 30 ÷ 360 + 0.8 × 3,600,000 × 60 ÷ 360
    assert worth.yearly_gain_minor == 372_000  # 720,000 − 0.10 × 3,480,000
    assert worth.npv_perpetual_minor == 3_720_000  # 720,000 ÷ 0.10 − 3,480,000
    assert worth.npv_minor == 1_410_173  # 3,720,000 × (1 − 1.1⁻⁵)


def test_the_way_back_is_worth_the_opposite() -> None:
    short, long = _case(), _case(net_days=60, sales_change_share=0.1)
    there, back = _compare(short, long), _compare(long, short)
    assert back.worth.investment_minor == -there.worth.investment_minor
    assert back.worth.npv_minor == -there.worth.npv_minor
    assert back.change.profit_minor == -there.change.profit_minor


def test_the_horizon_is_the_policy_s_unless_the_caller_names_one() -> None:
    base, longer = _case(), _case(net_days=60, sales_change_share=0.1)
    own = _policy(capital_rate=0, horizon_years=3)
    by_policy, given = (compare_terms(base, longer, own, AS_OF, horizon_years=years) for years in (None, 2))
    assert (by_policy.horizon_years, by_policy.worth.npv_minor) == (3, 2_160_000)  # 720,000 × 3
    assert (given.horizon_years, given.worth.npv_minor) == (2, 1_440_000)
    assert by_policy.decision.used["terms.horizon_years"][0] == 3
    assert "terms.horizon_years" not in given.decision.used
    points = curve(base, longer, own, AS_OF, values=[60]).to_pylist()
    assert [row["npv_minor"] for row in points if row["mark"] == "scenario"] == [2_160_000]


def test_capital_that_costs_nothing_has_no_value_for_good() -> None:
    free = _policy(capital_rate=0)
    effect = compare_terms(_case(), _case(net_days=60, sales_change_share=0.1), free, AS_OF, horizon_years=3)
    assert effect.change.profit_minor == 720_000
    assert (effect.worth.npv_minor, effect.worth.npv_perpetual_minor) == (2_160_000, None)  # 720,000 × 3


def test_break_even_sales_bring_back_the_profit_and_the_value_of_the_base() -> None:
    base, scenario = _case(bad_debt_share=0.01, fixed_cost_minor=50_000), _case(bad_debt_share=0.02, net_days=60)
    even = _compare(base, scenario).break_even
    assert even.sales_minor is not None
    assert even.npv_sales_minor is not None
    assert even.sales_minor == 39_300_000  # (7,200,000 − 240,000 − 360,000 − 50,000) ÷ (0.2 − 0.013333 − 0.02)
    assert even.extra_sales_minor == 3_300_000
    reached = _compare(base, scenario.changed(yearly_sales_minor=even.sales_minor))
    assert abs(reached.change.profit_minor) <= 1
    won = even.npv_sales_minor / base.yearly_sales_minor - 1
    assert abs(_compare(base, scenario.changed(sales_change_share=won)).worth.yearly_gain_minor) <= 1


def test_a_change_that_pays_may_lose_sales_until_its_value_is_gone() -> None:
    base, shorter = _case(net_days=90), _case(net_days=30)
    even = _compare(base, shorter).break_even
    assert even.extra_sales_minor is not None
    assert even.npv_extra_sales_minor is not None
    assert even.npv_extra_sales_minor < even.extra_sales_minor < 0
    lost = even.npv_extra_sales_minor / base.yearly_sales_minor
    assert abs(_compare(base, shorter.changed(sales_change_share=lost)).worth.yearly_gain_minor) <= 1


def test_break_even_bad_debt_is_before_insurance_and_of_the_balance() -> None:
    base = _case(bad_debt_share=0.01)
    scenario = base.changed(net_days=45, deposit_share=0.2, insured_share=1, cover_share=0.5, sales_change_share=0.05)
    share = _compare(base, scenario).break_even.bad_debt_share
    assert share is not None
    assert abs(_compare(base, scenario.changed(bad_debt_share=share)).change.profit_minor) <= 1


def test_where_each_sale_loses_money_nothing_breaks_even() -> None:
    effect = _compare(_case(), _case(variable_cost_share=0.99, bad_debt_share=0.05))
    assert effect.break_even[:4] == (None, None, None, None)
    prepaid = _compare(_case(), _case(deposit_share=1))
    assert prepaid.break_even.bad_debt_share is None  # nothing is on credit
    assert prepaid.scenario.receivables_minor == 0


def test_cash_goes_out_at_delivery_and_comes_back_after_the_days() -> None:
    base, longer = _case(), _case(net_days=60)
    cash = _compare(base, longer).cash
    assert cash.weeks_minor[:5] == (0, 0, 0, 0, 0)  # by day 28 nobody would have paid either way
    assert cash.weeks_minor[5] == -500_000  # 5 days × 36,000,000 ÷ 360
    assert cash.weeks_minor[-1] == -3_000_000  # 30 days × 100,000, for good
    assert (cash.peak_minor, cash.peak_day, cash.payback_day, cash.falling) == (3_000_000, 60, None, False)
    assert len(cash.weeks_minor) == 53


def test_further_sales_cost_first_and_pay_back_later() -> None:
    cash = _compare(_case(), _case(sales_change_share=0.1)).cash
    assert cash.peak_minor == 240_000  # 30 days × 10,000 × 0.8
    assert (cash.peak_day, cash.payback_day) == (30, 150)  # then 2,000 a day: 240,000 ÷ 2,000 = 120 days on
    assert cash.weeks_minor[-1] == 428_000  # (364 − 150) × 2,000
    losing = _compare(_case(), _case(sales_change_share=0.1, fixed_cost_minor=3_600_000)).cash
    assert losing.falling  # 2,000 − 10,000 a day
    assert losing.payback_day is None
    assert losing.table().column_names == ["week", "day", "cash_minor"]


def test_a_deposit_brings_cash_on_the_first_day() -> None:
    cash = _compare(_case(), _case(deposit_share=0.5)).cash
    assert (cash.weeks_minor[1], cash.peak_minor, cash.payback_day) == (350_000, 0, 0)  # 7 × 50,000
    assert cash.weeks_minor[-1] == 1_500_000  # 30 days × 50,000, for good


def test_decision_lists_the_components_largest_first_and_names_its_policy_values() -> None:
    base = TermsCase(currency="CNY", yearly_sales_minor=36_000_000, net_days=30, default_probability=0.02)
    decision = _compare(base, base.changed(net_days=90, sales_change_share=0.02)).decision
    assert (decision.subject, decision.policy_name) == ("terms", "own")
    assert decision.outcome in OUTCOMES["terms"]
    moved = [reason for reason in decision.reasons if reason.effect in ("raises", "lowers")]
    sizes = [abs(reason.amount_minor or 0) for reason in moved]
    assert sizes == sorted(sizes, reverse=True)
    assert (
        sum(reason.amount_minor or 0 for reason in moved)
        == _compare(base, base.changed(net_days=90, sales_change_share=0.02)).change.profit_minor
    )
    assert set(decision.used) == {
        "terms.capital_rate", "terms.year_days", "terms.variable_cost_share", "terms.collection_share",
        "score.loss_given_default", "terms.horizon_years",
    }  # fmt: skip
    texts = [reason.text(lang) for reason in decision.reasons for lang in ("en", "zh")]
    assert "Not stated, taken from the policy: loss given default 0.8." in texts
    assert "假定销售额变动 +2 %：此为假设，并非账簿数据。" in texts


def test_where_cost_and_price_disagree_a_person_is_told() -> None:
    longer = _case(net_days=60, sales_change_share=0.039)
    effect = _compare(_case(), longer)
    assert effect.change.profit_minor == 22_080  # 280,800 − (498,720 − 240,000)
    assert effect.worth.yearly_gain_minor == -37_920  # 280,800 − 0.10 × (3,000,000 + 187,200)
    codes = [reason.code for reason in effect.decision.reasons]
    assert effect.outcome == "better"
    assert "what_if.price_basis" in codes


def test_no_change_tells_no_component() -> None:
    decision = _compare(_case(), _case()).decision
    assert (decision.outcome, decision.reasons) == ("same", ())


def test_nobody_takes_a_discount_of_nothing_and_early_payers_come_before_the_term() -> None:
    assert _compare(_case(taker_share=0.5), _case()).base.collection_days == 30
    assert _compare(_case(late_days=-5), _case()).base.collection_days == 25
    assert _compare(_case(net_days=3, late_days=-5), _case()).base.collection_days == 0
    assert _compare(_case(discount_share=0.02, discount_days=30), _case()).base.customer_cost_simple is None


def test_without_sales_there_is_no_dso() -> None:
    effect = _compare(_case(), _case(sales_change_share=-1))
    assert (effect.scenario.dso_days, effect.change.dso_days, effect.scenario.profit_minor) == (None, None, 0)


@pytest.mark.parametrize(
    ("error", "given"),
    [
        (UsageError, {"bad_debt_share": None}),
        (UsageError, {"default_probability": 0.02}),
        (UsageError, {"yearly_sales_minor": 1.5}),
        (CreditError, {"yearly_sales_minor": -1}),
        (CreditError, {"net_days": -1}),
        (CreditError, {"net_days": float("nan")}),
        (CreditError, {"late_days": float("inf")}),
        (CreditError, {"discount_share": 2}),
        (CreditError, {"sales_change_share": -1.1}),
        (CurrencyError, {"currency": "RMB"}),
        (TooLarge, {"yearly_sales_minor": 2**54}),
    ],
)
def test_impossible_cases_are_refused(error: type[CreditError], given: dict[str, Any]) -> None:
    with pytest.raises(error) as caught:
        _case(**given)
    assert caught.value.text("zh") != caught.value.text("en")


def test_a_case_changes_only_in_fields_it_has_and_forgets_what_it_assumed() -> None:
    case = _case(assumed=("deposit_share", "insured_share"), at_least=("late_days",))
    changed = case.changed(deposit_share=0.1, late_days=4)
    assert (changed.assumed, changed.at_least) == (("insured_share",), ())
    with pytest.raises(UsageError, match="terms"):
        case.changed(terms=3)


def test_two_currencies_and_a_horizon_of_nothing_are_refused() -> None:
    with pytest.raises(CurrencyError, match="USD"):
        _compare(_case(), _case(currency="USD"))
    with pytest.raises(UsageError, match="above 0"):
        _compare(_case(), _case(), horizon_years=0)


def test_one_comparison_is_fast_enough_for_a_slider() -> None:
    base = _case(bad_debt_share=0.01, late_days=8)
    cases = [base.changed(net_days=days) for days in range(40)]
    began = time.perf_counter()
    for case in cases:
        assert _compare(base, case).decision.outcome
    assert (time.perf_counter() - began) / len(cases) < 0.005
