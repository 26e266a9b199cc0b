"""The one door through which Excel cells reach Python: xlwings' COM server imports this module and calls `CREDITCALL`.

What must stay true: every cell function goes through the same call, with its name as an argument; an error cell, a blank cell and an
argument left out arrive as three different things; no exception leaves, so that an error is always a real error in the cell. Only the
free part of xlwings is used. Importing this needs pywin32, so it is imported by the server alone.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from xlwings.udfs import xlarg, xlfunc

from ..call import call
from ..desk import desk
from ..udf import CATALOGUE
from ..values import EXCEL, EXCEL_1904, CellError
from .errors import BY_COM_NUMBER, BY_TEXT, LOWEST_COM_NUMBER

_MISSING: Final = -2147352572  # DISP_E_PARAMNOTFOUND: an argument left out inside an array
_WHY: Final = "CREDITWHY"


@xlfunc  # type: ignore[untyped-decorator]
@xlarg("arguments", ndim=2, err_to_str=True)  # type: ignore[untyped-decorator]
def CREDITCALL(function: Any, epoch: Any, *arguments: Any) -> Any:
    """Return what a cell shows: errors as their text, which the bridge in VBA makes into real ones.

    function: its name. epoch: 1904 for a workbook that counts its days from there. arguments: each as rows of cells.
    """
    host = EXCEL_1904 if epoch == 1904 else EXCEL
    given = [_argument(one) for one in arguments]
    if function == _WHY:
        given.insert(1, host)  # the reason is asked for the same reading of the same cells
    found = call(function, *given, host=host, desk=desk())
    if type(found) is float:  # the usual case
        return found
    if isinstance(found, list):
        return [[_shown(value, host is EXCEL_1904) for value in row] for row in found]
    return _shown(found, host is EXCEL_1904)


def _argument(given: Any) -> Any:
    """Return an argument as the catalogue takes it: rows of cells, or the one cell there is. xlwings hands over None for one left out."""
    if type(given) is not list:
        return None if given is None or given == _MISSING else _cell(given)
    if len(given) == 1 and len(given[0]) == 1:
        only = given[0][0]
        return only if type(only) is float else _cell(only)  # a call costs as much as all the rest of this
    return [[_cell(value) for value in row] for row in given]


def _cell(value: Any) -> Any:
    kind = type(value)
    if kind is float or value is None:
        return value
    if kind is str:
        return BY_TEXT.get(value, value) if value[:1] == "#" else value
    if kind is int and value < LOWEST_COM_NUMBER:
        return None if value == _MISSING else BY_COM_NUMBER.get(value, BY_TEXT["#VALUE!"])
    return value


def _shown(value: Any, from_1904: bool) -> Any:
    if isinstance(value, CellError):
        return value.text
    if from_1904 and isinstance(value, date):
        return float((value - EXCEL_1904.epoch).days)  # a date would be counted from 1900 there
    return value


assert _WHY in CATALOGUE
