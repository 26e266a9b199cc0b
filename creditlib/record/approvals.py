"""Approvals: somebody asks, others decide; what the policy's matrix wants is enforced in the transaction that writes.

What must stay true: who asks never decides, also when two decide at the same moment; one request is open for a customer and a subject;
a request ends once; a limit comes into force by its approval alone, and the newest that has begun is the only one. One no ends a
request: the maker may ask again. Days are UTC days of the entries, so that nobody can date a decision back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Row, func, select

from creditlib.days import parse_iso
from creditlib.errors import UsageError
from creditlib.policy.policy import Policy, Values
from creditlib.record.entry import Entry
from creditlib.record.matrix import needs
from creditlib.record.replay import MAY
from creditlib.record.store import Store
from creditlib.record.tables import ENDS, LIMITS, REQUESTS, VOTES
from creditlib.record.writing import Refusal, Turn

Thing = Literal["limit", "release", "terms", "write_off"]
Vote = Literal["approve", "reject"]


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asks for. thing: of the customer; about: which one, an order for instance, where a customer can have several.

    amount_minor, currency: needed of a limit; 0 is no credit. from_on: first day, None: the day of the approval. until_on: last day, None: until
    another follows. proposed_minor: what the policy proposes; more is an exception. own_risk_minor: own funds at risk on the group after
    it, home currency, None: not known. exceptions: words of the policy's list. file: hash of the data it stands on.
    """

    customer: str
    reason: str
    thing: Thing = "limit"
    about: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    from_on: date | None = None
    until_on: date | None = None
    proposed_minor: int | None = None
    own_risk_minor: int | None = None
    grade: str | None = None
    exceptions: tuple[str, ...] = ()
    text: str | None = None
    file: str | None = None

    @property
    def subject(self) -> str:
        """The thing and what it is about: one request is open for each."""
        return f"{self.thing}:{self.about}" if self.about else self.thing


def ask(store: Store, asked: Ask, policy: Policy) -> Entry:
    """Write a request for approval; its entry tells the role and how many must agree, and until when. Its number names the request.

    Raises: UsageError: a limit without amount or currency, a reason or exception the policy does not list, days that end before they
    begin; RefusedError: one is open already, or the person may not ask; StoreError.

    >>> import tempfile
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.store import open_store
    >>> asked = Ask("C-014", "season", amount_minor=50_000_00, currency="CNY", own_risk_minor=50_000_00, grade="B")
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     entry = ask(store, asked, load_policy())
    >>> entry.seq, entry.body["role"], entry.body["quorum"]
    (2, 'manager', 1)
    """
    with store.writing() as turn:
        return ask_in(turn, asked, policy)


def ask_in(turn: Turn, asked: Ask, policy: Policy) -> Entry:
    """Write a request within a writer's turn, as `ask` does."""
    values = policy.at(parse_iso(turn.today))
    exceptions = all_exceptions(asked, values)
    _sound(asked, values, parse_iso(turn.today))
    who = needs(values, asked.own_risk_minor, asked.grade, exceptions)
    body = {
        "customer": asked.customer, "subject": asked.subject, "round": _next_round(turn, asked), "thing": asked.thing,
        "amount_minor": asked.amount_minor, "currency": asked.currency, "from_on": asked.from_on, "until_on": asked.until_on,
        "proposed_minor": asked.proposed_minor, "own_risk_minor": asked.own_risk_minor, "home": values["home.currency"],
        "grade": asked.grade, "exceptions": exceptions, "role": who.role, "quorum": who.quorum, "reason": asked.reason,
        "expires_on": parse_iso(turn.today) + timedelta(days=values["approval.expiry_days"]),
        "policy": f"{policy.name}@{policy.fingerprint}", "text": asked.text, "file": asked.file,
    }  # fmt: skip
    return turn.add("request", body)


def decide(store: Store, request: int, vote: Vote, reason: str, policy: Policy, *, text: str | None = None) -> Entry:
    """Write a person's decision on a request; its entry tells the outcome where this decision ends it.

    request: number of its entry. vote: "approve" counts towards the quorum, "reject" ends it. reason: a word of the policy's list.
    Raises: UsageError: no such request or reason; RefusedError: one's own, ended, expired, decided by this person already, or for a role
    the person does not have; StoreError.

    >>> import tempfile
    >>> from creditlib.errors import RefusedError
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     asked = ask(store, Ask("C-014", "season", amount_minor=0, currency="CNY"), load_policy())
    ...     try:
    ...         decide(store, asked.seq, "approve", "season", load_policy())
    ...     except RefusedError as error:
    ...         "somebody else must decide" in error.en
    True
    """
    with store.writing() as turn:
        _known_reason(reason, policy.at(parse_iso(turn.today)))
        row = _request(turn, request)
        role = _may_decide(turn, row)
        if vote == "approve":
            _as_strict(turn, row, policy)
        body: dict[str, Any] = {
            "request": row.seq, "maker": row.maker, "customer": row.customer, "role": role, "vote": vote, "reason": reason,
            "text": text, "override": vote == "approve" and row.exceptions != "[]",
        }  # fmt: skip
        agreed = turn.rows(select(VOTES.c.person).where(VOTES.c.request == row.seq, VOTES.c.vote == "approve"))
        if vote == "reject":
            body["outcome"] = "rejected"
        elif len(agreed) + 1 >= row.quorum:
            body |= {"outcome": "approved"} | (_in_force(turn, row) if row.thing == "limit" else {})
        return turn.add("vote", body)


