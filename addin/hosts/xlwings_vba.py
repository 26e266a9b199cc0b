"""xlwings' own VBA, read from the installed package and configured for our add-in.

What must stay true: nothing of it is kept in this project; each change is checked against what stands there, so that another version of
xlwings is refused rather than changed by chance; where Python is found is decided by the user's own configuration file alone, never by
a workbook that somebody sent or by a file beside it; the parts that need a licence key are taken out.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from importlib.resources import files
from typing import Final

from creditlib.errors import UsageError
from creditlib.faces.wording import say

PROJECT = "creditlib"
"""Names the configuration: `%USERPROFILE%\\.creditlib\\creditlib.conf`, on macOS `creditlib.conf` in Excel's own folder."""
_NEVER: Final = "False = True"

# what stands in xlwings' VBA, what we put there, how often
_CHANGES: Final = (
    ('"myaddin"', f'"{PROJECT}"', 1),
    # a sheet named creditlib.conf, or a file beside a workbook, could name any program as the interpreter
    ('SheetExists(ActiveWorkbook, PROJECT_NAME & ".conf") = True', _NEVER, 1),
    ('SheetExists(ThisWorkbook, PROJECT_NAME & ".conf") = True', _NEVER, 1),
    ("FileExists(GetDirectoryConfigFilePath()) = True", _NEVER, 1),
    # and a folder with a json.py beside a workbook would be imported first
    ('GetConfig("ADD_WORKBOOK_TO_PYTHONPATH", "true")', '"false"', 2),
    # a workbook named "a;b.xlsx" would shift what follows into the path of modules
    ('AddExcelDir & ";" & ActiveFullName & ";" & ThisFullName & ";"', 'AddExcelDir & ";;;"', 2),
    # one server for all workbooks: the command that starts it must not change with the active one
    (
        'AddExcelDir & ";" & ActiveWorkbook.FullName & ";" & ThisWorkbook.FullName & ";" & GetConfig("ONEDRIVE_CONSUMER_WIN")',
        'AddExcelDir & ";;;" & GetConfig("ONEDRIVE_CONSUMER_WIN")',
        1,
    ),
)  # fmt: skip
_CUTS: Final = (
    # from, to (kept): what embedded code needs, which is not free
    ("    ' Check for embedded Python code", "    If uses_embedded_code = True Then\r\n        AddExcelDir"),
    ("    ' PythonCommand with embedded code", "    ' Call Python platform-dependent"),
    ("    ' Automatically add embedded code sheets", "    ' Default"),
    ('    licenseKey = GetConfig("LICENSE_KEY", "")', "    If DEBUG_UDFS = True Then"),
)
_PINNED: Final = re.compile(r'^Public Const XLWINGS_VERSION As String = "([^"]+)"', re.MULTILINE)


def xlwings_version() -> str:
    """Return the version of the installed xlwings. Raises: ImportError where it is not installed."""
    return version("xlwings")


def pinned_version(source: str) -> str | None:
    """Return the version a module of xlwings' VBA needs, None where it names none."""
    found = _PINNED.search(source)
    return found[1] if found else None


def xlwings_module() -> str:
    """Return the module `xlwings`, configured. Raises: UsageError where the installed xlwings has other VBA than is known here."""
    text = _resource("xlwings_custom_addin.bas")
    for start, end in _CUTS:
        text = _cut(text, start, end)
    for there, ours, times in _CHANGES:
        if text.count(there) != times:
            raise _other_vba(there)
        text = text.replace(there, ours)
    if pinned_version(text) != xlwings_version():
        raise _other_vba("XLWINGS_VERSION")
    return text


def dictionary_module() -> str:
    """Return the class `Dictionary`, which the module above needs on macOS."""
    return _resource("addin/Dictionary.cls")


def _cut(text: str, start: str, end: str) -> str:
    if text.count(start) != 1 or text.count(end) < 1:
        raise _other_vba(start.strip())
    at = text.index(start)
    return text[:at] + text[text.index(end, at) :]


def _other_vba(what: str) -> UsageError:
    words = {"version": xlwings_version(), "what": what[:60]}
    return UsageError(say("excel.error.other_vba", "en", **words), say("excel.error.other_vba", "zh", **words))


def _resource(name: str) -> str:
    text = files("xlwings").joinpath(name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
