"""What holds for every text of a ledger: amounts are exact, dates have one order, nothing is lost between file and book."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from creditlib import money
from creditlib.days import ORDERS, day_number, day_of, read_column, readings
from creditlib.facts.reading import read
from creditlib.facts.sources import Column
from creditlib.facts.values import Amounts, exact_sum, read_amounts, read_dates, to_minor

EXACT = st.one_of(
    st.decimals("-999999999", "999999999", places=2),
    st.decimals("-9999", "9999", places=3),
    st.decimals("-99", "99", places=8),
    st.integers(-(10**14), 10**14).map(Decimal),
    st.sampled_from([Decimal("0.01"), Decimal("-0.01"), Decimal("0.005"), Decimal("-0.005"), Decimal(0)]),
)


def _spelt(value: Decimal, sign: str, grouped: bool, form: str) -> str:
    """Write a value as ledgers do: decimal sign, groups of thousands, and where the minus goes."""
    text = f"{abs(value):,f}" if grouped else f"{abs(value):f}"
    if sign == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    minus = value < 0
    if form == "brackets":
        return f"({text})" if minus else text
    if form == "trailing":
        return f"{text}-" if minus else text
    if form == "credit":
        return f"{text} Cr" if minus else f"{text} Dr"
    if form == "yuan":
        return f"-¥{text}" if minus else f"¥{text}"
    if form == "wide":
        wide = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
        return ("－" if minus else "") + text.translate(wide)
    if form == "spaced":
        return ("- " if minus else "") + text + " 元"
    return ("-" if minus else "") + text


FORMS = st.sampled_from(["plain", "brackets", "trailing", "credit", "yuan", "wide", "spaced"])


@given(st.lists(st.tuples(EXACT, st.booleans(), FORMS), max_size=12), st.sampled_from([".", ","]))
def test_amounts_equal_decimal_over_all_notations(cells: list[tuple[Decimal, bool, str]], sign: str) -> None:
    proof = "1.234.567,89" if sign == "," else "1,234,567.89"  # one cell settles the column
    texts = [proof, *(_spelt(value, sign, grouped, form) for value, grouped, form in cells)]
    read_ = read_amounts(Column(pa.array(texts)))
    assert read_.bad == ()
    assert [read_.exact(i) for i in range(len(texts))] == [Decimal("1234567.89"), *(value for value, _, _ in cells)]


@given(
    st.lists(st.decimals("-999999", "999999", places=4), max_size=10),
    st.sampled_from([("万", 4), ("亿", 8), ("千元", 3), ("万元", 4), ("元", 0)]),
)
def test_amounts_in_units_of_ten_thousand_stay_exact(values: list[Decimal], unit: tuple[str, int]) -> None:
    word, power = unit
    read_ = read_amounts(Column(pa.array([f"{value:f}{word}" for value in values], pa.string())))
    assert [read_.exact(i) for i in range(len(values))] == [value.scaleb(power) for value in values]


@given(st.lists(EXACT, max_size=12), st.sampled_from(["JPY", "CNY", "KWD"]))
def test_minor_units_equal_decimal_half_up_one_by_one_and_the_difference_is_told(
    values: list[Decimal], currency: str
) -> None:
    typed = Column(pa.array([f"{v:f}" for v in values], pa.string()), np.ones(len(values), bool))
    amounts = read_amounts(typed)
    found = to_minor(amounts, np.zeros(len(values), np.int32), [currency])
    places = money.exponent(currency)
    expected = [int(v.scaleb(places).copy_abs().quantize(Decimal(1), ROUND_HALF_UP).copy_sign(v)) for v in values]
    kept = [i for i in range(len(values)) if i not in found.too_long]
    assert [found.values[i] for i in kept] == [expected[i] for i in kept]
    assert all(abs(expected[i]) > money.MAX_MINOR for i in found.too_long)
    lost = sum((values[i] - money.to_decimal(expected[i], currency) for i in kept), Decimal(0))
    assert found.lost.get(currency, Decimal(0)) == lost
    assert exact_sum(amounts, np.ones(len(values), bool)) == sum(values, Decimal(0))


@given(st.lists(st.integers(1, 999), min_size=1, max_size=6))
def test_three_digits_after_a_lone_dot_are_never_guessed(wholes: list[int]) -> None:
    read_: Amounts = read_amounts(Column(pa.array([f"{whole}.125" for whole in wholes])))
    assert read_.unclear == f"{wholes[0]}.125"
    assert list(read_.bad) == list(range(len(wholes)))
    assert not read_.valid.any()


# ------------------------------------------------------------------------------------------------------------------ dates

DATES = st.dates(date(1990, 1, 1), date(2060, 12, 31))
WRITTEN = {"ymd": "%Y-%m-%d", "dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}


@given(st.lists(DATES, min_size=1, max_size=10), st.sampled_from(ORDERS))
def test_a_column_of_dates_reads_under_its_own_order_or_not_at_all(values: list[date], order: str) -> None:
    texts = [value.strftime(WRITTEN[order]) for value in values]
    column = read_column(texts)
    assert column.unreadable == ()
    if column.days:
        assert [day_of(column.days[text]) for text in texts] == values or column.order not in (None, order)
    else:
        assert column.ambiguous is not None
    if order == "ymd" or any(value.day > 12 for value in values):
        assert [day_of(column.days[text]) for text in texts] == values  # one day above 12 settles the column


@given(
    st.lists(
        st.tuples(DATES, st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%y", "%Y/%m/%d", "%d-%b-%Y"])),
        max_size=8,
    )
)
def test_no_value_is_ever_read_under_two_orders(cells: list[tuple[date, str]]) -> None:
    texts = list(dict.fromkeys(value.strftime(form) for value, form in cells))
    column = read_column(texts)
    if not column.days:
        return
    fitting = [order for order in ORDERS if all(column.days[t] == readings(t).get(order) for t in texts)]
    assert fitting  # one order explains every value
    if column.order is None:
        assert all(len({readings(t).get(o) for o in ORDERS if o in readings(t)}) == 1 for t in texts)


@given(st.lists(DATES, max_size=10), st.sampled_from(ORDERS))
def test_a_forced_order_reads_every_date_written_in_it(values: list[date], order: Any) -> None:
    texts = pa.array([value.strftime(WRITTEN[order]) for value in values], pa.string())
    assert [day_of(day) for day in read_dates(Column(texts), order).values.tolist()] == values


@given(DATES)
def test_every_way_of_naming_the_month_gives_the_same_day(value: date) -> None:
    forms = ("%Y年%m月%d日", "%Y%m%d", "%d %b %Y", "%d-%B-%Y", "%b %d, %Y", "%Y/%m/%d", "%Y-%m-%d 00:00:00")
    days = {readings(value.strftime(form)).get(order) for form in forms for order in ORDERS}
    assert days == {day_number(value)}


@given(DATES, st.integers(0, 23))
def test_a_typed_date_needs_no_order(value: date, hour: int) -> None:
    moment = pa.array([datetime(value.year, value.month, value.day, hour)], pa.timestamp("us"))
    reading = read(
        pa.table({"customer": ["C1"], "document": ["I-1"], "due date": moment, "currency": ["CNY"], "amount": [1.5]})
    )
    assert reading.book.documents["due_on"].to_pylist() == [value]


# ------------------------------------------------------------------------------------------------------- file to book

HEADER = ["customer", "document", "issue date", "due date", "currency", "amount"]
DIRTY = st.sampled_from(["", "  ", "n/a", "1.2.3", "12O", "abc", "-", "1,23,4"])
CELLS = st.tuples(
    st.sampled_from(["C1", "007", "7", "客户甲", ""]),
    st.sampled_from(["INV-1", "0001", "", 'a "quoted" one', "with,comma"]),
    st.sampled_from(["2024-01-31", "2024-02-29", "2023-02-29", "", "soon"]),
    st.sampled_from(["2024-03-31", "", "later"]),
    st.sampled_from(["CNY", "JPY", "KWD", "rmb", "XXQ", ""]),
    st.one_of(EXACT.map(lambda v: f"{v:,f}"), EXACT.map(lambda v: f"{v:f}"), DIRTY),
)


@given(st.lists(CELLS, max_size=12))
def test_file_total_is_used_plus_rejected_plus_rounding_for_any_dirty_file(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    rows = [("C9", "X", "2024-01-01", "2024-01-31", "CNY", "1,000.50"), *rows]  # proves the decimal point
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *rows])
    path = tmp_path_factory.mktemp("dirty") / "ledger.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    reading = read(path, home="CNY")
    by: dict[str, Decimal] = {}
    for row in rows:
        number = row[5].replace(",", "")
        groups = re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", row[5])
        assume(row[1] or row[2] or row[3])  # without document and day it stands where totals and texts stand
        name = money.currency_code(row[4]) or row[4] or "CNY"
        by[name] = by.get(name, Decimal(0)) + (Decimal(number) if groups else Decimal(0))
    told = {total.currency: total for total in reading.source_totals}
    assert {name: total.file for name, total in told.items()} == by
    for total in told.values():
        used = money.to_decimal(total.used_minor, total.currency) if total.currency in money.CURRENCIES else Decimal(0)
        assert total.file == used + total.rejected + total.rounding
    documents = reading.book.documents
    booked: dict[str, int] = {}
    for name, minor in zip(documents["currency"].to_pylist(), documents["amount_minor"].to_pylist(), strict=True):
        booked[name] = booked.get(name, 0) + minor
    assert booked == {name: t.used_minor for name, t in told.items() if t.rows > t.rejected_rows}
    assert documents.num_rows == sum(t.rows - t.rejected_rows for t in told.values())
    assert sum(t.rows for t in told.values()) == len(rows)


@given(st.lists(st.from_regex(r"[0-9]{1,10}", fullmatch=True), min_size=1, max_size=8))
def test_codes_keep_their_leading_zeros(tmp_path_factory: pytest.TempPathFactory, codes: list[str]) -> None:
    rows = "".join(f"{code},{code},2024-01-01,2024-01-31,CNY,1.50\n" for code in codes)
    path = tmp_path_factory.mktemp("codes") / "ledger.csv"
    path.write_text("customer,document,issue date,due date,currency,amount\n" + rows, encoding="utf-8")
    documents = read(path).book.documents
    assert documents["customer"].to_pylist() == codes
    assert documents["document"].to_pylist() == codes


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12),
        min_size=1,
        max_size=6,
    )
)
def test_texts_come_back_as_they_stand_but_for_blanks_around_them(
    tmp_path_factory: pytest.TempPathFactory, notes: list[str]
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["customer", "document", "issue date", "due date", "currency", "amount", "text"])
    for i, note in enumerate(notes):
        writer.writerow(["C1", f"I-{i}", "2024-01-01", "2024-01-31", "CNY", "1.50", note])
    path = tmp_path_factory.mktemp("texts") / "ledger.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    found = read(path).book.documents["reference_text"].to_pylist()
    assert found == [note.strip(" \t\r\n\u00a0\u3000") or None for note in notes]
