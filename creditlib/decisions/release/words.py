"""The reasons of a release, in the order they are read: what stops, what is too late, what is too much, what is left.

What must stay true: a reason has both figures; where the outcome is release whatever else is true, nothing else reads as a stop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from creditlib import money
from creditlib.decisions.decision import Effect, Reason
from creditlib.decisions.hard_stops import STOPS
from creditlib.decisions.release.ground import Ground
from creditlib.decisions.release.levels import Judged, Level, overdue_blocks


def reasons_of(
    ground: Ground, customer: str, judged: Judged, figures: Mapping[str, Any], stops: Sequence[str], passes: str | None
) -> tuple[Reason, ...]:
    """Return every reason. stops: hard stops told beside the register. passes: "billing" or "delivered" where nothing may be held."""
    known = [row["stop"] for row in ground.stops.get(customer, ())]
    found = [
        _reason("hard-stop", "stop", ("onboarding.hard_stops",), stop=STOPS[stop])
        for stop in dict.fromkeys([*known, *stops])
    ]
    found += _late(ground, customer)
    if not judged.levels:
        effect: Effect = {"hold": "stop", "refer": "missing"}.get(ground.values["release.no_limit"], "note")  # type: ignore[assignment]
        told = _text(figures["exposure_minor"], figures["currency"])
        found.append(_reason("no-limit", effect, ("release.no_limit",), exposure=told))
    for level in judged.levels:
        found += _compared(ground, level)
    told_in = figures["currency"]
    names = {
        "open": "open_items",
        "unapplied": "unapplied",
        "delivered": "delivered_not_billed",
        "orders": "orders",
        "own": "order",
    }
    found.append(
        _reason("parts", "note", **{key: _text(figures[f"{name}_minor"], told_in) for key, name in names.items()})
    )
    found += _covered(ground, customer, figures)
    if passes is None:
        return tuple(found)
    softened = [replace(reason, effect="note") for reason in found]
    return (_reason(passes, "note"), *softened)


def _reason(
    code: str, effect: Effect, policy: tuple[str, ...] = (), minor: int | None = None, currency: str | None = None, /, **values: Any
) -> Reason:  # fmt: skip
    return Reason(f"release.{code}", effect, values, amount_minor=minor, currency=currency, policy=policy)


def _text(minor: int, currency: str) -> str:
    return f"{money.text(minor, currency)} {currency}"


def _late(ground: Ground, customer: str) -> list[Reason]:
    late = ground.late.get(customer)
    if late is None:
        return []
    days, policy = ground.values["release.overdue_days"], ("release.overdue_days", "release.overdue_minimum")
    blocks = overdue_blocks(ground, customer)
    found = []
    for currency, minor in sorted(late.blocking.items()):
        convertible = currency == ground.minimum_currency
        told = {"overdue": _text(minor, currency), "days": days}
        allowed = _text(ground.minimum_minor if convertible else 0, currency)
        if currency in blocks:
            oldest = {"document": late.document or "?", "oldest": late.oldest_days}
            found.append(_reason("overdue", "stop", policy, minor, currency, allowed=allowed, **told, **oldest))
            if not convertible:
                minimum = _text(ground.minimum_minor, ground.minimum_currency)
                found.append(_reason("overdue-no-rate", "note", policy, minimum=minimum, into=currency))
            credit = ground.parts.get((customer, currency), (0, 0, 0))[1]
            if credit < 0:
                found.append(
                    _reason("unapplied", "note", ("aging.netting",), credit, currency, credit=_text(-credit, currency))
                )
        elif minor > 0:
            found.append(_reason("overdue-small", "note", policy, minor, currency, allowed=allowed, **told))
    for currency, minor in sorted(late.disputed.items()):
        found.append(
            _reason("disputed", "note", policy[:1], minor, currency, overdue=_text(minor, currency), days=days)
        )
    return found


def _compared(ground: Ground, level: Level) -> list[Reason]:
    """Return what one limit says."""
    unit, policy = level.currency, ("release.tolerance", "release.over_limit")
    told = {"code": level.code, "exposure": _text(level.exposure_minor, unit), "limit": _text(level.limit_minor, unit)}
    over, allowed = _text(level.over_minor, unit), _text(level.allowed_minor, unit)
    found = []
    if level.limit_minor > level.set_minor:
        insured = {"insured": told["limit"], "limit": _text(level.set_minor, unit), "code": level.code}
        found.append(_reason("lifted", "raises", (), level.limit_minor, unit, **insured))
    if level.set_minor == 0:
        found.append(
            _reason(
                "limit-zero",
                "stop",
                minor=level.exposure_minor,
                currency=unit,
                code=level.code,
                exposure=told["exposure"],
            )
        )
    elif not level.fits:
        effect: Effect = "stop" if ground.values["release.over_limit"] == "hold" else "caps"
        code = "over-group" if level.group else "over-limit"
        found.append(_reason(code, effect, policy, level.over_minor, unit, over=over, allowed=allowed, **told))
    elif level.over_minor:
        found.append(
            _reason("tolerance", "note", policy[:1], level.over_minor, unit, over=over, allowed=allowed, **told)
        )
    else:
        headroom = _text(level.headroom_minor, unit)
        found.append(_reason("within", "note", policy[:1], level.headroom_minor, unit, headroom=headroom, **told))
    for currency, minor in level.uncounted:
        values = {"amount": _text(minor, currency), "into": unit, "code": level.code, "limit": told["limit"]}
        found.append(_reason("no-rate", "missing", (), minor, currency, **values))
    return found


def _covered(ground: Ground, customer: str, figures: Mapping[str, Any]) -> list[Reason]:
    unit = figures["currency"]
    behind = ground.cover.get((customer, unit))
    if behind is None:
        return []
    covered, net = figures["covered_minor"], figures["net_minor"]
    values = {"covered": _text(covered, unit), "net": _text(net, unit), "exposure": _text(covered + net, unit)}
    found = [_reason("covered", "note", ("limit.insured_share",), covered, unit, **values)]
    if behind["insurance_stopped"]:
        found.append(_reason("insurance-stopped", "note", days=behind["oldest_days"]))
    return found
