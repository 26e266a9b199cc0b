"""What the heading of a statement says: whose it is, its unit and its currency.

What must stay true: two units, or two customers, are never weighed against each other: then no figure is used, and told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from creditlib import money
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit.columns import Meaning, headers, line_names, name_key, two_languages
from creditlib.facts.credit.parties import Parties, customer_of
from creditlib.facts.credit.periods import Period
from creditlib.facts.credit.rows import settle
from creditlib.facts.credit.units import Unit, read_unit
from creditlib.facts.sources import Grid

_WHO: Final = "客户编码|客户代码|客户编号|客户名称|客户|公司名称|企业名称|单位名称|编制单位|编报单位|customer code|customer name|customer|company name|company|entity"
_NAMED = re.compile(rf"\s*({_WHO})\s*[:：]\s*(\S.*?)(?:\s{{2,}}.*|\s*[,，;；]?\s*(?:单位|截止|截至|\d{{4}}).*)?", re.I)
ALONE = re.compile(rf"\s*({_WHO})\s*[:：]?\s*", re.I)
_GENERIC = re.compile(
    r"(?i)(sheet|工作表|table)\s*\d*|.*(报表|资产负债|利润|损益|现金流量|财务|数据|汇总).*|.*(balance|income|statement|financial|cash ?flow|p&l|"
    r"profit|accounts|data).*|bs|pl|is|cf|\d+|"
)  # fmt: skip


_TWO: Final = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True)
class Layout:
    """Where things stand. labels: columns of line names. head: first row of periods. periods: (row, column) → period."""

    labels: tuple[int, ...]
    head: int
    periods: MappingABC[int, MappingABC[int, Period]]
    cells: tuple[tuple[str | None, ...], ...]


def meaning_of(text: str | None) -> Meaning | None:
    """Return what line a cell names, None where it names none."""
    if not text:
        return None
    found = line_names().get(name_key(text))
    if found is None and not text.isascii() and _TWO.search(text):
        both = [line_names().get(name_key(part)) for part in two_languages(text)]
        lines = {m.line for m in both if m is not None}
        found = next((m for m in both if m is not None), None) if len(lines) == 1 else None
    return found


def cell_currency(layout: Layout) -> str | None:
    """Return the currency of a cell beside 币种 or "Currency"."""
    names = headers()["statements"]["currency"].names
    for row in layout.cells:
        filled = [c for c in row if c]
        for first, second in pairwise(filled):
            if name_key(first) in names and money.currency_code(second):
                return money.currency_code(second)
    return None


def units_of_sheet(
    grid: Grid, layout: Layout, findings: list[Finding]
) -> tuple[int, dict[int, int], str | None] | None:
    """Return power of ten, powers of single columns, and the currency stated. None when two units contradict each other."""
    whole: list[Unit] = []
    columns: dict[int, Unit] = {}
    figures = {c for row in layout.periods.values() for c in row}
    for r, row in enumerate(layout.cells):
        units = {i: unit for i, cell in enumerate(row) if cell and not meaning_of(cell) and (unit := read_unit(cell))}
        own = {i: unit for i, unit in units.items() if i in figures}
        if r in layout.periods or (len(own) > 1 and len(own) == len(figures)):
            columns |= own
            whole += [unit for i, unit in units.items() if i not in own]
        else:
            whole += units.values()
    settled = settle(grid.name, whole, findings)
    if settled is None:
        return None
    codes = {u.currency for u in columns.values() if u.currency} | ({settled.currency} if settled.currency else set())
    if len(codes) > 1:
        first, second = sorted(codes)[:2]
        findings.append(CHECKS["units-contradict"].finding(grid.name, first=first, second=second))
        return None
    powers = {i: u.power for i, u in columns.items() if u.power is not None}
    for unit in dict.fromkeys((*settled.stated, *columns.values())):
        if unit.power is not None:
            findings.append(CHECKS["unit-applied"].finding(grid.name, unit=unit.text, factor=f"{10**unit.power:,}"))
    if not powers.keys() >= figures and not any(u.power is not None for u in settled.stated):
        findings.append(CHECKS["unit-assumed"].finding(grid.name))
    return settled.power, powers, next(iter(codes), None)


def customer_of_sheet(
    grid: Grid, layout: Layout, parties: Parties | None, given: str | None, findings: list[Finding]
) -> str | None:
    """Return the customer a sheet is about: by a cell, else as given by the caller, else by the name of the sheet."""
    code, name, row = _named(layout)
    where = f"{grid.name}!{row + 1}" if row >= 0 else grid.name
    silent: list[Finding] = []
    own = customer_of(code, name, parties, where, 1, silent)
    if own is not None and given is not None and own != given:
        if code or (parties is not None and own in parties):
            findings.append(CHECKS["customer-differs"].finding(where, first=own, second=given))
            return None
        return given  # a name the book does not know, and the caller knows whose it is
    findings += silent
    if own is None and given is not None:
        return customer_of(given, None, parties, grid.name, 1, findings)
    if own is None and grid.sheet:
        own = parties.find(grid.sheet) if parties is not None else None
        if own is None and not _GENERIC.fullmatch(grid.sheet):
            own = customer_of(grid.sheet, None, parties, grid.name, 1, findings)
    if own is None:
        findings.append(CHECKS["sheet-without-customer"].finding(grid.name))
    return own


def _named(layout: Layout) -> tuple[str | None, str | None, int]:
    """Return the customer's code and name as cells of the sheet say, and the row."""
    code = name = None
    place = -1
    for r, row in enumerate(layout.cells):
        filled = [unicodedata.normalize("NFKC", c) if c else c for c in row if c]
        for i, cell in enumerate(filled):
            found = _NAMED.fullmatch(cell)
            word, value = (found[1], found[2]) if found else (None, None)
            if found is None and ALONE.fullmatch(cell) and i + 1 < len(filled):
                word, value = cell, filled[i + 1]
            if word is None or value is None or read_unit(value) is not None:
                continue
            place = r if place < 0 else place
            plain = re.fullmatch(r"\s*(客户|customer)\s*[:：]?\s*", word, re.I)
            if re.search(r"编码|代码|编号|code", word, re.I) or (plain and not re.search("[一-鿿 ]", value.strip())):
                code = code or value.strip()
            else:
                name = name or value.strip()
    return code, name, place
