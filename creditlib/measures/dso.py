"""The DSO family 应收账款周转天数: simple, rolling, countback, best possible, delinquent, turnover.

What must stay true: receivables and sales are of one base, which is named; a month without sales ends a countback, and the
figure then says "at least"; without sales there is no figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import month_days, month_end, month_first, month_index
from creditlib.errors import NeedsSales, UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import OpenItems, Rate, convert, open_items
from creditlib.facts.tables import among
from creditlib.measures.aging import not_due
from creditlib.measures.figures import Figures, documents_of
from creditlib.measures.sales import Base, Monthly, need_tax, sales_by_month
from creditlib.measures.segments import Groups, group, sums

Method = Literal["simple", "rolling", "countback", "best_possible", "delinquent", "turnover"]
METHODS: Final = get_args(Method)
EXCLUDED: Final = ("bill", "retention", "advance")


@dataclass(frozen=True)
class Parts:
    """What days sales outstanding are worked out from, a row for each group, minor units.

    receivables, not_due: now; before: when the window began. grid: groups × months, newest first, one or more. lengths: days of each
    month so far; whole: days those months have.
    """

    receivables: NDArray[np.int64]
    not_due: NDArray[np.int64]
    before: NDArray[np.int64]
    grid: NDArray[np.int64]
    lengths: NDArray[np.int64]
    whole: int

    def columns(self, method: Method, year_days: int = 365) -> dict[str, pa.Array]:
        """Return days, at_least, receivables_minor, sales_minor and sales_days by a method; see `dso`.

        >>> one = np.array([50])
        >>> parts = Parts(one, one, one, np.array([[100, 100]]), np.array([30, 31]), 61)
        >>> parts.columns("countback")["days"].to_pylist(), parts.columns("rolling")["days"].to_pylist()
        ([15.0], [15.25])
        """
        return _countback(self) if method == "countback" else _window(self, method, year_days)


def dso(
    book: Book, as_of: date, *, method: Method = "countback", base: Base = "gross", by: Sequence[str] = (), months: int = 12,
    year_days: int = 365, exclude: Sequence[str] = EXCLUDED, items: OpenItems | None = None, rates: Sequence[Rate] = (),
    to: str | None = None,
) -> Figures:  # fmt: skip
    """Return days sales outstanding by group and currency.

    method: "countback" uses months up newest first, real lengths; "simple" receivables ÷ sales of the last `months` (fewer
    where the history is shorter) × `year_days` × months/12; "rolling" the same over the real days of those months;
    "best_possible" with only what is not due; "delinquent" simple less best possible; "turnover" sales ÷ average of
    receivables when the window began and now (now alone where the history is shorter), times a year. exclude: kinds that are no trade receivables.
    items: open items already taken on that day (netting separate). to, rates: report in one currency, every month at these
    rates; `items` are then given in it.
    Columns: keys, days (times for turnover; null where sales are not above 0), at_least, receivables_minor, sales_minor,
    sales_days. Raises: NeedsSales without sales; UsageError for an unknown method.
    Source: tests/published/dso.toml.
    """
    if method not in METHODS:
        raise UsageError(
            f'DSO method "{method}" does not exist. Choose from {", ".join(METHODS)}.',
            f"没有 DSO 方法“{method}”。可选：{'、'.join(METHODS)}。",
        )
    items = items or open_items(book, as_of)
    sales = sales_by_month(book, as_of, base, by, rates, to)
    if to is not None:  # every document is converted and rounded by itself, then summed
        items = items if items.currencies == (to,) else convert(items, rates, to)
    begun = opening_day(as_of, sales.grid.shape[1], months, book) if method == "turnover" else None
    opening = None if begun is None else open_items(book, begun)
    if opening is not None and to is not None:
        opening = convert(opening, rates, to)
    sides = [side(one, base, by, exclude) for one in (items, opening) if one is not None]
    groups, now, parts = _joined(sides, sales, span(as_of, sales.grid.shape[1], method, months))
    table = pa.table({**groups.columns, **parts.columns(method, year_days)})
    values = {"method": method, "base": base, "months": months, "exclude": tuple(exclude)}

    def documents(row: int) -> pa.Table:
        chosen = now == row
        return documents_of(book, sides[0].rows[chosen], receivable_minor=sides[0].value[chosen])

    return Figures(table, (*by, "currency"), as_of, "receivables_minor", values, documents=documents)


def opening_day(as_of: date, known: int, months: int, book: Book) -> date | None:
    """Return the last day before a window of so many months, None where what was open then is not known.

    known: months there are sales for.
    """
    if known <= months or not book.complete:
        return None
    return month_first(month_index(as_of) - months + 1) - timedelta(days=1)


def span(as_of: date, known: int, method: Method, months: int) -> tuple[NDArray[np.int64], int]:
    """Return the days so far of each month a method looks at, newest first, and the days they have when they are over.

    known: months there are sales for: what lies before the history began is not without sales. Countback looks at all of them.

    >>> lengths, whole = span(date(2024, 3, 10), 24, "rolling", 3)
    >>> lengths.tolist(), whole
    ([10, 29, 31], 91)
    """
    depth = known if method == "countback" else min(months, known)
    month = month_index(as_of)
    lengths = np.array([month_days(month - k) for k in range(depth)], np.int64)
    whole = int(lengths.sum())
    if as_of != month_end(as_of):
        lengths[0] = as_of.day
    return lengths, whole


@dataclass(frozen=True)
class Side:
    """Receivables of one day. rows: documents; value: minor units on the base asked; current: which are not due; keys: (codes, texts)
    of each key and of currency."""

    rows: NDArray[np.int64]
    value: NDArray[np.int64]
    current: NDArray[np.bool_]
    keys: dict[str, tuple[NDArray[np.int32], list[str | None]]]


def side(items: OpenItems, base: Base, by: Sequence[str], exclude: Sequence[str] = EXCLUDED) -> Side:
    """Return the open items that are trade receivables. exclude: kinds that are none. Raises: NeedsSales for base "net" where a billing
    does not tell its VAT."""
    keep = ~among(items.column("kind"), exclude)
    value = _net(items) if base == "net" else items.open_minor
    keys = {name: items.key(name) for name in by}
    keys["currency"] = items.currency, list(items.currencies)
    return Side(
        items.rows[keep], value[keep], not_due(items)[keep], {n: (own[keep], texts) for n, (own, texts) in keys.items()}
    )


def _joined(
    sides: Sequence[Side], sales: Monthly, spanned: tuple[NDArray[np.int64], int]
) -> tuple[Groups, NDArray[np.int64], Parts]:
    """Return the groups that sales or receivables bear, the group of each item of today, and the parts by group."""
    keys = []
    for name in sales.keys:
        told = [*(one.keys[name] for one in sides), sales.keys[name]]
        joint: list[str | None] = list(dict.fromkeys(text for _, texts in told for text in texts))
        place = {text: i for i, text in enumerate(joint)}
        moved = [np.array([place[t] for t in texts] or [0], np.int64)[own] for own, texts in told]
        keys.append((name, np.concatenate(moved), joint))
    groups = group(keys)
    *owns, sold = np.split(groups.codes, np.cumsum([len(one.value) for one in sides]))
    now = sides[0]
    receivables = sums(owns[0], now.value, groups.size)
    current = sums(owns[0][now.current], now.value[now.current], groups.size)
    before = sums(owns[1], sides[1].value, groups.size) if len(sides) > 1 else receivables
    lengths, whole = spanned
    grid = np.zeros((groups.size, len(lengths)), np.int64)
    grid[sold] = sales.grid[:, : len(lengths)]  # a row of the grid is a group of its own
    return groups, owns[0], Parts(receivables, current, before, grid, lengths, whole)


def _net(items: OpenItems) -> NDArray[np.int64]:
    """Return open amounts less the VAT in them, in the proportion of each document, rounded half up.

    Raises: NeedsSales when a billing does not tell its VAT: net receivables are then not known.
    """
    table = items.book.columns("documents", ["amount_minor", "tax_minor", "kind"]).take(pa.array(items.rows))
    need_tax(table)
    out = []
    rows = zip(
        items.open_minor.tolist(), table["amount_minor"].to_pylist(), table["tax_minor"].to_pylist(), strict=True
    )
    for left, amount, tax in rows:
        exact = Decimal(left) * (amount - (tax or 0)) / amount if amount else Decimal(0)
        out.append(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)))
    return np.array(out, np.int64)


def _countback(parts: Parts) -> dict[str, Any]:
    """Walk back month by month, all groups at once: only those still walking go on to the next month."""
    size = len(parts.receivables)
    days, touched, length = np.zeros(size), np.zeros(size, np.int64), np.zeros(size, np.int64)
    left = parts.receivables.copy()
    walking = np.arange(size)
    for month, month_length in zip(parts.grid.T, parts.lengths.tolist(), strict=True):
        walking = walking[(month[walking] > 0) & (left[walking] > 0)]  # a month without sales ends the walk
        if not len(walking):
            break
        sold = month[walking]
        days[walking] += np.clip(left[walking] / sold, 0, 1) * month_length
        touched[walking] += sold
        length[walking] += month_length
        left[walking] -= sold
    return {
        "days": pa.array(days),
        "at_least": pa.array(left > 0),
        "receivables_minor": pa.array(parts.receivables),
        "sales_minor": pa.array(touched),
        "sales_days": pa.array(length),
    }


def _window(parts: Parts, method: str, year_days: int) -> dict[str, Any]:
    sold = parts.grid.sum(axis=1)
    months = len(parts.lengths)
    covered = float(parts.lengths.sum())
    share = covered / parts.whole  # below 1 where the last month is not over
    length = covered if method == "rolling" else year_days * months / 12 * share
    top = {"best_possible": parts.not_due, "delinquent": parts.receivables - parts.not_due}.get(
        method, parts.receivables
    )
    positive = sold > 0
    if method == "turnover":
        top = (parts.receivables + parts.before) // 2
        positive = positive & (top > 0)
        value = np.divide(sold * (12 / months / share), top, out=np.zeros(len(sold)), where=positive)
    else:
        value = np.divide(top, sold, out=np.zeros(len(sold)), where=positive) * length
    return {
        "days": pa.array(value, mask=~positive),
        "at_least": pa.array(np.zeros(len(sold), bool)),
        "receivables_minor": pa.array(top),
        "sales_minor": pa.array(sold),
        "sales_days": pa.array(np.full(len(sold), round(length), np.int64)),
    }


def need_history(book: Book, what: str) -> None:
    """Raise NeedsSales when a book holds only what is open today."""
    if not book.complete:
        raise NeedsSales(
            f"{what} needs the history of documents and payments: this book holds only what is open.",
            f"{what} 需要单据和收款历史：本账簿只含未清项。",
        )
