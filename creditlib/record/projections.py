"""What each kind of entry shows in the tables: pure functions, entry → rows.

What must stay true: a row depends on its entry alone, never on the clock, the tables or the entries before; so the tables can be thrown
away and made again, and `verify` can compare.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from creditlib.record.canonical import canonical
from creditlib.record.entry import Entry

Rows = list[tuple[str, dict[str, Any]]]
"""(table, row) pairs; no entry makes two rows of one table."""
Project = Callable[[Entry], Rows]


def nothing(entry: Entry) -> Rows:
    """Return no rows: the entry stands in the journal alone."""
    return []


def plain(table: str, *names: str, by: str | None = None, lists: tuple[str, ...] = ()) -> Project:
    """Return the projection to one row of the body's fields.

    names: columns that hold the fields of the same name, null where the body has none. by: the column that holds who wrote the entry.
    lists: columns of canonical JSON.
    """

    def project(entry: Entry) -> Rows:
        body = entry.body
        row: dict[str, Any] = {"seq": entry.seq, "at": entry.at}
        for name in names:
            row[name] = body.get(name)
        for name in lists:
            held = body.get(name)
            row[name] = None if held is None else canonical(held)
        if by:
            row[by] = entry.actor
        return [(table, row)]

    return project


def made(entry: Entry) -> Rows:
    """Return the first role of a store: who makes it is an analyst."""
    return [_role(entry, entry.actor, "analyst", 1)]


def role(entry: Entry) -> Rows:
    """Return the round of a role given or taken: an odd round gives."""
    return [_role(entry, entry.body["person"], entry.body["role"], entry.body["round"])]


def _role(entry: Entry, person: str, name: str, round_: int) -> tuple[str, dict[str, Any]]:
    row = {
        "seq": entry.seq,
        "at": entry.at,
        "person": person,
        "role": name,
        "round": round_,
        "given": round_ % 2,
        "by": entry.actor,
    }
    return "credit_roles", row


def request(entry: Entry) -> Rows:
    """Return what was asked for, and by whom."""
    body, lists = entry.body, canonical(entry.body.get("exceptions", []))
    names = (
        "customer", "subject", "round", "thing", "amount_minor", "currency", "from_on", "until_on", "proposed_minor",
        "own_risk_minor", "home", "grade", "role", "quorum", "expires_on", "reason", "policy",
    )  # fmt: skip
    row = {"seq": entry.seq, "at": entry.at, "maker": entry.actor, "exceptions": lists} | {
        name: body.get(name) for name in names
    }
    return [("credit_requests", row)]


def vote(entry: Entry) -> Rows:
    """Return a person's vote; where it ends the request, that end; and the limit it puts in force."""
    body, seq = entry.body, entry.seq
    rows: Rows = [
        (
            "credit_votes",
            {
                "seq": seq, "at": entry.at, "request": body["request"], "maker": body["maker"], "person": entry.actor, "role": body["role"],
                "vote": body["vote"], "override": int(body["override"]), "reason": body["reason"],
            },
        )
    ]  # fmt: skip
    if "outcome" in body:
        rows.append(_end(entry, body["outcome"]))
    if "step" in body:
        names = ("customer", "step", "request", "amount_minor", "currency", "from_on", "until_on")
        rows.append(("credit_limits", {"seq": seq, "at": entry.at} | {name: body.get(name) for name in names}))
    return rows


def withdrawn(entry: Entry) -> Rows:
    """Return the end of a request its maker took back."""
    return [_end(entry, "withdrawn")]


def expired(entry: Entry) -> Rows:
    """Return the end of a request nobody decided in time."""
    return [_end(entry, "expired")]


def _end(entry: Entry, outcome: str) -> tuple[str, dict[str, Any]]:
    return "credit_ends", {
        "seq": entry.seq,
        "at": entry.at,
        "request": entry.body["request"],
        "outcome": outcome,
        "by": entry.actor,
    }
