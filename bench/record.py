"""Time the record: entries appended one by one, each durable; appended in batches; and a whole store verified.

What must stay true: a store is a file on the disk asked for, with the settings every store has; an entry counts when `append` has returned,
so after its commit has reached the disk; each round begins on a store of its own; what is verified is found good.

    python bench/record.py                            1,000,000 entries; rows of history.csv
    python bench/record.py --entries 100000 --no-history
    python bench/record.py --folder /mnt/other        on another disk
"""

from __future__ import annotations

import argparse
import csv
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
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
        singles = []
        for i in range(ROUNDS):
            with open_store(Path(folder) / f"single{i}.db") as store:
                singles.append(one_by_one(store, ONE_BY_ONE))
        rows.append(("record:append", ONE_BY_ONE, singles))
        whole = given.entries // BATCH * BATCH
        with open_store(Path(folder) / "large.db") as store:
            rows.append(("record:batch", whole, [batched(store, whole)]))
            rows.append(("record:verify", whole, [verified(store) for _ in range(ROUNDS)]))
            size = (Path(folder) / "large.db").stat().st_size / whole
    made = []
    for name, count, seconds in rows:
        median = statistics.median(seconds)
        print(f"{name:14} {count:>9,} entries  median {median:8.3f} s  {count / median:>9,.0f} a second")
        made.append(
            (datetime.now().isoformat(timespec="seconds"), machine(), name, count, "creditlib", "sqlite", f"{median:.4f}",
             f"{min(seconds):.4f}", f"{peak_mb():.0f}", "", "", versions(), commit())
        )  # fmt: skip
    print(f"{size:.0f} bytes an entry on the disk, {peak_mb():.0f} MB of memory at most")
    if not given.no_history:
        with HISTORY.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(made)


if __name__ == "__main__":
    main()
