"""Days from application to limit, and losses on the first year with new customers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from creditlib.errors import NeedsSales
from creditlib.facts.book import Book
from creditlib.facts.tables import ALLOCATIONS, DOCUMENTS, EVENTS, build
from creditlib.measures.onboarding import application_days, first_year_losses

AS_OF = date(2026, 12, 31)


def events(*rows: tuple[str, str, date]) -> pa.Table:
    customers, kinds, days = zip(*rows, strict=True)
    columns = {"id": list(range(len(rows))), "customer": list(customers), "event": list(kinds), "on": list(days)}
    return build(EVENTS, columns, len(rows))


def documents(*rows: tuple[str, str, date, int]) -> pa.Table:
    columns: dict[str, Any] = {
        "id": list(range(len(rows))), "customer": [r[0] for r in rows], "kind": [r[1] for r in rows], "issue_on": [r[2] for r in rows],
        "amount_minor": [r[3] for r in rows], "currency": ["CNY"] * len(rows), "source_file": ["a"] * len(rows),
        "source_row": list(range(len(rows))),
    }  # fmt: skip
    return build(DOCUMENTS, columns, len(rows))


def links(*rows: tuple[int, int, int, date]) -> pa.Table:
    columns = {
        "from_document": [r[0] for r in rows], "to_document": [r[1] for r in rows], "amount_minor": [r[2] for r in rows],
        "on": [r[3] for r in rows], "origin": ["given"] * len(rows),
    }  # fmt: skip
    return build(ALLOCATIONS, columns, len(rows))


def test_days_run_from_the_first_application_to_the_next_limit() -> None:
    made = application_days(
        Book(
            events=events(
                ("C2", "application", date(2026, 1, 10)),
                ("C1", "application", date(2026, 1, 1)),
                ("C1", "application", date(2026, 1, 5)),  # asked again: the same request
                ("C1", "call", date(2026, 1, 6)),
                ("C1", "limit_set", date(2026, 1, 11)),
                ("C1", "limit_set", date(2026, 3, 1)),  # a review, nobody applied
                ("C1", "application", date(2026, 6, 1)),
                ("C1", "limit_set", date(2026, 6, 1)),
                ("C3", "limit_set", date(2026, 2, 1)),
            )
        )
    )
    assert made.table.to_pylist() == [
        {"customer": "C1", "applied_on": date(2026, 1, 1), "set_on": date(2026, 1, 11), "days": 10},
        {"customer": "C1", "applied_on": date(2026, 6, 1), "set_on": date(2026, 6, 1), "days": 0},
        {"customer": "C2", "applied_on": date(2026, 1, 10), "set_on": None, "days": None},
    ]
    assert (made.median, made.most, made.decided, made.waiting) == (5.0, 10, 2, 1)


def test_a_limit_set_after_the_day_asked_leaves_the_application_waiting() -> None:
    book = Book(events=events(("C1", "application", date(2026, 1, 1)), ("C1", "limit_set", date(2026, 1, 11))))
    made = application_days(book, date(2026, 1, 10))
    assert (made.decided, made.waiting, made.median, made.most) == (0, 1, None, None)


def test_without_applications_nothing_is_told() -> None:
    made = application_days(Book(events=events(("C1", "limit_set", date(2026, 1, 1)))))
    assert (made.table.num_rows, made.median) == (0, None)


def test_write_offs_count_on_the_sales_of_the_first_365_days() -> None:
    book = Book(
        documents(
            ("C1", "invoice", date(2024, 1, 1), 60_000),
            ("C1", "invoice", date(2024, 12, 30), 40_000),  # the 365th day of a leap year's first
            ("C1", "invoice", date(2024, 12, 31), 99_000),  # the 366th
            ("C1", "credit_note", date(2024, 2, 1), -20_000),
            ("C1", "write_off", date(2026, 5, 1), -1_000),  # late, but of a first-year sale
            ("C1", "write_off", date(2026, 5, 1), -5_000),  # of a later sale
            ("C1", "write_off", date(2026, 5, 1), -700),  # of nobody knows what
            ("C2", "invoice", date(2026, 6, 1), 10_000),
        ),
        links((4, 0, 1_000, date(2026, 5, 1)), (5, 2, 5_000, date(2026, 5, 1))),
    )
    figures = first_year_losses(book, AS_OF)
    assert figures.rows() == [
        {"cohort": "2024", "currency": "CNY", "customers": 1, "sales_minor": 80_000, "written_off_minor": 1_000, "provisioned_minor": 0,
         "loss_share": 0.0125, "unmatched_minor": 700, "complete": True},
        {"cohort": "2026", "currency": "CNY", "customers": 1, "sales_minor": 10_000, "written_off_minor": 0, "provisioned_minor": 0, "loss_share": 0.0,
         "unmatched_minor": 0, "complete": False},
    ]  # fmt: skip
    why = figures.why(cohort="2024")
    assert why.documents["id"].to_pylist() == [0, 1, 3, 6]
    assert sum(why.documents["sales_minor"].to_pylist()) == 80_000


def test_a_specific_provision_counts_on_the_sale_it_names_and_the_newest_replaces_the_one_before() -> None:
    told = documents(("C1", "invoice", date(2024, 1, 1), 60_000), ("C1", "invoice", date(2025, 2, 1), 40_000))
    told = told.set_column(2, DOCUMENTS.field("document"), pa.array(["I-1", "I-2"], DOCUMENTS.field("document").type))
    rows = [
        ("C1", date(2024, 6, 1), "I-1", 9_000), ("C1", date(2024, 9, 1), "I-1", 3_000), ("C1", date(2025, 3, 1), "I-2", 40_000),
        ("C1", date(2025, 3, 1), "I-9", 1), ("C2", date(2025, 3, 1), "I-1", 1), ("C1", date(2026, 1, 1), "I-1", 0),
    ]  # fmt: skip
    columns = {
        "id": list(range(6)), "event": ["specific_provision"] * 6, "customer": [r[0] for r in rows], "on": [r[1] for r in rows],
        "document": [r[2] for r in rows], "amount_minor": [r[3] for r in rows], "currency": ["CNY"] * 6,
    }  # fmt: skip
    book = Book(told, events=build(EVENTS, columns, 6))
    for day, expected, share in (
        (date(2024, 8, 31), 9_000, 0.15),
        (date(2025, 12, 31), 3_000, 0.05),
        (date(2026, 1, 1), 0, 0.0),
    ):
        (row,) = first_year_losses(book, day).rows()  # the sale of 2025 is not of the first year
        assert (row["sales_minor"], row["provisioned_minor"], row["loss_share"]) == (60_000, expected, share)
    assert first_year_losses(book, AS_OF).values["unmatched_provisions"] == 2  # I-9, and C2 has no I-1


def test_a_first_year_is_over_on_its_last_day() -> None:
    book = Book(documents(("C1", "invoice", date(2025, 1, 1), 100)))
    assert not first_year_losses(book, date(2025, 12, 30)).rows()[0]["complete"]
    assert first_year_losses(book, date(2025, 12, 31)).rows()[0]["complete"]


def test_a_write_off_made_after_the_day_asked_is_not_known() -> None:
    book = Book(
        documents(("C1", "invoice", date(2025, 1, 1), 100), ("C1", "write_off", date(2026, 1, 1), -100)),
        links((1, 0, 100, date(2026, 1, 1))),
    )
    assert first_year_losses(book, date(2025, 12, 31)).rows()[0]["written_off_minor"] == 0
    assert first_year_losses(book, date(2026, 1, 1)).rows()[0]["loss_share"] == 1.0


def test_a_list_of_open_items_can_tell_no_cohort() -> None:
    with pytest.raises(NeedsSales):
        first_year_losses(Book(complete=False), AS_OF)


def test_a_book_without_documents_has_no_cohorts() -> None:
    assert first_year_losses(Book(), AS_OF).rows() == []
