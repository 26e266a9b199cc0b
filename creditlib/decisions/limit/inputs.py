"""What the limit methods need of every customer, as columns in the order and the currency of the factors.

What must stay true: only what was known and fresh on the day counts; what is in another currency counts where a rate is given and is
otherwise not known; nothing here is a limit yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa

from creditlib.days import NO_DAY, add_months, day_number
from creditlib.decisions.limit.exchange import Column, Exchange
from creditlib.errors import TermsError
from creditlib.facts.book import Book
from creditlib.facts.due import look_up
from creditlib.facts.ledger import amounts, start_columns, started
from creditlib.facts.open_items import OpenItems, Rate, in_force, open_items
from creditlib.facts.tables import among, days
from creditlib.measures.cover import cover
from creditlib.measures.figures import Figures
from creditlib.measures.payment import window_start
from creditlib.measures.pieces import Grouper, Products
from creditlib.measures.record import payment_record
from creditlib.measures.segments import group, sums
from creditlib.policy import Values
from creditlib.terms import schedule

_MONTHS: Final = 12
BY_GRADE: Final = "grade"
"""What `term_from` says where the policy's days of the grade stand for a term nobody knows."""


@dataclass(frozen=True)
class Inputs:
    """Columns by customer; amounts in minor units of `currency`. bought_from: ledger (12 months), ledger_part (fewer), stated or
    expected (what the customer gave). term_from: customer, ledger or grade. outcome, grade, score: of the scores.

    owed: customer → currency → open balance, of the whole book."""

    customer: list[str]
    currency: list[str]
    outcome: list[str | None]
    grade: list[str | None]
    score: list[int | None]
    yearly: Column
    bought_from: list[str | None]
    term_days: list[int | None]
    term_from: list[str | None]
    net_worth: Column
    working_capital: Column
    reference_average: Column
    reference_count: list[int]
    peak: Column
    cover: Column
    cover_paid: Column
    owed: dict[str, dict[str, int]]


def gather(
    book: Book, factors: Figures, scores: Figures, values: Values, as_of: date, exchange: Exchange, rates: Sequence[Rate],
    to: str | None, record: Figures | None,
) -> Inputs:  # fmt: skip
    """Return the inputs of every row of the factors."""
    table = factors.table
    customer, currency = (_texts(table, name) for name in ("customer", "currency"))
    own = dict(zip(customer, currency, strict=True))
    told = (
        *(_texts(scores.table, name) for name in ("customer", "outcome", "grade")),
        column_of(scores.table, "score"),
    )
    of_score = {c: (o, g, s) for c, o, g, s in zip(*told, strict=True)}
    judged = [of_score.get(c, (None, None, None)) for c in customer]
    grades = [grade for _, grade, _ in judged]
    yearly, bought_from = _yearly(book, table, own, values, as_of, exchange)
    term_days, term_from = _terms(book, customer, grades, values, as_of)
    average, count = _references(book, own, values, as_of, exchange)
    items = open_items(book, as_of)
    limits, paid = _cover(book, own, values, as_of, exchange, items)
    peak = _peaks(book, own, values, as_of, rates, to, record)
    return Inputs(
        customer, currency, [outcome for outcome, _, _ in judged], grades, [score for _, _, score in judged], yearly, bought_from, term_days, term_from,
        column_of(table, "tangible_net_worth_minor"), column_of(table, "working_capital_minor"),
        [average.get(c) for c in customer], [count.get(c, 0) for c in customer], [peak.get(c) for c in customer],
        [limits.get(c) for c in customer], [paid.get(c) for c in customer], _owed(items),
    )  # fmt: skip


def _texts(table: pa.Table, name: str) -> list[Any]:
    return table[name].cast(pa.string()).to_pylist()  # type: ignore[no-any-return]


def column_of(table: pa.Table, name: str) -> list[Any]:
    """Return a column as a list, all None where the table lacks it."""
    return table[name].to_pylist() if name in table.column_names else [None] * table.num_rows


