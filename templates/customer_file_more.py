"""The other sheets of the customer file: statements, payment, and what the file holds."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from creditlib.facts.credit_tables import LINES
from creditlib.measures.statements import GROWTH, RATIOS

from . import charts, look, parts
from .customer_file import BUCKETS, STACK, _chart_rows
from .front import titled
from .look import AMOUNT, COUNT, DATE, DIFFERENCE, MUTED, RAMP, SHARE, UNDATED, Book, put
from .parts import GRID, banner, listing, rows, section
from .sheets import Column, number

YEARS = 6
EFFECT = (
    "sales", "credit", "receivables", "margin", "capital_cost", "loss", "premium", "discount", "collection", "fixed", "profit",
)  # fmt: skip
_LABEL = 6
_UNITS = {"share": SHARE, "times": "0.00", "days": "0.0"}
_TOTALS = {
    "current_assets",
    "total_assets",
    "current_liabilities",
    "total_liabilities",
    "equity",
    "net_income",
    "cash_change",
}


def statements(book: Book, ws: Worksheet) -> None:
    """The years side by side: lines, what must add up, ratios, Altman's Z; then findings."""
    say, zh = book.say, book.lang == "zh"
    look.widths(ws, [7.0] * GRID)
    look.head(book, ws, "statements", say("statements.title"), GRID)
    banner(book, ws, "statements", summary=False)
    years = [number("", "", 3) for _ in range(YEARS)]
    at = 6

    def line(
        name: str, label: str, code: str, *, bold: bool = False, color: str = look.INK, height: float = 12
    ) -> None:
        nonlocal at
        columns = [Column("label", "", _LABEL, color=color, bold=bold)]
        columns += [number("", "", 3, code, bold=bold, color=color, wrap=name == "year_source") for _ in years]
        rows(book, ws, f"at_{name}", at, columns, height=height, rule=look.HAIR)
        del book.workbook.defined_names[f"at_{name}_label"]
        put(ws, at, 1, label, color=color, bold=bold, bottom=("thin", look.HAIR))
        book.name(name, ws, at, 1 + _LABEL)
        at += 1

    def title(key: str, text: str) -> None:
        nonlocal at
        section(book, ws, at, key)
        ws.cell(at, 1).value = text
        ws.row_dimensions[at].height = 15.5
        book.name(f"part_{key.rpartition('.')[2]}", ws, at, 1)
        at += 1

    line("year_end", say("statements.period"), DATE, bold=True, color=MUTED, height=18)
    line("year_kind", say("statements.kind"), look.TEXT, color=MUTED)
    line("year_audit", say("statements.audit"), look.TEXT, color=MUTED)
    line("year_source", say("statements.source"), look.TEXT, color=MUTED)
    for key in ("assets", "liabilities", "income", "cash_flow", "market"):
        title(f"statements.{key}", say(f"statements.{key}"))
        for each in (row for row in LINES if row.section == key):
            line(f"line_{each.name}", each.zh if zh else each.en, AMOUNT, bold=each.name in _TOTALS)
    look.break_before(ws, at)
    section(book, ws, at, "statements.findings")
    at = listing(
        book, ws, "check", at + 1,
        [Column("severity", say("statements.severity"), 3), Column("where", say("statements.where"), 5, color=MUTED, wrap=True),
         Column("text", say("statements.finding"), 10, wrap=True), Column("todo", say("statements.todo"), 6, indent=1, wrap=True)],
        chip="severity",
    )  # fmt: skip
    title("statements.checks", say("statements.checks"))
    for key in ("balance", "assets", "liabilities", "profit", "cash"):
        line(f"sum_{key}", say(f"statements.sum_{key}"), DIFFERENCE)
    title("statements.ratios", say("statements.ratios"))
    for ratio in RATIOS:
        line(f"ratio_{ratio.name}", ratio.zh if zh else ratio.en, _UNITS[ratio.unit])
    line("ratio_cash_conversion_days", say("statements.cash_conversion"), "0.0")
    for name, _, en, chinese in GROWTH:
        line(f"ratio_{name}", chinese if zh else en, "0.0%;-0.0%;0.0%")
    title("statements.altman", say("statements.altman"))
    for variant in ("z", "z_private", "z_service", "z_emerging"):
        line(f"ratio_{variant}", say(f"statements.{variant}"), "0.00")
    put(ws, at, 1, color=MUTED, wrap=True)
    ws.merge_cells(start_row=at, end_row=at, start_column=1, end_column=GRID)
    book.name("statements_left_out", ws, at, 1)
    at += 1
    look.page(book, ws, f"A1:X{at - 1}", repeat="1:3")


