"""What the database itself refuses: changing or removing a row, and an entry that does not follow the last one.

What must stay true: every table of a store has its guards in SQLite and in PostgreSQL; `missing` names those somebody took away. A
person who may take a guard away can change rows; `verify` then finds the rows, and the head finds what `verify` alone can't.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text

from creditlib.record.entry import ZERO

_LITE_CHANGE: Final = (
    'CREATE TRIGGER {table}_no_{low} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, "credit-append-only"); END'
).replace('"', "'")
_LITE_FOLLOWS: Final = f"""CREATE TRIGGER credit_journal_follows BEFORE INSERT ON credit_journal
WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM credit_journal), 0)
  OR NEW.prev <> coalesce((SELECT hash FROM credit_journal WHERE seq = NEW.seq - 1), '{ZERO}')
BEGIN SELECT RAISE(ABORT, 'credit-chain-broken'); END"""
_REFUSE: Final = """CREATE OR REPLACE FUNCTION credit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'credit-append-only' USING ERRCODE = 'insufficient_privilege'; END $$"""
_FOLLOWS: Final = f"""CREATE OR REPLACE FUNCTION credit_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner name; last bigint; before text; said json := NEW.line::json;
BEGIN
  EXECUTE 'SELECT seq, hash FROM ' || quote_ident(TG_TABLE_SCHEMA) || '.' || quote_ident(TG_TABLE_NAME) || ' ORDER BY seq DESC LIMIT 1'
    INTO last, before;
  IF NEW.seq <> 1 + coalesce(last, 0) OR NEW.prev <> coalesce(before, '{ZERO}')
     OR NEW.hash <> encode(sha256(convert_to(NEW.line, 'UTF8')), 'hex')
     OR (said->>'seq')::bigint <> NEW.seq OR said->>'prev' <> NEW.prev OR said->>'kind' <> NEW.kind THEN
    RAISE EXCEPTION 'credit-chain-broken';
  END IF;
  IF said->>'actor' <> session_user THEN
    SELECT tableowner INTO owner FROM pg_tables WHERE schemaname = TG_TABLE_SCHEMA AND tablename = TG_TABLE_NAME;
    IF NOT pg_has_role(session_user, owner, 'MEMBER') THEN RAISE EXCEPTION 'credit-other-person'; END IF;
  END IF;
  RETURN NEW;
END $$"""


def guard(connection: Connection, tables: Iterable[str]) -> None:
    """Put the guards on new tables, in the transaction that made them."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.exec_driver_sql(_REFUSE)
    for table in tables:
        for statement in _of_postgres(table) if postgres else _of_sqlite(table):
            connection.exec_driver_sql(statement)
        if table == "credit_journal":
            connection.exec_driver_sql(_FOLLOWS if postgres else _LITE_FOLLOWS)
            if postgres:
                connection.exec_driver_sql(
                    "CREATE TRIGGER credit_journal_follows BEFORE INSERT ON credit_journal FOR EACH ROW EXECUTE FUNCTION credit_follows()"
                )


def names(table: str, dialect: str) -> set[str]:
    """Return the names of the guards a table has.

    >>> sorted(names("credit_notes", "sqlite"))
    ['credit_notes_no_delete', 'credit_notes_no_update']
    """
    found = {f"{table}_no_update", f"{table}_no_delete"} | (
        {f"{table}_no_truncate"} if dialect == "postgresql" else set()
    )
    return found | ({"credit_journal_follows"} if table == "credit_journal" else set())


def missing(connection: Connection, tables: Iterable[str]) -> tuple[str, ...]:
    """Return the guards that are not there any more, or are switched off."""
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    there = {name for (name,) in connection.execute(text(query))}
    wanted = {name for table in tables for name in names(table, connection.dialect.name)}
    return tuple(sorted(wanted - there))


def _of_sqlite(table: str) -> list[str]:
    return [_LITE_CHANGE.format(table=table, low=verb.lower(), verb=verb) for verb in ("UPDATE", "DELETE")]


def _of_postgres(table: str) -> list[str]:
    each = {"UPDATE": "ROW", "DELETE": "ROW", "TRUNCATE": "STATEMENT"}
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH {level} EXECUTE FUNCTION credit_refuse()"
        for verb, level in each.items()
    ]
