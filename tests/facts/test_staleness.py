"""How old each part of a credit file is, and the visit log."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.staleness import PARTS, oldest_fresh, parts
from creditlib.facts.tables import SCHEMAS, build
from creditlib.facts.visits import visits

AS_OF = date(2026, 6, 30)
MONTHS = {"statements": 18, "registrations": 12, "visits": 6, "ledger": 12}


def table(name: str, *rows: dict[str, Any]) -> pa.Table:
    names = {key for row in rows for key in row}
    return build(SCHEMAS[name], {key: [row.get(key) for row in rows] for key in names}, len(rows))


def statement(end: date, customer: str = "C1") -> dict[str, Any]:
    return {"customer": customer, "period_end": end, "months": 12, "currency": "CNY"}


def visit(number: int, on: date, until: date | None = None, event: str = "visit") -> dict[str, Any]:
    return {"id": number, "on": on, "customer": "C1", "event": event, "until": until, "by": "Li"}


def row(book: Book, part: str, as_of: date = AS_OF, customer: str = "C1") -> dict[str, Any]:
    found = [r for r in parts(book, as_of, months=MONTHS).to_pylist() if (r["customer"], r["part"]) == (customer, part)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("end", "as_of", "state"),
    [
        (date(2024, 12, 30), AS_OF, "fresh"),  # 18 months to the day
        (date(2024, 12, 29), AS_OF, "stale"),
        (date(2024, 12, 31), date(2026, 6, 30), "fresh"),
        (date(2024, 12, 31), date(2026, 7, 1), "stale"),
        (date(2024, 6, 30), date(2025, 12, 31), "fresh"),  # month end to month end
        (date(2024, 6, 29), date(2025, 12, 31), "stale"),
    ],
)
def test_a_statement_as_old_as_allowed_is_fresh_and_a_day_older_is_stale(end: date, as_of: date, state: str) -> None:
    assert row(Book(statements=table("statements", statement(end))), "statements", as_of)["state"] == state


def test_the_newest_row_counts_and_its_age_is_told() -> None:
    book = Book(statements=table("statements", statement(date(2023, 12, 31)), statement(date(2025, 12, 31))))
    found = row(book, "statements")
    assert (found["rows"], found["latest_on"], found["age_days"]) == (2, date(2025, 12, 31), 181)


def test_what_is_dated_after_the_day_asked_is_missing() -> None:
    found = row(Book(statements=table("statements", statement(date(2026, 7, 1)))), "statements")
    assert found == {
        "customer": "C1", "part": "statements", "rows": 0, "latest_on": None, "until_on": None, "age_days": None, "state": "missing",
    }  # fmt: skip


def test_every_customer_of_any_table_has_every_part() -> None:
    book = Book(
        customers=table("customers", {"customer": "C2"}),
        statements=table("statements", statement(AS_OF, "C1")),
        events=table(
            "events", {**visit(0, AS_OF), "customer": "C0"}, {**visit(1, AS_OF, event="call"), "customer": "C9"}
        ),
    )
    made = parts(book, AS_OF, months=MONTHS)
    assert made["customer"].to_pylist() == [c for c in ("C0", "C1", "C2") for _ in PARTS]
    assert made["part"].to_pylist() == list(PARTS) * 3


def test_a_part_without_an_age_never_grows_stale() -> None:
    book = Book(
        purchases=table("purchases", {"customer": "C1", "on": date(1999, 1, 1), "currency": "CNY", "yearly_minor": 1})
    )
    assert row(book, "purchases")["state"] == "fresh"


def test_a_security_past_its_last_day_is_expired_and_one_without_an_end_is_not() -> None:
    def cover(until: date | None) -> dict[str, Any]:
        return {
            "customer": "C1", "kind": "guarantee", "currency": "CNY", "amount_minor": 1, "from_on": date(2025, 1, 1), "until_on": until,
        }  # fmt: skip

    past, today = date(2026, 6, 29), AS_OF
    assert row(Book(security=table("security", cover(past))), "security")["state"] == "expired"
    assert row(Book(security=table("security", cover(today))), "security")["state"] == "fresh"
    lasting = row(Book(security=table("security", cover(past), cover(None))), "security")
    assert (lasting["state"], lasting["until_on"]) == ("fresh", None)


def test_the_newest_visit_says_when_the_next_is_due() -> None:
    agreed = visit(0, date(2026, 3, 1), date(2026, 4, 1))
    assert row(Book(events=table("events", agreed)), "visits")["state"] == "expired"
    kept = Book(events=table("events", agreed, visit(1, date(2026, 4, 2))))
    assert row(kept, "visits")["state"] == "fresh"
    assert row(kept, "visits")["until_on"] is None
    due = Book(events=table("events", visit(0, date(2026, 3, 1), AS_OF)))
    assert row(due, "visits")["state"] == "fresh"


def test_the_ledger_is_as_old_as_its_newest_document() -> None:
    def document(number: int, on: date, customer: str) -> dict[str, Any]:
        return {
            "id": number, "customer": customer, "kind": "invoice", "issue_on": on, "currency": "CNY", "amount_minor": 1,
            "source_file": "a", "source_row": number,
        }  # fmt: skip

    book = Book(
        documents=table(
            "documents", document(0, date(2025, 1, 1), "C1"), document(1, date(2026, 6, 1), "C2"),
            document(2, date(2025, 6, 30), "C1"), document(3, date(2026, 7, 1), "C1"),
        )
    )  # fmt: skip
    found = row(book, "ledger")
    assert (found["rows"], found["latest_on"], found["state"]) == (2, date(2025, 6, 30), "fresh")
    assert row(book, "ledger", customer="C2")["rows"] == 1


def test_an_unknown_part_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="no part statement"):
        parts(Book(), AS_OF, months={"statement": 1})


def test_two_hundred_thousand_customers_have_every_part_told() -> None:
    size = 200_000
    names = pa.array([f"C{i:06d}" for i in range(size)]).dictionary_encode()
    on = pa.array(np.full(size, 20_000, np.int32)).cast(pa.date32())
    book = Book(
        customers=build(SCHEMAS["customers"], {"customer": names}, size),
        registrations=build(SCHEMAS["registrations"], {"customer": names, "on": on}, size),
        references=build(SCHEMAS["references"], {"customer": names, "on": on}, size),
    )
    assert parts(book, AS_OF, months=MONTHS).num_rows == size * len(PARTS)


def test_visits_come_newest_first_and_only_the_last_can_be_overdue() -> None:
    book = Book(
        events=table(
            "events", visit(0, date(2026, 1, 5), date(2026, 2, 1)), visit(1, date(2026, 3, 1), date(2026, 6, 29)),
            visit(2, date(2026, 3, 1), date(2026, 5, 1)), visit(3, date(2026, 7, 1)), visit(4, date(2026, 4, 1), event="call"),
        )
    )  # fmt: skip
    found = visits(book, "C1", AS_OF)
    assert [(v.id, v.next_on, v.overdue) for v in found] == [
        (2, date(2026, 5, 1), True),
        (1, date(2026, 6, 29), False),
        (0, date(2026, 2, 1), False),
    ]
    assert not visits(book, "C1", date(2026, 5, 1))[0].overdue  # the day agreed is not over
    assert visits(book, "C2", AS_OF) == ()


def test_the_oldest_fresh_day_keeps_to_the_month() -> None:
    assert oldest_fresh(date(2026, 3, 31), 1) == date(2026, 2, 28)
