"""The sheet a macro asks by: one row a question, with what to write, its answers to the right, in English or in Chinese.

What must stay true: what is asked stands on the sheet, so that a workbook says itself what it was made from; a label may be in either
language; a path may be relative to the workbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from creditlib.errors import Lang, UsageError
from creditlib.faces.wording import say, words_under
from creditlib.flows.sources import Sources

from .openbook import OpenBook
from .settings import Settings
from .values import PYTHON, Cell, CellError, clean, day, shown, text, wide_key, wrong

_PATHS: Final = (
    "book",
    "ledger",
    "credit_files",
    "orders",
    "limits",
    "events",
    "sales",
    "mapping",
    "policy",
    "rates",
    "store",
    "output",
)
LANGS: Final[tuple[Lang, ...]] = ("en", "zh")


@dataclass(frozen=True)
class Asked:
    """What the control sheet says. answers: by question; a blank one is not there."""

    sheet: str
    answers: dict[str, list[str]]
    as_of: date | None

    def one(self, name: str) -> str | None:
        """Return the one answer to a question. Raises: UsageError for several."""
        found = self.answers.get(name, [])
        if len(found) > 1:
            wrong("one_answer", question=(label(name, "en"), label(name, "zh")), count=len(found))
        return found[0] if found else None

    @property
    def sources(self) -> Sources | None:
        """The files to import, None where no ledger is named."""
        if "ledger" not in self.answers:
            return None
        order = self.one("date_order")
        if order not in (None, "dmy", "mdy", "ymd"):
            wrong("no_choice", argument=label("date_order", "en"), given=order, choices="dmy, mdy, ymd")
        return Sources(
            files=tuple(self.answers["ledger"]), credit_files=tuple(self.answers.get("credit_files", ())), orders=self.one("orders"),
            limits=self.one("limits"), events=self.one("events"), sales=self.one("sales"), mapping=self.one("mapping"),
            date_order=order, home=self.one("home"),  # type: ignore[arg-type]
        )  # fmt: skip


def label(name: str, lang: Lang) -> str:
    """Return a question as people read it.

    >>> label("as_of", "zh")
    '基准日'
    """
    return say(f"macros.ask.{name}", lang)


def own_sheet(book: OpenBook, kind: str, heads: Iterable[Sequence[str]]) -> str | None:
    """Return the first sheet of a kind a macro made before, None without one."""
    return next(own_sheets(book, kind, heads), None)


def own_sheets(book: OpenBook, kind: str, heads: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the sheets a macro made before, in order: named as `macros.sheet`, with one of these first rows. A sheet of the same name that
    somebody else made is left alone."""
    firsts = [list(head) for head in heads]
    names = [say(f"macros.sheet.{kind}", lang) for lang in LANGS]
    for sheet in book.sheets():
        if any(sheet == name or re.fullmatch(rf"{re.escape(name)} \d+", sheet) for name in names):
            first = [clean(value) for value in (book.read(sheet) or [[]])[0]]
            if any(first[: len(head)] == head for head in firsts):
                yield sheet


def filled(row: Sequence[Any]) -> bool:
    """Whether a row holds anything in the columns a macro writes to."""
    return any(clean(cell) is not None for cell in row[:4])


def free_sheet(book: OpenBook, kind: str, lang: Lang) -> str:
    """Return a name for a new sheet that nobody has."""
    name = said = say(f"macros.sheet.{kind}", lang)
    taken, count = {sheet.casefold() for sheet in book.sheets()}, 1
    while name.casefold() in taken:
        count += 1
        name = f"{said} {count}"
    return name


def _heads() -> list[list[str]]:
    return [[say(f"macros.head.{name}", lang) for name in ("question", "note", "answer")] for lang in LANGS]


def find(book: OpenBook) -> str | None:
    """Return the control sheet, in whichever language it was made."""
    return own_sheet(book, "control", _heads())


def lay(book: OpenBook, settings: Settings, lang: Lang) -> str:
    """Write the control sheet with what is chosen now; return its name."""
    known: dict[str, Any] = {
        "book": settings.book, "as_of": settings.as_of, "policy": settings.policy, "currency": settings.currency,
        "rates": settings.rates, "store": settings.store, "language": lang,
    }  # fmt: skip
    rows: list[list[Any]] = [[say(f"macros.head.{name}", lang) for name in ("question", "note", "answer")]]
    for name in words_under("macros.ask"):
        rows.append([label(name, lang), say(f"macros.note.{name}", lang), known.get(name)])
    sheet = free_sheet(book, "control", lang)
    book.write(sheet, rows)
    book.dress(sheet, [32, 66, 44, 44, 44], [1])
    return sheet


def read(book: OpenBook) -> Asked | None:
    """Return what the control sheet says, None where there is none. Raises: UsageError for a day that is none."""
    sheet = find(book)
    if sheet is None:
        return None
    names = {wide_key(say(f"macros.ask.{n}", tongue)): n for n in words_under("macros.ask") for tongue in ("en", "zh")}
    notes = {say(f"macros.note.{n}", tongue) for n in words_under("macros.note") for tongue in ("en", "zh")}
    answers: dict[str, list[str]] = {}
    on: date | None = None
    for raw in book.read(sheet):
        cells: list[Cell] = [clean(value) for value in raw]
        name = names.get(wide_key(text(cells[0]))) if cells else None
        given = [c for c in cells[1:] if c is not None and text(c) not in notes]
        if name is None or not given:
            continue
        broken = next((c for c in given if isinstance(c, CellError)), None)
        if broken is not None:
            raise UsageError(
                *(say("cells.error.error_cell", t, argument=label(name, t), error=broken.text) for t in LANGS)
            )
        if name == "as_of":
            if len(given) > 1:
                wrong("one_answer", question=(label(name, "en"), label(name, "zh")), count=len(given))
            on = day(given[0], label("as_of", "en"), PYTHON)
        elif name in _PATHS:
            answers[name] = [_path(text(c), book.path) for c in given]
        elif name == "control":  # an amount, or a file of them
            answers[name] = [found if Path(found := _path(text(c), book.path)).is_file() else text(c) for c in given]
        else:
            answers[name] = [shown(c) for c in given]
    return Asked(sheet, answers, on)


def _path(given: str, workbook: Path | None) -> str:
    """Return a path as it is meant: from the workbook's folder, where it names none of its own."""
    if "://" in given or Path(given).is_absolute() or workbook is None:
        return given
    return str(workbook.parent / given)
