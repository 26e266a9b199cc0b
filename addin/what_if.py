"""The what-if sheet: the terms of a customer today beside others, worked out where they stand.

What must stay true: the sheet is the question and the answer: a person changes the column of the scenario and runs the macro again; the
figures are those of `compare_terms`, to the cent; a blank cell leaves its field as the ledger or the policy has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import Lang
from creditlib.faces.wording import say, words_under

from .answers import ALL, major
from .functions.terms import case_of_source, fields_of
from .openbook import OpenBook
from .sources import Code, Inputs
from .values import Cell, clean, number, text, wide_key, wrong

if TYPE_CHECKING:
    from creditlib.decisions.what_if.case import TermsCase
    from creditlib.decisions.what_if.compare import TermsEffect

    from .desk import Desk

_MONEY: Final = ("yearly_sales", "fixed_cost")
_FIRST: Final = 4  # row of the first input, below title, customer and heads
_FIGURES: Final = (
    "sales_minor", "margin_minor", "capital_cost_minor", "loss_minor", "premium_minor", "discount_minor", "collection_minor",
    "fixed_minor", "profit_minor", "receivables_minor", "dso_days",
)  # fmt: skip
_WORTH: Final = ("investment_minor", "npv_minor", "npv_perpetual_minor")


def _title(lang: Lang) -> str:
    return say("macros.sheet.what_if", lang)


def _names() -> list[str]:
    return [name for name in words_under("cells.inputs.case") if name != "currency"]


def lay(book: OpenBook, desk: Desk, lang: Lang, customer: str) -> str:
    """Write the sheet for a customer: what its ledger tells beside the same again, to be changed. Return its name."""
    base = case_of_source(desk, Code(customer), None)
    rows = _head(lang, customer, base.currency)
    for name in _names():
        value = _value(base, name)
        rows.append([say(f"cells.inputs.case.{name}", lang), value, value])
    book.write(_title(lang), rows)
    _answer(book, desk, lang, base, base)
    return _title(lang)


def _head(lang: Lang, customer: str, currency: str) -> list[list[Any]]:
    return [
        [say("macros.sheet.what_if", lang), None, None],
        [say("macros.head.customer", lang), customer, currency],
        [say("macros.head.input", lang), say("macros.head.base", lang), say("macros.head.scenario", lang)],
    ]


def _value(case: TermsCase, name: str) -> Any:
    if name in _MONEY:
        return major(getattr(case, f"{name}_minor"), case.currency)
    return getattr(case, name)


def work_out(book: OpenBook, desk: Desk, lang: Lang) -> str | None:
    """Work out the sheet as it stands; None where there is none. Raises: UsageError naming the row of a wrong figure."""
    sheet = next((name for name in book.sheets() if name in (_title("en"), _title("zh"))), None)
    if sheet is None:
        return None
    rows = [[clean(value) for value in (*row, None, None, None)[:3]] for row in book.read(sheet)]
    if len(rows) < _FIRST or rows[1][1] is None:
        return None
    customer = text(rows[1][1])
    selected = clean(book.selected())
    if selected is not None and text(selected) != customer and text(selected) in desk.answers().customers:
        return None  # another customer is asked about: its sheet is laid out anew
    names = {
        wide_key(said[tongue]): name
        for name, said in words_under("cells.inputs.case").items()
        for tongue in ("en", "zh")
    }
    first: dict[str, Cell] = {}
    second: dict[str, Cell] = {}
    for at, (label, before, after) in enumerate(rows[_FIRST - 1 :], _FIRST):
        name = names.get(wide_key(label)) if isinstance(label, str) else None
        if name is None:
            break
        first[name], second[name] = (None if c is None else number(c, f"{sheet}!{at}: {name}") for c in (before, after))
    if not first:
        wrong("no_rows_what_if", sheet=sheet)
    told = case_of_source(desk, Code(customer if customer not in ALL else "*"), None)
    base = _changed(told, first)
    _answer(book, desk, lang, base, _changed(base, second), sheet)
    return sheet


def _changed(case: TermsCase, given: dict[str, Cell]) -> TermsCase:
    """Return the case with what differs from it: what is left as it stands stays assumed, at least, or the policy's."""
    other = {name: value for name, value in given.items() if value is not None and value != _value(case, name)}
    return case.changed(**fields_of(Inputs(other), case.currency)) if other else case


def _answer(
    book: OpenBook, desk: Desk, lang: Lang, base: TermsCase, scenario: TermsCase, sheet: str | None = None
) -> None:
    """Write the figures of both below the inputs, and why."""
    from creditlib.decisions.what_if.compare import compare_terms

    effect = compare_terms(base, scenario, desk.policy, desk.day(None))
    row = _FIRST + len(_names()) + 1
    heads = [say(f"macros.head.{name}", lang) for name in ("figure", "base", "scenario", "change")]
    rows: list[list[Any]] = [heads, *(_line(effect, name, lang) for name in _FIGURES)]
    for name in _WORTH:
        minor = getattr(effect.worth, name)
        rows.append(
            [say(f"macros.figure.{name}", lang), "", "", "" if minor is None else major(minor, effect.currency)]
        )
    reasons = [reason.text(lang) for reason in effect.decision.reasons]
    rows += [["", "", "", ""], [say("macros.head.why", lang), "", "", ""], *([line, "", "", ""] for line in reasons)]
    old = len(book.read(sheet or _title(lang)))
    rows += [["", "", "", ""] for _ in range(old - row + 1 - len(rows))]  # lines of an answer that was longer
    book.write(sheet or _title(lang), rows, row=row)
    heads_at, last = row, row + len(_FIGURES) + len(_WORTH)
    inputs = [_FIRST + at for at, name in enumerate(_names()) if name in _MONEY]
    bold = [1, _FIRST - 1, heads_at, heads_at + _FIGURES.index("profit_minor") + 1, last + 2]
    book.dress(sheet or _title(lang), [44, 20, 20, 20], bold, [*inputs, *range(heads_at + 1, last + 1)])


def _line(effect: TermsEffect, name: str, lang: Lang) -> list[Any]:
    found: list[Any] = [say(f"macros.figure.{name}", lang)]
    for side in (effect.base, effect.scenario, effect.change):
        value = getattr(side, name)
        found.append("" if value is None else major(value, effect.currency) if name.endswith("_minor") else value)
    return found
