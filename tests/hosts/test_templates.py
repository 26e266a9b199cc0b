"""The templates for typing in a real LibreOffice, recalculated from scratch: no error cell, the figures of the library."""

from __future__ import annotations

import os
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from creditlib.errors import Lang
from creditlib.faces.wording import say
from creditlib.facts.reading import read
from creditlib.measures.aging import bucket_keys

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "faces")]
import calc  # noqa: E402
import test_aging_analyser as analyser  # noqa: E402
import test_ledger_input as ledger  # noqa: E402
import test_terms_calculator as calculator  # noqa: E402
from cells import Sheets  # noqa: E402
from recalculated import Office  # noqa: E402

pytestmark = [
    pytest.mark.hosts,
    pytest.mark.skipif(
        not calc.available() and not os.environ.get("CREDITLIB_ALL_TIERS"),
        reason="no LibreOffice on the path: make system installs it",
    ),
]
TONGUES: tuple[Lang, ...] = ("en", "zh")


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


def office(sheets: Sheets, tmp_path: Path, profile: Path) -> Office:
    """Save as a person would, open in the office, calculate, save."""
    return Office(sheets, calc.convert(sheets.save(tmp_path / "typed.xlsx"), tmp_path / "out", "xlsx", profile))


@pytest.mark.parametrize(("case", "lang"), [("everything given", "en"), ("both by default probability", "zh"), ("yen", "en"), ("a sliver of a day", "zh")])  # fmt: skip
def test_the_calculator_gives_the_librarys_figures(case: str, lang: Lang, tmp_path: Path, profile: Path) -> None:
    base, new, general = calculator.CASES[case]
    figures = office(calculator.typed(base, new, general, lang), tmp_path, profile)
    calculator.compare(figures, calculator.effect_of(base, new, general, tmp_path), general.get("currency", "CNY"))  # type: ignore[arg-type]
    assert figures.at("ed_addin") == say("calculator.addin.missing", lang)


def test_the_calculator_shows_no_figure_while_an_input_is_impossible(tmp_path: Path, profile: Path) -> None:
    given = calculator.USUAL | {"default_probability": 0.02, "variable_cost_share": "three quarters"}
    figures = office(calculator.typed(calculator.USUAL, given, {}), tmp_path, profile)
    assert figures.at("in_default_probability", right=3) == say("calculator.wrong.two_losses", "en")
    assert figures.at("in_variable_cost_share", right=3) == say("calculator.wrong.share", "en")
    assert [figures.at(f"out_{name}") for name in (*calculator.MINOR, "npv")] == ["–"] * (len(calculator.MINOR) + 1)
    assert figures.errors() == []


@pytest.mark.parametrize("lang", TONGUES)
def test_the_sample_of_the_analyser_ages_as_the_library_does(lang: Lang, tmp_path: Path, profile: Path) -> None:
    sheets = Sheets(analyser.KIND, lang)
    sheet, low, top, _, _ = sheets.place("items_first")
    rows = [tuple(sheets.book[sheet].cell(r, low + k).value for k in range(9)) for r in range(top, top + 30)]
    figures = office(sheets, tmp_path, profile)
    library = analyser.expected(rows, tmp_path)
    analyser.compare(figures, library, bucket_keys(analyser.EDGES))  # type: ignore[arg-type]
    overdue = [r for r in figures.rows("top_rows") if r[1]]
    assert [r[5] * 100 for r in overdue] == pytest.approx(sorted((r["overdue_minor"] for r in library.values() if r["overdue_minor"]), reverse=True))  # fmt: skip
    assert {r[8] for r in overdue} == {say("analyser.top.missing", lang)}


def test_odd_codes_and_rows_that_can_not_be_used_in_the_office(tmp_path: Path, profile: Path) -> None:
    good = [
        analyser.row(c, 2.0**k, analyser.ago(k * 40))
        for k, c in enumerate(("0001", "1", "01", "=7001", "A*", "AB", "A?", "~", ">5", "1e3"))
    ]
    bad = [analyser.row(None, 11.11, analyser.ago(5)), analyser.row("C1", "text", analyser.ago(5)), analyser.row("C1", 22.22, "31/10/2026"),
           analyser.row("C1", "=1/0", analyser.ago(5)), analyser.row("C1", 33.33, analyser.ago(5), currency="USD")]  # fmt: skip
    figures = office(analyser.typed([*good, *bad]), tmp_path, profile)
    library = analyser.expected(good, tmp_path)
    for cells in figures.rows("aging_rows")[: len(good)]:
        assert round(cells[3] * 100) == library[str(cells[0])]["total_minor"]
    told = {
        "customer": (1, 11.11),
        "text_amount": (1, 0),
        "text_date": (1, 22.22),
        "error": (1, 0),
        "currency": (1, 33.33),
    }
    for name, (count, amount) in told.items():
        assert (figures.at(f"check_{name}"), figures.at(f"check_{name}", right=1)) == (count, pytest.approx(amount)), (
            name
        )
    assert figures.at("tie_difference") == 0
    assert figures.at("verdict") == say("analyser.verdict.wrong", "en") + "5"


def test_five_thousand_rows_of_three_hundred_customers_recalculate_within_seconds(
    tmp_path: Path, profile: Path
) -> None:
    rows = [analyser.row(f"C{n % 300:05d}", round(100 + n * 1.37, 2) * (-1 if n % 17 == 0 else 1), analyser.ago(n % 500 - 60), document=f"D{n}") for n in range(5000)]  # fmt: skip
    path = analyser.typed(rows).save(tmp_path / "many.xlsx")
    office(Sheets(calculator.KIND), tmp_path, profile)  # the office has started once
    began = time.monotonic()
    figures = Office(Sheets(analyser.KIND), calc.convert(path, tmp_path / "many", "xlsx", profile))
    assert time.monotonic() - began < 30  # about 4 s with opening and saving; a machine under load takes longer
    analyser.compare(figures, analyser.expected(rows, tmp_path), bucket_keys(analyser.EDGES))  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", TONGUES)
def test_a_ledger_saved_by_the_office_is_read_as_it_was_typed(lang: Lang, tmp_path: Path, profile: Path) -> None:
    rows = [
        {k: v for k, v in r.items() if k != "terms"} for r in ledger.DOCUMENTS
    ]  # the terms of the customer stand in
    figures = office(ledger.typed(lang, rows, 0), tmp_path, profile)
    assert figures.at("verdict") == say("ledger_form.checks.fine", lang) + str(len(rows))
    assert figures.errors() == []
    reading = read(figures.made, home="CNY")
    ledger.check(reading)
    assert {f.check for f in reading.findings} <= {"sheet-not-used", "unsigned-credits", "due-from-terms"}
    assert reading.book.documents["due_on"].to_pylist()[3] == date(2026, 8, 31)  # month end of 10 July and one month
