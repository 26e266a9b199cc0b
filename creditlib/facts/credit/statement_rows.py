"""Statements as tables: one row for each customer and year, or one row for each figure.

What must stay true: everything is done by column, so that hundreds of thousands of rows take seconds.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, DateOrder, day_of
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit.amounts import amounts_of, minor_of
from creditlib.facts.credit.columns import Found, Meaning, line_names, name_key
from creditlib.facts.credit.parties import Parties, customer_of, customers_of
from creditlib.facts.credit.periods import read_period
from creditlib.facts.credit.rows import (
    Units,
    body_of,
    currencies,
    flags,
    heading_units,
    read_days,
    shown,
)
from creditlib.facts.credit.statement_cells import Cells, pivot, positive_expenses
from creditlib.facts.credit.units import read_unit
from creditlib.facts.credit_tables import STATEMENTS
from creditlib.facts.layout import Body
from creditlib.facts.sources import Column, Grid
from creditlib.facts.tables import build

_Days = NDArray[np.int32]


def read_statement_rows(
    grid: Grid, found: Found, parties: Parties | None, customer: str | None, home: str, order: DateOrder | None,
    findings: list[Finding],
) -> pa.Table:  # fmt: skip
    """Return the rows of a wide table or a long list as rows of `statements`."""
    units = heading_units(grid, found.header_row, findings)
    if units is None:
        return STATEMENTS.empty_table()
    body, columns = body_of(grid, found, findings)
    count = len(body.rows)
    who = _customers(body, parties, customer, findings)
    end, months = periods_of(body, order, findings)
    usable = np.asarray(pc.is_valid(who)) & (end != NO_DAY)
    _left_out(body, np.asarray(pc.is_valid(who)), "customer", findings)
    _left_out(body, end != NO_DAY, "period_end", findings)
    figures = {str(i): (i, columns[i]) for i in found.lines} if found.shape == "wide" else {
        "amount": (found.columns["amount"], columns[found.columns["amount"]])
    }  # fmt: skip
    powers = _powers(body, found, units, figures, findings)
    stated = units.currency or next((u.currency for u in found.units.values() if u.currency), None)
    body = _with_currency(body)
    code, names = currencies(body, home, stated, np.ones(count, bool), findings)
    usable &= code >= 0
    amounts = amounts_of(body, figures, powers, findings)
    minor = minor_of(body, amounts, np.maximum(code, 0), names, findings)
    customers = who.dictionary_encode()
    own = pc.fill_null(customers.indices, -1).to_numpy().astype(np.int64)
    if found.shape == "wide":
        kept = np.flatnonzero(usable)
        group = np.full(count, -1, np.int64)
        group[kept] = np.arange(len(kept))
        cells = [_cells(body, found.headers[i], found.lines[i], minor[str(i)], group) for i in found.lines]
        lines_not_used(body.grid, found.unused, findings)
    else:
        key = np.stack([own, end.astype(np.int64), months, code.astype(np.int64)])[:, usable]
        _, first, inverse = np.unique(key, axis=1, return_index=True, return_inverse=True)
        kept = np.flatnonzero(usable)[first]
        group = np.full(count, -1, np.int64)
        group[usable] = inverse.reshape(-1)
        cells = _long_cells(body, minor["amount"], group, findings)
    merged = pivot(cells, len(kept), [names[c] for c in code[kept]] if len(cells) else None, body.grid, findings)
    positive_expenses(merged, body.grid, findings)
    taken = pa.array(kept)
    audited = flags(body, "audited", findings)
    return build(
        STATEMENTS,
        {
            "customer": who.take(taken),
            "period_end": pa.array(end[kept]),
            "months": months[kept],
            "currency": pa.DictionaryArray.from_arrays(pa.array(code[kept].astype(np.int32)), pa.array(names)),
            "audited": audited.take(taken),
            **merged,
            "source_file": pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(kept), np.int32)), pa.array([grid.name])),
            "source_row": body.rows[kept],
        },
        len(kept),
    )  # fmt: skip


def _with_currency(body: Body) -> Body:
    """Return the rows with the currency their unit names, where no column of currencies is there."""
    if "currency" in body.columns or "unit" not in body.columns:
        return body
    coded = body.texts("unit").dictionary_encode()
    units = [read_unit(t) for t in coded.dictionary.to_pylist()]
    texts = pa.array([u.currency if u is not None else None for u in units], pa.string()).take(coded.indices)
    return replace(body, columns={**body.columns, "currency": Column(texts)})


def lines_not_used(grid: str, unused: tuple[str, ...], findings: list[Finding]) -> None:
    """Tell the names no line or field took."""
    if unused:
        findings.append(CHECKS["lines-not-used"].finding(grid, count=len(unused), value=shown(unused, 6)))


def _left_out(body: Body, there: NDArray[np.bool_], field: str, findings: list[Finding]) -> None:
    rows = np.flatnonzero(~there)
    if len(rows):
        header = body.mapping.header(field)
        findings.append(CHECKS["row-unusable"].finding(body.place(int(rows[0])), count=len(rows), value=header))


def _customers(body: Body, parties: Parties | None, customer: str | None, findings: list[Finding]) -> pa.Array:
    if not {"customer", "customer_name"} & body.columns.keys():
        own = customer_of(customer, None, parties, body.grid, 1, findings)
        if own is None:
            findings.append(CHECKS["sheet-without-customer"].finding(body.grid))
        return pa.array([own] * len(body.rows), pa.string())
    return customers_of(body, parties, findings)


def periods_of(body: Body, order: DateOrder | None, findings: list[Finding]) -> tuple[_Days, NDArray[np.int64]]:
    """Return end and months of every row's period, NO_DAY where blank or unreadable."""
    column = body.columns["period_end"]
    coded = column.texts.dictionary_encode()
    texts = coded.dictionary.to_pylist()
    read = [read_period(t) for t in texts]
    at = pc.fill_null(coded.indices, len(texts)).to_numpy()
    end = np.array([p.end if p else NO_DAY for p in read] + [NO_DAY], np.int32)[at]
    months = np.array([p.months if p else 12 for p in read] + [12], np.int64)[at]
    open_rows = np.array([p is None for p in read] + [False])[at]
    if open_rows.any():  # dates that read in two ways: the column decides
        whole = Body(body.grid, body.mapping, {"period_end": column}, {}, body.rows, 0)
        end = np.where(open_rows, read_days(whole, "period_end", order, findings), end).astype(np.int32)
    if "months" in body.columns:
        given = amounts_of(body, {"months": (body.mapping.columns["months"], body.columns["months"])},
                           {"months": np.zeros(len(at), np.int64)}, findings)["months"]  # fmt: skip
        whole_number = given.valid & (given.unscaled % 10**given.scale == 0) & (given.unscaled > 0)
        months = np.where(whole_number, given.unscaled // 10**given.scale, months)
        open_months = ~whole_number
    else:
        open_months = np.ones(len(at), bool)
    assumed = np.array([bool(p and p.assumed) for p in read] + [False])[at] & open_months
    if assumed.any():
        first = texts[int(at[int(np.argmax(assumed))])]
        period = next(p for p in read if p is not None and p.text == first)
        findings.append(
            CHECKS["period-assumed"].finding(
                body.grid, count=int(assumed.sum()), value=first, months=period.months, on=day_of(period.end)
            )
        )
    return end, months


def _powers(
    body: Body, found: Found, units: Units, figures: dict[str, tuple[int, Column]], findings: list[Finding]
) -> dict[str, NDArray[np.int64]]:
    """Return the power of ten of every row of every column: by its row's unit, its header, or the heading."""
    count = len(body.rows)
    rows = np.full(count, -1, np.int64)
    if "unit" in body.columns:
        coded = body.texts("unit").dictionary_encode()
        texts: list[str] = coded.dictionary.to_pylist()
        stated = [read_unit(t) for t in texts]
        at = pc.fill_null(coded.indices, len(texts)).to_numpy()
        rows = np.array([u.power if u is not None and u.power is not None else -1 for u in stated] + [-1], np.int64)[at]
        for i, (text, unit) in enumerate(zip(texts, stated, strict=True)):
            if unit is None:
                where = body.place(int(np.flatnonzero(at == i)[0]), "unit")
                header = body.mapping.header("unit")
                findings.append(
                    CHECKS["unknown-word"].finding(
                        where, column=header, value=text, known="元, 千元, 万元, CNY '000, …"
                    )
                )
            elif unit.power is not None:
                findings.append(CHECKS["unit-applied"].finding(body.grid, unit=unit.text, factor=f"{10**unit.power:,}"))
    own = {i: u for i, u in found.units.items() if u.power is not None}
    heading = [u for u in (*units.stated, *own.values()) if u.power is not None]
    for unit in dict.fromkeys(heading):
        findings.append(
            CHECKS["unit-applied"].finding(body.grid, unit=unit.text, factor=f"{10 ** (unit.power or 0):,}")
        )
    if not heading and (rows < 0).any():
        findings.append(CHECKS["unit-assumed"].finding(body.grid))
    said = {name: own[i].power if i in own else units.power for name, (i, _) in figures.items()}
    return {name: np.where(rows >= 0, rows, said[name] or 0) for name in figures}


def _cells(body: Body, label: str, meaning: Meaning, minor: pa.Array, group: NDArray[np.int64]) -> Cells:
    there = np.asarray(pc.is_valid(minor)) & (group >= 0)
    values = pc.fill_null(minor, 0).to_numpy()
    return Cells(label, meaning, group[there], values[there], body.rows[there])


def _long_cells(body: Body, minor: pa.Array, group: NDArray[np.int64], findings: list[Finding]) -> list[Cells]:
    coded = body.texts("line").dictionary_encode()
    at = pc.fill_null(coded.indices, -1).to_numpy()
    cells: dict[str, list[Any]] = {}
    unknown = []
    fields = {line.line for line in line_names().values()}
    for i, label in enumerate(coded.dictionary.to_pylist()):
        plain = unicodedata.normalize("NFKC", label).strip().casefold()
        own = Meaning(plain, "names", 0) if plain in fields else None
        meaning = own or line_names().get(name_key(label))
        if meaning is None:
            unknown.append(label)
            continue
        cells.setdefault(name_key(label), [label, meaning, []])[2].append(i)
    lines_not_used(body.grid, tuple(unknown), findings)
    found = []
    for label, meaning, codes in cells.values():
        there = np.isin(at, codes)
        part = _cells(body, label, meaning, minor, np.where(there, group, -1))
        found.append(part)
    return found
