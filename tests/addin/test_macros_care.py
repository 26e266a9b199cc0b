"""What macros must not do: touch what a person made, keep what is no longer true, take what can't be, or tell half."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from creditlib_addin import call
from creditlib_addin.desk import Desk
from creditlib_addin.hosts.file_book import FileBook
from creditlib_addin.macros import run_macro
from creditlib_addin.settings import load_settings
from macro_work import answer, connected_work, work  # noqa: F401  (fixtures)


def cells(book: FileBook, sheet: str = "Terms what-if") -> dict[str, Any]:
    return {row[0]: row[1:4] for row in book.read(sheet) if row and row[0]}


def change(book: FileBook, label: str, column: int, value: Any, sheet: str = "Terms what-if") -> None:
    for row in book.workbook[sheet].iter_rows():
        if row[0].value == label:
            row[column].value = value
            return
    raise AssertionError(label)


def test_sheets_a_person_made_are_left_alone_whatever_they_are_called(work: FileBook) -> None:
    for name in ("Credit", "Findings", "Terms what-if", "Credit functions"):
        work.workbook.create_sheet(name)["A1"] = "my notes"
    run_macro("connect_book", work, Desk())
    assert "Credit 2" in work.told[-1]
    answer(work, "book", "book", sheet="Credit 2")
    answer(work, "ledger", "sample/documents.csv", "sample/allocations.csv", "sample/customers.csv", sheet="Credit 2")
    run_macro("connect_book", work, Desk())
    run_macro("list_functions", work, Desk())
    work.workbook.worksheets[0]["A1"] = "C-7003"
    work.select = f"{work.workbook.worksheets[0].title}!A1"
    run_macro("terms_what_if", work, Desk())
    assert [
        work.workbook[name]["A1"].value for name in ("Credit", "Findings", "Terms what-if", "Credit functions")
    ] == ["my notes"] * 4
    assert {"Findings 2", "Terms what-if 2", "Credit functions 2"} <= set(work.sheets())


def test_another_customers_what_if_begins_anew(connected_work: FileBook) -> None:
    run_macro("terms_what_if", connected_work, Desk())
    for label, value in (("Variable cost", 0.5), ("Bad debt", 0.3)):
        change(connected_work, label, 2, value)
    run_macro("terms_what_if", connected_work, Desk())
    connected_work.workbook.worksheets[0]["A1"] = "C-7008"
    run_macro("terms_what_if", connected_work, Desk())
    found = cells(connected_work)
    assert found["Customer"][0] == "C-7008"
    assert found["Variable cost"][:2] == [None, None]
    assert found["Bad debt"][:2] == [None, None]
    run_macro("terms_what_if", connected_work, Desk())
    assert cells(connected_work)["Profit after credit cost"][2] == 0


def test_one_sheet_is_worked_out_whatever_the_language(connected_work: FileBook) -> None:
    run_macro("terms_what_if", connected_work, Desk())
    run_macro("switch_language", connected_work, Desk())
    change(connected_work, "Net days", 2, 200)
    run_macro("terms_what_if", connected_work, Desk())
    assert "Terms what-if" in connected_work.told[-1]
    assert cells(connected_work)["应收账款周转天数"][2] == pytest.approx(170)  # 200 days instead of 30


def test_a_note_between_the_inputs_hides_none_of_them_and_a_label_nobody_knows_is_refused(
    connected_work: FileBook,
) -> None:
    run_macro("terms_what_if", connected_work, Desk())
    sheet = connected_work.workbook["Terms what-if"]
    sheet.insert_rows(6, 2)
    sheet["A6"] = "as agreed with sales"
    change(connected_work, "Late days", 2, 99)
    fixed = cells(connected_work)["Fixed cost"]
    run_macro("terms_what_if", connected_work, Desk())
    assert cells(connected_work)["DSO, days"][1] == 30 + 99
    assert cells(connected_work)["Fixed cost"][:2] == fixed[:2]
    for row in sheet.iter_rows():
        if row[0].value == "Net days":
            row[0].value = "Netto"
    run_macro("terms_what_if", connected_work, Desk())
    assert "Netto" in connected_work.told[-1]


def test_a_memo_below_the_answer_stays(connected_work: FileBook) -> None:
    run_macro("terms_what_if", connected_work, Desk())
    sheet = connected_work.workbook["Terms what-if"]
    last = sheet.max_row
    sheet.cell(last + 4, 1).value = "call the customer"
    run_macro("terms_what_if", connected_work, Desk())
    assert sheet.cell(last + 4, 1).value == "call the customer"


def test_findings_that_are_gone_are_gone_from_the_sheet(connected_work: FileBook, tmp_path: Path) -> None:
    assert any(row[3] == "blank-customer" for row in connected_work.read("Findings"))
    clean = "customer,document,invoice date,due date,amount\nA,I-1,2026-08-01,2026-09-01,5\n"
    (tmp_path / "clean.csv").write_text(clean, encoding="utf-8")
    answer(connected_work, "ledger", "clean.csv", None, None)
    for name in ("credit_files", "orders", "limits", "events", "sales"):
        answer(connected_work, name, None, None)
    answer(connected_work, "home", "CNY")
    run_macro("connect_book", connected_work, Desk())
    texts = [str(cell) for row in connected_work.read("Findings")[1:] for cell in row if cell]
    assert not any("blank-customer" in text for text in texts)


@pytest.mark.parametrize(
    ("question", "wrong", "told"),
    [
        ("currency", "XX", "XX"),
        ("rates", "nothing.csv", "nothing.csv"),
        ("policy", "sample/sales.csv", "sales.csv"),
        ("date_order", "often", "often"),
    ],
)
def test_what_no_cell_could_use_is_told_and_nothing_is_kept(
    question: str,
    wrong: str,
    told: str,
    connected_work: FileBook,
) -> None:
    before = load_settings()
    answer(connected_work, question, wrong)
    run_macro("connect_book", connected_work, Desk())
    assert told in connected_work.told[-1]
    assert load_settings() == before
    assert call("CREDITEXPOSURE", "C-7003", desk=Desk()) == 15_200


def test_rates_without_a_currency_are_refused_and_paths_are_kept_whole(
    connected_work: FileBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Path(load_settings().rates or "").is_absolute()
    monkeypatch.chdir("/")
    assert call("CREDITEXPOSURE", "C-7003", desk=Desk()) == 15_200
    answer(connected_work, "currency", None)
    run_macro("connect_book", connected_work, Desk())
    assert "rates need the currency" in connected_work.told[-1]


def test_a_book_nothing_could_be_read_into_does_not_replace_one_that_answers(
    connected_work: FileBook, tmp_path: Path
) -> None:
    bad = "customer,document,invoice date,due date,amount\nA,I-1,05/06/2026,05/06/2026,5\n"
    (tmp_path / "bad.csv").write_text(bad, encoding="utf-8")
    answer(connected_work, "ledger", "bad.csv", None, None)
    for name in ("credit_files", "orders", "limits", "events", "sales"):
        answer(connected_work, name, None, None)
    run_macro("connect_book", connected_work, Desk())
    assert "no book is made" in connected_work.told[-1]
    assert call("CREDITEXPOSURE", "C-7003", desk=Desk()) == 15_200


def test_a_language_asked_for_once_is_that_of_the_answer(connected_work: FileBook) -> None:
    run_macro("list_functions", connected_work, Desk(), "zh")
    assert "信用函数" in connected_work.sheets()
    assert load_settings().language == "en"


def test_a_macro_that_writes_nothing_leaves_the_file_as_it_was(connected_work: FileBook) -> None:
    path = connected_work.save()
    before = path.read_bytes()
    again = FileBook(path)
    run_macro("help", again, Desk())
    run_macro("review_customer", again, Desk())
    again.save()
    assert path.read_bytes() == before


def test_a_sheet_somebody_added_rows_to_is_left_for_another_customer(connected_work: FileBook) -> None:
    run_macro("terms_what_if", connected_work, Desk())
    sheet = connected_work.workbook["Terms what-if"]
    sheet.insert_rows(9)
    sheet["A9"] = "my remark"
    connected_work.workbook.worksheets[0]["A1"] = "C-7008"
    run_macro("terms_what_if", connected_work, Desk())
    assert sheet["A9"].value == "my remark"
    assert cells(connected_work, "Terms what-if 2")["Customer"][0] == "C-7008"


def test_a_grade_is_laid_out_like_a_customer(connected_work: FileBook) -> None:
    run_macro("terms_what_if", connected_work, Desk())
    connected_work.workbook.worksheets[0]["A1"] = "B"
    run_macro("terms_what_if", connected_work, Desk())
    assert cells(connected_work)["Customer"][0] == "B"


def test_notes_below_the_findings_stay(connected_work: FileBook) -> None:
    sheet = connected_work.workbook["Findings"]
    sheet.cell(sheet.max_row + 2, 1).value = "ask Ms Wu"
    last = sheet.max_row
    run_macro("connect_book", connected_work, Desk())
    assert sheet.cell(last, 1).value == "ask Ms Wu"
