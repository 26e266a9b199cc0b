"""Lists of the credit file: registrations, references, ratings, security, contracts, purchases, assessments, as rows of their table.

What must stay true: a row that lacks what its table requires is not used and told; no day is invented.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, DateOrder, day_number, day_of, readings
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit.amounts import amounts_of, minor_of
from creditlib.facts.credit.columns import Found
from creditlib.facts.credit.names import split_names
from creditlib.facts.credit.parties import Parties, customers_of
from creditlib.facts.credit.registry import capital_columns, match_rows, staff
from creditlib.facts.credit.rows import (
    UNKNOWN,
    body_of,
    currencies,
    flags,
    heading_units,
    read_days,
    shown,
    word_column,
)
from creditlib.facts.credit_tables import CREDIT_TABLES
from creditlib.facts.layout import Body
from creditlib.facts.schema import CODE, DAY, FLAG, INT, MONEY, SHARE, TEXT
from creditlib.facts.sources import Column, Grid
from creditlib.facts.tables import build

_WORDS: Final = {"status": "status", "kind": "kind", "subject": "subject"}
_SHARES: Final = ("insured_share", "default_probability")
_LOOKED_UP: Final = re.compile(r"(?:查询|导出|下载|数据)(?:日期|时间)|(?:export|lookup|retrieved|as of)", re.I)
_FILE_DAY: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.年]?(\d\d)[-_.月]?(\d\d)(?!\d)")
_DAY_TEXT: Final = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{8}")
_RATINGS: Final = (1, 5)


def read_list(
    grid: Grid, found: Found, parties: Parties | None, home: str, order: DateOrder | None, on: date | None,
    findings: list[Finding],
) -> pa.Table:  # fmt: skip
    """Return the rows of a list as rows of its table."""
    schema = CREDIT_TABLES[found.table]
    units = heading_units(grid, found.header_row, findings)
    if units is None:
        return schema.empty_table()
    body, _ = body_of(grid, found, findings)
    count = len(body.rows)
    columns: dict[str, Any] = {}
    kept = np.ones(count, bool)
    if found.table == "registrations":
        columns["customer"], kept = match_rows(body, parties, findings)
    else:
        columns["customer"] = customers_of(body, parties, findings)
    money_fields = [f.name.removesuffix("_minor") for f in schema if f.type == MONEY and f.name.endswith("_minor")]
    own = {i: u for i, u in found.units.items() if u.power is not None or u.currency is not None}
    if found.table == "registrations":
        power = next((u.power for u in own.values() if u.power is not None), units.power)
        stated = any(u.power is not None for u in (*own.values(), *units.stated))
        more, columns["currency"] = capital_columns(body, power, stated, home, findings)
        columns |= more
        columns["employees"] = staff(body, findings)
    elif money_fields:
        columns |= _money(body, found, money_fields, units.power, units.currency, home, findings)
        for unit in dict.fromkeys((*units.stated, *own.values())):
            if unit.power is not None:
                findings.append(CHECKS["unit-applied"].finding(grid.name, unit=unit.text, factor=f"{10**unit.power:,}"))
    for field in schema:
        name = field.name
        if name in columns or name in ("source_file", "source_row") or name.endswith("_minor"):
            continue
        if name in _WORDS:
            columns[name] = word_column(body, name, findings)
        elif field.type == DAY:
            columns[name] = _days(body, grid, name, field.nullable, order, on, findings)
        elif field.type == FLAG:
            columns[name] = flags(body, name, findings)
        elif field.type in (INT, SHARE):
            columns[name] = _numbers(body, name, whole=field.type == INT, findings=findings)
        elif field.type in (TEXT, CODE):
            columns[name] = _known(body.texts(name))
    if found.table == "registrations":
        _of_register(body, columns)
    for field in schema:
        if not field.nullable:
            there = np.asarray(pc.is_valid(columns[field.name]))
            lost = kept & ~there
            if lost.any():
                header = body.mapping.header(field.name.removesuffix("_minor"))
                where = body.place(int(np.argmax(lost)))
                findings.append(CHECKS["row-unusable"].finding(where, count=int(lost.sum()), value=header))
            kept &= there
    if found.unused:
        findings.append(
            CHECKS["columns-not-used"].finding(grid.name, count=len(found.unused), value=shown(found.unused, 6))
        )
    columns["source_file"] = pa.array([grid.name] * count, pa.string())
    columns["source_row"] = pa.array(body.rows, pa.int32())
    mask = pa.array(kept)
    return build(schema, {n: c.filter(mask) for n, c in columns.items()}, int(kept.sum()))


def _known(texts: pa.Array) -> pa.Array:
    """Return texts, null for a word that says nothing is known."""
    unknown = pc.fill_null(pc.is_in(pc.utf8_lower(texts), pa.array(sorted(UNKNOWN))), False)
    return pc.if_else(unknown, pa.scalar(None, pa.string()), texts)


def _of_register(body: Body, columns: dict[str, Any]) -> None:
    """Fill what a register's other columns say: the status as written, names split, manufacturing by the sector."""
    columns["status_text"] = body.texts("status")
    former = [";".join(split_names(t)) if t else None for t in columns["former_names"].to_pylist()]
    columns["former_names"] = pa.array(former, pa.string())
    columns["credit_code"] = pc.utf8_upper(columns["credit_code"])
    if "manufacturing" not in body.columns:
        makes = [True if t and "制造" in t else None for t in columns["sector"].to_pylist()]
        columns["manufacturing"] = pa.array(makes, pa.bool_())


