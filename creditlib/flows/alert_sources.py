"""Where alerts come from: one function for each source, listed in `SOURCES`; a new source is one more function there.

What must stay true: a source reads what an engine made (release rules, limits, register, checks) and judges nothing itself; every policy
value it names is one that engine went by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib.decisions.hard_stops import STOPS
from creditlib.decisions.release.levels import Level
from creditlib.decisions.score.decide import score_book
from creditlib.errors import Finding, Lang, Severity
from creditlib.facts.reading import Reading
from creditlib.facts.staleness import parts
from creditlib.facts.tables import codes
from creditlib.flows.alert_rows import Orders, Overdue, Watched, largest
from creditlib.flows.alerts import Alert, Batch, Money, batch_of, word
from creditlib.flows.close import all_findings
from creditlib.flows.history import previous_month_end
from creditlib.flows.review import FILE_MONTHS
from creditlib.flows.tie_out import tie_out
from creditlib.policy import GRADES

_BY_POLICY: Final = {
    "unmatched-receipt": "checks.unapplied_days", "old-dispute": "checks.dispute_days", "old-item": "checks.old_item_days",
}  # fmt: skip
"""Checks that go by a policy value; they are alerts whatever their severity: their day has come."""
LANGS: Final[tuple[Lang, Lang]] = ("en", "zh")
_PLACE: Final = re.compile(r"(.+)!([A-Z]*)(\d+)")


def hard_stops(watched: Watched) -> Iterator[Alert]:
    """Tell hard stops of the register."""
    policy = watched.policy("onboarding.hard_stops")
    for standing in watched.standings.values():
        for stop in standing.stops:
            severity: Severity = "must_act" if standing.owes else "note"
            yield watched.alert(
                "hard-stop", severity, standing.customer, largest(Money(standing.owed)), policy, stop=STOPS[stop["stop"]], on=stop["on"],
                owed=Money(standing.owed), where=f"{stop['source_file']}!{stop['source_row']}",
            )  # fmt: skip


def limits(watched: Watched) -> Iterator[Alert]:
    """Tell exposure above a limit, beyond the tolerance or within it; a group's once."""
    told: set[str] = set()
    for standing in watched.standings.values():
        for level in standing.levels:
            if level.group and level.code in told:
                continue
            told.add(level.code)
            yield from _over(watched, level.code if level.group else standing.customer, level)


def _over(watched: Watched, customer: str, level: Level) -> Iterator[Alert]:
    def amount(minor: int) -> Money:
        return Money({level.currency: minor})

    members = watched.release.structure.members(level.code) if level.group else ()
    if level.over_minor > 0:
        kind = "within-tolerance" if level.fits else "over-group" if level.group else "over-limit"
        yield watched.alert(
            kind, "note" if level.fits else "must_act", customer, (level.over_minor, level.currency),
            watched.policy("release.over_limit", "release.tolerance"), members=members, exposure=amount(level.exposure_minor),
            limit=amount(level.limit_minor), over=amount(level.over_minor), allowed=amount(level.allowed_minor),
        )  # fmt: skip
    if level.uncounted:
        currency, minor = level.uncounted[0]
        left = Money(dict(level.uncounted))
        yield watched.alert(
            "no-rate", "must_act", customer, (minor, currency), members=members, uncounted=left, currency=level.currency
        )


def missing_limits(watched: Watched) -> Iterator[Alert]:
    """Tell who owes without a limit in force: the last one ended, or none was set."""
    policy = watched.policy("release.no_limit")
    outcome = watched.whole.values["release.no_limit"]
    severity: Severity = "note" if outcome == "release" else "must_act"
    orders = (word(f"orders.{outcome}.word", "en"), word(f"orders.{outcome}.word", "zh"))
    for standing in watched.standings.values():
        if standing.levels or not standing.owes:
            continue
        kind = "no-limit" if standing.ended is None else "limit-ended"
        yield watched.alert(
            kind, severity, standing.customer, largest(Money(standing.owed)), policy, owed=Money(standing.owed), orders=orders, on=standing.ended,
        )  # fmt: skip


def reviews(watched: Watched) -> Iterator[Alert]:
    """Tell limits that were set longer ago than the policy lets them stand."""
    policy = watched.policy("limit.review_months")
    table = watched.whole.table.table
    for row in (
        table.filter(table["review_due"]).select(["customer", "set_minor", "set_currency", "set_on"]).to_pylist()
    ):
        limit = Money({row["set_currency"]: row["set_minor"]})
        yield watched.alert(
            "review-due", "note", row["customer"], (row["set_minor"], row["set_currency"]), policy, limit=limit, on=row["set_on"],
            months=policy[0][1],
        )  # fmt: skip


def overdue(watched: Watched) -> Sequence[Alert]:
    """Tell overdue that holds orders."""
    return Overdue(watched)


def orders(watched: Watched) -> Sequence[Alert]:
    """Tell orders that wait and are held or referred."""
    return Orders(watched)


