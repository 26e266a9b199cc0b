"""What each file is, how a sheet is corrected, and the rows a finding is about."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditlib.errors import Finding, MappingError, UsageError
from creditlib.facts.map_text import map_text
from creditlib.facts.mapping import load_map
from creditlib.facts.reading import read
from creditlib.facts.sources import grid_of, open_grids
from creditlib.flows.close import close
from creditlib.flows.close_desk_look import Inspection, SheetLook, look
from creditlib.flows.close_desk_map import Correction, corrected, part_of
from creditlib.flows.close_desk_rows import rows_of
from creditlib.flows.sources import Sources
from creditlib.policy import load_policy

CHINESE = """客户编码,客户名称,单据号,开票日期,到期日,本币金额,颜色
C1,甲公司,F-1,2024-01-10,2024-02-09,1000.00,一
C1,甲公司,F-2,2024-03-05,2024-02-04,500.00,二
C2,乙公司,F-3,2024-03-15,2024-04-16,十万,三
"""


def _file(folder: Path, name: str, text: str, encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return str(path)


def _book(folder: Path) -> str:
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "封面"
    cover.append(["2024年3月应收账款"])
    sheet = book.create_sheet("明细")
    sheet.append(["某某公司应收账款明细"])
    sheet.append(["客户编码", "单据号", "开票日期", "到期日", "金额"])
    sheet.append(["C1", "F-1", date(2024, 1, 10), date(2024, 2, 9), 1000.5])
    path = folder / "应收.xlsx"
    book.save(path)
    return str(path)


def _ledger(text: str = CHINESE, folder: Path | None = None) -> SheetLook:
    assert folder is not None
    return look(Sources(files=(_file(folder, "a.csv", text),))).sheets[0]


# ── what a file is ──


def test_chinese_headers_are_recognised_and_what_nobody_used_is_named(tmp_path: Path) -> None:
    found = look(Sources(files=(_file(tmp_path, "台账.csv", CHINESE, "gb18030"),)))
    (sheet,) = found.sheets
    assert sheet.role == "documents"
    fields = {column.header: column.fields for column in sheet.columns}
    assert fields["客户编码"] == ("customer",)
    assert fields["到期日"] == ("due_on",)
    assert [column.header for column in sheet.unused] == ["颜色"]
    assert sheet.sample(1) == ((2, ("C1", "甲公司", "F-1", "2024-01-10", "2024-02-09", "1000.00", "一")),)


def test_each_sheet_of_a_workbook_stands_for_itself(tmp_path: Path) -> None:
    cover, detail = look(Sources(files=(_book(tmp_path),))).sheets
    assert (cover.name, cover.role, cover.mapping) == ("应收.xlsx:封面", "unused", None)
    assert (detail.name, detail.sheet, detail.role, detail.header_row) == ("应收.xlsx:明细", "明细", "documents", 2)
    assert detail.sample(5) == ((3, ("C1", "F-1", "2024-01-10", "2024-02-09", "1000.5")),)


def test_a_file_that_is_not_there_and_one_of_unknown_columns_are_told_each(tmp_path: Path) -> None:
    wrong = _file(tmp_path, "fruit.csv", "apples,pears\n1,2\n")
    found = look(Sources(files=(str(tmp_path / "gone.csv"), wrong)))
    gone, fruit = found.files
    assert gone.error is not None
    assert "no such file" in gone.error.en
    assert fruit.error is not None
    assert fruit.error.en.startswith("fruit.csv: no column means a customer and an amount.")
    assert [sheet.name for sheet in fruit.sheets] == ["fruit.csv"]  # so that its columns can be named
    assert found.faults == found.files
    with pytest.raises(UsageError, match="no sheet is called 'x'"):
        found.sheet("x")


def test_files_beside_the_ledger_are_shown_as_what_they_were_given_as(tmp_path: Path) -> None:
    ledger = _file(tmp_path, "a.csv", CHINESE)
    sales = _file(tmp_path, "s.csv", "month,gross\n2024-03,100\n")
    control = _file(tmp_path, "gl.csv", "account,currency,balance\n1122,CNY,1500.00\n")
    rates = _file(tmp_path, "fx.csv", "date,from,to,rate\n2024-03-29,USD,CNY,7.1\n")
    found = look(Sources(files=(ledger,), sales=sales), control=[control], rates=rates)
    assert [(sheet.name, sheet.role, sheet.correctable) for sheet in found.sheets] == [
        ("a.csv", "documents", True), ("s.csv", "sales", False), ("gl.csv", "control", False), ("fx.csv", "rates", False),
    ]  # fmt: skip
    assert [sheet.name for sheet in found.ledger] == ["a.csv"]


# ── corrections ──


def test_a_map_of_what_was_recognised_reads_the_same_rows(tmp_path: Path) -> None:
    path = _book(tmp_path)
    detail = look(Sources(files=(path,))).sheets[1]
    told = corrected(None, detail, Correction())
    assert told["sheet"][0]["name"] == "应收.xlsx:明细"
    assert told["sheet"][0]["header_row"] == 2
    mapping = tmp_path / "map.toml"
    mapping.write_text(map_text(told), encoding="utf-8")
    assert load_map(mapping) == told
    plain, mapped = read(path, home="CNY"), read(path, home="CNY", mapping=mapping)
    assert mapped.book.documents.equals(plain.book.documents)
    assert mapped.book.documents["amount_minor"].to_pylist() == [100_050]


def test_a_column_gets_a_field_and_the_field_leaves_its_old_column(tmp_path: Path) -> None:
    sheet = _ledger(folder=tmp_path)
    part = corrected(None, sheet, Correction(columns={6: "document"}))["sheet"][0]
    assert part["columns"]["document"] == "颜色"
    assert "单据号" not in part["columns"].values()
    again = corrected({"sheet": [part]}, sheet, Correction(columns={2: "document", 6: ""}))["sheet"][0]
    assert again["columns"]["document"] == "单据号"


def test_headers_that_are_there_twice_or_blank_are_told_by_number(tmp_path: Path) -> None:
    text = "customer,document,issue date,amount,amount,\nC1,I-1,2024-01-01,1,2,3\n"
    sheet = _ledger(text, tmp_path)
    for column in (3, 4, 5):
        part = corrected(None, sheet, Correction(columns={column: "amount"}))["sheet"][0]
        assert part["columns"]["amount"] == column + 1


def test_another_header_row_keeps_the_fields_where_they_are(tmp_path: Path) -> None:
    text = "customer,document,issue date,amount\nKunde,Beleg,Datum,Betrag\nC1,I-1,2024-01-01,1\n"
    sheet = _ledger(text, tmp_path)
    part = corrected(None, sheet, Correction(header_row=2))["sheet"][0]
    assert part["header_row"] == 2
    assert part["columns"] == {"customer": "Kunde", "document": "Beleg", "issue_on": "Datum", "amount": "Betrag"}


def test_a_sheet_left_out_and_taken_in_again_is_read_as_it_was_recognised(tmp_path: Path) -> None:
    sheet = _ledger(folder=tmp_path)
    out = corrected(None, sheet, Correction(role="unused"))
    assert out == {"sheet": [{"name": "a.csv", "role": "unused"}]}
    back = corrected(out, sheet, Correction(role="documents"))
    assert back == corrected(None, sheet, Correction())


def test_values_of_a_sheet_are_set_and_taken_back(tmp_path: Path) -> None:
    sheet = _ledger(folder=tmp_path)
    told = corrected(None, sheet, Correction(values={"date_order": "dmy", "currency": "USD"}))
    assert (told["sheet"][0]["date_order"], told["sheet"][0]["currency"]) == ("dmy", "USD")
    assert "date_order" not in corrected(told, sheet, Correction(values={"date_order": ""}))["sheet"][0]


def test_a_correction_leaves_the_rest_of_a_map_alone(tmp_path: Path) -> None:
    sheet = _ledger(folder=tmp_path)
    data: dict[str, Any] = {
        "columns": {"customer": "客户编码", "amount": "本币金额"},
        "sheet": [{"name": "a*.csv", "role": "unused"}],
    }
    assert part_of(data, sheet) == {"role": "unused"}
    told = corrected(data, sheet, Correction(role="documents"))
    assert told["columns"] == data["columns"]
    assert [part["name"] for part in told["sheet"]] == ["a.csv", "a*.csv"]  # the first that fits speaks


def test_a_map_for_every_sheet_is_the_ground_of_a_correction(tmp_path: Path) -> None:
    sheet = _ledger(folder=tmp_path)
    data = {"columns": {"customer": "客户编码", "amount": "本币金额"}, "date_order": "ymd"}
    part = corrected(data, sheet, Correction(columns={2: "document"}))["sheet"][0]
    assert part == {
        "name": "a.csv", "columns": {"customer": "客户编码", "document": "单据号", "amount": "本币金额"}, "date_order": "ymd",
        "role": "documents", "header_row": 1,
    }  # fmt: skip


def test_a_map_that_speaks_for_no_sheet_is_refused(tmp_path: Path) -> None:
    mapping = _file(tmp_path, "m.toml", '[[sheet]]\nname = "other.csv"\nrole = "unused"\n')
    with pytest.raises(MappingError, match="no sheet is called"):
        look(Sources(files=(_file(tmp_path, "a.csv", CHINESE),), mapping=mapping))


# ── rows ──


def _found(folder: Path, text: str, check: str) -> tuple[Finding, Inspection, dict[str, Any]]:
    path = _file(folder, "a.csv", text)
    made = close(read(path, home="CNY"), load_policy(), date(2024, 3, 31))
    finding = next(f for f in made.findings if f.check == check)
    return finding, look(Sources(files=(path,))), {grid.name: grid for grid in open_grids(path)}


def test_a_finding_of_a_cell_marks_that_cell(tmp_path: Path) -> None:
    (row,) = rows_of(*_found(tmp_path, CHINESE, "unreadable-amount"))
    assert (row.sheet, row.number) == ("a.csv", 4)
    assert [row.cells[i] for i in row.marked] == ["十万"]


def test_a_finding_of_a_row_marks_the_cells_its_check_is_about(tmp_path: Path) -> None:
    (row,) = rows_of(*_found(tmp_path, CHINESE, "due-before-issued"))
    assert row.number == 3
    assert [row.cells[i] for i in sorted(row.marked)] == ["2024-03-05", "2024-02-04"]


def test_a_document_there_twice_shows_both_rows(tmp_path: Path) -> None:
    text = CHINESE + "C1,甲公司,F-1,2024-01-10,2024-02-09,1000.00,四\n"
    rows = rows_of(*_found(tmp_path, text, "duplicate-document"))
    assert sorted(row.number for row in rows) == [2, 5]
    assert {row.cells[i] for row in rows for i in row.marked} == {"F-1"}


def test_a_finding_about_a_sheet_shows_the_first_row_of_each_text_it_quotes(tmp_path: Path) -> None:
    text = CHINESE.replace("C1,甲公司,F-2", "C1,甲集团,F-2")
    rows = rows_of(*_found(tmp_path, text, "renamed-customer"))
    assert [(row.number, [row.cells[i] for i in row.marked]) for row in rows] == [(2, ["甲公司"]), (3, ["甲集团"])]


def test_a_finding_of_several_rows_shows_each_it_names() -> None:
    grid = grid_of("b.xlsx:S", [["document"], ["A"], ["B"], ["C"], ["D"]])
    told = Finding("due-from-terms", "note", "b.xlsx:S!2, 4, 5…", "4 documents", "")
    assert [row.number for row in rows_of(told, Inspection(()), {"b.xlsx:S": grid})] == [2, 4, 5]


def test_a_finding_of_no_row_shows_none(tmp_path: Path) -> None:
    assert rows_of(*_found(tmp_path, CHINESE, "no-control")) == ()
    assert rows_of(*_found(tmp_path, CHINESE, "currency-assumed")) == ()


def test_every_check_whose_cells_are_marked_is_in_the_catalogue() -> None:
    from creditlib.facts.catalogue import CHECKS
    from creditlib.facts.columns import FIELDS
    from creditlib.flows.close_desk_rows import _ABOUT

    known = {name for fields in FIELDS.values() for name in fields}
    assert _ABOUT.keys() <= CHECKS.keys()
    assert {name for names in _ABOUT.values() for name in names} <= known


def test_the_export_of_553_customers_shows_the_27_rows_due_before_posting(shared_data: Path) -> None:
    path = str(shared_data / "receivables_open.csv")
    made = close(read(path, home="USD"), load_policy(), date(2020, 5, 31))
    inspection, grids = look(Sources(files=(path,))), {grid.name: grid for grid in open_grids(path)}
    rows = [row for f in made.findings if f.check == "due-before-issued" for row in rows_of(f, inspection, grids)]
    assert len(rows) == 27
    header = [column.header for column in inspection.sheets[0].columns]
    assert {header[i] for row in rows for i in row.marked} >= {"due_in_date", "posting_date"}
