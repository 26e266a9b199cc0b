"""Real ledgers of public sources: each figure against a few lines of csv and Decimal. Skips where the files are absent."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from creditlib.facts.checks import Limits, check, check_open
from creditlib.facts.open_items import open_items
from creditlib.facts.reading import Reading, read
from creditlib.measures.aging import UNAPPLIED, aging, bucket_keys
from creditlib.measures.dso import dso

EDGES = [30, 60, 90, 180, 365]
LIMITS = Limits(unapplied_days=3, dispute_days=60, far_due_days=400, old_item_days=1095)
CENT = Decimal("0.01")


@cache
def _read(path: Path, home: str | None) -> Reading:
    return read(path, home=home)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _cents(amount: str) -> int:
    return int(Decimal(amount).quantize(CENT, ROUND_HALF_UP).scaleb(2))


def _day(text: str, form: str) -> date:
    return datetime.strptime(text, form).date()


def _bucket(late: int) -> str:
    if late <= 0:
        return "not_due"
    low = 1
    for edge in EDGES:
        if late <= edge:
            return f"{low}-{edge}"
        low = edge + 1
    return f"{EDGES[-1]}+"


def _aged(items: list[tuple[str, date, int]], day: date) -> dict[str, dict[str, int]]:
    """customer → bucket → cents, in plain Python; credits apart."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for customer, due, cents in items:
        table[customer][UNAPPLIED if cents < 0 else _bucket((day - due).days)] += cents
    return {customer: {k: v for k, v in row.items() if v} for customer, row in table.items()}


def _found(reading: Reading, day: date) -> dict[str, dict[str, int]]:
    keys = (*bucket_keys(EDGES), UNAPPLIED)
    rows = aging(open_items(reading.book, day), edges=EDGES).rows()
    return {row["customer"]: {key: row[key] for key in keys if row[key]} for row in rows}


# ---------------------------------------------------------------------------------------------- an export of open items


def test_open_export_ties_to_the_file_to_the_last_decimal(shared_data: Path) -> None:
    path = shared_data / "receivables_open.csv"
    rows = _rows(path)
    reading = _read(path, "USD")
    (total,) = reading.source_totals
    assert total.file == sum(Decimal(row["converted_usd"]) for row in rows) == Decimal("310427858.974")
    assert total.used_minor == sum(_cents(row["converted_usd"]) for row in rows)
    assert total.file == Decimal(total.used_minor).scaleb(-2) + total.rejected + total.rounding
    assert (total.rows, total.rejected_rows, total.rejected) == (9681, 0, 0)
    rounded = [f.count for f in reading.findings if f.check == "rounded-amounts"]
    assert (
        rounded
        == [sum(Decimal(r["converted_usd"]) != Decimal(r["converted_usd"]).quantize(CENT) for r in rows)]
        == [576]
    )
    assert reading.shape == "open_items"


def test_open_export_ages_to_the_cent_for_each_of_its_customers(shared_data: Path) -> None:
    path, day = shared_data / "receivables_open.csv", date(2020, 5, 31)
    expected = _aged(
        [(r["cust_number"], _day(r["due_in_date"], "%d-%m-%Y"), _cents(r["converted_usd"])) for r in _rows(path)], day
    )
    found = _found(_read(path, "USD"), day)
    assert len(found) == 553
    assert found == expected
    assert len(open_items(_read(path, "USD").book, day).rows) == 9681


def test_open_export_keeps_customer_and_company_codes_as_text(shared_data: Path) -> None:
    path = shared_data / "receivables_open.csv"
    documents = _read(path, "USD").book.documents
    rows = _rows(path)
    assert documents["customer"].to_pylist() == [row["cust_number"] for row in rows]
    assert documents["entity"].to_pylist() == [row["business_code"] for row in rows]


def test_open_export_names_the_27_rows_due_before_posting(shared_data: Path) -> None:
    path = shared_data / "receivables_open.csv"
    early = [
        i + 2 for i, r in enumerate(_rows(path))
        if _day(r["due_in_date"], "%d-%m-%Y") < _day(r["posting_date"], "%d-%m-%Y")
    ]  # fmt: skip
    found = check(_read(path, "USD").book, only=["due-before-issued"])
    assert [f.where for f in found] == [f"receivables_open.csv!{row}" for row in early]
    assert len(early) == 27


