"""The payment record 付款记录 of each customer month by month: what was paid and how late, what stood open, the highest balance.

What must stay true: a month is told as it stood at its own end: what was paid, or undone, later changes nothing in it; a month in
which nothing was paid and nothing stood overdue has no lateness (null), which is not 0; amounts are exact integers; beside the
pieces that are read, only a few numbers of each document and of each customer and month are held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pyarrow as pa

from creditlib.days import NO_DAY, day_number, day_of, month_first, month_index
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.checks import DISPUTE, in_dispute
from creditlib.facts.ledger import amounts, balances, ids, start_columns, started
from creditlib.facts.open_items import Rate
from creditlib.facts.tables import among, days
from creditlib.measures.dso import need_history
from creditlib.measures.figures import Figures, documents_of
from creditlib.measures.payment import ITEM_KINDS
from creditlib.measures.pieces import Grouper
from creditlib.measures.record_grids import BILLED, ITEM, NEVER, Documents, Grids, Payments, Window
from creditlib.measures.sales import BILLING_KINDS
from creditlib.measures.segments import group


def payment_record(
    book: Book, start: date, end: date, *, by: Sequence[str] = ("customer",), disputed: Literal["count", "leave_out"] = "count",
    rates: Sequence[Rate] = (), to: str | None = None,
) -> Figures:  # fmt: skip
    """Return what each customer paid, month by month, from the month of `start` to the month of `end`, cut at `end`.

    Rows: keys, month (its first day), currency; a month in which nothing was open, billed or paid has none.
    Columns: settled_minor (payments made on items in the month and not undone within it); worst_days_late (largest of day paid −
    due day over those, and of days past due of items standing open at the month's end; negative: early; null: neither);
    open_minor (everything open at the month's end, credits included, as `open_items` has it in its own currency); peak_minor (highest open_minor of
    the month ends so far, not of the days between); billed_minor (gross); items (payments and standing items worst_days_late is
    over). Items are invoices, debit notes and bills. disputed: whether items in dispute at
    `end` count in settled_minor, worst_days_late and items; balances hold them either way. to, rates: report in one currency, each figure of a month converted once.
    Raises: NeedsSales when the book holds only what is open; UsageError for an end before the start; CurrencyError without a rate.

    >>> book = Book({"id": [0], "customer": ["C1"], "kind": ["invoice"], "currency": ["CNY"], "amount_minor": [100],
    ...     "issue_on": [date(2024, 1, 5)], "due_on": [date(2024, 1, 25)], "source_file": ["x"], "source_row": [1]})
    >>> [(r["worst_days_late"], r["open_minor"]) for r in payment_record(book, date(2024, 1, 1), date(2024, 2, 29)).rows()]
    [(6, 100), (35, 100)]
    """
    need_history(book, "a payment record")
    if end < start:
        raise UsageError(
            f"the payment record would begin on {start} and end on {end}, before that. Give an end from {start} on.",
            f"付款记录自 {start} 起，却止于 {end}。请给出不早于 {start} 的截止日。",
        )
    window = Window.of(start, end)
    documents, grouper = _documents(book, window, by, None if disputed == "count" else end)
    grids = Grids.of(grouper.size, window.months)
    grids.add_documents(documents, window)
    left, closed, again = grids.add_payments(documents, window, _payments(book, documents, window))
    grids.add_standing(documents, window, left, closed)
    if len(again):
        grids.add_standing_again(documents, window, again, _payments(book, documents, window))
    np.cumsum(grids.open, axis=1, out=grids.open)
    *keys, (name, own, texts) = grouper.keys
    if to is not None:
        grids.convert(own, texts, rates, to, end)
        own, texts = np.zeros(len(own), np.int32), [to]
    groups = group([*keys, (name, own, texts)])
    grids = grids.merged(groups.codes, groups.size)
    of, slot = np.nonzero((grids.items > 0) | (grids.open != 0) | (grids.billed != 0) | (grids.settled != 0))
    firsts = np.array([day_number(month_first(window.first_month + m)) for m in range(window.months)], np.int32)
    peak = np.maximum.accumulate(grids.open, axis=1)
    index = pa.array(of)
    table = pa.table(
        {
            **{key: groups.columns[key].take(index) for key in by},
            "month": pa.array(firsts[slot]).cast(pa.date32()),
            "currency": groups.columns["currency"].take(index),
            "settled_minor": pa.array(grids.settled[of, slot]),
            "worst_days_late": pa.array(grids.worst[of, slot], mask=grids.items[of, slot] == 0),
            "open_minor": pa.array(grids.open[of, slot]),
            "peak_minor": pa.array(peak[of, slot]),
            "billed_minor": pa.array(grids.billed[of, slot]),
            "items": pa.array(grids.items[of, slot]),
        }
    )

    def behind(row: int) -> pa.Table:
        last = day_of(int(window.ends[slot[row]]))
        first = month_first(month_index(last))
        before, after = (balances(book, day).open_minor for day in (first - timedelta(days=1), last))
        mine = np.append(groups.codes, -1)[documents.of] == of[row]
        begun = (documents.begin >= day_number(first)) & (documents.begin <= day_number(last))
        chosen = np.flatnonzero(mine & ((before != 0) | (after != 0) | begun))
        return documents_of(book, chosen, before_minor=before[chosen], open_minor=after[chosen])

    values = {"start": start, "end": end, "disputed": disputed, "to": to}
    return Figures(table, (*by, "month", "currency"), end, "settled_minor", values, documents=behind)


def _documents(book: Book, window: Window, by: Sequence[str], undisputed: date | None) -> tuple[Documents, Grouper]:
    count, grouper = book.rows("documents"), Grouper([*by, "currency"])
    found = Documents(
        np.full(count, -1, np.int32), np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int64),
        np.zeros(count, np.int8),
    )  # fmt: skip
    names = ["kind", "amount_minor", "currency", "due_on", "issue_on", *by, *start_columns(book)]
    names += DISPUTE if undisputed is not None else ()
    for at, piece in book.scan("documents", list(dict.fromkeys(names))):
        here = slice(at, at + piece.num_rows)
        begin, due, issued = started(piece), days(piece["due_on"]), days(piece["issue_on"])
        due = np.where(due == NO_DAY, np.where(issued == NO_DAY, begin, issued), due)
        amount = amounts(piece)
        item = among(piece["kind"], ITEM_KINDS) & (amount > 0) & (due != NO_DAY)
        if undisputed is not None:
            opened, shut, reason = (piece[name] for name in DISPUTE)
            item &= ~in_dispute(opened, shut, reason, undisputed)
        role = item * ITEM + among(piece["kind"], BILLING_KINDS) * BILLED
        found.begin[here], found.due[here], found.amount[here], found.role[here] = begin, due, amount, role
        rows = np.flatnonzero(begin <= window.last)
        found.of[at + rows] = grouper.add(piece, rows)
    return found, grouper


def _payments(book: Book, documents: Documents, window: Window) -> Iterator[Payments]:
    if not book.rows("allocations"):
        return
    begin = np.append(documents.begin, NO_DAY)  # what no document stands for has always been there
    for _, piece in book.scan("allocations", ["to_document", "from_document", "amount_minor", "on", "undone_on"]):
        to, source = ids(piece["to_document"]), ids(piece["from_document"])
        on = np.maximum(days(piece["on"]), np.maximum(begin[to], begin[source]))
        undone = days(piece["undone_on"])
        undone = np.where(undone == NO_DAY, np.int32(NEVER), undone)
        use = np.flatnonzero((on <= window.last) & (undone > on))
        yield Payments(to[use], source[use], amounts(piece)[use], on[use], undone[use])
