"""`read_files`: files about customers, of any shape people keep them in → the tables of the credit file.

What must stay true: which sheet was read as what is told; nothing is dropped in silence; what is new stands after what is old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import DateOrder
from creditlib.errors import Finding, MappingError, SourceError, UsageError
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit.columns import recognise_credit
from creditlib.facts.credit.forms import as_list, is_blank_statement
from creditlib.facts.credit.lists import read_list
from creditlib.facts.credit.parties import Parties
from creditlib.facts.credit.statement_rows import read_statement_rows
from creditlib.facts.credit.statement_sheet import layout_of, read_statement
from creditlib.facts.credit_tables import CREDIT_TABLES, LINES, STATEMENTS
from creditlib.facts.sources import Grid, open_grids

Shape = Literal["sheet", "wide", "long", "list"]
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "registrations": ("customer", "on", "register"),
    "statements": ("customer", "period_end", "months", "currency"),
    "references": ("customer", "on", "referee"),
    "ratings": ("customer", "on", "agency"),
    "security": ("customer", "kind", "provider", "from_on"),
    "contracts": ("customer", "contract", "signed_on"),
    "purchases": ("customer", "on", "currency", "expected"),
    "assessments": ("customer", "on", "subject", "by"),
}
"""What makes a row of a table the same row: of two, the later read stands."""
_TITLES: Final = {
    "registrations": ("registrations", "登记信息"), "statements": ("statements", "财务报表"), "references": ("references", "供应商推荐"),
    "ratings": ("ratings", "评级"), "security": ("security", "担保"), "contracts": ("contracts", "合同"),
    "purchases": ("purchases", "采购额"), "assessments": ("assessments", "评估"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CreditSource:
    """One sheet that was read. table: what it became; shape: how it lay; rows: how many rows it gave."""

    name: str
    table: str
    shape: Shape
    rows: int


@dataclass(frozen=True)
class CreditFiles:
    """What `read_files` returns: one table for each name of CREDIT_TABLES, everything found on the way, and what was read."""

    registrations: pa.Table
    statements: pa.Table
    references: pa.Table
    ratings: pa.Table
    security: pa.Table
    contracts: pa.Table
    purchases: pa.Table
    assessments: pa.Table
    findings: tuple[Finding, ...] = ()
    sources: tuple[CreditSource, ...] = field(default=())

    def into(self, book: Book) -> Book:
        """Return the book with these rows after its own; of rows with the same key the last stands (`replaced` names them)."""
        return replace(book, **{name: _joined(name, book, self)[0] for name in CREDIT_TABLES})

    def replaced(self, book: Book | None = None) -> tuple[Finding, ...]:
        """Return what `into` would replace: rows of the book, and rows of these files that stand twice."""
        found = []
        for name in CREDIT_TABLES:
            _, dropped = _joined(name, book or Book(), self)
            if len(dropped):
                where = f"{dropped['source_file'][0].as_py() or name}!{dropped['source_row'][0].as_py() or 0}"
                customer = dropped["customer"][0].as_py()
                found.append(
                    CHECKS["row-replaced"].finding(where, count=len(dropped), table=_TITLES[name], customer=customer)
                )
        return tuple(found)


def _joined(name: str, book: Book, files: CreditFiles) -> tuple[pa.Table, pa.Table]:
    """Return the rows that stand, and those a later row of the same key replaces."""
    own: pa.Table = getattr(files, name)
    old = book.table(name)
    table = pa.concat_tables([old, own]).unify_dictionaries().combine_chunks() if old.num_rows else own
    last = _last(table, KEYS[name])
    return table.filter(pa.array(last)), table.filter(pa.array(~last))


def _codes(table: pa.Table, names: Sequence[str]) -> NDArray[np.int64]:
    """Return one number for each row, equal where all of some columns are."""
    key = np.zeros(table.num_rows, np.int64)
    for name in names:
        column = table[name].combine_chunks() if table.num_rows else table[name]
        array = column.chunk(0) if isinstance(column, pa.ChunkedArray) and column.num_chunks else column
        if pa.types.is_dictionary(array.type):
            array = array.cast(array.type.value_type)
        codes = pc.fill_null(array.dictionary_encode().indices, -1) if len(array) else pa.array([], pa.int32())
        numbers = codes.to_numpy(zero_copy_only=False).astype(np.int64) + 1
        key = np.unique(key * (int(numbers.max(initial=0)) + 1) + numbers, return_inverse=True)[1].reshape(-1)
    return key


def _last(table: pa.Table, names: Sequence[str]) -> NDArray[np.bool_]:
    """Return which rows are the last of their key."""
    key = _codes(table, names)
    last = np.zeros(len(key), bool)
    _, first_from_end = np.unique(key[::-1], return_index=True)
    last[len(key) - 1 - first_from_end] = True
    return last


def read_files(
    *sources: Any,
    book: Book | None = None,
    home: str = "CNY",
    date_order: DateOrder | None = None,
    customer: str | None = None,
    on: date | None = None,
) -> CreditFiles:
    """Read financial statements, registry exports and the other lists of a credit file.

    sources: paths of XLSX, XLS, XLSB, CSV or Parquet, or tables with `__arrow_c_stream__`. book: the customers rows are
    matched with; a registry export without a customer's code needs it. home: currency of amounts that name none.
    date_order: forces the order of day and month. customer: whose the statements are where a sheet names nobody. on: day a
    list was made that bears no date.
    Raises: SourceError, MappingError, UsageError. Faults in the data are in `.findings`.

    >>> rows = pa.table({"customer": ["C1"], "year": ["2024年度"], "sales": [12.5], "total assets": [10], "currency": ["CNY"]})
    >>> read_files(rows).statements["sales_minor"].to_pylist()
    [1250]
    """
    if not sources:
        raise SourceError("No file was given.", "没有给出文件。")
    money.exponent(home)
    parties = Parties(book) if book is not None else None
    findings: list[Finding] = []
    tables: dict[str, list[pa.Table]] = {name: [schema.empty_table()] for name, schema in CREDIT_TABLES.items()}
    told: list[CreditSource] = []
    for source in sources:
        grids = open_grids(source)
        read = [_read(g, parties, home, date_order, customer, on, findings) for g in grids]
        if not any(read):
            raise _unrecognised(source, grids)
        if not any(result[2].num_rows for result in read if result is not None) and not findings:
            findings.append(CHECKS["credit-file-empty"].finding(grids[0].name.split(":")[0]))
        for grid, result in zip(grids, read, strict=True):
            if result is None:
                findings.append(CHECKS["credit-sheet-not-used"].finding(grid.name, count=grid.rows))
                continue
            name, shape, table = result
            tables[name].append(table)
            told.append(CreditSource(grid.name, name, shape, table.num_rows))
    joined = {n: pa.concat_tables(parts).unify_dictionaries().combine_chunks() for n, parts in tables.items()}
    joined["statements"] = _merged(joined["statements"])
    files = CreditFiles(**joined, sources=tuple(told))
    return replace(files, findings=(*findings, *files.replaced(book)))


def _read(
    grid: Grid, parties: Parties | None, home: str, order: DateOrder | None, customer: str | None, on: date | None,
    findings: list[Finding],
) -> tuple[str, Shape, pa.Table] | None:  # fmt: skip
    layout = layout_of(grid)
    if layout is not None:
        return "statements", "sheet", read_statement(grid, layout, parties, customer, home, findings)
    found = recognise_credit(grid)
    if found is None:
        form = as_list(grid)
        if form is None:
            return ("statements", "sheet", STATEMENTS.empty_table()) if is_blank_statement(grid) else None
        grid, found = form, recognise_credit(form)
    if found is None:
        return None
    if found.table == "statements":
        table = read_statement_rows(grid, found, parties, customer, home, order, findings)
        return "statements", found.shape, table
    if found.table == "registrations" and parties is None and "customer" not in found.columns:
        raise UsageError(
            f"{grid.name}: a registry export names no customer codes. Give the book whose customers it is about.",
            f"{grid.name}：工商登记导出没有客户编码。请同时给出含这些客户的账簿。",
        )
    return found.table, "list", read_list(grid, found, parties, home, order, on, findings)


def _unrecognised(source: Any, grids: Sequence[Grid]) -> MappingError | SourceError:
    if not grids:
        return SourceError(f"{source}: holds no rows.", f"{source}：没有数据行。")
    grid = max(grids, key=lambda g: g.rows)
    row = max(grid.head, key=lambda r: sum(bool(c) for c in r), default=())
    shown = ", ".join(c for c in row if c)[:200]
    return MappingError(
        f"{grid.name}: is no table of a credit file. Best header row found: {shown or '(none)'}. Statements have lines in rows and "
        "years in columns; other lists need a customer and the headers of the entry template.",
        f"{grid.name}：不是信用档案的表。最像表头的一行：{shown or '（无）'}。报表应为项目在行、年度在列；其他清单须有客户和录入模板的表头。",
    )


def _merged(table: pa.Table) -> pa.Table:
    """Put the sheets of one customer's year together (balance sheet, income statement …) where no line stands in both."""
    key = _codes(table, KEYS["statements"])
    counts = np.bincount(key, minlength=1)
    several = np.flatnonzero(counts[key] > 1) if len(key) else np.zeros(0, np.int64)
    if not len(several):
        return table
    lines = [f"{line.name}_minor" for line in LINES] + ["audited"]
    rows = table.take(pa.array(several)).to_pylist()
    by: dict[int, list[dict[str, Any]]] = {}
    for k, row in zip(key[several].tolist(), rows, strict=True):
        for other in by.setdefault(k, []):
            if all(None in (row[n], other[n]) or row[n] == other[n] for n in lines):
                other |= {n: row[n] for n in lines if other[n] is None}
                break
        else:
            by[k].append(row)
    keep = np.ones(len(key), bool)
    keep[several] = False
    merged = pa.Table.from_pylist([row for same in by.values() for row in same], schema=table.schema)
    return pa.concat_tables([table.filter(pa.array(keep)), merged]).unify_dictionaries().combine_chunks()
