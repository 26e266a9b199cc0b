"""Charts several panels draw: bars with their labels, a line of months, parts of a whole, a curve with two points.

What must stay true: bars begin at zero and carry their figure; a line labels its last point; the scales follow the data, so that only data
change while a slider moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

import altair as alt

from creditlib.faces.charts.chart import Chart
from creditlib.faces.charts.look import ACCENT, ACT, EDGE, GROUND, INK, MUTED, finished, named


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. text: its figure as shown. before: a paler neighbour, last month's."""

    label: str
    value: float
    text: str
    color: str = ACCENT
    before: float | None = None


def bars(items: Sequence[Bar], *, before: str = "") -> Chart:
    """Bars across, one a row, their figure at the end. before: what the thin neighbour means, where there is one."""
    rows = [
        {"label": one.label, "value": one.value, "text": one.text, "color": one.color, "before": one.before, "at": max(one.value, one.before or 0, 0)}
        for one in items
    ]  # fmt: skip
    alt_text = "; ".join(f"{one.label} {one.text}" for one in items)
    return Chart(_bars(tuple(one.label for one in items), before), {"bars": rows}, alt_text, 26 * len(items) + 8)


@lru_cache(maxsize=64)
def _bars(labels: tuple[str, ...], before: str) -> dict[str, Any]:
    count = len(labels)
    most = alt.Scale(
        domainMin=0, nice=False, zero=True, range=[0, alt.expr("max(width - 76, width / 2)")]
    )  # room for the figures
    base = alt.Chart(named("bars")).encode(
        y=alt.Y("label:N", sort=list(labels), title=None, axis=alt.Axis(domain=True, labelLimit=150, labelPadding=8), scale=alt.Scale(paddingInner=0.28, paddingOuter=0.1)),
    )  # fmt: skip
    across = alt.X("value:Q", axis=None, scale=most)
    layers = [
        base.mark_bar().encode(x=across, color=alt.Color("color:N", scale=None), tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title="=")]),
        base.mark_text(align="left", dx=7, color=INK).encode(x=alt.X("at:Q", axis=None), text="text:N"),
    ]  # fmt: skip
    if before:
        layers.insert(1, base.mark_tick(color=INK, thickness=2, size=18).encode(x=alt.X("before:Q", axis=None)))
    return finished(alt.layer(*layers), height=26 * count)


@dataclass(frozen=True, slots=True)
class Point:
    """One month. value None: not known, the line is interrupted."""

    on: date
    value: float | None
    text: str


def months(
    points: Sequence[Point], *, threshold: float | None = None, threshold_text: str = "", share: bool = False
) -> Chart:
    """A line over month ends, its last point labelled; a dashed line at a threshold, named. share: values are 0–1, shown in per cent."""
    known = [p for p in points if p.value is not None]
    rows = [
        {"on": p.on.isoformat(), "value": p.value, "text": p.text, "last": bool(known) and p is known[-1]} for p in points
    ]  # fmt: skip
    lines = (
        []
        if threshold is None
        else [{"value": threshold, "text": threshold_text, "on": points[0].on.isoformat()}]
        if points
        else []
    )
    alt_text = "; ".join(f"{p.on:%Y-%m} {p.text}" for p in points)
    if threshold is not None:
        alt_text = f"{threshold_text}. {alt_text}"
    return Chart(_months(share, len(points)), {"months": rows, "threshold": lines}, alt_text, 190)


