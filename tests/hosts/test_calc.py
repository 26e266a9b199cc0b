"""The closing workbook in a real LibreOffice, recalculated from scratch: no error cell, the same figures, text still text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from creditlib.faces.workbook import write_workbook

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "faces")]
import calc  # noqa: E402
import closes  # noqa: E402
import test_workbook as workbook_tests  # noqa: E402

pytestmark = [
    pytest.mark.hosts,
    pytest.mark.skipif(not calc.available(), reason="no LibreOffice on the path: make system installs it"),
]


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.mark.parametrize(
    ("case", "lang"),
    [("usual", "en"), ("usual", "zh"), ("differing", "zh"), ("many_currencies", "en"), ("open_list", "zh"), ("yen", "en"), ("eight_buckets", "en"), ("empty", "en")],
)  # fmt: skip
def test_recalculated_from_scratch_every_formula_gives_the_value_written_beside_it(
    case: str, lang: str, tmp_path: Path, profile: Path
) -> None:
    path = write_workbook(workbook_tests.CASES[case](), tmp_path / "close.xlsx", lang=lang)  # type: ignore[arg-type]
    expected = workbook_tests.cached(path)
    false = workbook_tests.falsified(path, tmp_path / "false.xlsx")
    made = calc.convert(false, tmp_path / "out", "xlsx", profile)
    book = CalamineWorkbook.from_path(str(made))
    sheets: list[list[list[Any]]] = []
    for title in book.sheet_names:
        sheet = book.get_sheet_by_name(title)
        sheets.append(sheet.to_python(skip_empty_area=False))
    for rows in sheets:
        for row in rows:
            for cell in row:
                assert not (isinstance(cell, str) and cell.startswith(("#", "Err:"))), cell
    for (number, row, column), (formula, value) in expected.items():
        rows = sheets[number]
        got = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else ""
        if isinstance(value, str):
            assert workbook_tests.same_text(got, value), (formula, got, value)
        else:
            assert got == pytest.approx(value, rel=1e-11, abs=1e-9), formula


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, profile: Path) -> None:
    path = write_workbook(closes.usual(), tmp_path / "close.xlsx")
    made = calc.convert(path, tmp_path / "out", "xlsx", profile)
    names = {row[1] for row in CalamineWorkbook.from_path(str(made)).get_sheet_by_name("Open items").to_python()}
    assert {"=SUM(A1) Trading", "+Plus Bearings", "-Minus Chemicals", "@Home Appliances"} <= names


def test_every_sheet_prints_one_page_wide(tmp_path: Path, profile: Path) -> None:
    path = write_workbook(closes.open_list(), tmp_path / "close.xlsx", lang="zh")
    pages = calc.pictures(path, tmp_path / "pages", profile, dpi=30)
    # eight sheets of one page; the open items take a page for each 38 or so rows
    assert 9 <= len(pages) <= 9 + closes.open_list().items.num_rows // 30 + 1
