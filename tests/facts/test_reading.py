"""From files to a book: shapes, signs, currencies, customers, sales; file total = used + rejected + rounding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
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


def test_sales_without_a_month_are_told_row_by_row(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "month,currency,gross\n2024-03,CNY,1\n,CNY,250000\nsoon,CNY,3\n2024-04,CNY,4\n", encoding="utf-8"
    )
    table, findings = read_sales(tmp_path / "s.csv")
    assert table["gross_minor"].to_pylist() == [100, 400]
    assert [f.line("en") for f in findings] == [
        's.csv!3: month "" is no date; the row was not used. Correct the date in the source. [unreadable-date]',
        's.csv!4: month "soon" is no date; the row was not used. Correct the date in the source. [unreadable-date]',
    ]


def test_months_that_read_in_two_ways_are_one_finding(tmp_path: Path) -> None:
    rows = "".join(f"0{i}/06/2024,CNY,{i}\n" for i in range(1, 6))
    (tmp_path / "s.csv").write_text("month,currency,gross\n" + rows + "2024-07,CNY,9\n", encoding="utf-8")
    table, findings = read_sales(tmp_path / "s.csv")
    assert [(f.check, f.count, f.where) for f in findings] == [("ambiguous-date", 5, "s.csv")]
    assert table["gross_minor"].to_pylist() == [900]


# ----------------------------------------------------------------------------------------------- customers and collectors

PEOPLE = (
    "customer,name,collector,assigned from,assigned to,related party\n"
    "C1,Alpha,Wu,2024-03-01,,yes\nC1,Alpha,Li,2024-01-01,2024-02-15,yes\nC2,Beta,Li,,,no\n"
)


def test_collectors_of_one_customer_are_kept_with_their_days_and_flags(ledger: Callable[..., Any]) -> None:
    reading = ledger(OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,10\n", sheets={"customers": PEOPLE})
    names = ["customer", "collector", "assigned_from", "assigned_to", "related_party"]
    assert [tuple(row.values()) for row in reading.book.customers.select(names).to_pylist()] == [
        ("C1", "Li", date(2024, 1, 1), date(2024, 2, 15), True),
        ("C1", "Wu", date(2024, 3, 1), None, True),
        ("C2", "Li", None, None, False),
    ]
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("day", "collector"),
    [(date(2024, 1, 31), "Li"), (date(2024, 2, 15), "Li"), (date(2024, 2, 16), None), (date(2024, 3, 1), "Wu")],
)
def test_collector_of_an_item_is_the_one_in_charge_on_the_day(
    day: date, collector: str | None, ledger: Callable[..., Any]
) -> None:
    reading = ledger(OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,10\n", sheets={"customers": PEOPLE})
    own, names = open_items(reading.book, day).key("collector")
    assert [names[code] for code in own] == [collector]


def test_group_stands_whoever_is_in_charge(ledger: Callable[..., Any]) -> None:
    people = (
        "customer,name,group,collector,assigned from,assigned to\n"
        "C1,A,North,Li,2024-01-01,2024-01-31\nC1,A,,Wu,2024-02-01,2024-02-29\n"
    )
    reading = ledger(OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,10\n", sheets={"customers": people})
    for day in (date(2024, 1, 15), date(2024, 2, 15), date(2024, 6, 30)):
        own, names = open_items(reading.book, day).key("group")
        assert [names[code] for code in own] == ["North"]


def test_assignment_whose_day_is_no_date_is_told(ledger: Callable[..., Any]) -> None:
    people = "customer,name,collector,assigned from,assigned to\nC1,Alpha,Li,2024-01-01,soon\nC2,Beta,Wu,2024-02-01,\n"
    reading = ledger(OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,10\n", sheets={"customers": people})
    assert [f.line("en") for f in reading.findings] == [
        'customers.csv!2: assigned to "soon" is no date; taken as blank. Correct the date in the source. [unreadable-date]'
    ]


def test_assignments_that_read_in_two_ways_are_one_finding(ledger: Callable[..., Any]) -> None:
    people = "customer,name,collector,assigned from\nC1,Alpha,Li,05/06/2024\nC2,Beta,Wu,06/07/2024\n"
    reading = ledger(OPEN + "C1,I-1,2024-01-01,2024-01-31,CNY,10\n", sheets={"customers": people})
    assert [(f.check, f.count) for f in reading.findings] == [("ambiguous-date", 2)]
    assert "its 2 dates were taken as blank" in reading.findings[0].en


# ------------------------------------------------------------------------------------------- dates rows can do without


@pytest.mark.parametrize("column", ["shipped", "received", "accepted", "entry date", "disputed from", "disputed to"])
@pytest.mark.parametrize(
    ("days", "check"),
    [(("05/06/2024", "07/06/2024"), "ambiguous-date"), (("31/05/2024", "05/31/2024"), "mixed-date-orders")],
)
def test_date_beside_that_reads_in_two_ways_is_taken_as_blank_and_the_rows_count(
    column: str, days: tuple[str, str], check: str, ledger: Callable[..., Any]
) -> None:
    headers = {"shipped": "shipped_on", "received": "received_on", "accepted": "accepted_on"}
    head = f"customer,document,issue date,due date,currency,amount,{headers.get(column, column)}\n"
    rows = "".join(f"C1,I-{i},2024-05-01,2024-07-31,CNY,10,{day}\n" for i, day in enumerate(days))
    reading = ledger(head + rows)
    assert _minor(reading) == [1000, 1000]
    assert [(f.check, f.count) for f in reading.findings] == [(check, 2)]
    assert "its 2 dates were taken as blank" in reading.findings[0].en
    assert "其 2 个日期按空白处理" in reading.findings[0].zh


@pytest.mark.parametrize("column", ["issue", "due"])
def test_date_items_are_aged_by_that_reads_in_two_ways_rejects_its_rows(
    column: str, ledger: Callable[..., Any]
) -> None:
    days = "05/06/2024,2024-07-31" if column == "issue" else "2024-05-01,05/06/2024"
    reading = ledger(OPEN + f"C1,I-1,{days},CNY,10\n")
    assert _minor(reading) == []
    assert [f.check for f in reading.findings] == ["ambiguous-date"]


# ---------------------------------------------------------------------------------------------------------- instalments


def test_instalments_share_tax_local_and_original_amount_among_them(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,terms,currency,amount,tax,local amount,local currency,original amount\n"
        "C1,I-1,2024-06-01,50% net 30; 50% net 60,USD,100.01,13.01,712.07,CNY,200.03\n"
        "C1,I-2,2024-06-01,net 30,USD,5,1,35,CNY,5\n"
    )
    names = ["document", "amount_minor", "tax_minor", "local_minor", "original_minor"]
    rows = [tuple(row.values()) for row in reading.book.documents.select(names).to_pylist()]
    # 100.01 → 50.01 + 50.00 (or the other way); each other amount × 5,000 or 5,001 ÷ 10,001, the rest on the last
    assert [row[0] for row in rows] == ["I-1", "I-1", "I-2"]
    assert [sum(row[k] for row in rows[:2]) for k in range(1, 5)] == [10001, 1301, 71207, 20003]
    first = rows[0][1]
    assert rows[0][2:] == (1301 * first // 10001, 71207 * first // 10001, 20003 * first // 10001)
    assert rows[2][1:] == (500, 100, 3500, 500)


# ---------------------------------------------------------------------------------------------------- a map and its sheets


def test_map_that_fits_one_sheet_leaves_a_cover_sheet_out_and_says_so(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cover, ledger_sheet = book.worksheets[0], book.create_sheet("AR")
    cover.title = "Cover"
    for row in (["Prepared by", "Li"], ["Reviewed by", "Wang"]):
        cover.append(row)
    for row in (["Kunde", "Beleg", "Betrag"], ["C1", "I-1", 10]):
        ledger_sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "m.toml").write_text(
        '[columns]\ncustomer = "Kunde"\ndocument = "Beleg"\namount = "Betrag"\n', encoding="utf-8"
    )
    reading = read(tmp_path / "a.xlsx", mapping=tmp_path / "m.toml", home="EUR")
    assert _minor(reading) == [1000]
    assert [(f.check, f.where) for f in reading.findings if f.check == "sheet-not-used"] == [
        ("sheet-not-used", "a.xlsx:Cover")
    ]
