"""What each file of a close is, sheet by sheet: which sheet, which header row, which column for which field, what nobody used.

What must stay true: what is shown before reading is what reading will do; a file that can't be opened is told for that file, and the
others are shown all the same; only the first rows of a sheet are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, cast

from creditlib.errors import CreditError, SourceError, UsageError
from creditlib.facts.cells import Rows
from creditlib.facts.columns import Mapping as Layout
from creditlib.facts.columns import header_candidates
from creditlib.facts.database import address
from creditlib.facts.layout import column_letters
from creditlib.facts.mapping import is_left_out, load_map, recognise, refuse_unmet, unrecognised
from creditlib.facts.reading import Reading, sheet_mappings
from creditlib.facts.sources import Grid, open_grids
from creditlib.flows.close_desk_files import size_of, twins
from creditlib.flows.sources import Sources

Given = Literal["ledger", "credit_file", "orders", "limits", "events", "sales", "control", "rates"]
"""What a file was given as."""
UNUSED: Final = "unused"
LEFT_OUT: Final = "left_out"

Open = Callable[[str, str | None], list[Grid]]
"""Opens a file, or answers a query, like `facts.sources.open_grids`."""


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """One column of a sheet. number: from 1; letter: as a spreadsheet names it; fields: what it was taken for, mostly one or none."""

    number: int
    letter: str
    header: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class SheetLook:
    """One sheet. name: as findings call it. role: what it is ("documents", "allocations", "customers", "sales", "control", "orders",
    "statements", …), "unused" for nothing that is known, "left_out" where the map says so. mapping: how it is read, None where it is
    not, or not by columns. rows: in the sheet, blank ones too. used: rows read, None before reading. correctable: whether a map can
    say otherwise.
    """

    name: str
    sheet: str
    role: str
    rows: int
    mapping: Layout | None
    head: tuple[tuple[str, ...], ...]
    correctable: bool
    used: int | None = None

    @property
    def preset(self) -> str:
        """What recognised it, "" where nothing did."""
        return self.mapping.preset if self.mapping is not None else ""

    @property
    def header_row(self) -> int:
        """The row of the header, from 1; 0 where there is none. Of a sheet that is not read, the row most like one."""
        if self.mapping is not None:
            return self.mapping.header_row + 1
        rows = header_candidates(self.grid)
        return max(rows, key=lambda row: sum(bool(cell) for cell in row[1]))[0] + 1 if rows else 0

    @property
    def grid(self) -> Grid:
        """Its first rows, as a sheet of their own."""
        return Grid(self.name, self.head, self.rows, Rows(self.head, max(map(len, self.head), default=0)), self.sheet)

    @property
    def columns(self) -> tuple[ColumnLook, ...]:
        """Every column, in the order of the sheet."""
        at = self.header_row
        headers = self.mapping.headers if self.mapping is not None else self.head[at - 1] if at else ()
        taken = self.mapping.columns if self.mapping is not None else {}
        width = max(len(headers), max(map(len, self.head), default=0))
        return tuple(
            ColumnLook(
                i + 1, column_letters(i), headers[i] if i < len(headers) else "", tuple(f for f, c in taken.items() if c == i)
            )
            for i in range(width)
        )  # fmt: skip

    @property
    def unused(self) -> tuple[ColumnLook, ...]:
        """Columns with a header that nobody used."""
        return tuple(column for column in self.columns if column.header and not column.fields)

    def sample(self, count: int = 5) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Return the first rows below the header as they stand in the file, each with its number there."""
        first = self.header_row
        return tuple((first + 1 + i, row) for i, row in enumerate(self.head[first : first + count]))


@dataclass(frozen=True)
class FileLook:
    """One file. path: as it was given; name: as findings call it; size: bytes, None for a database. error: why it can't be used."""

    path: str
    name: str
    given: Given
    size: int | None
    sheets: tuple[SheetLook, ...] = ()
    error: CreditError | None = None


@dataclass(frozen=True)
class Inspection:
    """Every file of a close."""

    files: tuple[FileLook, ...]

    @property
    def faults(self) -> tuple[FileLook, ...]:
        """Files that can't be used."""
        return tuple(file for file in self.files if file.error is not None)

    @property
    def sheets(self) -> tuple[SheetLook, ...]:
        """Every sheet of every file."""
        return tuple(sheet for file in self.files for sheet in file.sheets)

    @property
    def ledger(self) -> tuple[SheetLook, ...]:
        """The sheets a map can speak for."""
        return tuple(sheet for sheet in self.sheets if sheet.correctable)

    def sheet(self, name: str) -> SheetLook:
        """Return a sheet by its name. Raises: UsageError where there is none."""
        found = next((sheet for sheet in self.sheets if sheet.name == name), None)
        if found is None:
            there = [sheet.name for sheet in self.sheets]
            raise UsageError(
                f"no sheet is called {name!r}. There are: {', '.join(there)}.",
                f"没有名为 {name!r} 的工作表。现有：{'、'.join(there)}。",
            )
        return found

    def read(self, reading: Reading) -> Inspection:
        """Return the same after reading: with the rows each sheet gave."""
        rows = {source.name: source.rows for source in reading.sources}

        def after(sheet: SheetLook) -> SheetLook:
            return replace(sheet, used=rows.get(sheet.name, 0 if sheet.correctable else None))

        return Inspection(tuple(replace(file, sheets=tuple(map(after, file.sheets))) for file in self.files))


