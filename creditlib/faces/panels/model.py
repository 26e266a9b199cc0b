"""`Model`: a panel without a browser: its state, undo and reset, what it shows, what it makes to download.

What must stay true: a panel computes nothing, its blocks come from the library's flows; a wrong input stays where it was typed, is told in
words, and greys out the figures of the last good state; undo takes back one thing a person did, a whole drag being one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from creditlib.errors import CreditError, Lang, UsageError
from creditlib.faces.panels.blocks import Block, button, with_controls, with_pictures
from creditlib.faces.panels.fields import Field
from creditlib.faces.wording import say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Progress = Callable[[float, str], None]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Download:
    """A file made at the moment it is asked for."""

    file: str
    content: bytes
    type: str = XLSX


class Model(ABC):
    """What every panel is. Subclasses give `panel`, `fields`, `start`, `blocks`, and what they need of `top`, `foot`, `act`, `download`."""

    panel: ClassVar[str]

    def __init__(self, lang: Lang = "en") -> None:
        self.lang: Lang = lang
        self.progress: Progress = lambda share, text: None
        self.state: dict[str, Any] = self.start()
        self._past: list[dict[str, Any]] = []
        self._moving: str | None = None
        self._good = dict(self.state)

    @abstractmethod
    def start(self) -> dict[str, Any]:
        """Return the state a panel begins with, and is reset to."""

    @abstractmethod
    def fields(self) -> Mapping[str, Field]:
        """Return what can be changed in the present state, by name."""

    @abstractmethod
    def blocks(self) -> list[Block]:
        """Return what the panel shows. Raises: CreditError for a state that can't be shown."""

    def top(self) -> tuple[Sequence[Block], str, Sequence[Block]]:
        """Return controls, a subtitle and further buttons of the top line."""
        return (), "", ()

    def foot(self) -> Sequence[str]:
        """Return what stands at the foot."""
        return ()

    def act(self, name: str, value: Any) -> None:
        """Do what a button asks. Raises: CreditError."""
        raise UsageError(*(self._say("error.action", lang, name=name) for lang in ("en", "zh")))

    def upload(self, name: str, file: str, size: int, at: int, piece: bytes) -> None:
        """Take a piece of a file a person chose. size: bytes of the whole file; at: where the piece begins; the last one ends at size. A file
        above the largest size of its control comes as one empty piece. Raises: CreditError."""
        raise UsageError(*(self._say("error.action", lang, name=name) for lang in ("en", "zh")))

    def look(self, name: str, typed: str) -> None:
        """Take what is being typed into a search. Raises: CreditError."""
        raise UsageError(*(self._say("error.action", lang, name=name) for lang in ("en", "zh")))

    def download(self, name: str, value: Any) -> Download:
        """Make a file from the present state. Raises: CreditError."""
        raise UsageError(*(self._say("error.action", lang, name=name) for lang in ("en", "zh")))

    # ── state ──

    def get(self, name: str) -> Any:
        """Return a value of the state. Raises: CreditError for one that was typed wrongly."""
        value = self.state[name]
        if isinstance(value, dict) and "typed" in value:
            return self.fields()[name].read(value["typed"], value["lang"])
        return value

    def control(self, name: str) -> Block:
        """Return the control of a field as it stands, with what is wrong with it."""
        field, value = self.fields()[name], self.state[name]
        if not (isinstance(value, dict) and "typed" in value):
            return field.control(name, value, self.lang)
        made = field.control(name, self._good.get(name), self.lang)
        return made | {"text": value["typed"], "wrong": self._wrong(name)}

    def _wrong(self, name: str) -> str:
        try:
            self.get(name)
        except CreditError as error:
            return error.text(self.lang)
        return ""

    def set(self, name: str, value: Any = None, *, typed: str | None = None, more: bool = False) -> None:
        """Change one thing. typed: as a person wrote it. more: the same drag goes on."""
        field = self.fields().get(name)
        if field is None:
            raise UsageError(*(self._say("error.field", lang, name=name) for lang in ("en", "zh")))
        try:
            held = field.check(value) if typed is None else field.read(typed, self.lang)
        except CreditError:
            held = {"typed": str(value) if typed is None else typed, "lang": self.lang}
        self.become({**self.state, name: held}, moving=name if more else None)

    def become(self, state: dict[str, Any], *, moving: str | None = None) -> None:
        """Take a new state, so that undo leads back to the present one."""
        if state == self.state:
            return
        if moving is None or moving != self._moving:
            self._past.append(self.state)
        self._moving = moving
        self.state = state

    def rest(self) -> None:
        """End a drag."""
        self._moving = None

    def undo(self) -> None:
        """Take back the last thing a person did."""
        if self._past:
            self.state, self._moving = self._past.pop(), None

    def reset(self) -> None:
        """Begin again; undo leads back."""
        self.become(self.start())

    def told(self) -> dict[str, Any]:
        """Return what of the state differs from the start, and the language: what an address carries."""
        start = self.start()
        return {"lang": self.lang, **{n: v for n, v in self.state.items() if v != start.get(n)}}

    def restore(self, told: Mapping[str, Any]) -> None:
        """Take a state an address carries; what is no part of this panel is left out, what is wrong is told where it stands."""
        if told.get("lang") in ("en", "zh"):
            self.lang = told["lang"]
        self.state = self.start()
        for name in [n for n in self.state if n in told] + [n for n in told if n not in self.state]:
            self._take(name, told[name])
        self._past, self._moving = [], None

    def _take(self, name: str, value: Any) -> None:
        if name not in self.fields():
            self._take_plain(name, value)
        elif isinstance(value, dict) and "typed" in value:
            self.set(name, typed=str(value["typed"]))
        else:
            self.set(name, value)

    def _take_plain(self, name: str, value: Any) -> None:
        """Take what buttons change and no control does: which rows stand open, how many are shown."""
        same = name in self.state and type(value) is type(self.state[name])
        if same and (isinstance(value, str) or (isinstance(value, int) and value >= 0)):
            self.state = {**self.state, name: value}

    # ── what is shown ──

    def view(self) -> Block:
        """Return everything the browser draws."""
        error = ""
        try:
            blocks = self.blocks()
            self._good = dict(self.state)
        except CreditError as told:
            error, blocks = told.text(self.lang), self._last_good()
        controls, sub, further = self._top()
        return {
            "panel": self.panel, "lang": self.lang, "error": error, "state": self.told(), "blocks": with_pictures(blocks, self._say("button.picture", self.lang)), "foot": list(self._as_good(self.foot)),
            "top": {"controls": list(controls), "sub": sub, "buttons": [*self._usual(), *further]},
        }  # fmt: skip

    def _top(self) -> tuple[Sequence[Block], str, Sequence[Block]]:
        controls, sub, further = self._as_good(self.top)
        return [self.control(c["name"]) if c["name"] in self.fields() else c for c in controls], sub, further

    def _last_good(self) -> list[Block]:
        """Return the figures of the last good state, its controls as they stand now."""
        blocks, names = self._as_good(self.blocks), self.fields()
        return with_controls(blocks, {name: self.control(name) for name in self.state if name in names})

    def _as_good(self, made: Callable[[], _T]) -> _T:
        """Return what is made of the last state that could be shown."""
        now, self.state = self.state, self._good
        try:
            return made()
        finally:
            self.state = now

    def _usual(self) -> list[Block]:
        return [
            button("undo", self._say("button.undo", self.lang), disabled=not self._past, title="Ctrl+Z"),
            button("reset", self._say("button.reset", self.lang), disabled=self.state == self.start()),
            button("lang", self._say("button.lang", self.lang), value="en" if self.lang == "zh" else "zh"),
            button("theme", self._say("button.theme", self.lang)),
        ]

    def _say(self, key: str, lang: Lang, **values: object) -> str:
        return say(f"panel.{key}", lang, **values)
