"""Builds `CreditLib.oxt`, the extension for LibreOffice Calc, from the catalogue: with `zipfile` alone, the same bytes each time.

What must stay true: nothing of a function is written here; what Calc needs to know beyond the catalogue (types, services, languages)
follows from it. Names and help go into the configuration, since Calc reads them before anything of Python runs.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from creditlib import __version__
from creditlib.faces.wording import words_under

from ..macros import MACROS
from ..udf import CATALOGUE, Function

NAME: Final = "CreditLib.oxt"
IDENTIFIER: Final = "org.creditlib.calc"
SERVICE: Final = "org.creditlib.calc.CreditLib"
"""Service of the functions; with a function's name behind it, the long spelling that Calc writes into some files."""
MENU: Final = "org.creditlib.calc.Menu"
INTERFACE: Final = "org.creditlib.calc.XCreditLib"
CATEGORY: Final = "Financial"
"""Group of the function wizard: Calc takes one of its own only."""

_LANGUAGES: Final = ("en", "zh")  # zh serves every Chinese: the office falls back from zh-CN to zh
_ROWS: Final = "sequence< sequence<any> >"
_DATE: Final = (2020, 1, 1, 0, 0, 0)
_OOR: Final = 'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def build(path: str | Path, note: str | None = None) -> Path:
    """Write the extension; return where. note: text of the note that says where the library is, for an installation all users share."""
    target = Path(path)
    if target.is_dir():
        target = target / NAME
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts(note).items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"))
    return target


def parts(note: str | None = None) -> dict[str, str]:
    """Return what the extension holds, by name."""
    here = files(__package__)
    made = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        "about/en.txt": _words("extension")["about"]["en"] + "\n",
        "about/zh.txt": _words("extension")["about"]["zh"] + "\n",
        "LICENSE.txt": _licence(),
        "XCreditLib.idl": idl(),
        "CalcAddIns.xcu": functions_xcu(),
        "Addons.xcu": menu_xcu(),
        "catalogue.json": json.dumps(catalogue(), ensure_ascii=False, indent=1, sort_keys=True) + "\n",
        "creditlib_component.py": here.joinpath("calc_component.py").read_text(encoding="utf-8"),
        "pythonpath/creditlib_calc_library.py": here.joinpath("calc_library.py").read_text(encoding="utf-8"),
    }
    if note is not None:
        made["python.json"] = note
    return made


def gives_rows(function: Function) -> bool:
    """Whether its type in Calc is rows of values: a table, or numbers that a column of customers gives. Texts in rows would look right and
    compare equal to nothing, so functions of texts answer one cell at a time.
    """
    return function.result == "table" or (function.each and function.result == "number")


def asks_document(function: Function) -> bool:
    """Whether it must know the document's own calendar."""
    return (
        function.result in ("day", "cell")
        or function.rest
        or any(a.kind.name in ("day", "ledger") for a in function.arguments)
    )


def catalogue() -> dict[str, Any]:
    """Return what the component needs to make the functions and to say why it can't."""
    functions = {
        f.name: {"method": f.name.lower(), "rows": gives_rows(f), "document": asks_document(f), "rest": f.rest}
        for f in CATALOGUE.values()
    }
    return {
        "version": __version__, "service": SERVICE, "menu": MENU, "interface": INTERFACE, "functions": functions,
        "words": _words("library"), "title": _words("book")["title"], "nothing": _words("book")["no_document"],
    }  # fmt: skip


def idl() -> str:
    """Return the type library: one interface, a method a function."""
    lines = [f"    {_method(f)};" for f in CATALOGUE.values()]
    *modules, name = INTERFACE.split(".")
    head = " ".join(f"module {m} {{" for m in modules)
    return "\n".join([head, f"interface {name} {{", *lines, "};", "}; " * len(modules)]).rstrip() + "\n"


def _method(function: Function) -> str:
    given = [("com::sun::star::beans::XPropertySet", "document")] if asks_document(function) else []
    given += [("any", _identifier(a.name)) for a in function.arguments]
    given += [("sequence<any>", "further")] if function.rest else []
    arguments = ", ".join(f"[in] {kind} {name}" for kind, name in given)
    return f"{_ROWS if gives_rows(function) else 'any'} {function.name.lower()}({arguments})"


def _identifier(name: str) -> str:
    """Return an argument's name as IDL and the configuration know it; never a word of IDL, and without underscores."""
    head, *rest = name.split("_")
    return "the" + "".join(part.capitalize() for part in (head, *rest))


def functions_xcu() -> str:
    """Return the configuration of the functions: names, help and arguments in every language."""
    nodes = "\n".join(_function_node(f) for f in CATALOGUE.values())
    return (
        f'{_HEAD}<oor:component-data {_OOR} oor:name="CalcAddIns" oor:package="org.openoffice.Office">\n'
        f'<node oor:name="AddInInfo"><node oor:name="{SERVICE}" oor:op="replace"><node oor:name="AddInFunctions">\n'
        f"{nodes}\n</node></node></node>\n</oor:component-data>\n"
    )


