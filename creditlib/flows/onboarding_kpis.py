"""How onboarding works out: days from application to decision, by person and month, and what the first year with new customers cost.

What must stay true: a decision of the record counts from the application that led to it, else from the request; what waits is told, never
left out; the rate of a cohort is that of the measure, held against the policy's value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from creditlib.days import parse_iso
from creditlib.facts.book import Book
from creditlib.measures.onboarding import APPLICATION, application_days, first_year_losses
from creditlib.policy import Policy
from creditlib.record.looking import rows_of
from creditlib.record.store import Store


@dataclass(frozen=True, slots=True)
class Decided:
    """A first limit decided. applied_on: the application, else the request. person: who ended it. entry: number of that entry."""

    customer: str
    applied_on: date
    decided_on: date
    outcome: str
    person: str
    entry: int

    @property
    def days(self) -> int:
        """Days from application to decision."""
        return (self.decided_on - self.applied_on).days


@dataclass(frozen=True, slots=True)
class Group:
    """Decisions of one month or person. name: as 2026-11, or the person; None: all. median: None without decisions."""

    name: str | None
    decisions: int
    median: float | None
    most: int | None


@dataclass(frozen=True)
class Onboarding:
    """total, by_month, by_person: of the decisions. waiting: first requests nobody has decided. book_median, book_decided, book_waiting: of
    applications and limits a book tells, None without one. cohorts: rows of `measures.onboarding.first_year_losses`, with `met`, None while
    the year is not over. kpi: share the policy allows. unmatched_provisions: events that name no document of the ledger."""

    as_of: date
    decided: tuple[Decided, ...]
    total: Group
    by_month: tuple[Group, ...]
    by_person: tuple[Group, ...]
    waiting: int
    book_median: float | None
    book_decided: int
    book_waiting: int
    cohorts: tuple[dict[str, Any], ...]
    kpi: float
    unmatched_provisions: int


def onboarding_kpis(policy: Policy, as_of: date, *, store: Store | None = None, book: Book | None = None) -> Onboarding:
    """Return the figures of onboarding up to a day. store: whose decisions count. book: applications, limits, sales, write-offs; only a
    complete one has cohorts.

    Raises: StoreError.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.policy import load_policy
    >>> made = onboarding_kpis(load_policy(), SAMPLE_END, book=sample_book())
    >>> made.book_decided > 0, len(made.cohorts) > 0
    (True, True)
    """
    decided, waiting = ((), 0) if store is None else first_decisions(store, as_of, book)
    told = None if book is None else application_days(book, as_of)
    kpi = float(policy.at(as_of)["onboarding.bad_debt_kpi"])
    cohorts: list[dict[str, Any]] = []
    unmatched = 0
    if book is not None and book.complete and book.rows("documents"):
        figures = first_year_losses(book, as_of)
        unmatched = figures.values["unmatched_provisions"]
        cohorts = [{**row, "met": _met(row, kpi)} for row in figures.rows()]
    return Onboarding(
        as_of, decided, _group(None, decided), _groups(decided, lambda one: one.decided_on.isoformat()[:7]),
        _groups(decided, lambda one: one.person), waiting, told.median if told else None, told.decided if told else 0,
        told.waiting if told else 0, tuple(cohorts), kpi, unmatched,
    )  # fmt: skip


def first_decisions(store: Store, as_of: date, book: Book | None = None) -> tuple[tuple[Decided, ...], int]:
    """Return the decisions on each customer's first limit by a day, in their order, and how many first requests wait.

    A request that was withdrawn or expired is no decision: the next one continues it. An application is an event of the record, or of the
    book, on the day of the first request or before.
    """
    ends = {row["request"]: row for row in rows_of(store, "ends")}
    applied = _applications(store, book)
    last = as_of.isoformat()
    found: dict[str, Decided] = {}
    open_: dict[str, date] = {}
    for row in rows_of(store, "requests", thing="limit"):
        customer, asked = row["customer"], row["at"][:10]
        if asked > last or customer in found:
            continue
        begun = open_.setdefault(customer, _begun(applied.get(customer, ()), parse_iso(asked)))
        end = ends.get(row["seq"])
        if end is not None and end["at"][:10] <= last and end["outcome"] in ("approved", "rejected"):
            found[customer] = Decided(customer, begun, parse_iso(end["at"][:10]), end["outcome"], end["by"], end["seq"])
    return tuple(sorted(found.values(), key=lambda one: one.entry)), len(open_.keys() - found.keys())


def _applications(store: Store, book: Book | None) -> dict[str, list[date]]:
    found: dict[str, list[date]] = defaultdict(list)
    for row in rows_of(store, "events", event=APPLICATION):
        found[row["customer"]].append(parse_iso(row["on"]))
    if book is not None:
        for row in book.columns("events", ["customer", "event", "on"]).to_pylist():
            if row["event"] == APPLICATION:
                found[row["customer"]].append(row["on"])
    return found


def _begun(applications: Sequence[date], asked: date) -> date:
    return min((on for on in applications if on <= asked), default=asked)


def _met(row: dict[str, Any], kpi: float) -> bool | None:
    share = row["loss_share"]
    if share is None or (not row["complete"] and share <= kpi):
        return None
    return bool(share <= kpi)


def _groups(decided: Sequence[Decided], key: Any) -> tuple[Group, ...]:
    by: dict[str, list[Decided]] = defaultdict(list)
    for one in decided:
        by[key(one)].append(one)
    return tuple(_group(name, held) for name, held in sorted(by.items()))


def _group(name: str | None, decided: Sequence[Decided]) -> Group:
    taken = [one.days for one in decided]
    return Group(name, len(taken), float(median(taken)) if taken else None, max(taken, default=None))
