"""What the ledger tells about every customer on a day: payment behaviour, what is overdue, what was bought, since when.

What must stay true: payment behaviour is that of `payment_behaviour` without items in dispute, overdue that of `aging.overdue`, in dispute what
`checks.disputed` says, billings those of `monthly_billings`: nothing is measured a second way here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number, day_of, month_end
from creditlib.facts.book import Book
from creditlib.facts.checks import disputed
from creditlib.facts.exact import rescale
from creditlib.facts.ledger import live, live_columns, start_columns, started
from creditlib.facts.open_items import Netting, Rate, convert, open_items, to_currency
from creditlib.facts.tables import codes, days
from creditlib.measures.aging import days_past_due, overdue
from creditlib.measures.payment import payment_behaviour, window_start
from creditlib.measures.pieces import Grouper
from creditlib.measures.roster import Roster
from creditlib.measures.sales import Base, monthly_billings
from creditlib.measures.segments import sums

FROM_LEDGER: Final = (
    "days_beyond_terms", "on_time_share", "oldest_overdue", "overdue_share", "years_as_customer", "purchases_growth",
)  # fmt: skip
_YEAR: Final = 365.25
_MONTHS: Final = 12


@dataclass(frozen=True)
class Ledger:
    """columns: by name, one entry for each of the roster. currency: each customer's, None where the ledger does not know it.
    history_end: the day up to which payments are told. documents: place in the roster → ids behind its figures."""

    columns: dict[str, Any]
    currency: list[str | None]
    history_end: date
    documents: Callable[[int], NDArray[np.int64]]


def history_end(last_settled: int, as_of: date, gap_days: int) -> date:
    """Return the day up to which the ledger tells payments. last_settled: day number of the last settlement, or NO_DAY.

    >>> history_end(day_number(date(2019, 10, 31)), date(2020, 5, 31), 45)
    datetime.date(2019, 10, 31)
    >>> history_end(day_number(date(2020, 5, 20)), date(2020, 5, 31), 45)
    datetime.date(2020, 5, 31)
    """
    if last_settled == NO_DAY or day_of(last_settled) >= as_of - timedelta(days=gap_days):
        return as_of
    return day_of(last_settled)


def ledger_factors(
    book: Book, as_of: date, roster: Roster, window_months: int, gap_days: int, netting: Netting, vat: Decimal,
    rates: Sequence[Rate], to: str | None,
) -> Ledger:  # fmt: skip
    """Return what the ledger tells of each customer of the roster; see `measures.factors.factors`."""
    grouper, count, first = _documents(book, as_of)
    customer, currency = grouper.keys
    who = roster.codes(customer[1], customer[2])
    main = _main_currency(len(roster), who, currency[1], count, currency[2], to)
    end = history_end(_last_settled(book, as_of), as_of, gap_days)
    start = window_start(end, window_months)
    size = len(roster)
    columns: dict[str, Any] = {}
    began = np.full(size, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(began, who, first)
    seen = began < np.iinfo(np.int32).max
    columns["first_on"] = pa.array(began, pa.int32(), mask=~seen).cast(pa.date32())
    years = (day_number(as_of) - began.astype(np.float64)) / _YEAR
    columns["years_as_customer"] = np.where(seen, years, np.nan) if book.complete else np.full(size, np.nan)
    columns |= _payment(book, roster, main, start, end, rates, to)
    columns |= _open(book, as_of, roster, main, seen, netting, rates, to)
    columns |= _billed(book, roster, main, end, vat, rates, to)
    columns["history_end"] = pa.array([end] * size, pa.date32()) if book.complete else pa.nulls(size, pa.date32())

    def documents(place: int) -> NDArray[np.int64]:
        table = book.columns("documents", ["customer", "due_on", *start_columns(book)])
        mine = np.flatnonzero(roster.place(table["customer"]) == place)
        due = days(table["due_on"])[mine]
        kept = (due >= day_number(start)) & (due <= day_number(end))
        still = open_items(book, as_of, netting=netting).rows
        return np.sort(np.unique(np.concatenate([mine[kept], np.intersect1d(mine, still)])))

    return Ledger(columns, [t if t else None for t in main.texts], end, documents)


@dataclass(frozen=True)
class _Main:
    """The currency each customer is told in. texts: one for each of the roster, empty where unknown."""

    texts: NDArray[np.object_]

    def rows(self, roster: Roster, table: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (place in the roster, row) of the rows in their customer's own currency."""
        place = roster.place(table["customer"])
        own = np.array(table["currency"].cast(pa.string()).to_pylist(), object)
        rows = np.flatnonzero((place >= 0) & (self.texts[place] == own)) if len(own) else np.zeros(0, np.int64)
        return place[rows], rows


