"""A book: the tables of one firm's receivables, in memory or as a connected folder of Parquet.

What must stay true: data only, no report knows its way in here; a connected folder is opened only when every file still has the
hash its manifest lists; columns are read when they are asked for.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from creditlib.errors import RecordError, SourceError, UsageError
from creditlib.facts.tables import SCHEMAS, conform, empty

MANIFEST: Final = "manifest.json"
_FORMAT: Final = 1
_ROW_GROUP: Final = 1_000_000


@dataclass(frozen=True)
class Book:
    """Documents, allocations, customers, sales, orders, events of one firm.

    Each is a `pyarrow.Table` of the schema of that name, or anything with `__arrow_c_stream__`; what is not given is empty.
    complete: the documents are all there were, not only what is open today: earlier month ends and payment behaviour can be
    told. folder: where a connected book lies.
    """

    documents: Any = None
    allocations: Any = None
    customers: Any = None
    sales: Any = None
    orders: Any = None
    events: Any = None
    complete: bool = True
    folder: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name in SCHEMAS:
            given = getattr(self, name)
            if given is None:
                if self.folder is None:
                    object.__setattr__(self, name, empty(name))
            elif not (isinstance(given, pa.Table) and given.schema.equals(SCHEMAS[name])):
                object.__setattr__(self, name, conform(name, given))

    def columns(self, table: str, names: Sequence[str]) -> pa.Table:
        """Return some columns of a table; from a connected folder only those are read."""
        held: pa.Table | None = getattr(self, table)
        if held is not None:
            return held.select(list(names))
        assert self.folder is not None
        return parquet.read_table(self.folder / f"{table}.parquet", columns=list(names), schema=SCHEMAS[table])

    def rows(self, table: str) -> int:
        """Return how many rows a table has, without reading it."""
        held: pa.Table | None = getattr(self, table)
        if held is not None:
            return int(held.num_rows)
        assert self.folder is not None
        return int(parquet.ParquetFile(self.folder / f"{table}.parquet").metadata.num_rows)

    def table(self, name: str) -> pa.Table:
        """Return a whole table."""
        return self.columns(name, SCHEMAS[name].names)


def save_book(book: Book, folder: str | Path) -> Path:
    """Write a book as a connected folder: Parquet files and a manifest of their SHA-256 hashes.

    The folder appears complete or not at all. Raises: UsageError when it exists and is no connected book.
    """
    target = Path(folder)
    if target.exists() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise UsageError(
            f"{target}: exists and is not a connected book. Choose an empty folder.",
            f"{target}：已存在且不是连接账簿。请选择空文件夹。",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        hashes = {}
        for name in SCHEMAS:
            path = work / f"{name}.parquet"
            parquet.write_table(book.table(name), path, compression="zstd", row_group_size=_ROW_GROUP)
            hashes[path.name] = _hash(path)
        manifest = {"format": _FORMAT, "complete": book.complete, "sha256": hashes}
        (work / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        old = None
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
            os.rename(target, old / target.name)
        os.rename(work, target)
        if old is not None:
            shutil.rmtree(old)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return target


def open_book(folder: str | Path, *, verify: bool = True) -> Book:
    """Open a connected folder; columns are read when asked for.

    verify: compare every file's hash with the manifest first. Raises: SourceError when there is no manifest; RecordError
    when a file was changed since.
    """
    path = Path(folder)
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: no connected book here ({error}).", f"{path}：不是连接账簿（{error}）。") from error
    if manifest.get("format") != _FORMAT:
        raise SourceError(
            f"{path}: format {manifest.get('format')} of a connected book, this version reads {_FORMAT}. Import it again.",
            f"{path}：连接账簿格式为 {manifest.get('format')}，本版本读取 {_FORMAT}。请重新导入。",
        )
    changed = [name for name in _names() if verify and _hash(path / name) != manifest["sha256"].get(name)]
    if changed:
        raise RecordError(
            f"{path}: {', '.join(changed)} changed since the book was written. Import the ledger again.",
            f"{path}：{'、'.join(changed)} 在写入后被改动。请重新导入台账。",
        )
    return Book(complete=manifest["complete"], folder=path)


def _names() -> Iterable[str]:
    return (f"{name}.parquet" for name in SCHEMAS)


def _hash(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
