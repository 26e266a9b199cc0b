"""Alerts: what needs a person now, each with its customer, its figure and the policy value behind it; texts in `alerts.toml`.

What must stay true: an alert tells a figure some engine made and computes none; every text is there in both languages; what must be acted
on comes first, and however many there are, all are counted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditlib import money
from creditlib.errors import Lang, Severity
from creditlib.facts.catalogue import CHECKS, one


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a text: minor units by currency."""

    minor: Mapping[str, int]

    def text(self, lang: Lang) -> str:
        """Return the amounts with their currencies, the word for none where there are none.

        >>> Money({"CNY": 123456, "USD": -5}).text("en"), Money({}).text("zh")
        ('1,234.56 CNY, -0.05 USD', '无')
        """
        told = [f"{money.text(minor, currency)} {currency}" for currency, minor in self.minor.items()]
        return ("、" if lang == "zh" else ", ").join(told) or word("empty.nothing", lang)


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that needs a person.

    kind: a word of `alerts.toml`, or the name of a check. customer: "" where it is nobody's alone. amount_minor, currency: the figure, None
    where it is no amount. policy: (parameter, value) behind it. facts: what fills the text; a pair is (English, Chinese). said: the text
    where it came with one. documents: ids of those it is about. where: file!row, "" where it has no single place. members: of the group it
    is about, where it is one.
    """

    kind: str
    severity: Severity
    customer: str = ""
    name: str = ""
    amount_minor: int | None = None
    currency: str | None = None
    policy: tuple[tuple[str, Any], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    said: tuple[str, str] | None = None
    documents: tuple[int, ...] = ()
    where: str = ""
    members: tuple[str, ...] = ()

    @property
    def about(self) -> tuple[str, ...]:
        """Customers it is about: of a group its members."""
        return self.members or (self.customer,)

    def title(self, lang: Lang = "en") -> str:
        """Return what alerts of this kind are called."""
        return title(self.kind, lang)

    def text(self, lang: Lang = "en") -> str:
        """Return what it is about and what to do, as sentences."""
        if self.said is not None:
            return self.said[lang == "zh"]
        part = _texts()[self.kind]
        filled = {name: _shown(value, lang) for name, value in self.facts.items()}
        said = part["text"][lang].format(**filled)
        return f"{one(said)} {todo(self.kind, lang)}" if lang == "en" else f"{said}{todo(self.kind, lang)}"


def title(kind: str, lang: Lang = "en") -> str:
    """Return what alerts of a kind are called.

    >>> title("no-limit", "zh"), title("unmatched-receipt")
    ('有欠款而无额度', 'Unapplied receipt')
    """
    own = _texts().get(kind)
    return CHECKS[kind].title(lang) if own is None else str(own["title"][lang])


def todo(kind: str, lang: Lang = "en") -> str:
    """Return what to do about alerts of a kind.

    >>> todo("no-limit")
    'Have a limit decided.'
    """
    own = _texts().get(kind)
    return CHECKS[kind].todo(lang) if own is None else str(own["todo"][lang])


def word(key: str, lang: Lang) -> str:
    """Return a word of `alerts.toml`.

    >>> word("orders.refer.word", "zh")
    '提交审批'
    """
    found: Any = _texts()
    for part in key.split("."):
        found = found[part]
    return str(found[lang])


def is_alert(kind: str) -> bool:
    """Return whether a kind is one of `alerts.toml`.

    >>> is_alert("no-limit"), is_alert("zero-amount")
    (True, False)
    """
    return "todo" in _texts().get(kind, ())


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("creditlib.flows").joinpath("alerts.toml").read_text(encoding="utf-8"))


def _shown(value: Any, lang: Lang) -> str:
    if isinstance(value, Money):
        return value.text(lang)
    if isinstance(value, date):
        return value.isoformat()
    return str(value[lang == "zh"] if isinstance(value, tuple) else value)


@dataclass(frozen=True)
class Batch:
    """Alerts of one source, and the columns they are ordered and picked by. must: to be acted on; minor: sizes of amounts, 0 for none; other: not in
    the currency asked for; kinds, kind: names, and the code of each; owners, owned: codes of the customers each is about, and which it is."""

    alerts: Sequence[Alert]
    must: NDArray[np.bool_]
    minor: NDArray[np.int64]
    other: NDArray[np.bool_]
    kinds: tuple[str, ...]
    kind: NDArray[np.int64]
    owners: NDArray[np.int64]
    owned: NDArray[np.int64]


def batch_of(alerts: Sequence[Alert], currency: str, codes: Mapping[str, int]) -> Batch:
    """Return alerts as a batch. currency: whose amounts come first; codes: of customers, −1 stands for one without."""
    kinds = {kind: code for code, kind in enumerate(dict.fromkeys(alert.kind for alert in alerts))}
    pairs = [(codes.get(one, -1), place) for place, alert in enumerate(alerts) for one in alert.about]
    return Batch(
        alerts,
        np.array([alert.severity == "must_act" for alert in alerts], np.bool_),
        np.array([abs(alert.amount_minor or 0) for alert in alerts], np.int64),
        np.array([alert.currency not in (None, currency) for alert in alerts], np.bool_),
        tuple(kinds),
        np.array([kinds[alert.kind] for alert in alerts], np.int64),
        np.array([code for code, _ in pairs], np.int64),
        np.array([place for _, place in pairs], np.int64),
    )


@dataclass(frozen=True)
class Alerts:
    """Alerts in the order a person takes them: what must be acted on first, then by source, the largest amount first.

    batches, source, at: whence each alert of the book comes, and its place there, in that order. must, kind, kinds, owners, owned: as in `Batch`. chosen: which of them count here.
    """

    batches: tuple[Batch, ...]
    source: NDArray[np.int64]
    at: NDArray[np.int64]
    must: NDArray[np.bool_]
    kinds: tuple[str, ...]
    kind: NDArray[np.int64]
    owners: NDArray[np.int64]
    owned: NDArray[np.int64]
    chosen: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.chosen.sum())

    @cached_property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Kind → how many must be acted on, and how many are notes; in order."""
        places = np.flatnonzero(self.chosen)
        size = len(self.kinds)
        must = np.bincount(self.kind[places][self.must[places]], minlength=size).tolist()
        every = np.bincount(self.kind[places], minlength=size).tolist()
        found, first = np.unique(self.kind[places], return_index=True)
        return {self.kinds[code]: (must[code], every[code] - must[code]) for code in found[np.argsort(first)].tolist()}

    @property
    def must_act(self) -> int:
        """How many must be acted on."""
        return int((self.chosen & self.must).sum())

    def of_kind(self, kind: str) -> Alerts:
        """Return those of one kind."""
        code = self.kinds.index(kind) if kind in self.kinds else -1
        return replace(self, chosen=self.chosen & (self.kind == code))

    def about(self, flags: NDArray[np.bool_]) -> Alerts:
        """Return those about some customers. flags: by code of a customer, one more at the end for no customer."""
        mine = np.zeros(len(self.at), np.bool_)
        mine[self.owned[flags[self.owners]]] = True
        return replace(self, chosen=self.chosen & mine)

    def page(self, start: int = 0, count: int = 20) -> tuple[Alert, ...]:
        """Return some of them, from a place on."""
        places = np.flatnonzero(self.chosen)[start : start + count]
        pairs = zip(self.source[places].tolist(), self.at[places].tolist(), strict=True)
        return tuple(self.batches[source].alerts[at] for source, at in pairs)


