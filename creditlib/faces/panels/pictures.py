"""A chart of a panel as a picture to save: as it stands, with the title of its section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from creditlib.errors import UsageError
from creditlib.faces.charts.chart import Chart
from creditlib.faces.charts.picture import picture
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.model import Download
from creditlib.faces.wording import say

ACTION: Final = "picture"
_PNG: Final = "image/png"


def picture_of(view: Block, name: str) -> Download:
    """Return a chart of a view by its id. Raises: UsageError where the view has no such chart."""
    for one, place in _charts(view["blocks"], {}):
        if one["id"] == name:
            made = Chart(one["spec"], one["rows"], one["alt"], one["height"])
            shown = picture(made, title=place.get("title", ""), sub=place.get("sub", ""))
            return Download(f"{view['panel']}-{name}.png", shown, _PNG)
    raise UsageError(*(say("panel.error.action", lang, name=name) for lang in ("en", "zh")))


def _charts(blocks: Sequence[Block], place: Block) -> Iterator[tuple[Block, Block]]:
    for one in blocks:
        if one["kind"] == "chart":
            yield one, place
        yield from _charts(one.get("blocks", []), one if one["kind"] == "section" else place)
