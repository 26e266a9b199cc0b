"""Cells of a sheet: one column of texts, whatever they were in their source.

What must stay true: a cell that was typed in its source (a number, a date) is written in one canonical spelling and marked, so that
later stages need not ask for its decimal sign or its order of day and month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True)
class Column:
    """One column of cells. texts: pa.string, null where blank. typed: True where the source typed the cell, or None."""

    texts: pa.Array
    typed: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Rows:
    """Python rows, from a workbook or a database."""

    rows: Sequence[Sequence[Any]]
    width: int

    def columns(self, first: int) -> list[Column]:
        """Return every column from a row, from 0, to the end."""
        rows = self.rows[first:]
        return [column_of([row[i] if i < len(row) else None for row in rows]) for i in range(self.width)]

    def take(self, wanted: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Return some rows as texts, by their index from 0; those past the end are left out."""
        return {i: texts_of(self.rows[i]) for i in wanted if 0 <= i < len(self.rows)}


def blank_to_null(texts: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Trim cells and make blank ones null."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.chunk(0) if texts.num_chunks else pa.array([], pa.string())
    if texts.null_count == len(texts):
        return texts
    texts = pc.utf8_trim(texts, " \t\r\n\u00a0\u3000")
    blank = pc.equal(texts, "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), texts) if pc.any(blank).as_py() else texts


def _number(value: float | int | Decimal) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    text = f"{value:.15g}"  # a spreadsheet shows 15 digits; the bits behind them are noise
    return f"{Decimal(text):f}" if "e" in text else text


def cell_of(value: Any) -> tuple[str | None, bool]:
    """Return a cell as text, None where it is blank, and whether its source typed it.

    >>> cell_of(1e3), cell_of(date(2026, 1, 31)), cell_of("  ")
    (('1000', True), ('2026-01-31', True), (None, False))
    """
    if value is None or value == "":
        return None, False
    if isinstance(value, str):
        return value.strip(" \t\r\n\u00a0\u3000") or None, False
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), False
    if isinstance(value, int | float | Decimal):
        return (None, False) if value != value else (_number(value), True)
    if isinstance(value, datetime):
        return value.date().isoformat(), True
    if isinstance(value, date):
        return value.isoformat(), True
    if isinstance(value, time):
        return value.isoformat(), False
    return str(value), False


def texts_of(row: Sequence[Any]) -> tuple[str, ...]:
    """Return the cells of one row as texts, blank ones empty."""
    return tuple(cell_of(cell)[0] or "" for cell in row)


def column_of(cells: list[Any]) -> Column:
    """Return Python values as a column."""
    pairs = [cell_of(cell) for cell in cells]
    typed = np.fromiter((typed for _, typed in pairs), dtype=bool, count=len(pairs))
    return Column(pa.array([text for text, _ in pairs], pa.string()), typed if typed.any() else None)


def arrow_column(column: pa.ChunkedArray) -> Column:
    """Return a typed column of a table as a column of texts."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Column(blank_to_null(column.cast(pa.string())))
    if pa.types.is_null(kind) or pa.types.is_boolean(kind):
        return Column(blank_to_null(column.cast(pa.string())))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        texts = column.cast(pa.date32()).cast(pa.string())
    elif pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        texts = column.cast(pa.string())
    else:
        return column_of(column.to_pylist())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return Column(texts, np.asarray(pc.is_valid(texts)))


def pick(columns: Iterable[Column], keep: pa.Array) -> list[Column]:
    """Return the columns with only the rows where `keep` is true."""
    mask = np.asarray(keep)
    return [Column(c.texts.filter(keep), None if c.typed is None else c.typed[mask]) for c in columns]
