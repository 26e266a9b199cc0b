"""The rights of a team in PostgreSQL: who owns the tables, who may add to them, who may only read.

What must stay true: nobody but the owner can change or remove a row, and the owner is no one who works with the store.
"""

from __future__ import annotations

import re
from typing import Final

from creditlib.errors import UsageError
from creditlib.record.migrations import VERSION_TABLE
from creditlib.record.tables import TABLES

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$-]{0,62}")


def rights(writers: str = "credit_writer", readers: str = "credit_reader") -> tuple[str, ...]:
    """Return the SQL an owner of a store runs once, and again after an upgrade.

    writers: a role that analysts, managers and committee members are put into (GRANT credit_writer TO li). readers: one for auditors.
    Both must exist: CREATE ROLE credit_writer NOLOGIN. Raises: UsageError for a name that is none.

    >>> rights()[1]
    'GRANT SELECT ON credit_version TO "credit_writer", "credit_reader"'
    """
    for name in (writers, readers):
        if not _NAME.fullmatch(name):
            raise UsageError(
                f'"{name}" is no name of a role. Write letters, digits and underscores. [bad-role]',
                f"“{name}”不是角色名。请使用字母、数字和下划线。[bad-role]",
            )
    tables, writer, reader = ", ".join(TABLES), f'"{writers}"', f'"{readers}"'
    return (
        f"REVOKE ALL ON {tables}, {VERSION_TABLE} FROM PUBLIC, {writer}, {reader}",
        f"GRANT SELECT ON {VERSION_TABLE} TO {writer}, {reader}",
        f"GRANT SELECT ON {tables} TO {reader}",
        f"GRANT SELECT, INSERT ON {tables} TO {writer}",
    )
