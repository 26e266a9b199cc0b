"""The sample ledger: a believable firm of any size, its control balances, its hidden truth, and its odd cases.

What must stay true: the same seed gives the same rows and the same bytes; the control balances come from the documents
and allocations by the balance rule alone, never from the generator; what the files say and what the tables hold differ
only where `Sample.texts`, `Sample.loose` and the total row say so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.errors import UsageError
from creditlib.facts import tables
from creditlib.facts.book import Book
from creditlib.facts.exact import month_indices
from creditlib.facts.sample.credit import credit_of
from creditlib.facts.sample.firm import (
    BEHAVIOURS,
    COLLECTORS,
    NEVER,
    SALESPEOPLE,
    SECTORS,
    TERMS,
    Firm,
    make_firm,
    rates,
)
from creditlib.facts.sample.made import Sample
from creditlib.facts.sample.odd import OWN_CUSTOMERS, RENAMED, Odd, OddCase, customers_of, make_odd
from creditlib.facts.sample.trade import blocks

_SALES_KINDS: Final = ("invoice", "debit_note", "credit_note", "retention")
_INVOICES_EACH: Final = 32

SAMPLE_END: Final = date(2026, 10, 31)
"""The day the bundled sample is closed at."""


def sample_book(*, seed: int = 2026, customers: int = 60) -> Book:
    """Return the book of an invented firm, 24 months to `SAMPLE_END`, with the odd cases of real ledgers, the credit files of its
    customers, its orders and its events.

    Raises: UsageError for too few customers for the odd cases.

    >>> sample_book().complete
    True
    """

    sample = generate(seed=seed, customers=customers)
    return replace(sample.book(), **credit_of(sample).tables)


def generate(
    seed: int = 2026,
    customers: int = 60,
    months: int = 24,
    end: date = SAMPLE_END,
    invoices: int | None = None,
    home: str = "CNY",
    odd: bool = True,
) -> Sample:
    """Return a firm with `months` months of business up to and including `end`.

    customers: how many, those of the odd cases among them. invoices: ordinary invoices, 32 a customer if not given.
    odd: add the odd cases (leave them out of large samples). Memory grows with the result; working memory does not.
    Raises: UsageError for sizes that are not positive, too few customers for the odd cases, or a home currency
    without rates.

    >>> small = generate(customers=20, months=6, invoices=60)
    >>> small.documents.num_rows == generate(customers=20, months=6, invoices=60).documents.num_rows
    True
    >>> {case.check for case in small.cases if case.name == "zero amount"}
    {'zero-amount'}
    """
    own = OWN_CUSTOMERS if odd else 0
    if customers <= own:
        raise UsageError(
            f"the odd cases bring {own} customers of their own; given {customers} in all. Ask for more, or odd=False.",
            f"特殊情形自带 {own} 个客户，而总数只有 {customers}。请增加客户数，或设 odd=False。",
        )
    count = (customers - own) * _INVOICES_EACH if invoices is None else invoices
    firm = make_firm(seed, customers - own, months, end, count, home)
    parts = list(blocks(firm, seed))
    sample = Sample(
        seed=seed,
        home=home,
        months=months,
        end=end,
        documents=pa.concat_tables([documents for documents, _ in parts]),
        allocations=pa.concat_tables([lines for _, lines in parts]),
        customers=_customers(firm),
        sales=tables.empty("sales"),
        control=pa.table({}),
        rates=rates(firm, seed, months, end),
        truth=_truth(firm),
    )
    if odd:
        sample = _mingle(sample, make_odd(home, end))
    return replace(
        sample,
        sales=_sales(sample.documents, firm.first_day, firm.end_day),
        control=control_balances(sample.documents, sample.allocations, end),
    )


def _customers(firm: Firm) -> pa.Table:
    n = len(firm.codes)
    columns = {
        "customer": firm.codes,
        "name": firm.names,
        "credit_code": firm.credit_codes,
        "country": firm.countries,
        "sector": tables.coded(firm.sector, SECTORS),
        "salesperson": tables.coded(firm.salesperson, SALESPEOPLE),
        "collector": tables.coded(firm.collector, COLLECTORS),
        "terms": tables.coded(firm.terms, [text for text, _, _ in TERMS]),
        "related_party": [False] * n,
    }
    return tables.build(tables.CUSTOMERS, columns, n)


def _truth(firm: Firm) -> pa.Table:
    def dates(days: NDArray[np.int64]) -> pa.Array:
        return pa.array(days.astype(np.int32), mask=(days >= NEVER) | (days > firm.end_day)).cast(pa.date32())

    return pa.table(
        {
            "customer": pa.array(firm.codes, pa.string()),
            "behaviour": pa.array([BEHAVIOURS[b] for b in firm.behaviour], pa.string()),
            "mean_days_late": pa.array(firm.mean_late, pa.int64()),
            "turned_on": dates(firm.turned),
            "default_on": dates(firm.default),
        }
    )


def _mingle(sample: Sample, odd: Odd) -> Sample:
    """Put the odd rows among the others, in order of posting, and give every row its line in the file."""
    n, m = sample.documents.num_rows, len(odd.rows)
    columns: dict[str, Any] = {name: [row.get(name) for row in odd.rows] for row in odd.rows for name in row}
    columns["due_from"] = ["given" if due else "none" for due in columns["due_on"]]
    columns |= {"id": np.arange(n, n + m), "source_file": ["documents.csv"] * m, "source_row": [0] * m}
    columns["collector"] = ["何静"] * m
    documents = pa.concat_tables([sample.documents, tables.build(tables.DOCUMENTS, columns, m)])
    order = np.argsort(tables.days(documents.column("posted_on")), kind="stable")
    place = np.empty(n + m, np.int64)
    place[order] = np.arange(n + m)
    documents = documents.take(pa.array(order)).unify_dictionaries().combine_chunks()

    posted = tables.days(documents.column("posted_on"))
    loose = sorted(odd.loose, key=lambda row: row[0])
    before = np.searchsorted(posted, [day_number(day) for day, _ in loose], side="right")
    rows = np.arange(n + m)
    lines = rows + 2 + np.searchsorted(before, rows, side="right")
    loose_lines = {id(cells): int(at) + 2 + i for i, (at, (_, cells)) in enumerate(zip(before, loose, strict=True))}
    columns = {name: documents.column(name) for name in documents.column_names}
    columns |= {"id": rows, "source_row": lines.astype(np.int32)}

    extra = {name: [line.get(name) for line in odd.allocations] for line in odd.allocations for name in line}
    for end in ("from_document", "to_document"):
        extra[end] = [row + n for row in extra[end]]
    settled = pa.concat_tables([sample.allocations, tables.build(tables.ALLOCATIONS, extra, len(odd.allocations))])
    settled = settled.take(pa.array(np.argsort(tables.days(settled.column("on")), kind="stable")))
    settled = settled.unify_dictionaries().combine_chunks()
    moved = {name: settled.column(name) for name in settled.column_names}
    for end in ("from_document", "to_document"):
        moved[end] = place[settled.column(end).to_numpy()]

    stories = tomllib.loads(files("creditlib.facts.sample").joinpath("cases.toml").read_text(encoding="utf-8"))
    cases = []
    for name, numbers in odd.cases:
        at = [int(lines[place[n + k]]) if k >= 0 else loose_lines[id(odd.loose[-1 - k][1])] for k in numbers]
        named = [odd.rows[k]["document"] if k >= 0 else odd.loose[-1 - k][1]["document"] for k in numbers]
        cases.append(_case(name, stories, tuple(named), tuple(at)))
    cases.append(_case("total row", stories, (), (n + m + len(loose) + 2,)))
    truth = sample.truth.schema
    own = customers_of(odd)
    quiet = pa.table(
        [
            own.column("customer").cast(pa.string()),
            pa.array(["odd"] * len(own)),
            *(pa.nulls(len(own), truth.field(i).type) for i in range(2, 5)),
        ],
        schema=truth,
    )
    return replace(
        sample,
        documents=tables.build(tables.DOCUMENTS, columns, n + m),
        allocations=tables.build(tables.ALLOCATIONS, moved, settled.num_rows),
        customers=pa.concat_tables([sample.customers, own]).unify_dictionaries().combine_chunks(),
        truth=pa.concat_tables([sample.truth, quiet]).combine_chunks(),
        cases=tuple(cases),
        texts=tuple((int(place[n + row]), column, text) for (row, column), text in odd.texts.items()),
        loose=tuple((loose_lines[id(cells)], cells) for _, cells in loose),
        renamed=(*RENAMED, odd.renamed_on),
    )


def _case(name: str, stories: dict[str, Any], documents: tuple[str, ...], lines: tuple[int, ...]) -> OddCase:
    story = stories[name]
    return OddCase(name, story["name_zh"], story.get("check"), documents, lines, story["en"], story["zh"])


def control_balances(documents: pa.Table, allocations: pa.Table, end: date) -> pa.Table:
    """Return what is open at the end of a day by entity, account and currency, as a general ledger would show it.

    A document exists from its posting date; an allocation counts from the latest of its own date and both postings,
    until it is undone. Returns entity, account, currency, balance_minor (minor units), sorted.

    >>> control_balances(tables.empty("documents"), tables.empty("allocations"), date(2026, 10, 31)).num_rows
    0
    """
    last = day_number(end)
    posted = tables.days(documents.column("posted_on"))
    posted = np.where(posted == NO_DAY, tables.days(documents.column("issue_on")), posted)
    balance = documents.column("amount_minor").to_numpy().copy()
    source, item = (allocations.column(name).to_numpy() for name in ("from_document", "to_document"))
    amount, undone = allocations.column("amount_minor").to_numpy(), tables.days(allocations.column("undone_on"))
    start = np.maximum(tables.days(allocations.column("on")), np.maximum(posted[source], posted[item]))
    counts = (start <= last) & ((undone == NO_DAY) | (undone > last))
    np.subtract.at(balance, item[counts], amount[counts])
    np.add.at(balance, source[counts], amount[counts])
    balance[posted > last] = 0
    keys, names = _key(documents, ("entity", "gl_account", "currency"))
    sums = np.zeros(int(np.prod([len(n) for n in names], dtype=np.int64)), np.int64)
    np.add.at(sums, keys, balance)
    rows = []
    for key in np.unique(keys):
        place = np.unravel_index(int(key), [len(n) for n in names])
        rows.append((*(name[int(i)] for name, i in zip(names, place, strict=True)), int(sums[key])))
    rows.sort(key=lambda row: tuple(str(part) for part in row[:3]))
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    kinds = (pa.string(), pa.string(), pa.string(), pa.int64())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    return pa.table(arrays, names=["entity", "account", "currency", "balance_minor"])


def _key(table: pa.Table, columns: Sequence[str]) -> tuple[NDArray[np.int64], list[list[str | None]]]:
    """One integer per row for the combination of several coded columns, and the texts of each."""
    key = np.zeros(table.num_rows, np.int64)
    names = []
    for column in columns:
        code, texts = tables.codes(table.column(column))
        key *= max(len(texts), 1)
        key += code
        names.append(texts)
    return key, names


def _sales(documents: pa.Table, first_day: int, last_day: int) -> pa.Table:
    """Billings by month, customer, entity and currency, credit notes taken off: the sum of the window's documents."""
    posted = tables.days(documents.column("posted_on"))
    kind, kinds = tables.codes(documents.column("kind"))
    sold = np.isin(kind, [i for i, name in enumerate(kinds) if name in _SALES_KINDS])
    rows = np.flatnonzero(sold & (posted >= first_day) & (posted <= last_day))
    key, names = _key(documents.select(["customer", "entity", "currency"]), ("customer", "entity", "currency"))
    sizes = [len(n) for n in names]
    months = month_indices(posted[rows])
    start = int(months.min()) if len(months) else 0
    groups, group = np.unique((months - start) * int(np.prod(sizes)) + key[rows], return_inverse=True)
    gross, tax = np.zeros(len(groups), np.int64), np.zeros(len(groups), np.int64)
    np.add.at(gross, group, documents.column("amount_minor").to_numpy()[rows])
    np.add.at(tax, group, pc.fill_null(documents.column("tax_minor"), 0).to_numpy()[rows])
    rest, currency = np.divmod(groups, max(sizes[2], 1))
    rest, entity = np.divmod(rest, max(sizes[1], 1))
    month, customer = np.divmod(rest, max(sizes[0], 1))
    columns = {
        "month": (month + start - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int32),
        "customer": tables.coded(customer, names[0]),
        "entity": tables.coded(entity, names[1]),
        "currency": tables.coded(currency, names[2]),
        "gross_minor": gross,
        "net_minor": gross - tax,
    }
    return tables.build(tables.SALES, columns, len(groups))


# ------------------------------------------------------------------------------------------------------------- files
