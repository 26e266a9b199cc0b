"""Kernels: exact sums by code, groups of several keys.

What must stay true: int64 in, int64 out, bit for bit the same in any order; no `bincount` with weights, which is float64 and
wrong above 2**53; every kernel is separable by customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.errors import TooLarge
from creditlib.facts.tables import coded

_LIMIT: Final = 2**62


def sums(codes: NDArray[np.integer], values: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    """Return Σ values by code, exact. codes: 0…groups−1.

    >>> sums(np.array([0, 1, 0]), np.array([2**60, 1, 1]), 2).tolist()
    [1152921504606846977, 1]
    """
    out = np.zeros(groups, np.int64)
    np.add.at(out, codes, values)
    return out


def counts(codes: NDArray[np.integer], groups: int) -> NDArray[np.int64]:
    """Return how many rows carry each code.

    >>> counts(np.array([0, 1, 0]), 3).tolist()
    [2, 1, 0]
    """
    return np.bincount(codes, minlength=groups).astype(np.int64)


def products(
    codes: NDArray[np.integer], money: NDArray[np.int64], days: NDArray[np.int64], groups: int
) -> NDArray[np.int64]:
    """Return Σ money × days by code. Raises: TooLarge when a sum could pass 63 bits.

    >>> products(np.array([0, 0]), np.array([100, 300]), np.array([30, 60]), 1).tolist()
    [21000]
    """
    refuse_overflow(np.zeros(groups, np.int64), 0.0, codes, money, days)
    return sums(codes, money * days, groups)


def refuse_overflow(
    so_far: NDArray[np.int64], bound: float, codes: NDArray[Any], money: NDArray[np.int64], days: NDArray[np.int64]
) -> float:
    """Return a bound on |Σ money × days by code| once these rows are added to `so_far`, itself bounded by `bound`.

    Raises: TooLarge when a sum could pass 63 bits. The cheap bound is Σ|money| × max|days|; only where that is too much are
    the groups looked at one by one.
    """
    if not len(money):
        return bound
    size = np.abs(money).astype(np.float64)
    longest = max(int(days.max()), -int(days.min()))
    cheap = bound + float(size.sum()) * longest
    if cheap < _LIMIT:
        return cheap
    exact = np.abs(so_far).astype(np.float64) + np.bincount(codes, weights=size * np.abs(days), minlength=len(so_far))
    total = float(exact.max())
    if total >= _LIMIT or float(size.max()) * longest >= _LIMIT:
        raise TooLarge(
            f"amount × days comes to {total:.3g}, more than 64 bits keep. Measure fewer documents at a time.",
            f"金额 × 天数达到 {total:.3g}，超出 64 位整数。请分批计算。",
        )
    return total


@dataclass(frozen=True)
class Groups:
    """Rows put into groups by several keys. codes: group of each row, groups in order of their keys. columns: one
    dictionary column per key."""

    codes: NDArray[np.int64]
    columns: dict[str, pa.DictionaryArray]
    size: int


def group(keys: Sequence[tuple[str, NDArray[np.integer], Sequence[str | None]]]) -> Groups:
    """Group rows by (name, codes, texts) keys; only combinations that occur make a group, sorted by their texts.

    >>> g = group([("c", np.array([0, 1, 0]), ["b", "a"])])
    >>> g.codes.tolist(), g.columns["c"].to_pylist()
    ([1, 0, 1], ['a', 'b'])
    """
    combined: NDArray[np.int64] | None = None
    ranked = []
    for name, own, texts in keys:
        rank = _ranks(texts)
        part = rank[own]
        width = max(len(texts), 1)
        combined = part.astype(np.int64) if combined is None else combined * width + part
        ranked.append((name, width, [texts[i] for i in np.argsort(rank, kind="stable")]))
    assert combined is not None
    span = int(np.prod([w for _, w, _ in ranked], dtype=object))
    if span <= max(4 * len(combined), 1 << 16):  # few enough to mark: cheaper than sorting
        seen = np.zeros(span, bool)
        seen[combined] = True
        present = np.flatnonzero(seen)
        place = np.cumsum(seen) - 1
        inverse = place[combined]
    else:
        present, inverse = np.unique(combined, return_inverse=True)
    columns = {}
    rest = present
    for name, width, texts in reversed(ranked):
        columns[name] = coded(rest % width, texts)
        rest = rest // width
    return Groups(inverse, {name: columns[name] for name, _, _ in ranked}, len(present))


def _ranks(texts: Sequence[str | None]) -> NDArray[np.int64]:
    """Return the place of each text in order of its characters, None last. UTF-8 sorts by bytes as Python does by characters."""
    order = pc.array_sort_indices(pa.array(texts, pa.string())).to_numpy()
    rank = np.empty(len(texts), np.int64)
    rank[order] = np.arange(len(texts))
    return rank
