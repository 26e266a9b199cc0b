"""Open items against the control accounts: by whatever keys the control figures name.

What must stay true: "ties" means equal to the cent to a figure from outside the file; what no control figure covers is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditlib import money
from creditlib.errors import Finding, UsageError
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.open_items import OpenItems
from creditlib.facts.outside import Control
from creditlib.flows.closing import ControlLine
from creditlib.measures.segments import group, sums

_KEYS: Final = ("entity", "account", "currency")


def tie_out(
    items: OpenItems, total: OpenItems, control: Sequence[Control]
) -> tuple[tuple[ControlLine, ...], list[Finding]]:
    """Compare open items with control figures.

    items: in document currencies, for figures by currency. total: in the reporting currency where there is one, for a
    single amount. Returns the lines, and findings for each that differs or was not covered.
    Raises: UsageError for a single amount over several currencies.
    """
    if len(control) == 1 and control[0].entity is control[0].account is control[0].currency is None:
        lines = [_single(total, control[0].balance)]
    elif not control:
        lines = [ControlLine("", "", currency, minor, None) for currency, minor in sorted(total.totals.items())]
    else:
        lines = _by_keys(items, control)
    return tuple(lines), [f for line in lines if (f := _finding(line, given=bool(control))) is not None]


def _single(total: OpenItems, balance: Decimal) -> ControlLine:
    totals = total.totals
    if len(totals) > 1:
        raise UsageError(
            f"the open items are in {len(totals)} currencies ({', '.join(sorted(totals))}); one control amount can't meet them. "
            "Give a control file by currency, or --currency with --fx.",
            f"未清项涉及 {len(totals)} 个币种（{'、'.join(sorted(totals))}），无法与单一金额核对。请提供分币种总账文件，或用 --currency 与 --fx 折算。",
        )
    currency, minor = next(iter(totals.items()), (total.currencies[0] if total.currencies else "CNY", 0))
    return ControlLine("", "", currency, minor, _exact(balance, currency))


def _exact(balance: Decimal, currency: str) -> int:
    minor = balance.scaleb(money.exponent(currency))
    if minor != minor.to_integral_value():
        raise UsageError(
            f"control figure {balance:f} {currency} has more decimals than {currency} ({money.exponent(currency)}). Check figure and currency.",
            f"总账余额 {balance:f} {currency} 的小数位多于 {currency}（{money.exponent(currency)} 位）。请核对金额和币种。",
        )
    return int(minor)


def _by_keys(items: OpenItems, control: Sequence[Control]) -> list[ControlLine]:
    """Compare on the keys that both sides tell."""
    own: dict[str, tuple[NDArray[np.int32], list[str | None]]] = {
        "entity": items.key("entity"),
        "account": items.key("gl_account"),
        "currency": (items.currency, list(items.currencies)),
    }
    told = [k for k in _KEYS if any(getattr(c, k) for c in control) and any(t for t in own[k][1])]
    if "currency" not in told:
        if len(items.totals) > 1:
            raise UsageError(
                "the control file names no currency, and the open items are in several. Add the column currency.",
                "总账文件未写币种，而未清项涉及多个币种。请补充币种列。",
            )
        told.append("currency")
    only = next(iter(items.totals), items.currencies[0] if items.currencies else "CNY")
    groups = group([(k, *own[k]) for k in told])
    totals = sums(groups.codes, items.open_minor, groups.size).tolist()
    keys = list(zip(*(groups.columns[k].to_pylist() for k in told), strict=True))
    book: dict[tuple[str | None, ...], int] = dict(zip(keys, totals, strict=True))
    wanted: dict[tuple[str | None, ...], int] = {}
    names: dict[tuple[str | None, ...], tuple[str, str]] = {}
    for line in control:
        currency = line.currency or only
        key = tuple(currency if k == "currency" else getattr(line, k) for k in told)
        wanted[key] = wanted.get(key, 0) + _exact(line.balance, currency)
        before = names.get(key)
        account = line.account or ""
        names[key] = (
            line.entity or "",
            account if before is None or before[1] == account else f"{before[1]}+{account}",
        )
    lines = []
    for key in sorted({*book, *wanted}, key=lambda k: tuple(x or "" for x in k)):
        named = dict(zip(told, key, strict=True))
        entity, account = names.get(key, (named.get("entity") or "", named.get("account") or ""))
        if key not in wanted and book[key] == 0:
            continue
        lines.append(ControlLine(entity, account, str(named["currency"]), book.get(key, 0), wanted.get(key)))
    return lines


def label(line: ControlLine) -> tuple[str, str]:
    """Return what a control line is called, in English and Chinese.

    >>> label(ControlLine("1000", "1122", "CNY", 0, 0))
    ('1000 1122 CNY', '1000 1122 CNY')
    """
    name = " ".join(part for part in (line.entity, line.account) if part)
    return (
        (f"{name} {line.currency}", f"{name} {line.currency}")
        if name
        else (f"total {line.currency}", f"合计 {line.currency}")
    )


def _finding(line: ControlLine, *, given: bool) -> Finding | None:
    """given: some control figure was; an account left out then is a gap, not a choice."""

    def shown(minor: int) -> str:
        return f"{money.text(minor, line.currency)} {line.currency}"

    if line.control_minor is None or line.difference_minor is None:
        return CHECKS["control-missing" if given else "no-control"].finding(
            "", account=label(line), amount=shown(line.book_minor), amount_minor=line.book_minor, currency=line.currency
        )
    if line.ties:
        return None
    return CHECKS["control-differs"].finding(
        "", account=label(line), book=shown(line.book_minor), control=shown(line.control_minor),
        difference=shown(line.difference_minor), amount_minor=line.difference_minor, currency=line.currency,
    )  # fmt: skip
