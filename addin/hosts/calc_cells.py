"""A cell of LibreOffice Calc: what it hands over, and what it takes back.

What must stay true: every cell goes through `creditlib_addin.call`; an error leaves as a real error of Calc, never as a text that looks
like one; nothing here imports UNO, so that it is tested without an office.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from ..call import call
from ..udf import CATALOGUE
from ..values import CellError, Host

_CODES: Final = {
    "#N/A": 32767, "#VALUE!": 519, "#NUM!": 503, "#DIV/0!": 532, "#REF!": 524, "#NAME?": 525, "#NULL!": 521,
}  # fmt: skip
_USUAL: Final = date(1899, 12, 30)


def error_number(code: int) -> float:
    """Return the number that Calc shows as the error of a code: a NaN that carries it.

    >>> struct.pack("<d", error_number(519))[:2]
    b'\\x07\\x02'
    """
    return float(struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | code))[0])


_ERRORS: Final = {text: error_number(code) for text, code in _CODES.items()}


def error_text(code: int) -> str:
    """Return what Calc shows for the code of an error.

    >>> error_text(532), error_text(504)
    ('#DIV/0!', 'Err:504')
    """
    return next((text for text, known in _CODES.items() if known == code), f"Err:{code}")


@cache
def host_of(epoch: date = _USUAL) -> Host:
    """Return Calc with a document's own calendar."""
    return Host("calc", blank_is_zero=True, dates=False, text_tables=False, epoch=epoch)


def epoch_of(document: Any) -> date:
    """Return the day of serial 0 of a document, told by its settings."""
    day = document.getPropertyValue("NullDate")
    return date(day.Year, day.Month, day.Day)


def answer(name: str, arguments: Sequence[Any], *, rows: bool = False, document: Any = None) -> Any:
    """Return what Calc takes for a cell. rows: the function's type is rows of values. document: its settings, where days matter."""
    host = host_of(epoch_of(document)) if document is not None and _has_days(name, arguments) else host_of()
    if _needs_arrow(name):
        spare_pandas()
    if name == "CREDITWHY":
        arguments = (arguments[0] if arguments else None, host, *arguments[1:])
    found = call(name, *arguments, host=host)
    if not rows:
        return _single(found)
    if isinstance(found, list):
        return tuple(tuple(_plain(cell) for cell in row) for row in found)
    return ((_plain(found),),)


class _NoPandas:
    """Finds no pandas, for as long as it stands on the import path."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not needed here", name=name)


@cache
def spare_pandas() -> None:
    """Let Arrow look for pandas once, in vain. It does so with its first array, and loading pandas takes longer than all else before a
    first figure; nothing a cell or a macro does needs it. Others who want pandas in this process import it as ever.
    """
    if "pandas" in sys.modules or "pyarrow" in sys.modules:
        return
    blind = _NoPandas()
    sys.meta_path.insert(0, blind)
    try:
        import pyarrow as pa

        pa.array([])
    finally:
        sys.meta_path.remove(blind)


@cache
def _needs_arrow(name: str) -> bool:
    function = CATALOGUE.get(name)
    return function is not None and function.group != "formula"


def _has_days(name: str, arguments: Sequence[Any]) -> bool:
    """Whether the calendar matters here: asking a document costs more than most answers, and most cells name no day."""
    always, places = _days(name)
    return always or any(len(arguments) > at and isinstance(arguments[at], float | tuple) for at in places)


@cache
def _days(name: str) -> tuple[bool, tuple[int, ...]]:
    function = CATALOGUE.get(name)
    if function is None:
        return False, ()
    places = tuple(at for at, a in enumerate(function.arguments) if a.kind.name in ("day", "ledger"))
    return function.rest or function.result in ("day", "cell"), places


def _plain(value: Any) -> Any:
    if isinstance(value, CellError):
        return _ERRORS.get(value.text, _ERRORS["#VALUE!"])
    return value


def _single(value: Any) -> Any:
    """A single #N/A leaves as nothing, which Calc makes the #N/A that IFNA and ISNA know."""
    if isinstance(value, CellError):
        return None if value.text == "#N/A" else _plain(value)
    return value
