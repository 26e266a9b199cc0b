"""Columns of exact money for limits: int64 where every product provably fits, Python's own integers for the rows where one does not.

What must stay true: a column gives the figure the scalar function of that name gives for one row (`exchange.times`, `exchange.leading`,
`methods.insured_part`), bit for bit; a result that no int64 holds is refused, never wrapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.decisions.limit.exchange import Column
from creditlib.errors import TooLarge

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_TOP: Final = 2**63 - 1
_SAFE: Final = 2.0**62  # what is estimated below this fits
_TENS: Final = 10 ** np.arange(19, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column of whole numbers. minor: 0 where not known. known: whether there is one."""

    minor: Ints
    known: Flags

    @classmethod
    def of(cls, column: Sequence[int | None]) -> Amounts:
        """Return a list as a column. Raises: TooLarge for a number no int64 holds.

        >>> Amounts.of([5, None]).to_list()
        [5, None]
        """
        known = np.array([one is not None for one in column], bool)
        return cls(as_int64([0 if one is None else one for one in column]), known)

    @classmethod
    def where(cls, known: Flags, minor: Ints | int) -> Amounts:
        """Return amounts where they are known."""
        return cls(np.where(known, minor, np.int64(0)), known)

    @classmethod
    def from_arrow(cls, column: pa.ChunkedArray | pa.Array) -> Amounts:
        """Return a column of a table."""
        known = np.asarray(column.is_valid(), bool)
        return cls(np.asarray(column.fill_null(0)).astype(np.int64, copy=False), known)

    def __len__(self) -> int:
        return len(self.minor)

    def to_arrow(self) -> pa.Array:
        """Return the column for a table, null where not known."""
        return pa.array(self.minor, pa.int64(), mask=~self.known)

    def to_list(self) -> Column:
        """Return the column as Python integers."""
        return [one if there else None for one, there in zip(self.minor.tolist(), self.known.tolist(), strict=True)]


def as_int64(numbers: Sequence[int]) -> Ints:
    """Return whole numbers as int64. Raises: TooLarge where one does not fit.

    >>> as_int64([2**63 - 1]).tolist() == [2**63 - 1]
    True
    """
    try:
        return np.array(numbers, np.int64)
    except OverflowError:
        size = len(str(max(map(abs, numbers))))
        raise TooLarge(
            f"an amount behind a limit has {size} digits in minor units, more than can be kept exactly (18). Check amounts, rates and policy.",
            f"额度计算中有一笔金额按最小单位计达 {size} 位，超出可精确保存的 18 位。请核对金额、汇率和政策。",
        ) from None


def times_ratio(minor: Ints, numerator: Any, denominator: Any) -> Ints:
    """Return amounts × numerator ÷ denominator, rounded down, as `exchange.times` rounds one.

    numerator, denominator: one whole number, or one for each row. Raises: TooLarge.

    >>> times_ratio(np.array([1001, -1]), 1, 2).tolist(), times_ratio(np.array([2**62]), 2**40, 2**41).tolist() == [2**61]
    ([500, -1], True)
    """
    found: Ints
    if max(_most(minor), 1) * _most(numerator) <= _TOP and _most(denominator) <= _TOP:
        found = minor * numerator // denominator
        return found
    numerators, denominators = (
        np.broadcast_to(np.asarray(one, object), len(minor)) for one in (numerator, denominator)
    )
    large = np.maximum(np.abs(minor.astype(np.float64)), 1) * numerators.astype(np.float64) >= _SAFE
    large |= denominators.astype(np.float64) >= _SAFE
    found = np.zeros(len(minor), np.int64)
    small, rest = np.flatnonzero(~large), np.flatnonzero(large)
    found[small] = minor[small] * numerators[small].astype(np.int64) // denominators[small].astype(np.int64)
    exact = zip(minor[rest].tolist(), numerators[rest].tolist(), denominators[rest].tolist(), strict=True)
    found[rest] = as_int64([int(m) * int(n) // int(d) for m, n, d in exact])
    return found


def _most(numbers: Any) -> int:
    """The largest absolute value."""
    if isinstance(numbers, int):
        return abs(numbers)
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))


def leading_digits(minor: Ints, digits: int, unit: Ints) -> Ints:
    """Return amounts rounded down to their leading digits in whole units of their currency, as `exchange.leading` rounds one.

    unit: minor units of a whole one, for each row.

    >>> leading_digits(np.array([183_456_78, 99, 1834]), 2, np.array([100, 100, 1])).tolist()
    [18000000, 0, 1800]
    """
    whole = np.maximum(minor, 0) // unit
    length = np.maximum(np.searchsorted(_TENS, whole, side="right"), 1)
    step = _TENS[np.maximum(length - digits, 0)]
    found: Ints = whole // step * step * unit
    return found


def insured_parts(limit: Ints, cover: Ints, paid: Ints) -> Ints:
    """Return what insurers would pay of each limit, as `methods.insured_part` tells of one. cover: their limits; paid: those times their shares.

    >>> insured_parts(np.array([180_000_00, 5]), np.array([200_000_00, 0]), np.array([180_000_00, 0])).tolist()
    [16200000, 0]
    """
    found = np.zeros(len(limit), np.int64)
    rows = np.flatnonzero(cover > 0)
    found[rows] = times_ratio(np.minimum(limit[rows], cover[rows]), paid[rows], cover[rows])
    return found


def sums_of(codes: NDArray[Any], minor: Ints, factors: NDArray[Any], size: int) -> NDArray[Any]:
    """Return Σ minor × factor by code, exact: int64 where every sum fits, else Python's integers.

    codes: 0…size−1. factors: whole numbers, one for each row.

    >>> sums_of(np.array([0, 0]), np.array([2**62, 2**62]), np.array([1, 2]), 1).tolist() == [3 * 2**62]
    True
    """
    fits = factors.dtype != object and float(np.abs(minor.astype(np.float64) * factors).sum()) < _SAFE
    kind: Any = np.int64 if fits else object
    out = np.zeros(size, kind)
    np.add.at(out, codes, minor.astype(kind) * factors.astype(kind))
    return out


def common_scale(ratios: Sequence[Fraction | None]) -> tuple[int, NDArray[Any]]:
    """Return a denominator that fits all ratios, and the numerator of each over it; 0 for one that is not known.

    >>> common_scale([Fraction(1, 4), None, Fraction(1, 6)])
    (12, array([3, 0, 2]))
    """
    scale = lcm(*(ratio.denominator for ratio in ratios if ratio is not None))
    found = [0 if ratio is None else ratio.numerator * (scale // ratio.denominator) for ratio in ratios]
    return scale, np.array(found, np.int64 if all(abs(one) <= _TOP for one in found) else object)
