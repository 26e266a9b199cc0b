"""The add-in in a real LibreOffice Calc: every case of the table in real cells, help, menu, files, calendars, a library that is not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from creditlib_addin import CATALOGUE
from creditlib_addin.hosts import calc_install, oxt
from creditlib_addin.settings import save_settings
from creditlib_addin.values import CellError

from creditlib.faces.wording import words_under

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "addin")]
import calc_server  # noqa: E402
import table  # noqa: E402

pytestmark = [
    pytest.mark.hosts,
    pytest.mark.skipif(
        calc_install.office_python() is None and not os.environ.get("CREDITLIB_ALL_TIERS"),
        reason="no LibreOffice whose Python can import uno: make system installs it",
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
    assert menu["Title"] == words_under("menu.extension")["menu"][lang]
    entries = [(e["URL"].rpartition("?")[2], e["Title"]) for _, e in sorted(menu["Submenu"].items())]
    assert entries == [(name, said[lang]) for name, said in words_under("menu.macro").items()]
