"""Walking a chain of lines: does each have its hash, follow the one before, and stand in its place?

What must stay true: the walk needs no store, only lines; it never stops at a fault, and says of each which entry it is; memory does not
follow the length of the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from creditlib.errors import Lang
from creditlib.record.canonical import digest
from creditlib.record.entry import ZERO, Entry, Head, read_line

What = Literal[
    "changed", "removed", "reordered", "inserted", "cut", "rewritten", "row-changed", "row-removed", "row-inserted", "unguarded", "unknown-kind", "rule", "table-missing", "no-entries",
]  # fmt: skip
MOST: Final = 10_000
"""Faults listed; further ones are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a record. seq: the entry concerned, the last one for a range; 0: none. table: of the row, None: the journal."""

    what: What
    seq: int
    en: str
    zh: str
    table: str | None = None

    def text(self, lang: Lang = "en") -> str:
        """Return what is wrong, for people."""
        return self.zh if lang == "zh" else self.en


class Faults(list[Fault]):
    """The faults found, at most MOST of them. total: all there were."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def add(self, what: What, seq: int, en: str, zh: str, table: str | None = None) -> None:
        """Keep a fault, or only count it."""
        self.total += 1
        if len(self) < MOST:
            self.append(Fault(what, seq, en, zh, table))


class Link(NamedTuple):
    """An entry as it is found. place: the number it stands under. hash: the one beside it, None where none is kept beside it. prev, kind:
    likewise."""

    place: int
    line: str
    hash: str | None
    prev: str | None = None
    kind: str | None = None


