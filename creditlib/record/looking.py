"""Reading the tables of the record, row by row with the day and the person behind each.

What must stay true: read from one state of the store; nothing is added up or judged here.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import select

from creditlib.record.entry import read_line
from creditlib.record.store import Store
from creditlib.record.tables import JOURNAL, PROJECTIONS

_LISTS: Final = frozenset(("parts", "inputs", "totals", "exceptions", "requests", "present"))
"""Columns that hold canonical JSON."""


def rows_of(store: Store, table: str, **equal: Any) -> tuple[dict[str, Any], ...]:
    """Return the rows of a table in the order they were written, with `at` (UTC, as in the journal) and `actor`, who wrote it.

    table: a name of `tables.PROJECTIONS`, without "credit_". equal: column → value: only rows that have it. Lists are lists, days
    texts as 2026-11-21. Raises: KeyError for a table or column there is not, a fault of the caller; StoreError.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     _ = store.append("note", {"customer": "C1", "text": "called"})
    ...     [row["text"] for row in rows_of(store, "notes", customer="C1")]
    ['called']
    """
    of = PROJECTIONS[f"credit_{table}"]
    query = select(of, JOURNAL.c.line).join(JOURNAL, JOURNAL.c.seq == of.c.seq)
    for name, value in equal.items():
        query = query.where(of.c[name] == value)
    with store.reading() as connection:
        found = connection.execute(query.order_by(of.c.seq)).all()
    return tuple(_row(dict(row._mapping)) for row in found)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    entry = read_line(row.pop("line"))
    told = {name: json.loads(value) if name in _LISTS and value is not None else value for name, value in row.items()}
    return told | {"at": entry.at, "actor": entry.actor}
