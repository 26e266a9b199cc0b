"""The log of what happened with a customer: files → rows of `events`, and appending them to a book.

What must stay true: nothing that happened is dropped for its word: an unknown one is kept as a note; events are only appended,
ids never change.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib.days import NO_DAY, DateOrder
from creditlib.errors import Finding
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.credit.amounts import amounts_of, minor_of
from creditlib.facts.credit.rows import currencies, read_days
from creditlib.facts.layout import Body
from creditlib.facts.lists.rows import List, as_days, needed_days, open_lists, words
from creditlib.facts.tables import EVENTS, build, conform

_TEXTS: Final = ("document", "by", "reason", "text")


def read_events(
    *sources: Any, home: str, date_order: DateOrder | None = None, book: Book | None = None
) -> tuple[pa.Table, tuple[Finding, ...]]:
    """Read logs of visits 走访, calls, promises, disputes, reminders, applications and notes into rows of `events`.

    sources, home, date_order, book: as in `read_orders`. A sheet needs a customer, a date, and a column of events or a date whose
    header tells the event (走访日期, application date). The next contact, or the day promised, goes to `until`. An event whose word is
    unknown is kept as a note, its word before its text; rows that set limits are told and left to `read_limits`. ids count from 0
    until `append_events` gives them their own.
    Raises: SourceError, MappingError, CurrencyError. Faults in the data are findings.

    >>> rows = pa.table({"客户编码": ["C1"], "走访日期": ["2026-03-01"], "走访人": ["李"], "下次走访": ["2026-06-01"]})
    >>> read_events(rows, home="CNY")[0].select(["event", "by"]).to_pylist()
    [{'event': 'visit', 'by': '李'}]
    """
    findings: list[Finding] = []
    lists = open_lists(sources, "events", home, book, findings)
    return stacked([_events(one, home, date_order, findings) for one in lists]), tuple(findings)


def _events(one: List, home: str, order: DateOrder | None, findings: list[Finding]) -> pa.Table:
    body = one.body
    rejected: dict[int, Finding] = {}
    on = needed_days(body, "on", order, rejected, findings)
    told = {id(finding) for finding in findings}
    findings += [finding for _, finding in sorted(rejected.items()) if id(finding) not in told]
    keep = np.ones(len(body.rows), bool)
    keep[list(rejected)] = False
    for name, there in (("customer", np.asarray(pc.is_valid(one.customer))), ("on", on != NO_DAY)):
        lost = np.flatnonzero(keep & ~there)
        if len(lost):
            header = body.mapping.header(name)
            findings.append(CHECKS["row-unusable"].finding(body.place(int(lost[0])), count=len(lost), value=header))
        keep &= there
    kinds, text = _kinds(one, findings)
    limits = np.flatnonzero(keep & np.array([k == "limit_set" for k in kinds], bool))
    if len(limits):
        where, customer = body.place(int(limits[0])), one.customer[int(limits[0])].as_py()
        findings.append(CHECKS["limit-in-event-log"].finding(where, count=len(limits), customer=customer))
        keep[limits] = False
    mask = pa.array(keep)
    columns: dict[str, Any] = {n: body.texts(n) for n in _TEXTS} | {
        "on": as_days(on), "text": text, "until": as_days(read_days(body, "until", order, findings)),
        "known_on": as_days(read_days(body, "known_on", order, findings)),
        "customer": one.customer, "event": pa.array(kinds, pa.string()),
    }  # fmt: skip
    if "amount" in body.columns:
        columns |= _money(body, home, findings)
    return numbered({n: c.filter(mask) for n, c in columns.items()}, int(keep.sum()))


def _kinds(one: List, findings: list[Finding]) -> tuple[list[str], pa.Array]:
    """Return the kind of every event, and its text: with the word before it where that is unknown."""
    body = one.body
    if "event" not in body.columns:
        return [one.kind_by_date or "note"] * len(body.rows), body.texts("text")
    said, texts = body.texts("event").to_pylist(), body.texts("text").to_pylist()
    means = {word: _kind_of(word) for word in dict.fromkeys(said) if word}
    unknown: dict[str, list[int]] = defaultdict(list)
    kinds = []
    for row, word in enumerate(said):
        kind = means[word] if word else one.kind_by_date
        if kind is None:
            unknown[word or ""].append(row)
            texts[row] = ": ".join(t for t in (word, texts[row]) if t) or None
        kinds.append(kind or "note")
    for word, rows in unknown.items():
        findings.append(
            CHECKS["event-word-unknown"].finding(
                body.place(rows[0], "event"), count=len(rows), column=body.mapping.header("event"), value=word[:60]
            )
        )
    return kinds, pa.array(texts, pa.string())


def _kind_of(text: str) -> str | None:
    """Return the kind a word means: as it stands, else the one kind whose word stands within it."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("_", " ").strip()
    table = words()
    if found := table.get(plain) or table.get(plain.replace(" ", "_")):
        return found
    within = {
        kind for word, kind in table.items()
        if (re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain) if word.isascii() else word in plain)
    }  # fmt: skip
    return within.pop() if len(within) == 1 else None


