"""The credit file of one customer as a form to type into: registration, statements, references and the other parts.

What must stay true: every heading is one the reader recognises; no text but the unit's own cell states a unit; check rows stand
outside the column of line names, so that nobody reads them as lines.
"""

from __future__ import annotations

from typing import Any, Final

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from creditlib.errors import Lang
from creditlib.faces.credit_form import CHECKS, LISTS, fields
from creditlib.faces.wording import say
from creditlib.facts.credit.columns import headers
from creditlib.facts.credit_tables import COVERS, LINES, STATUSES, SUBJECTS
from creditlib.facts.schema import DAY, FLAG, INT, SHARE

from . import look
from .look import ACCENT, CHIP, DATE, HAIR, MUST, MUTED, RULE, TINT, Book, put
from .sheets import SECTION

SHEETS: Final = ("form", "statements", *LISTS)
YEARS: Final = 3
ROWS: Final = 20
"""Rows of a list to type into."""
UNITS: Final = ("one", "thousand", "ten_thousand", "million")
_WORDS: Final = {"status": STATUSES, "kind": COVERS, "subject": SUBJECTS}
_TOTALS: Final = {"current_assets", "non_current_assets", "total_assets", "current_liabilities", "non_current_liabilities",
                  "total_liabilities", "equity", "net_income", "cash_change"}  # fmt: skip
_MONEY: Final = "#,##0.00;-#,##0.00;0.00"
_MARKED: Final = '"▲ "#,##0.00##;"▲ "-#,##0.00##;0.00'
_WIDTHS: Final = {"customer": 17, "currency": 9, "referee": 34, "agency": 30, "provider": 30, "kind": 20, "subject": 19,
                  "text": 58, "terms": 20, "contract": 22, "by": 16, "grade": 14, "rating": 10}  # fmt: skip
_PAGE: Final = 152
"""Characters a page is wide at full size."""
_LEAD: Final = 4
"""Row of the first heading: title, instruction and rule stand above."""


def shown(name: str, table: str, lang: Lang) -> str:
    """Return the heading of a field as it is printed."""
    if name == "customer":
        return say("form.word.customer", lang)
    if table == "registrations" and name in ("registered_capital", "paid_in_capital"):
        return say(f"form.form.{name}", lang)
    header = headers()[table][name]
    return header.zh if lang == "zh" else header.en[:1].upper() + header.en[1:]


def _input(ws: Worksheet, row: int, column: int, code: str = look.TEXT, **looks: Any) -> None:
    put(ws, row, column, code=code, fill=TINT, bottom=("thin", RULE), left=("medium", "FFFFFF"), **looks)


def _looks(field: Any) -> dict[str, Any]:
    """Return how a cell of a field looks: amounts and whole numbers are of one type, told apart by the name."""
    kind, name = field.type, field.name
    if kind == DAY:
        return {"code": DATE, "align": "center"}
    if name.endswith("_minor"):
        return {"code": _MONEY, "align": "right"}
    if kind == INT:
        return {"code": "0", "align": "right"}
    if kind == SHARE:
        shares = {"insured_share": "0%", "default_probability": "0.00%"}
        return {"code": shares.get(name, "0.0"), "align": "right"}
    centred = name in ("currency", "country") or kind == FLAG
    return {"align": "center" if centred else "left", "indent": 0 if centred else 1}


def _choices(ws: Worksheet, cells: str, words: list[str], *, free: bool = False) -> None:
    rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=not free)
    ws.add_data_validation(rule)
    rule.add(cells)


def _choose(book: Book, ws: Worksheet, cells: str, name: str, kind: Any) -> None:
    """Give cells that hold one of a few words their list."""
    lang = book.lang
    if name in _WORDS:
        words = [say(f"form.{name}.{word}", lang) for word in _WORDS[name]]
        _choices(ws, cells, words, free=name == "status")
    elif kind == FLAG:
        _choices(ws, cells, [say(f"form.flag.{word}", lang) for word in ("yes", "no")])
    elif name == "currency":
        _choices(ws, cells, ["CNY", "USD", "EUR", "GBP", "HKD", "JPY"], free=True)
    elif name == "rating":
        rule = DataValidation(type="whole", operator="between", formula1="1", formula2="5", allow_blank=True)
        ws.add_data_validation(rule)
        rule.add(cells)


def _head(book: Book, ws: Worksheet, sheet: str, last: int) -> None:
    title = say("form.word.title" if sheet == "form" else f"form.sheet.{sheet}", book.lang)
    look.head(book, ws, sheet, title, last)
    put(ws, 2, 1, say(f"form.note.{sheet}", book.lang), color=MUTED, bottom=("medium", ACCENT), upright="top")


