"""Canonical JSON: one text, and so one hash, for one content.

What must stay true: keys in order of their code points, no spaces, no escapes but those JSON needs, UTF-8; whole numbers of 64 bits and no
others, since two programs may print a fraction differently; what can't be written so is refused, never rounded.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, NoReturn

from creditlib.errors import UsageError

_DEEPEST: Final = 16
_LARGEST: Final = 2**63 - 1
_write = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode  # nothing circular gets here: depth is bounded


def canonical(value: Any, *, sound: bool = False) -> str:
    """Return the canonical JSON of a value made of dict, list, tuple, str, int, bool and None.

    sound: the caller has seen to it that nothing else is in it; only its texts are looked at.
    Raises: UsageError for anything else: a fraction, a number of more than 64 bits, a key that is no text, half a character, NUL.

    >>> canonical({"b": [1, None, True], "a": "应收"})
    '{"a":"应收","b":[1,null,true]}'
    """
    if not sound:
        _check(value, 0)
        return _write(value)
    text = _write(value)
    if "\\u0000" in text or not (text.isascii() or _whole(text)):
        _check(value, 0)
    return text


def digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, 64 hex digits.

    >>> digest("")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def _whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_fraction(text: str) -> NoReturn:
    raise ValueError(text)


_read = json.JSONDecoder(parse_float=_no_fraction, parse_constant=_no_fraction).raw_decode


def parse(text: str) -> Any:
    """Return what a canonical text says. Raises: ValueError when it is no JSON, or JSON that `canonical` would write otherwise.

    >>> parse('{"a":1}')
    {'a': 1}
    """
    try:
        value, _ = _read(text)
        same = _write(value) == text  # nothing may follow either
    except RecursionError:
        same = False
    if not same:
        raise ValueError("not canonical")
    return value


def _check(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is str:
        _text(value)
    elif kind is int:
        if not -_LARGEST <= value <= _LARGEST:
            raise _refused(f"{str(value)[:20]}…", "it has more than 64 bits", "超过 64 位")
    elif kind is dict:
        if depth >= _DEEPEST:
            raise _refused("…", "it is nested too deeply", "嵌套过深")
        for key, inner in value.items():
            if type(key) is not str:
                raise _refused(repr(key), "a key must be a text", "键必须为文本")
            _text(key)
            _check(inner, depth + 1)
    elif kind is list or kind is tuple:
        if depth >= _DEEPEST:
            raise _refused("…", "it is nested too deeply", "嵌套过深")
        for inner in value:
            _check(inner, depth + 1)
    elif value is not None and kind is not bool:
        raise _refused(
            f"{value!r:.40}", "amounts are whole minor units, ratios are texts", "金额须为最小单位的整数，比例须为文本"
        )


def _text(value: str) -> None:
    if value.isascii():
        if "\0" in value:
            raise _refused(repr(value[:40]), "it holds the character NUL", "含有 NUL 字符")
        return
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _refused(repr(value[:40]), "it holds half a character", "含有不完整的字符") from None
    if "\0" in value:
        raise _refused(repr(value[:40]), "it holds the character NUL", "含有 NUL 字符")


def _refused(what: str, en: str, zh: str) -> UsageError:
    return UsageError(
        f"{what} can't stand in an entry: {en}. [not-recordable]", f"{what} 不能写入记录：{zh}。[not-recordable]"
    )
