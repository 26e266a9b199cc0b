"""A review beside what it stands on: customers in two currencies, one payment window, terms in instalments, registers that tell in part."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from creditlib.decisions.limit.decide import limit_book
from creditlib.facts.book import Book
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import assess
from creditlib.flows.review import review, values_used
from creditlib.policy import load_policy
from tests.decisions.made import book, invoice, statement

POLICY = load_policy()
AS_OF = date(2026, 6, 30)


def buyer(**tables: Any) -> Book:
    """C1 bought 100.00 CNY a month for two years and paid on the day."""
    days = [date(2024 + (6 + n) // 12, (6 + n) % 12 + 1, 1) for n in range(24)]
    papers = [invoice("C1", day, day + timedelta(20), 100) for day in days]
    more = tables.pop("documents", [])
    paid = {n: paper["due_on"] for n, paper in enumerate(papers)}
    return book([*papers, *more], paid, **{"statements": [statement()], **tables})


def test_a_customer_billed_in_two_currencies_has_a_review_without_a_what_if() -> None:
    dollars = invoice("C1", AS_OF - timedelta(40), AS_OF - timedelta(10), 50, currency="USD")
    assert review(buyer(), "C1", POLICY, AS_OF).effect is not None
    made = review(buyer(documents=[dollars]), "C1", POLICY, AS_OF)
    assert (made.terms.outcome, made.effect) == ("offered", None)


def test_use_and_change_of_a_limit_are_told_only_where_there_is_one() -> None:
    whole = assess(sample_book(), POLICY, SAMPLE_END)
    told = [review(whole, row["customer"]) for row in whole.table.rows()[:40]]
    having = [made for made in told if made.limit.limit_minor]
    assert 0 < len(having) < len(told)
    for made in having:
        assert made.use_share is not None
        assert made.free_minor is not None
        assert made.limit.limit_minor is not None
        assert made.free_minor + made.exposure["total_minor"] == made.limit.limit_minor
        assert round(made.use_share * made.limit.limit_minor) == made.exposure["total_minor"]
    assert all((made.use_share, made.free_minor) == (None, None) for made in told if made not in having)
    changed = [made for made in having if made.limit_change_share is not None]
    assert changed
    for made in changed:
        assert made.limit_in_force
        assert round((1 + (made.limit_change_share or 0)) * made.limit_in_force) == made.limit.limit_minor
    assert all(made.limit_change_share is None for made in told if not made.limit_in_force)


@pytest.mark.parametrize("day", [date(2026, 6, 30), date(2026, 6, 11), date(2026, 2, 28), date(2025, 2, 28)])
def test_limits_are_the_same_with_a_record_taken_before_and_without(day: date) -> None:
    whole = assess(sample_book(), POLICY, day)
    alone = limit_book(whole.book, whole.factors, whole.scores, POLICY, day)
    assert alone.table["peak_minor"].equals(whole.limits.table["peak_minor"])
    assert alone.table["limit_minor"].equals(whole.limits.table["limit_minor"])


def test_instalments_are_collected_at_their_average_day_and_a_discount_nobody_takes_is_told() -> None:
    whole = assess(sample_book(), POLICY, SAMPLE_END)
    row = next(r for r in whole.table.rows() if r["grade"] == "D" and r["limit_outcome"] == "set")
    made = review(whole, row["customer"])
    assert made.effect is not None
    assert made.effect.scenario_case.net_days == 11.5  # grade D: half after 8 days, half after 15
    assert not any("taking the discount" in reason.text() for reason in made.effect.decision.reasons)  # none is offered
    better = review(buyer(), "C1", POLICY, AS_OF)
    assert better.effect is not None
    assert better.effect.scenario_case.discount_share == 0.01
    assert any("share taking the discount" in reason.text() for reason in better.effect.decision.reasons)


def test_the_form_of_altmans_z_follows_the_newest_extract_that_tells_the_branch() -> None:
    extracts = [
        {"customer": "C1", "on": date(2026, 1, 1), "listed": False, "manufacturing": True},
        {"customer": "C1", "on": date(2026, 6, 1), "status": "active"},
    ]
    made = review(buyer(registrations=extracts), "C1", POLICY, AS_OF)
    assert made.distress is not None
    assert (made.distress.variant, made.distress.reason) == ("private", "private_manufacturer")


def test_what_paying_takes_leaves_items_in_dispute_out_as_the_factor_does() -> None:
    late = [
        invoice("C1", AS_OF - timedelta(100), AS_OF - timedelta(70), 300, disputed_from=AS_OF - timedelta(5)),
        invoice("C1", AS_OF - timedelta(100), AS_OF - timedelta(70), 40),
    ]
    made = review(buyer(documents=late, statements=[statement(ebit=60)]), "C1", POLICY, AS_OF)
    told = {s.pay_minor for option in made.advice.options for s in option.steps if s.factor == "oldest_overdue"}
    assert made.facts["overdue_minor"] == 4000
    assert told == {4000}


def test_values_used_hold_those_of_the_what_if() -> None:
    assert "terms.capital_rate" in values_used(review(buyer(), "C1", POLICY, AS_OF))
