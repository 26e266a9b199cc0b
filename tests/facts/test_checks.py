"""Named checks at their edges: what just passes, what just does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from creditlib.facts.checks import Limits, check, check_open, disputed
from creditlib.facts.open_items import open_items

DAY = date(2024, 6, 30)
LIMITS = Limits(unapplied_days=3, dispute_days=60, far_due_days=365, old_item_days=1095)
HEADER = "customer,document,type,issue date,due date,currency,amount\n"


def _open(reading: Any) -> list[str]:
    return [f.check for f in check_open(open_items(reading.book, DAY), LIMITS)]


def test_two_instalments_of_one_invoice_are_no_duplicate(ledger: Callable[..., Any]) -> None:
    text = HEADER + "C1,I-1,invoice,2024-06-01,2024-07-01,CNY,10\nC1,I-1,invoice,2024-06-01,2024-08-01,CNY,11\n"
    assert check(ledger(text).book) == ()


def test_equal_instalments_made_here_from_one_row_are_no_duplicate(ledger: Callable[..., Any]) -> None:
    text = "customer,document,issue date,terms,currency,amount\nC1,I-1,2024-06-01,50% net 30; 50% net 60,CNY,10\n"
    book = ledger(text).book
    assert book.documents["amount_minor"].to_pylist() == [500, 500]
    assert check(book) == ()


def test_same_invoice_and_amount_with_two_due_dates_is_a_possible_duplicate(ledger: Callable[..., Any]) -> None:
    text = HEADER + "C1,I-1,invoice,2024-06-01,2024-07-01,CNY,10\nC1,I-1,invoice,2024-06-01,2024-08-01,CNY,10\n"
    assert [(f.check, f.where) for f in check(ledger(text).book)] == [("possible-duplicate", "ledger.csv!3")]


def test_same_number_and_amount_of_two_currencies_is_no_duplicate(ledger: Callable[..., Any]) -> None:
    text = HEADER + "C1,I-1,invoice,2024-06-01,2024-07-01,CNY,10\nC1,I-1,invoice,2024-06-01,2024-08-01,USD,10\n"
    assert check(ledger(text).book) == ()


def test_wrong_credit_code_of_a_customer_with_two_collectors_is_told_once(ledger: Callable[..., Any]) -> None:
    people = "customer,name,credit code,collector,assigned from\nC1,A,91350100M000100Y44,Li,2024-01-01\nC1,A,91350100M000100Y44,Wu,2024-02-01\n"
    reading = ledger(HEADER + "C1,I-1,invoice,2024-06-01,2024-07-01,CNY,10\n", sheets={"customers": people})
    assert [f.check for f in check(reading.book)] == ["invalid-credit-code"]


def test_same_number_at_two_customers_is_no_duplicate(ledger: Callable[..., Any]) -> None:
    text = HEADER + "C1,I-1,invoice,2024-06-01,2024-07-01,CNY,10\nC2,I-1,invoice,2024-06-01,2024-07-01,CNY,10\n"
    assert check(ledger(text).book) == ()


def test_documents_without_number_are_no_duplicates_of_one_another(ledger: Callable[..., Any]) -> None:
    text = HEADER + "C1,,invoice,2024-06-01,2024-07-01,CNY,10\nC1,,invoice,2024-06-01,2024-07-01,CNY,10\n"
    assert check(ledger(text).book) == ()


def test_document_three_times_is_told_twice(ledger: Callable[..., Any]) -> None:
    row = "C1,I-1,invoice,2024-06-01,2024-07-01,CNY,10\n"
    found = check(ledger(HEADER + row * 3).book)
    assert [(f.check, f.where) for f in found] == [
        ("duplicate-document", "ledger.csv!3"),
        ("duplicate-document", "ledger.csv!4"),
    ]


def test_due_on_the_day_of_issue_is_in_order(ledger: Callable[..., Any]) -> None:
    assert check(ledger(HEADER + "C1,I-1,invoice,2024-06-01,2024-06-01,CNY,10\n").book) == ()


def test_receipt_left_for_as_long_as_allowed_is_in_order(ledger: Callable[..., Any]) -> None:
    base = HEADER + "C1,I-1,invoice,2024-06-01,2024-07-31,CNY,100\n"
    assert _open(ledger(base + "C1,R-1,receipt,2024-06-27,,CNY,-60\n")) == []  # 3 days, 3 allowed
    assert _open(ledger(base + "C1,R-1,receipt,2024-06-26,,CNY,-60\n")) == ["unmatched-receipt"]


def test_allocation_of_exactly_the_amount_is_in_order_and_one_cent_more_is_not(ledger: Callable[..., Any]) -> None:
    base = HEADER + "C1,I-1,invoice,2024-06-01,2024-07-31,CNY,10\nC1,R-1,receipt,2024-06-20,,CNY,-20\n"
    links = "from document,to document,amount,date\nR-1,I-1,%s,2024-06-20\n"
    assert check(ledger(base, sheets={"links": links % "10.00"}).book) == ()
    (finding,) = check(ledger(base, sheets={"links": links % "10.01"}).book)
    assert (finding.check, finding.amount_minor) == ("over-allocation", 1)


def test_allocation_undone_no_longer_counts_as_too_much(ledger: Callable[..., Any]) -> None:
    base = HEADER + "C1,I-1,invoice,2024-06-01,2024-07-31,CNY,10\nC1,R-1,receipt,2024-06-20,,CNY,-20\n"
    links = (
        "from document,to document,amount,date,undone date\nR-1,I-1,10,2024-06-20,2024-06-21\nR-1,I-1,10,2024-06-22,\n"
    )
    assert check(ledger(base, sheets={"links": links}).book) == ()


def test_checks_asked_for_by_name_run_alone(ledger: Callable[..., Any]) -> None:
    book = ledger(
        HEADER + "C1,I-1,invoice,2024-06-01,2024-05-01,CNY,0\nC1,I-1,invoice,2024-06-01,2024-05-01,CNY,0\n"
    ).book
    assert {f.check for f in check(book)} == {"duplicate-document", "due-before-issued", "zero-amount"}
    assert {f.check for f in check(book, only=["zero-amount"])} == {"zero-amount"}
    assert check(book, only=["over-allocation"]) == ()


@pytest.mark.parametrize(
    ("opened", "closed", "expected"),
    [
        ("2024-06-30", "", True),
        ("2024-07-01", "", False),
        ("2024-05-01", "2024-06-30", False),  # closed on that day
        ("2024-05-01", "2024-07-01", True),
        ("", "", False),
    ],
)
def test_dispute_runs_from_its_day_to_the_day_before_it_closes(
    opened: str, closed: str, expected: bool, ledger: Callable[..., Any]
) -> None:
    text = "customer,document,issue date,due date,currency,amount,disputed from,disputed to\n"
    book = ledger(text + f"C1,I-1,2024-01-01,2024-01-31,CNY,10,{opened},{closed}\n").book
    assert disputed(open_items(book, DAY)).tolist() == [expected]


def test_empty_book_is_told_not_shown_as_success(ledger: Callable[..., Any]) -> None:
    assert _open(ledger("customer,document,due date,currency,amount\n")) == ["empty-open-book"]


def test_ledger_without_fault_has_no_finding(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,I-1,invoice,2024-06-01,2024-07-31,CNY,10\nC2,I-2,invoice,2024-05-01,2024-05-31,CNY,10\n"
    )
    assert (reading.findings, check(reading.book), _open(reading)) == ((), (), [])


def test_what_bears_no_date_at_all_is_told_once_and_is_no_old_item(ledger: Callable[..., Any]) -> None:
    reading = ledger("customer,document,due date,currency,amount\nC1,I-1,,CNY,5\n")
    assert [f.check for f in reading.findings if f.severity == "must_act"] == ["no-due-date"]
    assert _open(reading) == []
