"""The chart of a policy on trial: how customers move between grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from creditlib.faces.charts.chart import Chart
from creditlib.faces.charts.look import ACCENT, COSTS, GRID, INK, MUTED, finished, named

_CELL = 34  # pixels high


def moves(
    counts: Mapping[tuple[str, str], int], grades: Sequence[str], *, before: str, after: str, others: str = ""
) -> Chart:
    """Customers by grade before (rows) and after (columns), each cell its number; blue rose, orange fell, grey stayed.

    counts: (before, after) → customers. grades: the best first; the last stands for none, named by `others`.
    """
    place = {grade: at for at, grade in enumerate(grades)}
    most = {side: max([n for (a, b), n in counts.items() if (a == b) == side], default=1) for side in (True, False)}
    rows = []
    for old in grades:
        for new in grades:
            count = counts.get((old, new), 0)
            fell = place[new] > place[old]
            tone = GRID if old == new else COSTS if fell else ACCENT
            shade = 1.0 if old == new else 0.25 + 0.75 * count / most[False]
            rows.append(
                {
                    "before": old, "after": new, "count": count, "text": f"{count:,}" if count else "·", "color": tone if count else "transparent",
                    "shade": shade if count else 0, "strong": bool(count) and shade > 0.6 and old != new, "told": bool(count),
                    "tip": f"{_name(old, others)} → {_name(new, others)}: {count:,}",
                }
            )  # fmt: skip
    told = [str(row["tip"]) for row in rows if row["told"] and row["before"] != row["after"]]
    return Chart(
        _moves(tuple(grades), before, after), {"moves": rows}, "; ".join(told) or "=", _CELL * len(grades) + 52
    )


def _name(grade: str, others: str) -> str:
    return others if others and not grade.isalpha() else grade


@lru_cache(maxsize=8)
def _moves(grades: tuple[str, ...], before: str, after: str) -> dict[str, Any]:
    scale = alt.Scale(paddingInner=0.06, paddingOuter=0)
    base = alt.Chart(named("moves")).encode(
        x=alt.X("after:N", sort=list(grades), title=after, scale=scale, axis=alt.Axis(orient="top", labelAngle=0, domain=False, labelFontWeight="bold")),
        y=alt.Y("before:N", sort=list(grades), title=before, scale=scale, axis=alt.Axis(domain=False, labelFontWeight="bold")),
        tooltip=[alt.Tooltip("tip:N", title=" ")],
    )  # fmt: skip
    color = alt.Color("color:N", scale=None)
    opacity = alt.Opacity("shade:Q", scale=None)
    layers = [
        base.mark_rect(stroke=GRID, strokeWidth=1).encode(color=color, opacity=opacity),
        base.transform_filter("datum.told && !datum.strong").mark_text(color=INK).encode(text="text:N"),
        base.transform_filter("datum.strong").mark_text(color="var(--ground)", fontWeight="bold").encode(text="text:N"),
        base.transform_filter("!datum.told").mark_text(color=MUTED).encode(text="text:N"),
    ]
    return finished(alt.layer(*layers), height=_CELL * len(grades))
