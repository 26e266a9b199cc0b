"""Closing workbook, customer file and memo in a real LibreOffice, recalculated from scratch: no error cell, the same figures, text still text."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from creditlib.faces.committee_memo import write_committee_memo
from creditlib.faces.customer_file import write_customer_file
from creditlib.faces.workbook import write_workbook
from creditlib.facts.outside import read_control, read_rates
from creditlib.facts.reading import read
from creditlib.facts.sample.files import write_sample
from creditlib.facts.sample.generate import SAMPLE_END
from creditlib.flows.close import close
from creditlib.policy import load_policy

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "faces")]
import calc  # noqa: E402
import closes  # noqa: E402
import reviews  # noqa: E402
import test_workbook as workbook_tests  # noqa: E402

pytestmark = [
    pytest.mark.hosts,
    pytest.mark.skipif(
        not calc.available() and not os.environ.get("CREDITLIB_ALL_TIERS"),
        reason="no LibreOffice on the path: make system installs it",
    ),
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
    recalculate_and_compare(path, tmp_path, profile)


@pytest.mark.parametrize(
    ("file", "day"),
    [
        ("receivables_open.csv", "2020-05-31"),
        ("invoices_ibm.csv", "2013-06-30"),
        ("receivables_closed.csv", "2019-06-30"),
    ],
)
def test_the_close_of_a_real_ledger_recalculates_to_its_own_figures(
    file: str, day: str, shared_data: Path, tmp_path: Path, profile: Path
) -> None:
    reading = read(shared_data / file, home="USD")
    made = close(reading, load_policy(), date.fromisoformat(day))
    recalculate_and_compare(write_workbook(made, tmp_path / "close.xlsx", lang="zh"), tmp_path, profile)


def test_the_close_of_the_sample_in_one_currency_recalculates_to_its_own_figures(tmp_path: Path, profile: Path) -> None:
    folder = tmp_path / "sample"
    write_sample(folder)
    reading = read(*(folder / f"{name}.csv" for name in ("documents", "allocations", "customers", "sales")), home="CNY")
    made = close(
        reading, load_policy(), SAMPLE_END, control=read_control(folder / "control.csv"), currency="CNY",
        rates=read_rates(folder / "rates.csv", "CNY", SAMPLE_END),
    )  # fmt: skip
    recalculate_and_compare(write_workbook(made, tmp_path / "close.xlsx"), tmp_path, profile)


def recalculate_and_compare(path: Path, tmp_path: Path, profile: Path) -> None:
    """Falsify every cached value, let the office calculate anew, and compare each formula with what the library wrote."""
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


@pytest.mark.parametrize(
    ("case", "lang"),
    [("usual", "en"), ("five_years", "zh"), ("nothing", "en"), ("stopped", "zh"), ("negative_equity", "en"), ("long_names", "zh"), ("yen", "en")],
)  # fmt: skip
def test_customer_file_and_memo_recalculate_to_their_own_figures(
    case: str, lang: str, tmp_path: Path, profile: Path
) -> None:
    made = reviews.CASES[case]()
    for number, write in enumerate((write_customer_file, write_committee_memo)):
        path = write(made, tmp_path / f"review{number}.xlsx", lang=lang)  # type: ignore[arg-type]
        recalculate_and_compare(path, tmp_path, profile)


@pytest.mark.parametrize("case", ["usual", "five_years", "long_names", "nothing"])
def test_the_memo_is_one_page_and_the_customer_file_no_wider_than_a_page(
    case: str, tmp_path: Path, profile: Path
) -> None:
    made = reviews.CASES[case]()
    memo = write_committee_memo(made, tmp_path / "memo.xlsx", lang="zh")
    assert len(calc.pictures(memo, tmp_path / "memo", profile, dpi=30)) == 1
    file = write_customer_file(made, tmp_path / "file.xlsx", lang="zh")
    # two pages each of decision, score, limit, statements and payment; the policy values of the last sheet take several
    assert 11 <= len(calc.pictures(file, tmp_path / "file", profile, dpi=30)) <= 18


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
