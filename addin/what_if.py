"""The what-if sheet: the terms of a customer today beside others, worked out where they stand.

What must stay true: the sheet is the question and the answer: a person changes the column of the scenario and runs the macro again; the
figures are those of `compare_terms`, to the cent; a blank cell leaves its field as the ledger or the policy has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import Lang
from creditlib.faces.wording import say, words_under

from .answers import ALL, major
from .control import LANGS, filled, free_sheet, own_sheet
from .functions.terms import case_of_source, fields_of, grade_of
from .openbook import OpenBook
from .sources import Code, Inputs
from .values import clean, number, shown, text, wide_key, wrong

if TYPE_CHECKING:
    from creditlib.decisions.what_if.case import TermsCase
    from creditlib.decisions.what_if.compare import TermsEffect

    from .desk import Desk

_AMOUNT, _SHARE, _DAYS = "#,##0.00", "0.00%", "#,##0.0"
_MONEY: Final = ("yearly_sales", "fixed_cost")
_FIGURES: Final = (
    "sales_minor", "margin_minor", "capital_cost_minor", "loss_minor", "premium_minor", "discount_minor", "collection_minor",
    "fixed_minor", "profit_minor", "receivables_minor", "dso_days",
)  # fmt: skip
_WORTH: Final = ("investment_minor", "npv_minor", "npv_perpetual_minor")


@dataclass(frozen=True)
class _Sheet:
    """A what-if as it stands. first, second: figures of both columns by field; end: the row its answer begins at."""

    name: str
    customer: str
    first: dict[str, float | None]
    second: dict[str, float | None]
    end: int


def _names() -> list[str]:
    return [name for name in words_under("cells.inputs.case") if name != "currency"]


def _heads(lang: Lang) -> list[str]:
    return [say(f"macros.head.{name}", lang) for name in ("input", "base", "scenario")]


def _found(book: OpenBook) -> str | None:
    """Return the what-if sheet, in whichever language it was made."""
    return own_sheet(book, "what_if", [[say("macros.sheet.what_if", lang)] for lang in LANGS])


def lay(book: OpenBook, desk: Desk, lang: Lang, customer: str) -> str:
    """Write the sheet for a customer: what its ledger tells beside the same again, to be changed. Return its name."""
    base = case_of_source(desk, Code(customer), None)
    sheet = _found(book)
    rows: list[list[Any]] = [
        [say("macros.sheet.what_if", lang), "", "", ""],
        [say("macros.head.customer", lang), customer, base.currency, ""],
        [*_heads(lang), ""],
    ]
    for name in _names():
        value = _value(base, name)
        shown = "" if value is None else value  # a field of another customer must not stay
        rows.append(
            [
                say(f"cells.inputs.case.{name}", lang),
                shown,
                shown,
                say("macros.head.open", lang) if value is None else "",
            ]
        )
    answer, at = _answer(desk, lang, base, base), len(rows) + 2
    if sheet is not None and (
        not _as_laid(book.read(sheet)) or _in_the_way(book.read(sheet), at, len(answer)) is not None
    ):
        sheet = None  # somebody has written there: it stays, and a sheet of its own is begun
    if sheet is None:
        sheet = free_sheet(book, "what_if", lang)
    else:
        rows += [["", "", "", ""] for _ in range(_answer_end(book.read(sheet)) - len(rows))]
    book.write(sheet, rows)
    _write(book, sheet, answer, at)
    return sheet


def _as_laid(rows: list[list[Any]]) -> bool:
    """Whether a sheet still has the rows it was laid out with: title, customer, heads, inputs, a blank row, the answer."""
    labels = [{say(f"cells.inputs.case.{name}", lang) for lang in LANGS} for name in _names()]
    first = [row[0] if row else None for row in rows[3 : 3 + len(labels)]]
    return len(first) == len(labels) and all(found in known for found, known in zip(first, labels, strict=True))


def _value(case: TermsCase, name: str) -> Any:
    if name in _MONEY:
        return major(getattr(case, f"{name}_minor"), case.currency)
    return getattr(case, name)


def work_out(book: OpenBook, desk: Desk, lang: Lang) -> str | None:
    """Work out the sheet as it stands; None where there is none, or another customer is selected.

    Raises: UsageError naming the row of a wrong figure, or of an input nobody knows.
    """
    name = _found(book)
    made = None if name is None else _read(book, name)
    if made is None:
        return None
    selected = clean(book.selected())
    if selected is not None and text(selected) != made.customer and _can_be_laid(desk, text(selected)):
        return None  # another customer, a grade or the book is asked about: its sheet is laid out anew
    told = case_of_source(desk, Code(made.customer), None)
    base = _changed(told, made.first)
    answer, held = _answer(desk, lang, base, _changed(base, made.second)), book.read(made.name)
    blocked = _in_the_way(held, made.end, len(answer))
    if blocked is not None:
        wrong("in_the_way", sheet=made.name, row=blocked)
    answer += [
        ["", "", "", ""] for _ in range(_answer_end(held) - (made.end - 1) - len(answer))
    ]  # an older, longer answer
    _write(book, made.name, answer, made.end)
    return made.name


def _can_be_laid(desk: Desk, code: str) -> bool:
    return code.casefold() in ALL or desk.answers().has(code) or grade_of(desk, Code(code), None) is not None


def _read(book: OpenBook, sheet: str) -> _Sheet | None:
    rows = [[clean(value) for value in (*row, None, None, None)[:3]] for row in book.read(sheet)]
    start = next((at for at, row in enumerate(rows) if row in [_heads(lang) for lang in LANGS]), None)
    if start is None or len(rows) < 2 or rows[1][1] is None:
        return None
    names = {wide_key(said[t]): name for name, said in words_under("cells.inputs.case").items() for t in LANGS}
    first: dict[str, float | None] = {}
    second: dict[str, float | None] = {}
    end = len(rows)
    for at, (label, before, after) in enumerate(rows[start + 1 :], start + 1):
        if label in _figure_heads():
            end = at
            break
        if label is None and before is None and after is None:
            continue
        name = names.get(wide_key(label)) if isinstance(label, str) else None
        if name is None and (isinstance(before, float | int) or isinstance(after, float | int)):
            wrong("unknown_name", argument=f"{sheet}!A{at + 1}", name=shown(label), names=", ".join(_names()))
        if name is not None:
            first[name], second[name] = (
                None if c is None else number(c, f"{sheet}!{at + 1}: {name}") for c in (before, after)
            )
    if not first:
        wrong("no_rows_what_if", sheet=sheet)
    return _Sheet(sheet, text(rows[1][1]), first, second, end + 1)


def _figure_heads() -> set[str]:
    return {say("macros.head.figure", lang) for lang in LANGS}


def _answer_end(rows: list[list[Any]]) -> int:
    """Return the last row of an answer: its heading, its figures, and the reasons up to the first blank row below them."""
    whys = {say("macros.head.why", lang) for lang in LANGS}
    at = next((n for n, row in enumerate(rows) if row and row[0] in whys), None)
    if at is None:
        return 0
    while at < len(rows) and rows[at] and rows[at][0] not in (None, ""):
        at += 1
    return at


def _changed(case: TermsCase, given: Mapping[str, float | None]) -> TermsCase:
    """Return the case with what differs from it: what is left as it stands stays assumed, at least, or the policy's."""
    other = {name: value for name, value in given.items() if value is not None and value != _value(case, name)}
    return case.changed(**fields_of(Inputs(other), case.currency)) if other else case


