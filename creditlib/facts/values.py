"""Texts to amounts and dates, column by column, exactly.

What must stay true: the decimal sign is decided by the whole column (or the file's other amount columns), never by one value;
no binary float is made; what can't be read is reported by row, never guessed and never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import days
from creditlib.facts.sources import Column
from creditlib.money import MAX_MINOR, exponent

DecimalSign = Literal[".", ","]

_SCALE: Final = 6  # decimals the fast path keeps; longer ones go through Decimal one by one
_PLAIN = r"^-?\d{1,12}(\.\d{1,6})?$"
_DOT_CERTAIN = r"^-?(\d*\.(\d{1,2}|\d{4,})|(0|\d{4,})\.\d+)$"
_DOT_OPEN = r"^-?[1-9]\d{0,2}\.\d{3}$"
_WIDE: Final = str.maketrans("０１２３４５６７８９．，－＋（）−–—’＇　\u00a0\u202f", "0123456789.,-+()---''   ")
_SIGNS = re.compile(r"人民币|[¥￥$€£]|(?<![A-Za-z])(?:CNY|RMB|USD|EUR|GBP|HKD|JPY|US|HK)(?![A-Za-z])")
_GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+")
_SHARED_FORM = re.compile(r"[+-]?\d[\d.,]*|[+-]?[.,]\d+")
_CREDIT_FLAGS: Final = ("h", "haben", "c", "cr", "credit", "贷", "贷方", "k")
_DEBIT_FLAGS: Final = ("s", "soll", "d", "dr", "debit", "借", "借方", "平")
_UNITS: Final = {"万元": 4, "亿元": 8, "千元": 3, "万": 4, "亿": 8, "元": 0}


@dataclass(frozen=True)
class Amounts:
    """A column of amounts, exact.

    unscaled: int64 at `scale` decimals, 0 where `valid` is False. long: row → exact value, for amounts with more decimals
    or digits than `unscaled` keeps. bad: rows whose text is no amount. unclear: a text whose decimal sign stays open.
    """

    unscaled: NDArray[np.int64]
    valid: NDArray[np.bool_]
    scale: int = _SCALE
    long: Mapping[int, Decimal] = field(default_factory=dict)
    bad: tuple[int, ...] = ()
    unclear: str | None = None

    def exact(self, row: int) -> Decimal:
        """Return one row's amount, all its decimals kept."""
        if row in self.long:
            return self.long[row]
        return Decimal(int(self.unscaled[row])).scaleb(-self.scale).normalize() + 0


@dataclass(frozen=True)
class Minor:
    """Amounts rounded to their currencies' minor units. rounded: rows that lost decimals, lost: exact sum of
    (exact − rounded) over them, by currency. too_long: rows with more than 15 digits."""

    values: NDArray[np.int64]
    rounded: dict[str, int]
    lost: dict[str, Decimal]
    too_long: tuple[int, ...]


def decimal_evidence(columns: Sequence[Column]) -> DecimalSign | None:
    """Return the decimal sign the texts of these columns prove, or None; typed cells prove nothing.

    >>> decimal_evidence([Column(pa.array(["1.234,56"]))]), decimal_evidence([Column(pa.array(["1,234"]))])
    (',', None)
    """
    dot, comma = _proofs(columns)
    if dot and comma:
        return None
    return "." if dot else "," if comma else None


def _proofs(columns: Sequence[Column]) -> tuple[bool, bool]:
    """Return whether some text proves a decimal dot, and whether some text proves a decimal comma."""
    dot = comma = False
    for column in columns:
        texts = column.texts if column.typed is None else column.texts.filter(pa.array(~column.typed))
        texts = texts.drop_null()
        if not len(texts):
            continue
        dot = dot or bool(pc.any(pc.match_substring_regex(texts, _DOT_CERTAIN)).as_py())
        for text in pc.unique(texts.filter(pc.invert(pc.match_substring_regex(texts, _PLAIN)))).to_pylist():
            body = _bare(text)[0]
            sign = _sign_of(body) if _SHARED_FORM.fullmatch(body) else None  # a word in the column proves nothing
            dot, comma = dot or sign == ".", comma or sign == ","
    return dot, comma


