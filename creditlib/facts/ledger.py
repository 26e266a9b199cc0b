"""Balances of documents on any day, by event date and by knowledge date.

What must stay true: a balance comes from amounts and allocations alone, never from a residual somebody stored; `as_of` includes
that day; an allocation takes effect once both its documents exist; what became known later changes nothing known before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.facts.book import Book
from creditlib.facts.tables import days

FOREVER = np.int32(2**31 - 1)


@dataclass(frozen=True)
class Balances:
    """Every document of a book on one day. open_minor: int64, 0 where it does not exist yet. exists: bool."""

    as_of: date
    known_on: date | None
    open_minor: NDArray[np.int64]
    exists: NDArray[np.bool_]


def starts(book: Book) -> NDArray[np.int32]:
    """Return the day each document exists from: posting date, else invoice date, else always."""
    table = book.columns("documents", ["posted_on", "issue_on"])
    posted = table["posted_on"]
    if posted.null_count == 0:
        return days(posted)
    if posted.null_count == len(posted):
        return days(table["issue_on"])
    first = days(posted)
    return np.where(first == NO_DAY, days(table["issue_on"]), first)


def amounts(table: pa.Table, name: str = "amount_minor") -> NDArray[np.int64]:
    """Return a money column without nulls as int64."""
    column = table[name]
    if column.num_chunks == 1:
        return column.chunk(0).to_numpy()
    return column.to_numpy()


def _known(column: pa.ChunkedArray, otherwise: NDArray[np.int32], known_on: date) -> NDArray[np.bool_]:
    entered = days(column)
    return np.where(entered == NO_DAY, otherwise, entered) <= day_number(known_on)


def balances(book: Book, as_of: date, known_on: date | None = None) -> Balances:
    """Return what is open of every document at the end of a day.

    known_on: count only what had been entered by then; None counts everything known. A document or allocation without an
    entry date is taken as entered on its own day.
    """
    day = day_number(as_of)
    documents = book.columns("documents", ["amount_minor", "known_on"])
    start = starts(book)
    exists = start <= day
    if known_on is not None:
        exists = exists & _known(documents["known_on"], start, known_on)
    open_minor = amounts(documents).copy()
    if book.rows("allocations"):
        _allocate(book, open_minor, exists, day, known_on)
    if not exists.all():
        open_minor[~exists] = 0
    return Balances(as_of, known_on, open_minor, exists)


def _allocate(book: Book, open_minor: NDArray[np.int64], exists: NDArray[np.bool_], day: int, known_on: date | None) -> None:
    """Apply the allocations in effect to `open_minor`, in place."""
    table = book.columns("allocations", ["from_document", "to_document", "amount_minor", "on", "known_on", "undone_on"])
    on = days(table["on"])
    live = on <= day
    if table["undone_on"].null_count < len(on):
        undone = days(table["undone_on"])
        told = day if known_on is None else min(day, day_number(known_on))  # an undoing not yet entered has not happened
        live &= (undone == NO_DAY) | (undone > told)
    if known_on is not None:
        live &= _known(table["known_on"], on, known_on)
    amount = amounts(table)
    all_exist = bool(exists.all())
    sides = []
    for name in ("to_document", "from_document"):
        column = table[name]
        if column.null_count == len(column):
            sides.append(None)
            continue
        if column.null_count == 0:
            ids = amounts(table, name)
            if not all_exist:
                live &= exists[ids]
        else:
            ids = column.fill_null(-1).to_numpy()
            if not all_exist:
                live &= (ids < 0) | exists[ids]
        sides.append(ids)
    for ids, sign in zip(sides, (-1, 1), strict=True):
        if ids is None:
            continue
        use = live if ids.min(initial=0) >= 0 else live & (ids >= 0)
        if use.all():
            np.add.at(open_minor, ids, sign * amount)
        else:
            np.add.at(open_minor, ids[use], sign * amount[use])
