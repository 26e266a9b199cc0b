"""Charts of credit terms: what longer or shorter terms bring against the money they tie up, and the cash of a change week by week.

What must stay true: every mark is the library's own figure; today, the scenario and the best are marked by shape and by words; only data
change while a slider moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import altair as alt

from creditlib.faces.charts.chart import Chart, Rows
from creditlib.faces.charts.look import ACCENT, COSTS, EDGE, GROUND, INK, MUTED, finished, named

_SIDES: Final[tuple[Literal["left", "right"], ...]] = ("left", "right")
_NAMED: Final[tuple[tuple[str, str, Literal["normal", "bold"]], ...]] = (("base", INK, "normal"), ("scenario", ACCENT, "bold"))  # fmt: skip
_SHAPES: Final = {"base": "circle", "scenario": "diamond", "best": "triangle-up"}


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
        beside = [o for o in marks if o is not m and near(m, o, 0.4, 0.1)]
        side = _inwards(m.x - left, wide)
        up = m.which == "best" or _rises(m, places) == (side == "right")
        if beside:  # the higher one is named above, the lower one below, each away from the path where there is room
            up = not any((o.y, -o.x) > (m.y, -m.x) for o in beside)
            away: Literal["left", "right"] = "right" if _rises(m, places) == up else "left"
            side = away if (m.x - left if away == "right" else right - m.x) > 0.35 * wide else side
        spots.append({"which": m.which, "x": m.x, "y": m.y, "text": m.text, "side": side, "up": up})
    rows = {"path": path, "spots": spots, "zero": [{"y": 0}]}
    return Chart(_frontier(x_title, y_title), rows, alt_text, 330)


@lru_cache(maxsize=32)
def _frontier(x_title: str, y_title: str) -> dict[str, Any]:
    x = alt.X(
        "x:Q",
        title=x_title,
        axis=alt.Axis(grid=False, tickCount=5, format=",~r"),
        scale=alt.Scale(zero=False, nice=True, padding=12),
    )
    y = alt.Y(
        "y:Q",
        title=y_title,
        axis=alt.Axis(domain=False, tickCount=4, format=",~r"),
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


def _rises(mark: Marked, places: Sequence[Place]) -> bool:
    """Whether the path rises to the right where a mark stands."""
    if len(places) < 3:
        return False
    at = min(range(len(places)), key=lambda n: abs(places[n].x - mark.x) + abs(places[n].y - mark.y))
    before, after = places[max(at - 1, 0)], places[min(at + 1, len(places) - 1)]
    return (after.y - before.y) * (after.x - before.x) > 0


def _inwards(at: float, wide: float) -> Literal["left", "right"]:
    return "left" if at <= wide / 2 else "right"


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
    low, high = min((p.cash for p in points), default=0), max((p.cash for p in points), default=0)
    edge = 0.14 * (high - low or 1)
    above = -low > edge  # bars that hang down leave the place over the line free, short ones the place under it
    spots = [{"x": m.x, "text": m.text, "side": _inwards(m.x, len(points)), "up": above} for m in marks]
    room = [{"week": 0, "cash": low - (0 if above or not marks else edge)}, {"week": 0, "cash": high + edge}]
    held: Rows = {"weeks": rows, "peaks": spots, "zero": [{"cash": 0}], "room": room}
    return Chart(_weeks(x_title), held, alt_text, 230)


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
        axis=alt.Axis(domain=False, tickCount=4, format=",~r"),
        scale=alt.Scale(zero=True, padding=16),
    )
    bars = alt.Chart(named("weeks")).encode(x=x, y=y, tooltip=[alt.Tooltip("text:N", title=" ")])
    zero = alt.Chart(named("zero")).mark_rule(color=EDGE).encode(y="cash:Q")
    peak = alt.Chart(named("peaks")).encode(x="x:Q", y=alt.datum(0))
    layers = [
        bars.transform_filter("datum.short").mark_bar(color=COSTS, width=4),
        bars.transform_filter("!datum.short").mark_bar(color=ACCENT, width=4),
        zero,
        alt.Chart(named("room")).mark_point(opacity=0).encode(x="week:Q", y="cash:Q"),
        *(
            peak.transform_filter(f"datum.side == '{side}' && {'' if up else '!'}datum.up")
            .mark_text(dy=-10 if up else 12, align=side, color=INK, fontWeight="bold").encode(text="text:N")
            for side in _SIDES for up in (True, False)
        ),
    ]  # fmt: skip
    return finished(alt.layer(*layers), height=200)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What share of the sales has come in from a day on. which: base or scenario."""

    which: str
    day: float
    share: float
    text: str


def receipts(points: Sequence[Receipt], *, x_title: str, alt_text: str) -> Chart:
    """Steps of what has come in after delivery, today dashed and the scenario solid; the last of each is marked and named."""
    lasts = {p.which: p for p in points}
    end = max((p.day for p in lasts.values()), default=0)
    steps = [*points, *(Receipt(p.which, 1.15 * end, p.share, p.text) for p in lasts.values())]
    rows = [{"which": p.which, "x": p.day, "y": p.share, "text": p.text} for p in steps]
    later = max(lasts.values(), key=lambda p: (p.day, p.which == "scenario"), default=None)
    spots = [
        {"which": p.which, "x": p.day, "y": p.share, "text": p.text, "side": "right" if p.day > 0.4 * end else "left", "up": p is later}
        for p in lasts.values()
    ]  # fmt: skip
    held: Rows = {"receipts": rows, "lasts": spots, "room": [{"x": end * 1.15 or 1, "y": 1.2}]}
    return Chart(_receipts(x_title), held, alt_text, 230)


@lru_cache(maxsize=16)
def _receipts(x_title: str) -> dict[str, Any]:
    x = alt.X("x:Q", title=x_title, axis=alt.Axis(grid=False, tickCount=5), scale=alt.Scale(nice=False, zero=True))
    y = alt.Y(
        "y:Q",
        title=None,
        axis=alt.Axis(domain=False, values=[0, 0.25, 0.5, 0.75, 1], format=".0%"),
        scale=alt.Scale(nice=False, zero=True),
    )
    base = alt.Chart(named("receipts")).encode(x=x, y=y, tooltip=[alt.Tooltip("text:N", title=" ")])
    last = alt.Chart(named("lasts")).encode(x="x:Q", y="y:Q")
    room = alt.Chart(named("room")).mark_point(opacity=0).encode(x="x:Q", y="y:Q")
    now, then = base.transform_filter("datum.which == 'base'"), base.transform_filter("datum.which == 'scenario'")
    layers = [
        room,
        now.mark_line(color=EDGE, strokeDash=[6, 4], strokeWidth=1.8, interpolate="step-after"),
        then.mark_line(color=ACCENT, strokeWidth=2.2, interpolate="step-after"),
        _mark(last, "base", []),
        _mark(last, "scenario", []),
        *(
            last.transform_filter(f"datum.side == '{side}' && datum.which == '{which}' && {'' if up else '!'}datum.up")
            .mark_text(align=side, dx=11 if side == "left" else -9, dy=-14 if up else 17, color=color, fontWeight=weight).encode(text="text:N")
            for side in _SIDES for which, color, weight in _NAMED for up in (True, False)
        ),
    ]  # fmt: skip
    return finished(alt.layer(*layers), height=200)
