"""What a policy parameter is: name, kind, unit, form, meaning, who uses it.

What must stay true: how a value is read is never implicit; it follows from its kind:

- scalar: one number. text: one word, currency code or day. list: several, in rising order where they are numbers.
- lookup: rows [threshold, value]; the value of the greatest threshold not above. [[0, 1], [30, 2]]: 29 → 1, 30 → 2.
  Where `between` is "line", the rows are points of a curve instead: straight between two points, level after the last.
- marginal: rows [threshold, rate], by slices: each rate counts only for the part between its threshold and the next.
  [[0, 0.10], [1000, 0.20]]: 1,500 → 0.10 × 1,000 + 0.20 × 500 = 200.
- grades: one value for each grade, { A = 60, B = 45, C = 30, D = 15, E = 0 }.
- map: a word for each word of the outside, { AAA = "A", "BB+" = "C" }, or a number.
- scorecard: factors with weight, bins, points and a rule for what is missing (`policy.scorecard`).

An optional scalar may be "none": not set, which is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from creditlib.errors import Lang

Kind = Literal["scalar", "lookup", "marginal", "list", "text", "grades", "map", "scorecard"]
Form = Literal["integer", "number", "word", "currency", "day"]
Number = int | Decimal
Value = Any
"""scalar: int, or Decimal where decimals are written; None where an optional one is "none". text: str. list: tuple. lookup,
marginal: tuple of pairs. grades, map: dict. scorecard: tuple of `policy.scorecard.CardFactor`."""

GRADES: Final = ("A", "B", "C", "D", "E")
"""Grades 信用等级, the best first."""

REQUIRED: Final = ("from", "value", "unit", "kind", "reference")
OPTIONAL: Final = ("confirmed_on", "to")
"""Keys of a row. to: the last day in force; the next row must then begin the day after."""

DOCUMENT_KINDS: Final = (
    "invoice", "debit_note", "credit_note", "receipt", "advance", "write_off", "bill", "retention", "opening",
    "fx_difference", "other",
)  # fmt: skip
"""What a document can be, as the tables write it (policy stands below them and can't ask)."""

UNITS: Final[dict[str, str]] = {
    "ISO 4217": "ISO 4217", "date": "日期", "word": "选项", "document kinds": "单据类型", "days": "天",
    "months": "个月", "customers": "户", "days past due": "逾期天数", "years since invoice": "开票后年数",
    "points by days beyond terms": "按逾期天数计分", "share": "比例", "points": "分", "odds": "好坏比", "times": "倍",
    "years": "年", "factors": "因子", "home currency": "本位币", "grade": "等级", "digits": "位", "share a year": "年利率",
    "points of 100": "百分制得分", "hard stops": "一票否决事项", "methods": "方法", "instalments": "期", "grades": "级",
    "references": "家", "people": "人", "reasons": "理由", "exceptions": "例外情形",
}  # fmt: skip
"""Every unit, as a policy file writes it → in Chinese."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a policy file. check: its name. en, zh: what, both values, what to do, without the place."""

    check: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter a policy must give.

    unit: as the file writes it. form: of the value, or of each element. used_by: functions and flows. choices: words
    allowed. least, most: bounds, both allowed; of a table's values, while its thresholds are 0 or more. optional: "none" is allowed.
    count: how many a list holds, None: any number. words: what a map gives a value for, all of them and no others; (): any. falling: no
    grade has more than a better one.

    >>> Parameter("a.b", "scalar", "days", "integer", "Days", "天数", "How long.", "多久。", ()).label("zh")
    '天数'
    """

    name: str
    kind: Kind
    unit: str
    form: Form
    en: str
    zh: str
    en_meaning: str
    zh_meaning: str
    used_by: tuple[str, ...]
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    between: Literal["step", "line"] = "step"
    optional: bool = False
    count: int | None = None
    words: tuple[str, ...] = ()
    falling: bool = False

    def label(self, lang: Lang = "en") -> str:
        """Return its short name for people."""
        return self.zh if lang == "zh" else self.en

    def meaning(self, lang: Lang = "en") -> str:
        """Return what it does, in one sentence."""
        return self.zh_meaning if lang == "zh" else self.en_meaning

    def unit_text(self, lang: Lang = "en") -> str:
        """Return the unit for people.

        >>> Parameter("a.b", "scalar", "days", "integer", "Days", "天数", "How long.", "多久。", ()).unit_text("zh")
        '天'
        """
        return UNITS[self.unit] if lang == "zh" else self.unit


def shown(raw: object) -> str:
    """Return a value as a policy file writes it, long ones cut.

    >>> from datetime import date
    >>> shown([[0, 80], [15, Decimal("70.5")]]), shown(True), shown("CNY"), shown(date(2024, 1, 2))
    ('[[0, 80], [15, 70.5]]', 'true', '"CNY"', '2024-01-02')
    """
    if isinstance(raw, list | tuple):
        text = "[" + ", ".join(shown(item) for item in raw[:20]) + ("]" if len(raw) <= 20 else ", …]")
    elif isinstance(raw, bool):
        text = str(raw).lower()
    elif isinstance(raw, int):
        text = str(raw) if abs(raw) < 10**15 else f"{'-' if raw < 0 else ''}{str(abs(raw))[:12]}…"
    else:
        text = f'"{raw}"' if isinstance(raw, str) else str(raw)
    return text if len(text) <= 60 else text[:58] + " …"
