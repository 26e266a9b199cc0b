"""Every figure of dso.toml and cei.toml, from the scalar formula and from a book of documents."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from creditlib import formulas
from creditlib.days import add_months, month_days, month_end, month_index
from creditlib.facts.book import Book
from creditlib.measures.dso import dso


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


DSO = _load("dso.toml")
CEI: list[dict[str, Any]] = _load("cei.toml")["case"]
NEAR = 0.001


def _ids(cases: list[dict[str, Any]]) -> list[str]:
    return [case["id"] for case in cases]


def test_every_figure_names_its_source() -> None:
    single = [DSO["best_possible"], DSO["turnover"], DSO["cycle"]]
    assert all(case["ref"] and case["locator"] for case in [*DSO["simple"], *DSO["countback"], *single, *CEI])


@pytest.mark.parametrize("case", DSO["simple"], ids=_ids(DSO["simple"]))
def test_published_simple_dso_comes_out(case: dict[str, Any]) -> None:
    assert formulas.simple_dso(case["receivables"], case["sales"], case["days"]) == pytest.approx(case["dso"], abs=NEAR)


@pytest.mark.parametrize("case", DSO["countback"], ids=_ids(DSO["countback"]))
def test_published_countback_comes_out(case: dict[str, Any]) -> None:
    found = formulas.count_back(case["receivables"], case["sales"], case["days"])
    assert found.days == pytest.approx(case["dso"], abs=NEAR)
    assert not found.at_least


def _book(receivables: int, sales: list[int], as_of: date, past_due: int = 0) -> Book:
    """One open invoice of the oldest kind, `opening`, which is no sale; and sales by month, newest first."""
    owed = [receivables - past_due, past_due]
    return Book(
        pa.table(
            {
                "id": [0, 1],
                "customer": ["C1", "C1"],
                "kind": ["opening", "opening"],
                "currency": ["USD", "USD"],
                "amount_minor": owed,
                "issue_on": pa.array([date(2000, 1, 1)] * 2, pa.date32()),
                "due_on": pa.array([date(2099, 1, 1), date(2000, 1, 1)], pa.date32()),
                "source_file": ["x", "x"],
                "source_row": pa.array([1, 2], pa.int32()),
            }
        ),
        sales=pa.table(
            {
                "month": pa.array([add_months(as_of.replace(day=1), -k) for k in range(len(sales))], pa.date32()),
                "currency": ["USD"] * len(sales),
                "gross_minor": sales,
            }
        ),
    )


def test_published_exhaustion_comes_out_of_a_book_with_the_same_real_month_lengths() -> None:
    case = next(c for c in DSO["countback"] if c["id"] == "dso-exhaustion-12000")
    # newest first 30, 31, 31, 30, 31, 30 are September, August, July, June, May, April
    as_of = date(2023, 9, 30)
    assert [month_days(month_index(as_of) - k) for k in range(6)] == case["days"]
    row = dso(_book(case["receivables"], case["sales"], as_of), as_of, method="countback").row(currency="USD")
    assert row["days"] == pytest.approx(case["dso"], abs=NEAR)
    assert not row["at_least"]


def test_published_rolling_dso_comes_out_of_a_book() -> None:
    case = next(c for c in DSO["simple"] if c["id"] == "dso-rolling")
    as_of = month_end(date(2023, 3, 1))  # January to March 2023 have 31 + 28 + 31 = 90 days
    sales = [6000, 6000, case["sales"] - 12000]
    row = dso(_book(case["receivables"], sales, as_of), as_of, method="rolling", months=3).row(currency="USD")
    assert row["days"] == pytest.approx(case["dso"], abs=NEAR)
    assert row["sales_days"] == case["days"]


def test_best_possible_and_delinquent_dso_add_up_to_dso() -> None:
    case = DSO["best_possible"]
    good = formulas.best_possible_dso(case["receivables"] - case["past_due"], case["sales"], case["days"])
    whole = formulas.simple_dso(case["receivables"], case["sales"], case["days"])
    assert (whole, good, whole - good) == pytest.approx((case["dso"], case["best_possible"], case["delinquent"]))
    as_of = date(2023, 9, 30)
    book = _book(case["receivables"], [case["sales"]], as_of, past_due=case["past_due"])
    found = {
        method: dso(book, as_of, method=method, months=1, year_days=360).row(currency="USD")["days"]  # type: ignore[arg-type]
        for method in ("simple", "best_possible", "delinquent")
    }
    assert found == pytest.approx({"simple": 10.0, "best_possible": 8.0, "delinquent": 2.0})


def test_turnover_of_twelve_is_thirty_days() -> None:
    case = DSO["turnover"]
    assert formulas.turnover(case["sales"], case["receivables"]) == case["times"]
    assert formulas.simple_dso(case["receivables"], case["sales"], 365) == pytest.approx(case["days"], abs=NEAR)
    as_of = date(2023, 12, 31)
    row = dso(_book(case["receivables"], [100] * 12, as_of), as_of, method="turnover").row(currency="USD")
    assert row["days"] == pytest.approx(case["times"])


def test_cash_cycle_and_working_capital_requirement_come_out() -> None:
    case = DSO["cycle"]
    assert formulas.cash_conversion_cycle(case["dso"], case["dio"], case["dpo"]) == case["ccc"]
    parts = (case["sales"] * case["dso"] / 365, case["cost"] * case["dio"] / 365, case["cost"] * case["dpo"] / 365)
    assert formulas.working_capital_requirement(*parts) == pytest.approx(case["requirement"], abs=0.5)
    assert formulas.days_of(parts[1], case["cost"], 365) == pytest.approx(case["dio"])


@pytest.mark.parametrize("case", CEI, ids=_ids(CEI))
def test_published_collection_effectiveness_comes_out(case: dict[str, Any]) -> None:
    keys = ("beginning", "sales", "ending", "ending_not_due", "months")
    assert formulas.collection_effectiveness(*(case[k] for k in keys)) == pytest.approx(case["cei"])
