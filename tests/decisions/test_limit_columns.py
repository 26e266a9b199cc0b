"""Columns of money for limits: each gives what the function of one amount gives, also where int64 would not hold a product."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlib.decisions.limit.columns import (
    Amounts,
    as_int64,
    common_scale,
    insured_parts,
    leading_digits,
    sums_of,
    times_ratio,
)
from creditlib.decisions.limit.exchange import leading, times
from creditlib.decisions.limit.methods import insured_part
from creditlib.errors import TooLarge

MINOR = st.integers(-(2**60), 2**60)
COVER = st.integers(0, 2**61)


@given(st.lists(MINOR, max_size=6), st.fractions(0, 4, max_denominator=10**15))
def test_times_ratio_is_times_of_each(amounts: list[int], ratio: Fraction) -> None:
    found = times_ratio(np.array(amounts, np.int64), ratio.numerator, ratio.denominator)
    assert found.tolist() == [times(one, ratio) for one in amounts]


@given(st.lists(st.tuples(MINOR, st.integers(1, 4)), max_size=6))
def test_leading_digits_is_leading_of_each(rows: list[tuple[int, int]]) -> None:
    digits = rows[0][1] if rows else 2
    minor = np.array([one for one, _ in rows], np.int64)
    for currency, unit in (("CNY", 100), ("JPY", 1), ("KWD", 1000)):
        found = leading_digits(minor, digits, np.full(len(rows), unit, np.int64))
        assert found.tolist() == [leading(one, digits, currency) for one, _ in rows]


@given(st.lists(st.tuples(st.integers(0, 2**60), COVER, st.fractions(0, 1, max_denominator=100)), max_size=6))
def test_insured_parts_is_insured_part_of_each(rows: list[tuple[int, int, Fraction]]) -> None:
    told = [(limit, cover, times(cover, share)) for limit, cover, share in rows]
    columns = (np.array([row[i] for row in told], np.int64) for i in range(3))
    assert insured_parts(*columns).tolist() == [insured_part(*row) for row in told]


@given(st.lists(st.tuples(st.integers(0, 2), MINOR, st.integers(0, 2**40)), max_size=8))
def test_sums_are_exact_whatever_their_size(rows: list[tuple[int, int, int]]) -> None:
    codes, minor, factors = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    expected = [sum(m * f for code, m, f in rows if code == one) for one in range(3)]
    assert [int(one) for one in sums_of(codes, minor, factors, 3)] == expected


def test_a_common_scale_keeps_every_ratio() -> None:
    scale, numerators = common_scale([Fraction(71, 10), Fraction(1), None, Fraction(472, 10_000)])
    assert [Fraction(int(one), scale) for one in numerators] == [
        Fraction(71, 10),
        Fraction(1),
        0,
        Fraction(472, 10_000),
    ]


def test_what_int64_can_not_hold_is_refused_and_never_wrapped() -> None:
    with pytest.raises(TooLarge, match="19 digits"):
        as_int64([1, -(2**63) - 1])
    with pytest.raises(TooLarge):
        times_ratio(np.array([2**62]), 2, 1)
    assert as_int64([-(2**63)]).tolist() == [-(2**63)]


def test_amounts_come_and_go_through_tables_and_lists() -> None:
    column = Amounts.of([7, None, -1])
    assert Amounts.from_arrow(column.to_arrow()).to_list() == column.to_list() == [7, None, -1]
