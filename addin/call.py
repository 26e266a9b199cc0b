"""One call of a cell function: arguments read, the body called, the result made into what a cell holds; and why, for CREDITWHY.

What must stay true: no host calls a body by another way; nothing that goes wrong is lost: the cell shows a real error, and the same call
through CREDITWHY tells its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any, Final

from creditlib.errors import (
    CreditError,
    CurrencyError,
    Lang,
    MappingError,
    NeedsSales,
    PolicyError,
    RecordError,
    SourceError,
    StoreError,
    TermsError,
    UsageError,
)
from creditlib.faces.wording import say

from .desk import Desk
from .desk import desk as desk_of_process
from .sources import Many, inputs_of, read_source
from .udf import CATALOGUE, Argument, Function
from .values import (
    IMPOSSIBLE,
    NOT_KNOWN,
    PYTHON,
    WRONG,
    Cell,
    CellError,
    ErrorCell,
    Host,
    NotKnown,
    clean,
    day,
    is_range,
    number,
    result,
    rows_of,
    shown,
    single,
    text,
    wrong,
)
from .words import choice_of, language_of

_AT_ONCE: Final = 128  # rows from which setting up columns costs less than it saves
_WRONG: Final = (UsageError, TermsError, CurrencyError, MappingError, SourceError, PolicyError, RecordError)


@dataclass(frozen=True, slots=True)
class Failed:
    """A call without a result: what the cell shows, and the reason in both languages."""

    error: CellError
    en: str
    zh: str

    def text(self, lang: Lang) -> str:
        """Return the reason."""
        return self.zh if lang == "zh" else self.en


def call(name: str, *arguments: Any, host: Host = PYTHON, desk: Desk | None = None) -> Any:
    """Return what a cell shows: a value, a `CellError`, or rows of them.

    name: of the function, in any case. arguments: as the host hands them over; None for one left out. Raises: nothing that has to do
    with the arguments; a name that is no function gives #NAME?.

    >>> call("CREDITWCR", 150, 80, 60), call("CREDITWCR", 150, "x", 60)
    (170, CellError(text='#VALUE!'))
    """
    function = CATALOGUE.get(name.upper())
    if function is None:
        return CellError("#NAME?")
    found = run(function, arguments, host, desk or desk_of_process())
    return found.error if isinstance(found, Failed) else found


def run(function: Function, arguments: Sequence[Any], host: Host, desk: Desk) -> Any:
    """Return the result of a call as the host takes it, or why there is none."""
    return guarded(lambda: _answered(function, arguments, host, desk))


def guarded(work: Callable[[], Any]) -> Any:
    """Return what work gives, or the failure its error stands for."""
    try:
        return work()
    except ErrorCell as error:
        words = {"argument": error.argument, "error": error.error.text}
        return Failed(
            error.error, say("cells.error.error_cell", "en", **words), say("cells.error.error_cell", "zh", **words)
        )
    except (NotKnown, NeedsSales, StoreError) as error:
        return Failed(NOT_KNOWN, error.en, error.zh)
    except _WRONG as error:
        return Failed(WRONG, error.en, error.zh)
    except CreditError as error:
        return Failed(IMPOSSIBLE, error.en, error.zh)
    except (
        Exception
    ) as error:  # a fault of this library must not take the spreadsheet with it: the cell shows it, CREDITWHY tells it
        what = f"{type(error).__name__}: {error}"
        return Failed(WRONG, say("cells.error.internal", "en", what=what), say("cells.error.internal", "zh", what=what))


def _answered(function: Function, arguments: Sequence[Any], host: Host, desk: Desk) -> Any:
    given = read_arguments(function, arguments, host)
    if function.each and isinstance(given[0], Many):
        return _many(function, given, host, desk)
    if function.each and isinstance(given[0], CellError):
        raise ErrorCell(function.arguments[0].name, given[0])
    found = function.call(desk, *given)
    if function.result == "table":
        rows = [[result(value, host) for value in row] for row in found]
        if not host.text_tables and any(isinstance(value, str) for row in rows for value in row):
            wrong("texts_of_table", function=function.name)
        return rows
    return result(found, host)


def _many(function: Function, given: list[Any], host: Host, desk: Desk) -> Any:
    """Return a result for each source of a column; one that fails is an error in its own cell."""
    many: Many = given[0]
    if function.result in ("text", "cell") and not host.text_tables:
        wrong("one_at_a_time", function=function.name)
    if function.result == "table":
        wrong("one_customer", function=function.name)
    body, rest = function.call, given[1:]
    if function.columns is not None and many.figures is not None and len(many.figures.rows) >= _AT_ONCE:
        return many.laid([result(value, host) for value in function.columns(desk, many.figures, *rest)])
    found: list[Any] = []
    for source in many.sources:
        if isinstance(source, CellError):
            found.append(source)
            continue
        try:
            found.append(result(body(desk, source, *rest), host))
        except Exception as error:
            found.append(_failure(error).error)
    return many.laid(found)


def _failure(error: Exception) -> Failed:
    def again() -> Any:
        raise error

    failed: Failed = guarded(again)
    return failed


def read_arguments(function: Function, arguments: Sequence[Any], host: Host) -> list[Any]:
    """Return what a body takes: every argument read as its kind, those left out as None or as their default.

    Raises: UsageError naming the argument, ErrorCell for an error in one.
    """
    wanted = function.arguments
    if len(arguments) > len(wanted) and not function.rest:
        extra = [a for a in arguments[len(wanted) :] if a is not None]
        if extra:
            wrong(
                "too_many", function=function.name, signature=function.signature, count=len(arguments), most=len(wanted)
            )
    given = [_read(argument, arguments[i] if i < len(arguments) else None, host) for i, argument in enumerate(wanted)]
    if not function.each and given and isinstance(given[0], Many):
        wrong("one_customer", function=function.name)
    return [*given, *arguments[len(wanted) :]] if function.rest else given


def _read(argument: Argument, value: Any, host: Host) -> Any:
    kind = argument.kind.name
    # most cells are one number, of which nothing that follows has anything to say
    if type(value) is float and isfinite(value):
        if kind == "number":
            return value
        if kind == "day" and value:
            return day(value, argument.name, host)
    if value is None and not argument.required and kind != "inputs":
        return _default(argument) if argument.default else None
    if kind == "source":
        return read_source(value, argument.name, argument.kind.words)
    if kind == "inputs":
        return inputs_of(value, argument.name, argument.kind.words)
    if kind == "table":
        rows = rows_of(value)
        broken = next((c for row in rows for c in row if isinstance(c, CellError)), None)
        if broken is not None:
            raise ErrorCell(argument.name, broken)
        return rows
    if kind in ("cells", "ledger") and is_range(value):
        rows = rows_of(value)
        if len(rows) > 1 or (rows and len(rows[0]) > 1):
            if kind == "cells":
                return rows
            from .pasted import dated  # only here: it brings the readers of files

            return dated(rows, argument.name, host)
    found = single(value, argument.name)
    if host.blank_is_zero and found == 0 and not argument.required and kind != "number":
        found = None  # a blank cell arrives there as 0, which is no day, no word and no choice
    return _scalar(argument, found, kind, host)


def _scalar(argument: Argument, found: Cell, kind: str, host: Host) -> Any:
    if found is None:
        if argument.required:
            wrong("blank", argument=argument.name)
        return _default(argument) if argument.default else None
    if kind == "number":
        return number(found, argument.name)
    if kind == "day":
        return day(found, argument.name, host)
    if kind == "choice":
        return choice_of(argument.kind.words, text(found), argument.name)
    if kind == "language":
        return language_of(text(found), argument.name)
    if kind == "text":
        return text(found)
    return found


@cache
def _default(argument: Argument) -> Any:
    return number(argument.default, argument.name) if argument.kind.name == "number" else argument.default


def why(name: Any, arguments: Sequence[Any], lang: Lang, host: Host, desk: Desk) -> str:
    """Return the reason behind a result or an error: the same function with the same arguments, asked why.

    Raises: UsageError for a name that is no function.
    """
    said = clean(name)
    function = CATALOGUE.get(said.upper().lstrip("=").split("(")[0]) if isinstance(said, str) else None
    if function is None:
        from difflib import get_close_matches

        near = get_close_matches(shown(said).upper(), CATALOGUE, 3, 0.4)
        wrong("no_function", name=shown(said), near=", ".join(near) or ", ".join(list(CATALOGUE)[:3]))
    if function.name == "CREDITWHY":
        wrong("why_of_why")
    found = run(function, arguments, host, desk)
    if isinstance(found, Failed):
        return found.text(lang)

    def told() -> str:
        given = read_arguments(function, arguments, host)
        if function.each and isinstance(given[0], Many):
            given = [_first_trouble(function, given, host, desk), *given[1:]]
        if function.why is None:
            return say(
                "cells.why.plain",
                lang,
                summary=function.help(lang),
                policy=desk.policy.name,
                fingerprint=desk.policy.fingerprint,
            )
        return function.why(lang, desk, *given)

    answer = guarded(told)
    return answer.text(lang) if isinstance(answer, Failed) else str(answer)


def _first_trouble(function: Function, given: list[Any], host: Host, desk: Desk) -> Any:
    """Return the first source of a column that has no result, else the first: a column is asked why by its trouble."""
    many: Many = given[0]
    for source in many.sources:
        if isinstance(source, CellError):
            continue
        if isinstance(guarded(lambda source=source: function.call(desk, source, *given[1:])), Failed):  # type: ignore[misc]
            return source
    return next((s for s in many.sources if not isinstance(s, CellError)), many.sources[0])
