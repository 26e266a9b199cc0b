"""A firm's own `map.toml`, and what a caller needs of `creditlib.facts.columns`.

A map speaks for every ledger sheet; a `[[sheet]]` in it, with the keys of a map and a `name`, speaks for the sheet of that name alone.

What must stay true: what `propose_map` writes reads the sheet as it was recognised; every fault of a map is told at once; a part of a
map that is for one sheet is applied to that sheet or refused.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, get_args

from creditlib.days import ORDERS
from creditlib.errors import MappingError
from creditlib.facts.columns import (
    FIELDS,
    NEEDED,
    Mapping,
    Preset,
    Role,
    Shape,
    header_candidates,
    make_mapping,
    normal,
    presets,
    recognise,
)
from creditlib.facts.sources import Grid
from creditlib.facts.tables import KINDS
from creditlib.money import currency_code

__all__ = [
    "FIELDS", "Mapping", "Preset", "Role", "Shape", "apply_map", "column_as_told", "for_sheet", "header_of", "is_left_out", "load_map",
    "normal", "parse_map", "presets", "propose_map", "recognise", "unrecognised",
]  # fmt: skip

LEFT_OUT: Final = "unused"
"""The role of a sheet that is not to be read; for a `[[sheet]]` only."""

_Fault = tuple[str, str]
_KINDS_OF_VALUE: Final[dict[str, tuple[type, str, str]]] = {
    "role": (str, "text", "文本"),
    "preset": (str, "text", "文本"),
    "header_row": (int, "a whole number", "整数"),
    "shape": (str, "text", "文本"),
    "date_order": (str, "text", "文本"),
    "decimal": (str, "text", "文本"),
    "currency": (str, "text", "文本"),
    "unit_power": (int, "a whole number", "整数"),
    "customer_above": (bool, "true or false", "true 或 false"),
    "open_list": (bool, "true or false", "true 或 false"),
    "columns": (dict, "a table", "表"),
    "kinds": (dict, "a table", "表"),
    "flags": (dict, "a table", "表"),
    "terms": (dict, "a table", "表"),
}


_MEANS: Final[dict[str, _Fault]] = {
    "documents": ("a customer and an amount", "客户和金额"),
    "allocations": ("the document paid, the payment, the amount and the date", "被核销单据、收款单据、金额和日期"),
    "sales": ("a month and sales", "月份和销售额"),
    "customers": ("a customer and its name", "客户和客户名称"),
    "control": ("a balance", "余额"),
    "rates": ("a currency and a rate", "币种和汇率"),
}
_HEADERS: Final[dict[str, _Fault]] = {
    "allocations": ("from document, to document, amount, date", "收款单号、发票号、核销金额、核销日期"),
    "sales": ("month, customer, currency, gross, net", "月份、客户编码、币种、含税销售额、不含税销售额"),
    "customers": ("customer, name", "客户编码、客户名称"),
    "control": ("entity, account, currency, balance", "公司、科目、币种、余额"),
    "rates": ("date, from, to, rate", "日期、源币种、目标币种、汇率"),
}


def unrecognised(grid: Grid, role: Role = "documents") -> MappingError:
    """Return the error for a sheet whose columns fit no preset of a role, with the row that looked most like a header."""
    row = max(grid.head, key=lambda r: sum(bool(c) for c in r), default=())
    shown = ", ".join(c for c in row if c)[:200]
    means, todo = _MEANS[role], _HEADERS.get(role)
    if todo is None:
        command = f'credit map "{grid.name.split(":")[0]}" --out map.toml'
        todo = f"Write a map: {command}, then give --map map.toml", f"请生成映射：{command}，再用 --map map.toml"
    else:
        todo = f"Name its columns {todo[0]}", f"请将各列命名为：{todo[1]}"
    return MappingError(
        f"{grid.name}: no column means {means[0]}. Best header row found: {shown or '(none)'}. {todo[0]}.",
        f"{grid.name}：找不到表示{means[1]}的列。最像表头的一行：{shown or '（无）'}。{todo[1]}。",
    )


# ------------------------------------------------------------------------------------------------------------- map.toml


def load_map(path: str | Path) -> dict[str, Any]:
    """Return the content of a `map.toml`, its keys checked. Raises: MappingError naming every wrong key."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}: can't be read: {error}", f"{path}：无法读取：{error}") from error
    return parse_map(text, str(path))


