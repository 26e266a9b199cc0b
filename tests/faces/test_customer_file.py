"""The customer file: every cell calculated anew by a spreadsheet engine, against the review it was made from."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from creditlib.days import add_months
from creditlib.decisions.limit.methods import METHODS
from creditlib.errors import TemplateError, UsageError
from creditlib.faces import review_limit, review_payment, review_score
from creditlib.faces.customer_file import REQUIRED, write_customer_file
from creditlib.faces.workbook_form import standard_template
from creditlib.money import to_decimal

sys.path.insert(0, str(Path(__file__).parent))
import reviews
import test_workbook as cells

YEAR = 3  # columns of the grid that a year of statements takes


def written(case: str, tmp_path: Path, lang: str = "en") -> Path:
    return write_customer_file(reviews.CASES[case](), tmp_path / f"{case}.xlsx", lang=lang)  # type: ignore[arg-type]


def model_of(path: Path, tmp_path: Path) -> Any:
    return cells.calculated(cells.falsified(path, tmp_path / "false.xlsx"))


def at(path: Path, name: str, *, down: int = 0, right: int = 0) -> tuple[int, int, int]:
    return cells.named(path, name, down, right=right)


def words(path: Path) -> set[str]:
    book = CalamineWorkbook.from_path(str(path))
    return {
        str(cell) for title in book.sheet_names for row in book.get_sheet_by_name(title).to_python() for cell in row
    }


def tie(path: Path, tmp_path: Path) -> int:
    """Calculate every formula anew, falsified before, and compare it with what was written beside it."""
    expected = cells.cached(path)
    model = model_of(path, tmp_path)
    for place, (formula, value) in expected.items():
        got = cells.value_of(model, place)
        if isinstance(value, str):
            assert cells.same_text(got, value), (place, formula, got, value)
        else:
            assert got == pytest.approx(value, rel=1e-12, abs=1e-9), (place, formula)
    return len(expected)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", reviews.CASES)
def test_every_formula_calculates_to_the_value_written_beside_it(case: str, lang: str, tmp_path: Path) -> None:
    least = {"usual": 150, "five_years": 200, "nothing": 25}.get(case, 50)
    assert tie(written(case, tmp_path, lang), tmp_path) >= least


@pytest.mark.parametrize("case", ["usual", "five_years", "stopped", "negative_equity", "yen"])
def test_figures_equal_those_of_the_review_to_the_cent(case: str, tmp_path: Path) -> None:
    made = reviews.CASES[case]()
    path = written(case, tmp_path)
    model = model_of(path, tmp_path)

    def shown(name: str, down: int = 0) -> Any:
        return cells.value_of(model, at(path, name, down=down))

    def same(name: str, minor: int | None, down: int = 0) -> None:
        got = shown(name, down)
        if minor is None:
            assert isinstance(got, str), (name, got)  # said in words, never 0
        else:
            assert got == float(to_decimal(minor, made.currency)), (name, down)

    assert shown("way_value", review_score.SCORE) == made.score.score
    assert shown("way_value", review_score.CHANCE) == pytest.approx(made.score.default_probability, rel=1e-12)
    assert shown("way_value", review_score.EARNED) == made.score.earned
    assert shown("decision_score") == made.score.score
    assert shown("score_total_weight") == pytest.approx(1.0)
    for copy, line in enumerate(made.score.lines):
        assert shown("factor_lost", copy) == pytest.approx(line.lost, abs=1e-9), line.name
    for copy, name in enumerate(METHODS):
        same("method_amount", made.limit.methods[name], copy)
    for row, name in enumerate(review_limit._FIGURES):
        if name != "lifted_minor" or made.limit.limit_minor:
            same("chain_amount", made.limit.figures[name], row)
    same("decision_limit", made.limit.limit_minor)
    same("decision_exposure", made.exposure["total_minor"])
    same("decision_own", made.exposure["net_minor"])
    for down, name in enumerate(review_payment.PARTS[:7]):
        same("exposed_amount", made.exposure[f"{name}_minor"], down)
    same("bucket_amount", sum(made.aging.values()))
    for copy, row in enumerate(made.record):
        same("record_open", row["open_minor"], copy)
        same("record_settled", row["settled_minor"], copy)
    for copy, step in enumerate(made.progressive):
        same("month_limit", step.limit_minor, copy)
    for place, year in enumerate(made.statements):
        for name, minor in year["lines"].items():
            if minor is not None:
                got = cells.value_of(model, at(path, f"line_{name}", right=place * YEAR))
                assert got == float(to_decimal(minor, year["currency"])), (name, place)
    if made.effect is not None:
        for down, name in enumerate(review_payment.EFFECT):
            same("effect_change", getattr(made.effect.change, f"{name}_minor"), down)


def test_ratios_are_formulas_over_the_lines_where_the_lines_lead_to_them(tmp_path: Path) -> None:
    made, path = reviews.five_years(), written("five_years", tmp_path)
    model, formulas = model_of(path, tmp_path), cells.cached(path)
    for name in ("current_ratio", "equity_ratio", "days_receivable", "return_on_assets", "sales_growth"):
        for place, year in enumerate(made.statements):
            where = at(path, f"ratio_{name}", right=place * YEAR)
            if year[name] is not None:
                assert cells.value_of(model, where) == pytest.approx(year[name], rel=1e-12), (name, place)
                assert where in formulas or (name == "sales_growth" and place == 1), (name, place)


def test_a_balance_that_differs_shows_its_difference(tmp_path: Path) -> None:
    path = written("five_years", tmp_path)
    model = model_of(path, tmp_path)
    shown = [cells.value_of(model, at(path, "sum_balance", right=place * YEAR)) for place in range(5)]
    assert shown == [0.0, 0.0, 0.0, 0.0, 12_345.0]
    assert cells.value_of(model, at(path, "check_severity")) == "▲ must act"


def test_a_changed_method_moves_chain_verdict_and_figures(tmp_path: Path) -> None:
    path = written("usual", tmp_path)
    model = cells.calculated(path)
    row = METHODS.index("working_capital")
    model.update_cell_with_number(*at(path, "method_amount", down=row), 1_500_000.00)  # × 0.9 = 1,350,000 → 1,300,000
    model.evaluate()
    assert cells.value_of(model, at(path, "chain_amount", down=review_limit.LIMIT)) == 1_300_000.0
    assert cells.value_of(model, at(path, "decision_limit")) == 1_300_000.0
    assert str(cells.value_of(model, at(path, "decision_verdict"))).startswith("Limit 1,300,000.00 CNY")
    assert cells.value_of(model, at(path, "chain_amount", down=review_limit.OWN)) == 580_000.0


def test_changed_points_move_the_score_the_odds_and_the_grade(tmp_path: Path) -> None:
    path = written("usual", tmp_path)
    model = cells.calculated(path)
    row = [line.name for line in reviews.usual().score.lines].index("on_time_share")
    model.update_cell_with_number(*at(path, "factor_points", down=row), 100)  # 18.56 points more: 622 → 641
    model.evaluate()
    assert cells.value_of(model, at(path, "decision_score")) == 641
    assert cells.value_of(model, at(path, "way_value", down=review_score.EARNED)) == "A"


def charts(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(
            archive.read(n).count(b"graphicFrame>") // 2
            for n in archive.namelist()
            if n.startswith("xl/drawings/drawing")
        )


@pytest.mark.parametrize(("lang", "unknown"), [("en", "not known"), ("zh", "未知")])
def test_what_is_not_known_is_said_and_leaves_no_empty_chart(lang: str, unknown: str, tmp_path: Path) -> None:
    assert charts(written("usual", tmp_path)) == 6
    path = written("nothing", tmp_path, lang)
    assert charts(path) == 0
    model = cells.calculated(path)
    for name in ("decision_score", "decision_chance", "decision_limit", "score_total_lost", "effect_base"):
        got = cells.value_of(model, at(path, name))
        assert got == unknown or name == "effect_base", name
    said = words(path)
    assert any("No score and no limit" in s or "无评分、无额度" in s for s in said)
    assert any("No statement is on file" in s or "档案中没有报表" in s for s in said)
    assert "0.0" not in {str(cells.value_of(model, at(path, "method_amount", down=k))) for k in range(len(METHODS))}


def test_a_hard_stop_stands_in_the_verdict_and_nothing_is_advised(tmp_path: Path) -> None:
    path = written("stopped", tmp_path)
    said = words(path)
    assert any(s.startswith("No credit, cash in advance: Hard stop: licence revoked") for s in said)
    assert "Nothing is advised while a hard stop stands." in said
    assert sum(s.startswith("▲ Hard stop") for s in said) == 2
    assert cells.value_of(cells.calculated(path), at(path, "decision_limit")) == 0


def test_negative_equity_is_told_and_a_ratio_without_a_base_is_not_zero(tmp_path: Path) -> None:
    said = words(written("negative_equity", tmp_path))
    assert any("equity" in s.lower() and "negative" in s.lower() for s in said)
    assert any("Liabilities to equity" in s and s.startswith("Not told in any year shown") for s in said)


def test_a_limit_in_force_is_told_whatever_its_currency_its_amount_and_its_end(tmp_path: Path) -> None:
    told = {}
    for key, made in {
        "dollars": reviews.limit_set(20_000_000, "USD"),
        "nothing": reviews.limit_set(0),
        "ended": reviews.limit_set(5_000_000, until=date(2026, 1, 31)),
    }.items():
        path = write_customer_file(made, tmp_path / f"{key}.xlsx")
        book = cells.calculated(path)
        told[key] = [str(cells.value_of(book, at(path, f"decision_{n}"))) for n in ("summary", "limit_before")]
    assert "In force: 200,000.00 USD." in told["dollars"][0]
    assert told["dollars"][1] == "in force 200,000.00 USD"
    assert "In force: 0.00 CNY." in told["nothing"][0]
    assert told["nothing"][1] == "in force 0.00"
    assert "No limit is in force: the last one ended on 2026-01-31." in told["ended"][0]
    assert told["ended"][1] == "none in force"


def test_more_buckets_than_the_template_has_room_for_are_refused(tmp_path: Path) -> None:
    many = {"not_due": 100} | {f"{k}-{k}": 1 for k in range(1, 13)}
    with pytest.raises(TemplateError, match="room for 11 overdue buckets of this customer, the policy has 12"):
        write_customer_file(replace(reviews.usual(), aging=many), tmp_path / "file.xlsx")
    assert not list(tmp_path.iterdir())
    del many["12-12"]
    assert tie(write_customer_file(replace(reviews.usual(), aging=many), tmp_path / "file.xlsx"), tmp_path) > 150


def test_years_and_months_there_is_no_room_for_are_counted_and_stand_in_no_title(tmp_path: Path) -> None:
    made = reviews.long_history()
    last = made.record[-1]
    months = [
        last | {"month": add_months(last["month"], k - 59), "worst_days_late": 400 if k == 3 else k} for k in range(60)
    ]
    path = write_customer_file(replace(made, record=tuple(months)), tmp_path / "file.xlsx")
    said = words(path)
    assert any(s.endswith("the newest 6 of 30") for s in said)
    assert any(s.startswith("Last month 59 days late; worst 59") for s in said)
    assert tie(path, tmp_path) > 150


def test_the_use_of_a_limit_by_a_customer_in_credit_has_its_sign(tmp_path: Path) -> None:
    path = written("in_credit", tmp_path)
    cell = load_workbook(path)["Decision"].cell(*at(path, "decision_use")[1:])
    assert cell.number_format == '[>=1]"▲ "0%;[<0]-0%;0%'
    assert cells.value_of(cells.calculated(path), at(path, "decision_use")) < -1


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = written("long_names", tmp_path)
    with zipfile.ZipFile(path) as archive:
        sheets = "".join(archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet"))
    assert "<f>2+2" not in sheets
    assert "<f>青岚" not in sheets
    said = words(path)
    assert "=2+2" in said
    assert any(s.startswith("+Very Long Agency") for s in said)


def test_what_is_long_wraps_in_a_row_high_enough(tmp_path: Path) -> None:
    path = written("long_names", tmp_path)
    assert cells.height(path, "rating_agency") >= 5 + 2 * 13
    title = next(s for s in words(path) if s.startswith("Credit decision: "))
    assert title.endswith("…")


def test_the_same_review_makes_the_same_bytes(tmp_path: Path) -> None:
    first = write_customer_file(reviews.usual(), tmp_path / "a.xlsx").read_bytes()
    assert write_customer_file(reviews.usual(), tmp_path / "b.xlsx").read_bytes() == first


def test_an_existing_file_is_left_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        write_customer_file(reviews.nothing(), path)
    write_customer_file(reviews.nothing(), path, force=True)
    assert zipfile.is_zipfile(path)
    with pytest.raises(UsageError, match=r"ends in \.xlsx"):
        write_customer_file(reviews.nothing(), tmp_path / "file.xls")


def test_a_finished_file_is_refused_as_a_template(tmp_path: Path) -> None:
    finished = write_customer_file(reviews.usual(), tmp_path / "old.xlsx")
    with pytest.raises(TemplateError, match="is a finished customer file, not a template"):
        write_customer_file(reviews.usual(), tmp_path / "new.xlsx", template=finished)


def test_a_missing_name_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="lacks the defined name"):
        write_customer_file(reviews.usual(), tmp_path / "new.xlsx", template=standard_template("en"))


def test_every_name_the_library_fills_is_in_both_templates() -> None:
    for lang in ("en", "zh"):
        book = load_workbook(standard_template(lang, "customer_file"))  # type: ignore[arg-type]
        assert set(REQUIRED) <= set(book.defined_names)


def test_page_breaks_follow_the_rows(tmp_path: Path) -> None:
    path = written("usual", tmp_path)
    for sheet, name in ((1, "way_value"), (2, "chain_amount")):
        with zipfile.ZipFile(path) as archive:
            breaks = re.findall(r'<brk [^>]*id="(\d+)"', archive.read(f"xl/worksheets/sheet{sheet + 1}.xml").decode())
        head = at(path, name)[1] - (1 if sheet == 1 else 2)  # the section's title, a header row between in one of them
        assert breaks == [str(head - 1)]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", ["customer_file", "credit_committee"])
def test_the_committed_template_is_what_the_builder_makes(kind: str, lang: str) -> None:
    from creditlib_templates import path
    from creditlib_templates.build import template

    made, committed = (
        {name: canonicalize(archive.read(name).decode()) for name in archive.namelist()}
        for archive in (zipfile.ZipFile(io.BytesIO(template(lang, kind))), zipfile.ZipFile(path(lang, kind)))  # type: ignore[arg-type]
    )
    assert made == committed, "run: make templates"
