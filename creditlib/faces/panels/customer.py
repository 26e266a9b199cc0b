"""The customer panel: one customer, the decision first, then why, then what if.

What must stay true: its figures are those of `flows.review` and `flows.scenario`; the workbook it gives is the customer file of the terminal;
a request goes through `flows.asking`, with today's figures, never the scenario's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from creditlib.errors import Lang
from creditlib.faces.panels import customer_decision as decision
from creditlib.faces.panels import customer_figures as figures
from creditlib.faces.panels import customer_file as credit_file
from creditlib.faces.panels import customer_what_if as what_if
from creditlib.faces.panels.blocks import Block, button, columns
from creditlib.faces.panels.customer_request import ASKED, Submission
from creditlib.faces.panels.customer_search import CustomerField, listed, near
from creditlib.faces.panels.fields import Field, Number
from creditlib.faces.panels.given import Door
from creditlib.faces.panels.model import Download, Model
from creditlib.faces.panels.parameters import drafted
from creditlib.faces.scale import Scale, scale_of
from creditlib.faces.wording import say
from creditlib.flows.assess import Assessment
from creditlib.flows.review import review
from creditlib.flows.reviewing import Review
from creditlib.flows.scenario import CustomerCase


class CustomerModel(Model):
    """One customer of an assessed book. State: customer, over (what the curve runs over), each figure that was changed, and what is
    typed of a request (names of `customer_request`). door: the way to the record the book was assessed with, None without one."""

    panel = "customer"

    def __init__(
        self, whole: Assessment, customer: str | None = None, lang: Lang = "en", *, door: Door | None = None
    ) -> None:
        self.whole = whole
        self.request = Submission(self, door)
        self._first = customer or self._most_exposed()
        self._near: list[str] = []
        self._cases: dict[str, tuple[CustomerCase, Review]] = {}
        self._held: dict[tuple[str, Lang], Mapping[str, Field]] = {}
        self._foot: tuple[tuple[str, str], Sequence[str]] = (("", ""), ())
        self._today: tuple[tuple[Any, ...], list[int | None]] = ((), [])
        super().__init__(lang)

    def start(self) -> dict[str, Any]:
        """Return the customer asked for, nothing changed."""
        return {"customer": self._first, "over": "days_beyond_terms"}

    def _most_exposed(self) -> str:
        table = self.whole.table.table
        scored = table.filter(table["score"].is_valid())
        first = (scored if scored.num_rows else table).sort_by([("exposure_minor", "descending")])
        return str(first["customer"].cast(pa.string())[0].as_py())

    @cached_property
    def _names(self) -> dict[str, str]:
        table = self.whole.table.table
        codes = table["customer"].cast(pa.string()).to_pylist()
        return listed(codes, dict(zip(codes, table["name"].to_pylist(), strict=True)))

    @property
    def case(self) -> CustomerCase:
        """The customer, made ready for sliders."""
        return self._customer()[0]

    @property
    def review(self) -> Review:
        """The customer's review."""
        return self._customer()[1]

    def _customer(self) -> tuple[CustomerCase, Review]:
        code = self.get("customer")
        if code not in self._cases:
            self._cases = {code: (CustomerCase(self.whole, code), review(self.whole, code))}
        return self._cases[code]

    def scale(self) -> Scale:
        """The unit amounts are shown in: one for the whole panel."""
        made = self.review
        largest = max(abs(made.exposure["total_minor"]), made.limit.limit_minor or 0, made.limit_in_force or 0)
        return scale_of(made.currency, self.lang, largest)

    def fields(self) -> Mapping[str, Field]:
        """Return the search, and a slider for each figure that can be changed."""
        code = self.state["customer"]
        label = lambda lang: say("panel_customer.pick", lang)  # noqa: E731
        search: dict[str, Field] = {"customer": CustomerField(label=label, names=self._names, near=tuple(self._near))}
        return {**search, **self._figures(code)} if isinstance(code, str) and code in self._names else search

    def _figures(self, code: str) -> Mapping[str, Field]:
        if (code, self.lang) not in self._held:
            case = self.case
            over = what_if.over_field([name for name in case.movable if name not in case.policy_figures])
            self._held = {
                (code, self.lang): {**what_if.fields(case, self.scale()), "over": over, **self.request.fields()}
            }
        return self._held[code, self.lang]

    def changes(self) -> dict[str, Any]:
        """Return the figures changed, as `CustomerCase.scenario` takes them."""
        told = {
            name: self.get(name)
            for name in self.state
            if name not in ("customer", "over") and not name.startswith(ASKED)
        }
        return told | {name: drafted(name, told[name]) for name in told if name in self.case.policy_figures}

    def limits_over(
        self, which: str, over: str, values: Sequence[float], changes: Mapping[str, Any]
    ) -> list[int | None]:
        """Return the limit at each value of a figure; today's curve is kept while the scenario's moves."""
        if which == "scenario":
            return self.case.limits_over(over, values, changes)
        key = (self.get("customer"), over, tuple(values))
        if self._today[0] != key:
            self._today = key, self.case.limits_over(over, values, {})
        return self._today[1]

    def set(self, name: str, value: Any = None, *, typed: str | None = None, more: bool = False) -> None:
        """Change a figure; another customer begins without changes."""
        super().set(name, value, typed=typed, more=more)
        if name == "customer":
            self.state = {**self.start(), "customer": self.state["customer"]}
            self._near = []

    def control(self, name: str) -> Block:
        """Return a control; a figure that was not changed stands at its base, a text at nothing."""
        if name not in self.state and name in self.fields():
            return self.fields()[name].control(name, self._base(name), self.lang)
        return super().control(name)

    def _base(self, name: str) -> Any:
        field = self.fields()[name]
        return field.base if isinstance(field, Number) else ""

    def look(self, name: str, typed: str) -> None:
        """Take what is being typed to find a customer."""
        self._near = near(typed, self._names)

    def act(self, name: str, value: Any) -> None:
        """Follow one of the advised ways; submit a request; assess the book anew with the limits of the record."""
        if name == "submit":
            return self.request.submit()
        if name == "again":
            return self._assess_again()
        if name != "follow":
            return super().act(name, value)
        option = self.review.advice.options[int(value)]
        state = {n: v for n, v in self.state.items() if n in ("customer", "over") or n.startswith(ASKED)}
        return self.become(state | {step.factor: step.to for step in option.steps})

    def _assess_again(self) -> None:
        self.whole = self.request.assessed_again()
        self._cases, self._held, self._foot, self._today = {}, {}, (("", ""), ()), ((), [])

    def view(self) -> Block:
        """Return everything the browser draws; while something is wrong, the grey figures are of the customer that is named."""
        code = self.state["customer"]
        if isinstance(code, str) and code in self._names and code != self._good["customer"]:
            self._good = {**self.start(), "customer": code}
        return super().view()

    def top(self) -> tuple[Sequence[Block], str, Sequence[Block]]:
        """Return the search and what the figures are about."""
        made = self.review
        parts = [
            say("panel.word.as_of", self.lang, day=made.as_of), say("panel.word.amounts", self.lang, unit=self.scale().unit),
            say("panel.word.policy", self.lang, policy=f"{made.policy_name}@{made.policy_fingerprint}"),
        ]  # fmt: skip
        further = [button("file", say("panel_customer.download", self.lang), download=True)]
        return [self.control("customer")], say("panel.word.separator", self.lang).join(parts), further

    def blocks(self) -> list[Block]:
        """Return the decision, the figures, and what if."""
        made, scale = self.review, self.scale()
        scenario = self.case.scenario(self.changes())
        return [
            columns("first", [decision.decided(made, scale), decision.reasons(made, self.lang)]),
            columns("now", [figures.aging(made, scale), figures.late(made, self.lang), figures.exposure(made, scale)]),
            columns("if", [what_if.sliders(self), what_if.side_by_side(self, scenario, scale), what_if.curve(self, scenario, scale)]),
            columns("advice", [what_if.advice(made, self.lang)]),
            columns("request", self.request.sections()),
            columns("file", credit_file.file(made, scale)),
        ]  # fmt: skip

    def foot(self) -> Sequence[str]:
        """Return what the file rests on."""
        key = (self.get("customer"), self.lang)
        if self._foot[0] != key:
            self._foot = key, credit_file.foot(self.review, self.lang)
        return self._foot[1]

    def download(self, name: str, value: Any) -> Download:
        """Make the customer file, as the terminal makes it."""
        if name != "file":
            return super().download(name, value)
        from creditlib.faces.customer_file import write_customer_file

        with tempfile.TemporaryDirectory() as folder:
            path = write_customer_file(self.review, Path(folder) / "file.xlsx", lang=self.lang)
            return Download(f"{self.review.customer}-{self.review.as_of}.xlsx", path.read_bytes())
