"""The form of a credit file: typed into by hand, or filled from a book, it reads back to the same rows; its checks calculate."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

import ironcalc
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from creditlib.errors import Lang, TemplateError, UsageError
from creditlib.faces.credit_form import CHECKS, fields, form_template, required, write_form
from creditlib.faces.wording import say
from creditlib.facts.book import Book
from creditlib.facts.credit.columns import name_key, words
from creditlib.facts.credit.files import read_files
from creditlib.facts.credit.units import read_unit
from creditlib.facts.credit_tables import COVERS, CREDIT_TABLES, LINES, STATUSES, SUBJECTS
from creditlib.facts.sample.generate import sample_book

TONGUES: tuple[Lang, ...] = ("en", "zh")
PLACES = ("source_file", "source_row")
YEAR = {
    "cash": 1_234_567_89, "receivables": 2_000_000_01, "inventory": 1_500_000_00, "current_assets": 5_000_000_00,
    "intangibles": 100_000_00, "non_current_assets": 3_000_000_50, "total_assets": 8_000_000_50, "short_term_debt": 900_000_00,
    "payables": 1_100_000_00, "current_liabilities": 2_500_000_00, "long_term_debt": 400_000_00, "non_current_liabilities": 500_000_00,
    "total_liabilities": 3_000_000_00, "retained_earnings": -250_000_25, "equity": 5_000_000_50, "sales": 12_000_000_00,
    "cost_of_sales": 9_000_000_00, "depreciation": 300_000_00, "ebit": 700_000_00, "interest": 80_000_00, "pretax_profit": 620_000_00,
    "tax": 155_000_00, "net_income": 465_000_00, "operating_cash_flow": 800_000_00, "investing_cash_flow": -300_000_00,
    "financing_cash_flow": -200_000_00, "cash_change": 300_000_00, "market_value": 0,
}  # fmt: skip
ROWS: dict[str, list[dict[str, Any]]] = {
    "registrations": [
        {"customer": "C1", "on": date(2026, 3, 2), "register": "R", "name": "甲公司", "former_names": "乙公司;丙公司",
         "credit_code": "919999000000000016", "status": "liquidation", "established_on": date(2010, 5, 6), "currency": "CNY",
         "registered_capital_minor": 5_000_000_00, "paid_in_capital_minor": 2_500_000_50, "legal_representative": "王新",
         "sector": "food", "country": "CN", "employees": 120, "listed": False, "manufacturing": True,
         "abnormal_operation": None, "serious_dishonesty": False, "judgment_debtor": True},
    ],
    "statements": [
        {"customer": "C1", "period_end": date(2024, 6, 30), "months": 9, "currency": "USD", "audited": True}
        | {f"{k}_minor": v for k, v in YEAR.items()},
        {"customer": "C1", "period_end": date(2025, 6, 30), "months": 12, "currency": "USD", "audited": None}
        | {f"{k}_minor": v for k, v in YEAR.items() if k != "tax"},
    ],
    "references": [
        {"customer": "C1", "on": date(2026, 1, 5), "referee": "丁公司", "currency": "EUR", "high_credit_minor": 1_234_56,
         "terms": "月结30天", "days_late": 12, "years_known": 2.5},
        {"customer": "C2", "on": date(2026, 1, 6), "referee": "Orrin & Vale", "currency": "JPY", "high_credit_minor": 900_000,
         "terms": "net 30", "days_late": None, "years_known": None},
    ],
    "ratings": [{"customer": "C1", "on": date(2026, 2, 1), "agency": "星衡征信", "grade": "BB+", "default_probability": 0.0312}],
    "security": [
        {"customer": "C1", "kind": kind, "provider": "P", "currency": "CNY", "amount_minor": 10_00 + i, "insured_share": 0.9 if i else None,
         "from_on": date(2026, 1, 1), "until_on": date(2026, 12, 31), "max_days": 120} for i, kind in enumerate(COVERS)
    ],
    "contracts": [{"customer": "C1", "contract": "HT-1", "signed_on": date(2025, 9, 9), "until_on": None, "terms": "60 days",
                   "retention_of_title": True, "late_interest": False, "dispute_days": 15}],
    "purchases": [{"customer": "C1", "on": date(2026, 4, 4), "currency": "CNY", "yearly_minor": 7_777_777_77, "expected": True}],
    "assessments": [
        {"customer": "C1", "on": date(2026, 5, 5), "subject": subject, "rating": i + 1, "by": "周明", "text": "一切正常; fine"}
        for i, subject in enumerate(SUBJECTS)
    ],
}  # fmt: skip


def named(book: Workbook, name: str, *, down: int = 0, right: int = 0) -> Any:
    """The cell of a defined name."""
    sheet, _, cells = str(book.defined_names[name].attr_text).rpartition("!")
    low, top, _, _ = range_boundaries(cells.replace("$", ""))
    return book[sheet.strip("'").replace("''", "'")].cell(int(top or 1) + down, int(low or 1) + right)


def typed(value: Any, name: str, row: dict[str, Any], lang: Lang, power: int = 0) -> Any:
    """What a person types for a value."""
    if name.endswith("_minor") and value is not None:
        places = 0 if row["currency"] == "JPY" else 2
        return round(value / 10 ** (places + power), places + power)
    if isinstance(value, bool):
        return say(f"form.flag.{'yes' if value else 'no'}", lang)
    return say(f"form.{name}.{value}", lang) if name in ("status", "kind", "subject") else value


def filled(lang: Lang, target: Path, unit: str = "one", power: int = 0) -> Path:
    """The form with ROWS typed into it."""
    book = load_workbook(form_template(lang))
    for field in fields("registrations"):
        row = ROWS["registrations"][0]
        named(book, f"form_{field.name.removesuffix('_minor')}").value = typed(row[field.name], field.name, row, lang)
    named(book, "statements_customer").value = "C1"
    named(book, "statements_currency").value = "USD"
    named(book, "statements_unit").value = say(f"form.unit.{unit}", lang)
    for right, row in enumerate(ROWS["statements"]):
        for name in ("period_end", "months", "audited"):
            named(book, f"statements_{name}", right=right).value = typed(row[name], name, row, lang)
        for line in LINES:
            name = f"{line.name}_minor"
            named(book, f"statements_{line.name}", right=right).value = typed(row.get(name), name, row, lang, power)
    for table in CREDIT_TABLES:
        for down, row in enumerate(ROWS[table] if table not in ("registrations", "statements") else ()):
            for field in fields(table):
                cell = named(book, f"{table}_{field.name.removesuffix('_minor')}", down=down)
                cell.value = typed(row[field.name], field.name, row, lang)
    book.save(target)
    return target


def expected(table: str) -> list[dict[str, Any]]:
    return [{f.name: row.get(f.name) for f in fields(table)} for row in ROWS[table]]


def seen(table: pa.Table, name: str) -> list[dict[str, Any]]:
    return [{f.name: row[f.name] for f in fields(name)} for row in table.to_pylist()]


@pytest.mark.parametrize("lang", TONGUES)
@pytest.mark.parametrize(("unit", "power"), [("one", 0), ("thousand", 3), ("ten_thousand", 4), ("million", 6)])
def test_a_form_typed_by_hand_reads_back_exactly(lang: Lang, unit: str, power: int, tmp_path: Path) -> None:
    files = read_files(filled(lang, tmp_path / "form.xlsx", unit, power))
    assert {f.check for f in files.findings} <= {"unit-applied"}
    for name in CREDIT_TABLES:
        assert seen(getattr(files, name), name) == expected(name), name
    assert {source.table for source in files.sources} == set(CREDIT_TABLES)


@pytest.mark.parametrize("lang", TONGUES)
def test_an_unfilled_form_holds_nothing_and_says_so(lang: Lang) -> None:
    files = read_files(form_template(lang))
    assert [getattr(files, name).num_rows for name in CREDIT_TABLES] == [0] * len(CREDIT_TABLES)
    assert [f.check for f in files.findings] == ["credit-file-empty"]


@pytest.fixture(scope="module")
def book() -> Book:
    return sample_book()


def own(table: pa.Table, customer: str) -> list[dict[str, Any]]:
    mine = table.filter(pc.equal(table["customer"].cast(pa.string()), customer))
    return [{k: v for k, v in row.items() if k not in PLACES} for row in mine.to_pylist()]


@pytest.mark.parametrize("lang", TONGUES)
def test_a_form_filled_from_the_book_reads_back_to_its_rows(lang: Lang, book: Book, tmp_path: Path) -> None:
    for customer in ("C100002", "C100003", "C100007", "C100010", "C100039", "C-7010", "=7001", "0001024"):
        path = write_form(book, customer, tmp_path / f"{customer[-4:]}.xlsx", lang, force=True)
        files = read_files(path, book=book)
        for name in CREDIT_TABLES:
            assert own(getattr(files, name), customer) == own(book.table(name), customer), (customer, name)
            assert getattr(files, name).num_rows == len(own(book.table(name), customer))


def test_the_same_book_makes_the_same_bytes(book: Book, tmp_path: Path) -> None:
    first, second = (write_form(book, "C100002", tmp_path / f"{n}.xlsx", "zh").read_bytes() for n in "ab")
    assert first == second


def test_more_rows_than_the_form_has_are_repeated(tmp_path: Path) -> None:
    many = [ROWS["references"][0] | {"referee": f"R{i}"} for i in range(45)]
    book = Book(
        customers={"customer": ["C1"]}, references=pa.Table.from_pylist(many, schema=CREDIT_TABLES["references"])
    )
    path = write_form(book, "C1", tmp_path / "form.xlsx")
    assert read_files(path).references["referee"].to_pylist() == [f"R{i}" for i in range(45)]
    choices = load_workbook(path)[say("form.sheet.references", "en")].data_validations.dataValidation
    assert all(str(c.sqref).endswith(str(5 + 45 + 19 - 1)) for c in choices)


def test_of_many_years_the_newest_are_written_in_one_currency(tmp_path: Path) -> None:
    years = [ROWS["statements"][0] | {"period_end": date(y, 12, 31), "months": 12} for y in range(2019, 2026)]
    years.append(ROWS["statements"][0] | {"period_end": date(2023, 12, 31), "months": 12, "currency": "EUR"})
    book = Book(
        customers={"customer": ["C1"]}, statements=pa.Table.from_pylist(years, schema=CREDIT_TABLES["statements"])
    )
    got = read_files(write_form(book, "C1", tmp_path / "form.xlsx"), book=book).statements
    assert got["period_end"].to_pylist() == [date(y, 12, 31) for y in (2023, 2024, 2025)]
    assert set(got["currency"].to_pylist()) == {"USD"}


def test_a_customer_never_looked_up_is_named_from_the_book_and_nothing_is_invented(book: Book, tmp_path: Path) -> None:
    path = write_form(book, "C100005", tmp_path / "form.xlsx")
    form = load_workbook(path)
    assert named(form, "form_customer").value == "C100005"
    assert named(form, "form_name").value
    assert named(form, "form_on").value is None
    files = read_files(path, book=book)
    assert files.registrations.num_rows == 0
    assert "row-unusable" in {f.check for f in files.findings}


# ------------------------------------------------------------------------------------------------------ the checks


def titles(path: Path) -> list[str]:
    return load_workbook(path).sheetnames


def calculated(path: Path, target: Path) -> Any:
    """The workbook calculated anew, every cached value wrong before."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"</f><v>.*?</v>", b"</f><v>987654</v>", content, flags=re.S)
                content = re.sub(rb' t="n" ?/>', b"/>", content)  # a blank cell: this engine would take it for 0
            new.writestr(name, content)
    model = ironcalc.load_from_xlsx(str(target), "en", "UTC")
    model.evaluate()
    return model