def _sign_of(body: str) -> DecimalSign | None:
    """Return the decimal sign one text proves; a text whose thousands are no groups of three proves nothing."""
    body = body.lstrip("+-")
    dots, commas = body.count("."), body.count(",")
    if dots and commas:
        last: DecimalSign = "." if body.rfind(".") > body.rfind(",") else ","
        return last if body.count(last) == 1 and _GROUPED.fullmatch(body.partition(last)[0]) else None
    if dots + commas == 0:
        return None
    mark: DecimalSign = "." if dots else ","
    if dots + commas > 1:
        return ("," if mark == "." else ".") if _GROUPED.fullmatch(body) else None
    whole, fraction = body.split(mark)
    if len(fraction) != 3 or whole in ("", "0") or len(whole) > 3:
        return mark
    return None


def _bare(text: str) -> tuple[str, int]:
    """Return a text without sign words, currency, unit and blanks, sign in front; and its power of ten."""
    body = _SIGNS.sub("", text.translate(_WIDE)).strip()
    power = 0
    for unit, tens in _UNITS.items():
        if body.endswith(unit):
            body, power = body.removesuffix(unit).strip(), tens
            break
    signs = 0  # written in front, behind, in brackets or as CR; twice is no notation: it could mean either
    if body.startswith("(") and body.endswith(")"):
        body, signs = body[1:-1].strip(), 1
    upper = body.upper()
    if upper.endswith(("CR", "贷")):
        body, signs = body[: -2 if upper.endswith("CR") else -1].strip(), signs + 1
    elif upper.endswith(("DR", "借")):
        body = body[: -2 if upper.endswith("DR") else -1].strip()
    body = body.replace(" ", "").replace("'", "")
    if body.endswith("-") and len(body) > 1:
        body, signs = body[:-1], signs + 1
    if body.startswith("-"):
        body, signs = body[1:], signs + 1
    if body.startswith("+"):
        body = body[1:]
    negative = signs == 1
    if signs > 1:
        body = "?"
    if body == "" and negative:
        body = "0"  # a lone dash is how accountants write nothing
    return ("-" + body if negative and body else body), power


def _one(text: str, sign: DecimalSign | None, contested: bool = False) -> Decimal | Literal["unclear"] | None:
    body, power = _bare(text)
    if not _SHARED_FORM.fullmatch(body):
        return None
    own = _sign_of(body)
    if own is None and body.count(".") + body.count(",") > 1:
        return None
    if "." in body or "," in body:
        if own is None and sign is None:
            if "." in body or contested:
                return "unclear"
            sign = "."  # commas in groups of three, and nothing in the file says they are decimals
        used = sign or own
        if own and sign and own != sign:
            return None
        thousands = "," if used == "." else "."
        whole, _, fraction = body.lstrip("-").partition(used or ".")
        groups = whole.split(thousands)
        if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 for g in groups[1:])):
            return None
        if thousands in fraction:
            return None
        body = (
            ("-" if body.startswith("-") else "") + whole.replace(thousands, "") + ("." + fraction if fraction else "")
        )
    try:
        return Decimal(body).scaleb(power)
    except InvalidOperation:
        return None


def read_amount(text: str) -> Decimal | None:
    """Return one amount as people write it, None for what is none or could be two: "1.234" alone.

    >>> read_amount("(1,234.50)"), read_amount("1.2万"), read_amount("1.234"), read_amount("x")
    (Decimal('-1234.50'), Decimal('1.2E+4'), None, None)
    """
    found = _one(text, None)
    return None if found == "unclear" else found


