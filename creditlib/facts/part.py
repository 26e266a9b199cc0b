"""A part of a book: some of its documents, as a book of its own.

What must stay true: each document keeps its open balance on every day: what another document outside the part settles stays settled, by a
settlement that names no source.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.facts.book import Book
from creditlib.facts.tables import SCHEMAS, empty


def part_of(book: Book, documents: NDArray[np.bool_], sales: NDArray[np.bool_] | None) -> Book:
    """Return the book of some documents. documents, sales: which rows are kept; sales None where the part can't be told in sales: then they
    are what the documents bill. Everything else is kept.

    >>> from creditlib.facts.open_items import open_items
    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> book = sample_book()
    >>> odd = np.arange(book.rows("documents")) % 2 == 1
    >>> parts = [open_items(part_of(book, mine, None), SAMPLE_END).totals["CNY"] for mine in (odd, ~odd)]
    >>> sum(parts) == open_items(book, SAMPLE_END).totals["CNY"]
    True
    """
    kept = np.flatnonzero(documents)
    place = np.full(len(documents) + 1, -1, np.int64)
    place[kept] = np.arange(len(kept))
    papers = book.take("documents", SCHEMAS["documents"].names, kept)
    at, kind = papers.schema.get_field_index("id"), SCHEMAS["documents"].field("id")
    papers = papers.set_column(at, kind, pa.array(np.arange(len(kept)), kind.type))
    links = book.table("allocations")
    alive = np.zeros(links.num_rows, np.bool_)
    for name in ("from_document", "to_document"):
        old = pc.fill_null(links[name], len(documents)).to_numpy()
        own = place[old]
        alive |= own >= 0
        field = SCHEMAS["allocations"].field(name)
        links = links.set_column(links.schema.get_field_index(name), field, pa.array(own, field.type, mask=own < 0))
    told = empty("sales") if sales is None else book.table("sales").filter(pa.array(sales))
    return replace(book, documents=papers, allocations=links.filter(pa.array(alive)), sales=told)
