"""A statement as people type it: lines in rows, periods in columns, customer and unit in the heading.

What must stay true: only a column under a recognised period is read; every line that was not recognised is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import day_of
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.columns import Mapping
from creditlib.facts.credit.amounts import amounts_of, minor_of
from creditlib.facts.credit.columns import Meaning, headers, name_key
from creditlib.facts.credit.parties import Parties
from creditlib.facts.credit.periods import Period, heading_period, read_period, relative_period
from creditlib.facts.credit.rows import flags, shown
from creditlib.facts.credit.statement_cells import Cells, pivot, positive_expenses
from creditlib.facts.credit.statement_heading import (
    ALONE,
    Layout,
    cell_currency,
    customer_of_sheet,
    meaning_of,
    units_of_sheet,
)
from creditlib.facts.credit.units import read_unit
from creditlib.facts.credit_tables import STATEMENTS
from creditlib.facts.layout import Body
from creditlib.facts.sources import Column, Grid, pick
from creditlib.facts.tables import build
from creditlib.facts.values import DecimalSign, decimal_evidence

MOST_ROWS: Final = 3000
"""A sheet of more rows is no statement of one customer."""
_LEAST: Final = 2  # lines a column must name to be one of labels
_SIDE: Final = {"行次", "附注", "附注编号", "序号", "note", "notes", "ref", "no", "注释", "行号", "line"}
_TITLES: Final = {"项目", "科目", "指标", "资产", "负债", "item", "items", "lineitem", "account", "assets", "liabilities", "year", "年度",
                  "period", "负债和所有者权益", "负债和所有者权益(或股东权益)", "负债及所有者权益", "报表项目", "报告期", "fiscalyear", "yearended",
                  "期间", "description", "particulars", "年份", "periodended", "截止日期", "balancesheet", "incomestatement",
                  "利润表", "资产负债表", "现金流量表", "caption", "inthousands", "yearending", "liabilitiesandequity"}  # fmt: skip


def layout_of(grid: Grid) -> Layout | None:
    """Return the layout of a sheet that is a statement, None for any other."""
    if grid.rows > MOST_ROWS or not _labels(grid.head):
        return None
    rows = tuple(zip(*(column.texts.to_pylist() for column in _whole(grid)), strict=True))
    labels = _labels(rows)
    lines = [r for r, row in enumerate(rows) if any(meaning_of(row[c]) for c in labels)]
    if len(lines) < _LEAST:
        return None
    now = next((p for row in rows[: lines[0]] for cell in row if cell and (p := heading_period(cell))), None)
    periods = {}
    for r, row in enumerate(rows):
        found = _periods(row, labels, now, r < lines[0])
        if found:
            periods[r] = found
    above = [r for r in periods if r < lines[0]]
    if above:  # a title may name a day too: the header is the row of most periods, next to the lines
        head = max(above, key=lambda r: (len(periods[r]), r))
        periods = {r: found for r, found in periods.items() if r == head or r > lines[0]}
    return Layout(labels, min(periods), periods, rows) if periods and min(periods) < lines[-1] else None


def _whole(grid: Grid) -> list[Column]:
    """Return every column from the first row on; a typed table's own column names are its first row."""
    columns = grid.columns_below(-1)
    if not columns or len(columns[0].texts) == grid.rows:
        return columns
    names = [*grid.head[0], *[""] * len(columns)]
    return [
        Column(
            pa.concat_arrays([pa.array([names[i] or None], pa.string()), c.texts]),
            None if c.typed is None else np.concatenate([[False], c.typed]),
        )
        for i, c in enumerate(columns)
    ]


def _labels(rows: Sequence[Sequence[str | None]]) -> tuple[int, ...]:
    """Return the columns that name several lines."""
    names: dict[int, set[str]] = {}
    for row in rows:
        for i, cell in enumerate(row):
            meaning = meaning_of(cell)
            if meaning is not None:
                names.setdefault(i, set()).add(meaning.line)
    return tuple(sorted(i for i, lines in names.items() if len(lines) >= _LEAST))


