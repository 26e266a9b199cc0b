"""The raw rows that caused a finding, as they stand in the file, with the cells it is about.

What must stay true: a row is shown as it lies in the sheet, under the number a finding names; nothing is shown that the finding does not
point at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib.errors import Finding
from creditlib.facts.columns import AMOUNT_FIELDS
from creditlib.facts.sources import Grid
from creditlib.flows.close_desk_look import Inspection, SheetLook

_DAYS: Final = ("issue_on", "posted_on")
_AMOUNTS: Final = (*AMOUNT_FIELDS, "gross", "net")
_ABOUT: Final[dict[str, tuple[str, ...]]] = {
    "missing-amount": _AMOUNTS,
    "amount-too-long": _AMOUNTS,
    "zero-amount": _AMOUNTS,
    "stated-total-differs": _AMOUNTS,
    "total-row": _AMOUNTS,
    "over-allocation": _AMOUNTS,
    "over-applied-receipt": _AMOUNTS,
    "unmatched-receipt": _AMOUNTS,
    "blank-customer": ("customer", "customer_name"),
    "renamed-customer": ("customer", "customer_name"),
    "unknown-currency": ("currency",),
    "other-currency": ("currency",),
    "cancelled-document": ("cancelled",),
    "unknown-kind": ("kind",),
    "unknown-flag": ("debit_credit",),
    "missing-issue-date": _DAYS,
    "due-from-terms": ("terms", "due_on"),
    "provisional-due-date": ("due_on",),
    "no-due-date": ("due_on",),
    "duplicate-document": ("document",),
    "possible-duplicate": ("document",),
    "due-before-issued": ("due_on", *_DAYS),
    "cleared-before-issued": ("settled_on", *_DAYS),
    "cleared-without-date": ("clearing", "settled_on"),
    "future-dated-receipt": _DAYS,
    "future-dated-document": _DAYS,
    "late-entry": ("known_on",),
    "old-dispute": ("disputed_from",),
    "old-item": ("due_on",),
    "far-due-date": ("due_on",),
    "allocation-not-found": ("from_document", "to_document"),
    "allocation-unusable": ("from_document", "to_document", "amount", "on"),
    "invalid-credit-code": ("credit_code",),
    "duplicate-credit-code": ("credit_code",),
}
"""Fields a check is about, where its place names a row but no cell."""

_PLACE: Final = re.compile(r"(.+)!([A-Z]{0,3})(\d+(?:, \d+)*)…?")
_QUOTED: Final = re.compile(r'"([^"]+)"')
_LISTED: Final = re.compile(r"\(([^()]+)\)")
_FEW: Final = 8
"""Rows looked for where a finding names a sheet, not rows: enough to see what is meant."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands. sheet: as findings call it; number: in the sheet, from 1; cells: texts; marked: indices of the cells the
    finding is about, none where it is about the whole row."""

    sheet: str
    number: int
    cells: tuple[str, ...]
    marked: frozenset[int]


def rows_of(finding: Finding, inspection: Inspection, grids: Mapping[str, Grid]) -> tuple[RawRow, ...]:
    """Return the rows that caused a finding; none where it is about no row of a file: a total, a customer, the policy.

    grids: every sheet that was opened, by the name findings call it.

    >>> from creditlib.facts.sources import grid_of
    >>> told = Finding("zero-amount", "note", "a.csv!B2", "INV-1 has the amount 0.", "")
    >>> rows_of(told, Inspection(()), {"a.csv": grid_of("a.csv", [["document", "amount"], ["INV-1", 0]])})
    (RawRow(sheet='a.csv', number=2, cells=('INV-1', '0'), marked=frozenset({1})),)
    """
    looks = {sheet.name: sheet for sheet in inspection.sheets}
    found = list(_places(finding, grids))
    if found:
        return tuple(_rows_at(finding, found, looks, grids))
    if finding.where not in grids:
        return ()
    return tuple(_rows_with(finding, looks.get(finding.where), grids[finding.where]))


def _places(finding: Finding, grids: Mapping[str, Grid]) -> Iterator[tuple[str, int | None, int]]:
    """Yield sheet, index of the column if one is named, and number of every row a finding names, in its place and in its text."""
    seen: set[tuple[str, int]] = set()
    texts = [finding.where]
    for name in grids:
        texts += [f"{name}{rest}" for rest in re.findall(rf"{re.escape(name)}(![A-Z]{{0,3}}\d+)", finding.en)]
    for text in texts:
        match = _PLACE.fullmatch(text)
        if match is None or match[1] not in grids:
            continue
        for number in map(int, match[3].split(", ")):
            if (match[1], number) not in seen:
                seen.add((match[1], number))
                yield match[1], _index(match[2]) if match[2] else None, number


def _index(letters: str) -> int:
    """Return the index from 0 of a column, "C" → 2."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _rows_at(
    finding: Finding, places: Sequence[tuple[str, int | None, int]], looks: Mapping[str, SheetLook], grids: Mapping[str, Grid]
) -> Iterator[RawRow]:  # fmt: skip
    for sheet in dict.fromkeys(name for name, _, _ in places):
        own = [(column, number) for name, column, number in places if name == sheet]
        cells = grids[sheet].take([number - 1 for _, number in own])
        about = _columns_about(finding, looks.get(sheet))
        for column, number in own:
            if number - 1 in cells:
                marked = frozenset(about if column is None else [column])
                yield RawRow(sheet, number, cells[number - 1], marked)


def _columns_about(finding: Finding, look: SheetLook | None) -> list[int]:
    if look is None or look.mapping is None:
        return []
    taken = look.mapping.columns
    return [taken[name] for name in _ABOUT.get(finding.check, ()) if name in taken]


def _rows_with(finding: Finding, look: SheetLook | None, grid: Grid) -> Iterator[RawRow]:
    """Yield the first row of each text that a finding about a whole sheet quotes."""
    if look is None or look.mapping is None:
        return
    listed = [text for group in _LISTED.findall(finding.en) for text in group.split(", ")]
    quoted = list(dict.fromkeys(_QUOTED.findall(finding.en))) or listed
    if not quoted:
        return
    columns = grid.columns_below(look.mapping.header_row)
    about = _columns_about(finding, look) or sorted(set(look.mapping.columns.values()))
    wanted = pa.array(quoted, pa.string())
    first: dict[str, tuple[int, int]] = {}
    for column in (i for i in about if i < len(columns)):
        texts = columns[column].texts
        for row in np.flatnonzero(np.asarray(pc.fill_null(pc.is_in(texts, value_set=wanted), False))).tolist():
            first.setdefault(texts[row].as_py(), (row + look.mapping.header_row + 1, column))
            if len(first) == len(quoted):
                break
    shown = sorted(first.values())[:_FEW]
    cells = grid.take([row for row, _ in shown])
    for row, column in shown:
        if row in cells:
            yield RawRow(grid.name, row + 1, cells[row], frozenset([column]))
