"""Scorecards: points and odds, evidence in a bin, drift of a population, and how well scores tell failures from survivors.

What must stay true: plain Python; higher scores are safer, odds are good to bad; an empty bin is refused, never smoothed in
silence; rank figures are exact: pairs are counted in whole numbers and divided once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import exp, log
from operator import itemgetter
from typing import NamedTuple

from creditlib.errors import CreditError, UsageError
from creditlib.formulas.inputs import figure, need_above_zero, need_not_negative, need_number

STEEPEST = 700.0  # natural logarithm of the largest odds told; beyond it a double runs over


class PointsScale(NamedTuple):
    """How points and odds relate: score = offset + factor × ln(odds)."""

    factor: float
    offset: float


def points_scale(base_points: float, base_odds: float, double_odds: float) -> PointsScale:
    """Return the scale on which `base_points` mean `base_odds` and `double_odds` further points double the odds.

    base_odds: good to bad, 50 for 50:1. Raises: CreditError when the odds or the points to double them are ≤ 0.
    Source: tests/published/scorecard.toml, score-pdo.

    >>> scale = points_scale(600, 50, 20)
    >>> round(scale.factor, 6), round(scale.offset, 6)
    (28.853901, 487.122876)
    """
    need_number(base_points, "base points", "基准分")
    need_above_zero(base_odds, "base odds", "基准好坏比")
    need_above_zero(double_odds, "points that double the odds", "好坏比翻倍所需分数")
    factor = double_odds / log(2)
    return PointsScale(factor, base_points - factor * log(base_odds))


def odds_of(score: float, scale: PointsScale) -> float:
    """Return the good-to-bad odds a score stands for: e to the power of (score − offset) ÷ factor.

    Raises: CreditError when the score lies so far from the scale that its odds leave the numbers a computer has.
    Source: tests/published/scorecard.toml, score-pdo.

    >>> round(odds_of(620, points_scale(600, 50, 20)), 6)
    100.0
    """
    need_above_zero(scale.factor, "factor of the scale", "刻度因子")
    power = (score - scale.offset) / scale.factor
    if not -STEEPEST <= power <= STEEPEST:
        raise CreditError(
            f"score {figure(score)} is too far from the scale's {figure(scale.offset)} points at odds 1:1. Check that the "
            "score was made on this scale.",
            f"评分 {figure(score)} 与刻度上好坏比 1:1 的 {figure(scale.offset)} 分相距过远。请确认该评分出自这一刻度。",
        )
    return exp(power)


def score_of(odds: float, scale: PointsScale) -> float:
    """Return the score good-to-bad odds stand for: offset + factor × ln(odds).

    Raises: CreditError when the odds are ≤ 0. Source: tests/published/scorecard.toml, score-pdo.

    >>> round(score_of(25, points_scale(600, 50, 20)), 6)
    580.0
    """
    need_above_zero(odds, "odds", "好坏比")
    return scale.offset + scale.factor * log(odds)


def default_probability(odds: float) -> float:
    """Return the probability of default of good-to-bad odds, a share: 1 ÷ (1 + odds).

    Raises: CreditError when the odds are negative. Source: tests/published/scorecard.toml, default-probability.

    >>> default_probability(49)
    0.02
    """
    need_not_negative(odds, "odds", "好坏比")
    return 1 / (1 + odds)


def weight_of_evidence(goods: Sequence[float], bads: Sequence[float]) -> tuple[float, ...]:
    """Return the weight of evidence of each bin: ln(its share of all goods ÷ its share of all bads); above 0 is safer.

    goods, bads: counts, or shares, by bin, same length. Raises: CreditError when the lengths differ, or a bin holds no goods
    or no bads (its weight would be unbounded). Source: tests/published/scorecard.toml, woe-iv.

    >>> [round(w, 3) for w in weight_of_evidence([80, 20], [40, 60])]
    [0.693, -1.099]
    """
    return tuple(log(good / bad) for good, bad in _shares(goods, bads, ("goods", "好客户"), ("bads", "坏客户")))


def information_value(goods: Sequence[float], bads: Sequence[float]) -> float:
    """Return how much a grouping tells goods from bads: Σ (share of goods − share of bads) × weight of evidence.

    Inputs and errors as in `weight_of_evidence`. Source: tests/published/scorecard.toml, woe-iv.

    >>> round(information_value([80, 20], [40, 60]), 4)
    0.7167
    """
    pairs = _shares(goods, bads, ("goods", "好客户"), ("bads", "坏客户"))
    return sum((good - bad) * log(good / bad) for good, bad in pairs)


def population_stability(expected: Sequence[float], actual: Sequence[float]) -> float:
    """Return the population stability index: Σ (actual share − expected share) × ln(actual share ÷ expected share).

    expected, actual: counts, or shares, by bin, same length. Raises: CreditError when the lengths differ or a bin is empty on
    either side. Source: tests/published/scorecard.toml, psi.

    >>> round(population_stability([40, 30, 30], [35, 25, 40]), 6)
    0.044561
    """
    pairs = _shares(expected, actual, ("expected", "基准"), ("actual", "实际"))
    return sum((now - then) * log(now / then) for then, now in pairs)


def auc(scores: Sequence[float], failed: Sequence[bool]) -> float:
    """Return the area under the ROC curve: how likely a survivor scores above a failure, equal scores counting half.

    scores: higher is safer; failed: one flag each. 0.5 is guessing, 1 tells all apart; the Gini coefficient is 2 × this − 1.
    Raises: CreditError when the lengths differ, a score is no number, a flag is unknown, or only one kind is there.
    Source: tests/published/scorecard.toml, auc-hand.

    >>> auc([700, 650, 650, 600], [False, False, True, True])
    0.875
    """
    survivors, failures, half_pairs, beaten = 0, 0, 0, 0
    for alive, dead in _ties(scores, failed):
        half_pairs += alive * (2 * beaten + dead)
        beaten += dead
        survivors, failures = survivors + alive, failures + dead
    return half_pairs / (2 * survivors * failures)


def kolmogorov_smirnov(scores: Sequence[float], failed: Sequence[bool]) -> float:
    """Return the Kolmogorov–Smirnov distance: the widest gap between the score distributions of failures and survivors.

    A share from 0 (alike) to 1; the sign of the gap is not told. Inputs and errors as in `auc`.
    Source: tests/published/scorecard.toml, auc-hand.

    >>> kolmogorov_smirnov([700, 650, 650, 600], [False, False, True, True])
    0.5
    """
    groups = list(_ties(scores, failed))
    survivors, failures = sum(alive for alive, _ in groups), sum(dead for _, dead in groups)
    below_alive, below_dead, widest = 0, 0, 0
    for alive, dead in groups:
        below_alive, below_dead = below_alive + alive, below_dead + dead
        widest = max(widest, abs(below_dead * survivors - below_alive * failures))
    return widest / (survivors * failures)


def _ties(scores: Sequence[float], failed: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Survivors and failures of each distinct score, lowest score first."""
    if len(scores) != len(failed):
        raise UsageError(
            f"{len(scores):,} scores and {len(failed):,} flags. Give one flag, failed or not, to each score.",
            f"{len(scores):,} 个评分，{len(failed):,} 个违约标记。请为每个评分各给一个标记。",
        )
    for place, (score, flag) in enumerate(zip(scores, failed, strict=True), 1):
        need_number(score, f"score {place:,}", f"第 {place:,} 个评分")
        if flag not in (0, 1):
            raise CreditError(
                f"flag {place:,} is {flag!r}, neither true nor false. Leave out whoever's outcome is not known.",
                f"第 {place:,} 个违约标记为 {flag!r}，既非真也非假。请剔除结果未知的客户。",
            )
    failures = sum(map(bool, failed))
    if not 0 < failures < len(scores):
        raise CreditError(
            f"{failures:,} of {len(scores):,} failed. Ranking is measured between failures and survivors: give some of each.",
            f"{len(scores):,} 个中有 {failures:,} 个违约。排序能力须在违约与未违约之间衡量：两类都要有。",
        )
    pairs = sorted(zip(scores, map(bool, failed), strict=True), key=itemgetter(0))
    for _, group in groupby(pairs, key=itemgetter(0)):
        flags = [flag for _, flag in group]
        yield len(flags) - sum(flags), sum(flags)


