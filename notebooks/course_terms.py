"""Lesson 3: terms.

What must stay true: every answer comes from the terms as the library reads them, or from its comparison of two sets of terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import creditlib as cl
from creditlib.flows.review import review
from creditlib.formulas import credit_cost_simple

from .course import Exercise, Lesson, day, known, number

CUSTOMER = "C100010"
TERM, INVOICED = "月结30天", date(2026, 10, 17)  # as the text of the lesson says, like what follows
DISCOUNT, LONGER, WEAKER = "2/10 net 60", 30, 0.05


def exercises(lesson: Lesson) -> Mapping[str, Exercise]:
    """Return the exercises of the lesson."""
    policy, today = lesson.policy, lesson.day
    due = cl.due_dates(cl.parse_terms(TERM), INVOICED)[0].on
    chance = review(lesson.assessed, CUSTOMER).score.default_probability
    case = cl.case_of(lesson.book, policy, today, customer=CUSTOMER, default_probability=chance)
    longer = case.changed(net_days=case.net_days + LONGER)
    effect = cl.compare_terms(case, longer, policy, today)
    extra = known(effect.break_even.extra_sales_minor) / case.yearly_sales_minor
    weak = cl.compare_terms(case, longer.changed(default_probability=WEAKER), policy, today)
    owed, sales = effect.base.receivables_minor / 100, case.yearly_sales_minor / 100
    loss = weak.scenario.loss_minor / 100
    return {
        "due": day(due, plain=INVOICED + timedelta(30), same_month=date(2026, 10, 31), month_and_more=due + timedelta(1)),
        "discount_cost": _cost(),
        "owed": number("amount", owed, owed * 0.002, agreed_only=sales * case.net_days / 365, cents=owed * 100),
        "capital": number("amount", effect.change.capital_cost_minor / 100, 1, whole=effect.scenario.capital_cost_minor / 100,
                          at_price=(effect.change.receivables_minor / 100) * float(policy.at(today)["terms.capital_rate"])),
        "break_even": number("share", extra, 0.0005, percent=extra * 100, assumed=0.05),
        "loss": number("amount", loss, 1, change=weak.change.loss_minor / 100, whole_loss=loss / float(policy.at(today)["score.loss_given_default"]),
                       graded=effect.scenario.loss_minor / 100),
    }  # fmt: skip


def _cost() -> Exercise:
    """Return the exercise of what a discount not taken costs."""
    term = cl.parse_terms(DISCOUNT)
    assert term.discount is not None
    share, until, paid = float(term.discount.share), term.discount.days, term.instalments[0].delay.days
    cost = credit_cost_simple(share, until, paid)
    return number(
        "share", cost, 0.001, percent=cost * 100, as_printed=share, from_invoice=share / (1 - share) * 365 / paid,
        off_price=share * 365 / (paid - until),
    )  # fmt: skip
