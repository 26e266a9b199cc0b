"""Allocations a source tells: a list of its own, a column naming the document paid, clearing numbers, settlement dates.

What must stay true: an allocation that can't be applied is a finding with its amount; nothing is matched by likeness.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import NO_DAY, DateOrder
from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.layout import Body
from creditlib.facts.lookup import Found, find
from creditlib.facts.rejection import column_fault, no_row_used
from creditlib.facts.tables import ALLOCATIONS, build, codes, days
from creditlib.facts.values import Amounts, Dates, read_dates, to_minor

_DATES: Final = ("on", "known_on", "undone_on")
_NO_DATE: Final = ("it has no date", "没有日期")
_NO_CREDIT: Final = ("it is no credit, so it can pay nothing", "不是贷方金额，无法核销")


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


def by_column(documents: pa.Table, target: pa.Array) -> tuple[pa.Table, list[Finding]]:
    """Rows that name the document they pay: each pays it in full, on its own day."""
    rows = np.flatnonzero(np.asarray(pc.is_valid(target)))
    taken = pa.array(rows)
    told = documents.select(["document", "currency", "customer", "entity", "source_file", "source_row"]).take(taken)
    customers, entities = (_texts(told[name]) for name in ("customer", "entity"))
    numbers = target.take(taken)
    (found,) = find(documents, [numbers], customers, entities)
    texts, own, currency = numbers.to_pylist(), told["document"].to_pylist(), told["currency"].to_pylist()
    place = [f"{f}!{r}" for f, r in zip(told["source_file"].to_pylist(), told["source_row"].to_pylist(), strict=True)]
    amount = documents["amount_minor"].to_numpy()
    posted, issued = days(documents["posted_on"]), days(documents["issue_on"])
    on = np.where(posted != NO_DAY, posted, issued)
    room: dict[int, int] = {}
    links: list[tuple[int, int, int, int]] = []
    findings = []
    for k, row in enumerate(rows.tolist()):
        if texts[k] == own[k]:
            continue  # a receipt that names itself is not applied yet
        give = -int(amount[row])
        if give <= 0 or on[row] == NO_DAY:
            fault = _NO_DATE if give > 0 else _NO_CREDIT
            findings.append(
                CHECKS["allocation-unusable"].finding(
                    place[k], first=own[k] or "–", second=texts[k], value=fault,
                    amount_minor=abs(give), currency=currency[k],
                )
            )  # fmt: skip
            continue
        ids = [i for i in found.of(k) if i != row]
        ids = [i for i in ids if amount[i] > 0] or ids  # a receipt may bear the number of an invoice
        if not ids:
            shown = f"{money.text(give, currency[k])} {currency[k]}"
            findings.append(
                CHECKS["allocation-not-found"].finding(
                    place[k], amount=shown, first=own[k] or "–", second=texts[k], value=f'"{texts[k]}"',
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


def _texts(column: pa.ChunkedArray) -> pa.Array:
    return pa.chunked_array(column.cast(pa.string()).chunks, pa.string()).combine_chunks()


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
    """Read a sheet of allocations: from, to, amount, date. A row of which anything can't be read is told and not applied."""
    order = order or body.mapping.date_order
    sides = [body.texts(name) for name in ("from_document", "to_document")]
    found_from, found_to = find(documents, sides, body.texts("customer"), body.texts("entity"))
    source, target = found_from.first, found_to.first
    rows = len(body.rows)
    dates = {n: read_dates(body.columns[n], order) for n in _DATES if n in body.columns}
    none = np.full(rows, NO_DAY, np.int32)
    day = {name: dates[name].values if name in dates else none for name in _DATES}
    exact = body.amounts["amount"]
    above = exact.valid & (exact.unscaled > 0)
    above[[row for row, value in exact.long.items() if exact.valid[row] and value > 0]] = True
    known = (source >= 0) & (target >= 0)

    told: list[tuple[int, Finding]] = []  # row, finding
    findings: list[Finding] = []
    undated = np.zeros(rows, bool)
    silent = np.zeros(rows, bool)  # rows one finding for the whole column speaks for
    for name, read in dates.items():
        column, which = column_fault(body, name, read, no_row_used)
        findings += [column] if column is not None else []
        silent[which] = True
        undated[[*which, *read.bad]] = True
    undated |= day["on"] == NO_DAY
    own, names = codes(documents["currency"])
    usable = known & above & ~undated
    first = np.where(usable, target, 0)
    currency = own[first] if len(own) else np.zeros(rows, np.int32)
    chosen = Amounts(exact.unscaled, exact.valid & usable, exact.scale, exact.long)
    rounded = to_minor(chosen, currency, [n or "XXX" for n in names])
    too_long = set(rounded.too_long)
    minor = rounded.values
    empty = usable & (minor == 0)
    for row in np.flatnonzero(~known & ~silent).tolist():
        told.append((row, _not_found(body, row, bool(source[row] >= 0), bool(target[row] >= 0))))
    faults = (known & (~above | undated) & ~silent) | empty
    faults[list(too_long)] = True
    usable &= ~faults
    for row in np.flatnonzero(faults).tolist():
        fault = _fault(body, row, dates, above=bool(above[row]), too_long=row in too_long)
        told.append((row, CHECKS["allocation-unusable"].finding(body.place(row), value=fault, **_words(body, row))))
    used = np.flatnonzero(usable)
    across = np.zeros(rows, bool)
    across[used] = own[source[used]] != own[target[used]] if len(used) else False
    for row in np.flatnonzero(across).tolist():
        value = f"{names[own[source[row]]]} → {names[own[target[row]]]}"
        told.append(
            (row, CHECKS["allocation-across-currencies"].finding(
                body.place(row), amount=_shown(exact, row), value=value, **_words(body, row)
            ))
        )  # fmt: skip
    findings += [finding for _, finding in sorted(told, key=lambda one: one[0])]
    findings += [
        CHECKS["rounded-amounts"].finding(body.grid, count=count, currency=name, lost=f"{rounded.lost[name]:,f}")
        for name, count in rounded.rounded.items()
    ]
    repeat, flat, parts = _parts(used, found_to, minor, documents["amount_minor"].to_numpy())
    table = _table(
        "given", len(flat), from_document=pa.array(source[repeat], mask=across[repeat]), to_document=flat,
        amount_minor=parts, **{name: _day_array(values[repeat]) for name, values in day.items()},
    )  # fmt: skip
    return table, findings


