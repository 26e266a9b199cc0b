"""A policy on trial: the book is measured once, then every other policy tells who changes grade, limit, terms and release, and the sums.

What must stay true: both policies judge the same book on the same day through the same functions; a sum is per currency, and counts every
customer, not only those that change; trying a policy leaves nothing behind.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.decisions.limit.columns import Amounts, Flags, sums_of
from creditlib.decisions.release.columns import OUTCOMES as RELEASES
from creditlib.flows.assess import Assessment
from creditlib.flows.policy_sides import LIMIT_OUTCOMES, MEASURED, OUTCOMES, Measured, Side, measured_under
from creditlib.flows.policy_told import COMPARED, NO_GRADE, ORDERS, Counts, PolicyEffect, Sums, customer_schema
from creditlib.policy import GRADES, Policy

_KEPT: Final = 3  # measured books that are held: the base and the last two under other measured values

_COUNTS: Final = ("without_limit", "over_customers")


class PolicyBench:
    """An assessed book on which policies are tried against the one it was assessed by.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> from creditlib.policy.draft import draft
    >>> bench = PolicyBench(assess(sample_book(), load_policy(), SAMPLE_END))
    >>> made = bench.effect(draft(load_policy(), {"limit.pick": "highest"}, SAMPLE_END, "proposal 1"))
    >>> made.counts.limit, made.counts.limit_down, made.counts.grade
    (35, 0, 0)
    """

    def __init__(self, whole: Assessment) -> None:
        self.whole = whole
        self._base = Measured(whole)
        self._known = {self._key(whole.policy): self._base}
        self.before = self._base.under(whole.policy)
        self._sums = _side_sums(*self._base.codes, self.before, self._base, self._base.exposure)

    def quick(self, after: Policy) -> bool:
        """Whether a policy can be tried on what is measured already; else the whole book is measured by it."""
        return self._key(after) in self._known

    def effect(self, after: Policy) -> PolicyEffect:
        """Return what a policy changes. Raises: PolicyError where it is not in force on the day, TooLarge; what `assess` raises."""
        whole, base = self.whole, self._base
        changes = whole.values.diff(after.at(whole.as_of))
        measured = self._measured(after)
        old, new = self.before, measured.under(after)
        at = None if measured is base else _places(base, measured)
        if at is not None:
            new = _taken(new, at)
        changed = _changed(old, new)
        orders = _orders(base, old, measured, new)
        return PolicyEffect(
            whole.as_of, whole.policy, after, changes, _customers(base, old, new, changed["any"]), orders, _grades(old, new),
            _sums(base, self._sums, measured, new, at), _counts(old, new, changed, orders),
        )  # fmt: skip

    def _measured(self, policy: Policy) -> Measured:
        key = self._key(policy)
        if key not in self._known:
            others = list(self._known)[1:]  # the first is the base
            for oldest in others[: len(others) - _KEPT + 2]:
                del self._known[oldest]
            self._known[key] = measured_under(self.whole, policy)
        return self._known[key]

    def _key(self, policy: Policy) -> tuple[Any, ...]:
        values = policy.at(self.whole.as_of)
        return tuple(values[name] for name in MEASURED)


def _places(base: Measured, other: Measured) -> NDArray[np.int64]:
    """Where each customer of the base stands in another measurement of the same book."""
    return np.asarray(pc.index_in(base.customer, value_set=other.customer)).astype(np.int64)


def _taken(side: Side, at: NDArray[np.int64]) -> Side:
    def amounts(column: Amounts) -> Amounts:
        return Amounts(column.minor[at], column.known[at])

    return Side(
        side.outcome[at], amounts(side.score), side.grade[at], side.limit_outcome[at], amounts(side.limit), side.terms[at], side.terms_text,
        amounts(side.loss), side.held,
    )  # fmt: skip


def _differ(old: Amounts, new: Amounts) -> Flags:
    return np.asarray((old.known != new.known) | (old.minor != new.minor), bool)


def _changed(old: Side, new: Side) -> dict[str, Flags]:
    texts = {text: place for place, text in enumerate(dict.fromkeys([*old.terms_text, *new.terms_text]))}
    terms = [np.array([texts[text] for text in side.terms_text])[side.terms] for side in (old, new)]
    found = {
        "outcome": old.outcome != new.outcome, "score": _differ(old.score, new.score), "grade": old.grade != new.grade,
        "limit_outcome": old.limit_outcome != new.limit_outcome, "limit_minor": _differ(old.limit, new.limit),
        "terms": terms[0] != terms[1],
    }  # fmt: skip
    return found | {"any": np.logical_or.reduce([found[name] for name in COMPARED])}


def _customers(base: Measured, old: Side, new: Side, changed: Flags) -> pa.Table:
    rows = np.flatnonzero(changed)
    at = pa.array(rows)
    columns = {name: getattr(base, name).take(at) for name in ("customer", "name", "currency")}
    for name in COMPARED:
        for word, side in (("before", old), ("after", new)):
            columns[f"{name}_{word}"] = _column(name, side, rows)
    return pa.table(columns, schema=customer_schema())


def _column(name: str, side: Side, rows: NDArray[np.int64]) -> pa.Array:
    if name in ("score", "limit_minor"):
        amounts = side.score if name == "score" else side.limit
        return Amounts(amounts.minor[rows], amounts.known[rows]).to_arrow()
    words: tuple[str | None, ...] = {
        "outcome": OUTCOMES,
        "grade": GRADES,
        "limit_outcome": LIMIT_OUTCOMES,
        "terms": side.terms_text,
    }[name]
    codes: NDArray[Any] = getattr(side, name)[rows]
    return pa.array(words, pa.string()).take(pa.array(codes, mask=codes < 0))


def _grades(old: Side, new: Side) -> dict[tuple[str, str], int]:
    width = len(GRADES) + 1
    pairs = np.bincount((old.grade + 1) * width + new.grade + 1, minlength=width * width)
    names = (NO_GRADE, *GRADES)
    return {(names[at // width], names[at % width]): int(pairs[at]) for at in np.flatnonzero(pairs).tolist()}


def _orders(base: Measured, old: Side, measured: Measured, new: Side) -> pa.Table:
    """Orders whose release changes; one that is not there under the other policy is none."""
    before, after = base.orders, measured.orders
    if before is after:
        rows = np.flatnonzero(old.held != new.held)
        others = rows
    else:
        keys = [
            pc.binary_join_element_wise(one.customer, one.order, one.currency, "\x1f", null_handling="replace")
            for one in (before, after)
        ]
        found = np.asarray(pc.index_in(keys[0], value_set=keys[1]).fill_null(-1)).astype(np.int64)
        rows = np.flatnonzero(found >= 0)
        rows = rows[old.held[rows] != new.held[found[rows]]]
        others = found[rows]
    at, words = pa.array(rows), pa.array(RELEASES, pa.string())
    return pa.table(
        {
            "customer": before.customer.take(at), "order": before.order.take(at), "currency": before.currency.take(at),
            "order_minor": pa.array(before.left_minor[rows], pa.int64()), "outcome_before": words.take(pa.array(old.held[rows])),
            "outcome_after": words.take(pa.array(new.held[others])),
        },
        schema=ORDERS,
    )  # fmt: skip


def _counts(old: Side, new: Side, changed: dict[str, Flags], orders: pa.Table) -> Counts:
    both = old.limit.known & new.limit.known
    return Counts(
        int(changed["any"].sum()), int(changed["grade"].sum()), int(changed["limit_minor"].sum()), int(changed["terms"].sum()),
        int((both & (new.limit.minor > old.limit.minor)).sum()), int((both & (new.limit.minor < old.limit.minor)).sum()),
        len(pc.unique(orders["customer"])), orders.num_rows,
    )  # fmt: skip


def _sums(
    base: Measured, before: dict[str, list[int]], measured: Measured, new: Side, at: NDArray[np.int64] | None
) -> tuple[Sums, ...]:
    names, codes = base.codes
    exposure, after_codes = measured.exposure, codes
    if at is not None:
        exposure = exposure[at]
        place = {name: code for code, name in enumerate(names)}
        into = np.array([place.get(name, len(names)) for name in measured.codes[0]], np.int64)
        after_codes = into[measured.codes[1]][at]
    after = _side_sums(names, after_codes, new, measured, exposure)
    count = np.bincount(codes, minlength=len(names)).tolist()
    return tuple(
        Sums(name, count[code], **_told(before, "before", code), **_told(after, "after", code))
        for code, name in enumerate(names)
    )


def _told(columns: dict[str, list[int]], side: str, code: int) -> dict[str, int]:
    return {f"{name}_{side}" + ("" if name in _COUNTS else "_minor"): column[code] for name, column in columns.items()}


def _side_sums(
    names: list[str], codes: NDArray[np.int64], side: Side, measured: Measured, exposure: NDArray[np.int64]
) -> dict[str, list[int]]:
    """Return each sum, by the place of its currency. codes: of each row; one past the names for another currency."""
    size, limit = len(names) + 1, side.limit
    over = np.where(limit.known, np.maximum(exposure - limit.minor, 0), 0)
    orders = measured.orders
    place = np.asarray(pc.index_in(orders.currency, value_set=pa.array(names, pa.string())).fill_null(size - 1))
    held = np.where(side.held != RELEASES.index("release"), orders.left_minor, 0)
    return {
        "limits": _totals(codes, limit.minor, size), "without_limit": np.bincount(codes[~limit.known], minlength=size).tolist(),
        "expected_loss": _totals(codes, side.loss.minor, size), "held": _totals(place.astype(np.int64), held, size),
        "exposure": _totals(codes, exposure, size), "over": _totals(codes, over, size),
        "over_customers": np.bincount(codes[over > 0], minlength=size).tolist(),
    }  # fmt: skip


def _totals(codes: NDArray[np.int64], minor: NDArray[np.int64], size: int) -> list[int]:
    """Sums by code, exact whatever their size."""
    return [int(one) for one in sums_of(codes, minor, np.ones(len(minor), np.int64), size)]
