"""Aging at every edge, by every basis, with what stands apart from the buckets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from creditlib.errors import UsageError
from creditlib.facts.open_items import open_items
from creditlib.measures.aging import UNAPPLIED, aging, bucket_keys

HEADER = "customer,document,type,issue date,due date,currency,amount\n"
DAY = date(2024, 6, 30)


def _row(reading: Any, **options: Any) -> dict[str, int]:
    netting = options.pop("netting", "separate")
    figures = aging(open_items(reading.book, options.pop("day", DAY), netting=netting), **options)
    row = figures.row(customer="C1")
    keys = (*bucket_keys(options["edges"], options.get("basis", "due_on")), UNAPPLIED)
    return {key: row[key] for key in keys if row[key]}


def _invoice(due: str, issued: str = "2020-01-01", amount: str = "0.01") -> str:
    return HEADER + f"C1,I-1,invoice,{issued},{due},CNY,{amount}\n"


@pytest.mark.parametrize(
    ("due", "bucket"),
    [
        ("2024-07-01", "not_due"),  # due tomorrow
        ("2024-06-30", "not_due"),  # due today is not overdue
        ("2024-06-29", "1-30"),  # day 1
        ("2024-05-31", "1-30"),  # day 30
        ("2024-05-30", "31-60"),  # day 31
        ("2024-05-01", "31-60"),  # day 60
        ("2024-04-30", "61-90"),  # day 61
        ("2024-04-01", "61-90"),  # day 90
        ("2024-03-31", "90+"),  # day 91
    ],
)
def test_one_cent_at_each_edge_falls_into_its_bucket(due: str, bucket: str, ledger: Callable[..., Any]) -> None:
    assert _row(ledger(_invoice(due)), edges=[30, 60, 90]) == {bucket: 1}


@pytest.mark.parametrize(
    ("day", "issued", "bucket"),
    [
        (date(2024, 6, 30), "2024-06-30", "0-30"),
        (date(2024, 6, 30), "2024-05-31", "0-30"),
        (date(2024, 6, 30), "2024-05-30", "31-60"),
        (date(2024, 6, 30), "2024-03-31", "90+"),
    ],
)
def test_by_invoice_date_nothing_is_not_due(day: date, issued: str, bucket: str, ledger: Callable[..., Any]) -> None:
    assert _row(ledger(_invoice("2030-01-01", issued)), edges=[30, 60, 90], basis="issue_on", day=day) == {bucket: 1}


@pytest.mark.parametrize(
    ("day", "issued", "bucket"),
    [
        (date(2025, 6, 30), "2024-07-01", "0-1y"),
        (date(2025, 6, 30), "2024-06-30", "0-1y"),  # one year to the day is still within one year
        (date(2025, 6, 30), "2024-06-29", "1-2y"),
        (date(2025, 2, 28), "2024-02-29", "0-1y"),  # the anniversary of a leap day is 28 February
        (date(2025, 2, 28), "2024-02-28", "0-1y"),
        (date(2025, 2, 28), "2024-02-27", "1-2y"),
        (date(2024, 2, 29), "2023-02-28", "1-2y"),  # one year before 29 February 2024 is 28 February … and a day
        (date(2025, 6, 30), "2022-06-30", "2-3y"),
        (date(2025, 6, 30), "2020-06-29", "5y+"),
    ],
)
def test_in_years_the_anniversary_is_still_within(
    day: date, issued: str, bucket: str, ledger: Callable[..., Any]
) -> None:
    found = _row(ledger(_invoice("2030-01-01", issued)), edges=[1, 2, 3, 4, 5], basis="years", day=day)
    if (day, issued) == (date(2024, 2, 29), "2023-02-28"):
        bucket = "0-1y"  # add_months(29 February 2024, −12) is 28 February 2023: that day is the anniversary
    assert found == {bucket: 1}


def test_keys_name_their_edges() -> None:
    assert bucket_keys([30, 60, 90, 180, 365]) == ("not_due", "1-30", "31-60", "61-90", "91-180", "181-365", "365+")
    assert bucket_keys([30, 60], "issue_on") == ("0-30", "31-60", "60+")
    assert bucket_keys([1, 2, 3, 4, 5], "years") == ("0-1y", "1-2y", "2-3y", "3-4y", "4-5y", "5y+")
    assert bucket_keys([1]) == ("not_due", "1-1", "1+")


@pytest.mark.parametrize("edges", [[], [0], [-30], [30, 30], [60, 30], [30.5]])
def test_edges_that_make_no_buckets_are_refused(edges: list[Any]) -> None:
    with pytest.raises(UsageError):
        bucket_keys(edges)


def test_credits_stand_in_their_own_column_until_they_are_netted(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,I-1,invoice,2024-01-01,2024-05-31,CNY,100\nC1,I-2,invoice,2024-01-01,2024-07-31,CNY,100\n"
        "C1,R-1,receipt,2024-06-29,,CNY,-130\n"
    )
    edges = [30, 60]
    assert _row(reading, edges=edges) == {"not_due": 10000, "1-30": 10000, UNAPPLIED: -13000}
    assert _row(reading, edges=edges, netting="fifo") == {"not_due": 7000}  # 100 + 100 − 130, the overdue one first
    assert _row(reading, edges=edges, netting="by_date") == {"not_due": 10000, "1-30": -3000}  # 100 − 130, one day old


def test_overdue_leaves_out_what_is_not_due_and_what_is_unapplied(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,I-1,invoice,2024-01-01,2024-06-29,CNY,1\nC1,I-2,invoice,2024-01-01,2024-06-30,CNY,2\n"
        "C1,R-1,receipt,2024-01-01,,CNY,-0.50\n"
    )
    row = aging(open_items(reading.book, DAY), edges=[30]).row(customer="C1")
    assert (row["overdue_minor"], row["total_minor"], row["items"]) == (100, 250, 3)  # 1 + 2 − 0.50


def test_exchange_difference_is_nobodys_late_payment(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + "C1,F-1,fx difference,2024-01-01,2024-01-01,CNY,5\n")
    assert _row(reading, edges=[30]) == {"not_due": 500}


def test_two_currencies_of_one_customer_are_two_rows(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,I-1,invoice,2024-01-01,2024-05-31,CNY,1\nC1,I-2,invoice,2024-01-01,2024-05-31,JPY,1\n"
    )
    figures = aging(open_items(reading.book, DAY), edges=[30])
    assert [(r["customer"], r["currency"], r["1-30"]) for r in figures.rows()] == [("C1", "CNY", 100), ("C1", "JPY", 1)]
    assert figures.totals == {"CNY": 100, "JPY": 1}


def test_by_salesperson_and_by_nothing(ledger: Callable[..., Any]) -> None:
    text = "customer,document,issue date,due date,currency,amount,salesperson\n"
    reading = ledger(text + "C1,I-1,2024-01-01,2024-05-31,CNY,1,Li\nC2,I-2,2024-01-01,2024-05-31,CNY,2,\n")
    items = open_items(reading.book, DAY)
    assert [(r["salesperson"], r["total_minor"]) for r in aging(items, edges=[30], by=["salesperson"]).rows()] == [
        ("Li", 100), (None, 200),
    ]  # fmt: skip
    assert aging(items, edges=[30], by=[]).rows()[0]["total_minor"] == 300


def test_why_names_the_documents_with_their_place_and_bucket(ledger: Callable[..., Any]) -> None:
    reading = ledger(_invoice("2024-06-29", amount="1.00") + "C2,I-2,invoice,2024-01-01,2024-06-29,CNY,7\n")
    why = aging(open_items(reading.book, DAY), edges=[30]).why(customer="C1")
    row = why.documents.to_pylist()[0]
    assert (row["document"], row["source_file"], row["source_row"], row["open_minor"], row["bucket"]) == (
        "I-1", "ledger.csv", 2, 100, "1-30",
    )  # fmt: skip
    assert why.values["edges"] == (30,)
    assert len(why.documents) == 1
