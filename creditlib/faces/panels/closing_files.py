"""Files of a month end and how each sheet is read: what was recognised, and the mapping to correct.

What must stay true: every file says what it is used for and what is wrong with it; a field is told by its name for people, and a column by
its letter, its header and its first cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from creditlib.errors import CreditError, Lang
from creditlib.faces.panels.blocks import Block, Cell, button, buttons, column, form, row, section, table, text
from creditlib.faces.panels.fields import Choice, Field, Files, trimmed
from creditlib.faces.wording import say, sayer, worded
from creditlib.facts.columns import FIELDS, Role, presets
from creditlib.facts.map_text import map_text
from creditlib.facts.mapping import parse_map
from creditlib.flows.close_desk_look import FileLook, Inspection, SheetLook
from creditlib.flows.close_desk_map import ROLES, Correction, part_of, positions
from creditlib.money import CURRENCIES

if TYPE_CHECKING:
    from creditlib.faces.panels.closing import ClosingModel

_say = sayer("panel_close")
_words = worded("panel_close")

_ENDINGS: Final = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.xlsb,.parquet,.toml"
_HEADERS: Final = 20  # rows offered as the header
_SAMPLE: Final = 4  # rows shown of a sheet
_CUT: Final = 28  # characters of a cell shown


def size_text(size: int | None) -> str:
    """Return a size for people.

    >>> size_text(879_902), size_text(12), size_text(None)
    ('859.3 KB', '12 B', '–')
    """
    if size is None:
        return "–"
    for unit, one in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if size >= one:
            return f"{trimmed(size / one, 1)} {unit}"
    return f"{size} B"


def upload_field(limit: int) -> Field:
    """Return the control files are chosen with."""
    return Files(
        label=_words("files.choose"), accept=_ENDINGS, largest=limit, hint=_words("files.choose_hint", size=size_text(limit))
    )  # fmt: skip


# ── files and sheets ──


def files(model: ClosingModel, look: Inspection | None) -> Block:
    """Return the files, each with its use and what is wrong with it."""
    lang = model.lang
    found = {file.path: file for file in look.files} if look is not None else {}
    blocks: list[Block] = [form("upload", [model.control("upload")])]
    if model.lost:
        blocks.append(text("gone", [say("panel_close.files.gone", lang, names=", ".join(model.lost))], tone="act"))
    if not model.state["files"]:
        blocks.append(buttons("sample", model.buttons_of("sample")))
    else:
        blocks.append(form("uses", [_use(model, path, found.get(path)) for path in model.state["files"]]))
        blocks.append(form("reading", [model.control("home"), model.control("order")]))
    if model.state["map"]:
        parts = model.state["map"].get("sheet", [])
        said = say("panel_close.files.map_taken", lang, count=len(parts))
        blocks += [text("map", [said]), buttons("map", model.buttons_of("map_drop"))]
    return section(
        "files", blocks, title=_say("step.files", lang), sub=_say("step.files_sub", lang), grow=0.8, live=True
    )


def _use(model: ClosingModel, path: str, file: FileLook | None) -> Block:
    made = model.control(f"use:{path}")
    if file is None:
        return made
    lang = model.lang
    names = dict.fromkeys(_role(sheet, lang) for sheet in file.sheets)
    hint = say("panel_close.files.state", lang, size=size_text(file.size), sheets="、".join(names) if lang == "zh" else ", ".join(names) or "–")  # fmt: skip
    wrong = file.error.text(lang) if file.error is not None else ""
    return made | {"hint": hint, "wrong": wrong}


def _role(sheet: SheetLook, lang: Lang) -> str:
    return say(f"panel_close.role.{sheet.role}", lang)


def sheets(model: ClosingModel, look: Inspection | None) -> Block:
    """Return every sheet: what it is read as, by what, how many columns and rows."""
    lang = model.lang
    heads = [
        column(_say("sheets.sheet", lang)), column(_say("sheets.role", lang)), column(_say("sheets.preset", lang)),
        *(column(_say(f"sheets.{name}", lang), align="right") for name in ("header", "columns", "rows", "used")),
    ]  # fmt: skip
    shown = [_sheet_row(sheet, model.state["sheet"], lang) for sheet in (look.sheets if look is not None else ())]
    body = table("sheets", _say("sheets.caption", lang), heads, shown) if shown else text("none", [_say("sheets.none", lang)], tone="muted")  # fmt: skip
    return section("sheets", [body], title=_say("step.sheets", lang), sub=_say("step.sheets_sub", lang), grow=1.4, live=True, wide=True)  # fmt: skip


def _sheet_row(sheet: SheetLook, chosen: str, lang: Lang) -> Block:
    name: Cell = sheet.name
    if sheet.correctable:
        name = {"text": sheet.name, "act": "correct", "value": sheet.name, "title": say("panel_close.sheets.correct", lang, name=sheet.name)}  # fmt: skip
    used = [one for one in sheet.columns if one.fields]
    headed = [one for one in sheet.columns if one.header]
    role: Cell = {"text": _role(sheet, lang), "tone": "act" if sheet.role == "unused" else "nowrap"}
    return row(
        [
            name, role, _recognised(sheet.preset, lang), str(sheet.header_row) if sheet.mapping is not None else "–",
            say("panel_close.sheets.of", lang, used=len(used), all=len(headed)) if sheet.mapping is not None else "–",
            f"{sheet.rows:,}", "–" if sheet.used is None else f"{sheet.used:,}",
        ],
        tone="chosen" if sheet.name == chosen else "", id=sheet.name,
    )  # fmt: skip


def _recognised(preset: str, lang: Lang) -> str:
    """Return what recognised a sheet: a system by the title of its preset, plain headers by their language, a map."""
    if preset.startswith("map "):
        return _say("sheets.by_map", lang)
    plain = next((one for one in ("plain_en", "plain_zh") if preset.startswith(one)), None)
    if plain is not None:
        return _say(f"sheets.{plain}", lang)
    return next((one.title for one in presets() if one.name == preset), "–")


# ── correcting one sheet ──


def correction(model: ClosingModel, sheet: SheetLook) -> Block:
    """Return the mapping of one sheet: what it holds, its header row, a field for each column, its first rows."""
    lang = model.lang
    part = part_of(model.state["map"], sheet)
    names = [name for name in model.fields() if name.startswith("map:")]
    whole = [name for name in names if not name.startswith("map:column:")]
    blocks: list[Block] = [form("sheet", [model.control(name) for name in whole], inline=True)]
    if part["role"] in FIELDS:
        held = [model.control(name) for name in names if name.startswith("map:column:")]
        blocks.append(form("columns", [_with_cells(one, sheet) for one in held], inline=True))
    blocks.append(_first_rows(sheet, lang))
    acts = [button("correct", _say("sheets.done", lang), value="", primary=True)]
    if any(one["name"] == sheet.name for one in model.state["map"].get("sheet", [])):
        acts.append(button("forget", _say("map.back", lang), value=sheet.name))
    blocks.append(buttons("correcting", acts))
    return section("map", blocks, title=say("panel_close.map.title", lang, sheet=sheet.name), sub=_say("map.sub", lang), live=True)  # fmt: skip


def _with_cells(control: Block, sheet: SheetLook) -> Block:
    """Return a column's control with its first cells as a hint."""
    at = int(control["name"].rpartition(":")[2])
    cells = [cells[at] for _, cells in sheet.sample(_SAMPLE) if at < len(cells) and cells[at]]
    return control | {"hint": " · ".join(_cut(cell) for cell in dict.fromkeys(cells[:2])) or "–"}


