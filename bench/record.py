"""Time the record: entries appended one by one, each durable; appended in batches; and a whole store verified. Beside it, what somebody would
write in an afternoon: a log table in SQLite with the same settings, JSON in a column, a hash over each row; no chain, no rules, no tables.

What must stay true: a store is a file on the disk asked for, with the settings every store has; an entry counts when `append` has returned,
so after its commit has reached the disk; each round begins on a store of its own; what is verified is found good.

    python bench/record.py                            1,000,000 entries; rows of history.csv
    python bench/record.py --entries 100000 --no-history
    python bench/record.py --folder /mnt/other        on another disk
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from where import ROOT, commit, machine, versions

from creditlib.record.store import Store, open_store
from creditlib.record.verify import verify

HISTORY = Path(__file__).with_name("history.csv")
ONE_BY_ONE = 5_000
BATCH = 10_000
ROUNDS = 3


def drafts() -> Iterator[tuple[str, dict[str, Any]]]:
    """Entries as a firm writes them: notes and events of 2,000 customers, now and then a version of a credit file."""
    i = 0
    while True:
        i += 1
        customer = f"C-{i * 7919 % 2_000:04d}"
        if i % 10 == 0:
            yield (
                "credit_file",
                {"customer": customer, "as_of": "2026-10-31", "digest": f"{i:064x}", "grade": "B", "score": 600},
            )
        elif i % 3 == 0:
            yield "event", {
                "event": "promise", "on": "2026-11-02", "customer": customer, "document": f"INV-{i}", "currency": "CNY",
                "amount_minor": i * 100, "until": "2026-11-20", "person": "李", "text": "承诺月底前付清",
            }  # fmt: skip
        else:
            yield (
                "note",
                {
                    "customer": customer,
                    "on": "2026-11-02",
                    "text": "Called; the buyer confirms the balance and pays on the 20th.",
                },
            )


class Log:
    """The log table somebody would write instead."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, line TEXT NOT NULL, hash TEXT NOT NULL)")

    def put(self, drafts: Iterable[tuple[str, dict[str, Any]]]) -> None:
        lines = (json.dumps({"kind": kind, "body": body}, ensure_ascii=False, sort_keys=True) for kind, body in drafts)
        self.connection.execute("BEGIN IMMEDIATE")
        rows = ((line, hashlib.sha256(line.encode()).hexdigest()) for line in lines)
        self.connection.executemany("INSERT INTO log (line, hash) VALUES (?, ?)", rows)
        self.connection.execute("COMMIT")

    def one_by_one(self, count: int) -> float:
        begin = time.perf_counter()
        for draft in islice(drafts(), count):
            self.put([draft])
        return time.perf_counter() - begin

    def batched(self, count: int) -> float:
        source, begin = drafts(), time.perf_counter()
        for _ in range(count // BATCH):
            self.put(islice(source, BATCH))
        return time.perf_counter() - begin

    def verified(self) -> float:
        """Every row hashed again and its JSON read: all that such a table lets one check."""
        begin = time.perf_counter()
        for line, told in self.connection.execute("SELECT line, hash FROM log ORDER BY seq"):
            json.loads(line)
            assert hashlib.sha256(line.encode()).hexdigest() == told
        return time.perf_counter() - begin


def one_by_one(store: Store, count: int) -> float:
    begin = time.perf_counter()
    for kind, body in islice(drafts(), count):
        store.append(kind, body)
    return time.perf_counter() - begin


def batched(store: Store, count: int) -> float:
    source, begin = drafts(), time.perf_counter()
    for _ in range(count // BATCH):
        store.append_many(islice(source, BATCH))
    return time.perf_counter() - begin


def verified(store: Store) -> float:
    begin = time.perf_counter()
    found = verify(store)
    seconds = time.perf_counter() - begin
    assert found.good, found.faults[:3]
    return seconds


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--entries", type=int, default=1_000_000)
    asked.add_argument("--folder", type=Path, default=ROOT / "out")
    asked.add_argument("--no-history", action="store_true")
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        place = Path(folder)
        singles, plain = [], []
        for i in range(ROUNDS):
            with open_store(place / f"single{i}.db") as store:
                singles.append(one_by_one(store, ONE_BY_ONE))
            plain.append(Log(place / f"plain{i}.db").one_by_one(ONE_BY_ONE))
        rows.append(("record:append", ONE_BY_ONE, singles, plain))
        whole, log = given.entries // BATCH * BATCH, Log(place / "plain.db")
        with open_store(place / "large.db") as store:
            rows.append(("record:batch", whole, [batched(store, whole)], [log.batched(whole)]))
            rows.append(
                (
                    "record:verify",
                    whole,
                    [verified(store) for _ in range(ROUNDS)],
                    [log.verified() for _ in range(ROUNDS)],
                )
            )
            size = (place / "large.db").stat().st_size / whole
    made = []
    for name, count, *both in rows:
        for engine, seconds in zip(("creditlib", "log table"), both, strict=True):
            median = statistics.median(seconds)
            print(
                f"{name:14} {engine:10} {count:>9,} entries  median {median:8.3f} s  {count / median:>9,.0f} a second"
            )
            made.append(
                (datetime.now().isoformat(timespec="seconds"), machine(), name, count, engine, "sqlite", f"{median:.4f}",
                 f"{min(seconds):.4f}", f"{peak_mb():.0f}", "", "", versions(), commit())
            )  # fmt: skip
    print(f"{size:.0f} bytes an entry on the disk, {peak_mb():.0f} MB of memory at most")
    if not given.no_history:
        with HISTORY.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(made)


if __name__ == "__main__":
    main()
