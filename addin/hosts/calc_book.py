"""An open workbook of LibreOffice Calc as macros need it, over its UNO document: in the office, or over a pipe from outside.

What must stay true: a text is written as a text, whatever it begins with; a day is written as a date cell of the document's own calendar
and read back as a day; UNO is imported only where a document is at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from creditlib.errors import Lang
from creditlib.faces.wording import say

from ..openbook import NOTHING
from ..values import CellError
from .calc_cells import epoch_of, error_text, spare_pandas

_DATE: Final = 2  # com.sun.star.util.NumberFormat.DATE
_LOGICAL: Final = 1024
_ERROR: Final = 4  # com.sun.star.sheet.FormulaResult.ERROR
_TOP: Final = 1  # com.sun.star.table.CellVertJustify2.TOP
_NORMAL, _BOLD = 100.0, 150.0  # com.sun.star.awt.FontWeight
_STYLE: Final = "Credit"


class CalcBook:
    """One document. told: what was told, for a document without a window."""

    host = "calc"

    def __init__(self, document: Any, lang: Lang = "en") -> None:
        self.document = document
        self.lang = lang
        self.told: list[str] = []
        parts = urlsplit(document.URL)
        self.path = Path(url2pathname(unquote(parts.path))) if parts.scheme == "file" else None

    def sheets(self) -> list[str]:
        """Return the names of the sheets."""
        return list(self.document.Sheets.ElementNames)

    def read(self, sheet: str) -> list[list[Any]]:
        """Return the used cells from A1 on: None for a blank, a date for a date cell, a `CellError` for an error."""
        page = self.document.Sheets.getByName(sheet)
        cursor = page.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        block = page.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
        rows: list[list[Any]] = [[None if cell == "" else cell for cell in row] for row in block.getDataArray()]
        for column, row in _cells(_dated(self._formats, block)):
            serial = rows[row][column]
            if isinstance(serial, float):
                rows[row][column] = self._epoch + timedelta(days=int(serial))
        for column, row in _cells(block.queryFormulaCells(_ERROR).RangeAddresses):
            rows[row][column] = CellError(error_text(page.getCellByPosition(column, row).getError()))
        while len(rows) > 1 and all(cell is None for cell in rows[-1]):
            rows.pop()  # formatted, yet empty
        return [] if rows == [[None] * len(rows[0])] else rows

    def write(self, sheet: str, rows: list[list[Any]], *, row: int = 1, column: int = 1) -> None:
        """Write values from a cell on. None leaves its cell as it is. A sheet that is absent is made, behind the others."""
        names = self.document.Sheets
        if not names.hasByName(sheet):
            names.insertNewByName(sheet, names.Count)
        page = names.getByName(sheet)
        kept: dict[type, list[tuple[int, int]]] = {date: [], bool: []}
        self.document.lockControllers()
        try:
            for top, left, block in _blocks(rows):
                plain = tuple(
                    tuple(self._plain(cell, kept, left + x, top + y) for x, cell in enumerate(line))
                    for y, line in enumerate(block)
                )
                x, y = column - 1 + left, row - 1 + top
                page.getCellRangeByPosition(x, y, x + len(plain[0]) - 1, y + len(plain) - 1).setDataArray(plain)
            for kind, format_of in ((date, self._date_format), (bool, self._logical_format)):
                for x, top, bottom in _runs(kept[kind]):
                    x, top, bottom = x + column - 1, top + row - 1, bottom + row - 1
                    page.getCellRangeByPosition(x, top, x, bottom).NumberFormat = format_of
        finally:
            self.document.unlockControllers()

    def _plain(self, value: Any, kept: dict[type, list[tuple[int, int]]], column: int, row: int) -> float | str:
        """Return a value as a cell takes it, noting where a format is needed."""
        if isinstance(value, bool):
            kept[bool].append((column, row))
            return float(value)
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, date):
            kept[date].append((column, row))
            return float((value - self._epoch).days)
        if isinstance(value, int | float | Decimal):
            return float(value)
        return value.text if isinstance(value, CellError) else str(value)

    def dress(self, sheet: str, widths: list[float], bold: list[int], formats: Mapping[int, str] = NOTHING) -> None:
        """Set widths, bold rows, formats of numbers, wrapping, and a page as wide as the sheet."""
        page = self.document.Sheets.getByName(sheet)
        for column, width in enumerate(widths):
            page.Columns.getByIndex(column).Width = round((width * 7 + 5) * 26.46)  # characters, as pixels, in 1/100 mm
        cursor = page.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        whole = page.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
        whole.VertJustify = _TOP
        whole.CharWeight = _NORMAL
        if end.EndColumn:
            page.getCellRangeByPosition(1, 0, end.EndColumn, end.EndRow).IsTextWrapped = True
        for row in bold:
            page.getCellRangeByPosition(0, row - 1, end.EndColumn, row - 1).CharWeight = _BOLD
        for row, code in formats.items():
            page.getCellRangeByPosition(1, row - 1, max(end.EndColumn, 1), row - 1).NumberFormat = self._format(code)
        whole.Rows.OptimalHeight = True
        page.PageStyle = self._page_style()

    def _page_style(self) -> str:
        """Return a page style of our own, landscape and one page wide: the document's usual one serves its other sheets."""
        styles = self.document.StyleFamilies.getByName("PageStyles")
        if not styles.hasByName(_STYLE):
            made = self.document.createInstance("com.sun.star.style.PageStyle")
            styles.insertByName(_STYLE, made)
            short, long = sorted((made.Width, made.Height))
            made.IsLandscape, made.Width, made.Height = True, long, short
            made.ScaleToPagesX, made.ScaleToPagesY = 1, 0
        return _STYLE

    def selected(self) -> Any:
        """Return the value of the selected cell, of the first one where several are; None without one."""
        controller = self.document.CurrentController
        chosen = controller.getSelection() if controller is not None else None
        if chosen is None:
            return None
        addresses = getattr(chosen, "RangeAddresses", None) or [getattr(chosen, "RangeAddress", None)]
        first = addresses[0]
        if first is None:
            return None  # a drawing or a chart
        cell = self.document.Sheets.getByIndex(first.Sheet).getCellByPosition(first.StartColumn, first.StartRow)
        if cell.getError():
            return CellError(error_text(cell.getError()))
        found = cell.getDataArray()[0][0]
        if isinstance(found, float) and self._formats.getByKey(cell.NumberFormat).Type & _DATE:
            return self._epoch + timedelta(days=int(found))
        return None if found == "" else found

    def tell(self, text: str) -> None:
        """Tell the person something: in a box, or printed where there is no window."""
        self.told.append(text)
        window = self._window()
        if window is None:
            print(text, flush=True)
            return
        import uno

        kind = uno.Enum("com.sun.star.awt.MessageBoxType", "INFOBOX")
        window.Toolkit.createMessageBox(window, kind, 1, say("menu.book.title", self.lang), text).execute()

    def show(self, path: Path) -> None:
        """Open a file beside this one; out of sight where this one is."""
        import uno

        frame = self.document.CurrentController.Frame
        state = uno.Enum("com.sun.star.beans.PropertyState", "DIRECT_VALUE")
        hidden = uno.createUnoStruct("com.sun.star.beans.PropertyValue", "Hidden", 0, self._window() is None, state)
        frame.Creator.loadComponentFromURL(Path(path).resolve().as_uri(), "_blank", 0, (hidden,))

    def recalculate(self) -> None:
        """Calculate every formula anew."""
        self.document.calculateAll()

    def _window(self) -> Any:
        controller = self.document.CurrentController
        window = controller.Frame.ContainerWindow if controller is not None and controller.Frame is not None else None
        return window if window is not None and window.isVisible() else None

    @cached_property
    def _epoch(self) -> date:
        return epoch_of(self.document)

    @property
    def _formats(self) -> Any:
        return self.document.NumberFormats

    @cached_property
    def _date_format(self) -> int:
        return self._format("YYYY-MM-DD")

    @cached_property
    def _logical_format(self) -> int:
        return self._format("BOOLEAN")

    def _format(self, code: str) -> int:
        import uno

        locale = uno.createUnoStruct("com.sun.star.lang.Locale", "en", "US", "")
        found = int(self._formats.queryKey(code, locale, False))
        return found if found >= 0 else int(self._formats.addNew(code, locale))


