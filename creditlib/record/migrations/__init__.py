"""How a store of an earlier version becomes one of this version, and which versions there are.

What must stay true: a migration that a release has shipped is never changed; a table added later is filled from the journal.
"""

from __future__ import annotations

from typing import Final

REVISIONS: Final = ("0001", "0002")
"""Every version of the store's tables, the oldest first. Alembic finds the same ones in `versions`; a test compares."""
LATEST: Final = REVISIONS[-1]
VERSION_TABLE: Final = "credit_version"
"""Where Alembic keeps the version: a name of its own, so that a store can share a database with others' tables."""
