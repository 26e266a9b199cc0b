"""Billings by month and key: what DSO and CEI divide by.

What must stay true: the `sales` table is used where it has rows, else the billing documents of a complete book; a book that
holds only what is open has no sales, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.errors import NeedsSales, UsageError
from creditlib.facts.book import Book
from creditlib.facts.exact import month_indices
from creditlib.facts.ledger import amounts, starts
from creditlib.facts.tables import codes, days

Base = Literal["gross", "net", "mixed"]
"""gross: receivables and sales with VAT. net: both without. mixed: receivables with VAT over sales without, as many do."""
BILLING_KINDS: Final = ("invoice", "debit_note", "credit_note")


@dataclass(frozen=True)
class Sales:
    """Billings of a book. month: index per row. value: minor units. keys: (codes, texts) of each key and of currency."""

    month: NDArray[np.int64]
    day: NDArray[np.int64]
    value: NDArray[np.int64]
    keys: dict[str, tuple[NDArray[np.int32], list[str | None]]]


def billings(book: Book, as_of: date, base: Base, by: Sequence[str]) -> Sales:
    """Return billings up to as_of. Raises: NeedsSales when the book can't tell them; UsageError for a key sales lack."""
    if book.rows("sales"):
        return _from_table(book, as_of, base, by)
    if not book.complete or not book.rows("documents"):
        raise NeedsSales(
            "needs sales by month: this book holds only what is open. Give --sales FILE (month, gross).",
            "需要分月销售额：本账簿只含未清项。请用 --sales 文件（月份、含税销售额）。",
        )
    return _from_documents(book, as_of, base, by)


def _from_table(book: Book, as_of: date, base: Base, by: Sequence[str]) -> Sales:
    table = book.table("sales")
    wrong = [name for name in by if name not in ("customer", "entity") or table[name].null_count == table.num_rows]
    if wrong:
        raise UsageError(
            f"the sales given are not told by {', '.join(wrong)}.", f"所给销售额没有按{'、'.join(wrong)}的数据。"
        )
    column = "gross_minor" if base == "gross" else "net_minor"
    other = table[column]
    if other.null_count:
        missing = f"{other.null_count} of {table.num_rows} months lack {column.removesuffix('_minor')} sales"
        raise NeedsSales(f"{missing}; base {base!r} needs them.", f"{missing}；口径 {base!r} 需要该列。")
    keep = pc.less_equal(table["month"], pa.scalar(as_of, pa.date32()))
    table = table.filter(keep)
    month = month_indices(days(table["month"]))
    keys = {name: codes(table[name]) for name in (*by, "currency")}
    return Sales(month, days(table["month"]).astype(np.int64), table[column].to_numpy(), keys)


def _from_documents(book: Book, as_of: date, base: Base, by: Sequence[str]) -> Sales:
    names = ["kind", "amount_minor", "currency", *by]
    table = book.columns("documents", names)
    start = starts(book)
    kind, kinds = codes(table["kind"])
    billed = np.isin(kind, [i for i, k in enumerate(kinds) if k in BILLING_KINDS])
    value = amounts(table)
    if base != "gross":
        tax = book.columns("documents", ["tax_minor"])["tax_minor"]
        if tax.null_count == len(tax):
            raise NeedsSales(
                f"base {base!r} needs the VAT of each document, and the book has none.",
                f"口径 {base!r} 需要每张单据的税额，账簿中没有。",
            )
        value = value - tax.fill_null(0).to_numpy()
    keep = billed & (start != NO_DAY) & (start <= day_number(as_of))
    whole = bool(keep.all())
    keys = {name: codes(table[name]) for name in (*by, "currency")}
    if not whole:
        start, value = start[keep], value[keep]
        keys = {name: (own[keep], texts) for name, (own, texts) in keys.items()}
    return Sales(_month_of(start), start.astype(np.int64), value, keys)


def _month_of(start: NDArray[np.int32]) -> NDArray[np.int64]:
    """Month index of each day, through a small table of all days: cheaper than calendar arithmetic per row."""
    if not len(start):
        return np.zeros(0, np.int64)
    low, high = int(start.min()), int(start.max())
    if high - low > 200_000:
        return month_indices(start)
    return month_indices(np.arange(low, high + 1, dtype=np.int32))[start - low]


