"""Periods as people write them over the columns of a statement: 2024, FY2024, Dec-24, 2024年度, 2024年1-9月, 2024-12-31.

What must stay true: what a text leaves open (the month a year ends in, how many months it covers) is marked, so that it is told.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from creditlib.days import day_number, day_of, month_days, readings

_MONTHS: Final = {
    m: i + 1 for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
}
_NAME: Final = r"(?P<n>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_LEAD: Final = r"(?:(?:for the )?(?:fiscal |financial )?(?:year|period|12 months|twelve months)(?: ended| ending| to)?|as of|as at|at|截至|截止)?\s*"
_YEAR = re.compile(
    r"(?:(?P<f>fy|fiscal year|year)\s*)?'?(?P<y>(?:19|20)\d\d|\d\d)\s*(?:年度?|a|财年)?(?:\s*年报|实际)?", re.I
)
_QUARTER = re.compile(
    r"(?P<y>20\d\d)\s*年?\s*(?:第)?(?P<q>[1-4一二三四])\s*季度|(?P<z>20\d\d)\s*-?\s*Q(?P<r>[1-4])|Q(?P<s>[1-4])\s*-?\s*(?P<x>20\d\d)",
    re.I,
)
_HALF = re.compile(
    r"(?P<y>20\d\d)\s*(?:年?(?:上半年|半年度|半年|中报)|\s*-?H1)|(?P<z>20\d\d)\s*-?H2|(?P<x>20\d\d)年?下半年", re.I
)
_SPAN = re.compile(r"(?P<y>20\d\d)\s*[年./-]?\s*(?P<a>\d{1,2})\s*[-~—至]\s*(?P<b>\d{1,2})\s*月")
_THREE = re.compile(r"(?P<y>20\d\d)\s*年?(?:三季报|前三季度)")
_MONTH = re.compile(
    rf"(?P<y>(?:19|20)\d\d)\s*(?:[-/年]\s*|\.(?=\d\d))(?P<m>\d{{1,2}})\s*月?|(?P<m2>\d{{1,2}})[/.](?P<y2>(?:19|20)\d\d)|{_NAME}[\s,'-]*(?P<y3>(?:19|20)?\d\d)|(?P<y4>20\d\d)(?P<m4>0[1-9]|1[0-2])",
    re.I,
)
_ZH_DIGITS: Final = {"一": 1, "二": 2, "三": 3, "四": 4}
_NOW: Final = ("期末余额", "期末数", "年末余额", "年末数", "期末", "年末", "本期金额", "本年金额", "本期", "本年", "本年数", "本年累计数", "本年累计金额", "本期数", "本期发生额", "current year", "this year")  # fmt: skip
_BEFORE: Final = ("年初余额", "年初数", "期初余额", "期初数", "上年年末余额", "上年期末余额", "上期金额", "上年金额", "上期", "上年", "上年数", "上年同期", "上期数", "上期发生额", "上年同期累计数", "年初", "期初", "prior year", "previous year", "last year")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """The end of a period and how many months it covers. assumed: the text leaves one of them open, 12 months and the end of
    December or of the month were taken."""

    end: int
    months: int
    text: str
    assumed: bool = False


def read_period(text: str) -> Period | None:
    """Return the period a text names, None where it names none or can be read in two ways.

    >>> day_of(read_period("Dec-24").end), read_period("2024年1-9月").months, read_period("FY2024").assumed, read_period("9/9/2024 x")
    (datetime.date(2024, 12, 31), 9, True, None)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(rf"^{_LEAD}(?=\S)", "", plain, flags=re.I) if len(plain) > 4 else plain
    plain = re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", plain).strip()
    if not any(c.isdigit() for c in plain) or len(plain) > 40:
        return None
    for pattern, months in ((_SPAN, 0), (_QUARTER, 3), (_HALF, 6), (_THREE, 9)):
        if found := pattern.fullmatch(plain):
            return _part(found, months, text)
    if (found := _YEAR.fullmatch(plain)) and (found["f"] or len(found["y"]) == 4):
        year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
        return Period(day_number(date(year, 12, 31)), 12, text, "年" not in plain)  # 年度 is the calendar year by law
    if found := _MONTH.fullmatch(plain):
        year, month = _year_month(found)
        return _ending(year, month, 12, text, month != 12) if 1 <= month <= 12 else None
    days = set(readings(plain).values())
    if len(days) != 1:
        return None
    on = day_of(days.pop())
    if on.day == 1:  # a spreadsheet's date for a month
        return _ending(on.year, on.month, 12, text, True)
    return Period(day_number(on), 12, text, (on.month, on.day) != (12, 31))


def _ending(year: int, month: int, months: int, text: str, assumed: bool) -> Period:
    day = month_days(year * 12 + month - 1)
    return Period(day_number(date(year, month, day)), months, text, assumed)


def _year_month(found: re.Match[str]) -> tuple[int, int]:
    if found["n"]:
        year = int(found["y3"])
        return year + (2000 if year < 100 else 0), _MONTHS[found["n"].lower()]
    return int(found["y"] or found["y2"] or found["y4"]), int(found["m"] or found["m2"] or found["m4"])


def _part(found: re.Match[str], months: int, text: str) -> Period | None:
    own = {k: v for k, v in found.groupdict().items() if v}
    year = int(own.get("y") or own.get("z") or own["x"])
    if months == 0:
        first, last = int(own["a"]), int(own["b"])
        return _ending(year, last, last - first + 1, text, False) if 1 <= first < last <= 12 else None
    if months == 3:
        quarter = own.get("q") or own.get("r") or own["s"]
        return _ending(year, 3 * (_ZH_DIGITS.get(quarter) or int(quarter)), 3, text, True)
    if months == 6:
        return _ending(year, 6 if "y" in own else 12, 6, text, False)
    return _ending(year, 9, 9, text, False)


def relative_period(text: str, now: Period | None) -> Period | None:
    """Return the period a word like 期末余额 or 上年 means where the heading names the day of this one.

    >>> relative_period("年初余额", read_period("2024-12-31")).end == read_period("2023-12-31").end
    True
    """
    word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)) if not text.isascii() else text.strip().lower()
    word = re.sub(r"\([^()]*\)$", "", word)
    if now is None:
        return None
    if "累计" in word and now.months == 12:  # since the first of January
        now = replace(now, months=day_of(now.end).month)
    if word in _NOW:
        return replace(now, text=text)
    if word not in _BEFORE:
        return None
    on = day_of(now.end)
    start = word.startswith(("年初", "期初", "上年年末", "上年期末"))
    if start:  # a balance at the beginning of the year
        return Period(day_number(date(on.year - 1, 12, 31)), 12, text, now.assumed)
    return _ending(on.year - 1, on.month, now.months, text, now.assumed)


_HEADING: Final = re.compile(
    r"(?:19|20)\d\d\s*年\s*\d{1,2}\s*[-~—至]\s*\d{1,2}\s*月|(?:19|20)\d\d\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|(?:19|20)\d\d\s*年度?|(?:19|20)\d\d-\d\d-\d\d"
)


def heading_period(text: str) -> Period | None:
    """Return the period named somewhere within a heading, None where it names none.

    >>> day_of(heading_period("编制单位：甲公司 2024年6月30日 单位：元").end)
    datetime.date(2024, 6, 30)
    """
    found = _HEADING.search(unicodedata.normalize("NFKC", text))
    return read_period(found.group()) if found else read_period(text)
