"""Terms what-if 信用条件测算: two sets of terms side by side, what the change is worth, where it breaks even, the cash it takes.

What must stay true: a pure function of two cases and a policy, fast enough for a slider; components add up to the profit shown;
no change gives differences of exactly 0; every value taken from the policy is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from creditlib import money
from creditlib.decisions.decision import Decision, Effect, Reason, used
from creditlib.decisions.what_if.case import Settled, TermsCase
from creditlib.decisions.what_if.cash import CashCurve, cash_curve
from creditlib.decisions.what_if.figures import (
    BreakEven,
    TermsFigures,
    Worth,
    break_even,
    change_of,
    figures_of,
    worth_of,
)
from creditlib.errors import CurrencyError, UsageError
from creditlib.policy import Policy, Values

__all__ = [
    "BreakEven", "CashCurve", "TermsCase", "TermsEffect", "TermsFigures", "Worth", "compare_terms", "worth_between"
]  # fmt: skip

_ALWAYS: Final = ("terms.capital_rate", "terms.year_days")
_COSTS: Final = {
    "capital_cost": ("terms.capital_rate", "terms.year_days"),
    "loss": ("score.loss_given_default", "limit.insured_share"),
    "premium": (),
    "discount": ("terms.discount_days",),
    "collection": ("terms.collection_share",),
    "fixed": (),
}
_NEVER_TOLD: Final = frozenset({"yearly_sales_minor"})


@dataclass(frozen=True)
class TermsEffect:
    """What a change of terms does. base, scenario, change: a year under each, and scenario less base. worth: value of the change over
    `horizon_years` and for good. break_even: where it stops paying. cash: week by week. values: the policy of the day."""

    as_of: date
    base_case: TermsCase
    scenario_case: TermsCase
    base: TermsFigures
    scenario: TermsFigures
    change: TermsFigures
    worth: Worth
    horizon_years: float
    break_even: BreakEven
    cash: CashCurve
    from_policy: dict[str, str]
    policy: Policy
    values: Values

    @property
    def currency(self) -> str:
        """Currency of every amount."""
        return self.base_case.currency

    @property
    def outcome(self) -> str:
        """better, worse or same, by the profit after the cost of credit."""
        profit = self.change.profit_minor
        return "better" if profit > 0 else "worse" if profit < 0 else "same"

    @cached_property
    def decision(self) -> Decision:
        """The outcome with its reasons: components of the change, the largest first, then what else a person should know."""
        horizon = () if self.horizon_years != self.values["terms.horizon_years"] else ("terms.horizon_years",)
        names = dict.fromkeys([*_ALWAYS, *horizon, *self.from_policy.values()])
        return Decision(
            subject="terms", customer=self.base_case.customer, as_of=self.as_of, outcome=self.outcome,
            reasons=(*self._components(), *self._notes()), policy_name=self.policy.name,
            fingerprint=self.policy.fingerprint, used=used(self.values, *names), documents=self.base_case.documents,
        )  # fmt: skip

    def _components(self) -> list[Reason]:
        found = [self._component("margin", 1, ("terms.variable_cost_share",))]
        found += [self._component(name, -1, parameters) for name, parameters in _COSTS.items()]
        moved = [reason for reason in found if reason.amount_minor]
        return sorted(moved, key=lambda reason: -abs(reason.amount_minor or 0))

    def _component(self, name: str, sign: int, parameters: tuple[str, ...]) -> Reason:
        field = f"{name}_minor"
        before, after = getattr(self.base, field), getattr(self.scenario, field)
        gain = sign * (after - before)
        effect: Effect = "raises" if gain > 0 else "lowers"
        told = {"before": self._text(before), "after": self._text(after), "currency": self.currency}
        taken = tuple(p for p in parameters if p in _ALWAYS or p in self.from_policy.values())
        return Reason(
            f"what_if.{name}", effect, told, amount_minor=gain, currency=self.currency, policy=taken
        )  # fmt: skip

    def _notes(self) -> Iterator[Reason]:
        gain, profit = self.worth.yearly_gain_minor, self.change.profit_minor
        if gain * profit < 0 or (gain != 0) != (profit != 0):
            told = {"profit": self._signed(profit), "gain": self._signed(gain), "currency": self.currency}
            yield Reason("what_if.price_basis", "note", told, amount_minor=gain, currency=self.currency, policy=_ALWAYS)
        if self.cash.peak_minor:
            code = "what_if.cash_falling" if self.cash.falling else "what_if.cash_peak"
            told = {"amount": self._text(self.cash.peak_minor), "day": f"{self.cash.peak_day:.0f}"}
            told["currency"] = self.currency
            yield Reason(code, "note", told, amount_minor=-self.cash.peak_minor, currency=self.currency)
        for case in (self.base_case, self.scenario_case):
            if case.sales_change_share:
                yield Reason("what_if.sales_assumed", "note", {"change": f"{100 * case.sales_change_share:+g} %"})
        for name, parameter in self.from_policy.items():
            filled = {"what": _label(name), "value": f"{self.values[parameter]}"}
            yield Reason("what_if.from_policy", "missing", filled, policy=(parameter,))
        told_by_none = [name for name in self.scenario_case.assumed if name not in _NEVER_TOLD]
        untold = "discount_share" in self.base_case.assumed and not self.scenario_case.taker_share
        if untold and self.scenario_case.discount_share:  # a discount nobody takes costs nothing
            told_by_none.append("taker_share")
        if told_by_none:
            labels = [_label(name) for name in told_by_none]
            joint = ", ".join(en for en, _ in labels), "、".join(zh for _, zh in labels)
            yield Reason("what_if.taken_as_none", "missing", {"what": joint})
        if "yearly_sales_minor" in self.base_case.assumed:
            yield Reason("what_if.sales_scaled", "missing")
        for name in self.base_case.at_least:
            yield Reason("what_if.at_least", "missing", {"what": _label(name)})

    def _text(self, minor: int) -> str:
        return money.text(minor, self.currency)

    def _signed(self, minor: int) -> str:
        return f"{'+' if minor > 0 else ''}{self._text(minor)}"


def _label(name: str) -> tuple[str, str]:
    """A field of a case as people call it, in both languages."""
    reason = Reason(f"what_if.{name}", "note")
    return reason.text("en"), reason.text("zh")


def compare_terms(
    base: TermsCase, scenario: TermsCase, policy: Policy, as_of: date, *, horizon_years: float | None = None
) -> TermsEffect:
    """Return what changing from `base` to `scenario` does, by the policy in force on a day.

    horizon_years: how long the change lasts for `worth.npv_minor`; None: `terms.horizon_years` of the policy. The change in sales is whatever the scenario states: nothing here
    knows what customers would do.
    Raises: CurrencyError for cases in two currencies; UsageError for a horizon that is not above 0; PolicyError.
    Source: tests/published/terms_npv.toml, terms_profit.toml.

    >>> from creditlib.policy import load_policy
    >>> base = TermsCase(currency="CNY", yearly_sales_minor=120_000_000, net_days=30, bad_debt_share=0.01)
    >>> longer = base.changed(net_days=60, sales_change_share=0.05)
    >>> effect = compare_terms(base, longer, load_policy(), date(2026, 1, 1))
    >>> effect.outcome, effect.change.margin_minor, effect.change.profit_minor
    ('better', 1500000, 939781)
    >>> effect.decision.reasons[0].text()
    'Contribution margin: 300,000.00 → 315,000.00 CNY a year.'
    """
    values = policy.at(as_of)
    horizon_years = horizon_of(values, horizon_years)
    before, old, after, new, worth = worth_between(base, scenario, values, horizon_years)
    return TermsEffect(
        as_of=as_of,
        base_case=base,
        scenario_case=scenario,
        base=before,
        scenario=after,
        change=change_of(before, after),
        worth=worth,
        horizon_years=horizon_years,
        break_even=break_even(before, old, scenario, after, new),
        cash=cash_curve(base.currency, before, old, after, new),
        from_policy={**old.used, **new.used},
        policy=policy,
        values=values,
    )


def horizon_of(values: Values, given: float | None) -> float:
    """Return the years a change lasts: as given, else by the policy."""
    return float(values["terms.horizon_years"]) if given is None else given


def worth_between(
    base: TermsCase, scenario: TermsCase, values: Values, horizon_years: float
) -> tuple[TermsFigures, Settled, TermsFigures, Settled, Worth]:
    """Return a year under each of two cases, each with its gaps filled, and the worth of the change: what a curve needs.

    Raises: CurrencyError for cases in two currencies; UsageError for a horizon that is not above 0.
    """
    if base.currency != scenario.currency:
        raise CurrencyError(
            f"the base is in {base.currency}, the scenario in {scenario.currency}. State both in one currency.",
            f"基准方案为 {base.currency}，新方案为 {scenario.currency}。请使用同一币种。",
        )
    if not horizon_years > 0:
        raise UsageError(
            f"horizon_years must be above 0, got {horizon_years}. Write how many years the change lasts.",
            f"horizon_years 须大于 0，得到 {horizon_years}。请写明变动持续的年数。",
        )
    before, old = figures_of(base, values)
    after, new = figures_of(scenario, values)
    return before, old, after, new, worth_of(before, old, after, new, horizon_years)
