"""A draft of a policy 政策草案: values that would be in force from a day on, and the dated rows to add to the policy's file.

What must stay true: a draft is read and refused by the rules of a policy file; it changes nothing that is in force before its day or
from a later row on; rows that are written load from the file to exactly the policy that was tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from creditlib.errors import PolicyError
from creditlib.policy.catalogue import CATALOGUE
from creditlib.policy.loading import read_rows
from creditlib.policy.parts import whole_values
from creditlib.policy.policy import Policy, Row
from creditlib.policy.writing import as_written, toml_row


@dataclass(frozen=True)
class Draft(Policy):
    """A policy that is proposed, not in force. base: the one it was drafted from. proposed: the rows it was given, by parameter and
    day; those that would change nothing have no row in `rows`."""

    base: Policy
    proposed: tuple[Row, ...]

    @property
    def later(self) -> tuple[Row, ...]:
        """Rows of the base that end what was proposed: of the same parameter, from a later day.

        >>> from creditlib.policy import load_policy
        >>> firm = Policy("firm", draft(load_policy(), {"cei.months": 3}, date(2020, 1, 1), "minute 7").rows)
        >>> [str(row.from_on) for row in draft(firm, {"cei.months": 2}, date(2019, 1, 1), "minute 8").later]
        ['2020-01-01']
        """
        since = {row.parameter: row.from_on for row in reversed(self.proposed)}
        return tuple(row for row in self.base.rows if row.parameter in since and row.from_on > since[row.parameter])


def draft(policy: Policy, changes: Mapping[str, Any], from_on: date, reference: str) -> Draft:
    """Return a policy with other values from a day on, each until the parameter's next row.

    policy: a draft too; its rows of the same day are replaced. changes: parameter → value, or a part of one (see
    `parts.whole_values`); values as the library keeps them or as TOML writes them. A value that is in force on the day anyway adds no
    row. A row in force that names its last day ends the day before, and the new one on that day. reference: where the values were or
    will be decided. Raises: PolicyError with one line for each problem, by the rules of a policy file, or for a day the policy is not in force.

    >>> from decimal import Decimal
    >>> from creditlib.policy import load_policy
    >>> made = draft(load_policy(), {"limit.grade_factor.C": Decimal("0.6")}, date(2026, 11, 1), "proposal 7")
    >>> made.name, made.at(date(2026, 11, 1))["limit.grade_factor"]["C"], made.at(date(2026, 10, 31))["limit.grade_factor"]["C"]
    ('standard+draft', Decimal('0.6'), Decimal('0.75'))
    """
    base, proposed = (policy.base, policy.proposed) if isinstance(policy, Draft) else (policy, ())
    name = f"{base.name}+draft"
    given: dict[str, list[dict[str, Any]]] = {}
    for parameter, value in whole_values(policy.at(from_on), changes).items():
        about = CATALOGUE.get(parameter)
        more = {} if about is None else {"unit": about.unit, "kind": about.kind}
        given[parameter] = [{"from": from_on, "value": value, "reference": reference} | more]
    new = read_rows(name, given)
    kept = [row for row in proposed if row.from_on != from_on or row.parameter not in given]
    rows = sorted([*kept, *new], key=lambda row: (list(CATALOGUE).index(row.parameter), row.from_on))
    history = {one: list(base.history(one)) for one in CATALOGUE}
    for row in rows:
        history[row.parameter] = _with_row(history[row.parameter], row)
    told = {row.parameter for row in rows}
    checked = read_rows(name, {one: [_raw(row) for row in history[one]] for one in told})
    for one in told:
        history[one] = [row for row in checked if row.parameter == one]
    return Draft(name, tuple(row for one in CATALOGUE for row in history[one]), base, tuple(rows))


def _with_row(rows: Sequence[Row], new: Row) -> list[Row]:
    """Rows of one parameter, in order of time, with one more; the same rows where it changes nothing."""
    made: list[Row] = []
    for row in rows:
        ends = row.to_on is None or row.to_on >= new.from_on
        following = next((other.from_on for other in rows if other.from_on > row.from_on), date.max)
        if row.from_on > new.from_on or following <= new.from_on or not ends:
            made.append(row)
            continue
        if row.value == new.value:
            return list(rows)
        if row.from_on < new.from_on:
            made.append(row if row.to_on is None else replace(row, to_on=new.from_on - timedelta(days=1)))
        new = replace(new, to_on=row.to_on)
    return sorted([*made, new], key=lambda row: row.from_on)


def _raw(row: Row) -> dict[str, Any]:
    about = row.about
    raw = {"from": row.from_on, "value": as_written(about, row.value), "unit": about.unit, "kind": about.kind}
    raw["reference"] = row.reference
    more = {"to": row.to_on, "confirmed_on": row.confirmed_on}
    return raw | {key: day for key, day in more.items() if day is not None}


def draft_toml(before: Policy, after: Policy) -> str:
    """Return the rows to append to the file of `before` so that it loads to the rows of `after`; empty where nothing differs.

    Rows stand by parameter and day, as a policy file writes them; a blank line comes first, so that the text can follow any file.
    Raises: PolicyError where a row of the file itself would have to change, naming each, since a change is a new row.

    >>> from creditlib.policy import load_policy
    >>> made = draft(load_policy(), {"cei.months": 3}, date(2026, 11, 1), "minute 7")
    >>> draft_toml(load_policy(), made).splitlines()[1:4]
    ['[[cei.months]]', 'from = 2026-11-01', 'value = 3']
    """
    old = {(row.parameter, row.from_on): row for row in before.rows}
    new = {(row.parameter, row.from_on): row for row in after.rows}
    changed = [row for key, row in old.items() if new.get(key) != row]
    if changed:
        raise PolicyError(
            "\n".join(_in_file(row)[0] for row in changed), "\n".join(_in_file(row)[1] for row in changed)
        )
    return "".join(f"\n{toml_row(row)}\n" for key, row in new.items() if key not in old)


def _in_file(row: Row) -> tuple[str, str]:
    if row.to_on is None:
        return (
            f"{row.parameter}[row from {row.from_on}]: stands in the file and would change. "
            "Let the draft begin on another day, or change the row in the file. [row-in-file]",
            f"{row.parameter}[自 {row.from_on} 起的行]：已在文件中，将被改动。请让草案自另一天起，或在文件中修改该行。[row-in-file]",
        )
    return (
        f"{row.parameter}[row from {row.from_on}]: ends on {row.to_on}, and would end earlier. "
        "Let the draft begin the day after, or change the row in the file. [row-in-file]",
        f"{row.parameter}[自 {row.from_on} 起的行]：终止于 {row.to_on}，将提前终止。请让草案自次日起，或在文件中修改该行。[row-in-file]",
    )
