"""What installing and the doctor tell: one thing looked at, or one step done, in both languages; and what every host asks of the book.

What must stay true: a state says what it is and, unless it is well, what to do.
"""

from __future__ import annotations

from dataclasses import dataclass

from creditlib.errors import CreditError, Lang
from creditlib.faces.wording import say

from ..desk import Desk
from ..settings import load_settings, settings_path


@dataclass(frozen=True, slots=True)
class State:
    """One thing looked at, or one step done. name: what; ok: nothing is to be done. en, zh: its words."""

    name: str
    ok: bool
    en: str
    zh: str

    def text(self, lang: Lang) -> str:
        """Return it in a language."""
        return self.zh if lang == "zh" else self.en


def told(name: str, ok: bool, key: str, /, **values: object) -> State:
    """Return a state by the whole key of its words.

    >>> told("book", True, "cells.state.no_book").text("en").split(";")[0]
    'The settings can be read'
    """
    return State(name, ok, say(key, "en", **values), say(key, "zh", **values))


def book_state() -> State:
    """Return whether the settings can be read and the connected book opens."""
    try:
        chosen = load_settings()
        if chosen.book is None:
            return told("book", True, "cells.state.no_book")
        desk = Desk(chosen)
        customers = desk.connected.reading.book.rows("customers")
        if chosen.as_of is not None:
            _ = desk.answers().whole.ground.items  # with policy, rates and currency, as a cell asks for it
    except CreditError as error:
        words = {"path": settings_path(), "what": error.en}
        return State(
            "book",
            False,
            say("cells.state.bad_book", "en", **words),
            say("cells.state.bad_book", "zh", **words | {"what": error.zh}),
        )
    except Exception as error:  # a doctor names what is broken, whatever it is
        return told(
            "book", False, "cells.state.bad_book", path=settings_path(), what=f"{type(error).__name__}: {error}"
        )
    return told(
        "book", True, "cells.state.book", path=chosen.book, customers=f"{customers:,}", as_of=chosen.as_of or "–"
    )
