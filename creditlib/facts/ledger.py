"""Balances of documents on any day, by event date and by knowledge date.

What must stay true: a balance comes from amounts and allocations alone, never from a residual somebody stored; `as_of` includes
that day; an allocation takes effect once both its documents exist; what became known later changes nothing known before;
tables are read a piece at a time, and beside the pieces only what is said of every document is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.facts.book import Book
from creditlib.facts.credit_tables import CREDIT_TABLES, DATED
from creditlib.facts.tables import ALLOCATIONS, DOCUMENTS, SCHEMAS, build, days

_SIDES: Final = (("to_document", np.subtract), ("from_document", np.add))


@dataclass(frozen=True)
class Balances:
    """Every document of a book on one day. open_minor: int64, 0 where it does not exist yet. exists: bool."""

    as_of: date
    known_on: date | None
    open_minor: NDArray[np.int64]
    exists: NDArray[np.bool_]


def start_columns(book: Book) -> list[str]:
    """Return the columns of `documents` that `started` needs of this book."""
    nulls = book.nulls("documents", ["posted_on"])["posted_on"]
    if nulls == 0:
        return ["posted_on"]
    return ["issue_on"] if nulls == book.rows("documents") else ["posted_on", "issue_on"]


def started(piece: pa.Table) -> NDArray[np.int32]:
    """Return the day each document of a piece exists from. piece: has `start_columns`, or both date columns."""
    names = piece.column_names
    if "posted_on" not in names:
        return days(piece["issue_on"])
    first = days(piece["posted_on"])
    if "issue_on" in names and piece["posted_on"].null_count:
        first = np.where(first == NO_DAY, days(piece["issue_on"]), first)
    return first


def starts(book: Book) -> NDArray[np.int32]:
    """Return the day each document exists from: posting date, else invoice date, else always."""
    out = np.empty(book.rows("documents"), np.int32)
    for at, piece in book.scan("documents", start_columns(book)):
        out[at : at + piece.num_rows] = started(piece)
    return out


def amounts(table: pa.Table, name: str = "amount_minor") -> NDArray[np.int64]:
    """Return a money column without nulls as int64."""
    return _numbers(table[name])


def ids(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return a column of document ids, −1 where it is null."""
    if column.null_count:
        column = column.fill_null(-1)
    return _numbers(column)


