"""What runs inside LibreOffice: the cell functions and the menu as UNO objects, made from the catalogue packed beside this file.

What must stay true: this loads and answers even where the library can't be found; the standard library and `uno` are all it imports by
itself. In the extension it is called `creditlib_component.py`, and `calc_library.py` stands in `pythonpath` as `creditlib_calc_library`.
"""

from __future__ import annotations

import importlib
import json
import struct
from pathlib import Path
from typing import Any

import uno
import unohelper
from creditlib_calc_library import Trouble, load_library

HERE = Path(__file__).resolve().parent
MADE: dict[str, Any] = json.loads((HERE / "catalogue.json").read_text(encoding="utf-8"))
NAME_ERROR = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | 525))[0]  # #NAME?


class Library:
    """The library once it is loaded, or why it can't be: asked once, since a Python that failed to import keeps its half-made modules."""

    def __init__(self) -> None:
        self.cells: Any = None
        self.trouble: Trouble | None = None

    def load(self) -> Any:
        """Return the library's side, None where there is none."""
        if self.cells is None and self.trouble is None:
            try:
                self.cells = load_library(HERE)
            except Trouble as error:
                self.trouble = error
        return self.cells

    def why_not(self, context: Any) -> str:
        """Return why it can't be used, in the language of the office."""
        assert self.trouble is not None
        said: str = MADE["words"][self.trouble.key][_language(context)]
        return said.format(**self.trouble.values)


LIBRARY = Library()


def _language(context: Any) -> str:
    """Return en or zh, as the office itself shows its menus."""
    try:
        provider = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.configuration.ConfigurationProvider", context
        )
        node = uno.createUnoStruct("com.sun.star.beans.NamedValue", "nodepath", "/org.openoffice.Setup/L10N")
        view = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (node,))
        return "zh" if str(view.getByName("ooLocale")).startswith("zh") else "en"
    except Exception:  # an office without the setting: its words are English
        return "en"


def _function(name: str, entry: dict[str, Any]) -> Any:
    rows, document, rest = entry["rows"], entry["document"], entry["rest"]
    tells = name in ("CREDITWHY", "CREDITINFO")

    def answer(self: Any, *arguments: Any) -> Any:
        cells = LIBRARY.cells or LIBRARY.load()
        if cells is None:
            if tells:
                return LIBRARY.why_not(self.context)
            return ((NAME_ERROR,),) if rows else NAME_ERROR
        settings = None
        if document:
            settings, arguments = arguments[0], arguments[1:]
        if rest:
            arguments = (*arguments[:-1], *(arguments[-1] or ()))
        return cells.answer(name, arguments, rows=rows, document=settings)

    return answer


def _add_in(context: Any, *_: Any) -> Any:
    made = object.__new__(ADD_IN)
    made.context = context
    return made


def _nothing(value: Any) -> Any:
    """Answer of the parts of XAddIn that Calc does not ask: it reads names and help from the configuration."""
    return lambda self, *arguments: value


def _add_in_class() -> type:
    service = MADE["service"]
    body: dict[str, Any] = {entry["method"]: _function(name, entry) for name, entry in MADE["functions"].items()}
    body |= {
        "context": None,
        "setLocale": lambda self, locale: setattr(self, "locale", locale),
        "getLocale": lambda self: getattr(self, "locale", uno.createUnoStruct("com.sun.star.lang.Locale")),
        "getProgrammaticFuntionName": lambda self, name: name.lower(),
        "getDisplayFunctionName": lambda self, name: name.upper(),
        "getFunctionDescription": _nothing(""),
        "getDisplayArgumentName": _nothing(""),
        "getArgumentDescription": _nothing(""),
        "getProgrammaticCategoryName": _nothing("Financial"),
        "getDisplayCategoryName": _nothing("Financial"),
        "getServiceName": _nothing(service),
        "getImplementationName": _nothing(service),
        # never com.sun.star.sheet.AddIn as well: Calc would then ask names of XAddIn and leave the configuration aside
        "supportsService": lambda self, name: name == service,
        "getSupportedServiceNames": _nothing((service,)),
    }
    bases = [
        MADE["interface"],
        "com.sun.star.sheet.XAddIn",
        "com.sun.star.lang.XServiceName",
        "com.sun.star.lang.XServiceInfo",
    ]
    return type("CreditLib", (unohelper.Base, *map(uno.getClass, bases)), body)


class _MenuBody:
    """The menu: `service:…Menu?refresh` triggers the macro `refresh` on the spreadsheet in front."""

    context: Any = None

    def trigger(self, name: str) -> None:
        """Run a macro of the library."""
        desktop = self.context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", self.context)
        document = desktop.getCurrentComponent()
        if LIBRARY.load() is None:
            _box(self.context, document, LIBRARY.why_not(self.context))
            return
        importlib.import_module("creditlib_addin.hosts.calc_book").choose(name, document, _language(self.context))


def _box(context: Any, document: Any, text: str) -> None:
    """Show a sentence, or print it where there is no window to show it in."""
    try:
        window = document.CurrentController.Frame.ContainerWindow
        kind = uno.Enum("com.sun.star.awt.MessageBoxType", "WARNINGBOX")
        window.Toolkit.createMessageBox(window, kind, 1, MADE["title"][_language(context)], text).execute()
    except Exception:
        print(text)


def _menu_class() -> type:
    return type("CreditLibMenu", (unohelper.Base, uno.getClass("com.sun.star.task.XJobExecutor"), _MenuBody), {})


def _menu(context: Any, *_: Any) -> Any:
    made = object.__new__(MENU)
    made.context = context
    return made


ADD_IN: Any = _add_in_class()
MENU: Any = _menu_class()
g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(_add_in, MADE["service"], (MADE["service"],))
g_ImplementationHelper.addImplementation(_menu, MADE["menu"], (MADE["menu"],))
