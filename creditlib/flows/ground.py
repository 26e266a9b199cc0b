"""What a close stands on: the book as known on a day, its open items, the currency it reports in.

What must stay true: a close made as of what was known sees nothing entered later; policy values are read here once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa

from creditlib.facts.allocate import oldest_due_first
from creditlib.facts.book import Book
from creditlib.facts.ledger import as_known, balances
from creditlib.facts.open_items import OpenItems, Rate, convert, open_items
from creditlib.facts.outside import Control
from creditlib.facts.reading import Reading
from creditlib.facts.tables import codes
from creditlib.flows.history import previous_month_end
from creditlib.policy import Policy, Values


@dataclass(frozen=True)
class Ground:
    """The question a close answers, and what every part of the answer shares."""

    reading: Reading | Book
    policy: Policy
    as_of: date
    control: tuple[Control, ...]
    rates: tuple[Rate, ...]
    report: str | None
    known_on: date | None
    entity: str | None

    @cached_property
    def values(self) -> Values:
        """Policy values in force on the day."""
        return self.policy.at(self.as_of)

    @cached_property
    def book(self) -> Book:
        """The book as it was known; a running account nobody matched gets its allocations here, oldest due first."""
        book = self.reading if isinstance(self.reading, Book) else self.reading.book
        if self.known_on is not None:
            book = as_known(book, self.known_on)
        if self.shape != "running_account":
            return book
        state = balances(book, self.as_of)
        return replace(book, allocations=oldest_due_first(book, state.open_minor, self.as_of).table())

    @cached_property
    def shape(self) -> str:
        """Which shape of input was recognised."""
        if isinstance(self.reading, Book):
            return "documents_with_allocations" if self.reading.complete else "open_items"
        return self.reading.shape

    @cached_property
    def _taken(self) -> dict[date, OpenItems]:
        return {}

    def take(self, day: date) -> OpenItems:
        """Open items of a day in document currencies; trend, roll-forward and last month ask for the same days."""
        if day not in self._taken:
            self._taken[day] = open_items(self.book, day, netting=self.values["aging.netting"])
        return self._taken[day]

    def reported(self, items: OpenItems) -> OpenItems:
        """The same in the reporting currency, at the as-of rates whatever the day."""
        return items if self.report is None else convert(items, self.rates, self.report)

    @property
    def in_report(self) -> dict[str, Any]:
        """How measures that take a book report in one currency."""
        return {"rates": self.rates, "to": self.report}

    @cached_property
    def original(self) -> OpenItems:
        """Open items of the day in document currencies."""
        return self.take(self.as_of)

    @cached_property
    def items(self) -> OpenItems:
        """Open items of the day as the close reports them."""
        return self.reported(self.original)

    @cached_property
    def before(self) -> OpenItems | None:
        """Open items of the month end before, where the book can tell."""
        if not self.book.complete:
            return None
        return self.reported(self.take(previous_month_end(self.as_of)))

    @cached_property
    def currency(self) -> str:
        """The currency of totals and dashboard: the one reported in, the only one, the home currency, or the largest."""
        if self.report is not None:
            return self.report
        totals = self.items.totals
        home = self.values["home.currency"]
        if not totals:
            names = codes(self.book.columns("documents", ["currency"])["currency"])[1]
            return str(names[0]) if len(names) == 1 else str(home)
        if len(totals) == 1:
            return next(iter(totals))
        return home if home in totals else max(totals, key=lambda c: abs(totals[c]))

    @cached_property
    def names(self) -> dict[str, str]:
        """Customer names by code, empty where there is none."""
        table = self.book.columns("customers", ["customer", "name"])
        texts = (table[name].cast(pa.string()).to_pylist() for name in ("customer", "name"))
        return {c: n or "" for c, n in zip(*texts, strict=True)}
