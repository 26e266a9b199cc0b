"""Open items: what is open of each document on one day, with what every measure groups by.

What must stay true: the sum of `open_minor` is the sum of all balances on that day, whatever the netting; an item of one cent
is an item; items exist only together with the day they were taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import NO_DAY, day_number
from creditlib.errors import CurrencyError, UsageError
from creditlib.facts.allocate import oldest_due_first
from creditlib.facts.book import Book
from creditlib.facts.exact import rescale
from creditlib.facts.ledger import balances, start_columns, started
from creditlib.facts.tables import DOCUMENTS, codes, days

Netting = Literal["separate", "fifo", "by_date"]
NETTINGS: Final = get_args(Netting)

_USUAL: Final = ("customer", "due_on", "kind")
LEGAL_KEYS: Final = ("customer", "entity", "salesperson", "collector", "gl_account", "kind", "group", "parent")


@dataclass(frozen=True)
class OpenItems:
    """The documents open on one day. rows: their ids. open_minor: int64, receivable positive. currency: int32 codes into
    `currencies`. netting: how credits stand: "separate" as negative rows of their own column, "fifo" set against the oldest
    due items of the same customer, entity, account and currency, "by_date" aged by their own date."""

    book: Book = field(repr=False)
    as_of: date
    known_on: date | None
    netting: Netting
    rows: NDArray[np.int64]
    open_minor: NDArray[np.int64]
    currency: NDArray[np.int32]
    currencies: tuple[str, ...]
    converted_from: tuple[NDArray[np.int64], NDArray[np.int32], tuple[str, ...]] | None = None
    _held: dict[str, pa.ChunkedArray] = field(init=False, repr=False, compare=False, default_factory=dict)

    @property
    def totals(self) -> dict[str, int]:
        """Open by currency, minor units."""
        sums = np.zeros(len(self.currencies), np.int64)
        np.add.at(sums, self.currency, self.open_minor)
        present = np.bincount(self.currency, minlength=len(self.currencies)) > 0
        return {c: int(s) for c, s, p in zip(self.currencies, sums, present, strict=True) if p}

    def column(self, name: str) -> pa.ChunkedArray:
        """Return a column of `documents` for these items."""
        self.hold(name)
        return self._held[name]

    def hold(self, *names: str) -> None:
        """Take several columns of `documents` in one pass: cheaper than one after another. What was taken is kept."""
        wanted = [name for name in dict.fromkeys(names) if name not in self._held and name in DOCUMENTS.names]
        if wanted:
            table = self.book.take("documents", wanted, self.rows)
            self._held.update({name: table[name] for name in wanted})

    def chosen(self, places: NDArray[np.int64]) -> OpenItems:
        """Return some of the items, in the order of `places`; columns taken already are not taken again."""
        of, at = self.converted_from, pa.array(places)
        before = None if of is None else (of[0][places], of[1][places], of[2])
        made = replace(
            self,
            rows=self.rows[places],
            open_minor=self.open_minor[places],
            currency=self.currency[places],
            converted_from=before,
        )
        made._held.update({name: column.take(at) for name, column in self._held.items()})
        return made

    def days(self, name: str) -> NDArray[np.int32]:
        """Return a date column of these items as day numbers, NO_DAY where it is null."""
        return days(self.column(name))

    @cached_property
    def due_on(self) -> NDArray[np.int32]:
        """Day each item is due: its due date, else its invoice date, else the day it exists from."""
        due = self.days("due_on")
        if (due == NO_DAY).any():
            due = np.where(due == NO_DAY, self.days("issue_on"), due)
        return np.where(due == NO_DAY, self.started_on, due) if (due == NO_DAY).any() else due

    @cached_property
    def started_on(self) -> NDArray[np.int32]:
        """Day each item exists from."""
        names = start_columns(self.book)
        self.hold(*names)
        return started(pa.table({name: self._held[name] for name in names}))

    @cached_property
    def issued_on(self) -> NDArray[np.int32]:
        """Day of each item's invoice: its invoice date, else the day it exists from, else its due date."""
        issued = self.days("issue_on")
        if (issued == NO_DAY).any():
            issued = np.where(issued == NO_DAY, self.started_on, issued)
        return np.where(issued == NO_DAY, self.due_on, issued)

    def key(self, name: str) -> tuple[NDArray[np.int32], list[str | None]]:
        """Return the codes of a grouping key and their texts. group, parent and collector may come from `customers`.

        Raises: UsageError for a name that is no key.
        """
        if name not in LEGAL_KEYS:
            raise UsageError(
                f'"{name}" is no key to group by. Choose from {", ".join(LEGAL_KEYS)}.',
                f"不能按“{name}”分组。可选：{'、'.join(LEGAL_KEYS)}。",
            )
        if name in ("group", "parent"):
            return self._through_customer(name)
        column = self.column(name)
        if name == "collector" and column.null_count == len(column):
            return self._through_customer(name)
        return codes(column)

    def _through_customer(self, name: str) -> tuple[NDArray[np.int32], list[str | None]]:
        own, names = codes(self.column("customer"))
        found = in_force(self.book, name, self.as_of)
        texts = [found.get(n) or (n if name in ("group", "parent") else None) for n in names]
        cells = pa.array(texts, pa.string()).dictionary_encode()
        fallback = len(cells.dictionary)
        lookup = pc.fill_null(cells.indices, fallback).to_numpy().astype(np.int32)
        return lookup[own], [*cells.dictionary.to_pylist(), None]


