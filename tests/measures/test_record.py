"""The payment record of each customer, month by month, against ledgers small enough to follow and against a slow way of counting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from creditlib.days import month_end
from creditlib.errors import CurrencyError, NeedsSales, UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate, open_items
from creditlib.measures.aging import aging
from creditlib.measures.record import payment_record

HEADER = "customer,document,issue date,due date,paid date,currency,amount\n"
START, END = date(2024, 1, 1), date(2024, 4, 30)


def _months(book: Book, **options: Any) -> dict[int, dict[str, Any]]:
    return {row["month"].month: row for row in payment_record(book, START, END, **options).rows()}


def test_each_month_tells_what_was_paid_how_late_and_what_stood_open(ledger: Callable[..., Any]) -> None:
    months = _months(
        ledger(
            HEADER
            + "C1,A,2024-01-10,2024-02-09,2024-02-19,CNY,100\n"  # 10 days late, in February
            + "C1,B,2024-02-10,2024-03-11,2024-03-01,CNY,300\n"  # 10 days early, in March
            + "C1,C,2024-03-15,2024-04-14,,CNY,50\n"  # 16 days past due at the end of April
        ).book
    )
    told = {
        m: (r["settled_minor"], r["worst_days_late"], r["open_minor"], r["billed_minor"], r["items"])
        for m, r in months.items()
    }
    assert told == {
        1: (0, None, 10_000, 10_000, 0),  # nothing paid, nothing overdue: not known, which is not 0
        2: (10_000, 10, 30_000, 30_000, 1),
        3: (30_000, -10, 5_000, 5_000, 1),
        4: (0, 16, 5_000, 0, 1),  # 30 April − 14 April
    }
    assert [months[m]["peak_minor"] for m in (1, 2, 3, 4)] == [10_000, 30_000, 30_000, 30_000]


def test_what_stands_overdue_counts_beside_what_was_paid(ledger: Callable[..., Any]) -> None:
    months = _months(
        ledger(HEADER + "C1,A,2023-12-01,2023-12-31,,CNY,10\nC1,B,2024-01-01,2024-02-01,2024-02-01,CNY,10\n").book
    )
    assert [months[m]["worst_days_late"] for m in (1, 2, 3, 4)] == [31, 60, 91, 121]  # counted from 31 December
    assert months[2]["items"] == 2  # the payment of B, and A which still stands


def test_day_due_is_not_overdue_at_the_months_end(ledger: Callable[..., Any]) -> None:
    months = _months(ledger(HEADER + "C1,A,2024-01-01,2024-01-31,2024-02-01,CNY,10\n").book)
    assert (months[1]["worst_days_late"], months[2]["worst_days_late"]) == (None, 1)


def test_part_payments_count_each_and_the_rest_stands(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,type,issue date,due date,currency,amount\n"
        "C1,A,invoice,2024-01-01,2024-01-20,CNY,100\nC1,R1,receipt,2024-01-22,,CNY,-60\nC1,R2,receipt,2024-03-20,,CNY,-40\n",
        sheets={"links": "from document,to document,amount,date\nR1,A,60,2024-01-22\nR2,A,40,2024-03-20\n"},
    )
    months = _months(reading.book)
    assert [(months[m]["settled_minor"], months[m]["worst_days_late"]) for m in (1, 2, 3)] == [
        (6000, 11),
        (0, 40),
        (4000, 60),
    ]
    assert 4 not in months  # nothing is open, billed or paid


def _allocated(**link: Any) -> Book:
    documents = pa.table(
        {
            "id": [0, 1], "customer": ["C1", "C1"], "kind": ["invoice", "receipt"], "currency": ["CNY", "CNY"],
            "amount_minor": [100, -100], "issue_on": [date(2024, 1, 1), date(2024, 1, 25)], "due_on": [date(2024, 1, 20), None],
            "source_file": ["x", "x"], "source_row": [1, 2],
        }
    )  # fmt: skip
    given = {
        "from_document": 1,
        "to_document": 0,
        "amount_minor": 100,
        "on": date(2024, 1, 25),
        "origin": "given",
    } | link
    kinds = {"on": pa.date32(), "undone_on": pa.date32(), "amount_minor": pa.int64(), "from_document": pa.int64()}
    return Book(documents, pa.table({name: pa.array([value], kinds.get(name)) for name, value in given.items()}))


def test_payment_undone_later_leaves_its_month_as_it_was_and_the_item_stands_again() -> None:
    months = _months(_allocated(undone_on=date(2024, 3, 5)))
    assert [(months[m]["settled_minor"], months[m]["worst_days_late"]) for m in (1, 3, 4) if m in months] == [
        (100, 5),
        (0, 71),  # 31 March − 20 January
        (0, 101),
    ]
    assert 2 not in months
    undone_at_once = _months(_allocated(undone_on=date(2024, 1, 31)))
    assert (undone_at_once[1]["settled_minor"], undone_at_once[1]["worst_days_late"]) == (0, 11)  # 31 − 20


def test_payment_counts_from_the_day_the_receipt_exists() -> None:
    months = _months(_allocated(on=date(2024, 1, 2)))
    assert months[1]["worst_days_late"] == 5  # the receipt is of 25 January


def test_last_month_is_cut_at_the_end(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + "C1,A,2024-01-01,2024-01-20,2024-02-25,CNY,10\n").book
    rows = payment_record(book, START, date(2024, 2, 10)).rows()
    assert [(r["month"].month, r["worst_days_late"], r["settled_minor"]) for r in rows] == [(1, 11, 0), (2, 21, 0)]


def test_record_of_several_currencies_and_in_one(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + "C1,A,2024-01-01,2024-01-20,2024-01-20,CNY,70\nC1,B,2024-01-01,2024-02-20,,USD,10\n").book
    assert [(r["currency"], r["open_minor"]) for r in payment_record(book, START, date(2024, 1, 31)).rows()] == [
        ("CNY", 0),
        ("USD", 1000),
    ]
    rates = [Rate("USD", Decimal("7.1"), date(2024, 1, 31))]
    (row,) = payment_record(book, START, date(2024, 1, 31), rates=rates, to="CNY").rows()
    assert (row["currency"], row["open_minor"], row["billed_minor"], row["settled_minor"]) == (
        "CNY",
        7100,
        14_100,
        7000,
    )
    with pytest.raises(CurrencyError):
        payment_record(book, START, END, to="CNY")


def test_why_names_the_documents_of_a_month(ledger: Callable[..., Any]) -> None:
    book = ledger(
        HEADER + "C1,A,2024-01-01,2024-01-20,2024-02-01,CNY,10\nC1,B,2024-03-01,2024-03-20,2024-03-02,CNY,10\n"
    ).book
    figures = payment_record(book, START, END)
    assert figures.why(customer="C1", month=date(2024, 2, 1)).documents["document"].to_pylist() == ["A"]  # type: ignore[arg-type]
    assert figures.why(customer="C1", month=date(2024, 3, 1)).documents["document"].to_pylist() == ["B"]  # type: ignore[arg-type]


def test_book_of_open_items_only_has_no_record(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + "C1,A,2024-01-01,2024-01-20,2024-02-01,CNY,10\n").book
    with pytest.raises(NeedsSales):
        payment_record(replace(book, complete=False), START, END)
    with pytest.raises(UsageError):
        payment_record(book, END, START)
    assert payment_record(Book(), START, END).rows() == []


@pytest.mark.parametrize("seed", range(12))
def test_columns_agree_with_counting_month_by_month(seed: int) -> None:
    random = np.random.default_rng(seed)
    day = date(2023, 12, 1)
    kinds = ("invoice", "debit_note", "credit_note", "receipt", "bill", "retention")
    rows = []
    for i in range(60):
        kind = kinds[int(random.integers(len(kinds)))]
        issued = day + timedelta(int(random.integers(0, 150)))
        amount = int(random.integers(1, 500)) * (-1 if kind in ("credit_note", "receipt") else 1)
        due = [None, issued, issued + timedelta(int(random.integers(0, 60)))][int(random.integers(3))]
        rows.append({"id": i, "customer": f"C{random.integers(3)}", "kind": kind, "currency": "CNY", "amount_minor": amount,
                     "issue_on": issued, "posted_on": None if random.integers(3) else issued + timedelta(2), "due_on": due,
                     "source_file": "x", "source_row": i})  # fmt: skip
    debits = [r["id"] for r in rows if r["amount_minor"] > 0]
    credits = [r["id"] for r in rows if r["amount_minor"] < 0]
    links = []
    for _ in range(70):
        to = debits[int(random.integers(len(debits)))]
        on = day + timedelta(int(random.integers(0, 160)))
        source = credits[int(random.integers(len(credits)))] if random.integers(2) else None
        undone = on + timedelta(int(random.integers(-1, 60))) if not random.integers(4) else None
        links.append({"from_document": source, "to_document": to if source is None or random.integers(8) else None, "on": on,
                      "amount_minor": int(random.integers(1, 400)), "undone_on": undone, "origin": "given"})  # fmt: skip
    dates = {"issue_on", "posted_on", "due_on", "on", "undone_on"}
    tables = [
        {name: pa.array([r[name] for r in given], pa.date32() if name in dates else None) for name in given[0]}
        for given in (rows, links)
    ]
    book = Book(pa.table(tables[0]), pa.table(tables[1]))
    found = {(r["customer"], r["month"]): r for r in payment_record(book, START, END).rows()}
    begin = {r["id"]: r["posted_on"] or r["issue_on"] for r in rows}
    for month in (date(2024, m, 1) for m in (1, 2, 3, 4)):
        last = month_end(month)
        items = open_items(book, last)
        open_minor = {r["customer"]: r["total_minor"] for r in aging(items, edges=[30]).rows()}
        late: dict[str, list[int]] = {}
        settled: dict[str, int] = {}
        left = dict(zip(items.rows.tolist(), items.open_minor.tolist(), strict=True))
        for r in rows:
            due = r["due_on"] or r["issue_on"]
            if r["kind"] in ("invoice", "debit_note", "bill") and left.get(r["id"], 0) > 0 and due < last:
                late.setdefault(r["customer"], []).append((last - due).days)
        for link in links:
            to = link["to_document"]
            if to is None or rows[to]["kind"] == "retention":
                continue
            on = max(
                [link["on"], begin[to], *([begin[link["from_document"]]] if link["from_document"] is not None else [])]
            )
            if month <= on <= last and (link["undone_on"] is None or link["undone_on"] > last):
                customer = rows[to]["customer"]
                late.setdefault(customer, []).append((on - (rows[to]["due_on"] or rows[to]["issue_on"])).days)
                settled[customer] = settled.get(customer, 0) + link["amount_minor"]
        for customer in ("C0", "C1", "C2"):
            row = found.get((customer, month), {})
            assert row.get("open_minor", 0) == open_minor.get(customer, 0)
            assert row.get("settled_minor", 0) == settled.get(customer, 0)
            assert row.get("items", 0) == len(late.get(customer, []))
            assert row.get("worst_days_late") == max(late.get(customer, []), default=None)


def test_an_item_in_dispute_leaves_the_record_where_asked_and_stays_in_the_balance() -> None:
    late = {
        "id": [0], "customer": ["C1"], "kind": ["invoice"], "currency": ["CNY"], "amount_minor": [100], "issue_on": [date(2024, 1, 5)],
        "due_on": [date(2024, 1, 25)], "disputed_from": [date(2024, 2, 1)], "source_file": ["x"], "source_row": [1],
    }  # fmt: skip
    span = (date(2024, 1, 1), date(2024, 3, 31))
    counted = payment_record(Book(late), *span).rows()
    left_out = payment_record(Book(late), *span, disputed="leave_out").rows()
    assert [r["worst_days_late"] for r in counted] == [6, 35, 66]  # 25 January to the end of each month
    assert [r["worst_days_late"] for r in left_out] == [None, None, None]
    assert [r["open_minor"] for r in left_out] == [100, 100, 100]
