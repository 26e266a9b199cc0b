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
from creditlib.measures.sales import Base, Monthly, billings, by_month, in_currency, monthly_billings, need_tax
from creditlib.measures.segments import Groups, group, sums

Method = Literal["simple", "rolling", "countback", "best_possible", "delinquent", "turnover"]
METHODS: Final = get_args(Method)
EXCLUDED: Final = ("bill", "retention", "advance")


@dataclass(frozen=True)
class _Ground:
    """Receivables and monthly sales of the same groups. before: when the window began. grid: groups × months, newest
    first. lengths: days of each month so far; whole: days those months have. rows, of: documents and their groups."""

    groups: Groups
    receivables: NDArray[np.int64]
    not_due: NDArray[np.int64]
    before: NDArray[np.int64]
    grid: NDArray[np.int64]
    lengths: NDArray[np.int64]
    whole: int
    values: NDArray[np.int64]
    rows: NDArray[np.int64]
    of: NDArray[np.int64]


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
    horizon = None if method == "countback" else months
    items = items or open_items(book, as_of)
    if to is None:
        sales = monthly_billings(book, as_of, base, by)
    else:  # every document is converted and rounded by itself, then summed
        sales = by_month(in_currency(billings(book, as_of, base, by), rates, to, as_of), as_of)
        items = items if items.currencies == (to,) else convert(items, rates, to)
    reaches_back = sales.grid.shape[1] > months  # else what was open before the window is not known
    opening = _opening(book, as_of, months, rates, to) if method == "turnover" and reaches_back else None
    ground = _ground(sales, as_of, base, by, exclude, items, horizon, opening)
    if method == "countback":
        columns = _countback(ground)
    else:
        columns = _window(ground, method, year_days)
    table = pa.table({**ground.groups.columns, **columns})
    values = {"method": method, "base": base, "months": months, "exclude": tuple(exclude)}

    def documents(row: int) -> pa.Table:
        chosen = ground.of == row
        return documents_of(book, ground.rows[chosen], receivable_minor=ground.values[chosen])

    return Figures(table, (*by, "currency"), as_of, "receivables_minor", values, documents=documents)


def _opening(book: Book, as_of: date, months: int, rates: Sequence[Rate], to: str | None) -> OpenItems | None:
    """Return what was open before the window began, where the book can tell."""
    if not book.complete:
        return None
    items = open_items(book, month_first(month_index(as_of) - months + 1) - timedelta(days=1))
    return items if to is None else convert(items, rates, to)


def _ground(
    sales: Monthly, as_of: date, base: Base, by: Sequence[str], exclude: Sequence[str], items: OpenItems, horizon: int | None,
    opening: OpenItems | None,
) -> _Ground:  # fmt: skip
    sides = [_side(side, base, by, exclude) for side in (items, opening) if side is not None]
    keys = []
    for name in (*by, "currency"):
        parts = [*(side.keys[name] for side in sides), sales.keys[name]]
        joint: list[str | None] = list(dict.fromkeys(text for _, texts in parts for text in texts))
        place = {text: i for i, text in enumerate(joint)}
        moved = [np.array([place[t] for t in texts] or [0], np.int64)[own] for own, texts in parts]
        keys.append((name, np.concatenate(moved), joint))
    groups = group(keys)
    *owns, sold = np.split(groups.codes, np.cumsum([len(side.value) for side in sides]))
    now, current = sides[0], sides[0].current
    receivables = sums(owns[0], now.value, groups.size)
    not_due_minor = sums(owns[0][current], now.value[current], groups.size)
    before = sums(owns[1], sides[1].value, groups.size) if opening is not None else receivables
    month = month_index(as_of)
    known = sales.grid.shape[1]
    depth = known if horizon is None else min(horizon, known)  # before the history began is not without sales
    grid = np.zeros((groups.size, depth), np.int64)
    grid[sold] = sales.grid[:, :depth]  # a row of the grid is a group of its own
    lengths = np.array([month_days(month - k) for k in range(depth)], np.int64)
    whole = int(lengths.sum())
    if as_of != month_end(as_of):
        lengths[0] = as_of.day
    return _Ground(groups, receivables, not_due_minor, before, grid, lengths, whole, now.value, now.rows, owns[0])


@dataclass(frozen=True)
class _Side:
    """Receivables of one day as a ground needs them."""

    rows: NDArray[np.int64]
    value: NDArray[np.int64]
    current: NDArray[np.bool_]
    keys: dict[str, tuple[NDArray[np.int32], list[str | None]]]


def _side(items: OpenItems, base: Base, by: Sequence[str], exclude: Sequence[str]) -> _Side:
    keep = ~among(items.column("kind"), exclude)
    value = _net(items) if base == "net" else items.open_minor
    keys = {name: items.key(name) for name in by}
    keys["currency"] = items.currency, list(items.currencies)
    return _Side(
        items.rows[keep], value[keep], not_due(items)[keep], {n: (own[keep], texts) for n, (own, texts) in keys.items()}
    )


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


def _countback(ground: _Ground) -> dict[str, Any]:
    """Walk back month by month, all groups at once: only those still walking go on to the next month."""
    size = len(ground.receivables)
    days, touched, length = np.zeros(size), np.zeros(size, np.int64), np.zeros(size, np.int64)
    left = ground.receivables.copy()
    walking = np.arange(size)
    for month, month_length in zip(ground.grid.T, ground.lengths.tolist(), strict=True):
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
        "receivables_minor": pa.array(ground.receivables),
        "sales_minor": pa.array(touched),
        "sales_days": pa.array(length),
    }


def _window(ground: _Ground, method: str, year_days: int) -> dict[str, Any]:
    sold = ground.grid.sum(axis=1)
    months = len(ground.lengths)
    covered = float(ground.lengths.sum())
    part = covered / ground.whole  # below 1 where the last month is not over
    length = covered if method == "rolling" else year_days * months / 12 * part
    top = {"best_possible": ground.not_due, "delinquent": ground.receivables - ground.not_due}.get(
        method, ground.receivables
    )
    positive = sold > 0
    if method == "turnover":
        top = (ground.receivables + ground.before) // 2
        positive = positive & (top > 0)
        value = np.divide(sold * (12 / months / part), top, out=np.zeros(len(sold)), where=positive)
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
