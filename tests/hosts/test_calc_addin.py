"""The add-in in a real LibreOffice Calc: every case of the table in real cells, help, menu, files, calendars, a library that is not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from creditlib_addin import CATALOGUE
from creditlib_addin.hosts import calc_install, oxt, spelling
from creditlib_addin.macros import MACROS
from creditlib_addin.settings import save_settings
from creditlib_addin.values import CellError
from openpyxl.worksheet.formula import ArrayFormula

from creditlib.faces.wording import words_under

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "addin")]
import calc_server  # noqa: E402
import table  # noqa: E402

_LACKING = [found.en for found in calc_install.fits(calc_install.Places()) if not found.ok]
pytestmark = [
    pytest.mark.hosts,
    pytest.mark.skipif(
        bool(_LACKING) and not os.environ.get("CREDITLIB_ALL_TIERS"), reason=" ".join([*_LACKING, "(make system)"])
    ),
]

ERRORS = {32767: "#N/A", 519: "#VALUE!", 503: "#NUM!", 532: "#DIV/0!", 524: "#REF!", 525: "#NAME?", 521: "#NULL!"}
MAKES = {
    "#N/A": "=NA()",
    "#VALUE!": '="x"+1',
    "#NUM!": "=SQRT(-1)",
    "#DIV/0!": "=1/0",
    "#REF!": "=#REF!",
    "#NAME?": "=NOSUCH()",
}
USUAL = date(1899, 12, 30)
RESULT, WHY = 60, 59  # columns: results can be several cells wide, arguments stand left of them


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[calc_server.Office]:
    folder = tmp_path_factory.mktemp("calc")
    made = calc_server.Office(folder)
    save_settings(table.connect_sample(folder / "connected"), made.home / "settings.json")
    yield made
    made.close()


def place(value: Any, column: int, row: int, epoch: date = USUAL) -> list[list[Any]]:
    """Return the cells that hold an argument."""
    if isinstance(value, list):
        rows = value if value and isinstance(value[0], list) else [value]
        return [
            c
            for i, line in enumerate(rows)
            for j, one in enumerate(line)
            for c in place(one, column + j, row + i, epoch)
        ]
    if value is None:
        return []
    if isinstance(value, CellError):
        return [[column, row, "formula", MAKES[value.text]]]
    if isinstance(value, bool):
        return [[column, row, "formula", f"={str(value).upper()}()"]]
    if isinstance(value, date):
        return [[column, row, "date", (value - epoch).days]]
    return [[column, row, "number" if isinstance(value, int | float) else "text", value]]


def size(value: Any) -> tuple[int, int]:
    """Return columns and rows of an argument or a result."""
    if not isinstance(value, list):
        return 1, 1
    rows = value if value and isinstance(value[0], list) else [value]
    return len(rows[0]), len(rows)


def address(column: int, row: int) -> str:
    letters = ""
    while column >= 0:
        letters, column = chr(65 + column % 26) + letters, column // 26 - 1
    return f"{letters}{row + 1}"


def laid(case: table.Case, row: int) -> tuple[list[list[Any]], str, int]:
    """Return the cells of a case's arguments, the references to them, and how many rows they take."""
    cells, given, column, high = [], [], 0, 1
    for value in case.arguments:
        if isinstance(value, table.Missing):
            given.append("")
            continue
        wide, tall = size(value)
        cells += place(value, column, row)
        end = f":{address(column + wide - 1, row + tall - 1)}" if (wide, tall) != (1, 1) else ""
        given.append(address(column, row) + end)
        column, high = column + wide + 1, max(high, tall)
    assert column < WHY, case.id
    return cells, ";".join(given), high


def shown(cell: Any) -> Any:
    """Return what a cell shows as the table writes it."""
    if isinstance(cell, dict):
        return CellError(ERRORS.get(cell["error"], cell["shown"]))
    return cell


