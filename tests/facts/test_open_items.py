"""Open items at one cent, on the due date, in two currencies; conversion at given rates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from creditlib.errors import CurrencyError
from creditlib.facts.open_items import Rate, convert, open_items

HEADER = "customer,document,issue date,due date,currency,amount\n"
DAY = date(2024, 6, 30)


def test_item_of_one_cent_is_an_item(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + "C1,I-1,2024-06-01,2024-07-31,CNY,0.01\nC1,K-1,2024-06-01,2024-07-31,CNY,-0.01\n").book
    assert open_items(book, DAY).open_minor.tolist() == [1, -1]


def test_item_of_nothing_is_none(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + "C1,I-1,2024-06-01,2024-07-31,CNY,0\n").book
    assert len(open_items(book, DAY).rows) == 0


def test_totals_stand_apart_by_currency_and_name_no_other(ledger: Callable[..., Any]) -> None:
    book = ledger(
        HEADER
        + "C1,I-1,2024-06-01,2024-07-31,CNY,1\nC1,I-2,2024-06-01,2024-07-31,JPY,5\nC1,I-3,2024-07-01,2024-07-31,USD,9\n"
    ).book
    assert open_items(book, DAY).totals == {"CNY": 100, "JPY": 5}  # I-3 belongs to July


@pytest.mark.parametrize(
    ("own", "rate", "to", "minor"),
    [
        ("CNY", "0.14", "USD", 14),  # 1.00 × 0.14
        ("JPY", "0.0462", "CNY", 5),  # 1 yen × 0.0462 = 0.0462 → 0.05
        ("USD", "156.25", "JPY", 156),  # 1.00 × 156.25 = 156.25 → 156
        ("KWD", "23.125", "CNY", 2313),  # 23.125 → 23.13, half up
        ("CNY", "0.140382400000123", "USD", 14),  # a rate with all the digits of a spreadsheet
    ],
)
def test_one_unit_is_converted_with_the_decimals_of_both_currencies(
    own: str, rate: str, to: str, minor: int, ledger: Callable[..., Any]
) -> None:
    items = open_items(ledger(HEADER + f"C1,I-1,2024-06-01,2024-07-31,{own},1\n").book, DAY)
    assert convert(items, [Rate(own, Decimal(rate), DAY)], to).totals == {to: minor}


def test_converted_items_remember_what_they_were(ledger: Callable[..., Any]) -> None:
    items = open_items(ledger(HEADER + "C1,I-1,2024-06-01,2024-07-31,USD,10\n").book, DAY)
    made = convert(items, [Rate("USD", Decimal("7.1"), DAY)], "CNY")
    assert made.totals == {"CNY": 7100}
    assert made.converted_from is not None
    assert made.converted_from[0].tolist() == [1000]


def test_currency_of_which_nothing_is_open_needs_no_rate(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + "C1,I-1,2024-06-01,2024-07-31,CNY,10\nC1,I-2,2024-07-05,2024-07-31,USD,10\n").book
    assert convert(open_items(book, DAY), [], "CNY").totals == {"CNY": 1000}
    with pytest.raises(CurrencyError):
        convert(open_items(book, date(2024, 7, 5)), [], "CNY")