def _periods(row: Sequence[str | None], labels: Sequence[int], now: Period | None, above: bool) -> dict[int, Period]:
    """Return column → period where a row is one of periods, else nothing. above: no line stands above it."""
    found: dict[int, Period] = {}
    for i, cell in enumerate(row):
        if cell is None or i < labels[0]:
            continue
        if i in labels:
            known = name_key(cell) in _TITLES or read_unit(cell) is not None or above
            if not known or (not above and meaning_of(cell)):
                return {}
            continue
        period = read_period(cell) or relative_period(cell, now)
        if period is not None:
            found[i] = period
        elif any(c.isdigit() for c in cell) and name_key(cell) not in _SIDE and not any(c.isalpha() for c in cell):
            return {}
    return found


def read_statement(
    grid: Grid, layout: Layout, parties: Parties | None, customer: str | None, home: str, findings: list[Finding]
) -> pa.Table:
    """Return the years of one sheet as rows of `statements`; none when its customer or its unit is unsure, which is told."""
    who = customer_of_sheet(grid, layout, parties, customer, findings)
    units = units_of_sheet(grid, layout, findings)
    if who is None or units is None:
        return STATEMENTS.empty_table()
    power, column_power, currency = units
    blocks = _blocks(layout)
    periods: dict[tuple[int, int], int] = {}
    for _, _, period, _ in blocks:
        periods.setdefault((period.end, period.months), len(periods))
    code = currency or cell_currency(layout) or home
    if currency is None and code == home and not cell_currency(layout):
        origin = ("the home currency", "本位币")
        findings.append(CHECKS["currency-assumed"].finding(grid.name, count=len(periods), currency=home, origin=origin))
    columns = _whole(grid)
    body = Body(
        grid.name,
        Mapping(cast(Any, "statements"), "", {}, _titles(layout, len(columns))),
        {},
        {},
        np.zeros(0, np.int32),
        0,
    )
    cells: list[Cells] = []
    unknown: list[str] = []
    audited: list[bool | None] = [None] * len(periods)
    months: dict[int, int] = {}
    sign = decimal_evidence(
        [_cells_of(columns[c], [r for r in rows if meaning_of(layout.cells[r][label])]) for label, c, _, rows in blocks]
    )
    for label, column, period, rows in blocks:
        group = periods[period.end, period.months]
        texts = [layout.cells[r][label] or "" for r in rows]
        meanings = [meaning_of(t) for t in texts]
        part = Body(body.grid, body.mapping, {}, {}, np.array(rows, np.int32) + 1, 0)
        used = [i for i, m in enumerate(meanings) if m is not None]
        minor, valid = _read(part, columns[column], column, used, column_power.get(column, power), code, sign, findings)
        for k, i in enumerate(used):
            if valid[k]:
                cells.append(_one(texts[i], meanings[i], group, int(minor[k]), rows[i] + 1))
        for i, text in enumerate(texts):
            value = layout.cells[rows[i]][column]
            key = name_key(text)
            if meanings[i] is None and value and key in headers()["statements"]["months"].names and value.isdigit():
                months[group] = int(value)
            elif meanings[i] is None and value and key in headers()["statements"]["audited"].names:
                own = Body(grid.name, Mapping(cast(Any, "statements"), "", {"audited": column}, ()), {"audited": Column(pa.array([value]))},
                           {}, np.array([rows[i] + 1], np.int32), 0)  # fmt: skip
                audited[group] = flags(own, "audited", findings)[0].as_py()
            elif (
                meanings[i] is None and value and text and any(c.isdigit() for c in value) and not _told_elsewhere(text)
            ):
                unknown.append(text)
    if unknown:
        distinct = dict.fromkeys(unknown)
        findings.append(CHECKS["lines-not-used"].finding(grid.name, count=len(distinct), value=shown(distinct, 6)))
    _untaken_columns(layout, grid.name, findings)
    for (end, _), group in periods.items():
        assumed = next(p for _, _, p, _ in blocks if periods[p.end, p.months] == group)
        if assumed.assumed and group not in months:
            findings.append(
                CHECKS["period-assumed"].finding(grid.name, value=assumed.text, months=assumed.months, on=day_of(end))
            )
    merged = pivot(_stacked(cells), len(periods), [code] * len(periods), grid.name, findings)
    positive_expenses(merged, grid.name, findings)
    return build(
        STATEMENTS,
        {
            "customer": [who] * len(periods),
            "period_end": pa.array([end for end, _ in periods], pa.int32()),
            "months": [months.get(g, m) for (_, m), g in periods.items()],
            "currency": [code] * len(periods),
            "audited": pa.array(audited, pa.bool_()),
            **merged,
            "source_file": [grid.name] * len(periods),
            "source_row": pa.array([layout.head + 1] * len(periods), pa.int32()),
        },
        len(periods),
    )  # fmt: skip


