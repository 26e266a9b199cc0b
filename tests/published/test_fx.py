"""Every figure of fx.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditlib.facts.open_items import Rate, convert, open_items
from creditlib.money import to_minor

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("fx.toml").read_text(encoding="utf-8"))["case"]
DAY = date(2024, 1, 31)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_published_revaluation_comes_out_at_the_rate_of_the_day(
    case: dict[str, Any], ledger: Callable[..., Any]
) -> None:
    assert case["ref"]
    assert case["locator"]
    text = f"customer,document,due date,currency,amount\nC1,I-1,2024-03-31,{case['foreign']},{case['open']}\n"
    items = open_items(ledger(text).book, DAY)

    def converted(rate: str) -> int:
        made = convert(items, [Rate(case["foreign"], Decimal(rate), DAY)], case["to"])
        return made.totals[case["to"]]

    assert converted(case["new_rate"]) == to_minor(case["after"], case["to"])
    assert converted(case["new_rate"]) - converted(case["old_rate"]) == to_minor(case["adjustment"], case["to"])
