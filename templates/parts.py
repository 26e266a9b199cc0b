"""Parts that sheets on a grid of equal columns are laid out from: banner, lists and tables that span columns, blocks for charts."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from . import look
from .look import ACCENT, INK, MUTED, RULE, TINT, Book, put
from .sheets import SECTION, Column

GRID = 24
"""Columns of the grid."""


def banner(book: Book, ws: Worksheet, prefix: str, *, summary: bool = True, last: int = GRID) -> None:
    """Lay out the sentence that says it all in rows 4 and 5, on a tint."""
    for row, name in ((4, "verdict"), (5, "summary")):
        if name == "summary" and not summary:
            ws.row_dimensions[row].height = 9
            continue
        ws.row_dimensions[row].height = 25 if name == "verdict" else 19
        for column in range(1, last + 1):
            put(ws, row, column, fill=TINT)
        big = name == "verdict" and summary
        put(ws, row, 1, fill=TINT, indent=1, left=("thick", ACCENT), size=13 if big else 9, bold=big, wrap=True)
        ws.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)
        book.name(f"{prefix}_{name}", ws, row, 1)
    ws.row_dimensions[6].height = 10


def section(book: Book, ws: Worksheet, row: int, key: str, column: int = 1, *, name: str = "") -> None:
    """Write the title of a section; with a name, it is filled in."""
    ws.row_dimensions[row].height = 20
    put(ws, row, column, None if name else book.say(key), **SECTION)
    if name:
        book.name(name, ws, row, column)


def _row(ws: Worksheet, row: int, columns: list[Column], start: int, rule: str, *, head: bool = False) -> None:
    place = start
    for column in columns:
        span = int(column.width)
        for cell in range(place, place + span):
            put(
                ws, row, cell, (column.head or None) if head and cell == place else None,
                bold=head or column.bold, color=MUTED if head else column.color, code=look.TEXT if head else column.code,
                align=column.align, indent=column.indent, wrap=head or column.wrap,
                bottom=("thin", MUTED if head else rule), quote=not head and column.code == look.TEXT,
            )  # fmt: skip
        if span > 1:
            ws.merge_cells(start_row=row, end_row=row, start_column=place, end_column=place + span - 1)
        place += span


def heads(ws: Worksheet, row: int, columns: list[Column], start: int = 1) -> None:
    """Write a header row; a column's width is how many columns of the grid it takes."""
    ws.row_dimensions[row].height = 19
    _row(ws, row, columns, start, RULE, head=True)


def rows(
    book: Book, ws: Worksheet, prefix: str, row: int, columns: list[Column], *, count: int = 1, start: int = 1,
    height: float = 17, rule: str = RULE,
) -> None:  # fmt: skip
    """Lay out `count` rows and name each column over them; one row alone is a sample row, to be repeated."""
    for line in range(row, row + count):
        ws.row_dimensions[line].height = height
        _row(ws, line, columns, start, rule)
    place = start
    for column in columns:
        if column.name:
            book.name(f"{prefix}_{column.name}", ws, row, place, height=count)
        place += int(column.width)


def listing(
    book: Book, ws: Worksheet, prefix: str, row: int, columns: list[Column], *, chip: str = "", height: float = 17
) -> int:
    """Lay out a list: header and sample row; return the next free row. chip: the column shown as must-act with ▲."""
    heads(ws, row, columns)
    rows(book, ws, prefix, row + 1, columns, height=height)
    if chip:
        at = 1 + sum(int(c.width) for c in columns[: [c.name for c in columns].index(chip)])
        from openpyxl.utils import get_column_letter as letter

        look.chip(ws, f"{letter(at)}{row + 1}", f"${letter(at)}{row + 1}")
    ws.row_dimensions[row + 2].height = 12
    return row + 3


def total(ws: Worksheet, row: int, start: int, end: int) -> None:
    """Give a laid-out row the looks of a total: ink above, a double line below."""
    from openpyxl.styles import Border, Font, Side

    for column in range(start, end + 1):
        cell = ws.cell(row, column)
        cell.border = Border(top=Side("thin", color="FF" + INK), bottom=Side("double", color="FF" + INK))
        cell.font = Font(name=look.FONT, size=9, bold=True, color="FF" + INK)


def blocks(book: Book, ws: Worksheet, groups: list[tuple[int, list[tuple[str, str, int]]]]) -> None:
    """Lay out the blocks that charts read, on a hidden sheet: (rows, [(name, number format, columns)]).

    No two groups share a row or a column: what is not used is hidden, and charts leave hidden cells out.
    """
    row = column = 1
    for height, names in groups:
        for name, code, width in names:
            for r in range(row, row + height):
                for c in range(column, column + width):
                    put(ws, r, c, code=code)
            book.name(f"data_{name}", ws, row, column, width=width, height=height)
            column += width
        row += height + 1
    ws.sheet_state = "hidden"


def monthly(prefix: str, room: int, code: str, beside: str = "") -> list[tuple[int, list[tuple[str, str, int]]]]:
    """Return the groups of a line over months with a threshold, and another line beside it."""
    names = [(f"{prefix}_on", look.DATE, 1)]
    parts = ["value", "last", "threshold", "threshold_at", *((beside, f"{beside}_last") if beside else ())]
    names += [(f"{prefix}_{part}", code, 1) for part in parts]
    return [(room, names), (1, [(f"{prefix}_threshold_name", look.TEXT, 1)])]
