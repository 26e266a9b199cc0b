"""Limits of the record beside the limits a book tells: which one holds for a customer, and why.

What must stay true: from the day the record's first limit of a customer begins, only the record's limits count for that customer, also when
the last one has ended; a limit the book alone tells stays in force for the others, and it is told that nobody approved it; both figures are shown
where the two differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib import money
from creditlib.days import NO_DAY, day_number
from creditlib.decisions.release.limits import Limit as Told
from creditlib.decisions.release.limits import limits_in_force
from creditlib.errors import Finding
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.lists.events import append_events
from creditlib.facts.reading import Reading
from creditlib.facts.tables import EVENTS, among, build, days
from creditlib.record.standing import Limit, Pending, by_customer, every_limit, pending
from creditlib.record.store import Store


@dataclass(frozen=True, slots=True)
class RecordedLimits:
    """What a record says of limits at one moment, read once. place, head: of the store. limits: of each customer, in the order they were
    approved. open: the request for a limit that waits, by customer."""

    place: str
    head: str
    limits: Mapping[str, Sequence[Limit]]
    open: Mapping[str, Pending]


def limits_recorded(store: Store, on: date) -> RecordedLimits:
    """Return what a record says of limits. on: the day requests are told expired for. Raises: StoreError."""
    head = str(store.head())
    waiting = {one.customer: one for one in pending(store, on) if one.subject == "limit"}
    return RecordedLimits(store.place, head, by_customer(every_limit(store)), waiting)


def with_limits(reading: Reading, store: Store, on: date, home: str) -> Reading:
    """Return what was read with the limits of a record in the place of the book's, and findings that say which won.

    on: the day asked, for the findings. home: currency of limits of the book that name none. Raises: StoreError.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> reading = Reading(Book(), (), "open_items", (), (), None)
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     with_limits(reading, store, date(2026, 10, 31), "CNY").findings
    ()
    """
    return with_recorded(reading, limits_recorded(store, on), on, home)


def with_recorded(reading: Reading, record: RecordedLimits, on: date, home: str) -> Reading:
    """Return the same for a record that was read before."""
    given = [limit for limits in record.limits.values() for limit in limits]
    book = book_with(reading.book, given)
    findings = _told(reading.book, book, given, on, home, record.place)
    return replace(reading, book=book, findings=(*reading.findings, *findings))


def book_with(book: Book, given: Sequence[Limit]) -> Book:
    """Return a book whose limits of the customers named are those given, in the order they were approved.

    A limit ends the day before the next one of its customer begins, since a limit replaced never comes back; a limit the book tells, the
    day before the customer's first one by approval begins.

    >>> one = Limit("C1", 500_00, "CNY", date(2026, 1, 1), None, 1, 2, 3)
    >>> book_with(Book(), [one]).table("events")["event"].to_pylist()
    ['limit_set']
    """
    if not given:
        return book
    events = book.table("events")
    known = pa.array(sorted({limit.customer for limit in given}), pa.string())
    mine = pc.and_(
        pa.array(among(events["event"], ["limit_set"])), pc.is_in(events["customer"].cast(pa.string()), value_set=known)
    )
    kept = _until_approved(events, pc.fill_null(mine, False), by_customer(given))
    rows = [row for _, limits in sorted(by_customer(given).items()) for row in _rows(limits)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    added = build(EVENTS, {"id": list(range(len(rows))), **columns}, len(rows))
    return append_events(replace(book, events=kept), added)


def _until_approved(events: pa.Table, mine: pa.Array, given: Mapping[str, Sequence[Limit]]) -> pa.Table:
    """Return events whose limits of these customers end before the first limit by approval begins; one that never began before has no row."""
    names = sorted(given)
    before = np.array([day_number(min(limit.from_on for limit in given[name])) - 1 for name in names], np.int32)
    place = pc.index_in(events["customer"].cast(pa.string()), value_set=pa.array(names, pa.string()))
    own, last = mine.to_numpy(zero_copy_only=False), before[pc.fill_null(place, 0).to_numpy()]
    until, on = days(events["until"]), days(events["on"])
    until = np.where(own, np.where(until == NO_DAY, last, np.minimum(until, last)), until)
    column = pa.array(until, pa.int32(), mask=until == NO_DAY).cast(pa.date32())
    at = events.schema.get_field_index("until")
    return events.set_column(at, events.schema.field(at), column).filter(
        pa.array(~own | ((on != NO_DAY) & (on <= until)))
    )


def _rows(limits: Sequence[Limit]) -> list[dict[str, object]]:
    """A customer's limits as rows of `events`; one that never began before a later one did has no row."""
    rows = []
    for place, limit in enumerate(limits):
        last, later = limit.until_on, limits[place + 1 :]
        if later:
            before = min(after.from_on for after in later) - timedelta(days=1)
            last = before if last is None else min(last, before)
            if last < limit.from_on:
                continue
        rows.append(
            {
                "on": limit.from_on, "known_on": limit.from_on, "customer": limit.customer, "event": "limit_set", "currency": limit.currency,
                "amount_minor": limit.amount_minor, "until": last, "document": f"request {limit.request}",
            }
        )  # fmt: skip
    return rows


def _told(before: Book, after: Book, given: Sequence[Limit], on: date, home: str, place: str) -> list[Finding]:
    """Return a finding for each customer whose limits differ, and one for all that stand in the book alone."""
    told, now = limits_in_force(before, on, home), limits_in_force(after, on, home)
    known = {limit.customer for limit in given}
    found = []
    for customer in sorted(known & told.keys()):
        book, record = told[customer], now.get(customer)
        if _same(book, record):
            continue
        found.append(
            CHECKS["limit-record-wins"].finding(place, customer=customer, book=_shown(book), record=_shown(record))
        )
    alone = sorted(customer for customer, limit in told.items() if customer not in known and limit is not None)
    if alone:
        found.append(CHECKS["limit-not-approved"].finding(place, count=len(alone), customer=alone[0]))
    return found


def won(findings: Sequence[Finding], customer: str) -> tuple[Finding, ...]:
    """Return the findings that say of this customer that the record's limit holds, not the book's."""
    return tuple(f for f in findings if f.check == "limit-record-wins" and f.en.startswith(f"{customer}: "))


def _same(one: Told | None, other: Told | None) -> bool:
    return (one and one[:2]) == (other and other[:2])


def _shown(limit: Told | None) -> tuple[str, str]:
    if limit is None:
        return "none in force", "无有效额度"
    shown = f"{money.text(limit.minor, limit.currency)} {limit.currency}"
    return shown, shown
