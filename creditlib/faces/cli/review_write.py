"""The workbooks of a review: customer file and committee memo, the latter with a request of the record.

What must stay true: a workbook is written whole or not at all; a memo never tells a request of another customer.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditlib.errors import Lang
from creditlib.faces.cli import common as c
from creditlib.faces.cli import store as s

if TYPE_CHECKING:
    from creditlib.flows.minutes import RequestFacts
    from creditlib.flows.reviewing import Review


def facts_of(number: int, customer: str, store: str | None) -> RequestFacts:
    """Return the request a memo tells of. Raises: UsageError when it is another customer's."""
    from creditlib.flows.minutes import request_facts

    with s.open_there(store) as there:
        facts = request_facts(there, number)
    if facts.customer != customer:
        raise c.usage("record.error.other_customer", number=number, own=facts.customer, customer=customer)
    return facts


def write(
    made: Review, out: str | None, memo: str | None, lang: Lang, force: bool, facts: RequestFacts | None = None
) -> None:
    """Write the customer file and the memo, each where a path is given."""
    if out is not None:
        from creditlib.faces.customer_file import write_customer_file

        write_customer_file(made, Path(out), lang=lang, force=force)
    if memo is not None:
        from creditlib.faces.committee_memo import write_committee_memo

        write_committee_memo(made, Path(memo), lang=lang, force=force, asked=facts)
