"""Order lists: files of any shape an order book is kept in → rows of `orders`; and the readers of limits and events beside it.

What must stay true: an amount is what was ordered, gross, exact to the minor unit; a row not used is told with its amount; of every
file and currency, file = used + not used + rounding, to the last decimal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import DateOrder
from creditlib.errors import Finding
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.documents import FileTotal, file_totals, row_currencies
from creditlib.facts.layout import Body
from creditlib.facts.lists.events import append_events, read_events
from creditlib.facts.lists.limits import read_limits
from creditlib.facts.lists.rows import List, as_days, open_lists, usable
from creditlib.facts.rejection import reject, row_name
from creditlib.facts.sources import Column
from creditlib.facts.tables import ORDERS, build, coded
from creditlib.facts.values import Amounts, read_dates, to_minor

__all__ = ["append_events", "read_events", "read_limits", "read_orders"]

_DATES: Final = {"on": "ordered_on", "ship_on": "ship_on", "delivered_on": "delivered_on", "invoiced_on": "invoiced_on",
                 "known_on": "known_on"}  # fmt: skip
_TEXTS: Final = {"document": "order", "line": "line", "entity": "entity", "delivery": "delivery", "invoice": "invoice",
                 "terms": "terms"}  # fmt: skip
_CANCELLED: Final = re.compile(r"cancel|void|作废|取消", re.I)
_NOT_CANCELLED: Final = re.compile(r"\bnot\b|\bun|未|非", re.I)
_SAME: Final = ("customer", "order", "line", "entity", "delivery", "invoice", "currency")
"""What makes two order lines the same line."""
_SHOWN: Final = 3


@dataclass(frozen=True)
class _Part:
    """What one sheet gave. places: of every row of the table, for findings."""

    table: pa.Table
    places: tuple[str, ...]


def read_orders(
    *sources: Any, home: str, date_order: DateOrder | None = None, book: Book | None = None
) -> tuple[pa.Table, tuple[Finding, ...]]:
    """Read order lists into rows of `orders`, and tell what was found on the way.

    sources: paths of CSV, XLSX, XLS, XLSB or Parquet, or tables with `__arrow_c_stream__`. home: currency of rows that name none.
    date_order: forces the order of day and month. book: customers that rows are matched with, by code, credit code or name.
    A sheet needs an order number, a customer and an amount, gross; of what was ordered and what is not delivered, what was ordered
    is taken. Dates that can't be read are blank, so that the amount still counts. Rows without a customer, order number or readable
    amount, cancelled ones and returns are no orders: each is told with its amount.
    Raises: SourceError, MappingError, CurrencyError. Faults in the data are findings.

    >>> rows = pa.table({"订单号": ["SO1"], "客户编码": ["C1"], "含税金额": ["1,130.50"]})
    >>> read_orders(rows, home="CNY")[0]["amount_minor"].to_pylist()
    [113050]
    """
    findings: list[Finding] = []
    lists = open_lists(sources, "orders", home, book, findings)
    parts = [_part(one, home, date_order, findings) for one in lists]
    table = pa.concat_tables([ORDERS.empty_table(), *(part.table for part in parts)])
    table = table.unify_dictionaries().combine_chunks()
    findings += _twice(table, [place for part in parts for place in part.places])
    return table, tuple(findings)


def _part(one: List, home: str, order: DateOrder | None, findings: list[Finding]) -> _Part:
    body = _with_status(one.body)
    rows = len(body.rows)
    amount_name = "amount" if "amount" in body.amounts else "open_amount"
    amount = body.amounts[amount_name]
    _remainders(body, amount_name, findings)
    dates = {n: read_dates(body.columns[n], order) for n in _DATES if n in body.columns}
    origin = ("the home currency", "本位币")
    codes, names, _, unknown = row_currencies(body, home, origin, findings)
    rejected = reject(body, amount, amount_name, codes, names, unknown, dates, findings)
    _no_orders(one, body, amount, codes, names, rejected)
    bad = np.zeros(rows, bool)
    bad[list(rejected)] = True
    iso = [n if n in money.CURRENCIES else "XXX" for n in names]
    minor = to_minor(usable(amount, bad), codes, iso)
    for row in minor.too_long:
        rejected[row] = CHECKS["amount-too-long"].finding(
            body.place(row), document=row_name(body, row), value=f"{amount.exact(row):,f}"
        )
        bad[row] = True
    if minor.too_long:
        minor = to_minor(usable(amount, bad), codes, iso)
    told = {id(finding) for finding in findings}  # one finding may stand for many rows
    findings += [finding for _, finding in sorted(rejected.items()) if id(finding) not in told]
    for name, count in minor.rounded.items():
        lost = f"{minor.lost[name]:,f}"
        findings.append(CHECKS["rounded-amounts"].finding(body.grid, count=count, currency=name, lost=lost))
    findings += [_total(body, t) for t in file_totals(amount, minor, codes, names, bad, rows)]
    keep = ~bad
    mask = pa.array(keep)
    columns: dict[str, Any] = {
        "customer": one.customer.filter(mask).dictionary_encode(),
        "currency": coded(codes[keep], names),
        "amount_minor": pa.array(minor.values[keep]),
    }
    columns |= {field: as_days(dates[n].values[keep]) for n, field in _DATES.items() if n in dates}
    columns |= {field: body.texts(n).filter(mask) for n, field in _TEXTS.items() if n in body.columns}
    places = tuple(body.place(row) for row in np.flatnonzero(keep).tolist())
    return _Part(build(ORDERS, columns, int(keep.sum())), places)


def _with_status(body: Body) -> Body:
    """Read "cancelled" from a column of the order's status where no column of its own says so; other states say nothing here."""
    if "cancelled" in body.columns or "status" not in body.columns:
        return body
    coded_texts = body.texts("status").dictionary_encode()
    said = coded_texts.dictionary.to_pylist()
    void = [t if _CANCELLED.search(t) and not _NOT_CANCELLED.search(t) else None for t in said]
    texts = pa.array(void, pa.string()).take(coded_texts.indices)
    layout = replace(body.mapping, voids=tuple(t.casefold() for t in void if t))
    return replace(body, mapping=layout, columns={**body.columns, "cancelled": Column(texts)})


