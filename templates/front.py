"""Cover and dashboard of the template."""

from __future__ import annotations

from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from . import charts, look
from .look import (
    ACCENT,
    AMOUNT,
    COUNT,
    DATE,
    DIFFERENCE,
    INK,
    MUTED,
    RULE,
    SCALED,
    TINT,
    Book,
    put,
)
from .sheets import SECTION, Column, heads, number, sample

LINE = ("thin", RULE)


def cover(book: Book, ws: Worksheet) -> None:
    """Verdict, tie-out, findings, file total, sign-off, contents and basis."""
    say = book.say
    chinese = book.lang == "zh"
    look.widths(ws, [30 if chinese else 39, 17, 17, 14.5, 15.5, 1.2, 14.5 if chinese else 21, 60])
    look.head(book, ws, "cover", say("cover.title"), 8)
    for row, height, name in ((4, 25, "verdict"), (5, 19, "summary")):
        ws.row_dimensions[row].height = height
        for place in range(1, 9):
            put(ws, row, place, fill=TINT)
        put(
            ws,
            row,
            1,
            fill=TINT,
            indent=1,
            left=("thick", ACCENT),
            size=13 if name == "verdict" else 9,
            bold=name == "verdict",
        )
        book.name(f"cover_{name}", ws, row, 1)
    ws.row_dimensions[6].height = 12
    ws.row_dimensions[7].height = 20
    put(ws, 7, 1, say("cover.tie"), **SECTION)
    tie = [
        Column("account", say("cover.account"), 0),
        number("book", say("cover.book"), 0),
        number("control", say("cover.control"), 0),
        number("reconciling", say("cover.reconciling"), 0),
        number("difference", say("cover.difference"), 0, DIFFERENCE),
        Column("", "", 0),
        Column("status", say("cover.status"), 0, align="center", color=ACCENT),
        Column("note", say("cover.note"), 0, indent=1, color=MUTED),
    ]
    heads(ws, 8, tie, height=17)
    sample(book, ws, "tie", 9, tie, height=18, rule=RULE)
    look.chip(ws, "G9", "$G9")
    look.bold_if(ws, "A9:E9", "$G9")
    ws.row_dimensions[10].height = 19
    for place, column in enumerate(tie, 1):
        put(
            ws,
            10,
            place,
            bold=place < 8,
            code=column.code,
            align=column.align,
            indent=column.indent,
            color=MUTED if place == 8 else INK,
            top=("thin", INK),
            bottom=("double", INK),
        )
    book.name("tie_total", ws, 10, 1)
    ws.row_dimensions[11].height = 12
    ws.row_dimensions[12].height = 20
    put(ws, 12, 1, say("cover.findings"), **SECTION)
    found = [
        Column("title", say("cover.finding"), 0),
        number("count", say("cover.documents"), 0, COUNT),
        number("amount", say("cover.amount"), 0),
        Column("owner", say("cover.owner"), 0, align="right"),
        Column("due", say("cover.due"), 0, align="right"),
        Column("", "", 0),
        Column("severity", say("cover.severity"), 0, align="center", color=MUTED),
        Column("todo", say("cover.todo"), 0, indent=1, wrap=True),
    ]
    heads(ws, 13, found, height=17)
    sample(book, ws, "check", 14, found, height=17, rule=RULE)
    look.chip(ws, "G14", "$G14")
    look.bold_if(ws, "A14", "$G14")
    ws.row_dimensions[15].height = 18
    put(ws, 15, 1, color=MUTED)
    book.name("cover_file_total", ws, 15, 1)
    ws.row_dimensions[16].height = 8
    ws.row_dimensions[17].height = 20
    put(ws, 17, 1, say("cover.sign"), **SECTION)
    put(ws, 17, 7, say("cover.basis"), **SECTION)
    for row, key in enumerate(("prepared", "reviewed", "approved"), 18):
        put(ws, row, 1, say(f"cover.{key}"), color=MUTED, bottom=LINE)
        put(ws, row, 2, bottom=("thin", MUTED))
        put(ws, row, 3, align="right", code=DATE, bottom=("thin", MUTED))
    rows = ("entity", "as_of", "policy", "based_on", "source", "record", "contents")
    for row, key in enumerate(rows, 18):
        ws.row_dimensions[row].height = 18
        put(ws, row, 7, say(f"cover.{key}"), color=MUTED)
        put(
            ws,
            row,
            8,
            indent=1,
            align="left",
            code=DATE if key == "as_of" else look.TEXT,
            quote=key != "as_of",
            wrap=key != "as_of",
        )
        book.name(f"cover_{key}", ws, row, 8)
    look.page(book, ws, "A1:H24")


