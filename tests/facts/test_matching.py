"""Allocations a source tells: who paid what, on which day, and what could not be applied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from creditlib.facts.open_items import open_items

HEADER = "customer,document,type,issue date,due date,currency,amount\n"
LINKS = "from document,to document,amount,date\n"


def _links(reading: Any) -> list[tuple[Any, ...]]:
    names = ["from_document", "to_document", "amount_minor", "on", "origin"]
    return [tuple(row.values()) for row in reading.book.allocations.select(names).to_pylist()]


def test_allocation_to_a_document_of_instalments_pays_the_oldest_due_first(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER
        + "C1,I-1,invoice,2024-01-01,2024-03-31,CNY,50\n"
        + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,30\n"
        + "C1,R-1,receipt,2024-01-10,,CNY,-40\n",
        sheets={"links": LINKS + "R-1,I-1,40,2024-01-10\n"},
    )
    # 40 − 30 (due January) = 10 of the 50 due March
    assert [row[:3] for row in _links(reading)] == [(2, 1, 3000), (2, 0, 1000)]


def test_same_number_of_two_customers_is_told_apart_by_the_customer(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER
        + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,50\nC2,I-1,invoice,2024-01-01,2024-01-31,CNY,70\n"
        + "C2,R-1,receipt,2024-01-10,,CNY,-70\n",
        sheets={"links": "customer,from document,to document,amount,date\nC2,R-1,I-1,70,2024-01-10\n"},
    )
    assert open_items(reading.book, date(2024, 1, 31)).rows.tolist() == [0]


def test_allocation_undone_takes_the_item_back_from_that_day(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,50\nC1,R-1,receipt,2024-01-10,,CNY,-50\n",
        sheets={"links": "from document,to document,amount,date,undone date\nR-1,I-1,50,2024-01-10,2024-03-05\n"},
    )
    assert open_items(reading.book, date(2024, 3, 4)).open_minor.tolist() == []
    assert open_items(reading.book, date(2024, 3, 5)).open_minor.tolist() == [5000, -5000]


def test_clearing_number_whose_documents_come_out_even_links_them(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,type,issue date,due date,clearing date,clearing document,currency,amount\n"
        "C1,I-1,invoice,2024-01-01,2024-01-31,2024-02-10,900,CNY,50\n"
        "C1,I-2,invoice,2024-01-05,2024-02-04,2024-02-10,900,CNY,20\n"
        "C1,R-1,receipt,2024-02-10,,2024-02-10,900,CNY,-70\n"
    )
    assert _links(reading) == [
        (2, 0, 5000, date(2024, 2, 10), "clearing_number"),
        (2, 1, 2000, date(2024, 2, 10), "clearing_number"),
    ]


def test_clearing_number_never_links_two_currencies_or_two_companies(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "company code,customer,document,type,issue date,due date,clearing date,clearing document,currency,amount\n"
        "A,C1,I-1,invoice,2024-01-01,2024-01-31,2024-02-10,900,CNY,50\n"
        "A,C1,R-1,receipt,2024-02-10,,2024-02-10,900,USD,-50\n"
        "A,C2,I-2,invoice,2024-01-01,2024-01-31,2024-02-10,901,CNY,60\n"
        "B,C2,R-2,receipt,2024-02-10,,2024-02-10,901,CNY,-60\n"
    )
    assert {row[4] for row in _links(reading)} == {"settlement_date"}
    assert open_items(reading.book, date(2024, 2, 10)).open_minor.tolist() == []


def test_clearing_number_that_does_not_come_out_even_settles_each_on_its_own_date(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,type,issue date,due date,clearing date,clearing document,currency,amount\n"
        "C1,I-1,invoice,2024-01-01,2024-01-31,2024-02-10,900,CNY,50\n"
        "C1,R-1,receipt,2024-02-10,,2024-02-10,900,CNY,-49.99\n"
    )
    assert _links(reading) == [
        (None, 0, 5000, date(2024, 2, 10), "settlement_date"),
        (1, None, 4999, date(2024, 2, 10), "settlement_date"),
    ]


def test_allocation_across_currencies_settles_the_item_and_leaves_the_receipt(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,50\nC1,R-1,receipt,2024-01-10,,USD,-7\n",
        sheets={"links": LINKS + "R-1,I-1,50,2024-01-10\n"},
    )
    assert open_items(reading.book, date(2024, 1, 31)).totals == {"USD": -700}
    assert [f.check for f in reading.findings] == ["allocation-across-currencies"]


def test_allocation_that_names_nothing_known_is_told_and_changes_nothing(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,50\nC1,R-1,receipt,2024-01-10,,CNY,-50\n",
        sheets={"links": LINKS + "R-8,I-9,50,2024-01-10\n,,,\n"},
    )
    assert reading.book.allocations.num_rows == 0
    (finding,) = [f for f in reading.findings if f.check == "allocation-not-found"]
    assert '"R-8" + "I-9" is not among the documents' in finding.en
