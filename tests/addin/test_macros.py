"""Macros on a workbook file, from an empty one to a closing workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from creditlib_addin import call
from creditlib_addin.desk import Desk
from creditlib_addin.hosts.file_book import FileBook
from creditlib_addin.macros import MACROS, run_macro
from creditlib_addin.settings import load_settings
from macro_work import answer, connected_work, work  # noqa: F401  (fixtures)
from openpyxl import load_workbook


def test_first_the_questions_are_laid_out_then_the_answers_are_taken(connected_work: FileBook) -> None:
    first, second = connected_work.told
    assert "Fill in" in first
    assert "3,149 documents, 60 customers, as of 2026-10-31" in second
    chosen = load_settings()
    assert chosen.as_of == date(2026, 10, 31)
    assert chosen.currency == "CNY"
    assert call("CREDITEXPOSURE", "C-7003", desk=Desk()) == 15_200
    found = connected_work.read("Findings")
    assert found[0] == ["Severity", "Where", "Finding", "Check"]
    assert found[1][0] == "▲ must act"
    assert any(row[3] == "blank-customer" for row in found)


def test_a_blank_folder_and_a_wrong_answer_are_told_and_nothing_is_kept(work: FileBook) -> None:
    run_macro("connect_book", work, Desk())
    run_macro("connect_book", work, Desk())
    assert "blank" in work.told[-1]
    answer(work, "book", "book")
    answer(work, "ledger", "sample/nothing.csv")
    run_macro("connect_book", work, Desk())
    assert "nothing.csv" in work.told[-1]
    answer(work, "ledger", "sample/documents.csv", "sample/documents.csv")
    run_macro("connect_book", work, Desk())
    assert "given twice" in work.told[-1]
    answer(work, "ledger", "sample/documents.csv", None)
    answer(work, "as_of", "05/06/2026")
    run_macro("connect_book", work, Desk())
    assert "2026-05-06" in work.told[-1]
    answer(work, "as_of", None)
    answer(work, "language", "klingon")
    run_macro("connect_book", work, Desk())
    assert "klingon" in work.told[-1]
    assert load_settings().book is None
    assert not (Path(str(work.path)).parent / "book").exists()


def test_refresh_imports_anew_what_changed_and_nothing_else(connected_work: FileBook, tmp_path: Path) -> None:
    run_macro("refresh", connected_work, Desk())
    assert "No file has changed" in connected_work.told[-1]
    path = tmp_path / "sample" / "customers.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("C-7003", "C-7777"), encoding="utf-8")
    run_macro("close_month", connected_work, Desk())
    assert "Refresh first" in connected_work.told[-1]
    assert connected_work.shown == []
    run_macro("refresh", connected_work, Desk())
    assert "customers.csv" in connected_work.told[-1]
    assert call("CREDITGET", "C-7777", "currency", desk=Desk()) == "CNY"


def test_the_month_is_closed_into_a_workbook_that_never_replaces_another(
    connected_work: FileBook, tmp_path: Path
) -> None:
    for _ in range(2):
        run_macro("close_month", connected_work, Desk())
    assert "Closing workbook written" in connected_work.told[-1], connected_work.told[-1]
    assert [p.name for p in connected_work.shown] == ["close-2026-10.xlsx", "close-2026-10-2.xlsx"]
    made = load_workbook(tmp_path / "out" / "close-2026-10.xlsx", data_only=True)
    cells = [c.value for row in made["Aging"].iter_rows() for c in row if isinstance(c.value, int | float)]
    aged = call("CREDITAGING", "*", desk=Desk())
    assert any(abs(value - sum(aged[0])) < 0.005 for value in cells), "the total of the sheet is that of the cells"


def test_the_selected_customer_is_reviewed(connected_work: FileBook) -> None:
    run_macro("review_customer", connected_work, Desk())
    (path,) = connected_work.shown
    made = load_workbook(path, data_only=True)
    texts = [str(c.value) for ws in made for row in ws.iter_rows() for c in row if c.value is not None]
    assert any("C-7003" in text for text in texts)
    connected_work.workbook.worksheets[0]["A1"] = None
    run_macro("review_customer", connected_work, Desk())
    assert "Select a cell" in connected_work.told[-1]
    connected_work.workbook.worksheets[0]["A1"] = "C-703"
    run_macro("review_customer", connected_work, Desk())
    assert "Did you mean" in connected_work.told[-1]
    assert len(connected_work.shown) == 1


def figure(book: FileBook, name: str, sheet: str = "Terms what-if") -> list[Any]:
    return next(list(row[1:4]) for row in book.read(sheet) if row[0] == name)


def test_terms_are_worked_out_where_they_stand_and_again_when_the_scenario_changes(connected_work: FileBook) -> None:
    run_macro("terms_what_if", connected_work, Desk())
    assert figure(connected_work, "Profit after credit cost")[2] == 0
    sheet = connected_work.workbook["Terms what-if"]
    for row in sheet.iter_rows():
        if row[0].value == "Net days":
            row[2].value = 60
    run_macro("terms_what_if", connected_work, Desk())
    changes = [["net days", 60]]
    desk = Desk()
    assert figure(connected_work, "Profit after credit cost")[2] == call(
        "CREDITTERMNPV", "C-7003", changes, "profit", desk=desk
    )
    assert figure(connected_work, "Net present value")[2] == call("CREDITTERMNPV", "C-7003", changes, "npv", desk=desk)
    assert figure(connected_work, "DSO, days")[2] == call("CREDITTERMNPV", "C-7003", changes, "dso_days", desk=desk)
    for row in sheet.iter_rows():
        if row[0].value == "Net days":
            row[2].value = "many"
    run_macro("terms_what_if", connected_work, Desk())
    assert "many" in connected_work.told[-1]


def test_functions_are_listed_in_the_language_switched_to_and_texts_stay_texts(connected_work: FileBook) -> None:
    run_macro("switch_language", connected_work, Desk())
    assert "中文" in connected_work.told[-1]
    run_macro("list_functions", connected_work, Desk())
    connected_work.save()
    made = load_workbook(str(connected_work.path))["信用函数"]
    example = next(row[2] for row in made.iter_rows() if row[2].value and str(row[2].value).startswith("=CREDITSCORE"))
    assert example.data_type == "s"
    run_macro("help", connected_work, Desk())
    assert "CREDITWHY" in connected_work.told[-1]
    assert "2026-10-31" in connected_work.told[-1]


def test_every_macro_tells_what_is_missing_without_a_connected_book(work: FileBook) -> None:
    work.workbook.worksheets[0]["A1"] = "C-1"
    work.select = f"{work.workbook.worksheets[0].title}!A1"
    for name in ("refresh", "close_month", "review_customer", "terms_what_if"):
        run_macro(name, work, Desk())
        assert "connect" in work.told[-1], name
    assert set(MACROS) == {
        "connect_book", "refresh", "close_month", "review_customer", "terms_what_if", "submit_limit", "list_pending",
        "decide_pending", "list_functions", "switch_language", "help",
    }  # fmt: skip
