"""Exposure by its parts, counted once; and how concentrated a book is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from creditlib.errors import CurrencyError
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate, open_items
from creditlib.measures.exposure import concentration, exposure

DAY = date(2024, 6, 30)
HEADER = "customer,document,type,issue date,due date,currency,amount\n"


def _orders(*rows: dict[str, Any]) -> pa.Table:
    base = {"customer": "C1", "entity": None, "currency": "CNY", "amount_minor": 1000, "ordered_on": date(2024, 6, 1),
            "delivered_on": None, "invoice": None, "invoiced_on": None}  # fmt: skip
    made = [base | row | {"order": f"O-{i}"} for i, row in enumerate(rows)]
    kinds = {
        "ordered_on": pa.date32(),
        "delivered_on": pa.date32(),
        "invoiced_on": pa.date32(),
        "amount_minor": pa.int64(),
    }
    return pa.table({name: pa.array([r[name] for r in made], kinds.get(name, pa.string())) for name in made[0]})


def test_goods_count_once_as_order_delivery_or_invoice(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + "C1,I-1,invoice,2024-06-20,2024-06-29,CNY,40\nC1,R-1,receipt,2024-06-25,,CNY,-5\n").book
    orders = _orders(
        {"amount_minor": 1},  # ordered
        {"amount_minor": 10, "delivered_on": date(2024, 6, 30)},  # delivered today
        {"amount_minor": 100, "delivered_on": date(2024, 7, 1)},  # delivered tomorrow: still an order
        {"amount_minor": 1000, "delivered_on": date(2024, 6, 10), "invoice": "I-1", "invoiced_on": date(2024, 6, 20)},
        {"amount_minor": 10_000, "ordered_on": date(2024, 7, 1)},  # not ordered yet
        {"amount_minor": 100_000, "delivered_on": date(2024, 6, 9), "invoice": "I-9", "invoiced_on": date(2024, 7, 1)},
    )
    row = exposure(replace(book, orders=orders), DAY).row(customer="C1")
    assert row["orders_minor"] == 101  # 1 + 100
    assert row["delivered_not_billed_minor"] == 100_010  # 10 + the one billed tomorrow
    assert (row["open_items_minor"], row["unapplied_minor"], row["overdue_minor"]) == (4000, -500, 4000)
    assert row["total_minor"] == 101 + 100_010 + 4000 - 500


def test_customer_known_only_by_an_order_has_an_exposure(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + "C1,I-1,invoice,2024-06-20,2024-07-29,CNY,40\n").book
    rows = exposure(replace(book, orders=_orders({"customer": "C9"})), DAY).rows()
    assert [(r["customer"], r["total_minor"]) for r in rows] == [("C1", 4000), ("C9", 1000)]


def test_largest_debtors_and_herfindahl(ledger: Callable[..., Any]) -> None:
    rows = "".join(
        f"C{i},I-{i},invoice,2024-06-01,2024-06-{29 + i % 2},CNY,{amount}\n" for i, amount in enumerate([50, 30, 20])
    )
    figures = concentration(
        open_items(ledger(HEADER + rows + "C9,K-1,credit note,2024-06-01,2024-06-01,CNY,-60\n").book, DAY), top=2
    )
    assert [(r["customer"], r["share"], r["cumulative_share"]) for r in figures.rows()] == [
        ("C0", 0.5, 0.5), ("C1", 0.3, pytest.approx(0.8)),
    ]  # fmt: skip
    # 0.5² + 0.3² + 0.2² = 0.38; the customer in credit lowers nobody's share
    assert figures.values["CNY"]["herfindahl"] == pytest.approx(0.38)
    assert figures.values["CNY"]["top_share"] == pytest.approx(0.8)
    assert [r["overdue_minor"] for r in figures.rows()] == [5000, 0]  # due 29 June, due 30 June


def test_shares_are_of_each_currency_apart(ledger: Callable[..., Any]) -> None:
    text = HEADER + "C1,I-1,invoice,2024-06-01,2024-07-01,CNY,1\nC1,I-2,invoice,2024-06-01,2024-07-01,USD,9\n"
    figures = concentration(open_items(ledger(text).book, DAY))
    assert [(r["currency"], r["share"]) for r in figures.rows()] == [("CNY", 1.0), ("USD", 1.0)]


# --- an order, its delivery, its invoice: once

PAPER = "customer,document,type,issue date,due date,currency,amount,order number,delivery number\n"


def _parts(book: Any, orders: pa.Table, **more: Any) -> tuple[int, int, int]:
    row = exposure(replace(book, orders=orders, **more), DAY).row(customer="C1")
    return row["orders_minor"], row["delivered_not_billed_minor"], row["open_items_minor"]


def test_the_ledger_tells_what_is_billed_by_order_number_and_a_remainder_stays(ledger: Callable[..., Any]) -> None:
    book = ledger(PAPER + "C1,I-1,invoice,2024-06-20,2024-07-20,CNY,6.50,O-0,\n").book
    assert _parts(book, _orders({"amount_minor": 1000})) == (350, 0, 650)  # 10.00 ordered, 6.50 billed
    assert _parts(book, _orders({"amount_minor": 650})) == (0, 0, 650)
    assert _parts(book, _orders({"amount_minor": 649})) == (0, 0, 650)  # more billed than ordered: never below 0


def test_part_billing_takes_what_was_delivered_first_then_the_oldest_line(ledger: Callable[..., Any]) -> None:
    book = ledger(
        PAPER + "C1,I-1,invoice,2024-06-20,2024-07-20,CNY,9,O-1,\nC1,I-2,invoice,2024-06-20,2024-07-20,CNY,1,O-1,\n"
    ).book
    lines = [
        {"amount_minor": 500, "ordered_on": date(2024, 6, 3)},
        {"amount_minor": 400, "ordered_on": date(2024, 6, 2)},
        {"amount_minor": 450, "ordered_on": date(2024, 6, 4), "delivered_on": date(2024, 6, 10)},
    ]
    orders = _orders(*lines)
    orders = orders.set_column(orders.column_names.index("order"), "order", pa.array(["O-1"] * 3))
    # 10.00 billed: 4.50 delivered, 4.00 of 2 June, 1.50 of 3 June; 3.50 is left of it
    assert _parts(book, orders) == (350, 0, 1000)
    part = ledger(PAPER + "C1,I-1,invoice,2024-06-20,2024-07-20,CNY,4,O-1,\n").book
    assert _parts(part, orders) == (900, 50, 400)  # 4.50 delivered − 4.00


def test_a_delivery_or_invoice_number_in_the_ledger_bills_its_line(ledger: Callable[..., Any]) -> None:
    book = ledger(PAPER + "C1,I-1,invoice,2024-06-20,2024-07-20,CNY,7,,L-1\n").book
    orders = _orders({"invoice": "I-1"}, {"delivered_on": date(2024, 6, 9)}, {"amount_minor": 3})
    orders = orders.append_column("delivery", pa.array([None, "L-1", "L-2"]))
    assert _parts(book, orders) == (3, 0, 700)


def test_numbers_of_another_customer_currency_or_kind_bill_nothing(ledger: Callable[..., Any]) -> None:
    text = "C2,I-1,invoice,2024-06-20,2024-07-20,CNY,6,O-0,\nC1,I-2,invoice,2024-06-20,2024-07-20,USD,6,O-0,\n"
    text += "C1,R-1,receipt,2024-06-20,,CNY,-6,O-0,\nC1,I-3,invoice,2024-07-01,2024-07-20,CNY,6,O-0,\n"
    rows = exposure(replace(ledger(PAPER + text).book, orders=_orders({})), DAY).rows()
    assert [r["orders_minor"] for r in rows if (r["customer"], r["currency"]) == ("C1", "CNY")] == [
        1000
    ]  # I-3 is of tomorrow


def test_a_draft_invoice_counts_once_as_delivered(ledger: Callable[..., Any]) -> None:
    book = replace(ledger(PAPER + "C1,I-1,invoice,2024-06-20,2024-07-20,CNY,7,,\n").book, complete=True)
    draft = _orders({"invoice": "DRAFT-7"})
    assert _parts(book, draft) == (0, 1000, 700)
    posted = replace(ledger(PAPER + "C1,I-7,invoice,2024-06-20,2024-07-20,CNY,10,O-0,\n").book, complete=True)
    assert _parts(posted, draft) == (0, 0, 1000)  # posted under another number: the order tells
    assert _parts(book, draft, complete=False) == (0, 0, 700)  # a list of open items no longer shows what was paid


def test_a_line_already_told_as_billed_takes_its_own_document_only_once(ledger: Callable[..., Any]) -> None:
    book = ledger(PAPER + "C1,I-1,invoice,2024-06-20,2024-07-20,CNY,10,O-1,\n").book
    orders = _orders({"invoiced_on": date(2024, 6, 20)}, {"amount_minor": 300})
    orders = orders.set_column(orders.column_names.index("order"), "order", pa.array(["O-1"] * 2))
    assert _parts(book, orders) == (300, 0, 1000)  # 10.00 is the first line's


def test_an_open_list_bills_by_the_first_amount_of_a_partly_paid_invoice() -> None:
    paper = {"id": [0], "customer": ["C1"], "document": ["I-1"], "kind": ["invoice"], "currency": ["CNY"], "amount_minor": [400],
             "original_minor": [1000], "issue_on": [date(2024, 6, 1)], "order": ["O-0"], "source_file": ["x"], "source_row": [1]}  # fmt: skip
    assert _parts(Book(paper, complete=False), _orders({"amount_minor": 1000})) == (0, 0, 400)


def test_the_same_number_in_another_entity_bills_nothing() -> None:
    paper = {"id": [0], "customer": ["C1"], "document": ["I-1"], "kind": ["invoice"], "currency": ["CNY"], "amount_minor": [400],
             "issue_on": [date(2024, 6, 1)], "entity": ["E1"], "source_file": ["x"], "source_row": [1]}  # fmt: skip
    line = {"invoice": "I-1", "entity": "E2"}
    assert _parts(Book(paper), _orders(line)) == (0, 1000, 400)
    assert _parts(Book(paper), _orders(line | {"entity": "E1"})) == (0, 0, 400)
    assert _parts(Book(paper), _orders(line | {"entity": None})) == (0, 0, 400)  # nobody says which


def test_exposure_is_converted_line_by_line(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + "C1,I-1,invoice,2024-06-20,2024-07-20,USD,10\n").book
    rates = [Rate("USD", Decimal("7.1"), DAY)]
    row = exposure(replace(book, orders=_orders({}, {"currency": "USD"})), DAY, rates=rates, to="CNY").row(
        customer="C1"
    )
    assert (row["currency"], row["open_items_minor"], row["orders_minor"]) == ("CNY", 7100, 8100)  # 10.00 + 10.00 × 7.1
    with pytest.raises(CurrencyError, match="USD"):
        exposure(book, DAY, to="CNY")
