"""Exact money for limits: amounts as whole numbers, rates and shares as fractions, everything rounded down.

What must stay true: no floating point touches an amount; what can't be converted is None, never 0; a limit is never rounded up.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from creditlib import money
from creditlib.facts.open_items import Rate

Column = list[int | None]
"""Minor units, one entry a customer; None where it is not known."""
ONE: Final = Fraction(1)


class Exchange:
    """Rates between any two currencies, through the one they are given in.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> exchange = Exchange([Rate("USD", Decimal("7.1"), date(2026, 1, 1))], "CNY")
    >>> exchange.convert(100, "USD", "CNY"), exchange.convert(710, "CNY", "USD"), exchange.convert(1, "EUR", "CNY")
    (710, 100, None)
    """

    def __init__(self, rates: Sequence[Rate], reported_in: str) -> None:
        self._worth = {rate.currency: Fraction(rate.rate) for rate in rates} | {reported_in: ONE}
        self._found: dict[tuple[str, str], Fraction | None] = {}

    def ratio(self, source: str, target: str) -> Fraction | None:
        """Return minor units of `target` for one minor unit of `source`; None without a rate."""
        key = source, target
        if key not in self._found:
            self._found[key] = self._ratio(source, target)
        return self._found[key]

    def _ratio(self, source: str, target: str) -> Fraction | None:
        if source == target:
            return ONE if source in money.CURRENCIES else None
        if any(code not in self._worth or code not in money.CURRENCIES for code in (source, target)):
            return None
        worth = self._worth[source] / self._worth[target]
        return worth * Fraction(10) ** (money.exponent(target) - money.exponent(source))

    def convert(self, minor: int, source: str, target: str) -> int | None:
        """Return an amount in another currency, rounded down; None without a rate."""
        ratio = self.ratio(source, target)
        return None if ratio is None else times(minor, ratio)


def times(minor: int, ratio: Fraction | int) -> int:
    """Return an amount times a fraction, rounded down to the minor unit.

    >>> times(1001, Fraction(1, 2)), times(-1, Fraction(1, 2))
    (500, -1)
    """
    return minor * ratio.numerator // ratio.denominator


def leading(minor: int, digits: int, currency: str) -> int:
    """Return an amount rounded down to its leading digits, in whole units of the currency.

    >>> leading(183_456_78, 2, "CNY"), leading(99, 2, "CNY"), leading(1834, 2, "JPY")
    (18000000, 0, 1800)
    """
    unit: int = 10 ** money.exponent(currency)
    whole = max(minor, 0) // unit
    step: int = 10 ** max(len(str(whole)) - digits, 0)
    return whole // step * step * unit
