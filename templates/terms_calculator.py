"""The credit-terms calculator: two sets of terms side by side, and what changing from one to the other does, by native formulas.

What must stay true: an impossible input stops every figure and says where it stands; what the sheet shows is what `compare_terms`
gives, to the cent.
"""

from __future__ import annotations

from typing import Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.worksheet import Worksheet

from creditlib.errors import Lang
from creditlib.money import CURRENCIES
from creditlib.policy import Values

from . import look, parts
from .forms import (
    POLICY_DAY,
    banner,
    bound,
    choose,
    field,
    formula,
    heading,
    label,
    notes,
    page,
    quoted,
    standard,
    when,
)
from .look import ACCENT, HAIR, MUTED, Book, put
from .sheets import SECTION
from .terms_inputs import DAYS, GENERAL, INPUTS, LARGEST, MONEY, RATE, Input, bad_of, settle
from .terms_sensitivity import sensitivity
from .terms_workings import BASE, NEW, STEP_NAMES, STEPS, Workings

SHEETS: Final = ("calculator", "sensitivity", "workings", "notes")
RESULTS: Final = (
    "sales",
    "credit",
    "margin",
    "capital_cost",
    "loss",
    "premium",
    "discount",
    "collection",
    "fixed",
    "profit",
)
BESIDE: Final = (
    "receivables",
    "receivables_cost",
    "insured_loss",
    "collection_days",
    "dso",
    "cost_simple",
    "cost_compound",
)
_STEP: Final = {"discount": "discount_cost", "collection_days": "days"}


