"""All findings, one row each: those that must be acted on first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

from creditlib.errors import Finding, Lang
from creditlib.faces import workbook_cells as cells
from creditlib.faces.wording import say
from creditlib.faces.workbook_fill import Fill
from creditlib.faces.workbook_form import Form
from creditlib.facts.catalogue import CHECKS
from creditlib.flows import alerts

SHAPES = {"有限责任公司", "股份有限公司", "有限公司", "集团"}
_NAME_WIDTH = 26
_FIRST_WIDE = "\u2e80"
_WORD = re.compile(r"[^\s\u2e80-\uffef]+|[\u2e80-\uffef]")
_WIDE_IN_CHINESE = frozenset("“”‘’…—→·○▲✓÷×±")


def catalogue(check: str, what: Literal["title", "todo"], lang: Lang) -> str:
    """Return a check's title or what to do about it, or those of an alert; the name where nobody knows it."""
    if alerts.is_alert(check):
        return alerts.title(check, lang) if what == "title" else alerts.todo(check, lang)
    if check not in CHECKS:
        return check if what == "title" else ""
    return CHECKS[check].title(lang) if what == "title" else CHECKS[check].todo(lang)


def columns_wide(text: str) -> int:
    """Return how many columns a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def short(text: str, width: int) -> str:
    """Return a text cut to a width in columns.

    >>> short("苏州恒泰精密机械", 9), short("plain", 9)
    ('苏州恒泰…', 'plain')
    """
    while columns_wide(text) > width:
        text = text.removesuffix("…")[:-1] + "…"
    return text


def short_name(name: str) -> str:
    """Return a customer's name for a chart: without its legal form, cut where it is long.

    >>> short_name("苏州恒泰精密机械有限公司"), short_name("Meyer Antriebstechnik GmbH & Co. KG")
    ('苏州恒泰精密机械', 'Meyer Antriebstechnik Gmb…')
    """
    for shape in sorted(SHAPES, key=len, reverse=True):
        if name.endswith(shape) and len(name) > len(shape) + 1:
            name = name.removesuffix(shape)
            break
    return short(name, _NAME_WIDTH)


def lines_needed(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of a width, broken between words and beside Chinese characters.

    >>> lines_needed("one two three", 8), lines_needed("苏州恒泰精密机械", 8), lines_needed("", 8)
    (2, 2, 1)
    """
    latin = all(letter < _FIRST_WIDE for letter in text)
    quoted = not latin and not _WIDE_IN_CHINESE.isdisjoint(text)  # such lines break early
    room, lines = max(width * (1.1 if latin else 0.94 if quoted else 1.0), 4.0), 0
    for line in text.split("\n"):
        lines, used = lines + 1, 0.0
        for word in _WORD.findall(line):
            wide = 0.9 * columns_wide(word) if word > _FIRST_WIDE else float(len(word))
            wide += sum(letter in _WIDE_IN_CHINESE for letter in word)
            if used and used + wide > room:
                lines, used = lines + 1, 0
            while wide > room:  # longer than a line by itself
                lines, wide = lines + 1, wide - room
            used += wide + (line.isascii() or word[-1].isascii())
    return lines


def heighten(fill: Form, name: str, text: str | None, copy: int = 0, *, down: int = 0, least: float = 16) -> None:
    """Let the row of a wrapped text be as high as the text needs; a row made higher by another text stays so."""
    lines = lines_needed(text or "", fill.book.width(name) - 1)
    if lines > 1:
        heights, row = fill.book.on(name).heights, fill.book.at(name, copy, down=down)[1]
        heights[row] = max(heights.get(row, least), 5 + 13 * min(lines, 30))


def widen_for(fill: Form, name: str, texts: Iterable[str | None], most: int, spare: float = 1) -> None:
    """Let the column of a name be wide enough for its longest text, up to `most`."""
    widest, column = fill.book.on(name).widest, fill.book.place(name).column
    longest = max((columns_wide(text or "") for text in texts), default=0)
    widest[column] = max(widest.get(column, 0), min(longest + spare, most))


def ordered(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return findings with those that must be acted on first, each check's together."""
    first: dict[tuple[str, str], int] = {}
    for place, finding in enumerate(findings):
        first.setdefault((finding.severity, finding.check), place)
    return sorted(findings, key=lambda f: (f.severity != "must_act", first[f.severity, f.check]))


def lay(fill: Fill) -> None:
    """Make room for the findings and note where each check begins."""
    book = fill.book
    found = ordered(fill.close.findings)
    book.repeat("findings_text", max(len(found), 1))
    for copy, finding in enumerate(found):
        fill.finding_rows.setdefault((finding.check, finding.severity), book.at("findings_text", copy)[1])


def fill_in(fill: Fill) -> None:
    """Write every finding, its row as high as its text needs."""
    book = fill.book
    found = ordered(fill.close.findings)
    must = sum(f.severity == "must_act" for f in found)
    fill.put_text(
        "findings_subtitle", fill.join(fill.as_of, fill.say("findings.subtitle", must=must, notes=len(found) - must))
    )
    if not found:
        fill.put_text("findings_text", fill.say("findings.none"))
    sheet = book.on("findings_text")
    titles = {f.check: (catalogue(f.check, "title", fill.lang), catalogue(f.check, "todo", fill.lang)) for f in found}
    for copy, finding in enumerate(found):
        title, todo = titles[finding.check]
        texts = {
            "severity": say(f"common.severity.{finding.severity}", fill.lang),
            "check": finding.check,
            "title": title,
            "where": finding.where,
            "text": finding.text(fill.lang).removesuffix(todo).rstrip(),
            "todo": todo,
            "currency": finding.currency if finding.amount_minor is not None else None,
        }
        for name, text in texts.items():
            fill.put_text(f"findings_{name}", text, copy)
        book.put("findings_count", cells.number(finding.count), copy)
        fill.put_amount("findings_amount", finding.amount_minor, finding.currency or fill.close.currency, copy)
        lines = max(
            lines_needed(texts[name] or "", book.width(f"findings_{name}") - (name in ("title", "todo", "check")))
            for name in ("title", "where", "text", "todo", "check")
        )
        if lines > 1:
            sheet.heights[book.at("findings_text", copy)[1]] = 4 + 13 * min(lines, 30)
