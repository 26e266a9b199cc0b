"""Forms about one customer: a label and its value in each row, as the list it stands for; a statement nobody has filled in.

What must stay true: only the cell right of a label is its value; a sheet whose labels are few is no form; a sheet with any figure
is not blank.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from creditlib.facts.credit.columns import headers, line_names, name_key
from creditlib.facts.sources import Grid, grid_of

_LEAST: Final = 5
"""Labels a column must hold to be one of a form."""
_MOST_ROWS: Final = 200
_MANY_LINES: Final = 10


def as_list(grid: Grid) -> Grid | None:
    """Return a registration form as a header row and one row of values, None for any other sheet.

    The row of values bears the number of the form's first label.
    """
    if grid.rows > _MOST_ROWS:
        return None
    names = {name: field for field, header in headers()["registrations"].items() for name in header.names}
    columns = [column.texts.to_pylist() for column in grid.columns_below(-1)]
    for labels, values in pairwise(columns):
        found: dict[str, tuple[str, str]] = {}
        first = 0
        for row, (label, value) in enumerate(zip(labels, values, strict=True)):
            field = names.get(name_key(label)) if label else None
            if label and field and field not in found:
                first = first if found else row
                found[field] = (label, value or "")
        if len(found) >= _LEAST:
            pairs = found.values()
            lead: list[tuple[str, ...]] = [()] * max(first - 1, 0)
            return grid_of(grid.name, [*lead, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)], grid.sheet)
    return None


def is_blank_statement(grid: Grid) -> bool:
    """Whether a sheet names the lines of a statement and holds no figure: a form nobody has filled in."""
    if grid.rows > _MOST_ROWS:
        return False
    columns = [column.texts.to_pylist() for column in grid.columns_below(-1)]
    for place, texts in enumerate(columns):
        rows = [row for row, text in enumerate(texts) if text and name_key(text) in line_names()]
        if len(rows) >= _MANY_LINES:
            return not any(other[row] for row in rows for other in columns[place + 1 :])
    return False
