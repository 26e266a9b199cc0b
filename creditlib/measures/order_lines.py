"""Order lines on one day: what of each is not billed yet, and whether its goods have left.

What must stay true: a line is billed by its own columns or by the documents of the ledger, never by both; a document bills a line
once; nothing billed exceeds the line, so that what is left is never below 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.facts.book import Book
from creditlib.facts.ledger import start_columns, started
from creditlib.facts.tables import DOCUMENTS, among, days
from creditlib.measures.segments import sums

BILLS_ORDERS: Final = ("invoice", "debit_note", "retention", "opening", "other")
"""Kinds of documents that bill an order. A credit note does not reopen one; an acceptance bill only replaces an invoice."""

_COLUMNS: Final = ("order", "customer", "entity", "ordered_on", "currency", "amount_minor", "delivery", "delivered_on",
                   "invoice", "invoiced_on")  # fmt: skip


@dataclass(frozen=True)
class OrderLines:
    """The order lines known on a day, billed ones with nothing left. table: their columns of `orders`. amount_minor: the whole
    line; left_minor: what is not billed, both int64. delivered: left_minor is delivered (or drafted as an invoice), else on
    order; shipped: the goods have left, as `delivered_on` tells. ordered_on: int32 day numbers, NO_DAY where it is null. Equal
    lengths, in the order of the book."""

    table: pa.Table
    amount_minor: NDArray[np.int64]
    left_minor: NDArray[np.int64]
    delivered: NDArray[np.bool_]
    shipped: NDArray[np.bool_]
    ordered_on: NDArray[np.int32]

    def chosen(self, which: NDArray[np.bool_]) -> OrderLines:
        """Return some of the lines."""
        return OrderLines(
            self.table.filter(pa.array(which)), self.amount_minor[which], self.left_minor[which], self.delivered[which],
            self.shipped[which],
            self.ordered_on[which],
        )  # fmt: skip


def order_lines(book: Book, as_of: date) -> OrderLines:
    """Return the order lines known at the end of a day, with what is not billed of each.

    A line is billed from its `invoiced_on`, or from the day a document with its invoice or delivery number exists. Documents that
    name only its order, for the same customer and currency, bill the lines of that order up to their sum: what was delivered
    first, then the oldest; a remainder stays. A line whose invoice number no document bears is a draft and counts as
    delivered; in a book of open items only it is taken as billed, since that list no longer shows what was paid. Entities are
    compared where every line and document names one.

    >>> book = Book(orders={"order": ["O-1"], "customer": ["C1"], "currency": ["CNY"], "amount_minor": [100]})
    >>> order_lines(book, date(2024, 6, 30)).left_minor.tolist()
    [100]
    """
    day = day_number(as_of)
    table = book.columns("orders", _COLUMNS)
    table = table.filter(pa.array(days(table["ordered_on"]) <= day))
    amount = table["amount_minor"].to_numpy().astype(np.int64, copy=False)
    ordered, gone_on, invoiced_on = (days(table[name]) for name in ("ordered_on", "delivered_on", "invoiced_on"))
    shipped = (gone_on != NO_DAY) & (gone_on <= day)
    invoiced = (invoiced_on != NO_DAY) & (invoiced_on <= day)
    named = _told(table, "invoice")
    documents = _documents(book, table, day)
    exists = np.asarray(documents["exists"])
    scope = _scope(table, documents)
    there = documents.filter(pa.array(exists))
    by_number = _met(table, "invoice", there, "document", scope) | _met(table, "delivery", there, "delivery", scope)
    undated = named & (invoiced_on == NO_DAY) & ~_met(table, "invoice", documents, "document", scope)
    billed = by_number | (invoiced & named) | (undated & (not book.complete))
    left = np.where(billed | invoiced, 0, amount)
    delivered = shipped | (undated & ~billed)
    shares = ~billed & (amount > 0)
    own = _met(there, "document", table, "invoice", scope) | _met(there, "delivery", table, "delivery", scope)
    pool = there.filter(pa.array(~own & _told(there, "order") & (there["amount_minor"].to_numpy() > 0)))
    if len(pool) and shares.any():
        rows = np.flatnonzero(shares)
        keys = ("customer", "order", "currency", *scope)
        taken = _spread(
            table.take(pa.array(rows)), amount[rows], pool, keys, (ordered[rows], ~shipped[rows], ~invoiced[rows])
        )
        left[rows] = np.where(invoiced[rows], 0, amount[rows] - taken)
    return OrderLines(table, amount, left, delivered, shipped, ordered)


def _documents(book: Book, lines: pa.Table, day: int) -> pa.Table:
    """Return the documents that bear a number of some order line. exists: on the day; amount_minor: as first billed."""
    names = ["customer", "entity", "currency", "document", "order", "delivery", "amount_minor"]
    starts = start_columns(book)
    found = []
    wanted = [
        (own, pc.unique(lines[theirs]))
        for own, theirs in (("document", "invoice"), ("delivery", "delivery"), ("order", "order"))
    ]
    for _, piece in book.scan("documents", [*names, "kind", "original_minor", *starts]) if lines.num_rows else ():
        keep = among(piece["kind"], BILLS_ORDERS)
        near = np.zeros(len(keep), bool)
        for name, texts in wanted:
            near |= np.asarray(pc.is_in(piece[name], value_set=texts)) & _told(piece, name)
        piece = piece.filter(pa.array(keep & near))
        first = pc.fill_null(pc.coalesce(piece["original_minor"], piece["amount_minor"]), 0)
        exists = pa.array(started(piece) <= day)
        piece = piece.select(names).set_column(names.index("amount_minor"), "amount_minor", first)
        found.append(piece.append_column("exists", exists))
    empty = DOCUMENTS.empty_table().select(names).append_column("exists", pa.array([], pa.bool_()))
    return pa.concat_tables(found).unify_dictionaries() if found else empty


def _told(table: pa.Table, name: str) -> NDArray[np.bool_]:
    return np.asarray(table[name].is_valid())


def _scope(lines: pa.Table, documents: pa.Table) -> tuple[str, ...]:
    """Return the keys that stand beside a number: the entity, where nobody left it out."""
    return () if lines["entity"].null_count or documents["entity"].null_count else ("entity",)


def _keys(table: pa.Table, names: Sequence[str]) -> pa.ChunkedArray:
    parts = [pc.fill_null(table[name].cast(pa.string()), "") for name in names]
    return pc.binary_join_element_wise(*parts, "\x1f")


def _met(table: pa.Table, name: str, others: pa.Table, their_name: str, scope: Sequence[str]) -> NDArray[np.bool_]:
    """Return which rows bear a number that some row of the other table bears."""
    theirs = others.filter(others[their_name].is_valid())
    found = pc.is_in(_keys(table, (name, *scope)), value_set=_keys(theirs, (their_name, *scope)))
    return np.asarray(found) & _told(table, name)


def _spread(
    lines: pa.Table, amount: NDArray[np.int64], documents: pa.Table, keys: Sequence[str], order: Sequence[NDArray[Any]]
) -> NDArray[np.int64]:
    """Return how much of each line the documents of its order bill. order: sort keys within an order, the last one first."""
    own = _keys(lines, keys).combine_chunks().dictionary_encode()
    group, size = own.indices.to_numpy(), len(own.dictionary)
    place = pc.index_in(_keys(documents, keys), value_set=own.dictionary)
    hit = np.asarray(place.is_valid())
    billed = sums(place.drop_null().to_numpy(), documents["amount_minor"].to_numpy()[hit], size)
    rows = np.lexsort((*order, group))
    sizes, groups = amount[rows], group[rows]
    before = np.cumsum(sizes) - sizes
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    before -= before[first][np.cumsum(np.diff(groups, prepend=-1) != 0) - 1]
    taken = np.empty(len(rows), np.int64)
    taken[rows] = np.clip(billed[groups] - before, 0, sizes)
    return taken
