"""Customers: from their own sheets, and from the names beside the documents.

What must stay true: one row for each customer and first day of an assignment, the latest last; a name on a customer sheet
stands before names beside documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib.days import NO_DAY, DateOrder
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.documents import Part
from creditlib.facts.layout import Body
from creditlib.facts.rejection import AS_BLANK, column_fault, taken_as_blank, yes_or_no
from creditlib.facts.tables import CUSTOMERS, build, codes
from creditlib.facts.values import read_dates

_DATES: Final = ("assigned_from", "assigned_to")
_Row = dict[str, Any]


def customers(
    parts: Sequence[Part], bodies: Sequence[Body], order: DateOrder | None, findings: list[Finding]
) -> pa.Table:
    """Return the `customers` table of all sheets; of two rows for the same customer and first day the later stands."""
    known: dict[str, dict[int, _Row]] = {}
    for body in bodies:
        if body.mapping.role == "customers":
            for row in _rows(body, order, findings):
                known.setdefault(row["customer"], {})[row["assigned_from"]] = row
    listed = set(known)
    called: dict[str, list[str]] = {}
    for part in parts:
        for code, name in _pairs(part):
            if name is not None and name not in called.setdefault(code, []):
                called[code].append(name)
            if code not in listed and (name is not None or code not in known):
                known[code] = {NO_DAY: {"customer": code, "customer_name": name}}
    for code, names_seen in called.items():
        if len(names_seen) > 1:
            listed_names = ", ".join(f'"{n}"' for n in names_seen), "、".join(f"“{n}”" for n in names_seen)
            findings.append(CHECKS["renamed-customer"].finding(bodies[0].grid, customer=code, value=listed_names))
    rows = [same[first] for same in known.values() for first in sorted(same)]
    columns: dict[str, pa.Array] = {}
    for field in CUSTOMERS:
        key = "customer_name" if field.name == "name" else field.name
        values = [row.get(key) for row in rows]
        if field.name in _DATES:
            columns[field.name] = pa.array([None if v in (None, NO_DAY) else v for v in values], pa.int32())
        else:
            columns[field.name] = pa.array(values, pa.bool_() if field.name == "related_party" else pa.string())
    return build(CUSTOMERS, columns, len(rows))


def _rows(body: Body, order: DateOrder | None, findings: list[Finding]) -> list[_Row]:
    """Return the rows of a customer sheet; a date of an assignment that can't be read is told and taken as blank."""
    columns: dict[str, list[Any]] = {n: body.texts(n).to_pylist() for n in body.mapping.columns}
    columns["assigned_from"] = [NO_DAY] * len(body.rows)
    for name in _DATES:
        if name not in body.columns:
            continue
        read = read_dates(body.columns[name], order or body.mapping.date_order)
        fault, _ = column_fault(body, name, read, taken_as_blank)
        texts, header = columns[name], body.mapping.header(name)
        findings += [fault] if fault is not None else [
            CHECKS["unreadable-date"].finding(body.place(row), column=header, value=texts[row], effect=AS_BLANK)
            for row in read.bad
        ]  # fmt: skip
        columns[name] = read.values.tolist()
    if "related_party" in columns:
        columns["related_party"] = yes_or_no(body.texts("related_party")).to_pylist()
    return [
        {name: values[i] for name, values in columns.items()}
        for i, code in enumerate(columns["customer"])
        if code is not None
    ]


def _pairs(part: Part) -> list[tuple[str, str | None]]:
    """Return (code, name) pairs of one sheet in order of their last appearance."""
    own, code_names = codes(part.columns["customer"])
    cells = part.names.dictionary_encode()
    width = len(cells.dictionary) + 1
    named = pc.fill_null(cells.indices, width - 1).to_numpy().astype(np.int64)
    pair = own.astype(np.int64) * width + named
    last, index = np.unique(pair[::-1], return_index=True)
    texts = [*cells.dictionary.to_pylist(), None]
    order = np.argsort(-index, kind="stable")
    return [(str(code_names[int(p) // width]), texts[int(p) % width]) for p in last[order]]