def _documents(book: Book, as_of: date) -> tuple[Grouper, NDArray[np.int64], NDArray[np.int32]]:
    """Return groups by customer and currency, with the documents of each and the day of the first."""
    grouper = Grouper(["customer", "currency"])
    count, first = np.zeros(0, np.int64), np.zeros(0, np.int32)
    day = day_number(as_of)
    for _, piece in book.scan("documents", ["customer", "currency", *start_columns(book)]):
        begin = started(piece)
        rows = np.flatnonzero(begin <= day)
        of = grouper.add(piece, rows)
        if grouper.size > len(count):
            count = np.concatenate([count, np.zeros(grouper.size - len(count), np.int64)])
            first = np.concatenate([first, np.full(grouper.size - len(first), np.iinfo(np.int32).max, np.int32)])
        np.add.at(count, of, 1)
        dated = begin[rows] != NO_DAY
        np.minimum.at(first, of[dated], begin[rows][dated])
    return grouper, count, first


def _main_currency(
    size: int, who: NDArray[np.int64], currency: NDArray[np.int32], count: NDArray[np.int64], texts: Sequence[str | None],
    to: str | None,
) -> _Main:  # fmt: skip
    """Return the currency most documents of each customer are in, the first by name of two; or the one reported in."""
    names = np.full(size, "", object)
    if to is not None:
        names[:] = to
        return _Main(names)
    labels = np.array([t or "" for t in texts], object)[currency] if len(currency) else np.zeros(0, object)
    order = np.lexsort((-np.argsort(np.argsort(labels.astype(str))), count)) if len(labels) else np.zeros(0, np.int64)
    names[who[order]] = labels[order]  # written in rising order of documents, so the most frequent stands
    return _Main(names)


def _last_settled(book: Book, as_of: date) -> int:
    last, day = NO_DAY, day_number(as_of)
    if not book.rows("allocations"):
        return last
    for _, piece in book.scan("allocations", live_columns(book)):
        on = days(piece["on"])[live(piece, day)]
        last = max(last, int(on.max())) if len(on) else last
    return last


def _payment(
    book: Book, roster: Roster, main: _Main, start: date, end: date, rates: Sequence[Rate], to: str | None
) -> dict[str, Any]:
    size = len(roster)
    made: dict[str, Any] = {name: np.full(size, np.nan) for name in ("days_beyond_terms", "on_time_share")}
    made |= {"items_due": np.zeros(size, np.int64), "at_least": np.zeros(size, bool)}
    if not book.complete or not book.rows("documents"):
        return made
    table = payment_behaviour(book, start, end, disputed="leave_out", rates=rates, to=to).table
    place, rows = main.rows(roster, table)
    for name, source in (("days_beyond_terms", "dbt_days"), ("on_time_share", "on_time_share")):
        made[name][place] = table[source].to_numpy()[rows]
    made["items_due"][place] = table["items"].to_numpy()[rows]
    made["at_least"][place] = np.asarray(table["at_least"])[rows]
    return made


