"""A scorecard that is given is checked: each fault told with what is there and what should be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from creditlib.policy.parameter import Problem
from creditlib.policy.scorecard import Bin, read_card

GOOD = {
    "factor": "current_ratio",
    "weight": 1,
    "bins": [0, [1, 50], [2, 100]],
    "missing": "skip",
    "source": "manual §3",
}


def _with(**changes: Any) -> list[dict[str, Any]]:
    return [{**GOOD, **changes}]


def test_a_good_card_is_read_as_it_stands() -> None:
    card = read_card([GOOD])
    assert not isinstance(card, Problem)
    assert card[0].bins == (Bin(None, 0), Bin(Decimal(1), 50), Bin(Decimal(2), 100))
    assert (card[0].weight, card[0].missing) == (1, "skip")


@pytest.mark.parametrize(
    ("raw", "check", "en", "zh"),
    [
        ([], "wrong-type", "value is [], expected a list of factors.", "value 为 []，应为因子列表。"),
        (
            [{**GOOD, "weight": Decimal("0.6")}, {**GOOD, "factor": "equity_ratio", "weight": Decimal("0.3")}],
            "wrong-weights",
            "the weights add up to 0.9, expected 1. The difference is -0.1.",
            "权重合计为 0.9，应为 1。差额 -0.1。",
        ),
        (
            [{**GOOD, "weight": Decimal("0.5")}, {**GOOD, "weight": Decimal("0.5")}],
            "factor-twice",
            "current_ratio is listed twice. Keep one.",
            "current_ratio 重复列出。请只保留一个。",
        ),
        (
            _with(weight=0),
            "wrong-weight",
            "current_ratio: weight is 0, expected a share above 0 with at most four decimals.",
            "current_ratio：权重为 0，应为大于 0、最多四位小数的比例。",
        ),
        (
            _with(bins=[0, [2, 50], [1, 100]]),
            "not-rising",
            "current_ratio: 1 stands after 2. Write the thresholds in rising order.",
            "current_ratio：1 排在 2 之后。请按从小到大排列界限。",
        ),
        (
            _with(bins=[50, [1, 20]]),
            "wrong-direction",
            "current_ratio: 20 points from 1 are fewer than 50 below it, but higher is better.",
            "current_ratio：自 1 起得 20 分，比其下的 50 分更少，但该因子越高越好。",
        ),
        (
            _with(factor="days_beyond_terms", bins=[50, [1, 80]]),
            "wrong-direction",
            "days_beyond_terms: 80 points from 1 are more than 50 below it, but lower is better.",
            "days_beyond_terms：自 1 起得 80 分，比其下的 50 分更多，但该因子越低越好。",
        ),
        (
            _with(bins=[0, [1, 101]]),
            "wrong-bins",
            "current_ratio: bins are [0, [1, 101]], expected [points below, [threshold, points], …], points whole from 0 to 100.",
            "current_ratio：bins 为 [0, [1, 101]]，应为 [最低档得分, [界限, 得分], …]，得分为 0 至 100 的整数。",
        ),
        (
            _with(missing=0),
            "wrong-missing",
            'current_ratio: missing is 0, expected "skip" or points from 1 to 100: the unknown is never zero.',
            'current_ratio：missing 为 0，应为 "skip" 或 1 至 100 分：未知不等于零。',
        ),
        (
            _with(source=" "),
            "missing-source",
            "current_ratio: source is missing. Say why these bins.",
            "current_ratio：缺少 source。请写明分档依据。",
        ),
        (
            [{"factor": "current_ratio"}],
            "wrong-keys",
            "a factor has factor; expected factor, weight, bins, missing, source.",
            "因子的键为 factor；应为 factor、weight、bins、missing、source。",
        ),
    ],
)
def test_a_bad_card_says_what_is_wrong(raw: Any, check: str, en: str, zh: str) -> None:
    problem = read_card(raw)
    assert isinstance(problem, Problem)
    assert (problem.check, problem.en, problem.zh) == (check, en, zh)


def test_an_unknown_factor_lists_those_there_are() -> None:
    problem = read_card(_with(factor="current_ration"))
    assert isinstance(problem, Problem)
    assert problem.en.startswith('"current_ration" is no factor. Choose from z_service, equity_ratio,')
