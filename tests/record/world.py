"""One store under test, whatever it is kept in: open it as somebody, reach behind its back, stop its clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from postgres import OWNER
from sqlalchemy import Connection, Engine, create_engine, event, text

from creditlib.record.connecting import find_place
from creditlib.record.rights import rights
from creditlib.record.store import Store, opened
from creditlib.record.tables import TABLES


@dataclass
class World:
    """kind: what the store is kept in. now: the time of its clock, None: the real one."""

    kind: Literal["sqlite", "postgresql"]
    file: Path | None = None
    socket: Path | None = None
    database: str = ""
    now: datetime | None = None
    opened: list[Store] = field(default_factory=list)

    def address(self, who: str = OWNER) -> str:
        return str(self.file) if self.file else f"postgresql://{who}@/{self.database}?host={self.socket}"

    def open(self, who: str = OWNER, *, create: bool = False) -> Store:
        store = opened(
            find_place(self.address(who)), create=create, actor=who if self.kind == "sqlite" else None,
            clock=lambda: self.now or datetime.now(UTC),
        )  # fmt: skip
        self.opened.append(store)
        return store

    def later(self, **span: int) -> None:
        self.now = (self.now or datetime.now(UTC)) + timedelta(**span)

    def behind(self) -> Engine:
        """A connection of somebody who may do anything."""
        if self.file:
            engine = create_engine(f"sqlite:///{self.file}")
            event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
            return engine
        return create_engine(f"postgresql+psycopg://postgres@/{self.database}?host={self.socket}")

    def close(self) -> None:
        for store in self.opened:
            store.close()


def made(world: World) -> None:
    """Make the store, and in PostgreSQL give the rights."""
    world.open(create=True)
    if world.kind == "postgresql":
        engine = create_engine(f"postgresql+psycopg://{OWNER}@/{world.database}?host={world.socket}")
        with engine.begin() as connection:
            for statement in rights():
                connection.execute(text(statement))
        engine.dispose()


def unguard(connection: Connection) -> None:
    """Take the guards and the rules between tables away, as somebody would who wants to change the past."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
        return
    connection.execute(text("PRAGMA foreign_keys = OFF"))
    for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def everything(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, but for their times."""
    engine = world.behind()
    found = {}
    with engine.connect() as connection:
        for name in TABLES:
            result = connection.execute(text(f"SELECT * FROM {name} ORDER BY seq"))
            keep = [i for i, column in enumerate(result.keys()) if column != "at"]
            found[name] = [tuple(row[i] for i in keep) for row in result]
    engine.dispose()
    return found


def staff(world: World) -> None:
    """Give the roles: two analysts, two managers, three members of the committee, an auditor; zoe has none."""
    from creditlib.record.roles import give_role

    given = {"analyst": "ann abe", "manager": "bob cy", "committee": "dan eve fay", "auditor": "gus"}
    store = world.open()
    for role, people in given.items():
        for person in people.split():
            give_role(store, person, role)