class Calculator:
    """The sheet that people type into, while it is laid out."""

    def __init__(self, book: Book, ws: Worksheet, workings: Workings, values: Values) -> None:
        self.book, self.ws, self.w, self.values = book, ws, workings, values
        self.say = book.say
        self.places: dict[str, int] = {}
        self.ok = ""

    def inputs(self) -> None:
        """Lay out the inputs on the left, with their checks."""
        ws, say = self.ws, self.say
        put(ws, 7, 1, say("word.inputs"), **SECTION)
        heads = ("", "word.base", "word.new", "word.policy", "word.note")
        for column, key in enumerate(heads, 1):
            put(ws, 8, column, say(key) if key else None, bold=True, color=MUTED, bottom=("thin", MUTED),
                align="right" if column in (2, 3, 4) else "", indent=1 if column == 5 else 0)  # fmt: skip
        row = 9
        self.places["currency"] = row
        label(ws, row, 1, say("input.currency"))
        field(ws, row, 2, "CNY")
        put(ws, row, 3, bottom=("thin", HAIR))
        put(ws, row, 4, bottom=("thin", HAIR))
        codes = "|" + "|".join(CURRENCIES) + "|"
        known = self._known(f"$B${row}", codes)
        self._note(row, f"IF({known},{quoted(say('hint.currency'))},{quoted(say('wrong.currency'))})")
        choose(ws, f"B{row}", '"CNY,USD,EUR,GBP,HKD,JPY"', free=True)
        self.book.name("in_currency", ws, row, 2)
        for one in INPUTS:
            row += 1
            self._row(one, row, 2)
        row += 2
        put(ws, row, 1, say("word.general"), **SECTION)
        for one in GENERAL:
            row += 1
            self._row(one, row, 1)
        self.losses()
        self.last = row
        self.ok = f'COUNTIF($E$9:$E${row},"▲*")'

    def _known(self, cell: str, codes: str) -> str:
        """A formula that is true for a known currency; its codes in pieces, since a text in a formula has 255 characters."""
        names = codes.strip("|").split("|")
        pieces = ["|" + "|".join(names[k : k + 50]) + "|" for k in range(0, len(names), 50)]
        found = ",".join(f'ISNUMBER(FIND("|"&{cell}&"|",{quoted(piece)}))' for piece in pieces)
        return f"AND(LEN({cell})=3,OR({found}))"

    def _note(self, row: int, text: str) -> None:
        formula(self.ws, row, 5, "=" + text, color=MUTED, size=8, indent=1, bottom=("thin", HAIR))

    def _row(self, one: Input, row: int, cells: int) -> None:
        ws, say, values = self.ws, self.say, self.values
        self.places[one.name] = row
        label(ws, row, 1, say(f"input.{one.name}"))
        standard_value = float(values[one.policy]) if one.policy else None
        base = one.base if not one.policy else standard_value
        field(ws, row, 2, base, one.code)
        if cells == 2:
            same = one.new is None
            field(ws, row, 3, f'=IF(B{row}="","",B{row})' if same else one.new, one.code)
            when(ws, f"C{row}", f"$C{row}<>$B{row}", bold=True)
        else:
            put(ws, row, 3, bottom=("thin", HAIR))
        put(ws, row, 4, code=one.code, align="right", color=MUTED, bottom=("thin", HAIR))
        ws.cell(row, 4).value = standard_value
        self.book.name(f"in_{one.name}", ws, row, 2, width=cells)
        decimals = self.w.at("decimals")
        bad = "+".join(bad_of(one, f"${c}${row}", decimals) for c in "BC"[:cells])
        wrong = {"share": "share", "days": "needed"}.get(one.kind, one.kind)
        if one.policy:
            all_same = ",".join(f'OR({c}{row}="",{c}{row}=$D{row})' for c in "BC"[:cells])
            hint = f"IF(AND({all_same}),{quoted(say('word.as_policy'))},{quoted(say('word.not_policy'))})"
        else:
            hint = quoted(say(f"hint.{one.name}"))
        if one.name == "yearly_sales":
            sales = ",".join(f"{self.w.own}{c}{self.w.rows['sales']}" for c in (BASE, NEW))
            hint = f"IF(MAX({sales})>{LARGEST},{quoted(say('wrong.large'))},{hint})"
        self._note(row, f"IF({bad}>0,{quoted(say(f'wrong.{wrong}'))},{hint})")
        kinds = {"share": ("0", "1"), "needed": ("0", ""), "days": ("0", ""), "change": ("-1", ""), "amount": ("0", ""),
                 "above": ("0.000001", ""), "number": ("-100000", "")}  # fmt: skip
        bound(ws, f"B{row}:{'BC'[cells - 1]}{row}", *kinds[one.kind], text=say(f"wrong.{wrong}"))

    def losses(self) -> None:
        """Say where no loss is given, or two."""
        ws, say = self.ws, self.say
        bad, pd = self.places["bad_debt_share"], self.places["default_probability"]
        given = [f'IFERROR(({c}{bad}<>"")+({c}{pd}<>""),1)' for c in ("$B$", "$C$")]
        for row in (bad, pd):
            old = str(ws.cell(row, 5).value)[1:]
            two, none = quoted(say("wrong.two_losses")), quoted(say("wrong.no_loss"))
            ws.cell(row, 5).value = f"=IF(MAX({','.join(given)})>1,{two},IF(MIN({','.join(given)})<1,{none},{old}))"

    def discount(self) -> None:
        """Lay out the cost of an early discount, which stands for itself, and its check with the add-in."""
        ws, say = self.ws, self.say
        row = self.last + 2
        put(ws, row, 1, say("word.discount"), **SECTION)
        rows = {}
        for name, value, code in (("ed_discount", 0.02, RATE), ("ed_days", 10, DAYS), ("ed_paid", 30, DAYS)):
            row += 1
            rows[name] = f"$B${row}"
            label(ws, row, 1, say(f"input.{name}"))
            field(ws, row, 2, value, code)
            for column in (3, 4):
                put(ws, row, column, bottom=("thin", HAIR))
            self.book.name(name, ws, row, 2)
        d, day, paid = rows["ed_discount"], rows["ed_days"], rows["ed_paid"]
        year = f"$B${self.places['year_days']}"
        tests = {
            "ed_discount": f"IF(IFERROR(AND(ISNUMBER({d}),{d}>=0,{d}<=1),FALSE),IF({d}=1,{quoted(say('wrong.discount'))},{quoted(say('hint.ed_discount'))}),{quoted(say('wrong.share'))})",
            "ed_days": f"IF(IFERROR(AND(ISNUMBER({day}),{day}>=0),FALSE),{quoted(say('hint.ed_days'))},{quoted(say('wrong.needed'))})",
            "ed_paid": f"IF(IFERROR(AND(ISNUMBER({paid}),ISNUMBER({day}),{paid}>{day}),FALSE),{quoted(say('hint.ed_paid'))},{quoted(say('wrong.paid'))})",
        }
        first = row - 2
        for at, name in enumerate(tests):
            self._note(first + at, tests[name])
        bound(ws, f"B{first}", "0", "0.999999", text=say("wrong.discount"))
        bound(ws, f"B{first + 1}:B{first + 2}", "0", text=say("wrong.needed"))
        fine = f'AND(COUNTIF($E${first}:$E${row},"▲*")=0,ISNUMBER({year}),LEFT($E${self.places["year_days"]},1)<>"▲")'
        periods = f"{year}/({paid}-{day})"
        made = {
            "ed_simple": f'=IF({fine},{d}/(1-{d})*{periods},"–")',
            "ed_compound": f'=IF({fine},IF(-LN(1-{d})*{periods}<709,EXP(-LN(1-{d})*{periods})-1,"–"),"–")',
        }
        for name, text in made.items():
            row += 1
            label(ws, row, 1, say(f"out.{name}"))
            formula(ws, row, 2, text, code="0.00%", align="right", bold=True, bottom=("thin", HAIR))
            for column in (3, 4, 5):
                put(ws, row, column, bottom=("thin", HAIR))
            self.book.name(name, ws, row, 2)
        row += 1
        label(ws, row, 1, say("out.ed_addin"))
        call = f'CREDITTERMCOST({d},{day},{paid},"compound",{year})'
        same = f'IF(ABS({call}-$B${row - 1})<0.0000001,{quoted(say("addin.same"))},{quoted(say("addin.differs"))})&TEXT({call},"0.00%")'
        formula(
            ws,
            row,
            2,
            f"=IFERROR({same},{quoted(say('addin.missing'))})",
            bottom=("thin", HAIR),
            color=ACCENT,
            indent=1,
        )
        ws.merge_cells(start_row=row, end_row=row, start_column=2, end_column=4)
        put(ws, row, 5, say("addin.note"), size=8, color=MUTED, indent=1, bottom=("thin", HAIR))
        self.book.name("ed_addin", ws, row, 2)
        look.chip(ws, f"E9:E{row}", "$E9")
        self.last = row

    def results(self) -> None:
        """Lay out what the terms bring, on the right."""
        ws, say, w = self.ws, self.say, self.w
        ok, unit = w.at("ok"), f"10^{w.at('decimals')}"
        put(ws, 7, 7, say("word.year"), **SECTION)
        self._heads(8, ("", "word.base", "word.new", "word.change"))
        row = 8
        for name in RESULTS:
            row += 1
            self._figures(row, name, MONEY, bold=name == "profit")
        parts.total(ws, row, 7, 10)
        row += 2
        put(ws, row, 7, say("word.days"), **SECTION)
        for name in BESIDE:
            row += 1
            code = "0.00%" if name.startswith("cost_") else "#,##0.0" if name in ("dso", "collection_days") else MONEY
            self._figures(row, name, code)
        row += 2
        put(ws, row, 7, say("word.worth"), **SECTION)
        none = quoted(say("word.none"))
        single = {
            "investment": f"{w.at('tied')}/{unit}", "yearly_gain": f"{w.at('gain')}/{unit}", "npv": f"{w.at('npv')}/{unit}",
            "npv_perpetual": f'IF({w.at("rate")}=0,{none},{w.at("forever")}/{unit})',
        }  # fmt: skip
        for name, text in single.items():
            row += 1
            self._single(row, name, f'=IF({ok}=1,{text},"–")', MONEY)
        row += 2
        put(ws, row, 7, say("word.even"), **SECTION)
        npv = f"OR(ABS({w.at('here')})<0.5,{w.at('slope')}>0)"
        even = {
            "even_sales": (f"IF({w.at('left')}>0,{w.at('even')}/{unit},{none})", MONEY),
            "even_extra": (f"IF({w.at('left')}>0,({w.at('even')}-{w.at('sales')})/{unit},{none})", MONEY),
            "even_npv_sales": (f"IF({npv},{w.at('even_npv')}/{unit},{none})", MONEY),
            "even_npv_extra": (f"IF({npv},({w.at('even_npv')}-{w.at('sales')})/{unit},{none})", MONEY),
            "even_bad_debt": (f"IF({w.at('exposed')}>0,{w.at('even_bad')},{none})", "0.00%"),
        }
        for name, (text, code) in even.items():
            row += 1
            self._single(row, name, f'=IF({ok}=1,{text},"–")', code, indent=1 if name.endswith("extra") else 0)
        self.bottom = max(row, self.last)

    def _heads(self, row: int, keys: tuple[str, ...]) -> None:
        for column, key in enumerate(keys, 7):
            put(self.ws, row, column, self.say(key) if key else None, bold=True, color=MUTED, bottom=("thin", MUTED),
                align="right" if column > 7 else "")  # fmt: skip

    def _figures(self, row: int, name: str, code: str, *, bold: bool = False) -> None:
        ws, ok = self.ws, self.w.at("ok")
        label(ws, row, 7, self.say(f"out.{name}"), bold=bold)
        for column, case in ((8, BASE), (9, NEW)):
            text = self._shown(name, case, money=code == MONEY)
            formula(
                ws,
                row,
                column,
                f'=IF({ok}=1,IF({text}="","–",{text}),"–")',
                code=code,
                align="right",
                bold=bold,
                bottom=("thin", HAIR),
            )
        signed = (
            "+"
            + code.split(";", maxsplit=1)[0]
            + ";-"
            + code.split(";", maxsplit=1)[0]
            + ";"
            + code.split(";", maxsplit=1)[0]
        )
        formula(ws, row, 10, f'=IF(COUNT(H{row}:I{row})=2,ROUND(I{row}-H{row},9),"–")', code=signed, align="right", bold=bold,
                bottom=("thin", HAIR))  # fmt: skip
        self.book.name(f"out_{name}", ws, row, 8, width=3)

    def _shown(self, name: str, case: str, *, money: bool) -> str:
        """The formula of a figure as it is shown: in whole units, "" where there is none."""
        w = self.w
        if name == "dso":
            sales, owed = w.at("sales", case), w.at("receivables_exact", case)
            return f'IF({sales}=0,"",{owed}/{sales}*{w.at("year")})'
        step = w.at(_STEP.get(name, name), case)
        return f"{step}/10^{w.at('decimals')}" if money else step

    def _single(self, row: int, name: str, text: str, code: str, *, indent: int = 0) -> None:
        ws = self.ws
        label(ws, row, 7, self.say(f"out.{name}"), indent=indent)
        for column in (8, 9):
            put(ws, row, column, bottom=("thin", HAIR))
        formula(ws, row, 10, text, code=code, align="right", bottom=("thin", HAIR))
        self.book.name(f"out_{name}", ws, row, 10)

    def verdict(self) -> None:
        """Write the sentence that says it all, and what it is made of."""
        say, w, ws = self.say, self.w, self.ws
        profit = ws[
            str(self.book.workbook.defined_names["out_profit"].attr_text).split("!")[1].split(":")[0].replace("$", "")
        ].row
        at = {
            n: str(self.book.workbook.defined_names[f"out_{n}"].attr_text).split("!")[1].replace("$", "")
            for n in ("investment", "npv", "yearly_gain", "dso")
        }
        change, money = f"$J${profit}", '"#,##0.00;-#,##0.00;0.00"'
        plus = '"+#,##0.00;-#,##0.00;0.00"'
        currency = f"$B${self.places['currency']}"
        word = f"IF({change}>0,{quoted(say('verdict.better'))},IF({change}<0,{quoted(say('verdict.worse'))},{quoted(say('verdict.same'))}))"
        big = (
            f'=IF({w.at("ok")}=1,{word}&TEXT({change},{plus})&" "&{currency}&{quoted(say("verdict.a_year"))},'
            f"{quoted(say('verdict.wrong'))}&{self.ok})"
        )
        dso = at["dso"].split(":")[0]
        gain = f"${at['yearly_gain'][0]}${at['yearly_gain'][1:]}"
        small = (
            f"=IF({w.at('ok')}=1,{quoted(say('verdict.summary_tied'))}&TEXT({at['investment']},{money})&{quoted(say('verdict.summary_npv'))}"
            f'&TEXT({at["npv"]},{plus})&{quoted(say("verdict.summary_dso"))}&IF(ISNUMBER({dso}),TEXT({dso},"0.0"),"–")&" → "&'
            f'IF(ISNUMBER(I{dso[1:]}),TEXT(I{dso[1:]},"0.0"),"–")'
            f'&IF(SIGN({gain})<>SIGN({change}),{quoted(say("verdict.two_ways"))},""),{quoted(say("verdict.summary_wrong"))})'
        )
        banner(ws, 4, 10, big, small)
        self.book.name("verdict", ws, 4, 1)


