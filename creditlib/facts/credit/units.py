"""Units and currencies a table states of its amounts: 单位：万元, "in thousands", "CNY '000".

What must stay true: only a text that states a unit is one; a sum that merely holds the word (注册资本500万元) is not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from creditlib.money import CURRENCIES, CURRENCY_NAMES

_ZH_POWER: Final = {"亿": 8, "千万": 7, "百万": 6, "十万": 5, "万": 4, "千": 3, "百": 2, "": 0}
_EN_POWER: Final = {
    "thousand": 3, "thousands": 3, "'000": 3, "000": 3, "000s": 3, "'000s": 3, "k": 3, "million": 6, "millions": 6,
    "mn": 6, "mln": 6, "mio": 6, "mio.": 6, "m": 6, "billion": 9, "billions": 9, "bn": 9, "": 0,
}  # fmt: skip
_ZH_MONEY: Final = {
    "人民币": "CNY",
    "美元": "USD",
    "美金": "USD",
    "欧元": "EUR",
    "英镑": "GBP",
    "日元": "JPY",
    "港元": "HKD",
    "港币": "HKD",
}
_EN_MONEY: Final = {
    "us dollars": "USD", "u.s. dollars": "USD", "us$": "USD", "dollars": "", "euros": "EUR", "euro": "EUR", "€": "EUR",
    "£": "GBP", "pounds sterling": "GBP", "renminbi": "CNY", "yuan": "CNY", "rmb": "CNY", "yen": "JPY", "hk$": "HKD", "$": "",
}  # fmt: skip
_NAMES: Final = "|".join(_ZH_MONEY)
_ZH_UNIT: Final = (
    rf"(?P<a>{_NAMES})?\s*(?P<p>亿|千万|百万|十万|万|千|百)?\s*(?:(?P<b>{_NAMES})|元)(?:\s*\(?(?P<c>{_NAMES})\)?)?"
)
_STATED = re.compile(rf"(?<!编制)(?<!编报)单\s*位\s*[:：为]?\s*\(?\s*{_ZH_UNIT}")
_BARE = re.compile(rf"(?:^|.*\()\s*{_ZH_UNIT}\s*\)?\s*$")
_ISO: Final = r"[A-Za-z]{3}"
_CCY: Final = (
    rf"(?P<c>{_ISO}|US\$|HK\$|U\.S\. dollars|US dollars|dollars|euros?|renminbi|yuan|yen|pounds sterling|[€£$])"
)
_SIZE: Final = r"(?P<p>thousands?|'?000s?|millions?|billions?|mn|mln|mio\.?|bn|k|m)"
_IN = re.compile(
    rf"\b(?:expressed |stated |amounts |figures |all )?in (?:{_CCY}\s*)?{_SIZE}(?:\s+of\s+{_CCY.replace('<c>', '<d>')})?(?!\w)",
    re.I,
)
_SHORT = re.compile(rf"(?:^|.*\(|.*[:,]\s*)\s*{_CCY}\s*[-/]?\s*{_SIZE}\s*\)?\s*$", re.I)
_ONLY = re.compile(rf"(?:^|.*\()\s*(?:(?:in|currency:?|expressed in|unit:?)\s+)?(?P<c>{_ISO})\s*\)?\s*$")
_WHOLE = re.compile(r"(?:.*\(|.*[:,])?\s*(?:in )?whole units\s*\)?\s*", re.I)
_SIZE_ONLY = re.compile(r"(?:^|.*\(|.*[:,]\s*)\s*(?P<p>thousands?|'000s?|millions?|billions?)\s*\)?\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as stated. power: of ten, None where only a currency is said. currency: ISO code, None where none is."""

    text: str
    power: int | None
    currency: str | None


def read_unit(text: str) -> Unit | None:
    """Return the unit a cell states, None where it states none.

    >>> read_unit("编制单位：甲公司  单位：万元").power, read_unit("CNY '000"), read_unit("注册资本500万元")
    (4, Unit(text="CNY '000", power=3, currency='CNY'), None)
    """
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").strip()
    if len(plain) > 200 or not plain:
        return None
    found = _STATED.search(plain) or _BARE.fullmatch(plain)
    if found:
        money = next((found[g] for g in ("a", "b", "c") if found[g]), None)
        return Unit(_shown(found.group()), _ZH_POWER[found["p"] or ""], _ZH_MONEY.get(money or ""))
    if (found := _IN.search(plain)) or (found := _SHORT.fullmatch(plain)):
        named = found["c"] or (found.groupdict().get("d"))
        code = _currency(named)
        if named and code is None and re.fullmatch(_ISO, named):
            return None
        return Unit(_shown(found.group()), _EN_POWER[found["p"].lower()], code or None)
    if _WHOLE.fullmatch(plain):
        return Unit("whole units", 0, None)
    if found := _SIZE_ONLY.fullmatch(plain):
        return Unit(_shown(found.group()), _EN_POWER[found["p"].lower()], None)
    if (found := _ONLY.fullmatch(plain)) and found["c"].isupper() and _currency(found["c"]):
        return Unit(found["c"], None, _currency(found["c"]))
    return None


def _shown(text: str) -> str:
    return re.sub(r"^.*[(]|^.*:", "", text.rstrip(" )")).strip(" (),")


def _currency(text: str | None) -> str | None:
    if text is None:
        return None
    key = text.upper()
    return key if key in CURRENCIES else CURRENCY_NAMES.get(key) or _EN_MONEY.get(text.lower())
