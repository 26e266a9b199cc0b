"""A scorecard made ready to use: one customer in plain Python, or a whole book in columns, from one compiled table.

What must stay true: both ways give the same score, bit for bit: points are whole numbers, weights ten-thousandths, so that sums are
exact; odds, default probability and grade are looked up by the whole score.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditlib.formulas import default_probability, odds_of, points_scale
from creditlib.policy import Values
from creditlib.policy.scorecard import CardFactor

_WHOLE: Final = 10_000  # weights add up to this
_PIECE: Final = 1 << 15  # rows whose working arrays stay in the processor's cache
PARAMETERS: Final = (
    "score.card", "score.basis", "score.base_points", "score.base_odds", "score.double_odds", "score.range", "score.grades",
    "score.min_evidence",
)  # fmt: skip
"""Policy values a card is made of."""


class Line(NamedTuple):
    """What one factor gave. value: None where unknown. points, best: of 100. share: its weight among the factors that count, of 1.
    lost: points of the score against the best bin. known: False where the rule for the missing gave the points; a factor left out
    counts with share 0. low, high: bounds of the bin, −inf and inf at the ends."""

    name: str
    value: float | None
    points: int
    best: int
    share: float
    lost: float
    known: bool
    low: float
    high: float


class Scored(NamedTuple):
    """A score and what made it. quality: of 100. evidence: share of the card's weight that is known. score and what follows from
    it are None where the evidence does not suffice. lines: in the card's order."""

    score: int | None
    grade: str | None
    default_probability: float | None
    quality: float | None
    evidence: float
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Columns:
    """Scores of a whole book. Each array has one entry for each customer; score −1 where the evidence does not suffice.
    points: customers × factors, of 100, −1 where a factor was left out. known: likewise, whether the value was there."""

    score: NDArray[np.int64]
    evidence: NDArray[np.float64]
    quality: NDArray[np.float64]
    points: NDArray[np.int8]
    known: NDArray[np.bool_]


class _Factor(NamedTuple):
    """bins, unknown: (points, weight × points lost, low, high) of each bin, and of a value that is missing; −1: left out. target:
    where the best bin begins, seen from the others."""

    name: str
    weight: int
    edges: tuple[float, ...]
    points: tuple[int, ...]
    weighted: tuple[int, ...]
    missing: int | None
    best: int
    bins: tuple[tuple[int, int, float, float], ...]
    unknown: tuple[int, int, float, float]
    target: float


