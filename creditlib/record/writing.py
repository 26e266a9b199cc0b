"""One turn of a writer: entries added to the chain and their rows to the tables, all or nothing.

What must stay true: a turn begins after the one before has ended, reads the head itself, and ends in one commit; an entry and its rows
are written together; who writes is who the system or the database says; a rule that refuses leaves nothing behind but the refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Executable, Row, Table, bindparam, func, select

from creditlib.errors import RefusedError, UsageError
from creditlib.record.entry import ZERO, Entry, Head, read_line, seal
from creditlib.record.fields import checked
from creditlib.record.kinds import KINDS, Kind
from creditlib.record.tables import JOURNAL, METADATA, PROJECTIONS, ROLES

_LAST: Final = select(JOURNAL.c.seq, JOURNAL.c.hash, JOURNAL.c.line).order_by(JOURNAL.c.seq.desc()).limit(1)
_ROLES: Final = select(ROLES.c.role, ROLES.c.given).where(ROLES.c.person == bindparam("of")).order_by(ROLES.c.seq)
_ORDER: Final = tuple(table for table in METADATA.sorted_tables if table is not JOURNAL)
"""Tables in the order rows are added: those that others point to first."""


_INSERTS: Final[dict[tuple[str, str], tuple[str, tuple[str, ...] | None]]] = {}


def _insert(table: Table, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """Return the SQL that adds a row, and the order of its values where they go by place."""
    key = (table.name, dialect.name)
    if key not in _INSERTS:
        made = table.insert().compile(dialect=dialect)
        _INSERTS[key] = str(made), tuple(made.positiontup or ()) if made.positional else None
    return _INSERTS[key]


def _write(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Add rows by the driver itself: SQLAlchemy would look at every value of every row again."""
    sql, order = _insert(table, connection.dialect)
    if order is None:
        connection.exec_driver_sql(sql, rows)
    else:
        connection.exec_driver_sql(sql, [tuple([row[name] for name in order]) for row in rows])


class Refusal(RefusedError):
    """What a rule of the record forbids, and what is kept of the attempt. why: a word for the rule."""

    def __init__(
        self, why: str, en: str, zh: str, action: str, *, request: int | None = None, customer: str | None = None,
        kept: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(f"{en} [{why}]", f"{zh}[{why}]")
        self.kept = kept
        self.body = {"action": action, "why": why, "request": request, "customer": customer}


RolesBy = dict[str, frozenset[str]]


class Turn:
    """A writer's turn. `add` puts entries after the head; reading through it sees what was added.

    actor: who writes. at: the time of its entries, never before that of the last one. head: the last entry, moving on with each added.
    before: head and roles as an earlier turn left them: where nobody has written since, the roles need not be asked again.
    """

    def __init__(
        self, connection: Connection, actor: str, now: datetime, before: tuple[Head, RolesBy] | None = None
    ) -> None:
        self.connection = connection
        self.actor = actor
        last = connection.execute(_LAST).one_or_none()
        self.head = Head(last.seq, last.hash) if last else Head(0, ZERO)
        self.at = max(moment(now), read_line(last.line).at if last else "")
        self.roles_held: RolesBy = dict(before[1]) if before and before[0] == self.head else {}
        self._lines: list[dict[str, Any]] = []
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._numbers: dict[tuple[str, ...], int] = {}

    @property
    def today(self) -> str:
        """The day of this turn, UTC, as 2026-11-21."""
        return self.at[:10]

    def add(self, kind: str, given: Mapping[str, Any]) -> Entry:
        """Add an entry. Raises: UsageError for a body its kind does not take; Refusal where the person may not write it."""
        about = known(kind)
        self._allowed(about)
        if about.numbered:
            given = {**given, about.numbered[0]: self._number(about, given)}
        body = checked(kind, about.fields, given)
        entry = seal(self.head.seq + 1, self.head.hash, kind, self.at, self.actor, body, sound=True)
        self.put(entry, about)
        return entry

    def put(self, entry: Entry, about: Kind | None) -> None:
        """Take a sealed entry and the rows it makes."""
        self._lines.append(
            {"seq": entry.seq, "prev": entry.prev, "hash": entry.hash, "kind": entry.kind, "line": entry.line}
        )
        for table, row in about.project(entry) if about else ():
            held = self._rows.get(table)
            if held is None:
                self._rows[table] = [row]
            else:
                held.append(row)
            if table == ROLES.name:
                self.roles_held.clear()
        self.head = Head(entry.seq, entry.hash)

    def rows(self, query: Executable) -> Sequence[Row[Any]]:
        """Return rows of a query over the tables, with what this turn has added."""
        self.flush()
        return self.connection.execute(query).all()

    def roles_of(self, person: str) -> frozenset[str]:
        """Return the roles a person has now."""
        if person not in self.roles_held:
            self.flush()
            rows = self.connection.execute(_ROLES, {"of": person})
            newest = {row.role: row.given for row in rows}
            self.roles_held[person] = frozenset(role for role, given in newest.items() if given)
        return self.roles_held[person]

    def flush(self) -> None:
        """Write what is added so far into the open transaction."""
        if self._lines:
            lines, self._lines = self._lines, []
            _write(self.connection, JOURNAL, lines)
        if self._rows:
            rows, self._rows = self._rows, {}
            for table in _ORDER:
                if table.name in rows:
                    _write(self.connection, table, rows[table.name])

    def _allowed(self, about: Kind) -> None:
        if not about.by:
            return
        roles = self.roles_of(self.actor)
        if roles & about.by:
            return
        if "auditor" in roles:
            raise Refusal(
                "auditor-reads", f"{self.actor} is an auditor, who reads everything and changes nothing.",
                f"{self.actor} 为审计员，可查阅全部内容但不得变更。", about.name, kept=False,
            )  # fmt: skip
        wanted = ", ".join(sorted(about.by))
        raise Refusal(
            "no-role", f"{self.actor} has no role that may write this: {wanted}. Ask a manager for one.",
            f"{self.actor} 没有可写入此内容的角色：{wanted}。请向经理申请。", about.name,
        )  # fmt: skip

    def _number(self, about: Kind, given: Mapping[str, Any]) -> int:
        assert about.numbered is not None
        assert about.table is not None
        field, keys = about.numbered
        table = PROJECTIONS[about.table]
        values = tuple(str(given.get(key)) for key in keys)
        key = (about.name, *values)
        if key not in self._numbers:
            query = select(func.max(table.c[field])).where(
                *(table.c[k] == v for k, v in zip(keys, values, strict=True))
            )
            # rows of this turn that are not written yet are counted here already
            self._numbers[key] = self.connection.execute(query).scalar() or 0
        self._numbers[key] += 1
        return self._numbers[key]


def known(kind: str) -> Kind:
    """Return what is known of a kind. Raises: UsageError.

    >>> known("note").zh
    '备注'
    """
    try:
        return KINDS[kind]
    except KeyError:
        words = ", ".join(KINDS)
        raise UsageError(
            f'"{kind}" is no kind of entry. Write one of {words}. [unknown-kind]', f"“{kind}”不是条目类型。请写其中之一：{words}。[unknown-kind]"
        ) from None  # fmt: skip


def moment(now: datetime) -> str:
    """Return a time as entries carry it.

    >>> moment(datetime(2026, 11, 21, 8, tzinfo=UTC))
    '2026-11-21T08:00:00.000000Z'
    """
    return now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time now, UTC."""
    return datetime.now(UTC)
