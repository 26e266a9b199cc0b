"""The portfolio panel: what is open and overdue, where it sits, and what needs a person; by company, salesperson and grade.

What must stay true: its figures are those of `flows.portfolio`, without a filter the month-end close's; the workbook it gives is the closing
workbook of what is shown; a policy value tried here changes nothing that is in force.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from creditlib.errors import Lang
from creditlib.faces.panels import portfolio_alerts as alerts
from creditlib.faces.panels import portfolio_figures as figures
from creditlib.faces.panels import portfolio_lists as lists
from creditlib.faces.panels.blocks import Block, button, columns
from creditlib.faces.panels.customer_search import CustomerField, listed, near
from creditlib.faces.panels.fields import Choice, Field, Number
from creditlib.faces.panels.given import record_lines
from creditlib.faces.panels.model import Download, Model
from creditlib.faces.panels.parameters import drafted, parameter_field
from creditlib.faces.scale import Scale, scale_of
from creditlib.faces.wording import say, worded
from creditlib.flows.alert_rows import OVERDUE_VALUES
from creditlib.flows.alerts import title
from creditlib.flows.assess import Assessment
from creditlib.flows.portfolio import Portfolio
from creditlib.flows.portfolio_slice import Slice
from creditlib.money import exponent
from creditlib.policy.draft import Draft, draft, draft_toml

_words = worded("panel_portfolio")

EVERY: Final = "*"
FILTERS: Final = ("entity", "salesperson", "grade")
_MORE: Final = 20  # alerts shown at first, and more each time they are asked for
_TRIED: Final = (
    "overdue-held",
    "order-held",
    "order-referred",
)  # what a policy value tried may bring, where there is none today
_KEPT: Final = 8  # slices and drafts kept, so that undo is quick


class PortfolioModel(Model):
    """A book as a whole. State: entity, salesperson, grade ("*" all, else "=" and the name), currency, least (overdue that is listed, minor
    units), by (what the shares are told by), customer (whose documents are shown, "" for the first of the list), group (whether those of
    its group), kind (of alerts, "*" all), shown (how many alerts), and each policy value that is tried."""

    panel = "portfolio"

    def __init__(self, whole: Assessment, lang: Lang = "en") -> None:
        self.book = Portfolio(whole)
        self._near: list[str] = []
        self._slices: dict[tuple[Any, ...], Slice] = {}
        self._drafts: dict[tuple[Any, ...], Portfolio] = {}
        self._whole: dict[str, Slice] = {}
        self._held: dict[tuple[Lang, str], Mapping[str, Field]] = {}
        super().__init__(lang)

    def start(self) -> dict[str, Any]:
        """Return everything, nothing tried."""
        told = dict.fromkeys((*FILTERS, "kind"), EVERY)
        return {
            **told,
            "currency": self.book.currencies[0],
            "least": 0,
            "by": "customer",
            "customer": "",
            "group": False,
            "shown": _MORE,
        }

    @cached_property
    def _names(self) -> dict[str, str]:
        return listed(self.book.texts["customer"], self.book.whole.ground.names)

    # ── what is shown ──

    def portfolio(self) -> Portfolio:
        """Return the book by the policy tried, the book itself where none is."""
        tried = self.tried()
        if not tried:
            return self.book
        key = tuple(tried.items())
        if key not in self._drafts:
            self._drafts = dict([*self._drafts.items(), (key, self.book.under(self.policy()))][-_KEPT:])
        return self._drafts[key]

    def tried(self) -> dict[str, Any]:
        """Return the policy values tried, as a draft takes them."""
        told = {name: self.get(name) for name in OVERDUE_VALUES if name in self.state}
        return {name: drafted(name, value) for name, value in told.items() if value != self._base(name)}

    def policy(self) -> Draft:
        """Return the draft of the values tried. Raises: PolicyError."""
        whole = self.book.whole
        return draft(whole.policy, self.tried(), whole.as_of, say("panel_portfolio.reference", "en", day=whole.as_of))

    def part(self, book: Portfolio | None = None) -> Slice:
        """Return what is chosen. book: None for the one by the policy tried."""
        of = book or self.portfolio()
        chosen = {name: self.get(name)[1:] for name in FILTERS if self.get(name) != EVERY}
        key = (id(of), *chosen.items(), self.get("currency"))
        if key not in self._slices:
            made = of.slice(**chosen, currency=self.get("currency"))
            self._slices = dict([*self._slices.items(), (key, made)][-_KEPT:])
        return self._slices[key]

    def scale(self) -> Scale:
        """The unit amounts are shown in: one for the whole panel, whatever is chosen."""
        return self._scale(self.lang, self.get("currency"))

    def _scale(self, lang: Lang, currency: str) -> Scale:
        every = self.book.slice(currency=currency) if currency not in self._whole else self._whole[currency]
        self._whole = {currency: every}
        largest = max([abs(every.aging["total_minor"]), *(abs(point.open_minor) for point in every.trend)])
        return scale_of(currency, lang, largest)

    def about(self) -> str:
        """Return what is chosen, in words; "" for everything."""
        told = []
        for name in FILTERS:
            if self.get(name) != EVERY:
                text = self.get(name)[1:] or say("panel_portfolio.untold", self.lang)
                told.append(f"{say(f'panel_portfolio.filter.{name}', self.lang)} {text}")
        return say("panel_portfolio.and", self.lang).join(told)

    # ── controls ──

    def fields(self) -> Mapping[str, Field]:
        """Return what can be changed."""
        return {**self._fields(self.lang, self._currency()), "customer": self._search()}

    def _currency(self) -> str:
        held = self.state["currency"] if hasattr(self, "state") else ""
        return held if held in self.book.currencies else self.book.currencies[0]

    def _search(self) -> Field:
        label = lambda lang: say("panel_portfolio.documents_of", lang)  # noqa: E731
        return CustomerField(label=label, names=self._names, near=tuple(self._near))

    def _fields(self, lang: Lang, currency: str) -> Mapping[str, Field]:
        if (held := self._held.get((lang, currency))) is not None:
            return held
        values = self.book.whole.values
        made: dict[str, Field] = {name: self._filter(name) for name in FILTERS}
        made["currency"] = Choice(
            label=_words("filter.currency"), options=[(name, _same(name)) for name in self.book.currencies]
        )
        made["by"] = Choice(
            label=_words("by"),
            options=[(name, _words(f"filter.{name}")) for name in ("customer", *self.there())],
            few=True,
        )
        made["kind"] = Choice(
            label=_words("kind"),
            options=[
                (EVERY, _words("all")),
                *((kind, _title(kind)) for kind in dict.fromkeys([*self.book.alerts.kinds, *_TRIED])),
            ],
        )
        scale = self._scale(lang, currency)
        made["least"] = Number(
            label=lambda told: say("panel_portfolio.least", told, unit=scale.unit), least=0, most=10**15, step=1, whole=True, times=1 / (10 ** exponent(currency) * scale.divisor), decimals=4,
            base=0, slider=False, money=10 ** exponent(currency),
        )  # fmt: skip
        made |= {name: parameter_field(name, values) for name in OVERDUE_VALUES}
        home, minimum = values["home.currency"], made["release.overdue_minimum"]
        assert isinstance(minimum, Number)
        made["release.overdue_minimum"] = replace(minimum, unit=_same(home))
        self._held = {(lang, currency): made}
        return made

    def _filter(self, name: str) -> Field:
        told = [(f"={text}", _same(text) if text else _words("untold")) for text in self.book.texts[name]]
        return Choice(label=_words(f"filter.{name}"), options=[(EVERY, _words("all")), *told])

    def there(self) -> list[str]:
        """Return the filters that can tell one document from another."""
        return [name for name in FILTERS if len(self.book.texts[name]) > 1]

    def named(self, name: str) -> bool:
        """Return whether any document names a company, or a salesperson."""
        return any(self.book.texts[name])

    def control(self, name: str) -> Block:
        """Return a control; a policy value that is not tried stands where it is in force, a search not used names whose documents are shown."""
        if name == "customer" and self.state["customer"] == "":
            return self.search(self._as_good(lambda: lists.documents_of(self, self.part(self.book))[0]))
        if name not in self.state and name in OVERDUE_VALUES:
            return self.fields()[name].control(name, self._base(name), self.lang)
        return super().control(name)

    def search(self, code: str) -> Block:
        """Return the search for whose documents are shown."""
        return self._search().control("customer", code, self.lang)

    def _base(self, name: str) -> Any:
        field = self.fields()[name]
        assert isinstance(field, Number)
        return field.base

    def set(self, name: str, value: Any = None, *, typed: str | None = None, more: bool = False) -> None:
        """Change one thing; a customer that is searched is shown alone."""
        super().set(name, value, typed=typed, more=more)
        if name == "customer":
            self.state = {**self.state, "group": False}
            self._near = []

    def restore(self, told: Mapping[str, Any]) -> None:
        """Take a state an address carries; the code of a group is no customer's, and is taken with its members."""
        super().restore(told)
        code = told.get("customer")
        if (
            self.state["group"]
            and isinstance(code, str)
            and any(one in self.book.places for one in self.book.members(code))
        ):
            self.state = {**self.state, "customer": code}

    def look(self, name: str, typed: str) -> None:
        """Take what is being typed to find a customer."""
        self._near = near(typed, self._names)

    def act(self, name: str, value: Any) -> None:
        """Show the documents of a customer or of a group, alerts of a kind, or more alerts."""
        if name in ("documents", "group"):
            self.become({**self.state, "customer": str(value), "group": name == "group"})
        elif name == "kind":
            self.become({**self.state, "kind": str(value), "shown": _MORE})
        elif name == "more":
            self.become({**self.state, "shown": self.state["shown"] + _MORE})
        else:
            super().act(name, value)

    # ── the page ──

    def top(self) -> tuple[Sequence[Block], str, Sequence[Block]]:
        """Return the filters, what the figures are about, and the downloads."""
        whole = self.book.whole
        names = [*self.there(), *(["currency"] if len(self.book.currencies) > 1 else [])]
        parts = [
            say("panel.word.as_of", self.lang, day=whole.as_of), say("panel.word.amounts", self.lang, unit=self.scale().unit),
            say("panel.word.policy", self.lang, policy=f"{whole.policy.name}@{whole.policy.fingerprint}"),
        ]  # fmt: skip
        further = [button("workbook", say("panel_portfolio.download", self.lang), download=True)]
        return [self.control(name) for name in names], say("panel.word.separator", self.lang).join(parts), further

    def blocks(self) -> list[Block]:
        """Return the finding, its figures, the lists, and the alerts."""
        part, scale = self.part(self.book), self.scale()
        return [
            columns("first", [figures.decided(self, part, scale)]),
            columns("now", [figures.aging(part, scale), figures.opened(part, scale), figures.dso(part, self.lang)]),
            columns("methods", [figures.methods(part, self.lang)]),
            columns("late", [lists.overdue(self, part, scale), figures.shares(self, part, scale)]),
            columns("papers", [lists.documents(self, part)]),
            columns("alerts", [alerts.tried(self, part), alerts.told(self)]),
        ]

    def foot(self) -> Sequence[str]:
        """Return what the figures rest on."""
        return [*figures.foot(self, self.part(self.book), self.lang), *record_lines(self.book.whole, self.lang)]

    def download(self, name: str, value: Any) -> Download:
        """Make the closing workbook of what is chosen, or the rows of the policy tried."""
        day = self.book.whole.as_of
        if name == "rows":
            rows = draft_toml(self.book.whole.policy, self.policy())
            return Download(f"policy-{day}.toml", rows.encode("utf-8"), "application/toml")
        if name != "workbook":
            return super().download(name, value)
        from creditlib.faces.workbook import write_workbook
        from creditlib.flows.portfolio_close import close_of

        with tempfile.TemporaryDirectory() as folder:
            path = write_workbook(
                close_of(self.part(self.book), self.about() or None), Path(folder) / "portfolio.xlsx", lang=self.lang
            )
            return Download(f"portfolio-{day}.xlsx", path.read_bytes())


def _same(text: str) -> Any:
    return lambda lang: text


def _title(kind: str) -> Any:
    return lambda lang: title(kind, lang)
