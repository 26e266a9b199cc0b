"""The panel of credit terms: for a customer, a grade or the book, whether other terms pay, by how much, and how far they could go.

What must stay true: its figures are those of `flows.terms_bench`; a changed policy value counts for today and for the scenario; what is saved
are rows for the policy file, never a changed policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

import pyarrow as pa

from creditlib.days import month_end, parse_iso
from creditlib.decisions.what_if.case import TermsCase
from creditlib.errors import CreditError, Lang, NeedsSales
from creditlib.faces.panels import terms_cash as cash
from creditlib.faces.panels import terms_decision as decision
from creditlib.faces.panels import terms_what_if as what_if
from creditlib.faces.panels import terms_why as why
from creditlib.faces.panels.blocks import Block, columns
from creditlib.faces.panels.customer_search import CustomerField, listed, near
from creditlib.faces.panels.fields import Choice, Day, Field, Number, Text
from creditlib.faces.panels.model import Download, Model
from creditlib.faces.panels.parameters import drafted
from creditlib.faces.panels.terms_fields import TODAY, base_of, fields
from creditlib.faces.scale import Scale, scale_of
from creditlib.faces.wording import say
from creditlib.flows.assess import Assessment
from creditlib.flows.terms_bench import OFFERED, TERMS, VALUES, TermsBench
from creditlib.flows.terms_step import TermsStep
from creditlib.policy.draft import Draft

_ABOUT: Final = ("book", "grade", "customer")
_BEST: Final = {"npv": "npv_minor", "profit": "profit_change_minor"}


class TermsModel(Model):
    """Terms of a selection. State: what it is about, the two axes of the curve, the day and ground of a draft, and each figure that was changed."""

    panel = "terms"

    def __init__(
        self, whole: Assessment, customer: str | None = None, grade: str | None = None, lang: Lang = "en"
    ) -> None:
        self.bench = TermsBench(whole)
        self.whole = whole
        self._asked = customer, grade
        self._near: list[str] = []
        self._held: dict[tuple[Any, ...], Mapping[str, Field]] = {}
        self._chosen: tuple[list[str], Mapping[str, Field]] | None = None
        self._last: tuple[tuple[Any, ...], TermsStep] | None = None
        self._papers: tuple[TermsCase, pa.Table] | None = None
        super().__init__(lang)

    def start(self) -> dict[str, Any]:
        """Return the selection asked for, nothing changed; a draft would begin with the next month."""
        customer, grade = self._asked
        return {
            "about": "customer" if customer else "grade" if grade else "book", "customer": customer or self._largest,
            "grade": grade or next(iter(self.bench.grades), ""), "currency": "", "y": "npv", "x": "capital",
            "from_on": (month_end(self.whole.as_of) + timedelta(1)).isoformat(), "reference": "", "documents": "",
        }  # fmt: skip

    # ── what it is about ──

    @cached_property
    def _largest(self) -> str:
        table = self.whole.scores.table.sort_by([("open_minor", "descending")])
        return str(table["customer"].cast(pa.string())[0].as_py())

    @cached_property
    def _names(self) -> dict[str, str]:
        return listed(self.whole.scores.table["customer"].cast(pa.string()).to_pylist(), self.whole.ground.names)

    @property
    def selected(self) -> tuple[str | None, str | None]:
        """Customer and grade asked about, both None for the whole book."""
        about = self.get("about")
        return self.get("customer") if about == "customer" else None, self.get("grade") if about == "grade" else None

    def currencies(self) -> tuple[str, ...]:
        """Currencies the selection is billed in, at least one."""
        try:
            found = self.bench.currencies(*self.selected)
        except NeedsSales:
            found = ()
        return found or (self.whole.ground.currency,)

    def currency(self) -> str:
        """The currency shown: the one chosen where it is one of them, else that of the book's totals, else the first."""
        found, home = self.currencies(), self.whole.ground.currency
        chosen = self.state["currency"]
        return chosen if chosen in found else home if home in found else found[0]

    def told_case(self) -> TermsCase | NeedsSales:
        """Today's terms as the ledger tells them, or why it can't."""
        try:
            return self.bench.case(*self.selected, self.currency())
        except NeedsSales as missing:
            return missing

    def scale(self) -> Scale:
        """The unit amounts are shown in: one for the whole panel, by what a quarter's sales would be."""
        case, stated = self.told_case(), self.state.get(TODAY + "yearly_sales_minor")
        yearly = stated if isinstance(stated, int) else 0 if isinstance(case, NeedsSales) else case.yearly_sales_minor
        return scale_of(self.currency(), self.lang, yearly // 4)

    # ── what is changed ──

    def get(self, name: str) -> Any:
        """Return a value of the state. What the selection is made of is read by itself: the sliders depend on it."""
        value, choices = self.state[name], self._choices()
        if name in choices and isinstance(value, dict) and "typed" in value:
            return choices[name].read(value["typed"], value["lang"])
        return super().get(name)

    def fields(self) -> Mapping[str, Field]:
        """Return the choice of whom it is about, the axes, the draft's day and ground, and every slider."""
        return {**self._choices(), **self._sliders()}

    def _choices(self) -> Mapping[str, Field]:
        if self._chosen is None or self._chosen[0] != self._near:
            self._chosen = list(self._near), self._made_choices()
        return self._chosen[1]

    def _made_choices(self) -> dict[str, Field]:
        grades = self.bench.grades
        about = [name for name in _ABOUT if grades or name != "grade"]
        return {
            "about": Choice(label=_label("pick.about"), options=[(name, _label(f"about.{name}")) for name in about], few=True),
            "grade": Choice(label=_label("pick.grade"), options=[(g, _label("pick.grade_of", grade=g, count=n)) for g, n in grades.items()]),
            "customer": CustomerField(label=_label("pick.customer"), names=self._names, near=tuple(self._near)),
            "y": Choice(label=_label("axis.y"), options=[(name, _label(f"axis.{name}")) for name in ("npv", "profit")]),
            "x": Choice(label=_label("axis.x"), options=[(name, _label(f"axis.{name}")) for name in ("capital", "loss")]),
            "from_on": Day(label=_label("draft.from_on")), "reference": Text(label=_label("draft.ground"), hint=_blank),
        }  # fmt: skip

    def _sliders(self) -> Mapping[str, Field]:
        try:
            found, scale, case = self.currencies(), self.scale(), self.told_case()
        except CreditError:  # the selection was typed wrongly: told where it stands, and there is nothing to slide
            return {}
        key = (*self.selected, found, scale)
        if key not in self._held:
            known = None if isinstance(case, NeedsSales) else case
            currency = Choice(label=_label("pick.currency"), options=[(c, _same(c)) for c in found])
            self._held = {key: {"currency": currency, **fields(known, self.bench.values(), scale)}}
        return self._held[key]

    def control(self, name: str) -> Block:
        """Return a control; a figure that was not changed stands at its base."""
        field = self.fields()[name]
        if name == "currency":
            return field.control(name, self.currency(), self.lang)
        if name not in self.state:
            return field.control(name, self._base(name), self.lang)
        return super().control(name)

    def _base(self, name: str) -> Any:
        field = self.fields()[name]
        if name.startswith(TODAY) and self._untold:
            return None
        return field.base if isinstance(field, Number) else None

    @property
    def _untold(self) -> bool:
        return isinstance(self.told_case(), NeedsSales)

    def proposed(self) -> dict[str, Any]:
        """Return the proposal, as `TermsBench.terms` takes it: what differs from today."""
        return {name: self.get(name) for name in TERMS if name in self.state}

    def values(self) -> dict[str, Any]:
        """Return the policy values that were changed."""
        return {path: drafted(path, self.get(path)) for path in VALUES if path in self.state}

    def stated(self) -> dict[str, Any]:
        """Return what a person knows better of today."""
        found = {n.removeprefix(TODAY): self.get(n) for n in self.state if n.startswith(TODAY)}
        return {name: value for name, value in found.items() if value is not None}

    def now(self) -> TermsCase:
        """Return today's terms. Raises: NeedsSales where they are neither told nor stated."""
        return self.bench.now(*self.selected, self.currency(), self.stated())

    def step(self) -> TermsStep:
        """Return what the proposal does; the last one is kept, for a view asks for it more than once."""
        now, proposed, values = self.now(), self.proposed(), self.values()
        key = (now, tuple(proposed.items()), tuple(values.items()))
        if self._last is None or self._last[0] != key:
            self._last = key, self.bench.terms(now, proposed, values)
        return self._last[1]

    def documents(self) -> pa.Table:
        """Return the documents behind today's sales; the table is kept while the selection stays."""
        now = self.now()
        if self._papers is None or self._papers[0] != now:
            self._papers = now, now.documents()
        return self._papers[1]

    def draft(self) -> Draft:
        """Return the policy with the proposal in it. Raises: CreditError where it can't be one."""
        customer, grade = self.selected
        day = parse_iso(self.get("from_on"), self.fields()["from_on"].label(self.lang))
        ground = self.get("reference") or say("panel_terms.draft.reference", self.lang)
        return self.bench.draft(self.proposed(), self.values(), day, ground, grade=grade, terms=customer is None)

    # ── what a person does ──

    def set(self, name: str, value: Any = None, *, typed: str | None = None, more: bool = False) -> None:
        """Change a figure; back at its base it is not changed. Another selection forgets what was stated of the one before."""
        super().set(name, value, typed=typed, more=more)
        if name in ("about", "customer", "grade", "currency"):
            self.state = {n: v for n, v in self.state.items() if not n.startswith(TODAY)} | {"documents": ""}
            self._near = []
        field = self.fields().get(name)
        same = isinstance(field, Number) and field.base is not None and self.state.get(name) == field.base
        if same and not (name.startswith(TODAY) and self._untold):
            self.state = {n: v for n, v in self.state.items() if n != name}

    def look(self, name: str, typed: str) -> None:
        """Take what is being typed to find a customer."""
        self._near = near(typed, self._names)

    def offered(self) -> tuple[str | None, dict[str, Any]]:
        """Return the grade of the selection, and what the policy offers it."""
        customer, grade = self.selected
        if customer is not None:
            grade = self.bench.grade_of(customer)
        return grade, {} if grade is None else self.bench.offered(grade, self.values())

    def act(self, name: str, value: Any) -> None:
        """Take over the policy's terms, or the best days; show the documents."""
        if name == "offered":
            case = self.now()
            given = {n: v for n, v in self.offered()[1].items() if v != base_of(n, case, self.bench.values())}
            return self.become({n: v for n, v in self.state.items() if n not in OFFERED} | given)
        if name == "best":
            best = self.step().best(self.by)
            return None if best is None else self.become({**self.state, "net_days": best.net_days})
        if name == "papers":
            return self.become({**self.state, "documents": "" if self.state["documents"] else "shown"})
        return super().act(name, value)

    @property
    def by(self) -> str:
        """The figure the curve is judged by, as a point of the curve names it."""
        return _BEST[self.get("y")]

    # ── what is shown ──

    def top(self) -> tuple[Sequence[Block], str, Sequence[Block]]:
        """Return the choice of whom it is about, and what the figures are about."""
        about, policy = self.get("about"), self.whole.policy
        controls = [
            self.control("about"),
            *([self.control(about)] if about != "book" else []),
            *([self.control("currency")] if len(self.currencies()) > 1 else []),
        ]
        parts = [
            say("panel.word.as_of", self.lang, day=self.whole.as_of), say("panel.word.amounts", self.lang, unit=self.scale().unit),
            say("panel.word.policy", self.lang, policy=f"{policy.name}@{policy.fingerprint}"),
        ]  # fmt: skip
        return controls, say("panel.word.separator", self.lang).join(parts), ()

    def blocks(self) -> list[Block]:
        """Return the decision, sliders with both sides and the curve, the cash, and why."""
        scale = self.scale()
        try:
            step = self.step()
        except NeedsSales as missing:
            return [columns("first", [decision.unknown(missing, self.lang), what_if.today(self, open_=True)])]
        return [
            columns("first", [decision.decided(self, step, scale), decision.break_evens(step, scale)]),
            columns("if", [what_if.sliders(self), what_if.side_by_side(self, step, scale), what_if.frontier(self, step, scale)]),
            columns("cash", [cash.received(step, self.lang), cash.weeks(step, scale), why.save(self)]),
            columns("why", [why.notes(self, step), why.values(step, self.lang)]),
        ]  # fmt: skip

    def foot(self) -> Sequence[str]:
        """Return what today's terms rest on."""
        return why.foot(self)

    def download(self, name: str, value: Any) -> Download:
        """Make the rows of the policy draft, or the list of documents."""
        if name == "draft":
            made = self.draft()
            text = self.bench.draft_rows(made)
            return Download(f"policy-{self.get('from_on')}.toml", text.encode(), "application/toml")
        if name == "documents":
            return Download(
                f"documents-{self.get('about')}-{self.whole.as_of}.csv", why.documents_csv(self.documents()), "text/csv"
            )
        return super().download(name, value)


def _label(key: str, **told: Any) -> Any:
    return lambda lang: say(f"panel_terms.{key}", lang, **told)


def _same(text: str) -> Any:
    return lambda lang: text


def _blank(lang: Lang) -> str:
    return say("panel_terms.draft.blank", lang, reference=say("panel_terms.draft.reference", lang))
