"""The matrix of approval: amount × grade × exception → role, and how many of them.

What must stay true: what is not known is never taken for small or good: without own funds at risk, or without a grade, the strictest
rule holds; the amounts stand in the policy alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from creditlib.money import exponent
from creditlib.policy.parameter import GRADES
from creditlib.policy.policy import Values


@dataclass(frozen=True, slots=True)
class Needs:
    """Who decides: role, and how many people of it must agree. above: the cap that own funds at risk exceed, home currency, None for none."""

    role: Literal["manager", "committee"]
    quorum: int
    above: Fraction | None


def needs(values: Values, own_risk_minor: int | None, grade: str | None, exceptions: Collection[str]) -> Needs:
    """Return who decides on a request. own_risk_minor: own funds at risk on the group after it, minor units of the home currency, None:
    not known. grade: None: none. exceptions: what of it departs from the policy.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> values = load_policy().at(date(2026, 1, 1))
    >>> needs(values, 50_000_000, "B", ()).role, needs(values, 50_000_001, "B", ()).role
    ('manager', 'committee')
    """
    worst = GRADES[-1] if grade not in GRADES else grade
    caps = [values["limit.committee_above"], values["approval.manager_caps"][worst]]
    if exceptions:
        caps.append(values["approval.exception_caps"][worst])
    cap = min(Fraction(one) for one in caps if one is not None)
    more = values["approval.exception_votes"] if exceptions else 0
    if own_risk_minor is not None and (risk := _major(own_risk_minor, values)) <= cap:
        return Needs("manager", values["approval.manager_quorum"] + more, None)
    rows = values["approval.committee_quorum"]
    if own_risk_minor is None:
        return Needs("committee", max(people for _, people in rows) + more, None)
    people = next((people for threshold, people in reversed(rows) if threshold <= risk), rows[0][1])
    return Needs("committee", people + more, cap)


def _major(minor: int, values: Values) -> Fraction:
    return Fraction(minor, 10 ** exponent(values["home.currency"]))