@pytest.mark.parametrize("lang", TONGUES)
@pytest.mark.parametrize("customer", ["C100002", "C100005", "C100010", "C100039", "C-7010", "C100001"])
def test_checks_of_a_filled_form_calculate_to_what_stands_beside_them(
    lang: Lang, customer: str, book: Book, tmp_path: Path
) -> None:
    path = write_form(book, customer, tmp_path / "form.xlsx", lang)
    model = calculated(path, tmp_path / "false.xlsx")
    form, values = load_workbook(path), load_workbook(path, data_only=True)
    place = titles(path).index(say("form.sheet.statements", lang))
    years = len(own(book.statements, customer))
    for name in CHECKS:
        for right in range(3):
            cell = named(form, f"check_{name}", right=right)
            beside = named(values, f"check_{name}", right=right).value
            got = model.get_cell_value(place, cell.row, cell.column)
            if right >= years:
                assert got == ""
                assert beside is None
            else:
                assert float(got) == pytest.approx(float(beside), abs=1e-9), (name, right)
    off = named(values, "check_balance", right=2).value
    assert off == (1 if customer == "C100002" else 0 if years == 3 else None)


@pytest.mark.parametrize("lang", TONGUES)
def test_checks_of_the_form_find_each_wrong_sum_and_stay_blank_while_a_line_is_missing(
    lang: Lang, tmp_path: Path
) -> None:
    path = filled(lang, tmp_path / "form.xlsx")
    for name, lines in CHECKS.items():
        for line in lines:
            book = load_workbook(path)
            named(book, f"statements_{line}").value += 0.01
            book.save(tmp_path / "wrong.xlsx")
            model = calculated(tmp_path / "wrong.xlsx", tmp_path / "false.xlsx")
            place = book.sheetnames.index(say("form.sheet.statements", lang))
            found = {}
            for check in CHECKS:
                cell = named(book, f"check_{check}")
                found[check] = model.get_cell_value(place, cell.row, cell.column)
            assert found[name] == pytest.approx(0.01 if line == lines[0] else -0.01)
            assert all(v == 0 for c, v in found.items() if line not in CHECKS[c])
            cell = named(book, "check_profit", right=1)
            assert model.get_cell_value(place, cell.row, cell.column) == ""  # the second year lacks its tax


