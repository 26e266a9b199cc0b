"""Terms by grade, their due dates, and plans kept or broken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from creditlib.decisions.offer import PlanLine, PlanState, instalment_plan, offer_book, offer_terms, plan_broken
from creditlib.errors import UsageError
from creditlib.policy import GRADES, load_policy
from creditlib.terms import due_dates, parse_terms
from tests.decisions.limits import exact, factors, scores, with_values

DAY = date(2026, 1, 1)
POLICY = load_policy()


@pytest.mark.parametrize(
    ("grade", "text", "days"),
    [
        ("A", "1/10 net 60", [60]),
        ("B", "1/10 net 45", [45]),
        ("C", "10% in advance, balance 30 days", [0, 30]),
        ("D", "30% in advance, 35% 8 days, balance 15 days", [0, 8, 15]),
        ("E", "cash in advance", [0]),
    ],
)
def test_term_of_each_grade_reads_as_offered(grade: str, text: str, days: list[int]) -> None:
    made = offer_terms("C1", grade, "scored", POLICY, DAY)
    assert made.offer.terms_text == text
    assert [(due.on - DAY).days for due in due_dates(parse_terms(text), DAY)] == days
    assert made.outcome == ("cash" if grade == "E" else "offered")
    assert all(r.text("en") and r.text("zh") for r in made.reasons)


def test_plan_of_an_invoice_adds_up_with_the_remainder_on_the_last_line() -> None:
    plan = offer_terms("C1", "D", "scored", POLICY, DAY).plan(1001, DAY)
    assert [minor for _, minor in plan] == [300, 350, 351]  # 300.3, 350.35, the rest


def test_discount_stands_in_the_terms_and_only_where_its_days_come_before_the_first_payment() -> None:
    c, d = (offer_terms("C1", g, "scored", POLICY, DAY).offer for g in "CD")
    assert c.terms is not None
    assert c.terms.discount is not None
    assert (c.discount_share, c.discount_days, c.terms.discount.share) == (exact("0.02"), 10, exact("0.02"))
    assert (d.discount_share, d.discount_days) == (Decimal(0), None)  # the first instalment is due on day 8


def test_shares_without_an_end_leave_the_rest_to_the_last_instalment() -> None:
    policy = with_values(terms__instalments=dict.fromkeys(GRADES, 3), terms__deposit=dict.fromkeys(GRADES, 0))
    made = offer_terms("C1", "A", "scored", policy, DAY)
    assert made.offer.terms_text == "33.3333% 20 days, 33.3333% 40 days, balance 60 days"
    assert sum(minor for _, minor in made.plan(100_000_01, DAY)) == 100_000_01


def test_hard_stop_pays_in_advance_and_who_is_not_scored_is_referred() -> None:
    assert offer_terms("C1", "A", "stop", POLICY, DAY).outcome == "cash"
    made = offer_terms("C1", None, "refer", POLICY, DAY)
    assert (made.outcome, made.offer.terms_text, made.offer.net_days) == ("refer", None, None)
    with pytest.raises(UsageError):
        made.plan(100, DAY)


def test_book_and_single_customer_are_offered_the_same() -> None:
    grades = ["A", "B", "C", "D", "E", "refer", "stop"]
    table = factors(*[{}] * len(grades))
    rows = offer_book(scores(table, grades), POLICY, DAY).rows()
    for row, given in zip(rows, grades, strict=True):
        one = offer_terms(row["customer"], row["grade"], given if given in ("refer", "stop") else "scored", POLICY, DAY)
        assert (row["outcome"], row["terms"], row["net_days"], row["instalments"]) == (
            one.outcome, one.offer.terms_text, one.offer.net_days, one.offer.instalments,
        )  # fmt: skip
        deposit = one.offer.deposit_share
        assert row["deposit_share"] == (None if deposit is None else float(deposit))


def _plan() -> tuple[PlanLine, ...]:
    return instalment_plan(1000, 3, date(2026, 1, 31))  # 333 on 31 January, 333 on 28 February, 334 on 31 March


def _state(as_of: date, *payments: tuple[date, int], **more: Any) -> PlanState:
    return plan_broken(_plan(), payments, as_of, **more)


def test_plan_is_kept_by_a_payment_on_the_due_day_and_broken_the_day_after() -> None:
    paid = (date(2026, 1, 31), 333)
    assert _state(date(2026, 1, 31)) == PlanState(None, 333, 0, 0)  # the day is not over
    assert _state(date(2026, 2, 1)) == PlanState(date(2026, 2, 1), 333, 0, 333)
    assert _state(date(2026, 2, 28), paid) == PlanState(None, 666, 333, 0)
    assert _state(date(2026, 3, 1), paid) == PlanState(date(2026, 3, 1), 666, 333, 333)


def test_plan_caught_up_stays_broken_but_nothing_is_short() -> None:
    late = _state(date(2026, 2, 10), (date(2026, 2, 5), 333))
    assert late == PlanState(date(2026, 2, 1), 333, 333, 0)
    assert _state(date(2026, 2, 10), (date(2026, 2, 5), 333), grace_days=5).broken_on is None
    assert _state(date(2026, 2, 10), (date(2026, 2, 11), 333)).paid_minor == 0  # not known yet


def test_payments_ahead_count_for_later_lines() -> None:
    assert _state(date(2026, 4, 1), (date(2026, 1, 2), 1000)).broken_on is None
    assert _state(date(2026, 4, 1), (date(2026, 1, 2), 999)) == PlanState(date(2026, 4, 1), 1000, 999, 1)


@pytest.mark.parametrize(("amount", "count", "months"), [(0, 1, 1), (100, 0, 1), (2, 3, 1), (100, 2, 0)])
def test_impossible_plans_are_refused(amount: int, count: int, months: int) -> None:
    with pytest.raises(UsageError):
        instalment_plan(amount, count, DAY, months=months)
