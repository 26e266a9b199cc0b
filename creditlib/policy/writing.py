"""Write policy values as TOML, so that reading gives them back: what a draft is checked with, and what its rows are written as.

What must stay true: a value that was read, written and read again is the same to the last digit, so that the fingerprint is too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from creditlib.policy.parameter import Parameter
from creditlib.policy.policy import Row
from creditlib.policy.scorecard import CardFactor

_BARE: Final = re.compile(r"\w+", re.ASCII)
_GROUPED_FROM: Final = 10_000


def as_written(parameter: Parameter, value: Any) -> Any:
    """Return a value as TOML reads it: what `read_value` takes. What is so already stays as it is.

    value: as the library keeps it, or as TOML reads it; a float counts as the decimal it is printed as.

    >>> from creditlib.policy import CATALOGUE
    >>> as_written(CATALOGUE["aging.edges"], (30, 60)), as_written(CATALOGUE["limit.own_equity"], None)
    ([30, 60], 'none')
    """
    if value is None:
        return "none" if parameter.optional else None
    return _plain(parameter, value)


def _plain(parameter: Parameter, value: Any) -> Any:
    if isinstance(value, CardFactor):
        first, *others = value.bins
        bins = [first.points, *([_number(threshold), points] for threshold, points in others)]
        return {"factor": value.name, "weight": _number(value.weight), "bins": bins, "missing": value.missing, "source": value.source}  # fmt: skip
    if isinstance(value, Mapping):
        return {key: as_written(parameter, one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(parameter, one) for one in value]
    return _number(value)


def _number(value: Any) -> Any:
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal) and value.is_finite() and value.as_tuple().exponent == 0:
        return int(value)
    return value


def toml_row(row: Row) -> str:
    """Return a row as a policy file writes it.

    >>> from datetime import date
    >>> print(toml_row(Row("cei.months", date(2026, 1, 1), 3, "minute 7")))
    [[cei.months]]
    from = 2026-01-01
    value = 3
    unit = "months"
    kind = "scalar"
    reference = "minute 7"
    """
    about = row.about
    lines = [f"[[{row.parameter}]]", f"from = {row.from_on}"]
    lines += [] if row.to_on is None else [f"to = {row.to_on}"]
    lines += [f"value = {_value(about, row.value)}", f"unit = {_text(about.unit)}", f"kind = {_text(about.kind)}"]
    lines.append(f"reference = {_text(row.reference)}")
    lines += [] if row.confirmed_on is None else [f"confirmed_on = {row.confirmed_on}"]
    return "\n".join(lines)


def _value(parameter: Parameter, value: Any) -> str:
    plain = as_written(parameter, value)
    if parameter.kind == "scorecard":
        return "[\n" + "".join(f"  {_toml(line)},\n" for line in plain) + "]"
    return _toml(plain)


def _toml(plain: Any) -> str:
    if isinstance(plain, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in plain.items()) + " }"
    if isinstance(plain, list):
        return "[" + ", ".join(map(_toml, plain)) + "]"
    if isinstance(plain, str):
        return _text(plain)
    if isinstance(plain, int):
        return f"{plain:_}" if abs(plain) >= _GROUPED_FROM else str(plain)
    return str(plain)  # a Decimal: 0.25 and 1E-7 are both TOML


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
