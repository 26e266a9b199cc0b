"""Cells as hosts hand them over: blanks, errors, dates of both calendars, texts that are numbers, ranges."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from creditlib_addin.values import (
    EXCEL_1904,
    PYTHON,
    CellError,
    ErrorCell,
    Host,
    clean,
    day,
    number,
    result,
    rows_of,
    single,
    text,
)

from creditlib.errors import UsageError


@pytest.mark.parametrize("blank", [None, "", "   ", "\t"])
def test_a_blank_an_empty_text_and_blanks_alone_are_the_same(blank: Any) -> None:
    assert clean(blank) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("12", 12), ("-12.5", -12.5), ("1,234.56", 1234.56), ("1.234,56", 1234.56), ("(1,234.50)", -1234.5), ("12-", -12), ("２５", 25),
        ("¥1,000", 1000), ("1.2万", 12000), ("2%", 0.02), ("2.5 %", 0.025), (Decimal("0.1"), 0.1), (True, 1), (0, 0),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(given: Any, expected: float) -> None:
    assert number(clean(given), "x") == expected


@pytest.mark.parametrize("given", ["x", "1,23,4", "--5", "1e5x", date(2026, 1, 1), float("inf")])
def test_what_is_no_number_is_refused_with_the_argument_and_what_stood_there(given: Any) -> None:
    with pytest.raises(UsageError, match="amount"):
        number(given, "amount")


def test_a_serial_counts_from_the_workbooks_own_calendar() -> None:
    assert day(46326, "on", PYTHON) == date(2026, 10, 31)
    assert day(46326 - 1462, "on", EXCEL_1904) == date(2026, 10, 31)  # 1,462 days between the two calendars
    assert day(46326.75, "on", PYTHON) == date(2026, 10, 31)  # with a time of day


@pytest.mark.parametrize("given", [0, -1, 300_000, True, "31.31.2026", "32/01/2026", None])
def test_what_is_no_day_is_refused(given: Any) -> None:
    with pytest.raises(UsageError, match="on"):
        day(given, "on", PYTHON)


def test_a_text_that_can_be_two_days_is_refused_with_both() -> None:
    with pytest.raises(UsageError, match=r"2026-05-06.*2026-06-05|2026-06-05.*2026-05-06"):
        day("05/06/2026", "on", PYTHON)
    assert day("31/05/2026", "on", PYTHON) == date(2026, 5, 31)


def test_one_cell_is_wanted_and_a_range_of_one_is_one() -> None:
    assert single([[5.0]], "x") == 5
    with pytest.raises(UsageError, match="2 × 1"):
        single([[1], [2]], "x")
    with pytest.raises(ErrorCell):
        single(CellError("#REF!"), "x")


def test_ranges_come_as_rows_whatever_the_host_hands_over() -> None:
    assert rows_of((("a", ""), (1.0, None))) == [["a", None], [1.0, None]]
    assert rows_of([1.0, 2.0]) == [[1.0, 2.0]]
    assert rows_of(datetime(2026, 1, 1, 12)) == [[date(2026, 1, 1)]]


def test_a_code_typed_as_a_number_is_text_without_decimals_and_a_long_one_keeps_its_digits() -> None:
    assert text(1024.0) == "1024"
    assert text("0001024") == "0001024"
    assert text(123456789012345.0) == "123456789012345"


def test_a_result_without_a_value_is_an_error_and_a_day_is_what_the_host_takes() -> None:
    assert result(None, PYTHON) == CellError("#N/A")
    assert result(float("nan"), PYTHON) == CellError("#NUM!")
    assert result(date(2026, 10, 31), PYTHON) == date(2026, 10, 31)
    assert result(date(2026, 10, 31), Host("calc", dates=False)) == 46326
    assert result(date(2026, 10, 31), Host("calc", dates=False, epoch=date(1904, 1, 1))) == 46326 - 1462


def test_a_thing_that_is_no_cell_is_refused() -> None:
    with pytest.raises(UsageError, match="object"):
        clean(object())
