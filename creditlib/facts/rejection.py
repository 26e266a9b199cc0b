"""Rows that can't be used, each with its reason: amount, currency, customer or date is missing or unreadable, or it is void.

What must stay true: a rejected row is a finding with its place and amount; nothing is rejected silently.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as MappingABC
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_of
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.layout import Body
from creditlib.facts.sources import Column
from creditlib.facts.values import Amounts, Dates, read_amounts

SIGNED_FROM: Final = ("open_amount", "amount", "original_amount", "paid_amount", "debit", "credit")
SIDE: Final = ("tax", "local_amount", "original_amount")  # amounts beside the one that is counted
NOT_USED: Final = ("; the row was not used", "；该行未计入")
AS_BLANK: Final = ("; taken as blank", "；按空白处理")
_NEEDED_DATES: Final = ("issue_on", "posted_on", "settled_on")
_SHOWN: Final = 60  # characters of a document's number: a quotation mark left open makes the rest of a file one cell
YES: Final = {"yes", "y", "true", "1", "x", "是", "有", "已作废", "作废", "cancelled", "canceled", "void", "b"}


def no_row_used(count: int) -> tuple[str, str]:
    """Return what became of the rows of a column that can't be read, where the date is needed."""
    return f"none of its {count} rows was used", f"其 {count} 行均未计入"


def taken_as_blank(count: int) -> tuple[str, str]:
    """Return what became of the dates of a column that can't be read, where rows can do without."""
    return f"its {count} dates were taken as blank", f"其 {count} 个日期按空白处理"


def yes_or_no(texts: pa.Array) -> pa.Array:
    """Return a column of flags: true for a yes in any spelling, null where blank."""
    return pa.array([None if t is None else t.casefold() in YES for t in texts.to_pylist()], pa.bool_())


def row_name(body: Body, row: int) -> tuple[str, str] | str:
    """Return what a row's document is called, in English and Chinese where it has no number."""
    text = body.texts("document")[row].as_py()
    if text is None:
        return "a row without document number", "一行无单据号的记录"
    line = text.partition("\n")[0]
    return text if line == text and len(text) <= _SHOWN else f"{line[:_SHOWN]}…"


def reject(
    body: Body, amount: Amounts, amount_name: str, codes: NDArray[np.int32], names: Sequence[str], unknown: Sequence[str],
    dates: MappingABC[str, Dates], findings: list[Finding],
) -> dict[int, Finding]:  # fmt: skip
    """Return row → why it can't be used.

    amount_name: the field the amounts came from. codes: currency of each row as an index into `names`; unknown: names that
    are no currency. What concerns a whole column goes to `findings`.
    """
    rejected: dict[int, Finding] = {}

    def told(row: int) -> str:
        return f"{amount.exact(row):,f} {names[codes[row]]}"

    rejected |= _bad_amounts(body, amount, findings)
    for row in np.flatnonzero(~amount.valid).tolist():
        if row not in rejected:
            rejected[row] = CHECKS["missing-amount"].finding(body.place(row), document=row_name(body, row))
    if unknown:
        wrong = np.isin(codes, [names.index(u) for u in unknown]) & amount.valid
        for row in np.flatnonzero(wrong).tolist():
            rejected[row] = CHECKS["unknown-currency"].finding(
                body.place(row, "currency"), document=row_name(body, row), amount=told(row), value=names[codes[row]]
            )
    if body.wide is not None:
        for row in np.flatnonzero(body.wide).tolist():
            rejected[row] = CHECKS["row-too-wide"].finding(body.place(row), value=len(body.mapping.headers))
    customer = "customer" if "customer" in body.columns else "customer_name"
    for row in np.flatnonzero(~np.asarray(pc.is_valid(body.texts(customer)))).tolist():
        if amount.valid[row]:
            rejected[row] = CHECKS["blank-customer"].finding(
                body.place(row), document=row_name(body, row), amount=told(row)
            )
    if "cancelled" in body.columns:
        for row, text in enumerate(body.texts("cancelled").to_pylist()):
            if text and (text.casefold() in YES or text.casefold() in body.mapping.voids) and amount.valid[row]:
                rejected[row] = CHECKS["cancelled-document"].finding(
                    body.place(row), document=row_name(body, row), amount=told(row), value=text
                )
    for name, read in dates.items():
        _reject_dates(body, name, read, rejected, findings)
    return rejected


