"""Exposure by its parts, counted once; and how concentrated a book is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from creditlib.facts.open_items import open_items
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
