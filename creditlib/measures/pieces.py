"""Adding up a table that is read a piece at a time: one code space for all pieces, groups as they appear, guarded sums.

What must stay true: the result does not depend on where the pieces are cut; beside the pieces only one row per group is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.measures.segments import refuse_overflow

_DENSE: Final = 1 << 26  # combinations that are numbered through an array; more are numbered by sorting


class Coder:
    """Gives the texts of a dictionary column one code each, over all its pieces; a null is −1."""

    def __init__(self) -> None:
        self._texts: pa.Array = pa.array([], pa.string())

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def texts(self) -> list[str | None]:
        """The texts by code, and None at the end: what −1 picks."""
        return [*self._texts.to_pylist(), None]

    def codes(self, column: pa.ChunkedArray) -> NDArray[np.int32]:
        """Return the codes of the next piece.

        >>> coder = Coder()
        >>> pieces = [pa.chunked_array([pa.array(texts).dictionary_encode()]) for texts in (["a", "b"], ["c", None, "b"])]
        >>> [coder.codes(piece).tolist() for piece in pieces], coder.texts
        ([[0, 1], [2, -1, 1]], ['a', 'b', 'c', None])
        """
        parts = [self._chunk(chunk) for chunk in column.chunks]
        return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, np.int32), *parts])

    def _chunk(self, chunk: pa.DictionaryArray) -> NDArray[np.int32]:
        indices = chunk.indices
        own: NDArray[np.int32] = (pc.fill_null(indices, -1) if indices.null_count else indices).to_numpy()
        if chunk.dictionary is self._texts or chunk.dictionary.equals(self._texts):
            return own
        if not len(self._texts):
            self._texts = chunk.dictionary
            return own
        place = pc.index_in(chunk.dictionary, value_set=self._texts)
        if place.null_count:
            self._texts = pa.concat_arrays([self._texts, chunk.dictionary.filter(place.is_null())])
            place = pc.index_in(chunk.dictionary, value_set=self._texts)
        lookup = np.append(place.to_numpy(), -1).astype(np.int32)
        return lookup[own]


class Grouper:
    """Numbers the combinations of several dictionary columns in the order they appear, over all pieces."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._coders = [Coder() for _ in names]
        self._members = np.zeros((len(self._names), 0), np.int32)
        self._widths: list[int] = []
        self._place: NDArray[np.int32] | None = None
        self._known: tuple[NDArray[np.int64], NDArray[np.int64]] = (np.zeros(0, np.int64), np.zeros(0, np.int64))

    @property
    def size(self) -> int:
        """How many combinations have appeared."""
        return self._members.shape[1]

    @property
    def keys(self) -> list[tuple[str, NDArray[np.int32], list[str | None]]]:
        """Each column as (name, code by group, texts by code): what `segments.group` takes."""
        named = zip(self._names, self._members, self._coders, strict=True)
        return [(name, np.where(own < 0, len(coder), own), coder.texts) for name, own, coder in named]

    def add(self, piece: pa.Table, rows: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return the group of each row of the next piece. rows: those that count; None: all.

        >>> grouper = Grouper(["c"])
        >>> piece = pa.table({"c": pa.array(["b", "a", "b"]).dictionary_encode()})
        >>> grouper.add(piece).tolist(), grouper.add(piece, np.array([1])).tolist(), grouper.size
        ([0, 1, 0], [1], 2)
        """
        own = [coder.codes(piece[name]) for name, coder in zip(self._names, self._coders, strict=True)]
        if rows is not None:
            own = [codes[rows] for codes in own]
        if [len(coder) + 1 for coder in self._coders] != self._widths:
            self._lay_out()
        slots = self._slots(own)
        groups = self._find(slots)
        fresh = groups < 0
        if fresh.any():
            chosen = np.flatnonzero(fresh)
            chosen = chosen[self._first(slots[chosen])]
            self._members = np.concatenate([self._members, [codes[chosen] for codes in own]], axis=1)
            self._index()
            groups = self._find(slots)
        return groups

    def _first(self, slots: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where each slot appears first, in order. The place of a new slot is still free: it serves as a note."""
        if self._place is None:
            return np.sort(np.unique(slots, return_index=True)[1])
        at = np.arange(len(slots), dtype=np.int32)
        self._place[slots[::-1]] = at[::-1]  # written last to first, so the first one stands
        return np.flatnonzero(self._place[slots] == at)

    def _lay_out(self) -> None:
        """Make room for texts that were not there before. Widths carry one place for null, before the first text."""
        self._widths = [len(coder) + 1 for coder in self._coders]
        span = int(np.prod(self._widths, dtype=object))
        self._place = np.full(span, -1, np.int32) if span <= _DENSE else None
        self._index()

    def _slots(self, own: Sequence[NDArray[np.int32]]) -> NDArray[np.int64]:
        slots = own[0].astype(np.int64) + 1
        for codes, width in zip(own[1:], self._widths[1:], strict=True):
            slots *= width
            slots += codes
            slots += 1
        return slots

    def _index(self) -> None:
        slots = self._slots(list(self._members))
        if self._place is not None:
            self._place[slots] = np.arange(len(slots), dtype=np.int32)
        else:
            order = np.argsort(slots)
            self._known = slots[order], order

    def _find(self, slots: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._place is not None:
            return self._place[slots].astype(np.int64)
        known, order = self._known
        if not len(known):
            return np.full(len(slots), -1, np.int64)
        at = np.minimum(np.searchsorted(known, slots), len(known) - 1)
        return np.where(known[at] == slots, order[at], -1)


class Products:
    """Σ money × days by group, exact, added piece by piece. Raises: TooLarge before a sum could pass 63 bits."""

    def __init__(self, groups: int) -> None:
        self.sums: NDArray[np.int64] = np.zeros(groups, np.int64)
        self._bound = 0.0

    def add(self, groups: NDArray[Any], money: NDArray[np.int64], days: NDArray[np.int64]) -> None:
        """Add the rows of one piece.

        >>> products = Products(1)
        >>> products.add(np.array([0, 0]), np.array([100, 300]), np.array([30, 60]))
        >>> products.sums.tolist()
        [21000]
        """
        self._bound = refuse_overflow(self.sums, self._bound, groups, money, days)
        np.add.at(self.sums, groups, money * days)
