"""The published case of a limit that blocks: `limit-tryton` of credit_limit.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from creditlib.decisions.limit.decide import within_limit

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("credit_limit.toml").read_text(encoding="utf-8"))[
    "case"
]
CASE = next(case for case in CASES if case["id"] == "limit-tryton")


def test_every_figure_names_its_source() -> None:
    assert all(case["ref"] and case["locator"] for case in CASES)


@pytest.mark.parametrize("row", CASE["rows"])
def test_limit_blocks_as_published(row: dict[str, Any]) -> None:
    assert within_limit(row.get("limit"), CASE["open"], row["amount"]) is row["allowed"]


def test_exactly_the_limit_is_allowed_and_a_cent_more_is_not() -> None:
    assert within_limit(200, 100, 100)
    assert not within_limit(200, 100, 101)
