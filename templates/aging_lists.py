"""The lists of the aging analyser: aging by customer, the largest overdue first, and the largest overdue balances."""

from __future__ import annotations

from typing import Any, Final

from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.worksheet import Worksheet

from . import look
from .aging_items import FIRST, whole
from .forms import formula, heading, page, quoted
from .look import HAIR, INK, MUTED, NOT_DUE, RAMP, RULE, SHARE_DASH, TINT, Book, put
from .sheets import NOTE

CUSTOMERS: Final = 300
"""Customers the list has rows for."""
TOP: Final = 10
_TOTAL, _REST, _HEAD, _LIST = 6, 7, 5, 8
_AMOUNT: Final = '#,##0.00;-#,##0.00;"–"'
_OPEN, _BUCKETS = 4, 5  # columns of the total and of the first bucket
_HELP = 18  # first helper column


def aging(book: Book, ws: Worksheet, items: str, summary: dict[str, str], buckets: int) -> None:
    """Lay out aging by customer. buckets: columns from not due to unapplied; summary: addresses on the first sheet."""
    say = book.say
    last = _BUCKETS + buckets + 1
    look.widths(ws, [11, 30, 6.5, 15.5, 15.5, *[13.5] * (buckets - 2), 14, 15, 11.5])
    heading(book, ws, "aging", say("aging.title"), say("aging.subtitle"), last)
    formula(ws, 2, last, f'="{say("word.as_of")} "&TEXT({summary["as_of"]},"yyyy-mm-dd")&" · "&{summary["currency"]}',
            color=MUTED, align="right", bottom=("medium", look.ACCENT), upright="top")  # fmt: skip
    ws.row_dimensions[4].height = 4
    for k, colour in enumerate((NOT_DUE, *RAMP[: buckets - 2]), _BUCKETS):
        put(ws, 4, k, fill=colour)
    ws.row_dimensions[_HEAD].height = 19
    heads: list[str] = [say(f"aging.{n}") for n in ("code", "name", "count", "open")]
    for place, text in enumerate(heads, 1):
        put(ws, _HEAD, place, text, bold=True, color=MUTED, bottom=("thin", MUTED), align="right" if place > 2 else "")
    for k in range(buckets):
        formula(
            ws,
            _HEAD,
            _BUCKETS + k,
            f"=INDEX({summary['labels']},{k + 1})",
            bold=True,
            color=MUTED,
            align="right",
            bottom=("thin", MUTED),
        )
    for k, name in enumerate(("overdue", "share")):
        put(
            ws, _HEAD, last - 1 + k, say(f"aging.{name}"), bold=True, color=MUTED, bottom=("thin", MUTED), align="right"
        )
    first, final = _LIST, _LIST + CUSTOMERS - 1
    used, bucket, by = whole(items, "used"), whole(items, "bucket"), whole(items, "first")
    dec = summary["decimals"]
    open_, over = letter(_OPEN), letter(last - 1)
    spread = f"{letter(_BUCKETS)}{{r}}:{letter(_BUCKETS + buckets - 1)}{{r}}"
    late = f"{letter(_BUCKETS + 1)}{{r}}:{letter(_BUCKETS + buckets - 2)}{{r}}"
    for row, key, fill in ((_TOTAL, "total", TINT), (_REST, "rest", "")):
        ws.row_dimensions[row].height = 18 if key == "total" else 15
        look_of: dict[str, Any] = {"bold": key == "total", "color": INK if key == "total" else MUTED, "fill": fill}
        for column in range(1, last + 1):
            put(ws, row, column, bottom=("thin", RULE), **look_of)
        put(ws, row, 2, say(f"aging.{key}"), bottom=("thin", RULE), **look_of)
        count = f"=SUMPRODUCT(({by}>0)*1)" if key == "total" else f"=C{_TOTAL}-SUM(C{first}:C{final})"
        formula(ws, row, 3, count, align="right", code='#,##0;-#,##0;"–"', bottom=("thin", RULE), **look_of)
        for k in range(buckets):
            at = letter(_BUCKETS + k)
            text = (
                f"SUMIFS({used},{bucket},{k + 1})" if key == "total" else f"{at}{_TOTAL}-SUM({at}{first}:{at}{final})"
            )
            formula(
                ws,
                row,
                _BUCKETS + k,
                f"=ROUND({text},{dec})",
                align="right",
                code=_AMOUNT,
                bottom=("thin", RULE),
                **look_of,
            )
        formula(
            ws,
            row,
            _OPEN,
            f"=ROUND(SUM({spread.format(r=row)}),{dec})",
            align="right",
            code=_AMOUNT,
            bottom=("thin", RULE),
            **look_of,
        )
        formula(
            ws,
            row,
            last - 1,
            f"=ROUND(SUM({late.format(r=row)}),{dec})",
            align="right",
            code=_AMOUNT,
            bottom=("thin", RULE),
            **look_of,
        )
        formula(
            ws,
            row,
            last,
            f'=IF({open_}{row}>0,{over}{row}/{open_}{row},"–")',
            align="right",
            code=SHARE_DASH,
            bottom=("thin", RULE),
            **look_of,
        )
    f, o, rank, shown = (letter(_HELP + k) for k in range(4))
    put(ws, _HEAD, _HELP, say("aging.order"), size=8, **NOTE)
    codes, names = whole(items, "customer"), whole(items, "name")
    for n in range(1, CUSTOMERS + 1):
        row = first + n - 1
        ws.row_dimensions[row].height = 15
        formula(ws, row, _HELP, f"=IFERROR(MATCH({n},{whole(items, 'number')},0),0)", size=8, color=MUTED)
        formula(
            ws,
            row,
            _HELP + 1,
            f'=IF({f}{row}=0,0,ROUND(SUMIFS({used},{by},{f}{row},{bucket},">1",{bucket},"<{buckets}"),{dec}))',
            size=8,
            color=MUTED,
        )
        formula(
            ws,
            row,
            _HELP + 2,
            f'=IF({f}{row}=0,"",RANK({o}{row},{o}${first}:{o}${final})+COUNTIF({o}${first}:{o}{row},{o}{row})-1)',
            size=8,
            color=MUTED,
        )
        formula(
            ws,
            row,
            _HELP + 3,
            f"=IFERROR(INDEX({f}${first}:{f}${final},MATCH({n},{rank}${first}:{rank}${final},0)),0)",
            size=8,
            color=MUTED,
        )
        here = f"${shown}{row}"
        cells = [f'TRIM(INDEX({codes},{here})&"")', f'INDEX({names},{here})&""', f"COUNTIF({by},{here})"]
        for place, text in enumerate(cells, 1):
            formula(ws, row, place, f'=IF({here}=0,"",{text})', bottom=("thin", HAIR), color=INK if place == 2 else MUTED,
                    align="right" if place == 3 else "")  # fmt: skip
        formula(
            ws,
            row,
            _OPEN,
            f'=IF({here}=0,"",ROUND(SUM({spread.format(r=row)}),{dec}))',
            bold=True,
            align="right",
            code=_AMOUNT,
            bottom=("thin", HAIR),
        )
        for k in range(buckets):
            formula(
                ws,
                row,
                _BUCKETS + k,
                f'=IF({here}=0,"",ROUND(SUMIFS({used},{by},{here},{bucket},{k + 1}),{dec}))',
                align="right",
                code=_AMOUNT,
                bottom=("thin", HAIR),
            )
        formula(
            ws,
            row,
            last - 1,
            f'=IF({here}=0,"",ROUND(SUM({late.format(r=row)}),{dec}))',
            align="right",
            code=_AMOUNT,
            bottom=("thin", HAIR),
        )
        formula(
            ws,
            row,
            last,
            f'=IF({here}=0,"",IF({open_}{row}>0,{over}{row}/{open_}{row},"–"))',
            align="right",
            code=SHARE_DASH,
            bottom=("thin", HAIR),
        )
    for k in range(4):
        ws.column_dimensions[letter(_HELP + k)].hidden = True
    look.fifth(ws, f"A{first}:{letter(last)}{final}")
    book.name("aging_total", ws, _TOTAL, 3, width=last - 2)
    book.name("aging_rest", ws, _REST, 3, width=last - 2)
    book.name("aging_rows", ws, first, 1, width=last, height=CUSTOMERS)
    ws.freeze_panes = f"C{_LIST}"
    page(book, ws, f"A1:{letter(last)}{final}", say("word.footer"), repeat=f"1:{_HEAD}")


