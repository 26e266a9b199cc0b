"""Verifying a store: the chain walked, its rules followed, the tables rebuilt from it and compared row by row.

What must stay true: one pass over journal and tables, in one state of the store; every changed, removed, reordered or inserted entry and
row is told with its number; without a head it is said that a cut end or a full rewrite can't be seen.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, inspect, text

from creditlib.record.chain import MOST, Chain, Fault, Faults, Link
from creditlib.record.entry import Entry, Head
from creditlib.record.guards import missing
from creditlib.record.kinds import KINDS, Kind
from creditlib.record.replay import Rules
from creditlib.record.store import Store
from creditlib.record.tables import JOURNAL, PROJECTIONS, TABLES

_PIECE: Final = 10_000


@dataclass(frozen=True)
class Verified:
    """What verifying found. entries: walked. head: the end of the chain. against: the head it was held against, None: none given, so
    that a cut end or a full rewrite would not be seen. faults: at most `chain.MOST`; fault_count: all. may_change: whether this login
    could change rows if it tried (PostgreSQL; None elsewhere: whoever can write the file can)."""  # fmt: skip

    entries: int
    head: Head
    against: Head | None
    faults: tuple[Fault, ...]
    fault_count: int
    may_change: bool | None

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault_count


def verify(store: Store, head: Head | None = None) -> Verified:
    """Walk the whole chain, rebuild every table and compare. head: as it was printed on an earlier day, see `entry.read_head`.

    Raises: StoreError where the store can't be read.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     verify(store).good
    True
    """
    with store.reading() as connection:
        return examine(connection, head)


def examine(connection: Connection, head: Head | None = None) -> Verified:
    """Verify what a connection sees, within its transaction. head: as in `verify`."""
    faults = Faults()
    chain = Chain(faults, head)
    tables, rules = _Tables(connection, faults), Rules()
    broken: list[tuple[int, str, str]] = []
    for seq, entry in chain.walk(_links(connection)):
        tables.compare(seq, entry)
        if entry is not None and len(broken) < MOST and (rule := rules.broken(entry)):
            broken.append((seq, *rule))
    if not any(
        fault.table is None for fault in faults
    ):  # what follows from an entry that is gone or changed is no news
        for seq, en, zh in broken:
            faults.add("rule", seq, f"entry {seq} breaks a rule: {en}.", f"条目 {seq} 违反规则：{zh}。")
    tables.rest()
    for name in missing(connection, TABLES):
        en, zh = f"the guard {name} is gone: rows could be changed.", f"保护 {name} 已缺失：行可能被改动。"
        faults.add("unguarded", 0, en, zh)
    may_change = _may_change(connection)
    return Verified(chain.count, chain.head, head, tuple(faults), faults.total, may_change)


def _links(connection: Connection) -> Iterator[Link]:
    for row in _stream(connection, JOURNAL.name, ("seq", "line", "hash", "prev", "kind")):
        yield Link(*row)


def _stream(connection: Connection, table: str, columns: tuple[str, ...], order: str = "seq") -> Iterator[Any]:
    """Yield rows of a table by number, as plain tuples."""
    names = ", ".join(f'"{name}"' for name in columns)
    query = text(f"SELECT {names} FROM {table} ORDER BY {order}")
    with connection.execute(query.execution_options(stream_results=True, yield_per=_PIECE)) as result:
        if connection.dialect.name == "sqlite":  # rows as the driver gives them: half the time of SQLAlchemy's
            while piece := result.cursor.fetchmany(_PIECE):
                yield from piece
        else:
            for rows in result.partitions():
                yield from map(tuple, rows)


class _Tables:
    """The tables read beside the chain, each by number; what the next entry makes is held against what stands there."""

    def __init__(self, connection: Connection, faults: Faults) -> None:
        self.faults = faults
        self.columns = {name: tuple(table.columns.keys()) for name, table in PROJECTIONS.items()}
        self.values = {name: itemgetter(*columns) for name, columns in self.columns.items()}
        there = set(inspect(connection).get_table_names())
        for name in sorted(PROJECTIONS.keys() - there):
            faults.add("table-missing", 0, f"the table {name} is not there.", f"缺少表 {name}。")
        self.streams = {
            name: _stream(connection, name, self.columns[name]) if name in there else iter(()) for name in PROJECTIONS
        }
        self.waiting: list[tuple[int, str, tuple[Any, ...]]] = []
        for name in PROJECTIONS:
            self._pull(name)

    def _pull(self, name: str) -> None:
        row = next(self.streams[name], None)
        if row is not None:
            heapq.heappush(self.waiting, (row[0], name, row))

    def compare(self, seq: int, entry: Entry | None) -> None:
        """Hold what an entry makes against the rows that carry its number."""
        waiting = self.waiting
        while waiting and waiting[0][0] < seq:
            self._strange(waiting[0])
        if entry is None:
            while waiting and waiting[0][0] == seq:  # the entry can't be trusted: nothing to hold its rows against
                self._next()
            return
        kind = KINDS.get(entry.kind)
        if kind is None:
            self.faults.add("unknown-kind", seq, f"entry {seq} is of an unknown kind.", f"条目 {seq} 的类型未知。")
        made = self._made(entry, kind) if kind else {}
        while waiting and waiting[0][0] == seq:
            _, name, row = self._next()
            expected = made.pop(name, None)
            if expected is None:
                self._told("row-inserted", seq, name)
            elif expected != row:
                self._told("row-changed", seq, name)
        for name in made:
            self._told("row-removed", seq, name)

    def _made(self, entry: Entry, kind: Kind) -> dict[str, tuple[Any, ...]]:
        try:
            return {name: self.values[name](row) for name, row in kind.project(entry)}
        except (KeyError, TypeError, AttributeError):
            self.faults.add(
                "changed",
                entry.seq,
                f"entry {entry.seq} lacks what its kind needs.",
                f"条目 {entry.seq} 缺少其类型所需内容。",
            )
            return {}

    def _next(self) -> tuple[int, str, tuple[Any, ...]]:
        held = heapq.heappop(self.waiting)
        self._pull(held[1])
        return held

    def _strange(self, held: tuple[int, str, tuple[Any, ...]]) -> None:
        self._next()
        self._told("row-inserted", held[0], held[1])

    def rest(self) -> None:
        """Tell the rows beyond the last entry."""
        while self.waiting:
            self._strange(self.waiting[0])

    def _told(self, what: Any, seq: int, name: str) -> None:
        en = {"row-inserted": "was inserted", "row-changed": "was changed", "row-removed": "was removed"}[what]
        zh = {"row-inserted": "为后来插入", "row-changed": "被改动", "row-removed": "被删除"}[what]
        self.faults.add(what, seq, f"{name}: the row of entry {seq} {en}.", f"{name}：条目 {seq} 的行{zh}。", name)


def _may_change(connection: Connection) -> bool | None:
    if connection.dialect.name != "postgresql":
        return None
    rights = " OR ".join(
        f"has_table_privilege('{table}', '{right}')" for table in TABLES for right in ("UPDATE", "DELETE", "TRUNCATE")
    )
    return bool(connection.execute(text(f"SELECT {rights}")).scalar())