def _in_the_way(held: list[list[Any]], row: int, count: int) -> int | None:
    """Return the first row a person has written to where an answer would go, below the answer there is; None where there is none."""
    first = max(_answer_end(held), row - 1)
    return next((at + 1 for at in range(first, min(row - 1 + count, len(held))) if filled(held[at])), None)


def _answer(desk: Desk, lang: Lang, base: TermsCase, scenario: TermsCase) -> list[list[Any]]:
    """Return the figures of both, and why."""
    from creditlib.decisions.what_if.compare import compare_terms

    effect = compare_terms(base, scenario, desk.policy, desk.day(None))
    heads = [say(f"macros.head.{name}", lang) for name in ("figure", "base", "scenario", "change")]
    rows: list[list[Any]] = [heads, *(_line(effect, name, lang) for name in _FIGURES)]
    for name in _WORTH:
        minor = getattr(effect.worth, name)
        rows.append(
            [say(f"macros.figure.{name}", lang), "", "", "" if minor is None else major(minor, effect.currency)]
        )
    reasons = [reason.text(lang) for reason in effect.decision.reasons]
    return [
        *rows,
        ["", "", "", ""],
        [say("macros.head.why", lang), "", "", ""],
        *([line, "", "", ""] for line in reasons),
    ]


def _write(book: OpenBook, sheet: str, rows: list[list[Any]], row: int) -> None:
    """Write an answer from a row on, and dress the sheet."""
    book.write(sheet, rows, row=row)
    last = row + len(_FIGURES) + len(_WORTH)
    bold = [1, 3, row, row + _FIGURES.index("profit_minor") + 1, last + 2]
    answers = {row + 1 + at: _DAYS if name == "dso_days" else _AMOUNT for at, name in enumerate((*_FIGURES, *_WORTH))}
    book.dress(sheet, [44, 20, 20, 24], bold, _formats(book.read(sheet)[: row - 1]) | answers)


def _formats(rows: list[list[Any]]) -> dict[int, str]:
    """Return the number format of each input by its row: amounts, shares, days."""
    names = {said[t]: name for name, said in words_under("cells.inputs.case").items() for t in LANGS}
    found = {at: names[row[0]] for at, row in enumerate(rows, 1) if row and row[0] in names}
    return {
        at: _AMOUNT if name in _MONEY else _DAYS if name.endswith("_days") else _SHARE for at, name in found.items()
    }


def _line(effect: TermsEffect, name: str, lang: Lang) -> list[Any]:
    found: list[Any] = [say(f"macros.figure.{name}", lang)]
    for side in (effect.base, effect.scenario, effect.change):
        value = getattr(side, name)
        found.append("" if value is None else major(value, effect.currency) if name.endswith("_minor") else value)
    return found
