"""Rows of a list of the credit file: which are rows, their texts, days, figures, flags and words.

What must stay true: a cell that can't be read is told with its place and becomes null, never zero; a row left out is counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import NO_DAY, DateOrder
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.columns import Mapping, normal
from creditlib.facts.credit.columns import Found, words
from creditlib.facts.credit.units import Unit, read_unit
from creditlib.facts.layout import Body
from creditlib.facts.rejection import AS_BLANK, column_fault, taken_as_blank
from creditlib.facts.sources import Column, Grid, pick
from creditlib.facts.values import read_dates

UNKNOWN: Final = {"-", "--", "—", "–", "/", "n/a", "na", "n.a.", "n.a", "不适用", "未披露", "未知", "不详", "未查", "未查询", "unknown", "not looked up"}  # fmt: skip
"""Texts that say nothing is known."""
_YES: Final = {"yes", "y", "true", "t", "1", "x", "是", "有", "已列入", "列入", "已上市", "上市", "listed", "√", "✓"}
_NO: Final = {
    "no",
    "n",
    "false",
    "f",
    "0",
    "否",
    "无",
    "没有",
    "未列入",
    "已移出",
    "未上市",
    "非上市",
    "unlisted",
    "private",
    "none",
    "×",
}
_NOT_THERE = re.compile(r"未(?:被?列|纳入|发现|查见|见|有|上市)|非")
"""How a text begins that says somebody looked and found nothing: 未列入, 未发现. 未核实, 未检索 and the like say that nobody did."""
_NEGATED: Final = r"(?<!不再)(?<!非)(?<!不)(?<!未)", r"(?<!\w)(?<!\bnot )(?<!\bno longer )(?<!\bnon-)"
"""What must not stand before a word for it to mean what it says, Chinese and English."""
_TOTAL = re.compile(r"\s*(?:(?:grand |sub-?)?totals?\b.*|总计|合计|小计)\s*[:：]?\s*", re.I)


def places(grid: str, rows: Sequence[int]) -> str:
    """Return where the first of some rows stands."""
    return f"{grid}!{rows[0]}" if len(rows) else grid


def shown(texts: Iterable[str | None], most: int = 3) -> str:
    """Return the first few texts, each once.

    >>> shown(["b", "a", "b", None, "c", "d"])
    'b, a, c…'
    """
    distinct = list(dict.fromkeys(t for t in texts if t))
    return ", ".join(t[:60] for t in distinct[:most]) + ("…" if len(distinct) > most else "")


def body_of(grid: Grid, found: Found, findings: list[Finding]) -> tuple[Body, list[Column]]:
    """Return the rows of a sheet that are rows, and every column of them; what the others are is told."""
    raw = grid.columns_below(found.header_row)
    total = len(raw[0].texts) if raw else 0
    filled, taken = np.zeros(total, np.int32), np.zeros(total, np.int32)
    used = {*found.columns.values(), *found.lines}
    for i, column in enumerate(raw):
        there = np.asarray(pc.is_valid(column.texts))
        filled += there
        taken += there if i in used else 0
    keep = filled > 0
    keys = [raw[i].texts for n, i in found.columns.items() if n in _KEYS and i < len(raw)]
    keyless = np.ones(total, bool)
    for texts in keys:
        keyless &= ~np.asarray(pc.is_valid(texts))
    few = keep & ((filled <= 1) | (taken == 0) | (keyless & (filled <= 2) & bool(keys)))
    heads = {normal(h) for h in found.headers if h}
    first = keys[0] if keys else raw[0].texts if raw else pa.array([], pa.string())
    again = np.zeros(total, bool)
    coded = first.dictionary_encode()
    titles = [normal(t) in heads for t in coded.dictionary.to_pylist()] + [False]
    totals = [bool(_TOTAL.fullmatch(t)) for t in coded.dictionary.to_pylist()] + [False]
    at = pc.fill_null(coded.indices, len(titles) - 1).to_numpy()
    again = np.array(titles)[at] & (filled > 1)
    few |= np.array(totals)[at] & keep
    numbers = np.arange(found.header_row + 2, found.header_row + 2 + total, dtype=np.int32)
    wide = np.zeros(total, bool)
    for column in raw[len(found.headers) :]:
        wide |= np.asarray(pc.is_valid(column.texts))
    wide &= keep & ~few & ~again
    for row in numbers[wide].tolist():
        findings.append(CHECKS["row-too-wide"].finding(f"{grid.name}!{row}", value=len(found.headers)))
    text_rows = np.flatnonzero(few & ~again)
    if len(text_rows):
        texts = next((c.texts[int(text_rows[0])].as_py() for c in raw if c.texts[int(text_rows[0])].is_valid), "")
        where = places(grid.name, numbers[text_rows].tolist())
        findings.append(CHECKS["credit-text-rows"].finding(where, count=len(text_rows), value=texts[:60]))
    keep &= ~few & ~again & ~wide
    columns = pick(raw, pa.array(keep))
    mapping = Mapping(cast(Any, found.table), found.table, dict(found.columns), found.headers, found.header_row)
    fields = {n: columns[i] for n, i in found.columns.items() if i < len(columns)}
    return Body(grid.name, mapping, fields, {}, numbers[keep], int((filled > 0).sum())), columns


_KEYS: Final = ("customer", "customer_name", "name", "credit_code")


def read_days(body: Body, name: str, order: DateOrder | None, findings: list[Finding]) -> NDArray[np.int32]:
    """Return a column of days, NO_DAY where blank or unreadable; what can't be read is told."""
    if name not in body.columns:
        return np.full(len(body.rows), NO_DAY, np.int32)
    column = body.columns[name]
    blank = np.asarray(pc.is_in(pc.utf8_lower(column.texts), pa.array(sorted(UNKNOWN))))
    column = Column(pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), column.texts), column.typed)
    read = read_dates(column, order)
    fault, _ = column_fault(body, name, read, taken_as_blank)
    header, texts = body.mapping.header(name), body.texts(name)
    findings += [fault] if fault is not None else [
        CHECKS["unreadable-date"].finding(body.place(row, name), column=header, value=texts[row].as_py(), effect=AS_BLANK)
        for row in read.bad
    ]  # fmt: skip
    return read.values