def _fresh(table: pa.Table, months: int, as_of: date) -> pa.Table:
    """Return the rows of a dated table that are neither stale nor of later, in order of their day."""
    on = days(table["on"])
    keep = (on >= day_number(add_months(as_of, -months))) & (on <= day_number(as_of))
    rows = np.flatnonzero(keep)
    return table.take(pa.array(rows[np.argsort(on[rows], kind="stable")]))


def _yearly(
    book: Book, table: pa.Table, own: dict[str, str], values: Values, as_of: date, exchange: Exchange
) -> tuple[Column, list[str | None]]:
    """A year of the ledger stands before what the customer states: it was bought. With less than a year of history the figure stated
    counts, unless the part of a year already exceeds it."""
    stated: dict[str, tuple[int, str]] = {}
    given = _fresh(
        book.columns("purchases", ["customer", "on", "currency", "yearly_minor", "expected"]),
        values["file.purchases_months"], as_of,
    )  # fmt: skip
    for row in given.to_pylist():
        mine = own.get(row["customer"])
        minor = exchange.convert(row["yearly_minor"], row["currency"], mine) if mine else None
        if minor is not None and minor > 0:
            stated[row["customer"]] = minor, "expected" if row["expected"] else "stated"
    year_ago = add_months(as_of, -_MONTHS)
    yearly: Column = []
    told: list[str | None] = []
    for customer, billed, first in zip(
        own, column_of(table, "billed_minor"), column_of(table, "first_on"), strict=True
    ):
        bought = billed if billed is not None and billed > 0 else None
        whole = first is not None and first <= year_ago
        said = stated.get(customer)
        if said is not None and (bought is None or (not whole and said[0] >= bought)):
            yearly.append(said[0])
            told.append(said[1])
        else:
            yearly.append(bought)
            told.append(None if bought is None else "ledger" if whole else "ledger_part")
    return yearly, told


def _terms(
    book: Book, customers: Sequence[str], grades: Sequence[str | None], values: Values, as_of: date
) -> tuple[list[int | None], list[str | None]]:
    """The term agreed, in the customer list; else what its invoices of the last year were given; else the policy's for the grade."""
    agreed = in_force(book, "terms", as_of)
    read: dict[str, int | None] = {}
    given = _given_days(book, as_of)
    out: list[int | None] = []
    told: list[str | None] = []
    for customer, grade in zip(customers, grades, strict=True):
        text = agreed.get(customer)
        if text is not None and text not in read:
            read[text] = term_days(text, as_of)
        found = read.get(text) if text is not None else None
        source = "customer"
        if found is None:
            found, source = given.get(customer), "ledger"
        if found is None and grade is not None:
            found, source = int(values["terms.days"][grade]), BY_GRADE
        out.append(found)
        told.append(None if found is None else source)
    return out, told


def term_days(text: str, as_of: date) -> int | None:
    """Return the days a term gives on average: over its instalments, and over the days of a month invoices can bear; None for a term
    nobody understands.

    >>> term_days("net 45", date(2026, 1, 1)), term_days("月结30天", date(2026, 1, 1)), term_days("?", date(2026, 1, 1))
    (45, 46, None)
    """
    terms = look_up(text, {})
    if terms is None:
        return None
    total, part, first = 0, 1_000_000, date(as_of.year, 4, 1)
    try:
        for day in (first + timedelta(days=n) for n in range(30)):
            total += sum((due - day).days * minor for due, minor in schedule(terms, part, day))
    except TermsError:
        return None
    return (2 * total + 30 * part) // (2 * 30 * part)


