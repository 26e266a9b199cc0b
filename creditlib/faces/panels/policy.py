"""The policy panel: values of the policy on trial, who changes grade, limit, terms and release, and the sums of both sides.

What must stay true: its figures are those of `flows.policy_bench`; what it saves is a draft whose rows, appended to the policy's file,
load to the policy that was tried; nothing that is in force is touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from creditlib.errors import CreditError, Lang, PolicyError
from creditlib.faces.panels import policy_figures as figures
from creditlib.faces.panels import policy_form as controls
from creditlib.faces.panels.blocks import Block, button, columns
from creditlib.faces.panels.fields import Choice, Day, Field, Flag, Text
from creditlib.faces.panels.model import Download, Model
from creditlib.faces.panels.policy_fields import (
    CARD,
    GROUPS,
    Entry,
    Find,
    changes_of,
    entries,
    now_text,
)
from creditlib.faces.scale import Scale, scale_of
from creditlib.faces.wording import say, worded
from creditlib.flows.assess import Assessment
from creditlib.flows.policy_bench import PolicyBench
from creditlib.flows.policy_told import PolicyEffect, Sums
from creditlib.policy.draft import Draft, draft, draft_toml

_words = worded("panel_policy")

SHOWN: Final = 40  # rows of a list before a person asks for more
TRIED: Final = "on trial 试算"  # what stands for a reference until the draft is saved
_LIST: Final = ("any", "grade", "limit", "terms", "orders")


class PolicyModel(Model):
    """Values of a policy tried on an assessed book.

    State: group and find, which controls stand there; spread, whether other weights make room for a changed one; currency and list, what is
    shown; rows, how much of it; from_on and reference, of the draft; and each value that was changed, by its path.
    """

    panel = "policy"

    def __init__(self, whole: Assessment, lang: Lang = "en", *, bench: PolicyBench | None = None) -> None:
        self.whole = whole
        self.values = whole.values
        self.bench = bench or PolicyBench(whole)
        self.entries: Mapping[str, Entry] = entries(self.values)
        self._effect = self.bench.effect(whole.policy)
        self._drafted: tuple[str, Draft | CreditError] = ("", PolicyError("", ""))
        super().__init__(lang)

    def start(self) -> dict[str, Any]:
        """Return today's policy, nothing changed; a draft would begin the day after."""
        begin = self.whole.as_of + timedelta(days=1)
        return {
            "group": GROUPS[0], "find": "", "spread": True, "currency": self._currencies[0], "list": "any", "rows": SHOWN,
            "from_on": begin.isoformat(), "reference": f"proposal 提案 {begin.isoformat()}",
        }  # fmt: skip

    @cached_property
    def _currencies(self) -> tuple[str, ...]:
        """Currencies of the book, that of most customers first."""
        return tuple(one.currency for one in sorted(self._effect.sums, key=lambda one: -one.customers))

    # ── what can be changed ──

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {
            "group": Choice(label=_words("group_label"), few=True, options=[(g, _words(f"group.{g}")) for g in GROUPS]),
            "find": Find(label=_words("find")),
            "spread": Flag(label=_words("spread")),
            "currency": Choice(label=_words("currency"), options=[(c, _plain(c)) for c in self._currencies]),
            "list": Choice(
                label=_words("list_label"), few=True, options=[(one, _words(f"list.{one}")) for one in _LIST]
            ),
            "from_on": Day(label=_words("from_on")),
            "reference": Text(label=_words("reference"), need=_reference),
            **{path: entry.field for path, entry in self.entries.items()},
        }

    def fields(self) -> Mapping[str, Field]:
        """Return the controls of every value, and of what is shown."""
        return self._fields

    def changed(self) -> list[str]:
        """Return the paths that were changed."""
        return [name for name in self.state if name in self.entries]

    def draft(self, begin: date | None = None, reference: str = TRIED) -> Draft:
        """Return the policy on trial, from a day on; None: the day of the book. Raises: CreditError."""
        given = {path: self.get(path) for path in self.changed()}
        changes = changes_of(given, self.values, spread=bool(self.get("spread")))
        return draft(self.whole.policy, changes, begin or self.whole.as_of, reference)

    def tried(self) -> Draft:
        """Return the policy on trial, made once for a state. Raises: CreditError."""
        key = repr([(path, self.state[path]) for path in self.changed()] + [self.state["spread"]])
        if self._drafted[0] != key:
            try:
                self._drafted = key, self.draft()
            except CreditError as error:
                self._drafted = key, error
        made = self._drafted[1]
        if isinstance(made, CreditError):
            raise made
        return made

    @property
    def sound(self) -> bool:
        """Whether the values on trial make a policy; what is wrong with them is told at the head of the panel."""
        try:
            self.tried()
        except CreditError:
            return False
        return True

    def effect(self) -> PolicyEffect:
        """Return what the draft changes. Raises: CreditError for values the rules of a policy refuse."""
        tried = self.tried()
        if self._effect.after is not tried:
            if not self.bench.quick(tried):
                self.progress(0.1, say("panel_policy.measuring", self.lang))
            self._effect = self.bench.effect(tried)
        return self._effect

    def sums(self, effect: PolicyEffect) -> Sums:
        """Return the sums of the currency shown."""
        return next(one for one in effect.sums if one.currency == self.get("currency"))

    def scale(self, sums: Sums) -> Scale:
        """Return the unit of amounts: of today's figures, so that it stays while a slider moves."""
        return scale_of(sums.currency, self.lang, max(sums.limits_before_minor, sums.exposure_before_minor))

    def control(self, name: str) -> Block:
        """Return a control; a value that was not changed stands as in force, a weight as others leave it room."""
        entry = self.entries.get(name)
        if entry is None:
            return super().control(name)
        made = (
            super().control(name)
            if name in self.state
            else entry.field.control(name, self._untouched(entry), self.lang)
        )
        wrong = made.get("wrong") or self._refused.get(entry.parameter) if name in self.state else None
        return (
            made
            | {"hint": now_text(entry, self.values, self.lang, changed=name in self.state)}
            | ({"wrong": wrong} if wrong else {})
        )

    def _untouched(self, entry: Entry) -> Any:
        if entry.group != "weights" or not self._weights:
            return entry.now
        return self._weights.get(entry.path, entry.now)

    @property
    def _weights(self) -> dict[str, float]:
        """Weights as the others leave room for them, by path; empty where none was changed or they can't be."""
        if not any(path.startswith(f"{CARD}.") for path in self.changed()):
            return {}
        try:
            card = self.tried().at(self.whole.as_of)[CARD]
        except CreditError:
            return {}
        return {f"{CARD}.{factor.name}": float(factor.weight) for factor in card}

    @property
    def _refused(self) -> dict[str, str]:
        """What the rules of a policy say of the present values, by parameter."""
        try:
            self.tried()
        except PolicyError as error:
            lines = error.text(self.lang).splitlines()
            named = [(self.entries[path].parameter, line) for path in self.changed() for line in lines]
            return {name: line for name, line in named if re.search(rf"{re.escape(name)}(?!\w)", line)}
        except CreditError:
            return {}
        return {}

    # ── what is done ──

    def look(self, name: str, typed: str) -> None:
        """Show the values that fit what is being typed."""
        if name != "find":
            return super().look(name, typed)
        self.state = {**self.state, "find": typed.strip()}
        return None

    def act(self, name: str, value: Any) -> None:
        """Take a value back, show more rows, or try nothing."""
        if name == "back":
            self.become({n: v for n, v in self.state.items() if n != value})
        elif name == "more":
            self.become({**self.state, "rows": self.state["rows"] + 5 * SHOWN})
        elif name == "clear":
            self.become({n: v for n, v in self.state.items() if n not in self.entries})
        else:
            super().act(name, value)

    def rest(self) -> None:
        """End a drag; a value that came back to what is in force is changed no more."""
        super().rest()
        self.state = {n: v for n, v in self.state.items() if n not in self.entries or v != self.entries[n].now}

    def set(self, name: str, value: Any = None, *, typed: str | None = None, more: bool = False) -> None:
        """Change a value; one set back to what is in force is changed no more."""
        super().set(name, value, typed=typed, more=more)
        entry = self.entries.get(name)
        if entry is not None and self.state.get(name) == entry.now and not more:
            self.state = {n: v for n, v in self.state.items() if n != name}

    def download(self, name: str, value: Any) -> Download:
        """Make the rows of the draft, or the workbook of what it changes. Raises: PolicyError where the rows can't be appended."""
        if name == "draft":
            made = self.draft(date.fromisoformat(self.get("from_on")), self.get("reference"))
            text = controls.draft_file(draft_toml(self.whole.policy, made), self.whole, self.lang)
            return Download(f"policy-draft-{self.get('from_on')}.toml", text.encode("utf-8"), "application/toml")
        if name == "workbook":
            from creditlib.faces.policy_workbook import policy_workbook

            effect = self.effect()
            return Download(
                f"policy-effect-{self.whole.as_of}.xlsx",
                policy_workbook(effect, controls.told_all(self), self.lang),
            )
        return super().download(name, value)

    # ── what is shown ──

    def top(self) -> tuple[Sequence[Block], str, Sequence[Block]]:
        """Return what the figures are about, and the files to take away."""
        sums = self.sums(self.effect())
        policy = self.whole.policy
        parts = [
            say("panel.word.as_of", self.lang, day=self.whole.as_of), say("panel.word.amounts", self.lang, unit=self.scale(sums).unit),
            say("panel.word.policy", self.lang, policy=f"{policy.name}@{policy.fingerprint}"),
        ]  # fmt: skip
        shown = [self.control("currency")] if len(self._currencies) > 1 else []
        idle = not self.changed()
        further = [button("workbook", say("panel_policy.workbook", self.lang), download=True, disabled=idle)]
        return shown, say("panel.word.separator", self.lang).join(parts), further

    def blocks(self) -> list[Block]:
        """Return the verdict, the controls beside grades and sums, and who changes."""
        effect = self.effect()
        sums = self.sums(effect)
        scale = self.scale(sums)
        everybody = self.bench.whole.factors.table.num_rows
        result = [figures.matrix(effect, self.lang), figures.side_by_side(sums, scale)]
        listed = figures.who(effect, sums, scale, self.get("list"), self.state["rows"], self.control("list"))
        return [
            columns("first", [figures.verdict(effect, sums, scale, bool(self.changed()), everybody)]),
            columns("trial", [controls.parameters(self), columns("result", result)]),
            columns("draft", [controls.changes(self), controls.save(self)]),
            columns("who", [listed]),
        ]

    def _last_good(self) -> list[Block]:
        """Return the figures of the last good state, beside the controls and changes of the present one: they are what mends it."""
        present = {one["id"]: one for one in (controls.parameters(self), controls.changes(self), controls.save(self))}
        return [
            row | {"blocks": [present.get(one["id"], one) for one in row["blocks"]]} for row in super()._last_good()
        ]

    def foot(self) -> Sequence[str]:
        """Return what the figures leave out."""
        return [say("panel_policy.foot", self.lang)]


def _plain(text: str) -> Any:
    return lambda lang: text


def _reference(text: str) -> str:
    if text.strip():
        return text.strip()
    raise PolicyError(*(say("panel_policy.error.reference", lang) for lang in ("en", "zh")))
