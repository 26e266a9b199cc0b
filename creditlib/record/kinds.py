"""The kinds of entry, a row each: fields, who may write one, what it shows in the tables.

What must stay true: a kind is never removed and a field never changes its meaning, since entries written years ago are read by it; a new
kind is one row here, and a table with a migration where it shows itself in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from creditlib.record import projections as p
from creditlib.record.fields import Field
from creditlib.record.projections import Project, plain

ROLES: Final = ("analyst", "manager", "committee", "auditor")
"""analyst proposes and keeps files, manager and committee decide too, auditor reads everything and changes nothing."""
WRITERS: Final = frozenset(ROLES[:3])
DECIDERS: Final = frozenset(ROLES[1:3])
VOTES: Final = ("approve", "reject")
THINGS: Final = ("limit", "release", "terms", "write_off")
"""What can be asked for. Only a limit has a table of what is in force; the others are approvals to refer to."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry. en, zh: its name for people. by: roles that may write it, empty: anyone, as far as its own rules go.

    direct: `Store.append` takes it; others are written by the rules that go with them (`approvals`, `roles`). numbered: (field, columns):
    the field is counted by the store, from 1, for equal columns of its table.
    """

    name: str
    en: str
    zh: str
    fields: tuple[Field, ...]
    project: Project
    table: str | None = None
    by: frozenset[str] = WRITERS
    direct: bool = True
    numbered: tuple[str, tuple[str, ...]] | None = None


_LIMIT: Final = (Field("amount_minor", "minor", False), Field("currency", "currency", False), Field("from_on", "day", False), Field("until_on", "day", False))  # fmt: skip
_EVENT: Final = (
    Field("origin", "hash", False), Field("event", "raw"), Field("on", "day"), Field("known_on", "day", False), Field("customer", "raw"),
    Field("document", "raw", False), Field("currency", "raw", False), Field("amount_minor", "minor", False),
    Field("until", "day", False), Field("person", "raw", False), Field("reason", "raw", False), Field("text", "raw", False),
)  # fmt: skip

_ALL: Final = (
    Kind("store_made", "store made", "建立记录", (Field("store", "code"),), p.made, "credit_roles", frozenset(), direct=False),
    Kind("role", "role given or taken", "授予或收回角色",
         (Field("person", "code"), Field("role", "word", choices=ROLES), Field("round", "count"), Field("reason", "text", False)),
         p.role, "credit_roles", frozenset(), direct=False),
    Kind("note", "note", "备注", (Field("customer", "code"), Field("on", "day", False), Field("text", "text")),
         plain("credit_notes", "customer", "on", "text", by="by"), "credit_notes"),
    Kind("credit_file", "version of a credit file", "信用档案版本",
         (Field("customer", "code"), Field("version", "count"), Field("as_of", "day"), Field("digest", "hash"), Field("parts", "hashes", False),
          Field("grade", "code", False), Field("score", "count", False), Field("policy", "code", False)),
         plain("credit_files", "customer", "version", "as_of", "digest", "grade", "score", "policy", by="by", lists=("parts",)),
         "credit_files", numbered=("version", ("customer",))),
    Kind("close", "month-end close", "月末结账",
         (Field("book", "code"), Field("as_of", "day"), Field("run", "count"), Field("policy", "code"), Field("inputs", "hashes"),
          Field("totals", "amounts"), Field("must_act", "count"), Field("workbook", "hash", False)),
         plain("credit_closes", "book", "as_of", "run", "policy", "must_act", "workbook", by="by", lists=("inputs", "totals")),
         "credit_closes", numbered=("run", ("book", "as_of"))),
    Kind("request", "request for approval", "审批申请",
         (Field("customer", "code"), Field("subject", "code"), Field("round", "count"), Field("thing", "word", choices=THINGS), *_LIMIT,
          Field("proposed_minor", "minor", False), Field("own_risk_minor", "minor", False), Field("home", "currency", False),
          Field("grade", "code", False), Field("exceptions", "codes"), Field("role", "word", choices=tuple(sorted(DECIDERS))),
          Field("quorum", "count"), Field("expires_on", "day"), Field("reason", "code"), Field("policy", "code"), Field("text", "text", False),
          Field("file", "hash", False)),
         p.request, "credit_requests", direct=False),
    Kind("vote", "decision on a request", "审批意见",
         (Field("request", "count"), Field("maker", "code"), Field("role", "word", choices=ROLES), Field("vote", "word", choices=VOTES),
          Field("override", "flag"), Field("reason", "code"), Field("text", "text", False),
          Field("outcome", "word", False, ("approved", "rejected")), Field("customer", "code"), Field("step", "count", False), *_LIMIT),
         p.vote, "credit_votes", frozenset(), direct=False),
    Kind("withdrawal", "request withdrawn", "撤回申请", (Field("request", "count"), Field("customer", "code"), Field("text", "text", False)),
         p.withdrawn, "credit_ends", frozenset(), direct=False),
    Kind("expiry", "request expired", "申请过期", (Field("request", "count"), Field("customer", "code"), Field("expires_on", "day")),
         p.expired, "credit_ends", direct=False),
    Kind("refusal", "attempt refused", "被拒绝的操作",
         (Field("action", "code"), Field("why", "code"), Field("request", "count", False), Field("customer", "code", False)),
         plain("credit_refusals", "action", "why", "request", "customer", by="person"), "credit_refusals", frozenset(), direct=False),
    Kind("release", "release of an order", "订单放行",
         (Field("customer", "code"), Field("order", "code"), Field("on", "day"), Field("outcome", "word", choices=("release", "hold", "refer")),
          Field("amount_minor", "minor"), Field("currency", "currency"), Field("exposure_minor", "minor", False),
          Field("limit_minor", "minor", False), Field("over_minor", "minor", False), Field("reason", "code", False),
          Field("request", "count", False)),
         plain("credit_releases", "customer", "order", "on", "outcome", "amount_minor", "currency", "exposure_minor", "limit_minor",
               "over_minor", "reason", "request", by="by"), "credit_releases"),
    Kind("minutes", "minutes of a committee", "委员会纪要",
         (Field("on", "day"), Field("requests", "codes"), Field("present", "codes"), Field("digest", "hash", False), Field("text", "text", False)),
         plain("credit_minutes", "on", "digest", "text", by="by", lists=("requests", "present")), "credit_minutes"),
    Kind("event", "event", "事件", (*_EVENT, Field("id", "count", False)),
         plain("credit_events", *(field.name for field in _EVENT)), "credit_events"),
)  # fmt: skip

KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _ALL}
"""Every kind by name."""
