"""Every preset on a file in its system's layout: recognised, read to the cent, totals compared with their rows."""

from __future__ import annotations

import importlib.util
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditlib import money
from creditlib.facts import due
from creditlib.facts.checks import check
from creditlib.facts.columns import FIELDS
from creditlib.facts.encoding import decode
from creditlib.facts.mapping import presets, recognise
from creditlib.facts.open_items import open_items
from creditlib.facts.reading import Reading, read
from creditlib.facts.sources import open_grids
from creditlib.facts.tables import KINDS

ERP = Path(__file__).parent.parent / "fixtures" / "erp"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((ERP / "expected.toml").read_text(encoding="utf-8"))
FIXTURES = sorted(EXPECTED)


def reading(name: str) -> Reading:
    return read(ERP / name, home=EXPECTED[name].get("home"))


def changed(name: str, folder: Path) -> Path:
    """A copy of a fixture with one amount a cent larger."""
    change, path = EXPECTED[name]["change"], folder / name
    if "cell" in change:
        book = openpyxl.load_workbook(ERP / name)
        page = book.active
        assert page is not None
        page[change["cell"]] = change["to"]
        book.save(path)
    else:
        raw = (ERP / name).read_bytes()
        text = decode(raw)
        assert change["find"] in text
        encoding = "utf-16" if raw[:2] == b"\xff\xfe" else "cp1252" if name == "sap_de.csv" else "gb18030"
        path.write_bytes(text.replace(change["find"], change["to"], 1).encode(encoding))
    return path


def open_totals(result: Reading, name: str) -> dict[str, Decimal]:
    totals = open_items(result.book, EXPECTED[name]["as_of"]).totals
    return {currency: money.to_decimal(minor, currency) for currency, minor in totals.items()}


def test_every_fixture_is_expected_and_every_system_preset_has_one() -> None:
    made = {path.name for path in ERP.iterdir() if path.suffix in (".csv", ".txt", ".xls", ".xlsx")}
    assert made == set(EXPECTED)
    assert {p.name for p in presets() if not p.name.startswith("plain")} == {e["preset"] for e in EXPECTED.values()}


