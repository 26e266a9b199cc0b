"""The onboarding check: hard stops above all, three sub-scores, and what is not known is never zero."""

from __future__ import annotations

import string
import sys
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from creditlib.decisions.onboarding.decide import hard_stops, onboard
from creditlib.decisions.onboarding.evidence import LINES, POINTS
from creditlib.errors import PolicyError, UsageError
from creditlib.facts.book import Book
from creditlib.facts.credit_tables import STATUSES
from creditlib.policy import CATALOGUE

sys.path.insert(0, str(Path(__file__).parent))
from onboarding_cases import AS_OF, CLEAN, GOOD, LOOKED_UP, POLICY, book, check, codes, firm, line, table


def test_a_firm_with_everything_in_order_passes_with_full_points() -> None:
    made = check(book())
    assert (made.outcome, made.points) == ("pass", {"registration": 100.0, "statements": 100.0, "reputation": 100.0})
    assert [e.line for e in made.evidence] == [name for lines in LINES.values() for name in lines]
    assert made.reasons == ()
    assert (line(made, "registration", "status").source, line(made, "registration", "status").on) == (
        "registry.xlsx!2",
        date(2026, 5, 1),
    )
    assert line(made, "statements", "z_service").source == "reports.xlsx!5"


def test_points_of_the_standard_policy_add_up_to_a_hundred_and_name_every_line() -> None:
    values = POLICY.at(AS_OF)
    for part, lines in LINES.items():
        assert tuple(values[POINTS[part]]) == lines
        assert sum(values[POINTS[part]].values()) == 100


@pytest.mark.parametrize("status", ["revoked", "deregistered", "insolvent", "liquidation"])
def test_a_firm_that_is_gone_stops_whatever_its_points(status: str) -> None:
    made = check(book(registrations={"status": status}))
    assert made.outcome == "stop"
    assert made.reasons[0].effect == "stop"
    assert "2026-05-01" in made.reasons[0].text()
    assert "registry.xlsx!2" in made.reasons[0].text("zh")


@pytest.mark.parametrize("flag", CLEAN)
def test_a_listed_firm_stops_and_the_list_is_named(flag: str) -> None:
    made = check(book(registrations={flag: True}))
    assert made.outcome == "stop"
    assert line(made, "reputation" if flag == "judgment_debtor" else "registration", flag).given == 0


@pytest.mark.parametrize("flag", CLEAN)
def test_a_list_nobody_looked_up_is_not_clean(flag: str) -> None:
    made = check(book(registrations={flag: None}))
    assert made.outcome == "refer"
    assert codes(made, "missing") == ["not-looked-up"]
    assert line(made, "reputation" if flag == "judgment_debtor" else "registration", flag).given is None


def test_a_policy_can_have_lists_not_looked_up_only_told(tmp_path: Path) -> None:
    policy = firm(tmp_path, f"{LOOKED_UP}refer", f"{LOOKED_UP}tell")
    made = check(book(registrations=dict.fromkeys(CLEAN)), policy=policy)
    assert made.outcome == "pass"
    assert "not-looked-up" in codes(made, "note")


def test_a_list_looked_up_too_long_ago_is_not_clean_but_an_entry_stays() -> None:
    old = {"on": date(2025, 6, 29)}
    recent = {**dict.fromkeys(CLEAN), "on": date(2026, 5, 1)}
    assert codes(check(book(registrations=[old, recent])), "missing") == ["not-looked-up"]
    assert check(book(registrations=[{**old, "judgment_debtor": True}, recent])).outcome == "stop"


def test_lists_of_the_mainland_are_not_asked_of_a_firm_abroad() -> None:
    made = check(
        book(
            registrations={**dict.fromkeys(CLEAN), "country": "DE", "credit_code": "HRB 12345"},
            customers={"credit_code": "HRB 12345"},
        )
    )
    assert made.outcome == "pass"
    assert line(made, "registration", "code_valid").possible == 0


def test_the_newest_extract_counts_and_one_after_the_day_is_ignored() -> None:
    first = {"on": date(2026, 1, 1), "status": "revoked", "source_row": 2}
    second = {"on": date(2026, 5, 1), "source_row": 3}
    later = {"on": date(2026, 7, 1), "status": "deregistered", "source_row": 4}
    assert check(book(registrations=[first, second, later])).outcome == "pass"
    assert check(book(registrations=[second, first, later]), as_of=date(2026, 4, 30)).outcome == "stop"
    stops = hard_stops(book(registrations=[first, second, later]), POLICY, date(2026, 7, 1))
    assert stops.to_pylist() == [
        {
            "customer": "C1",
            "stop": "deregistered",
            "on": date(2026, 7, 1),
            "source_file": "registry.xlsx",
            "source_row": 4,
        }
    ]


