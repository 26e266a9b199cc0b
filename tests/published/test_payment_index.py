"""Every figure of payment_index.toml, from the scalar formula and from a book of documents and payments."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from creditlib.facts.book import Book
from creditlib.formulas import payment_points
from creditlib.measures.payment import payment_behaviour

DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("payment_index.toml").read_text(encoding="utf-8"))
TABLE = list(zip(DATA["points"]["days_beyond_terms"], DATA["points"]["points"], strict=True))


def _paid(amounts: list[int], to_pay: list[int], terms: int) -> Book:
    """One invoice each, issued on the same day, due after `terms` days, paid in full `to_pay` days after its issue."""
    count, issued = len(amounts), date(2024, 1, 1)
    return Book(
        pa.table(
            {
                "id": range(count),
                "customer": ["C1"] * count,
                "kind": ["invoice"] * count,
                "currency": ["USD"] * count,
                "amount_minor": amounts,
                "issue_on": pa.array([issued] * count, pa.date32()),
                "due_on": pa.array([issued + timedelta(terms)] * count, pa.date32()),
                "source_file": ["x"] * count,
                "source_row": pa.array(range(count), pa.int32()),
            }
        ),
        pa.table(
            {
                "to_document": range(count),
                "amount_minor": amounts,
                "on": pa.array([issued + timedelta(days) for days in to_pay], pa.date32()),
                "origin": ["settlement_date"] * count,
            }
        ),
    )


def test_every_figure_names_its_source() -> None:
    assert all(case["ref"] and case["locator"] for case in DATA.values())


@pytest.mark.parametrize(("days", "points"), TABLE)
def test_published_points_come_out_at_each_published_day(days: int, points: int) -> None:
    assert payment_points(days, TABLE) == points
    row = payment_behaviour(_paid([100], [30 + days], 30), date(2024, 1, 1), date(2024, 12, 31), points=TABLE).rows()[0]
    assert row["payment_index"] == points


def test_points_stay_at_the_ends_outside_the_table() -> None:
    assert payment_points(-10, TABLE) == 80  # early payment earns no more
    assert payment_points(1000, TABLE) == 20


def test_index_is_weighted_by_amount() -> None:
    case = DATA["weighted"]
    book = _paid(case["amounts"], [30 + late for late in case["late"]], 30)
    row = payment_behaviour(book, date(2024, 1, 1), date(2024, 12, 31), points=TABLE).rows()[0]
    assert row["payment_index"] == pytest.approx(case["index"])


def test_days_to_pay_are_weighted_by_amount() -> None:
    case = DATA["days_to_pay"]
    row = payment_behaviour(_paid(case["amounts"], case["days"], 30), date(2024, 1, 1), date(2024, 12, 31)).rows()[0]
    assert row["days_to_pay"] == pytest.approx(case["weighted"])
    assert row["dbt_days"] == pytest.approx(18.0)  # (1,000 × 0 + 3,000 × 30 + 6,000 × 15) ÷ 10,000
