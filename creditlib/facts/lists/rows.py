"""Lists that people keep beside the ledger (orders, limits, events): which header means what, and their rows (`columns.toml`).

What must stay true: a header is matched whole; which sheet or column was not used is told; a unit stated is applied and told.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import NO_DAY, DateOrder
from creditlib.errors import Finding, MappingError, SourceError
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.columns import Mapping as Layout
from creditlib.facts.columns import Preset, header_candidates, make_mapping, variants
from creditlib.facts.credit.parties import Parties, customers_of
from creditlib.facts.credit.rows import UNKNOWN, heading_units, shown
from creditlib.facts.credit.units import Unit, read_unit
from creditlib.facts.layout import Body, kept, read_body
from creditlib.facts.rejection import NOT_USED, column_fault, no_row_used
from creditlib.facts.sources import Column, Grid, open_grids, pick
from creditlib.facts.values import Amounts, read_dates

Kind = Literal["orders", "limits", "events"]
TITLES: Final[dict[Kind, tuple[str, str]]] = {
    "orders": ("order list", "订单清单"), "limits": ("list of limits", "授信额度清单"), "events": ("log of events", "事件记录"),
}  # fmt: skip
_MEANS: Final[dict[Kind, tuple[str, str]]] = {
    "orders": ("order, customer code, gross amount", "订单号、客户编码、含税金额"),
    "limits": ("customer code, limit, from", "客户编码、授信额度、生效日期"),
    "events": ("customer code, date, event", "客户编码、日期、事件"),
}
_MONEY: Final = ("amount", "open_amount")


@dataclass(frozen=True)
class List:
    """One list as read. body: its rows, fields by name. kind_by_date: the event its date's header tells, if any.

    customer: code of every row, null where it names none.
    """

    body: Body
    customer: pa.Array
    kind_by_date: str | None


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("creditlib.facts.lists").joinpath("columns.toml").read_text(encoding="utf-8"))


@cache
def names(kind: Kind) -> dict[str, tuple[str, ...]]:
    """Return field → every header it is recognised by, English first.

    >>> names("orders")["document"][:2], "订单号" in names("orders")["document"]
    (('order', 'order number'), True)
    """
    shared, own = _data()["shared"], _data()[kind]
    found: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys((*shared, *own)):
        parts = [part[name] for part in (shared, own) if name in part]
        found[name] = tuple(text for key in ("en", "zh") for part in parts for text in part[key])
    return found


@cache
def words() -> dict[str, str]:
    """Return word → kind of event.

    >>> words()["走访"], words()["phone"]
    ('visit', 'call')
    """
    found = {word: event for event, listed in _data()["words"].items() for word in listed}
    return found | {event: event for event in _data()["words"]}


def _keys(text: str) -> tuple[str, ...]:
    return variants(unicodedata.normalize("NFKC", text))


def recognise_list(grid: Grid, kind: Kind) -> Layout | None:
    """Find header row and columns of a list: the row that explains most headers. None when what it needs is not there."""
    best: tuple[float, Layout] | None = None
    for index, row in header_candidates(grid):
        places: dict[str, int] = {}
        for rank in range(3):  # a header as it stands goes before one without its bracket or currency
            for i, cell in enumerate(row):
                found = _keys(cell) if cell else ()
                if rank < len(found):
                    places.setdefault(found[rank], i)
        columns: dict[str, int] = {}
        for name, listed in names(kind).items():
            taken = set(columns.values())
            keys = [_keys(text)[0] for text in listed]
            place = next((places[k] for k in keys if k in places and places[k] not in taken), None)
            if place is not None:
                columns[name] = place
        if not all(any(n in columns for n in group) for group in _data()["needed"][kind]):
            continue
        layout = make_mapping(Preset(kind, cast(Any, kind), "", "", {}), columns, row, index)
        if kind == "events" and "event" not in columns and _kind_by_date(layout) is None:
            continue
        score = len(columns) - 0.01 * len(layout.unused) - 0.001 * index
        if best is None or score > best[0]:
            best = score, layout
    return best[1] if best else None


def _kind_by_date(layout: Layout) -> str | None:
    keys = set(_keys(layout.header("on")))
    told: dict[str, list[str]] = _data()["told_by_date"]
    return next((event for event, listed in told.items() if keys & {_keys(t)[0] for t in listed}), None)


def open_lists(sources: Sequence[Any], kind: Kind, home: str, book: Book | None, findings: list[Finding]) -> list[List]:
    """Return the lists in some sources. book: customers its rows are matched with, by code, credit code or name.

    Raises: SourceError, MappingError where a source holds no such list; CurrencyError for a home that is no currency.
    """
    if not sources:
        raise SourceError("No file was given.", "没有给出文件。")
    money.exponent(home)
    parties = None if book is None else _parties(book)
    lists = []
    for source in sources:
        grids = open_grids(source)
        if not grids:
            raise SourceError(f"{source}: holds no rows.", f"{source}：没有数据行。")
        layouts = [(grid, recognise_list(grid, kind)) for grid in grids]
        if not any(layout for _, layout in layouts):
            raise _unrecognised(max(grids, key=lambda g: g.rows), kind)
        for grid, layout in layouts:
            if layout is None:
                findings.append(CHECKS["list-sheet-not-used"].finding(grid.name, count=grid.rows, value=TITLES[kind]))
            elif (found := _read(grid, layout, kind, parties, findings)) is not None:
                lists.append(found)
    return lists


def _parties(book: Book) -> Parties:
    """Return the customers of a book; groups and parents too, since a limit can be theirs."""
    parties = Parties(book)
    for column in book.columns("customers", ["group", "parent"]).itercolumns():
        for code in pc.unique(column.cast(pa.string())).drop_null().to_pylist():
            parties.name.setdefault(code, None)
    return parties


def _unrecognised(grid: Grid, kind: Kind) -> MappingError:
    row = max(grid.head, key=lambda r: sum(bool(c) for c in r), default=())
    text = ", ".join(c for c in row if c)[:200]
    title, means = TITLES[kind], _MEANS[kind]
    return MappingError(
        f"{grid.name}: is no {title[0]}. Best header row found: {text or '(none)'}. Name its columns {means[0]}.",
        f"{grid.name}：不是{title[1]}。最像表头的一行：{text or '（无）'}。请将各列命名为：{means[1]}。",
    )


def _read(grid: Grid, layout: Layout, kind: Kind, parties: Parties | None, findings: list[Finding]) -> List | None:
    units = heading_units(grid, layout.header_row, findings)
    if units is None:
        return None
    if layout.unused:
        findings.append(
            CHECKS["columns-not-used"].finding(grid.name, count=len(layout.unused), value=shown(layout.unused, 6))
        )
    own = [unit for n in _MONEY if n in layout.columns and (unit := read_unit(layout.header(n))) is not None]
    stated: Unit | None = next((u for u in (*own, *units.stated) if u.power is not None), None)
    if stated is not None and stated.power is not None:
        layout = replace(layout, power=stated.power)
        if stated.power:
            factor = f"{10**stated.power:,}"
            findings.append(CHECKS["unit-applied"].finding(grid.name, unit=stated.text, factor=factor))
    layout = replace(layout, currency=layout.currency or units.currency)
    alias = kind == "limits"  # a row that names a customer and no amount is a blank limit, not a line of text
    if alias:
        key = "customer" if "customer" in layout.columns else "customer_name"
        layout = replace(layout, columns={**layout.columns, "document": layout.columns[key]})
    body = read_body(grid, layout)
    findings += body.findings
    body = replace(body, columns={n: c if n in _MONEY else _without_unknown(c) for n, c in body.columns.items()})
    if alias:
        body = _without_titles(body, findings)
    if parties is not None:
        customer = customers_of(body, parties, findings)
    else:
        customer = body.texts("customer" if "customer" in body.columns else "customer_name")
    columns = {**body.columns, "customer": Column(customer)}
    return List(replace(body, columns=columns), customer, _kind_by_date(layout) if kind == "events" else None)


def _without_unknown(column: Column) -> Column:
    """Return a column with the words for "not known", a lone dash among them, as null."""
    blank = pc.fill_null(pc.is_in(pc.utf8_lower(column.texts), pa.array(sorted(UNKNOWN))), False)
    return Column(pc.if_else(blank, pa.scalar(None, pa.string()), column.texts), column.typed)


def _without_titles(body: Body, findings: list[Finding]) -> Body:
    """Leave out rows that hold nothing but a customer's cell: they may as well be a line of text. They are told."""
    filled = np.zeros(len(body.rows), np.int32)
    for column in {body.mapping.columns[n]: c for n, c in body.columns.items()}.values():
        filled += np.asarray(pc.is_valid(column.texts))
    few = np.flatnonzero(filled <= 1)
    if not len(few):
        return body
    text = body.texts("document")[int(few[0])].as_py() or ""
    findings.append(CHECKS["text-rows"].finding(body.place(int(few[0])), count=len(few), value=text[:60]))
    keep = filled > 1
    return replace(
        body, columns=dict(zip(body.columns, pick(body.columns.values(), pa.array(keep)), strict=True)),
        amounts={n: kept(a, keep) for n, a in body.amounts.items()}, rows=body.rows[keep],
    )  # fmt: skip


