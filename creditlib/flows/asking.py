"""Asking for a limit from a review: what the record needs to know, taken from the assessment.

What must stay true: a request carries the figures of the assessment it was made from, and the hash of the file it stands on; what departs
from the policy is told by the figures themselves, not by who asks; nothing here decides who may approve: the record does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from creditlib.days import parse_iso
from creditlib.decisions.limit.asked import own_after
from creditlib.decisions.limit.caps import Capacity
from creditlib.decisions.limit.exchange import Exchange
from creditlib.errors import UsageError
from creditlib.flows.assess import Assessment
from creditlib.flows.evidence import Version, evidence, file_in
from creditlib.flows.review import review
from creditlib.flows.reviewing import Review
from creditlib.record.approvals import Ask, all_exceptions, ask_in
from creditlib.record.entry import Entry
from creditlib.record.matrix import Needs, needs
from creditlib.record.standing import by_customer, in_force, limit_of_row
from creditlib.record.store import Store
from creditlib.record.tables import ENDS, LIMITS, REQUESTS

Promised = Mapping[str, Sequence[tuple[int, str]]]
"""Limits by customer: (minor units, currency)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was written. entry: of the journal, its number names the request. file: the version of the credit file it stands on.
    asked: what was asked for."""

    entry: Entry
    file: Version
    asked: Ask


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for beside what the review says. amount_minor, in the currency of the review; None: what the policy proposes.
    from_on: None: the day of the approval. until_on: None: until another follows. exceptions: beside those the figures show."""

    reason: str
    amount_minor: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    exceptions: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What a request would show if it were made now. exceptions: those the record would write, more than proposed among them. needs: who
    would decide."""

    asked: Ask
    exceptions: tuple[str, ...]
    needs: Needs


def before_asking(store: Store, whole: Assessment, made: Review, wish: Wish) -> Before:
    """Return what a wish would show as a request made now, by the figures and the matrix it would be written with. Nothing is written.

    Raises: UsageError as `asking`; StoreError.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> whole = assess(sample_book(), load_policy(), SAMPLE_END)
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     before_asking(store, whole, review(whole, "C-7003"), Wish("season", 10**12)).exceptions[0]
    'above_proposal'
    """
    on = store.clock().date()
    with store.reading() as connection:
        promised = _promised(whole, made, on, lambda query: connection.execute(query).all())
    asked, values = asking(whole, made, wish, promised), whole.policy.at(on)
    exceptions = tuple(all_exceptions(asked, values))
    return Before(asked, exceptions, needs(values, asked.own_risk_minor, asked.grade, exceptions))


def request_limit(store: Store, whole: Assessment, customer: str, wish: Wish, *, sources: Sequence[str] = ()) -> Asked:
    """Write the version of the credit file and the request for a limit that stands on it, both or neither.

    sources: files the book was read from. Raises: UsageError: nobody knows the customer, no amount is given and none proposed, a reason
    or exception the policy does not list; RefusedError: a request is open already, or the person may not; StoreError.

    >>> import tempfile
    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.store import open_store
    >>> whole = assess(sample_book(), load_policy(), SAMPLE_END)
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     done = request_limit(store, whole, "C-7003", Wish("yearly_review", 3_000_00))
    >>> done.entry.body["customer"], done.file.version, done.asked.amount_minor
    ('C-7003', 1, 300000)
    """
    made = review(whole, customer)
    found = evidence(whole, made, sources)
    with store.writing() as turn:
        promised = _promised(whole, made, parse_iso(turn.today), turn.rows)
        asked = replace(asking(whole, made, wish, promised), file=found.digest)
        file = file_in(turn, found, made)
        return Asked(ask_in(turn, asked, whole.policy), file, asked)


def _promised(whole: Assessment, made: Review, on: date, rows: Callable[[Any], Sequence[Any]]) -> Promised:
    """Return what the record has promised the other members of a customer's group: limits in force or to come, and limits asked for."""
    table = whole.limits.table.select(["customer", "group"])
    at = pc.index(table["customer"].cast(pa.string()), made.customer).as_py()
    group = table.filter(pc.equal(table["group"], table["group"][at])) if at >= 0 else table.slice(0, 0)
    members = [name for name in group["customer"].cast(pa.string()).to_pylist() if name != made.customer]
    found: dict[str, list[tuple[int, str]]] = {}
    if not members:
        return found
    query = select(LIMITS).where(LIMITS.c.customer.in_(members)).order_by(LIMITS.c.customer, LIMITS.c.step)
    for name, limits in by_customer(map(limit_of_row, rows(query))).items():
        now = in_force(limits, on)
        counted = [limit for limit in limits if limit is now or limit.from_on > on]
        found[name] = [(limit.amount_minor, limit.currency) for limit in counted]
    open_ones = select(REQUESTS).outerjoin(ENDS, ENDS.c.request == REQUESTS.c.seq).where(ENDS.c.seq.is_(None))
    for row in rows(open_ones.where(REQUESTS.c.thing == "limit", REQUESTS.c.customer.in_(members))):
        found.setdefault(row.customer, []).append((row.amount_minor, row.currency))
    return found


