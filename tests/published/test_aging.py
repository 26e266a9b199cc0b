"""Every figure of aging.toml and as_of.toml, from the files of the case to the bucket."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from creditlib.days import day_of
from creditlib.facts.book import Book
from creditlib.facts.open_items import OpenItems, open_items
from creditlib.measures.aging import UNAPPLIED, aging, bucket_keys
from creditlib.money import to_minor


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


AGING = _load("aging.toml")
CASES: list[dict[str, Any]] = AGING["case"]
AS_OF: list[dict[str, Any]] = _load("as_of.toml")["case"]
IDS = [case["id"] for case in CASES]


def _items(case: dict[str, Any], ledger: Callable[..., Any]) -> OpenItems:
    sheets = {"allocations": case["allocations"].lstrip()} if "allocations" in case else {}
    book = ledger(case["ledger"].lstrip(), sheets=sheets).book
    return open_items(book, case["as_of"], netting=case.get("netting", "separate"))


def test_every_case_names_its_source() -> None:
    assert len(CASES) == 9
    assert all(case["ref"] and case["locator"] for case in [*CASES, *AS_OF, AGING["boundary"], AGING["sum"]])


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_published_open_items_come_out_to_the_cent(case: dict[str, Any], ledger: Callable[..., Any]) -> None:
    items = _items(case, ledger)
    named = zip(items.column("document").to_pylist(), items.due_on.tolist(), items.open_minor.tolist(), strict=True)
    assert [[name, day_of(due), minor] for name, due, minor in named] == [
        [name, due, to_minor(amount, "USD")] for name, due, amount in case["open"]
    ]
    assert sum(items.totals.values()) == to_minor(case["total"], "USD")


@pytest.mark.parametrize("case", [c for c in CASES if "buckets" in c], ids=[c["id"] for c in CASES if "buckets" in c])
def test_published_buckets_come_out_and_all_others_are_empty(case: dict[str, Any], ledger: Callable[..., Any]) -> None:
    edges, basis = case.get("edges", [30, 60, 90]), case.get("basis", "due_on")
    row = aging(_items(case, ledger), edges=edges, basis=basis).row(customer="C1")
    keys = (*bucket_keys(edges, basis), UNAPPLIED)
    assert {key: row[key] for key in keys if row[key]} == {k: to_minor(v, "CNY") for k, v in case["buckets"].items()}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_buckets_and_unapplied_credits_add_up_to_the_open_balance(
    case: dict[str, Any], ledger: Callable[..., Any]
) -> None:
    items = _items(case, ledger)
    for edges in ([30], [30, 60, 90], [1, 2, 3, 400]):
        keys = (*bucket_keys(edges), UNAPPLIED)
        for row in aging(items, edges=edges).rows():
            assert sum(row[key] for key in keys) == row["total_minor"]
    assert aging(items, edges=[30]).totals == items.totals


def test_days_at_every_published_edge_fall_into_the_published_bucket() -> None:
    given = AGING["boundary"]
    late = given["days_past_due"]
    as_of = day_of(19_000)
    book = Book(
        pa.table(
            {
                "id": range(len(late)),
                "customer": [f"D{days:+d}" for days in late],
                "kind": ["invoice"] * len(late),
                "currency": ["USD"] * len(late),
                "amount_minor": [1] * len(late),
                "issue_on": pa.array([as_of - timedelta(200)] * len(late), pa.date32()),
                "due_on": pa.array([as_of - timedelta(days) for days in late], pa.date32()),
                "source_file": ["x"] * len(late),
                "source_row": pa.array(range(len(late)), pa.int32()),
            }
        )
    )
    figures = aging(open_items(book, as_of), edges=given["edges"])
    keys = bucket_keys(given["edges"])
    found = [next(key for key in keys if figures.row(customer=f"D{days:+d}")[key]) for days in late]
    assert found == given["buckets"]


@pytest.mark.parametrize("case", AS_OF, ids=[case["id"] for case in AS_OF])
def test_balance_of_an_earlier_day_ignores_what_was_paid_since(
    case: dict[str, Any], ledger: Callable[..., Any]
) -> None:
    book = ledger(case["ledger"].lstrip(), sheets={"allocations": case["allocations"].lstrip()}).book
    for day, amount in ((case["as_of"], case["open"]), (case["as_of_later"], case["open_later"])):
        assert open_items(book, day).totals == {"INR": to_minor(amount, "INR")}
