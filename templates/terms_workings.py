"""The formulas behind the credit-terms calculator, one step a row, in the smallest unit of the currency.

What must stay true: each row is a line of `creditlib.decisions.what_if` (figures.py, case.py), in the same order of operations, and
is rounded where that is: by the fifteen digits a spreadsheet shows, halves away from zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.worksheet import Worksheet

from . import look
from .forms import formula, label, when
from .look import ACCENT, HAIR, INK, put
from .sheets import SECTION

BASE, NEW = "C", "D"
STEPS: Final = 7
"""Values on each axis of the sensitivity table."""

# Where a step is a sum of money it is rounded: the raw figure stands in a row of its own above it.
_CASE: Final[tuple[tuple[str, str, bool], ...]] = (
    ("sales", "[sales_in]*(1+[change])", True),
    ("vc", "[tax]+(1-[tax])*[variable]", False),
    ("takers", "IF([discount]>0,[takers_in],0)", False),
    ("balance", "1-[deposit]", False),
    ("late", "MAX([net]+[late_in],0)", False),
    ("days", "IF([takers]<>0,[takers]*[discount_days]+(1-[takers])*[late],[late])", False),
    ("cover", "[insured]*[cover_in]", False),
    ("credit_exact", "[sales]*[balance]", False),
    ("receivables_exact", "[credit_exact]*[days]/[@year]", False),
    ("credit", "[credit_exact]", True),
    ("receivables", "[receivables_exact]", True),
    ("receivables_cost", "[receivables_exact]*[vc]", True),
    ("gross_exact", "IF([by_pd]=1,[pd]*[lgd]*[receivables_exact],[credit_exact]*[bad])", False),
    ("gross", "[gross_exact]", True),
    ("margin", "[sales]*(1-[vc])", True),
    ("capital_cost", "[receivables_exact]*[vc]*[@rate]", True),
    ("loss", "[gross_exact]*(1-[cover])", True),
    ("insured_loss", "[gross]-[loss]", False),
    ("premium", "[credit_exact]*[insured]*[premium_rate]", True),
    ("discount_cost", "[credit_exact]*[takers]*[discount]", True),
    ("collection", "[sales]*[collection_rate]", True),
    ("profit", "[margin]-[capital_cost]-[loss]-[premium]-[discount_cost]-[collection]-[fixed]", False),
    ("contribution", "[profit]+[capital_cost]", False),
    ("day_of_sale", "[balance]*[days]", False),
    ("periods", "IF(AND([discount]>0,[discount]<1,[late]>[discount_days]),[@year]/([late]-[discount_days]),0)", False),
)  # fmt: skip
_CHANGE: Final[tuple[tuple[str, str, bool], ...]] = (
    ("kept", "MIN([base.sales],[new.sales])", False),
    ("won", "([new.sales]-[kept])*[new.vc]*[new.day_of_sale]", False),
    ("lost", "([base.sales]-[kept])*[base.vc]*[base.day_of_sale]", False),
    ("tied", "([kept]*([new.day_of_sale]-[base.day_of_sale])+[won]-[lost])/[@year]", True),
    ("more", "[new.contribution]-[base.contribution]", False),
    ("gain", "[more]-[@rate]*[tied]", True),
    ("part", "IF([@rate]=0,[@horizon],1-(1+[@rate])^(-[@horizon]))", False),
    ("forever_exact", "IF([@rate]=0,[more],[more]/[@rate]-[tied])", False),
    ("forever", "[forever_exact]", True),
    ("npv", "[forever_exact]*[part]", True),
    ("own", "[new.balance]*(1-[new.cover])", False),
    ("loss_share", "IF([new.by_pd]=1,(1-[new.cover])*([new.pd]*[new.lgd]*([new.day_of_sale]/[@year])),[own]*[new.bad])", False),
    ("other", "[new.balance]*([new.takers]*[new.discount]+[new.insured]*[new.premium_rate])+[new.collection_rate]", False),
    ("left", "1-[new.vc]-([new.vc]*[@rate]*[new.day_of_sale]/[@year]+[loss_share]+[other])", False),
    ("even", "IF([left]>0,MAX([new.fixed]+[base.profit],0)/[left],0)", True),
    ("unit", "1-[new.vc]-[loss_share]-[other]", False),
    ("here", "[unit]*[base.sales]-[new.fixed]-[base.contribution]-[@rate]/[@year]*[base.sales]*([new.day_of_sale]-[base.day_of_sale])", False),
    ("slope", "[unit]-[@rate]/[@year]*IF([here]<0,[new.vc]*[new.day_of_sale],[new.day_of_sale]-[base.day_of_sale]+[base.vc]*[base.day_of_sale])", False),
    ("even_npv_move", "IF([slope]>0,[base.sales]-[here]/[slope],0)", True),
    ("even_npv", "IF(ABS([here])<0.5,[base.sales],MAX([even_npv_move],0))", False),
    ("exposed", "[new.sales]*[own]", False),
    ("even_bad", "IF([exposed]>0,([new.margin]-[new.sales]*[new.day_of_sale]/[@year]*[new.vc]*[@rate]"
                 "-([new.premium]+[new.collection]+[new.fixed]+[new.discount_cost])-[base.profit])/[exposed],0)", False),
)  # fmt: skip
_WHOLE: Final = ("insured_loss", "profit", "contribution", "kept", "won", "lost", "more", "even_npv", "exposed", "here")
MOVES: Final = ("margin", "capital_cost", "loss", "premium", "discount_cost", "collection", "fixed")
"""What the profit is made of, the margin first; all else takes from it."""


STEP_NAMES: Final = (
    "by_pd", "vc", "takers", "balance", "late", "days", "cover", "credit_exact", "receivables_exact", "gross_exact", "gross",
    "contribution", "day_of_sale", "periods", "rest", *(name for name, _, _ in _CHANGE),
)  # fmt: skip
"""Steps with a name of their own; the others are named as on the first sheet."""


def rounded(cell: str) -> str:
    """Return the formula of a figure as a whole number of minor units.

    >>> rounded("C9")
    'ROUND(ROUND(C9,MAX(0,14-INT(LOG10(ABS(C9)+1)))),0)'
    """
    return f"ROUND(ROUND({cell},MAX(0,14-INT(LOG10(ABS({cell})+1)))),0)"


@dataclass
class Workings:
    """The sheet of workings: where each step stands. own: the sheet's name as formulas write it."""

    ws: Worksheet
    words: dict[str, str]
    row: int = 4
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def own(self) -> str:
        """The sheet's name as formulas of other sheets write it."""
        return "'" + self.ws.title + "'!"

    def at(self, name: str, column: str = BASE) -> str:
        """Return the address of a step for formulas of other sheets."""
        return f"{self.own}${column}${self.rows[name]}"

    def filled(self, text: str, column: str) -> str:
        """Replace [step] by the step of the same column, [@step] by one of both cases, [base.step] and [new.step] by theirs."""

        def cell(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("@"):
                return f"${BASE}${self.rows[name[1:]]}"
            if "." in name:
                case, name = name.split(".")
                return f"${BASE if case == 'base' else NEW}${self.rows[name]}"
            return f"{column}{self.rows[name]}"

        return re.sub(r"\[([@a-z_.]+)\]", cell, text)

    def title(self, text: str) -> None:
        """Begin a part."""
        self.ws.row_dimensions[self.row].height = 20
        put(self.ws, self.row, 1, text, **SECTION)
        self.row += 1

    def line(self, name: str, shown: str, cells: dict[str, str], code: str = "General") -> None:
        """Write one step. cells: column → formula."""
        label(self.ws, self.row, 1, shown)
        put(self.ws, self.row, 2, bottom=("thin", HAIR))
        self.rows[name] = self.row
        for column, text in cells.items():
            formula(self.ws, self.row, ord(column) - 64, "=" + self.filled(text, column), code=code, align="right",
                    bottom=("thin", HAIR))  # fmt: skip
        self.row += 1

    def steps(self, lines: tuple[tuple[str, str, bool], ...], columns: str) -> None:
        """Write steps, each rounded one with its raw figure above it."""
        for name, text, money in lines:
            shown = self.words[name]
            if money:
                self.line(f"{name}_raw", f"{shown} ({self.words['raw']})", dict.fromkeys(columns, text), "#,##0.0000")
                raw = self.rows[f"{name}_raw"]
                self.line(name, shown, {c: rounded(f"{c}{raw}") for c in columns}, "#,##0;-#,##0;0")
            else:
                code = "#,##0.0000" if name.endswith("_exact") else "#,##0;-#,##0;0" if name in _WHOLE else "General"
                self.line(name, shown, dict.fromkeys(columns, text), code)

    def both(self) -> None:
        """Write the steps of each case and of the change."""
        self.steps(_CASE, BASE + NEW)
        self.line("cost_simple", self.words["cost_simple"], dict.fromkeys(
            BASE + NEW, 'IF([periods]>0,[discount]/(1-[discount])*[periods],"")'), "0.00%")  # fmt: skip
        self.line("cost_compound", self.words["cost_compound"], dict.fromkeys(
            BASE + NEW, 'IF([periods]>0,IF(-LN(1-[discount])*[periods]<709,EXP(-LN(1-[discount])*[periods])-1,""),"")'), "0.00%")  # fmt: skip
        self.row += 1
        self.title(self.words["change"])
        self.steps(_CHANGE, BASE)

    def grids(self, days: list[str], changes: list[str]) -> None:
        """Write what the sensitivity table needs. days, changes: addresses of its axes."""
        self.row += 1
        self.title(self.words["scenario"])
        columns = [letter(3 + k) for k in range(STEPS)]
        new = {n: f"${NEW}${self.rows[n]}" for n in self.rows}
        lines: tuple[tuple[str, Callable[[int, str], str]], ...] = (
            ("grid_sales", lambda k, c: rounded(f"({new['sales_in']}*(1+{changes[k]}))")),
            ("grid_credit", lambda k, c: f"{c}{self.rows['grid_sales']}*{new['balance']}"),
            ("grid_margin", lambda k, c: rounded(f"({c}{self.rows['grid_sales']}*(1-{new['vc']}))")),
            ("grid_premium", lambda k, c: rounded(f"({c}{self.rows['grid_credit']}*{new['insured']}*{new['premium_rate']})")),
            ("grid_discount", lambda k, c: rounded(f"({c}{self.rows['grid_credit']}*{new['takers']}*{new['discount']})")),
            ("grid_collection", lambda k, c: rounded(f"({c}{self.rows['grid_sales']}*{new['collection_rate']})")),
            ("grid_rest", lambda k, c: f"{c}{self.rows['grid_margin']}-{c}{self.rows['grid_premium']}-{c}{self.rows['grid_discount']}"
                                       f"-{c}{self.rows['grid_collection']}-{new['fixed']}"),
        )  # fmt: skip
        for name, made in lines:
            self.line(
                name,
                self.words[name.removeprefix("grid_")],
                {c: made(k, c) for k, c in enumerate(columns)},
                "#,##0;-#,##0;0",
            )
        for grid in ("capital", "loss"):
            self.row += 1
            self.title(self.words[f"{grid}_grid"])
            for i, day in enumerate(days):
                late = f"MAX({day}+{new['late_in']},0)"
                paid = (
                    f"IF({new['takers']}<>0,{new['takers']}*{new['discount_days']}+(1-{new['takers']})*{late},{late})"
                )
                cells = {}
                for c in columns:
                    credit = f"{c}${self.rows['grid_credit']}"
                    due = f"{credit}*{paid}/[@year]"
                    cells[c] = (
                        f"{due}*{new['vc']}*[@rate]" if grid == "capital" else
                        f"IF({new['by_pd']}=1,{new['pd']}*{new['lgd']}*({due}),{credit}*{new['bad']})*(1-{new['cover']})"
                    )  # fmt: skip
                self.line(f"{grid}_{i}", "", cells, "#,##0.0000")
                axis = f'="{self.words["axis"]} "&{day}'
                formula(self.ws, self.row - 1, 1, axis, color=INK, bottom=("thin", HAIR))

    def effects(self) -> tuple[int, int]:
        """Write what the chart reads: name, what raises the profit, what lowers it; return its rows."""
        self.row += 1
        self.title(self.words["effects"])
        first = self.row
        for name in MOVES:
            sign = "" if name == "margin" else "-"
            moved = f"{sign}([new.{name}]-[base.{name}])"
            self.line(
                f"effect_{name}",
                self.words[name],
                {BASE: f"MAX({moved},0)/10^[@decimals]*[@ok]", NEW: f"MIN({moved},0)/10^[@decimals]*[@ok]"},
                "+#,##0;-#,##0;;",
            )
        return first, self.row - 1

    def finish(self) -> None:
        """Set widths and mark the state of the inputs."""
        look.widths(self.ws, [52, 2, *[18.0] * STEPS])
        when(self.ws, f"C{self.rows['ok']}", f"$C${self.rows['ok']}=0", must=True)
        self.ws.freeze_panes = "C4"
        self.ws.sheet_properties.tabColor = ACCENT