def _bad_amounts(body: Body, amount: Amounts, findings: list[Finding]) -> dict[int, Finding]:
    """Return the rows whose amount can't be read: one finding each, and one for all whose decimal sign stays open."""
    rejected: dict[int, Finding] = {}
    bad = set(amount.bad)
    for name in (n for n in SIGNED_FROM if n in body.amounts):
        rows = sorted(bad & set(body.amounts[name].bad))
        texts = body.texts(name).take(pa.array(rows, pa.int64()))
        hopeless = set(read_amounts(Column(texts), ".").bad)
        open_rows = [row for i, row in enumerate(rows) if i not in hopeless]
        header = body.mapping.header(name)
        if open_rows:
            text = body.texts(name)[open_rows[0]].as_py()
            finding = CHECKS["ambiguous-amount"].finding(
                body.grid,
                count=len(open_rows),
                column=header,
                value=text,
                first=text.replace(".", "").replace(",", ""),
                second=text.replace(",", "."),
            )
            findings.append(finding)
            rejected |= dict.fromkeys(open_rows, finding)
        for i in sorted(hopeless):
            rejected[rows[i]] = CHECKS["unreadable-amount"].finding(
                body.place(rows[i], name), column=header, value=texts[i].as_py(), effect=NOT_USED
            )
    for name in (n for n in SIDE if n in body.amounts):
        for row in sorted(set(body.amounts[name].bad) - bad):
            findings.append(
                CHECKS["unreadable-amount"].finding(
                    body.place(row, name),
                    column=body.mapping.header(name),
                    value=body.texts(name)[row].as_py(),
                    effect=AS_BLANK,
                )
            )
    return rejected


def column_fault(
    body: Body, name: str, read: Dates, effect: Callable[[int], tuple[str, str]]
) -> tuple[Finding | None, list[int]]:
    """Return the one finding for a column whose dates read in two ways or in none, and the rows that hold such a date.

    effect: what became of so many rows, in English and Chinese.
    """
    column = read.column
    if column.ambiguous is None and column.mixed is None:
        return None, []
    filled = np.asarray(pc.is_valid(body.texts(name)))
    rows: list[int] = np.flatnonzero(filled & (read.values == NO_DAY)).tolist()
    header, told = body.mapping.header(name), effect(len(rows))
    if column.ambiguous is None:
        first, second = column.mixed or ("", "")
        return CHECKS["mixed-date-orders"].finding(
            body.grid, count=len(rows), column=header, first=first, second=second, effect=told
        ), rows
    text, found = column.ambiguous
    one, other = list(dict.fromkeys(found.values()))[:2]
    return CHECKS["ambiguous-date"].finding(
        body.grid, count=len(rows), column=header, value=text, first=day_of(one), second=day_of(other), effect=told
    ), rows


def _reject_dates(body: Body, name: str, read: Dates, rejected: dict[int, Finding], findings: list[Finding]) -> None:
    """Reject rows whose date is needed and can't be read; take the others as blank. A due date that reads in two ways
    is needed: the row would be aged on a wrong day."""
    needed = name in _NEEDED_DATES
    ages = needed or name == "due_on"
    fault, rows = column_fault(body, name, read, no_row_used if ages else taken_as_blank)
    if fault is not None:
        findings.append(fault)
        if ages:
            for row in rows:
                rejected.setdefault(row, fault)
        return
    header = body.mapping.header(name)
    effect = NOT_USED if needed else AS_BLANK
    texts = body.texts(name)
    for row in read.bad:
        finding = CHECKS["unreadable-date"].finding(
            body.place(row, name), column=header, value=texts[row].as_py(), effect=effect
        )
        if needed:
            rejected.setdefault(row, finding)
        else:
            findings.append(finding)
