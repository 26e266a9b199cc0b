"""Excel in memory, as far as the add-in's VBA needs it: pyOpenVBA runs the VBA of a built add-in, xlwings' own server answers it.

What must stay true: the VBA is the one in the built file; of it only the lines that are no statements (help of procedures) and xlwings'
own module are left out, because the latter looks for a DLL; what Excel has and the model lacks is added by its real name.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pywin32
import table
from creditlib_addin.hosts.errors import NUMBERS
from creditlib_addin.values import CellError
from pyopenvba import ExcelFile
from pyopenvba.apps.excel import Application, ExcelApplication, Range, Workbook
from pyopenvba.interpreter._objects import MemberSpec, VBAObject, method
from pyopenvba.interpreter._values import (
    EMPTY,
    MISSING,
    VBAArray,
    VBADate,
    VBAErrorValue,
    error,
)

_ATTRIBUTE = re.compile(r"^Attribute (?!VB_Name).*$", re.MULTILINE)
_BY_NUMBER = {number: text for text, number in NUMBERS.items()}
OURS = ("CreditBridge", "CreditFunctions", "CreditRibbon")


class Server(VBAObject):
    """What `XLPy` is: the object of xlwings' COM server. fails: the next calls end in this COM error."""

    vba_type_name = "XLPython"

    def __init__(self) -> None:
        self.real = pywin32.server()
        self.calls: list[list[Any]] = []
        self.fails: list[str] = []

    @method
    def CallUDF(self, script: Any, fname: Any, args: Any) -> Any:
        """Pass a call on, as COM would carry it."""
        if self.fails:
            raise error(-2147352567, self.fails.pop(0))
        given = [to_com(value) for value in args.elements()]
        self.calls.append(given)
        return from_com(self.real.CallUDF(str(script), str(fname), given))


class Book:
    """An Excel with the add-in loaded and a workbook open. mac: the VBA is read as on macOS."""

    def __init__(self, addin: Path, *, mac: bool = False, from_1904: bool = False) -> None:
        self.app = ExcelApplication.open(addin, with_vba=False)
        self.server = Server()
        self.unreachable: str | None = None
        self.from_1904 = from_1904
        self.no_caller = False
        with ExcelFile(addin) as file:
            for name in OURS:
                source = _ATTRIBUTE.sub("", file.get_module(name).replace("\r\n", "\n"))
                source = source.replace("#If Mac Then", "#If True Then") if mac else source
                self.app.add_module(source, name=name)
        self._add_what_excel_has()
        self.book = self.app.add_workbook()
        self.app.activate_workbook(self.book)
        self.sheet = self.app.sheet(1)
        self.next_row = 1

    def _add_what_excel_has(self) -> None:
        host, global_object = self.app.interpreter.host, self.app.interpreter.host.global_object

        def supplied(name: str) -> object:
            if name == "xlpy":
                if self.unreachable:
                    raise error(1000, self.unreachable)
                return self.server
            return global_object(name)

        host.global_object = supplied  # type: ignore[method-assign]
        Workbook._vba_members["date1904"] = MemberSpec("Date1904", "property", getter=lambda book: self.from_1904)
        Application._vba_members["caller"] = MemberSpec("Caller", "property", getter=lambda application: self._caller())
        self.app.add_module(
            "Public Function RunPython(command As String)\n    Debug.Print command\nEnd Function\n", name="Ran"
        )

    def _caller(self) -> Any:
        if self.no_caller:
            raise error(1004, "there is no cell that calls")
        return self.sheet.sheet.vba_get("Range", ["XFD1"])

    def put(self, value: Any) -> Any:
        """Write a value or rows of them into cells of their own; return the range."""
        rows = value if isinstance(value, list) else [[value]]
        cells = self.sheet.sheet.vba_get("Range", [f"A{self.next_row}"])
        found = cells.vba_get("Resize", [len(rows), len(rows[0])])
        for r, row in enumerate(rows, 1):
            for c, one in enumerate(row, 1):
                cell = found.vba_get("Cells", [r, c])
                if isinstance(one, str):
                    cell.vba_set("NumberFormat", "@")  # a text stays one: 0001024, =7001, 05/06/2026
                cell.vba_set("Value", to_vba(one))
        self.next_row += len(rows) + 1
        # the model gives no values below the last row in use, where Excel gives blanks: this one stands below
        self.sheet.set_value(f"AZ{self.next_row - 1}", "end")
        return found

    def call(self, function: str, *arguments: Any) -> Any:
        """Call a wrapper as a cell does: arguments as ranges, or MISSING. Raises: VBARuntimeError for fewer or more than it takes."""
        given = [MISSING if one is table.MISSING else one for one in arguments]
        while given and given[-1] is MISSING:
            given.pop()
        return shown(self.app.interpreter.run(function, given))


def to_vba(value: Any) -> Any:
    """Return a value of the table as VBA holds it."""
    if isinstance(value, CellError):
        return VBAErrorValue(NUMBERS[value.text])
    if isinstance(value, date):
        return VBADate.from_datetime(value)
    if value is None:
        return EMPTY
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def to_com(value: Any) -> Any:
    """Return a value of VBA as pywin32 hands it to Python."""
    if value is EMPTY:
        return None
    if value is MISSING:
        return pywin32.MISSING
    if isinstance(value, VBAErrorValue):
        return -2146828288 + value.number
    if isinstance(value, VBADate):
        return pywin32.com_value(value.to_datetime().date())
    if isinstance(value, VBAArray):
        rows, columns = value.bounds
        return tuple(
            tuple(to_com(value.get([r, c])) for c in range(columns[0], columns[1] + 1))
            for r in range(rows[0], rows[1] + 1)
        )
    assert not isinstance(value, Range), "the bridge passes values, not ranges: each look at a range is a trip to Excel"
    return value


def from_com(value: Any) -> Any:
    """Return what Python answered as VBA gets it: rows as an array of two dimensions, one row as an array of one."""
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], list | tuple):
            items = [from_com(row[c]) for c in range(len(value[0])) for row in value]
            return VBAArray([(0, len(value) - 1), (0, len(value[0]) - 1)], items=items)
        return VBAArray([(0, len(value) - 1)], items=[from_com(one) for one in value])
    return VBADate.from_datetime(value.date()) if hasattr(value, "date") else value


def shown(value: Any) -> Any:
    """Return what the cell shows, an error only where VBA returned a real one."""
    if isinstance(value, VBAArray):
        if value.dimensions == 1:
            return [[shown(one) for one in value.elements()]]
        rows, columns = value.bounds
        return [
            [shown(value.get([r, c])) for c in range(columns[0], columns[1] + 1)] for r in range(rows[0], rows[1] + 1)
        ]
    if isinstance(value, VBAErrorValue):
        return CellError(_BY_NUMBER[value.number])
    return value.to_datetime().date() if isinstance(value, VBADate) else value
