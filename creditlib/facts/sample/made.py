"""What a generated firm is: its tables, its odd cases, and what its files say otherwise than its tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from creditlib.facts.book import Book
from creditlib.facts.sample.odd import OddCase


@dataclass(frozen=True, slots=True)
class Sample:
    """A generated firm.

    documents, allocations, customers, sales: tables by the schemas of `facts.tables`; `documents.source_row` is the
    line in the written file. control: entity, account, currency, balance_minor at `end`. rates: date, from, to, rate
    (decimal text). truth: customer, behaviour, mean_days_late (days), turned_on, default_on. texts: (document id,
    column, what the file says there). loose: (line, cells) of rows that no table can hold. renamed: (customer, old
    name, first day of the new name).
    """

    seed: int
    home: str
    months: int
    end: date
    documents: pa.Table
    allocations: pa.Table
    customers: pa.Table
    sales: pa.Table
    control: pa.Table
    rates: pa.Table
    truth: pa.Table
    cases: tuple[OddCase, ...] = ()
    texts: tuple[tuple[int, str, str], ...] = ()
    loose: tuple[tuple[int, dict[str, str]], ...] = ()
    renamed: tuple[str, str, date] | None = None

    def book(self) -> Book:
        """Return the firm as a book."""
        return Book(self.documents, self.allocations, self.customers, self.sales)

    def open_totals(self) -> dict[str, int]:
        """Return the open total at `end` by currency, in minor units."""
        totals: dict[str, int] = {}
        for line in self.control.to_pylist():
            totals[line["currency"]] = totals.get(line["currency"], 0) + line["balance_minor"]
        return totals
