"""A limit from stated figures goes the way of the whole book."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from creditlib.decisions.limit.stated import limit_values
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import assess
from creditlib.measures.cover import cover, insured
from creditlib.policy import load_policy

ON = date(2026, 1, 31)


def made(given: dict[str, Any], grade: str | None = "B", score: int | None = 610, **more: Any) -> Any:
    return limit_values(given, grade, score, load_policy(), ON, **more)


def test_need_times_factor_rounded_down_is_the_limit() -> None:
    found = made({"yearly_minor": 2_400_000_00, "term_days": 30})
    assert found.methods["need"] == 263_013_69  # 2,400,000 × (30 + 5 + 5) ÷ 365
    assert found.limit_minor == 230_000_00  # × 0.9 = 236,712.32, two leading digits
    assert found.picked == "need"


def test_the_term_of_the_grade_counts_where_none_is_agreed() -> None:
    assert made({"yearly_minor": 365_000_00}).methods["need"] == 55_000_00  # 45 + 5 + 5 days of 1,000 each


def test_cover_lifts_a_limit_and_the_policys_share_is_what_the_insurer_pays() -> None:
    found = made({"yearly_minor": 365_000_00, "insurer_minor": 500_000_00})
    assert (found.limit_minor, found.insured_minor, found.own_risk_minor) == (500_000_00, 450_000_00, 50_000_00)


def test_what_the_insurer_pays_is_rounded_as_the_book_rounds_it() -> None:
    given = {"customer": ["C1"], "kind": ["credit_insurance"], "currency": ["CNY"], "amount_minor": [500_000_05], "from_on": [date(2024, 1, 1)]}  # fmt: skip
    book = cover(Book(security=given), date(2024, 6, 30), insured_share=Decimal("0.9")).rows()[0]["insured_minor"]
    assert (
        insured(500_000_05, Decimal("0.9")) == insured(500_000_05, 0.9) == book == 450_000_05
    )  # 450,000.045 is rounded up


def test_a_figure_below_0_is_refused_beside_one_that_may_be() -> None:
    assert made({"net_worth_minor": -1, "yearly_minor": 365_000_00}).limit_minor is not None
    with pytest.raises(UsageError, match="yearly_minor must not be below 0, got -5"):
        made({"net_worth_minor": -1, "yearly_minor": -5})


def test_a_hard_stop_and_the_lowest_grade_get_no_credit_and_nothing_known_is_referred() -> None:
    assert made({"yearly_minor": 365_000_00}, outcome="stop").outcome == "none"
    assert made({"yearly_minor": 365_000_00}, grade="E").limit_minor == 0
    assert made({}, score=None).outcome == "refer"
    assert made({"yearly_minor": 365_000_00}, grade=None, score=None).limit_minor is None


@pytest.mark.parametrize(("given", "grade"), [({"wealth": 1}, "B"), ({"yearly_minor": 1}, "Q")])
def test_what_is_no_figure_and_no_grade_is_refused(given: dict[str, Any], grade: str) -> None:
    with pytest.raises(UsageError):
        made(given, grade=grade)


def test_every_customer_of_the_sample_gets_the_same_limit_from_its_own_figures() -> None:
    policy = load_policy()
    whole = assess(sample_book(), policy, SAMPLE_END)
    compared = 0
    for row, outcome in zip(whole.limits.rows(), whole.scores.table["outcome"].to_pylist(), strict=True):
        if row["currency"] != "CNY" or row["capacity_minor"] is not None or row["term_from"] is None:
            continue  # own capacity counts the book's receivables, which stated figures do not have
        given = {
            "yearly_minor": row["yearly_minor"], "term_days": row["term_days"], "net_worth_minor": row["tangible_net_worth_minor"],
            "working_capital_minor": row["statement_working_capital_minor"],
            "reference_average_minor": row["reference_average_minor"], "references": row["references"], "peak_minor": row["peak_minor"],
            "insurer_minor": row["insurer_minor"],
        }  # fmt: skip
        found = limit_values(
            given, row["grade"], row["score"], policy, SAMPLE_END, outcome=outcome, customer=row["customer"]
        )
        assert found.limit_minor == row["limit_minor"], row["customer"]
        compared += 1
    assert compared >= 20