def read_amounts(column: Column, sign: DecimalSign | None = None, power: int = 0) -> Amounts:
    """Read one column of amounts.

    sign: the decimal sign proven for the file, or forced. power: 4 where the header says 万元.
    Understands 1,234.56 · 1.234,56 · (1,234.56) · 1,234.56- · ¥ · 万 · full-width digits · CR/DR · 借/贷.

    >>> read_amounts(Column(pa.array(["1,234.56-", "（12）", "1.2万"]))).unscaled.tolist()
    [-1234560000, -12000000, 12000000000]
    """
    texts, rows = column.texts, len(column.texts)
    own = decimal_evidence([column])
    sign = sign or own
    contested = sign is None and all(_proofs([column]))  # one column, two signs: 1,234 is then nobody's thousand
    plain = pc.match_substring_regex(texts, _PLAIN)
    fast = np.asarray(pc.fill_null(plain, False))
    typed = column.typed if column.typed is not None else np.zeros(rows, bool)
    if sign == ",":  # a plain dot is then a thousands sign: leave those texts to the careful path
        fast &= typed | ~np.asarray(pc.fill_null(pc.match_substring(texts, "."), False))
    elif sign is None:
        fast &= typed | ~np.asarray(pc.fill_null(pc.match_substring_regex(texts, _DOT_OPEN), False))
    unscaled = np.zeros(rows, np.int64)
    valid = np.asarray(pc.is_valid(texts)).copy()
    if fast.any():
        some = texts if fast.all() else texts.filter(pa.array(fast))
        decimals = some.cast(pa.decimal128(19, _SCALE))
        words = np.frombuffer(decimals.buffers()[1], dtype=np.int64)  # little-endian: low word first
        start = decimals.offset
        unscaled[fast] = words[2 * start : 2 * (start + len(decimals)) : 2]
    long: dict[int, Decimal] = {}
    bad: list[int] = []
    unclear: str | None = None
    slow = np.flatnonzero(valid & ~fast)
    known: dict[tuple[str, bool], Decimal | Literal["unclear"] | None] = {}
    for row, text in zip(slow.tolist(), texts.take(pa.array(slow)).to_pylist(), strict=True):
        key = (text, bool(typed[row]))
        if key not in known:
            known[key] = _one(text, "." if typed[row] else sign, contested)
        value = known[key]
        if value == "unclear":
            unclear = unclear or text
            bad.append(row)
        elif value is None:
            bad.append(row)
        else:
            scaled = value.scaleb(_SCALE)
            if scaled == scaled.to_integral_value() and abs(scaled) < 10**18:
                unscaled[row] = int(scaled)
            else:
                long[row] = value
    if power:
        long = {row: value.scaleb(power) for row, value in long.items()}
        big = np.abs(unscaled) >= 10 ** (18 - power)
        for row in np.flatnonzero(big).tolist():
            long[row], unscaled[row] = Decimal(int(unscaled[row])).scaleb(power - _SCALE), 0
        unscaled *= 10**power
    valid[bad] = False
    return Amounts(unscaled, valid, _SCALE, long, tuple(bad), unclear)


def to_minor(amounts: Amounts, currencies: NDArray[np.int32], names: Sequence[str]) -> Minor:
    """Round amounts to minor units, half away from zero, one by one.

    currencies: code of each row into `names` (ISO codes). Rows not valid stay 0.

    >>> a = read_amounts(Column(pa.array(["0.005", "1.25"])))
    >>> m = to_minor(a, np.zeros(2, np.int32), ["CNY"])
    >>> m.values.tolist(), m.rounded, m.lost
    ([1, 125], {'CNY': 1}, {'CNY': Decimal('-0.005')})
    """
    values = np.zeros(len(amounts.unscaled), np.int64)
    rounded: dict[str, int] = {}
    lost: dict[str, Decimal] = {}
    too_long: list[int] = []
    for code, name in enumerate(names):
        mask = (currencies == code) & amounts.valid
        if not mask.any():
            continue
        places = exponent(name)
        unit = 10 ** (amounts.scale - places)
        some = amounts.unscaled[mask]
        size = np.abs(some)
        whole = size // unit
        rest = size - whole * unit
        whole += 2 * rest >= unit
        minor = np.where(some < 0, -whole, whole)
        values[mask] = minor
        difference = some - minor * unit
        if difference.any():
            rounded[name] = int(np.count_nonzero(difference))
            lost[name] = Decimal(int(difference.sum())).scaleb(-amounts.scale).normalize() + 0
        too_long += np.flatnonzero(mask)[np.abs(minor) > MAX_MINOR].tolist()
    for row, value in amounts.long.items():
        if not amounts.valid[row]:
            continue
        name = names[currencies[row]]
        places = exponent(name)
        exact = value.scaleb(places)
        nearest = (
            exact.quantize(Decimal(1), rounding="ROUND_HALF_UP") if abs(exact) < 10**20 else Decimal(MAX_MINOR + 1)
        )
        if abs(nearest) > MAX_MINOR:
            too_long.append(row)
            continue
        values[row] = int(nearest)
        if exact != nearest:
            rounded[name] = rounded.get(name, 0) + 1
            lost[name] = lost.get(name, Decimal(0)) + (exact - nearest).scaleb(-places)
    return Minor(values, rounded, lost, tuple(too_long))


