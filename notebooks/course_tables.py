"""Rows of a lesson as a table to read: amounts in the currency, not in cents.

What must stay true: nothing is computed here; a column keeps the name it is asked for by in Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from creditlib import money

if TYPE_CHECKING:
    import pandas as pd

_MONEY: Final = re.compile(r".*_minor|not_due|unapplied|\d+-\d+|\d+\+")


def table_of(rows: Any, columns: tuple[str, ...], currency: str) -> pd.DataFrame:
    """Return rows for reading. rows: figures, an Arrow table, a row, or rows. columns: those to show, none for all. currency: of rows
    that name none; rows of another are left out.

    >>> table_of({"total_minor": 123456, "name": "A"}, (), "CNY")
      total_minor name
    0    1,234.56    A
    """
    import pandas as pd

    found = [row for row in _rows(rows) if row.get("currency", currency) == currency]
    names = columns or tuple(found[0] if found else ())
    return pd.DataFrame(
        [[_cell(name, row.get(name), currency) for name in names] for row in found], columns=list(names)
    )


def _rows(rows: Any) -> list[dict[str, Any]]:
    given = getattr(rows, "table", rows)
    if hasattr(given, "to_pylist"):
        return list(given.to_pylist())
    return [_fields(row) for row in (given if isinstance(given, list) else [given])]


def _fields(row: Any) -> dict[str, Any]:
    if isinstance(row, Mapping):
        return dict(row)
    names = getattr(row, "_fields", None) or row.__dataclass_fields__
    return {name: getattr(row, name) for name in names}


def _cell(name: str, value: Any, currency: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, int) and not isinstance(value, bool) and _MONEY.fullmatch(name):
        return money.text(value, currency)
    if isinstance(value, float):
        return f"{value:,.3f}"
    return value.isoformat() if isinstance(value, date) else str(value)
