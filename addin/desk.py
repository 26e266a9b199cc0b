"""The desk cells are answered from: settings, policy, the connected book and the record, each loaded once and again when it changed.

What must stay true: nothing heavy is imported before a cell needs it; what was measured of a book is kept until its manifest (which names every
file's hash), the policy, the rates, the head of the record or the settings are others; a change is seen within half a second, without a restart.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import Lang, StoreError

from .settings import Settings, load_settings, settings_path
from .values import not_known

if TYPE_CHECKING:
    from creditlib.flows.connected import Connected
    from creditlib.flows.recorded import RecordedLimits
    from creditlib.policy import Policy, Values

    from .answers import Answers

_LOOK_AGAIN: Final = 0.5  # seconds during which a file is taken to be what it was: cells come by the thousand
_REST: Final = 20  # times as long as a store kept one waiting in vain, it is left alone
_DAYS_KEPT: Final = 6  # assessments kept at a time: month ends side by side in one sheet


class Desk:
    """What answers cells. settings: given, then they are read from no file. What stands in files is looked at again after a moment, or
    by `forget`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._given = settings
        self._chosen = settings or Settings()
        self._looked = -inf
        self._rest = 0.0
        self._state: tuple[Any, ...] = ()
        self._policy: Policy | None = None
        self._book: Connected | None = None
        self._record: RecordedLimits | StoreError | None = None
        self._answers: dict[date, Answers] = {}
        self._values: dict[date, Values] = {}

    @property
    def settings(self) -> Settings:
        """What a person chose. Raises: UsageError for a file nobody can read."""
        self._look()
        return self._chosen

    @property
    def lang(self) -> Lang:
        """The language answers are told in."""
        return self.settings.language

    @property
    def policy(self) -> Policy:
        """The policy in use. Raises: PolicyError for a file that breaks its own rules."""
        self._look()
        return self._policy_now()

    def _policy_now(self) -> Policy:
        if self._policy is None:
            from creditlib.policy import load_policy

            self._policy = load_policy(self._chosen.policy)
        return self._policy

    @property
    def connected(self) -> Connected:
        """The connected book. Raises: NotKnown where none is connected; what opening it raises."""
        self._look()
        return self._book_now()

    def _book_now(self) -> Connected:
        if self._book is None:
            if self._chosen.book is None:
                raise not_known("no_book")
            from creditlib.flows.connected import open_connected

            self._book = open_connected(self._chosen.book)
        return self._book

    @property
    def store(self) -> str | None:
        """Where the record is, None where nobody named one."""
        return self.settings.store or os.environ.get("CREDIT_STORE") or None

    @property
    def record(self) -> RecordedLimits | None:
        """What the record says of limits, None where there is none. Raises: StoreError for a store that does not open."""
        self._look()
        return self._record_now()

    def _record_now(self) -> RecordedLimits | None:
        if isinstance(self._record, StoreError):
            raise StoreError(self._record.en, self._record.zh)  # a new one each time: the same would gather tracebacks
        return self._record

    def day(self, asked: date | None) -> date:
        """Return the day asked, else the one chosen with the book, as last looked at. Raises: NotKnown where neither is."""
        if asked is not None:
            return asked
        if self._chosen.as_of is None:
            raise not_known("no_day")
        return self._chosen.as_of

    def values(self, asked: date | None = None) -> Values:
        """Return the policy values of the day asked, of the chosen one, or of today."""
        self._look()
        day = asked or self._chosen.as_of or date.today()
        found = self._values.get(day)
        if found is None:
            found = self._values[day] = self._policy_now().at(day)
        return found

    def rates(self, day: date) -> tuple[Any, ...]:
        """Return the rates chosen, none where none are. Raises: UsageError for rates without a currency."""
        self._look()
        from .answers import rates_of

        return rates_of(self._chosen.rates, self._chosen.currency, day)

    def answers(self, asked: date | None = None) -> Answers:
        """Return the assessed book of a day. Raises: NotKnown without a book or a day."""
        self._look()
        day = asked or self._chosen.as_of
        found = None if day is None else self._answers.get(day)
        if found is None:
            from .answers import Answers

            connected = (
                self._book_now()
            )  # from here on nothing is looked at again: book, policy and rates are of one moment
            day = self.day(asked)
            chosen, policy = self._chosen, self._policy_now()
            found = Answers.of(connected, policy, day, chosen.currency, chosen.rates, self._record_now())
            while len(self._answers) >= _DAYS_KEPT:
                self._answers.pop(next(iter(self._answers)))
            self._answers[day] = found
        return found

    def forget(self) -> None:
        """Look at every file again at the next call: what the refresh button does."""
        self._looked, self._state = -inf, ()

    def _look(self) -> None:
        """See whether a file is another than it was; then what was made from it is made again."""
        now = time.monotonic()
        if now - self._looked < max(_LOOK_AGAIN, self._rest):
            return
        path = None if self._given else settings_path()
        own = None if path is None else _stamp(str(path))
        if path is not None and self._state[:2] != (path, own):
            self._state = ()
            self._chosen = load_settings(path)
        chosen = self._chosen
        record = _record(chosen.store or os.environ.get("CREDIT_STORE"), self._record)
        told = record.en if isinstance(record, StoreError) else record and (record.place, record.head)
        state = (path, own, chosen, _stamp(chosen.policy), _manifest(chosen.book), _stamp(chosen.rates), told)
        if state != self._state:
            self._state, self._policy, self._book, self._record = state, None, None, record
            self._answers.clear()
            self._values.clear()
        self._looked = time.monotonic()
        waited = self._looked - now if isinstance(record, StoreError) else 0.0
        self._rest = _REST * waited  # a store out of reach is not waited for by every cell


def _record(place: str | None, known: RecordedLimits | StoreError | None) -> RecordedLimits | StoreError | None:
    """Return what the record says now, or why it can't be read: that is told by the cells that need it. known: what it said before."""
    if not place:
        return None
    from creditlib.flows.recorded import (  # only with a record: it brings the library of databases
        RecordedLimits,
        limits_recorded,
    )
    from creditlib.record.store import open_store

    try:
        with open_store(place, create=False) as store:
            if isinstance(known, RecordedLimits) and (known.place, known.head) == (store.place, str(store.head())):
                return known
            return limits_recorded(store, datetime.now(UTC).date())
    except StoreError as error:
        return error


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