def withdraw(store: Store, request: int, *, text: str | None = None) -> Entry:
    """Take one's own request back. Raises: UsageError: no such request; RefusedError: another's, or ended; StoreError.

    >>> import tempfile
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.store import open_store
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     asked = ask(store, Ask("C-014", "season", amount_minor=0, currency="CNY"), load_policy())
    ...     withdraw(store, asked.seq).kind
    'withdrawal'
    """
    with store.writing() as turn:
        row = _request(turn, request)
        if row.maker != turn.actor:
            raise Refusal(
                "not-yours", f"request {request} is {row.maker}'s: only who asked can take it back.",
                f"申请 {request} 由 {row.maker} 提出，只能由其本人撤回。", "withdraw", request=row.seq, customer=row.customer,
            )  # fmt: skip
        _still_open(turn, row, "withdraw")
        return turn.add("withdrawal", {"request": row.seq, "customer": row.customer, "text": text})


def expire(store: Store) -> tuple[Entry, ...]:
    """End every request whose time is over, and return the entries. Raises: RefusedError, StoreError."""
    with store.writing() as turn:
        query = select(REQUESTS).outerjoin(ENDS, ENDS.c.request == REQUESTS.c.seq).where(ENDS.c.seq.is_(None))
        due = turn.rows(query.where(REQUESTS.c.expires_on < turn.today).order_by(REQUESTS.c.seq))
        return tuple(_expire(turn, row) for row in due)


def all_exceptions(asked: Ask, values: Values) -> list[str]:
    """Return the exceptions a request is written with: those told, and more than proposed where the policy lists that.

    Raises: UsageError for one the policy does not list.
    """
    known = values["approval.exceptions"]
    for word in asked.exceptions:
        if word not in known:
            raise _unlisted("exception", "例外情形", word, known)
    above = asked.proposed_minor is not None and (asked.amount_minor or 0) > asked.proposed_minor
    return sorted({*asked.exceptions, *(("above_proposal",) if above and "above_proposal" in known else ())})


def _sound(asked: Ask, values: Values, today: date) -> None:
    _known_reason(asked.reason, values)
    if asked.thing == "limit" and (asked.amount_minor is None or asked.amount_minor < 0 or asked.currency is None):
        raise UsageError(
            "A request for a limit needs an amount of 0 or more and a currency. [bad-request]",
            "额度申请须给出不小于 0 的金额及币种。[bad-request]",
        )
    if asked.until_on is not None and asked.until_on < today:
        raise UsageError(
            f"The limit would end on {asked.until_on}, before today, {today}. Give a later last day, or none. [bad-request]",
            f"额度终止日 {asked.until_on} 早于今天 {today}。请填写更晚的终止日，或不填。[bad-request]",
        )
    if asked.from_on and asked.until_on and asked.until_on < asked.from_on:
        raise UsageError(
            f"The limit would end on {asked.until_on}, before it begins on {asked.from_on}. Correct one of them. [bad-request]",
            f"额度终止日 {asked.until_on} 早于起始日 {asked.from_on}。请改正其一。[bad-request]",
        )


def _known_reason(reason: str, values: Values) -> None:
    if reason not in values["approval.reasons"]:
        raise _unlisted("reason", "理由", reason, values["approval.reasons"])


def _unlisted(what: str, zh: str, word: str, known: Iterable[str]) -> UsageError:
    words = list(known)
    return UsageError(
        f'"{word}" is no {what} of the policy. Write one of {", ".join(words)}. [not-in-policy]',
        f"“{word}”不是政策所列{zh}。请写其中之一：{'、'.join(words)}。[not-in-policy]",
    )


def _next_round(turn: Turn, asked: Ask) -> int:
    """Return the number of this request among those of its customer and subject; the one before must have ended."""
    mine = (REQUESTS.c.customer == asked.customer, REQUESTS.c.subject == asked.subject)
    last = turn.rows(select(REQUESTS).where(*mine).order_by(REQUESTS.c.round.desc()).limit(1))
    if not last:
        return 1
    row = last[0]
    if not _ended(turn, row.seq):
        if row.expires_on >= turn.today:
            raise Refusal(
                "open-request", f"request {row.seq} for {row.customer} ({row.subject}) is open until {row.expires_on}. Decide or withdraw it first.",
                f"{row.customer} 的申请 {row.seq}（{row.subject}）尚未结束，有效至 {row.expires_on}。请先决定或撤回。",
                "request", request=row.seq, customer=row.customer, kept=False,
            )  # fmt: skip
        _expire(turn, row)
    return int(row.round) + 1


def _request(turn: Turn, number: int) -> Row[Any]:
    found = turn.rows(select(REQUESTS).where(REQUESTS.c.seq == number))
    if not found:
        raise UsageError(
            f"There is no request {number}. See the open ones: credit limit pending. [no-request]",
            f"没有申请 {number}。查看待审批申请：credit limit pending。[no-request]",
        )
    return found[0]


