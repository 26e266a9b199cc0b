"""The committee memo: its figures calculated anew, one page of reasons, conditions and questions."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from creditlib.errors import TemplateError, UsageError
from creditlib.faces import committee_memo as memo
from creditlib.faces.committee_memo import REQUIRED, write_committee_memo
from creditlib.faces.workbook_form import standard_template
from creditlib.money import to_decimal

sys.path.insert(0, str(Path(__file__).parent))
import reviews
import test_customer_file as files
import test_workbook as cells


def written(case: str, tmp_path: Path, lang: str = "en") -> Path:
    return write_committee_memo(reviews.CASES[case](), tmp_path / f"{case}.xlsx", lang=lang)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", reviews.CASES)
def test_every_formula_calculates_to_the_value_written_beside_it(case: str, lang: str, tmp_path: Path) -> None:
    assert files.tie(written(case, tmp_path, lang), tmp_path) >= 2


@pytest.mark.parametrize("case", ["usual", "negative_equity", "stopped", "yen", "nothing"])
def test_the_request_equals_the_review_to_the_cent(case: str, tmp_path: Path) -> None:
    made, path = reviews.CASES[case](), written(case, tmp_path)
    model = files.model_of(path, tmp_path)
    expected = {
        ("before", memo.LIMIT): made.limit_in_force,
        ("after", memo.LIMIT): made.limit.limit_minor,
        ("after", memo.INSURED): made.limit.insured_minor,
        ("after", memo.OWN): made.limit.own_risk_minor,
        ("before", memo.EXPOSURE): made.exposure["total_minor"],
        ("before", memo.OWN): made.exposure["net_minor"],
    }
    for (column, row), minor in expected.items():
        got = cells.value_of(model, files.at(path, f"request_{column}", down=row))
        if minor is None:
            assert isinstance(got, str), (column, row)
        else:
            assert got == float(to_decimal(minor, made.currency)), (column, row)
    if made.limit_in_force and made.limit.limit_minor is not None:
        change = cells.value_of(model, files.at(path, "request_change"))
        assert change == float(to_decimal(made.limit.limit_minor - made.limit_in_force, made.currency))


def test_reasons_conditions_and_questions_are_the_reviews(tmp_path: Path) -> None:
    made, said = reviews.usual(), files.words(written("usual", tmp_path))
    lowers = [r.text() for r in made.score.reasons if r.effect == "lowers"]
    assert set(lowers[:5]) <= said
    assert lowers[5] not in said
    assert "Terms: 45 days net, 1 % off within 10 days." in said
    assert "The overdue 1,938,317.41 CNY is paid, or a plan is agreed, before new deliveries." in said
    assert "Renewed in the file: Contracts, Purchases stated, Visits." in said
    assert any(s.startswith("Bureau One says B-") for s in said)
    assert any("see the customer file." in s and s.startswith("And ") for s in said)


def test_own_funds_at_risk_stand_beside_the_committees_threshold(tmp_path: Path) -> None:
    said = files.words(written("usual", tmp_path))
    assert any(
        s.startswith("Own funds at risk with group C1: 280,000.00 CNY, not above the threshold of 500,000.00.")
        for s in said
    )
    (tmp_path / "zh").mkdir()
    assert any("信用经理可批准" in s for s in files.words(written("usual", tmp_path / "zh", "zh")))


def test_the_committee_decides_where_own_funds_at_risk_are_above_its_threshold(tmp_path: Path) -> None:
    from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    from creditlib.flows.review import review

    made = review(sample_book(), "C100020", reviews.POLICY, SAMPLE_END)
    assert made.approver == "committee"
    path = write_committee_memo(made, tmp_path / "memo.xlsx")
    assert any("above the threshold of 500,000.00. The credit committee decides." in s for s in files.words(path))
    assert files.tie(path, tmp_path) >= 8


def test_a_limit_in_force_in_another_currency_is_no_new_limit(tmp_path: Path) -> None:
    path = write_committee_memo(reviews.limit_set(20_000_000, "USD"), tmp_path / "memo.xlsx")
    model = cells.calculated(path)
    shown = [cells.value_of(model, files.at(path, f"request_{n}")) for n in ("before", "change")]
    assert shown == ["200,000.00 USD", "not known"]
    assert cells.value_of(model, files.at(path, "memo_limit_before")) == "in force 200,000.00 USD"


def test_a_stop_proposes_no_limit_and_names_every_stop(tmp_path: Path) -> None:
    said = files.words(written("stopped", tmp_path))
    assert "No limit is proposed; terms: cash in advance." in said
    assert sum(s.startswith("Hard stop:") for s in said) == 2


def test_nothing_known_is_a_memo_of_questions_without_charts(tmp_path: Path) -> None:
    assert files.charts(written("usual", tmp_path)) == 2
    path = written("nothing", tmp_path)
    assert files.charts(path) == 0
    said = files.words(path)
    assert any(s.startswith("The registration status is not known") for s in said)
    assert "not known" in said


def test_doubles_are_refused_and_bytes_repeat(tmp_path: Path) -> None:
    first = written("usual", tmp_path)
    with pytest.raises(UsageError, match="exists already"):
        written("usual", tmp_path)
    again = write_committee_memo(reviews.usual(), tmp_path / "again.xlsx")
    assert again.read_bytes() == first.read_bytes()
    with pytest.raises(TemplateError, match="is a finished committee memo, not a template"):
        write_committee_memo(reviews.usual(), tmp_path / "other.xlsx", template=first)
    assert zipfile.is_zipfile(first)


def test_every_name_the_library_fills_is_in_both_templates() -> None:
    for lang in ("en", "zh"):
        book = load_workbook(standard_template(lang, "credit_committee"))  # type: ignore[arg-type]
        assert set(REQUIRED) <= set(book.defined_names)
