"""The journal as JSON lines: anybody can check it, and a store can be made from it."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest
import story
from world import World, everything

from creditlib.errors import StoreError, UsageError
from creditlib.record.backup import backup, restore
from creditlib.record.entry import Head
from creditlib.record.export import check_export, write_export
from creditlib.record.store import open_store
from creditlib.record.verify import verify


@pytest.fixture
def full(world: World) -> World:
    story.tell(world)
    return world


def test_an_export_is_checked_with_ten_lines_of_python(full: World, tmp_path: Path) -> None:
    head = write_export(full.open(), tmp_path / "journal.jsonl")
    prev = "0" * 64
    for number, line in enumerate((tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines(), 1):
        entry = json.loads(line)
        found = entry.pop("hash")
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert (entry["seq"], entry["prev"]) == (number, prev)
        assert hashlib.sha256(text.encode()).hexdigest() == found
        prev = found
    assert prev == head.hash == full.open().head().hash


def test_an_export_checks_without_the_store(full: World, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    head = write_export(full.open(), path)
    found = check_export(path, head)
    assert (found.good, found.entries, found.head) == (True, head.seq, head)
    assert check_export(path, Head(3, next(e.hash for e in full.open().entries() if e.seq == 3))).good


def _ways(lines: list[str], dice: random.Random) -> tuple[str, list[str], int]:
    """(word, lines changed, number of the entry concerned)."""
    way = dice.choice(["changed", "removed", "reordered", "cut", "inserted"])
    at = dice.randrange(1, len(lines) - 1)
    if way == "changed":
        place = dice.randrange(len(lines[at]))
        other = dice.choice([c for c in "0a}{,应" if c != lines[at][place]])
        return way, [*lines[:at], lines[at][:place] + other + lines[at][place + 1 :], *lines[at + 1 :]], at + 1
    if way == "removed":
        return way, lines[:at] + lines[at + 1 :], at + 1
    if way == "reordered":
        return way, [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]], at + 1
    if way == "cut":
        return way, lines[:at], len(lines)
    held = json.loads(lines[at])
    held.pop("hash")
    held["body"]["text"] = "forged"
    text = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    held["hash"] = hashlib.sha256(text.encode()).hexdigest()
    forged = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return way, [*lines[:at], forged, *lines[at:]], at + 1


def test_every_change_of_an_export_is_found_and_named(full: World, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    head = write_export(full.open(), path)
    lines, dice = path.read_text(encoding="utf-8").splitlines(), random.Random(7)
    for i in range(300):
        word, changed, number = _ways(lines, dice)
        path.write_text("\n".join(changed) + "\n", encoding="utf-8")
        found = check_export(path, head)
        told = [(f.what, f.seq) for f in found.faults]
        near = {number, number + 1} if word == "reordered" else {number}
        assert any(what == word and seq in near for what, seq in told), (i, word, number, told)


def test_nothing_is_written_over(full: World, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text("mine")
    for attempt in (write_export, backup):
        with pytest.raises(UsageError, match="file-exists"):
            attempt(full.open(), path)
    assert path.read_text() == "mine"
    write_export(full.open(), path, force=True)
    assert check_export(path).good
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


def test_what_is_no_export_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no-export"):
        check_export(tmp_path / "none.jsonl")
    (tmp_path / "ledger.csv").write_text("customer,amount\nC1,5\n")
    found = check_export(tmp_path / "ledger.csv")
    assert [f.what for f in found.faults] == ["changed", "changed"]
    (tmp_path / "empty.jsonl").write_text("")
    assert check_export(tmp_path / "empty.jsonl", Head(3, "a" * 64)).faults[0].what == "cut"


def test_a_backup_restored_elsewhere_verifies_and_is_the_same(full: World, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    head = backup(full.open(), copy)
    assert restore(copy, tmp_path / "elsewhere" / "record.db") == head == full.open().head()
    with open_store(tmp_path / "elsewhere" / "record.db", create=False) as store:
        assert verify(store, head).good
    other = World("sqlite", file=tmp_path / "elsewhere" / "record.db")
    assert everything(other)["credit_journal"][: head.seq] == everything(full)["credit_journal"]
    assert everything(other)["credit_files"] == everything(full)["credit_files"]


def test_a_store_moves_between_sqlite_and_postgresql(
    full: World, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    head = write_export(full.open(), tmp_path / "journal.jsonl")
    other = World(
        "postgresql", socket=request.getfixturevalue("socket"), database=request.getfixturevalue("database")()
    )
    assert restore(tmp_path / "journal.jsonl", other.address()) == head
    assert everything(other) == everything(full)
    back = tmp_path / "back.jsonl"
    assert write_export(other.open(), back) == head
    assert back.read_bytes() == (tmp_path / "journal.jsonl").read_bytes()


def test_a_backup_is_made_while_others_write(full: World, tmp_path: Path) -> None:
    store = full.open()
    with store.writing() as turn:
        turn.add("note", {"customer": "C9", "text": "not yet committed"})
        turn.flush()
        head = backup(full.open(), tmp_path / "copy")
    assert head.seq == store.head().seq - 1  # what was committed, no more
    assert restore(tmp_path / "copy", tmp_path / "again.db") == head


def test_a_backup_with_faults_is_not_restored(full: World, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write_export(full.open(), path)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:3] + lines[4:]), encoding="utf-8")
    with pytest.raises(StoreError) as told:
        restore(path, tmp_path / "again.db")
    assert told.value.en == f"{path}: 1 faults in the copy: not used. Run credit journal verify on it. [bad-backup]"
    assert not (tmp_path / "again.db").exists()


def test_restoring_writes_nothing_over(full: World, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    backup(full.open(), copy)
    with pytest.raises(UsageError, match="store-exists"):
        restore(copy, full.address())
    with pytest.raises(StoreError, match="no-backup"):
        restore(tmp_path / "none", tmp_path / "again.db")
    assert verify(full.open()).good
