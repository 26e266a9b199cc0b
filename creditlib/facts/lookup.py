"""Documents found by their number, narrowed by customer and entity where a row names them.

What must stay true: a number that stands once is that document, whoever the row says its customer is; one that stands several
times is narrowed only as far as something is left; what is left stands oldest due first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.facts.tables import days

_Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """The documents each of some rows means. pool: ids; row i means pool[low[i]:high[i]], oldest due first."""

    pool: _Numbers
    low: _Numbers
    high: _Numbers

    @property
    def count(self) -> _Numbers:
        """How many documents each row means."""
        return self.high - self.low

    @property
    def first(self) -> _Numbers:
        """The document due first of each row, −1 where there is none."""
        if not len(self.pool):
            return np.full(len(self.low), -1, np.int64)
        return np.where(self.count > 0, self.pool[np.minimum(self.low, len(self.pool) - 1)], -1)

    def of(self, row: int) -> list[int]:
        """Return the documents one row means."""
        ids: list[int] = self.pool[self.low[row] : self.high[row]].tolist()
        return ids


def find(documents: pa.Table, numbers: Sequence[pa.Array], customers: pa.Array, entities: pa.Array) -> list[Found]:
    """Find documents by number.

    numbers: one or more columns of texts, each as long as customers and entities (texts too; null: not named).
    """
    own, *asked = _shared_codes([documents["document"], *numbers])
    size = max((int(c.max()) for c in (own, *asked) if len(c)), default=-1) + 1
    wanted = np.zeros(size + 1, bool)
    for column in asked:
        wanted[column] = True
    wanted[size] = False  # where −1, no number, points to
    live = np.flatnonzero(wanted[own]) if len(own) else np.zeros(0, np.int64)
    times = np.bincount(own[live], minlength=size + 1)
    only = np.zeros(size + 1, np.int64)
    only[own[live]] = live
    several = live[times[own[live]] > 1]
    narrow = _Several(documents, own, several) if len(several) else None
    found = []
    for column in asked:
        low = np.where(times[column] == 1, column, 0)
        high = low + (times[column] == 1)
        pool = only
        rows = np.flatnonzero(times[column] > 1)
        if narrow is not None and len(rows):
            taken = pa.array(rows)
            parts, lows, highs = narrow.ranges(column[rows], customers.take(taken), entities.take(taken))
            low[rows], high[rows] = lows + len(only), highs + len(only)
            pool = np.concatenate([only, parts])
        found.append(Found(pool, low, high))
    return found


class _Several:
    """Documents whose number stands several times."""

    def __init__(self, documents: pa.Table, own: _Numbers, ids: _Numbers) -> None:
        self.ids = ids
        self.number = own[ids]
        table = documents.select(["customer", "entity", "due_on"]).take(pa.array(ids))
        self.due = days(table["due_on"])
        self.customer, self.entity = (table[name].cast(pa.string()) for name in ("customer", "entity"))

    def ranges(self, numbers: _Numbers, customers: pa.Array, entities: pa.Array) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Return ids in some order, and from where to where in it each row's documents stand."""
        own_customer, customer = (c + 1 for c in _shared_codes([self.customer, customers]))
        own_entity, entity = (c + 1 for c in _shared_codes([self.entity, entities]))
        wide = 1 + max(int(c.max()) for c in (own_customer, customer))
        broad = 1 + max(int(c.max()) for c in (own_entity, entity))
        every = np.ones(len(numbers), bool)
        pools, low, high = [self.ids[:0]], np.zeros(len(numbers), np.int64), np.zeros(len(numbers), np.int64)

        def narrow(own: _Numbers, keys: _Numbers, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
            """Give those rows the documents of their key, where it has any; return which rows that were."""
            if not rows.any():
                return rows
            order = np.lexsort((self.due, own))  # stable: of equal due dates the lower id stands first
            start, end = (np.searchsorted(own[order], keys, side) for side in ("left", "right"))
            hit = rows & (end > start)
            before = sum(map(len, pools))
            low[hit], high[hit] = start[hit] + before, end[hit] + before
            pools.append(self.ids[order])
            return hit

        narrow(self.number, numbers, every)
        own_of, key_of = self.number * wide + own_customer, numbers * wide + customer
        by_customer = narrow(own_of, key_of, customer > 0)
        more = (entity > 0) & (high - low > 1)
        narrow(own_of * broad + own_entity, key_of * broad + entity, more & by_customer)
        narrow(self.number * broad + own_entity, numbers * broad + entity, more & ~by_customer)
        return np.concatenate(pools), low, high


def _shared_codes(columns: Sequence[pa.Array | pa.ChunkedArray]) -> list[_Numbers]:
    """Return columns of texts as codes into one dictionary, −1 where null."""
    chunks = [c.chunks if isinstance(c, pa.ChunkedArray) else [c] for c in columns]
    coded = pa.chunked_array([chunk for part in chunks for chunk in part], pa.string()).dictionary_encode()
    indices = [pc.fill_null(chunk.indices, -1).to_numpy().astype(np.int64) for chunk in coded.chunks]
    whole = np.concatenate([np.zeros(0, np.int64), *indices])
    return np.split(whole, np.cumsum([len(c) for c in columns])[:-1])
