"""Cash application where nobody matched: the oldest due item first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from creditlib.facts.allocate import oldest_due_first
from creditlib.facts.book import Book
from creditlib.facts.ledger import balances

HEADER = "entity,customer,document,type,issue date,due date,currency,amount\n"
DAY = date(2024, 3, 31)


def _links(book: Book) -> list[tuple[int, int, int]]:
    links = oldest_due_first(book, balances(book, DAY).open_minor, DAY)
    return list(zip(links.from_document.tolist(), links.to_document.tolist(), links.amount_minor.tolist(), strict=True))


def test_receipt_without_reference_pays_the_oldest_due_item_first(ledger: Callable[..., Any]) -> None:
    book = ledger(
        HEADER
        + "E1,C1,I-1,invoice,2024-01-01,2024-02-29,CNY,500\n"
        + "E1,C1,I-2,invoice,2024-02-01,2024-01-31,CNY,500\n"  # issued later, due first
        + "E1,C1,R-1,receipt,2024-03-10,,CNY,-700\n"
    ).book
    assert _links(book) == [(2, 1, 50000), (2, 0, 20000)]  # 700: I-2 takes 500, I-1 takes 200 of 500


def test_receipts_are_used_in_the_order_they_came(ledger: Callable[..., Any]) -> None:
    book = ledger(
        HEADER
        + "E1,C1,R-2,receipt,2024-03-20,,CNY,-300\n"
        + "E1,C1,R-1,receipt,2024-03-10,,CNY,-100\n"
        + "E1,C1,I-1,invoice,2024-01-01,2024-01-31,CNY,150\n"
    ).book
    assert _links(book) == [(1, 2, 10000), (0, 2, 5000)]  # R-1 gives all its 100, R-2 50 of 300


def test_receipt_never_pays_another_customer_entity_or_currency(ledger: Callable[..., Any]) -> None:
    book = ledger(
        HEADER
        + "E1,C1,I-1,invoice,2024-01-01,2024-01-31,CNY,100\n"
        + "E1,C2,R-1,receipt,2024-03-10,,CNY,-100\n"
        + "E2,C1,R-2,receipt,2024-03-10,,CNY,-100\n"
        + "E1,C1,R-3,receipt,2024-03-10,,USD,-100\n"
    ).book
    assert _links(book) == []


def test_link_is_dated_by_the_later_of_its_two_documents(ledger: Callable[..., Any]) -> None:
    book = ledger(
        HEADER + "E1,C1,A-1,advance,2024-01-05,,CNY,-100\n" + "E1,C1,I-1,invoice,2024-03-01,2024-03-31,CNY,100\n"
    ).book
    table = oldest_due_first(book, balances(book, DAY).open_minor, DAY).table()
    assert table["on"].to_pylist() == [date(2024, 3, 1)]
    assert table["origin"].to_pylist() == ["oldest_due_first"]


def test_one_cent_is_applied_like_any_other_amount(ledger: Callable[..., Any]) -> None:
    book = ledger(
        HEADER + "E1,C1,I-1,invoice,2024-01-01,2024-01-31,CNY,0.01\nE1,C1,R-1,receipt,2024-03-10,,CNY,-0.02\n"
    ).book
    assert _links(book) == [(1, 0, 1)]
