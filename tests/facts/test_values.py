"""Amounts and dates of single cells: what each notation means, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from creditlib.days import day_of, read_column
from creditlib.facts.sources import Column
from creditlib.facts.values import decimal_evidence, read_amounts, read_dates, to_minor


def _amounts(*texts: str | None, sign: str | None = None) -> list[Decimal | None]:
    read = read_amounts(Column(pa.array(texts, pa.string())), sign)  # type: ignore[arg-type]
    return [read.exact(i) if read.valid[i] else None for i in range(len(texts))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("(1,234.56)", "-1234.56"),
        ("（1,234.56）", "-1234.56"),
        ("1,234.56-", "-1234.56"),
        ("-1,234.56", "-1234.56"),
        ("−1,234.56", "-1234.56"),
        ("+12.50", "12.50"),
        ("¥1,234.56", "1234.56"),
        ("￥12.50", "12.50"),
        ("$ 12.50", "12.50"),
        ("12.50 EUR", "12.50"),
        ("RMB12.50", "12.50"),
        ("12.50元", "12.50"),
        ("１，２３４．５６", "1234.56"),
        ("1.25万", "12500"),
        ("1.25万元", "12500"),
        ("3亿", "300000000"),
        ("5千元", "5000"),
        ("12.50 Dr", "12.50"),
        ("12.50 Cr", "-12.50"),
        ("贷 12.50", None),
        ("12.50贷", "-12.50"),
        ("-", "0"),
        (".5", "0.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        ("12,34,567.00", None),  # groups of two: written in India, not guessed at
        ("1,23.45", None),
        ("1.234", None),
        ("1e5", None),
        ("12O.50", None),
        ("12.50.1", None),
        ("--5", None),
        ("n/a", None),
        ("", None),
    ],
)
def test_notation_means_its_value_or_is_refused(text: str, value: str | None) -> None:
    assert _amounts(text or None) == [None if value is None else Decimal(value)]


def test_decimal_sign_is_decided_by_the_column() -> None:
    assert _amounts("1.234", "5,50") == [Decimal(1234), Decimal("5.50")]  # 5,50 proves the comma
    assert _amounts("1.234", "5.50") == [Decimal("1.234"), Decimal("5.50")]
    assert _amounts("1,234", "5.50") == [Decimal(1234), Decimal("5.50")]
    assert _amounts("1,234", "5,50") == [Decimal("1.234"), Decimal("5.50")]


def test_decimal_sign_given_by_the_caller_stands() -> None:
    assert _amounts("1.234", sign=",") == [Decimal(1234)]
    assert _amounts("1.234", sign=".") == [Decimal("1.234")]
    assert _amounts("1,234.50", sign=",") == [None]  # contradicts what was said


def test_evidence_of_two_signs_is_no_evidence() -> None:
    assert decimal_evidence([Column(pa.array(["1,50", "1.50"]))]) is None


def test_column_of_two_decimal_signs_leaves_a_lone_comma_open() -> None:
    assert _amounts("12,50", "12.50", "1,234", "1,234.50") == [
        Decimal("12.50"),
        Decimal("12.50"),
        None,
        Decimal("1234.50"),
    ]


def test_typed_numbers_prove_nothing_and_need_no_proof() -> None:
    typed = Column(pa.array(["1.234", "12,50"]), np.array([True, False]))
    read = read_amounts(typed)
    assert [read.exact(0), read.exact(1)] == [Decimal("1.234"), Decimal("12.50")]


def test_rounding_is_half_away_from_zero_one_by_one() -> None:
    read = read_amounts(Column(pa.array(["0.005", "-0.005", "0.0149999", "2.675", "10.00"])))
    found = to_minor(read, np.zeros(5, np.int32), ["CNY"])
    assert found.values.tolist() == [1, -1, 1, 268, 1000]
    assert found.rounded == {"CNY": 4}
    # −0.005 + 0.005 + 0.0049999 − 0.005 + 0
    assert found.lost == {"CNY": Decimal("-0.0000001")}


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 1235), ("CNY", 123457), ("KWD", 1234567), ("CLF", 12345670)])
def test_minor_units_follow_the_currency(currency: str, minor: int) -> None:
    read = read_amounts(Column(pa.array(["1234.567"])))
    assert to_minor(read, np.zeros(1, np.int32), [currency]).values.tolist() == [minor]


def test_one_column_of_several_currencies_rounds_each_by_its_own() -> None:
    read = read_amounts(Column(pa.array(["1.5", "1.5", "1.5555"])))
    found = to_minor(read, np.array([0, 1, 2], np.int32), ["JPY", "CNY", "KWD"])
    assert found.values.tolist() == [2, 150, 1556]
    assert found.lost == {"JPY": Decimal("-0.5"), "KWD": Decimal("-0.0005")}


def test_sixteen_digits_are_told_and_not_cut() -> None:
    read = read_amounts(Column(pa.array(["9999999999999.99", "10000000000000.00"])))
    found = to_minor(read, np.zeros(2, np.int32), ["CNY"])
    assert found.values.tolist()[0] == 999_999_999_999_999
    assert found.too_long == (1,)


# ------------------------------------------------------------------------------------------------------------------ dates


def _dates(*texts: str | None, order: str | None = None) -> list[date | None]:
    values = read_dates(Column(pa.array(texts, pa.string())), order).values  # type: ignore[arg-type]
    return [day_of(v) if v > -(2**31) else None for v in values.tolist()]


def test_one_day_above_twelve_settles_a_column() -> None:
    assert _dates("05/06/2024", "31/05/2024") == [date(2024, 6, 5), date(2024, 5, 31)]
    assert _dates("05/06/2024", "05/31/2024") == [date(2024, 5, 6), date(2024, 5, 31)]


def test_blank_cells_settle_nothing_and_stay_blank() -> None:
    assert _dates(None, "31/05/2024", None) == [None, date(2024, 5, 31), None]


def test_date_equal_under_both_orders_needs_no_proof() -> None:
    assert _dates("05/05/2024", "06/06/2024") == [date(2024, 5, 5), date(2024, 6, 6)]


def test_leap_day_exists_in_leap_years_only() -> None:
    read = read_dates(Column(pa.array(["29/02/2024", "29/02/2023", "29/02/2000", "29/02/1900"])))
    assert [i in read.bad for i in range(4)] == [False, True, False, True]


def test_unreadable_text_does_not_decide_the_order() -> None:
    assert _dates("unknown", "31/05/2024", "05/06/2024") == [None, date(2024, 5, 31), date(2024, 6, 5)]


def test_two_digit_years_are_of_this_century_and_dots_mean_day_first() -> None:
    assert _dates("31.12.24", "01.02.25") == [date(2024, 12, 31), date(2025, 2, 1)]


def test_year_month_day_of_two_digits_each_is_refused_when_another_order_fits() -> None:
    column = read_column(["24-05-31"])  # 2024-05-31 or 24 May 2031
    assert column.ambiguous is not None
    assert column.days == {}


def test_forced_order_refuses_what_does_not_fit_it() -> None:
    assert _dates("05/06/2024", "05/31/2024", order="dmy") == [date(2024, 6, 5), None]


@pytest.mark.parametrize(
    "text", ["2024-05-31", "2024/5/31", "2024.05.31", "20240531", "2024年5月31日", "31 May 2024", "31-May-24", "May 31, 2024",
             "2024-05-31T10:00:00Z", "2024-05-31 00:00", "２０２４－０５－３１"],
)  # fmt: skip
def test_spelling_that_has_one_reading_is_read(text: str) -> None:
    assert _dates(text) == [date(2024, 5, 31)]


@pytest.mark.parametrize("text", ["2024-13-01", "2024-06-31", "0000-01-01", "soon", "Q2 2024", "31/31/2024", "1/1/1"])
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert _dates(text) == [None]


@pytest.mark.parametrize("text", ["(-9)", "-9-", "-5 CR", "(5)-"])
def test_a_sign_written_twice_is_refused_not_guessed(text: str) -> None:
    assert read_amounts(Column(pa.array([text, "1.50"]))).bad == (0,)
