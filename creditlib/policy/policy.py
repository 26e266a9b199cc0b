"""A policy: ask it for the values of a day, name it by a fingerprint, compare two.

What must stay true: a policy that was loaded has every parameter of the catalogue, each row with its reference, no two
rows from the same day and no day without a value between two rows. All problems of a file are shown together.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal, TypeVar

from creditlib.errors import PolicyError
from creditlib.policy.catalogue import CATALOGUE
from creditlib.policy.parameter import Parameter, Value

Made = TypeVar("Made")
What = Literal["added", "removed", "value", "reference", "confirmed_on", "to"]


@dataclass(frozen=True, slots=True)
class Row:
    """One value from one day on.

    from_on: first day in force. to_on: last day, None while the next row or nothing follows. reference: where the value
    is written. confirmed_on: the day a person last read it there; None: nobody has yet.
    """

    parameter: str
    from_on: date
    value: Value
    reference: str
    confirmed_on: date | None = None
    to_on: date | None = None

    @property
    def about(self) -> Parameter:
        """The parameter's entry in the catalogue, with unit and kind."""
        return CATALOGUE[self.parameter]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two policies.

    what: "added" or "removed" (a row; then before and after are the values in force from that day in each policy, None
    where there is none), else which part of a row changed: "value", "reference", "confirmed_on" or "to".
    """

    parameter: str
    from_on: date
    before: Any
    after: Any
    what: What


class Values(Mapping[str, Any]):
    """The values in force on one day, by parameter name; types as in `parameter.Value`.

    >>> from creditlib.policy import load_policy

    >>> values = load_policy().at(date(2020, 1, 1))
    >>> values["aging.edges"], values.row("dso.benchmark").from_on
    ((30, 60, 90, 180, 365), datetime.date(2000, 1, 1))
    """

    __slots__ = ("_made", "_rows")

    def __init__(self, rows: dict[str, Row]) -> None:
        self._rows = rows
        self._made: dict[Callable[[Values], Any], Any] = {}

    def __getitem__(self, name: str) -> Any:
        return self._rows[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, name: str) -> Row:
        """Return the row behind a value: reference, since when, confirmed when. Raises: KeyError."""
        return self._rows[name]

    def once(self, make: Callable[[Values], Made]) -> Made:
        """Return what a function makes of these values, made the first time and kept: it must depend on nothing else."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    def diff(self, other: Values) -> tuple[Change, ...]:
        """Return what the other day or policy has instead: changed values, then changed references, by parameter."""
        changes: list[Change] = []
        for name, old in self._rows.items():
            new = other._rows[name]
            if old.value != new.value:
                changes.append(Change(name, new.from_on, old.value, new.value, "value"))
            if old.reference != new.reference:
                changes.append(Change(name, new.from_on, old.reference, new.reference, "reference"))
        return tuple(changes)


