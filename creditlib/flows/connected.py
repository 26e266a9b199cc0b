"""The connected book: a folder imported once from a firm's files, opened in milliseconds, and imported anew when it is refreshed.

What must stay true: the folder says which files it came from, with their hashes, and which shape they had; a refresh either replaces the
whole folder or leaves it as it was; nothing is refreshed behind anybody's back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args

import pyarrow.compute as pc

from creditlib.errors import Finding, UsageError
from creditlib.facts.book import MANIFEST, Book, open_book, read_manifest, save_book
from creditlib.facts.database import address, has_secret
from creditlib.facts.mapping import Shape
from creditlib.facts.reading import Reading
from creditlib.facts.tables import SCHEMAS
from creditlib.flows.sources import Sources
from creditlib.policy import Policy


@dataclass(frozen=True)
class Connected:
    """A connected book. reading: as measures and decisions take it. hash: of its manifest, which names every file's hash. sources: the
    files it came from, None where a program wrote it. changed: those that are no longer what was imported."""

    folder: Path
    reading: Reading
    hash: str
    sources: Sources | None
    imported: Mapping[str, str]

    @property
    def changed(self) -> tuple[str, ...]:
        """Files that changed, or went, since they were imported."""
        return tuple(name for name, digest in self.imported.items() if _digest(name) != digest)

    @property
    def live(self) -> tuple[str, ...]:
        """Sources that can't be compared with what was imported, databases: a refresh always reads them."""
        return () if self.sources is None else tuple(_shown(name) for name in self.sources.all if "://" in name)

    @property
    def last_day(self) -> date | None:
        """The last day of a document."""
        found = pc.max(self.reading.book.columns("documents", ["posted_on"])["posted_on"]).as_py()
        other = pc.max(self.reading.book.columns("documents", ["issue_on"])["issue_on"]).as_py()
        return max((d for d in (found, other) if d is not None), default=None)


def import_book(
    folder: str | Path, sources: Sources, policy: Policy, on: date
) -> tuple[Connected, tuple[Finding, ...]]:
    """Import files into a connected folder; return it with everything found while reading.

    on: the day whose policy values hold. A folder that holds a connected book already is replaced. Raises: what reading raises, and
    UsageError for a folder that holds something else.
    """
    sources = _absolute(sources)
    secret = next((name for name in sources.all if "://" in name and has_secret(name)), None)
    if secret is not None:
        raise UsageError(
            f"{address(secret)}: the address holds a password, which would stand in the book's manifest. Let the database sign in without it.",
            f"{address(secret)}：地址中含有密码，会写入账簿清单。请改用无须在地址中写密码的登录方式。",
        )
    reading = sources.read(policy, on)
    if not any(reading.book.rows(name) for name in SCHEMAS):
        told = reading.findings[0] if reading.findings else None
        raise UsageError(
            f"nothing of {', '.join(map(_shown, sources.all))} could be used, so no book is made."
            + (f" First: {told.line('en')}" if told else ""),
            f"{'、'.join(map(_shown, sources.all))} 中没有可用的内容，未建立账簿。"
            + (f"第一处：{told.line('zh')}" if told else ""),
        )
    read = [*sources.all, *([sources.mapping] if sources.mapping else [])]
    hashes = {name: _digest(name) for name in read if "://" not in name}
    save_book(reading.book, folder, origin={"shape": reading.shape, "sources": sources.plain(), "files": hashes})
    made = open_connected(folder, verify=False)
    return replace(made, reading=replace(reading, book=made.reading.book)), reading.findings


def refresh(folder: str | Path, policy: Policy, on: date) -> tuple[Connected, tuple[Finding, ...]]:
    """Import the same files anew. Raises: UsageError where the folder does not know its files, SourceError where one is gone."""
    sources = open_connected(folder).sources
    if sources is None:
        raise UsageError(
            f"{folder}: does not say which files it came from. Import the ledger again.",
            f"{folder}：未记录来源文件。请重新导入台账。",
        )
    return import_book(folder, sources, policy, on)


def open_connected(folder: str | Path, *, verify: bool = True) -> Connected:
    """Open a connected folder. Raises: what `open_book` raises."""
    path = Path(folder)
    book, manifest = open_book(path, verify=verify), read_manifest(path)
    origin = manifest.get("origin") or {}
    told = origin.get("sources")
    digest = hashlib.sha256((path / MANIFEST).read_bytes()).hexdigest()
    reading = Reading(book, (), _shape(origin.get("shape"), book), (), (), None)
    return Connected(path, reading, digest, Sources.of(told) if told else None, origin.get("files") or {})


def _shape(told: Any, book: Book) -> Shape:
    """Return the shape a folder tells, else what its book looks like."""
    if told in get_args(Shape):
        return cast(Shape, told)
    return "documents_with_allocations" if book.complete else "open_items"


def _absolute(sources: Sources) -> Sources:
    """Return sources that are found from any folder."""

    def whole(name: str) -> str:
        return name if "://" in name else str(Path(name).resolve())

    beside: dict[str, Any] = {
        n: whole(v) for n in ("orders", "limits", "events", "sales", "mapping") if (v := getattr(sources, n))
    }
    files, credit = (tuple(map(whole, names)) for names in (sources.files, sources.credit_files))
    return replace(sources, files=files, credit_files=credit, **beside)


def _shown(name: str) -> str:
    """Return a source as it may be printed: of a database's address, nothing that signs in."""
    return address(name) if "://" in name else name


def _digest(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
