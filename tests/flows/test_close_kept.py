"""A close made with kept parts is the close made from nothing, whatever changed; and what did not change is not made again."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from creditlib.facts.open_items import Rate
from creditlib.facts.outside import Control
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.close import _USED, close
from creditlib.flows.close_kept import Kept
from creditlib.flows.closing import Close
from creditlib.policy import load_policy
from creditlib.policy.draft import draft

CHANGES: dict[str, Any] = {
    "aging.edges": [15, 45], "aging.year_edges": [1, 2], "aging.netting": "fifo", "dso.method": "simple", "dso.base": "net",
    "dso.excluded_kinds": ["bill"], "dso.rolling_months": 2, "dso.window_months": 6, "dso.year_days": 360, "dso.benchmark": 40,
    "payment.window_months": 3, "payment.index_points": [[0, 100], [10, 50], [90, 0]], "cei.months": 3, "concentration.top": 3, "overdue.top": 2,
    "checks.unapplied_days": 2000, "checks.dispute_days": 1, "checks.far_due_days": 10, "checks.old_item_days": 5, "close.fx_max_age_days": 0,
    "home.currency": "EUR",
}  # fmt: skip
RATES = (
    Rate("USD", Decimal("7.1"), SAMPLE_END),
    Rate("EUR", Decimal("7.8"), SAMPLE_END),
    Rate("JPY", Decimal("0.048"), SAMPLE_END),
)


def same(one: Close, other: Close) -> list[str]:
    """Names of what differs."""
    different = []
    for field in fields(Close):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if not (a.equals(b) if isinstance(a, pa.Table) else a == b):
            different.append(field.name)
    return different


def test_every_value_a_close_uses_is_tried_here() -> None:
    assert set(_USED) == set(CHANGES)


@pytest.mark.parametrize("converted", [False, True])
def test_whatever_value_changes_the_close_equals_one_made_from_nothing(converted: bool) -> None:
    book, base, kept = sample_book(), load_policy(), Kept()
    how: dict[str, Any] = {"rates": RATES, "currency": "CNY"} if converted else {}
    close(book, base, SAMPLE_END, kept=kept, **how)
    for name, value in CHANGES.items():
        tried = draft(base, {name: value}, date(2026, 10, 1), "a trial")
        found = close(book, tried, SAMPLE_END, kept=kept, **how)
        assert same(found, close(book, tried, SAMPLE_END, **how)) == [], name
        assert same(close(book, base, SAMPLE_END, kept=kept, **how), close(book, base, SAMPLE_END, **how)) == [], name


def test_two_values_changed_one_after_the_other_are_both_seen() -> None:
    book, base, kept = sample_book(), load_policy(), Kept()
    tried = base
    for name, value in CHANGES.items():
        tried = draft(tried, {name: value}, date(2026, 10, 1), "a trial")
        assert same(close(book, tried, SAMPLE_END, kept=kept), close(book, tried, SAMPLE_END)) == [], name


def test_another_day_book_control_or_currency_is_another_close() -> None:
    book, base, kept = sample_book(), load_policy(), Kept()
    control = (Control(None, None, "CNY", Decimal(1)),)
    questions: list[tuple[Any, date, dict[str, Any]]] = [
        (book, SAMPLE_END, {}), (book, date(2026, 9, 30), {}), (book, SAMPLE_END, {"control": control}),
        (book, SAMPLE_END, {"rates": RATES, "currency": "CNY"}), (book, SAMPLE_END, {"known_on": date(2026, 10, 15)}),
        (replace(book, documents=book.documents.slice(0, 500), allocations=book.allocations.slice(0, 0)), SAMPLE_END, {}),
        (book, SAMPLE_END, {"entity": "Firm"}), (book, SAMPLE_END, {}),
    ]  # fmt: skip
    for asked, day, how in questions:
        assert same(close(asked, base, day, kept=kept, **how), close(asked, base, day, **how)) == []


def test_what_rests_on_nothing_that_changed_is_taken_again() -> None:
    book, base, kept = sample_book(), load_policy(), Kept()
    first = close(book, base, SAMPLE_END, kept=kept)
    other = draft(base, {"dso.benchmark": 40}, date(2026, 10, 1), "a trial")
    second = close(book, other, SAMPLE_END, kept=kept)
    assert second.items is first.items
    assert second.aging is first.aging
    assert second.dso_benchmark == 40
    third = close(book, draft(base, {"aging.edges": [15]}, date(2026, 10, 1), "a trial"), SAMPLE_END, kept=kept)
    assert third.aging is not first.aging
    assert third.dso is first.dso
