"""The four native charts of the dashboard. They read fixed blocks of the hidden sheet; hidden rows and columns drop out."""

from __future__ import annotations

from typing import Any, Literal

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.axis import ChartLines, DateAxis
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RichTextProperties
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from . import look
from .look import ACCENT, AXIS, FONT, GRID, INK, MUTED, NOT_DUE, RAMP, Book

Anything = BarChart | LineChart


def letters(colour: str = INK, size: int = 800, bold: bool = False) -> RichText:
    """Return the looks of chart text."""
    properties = CharacterProperties(
        sz=size, b=bold, solidFill=colour, latin=Font(typeface=FONT), ea=Font(typeface=FONT), cs=Font(typeface=FONT)
    )
    return RichText(
        bodyPr=RichTextProperties(rot=0, vert="horz"),
        p=[Paragraph(pPr=ParagraphProperties(defRPr=properties), endParaRPr=properties)],
    )


def _fill(colour: str | None, edge: str | None = None) -> GraphicalProperties:
    properties = GraphicalProperties(noFill=True) if colour is None else GraphicalProperties(solidFill=colour)
    properties.line = LineProperties(noFill=True) if edge is None else LineProperties(solidFill=edge, w=6350)
    return properties


def _clear(chart: Anything) -> None:
    chart.graphical_properties = _fill(None)
    chart.plot_area.graphicalProperties = _fill(None)
    chart.legend = None
    chart.title = None
    chart.roundedCorners = False
    chart.visible_cells_only = True
    chart.display_blanks = "gap"


def _labels(colour: str, code: str, where: str, bold: bool = False, named: bool = False) -> DataLabelList:
    labels = DataLabelList()
    labels.showVal = not named
    labels.showSerName = named
    labels.showCatName = labels.showLegendKey = labels.showPercent = False
    labels.numFmt = code
    labels.position = where
    labels.txPr = letters(colour, bold=bold)
    return labels


def _block(book: Book, name: str, data: Worksheet) -> tuple[int, int, int, int]:
    target = str(book.workbook.defined_names[f"data_{name}"].attr_text).split("!")[1].replace("$", "")
    low, top, high, bottom = range_boundaries(target)
    return int(low or 1), int(top or 1), int(high or 1), int(bottom or 1)


def _reference(book: Book, name: str, data: Worksheet, column: int = 0) -> Reference:
    low, top, _, bottom = _block(book, name, data)
    return Reference(data, min_col=low + column, max_col=low + column, min_row=top, max_row=bottom)


def _place(ws: Worksheet, chart: Any, box: tuple[int, int, int, int]) -> None:
    column, row, to_column, to_row = box
    chart.anchor = TwoCellAnchor(
        editAs="oneCell",
        _from=AnchorMarker(col=column, row=row, colOff=0, rowOff=20_000),
        to=AnchorMarker(col=to_column, row=to_row, colOff=0, rowOff=0),
    )
    ws.add_chart(chart)


def _base_line(chart: Anything) -> None:
    chart.x_axis.delete = False
    chart.x_axis.majorTickMark = "none"
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=AXIS, w=9525))
    chart.x_axis.txPr = letters(INK)
    chart.x_axis.title = None
    chart.y_axis.title = None


def buckets(book: Book, ws: Worksheet, data: Worksheet, box: tuple[int, int, int, int]) -> None:
    """Overdue by bucket, last month grey beside it."""
    chart = BarChart()
    chart.type, chart.gapWidth, chart.overlap = "col", 45, 0
    _clear(chart)
    categories = _reference(book, "bucket_label", data)
    before = Series(_reference(book, "bucket_before", data), title=book.say("dso.previous"))
    before.graphicalProperties = _fill(NOT_DUE)
    now = Series(_reference(book, "bucket_now", data), title=book.say("dso.value"))
    now.graphicalProperties = _fill(RAMP[0])
    for place, colour in enumerate(RAMP):
        point = DataPoint(idx=place, invertIfNegative=False)
        point.graphicalProperties = _fill(colour)
        now.dPt.append(point)
    now.invertIfNegative = False
    now.dLbls = _labels(INK, "#,##0.0", "outEnd")
    chart.series = [before, now]
    chart.set_categories(categories)
    _base_line(chart)
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    chart.layout = Layout(ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=0.02, y=0.1, w=0.96, h=0.76))
    _place(ws, chart, box)


