"""The exercises of the course: what is right, what is not yet, and what is said."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from creditlib_notebooks.course import LESSONS, Lesson, lesson

from creditlib.errors import Lang, UsageError
from creditlib.faces.wording import words_under

sys.path.insert(0, str(Path(__file__).parent))
from model_answers import ANSWERS, MISTAKES

LANGS: tuple[Lang, ...] = ("en", "zh")
ASKED = [(name, exercise) for name in LESSONS for exercise in ANSWERS[name]]
WRONG = [(n, e, mistake, given) for n in LESSONS for e in MISTAKES[n] for mistake, given in MISTAKES[n][e].items()]


@pytest.fixture(scope="module", params=LANGS)
def lessons(request: pytest.FixtureRequest) -> dict[str, Lesson]:
    return {name: lesson(name, request.param) for name in LESSONS}


def test_every_exercise_has_a_model_answer_and_its_mistakes(lessons: dict[str, Lesson]) -> None:
    for name, here in lessons.items():
        assert list(here.exercises) == list(ANSWERS[name]) == list(MISTAKES[name])


@pytest.mark.parametrize(("name", "exercise"), ASKED)
def test_an_answer_worked_out_by_hand_is_right(lessons: dict[str, Lesson], name: str, exercise: str) -> None:
    mark = lessons[name].check(exercise, eval(ANSWERS[name][exercise], {"date": date}))
    assert mark.right
    assert words_under(f"course.{name}_{exercise}.right")[lessons[name].lang] in mark.text


@pytest.mark.parametrize(("name", "exercise", "mistake", "given"), WRONG)
def test_a_usual_mistake_is_told_as_such(
    lessons: dict[str, Lesson], name: str, exercise: str, mistake: str, given: object
) -> None:
    mark = lessons[name].check(exercise, given)
    assert not mark.right
    assert words_under(f"course.{name}_{exercise}.{mistake}")[lessons[name].lang] in mark.text


@pytest.mark.parametrize(("name", "exercise"), ASKED)
def test_an_answer_not_filled_in_is_told_and_another_wrong_one_gets_the_hint(
    lessons: dict[str, Lesson], name: str, exercise: str
) -> None:
    here = lessons[name]
    assert words_under("course.say.empty")[here.lang] in here.check(exercise, ...).text
    other: Any = {"number": -7, "amount": -7, "share": -7, "day": date(1999, 1, 1), "word": "?"}[
        here.exercises[exercise].kind
    ]
    hint = words_under(f"course.{name}_{exercise}.hint")[here.lang]
    assert hint in here.check(exercise, other).text


@pytest.mark.parametrize(("name", "exercise"), ASKED)
@pytest.mark.parametrize("given", [None, [], object(), float("nan"), True, "?", "1,5", 3 + 0j])
def test_no_answer_however_odd_stops_a_lesson(name: str, exercise: str, given: object) -> None:
    assert not lesson(name).check(exercise, given).right


def test_every_text_of_an_exercise_is_one_somebody_can_see() -> None:
    for name, exercise in ASKED:
        assert set(words_under(f"course.{name}_{exercise}")) == {"right", "hint", *MISTAKES[name][exercise]}


def test_numbers_of_every_kind_are_taken() -> None:
    here = lesson("aging")
    for given in (12, 12.0, np.int64(12), np.float64(12), Decimal(12)):
        assert here.check("past_due", given).right


def test_a_lesson_counts_what_is_done() -> None:
    here = lesson("terms", "zh")
    assert "6 道练习中 0 道正确" in here.done().text
    for exercise, answer in ANSWERS["terms"].items():
        here.check(exercise, eval(answer, {"date": date}))
    assert here.done().right
    here.check("due", ...)
    assert "due" in here.done().text


def test_a_mark_shows_itself_as_text_and_escaped_in_a_page() -> None:
    mark = lesson("aging").check("bucket", "<b>")
    assert repr(mark).startswith("○ Not yet.")
    assert 'role="status"' in mark._repr_html_()
    assert "<b>" not in mark._repr_html_()


def test_a_table_shows_amounts_in_the_currency_and_leaves_others_out() -> None:
    here = lesson("aging")
    rows = [
        {"customer": "A", "currency": "CNY", "total_minor": 123456, "1-30": 5, "share": 0.25, "on": date(2026, 1, 2)},
        {"customer": "B", "currency": "USD", "total_minor": 1, "1-30": 0, "share": None, "on": None},
    ]
    assert here.table(rows, "total_minor", "1-30", "share", "on").values.tolist() == [
        ["1,234.56", "0.05", "0.250", "2026-01-02"]
    ]


def test_what_there_is_not_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match="aging, scores, terms"):
        lesson("other")
    with pytest.raises(UsageError, match="past_due"):
        lesson("aging").check("other", 1)