def terms_calculator(workbook: Workbook, lang: Lang) -> str:
    """Lay out the calculator; return its title."""
    book = Book(workbook, lang, "calculator")
    say = book.say
    made = {key: workbook.create_sheet(say(f"sheet.{key}")) for key in SHEETS}
    names = {n: say(f"out.{n}") for n in (*RESULTS, *BESIDE)} | {
        "raw": say("workings.raw"),
        "discount_cost": say("out.discount"),
    }
    names |= {k: say(f"workings.{k}") for k in ("scenario", "capital_grid", "loss_grid", "effects")}
    names |= {"axis": say("sensitivity.axis"), "change": say("word.change"), "cost_simple": say("out.cost_simple")}
    names |= {k: say(f"step.{k}") for k in STEP_NAMES}
    w = Workings(made["workings"], names)
    ws = made["calculator"]
    c = Calculator(book, ws, w, standard())
    look.widths(ws, [31, 15, 15, 16, 44, 2.5, 36, 17, 17, 17])
    heading(book, ws, "calculator", say("word.title"), say("word.subtitle"), 10)
    settle(book, ws, w)
    w.both()
    c.inputs()
    c.discount()
    c.results()
    c.verdict()
    ws.row_dimensions[6].height = 8
    ws.row_dimensions[7].height = 20
    for row in range(8, c.bottom + 1):
        ws.row_dimensions[row].height = 16
    page(book, ws, f"A1:J{c.bottom}", say("word.footer"), one=True)
    sensitivity(book, made["sensitivity"], w)
    w.finish()
    page(book, made["workings"], f"A1:{letter(2 + STEPS)}{w.row}", say("word.footer"), repeat="1:4")
    lines = [say(f"notes.l{k}") for k in range(1, 12)]
    lines[8] = say("notes.l9", day=POLICY_DAY.isoformat())
    notes(book, made["notes"], say("notes.title"), say("notes.subtitle"), lines, say("word.footer"))
    return say("word.title")
