"""Lists of limits: files → rows of `events`, each the event `limit_set`.

What must stay true: a blank limit is not 0, and "unlimited" is no figure: neither makes an event; every row that sets no limit is
told with the customer it names.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib import money
from creditlib.days import NO_DAY, DateOrder, day_of
from creditlib.errors import Finding
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.columns import normal
from creditlib.facts.credit.rows import UNKNOWN, read_days
from creditlib.facts.documents import row_currencies
from creditlib.facts.layout import Body
from creditlib.facts.lists.events import numbered, stacked
from creditlib.facts.lists.rows import List, as_days, needed_days, open_lists, usable
from creditlib.facts.rejection import reject
from creditlib.facts.sources import Column
from creditlib.facts.tables import coded
from creditlib.facts.values import decimal_evidence, read_amounts, to_minor

_UNLIMITED: Final = {"unlimited", "nolimit", "withoutlimit", "infinite", "∞", "不限", "不限额", "不限制", "无限", "无限额", "无限制",
                     "无上限", "不设限", "不设上限"}  # fmt: skip
_NOT_SET: Final = UNKNOWN | {"none", "not set", "tbd", "无", "未设", "未设定", "未定", "待定", "未授信"}
_NO_END: Final = {
    "长期",
    "长期有效",
    "永久",
    "无期限",
    "无固定期限",
    "无",
    "none",
    "no end",
    "open-ended",
    "open ended",
}
_UNLIMITED_WHY: Final = (
    'is no figure: without one every order would pass, and a limit that is not set is not "unlimited"',
    "不是金额：没有金额则任何订单都会放行，而“未设额度”不等于“不限额”",
)


def read_limits(
    *sources: Any, home: str, date_order: DateOrder | None = None, book: Book | None = None
) -> tuple[pa.Table, tuple[Finding, ...]]:
    """Read lists of limits into rows of `events`, each the event `limit_set`, and tell what was found on the way.

    sources, home, date_order, book: as in `read_orders`; with a book, codes of groups and parents are known too.
    A sheet needs a customer, a limit and the day it holds from. 0 is a limit of zero. A blank limit is not 0: it is told and makes no
    event. "Unlimited" is refused: it is no figure, and None means "not set". A row whose day it holds from, or last day, can't be read is not
    used. ids count from 0 until `append_events` gives them their own.
    Raises: SourceError, MappingError, CurrencyError. Faults in the data are findings.

    >>> rows = pa.table({"customer": ["C1", "C2"], "limit": ["500,000", "0"], "from": ["2026-01-01", "2026-01-01"]})
    >>> read_limits(rows, home="CNY")[0]["amount_minor"].to_pylist()
    [50000000, 0]
    """
    findings: list[Finding] = []
    lists = open_lists(sources, "limits", home, book, findings)
    parts = [_limits(one, home, date_order, findings) for one in lists]
    table = stacked([part for part, _ in parts])
    findings += _same_day(table, [place for _, places in parts for place in places])
    return table, tuple(findings)


def _limits(one: List, home: str, order: DateOrder | None, findings: list[Finding]) -> tuple[pa.Table, tuple[str, ...]]:
    body, special = _without_words(one.body)
    amount = body.amounts["amount"]
    codes, names, _, unknown = row_currencies(body, home, ("the home currency", "本位币"), findings)
    rejected = reject(body, amount, "amount", codes, names, unknown, {}, findings)
    if "until" in body.columns:
        endless = pc.fill_null(pc.is_in(pc.utf8_lower(body.texts("until")), pa.array(sorted(_NO_END))), False)
        column = body.columns["until"]
        texts = pc.if_else(endless, pa.scalar(None, pa.string()), column.texts)
        body = replace(body, columns={**body.columns, "until": Column(texts, column.typed)})
    on = needed_days(body, "on", order, rejected, findings)
    until = needed_days(body, "until", order, rejected, findings)
    known = read_days(body, "known_on", order, findings)
    below = amount.unscaled < 0
    for row, value in amount.long.items():
        below[row] = value < 0
    for row in range(len(body.rows)):
        customer = one.customer[row].as_py()
        if customer is None:
            if row not in rejected:
                rejected[row] = CHECKS["row-unusable"].finding(body.place(row), value=body.mapping.header("customer"))
            continue
        text = one.body.texts("amount")[row].as_py()
        if special.get(row) == "unlimited":
            rejected[row] = _refused(body, row, customer, text, _UNLIMITED_WHY)
        elif special.get(row) == "blank":
            rejected[row] = CHECKS["limit-not-set"].finding(
                body.place(row, "amount"), customer=customer, value=text or ""
            )
        elif row in rejected:
            continue
        elif below[row]:
            rejected[row] = _refused(body, row, customer, text, ("is below 0", "小于 0"))
        elif on[row] == NO_DAY:
            rejected[row] = _refused(body, row, customer, text, ("names no day it holds from", "没有生效日期"))
        elif until[row] != NO_DAY and until[row] < on[row]:
            why = (f"ends on {day_of(until[row])}, before it starts", f"到期日 {day_of(until[row])} 早于生效日期")
            rejected[row] = _refused(body, row, customer, text, why)
    bad = np.zeros(len(body.rows), bool)
    bad[list(rejected)] = True
    iso = [n if n in money.CURRENCIES else "XXX" for n in names]
    minor = to_minor(usable(amount, bad), codes, iso)
    for row in minor.too_long:
        why = ("has more than 15 digits", "超过 15 位")
        rejected[row] = _refused(body, row, one.customer[row].as_py(), one.body.texts("amount")[row].as_py(), why)
        bad[row] = True
    told = {id(finding) for finding in findings}
    findings += [finding for _, finding in sorted(rejected.items()) if id(finding) not in told]
    for name, count in minor.rounded.items():
        lost = f"{minor.lost[name]:,f}"
        findings.append(CHECKS["rounded-amounts"].finding(body.grid, count=count, currency=name, lost=lost))
    keep = ~bad
    columns: dict[str, Any] = {
        "on": as_days(on[keep]), "until": as_days(until[keep]), "known_on": as_days(known[keep]),
        "customer": one.customer.filter(pa.array(keep)).dictionary_encode(),
        "event": coded(np.zeros(int(keep.sum()), np.int32), ["limit_set"]),
        "currency": coded(codes[keep], names), "amount_minor": pa.array(minor.values[keep]),
    }  # fmt: skip
    columns |= {n: body.texts(n).filter(pa.array(keep)) for n in ("by", "reason", "text")}
    places = tuple(body.place(row) for row in np.flatnonzero(keep).tolist())
    return numbered(columns, int(keep.sum())), places


def _without_words(body: Body) -> tuple[Body, dict[int, str]]:
    """Return the body with limits that are words as blank, and which rows hold such a word: "unlimited" or "blank"."""
    column = body.columns["amount"]
    special: dict[int, str] = {}
    for row, text in enumerate(column.texts.to_pylist()):
        word = unicodedata.normalize("NFKC", text).strip().casefold() if text else ""
        if normal(word).replace("额度", "") in _UNLIMITED or word in _UNLIMITED:
            special[row] = "unlimited"
        elif not word or word in _NOT_SET:
            special[row] = "blank"
    wordy = np.zeros(len(body.rows), bool)
    wordy[list(special)] = True
    cleaned = Column(pc.if_else(pa.array(wordy), pa.scalar(None, pa.string()), column.texts), column.typed)
    amounts = read_amounts(cleaned, body.mapping.decimal or decimal_evidence([cleaned]), body.mapping.power)
    return replace(body, columns={**body.columns, "amount": cleaned}, amounts={"amount": amounts}), special


def _refused(body: Body, row: int, customer: str, text: str | None, why: tuple[str, str]) -> Finding:
    return CHECKS["limit-refused"].finding(body.place(row, "amount"), customer=customer, value=text or "", why=why)


def _same_day(table: pa.Table, places: Sequence[str]) -> list[Finding]:
    """Tell customers whose list sets two different limits from one day."""
    by: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    rows = table.select(["customer", "on", "amount_minor", "currency", "until"]).to_pylist()
    for row, told in enumerate(rows):
        by[told["customer"], told["on"]].append(row)
    found = []
    for (customer, on), same in by.items():
        values = list(dict.fromkeys((rows[r]["amount_minor"], rows[r]["currency"], rows[r]["until"]) for r in same))
        if len(values) > 1:
            value = ", ".join(f"{money.text(minor, code)} {code}" for minor, code, _ in values)
            where = places[same[-1]]
            found.append(CHECKS["limit-twice"].finding(where, count=len(same), customer=customer, on=on, value=value))
    return found
