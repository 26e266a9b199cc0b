"""Due dates where the source gives none: the term code is looked up, or the term's words are read.

What must stay true: a code is never sliced into digits; a due date that was computed says so in `due_from`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number, day_of
from creditlib.errors import TermsError
from creditlib.terms import Event, Terms, due_dates, parse_terms, schedule

EVENT_COLUMNS: dict[Event, str] = {
    "shipment": "shipped_on",
    "invoice_receipt": "received_on",
    "acceptance": "accepted_on",
}


@cache
def term_codes() -> dict[str, str]:
    """Return the codes that ship: code → payment term in words."""
    data = tomllib.loads(files("creditlib.facts").joinpath("term_codes.toml").read_text(encoding="utf-8"))
    return {code: term for part in data.values() for code, term in part.items() if code != "source"}


def look_up(text: str, own: Mapping[str, str]) -> Terms | None:
    """Return the term a ledger's text means: the firm's own codes, the codes that ship, then its words; None if neither.

    >>> look_up("NT6C", {}).instalments[0].delay.days, look_up("NT7Z", {}), look_up("月结30天", {}) is None
    (360, None, False)
    """
    words = own.get(text.strip().upper()) or term_codes().get(text.strip().upper()) or text
    try:
        return parse_terms(words)
    except TermsError:
        return None


@dataclass(frozen=True)
class Computed:
    """Due dates computed for some rows. due: day numbers, NO_DAY where no term helped. provisional: an event date lacked.
    splits: row → its instalments (due day, amount), for terms with several."""

    due: NDArray[np.int32]
    provisional: NDArray[np.bool_]
    splits: dict[int, list[tuple[int, int]]]


def compute(
    terms: pa.Array, base: NDArray[np.int32], events: Mapping[Event, NDArray[np.int32]], amounts: NDArray[np.int64],
    rows: NDArray[np.int64], own: Mapping[str, str],
) -> Computed:  # fmt: skip
    """Compute due dates of `rows` from their terms.

    terms: text per row. base: invoice day per row. events: day per row of the other events, NO_DAY where unknown.
    amounts: minor units, only used to split instalments.
    """
    due = np.full(len(base), NO_DAY, np.int32)
    provisional = np.zeros(len(base), bool)
    splits: dict[int, list[tuple[int, int]]] = {}
    parsed: dict[str, Terms | None] = {}
    known: dict[tuple[Any, ...], tuple[int, bool]] = {}
    for row, text in zip(rows.tolist(), terms.take(pa.array(rows)).to_pylist(), strict=True):
        if text is None or base[row] == NO_DAY:
            continue
        if text not in parsed:
            parsed[text] = look_up(text, own)
        term = parsed[text]
        if term is None:
            continue
        given = {event: int(column[row]) for event, column in events.items() if column[row] != NO_DAY}
        key = (text, int(base[row]), *sorted(given.items()))
        dates: dict[Event, date | None] = {"invoice": day_of(base[row])}
        dates |= {event: day_of(day) for event, day in given.items()}
        if key not in known:
            try:
                found = due_dates(term, dates)
            except TermsError:  # beyond the calendar: reported as a document without usable terms
                continue
            known[key] = day_number(max(d.on for d in found)), any(d.provisional for d in found)
        due[row], provisional[row] = known[key]
        if len(term.instalments) > 1:
            splits[row] = [(day_number(on), minor) for on, minor in schedule(term, int(amounts[row]), dates)]
    return Computed(due, provisional, splits)
