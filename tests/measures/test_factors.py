"""The factors of a customer, by hand: disputes, customers who are new, facts that were not known yet, groups that are no customers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from creditlib.facts.book import Book
from creditlib.facts.ledger import as_known
from creditlib.facts.tables import SCHEMAS, build
from creditlib.measures.factors import Ages, factors
from creditlib.measures.roster import Roster

AS_OF = date(2026, 6, 30)
Row = dict[str, Any]


def table(name: str, rows: list[Row]) -> Any:
    names = {key for row in rows for key in row}
    return build(SCHEMAS[name], {key: [row.get(key) for row in rows] for key in names}, len(rows))


def invoice(number: int, due: date, amount: int, **more: Any) -> Row:
    return {
        "id": number, "customer": "C1", "kind": "invoice", "issue_on": due - timedelta(30), "due_on": due, "currency": "CNY",
        "amount_minor": amount, "source_file": "x.csv", "source_row": number + 1, **more,
    }  # fmt: skip


def measured(book: Book, as_of: date = AS_OF) -> Row:
    made = factors(book, as_of, window_months=12, gap_days=45, ages=Ages(18, 12, 24))
    return next(row for row in made.rows() if row["customer"] == "C1")


@pytest.mark.parametrize(
    ("dispute", "late"),
    [
        ({}, True),
        ({"disputed_from": AS_OF}, False),
        ({"disputed_from": AS_OF + timedelta(1)}, True),
        ({"disputed_from": AS_OF - timedelta(40), "disputed_to": AS_OF}, True),  # closed on the day
        ({"disputed_from": AS_OF - timedelta(40), "disputed_to": AS_OF + timedelta(1)}, False),
        ({"dispute_reason": "quality"}, False),  # a reason without dates counts, as the checks have it
    ],
)
def test_an_item_in_dispute_counts_neither_as_overdue_nor_as_paid_late(dispute: Row, late: bool) -> None:
    papers = [invoice(0, AS_OF - timedelta(20), 900, **dispute), invoice(1, AS_OF - timedelta(5), 100)]
    paid = [{"to_document": 1, "amount_minor": 100, "on": AS_OF - timedelta(5), "origin": "given"}]
    found = measured(Book(table("documents", papers), table("allocations", paid)))
    assert (found["overdue_minor"], found["oldest_overdue"]) == ((900, 20) if late else (0, 0))
    # with it 900 × 20 of 1,000 days late: 18; without it only the item paid on its day
    assert (found["days_beyond_terms"], found["on_time_share"]) == ((18, 0.1) if late else (0, 1))


def test_an_overdue_item_without_any_day_makes_the_oldest_unknown_and_not_millions_of_days() -> None:
    dated, bare = invoice(0, AS_OF - timedelta(20), 900), invoice(1, AS_OF, 100, issue_on=None, due_on=None)
    found = measured(Book(table("documents", [dated, bare])))
    assert (found["overdue_minor"], found["overdue_share"], found["oldest_overdue"]) == (1000, 1, None)
    assert measured(Book(table("documents", [dated])))["oldest_overdue"] == 20


def test_purchases_of_a_customer_who_began_within_the_earlier_year_show_no_growth() -> None:
    def growth(first: int) -> float | None:
        papers = [invoice(0, date(2020, 1, 31), 1, customer="C0")]
        for n, month in enumerate(range(first, 24)):  # months since July 2024
            due = date(2024 + (6 + month) // 12, (6 + month) % 12 + 1, 28)
            papers.append(invoice(n + 1, due, 100) | {"issue_on": due.replace(day=1)})
        return measured(Book(table("documents", papers)))["purchases_growth"]  # type: ignore[no-any-return]

    assert growth(0) == 0  # 12 × 100 in both years
    assert growth(1) is None  # began in August 2024: 12 × 100 against 11 × 100 is no growth


def test_years_in_business_are_told_by_the_newest_extract_that_tells_them() -> None:
    extracts = [
        {"customer": "C1", "on": date(2026, 1, 1), "established_on": date(2016, 6, 30)},
        {"customer": "C1", "on": date(2026, 5, 1)},  # a list looked up, nothing else
    ]
    found = measured(Book(registrations=table("registrations", extracts)))
    assert round(found["years_in_business"], 2) == 10
    assert found["registered_on"] == date(2026, 5, 1)


def test_a_statement_of_later_does_not_decide_the_currency() -> None:
    statements = [
        {"customer": "C1", "period_end": date(2026, 12, 31), "months": 12, "currency": "USD"},
        {"customer": "C1", "period_end": date(2025, 12, 31), "months": 12, "currency": "CNY"},
    ]
    assert measured(Book(statements=table("statements", statements)))["currency"] == "CNY"


def test_who_was_not_known_yet_and_a_group_with_a_limit_are_no_customers() -> None:
    papers = [invoice(0, AS_OF, 100), invoice(1, AS_OF, 100, customer="C2", known_on=AS_OF)]
    events = [{"id": 0, "customer": "G", "event": "limit_set", "on": date(2026, 1, 1), "amount_minor": 100}]
    book = Book(
        table("documents", papers), customers=table("customers", [{"customer": "C1", "group": "G"}]), events=table("events", events)
    )  # fmt: skip
    assert Roster.of(book).texts.to_pylist() == ["C1", "C2"]
    assert Roster.of(as_known(book, AS_OF - timedelta(1))).texts.to_pylist() == ["C1"]
