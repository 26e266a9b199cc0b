"""Due dates where the source gives none: looked up, read from words, split into instalments, or said to be missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditlib.facts.due import look_up, term_codes

HEADER = "customer,document,issue date,terms,shipped on,currency,amount\n"


def _due(reading: Any) -> list[Any]:
    return reading.book.documents["due_on"].to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("terms", "due"),
    [
        ("net 30", date(2024, 3, 30)),  # 29 February + 30
        ("NT30", date(2024, 3, 30)),
        ("NT0A", date(2024, 6, 8)),  # 100 days, though the digits say 0
        ("月结30天", date(2024, 3, 31)),
        ("2/10 net 30", date(2024, 3, 30)),
    ],
)
def test_terms_of_the_row_give_the_due_date(terms: str, due: date, ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + f"C1,I-1,2024-02-29,{terms},,CNY,10\n")
    assert _due(reading) == [due]
    assert reading.book.documents["due_from"].to_pylist() == ["terms"]


def test_code_nobody_explained_is_never_sliced() -> None:
    assert look_up("NT60X", {}) is None
    assert look_up("ZN04", {}) is None
    assert all(look_up(code, {}) is not None for code in term_codes())


def test_own_dictionary_stands_before_the_codes_that_ship(ledger: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(
        '[columns]\ncustomer = "customer"\ndocument = "document"\nissue_on = "issue date"\nterms = "terms"\namount = "amount"\n'
        'currency = "currency"\n[terms]\nNT30 = "net 45"\nZ1 = "net 10"\n',
        encoding="utf-8",
    )
    reading = ledger(
        HEADER + "C1,I-1,2024-01-01,NT30,,CNY,10\nC1,I-2,2024-01-01,z1,,CNY,10\n", mapping=tmp_path / "map.toml"
    )
    assert _due(reading) == [date(2024, 2, 15), date(2024, 1, 11)]


def test_term_from_shipment_counts_from_its_day_or_says_provisional(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + "C1,I-1,2024-01-01,货到30天,2024-01-10,CNY,10\nC1,I-2,2024-01-01,货到30天,,CNY,10\n")
    assert _due(reading) == [date(2024, 2, 9), date(2024, 1, 31)]
    assert [f.count for f in reading.findings if f.check == "provisional-due-date"] == [1]


def test_term_of_instalments_makes_one_item_each_and_loses_no_cent(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + 'C1,I-1,2024-01-01,"30% 15 days, 70% 45 days",,CNY,100.01\n')
    # 0.30 × 100.01 = 30.003 → 30.00; 100.01 − 30.00 = 70.01
    assert reading.book.documents["amount_minor"].to_pylist() == [3000, 7001]
    assert _due(reading) == [date(2024, 1, 16), date(2024, 2, 15)]
    assert reading.book.documents["source_row"].to_pylist() == [2, 2]


def test_due_date_given_stands_before_the_terms(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,due date,terms,currency,amount\nC1,I-1,2024-01-01,2024-01-05,net 30,CNY,10\n"
    )
    assert _due(reading) == [date(2024, 1, 5)]
    assert reading.findings == ()


def test_receipt_needs_no_due_date(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,type,issue date,due date,currency,amount\n"
        "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,100\nC1,R-1,receipt,2024-01-05,,CNY,-10\n"
    )
    assert reading.findings == ()


def test_item_without_due_date_is_due_on_the_day_its_finding_names(ledger: Callable[..., Any]) -> None:
    from creditlib.days import day_of
    from creditlib.facts.open_items import open_items

    reading = ledger("customer,document,issue date,posting date,currency,amount\nC1,I-1,2024-01-10,2024-01-15,CNY,10\n")
    (finding,) = reading.findings
    items = open_items(reading.book, date(2024, 1, 31))
    assert f"due on the invoice date {day_of(items.due_on[0])}" in finding.en
