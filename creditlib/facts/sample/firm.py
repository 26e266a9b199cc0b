"""The sample firm: its customers, drawn from a seed, the calendar their business follows, and exchange rates.

What must stay true: every firm and every code is invented (the division in the credit codes belongs to nobody); a small
firm has every behaviour too; the same seed gives the same customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import add_months, day_number, month_end, month_first, month_index
from creditlib.errors import UsageError
from creditlib.money import exponent

Ints: TypeAlias = NDArray[np.int64]

NEVER: Final = 1 << 20
"""A day number no calendar reaches: not paid, not disputed, not dated."""

BEHAVIOURS: Final = ("prompt", "drifting", "disputed", "failing", "seasonal")
ENTITIES: Final = ("1000", "2000")
ACCOUNTS: Final = ("112201", "112202", "112203", "1121", "2203")
"""Receivables at home and abroad, retention 质保金, bills 应收票据, advances 合同负债."""
TERMS: Final = (
    ("月结30天", "month", 30), ("月结60天", "month", 60), ("票到30天", "received", 30), ("net 30", "issue", 30),
    ("2/10 net 30", "issue", 30), ("60 days", "issue", 60), ("net 45", "issue", 45),
)  # fmt: skip
REASONS: Final = ("price", "quality", "quantity", "delivery", "paperwork")
SALESPEOPLE: Final = ("周明", "林悦", "陈志远", "吴晓", "Anna Holt", "赵一凡", "Marco Renz", "孙萌")
COLLECTORS: Final = ("何静", "郭伟", "Julia Brandt")
SECTORS: Final = ("machinery", "electronics", "chemicals", "packaging", "construction", "food", "textiles", "energy")
WORTH: Final = {"CNY": 1.0, "USD": 7.1, "EUR": 7.8, "JPY": 0.047, "GBP": 9.3, "HKD": 0.91}
"""Rough worth of one unit in CNY; the month-end rates wander around it."""

_SHARES = (0.46, 0.17, 0.12, 0.10, 0.15)
_COUNTRY = {"CNY": "CN", "USD": "US", "EUR": "DE", "JPY": "JP", "GBP": "GB", "HKD": "HK"}
_PLACES = [
    "青岚", "云溪", "澄湖", "北岭", "临沧海", "望江台", "松原岭", "白鹭洲", "南浔桥", "石门关", "丹霞里", "金沙渡",
    "柳林", "清风岗", "龙泉湾", "梅岭", "碧水", "雁山", "远航城", "星河",
]  # fmt: skip
_FIRST, _SECOND = "恒瑞华盛宏嘉永泰鼎信博凯德丰锦卓立正", "达远通和兴源昌腾科创域航博维辉诚益森润隆"
_TRADES = [
    "精密机械", "电子科技", "化工材料", "包装制品", "建筑工程", "食品", "纺织", "新能源", "自动化设备", "塑胶",
    "五金", "光电", "物资贸易", "汽车零部件", "环保设备",
]  # fmt: skip
_HEADS = [
    "Nor", "Vel", "Kest", "Bran", "Tol", "Ard", "Quin", "Mar", "Sel", "Hol", "Dra", "Fen", "Gal", "Lund", "Ost",
    "Per", "Rav", "Stel", "Thor", "Wex",
]  # fmt: skip
_TAILS = [
    "vex", "dan", "mark", "tron", "lin", "dor", "wick", "mere", "gate", "fold", "ston", "berg", "via", "lex", "nova",
    "rim", "tech", "pol", "sund", "hart",
]  # fmt: skip
_LINES = [
    "Tooling", "Components", "Polymers", "Packaging", "Foods", "Textiles", "Energy", "Instruments", "Bearings",
    "Coatings", "Systems", "Trading",
]  # fmt: skip
_LEGAL = {"US": "Inc.", "DE": "GmbH", "JP": "K.K.", "GB": "Ltd", "HK": "Ltd"}
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_NEW_YEAR = [
    "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
    "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11",
]  # fmt: skip
_MONTH_WEIGHT = np.array([1.04, 0.92, 1.10, 1.00, 0.98, 1.06, 0.93, 0.95, 1.06, 0.92, 1.12, 1.15])
_SEASONAL_WEIGHT = np.array([0.4, 0.3, 0.4, 0.5, 0.6, 0.8, 1.2, 2.0, 2.6, 2.4, 1.6, 0.8])


@dataclass(frozen=True, slots=True)
class Firm:
    """The customers of the firm, one array element each, and the calendar their business follows.

    Days are day numbers; `turned` and `default` are NEVER where nothing happens; `mean_late` in days, `slope` in days a
    month after `turned`; `size` is the natural logarithm of a usual net amount in minor units.
    """

    home: str
    currencies: tuple[str, ...]
    first_day: int
    end_day: int
    calendars: tuple[NDArray[np.float64], NDArray[np.float64]]
    codes: list[str]
    names: list[str]
    credit_codes: list[str | None]
    countries: list[str]
    invoices: Ints
    behaviour: Ints
    currency: Ints
    entity: Ints
    both: NDArray[np.bool_]
    terms: Ints
    sector: Ints
    salesperson: Ints
    collector: Ints
    size: NDArray[np.float64]
    mean_late: Ints
    slope: Ints
    spread: Ints
    turned: Ints
    default: Ints
    cycle: Ints
    offset: Ints
    project: NDArray[np.bool_]
    bills: NDArray[np.bool_]
    advances: NDArray[np.bool_]


def credit_code(number: int) -> str:
    """Return an 18-character unified social credit code with its right check digit, in a division nobody has (999900).

    >>> credit_code(1)
    '919999000000000016'
    """
    body = f"91999900{number:09d}"
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _ALPHABET[(31 - total % 31) % 31]


def _quota(rng: np.random.Generator, n: int, shares: Sequence[float]) -> Ints:
    """Codes 0…k−1 in these shares, exactly, in random order: a small firm has every behaviour too."""
    ends = np.cumsum(shares) / np.sum(shares)
    codes = np.minimum(np.searchsorted(ends, (np.arange(n) + 0.5) / n), len(shares) - 1)
    return rng.permutation(codes).astype(np.int64)


def _calendar(first: int, end: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulative share of business by day: weekdays, months, growth of 8 % a year, the two long holidays."""
    days = np.arange(first, end + 1)
    stamps = days.astype("datetime64[D]")
    months = stamps.astype("datetime64[M]").astype(np.int64) % 12
    weight = weights[months] * (1 + 0.08 * (days - first) / 365)
    weight[(days + 3) % 7 >= 5] *= 0.04
    in_month = (stamps - stamps.astype("datetime64[M]")).astype(np.int64)
    weight[(months == 9) & (in_month < 7)] *= 0.05
    for text in _NEW_YEAR:
        since = days - day_number(date.fromisoformat(text))
        weight[(since >= -4) & (since <= 10)] *= 0.05
        weight[(since > 10) & (since <= 16)] *= 0.6
    return np.asarray(np.cumsum(weight) / weight.sum(), dtype=np.float64)


