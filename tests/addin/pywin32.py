"""A stand-in for pywin32, as far as xlwings' own reading and writing of cells needs it: the real `xlwings.udfs.call_udf` then runs here.

What must stay true: nothing of xlwings is replaced; what a cell holds looks as pywin32 hands it over (errors and missing arguments as
numbers, dates as TimeType with a zone, a range as rows in a tuple), so that only COM itself is missing.
"""

from __future__ import annotations

import ctypes
import sys
from datetime import UTC, date, datetime
from types import ModuleType, SimpleNamespace
from typing import Any

MISSING = -2147352572
RANGE_ID = "{00020846-0000-0000-C000-000000000046}"


class TimeType(datetime):
    """A date as COM hands it over."""


class ComError(Exception):
    """pywintypes.com_error."""


class _Anything:
    """A DLL nobody calls here."""

    def __getattr__(self, name: str) -> Any:
        return _Anything()

    def __call__(self, *_: Any, **__: Any) -> int:
        return 0


class FakeRange:
    """A COM range: one value, or rows of them."""

    def __init__(self, value: Any, *, from_1904: bool = False) -> None:
        rows = value if isinstance(value, tuple) else ((value,),)
        self.Value = value
        self.Row = self.Column = 1
        self.Rows, self.Columns = SimpleNamespace(Count=len(rows)), SimpleNamespace(Count=len(rows[0]))
        excel = SimpleNamespace(Hwnd=1)
        book = SimpleNamespace(Name="Book1", Date1904=from_1904, Application=excel)
        self.Worksheet = SimpleNamespace(Name="Sheet1", Parent=book, Application=excel)
        self.Application = excel
        ident = SimpleNamespace(GetTypeAttr=lambda: SimpleNamespace(iid=RANGE_ID))
        self._oleobj_ = SimpleNamespace(GetTypeInfo=lambda: ident)


def com_value(value: Any) -> Any:
    """Return a value of a cell as COM hands it over."""
    from creditlib_addin.hosts.errors import BY_COM_NUMBER
    from creditlib_addin.values import CellError

    if isinstance(value, CellError):
        return next(number for number, error in BY_COM_NUMBER.items() if error == value)
    if isinstance(value, date):
        return TimeType(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list):
        return tuple(tuple(com_value(cell) for cell in row) for row in value)
    return value


def install() -> Any:
    """Put the stand-in in place and return `xlwings.udfs`, with its Excel engine as the active one."""
    if "xlwings.udfs" in sys.modules:
        return sys.modules["xlwings.udfs"]
    interface = type("PyIDispatch", (), {})
    _module(
        "pythoncom", __file__="", com_error=ComError, CoInitialize=lambda: None,
        IID_IDispatch="IDispatch", TypeIIDs={"IDispatch": interface},
    )  # fmt: skip
    _module("pywintypes", com_error=ComError, error=ComError, TimeType=TimeType, IID=lambda text: text)
    for name in ("win32api", "win32con", "win32gui", "win32event"):
        _module(name)
    _module("win32process", GetWindowThreadProcessId=lambda handle: (0, handle))
    _module("win32timezone", TimeZoneInfo=SimpleNamespace(utc=lambda: UTC, local=lambda: UTC))
    classes = {name: type(name, (), {}) for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass")}
    client = _module("win32com.client", Dispatch=lambda given: given, DispatchEx=lambda given: given, **classes)
    server = _module("win32com.server")
    for name in ("dispatcher", "policy", "util"):
        setattr(server, name, _module(f"win32com.server.{name}"))
    _module("win32com", client=client, server=server)
    before = {name: getattr(ctypes, name, None) for name in ("windll", "oledll", "PyDLL", "WINFUNCTYPE", "WinDLL")}
    ctypes.windll = ctypes.oledll = _Anything()  # type: ignore[assignment]
    ctypes.PyDLL = ctypes.WinDLL = lambda *_, **__: _Anything()  # type: ignore[assignment,misc]
    ctypes.WINFUNCTYPE = ctypes.CFUNCTYPE  # type: ignore[assignment]
    try:
        import xlwings
        from xlwings import _xlwindows
        from xlwings.main import Engine
    finally:
        for name, value in before.items():
            if value is None:
                delattr(ctypes, name)
            else:
                setattr(ctypes, name, value)
    xlwings._xlwindows = _xlwindows
    if "excel" not in [engine.name for engine in xlwings.engines]:
        xlwings.engines.add(Engine(impl=_xlwindows.engine))
    xlwings.engines.active = xlwings.engines["excel"]
    import xlwings.udfs

    return xlwings.udfs


def server() -> Any:
    """Return the object VBA talks to: xlwings' own, without the COM around it."""
    install()
    from xlwings.com_server import XLPython

    return XLPython()


def _module(name: str, **members: Any) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made
    return made
