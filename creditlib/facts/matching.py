"""Allocations a source tells: a list of its own, a column naming the document paid, clearing numbers, settlement dates.

What must stay true: an allocation that can't be applied is a finding with its amount; nothing is matched by likeness.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import NO_DAY, DateOrder
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.layout import Body
from creditlib.facts.tables import ALLOCATIONS, build, codes, days
from creditlib.facts.values import Amounts, read_dates, to_minor


def _table(origin: str, rows: int, **columns: Any) -> pa.Table:
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([origin]))
    return build(ALLOCATIONS, {**columns, "origin": texts}, rows)


def _day_array(values: NDArray[np.int32]) -> pa.Array:
    return pa.array(values, pa.int32(), mask=values == NO_DAY).cast(pa.date32())


def by_date(documents: pa.Table, settled: NDArray[np.int32], left: NDArray[np.bool_]) -> pa.Table:
    """A document with a settlement date was settled in full that day, by something the source does not name."""
    amount = documents["amount_minor"].to_numpy()
    rows = np.flatnonzero((settled != NO_DAY) & left & (amount != 0))
    debit = amount[rows] > 0
    return _table(
        "settlement_date",
        len(rows),
        from_document=pa.array(rows, mask=debit),
        to_document=pa.array(rows, mask=~debit),
        amount_minor=np.abs(amount[rows]),
        on=_day_array(settled[rows]),
    )


def by_clearing(
    documents: pa.Table, clearing: pa.Array, settled: NDArray[np.int32]
) -> tuple[pa.Table, NDArray[np.bool_]]:
    """Documents that share a clearing number settled one another, oldest due first. Returns the allocations, and which
    documents are left for `by_date` because their group does not come out even."""
    cells = clearing.dictionary_encode()
    group = pc.fill_null(cells.indices, -1).to_numpy().astype(np.int64)
    cleared = group >= 0
    for key in ("customer", "entity", "currency"):  # a clearing number is unique within a company code only
        own, names = codes(documents[key])
        group = np.where(cleared, group * max(len(names), 1) + own, -1)
    amount = documents["amount_minor"].to_numpy()
    live = np.flatnonzero((group >= 0) & (settled != NO_DAY) & (amount != 0))
    order = live[np.lexsort((days(documents["due_on"])[live], group[live]))]
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0]) if len(order) else np.zeros(0, int)
    left = np.ones(len(amount), bool)
    links: list[tuple[int, int, int, int]] = []
    for rows in np.split(order, starts[1:]) if len(order) else []:
        if amount[rows].sum() != 0:
            continue
        left[rows] = False
        debits = [[int(r), int(amount[r])] for r in rows if amount[r] > 0]
        for row in (int(r) for r in rows if amount[r] < 0):
            give = -int(amount[row])
            while give:
                take = min(give, debits[0][1])
                links.append((row, debits[0][0], take, int(max(settled[row], settled[debits[0][0]]))))
                give -= take
                debits[0][1] -= take
                if not debits[0][1]:
                    debits.pop(0)
    columns = np.array(links, np.int64).reshape(-1, 4)
    table = _table(
        "clearing_number",
        len(links),
        from_document=columns[:, 0],
        to_document=columns[:, 1],
        amount_minor=columns[:, 2],
        on=_day_array(columns[:, 3].astype(np.int32)),
    )
    return table, left


class _Index:
    """Finds documents by number, narrowed by customer and entity where a row names them."""

    def __init__(self, documents: pa.Table, wanted: set[str]) -> None:
        self.by: dict[str, list[int]] = defaultdict(list)
        hit = pc.is_in(documents["document"], value_set=pa.array(sorted(wanted), pa.string()))
        ids = np.flatnonzero(np.asarray(pc.fill_null(hit, False)))
        self.customers = documents["customer"].cast(pa.string())
        self.entities = documents["entity"].cast(pa.string())
        self.due = days(documents["due_on"])
        for i, number in zip(ids.tolist(), documents["document"].take(pa.array(ids)).to_pylist(), strict=True):
            self.by[number].append(i)

    def find(self, number: str | None, customer: str | None, entity: str | None) -> list[int]:
        """Return the ids under a number, oldest due first."""
        ids = self.by.get(number or "", [])
        if len(ids) > 1 and customer is not None:
            ids = [i for i in ids if self.customers[i].as_py() == customer] or ids
        if len(ids) > 1 and entity is not None:
            ids = [i for i in ids if self.entities[i].as_py() == entity] or ids
        return sorted(ids, key=lambda i: (self.due[i], i)) if len(ids) > 1 else ids


def by_column(documents: pa.Table, target: pa.Array) -> tuple[pa.Table, list[Finding]]:
    """Rows that name the document they pay: each pays it in full, on its own day."""
    rows = np.flatnonzero(np.asarray(pc.is_valid(target)))
    numbers = target.take(pa.array(rows)).to_pylist()
    index = _Index(documents, set(numbers))
    amount = documents["amount_minor"].to_numpy()
    posted, issued = days(documents["posted_on"]), days(documents["issue_on"])
    on = np.where(posted != NO_DAY, posted, issued)
    own = documents["document"].take(pa.array(rows)).to_pylist()
    place = [f"{f}!{r}" for f, r in zip(*_source(documents, rows), strict=True)]
    currency = documents["currency"].take(pa.array(rows)).to_pylist()
    room: dict[int, int] = {}
    links: list[tuple[int, int, int, int]] = []
    findings = []
    for k, row in enumerate(rows.tolist()):
        give = -int(amount[row])
        if give <= 0 or on[row] == NO_DAY:
            continue
        if numbers[k] == own[k]:
            continue  # a receipt that names itself is not applied yet
        ids = [i for i in index.find(numbers[k], index.customers[row].as_py(), index.entities[row].as_py()) if i != row]
        ids = [i for i in ids if amount[i] > 0] or ids  # a receipt may bear the number of an invoice
        if not ids:
            shown = f"{money.text(give, currency[k])} {currency[k]}"
            findings.append(
                CHECKS["allocation-not-found"].finding(
                    place[k], amount=shown, first=own[k] or "–", second=numbers[k], value=f'"{numbers[k]}"',
                    amount_minor=give, currency=currency[k],
                )
            )  # fmt: skip
            continue
        links += [(row, to, part, int(on[row])) for to, part in _spread(ids, give, amount, room)]
    columns = np.array(links, np.int64).reshape(-1, 4)
    table = _table(
        "given", len(links), from_document=columns[:, 0], to_document=columns[:, 1], amount_minor=columns[:, 2],
        on=_day_array(columns[:, 3].astype(np.int32)),
    )  # fmt: skip
    return table, findings


def _source(documents: pa.Table, rows: NDArray[np.int64]) -> tuple[list[str], list[int]]:
    taken = documents.select(["source_file", "source_row"]).take(pa.array(rows))
    return taken["source_file"].to_pylist(), taken["source_row"].to_pylist()


def _spread(ids: list[int], give: int, amount: NDArray[np.int64], room: dict[int, int]) -> list[tuple[int, int]]:
    """Spread an allocation over the instalments of one document, oldest due first; what is too much goes on the last."""
    if len(ids) == 1:
        return [(ids[0], give)]
    parts = []
    for i in ids:
        free = room.setdefault(i, int(amount[i]))
        take = min(give, max(free, 0))
        if take:
            parts.append((i, take))
            room[i] = free - take
            give -= take
    if give:
        parts.append((ids[-1], give))
    return parts


def from_sheet(body: Body, documents: pa.Table, order: DateOrder | None) -> tuple[pa.Table, list[Finding]]:
    """Read a sheet of allocations: from, to, amount, date."""
    order = order or body.mapping.date_order
    froms, tos = body.texts("from_document").to_pylist(), body.texts("to_document").to_pylist()
    customers, entities = body.texts("customer").to_pylist(), body.texts("entity").to_pylist()
    index = _Index(documents, {n for n in (*froms, *tos) if n})
    rows = len(body.rows)
    dates = {n: read_dates(body.columns[n], order) for n in ("on", "known_on", "undone_on") if n in body.columns}
    none = np.full(rows, NO_DAY, np.int32)
    on = dates["on"].values if "on" in dates else none
    own, names = codes(documents["currency"])
    amount = documents["amount_minor"].to_numpy()
    exact = body.amounts["amount"]
    findings: list[Finding] = []
    target: list[list[tuple[int, int]]] = []
    source = np.full(rows, -1, np.int64)
    first = np.full(rows, -1, np.int64)
    found_to: list[list[int]] = []
    for row in range(rows):
        f, t = (
            index.find(froms[row], customers[row], entities[row]),
            index.find(tos[row], customers[row], entities[row]),
        )
        found_to.append(t)
        shown = f"{exact.exact(row):,f}" if exact.valid[row] else "–"
        words: dict[str, Any] = {"first": froms[row] or "–", "second": tos[row] or "–"}
        if not f or not t:
            missing = " + ".join(f'"{n}"' for n, ids in ((froms[row], f), (tos[row], t)) if not ids)
            findings.append(
                CHECKS["allocation-not-found"].finding(body.place(row), amount=shown, value=missing, **words)
            )
        elif not exact.valid[row] or exact.exact(row) <= 0 or on[row] == NO_DAY:
            fault = (
                ("its date can't be read", "日期无法识别")
                if on[row] == NO_DAY
                else ("its amount is not above 0", "金额不大于 0")
            )
            findings.append(CHECKS["allocation-unusable"].finding(body.place(row), value=fault, **words))
        else:
            source[row], first[row] = f[0], t[0]
            if own[f[0]] != own[t[0]]:
                value = f"{names[own[f[0]]]} → {names[own[t[0]]]}"
                findings.append(
                    CHECKS["allocation-across-currencies"].finding(body.place(row), amount=shown, value=value, **words)
                )
    used = np.flatnonzero(source >= 0)
    usable = Amounts(exact.unscaled, exact.valid & (source >= 0), exact.scale, exact.long)
    minor = to_minor(usable, np.where(first >= 0, own[first], 0).astype(np.int32), [n or "XXX" for n in names]).values
    room: dict[int, int] = {}
    target = [_spread(found_to[row], int(minor[row]), amount, room) for row in used.tolist()]
    repeat = np.repeat(used, [len(t) for t in target]) if len(used) else used
    flat = np.array([pair for t in target for pair in t], np.int64).reshape(-1, 2)
    across = own[source[repeat]] != own[flat[:, 0]] if len(flat) else np.zeros(0, bool)
    table = _table(
        "given", len(flat), from_document=pa.array(source[repeat], mask=across), to_document=flat[:, 0],
        amount_minor=flat[:, 1], on=_day_array(on[repeat]),
        known_on=_day_array(dates["known_on"].values[repeat] if "known_on" in dates else none[repeat]),
        undone_on=_day_array(dates["undone_on"].values[repeat] if "undone_on" in dates else none[repeat]),
    )  # fmt: skip
    return table, findings
