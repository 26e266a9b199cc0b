"""Charts of credit terms: what longer or shorter terms bring against the money they tie up, and the cash of a change week by week.

What must stay true: every mark is the library's own figure; today, the scenario and the best are marked by shape and by words; only data
change while a slider moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import altair as alt

from creditlib.faces.charts.chart import Chart
from creditlib.faces.charts.look import ACCENT, COSTS, EDGE, GROUND, INK, MUTED, finished, named

_SHAPES = {"base": "circle", "scenario": "diamond", "best": "triangle-up"}


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the path. order: along which the path runs. stop: what is written beside it, empty for most; text: read on touching."""

    order: float
    x: float
    y: float
    text: str
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A point with a name. which: base, scenario or best."""

    which: str
    x: float
    y: float
    text: str


def frontier(places: Sequence[Place], marks: Sequence[Marked], *, x_title: str, y_title: str, alt_text: str) -> Chart:
    """A path of terms: across what they tie up, upwards what they bring, as today being 0; with today, scenario and best marked."""
    left, right = min((p.x for p in places), default=0), max((p.x for p in places), default=0)
    low, high = (min((p.y for p in places), default=0), max((p.y for p in places), default=0))
    wide, tall = right - left or 1, max(high, 0) - min(low, 0) or 1

    def near(a: Place | Marked, b: Place | Marked, x: float, y: float) -> bool:
        return abs(a.x - b.x) < x * wide and abs(a.y - b.y) < y * tall

    path = [
        {"order": p.order, "x": p.x, "y": p.y, "text": p.text, "stop": "" if any(near(p, m, 0.12, 0.14) for m in marks) else p.stop}
        for p in places
    ]  # fmt: skip
    spots: list[dict[str, Any]] = []
    for m in marks:
        beside = [s for s, o in zip(spots, marks, strict=False) if near(m, o, 0.4, 0.1)]
        up = not beside[0]["up"] if beside else m.which != "base"
        side = "left" if m.x <= left + wide / 2 else "right"
        spots.append({"which": m.which, "x": m.x, "y": m.y, "text": m.text, "side": side, "up": up})
    rows = {"path": path, "spots": spots, "zero": [{"y": 0}]}
    return Chart(_frontier(x_title, y_title), rows, alt_text, 330)


@lru_cache(maxsize=32)
def _frontier(x_title: str, y_title: str) -> dict[str, Any]:
    x = alt.X(
        "x:Q",
        title=x_title,
        axis=alt.Axis(grid=False, tickCount=5, format=",.6~g"),
        scale=alt.Scale(zero=False, nice=True, padding=12),
    )
    y = alt.Y(
        "y:Q",
        title=y_title,
        axis=alt.Axis(domain=False, tickCount=4, format=",.6~g"),
        scale=alt.Scale(zero=True, padding=14),
    )
    path = alt.Chart(named("path")).encode(x=x, y=y)
    spot = alt.Chart(named("spots")).encode(x="x:Q", y="y:Q")
    told = [alt.Tooltip("text:N", title=" ")]
    zero = alt.Chart(named("zero")).mark_rule(color=EDGE, strokeDash=[6, 4]).encode(y="y:Q")
    stops = path.transform_filter("datum.stop != ''")
    layers = [
        zero,
        path.mark_line(color=ACCENT, strokeWidth=2.2).encode(order="order:Q"),
        stops.mark_point(filled=True, size=26, color=ACCENT, opacity=1).encode(tooltip=told),
        stops.mark_text(dy=14, color=MUTED, fontSize=11).encode(text="stop:N"),
        path.mark_point(size=120, opacity=0).encode(tooltip=told),
        *(_mark(spot, which, told) for which in _SHAPES),
        *(_label(spot, which, side, up) for which in ("others", "scenario") for side in ("left", "right") for up in (True, False)),
    ]  # fmt: skip
    return finished(alt.layer(*layers), height=300)


def _mark(spot: Any, which: str, told: Sequence[Any]) -> Any:
    here = spot.transform_filter(f"datum.which == '{which}'")
    if which == "base":
        made = here.mark_point(shape=_SHAPES[which], size=110, fill=GROUND, stroke=INK, strokeWidth=2, opacity=1)
    else:
        size, color = (150, ACCENT) if which == "scenario" else (110, INK)
        made = here.mark_point(shape=_SHAPES[which], size=size, filled=True, color=color, opacity=1)
    return made.encode(tooltip=told)


def _label(spot: Any, which: str, side: Literal["left", "right"], up: bool) -> Any:
    """The names of marks, inwards of them: where one stands to the left, its name begins there; above or below it."""
    same = "==" if which == "scenario" else "!="
    here = spot.transform_filter(
        f"datum.which {same} 'scenario' && datum.side == '{side}' && {'' if up else '!'}datum.up"
    )
    color, weight = (ACCENT, "bold") if which == "scenario" else (INK, "normal")
    return here.mark_text(dy=-16 if up else 18, align=side, color=color, fontWeight=weight).encode(text="text:N")


@dataclass(frozen=True, slots=True)
class Week:
    """Cash with the change less cash without it, some weeks after. text: the figure as shown."""

    week: int
    cash: float
    text: str


def weeks(points: Sequence[Week], marks: Sequence[Marked], *, x_title: str, alt_text: str) -> Chart:
    """Bars of cash week by week around 0: what is missing costs us, what is more is ours. marks: the peak."""
    rows = [{"week": p.week, "cash": p.cash, "text": p.text, "short": p.cash < 0} for p in points]
    spots = [{"x": m.x, "y": m.y, "text": m.text, "side": "left" if m.x <= len(points) / 2 else "right"} for m in marks]
    return Chart(_weeks(x_title), {"weeks": rows, "peaks": spots, "zero": [{"cash": 0}]}, alt_text, 230)


@lru_cache(maxsize=16)
def _weeks(x_title: str) -> dict[str, Any]:
    x = alt.X(
        "week:Q",
        title=x_title,
        axis=alt.Axis(grid=False, values=[0, 13, 26, 39, 52]),
        scale=alt.Scale(nice=False, padding=6),
    )
    y = alt.Y(
        "cash:Q",
        title=None,
        axis=alt.Axis(domain=False, tickCount=4, format=",.6~g"),
        scale=alt.Scale(zero=True, padding=16),
    )
    bars = alt.Chart(named("weeks")).encode(x=x, y=y, tooltip=[alt.Tooltip("text:N", title=" ")])
    zero = alt.Chart(named("zero")).mark_rule(color=EDGE).encode(y="cash:Q")
    peak = alt.Chart(named("peaks")).encode(x=alt.X("x:Q"), y=alt.Y("y:Q"))
    layers = [
        bars.transform_filter("datum.short").mark_bar(color=COSTS, width=4),
        bars.transform_filter("!datum.short").mark_bar(color=ACCENT, width=4),
        zero,
        peak.transform_filter("datum.side == 'left'").mark_text(dy=12, align="left", color=INK, fontWeight="bold").encode(text="text:N"),
        peak.transform_filter("datum.side == 'right'").mark_text(dy=12, align="right", color=INK, fontWeight="bold").encode(text="text:N"),
    ]  # fmt: skip
    return finished(alt.layer(*layers), height=200)
