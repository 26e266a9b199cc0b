"""Which header and which line name means what in a credit file: one table of names (`columns.toml`), one look-up.

What must stay true: a name is matched whole; what a template prints is the first name of a list that is recognised here.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from creditlib.facts.columns import header_candidates, normal
from creditlib.facts.credit.units import Unit, read_unit
from creditlib.facts.credit_tables import CREDIT_TABLES, LINES
from creditlib.facts.sources import Grid

Kind = Literal["names", "parts", "near"]
LISTS: Final = tuple(name for name in CREDIT_TABLES if name != "statements")
LONG: Final = ("line", "amount")
"""Fields only a long list of statements has."""
_PREFIX = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+\s*[、.．]|\([一二三四五六七八九十\d]+\)|\d+\s*[、．]|\d+\.\s|[ivxIVX]+\.\s|[*#△▲☆]+)\s*"
)
_WORD = re.compile(r"^\s*(?:其中|减|加|less|add|of which|including)\s*[:：]\s*", re.I)
_BRACKET = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Header:
    """One column of a credit table. zh, en: its header in print. names: all that are recognised."""

    zh: str
    en: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a line's name means. kind: the line itself, a part of it, or the nearest there is; rank: the lower the better."""

    line: str
    kind: Kind
    rank: int


@dataclass(frozen=True)
class Found:
    """How a sheet is read. shape: list, wide or long. columns: field → its column. units: what its header says of them."""

    table: str
    shape: Literal["list", "wide", "long"]
    columns: MappingABC[str, int]
    lines: MappingABC[int, Meaning]
    headers: tuple[str, ...]
    header_row: int
    units: MappingABC[int, Unit]

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers of columns that no field took."""
        taken = {*self.columns.values(), *self.lines}
        return tuple(h for i, h in enumerate(self.headers) if h and i not in taken)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("creditlib.facts.credit").joinpath("columns.toml").read_text(encoding="utf-8"))


def name_key(text: str) -> str:
    """Return a header or line name as it is compared: width, case, blanks, numbering and a bracket at its end aside.

    >>> name_key("一、营业收入（净额）"), name_key("  其中：存 货"), name_key("Total Assets")
    ('营业收入', '存货', 'totalassets')
    """
    text = unicodedata.normalize("NFKC", text)
    text = _WORD.sub("", _PREFIX.sub("", text))
    return normal(_BRACKET.sub("", text) or text).replace(",", "").replace("“", "").replace("”", "")


def two_languages(text: str) -> tuple[str, str]:
    """Return the Chinese and the other part of a name written in two languages.

    >>> two_languages("营业收入 / Revenue")
    ('营业收入', 'Revenue')
    """
    chinese = re.sub(r"[^\u4e00-\u9fff（）()]+", "", text)
    return chinese.strip("()（）"), re.sub(r"[\u4e00-\u9fff（）]+", " ", text).strip(" /|·-:：()\n")


@cache
def headers() -> dict[str, dict[str, Header]]:
    """Return table → field → its header, in the order to print; `statements` holds the lines too, by their names.

    A money column bears its name without `_minor`. `unit` and, where a register may lack the code, `customer_name` are
    recognised beside them.

    >>> headers()["ratings"]["grade"].zh, headers()["statements"]["sales"].en
    ('评级', 'Sales')
    """
    data = _data()
    found: dict[str, dict[str, Header]] = {}
    for table, schema in CREDIT_TABLES.items():
        own: dict[str, Header] = {}
        for name in (field.name.removesuffix("_minor") for field in schema):
            names = data[table].get(name) or data["shared"].get(name)
            if names is not None:
                own[name] = _header(name, names["zh"], names["en"])
        if table == "statements":
            own |= {
                line.name: _header(line.name, [line.zh, *_line(line.name, "zh")], [line.en, *_line(line.name, "en")])
                for line in LINES
            }
            own |= {name: _header(name, data[table][name]["zh"], data[table][name]["en"]) for name in LONG}
        own |= {
            name: _header(name, data["shared"][name]["zh"], data["shared"][name]["en"])
            for name in ("customer_name", "unit")
            if name == "customer_name" or any(f.name.endswith("_minor") for f in schema)
        }
        found[table] = own
    return found


def _line(name: str, key: str) -> list[str]:
    names: list[str] = _data()["lines"].get(name, {}).get(key, [])
    return names


def _header(name: str, zh: Sequence[str], en: Sequence[str]) -> Header:
    names = dict.fromkeys(name_key(n) for n in (*zh, *en, name))
    return Header(zh[0], en[0], tuple(names))


@cache
def line_names() -> dict[str, Meaning]:
    """Return name as compared → what line it means.

    >>> line_names()["未分配利润"]
    Meaning(line='retained_earnings', kind='parts', rank=1000)
    """
    found: dict[str, Meaning] = {}
    for line in LINES:
        for rank, name in enumerate(headers()["statements"][line.name].names):
            found.setdefault(name, Meaning(line.name, "names", rank))
        for kind, base in (("parts", 1000), ("near", 2000)):
            for rank, name in enumerate(_line(line.name, kind)):
                own: Kind = "parts" if kind == "parts" else "near"
                found.setdefault(name_key(name), Meaning(line.name, own, base + (0 if own == "parts" else rank)))
        if _line(line.name, "parts"):  # the line's own name in print can be one of its parts: 短期借款
            for name in (line.zh, line.en):
                if line.name in ("short_term_debt", "long_term_debt"):
                    found[name_key(name)] = Meaning(line.name, "parts", 1000)
    return found


@cache
def words(field: str) -> dict[str, str]:
    """Return word → value of a column that holds one of a few.

    >>> words("status")["吊销"]
    'revoked'
    """
    found: dict[str, str] = _data()["words"][field]
    return found


def recognise_credit(grid: Grid) -> Found | None:
    """Find header row and table of a sheet that is a list: the pair that explains most headers. None when nothing fits."""
    best: tuple[float, Found] | None = None
    for index, row in header_candidates(grid):
        keys: dict[str, int] = {}
        for i, cell in enumerate(row):
            if cell:
                keys.setdefault(name_key(cell), i)
                keys.setdefault(normal(unicodedata.normalize("NFKC", cell)), i)
                if not cell.isascii() and any(c.isascii() and c.isalpha() for c in cell):
                    for part in two_languages(cell):
                        keys.setdefault(name_key(part), i)
        for table in CREDIT_TABLES:
            found = _match(table, row, keys, index)
            if found is None:
                continue
            score = len(found.columns) + len(found.lines) - 0.001 * index + (0.1 if found.shape == "long" else 0.0)
            score -= 0.01 * len(found.unused)
            if best is None or score > best[0]:
                best = score, found
    return best[1] if best else None


def _match(table: str, row: Sequence[str], keys: MappingABC[str, int], index: int) -> Found | None:
    columns: dict[str, int] = {}
    own = {line.name for line in LINES} if table == "statements" else set()
    for name, header in headers()[table].items():
        if name in own:
            continue
        taken = set(columns.values())
        place = next((keys[n] for n in header.names if n in keys and keys[n] not in taken), None)
        if place is not None:
            columns[name] = place
    lines: dict[int, Meaning] = {}
    shape: Literal["list", "wide", "long"] = "list"
    if table == "statements":
        taken = set(columns.values())
        lines = {i: line_names()[key] for key, i in keys.items() if key in line_names() and i not in taken}
        if {"line", "amount", "period_end"} <= columns.keys() and len(lines) < 2:
            shape = "long"
            lines = {}
        elif "period_end" in columns and len(lines) >= 2:
            shape = "wide"
            columns = {n: i for n, i in columns.items() if n not in LONG}
        else:
            return None
    elif not all(any(n in columns for n in group) for group in _data()["needed"][table]):
        return None
    units = {i: unit for i, cell in enumerate(row) if cell and (unit := read_unit(cell)) is not None}
    return Found(table, shape, columns, lines, tuple(row), index, units)
