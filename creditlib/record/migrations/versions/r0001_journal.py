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


def _told(name: str, kind: sa.types.TypeEngine[str] | sa.types.TypeEngine[int]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _maybe(name: str, kind: sa.types.TypeEngine[str] | sa.types.TypeEngine[int]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=True)


def _projection(name: str, *parts: sa.schema.SchemaItem) -> None:
    """Make a table whose rows stand behind entries: each has the number and the moment of its entry."""
    op.create_table(
        name,
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["seq"], ["credit_journal.seq"]),
        sa.PrimaryKeyConstraint("seq"),
    )


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "credit_journal",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        _told("prev", HASH),
        _told("hash", HASH),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    _projection(
        "credit_closes",
        _told("book", CODE),
        _told("as_of", DAY),
        _told("run", WHOLE),
        _told("policy", CODE),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        _told("must_act", WHOLE),
        _maybe("workbook", HASH),
        _told("by", CODE),
        sa.UniqueConstraint("book", "as_of", "run"),
    )
    _projection(
        "credit_files",
        _told("customer", CODE),
        _told("version", WHOLE),
        _told("as_of", DAY),
        _told("digest", HASH),
        sa.Column("parts", sa.Text(), nullable=True),
        _maybe("grade", CODE),
        _maybe("score", WHOLE),
        _maybe("policy", CODE),
        _told("by", CODE),
        sa.UniqueConstraint("customer", "version"),
    )
    _projection(
        "credit_minutes",
        _told("on", DAY),
        sa.Column("requests", sa.Text(), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        _maybe("digest", HASH),
        sa.Column("text", sa.Text(), nullable=True),
        _told("by", CODE),
    )
    _projection(
        "credit_notes",
        _told("customer", CODE),
        _maybe("on", DAY),
        sa.Column("text", sa.Text(), nullable=False),
        _told("by", CODE),
    )
    _projection(
        "credit_refusals",
        _told("person", CODE),
        _told("action", CODE),
        _told("why", CODE),
        _maybe("request", WHOLE),
        _maybe("customer", CODE),
    )
    _projection(
        "credit_releases",
        _told("customer", CODE),
        _told("order", CODE),
        _told("on", DAY),
        _told("outcome", CODE),
        _told("amount_minor", WHOLE),
        _told("currency", CODE),
        _maybe("exposure_minor", WHOLE),
        _maybe("limit_minor", WHOLE),
        _maybe("over_minor", WHOLE),
        _maybe("reason", CODE),
        _maybe("request", WHOLE),
        _told("by", CODE),
    )
    _projection(
        "credit_requests",
        _told("customer", CODE),
        _told("subject", CODE),
        _told("round", WHOLE),
        _told("maker", CODE),
        _told("thing", CODE),
        _maybe("amount_minor", WHOLE),
        _maybe("currency", CODE),
        _maybe("from_on", DAY),
        _maybe("until_on", DAY),
        _maybe("proposed_minor", WHOLE),
        _maybe("own_risk_minor", WHOLE),
        _maybe("home", CODE),
        _maybe("grade", CODE),
        sa.Column("exceptions", sa.Text(), nullable=False),
        _told("role", CODE),
        _told("quorum", WHOLE),
        _told("expires_on", DAY),
        _told("reason", CODE),
        _told("policy", CODE),
        sa.UniqueConstraint("customer", "subject", "round"),
        sa.UniqueConstraint("seq", "maker"),
    )
    _projection(
        "credit_roles",
        _told("person", CODE),
        _told("role", CODE),
        _told("round", WHOLE),
        _told("given", WHOLE),
        _told("by", CODE),
        sa.UniqueConstraint("person", "role", "round"),
    )
    _projection(
        "credit_ends",
        _told("request", WHOLE),
        _told("outcome", CODE),
        _told("by", CODE),
        sa.ForeignKeyConstraint(
            ["request"],
            ["credit_requests.seq"],
        ),
        sa.UniqueConstraint("request"),
    )
    _projection(
        "credit_votes",
        _told("request", WHOLE),
        _told("maker", CODE),
        _told("person", CODE),
        _told("role", CODE),
        _told("vote", CODE),
        _told("override", WHOLE),
        _told("reason", CODE),
        sa.CheckConstraint("person <> maker", name="credit_four_eyes"),
        sa.ForeignKeyConstraint(
            ["request", "maker"],
            ["credit_requests.seq", "credit_requests.maker"],
        ),
        sa.UniqueConstraint("request", "person"),
    )
    _projection(
        "credit_limits",
        _told("customer", CODE),
        _told("step", WHOLE),
        _told("request", WHOLE),
        _told("amount_minor", WHOLE),
        _told("currency", CODE),
        _told("from_on", DAY),
        _maybe("until_on", DAY),
        sa.ForeignKeyConstraint(
            ["request"],
            ["credit_ends.request"],
        ),
        sa.UniqueConstraint("customer", "step"),
        sa.UniqueConstraint("request"),
    )
    guard(op.get_bind(), TABLES)
