"""The tables of a close: open items, aging by customer, the overdue list, named and sorted as every door shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY
from creditlib.facts.checks import disputed
from creditlib.facts.open_items import OpenItems
from creditlib.facts.tables import codes
from creditlib.flows.closing import ITEM_COLUMNS, UNAPPLIED
from creditlib.flows.ground import Ground
from creditlib.formulas import overdue_share
from creditlib.measures.aging import aging, bucket_codes, bucket_keys, days_past_due, overdue
from creditlib.measures.figures import Figures

LOOKED_UP: Final = ("customer", "document", "kind", "entity", "gl_account", "salesperson", "source_file", "source_row")
"""Columns of the book that items are told by."""


def named(ground: Ground, table: pa.Table) -> pa.Table:
    """Return a table with the customer's name beside its code, keys as plain text."""
    for key in ("customer", "currency"):
        table = table.set_column(table.column_names.index(key), key, table[key].cast(pa.string()))
    names = pa.array([ground.names.get(c or "", "") for c in table["customer"].to_pylist()], pa.string())
    place = table.column_names.index("customer") + 1
    return table.add_column(place, "name", names)


def item_table(ground: Ground, edges: Sequence[int]) -> pa.Table:
    """Return the open items, the close's currency first, each customer's together."""
    made = items_as_told(ground, ground.items, bucket_codes(ground.items, edges), edges)
    first = pc.not_equal(made["currency"], ground.currency)
    made = made.append_column("_other", first)
    order = [
        ("_other", "ascending"),
        ("currency", "ascending"),
        ("customer", "ascending"),
        ("due_on", "ascending"),
        ("source", "ascending"),
    ]
    return made.sort_by(order).drop_columns(["_other"])


def items_as_told(ground: Ground, items: OpenItems, buckets: NDArray[np.int64], edges: Sequence[int]) -> pa.Table:
    """Return open items as a person looks them up, ITEM_COLUMNS, in the order given. buckets: of each item, as `bucket_codes`."""
    own, currencies, code = items.open_minor, list(items.currencies), items.currency
    if items.converted_from is not None:
        own, code, currencies = items.converted_from[0], items.converted_from[1], list(items.converted_from[2])
    items.hold(*LOOKED_UP)
    table = {name: items.column(name) for name in LOOKED_UP}
    keys = np.array([*bucket_keys(edges), UNAPPLIED], object)[buckets]
    customers, texts = codes(table["customer"])
    used, place = np.unique(customers, return_inverse=True)
    known = pa.array([ground.names.get(texts[code] or "", "") for code in used.tolist()], pa.string())
    shown = known.take(pa.array(place))
    unapplied = items.open_minor < 0 if items.netting != "by_date" else np.zeros(len(items.rows), bool)
    status = np.where(disputed(items), "disputed", np.where(unapplied, UNAPPLIED, ""))
    source = pc.binary_join_element_wise(
        table["source_file"].cast(pa.string()), table["source_row"].cast(pa.string()), "!"
    )
    undated = items.due_on == NO_DAY
    columns: dict[str, Any] = {
        "currency": pa.array(np.array(items.currencies, object)[items.currency].tolist(), pa.string()),
        "customer": table["customer"].cast(pa.string()),
        "name": shown,
        "document": table["document"],
        "kind": table["kind"].cast(pa.string()),
        "issue_on": pa.array(items.issued_on, pa.int32(), mask=undated).cast(pa.date32()),
        "due_on": pa.array(items.due_on, pa.int32(), mask=undated).cast(pa.date32()),
        "days_past_due": pa.array(days_past_due(items), mask=undated),
        "bucket": pa.array(keys.tolist(), pa.string()),
        "original_minor": pa.array(own),
        "original_currency": pa.array(np.array(currencies, object)[code].tolist(), pa.string()),
        "open_minor": pa.array(items.open_minor),
        **{n: table[n].cast(pa.string()) for n in ("entity", "gl_account", "salesperson")},
        "status": pa.array(status.tolist(), pa.string()),
        "source": source,
    }
    return pa.table({n: columns[n] for n in ITEM_COLUMNS})


