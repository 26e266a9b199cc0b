"""Advice 改进建议: the smallest realistic changes that reach the next grade, each checked by scoring the changed values.

What must stay true: nothing is advised that was not scored; only factors a customer can move within months are moved; few factors
before many, short steps before long ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product
from math import inf, nextafter
from typing import Any, Final

from creditlib import money
from creditlib.decisions.decision import Reason
from creditlib.decisions.score.card import Card, Line, card_of
from creditlib.decisions.score.decide import ScoreDecision, score_values
from creditlib.decisions.score.reasons import target_words
from creditlib.measures.factors import FROM_STATEMENTS
from creditlib.policy import GRADES, Policy
from creditlib.policy.factors import FACTORS, PARTS

_FACTORS_AT_ONCE: Final = 3
_OPTIONS: Final = 3
Paying = Callable[[str, float], int | None]
"""Factor and the value it must come below → minor units to pay, None where that is not how it is moved."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change. now, to: value before and the nearest value that is enough. points: of the score, gained by this step alone.
    pay_minor: what paying it takes, None where that is not how it is moved."""

    factor: str
    now: float
    to: float
    points: float
    pay_minor: int | None


@dataclass(frozen=True, slots=True)
class Option:
    """One way up: the changes, and what the changed values score."""

    steps: tuple[Step, ...]
    score: int
    grade: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """target: the next better grade, None where there is none. options: ways that reach it, the smallest first. missing: what should
    be supplied first."""

    target: str | None
    options: tuple[Option, ...]
    missing: tuple[Reason, ...]


def advise(
    decision: ScoreDecision, policy: Policy, as_of: date, *, currency: str = "", paying: Paying | None = None
) -> Advice:
    """Return what would lift the grade of a score.

    paying: tells what must be paid to bring a ledger factor below a value. A case without a score, or held down for want of
    statements, is told what to supply; nothing is advised about a customer who is stopped.
    """
    missing = tuple(_missing(decision, card_of(policy.at(as_of)), policy.at(as_of)["score.without_statements"]))
    if decision.outcome != "scored" or decision.grade is None or decision.grade == GRADES[0]:
        return Advice(None, (), missing if decision.outcome != "stop" else ())
    target = GRADES[GRADES.index(decision.grade) - 1]
    if decision.earned != decision.grade:
        return Advice(target, (), missing)
    card = card_of(policy.at(as_of))
    options = []
    for steps in _ways(card, decision.lines, dict(card.grades)[target] - (decision.score or 0), paying):
        changed = {**decision.facts, **{step.factor: step.to for step in steps}}
        scored = score_values(changed, policy, as_of)
        if scored.grade is not None and scored.score is not None and GRADES.index(scored.grade) <= GRADES.index(target):
            reasons = tuple(_reason(step, currency) for step in steps)
            options.append(Option(steps, scored.score, scored.grade, reasons))
        if len(options) == _OPTIONS:
            break
    return Advice(target, tuple(options), missing)


def _ways(card: Card, lines: Sequence[Line], needed: float, paying: Paying | None) -> list[tuple[Step, ...]]:
    """Return sets of steps whose points may reach what is needed, the fewest factors and shortest steps first."""
    choices = [
        steps for line, factor in zip(lines, card.factors, strict=True) if (steps := _steps(line, factor, paying))
    ]
    found: list[tuple[tuple[int, int, float], tuple[Step, ...]]] = []
    for count in range(1, _FACTORS_AT_ONCE + 1):
        for group in combinations(choices, count):
            for picked in product(*(list(enumerate(steps, 1)) for steps in group)):
                points = sum(step.points for _, step in picked)
                if points >= needed - 0.5:
                    far = sum(length for length, _ in picked)
                    found.append(((count, far, points), tuple(step for _, step in picked)))
        if len(found) >= _OPTIONS:
            break
    found.sort(key=lambda pair: pair[0])
    kept: list[tuple[Step, ...]] = []
    for _, way in found:
        names = {step.factor for step in way}
        if not any({step.factor for step in other} <= names for other in kept):
            kept.append(way)
    return kept


def _steps(line: Line, factor: Any, paying: Paying | None) -> list[Step]:
    """Return the better bins of a factor that can be moved, the nearest first."""
    about = FACTORS[line.name]
    if not line.known or line.value is None or not about.changeable or line.points >= line.best:
        return []
    rising = about.better == "higher"
    each = line.lost / (line.best - line.points)
    made = []
    bins = [b for b in factor.bins if b[0] > line.points]
    for points, _, low, high in sorted(bins, key=lambda b: b[0]):
        edge = low if rising else high
        if edge in (inf, -inf):
            continue
        to = edge if rising else nextafter(edge, -inf)
        pay = paying(line.name, edge) if paying is not None and not rising else None
        made.append(Step(line.name, line.value, to, each * (points - line.points), pay))
    return made


def _reason(step: Step, currency: str) -> Reason:
    about = FACTORS[step.factor]
    edge = step.to if about.better == "higher" else nextafter(step.to, inf)
    values = {
        "factor": (about.en, about.zh),
        "now": (about.shown(step.now), about.shown(step.now, "zh")),
        "target": target_words(about, edge),
        "points": f"{step.points:.1f}",
    }
    if step.pay_minor is None:
        return Reason("advice.reach", "raises", values, points=-step.points)
    values |= {"amount": money.text(step.pay_minor, currency), "currency": currency}
    return Reason("advice.reach-paying", "raises", values, -step.points, step.pay_minor, currency)


def _missing(decision: ScoreDecision, card: Card, best: str) -> list[Reason]:
    reasons = []
    if not any(line.known for line in decision.lines if line.name in FROM_STATEMENTS):
        reasons.append(Reason("advice.provide", "missing", {"grade": best}, policy=("score.without_statements",)))
    if decision.outcome != "refer":
        return reasons
    for part, words in PARTS.items():
        share = sum(
            f.weight
            for f, line in zip(card.factors, decision.lines, strict=True)
            if FACTORS[line.name].part == part and not line.known
        )
        if share:
            told = {"part": (words[0].lower(), words[1]), "share": f"{share / 10_000:.0%}"}
            reasons.append(Reason("advice.provide-part", "missing", told, policy=("score.card",)))
    return reasons
