"""An open Excel workbook as macros see it, and the entry the buttons of the ribbon call.

What must stay true: xlwings is imported when a button is pressed, not before; text is written as text, whatever Excel could make of it;
no traceback reaches a person, CREDIT_DEBUG=1 shows it to a developer.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from creditlib.errors import CreditError, Lang
from creditlib.faces.wording import say

from ..openbook import NOTHING
from .errors import BY_TEXT

_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".csv"})


class XlwingsBook:
    """A workbook by xlwings. book: an `xlwings.Book`."""

    host = "excel"

    def __init__(self, book: Any) -> None:
        self.book = book

    @property
    def path(self) -> Path | None:
        """Where the workbook is; None while it is unsaved, or where it has no folder on this machine."""
        try:
            name = str(self.book.fullname)
        except Exception:  # xlwings refuses a workbook in the cloud that is not synchronised
            return None
        found = Path(name)
        return found if found.parent != Path() and "://" not in name else None

    def sheets(self) -> list[str]:
        """Return the names of the sheets, in order."""
        return [str(sheet.name) for sheet in self.book.sheets]

    def read(self, sheet: str) -> list[list[Any]]:
        """Return the cells of a sheet from A1 to the last one used, errors as `CellError`."""
        found = self.book.sheets[sheet]
        cells = found.range((1, 1), found.used_range.last_cell).options(ndim=2, err_to_str=True).value
        return [[BY_TEXT.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in cells]

    def write(self, sheet: str, rows: list[list[Any]], *, row: int = 1, column: int = 1) -> None:
        """Write values from a cell on; a sheet that is absent is made, at the end. None leaves its cell as it is."""
        if sheet not in self.sheets():
            active = self.book.sheets.active
            self.book.sheets.add(sheet, after=self.book.sheets[-1])
            active.activate()
        into = self.book.sheets[sheet]
        plain = [[_plain(value) for value in values] for values in rows]
        if plain and all(len(values) == len(plain[0]) and None not in values for values in plain) and plain[0]:
            into.range((row, column)).value = plain  # one trip to Excel
            return
        for down, values in enumerate(plain):
            for across, part in _stretches(values):
                into.range((row + down, column + across)).value = [part]

    def dress(self, sheet: str, widths: list[float], bold: list[int], formats: Mapping[int, str] = NOTHING) -> None:
        """Set widths, bold rows, formats of numbers, and wrapping behind the first column."""
        page = self.book.sheets[sheet]
        for at, width in enumerate(widths, 1):
            page.range((1, at)).column_width = width
        for number in bold:
            page.range(f"{number}:{number}").font.bold = True
        for number, code in formats.items():
            page.range((number, 2), (number, len(widths))).number_format = code
        last = page.used_range.last_cell.row
        page.range((1, 2), (last, len(widths))).wrap_text = True

    def selected(self) -> Any:
        """Return the value of the selected cell, of several the first; None without one."""
        try:
            found = self.book.app.selection[0].options(err_to_str=True).value
        except Exception:  # a chart or a shape is selected
            return None
        return BY_TEXT.get(found, found) if isinstance(found, str) else found

    def tell(self, text: str) -> None:
        """Show a message box."""
        self.book.app.alert(text, title=say("excel.title", _lang()))

    def show(self, path: Path) -> None:
        """Open a file beside this one: a workbook in the same Excel, anything else by its own program."""
        if path.suffix.lower() in _WORKBOOKS:
            self.book.app.books.open(str(path))
        elif sys.platform == "win32":
            os.startfile(path)
        else:
            subprocess.run(["open" if sys.platform == "darwin" else "xdg-open", str(path)], check=False)

    def recalculate(self) -> None:
        """Calculate every formula anew, also those whose cells did not change: the book behind them did."""
        excel = self.book.app.api
        full = getattr(excel, "CalculateFull", None) or getattr(excel, "calculate_full", None)
        if full is None:
            self.book.app.calculate()
        else:
            full()


def run(name: str) -> None:
    """Run the macro of a button on the workbook it was pressed in."""
    import xlwings

    book = XlwingsBook(xlwings.Book.caller())
    try:
        from ..macros import run_macro  # type: ignore[import-not-found, unused-ignore]

        run_macro(name, book)
    except Exception as error:
        if os.environ.get("CREDIT_DEBUG"):
            raise
        book.tell(say("cells.error.internal", _lang(), what=f"{name}: {type(error).__name__}: {error}"))


def _lang() -> Lang:
    from ..settings import load_settings

    try:
        return load_settings().language
    except CreditError:  # the settings are what is wrong
        return "en"


def _plain(value: Any) -> Any:
    """Return a value so that Excel takes it as it is: a code like 007 or =1 typed into a cell would become something else."""
    return f"'{value}" if isinstance(value, str) and value else value


def _stretches(values: list[Any]) -> list[tuple[int, list[Any]]]:
    """Return the stretches of a row that hold something, each with its place.

    >>> _stretches([1, None, 2, 3])
    [(0, [1]), (2, [2, 3])]
    """
    found: list[tuple[int, list[Any]]] = []
    for at, value in enumerate(values):
        if value is None:
            continue
        if found and found[-1][0] + len(found[-1][1]) == at:
            found[-1][1].append(value)
        else:
            found.append((at, [value]))
    return found
