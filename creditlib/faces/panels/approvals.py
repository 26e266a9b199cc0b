"""The panel of approvals: what waits, one request with all it says, a decision on it, limits in force, the head of the journal.

What must stay true: who decides, and whether they may, is the record's to say; every look reads it anew; what was written is not undone, undo
and reset concern the fields; a refusal is told in words and what was typed stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from creditlib.days import parse_iso
from creditlib.errors import CreditError, Lang, UsageError
from creditlib.faces.panels import approvals_figures as figures
from creditlib.faces.panels.blocks import Block, button, columns, decision, section
from creditlib.faces.panels.customer_request import no_record, reason_field
from creditlib.faces.panels.fields import Choice, Day, Field, Text
from creditlib.faces.panels.given import Opening, place_shown
from creditlib.faces.panels.model import Model
from creditlib.faces.record_words import vote_told
from creditlib.faces.wording import say, worded
from creditlib.policy import Policy

if TYPE_CHECKING:
    from creditlib.flows.approval_desk import Case, Desk
    from creditlib.record.store import Store

_words = worded("panel_approvals")

_LANGS: Final[tuple[Lang, Lang]] = ("en", "zh")
_TYPED: Final = ("vote", "reason", "text")
Told = Callable[[Lang], str]


class ApprovalsModel(Model):
    """A record. State: request (its number, 0 for none), vote, reason, text (of the decision), on (day of the limits, "" for today).
    opened: opens the record, None where none is named. names: of customers by code."""

    panel = "approvals"

    def __init__(
        self, opened: Opening | None, policy: Policy, lang: Lang = "en", *, names: Mapping[str, str] | None = None
    ) -> None:
        self.open = opened
        self.policy = policy
        self.names = names or {}
        self.fault: CreditError | None = None
        self._read: tuple[Desk, Case | None] | None = None
        self._answer: tuple[Any, Told, bool] | None = None
        super().__init__(lang)

    def start(self) -> dict[str, Any]:
        """Return nothing chosen, nothing typed."""
        return {"request": 0, "vote": "", "reason": "", "text": "", "on": ""}

    def fields(self) -> Mapping[str, Field]:
        """Return what can be typed."""
        reasons = self.policy.at(datetime.now(UTC).date())["approval.reasons"]
        votes = [(vote, _words(f"decide.{vote}")) for vote in ("approve", "reject")]
        return {
            "vote": Choice(label=_words("decide.vote"), options=votes, few=True),
            "reason": reason_field(reasons),
            "text": Text(label=_words("ask.text")),
            "on": Day(label=_words("limits.on"), hint=_words("limits.on_hint"), empty=True),
        }

    # ── what is shown ──

    def view(self) -> Block:
        """Return everything the browser draws; where the record can't be read, what was read last stays, grey."""
        shown = super().view()
        return shown | {"error": shown["error"] or ("" if self.fault is None else self.fault.text(self.lang))}

    def top(self) -> tuple[Sequence[Block], str, Sequence[Block]]:
        """Return which record, and its day."""
        again = [button("again", say("panel_approvals.top.again", self.lang))]
        if self._read is None:
            return (), say("panel_approvals.top.none", self.lang), again if self.open is not None else ()
        desk = self._read[0]
        parts = [
            say("panel_approvals.top.record", self.lang, place=place_shown(desk.place)), say("panel_approvals.top.today", self.lang, day=desk.today),
            say("panel.word.policy", self.lang, policy=f"{self.policy.name}@{self.policy.fingerprint}"),
        ]  # fmt: skip
        return (), say("panel.word.separator", self.lang).join(parts), again

    def blocks(self) -> list[Block]:
        """Return what waits, the request chosen, limits and the head of the journal."""
        if self.open is None:
            verdict = decision("verdict", say("panel_approvals.verdict.none", self.lang), "")
            return [columns("first", [section("verdict", [verdict, no_record(self.lang)])])]
        on = self.get("on")
        self.fault = None
        try:
            with self.open() as store:
                self._read = self._look(store, on)
        except CreditError as error:
            self.fault = error
        if self._read is None:
            return []
        desk, case = self._read
        rows = [columns("first", [figures.verdict(desk, self.lang)]), columns("pending", [figures.pending(self, desk)])]
        answer = self.answer()
        chosen = [figures.facts(self, case)] if desk.pending or case else []
        if case or answer:
            chosen.append(figures.deciding(self, desk, case, answer))
        if chosen:
            rows.append(columns("request", chosen))
        return [*rows, columns("limits", [figures.limits(self, desk), figures.journal(desk, self.lang)])]

    def _look(self, store: Store, on: str) -> tuple[Desk, Case | None]:
        from creditlib.flows.approval_desk import case_of, desk_of

        desk, number = desk_of(store, parse_iso(on, "on") if on else None), self.state["request"]
        try:
            return desk, case_of(store, number) if number else None
        except UsageError as error:  # an address names a request this record does not have
            self._answer = self._typed(), error.text, False
            return desk, None

    def answer(self) -> tuple[str, bool] | None:
        """Return the answer to the last press and whether it was done, while nothing was changed since."""
        if self._answer is None or self._answer[0] != self._typed():
            return None
        return self._answer[1](self.lang), self._answer[2]

    def _typed(self) -> dict[str, Any]:
        return {name: value for name, value in self.state.items() if name != "on"}

    def foot(self) -> Sequence[str]:
        """Return that what is recorded stays."""
        lines = [say("panel_approvals.lasting", self.lang)]
        return [*lines, say("panel_approvals.foot_names", self.lang)] if self.names else lines

    # ── what is done ──

    def act(self, name: str, value: Any) -> None:
        """Show a request, decide on it, take it back, or only read again. Raises: UsageError for another name."""
        if name == "pick":
            self.become({**self.start(), "on": self.state["on"], "request": int(value)})
        elif name == "decide":
            self._do(self._decide)
        elif name == "withdraw":
            self._do(self._withdraw)
        elif name != "again":
            super().act(name, value)

    def _do(self, doing: Callable[[Store, int], Told]) -> None:
        """Do something with the request chosen; what the record answers is told, a refusal too, with what was typed left as it is."""
        for name in _TYPED:
            self.get(name)
        number = self.state["request"]
        try:
            if self.open is None:
                raise _wrong("no_record")
            if not number:
                raise _wrong("decide.no_request")
            with self.open() as store:
                told = doing(store, number)
        except CreditError as error:
            self._answer = self._typed(), error.text, False
            return
        self.become({**self.state, **dict.fromkeys(_TYPED, "")})
        self._answer = self._typed(), told, True

    def _decide(self, store: Store, number: int) -> Told:
        from creditlib.flows.minutes import request_facts
        from creditlib.record.approvals import decide

        vote, reason = self.get("vote"), self.get("reason")
        if not vote:
            raise _wrong("decide.no_vote")
        if not reason:
            raise _wrong("ask.no_reason")
        kind = cast(Literal["approve", "reject"], vote)
        facts = request_facts(store, number)  # before it: what is recorded must not be told as failed
        entry = decide(store, number, kind, reason, self.policy, text=self.get("text") or None)
        agreed = 1 + sum(one.vote == "approve" for one in facts.votes)
        return lambda lang: vote_told(entry, agreed, facts.quorum, lang)

    def _withdraw(self, store: Store, number: int) -> Told:
        from creditlib.record.approvals import withdraw

        withdraw(store, number, text=self.get("text") or None)
        return lambda lang: say("record.say.withdrawn", lang, number=number)


def _wrong(key: str) -> UsageError:
    return UsageError(*(say(f"panel_approvals.{key}", lang) for lang in _LANGS))
