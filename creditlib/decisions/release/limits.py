"""Limits in force, who counts under whose, and amounts told in one currency as far as rates go.

What must stay true: a limit that is not set is not 0; a code is never its own parent, whatever a customer list says; an amount
without a rate keeps its own currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate, in_force, to_currency
from creditlib.facts.tables import among, codes, days


@dataclass(frozen=True)
class Translation:
    """Amounts into one currency as far as rates go; a currency without a rate stays what it is. to: None converts nothing."""

    rates: tuple[Rate, ...]
    to: str | None
    as_of: date

    def currency(self, name: str) -> str:
        """Return the currency an amount in `name` is told in."""
        if self.to is None or name == self.to:
            return name
        return self.to if any(rate.currency == name for rate in self.rates) else name

    def one(self, minor: int, name: str) -> int:
        """Return one amount in that currency."""
        return int(self.many(np.array([minor], np.int64), np.zeros(1, np.int64), [name])[0][0])

    def many(
        self, values: NDArray[np.int64], own: NDArray[np.integer[Any]], names: Sequence[str | None]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str]]:
        """Return amounts, the codes of their currencies and the names of these."""
        into = [self.currency(name or "") for name in names]
        told = list(dict.fromkeys(into))
        place = np.array([told.index(name) for name in into] or [0], np.int64)
        out = values.copy()
        for code, (name, target) in enumerate(zip(names, into, strict=True)):
            which = own == code
            if name != target and which.any():
                out[which] = to_currency(
                    values[which], np.zeros(int(which.sum()), np.int64), [name], self.rates, target, self.as_of
                )
        return out, place[own], told


class Limit(NamedTuple):
    """A limit and its currency. on: day it was set, None for one that was not read from the book."""

    minor: int
    currency: str
    on: date | None = None


class Structure:
    """Who belongs to whom: parents upward, children and groups downward."""

    def __init__(self, book: Book, as_of: date) -> None:
        self._parent = in_force(book, "parent", as_of)
        self._group = in_force(book, "group", as_of)
        self._below: dict[str, list[str]] = defaultdict(list)
        for found in (self._parent, self._group):
            for customer, above in found.items():
                if customer is not None and above is not None and above != customer:
                    self._below[above].append(customer)
        self._members: dict[str, tuple[str, ...]] = {}

    def above(self, customer: str) -> tuple[str, ...]:
        """Return every code a customer's exposure counts under, its own first where others count under it too."""
        found = [customer] if self._below.get(customer) else []
        waiting = [customer]
        while waiting:
            code = waiting.pop(0)
            for up in (self._parent.get(code), self._group.get(code)):
                if up is not None and up != customer and up not in found:
                    found.append(up)
                    waiting.append(up)
        return tuple(found)

    def members(self, code: str) -> tuple[str, ...]:
        """Return every customer below a code, and the code itself."""
        if code not in self._members:
            found, waiting = {code: None}, [code]
            while waiting:
                for below in self._below.get(waiting.pop(), ()):
                    if below not in found:
                        found[below] = None
                        waiting.append(below)
            self._members[code] = tuple(found)
        return self._members[code]


def limits_ended(book: Book, as_of: date) -> dict[str, date]:
    """Return the day the last limit of a customer ended, of those whose limits have all run out by a day."""
    table = book.columns("events", ["customer", "event", "on", "until"])
    table = table.filter(pa.array(among(table["event"], ["limit_set"])))
    table = table.filter(pa.array(days(table["on"]) <= day_number(as_of)))
    found: dict[str, date | None] = {}
    for row in table.to_pylist():
        last = found.get(row["customer"], row["until"])
        found[row["customer"]] = None if last is None or row["until"] is None else max(last, row["until"])
    return {customer: last for customer, last in found.items() if last is not None and last < as_of}


def limits_in_force(book: Book, as_of: date, home: str) -> dict[str, Limit | None]:
    """Return the newest limit in force of every customer or group that ever had one set; None: the newest says not set.

    A limit is in force from its event to `until`; after that the one before it holds again. Without a currency it is in the home
    currency.
    """
    table = book.columns("events", ["customer", "event", "on", "known_on", "until", "currency", "amount_minor"])
    event, names = codes(table["event"])
    day = day_number(as_of)
    known, until, on = (days(table[name]) for name in ("known_on", "until", "on"))
    keep = np.isin(event, [i for i, name in enumerate(names) if name == "limit_set"])
    keep &= (on <= day) & (known <= day) & ((until == NO_DAY) | (until >= day))
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(on[rows], kind="stable")]
    found: dict[str, Limit | None] = {}
    for row in table.select(["customer", "currency", "amount_minor", "on"]).take(pa.array(rows)).to_pylist():
        minor = row["amount_minor"]
        found[row["customer"]] = None if minor is None else Limit(minor, row["currency"] or home, row["on"])
    return found