def currencies(
    body: Body, home: str, stated: str | None, needed: NDArray[np.bool_], findings: list[Finding]
) -> tuple[NDArray[np.int32], list[str]]:
    """Return the currency of every row as codes into names. stated: by the heading. needed: rows that have an amount."""
    coded = body.texts("currency").dictionary_encode()
    texts = coded.dictionary.to_pylist()
    iso = [money.currency_code(t) for t in texts]
    default = stated or home
    indices = pc.fill_null(coded.indices, len(texts)).to_numpy()
    for i, (text, code) in enumerate(zip(texts, iso, strict=True)):
        if code is None:
            rows = np.flatnonzero(indices == i)
            findings.append(
                CHECKS["unknown-word"].finding(
                    body.place(int(rows[0]), "currency"), count=len(rows), column=body.mapping.header("currency"),
                    value=text, known="CNY, USD, EUR, …",
                )
            )  # fmt: skip
    names = list(dict.fromkeys([default, *(c for c in iso if c)]))
    own = np.array([names.index(c) if c else -1 for c in iso] + [0], np.int32)[indices]
    silent = int(np.count_nonzero((indices == len(texts)) & needed))
    if silent and stated is None:
        origin = ("the home currency", "本位币")
        findings.append(CHECKS["currency-assumed"].finding(body.grid, count=silent, currency=default, origin=origin))
    return own, names


@dataclass(frozen=True)
class Units:
    """The unit of a sheet: of all of it, of columns, of rows. stated: whether anything was said."""

    power: int
    currency: str | None
    stated: tuple[Unit, ...]


def heading_units(grid: Grid, header_row: int, findings: list[Finding]) -> Units | None:
    """Return the unit stated above a header. None when two contradict each other, which is told."""
    cells = [(i, cell) for i, row in enumerate(grid.head[: max(header_row, 0)]) for cell in row if cell]
    stated = [unit for _, cell in cells if (unit := read_unit(cell)) is not None]
    return settle(grid.name, stated, findings)


def settle(name: str, stated: Sequence[Unit], findings: list[Finding]) -> Units | None:
    """Return the one unit several statements agree on. None when two contradict each other, which is told."""
    powers = {u.power: u for u in stated if u.power is not None}
    codes = {u.currency: u for u in stated if u.currency is not None}
    for different in (powers, codes):
        if len(different) > 1:
            first, second = list(different.values())[:2]
            findings.append(CHECKS["units-contradict"].finding(name, first=first.text, second=second.text))
            return None
    return Units(next(iter(powers), 0), next(iter(codes), None), tuple(stated))


def flags(body: Body, name: str, findings: list[Finding]) -> pa.Array:
    """Return a column of yes and no: null where nobody looked; a count above 0 is a yes; another text is told."""

    def means(text: str) -> bool | None:
        word = normal(unicodedata.normalize("NFKC", text))
        if text.casefold() in UNKNOWN:
            return None
        if found := re.fullmatch(r"(\d+)(?:\.0+)?(?:条|次|项|个)?", word):
            return int(found[1]) > 0
        if word in _NO or _NOT_THERE.match(word) or word == "退市":
            return False
        return True if word in _YES or (name == "listed" and re.search("股|板|上市", word)) else None

    return _mapped(body, name, means, "是/否, yes/no", pa.bool_(), findings)


def word_column(body: Body, name: str, findings: list[Finding]) -> pa.Array:
    """Return a column that holds one of a few words, as this library writes them; another word is null and told."""
    table = words(name)
    values = sorted(set(table.values()))

    def means(text: str) -> str | None:
        plain = unicodedata.normalize("NFKC", text).casefold().replace("_", " ")
        for word, value in table.items():
            before, after = (_NEGATED[1], r"(?!\w)") if word.isascii() else (_NEGATED[0], "")
            if re.search(before + re.escape(word) + after, plain):
                return value
        return plain.replace(" ", "_") if plain.replace(" ", "_") in values else None

    return _mapped(body, name, means, ", ".join(values), pa.string(), findings)


def _mapped(body: Body, name: str, means: Any, known: str, kind: pa.DataType, findings: list[Finding]) -> pa.Array:
    coded = body.texts(name).dictionary_encode()
    texts = coded.dictionary.to_pylist()
    values = [means(t) for t in texts]
    indices = pc.fill_null(coded.indices, len(texts)).to_numpy()
    for i, (text, value) in enumerate(zip(texts, values, strict=True)):
        if value is None and text.casefold() not in UNKNOWN:
            rows = np.flatnonzero(indices == i)
            findings.append(
                CHECKS["unknown-word"].finding(
                    body.place(int(rows[0]), name), count=len(rows), column=body.mapping.header(name), value=text[:60],
                    known=known,
                )
            )  # fmt: skip
    return pa.array([*values, None], kind).take(pa.array(indices))
