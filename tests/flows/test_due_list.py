"""What is due for review, against the dates themselves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from creditlib.days import add_months
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.due_list import due_reviews
from creditlib.flows.recorded import book_with
from creditlib.flows.review import review
from creditlib.policy import load_policy
from creditlib.record.standing import Limit

POLICY = load_policy()


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), POLICY, SAMPLE_END)


def test_limits_due_are_those_every_review_marks(whole: Assessment) -> None:
    marked = {row["customer"] for row in whole.table.rows() if row["review_due"]}
    found = {due.customer: due for due in due_reviews(whole) if due.why == "limit_review"}
    assert marked
    assert marked <= found.keys()
    for customer, due in found.items():
        assert customer is not None
        held = whole.limits_set[customer]
        assert held is not None
        assert held.on is not None
        assert due.due_on == add_months(held.on, 12) + timedelta(days=1)
        assert (due.amount_minor, due.currency) == (held.minor, held.currency)


def test_stale_parts_are_those_every_review_shows(whole: Assessment) -> None:
    stale = {(due.customer, due.part) for due in due_reviews(whole) if due.why == "part_stale"}
    assert stale
    for customer in {c for c, _ in stale if c is not None}:
        parts = {part.part: part.state for part in review(whole, customer).parts}
        assert {part for part, state in parts.items() if state == "stale"} == {p for c, p in stale if c == customer}


def test_a_limit_of_the_record_is_due_on_the_day_after_its_months_and_looked_ahead_for() -> None:
    begun = date(2025, 11, 15)
    limit = Limit("C-7003", 1_000_00, "CNY", begun, date(2027, 1, 31), 1, 5, 6)
    book = book_with(sample_book(), [limit])

    def mine(on: date, ahead: int = 0) -> list[tuple[str, date]]:
        found = due_reviews(assess(book, POLICY, on), ahead_days=ahead)
        return [(due.why, due.due_on) for due in found if due.customer == "C-7003" and due.part is None]

    assert mine(date(2026, 11, 15)) == []
    assert mine(date(2026, 11, 16)) == [("limit_review", date(2026, 11, 16))]
    assert mine(date(2026, 11, 1), 15) == [("limit_review", date(2026, 11, 16))]
    assert ("limit_ends", date(2027, 1, 31)) in mine(date(2027, 1, 31))
    assert mine(date(2027, 2, 1)) == [("limit_ended", date(2027, 1, 31))]


def test_the_policy_s_own_review_is_due_by_its_date() -> None:
    by = date(2027, 11, 30)
    assert str(by) == POLICY.at(SAMPLE_END)["policy.review_by"]
    for on, expected in ((by - timedelta(days=1), []), (by, [by])):
        assert [
            due.due_on for due in due_reviews(assess(sample_book(), POLICY, on)) if due.why == "policy_review"
        ] == expected
