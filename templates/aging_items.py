"""The sheet of the aging analyser that a list of open items is pasted into, and the columns beside it that calculate.

What must stay true: every row with anything in it is counted or has a state that says why not; bucket and key are worked out once
a row, so that every other sheet needs one sum over numbers for a cell.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from openpyxl.styles import Protection
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.worksheet import Worksheet

from . import look
from .forms import heading, page, when
from .look import DATE, HAIR, MUST, MUTED, TINT, Book, put

ROWS: Final = 5000
"""Rows prepared to be pasted into."""
HEAD: Final = 5
FIRST: Final = HEAD + 1
LAST: Final = HEAD + ROWS
BOTTOM: Final = 1_048_576
"""Last row a sheet can have."""
AS_OF: Final = date(2026, 10, 31)
"""Day of the sample."""
FIELDS: Final = ("customer", "name", "document", "issue", "due", "currency", "amount", "salesperson", "entity")
HELPERS: Final = ("state", "code", "days", "bucket", "used", "key", "first", "number", "letters")
COLUMN: Final = {name: letter(place) for place, name in enumerate((*FIELDS, *HELPERS), 1)}
FAULTS: Final = ("settings", "customer", "no_amount", "text_amount", "text_date", "currency", "later", "error")
"""Why a row is not counted: its code is 2 and up, in this order."""
_AMOUNT: Final = "#,##0.00;-#,##0.00;0.00"
_WIDTHS: Final = (14, 30, 17, 12, 12, 9, 17, 13, 12, 22, 6, 9, 8, 15, 18, 8, 9, 9)
# customer, document, days from invoice to the as-of date, days overdue (None: no due date), amount, salesperson
SAMPLE: Final = (
    (1, "INV-1001", 95, 35, 48_250.00, 1), (1, "INV-1014", 62, 2, 31_900.50, 1), (1, "INV-1032", 21, -39, 27_480.00, 1),
    (1, "CN-2003", 40, None, -3_150.00, 1), (2, "INV-1002", 128, 68, 76_400.00, 2), (2, "INV-1019", 60, 0, 52_310.25, 2),
    (2, "INV-1036", 12, -48, 18_900.00, 2), (3, "INV-0877", 430, 370, 12_600.00, 1), (3, "INV-0954", 260, 200, 33_750.00, 1),
    (3, "INV-1021", 61, 1, 41_200.00, 1), (3, "INV-1040", 9, -51, 22_040.80, 1), (4, "INV-1005", 150, 90, 15_300.00, 2),
    (4, "INV-1006", 151, 91, 9_870.40, 2), (4, "INV-1041", 7, -23, 26_700.00, 2), (4, "RC-3308", 3, None, -10_000.00, 2),
    (5, "INV-1010", 60, 30, 64_120.00, 1), (5, "INV-1011", 61, 31, 7_245.60, 1), (5, "INV-1037", 15, -15, 38_000.00, 1),
    (6, "INV-1025", 33, -27, 19_999.99, 2), (6, "INV-1026", 33, -27, 0.01, 2), (6, "INV-1043", 2, -58, 44_500.00, 2),
    (7, "INV-0990", 215, 155, 28_640.00, 1), (7, "INV-1022", 58, -2, 35_215.75, 1), (7, "INV-1044", 1, -59, 12_080.00, 1),
    (8, "INV-1013", 75, None, 16_430.00, 2), (8, "INV-1029", 44, 14, 21_500.00, 2), (8, "INV-1035", 28, -2, 30_300.00, 2),
    (8, "CN-2007", 18, None, -1_299.90, 2), (2, "INV-1045", 0, -60, 57_600.00, 2), (5, "INV-1046", 0, -30, 8_800.00, 1),
)  # fmt: skip


def sample_rows(book: Book) -> list[tuple[object, ...]]:
    """Return the sample as it is typed: one tuple of FIELDS a row."""
    say = book.say
    made: list[tuple[object, ...]] = []
    for customer, document, old, late, amount, person in SAMPLE:
        issue = AS_OF - timedelta(days=old)
        due = None if late is None else AS_OF - timedelta(days=late)
        made.append((
            f"S{customer:03d}", say(f"sample.c{customer}"), document, issue, due, "CNY", amount, say(f"sample.s{person}"), None
        ))  # fmt: skip
    return made


def whole(sheet: str, name: str) -> str:
    """Return the prepared cells of a column as formulas of other sheets write them."""
    column = COLUMN[name]
    return f"{sheet}${column}${FIRST}:${column}${LAST}"


def formulas(row: int, settings: dict[str, str]) -> dict[str, str]:
    """Return the formulas of one row. settings: addresses on the first sheet."""
    c = {name: f"${column}{row}" for name, column in COLUMN.items()}
    s = settings
    no_day = 'AND({x}<>"",NOT(IF(ISNUMBER({x}),AND({x}>=1,{x}<=2958465),FALSE)))'
    code = (
        f'IF(COUNTA($A{row}:$I{row})=0,0,IFERROR(IF({s["ok"]}<>1,2,IF(TRIM({c["customer"]}&"")="",3,IF({c["amount"]}="",4,'
        f"IF(NOT(ISNUMBER({c['amount']})),5,IF(OR({no_day.format(x=c['issue'])},{no_day.format(x=c['due'])}),6,"
        f'IF(AND(TRIM({c["currency"]}&"")<>"",UPPER(TRIM({c["currency"]}&""))<>{s["currency"]}),7,'
        f"IF(IF(ISNUMBER({c['issue']}),INT({c['issue']})>{s['as_of']},FALSE),8,1))))))),9))"
    )
    due = f"IF(ISNUMBER({c['due']}),{c['due']},IF(ISNUMBER({c['issue']}),{c['issue']},-1000000))"
    clean = f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(TRIM({c["customer"]}&""),"~","\\t"),"*","\\s"),"?","\\q")'
    keys = f"${COLUMN['key']}${FIRST}:${COLUMN['key']}${LAST}"
    return {
        "state": f'=IF({c["code"]}=0,"",IF({c["code"]}=1,INDEX({s["labels"]},{c["bucket"]}),"▲ "&INDEX({s["faults"]},{c["code"]}-1)))',
        "code": "=" + code,
        "days": f"=IF({c['code']}=1,{s['as_of']}-INT({due}),0)",
        "bucket": f"=IF({c['code']}<>1,0,IF({c['used']}<0,{s['unapplied']},IF({c['days']}<=0,1,1+MATCH({c['days']},{s['lower']},1))))",
        "used": f"=IF({c['code']}=1,ROUND({c['amount']},{s['decimals']}),0)",
        "key": f'=IF({c["used"]}<>0,"k:"&{clean},"")',
        "first": f'=IF({c["key"]}="",0,MATCH({c["key"]},{keys},0))',
        "number": f"=N(${COLUMN['number']}{row - 1})+IF({c['first']}=ROW()-{HEAD},1,0)",
        "letters": f"=IF({c['first']}=0,0,IF(EXACT({c['key']},INDEX({keys},{c['first']})),0,1))",
    }


def _dress(ws: Worksheet, row: int, place: int, name: str) -> None:
    """Give the cell of a column its looks."""
    align = "right" if name in ("amount", "used", "days") else "center" if name in ("issue", "due", "currency") else ""
    code = DATE if name in ("issue", "due") else _AMOUNT if name in ("amount", "used") else look.TEXT
    typed = name in FIELDS
    put(ws, row, place, code=code, align=align, color=look.INK if typed else MUTED, size=9 if typed or name == "state" else 8,
        fill=TINT if typed else "", bottom=("thin", HAIR), indent=1 if name in ("state", "salesperson", "entity") else 0)  # fmt: skip
    if typed:
        ws.cell(row, place).protection = Protection(locked=False)


def items(book: Book, ws: Worksheet, settings: dict[str, str]) -> None:
    """Lay out the sheet: sample rows to overwrite, blank rows below, and what each row comes to."""
    say = book.say
    look.widths(ws, [float(w) for w in _WIDTHS])
    heading(book, ws, "items", say("items.title"), say("items.subtitle", first=FIRST), len(_WIDTHS))
    put(
        ws,
        2,
        1,
        say("items.subtitle", first=FIRST),
        color=MUST,
        bold=True,
        bottom=("medium", look.ACCENT),
        upright="top",
    )
    ws.row_dimensions[HEAD].height = 19
    for place, name in enumerate((*FIELDS, *HELPERS), 1):
        right = name in ("amount", "used", "days")
        grey = name in HELPERS[1:]
        put(ws, HEAD, place, say(f"items.{name}"), bold=not grey, color=MUTED, size=8 if grey else 9, bottom=("thin", MUTED),
            align="right" if right else "center" if name in ("issue", "due", "currency") else "", indent=1 if name in ("state", "salesperson", "entity") else 0)  # fmt: skip
    sample = sample_rows(book)
    made: dict[str, Any] = {}
    for row in range(FIRST, LAST + 1):
        given: dict[str, Any] = formulas(row, settings)
        if row - FIRST < len(sample):
            given |= dict(zip(FIELDS, sample[row - FIRST], strict=True))
        for place, name in enumerate(COLUMN, 1):
            cell: Any = ws.cell(row, place)
            if row == FIRST:
                _dress(ws, row, place, name)
                made[name] = cell._style
            cell._style = made[name]  # five thousand rows: looks are made once and shared
            if given.get(name) is not None:
                cell.value = given[name]
    for name in FIELDS:
        ws.column_dimensions[COLUMN[name]].protection = Protection(locked=False)
    for name in HELPERS[1:]:
        ws.column_dimensions[COLUMN[name]].outlineLevel = 1
        ws.column_dimensions[COLUMN[name]].hidden = True
    when(ws, f"J{FIRST}:J{LAST}", f'LEFT($J{FIRST},1)="▲"', must=True)
    ws.protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(ws.protection, allowed, False)
    ws.auto_filter.ref = f"A{HEAD}:J{LAST}"
    ws.freeze_panes = f"D{FIRST}"
    book.name("items_first", ws, FIRST, 1, width=len(FIELDS))
    page(book, ws, f"A1:J{LAST}", say("word.footer"), repeat=f"1:{HEAD}")
