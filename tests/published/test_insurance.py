"""Every figure of insurance.toml, and its edges."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creditlib import formulas
from creditlib.errors import CreditError

DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("insurance.toml").read_text(encoding="utf-8"))


def test_every_figure_names_its_source() -> None:
    assert all(case["ref"] and case["locator"] for case in DATA.values())


@pytest.mark.parametrize("row", DATA["split"]["rows"])
def test_own_risk_is_what_cover_leaves(row: dict[str, int]) -> None:
    assert formulas.insured_split(row["total"], row["insured"]) == (row["lifted"], row["own"])


@pytest.mark.parametrize("order", ["deductible_first", "share_first"])
def test_a_claim_follows_the_order_the_policy_names(order: Any) -> None:
    case = DATA["claim"]
    found = formulas.claim(case["loss"], case["insured_limit"], case["share"], case["deductible"], order)
    assert found == pytest.approx(case[order], abs=case["tolerance"])


def test_a_claim_never_falls_below_nothing_and_counts_no_more_than_the_loss() -> None:
    assert formulas.claim(20_000, 800_000, 0.9, 20_000) == 0
    assert formulas.claim(20_001, 800_000, 0.9, 20_000) == pytest.approx(0.9)
    assert formulas.claim(20_000, 800_000, 0.9, 20_000, "share_first") == 0  # 18,000 − 20,000
    assert formulas.claim(100_000, 800_000, 0.9) == pytest.approx(90_000)  # the loss, not the limit
    assert formulas.claim(100_000, 0, 0.9) == 0


@pytest.mark.parametrize("row", DATA["premium"]["rows"])
def test_published_premium_comes_out(row: dict[str, float]) -> None:
    found = formulas.premium(row["turnover"], row["rate"])
    assert found == pytest.approx(row["premium"], abs=DATA["premium"]["tolerance"])


def test_the_minimum_premium_holds_from_the_first_cent() -> None:
    assert formulas.premium(0, 0.0025, 8000) == 8000
    assert formulas.premium(3_200_000, 0.0025, 8000) == pytest.approx(8000)  # 3.2 m × 0.25 % = the minimum
    assert formulas.premium(3_200_004, 0.0025, 8000) == pytest.approx(8000.01)


def test_expected_loss_is_the_product() -> None:
    case = DATA["loss"]
    assert formulas.expected_loss(case["pd"], case["lgd"], case["ead"]) == pytest.approx(case["loss"])
    assert formulas.expected_loss(1, 1, 0) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: formulas.insured_split(-1, 0),
        lambda: formulas.insured_split(50, float("nan")),
        lambda: formulas.claim(-1, 100, 0.9),
        lambda: formulas.claim(100, -1, 0.9),
        lambda: formulas.claim(100, 100, 90),
        lambda: formulas.claim(100, 100, 0.9, -1),
        lambda: formulas.premium(-1, 0.0025),
        lambda: formulas.premium(100, 25),
        lambda: formulas.premium(100, 0.0025, -1),
        lambda: formulas.expected_loss(2, 0.45, 100),
        lambda: formulas.expected_loss(0.02, 45, 100),
        lambda: formulas.expected_loss(0.02, 0.45, -100),
    ],
)
def test_impossible_inputs_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(CreditError):
        call()