def _page(book: Book, ws: Worksheet, area: str, *, repeat: str = "", one: bool = False) -> None:
    look.page(book, ws, area, repeat=repeat, one=one)
    footer: Any = ws.oddFooter
    footer.left.text = say("form.word.footer", book.lang)
    footer.center.text = None
    footer.right.text = say("form.word.footer_page", book.lang, sheet=ws.title)


def form(book: Book, ws: Worksheet) -> None:
    """The registration of the customer, one fact a row, and the line where it confirms them."""
    lang = book.lang
    look.widths(ws, [34, 58, 60])
    _head(book, ws, "form", 3)
    row = _LEAD
    for field in fields("registrations"):
        name = field.name.removesuffix("_minor")
        ws.row_dimensions[row].height = 16.5
        put(ws, row, 1, shown(name, "registrations", lang), color=MUTED, bottom=("thin", HAIR))
        _input(ws, row, 2, **(_looks(field) | {"align": "left", "indent": 1}))
        hint = say(f"form.hint.{name}", lang) if name in _HINTS else None
        put(ws, row, 3, hint, size=8, color=MUTED, indent=1)
        book.name(f"form_{name}", ws, row, 2)
        _choose(book, ws, f"B{row}", name, field.type)
        row += 1
    ws.row_dimensions[row].height = 10
    row += 1
    ws.row_dimensions[row].height = 20
    put(ws, row, 1, say("form.confirm.title", lang), **SECTION)
    ws.row_dimensions[row + 1].height = 20
    put(ws, row + 1, 1, say("form.confirm.text", lang))
    for step, key in ((2, "signature"), (3, "date")):
        ws.row_dimensions[row + step].height = 24
        put(ws, row + step, 1, say(f"form.confirm.{key}", lang), color=MUTED, upright="bottom")
        put(ws, row + step, 2, bottom=("thin", MUTED), code=DATE if key == "date" else look.TEXT)
    put(ws, row + 2, 3, say("form.confirm.stamp", lang), color=MUTED, indent=1, upright="top")
    _page(book, ws, f"A1:C{row + 3}", one=True)


_HINTS: Final = {"on", "former_names", "credit_code", "status", "currency", "country", "listed", "manufacturing",
                 "abnormal_operation", "serious_dishonesty", "judgment_debtor"}  # fmt: skip


def statements(book: Book, ws: Worksheet) -> None:
    """Lines in rows, three years in columns, the unit above, checks below."""
    lang = book.lang
    look.widths(ws, [24, 48, *[38.0] * YEARS])
    _head(book, ws, "statements", 2 + YEARS)
    row = _LEAD
    known = headers()["statements"]
    for key, name in (("customer", "customer"), ("currency", "currency"), ("unit", "unit")):
        ws.row_dimensions[row].height = 16
        put(ws, row, 1, shown(name, "statements", lang), color=MUTED, bottom=("thin", HAIR))
        put(ws, row, 2, bottom=("thin", HAIR))
        _input(ws, row, 3, align="left", indent=1)
        book.name(f"statements_{key}", ws, row, 3)
        if key != "customer":  # whatever stood beside a blank code would be read as it
            put(ws, row, 4, say("form.hint.money" if key == "currency" else "form.hint.unit", lang), size=8, color=MUTED, indent=1)  # fmt: skip
        row += 1
    _choose(book, ws, f"C{_LEAD + 1}", "currency", None)
    _choices(ws, f"C{_LEAD + 2}", [say(f"form.unit.{unit}", lang) for unit in UNITS])
    ws.row_dimensions[row].height = 8
    row += 1
    for key, code in (("period_end", DATE), ("months", "0"), ("audited", look.TEXT)):
        ws.row_dimensions[row].height = 18 if key == "period_end" else 15.5
        top = key == "period_end"
        header = known[key]
        label = header.zh if lang == "zh" else header.en[:1].upper() + header.en[1:]
        put(ws, row, 1, bottom=("thin", MUTED if top else HAIR))
        put(ws, row, 2, label, bold=top, color=MUTED, bottom=("thin", MUTED if top else HAIR))
        for column in range(3, 3 + YEARS):
            _input(ws, row, column, code, align="right", bold=top)
        book.name(f"statements_{key}", ws, row, 3, width=YEARS)
        row += 1
    _choices(ws, f"C{row - 1}:{letter(2 + YEARS)}{row - 1}", [say(f"form.flag.{word}", lang) for word in ("yes", "no")])
    ws.freeze_panes = f"C{row - 2}"
    places: dict[str, int] = {}
    section = ""
    for line in LINES:
        ws.row_dimensions[row].height = 14.5
        first, total = line.section != section, line.name in _TOTALS
        edge = {"top": ("thin", ACCENT)} if first else {}
        section = line.section
        put(ws, row, 1, say(f"form.section.{section}", lang) if first else None, bold=True, color=ACCENT, **edge)
        put(
            ws,
            row,
            2,
            line.zh if lang == "zh" else line.en,
            bold=total,
            indent=0 if total else 1,
            bottom=("thin", HAIR),
            **edge,
        )
        for column in range(3, 3 + YEARS):
            _input(ws, row, column, _MONEY, align="right", bold=total, **edge)
        book.name(f"statements_{line.name}", ws, row, 3, width=YEARS)
        places[line.name] = row
        row += 1
    _checks(book, ws, row, places)


