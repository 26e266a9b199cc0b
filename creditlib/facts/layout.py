"""From a sheet as it lies to rows that are documents: titles, subtotals, group headings and footers are told apart.

What must stay true: every row below the header ends as a document row, a total that was compared with its rows, or a text row
that is counted; nothing vanishes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.columns import Mapping, normal
from creditlib.facts.sources import Column, Grid
from creditlib.facts.totals import Totals
from creditlib.facts.values import Amounts, DecimalSign, credit_rows, decimal_evidence, read_amounts
from creditlib.money import currency_code

AMOUNTS: Final[tuple[str, ...]] = ("amount", "open_amount", "original_amount", "paid_amount", "debit", "credit", "tax", "local_amount",
                  "gross", "net", "balance")  # fmt: skip
_DATES: Final = ("issue_on", "posted_on", "due_on", "on", "month")
_TOTAL = re.compile(
    r"\s*(?:(?:grand |sub-?|report )?totals?(?:\b(?! ?energ))|sum\b|summe\b|gesamt|总计|合计|小计|累计|本页|debitor$|\*{1,5}\s*$"
    r"|percentage of total|percents?$)|.*(?:合计|小计|总计)\s*[:：]?$|.*\b(?:cumul\w*|ending|closing) (?:aged )?balance$",
    re.I,
)
_TOTAL_WORD: Final = r"(?i)^\s*(grand |sub-?|report )?(total|sum)|合计|总计|小计|percent"
_RULE = re.compile(r"[-–—=_+|]{2,}")


@dataclass(frozen=True)
class Body:
    """The document rows of a sheet. columns: field → cells. amounts: field → exact amounts. rows: their numbers in the sheet,
    from 1. seen: rows with any content below the header. wide: rows with more fields than the header, if there are any."""

    grid: str
    mapping: Mapping
    columns: MappingABC[str, Column]
    amounts: MappingABC[str, Amounts]
    rows: NDArray[np.int32]
    seen: int
    findings: tuple[Finding, ...] = field(default=())
    wide: NDArray[np.bool_] | None = None

    def texts(self, name: str) -> pa.Array:
        """Return a text column, all null when the sheet lacks it."""
        column = self.columns.get(name)
        return pa.nulls(len(self.rows), pa.string()) if column is None else column.texts

    def place(self, index: int, name: str = "") -> str:
        """Return `file:sheet!row` of a row, or `file:sheet!C14` of the cell of a field in it."""
        column = column_letters(self.mapping.columns[name]) if name in self.mapping.columns else ""
        return f"{self.grid}!{column}{self.rows[index]}"


def read_body(grid: Grid, mapping: Mapping) -> Body:
    """Read the rows below the header of a sheet."""
    raw = grid.columns_below(mapping.header_row)
    columns = {name: raw[i] for name, i in mapping.columns.items() if i < len(raw)}
    total = len(raw[0].texts) if raw else 0
    rows = np.arange(mapping.header_row + 2, mapping.header_row + 2 + total, dtype=np.int32)
    sign: DecimalSign | None = mapping.decimal or decimal_evidence([columns[n] for n in AMOUNTS if n in columns])
    amounts = {n: read_amounts(columns[n], sign, mapping.power) for n in AMOUNTS if n in columns}

    doubtful = _doubtful(raw, columns, _header_cells(grid, mapping), total)
    if _runs(amounts, doubtful):
        columns.pop("open_amount")
        amounts.pop("open_amount")
    found = _sort_out(grid, mapping, raw, columns, amounts, doubtful, rows)
    if found.unlabelled and not found.confirmed:  # then such rows are documents, after all
        found = _sort_out(grid, mapping, raw, columns, amounts, doubtful, rows, subtotals=False)
    keep = found.keep
    wide = _wider_than_header(raw, mapping) & keep
    if wide.any() and mapping.role != "documents":
        keep &= ~wide
        found.findings += [
            CHECKS["row-too-wide"].finding(f"{grid.name}!{rows[row]}", value=len(mapping.headers))
            for row in np.flatnonzero(wide).tolist()
        ]
    if mapping.customer_above and found.groups:
        columns["customer_name"] = _filled_down(found.groups, total)
        columns.pop("customer", None)
    if not keep.all():
        mask = pa.array(keep)
        columns = {
            n: Column(c.texts.filter(mask), None if c.typed is None else c.typed[keep]) for n, c in columns.items()
        }
        amounts = {n: kept(a, keep) for n, a in amounts.items()}
    return Body(grid.name, mapping, columns, amounts, rows[keep], total - found.blank, tuple(found.findings),
                wide[keep] if wide.any() else None)  # fmt: skip


def _wider_than_header(raw: list[Column], mapping: Mapping) -> NDArray[np.bool_]:
    """Return which rows hold something beyond the header's last field: a separator inside a field has shifted them."""
    wide = np.zeros(len(raw[0].texts) if raw else 0, np.bool_)
    for column in raw[len(mapping.headers) :] if mapping.header_row >= 0 else ():
        wide |= np.asarray(pc.is_valid(column.texts))
    return wide


