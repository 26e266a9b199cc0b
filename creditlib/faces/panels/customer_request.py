"""The customer panel, its door to the record: what a request would show, submit it, what the customer has there.

What must stay true: what is shown before anybody presses comes from what would be written (`flows.asking`); who asks is told by the record,
never by the panel; a refusal is told in words and what was typed stays; sliders of the scenario never wait for a database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from creditlib.days import parse_iso
from creditlib.errors import CreditError, Lang, UsageError
from creditlib.faces.panels.blocks import Block, button, buttons, column, form, row, section, table, text
from creditlib.faces.panels.fields import Choice, Day, Field, Number, Text
from creditlib.faces.panels.given import place_shown
from creditlib.faces.record_words import amount, code_word, exceptions_told, needs_told, request_told
from creditlib.faces.wording import say, worded
from creditlib.money import exponent

if TYPE_CHECKING:
    from creditlib.faces.panels.customer import CustomerModel
    from creditlib.faces.panels.given import Door
    from creditlib.flows.approval_desk import Held
    from creditlib.flows.asking import Wish
    from creditlib.flows.assess import Assessment
    from creditlib.record.store import Store

_words = worded("panel_approvals")

ASKED: Final = "ask:"
"""What names in a state begin with that are about the request."""
_LANGS: Final[tuple[Lang, Lang]] = ("en", "zh")
_MOST: Final = 10**15  # minor units that can be typed
Told = Callable[[Lang], Sequence[str]]


def reason_field(reasons: Sequence[str]) -> Choice:
    """Return the choice of a reason of the policy, nothing chosen at first."""
    options = [("", _words("ask.choose")), *((code, _reason(code)) for code in reasons)]
    return Choice(label=_words("ask.reason"), options=options)


def no_record(lang: Lang) -> Block:
    """Return how a record is named, where none is."""
    return text("no_record", [say("panel_approvals.no_record", lang)], tone="muted")


class Submission:
    """A request for a limit as it is typed on the customer panel. door: None without a record."""

    def __init__(self, model: CustomerModel, door: Door | None) -> None:
        self.model = model
        self.door = door
        self._answer: tuple[Any, Told, bool] | None = None
        self._made: tuple[Any, list[Block]] | None = None

    def fields(self) -> dict[str, Field]:
        """Return what can be typed: amount, reason, first and last day, a text; nothing without a record."""
        if self.door is None:
            return {}
        model = self.model
        made, scale = model.review, model.scale()
        places = exponent(made.currency)
        unit = 10**places * scale.divisor
        reasons = model.whole.policy.at(datetime.now(UTC).date())["approval.reasons"]
        return {
            f"{ASKED}amount": Number(
                label=_words("ask.amount"), least=0, most=_MOST, step=1, times=1 / unit, whole=True, slider=False, empty=True,
                decimals=places + len(str(scale.divisor)) - 1, unit=lambda lang: scale.unit, base=made.limit.limit_minor,
                money=10**places, hint=_words("ask.amount_hint"),
            ),
            f"{ASKED}reason": reason_field(reasons),
            f"{ASKED}from": Day(label=_words("ask.from"), hint=_words("ask.from_hint"), empty=True),
            f"{ASKED}until": Day(label=_words("ask.until"), hint=_words("ask.until_hint"), empty=True),
            f"{ASKED}text": Text(label=_words("ask.text")),
        }  # fmt: skip

    # ── what is shown ──

    def sections(self) -> list[Block]:
        """Return the request, and what the customer has in the record; read anew when what is typed changes, not while a slider moves."""
        model = self.model
        key = (id(model.review), model.lang, self._typed())
        if self._made is None or self._made[0] != key:
            self._made = key, self._read()
        return self._made[1]

    def _typed(self) -> tuple[Any, ...]:
        state = self.model.state
        said = sorted((name, str(value)) for name, value in state.items() if name.startswith(ASKED))
        return (state["customer"], *said)

    def _read(self) -> list[Block]:
        lang = self.model.lang
        title = say("panel_approvals.ask.title", lang)
        if self.door is None:
            return [section("request", [no_record(lang)], title=title)]
        wish = self.wish()
        try:
            with self.door.open() as store:
                from creditlib.flows.approval_desk import held_by

                held = held_by(store, self.model.review.customer)
                blocks = [self._form(), *self._before(store, wish, held), *self._behind(store)]
        except CreditError as error:
            return [
                section(
                    "request", [self._form(), text("fault", [error.text(lang)], tone="act", status=True)], title=title
                )
            ]
        if self.door.sample:
            blocks.append(text("sample", [say("panel_approvals.ask.sample", lang)], tone="act"))
        send = buttons("submit", [button("submit", say("panel_approvals.ask.submit", lang), primary=True)], note=say("panel_approvals.lasting", lang))  # fmt: skip
        blocks += [send, *self._told()]
        sub = say("panel_approvals.ask.sub", lang, place=place_shown(held.place), person=held.person)
        return [section("request", blocks, title=title, sub=sub, live=True), self._held(held)]

    def _form(self) -> Block:
        return form("request", [self.model.control(name) for name in self.fields()])

    def _before(self, store: Store, wish: Wish, held: Held) -> list[Block]:
        """What a request would show: amount, own risk after it, exceptions, who decides; and that one is open already."""
        from creditlib.flows.asking import before_asking

        model, lang = self.model, self.model.lang
        blocks = []
        if wish.amount_minor is None and model.review.limit.limit_minor is None:
            blocks.append(text("before", [say("panel_approvals.ask.no_proposal", lang)], tone="act"))
        else:
            found = before_asking(store, model.whole, model.review, wish)
            asked, home = found.asked, model.whole.policy.at(held.today)["home.currency"]
            lines = [
                say("panel_approvals.ask.asked", lang, amount=amount(asked.amount_minor, asked.currency)),
                say("record.say.own_after", lang, amount=amount(asked.own_risk_minor, home) or "○").strip(),
                say("record.say.exceptions", lang, list=exceptions_told(found.exceptions, lang) or say("panel.word.none", lang)).strip(),
                say("panel_approvals.ask.decides", lang, who=needs_told(found.needs.role, found.needs.quorum, lang)),
            ]  # fmt: skip
            blocks.append(text("before", lines, lead=say("panel_approvals.ask.before", lang)))
        if held.open is not None:
            told = say("panel_approvals.ask.open", lang, number=held.open.seq, day=held.open.expires_on)
            blocks.append(text("open", [told], tone="muted"))
        return blocks

    def _behind(self, store: Store) -> list[Block]:
        assert self.door is not None
        if not self.door.behind(store):
            return []
        act = button("again", say("panel_approvals.ask.again", self.model.lang))
        return [text("behind", [say("panel_approvals.ask.behind", self.model.lang)], tone="act", act=act)]

    def _told(self) -> list[Block]:
        """The answer to the last press, while nothing was changed since."""
        if self._answer is None or self._answer[0] != self._typed():
            return []
        _, told, done = self._answer
        return [
            text(
                "answer",
                [line.strip() for line in told(self.model.lang)],
                tone="advice" if done else "act",
                status=True,
            )
        ]

    def _held(self, held: Held) -> Block:
        from creditlib.facts.reading import Reading
        from creditlib.flows.recorded import won

        lang, limit, asked = self.model.lang, held.limit, held.open
        none = say("panel.word.none", lang)
        rows = [
            row([say("panel_approvals.held.limit", lang), {"text": none if limit is None else amount(limit.amount_minor, limit.currency), "tone": "strong"}], id="limit"),
            row([say("panel_approvals.held.days", lang), none if limit is None else f"{limit.from_on} – {limit.until_on or ''}".strip()], id="days"),
            row([say("panel_approvals.held.request", lang), none if limit is None else str(limit.request)], id="request"),
            row([say("panel_approvals.held.open", lang), none if asked is None else f"{asked.seq}: {amount(asked.amount_minor, asked.currency)}"], id="open"),
        ]  # fmt: skip
        if asked is not None:
            rows += [
                row([say("record.col.by", lang), asked.maker], id="by"),
                row([say("record.col.decides", lang), needs_told(asked.needs_role, asked.quorum, lang)], id="decides"),
                row([say("record.col.agreed", lang), ", ".join(asked.agreed) or none], id="agreed"),
                row([say("record.col.until", lang), f"{asked.expires_on}{' ▲' if asked.expired else ''}"], id="until"),
            ]
        title = say("panel_approvals.held.title", lang)
        heads = [
            column(say("panel_approvals.held.what", lang)),
            column(say("panel_approvals.held.value", lang), align="right"),
        ]
        blocks = [table("held", title, heads, rows)]
        reading = self.model.whole.ground.reading
        if isinstance(reading, Reading) and (found := won(reading.findings, self.model.review.customer)):
            blocks.append(text("won", [finding.text(lang) for finding in found], tone="muted"))
        told = self.model.review.limit_set
        assert self.door is not None
        if told is not None and all(one.customer != self.model.review.customer for one in self.door.limits):
            line = say("panel_approvals.held.book", lang, amount=amount(told.minor, told.currency))
            blocks.append(text("book", [line], tone="muted"))
        sub = say("panel_approvals.held.sub", lang, day=held.today)
        return section("held", blocks, title=title, sub=sub, grow=0.8)

    # ── what is done ──

    def wish(self) -> Wish:
        """Return what is typed. Raises: CreditError for what is typed wrongly."""
        from creditlib.flows.asking import Wish

        first, last = self._get("from"), self._get("until")
        return Wish(
            self._get("reason") or "", self._get("amount"), parse_iso(first, "from") if first else None,
            parse_iso(last, "until") if last else None, text=self._get("text") or None,
        )  # fmt: skip

    def _get(self, name: str) -> Any:
        return self.model.get(ASKED + name) if ASKED + name in self.model.state else None

    def submit(self) -> None:
        """Write the request and hold what the record answers, a refusal too. Raises: CreditError for what is typed wrongly."""
        from creditlib.flows.asking import request_limit

        model, wish = self.model, self.wish()
        self._made = None
        try:
            if self.door is None:
                raise _wrong("no_record")
            if not wish.reason:
                raise _wrong("ask.no_reason")
            if wish.amount_minor is None and model.review.limit.limit_minor is None:
                raise _wrong("ask.no_proposal")
            with self.door.open() as store:
                if self.door.behind(store):
                    raise _wrong("ask.behind")
                done = request_limit(store, model.whole, model.review.customer, wish, sources=self.door.files())
        except CreditError as error:
            told = error  # a name of its own: Python forgets `error` at the end of the block
            self._answer = self._typed(), lambda lang: [told.text(lang)], False
            return
        stands = {"version": done.file.version, "digest": done.file.digest}
        model.become({name: value for name, value in model.state.items() if not name.startswith(ASKED)})
        self._answer = (
            self._typed(), lambda lang: [*request_told(done.entry, done.asked, lang), say("record.say.stands_on", lang, **stands)], True
        )  # fmt: skip

    def assessed_again(self) -> Assessment:
        """Return the book assessed with the limits the record has now. Raises: UsageError without a record; what assessing raises."""
        if self.door is None:
            raise _wrong("no_record")
        self._made = None
        return self.door.assess()


def _reason(code: str) -> Any:
    return lambda lang: code_word("reason", code, lang)


def _wrong(key: str) -> UsageError:
    return UsageError(*(say(f"panel_approvals.{key}", lang) for lang in _LANGS))
