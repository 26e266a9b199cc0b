"""How customers pay, over the items due in a window, unpaid ones included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from creditlib.measures.payment import payment_behaviour

HEADER = "customer,document,issue date,due date,paid date,currency,amount\n"
START, END = date(2024, 4, 1), date(2024, 6, 30)


def _row(reading: Any, **options: Any) -> dict[str, Any]:
    return payment_behaviour(reading.book, START, END, **options).row(customer="C1")


def test_days_beyond_terms_are_weighted_by_amount_and_early_days_count_zero(ledger: Callable[..., Any]) -> None:
    row = _row(
        ledger(
            HEADER
            + "C1,A,2024-03-01,2024-04-10,2024-04-20,CNY,100\n"  # 10 late
            + "C1,B,2024-03-01,2024-04-10,2024-04-05,CNY,300\n"  # 5 early
        )
    )
    assert row["dbt_days"] == pytest.approx(2.5)  # (100 × 10 + 300 × 0) ÷ 400
    assert row["net_dbt_days"] == pytest.approx(-1.25)  # (100 × 10 − 300 × 5) ÷ 400
    assert row["days_to_pay"] == pytest.approx(38.75)  # (100 × 50 + 300 × 35) ÷ 400
    assert (row["on_time_share"], row["on_time_count_share"], row["at_least"]) == (0.75, 0.5, False)


def test_unpaid_item_counts_to_the_end_of_the_window(ledger: Callable[..., Any]) -> None:
    row = _row(ledger(HEADER + "C1,A,2024-03-01,2024-04-01,,CNY,100\nC1,B,2024-03-01,2024-06-30,2024-06-30,CNY,100\n"))
    assert row["dbt_days"] == pytest.approx(45.0)  # (100 × 90 + 100 × 0) ÷ 200
    assert (row["unpaid_minor"], row["at_least"], row["on_time_share"]) == (10000, True, 0.5)


def test_payment_after_the_window_is_not_yet_known(ledger: Callable[..., Any]) -> None:
    row = _row(ledger(HEADER + "C1,A,2024-03-01,2024-06-30,2024-07-01,CNY,100\n"))
    assert (row["unpaid_minor"], row["dbt_days"], row["at_least"]) == (10000, 0.0, True)


def test_items_due_outside_the_window_do_not_enter(ledger: Callable[..., Any]) -> None:
    row = _row(
        ledger(
            HEADER
            + "C1,A,2024-03-01,2024-03-31,2024-06-30,CNY,100\n"  # due the day before
            + "C1,B,2024-03-01,2024-04-01,2024-04-01,CNY,100\n"
            + "C1,C,2024-03-01,2024-06-30,2024-06-30,CNY,100\n"
            + "C1,D,2024-03-01,2024-07-01,2024-06-30,CNY,100\n"  # due the day after
        )
    )
    assert (row["items"], row["due_minor"]) == (2, 20000)


def test_part_payments_count_each_on_its_own_day(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,type,issue date,due date,currency,amount\n"
        "C1,A,invoice,2024-03-01,2024-04-10,CNY,100\nC1,R1,receipt,2024-04-10,,CNY,-60\nC1,R2,receipt,2024-04-30,,CNY,-40\n",
        sheets={"links": "from document,to document,amount,date\nR1,A,60,2024-04-10\nR2,A,40,2024-04-30\n"},
    )
    row = _row(reading)
    assert row["dbt_days"] == pytest.approx(8.0)  # (60 × 0 + 40 × 20) ÷ 100
    assert (row["on_time_share"], row["on_time_count_share"]) == (0.6, 0.0)


def test_grace_moves_what_counts_as_late(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + "C1,A,2024-03-01,2024-04-10,2024-04-15,CNY,100\n")
    assert _row(reading)["on_time_share"] == 0.0
    assert _row(reading, late_after=5)["on_time_share"] == 1.0
    assert _row(reading, late_after=4)["on_time_share"] == 0.0


def test_allocation_undone_within_the_window_is_no_payment(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,type,issue date,due date,currency,amount\n"
        "C1,A,invoice,2024-03-01,2024-04-10,CNY,100\nC1,R1,receipt,2024-04-10,,CNY,-100\n",
        sheets={"links": "from document,to document,amount,date,undone date\nR1,A,100,2024-04-10,2024-05-02\n"},
    )
    row = _row(reading)
    assert (row["unpaid_minor"], row["dbt_days"]) == (10000, 81.0)  # 10 April to 30 June: 20 + 31 + 30
