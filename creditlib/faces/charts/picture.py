"""A chart as a still picture: for a workbook, a report, a page of documentation.

What must stay true: the picture shows the figures of the chart it was made of, in the light theme, and asks nothing of the network.
"""

from __future__ import annotations

import json
from typing import Final, Literal

from creditlib.faces.charts.chart import Chart
from creditlib.faces.charts.look import still

Format = Literal["png", "svg"]
_SHARP: Final = 2.0  # pixels of the picture for one of the page: sharp in print


def picture(chart: Chart, format: Format = "png", *, width: int = 560, title: str = "", sub: str = "") -> bytes:
    """Return a chart as a picture. width: of the plot, pixels. title, sub: above it, as a panel's section has them.

    >>> from creditlib.faces.charts.common import Bar, bars
    >>> picture(bars([Bar("1–30", 33.0, "33.0")]), "svg", title="Overdue")[:4]
    b'<svg'
    """
    import vl_convert

    spec = json.dumps(still(chart.spec, chart.rows, width=width, title=title, sub=sub), ensure_ascii=False)
    version = vega_lite()
    if format == "svg":
        return str(vl_convert.vegalite_to_svg(spec, vl_version=version, allowed_base_urls=[])).encode()
    return bytes(vl_convert.vegalite_to_png(spec, vl_version=version, allowed_base_urls=[], scale=_SHARP))


def vega_lite() -> str:
    """Return the version of Vega-Lite that Altair writes, as vl-convert names it."""
    from altair.utils._importers import vl_version_for_vl_convert

    return str(vl_version_for_vl_convert())
