"""Palette, fonts, number formats and page set-up of the closing workbook: every sheet takes its looks from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from creditlib.errors import Lang
from creditlib.faces.wording import say

FONT = "Microsoft YaHei"
INK, MUTED, RULE, HAIR = "1F2933", "5B6770", "D5DBE1", "EEF1F4"
ACCENT, TINT, MUST, CHIP = "1B5E8C", "EAF1F6", "8A3B12", "FBEBDD"
NOT_DUE, AXIS, GRID, PALE = "C7D3DC", "9AA5B1", "E6EAEE", "7FA6C2"
RAMP = ("F8D6AE", "F1B577", "DF8F48", "BE6B2C", "934C1E", "653015", "45200D", "2B1307")
UNDATED = "8793A0"
OVERDUE_ROOM = len(RAMP)

AMOUNT = '#,##0.00;-#,##0.00;"–"'
DIFFERENCE = "#,##0.00;-#,##0.00;0.00"
SCALED = '#,##0.0;-#,##0.0;"–"'
SHARE = "0.0%"
SHARE_DASH = '0.0%;-0.0%;"–"'
CHANGE = "+0.0;-0.0;0.0"
COUNT = '#,##0;-#,##0;"–"'
DAYS = "#,##0.0"
DATE = "yyyy-mm-dd"
TEXT = "General"


@dataclass
class Book:
    """The template being built, its language, and how words are found."""

    workbook: Workbook
    lang: Lang
    face: str = "workbook"

    def say(self, key: str, **values: object) -> str:
        """Return a word of the workbook."""
        return say(f"{self.face}.{key}", self.lang, **values)

    def name(self, name: str, ws: Worksheet, row: int, column: int, *, width: int = 1, height: int = 1) -> None:
        """Define a name on a cell or a range."""
        title = "'" + ws.title.replace("'", "''") + "'"
        target = f"{title}!${get_column_letter(column)}${row}"
        if width > 1 or height > 1:
            target += f":${get_column_letter(column + width - 1)}${row + height - 1}"
        self.workbook.defined_names[name] = DefinedName(name, attr_text=target)


def style(
    cell: Cell | MergedCell,
    *,
    size: float = 9,
    bold: bool = False,
    color: str = INK,
    fill: str = "",
    align: str = "",
    indent: int = 0,
    code: str = TEXT,
    top: tuple[str, str] | None = None,
    bottom: tuple[str, str] | None = None,
    left: tuple[str, str] | None = None,
    wrap: bool = False,
    upright: str = "center",
    quote: bool = False,
) -> Cell | MergedCell:
    """Give a cell its looks. Borders are (kind, colour)."""
    cell.font = Font(name=FONT, size=size, bold=bold, color="FF" + color)
    cell.alignment = Alignment(
        horizontal=align or ("left" if indent else None), vertical=upright, indent=indent, wrap_text=wrap or None
    )
    if fill:
        cell.fill = PatternFill("solid", fgColor="FF" + fill)
    sides = {"top": top, "bottom": bottom, "left": left}
    if any(sides.values()):
        edges: dict[str, Any] = {k: Side(cast(Any, v[0]), color="FF" + v[1]) for k, v in sides.items() if v}
        cell.border = Border(**edges)
    cell.number_format = code
    if quote:
        cell.quotePrefix = True
    return cell


def put(ws: Worksheet, row: int, column: int, value: str | None = None, **looks: Any) -> Cell | MergedCell:
    """Write a fixed text, or nothing, and give the cell its looks."""
    cell = ws.cell(row, column)
    if value is not None:
        cell.value = value
        cell.data_type = "s"
    return style(cell, **looks)


def head(book: Book, ws: Worksheet, sheet: str, title: str, last: int) -> None:
    """Write title, subtitle and the accent rule; name the subtitle."""
    ws.row_dimensions[1].height = 26
    ws.row_dimensions[2].height = 16
    ws.row_dimensions[3].height = 9
    put(ws, 1, 1, title or None, size=16, bold=True, quote=not title)
    for column in range(1, last + 1):
        put(ws, 2, column, color=MUTED, bottom=("medium", ACCENT), upright="top")
    book.name(f"{sheet}_subtitle", ws, 2, 1)


def page(book: Book, ws: Worksheet, area: str, *, repeat: str = "", one: bool = False, upright: bool = False) -> None:
    """Set the page: A4, landscape or upright, one page wide, no gridlines, the footer with its places."""
    ws.sheet_view.showGridLines = False
    ws.sheet_view.zoomScale = 100
    ws.page_setup.orientation = "portrait" if upright else "landscape"
    ws.page_setup.paperSize = 9
    ws.page_setup.fitToWidth = 1
    ws.page_setup.fitToHeight = 1 if one else 0
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    ws.page_margins = PageMargins(left=0.47, right=0.47, top=0.55, bottom=0.62, header=0.3, footer=0.3)
    ws.print_options.horizontalCentered = True
    ws.print_area = area
    if repeat:
        ws.print_title_rows = repeat
    ws.HeaderFooter.scaleWithDoc = False
    footer: Any = ws.oddFooter
    parts = (
        (footer.left, book.say("word.footer", entity="{entity}", as_of="{as_of}")),
        *(() if upright else ((footer.center, book.say("word.footer_policy", policy="{policy}")),)),
        (footer.right, book.say("word.footer_page", sheet=ws.title)),
    )
    for part, text in parts:
        part.text, part.font, part.size, part.color = text, FONT + ",Regular", 8, MUTED


def break_before(ws: Worksheet, row: int) -> None:
    """Begin a new page with a row."""
    ws.row_breaks.append(Break(id=row - 1))


def widths(ws: Worksheet, values: list[float]) -> None:
    """Set column widths from the first column on."""
    for column, width in enumerate(values, 1):
        ws.column_dimensions[get_column_letter(column)].width = width


def chip(ws: Worksheet, cells: str, first: str) -> None:
    """Colour cells as must-act while `first` (relative to the first of them) begins with ▲."""
    rule = Rule(type="expression", formula=[f'LEFT({first},1)="▲"'])
    rule.dxf = DifferentialStyle(
        font=Font(color="FF" + MUST), fill=PatternFill("solid", bgColor="FF" + CHIP, fgColor="FF" + CHIP)
    )
    ws.conditional_formatting.add(cells, rule)


def bold_if(ws: Worksheet, cells: str, first: str) -> None:
    """Set cells in bold while `first` begins with ▲."""
    rule = Rule(type="expression", formula=[f'LEFT({first},1)="▲"'])
    rule.dxf = DifferentialStyle(font=Font(bold=True))
    ws.conditional_formatting.add(cells, rule)


def fifth(ws: Worksheet, cells: str) -> None:
    """Draw a darker hairline under every fifth row."""
    rule = Rule(type="expression", formula=["MOD(ROW(),5)=0"])
    rule.dxf = DifferentialStyle(border=Border(bottom=Side("thin", color="FF" + RULE)))
    ws.conditional_formatting.add(cells, rule)