@dataclass(frozen=True)
class Policy:
    """A whole policy: its rows by parameter in the catalogue's order, each parameter's in order of time.

    >>> from creditlib.policy import load_policy

    >>> policy = load_policy()
    >>> policy.name, len(policy.fingerprint), policy.diff(policy)
    ('standard', 12, ())
    """

    name: str
    rows: tuple[Row, ...]

    @cached_property
    def _history(self) -> dict[str, tuple[Row, ...]]:
        return {name: tuple(row for row in self.rows if row.parameter == name) for name in CATALOGUE}

    @cached_property
    def _turns(self) -> list[date]:
        """Days on which a value begins, or ended the day before: between two of them nothing changes."""
        ended = {row.to_on + timedelta(days=1) for row in self.rows if row.to_on and row.to_on < date.max}
        return sorted({row.from_on for row in self.rows} | ended)

    @cached_property
    def _between(self) -> dict[int, Values]:
        return {}

    @cached_property
    def fingerprint(self) -> str:
        """First 12 hex digits of SHA-256 over values, dates and references; not over comments, order, file name."""
        content = {name: [_content(row) for row in rows] for name, rows in self._history.items()}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def history(self, name: str) -> tuple[Row, ...]:
        """Return every row of a parameter, the oldest first.

        >>> from creditlib.policy import load_policy

        >>> len(load_policy().history("cei.months"))
        1
        """
        return self._history[name]

    def at(self, on: date) -> Values:
        """Return the values in force on a day, that day included.

        Raises: PolicyError where a parameter has no value yet, or none any more, saying from when or until when it had.

        >>> from creditlib.policy import load_policy

        >>> load_policy().at(date(1999, 12, 31))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        creditlib.errors.PolicyError: standard: no value on 1999-12-31 for ... parameters (home.currency, …). The policy is in force from 2000-01-01. Ask for that day or later, or add an earlier row. [not-in-force]
        """
        on = on.date() if isinstance(on, datetime) else on
        span = bisect_right(self._turns, on)
        if span not in self._between:
            found = {name: row for name, rows in self._history.items() if (row := _in_force(rows, on))}
            lacking = [name for name in CATALOGUE if name not in found]
            if lacking:
                raise self._not_in_force(on, lacking)
            self._between[span] = Values(found)
        return self._between[span]

    def diff(self, other: Policy) -> tuple[Change, ...]:
        """Return every row that differs in the other policy, by parameter and day.

        >>> from creditlib.policy import load_policy

        >>> [change.what for change in Policy("a", load_policy().rows[1:]).diff(load_policy())]
        ['added']
        """
        changes: list[Change] = []
        for name in CATALOGUE:
            old, new = ({row.from_on: row for row in policy.history(name)} for policy in (self, other))
            for day in sorted(old.keys() | new.keys()):
                if day in old and day in new:
                    changes += _row_changes(old[day], new[day])
                else:
                    before, after = (_in_force(policy.history(name), day) for policy in (self, other))
                    what: What = "added" if day in new else "removed"
                    changes.append(Change(name, day, before and before.value, after and after.value, what))
        return tuple(changes)

    def _not_in_force(self, on: date, lacking: list[str]) -> PolicyError:
        names = lacking[0] if len(lacking) == 1 else f"{len(lacking)} parameters ({lacking[0]}, …)"
        zh_names = f"{lacking[0]} " if len(lacking) == 1 else f"{len(lacking)} 个参数（{lacking[0]} 等）"
        first = max(rows[0].from_on for rows in self._history.values() if rows)
        if on < first:
            return PolicyError(
                f"{self.name}: no value on {on} for {names}. The policy is in force from {first}. "
                "Ask for that day or later, or add an earlier row. [not-in-force]",
                f"{self.name}：{on} 时 {zh_names}无有效值。本政策自 {first} 起生效。"
                "请改用该日或之后的日期，或补充更早的行。[not-in-force]",
            )
        last = self._history[lacking[0]][-1].to_on
        return PolicyError(
            f"{self.name}: no value on {on} for {names}. The last row ended on {last}. "
            "Add a row from the day after. [not-in-force]",
            f"{self.name}：{on} 时 {zh_names}无有效值。最后一行已于 {last} 终止。请补充自次日起的行。[not-in-force]",
        )


def _in_force(rows: tuple[Row, ...], on: date) -> Row | None:
    i = bisect_right(rows, on, key=lambda row: row.from_on)
    row = rows[i - 1] if i else None
    return None if row is None or (row.to_on is not None and row.to_on < on) else row


def _row_changes(old: Row, new: Row) -> list[Change]:
    parts: tuple[tuple[What, Any, Any], ...] = (
        ("value", old.value, new.value),
        ("reference", old.reference, new.reference),
        ("confirmed_on", old.confirmed_on, new.confirmed_on),
        ("to", old.to_on, new.to_on),
    )
    return [Change(new.parameter, new.from_on, a, b, what) for what, a, b in parts if a != b]


def _content(row: Row) -> dict[str, Any]:
    content: dict[str, Any] = {"from": row.from_on, "value": row.value, "unit": row.about.unit, "kind": row.about.kind}
    content |= {"reference": row.reference, "confirmed_on": row.confirmed_on, "to": row.to_on}
    return {key: value for key, value in content.items() if value is not None}
