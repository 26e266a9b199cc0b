"""Named checks over statements: do they balance, do sums agree, do years fit each other, is anything missing or impossible.

What must stay true: a figure that is not there is never taken for zero: a check that needs it says nothing; limits are passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import day_number, day_of
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit_tables import LINES
from creditlib.facts.tables import codes, days

_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]
_NAMES: Final = tuple(line.name for line in LINES)
_TITLES: Final = {line.name: (line.en, line.zh) for line in LINES}
_SUMS: Final = (  # total, parts with their signs, check
    ("total_assets", (("total_liabilities", 1), ("equity", 1)), "balance-differs"),
    ("total_assets", (("current_assets", 1), ("non_current_assets", 1)), "statement-sum-differs"),
    ("total_liabilities", (("current_liabilities", 1), ("non_current_liabilities", 1)), "statement-sum-differs"),
    ("net_income", (("pretax_profit", 1), ("tax", -1)), "statement-sum-differs"),
    ("cash_change", (("operating_cash_flow", 1), ("investing_cash_flow", 1), ("financing_cash_flow", 1)), "cash-flow-sum-differs"),
)  # fmt: skip
_PARTS: Final = (
    (("current_assets",), "total_assets"),
    (("cash", "receivables", "inventory"), "current_assets"),
    (("intangibles",), "non_current_assets"),
    (("current_liabilities",), "total_liabilities"),
    (("short_term_debt", "payables"), "current_liabilities"),
    (("long_term_debt",), "non_current_liabilities"),
)
_POSITIVE: Final = (
    "sales", "total_assets", "current_assets", "non_current_assets", "cash", "inventory", "intangibles", "total_liabilities",
    "current_liabilities", "market_value",
)  # fmt: skip
_KEY: Final = (
    "total_assets",
    "current_assets",
    "current_liabilities",
    "total_liabilities",
    "equity",
    "sales",
    "net_income",
)
_COMPARED: Final = ("sales", "total_assets", "total_liabilities", "equity", "receivables", "inventory")
_LEAST_LINES: Final = 3  # fewer lines in common prove no unit
_POWERS: Final = 4  # 10, 100, 1,000 and 10,000


class _View:
    """Statements as columns of numbers, with the words findings need."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table.combine_chunks()
        self.rows = table.num_rows
        self.value: dict[str, _Ints] = {}
        self.there: dict[str, _Bools] = {}
        for name in _NAMES:
            column = self.table[f"{name}_minor"]
            self.there[name] = np.asarray(column.is_valid())
            self.value[name] = pc.fill_null(column, 0).to_numpy()
        self.end = days(self.table["period_end"])
        self.months = self.table["months"].to_numpy()
        self.customer, self.customers = codes(self.table["customer"])
        self.currency, self.currencies = codes(self.table["currency"])
        self.file, self.files = codes(self.table["source_file"])
        self.lines = pc.fill_null(self.table["source_row"], 0).to_numpy()

    def all_there(self, names: Sequence[str]) -> _Bools:
        there = np.ones(self.rows, bool)
        for name in names:
            there &= self.there[name]
        return there

    def place(self, row: int) -> str:
        name = self.files[self.file[row]]
        return f"{name}!{self.lines[row]}" if name else "statements"

    def code(self, row: int) -> str:
        return str(self.currencies[self.currency[row]])

    def text(self, value: int, row: int) -> str:
        return money.text(int(value), self.code(row))

    def finding(self, check: str, row: int, **values: Any) -> Finding:
        return CHECKS[check].finding(
            self.place(row),
            customer=self.customers[self.customer[row]],
            on=day_of(self.end[row]),
            currency=self.code(row),
            **values,
        )


def check_statements(
    statements: pa.Table, *, as_of: date | None = None, jump: float | None = None, printed_minor: int | None = None,
    share: float = 0.8, near: float = 2.0,
) -> tuple[Finding, ...]:  # fmt: skip
    """Return everything that is wrong with statements, or looks like it.

    statements: the table of that name. as_of: periods that end later are told. jump: ratio of two years from which a figure
    is told; None: not looked for. printed_minor: the unit figures are printed in, minor units; None: the largest power of
    ten that divides all figures of a row. A sum may be wrong by half of it for each part. share, near: a year whose lines
    are to this share within this factor of 10, 100, 1,000 or 10,000 times the year before is in another unit.

    >>> from creditlib.facts.tables import empty
    >>> check_statements(empty("statements"))
    ()
    """
    if not statements.num_rows:
        return ()
    view = _View(statements)
    printed = _printed(view) if printed_minor is None else np.full(view.rows, printed_minor, np.int64)
    found = [*_sums(view, printed), *_parts(view, printed), *_negative(view), *_twice(view)]
    found += _years(view, jump, share, near)
    if as_of is not None:
        late = np.flatnonzero(view.end > day_number(as_of))
        found += [view.finding("future-period", row, as_of=as_of) for row in late.tolist()]
    return tuple(found + _missing(view))


def _printed(view: _View) -> _Ints:
    """Return the largest power of ten that divides every figure of a row, in minor units."""
    unit = np.ones(view.rows, np.int64)
    left = np.ones(view.rows, bool)
    for _ in range(10):
        for name in _NAMES:
            left &= view.value[name] % (unit * 10) == 0
        unit[left] *= 10
        if not left.any():
            break
    return unit