def asking(whole: Assessment, made: Review, wish: Wish, promised: Promised = MappingProxyType({})) -> Ask:
    """Return what a wish asks for by the figures of a review: own funds of the group after it, grade, exceptions. Nothing is written.

    promised: limits the record gives or is asked for, by member of the group, beside those the book tells. Raises: UsageError when no amount is given and none is proposed.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> whole = assess(sample_book(), load_policy(), SAMPLE_END)
    >>> made = review(whole, "C-7003")
    >>> asking(whole, made, Wish("yearly_review")).amount_minor == made.limit.limit_minor
    True
    """
    amount = made.limit.limit_minor if wish.amount_minor is None else wish.amount_minor
    if amount is None:
        raise UsageError(
            f"{made.customer}: the policy proposes no limit, so there is no amount to ask for. Give one: --amount. [no-proposal]",
            f"{made.customer}：政策未提出建议额度，没有可申请的金额。请给出：--amount。[no-proposal]",
        )
    own = own_risk_after(whole, made, amount, promised)
    return Ask(
        made.customer, wish.reason, amount_minor=amount, currency=made.currency, from_on=wish.from_on, until_on=wish.until_on,
        proposed_minor=made.limit.limit_minor, own_risk_minor=own, grade=made.score.grade,
        exceptions=tuple(sorted({*wish.exceptions, *exceptions_of(whole, made, amount, own)})), text=wish.text,
    )  # fmt: skip


def own_risk_after(
    whole: Assessment, made: Review, amount_minor: int, promised: Promised = MappingProxyType({})
) -> int | None:
    """Return own funds at risk on the customer's group with a limit of this amount, minor units of the home currency; None: not known."""
    home = whole.values["home.currency"]
    exchange = Exchange(whole.ground.rates, whole.ground.report or home)
    others = {name: [(limit.minor, limit.currency)] for name, limit in whole.limits_set.items() if limit is not None}
    for name, amounts in promised.items():
        others.setdefault(name, []).extend(amounts)
    asked = amount_minor, made.currency
    return own_after(whole.limits, whole.limit_inputs, made.customer, asked, others, exchange, home)


def exceptions_of(whole: Assessment, made: Review, amount_minor: int, own_minor: int | None) -> tuple[str, ...]:
    """Return what of a limit departs from the policy, words of its list; one the policy does not list is none. More than the policy proposes
    is told by the record itself. A limit of 0 departs from nothing."""
    if not amount_minor:
        return ()
    capacity: Capacity = whole.limits.values["capacity"]
    cap = made.limit.figures["grade_cap_minor"]
    found = {
        "hard_stop": made.score.outcome == "stop",
        "no_score": made.score.outcome == "refer",
        "stale_file": any(part.state == "stale" for part in made.parts),
        "over_cap": cap is not None and amount_minor > max(cap, made.limit.limit_minor or 0),
        "over_capacity": capacity.minor is not None and own_minor is not None and own_minor > capacity.minor,
    }
    listed = whole.values["approval.exceptions"]
    return tuple(word for word, departs in found.items() if departs and word in listed)
