"""An open workbook as a macro needs it, whatever spreadsheet holds it.

What must stay true: a macro knows nothing of a host; what it writes are values, never text that a spreadsheet could take for a formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

NOTHING: Mapping[int, str] = MappingProxyType({})


class OpenBook(Protocol):
    """host: excel, calc or file."""

    host: str

    @property
    def path(self) -> Path | None:
        """Where the workbook lies, None while it is unsaved."""

    def sheets(self) -> list[str]:
        """Return the names of the sheets, in order."""

    def read(self, sheet: str) -> list[list[Any]]:
        """Return the cells of a sheet from A1 to the last one used, as the host gives them."""

    def write(self, sheet: str, rows: list[list[Any]], *, row: int = 1, column: int = 1) -> None:
        """Write values from a cell on; a sheet that is absent is made, at the end. None leaves its cell as it is."""

    def dress(self, sheet: str, widths: list[float], bold: list[int], formats: Mapping[int, str] = NOTHING) -> None:
        """Make a sheet readable and printable on one page's width: column widths in characters from the first on, rows in bold by number,
        number formats by row from the second column on, long texts wrapped."""

    def selected(self) -> Any:
        """Return the value of the selected cell, None without one."""

    def tell(self, text: str) -> None:
        """Tell the person something."""

    def show(self, path: Path) -> None:
        """Open a file beside this one."""

    def recalculate(self) -> None:
        """Calculate every formula anew."""