class Chain:
    """A walk along a chain. faults: what it found. found: whether the head looked for was met."""

    def __init__(self, faults: Faults, wanted: Head | None = None) -> None:
        self.faults = faults
        self.wanted = wanted
        self.found = wanted is None or wanted.hash == ZERO
        self.count = 0
        self._last = (0, ZERO)
        self._next = 1
        self._links = {ZERO}
        self._rivals: list[tuple[int, str]] = []
        self._missing: list[tuple[int, int]] = []
        self._strays: list[tuple[int, Entry]] = []
        self._offset = 0
        self._told = False
        self._blamed = 0

    @property
    def head(self) -> Head:
        """The last entry that stood in its place so far."""
        return Head(*self._last)

    def walk(self, links: Iterable[Link]) -> Iterator[tuple[int, Entry | None]]:
        """Yield (number, entry) of each link; the entry is None where it can't be trusted, its number then the one it should have."""
        held: tuple[Link, Entry | None] | None = None
        for link in links:
            self.count += 1
            read = _read(link)
            if held is not None:
                yield from self._step(*held, read[1])
            held = read
        if held is not None:
            yield from self._step(*held, None)
        self._finish()

    def _step(self, link: Link, entry: Entry | None, after: Entry | None) -> Iterator[tuple[int, Entry | None]]:
        if entry is None:
            number = link.place - self._offset
            self._changed(number)
            if number >= self._next:
                self._gap(number)
                self._advance(number, {link.hash or ""} | _any_hash(link))
            yield number, None
            return
        number = entry.seq
        if number == self._next:
            if (
                entry.prev in self._links and not self._rivals and link.place - number == self._offset
            ):  # as it should be
                self._advance(number, {entry.hash})
                yield number, entry
                return
            if entry.prev not in self._links and number - 1 != self._blamed:
                self._changed(number - 1 or number)
            if self._rivals:
                self._settle(entry.prev)
            self._shift(link, number)
            self._advance(number, {entry.hash})
            yield number, entry
        elif number > self._next:
            follows = after is None or after.prev == entry.hash
            if follows or link.place - self._offset == number:
                self._gap(number)
                self._shift(link, number)
                self._advance(number, {entry.hash})
                yield number, entry
            else:
                self._strays.append((link.place, entry))
                self._told = True
        else:
            self._behind(link, entry)

    def _advance(self, number: int, hashes: set[str]) -> None:
        self._next, self._links, self._told = number + 1, hashes, False
        self._last = (number, next(iter(hashes)))
        if self.wanted is not None and self.wanted.hash in hashes and self.wanted.seq in (0, number):
            self.found = True

    def _behind(self, link: Link, entry: Entry) -> None:
        """Judge an entry whose number has been passed: from another place, or one that does not belong here."""
        number = entry.seq
        self._told = True
        if self._take_missing(number):
            self._reordered(number)
        elif number == self._next - 1:
            self._rivals = [*(self._rivals or [(link.place - 1, h) for h in self._links]), (link.place, entry.hash)]
            self._links = self._links | {entry.hash}
            self._offset += 1
        else:
            self._inserted(link.place)
            self._offset += 1

    def _settle(self, prev: str) -> None:
        """Tell which of two entries with one number the next entry does not follow."""
        for place, found in self._rivals:
            if found != prev:
                self._inserted(place)
        self._rivals = []

    def _shift(self, link: Link, number: int) -> None:
        """Take note of entries that stand in other places than their numbers; told once, where nothing else explains it."""
        if link.place - number != self._offset:
            if not self._told:
                self.faults.add(
                    "reordered",
                    number,
                    f"entry {number} stands in place {link.place}.",
                    f"条目 {number} 位于第 {link.place} 位。",
                )
            self._offset = link.place - number

    def _gap(self, number: int) -> None:
        if number > self._next:
            self._missing.append((self._next, number - 1))
            self._told = True

    def _take_missing(self, number: int) -> bool:
        for i, (first, last) in enumerate(self._missing):
            if first <= number <= last:
                self._missing[i : i + 1] = [
                    span for span in ((first, number - 1), (number + 1, last)) if span[0] <= span[1]
                ]
                return True
        return False

    def _changed(self, number: int) -> None:
        self._blamed = number
        self.faults.add("changed", number, f"entry {number} was changed.", f"条目 {number} 被改动。")

    def _reordered(self, number: int) -> None:
        self.faults.add("reordered", number, f"entry {number} is not in its place.", f"条目 {number} 不在其原位。")

    def _inserted(self, place: int) -> None:
        self.faults.add(
            "inserted", place, f"the entry in place {place} was inserted.", f"第 {place} 位的条目为后来插入。"
        )

    def _finish(self) -> None:
        if len(self._rivals) > 1:
            self._inserted(self._rivals[-1][0])
        for place, stray in self._strays:
            if self._take_missing(stray.seq):
                self._reordered(stray.seq)
            elif stray.seq == self._next and stray.prev in self._links:  # the last one, found earlier
                self._reordered(stray.seq)
                self._advance(stray.seq, {stray.hash})
            else:
                self._inserted(place)
        for first, last in self._missing:
            which, zh = (f"entry {first} was", f"条目 {first}") if first == last else (f"entries {first} to {last} were", f"条目 {first} 至 {last}")  # fmt: skip
            self.faults.add("removed", last, f"{which} removed.", f"{zh}被删除。")
        if not self.found and self.wanted is not None:
            self._lost(self.wanted)

    def _lost(self, wanted: Head) -> None:
        if wanted.seq > self.head.seq:
            self.faults.add(
                "cut", wanted.seq,
                f"the journal ends with entry {self.head.seq}, the head given is entry {wanted.seq}: the end was cut off.",
                f"账链止于条目 {self.head.seq}，而所给链头为条目 {wanted.seq}：末尾被截去。",
            )  # fmt: skip
        else:
            which, zh = (f"entry {wanted.seq}", f"条目 {wanted.seq}") if wanted.seq else ("no entry", "没有条目")
            en = (
                f"{which} has another hash than the head given"
                if wanted.seq
                else "no entry has the hash of the head given"
            )
            self.faults.add(
                "rewritten", wanted.seq, f"{en}: the journal was rewritten or cut off.",
                f"{zh}与所给链头的哈希{'不同' if wanted.seq else '相同'}：账链被重写或截断。",
            )  # fmt: skip


def _read(link: Link) -> tuple[Link, Entry | None]:
    try:
        entry = read_line(link.line)
    except (ValueError, TypeError, AttributeError):
        return link, None
    same = (
        (link.hash is None or entry.hash == link.hash)
        and (link.prev is None or entry.prev == link.prev)
        and (link.kind is None or entry.kind == link.kind)
    )
    return link, entry if same else None


def _any_hash(link: Link) -> set[str]:
    """Return the hash a changed line has now: whoever changed it may have changed what follows too."""
    try:
        return {digest(link.line)}
    except (UnicodeError, AttributeError):
        return set()
