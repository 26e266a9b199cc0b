"""Credit limits 信用额度: several methods side by side, the policy's pick, × the grade's factor, under every cap, rounded down.

What must stay true: a limit is never above what the grade allows, unless an insurer covers more, and never above what own capacity
allows; a limit that can't be told is None and never 0; 0 is a decision: no credit. Cover never lifts a customer who gets no credit. One implementation: a single customer
is a table of one row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, add_months, day_number
from creditlib.decisions.decision import Decision, used
from creditlib.decisions.limit.caps import Allotted, Capacity, allot, capacity_of, grade_caps, groups_of
from creditlib.decisions.limit.columns import Amounts, Flags, common_scale, insured_parts, leading_digits, times_ratio
from creditlib.decisions.limit.exchange import Exchange
from creditlib.decisions.limit.inputs import BY_GRADE, Inputs, gather
from creditlib.decisions.limit.methods import METHODS, by_score, need, pick, references, share_of
from creditlib.decisions.limit.reasons import reasons_of
from creditlib.decisions.limit.standing import Judged, Standing, table_of
from creditlib.errors import CurrencyError, UsageError
from creditlib.facts.book import Book
from creditlib.facts.ledger import start_columns, started
from creditlib.facts.open_items import Rate
from creditlib.facts.tables import codes
from creditlib.measures.figures import Figures, documents_of
from creditlib.money import exponent
from creditlib.policy import GRADES, Policy, Values
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
    to: str | None = None, record: Figures | None = None, inputs: Inputs | None = None,
) -> Figures:  # fmt: skip
    """Return the limit of every customer of `factors`, one row each, in the customer's currency there.

    factors, scores: of the same book and day; with `to`, factors in that currency. rates: into `to`, else into the home currency; what
    needs a rate and has none is left out and told. record: a `payment_record` over the payment window, where it was taken already; inputs: what
    `gather` gave for the same, where it is at hand.
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
    inputs = inputs or gather(book, factors, scores, values, as_of, exchange, rates, to, record)
    groups = groups_of(book, list(dict.fromkeys([*inputs.customer, *inputs.owed])), as_of)
    return decided(
        inputs, groups, exchange, policy, as_of, documents=lambda row: _documents(book, inputs.customer[row], as_of)
    )


def decided(
    inputs: Inputs, groups: dict[str, str], exchange: Exchange, policy: Policy, as_of: date, *,
    documents: Callable[[int], pa.Table], capacity: Capacity | None = None,
) -> Figures:  # fmt: skip
    """Return the limits inputs lead to, the columns of `limit_book`. groups: customer → group. capacity: own capacity, where the inputs are
    of some customers only; None: that of the inputs."""
    standing = Standing.of(inputs, groups, exchange, policy.at(as_of)["home.currency"])
    return decided_on(standing, Judged.of_inputs(inputs), policy, as_of, documents=documents, capacity=capacity)


def decided_on(
    standing: Standing, judged: Judged, policy: Policy, as_of: date, *,
    documents: Callable[[int], pa.Table], capacity: Capacity | None = None,
) -> Figures:  # fmt: skip
    """Return the limits of what was made ready once, the columns of `limit_book`. judged: its rows, scored under this policy. capacity: as
    in `decided`."""
    values = policy.at(as_of)
    made = limits_on(standing, judged, values, capacity or capacity_of(standing.balances, values, standing.exchange))
    capacity, caps, allotted, limit, factor = made.capacity, made.caps, made.allotted, made.limit, made.factor
    insured = Amounts.where(limit.known, insured_parts(limit.minor, standing.cover.minor, standing.cover_paid.minor))
    own = Amounts(limit.minor - insured.minor, limit.known)
    group_own = allotted.group_own[standing.group]
    most = min(math.floor(Fraction(values["limit.committee_above"]) * 10 ** exponent(standing.home)), 2**63 - 1)
    granted = limit.known & (limit.minor > 0)
    by_capacity = limit.known & ~made.barred & (limit.minor < made.lifted.minor)
    by_grade = limit.known & ~made.barred & ~by_capacity & caps.known & (caps.minor < made.after.minor)
    money = {f"{name}_minor": made.methods[name] for name in METHODS} | {
        "yearly_minor": standing.yearly, "tangible_net_worth_minor": standing.net_worth,
        "statement_working_capital_minor": standing.working_capital, "reference_average_minor": standing.reference_average,
        "peak_minor": standing.peak, "picked_minor": made.amount, "after_factor_minor": made.after, "grade_cap_minor": caps,
        "rounded_minor": made.rounded, "lifted_minor": made.lifted, "capacity_minor": allotted.highest, "limit_minor": limit,
        "insured_minor": insured, "own_risk_minor": own,
    }  # fmt: skip
    graded = pc.and_(pc.invert(standing.term_from.is_valid()), pa.array(made.term.known))
    table = pa.table(
        {
            "customer": standing.customer, "currency": pa.array(standing.currencies, pa.string()).take(pa.array(standing.currency)).dictionary_encode(),
            "grade": judged.grade_text,
            **{name: column.to_arrow() for name, column in money.items()},
            "bought_from": standing.bought_from,
            "term_days": made.term.to_arrow(), "term_from": pc.if_else(graded, BY_GRADE, standing.term_from),
            "references": pa.array(standing.reference_count), "score": judged.score.to_arrow(), "picked": made.picked,
            "factor": pa.array(factor.minor / made.factor_scale, pa.float64(), mask=~factor.known),
            "cap": _worded([capacity.cap, "grade"], np.where(by_capacity, 0, 1), by_capacity | by_grade),
            "group": standing.groups.take(pa.array(standing.group)), "group_own_minor": pa.array(group_own),
            "needs_committee": pa.array(granted & (group_own > most), mask=~limit.known),
            "review_on": _worded([add_months(as_of, values["limit.review_months"])], np.zeros(len(standing), np.int64), granted),
            "outcome": _worded(["refer", "set", "none"], np.where(granted, 1, np.where(limit.known, 2, 0))),
        }
    )  # fmt: skip
    unpriced = {standing.currencies[code] for code in np.unique(standing.currency[~_priced(standing)]).tolist()}
    shown = {"capacity": capacity, "policy": policy.fingerprint, "unpriced": tuple(sorted(unpriced)),
             "stopped": frozenset(standing.customer.filter(pa.array(judged.stopped)).to_pylist())}  # fmt: skip
    return Figures(table, ("customer", "currency"), as_of, "limit_minor", shown, documents=documents)