def test_fixtures_are_what_the_script_beside_them_writes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("erp_make", ERP / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    make.HERE = tmp_path
    for system in ("sap", "yonyou", "kingdee", "odoo", "erpnext", "quickbooks", "xero", "business_central"):
        getattr(make, system)()
    assert sorted(p.name for p in tmp_path.iterdir()) == FIXTURES
    for name in FIXTURES:
        if name.endswith(".xlsx"):
            (new,), (old,) = open_grids(tmp_path / name), open_grids(ERP / name)
            assert new.head == old.head, name
        else:
            assert (tmp_path / name).read_bytes() == (ERP / name).read_bytes(), name


def test_every_preset_names_its_source_and_grade_and_only_known_fields_and_kinds() -> None:
    for preset in presets():
        assert preset.source.strip(), preset.name
        assert preset.grade in (("",) if preset.name.startswith("plain") else ("A", "B", "C")), preset.name
        assert set(preset.aliases) <= set(FIELDS[preset.role])
        assert set(preset.kinds.values()) <= set(KINDS)
        assert preset.marks or preset.name.startswith("plain"), preset.name


@pytest.mark.parametrize("name", FIXTURES)
def test_fixture_is_recognised_by_its_own_preset(name: str) -> None:
    expected, result = EXPECTED[name], reading(name)
    (source,) = result.sources
    assert source.mapping.preset == expected["preset"]
    assert source.mapping.header_row + 1 == expected["header_row"]
    assert result.shape == expected["shape"]


@pytest.mark.parametrize("name", FIXTURES)
def test_fixture_ties_to_the_cent(name: str) -> None:
    expected, result = EXPECTED[name], reading(name)
    assert open_totals(result, name) == {c: Decimal(a) for c, a in expected["open"].items()}
    assert {t.currency: t.file for t in result.source_totals} == {c: Decimal(a) for c, a in expected["file"].items()}
    for total in result.source_totals:
        used = money.to_decimal(total.used_minor, total.currency)
        assert total.file == used + total.rejected + total.rounding
    assert result.book.documents.num_rows == expected["rows"]
    assert (
        sum(total.rows for total in result.source_totals) - sum(t.rejected_rows for t in result.source_totals)
        == (expected["rows"])
    )


@pytest.mark.parametrize("name", FIXTURES)
def test_fixture_gives_the_findings_expected_and_no_other(name: str) -> None:
    expected, found = EXPECTED[name], Counter(f.check for f in reading(name).findings)
    assert found == expected["findings"]
    assert found["total-row"] == expected["total_rows"]


@pytest.mark.parametrize("name", FIXTURES)
def test_fixture_documents_are_what_they_are(name: str) -> None:
    expected, table = EXPECTED[name], reading(name).book.documents
    assert sorted(set(table["customer"].to_pylist())) == expected["customers"]  # text: leading zeros stay
    rows = {row["document"]: row for row in table.select(["document", "kind", "due_on", "due_from"]).to_pylist()}
    assert {n: rows[n]["kind"] for n in expected["kinds"]} == expected["kinds"]
    assert {n: rows[n]["due_on"] for n in expected.get("due", {})} == expected.get("due", {})
    without = [n for n, row in rows.items() if row["due_from"] == "none" and row["kind"] in ("invoice", "debit_note")]
    assert without == expected.get("no_due", [])


@pytest.mark.parametrize("name", FIXTURES)
def test_one_cent_more_in_one_amount_is_told_by_each_total_above_it(name: str, tmp_path: Path) -> None:
    expected = EXPECTED[name]
    result = read(changed(name, tmp_path), home=expected.get("home"))
    before, after = open_totals(reading(name), name), open_totals(result, name)
    moved = {c: abs(after[c] - before[c]) for c in before if after[c] != before[c]}
    assert list(moved.values()) == [Decimal("0.01")]
    wrong = [f for f in result.findings if f.check == "stated-total-differs"]
    assert len(wrong) == expected["change"]["stated"]
    assert all("difference -0.01." in f.en or "difference 0.01." in f.en for f in wrong)
    assert len(wrong) + Counter(f.check for f in result.findings)["total-row"] == expected["total_rows"]


def test_stated_total_that_differs_names_row_and_both_figures(tmp_path: Path) -> None:
    wrong = [f for f in read(changed("sap_de.csv", tmp_path)).findings if f.check == "stated-total-differs"]
    assert [str(f.where) for f in wrong] == ["sap_de.csv!9"]
    assert wrong[0].en.startswith('"Debitor" states 4,712.05, the rows above add up to 4,712.06; difference -0.01.')
    assert wrong[0].zh.startswith("“Debitor”写的是 4,712.05，上方明细合计 4,712.06；差额 -0.01。")


def test_clearing_numbers_give_allocations_between_the_documents_cleared() -> None:
    result = reading("sap_en_long.xls")
    numbers = result.book.documents["document"].to_pylist()
    (link,) = result.book.allocations.to_pylist()
    assert (numbers[link["from_document"]], numbers[link["to_document"]]) == ("1400000009", "1800000023")
    assert (link["amount_minor"], str(link["on"]), link["origin"]) == (238050, "2026-01-16", "clearing_number")


def test_u8_receipt_pays_the_invoice_it_names_and_one_that_names_itself_stays_unapplied() -> None:
    result = reading("yonyou_u8_ar_detail.csv")
    numbers = result.book.documents["document"].to_pylist()
    links = [
        (numbers[a["from_document"]], numbers[a["to_document"]], a["amount_minor"])
        for a in result.book.allocations.to_pylist()
    ]
    assert links == [("0000000007", "0000000001", 2_260_000), ("0000000007", "0000000002", 130_000)]
    assert [f for f in check(result.book) if f.check == "duplicate-document"] == []  # one receipt in two parts


def test_amounts_without_sign_take_it_from_flag_or_posting_key_and_the_local_amount_with_them() -> None:
    rows = reading("sap_zh.csv").book.documents.select(["document", "amount_minor", "local_minor"]).to_pylist()
    found = {r["document"]: (r["amount_minor"], r["local_minor"]) for r in rows}
    assert found["1600002002"] == (-300_000, -300_000)  # posting key 11
    assert found["1400002004"] == (-120_050, -852_355)  # 15


def test_flag_that_is_neither_debit_nor_credit_is_told_and_signed_amounts_are_not_turned_twice(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "customer,document,issue date,amount,D/C\nA,1,2025-01-01,10,S\nA,2,2025-01-02,-4,H\nA,3,2025-01-03,1,?\n"
    )
    result = read(path, home="EUR")
    assert result.book.documents["amount_minor"].to_pylist() == [1000, -400, 100]
    assert [f.en.split(";")[0] for f in result.findings if f.check == "unknown-flag"] == [
        "1 row has debit/credit flags no preset knows (?)"
    ]


def test_running_balance_beside_debit_and_credit_is_not_taken_for_what_is_open(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    lines = ["客户编码,日期,凭证号,摘要,借方,贷方,方向,余额", "01,2025-01-05,1,销售,100.00,,借,100.00",
             "01,2025-01-09,2,收款,,60.00,借,40.00", "01,2025-01-20,3,销售,5.50,,借,45.50", "合计,,,,105.50,60.00,借,45.50"]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    result = read(path, home="CNY")
    assert result.book.documents["amount_minor"].to_pylist() == [10_000, -6_000, 550]  # not 100 + 40 + 45.50
    assert [f.check for f in result.findings if "total" in f.check] == ["total-row"]


def test_local_amount_is_used_where_nothing_names_the_currency_of_the_other_one(tmp_path: Path) -> None:
    path = tmp_path / "bc.csv"
    path.write_text(
        "Posting Date,Document Type,Document No.,Customer No.,Remaining Amount,Remaining Amt. (LCY),Due Date\n"
        "2025-10-31,Invoice,1,007,2000,1480.60,2025-11-30\n"
    )
    result = read(path, home="GBP")
    assert result.book.documents["amount_minor"].to_pylist() == [148_060]


@pytest.mark.parametrize(("code", "days"), [("NT30", 30), ("NT90", 90), ("NT0A", 100), ("NT3G", 135), ("NT6C", 360)])
def test_term_code_is_looked_up_whole(code: str, days: int) -> None:
    term = due.look_up(code, {})
    assert term is not None
    assert term.instalments[0].delay.days == days


@pytest.mark.parametrize("code", ["NT60", "NT6D", "NT7Z", "NT1", "ZN04", "ZN05", "0001", "NAA8"])
def test_unknown_code_gives_no_term_never_its_digits(code: str) -> None:
    assert due.look_up(code, {}) is None
    assert due.look_up(code, {code: "net 60"}) is not None  # unless the firm says what it means


PLAIN = {
    "receivables_open.csv": ("plain_en", "USD"),
    "invoices_ibm.csv": ("plain_en", None),
    "receivables_closed.csv": ("plain_en", None),
}


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_real_ledger_with_everyday_headers_is_not_taken_for_a_system(name: str, shared_data: Path) -> None:
    mapping = recognise(open_grids(shared_data / name)[0])
    assert mapping is not None
    assert (mapping.preset, mapping.currency) == PLAIN[name]


@pytest.mark.parametrize(
    "stem", ["documents", "allocations", "customers", "sales", "control", "control_wrong", "rates"]
)
def test_sample_files_are_recognised_as_plain_english(stem: str) -> None:
    folder = Path(due.__file__).parent / "sample" / "data"
    mapping = recognise(open_grids(folder / f"{stem}.csv")[0])
    expected = "plain_en" if stem == "documents" else "plain_en_" + stem.removesuffix("_wrong")
    assert mapping is not None
    assert mapping.preset == expected
