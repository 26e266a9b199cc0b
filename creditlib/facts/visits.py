"""The visit log 走访记录 of a customer: what was seen, by whom, and when the next contact is due.

What must stay true: nothing dated after the day asked is told; only the newest visit has a next contact that can be overdue, and
only while no visit has followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from creditlib.facts.book import Book


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit. next_on: the next contact agreed. overdue: that day is past and nobody has called since. id: of the event."""

    id: int
    on: date
    by: str | None
    text: str | None
    next_on: date | None
    overdue: bool


def visits(book: Book, customer: str, as_of: date) -> tuple[Visit, ...]:
    """Return the visits to a customer up to a day, the newest first; of two on one day the one entered later.

    >>> visits(Book(), "C1", date(2026, 1, 1))
    ()
    """
    table = book.columns("events", ["id", "on", "customer", "event", "until", "by", "text"])
    mine = pc.and_(
        pc.equal(table["customer"].cast(pa.string()), customer), pc.equal(table["event"].cast(pa.string()), "visit")
    )
    rows = table.filter(pc.and_(mine, pc.less_equal(table["on"], pa.scalar(as_of, pa.date32())))).to_pylist()
    rows.sort(key=lambda row: (row["on"], row["id"]), reverse=True)
    return tuple(
        Visit(
            row["id"], row["on"], row["by"], row["text"], row["until"],
            place == 0 and row["until"] is not None and row["until"] < as_of,
        )
        for place, row in enumerate(rows)
    )  # fmt: skip
