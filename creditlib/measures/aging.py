"""Aging 账龄分析: open items by how long they are past due, or by how long ago they were invoiced.

What must stay true: Σ buckets = open total, for any edges; day 0 is not overdue; what is not due stands apart; credits stand in
their own column unless they were netted.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import add_months, day_number
from creditlib.errors import UsageError
from creditlib.facts.open_items import OpenItems
from creditlib.facts.tables import codes as table_codes
from creditlib.measures.figures import Figures, documents_of
from creditlib.measures.segments import counts, group, sums

Basis = Literal["due_on", "issue_on", "years"]
NOT_DUE: Final = "not_due"
UNAPPLIED: Final = "unapplied"


def bucket_keys(edges: Sequence[int], basis: Basis = "due_on") -> tuple[str, ...]:
    """Return the names of the buckets edges make, the last one open.

    Raises: UsageError when edges are not ascending whole numbers above 0.

    >>> bucket_keys([30, 60, 90])
    ('not_due', '1-30', '31-60', '61-90', '90+')
    >>> bucket_keys([1, 2], "years")
    ('0-1y', '1-2y', '2y+')
    """
    if not edges or any(e <= 0 or e != int(e) for e in edges) or any(b <= a for a, b in pairwise(edges)):
        raise UsageError(
            f"edges {list(edges)} must be whole numbers above 0, ascending, for example 30,60,90.",
            f"账龄分段 {list(edges)} 须为大于 0 的升序整数，例如 30,60,90。",
        )
    if basis == "years":
        return (*(f"{a}-{b}y" for a, b in zip([0, *edges], edges, strict=False)), f"{edges[-1]}y+")
    if basis == "issue_on":
        low = [0, *(e + 1 for e in edges[:-1])]
        return (*(f"{a}-{b}" for a, b in zip(low, edges, strict=True)), f"{edges[-1]}+")
    low = [1, *(e + 1 for e in edges[:-1])]
    return (NOT_DUE, *(f"{a}-{b}" for a, b in zip(low, edges, strict=True)), f"{edges[-1]}+")


def days_past_due(items: OpenItems) -> NDArray[np.int64]:
    """Return days past due of each item; ≤ 0 is not due."""
    return day_number(items.as_of) - items.due_on.astype(np.int64)


def overdue(items: OpenItems) -> NDArray[np.bool_]:
    """Return which items are overdue: past their due date, and in debit unless credits are aged by their own date.

    An exchange difference never is.
    """
    late = days_past_due(items) > 0
    if items.netting != "by_date":
        late &= items.open_minor > 0
    kind, kinds = table_codes(items.column("kind"))
    return late & (kind != kinds.index("fx_difference")) if "fx_difference" in kinds else late


def not_due(items: OpenItems) -> NDArray[np.bool_]:
    """Return which items are in debit and not overdue."""
    debit = items.open_minor > 0 if items.netting != "by_date" else np.ones(len(items.rows), np.bool_)
    return debit & ~overdue(items)


def bucket_codes(items: OpenItems, edges: Sequence[int], basis: Basis = "due_on") -> NDArray[np.int64]:
    """Return each item's bucket as an index into `bucket_keys`; len(keys) stands for unapplied credits."""
    keys = bucket_keys(edges, basis)
    codes: NDArray[np.int64]
    if basis == "years":
        limits = np.array([day_number(add_months(items.as_of, -12 * e)) for e in edges], np.int64)
        codes = (items.issued_on[:, None] < limits[None, :]).sum(axis=1)
    elif basis == "issue_on":
        age = day_number(items.as_of) - items.issued_on.astype(np.int64)
        codes = np.searchsorted(np.array(edges), age, side="left")
    else:
        codes = np.searchsorted(np.array([0, *edges]), days_past_due(items), side="left")
        kind, kinds = table_codes(items.column("kind"))
        if "fx_difference" in kinds:  # an exchange difference is nobody's late payment
            codes = np.where(kind == kinds.index("fx_difference"), 0, codes)
    if items.netting != "by_date":
        codes = np.where(items.open_minor < 0, len(keys), codes)
    return codes


def aging(
    items: OpenItems, *, edges: Sequence[int], basis: Basis = "due_on", by: Sequence[str] = ("customer",)
) -> Figures:
    """Return open items by bucket.

    edges: upper edges in days (years for basis "years"), each belonging to the lower bucket. basis: "due_on" days past due,
    "issue_on" days since the invoice, "years" 账龄 in years since the invoice, the anniversary still within.
    by: any of customer, entity, salesperson, collector, gl_account, kind, group, parent; currency is always the last key.
    Columns: the keys, items, total_minor, overdue_minor (due_on only), one per bucket, unapplied; all minor units.
    Source: tests/published/aging.toml.

    >>> from creditlib.facts.book import Book
    >>> from creditlib.facts.open_items import open_items
    >>> from datetime import date
    >>> book = Book({"id": [0], "customer": ["C1"], "kind": ["invoice"], "currency": ["CNY"], "amount_minor": [100],
    ...     "issue_on": [date(2024, 1, 1)], "due_on": [date(2024, 1, 31)], "source_file": ["x"], "source_row": [1]})
    >>> aging(open_items(book, date(2024, 3, 1)), edges=[30, 60]).row(customer="C1")["1-30"]
    100
    """
    keys = bucket_keys(edges, basis)
    width = len(keys) + 1
    grouped = group([*((name, *items.key(name)) for name in by), ("currency", items.currency, items.currencies)])
    codes = bucket_codes(items, edges, basis)
    cells = sums(grouped.codes * width + codes, items.open_minor, grouped.size * width).reshape(-1, width)
    columns: dict[str, pa.Array] = dict(grouped.columns)
    columns["items"] = pa.array(counts(grouped.codes, grouped.size))
    columns["total_minor"] = pa.array(cells.sum(axis=1))
    if basis == "due_on":
        columns["overdue_minor"] = pa.array(cells[:, 1:-1].sum(axis=1))
    for i, key in enumerate(keys):
        columns[key] = pa.array(np.ascontiguousarray(cells[:, i]))
    columns[UNAPPLIED] = pa.array(np.ascontiguousarray(cells[:, -1]))

    def documents(row: int) -> pa.Table:
        chosen = np.flatnonzero(grouped.codes == row)
        labels = np.array([*keys, UNAPPLIED], object)[codes[chosen]].tolist()
        return documents_of(items.book, items.rows[chosen], open_minor=items.open_minor[chosen], bucket=labels)

    return Figures(
        pa.table(columns), (*by, "currency"), items.as_of,
        values={"edges": tuple(edges), "basis": basis, "netting": items.netting}, documents=documents,
    )  # fmt: skip
