"""The aging analyser: paste a list of open items, and ordinary formulas do the rest. Here its first sheet, and what joins the others.

What must stay true: buckets are those of `creditlib.aging`; pasted = counted + left out + rounding, to the cent, on the sheet; what is
left out is told with its rows and amount.
"""

from __future__ import annotations

from typing import Any, Final

from openpyxl import Workbook
from openpyxl.chart import Reference
from openpyxl.worksheet.worksheet import Worksheet

from creditlib.errors import Lang
from creditlib.faces.wording import bucket_label
from creditlib.money import CURRENCIES

from . import aging_items, aging_lists, charts, look
from .aging_items import AS_OF, BOTTOM, COLUMN, FAULTS, LAST, ROWS, SAMPLE, whole
from .aging_lists import CUSTOMERS
from .forms import banner, bound, field, formula, heading, label, notes, page, quoted, standard
from .look import DATE, HAIR, INK, MUTED, RAMP, TINT, Book, put
from .sheets import SECTION

SHEETS: Final = ("summary", "aging", "overdue", "items", "notes")
_AMOUNT: Final = "#,##0.00;-#,##0.00;0.00"
_COUNT: Final = '#,##0;-#,##0;"–"'
_CHECKS: Final = 8  # row of the first check
_TOLD: Final = ("customers", "no_due", "no_date", "no_currency", "letters")
_BUCKET: Final = 25  # row of the first bucket


