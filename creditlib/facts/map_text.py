"""The content of a map → the text of a `map.toml`.

What must stay true: what is written loads to the same content, whatever a header holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_TABLES: Final = ("columns", "kinds", "flags", "terms")
_TITLE: Final = (
    "# Which column means what. Use: credit close … --map map.toml",
    "# 各列的含义。使用：credit close … --map map.toml",
)
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def map_text(data: Mapping[str, Any]) -> str:
    """Return a map as `load_map` reads it. data: as `parse_map` returns it.

    >>> print(map_text({"role": "documents", "columns": {"amount": "Betrag"}, "sheet": [{"name": "b.csv", "role": "unused"}]}))
    # Which column means what. Use: credit close … --map map.toml
    # 各列的含义。使用：credit close … --map map.toml
    role = "documents"
    <BLANKLINE>
    [columns]
    amount = "Betrag"
    <BLANKLINE>
    [[sheet]]
    name = "b.csv"
    role = "unused"
    <BLANKLINE>
    """
    lines = [*_TITLE, *_part(data, "")]
    for sheet in data.get("sheet", []):
        lines += ["", "[[sheet]]", *_part(sheet, "sheet.")]
    return "\n".join([*lines, ""])


def _part(data: Mapping[str, Any], prefix: str) -> list[str]:
    """Return the lines of one part of a map: plain values first, then its tables."""
    lines = [f"{key} = {_value(v)}" for key, v in data.items() if key not in _TABLES and key != "sheet"]
    for name in _TABLES:
        if name in data:
            lines += ["", f"[{prefix}{name}]", *(f"{_key(k)} = {_value(v)}" for k, v in data[name].items())]
    return lines


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c) for c in str(value))
    return f'"{text}"'
