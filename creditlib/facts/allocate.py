"""Cash application where nobody matched: credits pay the oldest due item first 倒推/先进先出.

What must stay true: no credit gives more than it has, no item takes more than it owes, nothing crosses customer, entity,
account or currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.facts.book import Book
from creditlib.facts.ledger import starts
from creditlib.facts.tables import ALLOCATIONS, build, coded, codes, days


@dataclass(frozen=True)
class Links:
    """Which credit pays which item, and how much of it; equal lengths. on: the later day of the two."""

    from_document: NDArray[np.int64]
    to_document: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    on: NDArray[np.int32]

    def table(self) -> pa.Table:
        """Return them as `allocations`."""
        rows = len(self.on)
        return build(
            ALLOCATIONS,
            {
                "from_document": self.from_document,
                "to_document": self.to_document,
                "amount_minor": self.amount_minor,
                "on": pa.array(self.on, pa.int32()),
                "origin": coded(np.zeros(rows, np.int32), ["oldest_due_first"]),
            },
            rows,
        )


def oldest_due_first(book: Book, open_minor: NDArray[np.int64], as_of: date) -> Links:
    """Set the negative balances against the positive ones of the same customer, entity, account and currency.

    open_minor: balance of every document. Items are paid by due date, credits are used by their own date; ties keep the
    order of the book. as_of: the day the balances are of, and the earliest a link without dates can bear.
    """
    table = book.columns("documents", ["customer", "entity", "gl_account", "currency", "due_on", "issue_on"])
    group = np.zeros(len(open_minor), np.int64)
    for name in ("customer", "entity", "gl_account", "currency"):
        own, names = codes(table[name])
        group = group * max(len(names), 1) + own
    start = starts(book)
    due = days(table["due_on"])
    due = np.where(due == NO_DAY, days(table["issue_on"]), due)
    due = np.where(due == NO_DAY, start, due)
    items = np.flatnonzero(open_minor > 0)
    credits = np.flatnonzero(open_minor < 0)
    items = items[np.lexsort((items, due[items], group[items]))]
    credits = credits[np.lexsort((credits, start[credits], group[credits]))]
    return _merge(items, credits, open_minor, group, start, day_number(as_of))


def _merge(
    items: NDArray[np.int64], credits: NDArray[np.int64], open_minor: NDArray[np.int64], group: NDArray[np.int64],
    start: NDArray[np.int32], day: int,
) -> Links:  # fmt: skip
    """Lay items and credits of each group end to end and cut both lines at every boundary of either."""
    shared = np.intersect1d(group[items], group[credits])
    items = items[np.isin(group[items], shared)]
    credits = credits[np.isin(group[credits], shared)]
    if not len(items):
        none = np.zeros(0, np.int64)
        return Links(none, none, none, np.zeros(0, np.int32))
    owed, paid = open_minor[items], -open_minor[credits]
    place_i, place_c = np.searchsorted(shared, group[items]), np.searchsorted(shared, group[credits])
    owed_by, paid_by = np.zeros(len(shared), np.int64), np.zeros(len(shared), np.int64)
    np.add.at(owed_by, place_i, owed)
    np.add.at(paid_by, place_c, paid)
    width = np.maximum(owed_by, paid_by)  # each group gets a stretch wide enough for both lines
    offset = np.concatenate([[0], np.cumsum(width)[:-1]])
    end_i = _ends(owed, place_i, owed_by, offset)
    end_c = _ends(paid, place_c, paid_by, offset)
    cuts = np.unique(np.concatenate([end_i, end_c, end_i - owed, end_c - paid]))
    left, right = cuts[:-1], cuts[1:]
    i, c = np.searchsorted(end_i, right), np.searchsorted(end_c, right)
    fits = (i < len(items)) & (c < len(credits))
    i, c, left, right = i[fits], c[fits], left[fits], right[fits]
    inside = (end_i[i] - owed[i] <= left) & (end_c[c] - paid[c] <= left)
    i, c, size = i[inside], c[inside], (right - left)[inside]
    on = np.maximum(start[items[i]], start[credits[c]])
    return Links(credits[c], items[i], size, np.where(on == NO_DAY, day, on).astype(np.int32))


def _ends(
    size: NDArray[np.int64], place: NDArray[np.int64], by: NDArray[np.int64], offset: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return where each piece ends on the line, every group starting at its own offset."""
    before = np.concatenate([[0], np.cumsum(by)[:-1]])
    ends: NDArray[np.int64] = np.cumsum(size) - before[place] + offset[place]
    return ends
