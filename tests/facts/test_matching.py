"""Allocations a source tells: who paid what, on which day, and what could not be applied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

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


# --------------------------------------------------------------------------------------------- rows that can't be applied

PAIR = HEADER + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,50\nC1,R-1,receipt,2024-01-10,,CNY,-50\n"


@pytest.mark.parametrize("column", ["undone date", "entry date"])
def test_row_whose_undoing_or_entry_date_is_no_date_is_told_and_not_applied(
    column: str, ledger: Callable[..., Any]
) -> None:
    reading = ledger(
        PAIR, sheets={"links": f"from document,to document,amount,date,{column}\nR-1,I-1,50,2024-01-10,soon\n"}
    )
    assert reading.book.allocations.num_rows == 0
    assert [(f.check, f.where) for f in reading.findings] == [("allocation-unusable", "links.csv!2")]
    assert f'"R-1" to "I-1": {column} "soon" is no date; not applied.' in reading.findings[0].en
    assert f"{column}“soon”不是日期" in reading.findings[0].zh


@pytest.mark.parametrize("column", ["date", "undone date", "entry date"])
@pytest.mark.parametrize(
    ("days", "check"),
    [(("05/06/2024", "07/06/2024"), "ambiguous-date"), (("31/05/2024", "05/31/2024"), "mixed-date-orders")],
)
def test_column_of_dates_that_reads_in_two_ways_is_one_finding_and_its_rows_are_not_applied(
    column: str, days: tuple[str, str], check: str, ledger: Callable[..., Any]
) -> None:
    head = "from document,to document,amount,date" + ("" if column == "date" else f",{column}") + "\n"
    lines = [f"R-1,I-1,10,{day}\n" if column == "date" else f"R-1,I-1,10,2024-01-10,{day}\n" for day in days]
    last = "" if column == "date" else "R-1,I-1,5,2024-01-10,\n"
    reading = ledger(PAIR, sheets={"links": head + "".join(lines) + last})
    assert [(f.check, f.count, f.where) for f in reading.findings] == [(check, 2, "links.csv")]
    assert "none of its 2 rows was used" in reading.findings[0].en
    assert reading.book.allocations["amount_minor"].to_pylist() == ([500] if last else [])


def test_row_without_a_date_or_of_an_amount_that_rounds_to_nothing_is_told(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        PAIR, sheets={"links": LINKS + "R-1,I-1,50,\nR-1,I-1,0.001,2024-01-10\nR-1,I-1,12.25,2024-01-10\n"}
    )
    told = [
        (f.check, f.where, f.en.split(": ")[1].split(";")[0])
        for f in reading.findings
        if f.check == "allocation-unusable"
    ]
    assert told == [
        ("allocation-unusable", "links.csv!2", "it has no date"),
        ("allocation-unusable", "links.csv!3", "its amount rounds to 0"),
    ]
    assert reading.book.allocations["amount_minor"].to_pylist() == [1225]


def test_row_of_more_than_fifteen_digits_is_told_and_not_applied(ledger: Callable[..., Any]) -> None:
    reading = ledger(PAIR, sheets={"links": LINKS + "R-1,I-1,12345678901234567.5,2024-01-10\n"})
    assert ["its amount has more than 15 digits" in f.en for f in reading.findings] == [True]
    assert reading.book.allocations.num_rows == 0


def test_amounts_of_more_decimals_than_the_currency_are_rounded_and_told(ledger: Callable[..., Any]) -> None:
    reading = ledger(PAIR, sheets={"links": LINKS + "R-1,I-1,10.005,2024-01-10\nR-1,I-1,20.50,2024-01-10\n"})
    assert reading.book.allocations["amount_minor"].to_pylist() == [1001, 2050]
    # 10.005 − 10.01 = −0.005
    assert [f.line("en") for f in reading.findings] == [
        "links.csv: 1 amount has more decimals than CNY; each was rounded half up; file less used: -0.005. "
        "Nothing, if the source computes with more decimals. [rounded-amounts]"
    ]


def test_allocations_to_a_ledger_of_which_nothing_was_used_are_told_row_by_row(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,fifty\n", sheets={"links": LINKS + "R-1,I-1,50,2024-01-10\n"}
    )
    assert [(f.check, f.where) for f in reading.findings] == [
        ("unreadable-amount", "ledger.csv!G2"),
        ("allocation-not-found", "links.csv!2"),
    ]
    assert reading.book.allocations.num_rows == 0


def test_blank_number_is_shown_as_a_dash(ledger: Callable[..., Any]) -> None:
    reading = ledger(PAIR, sheets={"links": LINKS + ",I-1,50,2024-01-10\n"})
    assert [f.en for f in reading.findings] == [
        '50 from "–" to "I-1": "–" is not among the documents; not applied. Give the file with that document too.'
    ]


def test_row_that_names_what_it_pays_but_has_no_date_or_is_no_credit_is_told(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,type,issue date,due date,currency,amount,applied to\n"
        "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,50,\n"
        "C1,R-1,receipt,,,CNY,-20,I-1\n"
        "C1,I-2,invoice,2024-01-02,2024-01-31,CNY,7,I-1\n"
        "C1,R-2,receipt,2024-01-10,,CNY,-30,I-1\n"
        "C1,R-3,receipt,2024-01-11,,CNY,-1,R-3\n"  # names itself: not applied yet
    )
    assert [row[:3] for row in _links(reading)] == [(3, 0, 3000)]
    told = [(f.where, f.en, f.amount_minor) for f in reading.findings if f.check == "allocation-unusable"]
    assert told == [
        (
            "ledger.csv!3",
            'from "R-1" to "I-1": it has no date; not applied. Correct the allocation in the source.',
            2000,
        ),
        (
            "ledger.csv!4",
            'from "I-2" to "I-1": it is no credit, so it can pay nothing; not applied. '
            "Correct the allocation in the source.",
            700,
        ),
    ]


def test_same_number_of_two_companies_is_told_apart_by_the_company(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "company code,"
        + HEADER
        + "A,C1,I-1,invoice,2024-01-01,2024-01-31,CNY,50\nB,C1,I-1,invoice,2024-01-01,2024-01-31,CNY,50\n"
        + "B,C1,R-1,receipt,2024-01-10,,CNY,-50\n",
        sheets={"links": "company code,from document,to document,amount,date\nB,R-1,I-1,50,2024-01-10\n"},
    )
    assert [row[:2] for row in _links(reading)] == [(2, 1)]
