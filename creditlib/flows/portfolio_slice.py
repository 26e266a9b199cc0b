"""`Slice`: what some documents of a portfolio come to: aging, DSO and their trend, concentration, overdue list, items, alerts.

What must stay true: every figure is picked from sums the measures made, and told by the same functions that tell the month-end close.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.errors import NeedsSales, UsageError
from creditlib.flows.alerts import Alerts
from creditlib.flows.close_figures import dso_family, told_days
from creditlib.flows.close_tables import items_as_told, named, worst
from creditlib.flows.closing import DsoLine, Measure, TrendPoint
from creditlib.flows.history import ends_since, previous_month_end
from creditlib.flows.portfolio_cells import CALLED, NOT_TOLD, Cells, Choice, Sums, first_day
from creditlib.flows.portfolio_dso import PartDso
from creditlib.formulas import overdue_share
from creditlib.measures.aging import UNAPPLIED, bucket_keys
from creditlib.measures.exposure import Ranked, rank
from creditlib.measures.segments import sums
from creditlib.policy import GRADES

if TYPE_CHECKING:
    from creditlib.flows.portfolio import Portfolio

_SHOWN: Final = 12  # names an error lists


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a slice. name: of the customer, company, salesperson or grade, "" for those that name none. Amounts: minor units. share:
    of what is open; of a customer, of all balances above 0, as in the concentration."""

    name: str
    open_minor: int
    overdue_minor: int
    share: float

    @property
    def overdue_share(self) -> float:
        """Share of what is open that is overdue."""
        return overdue_share(self.overdue_minor, self.open_minor)


