"""`CreditLib.xlam`, the add-in of Excel: VBA project, help for the function wizard, ribbon, and the words its VBA shows.

What must stay true: the same version builds the same bytes on every system and every day; what is built passes the reader's own checks;
nothing in it names a person or a machine.
"""

from __future__ import annotations

import re
import struct
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from creditlib import __version__
from creditlib.errors import Lang, UsageError
from creditlib.faces.wording import say, words_under

from .. import CATALOGUE
from . import vba
from .ribbon import ribbon_xml
from .xlwings_vba import dictionary_module, pinned_version, xlwings_module, xlwings_version

NAME: Final = "CreditLib.xlam"
BUILT_IN_CATEGORIES: Final = 19
WORDS_SHEET: Final = "words"
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_RIBBON_PART: Final = "customUI/customUI.xml"
_RIBBON_TYPE: Final = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
_ARGUMENTS_URI: Final = (
    "{8193D73E-4604-4355-AFF4-8A2333D13BE4}"  # [MS-XLSX] 2.2.2: definedNames in the workbook's list of extensions
)
_X14: Final = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_CODE_PAGE_RECORD: Final = struct.pack("<HI", 3, 2)  # [MS-OVBA] 2.3.4.2.1.4, before the number itself


class BuildError(Exception):
    """The add-in can't be built: a fault of this project or of another version of what it is built with."""


def build(path: Path, lang: Lang = "en") -> Path:
    """Write the add-in in one language; return where. Raises: BuildError; UsageError where xlwings or pyOpenVBA is absent or another version."""
    try:
        from pyopenvba import check_file

        xlwings_version()
    except ImportError as error:
        raise UsageError(
            say("excel.error.not_there", "en", what=error.name), say("excel.error.not_there", "zh", what=error.name)
        ) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / NAME
        _with_project(made, lang)
        parts = _read(made)
        for name, change in (
            ("xl/workbook.xml", lambda text: _workbook(text, lang)),
            ("xl/worksheets/sheet1.xml", lambda text: _words(text, lang)),
            ("_rels/.rels", _relationships),
        ):
            parts[name] = change(parts[name].decode("utf-8")).encode("utf-8")
        parts[_RIBBON_PART] = ribbon_xml(lang).encode("utf-8")
        parts["docProps/core.xml"] = _core(lang).encode("utf-8")
        parts["docProps/app.xml"] = parts["docProps/app.xml"].replace(b"Sheet1", WORDS_SHEET.encode())
        _write(made, parts)
        report = check_file(made)
        if not report.ok:
            raise BuildError(f"{NAME}: {'; '.join(map(str, report.issues)) or 'not everything could be checked'}")
        path.write_bytes(made.read_bytes())
    return path


def words(lang: Lang) -> dict[str, str]:
    """Return what the VBA of the add-in shows, by key, as it stands in the add-in's sheet."""
    return {
        "version": __version__,
        "language": lang,
        **{key: said[lang] for key, said in words_under("excel.bridge").items()},
    }


def _with_project(path: Path, lang: Lang) -> None:
    from pyopenvba import ExcelFile, VBAModuleKind

    code_page = vba.CODE_PAGE[lang]
    with ExcelFile.create_new(path) as file:
        project = file.vba_project()
        old = _CODE_PAGE_RECORD + struct.pack("<H", project.code_page)
        if project.dir_raw.count(old) != 1:
            raise BuildError("the code page of the empty project is not where it was")
        project.dir_raw = project.dir_raw.replace(old, _CODE_PAGE_RECORD + struct.pack("<H", code_page))
        project.code_page = code_page
        for name, source in modules(lang).items():
            _fits(source, code_page)
            kind = VBAModuleKind.other if name == "Dictionary" else VBAModuleKind.standard
            project.add_module(name, source, kind=kind)
        project.delete_module("Module1")
        file.save()


def _fits(source: str, code_page: int) -> None:
    """Refuse a sign the project can't hold: it would become a question mark. Raises: BuildError with the line it stands in."""
    for line in source.splitlines():
        try:
            line.encode(f"cp{code_page}")
        except UnicodeEncodeError as error:
            sign = line[error.start : error.end]
            raise BuildError(f"{sign!r} is not in code page {code_page}: {line.strip()}. Write it otherwise.") from None


def modules(lang: Lang) -> dict[str, str]:
    """Return the modules of the add-in by name."""
    return {
        "xlwings": xlwings_module(),
        "Dictionary": dictionary_module(),
        vba.BRIDGE: vba.bridge_module(),
        vba.FUNCTIONS: vba.functions_module(lang),
        vba.RIBBON: vba.ribbon_module(),
    }


def _workbook(text: str, lang: Lang) -> str:
    category = quoteattr(say("excel.category", lang))
    groups = (
        f'<functionGroups builtInGroupCount="{BUILT_IN_CATEGORIES}"><functionGroup name={category}/></functionGroups>'
    )
    named = "".join(
        f'<x14:definedName name="{function.name}"><x14:argumentDescriptions count="{len(function.arguments)}">'
        + "".join(
            f'<x14:argumentDescription index="{at}">{escape(argument.help(lang))}</x14:argumentDescription>'
            for at, argument in enumerate(function.arguments)
        )
        + "</x14:argumentDescriptions></x14:definedName>"
        for function in CATALOGUE.values()
        if function.arguments
    )
    help_text = f'<ext uri="{_ARGUMENTS_URI}" xmlns:x14="{_X14}"><x14:definedNames>{named}</x14:definedNames></ext>'
    text = _once(text, '<sheet name="Sheet1"', f'<sheet name="{WORDS_SHEET}"')
    text = _once(text, "</sheets>", f"</sheets>{groups}")
    return _once(text, "<extLst>", f"<extLst>{help_text}")


def _words(text: str, lang: Lang) -> str:
    rows = "".join(
        f'<row r="{at}">{_cell(f"A{at}", key)}{_cell(f"B{at}", said)}</row>'
        for at, (key, said) in enumerate(words(lang).items(), 1)
    )
    text = _once(text, '<dimension ref="A1"/>', f'<dimension ref="A1:B{len(words(lang))}"/>')
    return _once(text, "<sheetData/>", f"<sheetData>{rows}</sheetData>")


def _cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _relationships(text: str) -> str:
    ours = f'<Relationship Id="rIdRibbon" Type="{_RIBBON_TYPE}" Target="{_RIBBON_PART}"/>'
    return _once(text, "</Relationships>", f"{ours}</Relationships>")


def _core(lang: Lang) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(say('excel.title', lang))}</dc:title><dc:creator>creditlib</dc:creator>"
        f"<dc:description>{escape(say('excel.comment', lang, version=__version__))}</dc:description></cp:coreProperties>"
    )


def _once(text: str, there: str, ours: str) -> str:
    if text.count(there) != 1:
        raise BuildError(f"the empty add-in has {text.count(there)} of {there}, one was expected")
    return text.replace(there, ours)


def _read(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(path: Path, parts: Mapping[str, bytes]) -> None:
    # stored, not deflated: what deflate writes depends on the zlib of the system
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.create_system, info.external_attr = 0, 0
            archive.writestr(info, content)


def version_inside(path: Path) -> str | None:
    """Return the version of xlwings an add-in needs, None for a file that is no add-in of ours."""
    try:
        from pyopenvba import ExcelFile

        with ExcelFile(path) as file:
            return pinned_version(re.sub(r"\r\n?", "\n", file.get_module("xlwings")))
    except Exception:
        return None
