"""A close in the record: which files, which policy, which totals, how much still needed a person.

What must stay true: what is recorded is what the workbook shows; the entry is written before the workbook, since the workbook names the
head that holds it; the same close made again is the next run of that day, never a change of the one before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import csv

from creditlib.flows.closing import Close
from creditlib.flows.evidence import file_hashes
from creditlib.record.entry import Head
from creditlib.record.store import Store

OPEN_ITEMS = "open items"
"""The name under which the items of the close themselves are hashed, beside the files."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A close that stands in a record. place: of the store, without secrets. head: the end of the chain that holds it. run: 1 for the
    first close of this book and day."""

    place: str
    head: Head
    book: str
    run: int


def record_close(store: Store, made: Close, inputs: Sequence[str], book: str) -> Recorded:
    """Write a close into a record and return where it stands. inputs: files it was made from. book: what the ledger is called, so that its
    runs are counted.

    Raises: RefusedError where the person may not; StoreError.

    >>> import tempfile
    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.close import close
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.store import open_store
    >>> made = close(sample_book(), load_policy(), SAMPLE_END)
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     record_close(store, made, [], "sample").run, record_close(store, made, [], "sample").run
    (1, 2)
    """
    body = {
        "book": book, "as_of": made.as_of, "policy": f"{made.policy_name}@{made.policy_fingerprint}",
        "inputs": file_hashes(inputs) | {OPEN_ITEMS: items_hash(made.items)}, "totals": {made.currency: 0} | made.totals(),
        "must_act": sum(finding.severity == "must_act" for finding in made.findings),
    }  # fmt: skip
    entry = store.append("close", body)
    return Recorded(store.place, Head(entry.seq, entry.hash), book, entry.body["run"])


def book_name(made: Close, inputs: Sequence[str]) -> str:
    """Return what a ledger is called where nobody says: the firm, else its first file without its ending.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.close import close
    >>> from creditlib.policy import load_policy
    >>> book_name(close(sample_book(), load_policy(), SAMPLE_END), ["month/ledger.csv"])  # the firms it holds
    '1000, 2000'
    """
    first = inputs[0]
    named = PurePosixPath(urlsplit(first).path).name or "database" if "://" in first else Path(first).stem
    return (made.entity or named)[:200]  # of an address nothing that signs in: what is recorded stays


def items_hash(items: pa.Table) -> str:
    """Return the SHA-256 of a close's items as CSV, the column `source` left out: where a row stood is not what it says.

    >>> len(items_hash(pa.table({"customer": ["C1"], "open_minor": [1]})))
    64
    """
    names = [name for name in items.column_names if name != "source"]
    columns = {
        name: items[name].cast(pa.string()) if pa.types.is_dictionary(items[name].type) else items[name]
        for name in names
    }
    sink = pa.BufferOutputStream()
    csv.write_csv(pa.table(columns), sink)
    return hashlib.sha256(sink.getvalue()).hexdigest()
