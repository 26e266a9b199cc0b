"""Instalments in a what-if: average days, receivables, the cash of each part, what is received after delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from creditlib.decisions.what_if.case import TermsCase
from creditlib.decisions.what_if.cash import received
from creditlib.decisions.what_if.compare import compare_terms
from creditlib.decisions.what_if.figures import figures_of
from creditlib.errors import CreditError
from creditlib.policy import load_policy

AS_OF = date(2026, 1, 1)
OWN = {"terms.capital_rate": Decimal("0.10"), "terms.year_days": 360}
POLICY = replace(load_policy(), rows=tuple(replace(r, value=OWN.get(r.parameter, r.value)) for r in load_policy().rows))
VALUES = POLICY.at(AS_OF)


def _case(**given: Any) -> TermsCase:
    stated = {"currency": "CNY", "yearly_sales_minor": 36_000_000, "net_days": 60, "variable_cost_share": 0.8}
    return TermsCase(**{**stated, "collection_share": 0, "bad_debt_share": 0, **given})


def test_three_instalments_are_paid_after_forty_days_on_average() -> None:
    year, settled = figures_of(_case(instalments=3, late_days=5), VALUES)
    assert settled.paid_days == (25, 45, 65)  # 20, 40, 60, each five days late
    assert year.collection_days == 45
    assert year.receivables_minor == 4_500_000  # 36,000,000 × 45 ÷ 360
    assert year.capital_cost_minor == 360_000  # × 0.8 × 0.10


def test_an_instalment_is_never_paid_before_delivery() -> None:
    year, settled = figures_of(_case(instalments=2, late_days=-40), VALUES)
    assert settled.paid_days == (0, 20)  # 30 − 40, 60 − 40
    assert year.collection_days == 10


def test_what_is_received_after_delivery_ties_to_sales_less_loss_and_discount() -> None:
    case = _case(
        instalments=2, deposit_share=0.1, discount_share=0.02, discount_days=10, taker_share=0.25, bad_debt_share=0.01
    )
    year, settled = figures_of(case, VALUES)
    rows = received(year, settled).to_pylist()
    assert [row["day"] for row in rows] == [0, 10, 30, 60]
    assert rows[0]["received_minor"] == 3_600_000  # 10 % of 36,000,000
    # 32,400,000 less 1 % lost is 32,076,000; a quarter of it less 162,000 discount on day 10, the rest in two halves
    assert [row["received_minor"] for row in rows[1:]] == [11_457_000, 23_485_500, 35_514_000]
    assert rows[-1]["received_minor"] == year.sales_minor - year.loss_minor - year.discount_minor
    assert rows[-1]["share"] == pytest.approx(0.9865)  # 35,514,000 ÷ 36,000,000


def test_cash_of_a_change_comes_instalment_by_instalment() -> None:
    base, parts = _case(), _case(instalments=3)
    weeks = compare_terms(base, parts, POLICY, AS_OF).cash.weeks_minor
    # A third of 100,000 a day from day 20 on, a third more from day 40 on; in week 10 both pay the whole of it.
    assert weeks[:3] == (0, 0, 0)
    assert weeks[3] == 33_333  # one day of a third
    assert weeks[6] == 800_000  # 22 days of a third, 2 of another
    assert weeks[10] == weeks[52] == 2_000_000  # 40 days of a third, 20 of another


def test_a_case_without_instalments_says_so() -> None:
    with pytest.raises(CreditError, match="instalments"):
        _case(instalments=0)