def _names(rng: np.random.Generator, countries: list[str]) -> list[str]:
    local = [_PLACES, list(_FIRST), list(_SECOND), _TRADES]
    abroad = [_HEADS, _TAILS, _LINES]
    starts = {True: int(rng.integers(1 << 20)), False: int(rng.integers(1 << 20))}
    seen = {True: 0, False: 0}
    names = []
    for country in countries:
        chinese = country == "CN"
        words = local if chinese else abroad
        total = int(np.prod([len(w) for w in words]))
        turn, index = divmod(seen[chinese], total)
        seen[chinese] += 1
        index = (index * 7_919 + starts[chinese]) % total  # a prime, so no name comes twice
        picked = []
        for word in words:
            index, at = divmod(index, len(word))
            picked.append(word[at])
        name = "".join(picked) + "有限公司" if chinese else f"{picked[0]}{picked[1]} {picked[2]} {_LEGAL[country]}"
        names.append(name if not turn else f"{name} {turn + 1}")
    return names


def make_firm(seed: int, customers: int, months: int, end: date, invoices: int, home: str) -> Firm:
    """Draw the customers of a firm.

    Raises: UsageError for a home currency the sample has no rates for, or sizes that are not positive.

    >>> make_firm(1, 10, 24, date(2026, 10, 31), 100, "CNY").codes[0]
    'C100001'
    """
    if home not in WORTH:
        raise UsageError(
            f'the sample has no rates for home currency "{home}". Choose one of {", ".join(WORTH)}.',
            f"示例数据没有本位币“{home}”的汇率。可选：{'、'.join(WORTH)}。",
        )
    if customers < 1 or months < 1 or invoices < 1:
        raise UsageError(
            f"customers, months and invoices must be at least 1; given {customers}, {months} and {invoices}.",
            f"客户数、月数和发票数至少为 1；给出的是 {customers}、{months} 和 {invoices}。",
        )
    rng = np.random.default_rng([seed, 0])
    n = customers
    first = day_number(month_first(month_index(end) - months + 1))
    end_day = day_number(end)
    currencies = (home, *(c for c in ("USD", "EUR", "JPY") if c != home))
    currency = _quota(rng, n, (0.76, 0.11, 0.07, 0.06)[: len(currencies)])
    countries = [_COUNTRY[currencies[c]] for c in currency]
    behaviour = _quota(rng, n, _SHARES)
    terms = np.where(currency == 0, _quota(rng, n, (3, 2, 2, 1, 0.5, 1, 1)), _quota(rng, n, (0, 0, 0, 3, 2, 2, 1)))
    span = end_day - first
    turned = first + (span * rng.uniform(0.25, 0.55, n)).astype(np.int64)
    turned[(behaviour != 1) & (behaviour != 3)] = NEVER
    default = np.where(behaviour == 3, turned + (span * rng.uniform(0.15, 0.4, n)).astype(np.int64), NEVER)
    weight = rng.lognormal(0, 0.6, n)
    worth = np.array([WORTH[home] / WORTH[c] * WORTH["CNY"] / WORTH[home] * 10 ** exponent(c) for c in currencies])
    low = np.array([0, 2, 4, 8, 3])
    high = np.array([4, 7, 14, 18, 9])
    return Firm(
        home=home,
        currencies=currencies,
        first_day=first,
        end_day=end_day,
        calendars=(_calendar(first, end_day, _MONTH_WEIGHT), _calendar(first, end_day, _SEASONAL_WEIGHT)),
        codes=[f"C{100_001 + i}" for i in range(n)],
        names=_names(rng, countries),
        credit_codes=[credit_code(i + 1) if c == "CN" else None for i, c in enumerate(countries)],
        countries=countries,
        invoices=rng.multinomial(invoices, weight / weight.sum()).astype(np.int64),
        behaviour=behaviour,
        currency=currency,
        entity=_quota(rng, n, (0.6, 0.4)),
        both=rng.random(n) < 0.25,
        terms=terms,
        sector=_quota(rng, n, (1,) * len(SECTORS)),
        salesperson=_quota(rng, n, (1,) * len(SALESPEOPLE)),
        collector=_quota(rng, n, (1,) * len(COLLECTORS)),
        size=np.log(40_000 * worth[currency]) + rng.normal(0, 0.8, n),
        mean_late=rng.integers(low[behaviour], high[behaviour]),
        slope=np.where(behaviour == 1, rng.integers(2, 5, n), np.where(behaviour == 3, rng.integers(5, 9, n), 0)),
        spread=np.array([3, 4, 8, 8, 5])[behaviour],
        turned=turned,
        default=default,
        cycle=7 * _quota(rng, n, (2, 3, 1)) + 7,
        offset=rng.integers(0, 5, n) + 4,  # day 4 of 1970 was a Monday: pay runs fall on weekdays
        project=(currency == 0) & (_quota(rng, n, (0.9, 0.1)) == 1),
        bills=(currency == 0) & (_quota(rng, n, (0.85, 0.15)) == 1),
        advances=(currency == 0) & (_quota(rng, n, (0.92, 0.08)) == 1),
    )


