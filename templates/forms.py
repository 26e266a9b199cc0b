"""Parts that templates for typing share: cells to type into, formulas, lists to choose from, messages, the page."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from creditlib.faces.wording import say
from creditlib.policy import Values, load_policy

from . import look
from .look import ACCENT, CHIP, HAIR, INK, MUST, MUTED, RULE, TINT, Book, put

POLICY_DAY: Final = date(2026, 1, 1)
"""Day whose policy values are printed: a fixed one, so that the same code makes the same bytes."""


def standard() -> Values:
    """Return the values of the standard policy that the templates print.

    >>> standard()["aging.edges"][0]
    30
    """
    return load_policy().at(POLICY_DAY)


def formula(ws: Worksheet, row: int, column: int, text: str, **looks: Any) -> None:
    """Write a formula, or a number, and give its cell the looks."""
    put(ws, row, column, **looks)
    ws.cell(row, column).value = text


def field(ws: Worksheet, row: int, column: int, value: Any = None, code: str = look.TEXT, **looks: Any) -> None:
    """Lay out a cell to type into, with what stands there at first."""
    given = {"align": "right", "bottom": ("thin", RULE), "left": ("medium", "FFFFFF")} | looks
    put(ws, row, column, code=code, fill=TINT, **given)
    ws.cell(row, column).value = value


def label(ws: Worksheet, row: int, column: int, text: str, **looks: Any) -> None:
    """Write the name of a row."""
    put(ws, row, column, text, **({"color": INK, "bottom": ("thin", HAIR)} | looks))


def quoted(text: str) -> str:
    """Return a text as a formula writes it.

    >>> quoted("a")
    '"a"'
    """
    return '"' + text.replace('"', '""') + '"'


def choose(ws: Worksheet, cells: str, source: str, *, free: bool = False) -> None:
    """Give cells a list to choose from. source: `"a,b"` or a range; free: other words may be typed too."""
    rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=not free)
    ws.add_data_validation(rule)
    rule.add(cells)


def bound(
    ws: Worksheet,
    cells: str,
    low: str,
    high: str = "",
    *,
    kind: Literal["decimal", "whole", "date"] = "decimal",
    text: str = "",
) -> None:
    """Let cells hold numbers from low to high only, blank too. text: what a person is told otherwise."""
    rule = DataValidation(
        type=kind, operator="between" if high else "greaterThanOrEqual", formula1=low, formula2=high or None,
        allow_blank=True, error=text.lstrip("▲ ") or None,
    )  # fmt: skip
    ws.add_data_validation(rule)
    rule.add(cells)


def when(ws: Worksheet, cells: str, test: str, **looks: Any) -> None:
    """Give cells other looks while a formula holds: must (chip), bold, color, fill."""
    rule = Rule(type="expression", formula=[test], stopIfTrue=bool(looks.get("must")))
    color = MUST if looks.get("must") else looks.get("color")
    fill = CHIP if looks.get("must") else looks.get("fill")
    rule.dxf = DifferentialStyle(
        font=Font(bold=looks.get("bold"), color="FF" + color if color else None),
        fill=PatternFill("solid", bgColor="FF" + fill, fgColor="FF" + fill) if fill else None,
    )
    ws.conditional_formatting.add(cells, rule)


def heading(book: Book, ws: Worksheet, key: str, title: str, note: str, last: int) -> None:
    """Write title, note and the accent rule."""
    look.head(book, ws, key, title, last)
    put(ws, 2, 1, note, color=MUTED, bottom=("medium", ACCENT), upright="top")


def banner(ws: Worksheet, row: int, last: int, big: str, small: str = "") -> None:
    """Write the sentence that says it all, and one under it, as formulas on a tint."""
    for at, text in ((row, big), (row + 1, small)):
        if not text:
            continue
        ws.row_dimensions[at].height = 25 if at == row else 18
        for column in range(1, last + 1):
            put(ws, at, column, fill=TINT)
        size = {"size": 13, "bold": True} if at == row else {"size": 9}
        formula(ws, at, 1, text, fill=TINT, indent=1, left=("thick", ACCENT), **size)
        ws.merge_cells(start_row=at, end_row=at, start_column=1, end_column=last)
    when(ws, f"A{row}:{ws.cell(row, last).coordinate}", f'LEFT($A${row},1)="▲"', must=True)


def page(book: Book, ws: Worksheet, area: str, footer: str, **given: Any) -> None:
    """Set the page as the other workbooks have it, with a footer of its own."""
    look.page(Book(book.workbook, book.lang), ws, area, **given)
    parts: Any = ws.oddFooter
    parts.left.text = footer
    parts.center.text = None
    parts.right.text = say("workbook.word.footer_page", book.lang, sheet=ws.title)


def notes(book: Book, ws: Worksheet, title: str, subtitle: str, lines: list[str], footer: str) -> None:
    """Lay out a sheet of numbered lines."""
    look.widths(ws, [5, 120])
    heading(book, ws, "notes", title, subtitle, 2)
    for row, text in enumerate(lines, 4):
        wide = sum(0.93 if c.isascii() else 1.9 for c in text)
        ws.row_dimensions[row].height = 8 + 13 * -(-wide // 128)
        formula(ws, row, 1, row - 3, color=MUTED, align="center", bottom=("thin", HAIR), code="0")  # type: ignore[arg-type]
        put(ws, row, 2, text, wrap=True, bottom=("thin", HAIR))
    page(book, ws, f"A1:B{3 + len(lines)}", footer, one=True)
