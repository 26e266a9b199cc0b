"""How customers pay: days beyond terms, days to pay, payment index, over the items *due* in a window, unpaid ones included.

What must stay true: an unpaid item counts to the end of the window, so a bad payer never looks good by not paying (then the
figure is "at least"); weights are exact integers until the last division.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.facts.book import Book
from creditlib.facts.ledger import amounts, starts
from creditlib.facts.tables import codes, days
from creditlib.measures.dso import need_history
from creditlib.measures.figures import Figures
from creditlib.measures.segments import counts, group, products, sums

_ITEM_KINDS: Final = ("invoice", "debit_note", "bill")
_SCALE: Final = 1000  # payment points are kept to a thousandth


def payment_behaviour(
    book: Book, start: date, end: date, *, by: Sequence[str] = ("customer",), points: Sequence[tuple[float, float]] = (),
    late_after: int = 0,
) -> Figures:  # fmt: skip
    """Return payment behaviour over the items due from `start` to `end`, both included.

    points: (days beyond terms, points) for the payment index, interpolated; none: no index. late_after: days of grace
    before an item counts as late in the on-time shares.
    Columns: keys, items, due_minor, unpaid_minor, dbt_days (amount-weighted, early = 0), net_dbt_days (early offsets),
    days_to_pay, payment_index, on_time_share (amount), on_time_count_share, at_least (something was unpaid at `end`).
    Raises: NeedsSales when the book holds only what is open.
    Source: tests/published/payment_index.toml; the weighted days: 1,000@30, 3,000@60, 6,000@45 → 48.
    """
    need_history(book, "payment behaviour")
    first, last = day_number(start), day_number(end)
    table = book.columns("documents", ["due_on", "issue_on", "kind", "amount_minor", "currency"])
    due, begin = days(table["due_on"]), starts(book)
    kind, kinds = codes(table["kind"])
    chosen = np.isin(kind, [i for i, k in enumerate(kinds) if k in _ITEM_KINDS])
    amount = amounts(table)
    chosen &= (due != NO_DAY) & (due >= first) & (due <= last) & (begin <= last) & (amount > 0)
    rows = np.flatnonzero(chosen)
    place = np.full(len(amount), -1, np.int64)
    place[rows] = np.arange(len(rows))

    item, paid, on = _settlements(book, place, begin, last)
    left = amount[rows].copy()
    np.add.at(left, item, -paid)
    still = np.flatnonzero(left > 0)
    item = np.concatenate([item, still])
    weight = np.concatenate([paid, left[still]])
    when = np.concatenate([on.astype(np.int64), np.full(len(still), last)])
    unpaid = np.concatenate([np.zeros(len(paid), bool), np.ones(len(still), bool)])

    issued = days(table["issue_on"])
    issued = np.where(issued == NO_DAY, np.where(begin == NO_DAY, due, begin), issued)
    late = when - due[rows][item]
    taken = when - issued[rows][item]

    keys = []
    for name in by:
        own, texts = codes(book.columns("documents", [name])[name])
        keys.append((name, own[rows], texts))
    currency, names = codes(table["currency"])
    groups = group([*keys, ("currency", currency[rows], names)])
    of = groups.codes[item]
    weights = sums(of, weight, groups.size)
    some = weights > 0

    def per_weight(value: NDArray[np.int64], scale: float = 1.0) -> pa.Array:
        total = products(of, weight, value, groups.size)
        return pa.array(np.divide(total, weights, out=np.zeros(groups.size), where=some) / scale, mask=~some)

    number = counts(groups.codes, groups.size)
    bad = np.zeros(len(rows), bool)
    bad[item[late > late_after]] = True
    on_time = sums(groups.codes, (~bad).astype(np.int64), groups.size)
    open_minor = sums(of[unpaid], weight[unpaid], groups.size)
    columns = {
        **groups.columns,
        "items": pa.array(number),
        "due_minor": pa.array(sums(groups.codes, amount[rows], groups.size)),
        "unpaid_minor": pa.array(open_minor),
        "dbt_days": per_weight(np.maximum(late, 0)),
        "net_dbt_days": per_weight(late),
        "days_to_pay": per_weight(taken),
        "on_time_share": per_weight((late <= late_after).astype(np.int64)),
        "on_time_count_share": pa.array(on_time / np.maximum(number, 1)),
        "at_least": pa.array(open_minor > 0),
    }
    if points:
        given = np.interp(late, [p[0] for p in points], [p[1] for p in points])
        columns["payment_index"] = per_weight(np.rint(given * _SCALE).astype(np.int64), _SCALE)
    return Figures(pa.table(columns), (*by, "currency"), end, "due_minor", {"start": start, "end": end, "late_after": late_after})


def _settlements(
    book: Book, place: NDArray[np.int64], begin: NDArray[np.int32], last: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return (item, amount, day) of every allocation to a chosen item in effect at the end of the window."""
    if not book.rows("allocations"):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32)
    table = book.columns("allocations", ["to_document", "from_document", "amount_minor", "on", "undone_on"])
    on = days(table["on"])
    to = pc.fill_null(table["to_document"], -1).to_numpy()
    live = (to >= 0) & (on <= last)
    undone = table["undone_on"]
    if undone.null_count < len(undone):
        back = days(undone)
        live &= (back == NO_DAY) | (back > last)
    live &= place[to] >= 0
    chosen = np.flatnonzero(live)
    return place[to[chosen]], table["amount_minor"].to_numpy()[chosen], on[chosen]
