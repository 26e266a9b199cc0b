"""Ways to change the past behind a store's back, each with the numbers of the entries a good check may name."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from creditlib.record.canonical import canonical, digest
from creditlib.record.tables import PROJECTIONS

Named = set[int]
COLUMNS = "seq, prev, hash, kind, line"


def _lines(connection: Connection) -> list[dict[str, Any]]:
    return [
        dict(row._mapping) for row in connection.execute(text(f"SELECT {COLUMNS} FROM credit_journal ORDER BY seq"))
    ]


def _set(connection: Connection, seq: int, **values: Any) -> None:
    names = ", ".join(f"{name} = :{name}" for name in values)
    connection.execute(text(f"UPDATE credit_journal SET {names} WHERE seq = :at"), {**values, "at": seq})


def _body_changed(line: str, dice: random.Random, **more: Any) -> str:
    held = json.loads(line)
    held["body"] = {**held["body"], "text": f"changed {dice.random()}"}
    return canonical(held | more)


def _put(connection: Connection, row: dict[str, Any]) -> None:
    connection.execute(text("INSERT INTO credit_journal (seq, prev, hash, kind, line) VALUES (:seq, :prev, :hash, :kind, :line)"), row)  # fmt: skip


def _shift(connection: Connection, above: int, by: int) -> None:
    connection.execute(text("UPDATE credit_journal SET seq = -seq - 1000000 WHERE seq > :above"), {"above": above})
    connection.execute(text("UPDATE credit_journal SET seq = -(seq + 1000000) + :by WHERE seq < 0"), {"by": by})


def a_character_of_a_line(connection: Connection, dice: random.Random) -> Named:
    row = dice.choice(_lines(connection))
    at = dice.randrange(len(row["line"]))
    other = dice.choice([c for c in 'abc019{}",: 应' if c != row["line"][at]])
    _set(connection, row["seq"], line=row["line"][:at] + other + row["line"][at + 1 :])
    return {row["seq"]}


def a_hash(connection: Connection, dice: random.Random) -> Named:
    row = dice.choice(_lines(connection))
    column = dice.choice(["hash", "prev"])
    _set(connection, row["seq"], **{column: digest(str(dice.random()))})
    return {row["seq"], row["seq"] - 1}


def a_kind(connection: Connection, dice: random.Random) -> Named:
    row = dice.choice(_lines(connection))
    _set(connection, row["seq"], kind=row["kind"] + "s")
    return {row["seq"]}


def a_body_with_its_hash(connection: Connection, dice: random.Random) -> Named:
    row = dice.choice(_lines(connection)[:-1])
    line = _body_changed(row["line"], dice)
    _set(connection, row["seq"], line=line, hash=digest(line))
    return {row["seq"]}


def the_time_with_its_hash(connection: Connection, dice: random.Random) -> Named:
    row = dice.choice(_lines(connection)[:-1])
    line = canonical(json.loads(row["line"]) | {"at": "2020-01-01T00:00:00.000000Z"})
    _set(connection, row["seq"], line=line, hash=digest(line))
    return {row["seq"]}


def an_entry_removed(connection: Connection, dice: random.Random) -> Named:
    seq = dice.choice(_lines(connection)[:-1])["seq"]
    connection.execute(text("DELETE FROM credit_journal WHERE seq = :seq"), {"seq": seq})
    if dice.random() < 0.5:
        _shift(connection, seq, -1)
    return {seq}


def the_end_cut(connection: Connection, dice: random.Random) -> Named:
    lines = _lines(connection)
    above = dice.randrange(1, len(lines))
    connection.execute(text("DELETE FROM credit_journal WHERE seq > :above"), {"above": above})
    for name in PROJECTIONS:
        connection.execute(text(f"DELETE FROM {name} WHERE seq > :above"), {"above": above})
    return {len(lines)}


def two_entries_swapped(connection: Connection, dice: random.Random) -> Named:
    one, two = dice.sample(_lines(connection), 2)
    for row in (one, two):
        connection.execute(text("DELETE FROM credit_journal WHERE seq = :seq"), {"seq": row["seq"]})
    _put(connection, one | {"seq": two["seq"]})
    _put(connection, two | {"seq": one["seq"]})
    return {one["seq"], two["seq"]}


def an_entry_moved(connection: Connection, dice: random.Random) -> Named:
    row = dice.choice(_lines(connection)[:-2])
    connection.execute(text("DELETE FROM credit_journal WHERE seq = :seq"), {"seq": row["seq"]})
    _shift(connection, row["seq"], -1)
    to = dice.randrange(row["seq"] + 1, len(_lines(connection)) + 1)
    _shift(connection, to - 1, 1)
    _put(connection, row | {"seq": to})
    return {row["seq"], to} if to == row["seq"] + 1 else {row["seq"]}  # one place: as good as the other moved


def an_entry_inserted(connection: Connection, dice: random.Random) -> Named:
    lines = _lines(connection)
    row = dice.choice(lines[1:-1])
    prev = lines[row["seq"] - 2]["hash"]
    line = _body_changed(row["line"], dice, seq=row["seq"], prev=prev)
    _shift(connection, row["seq"] - 1, 1)
    _put(connection, row | {"prev": prev, "hash": digest(line), "line": line})
    return {row["seq"]}


def everything_rewritten_from_an_entry_on(connection: Connection, dice: random.Random) -> Named:
    lines = _lines(connection)
    notes = [row["seq"] for row in lines if row["kind"] == "note"]
    begin = dice.choice(notes)
    prev = lines[begin - 2]["hash"]
    for row in lines[begin - 1 :]:
        held = json.loads(row["line"]) | {"prev": prev}
        if row["seq"] == begin:
            held["body"]["text"] = "quite another story"
        line = canonical(held)
        _set(connection, row["seq"], line=line, prev=prev, hash=digest(line))
        prev = digest(line)
    connection.execute(text("UPDATE credit_notes SET text = 'quite another story' WHERE seq = :seq"), {"seq": begin})
    return {len(lines)}


def _row(connection: Connection, dice: random.Random) -> tuple[str, dict[str, Any]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for name in PROJECTIONS:
        found += [(name, dict(row._mapping)) for row in connection.execute(text(f"SELECT * FROM {name}"))]
    return dice.choice(found)


def a_value_of_a_row(connection: Connection, dice: random.Random) -> Named:
    name, row = _row(connection, dice)
    column = dice.choice([c for c in row if c != "seq"])
    held = row[column]
    new = held + dice.choice([1, -1, 100]) if isinstance(held, int) else ("2020-01-01" if held != "2020-01-01" else "x")
    if held is None and PROJECTIONS[name].c[column].type.python_type is int:
        new = 7
    try:
        with connection.begin_nested():
            connection.execute(
                text(f'UPDATE {name} SET "{column}" = :new WHERE seq = :seq'), {"new": new, "seq": row["seq"]}
            )
    except IntegrityError:  # the database saw to it that this can't be
        return a_value_of_a_row(connection, dice)
    return {row["seq"]}


def a_row_removed(connection: Connection, dice: random.Random) -> Named:
    name, row = _row(connection, dice)
    connection.execute(text(f"DELETE FROM {name} WHERE seq = :seq"), {"seq": row["seq"]})
    return {row["seq"]}


def a_row_inserted(connection: Connection, dice: random.Random) -> Named:
    name, row = _row(connection, dice)
    taken = {seq for (seq,) in connection.execute(text(f"SELECT seq FROM {name}"))}
    row["seq"] = dice.choice([n for n in range(1, 200) if n not in taken])
    for unique in ("origin", "version", "run", "round", "step", "request", "person"):
        if unique in row:
            number = PROJECTIONS[name].c[unique].type.python_type is int
            row[unique] = dice.randrange(1000, 10**9) if number else digest(str(dice.random()))
    columns = ", ".join(f'"{c}"' for c in row)
    values = ", ".join(f":{c}" for c in row)
    connection.execute(text(f"INSERT INTO {name} ({columns}) VALUES ({values})"), row)
    return {row["seq"]}


def a_row_of_another_entry(connection: Connection, dice: random.Random) -> Named:
    name, row = _row(connection, dice)
    taken = {seq for (seq,) in connection.execute(text(f"SELECT seq FROM {name}"))}
    new = dice.choice([n for n in range(1, 200) if n not in taken])
    connection.execute(text(f"UPDATE {name} SET seq = :new WHERE seq = :seq"), {"new": new, "seq": row["seq"]})
    return {row["seq"], new}


WAYS: tuple[Callable[[Connection, random.Random], Named], ...] = (
    a_character_of_a_line, a_hash, a_kind, a_body_with_its_hash, the_time_with_its_hash, an_entry_removed, the_end_cut,
    two_entries_swapped, an_entry_moved, an_entry_inserted, everything_rewritten_from_an_entry_on, a_value_of_a_row,
    a_row_removed, a_row_inserted, a_row_of_another_entry,
)  # fmt: skip
