"""Ranking equals counting every pair; points and odds are each other's inverse; identities hold for any input."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from creditlib import formulas

RANKED = st.lists(st.tuples(st.one_of(st.integers(0, 5), st.floats(-1e6, 1e6)), st.booleans()), min_size=2, max_size=25)


@given(RANKED)
def test_ranking_equals_counting_every_pair_and_every_threshold(rows: list[tuple[float, bool]]) -> None:
    scores, failed = [score for score, _ in rows], [flag for _, flag in rows]
    alive, dead = ([score for score, flag in rows if flag is kind] for kind in (False, True))
    assume(alive and dead)
    won = sum((a > d) + (a == d) / 2 for a in alive for d in dead)
    assert formulas.auc(scores, failed) == won / (len(alive) * len(dead))
    gaps = [abs(sum(d <= t for d in dead) / len(dead) - sum(a <= t for a in alive) / len(alive)) for t in scores]
    assert formulas.kolmogorov_smirnov(scores, failed) == pytest.approx(max(gaps))
    turned = formulas.auc([-score for score in scores], failed)
    assert turned + formulas.auc(scores, failed) == pytest.approx(1)


@given(st.floats(-1000, 2000), st.floats(-1000, 1000), st.floats(0.01, 1000), st.floats(5, 500))
def test_score_of_the_odds_of_a_score_is_the_score(score: float, base: float, odds: float, double: float) -> None:
    scale = formulas.points_scale(base, odds, double)
    found = formulas.odds_of(score, scale)
    assert formulas.score_of(found, scale) == pytest.approx(score, abs=1e-6)
    assert formulas.odds_of(score + double, scale) == pytest.approx(2 * found)
    assert 0 <= formulas.default_probability(found) <= 1


BINS = st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 1000)), min_size=1, max_size=8)


@given(BINS)
def test_information_and_stability_are_one_measure_and_never_negative(bins: list[tuple[int, int]]) -> None:
    goods, bads = [good for good, _ in bins], [bad for _, bad in bins]
    value = formulas.information_value(goods, bads)
    assert value >= -1e-12
    assert formulas.population_stability(bads, goods) == pytest.approx(value)
    weights = formulas.weight_of_evidence(goods, bads)
    parts = [(g / sum(goods) - b / sum(bads)) * w for g, b, w in zip(goods, bads, weights, strict=True)]
    assert sum(parts) == pytest.approx(value)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1), st.floats(0, 1e5))
def test_a_claim_never_exceeds_the_insured_share_of_what_counts(
    loss: float, limit: float, share: float, deductible: float
) -> None:
    early = formulas.claim(loss, limit, share, deductible)
    late = formulas.claim(loss, limit, share, deductible, "share_first")
    assert 0 <= late <= early + 1e-6  # the deductible taken last is taken whole
    assert early <= min(loss, limit) * share


@given(st.floats(0, 0.5), st.integers(0, 60), st.integers(1, 120))
def test_compounding_never_makes_credit_cheaper_within_a_year(discount: float, until: int, more: int) -> None:
    simple = formulas.credit_cost_simple(discount, until, until + more)
    assert formulas.credit_cost_compound(discount, until, until + more) >= simple * (1 - 1e-9)
