"""What a person is told when a store can't be used, in both languages, and that nothing is lost by it."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from world import World, everything

from creditlib.errors import StoreError
from creditlib.record import connecting
from creditlib.record.backup import backup, restore
from creditlib.record.connecting import find_place
from creditlib.record.store import open_store, upgrade_store
from creditlib.record.verify import verify

NOTE = {"customer": "C1", "text": "a"}


def told(where: str | Path, *, create: bool = True) -> StoreError:
    with pytest.raises(StoreError) as error:
        open_store(where, create=create)
    return error.value


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("mysql://li:geheim@host/db", "mysql://***@host/db"), ("sqlite://", "sqlite://"), ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql+psycopg2://host/db", "postgresql+psycopg2://host/db"), ("postgresql://host:abc/db", "postgresql://***"),
    ],
)  # fmt: skip
def test_a_wrong_address_is_told_without_its_password(given: str, shown: str) -> None:
    error = told(given)
    assert error.en == (
        f"{shown}: not the address of a store. Write a file, for example record.db, or postgresql://user@host/database. [bad-store-address]"
    )
    assert error.zh.startswith(f"{shown}：不是记录库地址。请写文件路径，例如 record.db")


def test_a_server_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    error = told(f"postgresql://li:geheim@/db?host={tmp_path}")
    assert (
        error.en
        == "postgresql://***@/db: no connection. Check host, port, database, user and password. [store-unreachable]"
    )
    assert "geheim" not in error.en + error.zh


def test_a_database_that_is_not_there_is_told(socket: Path) -> None:
    error = told(f"postgresql://ann@/nowhere?host={socket}")
    assert (
        error.en
        == "postgresql://***@/nowhere: no connection. Check host, port, database, user and password. [store-unreachable]"
    )


@pytest.mark.parametrize("lines", [1, 200])
def test_a_file_that_is_no_store_is_told_and_left_alone(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("customer,amount\n" * lines)
    error = told(path)
    assert (
        error.en
        == f"{path}: this is not a store. Give the path of a store, or of a file that is not there yet. [not-a-store]"
    )
    assert error.zh == f"{path}：这不是记录库。请给出记录库路径，或尚不存在的文件路径。[not-a-store]"
    assert path.read_text() == "customer,amount\n" * lines


def test_a_database_of_something_else_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE orders (a)")
    raw.commit()
    before = path.read_bytes()
    assert told(path).en == f"{path}: a database of something else, not a store. Give another path. [not-a-store]"
    assert path.read_bytes() == before


def test_a_folder_and_a_store_that_is_not_there_are_told(tmp_path: Path) -> None:
    assert (
        told(tmp_path).en
        == f"{tmp_path}: a folder. Give a file in it, for example {tmp_path.name}/record.db. [bad-store-address]"
    )
    path = tmp_path / "none.db"
    assert told(path, create=False).zh == f"{path}：没有记录库。请检查地址，或新建：credit store init。[no-store]"
    assert not path.exists()


def test_a_postgresql_database_without_a_store_is_told(empty: World) -> None:
    with pytest.raises(StoreError, match="no-store"):
        empty.open(create=False)


def test_a_newer_store_is_told_and_left_alone(world: World) -> None:
    engine = world.behind()
    with engine.begin() as connection:
        connection.execute(text("UPDATE credit_version SET version_num = '9999'"))
    engine.dispose()
    before = everything(world)
    for attempt in (world.open, lambda: upgrade_store(world.address())):
        with pytest.raises(StoreError) as error:
            attempt()
        assert (
            "a store of version 9999, this program knows up to 0002. Use the newer program. [newer-store]"
            in error.value.en
        )
    assert everything(world) == before


def test_a_locked_file_is_told_and_nothing_is_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "WAIT_SECONDS", 1)
    store = world.open()
    kept = store.append("note", NOTE)
    other = world.open()
    with other.writing() as turn:
        turn.add("note", NOTE)
        with pytest.raises(StoreError) as error:
            store.append("note", NOTE)
    assert "another program has been writing for" in error.value.en
    assert "[store-locked]" in error.value.zh
    assert store.head().seq == kept.seq + 1
    assert verify(store).good


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    with open_store(tmp_path / "record.db") as store:
        kept = [store.append("note", NOTE).seq for _ in range(3)]
        with store.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError) as error:
            store.append_many([("note", {"customer": "C1", "text": "long " * 1_000})] * 100)
        assert error.value.en.endswith(
            "record.db: the disk is full. Nothing was written; what was recorded before is there. Free some space and try again. [store-full]"
        )
        assert store.head().seq == kept[-1]
        assert verify(store).good


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "[store-rights]" in told(tmp_path / "record.db").en


def test_a_file_that_may_only_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anything, so the connection is made one that may only read."""
    open_store(tmp_path / "record.db").close()
    plain = connecting._sqlite
    monkeypatch.setattr(connecting, "_sqlite", lambda uri: plain(uri.replace("mode=rwc", "mode=ro")))
    with open_store(tmp_path / "record.db") as store:
        before = store.head()
        with pytest.raises(StoreError) as error:
            store.append("note", NOTE)
        assert "can't be written or opened, or the login lacks the right. Nothing was written." in error.value.en
        assert "[store-rights]" in error.value.zh
        assert store.head() == before


def test_a_login_without_rights_is_told(world: World) -> None:
    if world.kind == "sqlite":
        pytest.skip("rights of a login are PostgreSQL's")
    engine = create_engine(f"postgresql+psycopg://postgres@/{world.database}?host={world.socket}")
    with engine.begin() as connection:
        connection.execute(text("REVOKE ALL ON credit_journal, credit_version FROM credit_writer"))
    engine.dispose()
    with pytest.raises(StoreError, match="store-rights"):
        world.open("ann")


def test_eight_programs_that_make_a_store_at_once_make_one(empty: World) -> None:
    failed: list[BaseException] = []

    def make() -> None:
        try:
            empty.open(create=True)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [row[3] for row in everything(empty)["credit_journal"]] == ["store_made"]
    assert verify(empty.open()).good


def test_the_place_of_a_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDIT_STORE", str(tmp_path / "from environment.db"))
    assert find_place().path == tmp_path / "from environment.db"
    assert find_place(tmp_path / "given.db").path == tmp_path / "given.db"
    monkeypatch.delenv("CREDIT_STORE")
    assert find_place().shown.endswith("record.db")
    with open_store(tmp_path / "部门 100% #1?.db") as store:  # signs an address would read otherwise
        store.append("note", NOTE)
    assert (tmp_path / "部门 100% #1?.db").exists()


def test_nobody_but_sqlite_opens_the_file_of_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file opened and closed beside SQLite takes this process's locks on it away, and with them the log of writes."""
    path = tmp_path / "record.db"
    open_store(path).close()
    opened: list[str] = []
    plain = Path.open

    def noted(self: Path, *more: Any, **kw: Any) -> Any:
        opened.append(self.name)
        return plain(self, *more, **kw)

    monkeypatch.setattr(Path, "open", noted)
    monkeypatch.setattr("builtins.open", lambda name, *more, **kw: opened.append(str(name)))
    with open_store(path) as store:
        store.append("note", NOTE)
        backup(store, tmp_path / "copy.db")
    restore(tmp_path / "copy.db", tmp_path / "again.db")
    assert [name for name in opened if name.endswith(".db")] == []
