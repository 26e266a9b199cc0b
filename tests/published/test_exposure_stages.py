"""The published case of goods on their way from order to invoice: `limit-no-double-count` of credit_limit.toml."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditlib.facts.book import Book
from creditlib.measures.exposure import exposure

CASE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("credit_limit.toml").read_text(encoding="utf-8"))["goods"]
DAY = date(2024, 6, 30)


@pytest.mark.parametrize("expected", CASE["stages"], ids=lambda row: row["stage"])
def test_exposure_moves_from_stage_to_stage_and_its_total_stays(expected: dict[str, Any]) -> None:
    minor = CASE["amount"] * 100
    order: dict[str, Any] = {"order": ["O-1"], "customer": ["C1"], "currency": ["CNY"], "amount_minor": [minor]}
    paper = None
    if expected["stage"] != "order":
        order["invoice"] = ["I-1"]
    if expected["stage"] == "posted_invoice":
        paper = {"id": [0], "customer": ["C1"], "document": ["I-1"], "kind": ["invoice"], "currency": ["CNY"],
                 "amount_minor": [minor], "issue_on": [DAY], "source_file": ["x"], "source_row": [1]}  # fmt: skip
    row = exposure(Book(paper, orders=order), DAY).row(customer="C1")
    found = {"orders": row["orders_minor"], "draft": row["delivered_not_billed_minor"], "open": row["open_items_minor"]}
    assert found == {name: expected[name] * 100 for name in found}
    assert row["total_minor"] == minor
