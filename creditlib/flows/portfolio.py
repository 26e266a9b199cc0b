"""`Portfolio`: an assessed book to look at as a whole and by company, salesperson, grade or customer, with its alerts.

What must stay true: nothing is measured here: sums are made once by the measures and picked; without a filter every figure is the month-end
close's to the cent, with one it is that of a book of those documents alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.flows.alert_rows import MOVED, OVERDUE_VALUES, Watched
from creditlib.flows.alert_sources import SOURCES, batch
from creditlib.flows.alerts import Alerts, Batch, alerts_of
from creditlib.flows.assess import Assessment
from creditlib.flows.close_tables import LOOKED_UP
from creditlib.flows.portfolio_cells import KEYS, NOT_TOLD, Choice, Sums, sums_of
from creditlib.flows.portfolio_slice import Slice, known
from creditlib.flows.standing import release_ground
from creditlib.policy import GRADES, Policy

FILTERS: Final = (*KEYS, "grade")
"""What a portfolio can be cut by: customer, entity (company of the group), salesperson, grade."""


class Portfolio:
    """A book as a whole. whole: the assessed book; sums and alerts are made when they are asked for, and once.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> portfolio = Portfolio(assess(sample_book(), load_policy(), SAMPLE_END))
    >>> portfolio.slice(grade="B").overdue_top().num_rows <= portfolio.slice().overdue_top().num_rows
    True
    """

    def __init__(self, whole: Assessment, kept: Portfolio | None = None) -> None:
        self.whole = whole
        self._watched: Watched | None = None
        self._batches: dict[str, Batch] = {}
        if kept is not None:  # another policy, which moves no sum
            self.sums, self.texts, self.places, self.grades = kept.sums, kept.texts, kept.places, kept.grades
            self._watched = kept.watched.under(whole.values)
            self._batches = {name: kept._batch(name) for name in SOURCES if name not in MOVED}

    @cached_property
    def sums(self) -> Sums:
        """The sums every slice is picked from."""
        customers = self.whole.scores.table["customer"].cast(pa.string()).to_pylist()
        self.whole.ground.items.hold(*LOOKED_UP)  # so that a customer's documents need not be read from the book
        return sums_of(self.whole.ground, sorted(customers))

    @cached_property
    def texts(self) -> Mapping[str, tuple[str, ...]]:
        """What each filter can be, in order; "" for documents that name no company or salesperson, and for no grade."""
        names, grades = self.sums.names.texts, set(self.grades.tolist())
        told = [grade for at, grade in enumerate(GRADES) if at in grades]
        return {**{key: names[key] for key in KEYS}, "grade": (*told, *([NOT_TOLD] if len(GRADES) in grades else []))}

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Code of each customer in the sums."""
        return {customer: code for code, customer in enumerate(self.sums.names.texts["customer"])}

    @cached_property
    def grades(self) -> NDArray[np.int64]:
        """Place of each customer's grade in GRADES, the number of grades where there is none; customers in the order of the sums."""
        table = self.whole.scores.table
        words = table["grade"].cast(pa.string()).to_pylist()
        known = dict(zip(table["customer"].cast(pa.string()).to_pylist(), words, strict=True))
        places = {word: at for at, word in enumerate(GRADES)}
        return np.array([places.get(known[c], len(GRADES)) for c in self.sums.names.texts["customer"]], np.int64)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Currencies there are amounts in, the close's first."""
        first = self.sums.ground.currency
        return (first, *(name for name in self.sums.names.texts["currency"] if name != first))

    @property
    def watched(self) -> Watched:
        """What the alerts are told from."""
        if self._watched is None:
            self._watched = Watched(self.whole, release_ground(self.whole))
        return self._watched

    @cached_property
    def alerts(self) -> Alerts:
        """Every alert of the book, whatever the currency."""
        return alerts_of([self._batch(name) for name in SOURCES])

    def _batch(self, name: str) -> Batch:
        if name not in self._batches:
            self._batches[name] = batch(name, self.watched, self.sums.ground.currency, self.places)
        return self._batches[name]

    def under(self, policy: Policy) -> Portfolio:
        """Return the same book by another policy. What only changes which overdue holds orders (`OVERDUE_VALUES`) moves no sum and is
        quick; anything else assesses the book anew."""
        whole = Assessment(replace(self.whole.ground, policy=policy))
        moved = {change.parameter for change in self.whole.values.diff(whole.values) if change.what == "value"}
        return Portfolio(whole, self if moved <= set(OVERDUE_VALUES) else None)

    def members(self, code: str) -> tuple[str, ...]:
        """Return the customers of a group, of a customer alone its own code."""
        return self.watched.release.structure.members(code)

    def slice(
        self, *, customer: str | None = None, entity: str | None = None, salesperson: str | None = None, grade: str | None = None,
        currency: str | None = None,
    ) -> Slice:  # fmt: skip
        """Return what the documents of a customer, company, salesperson or grade come to; None is all of them, "" those that name none.

        currency: of the amounts, None for the close's. Raises: UsageError for what the book does not have.

        >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
        >>> from creditlib.flows.assess import assess
        >>> from creditlib.policy import load_policy
        >>> book = Portfolio(assess(sample_book(), load_policy(), SAMPLE_END))
        >>> sum(book.slice(salesperson=name).aging["total_minor"] for name in book.texts["salesperson"]) == book.slice().aging["total_minor"]
        True
        """
        asked = {"customer": customer, "entity": entity, "salesperson": salesperson, "grade": grade}
        chosen = {name: text for name, text in asked.items() if text is not None}
        for name, text in chosen.items():
            known(name, text, self.texts[name], self.whole.as_of)
        if currency is not None:
            known("currency", currency, self.currencies, self.whole.as_of)
        flags: dict[str, NDArray[np.bool_]] = {}
        for name in KEYS:
            if name in chosen:
                flags[name] = np.array(
                    [text == chosen[name] for text in (*self.sums.names.texts[name], None)], np.bool_
                )
        if "grade" in chosen:
            place = GRADES.index(chosen["grade"]) if chosen["grade"] else len(GRADES)
            mine = np.append(self.grades == place, False)
            flags["customer"] = mine & flags["customer"] if "customer" in flags else mine
        return Slice(self, chosen, Choice(flags), currency or self.sums.ground.currency)
