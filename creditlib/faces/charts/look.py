"""The look every chart shares: palette, type, grid.

What must stay true: colours are named, never written in a chart: a panel gives the names their value by theme, a still picture here; blue is
ours, orange costs us, neighbours differ for colour-blind eyes, and every mark is labelled besides.
"""

from __future__ import annotations

import json
from typing import Any, Final

import altair as alt

FONT: Final = "Microsoft YaHei, PingFang SC, Noto Sans CJK SC, WenQuanYi Micro Hei, Segoe UI, sans-serif"
INK, MUTED, GRID, EDGE = "var(--ink)", "var(--muted)", "var(--grid)", "var(--edge)"
ACCENT, COSTS, ACT, NOT_DUE, GROUND = "var(--accent)", "var(--costs)", "var(--act)", "var(--not-due)", "var(--ground)"
LATE: Final = tuple(f"var(--late-{n})" for n in range(1, 7))
PARTS: Final = tuple(f"var(--part-{n})" for n in range(1, 4))
LIGHT: Final = {
    "ground": "#ffffff", "ink": "#1f2933", "muted": "#5b6770", "rule": "#d5dbe1", "grid": "#e6eaee", "edge": "#8793a0",
    "accent": "#1b5e8c", "act": "#8a3b12", "costs": "#be6b2c", "not-due": "#c7d3dc", "late-1": "#f8d6ae", "late-2": "#f1b577",
    "late-3": "#df8f48", "late-4": "#be6b2c", "late-5": "#934c1e", "late-6": "#653015", "part-1": "#1b5e8c", "part-2": "#7fa6c2",
    "part-3": "#c7d3dc",
}  # fmt: skip
"""What the names stand for in a still picture; the panels' style sheet gives both themes."""


def late_color(at: int, count: int) -> str:
    """Return the colour of an overdue bucket: the last of however many is the darkest.

    >>> late_color(0, 6), late_color(5, 6), late_color(3, 4)
    ('var(--late-1)', 'var(--late-6)', 'var(--late-6)')
    """
    return LATE[round(at * (len(LATE) - 1) / max(count - 1, 1))]


def finished(chart: Any, *, height: int) -> dict[str, Any]:
    """Return the specification of a chart, as wide as its place.

    Its data are named, not held: see `Chart`.
    """
    made = (
        chart.properties(width="container", height=height, background="transparent")
        .configure(font=FONT, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"), padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK, labelFontSize=12, titleColor=MUTED, titleFontSize=12, titleFontWeight="normal", gridColor=GRID, domainColor=EDGE,
            tickColor=EDGE, ticks=False, labelPadding=6,
        )
        .configure_text(fontSize=12, color=INK)
    )  # fmt: skip
    spec: dict[str, Any] = made.to_dict()
    return spec


def named(name: str) -> alt.NamedData:
    """Return a data set by name."""
    return alt.NamedData(name=name)


def still(spec: dict[str, Any], rows: dict[str, Any], *, width: int, title: str = "", sub: str = "") -> dict[str, Any]:
    """Return a specification that stands alone, in the light theme: for a picture in a document."""
    text = json.dumps(spec, ensure_ascii=False)
    for name, value in LIGHT.items():
        text = text.replace(f"var(--{name})", value)
    made: dict[str, Any] = json.loads(text) | {"width": width, "background": LIGHT["ground"], "datasets": _plain(rows)}
    if title:
        made["title"] = {
            "text": title, "subtitle": sub, "anchor": "start", "frame": "group", "font": FONT, "subtitleFont": FONT, "fontSize": 14,
            "color": LIGHT["ink"], "subtitleColor": LIGHT["muted"], "subtitleFontSize": 12, "offset": 10,
        }  # fmt: skip
    return made


def _plain(rows: dict[str, Any]) -> Any:
    text = json.dumps(rows, ensure_ascii=False)
    for name, value in LIGHT.items():
        text = text.replace(f"var(--{name})", value)
    return json.loads(text)