def test_hard_stops_are_told_for_the_whole_book_in_order() -> None:
    rows = [
        {"customer": "C2", "judgment_debtor": True, "status": "revoked"},
        {"customer": "C1", "abnormal_operation": True},
        {"customer": "C3"},
    ]
    found = hard_stops(book(registrations=rows), POLICY, AS_OF)
    assert list(zip(found["customer"].to_pylist(), found["stop"].to_pylist(), strict=True)) == [
        ("C1", "abnormal_operation"),
        ("C2", "revoked"),
        ("C2", "judgment_debtor"),
    ]
    assert [str(kind) for kind in found.schema.types] == ["string", "string", "date32[day]", "string", "int32"]
    assert hard_stops(Book(), POLICY, AS_OF).schema.equals(found.schema)


def test_a_stop_the_policy_does_not_name_only_costs_points(tmp_path: Path) -> None:
    policy = firm(tmp_path, '"abnormal_operation", "serious_dishonesty", "judgment_debtor"]', '"judgment_debtor"]')
    made = check(book(registrations={"abnormal_operation": True}), policy=policy)
    assert (made.outcome, made.points["registration"]) == ("pass", 95.0)


def test_a_stale_extract_refers_even_with_enough_points() -> None:
    assert check(book(registrations={"on": date(2025, 6, 30)})).outcome == "pass"  # twelve months to the day
    made = check(book(registrations={"on": date(2025, 6, 29)}))
    assert made.outcome == "refer"
    assert codes(made, "missing") == ["look-up-status", "not-looked-up"]


def test_without_an_extract_there_is_no_registration_score() -> None:
    made = check(book(without=("registrations",)))
    assert (made.outcome, made.points["registration"]) == ("refer", None)
    assert "part-unknown" in codes(made, "missing")
    assert not any(r.effect == "stop" for r in made.reasons)


def test_a_status_in_words_nobody_knows_is_unknown() -> None:
    made = check(book(registrations={"status": None, "status_text": "迁入"}))
    assert made.outcome == "refer"
    assert "迁入" in line(made, "registration", "status").text()


def test_a_customer_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match="no customer C9"):
        onboard(book(), "C9", POLICY, AS_OF)


def test_an_applicant_that_only_the_register_knows_can_be_checked() -> None:
    assert check(book(without=("customers",))).outcome == "pass"


def test_points_for_a_line_that_is_not_looked_at_are_refused(tmp_path: Path) -> None:
    policy = firm(tmp_path, "z_service = 20, equity_ratio", "z_score = 20, equity_ratio")
    with pytest.raises(PolicyError, match="z_score"):
        check(book(), policy=policy)


def test_a_line_without_points_is_not_asked(tmp_path: Path) -> None:
    policy = firm(tmp_path, "audited = 15, ", "")
    made = check(book(statements={"audited": False}), policy=policy)
    assert made.points["statements"] == 100
    assert "audited" not in [e.line for e in made.evidence]


def test_the_decision_names_the_policy_and_every_value_it_used() -> None:
    made = check(book(registrations={"established_on": date(2025, 1, 1)}))
    assert (made.policy_name, made.fingerprint) == ("standard", POLICY.fingerprint)
    named = {name for e in made.evidence for name in e.reason.policy} | {n for r in made.reasons for n in r.policy}
    assert named <= set(made.used)
    of_cohorts = {"onboarding.bad_debt_kpi"}  # a target for all who were taken on, not a value of one check
    assert {name for name in CATALOGUE if name.startswith("onboarding.")} - of_cohorts <= set(made.used)


def test_every_sentence_can_be_said_in_both_languages() -> None:
    texts = tomllib.loads(
        files("creditlib.decisions").joinpath("reasons", "onboarding.toml").read_text(encoding="utf-8")
    )
    for status in STATUSES:
        assert f"stop-{status}" in texts
    cases = [
        book(), Book(customers=table("customers", [GOOD["customers"]])), book(without=("registrations", "statements", "references")),
        book(registrations={"on": date(2020, 1, 1)}, statements={"period_end": date(2020, 12, 31)}, references={"on": date(2020, 1, 1)},
             ratings={"on": date(2020, 1, 1)}, assessments={"on": date(2020, 1, 1)}),
    ]  # fmt: skip
    for case in cases:
        made = check(case)
        for said in [*made.evidence, *made.reasons]:
            for lang in ("en", "zh"):
                text = said.text(lang)
                assert text
                assert not [name for _, name, _, _ in string.Formatter().parse(text) if name]
        assert all(e.label("zh") and e.label() for e in made.evidence)
