"""The last sheets of the template: how the figures were made, and the hidden blocks the charts read."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from . import look
from .look import (
    ACCENT,
    AMOUNT,
    COUNT,
    DATE,
    DIFFERENCE,
    HAIR,
    MUTED,
    OVERDUE_ROOM,
    RULE,
    Book,
    put,
)
from .sheets import SECTION, Column, heads, number, sample


def method(book: Book, ws: Worksheet) -> None:
    """How the figures were made, from what, under which policy."""
    say = book.say
    look.widths(ws, [30, 18, 18, 18, 18, 14, 14, 40])
    look.head(book, ws, "method", say("method.title"), 8)
    row = 4

    def section(title: str) -> None:
        nonlocal row
        ws.row_dimensions[row].height = 20
        put(ws, row, 1, say(title), **SECTION)
        row += 1

    def table(prefix: str, columns: list[Column], *, wide: int = 0, height: float = 17, head_row: bool = True) -> None:
        nonlocal row
        filler = [Column("", "", 0)] * (8 - len(columns))
        if head_row:
            heads(ws, row, columns + filler)
            row += 1
        sample(book, ws, prefix, row, columns + filler, height=height, rule=RULE)
        if wide:
            ws.merge_cells(start_row=row, end_row=row, start_column=wide, end_column=8)
        ws.row_dimensions[row + 1].height = 12
        row += 2

    section("method.basis")
    table(
        "basis",
        [Column("label", "", 0, color=MUTED), Column("text", "", 0, wrap=True)],
        wide=2,
        height=28,
        head_row=False,
    )
    section("method.sources")
    table(
        "source",
        [
            Column("name", say("method.source"), 0),
            Column("", "", 0),
            number("rows", say("method.rows"), 0, COUNT),
            Column("recognised", say("method.recognised"), 0, indent=1),
        ],
    )
    section("method.files")
    table(
        "file",
        [
            Column("currency", say("method.currency"), 0, bold=True),
            number("total", say("method.file"), 0),
            number("used", say("method.used"), 0),
            number("rejected", say("method.rejected"), 0),
            number("rounding", say("method.rounding"), 0, DIFFERENCE),
            number("rows", say("method.rows"), 0, COUNT),
            number("rejected_rows", say("method.rejected_rows"), 0, COUNT),
            Column("check", say("method.check"), 0, indent=1, color=ACCENT),
        ],
    )
    look.chip(ws, f"H{row - 2}", f"$H{row - 2}")
    section("method.rates")
    table(
        "rate",
        [
            Column("currency", say("method.currency"), 0, bold=True),
            number("value", say("method.rate"), 0, look.TEXT),
            Column("day", say("method.rate_day"), 0, DATE, "center"),
        ],
    )
    section("method.policy")
    table(
        "policy",
        [
            Column("parameter", say("method.parameter"), 0),
            Column("", "", 0),
            Column("value", say("method.value"), 0, bold=True, wrap=True),
            Column("", "", 0),
            Column("", "", 0),
            Column("reference", say("method.reference"), 0, color=MUTED, wrap=True),
        ],
    )
    sample_row = row - 2
    ws.merge_cells(start_row=sample_row, end_row=sample_row, start_column=3, end_column=5)
    ws.merge_cells(start_row=sample_row, end_row=sample_row, start_column=6, end_column=8)
    look.page(book, ws, f"A1:H{sample_row}")


def data(book: Book, ws: Worksheet) -> None:
    """Fixed blocks the charts read, the unit, and prepared bucket edges; a hidden sheet."""

    def block(name: str, column: int, row: int, height: int = 1, width: int = 1, code: str = AMOUNT) -> None:
        for r in range(row, row + height):
            for c in range(column, column + width):
                put(ws, r, c, code=code)
        book.name(f"data_{name}", ws, row, column, width=width, height=height)

    block("divisor", 2, 1, code="0")
    block("unit", 3, 1, code=look.TEXT)
    block("benchmark_label", 4, 1, code=look.TEXT)
    # no two blocks share a row or a column: what a close does not use is hidden, and charts leave hidden cells out
    block("bucket_label", 1, 4, OVERDUE_ROOM, code=look.TEXT)
    block("bucket_before", 2, 4, OVERDUE_ROOM, code=look.SCALED)
    block("bucket_now", 3, 4, OVERDUE_ROOM, code=look.SCALED)
    columns = (
        ("on", DATE), ("open", AMOUNT), ("overdue", AMOUNT), ("share", "0.0%"), ("share_last", "0.0%"), ("dso", "0.0"),
        ("dso_last", "0.0"), ("benchmark", "0"), ("benchmark_at", "0"),
    )  # fmt: skip
    for place, (name, code) in enumerate(columns, 5):
        block(f"trend_{name}", place, 15, 13, code=code)
    block("top_heads", 16, 30, 1, OVERDUE_ROOM, code=look.TEXT)
    block("top_label", 15, 31, 10, code=look.TEXT)
    block("top_values", 16, 31, 10, OVERDUE_ROOM, code=look.SCALED)
    block("top_name", 25, 31, 10, code=look.TEXT)
    block("top_amount", 26, 31, 10)
    block("move_month", 28, 44, 8)
    block("move_previous", 29, 44, 8)
    block("move_year", 30, 44, 8)
    block("before", 32, 54, 6, code="General")
    # bucket edges: not due, each overdue bucket, no due date, unapplied
    for place, colour in enumerate((look.NOT_DUE, *look.RAMP, look.UNDATED, ACCENT), 34):
        put(ws, 62, place, bottom=("thin", HAIR), left=("thick", colour))
    book.name("data_edges", ws, 62, 34, width=OVERDUE_ROOM + 3)
    ws.column_dimensions["A"].width = 30
    ws.sheet_state = "hidden"
