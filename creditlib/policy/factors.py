"""What a scorecard can weigh: each factor's part, unit, direction and words.

What must stay true: a factor means the same in every scorecard; how it is measured stands in `measures.factors`, and both know
the same names (tested); "better" says which way a credit manager expects it to move the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isinf
from typing import Final, Literal

from creditlib.errors import Lang

Part = Literal["finance", "ability", "operation", "payment", "market"]
PARTS: Final[dict[Part, tuple[str, str]]] = {
    "finance": ("Finance", "财务状况"),
    "ability": ("Ability to repay", "偿债能力"),
    "operation": ("Operation", "经营状况"),
    "payment": ("Payment record", "付款记录"),
    "market": ("Market", "市场与往来"),
}
Unit = Literal["ratio", "share", "times", "years", "days", "rating"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor. unit: of its value; share is 0–1, rating 1–5. better: the direction that lowers risk. changeable: a customer can
    move it within months, so that advice may name it. en, zh: its name; en_how, zh_how: how it is measured."""

    name: str
    part: Part
    unit: Unit
    better: Literal["higher", "lower"]
    changeable: bool
    en: str
    zh: str
    en_how: str
    zh_how: str

    def label(self, lang: Lang = "en") -> str:
        """Return its name for people.

        >>> FACTORS["equity_ratio"].label("zh")
        '净资产率'
        """
        return self.zh if lang == "zh" else self.en

    def both(self, value: float | None) -> tuple[str, str]:
        """Return a value as people read it, in English and Chinese.

        >>> FACTORS["days_beyond_terms"].both(1)
        ('1 day', '1 天')
        """
        en = self.shown(value)
        alike = self.unit in ("share", "ratio", "times", "rating") and value is not None and value == value
        return en, en if alike else self.shown(value, "zh")

    def shown(self, value: float | None, lang: Lang = "en") -> str:
        """Return a value as people read it; what is missing as words, what has no bound as ∞.

        >>> FACTORS["equity_ratio"].shown(0.25), FACTORS["days_beyond_terms"].shown(12.3, "zh")
        ('25.0%', '12.3 天')
        """
        if value is None or value != value:
            return "未知" if lang == "zh" else "unknown"
        if isinf(value):
            return "∞" if value > 0 else "−∞"
        if self.unit == "share":
            return f"{value + 0.0:.1%}"
        if self.unit in ("ratio", "times"):
            return f"{value + 0.0:.2f}"
        number = f"{value + 0.0:.1f}".removesuffix(".0")
        if self.unit == "rating":
            return f"{number}/5"
        words = {"years": ("year", "年"), "days": ("day", "天")}[self.unit]
        many = "s" if lang == "en" and number not in ("1", "-1") else ""
        return f"{number} {words[lang == 'zh']}{many}"


_ALL: Final = (
    Factor("z_service", "finance", "ratio", "higher", True, "Altman Z\"", "Z\" 值",
           "6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4 of the latest statement", "最近一期报表的 6.56X1+3.26X2+6.72X3+1.05X4"),
    Factor("equity_ratio", "finance", "share", "higher", True, "Equity ratio", "净资产率",
           "equity ÷ total assets", "所有者权益 ÷ 资产总计"),
    Factor("return_on_assets", "finance", "share", "higher", True, "Return on assets", "总资产报酬率",
           "EBIT of the year ÷ total assets", "全年息税前利润 ÷ 资产总计"),
    Factor("retained_ratio", "finance", "share", "higher", False, "Retained earnings ratio", "留存收益率",
           "retained earnings ÷ total assets", "留存收益 ÷ 资产总计"),
    Factor("current_ratio", "ability", "times", "higher", True, "Current ratio", "流动比率",
           "current assets ÷ current liabilities", "流动资产 ÷ 流动负债"),
    Factor("debt_cover", "ability", "share", "higher", True, "Debt cover", "债务保障率",
           "EBITDA of the year ÷ total liabilities", "全年息税折旧摊销前利润 ÷ 负债合计"),
    Factor("interest_cover", "ability", "times", "higher", True, "Interest cover", "利息保障倍数",
           "EBIT ÷ interest expense", "息税前利润 ÷ 利息费用"),
    Factor("years_in_business", "operation", "years", "higher", False, "Years in business", "成立年限",
           "years since establishment", "成立以来的年数"),
    Factor("sales_growth", "operation", "share", "higher", False, "Growth of sales", "营业收入增长率",
           "sales of the year ÷ sales of the year before − 1", "本年营业收入 ÷ 上年营业收入 − 1"),
    Factor("management", "operation", "rating", "higher", False, "Management", "管理水平",
           "as judged on the last visit", "最近一次走访的评价"),
    Factor("days_beyond_terms", "payment", "days", "lower", True, "Days beyond terms", "加权逾期天数",
           "amount-weighted, items due in the window, early as 0", "期间内到期项目按金额加权，提前按 0"),
    Factor("on_time_share", "payment", "share", "higher", True, "Paid on time", "按期付款率",
           "share of the amount due in the window paid on time", "期间内到期金额中按期付清的比例"),
    Factor("oldest_overdue", "payment", "days", "lower", True, "Oldest overdue item", "最长逾期天数",
           "days past due of the oldest open item; not known where one bears no day at all", "未清项中最长的逾期天数；有未注明任何日期的逾期项时为未知"),
    Factor("overdue_share", "payment", "share", "lower", True, "Overdue share", "逾期占比",
           "overdue ÷ open receivables", "逾期金额 ÷ 未清应收"),
    Factor("years_as_customer", "market", "years", "higher", False, "Years as a customer", "合作年限",
           "years since the first document in the ledger", "台账中首张单据以来的年数"),
    Factor("purchases_growth", "market", "share", "higher", False, "Growth of purchases", "采购增长率",
           "billings of the last 12 months ÷ the 12 before − 1", "近 12 个月开票额 ÷ 之前 12 个月 − 1"),
    Factor("market_position", "market", "rating", "higher", False, "Market position", "市场地位",
           "as judged on the last visit", "最近一次走访的评价"),
)  # fmt: skip

FACTORS: Final[dict[str, Factor]] = {factor.name: factor for factor in _ALL}
"""Every factor by name, in the order people read them."""