def look(
    sources: Sources, *, control: Sequence[str] = (), rates: str | None = None, open_file: Open = open_grids
) -> Inspection:
    """Return what each file is, before anything is read.

    control, rates: files of control figures and exchange rates. open_file: opens one, so that none need be opened twice. A fault of a
    file stands in its `error`. Raises: MappingError where the map itself can't be read, or speaks for no sheet there is.
    """
    data = load_map(sources.mapping) if sources.mapping is not None else None
    given = list(_given(sources, control, rates))
    double = twins([path for path, _ in given])
    files = []
    for i, (path, kind) in enumerate(given):
        name, size = _name(path), size_of(path)
        fault: CreditError | None = double.get(i)
        grids: list[Grid] = []
        if fault is None:
            try:
                grids = open_file(path, sources.query if kind == "ledger" else None)
            except OSError as error:
                fault = SourceError(
                    f"{name}: can't be read: {error.strerror}.", f"{name}：无法读取：{error.strerror}。"
                )
            except CreditError as error:
                fault = error
        if fault is not None:
            files.append(FileLook(path, name, kind, size, error=fault))
        elif kind == "ledger":
            files.append(_ledger(path, name, size, grids, data, sources.mapping))
        else:
            files.append(_beside(path, name, size, grids, kind))
    inspection = Inspection(tuple(files))
    if not inspection.faults:
        refuse_unmet(data, [sheet.name for sheet in inspection.ledger], str(sources.mapping))
    return inspection


def guess(grids: Sequence[Grid]) -> Given | None:
    """Return what a file should be given as, by its sheets; None where none of them is recognised."""
    roles = {how.role for grid in grids if (how := recognise(grid)) is not None}
    if not roles:
        return None
    return "control" if roles == {"control"} else "rates" if roles == {"rates"} else "ledger"


def _given(sources: Sources, control: Sequence[str], rates: str | None) -> Iterator[tuple[str, Given]]:
    yield from ((path, "ledger") for path in sources.files)
    yield from ((path, "credit_file") for path in sources.credit_files)
    beside: tuple[Given, ...] = ("orders", "limits", "events", "sales")
    for kind in beside:
        if (path := getattr(sources, kind)) is not None:
            yield path, kind
    yield from ((path, "control") for path in control)
    if rates is not None:
        yield rates, "rates"


def _name(path: str) -> str:
    return address(path) if "://" in path else Path(path).name


def _ledger(
    path: str, name: str, size: int | None, grids: list[Grid], data: dict[str, Any] | None, mapping: str | None
) -> FileLook:  # fmt: skip
    """Return a file of the ledger; where its columns fit nothing, its sheets are shown with the fault, so that they can be named."""
    error: CreditError | None = None
    try:
        found = sheet_mappings(grids, data, mapping)
        if not any(how or is_left_out(data, grid.name) for grid, how in found):
            error = unrecognised(max(grids, key=lambda g: g.rows)) if grids else _no_rows(name)
    except CreditError as fault:
        error, found = fault, [(grid, recognise(grid)) for grid in grids]
    sheets = []
    for grid, how in found:
        role = LEFT_OUT if is_left_out(data, grid.name) else UNUSED if how is None else how.role
        sheets.append(SheetLook(grid.name, grid.sheet, role, grid.rows, how, grid.head, correctable=True))
    return FileLook(path, name, "ledger", size, tuple(sheets), error)


def _no_rows(name: str) -> SourceError:
    return SourceError(f"{name}: holds no rows.", f"{name}：没有数据行。")


def _beside(path: str, name: str, size: int | None, grids: Sequence[Grid], kind: Given) -> FileLook:
    """Return a file given beside the ledger: it is read for what it was given as."""
    sheets = []
    for grid in grids:
        role, how = _role(grid, kind)
        sheets.append(SheetLook(grid.name, grid.sheet, role or UNUSED, grid.rows, how, grid.head, correctable=False))
    error = None if grids else _no_rows(name)
    return FileLook(path, name, kind, size, tuple(sheets), error)


def _role(grid: Grid, kind: Given) -> tuple[str | None, Layout | None]:
    """Return what a sheet beside the ledger is, and how it is read where that goes by columns."""
    if kind == "credit_file":
        return _credit_role(grid)
    if kind in ("orders", "limits", "events"):
        from creditlib.facts.lists.rows import recognise_list

        how = recognise_list(grid, cast(Any, kind))
    else:
        how = recognise(grid, cast(Any, kind))
    return (None, None) if how is None else (kind, how)


def _credit_role(grid: Grid) -> tuple[str | None, Layout | None]:
    from creditlib.facts.credit.columns import recognise_credit
    from creditlib.facts.credit.forms import as_list
    from creditlib.facts.credit.statement_sheet import layout_of

    if layout_of(grid) is not None:
        return "statements", None
    found = recognise_credit(grid)
    if found is None:
        return ("registrations", None) if as_list(grid) is not None else (None, None)
    columns: Mapping[str, int] = {**found.columns, **{m.line: i for i, m in found.lines.items()}}
    return found.table, Layout(cast(Any, found.table), "", columns, found.headers, found.header_row)
