"""What earlier parts wrote into `events` moves into the record without loss, and comes back out as such rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from world import World, everything, staff

from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.lists.events import append_events
from creditlib.facts.sample.generate import sample_book
from creditlib.facts.tables import EVENTS
from creditlib.facts.visits import visits
from creditlib.measures.onboarding import application_days
from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask, decide
from creditlib.record.moving import Moved, event_rows, move_events
from creditlib.record.verify import verify

ROWS = [
    {"id": 0, "on": date(2025, 3, 1), "customer": "C1", "event": "application", "amount_minor": 500, "currency": "CNY"},
    {"id": 1, "on": date(2025, 3, 9), "known_on": date(2025, 3, 10), "customer": "C1", "event": "limit_set", "amount_minor": 400,
     "currency": "CNY", "until": date(2026, 3, 9), "by": "李", "reason": "R-7", "text": " 两行\n说明\t", "document": ""},
    {"id": 2, "on": date(2025, 4, 1), "customer": "C2 ", "event": "reminder_sent", "text": ""},
    {"id": 3, "on": date(2025, 4, 1), "customer": "C2 ", "event": "reminder_sent", "text": ""},
]  # fmt: skip


def table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=EVENTS)


def test_every_field_of_every_row_arrives_and_comes_back(world: World) -> None:
    store = world.open()
    assert move_events(store, table(ROWS)) == Moved(4, 0)  # two rows that say the same are two rows
    assert event_rows(store).to_pylist() == table(ROWS).to_pylist()
    assert verify(store).good


def test_rows_moved_twice_stand_once_and_new_ones_follow(world: World) -> None:
    store = world.open()
    move_events(store, table(ROWS[:2]))
    assert move_events(store, table(ROWS)) == Moved(2, 2)
    assert event_rows(store).to_pylist() == table(ROWS).to_pylist()


def test_the_events_of_the_sample_move_without_loss_and_measure_the_same(world: World) -> None:
    book = sample_book()
    before = book.table("events")
    assert before.num_rows > 50
    store = world.open()
    assert move_events(store, before) == Moved(before.num_rows, 0)
    after = event_rows(store)
    assert after.schema.equals(EVENTS)
    assert after.to_pylist() == before.to_pylist()
    other = Book(events=after)
    assert application_days(other).table.equals(application_days(Book(events=before)).table)
    customer = next(row["customer"] for row in before.to_pylist() if row["event"] == "visit")
    day = date(2026, 10, 31)
    assert visits(other, customer, day) == visits(book, customer, day) != ()


def test_a_log_appended_to_a_book_moves_too(world: World) -> None:
    log = pa.table({"on": ["2026-03-01"], "customer": ["C1"], "event": ["visit"], "by": ["王"]})
    book = append_events(Book(events=table(ROWS)), log)
    store = world.open()
    move_events(store, book.table("events"))
    assert event_rows(store).to_pylist()[-1]["by"] == "王"


def test_a_limit_a_book_told_is_history_not_an_approval(world: World) -> None:
    move_events(world.open(), table(ROWS))
    assert everything(world)["credit_limits"] == []


def test_an_approved_limit_is_a_limit_set_for_the_flows(world: World) -> None:
    world.now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    staff(world)
    move_events(world.open(), table(ROWS))
    asked = Ask(
        "C1",
        "more_business",
        amount_minor=900,
        currency="CNY",
        own_risk_minor=900,
        grade="A",
        until_on=date(2027, 11, 20),
    )
    request = ask(world.open("ann"), asked, load_policy())
    world.later(days=3)
    decide(world.open("bob"), request.seq, "approve", "more_business", load_policy())
    rows = event_rows(world.open()).to_pylist()
    assert [row["id"] for row in rows] == list(range(6))
    blank = dict.fromkeys(EVENTS.names)
    assert rows[4:] == [
        blank | {"id": 4, "on": date(2026, 11, 21), "known_on": date(2026, 11, 21), "customer": "C1", "event": "application",
                 "currency": "CNY", "amount_minor": 900, "by": "ann", "reason": "more_business"},
        blank | {"id": 5, "on": date(2026, 11, 24), "known_on": date(2026, 11, 24), "customer": "C1", "event": "limit_set", "currency": "CNY",
                 "amount_minor": 900, "until": date(2027, 11, 20), "by": "bob", "reason": "more_business"},
    ]  # fmt: skip
    days = application_days(Book(events=event_rows(world.open()))).table.to_pylist()
    assert [(row["applied_on"], row["days"]) for row in days] == [(date(2025, 3, 1), 8), (date(2026, 11, 21), 3)]


def test_a_text_that_cannot_be_recorded_moves_nothing(world: World) -> None:
    with pytest.raises(UsageError, match="not-recordable"):
        move_events(world.open(), table([*ROWS, ROWS[0] | {"id": 9, "text": "a\0b"}]))
    assert world.open().head().seq == 1


def test_an_empty_store_has_no_events(world: World) -> None:
    assert event_rows(world.open()).num_rows == 0
    assert move_events(world.open(), EVENTS.empty_table()) == Moved(0, 0)
