"""The ledgers the bench runs on, written once under `data/` and kept.

What must stay true: the same size gives the same ledger on every machine.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"
SEED, MONTHS, END = 7, 36, date(2026, 10, 31)


def sample(invoices: int) -> Any:
    from creditlib.facts.sample.generate import generate

    return generate(seed=SEED, customers=max(60, invoices // 100), months=MONTHS, end=END, invoices=invoices, odd=False)


def assessed(customers: int, invoices: int) -> Path:
    """A connected book of so many customers."""
    from creditlib.facts.book import Book, save_book
    from creditlib.facts.sample.generate import generate

    if invoices == customers * 100:
        return prepared(invoices)
    folder = DATA / f"assessed-{customers}"
    if not folder.is_dir():
        print(f"generating {invoices:,} invoices of {customers:,} customers …", flush=True)
        made = generate(seed=SEED, customers=customers, months=MONTHS, end=END, invoices=invoices, odd=False)
        save_book(Book(made.documents, made.allocations, made.customers), folder)
    return folder


def prepared(invoices: int) -> Path:
    """A connected book without the sales table, so that countback adds up the billing documents themselves."""
    from creditlib.facts.book import Book, save_book

    folder = DATA / f"prepared-{invoices}"
    if not folder.is_dir():
        print(f"generating {invoices:,} invoices …", flush=True)
        made = sample(invoices)
        save_book(Book(made.documents, made.allocations, made.customers), folder)
    return folder


def raw(invoices: int) -> Path:
    """The same ledger as CSV text."""
    folder = DATA / f"raw-{invoices}"
    if not folder.is_dir():
        from creditlib.facts.sample.files import write_sample

        print(f"writing {invoices:,} invoices as CSV …", flush=True)
        work = Path(tempfile.mkdtemp(prefix="raw-", dir=DATA))
        write_sample(work, sample=sample(invoices))
        work.rename(folder)
    return folder


def columns_mb(work: str, folder: Path) -> float:
    """Bytes of the columns the work must look at, decoded: 8 for an amount or a number, 4 for a date or a code."""
    import workloads
    from pyarrow import parquet

    total = 0
    for table, names in (("documents", workloads.DOCUMENTS[work]), ("allocations", workloads.ALLOCATIONS[work])):
        rows = parquet.ParquetFile(folder / f"{table}.parquet").metadata.num_rows
        # a document's number is its row: nobody has to read it
        total += rows * sum(8 if name.endswith(("_minor", "_document")) else 4 for name in names if name != "id")
    return total / 1e6
