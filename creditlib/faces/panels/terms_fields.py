"""What can be changed on the panel of credit terms: the proposal, values of the policy, what a person knows better of today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from typing import Final

from creditlib.decisions.what_if.case import TermsCase
from creditlib.errors import Lang
from creditlib.faces.panels.fields import Field, Number
from creditlib.faces.panels.parameters import parameter_field
from creditlib.faces.scale import Scale, scale_of
from creditlib.faces.wording import say
from creditlib.flows.terms_bench import STATED, TERMS, VALUES
from creditlib.money import exponent
from creditlib.policy import CATALOGUE, Values

TODAY: Final = "today."
"""What stands before a figure of today, so that it is no figure of the proposal."""
FIRST: Final = (
    "net_days", "discount_share", "discount_days", "taker_share", "deposit_share", "instalments", "insured_share", "premium_rate",
    "sales_change_share", "terms.sales_response", "terms.capital_rate",
)  # fmt: skip
"""Sliders shown at once; the others stand below, folded."""
_SHARES: Final = {
    "discount_share": (0.0, 0.05, 0.0025, 1.0),
    "taker_share": (0.0, 1.0, 0.05, None),
    "deposit_share": (0.0, 1.0, 0.05, None),
    "insured_share": (0.0, 1.0, 0.05, None),
    "premium_rate": (0.0, 0.02, 0.0005, 1.0),
    "sales_change_share": (-0.5, 0.5, 0.01, 10.0),
    "default_probability": (0.0, 0.2, 0.0025, 1.0),
    "tax_share": (0.0, 0.3, 0.005, 1.0),
}
"""Least, most and step of a slider of shares, and how far typing may go."""
_REACH: Final = {
    "terms.capital_rate": (0.2, 0.0025),
    "terms.variable_cost_share": (1.0, 0.01),
    "terms.collection_share": (0.02, 0.0005),
    "score.loss_given_default": (1.0, 0.05),
    "limit.insured_share": (1.0, 0.05),
    "terms.sales_response": (0.1, 0.0025),
    "terms.horizon_years": (10.0, 1.0),
}
"""Most and step of the slider of a policy value; typing goes as far as the policy does."""
_LATE: Final = (-30, 120)
_DAYS: Final = 180  # where a slider of days ends; typing goes as far as a policy does


def fields(case: TermsCase | None, values: Values, scale: Scale) -> dict[str, Field]:
    """Return every slider. case: today's terms, None where they are not known; values: of the policy in force."""
    found: dict[str, Field] = {name: _figure(name, case, values, scale) for name in TERMS}
    for path in VALUES:
        field = parameter_field(path, values)
        most, step = _REACH[path]
        found[path] = replace(field, most=max(most, field.base or 0), step=step, beyond=field.most, hint=_hint(path))
    plain = scale_of(
        scale.currency, scale.lang, 0
    )  # the unit follows from the sales, so they are stated in one of their own
    for name in STATED:
        field = _figure(name, case, values, plain)
        found[TODAY + name] = replace(
            field, label=_words("today", name), slider=case is not None and name != "yearly_sales_minor", empty=True,
            whole=name == "yearly_sales_minor",
        )  # fmt: skip
    return found


def _figure(name: str, case: TermsCase | None, values: Values, scale: Scale) -> Number:
    now = base_of(name, case, values)
    label = _words("field", name)
    if name in _SHARES:
        least, most, step, beyond = _SHARES[name]
        return Number(
            label=label, least=least, most=max(most, now or 0), step=step, times=100, unit=_percent, base=now, beyond=beyond, hint=_hint(name)
        )  # fmt: skip
    if name in ("yearly_sales_minor", "fixed_cost_minor"):
        unit = 10 ** exponent(scale.currency) * scale.divisor
        most = max(2 * (now or 0), 10 * unit)
        step = max(int(most / 100 / unit) or 1, 1) * unit
        return Number(
            label=label, least=0, most=most, step=step, whole=True, times=1 / unit, decimals=scale.decimals + 3, unit=lambda lang: scale.unit,
            base=now, beyond=2**53, hint=_hint(name), money=10 ** exponent(scale.currency),
        )  # fmt: skip
    longest = float(CATALOGUE["terms.days"].most or _DAYS)
    if name == "late_days":
        least, most = _LATE
        return Number(
            label=label, least=min(least, now or 0), most=max(most, now or 0), step=1, decimals=1, unit=_unit("days"), base=now, beyond=longest, hint=_hint(name)
        )  # fmt: skip
    if name == "instalments":
        most = float(CATALOGUE["terms.instalments"].most or 12)
        return Number(label=label, least=1, most=12, step=1, whole=True, decimals=0, unit=_unit("instalments"), base=now, beyond=most, hint=_hint(name))  # fmt: skip
    most = max(_DAYS if name == "net_days" else 60, ceil(now or 0))
    return Number(label=label, least=0, most=most, step=1, whole=True, decimals=1, unit=_unit("days"), base=now, beyond=longest, hint=_hint(name))  # fmt: skip


def base_of(name: str, case: TermsCase | None, values: Values) -> float | None:
    """Return a figure of today; the policy's where the case leaves it open."""
    if name == "discount_days" and (case is None or case.discount_days is None):
        return float(values["terms.discount_days"])
    if case is None:
        return {"instalments": 1.0}.get(name, None if name in STATED else 0.0)
    found = getattr(case, name)
    return None if found is None else float(found)


def _words(part: str, name: str) -> Callable[[Lang], str]:
    return lambda lang: say(f"panel_terms.{part}.{name}", lang)


def _unit(name: str) -> Callable[[Lang], str]:
    return lambda lang: say(f"panel_terms.unit.{name}", lang)


def _hint(name: str) -> Callable[[Lang], str] | None:
    hints: Mapping[str, str] = {"sales_change_share": "sales_change", "terms.sales_response": "response"}
    return None if name not in hints else lambda lang: say(f"panel_terms.hint.{hints[name]}", lang)


def _percent(lang: Lang) -> str:
    return "%"
