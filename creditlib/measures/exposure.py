"""Exposure 信用敞口 by its parts, and how concentrated it is.

What must stay true: order, delivery and invoice of the same goods count once; a customer in credit lowers nobody else's exposure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import OpenItems, Rate, convert, open_items, to_currency
from creditlib.facts.tables import coded, codes
from creditlib.measures.aging import overdue
from creditlib.measures.figures import Figures, documents_of
from creditlib.measures.order_lines import order_lines
from creditlib.measures.segments import group, sums

_PARTS = ("open_items_minor", "unapplied_minor", "delivered_not_billed_minor", "orders_minor")


def exposure(
    book: Book, as_of: date, *, by: Sequence[str] = ("customer",), items: OpenItems | None = None,
    rates: Sequence[Rate] = (), to: str | None = None,
) -> Figures:  # fmt: skip
    """Return exposure by its parts.

    An order line counts as an order until it is delivered, as delivered-not-billed until it is invoiced, and not at all
    afterwards: then it is an open item. What bills a line, and how a part of it: `order_lines`. by: customer, entity. rates, to:
    convert every item and line first; items given are taken as converted already, or are converted here. Columns: keys, the
    four parts, total_minor (credits included), overdue_minor.
    Raises: UsageError for a key that orders lack; CurrencyError naming a currency without a rate.
    Source: tests/published/credit_limit.toml.

    >>> book = Book(orders={"order": ["O-1"], "customer": ["C1"], "currency": ["CNY"], "amount_minor": [100]})
    >>> exposure(book, date(2024, 6, 30)).row(customer="C1")["orders_minor"]
    100
    """
    wrong = [name for name in by if name not in ("customer", "entity")]
    if wrong:
        raise UsageError(
            f"exposure is told by customer and entity, not by {', '.join(wrong)}.",
            f"敞口按客户和公司统计，不支持{'、'.join(wrong)}。",
        )
    items = items or open_items(book, as_of)
    lines = order_lines(book, as_of)
    lines = lines.chosen(lines.left_minor != 0)
    ordered, amount = lines.table, lines.left_minor
    if to is not None:
        items = items if items.converted_from is not None else convert(items, rates, to)
        amount = to_currency(amount, *codes(ordered["currency"]), rates, to, as_of)
        alike = coded(np.zeros(len(amount), np.int32), [to])
        ordered = ordered.set_column(ordered.column_names.index("currency"), "currency", alike)
    keys = []
    for name in (*by, "currency"):
        own, texts = (items.currency, list(items.currencies)) if name == "currency" else items.key(name)
        theirs, their_texts = codes(ordered[name])
        joint: list[str | None] = list(dict.fromkeys([*texts, *their_texts]))
        place = {text: i for i, text in enumerate(joint)}
        moved = [
            np.array([place[t] for t in ts] or [0], np.int64)[c] for c, ts in ((own, texts), (theirs, their_texts))
        ]
        keys.append((name, np.concatenate(moved), joint))
    groups = group(keys)
    mine, theirs_group = np.split(groups.codes, [len(items.rows)])
    debit = items.open_minor > 0
    delivered = lines.delivered
    parts: dict[str, NDArray[np.int64]] = {
        "open_items_minor": sums(mine[debit], items.open_minor[debit], groups.size),
        "unapplied_minor": sums(mine[~debit], items.open_minor[~debit], groups.size),
        "delivered_not_billed_minor": sums(theirs_group[delivered], amount[delivered], groups.size),
        "orders_minor": sums(theirs_group[~delivered], amount[~delivered], groups.size),
    }
    late = overdue(items)
    total = sum((parts[name] for name in _PARTS), np.zeros(groups.size, np.int64))
    table = pa.table(
        {
            **groups.columns,
            **{name: pa.array(values) for name, values in parts.items()},
            "total_minor": pa.array(total),
            "overdue_minor": pa.array(sums(mine[late], items.open_minor[late], groups.size)),
        }
    )

    def documents(row: int) -> pa.Table:
        chosen = np.flatnonzero(mine == row)
        return documents_of(book, items.rows[chosen], open_minor=items.open_minor[chosen])

    return Figures(table, (*by, "currency"), as_of, documents=documents)


@dataclass(frozen=True)
class Ranked:
    """How concentrated some balances of one currency are. largest: places of the largest, largest first; shares, cumulative: theirs, of
    the sum of balances above 0. top_share: of the largest together; herfindahl: Σ share² over all; customers: with a balance above 0."""

    largest: NDArray[np.int64]
    shares: NDArray[np.float64]
    cumulative: NDArray[np.float64]
    top_share: float
    herfindahl: float
    customers: int


def rank(total: NDArray[np.int64], top: int) -> Ranked:
    """Rank balances, minor units of one currency. top: how many of the largest are told; of equal ones the first stands first.

    >>> ranked = rank(np.array([100, -50, 300]), 1)
    >>> ranked.largest.tolist(), ranked.top_share, ranked.herfindahl, ranked.customers
    ([2], 0.75, 0.625, 2)
    """
    mine = np.flatnonzero(total > 0)
    if not len(mine):
        none = np.zeros(0)
        return Ranked(np.zeros(0, np.int64), none, none, 0.0, 0.0, 0)
    order = mine[np.lexsort((mine, -total[mine]))]
    whole = int(total[mine].sum())
    shares = total[mine] / whole
    largest = order[:top]
    return Ranked(
        largest, total[largest] / whole, np.cumsum(total[largest]) / whole, float(total[largest].sum() / whole), float((shares**2).sum()), len(mine),
    )  # fmt: skip


def concentration(items: OpenItems, *, top: int = 10, by: str = "customer") -> Figures:
    """Return the largest debtors and how concentrated the book is.

    Shares are of the sum of customers in debit: one in credit lowers nobody's share. Columns: customer, currency,
    total_minor, share, cumulative_share, overdue_minor; `values` holds, per currency, top_share and herfindahl over all.
    """
    own, texts = items.key(by)
    groups = group([(by, own, texts), ("currency", items.currency, items.currencies)])
    total = sums(groups.codes, items.open_minor, groups.size)
    late = overdue(items)
    overdue_minor = sums(groups.codes[late], items.open_minor[late], groups.size)
    currency, names = codes(groups.columns["currency"])
    picked: list[int] = []
    shares = np.zeros(groups.size)
    cumulative = np.zeros(groups.size)
    measures: dict[str, dict[str, float]] = {}
    for code, name in enumerate(names):
        mine = np.flatnonzero(currency == code)
        ranked = rank(total[mine], top)
        if not ranked.customers:
            continue
        largest = mine[ranked.largest]
        shares[largest], cumulative[largest] = ranked.shares, ranked.cumulative
        picked += largest.tolist()
        measures[str(name)] = {
            "top_share": ranked.top_share,
            "herfindahl": ranked.herfindahl,
            "customers": float(ranked.customers),
        }
    index = pa.array(picked, pa.int64())
    table = pa.table(
        {
            **{name: column.take(index) for name, column in groups.columns.items()},
            "total_minor": pa.array(total).take(index),
            "share": pa.array(shares).take(index),
            "cumulative_share": pa.array(cumulative).take(index),
            "overdue_minor": pa.array(overdue_minor).take(index),
        }
    )

    def documents(row: int) -> pa.Table:
        chosen = np.flatnonzero(groups.codes == picked[row])
        return documents_of(items.book, items.rows[chosen], open_minor=items.open_minor[chosen])

    return Figures(table, (by, "currency"), items.as_of, values={"top": top, **measures}, documents=documents)
