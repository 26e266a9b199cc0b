"""What the commands of the record share: which store, which policy, how a request and a limit are told.

What must stay true: the store is the one given by --store, else CREDIT_STORE, else the user's own file; the library of the database is
loaded only when a store is opened.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditlib import money
from creditlib.days import parse_iso
from creditlib.errors import Lang, UsageError
from creditlib.faces.cli import common as c
from creditlib.faces.cli import show
from creditlib.faces.record_words import amount, exceptions_told, needs_told, subject_told
from creditlib.faces.wording import say
from creditlib.money import exponent

if TYPE_CHECKING:
    from rich.console import Console

    from creditlib.record.standing import Limit, Pending
    from creditlib.record.store import Store

StoreOption = Annotated[
    str | None,
    typer.Option("--store", metavar="FILE|URL", help="The record; else CREDIT_STORE, else your own file."),
]
StoreBeside = Annotated[
    str | None,
    typer.Option("--store", metavar="FILE|URL", help="Take limits from this record; else from CREDIT_STORE, if set."),
]
Reason = Annotated[
    str,
    typer.Option(
        "--reason", metavar="CODE", help="A reason of the policy's list, by code or in words: yearly_review, 年度复审."
    ),
]
Text = Annotated[str | None, typer.Option("--text", metavar="TEXT", help="What is to be said about it.")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="Day, YYYY-MM-DD; without it today.")]


def given(option: str | None) -> str | None:
    """Return the store somebody named, None where nobody did: reading commands then look at none."""
    return option or os.environ.get("CREDIT_STORE") or None


def open_there(option: str | None) -> Store:
    """Open the store that is there. Raises: StoreError."""
    from creditlib.record.store import open_store

    return open_store(option, create=False)


def day(option: str | None) -> date:
    """Return a day given, else today, UTC as the record counts days."""
    return datetime.now(UTC).date() if option is None else parse_iso(option, "--on")


def plain(minor: int | None, currency: str | None) -> str | None:
    """Return an amount as a decimal string for JSON."""
    return None if minor is None or currency is None else money.plain(minor, currency)


def minor_of(option: str, text: str, currency: str) -> int:
    """Return an amount typed, in minor units. Raises: UsageError when it is none, below 0 or finer than the currency; CurrencyError."""
    from creditlib.facts.outside import typed_balance

    try:
        value = typed_balance(text)
    except UsageError:
        raise c.usage("record.error.amount", option=option, value=text) from None
    if value < 0 or (value * 10 ** exponent(currency)) % 1:
        raise c.usage("record.error.amount", option=option, value=text)
    return money.to_minor(value, currency)


def pending_table(out: Console, found: Sequence[Pending], lang: Lang) -> None:
    """Print open requests."""
    table = show.table(
        *((say(f"record.col.{name}", lang), how) for name, how in (
            ("number", "r"), ("customer", "l"), ("about", "l"), ("amount", "r"), ("proposed", "r"), ("grade", "l"), ("exceptions", "l"),
            ("by", "l"), ("decides", "l"), ("agreed", "l"), ("until", "l"),
        ))
    )  # fmt: skip
    for one in found:
        table.add_row(
            str(one.seq), one.customer, subject_told(one.subject, lang), amount(one.amount_minor, one.currency), amount(one.proposed_minor, one.currency),
            one.grade or "○", exceptions_told(one.exceptions, lang), one.maker, needs_told(one.needs_role, one.quorum, lang),
            " ".join(one.agreed) or "–", f"{one.expires_on}{' ▲' if one.expired else ''}",
        )  # fmt: skip
    show.put(out, table)


def limit_table(out: Console, found: Sequence[Limit], lang: Lang) -> None:
    """Print limits by their approval."""
    table = show.table(
        *((say(f"record.col.{name}", lang), how) for name, how in (
            ("customer", "l"), ("limit", "r"), ("from", "l"), ("until", "l"), ("step", "r"), ("request", "r"), ("entry", "r"),
        ))
    )  # fmt: skip
    for one in found:
        table.add_row(
            one.customer, amount(one.amount_minor, one.currency), str(one.from_on), str(one.until_on or "–"), str(one.step),
            str(one.request), str(one.seq),
        )  # fmt: skip
    show.put(out, table)


def pending_json(one: Pending) -> dict[str, Any]:
    """Return an open request."""
    return {
        "request": one.seq, "customer": one.customer, "subject": one.subject, "by": one.maker, "amount": plain(one.amount_minor, one.currency),
        "currency": one.currency, "proposed": plain(one.proposed_minor, one.currency), "own_risk": plain(one.own_risk_minor, one.home),
        "home": one.home, "grade": one.grade, "exceptions": list(one.exceptions), "role": one.needs_role, "quorum": one.quorum,
        "agreed": list(one.agreed), "expires_on": one.expires_on, "expired": one.expired, "reason": one.reason, "policy": one.policy,
    }  # fmt: skip


def limit_json(one: Limit) -> dict[str, Any]:
    """Return a limit by its approval."""
    return {
        "customer": one.customer, "limit": plain(one.amount_minor, one.currency), "currency": one.currency, "from_on": one.from_on,
        "until_on": one.until_on, "step": one.step, "request": one.request, "entry": one.seq,
    }  # fmt: skip
