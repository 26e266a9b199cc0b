"""Figures of statements, each with the name of its line, brought into one column a line: the form every shape ends in.

What must stay true: of several names of one line the best is taken and the others are told; parts are summed only where the
line itself is absent; two figures for one line and period are never merged in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib import money
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit.columns import Meaning
from creditlib.facts.credit.rows import shown
from creditlib.facts.credit_tables import LINES

_TITLE = {line.name: (line.en, line.zh) for line in LINES}


@dataclass(frozen=True)
class Cells:
    """Figures under one name. group: which customer's year each belongs to; minor: minor units; rows: of the sheet, from 1."""

    label: str
    meaning: Meaning
    group: NDArray[np.int64]
    minor: NDArray[np.int64]
    rows: NDArray[np.int32]


def pivot(
    cells: Sequence[Cells], groups: int, currency: Sequence[str] | None, grid: str, findings: list[Finding]
) -> dict[str, pa.Array]:
    """Return line → minor units of each group, null where nothing was said. currency: of each group, for the texts."""
    by_line: dict[str, list[Cells]] = defaultdict(list)
    for part in cells:
        by_line[part.meaning.line].append(part)
    found = {}
    unused: list[str] = []
    for line, parts in by_line.items():
        values, filled = np.zeros(groups, np.int64), np.zeros(groups, bool)
        told = _Told(line, grid, currency, findings)
        for kind in ("names", "parts", "near"):
            before = filled.copy()
            for part in sorted((p for p in parts if p.meaning.kind == kind), key=lambda p: p.meaning.rank):
                group, minor, rows = told.once(part)
                if kind == "parts":
                    new = ~before[group]
                    np.add.at(values, group[new], minor[new])
                    filled[group[new]] = True
                    continue
                new = ~filled[group]
                values[group[new]], filled[group[new]] = minor[new], True
                if (values[group[~new]] != minor[~new]).any():
                    unused.append(part.label)
                if kind == "near" and new.any():
                    where = f"{grid}!{rows[int(np.argmax(new))]}"
                    findings.append(
                        CHECKS["nearest-line"].finding(where, count=int(new.sum()), line=_TITLE[line], value=part.label)
                    )
        found[f"{line}_minor"] = pa.array(values, mask=~filled)
    if unused:
        findings.append(CHECKS["lines-not-used"].finding(grid, count=len(unused), value=shown(unused, 6)))
    return found


@dataclass(frozen=True)
class _Told:
    line: str
    grid: str
    currency: Sequence[str] | None
    findings: list[Finding]

    def once(self, part: Cells) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """Return the figures of one name, the first of each group; another one that differs is told."""
        groups, first = np.unique(part.group, return_index=True)
        if len(groups) == len(part.group):
            return part.group, part.minor, part.rows
        at = np.searchsorted(groups, part.group)
        kept = part.minor[first][at]
        for i in np.flatnonzero(part.minor != kept).tolist():
            code = self.currency[int(part.group[i])] if self.currency else "CNY"
            self.findings.append(
                CHECKS["line-twice"].finding(
                    f"{self.grid}!{part.rows[i]}", value=part.label, row=int(part.rows[first][at][i]),
                    second=money.text(int(part.minor[i]), code), first=money.text(int(kept[i]), code),
                )
            )  # fmt: skip
        return part.group[first], part.minor[first], part.rows[first]


def positive_expenses(columns: dict[str, pa.Array], grid: str, findings: list[Finding]) -> None:
    """Turn the expenses of years that write them as negatives: a cost of sales below zero beside sales says so."""
    cost, sales = columns.get("cost_of_sales_minor"), columns.get("sales_minor")
    if cost is None or sales is None:
        return
    negative = (_values(cost) < 0) & (_values(sales) > 0)
    if not negative.any():
        return
    for line in ("cost_of_sales", "depreciation", "interest", "tax"):
        own = columns.get(f"{line}_minor")
        if own is not None:
            values = _values(own)
            columns[f"{line}_minor"] = pa.array(np.where(negative, -values, values), mask=~np.asarray(own.is_valid()))
    findings.append(CHECKS["expenses-negative"].finding(grid, count=int(negative.sum())))


def _values(array: pa.Array) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = array.fill_null(0).to_numpy(zero_copy_only=False)
    return numbers
