"""What stands behind a figure, as a cell says it: a customer's code, a range of named inputs, or a column or a table of them.

What must stay true: a range means one thing by its shape and its names, never by a guess; an unknown name is refused with those there
are; names are read in English and in Chinese.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from creditlib.faces.wording import words_under

from .values import Cell, CellError, Rows, clean, flat, is_range, number, rows_of, shown, text, wide_key, wrong


@dataclass(frozen=True, slots=True)
class Code:
    """A customer of the connected book. text: its code; empty where the cell was blank."""

    text: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """Figures by name, as a range gave them; a name that came several times holds them in order."""

    values: Mapping[str, Any]

    def many(self, name: str) -> list[Any]:
        """Return all figures of a name."""
        found = self.values.get(name)
        return [] if found is None else found if isinstance(found, list) else [found]


Source = Code | Inputs


@dataclass(frozen=True, slots=True)
class Figures:
    """A table that holds figures and blanks only. names: of its columns; rows: as the host handed them over."""

    names: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True)
class Many:
    """A column or a row of sources. across: they stand in a row. An error cell stands for itself. figures: the same as a table, where
    it holds nothing but figures: a function may take it whole."""

    given: tuple[Source | CellError, ...]
    across: bool
    figures: Figures | None = None

    @cached_property
    def sources(self) -> tuple[Source | CellError, ...]:
        """The sources one by one."""
        if self.figures is None:
            return self.given
        names = self.figures.names
        return tuple(Inputs(dict(zip(names, row, strict=True))) for row in self.figures.rows)

    def laid(self, results: list[Any]) -> list[list[Any]]:
        """Return results in the shape of the sources."""
        return [results] if self.across else [[result] for result in results]


_CUSTOMER: Final = frozenset(
    map(wide_key, ("customer", "customer code", "code", "客户", "客户代码", "客户编码", "编码", "代码"))
)
_SEVERAL: Final = frozenset({"sales", "days"})  # one a month
_PLAIN: Final = frozenset({float, type(None)})
_TEXTS: Final = frozenset({"outcome", "grade", "currency", "terms", "customer", "listed"})


@cache
def names_of(vocabulary: str) -> dict[str, str]:
    """Return what a range of inputs may call its figures: label as compared → name. vocabulary: parts under `cells.inputs`, and
    "factors", "lines", "case", joined by +."""
    found: dict[str, str] = {}
    for part in vocabulary.split("+"):
        for name, labels in _part(part):
            for label in (name, *labels):
                found.setdefault(wide_key(label), name)
    return found


def vocabularies() -> list[tuple[list[str], list[tuple[str, tuple[str, ...]]]]]:
    """Return what ranges of inputs may be named, for the reference: (functions that take them, [(name, (English, Chinese))])."""
    from .udf import CATALOGUE

    users: dict[str, list[str]] = {}
    for function in CATALOGUE.values():
        for argument in function.arguments:
            for part in argument.kind.words.split("+") if argument.kind.name in ("source", "inputs") else ():
                if part != "none" and function.name not in users.setdefault(part, []):
                    users[part].append(function.name)
    return [(names, list(_part(part))) for part, names in users.items()]


def _part(part: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if part == "factors":
        from creditlib.policy.factors import FACTORS

        yield from ((f.name, (f.en, f.zh)) for f in FACTORS.values())
    elif part == "lines":
        from creditlib.facts.credit_tables import LINES

        yield from ((line.name, (line.en, line.zh)) for line in LINES)
    else:
        for name, said in words_under(f"cells.inputs.{part}").items():
            yield name, (said["en"], said["zh"])


def read_source(value: Any, argument: str, vocabulary: str) -> Source | Many | CellError:
    """Return what a cell or a range means.

    One cell: a customer. Names and values side by side in two columns: one set of inputs. A first row of names: a table, a set of inputs
    for each row below. Any other single column or row: customers. vocabulary: names inputs may use. Raises: UsageError for anything else.
    """
    if not is_range(value):
        found = clean(value)
        return found if isinstance(found, CellError) else Code(text(found))
    rows = rows_of(value)
    if len(rows) == 1 and len(rows[0]) == 1:
        only = rows[0][0]
        return only if isinstance(only, CellError) else Code(text(only))
    if not rows or not rows[0]:
        wrong("empty_range", argument=argument)
    names = names_of(vocabulary)
    first = [_name(cell, names) for cell in rows[0]]
    down = [_name(row[0], names) for row in rows]
    if len(rows[0]) == 2 and down[0] and not first[1]:
        return _beside(rows, argument, names)
    if len(rows) > 1 and len(rows[0]) > 1 and any(first):
        return _table(rows, argument, names)
    if len(rows) > 1 and len(rows[0]) > 1:
        if not names:
            wrong("need_code", argument=argument)
        wrong("no_names", argument=argument, found=", ".join(shown(c) for c in rows[0][:3]), names=_some(names))
    made = tuple(c if isinstance(c, CellError) else Code(text(c)) for c in flat(rows))
    return Many(made, across=len(rows) == 1)


def inputs_of(value: Any, argument: str, vocabulary: str) -> Inputs:
    """Return a range of names and values, or of two rows: names above values. Raises: UsageError for anything else."""
    found = read_source(value, argument, vocabulary)
    if isinstance(found, Many) and len(found.sources) == 1 and isinstance(found.sources[0], Inputs):
        return found.sources[0]
    if not isinstance(found, Inputs):
        wrong("need_inputs", argument=argument, names=_some(names_of(vocabulary)))
    return found


def _name(cell: Cell, names: Mapping[str, str]) -> str | None:
    return names.get(wide_key(cell)) if isinstance(cell, str) else None


def _some(names: Mapping[str, str]) -> str:
    known = list(dict.fromkeys(names.values()))
    return ", ".join(known[:12]) + (" …" if len(known) > 12 else "")


def _beside(rows: Rows, argument: str, names: Mapping[str, str]) -> Inputs | CellError:
    found: dict[str, Any] = {}
    for label, cell in rows:
        if label is None and cell is None:
            continue
        name = _name(label, names)
        if name is None:
            wrong("unknown_name", argument=argument, name=shown(label), names=_some(names))
        if isinstance(cell, CellError):
            return cell
        value = _value(cell, name, argument)
        if name in found and name not in _SEVERAL:
            wrong("name_twice", argument=argument, name=name)
        if name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value
    return Inputs(found)


def _table(rows: Rows, argument: str, names: Mapping[str, str]) -> Many:
    heads: list[str | None] = []
    for label in rows[0]:
        name = _name(label, names)
        if name is None and not (label is None or (isinstance(label, str) and wide_key(label) in _CUSTOMER)):
            wrong("unknown_name", argument=argument, name=shown(label), names=_some(names))
        if label is None and any(row[len(heads)] is not None for row in rows[1:]):
            wrong("no_heading", argument=argument, column=len(heads) + 1)
        if name is not None and name in heads:
            wrong("name_twice", argument=argument, name=name)
        heads.append(name)
    used = [(at, name) for at, name in enumerate(heads) if name is not None]
    if all(_PLAIN.issuperset({type(row[at]) for row in rows[1:]}) for at, _ in used):
        chosen = [[row[at] for at, _ in used] for row in rows[1:]] if len(used) < len(heads) else rows[1:]
        return Many((), across=False, figures=Figures(tuple(name for _, name in used), chosen))
    made: list[Source | CellError] = []
    for row in rows[1:]:
        values: dict[str, Any] = {}
        error = None
        for at, name in used:
            cell = row[at]
            if isinstance(cell, CellError):
                error = cell
            else:
                values[name] = _value(cell, name, argument)
        made.append(error or Inputs(values))
    return Many(tuple(made), across=False)


def _value(cell: Cell, name: str, argument: str) -> Any:
    if cell is None or name in _TEXTS:
        return cell
    return number(cell, f"{argument}: {name}")
