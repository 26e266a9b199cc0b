"""What changing the policy would do to today's book: grades, limits, terms and holds that change, and the sums.

What must stay true: both policies judge the same book on the same day through the same functions; a sum is per currency, and counts every
customer, not only those that change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa

from creditlib.decisions.release.orders import release_orders
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.facts.reading import Reading
from creditlib.flows.assess import assess
from creditlib.policy import Change, Policy

COMPARED: Final = ("outcome", "score", "grade", "limit_outcome", "limit_minor", "terms")
"""Columns of an assessment that are compared."""


@dataclass(frozen=True, slots=True)
class Sums:
    """One currency under both policies. None where no limit is set is not counted as 0, but told by `without_limit`."""

    currency: str
    customers: int
    limits_before_minor: int
    limits_after_minor: int
    without_limit_before: int
    without_limit_after: int
    expected_loss_before_minor: int
    expected_loss_after_minor: int
    held_before_minor: int
    held_after_minor: int


@dataclass(frozen=True)
class PolicyEffect:
    """changes: rows of the policy that differ on the day. customers: one row for each customer something changes for: customer, name,
    currency, and <column>_before, <column>_after of COMPARED. orders: orders whose release changes: customer, order, currency,
    order_minor, outcome_before, outcome_after. grades: (grade before, after) → customers, of all; "–" for none. sums: by currency."""

    as_of: date
    before: Policy
    after: Policy
    changes: tuple[Change, ...]
    customers: pa.Table
    orders: pa.Table
    grades: dict[tuple[str, str], int]
    sums: tuple[Sums, ...]


def policy_effect(
    reading: Reading | Book, before: Policy, after: Policy, as_of: date, *, rates: Sequence[Rate] = (),
    currency: str | None = None, known_on: date | None = None,
) -> PolicyEffect:  # fmt: skip
    """Return what `after` changes against `before` for a book on a day. Raises: as `assess`.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.policy import load_policy
    >>> policy_effect(sample_book(), load_policy(), load_policy(), SAMPLE_END).customers.num_rows
    0
    """
    sides = [
        assess(reading, policy, as_of, rates=rates, currency=currency, known_on=known_on) for policy in (before, after)
    ]
    old, new = ({(r["customer"]): r for r in side.table.rows()} for side in sides)
    rows = []
    grades: dict[tuple[str, str], int] = {}
    for customer, was in old.items():
        now = new[customer]
        pair = (was["grade"] or "–", now["grade"] or "–")
        grades[pair] = grades.get(pair, 0) + 1
        if any(was[name] != now[name] for name in COMPARED):
            row = {"customer": customer, "name": was["name"], "currency": was["currency"]}
            for name in COMPARED:
                row |= {f"{name}_before": was[name], f"{name}_after": now[name]}
            rows.append(row)
    held = [
        {
            (r["customer"], r["order"], r["currency"]): r
            for r in release_orders(side.book, side.policy, as_of, **side.in_report).rows()
        }
        for side in sides
    ]
    moved = [
        {
            "customer": key[0], "order": key[1], "currency": key[2], "order_minor": was["order_minor"],
            "outcome_before": was["outcome"], "outcome_after": held[1][key]["outcome"],
        }
        for key, was in held[0].items()
        if key in held[1] and held[1][key]["outcome"] != was["outcome"]
    ]  # fmt: skip
    names = sorted({r["currency"] for r in old.values()})
    return PolicyEffect(
        as_of=as_of,
        before=before,
        after=after,
        changes=before.at(as_of).diff(after.at(as_of)),
        customers=pa.Table.from_pylist(rows, schema=_schema()),
        orders=pa.Table.from_pylist(moved, schema=_ORDERS),
        grades=grades,
        sums=tuple(_sums(name, list(old.values()), list(new.values()), held) for name in names),
    )


def _schema() -> pa.Schema:
    kinds = {"score": pa.int64(), "limit_minor": pa.int64()}
    fields: list[tuple[str, Any]] = [(name, pa.string()) for name in ("customer", "name", "currency")]
    for name in COMPARED:
        fields += [(f"{name}_{side}", kinds.get(name, pa.string())) for side in ("before", "after")]
    return pa.schema(fields)


_ORDERS: Final = pa.schema(
    [
        ("customer", pa.string()), ("order", pa.string()), ("currency", pa.string()), ("order_minor", pa.int64()),
        ("outcome_before", pa.string()), ("outcome_after", pa.string()),
    ]
)  # fmt: skip


def _sums(
    currency: str, old: list[dict[str, Any]], new: list[dict[str, Any]], held: list[dict[Any, dict[str, Any]]]
) -> Sums:
    sides = [[r for r in rows if r["currency"] == currency] for rows in (old, new)]
    limits = [sum(r["limit_minor"] or 0 for r in rows) for rows in sides]
    without = [sum(r["limit_minor"] is None for r in rows) for rows in sides]
    losses = [sum(r["expected_loss_minor"] or 0 for r in rows) for rows in sides]
    stopped = [
        sum(r["order_minor"] for key, r in rows.items() if key[2] == currency and r["outcome"] != "release")
        for rows in held
    ]
    return Sums(currency, len(sides[0]), *limits, *without, *losses, *stopped)