@cache
def _months(share: bool, count: int) -> dict[str, Any]:
    step = max(1, -(-count // 5))
    base = alt.Chart(named("months")).encode(
        x=alt.X("on:T", title=None, axis=alt.Axis(format="%y-%m", grid=False, tickCount={"interval": "month", "step": step}, labelAngle=0, labelOverlap=True)),
        y=alt.Y("value:Q", title=None, axis=alt.Axis(domain=False, tickCount=3, format=".0%" if share else ",~r"), scale=alt.Scale(zero=True)),
    )  # fmt: skip
    known = alt.datum.value != None  # noqa: E711 an expression of Vega
    tips = [alt.Tooltip("on:T", format="%Y-%m-%d", title=" "), alt.Tooltip("text:N", title="=")]
    limit = alt.Chart(named("threshold"))
    layers = [
        limit.mark_rule(color=ACT, strokeDash=[5, 4], strokeWidth=1.5).encode(y="value:Q"),
        limit.mark_text(color=ACT, align="left", baseline="bottom", dy=-3, dx=2, fontWeight="bold").encode(x="on:T", y="value:Q", text="text:N"),
        base.mark_line(color=ACCENT, strokeWidth=2),
        base.transform_filter(known).mark_point(filled=True, color=ACCENT, size=34, opacity=1).encode(tooltip=tips),
        base.transform_filter("datum.last").mark_point(filled=True, color=ACCENT, size=80, opacity=1),
        base.transform_filter("datum.last").mark_text(color=ACCENT, align="right", dy=-12, dx=8, fontWeight="bold").encode(text="text:N"),
    ]  # fmt: skip
    return finished(alt.layer(*layers), height=170)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a whole. row: which bar it is part of."""

    row: str
    label: str
    value: float
    text: str
    color: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across at a figure, named above. dashed: what is in force, beside what is proposed."""

    value: float
    text: str
    dashed: bool = False


def parts(pieces: Sequence[Piece], marks: Sequence[Mark] = ()) -> Chart:
    """Bars of parts one behind another, with marks across the first bar."""
    rows, ends = [], dict[str, float]()
    order = list(dict.fromkeys(piece.row for piece in pieces))
    for piece in pieces:
        start = ends.get(piece.row, 0.0)
        ends[piece.row] = start + piece.value
        rows.append(
            {
                "row": order.index(piece.row),
                "start": start,
                "end": start + piece.value,
                "color": piece.color,
                "label": piece.label,
                "text": piece.text,
            }
        )
    across = [{"row": 0, "value": m.value, "text": m.text, "dashed": m.dashed} for m in marks]
    alt_text = "; ".join([f"{p.label} {p.text}" for p in pieces] + [m.text for m in marks])
    return Chart(_parts(len(order)), {"parts": rows, "marks": across}, alt_text, 46 * len(order) + 30)


@cache
def _parts(count: int) -> dict[str, Any]:
    place = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.45, paddingOuter=0.3))
    whole = alt.Scale(zero=True, nice=False)
    bar = (
        alt.Chart(named("parts"))
        .mark_bar(stroke=GROUND, strokeWidth=2)
        .encode(
            x=alt.X("start:Q", axis=None, scale=whole), x2="end:Q", y=place, color=alt.Color("color:N", scale=None),
            tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title="=")],
        )
    )  # fmt: skip
    mark = alt.Chart(named("marks")).encode(x=alt.X("value:Q", axis=None), y=place)
    layers = [
        bar,
        mark.transform_filter("!datum.dashed").mark_tick(color=INK, thickness=3, size=44),
        mark.transform_filter("datum.dashed").mark_tick(color=MUTED, thickness=2, size=44, opacity=0.9),
        mark.transform_filter("!datum.dashed").mark_text(dy=-32, align="center", color=INK).encode(text="text:N"),
        mark.transform_filter("datum.dashed").mark_text(dy=32, align="center", color=MUTED).encode(text="text:N"),
    ]
    return finished(alt.layer(*layers), height=46 * count + 24)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a curve, x ascending. which: "scenario" solid, "base" dashed."""

    which: str
    x: Sequence[float]
    y: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Spot:
    """A point marked on a curve: base ○ or scenario ◆, with its text."""

    which: str
    x: float
    y: float
    text: str


def curves(
    lines: Sequence[Curve], spots: Sequence[Spot], *, x_title: str, y_title: str = "", steps: bool = False, zero: bool = True, alt_text: str = "",
    x_format: str = ",~r", y_format: str = ",~r",
) -> Chart:  # fmt: skip
    """Curves of base (dashed) and scenario (solid) over one figure, with the points where both stand. steps: constant between points."""
    rows = [
        {"which": line.which, "x": x, "y": y} for line in lines for x, y in zip(line.x, line.y, strict=True) if y is not None
    ]  # fmt: skip
    low = _lower(spots)
    marks = [{"which": s.which, "x": s.x, "y": s.y, "text": s.text, "up": s is not low} for s in spots]
    told = alt_text or "; ".join(s.text for s in spots)
    return Chart(
        _curves(x_title, y_title, steps, zero, x_format, y_format), {"curves": rows, "spots": marks}, told, 230
    )


_BESIDE = "datum.up ? -16 : 19"


def _lower(spots: Sequence[Spot]) -> Spot | None:
    """Which of two spots has its label below: the lower, of equals the first."""
    return min(spots, key=lambda spot: spot.y) if len(spots) > 1 else None


@cache
def _curves(x_title: str, y_title: str, steps: bool, zero: bool, x_format: str, y_format: str) -> dict[str, Any]:
    x = alt.X(
        "x:Q",
        title=x_title or None,
        axis=alt.Axis(grid=False, tickCount=5, format=x_format),
        scale=alt.Scale(nice=False, zero=False),
    )
    y = alt.Y(
        "y:Q",
        title=y_title or None,
        axis=alt.Axis(domain=False, tickCount=4, format=y_format),
        scale=alt.Scale(zero=zero),
    )
    base = alt.Chart(named("curves")).encode(x=x, y=y, detail="which:N")
    how: Any = {"interpolate": "step-after"} if steps else {}
    spot = alt.Chart(named("spots")).encode(x="x:Q", y="y:Q")
    told = [alt.Tooltip("text:N", title=" ")]
    here = spot.transform_filter("datum.which == 'scenario'")
    there = spot.transform_filter("datum.which == 'base'")
    layers = [
        base.transform_filter("datum.which == 'base'").mark_line(color=EDGE, strokeDash=[6, 4], strokeWidth=1.8, **how),
        base.transform_filter("datum.which == 'scenario'").mark_line(color=ACCENT, strokeWidth=2.2, **how),
        there.mark_point(shape="circle", size=110, fill=GROUND, stroke=INK, strokeWidth=2, opacity=1).encode(
            tooltip=told
        ),
        here.mark_point(shape="diamond", size=150, filled=True, color=ACCENT, opacity=1).encode(tooltip=told),
        there.mark_text(dy=alt.expr(_BESIDE), color=INK).encode(text="text:N"),
        here.mark_text(dy=alt.expr(_BESIDE), color=ACCENT, fontWeight="bold").encode(text="text:N"),
    ]
    return finished(alt.layer(*layers), height=200)
