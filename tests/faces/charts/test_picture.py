"""Still pictures: the chart's own figures, readable letters of both languages, no request."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import pytest

from creditlib.faces.charts.common import Bar, bars
from creditlib.faces.charts.picture import picture

CHART = bars([Bar("未到期", 110.8, "110.8"), Bar("1–30", 33.0, "33.0")])


def test_a_picture_carries_figures_and_titles() -> None:
    made = picture(CHART, "svg", title="逾期 66.3 万元", sub="应收 177.0").decode()
    assert all(f">{text}<" in made for text in ("未到期", "110.8", "33.0", "逾期 66.3 万元", "应收 177.0"))
    assert "var(--" not in made


def test_a_png_is_sharp_enough_for_print() -> None:
    made = picture(CHART, width=400)
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", made[16:20])[0] >= 800


def test_a_chart_that_asks_another_host_is_refused() -> None:
    spec = json.loads(json.dumps(CHART.spec).replace('{"name": "bars"}', '{"url": "http://192.0.2.1/x.json"}'))
    with pytest.raises(ValueError, match="not allowed"):
        picture(replace(CHART, spec=spec), "svg")
