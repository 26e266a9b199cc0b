"""All findings, one row each: those that must be acted on first."""

from __future__ import annotations

import math
import unicodedata
from typing import Literal

from creditlib.errors import Finding, Lang
from creditlib.faces import workbook_cells as cells
from creditlib.faces.wording import say
from creditlib.faces.workbook_fill import Fill
from creditlib.facts.catalogue import CHECKS

SHAPES = {"有限责任公司", "股份有限公司", "有限公司", "集团"}
_NAME_WIDTH = 26


def catalogue(check: str, what: Literal["title", "todo"], lang: Lang) -> str:
    """Return a check's title or what to do about it; the check's name where the catalogue does not know it."""
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
    """Return how many lines a text takes in a column of a width."""
    return sum(max(1, math.ceil(columns_wide(line) / (width * 1.08))) for line in text.split("\n"))


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
            lines_needed(texts[name] or "", book.width(f"findings_{name}"))
            for name in ("title", "where", "text", "todo", "check")
        )
        if lines > 1:
            sheet.heights[book.at("findings_text", copy)[1]] = 4 + 13 * min(lines, 30)