def _numbers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return a column without nulls, without copying where it lies in one piece."""
    values: NDArray[np.int64] = column.chunk(0).to_numpy() if column.num_chunks == 1 else column.to_numpy()
    return values


def live_columns(book: Book, known_on: date | None = None) -> list[str]:
    """Return the columns of `allocations` that `live` needs of this book: those that hold nothing are not read."""
    names = ["undone_on"] if known_on is None else ["undone_on", "known_on"]
    nulls, rows = book.nulls("allocations", names), book.rows("allocations")
    return ["on", *(name for name in names if nulls[name] < rows)]


def live(piece: pa.Table, day: int, known_on: date | None = None) -> NDArray[np.bool_]:
    """Return which allocations of a piece had been made and not undone at the end of a day, whatever their documents did."""
    on = days(piece["on"])
    result: NDArray[np.bool_] = on <= day
    if "undone_on" in piece.column_names:
        undone = days(piece["undone_on"])
        told = (
            day if known_on is None else min(day, day_number(known_on))
        )  # an undoing not yet entered has not happened
        result &= (undone == NO_DAY) | (undone > told)
    if known_on is not None:
        entered = days(piece["known_on"]) if "known_on" in piece.column_names else on
        result &= np.where(entered == NO_DAY, on, entered) <= day_number(known_on)
    return result


def balances(book: Book, as_of: date, known_on: date | None = None) -> Balances:
    """Return what is open of every document at the end of a day.

    known_on: count only what had been entered by then; None counts everything known. A document or allocation without an
    entry date is taken as entered on its own day.
    """
    day, size = day_number(as_of), book.rows("documents")
    open_minor, exists = np.empty(size, np.int64), np.empty(size, np.bool_)
    names = ["amount_minor", *start_columns(book), *(["known_on"] if known_on is not None else [])]
    for at, piece in book.scan("documents", names):
        here = slice(at, at + piece.num_rows)
        start = started(piece)
        open_minor[here], exists[here] = amounts(piece), start <= day
        if known_on is not None:
            entered = days(piece["known_on"])
            exists[here] &= np.where(entered == NO_DAY, start, entered) <= day_number(known_on)
    if book.rows("allocations"):
        _allocate(book, open_minor, exists, day, known_on)
    np.copyto(open_minor, 0, where=~exists)
    return Balances(as_of, known_on, open_minor, exists)


def _allocate(
    book: Book, open_minor: NDArray[np.int64], exists: NDArray[np.bool_], day: int, known_on: date | None
) -> None:
    """Apply the allocations in effect to `open_minor`, in place."""
    all_exist = bool(exists.all())
    for _, piece in book.scan(
        "allocations", ["to_document", "from_document", "amount_minor", *live_columns(book, known_on)]
    ):
        use = live(piece, day, known_on)
        ends = [ids(piece[name]) for name, _ in _SIDES]
        if not all_exist:
            for end in ends:
                use &= exists[end] | (end < 0)
        chosen = None if use.all() else np.flatnonzero(use)
        amount = amounts(piece) if chosen is None else amounts(piece)[chosen]
        for (name, move), end in zip(_SIDES, ends, strict=True):
            end = end if chosen is None else end[chosen]
            if piece[name].null_count:
                named = end >= 0
                move.at(open_minor, end[named], amount[named])
            else:
                move.at(open_minor, end, amount)


_ENTERED: Final = {"events": "on", "orders": "ordered_on"}


def as_known(book: Book, known_on: date) -> Book:
    """Return the book as it was known on a day: what was entered later left out, documents numbered anew.

    An event, or an order, without an entry date was entered on its own day; an event's id stays. Parts of the credit file have no entry
    date: those dated later are left out.

    Every measure of the result is then of that knowledge, whatever it reads. An undoing after that day has not happened.
    """
    documents, allocations = book.table("documents"), book.table("allocations")
    kept = _entered(documents["known_on"], starts(book), known_on)
    place = np.where(kept, np.cumsum(kept) - 1, -1)
    usable = _entered(allocations["known_on"], days(allocations["on"]), known_on)
    columns = {name: allocations[name] for name in allocations.column_names}
    for name, _ in _SIDES:
        old = ids(allocations[name])
        new = np.where(old >= 0, place[old], -1) if len(place) else old
        usable &= (old < 0) | (new >= 0)
        columns[name] = pa.array(new, mask=old < 0)
    undone = days(allocations["undone_on"])
    columns["undone_on"] = pa.array(undone, mask=(undone == NO_DAY) | (undone > day_number(known_on))).cast(pa.date32())
    columns = {name: column.filter(pa.array(usable)) for name, column in columns.items()}
    documents = documents.filter(pa.array(kept))
    documents = documents.set_column(0, DOCUMENTS.field("id"), pa.array(np.arange(documents.num_rows)))
    others = {name: book.table(name) for name in SCHEMAS if name not in ("documents", "allocations")}
    for name, table in others.items():
        if name in _ENTERED:
            others[name] = table.filter(pa.array(_entered(table["known_on"], days(table[_ENTERED[name]]), known_on)))
        elif name in CREDIT_TABLES:
            dates = days(table[DATED[name]])
            others[name] = table.filter(pa.array(dates <= day_number(known_on)))
    allocations = build(ALLOCATIONS, columns, int(usable.sum()))
    return Book(documents, allocations, **others, complete=book.complete)


def _entered(column: pa.ChunkedArray, otherwise: NDArray[np.int32], known_on: date) -> NDArray[np.bool_]:
    """Return which rows had been entered by a day; one without an entry date was entered on its own day."""
    entered = days(column)
    return np.asarray(np.where(entered == NO_DAY, otherwise, entered) <= day_number(known_on))
