"""Balances on any day: by event, by knowledge, with allocations made and undone. And the items open then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from creditlib.facts.book import Book
from creditlib.facts.ledger import as_known, balances
from creditlib.facts.open_items import open_items
from creditlib.facts.tables import DOCUMENTS, EVENTS, ORDERS, SCHEMAS, build, conform

HEADER = "customer,document,type,issue date,posting date,due date,entry date,currency,amount\n"


@pytest.fixture
def book(ledger: Callable[..., Any]) -> Book:
    reading = ledger(
        HEADER
        + "C1,I-1,invoice,2024-01-30,2024-02-02,2024-02-29,2024-02-05,CNY,100\n"  # dated January, posted February
        + "C1,R-1,receipt,2024-03-01,,,2024-03-04,CNY,-100\n",
        sheets={
            "links": "from document,to document,amount,date,entry date,undone date\nR-1,I-1,100,2024-03-01,2024-03-04,2024-03-20\n"
        },
    )
    return reading.book  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("day", "open_minor"),
    [
        (date(2024, 1, 31), [0, 0]),  # not posted yet
        (date(2024, 2, 1), [0, 0]),
        (date(2024, 2, 2), [10000, 0]),
        (date(2024, 2, 29), [10000, 0]),
        (date(2024, 3, 1), [0, 0]),  # paid on that day
        (date(2024, 3, 19), [0, 0]),
        (date(2024, 3, 20), [10000, -10000]),  # the allocation is undone: both stand open again
    ],
)
def test_balance_of_each_day_includes_that_day(book: Book, day: date, open_minor: list[int]) -> None:
    assert balances(book, day).open_minor.tolist() == open_minor


@pytest.mark.parametrize(
    ("known_on", "open_minor"),
    [
        (date(2024, 2, 4), [0, 0]),  # the invoice was entered on the 5th
        (date(2024, 2, 5), [10000, 0]),
        (date(2024, 3, 3), [10000, 0]),  # the receipt was entered on the 4th
        (date(2024, 3, 4), [0, 0]),
        (date(2024, 3, 19), [0, 0]),  # the undoing of the 20th was not known
        (date(2024, 3, 20), [10000, -10000]),
        (None, [10000, -10000]),
    ],
)
def test_balance_as_it_was_known_ignores_what_was_entered_later(
    book: Book, known_on: date | None, open_minor: list[int]
) -> None:
    assert balances(book, date(2024, 3, 31), known_on).open_minor.tolist() == open_minor


def test_book_as_it_was_known_holds_no_event_entered_later() -> None:
    day, later = date(2024, 6, 30), date(2024, 7, 1)
    rows = [
        {"on": day, "known_on": None},  # without an entry date: entered on its own day
        {"on": later, "known_on": None},
        {"on": date(2024, 6, 1), "known_on": later},  # a visit of June written down in July
        {"on": later, "known_on": day},  # a limit from July, set in June
    ]
    told = [{"id": i, "customer": "C1", "event": "note"} | row for i, row in enumerate(rows)]
    known = as_known(Book(events=pa.Table.from_pylist(told, EVENTS)), day)
    assert known.events["id"].to_pylist() == [0, 3]
    assert as_known(known, later).events["id"].to_pylist() == [0, 3]


def test_allocation_before_its_documents_exist_waits_for_them(ledger: Callable[..., Any]) -> None:
    book = ledger(
        "customer,document,type,issue date,due date,currency,amount\n"
        "C1,I-1,invoice,2024-03-10,2024-04-10,CNY,100\nC1,R-1,receipt,2024-01-05,,CNY,-100\n",
        sheets={"links": "from document,to document,amount,date\nR-1,I-1,100,2024-01-05\n"},
    ).book
    assert balances(book, date(2024, 2, 1)).open_minor.tolist() == [0, -10000]  # money without an invoice
    assert balances(book, date(2024, 3, 10)).open_minor.tolist() == [0, 0]


def test_document_without_any_date_is_open_on_every_day(ledger: Callable[..., Any]) -> None:
    book = ledger("customer,document,due date,currency,amount\nC1,I-1,2024-04-10,CNY,100\n").book
    assert balances(book, date(1999, 1, 1)).open_minor.tolist() == [10000]


def test_group_and_parent_come_from_the_customers_never_from_the_code(ledger: Callable[..., Any]) -> None:
    book = ledger(
        "customer,document,due date,currency,amount\nG1-A,I-1,2024-04-10,CNY,1\nG1-B,I-2,2024-04-10,CNY,2\nX,I-3,2024-04-10,CNY,4\n",
        sheets={"customers": "customer,name,parent,group\nG1-A,A,,North\nX,X,G1-A,North\n"},
    ).book
    items = open_items(book, date(2024, 3, 31))
    codes, names = items.key("group")
    assert [names[c] for c in codes] == ["North", "G1-B", "North"]  # who has no group is one of its own
    codes, names = items.key("parent")
    assert [names[c] for c in codes] == ["G1-A", "G1-B", "G1-A"]


def test_fifo_netting_leaves_what_credits_do_not_cover(ledger: Callable[..., Any]) -> None:
    book = ledger(
        "customer,document,type,issue date,due date,currency,amount\n"
        "C1,I-1,invoice,2024-01-01,2024-01-31,CNY,500\nC1,I-2,invoice,2024-01-01,2024-02-29,CNY,500\n"
        "C1,R-1,receipt,2024-02-01,,CNY,-700\n"
    ).book
    items = open_items(book, date(2024, 2, 29), netting="fifo")
    assert list(zip(items.column("document").to_pylist(), items.open_minor.tolist(), strict=True)) == [("I-2", 30000)]
    assert open_items(book, date(2024, 2, 29)).totals == items.totals == {"CNY": 30000}  # 1,000 − 700


# ------------------------------------------------------------------------------------------------------------- schemas


def test_every_money_and_code_column_of_every_schema_tells_its_unit() -> None:
    for name, schema in SCHEMAS.items():
        for field in schema:
            assert field.metadata is not None, f"{name}.{field.name}"
            assert field.metadata[b"unit"]
            if field.name.endswith("_minor"):
                assert str(field.type) == "int64"
                assert b"minor units" in field.metadata[b"unit"]
            if field.name.endswith("_on"):
                assert str(field.type) == "date32[day]"


def test_schemas_hold_what_later_floors_will_need() -> None:
    needed = {"entity", "gl_account", "salesperson", "collector", "order", "contract", "reference_text", "related_party",
              "shipped_on", "received_on", "accepted_on", "known_on", "tax_minor", "local_minor"}  # fmt: skip
    assert needed <= set(DOCUMENTS.names)
    assert {"order", "delivery", "invoice"} <= set(ORDERS.names)
    assert {"event", "on", "known_on", "until"} <= set(EVENTS.names)


def test_unknown_column_or_missing_value_is_refused_not_lost() -> None:
    with pytest.raises(ValueError, match=r"\['colour'\] are not in the schema"):
        build(DOCUMENTS, {"colour": []}, 0)
    with pytest.raises(ValueError, match="customer has 1 nulls"):
        conform("documents", {"id": [0], "customer": [None]})


def test_an_order_entered_later_is_not_known_yet() -> None:
    orders = build(
        ORDERS,
        {
            "order": ["O-1", "O-2", "O-3"], "customer": ["C1"] * 3, "currency": ["CNY"] * 3, "amount_minor": [1, 2, 4],
            "ordered_on": [date(2024, 6, 1), date(2024, 6, 1), date(2024, 7, 2)], "known_on": [None, date(2024, 7, 1), None],
        },
        3,
    )  # fmt: skip
    assert as_known(Book(orders=orders), date(2024, 6, 30)).table("orders")["order"].to_pylist() == ["O-1"]
