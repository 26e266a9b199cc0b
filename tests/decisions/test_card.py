"""A scorecard by hand, in one row and in columns; and the way each factor moves it."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from creditlib.decisions.score.card import Card, card_of
from creditlib.measures.factors import FROM_STATEMENTS, FROM_VISITS
from creditlib.measures.ledger_factors import FROM_LEDGER
from creditlib.policy import load_policy
from creditlib.policy.factors import FACTORS
from creditlib.policy.parameter import Problem
from creditlib.policy.scorecard import CardFactor, read_card

DAY = date(2026, 1, 1)


@pytest.fixture
def card() -> Card:
    return card_of(load_policy().at(DAY))


def _line(factor: str, weight: Any, bins: list[Any], missing: Any = "skip") -> dict[str, Any]:
    return {"factor": factor, "weight": weight, "bins": bins, "missing": missing, "source": "made up"}


def _made(lines: list[dict[str, Any]]) -> Card:
    values = dict(load_policy().at(DAY))
    card = read_card(lines)
    assert not isinstance(card, Problem), card.en
    values["score.card"] = card
    return card_of(values)  # type: ignore[arg-type]


def test_a_score_by_hand() -> None:
    card = _made([
        _line("current_ratio", Decimal("0.6"), [0, [1, 50], [2, 100]]),
        _line("days_beyond_terms", Decimal("0.4"), [100, [15, 50], [60, 0]]),
    ])  # fmt: skip
    scored = card.explain({"current_ratio": 1.5, "days_beyond_terms": 10})
    assert scored.quality == 70  # 0.6 × 50 + 0.4 × 100
    assert scored.score == 620  # 480 + 200 × 0.70
    assert [line.lost for line in scored.lines] == [60, 0]  # 200 × 0.6 × (100 − 50) ÷ 100
    assert scored.default_probability == pytest.approx(1 / (1 + 100))  # 620 points: odds 100 to 1
    assert scored.grade == "B"  # 610 ≤ 620 < 640


def test_a_factor_left_out_gives_its_weight_to_the_others() -> None:
    card = _made([
        _line("current_ratio", Decimal("0.5"), [0, [1, 50], [2, 100]]),
        _line("days_beyond_terms", Decimal("0.5"), [100, [15, 50], [60, 0]]),
    ])  # fmt: skip
    scored = card.explain({"days_beyond_terms": 20})
    assert (scored.quality, scored.evidence, scored.score) == (
        50,
        0.5,
        580,
    )  # all weight on the 50 points of 15 to 60 days
    assert [line.share for line in scored.lines] == [0, 1]


def test_the_unknown_counts_as_the_card_says_and_is_no_evidence() -> None:
    card = _made([
        _line("years_in_business", Decimal("0.5"), [0, [5, 100]], missing=40),
        _line("days_beyond_terms", Decimal("0.5"), [100, [15, 50], [60, 0]]),
    ])  # fmt: skip
    scored = card.explain({"days_beyond_terms": 0})
    assert (scored.quality, scored.evidence) == (70, 0.5)  # (40 + 100) ÷ 2
    assert (scored.lines[0].points, scored.lines[0].known) == (40, False)


def test_below_the_least_evidence_there_is_no_number(card: Card) -> None:
    assert card.least == 0.35
    scored = card.explain({"current_ratio": 5, "equity_ratio": 0.9})  # 0.04 + 0.08 known
    assert (scored.score, scored.grade, scored.default_probability, scored.quality) == (None, None, None, None)
    assert scored.evidence == pytest.approx(0.12)


@pytest.mark.parametrize(("points", "grade"), [(640, "A"), (639, "B"), (610, "B"), (609, "C"), (580, "C"), (579, "D"), (545, "D"), (544, "E"), (480, "E")])  # fmt: skip
def test_a_grade_begins_at_its_boundary(card: Card, points: int, grade: str) -> None:
    assert card.grade(points) == grade
    assert card.graded[points - card.low] == grade


@pytest.mark.parametrize("name", FACTORS)
def test_moving_one_factor_the_good_way_never_lowers_the_score(card: Card, name: str) -> None:
    middling = {factor.name: (factor.edges[len(factor.edges) // 2]) for factor in card.factors}
    own = next(factor for factor in card.factors if factor.name == name)
    steps = [own.edges[0] - 1, *own.edges, own.edges[-1] + 1]
    scores = [card.explain({**middling, name: value}).score for value in steps]
    assert None not in scores
    if FACTORS[name].better == "lower":
        scores.reverse()
    assert all(low <= high for low, high in pairwise(scores))  # type: ignore[operator]
    assert scores[0] < scores[-1]  # type: ignore[operator]
    probabilities = [card.probability(score) for score in scores if score is not None]
    assert all(low >= high for low, high in pairwise(probabilities))


def test_points_lost_and_the_score_add_up_to_the_best_there_is(card: Card) -> None:
    values = {factor.name: factor.edges[0] for factor in card.factors}
    scored = card.explain(values)
    assert scored.score is not None
    assert scored.score + sum(line.lost for line in scored.lines) == pytest.approx(680, abs=0.5)  # the score is rounded


def test_a_ratio_without_bounds_falls_into_the_outermost_bin(card: Card) -> None:
    base = {factor.name: factor.edges[0] for factor in card.factors}
    best = card.explain({**base, "interest_cover": math.inf}).lines
    worst = card.explain({**base, "interest_cover": -math.inf}).lines
    at = card.names.index("interest_cover")
    assert (best[at].points, worst[at].points) == (100, 0)


def test_a_column_gives_what_each_row_gives(card: Card) -> None:
    rng = np.random.default_rng(7)
    rows = 2_000
    columns = {}
    for factor in card.factors:
        edges = np.array([*factor.edges, factor.edges[-1] + 1, factor.edges[0] - 1, np.nan, np.inf, -np.inf])
        columns[factor.name] = rng.choice(edges, rows)
    made = card.columns(columns, rows)
    for row in range(rows):
        values = {name: float(column[row]) for name, column in columns.items()}
        scored = card.explain(values)
        assert card.number([values[name] for name in card.names]) == scored.score
        assert made.score[row] == (-1 if scored.score is None else scored.score)
        assert made.evidence[row] == scored.evidence
        assert made.points[row].tolist() == [line.points for line in scored.lines]
        assert made.known[row].tolist() == [line.known for line in scored.lines]


def test_a_factor_nobody_is_known_by_may_lack_its_column(card: Card) -> None:
    columns = {name: np.array([0.0]) for name in ("days_beyond_terms", "oldest_overdue", "overdue_share")}
    columns |= {"on_time_share": np.array([1.0]), "years_as_customer": np.array([1.0])}
    made = card.columns(columns, 1)
    assert made.score[0] == card.explain({name: float(column[0]) for name, column in columns.items()}).score


def test_every_factor_of_a_card_is_measured_somewhere() -> None:
    assert {*FROM_STATEMENTS, *FROM_LEDGER, *FROM_VISITS, "years_in_business"} == set(FACTORS)


def test_the_standard_card_weighs_every_factor_and_says_it_is_expert() -> None:
    values = load_policy().at(DAY)
    card: tuple[CardFactor, ...] = values["score.card"]
    assert {factor.name for factor in card} == set(FACTORS)
    assert sum(factor.weight for factor in card) == 1
    assert values["score.basis"] == "expert"
    assert all(factor.source for factor in card)


def test_a_book_longer_than_one_piece_is_scored_as_each_customer_is(card: Card) -> None:
    rows = 2 * (1 << 15) + 1
    random = np.random.default_rng(11)
    columns = {}
    for factor in card.factors:
        values = random.choice([*factor.edges, factor.edges[0] - 1, factor.edges[-1] + 1, np.nan], rows)
        columns[factor.name] = values
    made = card.columns(columns, rows)
    for row in (0, (1 << 15) - 1, 1 << 15, 2 * (1 << 15), *random.integers(0, rows, 200).tolist()):
        alone = card.number([float(columns[name][row]) for name in card.names])
        assert made.score[row] == (-1 if alone is None else alone)