def _function_node(function: Function) -> str:
    def node(name: str, label: str, help_of: dict[str, str]) -> str:
        return f'<node oor:name={quoteattr(name)} oor:op="replace">{_local("DisplayName", {"en": label, "zh": label})}{_local("Description", help_of)}</node>'

    arguments = [
        node(_identifier(a.name), a.name if a.required else f"[{a.name}]", {lang: a.help(lang) for lang in _LANGUAGES})
        for a in function.arguments
    ]
    if function.rest:
        arguments.append(node("further", "…", _words("extension")["further"]))
    return (
        f'<node oor:name="{function.name.lower()}" oor:op="replace">'
        + _local("DisplayName", dict.fromkeys(_LANGUAGES, function.name))
        + _local("Description", {"en": function.en, "zh": function.zh})
        + f'<prop oor:name="Category"><value>{CATEGORY}</value></prop>'
        + f'<prop oor:name="CompatibilityName"><value xml:lang="en-US">{function.name}</value></prop>'
        + f'<node oor:name="Parameters">{"".join(arguments)}</node></node>'
    )


def _local(name: str, said: dict[str, str]) -> str:
    values = "".join(f'<value xml:lang="{lang}">{escape(said[lang])}</value>' for lang in _LANGUAGES)
    return f'<prop oor:name="{name}" oor:type="xs:string">{values}</prop>'


def menu_xcu() -> str:
    """Return the menu: shown in spreadsheets only."""
    entries = "\n".join(
        f'<node oor:name="m{number:02}" oor:op="replace"><prop oor:name="URL" oor:type="xs:string"><value>service:{MENU}?{name}</value></prop>'
        f'{_local("Title", said)}<prop oor:name="Target" oor:type="xs:string"><value>_self</value></prop></node>'
        for number, (name, said) in enumerate(_entries(), 1)
    )
    return (
        f'{_HEAD}<oor:component-data {_OOR} oor:name="Addons" oor:package="org.openoffice.Office">\n'
        f'<node oor:name="AddonUI"><node oor:name="OfficeMenuBar"><node oor:name="{IDENTIFIER}" oor:op="replace">\n'
        f"{_local('Title', words_under('ribbon')['tab'])}\n"
        f'<prop oor:name="Context" oor:type="xs:string"><value>com.sun.star.sheet.SpreadsheetDocument</value></prop>\n'
        f'<node oor:name="Submenu">\n{entries}\n</node></node></node></node>\n</oor:component-data>\n'
    )


def _entries() -> Iterator[tuple[str, dict[str, str]]]:
    """Return the macros with their labels, those of the ribbon; the function wizard is Calc's own."""
    for name, said in words_under("ribbon.macro").items():
        if name in MACROS:
            yield name, said["label"]


def _manifest() -> str:
    kinds: Iterator[tuple[str, str]] = iter(
        (
            ("application/vnd.sun.star.uno-typelibrary;type=RDB", "XCreditLib.idl"),
            ("application/vnd.sun.star.uno-component;type=Python", "creditlib_component.py"),
            ("application/vnd.sun.star.configuration-data", "CalcAddIns.xcu"),
            ("application/vnd.sun.star.configuration-data", "Addons.xcu"),
        )
    )
    entries = "\n".join(
        f'<manifest:file-entry manifest:media-type="{kind}" manifest:full-path="{name}"/>' for kind, name in kinds
    )
    return f'{_HEAD}<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n{entries}\n</manifest:manifest>\n'


def _description() -> str:
    said = _words("extension")
    names = "".join(f'<name lang="{lang}">{escape(said["name"][lang])}</name>' for lang in _LANGUAGES)
    about = "".join(f'<src xlink:href="about/{lang}.txt" lang="{lang}"/>' for lang in _LANGUAGES)
    return (
        f'{_HEAD}<description xmlns="http://openoffice.org/extensions/description/2006" xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        f'<identifier value="{IDENTIFIER}"/>\n<version value="{__version__}"/>\n<display-name>{names}</display-name>\n'
        f"<extension-description>{about}</extension-description>\n"
        '<dependencies><l:LibreOffice-minimal-version xmlns:l="http://libreoffice.org/extensions/description/2011" value="7.4" '
        'l:name="LibreOffice 7.4"/></dependencies>\n</description>\n'
    )


def _licence() -> str:
    """Return the licence as it came with the library; its name where an installation left the text out."""
    try:
        found = distribution("creditlib").read_text("licenses/LICENSE")
    except PackageNotFoundError:
        found = None
    return (found or "MIT").replace("\r\n", "\n").rstrip() + "\n"


def _words(part: str) -> dict[str, Any]:
    return words_under(f"menu.{part}")
