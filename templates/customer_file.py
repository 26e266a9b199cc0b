"""The first sheets of the customer file: decision, score and limit; and the blocks its charts read."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from creditlib.policy import GRADES

from . import charts, look, parts
from .front import figures, titled
from .look import ACCENT, COUNT, DATE, DIFFERENCE, MUTED, NOT_DUE, PALE, RAMP, SHARE, Book, put
from .parts import GRID, banner, listing, rows, section
from .sheets import Column, heads, number

MONTHS = 24
LOSSES = 8
METHODS = 8
BUCKETS = 12
PD = "0.00%"
USE = '[>=1]"▲ "0%;[<0]-0%;0%'
COST = RAMP[2]
STACK = (ACCENT, PALE, NOT_DUE, "1B5E8C", COST)


def data(book: Book, ws: Worksheet) -> None:
    """Fixed blocks the charts read; a hidden sheet."""
    groups = [
        (1, [("divisor", "0", 1), ("unit", look.TEXT, 1)]),
        (LOSSES, [("lost_label", look.TEXT, 1), ("lost_value", "0.0", 1)]),
        (
            METHODS,
            [("method_label", look.TEXT, 1), ("method_other", look.SCALED, 1), ("method_picked", look.SCALED, 1)],
        ),
        (BUCKETS, [("aging_label", look.TEXT, 1), ("aging_value", look.SCALED, 1)]),
        (1, [("exposure_name", look.TEXT, len(STACK))]),
        (2, [("exposure_label", look.TEXT, 1), ("exposure_value", look.SCALED, len(STACK))]),
        *parts.monthly("earned", MONTHS, "#,##0.0", "open"),
        *parts.monthly("late", MONTHS, "0"),
    ]
    parts.blocks(book, ws, groups)


def methods_chart(book: Book, ws: Worksheet, source: Worksheet, box: tuple[int, int, int, int], share: float) -> None:
    """What each method gives, the picked one in accent."""
    colours = {"method_other": PALE, "method_picked": ACCENT}
    charts.bars(book, ws, source, box, "method_label", colours, "#,##0.0", share=share)


def _chart_rows(ws: Worksheet, first: int, last: int, height: float = 14.5) -> None:
    for row in range(first, last + 1):
        ws.row_dimensions[row].height = height


def sign_off(book: Book, ws: Worksheet, row: int, people: tuple[str, ...]) -> int:
    """Lay out lines for name, date and signature; return the next free row."""
    section(book, ws, row, "sign.title")
    spans = ((1, 5), (6, 8), (14, 4), (18, 7))
    heads(ws, row + 1, [Column("", "", 0)] * GRID, height=17)
    for (at, _), key in zip(spans, ("who", "name", "day", "signature"), strict=True):
        ws.cell(row + 1, at).value = book.say(f"sign.{key}")
    for line, person in enumerate(people, row + 2):
        ws.row_dimensions[line].height = 21
        for at, span in spans:
            for column in range(at, at + span):
                put(ws, line, column, bottom=("thin", MUTED), code=DATE if at == 14 else look.TEXT, upright="bottom")
        put(ws, line, 1, book.say(f"sign.{person}"), color=MUTED, bottom=("thin", MUTED), upright="bottom")
    return row + 2 + len(people)


def decision(book: Book, ws: Worksheet, source: Worksheet) -> None:
    """Verdict, figures, points lost, terms, onboarding, hard stops; reasons, steps, advice; signatures."""
    say = book.say
    look.widths(ws, [7.0] * GRID)
    look.head(book, ws, "decision", "", GRID)
    book.name("decision_title", ws, 1, 1)
    banner(book, ws, "decision")
    codes = {"score": "0", "chance": PD, "limit": DIFFERENCE, "exposure": DIFFERENCE, "use": USE, "own": DIFFERENCE}
    figures(book, ws, "decision", 7, codes, size=16)
    titled(book, ws, "decision_lost", 11, 1, 13)
    _chart_rows(ws, 13, 26, 14)
    charts.bars(book, ws, source, (0, 12, 13, 26), "lost_label", {"lost_value": COST}, "0.0", share=0.34)
    pair = [Column("label", "", 4, color=MUTED), Column("value", "", 6, wrap=True)]
    section(book, ws, 11, "decision.terms", 15)
    rows(book, ws, "terms", 12, pair, count=6, start=15, height=15)
    ws.row_dimensions[12].height = 16
    section(book, ws, 18, "", 15, name="onboarding_title")
    three = [
        Column("label", "", 4, color=MUTED),
        number("points", "", 2, "0.0", bold=True),
        Column("known", "", 4, indent=1),
    ]
    rows(book, ws, "onboarding", 19, three, count=3, start=15, height=15)
    section(book, ws, 23, "decision.stops", 15)
    rows(book, ws, "stop", 24, [Column("text", "", 10, wrap=True)], count=3, start=15, height=15, rule="FFFFFF")
    look.chip(ws, "O24:X26", "$O24")
    ws.row_dimensions[27].height = 8
    at = sign_off(book, ws, 28, ("analyst", "manager", "committee"))
    look.break_before(ws, at)
    section(book, ws, at, "decision.reasons")
    policy = Column("policy", say("word.policy_head"), 5, color=MUTED, wrap=True, indent=1)
    at = listing(
        book, ws, "reason", at + 1,
        [Column("effect", say("decision.effect"), 3), Column("text", say("decision.reason"), 14, wrap=True),
         number("points", say("decision.points"), 2, "0.0"), policy],
        chip="effect",
        height=15,
    )  # fmt: skip
    section(book, ws, at, "decision.steps")
    at = listing(
        book, ws, "step", at + 1,
        [number("place", "", 1, "0", color=MUTED), Column("text", say("decision.step"), 14, wrap=True, indent=1),
         number("amount", "", 4, DIFFERENCE), policy],
        height=15,
    )  # fmt: skip
    book.name("step_amount_head", ws, at - 3, 16)
    section(book, ws, at, "", name="advice_title")
    at = listing(
        book, ws, "advice", at + 1,
        [number("place", "", 1, "0", color=MUTED), Column("text", say("decision.change"), 16, wrap=True, indent=1),
         number("score", say("decision.score_then"), 2, "0"), Column("grade", say("decision.grade_then"), 2, align="center"),
         number("pay", "", 3)],
        height=15,
    )  # fmt: skip
    book.name("advice_pay_head", ws, at - 3, 22)
    look.page(book, ws, f"A1:X{at - 1}", repeat="1:3")


def score(book: Book, ws: Worksheet) -> None:
    """Every factor, the way from points to grade, and what others say."""
    say = book.say
    look.widths(ws, [7.0] * GRID)
    look.head(book, ws, "score", say("score.title"), GRID)
    banner(book, ws, "score", summary=False)
    section(book, ws, 6, "score.factors")
    columns = [
        Column("part", say("score.part"), 2, color=MUTED),
        Column("label", say("score.factor"), 4, wrap=True),
        Column("value", say("score.value"), 2, align="right"),
        number("points", say("score.points"), 2, "0"),
        number("best", say("score.best"), 1, "0", color=MUTED),
        number("weight", say("score.weight"), 2, SHARE),
        number("lost", say("score.lost"), 2, "0.00"),
        Column("how", say("score.how"), 6, color=MUTED, indent=1, wrap=True),
        Column("state", say("score.state"), 3, indent=1, wrap=True),
    ]
    parts.heads(ws, 7, columns)
    rows(book, ws, "score_total", 8, columns)
    parts.total(ws, 8, 1, GRID)
    rows(book, ws, "factor", 9, columns)
    ws.row_dimensions[10].height = 12
    look.break_before(ws, 11)
    section(book, ws, 11, "score.way")
    section(book, ws, 11, "score.grades", 14)
    way = [
        Column("label", "", 6, color=MUTED),
        number("value", "", 2, "0.00"),
        Column("note", "", 4, indent=1, color=MUTED),
    ]
    rows(book, ws, "way", 12, way, count=9)
    for line, code in enumerate(("0", "0.00", "0.00", "0", "0.0", PD, look.TEXT, look.TEXT, "0%"), 12):
        ws.cell(line, 7).number_format = code
    grades = [
        Column("name", say("score.grade"), 2, bold=True),
        number("least", say("score.least"), 2, "0"),
        number("chance", say("score.chance"), 3, PD),
        Column("here", "", 4, indent=1, color=ACCENT),
    ]
    parts.heads(ws, 12, grades, start=14)
    rows(book, ws, "grade", 13, grades, count=len(GRADES), start=14)
    ws.row_dimensions[21].height = 12
    section(book, ws, 22, "score.ratings")
    at = listing(
        book, ws, "rating", 23,
        [Column("agency", say("score.agency"), 7, wrap=True), Column("grade", say("score.theirs"), 2),
         Column("on", say("score.on"), 3, DATE, "center"), Column("ours", say("score.ours"), 3, align="center"),
         number("apart", say("score.apart"), 3, "0"), Column("state", say("score.rating_state"), 6, indent=1)],
        chip="state",
    )  # fmt: skip
    look.page(book, ws, f"A1:X{at - 1}", repeat="1:3")


def limit(book: Book, ws: Worksheet, source: Worksheet) -> None:
    """Methods side by side, the steps, the parts, and the limit earned month by month."""
    say = book.say
    look.widths(ws, [7.0] * GRID)
    look.head(book, ws, "limit", say("limit.title"), GRID)
    banner(book, ws, "limit", summary=False)
    titled(book, ws, "limit_methods", 6, 1, 11)
    titled(book, ws, "limit_earned", 6, 13, 12)
    _chart_rows(ws, 8, 19)
    methods_chart(book, ws, source, (0, 7, 11, 19), 0.34)
    charts.monthly(book, ws, source, (12, 7, 24, 19), "earned", "#,##0.0", "#,##0", beside="open")
    ws.row_dimensions[20].height = 10
    section(book, ws, 21, "limit.methods")
    at = listing(
        book, ws, "method", 22,
        [Column("name", say("limit.method"), 4), number("amount", "", 4, DIFFERENCE), Column("how", say("limit.how"), 12, indent=1, wrap=True),
         Column("role", say("limit.role"), 4, indent=1, color=ACCENT)],
    )  # fmt: skip
    book.name("method_amount_head", ws, at - 3, 5)
    chain = [
        Column("label", "", 8),
        number("amount", "", 4, DIFFERENCE),
        Column("note", "", 12, indent=1, color=MUTED, wrap=True),
    ]
    section(book, ws, at, "limit.bounds")
    rows(book, ws, "bound", at + 1, chain, count=4, height=15)
    at += 6
    ws.row_dimensions[at - 1].height = 12
    look.break_before(ws, at)
    section(book, ws, at, "limit.chain")
    parts.heads(
        ws, at + 1, [Column("", say("limit.step"), 8), number("", "", 4), Column("", say("limit.by"), 12, indent=1)]
    )
    book.name("chain_amount_head", ws, at + 1, 9)
    rows(book, ws, "chain", at + 2, chain, count=9, height=15)
    parts.total(ws, at + 8, 1, GRID)
    at += 12
    ws.row_dimensions[at - 1].height = 12
    section(book, ws, at, "limit.months")
    at = listing(
        book, ws, "month", at + 1,
        [Column("on", say("limit.month"), 2, "yyyy-mm", "left"), number("limit", "", 3, DIFFERENCE), Column("state", say("limit.state"), 2, indent=1),
         number("clean", say("limit.clean"), 2, COUNT), number("days", say("limit.days"), 2, "0"), number("open", "", 4),
         Column("text", say("limit.event"), 9, indent=1, wrap=True)],
        height=15,
    )  # fmt: skip
    book.name("month_limit_head", ws, at - 3, 3)
    book.name("month_open_head", ws, at - 3, 12)
    look.page(book, ws, f"A1:X{at - 1}", repeat="1:3")
