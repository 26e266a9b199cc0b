"""Amounts as people read them where they need not tie: 万元 or CNY thousand, one unit for a whole panel or sheet.

What must stay true: the unit is told once, where the figures stand; a rounded difference equals the difference of its rounded terms, or more
decimals are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.wording import say

_MONEY: Final = {"CNY": "元", "USD": "美元", "EUR": "欧元", "JPY": "日元", "HKD": "港元", "GBP": "英镑"}
_DIVISORS: Final = {"zh": (1, 10_000, 100_000_000), "en": (1, 1_000, 1_000_000)}
_STEPS: Final = ("one", "thousand", "million")
_FROM: Final = (0, 100_000, 10_000_000_000)


def money_name(currency: str, lang: Lang) -> str:
    """Return how a unit names a currency.

    >>> money_name("CNY", "zh"), money_name("USD", "zh")
    ('元', '美元')
    """
    return _MONEY.get(currency, currency) if lang == "zh" else currency


@dataclass(frozen=True, slots=True)
class Scale:
    """divisor: units of the currency in one shown; unit: its name; decimals: shown, of that unit."""

    currency: str
    lang: Lang
    divisor: int
    unit: str
    decimals: int

    def value(self, minor: int) -> float:
        """Return an amount in the unit, for a chart: not rounded."""
        return float(self._exact(minor))

    def text(self, minor: int | None, *, sign: bool = False, decimals: int | None = None) -> str:
        """Return an amount in the unit; sign: with a plus above 0. None is a dash.

        >>> scale_of("CNY", "zh", 50_000_000_00).text(1_234_567_89)
        '123.5'
        """
        if minor is None:
            return "–"
        shown = self._rounded(minor, self.decimals if decimals is None else decimals)
        return f"{shown:+,f}" if sign and shown else f"{shown:,f}"

    def pair(self, base: int | None, other: int | None) -> tuple[str, str, str]:
        """Return two amounts and other less base, with as many decimals as make the difference tie, and a change be seen.

        >>> scale_of("CNY", "zh", 50_000_000_00).pair(900_00, 800_00)
        ('0.09', '0.08', '-0.01')
        """
        if base is None or other is None:
            return self.text(base), self.text(other), "–"
        most = money.exponent(self.currency) + len(str(self.divisor)) - 1
        decimals = next(
            (d for d in range(self.decimals, most) if self._ties(base, other, d)), most,
        )  # fmt: skip
        return (
            self.text(base, decimals=decimals), self.text(other, decimals=decimals),
            self.text(other - base, sign=True, decimals=decimals),
        )  # fmt: skip

    def _ties(self, base: int, other: int, decimals: int) -> bool:
        change = self._rounded(other - base, decimals)
        ties = self._rounded(other, decimals) - self._rounded(base, decimals) == change
        return ties and (change != 0 or other == base)

    def _exact(self, minor: int) -> Decimal:
        return money.to_decimal(minor, self.currency) / self.divisor

    def _rounded(self, minor: int, decimals: int) -> Decimal:
        return self._exact(minor).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) + 0


def scale_of(currency: str, lang: Lang, largest: int) -> Scale:
    """Return the unit for amounts up to `largest` minor units: the currency itself, thousands (万), millions (亿).

    >>> scale_of("CNY", "zh", 20_000_000_00).unit, scale_of("CNY", "en", 5_000_00).unit
    ('万元', 'CNY')
    """
    size = abs(largest) // 10 ** money.shown_decimals(currency)
    step = max(at for at, least in enumerate(_FROM) if size >= least)
    unit = say(f"workbook.unit.{_STEPS[step]}", lang, currency=money_name(currency, lang))
    return Scale(currency, lang, _DIVISORS[lang][step], unit, 1 if step else 0)
