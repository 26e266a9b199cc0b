"""Collection effectiveness 催收有效性指数 (CEI): what was collected of what could be collected.

What must stay true: sales over n months enter as a month's worth (÷ n), as the published form says; exact until the last division.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import day_number, month_index
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import OpenItems, Rate, convert, open_items
from creditlib.measures.aging import not_due
from creditlib.measures.dso import need_history
from creditlib.measures.figures import Figures, documents_of
from creditlib.measures.sales import billings, in_currency
from creditlib.measures.segments import group, sums


def cei(
    book: Book, start: date, end: date, *, by: Sequence[str] = (), rates: Sequence[Rate] = (), to: str | None = None
) -> Figures:
    """Return the collection effectiveness index between two days, both included.

    to, rates: report in one currency, both ends at these rates.
    Columns: keys, cei (share; null where nothing was collectable), beginning_minor, sales_minor, ending_minor,
    ending_not_due_minor, months. Raises: NeedsSales when the book holds only what is open; UsageError
    for a start inside a month where sales are given by month.
    Source: tests/published/cei.toml.
    """
    need_history(book, "CEI")
    if book.rows("sales") and start.day != 1:
        raise UsageError(
            f"CEI from {start}: sales are given by month, so it must start on the first of a month.",
            f"CEI 起始日 {start}：销售额按月给出，须从月初开始。",
        )
    first, last = open_items(book, start - timedelta(days=1)), open_items(book, end)
    sales = billings(book, end, "gross", by)
    if to is not None:
        first, last, sales = convert(first, rates, to), convert(last, rates, to), in_currency(sales, rates, to, end)
    inside = sales.day >= day_number(start)
    keys = []
    for name in (*by, "currency"):
        parts = [_key(first, name), _key(last, name), (sales.keys[name][0][inside], sales.keys[name][1])]
        joint: list[str | None] = list(dict.fromkeys(text for _, texts in parts for text in texts))
        place = {text: i for i, text in enumerate(joint)}
        codes = [np.array([place[t] for t in texts] or [0], np.int64)[own] for own, texts in parts]
        keys.append((name, np.concatenate(codes), joint))
    groups = group(keys)
    cut = np.cumsum([len(first.rows), len(last.rows)])
    in_first, in_last, in_sales = np.split(groups.codes, cut)
    current = not_due(last)
    beginning = sums(in_first, first.open_minor, groups.size)
    ending = sums(in_last, last.open_minor, groups.size)
    current_minor = sums(in_last[current], last.open_minor[current], groups.size)
    sold = sums(in_sales, sales.value[inside], groups.size)
    months = month_index(end) - month_index(start) + 1
    monthly = sold / months
    top, bottom = beginning + monthly - ending, beginning + monthly - current_minor
    positive = bottom > 0
    value = np.divide(top, bottom, out=np.zeros(groups.size), where=positive)
    table = pa.table(
        {
            **groups.columns,
            "cei": pa.array(value, mask=~positive),
            "beginning_minor": pa.array(beginning),
            "sales_minor": pa.array(sold),
            "ending_minor": pa.array(ending),
            "ending_not_due_minor": pa.array(current_minor),
            "months": pa.array(np.full(groups.size, months)),
        }
    )

    def documents(row: int) -> pa.Table:
        chosen = np.flatnonzero(in_last == row)
        return documents_of(book, last.rows[chosen], open_minor=last.open_minor[chosen], not_due=current[chosen])

    return Figures(table, (*by, "currency"), end, "ending_minor", {"start": start, "end": end}, documents=documents)


def _key(items: OpenItems, name: str) -> tuple[NDArray[np.int32], list[str | None]]:
    return (items.currency, list(items.currencies)) if name == "currency" else items.key(name)
