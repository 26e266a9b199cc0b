"""The desk cells are answered from: settings, policy and the connected book, each loaded once and again when its file changed.

What must stay true: nothing heavy is imported before a cell needs it; what was measured of a book is kept until its manifest (which names every
file's hash), the policy, the rates or the settings are others; a changed file is seen within half a second, without a restart.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import Lang

from .settings import Settings, load_settings, settings_path
from .values import not_known

if TYPE_CHECKING:
    from creditlib.flows.connected import Connected
    from creditlib.policy import Policy, Values

    from .answers import Answers

_LOOK_AGAIN: Final = 0.5  # seconds during which a file is taken to be what it was: cells come by the thousand
_DAYS_KEPT: Final = 6  # assessments kept at a time: month ends side by side in one sheet


@dataclass
class Desk:
    """settings: given, then they are not read from a file. What stands in files is looked at again after a moment, or by `forget`."""

    settings: Settings = field(default_factory=load_settings)
    given: bool = False
    _looked: float = 0.0
    _state: tuple[Any, ...] = ()
    _policy: Policy | None = None
    _book: Connected | None = None
    _answers: dict[date, Answers] = field(default_factory=dict)
    _values: dict[date | None, Values] = field(default_factory=dict)

    @property
    def lang(self) -> Lang:
        """The language answers are told in."""
        self._look()
        return self.settings.language

    @property
    def policy(self) -> Policy:
        """The policy in use. Raises: PolicyError for a file that breaks its own rules."""
        self._look()
        if self._policy is None:
            from creditlib.policy import load_policy

            self._policy = load_policy(self.settings.policy)
        return self._policy

    @property
    def connected(self) -> Connected:
        """The connected book. Raises: NotKnown where none is connected; what opening it raises."""
        self._look()
        if self._book is None:
            if self.settings.book is None:
                raise not_known("no_book")
            from creditlib.flows.connected import open_connected

            self._book = open_connected(self.settings.book)
        return self._book

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
        self._look()
        found = self._values.get(asked)
        if found is None:
            found = self._values[asked] = self.policy.at(asked or self.settings.as_of or date.today())
        return found

    def answers(self, asked: date | None = None) -> Answers:
        """Return the assessed book of a day. Raises: NotKnown without a book or a day."""
        self._look()
        found = self._answers.get(asked or self.settings.as_of)  # type: ignore[arg-type]
        if found is None:
            connected, day = self.connected, self.day(asked)
            from .answers import Answers

            found = Answers.of(connected, self.policy, day, self.settings.currency, self.settings.rates)
            while len(self._answers) >= _DAYS_KEPT:
                self._answers.pop(next(iter(self._answers)))
            self._answers[day] = found
        return found

    def forget(self) -> None:
        """Look at every file again at the next call: what the refresh button does."""
        self._looked, self._state = 0.0, ()

    def _look(self) -> None:
        """See whether a file is another than it was; then what was made from it is made again."""
        now = time.monotonic()
        if now - self._looked < _LOOK_AGAIN:
            return
        self._looked = now
        path = settings_path()
        own = None if self.given else _stamp(str(path))
        if not self.given and self._state[:2] != (path, own):
            self.settings = load_settings(path)
        chosen = self.settings
        state = (path, own, chosen, _stamp(chosen.policy), _manifest(chosen.book), _stamp(chosen.rates))
        if state != self._state:
            self._state, self._policy, self._book = state, None, None
            self._answers.clear()
            self._values.clear()


def _manifest(folder: str | None) -> tuple[int, int, int] | None:
    """Return the state of a connected book: its manifest names every file's hash."""
    if folder is None:
        return None
    from creditlib.facts.book import MANIFEST  # only with a book: it brings the table library

    return _stamp(str(Path(folder, MANIFEST)))


def _stamp(name: str | None) -> tuple[int, int, int] | None:
    """Return what tells one state of a file from another, None without the file."""
    if name is None:
        return None
    try:
        state = Path(name).stat()
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
