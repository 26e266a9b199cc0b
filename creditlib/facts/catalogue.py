"""The catalogue of named checks: severity, title, text and what to do, in both languages (`checks.toml`).

What must stay true: a `Finding` is made only here, so that every text exists in both languages and names its check.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from creditlib.errors import Finding, Lang, Severity

_VERBS: Final = {
    "have": "has", "are": "is", "were": "was", "name": "names", "hold": "holds", "count": "counts", "belong": "belongs",
    "need": "needs", "lack": "lacks",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One named check. grouped: it reports all its rows in one finding."""

    name: str
    severity: Severity
    grouped: bool
    titles: dict[str, str]
    texts: dict[str, str]
    todos: dict[str, str]

    def title(self, lang: Lang = "en") -> str:
        """Return what it is called.

        >>> CHECKS["zero-amount"].title("zh")
        '金额为零'
        """
        return self.titles[lang]

    def todo(self, lang: Lang = "en") -> str:
        """Return what a person should do about it."""
        return self.todos[lang]

    def finding(
        self,
        where: str,
        *,
        count: int = 1,
        amount_minor: int | None = None,
        currency: str | None = None,
        **values: Any,
    ) -> Finding:
        """Return a finding of this check; `values` fill its text, a pair being (English, Chinese)."""
        filled = {"count": count, "currency": currency, **values}

        def text(lang: Lang, index: int) -> str:
            own = {k: v[index] if isinstance(v, tuple) else v for k, v in filled.items()}
            joint = " " if lang == "en" else ""
            said = self.texts[lang].format(**own)
            return (one(said) if lang == "en" else said) + joint + self.todos[lang]

        return Finding(self.name, self.severity, where, text("en", 0), text("zh", 1), count, amount_minor, currency)


def one(text: str) -> str:
    """Put an English sentence about one thing in the singular.

    >>> one("1 documents have no due date"), one("due 1 days late"), one("11 rows hold text")
    ('1 document has no due date', 'due 1 day late', '11 rows hold text')
    """
    for many, single in _VERBS.items():
        text = re.sub(rf"(?<![\d.,])1 (amount|document|row)s {many}\b", rf"1 \1 {single}", text)
    return re.sub(r"(?<![\d.,])1 (amount|document|row|day)s\b", r"1 \1", text)


def _load() -> dict[str, Check]:
    data = tomllib.loads(files("creditlib.facts").joinpath("checks.toml").read_text(encoding="utf-8"))
    return {
        name: Check(name, part["severity"], part.get("grouped", False), part["title"], part["text"], part["todo"])
        for name, part in data.items()
    }


CHECKS: Final[dict[str, Check]] = _load()
