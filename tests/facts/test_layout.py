"""Titles, subtotals, repeated headers, group headings and footers are told apart from documents."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

HEADER = "customer,document,issue date,due date,currency,amount\n"
ONE = "C1,I-1,2024-01-01,2024-01-31,CNY,10.50\n"
TWO = "C2,I-2,2024-01-01,2024-01-31,CNY,20.25\n"


def _checks(reading: Any) -> list[str]:
    return [f.check for f in reading.findings]


def test_header_is_found_below_titles_and_blank_lines(ledger: Callable[..., Any]) -> None:
    reading = ledger("Open items,,,,,\nas of 2024-01-31,,,,,\n,,,,,\n" + HEADER + ONE + TWO)
    assert reading.book.documents["source_row"].to_pylist() == [5, 6]
    assert _checks(reading) == []


def test_header_repeated_on_a_new_page_is_no_row(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + ONE + HEADER + TWO)
    assert reading.book.documents["document"].to_pylist() == ["I-1", "I-2"]
    assert _checks(reading) == []


@pytest.mark.parametrize(
    "word",
    ["Total", "TOTAL", "Sub-total", "Subtotal", "Grand total", "Sum", "合计", "小计", "总计：", "C1 合计", "Total:"],
)
def test_total_row_is_compared_and_not_counted(word: str, ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + ONE + TWO + f"{word},,,,,30.75\n")  # 10.50 + 20.25
    assert _checks(reading) == ["total-row"]
    assert reading.source_totals[0].file == Decimal("30.75")
    assert reading.book.documents.num_rows == 2


def test_subtotals_and_a_grand_total_are_each_compared_with_their_own_rows(ledger: Callable[..., Any]) -> None:
    text = (
        HEADER
        + ONE
        + "Subtotal,,,,,10.50\n"
        + TWO
        + TWO.replace("I-2", "I-3")
        + "Subtotal,,,,,40.50\nGrand total,,,,,51.00\n"
    )
    reading = ledger(text)  # 10.50; 20.25 × 2 = 40.50; 51.00
    assert _checks(reading) == ["total-row"] * 3
    assert reading.source_totals[0].used_minor == 5100


def test_total_that_differs_by_one_cent_is_told_with_both_figures(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + ONE + TWO + "Total,,,,,30.74\n")
    (finding,) = reading.findings
    assert finding.check == "stated-total-differs"
    assert "states 30.74, the rows above add up to 30.75; difference -0.01" in finding.en


def test_customer_called_total_is_a_customer(ledger: Callable[..., Any]) -> None:
    text = "customer,customer name,document,issue date,due date,currency,amount\n"
    reading = ledger(
        text
        + "T1,Total Gas Ltd,I-1,2024-01-01,2024-01-31,CNY,10.50\nT2,TotalEnergies,I-2,2024-01-01,2024-01-31,CNY,1\n"
    )
    assert reading.book.documents.num_rows == 2
    assert _checks(reading) == []


def test_document_whose_number_begins_with_total_is_a_document(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + "C1,TOTAL-7,2024-01-01,2024-01-31,CNY,10.50\n")
    assert reading.book.documents["document"].to_pylist() == ["TOTAL-7"]


def test_nameless_sum_under_the_column_is_a_total(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + ONE + TWO + ",,,,,30.75\n")
    assert _checks(reading) == ["total-row"]


def test_nameless_amount_that_is_no_sum_is_a_row_without_customer(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + ONE + TWO + ",,,,CNY,30.76\n")
    assert _checks(reading) == ["blank-customer"]
    assert reading.source_totals[0].rejected == Decimal("30.76")


def test_footer_text_is_counted_with_its_first_words(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + ONE + "Printed by Li Wei,,,,,\nPage 1 of 1,,,,,\n")
    (finding,) = reading.findings
    assert (finding.check, finding.count, finding.where) == ("text-rows", 2, "ledger.csv!3")
    assert '"Printed by Li Wei"' in finding.en


def test_two_level_header_is_read_as_one(ledger: Callable[..., Any]) -> None:
    text = "客户编码,单据编号,开票日期,到期日,币种,借方,贷方\n,,,,,金额,金额\nC1,I-1,2024-01-01,2024-01-31,CNY,10.50,\n"
    reading = ledger(text)
    assert reading.book.documents["amount_minor"].to_pylist() == [1050]


def test_rows_without_any_cell_are_no_rows(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + ",,,,,\n" + ONE + " , ,,,,\n" + TWO)
    assert [s.rows for s in reading.sources] == [2]
    assert _checks(reading) == []
