"""The committee memo: one upright page."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from . import charts, look, parts
from .customer_file import METHODS, MONTHS, PD, _chart_rows, methods_chart
from .front import figures, titled
from .look import ACCENT, DATE, DIFFERENCE, MUTED, SHARE, Book, put
from .parts import GRID, banner, rows, section
from .sheets import Column, number

MEMBERS = 5
"""Lines for votes."""


def data(book: Book, ws: Worksheet) -> None:
    """Fixed blocks the charts read; a hidden sheet."""
    groups = [
        (1, [("divisor", "0", 1), ("unit", look.TEXT, 1)]),
        (
            METHODS,
            [("method_label", look.TEXT, 1), ("method_other", look.SCALED, 1), ("method_picked", look.SCALED, 1)],
        ),
        *parts.monthly("late", MONTHS, "0"),
    ]
    parts.blocks(book, ws, groups)


def memo(book: Book, ws: Worksheet, source: Worksheet) -> None:
    """Request, decision, figures, reasons, methods, payment, own funds at risk, conditions, questions, votes."""
    say = book.say
    look.widths(ws, [5.0] * GRID)
    look.head(book, ws, "memo", "", GRID)
    book.name("memo_title", ws, 1, 1)
    banner(book, ws, "memo")
    codes = {"score": "0", "chance": PD, "limit": DIFFERENCE, "exposure": DIFFERENCE}
    figures(book, ws, "memo", 7, codes, width=6, size=15)
    for line, height in ((7, 13.0), (8, 24.0), (9, 14.0), (10, 7.0)):
        ws.row_dimensions[line].height = height
    section(book, ws, 11, "memo.request")
    request = [
        Column("label", "", 8, color=MUTED),
        number("before", say("memo.before"), 5, DIFFERENCE),
        number("after", say("memo.after"), 5, DIFFERENCE, bold=True),
        number("change", say("memo.change"), 6, DIFFERENCE),
    ]
    parts.heads(ws, 12, request)
    book.name("request_head", ws, 12, 1)
    rows(book, ws, "request", 13, request, count=7, height=14.5)
    for line, codes_of in (
        (14, ("0", "0", "+0;-0;0")),
        (15, ("0.0%",) * 3),
        (19, (SHARE, SHARE, say("request.change_code"))),
    ):
        for column, code in zip((9, 14, 19), codes_of, strict=True):
            ws.cell(line, column).number_format = code
    ws.row_dimensions[20].height = 7
    titled(book, ws, "memo_methods", 21, 1, 12)
    titled(book, ws, "memo_late", 21, 14, 11)
    _chart_rows(ws, 23, 31, 13)
    methods_chart(book, ws, source, (0, 22, 12, 31), 0.36)
    charts.monthly(book, ws, source, (13, 22, 24, 31), "late", "0", "0")
    ws.row_dimensions[32].height = 7
    section(book, ws, 33, "memo.reasons")
    reason = [Column("effect", "", 4, color=MUTED), Column("text", "", 17, wrap=True), number("points", "", 3, "0.0")]
    rows(book, ws, "reason", 34, reason, height=15.5)
    look.chip(ws, "A34", "$A34")
    ws.row_dimensions[35].height = 7
    at = 36
    section(book, ws, at, "memo.conditions")
    rows(
        book,
        ws,
        "condition",
        at + 1,
        [number("place", "", 1, "0", color=MUTED), Column("text", "", 23, indent=1, wrap=True)],
        height=15.5,
    )
    ws.row_dimensions[at + 2].height = 7
    at += 3
    section(book, ws, at, "memo.questions")
    rows(
        book,
        ws,
        "question",
        at + 1,
        [number("place", "", 1, "0", color=MUTED), Column("text", "", 23, indent=1, wrap=True)],
        height=15.5,
    )
    ws.row_dimensions[at + 2].height = 7
    at = _votes(book, ws, at + 3)
    look.page(book, ws, f"A1:X{at}", one=True, upright=True)


def _votes(book: Book, ws: Worksheet, at: int) -> int:
    """Lay out the vote table; return its last row."""
    section(book, ws, at, "memo.vote")
    spans = (("member", 8), ("for", 2), ("against", 3), ("signature", 7), ("day", 4))
    columns = [
        Column("", book.say(f"memo.{key}"), span, align="center" if key in ("for", "against") else "")
        for key, span in spans
    ]
    parts.heads(ws, at + 1, columns)
    lines = [Column("", "", span, DATE if key == "day" else look.TEXT) for key, span in spans]
    rows(book, ws, "vote", at + 2, lines, count=MEMBERS, height=18, rule=MUTED)
    for line in range(at + 2, at + 2 + MEMBERS):
        for column in (9, 11):
            put(ws, line, column, "○", align="center", color=ACCENT, bottom=("thin", MUTED))
    at += 2 + MEMBERS
    put(ws, at, 1, color=MUTED, size=8)
    book.name("memo_policy", ws, at, 1)
    return at