def _dated(formats: Any, block: Any) -> Iterator[Any]:
    """Return the addresses of the date cells of a block: by its formats, of which a sheet has few, not by its cells."""
    same = block.getUniqueCellFormatRanges()
    for number in range(same.Count):
        ranges = same.getByIndex(number)
        kind = ranges.NumberFormat
        if isinstance(kind, int) and formats.getByKey(kind).Type & _DATE:
            yield from ranges.RangeAddresses


def _cells(addresses: Any) -> Iterator[tuple[int, int]]:
    for a in addresses:
        for row in range(a.StartRow, a.EndRow + 1):
            for column in range(a.StartColumn, a.EndColumn + 1):
                yield column, row


def _blocks(rows: list[list[Any]]) -> Iterator[tuple[int, int, list[list[Any]]]]:
    """Return (row, column, block) of what is to be written: everything at once where no cell is left out, else runs of a row."""
    if not rows:
        return
    if len({len(line) for line in rows}) == 1 and rows[0] and all(cell is not None for line in rows for cell in line):
        yield 0, 0, rows
        return
    for number, line in enumerate(rows):
        start: int | None = None
        for at, cell in enumerate([*line, None]):
            if cell is None and start is not None:
                yield number, start, [line[start:at]]
                start = None
            elif cell is not None and start is None:
                start = at


def _runs(cells: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Return (column, first row, last row) of cells below one another: a format is set a run at a time."""
    run: tuple[int, int, int] | None = None
    for column, row in sorted(cells):
        if run is not None and run[0] == column and run[2] == row - 1:
            run = column, run[1], row
            continue
        if run is not None:
            yield run
        run = column, row, row
    if run is not None:
        yield run


def choose(name: str, document: Any, lang: Lang = "en") -> CalcBook | None:
    """Run a macro on the spreadsheet in front: what the menu does. Return the book, None where no spreadsheet is open."""
    if document is None or not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        print(say("menu.book.no_document", lang), flush=True)
        return None
    spare_pandas()
    from ..macros import run_macro

    book = CalcBook(document, lang)
    try:
        run_macro(name, book)
    except Exception as error:  # a fault of this library must not take the office with it: the person is told
        book.tell(say("menu.book.failed", lang, macro=name, what=f"{type(error).__name__}: {error}"))
    return book