@dataclass(frozen=True)
class Card:
    """A compiled scorecard. low, high: the score at 0 and at 100 points. base_points, base_odds, double_odds: the scale from score to
    odds. grades: (grade, its lowest score), the best first. least: smallest share of evidence.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> card = card_of(load_policy().at(date(2026, 1, 1)))
    >>> card.number([None] * len(card.names)) is None
    True
    """

    factors: tuple[_Factor, ...]
    low: int
    high: int
    base_points: int
    base_odds: float
    double_odds: int
    grades: tuple[tuple[str, int], ...]
    least: float

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Factors in the order `number` takes them."""
        return tuple(factor.name for factor in self.factors)

    @cached_property
    def probabilities(self) -> tuple[float, ...]:
        """Default probability of each whole score from `low` to `high`."""
        scale = points_scale(self.base_points, self.base_odds, self.double_odds)
        return tuple(default_probability(odds_of(score, scale)) for score in range(self.low, self.high + 1))

    @cached_property
    def graded(self) -> tuple[str, ...]:
        """Grade of each whole score from `low` to `high`."""
        return tuple(self.grade(score) for score in range(self.low, self.high + 1))

    @cached_property
    def _fast(self) -> tuple[tuple[int, tuple[float, ...], tuple[int, ...], int | None], ...]:
        return tuple((f.weight, f.edges, f.weighted, f.missing) for f in self.factors)

    def grade(self, score: float) -> str:
        """Return the grade of a score."""
        return next((grade for grade, least in self.grades if score >= least), self.grades[-1][0])

    def probability(self, score: int) -> float:
        """Return the default probability of a whole score."""
        return self.probabilities[score - self.low]

    def number(self, values: Sequence[float | None]) -> int | None:
        """Return the score of one customer, None where the evidence does not suffice.

        values: one for each of `names`, None or NaN where unknown.
        """
        known = weight = total = 0
        for value, (own, edges, weighted, missing) in zip(values, self._fast, strict=True):
            if value is not None and value == value:
                known += own
                weight += own
                total += weighted[bisect_right(edges, value)]
            elif missing is not None:
                weight += own
                total += own * missing
        if known < self.least * _WHOLE or not weight:
            return None
        score: int = self._score(total, weight)
        return score

    def explain(self, values: Mapping[str, float | None]) -> Scored:
        """Return the score of one customer and what each factor gave. values: by name; one not there is unknown."""
        known = weight = total = 0
        found: list[tuple[_Factor, float | None, tuple[int, int, float, float], bool]] = []
        get = values.get
        for factor in self.factors:
            value = get(factor.name)
            if value is not None and value == value:
                at = bisect_right(factor.edges, value)
                known += factor.weight
                weight += factor.weight
                total += factor.weighted[at]
                found.append((factor, value, factor.bins[at], True))
            elif factor.missing is not None:
                weight += factor.weight
                total += factor.weight * factor.missing
                found.append((factor, None, factor.unknown, False))
            else:
                found.append((factor, None, factor.unknown, False))
        unit = (self.high - self.low) / (100 * weight) if weight else 0.0
        share = 1 / weight if weight else 0.0
        lines = tuple(
            [
                Line(f.name, value, points, f.best, f.weight * share * (points >= 0), loss * unit, there, low, high)
                for f, value, (points, loss, low, high), there in found
            ]
        )
        if known < self.least * _WHOLE or not weight:
            return Scored(None, None, None, None, known / _WHOLE, lines)
        score = self._score(total, weight)
        at = score - self.low
        return Scored(score, self.graded[at], self.probabilities[at], total / weight, known / _WHOLE, lines)

    def columns(self, values: Mapping[str, NDArray[np.float64]], rows: int) -> Columns:
        """Return the scores of a book. values: a column for each factor that is known of anybody, NaN where unknown."""
        known, weight, total = (np.zeros(rows, np.int64) for _ in range(3))
        points = np.full((len(self.factors), rows), -1, np.int8)
        there = np.zeros((len(self.factors), rows), bool)
        for first in range(0, rows, _PIECE):
            piece = slice(first, min(first + _PIECE, rows))
            for i, factor in enumerate(self.factors):
                valid, unknown = there[i, piece], factor.missing
                at = np.zeros(valid.shape, np.int8)  # 0: unknown, 1: the first bin
                if (column := values.get(factor.name)) is not None:
                    own = column[piece]
                    np.equal(own, own, out=valid)
                    at += valid
                    for edge in factor.edges:
                        at += own >= edge
                points[i, piece] = np.array((-1 if unknown is None else unknown, *factor.points), np.int8).take(at)
                total[piece] += np.array((factor.weight * (unknown or 0), *factor.weighted)).take(at)
                evidence = factor.weight * valid
                known[piece] += evidence
                weight[piece] += evidence if unknown is None else factor.weight
        enough = (known >= self.least * _WHOLE) & (weight > 0)
        whole = np.maximum(weight, 1)
        score = np.where(enough, self._score(total, whole), -1)
        quality = np.where(enough, total / whole, np.nan)
        return Columns(score, known / _WHOLE, quality, points.T, there.T)

    def _score(self, total: Any, weight: Any) -> Any:
        """Return low + (high − low) × total ÷ (100 × weight), rounded half up, in whole numbers throughout."""
        unit = 100 * weight
        return (2 * (self.low * unit + (self.high - self.low) * total) + unit) // (2 * unit)


def card_of(values: Values) -> Card:
    """Return the scorecard of a policy, made ready to use. values: in force on the day."""
    grades = tuple(sorted(values["score.grades"].items(), key=lambda pair: -pair[1]))
    low, high = values["score.range"]
    return _compile(
        values["score.card"], low, high, values["score.base_points"], float(values["score.base_odds"]),
        values["score.double_odds"], grades, float(values["score.min_evidence"]),
    )  # fmt: skip


@lru_cache(maxsize=16)
def _compile(
    factors: tuple[CardFactor, ...], low: int, high: int, base_points: int, base_odds: float, double_odds: int,
    grades: tuple[tuple[str, int], ...], least: float,
) -> Card:  # fmt: skip
    made = []
    for factor in factors:
        weight = int(factor.weight * _WHOLE)
        points = tuple(b.points for b in factor.bins)
        edges = tuple(float(b.threshold) for b in factor.bins if b.threshold is not None)
        missing = None if factor.missing == "skip" else int(factor.missing)
        best = max(points)
        bins = tuple(zip(points, [weight * (best - p) for p in points], (-inf, *edges), (*edges, inf), strict=True))
        unknown = (-1, 0, -inf, inf) if missing is None else (missing, weight * (best - missing), -inf, inf)
        rising = points[-1] > points[0]
        target = edges[points.index(best) - 1] if rising else bins[len(points) - 1 - points[::-1].index(best)][3]
        weighted = tuple(weight * p for p in points)
        made.append(_Factor(factor.name, weight, edges, points, weighted, missing, best, bins, unknown, target))
    return Card(tuple(made), low, high, base_points, base_odds, double_odds, grades, least)
