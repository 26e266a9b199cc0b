"""What a decision on a customer stood on, as hashes: files, rows of the credit file, documents, figures, policy.

What must stay true: the same files, day and policy give the same digest on any machine, so that years later anybody who holds the files
can show that they are the ones; the hashes tell nothing of what is in them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from creditlib.errors import UsageError
from creditlib.facts.credit_tables import CREDIT_TABLES
from creditlib.facts.tables import among
from creditlib.flows.assess import Assessment
from creditlib.flows.review import review
from creditlib.flows.reviewing import Review
from creditlib.record.canonical import canonical, digest
from creditlib.record.looking import rows_of
from creditlib.record.store import Store
from creditlib.record.tables import FILES
from creditlib.record.writing import Turn

_PLACES: Final = frozenset(("source_file", "source_row", "id"))
"""Columns that say where a row stood, not what it says."""
_TABLES: Final = ("documents", "customers", "orders", "events", *CREDIT_TABLES)


@dataclass(frozen=True, slots=True)
class Evidence:
    """digest: of everything, 64 hex digits. parts: name → hash: "file NAME", "table NAME", "figures"."""

    digest: str
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a customer's credit file in the record. new: it was written now; else the newest one holds the same."""

    version: int
    digest: str
    new: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """A recorded version held against what was given. recorded, digest: of both. differs: names of parts, policy or day that differ."""

    version: int
    recorded: str
    digest: str
    differs: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether both are the same."""
        return self.recorded == self.digest


def evidence(whole: Assessment, made: Review, sources: Sequence[str] = ()) -> Evidence:
    """Return the hashes a review stands on. sources: files it was read from; a database's address has no hash, its rows have one.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.flows.review import review
    >>> from creditlib.policy import load_policy
    >>> whole = assess(sample_book(), load_policy(), SAMPLE_END)
    >>> sorted(evidence(whole, review(whole, "C-7003")).parts)[:2]
    ['figures', 'table assessments']
    """
    parts = file_hashes(sources)
    parts = {f"file {name}": found for name, found in parts.items()}
    for name in _TABLES:
        table = whole.book.table(name)
        if name == "events":  # limits are what is decided, not what it stands on: the record's own stand among them
            table = table.filter(pc.invert(pa.array(among(table["event"], ["limit_set"]))))
        rows = _rows(table, made.customer)
        if rows:
            parts[f"table {name}"] = digest(canonical(rows))
    parts["figures"] = digest(canonical(_plain(_figures(made))))
    head = {
        "customer": made.customer, "as_of": made.as_of.isoformat(), "policy": f"{made.policy_name}@{made.policy_fingerprint}",
        "parts": {name: found for name, found in parts.items() if not name.startswith("file ")},
    }  # fmt: skip
    return Evidence(digest(canonical(head)), parts)


def record_file(store: Store, whole: Assessment, made: Review, sources: Sequence[str] = ()) -> Version:
    """Write the version of a customer's credit file a review stands on, unless the newest one says the same, and return it.

    Raises: RefusedError where the person may not; StoreError.

    >>> import tempfile
    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.store import open_store
    >>> whole = assess(sample_book(), load_policy(), SAMPLE_END)
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     [record_file(store, whole, review(whole, "C-7003")).new for _ in range(2)]
    [True, False]
    """
    found = evidence(whole, made, sources)
    with store.writing() as turn:
        return file_in(turn, found, made)


def file_in(turn: Turn, found: Evidence, made: Review) -> Version:
    """Write a version within a writer's turn, as `record_file` does."""
    before = turn.rows(select(FILES).where(FILES.c.customer == made.customer).order_by(FILES.c.version.desc()).limit(1))
    if before and before[0].digest == found.digest:
        return Version(before[0].version, found.digest, False)
    body = {
        "customer": made.customer, "as_of": made.as_of, "digest": found.digest, "parts": dict(found.parts), "grade": made.score.grade,
        "score": made.score.score, "policy": f"{made.policy_name}@{made.policy_fingerprint}",
    }  # fmt: skip
    entry = turn.add("credit_file", body)
    return Version(entry.body["version"], found.digest, True)


def compare_file(
    store: Store, whole: Assessment, customer: str, sources: Sequence[str] = (), version: int | None = None
) -> Compared:
    """Hold files and figures against a recorded version. version: None: the newest. Raises: UsageError: there is no such version.

    >>> import tempfile
    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.store import open_store
    >>> whole = assess(sample_book(), load_policy(), SAMPLE_END)
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     _ = record_file(store, whole, review(whole, "C-7003"))
    ...     compare_file(store, whole, "C-7003").differs
    ()
    """
    rows = rows_of(store, "files", customer=customer)
    row = (
        next((row for row in rows if row["version"] == version), None) if version is not None else (rows or (None,))[-1]
    )
    if row is None:
        which = "" if version is None else f" {version}"
        raise UsageError(
            f"{customer}: no version{which} of its credit file is recorded. See credit file list. [no-version]",
            f"{customer}：没有记录的信用档案版本{which}。请查看 credit file list。[no-version]",
        )
    made = review(whole, customer)
    found = evidence(whole, made, sources)
    before, now = row["parts"] or {}, dict(found.parts)
    differs = sorted(
        name for name in {*before, *now} if before.get(name) != now.get(name) and not name.startswith("file ")
    )
    if (policy := f"{made.policy_name}@{made.policy_fingerprint}") != row["policy"]:
        differs.append(f"policy {row['policy']} → {policy}")
    if row["as_of"] != made.as_of.isoformat():
        differs.append(f"as_of {row['as_of']} → {made.as_of}")
    return Compared(row["version"], row["digest"], found.digest, tuple(differs))


def file_hashes(names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of files by name; two of one name are told apart by a number. What is no file has none.

    >>> file_hashes(["postgresql://u@host/db"])
    {}
    """
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        path = Path(name)
        if "://" in name or not path.is_file():
            continue
        own, number = path.name, 1
        while own in found:
            number += 1
            own = f"{path.name} ({number})"
        with path.open("rb") as file:
            found[own] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _rows(table: pa.Table, customer: str) -> list[Any]:
    mine = table.filter(pc.fill_null(pc.equal(table["customer"].cast(pa.string()), customer), False))
    names = [name for name in mine.column_names if name not in _PLACES]
    rows = [_plain({k: v for k, v in row.items() if v is not None}) for row in mine.select(names).to_pylist()]
    return sorted(rows, key=canonical)


def _figures(made: Review) -> dict[str, Any]:
    return {
        "facts": dict(made.facts), "score": made.score.score, "grade": made.score.grade, "outcome": made.score.outcome,
        "limit": dict(made.limit.figures), "exposure": dict(made.exposure), "aging": dict(made.aging),
        "parts": {part.part: part.state for part in made.parts},
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """A value as canonical JSON takes it: fractions as text of twelve digits, days as texts."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, float):
        return format(value, ".12g")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else int(value)
