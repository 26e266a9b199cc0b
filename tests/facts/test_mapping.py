"""`map.toml` and the header row: what is proposed reads the same, what is wrong is told whole, headers are found where they are."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from creditlib.errors import MappingError
from creditlib.facts.map_text import map_text
from creditlib.facts.mapping import (
    Mapping,
    apply_map,
    load_map,
    parse_map,
    presets,
    propose_map,
    recognise,
    unrecognised,
)
from creditlib.facts.reading import Reading, read
from creditlib.facts.sources import Grid, open_grids

ERP = Path(__file__).parent.parent / "fixtures" / "erp"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((ERP / "expected.toml").read_text(encoding="utf-8"))


def grid_of(path: Path) -> Grid:
    return open_grids(path)[0]


def recognised(path: Path) -> Mapping:
    mapping = recognise(grid_of(path))
    assert mapping is not None
    return mapping


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def fault(folder: Path, content: str, rows: str = "Kunde,Zahl\nA,1\n") -> tuple[str, str]:
    """What a map is refused with, in English and Chinese."""
    data, path = table(folder / "list.csv", rows), table(folder / "map.toml", content)
    with pytest.raises(MappingError) as raised:
        read(data, mapping=path, home="EUR")
    return tuple(text.replace(str(path), "map.toml") for text in (raised.value.en, raised.value.zh))  # type: ignore[return-value]


def content(result: Reading) -> tuple[Any, ...]:
    names = [n for n in result.book.documents.column_names if not n.startswith("source")]
    return (
        result.shape,
        result.source_totals,
        result.book.documents.select(names).to_pylist(),
        result.book.allocations.to_pylist(),
        [f.check for f in result.findings],
    )


# ---------------------------------------------------------------------------------------------------------- round trip


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_proposed_map_reads_the_file_as_it_was_recognised(name: str, tmp_path: Path) -> None:
    mapping = recognised(ERP / name)
    path = table(tmp_path / "map.toml", propose_map(grid_of(ERP / name), mapping))
    assert load_map(path)["preset"] == EXPECTED[name]["preset"]
    home = EXPECTED[name].get("home")
    assert content(read(ERP / name, mapping=path, home=home)) == content(read(ERP / name, home=home))


@pytest.mark.parametrize("name", ["receivables_open.csv", "invoices_ibm.csv"])
def test_proposed_map_of_a_real_ledger_reads_it_alike(name: str, shared_data: Path, tmp_path: Path) -> None:
    path = table(tmp_path / "map.toml", propose_map(grid_of(shared_data / name), recognised(shared_data / name)))
    before, after = read(shared_data / name, home="USD"), read(shared_data / name, mapping=path, home="USD")
    assert (before.shape, before.source_totals) == (after.shape, after.source_totals)


def test_proposed_map_lists_what_was_not_used_and_quotes_odd_headers(tmp_path: Path) -> None:
    data = table(tmp_path / "a.csv", 'customer,invoice,date,amount,"Say ""x""\\y"\nA,1,2025-01-01,5,q\n')
    proposed = propose_map(grid_of(data), recognised(data))
    assert '# Not used 未使用: "Say \\"x\\"\\\\y"' in proposed
    assert tomllib.loads(proposed)["columns"] == {
        "customer": "customer", "document": "invoice", "issue_on": "date", "amount": "amount",
    }  # fmt: skip


def test_column_whose_header_stands_twice_or_is_blank_is_proposed_and_read_by_number(tmp_path: Path) -> None:
    data = table(tmp_path / "a.csv", "customer,invoice,date,amount,amount\nA,1,2025-01-01,5,7\n")
    proposed = propose_map(grid_of(data), recognised(data))
    assert tomllib.loads(proposed)["columns"]["amount"] == 4
    other = table(tmp_path / "map.toml", proposed.replace("amount = 4", "amount = 5"))
    assert read(data, mapping=other, home="EUR").book.documents["amount_minor"].to_pylist() == [700]


def test_sheet_without_any_header_is_read_by_column_numbers(tmp_path: Path) -> None:
    data = table(tmp_path / "a.csv", "007,1,2025-01-31,5.25\n007,2,2025-02-28,1\n")
    columns = "header_row = 0\n[columns]\ncustomer = 1\ndocument = 2\nissue_on = 3\namount = 4\n"
    result = read(data, mapping=table(tmp_path / "map.toml", columns), home="EUR")
    assert result.book.documents["amount_minor"].to_pylist() == [525, 100]
    assert result.book.documents["source_row"].to_pylist() == [1, 2]
    assert result.book.documents["customer"].to_pylist() == ["007", "007"]


def test_map_names_own_kinds_flags_and_terms(tmp_path: Path) -> None:
    data = table(
        tmp_path / "a.csv",
        "Kunde,Nr,Art,Seite,Datum,Ziel,Betrag\nA,1,Rechnung,plus,2025-01-01,NT60,10\nA,2,Zahlung,minus,2025-01-05,,4\n",
    )
    path = table(
        tmp_path / "map.toml",
        '[columns]\ncustomer = "Kunde"\ndocument = "Nr"\nkind = "Art"\ndebit_credit = "Seite"\nissue_on = "Datum"\n'
        'terms = "Ziel"\namount = "Betrag"\n[kinds]\nRechnung = "invoice"\nZahlung = "receipt"\n'
        '[flags]\nplus = "debit"\nminus = "credit"\n[terms]\nnt60 = "net 60"\n',
    )
    rows = read(data, mapping=path, home="EUR").book.documents.select(["kind", "amount_minor", "due_on"]).to_pylist()
    assert [(r["kind"], r["amount_minor"], str(r["due_on"])) for r in rows] == [
        ("invoice", 1000, "2025-03-02"), ("receipt", -400, "None"),  # 1 January + 60 days
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------ one sheet alone

PAIR = {
    "de.csv": "Kunde;Beleg;Datum;Betrag\nA;1;31.01.2025;1.234,50\n",
    "en.csv": "customer,invoice,date,amount\nB,2,2025-02-28,100.00\n",
}
OF_ONE = '[[sheet]]\nname = "de*"\n[sheet.columns]\ncustomer = "Kunde"\ndocument = "Beleg"\nissue_on = "Datum"\namount = "Betrag"\n'


def pair(folder: Path, content: str) -> Reading:
    files = [table(folder / name, text) for name, text in PAIR.items()]
    return read(*files, mapping=table(folder / "map.toml", content), home="EUR")


def test_part_of_a_map_speaks_for_one_sheet_and_presets_for_the_others(tmp_path: Path) -> None:
    result = pair(tmp_path, OF_ONE)
    assert result.book.documents["amount_minor"].to_pylist() == [123_450, 10_000]
    assert [s.mapping.preset for s in result.sources] == ["map map.toml", "plain_en"]


def test_sheet_a_map_leaves_out_is_told_and_counts_nowhere(tmp_path: Path) -> None:
    result = pair(tmp_path, '[[sheet]]\nname = "de.csv"\nrole = "unused"\n')
    assert result.book.documents["amount_minor"].to_pylist() == [10_000]
    assert [(f.check, f.where) for f in result.findings if f.check.startswith("sheet")] == [
        ("sheet-left-out", "de.csv")
    ]


def test_faults_of_the_parts_of_a_map_are_told_with_the_sheet(tmp_path: Path) -> None:
    wrong = 'color = 1\n[[sheet]]\nrole = "documents"\n[[sheet]]\nname = "x"\nshape = "list"\n[sheet.columns]\ncustomr = "Kunde"\n'
    assert fault(tmp_path, wrong)[0] == (
        "map.toml: unknown key 'color'; [[sheet]] 1 has no name; sheet x: unknown field 'customr', perhaps 'customer'; "
        "sheet x: shape 'list' is not one of open_items, paid_history, documents_with_allocations, running_account."
    )
    assert fault(tmp_path, 'sheet = "x"\n') == (
        "map.toml: sheet must be written [[sheet]].", "map.toml：sheet 必须写成 [[sheet]]。",
    )  # fmt: skip
    assert fault(tmp_path, 'role = "unused"\n')[1].startswith("map.toml：role 'unused' 不在可选值之内")


def test_part_of_a_map_for_a_sheet_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as raised:
        pair(tmp_path, OF_ONE + '[[sheet]]\nname = "de.xlsx"\nheader_row = 1\n')
    path = tmp_path / "map.toml"
    assert (
        raised.value.en == f"{path}: no sheet is called 'de.xlsx'. There are: de.csv, en.csv. A * stands for anything."
    )
    assert raised.value.zh == f"{path}：没有名为 'de.xlsx' 的工作表。现有：de.csv, en.csv。可用 * 代表任意文字。"


def test_part_of_a_map_that_does_not_fit_its_sheet_is_refused_though_another_sheet_fits(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"en\.csv has no column 'Kunde'"):
        pair(tmp_path, OF_ONE.replace("de*", "*"))


def test_column_number_past_the_last_column_is_refused(tmp_path: Path) -> None:
    assert fault(tmp_path, '[columns]\ncustomer = "Kunde"\namount = 3\n') == (
        "map.toml: list.csv has no column 3 (for amount); it has 2.", "map.toml：list.csv 没有第 3 列（用于 amount），共 2 列。",
    )  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_written_map_loads_to_what_was_written(name: str) -> None:
    data = tomllib.loads(propose_map(grid_of(ERP / name), recognised(ERP / name)))
    odd = {
        "name": 'a "b"\\c\n:x',
        "customer_above": True,
        "columns": {"amount": 3},
        "kinds": {"RV ü": "receipt", "a.b": "bill"},
    }
    assert parse_map(map_text(data | {"sheet": [odd]})) == data | {"sheet": [odd]}


# -------------------------------------------------------------------------------------------------------------- faults


def test_unknown_field_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    assert fault(tmp_path, '[columns]\ncustomr = "Kunde"\namount = "Zahl"\n') == (
        "map.toml: unknown field 'customr', perhaps 'customer'.",
        "map.toml：未知字段 'customr'，是否为 'customer'。",
    )


def test_missing_header_is_told_with_those_there_are(tmp_path: Path) -> None:
    assert fault(tmp_path, '[columns]\ncustomer = "Kunde"\namount = "Summe"\n') == (
        "map.toml: list.csv has no column 'Summe' (for amount) in row 1. It has: Kunde, Zahl.",
        "map.toml：list.csv 第 1 行没有列 'Summe'（用于 amount）。现有：Kunde, Zahl。",
    )


def test_wrong_kind_is_told_with_the_legal_ones(tmp_path: Path) -> None:
    legal = [
        "invoice", "debit_note", "credit_note", "receipt", "advance", "write_off", "bill", "retention", "opening",
        "fx_difference", "other",
    ]  # fmt: skip
    assert fault(tmp_path, '[columns]\ncustomer = "Kunde"\namount = "Zahl"\n[kinds]\nRV = "bil"\n') == (
        f"map.toml: kind 'bil' is not one of {', '.join(legal)}.",
        f"map.toml：kind 'bil' 不在可选值之内：{'、'.join(legal)}。",
    )


def test_columns_that_do_not_suffice_are_named(tmp_path: Path) -> None:
    assert fault(tmp_path, '[columns]\ndocument = "Zahl"\n') == (
        "map.toml: list.csv: [columns] lacks customer or customer_name, amount or open_amount or debit or credit or original_amount.",
        "map.toml：list.csv：[columns] 缺少 customer 或 customer_name、amount 或 open_amount 或 debit 或 credit 或 original_amount。",
    )


def test_all_faults_of_a_map_are_told_at_once(tmp_path: Path) -> None:
    english, chinese = fault(
        tmp_path,
        'shape = "list"\ndate_order = "dym"\ncurrency = "EURO"\ndecimal = ";"\nheader_row = -1\nunit_power = 9\n'
        '[columns]\ncustomer = "Kunde"\namount = 0\n[flags]\nX = "plus"\n',
    )
    assert english == (
        "map.toml: amount must be a header or a column number from 1; flag 'plus' is not one of debit, credit; "
        "shape 'list' is not one of open_items, paid_history, documents_with_allocations, running_account; "
        "date_order 'dym' is not one of ymd, dmy, mdy; decimal ';' is not one of ., ,; "
        "currency 'EURO' is not an ISO 4217 code; header_row must be 0 (no header) or more; "
        "unit_power must be from 0 to 8."
    )
    assert chinese.count("；") == english.count("; ")
    assert "币种 'EURO' 不是 ISO 4217 代码" in chinese


def test_keys_of_the_wrong_sort_are_told(tmp_path: Path) -> None:
    assert fault(tmp_path, 'header_row = "3"\ncolumns = "Kunde"\ncolor = 1\n') == (
        "map.toml: unknown key 'color'; header_row must be a whole number, not '3'; columns must be a table, not 'Kunde'.",
        "map.toml：未知的键 'color'；header_row 必须是整数，而不是 '3'；columns 必须是表，而不是 'Kunde'。",
    )


def test_preset_that_does_not_exist_is_told_with_those_there_are(tmp_path: Path) -> None:
    english, chinese = fault(tmp_path, 'preset = "sapp"\n[columns]\ncustomer = "Kunde"\namount = "Zahl"\n')
    names = [p.name for p in presets()]
    assert english == f"map.toml: preset 'sapp' does not exist. There are: {', '.join(names)}."
    assert chinese == f"map.toml：没有预设 'sapp'。现有：{'、'.join(names)}。"


def test_file_that_is_no_toml_is_told(tmp_path: Path) -> None:
    english, chinese = fault(tmp_path, "[columns\n")
    assert english.startswith("map.toml: can't be read: ")
    assert chinese.startswith("map.toml：无法读取：")


def test_sheet_that_fits_nothing_says_what_it_looked_at(tmp_path: Path) -> None:
    error = unrecognised(grid_of(table(tmp_path / "b.csv", "apples,pears\n1,2\n")))
    assert error.en.startswith(
        "b.csv: no column means a customer and an amount. Best header row found: apples, pears. "
    )
    assert error.zh.startswith("b.csv：找不到表示客户和金额的列。最像表头的一行：apples, pears。")


# ---------------------------------------------------------------------------------------------------------- header row


@pytest.mark.parametrize("above", [0, 1, 7, 40])
def test_header_row_is_found_below_titles_and_blank_lines(above: int, tmp_path: Path) -> None:
    titles = ["Open items,,,", ",,,", "As of,2025-12-31,,", ",,,"] * 10
    lines = [*titles[:above], "Customer,Invoice,Date,Amount", "A,1,2025-01-31,10.00"]
    path = table(tmp_path / "a.csv", "\n".join(lines) + "\n")
    assert recognised(path).header_row == above
    (row,) = read(path, home="EUR").book.documents["source_row"].to_pylist()
    assert row == above + 2


def test_two_level_header_is_read_as_one(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        "往来对账,,,,,,,\n对账对象编码,业务日期,业务单号,借方,,,贷方,,\n,,,发生,已结,未结,发生,已结,未结\n"
        "0001,2025-03-04,X1,100.00,40.00,60.00,,,\n0001,2025-03-09,S1,,,,20.00,5.00,15.00\n合计,,,100.00,40.00,60.00,20.00,5.00,15.00\n",
    )
    mapping = recognised(path)
    assert (mapping.preset, mapping.header_row) == ("yonyou_reconciliation", 2)
    assert (mapping.header("debit"), mapping.header("credit")) == ("借方未结", "贷方未结")
    result = read(path, home="CNY")
    assert result.book.documents["amount_minor"].to_pylist() == [6000, -1500]
    assert [f.check for f in result.findings if "total" in f.check] == ["total-row"]


def test_two_level_header_repeated_on_the_next_page_is_no_document(tmp_path: Path) -> None:
    head = "对账对象编码,业务日期,业务单号,借方,,贷方,\n,,,发生,未结,发生,未结\n"
    path = table(tmp_path / "a.csv", head + "1,2025-03-04,X1,9.00,9.00,,\n" + head + "1,2025-03-05,X2,1.50,1.50,,\n")
    result = read(path, home="CNY")
    assert result.book.documents["amount_minor"].to_pylist() == [900, 150]
    assert result.source_totals[0].rejected_rows == 0


def test_header_repeated_on_each_page_is_no_document_and_proves_no_decimal_sign(tmp_path: Path) -> None:
    head = "Customer,DocumentNo,Doc. Date,Net due dt,Amt in loc.cur.,LCurr\n"
    path = table(
        tmp_path / "a.csv", head + "A,1,2025-03-04,2025-04-04,9.5,EUR\n" + head + "B,2,2025-03-05,2025-04-05,1.25,EUR\n"
    )
    result = read(path)
    assert result.book.documents["amount_minor"].to_pylist() == [950, 125]
    assert not [f for f in result.findings if f.severity == "must_act"]


def test_customer_above_whose_name_begins_with_total_is_a_customer(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        ",Date,Transaction type,Num,Term,Due date,Open balance\nAcme,,,,,,\n,2025-01-20,Invoice,1,,2025-02-20,5.00\n"
        "Total Fitness,,,,,,\n,2025-01-21,Invoice,2,,2025-02-21,7.00\nTotal for Total Fitness,,,,,,7.00\n",
    )
    assert read(path, home="USD").book.documents["customer"].to_pylist() == ["Acme", "Total Fitness"]


def test_rows_of_a_list_without_numbers_and_dates_are_never_taken_for_totals(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "Customer,Invoice,Amount\nA,,10.00\nA,,10.00\nB,,20.00\n")
    assert read(path, home="EUR").book.documents["amount_minor"].to_pylist() == [1000, 1000, 2000]


def test_document_number_that_begins_with_a_totals_word_is_a_document(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "Customer,Invoice,Date,Amount\nA,SUM-001,2025-01-31,10.00\nA,合计,,10.00\n")
    result = read(path, home="EUR")
    assert result.book.documents["document"].to_pylist() == ["SUM-001"]
    assert [f.check for f in result.findings if "total" in f.check] == ["total-row"]


def test_a_row_that_repeats_the_one_above_without_number_and_date_stays_a_document(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        "Customer,Invoice,Date,Amount\nA,1,2025-01-31,10.00\nA,,,10.00\nB,2,2025-01-31,0.00\nB,,,0.00\n",
    )
    assert read(path, home="EUR").book.documents["amount_minor"].to_pylist() == [1000, 1000, 0, 0]


def test_subtotals_without_a_word_are_known_by_adding_up_over_several_documents(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        "Customer,Invoice,Date,Amount\nA,1,2025-01-31,10.00\nA,2,2025-01-31,3.00\nA,,,13.00\nB,3,2025-01-31,4.00\nB,,,4.00\n",
    )
    result = read(path, home="EUR")
    assert result.book.documents["amount_minor"].to_pylist() == [1000, 300, 400]
    assert [f.check for f in result.findings if "total" in f.check] == ["total-row", "total-row"]


def test_undated_rows_that_do_not_add_up_stay_documents(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        "Customer,Invoice,Date,Amount\nA,1,2025-01-31,10.00\nA,,,3.00\nB,2,2025-01-31,4.00\nB,,,9.00\n",
    )
    result = read(path, home="EUR")
    assert result.book.documents["amount_minor"].to_pylist() == [1000, 300, 400, 900]
    assert not [f for f in result.findings if "total" in f.check]


def test_marks_keep_an_everyday_list_from_a_system_preset(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        "Customer,Document Number,Posting Date,Due Date,Amount,Currency\nA,1,2025-01-31,2025-02-28,1,EUR\n",
    )
    assert recognised(path).preset == "plain_en"


def test_map_finds_its_header_row_by_its_headers(tmp_path: Path) -> None:
    data = table(tmp_path / "a.csv", "Liste,2025\n,\nKunde,Zahl,Tag\nA,1,2025-01-31\n")
    mapping = apply_map(
        grid_of(data), {"columns": {"customer": "Kunde", "amount": "Zahl", "issue_on": "Tag"}}, "map.toml"
    )
    assert (mapping.header_row, dict(mapping.columns)) == (2, {"customer": 0, "amount": 1, "issue_on": 2})


@pytest.mark.parametrize("header", ["未清金额", "未清余额", "未收余额", "应收账款余额", "欠款余额"])
def test_everyday_chinese_names_of_what_is_open_are_recognised(header: str, tmp_path: Path) -> None:
    path = tmp_path / "未清项.csv"
    path.write_bytes(
        f"客户编码,客户名称,单据号,开票日期,到期日,{header}\nK1,甲公司,F1,2026-01-10,2026-02-09,1.20万\n".encode(
            "gb18030"
        )
    )
    reading = read(path, home="CNY")
    assert reading.book.documents["amount_minor"].to_pylist() == [12_000_00]  # 1.20 万 = 12,000.00
