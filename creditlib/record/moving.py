"""From books into the record, and back: what earlier parts kept as rows of `events`, and the record as such rows.

What must stay true: every field of every row arrives; the same rows moved twice stand once; nothing of what a book told becomes an
approval: a limit set before there was a record stays an event. `event_rows` gives what the flows read, approved limits included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Row, select

from creditlib.days import parse_iso
from creditlib.facts.tables import EVENTS as SCHEMA
from creditlib.facts.tables import build, conform
from creditlib.record.canonical import canonical, digest
from creditlib.record.store import Store
from creditlib.record.tables import EVENTS, LIMITS, REQUESTS, VOTES

_SAME: Final = (
    "on",
    "known_on",
    "customer",
    "document",
    "event",
    "currency",
    "amount_minor",
    "until",
    "reason",
    "text",
)
"""Columns that an event of the record and a row of `events` share; the row's `by` is the event's `person`."""
_DAYS: Final = ("on", "known_on", "until")


@dataclass(frozen=True, slots=True)
class Moved:
    """What moving did. moved: rows written. already: rows that stood in the record before."""

    moved: int
    already: int


def move_events(store: Store, table: Any) -> Moved:
    """Write the rows of a book's `events` into the record, all in one transaction; rows moved before are left as they are.

    table: `book.table("events")`, or any Arrow form of it. A row is known again by its content and its id.
    Raises: UsageError: a text that can't be recorded (NUL); RefusedError, StoreError.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> rows = pa.table({"id": [0], "on": ["2026-03-01"], "customer": ["C1"], "event": ["visit"], "by": ["李"]})
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     move_events(store, rows), move_events(store, rows)
    (Moved(moved=1, already=0), Moved(moved=0, already=1))
    """
    given = table if isinstance(table, pa.Table) and table.schema.equals(SCHEMA) else conform("events", table)
    bodies = [_body(row) for row in given.to_pylist()]
    with store.writing() as turn:
        there = {row[0] for row in turn.rows(select(EVENTS.c.origin).where(EVENTS.c.origin.is_not(None)))}
        new = [body for body in bodies if body["origin"] not in there]
        for body in new:
            turn.add("event", body)
    return Moved(len(new), len(bodies) - len(new))


def event_rows(store: Store) -> pa.Table:
    """Return the record as rows of `events`, in the order it was written, ids from 0: events, requests for limits as applications, and
    approved limits as limits set. Raises: StoreError."""
    columns = (EVENTS.c.seq, EVENTS.c.at, EVENTS.c.person.label("by"), *(EVENTS.c[name] for name in _SAME))
    query = select(LIMITS, VOTES.c.person, VOTES.c.reason).join(VOTES, VOTES.c.seq == LIMITS.c.seq)
    with store.reading() as connection:
        found = [_event(dict(row._mapping)) for row in connection.execute(select(*columns))]
        asked = connection.execute(select(REQUESTS).where(REQUESTS.c.thing == "limit"))
        found += [_application(row) for row in asked]
        found += [_limit(row) for row in connection.execute(query)]
    found.sort(key=lambda row: row["seq"])
    held: dict[str, list[Any]] = {name: [row.get(name) for row in found] for name in SCHEMA.names if name != "id"}
    arrays = {name: pa.array(held[name], _plain(SCHEMA.field(name).type)) for name in held}
    return build(SCHEMA, {"id": pa.array(range(len(found)), pa.int64()), **arrays}, len(found))


def _body(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as the body of an event, with the hash it is known again by."""
    body = {name: row[name] for name in ("id", *_SAME)} | {"person": row["by"]}
    plain = {name: str(held) if name in _DAYS and held is not None else held for name, held in body.items()}
    return {**body, "origin": digest(canonical(plain))}


def _event(row: dict[str, Any]) -> dict[str, Any]:
    days = {name: parse_iso(row[name]) if row[name] is not None else None for name in _DAYS}
    return {**row, **days}


def _application(row: Row[Any]) -> dict[str, Any]:
    day = parse_iso(row.at[:10])
    return {
        "seq": row.seq, "on": day, "known_on": day, "customer": row.customer, "event": "application", "currency": row.currency,
        "amount_minor": row.amount_minor, "by": row.maker, "reason": row.reason,
    }  # fmt: skip


def _limit(row: Row[Any]) -> dict[str, Any]:
    until = None if row.until_on is None else parse_iso(row.until_on)
    return {
        "seq": row.seq, "on": parse_iso(row.from_on), "known_on": parse_iso(row.at[:10]), "customer": row.customer, "event": "limit_set",
        "currency": row.currency, "amount_minor": row.amount_minor, "until": until, "by": row.person, "reason": row.reason,
    }  # fmt: skip


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
