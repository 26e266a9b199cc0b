"""What a customer's exposure comes to under every limit that holds for it, and whether an order passes.

What must stay true: the lowest headroom binds; a member in credit lowers nobody's group; a limit of 0 stops, one that is not set goes
by the policy; what could not be counted never lets an order pass.
"""

from __future__ import annotations

from typing import NamedTuple

from creditlib.decisions.limit.decide import within_limit
from creditlib.decisions.release.ground import Ground, Position, limit_of
from creditlib.decisions.release.limits import Limit


class Level(NamedTuple):
    """One limit and the exposure under it, the order included, minor units of `currency`.

    code: of the customer, or of the parent or group. group: others count under it too. set_minor: the limit as set; limit_minor: lifted
    to what an insurer carries, where that is more; allowed_minor: with tolerance. over_minor: above limit_minor, 0 where not.
    headroom_minor: limit_minor − exposure. fits: exposure is not above what is allowed, and the limit is not 0. uncounted: (currency,
    minor units) of exposure without a rate.
    """

    code: str
    group: bool
    currency: str
    set_minor: int
    limit_minor: int
    allowed_minor: int
    exposure_minor: int
    over_minor: int
    headroom_minor: int
    fits: bool
    uncounted: tuple[tuple[str, int], ...]


class Judged(NamedTuple):
    """An order judged. levels: the one that binds first. codes: of what holds or refers it, without "release."."""

    outcome: str
    levels: tuple[Level, ...]
    codes: tuple[str, ...]


def judge(
    ground: Ground, customer: str, currency: str, own_minor: int, position: Position, limit: Limit | None, stopped: bool
) -> Judged:
    """Return whether an order passes. own_minor: what it adds, in `currency`; limit: the customer's own, None where it is not set.

    stopped: a hard stop was told beside the register's.
    """
    levels = _levels(ground, customer, currency, own_minor, position, limit)
    values = ground.values
    found: list[tuple[str, str]] = []
    if stopped or ground.stops.get(customer):
        found.append(("hard-stop", "hold"))
    if overdue_blocks(ground, customer):
        found.append(("overdue", "hold"))
    if not levels:
        found.append(("no-limit", values["release.no_limit"]))
    for level in levels:
        if level.set_minor == 0:
            found.append(("limit-zero", "hold"))
        elif not level.fits:
            found.append(("over-group" if level.group else "over-limit", values["release.over_limit"]))
        if level.uncounted:
            found.append(("no-rate", "refer"))
    outcomes = {outcome for _, outcome in found}
    outcome = next((word for word in ("hold", "refer") if word in outcomes), "release")
    return Judged(outcome, levels, tuple(dict.fromkeys(code for code, word in found if word != "release")))


def overdue_blocks(ground: Ground, customer: str) -> dict[str, tuple[int, int]]:
    """Return currency → (overdue beyond the days allowed, small overdue allowed), of currencies where it is too much."""
    late = ground.late.get(customer)
    found = {}
    for currency, minor in late.blocking.items() if late else ():
        allowed = ground.small_overdue(currency)
        if minor > allowed:
            found[currency] = (minor, allowed)
    return found


def _levels(
    ground: Ground, customer: str, currency: str, own: int, position: Position, limit: Limit | None
) -> tuple[Level, ...]:
    found = []
    if limit is not None:
        found.append(_level(ground, customer, (customer,), customer, currency, own, position, limit))
    for code in ground.structure.above(customer):
        upper = ground.limits.get(code)
        if upper is not None:
            members = ground.structure.members(code)
            found.append(_level(ground, code, members, customer, currency, own, position, upper))
    return tuple(sorted(found, key=lambda level: (level.fits, level.headroom_minor)))


def _level(
    ground: Ground, code: str, members: tuple[str, ...], customer: str, currency: str, own: int, position: Position, limit: Limit
) -> Level:  # fmt: skip
    told = limit_of(limit, ground.into)
    totals: dict[str, int] = {told.currency: 0}
    for member in members:
        for name in {*ground.currencies.get(member, ()), *((currency,) if member == customer else ())}:
            total = ground.total(member, name, position)
            if member == customer and name == currency:
                total += own
            totals[name] = totals.get(name, 0) + (total if len(members) == 1 else max(total, 0))
    exposure = totals.pop(told.currency)
    uncounted = tuple(sorted((name, total) for name, total in totals.items() if total > 0))
    insured = ground.cover.get((code, told.currency), {}).get("shipment_limit_minor", 0)
    lifted = max(told.minor, insured) if told.minor > 0 else told.minor
    allowed = max(tolerated(told.minor, ground), insured) if told.minor > 0 else told.minor
    return Level(
        code, len(members) > 1, told.currency, told.minor, lifted, allowed, exposure, max(exposure - lifted, 0), lifted - exposure,
        within_limit(allowed, exposure), uncounted,
    )  # fmt: skip


def tolerated(limit_minor: int, ground: Ground) -> int:
    """Return a limit with the policy's tolerance, rounded down: an exposure in whole minor units is above one when above the other."""
    numerator, denominator = ground.values["release.tolerance"].as_integer_ratio()
    return int(limit_minor + limit_minor * numerator // denominator)
