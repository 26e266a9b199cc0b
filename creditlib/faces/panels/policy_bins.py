"""The bins of a scorecard as a line a person can type: points below the first cut-off, then each cut-off with its points.

What must stay true: a line that was shown reads back to the same bins; what is no line of bins is left to the rules of a policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from creditlib.policy import CATALOGUE
from creditlib.policy.scorecard import CardFactor
from creditlib.policy.writing import as_written

BINS: Final = "score.bins."
"""What stands before a factor where its bins are meant, not its weight."""
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


def bins_line(factor: CardFactor) -> str:
    """Return the bins of a factor as a line.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> bins_line(load_policy().at(date(2026, 1, 1))["score.card"][4])
    '0, 0.7: 30, 1: 60, 1.3: 80, 2: 100'
    """
    first, *others = factor.bins
    return ", ".join([str(first.points), *(f"{low:f}: {points}" for low, points in others if low is not None)])


def read_line(line: str) -> list[Any]:
    """Return a line of bins as a policy file writes it; what is no number stays as it was typed.

    >>> read_line("0，0.7：30, 1: 60"), read_line("0, high: 30")
    ([0, [Decimal('0.7'), 30], [1, 60]], [0, ['high', 30]])
    """
    pieces = [piece.strip() for piece in re.split("[,，、;；]", line) if piece.strip()]
    told = [[_read(part) for part in re.split("[:：]", piece)] for piece in pieces]
    return [one[0] if at == 0 and len(one) == 1 else one for at, one in enumerate(told)]


def tidy(line: str) -> str:
    """Return a line as `bins_line` writes it.

    >>> tidy(" 0， 0.70：30 ,1:60")
    '0, 0.7: 30, 1: 60'
    """
    told = [one if isinstance(one, list) else [one] for one in read_line(line)]
    return ", ".join(": ".join(_shown(part) for part in one) for one in told)


def with_bins(card: Sequence[CardFactor], lines: Mapping[str, str]) -> list[Any]:
    """Return a card as a policy file writes it, some factors with the bins of a line. lines: factor → line."""
    written: list[dict[str, Any]] = as_written(CATALOGUE["score.card"], tuple(card))
    return [one | ({"bins": read_line(lines[one["factor"]])} if one["factor"] in lines else {}) for one in written]


def _read(text: str) -> Any:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return text
    number = Decimal(text).normalize()
    return int(number) if number == number.to_integral_value() else number


def _shown(part: Any) -> str:
    return f"{part:f}" if isinstance(part, Decimal) else str(part)
