"""How old each part of a credit file 信用档案 is: registration, statements, references … visits, ledger, by customer.

What must stay true: nothing dated after the day asked counts; what is exactly as old as allowed is still fresh; a part nobody
gave is missing, never fresh; ages allowed are arguments, since this floor knows no policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, add_months, day_number
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.credit_tables import DATED
from creditlib.facts.ledger import start_columns, started
from creditlib.facts.tables import among, coded, days

PARTS: Final = (*DATED, "visits", "ledger")
"""The parts of a credit file: its tables, visits (events), and the ledger, which is the payment record."""
STATES: Final = ("fresh", "stale", "missing", "expired")
"""fresh: young enough; stale: too old; missing: nothing there; expired: past its last day, or the next visit is overdue."""
_UNTIL: Final = {"security": "until_on", "contracts": "until_on", "visits": "until"}
_NEVER: Final = 2**31 - 1  # a last day that was not told: no end


def oldest_fresh(as_of: date, months: int) -> date:
    """Return the oldest day that is not more than some months old: the same day of that month, or its last.

    >>> oldest_fresh(date(2026, 6, 30), 18), oldest_fresh(date(2026, 8, 31), 18)
    (datetime.date(2024, 12, 30), datetime.date(2025, 2, 28))
    """
    return add_months(as_of, -months)


def parts(book: Book, as_of: date, *, months: Mapping[str, int]) -> pa.Table:
    """Return one row for each customer and part of the credit file, customers in order of their code, parts as in `PARTS`.

    months: how old a part may be, by its name; a part not named never grows stale.
    Columns: customer, part, rows (int64, dated by as_of), latest_on (date32, of the newest), until_on (date32: last day of the
    security or contract that lasts longest, or next contact of the newest visit; null: none or no end), age_days (int64), state.
    A customer is whoever any of the tables names. Raises: UsageError for a part that is none.

    >>> parts(Book(), date(2026, 1, 1), months={"statements": 18}).num_rows
    0
    """
    unknown = [name for name in months if name not in PARTS]
    if unknown:
        raise UsageError(
            f"a credit file has no part {', '.join(unknown)}. There are {', '.join(PARTS)}.",
            f"信用档案没有 {'、'.join(unknown)} 这一部分。现有：{'、'.join(PARTS)}。",
        )
    day = day_number(as_of)
    tallies = [_tally(book, part, day) for part in PARTS]
    named = [_used(book.columns("customers", ["customer"])["customer"]), *(tally.texts for tally in tallies)]
    texts = pc.unique(pa.concat_arrays(named))
    texts = texts.take(pc.array_sort_indices(texts))
    size, width = len(texts), len(PARTS)
    rows = np.zeros((size, width), np.int64)
    latest = np.full((size, width), NO_DAY, np.int32)
    until = np.full((size, width), NO_DAY, np.int32)
    for column, tally in enumerate(tallies):
        place = pc.index_in(tally.texts, value_set=texts).to_numpy()
        rows[place, column], latest[place, column], until[place, column] = tally.rows, tally.latest, tally.until
    oldest = [day_number(oldest_fresh(as_of, months[part])) if part in months else NO_DAY for part in PARTS]
    state = np.where(latest < np.array(oldest, np.int32), STATES.index("stale"), STATES.index("fresh"))
    state[(until != NO_DAY) & (until < day)] = STATES.index("expired")
    state[rows == 0] = STATES.index("missing")
    blank = (rows == 0).ravel()
    flat = latest.ravel()
    end = until.ravel()
    endless = (end == NO_DAY) | (end == _NEVER)
    return pa.table(
        {
            "customer": pa.DictionaryArray.from_arrays(
                pa.array(np.repeat(np.arange(size, dtype=np.int32), width)), texts
            ),
            "part": coded(np.tile(np.arange(width), size), PARTS),
            "rows": pa.array(rows.ravel()),
            "latest_on": pa.array(flat, mask=blank).cast(pa.date32()),
            "until_on": pa.array(end, mask=endless).cast(pa.date32()),
            "age_days": pa.array(day - flat.astype(np.int64), mask=blank),
            "state": coded(state.ravel(), STATES),
        }
    )


@dataclass(frozen=True)
class _Tally:
    """Of one part, by customer: how many rows, the newest, and the last day they last."""

    texts: pa.Array
    rows: NDArray[np.int64]
    latest: NDArray[np.int32]
    until: NDArray[np.int32]


def _tally(book: Book, part: str, day: int) -> _Tally:
    if part == "ledger":
        return _ledger(book, day)
    until = _UNTIL.get(part)
    if part == "visits":
        table = book.columns("events", ["customer", "event", "on", "until"])
        table = table.filter(pa.array(among(table["event"], ["visit"]))) if table.num_rows else table
        on = days(table["on"])
    else:
        table = book.columns(part, ["customer", DATED[part], *([until] if until else [])])
        on = days(table[DATED[part]])
    own, texts = _codes(table["customer"])
    chosen = np.flatnonzero((on <= day) & (on != NO_DAY))
    own_chosen, on_chosen = own[chosen], on[chosen]
    rows = np.bincount(own_chosen, minlength=len(texts)).astype(np.int64)
    latest = np.full(len(texts), NO_DAY, np.int32)
    np.maximum.at(latest, own_chosen, on_chosen)
    last = np.full(len(texts), NO_DAY, np.int32)
    if until:
        end = days(table[until])[chosen]
        if (
            part == "visits"
        ):  # the newest visit says when the next is; a later one has taken the place of what was agreed before
            newest = on_chosen == latest[own_chosen]
            np.maximum.at(last, own_chosen[newest], end[newest])
        else:
            np.maximum.at(last, own_chosen, np.where(end == NO_DAY, _NEVER, end).astype(np.int32))
    seen = np.bincount(own, minlength=len(texts)) > 0
    return _Tally(texts.filter(pa.array(seen)), rows[seen], latest[seen], last[seen])


def _ledger(book: Book, day: int) -> _Tally:
    """Tally documents, a piece at a time; pieces that share their texts are added up before anything is looked up."""
    texts = pa.array([], pa.string())
    rows, latest = np.zeros(0, np.int64), np.zeros(0, np.int32)
    for _, piece in book.scan("documents", ["customer", *start_columns(book)]):
        own, named = _codes(piece["customer"])
        if not named.equals(texts):
            joint = pc.unique(pa.concat_arrays([texts, named]))
            more = len(joint) - len(texts)
            rows = np.append(rows, np.zeros(more, np.int64))
            latest = np.append(latest, np.full(more, NO_DAY, np.int32))
            texts = joint
            own = pc.index_in(named, value_set=texts).to_numpy().astype(np.int32)[own] if len(named) else own
        start = started(piece)
        chosen = np.flatnonzero((start <= day) & (start != NO_DAY))
        rows += np.bincount(own[chosen], minlength=len(texts))
        np.maximum.at(latest, own[chosen], start[chosen])
    some = rows > 0
    return _Tally(texts.filter(pa.array(some)), rows[some], latest[some], np.full(int(some.sum()), NO_DAY, np.int32))


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], pa.Array]:
    """Return a required dictionary column as codes and the texts they stand for."""
    if not column.num_chunks:
        return np.zeros(0, np.int32), pa.array([], pa.string())
    chunks = column.unify_dictionaries().chunks if column.num_chunks > 1 else column.chunks
    return np.concatenate([chunk.indices.to_numpy() for chunk in chunks]), chunks[0].dictionary


def _used(column: pa.ChunkedArray) -> pa.Array:
    """Return the texts a dictionary column really uses."""
    own, texts = _codes(column)
    return texts.filter(pa.array(np.bincount(own, minlength=len(texts)) > 0))
