"""Read one row of a policy: its keys, unit, kind, days, reference, and its value as the library keeps it.

What must stay true: nothing is guessed; what is wrong is told with both values and what to do; nothing here raises.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from creditlib.days import parse_iso
from creditlib.errors import UsageError
from creditlib.money import CURRENCIES, currency_code
from creditlib.policy.parameter import GRADES, OPTIONAL, REQUIRED, Form, Number, Parameter, Problem, Value, shown
from creditlib.policy.scorecard import read_card

_FORMS: Final[dict[Form, tuple[str, str]]] = {
    "integer": ("a whole number, for example 30", "整数，例如 30"),
    "number": ("a number, for example 30 or 0.5", "数字，例如 30 或 0.5"),
    "word": ("a word in quotes", "加引号的文字"),
    "currency": ('a currency code in quotes, for example "CNY"', "加引号的币种代码，例如 \"CNY\""),
    "day": ('a day in quotes, for example "2027-06-30"', "加引号的日期，例如 \"2027-06-30\""),
}  # fmt: skip


def read_value(parameter: Parameter, raw: Any) -> Value | Problem:
    """Return a value as the library keeps it, or what is wrong with it.

    raw: as TOML reads it (int, Decimal, str, list, date …). Never raises.

    >>> from creditlib.policy import CATALOGUE
    >>> read_value(CATALOGUE["aging.edges"], [30, 60])
    (30, 60)
    >>> read_value(CATALOGUE["cei.months"], "1").en
    'value is "1", expected a whole number, for example 30.'
    """
    if parameter.optional and raw == "none":
        return None
    if parameter.kind == "scorecard":
        return read_card(raw)
    if parameter.kind in ("grades", "map"):
        return _words(parameter, raw)
    if parameter.kind in ("lookup", "marginal"):
        return _table(parameter, raw)
    if parameter.kind != "list":
        return _one(parameter, raw)
    if not isinstance(raw, list):
        en, zh = _FORMS[parameter.form]
        return Problem(
            "wrong-type",
            f"value is {shown(raw)}, expected a list in square brackets; each element {en}.",
            f"value 为 {shown(raw)}，应为方括号中的列表，其中每个元素是{zh}。",
        )
    values: list[Any] = []
    for element in raw:
        value = _one(parameter, element)
        if isinstance(value, Problem):
            return value
        values.append(value)
    if parameter.form == "word":
        twice = next((word for i, word in enumerate(values) if word in values[:i]), None)
        if twice is not None:
            return Problem(
                "not-allowed", f'"{twice}" is listed twice. Keep one.', f'"{twice}" 重复列出。请只保留一个。'
            )
    elif not values:
        return Problem("not-allowed", "the list is empty. Write at least one number.", "列表为空。请至少写一个数。")
    elif parameter.count is not None and len(values) != parameter.count:
        return Problem(
            "wrong-count",
            f"the list holds {len(values)}, expected {parameter.count} numbers.",
            f"列表有 {len(values)} 个数，应为 {parameter.count} 个。",
        )
    else:
        return _rising(values) or tuple(values)
    return tuple(values)


def _words(parameter: Parameter, raw: Any) -> Value | Problem:
    """Read { A = 60, B = 45, … }: one value for each grade, or for each word of the outside."""
    if not isinstance(raw, dict) or not raw:
        example = "{ A = 60, B = 45, C = 30, D = 15, E = 0 }" if parameter.kind == "grades" else '{ AAA = "A" }'
        return Problem(
            "wrong-type",
            f"value is {shown(raw)}, expected a word and its value in braces, for example {example}.",
            f"value 为 {shown(raw)}，应为花括号中的词与值，例如 {example}。",
        )
    if parameter.kind == "grades" and set(raw) != set(GRADES):
        lacking = [grade for grade in GRADES if grade not in raw]
        extra = [word for word in raw if word not in GRADES]
        return Problem(
            "wrong-grades",
            f"grades {', '.join(lacking) or 'none'} are missing, {', '.join(extra) or 'none'} unknown. Give A, B, C, D and E.",
            f"缺少等级：{'、'.join(lacking) or '无'}；未知：{'、'.join(extra) or '无'}。请给出 A、B、C、D、E。",
        )
    if parameter.words and set(raw) != set(parameter.words):
        lacking = [word for word in parameter.words if word not in raw]
        extra = [word for word in raw if word not in parameter.words]
        return Problem(
            "wrong-words",
            f"{', '.join(lacking) or 'none'} are missing, {', '.join(extra) or 'none'} unknown. Give {', '.join(parameter.words)}.",
            f"缺少：{'、'.join(lacking) or '无'}；未知：{'、'.join(extra) or '无'}。请给出 {'、'.join(parameter.words)}。",
        )
    values: dict[str, Any] = {}
    for word in GRADES if parameter.kind == "grades" else raw:
        value = None if parameter.optional and raw[word] == "none" else _one(parameter, raw[word])
        if isinstance(value, Problem):
            return Problem(value.check, f"{word}: {value.en}", f"{word}：{value.zh}")
        values[word] = value
    if parameter.falling:
        for better, worse in pairwise(values):
            if values[worse] > values[better]:
                return Problem(
                    "not-falling",
                    f"{worse} has {shown(values[worse])}, more than {better} with {shown(values[better])}. Give no grade more than a better one.",
                    f"{worse} 为 {shown(values[worse])}，高于 {better} 的 {shown(values[better])}。较差等级不得高于较好等级。",
                )
    return values


def _table(parameter: Parameter, raw: Any) -> Value | Problem:
    if not isinstance(raw, list) or not raw or not all(isinstance(row, list) and len(row) == 2 for row in raw):
        return Problem(
            "wrong-type",
            f"value is {shown(raw)}, expected rows [threshold, value], for example [[0, 80], [30, 50]].",
            f"value 为 {shown(raw)}，应为若干行 [界限, 值]，例如 [[0, 80], [30, 50]]。",
        )
    rows: list[tuple[Number, Number]] = []
    for threshold, value in raw:
        low, high = _number(threshold, whole=False), _one(parameter, value)
        if isinstance(high, Problem):
            return high
        if low is None or low < 0:
            return Problem(
                "not-allowed",
                f"threshold is {shown(threshold)}, expected a number from 0 on.",
                f"界限为 {shown(threshold)}，应为不小于 0 的数字。",
            )
        rows.append((low, high))  # type: ignore[arg-type]
    return _rising([row[0] for row in rows]) or tuple(rows)


def _rising(values: list[Number]) -> Problem | None:
    for before, after in pairwise(values):
        if after <= before:
            return Problem(
                "not-rising",
                f"{after} stands after {before}. Write the numbers in rising order, each once.",
                f"{after} 排在 {before} 之后。请按从小到大排列，每个数只写一次。",
            )
    return None


def _one(parameter: Parameter, raw: Any) -> Number | str | Problem:
    if parameter.form in ("integer", "number"):
        number = _number(raw, whole=parameter.form == "integer")
        return _bounded(parameter, number) if number is not None else _wrong_type(parameter, raw)
    if not isinstance(raw, str):
        return _wrong_type(parameter, raw)
    if parameter.form == "word" and raw not in parameter.choices:
        words = [f'"{word}"' for word in parameter.choices]
        return Problem(
            "not-allowed",
            f"value is {shown(raw)}. Write one of {', '.join(words)}.",
            f"value 为 {shown(raw)}。请写其中之一：{'、'.join(words)}。",
        )
    if parameter.form == "currency" and raw not in CURRENCIES:
        code = currency_code(raw) or "CNY"
        return Problem(
            "not-allowed",
            f'value is {shown(raw)}, not an ISO 4217 code. Write for example "{code}".',
            f"value 为 {shown(raw)}，不是 ISO 4217 代码。请写例如 \"{code}\"。",
        )  # fmt: skip
    if parameter.form == "day":
        try:
            return parse_iso(raw).isoformat()
        except UsageError:
            return _wrong_type(parameter, raw)
    return raw


def _bounded(parameter: Parameter, number: Number) -> Number | Problem:
    least, most = parameter.least, parameter.most
    if least is not None and number < least:
        en, zh = f"the least allowed is {least:,}", f"允许的最小值为 {least:,}"
    elif most is not None and number > most:
        en, zh = f"the most allowed is {most:,}", f"允许的最大值为 {most:,}"
    else:
        return number
    return Problem("not-allowed", f"value is {shown(number)}, {en}.", f"value 为 {shown(number)}，{zh}。")


def _wrong_type(parameter: Parameter, raw: Any) -> Problem:
    en, zh = _FORMS[parameter.form]
    return Problem("wrong-type", f"value is {shown(raw)}, expected {en}.", f"value 为 {shown(raw)}，应为{zh}。")


def _number(raw: Any, *, whole: bool) -> Number | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if whole or not isinstance(raw, Decimal) or not raw.is_finite():
        return None
    if raw and not -12 <= raw.adjusted() <= 15:  # 1e999999 would fill the memory
        return None
    return int(raw) if raw == raw.to_integral_value() else raw.normalize()


def near(word: str, known: Iterable[str]) -> str | None:
    """Return the known word a misspelt one probably means, or None.

    >>> near("aging.edge", ["aging.edges", "dso.base"])
    'aging.edges'
    """
    return next(iter(difflib.get_close_matches(word, list(known), 1, 0.6)), None)


def is_day(raw: object) -> bool:
    """Return whether TOML read a day, without a time.

    >>> is_day(date(2024, 1, 1)), is_day(datetime(2024, 1, 1)), is_day("2024-01-01")
    (True, False, False)
    """
    return isinstance(raw, date) and not isinstance(raw, datetime)


def row_problems(parameter: Parameter, raw: dict[str, Any]) -> list[Problem]:
    """Return what is wrong with a row's keys, unit, kind, days and reference; its value is `read_value`'s to judge.

    >>> from creditlib.policy import CATALOGUE
    >>> [problem.check for problem in row_problems(CATALOGUE["cei.months"], {"form": date(2024, 1, 1), "value": 1})]
    ['unknown-key', 'missing-key', 'missing-key', 'missing-reference']
    """
    found: list[Problem] = []
    misspelt: set[str] = set()
    for key in raw:
        if key not in REQUIRED + OPTIONAL:
            meant = near(key, [known for known in REQUIRED + OPTIONAL if known not in raw])
            misspelt |= {meant} if meant else set()
            en, zh = (f'Did you mean "{meant}"?', f"是否为“{meant}”？") if meant else ("Remove it.", "请删除。")
            found.append(Problem("unknown-key", f'key "{key}" is unknown. {en}', f"未知的键“{key}”。{zh}"))
    for key in REQUIRED[:-1]:
        if key not in raw and key not in misspelt:
            found.append(Problem("missing-key", f'"{key}" is missing. Add it.', f"缺少“{key}”。请补充。"))
    for key, expected in (("unit", parameter.unit), ("kind", parameter.kind)):
        given = raw.get(key, expected)
        if given != expected:
            en = f'{key} is {shown(given)}, expected "{expected}". Write {key} = "{expected}".'
            zh = f'{key} 为 {shown(given)}，应为 "{expected}"。请写 {key} = "{expected}"。'
            found.append(Problem(f"wrong-{key}", en, zh))
    for key in ("from", "to", "confirmed_on"):
        if key in raw and not is_day(raw[key]):
            en = f"{key} is {shown(raw[key])}, expected a day without quotes, for example {key} = 2026-01-01."
            zh = f"{key} 为 {shown(raw[key])}，应为不加引号的日期，例如 {key} = 2026-01-01。"
            found.append(Problem("wrong-type", en, zh))
    reference = raw.get("reference", "")
    if "reference" not in misspelt and not (isinstance(reference, str) and reference.strip()):
        en = "the reference is missing. Write where this value was decided, for example a minute and its paragraph."
        zh = "缺少 reference。请写明该值的出处，例如会议纪要及其条款。"
        found.append(Problem("missing-reference", en, zh))
    return found