def _sums(view: _View, printed: _Ints) -> list[Finding]:
    found = []
    for total, parts, check in _SUMS:
        names = [name for name, _ in parts]
        value = np.zeros(view.rows, np.int64)
        for name, sign in parts:
            value += sign * view.value[name]
        difference = view.value[total] - value
        wrong = view.all_there([total, *names]) & (2 * np.abs(difference) > printed * len(parts))
        formula = tuple(_formula(parts, k) for k in (0, 1))
        for row in np.flatnonzero(wrong).tolist():
            found.append(
                view.finding(
                    check, row, first=view.text(view.value[total][row], row), second=view.text(value[row], row),
                    difference=view.text(difference[row], row), formula=formula, line=_TITLES[total],
                    amount_minor=int(difference[row]),
                )
            )  # fmt: skip
    return found


def _formula(parts: Sequence[tuple[str, int]], lang: int) -> str:
    text = ""
    for name, sign in parts:
        text += (" − " if sign < 0 else " + " if text else "") + _TITLES[name][lang]
    return text


def _parts(view: _View, printed: _Ints) -> list[Finding]:
    found = []
    for parts, total in _PARTS:
        value = np.zeros(view.rows, np.int64)
        some = np.zeros(view.rows, bool)
        for name in parts:
            value += view.value[name]
            some |= view.there[name]
        over = value - view.value[total]
        wrong = some & view.there[total] & (view.value[total] >= 0) & (2 * over > printed * len(parts))
        for row in np.flatnonzero(wrong).tolist():
            own = [name for name in parts if view.there[name][row]]
            line = tuple(" + ".join(_TITLES[name][k] for name in own) for k in (0, 1))
            found.append(
                view.finding(
                    "part-above-total", row, line=line, total=_TITLES[total], first=view.text(value[row], row),
                    second=view.text(view.value[total][row], row), difference=view.text(over[row], row),
                    amount_minor=int(over[row]),
                )
            )  # fmt: skip
    return found


def _negative(view: _View) -> list[Finding]:
    found = []
    for name in _POSITIVE:
        for row in np.flatnonzero(view.value[name] < 0).tolist():
            value = int(view.value[name][row])
            found.append(
                view.finding(
                    "impossible-negative", row, line=_TITLES[name], first=view.text(value, row), amount_minor=value
                )
            )
    return found


def _twice(view: _View) -> list[Finding]:
    order = np.lexsort((np.arange(view.rows), view.currency, view.months, view.end, view.customer))
    same = np.ones(max(view.rows - 1, 0), bool)
    for key in (view.customer, view.end, view.months, view.currency):
        same &= key[order][1:] == key[order][:-1]
    return [
        view.finding("duplicate-period", int(order[k + 1]), months=int(view.months[order[k]]), value=view.place(int(order[k])))
        for k in np.flatnonzero(same).tolist()
    ]  # fmt: skip


def _years(view: _View, jump: float | None, share: float, near: float) -> list[Finding]:
    """Compare every period with the one before of the same customer, currency and length."""
    order = np.lexsort((view.end, view.months, view.currency, view.customer))
    fits = view.end[order][1:] > view.end[order][:-1]
    for key in (view.customer, view.months, view.currency):
        fits &= key[order][1:] == key[order][:-1]
    before, after = order[:-1][fits], order[1:][fits]
    ratios = np.full((len(_NAMES), len(after)), np.nan)
    for k, name in enumerate(_NAMES):
        old, new = view.value[name][before].astype(float), view.value[name][after].astype(float)
        both = (old != 0) & (new != 0) & ((old > 0) == (new > 0))
        ratios[k, both] = np.log10(np.abs(new[both] / old[both]))
    lines = np.count_nonzero(~np.isnan(ratios), axis=0)
    other = np.zeros(len(after), bool)
    found = []
    for power in [p for p in range(-_POWERS, _POWERS + 1) if p]:
        close = np.count_nonzero(np.abs(ratios - power) < np.log10(near), axis=0)
        hit = (lines >= _LEAST_LINES) & (close >= share * lines) & ~other
        other |= hit
        for k in np.flatnonzero(hit).tolist():
            found.append(
                view.finding(
                    "unit-jump", int(after[k]), count=int(close[k]), total=int(lines[k]), before=day_of(view.end[before[k]]),
                    factor=f"{10**power:,}" if power > 0 else f"1/{10**-power:,}",
                )
            )  # fmt: skip
    if jump is not None:
        for name in _COMPARED:
            far = np.abs(ratios[_NAMES.index(name)]) > np.log10(jump)  # nan is never far
            for k in np.flatnonzero(far & ~other).tolist():
                row, base = int(after[k]), int(before[k])
                found.append(
                    view.finding(
                        "year-jump", row, line=_TITLES[name], first=view.text(view.value[name][base], base),
                        second=view.text(view.value[name][row], row), before=day_of(view.end[base]), limit=f"{jump:g}",
                    )
                )  # fmt: skip
    return found


def _missing(view: _View) -> list[Finding]:
    """Return one finding for all rows that lack the same key lines."""
    pattern = np.zeros(view.rows, np.int64)
    for k, name in enumerate(_KEY):
        pattern |= np.where(view.there[name], 0, 1 << k)
    kinds, first, counts = np.unique(pattern, return_index=True, return_counts=True)
    found = []
    for kind, row, count in zip(kinds.tolist(), first.tolist(), counts.tolist(), strict=True):
        if kind:
            names = [name for k, name in enumerate(_KEY) if kind & (1 << k)]
            value = ", ".join(_TITLES[n][0] for n in names), "、".join(_TITLES[n][1] for n in names)
            found.append(view.finding("missing-lines", row, count=count, value=value))
    return found
