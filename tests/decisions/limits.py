"""Small books, factors and scores for tests of limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from creditlib.decisions.decision import no_documents
from creditlib.decisions.limit.decide import LimitDecision, limit_book, limit_of
from creditlib.facts.book import Book
from creditlib.measures.figures import Figures
from creditlib.policy import Policy, load_policy

DAY = date(2025, 3, 31)
_MONEY = ("billed_minor", "tangible_net_worth_minor", "working_capital_minor")


def with_values(**given: Any) -> Policy:
    """The standard policy with other values; limit__pick="median" for limit.pick."""
    policy, named = load_policy(), {name.replace("__", "."): value for name, value in given.items()}
    rows = tuple(replace(row, value=named.get(row.parameter, row.value)) for row in policy.rows)
    return Policy("firm", rows)


def exact(number: str) -> Decimal:
    return Decimal(number)


def factors(*rows: dict[str, Any]) -> Figures:
    """A table of factors: customer C1, C2, …, CNY and a year of ledger where a row says nothing else; amounts in whole units."""
    base = {"currency": "CNY", "first_on": date(2020, 1, 1), **dict.fromkeys(_MONEY)}
    made = [base | {"customer": f"C{i}"} | row for i, row in enumerate(rows, 1)]
    columns = {
        "customer": pa.array([r["customer"] for r in made]).dictionary_encode(),
        "currency": pa.array([r["currency"] for r in made]).dictionary_encode(),
        "first_on": pa.array([r["first_on"] for r in made], pa.date32()),
        **{n: pa.array([None if r[n] is None else r[n] * 100 for r in made], pa.int64()) for n in _MONEY},
    }
    return Figures(
        pa.table(columns), ("customer", "currency"), DAY, "billed_minor", documents=lambda row: no_documents()
    )


POINTS = {"A": 650, "B": 620, "C": 590, "D": 560, "E": 500}


def scores(table: Figures, grades: Sequence[str | None]) -> Figures:
    """Scores of the same customers; "refer" and "stop" stand for outcomes."""
    outcome = [g if g in ("refer", "stop") else "scored" for g in grades]
    columns = {
        "customer": table.table["customer"],
        "currency": table.table["currency"],
        "outcome": pa.array(outcome),
        "grade": pa.array([g if g not in ("refer", "stop") else None for g in grades], pa.string()),
        "score": pa.array([POINTS.get(g or "") for g in grades], pa.int64()),
    }
    return Figures(pa.table(columns), ("customer", "currency"), DAY, documents=lambda row: no_documents())


def owing(*open_minor: tuple[str, int] | tuple[str, int, str], **tables: Any) -> Book:
    """A book of one open invoice each: customer, minor units, currency."""
    rows = [(row[0], row[1], row[2] if len(row) > 2 else "CNY") for row in open_minor]
    issued = [date(2025, 3, 1)] * len(rows)
    documents = {
        "id": range(len(rows)), "customer": [r[0] for r in rows], "kind": ["invoice"] * len(rows),
        "currency": [r[2] for r in rows], "amount_minor": [r[1] for r in rows], "issue_on": pa.array(issued, pa.date32()),
        "due_on": pa.array([date(2025, 3, 31)] * len(rows), pa.date32()), "source_file": ["x"] * len(rows),
        "source_row": pa.array(range(len(rows)), pa.int32()),
    }  # fmt: skip
    return Book(pa.table(documents), **{n: _table(given) for n, given in tables.items()})


def _table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})


BIG = ("BIG", 100_000_000_00)  # a debtor that keeps 20 % of receivables out of the way
BOUGHT = {"billed_minor": 2_400_000}


def row_of(*, grade: str | None = "C", policy: Policy | None = None, book: Book | None = None, rates: Any = (), **factor: Any) -> dict[str, Any]:  # fmt: skip
    table = factors(factor)
    made = limit_book(book or owing(BIG), table, scores(table, [grade]), policy or load_policy(), DAY, rates=rates)
    return made.row(customer="C1")


def told(**given: Any) -> LimitDecision:
    table = factors(given.pop("factor", BOUGHT))
    policy = given.pop("policy", None) or load_policy()
    made = limit_book(
        given.pop("book", owing(BIG)), table, scores(table, [given.pop("grade", "C")]), policy, DAY, **given
    )
    return limit_of(made, "C1", policy)
