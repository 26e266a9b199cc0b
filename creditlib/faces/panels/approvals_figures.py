"""What the panel of approvals shows of a record: open requests, one of them, who said what, limits in force, the head.

What must stay true: texts of the record alone, told as the terminal tells them; nothing is added up here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditlib.errors import Lang
from creditlib.faces.panels.blocks import (
    Block,
    Cell,
    button,
    buttons,
    column,
    decision,
    form,
    row,
    section,
    table,
    text,
)
from creditlib.faces.record_words import amount, code_word, exceptions_told, needs_told, subject_told
from creditlib.faces.wording import say, sayer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from creditlib.faces.panels.approvals import ApprovalsModel
    from creditlib.flows.approval_desk import Case, Desk
    from creditlib.flows.minutes import Opinion

_say = sayer("panel_approvals")

_TALL = 420  # pixels after which a list scrolls
_LONG = 8  # rows that need no scrolling
_DIGEST = 12  # digits of a hash that tell two versions apart; the whole stands behind it


def _heads(names: Sequence[str], right: Sequence[str], lang: Lang) -> list[Block]:
    return [column(say(f"record.col.{name}", lang), align="right" if name in right else "left") for name in names]


def customer(code: str, names: Mapping[str, str]) -> str:
    """Return a customer with the name the book knows, if any.

    >>> customer("C1", {"C1": "Alpha"}), customer("C2", {})
    ('C1 Alpha', 'C2')
    """
    return f"{code} {names.get(code, '')}".strip()


def verdict(desk: Desk, lang: Lang) -> Block:
    """Return how many requests wait, and who is at the panel."""
    count, expired = len(desk.pending), sum(one.expired for one in desk.pending)
    title = _say("verdict.one", lang) if count == 1 else _say("verdict.waiting", lang, count=count)
    between = "、" if lang == "zh" else ", "
    roles = between.join(say(f"record.role.{role}", lang) for role in desk.roles) or _say("verdict.no_role", lang)
    why = [_say("verdict.you", lang, person=desk.person, roles=roles)]
    if expired:
        why.append(_say("verdict.expired", lang, count=expired))
    shown = title if count else say("record.say.none_pending", lang)
    return section("verdict", [decision("verdict", shown, ("" if lang == "zh" else " ").join(why), act=bool(count))])


def pending(model: ApprovalsModel, desk: Desk) -> Block:
    """Return every open request; its number shows it below."""
    lang, chosen = model.lang, model.state["request"]
    title = _say("pending.title", lang)
    if not desk.pending:
        return section("pending", [text("none", [say("record.say.none_pending", lang)], tone="muted")], title=title)
    about = any(one.subject != "limit" for one in desk.pending)  # a column only where anything but a limit is asked for
    names = ["number", "customer", *(["about"] if about else []), "amount", "proposed", "grade", "exceptions", "by", "decides", "agreed", "until"]  # fmt: skip
    rows = []
    for one in desk.pending:
        cells: list[Cell] = [
            {"text": str(one.seq), "act": "pick", "value": one.seq, "title": _say("pending.pick", lang, number=one.seq)},
            {"text": customer(one.customer, model.names), "tone": "words"}, *([subject_told(one.subject, lang)] if about else []),
            amount(one.amount_minor, one.currency), amount(one.proposed_minor, one.currency) or "–", one.grade or "○",
            {"text": exceptions_told(one.exceptions, lang) or "–", "tone": "words"}, one.maker, needs_told(one.needs_role, one.quorum, lang),
            " ".join(one.agreed) or "–", {"text": f"{one.expires_on}{' ▲' if one.expired else ''}", "tone": "act" if one.expired else "nowrap"},
        ]  # fmt: skip
        rows.append(row(cells, tone="chosen" if one.seq == chosen else "", id=str(one.seq)))
    made = table(
        "pending", title, _heads(names, ("amount", "proposed"), lang), rows, tall=_TALL if len(rows) > _LONG else 0
    )
    return section("pending", [made], title=title, sub=_say("pending.sub", lang), wide=True)


def facts(model: ApprovalsModel, case: Case | None) -> Block:
    """Return all that the request chosen says, and who said what of it."""
    lang = model.lang
    if case is None:
        return section(
            "request", [text("none", [_say("request.none", lang)], tone="muted")], title=_say("request.one", lang)
        )
    found, said, now = case.facts, case.said, case.limit
    shown = {
        _say("request.asked", lang): f"{found.maker}, {found.asked_on}",
        say("record.col.amount", lang): amount(found.amount_minor, found.currency),
        say("record.col.proposed", lang): amount(said.get("proposed_minor"), found.currency),
        _say("request.own", lang): amount(found.own_risk_minor, found.home) or "○",
        say("record.col.grade", lang): said.get("grade") or "○",
        say("record.col.exceptions", lang): exceptions_told(found.exceptions, lang),
        say("record.col.decides", lang): needs_told(found.role, found.quorum, lang),
        say("record.col.until", lang): found.expires_on,
        _say("ask.reason", lang): code_word("reason", found.reason, lang),
        _say("ask.text", lang): said.get("text") or "",
        _say("ask.from", lang): said.get("from_on") or "",
        _say("ask.until", lang): said.get("until_on") or "",
        _say("request.limit_now", lang): amount(now.amount_minor, now.currency) if now else "",
        _say("request.file", lang): _file(case, lang),
        say("record.col.policy", lang): said.get("policy") or "",
    }
    rows = [row([label, {"text": value or "–", "tone": "long"}], id=label) for label, value in shown.items() if value]
    title = _say("request.title", lang, number=found.number, customer=customer(found.customer, model.names))
    heads = [column(_say("held.what", lang)), column(_say("held.value", lang))]
    told = [_opinion(one, lang) for one in found.votes]
    told += [say(f"record.memo.{found.outcome}", lang)] if found.outcome else []
    told += [say("record.memo.minutes", lang, text=one) for one in found.minutes]
    lead = _say("request.votes", lang) if told else ""
    votes = text("votes", told or [_say("request.no_votes", lang)], lead=lead, tone="" if told else "muted")
    return section("request", [table("request", title, heads, rows), votes], title=title, sub=_say("request.sub", lang))


def _file(case: Case, lang: Lang) -> str:
    digest = str(case.said.get("file") or "")[:_DIGEST]
    if case.version is None:
        return digest
    key = "file_newer" if case.newest is not None and case.newest > case.version else "file_version"
    return _say(f"request.{key}", lang, version=case.version, newest=case.newest, digest=digest)


def _opinion(one: Opinion, lang: Lang) -> str:
    reason = code_word("reason", one.reason, lang)
    return say(f"record.memo.{one.vote}", lang, on=one.on, person=one.person, reason=reason, entry=one.entry)


def deciding(model: ApprovalsModel, desk: Desk, case: Case | None, answer: tuple[str, bool] | None) -> Block:
    """Return the decision to take on the request chosen, or why there is none to take, and what the last press brought about."""
    lang, title = model.lang, _say("decide.title", model.lang)
    told = [text("answer", [answer[0]], tone="advice" if answer[1] else "act", status=True)] if answer else []
    if case is None:
        return section("decide", told, title=title, live=True)
    found = case.facts
    agreed = sum(one.vote == "approve" for one in found.votes)
    sub = _say("decide.sub", lang, person=desk.person, agreed=agreed, quorum=found.quorum)
    if found.outcome is not None:
        return section(
            "decide", [text("ended", [_say("decide.ended", lang)], tone="muted"), *told], title=title, live=True
        )
    blocks: list[Block] = []
    if found.expires_on < desk.today.isoformat():
        blocks.append(text("expired", [_say("decide.expired", lang, day=found.expires_on)], tone="act"))
    if found.maker == desk.person:
        blocks += [text("own", [_say("decide.own", lang)]), form("decide", [model.control("text")])]
        act = button("withdraw", _say("decide.withdraw", lang))
    else:
        blocks.append(form("decide", [model.control(name) for name in ("vote", "reason", "text")]))
        act = button("decide", _say("decide.do", lang), primary=True)
    blocks += [buttons("decide", [act], note=_say("lasting", lang)), *told]
    return section("decide", blocks, title=title, sub=sub, grow=0.9, live=True)


def limits(model: ApprovalsModel, desk: Desk) -> Block:
    """Return the limits in force on a day."""
    lang = model.lang
    title, sub = _say("limits.title", lang, day=desk.on), _say("limits.sub", lang, count=f"{len(desk.limits):,}")
    names = ("customer", "limit", "from", "until", "step", "request", "entry")
    rows = [
        row(
            [customer(one.customer, model.names), amount(one.amount_minor, one.currency), f"{one.from_on}", f"{one.until_on or '–'}",
             f"{one.step}", f"{one.request}", f"{one.seq}"], id=one.customer,
        )
        for one in desk.limits
    ]  # fmt: skip
    right = ("limit", "step", "request", "entry")
    made = table("limits", title, _heads(names, right, lang), rows, tall=_TALL if len(rows) > _LONG else 0)
    shown = made if rows else text("none", [say("record.say.no_limits", lang)], tone="muted")
    day = form("on", [model.control("on")], inline=True)
    return section("limits", [day, shown], title=title, sub=sub, grow=1.6, wide=True)


def journal(desk: Desk, lang: Lang) -> Block:
    """Return the head of the journal, whole."""
    return section(
        "journal", [text("head", [str(desk.head)])], title=_say("journal.title", lang), sub=_say("journal.sub", lang)
    )
