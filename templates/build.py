"""Make the committed templates: `python -m creditlib_templates.build`. The same code makes the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font

from creditlib.errors import Lang

from . import (
    aging_analyser,
    back,
    committee,
    credit_file,
    customer_file,
    customer_file_more,
    front,
    ledger_input,
    look,
    path,
    sheets,
    terms_calculator,
)

SHEETS = ("cover", "dashboard", "aging", "dso", "overdue", "concentration", "items", "findings", "method", "data")
FILE_SHEETS = ("decision", "score", "limit", "statements", "payment", "file", "data")
_DAY = "2025-01-01T00:00:00Z"


def template(lang: Lang, kind: str = "monthly_close") -> bytes:
    """Return the template of a kind in a language."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    normal = workbook._named_styles["Normal"]  # type: ignore[attr-defined]
    normal.font = Font(name=look.FONT, size=9, color="FF" + look.INK)
    workbook._fonts[0] = normal.font  # type: ignore[attr-defined]
    title = KINDS[kind](workbook, lang)
    workbook.properties.creator = "creditlib"
    workbook.properties.title = title
    stream = io.BytesIO()
    workbook.save(stream)
    made = stream.getvalue()
    if kind in CALCULATED:
        from .values import with_values

        made = with_values(made)
    return _without_clock(made)


def _close(workbook: Workbook, lang: Lang) -> str:
    """Lay out the closing workbook; return its title."""
    book = look.Book(workbook, lang)
    made = {key: workbook.create_sheet(book.say(f"sheet.{key}")) for key in SHEETS}
    back.data(book, made["data"])
    front.cover(book, made["cover"])
    front.dashboard(book, made["dashboard"], made["data"])
    for key in ("aging", "dso", "overdue", "concentration", "items", "findings"):
        getattr(sheets, key)(book, made[key])
    back.method(book, made["method"])
    return book.say("cover.title")


def _customer_file(workbook: Workbook, lang: Lang) -> str:
    """Lay out the customer file; return its title."""
    book = look.Book(workbook, lang, "review_workbook")
    made = {key: workbook.create_sheet(book.say(f"sheet.{key}")) for key in FILE_SHEETS}
    customer_file.data(book, made["data"])
    customer_file.decision(book, made["decision"], made["data"])
    customer_file.score(book, made["score"])
    customer_file.limit(book, made["limit"], made["data"])
    customer_file_more.statements(book, made["statements"])
    customer_file_more.payment(book, made["payment"], made["data"])
    customer_file_more.file(book, made["file"])
    return book.say("decision.document")


def _committee(workbook: Workbook, lang: Lang) -> str:
    """Lay out the committee memo; return its title."""
    book = look.Book(workbook, lang, "review_workbook")
    made = {key: workbook.create_sheet(book.say(f"sheet.{key}")) for key in ("memo", "data")}
    committee.data(book, made["data"])
    committee.memo(book, made["memo"], made["data"])
    return book.say("memo.document")


KINDS: Final[dict[str, Callable[[Workbook, Lang], str]]] = {
    "monthly_close": _close, "customer_file": _customer_file, "credit_committee": _committee,
    "credit_file": credit_file.credit_file, "terms_calculator": terms_calculator.terms_calculator,
    "aging_analyser": aging_analyser.aging_analyser, "ledger_input": ledger_input.ledger_input,
}  # fmt: skip
"""What makes each kind of template."""
CALCULATED: Final = ("terms_calculator", "aging_analyser", "ledger_input")
"""Kinds that are opened as they ship: each formula bears its value."""


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
    """Write every template beside this file."""
    tongues: tuple[Lang, ...] = ("en", "zh")
    for kind in KINDS:
        for lang in tongues:
            target = path(lang, kind)
            target.write_bytes(template(lang, kind))
            print(target)


if __name__ == "__main__":
    main()
