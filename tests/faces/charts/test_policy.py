"""The chart of moves between grades: every cell tells its count, the tone says which way."""

from __future__ import annotations

from creditlib.faces.charts.look import ACCENT, COSTS, GRID
from creditlib.faces.charts.policy import moves
from creditlib.policy import GRADES

COUNTS = {("A", "A"): 5, ("A", "C"): 2, ("C", "B"): 4, ("–", "–"): 1, ("–", "E"): 3}


def test_every_pair_has_a_cell_with_its_count_and_tone() -> None:
    made = moves(COUNTS, [*GRADES, "–"], before="Today", after="Draft", others="no grade")
    cells = {(row["before"], row["after"]): row for row in made.rows["moves"]}
    assert len(cells) == 36
    assert {pair: row["text"] for pair, row in cells.items() if row["told"]} == {k: str(v) for k, v in COUNTS.items()}
    tones = [cells[pair]["color"] for pair in (("A", "A"), ("A", "C"), ("C", "B"), ("B", "A"))]
    assert tones == [GRID, COSTS, ACCENT, "transparent"]
    shades = [cells[pair]["shade"] for pair in (("C", "B"), ("A", "C"), ("B", "A"))]
    assert shades[0] == 1.0  # the most frequent move
    assert 0 < shades[1] < 1
    assert shades[2] == 0


def test_moves_are_told_in_words_and_who_stays_is_left_out() -> None:
    made = moves(COUNTS, [*GRADES, "–"], before="Today", after="Draft", others="no grade")
    assert made.alt == "A → C: 2; C → B: 4; no grade → E: 3"
    assert moves({("A", "A"): 1}, [*GRADES, "–"], before="", after="").alt == "="


def test_the_drawing_stays_the_same_while_figures_move() -> None:
    first, second = (moves(one, [*GRADES, "–"], before="a", after="b") for one in (COUNTS, {("B", "B"): 9}))
    assert first.spec is second.spec
