"""Totals a sheet states about itself, compared with its rows: per customer, per page, per currency, and of everything.

What must stay true: a stated total is never counted as a document, and one that differs by a cent is told with both figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.values import Amounts, exact_sum

NAMES: Final = ("open_amount", "amount", "debit", "credit", "original_amount", "paid_amount", "tax", "local_amount", "balance",
                "gross", "net")  # fmt: skip
_GRAND = re.compile(r"\s*(grand|总计|report)", re.I)
_Key = tuple[str, int]  # a series of amounts, and a currency's code or −1 for all


@dataclass
class Totals:
    """Running sums of the rows above, by currency, to compare a stated total with.

    amounts: field → amounts. credit: rows a debit/credit flag turns; then a total may state either sum. currency: code of each
    row, −1 where it names none. `advance` must have been called up to a row before that row is compared.
    """

    amounts: MappingABC[str, Amounts]
    credit: NDArray[np.bool_] | None
    currency: NDArray[np.int32]
    _series: dict[str, Amounts] = field(default_factory=dict)
    _cursor: int = 0
    _last_row: int = 0
    _running: dict[_Key, Decimal] = field(default_factory=dict)
    _marks: dict[_Key, set[Decimal]] = field(default_factory=dict)
    _last: dict[_Key, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in NAMES:
            if name in self.amounts:
                self._series[name] = own = self.amounts[name]
                if self.credit is not None:
                    turned = np.where(self.credit, -own.unscaled, own.unscaled)
                    long = {r: -v if self.credit[r] else v for r, v in own.long.items()}
                    self._series[f"{name}, signed"] = Amounts(turned, own.valid, own.scale, long)

    def has_amount(self, row: int) -> bool:
        """Whether any amount column holds one in this row."""
        return any(bool(self.amounts[n].valid[row]) for n in self.amounts)

    def not_zero(self, row: int) -> bool:
        """Whether the first amount of a row is there and is not 0: a total of nothing proves nothing."""
        names = self._stated(row)
        return bool(names) and self.amounts[names[0]].exact(row) != 0

    def since_last(self, row: int, keep: NDArray[np.bool_]) -> int:
        """Return how many documents with an amount stand between the last total and `row`."""
        name = self._stated(row)[0]
        part = slice(self._last_row, row)
        some = self.amounts[name].valid[part] & (self.amounts[name].unscaled[part] != 0)
        return int(np.count_nonzero(keep[part] & some))

    def advance(self, row: int, keep: NDArray[np.bool_]) -> None:
        """Add the document rows above `row` that were not added yet."""
        first, self._cursor = self._cursor, row
        if first >= row:
            return
        codes = self.currency[first:row]
        for name, amounts in self._series.items():
            long = {r - first: v for r, v in amounts.long.items() if first <= r < row} if amounts.long else {}
            part = Amounts(amounts.unscaled[first:row], amounts.valid[first:row], amounts.scale, long)
            mine = keep[first:row]
            present = np.unique(codes[mine])
            for code in present.tolist():
                self._add((name, code), exact_sum(part, mine & (codes == code)))
            if present.tolist() != [-1]:
                self._add((name, -1), exact_sum(part, mine & (codes >= 0)))

    def _add(self, key: _Key, value: Decimal) -> None:
        self._running[key] = self._running.get(key, Decimal(0)) + value

    def _stated(self, row: int) -> list[str]:
        return [n for n in NAMES if n in self.amounts and self.amounts[n].valid[row]]

    def _keys(self, name: str, row: int) -> list[_Key]:
        series = [s for s in (name, f"{name}, signed") if s in self._series]
        return [(s, c) for c in dict.fromkeys((int(self.currency[row]), -1)) for s in series]

    def _adds_up(self, name: str, row: int) -> bool:
        stated = self.amounts[name].exact(row)
        for key in self._keys(name, row):
            before = self._running.get(key, Decimal(0)) - stated
            if before == 0 or before in self._marks.get(key, ()):
                return True
        return False

    def equals_rows_above(self, row: int) -> bool:
        """Whether the first amount of this row is a sum of rows above: since any earlier total, or all."""
        names = self._stated(row)
        return (
            bool(names) and any(k in self._running for k in self._keys(names[0], row)) and self._adds_up(names[0], row)
        )

    def compare(self, place: str, label: str, row: int) -> Finding:
        """Return what a total row turns out to be; later totals may count from here."""
        names = self._stated(row) or [next(n for n in self.amounts if self.amounts[n].valid[row])]
        wrong = next((n for n in names if n in self._series and not self._adds_up(n, row)), None)
        name = wrong or names[0]
        stated = self.amounts[name].exact(row)
        nearest = self._nearest(name, row, stated, grand=bool(_GRAND.match(label))) if wrong else stated
        for key in self._marked(row):
            now = self._running.get(key, Decimal(0))
            self._marks.setdefault(key, set()).add(now)
            self._last[key] = now
        self._last_row = row
        if wrong is None:
            return CHECKS["total-row"].finding(place, value=label, amount=f"{stated:,f}")
        return CHECKS["stated-total-differs"].finding(
            place, value=label, stated=f"{stated:,f}", sum=f"{nearest:,f}", difference=f"{stated - nearest:,f}"
        )

    def _marked(self, row: int) -> list[_Key]:
        """Return the sums that start anew below a total: those of its currency, or all."""
        code = int(self.currency[row])
        if code >= 0:
            return [(s, c) for s in self._series for c in (code, -1)]
        return [*self._running]

    def _nearest(self, name: str, row: int, stated: Decimal, *, grand: bool) -> Decimal:
        sums = []
        for key in self._keys(name, row):
            now = self._running.get(key, Decimal(0))
            sums += [now] if grand else [now - self._last.get(key, Decimal(0)), now]
        return min(sums, key=lambda s: abs(s - stated))
