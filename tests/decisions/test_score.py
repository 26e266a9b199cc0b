"""From a book to a score, with reasons; one customer and the whole book alike."""

from __future__ import annotations

import math
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from creditlib.decisions.score.decide import factors_of, score, score_book, score_values
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.policy import load_policy

sys.path.insert(0, str(Path(__file__).parent))
from made import AS_OF, book, invoice, statement

POLICY = load_policy()


def _paid(customer: str, late: int, months: int = 12) -> tuple[list[dict[str, Any]], dict[int, date]]:
    """An invoice of 1,000 due each month end, each paid so many days late."""
    documents, paid = [], {}
    for back in range(months):
        due = AS_OF - timedelta(days=30 * back + 1)
        documents.append(invoice(customer, due - timedelta(days=30), due, 1_000))
        if due + timedelta(days=late) <= AS_OF:
            paid[back] = due + timedelta(days=late)
    return documents, paid


def codes(decision: Any) -> list[str]:
    return [reason.code for reason in decision.reasons]


def test_a_prompt_payer_without_statements_is_held_at_the_grade_the_policy_allows() -> None:
    documents, paid = _paid("C1", 0)
    made = score(book(documents, paid), "C1", POLICY, AS_OF)
    assert (made.outcome, made.earned, made.grade) == ("scored", "A", "B")
    assert "score.capped" in codes(made)
    assert made.evidence == pytest.approx(0.37)  # .12 + .09 + .07 + .05 of payment, .04 of years as a customer


def test_a_late_payer_loses_points_for_it_and_is_told_which() -> None:
    documents, paid = _paid("C1", 40)
    made = score(book(documents, paid), "C1", POLICY, AS_OF)
    first = made.reasons[0]
    assert first.code == "score.lost"
    assert first.points == pytest.approx(
        200 * 0.12 / 0.42 * 0.75
    )  # 25 of 100 points from 30 to 60 days; weights known: 0.37 + 0.05
    assert (
        first.text() == "Days beyond terms: 36 days costs 42.9 points; less than 1 day would be best."
    )  # (10 × 40 + 31 + 1) ÷ 12, the newest two unpaid
    assert first.text("zh") == "加权逾期天数：36 天，失 42.9 分；1 天以下为最佳。"
    assert (made.score, made.grade) == (
        518,
        "E",
    )  # (.12 × 25 + .07 × 35 + .04 × 25 + .05 × 30) ÷ .42 = 18.9 of 100; 480 + 2 × 18.9


def test_statements_raise_the_evidence_and_lift_the_cap() -> None:
    documents, paid = _paid("C1", 0)
    made = score(book(documents, paid, statements=[statement()]), "C1", POLICY, AS_OF)
    assert made.evidence == pytest.approx(0.37 + 0.45)  # finance .30, ability .15
    assert "score.capped" not in codes(made)
    assert made.grade == made.earned == "A"


def test_a_statement_is_fresh_for_eighteen_months_to_the_day() -> None:
    fresh = book(statements=[statement(end=date(2024, 12, 30))])  # 2026-06-30 − 18 months = 2024-12-30
    stale = book(statements=[statement(end=date(2024, 12, 29))])
    assert score(fresh, "C1", POLICY, AS_OF).outcome == "scored"
    made = score(stale, "C1", POLICY, AS_OF)
    assert made.outcome == "refer"
    assert made.evidence == 0
    assert "score.stale-statement" in codes(made)
    assert next(r for r in made.reasons if r.code == "score.stale-statement").text() == (
        "The latest statement ends on 2024-12-29, more than 18 months ago: not scored. Ask for a newer one."
    )


def test_too_little_evidence_is_referred_and_gives_no_number() -> None:
    made = score(book([invoice("C1", AS_OF, AS_OF + timedelta(days=30), 100)]), "C1", POLICY, AS_OF)
    assert (made.outcome, made.score, made.grade, made.default_probability) == ("refer", None, None, None)
    assert made.reasons[0].text() == (
        "16% of the card's weight is known, at least 35% is needed: no score is given. "
        "Most would be gained by finance and payment record."
    )  # nothing overdue .07 + .05, first invoice .04


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("status", "revoked", "营业执照吊销"),
        ("status", "deregistered", "已注销"),
        ("abnormal_operation", True, "列入经营异常名录"),
        ("serious_dishonesty", True, "列入严重违法失信名单"),
        ("judgment_debtor", True, "列为失信被执行人"),
    ],
)
def test_a_hard_stop_ends_it_whatever_the_points(column: str, value: Any, words: str) -> None:
    documents, paid = _paid("C1", 0)
    extract = {"customer": "C1", "on": date(2026, 6, 1), column: value, "source_file": "reg.xlsx", "source_row": 7}
    made = score(book(documents, paid, registrations=[extract]), "C1", POLICY, AS_OF)
    assert made.outcome == "stop"
    assert made.reasons[0].text("zh") == f"2026-06-01 查得{words}（reg.xlsx!7）：不论得分，不予授信。"


