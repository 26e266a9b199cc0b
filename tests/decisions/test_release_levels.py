"""Release under several currencies, limits and covers, and of a whole book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from creditlib.decisions.release.decide import Order, release
from creditlib.decisions.release.orders import release_orders
from creditlib.errors import UsageError
from creditlib.facts.open_items import Rate

from .release_books import DAY, POLICY, ask, book, late, said

USD = (Rate("USD", Decimal(7), DAY),)


# --- currencies


MIXED = [{"amount_minor": 700_00}, {"amount_minor": 100_00, "currency": "USD"}]  # 700 CNY + 100 USD × 7 = 1,400 CNY


def test_two_currencies_are_added_with_rates_and_referred_without() -> None:
    given = book(documents=MIXED, limits={"C1": 1_500_00})
    found = ask(100_00, given, rates=USD)
    assert (found.outcome, found.currency, found.exposure_minor) == ("release", "CNY", 1_500_00)
    assert ask(10_00, given, rates=USD, currency="USD").exposure_minor == 1_470_00  # 10 USD = 70 CNY
    without = ask(100_00, given)
    assert (without.outcome, without.exposure_minor) == ("refer", 800_00)
    reason = next(r for r in without.reasons if r.code == "release.no-rate")
    assert (reason.amount_minor, reason.currency) == (100_00, "USD")


def test_an_order_in_a_currency_that_cannot_be_compared_with_the_limit_is_referred() -> None:
    assert ask(1, book(limits={"C1": 1_500_00}), currency="USD").outcome == "refer"
    assert ask(1, book(limits={"C1": {"amount_minor": 1_00, "currency": "USD"}}), currency="USD").outcome == "release"
    assert (
        ask(7_00, book(limits={"C1": {"amount_minor": 1_00, "currency": "USD"}}), rates=USD).headroom_minor == 0
    )  # 1 USD = 7 CNY


def test_the_small_overdue_is_converted_or_counts_as_0() -> None:
    given = book(
        documents=[late(16, 140_00, currency="USD")], limits={"C1": {"amount_minor": 900_00, "currency": "USD"}}
    )
    assert ask(1, given, currency="USD", rates=USD).outcome == "release"  # 140 USD × 7 = 980 ≤ 1,000
    found = ask(1, given, currency="USD")
    assert found.outcome == "hold"
    assert "overdue-no-rate" in said(found)


# --- groups


FAMILY = [{"customer": c, "parent": "P"} for c in ("C1", "C2", "C3")] + [{"customer": "P"}]


def test_the_lowest_headroom_of_customer_and_parent_wins() -> None:
    papers = [{"amount_minor": 400_00}, {"amount_minor": 500_00, "customer": "C2"}]
    given = book(documents=papers, customers=FAMILY, limits={"C1": 1_000_00, "P": 1_200_00})
    found = ask(300_00, given)  # customer: 1,000 − 700 = 300; group: 1,200 − 1,200 = 0
    assert (found.outcome, found.bound_by, found.headroom_minor) == ("release", "P", 0)
    found = ask(360_01, given)  # group 1,260.01 against 1,200 + 5 % = 1,260
    assert (found.outcome, found.over_minor) == ("hold", 60_01)
    assert "over-group" in said(found)
    assert "within" in said(found)  # the customer's own


def test_a_member_in_credit_does_not_lower_the_group() -> None:
    papers = [
        {"amount_minor": 400_00},
        {"amount_minor": -500_00, "customer": "C2"},
        {"amount_minor": 100_00, "customer": "C3"},
    ]
    given = book(documents=papers, customers=FAMILY, limits={"P": 1_000_00})
    found = ask(500_00, given)  # 900 + 0 + 100
    assert (found.outcome, found.exposure_minor, found.headroom_minor, found.bound_by) == ("release", 1_000_00, 0, "P")


def test_a_parents_own_order_counts_under_its_limit_with_its_children() -> None:
    given = book(documents=[{"amount_minor": 900_00}], customers=FAMILY, limits={"P": 1_000_00})
    found = ask(200_00, given, customer="P")
    assert (found.outcome, found.exposure_minor) == ("hold", 1_100_00)


def test_a_group_code_carries_a_limit_as_a_parent_does() -> None:
    members = [{"customer": "C1", "group": "G"}, {"customer": "C2", "group": "G"}]
    given = book(
        documents=[{"amount_minor": 900_00, "customer": "C2"}],
        customers=members,
        limits={"C1": 9_000_00, "G": 1_000_00},
    )
    assert ask(200_00, given).outcome == "hold"


def test_parents_in_a_circle_end() -> None:
    members = [{"customer": "C1", "parent": "C2"}, {"customer": "C2", "parent": "C1"}]
    assert ask(1, book(customers=members, limits={"C2": 100})).outcome == "release"


# --- cover


def insured(amount: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "customer": "C1",
            "kind": "credit_insurance",
            "currency": "CNY",
            "amount_minor": amount,
            "from_on": date(2026, 1, 1),
        }
        | more
    ]


def test_cover_is_shown_beside_the_limit_and_does_not_lower_exposure() -> None:
    given = book(documents=[{"amount_minor": 600_00}], limits={"C1": 1_000_00}, security=insured(500_00))
    found = ask(400_00, given)
    assert (found.exposure_minor, found.covered_minor, found.net_minor) == (1_000_00, 450_00, 550_00)  # 500 × 90 %


def test_an_insurer_that_carries_more_lifts_the_limit_unless_its_cover_has_stopped() -> None:
    given = book(documents=[{"amount_minor": 600_00}], limits={"C1": 1_000_00}, security=insured(2_000_00))
    found = ask(1_400_00, given)
    assert (found.outcome, found.limit_minor, found.headroom_minor) == ("release", 2_000_00, 0)
    assert ask(1_400_01, given).outcome == "hold"  # tolerance is on the own limit, 1,050
    stopped = replace(given, security=book(security=insured(2_000_00, max_days=19)).security)  # the item is 20 days old
    found = ask(1_400_00, stopped)
    assert (found.outcome, found.limit_minor, found.covered_minor) == (
        "hold",
        1_000_00,
        540_00,
    )  # 600 × 90 %, nothing of the order
    assert "insurance-stopped" in said(found)
    assert ask(0, replace(given, events=book(limits={"C1": 0}).events)).outcome == "hold"  # 0 is not lifted


@pytest.mark.parametrize("wrong", [{"amount_minor": -1}, {"kind": "gift"}])
def test_impossible_orders_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        release(Order(**{"customer": "C1", "currency": "CNY", "amount_minor": 1} | wrong), book(), POLICY, DAY)


# --- all orders of a book


def test_a_whole_book_is_judged_oldest_order_first() -> None:
    lines = [{"order": f"O-{i}", "amount_minor": 400_00, "ordered_on": DAY - timedelta(9 - i)} for i in (3, 1, 2)]
    lines += [
        {"order": "O-9", "customer": "C0", "amount_minor": 5},
        {"order": "O-8", "amount_minor": 7, "delivered_on": DAY},
    ]
    rows = release_orders(book(orders=lines, limits={"C1": 1_000_00}), POLICY, DAY).rows()
    assert [(r["customer"], r["order"], r["outcome"], r["over_minor"], r["reasons"]) for r in rows] == [
        ("C0", "O-9", "refer", 0, "no-limit"),
        ("C1", "O-1", "release", 0, ""),
        ("C1", "O-2", "release", 0, ""),
        ("C1", "O-3", "hold", 200_07, "over-limit"),  # 1,200 + 0.07 delivered − 1,000
    ]


def test_orders_that_all_fit_count_one_on_top_of_the_other() -> None:
    lines = [{"order": f"O-{i}", "amount_minor": 200_00, "ordered_on": DAY - timedelta(9 - i)} for i in (1, 2)]
    papers = [{"amount_minor": 600_00}]
    rows = release_orders(book(documents=papers, orders=lines, limits={"C1": 1_000_00}), POLICY, DAY).rows()
    assert [(r["outcome"], r["exposure_minor"], r["headroom_minor"], r["bound_by"]) for r in rows] == [
        ("release", 800_00, 200_00, "C1"),  # 600 + 200
        ("release", 1_000_00, 0, "C1"),
    ]
    overdue = release_orders(book(documents=[late(16, 1_000_01)], orders=lines, limits={"C1": 9_000_00}), POLICY, DAY)
    assert [(r["outcome"], r["reasons"], r["oldest_days"]) for r in overdue.rows()] == [("hold", "overdue", 16)] * 2
    assert overdue.why(order="O-1").documents["open_minor"].to_pylist() == [1_000_01]
    grouped = book(documents=papers, orders=lines, limits={"C1": 1_000_00, "P": 700_00}, customers=FAMILY)
    assert [r["outcome"] for r in release_orders(grouped, POLICY, DAY).rows()] == [
        "hold",
        "hold",
    ]  # 800 and 1,000 against 700
