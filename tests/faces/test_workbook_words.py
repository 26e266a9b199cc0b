"""What the closing workbook says of its own figures is what the policy and the code did."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditlib.faces.workbook import write_workbook
from creditlib.flows.closing import Close, DsoLine

sys.path.insert(0, str(Path(__file__).parent))
import closes
import test_workbook as cells


def with_policy(close: Close, **values: str) -> Close:
    """A close made under other policy values: aging_netting stands for aging.netting."""
    own = {name.replace("_", ".", 1): value for name, value in values.items()}
    kept = [row for row in close.policy_values if row[0] not in own]
    return replace(close, policy_values=(*kept, *((name, value, "manual §1") for name, value in own.items())))


def words(close: Close, tmp_path: Path, lang: str = "en") -> dict[str, str]:
    """Every text of the workbook by the name of its cell, calculated anew; a list's first row."""
    path = write_workbook(close, tmp_path / f"{lang}.xlsx", lang=lang, force=True)  # type: ignore[arg-type]
    model = cells.calculated(path)
    names = ("dash_top_title", "concentration_summary", "dash_buckets_title", "cover_verdict")
    said = {name: str(cells.value_of(model, cells.named(path, name))) for name in names}
    for copy, line in enumerate(close.dso):
        for part in ("formula", "note", "days", "gap"):
            said[f"{line.method}_{part}"] = str(cells.value_of(model, cells.named(path, f"dso_{part}", copy)))
    for copy, measure in enumerate(close.measures):
        for part in ("name", "meaning"):
            said[f"{measure.key}_{part}"] = str(cells.value_of(model, cells.named(path, f"measure_{part}", copy)))
    sheet, row, column = cells.named(path, "basis_text")
    said["basis"] = "\n".join(str(cells.value_of(model, (sheet, row + k, column))) for k in range(9))
    said["notes"] = "\n".join(str(cells.value_of(model, cells.named(path, "dash_notes", k))) for k in range(3))
    return said


def line(method: str, days: float, receivables: int, sales: int, sales_days: int) -> DsoLine:
    return DsoLine(method, days, False, receivables, sales, sales_days)


@pytest.mark.parametrize(
    ("top", "lang", "summary", "measure"),
    [
        (2, "en", "The 2 largest hold ", "Share of the 2 largest"),
        (2, "zh", "前 2 户占应收 ", "前 2 户占比"),
        (1, "en", "The largest customer holds ", "Share of the largest"),
        (20, "zh", "前 20 户占应收 ", "前 20 户占比"),
    ],
)
def test_the_number_of_the_largest_is_the_policys(
    top: int, lang: str, summary: str, measure: str, tmp_path: Path
) -> None:
    close = with_policy(closes.usual(), concentration_top=str(top))
    assert close.concentration is not None
    said = words(replace(close, concentration=close.concentration.slice(0, top)), tmp_path, lang)
    assert said["concentration_summary"].startswith(summary)
    assert summary in said["notes"]
    assert said["top10_share_name"] == measure


def test_fewer_customers_than_the_policy_lists_are_counted_as_they_are(tmp_path: Path) -> None:
    close = with_policy(closes.make(closes.item_rows(customers=3, per=6)), concentration_top="10")
    said = words(close, tmp_path)
    assert said["concentration_summary"].startswith("The 3 largest hold ")
    assert said["top10_share_name"] == "Share of the 3 largest"


@pytest.mark.parametrize(("count", "said"), [(10, "The 10 largest hold "), (2, "The 2 largest hold "), (1, "One customer holds ")])  # fmt: skip
def test_the_title_of_the_overdue_bars_counts_the_bars(count: int, said: str, tmp_path: Path) -> None:
    close = closes.usual()
    assert close.overdue_top is not None
    rows = close.overdue_top.slice(0, 20 if count == 10 else count)  # the chart has room for ten
    assert words(replace(close, overdue_top=rows), tmp_path)["dash_top_title"].startswith(said)


@pytest.mark.parametrize(
    ("netting", "lang", "said"),
    [
        ("separate", "en", "netted with nothing"),
        ("fifo", "en", "are netted with the customer's oldest due items"),
        ("fifo", "zh", "先抵减该客户最早到期的单据"),
        ("by_date", "zh", "按其自身日期列入账龄各栏"),
    ],
)
def test_netting_is_told_as_it_was_done(netting: str, lang: str, said: str, tmp_path: Path) -> None:
    basis = words(with_policy(closes.usual(), aging_netting=netting), tmp_path, lang)["basis"]
    assert said in basis
    assert ("netted with nothing" in basis) == (netting == "separate" and lang == "en")


def test_the_collection_index_names_its_months(tmp_path: Path) -> None:
    assert words(with_policy(closes.usual(), cei_months="1"), tmp_path)["cei_meaning"].endswith("in the month")
    assert words(with_policy(closes.usual(), cei_months="3"), tmp_path)["cei_meaning"].endswith("in the last 3 months")


