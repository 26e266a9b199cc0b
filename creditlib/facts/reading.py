"""`read`: files of any kind → one `Book`, with everything that was found on the way.

What must stay true: which sheet was recognised as what is told; all findings are collected; the three shapes of input (open
items, paid history, documents with allocations) end in the same two tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import NO_DAY, DateOrder
from creditlib.errors import Finding, MappingError, SourceError
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.documents import FileTotal, Part, gather, read_documents
from creditlib.facts.layout import Body, read_body
from creditlib.facts.mapping import (
    Mapping,
    Shape,
    apply_map,
    for_sheet,
    is_left_out,
    load_map,
    recognise,
    refuse_unmet,
    unrecognised,
)
from creditlib.facts.matching import by_clearing, by_column, by_date, from_sheet
from creditlib.facts.parties import customers
from creditlib.facts.rejection import NOT_USED, column_fault, no_row_used
from creditlib.facts.sources import Grid, open_grids
from creditlib.facts.tables import ALLOCATIONS, DOCUMENTS, SALES, build, codes
from creditlib.facts.values import Dates, read_dates, to_minor

RUNNING_SHARE: Final = 0.5
"""A list whose receipts reach this share of its debits is a running account, not a list of what is open."""


Step = Callable[[str, str], None]
"""Told when a stretch of work begins: its name, and the file or sheet it is about, "" where it is about all."""

_OUTSIDE: Final = {"control": ("control figures", "总账余额"), "rates": ("exchange rates", "汇率")}
"""Sheets that come from outside the ledger and are given by an option of their own."""


@dataclass(frozen=True)
class Source:
    """One sheet that was read. mapping: how; rows: with content, below the header."""

    name: str
    rows: int
    mapping: Mapping


@dataclass(frozen=True)
class Reading:
    """What `read` returns. shape: which of the input shapes was recognised. source_totals: file = used + rejected +
    rounding, by currency. home_assumed: the currency taken where a file names none."""

    book: Book
    findings: tuple[Finding, ...]
    shape: Shape
    source_totals: tuple[FileTotal, ...]
    sources: tuple[Source, ...]
    home_assumed: str | None


def read(
    *sources: Any,
    mapping: str | Path | None = None,
    date_order: DateOrder | None = None,
    home: str | None = None,
    home_origin: tuple[str, str] = ("given by the caller", "由调用方给出"),
    query: str | None = None,
    step: Step | None = None,
) -> Reading:
    """Read receivables from files, a database or tables.

    sources: paths of CSV, XLSX, XLS, XLSB or Parquet; a database URL with `query`; tables with `__arrow_c_stream__`.
    mapping: a `map.toml` for the documents; None: presets. date_order: forces the order of day and month. home: currency of
    rows that name none. step: told "open", "rows", "documents", "allocations", "beside" as each begins.
    Raises: SourceError, MappingError, UsageError. Faults in the data are in `.findings`.
    """
    if not sources:
        raise SourceError("No file was given.", "没有给出文件。")
    at = step or (lambda _name, _about: None)
    data = load_map(mapping) if mapping is not None else None
    names: list[str] = []
    findings: list[Finding] = []
    bodies: list[Body] = []
    told: list[Source] = []
    for source in sources:
        if not isinstance(source, list):
            at("open", str(source))
        grids = open_grids(source, query)
        names += [grid.name for grid in grids]
        found = sheet_mappings(grids, data, mapping)
        if not any(how or is_left_out(data, grid.name) for grid, how in found):
            raise unrecognised(max(grids, key=lambda g: g.rows)) if grids else _no_rows(source)
        for grid, how in found:
            if how is None:
                check = "sheet-left-out" if is_left_out(data, grid.name) else "sheet-not-used"
                findings.append(CHECKS[check].finding(grid.name, count=grid.rows))
                continue
            at("rows", grid.name)
            body = read_body(grid, how)
            bodies.append(body)
            told.append(Source(grid.name, body.seen, how))
    refuse_unmet(data, names, str(mapping))
    parts = []
    for body in bodies:
        if body.mapping.role == "documents":
            at("documents", body.grid)
            parts.append(read_documents(body, home=home, origin=home_origin, order=date_order))
    if not parts:
        raise unrecognised(grids[0])
    for part in parts:
        findings += part.findings
    at("allocations", "")
    documents = _stack(parts)
    shape, allocations, made = _allocations(parts, bodies, documents, date_order)
    findings += made
    for body in bodies:
        if body.mapping.role != "documents":
            findings += body.findings
        if body.mapping.role in _OUTSIDE:
            findings.append(
                CHECKS["outside-file"].finding(body.grid, count=len(body.rows), value=_OUTSIDE[body.mapping.role])
            )
    totals = gather([t for part in parts for t in part.totals])
    at("beside", "")
    book = Book(
        documents,
        allocations,
        customers(parts, bodies, date_order, findings),
        _sales([b for b in bodies if b.mapping.role == "sales"], home, date_order, findings),
        complete=shape != "open_items",
    )
    assumed = next((p.home_assumed for p in parts if p.home_assumed), None)
    return Reading(book, tuple(findings), shape, totals, tuple(told), assumed)


def read_sales(
    source: str | Path, *, home: str | None = None, date_order: DateOrder | None = None
) -> tuple[pa.Table, tuple[Finding, ...]]:
    """Read a file of sales by month into the `sales` table. Raises: MappingError when it has no month and no amount."""
    bodies = []
    for grid in open_grids(source):
        how = recognise(grid, "sales")
        if how is None:
            raise unrecognised(grid, "sales")
        bodies.append(read_body(grid, how))
    findings: list[Finding] = [f for body in bodies for f in body.findings]
    return _sales(bodies, home, date_order, findings), tuple(findings)


def sheet_mappings(
    grids: Sequence[Grid], data: dict[str, Any] | None, path: str | Path | None
) -> list[tuple[Grid, Mapping | None]]:
    """Return how each sheet of a file is read, None for one that is not.

    data: a map as `load_map` returns it, None: presets; path: what errors call it. Raises: MappingError when the map fits no sheet,
    or what it says of one sheet does not fit that sheet.
    """
    found: list[tuple[Grid, Mapping | None]] = []
    faults: list[tuple[int, MappingError]] = []
    for grid in grids:
        try:
            found.append((grid, _mapping(grid, data, path)))
        except MappingError as fault:  # a cover sheet beside the ledger, unless no sheet fits
            if for_sheet(data, grid.name)[1]:
                raise
            faults.append((grid.rows, fault))
            found.append((grid, None))
    if faults and not any(how for _, how in found):
        raise max(faults, key=lambda fault: fault[0])[1]
    return found


def _mapping(grid: Grid, data: dict[str, Any] | None, path: str | Path | None) -> Mapping | None:
    told, own = for_sheet(data, grid.name)
    if told is None:
        return recognise(grid)
    if is_left_out(data, grid.name):
        return None
    if not own:
        other = recognise(grid)
        if other is not None and other.role != told.get("role", "documents") and other.role != "documents":
            return other
    return apply_map(grid, told, str(path))


def _no_rows(source: Any) -> SourceError:
    return SourceError(f"{source}: holds no rows.", f"{source}：没有数据行。")


def _stack(parts: Sequence[Part]) -> pa.Table:
    """Put the documents of all sheets under one another and number them."""
    tables = [build(DOCUMENTS, {"id": np.zeros(p.rows, np.int64), **p.columns}, p.rows) for p in parts]
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return table.set_column(0, DOCUMENTS.field("id"), pa.array(np.arange(table.num_rows)))


# --------------------------------------------------------------------------------------------------------- allocations


def _allocations(
    parts: Sequence[Part], bodies: Sequence[Body], documents: pa.Table, order: DateOrder | None
) -> tuple[Shape, pa.Table, list[Finding]]:
    """Recognise the shape of the input and bring its allocations into the one table."""
    findings: list[Finding] = []
    forced = next((b.mapping.shape for b in bodies if b.mapping.shape), None)
    settled = np.concatenate([p.settled_on for p in parts])
    clearing = pa.chunked_array([p.clearing for p in parts]).combine_chunks()
    findings += _undated_clearing(documents, clearing, settled)
    target = pa.chunked_array([p.allocated_to for p in parts]).combine_chunks()
    sheets = [b for b in bodies if b.mapping.role == "allocations"]
    tables: list[pa.Table] = []
    shape: Shape = "open_items"
    if sheets:
        shape = "documents_with_allocations"
        for body in sheets:
            table, found = from_sheet(body, documents, order)
            tables.append(table)
            findings += found
    if target.null_count < len(target):
        shape = "documents_with_allocations"
        table, found = by_column(documents, target)
        tables.append(table)
        findings += found
    if (settled != NO_DAY).any():
        shape = "paid_history" if not tables else shape
        left = np.ones(len(settled), bool)
        if clearing.null_count < len(clearing):
            table, left = by_clearing(documents, clearing, settled)
            tables.append(table)
        tables.append(by_date(documents, settled, left))
    if not tables and not any(p.open_list for p in parts) and _runs(documents):
        shape = "running_account"
    shape = forced or shape
    if shape == "open_items":
        tables = []
    allocations = (
        pa.concat_tables(tables).unify_dictionaries().combine_chunks() if tables else ALLOCATIONS.empty_table()
    )
    return shape, allocations, findings


def _undated_clearing(documents: pa.Table, clearing: pa.Array, settled: NDArray[np.int32]) -> list[Finding]:
    """Find documents a source calls cleared without saying when: they can't be settled on any day."""
    rows = np.flatnonzero(np.asarray(clearing.is_valid()) & (settled == NO_DAY))
    if not len(rows):
        return []
    first = documents.select(["source_file", "source_row", "document"]).take(pa.array(rows[:3])).to_pylist()
    names = ", ".join(row["document"] or "–" for row in first) + ("…" if len(rows) > 3 else "")
    where = f"{first[0]['source_file']}!{first[0]['source_row']}"
    return [CHECKS["cleared-without-date"].finding(where, count=len(rows), value=names)]


