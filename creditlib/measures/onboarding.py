"""How onboarding works out: days from application to limit, and what the first year with new customers cost.

What must stay true: a customer without a limit yet is told as waiting, never left out of the table; a cohort whose first year
is not over says so; a write-off or a specific provision counts on the sale it names, whenever it was made, and one that names no sale
is told beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.facts.book import Book
from creditlib.facts.ledger import amounts, ids, live, live_columns, starts
from creditlib.facts.tables import among, codes, days
from creditlib.measures.dso import need_history
from creditlib.measures.figures import Figures, documents_of
from creditlib.measures.sales import BILLING_KINDS
from creditlib.measures.segments import group, sums

APPLICATION: Final = "application"
"""The event that opens a request for credit; `limit_set` closes it."""
PROVISION: Final = "specific_provision"
"""The event that sets the provision on one document; the newest counts, 0 takes it back."""
FIRST_YEAR: Final = 365
"""Days of the first year, the day of the first sale included."""


@dataclass(frozen=True)
class ApplicationDays:
    """Days from application to limit. table: customer, applied_on, set_on (date32, null: waiting), days (int64).

    median, most: of those decided, None where none is. decided, waiting: how many applications.
    """

    table: pa.Table
    median: float | None
    most: int | None
    decided: int
    waiting: int


def application_days(book: Book, as_of: date | None = None) -> ApplicationDays:
    """Return the days from each event `application` to the customer's next `limit_set`, by customer and day.

    An application repeated before a limit is set belongs to the first one; one after it is a request of its own.
    as_of: events after it don't count; None counts all. A limit set without an application has no days.

    >>> application_days(Book()).decided
    0
    """
    table = book.columns("events", ["customer", "event", "on"])
    chosen = among(table["event"], (APPLICATION, "limit_set"))
    if as_of is not None:
        chosen = chosen & (days(table["on"]) <= day_number(as_of))
    table = table.filter(pa.array(chosen))
    on, asked = days(table["on"]), among(table["event"], (APPLICATION,))
    groups = group([("customer", *codes(table["customer"]))])
    order = np.lexsort((~asked, on, groups.codes))  # on one day the application comes first
    own, on, asked = groups.codes[order], on[order], asked[order]
    first = asked.copy()
    first[1:] &= (own[1:] != own[:-1]) | ~asked[:-1]
    begin = np.flatnonzero(first)
    closing = np.where(asked, len(own), np.arange(len(own)))
    after = np.minimum.accumulate(closing[::-1])[::-1] if len(own) else closing
    end = after[begin]
    done = end < len(own)
    done[done] = own[end[done]] == own[begin[done]]
    set_on = np.where(done, on[np.minimum(end, len(on) - 1)], NO_DAY) if len(on) else np.zeros(0, np.int32)
    taken = (set_on - on[begin].astype(np.int64))[done]
    made = pa.table(
        {
            "customer": groups.columns["customer"].take(pa.array(own[begin])),
            "applied_on": pa.array(on[begin]).cast(pa.date32()),
            "set_on": pa.array(set_on.astype(np.int32), mask=~done).cast(pa.date32()),
            "days": pa.array(set_on - on[begin].astype(np.int64), mask=~done),
        }
    )
    some = len(taken) > 0
    return ApplicationDays(
        made,
        float(np.median(taken)) if some else None,
        int(taken.max()) if some else None,
        len(taken),
        int((~done).sum()),
    )


def first_year_losses(book: Book, as_of: date) -> Figures:
    """Return what was lost of the sales of each new customer's first 365 days, by year of the first sale and currency: written off, or
    provided for specifically.

    The first sale is a customer's first invoice in the book, so a ledger must reach back to before it. Sales are invoices,
    debit and credit notes, with VAT; a write-off is a document of that kind, matched to one of those sales by `as_of`; a specific provision
    is an event that names the document. Columns: cohort (text, a year), currency, customers, sales_minor, written_off_minor,
    provisioned_minor, loss_share (of both, null without sales),
    unmatched_minor (write-offs of these customers that no sale is named for: not in the share), complete (every customer's
    365 days are over by `as_of`). values: "unmatched_provisions", events whose document the ledger does not have. Raises: NeedsSales when the book holds only what is open.
    """
    need_history(book, "first-year losses")
    table = book.columns("documents", ["customer", "kind", "currency", "amount_minor"])
    start, amount, last = starts(book), amounts(table), day_number(as_of)
    there = (start != NO_DAY) & (start <= last)
    owner, names = codes(table["customer"])
    first = np.full(max(len(names), 1), 2**31 - 1, np.int32)
    invoices = np.flatnonzero(among(table["kind"], ("invoice",)) & there)
    np.minimum.at(first, owner[invoices], start[invoices])
    begun = first < 2**31 - 1
    begin = first[owner].astype(np.int64)
    sale = among(table["kind"], BILLING_KINDS) & there & (start >= begin) & (start < begin + FIRST_YEAR)
    written = among(table["kind"], ("write_off",)) & there
    lost, matched = _written_off(book, written, start, last)
    provided, unmatched = _provided(book, len(lost), last)
    rest = np.where(written & begun[owner], -amount - matched, 0)
    rows = np.flatnonzero(sale | (rest != 0))
    years = first[begun].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    low = int(years.min()) if len(years) else 0
    texts: list[str | None] = [str(year) for year in range(low, int(years.max()) + 1)] if len(years) else []
    cohort_of = np.zeros(len(first), np.int64)
    cohort_of[begun] = years - low
    currency, currencies = codes(table["currency"])
    groups = group([("cohort", cohort_of[owner[rows]], texts), ("currency", currency[rows], currencies)])
    of, mine = groups.codes, sale[rows]
    sold = sums(of[mine], amount[rows][mine], groups.size)
    gone = sums(of[mine], lost[rows][mine], groups.size)
    feared = sums(of[mine], provided[rows][mine], groups.size)
    pair = np.unique(of[mine] * max(len(names), 1) + owner[rows][mine])
    open_year = np.zeros(groups.size, bool)
    open_year[of[begin[rows] + FIRST_YEAR - 1 > last]] = True
    share = np.divide(gone + feared, sold, out=np.zeros(groups.size), where=sold > 0)
    made = pa.table(
        {
            **groups.columns,
            "customers": pa.array(np.bincount(pair // max(len(names), 1), minlength=groups.size).astype(np.int64)),
            "sales_minor": pa.array(sold),
            "written_off_minor": pa.array(gone),
            "provisioned_minor": pa.array(feared),
            "loss_share": pa.array(share, mask=sold <= 0),
            "unmatched_minor": pa.array(sums(of, rest[rows], groups.size)),
            "complete": pa.array(~open_year),
        }
    )

    def documents(row: int) -> pa.Table:
        chosen = rows[of == row]
        return documents_of(
            book,
            chosen,
            sales_minor=np.where(sale, amount, 0)[chosen],
            written_off_minor=lost[chosen],
            provisioned_minor=provided[chosen],
        )

    values = {"days": FIRST_YEAR, "unmatched_provisions": unmatched}
    return Figures(made, ("cohort", "currency"), as_of, "sales_minor", values, documents=documents)


def _written_off(
    book: Book, written: NDArray[np.bool_], start: NDArray[np.int32], last: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return by document what was written off of it, and how much of a write-off is matched to something, minor units."""
    lost, matched = np.zeros(len(written), np.int64), np.zeros(len(written), np.int64)
    if not book.rows("allocations") or not written.any():
        return lost, matched
    for _, piece in book.scan("allocations", ["from_document", "to_document", "amount_minor", *live_columns(book)]):
        source, target = ids(piece["from_document"]), ids(piece["to_document"])
        use = live(piece, last) & (source >= 0) & (target >= 0)
        use &= written[source] & (start[target] <= last)
        amount = amounts(piece)[use]
        np.add.at(lost, target[use], amount)
        np.add.at(matched, source[use], amount)
    return lost, matched


def _provided(book: Book, size: int, last: int) -> tuple[NDArray[np.int64], int]:
    """Return by document what is provided for it specifically, minor units, and how many events name a document that is not there."""
    found = np.zeros(size, np.int64)
    events = book.columns("events", ["id", "customer", "event", "on", "document", "amount_minor"])
    events = events.filter(pa.array(among(events["event"], (PROVISION,)) & (days(events["on"]) <= last)))
    if not events.num_rows:
        return found, 0
    newest: dict[tuple[str, str | None], int] = {}
    for row in sorted(events.to_pylist(), key=lambda row: (row["on"], row["id"])):
        newest[row["customer"], row["document"]] = row["amount_minor"] or 0
    table = book.columns("documents", ["customer", "document", "kind"])
    numbers = pa.array({number for _, number in newest if number is not None}, pa.string())
    named = pc.fill_null(pc.is_in(table["document"].cast(pa.string()), value_set=numbers), False)
    places = pc.indices_nonzero(pc.and_(named, pa.array(among(table["kind"], BILLING_KINDS))))
    for place, row in zip(places.to_pylist(), table.take(places).to_pylist(), strict=True):
        if (key := (row["customer"], row["document"])) in newest:
            found[place] = newest.pop(key)
    return found, len(newest)
