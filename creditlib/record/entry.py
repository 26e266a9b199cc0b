"""An entry of the journal: its line, its hash, and the head of a chain.

What must stay true: the line is the canonical JSON of number, hash of the entry before, kind, time, person and body; the hash is the
SHA-256 of the line; a line once read gives the same entry again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from creditlib.errors import UsageError
from creditlib.record.canonical import canonical, digest, parse

FORMAT: Final = 1
ZERO: Final = "0" * 64
"""What the first entry names as the hash before it."""
_KEYS: Final = frozenset(("actor", "at", "body", "kind", "prev", "seq", "v"))
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_HEAD: Final = re.compile(r"(?:(\d{1,18})[:-])?([0-9a-f]{64})", re.I)


class Entry(NamedTuple):
    """One entry. seq: its number, from 1. prev, hash: 64 hex digits. at: UTC, as 2026-11-21T08:00:00.000000Z. actor: who wrote it.
    body: what it says, by its kind. line: its canonical JSON, what the hash is of."""  # fmt: skip

    seq: int
    prev: str
    kind: str
    at: str
    actor: str
    body: dict[str, Any]
    line: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: number and hash of its last entry; 0 and zeros when there is none.

    >>> str(Head(12, "a" * 64))[:8]
    '12:aaaaa'
    """

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def seal(seq: int, prev: str, kind: str, at: str, actor: str, body: dict[str, Any], *, sound: bool = False) -> Entry:
    """Return an entry with its line and hash. sound: the body has been through `fields.checked`. Raises: UsageError for a body that has no canonical JSON.

    >>> seal(1, ZERO, "note", "2026-11-21T08:00:00.000000Z", "li", {"customer": "C1", "text": "called"}).hash[:12]
    '0dd850b6da29'
    """
    held = {"actor": actor, "at": at, "body": body, "kind": kind, "prev": prev, "seq": seq, "v": FORMAT}
    line = canonical(held, sound=sound)
    return Entry(seq, prev, kind, at, actor, body, line, digest(line))


def read_line(line: str) -> Entry:
    """Return the entry a line holds. Raises: ValueError when it is no line of a journal of this format.

    >>> read_line(seal(1, ZERO, "note", "2026-11-21T08:00:00.000000Z", "li", {}).line).seq
    1
    """
    held = parse(line)
    if type(held) is not dict or held.keys() != _KEYS or held["v"] != FORMAT:
        raise ValueError("not an entry")
    seq, prev, kind, at, actor, body = held["seq"], held["prev"], held["kind"], held["at"], held["actor"], held["body"]
    if not (type(seq) is int and type(body) is dict and type(prev) is type(kind) is type(at) is type(actor) is str):
        raise ValueError("not an entry")
    return Entry(seq, prev, kind, at, actor, body, line, digest(line))


def read_head(text: str) -> Head:
    """Return the head a person typed: "12:hash" as it is printed, or the hash alone, whose number is then 0: not told.

    Raises: UsageError.

    >>> read_head("12:" + "A" * 64).seq
    12
    """
    found = _HEAD.fullmatch(text.strip())
    if not found:
        raise UsageError(
            f'"{text[:80]}" is no head of a journal. Copy it whole, as it is printed: number, colon, 64 digits and letters. [bad-head]',
            f"“{text[:80]}”不是账链头。请按打印内容完整复制：编号、冒号和 64 位字符。[bad-head]",
        )
    return Head(int(found[1] or 0), found[2].lower())


def is_hash(text: object) -> bool:
    """Return whether something is 64 hex digits.

    >>> is_hash(ZERO), is_hash("0")
    (True, False)
    """
    return isinstance(text, str) and _HASH.fullmatch(text) is not None
