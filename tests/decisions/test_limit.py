"""Limits: the grade, every cap, cover, and the steps a person reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from creditlib.decisions.limit.decide import limit_book, limit_of
from creditlib.decisions.offer import offer_book
from creditlib.decisions.score.decide import factors_of, score_book
from creditlib.errors import CurrencyError, UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.policy import load_policy
from tests.decisions.limits import BIG, BOUGHT, DAY, exact, factors, owing, row_of, scores, told, with_values


def test_grade_factor_and_rounding_down() -> None:
    policy = with_values(limit__methods=("purchases",))
    limits = {g: row_of(grade=g, policy=policy, billed_minor=987_656)["limit_minor"] for g in "ABCDE"}
    # 246,914.00 × 1, 0.9, 0.75, 0.4, 0, each down to two digits
    assert limits == {"A": 240_000_00, "B": 220_000_00, "C": 180_000_00, "D": 98_000_00, "E": 0}


def test_grade_cap_holds_the_limit_down() -> None:
    row = row_of(grade="D", policy=with_values(limit__methods=("purchases",)), billed_minor=10_000_000)
    assert (row["after_factor_minor"], row["limit_minor"], row["cap"]) == (1_000_000_00, 300_000_00, "grade")


def test_worst_grade_and_hard_stop_get_nothing_and_cover_does_not_help() -> None:
    cover = [{"customer": "C1", "kind": "credit_insurance", "currency": "CNY", "amount_minor": 10**9, "from_on": DAY}]
    for grade in ("E", "stop"):
        row = row_of(grade=grade, book=owing(BIG, security=cover), **BOUGHT)
        assert (row["limit_minor"], row["outcome"], row["insurer_minor"], row["review_on"]) == (0, "none", 10**9, None)
    assert row_of(grade="E")["limit_minor"] == 0  # whatever the methods know


def test_not_scored_is_referred_and_not_zero() -> None:
    row = row_of(grade="refer", **BOUGHT)
    assert (row["limit_minor"], row["own_risk_minor"], row["needs_committee"], row["outcome"]) == (
        None,
        None,
        None,
        "refer",
    )
    assert row["purchases_minor"] == 600_000_00  # still shown


def _insured(minor: int, share: float | None = None, **more: Any) -> list[dict[str, Any]]:
    row = {
        "customer": "C1",
        "kind": "credit_insurance",
        "currency": "CNY",
        "amount_minor": minor,
        "from_on": DAY,
        "insured_share": share,
    }
    return [row | more]


def test_insured_part_is_the_insurers_share_of_the_limit() -> None:
    row = row_of(
        book=owing(BIG, security=_insured(180_000_00)),
        policy=with_values(limit__methods=("purchases",)),
        billed_minor=960_000,
    )
    assert (row["limit_minor"], row["insured_minor"], row["own_risk_minor"]) == (
        180_000_00,
        162_000_00,
        18_000_00,
    )  # 0.90


def test_cover_above_the_limit_lifts_it_and_cover_below_leaves_it() -> None:
    policy = with_values(limit__methods=("purchases",))
    more = row_of(book=owing(BIG, security=_insured(250_000_00, 1.0)), policy=policy, billed_minor=960_000)
    assert (more["rounded_minor"], more["limit_minor"], more["own_risk_minor"]) == (180_000_00, 250_000_00, 0)
    less = row_of(book=owing(BIG, security=_insured(100_000_00, 1.0)), policy=policy, billed_minor=960_000)
    assert (less["limit_minor"], less["insured_minor"], less["own_risk_minor"]) == (180_000_00, 100_000_00, 80_000_00)
    over = row_of(
        book=owing(BIG, security=_insured(10**9, until_on=date(2025, 3, 30), from_on=date(2024, 1, 1))),
        policy=policy,
        **BOUGHT,
    )
    assert over["insurer_minor"] is None  # ended the day before


def test_own_receivables_hold_down_what_is_not_insured() -> None:
    policy = with_values(limit__methods=("purchases",))
    row = row_of(book=owing(("X", 1_000_000_00)), policy=policy, **BOUGHT)
    assert (row["capacity_minor"], row["limit_minor"], row["cap"]) == (
        200_000_00,
        200_000_00,
        "own_receivables",
    )  # 20 %
    insured = row_of(book=owing(("X", 1_000_000_00), security=_insured(100_000_00, 1.0)), policy=policy, **BOUGHT)
    assert (insured["limit_minor"], insured["own_risk_minor"]) == (300_000_00, 200_000_00)
    assert row_of(book=Book(), policy=policy, **BOUGHT)["cap"] is None  # no receivables tell nothing about capacity


def test_own_equity_counts_where_it_is_given() -> None:
    policy = with_values(limit__methods=("purchases",), limit__own_equity=1_234_567)
    row = row_of(policy=policy, **BOUGHT)
    assert (row["capacity_minor"], row["limit_minor"], row["cap"]) == (123_456_70, 120_000_00, "own_equity")


def test_group_shares_own_capacity_and_what_others_owe_takes_room() -> None:
    policy = with_values(limit__methods=("purchases",), limit__own_equity=3_000_000)  # 300,000 for a group
    listed = [{"customer": c, "group": "G"} for c in ("C1", "C2", "C3")]
    table = factors(BOUGHT, {"billed_minor": 1_200_000}, BOUGHT)
    both = limit_book(owing(BIG, customers=listed), table, scores(table, ["C", "C", "refer"]), policy, DAY)
    # 450,000 → × 0.75 in proportion 450 : 220 (225,000 down to two digits): 300,000 × 450/670 and × 220/670
    assert [r["limit_minor"] for r in both.rows()] == [200_000_00, 98_000_00, None]
    assert [r["group_own_minor"] for r in both.rows()] == [298_000_00] * 3
    owes = limit_book(
        owing(BIG, ("C3", 100_000_00), customers=listed), table, scores(table, ["C", "C", "refer"]), policy, DAY
    )
    assert [r["limit_minor"] for r in owes.rows()] == [130_000_00, 65_000_00, None]  # 200,000 left: 134,328 and 65,671


def test_parent_binds_its_children_into_one_group() -> None:
    policy = with_values(limit__methods=("purchases",), limit__own_equity=3_000_000)
    listed = [{"customer": "C1", "parent": "C2"}, {"customer": "C2"}]
    table = factors(BOUGHT, BOUGHT)
    made = limit_book(owing(BIG, customers=listed), table, scores(table, ["C", "C"]), policy, DAY)
    assert [(r["group"], r["limit_minor"]) for r in made.rows()] == [("C2", 150_000_00)] * 2


def test_committee_judges_the_groups_own_funds() -> None:
    policy = with_values(limit__methods=("purchases",), limit__committee_above=450_000)
    assert row_of(policy=policy, **BOUGHT)["needs_committee"] is False  # 450,000 is not above
    assert row_of(policy=with_values(limit__methods=("purchases",), limit__committee_above=449_999), **BOUGHT)[
        "needs_committee"
    ]


def test_limit_in_another_currency_needs_a_rate_for_the_caps() -> None:
    usd = {"currency": "USD", "billed_minor": 10_000_000}
    without = row_of(grade="D", **usd)
    assert (without["limit_minor"], without["outcome"], without["after_factor_minor"] is not None) == (
        None,
        "refer",
        True,
    )
    rates = [Rate("USD", Decimal("7.5"), DAY)]
    row = row_of(grade="D", rates=rates, **usd)
    assert (row["grade_cap_minor"], row["limit_minor"]) == (40_000_00, 40_000_00)  # 300,000 ÷ 7.5
    decision = told(factor=usd)
    assert "limit.no-rate" in [r.code for r in decision.reasons]
    table = factors(usd)
    with pytest.raises(CurrencyError):
        limit_book(owing(BIG), table, scores(table, ["D"]), load_policy(), DAY, rates=rates, to="CNY")


def test_each_printed_step_is_a_figure_and_leads_to_the_next() -> None:
    policy = with_values(limit__methods=("purchases", "net_worth", "references"), limit__own_equity=2_000_000)
    factor = {"billed_minor": 2_500_000, "tangible_net_worth_minor": 90_000_000}
    decision = told(factor=factor, policy=policy, book=owing(BIG))
    texts = [r.text() for r in decision.reasons]
    assert texts[:7] == [
        "0.25 × yearly purchases 2,500,000.00 (billed in the last 12 months of the ledger) = 625,000.00",
        "Of the methods that may set the limit and have an answer, the lowest: share of purchases",
        "× 0.75 grade C = 468,750.00",
        "Rounded down to 2 leading digits = 460,000.00",
        "Own capacity for group C1, uninsured 200,000.00 CNY (share of own equity), allows 200,000.00; rounded down = 200,000.00",
        "Limit C1 = 200,000.00 CNY",
        "Insured part 0.00, own risk 200,000.00",
    ]
    amounts = [r.amount_minor for r in decision.reasons[:7] if r.amount_minor is not None]
    row = decision.figures
    assert amounts == [
        row[n]
        for n in ("picked_minor", "after_factor_minor", "rounded_minor", "limit_minor", "limit_minor", "own_risk_minor")
    ]
    assert decision.used["limit.purchases_share"] == (
        exact("0.25"),
        policy.at(DAY).row("limit.purchases_share").reference,
    )
    assert {p for r in decision.reasons for p in r.policy} <= set(decision.used)
    assert "0 fresh references of at least 2: references give no answer." in texts
    assert all(r.text("zh") for r in decision.reasons)
    assert (decision.outcome, decision.review_on, decision.methods["net_worth"]) == (
        "set",
        date(2026, 3, 31),
        9_000_000_00,
    )


def test_zero_referred_and_stopped_say_why() -> None:
    assert [r.code for r in told(grade="refer").reasons][:2] == ["limit.not-set", "limit.not-scored"]
    assert told(grade="stop").reasons[0].effect == "stop"
    assert told(grade="E").reasons[0].text() == "Grade E gets no credit."
    assert "limit.no-method" in [r.code for r in told(factor={}).reasons]
    nothing = told(factor={"tangible_net_worth_minor": -1})
    assert (nothing.limit_minor, nothing.reasons[-1].effect) == (0, "missing")
    assert "Limit C1 = 0.00 CNY" in [r.text() for r in nothing.reasons]


def test_limit_of_refuses_strangers_and_other_policies() -> None:
    table = factors(BOUGHT)
    made = limit_book(owing(BIG), table, scores(table, ["C"]), load_policy(), DAY)
    with pytest.raises(UsageError):
        limit_of(made, "C9", load_policy())
    with pytest.raises(UsageError):
        limit_of(made, "C1", with_values(limit__pick="first"))


def test_documents_behind_a_limit_are_what_was_bought() -> None:
    decision = told(book=owing(BIG, ("C1", 100)))
    assert decision.why.documents["id"].to_pylist() == [1]


def test_chain_from_ledger_to_score_to_limit_to_terms(ledger: Callable[..., Any]) -> None:
    months = [f"2024-{m:02}" for m in range(1, 13)] + ["2025-01", "2025-02", "2025-03"]
    rows = "".join(f"C1,I{m},{m}-05,{m}-25,{m}-24,CNY,10000\n" for m in months)
    book = ledger("customer,document,issue date,due date,paid date,currency,amount\n" + rows).book
    policy = load_policy()
    measured = factors_of(book, policy, DAY)
    scored = score_book(book, policy, DAY, measured=measured)
    row = limit_book(book, measured, scored, policy, DAY).row(customer="C1")
    assert (row["yearly_minor"], row["bought_from"]) == (120_000_00, "ledger")  # April 2024 to March 2025
    assert (row["term_days"], row["need_minor"]) == (20, 9_863_01)  # 120,000 ÷ 365 × 30
    assert row["grade"] == scored.row(customer="C1")["grade"]
    assert offer_book(scored, policy, DAY).row(customer="C1")["outcome"] in ("offered", "refer")
