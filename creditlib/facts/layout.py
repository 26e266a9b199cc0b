"""From a sheet as it lies to rows that are documents: titles, subtotals, group headings and footers are told apart.

What must stay true: every row below the header ends as a document row, a total that was compared with its rows, or a text row
that is counted; nothing vanishes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.mapping import Mapping, normal
from creditlib.facts.sources import Column, Grid
from creditlib.facts.values import Amounts, DecimalSign, decimal_evidence, exact_sum, read_amounts

AMOUNTS: Final = ("amount", "open_amount", "original_amount", "paid_amount", "debit", "credit", "tax", "local_amount",
                  "gross", "net", "balance")  # fmt: skip
_DATES: Final = ("issue_on", "posted_on", "due_on", "on", "month")
_TOTAL = re.compile(
    r"\s*(?:(?:grand |sub-?|report )?totals?(?:\b(?! ?energ))|sum\b|summe\b|gesamt|总计|合计|小计|累计|本页|debitor$|\*{1,5}\s*$"
    r"|percentage of total|percents?$)|.*(?:合计|小计|总计)\s*[:：]?$",
    re.I,
)


@dataclass(frozen=True)
class Body:
    """The document rows of a sheet. columns: field → cells. amounts: field → exact amounts. rows: their numbers in the sheet,
    from 1. seen: rows with any content below the header."""

    grid: str
    mapping: Mapping
    columns: MappingABC[str, Column]
    amounts: MappingABC[str, Amounts]
    rows: NDArray[np.int32]
    seen: int
    findings: tuple[Finding, ...] = field(default=())

    def texts(self, name: str) -> pa.Array:
        """Return a text column, all null when the sheet lacks it."""
        column = self.columns.get(name)
        return pa.nulls(len(self.rows), pa.string()) if column is None else column.texts

    def place(self, index: int) -> str:
        """Return `file:sheet!row` of a row."""
        return f"{self.grid}!{self.rows[index]}"


def read_body(grid: Grid, mapping: Mapping) -> Body:
    """Read the rows below the header of a sheet."""
    raw = grid.columns_below(mapping.header_row)
    columns = {name: raw[i] for name, i in mapping.columns.items() if i < len(raw)}
    total = len(raw[0].texts) if raw else 0
    rows = np.arange(mapping.header_row + 2, mapping.header_row + 2 + total, dtype=np.int32)
    sign: DecimalSign | None = mapping.decimal or decimal_evidence([columns[n] for n in AMOUNTS if n in columns])
    amounts = {n: read_amounts(columns[n], sign, mapping.power) for n in AMOUNTS if n in columns}

    doubtful = _doubtful(columns, mapping, total)
    keep = np.ones(total, bool)
    state = _Totals(amounts, [a for a in ("open_amount", "amount", "debit", "balance", "gross") if a in amounts])
    groups: dict[int, str] = {}
    texts: list[tuple[int, str]] = []
    findings: list[Finding] = []
    header = {normal(h) for h in mapping.headers if h}
    seen = total
    cells_of = [column.texts.take(pa.array(doubtful)).to_pylist() for column in raw]
    for k, row in enumerate(doubtful.tolist()):
        cells = [cells[k] for cells in cells_of]
        filled = [c for c in cells if c]
        if not filled:
            keep[row] = False
            seen -= 1
        elif len(filled) > 1 and {normal(c) for c in filled} <= header:
            keep[row] = False  # the header again, on a new page
        elif (label := _label(filled, columns, row)) is not None:
            keep[row] = False
            if state.has_amount(row):
                findings.append(state.compare(grid.name, int(rows[row]), label, row, keep))
            elif mapping.customer_above:
                texts.append((row, label))
        elif not state.has_amount(row):
            if mapping.customer_above:
                groups[row] = filled[0]
                keep[row] = False
            elif len(filled) <= 2 and not _has(columns, "document", row):
                texts.append((row, filled[0]))
                keep[row] = False
        elif (
            not _has(columns, "document", row)
            and not _has(columns, "customer", row)
            and not _has(columns, "customer_name", row)
        ):
            if not mapping.customer_above and state.equals_rows_above(row, keep):
                keep[row] = False
                findings.append(state.compare(grid.name, int(rows[row]), filled[0], row, keep))
    if texts:
        first_row, first = texts[0]
        findings.append(
            CHECKS["text-rows"].finding(f"{grid.name}!{rows[first_row]}", count=len(texts), value=first[:60])
        )
    if groups:
        columns = {**columns, "customer_name": _filled_down(groups, total)}
        columns.pop("customer", None)
    mask = pa.array(keep)
    if not keep.all():
        columns = {
            n: Column(c.texts.filter(mask), None if c.typed is None else c.typed[keep]) for n, c in columns.items()
        }
        amounts = {n: _kept(a, keep) for n, a in amounts.items()}
    return Body(grid.name, mapping, columns, amounts, rows[keep], seen, tuple(findings))


def _has(columns: MappingABC[str, Column], name: str, row: int) -> bool:
    return name in columns and columns[name].texts[row].as_py() is not None


def _doubtful(columns: MappingABC[str, Column], mapping: Mapping, total: int) -> NDArray[np.int64]:
    """Return rows that may be no documents: those without any date, or whose document is blank or a total's word."""
    dated = np.zeros(total, bool)
    dates = [columns[n].texts for n in _DATES if n in columns]
    for texts in dates:
        dated |= np.asarray(pc.is_valid(texts))
    maybe = ~dated
    if "document" in columns:
        texts = columns["document"].texts
        blank = ~np.asarray(pc.is_valid(texts))
        maybe = (maybe | blank) if not dates else maybe
        maybe |= np.asarray(
            pc.fill_null(pc.match_substring_regex(texts, r"(?i)^(total|sum|subtotal|合计|总计|小计)"), False)
        )
    return np.flatnonzero(maybe)


