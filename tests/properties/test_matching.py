"""Allocations matched column by column equal what one row after the other would give."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from creditlib.facts.columns import Mapping
from creditlib.facts.layout import Body
from creditlib.facts.lookup import find
from creditlib.facts.matching import from_sheet
from creditlib.facts.sources import Column
from creditlib.facts.tables import DOCUMENTS, build
from creditlib.facts.values import read_amounts

NUMBERS = st.sampled_from([None, "A", "B", "C", "D"])
CUSTOMERS = st.sampled_from(["C1", "C2", "C3"])
ENTITIES = st.sampled_from([None, "E1", "E2"])
DOCUMENT = st.tuples(
    NUMBERS,
    CUSTOMERS,
    ENTITIES,
    st.sampled_from(["CNY", "JPY"]),
    st.integers(-500, 500),
    st.sampled_from([None, 1, 2, 3]),
)
LINK = st.tuples(
    NUMBERS, NUMBERS, st.one_of(st.none(), CUSTOMERS, st.just("C9")), st.one_of(ENTITIES, st.just("E9")),
    st.sampled_from([None, "-1", "0", "0.004", "1", "2.5", "7.125", "12345678901234567"]),
    st.sampled_from([None, "2024-01-02", "2024-01-03"]), st.sampled_from([None, None, "2024-02-01", "never"]),
)  # fmt: skip
Documents = list[tuple[Any, ...]]


def _table(rows: Documents) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * 6
    texts = {n: pa.array(columns[i], pa.string()) for i, n in enumerate(("document", "customer", "entity", "currency"))}
    return build(
        DOCUMENTS,
        {
            **texts, "id": np.arange(len(rows)), "kind": ["invoice"] * len(rows),
            "amount_minor": pa.array(columns[4], pa.int64()), "due_on": pa.array(columns[5], pa.int32()),
            "source_file": ["x"] * len(rows), "source_row": np.arange(len(rows), dtype=np.int32),
        },
        len(rows),
    )  # fmt: skip


def _one(rows: Documents, number: str | None, customer: str | None, entity: str | None) -> list[int]:
    """What a row means: by number, then as far as customer and entity leave something; oldest due first."""
    ids = [i for i, row in enumerate(rows) if number is not None and row[0] == number]
    if len(ids) > 1 and customer is not None:
        ids = [i for i in ids if rows[i][1] == customer] or ids
    if len(ids) > 1 and entity is not None:
        ids = [i for i in ids if rows[i][2] == entity] or ids
    no_day = -(2**31)
    return sorted(ids, key=lambda i: (no_day if rows[i][5] is None else rows[i][5], i))


@given(
    st.lists(DOCUMENT, max_size=12), st.lists(st.tuples(NUMBERS, NUMBERS, st.none() | CUSTOMERS, ENTITIES), max_size=8)
)
def test_numbers_are_found_as_one_by_one(rows: Documents, asked: list[tuple[Any, ...]]) -> None:
    columns = [pa.array([row[i] for row in asked], pa.string()) for i in range(4)]
    found = find(_table(rows), columns[:2], *columns[2:])
    for side, one in enumerate(found):
        expected = [_one(rows, row[side], row[2], row[3]) for row in asked]
        assert [one.of(i) for i in range(len(asked))] == expected
        assert one.first.tolist() == [ids[0] if ids else -1 for ids in expected]
        assert one.count.tolist() == list(map(len, expected))


def _reference(rows: Documents, links: Documents) -> tuple[list[tuple[Any, ...]], list[tuple[str, int]]]:
    """The loop everybody would write: allocations, and (check, row) of what was not applied."""
    made: list[tuple[Any, ...]] = []
    told: list[tuple[str, int]] = []
    room: dict[int, int] = {}
    for k, (one, other, customer, entity, amount, on, undone) in enumerate(links):
        source, target = (_one(rows, number, customer, entity) for number in (one, other))
        if not source or not target:
            told.append(("allocation-not-found", k))
            continue
        places = 2 if rows[target[0]][3] == "CNY" else 0
        value = int(Decimal(amount or 0).scaleb(places).quantize(Decimal(1), ROUND_HALF_UP))
        if on is None or undone == "never" or value <= 0 or value >= 10**15:
            told.append(("allocation-unusable", k))
            continue
        across = rows[source[0]][3] != rows[target[0]][3]
        if across:
            told.append(("allocation-across-currencies", k))
        ends = (None if across else source[0]), date.fromisoformat(on), undone and date.fromisoformat(undone)
        for i in target if len(target) > 1 else []:
            free = room.setdefault(i, rows[i][4])
            take = min(value, max(free, 0))
            if take:
                made.append((ends[0], i, take, *ends[1:]))
                room[i] -= take
                value -= take
        if value:
            made.append((ends[0], target[-1], value, *ends[1:]))
    return made, told


@given(st.lists(DOCUMENT, max_size=10), st.lists(LINK, max_size=10))
def test_sheet_of_allocations_is_read_as_row_by_row(rows: Documents, links: Documents) -> None:
    names = ("from_document", "to_document", "customer", "entity", "amount", "on", "undone_on")
    columns = {n: Column(pa.array([link[i] for link in links], pa.string())) for i, n in enumerate(names)}
    mapping = Mapping("allocations", "test", {n: i for i, n in enumerate(names)}, names)
    amounts = {"amount": read_amounts(columns["amount"], ".")}
    body = Body("x", mapping, columns, amounts, np.arange(len(links), dtype=np.int32), len(links))
    table, findings = from_sheet(body, _table(rows), None)
    made, told = _reference(rows, links)
    kept = ["from_document", "to_document", "amount_minor", "on", "undone_on"]
    assert [tuple(row.values()) for row in table.select(kept).to_pylist()] == made
    assert [(f.check, int(f.where.split("!")[1])) for f in findings if f.check != "rounded-amounts"] == told