@pytest.mark.parametrize(
    ("days", "as_of", "months"),
    [(92, date(2026, 10, 31), 3), (184, date(2026, 10, 31), 6), (31, date(2026, 10, 31), 1), (76, date(2026, 10, 15), 3)],
)  # fmt: skip
def test_rolling_dso_names_the_months_behind_it(days: int, as_of: date, months: int, tmp_path: Path) -> None:
    """Aug–Oct: 31 + 30 + 31 = 92; May–Oct: 31 + 30 + 31 + 31 + 30 + 31 = 184; 15 October: 31 + 30 + 15 = 76."""
    close = replace(closes.usual(), as_of=as_of, dso=(line("rolling", 60.0, 100, 100, days),), measures=())
    said = words(close, tmp_path)
    assert said["rolling_formula"] == f"receivables ÷ sales of the last {months} months × their {days} days"
    assert f"last {months} months" in said["rolling_note"]


def test_simple_dso_over_a_short_history_names_its_months(tmp_path: Path) -> None:
    # 152 = 365 × 5/12: five months
    close = replace(closes.usual(), dso=(line("simple", 76.0, 50_000, 100_000, 152),), measures=())
    assert words(close, tmp_path)["simple_formula"] == "receivables ÷ sales of the last 5 months × 152 days"


@pytest.mark.parametrize(("opening", "months"), [(40_000, 12), (None, 5)])
def test_turnover_is_sales_over_average_receivables_in_times_a_year(
    opening: int | None, months: int, tmp_path: Path
) -> None:
    now, sales, days = 60_000, 300_000, round(365 * months / 12)
    base = now if opening is None else (now + opening) // 2  # (60,000 + 40,000) ÷ 2 = 50,000
    times = sales / base * 12 / months  # 300,000 ÷ 50,000 = 6.0; 300,000 ÷ 60,000 × 12/5 = 12.0
    lines = (
        line("countback", 40.0, now, sales, 61),
        line("simple", now / sales * days, now, sales, days),
        replace(line("turnover", times, base, sales, days), why=("= 365 days ÷ 1.0 days", "= 365 天 ÷ 1.0 天")),
    )
    close = replace(with_policy(closes.usual(), dso_method="countback"), dso=lines, measures=())
    said = words(close, tmp_path)
    which = "average receivables" if opening else "receivables now"
    assert said["turnover_formula"] == f"sales of the last {months} months ÷ {which}, times a year"
    assert said["turnover_note"].startswith("Times a year, not days.")
    assert float(said["turnover_days"]) == pytest.approx(6.0 if opening else 12.0)
    assert said["turnover_gap"] in ("", "None")
    formulas = cells.cached(tmp_path / "en.xlsx")
    assert "*12/" in formulas[cells.named(tmp_path / "en.xlsx", "dso_days", 2)][0]


@pytest.mark.parametrize(
    ("edges", "said"),
    [((30, 60, 90, 180, 365), "for more than 90 days"), ((30, 60), "for more than 60 days"), ((45,), "for more than 45 days"), ((15, 30, 60, 90, 120, 180, 365), "for more than 90 days"), ((10, 20, 30), "for more than 20 days")],
)  # fmt: skip
def test_what_is_old_is_beyond_the_middle_edge_of_the_policy(edges: tuple[int, ...], said: str, tmp_path: Path) -> None:
    close = closes.few_buckets(edges)
    path = write_workbook(close, tmp_path / "close.xlsx")
    title = str(cells.value_of(cells.calculated(path), cells.named(path, "dash_buckets_title")))
    assert title.endswith(said)
    middle = edges[len(edges) // 2]
    rows: list[dict[str, Any]] = close.items.to_pylist()
    old = sum(r["open_minor"] for r in rows if r["status"] != "unapplied" and (r["days_past_due"] or 0) > middle)
    size = 1 if close.total_minor < 10_000_000 else 1_000
    assert f"; {old / 100 / size:,.1f} for" in title


@pytest.mark.parametrize("case", ["usual", "differing", "many_currencies", "yen", "two_buckets", "eight_buckets"])
def test_the_last_month_end_of_the_trend_reads_the_aging(case: str, tmp_path: Path) -> None:
    path = write_workbook(cells.CASES[case](), tmp_path / "close.xlsx")
    formulas = cells.cached(path)
    for name in ("open", "overdue"):
        place = cells.named(path, f"data_trend_{name}", 12)  # thirteen month ends
        assert "Aging" in formulas[place][0], name
    share, aging = cells.named(path, "data_trend_share_last", 12), cells.named(path, "dash_share")
    assert formulas[share][1] == pytest.approx(formulas[aging][1])


def test_a_file_total_of_twelve_digits_is_checked_as_far_as_the_digits_carry(tmp_path: Path) -> None:
    close = closes.make(closes.item_rows(customers=14, per=5, size=9_000_000_000_00))
    total = replace(
        close.file_totals[0],
        file="666783169272.084",
        used_minor=66_678_316_914_863,
        rejected="123.45",
        rounding="0.004",
    )
    path = write_workbook(replace(close, file_totals=(total,)), tmp_path / "close.xlsx")
    # 666,783,169,148.63 + 123.45 + 0.004 = 666,783,169,272.084
    assert cells.value_of(cells.calculated(path), cells.named(path, "file_check")) == "✓ ties"


def test_a_small_movement_in_a_large_unit_is_not_minus_zero(tmp_path: Path) -> None:
    close = closes.make(closes.item_rows(customers=14, per=5, size=9_000_000_000_00))  # shown in millions
    path = write_workbook(close, tmp_path / "close.xlsx")
    place = [move.key for move in close.movement].index("write_offs")  # -18,000.00: -0.018 million
    value = cells.value_of(cells.calculated(path), cells.named(path, "dash_move_month", place))
    assert str(float(value)) == "0.0"