def trend(
    book: Book, ws: Worksheet, data: Worksheet, box: tuple[int, int, int, int], kind: str, code: str, axis_code: str
) -> None:
    """A line over the month ends, its last point labelled; for DSO the benchmark dashed, with its name."""
    chart = LineChart()
    _clear(chart)
    if kind == "dso":
        _threshold(book, chart, data, "trend_benchmark", "benchmark_label")
    _line(book, chart, data, f"trend_{kind}", ACCENT)
    _last_point(book, chart, data, f"trend_{kind}_last", code)
    _months(book, chart, data, "trend_on", axis_code, 3)
    chart.y_axis.majorUnit = 25 if kind == "dso" else 0.1
    _place(ws, chart, box)


def monthly(
    book: Book, ws: Worksheet, data: Worksheet, box: tuple[int, int, int, int], prefix: str, code: str, axis_code: str,
    *, beside: str = "", every: int = 3,
) -> None:  # fmt: skip
    """A line over months with its last point labelled, a named dashed threshold, and another line beside it in grey."""
    chart = LineChart()
    _clear(chart)
    if beside:
        _line(book, chart, data, f"{prefix}_{beside}", look.PALE, 19050)
        _last_point(book, chart, data, f"{prefix}_{beside}_last", code, MUTED)
    _threshold(book, chart, data, f"{prefix}_threshold", f"{prefix}_threshold_name")
    series = _line(book, chart, data, f"{prefix}_value", ACCENT)
    series.marker = Marker("circle", size=4)
    series.marker.graphicalProperties = _fill(ACCENT)
    _last_point(book, chart, data, f"{prefix}_last", code)
    _months(book, chart, data, f"{prefix}_on", axis_code, every)
    _place(ws, chart, box)


def _line(
    book: Book, chart: LineChart, data: Worksheet, block: str, colour: str | None, width: int = 25400,
    dash: Literal["dash"] | None = None,
) -> Any:  # fmt: skip
    series = Series(_reference(book, block, data), title=block.removeprefix("trend_"))
    series.smooth = False
    series.marker = Marker("none")
    series.graphicalProperties = GraphicalProperties()
    series.graphicalProperties.line = (
        LineProperties(noFill=True) if colour is None else LineProperties(solidFill=colour, w=width, prstDash=dash)
    )
    chart.series.append(series)
    return series


def _named(book: Book, data: Worksheet, series: Any, block: str) -> None:
    low, top, _, _ = _block(book, block, data)
    label = Reference(data, min_col=low, max_col=low, min_row=top, max_row=top)
    series.tx = SeriesLabel(strRef=StrRef(str(label)))


def _threshold(book: Book, chart: LineChart, data: Worksheet, block: str, label: str) -> None:
    """Draw a dashed line; its name stands on the one point of the block beside it."""
    _line(book, chart, data, block, AXIS, 15875, "dash")
    named = _line(book, chart, data, f"{block}_at", None)
    _named(book, data, named, label)
    named.dLbls = _labels(MUTED, "General", "t", named=True)


def _last_point(book: Book, chart: LineChart, data: Worksheet, block: str, code: str, colour: str = ACCENT) -> None:
    last = _line(book, chart, data, block, None)
    last.marker = Marker("circle", size=5)
    last.marker.graphicalProperties = _fill(colour)
    last.dLbls = _labels(colour, code, "t", bold=colour == ACCENT)


def _months(book: Book, chart: LineChart, data: Worksheet, block: str, axis_code: str, every: int) -> None:
    chart.set_categories(_reference(book, block, data))
    chart.x_axis = DateAxis(crossAx=100)
    _base_line(chart)
    chart.x_axis.number_format = "yy-mm"
    chart.x_axis.numFmt.sourceLinked = False
    chart.x_axis.baseTimeUnit = "months"
    chart.x_axis.majorUnit = every
    chart.x_axis.majorTimeUnit = "months"
    chart.x_axis.txPr = letters(MUTED)
    chart.y_axis.crossAx = 500
    chart.y_axis.delete = False
    chart.y_axis.majorTickMark = "none"
    chart.y_axis.number_format = axis_code
    chart.y_axis.numFmt.sourceLinked = False
    chart.y_axis.txPr = letters(MUTED)
    chart.y_axis.graphicalProperties = _fill(None)
    chart.y_axis.scaling.min = 0
    chart.y_axis.majorGridlines = ChartLines()
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID, w=6350))


