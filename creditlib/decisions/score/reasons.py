"""What a score says for itself: points lost factor by factor, what is not known, what held it down, what others say.

What must stay true: nothing here changes a score; every sentence exists in English and Chinese and carries its figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from creditlib.decisions.decision import Reason
from creditlib.decisions.score.card import Card, Line
from creditlib.policy import GRADES
from creditlib.policy.factors import FACTORS, PARTS, Factor

_SKIPPED = ("its weight goes to what is known", "其权重分给已知因子")
_COUNTED = "counts as {points} of 100, {lost} points lost", "按 {points} 分计，失 {lost} 分"


@dataclass(frozen=True, slots=True)
class OutsideRating:
    """A grade from outside. ours: what it stands for here, None where the policy maps it to nothing. apart: grades between it and
    ours, None where either is missing. used: fresh enough to count."""

    agency: str
    grade: str
    on: date
    ours: str | None
    apart: int | None
    conflict: bool
    used: bool


def losses(card: Card, lines: Sequence[Line]) -> list[Reason]:
    """Return points lost against the best bin, the largest first."""
    found = [(f, line) for f, line in zip(card.factors, lines, strict=True) if line.known and line.lost > 0]
    found.sort(key=lambda pair: -pair[1].lost)
    return [_lost(line, f.target) for f, line in found]


def _lost(line: Line, best_from: float) -> Reason:
    factor = FACTORS[line.name]
    values = {
        "factor": (factor.en, factor.zh),
        "value": factor.both(line.value),
        "lost": f"{line.lost:.1f}",
        "target": _target(line.name, best_from),
    }
    return Reason("score.lost", "lowers", values, points=line.lost, policy=("score.card",))


@cache
def _target(name: str, edge: float) -> tuple[str, str]:
    return target_words(FACTORS[name], edge)


def target_words(factor: Factor, edge: float) -> tuple[str, str]:
    """Return a bin that is better, in words, in English and Chinese: from a value up, or below it."""
    en, zh = factor.both(edge)
    return (f"{en} or more", f"{zh}及以上") if factor.better == "higher" else (f"less than {en}", f"{zh}以下")


def unknowns(card: Card, lines: Sequence[Line]) -> list[Reason]:
    """Return what is not known: a whole part in one sentence, single factors one by one."""
    reasons = []
    missing = [(factor, line) for factor, line in zip(card.factors, lines, strict=True) if not line.known]
    for part, (en, zh) in PARTS.items():
        pairs = [(factor, line) for factor, line in missing if FACTORS[line.name].part == part]
        if not pairs:
            continue
        whole = sum(FACTORS[factor.name].part == part for factor in card.factors)
        skipped = [(factor, line) for factor, line in pairs if factor.missing is None]
        if len(pairs) == whole > 1 and len(skipped) == len(pairs):
            share = sum(factor.weight for factor, _ in pairs) / 10_000
            values = {"part": (en, zh), "share": f"{share:.0%}", "rule": _SKIPPED}
            reasons.append(Reason("score.part-unknown", "missing", values, policy=("score.card",)))
            continue
        for factor, line in pairs:
            about = FACTORS[line.name]
            rule = (
                _SKIPPED
                if factor.missing is None
                else tuple(r.format(points=factor.missing, lost=f"{line.lost:.1f}") for r in _COUNTED)
            )
            values = {"factor": (about.en, about.zh), "share": f"{factor.weight / 10_000:.0%}", "rule": rule}
            reasons.append(Reason("score.unknown", "missing", values, points=line.lost or None, policy=("score.card",)))
    return reasons


def too_little(card: Card, lines: Sequence[Line], known: float) -> Reason:
    """Return why no score is given, and which parts would help most."""
    gaps = {
        part: sum(
            f.weight
            for f, line in zip(card.factors, lines, strict=True)
            if FACTORS[line.name].part == part and not line.known
        )
        for part in PARTS
    }
    best = sorted((part for part in gaps if gaps[part]), key=lambda part: -gaps[part])[:2]
    missing = " and ".join(PARTS[p][0].lower() for p in best), "、".join(PARTS[p][1] for p in best)
    values = {"known": f"{known:.0%}", "least": f"{card.least:.0%}", "missing": missing}
    return Reason("score.too-little", "stop", values, policy=("score.min_evidence",))


def rating_reasons(ratings: Sequence[OutsideRating], grade: str | None, months: int) -> list[Reason]:
    """Return what outside ratings say beside the score."""
    reasons = []
    for rating in ratings:
        values = {"agency": rating.agency, "theirs": rating.grade, "on": rating.on, "ours": rating.ours, "grade": grade}
        if not rating.used:
            reasons.append(
                Reason("score.rating-stale", "note", {**values, "months": months}, policy=("file.rating_months",))
            )
        elif rating.ours is None:
            reasons.append(Reason("score.rating-unknown", "note", values, policy=("score.rating_map",)))
        elif rating.conflict:
            reasons.append(
                Reason(
                    "score.rating-conflict",
                    "note",
                    {**values, "apart": rating.apart},
                    policy=("score.rating_map", "score.conflict_grades"),
                )
            )
        else:
            reasons.append(Reason("score.rating", "note", values, policy=("score.rating_map",)))
    return reasons


def worse(first: str, second: str) -> str:
    """Return the worse of two grades.

    >>> worse("A", "C")
    'C'
    """
    return max(first, second, key=GRADES.index)
