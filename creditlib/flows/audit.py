"""What internal audit asks of a record: who went beyond the rules, what was decided too late, what nobody looks after any more.

What must stay true: read from the record alone, every line with the number of its entry; the chain is verified in the same report, since
a list of exceptions is worth nothing when rows can be missing; a rule the database itself enforces is still looked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from creditlib.days import add_months, parse_iso
from creditlib.policy import Policy
from creditlib.record.entry import Head
from creditlib.record.looking import rows_of
from creditlib.record.standing import every_limit
from creditlib.record.store import Store
from creditlib.record.verify import Verified, verify

Section = Literal[
    "over_limit_release", "limit_not_reviewed", "limit_ended", "request_expired", "override", "self_approval_tried", "approved_by_proposer",
    "refused",
]  # fmt: skip
SECTIONS: Final[tuple[Section, ...]] = (
    "over_limit_release", "limit_not_reviewed", "limit_ended", "request_expired", "override", "self_approval_tried", "approved_by_proposer",
    "refused",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One exception. on: the day of it. entry: number in the journal. person: whose doing. minor units in `currency`."""

    section: Section
    on: date
    entry: int
    person: str
    customer: str | None = None
    request: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Audit:
    """The exceptions of a period. found: by section, then day. by_person: section → person → how many. decided: approvals and refusals by
    all, so that overrides can be seen against them. verified: the chain and every table."""

    first: date | None
    last: date
    found: tuple[Exceptional, ...]
    by_person: Mapping[str, Mapping[str, int]]
    decided: Mapping[str, int]
    verified: Verified

    @property
    def clean(self) -> bool:
        """Whether there is nothing to ask about."""
        return not self.found and self.verified.good


def audit(store: Store, policy: Policy, last: date, first: date | None = None, head: Head | None = None) -> Audit:
    """Return the exceptions of a record from one day to another, both included. policy: whose review months hold. head: as in `verify`.

    What happened counts by the day it was written; limits not reviewed or ended are those of the last day. Raises: StoreError.

    >>> import tempfile
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     audit(store, load_policy(), date(2026, 12, 31)).clean
    True
    """
    votes = [row for row in rows_of(store, "votes") if _within(row, first, last)]
    requests = {row["seq"]: row for row in rows_of(store, "requests")}
    ends = {row["request"]: row for row in rows_of(store, "ends")}
    found = [
        *_releases(store, requests, ends, first, last), *_limits(store, policy, last), *_expired(requests, ends, first, last),
        *_votes(votes, requests), *_refusals(store, first, last),
    ]  # fmt: skip
    found.sort(key=lambda one: (SECTIONS.index(one.section), one.on, one.entry))
    return Audit(
        first, last, tuple(found), _counted(found, lambda one: one.section), dict(_count(row["person"] for row in votes)),
        verify(store, head),
    )  # fmt: skip


def _day(row: Mapping[str, Any]) -> date:
    return parse_iso(row["at"][:10])


def _within(row: Mapping[str, Any], first: date | None, last: date) -> bool:
    return (first is None or first <= _day(row)) and _day(row) <= last


def _releases(
    store: Store, requests: Mapping[int, Any], ends: Mapping[int, Any], first: date | None, last: date
) -> Iterable[Exceptional]:
    """Orders released above the limit. detail: approved where a request for just that order was, by its number."""
    for row in rows_of(store, "releases", outcome="release"):
        if not _within(row, first, last) or not (row["over_minor"] or 0) > 0:
            continue
        asked, end = requests.get(row["request"]), ends.get(row["request"])
        fits = asked is not None and (asked["customer"], asked["subject"]) == (
            row["customer"],
            f"release:{row['order']}",
        )
        approved = fits and end is not None and end["outcome"] == "approved" and end["seq"] < row["seq"]
        yield Exceptional(
            "over_limit_release", _day(row), row["seq"], row["by"], row["customer"], row["request"], row["over_minor"], row["currency"],
            f"{row['order']} {'approved' if approved else 'not approved'}",
        )  # fmt: skip


def _limits(store: Store, policy: Policy, last: date) -> Iterable[Exceptional]:
    """Limits in force that have stood too long, and those whose time is over with nothing in their place."""
    newest = {limit.customer: limit for limit in every_limit(store) if limit.from_on <= last}
    people = {row["seq"]: row["actor"] for row in rows_of(store, "limits")}
    months = policy.at(last)["limit.review_months"]
    for limit in newest.values():
        about = (people[limit.seq], limit.customer, limit.request, limit.amount_minor, limit.currency)
        if limit.until_on is not None and limit.until_on < last:
            yield Exceptional("limit_ended", limit.until_on, limit.seq, *about)
        elif (due := add_months(limit.from_on, months) + timedelta(days=1)) <= last:
            yield Exceptional("limit_not_reviewed", due, limit.seq, *about)


def _expired(
    requests: Mapping[int, Any], ends: Mapping[int, Any], first: date | None, last: date
) -> Iterable[Exceptional]:
    """Requests nobody decided in time, ended or still standing."""
    for seq, row in requests.items():
        end, over = ends.get(seq), parse_iso(row["expires_on"])
        if (end is None and over < last) or (end is not None and end["outcome"] == "expired"):
            on = over + timedelta(days=1)
            if on <= last and (first is None or first <= on):
                yield Exceptional(
                    "request_expired", on, seq, row["maker"], row["customer"], seq, row["amount_minor"], row["currency"], row["subject"]
                )  # fmt: skip


def _votes(votes: Iterable[Mapping[str, Any]], requests: Mapping[int, Any]) -> Iterable[Exceptional]:
    for row in votes:
        asked = requests.get(row["request"], {})
        about = (
            _day(row), row["seq"], row["person"], asked.get("customer"), row["request"], asked.get("amount_minor"), asked.get("currency"),
        )  # fmt: skip
        if row["override"]:
            yield Exceptional("override", *about, " ".join((*asked.get("exceptions", ()), row["reason"])))
        if row["person"] in (row["maker"], asked.get("maker")):
            yield Exceptional("approved_by_proposer", *about, row["vote"])


def _refusals(store: Store, first: date | None, last: date) -> Iterable[Exceptional]:
    for row in rows_of(store, "refusals"):
        if _within(row, first, last):
            section: Section = "self_approval_tried" if row["why"] == "own-request" else "refused"
            yield Exceptional(
                section, _day(row), row["seq"], row["person"], row["customer"], row["request"], detail=f"{row['action']} {row['why']}"
            )  # fmt: skip


def _count(names: Iterable[str]) -> Mapping[str, int]:
    found: dict[str, int] = defaultdict(int)
    for name in names:
        found[name] += 1
    return found


def _counted(found: Iterable[Exceptional], by: Callable[[Exceptional], str]) -> dict[str, dict[str, int]]:
    told: dict[str, dict[str, int]] = {section: {} for section in SECTIONS}
    for one in found:
        own = told[by(one)]
        own[one.person] = own.get(one.person, 0) + 1
    return told
