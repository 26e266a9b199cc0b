"""The what-if gives the published figures of terms_npv.toml, terms_profit.toml and trade_credit_cost.toml through its own door."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditlib.decisions.what_if.compare import TermsCase, compare_terms
from creditlib.decisions.what_if.reach import best_point, reach
from creditlib.policy import Policy, load_policy

AS_OF = date(2026, 1, 1)
CENTS = 100


def _load(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))["case"]
    return cases


NPV, PROFIT, COST = map(_load, ("terms_npv.toml", "terms_profit.toml", "trade_credit_cost.toml"))


def _policy(rate: float, year_days: int) -> Policy:
    own = {"terms.capital_rate": Decimal(str(rate)), "terms.year_days": year_days}
    policy = load_policy()
    return replace(policy, rows=tuple(replace(r, value=own.get(r.parameter, r.value)) for r in policy.rows))


def _case(**given: Any) -> TermsCase:
    return TermsCase(**{"currency": "CNY", "collection_share": 0, "bad_debt_share": 0, **given})


@pytest.mark.parametrize("case", NPV, ids=[case["id"] for case in NPV])
def test_published_value_of_granting_credit_comes_out_of_the_what_if(case: dict[str, Any]) -> None:
    price, cost, old, new = (case[k] for k in ("price", "variable_cost", "quantity", "new_quantity"))
    periods = 12  # of 30 days: 2 % a period is 24 % a year
    cash = _case(
        yearly_sales_minor=price * old * periods * CENTS, net_days=0, variable_cost_share=cost / price
    )  # fmt: skip
    credit = cash.changed(net_days=30, sales_change_share=new / old - 1)
    effect = compare_terms(cash, credit, _policy(case["rate"] * periods, 30 * periods), AS_OF)
    assert effect.worth.npv_perpetual_minor == case["npv"] * CENTS
    if "carrying_cost" in case:  # per period
        margin = (price - cost) * (new - old) * periods * CENTS
        assert margin - effect.worth.yearly_gain_minor == case["carrying_cost"] * periods * CENTS
    if "break_even_units" in case:
        further = effect.break_even.npv_extra_sales_minor
        assert further is not None
        assert further / (price * periods * CENTS) == pytest.approx(case["break_even_units"], abs=case["tolerance"])


@pytest.mark.parametrize("case", PROFIT, ids=[case["id"] for case in PROFIT])
def test_published_profit_after_the_cost_of_credit_comes_out_of_the_what_if(case: dict[str, Any]) -> None:
    policy = _policy(case["capital_rate"], case["year_days"])
    cases = [
        _case(
            yearly_sales_minor=row["sales"] * 10_000 * CENTS, net_days=row["days"], bad_debt_share=row["bad_debt_share"],
            variable_cost_share=case["variable_cost_share"], fixed_cost_minor=row["collection_cost"] * 10_000 * CENTS,
        )
        for row in case["policy"]
    ]  # fmt: skip
    found = []
    for mine, row in zip(cases, case["policy"], strict=True):
        effect = compare_terms(cases[0], mine, policy, AS_OF)
        found.append(effect.scenario.profit_minor)
        assert effect.scenario.profit_minor == row["profit"] * 10_000 * CENTS
        assert effect.scenario.margin_minor == row["margin"] * 10_000 * CENTS
        assert effect.scenario.receivables_minor == row["receivables"] * 10_000 * CENTS
        assert effect.break_even.sales_minor is not None
        assert effect.break_even.bad_debt_share is not None
        alone = compare_terms(mine, mine, policy, AS_OF).break_even
        assert alone.sales_minor == row["sales"] * 10_000 * CENTS
        assert alone.bad_debt_share == pytest.approx(row["bad_debt_share"])
    assert found.index(max(found)) == case["best"]


@pytest.mark.parametrize("case", PROFIT, ids=[case["id"] for case in PROFIT])
def test_published_policies_lie_on_the_curve_of_days_and_the_best_is_chosen(case: dict[str, Any]) -> None:
    rows = {row["days"]: row for row in case["policy"]}

    def at(days: float) -> TermsCase:
        row = rows[int(days)]
        return _case(
            yearly_sales_minor=row["sales"] * 10_000 * CENTS, net_days=days, bad_debt_share=row["bad_debt_share"],
            variable_cost_share=case["variable_cost_share"], fixed_cost_minor=row["collection_cost"] * 10_000 * CENTS,
        )  # fmt: skip

    values = _policy(case["capital_rate"], case["year_days"]).at(AS_OF)
    points = reach(at(min(rows)), at, values, 5, rows)
    assert {point.net_days: point.profit_minor for point in points} == {
        days: row["profit"] * 10_000 * CENTS for days, row in rows.items()
    }
    tied = case["variable_cost_share"]
    for point in points:
        assert point.receivables_cost_minor == round(rows[int(point.net_days)]["receivables"] * tied * 10_000 * CENTS)
    best = best_point(points, "profit_change_minor")
    assert best is not None
    assert best.net_days == case["policy"][case["best"]]["days"]


@pytest.mark.parametrize("case", COST, ids=[case["id"] for case in COST])
def test_published_cost_of_a_discount_not_taken_comes_out_of_the_what_if(case: dict[str, Any]) -> None:
    terms = _case(
        yearly_sales_minor=1_000_00, net_days=30, late_days=case["paid_day"] - 30, discount_share=case["discount"],
        discount_days=case["discount_days"],
    )  # fmt: skip
    for year_days in (360, 365):
        year = compare_terms(terms, terms, _policy(0.06, year_days), AS_OF).base
        for form in ("simple", "compound"):
            if f"{form}_{year_days}" in case:
                cost = getattr(year, f"customer_cost_{form}")
                assert cost == pytest.approx(case[f"{form}_{year_days}"], abs=case["tolerance"])