def _shares(
    left: Sequence[float], right: Sequence[float], left_name: tuple[str, str], right_name: tuple[str, str]
) -> list[tuple[float, float]]:
    """Both sides as shares of their totals, bin by bin. Names in English and Chinese."""
    if len(left) != len(right) or len(left) == 0:
        raise UsageError(
            f"{len(left)} bins of {left_name[0]} and {len(right)} of {right_name[0]}. Give both, for the same bins.",
            f"{left_name[1]}有 {len(left)} 组，{right_name[1]}有 {len(right)} 组。请按相同分组给出两者。",
        )
    for place, (one, other) in enumerate(zip(left, right, strict=True), 1):
        need_not_negative(one, f"{left_name[0]} of bin {place}", f"第 {place} 组的{left_name[1]}")
        need_not_negative(other, f"{right_name[0]} of bin {place}", f"第 {place} 组的{right_name[1]}")
        if one == 0 or other == 0:
            raise CreditError(
                f"bin {place} holds {figure(one)} {left_name[0]} and {figure(other)} {right_name[0]}: its logarithm is "
                "unbounded. Merge it with its neighbour.",
                f"第 {place} 组{left_name[1]}为 {figure(one)}、{right_name[1]}为 {figure(other)}：对数无界。请与相邻组合并。",
            )
    all_left, all_right = sum(left), sum(right)
    return [(one / all_left, other / all_right) for one, other in zip(left, right, strict=True)]
