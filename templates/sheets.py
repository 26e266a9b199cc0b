"""The list sheets of the template: aging, DSO, overdue, concentration, open items, findings.

Each list has one sample row; a defined name on each of its cells says what goes there.
"""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.worksheet import Worksheet

from . import look
from .look import (
    ACCENT,
    AMOUNT,
    CHANGE,
    COUNT,
    DATE,
    DAYS,
    DIFFERENCE,
    HAIR,
    INK,
    MUTED,
    OVERDUE_ROOM,
    RULE,
    SHARE,
    SHARE_DASH,
    TINT,
    Book,
    put,
)

SECTION = {"size": 11, "bold": True, "color": ACCENT}
NOTE = {"color": MUTED}


@dataclass(frozen=True)
class Column:
    """One column of a list: its name, heading, width and looks."""

    name: str
    head: str
    width: float
    code: str = look.TEXT
    align: str = ""
    indent: int = 0
    bold: bool = False
    color: str = INK
    wrap: bool = False


def number(name: str, head: str, width: float, code: str = AMOUNT, **looks: object) -> Column:
    """Return a right-aligned column."""
    return Column(name, head, width, code, "right", **looks)  # type: ignore[arg-type]


def heads(ws: Worksheet, row: int, columns: list[Column], *, start: int = 1, height: float = 19) -> None:
    """Write a header row."""
    ws.row_dimensions[row].height = height
    for place, column in enumerate(columns, start):
        put(
            ws,
            row,
            place,
            column.head or None,
            bold=True,
            color=MUTED,
            align=column.align,
            indent=column.indent,
            bottom=("thin", MUTED),
        )


def sample(
    book: Book,
    ws: Worksheet,
    prefix: str,
    row: int,
    columns: list[Column],
    *,
    start: int = 1,
    height: float = 16,
    rule: str = HAIR,
) -> None:
    """Write a list's sample row and name its cells."""
    ws.row_dimensions[row].height = height
    for place, column in enumerate(columns, start):
        text = column.code == look.TEXT
        put(
            ws,
            row,
            place,
            code=column.code,
            align=column.align,
            indent=column.indent,
            bold=column.bold,
            color=column.color,
            bottom=("thin", rule),
            wrap=column.wrap,
            quote=text,
        )
        if column.name:
            book.name(f"{prefix}_{column.name}", ws, row, place)


def strip(ws: Worksheet, row: int, columns: list[Column], height: float = 4) -> None:
    """Colour the cells above bucket headings."""
    ws.row_dimensions[row].height = height
    colours = {"not_due": look.NOT_DUE, "no_due_date": look.UNDATED}
    colours |= {f"overdue_{k}": colour for k, colour in enumerate(look.RAMP, 1)}
    for place, column in enumerate(columns, 1):
        if column.name in colours:
            put(ws, row, place, fill=colours[column.name])


def bucket_columns(width: float, last: float) -> list[Column]:
    """Return the columns of the overdue buckets."""
    return [number(f"overdue_{k}", "", last if k == 6 else width) for k in range(1, OVERDUE_ROOM + 1)]


def aging(book: Book, ws: Worksheet) -> None:
    """Aging by customer: header, per currency a total with shares and check, then the rows."""
    say = book.say
    columns = [
        Column("code", say("aging.code"), 9.5, color=MUTED),
        Column("name", say("aging.name"), 27, wrap=True),
        Column("currency", say("aging.currency"), 5, align="center", color=MUTED),
        number("count", say("aging.count"), 5.5, COUNT, color=MUTED),
        number("open", "", 13.8, bold=True),
        number("not_due", "", 13.8),
        *bucket_columns(12.8, 11.8),
        number("no_due_date", "", 12.8),
        number("unapplied", "", 12.4),
        number("overdue", "", 13.6),
        number("overdue_share", say("aging.share"), 7.2, SHARE_DASH),
        number("change", say("aging.change"), 6.8, CHANGE, color=MUTED),
        number("previous_share", say("aging.previous"), 8, SHARE_DASH, color=MUTED),
        number("moved", say("aging.moved"), 8, COUNT, color=MUTED),
    ]
    last = len(columns)
    look.widths(ws, [c.width for c in columns])
    look.head(book, ws, "aging", say("aging.title"), last)
    book.name("aging_order", ws, 1, 18)
    put(ws, 1, 18, align="right", color=ACCENT, upright="bottom")
    strip(ws, 4, columns)
    heads(ws, 5, columns)
    book.name("aging_head", ws, 5, 1)
    for row, height in ((6, 19), (7, 15), (8, 15)):
        ws.row_dimensions[row].height = height
    for place, column in enumerate(columns, 1):
        money = column.code == AMOUNT
        put(ws, 6, place, fill=TINT, bold=True, code=column.code, align=column.align)
        put(ws, 7, place, color=MUTED, code=SHARE if money else look.TEXT, align=column.align)
        put(
            ws,
            8,
            place,
            color=MUTED,
            code=DIFFERENCE if money else look.TEXT,
            align=column.align,
            bottom=("thin", RULE),
        )
    for row, name in ((6, "total"), (7, "share"), (8, "check")):
        book.name(f"aging_{name}_label", ws, row, 2)
    put(ws, 8, 6, color=ACCENT, indent=1, bottom=("thin", RULE))
    book.name("aging_check_status", ws, 8, 6)
    sample(book, ws, "aging", 9, columns)
    look.fifth(ws, f"A9:{letter(last)}9")
    look.chip(ws, "F8", "$F8")
    look.chip(ws, "R1", "$R1")
    hidden = [c.name for c in columns[-2:]]
    for place, column in enumerate(columns, 1):
        if column.name in hidden:
            ws.column_dimensions[letter(place)].hidden = True
    put(ws, 10, 2, say("aging.pp"), size=8, color=MUTED)
    ws.freeze_panes = "C9"
    look.page(book, ws, f"A1:{letter(last)}10", repeat="1:5")


