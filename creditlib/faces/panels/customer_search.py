"""The search for a customer, by code or by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from creditlib.errors import Lang, UsageError
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.fields import Words
from creditlib.faces.wording import say


@dataclass(frozen=True, kw_only=True)
class CustomerField:
    """The search for a customer. names: code → what stands in the list; near: what fits what is being typed."""

    label: Words
    names: Mapping[str, str]
    near: Sequence[str]

    def read(self, typed: str, lang: Lang) -> str:
        """Return the code of what was typed: a code, a name, or a line of the list."""
        wanted = typed.strip()
        if wanted in self.names:
            return wanted
        folded = wanted.casefold()
        same = [
            code
            for code, shown in self.names.items()
            if folded in (code.casefold(), shown.casefold(), shown[len(code) :].strip().casefold())
        ]
        hits = same or [code for code, shown in self.names.items() if folded and folded in shown.casefold()]
        if len(hits) == 1:
            return hits[0]
        key = "several" if hits else "nobody"
        told = {"value": wanted, "count": len(hits), "names": ", ".join(hits[:5])}
        raise UsageError(*(say(f"panel_customer.{key}", one, **told) for one in ("en", "zh")))

    def check(self, value: Any) -> str:
        """Return the code."""
        return self.read(str(value), "en")

    def control(self, name: str, value: Any, lang: Lang) -> Block:
        """Return the search field with its suggestions."""
        options = [{"value": shown, "label": shown} for shown in self.near]
        return {
            "kind": "search",
            "name": name,
            "label": self.label(lang),
            "text": self.names.get(value, str(value)),
            "options": options,
        }