def top(book: Book, ws: Worksheet, data: Worksheet, box: tuple[int, int, int, int]) -> None:
    """The ten largest overdue balances, stacked by bucket; the total stands in the category's name."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 35
    _clear(chart)
    low, head_row, high, _ = _block(book, "top_heads", data)
    for place in range(high - low + 1):
        series = Series(_reference(book, "top_values", data, place))
        head = Reference(data, min_col=low + place, max_col=low + place, min_row=head_row, max_row=head_row)
        series.tx = SeriesLabel(strRef=StrRef(str(head)))
        series.graphicalProperties = _fill(RAMP[place], "FFFFFF")
        series.invertIfNegative = False
        chart.series.append(series)
    chart.set_categories(_reference(book, "top_label", data))
    _base_line(chart)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.graphicalProperties = _fill(None)
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    chart.legend = Legend()
    chart.legend.position = "b"
    chart.legend.txPr = letters(INK)
    _place(ws, chart, box)


def bars(
    book: Book, ws: Worksheet, data: Worksheet, box: tuple[int, int, int, int], label: str,
    values: dict[str, str], code: str, *, points: tuple[str, ...] = (), share: float = 0.3,
) -> None:  # fmt: skip
    """Horizontal bars from zero with direct labels. values: block → colour, only one of them filled for each bar. points: colours of
    the bars of the first block. share: of the width that the names take."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "clustered", 100, 40
    _clear(chart)
    for name, colour in values.items():
        series = Series(_reference(book, name, data), title=name)
        series.graphicalProperties = _fill(colour)
        series.invertIfNegative = False
        series.dLbls = _labels(INK, code, "outEnd")
        for place, own in enumerate(points if name == next(iter(values)) else ()):
            point = DataPoint(idx=place, invertIfNegative=False)
            point.graphicalProperties = _fill(own)
            series.dPt.append(point)
        chart.series.append(series)
    chart.set_categories(_reference(book, label, data))
    _base_line(chart)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    chart.layout = Layout(
        ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=share, y=0.02, w=0.86 - share, h=0.96)
    )
    _place(ws, chart, box)


def stack(
    book: Book, ws: Worksheet, data: Worksheet, box: tuple[int, int, int, int], prefix: str, colours: tuple[str, ...]
) -> None:
    """Stacked horizontal bars, one series a colour, each named with its figure in the legend."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 60
    _clear(chart)
    low, top, _, _ = _block(book, f"{prefix}_name", data)
    for place, colour in enumerate(colours):
        series = Series(_reference(book, f"{prefix}_value", data, place))
        head = Reference(data, min_col=low + place, max_col=low + place, min_row=top, max_row=top)
        series.tx = SeriesLabel(strRef=StrRef(str(head)))
        series.graphicalProperties = _fill(colour, "FFFFFF")
        series.invertIfNegative = False
        chart.series.append(series)
    chart.set_categories(_reference(book, f"{prefix}_label", data))
    _base_line(chart)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.graphicalProperties = _fill(None)
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    chart.legend = Legend()
    chart.legend.position = "b"
    chart.legend.txPr = letters(INK)
    _place(ws, chart, box)


def columns(
    ws: Worksheet,
    box: tuple[int, int, int, int],
    labels: Reference,
    values: Reference,
    colours: tuple[str, ...],
    code: str,
) -> None:
    """Columns from zero with direct labels, one colour each, from two ranges of a sheet."""
    chart = BarChart()
    chart.type, chart.gapWidth = "col", 45
    _clear(chart)
    series = Series(values, title="amount")
    series.graphicalProperties = _fill(colours[0])
    series.invertIfNegative = False
    for place, colour in enumerate(colours):
        point = DataPoint(idx=place, invertIfNegative=False)
        point.graphicalProperties = _fill(colour)
        series.dPt.append(point)
    series.dLbls = _labels(INK, code, "outEnd")
    chart.series = [series]
    chart.set_categories(labels)
    _base_line(chart)
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    chart.layout = Layout(ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=0.02, y=0.1, w=0.96, h=0.76))
    _place(ws, chart, box)


__all__ = ["bars", "buckets", "columns", "look", "monthly", "stack", "top", "trend"]