def parse_map(text: str, name: str = "map.toml") -> dict[str, Any]:
    """Return the content of a map given as text, its keys checked. name: what errors call it. Raises: as `load_map`.

    >>> parse_map('header_row = 3')["header_row"]
    3
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{name}: can't be read: {error}", f"{name}：无法读取：{error}") from error
    sheets = data.get("sheet", [])
    if isinstance(sheets, list) and all(isinstance(part, dict) for part in sheets):
        top = {key: value for key, value in data.items() if key != "sheet"}
        faults = _shape_faults(top) or _value_faults(top)
        for number, part in enumerate(sheets, 1):
            faults += _sheet_faults(number, part)
    else:
        faults = [("sheet must be written [[sheet]]", "sheet 必须写成 [[sheet]]")]
    if faults:
        raise MappingError(
            f"{name}: {'; '.join(f[0] for f in faults)}.", f"{name}：{'；'.join(f[1] for f in faults)}。"
        )
    return data


def _sheet_faults(number: int, part: MappingABC[str, Any]) -> list[_Fault]:
    """Return the faults of one `[[sheet]]`, each with the sheet's name."""
    name = part.get("name")
    if not isinstance(name, str) or not name:
        return [(f"[[sheet]] {number} has no name", f"第 {number} 个 [[sheet]] 没有 name")]
    own = {key: value for key, value in part.items() if key != "name" and (key, value) != ("role", LEFT_OUT)}
    return [(f"sheet {name}: {en}", f"工作表 {name}：{zh}") for en, zh in _shape_faults(own) or _value_faults(own)]


def for_sheet(data: MappingABC[str, Any] | None, name: str) -> tuple[dict[str, Any] | None, bool]:
    """Return the part of a map that speaks for a sheet, None where none does, and whether it speaks for this sheet alone.

    name: as findings call the sheet, `file` or `file:sheet`; a `*` in the map's name stands for anything.

    >>> for_sheet({"sheet": [{"name": "ar-*.xlsx:Open", "header_row": 3}]}, "ar-2026-10.xlsx:Open")
    ({'name': 'ar-*.xlsx:Open', 'header_row': 3}, True)
    """
    if data is None:
        return None, False
    for part in data.get("sheet", []):
        if re.fullmatch(".*".join(map(re.escape, part["name"].split("*"))), name):
            return part, True
    top = {key: value for key, value in data.items() if key != "sheet"}
    return (top, False) if top or "sheet" not in data else (None, False)


def is_left_out(data: MappingABC[str, Any] | None, name: str) -> bool:
    """Return whether a map says that a sheet is not to be read."""
    part, own = for_sheet(data, name)
    return own and part is not None and part.get("role") == LEFT_OUT


def refuse_unmet(data: MappingABC[str, Any] | None, names: Sequence[str], path: str) -> None:
    """Raise MappingError where a `[[sheet]]` speaks for no sheet there is. names: of all sheets."""
    for part in (data or {}).get("sheet", []):
        if not any(for_sheet({"sheet": [part]}, name)[1] for name in names):
            shown = ", ".join(names)
            raise MappingError(
                f"{path}: no sheet is called {part['name']!r}. There are: {shown}. A * stands for anything.",
                f"{path}：没有名为 {part['name']!r} 的工作表。现有：{shown}。可用 * 代表任意文字。",
            )


def _shape_faults(data: MappingABC[str, Any]) -> list[_Fault]:
    """Return faults of keys and of kinds of values."""
    faults = [(f"unknown key {k!r}", f"未知的键 {k!r}") for k in sorted(data.keys() - _KINDS_OF_VALUE.keys())]
    for key, value in data.items():
        kind, en, zh = _KINDS_OF_VALUE.get(key, (object, "", ""))
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            faults.append((f"{key} must be {en}, not {value!r}", f"{key} 必须是{zh}，而不是 {value!r}"))
    return faults


def _one_of(what: str, value: object, allowed: Sequence[str]) -> _Fault:
    return (
        f"{what} {value!r} is not one of {', '.join(allowed)}",
        f"{what} {value!r} 不在可选值之内：{'、'.join(allowed)}",
    )


