"""A template as a real office calculated it, read by the names of the template."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

sys.path.insert(0, str(Path(__file__).parents[1] / "faces"))
from cells import Sheets


class Office:
    """What the office calculated, read by the names of the template: the same face as `cells.Figures`."""

    def __init__(self, sheets: Sheets, made: Path) -> None:
        self.sheets, self.made = sheets, made
        book = CalamineWorkbook.from_path(str(made))
        self.cells = {t: book.get_sheet_by_name(t).to_python(skip_empty_area=False) for t in book.sheet_names}

    def _cell(self, sheet: str, row: int, column: int) -> Any:
        rows = self.cells[sheet]
        return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else ""

    def at(self, name: str, *, right: int = 0, down: int = 0) -> Any:
        sheet, low, top, _, _ = self.sheets.place(name)
        return self._cell(sheet, top + down, low + right)

    def rows(self, name: str) -> list[list[Any]]:
        sheet, low, top, high, bottom = self.sheets.place(name)
        return [[self._cell(sheet, r, c) for c in range(low, high + 1)] for r in range(top, bottom + 1)]

    def errors(self) -> list[str]:
        return [
            f"{title} {cell}" for title, rows in self.cells.items() for row in rows for cell in row
            if isinstance(cell, str) and cell.startswith(("#", "Err:"))
        ]  # fmt: skip
