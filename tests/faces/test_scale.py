"""Amounts in one unit: what is rounded still ties, the unit follows the largest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlib.faces.scale import scale_of

MONEY = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("currency", "lang", "largest", "unit"),
    [("CNY", "zh", 99_999_99, "元"), ("CNY", "zh", 100_000_00, "万元"), ("CNY", "zh", 10_000_000_000_00, "亿元"),
     ("USD", "en", 250_000_00, "USD thousand"), ("JPY", "zh", 100_000, "万日元"), ("EUR", "en", 10_000_000_000_00, "EUR million")],
)  # fmt: skip
def test_the_unit_follows_the_largest_amount(currency: str, lang: str, largest: int, unit: str) -> None:
    assert scale_of(currency, lang, largest).unit == unit  # type: ignore[arg-type]


@given(MONEY, MONEY)
def test_a_shown_difference_is_the_difference_of_what_is_shown(base: int, other: int) -> None:
    scale = scale_of("CNY", "en", max(abs(base), abs(other)))
    first, second, change = (float(text.replace(",", "")) for text in scale.pair(base, other))
    assert second - first == pytest.approx(change, abs=1e-4)


def test_nothing_is_a_dash_and_zero_has_no_sign() -> None:
    scale = scale_of("CNY", "en", 10**9)
    assert (scale.text(None), scale.text(0, sign=True), scale.text(1_234_567_89, sign=True)) == ("–", "0.0", "+1,234.6")
    assert scale.pair(None, 5) == ("–", "0.0", "–")
