"""The sums a portfolio is told from: by customer, company, salesperson and currency, made once, then only picked and added up.

What must stay true: every sum is what a measure says of the book (`aging`, the sides of `dso`, `sales_by_month`), kept apart by key; whatever
is picked adds up to what that measure says of those documents alone, to the minor unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_of
from creditlib.errors import NeedsSales, UsageError
from creditlib.facts.ledger import start_columns, started
from creditlib.facts.open_items import OpenItems, convert, open_items
from creditlib.facts.tables import empty
from creditlib.flows.close_figures import dso_months
from creditlib.flows.ground import Ground
from creditlib.flows.history import month_ends, previous_month_end
from creditlib.measures.aging import UNAPPLIED, aging, bucket_codes, bucket_keys
from creditlib.measures.dso import opening_day, side
from creditlib.measures.figures import Figures
from creditlib.measures.pieces import Grouper
from creditlib.measures.sales import Monthly, sales_by_month, told_by
from creditlib.measures.segments import group, sums

KEYS: Final = ("customer", "entity", "salesperson")
NOT_TOLD: Final = ""
"""What stands for a document that names no company or no salesperson."""
CALLED: Final = {
    "customer": ("customer", "客户"), "entity": ("company", "公司"), "salesperson": ("salesperson", "业务员"), "grade": ("grade", "信用等级"),
    "currency": ("currency", "币种"),
}  # fmt: skip
"""What an error calls that by which a portfolio is cut, in both languages."""

Codes = dict[str, NDArray[np.int32]]
_NULL: Final = pa.nulls(1, pa.string())
_Keys = Sequence[tuple[str, NDArray[np.integer[Any]], Sequence[str | None]]]


@dataclass(frozen=True)
class Names:
    """The texts codes stand for, by key, in order. A customer that only the sales name has the code after the last."""

    texts: Mapping[str, tuple[str, ...]]

    @cached_property
    def _arrays(self) -> dict[str, pa.Array]:
        return {name: pa.array(texts, pa.string()) for name, texts in self.texts.items()}

    def codes(self, keys: _Keys) -> Codes:
        """Return codes of keys told by their own codes and texts."""
        return {name: self._place(name, pa.array(texts or [None], pa.string()))[own] for name, own, texts in keys}

    def of(self, columns: Mapping[str, pa.ChunkedArray | pa.DictionaryArray]) -> Codes:
        """Return codes of dictionary columns, the keys of a table of figures."""
        found = {}
        for name, column in columns.items():
            whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
            own = pc.fill_null(whole.indices, len(whole.dictionary)).to_numpy()
            found[name] = self._place(name, pa.concat_arrays([whole.dictionary.cast(pa.string()), _NULL]))[own]
        return found

    def _place(self, name: str, texts: pa.Array) -> NDArray[np.int32]:
        found = pc.index_in(pc.fill_null(texts, NOT_TOLD), value_set=self._arrays[name])
        return np.asarray(pc.fill_null(found, len(self.texts[name])).to_numpy(), np.int32)


@dataclass(frozen=True)
class Choice:
    """Which cells count. flags: key → whether each code does; a key left out counts whole."""

    flags: Mapping[str, NDArray[np.bool_]]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys chosen by."""
        return tuple(self.flags)

    def of(self, codes: Codes, size: int) -> NDArray[np.bool_]:
        """Return which cells count."""
        found: NDArray[np.bool_] | None = None
        for name, flags in self.flags.items():
            mine = flags[codes[name]]
            found = mine if found is None else found & mine
        return np.ones(size, np.bool_) if found is None else found


@dataclass(frozen=True)
class Cells:
    """Sums, one of each name in `values` a cell; `codes` say by key whose they are."""

    codes: Codes
    values: dict[str, NDArray[np.int64]]

    @cached_property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.codes["currency"])

    def chosen(self, choice: Choice, currency: int | None) -> NDArray[np.bool_]:
        """Return which cells a choice counts. currency: its code; None: whatever the currency."""
        mine = choice.of(self.codes, self.size)
        return mine if currency is None else mine & (self.codes["currency"] == currency)


