"""What stands behind receivables on one day: credit insurance, guarantees, deposits and the like, and the risk they leave.

What must stay true: only cover in force counts; an insurer's limit carries its share of what is owed up to the limit, never more; an
item open beyond the insurer's longest period ends cover for further shipments, not for what was shipped before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.exact import rescale
from creditlib.facts.open_items import OpenItems, Rate, open_items, to_currency
from creditlib.facts.tables import among, codes, days
from creditlib.measures.exposure import exposure
from creditlib.measures.figures import Figures, documents_of
from creditlib.measures.segments import group, sums

_PARTS: Final = {
    "guarantee": "guaranteed_minor", "mortgage": "mortgaged_minor", "pledge": "pledged_minor", "deposit": "deposit_minor",
    "letter_of_credit": "letter_of_credit_minor",
}  # fmt: skip
COVER_PARTS: Final = tuple(_PARTS.values())
"""Columns of `cover` that stand beside credit insurance."""


def cover(
    book: Book, as_of: date, *, insured_share: float | Decimal, rates: Sequence[Rate] = (), to: str | None = None,
    items: OpenItems | None = None,
) -> Figures:  # fmt: skip
    """Return the cover in force at the end of a day, by customer and currency.

    insured_share: share of 1 an insurer pays where its row names none; of other cover the whole amount counts then. rates, to:
    convert every amount first. items: open items of that day, where they were taken already. Of several limits of one insurer the newest
    stands; other cover adds up.
    Columns, minor units: customer, currency, insurer_limit_minor; insured_minor, that limit × its share; shipment_limit_minor and
    shipment_insured_minor, both for further shipments: 0 of a row while an item is open longer than its `max_days` past issue;
    guaranteed_minor, mortgaged_minor, pledged_minor, deposit_minor, letter_of_credit_minor; cover_minor, insured_minor and those five
    together; insurance_stopped; oldest_days, of the customer's oldest open item since issue, null without one. The documents
    of a row are the items that stop its insurance.
    Raises: UsageError for a share outside 0–1; CurrencyError naming a currency without a rate.

    >>> row = {"customer": ["C1"], "kind": ["credit_insurance"], "currency": ["CNY"], "amount_minor": [1000], "from_on": [date(2024, 1, 1)]}
    >>> cover(Book(security=row), date(2024, 6, 30), insured_share=0.9).row(customer="C1")["insured_minor"]
    900
    """
    if not 0 <= insured_share <= 1:
        raise UsageError(
            f"insured share {insured_share} must lie between 0 and 1, for example 0.9.",
            f"赔付比例 {insured_share} 须在 0 与 1 之间，例如 0.9。",
        )
    table = _in_force(book, as_of)
    amount = table["amount_minor"].to_numpy().astype(np.int64, copy=False)
    currency, currencies = codes(table["currency"])
    if to is not None:
        amount = to_currency(amount, currency, currencies, rates, to, as_of)
        currency, currencies = np.zeros(len(amount), np.int32), [to]
    insurance = among(table["kind"], ["credit_insurance"])
    paid = _shared(amount, np.where(insurance, float(insured_share), 1.0), table["insured_share"])
    items = items or open_items(book, as_of)
    age, texts, their = _ages(items)
    own, names = codes(table["customer"])
    place = {name: i for i, name in enumerate(texts)}
    theirs = np.array([place.get(name, -1) for name in names] or [-1], np.int64)[own]
    oldest = np.full(len(texts) + 1, -1, np.int64)
    np.maximum.at(oldest, their, age)
    longest = pc.fill_null(table["max_days"], 2**31).to_numpy()
    stopped = insurance & (oldest[theirs] > longest)
    groups = group([("customer", own, names), ("currency", currency, currencies)])

    def total(values: NDArray[np.int64], which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return sums(groups.codes[which], values[which], groups.size)

    columns = {
        "insurer_limit_minor": total(amount, insurance),
        "insured_minor": total(paid, insurance),
        "shipment_limit_minor": total(amount, insurance & ~stopped),
        "shipment_insured_minor": total(paid, insurance & ~stopped),
        **{name: total(paid, among(table["kind"], [kind])) for kind, name in _PARTS.items()},
    }
    columns["cover_minor"] = sum(
        (columns[n] for n in ("insured_minor", *_PARTS.values())), np.zeros(groups.size, np.int64)
    )
    ended = sums(groups.codes, stopped.astype(np.int64), groups.size) > 0
    eldest = np.full(groups.size, -1, np.int64)
    np.maximum.at(eldest, groups.codes, oldest[theirs])
    shown = pa.table(
        {
            **groups.columns,
            **{name: pa.array(values) for name, values in columns.items()},
            "insurance_stopped": pa.array(ended),
            "oldest_days": pa.array(eldest, mask=eldest < 0),
        }
    )

    def documents(row: int) -> pa.Table:
        ends = np.flatnonzero((groups.codes == row) & stopped)
        least = longest[ends].min() if len(ends) else 2**31
        chosen = np.flatnonzero((their == (theirs[ends[0]] if len(ends) else -2)) & (age > least))
        return documents_of(book, items.rows[chosen], open_minor=items.open_minor[chosen], days_since_issue=age[chosen])

    values = {"insured_share": insured_share, "to": to}
    return Figures(shown, ("customer", "currency"), as_of, "cover_minor", values, documents=documents)


def net_exposure(
    book: Book, as_of: date, *, insured_share: float | Decimal, rates: Sequence[Rate] = (), to: str | None = None
) -> Figures:
    """Return exposure by customer and currency with the cover it has and the risk that is left.

    Columns: those of `exposure`; covered_minor: insurers' shares of what is owed up to their limits, and other cover, together at
    most the exposure; net_minor: exposure − covered, of a customer in credit the credit. Without `to`, cover counts only for exposure
    in its own currency. Raises: as `cover`.

    >>> book = Book(orders={"order": ["O-1"], "customer": ["C1"], "currency": ["CNY"], "amount_minor": [100]})
    >>> net_exposure(book, date(2024, 6, 30), insured_share=0.9).row(customer="C1")["net_minor"]
    100
    """
    items = open_items(book, as_of)
    whole = exposure(book, as_of, items=items, rates=rates, to=to)
    behind = cover(book, as_of, insured_share=insured_share, rates=rates, to=to, items=items)
    found = {(row["customer"], row["currency"]): row for row in behind.rows()}
    covered = []
    for row in whole.table.select(["customer", "currency", "total_minor"]).to_pylist() if found else ():
        mine = found.get((row["customer"], row["currency"]))
        covered.append(
            0 if mine is None else covered_minor(row["total_minor"], mine, "insured_minor", "insurer_limit_minor")
        )
    total = whole.table["total_minor"].to_numpy()
    carried = np.array(covered, np.int64) if found else np.zeros(len(total), np.int64)
    table = whole.table.append_column("covered_minor", pa.array(carried))
    table = table.append_column("net_minor", pa.array(total - carried))
    values = {"insured_share": insured_share, "to": to}
    return Figures(table, whole.keys, as_of, whole.total, values, documents=whole.documents)


def covered_minor(total: int, row: dict[str, int], insured: str, limit: str) -> int:
    """Return how much of an exposure one row of `cover` carries, minor units, never above the exposure.

    insured, limit: the columns to read. An exposure below the insurer's limit is insured in proportion, rounded down.

    >>> row = {"insured_minor": 90, "insurer_limit_minor": 100, **dict.fromkeys(_PARTS.values(), 0)}
    >>> covered_minor(50, row, "insured_minor", "insurer_limit_minor")
    45
    """
    if total <= 0:
        return 0
    paid = row[insured] * min(total, row[limit]) // row[limit] if row[limit] > 0 else 0
    return min(total, paid + sum(row[name] for name in _PARTS.values()))


def insured(limit_minor: int, share: float | Decimal | Fraction) -> int:
    """Return what an insurer pays of a limit, minor units, rounded as `cover` rounds. share: of 1. Raises: TooLarge.

    >>> insured(1_005, Decimal("0.9"))
    905
    """
    exact = Decimal(str(share)) if isinstance(share, float) else share
    return int(rescale(np.array([limit_minor], np.int64), *exact.as_integer_ratio())[0]) if exact > 0 else 0


def _in_force(book: Book, as_of: date) -> pa.Table:
    """Return the rows of `security` in force; of one insurer's limits for a customer only the newest, the last of several that day."""
    table = book.columns(
        "security",
        [
            "customer",
            "kind",
            "provider",
            "currency",
            "amount_minor",
            "insured_share",
            "from_on",
            "until_on",
            "max_days",
        ],
    )
    day = day_number(as_of)
    first, last = days(table["from_on"]), days(table["until_on"])
    table = table.filter(pa.array((first <= day) & ((last == NO_DAY) | (last >= day))))
    insurance = among(table["kind"], ["credit_insurance"])
    first = days(table["from_on"])
    newest: dict[tuple[str, str | None], int] = {}
    who, whose = table["customer"].to_pylist(), table["provider"].to_pylist()
    for row in np.flatnonzero(insurance).tolist():
        held = newest.setdefault((who[row], whose[row]), row)
        if first[row] >= first[held]:
            newest[who[row], whose[row]] = row
    keep = ~insurance
    keep[list(newest.values())] = True
    return table.filter(pa.array(keep))


def _shared(amount: NDArray[np.int64], otherwise: NDArray[np.float64], column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return each amount × its share, rounded half away from zero; a row without a share takes `otherwise`."""
    given = pc.fill_null(column, np.nan).to_numpy()
    shares = np.where(np.isnan(given), otherwise, given)
    out = np.zeros(len(amount), np.int64)
    for share in np.unique(shares).tolist():
        if share > 0:
            which = shares == share
            out[which] = rescale(amount[which], *Decimal(str(share)).as_integer_ratio())  # as `insured` does for one
    return out


def _ages(items: OpenItems) -> tuple[NDArray[np.int64], list[str | None], NDArray[np.int64]]:
    """Return days since issue of each item (−1 for a credit or an exchange difference), the customers, and each item's."""
    own, names = items.key("customer")
    age = day_number(items.as_of) - items.issued_on.astype(np.int64)
    owed = (items.open_minor > 0) & ~among(items.column("kind"), ["fx_difference"])
    return np.where(owed, age, -1), names, own.astype(np.int64)
