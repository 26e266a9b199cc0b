"""From an address to a database: SQLite file or PostgreSQL, and what a person is told when that fails.

What must stay true: a transaction that writes takes its turn before it reads; SQLite is durable at each commit (WAL, synchronous FULL);
no message shows a password; no driver's error reaches a person unexplained.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from creditlib.errors import StoreError
from creditlib.facts.database import address

ENVIRONMENT: Final = "CREDIT_STORE"
WAIT_SECONDS: Final = 60
"""How long a writer waits for its turn."""
_LOCK: Final = 0x6372656469740001
"""The advisory lock of PostgreSQL's writers: any number that nobody else takes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is. url: for the engine. shown: for people, without secrets. path: of a SQLite file, else None."""

    url: URL
    shown: str
    path: Path | None


def find_place(given: str | Path | None = None) -> Place:
    """Return where a store is. given: a path, an address, or None: CREDIT_STORE, else a file in the user's own data folder.

    Raises: StoreError for an address that can't be read, or of another database.

    >>> find_place("sqlite:///a.db").path.name, find_place("postgresql://u:secret@host/db").shown
    ('a.db', 'postgresql://***@host/db')
    """
    given = given or os.environ.get(ENVIRONMENT) or default_path()
    text = str(given)
    if "://" not in text:
        return _file(Path(text))
    shown = address(text)
    try:
        url = make_url(text)
        _ = url.port
    except (ArgumentError, ValueError):
        raise _wrong_address(shown) from None
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:" and not url.query:
        return _file(Path(url.database))
    if url.get_backend_name() == "postgresql" and url.drivername in ("postgresql", "postgresql+psycopg"):
        return Place(url.set(drivername="postgresql+psycopg"), shown, None)
    raise _wrong_address(shown)


def default_path() -> Path:
    """Return the file a store is kept in when nobody says otherwise.

    >>> default_path().name
    'record.db'
    """
    from platformdirs import user_data_path

    return user_data_path("creditlib", appauthor=False) / "record.db"


def _file(path: Path) -> Place:
    whole = Path(os.path.abspath(path))
    return Place(URL.create("sqlite", database=str(whole)), str(path), whole)


def connect(place: Place, *, create: bool) -> Engine:
    """Return an engine for a place. create: a SQLite file that is not there is made. Nothing is opened yet."""
    if place.path is None:
        try:
            engine = create_engine(place.url, connect_args={"connect_timeout": 10}, pool_pre_ping=True)
        except ImportError:
            raise StoreError(
                "A store in PostgreSQL needs its driver: pip install 'creditlib[sql]'. [no-driver]",
                "使用 PostgreSQL 记录库需要驱动：pip install 'creditlib[sql]'。[no-driver]",
            ) from None
        event.listen(engine, "begin", _begin_postgres)
        return engine
    uri = f"{place.path.as_uri()}?mode={'rwc' if create else 'rw'}"
    engine = create_engine("sqlite://", creator=lambda: _sqlite(uri), poolclass=_pool())
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _pool() -> Any:
    from sqlalchemy.pool import QueuePool

    return QueuePool


def _sqlite(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


@contextmanager
def telling(place: Place) -> Iterator[None]:
    """Turn what a driver says inside into an error a person can act on. Raises: StoreError."""
    told: StoreError | None = None
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, UnicodeError) as error:
        told = explain(error, place)
    if told is not None:  # outside the handler: the driver's own error, shown below ours, would repeat the address
        raise told


def explain(error: Exception, place: Place) -> StoreError:
    """Return what a driver's error means for a person."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, Exception):
        original: Exception = error.orig
    else:
        original = error
    text = (str(original).splitlines() or [""])[0]
    state = str(getattr(original, "sqlstate", None) or "")
    where = place.shown
    for check, (words, states, en, zh) in _MEANINGS.items():
        if any(word in text for word in words) or any(state.startswith(one) for one in states):
            return StoreError(f"{where}: {en} [{check}]", f"{where}：{zh}[{check}]")
    if isinstance(error, IntegrityError):
        return StoreError(
            f"{where}: this stands in the record already, or contradicts it. Nothing was written. [already-recorded]",
            f"{where}：记录中已有此项或与其矛盾。未写入任何内容。[already-recorded]",
        )
    secret = place.url.password
    shown = type(original).__name__ if secret and str(secret) in text else text[:200] or type(original).__name__
    return StoreError(
        f"{where}: the database says: {shown}. Nothing was written. [store-failed]",
        f"{where}：数据库返回：{shown}。未写入任何内容。[store-failed]",
    )


_MEANINGS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], str, str]]] = {
    "store-locked": (
        ("database is locked", "database table is locked"), ("55P03",),
        f"another program has been writing for {WAIT_SECONDS} seconds. Nothing was written. Close it, or try again.",
        f"另一程序已写入超过 {WAIT_SECONDS} 秒。未写入任何内容。请关闭该程序或重试。",
    ),
    "store-full": (
        ("database or disk is full", "No space left"), ("53100",),
        "the disk is full. Nothing was written; what was recorded before is there. Free some space and try again.",
        "磁盘已满。未写入任何内容，此前的记录完好。请释放空间后重试。",
    ),
    "append-only": (
        ("credit-append-only",), (), "rows of the record are never changed or removed. Nothing was written.",
        "记录中的行不得更改或删除。未写入任何内容。",
    ),
    "chain-broken": (
        ("credit-chain-broken",), (), "the entry does not follow the last one. Nothing was written. Run credit journal verify.",
        "条目未接续上一条。未写入任何内容。请运行 credit journal verify。",
    ),
    "other-person": (
        ("credit-other-person",), (), "an entry can only be written in the name of who is logged in. Nothing was written.",
        "只能以登录者本人的名义写入。未写入任何内容。",
    ),
    "store-rights": (
        ("readonly database", "unable to open database file", "permission denied"), ("42501",),
        "the file or its folder can't be written or opened, or the login lacks the right. Nothing was written. Check the path and the rights.",
        "文件或其文件夹无法打开或写入，或登录用户缺少权限。未写入任何内容。请检查路径与权限。",
    ),
    "store-damaged": (
        ("malformed", "disk I/O error"), (), "the file is damaged or the disk fails. Restore a backup: credit store restore.",
        "文件已损坏或磁盘故障。请用备份恢复：credit store restore。",
    ),
    "not-a-store": (
        ("file is not a database",), (), "this is not a store. Give the path of a store, or of a file that is not there yet.",
        "这不是记录库。请给出记录库路径，或尚不存在的文件路径。",
    ),
    "store-unreachable": (
        ("connection failed", "connection is bad", "could not translate", "password authentication", "does not exist", "Connection refused",
         "timeout expired", "server closed the connection", "no password supplied"), ("08", "28", "3D", "57P"),
        "no connection. Check host, port, database, user and password.", "无法连接。请检查主机、端口、数据库、用户和密码。",
    ),
}  # fmt: skip


def _wrong_address(shown: str) -> StoreError:
    return StoreError(
        f"{shown}: not the address of a store. Write a file, for example record.db, or postgresql://user@host/database. [bad-store-address]",
        f"{shown}：不是记录库地址。请写文件路径，例如 record.db，或 postgresql://用户@主机/数据库。[bad-store-address]",
    )
