"""What holds for every book of orders: goods count once at every stage, less is never worse, one by one is the same as all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from creditlib.decisions.release.decide import Order, release
from creditlib.decisions.release.orders import release_orders
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.facts.tables import SCHEMAS
from creditlib.measures.exposure import exposure
from creditlib.measures.order_lines import order_lines
from creditlib.policy import load_policy

DAY = date(2026, 6, 30)
POLICY = load_policy()
USD = (Rate("USD", Decimal("7.123"), DAY),)
CUSTOMERS = ("C1", "C2", "C3", "P")
RANK = {"release": 0, "refer": 1, "hold": 2}
Row = dict[str, Any]


def _table(name: str, rows: Sequence[Row]) -> pa.Table:
    return pa.table(
        {f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in SCHEMAS[name]}, schema=SCHEMAS[name]
    )


def _papers(rows: Sequence[Row]) -> pa.Table:
    return _table("documents", [row | {"id": i, "source_file": "x", "source_row": i} for i, row in enumerate(rows)])


STAGES = ("order", "delivered", "draft", "by_invoice", "by_both", "by_delivery", "by_order", "in_parts")


@st.composite
def goods(draw: st.DrawFn) -> list[tuple[Row, int]]:
    """Order lines and how much of each is billed where it is billed in parts; lines of one order share customer and currency."""
    made = []
    for order in range(draw(st.integers(1, 4))):
        customer, currency = draw(st.sampled_from(CUSTOMERS)), draw(st.sampled_from(["CNY", "USD"]))
        for line in range(draw(st.integers(1, 3))):
            amount = draw(st.integers(1, 10**9))
            row = {"order": f"O-{order}", "line": str(line), "customer": customer, "currency": currency, "amount_minor": amount,
                   "ordered_on": DAY - timedelta(draw(st.integers(0, 9)))}  # fmt: skip
            made.append((row, draw(st.integers(1, amount))))
    return made


def _moved(lines: Sequence[tuple[Row, int]], stages: Sequence[str]) -> Book:
    orders, papers = [], []
    for i, ((row, part), stage) in enumerate(zip(lines, stages, strict=True)):
        line = dict(row)
        paper = {"customer": row["customer"], "document": f"I-{i}", "kind": "invoice", "currency": row["currency"],
                 "amount_minor": row["amount_minor"], "issue_on": DAY}  # fmt: skip
        if stage != "order":
            line |= {"delivered_on": DAY, "delivery": f"L-{i}"}
        if stage in ("draft", "by_invoice", "by_both"):
            line["invoice"] = f"I-{i}"
        if stage == "by_delivery":
            paper["delivery"] = f"L-{i}"
        if stage in ("by_order", "by_both", "in_parts"):
            paper["order"] = row["order"]
        if stage == "in_parts":
            paper["amount_minor"] = part
        orders.append(line)
        if stage.startswith(("by", "in")):
            papers.append(paper)
    return Book(_papers(papers), orders=_table("orders", orders))


def _totals(book: Book) -> dict[tuple[str, str], int]:
    return {(r["customer"], r["currency"]): r["total_minor"] for r in exposure(book, DAY).rows()}


@given(goods(), st.data())
def test_exposure_stays_the_same_while_goods_move_from_order_to_delivery_to_invoice(
    lines: list[tuple[Row, int]], data: st.DataObject
) -> None:
    stages = [data.draw(st.sampled_from(STAGES)) for _ in lines]
    whole = _totals(_moved(lines, ["order"] * len(lines)))
    book = _moved(lines, stages)
    assert _totals(book) == whole
    assert (order_lines(book, DAY).left_minor >= 0).all()


@st.composite
def books(draw: st.DrawFn) -> Book:
    currencies = st.sampled_from(["CNY", "CNY", "CNY", "USD"])
    papers = []
    for i in range(draw(st.integers(0, 6))):
        amount = draw(st.sampled_from([-500, 200, 900, 1_500, 200_000]))
        papers.append(
            {"customer": draw(st.sampled_from(CUSTOMERS)), "document": f"I-{i}", "kind": "invoice" if amount > 0 else "receipt",
             "currency": draw(currencies), "amount_minor": amount, "issue_on": DAY - timedelta(80), "order": draw(st.sampled_from([None, "O-1"])),
             "due_on": DAY - timedelta(draw(st.sampled_from([-9, 15, 16, 50]))), "disputed_from": draw(st.sampled_from([None, None, DAY]))}
        )  # fmt: skip
    lines = [
        {"customer": draw(st.sampled_from(CUSTOMERS)), "order": f"O-{draw(st.integers(0, 5))}", "currency": draw(currencies),
         "amount_minor": draw(st.integers(1, 900)), "ordered_on": draw(st.sampled_from([None, DAY, DAY - timedelta(3)])),
         "delivered_on": draw(st.sampled_from([None, None, None, DAY]))}
        for _ in range(draw(st.integers(1, 8)))
    ]  # fmt: skip
    limits = [
        {"id": i, "on": DAY, "customer": code, "event": "limit_set", "currency": draw(currencies), "amount_minor": draw(st.sampled_from([None, 0, 500, 2_000, 5_000]))}
        for i, code in enumerate([*CUSTOMERS, "G"]) if draw(st.booleans())
    ]  # fmt: skip
    grouped = draw(st.booleans())
    people = [
        {"customer": c, "parent": draw(st.sampled_from([None, "P"])), "group": draw(st.sampled_from([None, "G"]))}
        for c in CUSTOMERS
        if grouped
    ]
    behind = [
        {"customer": c, "kind": "credit_insurance", "currency": "CNY", "amount_minor": 3_000, "from_on": DAY, "max_days": draw(st.sampled_from([None, 60]))}
        for c in CUSTOMERS if draw(st.integers(0, 4)) == 0
    ]  # fmt: skip
    flags = [
        {"customer": c, "on": DAY, "status": draw(st.sampled_from(["active", "active", "revoked"]))}
        for c in CUSTOMERS[:1]
    ]
    return Book(
        _papers(papers), None, _table("customers", people), None, _table("orders", lines), _table("events", limits),
        security=_table("security", behind), registrations=_table("registrations", flags),
    )  # fmt: skip


@given(books(), st.booleans())
def test_a_whole_book_has_the_outcomes_and_figures_of_one_order_at_a_time(book: Book, rated: bool) -> None:
    rates = USD if rated else ()
    lines = book.orders.to_pylist()
    for row in release_orders(book, POLICY, DAY, rates=rates).rows():
        mine = [r for r in lines if (r["customer"], r["order"]) == (row["customer"], row["order"])]
        currency = next(r["currency"] for r in mine if rated or r["currency"] == row["currency"])
        asked = Order(row["customer"], currency, 0, order=row["order"])
        one = release(asked, book, POLICY, DAY, rates=rates)
        assert one.outcome == row["outcome"]
        assert (one.bound_by, one.oldest_days) == (row["bound_by"], row["oldest_days"])
        if row["exposure_minor"] is not None:
            assert (one.exposure_minor, one.limit_minor, one.over_minor, one.headroom_minor) == (
                row["exposure_minor"], row["limit_minor"], row["over_minor"], row["headroom_minor"],
            )  # fmt: skip


@given(
    books(), st.integers(0, 4_000), st.integers(0, 4_000), st.sampled_from(["order", "shipment", "billing"]),
    st.sampled_from([None, "O-0", "O-1", "O-9"]), st.sampled_from(["CNY", "USD"]), st.booleans(),
)  # fmt: skip
def test_a_smaller_order_never_fares_worse(
    book: Book, one: int, two: int, kind: Any, number: str | None, currency: str, rated: bool
) -> None:
    asked = Order("C1", currency, min(one, two), kind, number)
    small = release(asked, book, POLICY, DAY, rates=USD if rated else ())
    large = release(replace(asked, amount_minor=max(one, two)), book, POLICY, DAY, rates=USD if rated else ())
    assert RANK[small.outcome] <= RANK[large.outcome]
    assert small.exposure_minor <= large.exposure_minor or small.bound_by != large.bound_by
    assert all(reason.text(lang) for reason in (*small.reasons, *large.reasons) for lang in ("en", "zh"))  # type: ignore[arg-type]
