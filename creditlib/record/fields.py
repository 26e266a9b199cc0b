"""The fields of an entry's body: what each may hold, and how a body is checked before it is written.

What must stay true: a field that is not listed is refused, so that nothing is kept unread; what is not given is left out, never null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from creditlib.days import parse_iso
from creditlib.errors import UsageError
from creditlib.money import CURRENCIES
from creditlib.record.entry import is_hash

Form = Literal[
    "text", "code", "minor", "count", "day", "currency", "hash", "word", "codes", "amounts", "hashes", "flag", "raw",
]  # fmt: skip
_LONGEST: Final = {"text": 20_000, "code": 200}
_MOST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """One field. form: what it holds. required: an entry without it is refused. choices: the words allowed, of a word or of codes.

    minor: whole minor units. count: a whole number from 0. day: a date, kept as 2026-11-21. amounts: currency → minor units. hashes:
    name → 64 hex digits. codes: a list of codes. raw: any text, as somebody
    else wrote it.
    """

    name: str
    form: Form
    required: bool = True
    choices: tuple[str, ...] = ()


def checked(kind: str, fields: tuple[Field, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body as it is kept: days as texts, lists as lists, what is None left out.

    Raises: UsageError for a field that is missing, unknown, or holds what its form can't.

    >>> checked("note", (Field("on", "day"), Field("text", "text", required=False)), {"on": date(2026, 1, 2), "text": None})
    {'on': '2026-01-02'}
    """
    known = {field.name for field in fields}
    for name in given:
        if name not in known:
            raise _wrong(kind, name, "is no field of it", "不是其字段", ", ".join(sorted(known)))
    body = {}
    for field in fields:
        value = given.get(field.name)
        if value is None:
            if field.required:
                raise _wrong(kind, field.name, "is missing", "缺失", _EXPECTED[field.form][0], _EXPECTED[field.form][1])
            continue
        kept = _READ[field.form](value)
        words = kept if field.form == "codes" else (kept,)
        if kept is None or (field.choices and not all(word in field.choices for word in words)):
            en, zh = _EXPECTED[field.form]
            if field.choices:
                en, zh = f"one of {', '.join(field.choices)}", f"其中之一：{'、'.join(field.choices)}"
            raise _wrong(kind, field.name, f"is {value!r:.60}", f"为 {value!r:.60}", en, zh)
        body[field.name] = kept
    return body


_EXPECTED: Final[dict[Form, tuple[str, str]]] = {
    "text": ("a text of up to 20,000 characters", "不超过 20000 字的文本"),
    "code": ("a text of up to 200 characters on one line", "单行、不超过 200 字的文本"),
    "minor": ("a whole number of minor units", "以最小单位计的整数"),
    "count": ("a whole number from 0 on", "不小于 0 的整数"),
    "day": ("a day, for example 2026-01-31", "日期，例如 2026-01-31"),
    "currency": ("a currency code, for example CNY", "币种代码，例如 CNY"),
    "hash": ("64 hex digits", "64 位十六进制数"),
    "word": ("a word", "选项"),
    "codes": ("a list of texts of up to 200 characters", "由不超过 200 字的文本组成的列表"),
    "amounts": ("whole minor units by currency", "按币种列出的最小单位整数"),
    "hashes": ("64 hex digits by name", "按名称列出的 64 位十六进制数"),
    "flag": ("true or false", "true 或 false"),
    "raw": ("a text", "文本"),
}


def _text(value: Any, longest: int = _LONGEST["text"]) -> str | None:
    return value if isinstance(value, str) and value.strip() and len(value) <= longest else None


def _code(value: Any) -> str | None:
    text = _text(value, _LONGEST["code"])
    return text if text is not None and text.isprintable() else None


def _minor(value: Any) -> int | None:
    return value if type(value) is int and -_MOST <= value <= _MOST else None


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST else None


def _day(value: Any) -> str | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return parse_iso(value).isoformat() if isinstance(value, str) else None
    except UsageError:
        return None


def _currency(value: Any) -> str | None:
    return value if isinstance(value, str) and value in CURRENCIES else None


def _codes(value: Any) -> list[str] | None:
    if not isinstance(value, list | tuple) or not all(_code(one) is not None for one in value):
        return None
    return list(value)


def _amounts(value: Any) -> dict[str, int] | None:
    good = isinstance(value, Mapping) and all(_code(k) is not None and _minor(v) is not None for k, v in value.items())
    return dict(value) if good else None


def _hashes(value: Any) -> dict[str, str] | None:
    good = isinstance(value, Mapping) and all(_code(k) is not None and is_hash(v) for k, v in value.items())
    return dict(value) if good else None


_READ: Final[dict[Form, Callable[[Any], Any]]] = {
    "text": _text, "code": _code, "minor": _minor, "count": _count, "day": _day, "currency": _currency,
    "hash": lambda value: value if is_hash(value) else None, "word": _code, "codes": _codes, "amounts": _amounts,
    "hashes": _hashes, "flag": lambda value: value if isinstance(value, bool) else None,
    "raw": lambda value: value if isinstance(value, str) else None,
}  # fmt: skip


def _wrong(kind: str, name: str, en: str, zh: str, wanted: str, wanted_zh: str | None = None) -> UsageError:
    return UsageError(
        f"{kind}: {name} {en}. Give {wanted}. [bad-entry]",
        f"{kind}：{name} {zh}。应为：{wanted_zh or wanted}。[bad-entry]",
    )
