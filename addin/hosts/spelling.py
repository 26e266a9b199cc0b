"""Repairs function names in an .xlsx or .xlsm: what spreadsheets write for a function whose add-in was not at hand, back to its plain name.

What must stay true: only the text of formulas changes, never a string in one; every part without such a name is copied byte for byte; the
target is written whole or not at all. A link to the add-in's own file goes only where nothing uses it and no other link is counted by its place.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final
from urllib.parse import unquote
from xml.sax.saxutils import escape, unescape

from creditlib.errors import Lang, UsageError
from creditlib.faces.package import write_whole
from creditlib.faces.wording import say

from ..udf import CATALOGUE
from .oxt import SERVICE

_HOLDERS: Final = (
    "sheet.main+xml",
    "template.main+xml",
    "addin.main+xml",
    ".macroEnabled.main+xml",
    "sheet+xml",
    "table+xml",
)
_ELEMENTS: Final = re.compile(
    r"(<(?:\w+:)?(?:f|formula|formula1|formula2|definedName|calculatedColumnFormula|totalsRowFormula)(?:\s[^<>]*)?(?<!/)>)([^<]+)(?=</)"
)
_ENTITIES: Final = {"&quot;": '"', "&apos;": "'"}
_WORKBOOK: Final = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done. changed: how many names of each spelling. removed: links to the add-in's file. left: what stays, in both languages."""

    path: Path
    changed: Mapping[str, int]
    removed: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> int:
        """How many names were changed."""
        return sum(self.changed.values())

    def notes(self, lang: Lang) -> list[str]:
        """Return what became of links to the add-in's own file."""
        gone = [say("menu.spelling.link_gone", lang, target=target) for target in self.removed]
        return gone + [zh if lang == "zh" else en for en, zh in self.left]


@dataclass
class _Work:
    """One file under repair. links: how often a numbered link was taken out of a formula."""

    changed: Counter[str] = field(default_factory=Counter)
    links: Counter[int] = field(default_factory=Counter)