def _cut(cell: str) -> str:
    return cell if len(cell) <= _CUT else f"{cell[: _CUT - 1]}…"


def _first_rows(sheet: SheetLook, lang: Lang) -> Block:
    heads = [column(_say("map.row", lang)), *(column(f"{one.letter} {one.header}".strip(), tone="strong" if one.fields else "") for one in sheet.columns)]  # fmt: skip
    width = len(sheet.columns)
    rows = [
        row([str(number), *(_cell(cell) for cell in (*cells, *[""] * (width - len(cells))))]) for number, cells in sheet.sample(_SAMPLE)
    ]  # fmt: skip
    return table("sample", _say("map.sample", lang), heads, rows)


def _cell(cell: str) -> Cell:
    return {"text": _cut(cell), "tone": "nowrap", "title": cell if len(cell) > _CUT else ""}


def map_fields(data: Mapping[str, Any], sheet: SheetLook) -> dict[str, Field]:
    """Return the controls of one sheet's mapping."""
    part = part_of(data, sheet)
    made: dict[str, Field] = {
        "map:role": Choice(label=_words("map.role"), options=[(role, _words(f"role.{'left_out' if role == 'unused' else role}")) for role in ROLES]),
    }  # fmt: skip
    if part["role"] not in FIELDS:
        return made
    rows = [("0", _words("map.header_none")), *((str(n), _header_label(n, cells)) for n, cells in enumerate(sheet.head[:_HEADERS], 1))]  # fmt: skip
    made["map:header_row"] = Choice(label=_words("map.header"), options=rows)
    made["map:decimal"] = Choice(
        label=_words("map.decimal"), options=[("", _words("map.decimal_none")), (".", _text("1,234.50")), (",", _text("1.234,50"))]
    )  # fmt: skip
    made["map:date_order"] = Choice(label=_words("files.order"), options=[(o, _words(f"order.{o or 'none'}")) for o in ("", "ymd", "dmy", "mdy")])  # fmt: skip
    codes = [("", _words("map.currency_none")), *((code, _text(code)) for code in sorted(CURRENCIES))]
    made["map:currency"] = Choice(label=_words("map.currency"), options=codes)
    known = [
        ("", _words("map.nothing")),
        *((name, _words(f"field.{name}")) for name in FIELDS[cast(Role, part["role"])]),
    ]
    for one in sheet.columns:
        made[f"map:column:{one.number - 1}"] = Choice(label=_column_label(one.letter, one.header), options=known)
    return made


def _text(words: str) -> Any:
    return lambda lang: words


def _column_label(letter: str, header: str) -> Any:
    return lambda lang: say("panel_close.map.column", lang, letter=letter, header=_cut(header) or _say("map.no_header", lang))  # fmt: skip


def _header_label(number: int, cells: tuple[str, ...]) -> Any:
    shown = _cut(", ".join(cell for cell in cells if cell))
    return lambda lang: say("panel_close.map.header_row", lang, row=number, cells=shown or "–")


def map_value(data: Mapping[str, Any], sheet: SheetLook, name: str) -> str:
    """Return where a control of a mapping stands."""
    part, what = part_of(data, sheet), name.removeprefix("map:")
    if what.startswith("column:"):
        at = int(what.removeprefix("column:"))
        return next((field for field, i in positions(part, sheet.grid).items() if i == at), "")
    return str(part.get(what, ""))


def correction_of(name: str, value: Any) -> Correction:
    """Return what a control of a mapping says."""
    what = name.removeprefix("map:")
    if what == "role":
        return Correction(role=value)
    if what == "header_row":
        return Correction(header_row=int(value))
    if what.startswith("column:"):
        return Correction(columns={int(what.removeprefix("column:")): value})
    return Correction(values={what: value})


def map_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a map an address carries, nothing where it is none."""
    try:
        return parse_map(map_text(data))
    except (CreditError, TypeError, AttributeError, KeyError):
        return {}  # an address somebody cut