def top(book: Book, ws: Worksheet, lists: Worksheet, buckets: int, summary: dict[str, str]) -> None:
    """Lay out the largest overdue balances, with what the add-in knows of each customer."""
    say = book.say
    other = "'" + lists.title + "'!"
    columns = (
        ("rank", say("top.rank"), 6), ("code", say("aging.code"), 13), ("name", say("aging.name"), 34), ("count", say("aging.count"), 8),
        ("open", say("aging.open"), 17), ("overdue", say("aging.overdue"), 17), ("share", say("top.of_overdue"), 12),
        ("cumulative", say("top.cumulative"), 12), ("score", say("top.score"), 17), ("grade", say("top.grade"), 17), ("limit", say("top.limit"), 17),
    )  # fmt: skip
    look.widths(ws, [float(w) for _, _, w in columns])
    heading(book, ws, "top", say("top.title"), say("top.subtitle"), len(columns))
    ws.row_dimensions[4].height = 19
    for place, (name, text, _) in enumerate(columns, 1):
        put(ws, 4, place, text, bold=True, color=MUTED, bottom=("thin", MUTED), align="" if name in ("code", "name") else "right",
            indent=1 if name == "code" else 0)  # fmt: skip
    late = letter(_BUCKETS + buckets)
    day = summary["as_of"]
    for n in range(1, TOP + 1):
        row, source = 4 + n, _LIST + n - 1
        ws.row_dimensions[row].height = 17
        there = f"IF(ISNUMBER({other}${late}${source}),{other}${late}${source}>0,FALSE)"
        missing = quoted(say("top.missing"))
        made = {
            "rank": str(n), "code": f"{other}$A${source}", "name": f"{other}$B${source}", "count": f"{other}$C${source}",
            "open": f"{other}$D${source}", "overdue": f"{other}${late}${source}", "share": f"F{row}/{other}${late}${_TOTAL}",
            "cumulative": f"SUM(F$5:F{row})/{other}${late}${_TOTAL}", "score": f"IFERROR(CREDITSCORE($B{row},{day}),{missing})",
            "grade": f"IFERROR(CREDITGRADE($B{row},{day}),{missing})", "limit": f"IFERROR(CREDITLIMIT($B{row},{day}),{missing})",
        }  # fmt: skip
        codes = {"open": _AMOUNT, "overdue": _AMOUNT, "limit": _AMOUNT, "share": "0.0%", "cumulative": "0.0%"}
        for place, (name, _, _) in enumerate(columns, 1):
            formula(ws, row, place, f'=IF({there},{made[name]},"")', code=codes.get(name, look.TEXT), bottom=("thin", HAIR),
                    align="" if name in ("code", "name") else "right", indent=1 if name == "code" else 0,
                    bold=name == "overdue", color=MUTED if name in ("rank", "code", "cumulative", "score", "grade", "limit") else INK)  # fmt: skip
    book.name("top_rows", ws, 5, 1, width=len(columns), height=TOP)
    page(book, ws, f"A1:{letter(len(columns))}{4 + TOP}", say("word.footer"), one=True)


__all__ = ["CUSTOMERS", "FIRST", "TOP", "aging", "top"]