def _label(filled: list[str], columns: MappingABC[str, Column], row: int) -> str | None:
    """Return the words that make a row a total, or None. A row with a document of its own is never one."""
    for cell in filled[:4]:
        if _TOTAL.match(cell):
            own = columns["document"].texts[row].as_py() if "document" in columns else None
            return cell if own is None or own == cell else None
    return None


@dataclass
class _Totals:
    """Running sums of the rows above, to compare a stated total with."""

    amounts: MappingABC[str, Amounts]
    names: list[str]
    last: int = 0
    stated_rows: int = 0

    def has_amount(self, row: int) -> bool:
        return any(bool(self.amounts[n].valid[row]) for n in self.amounts)

    def _sums(self, name: str, row: int, keep: NDArray[np.bool_]) -> list[Decimal]:
        """Return the sums a total at `row` may state: since the last total, and of everything above."""
        upto = np.zeros(len(keep), bool)
        upto[:row] = True
        since = upto.copy()
        since[: self.last] = False
        return [exact_sum(self.amounts[name], keep & since), exact_sum(self.amounts[name], keep & upto)]

    def equals_rows_above(self, row: int, keep: NDArray[np.bool_]) -> bool:
        if row == 0:
            return False
        name = next((n for n in self.names if self.amounts[n].valid[row]), None)
        return name is not None and row > 1 and self.amounts[name].exact(row) in self._sums(name, row, keep)

    def compare(self, grid: str, number: int, label: str, row: int, keep: NDArray[np.bool_]) -> Finding:
        name = next((n for n in self.names if self.amounts[n].valid[row]), None)
        if name is None:
            name = next(n for n in self.amounts if self.amounts[n].valid[row])
        stated = self.amounts[name].exact(row)
        sums = self._sums(name, row, keep)
        grand = bool(re.match(r"\s*(grand|总计|report)", label, re.I))
        self.last = row
        if stated in sums or "percent" in label.casefold():
            return CHECKS["total-row"].finding(f"{grid}!{number}", value=label, amount=f"{stated:,f}")
        nearest = sums[1] if grand else min(sums, key=lambda s: abs(s - stated))
        return CHECKS["stated-total-differs"].finding(
            f"{grid}!{number}",
            value=label,
            stated=f"{stated:,f}",
            sum=f"{nearest:,f}",
            difference=f"{stated - nearest:,f}",
        )


def _filled_down(groups: dict[int, str], total: int) -> Column:
    at = np.full(total, -1, np.int64)
    names = list(groups.values())
    at[list(groups)] = np.arange(len(names))
    at = np.maximum.accumulate(at)
    return Column(pa.array(names, pa.string()).take(pa.array(at, mask=at < 0)))


def _kept(amounts: Amounts, keep: NDArray[np.bool_]) -> Amounts:
    place = np.cumsum(keep) - 1
    return Amounts(
        amounts.unscaled[keep],
        amounts.valid[keep],
        amounts.scale,
        {int(place[row]): value for row, value in amounts.long.items() if keep[row]},
        tuple(int(place[row]) for row in amounts.bad if keep[row]),
        amounts.unclear,
    )
