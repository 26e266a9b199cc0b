"""A book: the tables of one firm's receivables, in memory or as a connected folder of Parquet.

What must stay true: data only, no report knows its way in here; a connected folder is opened only when every file still has the
hash its manifest lists; columns are read when they are asked for, and a long table can be read a piece at a time, so that
memory follows the result and not the book; what allocations point to is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from creditlib.errors import RecordError, SourceError, UsageError
from creditlib.facts.credit_tables import CREDIT_TABLES
from creditlib.facts.tables import SCHEMAS, conform, empty

MANIFEST: Final = "manifest.json"
_FORMAT: Final = 1
_ROW_GROUP: Final = 1_000_000
_FIRST: Final = tuple(f"{name}.parquet" for name in SCHEMAS if name not in CREDIT_TABLES)
"""Tables of every connected book; those of the credit file came later and are empty where the manifest does not list them."""
PIECE: Final = 1 << 18  # rows: a column of a piece stays in the processor's own cache
_CODES: Final = 1 << 26  # bytes of codes' texts a row group may hold before they would be written out as plain text


@dataclass(frozen=True)
class Book:
    """Documents, allocations, customers, sales, orders, events of one firm, and the credit files of its customers.

    Each is a `pyarrow.Table` of the schema of that name, or anything with `__arrow_c_stream__`; what is not given is empty.
    complete: the documents are all there were, not only what is open today: earlier month ends and payment behaviour can be
    told. folder: where a connected book lies.
    Raises: UsageError for documents not numbered 0…n−1, or allocations that point to none of them or are not above 0.
    """

    documents: Any = None
    allocations: Any = None
    customers: Any = None
    sales: Any = None
    orders: Any = None
    events: Any = None
    registrations: Any = None
    statements: Any = None
    references: Any = None
    ratings: Any = None
    security: Any = None
    contracts: Any = None
    purchases: Any = None
    assessments: Any = None
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
        if self.documents is not None:
            _check_ids(self.documents)
        if self.allocations is not None:
            _check_links(self.allocations, self.rows("documents"))

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
        return int(_footer(self.folder / f"{table}.parquet").num_rows)

    def nulls(self, table: str, names: Sequence[str]) -> dict[str, int]:
        """Return how many nulls each of some columns holds, from the file's own statistics where it has them."""
        held: pa.Table | None = getattr(self, table)
        if held is None:
            assert self.folder is not None
            found = _nulls(self.folder / f"{table}.parquet", names)
            if found is not None:
                return found
            held = self.columns(table, names)
        return {name: held[name].null_count for name in names}

    def scan(self, table: str, names: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield (number of the first row, some columns) of a table, a piece at a time and in order.

        From a connected folder the next piece is read while this one is worked on.
        """
        held: pa.Table | None = getattr(self, table)
        if held is None:
            assert self.folder is not None
            yield from _read_ahead(self.folder / f"{table}.parquet", names, SCHEMAS[table])
            return
        held = held.select(list(names))
        for at in range(0, held.num_rows, PIECE):
            yield at, held.slice(at, PIECE)

    def take(self, table: str, names: Sequence[str], rows: NDArray[np.int64]) -> pa.Table:
        """Return some columns of some rows. rows: row numbers; ascending ones are gathered without holding whole columns."""
        held: pa.Table | None = getattr(self, table)
        if held is not None or (len(rows) > 1 and bool((rows[1:] < rows[:-1]).any())):
            whole = self.columns(table, names)
            return whole if _is_all(rows, whole.num_rows) else whole.take(pa.array(rows))
        pieces = [SCHEMAS[table].empty_table().select(list(names))]
        for at, piece in self.scan(table, names):
            low, high = np.searchsorted(rows, [at, at + piece.num_rows])
            if low < high:
                chosen = rows[low:high] - at
                piece = piece if _is_all(chosen, piece.num_rows) else piece.take(pa.array(chosen))
                pieces.append(_shared(piece, pieces[-1]))
        return pa.concat_tables(pieces[1:] or pieces)

    def table(self, name: str) -> pa.Table:
        """Return a whole table."""
        return self.columns(name, SCHEMAS[name].names)


def _check_ids(documents: pa.Table) -> None:
    """Refuse documents whose ids are not 0…n−1. Raises: UsageError."""
    at = 0
    for chunk in documents["id"].chunks:
        ids = chunk.to_numpy()
        wrong = np.flatnonzero(ids != np.arange(at, at + len(ids)))
        if len(wrong):
            row, found = at + int(wrong[0]), int(ids[wrong[0]])
            raise UsageError(
                f"documents: row {row} has id {found}. Number the rows 0, 1, 2, …: allocations point to them.",
                f"documents：第 {row} 行的 id 为 {found}。请按 0、1、2……逐行编号：核销记录以此指向单据。",
            )
        at += len(ids)


def _check_links(allocations: pa.Table, count: int) -> None:
    """Refuse allocations of nothing, to nothing, or to documents that are not there. Raises: UsageError."""
    at = 0
    for batch in allocations.select(["from_document", "to_document", "amount_minor"]).to_batches():
        source, target = batch["from_document"], batch["to_document"]
        faults: list[tuple[NDArray[np.bool_], Any, str, str]] = [
            (
                ~(np.asarray(source.is_valid()) | np.asarray(target.is_valid())),
                None,
                "names no document",
                "未指向任何单据",
            )
        ]
        for column in (source, target):
            ids = (column.fill_null(0) if column.null_count else column).to_numpy()
            outside = ((ids < 0) | (ids >= count)) & np.asarray(column.is_valid())
            faults.append((outside, ids, f"points to document {{}} of {count}", f"指向单据 {{}}，而单据共 {count} 张"))
        amount = batch["amount_minor"].to_numpy()
        faults.append((amount <= 0, amount, "has the amount {}, not above 0", "金额为 {}，须大于 0"))
        for wrong, values, en, zh in faults:
            if wrong.any():
                row = int(np.argmax(wrong))
                value = None if values is None else int(values[row])
                raise UsageError(
                    f"allocations: row {at + row} {en.format(value)}. Ids count from 0; amounts are minor units, positive.",
                    f"allocations：第 {at + row} 行{zh.format(value)}。id 从 0 起；金额以分计，为正数。",
                )
        at += batch.num_rows


def _is_all(rows: NDArray[np.int64], count: int) -> bool:
    return len(rows) == count and bool((rows == np.arange(count)).all())


def _shared(piece: pa.Table, before: pa.Table) -> pa.Table:
    """Let the codes of a piece point to the texts of the piece before where they are the same: held once, unified for nothing."""
    for i, column in enumerate(piece.schema):
        if not pa.types.is_dictionary(column.type) or not before.num_rows:
            continue
        texts = before.column(i).chunk(0).dictionary
        chunks = piece.column(i).chunks
        if all(chunk.dictionary.equals(texts) for chunk in chunks):
            same = [pa.DictionaryArray.from_arrays(chunk.indices, texts) for chunk in chunks]
            piece = piece.set_column(i, column, pa.chunked_array(same, column.type))
    return piece


def _read_ahead(path: Path, names: Sequence[str], schema: pa.Schema) -> Iterator[tuple[int, pa.Table]]:
    """Yield the row groups of a file; one thread decodes the next while the caller computes (neither needs the other's lock)."""
    with parquet.ParquetFile(path) as file, ThreadPoolExecutor(1) as reader:
        there = [name for name in names if name in file.schema_arrow.names]
        groups = file.metadata.num_row_groups
        ahead = reader.submit(file.read_row_group, 0, there) if groups else None
        at = 0
        for group in range(groups):
            assert ahead is not None
            piece = ahead.result()
            if group + 1 < groups:
                ahead = reader.submit(file.read_row_group, group + 1, there)
            for name in set(names) - set(there):  # a column newer than the file
                piece = piece.append_column(schema.field(name), pa.nulls(piece.num_rows, schema.field(name).type))
            piece = piece.select(list(names))
            for start in range(0, piece.num_rows, PIECE):
                yield at + start, piece.slice(start, PIECE)
            at += piece.num_rows


def _footer(path: Path) -> Any:
    """Return what a file says of itself, read once for each state of the file."""
    state = path.stat()
    return _footer_of(path, (state.st_mtime_ns, state.st_size, state.st_ino))


@lru_cache(maxsize=32)
def _footer_of(path: Path, state: tuple[int, ...]) -> Any:
    return parquet.ParquetFile(path).metadata


def _nulls(path: Path, names: Sequence[str]) -> dict[str, int] | None:
    """Return the nulls of some columns by a file's statistics; None when it lacks any."""
    metadata = _footer(path)
    place = {metadata.schema.column(i).path: i for i in range(metadata.num_columns)}
    found = dict.fromkeys(names, 0)
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for name in names:
            if name not in place:
                found[name] += row_group.num_rows
                continue
            statistics = row_group.column(place[name]).statistics
            if statistics is None or not statistics.has_null_count:
                return None
            found[name] += statistics.null_count
    return found


def save_book(book: Book, folder: str | Path, *, origin: Mapping[str, Any] | None = None) -> Path:
    """Write a book as a connected folder: Parquet files and a manifest of their SHA-256 hashes.

    origin: where the book comes from, kept in the manifest as JSON; see `flows.connected`. The folder appears complete or not at
    all. Raises: UsageError when it exists and is no connected book.
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
            table = book.table(name)
            if getattr(book, name) is None:  # not held, so not checked when the book was made
                _check_ids(table) if name == "documents" else _check_links(table, book.rows("documents"))
            _write(table, path)
            hashes[path.name] = _hash(path)
        manifest = {"format": _FORMAT, "complete": book.complete, "sha256": hashes}
        if origin is not None:
            manifest["origin"] = dict(origin)
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


def _write(table: pa.Table, path: Path) -> None:
    """Write one table. Amounts and numbers differ in nearly every row: as differences they are smaller, and read four times
    as fast, as through a dictionary."""
    whole = {column.name for column in table.schema if pa.types.is_integer(column.type)}
    parquet.write_table(
        table.unify_dictionaries(), path, compression="zstd", row_group_size=_ROW_GROUP, dictionary_pagesize_limit=_CODES,
        use_dictionary=[name for name in table.column_names if name not in whole],
        column_encoding=dict.fromkeys(sorted(whole), "DELTA_BINARY_PACKED"),
    )  # fmt: skip


def open_book(folder: str | Path, *, verify: bool = True) -> Book:
    """Open a connected folder; columns are read when asked for.

    verify: compare every file's hash with the manifest first. Raises: SourceError when there is no manifest; RecordError
    when a file was changed since.
    """
    path, manifest = Path(folder), read_manifest(folder)
    listed = manifest["sha256"]
    changed = [name for name in _FIRST if name not in listed]
    changed += [name for name in listed if verify and _hash(path / name) != listed[name]]
    if changed:
        raise RecordError(
            f"{path}: {', '.join(changed)} changed since the book was written. Import the ledger again.",
            f"{path}：{'、'.join(changed)} 在写入后被改动。请重新导入台账。",
        )
    newer = {name: empty(name) for name in SCHEMAS if f"{name}.parquet" not in listed}
    return Book(complete=manifest["complete"], folder=path, **newer)


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Return what a connected folder says of itself: format, complete, sha256 by file, and origin where the book tells it.

    Raises: SourceError when there is no manifest, or it is of another format.
    """
    path = Path(folder)
    try:
        manifest: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError(MANIFEST)
    except FileNotFoundError as error:
        raise SourceError(
            f"{path}: no connected book here: there is no {MANIFEST}. Connect the book again.",
            f"{path}：不是连接账簿：没有 {MANIFEST}。请重新连接账簿。",
        ) from error
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{path}: no connected book here: {MANIFEST} can't be read. Import the ledger again.",
            f"{path}：不是连接账簿：无法读取 {MANIFEST}。请重新导入台账。",
        ) from error
    if manifest.get("format") != _FORMAT:
        raise SourceError(
            f"{path}: format {manifest.get('format')} of a connected book, this version reads {_FORMAT}. Import it again.",
            f"{path}：连接账簿格式为 {manifest.get('format')}，本版本读取 {_FORMAT}。请重新导入。",
        )
    return manifest


def _hash(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
