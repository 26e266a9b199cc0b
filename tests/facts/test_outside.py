"""Control figures and rates from files: all sheets that fit, and nothing guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditlib.errors import MappingError, UsageError
from creditlib.facts.outside import read_control, read_rates

DAY = date(2024, 6, 30)


def _workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def _csv(folder: Path, text: str) -> Path:
    (folder / "c.csv").write_text(text, encoding="utf-8")
    return folder / "c.csv"


def test_control_figures_of_all_sheets_that_fit_are_read(tmp_path: Path) -> None:
    head = ["entity", "account", "currency", "balance"]
    path = _workbook(
        tmp_path / "c.xlsx",
        {
            "Notes": [["Prepared by", "Li"], ["Reviewed by", "Wang"]],
            "1000": [head, ["1000", "1122", "CNY", 12.5]],
            "2000": [head, ["2000", "1122", "CNY", 7]],
        },
    )
    assert [(c.entity, c.balance) for c in read_control(path)] == [("1000", Decimal("12.5")), ("2000", Decimal(7))]


def test_ledger_beside_the_control_sheet_is_not_taken_for_control_figures(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "c.xlsx",
        {
            "AR": [["customer", "document", "due date", "currency", "balance"], ["C1", "I-1", "2024-06-30", "CNY", 99]],
            "GL": [["account", "currency", "balance"], ["1122", "CNY", 12.5]],
        },
    )
    assert [c.balance for c in read_control(path)] == [Decimal("12.5")]


@pytest.mark.parametrize("row", ["1131,CNY,", "1131,,", ",CNY,"])
def test_account_without_a_balance_is_refused_never_left_out(row: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"c.csv!3: .* has no balance"):
        read_control(_csv(tmp_path, f"account,currency,balance\n1122,CNY,5\n{row}\n1141,CNY,7\n"))


def test_title_above_and_footer_below_control_figures_are_no_accounts(tmp_path: Path) -> None:
    text = "account,currency,balance\nReceivables,,\n1122,CNY,5\n1131,CNY,7\nTotal,,12\nEnd of list,,\n"
    assert [c.account for c in read_control(_csv(tmp_path, text))] == ["1122", "1131"]


def test_total_of_control_figures_that_differs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r'"Total" states 12.01, the rows above add up to 12; difference 0.01'):
        read_control(_csv(tmp_path, "account,currency,balance\n1122,CNY,5\n1131,CNY,7\nTotal,,12.01\n"))


def test_rates_of_all_sheets_that_fit_are_read_and_the_latest_stands(tmp_path: Path) -> None:
    head = ["date", "from", "to", "rate"]
    path = _workbook(
        tmp_path / "r.xlsx",
        {
            "USD": [head, [date(2024, 6, 28), "USD", "CNY", 7.12], [date(2024, 6, 27), "USD", "CNY", 7.11]],
            "EUR": [head, [date(2024, 6, 28), "EUR", "CNY", 7.66], [date(2024, 7, 1), "EUR", "CNY", 9]],
        },
    )
    found = [(r.currency, r.rate, r.on) for r in read_rates(path, "CNY", DAY)]
    assert found == [("EUR", Decimal("7.66"), date(2024, 6, 28)), ("USD", Decimal("7.12"), date(2024, 6, 28))]


def test_file_that_fits_nothing_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        read_control(_csv(tmp_path, "apples,pears\n1,2\n"))
    assert caught.value.en == (
        "c.csv: no column means a balance. Best header row found: apples, pears. "
        "Name its columns entity, account, currency, balance."
    )
    assert (
        caught.value.zh
        == "c.csv：找不到表示余额的列。最像表头的一行：apples, pears。请将各列命名为：公司、科目、币种、余额。"
    )


def test_a_control_balance_that_happens_to_be_the_sum_of_those_above_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "control.csv"
    path.write_text("entity,account,currency,balance\n01,1122,CNY,3500.50\n02,2203,CNY,-300\n03,1122,CNY,3200.50\n")
    assert [c.entity for c in read_control(path)] == ["01", "02", "03"]  # 3,500.50 − 300 = 3,200.50
