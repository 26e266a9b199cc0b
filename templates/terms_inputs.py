"""The inputs of the credit-terms calculator: which there are, which figures are possible, and how the workings take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openpyxl.worksheet.worksheet import Worksheet

from creditlib.money import CURRENCIES

from .forms import heading, quoted
from .look import MUTED, Book, put
from .terms_workings import BASE, NEW, STEPS, Workings

FIRST: Final = 9
"""Row of the first input."""
MONEY, SHARE, RATE, DAYS = "#,##0.00;-#,##0.00;0.00", "0.0#%;-0.0#%", "0.00##%", "#,##0.##"
LARGEST: Final = 2**53
"""Largest sales in minor units: up to it every whole number is kept."""


@dataclass(frozen=True)
class Input:
    """One row of inputs. kind: which figures are possible; base, new: what stands there at first; policy: where its
    standard value comes from; step: its name in the workings."""

    name: str
    kind: str
    code: str
    base: object
    new: object = None
    policy: str = ""
    step: str = ""


INPUTS: Final = (
    Input("yearly_sales", "amount", MONEY, 12_000_000, step="sales_in"),
    Input("sales_change_share", "change", SHARE, 0, 0.08, step="change"),
    Input("net_days", "needed", DAYS, 30, 60, step="net"),
    Input("late_days", "number", DAYS, 5, 8, step="late_in"),
    Input("variable_cost_share", "share", SHARE, None, policy="terms.variable_cost_share", step="variable"),
    Input("tax_share", "share", SHARE, 0, step="tax"),
    Input("discount_share", "share", SHARE, 0, 0.01, step="discount"),
    Input("discount_days", "days", DAYS, None, policy="terms.discount_days", step="discount_days"),
    Input("taker_share", "share", SHARE, 0, 0.2, step="takers_in"),
    Input("deposit_share", "share", SHARE, 0, step="deposit"),
    Input("insured_share", "share", SHARE, 0, 0.5, step="insured"),
    Input("cover_share", "share", SHARE, None, policy="limit.insured_share", step="cover_in"),
    Input("premium_rate", "share", RATE, 0, 0.003, step="premium_rate"),
    Input("bad_debt_share", "share", RATE, 0.01, 0.012, step="bad"),
    Input("default_probability", "share", RATE, None, step="pd"),
    Input("loss_given_default", "share", SHARE, None, policy="score.loss_given_default", step="lgd"),
    Input("collection_share", "share", RATE, None, policy="terms.collection_share", step="collection_rate"),
    Input("fixed_cost", "amount", MONEY, 0, step="fixed"),
)  # fmt: skip
GENERAL: Final = (
    Input("capital_rate", "needed", RATE, None, policy="terms.capital_rate", step="rate"),
    Input("year_days", "above", DAYS, None, policy="terms.year_days", step="year"),
    Input("horizon_years", "above", DAYS, None, policy="terms.horizon_years", step="horizon"),
)
_TESTS: Final = {
    "share": "OR({x}<0,{x}>1)", "needed": "{x}<0", "days": "{x}<0", "number": "FALSE", "change": "{x}<-1",
    "amount": "OR({x}<0,ABS({x}*10^{d}-ROUND({x}*10^{d},0))>0.000001*MAX(1,ABS({x})))", "above": "{x}<=0",
}  # fmt: skip
_NEEDED: Final = ("yearly_sales", "net_days")


def bad_of(one: Input, cell: str, decimals: str) -> str:
    """1 where what stands in a cell is impossible; IFERROR: a cell may hold an error itself."""
    blank = 1 if one.name in _NEEDED else 0
    test = _TESTS[one.kind].format(x=cell, d=decimals)
    return f'IFERROR(IF({cell}="",{blank},IF(ISNUMBER({cell}),IF({test},1,0),1)),1)'


def settle(book: Book, ws: Worksheet, w: Workings) -> None:
    """Write the inputs as the workings take them: blanks filled, and safe figures while one is impossible."""
    say = book.say
    heading(book, w.ws, "workings", say("workings.title"), say("workings.subtitle"), 2 + STEPS)
    for place, key in ((1, "workings.name"), (3, "word.base"), (4, "word.new")):
        put(
            w.ws,
            4,
            place,
            say(key),
            bold=True,
            color=MUTED,
            bottom=("thin", MUTED),
            align="right" if place > 1 else "",
        )
    put(w.ws, 4, 2, bottom=("thin", MUTED))
    w.row = 5
    sheet = "'" + ws.title + "'!"
    first = FIRST
    last = first + len(INPUTS) + 2 + len(GENERAL)
    w.line("ok", say("workings.ok"), {BASE: f'IF(COUNTIF({sheet}$E${first}:$E${last},"▲*")=0,1,0)'})
    exponents = {k: "|" + "|".join(x for x, e in CURRENCIES.items() if e == k) + "|" for k in (0, 3, 4)}
    code = f'"|"&{sheet}$B${first}&"|"'
    w.line("decimals", say("workings.decimals"), {BASE: f"IF(ISNUMBER(FIND({code},{quoted(exponents[0])})),0,IF(ISNUMBER(FIND({code},{quoted(exponents[3])})),3,IF(ISNUMBER(FIND({code},{quoted(exponents[4])})),4,2)))"})  # fmt: skip
    row = first
    for one in INPUTS:
        row += 1
        cells: dict[str, str] = {}
        for column, case in (("B", BASE), ("C", NEW)):
            cell = f"{sheet}${column}${row}"
            value = f"IF(ISNUMBER({cell}),{cell},{f'{sheet}$D${row}' if one.policy else '0'})"
            cells[case] = f"ROUND({value}*10^[@decimals],0)" if one.kind == "amount" else value
        w.line(one.step, say(f"input.{one.name}"), cells)
    pd = first + 1 + [i.name for i in INPUTS].index("default_probability")
    w.line("by_pd", say("step.by_pd"), {k: f"IF(ISNUMBER({sheet}${c}${pd}),1,0)" for c, k in (("B", BASE), ("C", NEW))})
    row += 2
    for one in GENERAL:
        row += 1
        cell = f"{sheet}$B${row}"
        value = f"IF(ISNUMBER({cell}),{cell},{sheet}$D${row})"
        w.line(
            one.step, say(f"input.{one.name}"), {BASE: value if one.kind == "needed" else f"IF({value}>0,{value},1)"}
        )
    w.row += 1
    w.title(say("word.year"))
