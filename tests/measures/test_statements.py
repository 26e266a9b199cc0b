"""What financial statements say, by hand; and where they say nothing."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest

from creditlib.facts.book import Book
from creditlib.facts.credit_tables import LINES
from creditlib.facts.tables import SCHEMAS, build
from creditlib.formulas import altman_from_amounts
from creditlib.measures.statements import ALTMAN, RATIOS, latest, statement_figures

AS_OF = date(2026, 6, 30)
PLAIN: dict[str, Any] = {
    "cash": 100, "receivables": 300, "inventory": 200, "current_assets": 600, "intangibles": 50, "non_current_assets": 400,
    "total_assets": 1000, "payables": 250, "current_liabilities": 400, "non_current_liabilities": 200, "total_liabilities": 600,
    "retained_earnings": 150, "equity": 400, "sales": 2000, "cost_of_sales": 1500, "depreciation": 60, "ebit": 120,
    "interest": 30, "pretax_profit": 90, "tax": 20, "net_income": 70, "operating_cash_flow": 90,
}  # fmt: skip


def book(*statements: dict[str, Any]) -> Book:
    """Statements in whole units; customer, end, months, currency may be given."""
    columns: dict[str, list[Any]] = {
        "customer": [s.get("customer", "C1") for s in statements],
        "period_end": [s.get("end", date(2025, 12, 31)) for s in statements],
        "months": [s.get("months", 12) for s in statements],
        "currency": [s.get("currency", "CNY") for s in statements],
    }
    for line in LINES:
        columns[f"{line.name}_minor"] = [
            None if s.get(line.name) is None else round(s[line.name] * 100) for s in statements
        ]
    return Book(statements=build(SCHEMAS["statements"], columns, len(statements)))


def row(*statements: dict[str, Any]) -> dict[str, Any]:
    return statement_figures(book(*statements), AS_OF).rows()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("current_ratio", 600 / 400),
        ("quick_ratio", (600 - 200) / 400),
        ("cash_ratio", 100 / 400),
        ("equity_ratio", 0.4),
        ("liabilities_share", 0.6),
        ("debt_to_equity", 600 / 400),
        ("retained_ratio", 0.15),
        ("interest_cover", 120 / 30),
        ("debt_cover", (120 + 60) / 600),
        ("cash_flow_to_debt", 90 / 600),
        ("gross_margin", 500 / 2000),
        ("ebit_margin", 0.06),
        ("net_margin", 0.035),
        ("return_on_assets", 0.12),
        ("return_on_equity", 70 / 400),
        ("asset_turnover", 2.0),
        ("days_receivable", 300 / 2000 * 365),
        ("days_inventory", 200 / 1500 * 365),
        ("days_payable", 250 / 1500 * 365),
        ("cash_conversion_days", 300 / 2000 * 365 + 200 / 1500 * 365 - 250 / 1500 * 365),
    ],
)
def test_each_ratio_by_hand(name: str, value: float) -> None:
    assert row(PLAIN)[name] == pytest.approx(value)


def test_every_ratio_has_a_case_above() -> None:
    marks = test_each_ratio_by_hand.pytestmark  # type: ignore[attr-defined]
    told = {case[0] for case in marks[0].args[1]}
    assert told == {ratio.name for ratio in RATIOS} | {"cash_conversion_days"}


def test_the_z_family_is_that_of_the_formulas() -> None:
    made = row({**PLAIN, "market_value": 800})
    given = altman_from_amounts(
        working_capital=200, total_assets=1000, retained_earnings=150, ebit=120, equity_market=800, equity_book=400,
        total_liabilities=600, sales=2000,
    )  # fmt: skip
    for variant, column in ALTMAN.items():
        assert made[column] == pytest.approx(getattr(given, variant))


def test_half_a_year_is_brought_to_twelve_months_and_said() -> None:
    made = row({**PLAIN, "months": 6})
    assert made["asset_turnover"] == pytest.approx(4.0)  # 2,000 in six months are 4,000 a year
    assert made["equity_ratio"] == 0.4  # a balance is not scaled
    assert made["part_year"] is True


def test_a_missing_line_makes_its_ratios_unknown_and_no_others() -> None:
    made = row({**PLAIN, "inventory": None})
    assert (made["quick_ratio"], made["days_inventory"], made["cash_conversion_days"]) == (None, None, None)
    assert made["current_ratio"] == 1.5


def test_equity_and_operating_profit_are_derived_where_they_can_be_and_it_is_said() -> None:
    made = row({**PLAIN, "equity": None, "ebit": None})
    assert (made["equity_minor"], made["ebit_minor"]) == (40_000, 12_000)  # 1,000 − 600; 90 + 30
    assert (made["equity_derived"], made["ebit_derived"]) == (True, True)


def test_negative_equity_gives_no_return_on_it_and_is_flagged() -> None:
    made = row({**PLAIN, "total_liabilities": 1200, "equity": -200})
    assert (made["return_on_equity"], made["debt_to_equity"]) == (None, None)
    assert made["equity_ratio"] == -0.2
    assert (made["negative_equity"], made["tangible_net_worth_minor"]) == (True, -25_000)  # −200 − 50


def test_a_firm_without_liabilities_has_no_z_and_unbounded_cover() -> None:
    made = row(
        {
            **PLAIN,
            "current_liabilities": 0,
            "non_current_liabilities": 0,
            "total_liabilities": 0,
            "equity": 1000,
            "interest": 0,
        }
    )
    assert [made[column] for column in ALTMAN.values()] == [None] * 4
    assert (made["current_ratio"], made["interest_cover"]) == (math.inf, math.inf)
    assert made["zero_liabilities"] is True


def test_a_loss_without_interest_is_no_cover_at_all() -> None:
    assert row({**PLAIN, "ebit": -5, "interest": 0})["interest_cover"] == -math.inf


def test_growth_is_against_the_year_before_in_the_same_currency() -> None:
    before = {**PLAIN, "end": date(2024, 12, 31), "sales": 1600}
    assert row(before, PLAIN)["sales_growth"] == pytest.approx(0.25)  # 2,000 ÷ 1,600 − 1
    assert row({**before, "currency": "USD"}, PLAIN)["sales_growth"] is None
    assert row({**before, "end": date(2023, 12, 31)}, PLAIN)["sales_growth"] is None  # two years apart


def test_growth_finds_the_year_before_among_quarters() -> None:
    ends = [date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)]
    rows = [{**PLAIN, "end": end, "sales": 1000 + 100 * i} for i, end in enumerate(ends)]
    assert row(*rows)["sales_growth"] == pytest.approx(0.4)  # 1,400 ÷ 1,000 − 1


def test_growth_does_not_reach_into_another_customer() -> None:
    before = {**PLAIN, "customer": "B9", "end": date(2024, 12, 31)}
    assert statement_figures(book(before, PLAIN), AS_OF).row(customer="C1")["sales_growth"] is None


def test_a_statement_after_the_day_does_not_exist_yet() -> None:
    assert statement_figures(book({**PLAIN, "end": date(2026, 7, 1)}), AS_OF).table.num_rows == 0
    assert statement_figures(book({**PLAIN, "end": AS_OF}), AS_OF).table.num_rows == 1


def test_of_two_statements_of_a_period_the_later_row_counts() -> None:
    made = statement_figures(book(PLAIN, {**PLAIN, "equity": 500, "total_liabilities": 500}), AS_OF)
    assert [r["equity_ratio"] for r in made.rows()] == [0.5]


def test_the_newest_of_each_customer_is_taken_and_an_old_one_left() -> None:
    given = book({**PLAIN, "end": date(2024, 12, 31)}, PLAIN, {**PLAIN, "customer": "C2", "end": date(2023, 12, 31)})
    figures = statement_figures(given, AS_OF)
    assert latest(figures)["period_end"].to_pylist() == [date(2025, 12, 31), date(2023, 12, 31)]
    assert latest(figures, date(2024, 12, 31))["customer"].to_pylist() == ["C1"]


def test_a_row_names_its_source() -> None:
    figures = statement_figures(book(PLAIN), AS_OF)
    assert figures.why(customer="C1").documents.num_rows == 1


def test_nothing_given_gives_nothing() -> None:
    figures = statement_figures(Book(), AS_OF)
    assert figures.table.num_rows == 0
    assert latest(figures).num_rows == 0


def test_a_firm_with_no_assets_has_no_ratios_and_no_error() -> None:
    made = row({line.name: 0 for line in LINES})
    assert all(made[ratio.name] is None for ratio in RATIOS)
    assert np.isnan([math.nan if made[column] is None else made[column] for column in ALTMAN.values()]).all()


def test_a_quarter_that_ends_with_the_year_never_stands_for_the_year() -> None:
    year, quarter = {**PLAIN, "sales": 2000}, {**PLAIN, "sales": 400, "months": 3}
    for order in ((year, quarter), (quarter, year)):
        made = row(*order)
        assert (made["months"], made["asset_turnover"]) == (12, 2)  # 2,000 ÷ 1,000, not 4 × 400 ÷ 1,000


def test_of_two_statements_of_a_day_the_preferred_currency_stands() -> None:
    for first, second in (("USD", "CNY"), ("CNY", "USD")):
        figures = statement_figures(book({**PLAIN, "currency": first}, {**PLAIN, "currency": second}), AS_OF)
        prefer = np.array([c == "CNY" for c in figures.table["currency"].to_pylist()])
        assert latest(figures, prefer=prefer)["currency"].to_pylist() == ["CNY"]
