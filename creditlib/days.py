"""Days: int32 counts since 1970-01-01, as Arrow's date32 keeps them; months, month ends, spans.

What must stay true: the order of day and month in a text is decided by the whole column, never guessed from one value.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Literal

from creditlib.errors import UsageError

DateOrder = Literal["ymd", "dmy", "mdy"]
ORDERS: Final[tuple[DateOrder, ...]] = ("ymd", "dmy", "mdy")
EPOCH: Final = date(1970, 1, 1)
NO_DAY: Final = -(2**31)
"""Stands for "no date" in int32 columns taken out of Arrow."""

_MONTHS: Final = {name: i + 1 for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])} | {
    "mai": 5, "okt": 10, "dez": 12, "mrz": 3, "mär": 3, "sept": 9,
}  # fmt: skip
_PARTS = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")
_NAMED = re.compile(r"(\d{1,2})[-/. ]+([A-Za-zä]{3,9})\.?[-/., ]+(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})\.? +(\d{1,2}),? +(\d{4})")
_CHINESE = re.compile(r"(\d{4}) *年 *(\d{1,2}) *月 *(\d{1,2}) *[日号]?")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
_CLOCK = re.compile(r"[ T]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)? *(am|pm|AM|PM|Z|[+-]\d{2}:?\d{2})?$")
_WIDE = str.maketrans("０１２３４５６７８９－／．", "0123456789-/.")


def day_number(on: date) -> int:
    """Return days since 1970-01-01.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return on.toordinal() - 719163


def day_of(number: int) -> date:
    """Return the date of a day number.

    >>> day_of(18262)
    datetime.date(2020, 1, 1)
    """
    return EPOCH + timedelta(days=int(number))


def month_end(on: date) -> date:
    """Return the last day of the month.

    >>> month_end(date(2024, 2, 5))
    datetime.date(2024, 2, 29)
    """
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])