def figures(
    book: Book, ws: Worksheet, prefix: str, row: int, codes: dict[str, str], *, width: int = 4, size: float = 20,
    named: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Lay out figures in large type, each with its label above and a line below. codes: key → number format. named: whose label is
    filled in."""
    for line, height in ((row, 15), (row + 1, 30), (row + 2, 16), (row + 3, 10)):
        ws.row_dimensions[line].height = height
    for place, (key, code) in enumerate(codes.items()):
        column = 1 + width * place
        edge = ("thick" if place == 0 else "medium", ACCENT if place == 0 else RULE)
        label = None if key in named else book.say(f"{prefix}.{key}")
        put(ws, row, column, label, color=MUTED, left=edge, indent=1)
        put(ws, row + 1, column, size=size, bold=place == 0, left=edge, indent=1, code=code, align="left")
        put(ws, row + 2, column, size=8, color=MUTED, left=edge, indent=1)
        for line in range(row, row + 3):
            ws.merge_cells(start_row=line, end_row=line, start_column=column, end_column=column + width - 1)
        if key in named:
            book.name(f"{prefix}_{key}_label", ws, row, column)
        book.name(f"{prefix}_{key}", ws, row + 1, column)
        book.name(f"{prefix}_{key}_before", ws, row + 2, column)


def titled(book: Book, ws: Worksheet, name: str, row: int, column: int, width: int) -> None:
    """Lay out the title and subtitle of a chart under a line; both are filled in."""
    for place in range(column, column + width):
        put(ws, row, place, top=LINE)
    put(ws, row, column, size=10.5, bold=True, top=LINE)
    put(ws, row + 1, column, size=8, color=MUTED)
    book.name(f"{name}_title", ws, row, column)
    book.name(f"{name}_subtitle", ws, row + 1, column)
    ws.row_dimensions[row].height = 20
    ws.row_dimensions[row + 1].height = 13


def dashboard(book: Book, ws: Worksheet, data: Worksheet) -> None:
    """Six figures, four charts, the roll-forward, and what to read beside them."""
    say = book.say
    look.widths(ws, [7.0] * 24)
    look.head(book, ws, "dash", say("dash.title"), 24)
    codes = {
        "open": look.DAYS,
        "overdue": look.DAYS,
        "share": look.SHARE,
        "dso": look.DAYS,
        "cei": look.SHARE,
        "dbt": look.DAYS,
    }
    figures(book, ws, "dash", 4, codes, named=("dso",))
    titled(book, ws, "dash_buckets", 8, 1, 11)
    titled(book, ws, "dash_trend", 8, 13, 5)
    titled(book, ws, "dash_dso", 8, 19, 6)
    for row in range(10, 22):
        ws.row_dimensions[row].height = 14.5
    ws.row_dimensions[22].height = 6
    titled(book, ws, "dash_top", 23, 1, 13)
    titled(book, ws, "dash_move", 23, 15, 10)
    for row in range(25, 38):
        ws.row_dimensions[row].height = 14.5
    charts.buckets(book, ws, data, (0, 9, 11, 21))
    charts.trend(book, ws, data, (12, 9, 18, 21), "share", "0.0%", "0%")
    charts.trend(book, ws, data, (18, 9, 24, 21), "dso", "0.0", "0")
    charts.top(book, ws, data, (0, 24, 13, 37))
    columns = (("month", 18, 2), ("previous", 20, 2), ("year", 22, 3))
    for row in range(25, 34):
        first, last = row == 25, row == 33
        rule: dict[str, Any] = {
            "bottom": ("thin", MUTED if first else INK if last else RULE),
            "top": ("thin", INK) if last else None,
        }
        for place in range(15, 25):
            put(ws, row, place, bold=first or last, color=MUTED if first else INK, **rule)
        for name, column, width in columns:
            for place in range(column, column + width):
                put(
                    ws,
                    row,
                    place,
                    bold=first or last,
                    color=MUTED if first else INK,
                    align="right",
                    code=SCALED,
                    **rule,
                )
            ws.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + width - 1)
            if first:
                book.name(f"dash_move_{name}_head", ws, row, column)
    book.name("dash_move_label", ws, 26, 15, height=8)
    for name, column, _ in columns:
        book.name(f"dash_move_{name}", ws, 26, column, height=8)
    for row in range(35, 38):
        put(ws, row, 15, color=ACCENT if row == 37 else INK)
    book.name("dash_notes", ws, 35, 15, height=3)
    look.chip(ws, "O37", "$O37")
    look.page(book, ws, "A1:X38", one=True)


__all__ = ["AMOUNT", "cover", "dashboard", "figures", "titled"]
