"""What alerts are told from, and the alerts there may be thousands of: made when they are looked at, so that a slider need not wait for them.

What must stay true: an alert made late is the one that would have been made at once; only `OVERDUE_VALUES` may differ between two that share
what was taken from the book.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from creditlib.decisions.release.columns import OUTCOMES, OrderColumns
from creditlib.decisions.release.ground import Ground, Pending
from creditlib.decisions.release.levels import judge
from creditlib.errors import Severity
from creditlib.flows.alerts import Alert, Batch, Money, word
from creditlib.flows.assess import Assessment
from creditlib.flows.standing import Standing, standings
from creditlib.policy import Values

OVERDUE_VALUES: Final = ("release.overdue_days", "release.overdue_minimum")
"""Policy values that change nothing but which overdue holds orders."""
MOVED: Final = ("overdue", "orders")
"""Sources of alerts they move."""
PolicyValues = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Watched:
    """What sources read: an assessed book, and what releases of it are judged by."""

    whole: Assessment
    release: Ground
    taken: OrderColumns | None = None

    @cached_property
    def waiting(self) -> OrderColumns:
        """Orders neither delivered nor billed."""
        return OrderColumns(self.release) if self.taken is None else self.taken

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Customers with anything open or ordered, or a hard stop."""
        return standings(self.release)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names by code."""
        return self.whole.ground.names

    def under(self, values: Values) -> Watched:
        """Return the same with other values of `OVERDUE_VALUES`."""
        return Watched(self.whole, self.release.under(values), self.waiting)

    def policy(self, *names: str) -> PolicyValues:
        """Return policy values with their names."""
        return tuple((name, self.release.values[name]) for name in names)

    def alert(
        self, kind: str, severity: Severity, customer: str, figure: tuple[int | None, str | None], policy: PolicyValues = (),
        *, where: str = "", members: tuple[str, ...] = (), **facts: Any,
    ) -> Alert:  # fmt: skip
        """Return an alert about a customer. figure: minor units and currency; facts: what fills its text."""
        name = self.names.get(customer, "")
        return Alert(kind, severity, customer, name, figure[0], figure[1], policy, facts, where=where, members=members)

    def owed(self, customer: str) -> Money:
        """Return the exposure of a customer, open orders included."""
        standing = self.standings.get(customer)
        return Money(standing.owed if standing else {})


def largest(owed: Money) -> tuple[int | None, str | None]:
    """Return the largest of the currencies somebody owes in as a figure."""
    if not owed.minor:
        return None, None
    currency = max(owed.minor, key=lambda name: owed.minor[name])
    return owed.minor[currency], currency


class _Late(Sequence[Alert], ABC):
    """Alerts of one source, each made when it is looked at."""

    def __init__(
        self,
        watched: Watched,
        customers: list[str],
        currencies: list[str],
        minor: NDArray[np.int64],
        policy: PolicyValues,
    ) -> None:
        self.watched, self.customers, self.currencies, self.minor, self.policy = (
            watched,
            customers,
            currencies,
            minor,
            policy,
        )
        self.kinds: tuple[str, ...] = ()
        self.kind: NDArray[np.int64] = np.zeros(len(customers), np.int64)

    def __len__(self) -> int:
        return len(self.customers)

    @overload
    def __getitem__(self, at: int) -> Alert: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Alert]: ...

    def __getitem__(self, at: int | slice) -> Alert | Sequence[Alert]:
        return self.made(at) if isinstance(at, int) else [self.made(one) for one in range(*at.indices(len(self)))]

    @abstractmethod
    def made(self, at: int) -> Alert:
        """Return the alert at a place."""

    def batch(self, currency: str, codes: Mapping[str, int]) -> Batch:
        """Return them as `batch_of` does, without making them."""
        size = len(self)
        other = np.array([name != currency for name in self.currencies], np.bool_)
        owners = np.array([codes.get(one, -1) for one in self.customers], np.int64)
        return Batch(
            self, np.ones(size, np.bool_), np.abs(self.minor), other, self.kinds, self.kind, owners, np.arange(size)
        )


class Overdue(_Late):
    """Overdue that holds orders, by customer and currency."""

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched, *watched.release.blocked(), watched.policy(*OVERDUE_VALUES))
        self.kinds = ("overdue-held",)
        self._nameless = (word("empty.numberless", "en"), word("empty.numberless", "zh"))

    def made(self, at: int) -> Alert:
        """Return the alert at a place."""
        release = self.watched.release
        customer, currency, minor = self.customers[at], self.currencies[at], int(self.minor[at])
        oldest, document = release.oldest(customer)
        return self.watched.alert(
            self.kinds[0], "must_act", customer, (minor, currency), self.policy, overdue=Money({currency: minor}),
            allowed=Money({currency: release.small_overdue(currency)}), days=self.policy[0][1], oldest=oldest,
            document=document or self._nameless,
        )  # fmt: skip


class Orders(_Late):
    """Orders that wait and are held or referred, by customer, the oldest first."""

    def __init__(self, watched: Watched) -> None:
        release, taken = watched.release, watched.waiting
        outcome = taken.outcomes(release.values)
        places = np.flatnonzero(outcome)
        waiting = sorted(release.pending, key=lambda one: one.customer)
        self._orders: list[Pending] = [waiting[at] for at in places.tolist()]
        policy = watched.policy(*OVERDUE_VALUES, "release.over_limit", "release.tolerance", "release.no_limit")
        columns = ([one.customer for one in self._orders], [one.currency for one in self._orders])
        super().__init__(watched, *columns, taken.left_minor[places], policy)
        self.kinds = ("order-referred", "order-held")
        self.kind = (outcome[places] == OUTCOMES.index("hold")).astype(np.int64)

    def made(self, at: int) -> Alert:
        """Return the alert at a place."""
        release, one = self.watched.release, self._orders[at]
        judged = judge(
            release, one.customer, one.currency, one.left_minor, one.position, release.limits.get(one.customer), False
        )
        why = (
            ", ".join(word(f"why.{code}.word", "en") for code in judged.codes),
            "、".join(word(f"why.{code}.word", "zh") for code in judged.codes),
        )
        return self.watched.alert(
            self.kinds[int(self.kind[at])], "must_act", one.customer, (one.left_minor, one.currency), self.policy, order=one.order,
            left=Money({one.currency: one.left_minor}), why=why,
        )  # fmt: skip
