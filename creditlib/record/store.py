"""The store: opened by address, made on first use; entries are appended and read, nothing is changed.

What must stay true: what `append` has returned is on the disk; two writers never take the same place; there is no way in here to update
or delete.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from sqlalchemy import Connection, Engine, select, text

from creditlib.errors import StoreError, UsageError
from creditlib.record.connecting import Place, connect, explain, find_place, telling
from creditlib.record.entry import ZERO, Entry, Head, read_line
from creditlib.record.people import system_user
from creditlib.record.tables import JOURNAL
from creditlib.record.upgrading import migrate, state
from creditlib.record.writing import Clock, Refusal, RolesBy, Turn, known, utc_now

_PIECE: Final = 5_000


class Store:
    """An open store. place: its address as shown to people. actor: who writes through it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "record.db") as store:
    ...     _ = store.append("note", {"customer": "C-014", "text": "called"})
    ...     [entry.kind for entry in store.entries()], store.head().seq
    (['store_made', 'note'], 2)
    """

    def __init__(self, engine: Engine, where: Place, actor: str, clock: Clock = utc_now) -> None:
        self.engine = engine
        self.where = where
        self.actor = actor
        self.clock = clock
        self._before: tuple[Head, RolesBy] | None = None

    @property
    def place(self) -> str:
        """The address, without secrets."""
        return self.where.shown

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def head(self) -> Head:
        """Return the end of the chain as it stands. Raises: StoreError."""
        with self.reading() as connection:
            row = connection.execute(select(JOURNAL.c.seq, JOURNAL.c.hash).order_by(JOURNAL.c.seq.desc()).limit(1))
            last = row.one_or_none()
        return Head(last.seq, last.hash) if last else Head(0, ZERO)

    def entries(self, after: int = 0, *, kind: str | None = None) -> Iterator[Entry]:
        """Yield entries by number, those above `after`; of one kind where it is given. Raises: StoreError; UsageError: no such kind."""
        where = [JOURNAL.c.kind == known(kind).name] if kind else []
        with self.reading() as connection:
            while True:
                query = select(JOURNAL.c.seq, JOURNAL.c.line).where(JOURNAL.c.seq > after, *where)
                piece = connection.execute(query.order_by(JOURNAL.c.seq).limit(_PIECE)).all()
                if not piece:
                    return
                for row in piece:
                    yield _read(row.seq, row.line, self.place)
                after = piece[-1].seq

    def append(self, kind: str, body: Mapping[str, Any]) -> Entry:
        """Write one entry and return it. On return it is durable.

        Raises: UsageError for a body its kind does not take, or a kind that rules of its own write (requests, votes, roles);
        RefusedError where the person may not; StoreError.
        """
        return self.append_many([(kind, body)])[0]

    def append_many(self, drafts: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Entry]:
        """Write entries (kind, body), all in one transaction, and return them. Raises: as `append`; then nothing is written."""
        with self.writing() as turn:
            return [turn.add(_direct(kind), body) for kind, body in drafts]

    @contextmanager
    def writing(self) -> Iterator[Turn]:
        """Give a writer's turn; what it added is committed at the end, or nothing is. A rule that refuses is kept as an entry.

        Raises: StoreError, RefusedError.
        """
        refused: Refusal | None = None
        try:
            with telling(self.where), self._turn() as turn:
                yield turn
                turn.flush()
        except Refusal as error:
            refused = error
        if refused is not None:
            if refused.kept:
                with telling(self.where), self._turn() as turn:
                    turn.add("refusal", refused.body)
                    turn.flush()
            raise refused

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store throughout. Raises: StoreError."""
        with telling(self.where), self.engine.connect() as connection:
            yield connection

    def write_ahead(self) -> None:
        """Set a new SQLite file to write-ahead logging, waiting for others who do the same. Raises: StoreError."""
        for attempt in range(200 if self.where.path is not None else 0):
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.Error as error:
                if "locked" not in str(error) or attempt == 199:
                    raise explain(error, self.where) from None
            finally:
                raw.close()
            time.sleep(0.02)

    @contextmanager
    def _turn(self) -> Iterator[Turn]:
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            turn = Turn(connection, self.actor, self.clock(), self._before)
            yield turn
        self._before = turn.head, turn.roles_held