# ----------------------------------------------------------------------------------------------------- the template


@pytest.mark.parametrize("lang", TONGUES)
def test_the_committed_form_is_what_the_builder_makes(lang: Lang) -> None:
    from creditlib_templates.build import template

    made, committed = (
        {name: canonicalize(archive.read(name).decode()) for name in archive.namelist()}
        for archive in (
            zipfile.ZipFile(io.BytesIO(template(lang, "credit_file"))), zipfile.ZipFile(form_template(lang)),
        )
    )  # fmt: skip
    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == []


@pytest.mark.parametrize("lang", TONGUES)
def test_every_choice_is_a_word_the_reader_knows(lang: Lang) -> None:
    for field, values in (("status", STATUSES), ("kind", COVERS), ("subject", SUBJECTS)):
        for value in values:
            word = say(f"form.{field}.{value}", lang)
            first = next(v for w, v in words(field).items() if w in word)
            assert first == value, word
    powers = [read_unit(say(f"form.unit.{u}", lang)) for u in ("one", "thousand", "ten_thousand", "million")]
    assert [u.power for u in powers if u] == [0, 3, 4, 6]


@pytest.mark.parametrize("lang", TONGUES)
def test_pages_are_set_and_no_text_of_the_form_states_a_unit(lang: Lang) -> None:
    form = load_workbook(form_template(lang))
    assert len(form.sheetnames) == 8
    for sheet in form:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (
            "landscape",
            9,
            1,
        )
        assert "{" not in str(sheet.oddFooter.left.text) + str(sheet.oddFooter.right.text)
        for row in sheet.iter_rows(values_only=True):
            for text in row:
                capital = isinstance(text, str) and name_key(text) in map(name_key, ("注册资本", "实缴资本", "registered capital", "paid-in capital"))  # fmt: skip
                assert not isinstance(text, str) or capital or read_unit(text) is None, text
    with zipfile.ZipFile(form_template(lang)) as archive:
        names = set(re.findall(r'<definedName name="([^"]+)"', unescape(archive.read("xl/workbook.xml").decode())))
    assert set(required()) <= names


def test_what_can_not_be_written_is_refused(book: Book, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="knows no such customer"):
        write_form(book, "C9", tmp_path / "form.xlsx")
    with pytest.raises(UsageError):
        write_form(book, "C100002", tmp_path / "form.pdf")
    path = write_form(book, "C100002", tmp_path / "form.xlsx")
    with pytest.raises(UsageError, match="exists already"):
        write_form(book, "C100002", path)
    with pytest.raises(TemplateError):
        write_form(book, "C100002", tmp_path / "again.xlsx", template=path)  # a filled form is no template
    short = load_workbook(form_template("en"))
    del short.defined_names["references_referee"]
    short.save(tmp_path / "short.xlsx")
    with pytest.raises(TemplateError, match="references_referee"):
        write_form(book, "C100002", tmp_path / "again.xlsx", template=tmp_path / "short.xlsx")