def add_months(on: date, months: int) -> date:
    """Return the same day some months on, or that month's last day where it is shorter.

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def month_index(on: date) -> int:
    """Return months since year 0, so that differences count months.

    >>> month_index(date(2024, 1, 1)) - month_index(date(2023, 12, 31))
    1
    """
    return on.year * 12 + on.month - 1


def month_first(index: int) -> date:
    """Return the first day of the month with this index.

    >>> month_first(month_index(date(2024, 2, 29)))
    datetime.date(2024, 2, 1)
    """
    return date(index // 12, index % 12 + 1, 1)


def month_days(index: int) -> int:
    """Return how many days the month with this index has.

    >>> month_days(month_index(date(2024, 2, 1)))
    29
    """
    return calendar.monthrange(index // 12, index % 12 + 1)[1]


def parse_iso(text: str, what: str = "date") -> date:
    """Return the date a caller wrote as YYYY-MM-DD.

    Raises: UsageError for anything else: a caller's date is never guessed either.

    >>> parse_iso("2024-02-29")
    datetime.date(2024, 2, 29)
    """
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            raise ValueError
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f'{what} "{text}" is not a day. Write it as YYYY-MM-DD, for example 2024-06-05.',
            f"{what}“{text}”不是有效日期。请写成 YYYY-MM-DD，例如 2024-06-05。",
        ) from None


def _make(year: int, month: int, day: int) -> int | None:
    try:
        return day_number(date(year, month, day))
    except ValueError:
        return None


def _year(text: str) -> int | None:
    if len(text) == 4:
        return int(text)
    return 2000 + int(text) if len(text) == 2 else None


def readings(text: str) -> dict[DateOrder, int]:
    """Return the day number a text means under each order of day, month and year that fits it.

    A text that names its month or opens with a four-digit year has one reading, given under every order.

    >>> sorted(readings("05/06/2024")), sorted(readings("31.05.24")), readings("never")
    (['dmy', 'mdy'], ['dmy'], {})
    """
    text = _CLOCK.sub("", text.strip().translate(_WIDE)).strip()
    one: int | None = None
    if m := _PARTS.fullmatch(text):
        a, b, c = m.groups()
        if len(a) == 4:
            one = _make(int(a), int(b), int(c)) if len(c) <= 2 else None
        elif len(a) <= 2:
            found: dict[DateOrder, int] = {}
            year = _year(c)
            if year is not None:
                dmy, mdy = _make(year, int(b), int(a)), _make(year, int(a), int(b))
                if dmy is not None:
                    found["dmy"] = dmy
                if mdy is not None:
                    found["mdy"] = mdy
            if len(a) == 2 and len(c) <= 2 and "." not in text:  # 24.05.31 is nobody's way of writing
                ymd = _make(2000 + int(a), int(b), int(c))
                if ymd is not None:
                    found["ymd"] = ymd
            return found
    elif m := (_CHINESE.fullmatch(text) or _SOLID.fullmatch(text)):
        one = _make(int(m[1]), int(m[2]), int(m[3]))
    elif (m := _NAMED.fullmatch(text)) and (month := _MONTHS.get(m[2].lower(), _MONTHS.get(m[2].lower()[:3]))):
        year = _year(m[3])
        one = _make(year, month, int(m[1])) if year is not None else None
    elif (m := _NAMED_FIRST.fullmatch(text)) and (month := _MONTHS.get(m[1].lower()[:3])):
        one = _make(int(m[3]), month, int(m[2]))
    return {} if one is None else dict.fromkeys(ORDERS, one)


@dataclass(frozen=True, slots=True)
class DateColumn:
    """How a column of date texts reads.

    days: text → day number, for every text that reads under the order decided. order: None when every text reads alike.
    unreadable: texts that are no date at all. ambiguous: a text that keeps two readings, with them; then `days` is empty.
    mixed: two texts that need different orders; then `days` is empty.
    """

    days: dict[str, int]
    order: DateOrder | None = None
    unreadable: tuple[str, ...] = ()
    ambiguous: tuple[str, dict[DateOrder, int]] | None = None
    mixed: tuple[str, str] | None = None
    orders_left: tuple[DateOrder, ...] = field(default=())


def read_column(texts: Iterable[str], order: DateOrder | None = None) -> DateColumn:
    """Decide from a column's own texts how its dates read.

    texts: the distinct texts of the column, without blanks. order: forced by the caller.

    >>> read_column(["05/06/2024", "31/05/2024"]).order
    'dmy'
    >>> read_column(["05/06/2024"]).ambiguous[0]
    '05/06/2024'
    """
    read = {text: readings(text) for text in texts}
    unreadable = tuple(text for text, found in read.items() if not found)
    read = {text: found for text, found in read.items() if found}
    if order is not None:
        days = {text: found[order] for text, found in read.items() if order in found}
        return DateColumn(days, order, unreadable + tuple(text for text in read if text not in days))
    left = tuple(o for o in ORDERS if all(o in found for found in read.values()))
    if not left:
        first, second = _disagreement(read)
        return DateColumn({}, None, unreadable, mixed=(first, second))
    for text, found in read.items():
        if len({found[o] for o in left}) > 1:
            kept = {o: found[o] for o in left}
            return DateColumn({}, None, unreadable, ambiguous=(text, kept), orders_left=left)
    days = {text: found[left[0]] for text, found in read.items()}
    return DateColumn(days, left[0] if len(left) == 1 else None, unreadable)


def _disagreement(read: dict[str, dict[DateOrder, int]]) -> tuple[str, str]:
    texts = list(read)
    for i, first in enumerate(texts):
        for second in texts[i + 1 :]:
            if not read[first].keys() & read[second].keys():
                return first, second
    return texts[0], texts[-1]  # three orders in play, no two texts clash alone


def from_serial(serial: float) -> int | None:
    """Return the day number of a spreadsheet serial (1900 system), or None outside 1955–2119.

    >>> day_of(from_serial(43831.0))
    datetime.date(2020, 1, 1)
    """
    return int(serial) - 25569 if 20000 <= serial <= 80000 else None


def from_cell(value: date | datetime) -> int:
    """Return the day number of a typed date cell; a time of day is dropped.

    >>> from_cell(datetime(1970, 1, 2, 23, 59))
    1
    """
    return day_number(value.date() if isinstance(value, datetime) else value)
