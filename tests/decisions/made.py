"""Small books with credit files, for tests of decisions."""

from __future__ import annotations

from datetime import date
from typing import Any

from creditlib.facts.book import Book
from creditlib.facts.credit_tables import LINES
from creditlib.facts.tables import SCHEMAS, build

AS_OF = date(2026, 6, 30)
SOUND: dict[str, Any] = {
    "current_assets": 600, "total_assets": 1000, "current_liabilities": 300, "total_liabilities": 450, "retained_earnings": 250,
    "equity": 550, "intangibles": 50, "sales": 2000, "depreciation": 60, "ebit": 120, "interest": 20,
}  # fmt: skip


def table(name: str, rows: list[dict[str, Any]]) -> Any:
    """A table of a schema from rows; what a row lacks is null."""
    names = {key for row in rows for key in row}
    return build(SCHEMAS[name], {key: [row.get(key) for row in rows] for key in names}, len(rows))


def statement(customer: str = "C1", end: date = date(2025, 12, 31), **lines: float) -> dict[str, Any]:
    """A statement of whole units, SOUND where nothing else is said."""
    given = {**SOUND, **lines}
    made: dict[str, Any] = {"customer": customer, "period_end": end, "months": 12, "currency": "CNY"}
    return made | {f"{line.name}_minor": round(given[line.name] * 100) for line in LINES if line.name in given}


def invoice(customer: str, issued: date, due: date, amount: float, **more: Any) -> dict[str, Any]:
    return {
        "customer": customer, "kind": "invoice", "issue_on": issued, "due_on": due, "currency": "CNY",
        "amount_minor": round(amount * 100), "source_file": "x.csv", "source_row": 1, **more,
    }  # fmt: skip


def book(documents: list[dict[str, Any]] = [], paid: dict[int, date] = {}, **tables: list[dict[str, Any]]) -> Book:  # noqa: B006
    """A book of invoices, those of `paid` settled in full on a day, and other tables by name."""
    rows = [{"id": i, **row} for i, row in enumerate(documents)]
    settled = [
        {"to_document": i, "amount_minor": rows[i]["amount_minor"], "on": on, "origin": "settlement_date"}
        for i, on in paid.items()
    ]
    made = {name: table(name, given) for name, given in tables.items()}
    return Book(
        documents=table("documents", rows) if rows else None,
        allocations=table("allocations", settled) if settled else None,
        **made,
    )
