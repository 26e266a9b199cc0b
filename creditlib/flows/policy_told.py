"""What a change of the policy does to a book, as figures: who changes, and the sums of both sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.policy import GRADES, Change, Policy

COMPARED: Final = ("outcome", "score", "grade", "limit_outcome", "limit_minor", "terms")
"""Columns of an assessment that are compared."""
NO_GRADE: Final = "–"
"""Stands for a customer without a grade."""
What = Literal["any", "grade", "limit", "terms"]
"""What changes for a customer."""


@dataclass(frozen=True, slots=True)
class Sums:
    """One currency under both policies. None where no limit is set is not counted as 0, but told by `without_limit`.

    over: what exposure exceeds limits by, over_customers: of how many; held: orders not released.
    """

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
    exposure_before_minor: int
    exposure_after_minor: int
    over_before_minor: int
    over_after_minor: int
    over_customers_before: int
    over_customers_after: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Customers something changes for: anything at all, the grade, the limit (to none and from none, too), the terms; whose limit rises and
    falls (0 counts, no limit does not); whose orders are held or let go otherwise, and how many orders that is."""

    customers: int
    grade: int
    limit: int
    terms: int
    limit_up: int
    limit_down: int
    held_customers: int
    orders: int


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
    counts: Counts

    def ranked(self, currency: str, what: What = "any") -> pa.Table:
        """Return the customers of one currency something changes for, the largest change first: of the limit (to or from none, all of it),
        then of the grade, then of the score."""
        table = self.customers.filter(pc.equal(self.customers["currency"], currency))
        if what != "any":
            name = "limit_minor" if what == "limit" else what
            before, after = (table[f"{name}_{side}"] for side in ("before", "after"))
            same = pc.fill_null(pc.equal(before, after), False)
            table = table.filter(pc.invert(pc.or_(same, pc.and_(before.is_null(), after.is_null()))))
        places = pa.array(GRADES)
        grades = [
            pc.index_in(table[f"grade_{side}"], value_set=places).fill_null(len(GRADES)) for side in ("before", "after")
        ]
        keys = [
            _size(table["score_before"], table["score_after"]),
            _size(*grades),
            _size(table["limit_minor_before"], table["limit_minor_after"]),
        ]
        return table.take(pa.array(np.lexsort([-key for key in keys])))


def _size(before: pa.ChunkedArray, after: pa.ChunkedArray) -> NDArray[np.int64]:
    """How much a column changes; null counts as 0."""
    pair = (np.asarray(column.fill_null(0)).astype(np.int64) for column in (before, after))
    return np.abs(np.subtract(*pair))


def customer_schema() -> pa.Schema:
    """Return the columns of `PolicyEffect.customers`."""
    kinds = {"score": pa.int64(), "limit_minor": pa.int64()}
    fields: list[tuple[str, Any]] = [(name, pa.string()) for name in ("customer", "name", "currency")]
    for name in COMPARED:
        fields += [(f"{name}_{side}", kinds.get(name, pa.string())) for side in ("before", "after")]
    return pa.schema(fields)


ORDERS: Final = pa.schema(
    [
        ("customer", pa.string()), ("order", pa.string()), ("currency", pa.string()), ("order_minor", pa.int64()),
        ("outcome_before", pa.string()), ("outcome_after", pa.string()),
    ]
)  # fmt: skip
"""Columns of `PolicyEffect.orders`."""
