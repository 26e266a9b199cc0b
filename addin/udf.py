"""The catalogue of cell functions: one decorator, one entry a function, from which every host is made.

What must stay true: a function is written once, in Python, with positional arguments; what its arguments are stands in its annotations,
what it says of itself in `functions.toml`; a name or a text that a host could not take is refused when this is imported.
"""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

from creditlib.errors import Lang

Result = Literal["number", "text", "day", "cell", "table"]
"""What a function shows: a number, a text, a day, whichever of them it finds, or a table."""
GROUPS: Final = ("score", "limit", "terms", "ledger", "formula", "book")
_LONGEST: Final = 255  # what a function wizard shows of a text
_NAME: Final = re.compile(r"CREDIT[A-Z]+")
_ARGUMENT: Final = re.compile(r"[a-z][a-z_]*")


class CatalogueError(Exception):
    """An entry no host could take: a fault of whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an argument is. name: number, day, text, choice, language, cell, cells (a cell or a
    range), ledger (a customer, customers or a pasted ledger), source, inputs, table. words: the choices under `cells.choice`, or the
    names a range of inputs may use (`inputs`)."""

    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument. default: shown in help, None for a required one. required: it can't be left out."""

    name: str
    kind: Kind
    required: bool
    default: str = ""
    en: str = ""
    zh: str = ""

    def help(self, lang: Lang) -> str:
        """Return its text."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Function:
    """One cell function. each: a column of customers, or a table of inputs, gives a result for each. rest: takes any number of further
    arguments. call: (desk, *arguments) → result. columns: (desk, table of figures, *further arguments) →
    a result for each row, the same as `call` gives one by one. why: the same → text, in the language given first."""

    name: str
    group: str
    result: Result
    each: bool
    rest: bool
    arguments: tuple[Argument, ...]
    call: Callable[..., Any]
    columns: Callable[..., list[Any]] | None = None
    why: Callable[..., str] | None = None
    en: str = ""
    zh: str = ""
    example: str = ""

    def help(self, lang: Lang) -> str:
        """Return its summary."""
        return self.zh if lang == "zh" else self.en

    @property
    def signature(self) -> str:
        """Return it as it is typed: required arguments, then those that may be left out in brackets."""
        names = [a.name if a.required else f"[{a.name}]" for a in self.arguments]
        return f"{self.name}({', '.join(names)}{', …' if self.rest else ''})"


CATALOGUE: Final[dict[str, Function]] = {}
"""Every cell function by name, in the order of definition."""

# what an argument can be: a body's annotations
Number = Annotated[float, Kind("number")]
MaybeNumber = Annotated[float | None, Kind("number")]
Day = Annotated[Any, Kind("day")]
Words = Annotated[str, Kind("text")]
Anything = Annotated[Any, Kind("cell")]
"""One cell of any kind."""
Table = Annotated[Any, Kind("table")]
Language = Annotated[Any, Kind("language")]


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("functions.toml").read_text(encoding="utf-8"))


def cell(result: Result, group: str, *, each: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function into the catalogue. Its first parameter is the desk, the others are its arguments.

    Raises: CatalogueError for a name, a parameter or a text no host could take.
    """

    def enter(body: Callable[..., Any]) -> Callable[..., Any]:
        made = _entry(body, result, group, each)
        if made.name in CATALOGUE:
            raise CatalogueError(f"{made.name} is defined twice")
        CATALOGUE[made.name] = made
        return body

    return enter


def whole_table(name: str) -> Callable[[Callable[..., list[Any]]], Callable[..., list[Any]]]:
    """Say how a function answers a table of figures at once: (desk, figures, *further arguments) → a result for each row."""

    def enter(body: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        CATALOGUE[name] = replace(CATALOGUE[name], columns=body)
        return body

    return enter


def because(name: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Say how a function of the catalogue explains its result: (lang, desk, *arguments) → text."""

    def enter(body: Callable[..., str]) -> Callable[..., str]:
        CATALOGUE[name] = replace(CATALOGUE[name], why=body)
        return body

    return enter


def _entry(body: Callable[..., Any], result: Result, group: str, each: bool) -> Function:
    name = body.__name__
    if not _NAME.fullmatch(name):
        raise CatalogueError(f"{name}: capitals only, CREDIT first, no digits: others read as cell addresses")
    if group not in GROUPS:
        raise CatalogueError(f"{name}: no group {group!r}")
    parameters = list(inspect.signature(body).parameters.values())
    if not parameters or parameters[0].name != "desk":
        raise CatalogueError(f"{name}: the first parameter is the desk")
    texts = _texts().get(name)
    if texts is None:
        raise CatalogueError(f"{name}: functions.toml says nothing of it")
    hints = get_type_hints(body, include_extras=True)
    arguments, rest = [], False
    for parameter in parameters[1:]:
        if parameter.kind is parameter.KEYWORD_ONLY or parameter.kind is parameter.VAR_KEYWORD:
            raise CatalogueError(f"{name}: {parameter.name} can't be given by position")
        if parameter.kind is parameter.VAR_POSITIONAL:
            rest = True
            continue
        arguments.append(_argument(name, parameter, hints[parameter.name], texts))
    if each and (not arguments or arguments[0].kind.name != "source"):
        raise CatalogueError(f"{name}: only a function of a source can answer for each customer")
    unknown = texts.keys() - {"en", "zh", "example", *(a.name for a in arguments)}
    if unknown:
        raise CatalogueError(f"{name}: functions.toml explains {', '.join(sorted(unknown))}, which it does not take")
    made = Function(
        name, group, result, each, rest, tuple(arguments), body, None, None, texts["en"], texts["zh"], texts["example"]
    )
    for where, said in ((name, made), *((f"{name}.{a.name}", a) for a in arguments)):
        for lang in ("en", "zh"):
            words = said.help(lang)  # type: ignore[attr-defined]
            if not 0 < len(words) <= _LONGEST:
                raise CatalogueError(
                    f"{where}: its text ({lang}) has {len(words)} characters, 1 to {_LONGEST} are shown"
                )
    return made


def _argument(name: str, parameter: inspect.Parameter, hint: Any, texts: Mapping[str, Any]) -> Argument:
    if not _ARGUMENT.fullmatch(parameter.name) or parameter.name in ("caller", "desk"):
        raise CatalogueError(f"{name}: no argument can be called {parameter.name}")
    kinds = [k for k in get_args(hint)[1:] if isinstance(k, Kind)] if get_origin(hint) is Annotated else []
    if not kinds:
        raise CatalogueError(f"{name}: {parameter.name} does not say what it is")
    said = texts.get(parameter.name)
    if said is None:
        raise CatalogueError(f"{name}: functions.toml does not explain {parameter.name}")
    required = parameter.default is parameter.empty
    default = "" if required or parameter.default is None else str(parameter.default)
    return Argument(parameter.name, kinds[0], required, default, said["en"], said["zh"])
