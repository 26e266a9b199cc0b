"""How requests and decisions of the record are told, by every door: terminal, sheet, panel, memo.

What must stay true: what is told is what the entry says; a code of the policy has its words where they are known, else itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.wording import say, words_under

if TYPE_CHECKING:
    from creditlib.record.approvals import Ask
    from creditlib.record.entry import Entry

Codes = Literal["reason", "exception", "role", "thing"]


def amount(minor: int | None, currency: str | None) -> str:
    """Return an amount with its currency, "" for none.

    >>> amount(120_000_00, "CNY"), amount(None, None)
    ('120,000.00 CNY', '')
    """
    return "" if minor is None or currency is None else f"{money.text(minor, currency)} {currency}"


def code_word(kind: Codes, code: str, lang: Lang) -> str:
    """Return the words of a reason, an exception or a role; a code somebody's own policy adds stands for itself.

    >>> code_word("reason", "yearly_review", "zh"), code_word("reason", "our_own", "en")
    ('年度复审', 'our_own')
    """
    known = words_under(f"record.{kind}").get(code)
    return str(known[lang]) if known else code


def code_of(kind: Codes, said: str) -> str:
    """Return the code of what a person wrote: the code itself, or its words in either language.

    >>> code_of("reason", "年度复审"), code_of("reason", "Yearly review"), code_of("reason", "our_own")
    ('yearly_review', 'yearly_review', 'our_own')
    """
    key = said.strip().casefold()
    known = words_under(f"record.{kind}").items()
    return next(
        (code for code, words in known if key in (words["en"].casefold(), words["zh"].casefold())), said.strip()
    )


def subject_told(subject: str, lang: Lang) -> str:
    """Return what a request is about: the thing in words, and which one.

    >>> subject_told("limit", "zh"), subject_told("release:SO-1", "en")
    ('额度', 'release SO-1')
    """
    thing, _, about = subject.partition(":")
    return f"{code_word('thing', thing, lang)} {about}".rstrip()


def needs_told(role: str, quorum: int, lang: Lang) -> str:
    """Return who decides, and how many must agree.

    >>> needs_told("committee", 2, "en")
    'committee × 2'
    """
    return f"{say(f'record.role.{role}', lang)} × {quorum}"


def request_told(entry: Entry, asked: Ask, lang: Lang) -> list[str]:
    """Return what a request says, in lines: number, own risk after it, exceptions, who decides until when."""
    body = entry.body
    told = amount(asked.amount_minor, asked.currency)
    lines = [
        say("record.say.requested", lang, number=entry.seq, customer=asked.customer, amount=told),
        say("record.say.own_after", lang, amount=amount(asked.own_risk_minor, body["home"]) or "○"),
    ]
    if body["exceptions"]:
        lines.append(say("record.say.exceptions", lang, list=exceptions_told(body["exceptions"], lang)))
    role = say(f"record.role.{body['role']}", lang)
    return [*lines, say("record.say.needs", lang, role=role, count=body["quorum"], day=body["expires_on"])]


def exceptions_told(codes: Iterable[str], lang: Lang) -> str:
    """Return exceptions in words.

    >>> exceptions_told(["stale_file", "over_cap"], "en")
    'out-of-date credit file, above the cap of the grade'
    """
    return ("、" if lang == "zh" else ", ").join(code_word("exception", code, lang) for code in codes)


def vote_told(entry: Entry, agreed: int, quorum: int, lang: Lang) -> str:
    """Return what a decision did: approved and what is in force, rejected, or how many must still agree."""
    body = entry.body
    number = body["request"]
    if body.get("outcome") == "rejected":
        return say("record.say.rejected", lang, number=number, customer=body["customer"])
    if body.get("outcome") is None:
        return say("record.say.more_needed", lang, number=number, agreed=agreed, quorum=quorum)
    told = say("record.say.approved", lang, number=number, customer=body["customer"])
    if "step" not in body:
        return told
    key = "record.say.in_force_until" if body.get("until_on") else "record.say.in_force"
    shown = amount(body["amount_minor"], body["currency"])
    return told + say(key, lang, amount=shown, first=body["from_on"], last=body.get("until_on"))
