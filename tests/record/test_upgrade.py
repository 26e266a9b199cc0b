"""A store of the first version becomes one of this version, and equals one that always was."""

from __future__ import annotations

import pytest
import story
from sqlalchemy import inspect
from world import World, everything

from creditlib.errors import StoreError
from creditlib.record.connecting import connect, find_place
from creditlib.record.kinds import KINDS
from creditlib.record.migrations import REVISIONS
from creditlib.record.store import upgrade_store
from creditlib.record.upgrading import migrate
from creditlib.record.verify import verify
from creditlib.record.writing import Turn


def first_version(old: World, model: World) -> None:
    """Make a store as the first version made it, with the entries of another: what it had no tables for stood in the journal alone."""
    place = find_place(old.address())
    engine = connect(place, create=True)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate(connection, REVISIONS[0])
        there = set(inspect(connection).get_table_names())
        source = model.open()
        turn = Turn(connection, "keeper", source.clock())
        for entry in source.entries():
            turn.put(entry, None)
            for table, row in KINDS[entry.kind].project(entry):
                if table in there:
                    turn._rows.setdefault(table, []).append(row)
        turn.flush()
    engine.dispose()


@pytest.fixture
def model(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A store of this version, with something of everything in it."""
    world = World("sqlite", file=tmp_path_factory.mktemp("model") / "record.db")
    world.open(create=True)
    story.tell(world)
    return world


def test_a_store_of_the_first_version_upgrades_and_loses_nothing(empty: World, model: World) -> None:
    first_version(empty, model)
    with pytest.raises(StoreError) as told:
        empty.open()
    assert told.value.en.endswith(
        "a store of an earlier version. Back it up, then run: credit store upgrade. [older-store]"
    )
    assert upgrade_store(empty.address()) is True
    store = empty.open()
    assert verify(store, model.open().head()).good
    assert everything(empty) == everything(model)
    assert len(everything(empty)["credit_events"]) == 6  # its table came with the second version
    assert store.append("note", {"customer": "C1", "text": "and on"}).seq == model.open().head().seq + 1


def test_upgrading_again_does_nothing(world: World) -> None:
    before = everything(world)
    assert upgrade_store(world.address()) is False
    assert everything(world) == before


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(
    empty: World, model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from creditlib.record import upgrading

    first_version(empty, model)

    def fails(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "fill", fails)
        with pytest.raises(RuntimeError):
            upgrade_store(empty.address())
    with pytest.raises(StoreError, match="older-store"):
        empty.open()
    assert upgrade_store(empty.address()) is True
    assert verify(empty.open()).good


def test_there_is_nothing_to_upgrade_where_there_is_no_store(empty: World) -> None:
    with pytest.raises(StoreError, match="no-store"):
        upgrade_store(empty.address())