def rates(firm: Firm, seed: int, months: int, end: date) -> pa.Table:
    """Return month-end rates to the home currency: date, from, to, rate (decimal text, six digits after the point).

    >>> firm = make_firm(1, 10, 2, date(2026, 10, 31), 100, "CNY")
    >>> rates(firm, 1, 2, date(2026, 10, 31)).num_rows
    6
    """
    rng = np.random.default_rng([seed, 2])
    dates, sources, texts = [], [], []
    for currency in firm.currencies[1:]:
        path = np.cumprod(1 + rng.normal(0, 0.008, months)) * WORTH[currency] / WORTH[firm.home]
        for back, value in enumerate(np.rint(path * 1_000_000).astype(np.int64)):
            whole, part = divmod(int(value), 1_000_000)
            dates.append(month_end(add_months(end.replace(day=1), back + 1 - months)))
            sources.append(currency)
            texts.append(f"{whole}.{part:06d}")
    order = sorted(range(len(dates)), key=lambda i: (dates[i], sources[i]))
    return pa.table(
        {
            "date": pa.array([dates[i] for i in order], pa.date32()),
            "from": pa.array([sources[i] for i in order], pa.string()),
            "to": pa.array([firm.home] * len(order), pa.string()),
            "rate": pa.array([texts[i] for i in order], pa.string()),
        }
    )
