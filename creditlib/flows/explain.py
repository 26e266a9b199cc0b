"""Why the DSO methods differ, in words with the figures that make the difference.

What must stay true: the words are computed from the lines themselves; no gap is explained by a phrase that fits any gap.
"""

from __future__ import annotations

from dataclasses import replace

from creditlib import money
from creditlib.flows.closing import DsoLine

_SAME = 0.05  # days: below what any door shows
_YEAR = 365


def explain_gap(lines: tuple[DsoLine, ...], default: str, currency: str) -> tuple[DsoLine, ...]:
    """Return the lines, each saying how it differs from the default method and why.

    The gap between two day figures comes from the daily sales they divide by: receivables ÷ days is the rate each implies.

    >>> a = DsoLine("countback", 20.0, False, 2000, 3000, 30)
    >>> b = DsoLine("simple", 40.0, False, 2000, 18250, 365)
    >>> explain_gap((a, b), "countback", "CNY")[1].why[0]
    '+20.0 days against countback: it divides by 0.50 a day on average over 365 days, countback by 1.00 over its last months'
    """
    base = next((line for line in lines if line.method == default and line.days), None)
    return tuple(_explained(line, base, currency) for line in lines)


def _explained(line: DsoLine, base: DsoLine | None, currency: str) -> DsoLine:
    en, zh = _words(line, base, currency)
    own_en, own_zh = line.why
    return replace(line, why=("; ".join(t for t in (own_en, en) if t), "；".join(t for t in (own_zh, zh) if t)))


def _words(line: DsoLine, base: DsoLine | None, currency: str) -> tuple[str, str]:
    if line.days is None or base is None or base.days is None:
        return "", ""
    if line.method == base.method:
        if line.at_least:
            return (
                "at least: the months with sales are used up before the receivables are",
                "至少：应收尚未冲完，有销售额的月份已用尽",
            )
        return "", ""
    if line.method == "turnover":
        days = _YEAR / line.days
        return (
            f"once every {days:.1f} days, over average receivables",
            f"按平均应收计算，约 {days:.1f} 天周转一次",
        )
    if line.method == "best_possible":
        return "only what is not due: the rest is what is overdue", "仅未到期部分：其余为逾期"
    if line.method == "delinquent":
        return "what being overdue costs in days", "逾期占用的天数"
    gap = line.days - base.days
    if abs(gap) < _SAME or not line.receivables_minor or not base.receivables_minor:
        return "no difference", "无差异"
    mine = money.text(round(line.receivables_minor / line.days), currency)
    theirs = money.text(round(base.receivables_minor / base.days), currency)
    return (
        f"{gap:+.1f} days against {base.method}: it divides by {mine} a day on average over {line.sales_days} days, "
        f"{base.method} by {theirs} over its last months",
        f"较{_ZH.get(base.method, base.method)} {gap:+.1f} 天：按 {line.sales_days} 天日均 {mine} 计算，后者按最近月份日均 {theirs}",
    )


_ZH = {"countback": "倒推法", "simple": "简单法", "rolling": "滚动法"}
