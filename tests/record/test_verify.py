"""Whatever is changed behind a store's back is found, and the entry is named."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
import story
import tampering
from sqlalchemy import text
from world import World, unguard

from creditlib.errors import UsageError
from creditlib.record.entry import Head, read_head
from creditlib.record.verify import Verified, examine, verify

TRIES = 1_000


def told(found: Verified) -> set[int]:
    return {fault.seq for fault in found.faults if fault.what != "unguarded"}


def campaign(world: World, tries: int) -> Counter[str]:
    """Change the past so many times, each from the same store; all must be found, naming the entry."""
    story.tell(world)
    head, dice, done = world.open().head(), random.Random(20261121), Counter[str]()
    engine = world.behind()
    for i in range(tries):
        way = tampering.WAYS[i % len(tampering.WAYS)]
        with engine.connect() as connection:
            unguard(connection)
            named = way(connection, dice)
            found = examine(connection, head)
            connection.rollback()
        assert told(found) & named, f"{way.__name__}: {sorted(named)} changed, told {[f.en for f in found.faults][:5]}"
        done[way.__name__] += 1
    engine.dispose()
    assert verify(world.open(), head).good  # each was undone: what was found was the change
    return done


def test_all_of_a_thousand_changes_are_found_and_named(world: World) -> None:
    assert sum(campaign(world, TRIES).values()) == TRIES


@pytest.mark.soak
def test_all_of_ten_thousand_changes_are_found_and_named(world: World) -> None:
    assert sum(campaign(world, int(os.environ.get("CREDITLIB_SOAK_CHANGES", "10000"))).values()) >= 10_000


def test_a_good_store_verifies_and_says_what_it_was_held_against(world: World) -> None:
    story.tell(world)
    store = world.open()
    found = verify(store)
    assert (found.good, found.entries, found.head, found.against) == (True, store.head().seq, store.head(), None)
    early = verify(store, Head(3, [entry.hash for entry in store.entries()][2]))  # a head printed long ago
    assert early.good
    assert early.against is not None


@pytest.mark.parametrize("way", tampering.WAYS, ids=lambda way: way.__name__)
def test_what_a_change_is_called(world: World, way: object) -> None:
    """Each way of changing the past is told by its own word."""
    words = {
        "a_character_of_a_line": {"changed"}, "a_hash": {"changed"}, "a_kind": {"changed"}, "a_body_with_its_hash": {"changed"},
        "the_time_with_its_hash": {"changed"}, "an_entry_removed": {"removed"}, "the_end_cut": {"cut"},
        "two_entries_swapped": {"reordered"}, "an_entry_moved": {"reordered"}, "an_entry_inserted": {"inserted"},
        "everything_rewritten_from_an_entry_on": {"rewritten"}, "a_value_of_a_row": {"row-changed"},
        "a_row_removed": {"row-removed"}, "a_row_inserted": {"row-inserted"}, "a_row_of_another_entry": {"row-removed", "row-inserted"},
    }  # fmt: skip
    story.tell(world)
    head = world.open().head()
    engine = world.behind()
    for seed in range(20):
        with engine.connect() as connection:
            unguard(connection)
            named = way(connection, random.Random(seed))  # type: ignore[operator]
            found = examine(connection, head)
            connection.rollback()
        right = {fault.what for fault in found.faults if fault.seq in named}
        assert words[way.__name__] <= right, (seed, named, [(f.what, f.en) for f in found.faults])  # type: ignore[attr-defined]
        strange = {f.what for f in found.faults if f.table is None and f.seq not in named and f.what != "unguarded"}
        assert not strange, (seed, named, [(f.what, f.en) for f in found.faults])
    engine.dispose()


def test_a_cut_end_or_a_rewrite_is_seen_only_with_a_head(world: World) -> None:
    story.tell(world)
    store = world.open()
    head = store.head()
    engine = world.behind()
    for way, en in (
        (tampering.the_end_cut, f"the head given is entry {head.seq}: the end was cut off."),
        (tampering.everything_rewritten_from_an_entry_on, f"entry {head.seq} has another hash than the head given: the journal was rewritten or cut off."),
    ):  # fmt: skip
        with engine.connect() as connection:
            unguard(connection)
            way(connection, random.Random(1))
            assert not told(examine(connection))
            found = examine(connection, head)
            connection.rollback()
        assert any(fault.en.endswith(en) for fault in found.faults)
    engine.dispose()


def test_guards_that_were_taken_away_are_told(world: World) -> None:
    engine = world.behind()
    with engine.begin() as connection:
        on = "" if world.kind == "sqlite" else " ON credit_notes"
        connection.execute(text(f"DROP TRIGGER credit_notes_no_delete{on}"))
    engine.dispose()
    found = verify(world.open())
    assert [fault.zh for fault in found.faults] == ["保护 credit_notes_no_delete 已缺失：行可能被改动。"]


def test_a_head_is_read_as_it_is_printed() -> None:
    head = Head(12, "ab" * 32)
    assert read_head(f" {head}\n") == read_head(str(head).replace(":", "-")) == head
    assert read_head("AB" * 32) == Head(0, "ab" * 32)
    with pytest.raises(UsageError, match="bad-head"):
        read_head("12:abc")


def test_a_head_without_its_number_is_found_too(world: World) -> None:
    store = world.open()
    store.append("note", {"customer": "C1", "text": "a"})
    assert verify(store, read_head(store.head().hash)).good
    assert [f.what for f in verify(store, read_head("0" * 63 + "1")).faults] == ["rewritten"]


def test_a_table_that_is_gone_is_named_and_the_rest_is_verified(world: World) -> None:
    world.open().append("note", {"customer": "C1", "text": "called"})
    with world.behind().begin() as connection:
        connection.execute(text("DROP TABLE credit_minutes"))
    found = verify(world.open())
    assert [(fault.what, fault.en) for fault in found.faults if fault.what == "table-missing"] == [
        ("table-missing", "the table credit_minutes is not there.")
    ]
    assert found.entries == 2
