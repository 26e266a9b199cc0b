"""Kernels: exact sums by code, groups of several keys.

What must stay true: int64 in, int64 out, bit for bit the same in any order; no `bincount` with weights, which is float64 and
wrong above 2**53; every kernel is separable by customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
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


def products(codes: NDArray[np.integer], money: NDArray[np.int64], days: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    """Return Σ money × days by code. Raises: TooLarge when a sum could pass 63 bits.

    >>> products(np.array([0, 0]), np.array([100, 300]), np.array([30, 60]), 1).tolist()
    [21000]
    """
    if len(money):
        worst = int(np.abs(money).max()) * int(np.abs(days).max())
        if worst * max(int(np.bincount(codes).max()), 1) >= _LIMIT:
            total = float(np.abs(money.astype(np.float64) * days).sum())
            if worst >= _LIMIT or total >= _LIMIT:
                raise TooLarge(
                    f"amount × days comes to {total:.3g}, more than 64 bits keep. Measure fewer documents at a time.",
                    f"金额 × 天数达到 {total:.3g}，超出 64 位整数。请分批计算。",
                )
    return sums(codes, money * days, groups)


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
    order = sorted(range(len(texts)), key=lambda i: (texts[i] is None, texts[i] or ""))
    rank = np.empty(len(texts), np.int64)
    rank[order] = np.arange(len(texts))
    return rank
