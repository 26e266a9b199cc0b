"""A ledger pasted into a sheet, read by the reader of files: the same headers, dates, amounts and checks.

What must stay true: a row that can't be used is an error with its reason, never left out; customers are needed only where a file needs them.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any, Final

import pyarrow as pa

from creditlib.facts.mapping import normal, presets
from creditlib.facts.reading import Reading, read

from .values import Cell, CellError, ErrorCell, Host, Rows, day, rows_of, text, wrong

_DEEP: Final = 20  # rows among which a header below a title is looked for
_SERIALS: Final = 200_000  # above it a number is no serial: 20251209 is a day the reader of files knows


def dated(rows: Rows, argument: str, host: Host) -> Rows:
    """Return a pasted ledger with the serials under headers of dates made into days, by the workbook's own calendar.

    rows: the first is the headers; a column of customers is given back as it is. Raises: ErrorCell for an error in a ledger.
    """
    if len(rows[0]) < 2:
        return rows
    broken = next((c for row in rows for c in row if isinstance(c, CellError)), None)
    if broken is not None:
        raise ErrorCell(argument, broken)
    labels = _date_labels()
    heads = next((n for n, row in enumerate(rows[:_DEEP]) if any(_is_date(cell, labels) for cell in row)), None)
    if heads is None:
        return rows
    places = [at for at, head in enumerate(rows[heads]) if _is_date(head, labels)]
    for row in rows[heads + 1 :]:
        for at in places:
            found = row[at]
            if isinstance(found, float | int) and not isinstance(found, bool) and 0 < found < _SERIALS:
                row[at] = day(found, f"{argument}: {rows[heads][at]}", host)
    return rows


def _is_date(head: Cell, labels: frozenset[str]) -> bool:
    return isinstance(head, str) and normal(head) in labels


@cache
def _date_labels() -> frozenset[str]:
    """Headers of dates, of every layout that is known."""
    return frozenset(
        alias
        for preset in presets()
        for field, aliases in preset.aliases.items()
        if field.endswith("_on")
        for alias in aliases
    )


def reading_of(rows: Any, home: str) -> Reading:
    """Return what the reader makes of a range, its first row being headers. home: currency where no column tells one.

    Raises: UsageError for rows that can't be used, MappingError for headers nobody knows.
    """
    cells = rows_of(rows)
    while cells and all(c is None for c in cells[-1]):
        cells.pop()  # the blank rows below a pasted list
    if len(cells) < 2:
        wrong("no_rows")
    heads = [text(c) or f"#{i + 1}" for i, c in enumerate(cells[0])]
    again = next((h for i, h in enumerate(heads) if h in heads[:i]), None)
    if again is not None:
        wrong("name_twice", argument="items", name=again)
    columns = list(zip(*cells[1:], strict=True))
    table = {head: _column(column) for head, column in zip(heads, columns, strict=True)}
    reading = read(pa.table(table), home=home)
    refused = sum(total.rejected_rows for total in reading.source_totals)
    if refused:
        first = next((f for f in reading.findings if f.severity == "must_act"), reading.findings[0])
        wrong("rows_refused", count=refused, first=(first.line("en"), first.line("zh")))
    return reading


def _column(cells: tuple[Cell, ...]) -> pa.Array:
    """Return one column: all dates, all numbers, or texts."""
    held = [c for c in cells if c is not None]
    if held and all(isinstance(c, date) for c in held):
        return pa.array(cells, pa.date32())
    if held and all(isinstance(c, int | float) and not isinstance(c, bool) for c in held):
        return pa.array([None if c is None else float(c) for c in cells], pa.float64())  # type: ignore[arg-type]
    return pa.array([None if c is None else text(c) for c in cells], pa.string())
