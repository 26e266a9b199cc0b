"""What if a customer's figures were others: score, limit, terms and loss, today's beside those of the changed figures.

What must stay true: without a change both sides are the customer's review; what is not changed is as measured; the scenario goes the way
the whole book goes, with the other members of the customer's group as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np

from creditlib.decisions.limit.caps import Capacity, capacity_of, groups_of
from creditlib.decisions.limit.decide import LimitDecision, decided, limit_of
from creditlib.decisions.limit.exchange import Exchange
from creditlib.decisions.limit.inputs import Inputs
from creditlib.decisions.offer import TermsDecision, offer_terms
from creditlib.decisions.score.card import card_of
from creditlib.decisions.score.decide import ScoreDecision, beside_facts, find_customer, graded, score_values
from creditlib.errors import UsageError
from creditlib.flows.assess import Assessment, losses
from creditlib.measures.cover import COVER_PARTS, cover, covered_minor, insured
from creditlib.measures.figures import Figures
from creditlib.policy import Policy
from creditlib.policy.draft import draft
from creditlib.policy.parts import part_of

LIMIT_FIGURES: Final = ("yearly_minor", "term_days", "cover_minor")
"""What moves a limit beside the factors of the score: yearly purchases, days of the term, cover of credit insurance."""
POLICY_FIGURES: Final = (
    "limit.grace_days",
    "limit.purchases_share",
    "limit.net_worth_share",
    "score.loss_given_default",
)
"""Policy values a scenario can change, beside the factor of the customer's grade."""
_SHARE_DIGITS: Final = 4  # decimals an insurer writes a share with
_COPY: Final = "\t"  # no code of a customer has one


@dataclass(frozen=True, slots=True)
class Side:
    """One side: decisions, and what follows from them. exposure_minor: as it is today; covered_minor: what insurance would pay of it;
    net_minor: the rest; headroom_minor: limit less exposure, None without a limit; loss_minor: expected within a year, None without a
    default probability."""

    score: ScoreDecision
    limit: LimitDecision
    terms: TermsDecision
    exposure_minor: int
    covered_minor: int
    net_minor: int
    headroom_minor: int | None
    loss_minor: int | None


@dataclass(frozen=True)
class Scenario:
    """Today's figures and the changed ones. changed: name → (today, scenario), of what differs."""

    customer: str
    currency: str
    base: Side
    scenario: Side
    changed: Mapping[str, tuple[Any, Any]]