def _untaken_columns(layout: Layout, grid: str, findings: list[Finding]) -> None:
    """Tell the columns of figures whose header names no sure period."""
    names = []
    for start, periods in layout.periods.items():
        lines = [row for row in layout.cells[start + 1 :] if any(meaning_of(row[c]) for c in layout.labels)]
        for i, cell in enumerate(layout.cells[start]):
            if (
                cell
                and i > layout.labels[0]
                and i not in periods
                and i not in layout.labels
                and name_key(cell) not in _SIDE
            ):
                names += [cell] if any(row[i] and any(c.isdigit() for c in row[i] or "") for row in lines) else []
    if names:
        findings.append(CHECKS["columns-not-used"].finding(grid, count=len(names), value=shown(names, 6)))


def _told_elsewhere(text: str) -> bool:
    return bool(ALONE.fullmatch(text)) or name_key(text) in {
        *headers()["statements"]["currency"].names,
        "单位",
        "unit",
    }


def _one(label: str, meaning: Meaning | None, group: int, minor: int, row: int) -> Cells:
    assert meaning is not None
    return Cells(label.strip(), meaning, np.array([group]), np.array([minor]), np.array([row], np.int32))


def _stacked(cells: Sequence[Cells]) -> list[Cells]:
    """Put the figures of one name together."""
    by: dict[str, list[Cells]] = {}
    for cell in cells:
        by.setdefault(name_key(cell.label), []).append(cell)
    return [
        Cells(same[0].label, same[0].meaning, *(np.concatenate([getattr(c, n) for c in same]) for n in ("group", "minor", "rows")))
        for same in by.values()
    ]  # fmt: skip


def _blocks(layout: Layout) -> list[tuple[int, int, Period, list[int]]]:
    """Return (label column, column of figures, period, rows) of every run of rows below a header."""
    found = []
    starts = sorted(layout.periods)
    for k, start in enumerate(starts):
        stop = starts[k + 1] if k + 1 < len(starts) else len(layout.cells)
        for column, period in layout.periods[start].items():
            label = max(c for c in layout.labels if c < column)
            rows = [r for r in range(start + 1, stop) if layout.cells[r][label]]
            if any(meaning_of(layout.cells[r][label]) for r in rows):
                found.append((label, column, period, rows))
    return found


def _titles(layout: Layout, width: int) -> tuple[str, ...]:
    row = layout.cells[layout.head]
    return tuple((row[i] if i < len(row) else None) or "" for i in range(width))


def _cells_of(column: Column, rows: Sequence[int]) -> Column:
    keep = np.zeros(len(column.texts), bool)
    keep[list(rows)] = True
    return pick([column], pa.array(keep))[0]


def _read(
    body: Body,
    column: Column,
    index: int,
    used: Sequence[int],
    power: int,
    code: str,
    sign: DecimalSign | None,
    findings: list[Finding],
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the figures of some rows of a column."""
    own = _cells_of(column, (body.rows[list(used)] - 1).tolist())
    part = Body(body.grid, body.mapping, {}, {}, body.rows[list(used)], 0)
    amounts = amounts_of(part, {"figure": (index, own)}, {"figure": np.full(len(used), power)}, findings, sign)
    minor = minor_of(part, amounts, np.zeros(len(used), np.int32), [code], findings)["figure"]
    return minor.fill_null(0).to_numpy(zero_copy_only=False), np.asarray(minor.is_valid())
