"""Parts of a month end that were made before: a figure is made again only where something it was made from is another.

What must stay true: a part is taken again only for the same book, day, rates and currency, and where every policy value that was read while
it was made is what it was; so a close made with kept parts equals one made from nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from creditlib.flows.ground import Ground
from creditlib.policy import Values
from creditlib.policy.policy import Row

_T = TypeVar("_T")
_SHARED: Final = ("book", "_taken", "original", "items", "before", "names", "currency", "shape")
"""What a ground finds out once, from the book and from the values of `_OF_ALL` alone."""
_OF_ALL: Final = ("aging.netting", "home.currency")
"""Values every part rests on: the open items themselves are taken by them."""


class _Watched(Values):
    """Values that tell which of them are read."""

    __slots__ = ("_tell",)

    def __init__(self, values: Values, tell: Callable[[str], None]) -> None:
        super().__init__({name: values.row(name) for name in values})
        self._tell = tell

    def __getitem__(self, name: str) -> Any:
        self._tell(name)
        return super().__getitem__(name)

    def row(self, name: str) -> Row:
        self._tell(name)
        return super().row(name)

    def once(self, make: Callable[[Values], _T]) -> _T:
        return make(self)  # what was kept would not tell what it read


class Kept:
    """What one close after another is made of. Not for two threads at once.

    >>> kept = Kept()
    >>> kept.part("a", lambda: 1), kept.part("a", lambda: 2)  # nothing it rests on changed
    (1, 1)
    """

    def __init__(self) -> None:
        self._base: tuple[Any, ...] = ()
        self._ground: Ground | None = None
        self._values: Values | None = None
        self._parts: dict[str, tuple[dict[str, Any], Any]] = {}
        self._reading: list[set[str]] = []

    def begin(self, ground: Ground) -> None:
        """Begin another close; parts of another book, day, rates or currency are forgotten."""
        values = ground.values
        base = (
            id(ground.reading), ground.as_of, ground.rates, ground.report, ground.known_on, *(values[name] for name in _OF_ALL)
        )  # fmt: skip
        if base != self._base:
            self._parts.clear()
        elif self._ground is not None:
            ground.__dict__.update({name: held for name, held in self._ground.__dict__.items() if name in _SHARED})
        self._base, self._ground, self._reading = base, ground, []
        self._values = ground.__dict__["values"] = _Watched(values, self._tell)

    def part(self, name: str, make: Callable[[], _T]) -> _T:
        """Return a part, made now unless it was made before from the same values."""
        held = self._parts.get(name)
        if held is not None and all(self._now(read) == value for read, value in held[0].items()):
            for one in held[0]:
                self._tell(one)
            return cast(_T, held[1])
        self._reading.append(set())
        try:
            made = make()
        finally:
            read = self._reading.pop()
        self._parts[name] = {one: self._now(one) for one in read}, made
        for one in read:
            self._tell(one)
        return made

    def _tell(self, name: str) -> None:
        if self._reading:
            self._reading[-1].add(name)

    def _now(self, name: str) -> Any:
        assert self._values is not None
        return Values.__getitem__(self._values, name)


class Fresh(Kept):
    """Nothing is kept: every part is made."""

    def begin(self, ground: Ground) -> None:
        """Begin a close."""

    def part(self, name: str, make: Callable[[], _T]) -> _T:
        """Return a part, made now."""
        return make()