@pytest.fixture(scope="session")
def answers(office: calc_server.Office) -> dict[str, tuple[Any, Any]]:
    """What Calc shows for every case, and for CREDITWHY of it: all of them in one sheet, calculated once."""
    book, row, cells, where = office("open"), 0, [], {}
    for case in table.cases():
        made, given, high = laid(case, row)
        expected = case.expected("calc")
        wide, tall = size(expected)
        kind: list[Any] = (
            ["array", f"={case.function}({given})", wide, tall]
            if isinstance(expected, list)
            else ["formula", f"={case.function}({given})"]
        )
        cells += [*made, [RESULT, row, *kind]]
        if case.function != "CREDITWHY":
            cells.append([WHY, row, "formula", f'=CREDITWHY("{case.function}"{";" if given else ""}{given})'])
        where[case.id] = (row, wide, tall, isinstance(expected, list))
        row += max(high, tall) + 1
    office("put", book=book, sheet="Cases", cells=cells)
    office("calculate", book=book)
    found = {}
    for name, (at, wide, tall, many) in where.items():
        read = office(
            "read",
            book=book,
            sheet="Cases",
            cells=[[WHY, at], *([RESULT + j, at + i] for i in range(tall) for j in range(wide))],
        )
        why, *values = map(shown, read)
        rows = [values[i * wide : (i + 1) * wide] for i in range(tall)]
        found[name] = (rows if many else values[0], why)
    office("close", book=book)
    return found


@pytest.mark.parametrize("case", table.cases(), ids=lambda case: case.id)
def test_case_gives_its_one_expected_value_in_real_cells(case: table.Case, answers: dict[str, tuple[Any, Any]]) -> None:
    found, why = answers[case.id]
    expected = case.expected("calc")
    assert table.alike(found, expected), (found, why)
    broken = [a for a in case.arguments if isinstance(a, CellError)]
    if broken:  # Calc calls no function with an error cell: CREDITWHY of it is the same error
        assert why == broken[0]
        return
    own = case.differs.get("calc", {})
    said = own.get("why", "") if "expect" in own else case.why
    if said and case.function != "CREDITWHY":
        assert isinstance(why, str), why
        assert said in why


def test_every_deviation_of_calc_has_its_reason() -> None:
    assert [c.id for c in table.cases() if "calc" in c.differs and not c.differs["calc"].get("reason")] == []


def test_the_wizard_shows_every_function_and_argument(office: calc_server.Office) -> None:
    found = office("wizard", names=list(CATALOGUE))
    assert found.keys() == CATALOGUE.keys()
    for function in CATALOGUE.values():
        _, summary, arguments = found[function.name]
        assert summary == function.en
        assert [said for _, said, _ in arguments][: len(function.arguments)] == [a.en for a in function.arguments]


@pytest.mark.parametrize(("locale", "lang"), [("en-US", "en"), ("zh-CN", "zh"), ("zh-TW", "zh"), ("de-DE", "en")])
def test_help_and_menu_are_there_in_the_language_of_the_office(
    locale: str, lang: Any, office: calc_server.Office
) -> None:
    functions = office(
        "setting", path=f"/org.openoffice.Office.CalcAddIns/AddInInfo/{oxt.SERVICE}/AddInFunctions", locale=locale
    )
    for function in CATALOGUE.values():
        said = functions[function.name.lower()]
        assert said["Description"] == function.help(lang)
        assert {p["Description"] for p in said["Parameters"].values()} >= {a.help(lang) for a in function.arguments}
    menu = office(
        "setting", path=f"/org.openoffice.Office.Addons/AddonUI/OfficeMenuBar/{oxt.IDENTIFIER}", locale=locale
    )
    assert menu["Title"] == words_under("ribbon")["tab"][lang]
    entries = [(e["URL"].rpartition("?")[2], e["Title"]) for _, e in sorted(menu["Submenu"].items())]
    assert entries == [(n, said["label"][lang]) for n, said in words_under("ribbon.macro").items() if n in MACROS]