def column_letters(index: int) -> str:
    """Return a column as a spreadsheet names it, from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass
class _Sorted:
    """Which rows are documents, and what the others are. unlabelled: rows of a customer that stand where subtotals stand,
    without a word that says so; matched: those of them that add up. proven: a total with its word was there, or one that adds
    up over several documents: no row entered twice looks like that. groups: row → customer named above its documents."""

    keep: NDArray[np.bool_]
    blank: int = 0
    unlabelled: int = 0
    matched: int = 0
    proven: bool = False
    groups: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def confirmed(self) -> bool:
        """Whether the sheet does write subtotals without a word."""
        return self.proven and 2 * self.matched >= self.unlabelled


def _sort_out(
    grid: Grid, mapping: Mapping, raw: list[Column], columns: MappingABC[str, Column], amounts: MappingABC[str, Amounts],
    doubtful: NDArray[np.int64], rows: NDArray[np.int32], *, subtotals: bool = True,
) -> _Sorted:  # fmt: skip
    """Tell documents from totals, headings, headers of a new page, rules and blank rows.

    subtotals: a row with a customer but neither number nor date is a subtotal of that customer's rows above.
    """
    found = _Sorted(np.ones(len(rows), bool))
    keep = found.keep
    totals = Totals(amounts, _credits(columns, mapping), _currency_codes(columns, len(rows)))
    header = {normal(cell) for cells in _header_cells(grid, mapping) for cell in cells if cell}
    texts: list[tuple[int, str]] = []
    dated = {n for n in _DATES if n in columns}
    cells_of = [column.texts.take(pa.array(doubtful)).to_pylist() for column in raw]
    for k, row in enumerate(doubtful.tolist()):
        cells = [cells[k] for cells in cells_of]
        filled = [c for c in cells if c]
        if not filled or all(_RULE.fullmatch(c) for c in filled):
            keep[row] = False
            found.blank += 1
            continue
        if len(filled) > 1 and {normal(c) for c in filled} <= header:
            keep[row] = False  # the header again, on a new page
            continue
        totals.advance(row, keep)
        label = _label(filled, columns, row)
        numbered = _has(columns, "document", row)
        if not totals.has_amount(row):
            if mapping.customer_above and len(filled) <= 2 and not numbered:
                found.groups[row] = filled[0]
                keep[row] = False
            elif label is not None or (len(filled) <= 2 and not numbered and not _names_currency(columns, row)):
                texts.append((row, filled[0]))
                keep[row] = False
        elif label is not None and "percent" in label.casefold():
            texts.append((row, label))
            keep[row] = False
        elif label is not None:
            keep[row] = False
            found.proven = True
            found.findings.append(totals.compare(f"{grid.name}!{rows[row]}", label, row))
        elif (
            mapping.role == "documents"
            and not numbered
            and row > 0
            and not any(_has(columns, n, row) for n in dated)
            and totals.not_zero(row)
        ):
            customers = [columns[n].texts for n in ("customer", "customer_name") if n in columns]
            own = [texts[row].as_py() for texts in customers]
            matches = totals.equals_rows_above(row)
            if not any(own):
                total = matches
            else:
                above = int(np.flatnonzero(keep[:row])[-1]) if keep[:row].any() else -1
                total = (
                    subtotals and above >= 0 and "document" in columns and bool(dated) and not _has(columns, "kind", row)
                    and all(o in (None, texts[above].as_py()) for o, texts in zip(own, customers, strict=True))
                )  # fmt: skip
                found.unlabelled += total
                found.matched += total and matches
                found.proven |= total and matches and totals.since_last(row, keep) > 1
            if total:
                keep[row] = False
                found.findings.append(totals.compare(f"{grid.name}!{rows[row]}", filled[0], row))
    texts += [(row, found.groups.pop(row)) for row in _empty_groups(found.groups, keep)]
    if texts:
        first_row, first = min(texts)
        place = f"{grid.name}!{rows[first_row]}"
        found.findings.append(CHECKS["text-rows"].finding(place, count=len(texts), value=first[:60]))
    return found


def _empty_groups(groups: MappingABC[int, str], keep: NDArray[np.bool_]) -> list[int]:
    """Return the headings no document follows before the next one: a title or a footer, no customer."""
    starts = [*groups, len(keep)]
    return [row for row, end in pairwise(starts) if not keep[row:end].any()]


def _names_currency(columns: MappingABC[str, Column], row: int) -> bool:
    text = columns["currency"].texts[row].as_py() if "currency" in columns else None
    return text is not None and currency_code(text) is not None


def _has(columns: MappingABC[str, Column], name: str, row: int) -> bool:
    return name in columns and columns[name].texts[row].as_py() is not None


def _header_cells(grid: Grid, mapping: Mapping) -> list[tuple[str, ...]]:
    """Return the header as recognised and as it lies, all its levels."""
    last = mapping.header_row
    rows = [grid.head[i] for i in range(max(last - 2, 0), last + 1) if i < len(grid.head)]
    joined = rows and tuple(c for c in mapping.headers if c) != tuple(c for c in rows[-1] if c)
    return [mapping.headers, *(rows if joined else rows[-1:])]


def _credits(columns: MappingABC[str, Column], mapping: Mapping) -> NDArray[np.bool_] | None:
    if "debit_credit" not in columns or {"debit", "credit"} <= columns.keys():
        return None
    return credit_rows(columns["debit_credit"].texts, mapping.flags)[0]


def _currency_codes(columns: MappingABC[str, Column], total: int) -> NDArray[np.int32]:
    if "currency" not in columns:
        return np.full(total, -1, np.int32)
    codes: NDArray[np.int32] = pc.fill_null(columns["currency"].texts.dictionary_encode().indices, -1).to_numpy()
    return codes


def _runs(amounts: MappingABC[str, Amounts], doubtful: NDArray[np.int64]) -> bool:
    """Whether the balance column of a sheet with debits and credits is a running one, row after row, not what is open."""
    if not {"open_amount", "debit", "credit"} <= amounts.keys():
        return False
    keep = amounts["open_amount"].valid.copy()
    keep[doubtful] = False
    balance = np.abs(amounts["open_amount"].unscaled[keep])
    change = np.abs(amounts["debit"].unscaled[keep] - amounts["credit"].unscaled[keep])[1:]
    before, after = balance[:-1], balance[1:]
    runs = (np.abs(after - before) == change) | (after + before == change)
    return len(runs) > 0 and 2 * int(runs.sum()) > len(runs)


def _doubtful(
    raw: list[Column], columns: MappingABC[str, Column], header: list[tuple[str, ...]], total: int
) -> NDArray[np.int64]:
    """Return rows that may be no documents: those without any date or with one cell only, those whose document is blank or
    a total's word, and those that repeat the header."""
    dated = np.zeros(total, bool)
    titles = pa.array(sorted({c for cells in header for c in cells if c}), pa.string())
    repeats = np.zeros(total, bool)
    dates = [columns[n].texts for n in _DATES if n in columns]
    for texts in dates:
        cells = texts.dictionary_encode()
        words = cells.dictionary
        day = pc.and_(pc.match_substring_regex(words, r"\d"), pc.invert(pc.match_substring_regex(words, _TOTAL_WORD)))
        dated |= np.asarray(pc.fill_null(day.take(cells.indices), False))
        repeats |= np.asarray(pc.fill_null(pc.is_in(words, value_set=titles).take(cells.indices), False))
    maybe = ~dated | repeats
    filled = np.zeros(total, np.int32)
    for column in raw:
        filled += np.asarray(pc.is_valid(column.texts))
    maybe |= filled <= 1
    if "document" in columns:
        texts = columns["document"].texts
        if not dates:
            maybe |= ~np.asarray(pc.is_valid(texts))
        maybe |= np.asarray(pc.fill_null(pc.match_substring_regex(texts, _TOTAL_WORD), False))
    return np.flatnonzero(maybe)


