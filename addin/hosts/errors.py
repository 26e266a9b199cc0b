"""Excel's errors: the text a cell shows, the number VBA knows it by, the number COM hands over.

What must stay true: an error Excel can show is known here, or it would be read as a number of minus two thousand million.
"""

from __future__ import annotations

from typing import Final

from ..values import ERRORS, CellError

NUMBERS: Final[dict[str, int]] = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
    "#GETTING_DATA": 2043,
    "#SPILL!": 2045,
    "#CONNECT!": 2046,
    "#BLOCKED!": 2047,
    "#UNKNOWN!": 2048,
    "#FIELD!": 2049,
    "#CALC!": 2050,
}
"""What VBA's CVErr takes, by what a cell shows."""

_COM: Final = -2146828288  # 0x800A0000: COM adds the number of VBA to it
LOWEST_COM_NUMBER: Final = -2146000000
BY_TEXT: Final[dict[str, CellError]] = {text: ERRORS.get(text, CellError(text)) for text in NUMBERS}
BY_COM_NUMBER: Final[dict[int, CellError]] = {_COM + number: BY_TEXT[text] for text, number in NUMBERS.items()}
"""Errors by the number COM hands over.

>>> BY_COM_NUMBER[-2146826246]
CellError(text='#N/A')
"""
