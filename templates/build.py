"""Make the committed templates: `python -m creditlib_templates.build`. The same code makes the same bytes."""

from __future__ import annotations

import io
import re
import zipfile

from openpyxl import Workbook
from openpyxl.styles import Font

from creditlib.errors import Lang

from . import back, front, look, path, sheets

SHEETS = ("cover", "dashboard", "aging", "dso", "overdue", "concentration", "items", "findings", "method", "data")
_DAY = "2025-01-01T00:00:00Z"


def template(lang: Lang) -> bytes:
    """Return the template of a language."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    normal = workbook._named_styles["Normal"]  # type: ignore[attr-defined]
    normal.font = Font(name=look.FONT, size=9, color="FF" + look.INK)
    workbook._fonts[0] = normal.font  # type: ignore[attr-defined]
    book = look.Book(workbook, lang)
    made = {key: workbook.create_sheet(book.say(f"sheet.{key}")) for key in SHEETS}
    back.data(book, made["data"])
    front.cover(book, made["cover"])
    front.dashboard(book, made["dashboard"], made["data"])
    for key in ("aging", "dso", "overdue", "concentration", "items", "findings"):
        getattr(sheets, key)(book, made[key])
    back.method(book, made["method"])
    workbook.properties.creator = "creditlib"
    workbook.properties.title = book.say("cover.title")
    stream = io.BytesIO()
    workbook.save(stream)
    return _without_clock(stream.getvalue())


def _without_clock(made: bytes) -> bytes:
    """Return a workbook with the times of its making taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _DAY.encode(), content)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            new.writestr(info, content)
    return out.getvalue()


def main() -> None:
    """Write both templates beside this file."""
    tongues: tuple[Lang, ...] = ("en", "zh")
    for lang in tongues:
        target = path(lang)
        target.write_bytes(template(lang))
        print(target)


if __name__ == "__main__":
    main()
