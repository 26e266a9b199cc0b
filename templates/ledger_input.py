"""A ledger to type by hand: documents, customers and limits, each with its lists to choose from, and checks as formulas.

What must stay true: the headings of the three lists are words the reader knows, those of the other sheets are not; what a check
finds is told on its row and counted with its sum.
"""

from __future__ import annotations

from typing import Any, Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.worksheet import Worksheet

from creditlib.errors import Lang
from creditlib.faces.wording import say as word
from creditlib.facts.tables import KINDS
from creditlib.money import CURRENCIES

from . import look
from .forms import banner, bound, choose, field, formula, heading, label, notes, page, quoted, when
from .look import DATE, HAIR, INK, MUTED, TINT, Book, put
from .sheets import SECTION

SHEETS: Final = ("documents", "customers", "limits", "checks", "notes", "lists")
ROWS: Final = {"documents": 1000, "customers": 200, "limits": 100}
OFFERED: Final = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY")
_CREDITS: Final = ("credit_note", "receipt", "advance", "write_off")
_HEAD: Final = 4
FIRST: Final = _HEAD + 1
_AMOUNT: Final = "#,##0.00;-#,##0.00;0.00"
_COUNT: Final = '#,##0;-#,##0;"–"'
COLUMNS: Final = {
    "documents": (("customer", 15), ("name", 27), ("document", 19), ("kind", 13), ("issue", 12), ("due", 12), ("currency", 9), ("amount", 16),
                  ("terms", 20), ("applied", 17), ("salesperson", 12), ("text", 22)),
    "customers": (("customer", 16), ("name", 36), ("credit_code", 24), ("country", 10), ("group", 20), ("sector", 18), ("salesperson", 14), ("terms", 22)),
    "limits": (("customer", 16), ("limit", 18), ("currency", 10), ("from", 14), ("until", 14), ("by", 18), ("text", 50)),
}  # fmt: skip
FAULTS: Final = ("no_customer", "unknown_customer", "no_amount", "minus", "no_number", "twice", "issue", "due", "due_first", "kind",
                 "currency", "applied")  # fmt: skip
_SAFE: Final = 'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(TRIM({x}&""),"~","\\t"),"*","\\s"),"?","\\q")'
"""A text without the signs that a look-up takes for wildcards."""
_DAYS, _MONEY = ("issue", "due", "from", "until"), ("amount", "limit")


