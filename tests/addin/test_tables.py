"""A table of figures answered at once gives what its rows give one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from creditlib_addin import CATALOGUE, call
from creditlib_addin.desk import Desk
from creditlib_addin.settings import Settings
from creditlib_addin.sources import Figures
from creditlib_addin.values import PYTHON, result
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlib.policy.factors import FACTORS

NAMES = list(FACTORS)
DESK = Desk(Settings(as_of=date(2026, 10, 31)))
CELL = st.one_of(st.none(), st.floats(-1e6, 1e6), st.sampled_from([0.0, 0.5, 1.0, 2.6, 30.0]))


@pytest.mark.parametrize("function", ["CREDITSCORE", "CREDITGRADE", "CREDITPD"])
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=len(NAMES), max_size=len(NAMES)), min_size=1, max_size=6))
def test_whole_table_and_row_by_row_are_equal(function: str, rows: list[list[Any]]) -> None:
    columns = CATALOGUE[function].columns
    assert columns is not None
    whole = [result(value, PYTHON) for value in columns(DESK, Figures(tuple(NAMES), rows))]
    assert call(function, [NAMES, *rows], desk=DESK) == [[one] for one in whole]
    pairs = [call(function, [[n, v] for n, v in zip(NAMES, row, strict=True)], desk=DESK) for row in rows]
    assert whole == pairs


def test_a_long_table_is_answered_at_once_and_in_order() -> None:
    rows = [[float(i % 40), *[1.0] * (len(NAMES) - 1)] for i in range(300)]
    found = call("CREDITSCORE", [NAMES, *rows], desk=DESK)
    assert len(found) == 300
    assert found[:40] == [call("CREDITSCORE", [NAMES, row], desk=DESK)[0] for row in rows[:40]]
