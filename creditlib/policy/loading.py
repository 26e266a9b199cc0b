"""Read a policy file, or the standard policy: TOML to rows, all problems of a file told together.

What must stay true: nothing half-read is returned; a problem names file, parameter, row, both values and what to do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from creditlib.errors import PolicyError, UsageError
from creditlib.policy.catalogue import CATALOGUE
from creditlib.policy.parameter import Parameter, Problem, shown
from creditlib.policy.policy import Policy, Row
from creditlib.policy.reading import is_day, near, read_value, row_problems


def standard_text() -> str:
    """Return the standard policy file as it is shipped, to start a firm's own from.

    >>> standard_text().splitlines()[0]
    '# The standard credit policy 标准信用政策'
    """
    return files("creditlib.policy").joinpath("standard.toml").read_text(encoding="utf-8")


@cache
def _standard() -> Policy:
    return _policy("standard", "standard.toml", standard_text())


def load_policy(path: str | Path | None = None) -> Policy:
    """Return the policy in a TOML file; None: the standard one.

    A firm's file is complete: it gives every parameter, also where it keeps the standard value.
    Raises: UsageError for a file that is not there; PolicyError with one line for each problem of the file.

    >>> load_policy().at(date(2013, 6, 30))["dso.method"]
    'countback'
    """
    if path is None:
        return _standard()
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        why = error.strerror or "can't be read"
        raise UsageError(
            f"{path}: no policy to read there ({why}). A copy to start from: credit policy print --toml --out FILE",
            f"{path}：无法读取政策文件（{why}）。生成起始副本：credit policy print --toml --out 文件",
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PolicyError(
            f"{path}:{line}: not UTF-8 text. Save the file as UTF-8. [not-utf8]",
            f"{path}:{line}：不是 UTF-8 文本。请将文件另存为 UTF-8。[not-utf8]",
        ) from None
    return _policy(Path(path).stem, str(path), text)


def _policy(name: str, file: str, text: str) -> Policy:
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise _not_toml(file, text, error) from None
    reader = _Reader(file)
    reader.walk(content)
    return Policy(name, reader.all_rows())


def read_rows(place: str, given: Mapping[str, list[dict[str, Any]]]) -> tuple[Row, ...]:
    """Return the rows of some parameters, read and refused as those of a file are.

    place: what an error names as the file. given: parameter → its rows as TOML reads them, all of them.
    Raises: PolicyError with one line for each problem.

    >>> row = {"from": date(2026, 1, 1), "value": 3, "unit": "months", "kind": "scalar", "reference": "minute 7"}
    >>> read_rows("draft", {"cei.months": [row]})[0].value
    3
    """
    reader = _Reader(place)
    for name, rows in given.items():
        if name in CATALOGUE:
            reader.parameter(CATALOGUE[name], rows)
        else:
            reader.unknown(name)
    return reader.all_rows()


def _not_toml(file: str, text: str, error: Exception) -> PolicyError:
    lines = text.replace("\r\n", "\n").rstrip().split("\n")
    found = re.search(r"\(at (?:line (\d+), column \d+|end of document)\)$", str(error))
    line = min(int(found[1] or len(lines)), len(lines)) if found else 0
    if "overwrite" in str(error) and (twice := _given_twice(lines, line)):
        key, first, a, b = twice
        return PolicyError(
            f'{file}:{line}: "{key}" is given twice in one row: {a} (line {first}) and {b}. Keep one. [duplicate-key]',
            f"{file}:{line}：同一行参数中“{key}”写了两次：{a}（第 {first} 行）和 {b}。请只保留一个。[duplicate-key]",
        )
    why = why_zh = str(error)[: found.start()].strip() if found else ""
    place, excerpt = (f"{file}:{line}", lines[line - 1].strip()[:50]) if line else (file, "")
    if not found:
        why, why_zh = "numbers too long or brackets too deep", "数字过长或括号嵌套过深"
    return PolicyError(
        f"{place}: not TOML: {why}{excerpt and f', in: {excerpt}'}. Correct it. [not-toml]",
        f"{place}：不是有效的 TOML：{why_zh}{excerpt and f'，见：{excerpt}'}。请改正。[not-toml]",
    )


def _given_twice(lines: list[str], line: int) -> tuple[str, int, str, str] | None:
    pairs: list[tuple[int, str, str]] = []
    for i in range(line, 0, -1):  # upwards, to the head of the row
        if lines[i - 1].lstrip().startswith("[["):
            break
        if m := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=\s*(.*)", lines[i - 1]):
            pairs.append((i, m[1], m[2].split(" #")[0].strip()))
    return next(((key, i, first, pairs[0][2]) for i, key, first in pairs[1:] if key == pairs[0][1]), None)


class _Reader:
    """Turns parsed TOML into rows, and collects every problem on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.rows: dict[str, list[Row]] = {name: [] for name in CATALOGUE}
        self.problems: list[tuple[str, str]] = []
        self.seen: set[str] = set()

    def all_rows(self) -> tuple[Row, ...]:
        """Every row read, by parameter in the catalogue's order and by day. Raises: PolicyError where there was a problem."""
        if self.problems:
            raise PolicyError("\n".join(en for en, _ in self.problems), "\n".join(zh for _, zh in self.problems))
        return tuple(row for name in CATALOGUE for row in self.rows[name])

    def add(self, problem: Problem, name: str, row: str | date | None = None) -> None:
        en, zh = name, name
        if row is not None:
            day = isinstance(row, date)
            en, zh = f"{name}[row {'from ' * day}{row}]", f"{name}[{f'自 {row} 起的' if day else f'第 {row} '}行]"
        en, zh = (
            f"{self.file}: {en}: {problem.en} [{problem.check}]",
            f"{self.file}：{zh}：{problem.zh}[{problem.check}]",
        )
        self.problems.append((en, zh))

    def walk(self, content: dict[str, Any]) -> None:
        for group, inner in content.items():
            if not isinstance(inner, dict) or "." in group:
                self.unknown(group)
                continue
            for name, rows in inner.items():
                full = f"{group}.{name}"
                if full not in CATALOGUE:
                    self.unknown(full)
                    continue
                self.seen.add(full)
                if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
                    self.parameter(CATALOGUE[full], rows)
                else:
                    what = "a single table" if isinstance(rows, dict) else shown(rows)
                    zh = "单个表" if isinstance(rows, dict) else shown(rows)
                    text = f"is {what}, expected dated rows. Write [[{full}]] above from, value, unit, kind, reference."
                    zh = f"为{zh}，应为按日期的行。请在 from、value、unit、kind、reference 之上写 [[{full}]]。"
                    self.add(Problem("not-rows", text, zh), full)
        for name, parameter in CATALOGUE.items():
            if name not in self.seen:
                en = f"is missing ({parameter.en}). Copy its row from the standard policy and set the value."
                zh = f"缺失（{parameter.zh}）。请从标准政策复制该行并设定其值。"
                self.add(Problem("missing-parameter", en, zh), name)

    def parameter(self, parameter: Parameter, rows: list[dict[str, Any]]) -> None:
        for i, row in enumerate(rows, 1):
            self.row(parameter, row, i)
        self.timeline(parameter.name, rows)

    def unknown(self, name: str) -> None:
        meant = near(name, CATALOGUE)
        if meant:
            self.seen.add(meant)
        hint = (f'Did you mean "{meant}"?', f"是否为“{meant}”？") if meant else ("Remove it.", "请删除。")
        self.add(Problem("unknown-parameter", f"is no known parameter. {hint[0]}", f"不是已知参数。{hint[1]}"), name)

    def row(self, parameter: Parameter, raw: dict[str, Any], number: int) -> None:
        start = raw.get("from")
        value = read_value(parameter, raw["value"]) if "value" in raw else None
        problems = row_problems(parameter, raw) + ([value] if isinstance(value, Problem) else [])
        for problem in problems:
            self.add(problem, parameter.name, start if isinstance(start, date) and is_day(start) else str(number))
        if isinstance(start, date) and "value" in raw and not isinstance(value, Problem) and not problems:
            row = Row(parameter.name, start, value, raw["reference"].strip(), raw.get("confirmed_on"), raw.get("to"))
            self.rows[parameter.name].append(row)

    def timeline(self, name: str, raws: list[dict[str, Any]]) -> None:
        spans: list[tuple[Any, ...]] = [(raw.get("from"), raw.get("to"), raw.get("value")) for raw in raws]
        spans = [span for span in spans if is_day(span[0]) and (span[1] is None or is_day(span[1]))]
        spans.sort(key=lambda span: span[0])
        for start, end, _ in spans:
            if end is not None and end < start:
                en = f"ends on {end}, before it begins on {start}. Correct one of them."
                zh = f"终止日 {end} 早于起始日 {start}。请改正其一。"
                self.add(Problem("ends-before-start", en, zh), name, start)
        for (start, end, value), (following, _, second) in pairwise(spans):
            if start == following:
                en = f"two rows begin on this day, with {shown(value)} and {shown(second)}. Keep one."
                zh = f"有两行自同一天起，值为 {shown(value)} 和 {shown(second)}。请只保留一行。"
                self.add(Problem("same-from", en, zh), name, start)
            elif end is not None and end >= start and len(spans) == len(raws):
                self.joint(name, start, end, following)
        self.rows[name].sort(key=lambda row: row.from_on)

    def joint(self, name: str, start: date, end: date, following: date) -> None:
        days = (following - end).days - 1
        if days:
            last = following - timedelta(days=1)
            en = f"{abs(days)} day{'s' * (abs(days) > 1)} {'without a value' if days > 0 else 'with two values'}"
            en = f"ends on {end}, the next row begins on {following}: {en}. Write to = {last}, or leave it out."
            zh = f"有 {days} 天无值" if days > 0 else f"有 {-days} 天两值并存"
            zh = f"终止于 {end}，下一行自 {following} 起：{zh}。请写 to = {last}，或删去 to。"
            self.add(Problem("gap" if days > 0 else "overlap", en, zh), name, start)