def open_store(given: str | Path | None = None, *, create: bool = True) -> Store:
    """Open a store. given: a file, an address, or None: CREDIT_STORE, else a file in the user's own data folder.

    create: what is not there is made; who makes a store is its first analyst and gives the first roles. Identity comes from the operating
    system, in PostgreSQL from the login. Raises: StoreError: not there, not a store, an older one (see `upgrade_store`), a newer one.
    """
    place = find_place(given)
    return opened(place, create=create)


def opened(place: Place, *, create: bool, actor: str | None = None, clock: Clock = utc_now) -> Store:
    """Open a store at a place for a person. actor: None: whoever the system, or the database, says."""
    prepare(place, create=create)
    engine = connect(place, create=create)
    try:
        with telling(place):
            store = Store(engine, place, actor or _identity(engine), clock)
            with engine.connect() as connection:
                there = state(connection, place)
        if there == "empty":
            if not create:
                raise _not_there(place)
            _make(store)
        elif there == "older":
            raise StoreError(
                f"{place.shown}: a store of an earlier version. Back it up, then run: credit store upgrade. [older-store]",
                f"{place.shown}：记录库为较早版本。请先备份，再运行：credit store upgrade。[older-store]",
            )
    except BaseException:
        engine.dispose()
        raise
    return store


def upgrade_store(given: str | Path | None = None) -> bool:
    """Bring an older store to this version; return whether there was anything to do. Raises: StoreError."""
    place = find_place(given)
    prepare(place, create=False)
    engine = connect(place, create=False)
    try:
        with telling(place), engine.connect().execution_options(writes=True) as connection, connection.begin():
            there = state(connection, place)
            if there == "empty":
                raise _not_there(place)
            if there == "older":
                migrate(connection)
            return there == "older"
    finally:
        engine.dispose()


def _make(store: Store) -> None:
    """Make the tables and the first entry, unless another program has done it meanwhile."""
    with telling(store.where):
        store.write_ahead()
        with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
            if state(connection, store.where) == "empty":
                migrate(connection)
                turn = Turn(connection, store.actor, store.clock())
                turn.add("store_made", {"store": str(uuid.uuid4())})
                turn.flush()


def _identity(engine: Engine) -> str:
    if engine.dialect.name != "postgresql":
        return system_user()
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT session_user")).scalar_one())


def prepare(place: Place, *, create: bool) -> None:
    """Tell what a glance at the path shows already; make its folder where a store is to be made. Raises: StoreError.

    The file itself is left to SQLite: whoever opens and closes it beside SQLite lets go of the locks this process holds on it, and another
    program may then take the log of writes away.
    """
    path = place.path
    if path is None:
        return
    try:
        if path.is_dir():
            raise StoreError(
                f"{place.shown}: a folder. Give a file in it, for example {path.name}/record.db. [bad-store-address]",
                f"{place.shown}：这是文件夹。请给出其中的文件，例如 {path.name}/record.db。[bad-store-address]",
            )
        if not path.exists():
            if not create:
                raise _not_there(place)
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{place.shown}: {error.strerror}. Check the path and the rights. [store-rights]",
            f"{place.shown}：{error.strerror}。请检查路径与权限。[store-rights]",
        ) from None


def _not_there(place: Place) -> StoreError:
    return StoreError(
        f"{place.shown}: no store there. Check the address, or make one: credit store init. [no-store]",
        f"{place.shown}：没有记录库。请检查地址，或新建：credit store init。[no-store]",
    )


def _direct(kind: str) -> str:
    if known(kind).direct:
        return kind
    raise UsageError(
        f'an entry of kind "{kind}" is written by its own rules only, not appended. [not-direct]',
        f"“{kind}”类条目只能按其规则写入，不能直接追加。[not-direct]",
    )


def _read(seq: int, line: str, place: str) -> Entry:
    try:
        return read_line(line)
    except ValueError:
        raise StoreError(
            f"{place}: entry {seq} can't be read: it was changed. Run credit journal verify. [entry-changed]",
            f"{place}：条目 {seq} 无法读取，已被改动。请运行 credit journal verify。[entry-changed]",
        ) from None
