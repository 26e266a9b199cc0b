"""Terms offered 付款条件 by grade: net days, deposit, early discount, instalments; and plans for an amount, kept or broken.

What must stay true: the term's text means exactly what is offered, read by the same reader as any ledger's terms; a plan's lines
add up to its amount, the remainder on the last; a grade has one offer, for one customer as for the book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

import pyarrow as pa

from creditlib.days import add_months
from creditlib.decisions.decision import Decision, Reason, used
from creditlib.errors import Lang, UsageError
from creditlib.formulas.trade_credit import instalment_days
from creditlib.measures.figures import Figures
from creditlib.policy import Policy, Values
from creditlib.terms import Discount, Terms, parse_terms, schedule

_USED: Final = ("terms.days", "terms.deposit", "terms.discount", "terms.discount_days", "terms.instalments")
CASH: Final = "cash in advance"
"""The term of a customer who gets no credit."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a grade is offered. terms_text: the term as a ledger writes it; the discount stands in it where one payment is due, else only
    in `terms`. discount_days: None without a discount. instalments: of the balance after the deposit."""

    outcome: str
    terms_text: str | None
    terms: Terms | None
    net_days: int | None
    deposit_share: Decimal | None
    discount_share: Decimal | None
    discount_days: int | None
    instalments: int | None

    @property
    def average_days(self) -> float | None:
        """Days the balance after the deposit is paid on, on average over its instalments; None where no terms are offered.

        >>> from creditlib.policy import load_policy
        >>> made = offer_terms("C1", "D", "scored", load_policy(), date(2026, 1, 1)).offer
        >>> made.net_days, made.average_days
        (15, 11.5)
        """
        if self.net_days is None or self.instalments is None:
            return None
        return sum(instalment_days(self.net_days, self.instalments)) / self.instalments

    def text(self, lang: Lang = "en") -> str:
        """Return the terms as people read them, the early discount at the end; empty where none are offered."""
        if self.terms_text is None or self.terms is None:
            return ""
        if self.outcome == "cash":
            return "款到发货" if lang == "zh" else CASH
        discount = self.terms.discount
        if lang == "en":
            apart = discount is not None and "/" not in self.terms_text
            return self.terms_text + (
                f", {_plain(discount.share * 100)}% off within {discount.days} days" if apart and discount else ""
            )
        pieces = []
        for line in self.terms.instalments[:-1]:
            share = f"{_plain((line.share or Decimal(0)) * 100)}%"
            days = line.delay.days
            pieces.append(f"{days}天付{share}" if days else f"预付{share}")
        last = self.terms.instalments[-1].delay.days
        pieces.append(f"余款{last}天付清" if pieces else f"{last}天付清")
        if discount is not None:
            pieces.append(f"{discount.days}天内付款折扣{_plain(discount.share * 100)}%")
        return "，".join(pieces)


@dataclass(frozen=True, kw_only=True)
class TermsDecision(Decision):
    """Terms offered and why. outcome: offered, cash (in advance), refer. offer: what the grade gets; all None when referred."""

    subject: str = "terms"
    grade: str | None = None
    offer: Offer

    def text(self, lang: Lang = "en") -> str:
        """Return the terms as people read them, empty where none are offered.

        >>> from creditlib.policy import load_policy
        >>> offer_terms("C1", "D", "scored", load_policy(), date(2026, 1, 1)).text("zh")
        '预付30%，8天付35%，余款15天付清'
        """
        return self.offer.text(lang)

    def plan(self, amount_minor: int, invoice_on: date) -> tuple[tuple[date, int], ...]:
        """Return (due day, minor units) of each payment on an invoice, the remainder on the last. Raises: UsageError when referred."""
        if self.offer.terms is None:
            raise UsageError(
                f"customer {self.customer} is offered no terms, so there is no plan: a person must decide the terms first.",
                f"未给出客户 {self.customer} 的付款条件，无法编制计划：须先由人工决定付款条件。",
            )
        return schedule(self.offer.terms, amount_minor, invoice_on)


def offer_terms(customer: str, grade: str | None, outcome: str | None, policy: Policy, as_of: date) -> TermsDecision:
    """Return the terms of one customer. grade, outcome: of its score; a hard stop and a grade without days pay in advance.

    Raises: PolicyError when the policy has no value on the day.

    >>> from creditlib.policy import load_policy
    >>> made = offer_terms("C1", "D", "scored", load_policy(), date(2026, 1, 1))
    >>> made.offer.terms_text, made.plan(100_00, date(2026, 1, 1))[-1]
    ('30% in advance, 35% 8 days, balance 15 days', (datetime.date(2026, 1, 16), 3500))
    """
    values = policy.at(as_of)
    made = offer_of(grade, outcome, values)
    return TermsDecision(
        customer=customer, as_of=as_of, outcome=made.outcome, reasons=tuple(_reasons(made, grade, outcome)),
        policy_name=policy.name, fingerprint=policy.fingerprint, used=used(values, *_USED), grade=grade, offer=made,
    )  # fmt: skip


def offer_book(scores: Figures, policy: Policy, as_of: date) -> Figures:
    """Return the terms of every row of a scored book.

    Columns: customer, currency, grade, net_days, deposit_share, discount_share, discount_days, instalments, terms (its text), outcome;
    null where a customer is referred. Raises: PolicyError when the policy has no value on the day.
    """
    values = policy.at(as_of)
    grades = scores.table["grade"].cast(pa.string()).to_pylist()
    outcomes = scores.table["outcome"].cast(pa.string()).to_pylist()
    known = {pair: offer_of(*pair, values) for pair in set(zip(grades, outcomes, strict=True))}
    made = [known[pair] for pair in zip(grades, outcomes, strict=True)]

    def share(found: Decimal | None) -> float | None:
        return None if found is None else float(found)

    table = pa.table(
        {
            "customer": scores.table["customer"], "currency": scores.table["currency"],
            "grade": pa.array(grades, pa.string()),
            "net_days": pa.array([o.net_days for o in made], pa.int64()),
            "deposit_share": pa.array([share(o.deposit_share) for o in made], pa.float64()),
            "discount_share": pa.array([share(o.discount_share) for o in made], pa.float64()),
            "discount_days": pa.array([o.discount_days for o in made], pa.int64()),
            "instalments": pa.array([o.instalments for o in made], pa.int64()),
            "terms": pa.array([o.terms_text for o in made], pa.string()),
            "outcome": pa.array([o.outcome for o in made], pa.string()),
        }
    )  # fmt: skip
    shown = {name: values[name] for name in _USED}
    return Figures(table, ("customer", "currency"), as_of, "net_days", shown, documents=scores.documents)


def offer_of(grade: str | None, outcome: str | None, values: Values) -> Offer:
    """Return what a grade is offered. The last instalment is due on the net days, the others evenly before it: instalments give no
    longer credit than the grade has. A discount period that reaches beyond the first payment is not offered."""
    if outcome == "stop":
        return _cash()
    if outcome != "scored" or grade is None:
        return Offer("refer", None, None, None, None, None, None, None)
    net, deposit = int(values["terms.days"][grade]), Decimal(values["terms.deposit"][grade])
    count = int(values["terms.instalments"][grade])
    if net == 0 or deposit >= 1:
        return _cash()
    days = instalment_days(net, count)
    each = ((1 - deposit) / count * 100).quantize(Decimal("0.0001"), ROUND_DOWN)
    pieces = [f"{_plain(deposit * 100)}% in advance"] if deposit else []
    pieces += [f"{_plain(each)}% {day} days" for day in days[:-1]]
    text = ", ".join([*pieces, f"balance {net} days"]) if pieces else f"net {net}"
    discount, within = Decimal(values["terms.discount"][grade]), int(values["terms.discount_days"])
    offered = 0 < discount < 1 and within <= days[0]
    if offered and not pieces:
        text = f"{_plain(discount * 100)}/{within} {text}"
    terms = parse_terms(text)
    if offered:
        terms = replace(terms, discount=Discount(discount, within))
    return Offer(
        "offered", text, terms, net, deposit, discount if offered else Decimal(0), within if offered else None, count
    )


def _cash() -> Offer:
    return Offer("cash", CASH, parse_terms(CASH), 0, Decimal(1), Decimal(0), None, 1)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _reasons(made: Offer, grade: str | None, outcome: str | None) -> list[Reason]:
    if made.outcome == "refer":
        return [Reason("terms.not-scored", "missing")]
    if outcome == "stop":
        return [Reason("terms.stop", "stop")]
    if made.outcome == "cash":
        return [Reason("terms.cash", "stop", {"grade": grade}, policy=("terms.days", "terms.deposit"))]
    told: dict[str, Any]
    found = [
        Reason("terms.offered", "note", {"text": (made.text("en"), made.text("zh"))}),
        Reason("terms.days", "note", {"grade": grade, "days": made.net_days}, policy=("terms.days",)),
    ]
    if made.deposit_share:
        told = {"grade": grade, "share": _plain(made.deposit_share * 100)}
        found.append(Reason("terms.deposit", "note", told, policy=("terms.deposit",)))
    if made.instalments and made.instalments > 1:
        told = {"grade": grade, "count": made.instalments}
        found.append(Reason("terms.instalments", "note", told, policy=("terms.instalments",)))
    if made.discount_share:
        told = {"share": _plain(made.discount_share * 100), "days": made.discount_days}
        found.append(Reason("terms.discount", "note", told, policy=("terms.discount", "terms.discount_days")))
    return found


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One payment of a plan: the day it is due, minor units."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PlanState:
    """How a plan stands. broken_on: the first day a line was not paid in full by its day, None: kept so far. due_minor: due by the
    day asked; paid_minor: paid by then; short_minor: what is missing of what is due, 0 once it was caught up."""

    broken_on: date | None
    due_minor: int
    paid_minor: int
    short_minor: int


def instalment_plan(amount_minor: int, count: int, first_on: date, *, months: int = 1) -> tuple[PlanLine, ...]:
    """Return a plan of equal instalments, `months` apart, the remainder on the last; a day that a month lacks is its last day.

    Raises: UsageError unless amount and count are above 0 and every line has something to pay.

    >>> [(line.due_on.isoformat(), line.amount_minor) for line in instalment_plan(100, 3, date(2026, 1, 31))]
    [('2026-01-31', 33), ('2026-02-28', 33), ('2026-03-31', 34)]
    """
    if count < 1 or months < 1 or amount_minor < count:
        raise UsageError(
            f"{amount_minor} in {count} instalments {months} months apart is no plan. Give 1 or more of each, and no more instalments than minor units.",
            f"{amount_minor} 分 {count} 期、间隔 {months} 个月，不成计划。各数均须不小于 1，且期数不得多于金额的最小单位数。",
        )
    each = amount_minor // count
    sums = [each] * (count - 1) + [amount_minor - each * (count - 1)]
    return tuple(PlanLine(add_months(first_on, k * months), minor) for k, minor in enumerate(sums))


def plan_broken(
    plan: Sequence[PlanLine], payments: Sequence[tuple[date, int]], as_of: date, *, grace_days: int = 0
) -> PlanState:
    """Return whether a plan was broken by the end of a day: whether at the end of some line's day less had been paid than was due.

    payments: (day, minor units), counted together whatever line they were meant for; later ones than `as_of` are not known. A payment
    on the due day keeps it; grace_days move every due day. A broken plan stays broken when it is caught up; `short_minor` tells.

    >>> plan = instalment_plan(100, 2, date(2026, 1, 31))
    >>> plan_broken(plan, [(date(2026, 1, 31), 49)], date(2026, 2, 1))
    PlanState(broken_on=datetime.date(2026, 2, 1), due_minor=50, paid_minor=49, short_minor=1)
    """
    grace = timedelta(days=grace_days)
    lines = sorted(plan, key=lambda line: line.due_on)
    due, broken = 0, None
    for line in lines:
        last = line.due_on + grace
        if last >= as_of:
            break
        due += line.amount_minor
        if broken is None and sum(minor for on, minor in payments if on <= last) < due:
            broken = last + timedelta(days=1)
    due = sum(line.amount_minor for line in lines if line.due_on <= as_of)
    overdue = sum(line.amount_minor for line in lines if line.due_on + grace < as_of)
    paid = sum(minor for on, minor in payments if on <= as_of)
    return PlanState(broken, due, paid, max(overdue - paid, 0))