def grades(watched: Watched) -> Iterator[Alert]:
    """Tell grades that fell since the month end before, of customers that owe; nothing where the book can't tell that day."""
    whole, before = watched.whole, previous_month_end(watched.whole.as_of)
    if not whole.book.complete or any(whole.policy.history(name)[0].from_on > before for name in whole.values):
        return
    earlier = score_book(whole.book, whole.policy, before, **whole.in_report).table.select(
        ["customer", "score", "grade"]
    )
    known = {row["customer"]: row for row in earlier.to_pylist()}
    table = whole.scores.table.select(["customer", "score", "grade"])
    for row in table.filter(table["grade"].is_valid()).to_pylist():
        was = known.get(row["customer"])
        if was is None or was["grade"] is None or GRADES.index(row["grade"]) <= GRADES.index(was["grade"]):
            continue
        owed = watched.owed(row["customer"])
        if any(minor > 0 for minor in owed.minor.values()):
            yield watched.alert(
                "grade-fell", "note", row["customer"], largest(owed), watched.policy("score.grades"), was=was["grade"], now=row["grade"],
                on=before, before=was["score"], score=row["score"], owed=owed,
            )  # fmt: skip


def files(watched: Watched) -> Iterator[Alert]:
    """Tell parts of the credit file that are too old or have ended, of customers that owe."""
    months = {part: watched.whole.values[name] for part, name in FILE_MONTHS.items()}
    table = parts(watched.whole.book, watched.whole.as_of, months=months)
    bad = pc.and_(
        pc.is_in(table["state"].cast(pa.string()), value_set=pa.array(["stale", "expired"])),
        pc.not_equal(table["part"].cast(pa.string()), "ledger"),  # nothing bought lately is no fault of the file
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.filter(bad).to_pylist():
        found.setdefault(row["customer"], []).append(row)
    for customer, rows in found.items():
        standing = watched.standings.get(customer)
        if standing is None or not standing.owes:
            continue
        owed = Money(standing.owed)
        told = tuple(
            "; ".join(_part(row, lang) for row in rows) if lang == "en" else "；".join(_part(row, lang) for row in rows)
            for lang in LANGS
        )
        policy = watched.policy(*(FILE_MONTHS[row["part"]] for row in rows if row["part"] in FILE_MONTHS))
        yield watched.alert("file-stale", "note", customer, largest(owed), policy, parts=told, owed=owed)


def _part(row: Mapping[str, Any], lang: Lang) -> str:
    day = row["until_on"] if row["state"] == "expired" else row["latest_on"]
    return word(f"file.{row['state']}.word", lang).format(part=word(f"part.{row['part']}.word", lang), on=day)


def checks(watched: Watched) -> Iterator[Alert]:
    """Tell findings of the reading and of the checks that must be acted on, or whose day by the policy has come."""
    ground = watched.whole.ground
    reading = ground.reading if isinstance(ground.reading, Reading) else None
    tie = tie_out(ground.original, ground.items, ground.control)[1]
    found = [*all_findings(ground, reading, tie), *watched.whole.apart()]
    found = [finding for finding in found if finding.severity == "must_act" or finding.check in _BY_POLICY]
    for finding, (document, customer) in zip(found, _documents(watched, found), strict=True):
        parameter = _BY_POLICY.get(finding.check)
        yield Alert(
            finding.check, finding.severity, customer, watched.names.get(customer, ""), finding.amount_minor, finding.currency,
            watched.policy(parameter) if parameter else (), said=(finding.en, finding.zh),
            documents=() if document is None else (document,), where=finding.where,
        )  # fmt: skip


def _documents(watched: Watched, found: Sequence[Finding]) -> list[tuple[int | None, str]]:
    """Return the document and the customer at the place each finding names, (None, "") where no document lies there."""
    places = [_PLACE.fullmatch(finding.where) for finding in found]
    rows = np.unique(np.array([int(place[3]) for place in places if place], np.int64))
    table = watched.whole.book.columns("documents", ["source_file", "source_row", "customer"])
    near = np.flatnonzero(np.isin(table["source_row"].to_numpy(), rows))
    taken = table.take(near)
    own, names = codes(taken["customer"])
    at: dict[tuple[str, int], tuple[int | None, str]] = {}
    columns = (taken["source_file"].cast("string").to_pylist(), taken["source_row"].to_pylist(), own.tolist())
    for document, file, row, code in zip(near.tolist(), *columns, strict=True):
        at.setdefault((file, row), (document, names[code] or ""))
    nothing: tuple[int | None, str] = (None, "")
    return [at.get((place[1], int(place[3])), nothing) if place else nothing for place in places]


SOURCES: Final[Mapping[str, Callable[[Watched], Iterable[Alert]]]] = {
    "hard_stops": hard_stops, "limits": limits, "overdue": overdue, "orders": orders, "missing_limits": missing_limits, "checks": checks, "grades": grades,
    "files": files, "reviews": reviews,
}  # fmt: skip
"""Sources of alerts, the weightiest first."""


def batch(name: str, watched: Watched, currency: str, codes: Mapping[str, int]) -> Batch:
    """Return the alerts of a source. currency, codes: as in `batch_of`."""
    found = SOURCES[name](watched)
    return (
        found.batch(currency, codes) if isinstance(found, Overdue | Orders) else batch_of(list(found), currency, codes)
    )
