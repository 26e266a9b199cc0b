"""The whole book in one pass, and one customer out of it: the same figures, and sums that tie."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from creditlib.decisions.release.decide import Order, release
from creditlib.decisions.release.orders import release_orders
from creditlib.decisions.score.decide import score_values
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.ledger import as_known
from creditlib.facts.open_items import open_items
from creditlib.facts.sample.credit import credit_of
from creditlib.facts.sample.generate import SAMPLE_END, generate, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.review import review
from creditlib.measures.exposure import exposure
from creditlib.policy import load_policy

POLICY = load_policy()
SHARED = ("outcome", "score", "grade", "default_probability", "evidence")


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), POLICY, SAMPLE_END)


def same_figures(whole: Assessment) -> int:
    """Compare every customer's review with its row. Return how many there are."""
    rows = whole.table.rows()
    for row in rows:
        made = review(whole, row["customer"])
        assert (made.currency, made.name) == (row["currency"], row["name"])
        for name in SHARED:
            assert getattr(made.score, name) == row[name], (row["customer"], name)
        again = score_values(made.facts, whole.policy, whole.as_of)
        assert (again.score, again.evidence) == (made.score.score, made.score.evidence)
        assert (made.limit.limit_minor, made.limit.outcome, made.limit.picked) == (
            row["limit_minor"],
            row["limit_outcome"],
            row["picked"],
        )
        assert made.terms.offer.terms_text == row["terms"]
        assert made.exposure["total_minor"] == row["exposure_minor"]
        assert made.exposure["net_minor"] == row["net_minor"]
        assert sum(made.aging.values()) == row["open_minor"]
        parts = ("open_items_minor", "unapplied_minor", "delivered_not_billed_minor", "orders_minor")
        assert sum(made.exposure[part] for part in parts) == made.exposure["total_minor"]
        if row["limit_minor"] is not None:
            assert row["headroom_minor"] == row["limit_minor"] - row["exposure_minor"]
            assert (made.limit.insured_minor or 0) + (made.limit.own_risk_minor or 0) == row["limit_minor"]
        if made.progressive:
            assert all(
                step.limit_minor is None or step.limit_minor <= (row["limit_minor"] or 0) for step in made.progressive
            )
    return len(rows)


def test_the_list_and_each_customer_show_the_same_figures(whole: Assessment) -> None:
    assert same_figures(whole) == 60


def test_exposure_of_the_list_is_all_there_is_but_what_it_tells_apart(whole: Assessment) -> None:
    listed: dict[str, int] = {}
    for row in whole.table.rows():
        listed[row["currency"]] = listed.get(row["currency"], 0) + row["exposure_minor"]
    for finding in whole.apart():
        listed[finding.currency or ""] = listed.get(finding.currency or "", 0) + (finding.amount_minor or 0)
    there = exposure(whole.book, whole.as_of).totals
    assert {c: v for c, v in listed.items() if v} == {c: v for c, v in there.items() if v}


def test_a_default_probability_of_several_is_weighted_by_what_they_owe(whole: Assessment) -> None:
    rows = [
        r for r in whole.table.rows() if r["outcome"] == "scored" and r["currency"] == "CNY" and r["open_minor"] > 0
    ][:2]
    chance = sum(r["default_probability"] * r["open_minor"] for r in rows) / sum(r["open_minor"] for r in rows)
    assert whole.chance([r["customer"] for r in rows]) == pytest.approx(chance)
    assert whole.chance(["nobody"]) is None


def test_what_was_entered_later_changes_nothing_of_what_was_known(whole: Assessment) -> None:
    day = date(2026, 8, 31)
    known = assess(sample_book(), POLICY, day, known_on=day)
    cut = assess(as_known(sample_book(), day), POLICY, day)
    assert known.table.table.equals(cut.table.table)


def test_every_open_order_is_judged_alone_as_in_the_list(whole: Assessment) -> None:
    listed = release_orders(whole.book, POLICY, whole.as_of).rows()
    assert len(listed) > 30
    for row in listed:
        order = Order(row["customer"], row["currency"], 0, "order", row["order"])
        one = release(replace(order, amount_minor=row["order_minor"]), whole.book, POLICY, whole.as_of)
        assert one.outcome == row["outcome"], row["order"]


def test_rates_without_a_currency_are_refused() -> None:
    from decimal import Decimal

    from creditlib.facts.open_items import Rate

    with pytest.raises(UsageError):
        assess(Book(), POLICY, SAMPLE_END, rates=[Rate("USD", Decimal(7), SAMPLE_END)])


def test_a_book_without_anything_is_assessed_without_an_error() -> None:
    assert assess(Book(), POLICY, SAMPLE_END).table.table.num_rows == 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(25))
def test_random_firms_show_the_same_figures_on_random_days(seed: int) -> None:
    random = np.random.default_rng(seed)
    made = generate(seed=seed, customers=40, invoices=int(random.integers(100, 2_000)), odd=True)
    files = credit_of(made).tables
    book = Book(made.documents, made.allocations, made.customers, **files)
    for _ in range(3):
        day = SAMPLE_END - timedelta(days=int(random.integers(0, 600)))
        whole = assess(book, POLICY, day, known_on=day if random.random() < 0.5 else None)
        assert same_figures(whole) >= 40
        items = open_items(whole.book, day)
        told = exposure(whole.book, day, items=items)
        for currency, minor in items.totals.items():
            sums = told.sums(currency)
            assert sums["open_items_minor"] + sums["unapplied_minor"] == minor
