"""Figures that come from outside the ledger: control account balances and exchange rates.

What must stay true: a control figure is never derived from the file it checks; a rate is of the as-of day or earlier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.compute as pc

from creditlib import money
from creditlib.days import NO_DAY, DateOrder, day_number, day_of
from creditlib.errors import SourceError, UsageError
from creditlib.facts.layout import Body, read_body
from creditlib.facts.mapping import Role, recognise, unrecognised
from creditlib.facts.open_items import Rate
from creditlib.facts.sources import Grid, open_grids
from creditlib.facts.values import decimal_evidence, read_amounts, read_dates

_ACCOUNT: Final = re.compile(r"[\d.\-/ ]*\d[\d.\-/ ]*")
_AMOUNT: Final = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Control:
    """One control figure. entity, account, currency: None where the figure is over all of them."""

    entity: str | None
    account: str | None
    currency: str | None
    balance: Decimal


def read_control(source: str | Path) -> tuple[Control, ...]:
    """Return control figures: an amount as text, or a file by entity, account and currency.

    An amount is plain decimal text, thousands may be grouped by commas. Raises: SourceError, MappingError, UsageError.

    >>> read_control("1,234.50")[0].balance
    Decimal('1234.50')
    """
    text = str(source).strip()
    if not Path(text).is_file():
        if not _AMOUNT.fullmatch(text):
            raise UsageError(
                f'--control "{text}" is neither an amount nor a file that exists.',
                f"--control“{text}”既不是金额，也不是存在的文件。",
            )
        return (Control(None, None, None, typed_balance(text)),)
    lines = [line for body in _bodies(source, "control") for line in _controls(body)]
    if not lines:
        name = Path(text).name
        raise SourceError(f"{name}: holds no control figure.", f"{name}：没有总账余额。")
    return tuple(lines)


def typed_balance(text: str) -> Decimal:
    """Return an amount as a person typed it: plain decimal text, thousands may be grouped by commas. Raises: UsageError.

    >>> typed_balance("-76,301,432.77")
    Decimal('-76301432.77')
    """
    plain = text.strip().replace("\u2212", "-").replace("，", ",")
    if not _AMOUNT.fullmatch(plain):
        raise UsageError(
            f'"{text}" is no amount. Write digits, a dot before decimals, and commas between thousands if you like: 1,234.50.',
            f"“{text}”不是金额。请写数字，小数点用“.”，千位可用逗号分隔：1,234.50。",
        )
    return Decimal(plain.replace(",", ""))


def _controls(body: Body) -> list[Control]:
    columns = {n: body.texts(n).to_pylist() for n in ("entity", "account", "currency")}
    balance = body.amounts["balance"]
    _refuse_bad(body, "balance")
    lines = []
    for row in range(len(body.rows)):
        key = " ".join(cells[row] for cells in columns.values() if cells[row])
        if not balance.valid[row]:
            if not key:
                continue
            raise UsageError(
                f"{body.place(row)}: {key} has no balance. Enter it: a blank is not 0.",
                f"{body.place(row)}：{key} 没有余额。请补录：空白不等于 0。",
            )
        currency = columns["currency"][row]
        iso = money.currency_code(currency) if currency else body.mapping.currency
        if currency and iso is None:
            money.exponent(currency)  # raises, naming it
        lines.append(Control(columns["entity"][row], columns["account"][row], iso, balance.exact(row)))
    return lines


def read_rates(source: str | Path, to: str, as_of: date, order: DateOrder | None = None) -> tuple[Rate, ...]:
    """Return for each currency its latest rate to `to` on or before `as_of`.

    A file without dates is taken as of that day; one without a target currency as rates to `to`.
    Raises: SourceError, MappingError; UsageError for a rate that is not above 0 or a date that can't be read.
    """
    best: dict[str, Rate] = {}
    for body in _bodies(source, "rates"):
        _latest(body, best, to, as_of, order)
    return tuple(best[code] for code in sorted(best))


def _latest(body: Body, best: dict[str, Rate], to: str, as_of: date, order: DateOrder | None) -> None:
    """Put the latest rates of one sheet into `best`."""
    froms, tos = body.texts("from_currency").to_pylist(), body.texts("to_currency").to_pylist()
    rates = _rates(body)
    on = np.full(len(body.rows), day_number(as_of), np.int32)
    if "on" in body.columns:
        read = read_dates(body.columns["on"], order or body.mapping.date_order)
        if read.bad or read.column.ambiguous or read.column.mixed or (read.values == NO_DAY).any():
            raise UsageError(
                f"{body.grid}: a date of the rates can't be read for sure. Write YYYY-MM-DD.",
                f"{body.grid}：汇率日期无法确定。请写成 YYYY-MM-DD。",
            )
        on = read.values
    for row, (currency, target) in enumerate(zip(froms, tos, strict=True)):
        source_code, target_code = (
            money.currency_code(currency or ""),
            money.currency_code(target or "") if target else to,
        )
        if source_code is None or target_code is None:
            money.exponent(currency or "" if source_code is None else target or "")  # raises, naming it
        if target_code != to or source_code is None or on[row] > day_number(as_of):
            continue
        day = day_of(on[row])
        if source_code not in best or day >= best[source_code].on:
            best[source_code] = Rate(source_code, rates[row], day)


def _rates(body: Body) -> list[Decimal]:
    """Return the rate of every row, its decimal sign decided by the whole column. A comma no other rate explains is refused."""
    column = body.columns["rate"]
    sign = body.mapping.decimal or decimal_evidence([column])
    read = read_amounts(column, sign or ".")
    commas = np.asarray(pc.fill_null(pc.match_substring(column.texts, ","), False)) & (sign is None)
    for row in np.flatnonzero(~read.valid | commas).tolist() + [r for r in range(len(body.rows)) if read.exact(r) <= 0]:
        text = column.texts[row].as_py() or ""
        raise UsageError(
            f'{body.place(row)}: rate "{text}" is not a number above 0.',
            f"{body.place(row)}：汇率“{text}”不是大于 0 的数。",
        )
    return [read.exact(row) for row in range(len(body.rows))]


def _bodies(source: str | Path, role: Role) -> list[Body]:
    """Return all sheets of a file that hold such figures. A total they state wrongly, and an account without its balance
    that stands like a heading, are refused: what is compared with must be sure."""
    grids = open_grids(source)
    if not grids:
        raise SourceError(f"{source}: holds no rows.", f"{source}：没有数据行。")
    fits = [(grid, recognise(grid, role)) for grid in grids]
    own = [(grid, how) for grid, how in fits if how is not None]
    if not own:
        raise unrecognised(max(grids, key=lambda grid: grid.rows), role)
    sure = [(grid, how) for grid, how in own if getattr(recognise(grid), "role", role) == role]
    bodies = []
    for grid, how in sure or own:
        body = read_body(grid, how)
        for finding in body.findings:
            if finding.severity == "must_act":
                raise UsageError(finding.line("en"), finding.line("zh"))
        if "account" in how.columns:
            _refuse_bare_accounts(grid, body)
        bodies.append(body)
    return bodies


def _refuse_bare_accounts(grid: Grid, body: Body) -> None:
    """Refuse an account number without a balance, which the layout takes for a heading."""
    first = body.mapping.header_row + 2
    texts = grid.columns_below(body.mapping.header_row)[body.mapping.columns["account"]].texts.to_pylist()
    used = set(body.rows.tolist())
    for i, text in enumerate(texts):
        if text and first + i not in used and _ACCOUNT.fullmatch(text):
            place = f"{grid.name}!{first + i}"
            raise UsageError(
                f"{place}: {text} has no balance. Enter it: a blank is not 0.",
                f"{place}：{text} 没有余额。请补录：空白不等于 0。",
            )


def _refuse_bad(body: Body, *names: str) -> None:
    for name in names:
        for row in body.amounts[name].bad:
            text = body.texts(name)[row].as_py()
            raise UsageError(
                f'{body.place(row)}: "{text}" is no amount. Correct it: a control figure is never guessed.',
                f"{body.place(row)}：“{text}”不是金额。请更正：总账余额不作推测。",
            )
