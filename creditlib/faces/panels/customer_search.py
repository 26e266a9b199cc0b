"""The search for a customer, by code or by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from creditlib.errors import Lang, UsageError
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.fields import Words
from creditlib.faces.wording import say

_FOUND: Final = 12  # suggestions of a search: a list a person can read


def listed(codes: Iterable[str], names: Mapping[str, str | None]) -> dict[str, str]:
    """Return what stands in the list for each customer. names: by code.

    >>> listed(["C1", "C2"], {"C1": "Alpha"})
    {'C1': 'C1  Alpha', 'C2': 'C2'}
    """
    return {code: f"{code}  {names.get(code) or ''}".strip() for code in codes}


def near(typed: str, shown: Mapping[str, str]) -> list[str]:
    """Return the first lines of the list that hold what is being typed, none of them for nothing typed. shown: see `listed`.

    >>> near(" alp", listed(["C1", "C2"], {"C1": "Alpha"}))
    ['C1  Alpha']
    """
    wanted = typed.strip().casefold()
    return list(islice((line for line in shown.values() if wanted and wanted in line.casefold()), _FOUND))


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
        told = {"value": wanted, "count": len(hits)}
        listed: tuple[tuple[Lang, str], ...] = (("en", ", ".join(hits[:5])), ("zh", "、".join(hits[:5])))
        raise UsageError(*(say(f"panel_customer.{key}", one, names=names, **told) for one, names in listed))

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