def _money(body: Body, home: str, findings: list[Finding]) -> dict[str, Any]:
    """Return amounts and currencies of events; a row without an amount has neither."""
    column = body.columns["amount"]
    there = np.asarray(pc.is_valid(column.texts))
    codes, names = currencies(body, home, body.mapping.currency, there, findings)
    powers = {"amount": np.full(len(body.rows), body.mapping.power, np.int64)}
    amounts = amounts_of(body, {"amount": (body.mapping.columns["amount"], column)}, powers, findings)
    minor = minor_of(body, amounts, np.maximum(codes, 0), names, findings)["amount"]
    minor = pc.if_else(pa.array(codes < 0), pa.scalar(None, pa.int64()), minor)
    own = pa.array([names[c] if c >= 0 else None for c in codes.tolist()], pa.string())
    return {
        "amount_minor": minor,
        "currency": pc.if_else(pc.is_valid(minor), own, pa.scalar(None, pa.string())),
    }


def numbered(columns: dict[str, Any], rows: int) -> pa.Table:
    """Return columns as events, ids counted from 0."""
    return build(EVENTS, {"id": np.arange(rows), **columns}, rows)


def stacked(parts: Sequence[pa.Table]) -> pa.Table:
    """Return the events of several sheets as one table, ids counted from 0."""
    table = pa.concat_tables([EVENTS.empty_table(), *parts]).unify_dictionaries().combine_chunks()
    return table.set_column(0, EVENTS.field("id"), pa.array(np.arange(table.num_rows)))


def append_events(book: Book, table: Any) -> Book:
    """Return the book with events after its own, their ids counted on from its last; nothing already there changes.

    table: rows of `events` in any Arrow form; their own ids don't matter. The same rows given twice stand twice.
    Raises: ValueError for a column that events lack, or a missing customer, day or event.

    >>> rows, _ = read_events(pa.table({"customer": ["C1"], "visit date": ["2026-01-01"]}), home="CNY")
    >>> append_events(append_events(Book(), rows), rows).events["id"].to_pylist()
    [0, 1]
    """
    old = book.table("events")
    new = table if isinstance(table, pa.Table) else pa.table(table)
    last = pc.max(old["id"]).as_py() if old.num_rows else None
    first = 0 if last is None else last + 1
    ids = pa.array(np.arange(first, first + new.num_rows), EVENTS.field("id").type)
    place = new.column_names.index("id") if "id" in new.column_names else None
    new = new.append_column("id", ids) if place is None else new.set_column(place, "id", ids)
    events = pa.concat_tables([old, conform("events", new)]).unify_dictionaries().combine_chunks()
    return replace(book, events=events)
