"""What a spreadsheet hands over, made into what a function needs: one reading of cells for every host.

What must stay true: a blank is not 0, an error cell goes through as itself, a date is never guessed; each refusal names the argument,
what stood there and what to write. Hosts differ only in what `Host` says.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NoReturn

from creditlib.errors import CreditError, UsageError
from creditlib.faces.wording import say


@dataclass(frozen=True, slots=True)
class CellError:
    """An error as a cell shows it: `#N/A`, `#VALUE!`, `#NUM!`, `#DIV/0!`, …"""

    text: str


NOT_KNOWN: Final = CellError("#N/A")
WRONG: Final = CellError("#VALUE!")
IMPOSSIBLE: Final = CellError("#NUM!")
ERRORS: Final[Mapping[str, CellError]] = {
    text: CellError(text) for text in ("#N/A", "#VALUE!", "#NUM!", "#DIV/0!", "#REF!", "#NAME?", "#NULL!")
}
"""Errors a cell can hold, by what is shown."""


class ErrorCell(Exception):
    """An argument is an error cell: the function shows the same error, as any other function of a spreadsheet does."""

    def __init__(self, argument: str, error: CellError) -> None:
        super().__init__(argument, error)
        self.argument, self.error = argument, error


@dataclass(frozen=True, slots=True)
class Host:
    """What differs between spreadsheets. blank_is_zero: a blank cell arrives as 0. dates: a result may be a date; else its serial.
    text_tables: a table of results may hold texts. epoch: the day of serial 0."""

    name: str
    blank_is_zero: bool = False
    dates: bool = True
    text_tables: bool = True
    epoch: date = date(1899, 12, 30)


PYTHON: Final = Host("python")
EXCEL: Final = Host("excel")
EXCEL_1904: Final = Host("excel", epoch=date(1904, 1, 1))

Cell = None | bool | int | float | str | date | CellError
Rows = list[list[Cell]]

_FIRST, _LAST = date(1900, 1, 1), date(2200, 12, 31)


class NotKnown(CreditError):
    """What was asked is not known: no book, no such customer, no figure. A cell shows #N/A."""


def not_known(key: str, **values: object) -> NotKnown:
    """Return the error of what is not known, worded in both languages; a value may be a pair of them."""
    return NotKnown(*_both(key, values))


def _both(key: str, values: Mapping[str, object]) -> tuple[str, str]:
    en, zh = ({k: v[at] if isinstance(v, tuple) else v for k, v in values.items()} for at in (0, 1))
    return say(f"cells.error.{key}", "en", **en), say(f"cells.error.{key}", "zh", **zh)


def wrong(key: str, **values: object) -> NoReturn:
    """Raise what the wording says of a wrong input, in both languages; a value may be a pair of them."""
    raise UsageError(*_both(key, values))


def clean(value: Any) -> Cell:
    """Return one cell: None for a blank and for an empty text, a date for a date with a time.

    >>> clean(""), clean("  x "), clean(datetime(2026, 1, 31, 8, 30))
    (None, 'x', datetime.date(2026, 1, 31))
    """
    kind = type(value)
    if kind is float:
        return value if value == value else IMPOSSIBLE
    if kind is str:
        return value.strip() or None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, bool | int | float | date | CellError):
        return value
    if isinstance(value, str):
        return value.strip() or None
    wrong("strange", what=type(value).__name__)


def one_currency(found: Sequence[str]) -> str:
    """Return the one currency of figures that are to be added up, nothing without figures. Raises: UsageError for several."""
    if len(found) > 1:
        wrong("currencies", count=len(found), names=", ".join(found))
    return found[0] if found else ""


def is_range(value: Any) -> bool:
    """Whether a host handed over a range rather than one value."""
    return isinstance(value, list | tuple)


def rows_of(value: Any) -> Rows:
    """Return a range as rows of cells; one cell is a range of one, a list without rows is one row.

    >>> rows_of(((1.0, ""),)), rows_of([1, 2]), rows_of("x")
    ([[1.0, None]], [[1, 2]], [['x']])
    """
    if not is_range(value):
        return [[clean(value)]]
    if value and not is_range(value[0]):
        value = [value]
    return [[cell if type(cell) is float and cell == cell else clean(cell) for cell in row] for row in value]


