"""Own funds at risk on a group once a limit asked for is in force: what says who may approve it.

What must stay true: never told lower than it is: every amount is rounded up into the home currency, and a member of the group whose limit
in force is above the one proposed for it, or is to come, or is asked for, counts with the highest; what can't be told is None, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from creditlib.decisions.limit.exchange import Exchange
from creditlib.decisions.limit.inputs import Inputs
from creditlib.decisions.limit.methods import insured_part
from creditlib.measures.figures import Figures


def own_after(
    limits: Figures, inputs: Inputs, customer: str, asked: tuple[int, str], others: Mapping[str, Sequence[tuple[int, str]]],
    exchange: Exchange, home: str,
) -> int | None:  # fmt: skip
    """Return own funds at risk on a customer's group, minor units of the home currency, when the limit asked for is in force.

    limits, inputs: of `limit_book` and what it stood on, row for row. asked: (minor units, currency). others: by customer, limits in force,
    to come or asked for. The group's own funds by the limits proposed, with this customer's limit replaced by the one asked for, and each
    other member's by the highest of its own where that is more. None: a rate is missing, or the customer has no row.
    """
    table = limits.table
    at = pc.index(table["customer"].cast(pa.string()), customer).as_py()
    if at < 0:
        return None
    names = ("customer", "currency", "own_risk_minor", "group", "group_own_minor")
    group = table["group"][at].as_py()
    places = pc.indices_nonzero(pc.equal(table["group"], group))
    total: int = table["group_own_minor"][at].as_py()
    for place, row in zip(places.to_pylist(), table.select(names).take(places).to_pylist(), strict=True):
        wanted = [asked] if row["customer"] == customer else others.get(row["customer"])
        if not wanted:
            continue
        counted = _counted(row, inputs, place, exchange, home)
        own = [_own(one, row["currency"], inputs, place, exchange, home) for one in wanted]
        known = [one for one in own if one is not None]
        if len(known) < len(own) or counted is None:
            return None
        total += known[0] - counted if row["customer"] == customer else max(0, max(known) - counted)
    return total


def _own(amount: tuple[int, str], currency: str, inputs: Inputs, at: int, exchange: Exchange, home: str) -> int | None:
    """The part of a limit no insurer would pay, in the home currency, rounded up."""
    minor = _up(exchange, amount[0], amount[1], currency)
    if minor is None:
        return None
    return _up(exchange, minor - insured_part(minor, inputs.cover[at] or 0, inputs.cover_paid[at] or 0), currency, home)


def _counted(row: Mapping[str, object], inputs: Inputs, at: int, exchange: Exchange, home: str) -> int | None:
    """What the group's sum holds of a row, rounded down: the own part of the limit proposed, without one what it owes."""
    currency = str(row["currency"])
    if isinstance(own := row["own_risk_minor"], int):
        return exchange.convert(own, currency, home)
    total = 0
    for name, minor in inputs.owed.get(str(row["customer"]), {}).items():
        cover, paid = (inputs.cover[at] or 0, inputs.cover_paid[at] or 0) if name == currency else (0, 0)
        bare = max(minor, 0) - insured_part(max(minor, 0), cover, paid)
        total += exchange.convert(bare, name, home) or 0  # what has no rate is not in the group's sum either
    return total


def _up(exchange: Exchange, minor: int, source: str, target: str) -> int | None:
    """An amount in another currency, rounded up; None without a rate."""
    found = exchange.convert(-minor, source, target)
    return None if found is None else -found
