"""Lesson 2: scoring and limits.

What must stay true: every answer is a figure of the review of a sample customer, or of scoring the learner's own value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import creditlib as cl
from creditlib.flows.review import review
from creditlib.policy import GRADES
from creditlib.policy.factors import FACTORS

from .course import HINT, KIND, RIGHT, Exercise, Lesson, known, number, word

SCORED, LIMITED, FACTOR = "C100020", "C100010", "on_time_share"
_STEP = 0.005


def exercises(lesson: Lesson) -> Mapping[str, Exercise]:
    """Return the exercises of the lesson."""
    scored, limited = (review(lesson.assessed, customer) for customer in (SCORED, LIMITED))
    first, second = sorted(scored.score.lines, key=lambda line: -line.lost)[:2]
    chance = known(scored.score.default_probability)
    need, steps = _need(limited), {reason.code: reason for reason in limited.limit.reasons}
    factored, rounded = (known(steps[code].amount_minor) / 100 for code in ("limit.factor", "limit.rounded"))
    limit, exposure = known(limited.limit.limit_minor) / 100, limited.exposure
    beside = known(limited.limit.methods["score"]) / 100 * factored / need["amount"]
    free = known(limited.free_minor) / 100
    return {
        "costly": word(first.name, FACTORS[first.name].en, FACTORS[first.name].zh, second=second.name),
        "chance": number("share", chance, chance * 0.005, percent=chance * 100, bad_to_good=chance / (1 - chance),
                         odds=1 / chance - 1),
        "way_up": Exercise("share", lambda answer: _way_up(lesson, scored, answer)),
        "need": number("amount", need["amount"], 5, cents=need["amount"] * 100,
                       term_only=need["base"] / need["year"] * need["term"]),
        "rounded": number("amount", rounded, 1, no_factor=_down(need["amount"], rounded), beside=beside, not_rounded=factored, lifted=limit),
        "room": number("amount", free, 1, above=-free, open_only=limit - exposure["open_items_minor"] / 100,
                       net=limit - exposure["net_minor"] / 100),
    }  # fmt: skip


def _need(limited: Any) -> dict[str, float]:
    """Return the method of need of a customer, in units: base, year, term, amount."""
    told = next(reason for reason in limited.limit.reasons if reason.code == "limit.need")
    base = float(str(told.values["base"]).replace(",", ""))
    amount = limited.limit.methods["need"] / 100
    return {"base": base, "year": told.values["year"], "term": told.values["term"], "amount": amount}


def _down(amount: float, like: float) -> float:
    """Return an amount rounded down to as many digits as the policy keeps of another."""
    unit = 10.0 ** (int(math.log10(like)) - 1)
    return math.floor(amount / unit) * unit


def _way_up(lesson: Lesson, scored: Any, answer: Any) -> str:
    """Judge a share paid on time by scoring with it, and with a little less."""
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return KIND
    if not 0 <= answer <= 1:
        return "percent" if 1 < answer <= 100 else HINT

    def rank(value: float) -> int:
        made = cl.score_values({**scored.facts, FACTOR: value}, lesson.policy, lesson.day, customer=SCORED)
        return GRADES.index(made.grade) if made.grade in GRADES else len(GRADES)

    now = GRADES.index(scored.score.grade)
    if rank(float(answer)) >= now:
        return "too_low"
    return RIGHT if rank(float(answer) - _STEP) >= now else "too_high"