# ------------------------------------------------------------------------------------------------------ paid histories


def test_paid_invoices_of_2013_leave_84_open(shared_data: Path) -> None:
    path, day = shared_data / "invoices_ibm.csv", date(2013, 6, 30)
    form = "%m/%d/%Y"
    left = [
        (r["customerID"], _day(r["DueDate"], form), _cents(r["InvoiceAmount"])) for r in _rows(path)
        if _day(r["InvoiceDate"], form) <= day < _day(r["SettledDate"], form)
    ]  # fmt: skip
    reading = _read(path, "USD")
    assert reading.shape == "paid_history"
    assert reading.book.documents.num_rows == 2466
    items = open_items(reading.book, day)
    assert (len(items.rows), items.totals) == (84, {"USD": 511985})
    assert (len(left), sum(cents for _, _, cents in left)) == (84, 511985)
    assert _found(reading, day) == _aged(left, day)


def test_paid_invoices_of_2013_give_the_dso_of_a_plain_loop(shared_data: Path) -> None:
    path, day = shared_data / "invoices_ibm.csv", date(2013, 6, 30)
    billed: dict[tuple[int, int], int] = defaultdict(int)
    for row in _rows(path):
        issued = _day(row["InvoiceDate"], "%m/%d/%Y")
        if issued <= day:
            billed[issued.year, issued.month] += _cents(row["InvoiceAmount"])
    left, expected, months = 511985, 0.0, [((2013, 6), 30), ((2013, 5), 31), ((2013, 4), 30)]
    for month, length in months:
        used = min(left, billed[month])
        expected += length * used / billed[month]
        left -= used
    assert left == 0
    row = dso(_read(path, "USD").book, day, method="countback").row(currency="USD")
    assert row["days"] == pytest.approx(expected)
    year = sum(billed[(2012 if m > 6 else 2013), m] for m in range(1, 13))
    simple = dso(_read(path, "USD").book, day, method="simple").row(currency="USD")
    assert simple["days"] == pytest.approx(511985 / year * 365)


def _closed(path: Path, day: date) -> list[tuple[str, date, int]]:
    return [
        (r["cust_number"], date.fromisoformat(r["due_date"]), _cents(r["amount"])) for r in _rows(path)
        if date.fromisoformat(r["issue_date"]) <= day < date.fromisoformat(r["clear_date"])
    ]  # fmt: skip


def test_closed_book_of_june_2019_has_1752_open_of_which_270_overdue(shared_data: Path) -> None:
    path, day = shared_data / "receivables_closed.csv", date(2019, 6, 30)
    reading, expected = _read(path, "USD"), _closed(path, day)
    items = open_items(reading.book, day)
    assert (len(items.rows), items.totals) == (1752, {"USD": 5766260491})
    assert (len(expected), sum(cents for _, _, cents in expected)) == (1752, 5766260491)
    assert sum(due < day for _, due, _ in expected) == int((items.due_on < (day - date(1970, 1, 1)).days).sum()) == 270
    assert _found(reading, day) == _aged(expected, day)


def test_closed_book_names_the_396_rows_cleared_before_issue(shared_data: Path) -> None:
    path = shared_data / "receivables_closed.csv"
    early = [i + 2 for i, r in enumerate(_rows(path)) if r["clear_date"] < r["issue_date"]]
    found = check(_read(path, "USD").book, only=["cleared-before-issued"])
    assert sorted(int(f.where.rsplit("!", 1)[1]) for f in found) == early
    assert len(early) == 396


@pytest.mark.parametrize("day", [date(2019, 3, 31), date(2019, 8, 31), date(2019, 10, 31)])
def test_closed_book_of_any_day_equals_a_loop_over_its_rows(day: date, shared_data: Path) -> None:
    path = shared_data / "receivables_closed.csv"
    expected: Any = _aged(_closed(path, day), day)
    assert _found(_read(path, "USD"), day) == expected


def test_closed_book_of_october_2019_is_empty_and_says_so(shared_data: Path) -> None:
    path, day = shared_data / "receivables_closed.csv", date(2019, 10, 31)
    items = open_items(_read(path, "USD").book, day)
    assert len(items.rows) == 0
    assert "empty-open-book" in {f.check for f in check_open(items, LIMITS)}