class Ledger:
    """The sheets while they are laid out."""

    def __init__(self, book: Book, made: dict[str, Worksheet]) -> None:
        self.book, self.made, self.say = book, made, book.say

    def whole(self, sheet: str, name: str) -> str:
        """Return the prepared cells of a column as formulas write them."""
        names = [n for n, _ in COLUMNS[sheet]]
        if sheet == "documents":
            names += ["check", "code", "key", "signed"]
        if sheet == "customers":
            names += ["key", "twice"]
        at = letter(names.index(name) + 1)
        return f"'{self.made[sheet].title}'!${at}${FIRST}:${at}${FIRST + ROWS[sheet] - 1}"

    def listed(self, place: int, count: int) -> str:
        """Return a column of the sheet of lists."""
        at = letter(place)
        return f"'{self.made['lists'].title}'!${at}${FIRST}:${at}${FIRST + count - 1}"

    def typing(self, sheet: str) -> None:
        """Lay out a list to type into."""
        ws, say, book = self.made[sheet], self.say, self.book
        columns = COLUMNS[sheet]
        extra = [("check", 34)] if sheet == "documents" else []
        look.widths(ws, [float(w) for _, w in (*columns, *extra)])
        last = len(columns) + len(extra)
        heading(
            book,
            ws,
            sheet,
            say("word.title") if sheet == "documents" else say(f"sheet.{sheet}"),
            say(f"word.{sheet}"),
            last,
        )
        ws.row_dimensions[_HEAD].height = 20
        calculated = ("name",) if sheet == "documents" else ()
        style: dict[str, Any] = {}
        for place, (name, _) in enumerate(columns, 1):
            align = "right" if name in _MONEY else "center" if name in (*_DAYS, "currency", "country") else "left"
            indent = 1 if align == "left" and place > 1 else 0
            put(
                ws,
                _HEAD,
                place,
                say(f"{sheet}.{name}"),
                bold=True,
                color=MUTED,
                bottom=("thin", MUTED),
                align=align,
                indent=indent,
            )
            code = (
                DATE
                if name in _DAYS
                else _AMOUNT
                if name in _MONEY
                else "@"
                if name in ("customer", "document", "applied", "credit_code")
                else look.TEXT
            )
            if name in calculated:
                put(ws, FIRST, place, color=MUTED, bottom=("thin", HAIR), indent=indent)
            else:
                field(ws, FIRST, place, None, code, align=align, indent=indent)
            style[name] = ws.cell(FIRST, place)._style  # type: ignore[union-attr]
            book.name(f"{sheet}_{name}", ws, FIRST, place)
        for row in range(FIRST, FIRST + ROWS[sheet]):
            ws.row_dimensions[row].height = 16
            for place, (name, _) in enumerate(columns, 1):
                ws.cell(row, place)._style = style[name]  # type: ignore[union-attr]
        self._choices(sheet)
        ws.freeze_panes = f"{'D' if sheet == 'documents' else 'B'}{FIRST}"
        page(book, ws, f"A1:{letter(last)}{FIRST + ROWS[sheet] - 1}", say("word.footer"), repeat=f"1:{_HEAD}")

    def _choices(self, sheet: str) -> None:
        ws = self.made[sheet]
        for place, (name, _) in enumerate(COLUMNS[sheet], 1):
            cells = f"{letter(place)}{FIRST}:{letter(place)}{FIRST + ROWS[sheet] - 1}"
            if name == "kind":
                choose(ws, cells, self.listed(1, len(KINDS)))
            elif name == "currency":
                choose(ws, cells, self.listed(2, len(OFFERED)), free=True)
            elif name == "terms":
                choose(ws, cells, self.listed(3, 5), free=True)
            elif name == "customer" and sheet != "customers":
                choose(ws, cells, self.whole("customers", "customer"), free=True)
            elif name in _DAYS:
                bound(ws, cells, "1", "2958465", kind="date")
            elif name in _MONEY:
                bound(ws, cells, "0", text=self.say("fault.minus" if name == "amount" else "word.limits"))

    def rows(self) -> None:
        """Write what each row of documents comes to: name, terms, first fault, and, out of sight, what the checks add up."""
        ws, say = self.made["documents"], self.say
        names = [n for n, _ in COLUMNS["documents"]]
        put(ws, _HEAD, len(names) + 1, say("word.check"), bold=True, color=MUTED, bottom=("thin", MUTED), indent=1)
        at = {n: letter(k) for k, n in enumerate([*names, "check", "code", "key", "signed"], 1)}
        codes = self.whole("customers", "customer")
        kinds = self.listed(1, len(KINDS))
        keys = self.whole("documents", "key")
        pieces = ["|" + "|".join(list(CURRENCIES)[k : k + 50]) + "|" for k in range(0, len(CURRENCIES), 50)]
        no_day = "NOT(IF(ISNUMBER({x}),AND({x}>=1,{x}<=2958465),FALSE))"
        faults = "'" + self.made["checks"].title + f"'!$A$8:$A${7 + len(FAULTS)}"
        style = None
        for row in range(FIRST, FIRST + ROWS["documents"]):
            c = {n: f"${a}{row}" for n, a in at.items()}
            # a code may hold a wildcard, or be a number on one sheet and a text on the other
            mine = f'MATCH("k:"&{_SAFE.format(x=c["customer"])},{self.whole("customers", "key")},0)'
            known = ",".join(f'ISNUMBER(FIND("|"&UPPER(TRIM({c["currency"]}&""))&"|",{quoted(p)}))' for p in pieces)
            tests = (
                f'TRIM({c["customer"]}&"")=""',
                f'IFERROR(NOT(EXACT(TRIM({c["customer"]}&""),TRIM(INDEX({codes},{mine})&""))),TRUE)',
                f"NOT(ISNUMBER({c['amount']}))",
                f"{c['amount']}<0",
                f'TRIM({c["document"]}&"")=""',
                f"COUNTIF({keys},{c['key']})>1",
                no_day.format(x=c["issue"]),
                f'AND({c["due"]}<>"",{no_day.format(x=c["due"])})',
                f'IF({c["due"]}="",FALSE,{c["due"]}<{c["issue"]})',
                f"ISERROR(MATCH({c['kind']},{kinds},0))",
                f'OR(LEN(TRIM({c["currency"]}&""))<>3,NOT(OR({known})))',
                f'AND(TRIM({c["applied"]}&"")<>"",ISERROR(MATCH("k:"&{_SAFE.format(x=c["applied"])},{keys},0)))',
            )
            code = "1"
            for number, test in reversed(list(enumerate(tests, 2))):
                code = f"IF({test},{number},{code})"
            typed = f"$A{row},$C{row}:$H{row},$J{row}:$L{row}"
            made = {
                "name": f'=IF(TRIM({c["customer"]}&"")="","",IFERROR(INDEX({self.whole("customers", "name")},{mine})&"",""))',
                "terms": f'=IF(TRIM({c["customer"]}&"")="","",IFERROR(INDEX({self.whole("customers", "terms")},{mine})&"",""))',
                "check": f'=IF(N({c["code"]})<2,"","▲ "&INDEX({faults},{c["code"]}-1))',
                "code": f'=IF(COUNTA({typed})=0,"",IFERROR({code},4))',
                "key": f'=IF(TRIM({c["document"]}&"")="","","k:"&{_SAFE.format(x=c["document"])})',
                "signed": f'=IF(ISNUMBER({c["amount"]}),IF(IFERROR(MATCH({c["kind"]},{self.listed(4, len(_CREDITS))},0),0)>0,-ABS({c["amount"]}),{c["amount"]}),"")',
            }
            for name, text in made.items():
                place = list(at).index(name) + 1
                cell: Any = ws.cell(row, place)
                cell.value = text
                if name in ("check", "code", "key", "signed"):
                    if style is None:
                        put(ws, row, place, color=look.MUST, bottom=("thin", HAIR), indent=1)
                        style = cell._style
                    cell._style = style
        for name in ("code", "key", "signed"):
            ws.column_dimensions[at[name]].hidden = True
            put(ws, _HEAD, list(at).index(name) + 1, None)
        when(
            ws,
            f"{at['check']}{FIRST}:{at['check']}{FIRST + ROWS['documents'] - 1}",
            f'LEFT(${at["check"]}{FIRST},1)="▲"',
            must=True,
        )
        codes_of = self.whole("documents", "code")
        formula(ws, 2, len(names) + 1, f'={quoted(say("word.state"))}&COUNTIF({codes_of},">0")&{quoted(say("word.faults"))}&COUNTIF({codes_of},">1")',
                color=MUTED, bottom=("medium", look.ACCENT), upright="top", indent=1)  # fmt: skip
        self.book.name("documents_check", ws, FIRST, len(names) + 1)

    def keys(self) -> None:
        """Write, out of sight, what customers are looked up by, and which codes stand twice."""
        ws, place = self.made["customers"], len(COLUMNS["customers"]) + 1
        keys = self.whole("customers", "key")
        for row in range(FIRST, FIRST + ROWS["customers"]):
            key = f"${letter(place)}{row}"
            ws.cell(row, place).value = f'=IF(TRIM($A{row}&"")="","","k:"&{_SAFE.format(x=f"$A{row}")})'
            ws.cell(row, place + 1).value = f'=IF({key}="","",COUNTIF({keys},{key})-1)'
        for column in (place, place + 1):
            ws.column_dimensions[letter(column)].hidden = True

    def lists(self) -> None:
        """Lay out the words that lists offer; a hidden sheet."""
        ws, say, lang = self.made["lists"], self.say, self.book.lang
        look.widths(ws, [22, 22, 28, 22])
        heading(self.book, ws, "lists", say("sheet.lists"), say("word.lists"), 4)
        columns = (
            (say("lists.kinds"), [word(f"common.kind.{k}", lang) for k in KINDS]), (say("lists.currencies"), list(OFFERED)),
            (say("lists.terms"), [say(f"lists.t{k}") for k in range(1, 6)]), ("−", [word(f"common.kind.{k}", lang) for k in _CREDITS]),
        )  # fmt: skip
        for place, (title, words) in enumerate(columns, 1):
            put(ws, _HEAD, place, title, bold=True, color=MUTED, bottom=("thin", MUTED))
            for row, text in enumerate(words, FIRST):
                put(ws, row, place, text, bottom=("thin", HAIR))
        page(self.book, ws, f"A1:D{FIRST + len(KINDS)}", say("word.footer"), one=True)
        ws.sheet_state = "hidden"

    def checks(self) -> None:
        """Lay out the faults with rows and sums, and the sums by kind and currency, which tie to what was typed."""
        ws, say, lang = self.made["checks"], self.say, self.book.lang
        look.widths(ws, [46, 15, 17, *[17.0] * 6])
        last = 9
        heading(self.book, ws, "checks", say("sheet.checks"), say("word.checks"), last)
        code, signed = self.whole("documents", "code"), self.whole("documents", "signed")
        kinds, currencies = self.whole("documents", "kind"), self.whole("documents", "currency")
        total = 8 + len(FAULTS) + 2
        banner(
            ws,
            4,
            last,
            f"=IF(SUM($B$8:$B${total - 1})=0,{quoted(say('checks.fine'))}&COUNTIF({code},1),{quoted(say('checks.wrong'))}&SUM($B$8:$B${total - 1}))",
        )
        self.book.name("verdict", ws, 4, 1)
        for place, key in enumerate(("what", "rows", "sum", "status"), 1):
            put(
                ws,
                7,
                place,
                say(f"checks.{key}"),
                bold=True,
                color=MUTED,
                bottom=("thin", MUTED),
                align="" if place == 1 else "center" if place == 4 else "right",
            )
        title = "'" + self.made["documents"].title + "'!"
        end = FIRST + ROWS["documents"]
        below = f"MAX(COUNTA({title}$A${end}:$A$1048576),COUNTA({title}$H${end}:$H$1048576))"
        below_sum = f'SUMIF({title}$H${end}:$H$1048576,">0")+SUMIF({title}$H${end}:$H$1048576,"<0")'
        made = [
            (say(f"fault.{n}"), f"COUNTIF({code},{k})", f"SUMIFS({signed},{code},{k})", n)
            for k, n in enumerate(FAULTS, 2)
        ]
        made.append((say("checks.beyond", rows=ROWS["documents"]), below, below_sum, "beyond"))
        made.append(
            (say("checks.customers_twice"), f'COUNTIF({self.whole("customers", "twice")},">0")', "0", "customers_twice")
        )
        for row, (text, count, money, name) in enumerate(made, 8):
            ws.row_dimensions[row].height = 16
            label(ws, row, 1, text)
            formula(ws, row, 2, "=" + count, code=_COUNT, align="right", bottom=("thin", HAIR))
            formula(
                ws, row, 3, f"=ROUND({money},6)", code='#,##0.00;-#,##0.00;"–"', align="right", bottom=("thin", HAIR)
            )
            formula(
                ws,
                row,
                4,
                f"=IF($B{row}=0,{quoted(say('checks.ok'))},{quoted(say('checks.act'))})",
                align="center",
                color=look.ACCENT,
                bottom=("thin", HAIR),
            )
            look.chip(ws, f"D{row}", f"$D{row}")
            self.book.name(f"check_{name}", ws, row, 2, width=3)
        row = total + 1
        ws.row_dimensions[row].height = 20
        put(ws, row, 1, say("checks.sums"), **SECTION)
        row += 1
        put(ws, row, 1, say("checks.by_kind"), bold=True, color=MUTED, bottom=("thin", MUTED))
        for place, currency in enumerate(OFFERED, 2):
            field(ws, row, place, currency, bold=True, bottom=("thin", MUTED))
        put(ws, row, 8, say("checks.other"), bold=True, color=MUTED, align="right", bottom=("thin", MUTED))
        put(ws, row, 9, say("checks.all"), bold=True, color=MUTED, align="right", bottom=("thin", MUTED))
        head, first = row, row + 1
        words = [*(word(f"common.kind.{k}", lang) for k in KINDS), say("checks.unknown")]
        for row, text in enumerate(words, first):
            unknown = row - first == len(KINDS)
            label(ws, row, 1, text, color=MUTED if unknown else INK)
            for place in range(2, 8):
                at = letter(place)
                if unknown:
                    made_of = f"SUMIFS({signed},{currencies},{at}${head})-SUM({at}{first}:{at}{row - 1})"
                else:
                    made_of = f"SUMIFS({signed},{kinds},$A{row},{currencies},{at}${head})"
                formula(
                    ws,
                    row,
                    place,
                    f'=ROUND(IF({at}${head}="",0,{made_of}),6)',
                    code='#,##0.00;-#,##0.00;"–"',
                    align="right",
                    bottom=("thin", HAIR),
                )
            whole = f"SUM({signed})-SUM(I{first}:I{row - 1})" if unknown else f"SUMIFS({signed},{kinds},$A{row})"
            formula(
                ws,
                row,
                9,
                f"=ROUND({whole},6)",
                code='#,##0.00;-#,##0.00;"–"',
                align="right",
                color=MUTED,
                bottom=("thin", HAIR),
            )
            formula(
                ws,
                row,
                8,
                f"=ROUND(I{row}-SUM(B{row}:G{row}),6)",
                code='#,##0.00;-#,##0.00;"–"',
                align="right",
                bottom=("thin", HAIR),
            )
        row += 1
        put(ws, row, 1, say("checks.total"), bold=True, fill=TINT)
        for place in range(2, 10):
            at = letter(place)
            formula(
                ws,
                row,
                place,
                f"=ROUND(SUM({at}{first}:{at}{row - 1}),6)",
                code=_AMOUNT,
                align="right",
                bold=True,
                fill=TINT,
            )
        self.book.name("sums", ws, first, 2, width=8, height=len(words) + 1)
        page(self.book, ws, f"A1:I{row}", say("word.footer"), one=True)


def ledger_input(workbook: Workbook, lang: Lang) -> str:
    """Lay out the ledger; return its title."""
    book = Book(workbook, lang, "ledger_form")
    made = {key: workbook.create_sheet(book.say(f"sheet.{key}")) for key in SHEETS}
    ledger = Ledger(book, made)
    for sheet in ROWS:
        ledger.typing(sheet)
    ledger.lists()
    ledger.keys()
    ledger.rows()
    ledger.checks()
    lines = [book.say(f"notes.l{k}", **{n: f"{c:,}" for n, c in ROWS.items()}) for k in range(1, 10)]
    notes(book, made["notes"], book.say("notes.title"), book.say("notes.subtitle"), lines, book.say("word.footer"))
    return book.say("word.title")
