"""Billings by month and key: what DSO and CEI divide by.

What must stay true: the `sales` table is used where it has rows, else the billing documents of a complete book; a book that
holds only what is open has no sales, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number, month_index
from creditlib.errors import NeedsSales, UsageError
from creditlib.facts.book import Book
from creditlib.facts.exact import month_indices
from creditlib.facts.ledger import amounts, start_columns, started, starts
from creditlib.facts.open_items import Rate, to_currency
from creditlib.facts.tables import among, codes, days
from creditlib.measures.pieces import Grouper
from creditlib.measures.segments import group, sums

Base = Literal["gross", "net", "mixed"]
"""gross: receivables and sales with VAT. net: both without. mixed: receivables with VAT over sales without, as many do."""
BILLING_KINDS: Final = ("invoice", "debit_note", "credit_note")
_TABLE_KEYS: Final = ("customer", "entity")  # what the sales table can be told by


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


def in_currency(sales: Sales, rates: Sequence[Rate], to: str, as_of: date) -> Sales:
    """Return billings in one reporting currency. Raises: CurrencyError for a currency without a rate."""
    own, names = sales.keys["currency"]
    value = to_currency(sales.value, own, names, rates, to, as_of)
    return replace(sales, value=value, keys={**sales.keys, "currency": (np.zeros(len(own), np.int32), [to])})


@dataclass(frozen=True)
class Monthly:
    """Billings summed by key and month. grid: keys × months, newest (that of as_of) first, int64 minor units; as many months
    as there are billings for. keys: (code by row of the grid, texts) of each key and of currency. oldest: how many months back the
    first billing of each row lies."""

    grid: NDArray[np.int64]
    keys: dict[str, tuple[NDArray[np.int32], list[str | None]]]
    oldest: NDArray[np.int64]


def sales_by_month(
    book: Book, as_of: date, base: Base, by: Sequence[str], rates: Sequence[Rate] = (), to: str | None = None
) -> Monthly:
    """Return billings up to as_of by key and month, in one currency where `to` is given. Raises as `billings` and `in_currency` do."""
    if to is None:
        return monthly_billings(book, as_of, base, by)
    return by_month(in_currency(billings(book, as_of, base, by), rates, to, as_of), as_of)


def told_by(book: Book, keys: Sequence[str]) -> tuple[str, ...]:
    """Return those of some keys by which every sale of a book is told: all of them where sales are its billing documents.

    >>> told_by(Book(sales={"month": [date(2024, 1, 1)], "currency": ["CNY"], "gross_minor": [1]}), ["customer"])
    ()
    """
    if not book.rows("sales"):
        return tuple(keys)
    nulls = book.nulls("sales", _TABLE_KEYS)
    return tuple(name for name in keys if name in _TABLE_KEYS and not nulls[name])


def monthly_billings(book: Book, as_of: date, base: Base, by: Sequence[str]) -> Monthly:
    """Return billings up to as_of by key and month. Raises as `billings` does.

    From documents they are summed while they are read: memory follows the customers, not the documents.
    """
    if book.rows("sales") or base != "gross" or not book.complete or not book.rows("documents"):
        return by_month(billings(book, as_of, base, by), as_of)
    grouper, grid, now = Grouper([*by, "currency"]), np.zeros((0, 1), np.int64), month_index(as_of)
    oldest = np.zeros(0, np.int64)
    names = ["kind", "amount_minor", "currency", *by, *start_columns(book)]
    for _, piece in book.scan("documents", list(dict.fromkeys(names))):
        start = started(piece)
        rows = np.flatnonzero(among(piece["kind"], BILLING_KINDS) & (start != NO_DAY) & (start <= day_number(as_of)))
        if not len(rows):
            continue
        age = now - _month_of(start[rows])
        of = grouper.add(piece, rows)
        depth = max(int(age.max()) + 1, grid.shape[1])
        if grouper.size > len(grid) or depth > grid.shape[1]:
            room = max(grouper.size, 2 * len(grid)) if grouper.size > len(grid) else len(grid)
            larger = np.zeros((room, depth), np.int64)
            larger[: len(grid), : grid.shape[1]] = grid
            grid = larger
            oldest = np.append(oldest, np.zeros(room - len(oldest), np.int64))
        np.add.at(grid.reshape(-1), of * grid.shape[1] + age, amounts(piece)[rows])
        np.maximum.at(oldest, of, age)
    keys = {name: (own, texts) for name, own, texts in grouper.keys}
    return Monthly(grid[: grouper.size], keys, oldest[: grouper.size])


def by_month(sales: Sales, as_of: date) -> Monthly:
    """Sum billings that are at hand row by row."""
    groups = group([(name, own, texts) for name, (own, texts) in sales.keys.items()])
    age = month_index(as_of) - sales.month
    depth = max(int(age.max()) + 1, 1) if len(age) else 1
    grid = sums(groups.codes * depth + age, sales.value, groups.size * depth).reshape(-1, depth)
    oldest = np.zeros(groups.size, np.int64)
    np.maximum.at(oldest, groups.codes, age)
    keys = {}
    for name, column in groups.columns.items():
        own, texts = codes(column)
        keys[name] = own, texts
    return Monthly(grid, keys, oldest)


def _from_table(book: Book, as_of: date, base: Base, by: Sequence[str]) -> Sales:
    table = book.table("sales")
    wrong = [name for name in by if name not in _TABLE_KEYS or table[name].null_count == table.num_rows]
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
        tax = book.columns("documents", ["tax_minor", "kind"])
        need_tax(tax)
        value = value - tax["tax_minor"].fill_null(0).to_numpy()
    keep = billed & (start != NO_DAY) & (start <= day_number(as_of))
    whole = bool(keep.all())
    keys = {name: codes(table[name]) for name in (*by, "currency")}
    if not whole:
        start, value = start[keep], value[keep]
        keys = {name: (own[keep], texts) for name, (own, texts) in keys.items()}
    return Sales(_month_of(start), start.astype(np.int64), value, keys)


def need_tax(table: pa.Table) -> None:
    """Raise NeedsSales when a billing does not tell its VAT. table: kind, tax_minor."""
    billed = among(table["kind"], BILLING_KINDS)
    untold = int(np.count_nonzero(billed & ~np.asarray(table["tax_minor"].is_valid())))
    if untold:
        raise NeedsSales(
            f"without VAT: {untold} of {int(billed.sum())} billings do not tell their VAT. Map the tax column (0 where there is none).",
            f"不含税口径：{int(billed.sum())} 张开票单据中 {untold} 张未写税额。请映射税额列（无税写 0）。",
        )


def _month_of(start: NDArray[np.int32]) -> NDArray[np.int64]:
    """Month index of each day, through a small table of all days: cheaper than calendar arithmetic per row."""
    if not len(start):
        return np.zeros(0, np.int64)
    low, high = int(start.min()), int(start.max())
    if high - low > 200_000:
        return month_indices(start)
    return month_indices(np.arange(low, high + 1, dtype=np.int32))[start - low]
