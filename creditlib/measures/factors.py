"""The factors a scorecard weighs, for every customer at once: from the ledger, the statements, the register and the visits.

What must stay true: a factor that can't be told is null, never zero; every factor is of the day asked and of nothing later; a
disputed item does not count against its customer; names of columns are those of `policy.factors.FACTORS` (tested).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, add_months, day_number
from creditlib.facts.book import Book
from creditlib.facts.open_items import Netting, Rate
from creditlib.facts.tables import days
from creditlib.measures.figures import Figures, documents_of
from creditlib.measures.ledger_factors import Ledger, ledger_factors
from creditlib.measures.roster import Roster
from creditlib.measures.statements import latest, statement_figures

Floats = NDArray[np.float64]
FROM_STATEMENTS: Final = (
    "z_service", "equity_ratio", "return_on_assets", "retained_ratio", "current_ratio", "debt_cover", "interest_cover",
    "sales_growth",
)  # fmt: skip
FROM_VISITS: Final = ("management", "market_position")
_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Ages:
    """Months after which a part of the credit file no longer counts."""

    statements: int
    registrations: int
    assessments: int


def factors(
    book: Book, as_of: date, *, window_months: int, gap_days: int, ages: Ages, netting: Netting = "separate",
    vat: Decimal = Decimal(0), home: str = "XXX", rates: Sequence[Rate] = (), to: str | None = None,
) -> Figures:  # fmt: skip
    """Return the factors of every customer on a day.

    window_months: of payment behaviour, over items due in it. gap_days: where settlements end more than this before the day, the
    ledger's history is taken up to their end (`history_end`). ages: when parts of the file are stale; a stale part counts as
    unknown. vat: share added to billings that are known only without VAT. home: currency of customers of whom nobody knows one. rates, to: weigh amounts in one currency; without them each customer is told in the currency most of its documents
    have.
    Columns: customer, currency; a float64 column for each factor, null where unknown; int64 minor units: billed_minor (12 months,
    with VAT), billed_before_minor (the 12 before), open_minor, overdue_minor, tangible_net_worth_minor, working_capital_minor;
    liabilities_share; items_due; at_least (something was unpaid at the end of the window); first_on, history_end, statement_end
    (date32: the newest statement, also a stale one), statement_stale, registered_on (date32), negative_equity.
    """
    roster = Roster.of(book)
    ledger = ledger_factors(book, as_of, roster, window_months, gap_days, netting, vat, rates, to)
    columns: dict[str, Any] = {
        "customer": pa.DictionaryArray.from_arrays(pa.array(np.arange(len(roster), dtype=np.int32)), roster.texts),
        "currency": _currencies(book, as_of, roster, ledger, home),
    }
    columns |= _statements(book, as_of, roster, ages.statements, columns["currency"])
    columns |= _registered(book, as_of, roster, ages.registrations)
    for name in FROM_VISITS:
        columns[name] = _judged(book, as_of, roster, ages.assessments, name)
    columns |= ledger.columns
    arrays = {name: pa.array(v, from_pandas=True) if isinstance(v, np.ndarray) else v for name, v in columns.items()}
    values = {
        "window_months": window_months,
        "gap_days": gap_days,
        "ages": ages,
        "history_end": ledger.history_end,
        "netting": netting,
    }

    def documents(row: int) -> pa.Table:
        ids = ledger.documents(row)
        return documents_of(book, ids)

    return Figures(pa.table(arrays), ("customer", "currency"), as_of, "open_minor", values, documents=documents)


def _currencies(book: Book, as_of: date, roster: Roster, ledger: Ledger, home: str) -> pa.DictionaryArray:
    """Return each customer's currency: the ledger's, else that of its first statement by the day, else the book's most frequent, else the home one."""
    own = np.array(ledger.currency, object)
    table = book.columns("statements", ["customer", "currency", "period_end"])
    table = table.filter(pa.array(days(table["period_end"]) <= day_number(as_of)))
    for place, currency in (
        zip(roster.place(table["customer"]).tolist(), table["currency"].to_pylist(), strict=True) if len(table) else ()
    ):
        own[place] = own[place] or currency
    common = next((c for c in own.tolist() if c), None)
    if common is not None and any(c is None for c in own):
        names, counts = np.unique([c for c in own.tolist() if c], return_counts=True)
        common = str(names[counts.argmax()])
    return pa.array([c or common or home for c in own.tolist()], pa.string()).dictionary_encode()


