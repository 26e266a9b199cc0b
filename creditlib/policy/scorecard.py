"""A scorecard as a policy value: factors with weight, bins, points and a rule for what is missing.

What must stay true: a card that was read can be used as it is: weights add up to 1, bins rise and give points in the direction the
factor is good for, and every factor says what happens when it is not known. Never zero points for the unknown.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

from creditlib.policy.factors import FACTORS
from creditlib.policy.parameter import Problem, shown

_KEYS: Final = ("factor", "weight", "bins", "missing", "source")


class Bin(NamedTuple):
    """Points from a threshold on; the first bin has none and holds everything below the second."""

    threshold: Decimal | None
    points: int


class CardFactor(NamedTuple):
    """One line of a scorecard. weight: share of 1, in ten-thousandths exactly. bins: points of 100. missing: "skip" leaves the
    factor out and spreads its weight over the others; a number gives these points of 100. source: why these bins."""

    name: str
    weight: Decimal
    bins: tuple[Bin, ...]
    missing: int | Literal["skip"]
    source: str


def read_card(raw: Any) -> tuple[CardFactor, ...] | Problem:
    """Return a scorecard, or the first thing wrong with it.

    raw: a list of tables { factor, weight, bins, missing, source }; bins = [10, [0, 40], [2.6, 100]] reads: 10 points below 0, 40
    from 0, 100 from 2.6.

    >>> read_card([{"factor": "current_ratio", "weight": 1, "bins": [0, [1, 100]], "missing": "skip", "source": "x"}])[0].bins
    (Bin(threshold=None, points=0), Bin(threshold=Decimal('1'), points=100))
    """
    if not isinstance(raw, list) or not raw:
        return _problem(
            "wrong-type",
            f"value is {shown(raw)}, expected a list of factors.",
            f"value 为 {shown(raw)}，应为因子列表。",
        )
    factors: list[CardFactor] = []
    for line in raw:
        factor = _factor(line)
        if isinstance(factor, Problem):
            return factor
        if any(factor.name == other.name for other in factors):
            return _problem(
                "factor-twice", f"{factor.name} is listed twice. Keep one.", f"{factor.name} 重复列出。请只保留一个。"
            )
        factors.append(factor)
    total = sum((factor.weight for factor in factors), Decimal(0))
    if total != 1:
        return _problem(
            "wrong-weights",
            f"the weights add up to {total.normalize():f}, expected 1. The difference is {(total - 1).normalize():+f}.",
            f"权重合计为 {total.normalize():f}，应为 1。差额 {(total - 1).normalize():+f}。",
        )
    return tuple(factors)


def _factor(line: Any) -> CardFactor | Problem:
    if not isinstance(line, dict) or set(line) != set(_KEYS):
        keys = sorted(line) if isinstance(line, dict) else shown(line)
        told = ", ".join(keys) if isinstance(keys, list) else keys
        return _problem(
            "wrong-keys",
            f"a factor has {told}; expected {', '.join(_KEYS)}.",
            f"因子的键为 {told}；应为 {'、'.join(_KEYS)}。",
        )
    name = line["factor"]
    if name not in FACTORS:
        return _problem(
            "unknown-factor",
            f"{shown(name)} is no factor. Choose from {', '.join(FACTORS)}.",
            f"{shown(name)} 不是已知因子。可选：{'、'.join(FACTORS)}。",
        )
    weight = _decimal(line["weight"])
    if weight is None or not 0 < weight <= 1 or weight * 10_000 != int(weight * 10_000):
        return _problem(
            "wrong-weight",
            f"{name}: weight is {shown(line['weight'])}, expected a share above 0 with at most four decimals.",
            f"{name}：权重为 {shown(line['weight'])}，应为大于 0、最多四位小数的比例。",
        )
    bins = _bins(name, line["bins"])
    if isinstance(bins, Problem):
        return bins
    missing = line["missing"]
    if missing != "skip" and not (isinstance(missing, int) and not isinstance(missing, bool) and 1 <= missing <= 100):
        return _problem(
            "wrong-missing",
            f'{name}: missing is {shown(missing)}, expected "skip" or points from 1 to 100: the unknown is never zero.',
            f'{name}：missing 为 {shown(missing)}，应为 "skip" 或 1 至 100 分：未知不等于零。',
        )
    if not isinstance(line["source"], str) or not line["source"].strip():
        return _problem(
            "missing-source",
            f"{name}: source is missing. Say why these bins.",
            f"{name}：缺少 source。请写明分档依据。",
        )
    return CardFactor(name, weight, bins, missing, line["source"].strip())


def _bins(name: str, raw: Any) -> tuple[Bin, ...] | Problem:
    shape = _problem(
        "wrong-bins",
        f"{name}: bins are {shown(raw)}, expected [points below, [threshold, points], …], points whole from 0 to 100.",
        f"{name}：bins 为 {shown(raw)}，应为 [最低档得分, [界限, 得分], …]，得分为 0 至 100 的整数。",
    )
    if not isinstance(raw, list) or len(raw) < 2 or not all(isinstance(row, list) and len(row) == 2 for row in raw[1:]):
        return shape
    bins: list[Bin] = []
    for threshold, points in [(None, raw[0]), *raw[1:]]:
        edge = None if threshold is None else _decimal(threshold)
        whole = isinstance(points, int) and not isinstance(points, bool) and 0 <= points <= 100
        if (threshold is not None and edge is None) or not whole:
            return shape
        bins.append(Bin(edge, points))
    better = FACTORS[name].better
    for before, after in pairwise(bins):
        if before.threshold is not None and after.threshold is not None and after.threshold <= before.threshold:
            return _problem(
                "not-rising",
                f"{name}: {after.threshold} stands after {before.threshold}. Write the thresholds in rising order.",
                f"{name}：{after.threshold} 排在 {before.threshold} 之后。请按从小到大排列界限。",
            )
        if (after.points < before.points) == (better == "higher") and after.points != before.points:
            word, zh = ("fewer", "更少") if better == "higher" else ("more", "更多")
            return _problem(
                "wrong-direction",
                f"{name}: {after.points} points from {after.threshold} are {word} than {before.points} below it, but {better} is better.",
                f"{name}：自 {after.threshold} 起得 {after.points} 分，比其下的 {before.points} 分{zh}，但该因子{'越高' if better == 'higher' else '越低'}越好。",
            )
    return tuple(bins)


def _decimal(raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        return None
    return Decimal(raw) if Decimal(raw).is_finite() and abs(Decimal(raw).adjusted()) < 15 else None


def _problem(check: str, en: str, zh: str) -> Problem:
    return Problem(check, en, zh)
