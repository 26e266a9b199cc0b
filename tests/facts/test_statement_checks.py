"""Checks over statements: what is wrong is told with both figures, what is right stays silent."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from creditlib.facts.credit_tables import LINES, STATEMENTS
from creditlib.facts.statement_checks import check_statements
from creditlib.facts.tables import build

SOUND = {
    "current_assets": 6000, "non_current_assets": 4000, "total_assets": 10000, "current_liabilities": 3000, "non_current_liabilities": 2000,
    "total_liabilities": 5000, "equity": 5000, "sales": 20000, "pretax_profit": 1300, "tax": 300, "net_income": 1000, "cash": 1000,
    "operating_cash_flow": 900, "investing_cash_flow": -300, "financing_cash_flow": -100, "cash_change": 500,
}  # fmt: skip


def _table(*rows: dict[str, Any]) -> pa.Table:
    """Statements of C1, one a year from 2020; figures in minor units over those of SOUND, None takes one away."""
    full = [{**SOUND, **row} for row in rows]
    columns: dict[str, Any] = {
        f"{line.name}_minor": pa.array([r.get(line.name) for r in full], pa.int64()) for line in LINES
    }
    columns |= {
        "customer": [r.get("customer", "C1") for r in full],
        "period_end": pa.array([r.get("end", date(2020 + i, 12, 31)) for i, r in enumerate(full)]),
        "months": [r.get("months", 12) for r in full],
        "currency": ["CNY"] * len(full),
    }
    return build(STATEMENTS, columns, len(full))


def _found(*rows: dict[str, Any], **options: Any) -> list[str]:
    return [f.check for f in check_statements(_table(*rows), **options)]


def test_sound_statements_give_no_finding() -> None:
    assert _found({}, {}, as_of=date(2024, 1, 1), jump=1.5) == []


def test_balance_may_differ_by_half_a_printed_unit_for_each_part() -> None:
    # two parts: one unit of the print. 10,001 − (5,000 + 5,000) = 1
    assert _found({"total_assets": 10001, "current_assets": 6001}) == []
    assert _found({"total_assets": 10002, "current_assets": 6002}) == ["balance-differs"]
    assert _found({"total_assets": 10002, "current_assets": 6002}, printed_minor=2) == []


def test_printed_unit_is_the_largest_that_divides_all_figures_of_a_row() -> None:
    thousand = {name: value * 1000 for name, value in SOUND.items()}
    # all figures are multiples of 100,000: two parts may differ by 100,000
    assert _found({**thousand, "total_assets": 10_100_000, "current_assets": 6_100_000}) == []
    assert _found({**thousand, "total_assets": 10_200_000, "current_assets": 6_200_000}) == ["balance-differs"]


def test_a_figure_that_is_missing_is_never_zero() -> None:
    assert _found({"equity": None, "non_current_assets": None, "tax": None, "investing_cash_flow": None}) == [
        "missing-lines"
    ]


def test_every_sum_is_compared() -> None:
    assert _found({"non_current_assets": 3985}) == ["statement-sum-differs"]
    assert _found({"non_current_liabilities": 1985}) == ["statement-sum-differs"]
    assert _found({"tax": -300}) == ["statement-sum-differs"]  # 1,300 − (−300) is not 1,000
    assert _found({"cash_change": 655}) == ["cash-flow-sum-differs"]


def test_parts_may_not_exceed_their_total() -> None:
    assert _found({"cash": 3000, "receivables": 2000, "inventory": 1011}) == ["part-above-total"]
    assert _found({"cash": 3000, "receivables": 2000, "inventory": 1000}) == []


def test_year_in_another_unit_is_told_once_and_a_single_jump_by_itself() -> None:
    larger = {name: value * 9_000 for name, value in SOUND.items()}
    assert _found({}, larger, jump=3) == ["unit-jump"]
    assert _found(larger, {}, jump=3) == ["unit-jump"]
    assert _found({}, {"sales": 200_000}, jump=3) == ["year-jump"]
    assert _found({}, {"sales": 200_000}) == []


def test_years_of_other_length_or_of_another_customer_are_not_compared() -> None:
    larger = {name: value * 10_000 for name, value in SOUND.items()}
    assert _found({}, {**larger, "months": 6}, jump=3) == []
    assert _found({}, {**larger, "customer": "C2"}, jump=3) == []


def test_duplicate_and_future_periods_and_impossible_signs_are_told() -> None:
    twice = {"end": date(2020, 12, 31)}
    assert _found(twice, twice) == ["duplicate-period"]
    assert _found({}, as_of=date(2020, 12, 30)) == ["future-period"]
    assert _found({}, as_of=date(2020, 12, 31)) == []
    assert _found({"sales": -1}) == ["impossible-negative"]


def test_200_000_sound_statements_give_no_finding() -> None:
    rows = 200_000
    columns: dict[str, Any] = {f"{name}_minor": np.full(rows, value, np.int64) for name, value in SOUND.items()}
    columns |= {
        "customer": pa.array([f"C{i // 4}" for i in range(rows)]).dictionary_encode(),
        "period_end": pa.array(np.arange(rows, dtype=np.int32)),
        "months": np.full(rows, 12),
        "currency": pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["CNY"])),
    }
    table = build(STATEMENTS, columns, rows)
    assert check_statements(table, jump=3) == ()
