"""Backups: a copy of a store made while others write, and a store made again from one, wherever it is.

What must stay true: a copy holds one state of the store and verifies before it counts as made; a copy with faults is not restored; a store
restored has the entries, the head and the tables of the one copied; nothing is written over.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from creditlib.errors import StoreError, UsageError
from creditlib.record.connecting import Place, connect, find_place, telling
from creditlib.record.entry import Entry, Head, read_line
from creditlib.record.export import check_export, links, write_export
from creditlib.record.kinds import KINDS
from creditlib.record.store import Store, opened, prepare
from creditlib.record.upgrading import migrate, state
from creditlib.record.verify import verify
from creditlib.record.writing import Turn

_PIECE = 5_000


def backup(store: Store, path: str | Path) -> Head:
    """Copy a store to a file while others go on writing, verify the copy, and return its head.

    A SQLite store becomes a SQLite file; one in PostgreSQL a file of JSON lines, as `export.write_export` writes it.
    Raises: UsageError: a file is there; StoreError: it can't be written, or the copy does not verify.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     backup(store, f"{folder}/copy.db") == store.head()
    True
    """
    target = Path(path)
    if target.exists():
        raise UsageError(
            f"{path}: a file is there already; a backup writes nothing over. Give another name. [file-exists]",
            f"{path}：文件已存在，备份不会覆盖。请换一个文件名。[file-exists]",
        )
    if store.where.path is None:
        head = write_export(store, target)
        _refuse_bad(str(path), check_export(target, head).fault_count)
        return head
    try:
        with telling(find_place(target)):
            _copy(store, target)
        with opened(find_place(target), create=False) as copy:
            found = verify(copy)
            _refuse_bad(str(path), found.fault_count)
    except BaseException:
        for name in (target, target.with_name(target.name + "-wal"), target.with_name(target.name + "-shm")):
            name.unlink(missing_ok=True)
        raise
    return found.head


def restore(source: str | Path, given: str | Path) -> Head:
    """Make a store again from a backup or an export, at a place where there is none, and return its head.

    source: a SQLite backup or a file of JSON lines. given: path or address of the new store, as in `open_store`.
    Raises: UsageError: a store is there; StoreError: the backup has faults or can't be read, or the place can't be written.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     _ = backup(store, f"{folder}/copy.db")
    ...     restore(f"{folder}/copy.db", f"{folder}/again.db") == store.head()
    True
    """
    where = find_place(given)
    path = Path(source)
    lines = _is_lines(path)
    _refuse_bad(str(source), check_export(path).fault_count if lines else _faults(path))
    prepare(where, create=True)
    engine = connect(where, create=True)
    try:
        with telling(where), engine.connect() as connection:
            if state(connection, where) != "empty":
                raise UsageError(
                    f"{where.shown}: a store is there already; restoring writes nothing over. Give another place. [store-exists]",
                    f"{where.shown}：已有记录库，恢复不会覆盖。请换一个位置。[store-exists]",
                )
        head = _put(Store(engine, where, ""), where, _from_lines(path) if lines else _from_store(path))
    finally:
        engine.dispose()
    return head


def _copy(store: Store, target: Path) -> None:
    source = store.engine.raw_connection()
    try:
        copy = sqlite3.connect(target)
        try:
            assert isinstance(source.driver_connection, sqlite3.Connection)
            source.driver_connection.backup(copy)
        finally:
            copy.close()
    finally:
        source.close()


def _put(store: Store, where: Place, entries: Iterator[Entry]) -> Head:
    """Write entries as they were, with the rows they make, in one transaction."""
    with telling(where):
        store.write_ahead()
        with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
            migrate(connection)
            turn = Turn(connection, store.actor, store.clock())
            for i, entry in enumerate(entries, 1):
                turn.put(entry, KINDS.get(entry.kind))
                if not i % _PIECE:
                    turn.flush()
            turn.flush()
    found = verify(store)
    _refuse_bad(where.shown, found.fault_count)
    return found.head


def _is_lines(path: Path) -> bool:
    """Return whether a backup is JSON lines; SQLite itself is asked, as `store.prepare` says. Raises: StoreError."""
    if not path.is_file():
        raise StoreError(
            f"{path}: no backup to read there. Check the path. [no-backup]",
            f"{path}：没有可读取的备份。请检查路径。[no-backup]",
        )
    try:
        with closing(sqlite3.connect(f"{Path(os.path.abspath(path)).as_uri()}?mode=ro", uri=True)) as raw:
            raw.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.DatabaseError as error:
        if "unable to open" in str(error):
            raise StoreError(
                f"{path}: the backup can't be read. Check the rights on it. [no-backup]",
                f"{path}：无法读取备份。请检查其权限。[no-backup]",
            ) from None
        return "not a database" in str(error)
    return False


def _faults(path: Path) -> int:
    with opened(find_place(path), create=False) as source:
        return verify(source).fault_count


def _from_lines(path: Path) -> Iterator[Entry]:
    for link in links(path):
        yield read_line(link.line)


def _from_store(path: Path) -> Iterator[Entry]:
    with opened(find_place(path), create=False) as source:
        yield from source.entries()


def _refuse_bad(place: str, faults: int) -> None:
    if faults:
        raise StoreError(
            f"{place}: {faults} faults in the copy: not used. Run credit journal verify on it. [bad-backup]",
            f"{place}：副本有 {faults} 处问题，未使用。请对其运行 credit journal verify。[bad-backup]",
        )
