"""The first store: journal, roles, notes, credit files, closes, approvals, limits, releases, minutes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from creditlib.record.guards import guard

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HASH = sa.String(64)
CODE = sa.String(200)
DAY = sa.String(10)
TABLES = (
    "credit_journal",
    "credit_roles",
    "credit_notes",
    "credit_files",
    "credit_closes",
    "credit_requests",
    "credit_votes",
    "credit_ends",
    "credit_limits",
    "credit_refusals",
    "credit_releases",
    "credit_minutes",
)


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "credit_journal",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("prev", HASH, nullable=False),
        sa.Column("hash", HASH, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "credit_closes",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("book", CODE, nullable=False),
        sa.Column("as_of", DAY, nullable=False),
        sa.Column("run", WHOLE, nullable=False),
        sa.Column("policy", CODE, nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("must_act", WHOLE, nullable=False),
        sa.Column("workbook", HASH, nullable=True),
        sa.Column("by", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("book", "as_of", "run"),
    )
    op.create_table(
        "credit_files",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("customer", CODE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("as_of", DAY, nullable=False),
        sa.Column("digest", HASH, nullable=False),
        sa.Column("parts", sa.Text(), nullable=True),
        sa.Column("grade", CODE, nullable=True),
        sa.Column("score", WHOLE, nullable=True),
        sa.Column("policy", CODE, nullable=True),
        sa.Column("by", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("customer", "version"),
    )
    op.create_table(
        "credit_minutes",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("on", DAY, nullable=False),
        sa.Column("requests", sa.Text(), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("digest", HASH, nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("by", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "credit_notes",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("customer", CODE, nullable=False),
        sa.Column("on", DAY, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "credit_refusals",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("person", CODE, nullable=False),
        sa.Column("action", CODE, nullable=False),
        sa.Column("why", CODE, nullable=False),
        sa.Column("request", WHOLE, nullable=True),
        sa.Column("customer", CODE, nullable=True),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "credit_releases",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("customer", CODE, nullable=False),
        sa.Column("order", CODE, nullable=False),
        sa.Column("on", DAY, nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("amount_minor", WHOLE, nullable=False),
        sa.Column("currency", CODE, nullable=False),
        sa.Column("exposure_minor", WHOLE, nullable=True),
        sa.Column("limit_minor", WHOLE, nullable=True),
        sa.Column("over_minor", WHOLE, nullable=True),
        sa.Column("reason", CODE, nullable=True),
        sa.Column("request", WHOLE, nullable=True),
        sa.Column("by", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "credit_requests",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("customer", CODE, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("maker", CODE, nullable=False),
        sa.Column("thing", CODE, nullable=False),
        sa.Column("amount_minor", WHOLE, nullable=True),
        sa.Column("currency", CODE, nullable=True),
        sa.Column("from_on", DAY, nullable=True),
        sa.Column("until_on", DAY, nullable=True),
        sa.Column("proposed_minor", WHOLE, nullable=True),
        sa.Column("own_risk_minor", WHOLE, nullable=True),
        sa.Column("home", CODE, nullable=True),
        sa.Column("grade", CODE, nullable=True),
        sa.Column("exceptions", sa.Text(), nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("quorum", WHOLE, nullable=False),
        sa.Column("expires_on", DAY, nullable=False),
        sa.Column("reason", CODE, nullable=False),
        sa.Column("policy", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("customer", "subject", "round"),
        sa.UniqueConstraint("seq", "maker"),
    )
    op.create_table(
        "credit_roles",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("person", CODE, nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("given", WHOLE, nullable=False),
        sa.Column("by", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("person", "role", "round"),
    )
    op.create_table(
        "credit_ends",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("request", WHOLE, nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("by", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["request"],
            ["credit_requests.seq"],
        ),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("request"),
    )
    op.create_table(
        "credit_votes",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("request", WHOLE, nullable=False),
        sa.Column("maker", CODE, nullable=False),
        sa.Column("person", CODE, nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("vote", CODE, nullable=False),
        sa.Column("override", WHOLE, nullable=False),
        sa.Column("reason", CODE, nullable=False),
        sa.CheckConstraint("person <> maker", name="credit_four_eyes"),
        sa.ForeignKeyConstraint(
            ["request", "maker"],
            ["credit_requests.seq", "credit_requests.maker"],
        ),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("request", "person"),
    )
    op.create_table(
        "credit_limits",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("customer", CODE, nullable=False),
        sa.Column("step", WHOLE, nullable=False),
        sa.Column("request", WHOLE, nullable=False),
        sa.Column("amount_minor", WHOLE, nullable=False),
        sa.Column("currency", CODE, nullable=False),
        sa.Column("from_on", DAY, nullable=False),
        sa.Column("until_on", DAY, nullable=True),
        sa.ForeignKeyConstraint(
            ["request"],
            ["credit_ends.request"],
        ),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["credit_journal.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("customer", "step"),
        sa.UniqueConstraint("request"),
    )
    guard(op.get_bind(), TABLES)