def _value_faults(data: MappingABC[str, Any]) -> list[_Fault]:
    faults: list[_Fault] = []
    role = data.get("role", "documents")
    if role not in FIELDS:
        faults.append(_one_of("role", role, tuple(FIELDS)))
    else:
        for name, header in data.get("columns", {}).items():
            if name not in FIELDS[role]:
                close = difflib.get_close_matches(name, FIELDS[role], 1)
                faults.append(
                    (
                        f"unknown field {name!r}" + (f", perhaps {close[0]!r}" if close else ""),
                        f"未知字段 {name!r}" + (f"，是否为 {close[0]!r}" if close else ""),
                    )
                )
            elif isinstance(header, bool) or not isinstance(header, str | int) or header in (0, ""):
                faults.append(
                    (f"{name} must be a header or a column number from 1", f"{name} 必须是表头文字或从 1 起的列号")
                )
    faults += [_one_of("kind", k, KINDS) for k in data.get("kinds", {}).values() if k not in KINDS]
    faults += [
        _one_of("flag", f, ("debit", "credit")) for f in data.get("flags", {}).values() if f not in ("debit", "credit")
    ]
    for key, allowed in (("shape", get_args(Shape)), ("date_order", ORDERS), ("decimal", (".", ","))):
        if data.get(key) not in (None, *allowed):
            faults.append(_one_of(key, data[key], allowed))
    if "currency" in data and currency_code(data["currency"]) is None:
        faults.append(
            (f"currency {data['currency']!r} is not an ISO 4217 code", f"币种 {data['currency']!r} 不是 ISO 4217 代码")
        )
    if data.get("header_row", 1) < 0:
        faults.append(("header_row must be 0 (no header) or more", "header_row 必须为 0（无表头）或更大"))
    if not 0 <= data.get("unit_power", 0) <= 8:
        faults.append(("unit_power must be from 0 to 8", "unit_power 必须在 0 到 8 之间"))
    if data.get("preset") and data["preset"] not in {p.name for p in presets()}:
        names = [p.name for p in presets()]
        faults.append(
            (
                f"preset {data['preset']!r} does not exist. There are: {', '.join(names)}",
                f"没有预设 {data['preset']!r}。现有：{'、'.join(names)}",
            )
        )
    return faults


def apply_map(grid: Grid, data: MappingABC[str, Any], path: str) -> Mapping:
    """Return the mapping a `map.toml` prescribes for a sheet.

    Raises: MappingError for a header the sheet does not have, or for columns that do not suffice.
    """
    told: dict[str, str | int] = data.get("columns", {})
    index, row = header_of(grid, told, data.get("header_row"))
    normals = [normal(cell) for cell in row]
    columns: dict[str, int] = {}
    width = max(map(len, (row, *grid.head)), default=0)
    for name, header in told.items():
        if isinstance(header, int):
            if header > width:
                raise MappingError(
                    f"{path}: {grid.name} has no column {header} (for {name}); it has {width}.",
                    f"{path}：{grid.name} 没有第 {header} 列（用于 {name}），共 {width} 列。",
                )
            columns[name] = header - 1
            continue
        if normal(header) not in normals:
            shown = ", ".join(c for c in row if c)
            raise MappingError(
                f"{path}: {grid.name} has no column {header!r} (for {name}) in row {index + 1}. It has: {shown}.",
                f"{path}：{grid.name} 第 {index + 1} 行没有列 {header!r}（用于 {name}）。现有：{shown}。",
            )
        columns[name] = normals.index(normal(header))
    role: Role = data.get("role", "documents")
    base = next((p for p in presets() if p.name == data.get("preset")), None)
    if base is None:
        plain = {k: v for p in presets() if p.name.startswith("plain") for k, v in p.kinds.items()}
        base = Preset("map", role, "", "", {}, plain)
    base = replace(
        base,
        role=role,
        customer_above=data.get("customer_above", base.customer_above),
        open_list=data.get("open_list", base.open_list),
        kinds={**base.kinds, **{normal(k): v for k, v in data.get("kinds", {}).items()}},
        flags={**base.flags, **{normal(k): v for k, v in data.get("flags", {}).items()}},
    )
    groups = NEEDED[role][1:] if base.customer_above else NEEDED[role]
    missing = [group for group in groups if not any(n in columns for n in group)]
    if missing:
        raise MappingError(
            f"{path}: {grid.name}: [columns] lacks {', '.join(' or '.join(g) for g in missing)}.",
            f"{path}：{grid.name}：[columns] 缺少 {'、'.join(' 或 '.join(g) for g in missing)}。",
        )
    made = make_mapping(base, columns, row, index)
    return replace(
        made,
        preset=f"map {Path(path).name}",
        terms={str(k).strip().upper(): str(v) for k, v in data.get("terms", {}).items()},
        shape=data.get("shape"),
        date_order=data.get("date_order"),
        decimal=data.get("decimal"),
        currency=currency_code(data["currency"]) if "currency" in data else made.currency,
        power=data.get("unit_power", made.power),
    )


