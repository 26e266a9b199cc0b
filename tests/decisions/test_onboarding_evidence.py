"""The evidence of the onboarding check, line by line, and customers that may be one firm."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from onboarding_cases import AS_OF, CODE, book, check, codes, line


@pytest.mark.parametrize(
    ("ours", "theirs", "valid", "same"),
    [
        (CODE, CODE, 15, 10),
        (CODE[:-1] + "4", CODE[:-1] + "4", 0, 10),  # the check digit is wrong on both sides
        (CODE[:-1] + "4", CODE, 15, 0),
        (None, CODE, 15, None),
        (CODE.lower() + " ", CODE, 15, 10),
        (CODE, None, 15, None),
        (None, None, None, None),
    ],
)
def test_the_credit_code_is_checked_and_compared(
    ours: str | None, theirs: str | None, valid: int | None, same: int | None
) -> None:
    made = check(book(customers={"credit_code": ours}, registrations={"credit_code": theirs}))
    assert line(made, "registration", "code_valid").given == valid
    assert line(made, "registration", "code_same").given == same


def test_a_former_name_is_the_same_firm_and_the_new_name_is_told() -> None:
    made = check(book(customers={"name": "乙贸易有限公司"}, registrations={"former_names": "丙公司；乙贸易有限公司"}))
    assert line(made, "registration", "name").given == 15
    assert codes(made, "note") == ["renamed"]
    assert "甲贸易有限公司" in made.reasons[-1].text("zh")


def test_an_older_extract_under_the_old_name_tells_the_renaming() -> None:
    old = {"on": date(2026, 1, 1), "name": "乙公司"}
    made = check(book(customers={"name": "乙公司"}, registrations=[old, {}]))
    assert codes(made, "note") == ["renamed"]


def test_another_name_costs_its_points() -> None:
    made = check(book(customers={"name": "丁公司"}))
    assert line(made, "registration", "name").given == 0


def test_a_young_firm_loses_points_by_its_age() -> None:
    made = check(book(registrations={"established_on": date(2025, 1, 1)}))
    assert line(made, "registration", "age").given == pytest.approx(10 * 545 / 365.25 / 3)
    assert line(check(book(registrations={"established_on": date(2027, 1, 1)})), "registration", "age").given is None


def test_capital_counts_by_the_share_paid_in() -> None:
    assert line(check(book(registrations={"paid_in_capital_minor": 250})), "registration", "capital").given == 2.5
    assert line(check(book(registrations={"paid_in_capital_minor": 5000})), "registration", "capital").given == 10
    assert line(check(book(registrations={"registered_capital_minor": 0})), "registration", "capital").given is None


@pytest.mark.parametrize(("end", "points"), [(date(2024, 12, 30), 100.0), (date(2024, 12, 29), None)])
def test_a_statement_of_eighteen_months_counts_and_a_day_older_does_not(end: date, points: float | None) -> None:
    made = check(book(statements={"period_end": end}))
    assert made.points["statements"] == points
    assert made.outcome == ("pass" if points else "refer")
    if points is None:
        assert "2024-12-29" in line(made, "statements", "z_service").text()


def test_without_statements_the_case_is_referred_and_never_scored_as_zero() -> None:
    made = check(book(without=("statements",)))
    assert (made.outcome, made.points["statements"]) == ("refer", None)
    reason = next(r for r in made.reasons if r.code == "onboarding.part-unknown")
    assert "Statement in the file" in reason.text()
    assert "报表" in reason.text("zh")


def test_weak_statements_refer_by_their_points() -> None:
    weak = {
        "audited": False, "current_assets_minor": 200_000, "retained_earnings_minor": -300_000, "ebit_minor": -50_000,
        "total_liabilities_minor": 1_100_000, "current_liabilities_minor": 900_000, "equity_minor": -100_000,
    }  # fmt: skip
    made = check(book(statements=weak))
    assert made.points["statements"] == 35  # there, fresh, and it adds up
    assert made.outcome == "refer"
    assert codes(made, "lowers")[0] == "part-low"
    assert "资不抵债" in line(made, "statements", "equity_ratio").text("zh")


def test_a_statement_that_does_not_balance_is_told_with_its_difference() -> None:
    made = check(book(statements={"equity_minor": 500_000, "sales_minor": 2_000_001}))
    evidence = line(made, "statements", "checks")
    assert evidence.given == 0
    assert "1,000.00" in evidence.text("en")


def test_lines_missing_from_a_statement_leave_its_ratios_unknown() -> None:
    made = check(book(statements={"current_assets_minor": None, "audited": None}))
    assert [e.line for e in made.evidence if e.part == "statements" and e.given is None] == [
        "audited",
        "z_service",
        "current_ratio",
    ]
    assert made.points["statements"] == 100  # of the half that is known
    made = check(book(statements={"total_liabilities_minor": None, "equity_minor": None, "current_assets_minor": None}))
    assert made.points["statements"] is None


def test_without_liabilities_z_has_no_value_but_liquidity_is_full() -> None:
    debtless = {"total_liabilities_minor": 0, "current_liabilities_minor": 0, "equity_minor": 1_000_000}
    made = check(book(statements=debtless))
    assert "Without liabilities" in line(made, "statements", "z_service").text()
    assert line(made, "statements", "current_ratio").given == 15


def test_references_count_by_number_and_by_days_late() -> None:
    one = check(book(references={"days_late": 20}))
    assert (line(one, "reputation", "references").given, line(one, "reputation", "reference_days").given) == (10, 10)
    twice = check(
        book(references=[{"days_late": -5}, {"days_late": 60}])
    )  # the same referee; early is not better than on time
    assert (line(twice, "reputation", "references").given, line(twice, "reputation", "reference_days").given) == (10, 5)
    old = check(book(references={"on": date(2025, 6, 29)}))
    assert line(old, "reputation", "references").given is None


def test_the_worst_fresh_rating_counts_and_one_the_policy_does_not_know_is_unknown() -> None:
    several = [{"agency": "X", "grade": "aa"}, {"agency": "Y", "grade": "BB"}, {"agency": "Z", "grade": "1a"}]
    assert line(check(book(ratings=several)), "reputation", "rating").given == 10
    unknown = line(check(book(ratings={"grade": "1a"})), "reputation", "rating")
    assert unknown.given is None
    assert "1a" in unknown.text()
    assert line(check(book(ratings={"on": date(2025, 6, 29)})), "reputation", "rating").given is None


def test_the_newest_judgement_of_each_subject_counts() -> None:
    seen = [{"rating": 1, "on": date(2025, 1, 1)}, {"rating": 4}, {"subject": "premises", "rating": 3}]
    assert line(check(book(assessments=seen)), "reputation", "visit").given == pytest.approx(6.25)


def test_the_payment_record_is_of_the_factors_given() -> None:
    late = check(book(), factor_row={"days_beyond_terms": 16.0, "on_time_share": float("nan"), "history_end": AS_OF})
    assert (line(late, "reputation", "payment_days").given, line(late, "reputation", "payment_share").given) == (
        5,
        None,
    )
    assert line(late, "reputation", "payment_days").on == AS_OF
    unread = check(book(), factor_row=None)
    assert "not looked at" in line(unread, "reputation", "payment_days").text()
    assert unread.outcome == "pass"


def test_an_unknown_reputation_refers() -> None:
    made = check(book(without=("references", "ratings", "assessments")), factor_row=None)
    assert (made.outcome, made.points["reputation"]) == ("refer", None)
    assert made.parts[2].known == pytest.approx(0.15)


def test_an_overdue_visit_is_told() -> None:
    rows = [{"id": 0, "on": date(2026, 1, 1), "event": "visit", "until": date(2026, 2, 1)}]
    made = check(book(events=rows))
    assert codes(made, "note") == ["visit-overdue"]
    assert made.visits[0].overdue


def test_the_same_credit_code_on_another_customer_refers() -> None:
    other = {"customer": "C2", "name": "完全不同有限公司"}
    made = check(book(customers=[{}, other]))
    assert made.outcome == "refer"
    assert codes(made, "missing") == ["duplicate"]
    assert "C2" in made.reasons[0].text()


@pytest.mark.parametrize("name", ["甲贸易 有限责任公司", "甲贸易有限公司"])
def test_the_same_name_on_another_customer_is_told(name: str) -> None:
    made = check(book(customers=[{}, {"customer": "C2", "name": name, "credit_code": None}]))
    assert (made.outcome, codes(made, "note")) == ("pass", ["duplicate"])


def test_a_former_name_that_another_customer_bears_is_told() -> None:
    made = check(
        book(
            customers=[{}, {"customer": "C2", "name": "乙公司", "credit_code": None}],
            registrations={"former_names": "乙公司"},
        )
    )
    assert "duplicate" in codes(made, "note")
    other = {"customer": "C2", "former_names": "甲贸易有限公司", "legal_representative": None}
    made = check(
        book(customers=[{}, {"customer": "C2", "name": "乙公司", "credit_code": None}], registrations=[{}, other])
    )
    assert "duplicate" in codes(made, "note")


def test_one_person_behind_several_firms_is_told_and_costs_nothing() -> None:
    rows = [
        {"legal_representative": "王伟"},
        {"customer": "C2", "legal_representative": "王伟 "},
        {"customer": "C3", "legal_representative": "李娜"},
    ]
    made = check(book(registrations=rows))
    assert (made.outcome, codes(made, "note")) == ("pass", ["same-person"])
    assert "C2" in made.reasons[-1].text("zh")
    assert "C3" not in made.reasons[-1].text("zh")
