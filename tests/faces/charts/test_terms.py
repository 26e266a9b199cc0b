"""Charts of credit terms: they render offline, their marks are named, and only data change while a slider moves."""

from __future__ import annotations

import json
import re

import pytest
import vl_convert

from creditlib.faces.charts.chart import Chart
from creditlib.faces.charts.look import LIGHT, still
from creditlib.faces.charts.terms import Marked, Place, Receipt, Week, frontier, receipts, weeks

PATH = [
    Place(day, 10.0 * day, -((day - 60) ** 2) / 10 + 90, f"{day} days", str(day) if day % 30 == 0 else "")
    for day in range(0, 181, 3)
]
MARKS = [
    Marked("best", 600, 90, "best, 60 days"),
    Marked("base", 300, 0, "today, 30 days"),
    Marked("scenario", 900, 0, "scenario, 90 days"),
]
TITLES = {"x_title": "Capital, CNY", "y_title": "", "alt_text": "sixty days are best"}
SALES = [
    Receipt("base", 0, 0, "0%"), Receipt("base", 77, 0.99, "99% by day 77"), Receipt("scenario", 0, 0.2, "20%"),
    Receipt("scenario", 94, 0.98, "98% by day 94"),
]  # fmt: skip
CASH = [Week(week, week * (week - 20.0), f"week {week}") for week in range(53)]
ALL = {
    "frontier": frontier(PATH, MARKS, **TITLES),
    "frontier_empty": frontier([], [], **TITLES),
    "receipts": receipts(SALES, x_title="Days", alt_text="later"),
    "receipts_one": receipts(SALES[:2], x_title="Days", alt_text="same"),
    "weeks": weeks(CASH, [Marked("base", 10, -100, "-100 on day 70")], x_title="Weeks", alt_text="short of cash"),
    "weeks_more": weeks([Week(n, n, f"{n}") for n in range(53)], [], x_title="Weeks", alt_text="never short"),
}


def svg(chart: Chart) -> str:
    return str(vl_convert.vegalite_to_svg(json.dumps(still(chart.spec, chart.rows, width=420))))


@pytest.mark.parametrize("name", ALL)
def test_a_chart_renders_with_every_colour_known(name: str) -> None:
    made = svg(ALL[name])
    assert made.startswith("<svg")
    assert "var(--" not in made
    assert set(re.findall(r'fill="(#[0-9a-f]{6})"', made)) <= set(LIGHT.values()) | {"#000000"}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("frontier", ["best, 60 days", "today, 30 days", "scenario, 90 days", "150", "180"]),
        ("receipts", ["99% by day 77", "98% by day 94", "100%"]),
        ("receipts_one", ["99% by day 77"]),
        ("weeks", ["-100 on day 70", "52"]),
    ],
)
def test_marks_are_named_on_the_chart(name: str, texts: list[str]) -> None:
    made = svg(ALL[name])
    assert [text for text in texts if f">{text}<" not in made] == []


def test_a_stop_of_the_path_gives_way_to_a_mark() -> None:
    assert [row["stop"] for row in ALL["frontier"].rows["path"] if row["stop"]] == ["0", "120", "150", "180"]


def test_two_marks_side_by_side_are_named_above_and_below() -> None:
    near = [Marked("best", 600, 90, "best"), Marked("scenario", 630, 89, "scenario"), Marked("base", 300, 0, "today")]
    first, second, base = frontier(PATH, near, **TITLES).rows["spots"]
    assert (first["up"], second["up"]) == (True, False)
    assert base["up"] is False  # the path rises through it, to the right of its name's beginning


def test_steps_go_on_beyond_the_last_payment() -> None:
    rows = ALL["receipts"].rows["receipts"]
    ends = {row["which"]: (row["x"], row["y"]) for row in rows}
    assert ends == {"base": (pytest.approx(108.1), 0.99), "scenario": (pytest.approx(108.1), 0.98)}


def test_what_is_missing_is_told_apart_from_what_is_more() -> None:
    assert [row["short"] for row in ALL["weeks"].rows["weeks"]] == [row.cash < 0 for row in CASH]


def test_only_data_change_while_a_slider_moves() -> None:
    assert frontier(PATH[:9], MARKS[:1], **TITLES).spec == ALL["frontier"].spec
    assert receipts(SALES[:3], x_title="Days", alt_text="").spec == ALL["receipts"].spec
    assert weeks(CASH[:9], [], x_title="Weeks", alt_text="").spec == ALL["weeks"].spec