def _runs(documents: pa.Table) -> bool:
    """Whether a list is a running account: it has receipts, and they reach a good part of its debits."""
    kinds, names = codes(documents["kind"])
    receipts = np.isin(kinds, [i for i, n in enumerate(names) if n in ("receipt", "advance")])
    amount = documents["amount_minor"].to_numpy()
    debits = int(amount[amount > 0].sum())
    return bool(receipts.any()) and -int(amount[receipts].sum()) >= RUNNING_SHARE * debits


# ---------------------------------------------------------------------------------------------------------------- sales


def _sales(bodies: Sequence[Body], home: str | None, order: DateOrder | None, findings: list[Finding]) -> pa.Table:
    tables = [_sales_part(body, home, order, findings) for body in bodies]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks() if tables else SALES.empty_table()


def _sales_part(body: Body, home: str | None, order: DateOrder | None, findings: list[Finding]) -> pa.Table:
    months, read = _months(body, order)
    currency = body.texts("currency").to_pylist()
    iso = [money.currency_code(c) if c else (body.mapping.currency or home) for c in currency]
    keep = np.array([m != NO_DAY and c is not None for m, c in zip(months.tolist(), iso, strict=True)], bool)
    for name in ("gross", "net"):
        for row in body.amounts[name].bad if name in body.amounts else ():
            keep[row] = False
            findings.append(
                CHECKS["unreadable-amount"].finding(
                    body.place(row, name), column=name, value=body.texts(name)[row].as_py(), effect=NOT_USED
                )
            )
    findings += _lost_months(body, months, read)
    for row, code in enumerate(iso):
        if code is None:
            gross = body.amounts.get("gross") or body.amounts["net"]
            findings.append(
                CHECKS["unknown-currency"].finding(
                    body.place(row),
                    document=("sales", "销售额"),
                    amount=f"{gross.exact(row):,f}",
                    value=currency[row] or "",
                )
            )
    names = sorted({c for c in iso if c is not None})
    code_of = np.array([names.index(c) if c is not None else 0 for c in iso], np.int32)
    mask = pa.array(keep)
    columns: dict[str, Any] = {
        "month": pa.array(months[keep], pa.int32()).cast(pa.date32()),
        "currency": pa.array(iso, pa.string()).filter(mask),
        "customer": body.texts("customer").filter(mask),
        "entity": body.texts("entity").filter(mask),
    }
    for name in ("gross", "net"):
        if name in body.amounts:
            minor = to_minor(body.amounts[name], code_of, names)
            columns[f"{name}_minor"] = pa.array(minor.values[keep], mask=~body.amounts[name].valid[keep])
    return build(SALES, columns, int(keep.sum()))


