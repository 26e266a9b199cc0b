"""The bench for credit terms: what today is, what a proposal does, what is changed in the policy, and the rows it is saved as."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from creditlib.decisions.what_if.compare import compare_terms
from creditlib.errors import CreditError, CurrencyError, NeedsSales, PolicyError, UsageError
from creditlib.faces.cli.main import app
from creditlib.facts.reading import read
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.terms_bench import TermsBench
from creditlib.policy import load_policy
from creditlib.policy.draft import draft

WHO = "C100001"


@cache
def _whole() -> Assessment:
    return assess(sample_book(), load_policy(), SAMPLE_END)


@cache
def _bench() -> TermsBench:
    return TermsBench(_whole())


def test_today_is_what_the_assessment_tells() -> None:
    bench = _bench()
    assert bench.case(customer=WHO) == _whole().terms_case(customer=WHO)
    assert bench.case(customer=WHO) is bench.case(customer=WHO)
    assert bench.now(WHO) == bench.case(WHO)
    assert bench.currencies() == ("CNY", "EUR", "JPY", "USD")
    assert bench.currencies(WHO) == ("CNY",)
    with pytest.raises(CurrencyError, match="CNY, EUR"):
        bench.case()
    by_currency = [bench.case(currency=name).currency for name in bench.currencies()]
    assert by_currency == list(bench.currencies())


def test_a_step_is_the_comparison_of_the_same_two_cases() -> None:
    bench = _bench()
    now = bench.case(customer=WHO)
    proposed = {"net_days": 75, "deposit_share": 0.1, "instalments": 2, "sales_change_share": 0.04}
    step = bench.terms(now, proposed)
    effect = compare_terms(now, now.changed(**proposed), load_policy(), SAMPLE_END)
    assert (step.effect.base, step.effect.scenario, step.effect.worth) == (effect.base, effect.scenario, effect.worth)
    assert step.effect.cash == effect.cash
    by_days = {point.net_days: point for point in step.points}
    assert sorted(by_days) == list(range(366))
    assert by_days[75] == step.scenario_point
    assert (step.base_point.profit_minor, step.base_point.net_days) == (effect.base.profit_minor, now.net_days)
    best = step.best("npv_minor")
    assert best is not None
    assert best.npv_minor == max(point.npv_minor for point in step.points)


def test_nothing_proposed_changes_nothing() -> None:
    step = _bench().terms(_bench().case(customer=WHO), {})
    assert step.effect.outcome == "same"
    assert step.received_before.equals(step.received_after)
    assert step.base_point == step.scenario_point


def test_a_value_of_the_policy_counts_for_both_sides_through_a_draft() -> None:
    bench = _bench()
    now = bench.case(customer=WHO)
    step = bench.terms(now, {"net_days": 90}, {"terms.capital_rate": 0.12})
    dear = draft(load_policy(), {"terms.capital_rate": Decimal("0.12")}, SAMPLE_END, "what-if")
    effect = compare_terms(now, now.changed(net_days=90), dear, SAMPLE_END)
    assert (step.effect.base, step.effect.scenario) == (effect.base, effect.scenario)
    plain = bench.terms(now, {"net_days": 90}).effect
    # twice the rate of 6 %: the cost of capital of each side doubles, to the rounding of a cent
    assert step.effect.base.capital_cost_minor == pytest.approx(2 * plain.base.capital_cost_minor, abs=1)
    assert step.effect.scenario.capital_cost_minor == pytest.approx(2 * plain.scenario.capital_cost_minor, abs=1)


def test_sales_respond_as_the_policy_says() -> None:
    bench = _bench()
    now = bench.case(customer=WHO)
    step = bench.terms(now, {"net_days": now.net_days + 20}, {"terms.sales_response": 0.03})
    assert step.effect.scenario_case.sales_change_share == pytest.approx(0.06)  # 3 % for each ten days
    assert step.effect.base.sales_minor == now.yearly_sales_minor


def test_the_terminal_tells_the_same_figures(tmp_path: Path) -> None:
    header = "customer,document,issue date,due date,paid date,currency,amount\n"
    rows = "C9,X,2023-12-05,2023-12-20,2023-12-20,CNY,1\nC1,A,2024-03-01,2024-03-31,2024-04-10,CNY,1000\n"
    path = tmp_path / "ledger.csv"
    path.write_text(header + rows + "C1,B,2024-06-01,2024-07-31,2024-07-26,CNY,3000\n", encoding="utf-8")
    day = date(2024, 12, 31)
    bench = TermsBench(assess(read(path), load_policy(), day))
    step = bench.terms(bench.case(customer="C1"), {"net_days": 90, "deposit_share": 0.2})
    told = CliRunner().invoke(
        app, ["terms", "what-if", str(path), "--as-of", str(day), "--customer", "C1", "--days", "90", "--deposit", "20%", "--json"]
    )  # fmt: skip
    other = json.loads(told.stdout)
    assert Decimal(other["scenario"]["profit"]) == Decimal(step.effect.scenario.profit_minor).scaleb(-2)
    assert Decimal(other["worth"]["npv"]) == Decimal(step.effect.worth.npv_minor).scaleb(-2)
    assert other["change"]["dso_days"] == pytest.approx(step.effect.change.dso_days)


@pytest.mark.parametrize(
    ("proposed", "told"),
    [
        ({"net_days": 20, "discount_share": 0.02, "discount_days": 30, "taker_share": 0.5}, "day 30, but the first payment is due on day 20"),
        ({"net_days": 30, "instalments": 3, "discount_share": 0.02, "discount_days": 11}, "due on day 10"),
        ({"net_days": 5, "discount_share": 0.02}, "until day 10"),  # the policy's days
        ({"deposit_share": 1.4}, "deposit share must be a share from 0 to 1"),
        ({"price": 3}, "terms can't change price"),
    ],
)  # fmt: skip
def test_an_impossible_proposal_is_told(proposed: dict[str, Any], told: str) -> None:
    bench = _bench()
    with pytest.raises(CreditError, match=told) as caught:
        bench.terms(bench.case(customer=WHO), proposed)
    assert caught.value.text("zh") != caught.value.text("en")


def test_a_value_the_policy_can_not_have_is_told() -> None:
    bench = _bench()
    with pytest.raises(PolicyError, match=r"terms\.capital_rate"):
        bench.terms(bench.case(customer=WHO), {}, {"terms.capital_rate": 1.4})
    with pytest.raises(UsageError, match=r"score\.card"):
        bench.terms(bench.case(customer=WHO), {}, {"score.card": 1})


def test_points_of_the_reach_keep_the_discount_before_the_first_payment() -> None:
    bench = _bench()
    given = {"net_days": 60, "instalments": 2, "discount_share": 0.01, "discount_days": 15, "taker_share": 0.3}
    step = bench.terms(bench.case(customer=WHO), given)
    assert min(point.net_days for point in step.points) == 29  # two instalments, on days 15 and 29


def test_what_a_grade_is_offered_is_the_offer_of_the_policy() -> None:
    bench = _bench()
    assert bench.offered("D") == {
        "net_days": 15, "instalments": 2, "deposit_share": 0.3, "discount_share": 0.0,
    }  # fmt: skip
    assert bench.offered("B") == {
        "net_days": 45, "instalments": 1, "deposit_share": 0.0, "discount_share": 0.01, "discount_days": 10,
    }  # fmt: skip
    assert bench.offered("E") == {}
    assert bench.grade_of(WHO) in bench.grades
    assert sum(bench.grades.values()) <= _whole().scores.table.num_rows


def test_a_saved_draft_appended_to_the_file_loads_to_the_policy_tried(tmp_path: Path) -> None:
    bench, day = _bench(), date(2026, 12, 1)
    made = bench.draft(
        {"net_days": 50, "deposit_share": 0.05, "discount_days": 8},
        {"terms.capital_rate": 0.07},
        day,
        "minute 9",
        grade="B",
    )
    rows = bench.draft_rows(made)
    standard = files("creditlib.policy").joinpath("standard.toml")
    path = tmp_path / "own.toml"
    path.write_text(standard.read_text(encoding="utf-8") + rows, encoding="utf-8")
    values, before = load_policy(path).at(day), load_policy(path).at(date(2026, 11, 30))
    assert values["terms.days"] == {"A": 60, "B": 50, "C": 30, "D": 15, "E": 0}
    assert values["terms.deposit"]["B"] == Decimal("0.05")
    assert (values["terms.discount_days"], values["terms.capital_rate"]) == (8, Decimal("0.07"))
    assert before == load_policy().at(date(2026, 11, 30))
    assert rows.count("from = 2026-12-01") == 4
    assert rows.count('reference = "minute 9"') == 4


def test_terms_of_the_whole_book_are_saved_for_every_grade_with_credit() -> None:
    made = _bench().draft({"net_days": 40}, {}, date(2026, 12, 1), "minute 9")
    assert made.at(date(2026, 12, 1))["terms.days"] == {"A": 40, "B": 40, "C": 40, "D": 40, "E": 0}


def test_terms_of_one_customer_are_no_policy() -> None:
    bench = _bench()
    with pytest.raises(UsageError, match="matter of policy"):
        bench.draft({"net_days": 40}, {}, date(2026, 12, 1), "x", terms=False)
    made = bench.draft({"net_days": 40}, {"terms.capital_rate": 0.08}, date(2026, 12, 1), "x", terms=False)
    assert [row.parameter for row in made.proposed] == ["terms.capital_rate"]


def test_a_book_of_open_items_takes_sales_and_days_that_are_stated(shared_data: Path) -> None:
    whole = assess(read(shared_data / "receivables_open.csv", home="USD"), load_policy(), date(2020, 5, 31))
    bench = TermsBench(whole)
    assert whole.scores.table.num_rows == 553
    with pytest.raises(NeedsSales, match="holds only what is open"):
        bench.now(stated={"net_days": 30})
    now = bench.now(stated={"yearly_sales_minor": 36_500_000_00, "net_days": 30})
    assert (now.currency, now.sales_minor, now.late_days) == ("USD", 36_500_000_00, 0)
    step = bench.terms(now, {"net_days": 60})
    assert step.effect.change.receivables_minor == 3_000_000_00  # 100,000 a day × 30
    assert step.effect.change.capital_cost_minor == 135_000_00  # × 0.75 × 6 %


def test_a_real_paid_ledger_gives_a_case_of_a_year(shared_data: Path) -> None:
    whole = assess(read(shared_data / "receivables_closed.csv", home="USD"), load_policy(), date(2019, 9, 30))
    bench = TermsBench(whole)
    now = bench.case()
    step = bench.terms(now, {"net_days": now.net_days + 10})
    assert now.currency == "USD"
    assert step.effect.outcome == "worse"  # longer terms alone never pay
    assert step.effect.change.collection_days == pytest.approx(10)
