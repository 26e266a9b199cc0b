"""Release of every undelivered order of a book in one pass: which may go, and how much too much the others are.

What must stay true: the outcome of each order is the one `release` gives for it; the oldest order takes the headroom first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from creditlib.days import NO_DAY
from creditlib.decisions.release.decide import PARAMETERS
from creditlib.decisions.release.ground import Ground, Pending
from creditlib.decisions.release.levels import judge, overdue_blocks
from creditlib.decisions.release.limits import Structure
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.measures.figures import Figures
from creditlib.policy import Policy

_SCHEMA = pa.schema(
    [
        ("customer", pa.string()),
        ("order", pa.string()),
        ("ordered_on", pa.date32()),
        ("outcome", pa.string()),
        ("reasons", pa.string()),
        ("order_minor", pa.int64()),
        ("exposure_minor", pa.int64()),
        ("limit_minor", pa.int64()),
        ("over_minor", pa.int64()),
        ("headroom_minor", pa.int64()),
        ("bound_by", pa.string()),
        ("oldest_days", pa.int64()),
        ("oldest_document", pa.string()),
        ("currency", pa.string()),
    ]
)


def release_orders(
    book: Book, policy: Policy, as_of: date, *, rates: Sequence[Rate] = (), to: str | None = None
) -> Figures:
    """Return what `release` says of every order that is neither delivered nor billed in full, by customer, oldest first.

    An order stands behind those placed before it, held ones too: they are still ordered. rates, to: as in `release`.
    Columns: customer, order, ordered_on, outcome (release, hold, refer), reasons (codes of what holds or refers it, separated by ;),
    order_minor (what is left of it), exposure_minor (with it, of the level that binds), limit_minor, over_minor, headroom_minor,
    bound_by (code of customer, parent or group), oldest_days and oldest_document (past due, not disputed), currency. Where the limit is in
    another currency that has no rate, its figures are null. The documents of a row are the customer's open items.
    Raises: PolicyError where no policy is in force.

    >>> from creditlib.policy import load_policy
    >>> book = Book(orders={"order": ["O-1"], "customer": ["C1"], "currency": ["CNY"], "amount_minor": [100]})
    >>> release_orders(book, load_policy(), date(2026, 1, 31)).row(order="O-1")["outcome"]
    'refer'
    """
    values = policy.at(as_of)
    to = to or (values["home.currency"] if rates else None)
    structure = Structure(book, as_of)
    ground = Ground(book, values, as_of, rates, to, structure)
    waiting: dict[str, list[Pending]] = defaultdict(list)
    for one in ground.pending:
        waiting[one.customer].append(one)
    rows: list[dict[str, Any]] = []
    for customer in sorted(waiting):
        rows += _easy(ground, customer, waiting[customer]) or [_row(ground, one) for one in waiting[customer]]
    table = pa.Table.from_pylist(rows, _SCHEMA)
    table = table.set_column(table.num_columns - 1, "currency", table["currency"].dictionary_encode())

    def documents(row: int) -> pa.Table:
        return ground.documents({table["customer"][row].as_py()})

    used_values = {name: values[name] for name in PARAMETERS} | {"to": to}
    return Figures(table, ("customer", "order", "currency"), as_of, "order_minor", used_values, documents=documents)


def _easy(ground: Ground, customer: str, orders: Sequence[Pending]) -> list[dict[str, Any]]:
    """Return the rows of a customer whose orders all pass plainly: one currency, no group, nothing that stops, all of it within the limit."""
    limit = ground.limits.get(customer)
    currency = orders[0].currency
    if (
        limit is None
        or not limit.minor
        or ground.structure.above(customer)
        or ground.currencies[customer] != {currency}
    ):
        return []
    if limit.currency != currency or ground.cover.get((customer, currency)) or ground.stops.get(customer):
        return []
    exposure = ground.total(customer, currency, orders[0].position)
    if exposure + sum(one.left_minor for one in orders) > limit.minor or overdue_blocks(ground, customer):
        return []
    rows = []
    for one in orders:
        exposure += one.left_minor
        level = (exposure, limit.minor, 0, limit.minor - exposure, customer)
        rows.append(_told(ground, one, "release", (), level))
    return rows


def _row(ground: Ground, one: Pending) -> dict[str, Any]:
    judged = judge(
        ground, one.customer, one.currency, one.left_minor, one.position, ground.limits.get(one.customer), False
    )
    first = judged.levels[0] if judged.levels else None
    level: tuple[int | None, int | None, int | None, int | None, str | None]
    if first is None:
        level = (ground.total(one.customer, one.currency, one.position) + one.left_minor, None, 0, None, None)
    elif first.currency != one.currency:
        level = (None, None, None, None, first.code)
    else:
        level = (first.exposure_minor, first.limit_minor, first.over_minor, first.headroom_minor, first.code)
    return _told(ground, one, judged.outcome, judged.codes, level)


def _told(ground: Ground, one: Pending, outcome: str, codes: Sequence[str], level: tuple[Any, ...]) -> dict[str, Any]:
    late = ground.late.get(one.customer)
    on = int(one.position[0])
    return {
        "customer": one.customer, "order": one.order, "ordered_on": None if on == NO_DAY else on, "outcome": outcome,
        "reasons": ";".join(codes), "order_minor": one.left_minor, "exposure_minor": level[0], "limit_minor": level[1],
        "over_minor": level[2], "headroom_minor": level[3], "bound_by": level[4], "currency": one.currency,
        "oldest_days": late.oldest_days if late else None, "oldest_document": late.document if late else None,
    }  # fmt: skip
