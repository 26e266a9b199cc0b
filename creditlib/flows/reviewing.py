"""`Review`: everything about one customer on one day, as data.

What must stay true: faces show this and compute nothing; every part says what it stands on; a part that can't be told is None or empty,
with the reason in the decision beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from creditlib.decisions.limit.decide import LimitDecision
from creditlib.decisions.limit.progressive import Step
from creditlib.decisions.offer import TermsDecision
from creditlib.decisions.onboarding.decide import OnboardingDecision
from creditlib.decisions.release.limits import Limit
from creditlib.decisions.score.advice import Advice
from creditlib.decisions.score.decide import ScoreDecision
from creditlib.decisions.what_if.compare import TermsEffect
from creditlib.errors import Finding
from creditlib.facts.visits import Visit


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the credit file. state: fresh, stale, expired, missing. rows: how many. until_on: end of cover or contract, or the next
    contact of a visit. months: after how many the policy calls it stale, None: never."""

    part: str
    state: str
    rows: int
    latest_on: date | None
    until_on: date | None
    age_days: int | None
    months: int | None


@dataclass(frozen=True, slots=True)
class Distress:
    """Altman's Z in the form that fits the firm. reason: why this form, a word of `formulas.altman`. zone: safe, grey, distress."""

    variant: str
    reason: str
    z: float | None
    zone: str | None
    low: float
    high: float


@dataclass(frozen=True)
class Review:
    """One customer on one day.

    facts: the row of `measures.factors`, with every factor and amount. parts: of the credit file. statements: rows of
    `statement_figures`, oldest first, with `lines`: line → minor units. distress: None without statements. limit_set: the limit in
    force by the book's events, None where none is set; limit_in_force: its minor units where it is in the review's currency;
    limit_ended: the day the last one ended, where none is in force; review_due: it was set longer ago than the policy lets it stand.
    progressive: the limit earned month by month under today's method limit, empty where none is proposed. exposure: parts in minor
    units. aging: bucket → minor units, edges beside it. record: month by month. effect: what the terms offered would change, None where
    the book can't tell. approver: committee or manager, None without a limit to approve. findings: exposure in other currencies, which
    its figures leave out, and checks of the statements.
    """

    customer: str
    name: str
    as_of: date
    currency: str
    policy_name: str
    policy_fingerprint: str
    facts: Mapping[str, Any]
    parts: tuple[Part, ...]
    visits: tuple[Visit, ...]
    onboarding: OnboardingDecision
    statements: tuple[Mapping[str, Any], ...]
    distress: Distress | None
    score: ScoreDecision
    limit: LimitDecision
    limit_in_force: int | None
    limit_set: Limit | None
    limit_ended: date | None
    review_due: bool
    progressive: tuple[Step, ...]
    terms: TermsDecision
    exposure: Mapping[str, int]
    aging: Mapping[str, int]
    edges: tuple[int, ...]
    record: tuple[Mapping[str, Any], ...]
    advice: Advice
    effect: TermsEffect | None
    approver: Literal["committee", "manager"] | None
    findings: tuple[Finding, ...]

    @property
    def use_share(self) -> float | None:
        """Exposure as a share of the limit proposed, None without one."""
        limit = self.limit.limit_minor
        return self.exposure["total_minor"] / limit if limit else None

    @property
    def free_minor(self) -> int | None:
        """What of the limit proposed is free, below 0 where the exposure is above it; None without one."""
        limit = self.limit.limit_minor
        return limit - self.exposure["total_minor"] if limit else None

    @property
    def limit_change_share(self) -> float | None:
        """How much the limit proposed is above the one in force, as its share; None where either is missing or the latter is 0."""
        limit, before = self.limit.limit_minor, self.limit_in_force
        return limit / before - 1 if limit is not None and before else None