def _statements(book: Book, as_of: date, roster: Roster, months: int, currency: pa.DictionaryArray) -> dict[str, Any]:
    size = len(roster)
    none = pa.nulls(size, pa.int64())
    empty: dict[str, Any] = {name: np.full(size, np.nan) for name in (*FROM_STATEMENTS, "liabilities_share")}
    empty |= {"tangible_net_worth_minor": none, "working_capital_minor": none}
    empty |= {
        "statement_end": pa.nulls(size, pa.date32()),
        "statement_stale": np.zeros(size, bool),
        "negative_equity": np.zeros(size, bool),
    }
    if not book.rows("statements"):
        return empty
    figures = statement_figures(book, as_of)
    told = np.array(figures.table["currency"].cast(pa.string()).to_pylist(), object)
    mine = np.array(currency.to_pylist(), object)[roster.place(figures.table["customer"])] if len(told) else told
    newest = latest(figures, prefer=np.asarray(mine == told, bool))
    if not newest.num_rows:
        return empty
    end = days(newest["period_end"])
    fresh = end >= day_number(add_months(as_of, -months))
    who = newest["customer"]
    made: dict[str, Any] = {}
    for name in (*FROM_STATEMENTS, "liabilities_share"):
        values = newest[name].to_numpy()
        made[name] = roster.scatter(who, np.where(fresh, values, np.nan))
    place = roster.place(who)
    same = np.array(currency.to_pylist(), object)[place] == np.array(newest["currency"].to_pylist(), object)
    for name in ("tangible_net_worth_minor", "working_capital_minor"):
        usable = fresh & same & np.asarray(newest[name].is_valid())
        values, there = np.zeros(size, np.int64), np.zeros(size, bool)
        values[place], there[place] = newest[name].fill_null(0).to_numpy(), usable
        made[name] = pa.array(values, mask=~there)
    ends = roster.scatter(who, end, NO_DAY)
    made["statement_end"] = pa.array(ends, pa.int32(), mask=ends == NO_DAY).cast(pa.date32())
    made["statement_stale"] = roster.scatter(who, ~fresh, False)
    made["negative_equity"] = roster.scatter(who, np.asarray(newest["negative_equity"]), False)
    return made


def _registered(book: Book, as_of: date, roster: Roster, months: int) -> dict[str, Any]:
    """Return years in business, by the newest extract that tells it. The day of establishment does not age, but that extract must be fresh."""
    table = book.columns("registrations", ["customer", "on", "established_on"])
    on, born = days(table["on"]), days(table["established_on"])
    rows = np.flatnonzero((on != NO_DAY) & (on <= day_number(as_of)))
    rows = rows[np.argsort(on[rows], kind="stable")]
    looked = roster.scatter(table["customer"].take(pa.array(rows)), on[rows], NO_DAY)
    told = rows[(born[rows] != NO_DAY) & (born[rows] <= day_number(as_of))]
    who = table["customer"].take(pa.array(told))
    since, told_on = (roster.scatter(who, values[told], NO_DAY) for values in (born, on))
    usable = (since != NO_DAY) & (told_on >= day_number(add_months(as_of, -months)))
    years = np.where(usable, (day_number(as_of) - since.astype(np.float64)) / _YEAR, np.nan)
    return {
        "years_in_business": years,
        "registered_on": pa.array(looked, pa.int32(), mask=looked == NO_DAY).cast(pa.date32()),
    }


def _judged(book: Book, as_of: date, roster: Roster, months: int, subject: str) -> Floats:
    """Return the newest fresh judgement of a subject."""
    table = book.columns("assessments", ["customer", "on", "subject", "rating"])
    on = days(table["on"])
    fresh = (on <= day_number(as_of)) & (on >= day_number(add_months(as_of, -months)))
    rows = np.flatnonzero(
        fresh & np.asarray(pc.fill_null(pc.equal(table["subject"].cast(pa.string()), subject), False))
    )
    rows = rows[np.argsort(on[rows], kind="stable")]
    taken = table.take(pa.array(rows))
    judged: Floats = roster.scatter(taken["customer"], taken["rating"].to_numpy().astype(np.float64))
    return judged
