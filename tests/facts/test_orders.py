"""Lists of orders, limits and events as people keep them: what becomes of each row, and that nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from creditlib.decisions.release.limits import Limit, limits_in_force
from creditlib.errors import Finding
from creditlib.facts.book import Book, open_book, save_book
from creditlib.facts.lists.events import append_events, read_events
from creditlib.facts.lists.limits import read_limits
from creditlib.facts.lists.orders import read_orders
from creditlib.facts.tables import EVENTS, ORDERS
from creditlib.facts.visits import visits
from creditlib.measures.exposure import exposure

DAY = date(2024, 6, 30)
Reader = Callable[..., tuple[list[dict[str, Any]], list[Finding]]]


@pytest.fixture
def lists(tmp_path: Path) -> Reader:
    """Read a list that stands in the test as text."""

    def run(reader: Any, text: str, **options: Any) -> tuple[list[dict[str, Any]], list[Finding]]:
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        table, findings = reader(path, **{"home": "CNY", **options})
        return table.to_pylist(), list(findings)

    return run


def checks(findings: list[Finding]) -> list[str]:
    return [f.check for f in findings if f.check != "list-total"]


# -------------------------------------------------------------------------------------------------------------- orders


def test_chinese_order_list_fills_every_column_of_orders(lists: Reader) -> None:
    rows, findings = lists(
        read_orders,
        "订单号,行号,客户编码,公司,订单日期,计划发货日,币种,含税金额,交货单号,发货日期,发票号,开票日期,付款条件,录入日期\n"
        'SO1,10,C1,1000,2024-06-01,2024-06-20,人民币,"1,130.50",DN1,2024-06-21,INV1,2024-06-25,月结30天,2024-06-02\n',
    )
    assert rows == [
        {"order": "SO1", "line": "10", "customer": "C1", "entity": "1000", "ordered_on": date(2024, 6, 1),
         "ship_on": date(2024, 6, 20), "currency": "CNY", "amount_minor": 113050, "delivery": "DN1",
         "delivered_on": date(2024, 6, 21), "invoice": "INV1", "invoiced_on": date(2024, 6, 25), "terms": "月结30天",
         "known_on": date(2024, 6, 2)}
    ]  # fmt: skip
    assert checks(findings) == []


def test_english_order_list_of_a_workbook_reads_alike_under_a_title(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Open orders"])
    sheet.append([])
    sheet.append(["Sales order", "Item", "Customer", "Company code", "Order date", "Requested delivery date", "Currency",
                  "Gross amount", "Delivery", "Goods issue date", "Invoice no.", "Billing date", "Payment terms"])  # fmt: skip
    sheet.append(
        ["SO1", 10, "C1", 1000, datetime(2024, 6, 1), datetime(2024, 6, 20), "USD", 0.1, "-", None, None, None, "NET30"]
    )
    sheet.append(["SO2", 10, "C1", 1000, datetime(2024, 6, 2), None, "JPY", 1500, None, None, None, None, None])
    book.save(tmp_path / "orders.xlsx")
    table, findings = read_orders(tmp_path / "orders.xlsx", home="CNY")
    assert table.schema.equals(ORDERS)
    assert table.select(["order", "line", "currency", "amount_minor", "delivery", "ship_on"]).to_pylist() == [
        {"order": "SO1", "line": "10", "currency": "USD", "amount_minor": 10, "delivery": None, "ship_on": date(2024, 6, 20)},
        {"order": "SO2", "line": "10", "currency": "JPY", "amount_minor": 1500, "delivery": None, "ship_on": None},
    ]  # fmt: skip
    assert checks(list(findings)) == []


def test_rows_that_are_no_orders_are_told_with_their_amounts_and_the_total_holds(lists: Reader) -> None:
    rows, findings = lists(
        read_orders,
        "order,customer,order date,currency,gross amount,status\n"
        "O-1,C1,2024-06-01,CNY,100.00,open\n"
        "O-2,,2024-06-01,CNY,20.00,open\n"
        ",C1,2024-06-01,CNY,3.00,open\n"
        "O-4,C1,2024-06-01,CNY,0.40,cancelled\n"
        "O-5,C1,2024-06-01,CNY,-0.05,open\n"
        "O-6,C1,2024-06-01,ABC,7.00,open\n"
        "O-7,C1,2024-06-01,CNY,1O,not cancelled\n"
        "O-8,C1,2024-06-01,CNY,,open\n",
    )
    assert [row["order"] for row in rows] == ["O-1"]
    assert checks(findings) == [
        "blank-customer", "order-without-number", "cancelled-document", "order-negative", "unknown-currency",
        "unreadable-amount", "missing-amount",
    ]  # fmt: skip
    amounts = ("20 CNY", "3 CNY", "0.4 CNY", "-0.05 CNY", "7 ABC", "1O", "")
    assert all(amount in f.en for f, amount in zip(findings, amounts, strict=False))
    totals = [f.en.partition(". ")[0] for f in findings if f.check == "list-total"]
    assert totals == [  # 100 + 20 + 3 + 0.40 − 0.05 = 123.35, of it not used 23.35
        "7 rows: file 123.35 CNY = used 100.00 + not used 23.35 + rounding 0",
        "1 row: file 7 ABC = used 0 + not used 7 + rounding 0",
    ]


def test_unreadable_date_of_an_order_is_blank_and_its_amount_still_counts(lists: Reader) -> None:
    rows, findings = lists(read_orders, "order,customer,order date,amount\nO-1,C1,2024-06-31,100\n")
    assert (rows[0]["ordered_on"], rows[0]["amount_minor"]) == (None, 10000)
    assert sorted(checks(findings)) == ["currency-assumed", "unreadable-date"]


def test_ambiguous_dates_can_be_forced(lists: Reader) -> None:
    text = "order,customer,order date,currency,amount\nO-1,C1,05/06/2024,CNY,100\n"
    assert checks(lists(read_orders, text)[1]) == ["ambiguous-date"]
    assert lists(read_orders, text, date_order="dmy")[0][0]["ordered_on"] == date(2024, 6, 5)


def test_unit_above_the_header_is_applied_and_told(lists: Reader) -> None:
    rows, findings = lists(read_orders, "订单清单,,单位：万元\n订单号,客户编码,币种,含税金额\nO-1,C1,CNY,1.2345\n")
    assert rows[0]["amount_minor"] == 1234500
    assert checks(findings) == ["unit-applied"]


def test_stated_total_is_compared_and_never_counted(lists: Reader) -> None:
    rows, findings = lists(
        read_orders,
        "订单号,客户编码,订单日期,币种,含税金额\nO-1,C1,2024-06-01,CNY,100\nO-2,C1,2024-06-01,CNY,50\n合计,,,CNY,151\n",
    )
    assert len(rows) == 2
    assert checks(findings) == ["stated-total-differs"]


def test_amounts_too_long_for_a_spreadsheet_are_no_orders(lists: Reader) -> None:
    rows, findings = lists(
        read_orders, "order,customer,currency,amount\nO-1,C1,CNY,12345678901234.56\nO-2,C1,CNY,1.00\n"
    )
    assert [row["order"] for row in rows] == ["O-2"]
    assert checks(findings) == ["amount-too-long"]


def test_several_files_become_one_table_and_a_line_in_both_is_told(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("order,line,customer,currency,amount\nO-1,10,C1,CNY,100\n", encoding="utf-8")
    table, findings = read_orders(tmp_path / "a.csv", tmp_path / "b.csv", home="CNY")
    assert table.num_rows == 2
    assert checks(list(findings)) == ["order-line-twice"]


def test_names_of_customers_become_codes_where_the_book_knows_them(lists: Reader) -> None:
    book = Book(customers=pa.table({"customer": ["C1"], "name": ["甲公司"]}))
    rows, findings = lists(read_orders, "订单号,客户名称,币种,金额\nO-1,甲 公司,CNY,5\nO-2,乙公司,CNY,6\n", book=book)
    assert [row["customer"] for row in rows] == ["C1", "乙公司"]
    assert checks(findings) == ["customer-not-in-book"]


def test_orders_read_count_in_exposure(lists: Reader, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("order,customer,currency,amount\nO-1,C1,CNY,100\n", encoding="utf-8")
    table, _ = read_orders(tmp_path / "o.csv", home="CNY")
    assert exposure(Book(orders=table), DAY).row(customer="C1")["orders_minor"] == 10000


# -------------------------------------------------------------------------------------------------------------- limits


def test_limits_read_are_in_force_from_their_day_to_their_last(lists: Reader, tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text(
        "客户编码,授信额度,币种,生效日期,有效期至,审批人,原因\n"
        'C1,"500,000",CNY,2024-01-01,2024-06-29,李,年审\n'
        "C1,200000,CNY,2023-01-01,长期,李,首次\n"
        "C2,0,USD,2024-06-30,,王,停止\n",
        encoding="utf-8",
    )
    table, findings = read_limits(path, home="CNY")
    assert findings == ()
    assert table.schema.equals(EVENTS)
    assert table.select(["event", "by", "reason", "until"]).to_pylist()[0] == {
        "event": "limit_set", "by": "李", "reason": "年审", "until": date(2024, 6, 29),
    }  # fmt: skip
    book = append_events(Book(), table)
    assert limits_in_force(book, date(2024, 6, 29), "CNY") == {"C1": Limit(50_000_000, "CNY", date(2024, 1, 1))}
    assert limits_in_force(book, DAY, "CNY") == {
        "C1": Limit(20_000_000, "CNY", date(2023, 1, 1)), "C2": Limit(0, "USD", date(2024, 6, 30)),
    }  # fmt: skip


@pytest.mark.parametrize("cell", ["unlimited", "No limit", "不限", "无限额", "不限额度", "∞"])
def test_unlimited_is_refused_since_it_is_no_figure(lists: Reader, cell: str) -> None:
    rows, findings = lists(read_limits, f"customer,limit,from\nC1,{cell},2024-06-01\n")
    assert rows == []
    assert "limit-refused" in checks(findings)


@pytest.mark.parametrize("cell", ["", "-", "n/a", "无", "TBD"])
def test_blank_limit_is_told_and_is_not_a_limit_of_zero(lists: Reader, cell: str) -> None:
    rows, findings = lists(
        read_limits, f"customer,limit,currency,from\nC1,{cell},CNY,2024-06-01\nC2,0,CNY,2024-06-01\n"
    )
    assert [(row["customer"], row["amount_minor"]) for row in rows] == [("C2", 0)]
    assert checks(findings) == ["limit-not-set"]


@pytest.mark.parametrize(
    ("row", "check"),
    [
        ("C1,-5,CNY,2024-06-01,", "limit-refused"),
        ("C1,5,CNY,,", "limit-refused"),
        ("C1,5,CNY,2024-06-01,2024-05-31", "limit-refused"),  # over before it starts
        ("C1,12345678901234.56,CNY,2024-06-01,", "limit-refused"),
        ("C1,5,CNY,2024-06-01,soon", "unreadable-date"),  # without its last day it would never end
        ("C1,5,CNY,June,", "unreadable-date"),
        ("C1,five,CNY,2024-06-01,", "unreadable-amount"),
        ("C1,5,ABC,2024-06-01,", "unknown-currency"),
        (",5,CNY,2024-06-01,", "blank-customer"),
        ("C1,5,CNY,2024-06-01,,,7", "row-too-wide"),
    ],
)
def test_row_that_sets_no_limit_is_told(lists: Reader, row: str, check: str) -> None:
    rows, findings = lists(read_limits, f"customer,limit,currency,from,valid until\nC9,1,CNY,2024-06-01,\n{row}\n")
    assert [r["customer"] for r in rows] == ["C9"]
    assert checks(findings) == [check]
    assert findings[0].severity == "must_act"


def test_limit_that_lasts_to_its_first_day_is_set(lists: Reader) -> None:
    rows, findings = lists(read_limits, "customer,limit,currency,from,until\nC1,5,CNY,2024-06-01,2024-06-01\n")
    assert (len(rows), checks(findings)) == (1, [])


def test_line_of_text_under_the_limits_is_told_and_sets_none(lists: Reader) -> None:
    rows, findings = lists(read_limits, "customer,limit,currency,from\nC1,5,CNY,2024-06-01\nPrepared by Li,,,\n")
    assert (len(rows), checks(findings)) == (1, ["text-rows"])


def test_limit_of_a_group_is_known_to_the_book(lists: Reader) -> None:
    book = Book(customers=pa.table({"customer": ["C1"], "name": ["A"], "group": ["G1"]}))
    rows, findings = lists(read_limits, "customer,limit,currency,from\nG1,5,CNY,2024-06-01\n", book=book)
    assert (rows[0]["customer"], checks(findings)) == ("G1", [])


# -------------------------------------------------------------------------------------------------------------- events


@pytest.mark.parametrize(
    ("word", "event"),
    [
        ("走访", "visit"), ("客户走访", "visit"), ("Site visit", "visit"), ("电话", "call"), ("phone call", "call"),
        ("承诺付款", "promise"), ("promise to pay", "promise"), ("争议", "dispute"), ("催款函", "reminder_sent"),
        ("reminder_sent", "reminder_sent"), ("授信申请", "application"), ("备注", "note"), ("电话催收", "call"),
    ],
)  # fmt: skip
def test_word_of_an_event_is_understood_in_both_languages(lists: Reader, word: str, event: str) -> None:
    rows, findings = lists(read_events, f"customer,date,event,text\nC1,2024-06-01,{word},x\n")
    assert (rows[0]["event"], rows[0]["text"], checks(findings)) == (event, "x", [])


@pytest.mark.parametrize("word", ["电话承诺", "visit or call", "lunch", "invisible"])
def test_word_that_means_two_events_or_none_is_kept_before_the_text_of_a_note(lists: Reader, word: str) -> None:
    rows, findings = lists(read_events, f"customer,date,event,text\nC1,2024-06-01,{word},x\n")
    assert (rows[0]["event"], rows[0]["text"], checks(findings)) == ("note", f"{word}: x", ["event-word-unknown"])


def test_visit_log_needs_no_column_of_events_and_its_next_contact_is_watched(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(
        "客户编码,走访日期,走访人,走访情况,下次走访\nC1,2024-03-01,李,库存正常,2024-06-01\nC1,2023-03-01,王,新车间,\n",
        encoding="utf-8",
    )
    table, findings = read_events(path, home="CNY")
    assert findings == ()
    newest, older = visits(append_events(Book(), table), "C1", DAY)
    assert (newest.on, newest.by, newest.text, newest.next_on, newest.overdue) == (
        date(2024, 3, 1), "李", "库存正常", date(2024, 6, 1), True,
    )  # fmt: skip
    assert (older.by, older.next_on) == ("王", None)


def test_promise_keeps_its_amount_and_day_and_a_call_has_no_currency(lists: Reader) -> None:
    rows, _ = lists(
        read_events,
        "customer,date,event,amount,currency,promised for,document\n"
        "C1,2024-06-01,promise,12.50,USD,2024-06-20,I-1\nC1,2024-06-02,call,,,,\n",
    )
    told = [(r["event"], r["amount_minor"], r["currency"], r["until"], r["document"]) for r in rows]
    assert told == [("promise", 1250, "USD", date(2024, 6, 20), "I-1"), ("call", None, None, None, None)]


def test_event_without_customer_or_day_is_told(lists: Reader) -> None:
    rows, findings = lists(
        read_events,
        "customer,date,event,text\nC1,2024-06-01,call,a\n,2024-06-01,call,b\nC1,,call,c\nC1,2024-06-31,call,d\n",
    )
    assert [r["text"] for r in rows] == ["a"]
    assert sorted(checks(findings)) == ["row-unusable", "row-unusable", "unreadable-date"]


def test_unreadable_amount_of_an_event_is_told_and_the_event_kept(lists: Reader) -> None:
    rows, findings = lists(read_events, "customer,date,event,amount,currency\nC1,2024-06-01,promise,1O,CNY\n")
    assert (len(rows), rows[0]["amount_minor"], checks(findings)) == (1, None, ["unreadable-amount"])


# ----------------------------------------------------------------------------------------------------------- appending


def test_appended_events_are_numbered_on_and_nothing_before_them_changes(tmp_path: Path) -> None:
    rows = {"customer": ["C1"], "visit date": ["2024-06-01"]}
    table, _ = read_events(pa.table(rows), home="CNY")
    first = append_events(Book(), table)
    second = append_events(first, table)
    assert second.events["id"].to_pylist() == [0, 1]
    assert second.events.slice(0, 1).equals(first.events)
    assert first.events.num_rows == 1
    saved = open_book(save_book(second, tmp_path / "book"))
    assert append_events(saved, table).events["id"].to_pylist() == [0, 1, 2]


def test_appended_events_need_no_ids_of_their_own() -> None:
    rows = pa.table({"customer": ["C1"], "on": pa.array([DAY]), "event": ["note"]})
    assert append_events(Book(), rows).events["id"].to_pylist() == [0]
    with pytest.raises(ValueError, match="colour"):
        append_events(Book(), rows.append_column("colour", pa.array(["red"])))
