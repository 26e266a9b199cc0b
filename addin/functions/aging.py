"""Aging: of a customer, of the whole book, of each of a column of customers, or of a pasted ledger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from creditlib.errors import Finding, Lang
from creditlib.faces.wording import bucket_label, say

from ..answers import ALL, major
from ..desk import Desk
from ..sources import Code, Many, Source, read_source
from ..udf import Day, Kind, because, cell
from ..values import NOT_KNOWN, CellError, flat, number, one_currency, wrong
from .score import day_of

if TYPE_CHECKING:
    from creditlib.measures.figures import Figures

Basis = Annotated[Any, Kind("choice", "basis")]
Ledger = Annotated[Any, Kind("ledger")]
Edges = Annotated[Any, Kind("cells")]
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True)
class _Aged:
    """An aging. codes: the customers asked for, an error cell as itself; None for all of it. findings: of a pasted ledger."""

    figures: Figures
    codes: tuple[str | CellError, ...] | None
    findings: tuple[Finding, ...] = ()

    @property
    def buckets(self) -> list[str]:
        """Columns that are buckets, in order."""
        fixed = {*self.figures.keys, "items", "total_minor", "overdue_minor"}
        return [name for name in self.figures.table.column_names if name not in fixed]


@cell("table", "ledger")
def CREDITAGING(desk: Desk, items: Ledger, edges: Edges = None, basis: Basis = "due_on", as_of: Day = None) -> Any:
    """Return the open amount by bucket in a row; a row for each of a column of customers."""
    made = _aged(desk, items, edges, basis, as_of)
    if made.codes is None:
        rows = made.figures.rows()
        currency = one_currency(made.figures.currencies)
        return [[major(sum(row[name] for row in rows), currency) if rows else 0.0 for name in made.buckets]]
    answers = desk.answers(as_of)
    found = {(r["customer"], r["currency"]): r for r in made.figures.rows()}

    def row_of(code: str | CellError) -> list[Any]:
        if isinstance(code, CellError):
            return [code] * len(made.buckets)
        if len(made.codes or ()) > 1 and not answers.has(code):
            return [NOT_KNOWN] * len(made.buckets)  # one unknown code of a column is its own row's matter
        currency = answers.currency(code)
        row = found.get((code, currency))
        return [0.0 if row is None else major(row[name], currency) for name in made.buckets]

    return [row_of(code) for code in made.codes]


def _aged(desk: Desk, items: Any, edges: Any, basis: Any, as_of: Any) -> _Aged:
    from creditlib.measures.aging import aging

    if isinstance(items, list) and len(items) > 1 and len(items[0]) > 1:
        from creditlib.flows.ground import Ground

        from ..pasted import reading_of

        reading = reading_of(items, desk.values(as_of)["home.currency"])
        # as a file is aged: with the policy's netting, a running account nobody matched paid oldest due first
        taken = Ground(reading, desk.policy, day_of(desk, as_of), (), (), None, None, None).items
        figures = aging(taken, edges=_edges(desk, edges, as_of), basis=basis, by=())
        return _Aged(figures, None, reading.findings)
    source = read_source(items, "items", "none")
    if isinstance(source, CellError):
        source = Many((source,), across=False)
    answers = desk.answers(as_of)
    taken, wanted = answers.whole.ground.items, _edges(desk, edges, as_of)
    if isinstance(source, Code) and source.text.casefold() in ALL:
        return _Aged(
            answers.kept(("aging", wanted, basis, ()), lambda: aging(taken, edges=wanted, basis=basis, by=())), None
        )
    made = answers.kept(("aging", wanted, basis, ("customer",)), lambda: aging(taken, edges=wanted, basis=basis))
    return _Aged(made, tuple(map(_code, source.sources if isinstance(source, Many) else (source,))))


def _code(source: Source | CellError) -> str | CellError:
    if isinstance(source, CellError):
        return source
    if not isinstance(source, Code):
        wrong("need_code", argument="items")
    return source.text


def _edges(desk: Desk, given: Any, as_of: Any) -> tuple[int, ...]:
    """Return the edges of the buckets: a range, a text "30, 60, 90", one number, or the policy's."""
    if given is None:
        return tuple(desk.values(as_of)["aging.edges"])
    cells = flat(given) if isinstance(given, list) else [given]
    pieces = [
        piece for c in cells if c is not None for piece in (_BETWEEN.split(c.strip()) if isinstance(c, str) else [c])
    ]
    found = [number(piece, "edges") for piece in pieces if piece != ""]
    if any(edge != int(edge) for edge in found):
        wrong("edges", given=", ".join(f"{edge:g}" for edge in found))
    return tuple(int(edge) for edge in found)


@because("CREDITAGING")
def _why_aging(lang: Lang, desk: Desk, items: Any, edges: Any = None, basis: str = "due_on", as_of: Any = None) -> str:
    made = _aged(desk, items, edges, basis, as_of)
    names = " · ".join(bucket_label(name.removesuffix("_minor"), lang) for name in made.buckets)
    rows = made.figures.rows()
    notes: list[str] = [finding.line(lang) for finding in made.findings]
    if made.codes is not None:
        answers = desk.answers(as_of)
        own = {(code, answers.currency(code)) for code in made.codes if isinstance(code, str) and answers.has(code)}
        rows = [row for row in rows if (row["customer"], row["currency"]) in own]
        notes += [note for code, _ in sorted(own) for note in answers.apart(code, lang)]
        notes += [
            answers.unknown(code).text(lang) for code in made.codes if isinstance(code, str) and not answers.has(code)
        ]
    head = say(
        "cells.why.aging", lang, buckets=names, as_of=made.figures.as_of, basis=say(f"cells.choice.basis.{basis}", lang),
        items=sum(row["items"] for row in rows),
    )  # fmt: skip
    return "\n".join([head, *notes])