def test_a_disputed_item_does_not_count_as_overdue() -> None:
    late = invoice("C1", date(2026, 1, 1), date(2026, 2, 1), 500)
    plain = score(book([late]), "C1", POLICY, AS_OF).facts
    disputed = score(book([{**late, "disputed_from": date(2026, 3, 1)}]), "C1", POLICY, AS_OF).facts
    assert (plain["oldest_overdue"], plain["overdue_share"]) == (149, 1.0)  # 1 February to 30 June
    assert (disputed["oldest_overdue"], disputed["overdue_share"]) == (0, 0)
    assert disputed["open_minor"] == plain["open_minor"] == 50_000


def test_payment_behaviour_ends_where_settlements_end_and_it_is_said() -> None:
    documents, paid = _paid("C1", 0)
    shifted = [
        {**d, "issue_on": d["issue_on"] - timedelta(days=200), "due_on": d["due_on"] - timedelta(days=200)}
        for d in documents
    ]
    earlier = {i: on - timedelta(days=200) for i, on in paid.items()}
    made = score(book(shifted, earlier), "C1", POLICY, AS_OF)
    assert made.facts["days_beyond_terms"] == 0  # not the 200 days since
    told = next(r for r in made.reasons if r.code == "score.history-ends")
    assert told.values["days"] == 201


@pytest.mark.parametrize(
    ("theirs", "code"), [("AA", "score.rating"), ("CCC", "score.rating-conflict"), ("Aa2", "score.rating-unknown")]
)
def test_an_outside_rating_stands_beside_the_score_and_never_moves_it(theirs: str, code: str) -> None:
    documents, paid = _paid("C1", 0)
    rating = {"customer": "C1", "on": date(2026, 1, 5), "agency": "Bureau", "grade": theirs}
    made = score(book(documents, paid, ratings=[rating]), "C1", POLICY, AS_OF)
    assert made.score == score(book(documents, paid), "C1", POLICY, AS_OF).score
    assert code in codes(made)


def test_a_stale_rating_is_told_and_not_used() -> None:
    rating = {"customer": "C1", "on": date(2025, 6, 29), "agency": "Bureau", "grade": "CCC"}
    documents, paid = _paid("C1", 0)
    made = score(book(documents, paid, ratings=[rating]), "C1", POLICY, AS_OF)
    assert [r.used for r in made.ratings] == [False]
    assert "score.rating-conflict" not in codes(made)


def test_of_several_ratings_of_an_agency_the_newest_by_the_day_counts() -> None:
    rows = [
        {"customer": "C1", "on": on, "agency": "B", "grade": g}
        for on, g in ((date(2026, 5, 1), "AA"), (date(2026, 7, 1), "CCC"), (date(2026, 1, 1), "B"))
    ]
    documents, paid = _paid("C1", 0)
    assert [r.grade for r in score(book(documents, paid, ratings=rows), "C1", POLICY, AS_OF).ratings] == ["AA"]


def test_the_whole_book_and_one_customer_give_the_same_figures() -> None:
    documents, paid = [], {}
    statements = []
    for n, late in enumerate((0, 3, 10, 20, 45, 100)):
        mine, settled = _paid(f"C{n}", late)
        paid |= {len(documents) + i: on for i, on in settled.items()}
        documents += mine
        if n % 2:
            statements.append(statement(f"C{n}", equity=550 - 200 * n, total_liabilities=450 + 200 * n))
    stopped = {"customer": "C3", "on": AS_OF, "status": "revoked"}
    given = book(
        documents,
        paid,
        statements=statements,
        registrations=[stopped],
        assessments=[{"customer": "Z9", "on": AS_OF, "subject": "management", "rating": 3}],
    )
    whole = score_book(given, POLICY, AS_OF)
    measured = factors_of(given, POLICY, AS_OF)
    assert whole.table["customer"].to_pylist() == [f"C{n}" for n in range(6)] + ["Z9"]
    for row in whole.rows():
        one = score(given, row["customer"], POLICY, AS_OF, measured=measured)
        for name in ("outcome", "score", "grade", "earned", "default_probability", "evidence", "quality"):
            assert row[name] == getattr(one, name), name
        points = {line.name: line.points if line.points >= 0 else None for line in one.lines}
        assert points == {name: row[f"points_{name}"] for name in points}
    assert [r["outcome"] for r in whole.rows()] == ["scored", "scored", "scored", "stop", "scored", "scored", "refer"]