def _label(filled: list[str], columns: MappingABC[str, Column], row: int) -> str | None:
    """Return the words that make a row a total, or None. A row with a document of its own is never one: SUM-001 of a day
    is a number, a bare 合计 in the same column is not."""
    for cell in filled[:4]:
        if _TOTAL.match(cell):
            own = columns["document"].texts[row].as_py() if "document" in columns else None
            dated = any(_has(columns, name, row) for name in _DATES)
            return cell if own is None or (own == cell and not dated) else None
    return None


def _filled_down(groups: dict[int, str], total: int) -> Column:
    at = np.full(total, -1, np.int64)
    names = list(groups.values())
    at[list(groups)] = np.arange(len(names))
    at = np.maximum.accumulate(at)
    return Column(pa.array(names, pa.string()).take(pa.array(at, mask=at < 0)))


def kept(amounts: Amounts, keep: NDArray[np.bool_]) -> Amounts:
    """Return the amounts of some rows."""
    place = np.cumsum(keep) - 1
    return Amounts(
        amounts.unscaled[keep],
        amounts.valid[keep],
        amounts.scale,
        {int(place[row]): value for row, value in amounts.long.items() if keep[row]},
        tuple(int(place[row]) for row in amounts.bad if keep[row]),
        amounts.unclear,
    )
