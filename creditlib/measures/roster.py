"""Who there is: every customer of a book, from ledger, customer list and credit files, in one order.

What must stay true: nobody known anywhere is left out, and nobody is in it whom no row names; the order is that of the codes, so that two
passes give the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.facts.book import Book
from creditlib.facts.credit_tables import CREDIT_TABLES
from creditlib.facts.tables import codes


@dataclass(frozen=True)
class Roster:
    """Every customer anybody knows of, in order of code. texts: their codes."""

    texts: pa.Array

    @classmethod
    def of(cls, book: Book, extra: Sequence[str] = ()) -> Roster:
        """Return the customers of ledger, customer list and credit files. A group that only events name, since its limit stands there, is
        none."""
        found: list[pa.Array] = [pa.array(extra, pa.string())]
        for table in ("documents", "customers", "orders", *CREDIT_TABLES):
            found += _named(book.columns(table, ["customer"])["customer"])
        groups = pa.concat_arrays([_NONE, *_named(book.columns("customers", ["group"])["group"])])
        for events in _named(book.columns("events", ["customer"])["customer"]):
            found.append(events.filter(pc.invert(pc.is_in(events, value_set=groups))))
        texts = pc.unique(pa.concat_arrays(found)).drop_null()
        return cls(texts.take(pc.array_sort_indices(texts)))

    def __len__(self) -> int:
        return len(self.texts)

    def codes(self, own: NDArray[np.integer[Any]], names: Sequence[str | None]) -> NDArray[np.int64]:
        """Return codes and their texts as places in the roster, −1 for nobody."""
        found = pc.fill_null(pc.index_in(pa.array(names or [None], pa.string()), value_set=self.texts), -1)
        places: NDArray[np.int64] = found.to_numpy().astype(np.int64)[own]
        return places

    def place(self, column: pa.ChunkedArray) -> NDArray[np.int64]:
        """Return each row's customer as a place in the roster."""
        return self.codes(*codes(column))

    def scatter(self, column: pa.ChunkedArray, values: Any, empty: Any = np.nan) -> Any:
        """Return values of some customers as one for each of the roster; the last row of a customer stands."""
        values = np.asarray(values)
        out = np.full(len(self), empty, values.dtype if values.dtype.kind != "f" else np.float64)
        out[self.place(column)] = values
        return out


def _named(column: pa.ChunkedArray) -> list[pa.Array]:
    """Return the texts some row of a column bears: a table that was filtered keeps words no row has any more. A dictionary that repeats
    is looked at once: in a connected book every piece has the same."""
    found: list[tuple[pa.Array, NDArray[np.bool_]]] = []
    for chunk in column.chunks:
        if not found or not chunk.dictionary.equals(found[-1][0]):
            found.append((chunk.dictionary, np.zeros(len(chunk.dictionary), np.bool_)))
        found[-1][1][chunk.indices.drop_null().to_numpy()] = True
    return [texts.filter(pa.array(used)).cast(pa.string()) for texts, used in found]


_NONE = pa.array([], pa.string())
