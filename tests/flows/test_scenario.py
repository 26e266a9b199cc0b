"""What if a customer's figures were others: today's side is the review, a change goes the way the whole book goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from creditlib.decisions.score.decide import score_values
from creditlib.errors import PolicyError, UsageError
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.review import review
from creditlib.flows.scenario import CustomerCase
from creditlib.policy import load_policy
from creditlib.policy.draft import draft

POLICY = load_policy()


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), POLICY, SAMPLE_END)


@pytest.fixture(scope="module")
def customers(whole: Assessment) -> list[str]:
    return [str(code) for code in whole.table.table["customer"].to_pylist()]


def test_todays_side_is_the_review_of_every_customer(whole: Assessment, customers: list[str]) -> None:
    for customer in customers[::5]:
        side, made = CustomerCase(whole, customer).base, review(whole, customer)
        assert (side.score.score, side.score.grade, side.score.outcome) == (
            made.score.score,
            made.score.grade,
            made.score.outcome,
        )
        assert side.limit.limit_minor == made.limit.limit_minor
        assert side.terms == made.terms
        assert (side.exposure_minor, side.net_minor) == (made.exposure["total_minor"], made.exposure["net_minor"])


def test_what_is_changed_back_is_today(whole: Assessment) -> None:
    case = CustomerCase(whole, "C100020")
    same = case.scenario(
        {"on_time_share": case.value("on_time_share"), "limit.grace_days": case.value("limit.grace_days")}
    )
    assert same.changed == {}
    assert same.scenario is same.base


def test_a_changed_factor_scores_as_the_scorecard_scores_it(whole: Assessment) -> None:
    case = CustomerCase(whole, "C100020")
    made = case.scenario({"on_time_share": 0.95}).scenario
    alone = score_values({**case.facts, "on_time_share": 0.95}, POLICY, SAMPLE_END)
    assert made.score.score == alone.score
    assert made.score.score != case.base.score.score


def test_a_term_moves_the_need_by_its_formula(whole: Assessment) -> None:
    case = CustomerCase(whole, "C100020")
    values = POLICY.at(SAMPLE_END)
    days = 30 + values["limit.unbilled_days"] + values["limit.grace_days"]
    made = case.scenario({"yearly_minor": 3_650_000_00, "term_days": 30}).scenario.limit
    assert made.methods["need"] == 3_650_000_00 * days // values["limit.year_days"]
    assert made.methods["purchases"] == int(3_650_000_00 * values["limit.purchases_share"])


def test_a_policy_value_is_the_book_assessed_under_the_draft(whole: Assessment, customers: list[str]) -> None:
    after = draft(POLICY, {"limit.grace_days": 9, "score.loss_given_default": Decimal("0.6")}, SAMPLE_END, "try")
    other = assess(sample_book(), after, SAMPLE_END).table.table
    limits = dict(zip(other["customer"].to_pylist(), other["limit_minor"].to_pylist(), strict=True))
    losses = dict(zip(other["customer"].to_pylist(), other["expected_loss_minor"].to_pylist(), strict=True))
    for customer in customers[::7]:
        changes = {"limit.grace_days": 9, "score.loss_given_default": Decimal("0.6")}
        made = CustomerCase(whole, customer).scenario(changes).scenario
        assert (made.limit.limit_minor, made.loss_minor) == (limits[customer], losses[customer])


def test_cover_takes_its_insured_share_out_of_own_risk(whole: Assessment) -> None:
    case = CustomerCase(whole, "C100020")
    made = case.scenario({"cover_minor": 2_000_000_00}).scenario
    share = POLICY.at(SAMPLE_END)["limit.insured_share"]
    assert made.covered_minor == int(2_000_000_00 * share)
    assert made.exposure_minor == case.base.exposure_minor == made.covered_minor + made.net_minor


def test_another_cover_is_paid_by_the_share_of_the_present_one(whole: Assessment) -> None:
    case = CustomerCase(whole, "C100042")  # insured at 85 %, where the policy says 90 %
    made = case.scenario({"cover_minor": 10_000_01}).scenario
    assert case.base.exposure_minor > 10_000_01
    assert made.covered_minor == 8_500_01  # 8,500.0085 and no other cover


@pytest.mark.parametrize(
    ("over", "values", "changes"),
    [
        ("on_time_share", [0.0, 0.3, 0.8, 1.0], {}),
        ("days_beyond_terms", [0.0, 15.0, 16.0, 90.0], {"yearly_minor": 20_000_000_00}),
        (
            "yearly_minor",
            [0, 1_000_000_00, 90_000_000_00],
            {"on_time_share": 1.0, "limit.grade_factor.C": Decimal("0.5")},
        ),
        ("term_days", [0, 30, 180], {}),
    ],
)
def test_the_curve_is_the_scenario_at_each_point(
    whole: Assessment, over: str, values: list[float], changes: dict[str, object]
) -> None:
    for customer in ("C100020", "C-7003"):
        case = CustomerCase(whole, customer)
        told = {n: v for n, v in changes.items() if n in case.movable}
        one_by_one = [case.scenario({**told, over: value}).scenario.limit.limit_minor for value in values]
        assert case.limits_over(over, values, told) == one_by_one


def test_a_member_of_a_group_is_held_by_what_the_others_have(whole: Assessment) -> None:
    table = whole.limits.table
    groups = table["group"].to_pylist()
    member = next(c for c, g in zip(table["customer"].to_pylist(), groups, strict=True) if groups.count(g) > 1)
    case = CustomerCase(whole, member)
    many = case.limits_over("yearly_minor", [case.value("yearly_minor") or 0, 10**14], {})
    alone = case.scenario({"yearly_minor": 10**14}).scenario.limit.limit_minor
    assert many[1] == alone


def test_what_nobody_knows_is_told() -> None:
    whole = assess(sample_book(), POLICY, SAMPLE_END)
    with pytest.raises(UsageError, match="nothing called colour can be changed"):
        CustomerCase(whole, "C-7003").scenario({"colour": 1})
    with pytest.raises(UsageError, match="C-7000"):
        CustomerCase(whole, "C-7000")
    with pytest.raises(PolicyError, match="the most allowed is 10"):
        CustomerCase(whole, "C-7003").scenario({"limit.grace_days": 11})


def test_an_unknown_value_is_not_known_and_not_zero(whole: Assessment) -> None:
    case = CustomerCase(whole, "C100020")
    blank = case.scenario({"on_time_share": None}).scenario.score
    assert any(line.name == "on_time_share" and not line.known for line in blank.lines)
    assert replace(case.scenario({"on_time_share": 0.0}), customer="x").scenario.score.score != blank.score
    assert case.whole.as_of == date(2026, 10, 31)
