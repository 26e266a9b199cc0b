"""What goes into a cell: texts, exact amounts, dates, formulas with their cached value, and sentences made of figures.

A content is the XML that follows a cell's address and style: ` t="inlineStr"><is>…</is>` or `><v>…</v>`.
What must stay true: money reaches a cell as exact decimal text, never through a float; a text never becomes a formula; a
sentence's formula and its cached text come from one definition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter

from creditlib.errors import TooLarge
from creditlib.faces.package import clean
from creditlib.money import MAX_MINOR, shown_decimals

EMPTY = ">"
_DAY_ZERO = date(1899, 12, 30)


def text(value: str | None) -> str:
    """Return the content of a text cell; nothing for an empty text."""
    if not value:
        return EMPTY
    space = ' xml:space="preserve"' if value != value.strip() or "\n" in value else ""
    return f' t="inlineStr"><is><t{space}>{clean(value)}</t></is>'


def number(value: float | Decimal | str | None) -> str:
    """Return the content of a number cell."""
    return EMPTY if value is None else f"><v>{value}</v>"


def day(value: date | None) -> str:
    """Return the content of a date cell: a true spreadsheet date."""
    return EMPTY if value is None else f"><v>{(value - _DAY_ZERO).days}</v>"


def decimals(values: Sequence[int], digits: int) -> list[str]:
    """Return minor units as exact decimal texts.

    Raises: TooLarge for more than 15 digits, which a spreadsheet would round.

    >>> decimals([123456, -5, 0], 2), decimals([-12], 0)
    (['1234.56', '-0.05', '0.00'], ['-12'])
    """
    if values and max(max(values), -min(values)) > MAX_MINOR:
        most = max(values, key=abs)
        raise TooLarge(
            f"{most} minor units have more than 15 digits: a spreadsheet would round them. Close fewer entities at once.",
            f"金额（最小单位）{most} 超过 15 位，电子表格会舍入。请分主体结账。",
        )
    if not digits:
        return [str(value) for value in values]
    unit = 10**digits
    return [
        f"{value // unit}.{value % unit:0{digits}d}" if value >= 0 else f"-{-value // unit}.{-value % unit:0{digits}d}"
        for value in values
    ]


def exact(minor: int, currency: str) -> str:
    """Return one amount as exact decimal text. Raises: TooLarge."""
    return decimals([minor], shown_decimals(currency))[0]


def amount(minor: int | None, currency: str) -> str:
    """Return the content of an amount cell. Raises: TooLarge."""
    return EMPTY if minor is None else f"><v>{exact(minor, currency)}</v>"


def formula(native: str, cached: float | str) -> str:
    """Return the content of a formula that gives a number, with the value it has now."""
    return f"><f>{clean(native)}</f><v>{cached}</v>"


@dataclass(frozen=True, slots=True)
class Said:
    """A text made of figures: as a native formula, and as it reads now."""

    native: str
    value: str

    @property
    def content(self) -> str:
        """The content of its cell."""
        return f' t="str"><f>{clean(self.native)}</f><v>{clean(self.value)}</v>'

    def __add__(self, other: Said) -> Said:
        return Said(f"{self.native}&{other.native}", self.value + other.value)


def plain(value: str) -> Said:
    """Return a fixed text, cut into pieces a formula may hold.

    >>> print(plain('a "b" c').native)
    "a ""b"" c"
    """
    pieces = [value[i : i + 120].replace('"', '""') for i in range(0, len(value), 120)] or [""]
    return Said("&".join(f'"{piece}"' for piece in pieces), value)


def figure(native: str, value: float | Decimal, code: str) -> Said:
    """Return a figure inside a sentence, in a number format."""
    return Said(f'TEXT({native},"{code}")', render(value, code))


def choose(condition: str, truth: bool, yes: Said, no: Said) -> Said:
    """Return one of two texts, chosen by a native condition."""
    return Said(f"IF({condition},{yes.native},{no.native})", yes.value if truth else no.value)


def sentence(template: str, **parts: Said | str) -> Said:
    """Return a template with its places filled.

    >>> sentence("{a} of {b}", a=figure("B1", 1234.5, "#,##0.0"), b="x")
    Said(native='TEXT(B1,"#,##0.0")&" of "&"x"', value='1,234.5 of x')
    """
    pieces: list[Said] = []
    for fixed, name, _, _ in Formatter().parse(template):
        if fixed:
            pieces.append(plain(fixed))
        if name is not None:
            part = parts[name]
            pieces.append(part if isinstance(part, Said) else plain(part))
    result = pieces[0] if pieces else plain("")
    for piece in pieces[1:]:
        result = result + piece
    return result


_CODE = re.compile(r"([^#0]*)(#,##)?0(\.0+)?(%?)(.*)")


def render(value: float | Decimal, code: str) -> str:
    """Return a number as a spreadsheet shows it in one of the simple formats this library uses.

    >>> render(-1234.56, "#,##0.0"), render(0.249, "0.0%"), render(2.06, "+0.0;-0.0;0.0"), render(0, "0.00")
    ('-1,234.6', '24.9%', '+2.1', '0.00')
    """
    sections = code.split(";")
    exact_value = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if exact_value < 0 and len(sections) > 1:
        section, exact_value = sections[1], -exact_value
    elif exact_value == 0 and len(sections) > 2:
        section = sections[2]
    else:
        section = sections[0]
    found = _CODE.fullmatch(section)
    if found is None:
        return section.strip('"')
    before, grouped, places, percent, after = found.groups()
    digits = len(places) - 1 if places else 0
    scaled = (exact_value * 100 if percent else exact_value).quantize(
        Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP
    )
    if not scaled:
        scaled = abs(scaled)
    return f"{before}{scaled:{',' if grouped else ''}.{digits}f}{percent}{after}"
