"""The kernels: exact beyond 2**53, groups of several keys, refusing what would overflow."""

from __future__ import annotations

import numpy as np
import pytest

from creditlib.errors import TooLarge
from creditlib.measures.segments import counts, group, products, sums


def test_sum_beyond_double_precision_keeps_its_last_cent() -> None:
    values = np.array([2**53, 1, 1, -(2**53)], np.int64)
    assert sums(np.zeros(4, int), values, 1).tolist() == [2]  # as float64 2**53 + 1 is 2**53


def test_groups_without_rows_are_zero() -> None:
    assert sums(np.array([2]), np.array([5]), 4).tolist() == [0, 0, 5, 0]
    assert counts(np.array([2]), 4).tolist() == [0, 0, 1, 0]


def test_two_keys_make_only_groups_that_occur_sorted_and_null_last() -> None:
    found = group([("a", np.array([0, 1, 1]), ["z", "y"]), ("b", np.array([1, 0, 1]), ["q", None])])
    pairs = list(zip(found.columns["a"].to_pylist(), found.columns["b"].to_pylist(), strict=True))
    assert pairs == [("y", "q"), ("y", None), ("z", None)]
    assert found.codes.tolist() == [2, 0, 1]


def test_many_keys_take_the_sorting_path_and_give_the_same_groups() -> None:
    names = [f"{i:05d}" for i in range(400)]
    codes = np.array([399, 0, 399])
    found = group([("a", codes, names), ("b", codes, names), ("c", codes, names)])  # 64 million combinations
    assert found.codes.tolist() == [1, 0, 1]
    assert found.columns["c"].to_pylist() == ["00000", "00399"]


def test_nothing_makes_no_groups() -> None:
    found = group([("a", np.zeros(0, int), [])])
    assert (found.size, found.codes.tolist(), found.columns["a"].to_pylist()) == (0, [], [])


def test_product_that_fits_is_exact_and_one_that_does_not_is_refused() -> None:
    near = np.array([2**61 - 1], np.int64)
    assert products(np.zeros(1, int), near, np.array([1]), 1).tolist() == [2**61 - 1]
    with pytest.raises(TooLarge):
        products(np.zeros(1, int), near, np.array([365]), 1)
    with pytest.raises(TooLarge):
        products(np.zeros(3, int), np.array([2**60] * 3), np.array([2, 2, 2]), 1)
