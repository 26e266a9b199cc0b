"""What a person who decides has before them: open requests, limits in force, the head of the journal; and one request with all it says.

What must stay true: read from the record alone, each time anew; nothing is written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from creditlib.flows.minutes import RequestFacts, request_facts
from creditlib.record.entry import Head, read_line
from creditlib.record.looking import rows_of
from creditlib.record.roles import roles
from creditlib.record.standing import Limit, Pending, limit_on, limits_on, pending
from creditlib.record.store import Store
from creditlib.record.tables import JOURNAL


@dataclass(frozen=True, slots=True)
class Desk:
    """A record as it stands. place: its address, without secrets. person: who is at it, and the roles held. today: the record's day, UTC.
    pending: every open request. limits: in force on `on`. head: of the journal."""

    place: str
    person: str
    roles: tuple[str, ...]
    today: date
    on: date
    pending: tuple[Pending, ...]
    limits: tuple[Limit, ...]
    head: Head


@dataclass(frozen=True, slots=True)
class Case:
    """One request. facts: with its votes, end and minutes. said: the body of its entry. version: of the credit file it stands on, None where
    that is not recorded; newest: the newest one recorded. limit: the customer's in force today."""

    facts: RequestFacts
    said: dict[str, Any]
    version: int | None
    newest: int | None
    limit: Limit | None


@dataclass(frozen=True, slots=True)
class Held:
    """What a customer has in the record on its day. limit: in force by approval. open: the request for a limit nobody has ended."""

    place: str
    person: str
    today: date
    limit: Limit | None
    open: Pending | None


def today_of(store: Store) -> date:
    """Return the day as a record counts days: of its clock, UTC."""
    return store.clock().date()


def desk_of(store: Store, on: date | None = None) -> Desk:
    """Return a record as it stands. on: the day of the limits, None: today. Raises: StoreError.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     desk_of(store).roles, desk_of(store).head.seq
    (('analyst',), 1)
    """
    today = today_of(store)
    held = tuple(one.role for one in roles(store) if one.person == store.actor)
    limits = tuple(limits_on(store, on or today).values())
    return Desk(store.place, store.actor, held, today, on or today, pending(store, today), limits, store.head())


def case_of(store: Store, number: int) -> Case:
    """Return a request and what the record knows of the file it stands on. Raises: UsageError: no such request; StoreError."""
    facts = request_facts(store, number)
    with store.reading() as connection:
        line = connection.execute(select(JOURNAL.c.line).where(JOURNAL.c.seq == number)).scalar_one()
    said = read_line(line).body
    files = rows_of(store, "files", customer=facts.customer)
    version = next((row["version"] for row in reversed(files) if row["digest"] == said.get("file")), None)
    newest = files[-1]["version"] if files else None
    return Case(facts, said, version, newest, limit_on(store, facts.customer, today_of(store)))


def held_by(store: Store, customer: str) -> Held:
    """Return what a customer has in a record. Raises: StoreError."""
    today = today_of(store)
    waiting = [one for one in pending(store, today, customer=customer) if one.subject == "limit"]
    return Held(store.place, store.actor, today, limit_on(store, customer, today), waiting[0] if waiting else None)
