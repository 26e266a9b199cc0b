"""What stands in the record on a day: open requests, limits in force, a customer's history of limits.

What must stay true: read from the tables alone; one limit or none is in force for a customer on a day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from creditlib.days import parse_iso
from creditlib.record.store import Store
from creditlib.record.tables import ENDS, LIMITS, REQUESTS, VOTES


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that is not decided. seq: its number. needs_role, quorum: who must agree, and how many. agreed: who has. expired: its time is
    over on the day asked, so that it can't be approved any more. Amounts are minor units."""  # fmt: skip

    seq: int
    customer: str
    subject: str
    maker: str
    amount_minor: int | None
    currency: str | None
    proposed_minor: int | None
    own_risk_minor: int | None
    home: str | None
    grade: str | None
    exceptions: tuple[str, ...]
    needs_role: str
    quorum: int
    agreed: tuple[str, ...]
    expires_on: date
    expired: bool
    reason: str
    policy: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit by its approval. seq: of the deciding entry. request: that asked for it. step: 1 for the customer's first. Minor units."""

    customer: str
    amount_minor: int
    currency: str
    from_on: date
    until_on: date | None
    step: int
    request: int
    seq: int


def pending(store: Store, on: date, *, customer: str | None = None) -> tuple[Pending, ...]:
    """Return the requests nobody has ended, the oldest first. on: the day asked. Raises: StoreError.

    >>> import tempfile
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.approvals import Ask, ask
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     _ = ask(store, Ask("C-014", "season", amount_minor=100, currency="CNY"), load_policy())
    ...     [(one.seq, one.customer, one.expired) for one in pending(store, date(2026, 11, 30))]
    [(2, 'C-014', False)]
    """
    query = select(REQUESTS).outerjoin(ENDS, ENDS.c.request == REQUESTS.c.seq).where(ENDS.c.seq.is_(None))
    if customer is not None:
        query = query.where(REQUESTS.c.customer == customer)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(REQUESTS.c.seq)).all()
        first = min((row.seq for row in rows), default=0)  # votes on older requests are no longer asked about
        agreeing = select(VOTES.c.request, VOTES.c.person).where(VOTES.c.vote == "approve", VOTES.c.request >= first)
        votes = connection.execute(agreeing).all() if rows else []
    agreed: dict[int, list[str]] = {}
    for request, person in votes:
        agreed.setdefault(request, []).append(person)
    return tuple(
        Pending(
            row.seq, row.customer, row.subject, row.maker, row.amount_minor, row.currency, row.proposed_minor, row.own_risk_minor,
            row.home, row.grade, tuple(json.loads(row.exceptions)), row.role, row.quorum, tuple(agreed.get(row.seq, ())),
            parse_iso(row.expires_on), row.expires_on < on.isoformat(), row.reason, row.policy,
        )
        for row in rows
    )  # fmt: skip


def in_force(history: Iterable[Limit], on: date) -> Limit | None:
    """Return which of a customer's limits, the first one first, is in force on a day: the newest that has begun, unless it has ended.

    >>> first = Limit("C1", 500_00, "CNY", date(2026, 1, 1), None, 1, 2, 3)
    >>> second = Limit("C1", 200_00, "CNY", date(2026, 6, 1), date(2026, 6, 30), 2, 4, 5)
    >>> [limit and limit.step for limit in (in_force([first, second], date(2026, month, 15)) for month in (5, 6, 7))]
    [1, 2, None]
    """
    newest = None
    for limit in history:
        if limit.from_on <= on:
            newest = limit
    return newest if newest is not None and (newest.until_on is None or newest.until_on >= on) else None


def limit_on(store: Store, customer: str, on: date) -> Limit | None:
    """Return the limit in force for a customer on a day, None where there is none: not set, or ended. Raises: StoreError."""
    return in_force(limit_history(store, customer), on)


def limits_on(store: Store, on: date) -> dict[str, Limit]:
    """Return the limits in force on a day by customer. Raises: StoreError.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     limits_on(store, date(2026, 11, 30))
    {}
    """
    found = {name: in_force(history, on) for name, history in by_customer(every_limit(store)).items()}
    return {name: limit for name, limit in found.items() if limit is not None}


def by_customer(limits: Iterable[Limit]) -> dict[str, list[Limit]]:
    """Return limits by their customer, in the order given."""
    found: dict[str, list[Limit]] = {}
    for limit in limits:
        found.setdefault(limit.customer, []).append(limit)
    return found


def limit_history(store: Store, customer: str) -> tuple[Limit, ...]:
    """Return every limit a customer was given, the first one first. Raises: StoreError.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     limit_history(store, "C-014")
    ()
    """
    with store.reading() as connection:
        rows = connection.execute(select(LIMITS).where(LIMITS.c.customer == customer).order_by(LIMITS.c.step)).all()
    return tuple(map(limit_of_row, rows))


def every_limit(store: Store) -> tuple[Limit, ...]:
    """Return every limit of every customer, by customer and step. Raises: StoreError."""
    with store.reading() as connection:
        rows = connection.execute(select(LIMITS).order_by(LIMITS.c.customer, LIMITS.c.step)).all()
    return tuple(map(limit_of_row, rows))


def newest_limit(store: Store) -> int:
    """Return the number of the entry that put the newest limit in force, 0 without one: other than before, other limits hold. Raises: StoreError."""
    with store.reading() as connection:
        return int(connection.execute(select(func.max(LIMITS.c.seq))).scalar() or 0)


def limit_of_row(row: Row[Any]) -> Limit:
    """Return a limit from its row."""
    return Limit(
        row.customer, row.amount_minor, row.currency, parse_iso(row.from_on), row.until_on and parse_iso(row.until_on),
        row.step, row.request, row.seq,
    )  # fmt: skip
