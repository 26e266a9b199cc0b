"""Charts draw what they are given: every specification compiles and renders offline, its data set apart from it."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
import vl_convert

from creditlib.faces.charts.chart import Chart
from creditlib.faces.charts.common import Bar, Curve, Mark, Piece, Point, Spot, bars, curves, months, parts
from creditlib.faces.charts.look import LATE, LIGHT, late_color, still

BARS = [Bar("未到期", 110.8, "110.8"), Bar("1–30", 33.0, "33.0", LATE[0]), Bar("365+", 0.0, "–", LATE[5])]
MONTHS = [Point(date(2026, n, 28), None if n == 3 else float(n), f"{n} days") for n in range(1, 11)]
PIECES = [
    Piece("parts", "Open", 177.0, "177.0", "var(--part-1)"),
    Piece("parts", "Orders", 19.0, "19.0", "var(--part-3)"),
    Piece("cover", "Own", 34.0, "34.0", "var(--costs)"),
]
LINES = [Curve("base", [0, 10, 20], [5, None, 3]), Curve("scenario", [0, 10, 20], [6, 4, 2])]
SPOTS = [Spot("base", 10, 5, "today 5"), Spot("scenario", 10, 4, "scenario 4")]
ALL = {
    "bars": bars(BARS), "bars_before": bars([Bar("a", 3.0, "3", before=5.0)], before="last month"),
    "months": months(MONTHS, threshold=6, threshold_text="alert 6"), "months_share": months(MONTHS, share=True), "months_empty": months([]),
    "parts": parts(PIECES, [Mark(180.0, "limit 180"), Mark(190.0, "in force", dashed=True)]), "curves": curves(LINES, SPOTS, x_title="Days", steps=True),
}  # fmt: skip


def svg(chart: Chart) -> str:
    return str(vl_convert.vegalite_to_svg(json.dumps(still(chart.spec, chart.rows, width=420))))


@pytest.mark.parametrize("name", ALL)
def test_a_chart_renders_with_every_colour_known(name: str) -> None:
    made = svg(ALL[name])
    assert made.startswith("<svg")
    assert "var(--" not in made
    assert set(re.findall(r'fill="(#[0-9a-f]{6})"', made)) <= set(LIGHT.values()) | {"#000000"}


def test_bars_keep_their_order_and_carry_their_figures() -> None:
    made = svg(ALL["bars"])
    assert [made.index(f">{text}<") for text in ("未到期", "1–30", "365+")] == sorted(
        made.index(f">{text}<") for text in ("未到期", "1–30", "365+")
    )
    assert ">110.8<" in made
    assert ">33.0<" in made


def test_only_data_change_while_a_slider_moves() -> None:
    other = bars([Bar("未到期", 1.0, "1.0"), Bar("1–30", 2.0, "2.0"), Bar("365+", 3.0, "3.0")])
    assert other.spec == ALL["bars"].spec
    assert other.rows != ALL["bars"].rows
    assert curves(LINES[:1], [], x_title="Days", steps=True).spec == ALL["curves"].spec


def test_a_month_that_is_not_known_interrupts_the_line() -> None:
    rows = ALL["months"].rows["months"]
    assert [row["on"] for row in rows if row["value"] is None] == ["2026-03-28"]
    assert [row["on"] for row in rows if row["last"]] == ["2026-10-28"]


def test_parts_stand_one_behind_another() -> None:
    rows = ALL["parts"].rows["parts"]
    assert [(r["row"], r["start"], r["end"]) for r in rows] == [(0, 0.0, 177.0), (0, 177.0, 196.0), (1, 0.0, 34.0)]


def test_what_a_chart_says_stands_in_words_too() -> None:
    words: dict[str, Any] = {name: chart.alt for name, chart in ALL.items()}
    assert "未到期 110.8" in words["bars"]
    assert "alert 6" in words["months"]
    assert "limit 180" in words["parts"]


def test_colours_of_buckets() -> None:
    assert [late_color(n, 6) for n in range(6)] == list(LATE)
