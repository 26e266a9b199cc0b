"""What a formula refuses: one place for the wording, so that the same fault reads the same everywhere.

What must stay true: plain Python; NaN and infinity are refused like any other wrong figure; each text names the input, the
figure given, what was expected and what to do.
"""

from __future__ import annotations

from math import isfinite

from creditlib.errors import CreditError


def figure(value: float) -> str:
    """Return a figure as messages print it: thousands separated, at most ten significant digits.

    >>> figure(1_234_567.5), figure(0.0025)
    ('1,234,567.5', '0.0025')
    """
    return f"{value:,.10g}"


def need_above_zero(value: float, en: str, zh: str) -> None:
    """Refuse a figure that must be above 0. en, zh: its name. Raises: CreditError.

    >>> need_above_zero(0.01, "total assets", "总资产")
    """
    if not (isfinite(value) and value > 0):
        raise CreditError(
            f"{en} must be above 0, got {figure(value)}. Check its sign and its unit.",
            f"{zh}必须大于 0，得到 {figure(value)}。请检查符号和单位。",
        )


def need_not_negative(value: float, en: str, zh: str) -> None:
    """Refuse a figure that can be 0 but not below. en, zh: its name. Raises: CreditError.

    >>> need_not_negative(0, "deductible", "免赔额")
    """
    if not (isfinite(value) and value >= 0):
        raise CreditError(
            f"{en} must be 0 or above, got {figure(value)}. Check its sign.",
            f"{zh}不能小于 0，得到 {figure(value)}。请检查符号。",
        )


def need_share(value: float, en: str, zh: str) -> None:
    """Refuse what is no share from 0 to 1: a percentage written as 2 instead of 0.02. Raises: CreditError.

    >>> need_share(0.02, "discount", "折扣率")
    """
    if not 0 <= value <= 1:
        raise CreditError(
            f"{en} must be a share from 0 to 1, got {figure(value)}. Write 2 % as 0.02.",
            f"{zh}必须是 0 到 1 之间的比例，得到 {figure(value)}。2% 请写成 0.02。",
        )


def need_number(value: float, en: str, zh: str) -> None:
    """Refuse NaN and infinity. en, zh: the figure's name. Raises: CreditError.

    >>> need_number(-1.5, "Z", "Z 值")
    """
    if not isfinite(value):
        raise CreditError(
            f"{en} must be a finite number, got {figure(value)}. Look for an empty cell or a division by 0 in its inputs.",
            f"{zh}必须是有限的数，得到 {figure(value)}。请检查其来源中的空单元格或除以 0。",
        )