def _months(body: Body, order: DateOrder | None) -> tuple[NDArray[np.int32], Dates]:
    """Return the first day of each row's month; "2024-03", "2024年3月", "202403" or any date of it."""
    texts = body.texts("month")
    short = pc.extract_regex(texts, r"^(?P<y>\d{4})\s*[-/.年]?\s*(?P<m>0?[1-9]|1[0-2])\s*月?$")
    read = read_dates(body.columns["month"], order or body.mapping.date_order)
    whole = read.values.copy()
    for row, cell in enumerate(short.to_pylist()):
        if cell is not None:
            whole[row] = (np.datetime64(f"{cell['y']}-{int(cell['m']):02d}", "D") - np.datetime64("1970-01-01")).astype(
                int
            )
        elif whole[row] != NO_DAY:
            first = np.datetime64(int(whole[row]), "D").astype("datetime64[M]").astype("datetime64[D]")
            whole[row] = first.astype(np.int64)
    return whole, read


def _lost_months(body: Body, months: NDArray[np.int32], read: Dates) -> list[Finding]:
    """Find rows whose month is blank or can't be read: one finding for a column that reads in two ways."""
    filled = np.zeros(len(months), bool)
    for name in ("gross", "net"):
        if name in body.amounts:
            filled |= np.asarray(pc.is_valid(body.texts(name)))
    lost = (months == NO_DAY) & (filled | np.asarray(pc.is_valid(body.texts("month"))))
    whole, told = column_fault(body, "month", Dates(months, (), read.column), no_row_used)
    lost[told] = False
    column, texts = body.mapping.header("month"), body.texts("month")
    return ([whole] if whole is not None else []) + [
        CHECKS["unreadable-date"].finding(
            body.place(row), column=column, value=texts[row].as_py() or "", effect=NOT_USED
        )
        for row in np.flatnonzero(lost).tolist()
    ]