def exact_sum(amounts: Amounts, rows: NDArray[np.bool_]) -> Decimal:
    """Return the sum of some rows with every decimal the file gave, whatever the digits: int64 can't overflow it.

    >>> exact_sum(read_amounts(Column(pa.array(["0.005", "1"]))), np.array([True, True]))
    Decimal('1.005')
    """
    some = amounts.unscaled[rows & amounts.valid]
    high, low = some // 10**9, some % 10**9
    total = Decimal(int(high.sum()) * 10**9 + int(low.sum())).scaleb(-amounts.scale)
    total += sum((v for row, v in amounts.long.items() if rows[row] and amounts.valid[row]), Decimal(0))
    return total.normalize() + 0


@dataclass(frozen=True)
class Dates:
    """A column of dates. values: int32 days, NO_DAY where blank or unreadable. bad: rows whose text is no date.
    column: how the whole column read."""

    values: NDArray[np.int32]
    bad: tuple[int, ...]
    column: days.DateColumn


def read_dates(column: Column, order: days.DateOrder | None = None) -> Dates:
    """Read one column of dates; the order of day and month is decided from the column, or forced by `order`.

    >>> read_dates(Column(pa.array(["31/12/2023", "01/02/2024"]))).values.tolist()
    [19722, 19754]
    """
    coded = column.texts.dictionary_encode()
    texts: list[str] = coded.dictionary.to_pylist()
    free = texts
    if column.typed is not None:
        typed = set(pc.unique(column.texts.filter(pa.array(column.typed))).to_pylist())
        free = [text for text in texts if text not in typed]
    read = days.read_column(free, order)
    table = dict(read.days)
    if column.typed is not None:
        for text in typed:
            serial = days.from_serial(float(text)) if re.fullmatch(r"\d{5}(\.\d+)?", text) else None
            found = {"ymd": serial} if serial is not None else days.readings(text)
            if found:
                table[text] = next(iter(found.values()))  # typeless: ISO text from a typed cell has one reading
    lookup = np.array([table.get(text, int(days.NO_DAY)) for text in texts] + [int(days.NO_DAY)], dtype=np.int32)
    indices = pc.fill_null(coded.indices, len(texts)).to_numpy()
    values = lookup[indices]
    missing = np.asarray(column.texts.is_valid()) & (values == days.NO_DAY)
    return Dates(values, tuple(np.flatnonzero(missing).tolist()), read)


def credit_rows(texts: pa.Array, flags: Mapping[str, str]) -> tuple[NDArray[np.bool_], list[str]]:
    """Return which rows a debit/credit column marks as credit, and the texts that mean neither.

    flags: the preset's own texts (posting keys, say); known beside them: S/H, D/C, Dr/Cr, 借/贷.

    >>> rows, unknown = credit_rows(pa.array(["S", "H", None, "?"]), {})
    >>> rows.tolist(), unknown
    ([False, True, False, False], ['?'])
    """
    known = {**dict.fromkeys(_DEBIT_FLAGS, "debit"), **dict.fromkeys(_CREDIT_FLAGS, "credit"), **flags}
    cells = texts.dictionary_encode()
    means = [known.get(text.strip().casefold()) for text in cells.dictionary.to_pylist()]
    unknown = [text for text, side in zip(cells.dictionary.to_pylist(), means, strict=True) if side is None]
    credit = np.array([side == "credit" for side in means] + [False])
    return credit[pc.fill_null(cells.indices, len(means)).to_numpy()], unknown