def alerts_of(batches: Sequence[Batch]) -> Alerts:
    """Return the alerts of all sources, in order."""
    kinds = tuple(dict.fromkeys(kind for batch in batches for kind in batch.kinds))
    code = {kind: at for at, kind in enumerate(kinds)}
    starts = np.cumsum([0, *(len(batch.alerts) for batch in batches)])
    must = _joined([batch.must for batch in batches], np.bool_)
    minor = _joined([batch.minor for batch in batches], np.int64)
    other = _joined([batch.other for batch in batches], np.bool_)
    source = np.repeat(np.arange(len(batches)), np.diff(starts))
    kind = _joined([np.array([code[k] for k in b.kinds] or [0], np.int64)[b.kind] for b in batches], np.int64)
    owned = _joined([b.owned + start for b, start in zip(batches, starts.tolist(), strict=False)], np.int64)
    order = np.lexsort((-minor, other, source, ~must))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    every = np.ones(len(order), np.bool_)
    owners = _joined([batch.owners for batch in batches], np.int64)
    at = np.arange(len(order)) - starts[:-1][source]
    return Alerts(
        tuple(batches), source[order], at[order], must[order], kinds, kind[order], owners, place[owned], every
    )


def _joined(parts: Sequence[NDArray[Any]], of: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, of)
