"""Exact column arithmetic on integers: money × rate, days → months.

What must stay true: integers in, integers out; a result that could be wrong is refused.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from creditlib.errors import TooLarge


def rescale(values: NDArray[np.int64], numerator: int, denominator: int) -> NDArray[np.int64]:
    """Return values × numerator ÷ denominator, each rounded half away from zero, exactly.

    values: int64 amounts. numerator, denominator: positive integers.
    Raises: TooLarge when one is not above 0, or a result would pass 2**52.

    The quotient is estimated in float64 and corrected by its remainder, taken modulo 2**64: the true remainder is small,
    so it survives the wrap-around. A ratio of 2**31 or more (a rate of ten decimals) goes through Python's own integers.

    >>> rescale(np.array([15, -15, 25], dtype=np.int64), 1, 10).tolist()
    [2, -2, 3]
    """
    if numerator <= 0 or denominator <= 0:
        raise TooLarge(f"rate {numerator}/{denominator} is not above 0", f"汇率 {numerator}/{denominator} 须大于 0")
    size = np.abs(values)
    if len(size) and int(size.max()) * numerator // denominator >= 2**52:
        raise TooLarge(
            f"an amount × {numerator}/{denominator} has more digits than can be kept exactly",
            f"金额 × {numerator}/{denominator} 超出可精确保存的位数",
        )
    if numerator >= 2**31 or denominator >= 2**31:
        exact = [(2 * n * numerator + denominator) // (2 * denominator) for n in size.tolist()]
        return np.where(values < 0, -1, 1) * np.array(exact, np.int64)
    estimate = np.floor(size * (numerator / denominator)).astype(np.int64)
    with np.errstate(over="ignore"):
        rest = size * np.int64(numerator) - estimate * np.int64(denominator)
    estimate += rest // denominator
    rest %= denominator
    estimate += 2 * rest >= denominator
    return np.where(values < 0, -estimate, estimate)


def month_indices(days: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the month index of each day number.

    Indices as `days.month_index` counts them.

    >>> int(month_indices(np.array([0], dtype=np.int32))[0]) == 1970 * 12
    True
    """
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