def in_force(book: Book, name: str, as_of: date) -> dict[str | None, str | None]:
    """Return customer → one field of `customers`: of the row whose assignment holds on the day, the latest of several.

    A collector whose assignments do not cover the day is None; group and parent are taken from any row then.
    """
    table = book.columns("customers", ["customer", name, "assigned_from", "assigned_to"])
    if name != "collector":
        table = table.filter(pc.is_valid(table[name]))
    day = day_number(as_of)
    first, last = days(table["assigned_from"]), days(table["assigned_to"])
    holds = (first <= day) & ((last == NO_DAY) | (last >= day))  # NO_DAY lies before every day
    rows = np.argsort(first, kind="stable")  # a later assignment overwrites an earlier one
    chosen = rows[holds[rows]]
    if name != "collector":
        chosen = np.concatenate([rows, chosen])
    customers, values = (table[column].cast(pa.string()).to_pylist() for column in ("customer", name))
    return {customers[row]: values[row] for row in chosen.tolist()}


def open_items(book: Book, as_of: date, *, known_on: date | None = None, netting: Netting = "separate") -> OpenItems:
    """Return what is open at the end of `as_of`.

    known_on: count only what had been entered by that day; None: everything known. Raises: UsageError for a netting that
    does not exist.
    """
    if netting not in NETTINGS:
        raise UsageError(
            f'netting "{netting}" does not exist. Choose from {", ".join(NETTINGS)}.',
            f"没有“{netting}”这种轧差方式。可选：{'、'.join(NETTINGS)}。",
        )
    state = balances(book, as_of, known_on)
    open_minor = state.open_minor
    if netting == "fifo":
        links = oldest_due_first(book, open_minor, as_of)
        open_minor = open_minor.copy()
        np.add.at(open_minor, links.to_document, -links.amount_minor)
        np.add.at(open_minor, links.from_document, links.amount_minor)
    rows = np.flatnonzero(open_minor)
    # Customer, dates and kind are asked for by nearly every measure: they come in the same pass.
    instead = ["issue_on", *start_columns(book)] if book.nulls("documents", ["due_on"])["due_on"] else []
    columns = book.take("documents", list(dict.fromkeys(["currency", *_USUAL, *instead])), rows)
    own, names = codes(columns["currency"])
    items = OpenItems(book, as_of, known_on, netting, rows, open_minor[rows], own, tuple(n or "" for n in names))
    items._held.update({name: columns[name] for name in columns.column_names})
    return items


@dataclass(frozen=True)
class Rate:
    """One exchange rate: 1 unit of `currency` is `rate` units of the reporting currency, as of `on`."""

    currency: str
    rate: Decimal
    on: date


def convert(items: OpenItems, rates: Sequence[Rate], to: str) -> OpenItems:
    """Return the items in one reporting currency, each converted at its rate and rounded half up.

    Rounding item by item keeps every later sum equal to the sum of the items shown. rates: one per foreign currency.
    Raises: CurrencyError naming a currency without a rate.
    """
    result = to_currency(items.open_minor, items.currency, items.currencies, rates, to, items.as_of)
    return replace(
        items,
        open_minor=result,
        currency=np.zeros(len(items.rows), np.int32),
        currencies=(to,),
        converted_from=(items.open_minor, items.currency, items.currencies),
    )


def to_currency(
    values: NDArray[np.int64], codes: NDArray[np.integer], names: Sequence[str | None], rates: Sequence[Rate], to: str,
    as_of: date,
) -> NDArray[np.int64]:  # fmt: skip
    """Return amounts in minor units of `to`, each converted exactly and rounded half away from zero.

    codes: currency of each amount as an index into names. as_of: for the error only.
    Raises: CurrencyError naming a currency without a rate; TooLarge for an amount or a rate with too many digits.
    """
    places = money.exponent(to)
    given = {rate.currency: rate for rate in rates}
    result = np.zeros(len(values), np.int64)
    for code, name in enumerate(names):
        mask = codes == code
        if not mask.any():
            continue
        if name == to:
            result[mask] = values[mask]
            continue
        if name not in given:
            raise CurrencyError(
                f"{int(mask.sum())} documents are in {name} and no rate {name} → {to} on or before {as_of} was given.",
                f"{int(mask.sum())} 张单据为 {name}，未给出 {as_of} 当日或之前的 {name} → {to} 汇率。",
            )
        ratio = given[name].rate.scaleb(places - money.exponent(name))
        result[mask] = rescale(values[mask], *ratio.as_integer_ratio())
    return result