@dataclass(frozen=True)
class Slice:
    """Figures of what was chosen, in one currency. chosen: filter → text. Amounts: minor units of `currency`."""

    portfolio: Portfolio
    chosen: Mapping[str, str]
    choice: Choice
    currency: str

    @property
    def sums(self) -> Sums:
        """The sums picked from."""
        return self.portfolio.sums

    @cached_property
    def _code(self) -> int:
        names = self.sums.names.texts["currency"]
        return names.index(self.currency) if self.currency in names else -1

    @property
    def _now(self) -> Cells:
        return self.sums.open[self.sums.ground.as_of]

    @cached_property
    def _mine(self) -> NDArray[np.bool_]:
        return self._now.chosen(self.choice, self._code)

    @property
    def buckets(self) -> tuple[str, ...]:
        """Names of the aging buckets, in order."""
        return bucket_keys(self.sums.ground.values["aging.edges"])

    @cached_property
    def aging(self) -> Mapping[str, int]:
        """The line under the aging: items, total_minor, overdue_minor, each bucket, unapplied."""
        return {name: int(column[self._mine].sum()) for name, column in self._now.values.items()}

    @cached_property
    def previous_buckets(self) -> Mapping[str, int]:
        """Last month's buckets; empty where the book can't tell, or nothing was open."""
        cells = self.sums.open.get(previous_month_end(self.sums.ground.as_of))
        if cells is None:
            return {}
        mine = cells.chosen(self.choice, self._code)
        return {key: int(cells.values[key][mine].sum()) for key in (*self.buckets, UNAPPLIED)} if mine.any() else {}

    @cached_property
    def _dso(self) -> PartDso:
        return PartDso(self.sums, self.choice, self._code)

    @cached_property
    def dso(self) -> tuple[DsoLine, ...]:
        """The DSO family, each line explained against the default."""
        return dso_family(self.sums.ground, self._dso.row, self.currency)

    @property
    def dso_now(self) -> DsoLine:
        """DSO as the policy measures it."""
        method = self.sums.ground.values["dso.method"]
        return next(line for line in self.dso if line.method == method)

    @property
    def by_documents(self) -> bool:
        """Whether sales are the billing documents because the sales given are not told by what was chosen."""
        try:
            return self._dso.sold.documents
        except NeedsSales:
            return False

    @cached_property
    def trend(self) -> tuple[TrendPoint, ...]:
        """Open, overdue and DSO at up to thirteen month ends, oldest first; empty where the book can't tell."""
        ground = self.sums.ground
        if not ground.book.complete:
            return ()
        found = []
        for end in ends_since(first_day(self.sums, self.choice), ground.as_of):
            cells = self.sums.open[end]
            mine = cells.chosen(self.choice, self._code)
            total, late = (int(cells.values[name][mine].sum()) for name in ("total_minor", "overdue_minor"))
            try:
                days = told_days(self._dso.row(ground.values["dso.method"], end))
            except NeedsSales:
                days = None
            found.append(TrendPoint(end, total, late, days))
        return tuple(found)

    @cached_property
    def _customers(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Open and overdue by code of a customer."""
        own, size = self._now.codes["customer"][self._mine], len(self.sums.names.texts["customer"]) + 1
        total, late = (self._now.values[name][self._mine] for name in ("total_minor", "overdue_minor"))
        return sums(own, total, size), sums(own, late, size)

    @cached_property
    def concentration(self) -> pa.Table:
        """The largest debtors, as many as the policy lists: columns as `Close.concentration`."""
        ranked, texts = self._ranked, self.sums.names.texts["customer"]
        table = pa.table(
            {
                "customer": pa.array([texts[code] for code in ranked.largest.tolist()], pa.string()),
                "currency": pa.array([self.currency] * len(ranked.largest), pa.string()),
                "total_minor": pa.array(self._customers[0][ranked.largest]),
                "share": pa.array(ranked.shares),
                "cumulative_share": pa.array(ranked.cumulative),
                "overdue_minor": pa.array(self._customers[1][ranked.largest]),
            }
        )
        return named(self.sums.ground, table)

    @cached_property
    def _ranked(self) -> Ranked:
        return rank(self._customers[0][:-1], self.sums.ground.values["concentration.top"])

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """How concentrated it is: share of the largest together, and the Herfindahl index; None where nobody owes anything."""
        found = self._ranked
        pair = (found.top_share, found.herfindahl) if found.customers else (None, None)
        return Measure("top10_share", pair[0], "share"), Measure("herfindahl", pair[1], "index")

    @property
    def customers(self) -> int:
        """How many customers owe anything on balance."""
        return int(self._ranked.customers)

    @property
    def late_customers(self) -> int:
        """How many customers have anything overdue."""
        return int((self._customers[1][:-1] > 0).sum())

    def by(self, key: str) -> tuple[Share, ...]:
        """Return open and overdue by company, salesperson or grade, the largest first, what has nothing open left out; by customer those of
        the concentration."""
        if key == "customer":
            names = ("customer", "total_minor", "overdue_minor", "share")
            return tuple(Share(*one) for one in zip(*(self.concentration[n].to_pylist() for n in names), strict=True))
        if key == "grade":
            texts: Sequence[str] = (*GRADES, NOT_TOLD)
            own = self.portfolio.grades
            total, late = (sums(own, column[: len(own)], len(texts)) for column in self._customers)
        else:
            texts = self.sums.names.texts[key]
            own = self._now.codes[key][self._mine].astype(np.int64)
            total, late = (
                sums(own, self._now.values[n][self._mine], len(texts)) for n in ("total_minor", "overdue_minor")
            )
        whole = self.aging["total_minor"]
        found = [
            Share(name, minor, overdue_minor, minor / whole if whole > 0 else 0.0)
            for name, minor, overdue_minor in zip(texts, total.tolist(), late.tolist(), strict=True)
            if minor or overdue_minor
        ]
        return tuple(sorted(found, key=lambda one: (-one.open_minor, one.name)))

    def overdue_top(self, least_minor: int = 0) -> pa.Table:
        """Return the customers with most overdue, as many as the policy lists; columns as `Close.overdue_top`.

        least_minor: leave out whoever has less overdue than this.
        """
        if least_minor not in self._tops:
            self._tops[least_minor] = self._overdue_top(least_minor)
        return self._tops[least_minor]

    @cached_property
    def _tops(self) -> dict[int, pa.Table]:
        return {}

    def _overdue_top(self, least_minor: int) -> pa.Table:
        late = self._customers[1][:-1]
        wanted = np.flatnonzero(late >= max(least_minor, 1))
        wanted = wanted[np.lexsort((wanted, -late[wanted]))][: self.sums.ground.values["overdue.top"]]
        texts = self.sums.names.texts["customer"]
        place = {texts[code]: code for code in wanted.tolist()}
        counted = np.zeros(len(texts) + 1, np.bool_)
        counted[wanted] = True
        mine = np.flatnonzero(self._mine & counted[self._now.codes["customer"]])
        rows, own = np.unique(self._now.codes["customer"][mine], return_inverse=True)
        table = pa.table(
            {
                "customer": pa.array([texts[code] for code in rows.tolist()], pa.string()),
                "currency": pa.array([self.currency] * len(rows), pa.string()),
                **{name: pa.array(sums(own, column[mine], len(rows))) for name, column in self._now.values.items()},
            }
        )
        return worst(self.sums.ground, table, lambda customer: self._places([place[customer]], self._code))

    def items(self, *customers: str) -> pa.Table:
        """Return the open items of some customers within the slice, whatever their currency: columns as `Close.items`, in its order.

        Raises: UsageError for a customer the book does not have.
        """
        ground, codes = self.sums.ground, self.portfolio.places
        for customer in customers:
            known("customer", customer, codes, ground.as_of)
        places = self._places([codes[customer] for customer in customers], None)
        edges = ground.values["aging.edges"]
        table = items_as_told(ground, ground.items.chosen(places), self.sums.buckets[places], edges)
        other = pa.array([currency != self.currency for currency in table["currency"].to_pylist()], pa.bool_())
        names = ["_other", "currency", "customer", "due_on", "source"]
        return table.append_column("_other", other).sort_by([(n, "ascending") for n in names]).drop_columns(["_other"])

    def _places(self, customers: Sequence[int], currency: int | None) -> NDArray[np.int64]:
        """Return the places of the open items of some customers."""
        own = self.sums.items
        places = np.concatenate([np.zeros(0, np.int64), *(self.sums.items_of(code) for code in customers)])
        few = {name: column[places] for name, column in own.items()}
        mine = self.choice.of(few, len(places))
        return places[mine if currency is None else mine & (few["currency"] == currency)]

    @cached_property
    def alerts(self) -> Alerts:
        """Alerts about customers that have documents here; without a filter every alert of the book."""
        found = self.portfolio.alerts
        if not self.chosen:
            return found
        if set(self.choice.flags) <= {"customer"}:
            return found.about(self.choice.flags["customer"])
        flags = np.zeros(len(self.sums.names.texts["customer"]) + 1, np.bool_)
        flags[self._now.codes["customer"][self._now.chosen(self.choice, None)]] = True
        flags[-1] = False
        return found.about(flags)


def known(name: str, text: str, there: Collection[str], as_of: date) -> None:
    """Raise a UsageError unless a book has a customer, a company, … of that name."""
    if text not in there:
        called, shown = CALLED[name], [one for one in islice(there, _SHOWN) if one]
        more = len(there) > _SHOWN
        raise UsageError(
            f'this book has no {called[0]} "{text}" on {as_of}. Choose from {", ".join(shown)}{", …" * more}.',
            f"{as_of} 的账簿中没有{called[1]}“{text}”。可选：{'、'.join(shown)}{' 等' * more}。",
        )
