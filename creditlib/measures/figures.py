"""`Figures`: a table of results that knows its unit, its day, and which documents made each row.

What must stay true: currency is always a key; a total is never taken over several currencies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.errors import CurrencyError, UsageError
from creditlib.facts.book import Book

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Why:
    """What made a figure. documents: id, document, source and the amount each gives; values: parameters passed in."""

    key: Mapping[str, str | None]
    documents: pa.Table
    values: Mapping[str, Any]


def documents_of(book: Book, ids: NDArray[np.int64], **columns: Any) -> pa.Table:
    """Return documents as a person looks them up, with what each gives to a figure."""
    names = ["id", "customer", "document", "kind", "issue_on", "due_on", "currency", "source_file", "source_row"]
    table = book.columns("documents", names).take(pa.array(ids))
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    return table


def column_sums(table: pa.Table) -> dict[str, int]:
    """Return the sum of every whole-number column."""
    return {
        field.name: pc.sum(table[field.name]).as_py() or 0 for field in table.schema if pa.types.is_integer(field.type)
    }


@dataclass(frozen=True)
class Figures:
    """A measure's result. keys: columns that name a row, currency last. total: the money column that adds up. documents: row → the
    documents behind it."""

    table: pa.Table
    keys: tuple[str, ...]
    as_of: date
    total: str = "total_minor"
    values: Mapping[str, Any] = field(default_factory=dict)
    documents: Callable[[int], pa.Table] = field(kw_only=True, repr=False, compare=False)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Currencies the rows are in."""
        return tuple(pc.unique(self.table["currency"].cast(pa.string())).to_pylist())

    @property
    def currency(self) -> str:
        """The one currency, of figures that have rows. Raises: CurrencyError when there are several: convert first, or read `totals`."""
        found = self.currencies
        if len(found) != 1:
            raise CurrencyError(
                f"these figures are in {len(found)} currencies ({', '.join(found)}). Convert the items first.",
                f"这些数字涉及 {len(found)} 个币种（{'、'.join(found)}）。请先折算。",
            )
        return found[0]

    @property
    def total_minor(self) -> int:
        """The total in minor units of the one currency, 0 where there are no rows. Raises: CurrencyError when there are several."""
        return self.totals.get(self.currency, 0) if self.table.num_rows else 0

    @property
    def totals(self) -> dict[str, int]:
        """Totals by currency, minor units."""
        sums = self.table.group_by("currency").aggregate([(self.total, "sum")])
        return dict(zip(sums["currency"].to_pylist(), sums[f"{self.total}_sum"].to_pylist(), strict=True))

    def sums(self, currency: str) -> dict[str, int]:
        """Return the sum of every whole-number column over the rows in one currency: the line under the table."""
        mine = self.table.filter(pc.equal(self.table["currency"].cast(pa.string()), currency))
        return column_sums(mine)

    def frame(self) -> pd.DataFrame:
        """Return a pandas DataFrame, dates as datetime64."""
        frame: pd.DataFrame = self.table.to_pandas(date_as_object=False)
        return frame

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries."""
        return self.table.to_pylist()  # type: ignore[no-any-return]

    def row(self, **key: str | None) -> dict[str, Any]:
        """Return the one row with these keys. Raises: UsageError when none or several fit."""
        return self.table.slice(self._find(key), 1).to_pylist()[0]  # type: ignore[no-any-return]

    def why(self, **key: str | None) -> Why:
        """Return the documents and the parameters behind one row.

        key: as many of `keys` as single the row out, for example `customer="C-014"`.
        Raises: UsageError when none or several rows fit.
        """
        row = self._find(key)
        named = {name: self.table[name][row].as_py() for name in self.keys}
        return Why(named, self.documents(row), self.values)

    def _find(self, key: Mapping[str, str | None]) -> int:
        unknown = key.keys() - set(self.keys)
        if unknown:
            raise UsageError(
                f"no key {', '.join(sorted(unknown))}; the keys are {', '.join(self.keys)}.",
                f"没有键 {'、'.join(sorted(unknown))}；可用的键为 {'、'.join(self.keys)}。",
            )
        found = [
            i
            for i, row in enumerate(self.table.select(list(self.keys)).to_pylist())
            if all(row[k] == v for k, v in key.items())
        ]
        if len(found) != 1:
            told = ", ".join(f"{k}={v}" for k, v in key.items()) or "no key"
            if not found:
                raise UsageError(f"no row has {told}.", f"没有符合 {told} 的行。")
            left = [k for k in self.keys if k not in key]
            raise UsageError(
                f"{len(found)} rows have {told}; say {', '.join(left)} too.",
                f"{len(found)} 行符合 {told}；请再给出 {'、'.join(left)}。",
            )
        return found[0]
