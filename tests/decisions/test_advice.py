"""What would lift the grade: each option is checked by scoring it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from creditlib.decisions.score.advice import advise
from creditlib.decisions.score.decide import score_values
from creditlib.policy import GRADES, load_policy
from creditlib.policy.factors import FACTORS

POLICY, DAY = load_policy(), date(2026, 1, 1)
FAIR: dict[str, Any] = {
    "z_service": 2.0, "equity_ratio": 0.25, "return_on_assets": 0.02, "current_ratio": 1.1, "days_beyond_terms": 18,
    "on_time_share": 0.7, "oldest_overdue": 40, "overdue_share": 0.3, "years_as_customer": 3, "years_in_business": 6,
}  # fmt: skip


def _scored(**changes: Any) -> Any:
    return score_values({**FAIR, **changes}, POLICY, DAY)


def test_each_option_reaches_the_next_grade_when_its_changes_are_scored() -> None:
    before = _scored()
    advice = advise(before, POLICY, DAY)
    assert advice.target == GRADES[GRADES.index(before.grade) - 1]
    assert advice.options
    for option in advice.options:
        after = _scored(**{step.factor: step.to for step in option.steps})
        assert (after.score, after.grade) == (option.score, option.grade)
        assert GRADES.index(after.grade) <= GRADES.index(advice.target)
        assert all(FACTORS[step.factor].changeable for step in option.steps)


def test_a_step_less_would_not_be_enough() -> None:
    before = _scored()
    for option in advise(before, POLICY, DAY).options:
        for left_out in option.steps:
            changes = {step.factor: step.to for step in option.steps if step is not left_out}
            assert _scored(**changes).grade == before.grade


def test_few_factors_come_before_many() -> None:
    counts = [len(option.steps) for option in advise(_scored(), POLICY, DAY).options]
    assert counts == sorted(counts)


def test_the_best_grade_needs_no_advice() -> None:
    best = {name: 1e6 if f.better == "higher" else 0 for name, f in FACTORS.items()} | {
        "management": 5,
        "market_position": 5,
    }
    advice = advise(score_values(best, POLICY, DAY), POLICY, DAY)
    assert (advice.target, advice.options, advice.missing) == (None, (), ())


def test_a_grade_held_down_for_want_of_statements_asks_for_them() -> None:
    values = {
        "days_beyond_terms": 0,
        "on_time_share": 1,
        "oldest_overdue": 0,
        "overdue_share": 0,
        "years_as_customer": 6,
    }
    made = score_values(values, POLICY, DAY)
    advice = advise(made, POLICY, DAY)
    assert (made.earned, made.grade, advice.target, advice.options) == ("A", "B", "A", ())
    assert [r.text("zh") for r in advice.missing] == ["提供可用的财务报表：无报表时等级不高于 B"]


def test_a_referral_is_told_what_to_supply() -> None:
    advice = advise(score_values({"overdue_share": 0}, POLICY, DAY), POLICY, DAY)
    assert advice.options == ()
    assert [r.text() for r in advice.missing][:2] == [
        "Give usable statements: without them no grade is better than B",
        "Supply what is missing on finance: 30% of the card is unknown",
    ]


def test_what_paying_takes_is_told_with_its_amount() -> None:
    made = _scored(days_beyond_terms=0, on_time_share=1, oldest_overdue=100)
    advice = advise(
        made, POLICY, DAY, currency="CNY", paying=lambda name, edge: 12_345 if name == "oldest_overdue" else None
    )
    texts = [reason.text() for option in advice.options for reason in option.reasons if reason.amount_minor]
    assert texts
    assert all("pay 123.45 CNY" in text for text in texts)


@pytest.mark.parametrize("stops", [[{"stop": "revoked", "on": DAY, "source_file": "r.csv", "source_row": 2}]])
def test_nothing_is_advised_about_a_customer_who_is_stopped(stops: Any) -> None:
    made = score_values(FAIR, POLICY, DAY, stops=stops)
    advice = advise(made, POLICY, DAY)
    assert (advice.target, advice.options, advice.missing) == (None, (), ())
