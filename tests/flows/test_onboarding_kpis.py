"""Days to decide by the record, and cohorts against the policy's value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from world import World, staff
from world import made as make

from creditlib.facts.book import Book
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.facts.tables import EVENTS, build
from creditlib.flows.onboarding_kpis import Group, onboarding_kpis
from creditlib.measures.onboarding import first_year_losses
from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask, decide, withdraw

POLICY = load_policy()


@pytest.fixture
def firm(empty: World) -> Iterator[World]:
    empty.now = datetime(2026, 1, 5, 8, tzinfo=UTC)
    make(empty)
    staff(empty)
    yield empty
    empty.close()


def asked(firm: World, on: date, customer: str) -> int:
    firm.now = datetime(on.year, on.month, on.day, 8, tzinfo=UTC)
    given: dict[str, Any] = {"own_risk_minor": 1, "grade": "B", "currency": "CNY"}
    return ask(firm.open("ann"), Ask(customer, "new_customer", amount_minor=100, **given), POLICY).seq


def decided(firm: World, on: date, request: int, who: str, vote: Any = "approve") -> None:
    firm.now = datetime(on.year, on.month, on.day, 8, tzinfo=UTC)
    decide(firm.open(who), request, vote, "new_customer", POLICY)


def test_days_run_from_the_application_to_the_first_decision(firm: World) -> None:
    firm.open("ann").append("event", {"event": "application", "on": date(2026, 1, 2), "customer": "C1"})
    one = asked(firm, date(2026, 1, 6), "C1")  # applied on the 2nd
    two = asked(firm, date(2026, 1, 6), "C2")
    decided(firm, date(2026, 1, 12), one, "bob")  # 10 days
    decided(firm, date(2026, 1, 12), two, "cy", "reject")  # 6 days
    withdraw(firm.open("ann"), asked(firm, date(2026, 1, 20), "C3"))
    three = asked(firm, date(2026, 1, 30), "C3")  # goes on from the 20th
    decided(firm, date(2026, 2, 1), three, "bob")  # 12 days
    again = asked(firm, date(2026, 2, 3), "C1")  # a review, not onboarding
    decided(firm, date(2026, 2, 4), again, "bob")
    asked(firm, date(2026, 2, 5), "C4")  # waits
    made = onboarding_kpis(POLICY, date(2026, 2, 28), store=firm.open("gus"))
    assert [(x.customer, x.days, x.outcome, x.person) for x in made.decided] == [
        ("C1", 10, "approved", "bob"), ("C2", 6, "rejected", "cy"), ("C3", 12, "approved", "bob"),
    ]  # fmt: skip
    assert made.total == Group(None, 3, 10.0, 12)
    assert made.by_month == (Group("2026-01", 2, 8.0, 10), Group("2026-02", 1, 12.0, 12))
    assert made.by_person == (Group("bob", 2, 11.0, 12), Group("cy", 1, 6.0, 6))
    assert made.waiting == 1
    early = onboarding_kpis(POLICY, date(2026, 1, 11), store=firm.open("gus"))
    assert (early.total, early.waiting) == (Group(None, 0, None, None), 2)


def test_an_application_the_book_tells_counts_too(firm: World) -> None:
    columns = {
        "id": [0, 1],
        "customer": ["C1", "C1"],
        "event": ["application"] * 2,
        "on": [date(2026, 1, 3), date(2026, 3, 1)],
    }
    book = Book(events=build(EVENTS, columns, 2), complete=False)
    decided(firm, date(2026, 1, 10), asked(firm, date(2026, 1, 8), "C1"), "bob")
    assert [x.days for x in onboarding_kpis(POLICY, date(2026, 4, 1), store=firm.open(), book=book).decided] == [7]


def test_cohorts_are_those_of_the_measure_held_against_the_policy() -> None:
    book = sample_book()
    made = onboarding_kpis(POLICY, SAMPLE_END, book=book)
    rows = first_year_losses(book, SAMPLE_END).rows()
    assert [{k: v for k, v in row.items() if k != "met"} for row in made.cohorts] == rows
    assert made.kpi == 0.008
    for row in made.cohorts:
        if row["loss_share"] is not None and row["loss_share"] > 0.008:
            assert row["met"] is False
        elif not row["complete"] or row["loss_share"] is None:
            assert row["met"] is None
        else:
            assert row["met"] is True


def test_a_list_of_open_items_has_no_cohorts() -> None:
    assert onboarding_kpis(POLICY, SAMPLE_END, book=Book(complete=False)).cohorts == ()