def test_a_workbook_saved_with_plain_names_resolves_after_loading_and_saving_again(
    office: calc_server.Office, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.title = "S"
    formulas = ['=CREDITSCORE("C-7003")', '=_xlfn.IFNA(CREDITSCORE("C-9999"),"none")', "=_xll.CREDITWCR(150,80,60)"]
    for number, formula in enumerate(formulas, 1):
        page.cell(number, 1, formula)
    page["B1"] = ArrayFormula("B1:B8", '=CREDITLIMITS("C-7003")')
    made.save(first)
    assert spelling.normalise(first, first).changed == {"_xll.": 1}
    shown_twice = []
    for source, target in ((first, second), (second, tmp_path / "third.xlsx")):
        book = office("open", path=str(source))
        office("calculate", book=book)
        shown_twice.append(office("read", book=book, sheet="S", cells=[[0, 0], [0, 1], [0, 2], [1, 0], [1, 1]]))
        office("save", book=book, path=str(target))
        office("close", book=book)
    assert shown_twice[0][:3] == [622, "none", 170]
    assert shown_twice[0] == shown_twice[1]
    assert spelling.normalise(tmp_path / "third.xlsx", tmp_path / "fourth.xlsx").total == 0


@pytest.mark.parametrize("epoch", [USUAL, date(1904, 1, 1), date(1900, 1, 1)])
def test_days_are_those_of_the_documents_own_calendar(epoch: date, office: calc_server.Office) -> None:
    book = office("open", epoch=[epoch.year, epoch.month, epoch.day])
    asked = date(2026, 1, 31)
    formulas = [
        '=CREDITDUEDATE("月结30天";A1)', "=CREDITINTEREST(1000;A1;A2;0.365)", '=CREDITSCORE("C-7003";A3)', '=CREDITWHY("CREDITSCORE";"C-7003";A3)',
        '=CREDITDUEDATE("月结30天";"2026-01-31")',
    ]  # fmt: skip
    days = [asked, date(2026, 2, 10), table.AS_OF]
    cells = [c for row, day in enumerate(days) for c in place(day, 0, row, epoch)]
    office("put", book=book, sheet="S", cells=[*cells, *([1, row, "formula", f] for row, f in enumerate(formulas))])
    office("calculate", book=book)
    due, interest, score, why, typed = office("read", book=book, sheet="S", cells=[[1, row] for row in range(5)])
    office("close", book=book)
    assert due == typed == (date(2026, 2, 28) - epoch).days
    assert interest == pytest.approx(10)  # 1,000 × 0.365 × 10 / 365
    assert score == 622
    assert "2026-10-31" in why


def test_errors_are_real_errors_that_calc_catches(office: calc_server.Office) -> None:
    """By a function of numbers, whose type is rows, by one of a single text, and by a cell that refers to one."""
    book = office("open")
    formulas = [
        '=IFNA(CREDITSCORE("C-9999");"caught")', '=ISNA(CREDITSCORE("C-9999"))*1', '=IFERROR(CREDITSCORE("C-9999");"caught")',
        '=IFNA(CREDITGRADE("C-9999");"caught")', '=ERROR.TYPE(CREDITGRADE("C-9999"))', '=IFERROR(CREDITWCR(1;"x";2);"caught")',
        '=ISERR(CREDITWCR(1;"x";2))*1', '=ERROR.TYPE(CREDITWCR(1;"x";2))', '=CREDITSCORE("C-9999")', "=IFNA(A9;0)", '=CREDITGRADE("C-7003")="B"',
    ]  # fmt: skip
    office("put", book=book, sheet="S", cells=[[0, row, "formula", f] for row, f in enumerate(formulas)])
    office("calculate", book=book)
    found = office("read", book=book, sheet="S", cells=[[0, row] for row in range(len(formulas))])
    office("close", book=book)
    assert found == ["caught", 1, "caught", "caught", 7, "caught", 1, 3, {"error": 32767, "shown": "#N/A"}, 0, 1]


# the open document as macros see it, over the pipe: in the office's own Python, as in the office

BOOK = """
import site, sys
for folder in sites:
    site.addsitedir(folder)
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from creditlib_addin.hosts.calc_book import CalcBook
from creditlib_addin.values import CellError
book = CalcBook(books[number], "zh")
"""


def in_office(office: calc_server.Office, number: int, code: str, **given: Any) -> Any:
    return office("run", code=BOOK + code, number=number, sites=calc_install.sites(), **given)


@pytest.mark.parametrize("epoch", [USUAL, date(1904, 1, 1)])
def test_what_a_macro_writes_is_read_back_as_it_was(epoch: date, office: calc_server.Office, tmp_path: Path) -> None:
    number = office("open", epoch=[epoch.year, epoch.month, epoch.day])
    code = """
rows = [["=SUM(A1) Trading", "+1", "-x", "@home"], [date(2026, 1, 31), datetime(2026, 2, 1, 8), 1.5, Decimal("2.25")],
        [True, 7, "'quoted", "007"], ["1/2", "1,000", "#N/A", "=1/0"]]
book.write("New", rows)
book.write("New", [[None, "over"], ["x", None, "z"]], row=5, column=2)
again = book.read("New")
book.write("New", [[None, "OVER"]], row=5, column=2)
answer = [[[c.isoformat() if isinstance(c, date) else c for c in row] for row in again], book.sheets(), book.read("New")[4][2], str(book.path)]
"""
    read, sheets, over, path = in_office(office, number, code)
    assert read == [
        ["=SUM(A1) Trading", "+1", "-x", "@home"], ["2026-01-31", "2026-02-01", 1.5, 2.25], [1, 7, "'quoted", "007"],
        ["1/2", "1,000", "#N/A", "=1/0"], [None, None, "over", None], [None, "x", None, "z"],
    ]  # fmt: skip
    assert sheets[-1] == "New"
    assert (over, path) == ("OVER", "None")
    # A2 and B2 are date cells, the numbers beside them are not; text cells hold no formula
    assert [
        kind & 2 for kind in office("formats", book=number, sheet="New", cells=[[0, 1], [1, 1], [2, 1], [3, 1]])
    ] == [2, 2, 0, 0]
    kinds = "page = books[number].Sheets.getByName('New')\n"
    kinds += "answer = [page.getCellRangeByName(a).Type.value for a in ('A1', 'B1', 'C1', 'D1', 'D4')]"
    assert office("run", code=kinds, number=number) == ["TEXT"] * 5
    office("save", book=number, path=str(tmp_path / "书.ods"))
    office("close", book=number)
    number = office("open", path=str(tmp_path / "书.ods"))
    code = "answer = [[c.isoformat() if isinstance(c, date) else c for c in row] for row in book.read('New')[:4]]"
    assert in_office(office, number, code) == read[:4]
    office("close", book=number)


def test_a_sheet_is_dressed_to_be_read_and_printed(office: calc_server.Office) -> None:
    number = office("open")
    code = """
book.write("New", [["head", "text"], ["a", "long " * 40], ["b", 1234.5]])
book.dress("New", [12.0, 40.0], [1], [3])
page = book.document.Sheets.getByName("New")
style = book.document.StyleFamilies.getByName("PageStyles").getByName(page.PageStyle)
cell = page.getCellRangeByName
answer = [cell("A1").CharWeight, cell("A2").CharWeight, cell("B2").IsTextWrapped, cell("B3").String, style.IsLandscape, style.ScaleToPagesX,
          page.Columns.getByIndex(1).Width > 3 * page.Columns.getByIndex(0).Width - 500, page.Rows.getByIndex(1).Height > 900,
          book.document.Sheets.getByIndex(0).PageStyle == page.PageStyle]
"""
    assert in_office(office, number, code) == [150, 100, True, "1,234.50", True, 1, True, True, False]
    office("close", book=number)


def test_a_macro_reads_errors_and_the_selected_cell_and_tells(office: calc_server.Office) -> None:
    number = office("open")
    code = """
book.write("Data", [["code", "day"], ["C-7003", date(2026, 10, 31)]])
page = book.document.Sheets.getByName("Data")
page.getCellRangeByName("C1").setFormula("=1/0")
chosen = []
for address in ("A2", "A2:B2", "B2", "C1", "D9"):
    book.document.CurrentController.select(page.getCellRangeByName(address))
    found = book.selected()
    chosen.append(found.isoformat() if isinstance(found, date) else found.text if isinstance(found, CellError) else found)
empty = [book.read(name) for name in book.sheets()[:1]]
book.tell("said")
book.recalculate()
answer = [chosen, [getattr(c, "text", c) for c in book.read("Data")[0]], empty, book.told]
"""
    assert in_office(office, number, code) == [
        ["C-7003", "C-7003", "2026-10-31", "#DIV/0!", None], ["code", "day", "#DIV/0!"], [[]], ["said"],
    ]  # fmt: skip
    office("close", book=number)


def test_macros_do_their_work_in_an_open_document(office: calc_server.Office, tmp_path: Path) -> None:
    number = office("open")
    path = tmp_path / "work.ods"
    code = """
import os
os.environ["CREDITLIB_SETTINGS"] = settings
from creditlib_addin.macros import run_macro
book.document.storeAsURL(Path(path).as_uri(), ())
book = CalcBook(book.document)
book.write("Work", [["customer"], ["C-7003"]])
page = book.document.Sheets.getByName("Work")
book.document.CurrentController.select(page.getCellRangeByName("A2"))
page.getCellRangeByName("B2").setFormula("=CREDITSCORE(A2)")
done = [run_macro(name, book) for name in ("connect_book", "refresh", "review_customer", "terms_what_if", "terms_what_if")]
answer = [str(book.path), book.sheets(), book.told, page.getCellRangeByName("B2").Value, sorted(p.name for p in Path(path).parent.iterdir())]
"""
    place, sheets, told, score, written = in_office(
        office, number, code, path=str(path), settings=str(office.home / "settings.json")
    )
    assert (place, score) == (str(path), 622)
    assert len(told) == 5
    assert len(sheets) == 4  # the first one, Work, the control sheet and the what-if
    assert "C-7003-2026-10-31.xlsx" in written
    office("close", book=number)


def test_the_menu_runs_a_macro_on_the_spreadsheet_in_front(office: calc_server.Office) -> None:
    book = office("open", seen=True)
    office(
        "run", code="driver.desktop.getCurrentFrame() or books[number].CurrentController.Frame.activate()", number=book
    )
    office("run", code=f'driver.service("{oxt.MENU}").trigger("list_functions")')
    code = f"""
dispatcher = driver.service("com.sun.star.frame.DispatchHelper")
dispatcher.executeDispatch(books[number].CurrentController.Frame, "service:{oxt.MENU}?help", "", 0, ())
answer = [books[number].Sheets.getByIndex(books[number].Sheets.Count - 1).getCellRangeByName("A" + str(n)).String for n in range(1, 60)]
"""
    listed = office("run", code=code, number=book)
    assert any(line.startswith("CREDITSCORE(customer") for line in listed)
    office("close", book=book)


# an office that finds no library, in Chinese


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[calc_server.Office]:
    note = calc_install.note_text().replace(calc_install.sites()[0], "/nowhere/site-packages")
    made = calc_server.Office(tmp_path_factory.mktemp("lost"), note=note, locale="zh-CN")
    yield made
    made.close()


def test_without_the_library_functions_are_names_nobody_knows_and_why_tells_what_to_run(
    lost: calc_server.Office,
) -> None:
    book = lost("open")
    formulas = [
        '=CREDITSCORE("C-7003")',
        '=CREDITGRADE("C-7003")',
        '=CREDITWHY("CREDITSCORE";"C-7003")',
        "=CREDITINFO()",
        "=SUM(1;2)",
    ]
    lost("put", book=book, sheet="S", cells=[[0, row, "formula", f] for row, f in enumerate(formulas)])
    lost("calculate", book=book)
    score, grade, why, info, native = lost("read", book=book, sheet="S", cells=[[0, row] for row in range(5)])
    lost("close", book=book)
    assert score["error"] == grade["error"] == 525
    assert (
        why
        == info
        == words_under("menu.library")["no_folder"]["zh"].format(
            folder="/nowhere/site-packages", path=lost.home / "python.json"
        )
    )
    assert "credit addin install --calc" in why
    assert native == 3


def test_the_wizard_of_a_chinese_office_is_chinese(lost: calc_server.Office) -> None:
    found = lost("wizard", names=list(CATALOGUE))
    for function in CATALOGUE.values():
        _, summary, arguments = found[function.name]
        assert summary == function.zh
        assert [said for _, said, _ in arguments][: len(function.arguments)] == [a.zh for a in function.arguments]


def test_the_menu_without_the_library_does_no_harm(lost: calc_server.Office) -> None:
    book = lost("open", seen=True)
    lost("run", code=f'driver.service("{oxt.MENU}").trigger("help")')
    lost("close", book=book)