@dataclass(frozen=True)
class Limits:
    """Limits step by step, one column each; see `limit_book`. factor: over factor_scale. barred: no credit, whatever the method gives."""

    methods: Mapping[str, Amounts]
    term: Amounts
    picked: pa.Array
    amount: Amounts
    factor: Amounts
    factor_scale: int
    after: Amounts
    caps: Amounts
    barred: Flags
    rounded: Amounts
    lifted: Amounts
    allotted: Allotted
    capacity: Capacity
    limit: Amounts


def limits_on(standing: Standing, judged: Judged, values: Values, capacity: Capacity) -> Limits:
    """Return the limits of what was made ready once, without a table. Raises: TooLarge."""
    term = _terms(standing, judged, values)
    methods = method_columns(standing, judged, term, values)
    picked, amount = pick(methods, values["limit.methods"], values["limit.pick"], len(standing))
    scale, factors = common_scale([Fraction(values["limit.grade_factor"][grade]) for grade in GRADES])
    factor = Amounts.where(judged.scored | judged.stopped, np.where(judged.stopped, 0, factors[judged.grade]))
    after = Amounts.where(amount.known & factor.known, times_ratio(amount.minor, factor.minor, scale))
    caps = grade_caps(standing, judged, values)
    barred = (factor.known & (factor.minor == 0)) | (caps.known & (caps.minor == 0))
    digits = values["limit.rounding_digits"]
    capped = np.where(caps.known, np.minimum(after.minor, caps.minor), after.minor)
    rounded = Amounts.where(after.known & _priced(standing), leading_digits(capped, digits, standing.unit))
    lifted = Amounts.where(rounded.known & ~barred, np.maximum(rounded.minor, standing.cover.minor))
    allotted = allot(lifted, standing, capacity, digits)
    limit = Amounts(np.where(barred, 0, allotted.limit.minor), barred | allotted.limit.known)
    return Limits(
        methods, term, picked, amount, factor, scale, after, caps, barred, rounded, lifted, allotted, capacity, limit
    )


def _priced(standing: Standing) -> Flags:
    """Whose currency has a rate into the home currency."""
    return np.asarray(standing.factor != 0, bool)


def method_columns(standing: Standing, judged: Judged, term: Amounts, values: Values) -> dict[str, Amounts]:
    """Return what each method gives, by name. term: days."""
    more = values["limit.unbilled_days"] + values["limit.grace_days"]
    home = standing.home
    ratios = [standing.exchange.ratio(home, code) for code in standing.currencies]
    worth = [None if ratio is None else ratio * 10 ** exponent(home) for ratio in ratios]
    return {
        "need": need(standing.yearly, term, more, values["limit.year_days"]),
        "purchases": share_of(standing.yearly, values["limit.purchases_share"]),
        "net_worth": share_of(standing.net_worth, values["limit.net_worth_share"]),
        "working_capital": share_of(standing.working_capital, values["limit.working_capital_share"]),
        "references": references(
            standing.reference_average, standing.reference_count, values["limit.min_references"], values["limit.reference_share"]
        ),
        "score": by_score(judged.score, worth, standing.currency, values["limit.score_amounts"]),
        "payment_history": share_of(standing.peak, values["limit.history_share"]),
        "insurer": standing.cover,
    }  # fmt: skip


def _terms(standing: Standing, judged: Judged, values: Values) -> Amounts:
    """Days agreed or given; else those of the grade."""
    by_grade = table_of([*(int(values["terms.days"][grade]) for grade in GRADES), None], judged.grade)
    known = standing.term.known
    return Amounts(np.where(known, standing.term.minor, by_grade.minor), known | by_grade.known)


def _worded(words: Sequence[Any], at: NDArray[np.int64], told: Flags | None = None) -> pa.Array:
    """A word for each row; null where none is told."""
    return pa.array(words).take(pa.array(at, mask=None if told is None else ~told))


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
        row, values, capacity, stopped=customer in figures.values["stopped"],
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
