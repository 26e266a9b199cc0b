"""Small books and orders for tests of the release: rows as dictionaries, amounts in minor units."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from creditlib.decisions.release.decide import Order, ReleaseDecision, release
from creditlib.facts.book import Book
from creditlib.facts.tables import SCHEMAS
from creditlib.policy import Policy, load_policy

DAY = date(2026, 6, 30)
Row = dict[str, Any]


def table(name: str, rows: list[Row]) -> pa.Table:
    return pa.table(
        {f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in SCHEMAS[name]}, schema=SCHEMAS[name]
    )


def book(
    *, documents: list[Row] | None = None, orders: list[Row] | None = None, limits: dict[str, Any] | None = None,
    customers: list[Row] | None = None, security: list[Row] | None = None, registrations: list[Row] | None = None,
    events: list[Row] | None = None, complete: bool = True,
) -> Book:  # fmt: skip
    """limits: code → minor units of CNY, or a whole row of `events`."""
    papers = [
        {"customer": "C1", "document": f"D{i}", "kind": "invoice" if row["amount_minor"] > 0 else "receipt", "currency": "CNY",
         "issue_on": DAY - timedelta(20), "due_on": DAY + timedelta(10), "source_file": "x", "source_row": i + 1} | row | {"id": i}
        for i, row in enumerate(documents or [])
    ]  # fmt: skip
    lines = [{"customer": "C1", "currency": "CNY", "ordered_on": DAY - timedelta(5)} | row for row in orders or []]
    told = [
        {"customer": code, "event": "limit_set", "on": DAY - timedelta(100), "currency": "CNY"}
        | (value if isinstance(value, dict) else {"amount_minor": value})
        for code, value in (limits or {}).items()
    ] + (events or [])
    told = [row | {"id": i} for i, row in enumerate(told)]
    return Book(
        table("documents", papers), None, table("customers", customers or []), orders=table("orders", lines),
        events=table("events", told), security=table("security", security or []),
        registrations=table("registrations", registrations or []), complete=complete,
    )  # fmt: skip


POLICY = load_policy()  # tolerance 5 %, overdue more than 15 days, more than 1,000.00 CNY


def policy(**values: Any) -> Policy:
    """The standard policy with other values: release_tolerance=0."""
    own = {name.replace("_", ".", 1): value for name, value in values.items()}
    return Policy("own", tuple(replace(row, value=own.get(row.parameter, row.value)) for row in POLICY.rows))


def ask(amount: int, given: Book, own: Policy = POLICY, **options: Any) -> ReleaseDecision:
    asked = {
        name: options.pop(name)
        for name in ("kind", "order", "delivery", "on", "currency", "customer")
        if name in options
    }
    order = Order(**{"customer": "C1", "currency": "CNY", "amount_minor": amount} | asked)  # type: ignore[arg-type]
    return release(order, given, own, DAY, **options)


def said(decision: ReleaseDecision) -> list[str]:
    return [reason.code.removeprefix("release.") for reason in decision.reasons]


def late(days: int, amount: int, **more: Any) -> dict[str, Any]:
    return {"amount_minor": amount, "issue_on": DAY - timedelta(days + 30), "due_on": DAY - timedelta(days)} | more