def dso(book: Book, ws: Worksheet) -> None:
    """The DSO family, and the other measures."""
    say = book.say
    columns = [
        Column("method", say("dso.method"), 30, bold=True),
        Column("formula", say("dso.formula"), 52, color=MUTED, wrap=True),
        number("receivables", say("dso.receivables"), 16),
        number("sales", say("dso.sales"), 16),
        number("window", say("dso.window"), 10.5, COUNT),
        number("days", say("dso.days"), 12.5, DAYS, bold=True),
        number("previous", say("dso.previous"), 11, DAYS, color=MUTED),
        number("gap", say("dso.gap"), 11.5, CHANGE, color=MUTED),
        Column("note", say("dso.note"), 47, indent=1, wrap=True),
    ]
    look.widths(ws, [c.width for c in columns])
    look.head(book, ws, "dso", say("dso.title"), len(columns))
    ws.row_dimensions[4].height = 25
    for column in range(1, len(columns) + 1):
        put(ws, 4, column, size=13, bold=True, fill=TINT, indent=1 if column == 1 else 0)
    put(ws, 4, 1, size=13, bold=True, fill=TINT, indent=1, left=("thick", ACCENT))
    book.name("dso_summary", ws, 4, 1)
    ws.row_dimensions[5].height = 9
    heads(ws, 6, columns)
    sample(book, ws, "dso", 7, columns, height=20, rule=RULE)
    ws.row_dimensions[8].height = 14
    ws.row_dimensions[9].height = 20
    put(ws, 9, 1, say("dso.measures"), **SECTION)
    measures = [
        Column("name", say("dso.measure"), 0, bold=True),
        Column("meaning", say("dso.meaning"), 0, color=MUTED, wrap=True),
        number("value", say("dso.value"), 0, "#,##0.00"),
        number("previous", say("dso.previous"), 0, "#,##0.00", color=MUTED),
    ]
    heads(ws, 10, measures)
    sample(book, ws, "measure", 11, measures, height=18, rule=RULE)
    # the looks of the four kinds of measure, on cells that are never shown
    for place, code in enumerate((SHARE, DAYS, "0.000", AMOUNT)):
        for column, colour in ((20, INK), (21, MUTED)):
            put(ws, 11, column + 2 * place, code=code, align="right", color=colour, bottom=("thin", RULE))
            ws.column_dimensions[letter(column + 2 * place)].hidden = True
    book.name("measure_looks", ws, 11, 20, width=8)
    look.page(book, ws, "A1:I11")


def overdue(book: Book, ws: Worksheet) -> None:
    """The largest overdue balances."""
    say = book.say
    columns = [
        number("rank", say("overdue.rank"), 4, "0", color=MUTED),
        Column("code", say("aging.code"), 9.5, color=MUTED, indent=1),
        Column("name", say("aging.name"), 29, wrap=True),
        Column("currency", say("aging.currency"), 5, align="center", color=MUTED),
        Column("salesperson", say("overdue.salesperson"), 13, indent=1),
        number("count", say("overdue.count"), 6, COUNT),
        number("oldest", say("overdue.oldest"), 12, COUNT),
        number("amount", "", 14.5, bold=True),
        number("share", say("overdue.share"), 10, SHARE),
        number("cumulative", say("overdue.cumulative"), 12, SHARE, color=MUTED),
        *bucket_columns(13, 12.5),
    ]
    last = len(columns)
    look.widths(ws, [c.width for c in columns])
    look.head(book, ws, "overdue", say("overdue.title"), last)
    strip(ws, 4, columns)
    heads(ws, 5, columns)
    book.name("overdue_head", ws, 5, 1)
    ws.row_dimensions[6].height = 19
    for place, column in enumerate(columns, 1):
        put(ws, 6, place, fill=TINT, bold=True, code=column.code, align=column.align)
    book.name("overdue_total_label", ws, 6, 3)
    sample(book, ws, "overdue", 7, columns, height=17)
    look.fifth(ws, f"A7:{letter(last)}7")
    ws.freeze_panes = "D7"
    look.page(book, ws, f"A1:{letter(last)}7", repeat="1:5")


