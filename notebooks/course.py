"""The course: a lesson's book, and exercises that tell right from not yet, with a hint that does not give the answer away.

What must stay true: every right answer is what the library computes from the sample, nothing is written down; an exercise left
unfilled is told as such and stops nothing.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import Lang, UsageError
from creditlib.faces.wording import say

if TYPE_CHECKING:
    import pandas as pd

    from creditlib.facts.book import Book
    from creditlib.flows.assess import Assessment
    from creditlib.policy import Policy

CURRENCY: Final = "CNY"  # the course keeps to one
LESSONS: Final = ("aging", "scores", "terms")
RIGHT: Final = "right"
HINT: Final = "hint"
KIND: Final = "kind"


@dataclass(frozen=True)
class Exercise:
    """A question. judge: given an answer, RIGHT, HINT for the general hint, KIND for one of another kind, or the name of the mistake.
    kind: what is wanted: number, amount, share, day or word."""

    kind: str
    judge: Callable[[Any], str]


@dataclass(frozen=True)
class Mark:
    """What an answer is worth. It shows itself under the cell."""

    right: bool
    text: str

    def __repr__(self) -> str:
        return f"{'✓' if self.right else '○'} {self.text}"

    def _repr_html_(self) -> str:
        edge = "#1B5E8C" if self.right else "#BE6B2C"
        style = f"border-left: 4px solid {edge}; margin: 4px 0; padding: 6px 12px;"
        return f'<p role="status" style="{style}">{html.escape(repr(self))}</p>'


@dataclass
class Lesson:
    """What a lesson works on: the bundled sample, its day, the standard policy; and its exercises."""

    name: str
    lang: Lang
    book: Book
    day: date
    policy: Policy
    marks: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def assessed(self) -> Assessment:
        """Every customer of the sample, assessed."""
        return _assessed()

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        """The exercises by name."""
        made: Mapping[str, Exercise] = import_module(f"{__package__}.course_{self.name}").exercises(self)
        return made

    def table(self, rows: Any, *columns: str) -> pd.DataFrame:
        """Return rows to read, amounts in CNY; other currencies are left out. columns: those to show, none for all."""
        from .course_tables import table_of

        return table_of(rows, columns, CURRENCY)

    def check(self, exercise: str, answer: Any) -> Mark:
        """Tell whether an answer is right. Raises: UsageError for an exercise there is not."""
        found = self.exercises.get(exercise)
        if found is None:
            names = list(self.exercises)
            raise UsageError(
                f'exercise "{exercise}": this lesson has {", ".join(names)}.',
                f"练习“{exercise}”：本课有{'、'.join(names)}。",
            )
        if answer is ...:
            return self._mark(exercise, False, say("course.say.empty", self.lang))
        told = found.judge(answer)
        if told == KIND:
            return self._mark(exercise, False, say(f"course.kind.{found.kind}", self.lang))
        return self._mark(exercise, told == RIGHT, say(f"course.{self.name}_{exercise}.{told}", self.lang))

    def done(self) -> Mark:
        """Tell how many exercises are right, and which are still open."""
        left = [name for name in self.exercises if not self.marks.get(name)]
        count, of = len(self.exercises) - len(left), len(self.exercises)
        if not left:
            return Mark(True, say("course.say.all", self.lang, of=of))
        names = ("、" if self.lang == "zh" else ", ").join(left)
        return Mark(False, say("course.say.some", self.lang, count=count, of=of, names=names))

    def _mark(self, exercise: str, right: bool, text: str) -> Mark:
        self.marks[exercise] = right
        return Mark(right, say("course.say.right" if right else "course.say.wrong", self.lang, text=text))


def lesson(name: str, lang: Lang = "en") -> Lesson:
    """Return a lesson by name: aging, scores, terms. Raises: UsageError for another.

    >>> here = lesson("aging")
    >>> here.check("past_due", ...).right
    False
    """
    if name not in LESSONS:
        raise UsageError(
            f'lesson "{name}": there are {", ".join(LESSONS)}.', f"课程“{name}”：可选{'、'.join(LESSONS)}。"
        )
    from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    from creditlib.policy import load_policy

    return Lesson(name, lang, sample_book(), SAMPLE_END, load_policy())


@cache
def _assessed() -> Assessment:
    from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    from creditlib.flows.assess import assess
    from creditlib.policy import load_policy

    return assess(sample_book(), load_policy(), SAMPLE_END)


def known(value: float | None) -> float:
    """Return a figure the sample has; it would be a fault of the course to ask for one it lacks."""
    if value is None:
        raise ValueError("the sample lacks a figure the course asks for")
    return value


def number(kind: str, expected: float, within: float, **mistakes: float) -> Exercise:
    """Return an exercise whose answer is a number. within: how far off it may be. mistakes: name → the number that mistake gives.

    >>> asked = number("amount", 100.0, 0.5, cents=10_000.0)
    >>> asked.judge(100.2), asked.judge(10_000), asked.judge(7), asked.judge("7")
    ('right', 'cents', 'hint', 'kind')
    """

    def judge(answer: Any) -> str:
        if isinstance(answer, bool | str | date):
            return KIND
        try:
            given = float(answer)
        except (TypeError, ValueError):
            return KIND
        if abs(given - expected) <= within:
            return RIGHT
        near = (name for name, value in mistakes.items() if abs(given - value) <= max(within, abs(value) * 0.002))
        return next(near, HINT)

    return Exercise(kind, judge)


def word(expected: str, *others: str, **mistakes: str) -> Exercise:
    """Return an exercise whose answer is a word, however it is spaced or capitalised. others: the same in other words.

    >>> asked = word("1-30", first="not_due")
    >>> asked.judge("1 – 30"), asked.judge("not due"), asked.judge("31-60"), asked.judge(30)
    ('right', 'first', 'hint', 'kind')
    """
    right = {_plain(text) for text in (expected, *others)}

    def judge(answer: Any) -> str:
        if not isinstance(answer, str):
            return KIND
        given = _plain(answer)
        near = (name for name, text in mistakes.items() if _plain(text) == given)
        return RIGHT if given in right else next(near, HINT)

    return Exercise("word", judge)


def day(expected: date, **mistakes: date) -> Exercise:
    """Return an exercise whose answer is a day, a date or its text.

    >>> day(date(2026, 3, 31)).judge("2026-03-31"), day(date(2026, 3, 31)).judge(31)
    ('right', 'kind')
    """

    def judge(answer: Any) -> str:
        try:
            given = answer if isinstance(answer, date) else date.fromisoformat(answer)
        except (TypeError, ValueError):
            return KIND
        near = (name for name, value in mistakes.items() if (value.year, value.month, value.day) == _ymd(given))
        return RIGHT if _ymd(given) == _ymd(expected) else next(near, HINT)

    return Exercise("day", judge)


def _ymd(value: date) -> tuple[int, int, int]:
    return value.year, value.month, value.day


def _plain(text: str) -> str:
    return "".join(text.casefold().replace("–", "-").replace("_", " ").split())