def header_of(grid: Grid, told: MappingABC[str, str | int], number: int | None) -> tuple[int, tuple[str, ...]]:
    """Return index and cells of the header row: the one named, or the one that has most of the headers told.

    told: field → header or column number; number: of the row, from 1, 0 for none, None to find it.
    """
    if number == 0:
        return -1, ()
    options = [c for c in header_candidates(grid) if number is None or c[0] == number - 1]
    wanted = {normal(h) for h in told.values() if isinstance(h, str)}
    fallback = (0 if number is None else number - 1, ())
    return max(options, key=lambda c: len(wanted & {normal(x) for x in c[1]}), default=fallback)


def propose_map(grid: Grid, mapping: Mapping) -> str:
    """Return a `map.toml` that says what was recognised, for a person to correct."""
    lines = [f"# How {grid.name} is read. Correct what is wrong, then: credit close … --map map.toml",
             f"# 读取 {grid.name} 的方式。更正后使用：credit close … --map map.toml",
             f'role = "{mapping.role}"', f'preset = "{mapping.preset}"', f"header_row = {mapping.header_row + 1}"]  # fmt: skip
    if mapping.currency:
        lines.append(f'currency = "{mapping.currency}"')
    if mapping.power:
        lines.append(f"unit_power = {mapping.power}")
    if mapping.customer_above:
        lines.append("customer_above = true   # a row with only the customer's name stands above its documents")
    lines += ['# date_order = "dmy"', '# decimal = "."', '# shape = "open_items"', "", "[columns]"]
    lines += [f"{name} = {_toml(column_as_told(mapping.headers, i))}" for name, i in mapping.columns.items()]
    if mapping.unused:
        lines += ["", "# Not used 未使用: " + ", ".join(_quoted(h) for h in mapping.unused)]
    lines += ["", "# [kinds]   # text in the kind column → " + ", ".join(KINDS)]
    lines += ["# [flags]   # text in the debit/credit column → debit, credit", '# [terms]   # "NT6C" = "net 360"', ""]
    return "\n".join(lines)


def column_as_told(headers: Sequence[str], i: int) -> str | int:
    """Return a column as a map names it: by its header, or by its number from 1 where that is blank or there twice.

    >>> column_as_told(("customer", "amount", "amount"), 0), column_as_told(("customer", "amount", "amount"), 2)
    ('customer', 3)
    """
    header = headers[i] if i < len(headers) else ""
    normals = [normal(h) for h in headers]
    return header if normal(header) and normals.count(normal(header)) == 1 else i + 1


def _toml(value: str | int) -> str:
    return str(value) if isinstance(value, int) else _quoted(value)


def blank_map(grid: Grid) -> str:
    """Return a `map.toml` for a sheet nothing was recognised in: its likeliest header row, every field to be filled in."""
    index, row = max(header_candidates(grid), key=lambda c: sum(bool(x) for x in c[1]), default=(0, ()))
    lines = [f"# {grid.name}: no preset fits. Write the header beside each field you have; delete the rest.",
             f"# {grid.name}：没有合适的预设。请在各字段旁写上表头，删去其余。",
             "# Headers found 找到的表头: " + ", ".join(_quoted(h) for h in row if h),
             'role = "documents"', f"header_row = {index + 1}", "", "[columns]"]  # fmt: skip
    lines += [f'# {name} = ""' for name in FIELDS["documents"]]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in escaped) + '"'
