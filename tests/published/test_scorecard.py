"""Every figure of scorecard.toml, and the edges of ranking and binning."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from creditlib import formulas
from creditlib.errors import CreditError

DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("scorecard.toml").read_text(encoding="utf-8"))


def test_every_figure_names_its_source() -> None:
    assert all(case["ref"] and case["locator"] for case in DATA.values())


def test_published_scale_comes_out_and_points_and_odds_are_each_others_inverse() -> None:
    case = DATA["points"]
    scale = formulas.points_scale(case["score"], case["odds"], case["double_odds"])
    assert scale == pytest.approx((case["factor"], case["offset"]), abs=case["tolerance"])
    for odds, score in case["scores"].items():
        assert formulas.score_of(int(odds), scale) == pytest.approx(score, abs=case["tolerance"])
        assert formulas.odds_of(score, scale) == pytest.approx(int(odds))


def test_odds_give_their_probability_of_default() -> None:
    case = DATA["default"]
    assert [formulas.default_probability(odds) for odds in case["odds"]] == pytest.approx(case["probability"])


@pytest.mark.parametrize("times", [1, 200])
def test_published_evidence_comes_out_of_shares_and_of_counts(times: int) -> None:
    case = DATA["evidence"]
    goods, bads = ([share * times for share in case[side]] for side in ("goods", "bads"))
    assert formulas.weight_of_evidence(goods, bads) == pytest.approx(case["weights"], abs=case["tolerance"])
    assert formulas.information_value(goods, bads) == pytest.approx(case["information_value"], abs=1e-6)


def test_published_stability_index_comes_out() -> None:
    case = DATA["stability"]
    found = formulas.population_stability(case["expected"], case["actual"])
    assert found == pytest.approx(case["index"], abs=case["tolerance"])
    assert formulas.population_stability(case["actual"], case["expected"]) == pytest.approx(found)
    assert formulas.population_stability(case["actual"], case["actual"]) == 0


def test_ranking_comes_out_as_counted_by_hand() -> None:
    case = DATA["ranking"]
    assert formulas.auc(case["scores"], case["failed"]) == case["auc"]
    assert formulas.kolmogorov_smirnov(case["scores"], case["failed"]) == case["kolmogorov_smirnov"]


@pytest.mark.parametrize(
    ("scores", "area", "distance"),
    [([3, 4, 1, 2], 1.0, 1.0), ([1, 2, 3, 4], 0.0, 1.0), ([7, 7, 7, 7], 0.5, 0.0), ([1, 4, 2, 3], 0.5, 0.5)],
    ids=["all apart", "all the wrong way round", "all alike", "failures in the middle"],
)
def test_ranking_at_its_ends(scores: list[int], area: float, distance: float) -> None:
    failed = [False, False, True, True]
    assert formulas.auc(scores, failed) == area
    assert formulas.kolmogorov_smirnov(scores, failed) == distance


def test_arrays_are_taken_like_lists() -> None:
    scores, failed = np.array([700.0, 650, 650, 600]), np.array([False, False, True, True])
    assert formulas.auc(scores, failed) == DATA["ranking"]["auc"]  # type: ignore[arg-type]
    goods, bads = np.array([80, 20]), np.array([40, 60])
    assert formulas.information_value(goods, bads) == formulas.information_value([80, 20], [40, 60])  # type: ignore[arg-type]


def test_a_hundred_thousand_scores_are_ranked() -> None:
    count = 100_000
    scores = [place % 1000 for place in range(count)]
    failed = [score < 100 for score in scores]  # the lowest tenth fails
    assert formulas.auc(scores, failed) == formulas.kolmogorov_smirnov(scores, failed) == 1.0


@pytest.mark.parametrize(
    ("scores", "failed"),
    [([], []), ([1], [True]), ([1, 2], [True]), ([1, 2], [True, True]), ([1, float("nan")], [True, False]), ([1, 2], [1, 2])],
)  # fmt: skip
def test_what_can_not_be_ranked_is_refused(scores: list[float], failed: list[bool]) -> None:
    for measure in (formulas.auc, formulas.kolmogorov_smirnov):
        with pytest.raises(CreditError):
            measure(scores, failed)


@pytest.mark.parametrize(
    ("left", "right"), [([], []), ([1], [1, 1]), ([1, 0], [1, 1]), ([1, 1], [0, 1]), ([0, 1], [0, 1]), ([-1, 2], [1, 1])]
)  # fmt: skip
def test_empty_and_impossible_bins_are_refused(left: list[float], right: list[float]) -> None:
    for measure in (formulas.weight_of_evidence, formulas.information_value, formulas.population_stability):
        with pytest.raises(CreditError):
            measure(left, right)


def test_scales_and_odds_that_can_not_be_are_refused() -> None:
    scale = formulas.points_scale(600, 50, 20)
    for wrong in ((600, 0, 20), (600, 50, 0), (600, 50, -20), (float("nan"), 50, 20)):
        with pytest.raises(CreditError):
            formulas.points_scale(*wrong)
    for odds in (0, -1, float("inf")):
        with pytest.raises(CreditError):
            formulas.score_of(odds, scale)
    for score in (1e6, -1e6, float("nan")):
        with pytest.raises(CreditError):
            formulas.odds_of(score, scale)
    with pytest.raises(CreditError):
        formulas.default_probability(-0.5)
