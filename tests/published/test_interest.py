"""Every figure of interest.toml, and its edges."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from creditlib.errors import CreditError
from creditlib.formulas import late_interest

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("interest.toml").read_text(encoding="utf-8"))[
    "case"
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_published_interest_comes_out_rounded_once(case: dict[str, Any]) -> None:
    assert case["ref"]
    assert case["locator"]
    found = late_interest(case["amount"], case["days"], case["rate"])
    assert round(found, 2) == case["interest"]


def test_interest_starts_the_day_after_the_due_date_and_a_year_has_the_days_agreed() -> None:
    assert late_interest(36_000, 0, 0.1) == 0
    assert late_interest(36_000, -5, 0.1) == 0
    assert late_interest(36_000, 1, 0.1, 360) == 10  # 36,000 × 10 % ÷ 360


@pytest.mark.parametrize("given", [(100, 1, -0.01), (100, 1, 0.1, 0), (float("nan"), 1, 0.1), (100, float("inf"), 0.1)])
def test_what_is_no_amount_no_rate_or_no_year_is_refused(given: tuple[float, ...]) -> None:
    with pytest.raises(CreditError):
        late_interest(*given)