def _open(
    book: Book, as_of: date, roster: Roster, main: _Main, seen: NDArray[np.bool_], netting: Netting, rates: Sequence[Rate],
    to: str | None,
) -> dict[str, Any]:  # fmt: skip
    """Return what is open and overdue. Disputed items stay in what is open and leave what is overdue."""
    items = open_items(book, as_of, netting=netting)
    if to is not None:
        items = convert(items, rates, to)
    own, names = codes(items.column("customer"))
    who = roster.codes(own, names)
    in_own = main.texts[who] == np.array(items.currencies, object)[items.currency] if len(who) else np.zeros(0, bool)
    size = len(roster)
    debit = in_own & (items.open_minor > 0)
    late = in_own & overdue(items) & ~disputed(items)
    owed = sums(who[debit], items.open_minor[debit], size)
    tardy = sums(who[late], items.open_minor[late], size)
    oldest, undated = np.zeros(size), items.due_on == NO_DAY
    np.maximum.at(oldest, who[late], days_past_due(items)[late].astype(np.float64))
    oldest[who[late & undated]] = np.nan  # overdue by nobody knows how many days
    return {
        "open_minor": sums(who[in_own], items.open_minor[in_own], size),
        "overdue_minor": tardy,
        "oldest_overdue": np.where(seen, oldest, np.nan),
        "overdue_share": np.where(seen, tardy / np.maximum(owed, 1), np.nan),
    }


def _base(book: Book) -> Base | None:
    """Return how billings by customer can be told: from a list of sales with VAT or without, from a complete ledger, or not at all."""
    sold = book.columns("sales", ["customer", "gross_minor", "net_minor"])
    if not sold.num_rows:
        return "gross" if book.complete and book.rows("documents") else None
    if sold["customer"].null_count:
        return None
    return "gross" if not sold["gross_minor"].null_count else "net" if not sold["net_minor"].null_count else None


def _billed(
    book: Book, roster: Roster, main: _Main, end: date, vat: Decimal, rates: Sequence[Rate], to: str | None
) -> dict[str, Any]:
    """Return billings of the last twelve whole months and of the twelve before, where the ledger reaches so far back. Growth is of customers
    who bought in all of both years' time: whoever began within the earlier one would seem to grow."""
    size = len(roster)
    unknown = {"billed_minor": pa.nulls(size, pa.int64()), "billed_before_minor": pa.nulls(size, pa.int64())}
    unknown["purchases_growth"] = np.full(size, np.nan)
    base = _base(book)
    if base is None:
        return unknown
    last = end if end == month_end(end) else end.replace(day=1) - timedelta(days=1)
    monthly = monthly_billings(book, last, base, ("customer",))
    depth = monthly.grid.shape[1]
    if depth < _MONTHS:
        return unknown
    own, names = monthly.keys["customer"]
    currency, texts = monthly.keys["currency"]
    year = [monthly.grid[:, at : at + _MONTHS].sum(axis=1) for at in (0, _MONTHS)]
    if base == "net":
        year = [rescale(values, *(1 + vat).as_integer_ratio()) for values in year]
    if to is not None:
        year = [to_currency(values, currency, texts, rates, to, end) for values in year]
        usable = np.ones(len(own), bool)
    else:
        usable = np.array([t or "" for t in texts], object)[currency] == main.texts[roster.codes(own, names)]
    who = roster.codes(own, names)[usable]
    now, before = (sums(who, values[usable], size) for values in year)
    made: dict[str, Any] = {"billed_minor": pa.array(now), "billed_before_minor": pa.nulls(size, pa.int64())}
    growth = np.full(size, np.nan)
    if depth >= 2 * _MONTHS:
        made["billed_before_minor"] = pa.array(before)
        since = (monthly.grid[:, 2 * _MONTHS - 1 :] != 0).any(axis=1)[usable]
        long_enough = sums(who, since.astype(np.int64), size) > 0
        np.divide(now - before, before, out=growth, where=(before > 0) & long_enough)
    made["purchases_growth"] = growth
    return made
