"""Where customers stand under the rules of a release, before any new order: exposure, limits, hard stops.

What must stay true: these are the release's own figures and rules, asked with an order of nothing, so that what a watch tells and what a
release decides can't differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from creditlib.decisions.release.ground import LAST, Ground
from creditlib.decisions.release.levels import Level, judge
from creditlib.decisions.release.limits import Structure, limits_ended
from creditlib.flows.assess import Assessment


@dataclass(frozen=True, slots=True)
class Standing:
    """One customer. owed: exposure by currency, open orders included, where it is not 0. levels: limits it stands under, the one that binds
    first. codes: what would hold or refer an order, words of the release. stops: of the register. ended: day its last limit ended, where
    none is in force."""

    customer: str
    owed: Mapping[str, int]
    levels: tuple[Level, ...]
    codes: tuple[str, ...]
    stops: tuple[Mapping[str, Any], ...]
    ended: date | None

    @property
    def owes(self) -> bool:
        """Whether anything is open or ordered on balance, in any currency."""
        return any(minor > 0 for minor in self.owed.values())


def release_ground(whole: Assessment) -> Ground:
    """Return what releases of an assessed book are judged by."""
    rates, to = whole.in_report["rates"], whole.in_report["to"]
    return Ground(whole.book, whole.values, whole.as_of, rates, to, Structure(whole.book, whole.as_of))


def standings(ground: Ground) -> dict[str, Standing]:
    """Return where every customer stands that has open items, open orders or a hard stop, in order of their codes.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> standings(release_ground(assess(sample_book(), load_policy(), SAMPLE_END)))["C-7003"].codes
    ()
    """
    ended = limits_ended(ground.book, ground.as_of)
    return {
        customer: _standing(ground, customer, ended.get(customer))
        for customer in sorted({*ground.currencies, *ground.stops})
    }


def _standing(ground: Ground, customer: str, ended: date | None) -> Standing:
    judged = judge(ground, customer, ground.home, 0, LAST, ground.limits.get(customer), False)
    owed = {name: ground.total(customer, name, LAST) for name in sorted(ground.currencies.get(customer, ()))}
    return Standing(
        customer,
        {name: minor for name, minor in owed.items() if minor},
        judged.levels,
        judged.codes,
        tuple(ground.stops.get(customer, ())),
        ended,
    )
