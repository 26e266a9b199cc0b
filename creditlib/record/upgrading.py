"""Making a store and bringing an older one to this version, each in one transaction.

What must stay true: a store half made or half upgraded is never seen; a store of a later version is left alone; tables a version adds
are filled from the journal, so that an upgraded store equals one that always had them.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final, Literal

from sqlalchemy import Connection, inspect, text

from creditlib.errors import StoreError
from creditlib.record.connecting import Place
from creditlib.record.entry import read_line
from creditlib.record.kinds import KINDS
from creditlib.record.migrations import LATEST, REVISIONS, VERSION_TABLE
from creditlib.record.tables import JOURNAL, METADATA, PROJECTIONS

State = Literal["empty", "older", "current"]
_PIECE: Final = 5_000


def state(connection: Connection, place: Place) -> State:
    """Return whether a database is empty, holds an older store, or one of this version.

    Raises: StoreError for a database of others, or a store of a later version.
    """
    version = version_of(connection)
    if version is None:
        if connection.dialect.name == "sqlite" and inspect(connection).get_table_names():
            raise StoreError(
                f"{place.shown}: a database of something else, not a store. Give another path. [not-a-store]",
                f"{place.shown}：这是其他用途的数据库，不是记录库。请换一个路径。[not-a-store]",
            )
        return "empty"
    if version not in REVISIONS:
        raise StoreError(
            f"{place.shown}: a store of version {version}, this program knows up to {LATEST}. Use the newer program. [newer-store]",
            f"{place.shown}：记录库版本为 {version}，本程序最高支持 {LATEST}。请使用更新的程序。[newer-store]",
        )
    return "current" if version == LATEST else "older"


def version_of(connection: Connection) -> str | None:
    """Return the version of the store in a database, None where there is none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()


def migrate(connection: Connection, target: str = LATEST) -> None:
    """Bring a database to a version, inside the caller's transaction, and fill tables that are new from the journal."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    before = set(inspect(connection).get_table_names())
    script = ScriptDirectory(str(files("creditlib.record") / "migrations"))
    with EnvironmentContext(
        Config(), script, fn=lambda at, _: script._upgrade_revs(target, at), destination_rev=target
    ) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE, target_metadata=METADATA)
        environment.run_migrations()
    connection.execute(text("SELECT 1"))
    after = set(inspect(connection).get_table_names())
    if JOURNAL.name in before:
        fill(connection, [name for name in PROJECTIONS if name in after - before])


def fill(connection: Connection, tables: list[str]) -> None:
    """Write the rows the journal's entries make in tables that are empty."""
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in tables}

    def write() -> None:
        for name, held in rows.items():
            if held:
                connection.execute(PROJECTIONS[name].insert(), held)
                held.clear()

    if not tables:
        return
    last = 0
    while piece := connection.execute(
        JOURNAL.select().where(JOURNAL.c.seq > last).order_by(JOURNAL.c.seq).limit(_PIECE)
    ).all():
        for row in piece:
            entry = read_line(row.line)
            for table, made in KINDS[entry.kind].project(entry) if entry.kind in KINDS else ():
                if table in rows:
                    rows[table].append(made)
        write()
        last = piece[-1].seq