class Summary:
    """The first sheet while it is laid out; every address on it that others need."""

    def __init__(self, book: Book, ws: Worksheet, items: str, lists: str, edges: list[int]) -> None:
        self.book, self.ws, self.items, self.lists, self.edges = book, ws, items, lists, edges
        self.say = book.say
        own = "'" + ws.title + "'!"
        self.buckets = len(edges) + 3  # not due, one more than edges, unapplied
        top, end = _BUCKET, _BUCKET + self.buckets - 1
        self.at = {
            "as_of": f"{own}$B$8", "currency": f"{own}$M$9", "decimals": f"{own}$M$10", "ok": f"{own}$M$11",
            "labels": f"{own}$A${top}:$A${end}", "lower": f"{own}$M${top + 1}:$M${end - 1}", "unapplied": str(self.buckets), "faults": f"{own}$G${_CHECKS}:$G${_CHECKS + len(FAULTS) - 1}",
        }  # fmt: skip

    def settings(self) -> None:
        """As-of date, currency, the general ledger; and, out of sight, what is made of them."""
        ws, say = self.ws, self.say
        put(ws, 7, 1, say("word.inputs"), **SECTION)
        for row, name in ((8, "as_of"), (9, "currency"), (10, "control")):
            label(ws, row, 1, say(f"word.{name}"))
        field(ws, 8, 2, AS_OF, DATE)
        first_currency = f'INDEX({whole(self.items, "currency")},MATCH("?*",{whole(self.items, "currency")},0))'
        field(ws, 9, 2, f'=IFERROR(TRIM({first_currency}),"")')
        field(ws, 10, 2, round(sum(row[4] for row in SAMPLE), 2), _AMOUNT)
        bound(ws, "B8", "1", "2958465", kind="date")
        exponents = {k: "|" + "|".join(x for x, e in CURRENCIES.items() if e == k) + "|" for k in (0, 3, 4)}
        code = '"|"&$M$9&"|"'
        low, high = _BUCKET + 1, _BUCKET + self.buckets - 3
        formula(ws, 9, 13, '=IFERROR(UPPER(TRIM($B$9&"")),"")', size=8, color=MUTED)
        formula(ws, 10, 13, f"=IF(ISNUMBER(FIND({code},{quoted(exponents[0])})),0,IF(ISNUMBER(FIND({code},{quoted(exponents[3])})),3,"
                f"IF(ISNUMBER(FIND({code},{quoted(exponents[4])})),4,2)))", size=8, color=MUTED)  # fmt: skip
        formula(ws, 11, 13, f"=IF(AND(IF(ISNUMBER($B$8),AND($B$8>=1,$B$8<=2958465,$B$8=INT($B$8)),FALSE),SUM($N${low}:$N${high})={len(self.edges)}),1,0)",
                size=8, color=MUTED)  # fmt: skip
        for name, row in (("as_of", 8), ("currency", 9), ("control", 10)):
            self.book.name(f"in_{name}", ws, row, 2)

    def tie(self) -> None:
        """Pasted = counted + left out + rounding; buckets, customers and the general ledger beside it."""
        ws, say = self.ws, self.say
        put(ws, 12, 1, say("word.tie"), **SECTION)
        amounts = f"{self.items}${COLUMN['amount']}${aging_items.FIRST}:${COLUMN['amount']}${BOTTOM}"
        left = f"$I${_CHECKS}:$I${_CHECKS + len(FAULTS)}"
        total, lists = _BUCKET + self.buckets, self.lists
        rows = (
            ("pasted", f'=ROUND(SUMIF({amounts},">0")+SUMIF({amounts},"<0"),6)'),
            ("left_out", f"=0-SUM({left})"),
            ("rounding", f"=0-ROUND(SUMIFS({whole(self.items, 'amount')},{whole(self.items, 'code')},1)-$B$16,6)"),
            ("counted", f"=ROUND(SUM({whole(self.items, 'used')}),$M$10)"),
            ("difference", "=ROUND(SUM($B$13:$B$15)-$B$16,6)"),
            ("by_bucket", f"=$D${total}-$B$16"),
            ("by_customer", f"=ROUND({lists}$D$7+SUM({lists}$D$8:$D${7 + CUSTOMERS})-$B$16,$M$10)"),
            ("control_difference", '=IF(ISNUMBER($B$10),ROUND($B$16-$B$10,$M$10),"–")'),
        )
        for place, (name, text) in enumerate(rows):
            row = 13 + place
            strong = name in ("counted",)
            text_of = say(f"word.{name}")
            if name in ("by_bucket", "by_customer"):
                text_of = (
                    f"{text_of}: {say('word.difference')}"
                    if self.book.lang == "en"
                    else f"{text_of}：{say('word.difference')}"
                )
            label(ws, row, 1, text_of, bold=strong, fill=TINT if strong else "")
            formula(
                ws,
                row,
                2,
                text,
                code=_AMOUNT,
                align="right",
                bold=strong,
                fill=TINT if strong else "",
                bottom=("thin", HAIR),
            )
            if name in ("difference", "by_bucket", "by_customer", "control_difference"):
                formula(ws, row, 3, f'=IF(ISNUMBER($B{row}),IF($B{row}=0,{quoted(say("word.ties"))},{quoted(say("word.differs"))}),{quoted(say("word.no_control"))})',
                        color=look.ACCENT, indent=1, bottom=("thin", HAIR))  # fmt: skip
                ws.merge_cells(start_row=row, end_row=row, start_column=3, end_column=4)
                look.chip(ws, f"C{row}:D{row}", f"$C${row}")
            self.book.name(f"tie_{name}", ws, row, 2)

    def checks(self) -> None:
        """What is not counted, and what was taken for something, each with rows and amount."""
        ws, say, items = self.ws, self.say, self.items
        put(ws, 7, 7, say("check.title"), **SECTION, bottom=("thin", MUTED))
        for place, key in ((8, "rows"), (9, "amount"), (10, "status")):
            put(ws, 7, place, say(f"check.{key}"), bold=True, color=MUTED, align="right" if place < 10 else "center",
                bottom=("thin", MUTED))  # fmt: skip
        amount, code, used, due, issue = (whole(items, n) for n in ("amount", "code", "used", "due", "issue"))
        after = f"{items}${{c}}${LAST + 1}:${{c}}${BOTTOM}"
        beyond = after.format(c=COLUMN["amount"])
        counts = ",".join(f"COUNTA({after.format(c=COLUMN[n])})" for n in ("customer", "document", "amount"))
        number, lists = whole(items, "number"), self.lists
        made: dict[str, tuple[str, str]] = {
            name: (f"COUNTIF({code},{k})", f"SUMIFS({amount},{code},{k})") for k, name in enumerate(FAULTS, 2)
        }
        broken = f"{code},{len(FAULTS) + 1},{amount}"  # the amount itself may be the error: only figures are added up
        made["error"] = (made["error"][0], f'SUMIFS({amount},{broken},">0")+SUMIFS({amount},{broken},"<0")')
        made["beyond"] = (f"MAX({counts})", f'SUMIF({beyond},">0")+SUMIF({beyond},"<0")')
        made["customers"] = (f"MAX(0,MAX({number})-{CUSTOMERS})", f"{lists}$D$7")
        debit = f'{used},">0"'
        made["no_due"] = (f'COUNTIFS({debit},{due},"",{issue},">0")', f'SUMIFS({used},{debit},{due},"",{issue},">0")')
        made["no_date"] = (f'COUNTIFS({debit},{due},"",{issue},"")', f'SUMIFS({used},{debit},{due},"",{issue},"")')
        currency = whole(items, "currency")
        made["no_currency"] = (f'COUNTIFS({code},1,{currency},"")', f'SUMIFS({used},{currency},"")')
        letters = whole(items, "letters")
        made["letters"] = (f"SUM({letters})", f"SUMIFS({used},{letters},1)")
        for place, (name, (count, money)) in enumerate(made.items()):
            row = _CHECKS + place
            told = name in _TOLD
            label(
                ws,
                row,
                7,
                say(f"check.{name}", rows=CUSTOMERS if name == "customers" else ROWS),
                color=MUTED if told else INK,
            )
            formula(ws, row, 8, "=" + count, code=_COUNT, align="right", bottom=("thin", HAIR))
            formula(
                ws, row, 9, f"=ROUND({money},6)", code='#,##0.00;-#,##0.00;"–"', align="right", bottom=("thin", HAIR)
            )
            word = say("check.look") if told else say("check.left_out")
            formula(
                ws,
                row,
                10,
                f"=IF($H{row}=0,{quoted(say('check.ok'))},{quoted(word)})",
                align="center",
                color=look.ACCENT,
                bottom=("thin", HAIR),
            )
            look.chip(ws, f"J{row}", f"$J{row}")
            self.book.name(f"check_{name}", ws, row, 8, width=3)

    def table(self) -> None:
        """The buckets, with the edges to type, and the chart."""
        ws, say, edges = self.ws, self.say, self.edges
        head = _BUCKET - 1
        put(ws, head - 1, 1, say("word.buckets"), **SECTION)
        for place, key in enumerate(("bucket", "edge", "count", "amount", "share"), 1):
            put(
                ws,
                head,
                place,
                say(f"word.{key}"),
                bold=True,
                color=MUTED,
                bottom=("thin", MUTED),
                align="right" if place > 1 else "",
            )
        used, bucket = whole(self.items, "used"), whole(self.items, "bucket")
        total = _BUCKET + self.buckets
        for k in range(self.buckets):
            row = _BUCKET + k
            edge, before = f"$B{row}", f"$B{row - 1}"
            if k in (0, self.buckets - 1):
                put(
                    ws,
                    row,
                    1,
                    bucket_label("not_due" if k == 0 else "unapplied", self.book.lang),
                    bottom=("thin", HAIR),
                )
                put(ws, row, 2, bottom=("thin", HAIR))
            else:
                low = "1" if k == 1 else f"({before}+1)"
                open_end = '""' if k == 1 else f'IF(ISNUMBER({before}),{before}&"+","")'
                given = f'IF(ISNUMBER({edge}),{low}&"–"&{edge},{open_end})' if k <= len(edges) else open_end
                formula(ws, row, 1, f'=IF($M$11=1,{given},"")', bottom=("thin", HAIR))
                if k <= len(edges):
                    field(ws, row, 2, edges[k - 1], "0")
                    ascending = "" if k == 1 else f",ISNUMBER({before}),{edge}>N({before})"
                    blank = "0" if k == 1 else "1"
                    formula(
                        ws,
                        row,
                        14,
                        f'=IFERROR(IF({edge}="",{blank},IF(ISNUMBER({edge}),IF(AND({edge}>0,{edge}=INT({edge}){ascending}),1,0),0)),0)',
                        size=8,
                        color=MUTED,
                    )
                else:
                    put(ws, row, 2, bottom=("thin", HAIR))
                lower = "1" if k == 1 else f"IF(ISNUMBER({before}),{before}+1,{10**9 + k})"
                formula(ws, row, 13, "=" + lower, size=8, color=MUTED)
            formula(
                ws,
                row,
                3,
                f'=COUNTIFS({bucket},{k + 1},{used},"<>0")',
                code=_COUNT,
                align="right",
                color=MUTED,
                bottom=("thin", HAIR),
            )
            formula(
                ws,
                row,
                4,
                f"=ROUND(SUMIFS({used},{bucket},{k + 1}),$M$10)",
                code='#,##0.00;-#,##0.00;"–"',
                align="right",
                bottom=("thin", HAIR),
            )
            formula(
                ws,
                row,
                5,
                f'=IF($D${total}>0,$D{row}/$D${total},"–")',
                code="0.0%",
                align="right",
                color=MUTED,
                bottom=("thin", HAIR),
            )
            self.book.name(f"bucket_{k + 1}", ws, row, 1, width=5)
        end = total - 1
        for row, key, text in (
            (total, "total", f"{{c}}{_BUCKET}:{{c}}{end}"),
            (total + 1, "overdue", f"{{c}}{_BUCKET + 1}:{{c}}{end - 1}"),
        ):
            strong: dict[str, Any] = {
                "bold": key == "total",
                "fill": TINT if key == "total" else "",
                "bottom": ("thin", HAIR),
            }
            put(ws, row, 1, say(f"word.{key}"), **strong)
            put(ws, row, 2, **strong)
            formula(ws, row, 3, "=SUM(" + text.format(c="C") + ")", code=_COUNT, align="right", **strong)
            formula(ws, row, 4, "=ROUND(SUM(" + text.format(c="D") + "),$M$10)", code=_AMOUNT, align="right", **strong)
            formula(ws, row, 5, f'=IF($D${total}>0,$D{row}/$D${total},"–")', code="0.0%", align="right", **strong)
            self.book.name(f"sum_{key}", ws, row, 1, width=5)
        put(ws, total + 2, 1, say("word.edges_note", edges=", ".join(map(str, edges))), size=8, color=MUTED)
        bound(ws, f"B{_BUCKET + 1}:B{_BUCKET + len(edges)}", "1", kind="whole")
        over = f"$D${total + 1}"
        formula(ws, head - 1, 7, f'=IF({over}>0,{quoted(say("word.overdue") + " ")}&TEXT({over},"#,##0.00")&" · "&TEXT($E${total + 1},"0.0%"),{quoted(say("word.chart"))})',
                size=10.5, bold=True)  # fmt: skip
        put(ws, head, 7, say("word.chart_sub"), size=8, color=MUTED)
        labels = Reference(ws, min_col=1, max_col=1, min_row=_BUCKET + 1, max_row=end - 1)
        values = Reference(ws, min_col=4, max_col=4, min_row=_BUCKET + 1, max_row=end - 1)
        charts.columns(ws, (6, _BUCKET - 1, 10, total + 2), labels, values, RAMP[: len(edges) + 1], "#,##0")
        self.last = total + 2

    def verdict(self) -> None:
        """Say whether everything is counted, and what is overdue."""
        ws, say = self.ws, self.say
        left = f"SUM($H${_CHECKS}:$H${_CHECKS + len(FAULTS)})"
        money = '"#,##0.00;-#,##0.00;0.00"'
        total = _BUCKET + self.buckets
        big = (
            f"=IF({left}>0,{quoted(say('verdict.wrong'))}&{left},IF(SUM($C${_BUCKET}:$C${total - 1})=0,{quoted(say('verdict.empty'))},"
            f'{quoted(say("verdict.fine"))}&TEXT($B$16,{money})&" "&$M$9&{quoted(say("verdict.overdue"))}&TEXT($D${total + 1},{money})'
            f'&IF(ISNUMBER($E${total + 1})," ("&TEXT($E${total + 1},"0.0%")&")","")))'
        )
        small = (
            f'=IF({left}>0,{quoted(say("verdict.fine").split(":")[-1].split("：")[-1].strip() + " ")}&TEXT($B$16,{money})&" "&$M$9'
            f"&{quoted(say('verdict.small_wrong'))}&TEXT(0-$B$14,{money}),"
            f"{quoted(say('verdict.small_fine'))}&MAX({whole(self.items, 'number')})&{quoted(say('verdict.small_items'))}&$C${total}"
            f"&{quoted(say('verdict.small_control'))}&$C$20)"
        )
        banner(ws, 4, 10, big, small)
        self.book.name("verdict", ws, 4, 1)


