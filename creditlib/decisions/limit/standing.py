"""What limits stand on, made ready once: columns and groups that no score, grade or policy value of the limit can change.

What must stay true: a row is a customer in the order of the factors; what an order of customers or a score could change is not here, so
that a policy can be tried on it again and again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.decisions.limit.columns import Amounts, Flags, Ints, as_int64, common_scale, insured_parts
from creditlib.decisions.limit.exchange import Exchange
from creditlib.decisions.limit.inputs import BY_GRADE, Inputs
from creditlib.money import CURRENCIES, exponent
from creditlib.policy import GRADES

_NONE: Final = -1


@dataclass(frozen=True)
class Owed:
    """What every customer owes, one row for each balance above 0 that can be told in the home currency, minor units less what insurers
    would pay of it. row: place among the rows limits are told for, −1 for none. group: code. factor: home currency for one
    minor unit, over `Standing.scale`."""

    row: NDArray[np.int64]
    group: NDArray[np.int64]
    bare_minor: Ints
    factor: NDArray[Any]


@dataclass(frozen=True)
class Standing:
    """Columns by customer. currencies: names; currency: code of each row; unit: minor units of a whole one. term: days agreed or given by
    the ledger, without those the grade gives. group: code of each row; groups: names. factor: as in `Owed`, 0 without a rate. home: the
    home currency, exchange: the rates. balances: customer → currency → open balance, of the whole book."""

    customer: pa.DictionaryArray
    currencies: tuple[str, ...]
    currency: NDArray[np.int64]
    unit: Ints
    yearly: Amounts
    bought_from: pa.Array
    term: Amounts
    term_from: pa.Array
    net_worth: Amounts
    working_capital: Amounts
    reference_average: Amounts
    reference_count: Ints
    peak: Amounts
    cover: Amounts
    cover_paid: Amounts
    group: NDArray[np.int64]
    groups: pa.Array
    factor: NDArray[Any]
    scale: int
    owed: Owed
    balances: Mapping[str, Mapping[str, int]]
    exchange: Exchange
    home: str

    @classmethod
    def of(cls, inputs: Inputs, groups: Mapping[str, str], exchange: Exchange, home: str) -> Standing:
        """Return inputs as columns. groups: customer → group, of every customer of the inputs."""
        names = tuple(dict.fromkeys([*inputs.currency, *(c for owed in inputs.owed.values() for c in owed)]))
        place = {name: i for i, name in enumerate(names)}
        currency = np.array([place[name] for name in inputs.currency], np.int64)
        scale, factors = common_scale([exchange.ratio(name, home) for name in names])
        codes = {group: i for i, group in enumerate(dict.fromkeys(groups.values()))}
        cover, paid = Amounts.of(inputs.cover), Amounts.of(inputs.cover_paid)
        by_grade = [source == BY_GRADE for source in inputs.term_from]
        own_term = [None if no else days for days, no in zip(inputs.term_days, by_grade, strict=True)]
        own_from = [None if no else source for source, no in zip(inputs.term_from, by_grade, strict=True)]
        return cls(
            pa.array(inputs.customer, pa.string()).dictionary_encode(), names, currency,
            np.array([10 ** exponent(name) if name in CURRENCIES else 1 for name in names] or [1], np.int64)[currency], Amounts.of(inputs.yearly),
            pa.array(inputs.bought_from, pa.string()), Amounts.of(own_term), pa.array(own_from, pa.string()),
            Amounts.of(inputs.net_worth), Amounts.of(inputs.working_capital), Amounts.of(inputs.reference_average),
            np.array(inputs.reference_count, np.int64), Amounts.of(inputs.peak), cover, paid,
            np.array([codes[groups[c]] for c in inputs.customer], np.int64), pa.array(list(codes), pa.string()),
            factors[currency] if names else np.zeros(0, np.int64), scale,
            _owed(inputs, currency, place, {c: codes[g] for c, g in groups.items()}, factors, cover.minor, paid.minor),
            inputs.owed, exchange, home,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.currency)


def _owed(
    inputs: Inputs, currency: NDArray[np.int64], place: Mapping[str, int], group: Mapping[str, int], factors: NDArray[Any], cover: Ints,
    paid: Ints,
) -> Owed:  # fmt: skip
    rows = {customer: row for row, customer in enumerate(inputs.customer)}
    found = [
        (rows.get(customer, _NONE), group[customer], place[name], minor)
        for customer, balances in inputs.owed.items()
        for name, minor in balances.items()
        if minor > 0 and factors[place[name]]
    ]
    row, of_group, code, minor = (as_int64([one[i] for one in found]) for i in range(4))
    own = (row >= 0) & (currency[row] == code) if len(currency) else np.zeros(len(row), bool)
    bare = minor.copy()
    bare[own] -= insured_parts(minor[own], cover[row[own]], paid[row[own]])
    return Owed(row, of_group, bare, factors[code] if len(factors) else np.zeros(0, np.int64))


@dataclass(frozen=True)
class Judged:
    """What the scores say of each row. scored: it has a grade to set a limit by. stopped: a hard stop. grade: its place in GRADES, −1
    for none. outcome, grade_text: as the scores tell them."""

    scored: Flags
    stopped: Flags
    grade: NDArray[np.int64]
    grade_text: pa.Array
    score: Amounts

    @classmethod
    def of(cls, outcome: pa.Array, grade: pa.Array, score: Amounts) -> Judged:
        """Return columns of scores in the order of the rows."""
        outcome, grade = (_whole(column).cast(pa.string()) for column in (outcome, grade))
        place = pc.index_in(grade, value_set=pa.array(GRADES, pa.string())).fill_null(_NONE)
        places = np.asarray(place).astype(np.int64)
        told = [np.asarray(pc.equal(outcome, word).fill_null(False), bool) for word in ("scored", "stop")]
        return cls(told[0] & (places >= 0), told[1], places, grade, score)

    @classmethod
    def of_inputs(cls, inputs: Inputs) -> Judged:
        """Return what the inputs were gathered with."""
        outcome, grade = (pa.array(column, pa.string()) for column in (inputs.outcome, inputs.grade))
        return cls.of(outcome, grade, Amounts.of(inputs.score))

    @classmethod
    def of_scores(cls, scores: pa.Table, customers: pa.Array) -> Judged:
        """Return the scores of some customers, by their codes; of who is not there nothing is known."""
        own, wanted = (_whole(column).cast(pa.string()) for column in (scores["customer"], customers))
        names = ("outcome", "grade", "score")
        columns = [_whole(scores[name]) if name in scores.column_names else pa.nulls(len(own)) for name in names]
        if not own.equals(wanted):
            at = pc.index_in(wanted, value_set=own)
            columns = [column.take(at) for column in columns]
        return cls.of(columns[0], columns[1], Amounts.from_arrow(columns[2].cast(pa.int64())))


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def table_of(codes: Sequence[int | None], rows: NDArray[Any]) -> Amounts:
    """Return a number for each row from a list by code; a code of −1 takes the last.

    >>> table_of([7, None, 9], np.array([0, 1, -1])).to_list()
    [7, None, 9]
    """
    column = Amounts.of(codes)
    return Amounts(column.minor[rows], column.known[rows])
