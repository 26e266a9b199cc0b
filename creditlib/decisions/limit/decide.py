"""Credit limits 信用额度: several methods side by side, the policy's pick, × the grade's factor, under every cap, rounded down.

What must stay true: a limit is never above what the grade allows, unless an insurer covers more, and never above what own capacity
allows; a limit that can't be told is None and never 0; 0 is a decision: no credit. Cover never lifts a customer who gets no credit. One implementation: a single customer
is a table of one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib.days import NO_DAY, add_months, day_number
from creditlib.decisions.decision import Decision, used
from creditlib.decisions.limit.caps import Capacity, allot, capacity_of, grade_caps, groups_of
from creditlib.decisions.limit.exchange import Column, Exchange, leading, share_of, times
from creditlib.decisions.limit.inputs import Inputs, gather
from creditlib.decisions.limit.methods import METHODS, by_score, insured_part, need, pick, references
from creditlib.decisions.limit.reasons import reasons_of
from creditlib.errors import CurrencyError, UsageError
from creditlib.facts.book import Book
from creditlib.facts.ledger import start_columns, started
from creditlib.facts.open_items import Rate
from creditlib.facts.tables import codes
from creditlib.formulas import insured_split
from creditlib.measures.figures import Figures, documents_of
from creditlib.money import exponent
from creditlib.policy import Policy, Values
from creditlib.policy.catalogue.limit import PARAMETERS

_USED: Final = (
    *(p.name for p in PARAMETERS if p.name.startswith(("limit.", "progressive.")) and p.name != "limit.vat_rate"), "home.currency",
    "file.purchases_months", "file.reference_months", "payment.window_months", "terms.days",
)  # fmt: skip


def within_limit(limit: int | None, exposure: int, more: int = 0) -> bool:
    """Return whether a limit lets an exposure grow by `more`, minor units of one currency.

    None: no limit is set, so none blocks. 0: no credit, always blocked. Else only an exposure strictly above the limit is blocked.
    Source: tests/published/credit_limit.toml, limit-tryton.

    >>> within_limit(None, 100, 100), within_limit(0, 0), within_limit(200, 100, 100), within_limit(200, 100, 101)
    (True, False, True, False)
    """
    if limit is None:
        return True
    return limit > 0 and exposure + more <= limit


@dataclass(frozen=True, kw_only=True)
class LimitDecision(Decision):
    """A limit and why. outcome: set, none (no credit), refer (a person must decide).

    limit_minor: minor units of `currency`; None: not set, which is not 0. insured_minor, own_risk_minor: its parts. methods: what each
    method gives, None where it has no input; picked: the one that set the limit. figures: the whole row of `limit_book`.
    """

    subject: str = "limit"
    currency: str = ""
    limit_minor: int | None = None
    insured_minor: int | None = None
    own_risk_minor: int | None = None
    picked: str | None = None
    methods: Mapping[str, int | None] = field(default_factory=dict)
    needs_committee: bool | None = None
    review_on: date | None = None
    figures: Mapping[str, Any] = field(default_factory=dict, repr=False)


def limit_book(
    book: Book, factors: Figures, scores: Figures, policy: Policy, as_of: date, *, rates: Sequence[Rate] = (),
    to: str | None = None, record: Figures | None = None,
) -> Figures:  # fmt: skip
    """Return the limit of every customer of `factors`, one row each, in the customer's currency there.

    factors, scores: of the same book and day; with `to`, factors in that currency. rates: into `to`, else into the home currency; what
    needs a rate and has none is left out and told. record: a `payment_record` over the payment window, where it was taken already.
    Columns, minor units: customer, currency, grade; <method>_minor for each method, null without input; what they stand on: yearly_minor,
    bought_from, term_days, term_from, tangible_net_worth_minor, statement_working_capital_minor, reference_average_minor, references, peak_minor;
    picked, picked_minor; factor; after_factor_minor; grade_cap_minor; rounded_minor (under the grade's cap, rounded down); lifted_minor
    (raised to the insurer's cover); capacity_minor (what own capacity allows, null where it holds nothing down); cap (grade, own_equity,
    own_receivables: what binds); limit_minor (null: not set); insured_minor; own_risk_minor; group; group_own_minor (home currency:
    uninsured part of its limits and of what members without one owe); needs_committee; review_on; outcome.
    Raises: CurrencyError when `to` is given and the factors are not in it; PolicyError when the policy has no value on the day.
    """
    values = policy.at(as_of)
    if to is not None and set(factors.currencies) - {to}:
        raise CurrencyError(
            f"the factors are in {', '.join(factors.currencies)}, the limits asked in {to}. Take the factors with to={to} and rates.",
            f"评分因子的币种为 {'、'.join(factors.currencies)}，而额度要求以 {to} 计。请以 to={to} 和汇率重新计算因子。",
        )
    exchange = Exchange(rates, to or values["home.currency"])
    inputs = gather(book, factors, scores, values, as_of, exchange, rates, to, record)
    groups = groups_of(book, list(dict.fromkeys([*inputs.customer, *inputs.owed])), as_of)
    return decided(
        inputs, groups, exchange, policy, as_of, documents=lambda row: _documents(book, inputs.customer[row], as_of)
    )


def decided(
    inputs: Inputs, groups: dict[str, str], exchange: Exchange, policy: Policy, as_of: date, *,
    documents: Callable[[int], pa.Table],
) -> Figures:  # fmt: skip
    """Return the limits inputs lead to, the columns of `limit_book`. groups: customer → group."""
    values, rows = policy.at(as_of), len(inputs.customer)
    methods = method_columns(inputs, values, exchange)
    picked, amount = pick(methods, values["limit.methods"], values["limit.pick"], rows)
    judged = list(zip(inputs.outcome, inputs.grade, strict=True))
    factor_of = {pair: _factor(*pair, values) for pair in set(judged)}
    factor = [factor_of[pair] for pair in judged]
    after: Column = [None if a is None or f is None else times(a, f) for a, f in zip(amount, factor, strict=True)]
    caps = grade_caps(inputs, values, exchange)
    barred = [f == 0 or c == 0 for f, c in zip(factor, caps, strict=True)]
    digits, home = values["limit.rounding_digits"], values["home.currency"]
    capped: Column = [a if a is None or c is None else min(a, c) for a, c in zip(after, caps, strict=True)]
    rounded: Column = [
        None if c is None or exchange.ratio(home, currency) is None else leading(c, digits, currency)
        for c, currency in zip(capped, inputs.currency, strict=True)
    ]
    lifted: Column = [
        None if r is None or no else int(insured_split(r, cover or 0).total)
        for r, no, cover in zip(rounded, barred, inputs.cover, strict=True)
    ]
    capacity = capacity_of(inputs.owed, values, exchange)
    allotted = allot(lifted, inputs, groups, capacity, exchange, digits)
    limit: Column = [0 if no else one for no, one in zip(barred, allotted.limit, strict=True)]
    insured: Column = [
        None if one is None else insured_part(one, c or 0, p or 0)
        for one, c, p in zip(limit, inputs.cover, inputs.cover_paid, strict=True)
    ]
    own: Column = [None if a is None or b is None else a - b for a, b in zip(limit, insured, strict=True)]
    group_own = [allotted.own_minor.get(groups[c], 0) for c in inputs.customer]
    most = Fraction(values["limit.committee_above"]) * 10 ** exponent(home)
    cap = [
        None if no or final is None else capacity.cap if final < (up or 0) else "grade" if held is not None and held < (a or 0) else None
        for no, final, up, held, a in zip(barred, limit, lifted, capped, after, strict=True)
    ]  # fmt: skip
    review = add_months(as_of, values["limit.review_months"])
    money: dict[str, Column] = {f"{name}_minor": methods[name] for name in METHODS} | {
        "yearly_minor": inputs.yearly, "tangible_net_worth_minor": inputs.net_worth,
        "statement_working_capital_minor": inputs.working_capital, "reference_average_minor": inputs.reference_average,
        "peak_minor": inputs.peak, "picked_minor": amount, "after_factor_minor": after, "grade_cap_minor": caps,
        "rounded_minor": rounded, "lifted_minor": lifted, "capacity_minor": allotted.highest, "limit_minor": limit,
        "insured_minor": insured, "own_risk_minor": own,
    }  # fmt: skip
    table = pa.table(
        {
            "customer": pa.array(inputs.customer).dictionary_encode(), "currency": pa.array(inputs.currency).dictionary_encode(),
            "grade": pa.array(inputs.grade, pa.string()),
            **{name: pa.array(column, pa.int64()) for name, column in money.items()},
            "bought_from": pa.array(inputs.bought_from, pa.string()),
            "term_days": pa.array(inputs.term_days, pa.int64()), "term_from": pa.array(inputs.term_from, pa.string()),
            "references": pa.array(inputs.reference_count, pa.int64()), "score": pa.array(inputs.score, pa.int64()), "picked": pa.array(picked, pa.string()),
            "factor": pa.array([None if f is None else float(f) for f in factor], pa.float64()),
            "cap": pa.array(cap, pa.string()), "group": pa.array([groups[c] for c in inputs.customer], pa.string()),
            "group_own_minor": pa.array(group_own, pa.int64()),
            "needs_committee": pa.array(
                [None if one is None else one > 0 and g > most for one, g in zip(limit, group_own, strict=True)], pa.bool_()
            ),
            "review_on": pa.array([review if one else None for one in limit], pa.date32()),
            "outcome": pa.array(["refer" if one is None else "set" if one else "none" for one in limit], pa.string()),
        }
    )  # fmt: skip
    shown = {"capacity": capacity, "policy": policy.fingerprint, "scored": dict(zip(inputs.customer, inputs.outcome, strict=True)),
             "unpriced": tuple(sorted({c for c in inputs.currency if exchange.ratio(home, c) is None}))}  # fmt: skip
    return Figures(table, ("customer", "currency"), as_of, "limit_minor", shown, documents=documents)


def method_columns(inputs: Inputs, values: Values, exchange: Exchange) -> dict[str, Column]:
    """Return what each method gives, by name."""
    more = values["limit.unbilled_days"] + values["limit.grace_days"]
    home = values["home.currency"]
    one = {code: exchange.ratio(home, code) for code in set(inputs.currency)}
    worth = [None if (ratio := one[code]) is None else ratio * 10 ** exponent(home) for code in inputs.currency]
    return {
        "need": need(inputs.yearly, inputs.term_days, more, values["limit.year_days"]),
        "purchases": share_of(inputs.yearly, values["limit.purchases_share"]),
        "net_worth": share_of(inputs.net_worth, values["limit.net_worth_share"]),
        "working_capital": share_of(inputs.working_capital, values["limit.working_capital_share"]),
        "references": references(
            inputs.reference_average, inputs.reference_count, values["limit.min_references"], values["limit.reference_share"]
        ),
        "score": by_score(inputs.score, worth, values["limit.score_amounts"]),
        "payment_history": share_of(inputs.peak, values["limit.history_share"]),
        "insurer": list(inputs.cover),
    }  # fmt: skip


def _factor(outcome: str | None, grade: str | None, values: Values) -> Fraction | None:
    """A hard stop gets no credit whatever its points; who is not scored has no factor, and so no limit."""
    if outcome == "stop":
        return Fraction(0)
    if outcome != "scored" or grade is None:
        return None
    return Fraction(values["limit.grade_factor"][grade])


def _documents(book: Book, customer: str, as_of: date) -> pa.Table:
    """Documents of the last twelve months: what was bought."""
    found = [np.zeros(0, np.int64)]
    for at, piece in book.scan("documents", ["customer", *start_columns(book)]):
        own, names = codes(piece["customer"])
        begin = started(piece)
        use = (begin > day_number(add_months(as_of, -12))) & (begin <= day_number(as_of)) & (begin != NO_DAY)
        found.append(at + np.flatnonzero(use & np.array([n == customer for n in names] or [False], bool)[own]))
    return documents_of(book, np.concatenate(found))


def limit_of(figures: Figures, customer: str, policy: Policy) -> LimitDecision:
    """Return the limit of one customer with its reasons, from the result of `limit_book`.

    policy: the one the figures were made by. Raises: UsageError for a customer the figures do not have, or for another policy.
    """
    if figures.values.get("policy") != policy.fingerprint:
        raise UsageError(
            f"these limits were made by policy {figures.values.get('policy')}, not by {policy.name}@{policy.fingerprint}. Give the policy that made them.",
            f"这些额度由政策 {figures.values.get('policy')} 得出，而非 {policy.name}@{policy.fingerprint}。请给出前者。",
        )
    at = pc.index(figures.table["customer"].cast(pa.string()), customer).as_py()
    if at < 0:
        raise UsageError(
            f"customer {customer} is not among the {len(figures.table):,} whose limits are given. Check the code.",
            f"所给的 {len(figures.table):,} 户额度中没有客户 {customer}。请核对代码。",
        )
    row: dict[str, Any] = figures.table.slice(at, 1).to_pylist()[0]
    values = policy.at(figures.as_of)
    capacity: Capacity = figures.values["capacity"]
    reasons = reasons_of(
        row, values, capacity, stopped=figures.values["scored"].get(customer) == "stop",
        unpriced=row["currency"] in figures.values["unpriced"],
    )  # fmt: skip
    return LimitDecision(
        customer=customer, as_of=figures.as_of, outcome=row["outcome"], reasons=tuple(reasons), policy_name=policy.name,
        fingerprint=policy.fingerprint, used=used(values, *_USED), documents=lambda: figures.documents(at),
        currency=row["currency"], limit_minor=row["limit_minor"], insured_minor=row["insured_minor"],
        own_risk_minor=row["own_risk_minor"], picked=row["picked"],
        methods={name: row[f"{name}_minor"] for name in METHODS}, needs_committee=row["needs_committee"],
        review_on=row["review_on"], figures=row,
    )  # fmt: skip
