"""What the record says of a customer's limit: the one approved, who decided it, what waits.

What must stay true: the amount is the one its approval put in force; where there is none the cell is not known, never 0; it is answered
without a book too, since the record knows customers that no longer stand in a ledger.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.wording import say

from ..answers import major, measure_of, standing
from ..desk import Desk
from ..sources import Code
from ..udf import Day, because, cell
from ..values import not_known, wrong
from .book import Customer


@cell("number", "book", each=True)
def CREDITAPPROVED(desk: Desk, customer: Customer, as_of: Day = None) -> Any:
    """Return a customer's limit by its approval in the record, in its currency."""
    if not isinstance(customer, Code):
        wrong("need_code", argument="customer")
    if desk.settings.book is not None and desk.answers(as_of).has(customer.text):
        found = desk.answers(as_of).get(customer.text, measure_of("approved_limit"))
    else:
        said = standing(desk.record, customer.text, _day(desk, as_of))
        found = None if said["approved_minor"] is None else major(said["approved_minor"], said["approved_currency"])
    if found is None:
        raise not_known("no_approved", customer=customer.text, **_around(desk, customer.text, _day(desk, as_of)))
    return found


def _day(desk: Desk, asked: date | None) -> date:
    """Return the day the record is asked about."""
    return asked or desk.settings.as_of or datetime.now(UTC).date()


@because("CREDITAPPROVED")
def _why_approved(lang: Lang, desk: Desk, customer: Any, as_of: Any = None) -> str:
    from creditlib.record.standing import in_force

    day, record = _day(desk, as_of), desk.record
    limit = None if record is None else in_force(record.limits.get(customer.text, ()), day)
    if limit is None:
        raise not_known("no_approved", customer=customer.text, **_around(desk, customer.text, day))
    last = "approved_open" if limit.until_on is None else "approved_last"
    around = _around(desk, customer.text, day)
    around["more"] = around["more"][lang == "zh"]
    return say(
        "cells.why.approved", lang, amount=money.text(limit.amount_minor, limit.currency), currency=limit.currency, request=limit.request,
        entry=limit.seq, first=limit.from_on, last=say(f"cells.why.{last}", lang, day=limit.until_on), step=limit.step, **around,
    )  # fmt: skip


def _around(desk: Desk, customer: str, day: date) -> dict[str, Any]:
    """Return what is told beside an approved limit: the next one, the request that waits, the record. Raises: NotKnown without a record."""
    record = desk.record
    if record is None:
        raise not_known("no_record")
    after = next((limit for limit in record.limits.get(customer, ()) if limit.from_on > day), None)
    waits = record.open.get(customer)

    def more(lang: Lang) -> str:
        told = ""
        if after is not None:
            shown = money.text(after.amount_minor, after.currency)
            told += say("cells.why.approved_next", lang, first=after.from_on, amount=shown, currency=after.currency, request=after.request)  # fmt: skip
        if waits is not None and waits.amount_minor is not None and waits.currency is not None:
            shown = money.text(waits.amount_minor, waits.currency)
            told += say("cells.why.approved_waits", lang, request=waits.seq, amount=shown, currency=waits.currency, until=waits.expires_on)  # fmt: skip
        return told

    return {"more": (more("en"), more("zh")), "as_of": day, "place": record.place, "head": record.head}