def _checks(book: Book, ws: Worksheet, row: int, places: dict[str, int]) -> None:
    """Write the native checks: a difference of each year, blank while a line is missing."""
    ws.row_dimensions[row].height = 22
    put(ws, row, 1, say("form.check.title", book.lang), **SECTION, upright="bottom", bottom=("thin", MUTED))
    for column in range(2, 3 + YEARS):
        put(ws, row, column, bottom=("thin", MUTED))
    row += 1
    first = row
    for key, (total, *parts) in CHECKS.items():
        ws.row_dimensions[row].height = 14.5
        put(ws, row, 1, say(f"form.check.{key}", book.lang), color=MUTED, bottom=("thin", HAIR))
        put(ws, row, 2, bottom=("thin", HAIR))
        for column in range(3, 3 + YEARS):
            at = letter(column)
            cells = [f"{at}{places[name]}" for name in (total, *parts)]
            put(ws, row, column, code=_MARKED, align="right", bottom=("thin", HAIR))
            # a profit is the tax and the net income; every other check is a sum of its parts too
            ws.cell(row, column).value = f'=IF(COUNT({",".join(cells)})<{len(cells)},"",ROUND({"-".join(cells)},6))'
        book.name(f"check_{key}", ws, row, 3, width=YEARS)
        row += 1
    area = f"C{first}:{letter(2 + YEARS)}{row - 1}"
    rule = Rule(type="expression", formula=[f"AND(ISNUMBER(C{first}),C{first}<>0)"])
    rule.dxf = DifferentialStyle(
        font=Font(bold=True, color="FF" + MUST), fill=PatternFill("solid", bgColor="FF" + CHIP, fgColor="FF" + CHIP)
    )
    ws.conditional_formatting.add(area, rule)
    _page(book, ws, f"A1:{letter(2 + YEARS)}{row - 1}", one=True)


def rows_of(book: Book, ws: Worksheet, table: str) -> None:
    """A list: heading, rows to type into; the first of them is the one that a filled form repeats."""
    own = fields(table)
    parts = [_WIDTHS.get(f.name.removesuffix("_minor"), 15 if f.type == DAY else 19) for f in own]
    wide = [round(w * _PAGE / sum(parts), 1) for w in parts]
    look.widths(ws, wide)
    last = len(own)
    _head(book, ws, table, last)
    lines = 1.0
    for place, field in enumerate(own, 1):
        name = field.name.removesuffix("_minor")
        looks = _looks(field)
        head = {name: looks[name] for name in ("align", "indent") if name in looks}
        label = shown(name, table, book.lang)
        put(ws, _LEAD, place, label, bold=True, color=MUTED, bottom=("thin", MUTED), wrap=True, **head)
        lines = max(lines, -(-sum(1.15 if c.isascii() else 2.2 for c in label) // wide[place - 1]))
        for row in range(_LEAD + 1, _LEAD + 1 + ROWS):
            ws.row_dimensions[row].height = 18
            _input(ws, row, place, **looks, wrap=name == "text")
        book.name(f"{table}_{name}", ws, _LEAD + 1, place)
        at = letter(place)
        _choose(book, ws, f"{at}{_LEAD + 1}:{at}{_LEAD + ROWS}", name, field.type)
    ws.row_dimensions[_LEAD].height = 6 + 13 * min(lines, 2)
    ws.freeze_panes = f"A{_LEAD + 1}"
    _page(book, ws, f"A1:{letter(last)}{_LEAD + ROWS}", repeat=f"1:{_LEAD}")


def credit_file(workbook: Workbook, lang: Lang) -> str:
    """Lay out the form of a credit file; return its title."""
    book = Book(workbook, lang)
    made = {key: workbook.create_sheet(say(f"form.sheet.{key}", lang)) for key in SHEETS}
    form(book, made["form"])
    statements(book, made["statements"])
    for table in LISTS:
        rows_of(book, made[table], table)
    return say("form.word.title", lang)