@dataclass(frozen=True)
class Sold:
    """Billings by month. told: keys every sale is told by. documents: they are the billing documents, where the sales given can't be
    told by what was asked. of: the cells, newest month first."""

    told: tuple[str, ...]
    documents: bool
    codes: Codes
    of: Monthly


@dataclass(frozen=True)
class Sums:
    """Everything a portfolio adds up.

    ends: month ends gone by, the last being the day asked; only that where the book can't tell more. open: day → aging, all buckets on
    the day and a month before, else total_minor and overdue_minor. sides: day → receivables and not_due as DSO has them. sold: the
    first that is told by what is chosen counts; empty: no_sales says why. first: day number of each key's first document. items: codes of
    `ground.items`; buckets: their buckets.
    """

    ground: Ground
    names: Names
    ends: tuple[date, ...]
    open: Mapping[date, Cells]
    sides: Mapping[date, Cells]
    sold: tuple[Sold, ...]
    no_sales: tuple[str, str] | None
    first: Cells
    items: Codes
    buckets: NDArray[np.int64]

    @cached_property
    def by_customer(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Open items by customer: their places in order of customer, and where each customer's begin."""
        own = self.items["customer"]
        order = np.argsort(own, kind="stable")
        return order, np.searchsorted(own[order], np.arange(len(self.names.texts["customer"]) + 1))

    def items_of(self, customer: int) -> NDArray[np.int64]:
        """Return the places of one customer's open items."""
        order, begins = self.by_customer
        return order[begins[customer] : begins[customer + 1]]


def sums_of(ground: Ground, customers: Sequence[str]) -> Sums:
    """Add up a book for a portfolio. customers: everybody there is, in order. Raises: CurrencyError for a missing rate."""
    book = ground.book
    ends = tuple(month_ends(book, ground.as_of)) if book.complete else (ground.as_of,)
    names = _names(ground, customers)
    before = previous_month_end(ground.as_of)
    days = dict.fromkeys([*ends, *([before] if book.complete else [])])
    sold, no_sales = _sold(ground, names)
    opened = {day: _aged(ground, names, day, buckets=day in (ground.as_of, before)) for day in days}
    sides: dict[date, Cells] = {}
    if no_sales is None:
        try:
            sides = {day: _side(ground, names, day) for day in [*days, *_openings(ground, sold, ends, before)]}
        except NeedsSales as error:  # the base asks for VAT that some billing does not tell
            sold, no_sales = (), (error.en, error.zh)
    items = ground.items
    own = names.codes([*((n, *items.key(n)) for n in KEYS), ("currency", items.currency, items.currencies)])
    buckets = bucket_codes(items, ground.values["aging.edges"])
    return Sums(ground, names, ends, opened, sides, sold, no_sales, _first(ground, names), own, buckets)


def _names(ground: Ground, customers: Sequence[str]) -> Names:
    texts = {"customer": tuple(customers)}
    for name in ("entity", "salesperson", "currency"):
        columns = [ground.book.columns("documents", [name])[name]]
        if name != "salesperson":
            columns.append(ground.book.columns("sales", [name])[name])
        found = {text or NOT_TOLD for column in columns for text in _words(column)}
        texts[name] = tuple(sorted(found))
    if ground.report is not None:
        texts["currency"] = (ground.report,)
    return Names(texts)


def _words(column: pa.ChunkedArray) -> list[str | None]:
    """Return the texts some row of a dictionary column bears, None where one bears none."""
    found: list[str | None] = pc.unique(pc.unique(column).cast(pa.string())).to_pylist()
    return found


def _aged(ground: Ground, names: Names, day: date, *, buckets: bool) -> Cells:
    edges = ground.values["aging.edges"]
    figures = aging(ground.reported(ground.take(day)), edges=edges, by=KEYS)
    wanted = ["total_minor", "overdue_minor"]
    return _cells(names, figures, [*wanted, "items", *bucket_keys(edges), UNAPPLIED] if buckets else wanted)


def _cells(names: Names, figures: Figures, wanted: Sequence[str]) -> Cells:
    codes = names.of({name: figures.table[name] for name in figures.keys})
    return Cells(codes, {name: figures.table[name].combine_chunks().to_numpy() for name in wanted})


def _side(ground: Ground, names: Names, day: date) -> Cells:
    """Sum the receivables of a day as `dso` takes them: credits apart, whatever the netting of the close."""
    values = ground.values
    told = side(_apart(ground, day), values["dso.base"], KEYS, values["dso.excluded_kinds"])
    groups = group([(name, *told.keys[name]) for name in (*KEYS, "currency")])
    current = groups.codes[told.current]
    made = {
        "receivables": sums(groups.codes, told.value, groups.size),
        "not_due": sums(current, told.value[told.current], groups.size),
    }
    return Cells(names.of(groups.columns), made)


def _apart(ground: Ground, day: date) -> OpenItems:
    if ground.values["aging.netting"] == "separate":
        return ground.reported(ground.take(day))
    items = open_items(ground.book, day)
    return items if ground.report is None else convert(items, ground.rates, ground.report)


def _openings(ground: Ground, sold: Sequence[Sold], ends: Sequence[date], before: date) -> list[date]:
    """Return the days before the windows of turnover, which averages what was open then and now."""
    months, method = dso_months(ground.values, "turnover"), ground.values["dso.method"]
    days = ends if method == "turnover" else [ground.as_of]
    known = max((int(one.of.grid.shape[1]) for one in sold), default=1)
    found = [opening_day(day, known, months, ground.book) for day in dict.fromkeys([*days, ground.as_of, before])]
    return [day for day in found if day is not None]


def _sold(ground: Ground, names: Names) -> tuple[tuple[Sold, ...], tuple[str, str] | None]:
    """Return the sales given, and beside them the billing documents where the sales given are not told by every key."""
    book = ground.book
    found = []
    try:
        told = told_by(book, KEYS)
        found.append(_grid(ground, names, told, False))
        if told != KEYS and book.complete and book.rows("documents"):
            found.append(_grid(ground, names, KEYS, True))
    except (NeedsSales, UsageError) as error:
        return tuple(found), None if found else (error.en, error.zh)
    return tuple(found), None


def _grid(ground: Ground, names: Names, told: tuple[str, ...], documents: bool) -> Sold:
    book = replace(ground.book, sales=empty("sales")) if documents else ground.book
    made = sales_by_month(book, ground.as_of, ground.values["dso.base"], told, ground.rates, ground.report)
    codes = names.codes([(name, own, texts) for name, (own, texts) in made.keys.items()])
    return Sold(told, documents, codes, made)


def _first(ground: Ground, names: Names) -> Cells:
    """Return the day of each key's first document."""
    grouper, first = Grouper(KEYS), np.zeros(0, np.int64)
    for _, piece in ground.book.scan("documents", list(dict.fromkeys([*KEYS, *start_columns(ground.book)]))):
        start = started(piece)
        rows = np.flatnonzero(start != NO_DAY)
        of = grouper.add(piece, rows)
        first = np.append(first, np.full(grouper.size - len(first), np.iinfo(np.int64).max))
        np.minimum.at(first, of, start[rows])
    codes = names.codes([(name, own, texts) for name, own, texts in grouper.keys])
    return Cells({**codes, "currency": np.zeros(len(first), np.int32)}, {"day": first})


def first_day(sums_made: Sums, choice: Choice) -> date | None:
    """Return the day of the first document of a choice, None without any."""
    mine = sums_made.first.chosen(choice, None)
    days = sums_made.first.values["day"][mine]
    return day_of(int(days.min())) if len(days) else None
