"""Corrections of how a sheet is read, put into the content of a map.

What must stay true: a correction speaks for its sheet alone; what is not corrected stays as it was recognised; a column has one field,
a field one column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from creditlib.facts.columns import FIELDS, Role
from creditlib.facts.mapping import LEFT_OUT, column_as_told, for_sheet, header_of, is_left_out, normal, recognise
from creditlib.facts.sources import Grid
from creditlib.flows.close_desk_look import SheetLook

ROLES: Final[tuple[str, ...]] = ("documents", "allocations", "sales", "customers", LEFT_OUT)
"""What a sheet of the ledger can be told to be."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What a person says of one sheet; None: nothing. role: one of `ROLES`. header_row: from 1, 0 for none. columns: index from 0 →
    field, "" for none. values: date_order, decimal, currency, "" for what the file says itself."""

    role: str | None = None
    header_row: int | None = None
    columns: Mapping[int, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


def corrected(data: Mapping[str, Any] | None, sheet: SheetLook, correction: Correction) -> dict[str, Any]:
    """Return the content of a map with a correction of one sheet in it.

    data: the map so far, as `load_map` returns it. What the correction leaves out may still not suffice to read the sheet: that is
    told where the map is applied.

    >>> from creditlib.facts.sources import grid_of
    >>> grid = grid_of("a.csv", [["customer", "document", "amount", "balance"], ["C1", "I-1", 10, 2]])
    >>> look = SheetLook("a.csv", "", "documents", 2, recognise(grid), grid.head, True)
    >>> corrected(None, look, Correction(columns={2: "", 3: "amount"}))["sheet"][0]["columns"]
    {'customer': 'customer', 'document': 'document', 'amount': 'balance'}
    """
    part = part_of(data, sheet)
    if correction.role is not None and correction.role != part["role"]:
        part = _of_role(sheet.grid, correction.role)
    if part["role"] != LEFT_OUT:
        at = positions(part, sheet.grid)
        if correction.header_row is not None:
            part["header_row"] = correction.header_row
        for column, name in correction.columns.items():
            at = {n: i for n, i in at.items() if i != column and n != name} | ({name: column} if name else {})
        row = header_of(sheet.grid, part.get("columns", {}), part["header_row"])[1]
        order = [name for name in FIELDS[cast(Role, part["role"])] if name in at]
        part["columns"] = {n: column_as_told(row, at[n]) for n in [*order, *(at.keys() - set(order))]}
        for name, value in correction.values.items():
            part = {n: v for n, v in part.items() if n != name} | ({name: value} if value else {})
    others = [one for one in (data or {}).get("sheet", []) if one["name"] != sheet.name]
    top = {name: value for name, value in (data or {}).items() if name != "sheet"}
    return {**top, "sheet": [{"name": sheet.name, **part}, *others]}


def part_of(data: Mapping[str, Any] | None, sheet: SheetLook) -> dict[str, Any]:
    """Return what a map says of a sheet; where it says nothing, what it would have to say for the sheet to be read as it is."""
    told = for_sheet(data, sheet.name)[0]
    if is_left_out(data, sheet.name):
        return {"role": LEFT_OUT}
    if told is None or not told.get("columns"):
        known = sheet.mapping.role if sheet.mapping is not None else "documents"
        return _of_role(sheet.grid, known) | ({n: v for n, v in (told or {}).items() if n != "name"})
    part = {name: value for name, value in told.items() if name != "name"}
    part.setdefault("role", "documents")
    part.setdefault("header_row", header_of(sheet.grid, part["columns"], None)[0] + 1)
    return part


def _of_role(grid: Grid, role: str) -> dict[str, Any]:
    """Return the part of a map for a sheet that is to be read as something: as far as its columns are recognised."""
    if role == LEFT_OUT:
        return {"role": LEFT_OUT}
    found = recognise(grid, cast(Role, role))
    if found is None:
        row = SheetLook(grid.name, grid.sheet, role, grid.rows, None, grid.head, correctable=True).header_row
        return {"role": role, "header_row": row, "columns": {}}
    columns = {name: column_as_told(found.headers, i) for name, i in found.columns.items()}
    return {"role": role, "preset": found.preset, "header_row": found.header_row + 1, "columns": columns}


def positions(part: Mapping[str, Any], grid: Grid) -> dict[str, int]:
    """Return field → index of its column, as a part of a map tells them; a header the sheet does not have is left out."""
    told: Mapping[str, str | int] = part.get("columns", {})
    row: Sequence[str] = header_of(grid, told, part.get("header_row"))[1]
    normals = [normal(cell) for cell in row]
    found = {}
    for name, header in told.items():
        if isinstance(header, int):
            found[name] = header - 1
        elif normal(header) in normals:
            found[name] = normals.index(normal(header))
    return found
