"""The three-way onboarding check 准入核查: registration, statements, reputation, each of 100 points, and hard stops above all.

What must stay true: a hard stop ends the check whatever the points; a part of which too little is known has no points, never 0, and
refers the case with what to get; a list nobody looked up is not clean; passing needs every part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from creditlib.decisions.decision import Decision, Reason, used
from creditlib.decisions.hard_stops import FLAGS, columns_needed, hard_stops, stops_in
from creditlib.decisions.onboarding.duplicates import lookalikes
from creditlib.decisions.onboarding.evidence import POINTS, Evidence, Lines, SubScore, source_of, words
from creditlib.decisions.onboarding.registration import Extracts, registration
from creditlib.decisions.onboarding.reputation import reputation
from creditlib.decisions.onboarding.statements import statements
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.credit_tables import CREDIT_TABLES
from creditlib.facts.visits import Visit, visits
from creditlib.policy import Policy, Values

__all__ = ["USED", "Evidence", "OnboardingDecision", "SubScore", "hard_stops", "onboard"]
USED: Final = (
    "onboarding.hard_stops", "onboarding.young_years", "onboarding.pass_points", "onboarding.min_evidence",
    "onboarding.not_looked_up", *POINTS.values(), "onboarding.zone_points", "onboarding.equity_points",
    "onboarding.liquidity_points", "onboarding.late_points", "onboarding.rating_points", "onboarding.visit_points",
    "file.registration_months", "file.statement_months", "file.reference_months", "file.rating_months",
    "file.assessment_months", "file.jump_times", "limit.min_references", "score.rating_map",
)  # fmt: skip
"""Policy values the check reads."""


@dataclass(frozen=True, kw_only=True)
class OnboardingDecision(Decision):
    """Whether a customer may be taken on. outcome: pass, refer or stop. parts: registration, statements, reputation. evidence: every
    thing looked at, in the order of the parts. visits: the visit log, the newest first."""

    parts: tuple[SubScore, ...]
    evidence: tuple[Evidence, ...]
    visits: tuple[Visit, ...] = ()

    @property
    def points(self) -> dict[str, float | None]:
        """The sub-scores by part, None where too little is known."""
        return {part.part: part.points for part in self.parts}


def onboard(
    book: Book, customer: str, policy: Policy, as_of: date, *, factor_row: Mapping[str, Any] | None = None,
) -> OnboardingDecision:  # fmt: skip
    """Return the onboarding decision on one customer, by what the book holds up to a day.

    factor_row: the customer's row of `measures.factors.factors`, for days_beyond_terms, on_time_share and history_end; None: the
    own payment record is not looked at. Ratios come from the newest statement.
    Raises: UsageError when no table names the customer; PolicyError when the policy is not in force or gives points to a line
    that is not looked at.
    """
    _need_known(book, customer)
    values = policy.at(as_of)
    extracts = Extracts(book, customer, values, as_of)
    calls = visits(book, customer, as_of)
    lines = (
        registration(extracts, values),
        statements(book, customer, values, as_of),
        reputation(book, customer, values, extracts, calls, factor_row),
    )
    parts = tuple(part.score(float(values["onboarding.min_evidence"])) for part in lines)
    stops = _stops(extracts, values, as_of)
    alike = lookalikes(book, customer, extracts)
    gaps = [*_not_looked_up(extracts, values), *_parts_unknown(parts, lines, values)]
    gaps += [reason for reason in alike if reason.effect == "missing"]
    low = _parts_low(parts, values)
    found = [e for part in lines for e in part.found]
    lost = sorted((e.reason for e in found if e.reason.effect == "lowers"), key=lambda r: r.points or 0.0, reverse=True)
    refers = [r for r in gaps if r.effect == "missing"] or low
    return OnboardingDecision(
        subject="onboarding", customer=customer, as_of=as_of, outcome="stop" if stops else "refer" if refers else "pass",
        reasons=(*stops, *gaps, *low, *lost, *_notes(found, calls), *(r for r in alike if r.effect == "note")), policy_name=policy.name, fingerprint=policy.fingerprint,
        used=used(values, *USED), parts=parts, evidence=tuple(found), visits=calls,
    )  # fmt: skip


def _need_known(book: Book, customer: str) -> None:
    for table in ("customers", *CREDIT_TABLES, "events", "documents", "orders"):
        column = book.columns(table, ["customer"])["customer"]
        if pc.any(pc.equal(column.cast(pa.string()), customer)).as_py():
            return
    raise UsageError(
        f"no customer {customer} in the customer list, the credit files or the ledger. Check the code.",
        f"客户资料、信用档案和台账中均没有客户 {customer}。请核对代码。",
    )


def _stops(extracts: Extracts, values: Values, as_of: date) -> list[Reason]:
    found = stops_in(extracts.table.select(columns_needed()), values["onboarding.hard_stops"], as_of)
    return [
        Reason(
            "onboarding.hard-stop-list" if row["stop"] in FLAGS else "onboarding.hard-stop-status", "stop",
            {"what": words([row["stop"]], "stop-"), "on_day": row["on"], "source": source_of(row) or ("no source", "来源不明")},
            policy=("onboarding.hard_stops",),
        )
        for row in found.to_pylist()
    ]  # fmt: skip


def _not_looked_up(extracts: Extracts, values: Values) -> list[Reason]:
    """Return what the register must be asked for before the firm can be called clean."""
    gaps = []
    stops: Sequence[str] = values["onboarding.hard_stops"]
    if not extracts.fresh(extracts.newest("status")):
        told = {"months": extracts.months}
        gaps.append(Reason("onboarding.look-up-status", "missing", told, policy=("file.registration_months",)))
    open_lists = extracts.open_lists(tuple(flag for flag in FLAGS if flag in stops))
    if open_lists:
        refer = values["onboarding.not_looked_up"] == "refer"
        told_lists = {"what": words(open_lists, "stop-")}
        by = ("onboarding.not_looked_up", "file.registration_months")
        gaps.append(Reason("onboarding.not-looked-up", "missing" if refer else "note", told_lists, policy=by))
    return gaps


def _parts_unknown(parts: Sequence[SubScore], lines: Sequence[Lines], values: Values) -> list[Reason]:
    gaps = []
    for part, mine in zip(parts, lines, strict=True):
        if part.points is None:
            lacking = [f"{e.part}-{e.line}" for e in mine.found if e.given is None and e.possible]
            told = {
                "part": words([part.part], "part-"), "known": f"{part.known:.0%}",
                "needed": f"{float(values['onboarding.min_evidence']):.0%}", "what": words(lacking, "line-"),
            }  # fmt: skip
            gaps.append(
                Reason(
                    "onboarding.part-unknown", "missing", told, policy=("onboarding.min_evidence", POINTS[part.part])
                )
            )
    return gaps


def _parts_low(parts: Sequence[SubScore], values: Values) -> list[Reason]:
    needed = values["onboarding.pass_points"]
    return [
        Reason(
            "onboarding.part-low", "lowers",
            {"part": words([part.part], "part-"), "points": f"{part.points:.1f}".removesuffix(".0"), "needed": needed},
            policy=("onboarding.pass_points",),
        )
        for part in parts
        if part.points is not None and part.points < needed
    ]  # fmt: skip


def _notes(found: Sequence[Evidence], calls: Sequence[Visit]) -> list[Reason]:
    """Return what a person should know beside the points: a new name, a visit that is overdue."""
    notes = [
        Reason("onboarding.renamed", "note", e.reason.values)
        for e in found
        if e.reason.code == "onboarding.name-former"
    ]
    if calls and calls[0].overdue:
        notes.append(Reason("onboarding.visit-overdue", "note", {"next_day": calls[0].next_on, "on_day": calls[0].on}))
    return notes
