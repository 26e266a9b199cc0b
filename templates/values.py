"""Write the value of every formula beside it, so that a preview, a phone or a protected view shows figures and no blanks.

What must stay true: nothing but cached values changes; a host calculates anew when it opens the file. Needs ironcalc, which the
development set-up brings; nothing here is imported but when templates are built.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from openpyxl.utils import coordinate_to_tuple

_FORMULA: Final = re.compile(r'<c r="([A-Z]+\d+)"([^>]*?)><f>(.*?)</f><v ?/></c>', re.S)
_BLANK: Final = re.compile(r' t="n" ?/>')


def with_values(made: bytes) -> bytes:
    """Return a workbook with its values. Raises: ValueError for a formula that comes to an error."""
    import ironcalc

    with zipfile.ZipFile(BytesIO(made)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, content in parts.items():
        if _sheet(name) is not None:  # this engine would take a blank cell that has a type for 0
            parts[name] = _BLANK.sub(" />", content.decode()).encode()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "book.xlsx"
        target.write_bytes(_packed(parts))
        model = ironcalc.load_from_xlsx(str(target), "en", "UTC")
        model.evaluate()
    for name, content in parts.items():
        number = _sheet(name)
        if number is not None:
            parts[name] = _FORMULA.sub(lambda found, n=number: _cell(found, model, n), content.decode()).encode()  # type: ignore[misc]
    return _packed(parts)


def _sheet(name: str) -> int | None:
    """The place of a sheet among the sheets, None for another part."""
    found = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
    return int(found[1]) - 1 if found else None


def _cell(found: re.Match[str], model: Any, sheet: int) -> str:
    place, looks, text = found.groups()
    row, column = coordinate_to_tuple(place)
    value = model.get_cell_value(sheet, row, column)
    if isinstance(value, str):
        if value.startswith("#"):
            raise ValueError(f"sheet {sheet + 1}, {place} comes to {value}: {text[:80]}")
        return f'<c r="{place}"{looks} t="str"><f>{text}</f><v>{escape(value, quote=False)}</v></c>'
    figure = 0 if value is None or value == 0 else int(value) if value == int(value) else value
    return f'<c r="{place}"{looks}><f>{text}</f><v>{figure!r}</v></c>'


def _packed(parts: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()
