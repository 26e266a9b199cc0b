"""The sensitivity of a change of terms: what moves the profit, and net days against the change of sales, without a data table."""

from __future__ import annotations

from typing import Final

from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.worksheet import Worksheet

from . import charts, look
from .forms import bound, field, formula, heading, page, quoted, when
from .look import ACCENT, HAIR, MUST, MUTED, RAMP, Book, put
from .sheets import SECTION
from .terms_inputs import DAYS
from .terms_workings import BASE, MOVES, NEW, STEPS, Workings, rounded

AXIS_DAYS: Final = (0, 15, 30, 45, 60, 90, 120)
AXIS_CHANGES: Final = (-0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2)


def sensitivity(book: Book, ws: Worksheet, w: Workings) -> None:
    """Lay out the chart of what moves the profit, and the table of net days against the change of sales."""
    say = book.say
    look.widths(ws, [16, *[17.0] * STEPS])
    heading(book, ws, "sensitivity", say("sensitivity.title"), say("sensitivity.subtitle"), 1 + STEPS)
    ws.row_dimensions[4].height = 20
    put(ws, 4, 1, say("sensitivity.table"), **SECTION)
    put(ws, 5, 1, say("sensitivity.axis"), bold=True, color=MUTED, bottom=("thin", MUTED))
    ws.row_dimensions[5].height = 19
    for k, change in enumerate(AXIS_CHANGES):
        field(ws, 5, 2 + k, change, "+0.0%;-0.0%;0.0%", bold=True, bottom=("thin", MUTED))
    sheet = "'" + ws.title + "'!"
    w.grids([f"{sheet}$A${6 + i}" for i in range(STEPS)], [f"{sheet}{letter(2 + k)}$5" for k in range(STEPS)])
    for i, day in enumerate(AXIS_DAYS):
        row = 6 + i
        ws.row_dimensions[row].height = 17
        field(ws, row, 1, day, DAYS, bold=True)
        for k in range(STEPS):
            c = letter(3 + k)
            fine = f"AND({w.at('ok')}=1,ISNUMBER($A{row}),$A{row}>=0,ISNUMBER({letter(2 + k)}$5),{letter(2 + k)}$5>=-1)"
            capital, loss = (rounded(f"{w.own}{c}${w.rows[f'{grid}_{i}']}") for grid in ("capital", "loss"))
            text = f"{w.own}{c}${w.rows['grid_rest']}-{capital}-{loss}-{w.at('profit')}"
            formula(ws, row, 2 + k, f'=IFERROR(IF({fine},({text})/10^{w.at("decimals")},"–"),"–")', align="right",
                    code='+#,##0.00;"▲ "-#,##0.00;0.00', bottom=("thin", HAIR))  # fmt: skip
    area = f"B6:{letter(1 + STEPS)}{5 + STEPS}"
    when(ws, area, "AND(ISNUMBER(B6),B6<0)", color=MUST)
    bound(ws, f"A6:A{5 + STEPS}", "0", text=say("wrong.needed"))
    bound(ws, f"B5:{letter(1 + STEPS)}5", "-1", text=say("wrong.change"))
    book.name("sensitivity", ws, 6, 2, width=STEPS, height=STEPS)
    put(ws, 6 + STEPS, 1, say("sensitivity.note"), size=8, color=MUTED)
    row = 8 + STEPS
    ws.row_dimensions[row].height = 20
    first, last = w.effects()
    own = {c: f"{w.own}${c}${first}:${c}${last}" for c in ("A", BASE, NEW)}
    most = f"MAX(MAX({own[BASE]}),-MIN({own[NEW]}))"
    name = f"IF(MAX({own[BASE]})>=-MIN({own[NEW]}),INDEX({own['A']},MATCH(MAX({own[BASE]}),{own[BASE]},0)),INDEX({own['A']},MATCH(MIN({own[NEW]}),{own[NEW]},0)))"
    signed = f"IF(MAX({own[BASE]})>=-MIN({own[NEW]}),MAX({own[BASE]}),MIN({own[NEW]}))"
    said = f'{quoted(say("sensitivity.largest"))}&{name}&" "&TEXT({signed},"+#,##0.00;-#,##0.00")'
    formula(ws, row, 1, f"=IF({most}>0,{said},{quoted(say('sensitivity.chart'))})", size=10.5, bold=True)
    put(ws, row + 1, 1, say("sensitivity.chart_sub"), size=8, color=MUTED)
    for key, column in (("label", 1), ("gain", 3), ("cost", 4)):
        book.name(f"data_{key}", w.ws, first, column, height=len(MOVES))
    for line in range(row + 2, row + 17):
        ws.row_dimensions[line].height = 15
    charts.bars(book, ws, w.ws, (0, row + 1, 1 + STEPS, row + 15), "label", {"gain": ACCENT, "cost": RAMP[2]},
                "+#,##0;-#,##0;;", share=0.24)  # fmt: skip
    drawn = ws._charts[-1]  # type: ignore[attr-defined]
    drawn.y_axis.scaling.min = None
    drawn.x_axis.tickLblPos = "low"
    page(book, ws, f"A1:{letter(1 + STEPS)}{row + 16}", say("word.footer"), one=True)
