"""`review`: one customer, everything: what every door shows of it.

What must stay true: its figures are the customer's row of the assessed book; policy values are read here and passed down by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib.decisions.limit.decide import LimitDecision, limit_of
from creditlib.decisions.limit.progressive import Step, replay
from creditlib.decisions.offer import TermsDecision, offer_terms
from creditlib.decisions.onboarding.decide import onboard
from creditlib.decisions.onboarding.registration import newest_first
from creditlib.decisions.release.limits import limits_ended
from creditlib.decisions.score.advice import advise
from creditlib.decisions.score.decide import ScoreDecision, find_customer, score
from creditlib.decisions.what_if.compare import TermsEffect, compare_terms
from creditlib.errors import CurrencyError, Finding, NeedsSales, UsageError
from creditlib.facts.book import Book
from creditlib.facts.checks import disputed
from creditlib.facts.credit_tables import LINES
from creditlib.facts.open_items import Rate
from creditlib.facts.reading import Reading
from creditlib.facts.staleness import parts as file_parts
from creditlib.facts.statement_checks import check_statements
from creditlib.facts.tables import codes
from creditlib.facts.visits import visits
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.reviewing import Distress, Part, Review
from creditlib.formulas import CUT_OFFS, altman_variant, altman_zone
from creditlib.measures.aging import aging, days_past_due, overdue
from creditlib.measures.statements import ALTMAN, statement_figures
from creditlib.policy import Policy

FILE_MONTHS: dict[str, str] = {
    "registrations": "file.registration_months", "statements": "file.statement_months", "references": "file.reference_months",
    "ratings": "file.rating_months", "purchases": "file.purchases_months", "assessments": "file.assessment_months",
}  # fmt: skip
_EXPOSURE = ("open_items_minor", "unapplied_minor", "delivered_not_billed_minor", "orders_minor", "total_minor", "covered_minor", "net_minor")  # fmt: skip


def review(
    reading: Reading | Book | Assessment, customer: str, policy: Policy | None = None, as_of: date | None = None, *,
    rates: Sequence[Rate] = (), currency: str | None = None, known_on: date | None = None,
) -> Review:  # fmt: skip
    """Return everything about one customer on a day.

    reading: what `read` gave, a book, or an assessment made already (then nothing else is given). rates, currency, known_on: as in
    `assess`. Raises: UsageError for a customer nobody knows; what `assess` raises.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.policy import load_policy
    >>> made = review(sample_book(), "C-7003", load_policy(), SAMPLE_END)
    >>> made.score.outcome, made.limit.outcome
    ('scored', 'set')
    """
    if isinstance(reading, Assessment):
        whole = reading
    elif policy is None or as_of is None:
        raise UsageError(
            "A review needs a policy and a day. Give policy and as_of, or an assessment made already.",
            "客户评审需要政策和基准日。请给出 policy 和 as_of，或已完成的评估。",
        )
    else:
        whole = assess(reading, policy, as_of, rates=rates, currency=currency, known_on=known_on)
    return _review(whole, customer)


def _review(whole: Assessment, customer: str) -> Review:
    row = find_customer(whole.factors, customer)
    facts: dict[str, Any] = whole.factors.table.slice(row, 1).to_pylist()[0]
    scored = score(whole.book, customer, whole.policy, whole.as_of, measured=whole.factors)
    limit = limit_of(whole.limits, customer, whole.policy)
    offer = offer_terms(customer, scored.grade, scored.outcome, whole.policy, whole.as_of)
    line: dict[str, Any] = whole.table.table.slice(row, 1).to_pylist()[0]
    statements = _statements(whole, customer)
    record = _record(whole, customer, facts["currency"])
    debts = _Debts(whole, customer, facts["currency"])
    edges = whole.values["aging.edges"]
    return Review(
        customer=customer,
        name=line["name"],
        as_of=whole.as_of,
        currency=facts["currency"],
        policy_name=whole.policy.name,
        policy_fingerprint=whole.policy.fingerprint,
        facts=facts,
        parts=_parts(whole, customer),
        visits=visits(whole.book, customer, whole.as_of),
        onboarding=onboard(whole.book, customer, whole.policy, whole.as_of, factor_row=facts),
        statements=statements,
        distress=_distress(whole, customer, statements),
        score=scored,
        limit=limit,
        limit_in_force=line["set_minor"] if line["set_currency"] == facts["currency"] else None,
        limit_set=whole.limits_set.get(customer),
        limit_ended=limits_ended(whole.book, whole.as_of).get(customer),
        review_due=line["review_due"],
        progressive=_progressive(whole.policy, record, limit, facts),
        terms=offer,
        exposure=_exposure(whole, customer, facts["currency"]),
        aging=_aging(whole, customer, facts["currency"], edges),
        edges=edges,
        record=record,
        advice=advise(scored, whole.policy, whole.as_of, currency=facts["currency"], paying=debts.pay),
        effect=_effect(whole, customer, scored, offer),
        approver=None if not limit.limit_minor else "committee" if limit.needs_committee else "manager",
        findings=_findings(whole, customer),
    )


def _mine(table: pa.Table, customer: str) -> pa.Table:
    return table.filter(pc.fill_null(pc.equal(table["customer"].cast(pa.string()), customer), False))


def _parts(whole: Assessment, customer: str) -> tuple[Part, ...]:
    months = {part: whole.values[name] for part, name in FILE_MONTHS.items()}
    rows = _mine(file_parts(whole.book, whole.as_of, months=months), customer).to_pylist()
    return tuple(
        Part(r["part"], r["state"], r["rows"], r["latest_on"], r["until_on"], r["age_days"], months.get(r["part"]))
        for r in rows
    )


def _statements(whole: Assessment, customer: str) -> tuple[Mapping[str, Any], ...]:
    rows = _mine(statement_figures(whole.book, whole.as_of).table, customer).to_pylist()
    given = whole.book.table("statements").take(pa.array([r["row"] for r in rows], pa.int64())).to_pylist()
    return tuple(
        {
            **r,
            "lines": {line.name: g[f"{line.name}_minor"] for line in LINES},
            "source": f"{g['source_file']}!{g['source_row']}",
        }
        for r, g in zip(rows, given, strict=True)
    )


def _distress(whole: Assessment, customer: str, statements: Sequence[Mapping[str, Any]]) -> Distress | None:
    if not statements:
        return None
    extracts = newest_first(_mine(whole.book.table("registrations"), customer), whole.as_of)
    told = {n: next((r[n] for r in extracts if r[n] is not None), None) for n in ("listed", "manufacturing")}
    listed = told["listed"] and statements[-1]["lines"]["market_value"] is not None
    choice = altman_variant(listed, told["manufacturing"])
    z = statements[-1][ALTMAN[choice.variant]]
    low, high = CUT_OFFS[choice.variant]
    return Distress(choice.variant, choice.reason, z, None if z is None else altman_zone(choice.variant, z), low, high)


def _record(whole: Assessment, customer: str, currency: str) -> tuple[Mapping[str, Any], ...]:
    if whole.record is None:
        return ()
    rows = _mine(whole.record.table, customer).to_pylist()
    return tuple(r for r in rows if r["currency"] == currency)


def _progressive(
    policy: Policy, record: Sequence[Mapping[str, Any]], limit: LimitDecision, facts: Mapping[str, Any]
) -> tuple[Step, ...]:
    if not limit.limit_minor:
        return ()  # nothing to earn: no credit, or a person decides first
    return replay(record, policy, limit.limit_minor, debt_share=facts["liabilities_share"])


def _exposure(whole: Assessment, customer: str, currency: str) -> dict[str, int]:
    rows = [r for r in _mine(whole.exposures.table, customer).to_pylist() if r["currency"] == currency]
    return {name: rows[0][name] if rows else 0 for name in _EXPOSURE}


def _aging(whole: Assessment, customer: str, currency: str, edges: tuple[int, ...]) -> dict[str, int]:
    figures = aging(whole.ground.items, edges=edges)
    rows = [r for r in _mine(figures.table, customer).to_pylist() if r["currency"] == currency]
    fixed = {*figures.keys, "items", "total_minor", "overdue_minor"}
    return {name: rows[0][name] if rows else 0 for name in figures.table.column_names if name not in fixed}


@dataclass(frozen=True)
class _Debts:
    """What a customer owes, to say what paying would take."""

    whole: Assessment
    customer: str
    currency: str

    def pay(self, factor: str, edge: float) -> int | None:
        """Return what must be paid to bring a factor below a value, None where paying is not how it is moved."""
        if factor not in ("oldest_overdue", "overdue_share"):
            return None
        items = self.whole.ground.items
        own, names = codes(items.column("customer"))
        mine = own == (names.index(self.customer) if self.customer in names else -1)
        mine &= items.currency == (items.currencies.index(self.currency) if self.currency in items.currencies else -1)
        mine &= items.open_minor > 0
        late = mine & overdue(items) & ~disputed(items)  # as the factors have it
        if factor == "oldest_overdue":
            return int(items.open_minor[late & (days_past_due(items) >= edge)].sum())
        tardy, owed = int(items.open_minor[late].sum()), int(items.open_minor[mine].sum())
        return min(tardy, int(np.floor((tardy - edge * owed) / (1 - edge))) + 1) if tardy > edge * owed else 0


def _effect(whole: Assessment, customer: str, scored: ScoreDecision, offer: TermsDecision) -> TermsEffect | None:
    """Return what the terms offered would change at the same sales, None where they are not offered, sales are unknown or told in several
    currencies."""
    if offer.outcome != "offered" or scored.default_probability is None:
        return None
    try:
        base = whole.cases.case(customer=customer, default_probability=scored.default_probability)
    except NeedsSales:
        return None  # the review says so beside it: open items alone tell no sales
    except CurrencyError:
        if whole.ground.report is not None:
            raise
        return None  # billed in several currencies, and none to report in was given
    given = offer.offer
    scenario = base.changed(
        net_days=given.average_days, deposit_share=float(given.deposit_share or 0), discount_share=float(given.discount_share or 0),
        discount_days=given.discount_days,
    )  # fmt: skip
    return compare_terms(base, scenario, whole.policy, whole.as_of)


def _findings(whole: Assessment, customer: str) -> tuple[Finding, ...]:
    """Return what is in another currency, and faults of the statements that there were by the day."""
    own = _mine(whole.book.table("statements"), customer)
    own = own.filter(pc.less_equal(own["period_end"], pa.scalar(whole.as_of, pa.date32())))
    checked = (
        check_statements(own, as_of=whole.as_of, jump=float(whole.values["file.jump_times"])) if own.num_rows else ()
    )
    return (*whole.apart(customer), *checked)


def values_used(made: Review) -> dict[str, tuple[Any, str]]:
    """Return every policy value the decisions of a review and its what-if read, with its reference.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.policy import load_policy
    >>> "limit.grace_days" in values_used(review(sample_book(), "C-7003", load_policy(), SAMPLE_END))
    True
    """
    found: dict[str, tuple[Any, str]] = {}
    more = () if made.effect is None else (made.effect.decision,)
    for decision in (made.onboarding, made.score, made.limit, made.terms, *more):
        found |= decision.used
    return found
