"""What every part of the onboarding check is made of: lines of evidence, and the sub-score they add up to.

What must stay true: what is not known has no points, neither given nor lost; a part of which too little is known has no sub-score;
every line names where it was read and of which day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from creditlib.decisions.decision import Effect, Reason
from creditlib.errors import Lang, PolicyError

Part = Literal["registration", "statements", "reputation"]
POINTS: Final[dict[Part, str]] = {
    "registration": "onboarding.registration_points",
    "statements": "onboarding.statement_points",
    "reputation": "onboarding.reputation_points",
}
"""The policy value that gives the points of each part's lines."""
LINES: Final[dict[Part, tuple[str, ...]]] = {
    "registration": (
        "status", "code_valid", "code_same", "name", "age", "capital", "fresh", "abnormal_operation", "serious_dishonesty",
    ),
    "statements": ("present", "fresh", "audited", "checks", "z_service", "equity_ratio", "current_ratio"),
    "reputation": (
        "references", "reference_days", "rating", "visit", "payment_days", "payment_share", "judgment_debtor",
    ),
}  # fmt: skip
"""What each part looks at, in the order people read it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing looked at. reason: what was found, in words. given: points, None where it is not known. possible: points it can
    give, 0 where it can't be asked of this firm. on: the day it is of. source: "file!row", "" where nothing was found."""

    part: Part
    line: str
    reason: Reason
    given: float | None
    possible: int
    on: date | None = None
    source: str = ""

    def label(self, lang: Lang = "en") -> str:
        """Return what was looked at, in a word or two."""
        return Reason(f"onboarding.line-{self.part}-{self.line}", "note").text(lang)

    def text(self, lang: Lang = "en") -> str:
        """Return what was found, as a sentence."""
        return self.reason.text(lang)


@dataclass(frozen=True, slots=True)
class SubScore:
    """One part of the check. points: of 100, None where too little is known. known: share of the part's points that is known."""

    part: Part
    points: float | None
    known: float

    def label(self, lang: Lang = "en") -> str:
        """Return the name of the part.

        >>> SubScore("reputation", None, 0.0).label("zh")
        '信誉'
        """
        return Reason(f"onboarding.part-{self.part}", "note").text(lang)


class Lines:
    """Collects the evidence of one part. possible: points by line, of the policy; a line it lacks is not asked."""

    def __init__(self, part: Part, possible: Mapping[str, int]) -> None:
        unknown = [line for line in possible if line not in LINES[part]]
        if unknown:
            raise PolicyError(
                f"{POINTS[part]}: {', '.join(unknown)} is looked at by no check. Choose from {', '.join(LINES[part])}.",
                f"{POINTS[part]}：没有 {'、'.join(unknown)} 这一核查项。可选：{'、'.join(LINES[part])}。",
            )
        self.part: Part = part
        self.found: list[Evidence] = []
        self._possible = possible

    def add(
        self, line: str, code: str, share: float | None, row: Mapping[str, Any] | None = None, /, *, on: date | None = None,
        asked: bool = True, policy: Sequence[str] = (), **values: Any,
    ) -> None:  # fmt: skip
        """Add a line. code: entry of the reasons. share: of its points, 0–1, None: not known. row: where it was read (on, source_file,
        source_row). asked: False where the question has no meaning for this firm. values: what fills the words."""
        possible = self._possible.get(line, 0)
        if not possible:
            return
        given = None if share is None else possible * min(max(share, 0.0), 1.0)
        effect: Effect = "note"
        if asked and given is None:
            effect = "missing"
        elif given is not None and given < possible:
            effect = "lowers"
        lost = None if given is None else possible - given
        reason = Reason(f"onboarding.{code}", effect, values, lost, policy=(POINTS[self.part], *policy))
        day = on or (row.get("on") if row else None)
        self.found.append(Evidence(self.part, line, reason, given, possible if asked else 0, day, source_of(row)))

    def score(self, min_evidence: float) -> SubScore:
        """Return the sub-score: points given of those that are known. min_evidence: the least share of points that must be."""
        asked = sum(e.possible for e in self.found)
        known = sum(e.possible for e in self.found if e.given is not None)
        share = known / asked if asked else 0.0
        if not known or share < min_evidence:
            return SubScore(self.part, None, share)
        return SubScore(self.part, round(100 * sum(e.given or 0.0 for e in self.found) / known, 6), share)


def source_of(row: Mapping[str, Any] | None) -> str:
    """Return where a row was read.

    >>> source_of({"source_file": "registry.xlsx", "source_row": 4}), source_of(None)
    ('registry.xlsx!4', '')
    """
    if not row or row.get("source_file") is None:
        return ""
    number = row.get("source_row")
    return str(row["source_file"]) if number is None else f"{row['source_file']}!{number}"


def step(table: Sequence[tuple[Any, Any]], value: float) -> float:
    """Return a share of points from a table of (from, points of 100), 0 below its first row.

    >>> step([(0, 25), (0.1, 50)], 0.1), step([(0, 25), (0.1, 50)], -0.2)
    (0.5, 0.0)
    """
    return next((float(points) / 100 for edge, points in reversed(table) if value >= float(edge)), 0.0)


def words(names: Sequence[str], prefix: str) -> tuple[str, str]:
    """Return the names of several entries as one text, English and Chinese.

    >>> words(["safe", "grey"], "zone-")
    ('safe, grey', '安全、灰色')
    """
    reasons = [Reason(f"onboarding.{prefix}{name}", "note") for name in names]
    return ", ".join(r.text("en") for r in reasons), "、".join(r.text("zh") for r in reasons)
