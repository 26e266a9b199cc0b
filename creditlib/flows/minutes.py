"""A request as a committee needs it on paper: what is asked, who must agree, and afterwards who decided how, and the minutes.

What must stay true: read from the record; what a memo shows of a decision is what its entries say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from creditlib.errors import UsageError
from creditlib.flows.evidence import file_hashes
from creditlib.record.entry import Entry
from creditlib.record.looking import rows_of
from creditlib.record.store import Store


@dataclass(frozen=True, slots=True)
class Opinion:
    """One person's vote. on: its day."""

    person: str
    vote: str
    reason: str
    on: str
    entry: int


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request and what became of it. Amounts are minor units. outcome: None while it is open. minutes: texts, the oldest first."""

    number: int
    customer: str
    maker: str
    asked_on: str
    amount_minor: int | None
    currency: str | None
    own_risk_minor: int | None
    home: str | None
    exceptions: tuple[str, ...]
    role: str
    quorum: int
    expires_on: str
    reason: str
    votes: tuple[Opinion, ...]
    outcome: str | None
    minutes: tuple[str, ...]


def request_facts(store: Store, number: int) -> RequestFacts:
    """Return a request with its votes, its end and its minutes. Raises: UsageError: no such request; StoreError.

    >>> import tempfile
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.approvals import Ask, ask
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     asked = ask(store, Ask("C-014", "season", amount_minor=100, currency="CNY"), load_policy())
    ...     request_facts(store, asked.seq).outcome is None
    True
    """
    rows = rows_of(store, "requests", seq=number)
    if not rows:
        raise _no_request(number)
    row: dict[str, Any] = rows[0]
    votes = tuple(
        Opinion(v["person"], v["vote"], v["reason"], v["at"][:10], v["seq"])
        for v in rows_of(store, "votes", request=number)
    )
    ends = rows_of(store, "ends", request=number)
    minutes = tuple(m["text"] for m in rows_of(store, "minutes") if str(number) in m["requests"] and m["text"])
    return RequestFacts(
        number, row["customer"], row["maker"], row["at"][:10], row["amount_minor"], row["currency"], row["own_risk_minor"], row["home"],
        tuple(row["exceptions"]), row["role"], row["quorum"], row["expires_on"], row["reason"], votes,
        ends[0]["outcome"] if ends else None, minutes,
    )  # fmt: skip


def record_minutes(
    store: Store, requests: Sequence[int], present: Sequence[str], on: date, *, text: str | None = None, paper: str | Path | None = None
) -> Entry:  # fmt: skip
    """Write the minutes of a meeting and return the entry. requests: what was decided. present: who was there. paper: a file, signed or not,
    whose hash is kept.

    Raises: UsageError: a request there is not, a file there is not, nothing said; RefusedError; StoreError.

    >>> import tempfile
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.approvals import Ask, ask
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     asked = ask(store, Ask("C-014", "season", amount_minor=100, currency="CNY"), load_policy())
    ...     _ = record_minutes(store, [asked.seq], ["dan", "eve"], date(2026, 11, 20), text="put off to May")
    ...     request_facts(store, asked.seq).minutes
    ('put off to May',)
    """
    for number in requests:
        if not rows_of(store, "requests", seq=number):
            raise _no_request(number)
    digest = None
    if paper is not None:
        digest = next(iter(file_hashes([str(paper)]).values()), None)
        if digest is None:
            raise UsageError(
                f"{paper}: no file there. Check the path. [no-file]", f"{paper}：文件不存在。请检查路径。[no-file]"
            )
    if digest is None and text is None:
        raise UsageError(
            "Minutes need a text or a file: --text, --file. [empty-minutes]",
            "纪要须有文字或文件：--text、--file。[empty-minutes]",
        )
    body = {"on": on, "requests": [str(n) for n in requests], "present": list(present), "digest": digest, "text": text}
    return store.append("minutes", body)


def _no_request(number: int) -> UsageError:
    return UsageError(
        f"There is no request {number}. See the open ones: credit limit pending. [no-request]",
        f"没有申请 {number}。查看待审批申请：credit limit pending。[no-request]",
    )
