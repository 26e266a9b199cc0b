"""The catalogue of policy parameters: name, kind, unit, form, meaning, who uses it; and what a row of a policy must be.

What must stay true: a parameter that is not listed here can't be in a policy file, and every one listed must be. How a
value is read is never implicit; it follows from its kind:

- scalar: one number. text: one word, currency code or day. list: several, in rising order where they are numbers.
- lookup: rows [threshold, value]; the value of the greatest threshold not above. [[0, 1], [30, 2]]: 29 → 1, 30 → 2.
  Where `between` is "line", the rows are points of a curve instead: straight between two points, level after the last.
- marginal: rows [threshold, rate], by slices: each rate counts only for the part between its threshold and the next.
  [[0, 0.10], [1000, 0.20]]: 1,500 → 0.10 × 1,000 + 0.20 × 500 = 200.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Literal

from creditlib.days import parse_iso
from creditlib.errors import Lang, UsageError
from creditlib.money import CURRENCIES, currency_code

Kind = Literal["scalar", "lookup", "marginal", "list", "text"]
Form = Literal["integer", "number", "word", "currency", "day"]
Number = int | Decimal
Value = Number | str | tuple[int, ...] | tuple[str, ...] | tuple[tuple[Number, Number], ...]
"""scalar: int, or Decimal where decimals are written. text: str. list: tuple. lookup, marginal: tuple of pairs."""

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
    "points by days beyond terms": "按逾期天数计分",
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
    allowed. least, most: bounds, both allowed; of a table's values, while its thresholds are 0 or more.

    >>> CATALOGUE["dso.benchmark"].label("zh")
    'DSO 基准'
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

    def label(self, lang: Lang = "en") -> str:
        """Return its short name for people."""
        return self.zh if lang == "zh" else self.en

    def meaning(self, lang: Lang = "en") -> str:
        """Return what it does, in one sentence."""
        return self.zh_meaning if lang == "zh" else self.en_meaning

    def unit_text(self, lang: Lang = "en") -> str:
        """Return the unit for people.

        >>> CATALOGUE["aging.edges"].unit_text("zh")
        '逾期天数'
        """
        return UNITS[self.unit] if lang == "zh" else self.unit


_ALL: Final = (
    Parameter("home.currency", "text", "ISO 4217", "currency", "Home currency", "本位币",
              "Totals are in this currency, and a file that names none is taken to be in it.",
              "合计以该币种列示；文件未注明币种时按该币种处理。", ("close", "convert")),
    Parameter("aging.edges", "list", "days past due", "integer", "Aging buckets", "账龄区间",
              "Last day of each overdue bucket; items not yet due have a bucket of their own, day 0 is not overdue.",
              "各逾期区间的最后一天；未到期单列，逾期第 0 天不算逾期。", ("aging", "close"), least=1, most=36_500),
    Parameter("aging.year_edges", "list", "years since invoice", "integer", "Year bands", "按年账龄",
              "Bands of the age since the invoice, as the annual report shows it.",
              "自开票日起的账龄段，按年报披露口径。", ("aging", "close"), least=1, most=100),
    Parameter("aging.netting", "text", "word", "word", "Netting of unapplied receipts", "未核销收款的列示",
              "Unmatched receipts and credit notes: own column, set against the oldest due items, or aged by own date.",
              "未核销的收款和贷项：单列、冲减最早到期项，或按自身日期计龄。", ("open_items", "aging", "close"),
              ("separate", "fifo", "by_date")),
    Parameter("dso.method", "text", "word", "word", "DSO method", "DSO 方法",
              "The method behind the headline figure; the others are shown beside it.",
              "标题数字采用的方法；其他方法并列显示。", ("dso", "close"), ("countback", "simple", "rolling")),
    Parameter("dso.base", "text", "word", "word", "DSO base", "DSO 口径",
              "Receivables over billings, both with VAT (gross) or both without (net).",
              "应收与开票额同口径：均含税（gross）或均不含税（net）。", ("dso", "close"), ("gross", "net")),
    Parameter("dso.excluded_kinds", "list", "document kinds", "word", "Left out of DSO", "DSO 不含",
              "Kinds of documents that are no plain receivables and do not count in DSO.",
              "不属于普通应收账款、不计入 DSO 的单据类型。", ("dso", "close"), DOCUMENT_KINDS),
    Parameter("dso.rolling_months", "scalar", "months", "integer", "Rolling DSO window", "滚动 DSO 期间",
              "Full months of billings behind the rolling DSO.",
              "滚动 DSO 所用的完整月份数。", ("dso", "close"), least=1, most=24),
    Parameter("dso.window_months", "scalar", "months", "integer", "DSO window", "DSO 期间",
              "Months of billings behind simple, best possible and delinquent DSO and turnover.",
              "简单、最佳可能、逾期 DSO 与周转率所用的月份数。", ("dso", "close"), least=1, most=60),
    Parameter("dso.benchmark", "scalar", "days", "number", "DSO benchmark", "DSO 基准",
              "The DSO the firm compares itself with; the gap is priced as the cash value of one day.",
              "企业用于比较的 DSO；差距按每天占用资金计价。", ("dso", "close"), least=1, most=1_000),
    Parameter("dso.year_days", "scalar", "days", "integer", "Days of a year", "全年天数",
              "Days in a year for simple DSO and turnover.",
              "简单 DSO 与周转率所用的全年天数。", ("dso", "close"), least=360, most=366),
    Parameter("payment.window_months", "scalar", "months", "integer", "Payment window", "付款行为期间",
              "Payment behaviour covers invoices that fell due in this many months, unpaid ones included.",
              "付款行为统计此期间内到期的发票，含未付发票。", ("payment_behaviour", "close"), least=1, most=60),
    Parameter("payment.index_points", "lookup", "points by days beyond terms", "number", "Payment index", "付款指数",
              "Points for paying so many days beyond terms: straight between two points, level after the last; "
              "an index of our own, amount-weighted.",
              "按超出账期的天数计分：两点之间按直线内插，最后一点之后不变；本库自有指数，按金额加权。",
              ("payment_behaviour", "close"), least=0, most=100, between="line"),
    Parameter("cei.months", "scalar", "months", "integer", "CEI period", "CEI 期间",
              "Months one collection effectiveness index covers.",
              "一个催收有效性指数所覆盖的月数。", ("cei", "close"), least=1, most=12),
    Parameter("concentration.top", "scalar", "customers", "integer", "Concentration list", "集中度名单",
              "How many of the largest debtors are listed and counted in the top share.",
              "列示并计入前列占比的最大客户户数。", ("concentration", "close"), least=1, most=1_000),
    Parameter("overdue.top", "scalar", "customers", "integer", "Overdue list", "逾期名单",
              "How many customers the list of the largest overdue amounts has.",
              "最大逾期客户名单的户数。", ("close",), least=1, most=1_000),
    Parameter("checks.unapplied_days", "scalar", "days", "integer", "Unapplied receipts", "未核销收款时限",
              "A receipt unapplied for longer than this needs a person.",
              "收款未核销超过此天数须人工处理。", ("check", "close"), least=0, most=3_650),
    Parameter("checks.dispute_days", "scalar", "days", "integer", "Open disputes", "争议时限",
              "A dispute open for longer than this needs a person.",
              "争议未解决超过此天数须人工处理。", ("check", "close"), least=0, most=3_650),
    Parameter("checks.far_due_days", "scalar", "days", "integer", "Far due date", "到期日过远",
              "A due date later than this after the invoice is flagged.",
              "到期日晚于开票日超过此天数即提示。", ("check", "close"), least=1, most=36_500),
    Parameter("checks.old_item_days", "scalar", "days", "integer", "Old items", "陈旧未清项",
              "Items past due for longer than this are noted: the limitation period may have run out.",
              "逾期超过此天数即提示：诉讼时效可能已届满。", ("check", "close"), least=1, most=36_500),
    Parameter("close.fx_max_age_days", "scalar", "days", "integer", "Age of exchange rates", "汇率时限",
              "An exchange rate older than this at as-of is flagged.",
              "基准日所用汇率早于此天数即提示。", ("close", "convert"), least=0, most=366),
    Parameter("policy.review_by", "text", "date", "day", "Next review", "下次复审",
              "The day by which this policy must be reviewed and signed again, yearly.",
              "本政策须在此日前复审并重新签署，每年一次。", ("credit policy",)),
)  # fmt: skip

CATALOGUE: Final[dict[str, Parameter]] = {parameter.name: parameter for parameter in _ALL}
"""Every parameter by name, in the order people read them."""

_FORMS: Final[dict[Form, tuple[str, str]]] = {
    "integer": ("a whole number, for example 30", "整数，例如 30"),
    "number": ("a number, for example 30 or 0.5", "数字，例如 30 或 0.5"),
    "word": ("a word in quotes", "加引号的文字"),
    "currency": ('a currency code in quotes, for example "CNY"', "加引号的币种代码，例如 \"CNY\""),
    "day": ('a day in quotes, for example "2027-06-30"', "加引号的日期，例如 \"2027-06-30\""),
}  # fmt: skip


def shown(raw: object) -> str:
    """Return a value as a policy file writes it, long ones cut.

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


def read_value(parameter: Parameter, raw: Any) -> Value | Problem:
    """Return a value as the library keeps it, or what is wrong with it.

    raw: as TOML reads it (int, Decimal, str, list, date …). Never raises.

    >>> read_value(CATALOGUE["aging.edges"], [30, 60])
    (30, 60)
    >>> read_value(CATALOGUE["cei.months"], "1").en
    'value is "1", expected a whole number, for example 30.'
    """
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
    else:
        return _rising(values) or tuple(values)
    return tuple(values)


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

    >>> near("aging.edge", CATALOGUE)
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
