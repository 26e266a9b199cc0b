"""Collection effectiveness from a ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from creditlib.measures.collection import cei

HEADER = "customer,document,issue date,due date,paid date,currency,amount\n"


def test_effectiveness_of_a_month_from_its_documents(ledger: Callable[..., Any]) -> None:
    # beginning 100; sales 80; ending 90, of which 60 not due: (100 + 80 − 90) ÷ (100 + 80 − 60) = 75 %
    reading = ledger(
        HEADER
        + "C1,A,2024-04-01,2024-05-01,2024-05-20,CNY,70\n"
        + "C1,B,2024-04-01,2024-05-01,,CNY,30\n"
        + "C1,C,2024-05-05,2024-06-30,,CNY,60\n"
        + "C1,D,2024-05-06,2024-05-10,2024-05-31,CNY,20\n"
    )
    row = cei(reading.book, date(2024, 5, 1), date(2024, 5, 31)).row(currency="CNY")
    parts = ("beginning_minor", "sales_minor", "ending_minor", "ending_not_due_minor", "months")
    assert tuple(row[p] for p in parts) == (10000, 8000, 9000, 6000, 1)
    assert row["cei"] == pytest.approx(0.75)


def test_sales_of_several_months_enter_as_a_months_worth(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,A,2024-01-01,2024-01-31,2024-03-31,CNY,100\nC1,B,2024-02-05,2024-03-05,2024-03-31,CNY,240\n"
    )
    row = cei(reading.book, date(2024, 2, 1), date(2024, 4, 30)).row(currency="CNY")
    assert (row["months"], row["sales_minor"]) == (3, 24000)
    assert row["cei"] == pytest.approx((100 + 80 - 0) / (100 + 80 - 0))


def test_nothing_collectable_gives_no_figure(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + "C1,A,2024-05-05,2024-06-30,,CNY,60\nC2,B,2024-05-05,2024-05-06,2024-05-07,CNY,1\n")
    rows = {
        r["customer"]: r["cei"] for r in cei(reading.book, date(2024, 5, 1), date(2024, 5, 31), by=["customer"]).rows()
    }
    assert rows == {"C1": None, "C2": 1.0}  # C1: 0 + 60 − 60 = 0


def test_currencies_stand_apart(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + "C1,A,2024-04-05,2024-04-30,2024-05-06,CNY,60\nC1,B,2024-04-05,2024-04-06,,USD,1\n")
    rows = {r["currency"]: r["cei"] for r in cei(reading.book, date(2024, 5, 1), date(2024, 5, 31)).rows()}
    assert rows == {"CNY": 1.0, "USD": 0.0}
