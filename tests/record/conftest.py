"""Stores to test with: the same tests on a SQLite file and on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).parent))
import postgres
from world import World, made

_numbers = itertools.count()


@pytest.fixture(scope="session")
def socket() -> Iterator[Path]:
    """The folder of a PostgreSQL server's socket."""
    if postgres.binaries() is None:
        why = "PostgreSQL is not installed (tools/system.sh installs it)"
        if os.environ.get("CREDITLIB_ALL_TIERS"):
            pytest.fail(why)
        pytest.skip(why)
    with postgres.server() as folder:
        engine = create_engine(f"postgresql+psycopg://postgres@/postgres?host={folder}", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for login in (postgres.OWNER, *postgres.PEOPLE):
                connection.execute(text(f"CREATE ROLE {login} LOGIN"))
            for role in ("credit_writer", "credit_reader"):
                connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
            connection.execute(text(f"GRANT credit_writer TO {', '.join(p for p in postgres.PEOPLE if p != 'gus')}"))
            connection.execute(text("GRANT credit_reader TO gus"))
        engine.dispose()
        yield folder


@pytest.fixture
def database(socket: Path) -> Iterator[Callable[[], str]]:
    """Makes empty databases that the keeper owns; gives their names."""
    names: list[str] = []
    engine = create_engine(f"postgresql+psycopg://postgres@/postgres?host={socket}", isolation_level="AUTOCOMMIT")

    def new() -> str:
        names.append(f"credit{next(_numbers)}")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {names[-1]} OWNER {postgres.OWNER}"))
        return names[-1]

    yield new
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """A place where no store is yet."""
    if request.param == "sqlite":
        return World("sqlite", file=tmp_path / "record.db")
    name = request.getfixturevalue("database")()
    return World("postgresql", socket=request.getfixturevalue("socket"), database=name)


@pytest.fixture
def world(empty: World) -> Iterator[World]:
    """A store the keeper has made, on a day before those the tests set: a store's clock never runs back."""
    empty.now = datetime(2026, 11, 20, 8, tzinfo=UTC)
    made(empty)
    empty.now = None
    yield empty
    empty.close()
