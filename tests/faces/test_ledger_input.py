"""The ledger to type by hand: what is typed is read to the cent in both languages, and each fault is told on its row."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from creditlib_templates import path

from creditlib.errors import Lang
from creditlib.faces.wording import say
from creditlib.facts.lists.limits import read_limits
from creditlib.facts.open_items import open_items
from creditlib.facts.reading import Reading, read
from creditlib.facts.tables import KINDS
from creditlib.measures.aging import aging
from creditlib.terms import parse_terms

sys.path.insert(0, str(Path(__file__).parent))
from cells import Sheets

KIND = "ledger_input"
TONGUES: tuple[Lang, ...] = ("en", "zh")
DAY = date(2026, 10, 31)
CUSTOMERS = [
    {"customer": "K001", "name": "Alder & Finch / 甲公司", "country": "CN", "salesperson": "Lin", "terms": 1},
    {"customer": "0002", "name": "Brightwater", "group": "G1", "terms": 3},
    {"customer": "A*", "name": "Stars", "terms": 1},
]
DOCUMENTS: list[dict[str, Any]] = [
    {"customer": "K001", "document": "F-1", "kind": "invoice", "issue": date(2026, 8, 1), "due": date(2026, 8, 31), "currency": "CNY", "amount": 1130.01},
    {"customer": "K001", "document": "F-2", "kind": "invoice", "issue": date(2026, 10, 1), "currency": "CNY", "amount": 2000, "terms": 1},
    {"customer": "K001", "document": "R-1", "kind": "receipt", "issue": date(2026, 9, 15), "currency": "CNY", "amount": 500.01, "applied": "F-1"},
    {"customer": "0002", "document": "F-3", "kind": "invoice", "issue": date(2026, 7, 10), "currency": "CNY", "amount": 900.5, "terms": 3},
    {"customer": "0002", "document": "G-1", "kind": "credit_note", "issue": date(2026, 9, 1), "currency": "CNY", "amount": 100.25, "applied": "F-3"},
    {"customer": "0002", "document": "V-1", "kind": "advance", "issue": date(2026, 10, 20), "currency": "CNY", "amount": 50},
    {"customer": "A*", "document": "F-4", "kind": "invoice", "issue": date(2026, 9, 1), "due": date(2026, 10, 31), "currency": "USD", "amount": 0.01},
    {"customer": "A*", "document": "D-1", "kind": "debit_note", "issue": date(2026, 9, 1), "due": date(2026, 10, 30), "currency": "USD", "amount": 77.7},
    {"customer": "A*", "document": "W-1", "kind": "write_off", "issue": date(2026, 10, 30), "currency": "USD", "amount": 7.7, "applied": "D-1"},
]  # fmt: skip
LIMITS = [
    {"customer": "K001", "limit": 50_000, "currency": "CNY", "from": date(2026, 1, 1), "until": date(2026, 12, 31), "by": "Chen"},
    {"customer": "0002", "limit": 0, "currency": "CNY", "from": date(2026, 5, 1)},
]  # fmt: skip
# by hand: F-1 1,130.01 − 500.01, 61 days; F-2 due 10-31; F-3 900.50 − 100.25, due 08-31, 61 days; D-1 77.70 − 7.70, 1 day
AGED = {
    ("K001", "CNY"): {"61-90": 63_000, "not_due": 200_000, "total_minor": 263_000},
    ("0002", "CNY"): {"61-90": 80_025, "unapplied": -5_000, "total_minor": 75_025},
    ("A*", "USD"): {"not_due": 1, "1-30": 7_000, "total_minor": 7_001},
}


def typed(lang: Lang, documents: list[dict[str, Any]] = DOCUMENTS, rows_kept: int = 60) -> Sheets:
    """The ledger with rows typed into it, in the words of its lists."""
    sheets = Sheets(KIND, lang, rows_kept)
    for sheet, rows in (("customers", CUSTOMERS), ("documents", documents), ("limits", LIMITS)):
        for down, row in enumerate(rows):
            for name, value in row.items():
                if name == "kind" and value in KINDS:
                    value = say(f"common.kind.{value}", lang)
                elif name == "terms":
                    value = say(f"ledger_form.lists.t{value}", lang)
                sheets.put(f"{sheet}_{name}", value, down=down)
    return sheets


def check(reading: Reading) -> None:
    assert reading.shape == "documents_with_allocations"
    assert {s.mapping.role for s in reading.sources} == {"documents", "customers"}
    found = {
        (r["customer"], r["currency"]): r
        for r in aging(open_items(reading.book, DAY), edges=(30, 60, 90)).table.to_pylist()
    }
    assert found.keys() == AGED.keys()
    for key, own in AGED.items():
        for column in ("total_minor", "not_due", "1-30", "31-60", "61-90", "90+", "unapplied"):
            assert found[key][column] == own.get(column, 0), (key, column)
    customers = {r["customer"]: r for r in reading.book.customers.to_pylist()}
    assert {k: r["name"] for k, r in customers.items()} == {str(r["customer"]): r["name"] for r in CUSTOMERS}
    assert customers["K001"]["country"] == "CN"
    assert customers["0002"]["group"] == "G1"
    assert all(parse_terms(r["terms"]) for r in customers.values())


@pytest.mark.parametrize("lang", TONGUES)
def test_what_is_typed_is_read_to_the_cent(lang: Lang, tmp_path: Path) -> None:
    target = typed(lang).save(tmp_path / "ledger.xlsx")
    reading = read(target, home="CNY")
    check(reading)
    unread = {f.where.rpartition(":")[2] for f in reading.findings if f.check == "sheet-not-used"}
    assert unread == {say(f"ledger_form.sheet.{s}", lang) for s in ("limits", "checks", "notes", "lists")}
    kinds = reading.book.documents["kind"].to_pylist()
    assert [str(k) for k in kinds] == [r["kind"] for r in DOCUMENTS]
    assert {f.check for f in reading.findings} <= {
        "sheet-not-used",
        "unsigned-credits",
        "due-from-terms",
        "unused-column",
        "no-sales",
    }
    limits, _ = read_limits(target, home="CNY", book=reading.book)
    assert [(r["customer"], r["amount_minor"], r["on"]) for r in limits.to_pylist()] == [
        ("K001", 5_000_000, date(2026, 1, 1)),
        ("0002", 0, date(2026, 5, 1)),
    ]


@pytest.mark.parametrize("lang", TONGUES)
def test_the_checks_of_good_rows_find_nothing_and_their_sums_tie(lang: Lang, tmp_path: Path) -> None:
    figures = typed(lang).calculate(tmp_path / "ledger.xlsx")
    assert figures.at("verdict") == say("ledger_form.checks.fine", lang) + "9"
    assert [figures.at("documents_check", down=k) for k in range(9)] == [""] * 9
    assert figures.at("documents_name") == CUSTOMERS[0]["name"]
    assert figures.at("documents_terms") == say("ledger_form.lists.t1", lang)  # the customer's own, until typed over
    sums = figures.rows("sums")
    invoice, receipt = KINDS.index("invoice"), KINDS.index("receipt")
    assert sums[invoice][:2] == [pytest.approx(1130.01 + 2000 + 900.5), 0.01]
    assert sums[receipt][0] == -500.01
    assert sums[-1] == pytest.approx(
        [3380.25, 70.01, 0, 0, 0, 0, 0, 3450.26]
    )  # 4,030.51 − 500.01 − 100.25 − 50; 77.71 − 7.70
    assert figures.errors() == []


FAULTS: dict[str, dict[str, Any]] = {
    "no_customer": {"customer": None}, "unknown_customer": {"customer": "K002"}, "no_amount": {"amount": None}, "minus": {"amount": -1130.01},
    "no_number": {"document": None}, "twice": {"document": "F-2"}, "issue": {"issue": None}, "due": {"due": "31/08/2026"},
    "due_first": {"due": date(2026, 7, 31)}, "kind": {"kind": "bonus"}, "currency": {"currency": "RMBX"}, "applied": {"applied": "F-9"},
}  # fmt: skip


@pytest.mark.parametrize(("fault", "lang"), [(f, "zh" if k % 4 == 0 else "en") for k, f in enumerate(FAULTS)])
def test_each_fault_is_told_on_its_row_and_counted_with_its_sum(fault: str, lang: Lang, tmp_path: Path) -> None:
    rows = [DOCUMENTS[0] | FAULTS[fault], *DOCUMENTS[1:]]
    figures = typed(lang, rows).calculate(tmp_path / "ledger.xlsx")
    assert figures.at("documents_check") == "▲ " + say(f"ledger_form.fault.{fault}", lang)
    twice = 2 if fault == "twice" else 1
    # the receipt of F-1 is without its invoice where that has another number, or none
    lost = {"twice": 1, "no_number": 1}.get(fault, 0)
    assert figures.at(f"check_{fault}") == twice
    assert figures.at("check_applied") == lost + (fault == "applied")
    assert figures.at("verdict") == say("ledger_form.checks.wrong", lang) + str(twice + lost)
    if fault == "unknown_customer":
        assert figures.at(f"check_{fault}", right=1) == 1130.01
    assert figures.errors() == []


def test_text_for_an_amount_an_error_and_codes_that_look_alike(tmp_path: Path) -> None:
    rows = [
        DOCUMENTS[0] | {"amount": "1,130.01"}, DOCUMENTS[1] | {"amount": "=1/0"}, DOCUMENTS[3] | {"customer": "2"},
        DOCUMENTS[6] | {"customer": "AB"}, DOCUMENTS[6] | {"customer": "a*", "document": "F-5"},
    ]  # fmt: skip
    figures = typed("en", rows).calculate(tmp_path / "ledger.xlsx")
    told = [figures.at("documents_check", down=k) for k in range(5)]
    amount, unknown = ("▲ " + say(f"ledger_form.fault.{f}", "en") for f in ("no_amount", "unknown_customer"))
    assert told == [amount, amount, unknown, unknown, unknown]


def test_rows_below_those_prepared_and_customers_twice_are_told(tmp_path: Path) -> None:
    sheets = typed("en")
    sheets.put("documents_customer", "K001", down=1004)
    sheets.put("documents_amount", 12.5, down=1004)
    sheets.put("customers_customer", "K001", down=7)
    figures = sheets.calculate(tmp_path / "ledger.xlsx")
    assert (figures.at("check_beyond"), figures.at("check_beyond", right=1)) == (1, 12.5)
    assert figures.at("check_customers_twice") == 2
    assert str(figures.at("verdict")).startswith("▲")


@pytest.mark.parametrize("lang", TONGUES)
def test_an_untouched_ledger_holds_no_rows(lang: Lang, tmp_path: Path) -> None:
    reading = read(path(lang, KIND), home="CNY")
    assert reading.book.documents.num_rows == 0
    assert {f.check for f in reading.findings} == {"sheet-not-used"}  # the formulas of blank rows are no rows of text
    figures = Sheets(KIND, lang).calculate(tmp_path / "ledger.xlsx")
    assert figures.at("verdict") == say("ledger_form.checks.fine", lang) + "0"
    assert figures.errors() == []


@pytest.mark.parametrize("lang", TONGUES)
def test_words_offered_for_terms_are_ones_the_reader_knows(lang: Lang) -> None:
    for k in range(1, 6):
        assert parse_terms(say(f"ledger_form.lists.t{k}", lang))