def aging_analyser(workbook: Workbook, lang: Lang) -> str:
    """Lay out the analyser; return its title."""
    book = Book(workbook, lang, "analyser")
    say = book.say
    made = {key: workbook.create_sheet(say(f"sheet.{key}")) for key in SHEETS}
    items, lists = ("'" + made[key].title + "'!" for key in ("items", "aging"))
    ws = made["summary"]
    edges = [int(e) for e in standard()["aging.edges"]]
    s = Summary(book, ws, items, lists, edges)
    look.widths(ws, [34, 17, 8, 17, 9, 2.5, 48, 8, 18, 16, 2, 2, 12, 8])
    heading(book, ws, "summary", say("word.title"), say("word.subtitle"), 10)
    s.settings()
    s.tie()
    s.checks()
    s.table()
    s.verdict()
    ws.row_dimensions[6].height = 8
    for row in range(7, s.last + 1):
        ws.row_dimensions[row].height = 16
    for column in ("M", "N"):
        ws.column_dimensions[column].hidden = True
    page(book, ws, f"A1:J{s.last}", say("word.footer"), one=True)
    aging_lists.aging(book, made["aging"], items, s.at, s.buckets)
    aging_lists.top(book, made["overdue"], made["aging"], s.buckets, s.at)
    aging_items.items(book, made["items"], s.at)
    lines = [say(f"notes.l{k}", rows=f"{ROWS:,}", customers=CUSTOMERS) for k in range(1, 11)]
    notes(book, made["notes"], say("notes.title"), say("notes.subtitle"), lines, say("word.footer"))
    return say("word.title")