def payment(book: Book, ws: Worksheet, source: Worksheet) -> None:
    """What is owed and how old, how late month by month, the parts of the exposure, what the terms offered would change."""
    say = book.say
    look.widths(ws, [7.0] * GRID)
    look.head(book, ws, "payment", say("payment.title"), GRID)
    banner(book, ws, "payment", summary=False)
    titled(book, ws, "payment_aging", 6, 1, 8)
    titled(book, ws, "payment_late", 6, 9, 8)
    titled(book, ws, "payment_exposure", 6, 17, 8)
    _chart_rows(ws, 8, 19)
    colours = (look.NOT_DUE, *RAMP, UNDATED)
    charts.bars(
        book,
        ws,
        source,
        (0, 7, 7, 19),
        "aging_label",
        {"aging_value": look.NOT_DUE},
        "#,##0.0",
        points=colours,
        share=0.24,
    )
    charts.monthly(book, ws, source, (8, 7, 15, 19), "late", "0", "0")
    charts.stack(book, ws, source, (16, 7, 24, 19), "exposure", STACK)
    ws.row_dimensions[20].height = 10
    section(book, ws, 21, "payment.aging")
    section(book, ws, 21, "payment.exposure", 14)
    buckets = [
        Column("label", say("payment.bucket"), 4),
        number("amount", "", 4),
        number("share", say("payment.share"), 3, look.SHARE_DASH, color=MUTED),
    ]
    exposed = [Column("label", say("payment.part"), 6), number("amount", "", 4), Column("", "", 1)]
    parts.heads(ws, 22, buckets)
    parts.heads(ws, 22, exposed, start=14)
    book.name("bucket_amount_head", ws, 22, 5)
    book.name("exposed_amount_head", ws, 22, 20)
    rows(book, ws, "bucket", 23, buckets, count=BUCKETS + 1, height=15)
    parts.total(ws, 23, 1, 11)
    rows(book, ws, "exposed", 23, exposed, count=8, start=14, height=15)
    for line in (27, 29):
        parts.total(ws, line, 14, 24)
    at = 24 + BUCKETS
    ws.row_dimensions[at].height = 12
    look.break_before(ws, at + 1)
    section(book, ws, at + 1, "", name="effect_title")
    effect = [
        Column("label", say("payment.a_year"), 8),
        number("base", say("payment.base"), 4),
        number("scenario", say("payment.scenario"), 4),
        number("change", say("payment.change"), 4, DIFFERENCE),
        Column("", "", 4),
    ]
    parts.heads(ws, at + 2, effect)
    book.name("effect_head", ws, at + 2, 1)
    rows(book, ws, "effect", at + 3, effect, count=len(EFFECT) + 1, height=15)
    parts.total(ws, at + 2 + len(EFFECT), 1, 20)
    for column in (9, 13, 17):
        ws.cell(at + 3 + len(EFFECT), column).number_format = "0.0" if column < 17 else "+0.0;-0.0;0.0"
    at += 4 + len(EFFECT)
    put(ws, at, 1, color=MUTED, wrap=True)
    ws.merge_cells(start_row=at, end_row=at, start_column=1, end_column=GRID)
    book.name("effect_note", ws, at, 1)
    ws.row_dimensions[at + 1].height = 12
    at += 2
    section(book, ws, at, "payment.months")
    names = ("billed", "settled", "open", "peak")
    at = listing(
        book, ws, "record", at + 1,
        [Column("on", say("payment.month"), 3, "yyyy-mm", "left"), number("days", say("payment.days"), 4, "0"),
         *(number(name, say(f"payment.{name}"), 4) for name in names), number("items", say("payment.items"), 1, COUNT, color=MUTED)],
        height=15,
    )  # fmt: skip
    look.page(book, ws, f"A1:X{at - 1}", repeat="1:3")


def file(book: Book, ws: Worksheet) -> None:
    """The parts of the file with their age, visits, evidence with its source, policy values with their reference."""
    say = book.say
    look.widths(ws, [7.0] * GRID)
    look.head(book, ws, "file", say("file.title"), GRID)
    banner(book, ws, "file", summary=False)
    section(book, ws, 6, "file.parts")
    at = listing(
        book, ws, "part", 7,
        [Column("name", say("file.part"), 5), Column("state", say("file.state"), 3), number("rows", say("file.rows"), 2, COUNT),
         Column("latest", say("file.latest"), 3, DATE, "right"), number("age", say("file.age"), 2, COUNT),
         Column("until", say("file.until"), 3, DATE, "right"), Column("note", say("file.meaning"), 6, indent=1, color=MUTED)],
        chip="state",
    )  # fmt: skip
    section(book, ws, at, "file.visits")
    at = listing(
        book, ws, "visit", at + 1,
        [Column("on", say("file.on"), 3, DATE, "left"), Column("by", say("file.by"), 3), Column("next", say("file.next"), 3, DATE, "left"),
         Column("state", say("file.next_state"), 3), Column("text", say("file.seen"), 12, wrap=True)],
        chip="state",
    )  # fmt: skip
    section(book, ws, at, "file.evidence")
    at = listing(
        book, ws, "evidence", at + 1,
        [Column("part", say("file.check"), 3, color=MUTED), Column("label", say("file.what"), 5, wrap=True),
         Column("text", say("file.found"), 7, wrap=True), number("given", say("file.given"), 2, "0.0"),
         number("possible", say("file.possible"), 1, "0", color=MUTED), Column("on", say("file.of"), 2, DATE, "right"),
         Column("source", say("file.source"), 4, indent=1, color=MUTED, wrap=True)],
    )  # fmt: skip
    section(book, ws, at, "file.policy")
    at = listing(
        book, ws, "policy", at + 1,
        [Column("parameter", say("file.parameter"), 5, wrap=True), Column("value", say("file.value"), 8, bold=True, wrap=True),
         Column("reference", say("file.reference"), 11, indent=1, color=MUTED, wrap=True)],
    )  # fmt: skip
    look.page(book, ws, f"A1:X{at - 1}", repeat="1:3")
