"""The rules of the record followed entry by entry, as `verify` walks: would each have been allowed when it was written?

What must stay true: an entry somebody put in without the library, in a form no hash can fault, is told when it breaks a rule: a role given
to oneself, a decision on one's own request or without the role, a quorum not reached, a time that runs backwards. What the policy
wanted is taken from the request's own entry; it names the policy by its fingerprint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from creditlib.record.entry import Entry
from creditlib.record.kinds import DECIDERS, KINDS

MAY: Final = {"manager": ("manager", "committee"), "committee": ("committee",)}
"""Who may decide what is for a role: the committee also what is for a manager."""
_STARTS: Final = "store_made"


@dataclass(slots=True)
class _Asked:
    body: dict[str, Any]
    maker: str
    agreed: list[str] = field(default_factory=list)
    ended: bool = False


class Rules:
    """What the rules need to know of the entries so far. `broken` says what an entry breaks, or nothing, and takes note of it."""

    def __init__(self) -> None:
        self._founder = ""
        self._at = ""
        self._roles: dict[str, set[str]] = {}
        self._rounds: dict[tuple[str, str], int] = {}
        self._asked: dict[int, _Asked] = {}
        self._subjects: dict[tuple[str, str], int] = {}
        self._steps: dict[str, int] = {}
        self._rules = {
            "role": self._role, "request": self._request, "vote": self._vote, "withdrawal": self._withdrawal, "expiry": self._expiry,
        }  # fmt: skip

    def broken(self, entry: Entry) -> tuple[str, str] | None:
        """Return which rule an entry breaks, in English and Chinese, None where it breaks none."""
        told = None
        if entry.at < self._at:
            told = "its time is before that of the entry before", "其时间早于上一条目"
        self._at = entry.at
        if (entry.seq == 1) != (entry.kind == _STARTS):
            return "a store is made by its first entry and by no other", "记录库只能由第一个条目建立"
        if entry.kind == _STARTS:
            self._founder = entry.actor
            self._give(entry.actor, "analyst")
            self._rounds[entry.actor, "analyst"] = 1
            return told
        about = KINDS.get(entry.kind)
        held = self._roles.get(entry.actor, _NONE)
        if about is not None and about.by and not (held & about.by):
            told = f"{entry.actor} had no role that may write it", f"{entry.actor} 当时没有可写入的角色"
        rule = self._rules.get(entry.kind)
        if rule is None:
            return told
        try:
            return rule(entry, held) or told
        except (KeyError, TypeError):
            return "it lacks what its kind needs", "缺少其类型所需内容"

    def _give(self, person: str, role: str) -> None:
        self._roles.setdefault(person, set()).add(role)

    def _role(self, entry: Entry, held: set[str]) -> tuple[str, str] | None:
        person, role, number = entry.body["person"], entry.body["role"], entry.body["round"]
        given, before = number % 2 == 1, self._rounds.get((person, role), 0)
        other = self._roles.get(person, _NONE) - {role}
        self._rounds[person, role] = number
        if given:
            self._give(person, role)
        else:
            self._roles.get(person, set()).discard(role)
        if number != before + 1:
            return "the rounds of the role do not follow each other", "角色的轮次不连续"
        if person == entry.actor:
            return ("somebody gave himself or herself a role", "有人授予自己角色") if given else None
        if "auditor" in held or not (held & DECIDERS or entry.actor == self._founder):
            return f"{entry.actor} could not change roles", f"{entry.actor} 无权变更角色"
        if given and other and (role == "auditor" or "auditor" in other):
            return "an auditor has no other role", "审计员不得兼任其他角色"
        return None

    def _request(self, entry: Entry, _: set[str]) -> tuple[str, str] | None:
        body = entry.body
        subject = body["customer"], body["subject"]
        before = self._asked.get(self._subjects.get(subject, 0))
        self._asked[entry.seq] = _Asked(body, entry.actor)
        self._subjects[subject] = entry.seq
        if before is not None and not before.ended:
            return "another request for it was open", "同一事项另有未结束的申请"
        if body["round"] != (before.body["round"] + 1 if before else 1):
            return "the rounds of the subject do not follow each other", "该事项的轮次不连续"
        return None

    def _vote(self, entry: Entry, held: set[str]) -> tuple[str, str] | None:
        body, asked = entry.body, self._asked[entry.body["request"]]
        again, late = entry.actor in asked.agreed, entry.at[:10] > asked.body["expires_on"]
        over = asked.ended
        approve = body["vote"] == "approve"
        asked.agreed += [entry.actor] if approve else []
        reached = len(asked.agreed) >= asked.body["quorum"]
        outcome = ("approved" if reached else None) if approve else "rejected"
        asked.ended = asked.ended or "outcome" in body
        if entry.actor == asked.maker or body["maker"] != asked.maker:
            return f"{entry.actor} decided on an own request", f"{entry.actor} 决定了自己的申请"
        if body["role"] not in held or body["role"] not in MAY[asked.body["role"]]:
            return f"{entry.actor} had no role that may decide it", f"{entry.actor} 当时没有决定权"
        if over or again or late:
            return (
                "the request was ended, expired or decided by this person already",
                "该申请已结束、已过期或此人已作过决定",
            )
        if body.get("outcome") != outcome:
            return "its outcome is not that of the votes", "其结果与各人意见不符"
        if body["override"] != (approve and bool(asked.body["exceptions"])):
            return "an override is not told as it was", "突破政策的标记不符"
        return (
            self._limit(entry, asked) if outcome == "approved" and asked.body["thing"] == "limit" else _no_limit(body)
        )

    def _limit(self, entry: Entry, asked: _Asked) -> tuple[str, str] | None:
        body, wanted = entry.body, asked.body
        step = self._steps.get(wanted["customer"], 0) + 1
        self._steps[wanted["customer"]] = step
        same = all(body.get(name) == wanted.get(name) for name in ("customer", "amount_minor", "currency", "until_on"))
        begins = max(wanted.get("from_on") or "", entry.at[:10])
        if not same or body.get("step") != step or body.get("from_on") != begins:
            return "the limit is not the one asked for", "额度与所申请的不符"
        return None

    def _withdrawal(self, entry: Entry, _: set[str]) -> tuple[str, str] | None:
        asked = self._asked[entry.body["request"]]
        over, asked.ended = asked.ended, True
        if over or entry.actor != asked.maker:
            return "only who asked takes an open request back", "只有申请人可撤回未结束的申请"
        return None

    def _expiry(self, entry: Entry, _: set[str]) -> tuple[str, str] | None:
        asked = self._asked[entry.body["request"]]
        over, asked.ended = asked.ended, True
        if over or entry.at[:10] <= asked.body["expires_on"]:
            return "the request had ended or had not expired", "该申请已结束或尚未过期"
        return None


def _no_limit(body: dict[str, Any]) -> tuple[str, str] | None:
    if "step" in body:
        return "it puts a limit in force that nobody approved", "使未经批准的额度生效"
    return None


_NONE: Final[set[str]] = set()
