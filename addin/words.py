"""Words a cell may write for a choice, in English or in Chinese, and how a result is worded.

What must stay true: a choice is known by its own name and by its words in both languages; anything else is refused with what there is.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from creditlib.errors import Lang
from creditlib.faces.wording import words_under

from .values import wide_key, wrong


@cache
def _choices(group: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, said in words_under(f"cells.choice.{group}").items():
        for label in (name, said["en"], said["zh"]):
            found.setdefault(wide_key(label), name)
    return found


def choices(group: str) -> tuple[str, ...]:
    """Return every choice of a group by name.

    >>> choices("stage")
    ('order', 'shipment', 'billing')
    """
    return tuple(words_under(f"cells.choice.{group}"))


def choice_of(group: str, given: str, argument: str) -> str:
    """Return the choice a text names. Raises: UsageError with those there are.

    >>> choice_of("dso_method", "倒推法", "method")
    'countback'
    """
    found = _choices(group).get(wide_key(given))
    if found is None:
        wrong("no_choice", argument=argument, given=given, choices=", ".join(choices(group)))
    return found


_LANGUAGES: Final[dict[str, Lang]] = {
    **dict.fromkeys(("en", "english", "英文", "英语"), "en"), **dict.fromkeys(("zh", "chinese", "中文", "汉语"), "zh")
}  # fmt: skip


def language_of(given: str, argument: str) -> Lang:
    """Return the language a text names. Raises: UsageError.

    >>> language_of("中文", "language")
    'zh'
    """
    found = _LANGUAGES.get(wide_key(given))
    if found is None:
        wrong("no_choice", argument=argument, given=given, choices="en, zh")
    return found


def worded(group: str, name: str, lang: Lang) -> str:
    """Return how people read a choice.

    >>> worded("outcome", "hold", "zh")
    '冻结'
    """
    said = words_under(f"cells.choice.{group}")[name]
    return str(said[lang])