def single(value: Any, argument: str) -> Cell:
    """Return one cell. Raises: UsageError for a range of several, ErrorCell for an error."""
    if is_range(value):
        rows = rows_of(value)
        if len(rows) != 1 or len(rows[0]) != 1:
            wrong("one_cell", argument=argument, rows=len(rows), columns=len(rows[0]) if rows else 0)
        found = rows[0][0]
    else:
        found = clean(value)
    if isinstance(found, CellError):
        raise ErrorCell(argument, found)
    return found


def number(value: Cell, argument: str) -> float:
    """Return a number: as it is, or written as people write it ("1,234.50", "2%", "（12）", "1.2万").

    >>> number("1,234.50", "amount"), number("2%", "rate"), number(True, "x")
    (1234.5, 0.02, 1)
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        if not math.isfinite(value):
            wrong("not_number", argument=argument, given=value)
        return value
    if not isinstance(value, str):
        wrong("not_number", argument=argument, given=shown(value))
    text = unicodedata.normalize("NFKC", value)
    share = text.endswith("%")
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", text.removesuffix("%")):
        read = Decimal(text.removesuffix("%"))
    else:
        from creditlib.facts.values import read_amount

        found = read_amount(text.removesuffix("%"))
        if found is None:
            wrong("not_number", argument=argument, given=shown(value))
        read = found
    return float(read / 100 if share else read) + 0.0  # never −0


def day(value: Cell, argument: str, host: Host) -> date:
    """Return a day: a date cell, a serial of the workbook's own calendar, or a text that can mean one day only.

    >>> day(46053, "as_of", PYTHON), day("2026-01-31", "as_of", PYTHON), day("2026年1月31日", "as_of", PYTHON)
    (datetime.date(2026, 1, 31), datetime.date(2026, 1, 31), datetime.date(2026, 1, 31))
    """
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 0 < value < 200_000:
            found = date.fromordinal(host.epoch.toordinal() + int(value))
            if _FIRST <= found <= _LAST:
                return found
        wrong("not_day", argument=argument, given=f"{value:,.10g}")
    if isinstance(value, str):
        from creditlib.days import day_of, readings

        read = sorted({*readings(value).values()})
        if len(read) > 1:
            wrong("two_days", argument=argument, given=value, one=day_of(read[0]), other=day_of(read[-1]))
        if read:
            return day_of(read[0])
    wrong("not_day", argument=argument, given=shown(value))


def text(value: Cell) -> str:
    """Return a cell as text; a whole number loses its decimals, as a customer code typed as a number has none.

    >>> text(100010.0), text(date(2026, 1, 31)), text(" C-1")
    ('100010', '2026-01-31', ' C-1')
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def shown(value: Cell) -> str:
    """Return a cell as a message quotes it."""
    if value is None:
        return "—"
    if isinstance(value, CellError):
        return value.text
    said = text(value)
    return said if len(said) <= 40 else said[:39] + "…"


def result(value: Any, host: Host) -> Cell:
    """Return what a cell shows of a result: None is not known, a figure without a value is impossible."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, float):
        return value if math.isfinite(value) else IMPOSSIBLE
    if isinstance(value, bool):
        return value
    if isinstance(value, date) and not host.dates:
        return (value - host.epoch).days
    if isinstance(value, Decimal):
        return float(value)
    return value  # type: ignore[no-any-return]


@lru_cache(maxsize=4096)
def wide_key(label: str) -> str:
    """Return a label as it is compared: without case, blanks, punctuation and width.

    >>> wide_key("Net  days（账期）"), wide_key("net_days")
    ('netdays账期', 'netdays')
    """
    return "".join(c for c in unicodedata.normalize("NFKC", label).casefold() if c.isalnum())


def flat(rows: Sequence[Sequence[Cell]]) -> list[Cell]:
    """Return the cells of a range, row by row."""
    return [cell for row in rows for cell in row]
