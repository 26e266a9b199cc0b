"""A workbook file as a macro's open workbook: for a server, a test, or a machine without a spreadsheet.

What must stay true: the file is written only when `save` is called, whole or not at all; text stays text, whatever it begins with.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

_DAY: Final = "yyyy-mm-dd"
_AMOUNT: Final = "#,##0.00"


class FileBook:
    """An .xlsx by openpyxl. told, shown: what macros said and opened. select: the cell that counts as selected, "Sheet!A1"."""

    host = "file"

    def __init__(self, path: str | Path, *, select: str | None = None) -> None:
        self.path: Path | None = Path(path)
        self.workbook = load_workbook(self.path) if self.path.exists() else Workbook()
        self.select = select
        self.told: list[str] = []
        self.shown: list[Path] = []

    def sheets(self) -> list[str]:
        """Return the names of the sheets."""
        return list(self.workbook.sheetnames)

    def read(self, sheet: str) -> list[list[Any]]:
        """Return the cells of a sheet; a formula as its text."""
        return [list(row) for row in self.workbook[sheet].iter_rows(values_only=True)]

    def write(self, sheet: str, rows: list[list[Any]], *, row: int = 1, column: int = 1) -> None:
        """Write values from a cell on."""
        ws = self.workbook[sheet] if sheet in self.workbook.sheetnames else self.workbook.create_sheet(sheet)
        for down, values in enumerate(rows):
            for across, value in enumerate(values):
                if value is None:
                    continue
                cell = ws.cell(row + down, column + across)
                assert isinstance(cell, Cell)
                cell.value = value or None if isinstance(value, str) else value
                if isinstance(value, str) and value:
                    cell.data_type = "s"
                elif isinstance(value, date):
                    cell.number_format = _DAY

    def dress(self, sheet: str, widths: list[float], bold: list[int], amounts: Sequence[int] = ()) -> None:
        """Set widths, bold rows, formats of amounts, wrapping, and a page as wide as the sheet."""
        ws = self.workbook[sheet]
        for column, width in enumerate(widths, 1):
            ws.column_dimensions[get_column_letter(column)].width = width
        for row in ws.iter_rows():
            for cell in row:
                cell.alignment = Alignment(vertical="top", wrap_text=isinstance(cell.value, str) and cell.column > 1)
                cell.font = Font(name=cell.font.name, size=cell.font.size, bold=cell.row in bold)
                if cell.row in amounts and isinstance(cell.value, float):
                    cell.number_format = _AMOUNT
        ws.page_setup.orientation = "landscape"
        ws.page_setup.fitToHeight = 0
        ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)

    def selected(self) -> Any:
        """Return the value of the cell given, else of the active one."""
        if self.select is None:
            return self.workbook.active[self.workbook.active.sheet_view.selection[0].activeCell].value  # type: ignore[index,union-attr]
        sheet, _, place = self.select.rpartition("!")
        return self.workbook[sheet][place].value

    def tell(self, text: str) -> None:
        """Keep what is told, and print it."""
        self.told.append(text)
        print(text)

    def show(self, path: Path) -> None:
        """Keep what is to be opened."""
        self.shown.append(path)

    def recalculate(self) -> None:
        """Leave calculating to the program that opens the file next."""
        self.workbook.calculation.fullCalcOnLoad = True

    def save(self) -> Path:
        """Write the file; return where."""
        assert self.path is not None
        work = self.path.with_name(f".{self.path.name}.part")
        try:
            self.workbook.save(work)
            os.replace(work, self.path)
        except BaseException:
            work.unlink(missing_ok=True)
            raise
        return self.path
