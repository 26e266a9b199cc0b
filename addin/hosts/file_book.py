"""A workbook file as a macro's open workbook: for a server, a test, or a machine without a spreadsheet.

What must stay true: the file is written only where a macro wrote into it, whole or not at all; a file of which a part would be lost is
refused; text stays text, whatever it begins with.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.properties import PageSetupProperties

from creditlib.faces.package import write_whole

from ..openbook import NOTHING
from ..values import wrong

_DAY: Final = "yyyy-mm-dd"


_ROWS, _COLUMNS = 1_048_576, 16_384
_LOST: Final = {
    "vbaProject.bin": "VBA", "ctrlProps/": "controls", "activeX/": "controls", "embeddings/": "embedded objects", "slicers/": "slicers",
    "timelines/": "timelines", "connections.xml": "data connections", "queryTables/": "queries", "customXml/": "queries", "xl/model/": "a data model",
    "metadata.xml": "spilling formulas", "richData/": "data types", "threadedComments/": "threaded comments", "diagrams/": "diagrams",
}  # fmt: skip
_LOST_INSIDE: Final = {
    b"x14:dataValidation": "validations of other sheets",
    b"x14:conditionalFormatting": "newer conditional formats",
    b"<xdr:cxnSp": "text boxes and shapes",
    b"sparklineGroup": "sparklines",
    b"<xdr:sp ": "text boxes and shapes",
    b"<xdr:sp>": "text boxes and shapes",
}


def lost_parts(name: str, archive: zipfile.ZipFile) -> set[str]:
    """Return what of a part of a workbook openpyxl would not write again."""
    found = {said for mark, said in _LOST.items() if mark in name}
    if name.startswith(("xl/worksheets/sheet", "xl/drawings/drawing")):
        content = archive.read(name)
        found |= {said for mark, said in _LOST_INSIDE.items() if mark in content}
    return found


def _is_cell(place: str) -> bool:
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})", place)
    return found is not None and int(found[2]) <= _ROWS and column_index_from_string(found[1]) <= _COLUMNS


class FileBook:
    """An .xlsx by openpyxl. told, shown: what macros said and opened. select: the cell that counts as selected, "Sheet!A1", on
    the first sheet without a name. changed: something was written."""

    host = "file"

    def __init__(self, path: str | Path, *, select: str | None = None) -> None:
        self._path = Path(path)
        if self._path.suffix.lower() != ".xlsx":
            wrong("not_xlsx", path=self._path)
        self.workbook = self._open()
        self.select = select
        self.selected()  # a cell there is not is told at once
        self.changed = False
        self.told: list[str] = []
        self.shown: list[Path] = []

    @property
    def path(self) -> Path | None:
        """Where the file lies."""
        return self._path

    def _open(self) -> Workbook:
        """Return the workbook, a new one where there is no file. Raises: UsageError for what is none, or would lose a part."""
        if not self._path.exists():
            return Workbook()
        try:
            with zipfile.ZipFile(self._path) as archive:
                lost = sorted({kind for name in archive.namelist() for kind in lost_parts(name, archive)})
            if lost:
                wrong("would_lose", path=self._path, parts=", ".join(lost))
            return load_workbook(self._path)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, SyntaxError, ValueError) as error:
            wrong("no_workbook", path=self._path, what=type(error).__name__)

    def _cell(self, place: str) -> Any:
        """Return the value of a cell by its address. Raises: UsageError for one there is not."""
        sheet, mark, cell = place.rpartition("!")
        sheet = sheet.strip("'") if mark else self.workbook.sheetnames[0]
        if sheet not in self.workbook.sheetnames or not _is_cell(cell):
            wrong("no_cell", given=place, sheets=", ".join(self.workbook.sheetnames))
        return self.workbook[sheet][cell.replace("$", "")].value

    def sheets(self) -> list[str]:
        """Return the names of the sheets."""
        return list(self.workbook.sheetnames)

    def read(self, sheet: str) -> list[list[Any]]:
        """Return the cells of a sheet; a formula as its text."""
        return [list(row) for row in self.workbook[sheet].iter_rows(values_only=True)]

    def write(self, sheet: str, rows: list[list[Any]], *, row: int = 1, column: int = 1) -> None:
        """Write values from a cell on."""
        self.changed = True
        ws = self.workbook[sheet] if sheet in self.workbook.sheetnames else self.workbook.create_sheet(sheet)
        for down, values in enumerate(rows):
            for across, value in enumerate(values):
                if value is None:
                    continue
                cell = ws.cell(row + down, column + across)
                if not isinstance(cell, Cell):
                    wrong("merged", cell=f"{sheet}!{cell.coordinate}")
                cell.value = value or None if isinstance(value, str) else value
                if isinstance(value, str) and value:
                    cell.data_type = "s"
                elif isinstance(value, date):
                    cell.number_format = _DAY

    def dress(self, sheet: str, widths: list[float], bold: list[int], formats: Mapping[int, str] = NOTHING) -> None:
        """Set widths, bold rows, formats of numbers, wrapping, and a page as wide as the sheet."""
        ws = self.workbook[sheet]
        for column, width in enumerate(widths, 1):
            ws.column_dimensions[get_column_letter(column)].width = width
        for row in ws.iter_rows():
            for cell in row:
                cell.alignment = Alignment(vertical="top", wrap_text=isinstance(cell.value, str) and cell.column > 1)
                if cell.row in bold and not cell.font.b:
                    font = copy(cell.font)
                    font.b = True
                    cell.font = font  # type: ignore[assignment]
                if cell.row in formats and (cell.column or 0) > 1 and isinstance(cell.value, float | int):
                    cell.number_format = formats[cell.row]
        ws.page_setup.orientation = "landscape"
        ws.page_setup.fitToHeight = 0
        ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)

    def selected(self) -> Any:
        """Return the value of the cell given, None without one."""
        return None if self.select is None else self._cell(self.select)

    def tell(self, text: str) -> None:
        """Keep what is told, and print it."""
        self.told.append(text)
        print(text)

    def show(self, path: Path) -> None:
        """Keep what is to be opened."""
        self.shown.append(path)

    def recalculate(self) -> None:
        """Leave calculating to the program that opens the file next."""
        if self.changed:
            self.workbook.calculation.fullCalcOnLoad = True

    def save(self) -> Path:
        """Write the file where a macro wrote into it; return where."""
        if not self.changed:
            return self._path
        write_whole(self._path, self.workbook.save, force=True)
        self.changed = False
        return self._path
