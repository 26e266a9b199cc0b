"""The chart of the portfolio panel: what was open at each month end, what of it was overdue standing on what was not.

What must stay true: bars begin at zero; only the data change with a filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import altair as alt

from creditlib.faces.charts.chart import Chart
from creditlib.faces.charts.look import ACT, COSTS, GROUND, NOT_DUE, finished, named

_HEIGHT = 170


@dataclass(frozen=True, slots=True)
class Month:
    """One month end. late: what of the open amount was overdue; text: both in words; share: the overdue share as shown above the bar."""

    on: date
    open: float
    late: float
    text: str
    share: str


def opened(points: Sequence[Month]) -> Chart:
    """Bars of month ends, overdue at the foot, what is not overdue above it; the first and the last labelled with the overdue share.

    >>> made = opened([Month(date(2026, 9, 30), 100.0, 25.0, "100, overdue 25", "25%")])
    >>> [(row["start"], row["end"]) for row in made.rows["opened"]], made.alt
    ([(0.0, 25.0), (25.0, 100.0)], '2026-09 100, overdue 25')
    """
    rows = []
    for at, one in enumerate(points):
        base = {"on": f"{one.on:%y-%m}", "text": one.text, "day": one.on.isoformat()}
        top, low = max(one.open, one.late, 0.0), max(one.late, 0.0)
        label = one.share if at in (0, len(points) - 1) else ""
        rows += [
            base | {"start": 0.0, "end": low, "color": COSTS, "label": label},
            base | {"start": low, "end": top, "color": NOT_DUE, "label": ""},
        ]
    alt_text = "; ".join(f"{one.on:%Y-%m} {one.text}" for one in points)
    return Chart(_opened(), {"opened": rows}, alt_text, _HEIGHT + 20)


@cache
def _opened() -> dict[str, Any]:
    base = alt.Chart(named("opened")).encode(
        x=alt.X("on:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy", labelSeparation=12, domain=True), scale=alt.Scale(paddingInner=0.25)),
        y=alt.Y("start:Q", title=None, axis=alt.Axis(domain=False, tickCount=3, format=",.6~g", minExtent=42), scale=alt.Scale(zero=True)),
        tooltip=[alt.Tooltip("day:N", title=" "), alt.Tooltip("text:N", title="=")],
    )  # fmt: skip
    layers = [
        base.mark_bar(stroke=GROUND, strokeWidth=1).encode(y2="end:Q", color=alt.Color("color:N", scale=None)),
        base.transform_filter("datum.label").mark_text(color=ACT, dy=-8, fontWeight="bold").encode(y="end:Q", text="label:N"),
    ]  # fmt: skip
    return finished(alt.layer(*layers), height=_HEIGHT)
