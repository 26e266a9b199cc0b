"""A template typed into and calculated by a spreadsheet engine: write by defined names, read by them."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import ironcalc
from creditlib_templates import path
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from creditlib.errors import Lang


@cache
def trimmed(kind: str, lang: Lang, rows: int) -> bytes:
    """A template without the prepared rows below some row: thousands of them take seconds to load and to calculate."""
    book = load_workbook(path(lang, kind))
    for sheet in book:
        for place in [p for p in sheet._cells if p[0] > rows]:
            del sheet._cells[place]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@dataclass
class Sheets:
    """A template in memory: `put` types, `save` keeps it, `calculate` gives the cells an engine came to.

    rows_kept: keep no more of the prepared rows of each sheet; 0: all.
    """

    kind: str
    lang: Lang = "en"
    rows_kept: int = 0
    book: Workbook = field(init=False)

    def __post_init__(self) -> None:
        whole = path(self.lang, self.kind)
        self.book = load_workbook(
            io.BytesIO(trimmed(self.kind, self.lang, self.rows_kept)) if self.rows_kept else whole
        )

    def place(self, name: str) -> tuple[str, int, int, int, int]:
        """Sheet, first column and row, last column and row of a name."""
        sheet, _, cells = str(self.book.defined_names[name].attr_text).rpartition("!")
        low, top, high, bottom = range_boundaries(cells.replace("$", ""))
        return sheet.strip("'").replace("''", "'"), int(low or 1), int(top or 1), int(high or 1), int(bottom or 1)

    def put(self, name: str, value: Any, *, right: int = 0, down: int = 0) -> None:
        sheet, low, top, _, _ = self.place(name)
        self.book[sheet].cell(top + down, low + right).value = value

    def save(self, target: Path) -> Path:
        self.book.save(target)
        return target

    def calculate(self, target: Path) -> Figures:
        unblanked(self.save(target))
        model = ironcalc.load_from_xlsx(str(target), "en", "UTC")
        model.evaluate()
        return Figures(self, model)


def unblanked(target: Path) -> None:
    """Write blank cells as Excel does: this engine would take one with a type for 0."""
    with zipfile.ZipFile(target) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(target, "w") as new:
        for name, content in parts.items():
            new.writestr(name, re.sub(rb' t="n" ?/>', b"/>", content) if "worksheets/sheet" in name else content)


@dataclass
class Figures:
    """Calculated cells, by name."""

    sheets: Sheets
    model: Any

    def at(self, name: str, *, right: int = 0, down: int = 0) -> Any:
        sheet, low, top, _, _ = self.sheets.place(name)
        return self.model.get_cell_value(self.sheets.book.sheetnames.index(sheet), top + down, low + right)

    def rows(self, name: str) -> list[list[Any]]:
        _, low, top, high, bottom = self.sheets.place(name)
        return [[self.at(name, right=c, down=r) for c in range(high - low + 1)] for r in range(bottom - top + 1)]

    def errors(self) -> list[str]:
        """Cells that show an error."""
        found = []
        for number, ws in enumerate(self.sheets.book.worksheets):
            for row in ws.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and cell.value.startswith("="):
                        got = self.model.get_cell_value(number, cell.row, cell.column)
                        if isinstance(got, str) and got.startswith("#"):
                            found.append(f"{ws.title}!{cell.coordinate} {got} {cell.value[:80]}")
        return found
