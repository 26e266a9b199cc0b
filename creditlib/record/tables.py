"""The tables of a store: the journal, and one or more projections for what its entries say.

What must stay true: rows are only ever added, so what was true once can still be read; a row carries the number of the entry it comes
from; what must not happen twice is a unique constraint here, not only a rule in code. Days are texts as 2026-11-21, `at` the time
of the entry, amounts whole minor units, lists canonical JSON, so that SQLite and PostgreSQL hold the same values.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA: Final = MetaData()
_WHOLE: Final = BigInteger().with_variant(Integer(), "sqlite")


def _seq(of: str | None = "credit_journal.seq") -> Column[Any]:
    keys = (ForeignKey(of),) if of else ()
    return Column("seq", _WHOLE, *keys, primary_key=True, autoincrement=False)


def _at() -> Column[Any]:
    return Column("at", String(27), nullable=False)


def _code(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, String(200), nullable=null)


def _day(name: str, *, null: bool = True) -> Column[Any]:
    return Column(name, String(10), nullable=null)


def _whole(name: str, *, null: bool = True) -> Column[Any]:
    return Column(name, _WHOLE, nullable=null)


def _words(name: str, *, null: bool = True) -> Column[Any]:
    return Column(name, Text, nullable=null)


def _hash(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, String(64), nullable=null)


JOURNAL: Final = Table(
    "credit_journal", METADATA, _seq(None), _hash("prev"), _hash("hash"), Column("kind", String(40), nullable=False),
    _words("line", null=False),
)  # fmt: skip
"""The chain: everything else can be made from it."""

ROLES: Final = Table(
    "credit_roles", METADATA, _seq(), _at(), _code("person"), _code("role"), _whole("round", null=False),
    _whole("given", null=False), _code("by"), UniqueConstraint("person", "role", "round"),
)  # fmt: skip
"""Who was given which role, and who lost it: the newest round of a person and a role counts. Round 1 gives, 2 takes, 3 gives again."""

NOTES: Final = Table(
    "credit_notes", METADATA, _seq(), _at(), _code("customer"), _day("on"), _words("text", null=False), _code("by"),
)  # fmt: skip

FILES: Final = Table(
    "credit_files", METADATA, _seq(), _at(), _code("customer"), _whole("version", null=False), _day("as_of", null=False),
    _hash("digest"), _words("parts"), _code("grade", null=True), _whole("score"), _code("policy", null=True), _code("by"),
    UniqueConstraint("customer", "version"),
)  # fmt: skip
"""Versions of credit files: which data a decision stood on, by their hashes."""

CLOSES: Final = Table(
    "credit_closes", METADATA, _seq(), _at(), _code("book"), _day("as_of", null=False), _whole("run", null=False),
    _code("policy"), _words("inputs", null=False), _words("totals", null=False), _whole("must_act", null=False),
    _hash("workbook", null=True), _code("by"), UniqueConstraint("book", "as_of", "run"),
)  # fmt: skip

REQUESTS: Final = Table(
    "credit_requests", METADATA, _seq(), _at(), _code("customer"), _code("subject"), _whole("round", null=False),
    _code("maker"), _code("thing"), _whole("amount_minor"), _code("currency", null=True), _day("from_on"), _day("until_on"),
    _whole("proposed_minor"), _whole("own_risk_minor"), _code("home", null=True), _code("grade", null=True),
    _words("exceptions", null=False), _code("role"), _whole("quorum", null=False), _day("expires_on", null=False),
    _code("reason"), _code("policy"), UniqueConstraint("customer", "subject", "round"), UniqueConstraint("seq", "maker"),
)  # fmt: skip
"""What was asked for. A subject's next round can only begin when the one before has its row in `credit_ends`."""

VOTES: Final = Table(
    "credit_votes", METADATA, _seq(), _at(), _whole("request", null=False), _code("maker"), _code("person"), _code("role"),
    _code("vote"), _whole("override", null=False), _code("reason"),
    UniqueConstraint("request", "person"), CheckConstraint("person <> maker", name="credit_four_eyes"),
    ForeignKeyConstraint(["request", "maker"], ["credit_requests.seq", "credit_requests.maker"]),
)  # fmt: skip
"""Who decided: each person once for a request, and never the one who asked."""

ENDS: Final = Table(
    "credit_ends", METADATA, _seq(), _at(), Column("request", _WHOLE, ForeignKey("credit_requests.seq"), nullable=False, unique=True),
    _code("outcome"), _code("by"),
)  # fmt: skip
"""How a request ended, once: approved, rejected, withdrawn, expired."""

LIMITS: Final = Table(
    "credit_limits", METADATA, _seq(), _at(), _code("customer"), _whole("step", null=False),
    Column("request", _WHOLE, ForeignKey("credit_ends.request"), nullable=False, unique=True),
    _whole("amount_minor", null=False), _code("currency"), _day("from_on", null=False), _day("until_on"),
    UniqueConstraint("customer", "step"),
)  # fmt: skip
"""Limits, each by its approval. Of those that have begun on a day the one of the highest step is the limit; there is no other."""

REFUSALS: Final = Table(
    "credit_refusals", METADATA, _seq(), _at(), _code("person"), _code("action"), _code("why"), _whole("request"),
    _code("customer", null=True),
)  # fmt: skip
"""What somebody tried and may not do."""

RELEASES: Final = Table(
    "credit_releases", METADATA, _seq(), _at(), _code("customer"), _code("order"), _day("on", null=False), _code("outcome"),
    _whole("amount_minor", null=False), _code("currency"), _whole("exposure_minor"), _whole("limit_minor"),
    _whole("over_minor"), _code("reason", null=True), _whole("request"), _code("by"),
)  # fmt: skip

MINUTES: Final = Table(
    "credit_minutes", METADATA, _seq(), _at(), _day("on", null=False), _words("requests", null=False), _words("present", null=False),
    _hash("digest", null=True), _words("text"), _code("by"),
)  # fmt: skip

EVENTS: Final = Table(
    "credit_events", METADATA, _seq(), _at(), _hash("origin", null=True), _words("event", null=False), _day("on", null=False),
    _day("known_on"), _words("customer", null=False), _words("document"), _words("currency"), _whole("amount_minor"), _day("until"),
    _words("person"), _words("reason"), _words("text"), UniqueConstraint("origin"),
)  # fmt: skip
"""What happened with a customer: reminders, promises, disputes, visits, calls, applications; and what books told before."""

for _table in (NOTES, RELEASES, EVENTS):
    Index(f"{_table.name}_customer", _table.c.customer)

PROJECTIONS: Final[dict[str, Table]] = {name: table for name, table in METADATA.tables.items() if table is not JOURNAL}
"""Every projection by name."""
TABLES: Final = tuple(METADATA.tables)
