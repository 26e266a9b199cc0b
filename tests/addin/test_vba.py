"""Every case of the table through the VBA of the built add-in, run by pyOpenVBA and answered by xlwings' own server."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pywin32
import table
from creditlib_addin.hosts.xlam import build
from creditlib_addin.settings import Settings
from creditlib_addin.values import ERRORS, CellError
from excel_model import Book
from pyopenvba.exceptions import VBARuntimeError
from pyopenvba.interpreter._values import NOTHING, VBADate

NOT_AVAILABLE = {"en": "not available in Excel for macOS", "zh": "macOS 版 Excel 不支持"}


@pytest.fixture(scope="module")
def addins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    pywin32.install()
    folder = tmp_path_factory.mktemp("addin")
    return {"en": build(folder / "en.xlam", "en"), "zh": build(folder / "zh.xlam", "zh")}


@pytest.fixture(scope="module")
def excel(addins: dict[str, Path]) -> Book:
    return Book(addins["en"])


@pytest.fixture(autouse=True)
def _connected(connected: Settings) -> None:
    from creditlib_addin import desk

    desk.desk().forget()


@pytest.mark.parametrize("case", table.cases(), ids=lambda case: case.id)
def test_case_through_the_wrapper(case: table.Case, excel: Book) -> None:
    given = [one if one is table.MISSING else excel.put(one) for one in case.arguments]
    if case.expected("vba") is table.REFUSED:
        with pytest.raises(VBARuntimeError):
            excel.call(case.function, *given)
        return
    found = excel.call(case.function, *given)
    assert table.alike(found, case.expected("vba")), (found, excel.call("CREDITWHY", case.function, *given))
    if case.told("vba"):
        assert case.told("vba") in excel.call("CREDITWHY", case.function, *given)


def test_what_is_typed_into_a_formula_comes_as_it_is(excel: Book) -> None:
    assert excel.call("CREDITWCR", 150.0, 80.0, 60.0) == 170
    assert excel.call("CREDITDAYS", 100.0, 900.0) == excel.call("CREDITDAYS", 100.0, 900.0, 365.0)
    assert "is blank" in excel.call("CREDITWHY", "CREDITWCR", 150.0, excel.put(None), 60.0)


@pytest.mark.parametrize("error", sorted(ERRORS))
def test_each_error_goes_through_as_a_real_one(error: str, excel: Book) -> None:
    assert excel.call("CREDITWCR", excel.put(ERRORS[error]), 1.0, 1.0) == CellError(error)


def test_one_row_of_results_keeps_its_shape(excel: Book) -> None:
    across = excel.put([["C-7003", "C-9999"]])
    assert excel.call("CREDITSCORE", across) == [[622, CellError("#N/A")]]


def test_a_whole_column_is_read_down_to_the_last_row_in_use(excel: Book) -> None:
    excel.put([["C-7003"]])
    column = excel.sheet.sheet.vba_get("Range", ["A:A"])
    excel.server.calls.clear()
    excel.call("CREDITSCORE", column)
    (_, _, passed, *_), used = excel.server.calls[-1], excel.next_row
    assert used - 3 <= len(passed) <= used


def test_a_range_in_several_pieces_is_refused(excel: Book) -> None:
    pieces = excel.sheet.sheet.vba_get("Range", ["A1:A2,C1:C2"])
    assert excel.call("CREDITSCORE", pieces) == CellError("#REF!")


def test_days_of_a_workbook_that_counts_from_1904(addins: dict[str, Path], excel: Book) -> None:
    other = Book(addins["en"], from_1904=True)
    try:
        serial = float((table.AS_OF - date(1904, 1, 1)).days)
        assert other.call("CREDITSCORE", other.put("C-7003"), serial) == 622
        assert other.server.calls[-1][1] == 1904
        assert other.call("CREDITDUEDATE", "net 30", float((date(2026, 1, 31) - date(1904, 1, 1)).days)) == float(
            (date(2026, 3, 2) - date(1904, 1, 1)).days
        )
        cell = other.put(None)  # a date cell there holds 1,462 less than one that counts from 1900
        cell.vba_set("Value", VBADate((date(2026, 1, 31) - date(1904, 1, 1)).days))
        assert other.call("CREDITDUEDATE", "net 30", cell) == float((date(2026, 3, 2) - date(1904, 1, 1)).days)
        assert other.server.calls[-1][3].date() == date(2026, 1, 31)
    finally:
        excel._add_what_excel_has()  # the model keeps these for all books


def test_called_by_a_macro_days_are_counted_from_1900(addins: dict[str, Path], excel: Book) -> None:
    other = Book(addins["en"], from_1904=True)
    try:
        other.no_caller = True
        assert other.call("CREDITWCR", 150.0, 80.0, 60.0) == 170
        assert other.server.calls[-1][1] == 1900
    finally:
        excel._add_what_excel_has()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_on_macos_a_cell_shows_an_error_and_the_reason_is_told(lang: str, addins: dict[str, Path]) -> None:
    mac = Book(addins[lang], mac=True)
    assert mac.call("CREDITWCR", 150.0, 80.0, 60.0) == CellError("#NAME?")
    assert NOT_AVAILABLE[lang] in mac.call("CREDITWHY", "CREDITWCR", 150.0, 80.0, 60.0)
    assert mac.server.calls == []


def test_without_python_a_cell_shows_an_error_and_the_reason_is_told(addins: dict[str, Path]) -> None:
    alone = Book(addins["en"])
    alone.unreachable = "Could not load xlwings64.dll"
    assert alone.call("CREDITWCR", 150.0, 80.0, 60.0) == CellError("#VALUE!")
    told = alone.call("CREDITWHY", "CREDITWCR", 150.0, 80.0, 60.0)
    assert "Could not load xlwings64.dll" in told
    assert "credit addin doctor" in told
    alone.unreachable = None
    assert alone.call("CREDITWCR", 150.0, 80.0, 60.0) == CellError("#VALUE!"), "asked again only after some seconds"
    alone.app.interpreter.run("CreditForget")
    assert alone.call("CREDITWCR", 150.0, 80.0, 60.0) == 170


def test_a_server_that_was_ended_is_looked_up_again_once(addins: dict[str, Path]) -> None:
    book = Book(addins["en"])
    book.server.fails = ["The RPC server is unavailable."]
    assert book.call("CREDITWCR", 150.0, 80.0, 60.0) == 170
    book.server.fails = ["The RPC server is unavailable."] * 2
    assert book.call("CREDITWCR", 150.0, 80.0, 60.0) == CellError("#VALUE!")
    assert "RPC server" in book.call("CREDITWHY", "CREDITWCR", 150.0, 80.0, 60.0)


def test_a_button_runs_the_macro_of_its_name(addins: dict[str, Path]) -> None:
    book = Book(addins["en"])
    book.app.interpreter.run("CreditRibbon_close_month", [NOTHING])
    assert book.app.console[-1] == "from creditlib_addin.hosts.excel import run; run('close_month')"


def test_a_required_argument_left_out_is_told(excel: Book) -> None:
    with pytest.raises(VBARuntimeError):  # no wrapper takes it; what Excel shows then is its own
        excel.call("CREDITWCR", 150.0, 80.0)
    assert "payables is blank" in excel.call("CREDITWHY", "CREDITWCR", 150.0, 80.0)


def test_words_of_the_add_in_are_read_from_its_sheet(addins: dict[str, Path]) -> None:
    word: Any = Book(addins["zh"]).app.interpreter.run("CreditWord", ["no_workbook"])
    assert "工作簿" in word
