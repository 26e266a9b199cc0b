"""What is due for review on a day: limits, credit files, the policy itself.

What must stay true: a limit is due when it has stood as long as the policy lets it, whoever set it; ages of credit files are those every
review shows; nothing is due twice for one reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from creditlib.days import add_months, parse_iso
from creditlib.decisions.release.limits import limits_ended
from creditlib.facts.staleness import parts as file_parts
from creditlib.flows.assess import Assessment
from creditlib.flows.review import FILE_MONTHS
from creditlib.policy import Policy

Why = Literal["limit_review", "limit_ended", "limit_ends", "part_stale", "part_expired", "policy_review"]


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to review. due_on: the day it was or will be due. customer: None for the policy. part: of the credit file. amount_minor,
    currency: of the limit. proposed_minor: what the policy proposes now, in the currency of the customer's own figures."""

    why: Why
    due_on: date
    customer: str | None = None
    part: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    proposed_minor: int | None = None
    proposed_currency: str | None = None


def due_reviews(whole: Assessment, *, ahead_days: int = 0) -> tuple[Due, ...]:
    """Return what is due by the day of an assessment, the longest due first. ahead_days: also what will be due within so many days.

    Limits come from the book, or from the record where it was read with one. Credit files count of customers who owe something or have a
    limit in force.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> {due.why for due in due_reviews(assess(sample_book(), load_policy(), SAMPLE_END))} >= {"limit_review", "part_stale"}
    True
    """
    last = whole.as_of + timedelta(days=ahead_days)
    found = [*_limits(whole, last), *_files(whole, last), *_policy(whole.policy, whole.as_of, last)]
    return tuple(sorted(found, key=lambda due: (due.due_on, due.customer or "", due.why, due.part or "")))


def _limits(whole: Assessment, last: date) -> list[Due]:
    months = whole.values["limit.review_months"]
    table = whole.table.table
    names = ("customer", "limit_minor", "currency")
    proposed = {row["customer"]: row for row in table.select(names).to_pylist()}
    ends = _ends(whole)
    found = []
    for customer, limit in whole.limits_set.items():
        if limit is None:
            continue
        now = proposed.get(customer, {})
        told = {
            "customer": customer, "amount_minor": limit.minor, "currency": limit.currency, "proposed_minor": now.get("limit_minor"),
            "proposed_currency": now.get("currency"),
        }  # fmt: skip
        if limit.on is not None and (due := add_months(limit.on, months) + timedelta(days=1)) <= last:
            found.append(Due("limit_review", due, **told))
        if (end := ends.get(customer)) is not None and end <= last:
            found.append(Due("limit_ends", end, **told))
    for customer, ended in limits_ended(whole.book, whole.as_of).items():
        now = proposed.get(customer, {})
        found.append(
            Due(
                "limit_ended", ended, customer, proposed_minor=now.get("limit_minor"), proposed_currency=now.get("currency")
            )
        )  # fmt: skip
    return found


def _ends(whole: Assessment) -> dict[str, date]:
    """The last day of the limit in force of each customer that has one."""
    told = whole.book.columns("events", ["customer", "event", "on", "until"]).to_pylist()
    every = [r for r in told if r["event"] == "limit_set"]
    rows = [r for r in every if r["on"] <= whole.as_of and (r["until"] is None or r["until"] >= whole.as_of)]
    newest = {r["customer"]: r["until"] for r in sorted(rows, key=lambda r: r["on"])}
    begins = {(r["customer"], r["on"]) for r in every}
    return {
        customer: until
        for customer, until in newest.items()
        if until is not None
        and (customer, until + timedelta(days=1)) not in begins  # one that is followed does not end
    }


def _files(whole: Assessment, last: date) -> list[Due]:
    months = {part: whole.values[name] for part, name in FILE_MONTHS.items()}
    owing = whole.table.table.filter(pc.greater(whole.table.table["exposure_minor"], 0))["customer"].cast(pa.string())
    live = {*owing.to_pylist(), *(name for name, limit in whole.limits_set.items() if limit is not None)}
    found = []
    for row in file_parts(whole.book, last, months=months).to_pylist():
        if row["customer"] not in live:
            continue
        if row["state"] == "stale":
            due = add_months(row["latest_on"], months[row["part"]]) + timedelta(days=1)
            found.append(Due("part_stale", due, row["customer"], row["part"]))
        elif row["state"] == "expired":
            found.append(Due("part_expired", row["until_on"], row["customer"], row["part"]))
    return found


def _policy(policy: Policy, as_of: date, last: date) -> list[Due]:
    by = parse_iso(policy.at(as_of)["policy.review_by"])
    return [Due("policy_review", by)] if by <= last else []