def normalise(source: str | Path, target: str | Path) -> Repaired:
    """Write a copy of a workbook whose cell functions have their plain names.

    target: may be the source itself. Raises: UsageError for a file that is no workbook.
    """
    source, target = Path(source), Path(target)
    work = _Work()
    try:
        with zipfile.ZipFile(source) as archive:
            infos = archive.infolist()
            parts = {info.filename: archive.read(info) for info in infos}
    except zipfile.BadZipFile as error:
        with source.open("rb") as file:
            locked = file.read(4) == b"\xd0\xcf\x11\xe0"
        raise _refused(source, "locked" if locked else "not_zip") from error
    except (RuntimeError, NotImplementedError, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise _refused(source, "broken", what=str(error)) from error
    holders = _holders(parts)
    if not holders:
        raise _refused(source, "no_part")
    made = dict(parts)
    try:
        for name in holders:
            made[name] = _rewritten(parts[name], lambda text: _respelt(text, work))
        removed, left = _links(made, work)
    except UnicodeDecodeError as error:
        raise _refused(source, "broken", what=str(error)) from error
    _write(target, infos, made)
    return Repaired(target, dict(work.changed), removed, left)


def plain(formula: str) -> str:
    """Return one formula with plain names.

    >>> plain("=IF(_xll.CREDITSCORE(A1)>600,\\"_xll.CREDITSCORE(\\",[1]!creditgrade(A1))")
    '=IF(CREDITSCORE(A1)>600,"_xll.CREDITSCORE(",CREDITGRADE(A1))'
    """
    return _respelt(formula, _Work())


@cache
def _pattern() -> re.Pattern[str]:
    """Return what is looked for in a formula: strings first, so that nothing in one is found; quoted files, other quoted names, spellings."""
    names = "|".join(sorted(CATALOGUE, key=len, reverse=True))
    return re.compile(
        rf"""
        (?P<string>"(?:[^"]|"")*")
        | (?:(?P<file>'(?:[^']|'')*\.xla[mx]?'!|(?<![\w.\]'])[\w.]+\.xla[mx]?!)
            | (?P<link>'?\[(?P<number>\d+)\]'?!)
            | (?P<prefix>(?<![\w.!\]'])(?:_xlfn\.)?(?:_xll\.|_xludf\.|_xldudf_(?:\w+?_)?|{re.escape(SERVICE)}\.|_xlfn\.))
          )(?P<name>{names})(?=\s*\()
        | '(?:[^']|'')*'
        """,
        re.VERBOSE | re.IGNORECASE,
    )


def _respelt(formula: str, work: _Work) -> str:
    def one(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        if match["number"]:
            work.links[int(match["number"])] += 1
        work.changed[_spelling(match)] += 1
        return name.upper()

    return _pattern().sub(one, formula)


def _spelling(match: re.Match[str]) -> str:
    """Return how a spelling is counted: without what differs from name to name."""
    if match["file"]:
        return "file!"
    if match["link"]:
        return "[n]!"
    prefix = match["prefix"].lower()
    if prefix.startswith("_xldudf_"):
        return "_xldudf_"
    return "long name" if prefix.endswith(f"{SERVICE.lower()}.") else match["prefix"]


def _holders(parts: Mapping[str, bytes]) -> list[str]:
    """Return the parts that hold formulas: by their declared kind, since their names are free."""
    if "[Content_Types].xml" not in parts:
        return []
    kinds = _text(parts["[Content_Types].xml"])[0]
    found = []
    for entry in re.findall(r"<Override\b[^>]*>", kinds):
        name, kind = _attribute(entry, "PartName").lstrip("/"), _attribute(entry, "ContentType")
        if kind.startswith("application/vnd.") and kind.endswith(_HOLDERS) and name in parts:
            found.append(name)
    return found if any("main+xml" in kind for kind in re.findall(r'ContentType="([^"]*)"', kinds)) else []


def _attribute(element: str, name: str) -> str:
    found = re.search(rf"""\b{name}\s*=\s*(?:"([^"]*)"|'([^']*)')""", element)
    return unescape(found[1] or found[2] or "", _ENTITIES) if found else ""


def _text(data: bytes) -> tuple[str, str]:
    """Return a part as text with its encoding."""
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return data.decode(coding), coding


def _rewritten(data: bytes, change: Callable[[str], str]) -> bytes:
    """Return a part with the texts of its formulas changed; the same bytes where none is."""
    text, coding = _text(data)

    def one(match: re.Match[str]) -> str:
        was = unescape(match[2], _ENTITIES)
        now = change(was)
        return match[0] if now == was else match[1] + escape(now)

    made = _ELEMENTS.sub(one, text)
    return data if made == text else made.encode(coding)


def _links(parts: dict[str, bytes], work: _Work) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Take out links to the add-in's file that nothing uses any more; return those, and what stays with its reason."""
    removed: list[str] = []
    left: list[tuple[str, str]] = []
    for number in sorted(work.links, reverse=True):
        order = _external(parts)
        if number > len(order):
            continue
        part, target = order[number - 1]
        if not re.search(r"\.xla[mx]?$", target, re.IGNORECASE):
            continue  # a workbook that has a function of the same name: its link is none of ours
        uses = _uses(parts, number)
        if uses:
            left.append(_told("link_used", target=target, count=uses))
        elif number != len(order):
            left.append(_told("link_order", target=target))
        else:
            _take_out(parts, part)
            removed.append(target)
    return tuple(removed), tuple(left)


def _external(parts: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Return (part, target) of every external link, in the order formulas count them."""
    links = _relations(parts, _WORKBOOK)
    text = _text(parts.get(_WORKBOOK, b""))[0]
    found = []
    for reference in re.findall(r"<(?:\w+:)?externalReference\b[^>]*>", text):
        part = links.get(_attribute(reference, r"\w+:id"), "")
        target = next(iter(_relations(parts, part).values()), "")
        found.append((part, unquote(target)))
    return found


def _relations(parts: Mapping[str, bytes], part: str) -> dict[str, str]:
    """Return what a part's relationships lead to, by their id; inside the file as names of parts."""
    path = PurePosixPath(part)
    data = parts.get(str(path.parent / "_rels" / f"{path.name}.rels"))
    found = {}
    for entry in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", _text(data)[0] if data else ""):
        target = _attribute(entry, "Target")
        inside = _attribute(entry, "TargetMode") != "External"
        found[_attribute(entry, "Id")] = (
            (target.lstrip("/") if target.startswith("/") else f"{path.parent}/{target}") if inside else target
        )
    return found


def _uses(parts: Mapping[str, bytes], number: int) -> int:
    """Return how often a link is still named anywhere in the file: charts and pivots name links too."""
    sign = f"[{number}]"
    return sum(
        _text(data)[0].count(sign)
        for name, data in parts.items()
        if name.endswith((".xml", ".vml")) and "externalLinks/" not in name
    )


def _take_out(parts: dict[str, bytes], part: str) -> None:
    """Remove a link, the last one: its part, what leads to it, and what declares it."""
    links = _relations(parts, _WORKBOOK)
    number = next(key for key, name in links.items() if name == part)
    path = PurePosixPath(part)
    parts.pop(part)
    parts.pop(str(path.parent / "_rels" / f"{path.name}.rels"), None)
    _drop(parts, _WORKBOOK, rf'<(?:\w+:)?externalReference\b[^>]*["\']{re.escape(number)}["\'][^>]*/>')
    _drop(parts, _WORKBOOK, r"<(\w+:)?externalReferences\s*>\s*</(\w+:)?externalReferences\s*>")
    _drop(
        parts, "xl/_rels/workbook.xml.rels", rf'<(?:\w+:)?Relationship\b[^>]*\bId=["\']{re.escape(number)}["\'][^>]*/>'
    )
    _drop(parts, "[Content_Types].xml", rf'<Override\b[^>]*["\']/{re.escape(part)}["\'][^>]*/>')


def _drop(parts: dict[str, bytes], name: str, pattern: str) -> None:
    text, coding = _text(parts[name])
    parts[name] = re.sub(pattern, "", text, count=1).encode(coding)


def _write(target: Path, infos: list[zipfile.ZipInfo], parts: Mapping[str, bytes]) -> None:
    def fill(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for info in infos:
                if info.filename in parts:
                    archive.writestr(info, parts[info.filename], compress_type=info.compress_type)

    write_whole(target, fill, force=True)


def _told(key: str, **values: object) -> tuple[str, str]:
    return say(f"menu.spelling.{key}", "en", **values), say(f"menu.spelling.{key}", "zh", **values)


def _refused(path: Path, key: str, **values: object) -> UsageError:
    what = _told(key, **values)
    return UsageError(
        say("menu.spelling.no_workbook", "en", path=path, what=what[0]),
        say("menu.spelling.no_workbook", "zh", path=path, what=what[1]),
    )
