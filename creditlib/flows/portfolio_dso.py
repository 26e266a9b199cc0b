"""DSO of a part of a portfolio, from the sums made once: the same arithmetic as `dso`, over sums that were picked and added up.

What must stay true: a figure is the one `dso` gives for those documents alone, to the last bit; what can't be told says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditlib.days import month_index
from creditlib.errors import NeedsSales
from creditlib.flows.close_figures import dso_months
from creditlib.flows.portfolio_cells import CALLED, Choice, Sold, Sums
from creditlib.measures.dso import Method, Parts, opening_day, span


class _Told(NamedTuple):
    """Receivables of one day, minor units; there: whether any item is among them."""

    receivables: int
    not_due: int
    there: bool


@dataclass(frozen=True)
class PartDso:
    """DSO of what is chosen, in one currency. currency: its code, −1 for one the book has not."""

    sums: Sums
    choice: Choice
    currency: int

    @cached_property
    def sold(self) -> Sold:
        """The sales that are told by what is chosen. Raises: NeedsSales where there are none."""
        if self.sums.no_sales is not None:
            raise NeedsSales(*self.sums.no_sales)
        for sold in self.sums.sold:
            if set(self.choice.keys) <= set(sold.told):
                return sold
        missing = [CALLED[name] for name in self.choice.keys if name not in self.sums.sold[0].told]
        raise NeedsSales(
            f"the sales given are not told by {', '.join(one[0] for one in missing)}, and this book holds only what is open. "
            "Leave that filter out, or give sales that tell it.",
            f"所给销售额未按{'、'.join(one[1] for one in missing)}列示，且本账簿只含未清项。请取消该筛选，或提供按此列示的销售额。",
        )

    @cached_property
    def _months(self) -> tuple[NDArray[np.int64], int, int]:
        """Sales by month, newest first; months there are sales for, whatever their currency; and months back to the first in this one,
        −1 without any."""
        codes, grid, oldest = self.sold.codes, self.sold.of.grid, self.sold.of.oldest
        mine = self.choice.of(codes, len(grid))
        known = int(oldest[mine].max()) + 1 if mine.any() else 1
        mine = mine & (codes["currency"] == self.currency)
        total = np.add.reduce(grid, axis=0) if mine.all() else grid[mine].sum(axis=0)
        return total, known, int(oldest[mine].max()) if mine.any() else -1

    def row(self, method: str, day: date) -> Mapping[str, Any] | None:
        """Return what `dso` says on one of the days there are sums for: days, at_least, receivables_minor, sales_minor, sales_days; None
        where neither items nor sales are. Raises: NeedsSales."""
        sales, known, oldest = self._months
        ground, method_ = self.sums.ground, _method(method)
        back = month_index(ground.as_of) - month_index(day)
        known = max(known - back, 1)
        months = dso_months(ground.values, method)
        now = self._told(day)
        begun = opening_day(day, known, months, ground.book) if method == "turnover" else None
        before = now if begun is None else self._told(begun)
        if not (now.there or before.there or oldest >= back):
            return None
        lengths, whole = span(day, known, method_, months)
        grid = np.zeros((1, len(lengths)), np.int64)
        taken = sales[back : back + len(lengths)]
        grid[0, : len(taken)] = taken
        parts = Parts(_one(now.receivables), _one(now.not_due), _one(before.receivables), grid, lengths, whole)
        columns = parts.columns(method_, ground.values["dso.year_days"])
        return {name: column[0].as_py() for name, column in columns.items()}

    def _told(self, day: date) -> _Told:
        cells = self.sums.sides[day]
        mine = cells.chosen(self.choice, self.currency)
        receivables, not_due = (int(cells.values[name][mine].sum()) for name in ("receivables", "not_due"))
        return _Told(receivables, not_due, bool(mine.any()))


def _one(minor: int) -> NDArray[np.int64]:
    return np.array([minor], np.int64)


def _method(name: str) -> Method:
    return name  # type: ignore[return-value]
