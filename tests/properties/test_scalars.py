"""A scalar figure and its column form are one figure; exact arithmetic equals Decimal."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from creditlib import formulas
from creditlib.days import add_months, month_days, month_index
from creditlib.errors import CreditError, TooLarge
from creditlib.facts.book import Book
from creditlib.facts.exact import month_indices, rescale
from creditlib.measures.dso import dso
from creditlib.measures.segments import counts, group, products, sums

MONEY = st.one_of(st.sampled_from([1, 0, -1, 100]), st.integers(-1_000_000_00, 1_000_000_00))


def _book(owed: list[tuple[str, int, bool]], sales: list[tuple[str, int, int]], as_of: date) -> Book:
    """owed: (entity, amount, due); sales: (entity, months ago, amount)."""
    documents = pa.table(
        {
            "id": range(len(owed)),
            "customer": pa.array(["C1"] * len(owed), pa.string()),
            "kind": pa.array(["opening"] * len(owed), pa.string()),
            "currency": pa.array(["CNY"] * len(owed), pa.string()),
            "amount_minor": pa.array([amount for _, amount, _ in owed], pa.int64()),
            "entity": pa.array([entity for entity, _, _ in owed], pa.string()),
            "issue_on": pa.array([date(2000, 1, 1)] * len(owed), pa.date32()),
            "due_on": pa.array([date(2000, 1, 1) if late else date(2100, 1, 1) for _, _, late in owed], pa.date32()),
            "source_file": pa.array(["x"] * len(owed), pa.string()),
            "source_row": pa.array(range(len(owed)), pa.int32()),
        }
    )
    months = [add_months(as_of.replace(day=1), -ago) for _, ago, _ in sales]
    table = pa.table(
        {
            "month": pa.array(months, pa.date32()),
            "entity": pa.array([entity for entity, _, _ in sales], pa.string()),
            "currency": pa.array(["CNY"] * len(sales), pa.string()),
            "gross_minor": pa.array([amount for _, _, amount in sales], pa.int64()),
        }
    )
    return Book(documents, sales=table)


ENTITIES = st.sampled_from(["E1", "E2"])


@given(
    st.lists(st.tuples(ENTITIES, MONEY, st.booleans()), min_size=1, max_size=5),
    st.lists(st.tuples(ENTITIES, st.integers(0, 7), MONEY), min_size=1, max_size=12),
    st.sampled_from([date(2024, 2, 29), date(2024, 3, 31), date(2023, 9, 30), date(2024, 3, 15), date(2024, 3, 1)]),
)
def test_countback_of_a_column_equals_the_scalar(
    owed: list[tuple[str, int, bool]], sales: list[tuple[str, int, int]], as_of: date
) -> None:
    depth = max(ago for _, ago, _ in sales) + 1
    lengths = [month_days(month_index(as_of) - k) for k in range(depth)]
    lengths[0] = min(as_of.day, lengths[0])
    for row in dso(_book(owed, sales, as_of), as_of, method="countback", by=["entity"]).rows():
        monthly = [sum(a for e, ago, a in sales if e == row["entity"] and ago == k) for k in range(depth)]
        receivables = sum(a for e, a, _ in owed if e == row["entity"])
        expected = formulas.count_back(receivables, monthly, lengths)
        assert row["days"] == pytest.approx(expected.days)
        assert row["at_least"] == expected.at_least
        assert row["receivables_minor"] == receivables


@given(
    st.lists(st.tuples(ENTITIES, MONEY, st.booleans()), min_size=1, max_size=5),
    st.lists(st.tuples(ENTITIES, st.integers(0, 11), MONEY), min_size=1, max_size=12),
)
def test_window_methods_of_a_column_equal_the_scalars(
    owed: list[tuple[str, int, bool]], sales: list[tuple[str, int, int]]
) -> None:
    as_of = date(2024, 3, 31)
    book = _book(owed, sales, as_of)
    months = max(ago for _, ago, _ in sales) + 1
    span = 365 * months / 12
    rows = {m: dso(book, as_of, method=m, by=["entity"]).rows() for m in ("simple", "best_possible", "delinquent")}  # type: ignore[arg-type]
    for simple, best, late in zip(*rows.values(), strict=True):
        entity = simple["entity"]
        sold = sum(a for e, _, a in sales if e == entity)
        parts = [
            sum(a for e, a, _ in owed if e == entity),
            sum(a for e, a, overdue in owed if e == entity and not overdue and a > 0),  # a credit is never "not due"
        ]
        if sold <= 0:
            assert simple["days"] is best["days"] is late["days"] is None
            with pytest.raises(CreditError):
                formulas.simple_dso(parts[0], sold, span)
            continue
        assert simple["days"] == pytest.approx(formulas.simple_dso(parts[0], sold, span))
        assert best["days"] == pytest.approx(formulas.best_possible_dso(parts[1], sold, span))
        assert simple["days"] == pytest.approx(best["days"] + late["days"])


@given(
    st.lists(st.integers(-(10**14), 10**14), max_size=20),
    st.one_of(st.integers(1, 10**6), st.integers(1, 2**31 - 1), st.integers(1, 10**18)),
    st.one_of(st.sampled_from([1, 10, 100, 10**4, 10**9]), st.integers(1, 2**31 - 1), st.integers(1, 10**18)),
)
def test_rescale_equals_decimal_to_the_last_unit(values: list[int], numerator: int, denominator: int) -> None:
    assume(all(abs(v) * numerator // denominator < 2**52 for v in values))
    found = rescale(np.array(values, np.int64), numerator, denominator).tolist()
    expected = []
    for value in values:
        twice = (2 * abs(value) * numerator + denominator) // (2 * denominator)  # half away from zero, in whole numbers
        expected.append(-twice if value < 0 else twice)
    assert found == expected


@given(st.lists(st.integers(-(10**9), 10**9), max_size=20), st.decimals("0.000001", "999", places=6))
def test_rescale_by_a_rate_equals_decimal_rounding(values: list[int], rate: Decimal) -> None:
    found = rescale(np.array(values, np.int64), *rate.as_integer_ratio()).tolist()
    assert found == [int((Decimal(v) * rate).quantize(Decimal(1), ROUND_HALF_UP)) for v in values]


@given(st.integers(2**52, 2**62))
def test_rescale_refuses_rather_than_being_wrong(value: int) -> None:
    with pytest.raises(TooLarge):
        rescale(np.array([value]), 1, 1)


@given(st.lists(st.integers(-40_000, 80_000), min_size=1, max_size=30))
def test_months_of_days_equal_the_calendar(days: list[int]) -> None:
    from creditlib.days import day_of

    assert month_indices(np.array(days, np.int32)).tolist() == [month_index(day_of(day)) for day in days]


CODED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(-(2**58), 2**58)), max_size=15)


@given(CODED)
def test_sums_and_counts_by_group_are_exact_beyond_two_to_the_53(rows: list[tuple[int, int, int]]) -> None:
    one, two, values = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    texts, others = ["b", None, "a", "unused"], ["y", "x", None]
    groups = group([("one", one, texts), ("two", two, others)])
    expected: dict[tuple[str | None, str | None], list[int]] = {}
    for a, b, value in rows:
        cell = expected.setdefault((texts[a], others[b]), [0, 0])
        cell[0] += value
        cell[1] += 1
    names = list(zip(groups.columns["one"].to_pylist(), groups.columns["two"].to_pylist(), strict=True))
    assert dict(zip(names, sums(groups.codes, values, groups.size).tolist(), strict=True)) == {
        k: v[0] for k, v in expected.items()
    }
    assert counts(groups.codes, groups.size).tolist() == [expected[name][1] for name in names]
    assert names == sorted(names, key=lambda n: [(part is None, part or "") for part in n])


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-(2**40), 2**40), st.integers(-4000, 4000)), max_size=15))
def test_amount_times_days_is_exact(rows: list[tuple[int, int, int]]) -> None:
    codes, money, days = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    expected = [sum(m * d for c, m, d in rows if c == g) for g in range(2)]
    assert products(codes, money, days, 2).tolist() == expected


@given(
    st.floats(-50, 200),
    st.lists(st.tuples(st.integers(0, 150), st.integers(0, 100)), min_size=2, max_size=7, unique_by=lambda p: p[0]).map(
        sorted
    ),
)
def test_points_equal_linear_interpolation(days: float, table: list[tuple[int, int]]) -> None:
    expected = np.interp(days, [d for d, _ in table], [p for _, p in table])
    assert formulas.payment_points(days, table) == pytest.approx(expected)
