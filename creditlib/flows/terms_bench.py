"""A bench for credit terms: the terms a customer, a grade or the whole book trades on, and what others would do, at the pace of a slider.

What must stay true: what the ledger tells is measured once, a step only weighs it again; a step is `compare_terms` of the same two cases;
values of the policy are changed for base and scenario alike, through a draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import pyarrow as pa

from creditlib.decisions.offer import Offer, offer_of
from creditlib.decisions.what_if.case import TermsCase
from creditlib.decisions.what_if.cash import received
from creditlib.decisions.what_if.compare import compare_terms
from creditlib.decisions.what_if.figures import figures_of
from creditlib.decisions.what_if.reach import highest_discount, reach
from creditlib.decisions.what_if.response import responding
from creditlib.errors import NeedsSales, UsageError
from creditlib.facts.tables import among
from creditlib.flows.assess import Assessment
from creditlib.flows.terms_step import TermsStep
from creditlib.formulas.trade_credit import instalment_days
from creditlib.policy import CATALOGUE, GRADES, Policy, Values
from creditlib.policy.draft import Draft, draft, draft_toml

TERMS: Final = (
    "net_days", "instalments", "deposit_share", "discount_share", "discount_days", "taker_share", "insured_share", "premium_rate", "late_days",
    "default_probability", "sales_change_share", "fixed_cost_minor",
)  # fmt: skip
"""What a proposal may change, as `TermsCase` names it."""
STATED: Final = ("yearly_sales_minor", "net_days", "late_days", "default_probability", "tax_share")
"""What a person may state of today."""
VALUES: Final = (
    "terms.capital_rate", "terms.variable_cost_share", "terms.collection_share", "score.loss_given_default", "limit.insured_share",
    "terms.sales_response", "terms.horizon_years",
)  # fmt: skip
"""Policy values a comparison rests on, each changed by a draft."""
OFFERED: Final = ("net_days", "instalments", "deposit_share", "discount_share", "discount_days")
"""What a policy says of a grade's terms."""
_BY_GRADE: Final = {
    "net_days": "terms.days", "deposit_share": "terms.deposit", "discount_share": "terms.discount", "instalments": "terms.instalments",
}  # fmt: skip
_DISCOUNT_DAYS: Final = "terms.discount_days"


