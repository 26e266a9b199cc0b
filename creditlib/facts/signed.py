"""The signed amount of each row: from one column, from debit and credit, or from an amount with a debit/credit flag.

What must stay true: a receivable is positive; a sign is changed only by a flag, a column or a kind that says so, and told.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.errors import Finding
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.columns import normal
from creditlib.facts.layout import Body
from creditlib.facts.tables import KINDS
from creditlib.facts.values import Amounts, credit_rows

_CREDITS: Final = ("credit_note", "receipt", "advance", "write_off")


def row_amounts(body: Body) -> tuple[Amounts, str, list[Finding]]:
    """Return the signed open amount of each row, the field it came from, and what was found."""
    have = body.amounts
    history = "settled_on" in body.columns and body.texts("settled_on").null_count < len(body.rows)
    if "open_amount" in have and not (history and "amount" in have):
        amount, name = have["open_amount"], "open_amount"
    elif "original_amount" in have and "paid_amount" in have:
        amount, name = _combine(have["original_amount"], have["paid_amount"]), "original_amount"
    elif "amount" in have:
        amount = have["amount"]
        name = "amount"
        if "paid_amount" in have:
            amount = _combine(amount, have["paid_amount"])
    elif "debit" in have and "credit" in have:
        return (
            _combine(have["debit"], have["credit"]),
            "debit",
            [],
        )  # a flag beside both says only on which side it ends
    elif "debit" in have:
        amount, name = have["debit"], "debit"
    elif "original_amount" in have:
        amount, name = have["original_amount"], "original_amount"
    else:
        amount, name = negated(have["credit"], np.ones(len(body.rows), bool)), "credit"
    if "debit_credit" not in body.columns:
        return amount, name, []
    credit, unknown = credit_rows(body.texts("debit_credit"), body.mapping.flags)
    findings = []
    if unknown:
        count = int(pc.sum(pc.is_in(body.texts("debit_credit"), value_set=pa.array(unknown))).as_py())
        findings.append(CHECKS["unknown-flag"].finding(body.grid, count=count, value=", ".join(unknown[:5])))
    if _is_signed(amount, credit):
        return amount, name, findings
    return negated(amount, credit), name, findings


def _is_signed(amount: Amounts, credit: NDArray[np.bool_]) -> bool:
    """Whether the credits already carry their minus: all that are not zero are negative."""
    some = amount.unscaled[credit & amount.valid]
    long = [value for row, value in amount.long.items() if credit[row]]
    return bool((some < 0).any() or long) and not bool((some > 0).any()) and not any(v > 0 for v in long)


def _combine(plus: Amounts, minus: Amounts) -> Amounts:
    """Return plus − minus; a side that is blank counts as nothing, both blank as no amount."""
    long = {row: plus.exact(row) - minus.exact(row) for row in plus.long.keys() | minus.long.keys()}
    unscaled = plus.unscaled - minus.unscaled
    valid = plus.valid | minus.valid
    bad = tuple(sorted({*plus.bad, *minus.bad}))
    valid[list(bad)] = False
    return Amounts(unscaled, valid, plus.scale, long, bad, plus.unclear or minus.unclear)


def negated(amount: Amounts, rows: NDArray[np.bool_]) -> Amounts:
    """Return the amounts with the sign of some rows turned."""
    long = {row: -value if rows[row] else value for row, value in amount.long.items()}
    return Amounts(
        np.where(rows, -amount.unscaled, amount.unscaled), amount.valid, amount.scale, long, amount.bad, amount.unclear
    )


def with_credit_signs(body: Body, amount: Amounts, kinds: NDArray[np.int32]) -> tuple[Amounts, list[Finding]]:
    """Give credits their minus sign where the whole file writes them without."""
    credit = np.isin(kinds, [KINDS.index(k) for k in _CREDITS]) & amount.valid
    if not credit.any() or "debit_credit" in body.columns or "credit" in body.amounts:
        return amount, []
    if (amount.unscaled[credit] < 0).any() or any(v < 0 for r, v in amount.long.items() if credit[r]):
        above = np.flatnonzero(credit & (amount.unscaled > 0))
        if not len(above):
            return amount, []
        names = [body.texts("document")[row].as_py() or "–" for row in above[:3].tolist()]
        value = ", ".join(names) + ("…" if len(above) > 3 else "")
        where = body.place(int(above[0]))
        return amount, [CHECKS["positive-credits"].finding(where, count=len(above), value=value)]
    if not (amount.unscaled[credit] > 0).any():
        return amount, []
    return negated(amount, credit), [CHECKS["unsigned-credits"].finding(body.grid, count=int(credit.sum()))]


def with_minus(own: Amounts, rows: NDArray[np.bool_]) -> Amounts:
    """Return another amount of the same documents (tax, local amount) with the minus their amount was given by a flag.

    >>> with_minus(Amounts(np.array([5, 5]), np.array([True, True])), np.array([True, False])).unscaled.tolist()
    [-5, 5]
    """
    minus = own.unscaled < 0
    minus[[row for row, value in own.long.items() if value < 0]] = True
    return negated(own, rows & ~minus)


def row_kinds(body: Body, amount: Amounts) -> tuple[NDArray[np.int32], list[Finding]]:
    """Return the kind of each row as an index into KINDS."""
    invoice, credit_note = KINDS.index("invoice"), KINDS.index("credit_note")
    negative = amount.unscaled < 0
    negative[[row for row, value in amount.long.items() if value < 0]] = True
    by_sign = np.where(negative, credit_note, invoice).astype(np.int32)
    if "kind" not in body.columns:
        return by_sign, []
    coded_texts = body.texts("kind").dictionary_encode()
    texts: list[str] = coded_texts.dictionary.to_pylist()
    known = {k: KINDS.index(v) for k, v in body.mapping.kinds.items()} | {normal(k): i for i, k in enumerate(KINDS)}
    lookup = np.array([known.get(normal(t), -1) for t in texts] + [-2], np.int32)
    kinds = lookup[pc.fill_null(coded_texts.indices, len(texts)).to_numpy()]
    kinds = np.where((kinds == invoice) & negative, credit_note, kinds).astype(np.int32)
    unknown = [t for t in texts if normal(t) not in known]
    findings = []
    if unknown:
        findings.append(
            CHECKS["unknown-kind"].finding(body.grid, count=int((kinds == -1).sum()), value=", ".join(unknown[:5]))
        )
    return np.where(kinds < 0, by_sign, kinds), findings
