"""What a panel is made of, as plain data the browser draws: sections, key figures, tables, charts, forms, buttons.

What must stay true: every text is finished here, the browser formats nothing; a block keeps its id while a panel lives, so that what a
person focused stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from creditlib.faces.charts.chart import Chart

Block = dict[str, Any]
"""One block, as JSON can hold it. kind: which; id: its name within the panel."""
Cell = str | Mapping[str, Any]
"""A cell: text, or text with tone (strong, muted, act, marked, words: may wrap), title, bar (share of the scale, below 0 costs), act and value (a
button that does something)."""


def section(
    id: str,
    blocks: Sequence[Block],
    *,
    title: str = "",
    sub: str = "",
    grow: float = 1,
    live: bool = False,
    wide: bool = False,
) -> Block:
    """A part with a title. sub: its unit and basis. grow: its share of the width. live: not greyed out by an error, for what mends it. wide:
    it needs room, and stands in a line of its own where there is little."""
    made = {"kind": "section", "id": id, "title": title, "sub": sub, "grow": grow, "live": live, "blocks": list(blocks)}
    return made | {"wide": True} if wide else made


def columns(id: str, blocks: Sequence[Block]) -> Block:
    """Parts side by side, below each other where there is no room."""
    return {"kind": "columns", "id": id, "blocks": list(blocks)}


def decision(id: str, title: str, why: str, *, act: bool = False) -> Block:
    """The sentence that says what was found, with a capital at its head. act: a person must do something.

    >>> decision("verdict", "nothing is open", "")["title"]
    'Nothing is open'
    """
    return {"kind": "decision", "id": id, "title": _headed(title), "why": _headed(why), "tone": "act" if act else None}


def _headed(text: str) -> str:
    return text[:1].upper() + text[1:]


def kpi(id: str, label: str, value: str, unit: str = "", note: str = "", *, words: bool = False) -> Block:
    """One key figure. words: it is a text, set smaller."""
    return {"id": id, "label": label, "value": value, "unit": unit, "note": note, "words": words}


def kpis(id: str, items: Sequence[Block]) -> Block:
    """Key figures side by side."""
    return {"kind": "kpis", "id": id, "items": list(items)}


def text(
    id: str, lines: Sequence[str], *, lead: str = "", tone: str = "", act: Block | None = None, status: bool = False
) -> Block:
    """One line, or several as a list. lead: what stands before, bold. tone: advice, muted, act. act: a button behind it. status: an
    answer, read to who listens when it comes."""
    return {
        "kind": "text", "id": id, "lines": list(lines), "lead": lead, "tone": tone, "act": act, **({"status": True} if status else {}),
    }  # fmt: skip


def form(id: str, controls: Sequence[Block], *, inline: bool = False) -> Block:
    """Controls below each other, or in a line. They stay usable while figures are grey."""
    return {"kind": "form", "id": id, "controls": list(controls), "inline": inline}


def button(name: str, label: str, *, value: Any = None, primary: bool = False, download: bool = False, disabled: bool = False, title: str = "") -> Block:  # fmt: skip
    """A button. name: what it does, or with download which file it makes."""
    return {
        "name": name, "label": label, "value": value, "primary": primary, "download": download, "disabled": disabled, "title": title,
    }  # fmt: skip


def buttons(id: str, items: Sequence[Block], *, note: str = "") -> Block:
    """Buttons in a row, a note behind them."""
    return {"kind": "buttons", "id": id, "items": list(items), "note": note}


def chart(id: str, made: Chart) -> Block:
    """A chart; its alt text is read instead of it."""
    return {"kind": "chart", "id": id, "spec": made.spec, "rows": made.rows, "alt": made.alt, "height": made.height}


def column(label: str, *, align: str = "left", width: str = "", tone: str = "") -> Block:
    """A column of a table. align: left or right. tone: strong for the one that matters."""
    return {"label": label, "align": align, "width": width, "tone": tone}


def row(cells: Sequence[Cell], *, tone: str = "", id: str = "") -> Block:
    """A row of a table. tone: total, chosen."""
    return {"cells": list(cells), "tone": tone, "id": id}


def table(
    id: str, caption: str, heads: Sequence[Block], rows: Sequence[Block], *, note: str = "", tall: int = 0
) -> Block:
    """A table. caption: read before it. note: below it, for what it leaves out. tall: pixels after which it scrolls."""
    return {
        "kind": "table", "id": id, "caption": caption, "columns": list(heads), "rows": list(rows), "note": note, "tall": tall,
    }  # fmt: skip


def fold(id: str, title: str, blocks: Sequence[Block], *, open: bool = False) -> Block:
    """A part that opens when asked for."""
    return {"kind": "fold", "id": id, "title": title, "blocks": list(blocks), "open": open}


def legend(id: str, items: Sequence[tuple[str, str]]) -> Block:
    """What colours mean: (label, colour)."""
    return {"kind": "legend", "id": id, "items": [{"label": label, "color": color} for label, color in items]}


def with_controls(blocks: Sequence[Block], controls: Mapping[str, Block]) -> list[Block]:
    """Return blocks with newer controls of the same name in them."""
    made = []
    for one in blocks:
        if one["kind"] == "form":
            one = one | {"controls": [controls.get(c["name"], c) for c in one["controls"]]}
        elif "blocks" in one:
            one = one | {"blocks": with_controls(one["blocks"], controls)}
        made.append(one)
    return made


def with_pictures(blocks: Sequence[Block], label: str, title: str = "") -> list[Block]:
    """Return blocks whose charts have a button that saves them as a picture. title: of the section they stand in."""
    made = []
    for one in blocks:
        if one["kind"] == "chart":
            one = one | {"save": label, "name": f"{label}: {title}"}
        elif "blocks" in one:
            one = one | {"blocks": with_pictures(one["blocks"], label, one.get("title") or title)}
        made.append(one)
    return made
