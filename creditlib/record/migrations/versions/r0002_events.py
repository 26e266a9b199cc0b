"""Events with customers, and finding notes and releases by customer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from creditlib.record.guards import guard

revision = "0002"
down_revision = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HASH = sa.String(64)
CODE = sa.String(200)
DAY = sa.String(10)
TABLES = ("credit_events",)


def upgrade() -> None:
    """Add the table of events and the indexes."""
    op.create_table(
        "credit_events",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("origin", HASH, nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("on", DAY, nullable=False),
        sa.Column("known_on", DAY, nullable=True),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("amount_minor", WHOLE, nullable=True),
        sa.Column("until", DAY, nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("origin"),
    )
    op.create_index("credit_events_customer", "credit_events", ["customer"], unique=False)
    op.create_index("credit_notes_customer", "credit_notes", ["customer"], unique=False)
    op.create_index("credit_releases_customer", "credit_releases", ["customer"], unique=False)
    guard(op.get_bind(), TABLES)