def _may_decide(turn: Turn, row: Row[Any]) -> str:
    """Return the role a person decides in. Raises: Refusal."""
    about = {"request": row.seq, "customer": row.customer}
    roles = turn.roles_of(turn.actor)
    if "auditor" in roles:
        raise Refusal(
            "auditor-reads", f"{turn.actor} is an auditor, who reads everything and changes nothing.",
            f"{turn.actor} 为审计员，可查阅全部内容但不得变更。", "vote", kept=False, **about,
        )  # fmt: skip
    if row.maker == turn.actor:
        raise Refusal(
            "own-request", f"request {row.seq} is {turn.actor}'s own: somebody else must decide.",
            f"申请 {row.seq} 由 {turn.actor} 本人提出，须由他人决定。", "vote", **about,
        )  # fmt: skip
    role = next((one for one in MAY[row.role] if one in roles), None)
    if role is None:
        raise Refusal(
            "no-role", f"request {row.seq} is for the {row.role}, and {turn.actor} has no such role.",
            f"申请 {row.seq} 须由{'经理' if row.role == 'manager' else '委员会'}决定，{turn.actor} 无此角色。", "vote", **about,
        )  # fmt: skip
    _still_open(turn, row)
    if turn.rows(select(VOTES.c.seq).where(VOTES.c.request == row.seq, VOTES.c.person == turn.actor)):
        raise Refusal(
            "decided-already", f"{turn.actor} has decided on request {row.seq} already: others must agree.",
            f"{turn.actor} 已对申请 {row.seq} 作出决定，须由他人同意。", "vote", kept=False, **about,
        )  # fmt: skip
    return role


def _as_strict(turn: Turn, row: Row[Any], policy: Policy) -> None:
    """See that a request wants at least who the policy of who decides would want. Raises: Refusal."""
    exceptions = json.loads(row.exceptions)
    wanted = needs(policy.at(parse_iso(turn.today)), row.own_risk_minor, row.grade, exceptions)
    weaker = wanted.role == "committee" and row.role != "committee"
    if weaker or (wanted.role == row.role and wanted.quorum > row.quorum):
        roles = {"manager": "经理", "committee": "委员会"}
        raise Refusal(
            "weaker-policy", f"request {row.seq} was written by policy {row.policy} for {row.role} × {row.quorum}; by {policy.name}@{policy.fingerprint} it "
            f"needs {wanted.role} × {wanted.quorum}. Reject it, or have it asked for anew by the policy in force.",
            f"申请 {row.seq} 按政策 {row.policy} 由{roles[row.role]} × {row.quorum} 审批；按 {policy.name}@{policy.fingerprint} 须由{roles[wanted.role]} × {wanted.quorum} 审批。"
            "请拒绝，或按现行政策重新申请。", "vote", request=row.seq, customer=row.customer,
        )  # fmt: skip


def _still_open(turn: Turn, row: Row[Any], action: str = "vote") -> None:
    if ended := _ended(turn, row.seq):
        zh = {"approved": "已批准", "rejected": "已拒绝", "withdrawn": "已撤回", "expired": "已过期"}[ended]
        raise Refusal(
            "ended", f"request {row.seq} is {ended} already.", f"申请 {row.seq} {zh}。", action,
            request=row.seq, customer=row.customer, kept=False,
        )  # fmt: skip
    if row.expires_on < turn.today:
        raise Refusal(
            "expired", f"request {row.seq} expired on {row.expires_on}, today is {turn.today}. Ask anew with today's figures.",
            f"申请 {row.seq} 已于 {row.expires_on} 过期，今天是 {turn.today}。请按最新数据重新申请。", action,
            request=row.seq, customer=row.customer,
        )  # fmt: skip


def _ended(turn: Turn, request: int) -> str | None:
    found = turn.rows(select(ENDS.c.outcome).where(ENDS.c.request == request))
    return str(found[0][0]) if found else None


def _expire(turn: Turn, row: Row[Any]) -> Entry:
    return turn.add("expiry", {"request": row.seq, "customer": row.customer, "expires_on": row.expires_on})


def _in_force(turn: Turn, row: Row[Any]) -> dict[str, Any]:
    """Return what the approval of a limit puts in force: the customer's next step, beginning today or later, never before."""
    step = turn.rows(select(func.max(LIMITS.c.step)).where(LIMITS.c.customer == row.customer))[0][0] or 0
    begins = max(row.from_on or turn.today, turn.today)
    if row.until_on is not None and row.until_on < begins:
        raise Refusal(
            "over-already", f"the limit of request {row.seq} would end on {row.until_on}, before it begins on {begins}.",
            f"申请 {row.seq} 的额度终止于 {row.until_on}，早于起始日 {begins}。", "vote", request=row.seq, customer=row.customer, kept=False,
        )  # fmt: skip
    return {
        "step": step + 1, "amount_minor": row.amount_minor, "currency": row.currency, "from_on": begins, "until_on": row.until_on,
    }  # fmt: skip