class CustomerCase:
    """A customer made ready for a slider: what a change can't touch is taken once.

    whole: the assessed book. Raises: UsageError for a customer nobody knows.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> case = CustomerCase(assess(sample_book(), load_policy(), SAMPLE_END), "C-7003")
    >>> better = case.scenario({"on_time_share": 1.0})
    >>> better.base.score.grade, better.scenario.score.grade, better.scenario.loss_minor < better.base.loss_minor
    ('B', 'A', True)
    """

    def __init__(self, whole: Assessment, customer: str) -> None:
        self.whole = whole
        self.customer = customer
        self._row = find_customer(whole.factors, customer)
        self.facts: dict[str, Any] = whole.factors.table.slice(self._row, 1).to_pylist()[0]
        self.currency: str = self.facts["currency"]
        self._capacities: dict[str, Capacity] = {}

    @cached_property
    def base(self) -> Side:
        """Today's side: the customer's review."""
        return self._side({})

    def scenario(self, changes: Mapping[str, Any]) -> Scenario:
        """Return both sides. changes: factors of the scorecard (None: not known), `LIMIT_FIGURES`, and policy values, by name.

        Raises: UsageError for another name; what the decisions raise.
        """
        unknown = sorted(set(changes) - set(self.movable))
        if unknown:
            raise UsageError(
                f"nothing called {', '.join(unknown)} can be changed. There are: {', '.join(self.movable)}.",
                f"没有可调整的 {'、'.join(unknown)}。可用的有：{'、'.join(self.movable)}。",
            )
        moved = {n: (self.value(n), v) for n, v in changes.items() if v != self.value(n)}
        made = self._side({n: v for n, (_, v) in moved.items()}) if moved else self.base
        return Scenario(self.customer, self.currency, self.base, made, moved)

    @property
    def movable(self) -> tuple[str, ...]:
        """Names of what can be changed: factors the card weighs, `LIMIT_FIGURES`, policy values."""
        return (*card_of(self.whole.values).names, *LIMIT_FIGURES, *self.policy_figures)

    @cached_property
    def policy_figures(self) -> tuple[str, ...]:
        """Policy values that can be changed, as `policy.parts.part_of` names them: those that touch nothing measured."""
        row = find_customer(self.whole.scores, self.customer)
        grade = self.whole.scores.table["grade"][row].as_py()
        return (*POLICY_FIGURES, *((f"limit.grade_factor.{grade}",) if grade else ()))

    def value(self, name: str) -> Any:
        """Return a figure as it is today, None where it is not known."""
        inputs, at = self._inputs, self._at
        if name in self.policy_figures:
            return part_of(self.whole.values, name)
        found: dict[str, Any] = {
            "yearly_minor": inputs.yearly,
            "term_days": inputs.term_days,
            "cover_minor": inputs.cover,
        }
        return found[name][at] if name in found else self.facts.get(name)

    def limits_over(self, name: str, values: Sequence[float], changes: Mapping[str, Any]) -> list[int | None]:
        """Return the limit at each value of one figure, minor units, everything else changed as told: the curve under a slider.

        name: a factor or one of `LIMIT_FIGURES`. Each is `scenario(…).scenario.limit.limit_minor`, without the words. Raises: as `scenario`.
        """
        self.scenario(changes)  # names and figures that can't be are told
        own, policy = self._parted(changes)
        cases = [self._judged({**own, name: value}, policy) for value in values]
        table = self._limits(cases, policy).table
        size = len(self._inputs.customer)
        found: list[int | None] = table["limit_minor"].take(list(range(self._at, len(table), size))).to_pylist()
        return found

    def _judged(self, changes: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
        """Return what a case of changed figures tells the limit: figures, outcome, grade, score."""
        scored, grade = graded({**self.facts, **changes}, policy.at(self.whole.as_of))
        outcome = "stop" if self._beside["stops"] else "refer" if scored.score is None else "scored"
        return {**changes, "outcome": outcome, "grade": grade, "score": scored.score}

    def _parted(self, changes: Mapping[str, Any]) -> tuple[dict[str, Any], Policy]:
        """Return changes of the customer's figures, and the policy with the changed values of it."""
        told = {n: v for n, v in changes.items() if n in self.policy_figures}
        policy = draft(self.whole.policy, told, self.whole.as_of, "scenario") if told else self.whole.policy
        return {n: v for n, v in changes.items() if n not in told}, policy

    # ── made once ──

    @cached_property
    def _beside(self) -> dict[str, Any]:
        return beside_facts(self.whole.book, self.customer, self.whole.policy, self.whole.as_of)

    @cached_property
    def _exchange(self) -> Exchange:
        return Exchange(self.whole.ground.rates, self.whole.ground.report or self.whole.values["home.currency"])

    @cached_property
    def _ground(self) -> tuple[Inputs, dict[str, str], dict[str, dict[str, int]]]:
        """Inputs of the customer's group, the group of each, and what the whole book owes."""
        whole = self.whole
        everybody: Inputs = whole.limit_inputs
        groups = groups_of(whole.book, list(dict.fromkeys([*everybody.customer, *everybody.owed])), whole.as_of)
        mine = {c for c, g in groups.items() if g == groups[self.customer]}
        rows = [at for at, c in enumerate(everybody.customer) if c in mine]
        columns = {
            f.name: [column[at] for at in rows]
            for f in fields(Inputs)
            if isinstance(column := getattr(everybody, f.name), list)
        }
        owed = {c: balances for c, balances in everybody.owed.items() if c in mine}
        return Inputs(**columns, owed=owed), {c: groups[c] for c in {*columns["customer"], *owed}}, everybody.owed

    def _capacity(self, policy: Policy) -> Capacity:
        if policy.fingerprint not in self._capacities:
            values = policy.at(self.whole.as_of)
            self._capacities = {policy.fingerprint: capacity_of(self._ground[2], values, self._exchange)}
        return self._capacities[policy.fingerprint]

    @property
    def _inputs(self) -> Inputs:
        return self._ground[0]

    @cached_property
    def _at(self) -> int:
        return self._inputs.customer.index(self.customer)

    @cached_property
    def _cover(self) -> dict[str, Any] | None:
        share = self.whole.values["limit.insured_share"]
        found = cover(self.whole.book, self.whole.as_of, insured_share=share, **self.whole.in_report)
        return next(
            (r for r in found.rows() if r["customer"] == self.customer and r["currency"] == self.currency), None
        )

    @cached_property
    def _exposed(self) -> tuple[int, int]:
        """Exposure today, and what of it no cover would pay."""
        line = self.whole.table.table.slice(self._row, 1).to_pylist()[0]
        return line["exposure_minor"], line["net_minor"]

    # ── one side ──

    def _side(self, changes: Mapping[str, Any]) -> Side:
        whole = self.whole
        own, policy = self._parted(changes)
        values = policy.at(whole.as_of)
        scored = score_values({**self.facts, **own}, policy, whole.as_of, customer=self.customer, **self._beside)
        told = {**own, "outcome": scored.outcome, "grade": scored.grade, "score": scored.score}
        limit = limit_of(self._limits([told], policy), self.customer, policy)
        terms = offer_terms(self.customer, scored.grade, scored.outcome, policy, whole.as_of)
        total, net = self._exposure(own)
        loss = losses(np.array([net]), np.array([scored.default_probability], np.float64), values)[0].as_py()
        headroom = None if limit.limit_minor is None else limit.limit_minor - total
        return Side(scored, limit, terms, total, total - net, net, headroom, loss)

    def _limits(self, cases: Sequence[Mapping[str, Any]], policy: Policy) -> Figures:
        """Return the limits of the customer's group, once for each case, the customer judged and changed as told; the cases know
        nothing of each other."""
        inputs, groups, _ = self._ground
        made = [self._case(told, policy) for told in cases]
        copies = [("" if at == 0 else f"{_COPY}{at}") for at in range(len(cases))]
        columns = {
            f.name: [value for one in made for value in one.get(f.name, getattr(inputs, f.name))]
            for f in fields(Inputs)
            if f.name != "owed"
        }
        columns["customer"] = [customer + copy for copy in copies for customer in inputs.customer]
        owed = {customer + copy: balances for copy in copies for customer, balances in inputs.owed.items()}
        return decided(
            Inputs(**columns, owed=owed), {c + copy: g + copy for copy in copies for c, g in groups.items()}, self._exchange, policy,
            self.whole.as_of, capacity=self._capacity(policy), documents=lambda _: self.whole.limits.documents(self._row),
        )  # fmt: skip

    def _case(self, changes: Mapping[str, Any], policy: Policy) -> dict[str, list[Any]]:
        """Return the columns of the group that a case changes."""
        inputs, at = self._inputs, self._at
        told: dict[str, Any] = {name: changes[name] for name in ("outcome", "grade", "score")}
        if "yearly_minor" in changes:
            told |= {"yearly": changes["yearly_minor"], "bought_from": "stated"}
        if "term_days" in changes:
            told |= {"term_days": changes["term_days"], "term_from": "customer"}
        if "cover_minor" in changes:
            told |= {"cover": changes["cover_minor"], "cover_paid": self._paid(changes["cover_minor"] or 0)}
        return {name: _with(getattr(inputs, name), at, value) for name, value in told.items()}

    def _exposure(self, changes: Mapping[str, Any]) -> tuple[int, int]:
        """Return exposure today, and what of it no cover would pay."""
        total, net = self._exposed
        if "cover_minor" not in changes:
            return total, net
        new = changes["cover_minor"] or 0
        paid = self._paid(new)
        others = {name: (self._cover or {}).get(name, 0) for name in COVER_PARTS}
        row = {**others, "insurer_limit_minor": new, "insured_minor": paid, "cover_minor": paid + sum(others.values())}
        return total, total - covered_minor(total, row, "insured_minor", "insurer_limit_minor")

    def _paid(self, cover_minor: int) -> int:
        """Return what an insurer would pay of a cover: the share it pays of the present one; of a first one the policy's share."""
        row, inputs, at = self._cover or {}, self._inputs, self._at
        present = [
            (row.get("insurer_limit_minor", 0), row.get("insured_minor", 0)),
            (inputs.cover[at], inputs.cover_paid[at]),
        ]
        limit, paid = next(((limit, paid or 0) for limit, paid in present if limit), (0, 0))
        usual = Fraction(self.whole.values["limit.insured_share"])
        if not limit:
            return insured(cover_minor, usual)
        exact = Fraction(
            paid, limit
        )  # of an amount that was rounded: the share it was rounded from, where one tells it
        share = next((one for one in (usual, round(exact, _SHARE_DIGITS)) if insured(limit, one) == paid), exact)
        return insured(cover_minor, share)


def _with(column: Sequence[Any], at: int, value: Any) -> list[Any]:
    return [*column[:at], value, *column[at + 1 :]]