def needed_days(
    body: Body, name: str, order: DateOrder | None, rejected: dict[int, Finding], findings: list[Finding]
) -> NDArray[np.int32]:
    """Return a column of days, NO_DAY where blank; a row whose day can't be read goes to `rejected`."""
    if name not in body.columns:
        return np.full(len(body.rows), NO_DAY, np.int32)
    read = read_dates(body.columns[name], order)
    fault, rows = column_fault(body, name, read, no_row_used)
    if fault is not None:
        findings.append(fault)
        rejected |= dict.fromkeys(rows, fault)
        return read.values
    header, texts = body.mapping.header(name), body.texts(name)
    for row in read.bad:
        rejected[row] = CHECKS["unreadable-date"].finding(
            body.place(row, name), column=header, value=texts[row].as_py(), effect=NOT_USED
        )
    return read.values


def as_days(values: NDArray[np.int32]) -> pa.Array:
    """Return day numbers as a column of dates, null where there is none."""
    return pa.array(values, pa.int32(), mask=values == NO_DAY).cast(pa.date32())


def usable(amount: Amounts, bad: NDArray[np.bool_]) -> Amounts:
    """Return the amounts with those of bad rows as none."""
    return Amounts(amount.unscaled, amount.valid & ~bad, amount.scale, amount.long)