def test_a_decision_names_its_documents_and_the_policy_values_behind_it() -> None:
    documents, paid = _paid("C1", 0, 3)
    made = score(book(documents, paid), "C1", POLICY, AS_OF)
    assert made.why.documents.num_rows == 3
    assert made.why.values["score.min_evidence"][0] == POLICY.at(AS_OF)["score.min_evidence"]
    assert made.fingerprint == POLICY.fingerprint


def test_a_customer_nobody_knows_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as refused:
        score(book([invoice("C-014", AS_OF, AS_OF, 1)]), "C-041", POLICY, AS_OF)
    assert refused.value.en == 'no customer "C-041" in ledger or credit files. Did you mean C-014?'
    assert refused.value.zh == "台账和信用档案中没有客户“C-041”。是否为 C-014？"


def test_a_book_of_open_items_only_scores_what_it_can_tell() -> None:
    given = book([invoice("C1", date(2026, 1, 1), date(2026, 2, 1), 500)], statements=[statement()])
    made = score(Book(documents=given.documents, statements=given.statements, complete=False), "C1", POLICY, AS_OF)
    assert made.outcome == "scored"
    assert made.facts["days_beyond_terms"] is None
    assert made.facts["years_as_customer"] is None  # the first open item is not the first invoice
    assert made.facts["oldest_overdue"] == 149


def test_an_empty_book_scores_nobody() -> None:
    assert score_book(Book(), POLICY, AS_OF).table.num_rows == 0


def test_two_currencies_without_rates_are_told_in_the_one_most_documents_have() -> None:
    documents, paid = _paid("C1", 0, 3)
    foreign = invoice("C1", date(2026, 5, 1), date(2026, 5, 2), 9_999, currency="USD")
    measured = factors_of(book([*documents, foreign], paid), POLICY, AS_OF)
    row = measured.row(customer="C1")
    assert (row["currency"], row["open_minor"], row["items_due"]) == ("CNY", 0, 3)


def test_values_from_a_slider_score_as_the_same_values_from_a_book() -> None:
    documents, paid = _paid("C1", 20)
    whole = score(book(documents, paid), "C1", POLICY, AS_OF)
    values = {line.name: line.value for line in whole.lines}
    made = score_values({**values, "equity_ratio": math.nan}, POLICY, AS_OF)
    assert (made.score, made.grade, made.evidence) == (whole.score, whole.grade, whole.evidence)


def test_purchases_known_only_without_vat_get_it_added() -> None:
    months = [date(2025 + (m > 12), (m - 1) % 12 + 1, 1) for m in range(7, 19)]  # July 2025 to June 2026
    sales = [{"month": month, "customer": "C1", "currency": "CNY", "net_minor": 100_00} for month in months]
    row = factors_of(book([invoice("C1", AS_OF, AS_OF, 1)], sales=sales), POLICY, AS_OF).row(customer="C1")
    assert row["billed_minor"] == 1_356_00  # 12 × 100 × 1.13
    assert row["purchases_growth"] is None  # only one year is told


def test_a_customer_known_only_from_a_reference_has_a_row() -> None:
    given = book(references=[{"customer": "R1", "on": AS_OF}])
    assert score_book(given, POLICY, AS_OF).row(customer="R1")["outcome"] == "refer"


def test_an_agency_s_grade_is_found_in_the_policy_s_table_whatever_its_case() -> None:
    documents, paid = _paid("C1", 0)
    rating = {"customer": "C1", "on": date(2026, 1, 5), "agency": "Bureau", "grade": "aa+"}
    assert score(book(documents, paid, ratings=[rating]), "C1", POLICY, AS_OF).ratings[0].ours == "A"
