"""A store: made on first use, appended to, read; nothing in it is changed or removed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from postgres import OWNER
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from world import World, everything

from creditlib.errors import RefusedError, StoreError, UsageError
from creditlib.record.entry import ZERO
from creditlib.record.people import system_user
from creditlib.record.store import Store, open_store
from creditlib.record.tables import METADATA, TABLES
from creditlib.record.verify import verify

FILE = {"customer": "C1", "as_of": "2026-10-31", "digest": "a" * 64, "parts": {"statements": "b" * 64}, "score": 612}


def test_a_store_is_made_on_first_use_and_begins_with_who_made_it(empty: World) -> None:
    store = empty.open(create=True)
    first = next(store.entries())
    assert (first.seq, first.prev, first.kind, first.actor) == (1, ZERO, "store_made", OWNER)
    assert store.head().hash == first.hash
    assert everything(empty)["credit_roles"] == [(1, OWNER, "analyst", 1, 1, OWNER)]
    assert empty.open().head() == store.head()  # opened again, not made again


def test_each_entry_names_the_hash_of_the_line_before(world: World) -> None:
    store = world.open()
    for i in range(5):
        store.append("note", {"customer": f"C{i}", "text": f"走访 {i}"})
    lines = [row[4] for row in everything(world)["credit_journal"]]
    for before, line in pairwise(lines):
        assert json.loads(line)["prev"] == hashlib.sha256(before.encode()).hexdigest()
    assert store.head().hash == hashlib.sha256(lines[-1].encode()).hexdigest()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3, 4, 5, 6]


def test_an_entry_and_its_rows_are_written_together(world: World) -> None:
    store = world.open()
    made = store.append("note", {"customer": "C1", "on": "2026-10-30", "text": "promised to pay"})
    assert everything(world)["credit_notes"] == [(made.seq, "C1", "2026-10-30", "promised to pay", OWNER)]


def test_versions_are_counted_by_the_store(world: World) -> None:
    store = world.open()
    store.append_many([("credit_file", FILE), ("credit_file", FILE | {"customer": "C2"}), ("credit_file", FILE)])
    last = store.append("credit_file", FILE)
    assert last.body["version"] == 3
    assert [(row[1], row[2]) for row in everything(world)["credit_files"]] == [
        ("C1", 1),
        ("C2", 1),
        ("C1", 2),
        ("C1", 3),
    ]


def test_a_batch_is_all_or_nothing(world: World) -> None:
    store = world.open()
    before = everything(world)
    with pytest.raises(UsageError, match="bad-entry"):
        store.append_many([("note", {"customer": "C1", "text": "a"}), ("note", {"customer": "C1"})])
    assert everything(world) == before


@pytest.mark.parametrize(
    ("body", "en"),
    [
        ({"customer": "C1"}, "note: text is missing. Give a text of up to 20,000 characters. [bad-entry]"),
        ({"customer": "C1", "text": "a", "colour": 1}, "note: colour is no field of it. Give customer, on, text. [bad-entry]"),
        ({"customer": "C1", "text": "a", "on": "31/10/2026"}, "note: on is '31/10/2026'. Give a day, for example 2026-01-31. [bad-entry]"),
        ({"customer": "C1\nC2", "text": "a"}, r"note: customer is 'C1\nC2'. Give a text of up to 200 characters on one line. [bad-entry]"),
        ({"customer": "C1", "text": "a\0b"}, r"'a\x00b' can't stand in an entry: it holds the character NUL. [not-recordable]"),
        ({"customer": "C1", "text": "\ud800"}, r"'\ud800' can't stand in an entry: it holds half a character. [not-recordable]"),
    ],
)  # fmt: skip
def test_a_body_its_kind_does_not_take_is_refused(world: World, body: dict[str, object], en: str) -> None:
    with pytest.raises(UsageError) as told:
        world.open().append("note", body)
    assert told.value.en == en
    assert world.open().head().seq == 1


def test_kinds_with_rules_of_their_own_are_not_appended(world: World) -> None:
    for kind in ("request", "vote", "role", "store_made", "refusal"):
        with pytest.raises(UsageError, match="not-direct"):
            world.open().append(kind, {})
    with pytest.raises(UsageError, match="unknown-kind"):
        world.open().append("nonsense", {})


def test_who_has_no_role_writes_nothing_but_the_refusal(world: World) -> None:
    with pytest.raises(RefusedError) as told:
        world.open("zoe").append("note", {"customer": "C1", "text": "a"})
    assert (
        told.value.en
        == "zoe has no role that may write this: analyst, committee, manager. Ask a manager for one. [no-role]"
    )
    assert everything(world)["credit_refusals"] == [(2, "zoe", "note", "no-role", None, None)]
    assert verify(world.open()).good


def test_time_never_runs_backwards_in_the_chain(world: World) -> None:
    store = world.open()
    world.later(hours=5)
    late = store.append("note", {"customer": "C1", "text": "a"})
    world.later(hours=-5)
    assert store.append("note", {"customer": "C1", "text": "b"}).at == late.at


@pytest.mark.parametrize("table", TABLES)
def test_the_database_itself_refuses_to_change_or_remove_a_row(world: World, table: str) -> None:
    store = world.open()
    store.append_many([("note", {"customer": "C1", "text": "a"}), ("credit_file", FILE)])
    engine = world.behind()
    verbs = [f"UPDATE {table} SET seq = seq + 100", f"DELETE FROM {table}"]
    if world.kind == "postgresql":
        verbs.append(f"TRUNCATE {table} CASCADE")
    with engine.connect() as connection:
        if table not in ("credit_journal", "credit_roles", "credit_notes", "credit_files"):
            verbs = verbs[2:]  # guards of rows speak where there are rows
        for verb in verbs:
            with pytest.raises(DBAPIError, match="credit-append-only"), connection.begin():
                connection.execute(text(verb))
    engine.dispose()


def test_an_entry_that_does_not_follow_the_last_is_refused_by_the_database(world: World) -> None:
    engine = world.behind()
    row = "INSERT INTO credit_journal (seq, prev, hash, kind, line) VALUES (:seq, :prev, :prev, 'note', '{}')"
    with engine.connect() as connection:
        for seq, prev in ((2, ZERO), (3, world.open().head().hash)):
            with pytest.raises(DBAPIError, match="credit-chain-broken"), connection.begin():
                connection.execute(text(row), {"seq": seq, "prev": prev})
    engine.dispose()


def test_the_migrations_make_the_tables_the_code_knows(world: World) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from creditlib import record
    from creditlib.record.migrations import REVISIONS, VERSION_TABLE

    engine = world.behind()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
        assert set(inspect(connection).get_table_names()) == {*TABLES, VERSION_TABLE}
    engine.dispose()
    script = ScriptDirectory(str(Path(record.__file__).parent / "migrations"))
    assert tuple(reversed([revision.revision for revision in script.walk_revisions()])) == REVISIONS


def test_identity_comes_from_the_system_not_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "LOGNAME", "USERNAME", "LNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    with open_store(tmp_path / "record.db") as store:
        assert store.actor == system_user() != "somebody-else"


def test_help_and_the_library_load_no_database(tmp_path: Path) -> None:
    code = (
        "import sys, creditlib.faces.cli.main, creditlib; print(sorted({'sqlalchemy', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_opening_a_store_loads_no_alembic(tmp_path: Path) -> None:
    open_store(tmp_path / "record.db").close()
    code = "import sys; from creditlib.record.store import Store, open_store; open_store(sys.argv[1]).head(); print('alembic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "record.db")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_in_postgresql_nobody_writes_in_anothers_name(world: World) -> None:
    if world.kind == "sqlite":
        pytest.skip("whoever can write a SQLite file can write anything into it; the head tells")
    store = world.open("ann")
    store.actor = "bob"
    with pytest.raises(StoreError, match="other-person"):
        _write_as_analyst(store)


def _write_as_analyst(store: Store) -> None:
    with store.writing() as turn:
        turn.roles_held[store.actor] = frozenset({"analyst"})
        turn.add("note", {"customer": "C1", "text": "a"})


@pytest.mark.parametrize("who", ["ann", "gus"])
def test_in_postgresql_the_roles_used_cannot_change_rows(world: World, who: str) -> None:
    if world.kind == "sqlite":
        pytest.skip("rights are PostgreSQL's")
    from sqlalchemy import create_engine

    engine = create_engine(f"postgresql+psycopg://{who}@/{world.database}?host={world.socket}")
    verbs = [f"{verb} {table}" for table in TABLES for verb in ("DELETE FROM", "TRUNCATE")]
    verbs += [f"UPDATE {table} SET seq = seq" for table in TABLES]
    verbs += ["DROP TABLE credit_notes", "ALTER TABLE credit_notes DISABLE TRIGGER ALL"]
    if who == "gus":
        verbs.append("INSERT INTO credit_notes VALUES (1, 'C1', NULL, 'x', 'gus')")
    with engine.connect() as connection:
        for verb in verbs:
            with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), connection.begin():
                connection.execute(text(verb))
    engine.dispose()
    assert verify(world.open(who)).may_change is False
    assert verify(world.open()).may_change is True  # the owner: told, since it should work with nothing
