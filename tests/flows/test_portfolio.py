"""The portfolio beside the month-end close: the same figures for the whole, and for a part those of a close of its documents alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.facts.reading import read
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.facts.tables import empty
from creditlib.flows.assess import assess
from creditlib.flows.close import close
from creditlib.flows.closing import Close
from creditlib.flows.portfolio import Portfolio
from creditlib.flows.portfolio_close import close_of
from creditlib.flows.portfolio_slice import Slice
from creditlib.policy import load_policy

POLICY = load_policy()
RATES = tuple(
    Rate(name, Decimal(rate), SAMPLE_END) for name, rate in (("EUR", "7.8"), ("JPY", "0.048"), ("USD", "7.1"))
)
# two salespeople, one company each; open at 31 March: C1 600 + 500 = 1,100 (600 overdue 51 days), C2 300 (not due)
LEDGER = """entity,customer,customer_name,salesperson,document,kind,issue_date,due_date,amount,currency
1000,C1,Alpha,Ann,INV-1,invoice,2024-01-10,2024-02-09,1000.00,CNY
1000,C1,Alpha,Ann,INV-2,invoice,2024-03-05,2024-04-04,500.00,CNY
2000,C2,Beta,Bob,INV-3,invoice,2024-03-15,2024-04-14,300.00,CNY
1000,C1,Alpha,Ann,RV-1,receipt,2024-03-20,,-400.00,CNY
"""
ALLOCATIONS = """customer,from_document,to_document,amount,date
C1,RV-1,INV-1,400.00,2024-03-20
"""


@pytest.fixture(scope="module")
def sample() -> Portfolio:
    return Portfolio(assess(sample_book(), POLICY, SAMPLE_END))


def of_documents(book: Book, mine: Any) -> Book:
    """The book of some documents alone: their allocations, customers as they are; no sales but those they bill."""
    kept = np.flatnonzero(np.asarray(mine))
    place = np.full(book.rows("documents"), -1)
    place[kept] = np.arange(len(kept))
    documents = book.table("documents").take(pa.array(kept))
    documents = documents.set_column(
        documents.column_names.index("id"), "id", pa.array(np.arange(len(kept)), documents.schema.field("id").type)
    )
    links = book.table("allocations")
    moved = {}
    for name in ("from_document", "to_document"):
        own = links[name].to_pylist()
        moved[name] = [None if one is None else int(place[one]) for one in own]
    keep = [a != -1 and b != -1 and (a, b) != (None, None) for a, b in zip(*moved.values(), strict=True)]
    for name, column in moved.items():
        at = links.column_names.index(name)
        links = links.set_column(at, links.schema.field(name), pa.array(column, links.schema.field(name).type))
    return replace(book, documents=documents, allocations=links.filter(pa.array(keep)), sales=empty("sales"))


def column(book: Book, name: str) -> list[str]:
    return [text or "" for text in book.table("documents")[name].cast(pa.string()).to_pylist()]


def same(part: Slice, made: Close) -> None:
    """Every figure both tell is the same, to the minor unit and the last bit."""
    line = made.aging_total(made.currency)
    assert part.currency == made.currency
    assert dict(part.aging) == {name: line[name] for name in part.aging}
    assert dict(part.previous_buckets) == made.previous_buckets
    assert part.dso == made.dso
    assert part.trend == made.trend
    told = {one.key: one for one in made.measures}
    assert part.measures == (told["top10_share"], told["herfindahl"])
    assert made.concentration is not None
    assert made.overdue_top is not None
    mine = made.concentration.filter(pc.equal(made.concentration["currency"], made.currency))
    assert part.concentration.to_pydict() == mine.to_pydict()
    assert part.overdue_top().to_pydict() == made.overdue_top.to_pydict()
    for customer in part.overdue_top()["customer"].to_pylist():
        assert (
            part.items(customer).to_pydict()
            == made.items.filter(pc.equal(made.items["customer"], customer)).to_pydict()
        )


def test_without_a_filter_every_figure_is_the_close_s(sample: Portfolio) -> None:
    same(sample.slice(), close(sample.whole.ground.reading, POLICY, SAMPLE_END))


def test_in_one_currency_every_figure_is_the_converted_close_s(sample: Portfolio) -> None:
    book = sample.whole.ground.reading
    made = close(book, POLICY, SAMPLE_END, rates=RATES, currency="CNY")
    same(Portfolio(assess(book, POLICY, SAMPLE_END, rates=RATES, currency="CNY")).slice(), made)


OPEN, CLOSED = "receivables_open.csv", "receivables_closed.csv"


@pytest.mark.parametrize(
    ("names", "day", "customers"), [((OPEN,), date(2020, 5, 31), 553), ((OPEN, CLOSED), date(2020, 5, 31), 1_008), ((CLOSED,), date(2019, 6, 30), 943)]
)  # fmt: skip
def test_a_real_ledger_tells_what_its_close_tells(
    shared_data: Path, names: tuple[str, ...], day: date, customers: int
) -> None:
    reading = read(*(shared_data / name for name in names), home="USD", date_order="dmy" if len(names) > 1 else None)
    book = Portfolio(assess(reading, POLICY, day))
    assert len(book.texts["customer"]) == customers
    same(book.slice(), close(reading, POLICY, day))
    grade = book.texts["grade"][0]
    assert (
        sum(book.slice(grade=one).aging["total_minor"] for one in book.texts["grade"])
        == book.slice().aging["total_minor"]
    )
    same(book.slice(grade=grade), close_of(book.slice(grade=grade)))


@pytest.mark.parametrize("which", ["salesperson", "customer", "grade"])
def test_a_part_is_a_close_of_its_documents_and_sales_alone(sample: Portfolio, which: str) -> None:
    book, sales = sample.whole.book, sample.whole.book.table("sales")
    text = {"salesperson": "吴晓", "customer": "C100001", "grade": "B"}[which]
    if which == "salesperson":  # the sales table does not name one: sales are what was billed
        alone = of_documents(book, [one == text for one in column(book, "salesperson")])
    else:
        rows = sample.whole.table.rows()
        chosen = {row["customer"] for row in rows if text in (row["customer"], row["grade"])}
        alone = of_documents(book, [customer in chosen for customer in column(book, "customer")])
        named = pc.is_in(sales["customer"].cast(pa.string()), value_set=pa.array(sorted(chosen)))
        alone = replace(alone, sales=sales.filter(named))
    assert sample.slice(**{which: text}).by_documents == (which == "salesperson")
    same(sample.slice(**{which: text}), close(alone, POLICY, SAMPLE_END))


def test_companies_salespeople_and_grades_add_up_to_the_whole(sample: Portfolio) -> None:
    whole = sample.slice()
    for which in ("entity", "salesperson", "grade"):
        parts = [sample.slice(**{which: text}) for text in sample.texts[which]]
        assert {n: sum(part.aging[n] for part in parts) for n in whole.aging} == dict(whole.aging)
        assert sum(share.open_minor for share in whole.by(which)) == whole.aging["total_minor"]
        assert {s.name: s.overdue_minor for s in whole.by(which)} == {
            text: part.aging["overdue_minor"]
            for text, part in zip(sample.texts[which], parts, strict=True)
            if part.aging["total_minor"] or part.aging["overdue_minor"]
        }


def test_a_part_by_hand(ledger: Callable[..., Any]) -> None:
    book = Portfolio(assess(ledger(LEDGER, sheets={"allocations": ALLOCATIONS}), POLICY, date(2024, 3, 31)))
    ann, bob = book.slice(salesperson="Ann"), book.slice(salesperson="Bob")
    assert (ann.aging["total_minor"], ann.aging["overdue_minor"], ann.aging["31-60"]) == (110_000, 60_000, 60_000)
    assert (bob.aging["total_minor"], bob.aging["overdue_minor"]) == (30_000, 0)
    assert [point.open_minor for point in ann.trend] == [100_000, 100_000, 110_000]  # January, February, March
    assert [point.on.month for point in bob.trend] == [3]  # nothing before its first document
    # countback of Ann: March 500 of 1,100 takes 31 days, February nothing: it stops there and says at least
    assert (ann.dso_now.days, ann.dso_now.at_least, ann.dso_now.sales_minor) == (31.0, True, 50_000)
    # Bob: all of March's 300 are open
    assert (bob.dso_now.days, bob.dso_now.at_least) == (31.0, False)
    assert ann.items("C1")["document"].to_pylist() == ["INV-1", "INV-2"]
    assert bob.items("C1").num_rows == 0
    assert book.slice().concentration["share"].to_pylist() == [110 / 140, 30 / 140]
    assert ann.overdue_top(60_000)["customer"].to_pylist() == ["C1"]
    assert ann.overdue_top(60_001).num_rows == 0  # one cent more than it has


def test_what_the_book_does_not_have_is_refused_in_words(sample: Portfolio) -> None:
    with pytest.raises(UsageError, match='no grade "F"'):
        sample.slice(grade="F")
    with pytest.raises(UsageError, match='no currency "GBP"'):
        sample.slice(currency="GBP")


def test_another_currency_is_told_by_itself(sample: Portfolio) -> None:
    made = close(sample.whole.ground.reading, POLICY, SAMPLE_END)
    part = sample.slice(currency="USD")
    assert part.aging["total_minor"] == made.totals()["USD"]
    assert part.items(part.concentration["customer"][0].as_py())["currency"][0].as_py() == "USD"


@pytest.mark.parametrize("chosen", [{}, {"entity": "2000"}, {"salesperson": "林悦"}, {"grade": "C", "entity": "1000"}, {"customer": "C-7011"}, {"grade": ""}])  # fmt: skip
def test_what_is_chosen_can_be_closed_with_its_alerts_among_the_findings(
    sample: Portfolio, chosen: dict[str, str]
) -> None:
    part = sample.slice(**chosen)
    made = close_of(part)
    if made.currency == part.currency:
        same(part, made)
    assert made.items.num_rows == sum(sample.slice(**chosen, currency=one).aging["items"] for one in sample.currencies)
    held = [alert for alert in part.alerts.page(0, 999) if alert.kind == "overdue-held"]
    assert [f.amount_minor for f in made.findings if f.check == "overdue-held"] == [
        alert.amount_minor for alert in held
    ]


def test_a_converted_part_is_closed_in_the_currency_reported_in() -> None:
    whole = Portfolio(assess(sample_book(), POLICY, SAMPLE_END, rates=RATES, currency="CNY"))
    part = whole.slice(salesperson="Marco Renz", grade="B")
    assert part.aging["total_minor"]
    same(part, close_of(part))