def _given_days(book: Book, as_of: date) -> dict[str, int]:
    """Return days from invoice to due date, weighted by amount, over the last twelve months' invoices."""
    grouper = Grouper(["customer"])
    parts: list[tuple[Any, Any, Any]] = []
    low, high = day_number(add_months(as_of, -_MONTHS)), day_number(as_of)
    for _, piece in book.scan(
        "documents",
        list(dict.fromkeys(["customer", "kind", "amount_minor", "issue_on", "due_on", *start_columns(book)])),
    ):
        begin, issued, due, amount = started(piece), days(piece["issue_on"]), days(piece["due_on"]), amounts(piece)
        issued = np.where(issued == NO_DAY, begin, issued)
        use = among(piece["kind"], ["invoice"]) & (begin > low) & (begin <= high) & (due != NO_DAY) & (amount > 0)
        rows = np.flatnonzero(use)
        parts.append((grouper.add(piece, rows), amount[rows], (due - issued).astype(np.int64)[rows]))
    weighted, weight = Products(grouper.size), np.zeros(grouper.size, np.int64)
    for of, amount, span in parts:
        weighted.add(of, amount, np.maximum(span, 0))
        np.add.at(weight, of, amount)
    ((_, own, names),) = grouper.keys
    found = ((2 * weighted.sums // np.maximum(weight, 1)) + 1) // 2
    return {str(names[c]): int(n) for c, n in zip(own.tolist(), found.tolist(), strict=True)}


def _references(
    book: Book, own: dict[str, str], values: Values, as_of: date, exchange: Exchange
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the average highest credit of each customer's fresh references, one a supplier, the newest; and how many they are."""
    newest: dict[tuple[str, str | None], int] = {}
    table = book.columns("references", ["customer", "on", "referee", "currency", "high_credit_minor"])
    for row in _fresh(table, values["file.reference_months"], as_of).to_pylist():
        mine, high = own.get(row["customer"]), row["high_credit_minor"]
        if mine is None or high is None:
            continue
        minor = exchange.convert(high, row["currency"] or mine, mine)
        if minor is not None:
            newest[row["customer"], row["referee"]] = minor
    given: dict[str, list[int]] = defaultdict(list)
    for (customer, _), minor in newest.items():
        given[customer].append(minor)
    return {c: sum(all_) // len(all_) for c, all_ in given.items()}, {c: len(all_) for c, all_ in given.items()}


def _cover(
    book: Book, own: dict[str, str], values: Values, as_of: date, exchange: Exchange, items: OpenItems
) -> tuple[dict[str, int], dict[str, int]]:
    """Return insurers' limits for further shipments, and what they would pay of them."""
    limits: dict[str, int] = {}
    paid: dict[str, int] = {}
    for row in cover(book, as_of, insured_share=values["limit.insured_share"], items=items).rows():
        mine = own.get(row["customer"])
        if mine is None or not row["insurer_limit_minor"]:
            continue
        for name, found in (("shipment_limit_minor", limits), ("shipment_insured_minor", paid)):
            minor = exchange.convert(row[name], row["currency"], mine)
            if minor is not None:
                found[row["customer"]] = found.get(row["customer"], 0) + minor
    return limits, paid


def _peaks(
    book: Book, own: dict[str, str], values: Values, as_of: date, rates: Sequence[Rate], to: str | None, record: Figures | None
) -> dict[str, int]:  # fmt: skip
    """Return the highest month-end balance of the window, over months with payments or overdue items and none of them late."""
    if record is None:
        if not book.complete:
            return {}
        start = window_start(as_of, values["payment.window_months"])
        record = payment_record(book, start, as_of, disputed="leave_out", rates=rates if to else (), to=to)
    table = record.table
    worst = table["worst_days_late"].fill_null(2**31).to_numpy()
    table = table.filter(pa.array(worst <= int(values["progressive.late_days"])))
    found: dict[str, int] = {}
    for customer, currency, minor in zip(
        _texts(table, "customer"), _texts(table, "currency"), table["open_minor"].to_pylist(), strict=True
    ):
        if own.get(customer) == currency and minor > 0:
            found[customer] = max(minor, found.get(customer, 0))
    return found


def _owed(items: OpenItems) -> dict[str, dict[str, int]]:
    own, names = items.key("customer")
    grouped = group([("customer", own, names), ("currency", items.currency, items.currencies)])
    totals = sums(grouped.codes, items.open_minor, grouped.size)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    texts = (grouped.columns[name].cast(pa.string()).to_pylist() for name in ("customer", "currency"))
    for customer, currency, minor in zip(*texts, totals.tolist(), strict=True):
        found[customer][currency] = minor
    return dict(found)
