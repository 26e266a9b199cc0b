"""The journal as JSON lines, one entry a line with its hash, and checking such a file without the store.

What must stay true: a line without its "hash" is the canonical JSON the hash is of, so that anybody can check it with ten lines of any
language; a file is written whole or not at all, and nothing is written over.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from creditlib.errors import StoreError, UsageError
from creditlib.record.canonical import canonical, parse
from creditlib.record.chain import Chain, Fault, Faults, Link
from creditlib.record.entry import Entry, Head
from creditlib.record.store import Store


@dataclass(frozen=True)
class Checked:
    """What checking a file of entries found; as `verify.Verified`, without the tables."""

    entries: int
    head: Head
    against: Head | None
    faults: tuple[Fault, ...]
    fault_count: int

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault_count


def exported(entry: Entry) -> str:
    """Return the line of an entry in an export.

    >>> from creditlib.record.entry import ZERO, seal
    >>> exported(seal(1, ZERO, "note", "2026-11-21T08:00:00.000000Z", "li", {}))[:66]
    '{"actor":"li","at":"2026-11-21T08:00:00.000000Z","body":{},"hash":'
    """
    return canonical(parse(entry.line) | {"hash": entry.hash})


def write_export(store: Store, path: str | Path, *, force: bool = False) -> Head:
    """Write the whole journal to a file and return its head. force: write over a file that is there.

    Raises: UsageError: a file is there; StoreError.

    >>> import tempfile
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     head = write_export(store, f"{folder}/journal.jsonl")
    ...     check_export(f"{folder}/journal.jsonl", head).fault_count
    0
    """
    target, head = Path(path), Head(0, "")
    if target.exists() and not force:
        raise UsageError(
            f"{path}: a file is there already. Give another name, or --force. [file-exists]", f"{path}：文件已存在。请换名或加 --force。[file-exists]"
        )  # fmt: skip
    with _whole(target) as file:
        for entry in store.entries():
            file.write(exported(entry) + "\n")
            head = Head(entry.seq, entry.hash)
    return head


def check_export(path: str | Path, head: Head | None = None) -> Checked:
    """Walk the chain in a file and return what is wrong with it. head: as in `verify.verify`. Raises: StoreError: it can't be read.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
    ...     _ = file.write('{"seq":1}')
    ...     file.flush()
    ...     check_export(file.name).fault_count > 0
    True
    """
    faults = Faults()
    chain = Chain(faults, head)
    for _ in chain.walk(links(path)):
        pass
    if not chain.count:  # every store begins with an entry
        faults.add("no-entries", 0, "there is no entry in it.", "其中没有任何条目。")
    return Checked(chain.count, chain.head, head, tuple(faults), faults.total)


def links(path: str | Path) -> Iterator[Link]:
    """Yield the entries of a file as they stand in it. Raises: StoreError."""
    try:
        with Path(path).open(encoding="utf-8", newline="\n") as file:
            for place, line in enumerate(file, 1):
                yield _link(place, line.removesuffix("\n"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise StoreError(
            f"{path}: no export to read there ({why}). Make one: credit journal export. [no-export]",
            f"{path}：无法读取导出文件（{why}）。请先导出：credit journal export。[no-export]",
        ) from None


def _link(place: int, line: str) -> Link:
    try:
        held: Any = parse(line)
        found = held.pop("hash")
        return Link(place, canonical(held), found if isinstance(found, str) else "")
    except (ValueError, KeyError, AttributeError, TypeError, UsageError):
        return Link(place, line, "")


class _whole:
    """A file that appears under its name when it is finished, and not at all when something goes wrong."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __enter__(self) -> TextIO:
        try:
            handle, self.name = tempfile.mkstemp(prefix=f".{self.target.name}.", dir=self.target.parent)
        except OSError as error:
            raise _cannot_write(self.target, error) from None
        self.file = os.fdopen(handle, "w", encoding="utf-8", newline="\n")
        return self.file

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            with self.file:
                if error is None:
                    self.file.flush()
                    os.fsync(self.file.fileno())
            if error is None:
                Path(self.name).replace(self.target)
                return
        except OSError as failed:
            raise _cannot_write(self.target, failed) from None
        finally:
            Path(self.name).unlink(missing_ok=True)


def _cannot_write(target: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{target}: can't be written: {error.strerror}. Check the path, the rights and the space. [file-not-written]",
        f"{target}：无法写入：{error.strerror}。请检查路径、权限与空间。[file-not-written]",
    )