def aging_table(ground: Ground, figures: Figures) -> pa.Table:
    """Return aging by customer with names and last month's overdue share, largest first."""
    table = named(ground, figures.table.rename_columns([_renamed(n) for n in figures.table.column_names]))
    shares: dict[tuple[Any, Any], float] = {}
    if ground.before is not None:
        earlier = aging(ground.before, edges=ground.values["aging.edges"])
        for row in earlier.table.select(["customer", "currency", "total_minor", "overdue_minor"]).to_pylist():
            if row["total_minor"] > 0:
                shares[row["customer"], row["currency"]] = overdue_share(row["overdue_minor"], row["total_minor"])
    customers, currencies = table["customer"].to_pylist(), table["currency"].to_pylist()
    past = pa.array([shares.get(key) for key in zip(customers, currencies, strict=True)], pa.float64())
    table = table.append_column("previous_overdue_share", past)
    other = [c != ground.currency for c in currencies]
    table = table.append_column("_other", pa.array(other))
    order = [
        ("_other", "ascending"),
        ("currency", "ascending"),
        ("total_minor", "descending"),
        ("customer", "ascending"),
    ]
    return table.sort_by(order).drop_columns(["_other"])


def previous_buckets(ground: Ground, edges: Sequence[int]) -> dict[str, int]:
    """Return last month's buckets in the close's currency; empty where the book can't tell."""
    if ground.before is None:
        return {}
    rows = [r for r in aging(ground.before, edges=edges, by=()).rows() if r["currency"] == ground.currency]
    if not rows:
        return {}
    return {key: rows[0][key] for key in (*bucket_keys(edges), UNAPPLIED)}


def overdue_top(ground: Ground, figures: Figures) -> pa.Table:
    """Return the customers with most overdue, how old and how many their items are, and who sells to them."""
    items = ground.items
    own, texts = items.key("customer")
    place = {text: i for i, text in enumerate(texts)}
    reported = items.currency == (
        items.currencies.index(ground.currency) if ground.currency in items.currencies else -1
    )

    def rows_of(customer: str) -> NDArray[np.int64]:
        return np.flatnonzero((own == place[customer]) & reported)

    mine = pc.equal(figures.table["currency"].cast(pa.string()), ground.currency)
    return worst(ground, figures.table.filter(mine), rows_of)


def worst(ground: Ground, table: pa.Table, rows_of: Callable[[str], NDArray[np.int64]]) -> pa.Table:
    """Return the customers with most overdue, as many as the policy lists.

    table: aging by customer in one currency. rows_of: customer → places of its items in `ground.items`.
    """
    table = named(ground, table.filter(pc.greater(table["overdue_minor"], 0)))
    table = table.sort_by([("overdue_minor", "descending"), ("customer", "ascending")])
    table = table.slice(0, ground.values["overdue.top"])
    items = ground.items
    late = np.where(overdue(items), days_past_due(items), 0)
    sales, people = items.key("salesperson")
    oldest, counted, sellers = [], [], []
    for customer in table["customer"].to_pylist():
        mine = rows_of(customer)
        oldest.append(None if (items.due_on[mine] == NO_DAY).any() else int(late[mine].max()))
        counted.append(int((late[mine] > 0).sum()))
        found = sorted({people[s] for s in sales[mine].tolist() if people[s]}, key=str)
        sellers.append(", ".join(str(p) for p in found[:2]))
    buckets = [k for k in bucket_keys(ground.values["aging.edges"]) if k != "not_due"]
    return pa.table(
        {
            **{n: table[n] for n in ("currency", "customer", "name", "overdue_minor")},
            "oldest_days": pa.array(oldest, pa.int64()),
            "items": pa.array(counted, pa.int64()),
            "salesperson": pa.array(sellers, pa.string()),
            **{n: table[n] for n in buckets},
        }
    )


def _renamed(name: str) -> str:
    return "unapplied_minor" if name == UNAPPLIED else name