def _money(
    body: Body, found: Found, names: list[str], power: int, currency: str | None, home: str, findings: list[Finding]
) -> dict[str, Any]:
    cells: dict[str, tuple[int, Column]] = {n: (found.columns[n], body.columns[n]) for n in names if n in body.columns}
    powers, codes = {}, []
    for name, (i, column) in cells.items():
        unit = found.units.get(i)
        powers[name] = np.full(len(column.texts), power if unit is None or unit.power is None else unit.power, np.int64)
        codes += [unit.currency] if unit is not None and unit.currency else []
    needed = np.zeros(len(body.rows), bool)
    for _, column in cells.values():
        needed |= np.asarray(pc.is_valid(column.texts))
    code, iso = currencies(body, home, currency or next(iter(codes), None), needed, findings)
    amounts = amounts_of(body, cells, powers, findings)
    minor = minor_of(body, amounts, np.maximum(code, 0), iso, findings)
    found_columns: dict[str, Any] = {f"{n}_minor": minor.get(n, pa.nulls(len(body.rows), pa.int64())) for n in names}
    bad = pa.array(code < 0)  # an amount in no known currency is none
    found_columns = {n: pc.if_else(bad, pa.scalar(None, pa.int64()), c) for n, c in found_columns.items()}
    texts = [iso[c] if c >= 0 else None for c in code]
    found_columns["currency"] = pa.array(texts, pa.string())
    return found_columns


def _days(
    body: Body, grid: Grid, name: str, optional: bool, order: DateOrder | None, on: date | None, findings: list[Finding]
) -> pa.Array:
    """Return a column of days; where a table requires the day a thing was looked up, it may stand above or in the file's name."""
    days = read_days(body, name, order, findings)
    if name == "on" and not optional and (name not in body.columns or on is not None):
        taken, origin = (day_number(on), None) if on is not None else _looked_up(grid, body.mapping.header_row)
        if taken is not None:
            empty = (days == NO_DAY) & ~np.asarray(pc.is_valid(body.texts(name)))
            days = np.where(empty, taken, days).astype(np.int32)
            if origin and empty.any():
                findings.append(
                    CHECKS["day-assumed"].finding(grid.name, count=int(empty.sum()), on=day_of(taken), origin=origin)
                )
    return pa.array(days, pa.int32(), mask=days == NO_DAY).cast(pa.date32())


def _looked_up(grid: Grid, header_row: int) -> tuple[int | None, tuple[str, str] | None]:
    """Return the day an export was made, by a cell above the header, else by the file's name."""
    for row in grid.head[: max(header_row, 0)]:
        filled = [unicodedata.normalize("NFKC", c) for c in row if c]
        for i, cell in enumerate(filled):
            if _LOOKED_UP.search(cell):
                for text in (cell, *filled[i + 1 : i + 2]):
                    found = _DAY_TEXT.search(text)
                    days = set(readings(found.group()).values()) if found else set()
                    if len(days) == 1:
                        return days.pop(), ("the heading", "表头上方")
    found = _FILE_DAY.search(Path(grid.name.split(":")[0]).name)
    days = set(readings("-".join(found.groups())).values()) if found else set()
    return (days.pop(), ("the name of the file", "文件名")) if len(days) == 1 else (None, None)


def _numbers(body: Body, name: str, *, whole: bool, findings: list[Finding]) -> pa.Array:
    """Return a column of plain numbers or shares; what is none, or out of range, is null and told."""
    if name not in body.columns:
        return pa.nulls(len(body.rows), pa.int64() if whole else pa.float64())
    coded = body.texts(name).dictionary_encode()
    texts: list[str] = coded.dictionary.to_pylist()
    header = body.mapping.header(name)
    values: list[float | None] = []
    signed: list[bool] = []
    for text in texts:
        plain = unicodedata.normalize("NFKC", text).strip().rstrip("天年分days ").strip()
        percent = plain.endswith("%")
        number = re.fullmatch(r"-?\d+(?:\.\d+)?", plain.rstrip("% "))
        values.append(float(number.group()) if number else None)
        signed.append(percent)
    indices = pc.fill_null(coded.indices, len(texts)).to_numpy()
    if name in _SHARES:
        bare = [v for v, s in zip(values, signed, strict=True) if v is not None and not s]
        percent_column = "%" in header or any(v > 1 for v in bare)
        if percent_column and bare and "%" not in header:
            findings.append(CHECKS["share-as-percent"].finding(body.grid, count=len(bare), column=header))
        values = [
            v / 100 if v is not None and (s or percent_column) else v for v, s in zip(values, signed, strict=True)
        ]
    low, high = (1, 5) if name == "rating" else (0, 1) if name in _SHARES else (-1000, 10**6)
    good: list[float | None] = []
    for i, (text, value) in enumerate(zip(texts, values, strict=True)):
        fits = value is not None and low <= value <= high and (not whole or value == int(value))
        good.append(value if fits else None)
        if not fits and text.casefold() not in UNKNOWN:
            rows = np.flatnonzero(indices == i)
            findings.append(
                CHECKS["number-unusable"].finding(
                    body.place(int(rows[0]), name), count=len(rows), column=header, value=text
                )
            )
    kind = pa.int64() if whole else pa.float64()
    cells = [None if v is None else int(v) if whole else v for v in good]
    return pa.array([*cells, None], kind).take(pa.array(_at(indices)))


def _at(indices: Any) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.asarray(indices, np.int64)
    return found