def _remainders(body: Body, amount_name: str, findings: list[Finding]) -> None:
    """Tell where amounts say what is not delivered instead of, or other than, what was ordered."""
    if amount_name == "open_amount":
        count, header = int(np.count_nonzero(body.amounts[amount_name].valid)), body.mapping.header(amount_name)
        findings.append(CHECKS["order-remainder-only"].finding(body.grid, count=count, column=header))
        return
    if "open_amount" not in body.amounts:
        return
    whole, rest = body.amounts["amount"], body.amounts["open_amount"]
    differs = whole.valid & rest.valid & (whole.unscaled != rest.unscaled)
    for row in whole.long.keys() | rest.long.keys():
        differs[row] = bool(whole.valid[row] and rest.valid[row]) and whole.exact(row) != rest.exact(row)
    rows = np.flatnonzero(differs)
    if len(rows):
        first = [n if isinstance(n := row_name(body, r), str) else n[1] for r in rows[:_SHOWN].tolist()]
        value = ", ".join(first) + ("…" if len(rows) > _SHOWN else "")
        findings.append(CHECKS["order-whole-taken"].finding(body.place(int(rows[0])), count=len(rows), value=value))


def _no_orders(
    one: List, body: Body, amount: Amounts, codes: NDArray[np.int32], names: Sequence[str], rejected: dict[int, Finding]
) -> None:
    """Reject rows without an order number, and returns."""
    missing = ~np.asarray(pc.is_valid(body.texts("document")))
    below = amount.unscaled < 0
    for row, value in amount.long.items():
        below[row] = value < 0
    for row in np.flatnonzero((missing | below) & amount.valid).tolist():
        if row in rejected:
            continue
        told = f"{amount.exact(row):,f} {names[codes[row]]}"
        if missing[row]:
            rejected[row] = CHECKS["order-without-number"].finding(
                body.place(row), customer=one.customer[row].as_py(), amount=told
            )
        else:
            rejected[row] = CHECKS["order-negative"].finding(body.place(row), document=row_name(body, row), amount=told)


def _total(body: Body, total: FileTotal) -> Finding:
    used = "0" if total.currency not in money.CURRENCIES else money.text(total.used_minor, total.currency)
    return CHECKS["list-total"].finding(
        body.grid, count=total.rows, file=f"{total.file:,f}", used=used, rejected=f"{total.rejected:,f}",
        rounding=f"{total.rounding.normalize() + 0:,f}", currency=total.currency,
    )  # fmt: skip


def _twice(table: pa.Table, places: Sequence[str]) -> list[Finding]:
    """Tell lines that stand twice: the same order and line of a customer, with the same delivery and invoice, if any."""
    if not table.num_rows:
        return []
    keys = [pc.fill_null(table[name].cast(pa.string()), "") for name in _SAME]
    joined = pc.binary_join_element_wise(*keys, "\x1f").combine_chunks()
    own = joined.dictionary_encode().indices.to_numpy()
    _, first = np.unique(own, return_index=True)
    numbered = np.asarray(table["line"].is_valid())
    found = []
    for row in np.flatnonzero(numbered & (first[own] != np.arange(len(own)))).tolist():
        line = {name: table[name][row].as_py() for name in ("order", "line", "customer", "currency", "amount_minor")}
        amount = f"{money.text(line['amount_minor'], line['currency'])} {line['currency']}"
        found.append(
            CHECKS["order-line-twice"].finding(
                places[row], document=line["order"], line=line["line"], customer=line["customer"], amount=amount,
                other=places[int(first[own[row]])], amount_minor=line["amount_minor"], currency=line["currency"],
            )
        )  # fmt: skip
    return found
