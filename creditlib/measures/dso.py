"""The DSO family 应收账款周转天数: simple, rolling, countback, best possible, delinquent, turnover.

What must stay true: receivables and sales are of one base, which is named; a month without sales ends a countback, and the
figure then says "at least"; without sales there is no figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import month_days, month_end, month_index
from creditlib.errors import NeedsSales, UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import OpenItems, open_items
from creditlib.facts.tables import codes
from creditlib.measures.aging import days_past_due
from creditlib.measures.figures import Figures
from creditlib.measures.sales import Base, billings
from creditlib.measures.segments import Groups, group, sums

Method = Literal["simple", "rolling", "countback", "best_possible", "delinquent", "turnover"]
METHODS: Final = get_args(Method)
EXCLUDED: Final = ("bill", "retention", "advance")


@dataclass(frozen=True)
class _Ground:
    """Receivables and monthly sales of the same groups. grid: groups × months, newest first."""

    groups: Groups
    receivables: NDArray[np.int64]
    not_due: NDArray[np.int64]
    grid: NDArray[np.int64]
    lengths: NDArray[np.int64]


def dso(
    book: Book, as_of: date, *, method: Method = "countback", base: Base = "gross", by: Sequence[str] = (), months: int = 12,
    year_days: int = 365, exclude: Sequence[str] = EXCLUDED, items: OpenItems | None = None,
) -> Figures:  # fmt: skip
    """Return days sales outstanding by group and currency.

    method: "countback" uses months up newest first, real lengths; "simple" receivables ÷ sales of the last `months` (fewer
    where the history is shorter) × `year_days` × months/12; "rolling" the same over the real days of those months; "best_possible" with only what is not
    due; "delinquent" simple less best possible; "turnover" times a year. exclude: kinds that are no trade receivables.
    items: open items already taken on that day (netting separate).
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
    ground = _ground(book, as_of, base, by, exclude, items, horizon)
    if method == "countback":
        columns = _countback(ground)
    else:
        columns = _window(ground, method, year_days)
    table = pa.table({**ground.groups.columns, **columns})
    values = {"method": method, "base": base, "months": months, "exclude": tuple(exclude)}
    return Figures(table, (*by, "currency"), as_of, "receivables_minor", values)


def _ground(
    book: Book, as_of: date, base: Base, by: Sequence[str], exclude: Sequence[str], items: OpenItems | None,
    horizon: int | None,
) -> _Ground:  # fmt: skip
    sales = billings(book, as_of, base, by)
    items = items or open_items(book, as_of)
    kind, kinds = codes(items.column("kind"))
    keep = ~np.isin(kind, [i for i, k in enumerate(kinds) if k in exclude])
    value = _net(items)[keep] if base == "net" else items.open_minor[keep]
    keys = []
    for name in (*by, "currency"):
        own, texts = (items.currency, list(items.currencies)) if name == "currency" else items.key(name)
        sold, sold_texts = sales.keys[name]
        place = {text: i for i, text in enumerate(texts)}
        joint = list(texts) + [t for t in sold_texts if t not in place]
        lookup = np.array([joint.index(t) if t not in place else place[t] for t in sold_texts], np.int64)
        keys.append((name, np.concatenate([own[keep].astype(np.int64), lookup[sold] if len(lookup) else sold]), joint))
    groups = group(keys)
    mine, theirs = groups.codes[: len(value)], groups.codes[len(value) :]
    late = days_past_due(items)[keep] > 0
    receivables = sums(mine, value, groups.size)
    not_due = sums(mine[~late], value[~late], groups.size)
    now = month_index(as_of)
    known = max(int(now - sales.month.min()) + 1, 1) if len(sales.month) else 1
    depth = known if horizon is None else min(horizon, known)  # months before the history began are not months without sales
    age = now - sales.month
    inside = age < depth
    where = theirs * depth + age
    grid = sums(where[inside], sales.value[inside], groups.size * depth) if not inside.all() else sums(where, sales.value, groups.size * depth)
    lengths = np.array([month_days(now - k) for k in range(depth)], np.int64)
    if as_of != month_end(as_of):
        lengths[0] = as_of.day
    return _Ground(groups, receivables, not_due, grid.reshape(groups.size, depth), lengths)


def _net(items: OpenItems) -> NDArray[np.int64]:
    """Return open amounts less the VAT in them, in the proportion of each document, rounded half up."""
    table = items.book.columns("documents", ["amount_minor", "tax_minor"]).take(pa.array(items.rows))
    out = []
    rows = zip(items.open_minor.tolist(), table["amount_minor"].to_pylist(), table["tax_minor"].to_pylist(), strict=True)
    for left, amount, tax in rows:
        exact = Decimal(left) * (amount - (tax or 0)) / amount if amount else Decimal(0)
        out.append(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)))
    return np.array(out, np.int64)


def _countback(ground: _Ground) -> dict[str, Any]:
    used = np.cumsum(ground.grid, axis=1)
    before = used - ground.grid
    walk = np.logical_and.accumulate(ground.grid > 0, axis=1)  # a month without sales ends the walk
    left = ground.receivables[:, None] - before
    share = np.divide(left, ground.grid, out=np.zeros(left.shape), where=walk)
    days = np.where(walk, np.clip(share, 0, 1), 0.0) @ ground.lengths.astype(np.float64)
    covered = np.where(walk, ground.grid, 0).sum(axis=1)
    at_least = ground.receivables > covered
    touched = np.where(walk & (left > 0), ground.grid, 0).sum(axis=1)
    length = np.where(walk & (left > 0), ground.lengths, 0).sum(axis=1)
    return {
        "days": pa.array(days),
        "at_least": pa.array(at_least),
        "receivables_minor": pa.array(ground.receivables),
        "sales_minor": pa.array(touched),
        "sales_days": pa.array(length),
    }


def _window(ground: _Ground, method: str, year_days: int) -> dict[str, Any]:
    sold = ground.grid.sum(axis=1)
    months = len(ground.lengths)
    length = float(ground.lengths.sum()) if method == "rolling" else year_days * months / 12
    top = {"best_possible": ground.not_due, "delinquent": ground.receivables - ground.not_due}.get(method, ground.receivables)
    positive = sold > 0
    if method == "turnover":
        positive = positive & (ground.receivables > 0)
        value = np.divide(sold * (12 / months), top, out=np.zeros(len(sold)), where=positive)
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
