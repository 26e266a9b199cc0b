"""Progressive limits month by month: each rule at its edge, and what a month nobody knows does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from creditlib.days import add_months
from creditlib.decisions.limit.progressive import State, Step, replay
from creditlib.errors import UsageError
from creditlib.policy import Policy, load_policy
from tests.decisions.limits import exact

POLICY = (
    load_policy()
)  # start 0.5, +25 % after 6 clean months (≤ 5 days, ≥ 50 % used), −50 % above 30 days, frozen above 60
FIRST = date(2025, 1, 1)


def _rows(*months: tuple[int | None, int] | None) -> list[dict[str, Any]]:
    """Rows from January 2025 on: (worst days late, balance); None: no row."""
    return [
        {"month": add_months(FIRST, i), "currency": "CNY", "worst_days_late": m[0], "open_minor": m[1]}
        for i, m in enumerate(months)
        if m is not None
    ]


def _events(
    *months: tuple[int | None, int] | None, method: int | None = 100_000, **more: Any
) -> list[tuple[str, int | None]]:
    return [(step.event, step.limit_minor) for step in replay(_rows(*months), POLICY, method, **more)]


GOOD = (5, 100_000)  # five days late is clean, and every limit is well used


def test_starts_with_a_share_and_rises_after_six_clean_months() -> None:
    steps = replay(_rows(*[GOOD] * 8), POLICY, 100_000)
    assert [(s.limit_minor, s.clean, s.state) for s in steps] == [
        (50_000, 0, "start"),
        *[(50_000, n, "start") for n in (1, 2, 3, 4, 5)],
        (62_500, 0, "raised"),  # 50,000 × 1.25
        (62_500, 1, "raised"),
    ]
    assert steps[6].reasons[-1].text() == "2025-07: 6 clean months, 500.00 × (1 + 0.25) = 625.00"


def test_never_rises_above_the_methods_limit_and_then_stands_at_its_base() -> None:
    steps = replay(_rows(*[GOOD] * 14), POLICY, 60_000)
    assert steps[6].limit_minor == 37_500  # 30,000 × 1.25
    assert (steps[12].limit_minor, steps[12].state) == (46_875, "raised")
    near = replay(_rows(*[GOOD] * 8), POLICY, 100, state=State(date(2024, 12, 1), "raised", 90))
    assert (near[5].limit_minor, near[5].state, near[5].event) == (100, "base", "raised")  # 90 × 1.25 = 112
    full = replay(_rows(*[GOOD] * 6), POLICY, 100, state=State(date(2024, 12, 1), "base", 100))
    assert (full[5].event, full[5].limit_minor, full[5].clean) == ("ceiling", 100, 6)


def test_six_days_late_starts_the_count_again() -> None:
    assert [s.clean for s in replay(_rows(GOOD, GOOD, GOOD, (6, 100_000), GOOD), POLICY, 100_000)] == [0, 1, 2, 0, 1]


def test_late_month_halves_the_limit_at_thirty_one_days_and_not_at_thirty() -> None:
    assert _events(GOOD, (30, 1))[1] == ("overdue", 50_000)
    assert _events(GOOD, (31, 1))[1] == ("lowered", 25_000)
    assert _events(GOOD, (31, 1), (31, 1))[2] == ("lowered", 12_500)


def test_sixty_one_days_freeze_until_nothing_is_that_late() -> None:
    found = _events(GOOD, (60, 1), (61, 1), None, (70, 1), (5, 1))
    assert found == [
        ("start", 50_000),
        ("lowered", 25_000),
        ("frozen", 0),
        ("missing", 0),
        ("still_frozen", 0),
        ("thawed", 12_500),  # 25,000 halved once when it froze
    ]
    late_still = _events(GOOD, (61, 1), (60, 1))
    assert late_still[1:] == [("frozen", 0), ("lowered", 12_500)]  # free again, and late all the same


def test_month_without_data_is_neither_clean_nor_late() -> None:
    months = [GOOD, GOOD, None, (None, 100_000), GOOD]
    assert [(s.event, s.clean) for s in replay(_rows(*months), POLICY, 100_000)] == [
        ("start", 0), ("clean", 1), ("missing", 1), ("missing", 1), ("clean", 2),
    ]  # fmt: skip


def test_clean_month_counts_only_when_half_of_the_limit_was_used() -> None:
    assert _events(GOOD, (0, 24_999))[1][0] == "unused"
    assert _events(GOOD, (0, 25_000))[1][0] == "clean"
    assert _events(GOOD, (0, 0), method=0)[1] == ("unused", 0)  # a limit of 0 can't be used


def test_debt_ratio_holds_a_step_up_back_and_it_follows_when_the_ratio_falls() -> None:
    def debt(on: date) -> float | None:
        return 0.71 if on < date(2025, 8, 1) else 0.7

    steps = replay(_rows(*[GOOD] * 8), POLICY, 100_000, debt_share=debt)
    assert [(s.event, s.limit_minor, s.clean) for s in steps[6:]] == [("debt", 50_000, 6), ("raised", 62_500, 0)]


def test_no_limit_is_not_a_limit_of_zero() -> None:
    assert _events(GOOD, GOOD, method=None) == [("no_start", None), ("no_start", None)]
    assert _events(GOOD, GOOD, method=0)[0] == ("start", 0)
    lost = replay(_rows(*[GOOD] * 8), POLICY, lambda on: 100_000 if on < date(2025, 7, 1) else None)
    assert (lost[6].event, lost[6].limit_minor, lost[7].clean) == ("no_method", 50_000, 7)


def test_limit_comes_down_with_the_methods() -> None:
    steps = replay(_rows(*[GOOD] * 3), POLICY, lambda on: 100_000 if on < date(2025, 3, 1) else 40_000)
    assert (steps[2].event, steps[2].limit_minor, steps[2].clean, steps[2].state) == ("method", 40_000, 2, "base")
    frozen = replay(_rows(GOOD, (61, 1), (5, 1)), POLICY, lambda on: 100_000 if on < date(2025, 2, 1) else 10_000)
    assert [s.limit_minor for s in frozen] == [50_000, 0, 10_000]  # 25,000 held, and the method allows less


def test_each_month_is_judged_by_the_policy_of_its_last_day() -> None:
    rows = []
    for row in POLICY.rows:
        rows.append(row)
        if row.parameter == "progressive.step_down":
            rows.append(replace(row, from_on=date(2025, 3, 31), value=exact("0.25")))
    policy = Policy("firm", tuple(rows))
    limits = [s.limit_minor for s in replay(_rows(GOOD, (31, 1), (31, 1)), policy, 100_000)]
    assert limits == [50_000, 25_000, 18_750]  # × 0.5 in February, × 0.75 from March on


def _same(steps: tuple[Step, ...], *parts: tuple[Step, ...]) -> bool:
    return steps == tuple(step for part in parts for step in part)


def test_replaying_in_halves_gives_the_same_also_across_a_gap() -> None:
    rows = _rows(*[GOOD] * 4, (61, 1), None, None, (3, 9), *[GOOD] * 8)
    whole = replay(rows, POLICY, 100_000)
    assert whole == replay(list(reversed(rows)), POLICY, 100_000)
    for cut in range(1, len(rows)):
        first = replay(rows[:cut], POLICY, 100_000)
        assert _same(whole, first, replay(rows[cut:], POLICY, 100_000, state=first[-1].after))


def test_rows_that_can_not_follow_are_refused() -> None:
    rows = _rows(GOOD, GOOD)
    with pytest.raises(UsageError):
        replay([*rows, rows[0]], POLICY, 1)
    with pytest.raises(UsageError):
        replay(rows, POLICY, 1, state=State(date(2025, 1, 1), "base", 1))
    with pytest.raises(UsageError):
        replay([rows[0], rows[1] | {"currency": "USD"}], POLICY, 1)
    assert replay([], POLICY, 1) == ()


def test_every_reason_reads_in_both_languages() -> None:
    late: list[tuple[int | None, int] | None] = [
        GOOD,
        (61, 1),
        (61, 1),
        (5, 1),
        (31, 1),
        (9, 1),
        None,
        (0, 0),
        *[(5, 10**9)] * 7,
    ]
    for method in (100_000, None):
        for step in replay(_rows(*late), POLICY, method, debt_share=0.9):
            assert all(r.text("en") and r.text("zh") for r in step.reasons)
            assert step.reasons or step.event in ("start", "no_start")
