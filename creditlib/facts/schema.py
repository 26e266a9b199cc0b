"""What every column of every schema is made of: its type, its unit, whether it may be null.

What must stay true: no column is without a unit, so that a reader of a table never has to ask.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

TEXT: Final = pa.string()
CODE: Final = pa.dictionary(pa.int32(), pa.string())
DAY: Final = pa.date32()
MONEY: Final = pa.int64()
INT: Final = pa.int64()
FLAG: Final = pa.bool_()
SHARE: Final = pa.float64()


def column(name: str, kind: pa.DataType, unit: str = "", *, required: bool = False) -> pa.Field:
    """Return a column of a schema, its unit in the metadata.

    >>> column("amount_minor", MONEY, "minor units").metadata
    {b'unit': b'minor units'}
    """
    return pa.field(name, kind, nullable=not required, metadata={"unit": unit} if unit else None)
