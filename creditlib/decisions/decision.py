"""`Decision`: an outcome with its reasons, the policy values and the documents behind it. One type for every decision.

What must stay true: a decision names the policy it was made by and every value it used; a reason is data first (code, figures),
words second, in both languages (`reasons/*.toml`); the same decision reads the same in a cell, a panel, a workbook and a terminal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from creditlib.errors import Lang
from creditlib.policy import Values

if TYPE_CHECKING:
    import pyarrow as pa

Effect = Literal["stop", "lowers", "raises", "caps", "missing", "note"]
"""What a reason does: ends the matter, costs or adds points or amount, holds it down, is not known, or only tells."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. code: "file.entry" of `reasons/`. values: what fills its text, a pair being (English, Chinese). points: of the score,
    lost as positive. amount_minor, currency: what it makes of a limit or an exposure. policy: parameters behind it.

    >>> Reason("limit.not-set", "note").text("zh")
    '未设额度。'
    """

    code: str
    effect: Effect
    values: Mapping[str, Any] = field(default_factory=dict)
    points: float | None = None
    amount_minor: int | None = None
    currency: str | None = None
    policy: tuple[str, ...] = ()

    def text(self, lang: Lang = "en") -> str:
        """Return the reason as a sentence."""
        own = {k: v[lang == "zh"] if isinstance(v, tuple) else v for k, v in self.values.items()}
        file, entry = self.code.split(".")
        return _texts(file)[entry][lang].format(**own)


@cache
def _texts(file: str) -> dict[str, dict[str, str]]:
    return tomllib.loads(files("creditlib.decisions").joinpath("reasons", f"{file}.toml").read_text(encoding="utf-8"))


def no_documents() -> pa.Table:
    """Return an empty table of documents, for a decision no document stands behind."""
    import pyarrow as pa

    return pa.table({"id": pa.array([], pa.int64()), "document": pa.array([], pa.string())})


@dataclass(frozen=True)
class DecisionWhy:
    """What made a decision. documents: those behind its figures; values: policy parameters used, as (value, reference)."""

    documents: pa.Table
    values: Mapping[str, tuple[Any, str]]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An outcome and why. subject: score, limit, terms, release, onboarding. outcome: one word of `OUTCOMES[subject]`.

    policy_name, fingerprint: of the policy. used: parameters the decision read. documents: those behind its figures.
    """

    subject: str
    customer: str
    as_of: date
    outcome: str
    reasons: tuple[Reason, ...]
    policy_name: str
    fingerprint: str
    used: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    documents: Callable[[], pa.Table] = field(default=no_documents, repr=False, compare=False)

    @property
    def why(self) -> DecisionWhy:
        """The documents and policy values behind the decision."""
        return DecisionWhy(self.documents(), self.used)


OUTCOMES: Final[dict[str, tuple[str, ...]]] = {
    "score": ("scored", "refer", "stop"),
    "limit": ("set", "none", "refer"),
    "terms": ("offered", "cash", "refer", "better", "worse", "same"),
    "release": ("release", "hold", "refer"),
    "onboarding": ("pass", "refer", "stop"),
}
"""Every outcome a decision can have."""


def used(values: Values, *names: str) -> dict[str, tuple[Any, str]]:
    """Return policy values with their references, as a decision keeps them.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> used(load_policy().at(date(2026, 1, 1)), "limit.grace_days")["limit.grace_days"][0]
    5
    """
    return {name: (values[name], values.row(name).reference) for name in names}
