"""From files to a book: shapes, signs, currencies, customers, sales; file total = used + rejected + rounding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditlib.errors import MappingError
from creditlib.facts.columns import _split_currency
from creditlib.facts.open_items import open_items
from creditlib.facts.reading import read, read_sales

OPEN = "customer,document,issue date,due date,currency,amount\n"
TYPED = "customer,document,type,issue date,due date,currency,amount\n"


def _minor(reading: Any) -> list[int]:
    return reading.book.documents["amount_minor"].to_pylist()  # type: ignore[no-any-return]


# ------------------------------------------------------------------------------------------------------------- shapes


def test_one_row_per_open_document_is_an_open_item_list(ledger: Callable[..., Any]) -> None:
    reading = ledger(OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,10\n")
    assert (reading.shape, reading.book.complete) == ("open_items", False)


def test_settlement_dates_make_a_paid_history(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,due date,paid date,currency,amount\n"
        "C1,I-1,2024-01-01,2024-01-31,2024-02-10,CNY,10\n"
        "C1,I-2,2024-01-05,2024-02-04,,CNY,20\n"
    )
    assert (reading.shape, reading.book.complete) == ("paid_history", True)
    assert open_items(reading.book, date(2024, 2, 9)).totals == {"CNY": 3000}
    assert open_items(reading.book, date(2024, 2, 10)).totals == {"CNY": 2000}  # settled on that day


def test_sheet_of_allocations_makes_documents_with_allocations(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        TYPED + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,10\nC1,R-1,receipt,2024-01-20,,CNY,-4\n",
        sheets={"links": "from document,to document,amount,date\nR-1,I-1,4,2024-01-20\n"},
    )
    assert reading.shape == "documents_with_allocations"
    assert open_items(reading.book, date(2024, 1, 31)).totals == {"CNY": 600}


def test_column_naming_the_document_paid_makes_documents_with_allocations(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,type,issue date,due date,currency,amount,applied to\n"
        "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,10,\nC1,R-1,receipt,2024-01-20,,CNY,-4,I-1\n"
    )
    assert reading.shape == "documents_with_allocations"
    assert open_items(reading.book, date(2024, 1, 31)).open_minor.tolist() == [600]  # 10 − 4; the receipt is used up


def test_receipts_nobody_matched_make_a_running_account(ledger: Callable[..., Any]) -> None:
    text = TYPED + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,10\nC1,R-1,receipt,2024-01-20,,CNY,-9\n"
    assert ledger(text).shape == "running_account"


def test_few_unapplied_receipts_in_a_list_of_open_items_leave_it_one(ledger: Callable[..., Any]) -> None:
    text = TYPED + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,100\nC1,R-1,receipt,2024-01-20,,CNY,-9\n"
    assert ledger(text).shape == "open_items"  # 9 of 100 is less than half


# ----------------------------------------------------------------------------------------------------- signs and kinds


def test_debit_and_credit_columns_give_the_sign(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "客户编码,单据编号,开票日期,到期日,币种,借方,贷方\nC1,I-1,2024-01-01,2024-01-31,CNY,10.50,\nC1,R-1,2024-01-20,,CNY,,4.25\n"
    )
    assert _minor(reading) == [1050, -425]


@pytest.mark.parametrize(("debit", "credit"), [("S", "H"), ("借", "贷"), ("Dr", "Cr"), ("D", "C"), ("debit", "credit")])
def test_flag_of_debit_or_credit_gives_the_sign(debit: str, credit: str, ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,due date,currency,amount,debit/credit\n"
        f"C1,I-1,2024-01-01,2024-01-31,CNY,10.50,{debit}\nC1,K-1,2024-01-20,2024-01-20,CNY,4.25,{credit}\n"
    )
    assert _minor(reading) == [1050, -425]


def test_negative_invoice_is_a_credit_note(ledger: Callable[..., Any]) -> None:
    reading = ledger(OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,-10\n")
    assert reading.book.documents["kind"].to_pylist() == ["credit_note"]


def test_negative_amount_of_many_decimals_is_a_credit_note_too(ledger: Callable[..., Any]) -> None:
    reading = ledger(OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,-5.123456789\n")
    assert reading.book.documents["kind"].to_pylist() == ["credit_note"]
    assert _minor(reading) == [-512]


def test_credits_written_without_sign_are_turned_only_when_all_are(ledger: Callable[..., Any]) -> None:
    head = TYPED + "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,100\n"
    assert _minor(ledger(head + "C1,R-1,receipt,2024-01-20,,CNY,9\n")) == [10000, -900]
    mixed = ledger(head + "C1,R-1,receipt,2024-01-20,,CNY,-9\nC1,R-2,receipt,2024-01-21,,CNY,3\n")
    assert _minor(mixed) == [10000, -900, 300]  # R-2 is a refund: the file does write signs


def test_open_amount_stands_before_the_first_amount(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,due date,currency,original amount,open amount\nC1,I-1,2024-01-01,2024-01-31,CNY,100,40\n"
    )
    assert _minor(reading) == [4000]
    assert reading.book.documents["original_minor"].to_pylist() == [10000]


def test_amount_less_paid_amount_is_what_is_open(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,due date,currency,amount,paid amount\nC1,I-1,2024-01-01,2024-01-31,CNY,100,59.99\n"
    )
    assert _minor(reading) == [4001]  # 100.00 − 59.99


# ---------------------------------------------------------------------------------------------------------- currencies


def test_currency_of_each_row_stands_and_names_are_understood(ledger: Callable[..., Any]) -> None:
    rows = "".join(f"C1,I-{c},2024-01-01,2024-01-31,{c},10\n" for c in ("RMB", "人民币", "usd", "JPY"))
    reading = ledger(OPEN + rows)
    assert reading.book.documents["currency"].to_pylist() == ["CNY", "CNY", "USD", "JPY"]
    assert _minor(reading) == [1000, 1000, 1000, 10]


def test_currency_said_by_the_header_needs_no_home(ledger: Callable[..., Any]) -> None:
    reading = ledger("customer,document,due date,Amount in USD\nC1,I-1,2024-01-31,10\n")
    assert reading.book.documents["currency"].to_pylist() == ["USD"]
    assert reading.home_assumed is None


def test_word_in_a_header_is_no_currency() -> None:
    assert [_split_currency(h)[1] for h in ("Amount all", "Amount ALL", "converted_usd", "Amount in USD", "金额（美元）")] == [
        None, "ALL", "USD", "USD", "USD",
    ]  # fmt: skip


def test_unit_said_by_the_header_multiplies(ledger: Callable[..., Any]) -> None:
    reading = ledger("客户编码,单据编号,到期日,币种,金额(万元)\nC1,I-1,2024-01-31,CNY,1.25\n")
    assert _minor(reading) == [1_250_000]  # 1.25 × 10,000.00


def test_file_total_is_kept_apart_by_currency(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,10.005\nC1,I-2,2024-01-01,2024-01-31,USD,5.50\n"
        ",I-3,2024-01-01,2024-01-31,USD,1.25\nC1,I-4,2024-01-01,2024-01-31,QQQ,7\n"
    )
    told = {t.currency: (t.file, t.used_minor, t.rejected, t.rounding) for t in reading.source_totals}
    assert told == {
        "CNY": (Decimal("10.005"), 1001, Decimal(0), Decimal("-0.005")),  # 10.005 = 10.01 + 0 − 0.005
        "USD": (Decimal("6.75"), 550, Decimal("1.25"), Decimal("0.00")),
        "QQQ": (Decimal(7), 0, Decimal(7), Decimal(0)),
    }


# ------------------------------------------------------------------------------------------- several files, customers


def test_several_files_are_one_book_and_totals_add_up(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,10\n",
        sheets={"february": OPEN + "C1,I-2,2024-02-01,2024-02-29,CNY,20\n"},
    )
    assert reading.book.documents["id"].to_pylist() == [0, 1]
    assert reading.book.documents["source_file"].to_pylist() == ["ledger.csv", "february.csv"]
    assert [(t.rows, t.used_minor) for t in reading.source_totals] == [(2, 3000)]


def test_files_may_write_dates_and_amounts_each_in_its_own_way(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        OPEN + 'C1,I-1,01/31/2024,02/28/2024,USD,"1,000.50"\n',
        sheets={
            "europe": "customer;document;issue date;due date;currency;amount\nC1;I-2;31.01.2024;28.02.2024;EUR;1.000,50\n"
        },
    )
    assert reading.book.documents["issue_on"].to_pylist() == [date(2024, 1, 31)] * 2
    assert _minor(reading) == [100050, 100050]


def test_later_name_of_a_customer_stands(ledger: Callable[..., Any]) -> None:
    text = "customer,customer name,document,issue date,due date,currency,amount\n"
    reading = ledger(text + "C1,Old Ltd,I-1,2024-01-01,2024-01-31,CNY,1\nC1,New Ltd,I-2,2024-01-01,2024-01-31,CNY,1\n")
    assert reading.book.customers.select(["customer", "name"]).to_pylist() == [{"customer": "C1", "name": "New Ltd"}]


def test_customer_sheet_stands_before_names_beside_documents(ledger: Callable[..., Any]) -> None:
    text = "customer,customer name,document,issue date,due date,currency,amount\nC1,Short,I-1,2024-01-01,2024-01-31,CNY,1\n"
    reading = ledger(text, sheets={"customers": "customer,name,parent,group\nC1,Long Name Ltd,P0,G7\n"})
    assert reading.book.customers.select(["name", "parent", "group"]).to_pylist() == [
        {"name": "Long Name Ltd", "parent": "P0", "group": "G7"}
    ]


def test_customer_known_by_name_alone_is_keyed_by_it(ledger: Callable[..., Any]) -> None:
    reading = ledger("client,document,due date,currency,amount\nAlpha Ltd,I-1,2024-01-31,CNY,1\n")
    assert reading.book.documents["customer"].to_pylist() == ["Alpha Ltd"]


def test_mapping_names_columns_no_preset_knows(ledger: Callable[..., Any], tmp_path: Path) -> None:
    map_file = tmp_path / "map.toml"
    map_file.write_text(
        'decimal = ","\ndate_order = "dmy"\ncurrency = "EUR"\n[columns]\ncustomer = "Konto"\ndocument = "Beleg"\n'
        'due_on = "Fällig"\namount = "Betrag"\nkind = "Art"\n[kinds]\n"RG" = "invoice"\n"GS" = "credit_note"\n',
        encoding="utf-8",
    )
    reading = ledger("Konto;Beleg;Fällig;Betrag;Art\n0042;B-1;05/06/2024;1.234;RG\n", mapping=map_file)
    row = reading.book.documents.select(["customer", "due_on", "amount_minor", "currency", "kind"]).to_pylist()[0]
    assert row == {
        "customer": "0042",
        "due_on": date(2024, 6, 5),
        "amount_minor": 123400,
        "currency": "EUR",
        "kind": "invoice",
    }


# ------------------------------------------------------------------------------------------------------------- sales


@pytest.mark.parametrize("month", ["2024-03", "202403", "2024/3", "2024年3月", "2024-03-15", "31/03/2024"])
def test_month_of_sales_is_understood(month: str, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(f"month,currency,gross,net\n{month},CNY,113.00,100.00\n", encoding="utf-8")
    table, findings = read_sales(tmp_path / "s.csv")
    assert table.select(["month", "gross_minor", "net_minor"]).to_pylist() == [
        {"month": date(2024, 3, 1), "gross_minor": 11300, "net_minor": 10000}
    ]
    assert findings == ()


def test_sales_of_another_file_never_pass_for_documents(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("month,currency,gross\n2024-03,CNY,113\n", encoding="utf-8")
    with pytest.raises(MappingError):
        read(tmp_path / "s.csv")


def test_bad_rows_of_sales_are_findings_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "month,currency,gross\n2024-03,CNY,x1\nsoon,CNY,5.5\n2024-04,QQQ,1\n2024-05,CNY,2.5\n", encoding="utf-8"
    )
    table, findings = read_sales(tmp_path / "s.csv")
    assert table["gross_minor"].to_pylist() == [250]
    assert sorted(f.check for f in findings) == ["unknown-currency", "unreadable-amount", "unreadable-date"]
