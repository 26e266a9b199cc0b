"""Cover in force, what ends it for further shipments, and the risk it leaves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from creditlib.errors import CurrencyError, UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.facts.tables import SCHEMAS
from creditlib.measures.cover import cover, net_exposure

DAY = date(2024, 6, 30)


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table(
        {f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in SCHEMAS[name]}, schema=SCHEMAS[name]
    )


def _book(*security: dict[str, Any], items: list[tuple[int, int]] = ()) -> Book:  # type: ignore[assignment]
    """items: (amount in minor units, days since issue) of C1."""
    base = {"customer": "C1", "kind": "credit_insurance", "currency": "CNY", "from_on": date(2024, 1, 1)}
    papers = [
        {"id": i, "customer": "C1", "document": f"I-{i}", "kind": "invoice", "currency": "CNY", "amount_minor": amount,
         "issue_on": DAY - timedelta(age), "source_file": "x", "source_row": i}
        for i, (amount, age) in enumerate(items)
    ]  # fmt: skip
    return Book(_table("documents", papers), security=_table("security", [base | row for row in security]))


def _row(book: Book, **options: Any) -> dict[str, Any]:
    return cover(book, DAY, insured_share=0.9, **options).row(customer="C1")


def test_each_kind_stands_in_its_own_column_and_all_add_up() -> None:
    kinds = ["credit_insurance", "guarantee", "mortgage", "pledge", "deposit", "letter_of_credit"]
    row = _row(_book(*({"kind": kind, "amount_minor": 10**i * 10} for i, kind in enumerate(kinds))))
    assert row["insurer_limit_minor"] == 10
    assert row["insured_minor"] == 9  # 10 × 90 %
    assert [row[f"{n}_minor"] for n in ("guaranteed", "mortgaged", "pledged", "deposit", "letter_of_credit")] == [
        100, 1000, 10_000, 100_000, 1_000_000,
    ]  # fmt: skip
    assert row["cover_minor"] == 1_111_109


@pytest.mark.parametrize(
    ("span", "found"),
    [
        ({"from_on": DAY}, [900]),
        ({"from_on": DAY + timedelta(1)}, []),
        ({"until_on": DAY}, [900]),
        ({"until_on": DAY - timedelta(1)}, []),
    ],
)
def test_only_cover_in_force_counts(span: dict[str, Any], found: list[int]) -> None:
    rows = cover(_book({"amount_minor": 1000} | span), DAY, insured_share=0.9).rows()
    assert [row["insured_minor"] for row in rows] == found


def test_the_share_of_a_row_stands_before_the_policys() -> None:
    assert _row(_book({"amount_minor": 1000, "insured_share": 0.85}))["insured_minor"] == 850
    assert _row(_book({"amount_minor": 1000, "insured_share": 0.0}))["insured_minor"] == 0
    assert _row(_book({"amount_minor": 1000, "insured_share": 0.5, "kind": "guarantee"}))["guaranteed_minor"] == 500
    assert _row(_book({"amount_minor": 5}))["insured_minor"] == 5  # 4.5, half away from zero


def test_an_insurers_newer_limit_replaces_its_older_one_and_other_cover_adds_up() -> None:
    older, newer = (
        {"amount_minor": 1000, "provider": "X"},
        {"amount_minor": 400, "provider": "X", "from_on": date(2024, 5, 1)},
    )
    assert _row(_book(newer, older))["insurer_limit_minor"] == 400
    assert _row(_book(older, newer, {"amount_minor": 50, "provider": "Y"}))["insurer_limit_minor"] == 450
    deposits = [{"kind": "deposit", "amount_minor": 70, "provider": "Z"}] * 2
    assert _row(_book(*deposits))["deposit_minor"] == 140


def test_an_item_beyond_the_longest_period_ends_cover_for_shipments_not_for_what_was_shipped() -> None:
    row = _row(_book({"amount_minor": 1000, "max_days": 90}, items=[(5, 90), (5, 10)]))
    assert (row["insurance_stopped"], row["shipment_insured_minor"], row["oldest_days"]) == (False, 900, 90)
    book = _book({"amount_minor": 1000, "max_days": 90}, items=[(5, 91), (5, 10)])
    row = _row(book)
    assert (row["insurance_stopped"], row["shipment_insured_minor"], row["shipment_limit_minor"]) == (True, 0, 0)
    assert (row["insured_minor"], row["insurer_limit_minor"]) == (900, 1000)
    why = cover(book, DAY, insured_share=0.9).why(customer="C1")
    assert why.documents["document"].to_pylist() == ["I-0"]


def test_a_credit_ends_no_cover_and_no_item_is_no_age() -> None:
    row = _row(_book({"amount_minor": 1000, "max_days": 90}, items=[(-5, 200)]))
    assert (row["insurance_stopped"], row["oldest_days"]) == (False, None)
    assert _row(_book({"amount_minor": 1000, "max_days": 90}))["oldest_days"] is None


def test_cover_is_converted_or_refused() -> None:
    book = _book({"amount_minor": 1000, "currency": "USD", "provider": "X"}, {"amount_minor": 100, "provider": "Y"})
    row = _row(book, rates=[Rate("USD", Decimal(7), DAY)], to="CNY")
    assert (row["currency"], row["insurer_limit_minor"]) == ("CNY", 7100)
    with pytest.raises(CurrencyError, match="USD"):
        _row(book, to="CNY")


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_an_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(UsageError):
        cover(_book(), DAY, insured_share=share)


@pytest.mark.parametrize(
    ("owed", "covered"),
    [
        (500, 450),  # below the insurer's limit: 90 %
        (1000, 900),
        (5000, 900),  # above it: its share of the limit
        (-500, 0),
    ],
)
def test_an_insurer_carries_its_share_of_what_is_owed_up_to_its_limit(owed: int, covered: int) -> None:
    row = net_exposure(_book({"amount_minor": 1000}, items=[(owed, 10)]), DAY, insured_share=0.9).row(customer="C1")
    assert (row["total_minor"], row["covered_minor"], row["net_minor"]) == (owed, covered, owed - covered)


def test_cover_never_exceeds_what_is_owed() -> None:
    book = _book({"amount_minor": 1000}, {"kind": "deposit", "amount_minor": 800}, items=[(1000, 10)])
    row = net_exposure(book, DAY, insured_share=0.9).row(customer="C1")
    assert (row["covered_minor"], row["net_minor"]) == (1000, 0)  # 900 + 800 of 1,000
