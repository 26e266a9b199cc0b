"""The desk cells are answered from: settings, policy and the connected book, each loaded once and again when its file changed.

What must stay true: nothing heavy is imported before a cell needs it; a book is known by its hash, and what was measured of it is kept
until the hash, the policy or the day is another.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import CreditError, Lang
from creditlib.faces.wording import say

from .settings import Settings, load_settings, settings_path

if TYPE_CHECKING:
    from creditlib.flows.connected import Connected
    from creditlib.policy import Policy, Values

    from .answers import Answers

_LOOK_AGAIN: Final = 0.5  # seconds during which a file is taken to be what it was: cells come by the thousand
_DAYS_KEPT: Final = 6  # assessments kept at a time: month ends side by side in one sheet


class NotKnown(CreditError):
    """What was asked is not known: no book, no such customer, no figure. A cell shows #N/A."""


def not_known(key: str, **values: object) -> NotKnown:
    """Return the error of what is not known, worded in both languages."""
    return NotKnown(say(f"cells.error.{key}", "en", **values), say(f"cells.error.{key}", "zh", **values))


@dataclass
class Desk:
    """settings: given, then nothing is read from a file and nothing is looked at again."""

    settings: Settings = field(default_factory=load_settings)
    given: bool = False
    _looked: float = 0.0
    _state: tuple[Any, ...] = ()
    _policy: tuple[Any, Policy] | None = None
    _book: tuple[Any, Connected] | None = None
    _answers: dict[Any, Answers] = field(default_factory=dict)

    @property
    def lang(self) -> Lang:
        """The language answers are told in."""
        self._look()
        return self.settings.language

    @property
    def policy(self) -> Policy:
        """The policy in use."""
        self._look()
        name = self.settings.policy
        state = (name, _stamp(name))
        if self._policy is None or self._policy[0] != state:
            from creditlib.policy import load_policy

            self._policy = state, load_policy(name)
        return self._policy[1]

    @property
    def connected(self) -> Connected:
        """The connected book. Raises: NotKnown where none is connected."""
        self._look()
        folder = self.settings.book
        if folder is None:
            raise not_known("no_book")
        from creditlib.facts.book import MANIFEST
        from creditlib.flows.connected import open_connected

        state = (folder, _stamp(os.path.join(folder, MANIFEST)))
        if self._book is None or self._book[0] != state:
            self._book = state, open_connected(folder)
        return self._book[1]

    def day(self, asked: date | None) -> date:
        """Return the day asked, else the one chosen with the book. Raises: NotKnown where neither is."""
        if asked is not None:
            return asked
        self._look()
        if self.settings.as_of is None:
            raise not_known("no_day")
        return self.settings.as_of

    def values(self, asked: date | None = None) -> Values:
        """Return the policy values of the day asked, of the chosen one, or of today."""
        if asked is None and self.settings.as_of is None:
            return self.policy.at(date.today())
        return self.policy.at(self.day(asked))

    def answers(self, asked: date | None = None) -> Answers:
        """Return the assessed book of a day. Raises: NotKnown without a book or a day."""
        connected, day, policy = self.connected, self.day(asked), self.policy
        chosen = self.settings
        key = connected.hash, day, policy.fingerprint, chosen.currency, chosen.rates, _stamp(chosen.rates)
        found = self._answers.get(key)
        if found is None:
            from .answers import Answers

            found = Answers.of(connected, policy, day, chosen.currency, chosen.rates)
            while len(self._answers) >= _DAYS_KEPT:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = found
        return found

    def forget(self) -> None:
        """Look at every file again at the next call: what the refresh button does."""
        self._looked, self._policy, self._book = 0.0, None, None
        self._answers.clear()

    def use(self, **changes: Any) -> None:
        """Change settings for this desk, without writing them."""
        self.settings = replace(self.settings, **changes)

    def _look(self) -> None:
        if self.given:
            return
        now = time.monotonic()
        if now - self._looked < _LOOK_AGAIN:
            return
        self._looked = now
        path = settings_path()
        state = (path, _stamp(str(path)))
        if state != self._state:
            self._state, self.settings = state, load_settings(path)


def _stamp(name: str | None) -> tuple[int, int, int] | None:
    """Return what tells one state of a file from another, None without the file."""
    if name is None:
        return None
    try:
        state = os.stat(name)  # a cell asks three times: a Path made of a name costs more than the question
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


_desk: Desk | None = None


def desk() -> Desk:
    """Return the desk of this process."""
    global _desk
    if _desk is None:
        _desk = Desk()
    return _desk
