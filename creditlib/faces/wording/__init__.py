"""Every word a face shows, in English and Chinese, one TOML file per face.

What must stay true: each entry has both languages and the same placeholders in both; a test walks through all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from creditlib.errors import Lang


@cache
def _face(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def say(key: str, lang: Lang, **values: object) -> str:
    """Return the text under `face.part.name` in a language, its placeholders filled.

    Raises: KeyError for a key that is not in the file: a fault of this library.

    >>> say("common.bucket.not_due", "zh")
    '未到期'
    """
    face, *path = key.split(".")
    entry: Any = _face(face)
    for step in path:
        entry = entry[step]
    text: str = entry[lang]
    return text.format(**values) if values else text


def sayer(face: str) -> Callable[..., str]:
    """Return `say` for the texts of one face: (key, language, values) → text.

    >>> sayer("common")("bucket.not_due", "zh")
    '未到期'
    """
    return lambda key, lang, **values: say(f"{face}.{key}", lang, **values)


def worded(face: str) -> Callable[..., Callable[[Lang], str]]:
    """Return what makes a text wait for its language: (key, values) → language → text, as the fields of a panel hold their labels.

    >>> worded("common")("bucket.not_due")("en")
    'Not due'
    """
    return lambda key, **values: lambda lang: say(f"{face}.{key}", lang, **values)


def words_under(key: str) -> dict[str, Any]:
    """Return every entry under `face.part`, each a pair of languages.

    >>> words_under("common.bucket")["not_due"]["en"]
    'Not due'
    """
    face, *path = key.split(".")
    entry: Any = _face(face)
    for step in path:
        entry = entry[step]
    return dict(entry)


def bucket_label(key: str, lang: Lang) -> str:
    """Return a bucket's heading: an en dash between its edges, the named ones in words.

    >>> bucket_label("31-60", "en"), bucket_label("365+", "zh"), bucket_label("not_due", "en")
    ('31–60', '365+', 'Not due')
    """
    entry = _face("common")["bucket"].get(key)
    return entry[lang] if entry else key.replace("-", "–")
