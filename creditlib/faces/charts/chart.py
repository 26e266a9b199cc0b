"""`Chart`: what to draw, apart from the figures drawn, so that a moving slider changes only the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Rows = dict[str, list[dict[str, Any]]]
"""Figures by the name of their data set."""


@dataclass(frozen=True, slots=True)
class Chart:
    """spec: Vega-Lite, its data sets by name only; rows: what they hold; alt: the figures in words, for who can't see it; height: pixels."""

    spec: dict[str, Any]
    rows: Rows
    alt: str
    height: int = 200