def concentration(book: Book, ws: Worksheet) -> None:
    """Concentration by customer, and the age in years."""
    say = book.say
    columns = [
        number("rank", say("overdue.rank"), 7, "0", color=MUTED),
        Column("code", say("aging.code"), 14, color=MUTED, indent=1),
        Column("name", say("aging.name"), 34, wrap=True),
        Column("currency", say("aging.currency"), 8, align="center", color=MUTED),
        number("open", "", 16, bold=True),
        number("share", say("concentration.share"), 15, SHARE),
        number("cumulative", say("concentration.cumulative"), 15, SHARE, color=MUTED),
    ]
    look.widths(ws, [*(c.width for c in columns), 15, 15, 15])
    look.head(book, ws, "concentration", say("concentration.title"), 10)
    ws.row_dimensions[4].height = 25
    for column in range(1, 11):
        put(ws, 4, column, size=13, bold=True, fill=TINT)
    put(ws, 4, 1, size=13, bold=True, fill=TINT, indent=1, left=("thick", ACCENT))
    book.name("concentration_summary", ws, 4, 1)
    ws.row_dimensions[5].height = 9
    ws.row_dimensions[6].height = 20
    put(ws, 6, 1, say("concentration.years"), **SECTION)
    years = [
        Column("currency", say("aging.currency"), 0, bold=True),
        Column("", "", 0),
        number("total", "", 0, bold=True),
        *(number(f"band_{k}", "", 0) for k in range(1, 8)),
    ]
    heads(ws, 7, years)
    book.name("years_head", ws, 7, 1)
    sample(book, ws, "years", 8, years, height=17, rule=RULE)
    ws.row_dimensions[9].height = 14
    ws.row_dimensions[10].height = 20
    put(ws, 10, 1, say("concentration.list"), **SECTION)
    heads(ws, 11, columns)
    book.name("concentration_head", ws, 11, 1)
    sample(book, ws, "concentration", 12, columns)
    look.fifth(ws, "A12:G12")
    look.page(book, ws, "A1:J12")


def items(book: Book, ws: Worksheet) -> None:
    """All open items: totals above the header, filter, frozen panes."""
    say = book.say
    columns = [
        Column("code", say("items.code"), 9.5, color=MUTED),
        Column("name", say("items.name"), 28),
        Column("document", say("items.document"), 17, indent=1),
        Column("kind", say("items.kind"), 10),
        Column("issue", say("items.issue"), 11, DATE, "center"),
        Column("due", say("items.due"), 11, DATE, "center"),
        number("days", say("items.days"), 9.5, COUNT, indent=1),
        Column("bucket", say("items.bucket"), 10.5, indent=1),
        Column("original_currency", say("items.original_currency"), 6.5, align="center", color=MUTED),
        number("original", say("items.original"), 18),
        Column("currency", say("items.currency"), 8, align="center", color=MUTED),
        number("amount", say("items.amount"), 14.5),
        Column("entity", say("items.entity"), 11, indent=1),
        Column("account", say("items.account"), 10),
        Column("salesperson", say("items.salesperson"), 12),
        Column("status", say("items.status"), 10),
        Column("source", say("items.source"), 30, color=MUTED),
    ]
    last = len(columns)
    look.widths(ws, [c.width for c in columns])
    look.head(book, ws, "items", say("items.title"), last)
    ws.row_dimensions[4].height = 18
    for place, column in enumerate(columns, 1):
        put(ws, 4, place, fill=TINT, bold=True, code=column.code, align=column.align)
    book.name("items_total_label", ws, 4, 2)
    heads(ws, 5, columns)
    sample(book, ws, "items", 6, columns, height=15.5)
    ws.auto_filter.ref = f"A5:{letter(last)}6"
    ws.freeze_panes = "D6"
    look.page(book, ws, f"A1:{letter(last)}6", repeat="1:5")


def findings(book: Book, ws: Worksheet) -> None:
    """All findings, one row each."""
    say = book.say
    columns = [
        Column("severity", say("findings.severity"), 11, align="center"),
        Column("title", say("findings.finding"), 25, indent=1, wrap=True),
        Column("where", say("findings.where"), 30, color=MUTED, wrap=True),
        Column("text", say("findings.text"), 54, wrap=True),
        number("count", say("findings.count"), 11, COUNT),
        number("amount", say("findings.amount"), 14.5),
        Column("currency", say("findings.currency"), 5.5, align="center", color=MUTED),
        Column("todo", say("findings.todo"), 40, indent=1, wrap=True),
        Column("check", say("findings.check"), 21, indent=1, color=MUTED, wrap=True),
    ]
    look.widths(ws, [c.width for c in columns])
    look.head(book, ws, "findings", say("findings.title"), len(columns))
    heads(ws, 4, columns)
    sample(book, ws, "findings", 5, columns, height=17, rule=RULE)
    look.chip(ws, "A5", "$A5")
    ws.auto_filter.ref = "A4:I5"
    ws.freeze_panes = "A5"
    look.page(book, ws, "A1:I5", repeat="1:4")