def _parts(
    used: NDArray[np.int64], found: Found, minor: NDArray[np.int64], amount: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return row, document and amount of every allocation: one for each row, more where a number means several documents."""
    spread: dict[int, list[tuple[int, int]]] = {}
    room: dict[int, int] = {}
    count = np.ones(len(used), np.int64)
    for k in np.flatnonzero(found.count[used] > 1).tolist():
        row = int(used[k])
        spread[k] = _spread(found.of(row), int(minor[row]), amount, room)
        count[k] = len(spread[k])
    repeat = np.repeat(used, count)
    target, part = found.first[repeat], minor[repeat].copy()
    start = np.cumsum(count) - count
    for k, lines in spread.items():
        here = slice(start[k], start[k] + len(lines))
        target[here], part[here] = [to for to, _ in lines], [give for _, give in lines]
    return repeat, target, part


def _shown(exact: Amounts, row: int) -> str:
    return f"{exact.exact(row):,f}" if exact.valid[row] else "–"


def _words(body: Body, row: int) -> dict[str, Any]:
    return {
        "first": body.texts("from_document")[row].as_py() or "–",
        "second": body.texts("to_document")[row].as_py() or "–",
    }


def _not_found(body: Body, row: int, has_source: bool, has_target: bool) -> Finding:
    words = _words(body, row)
    missing = " + ".join(
        f'"{words[side]}"' for side, there in (("first", has_source), ("second", has_target)) if not there
    )
    amount = _shown(body.amounts["amount"], row)
    return CHECKS["allocation-not-found"].finding(body.place(row), amount=amount, value=missing, **words)


def _fault(body: Body, row: int, dates: Mapping[str, Dates], *, above: bool, too_long: bool) -> tuple[str, str]:
    """Return what is wrong with one row of allocations, in English and Chinese."""
    for name, read in dates.items():
        text = body.texts(name)[row].as_py()
        if text is not None and read.values[row] == NO_DAY:
            header = body.mapping.header(name)
            return f'{header} "{text}" is no date', f"{header}“{text}”不是日期"
    if "on" not in dates or dates["on"].values[row] == NO_DAY:
        return _NO_DATE
    if too_long:
        return "its amount has more than 15 digits", "金额超过 15 位"
    return ("its amount rounds to 0", "金额舍入后为 0") if above else ("its amount is not above 0", "金额不大于 0")