@dataclass(frozen=True)
class TermsBench:
    """Terms of an assessed book, tried out.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> bench = TermsBench(assess(sample_book(), load_policy(), SAMPLE_END))
    >>> case = bench.case(customer="C100001")
    >>> bench.terms(case, {"net_days": 90}).effect.outcome, bench.terms(case, {}).effect.outcome
    ('worse', 'same')
    """

    whole: Assessment

    def case(self, customer: str | None = None, grade: str | None = None, currency: str | None = None) -> TermsCase:
        """Return the terms of today; see `Assessment.terms_case`. A book in several currencies needs one of them."""
        key = (customer, grade, currency)
        if key not in self._cases:
            self._cases[key] = self.whole.terms_case(customer, grade, currency)
        return self._cases[key]

    def now(
        self, customer: str | None = None, grade: str | None = None, currency: str | None = None, stated: Mapping[str, Any] | None = None
    ) -> TermsCase:  # fmt: skip
        """Return the terms of today with what a person states instead of what the ledger tells. stated: figures of `STATED`.

        Where the ledger can't tell, yearly sales and net days must be stated; late days are then none, and the loss is that of the default
        probability, 0 where nobody is scored. Raises: NeedsSales as `case` where they are not; UsageError; CreditError.
        """
        given = dict(stated or {})
        _known(given, STATED)
        try:
            case = self.case(customer, grade, currency)
        except NeedsSales:
            if not {"yearly_sales_minor", "net_days"} <= given.keys():
                raise
            case = self._untold(customer, grade, currency or self.whole.ground.currency, given)
        return case.changed(**given) if given else case

    def _untold(self, customer: str | None, grade: str | None, currency: str, given: Mapping[str, Any]) -> TermsCase:
        chosen = self.whole.customers_of(customer, grade)
        everybody = self.whole.scores.table["customer"].to_pylist() if chosen is None else chosen
        chance = self.whole.chance(everybody)
        assumed = ("deposit_share", "discount_share", "insured_share", "tax_share", "late_days")
        return TermsCase(
            currency=currency, yearly_sales_minor=given["yearly_sales_minor"], net_days=given["net_days"],
            default_probability=chance, bad_debt_share=0 if chance is None else None, customer=customer or "",
            assumed=assumed + (("bad_debt_share",) if chance is None else ()),
        )  # fmt: skip

    def currencies(self, customer: str | None = None, grade: str | None = None) -> tuple[str, ...]:
        """Return the currencies a selection was billed in; see `LedgerCases.currencies`. Raises: as `case`."""
        key = (customer, grade)
        if key not in self._currencies:
            chosen = self.whole.customers_of(customer, grade)
            self._currencies[key] = self.whole.cases.currencies(customers=chosen)
        return self._currencies[key]

    @cached_property
    def grades(self) -> dict[str, int]:
        """Grades somebody has, with how many customers do, the best first."""
        found = self.whole.scores.table["grade"].to_pylist()
        return {grade: found.count(grade) for grade in GRADES if grade in found}

    @cached_property
    def _cases(self) -> dict[tuple[str | None, ...], TermsCase]:
        return {}

    @cached_property
    def _currencies(self) -> dict[tuple[str | None, ...], tuple[str, ...]]:
        return {}

    @cached_property
    def _drafts(self) -> dict[tuple[tuple[str, Any], ...], Policy]:
        return {}

    def grade_of(self, customer: str) -> str | None:
        """Return the grade of a customer, None without one. Raises: UsageError for a customer nobody knows."""
        if customer not in self._grades:
            self.whole.customers_of(customer)
            table = self.whole.scores.table
            mine = table["grade"].filter(pa.array(among(table["customer"], [customer]))).to_pylist()
            self._grades[customer] = mine[0] if mine else None
        return self._grades[customer]

    @cached_property
    def _grades(self) -> dict[str, str | None]:
        return {}

    def offered(self, grade: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return what the policy offers a grade, as a proposal. values: changed policy values.

        Empty where the grade gets no credit. Who takes a discount no policy knows: that stays as it is.
        """
        offer: Offer = offer_of(grade, "scored", self.values(values))
        if offer.outcome != "offered" or offer.net_days is None:
            return {}
        found: dict[str, Any] = {
            "net_days": offer.net_days, "instalments": offer.instalments, "deposit_share": float(offer.deposit_share or 0),
            "discount_share": float(offer.discount_share or 0),
        }  # fmt: skip
        return found | ({} if offer.discount_days is None else {"discount_days": offer.discount_days})

    def policy(self, values: Mapping[str, Any] | None = None) -> Policy:
        """Return the policy of the book, or a draft of it with other values from its day on. Raises: PolicyError for values it can't have."""
        key = tuple(sorted((values or {}).items()))
        if not key:
            return self.whole.policy
        if key not in self._drafts:
            self._drafts.clear()  # a slider that moves leaves a trail of drafts nobody asks for again
            self._drafts[key] = draft(self.whole.policy, dict(key), self.whole.as_of, "what-if")
        return self._drafts[key]

    def values(self, values: Mapping[str, Any] | None = None) -> Values:
        """Return the policy's values of the book's day, or those of the draft."""
        return self.policy(values).at(self.whole.as_of)

    def terms(self, now: TermsCase, proposed: Mapping[str, Any], values: Mapping[str, Any] | None = None) -> TermsStep:
        """Return what a proposal does.

        now: the terms of today, as `case` gives them or with other figures. proposed: figure of `TERMS` → what it would be; what is left out
        stays. values: parameter of `VALUES` → what it would be, for both sides. Sales move by `sales_change_share` and by the policy's
        response to the days of credit, `terms.sales_response`.
        Raises: UsageError for a name that is neither, or a discount that can be taken after the first payment is due; CreditError for an
        impossible figure; PolicyError for a value a policy can't have.
        """
        _known(proposed, TERMS)
        _known(values or {}, VALUES)
        policy = self.policy(values)
        in_force = policy.at(self.whole.as_of)
        response = float(in_force["terms.sales_response"])
        stated = now.changed(**proposed)
        _discount_fits(stated, in_force)
        effect = compare_terms(now, responding(now, stated, response), policy, self.whole.as_of)

        def at(days: float) -> TermsCase:
            return responding(now, stated.changed(net_days=days), response)

        most = CATALOGUE["terms.days"].most or 0
        days = [day for day in range(most + 1) if _late_by(stated, day, in_force) <= 0]
        points = reach(now, at, in_force, effect.horizon_years, days)
        sides = (effect.base_case, effect.scenario_case)
        before, after = (received(*figures_of(case, in_force)) for case in sides)
        return TermsStep(effect, points, highest_discount(now, effect.scenario_case, in_force), before, after)

    def draft(
        self, proposed: Mapping[str, Any], values: Mapping[str, Any], from_on: date, reference: str, *, grade: str | None = None,
        terms: bool = True,
    ) -> Draft:  # fmt: skip
        """Return the policy with a proposal in it from a day on: its values, and the terms of a grade, of every grade with credit where
        none is given. terms: False for one customer, whose terms are no policy. reference: where it was or will be decided.

        Raises: UsageError where nothing of it is a matter of policy; PolicyError as `policy.draft.draft`.
        """
        changes = dict(values)
        if terms:
            in_force = self.whole.policy.at(from_on)
            held = [grade] if grade else [g for g in GRADES if offer_of(g, "scored", in_force).outcome == "offered"]
            changes |= {f"{p}.{g}": proposed[n] for n, p in _BY_GRADE.items() if n in proposed for g in held}
            changes |= {_DISCOUNT_DAYS: proposed["discount_days"]} if "discount_days" in proposed else {}
        if not changes:
            raise UsageError(
                "nothing of this proposal is a matter of policy: change a value of the policy, or the terms of a grade or of the whole book.",
                "该方案不涉及政策：请改动政策参数，或改动某一等级或全部客户的付款条件。",
            )
        return draft(self.whole.policy, changes, from_on, reference)

    def draft_rows(self, made: Draft) -> str:
        """Return the dated rows of a draft, to be appended to the policy file. Raises: PolicyError as `policy.draft.draft_toml`."""
        return draft_toml(self.whole.policy, made)


def _known(given: Mapping[str, Any], names: tuple[str, ...]) -> None:
    unknown = sorted(given.keys() - set(names))
    if unknown:
        raise UsageError(
            f"terms can't change {', '.join(unknown)}. There are: {', '.join(names)}.",
            f"付款条件不能改动 {'、'.join(unknown)}。可用的有：{'、'.join(names)}。",
        )


def _late_by(case: TermsCase, net_days: float, values: Values) -> float:
    """Return the days by which an early discount would outlast the first payment, 0 or below where it ends in time or there is none."""
    if not case.discount_share:
        return 0
    within = float(values[_DISCOUNT_DAYS]) if case.discount_days is None else case.discount_days
    return within - instalment_days(net_days, case.instalments)[0]


def _discount_fits(case: TermsCase, values: Values) -> None:
    late = _late_by(case, case.net_days, values)
    if late <= 0:
        return
    first = instalment_days(case.net_days, case.instalments)[0]
    raise UsageError(
        f"the early discount can be taken until day {first + late:g}, but the first payment is due on day {first:g}. "
        "Let the discount end by then, or give more days.",
        f"现金折扣期至第 {first + late:g} 天，而首笔付款第 {first:g} 天到期。请缩短折扣期，或延长账期。",
    )
