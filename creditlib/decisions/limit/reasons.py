"""The reasons of a limit: each step as a line a person can check with a pocket calculator, then what stands beside and what is missing.

What must stay true: every amount printed is a figure of the row; the steps lead from the method's base to the limit without a gap;
nothing is worked out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from creditlib import money
from creditlib.decisions.decision import Effect, Reason
from creditlib.decisions.limit.caps import Capacity
from creditlib.decisions.limit.methods import METHODS
from creditlib.policy import Values

Row = Mapping[str, Any]
Pair = tuple[str, str]
LABELS: Final[dict[str, Pair]] = {
    "need": ("need", "需求法"),
    "purchases": ("share of purchases", "采购额比例"),
    "net_worth": ("share of net worth", "有形净资产比例"),
    "working_capital": ("share of working capital", "营运资金比例"),
    "references": ("references", "同业授信"),
    "score": ("amount by score", "按分数定额"),
    "payment_history": ("payment history", "付款历史"),
    "insurer": ("insurer's limit", "保险限额"),
}
"""Names of the methods for people."""
_PICKS: Final[dict[str, Pair]] = {
    "lowest": ("the lowest", "取最低"),
    "median": ("the middle", "取中位"),
    "highest": ("the highest", "取最高"),
    "first": ("the first named", "取列名在前者"),
}
_BOUGHT: Final[dict[str, Pair]] = {
    "ledger": ("billed in the last 12 months of the ledger", "台账最近 12 个月开票"),
    "ledger_part": ("billed so far, less than 12 months", "至今开票，不足 12 个月"),
    "stated": ("as the customer states", "客户申报"),
    "expected": ("as expected", "预计"),
}
_TERMS: Final[dict[str, Pair]] = {
    "customer": ("agreed", "约定"),
    "ledger": ("as invoiced", "开票实际"),
    "grade": ("by grade", "按等级"),
}
_CAPS: Final[dict[str, Pair]] = {
    "own_equity": ("share of own equity", "自身净资产比例"),
    "own_receivables": ("share of own receivables", "自身应收比例"),
}


def reasons_of(row: Row, values: Values, capacity: Capacity, *, stopped: bool, unpriced: bool) -> list[Reason]:
    """Return the reasons of one row of `limit_book`.

    capacity: of the firm. stopped: the customer has a hard stop. unpriced: its currency has no rate.
    """
    may, how = values["limit.methods"], values["limit.pick"]
    found: list[Reason] = []
    if stopped:
        found.append(Reason("limit.stop", "stop", amount_minor=0, currency=row["currency"]))
    elif row["factor"] == 0 or row["grade_cap_minor"] == 0:
        given = {"grade": row["grade"]}
        found.append(Reason("limit.no-credit", "stop", given, amount_minor=0, currency=row["currency"],
                            policy=("limit.grade_factor", "limit.grade_cap")))  # fmt: skip
    elif row["limit_minor"] is None:
        found.append(Reason("limit.not-set", "note"))
        if row["factor"] is None:
            found.append(Reason("limit.not-scored", "missing"))
        if row["picked"] is None:
            found.append(Reason("limit.no-method", "missing", policy=("limit.methods",)))
        if unpriced:
            told = {"currency": row["currency"], "home": capacity.home}
            found.append(Reason("limit.no-rate", "missing", told, policy=("limit.grade_cap",)))
    if row["picked"] is not None:
        found.append(_method(row, row["picked"], values, "raises"))
        if sum(row[f"{name}_minor"] is not None for name in may) > 1:
            told = {"how": _PICKS[how], "method": LABELS[row["picked"]]}
            found.append(Reason("limit.pick", "note", told, policy=("limit.pick", "limit.methods")))
    if not stopped and row["after_factor_minor"] is not None:
        found += _steps(row, values, capacity)
    found += [
        _method(row, name, values, "note")
        for name in METHODS
        if name != row["picked"] and row[f"{name}_minor"] is not None
    ]
    found += [_lacking(name, row, values) for name in may if row[f"{name}_minor"] is None]
    if capacity.unconverted and row["limit_minor"]:
        told = {"currencies": (", ".join(capacity.unconverted), "、".join(capacity.unconverted))}
        found.append(Reason("limit.unconverted", "missing", told))
    return found


def _steps(row: Row, values: Values, capacity: Capacity) -> list[Reason]:
    """Return the way from the picked method to the limit."""
    after, limit = row["after_factor_minor"], row["limit_minor"]
    factor: Decimal | int = values["limit.grade_factor"][row["grade"]]
    effect: Effect = "lowers" if factor < 1 else "raises" if factor > 1 else "note"
    told = {"factor": factor, "grade": row["grade"], "amount": _text(row, after)}
    found = [_step("limit.factor", effect, row, after, told, "limit.grade_factor")]
    if limit is None or row["factor"] == 0 or row["grade_cap_minor"] == 0:
        return found
    held, cap = after, row["grade_cap_minor"]
    if cap is not None and cap < after:
        held = cap
        told = {"grade": row["grade"], "amount": _text(row, cap)}
        found.append(_step("limit.grade-cap", "caps", row, cap, told, "limit.grade_cap"))
    digits = values["limit.rounding_digits"]
    if row["rounded_minor"] != held:
        told = {"digits": digits, "amount": _text(row, row["rounded_minor"])}
        found.append(_step("limit.rounded", "note", row, row["rounded_minor"], told, "limit.rounding_digits"))
    if row["lifted_minor"] != row["rounded_minor"]:
        told = {"amount": _text(row, row["lifted_minor"])}
        found.append(_step("limit.lifted", "raises", row, row["lifted_minor"], told))
    if limit != row["lifted_minor"]:
        told = {
            "share": _CAPS[row["cap"]], "group": row["group"], "capacity": money.text(capacity.minor or 0, capacity.home),
            "home": capacity.home, "most": _text(row, row["capacity_minor"]), "amount": _text(row, limit),
        }  # fmt: skip
        names = (
            ("limit.own_equity", "limit.own_equity_share")
            if row["cap"] == "own_equity"
            else ("limit.own_receivables_share",)
        )
        found.append(_step("limit.own-capacity", "caps", row, limit, told, *names))
    told = {"customer": row["customer"], "amount": _text(row, limit), "currency": row["currency"]}
    found.append(_step("limit.set", "note", row, limit, told))
    if limit == 0:
        return found
    parts = {"insured": _text(row, row["insured_minor"]), "own": _text(row, row["own_risk_minor"])}
    found.append(_step("limit.parts", "note", row, row["own_risk_minor"], parts, "limit.insured_share"))
    if row["needs_committee"]:
        told = {
            "own": money.text(row["group_own_minor"], capacity.home), "home": capacity.home, "group": row["group"],
            "above": f"{values['limit.committee_above']:,}",
        }  # fmt: skip
        found.append(Reason("limit.committee", "note", told, policy=("limit.committee_above",)))
    found.append(Reason("limit.review", "note", {"on": row["review_on"].isoformat()}, policy=("limit.review_months",)))
    return found


def _method(row: Row, name: str, values: Values, effect: Effect) -> Reason:
    """Return what a method gives, and how."""
    amount = row[f"{name}_minor"]
    told: dict[str, Any] = {"amount": _text(row, amount)}
    params: tuple[str, ...] = ()
    if name in ("need", "purchases"):
        told |= {"base": _text(row, row["yearly_minor"]), "source": _BOUGHT[row["bought_from"]]}
    if name == "need":
        told |= {"year": values["limit.year_days"], "term": row["term_days"], "term_source": _TERMS[row["term_from"]],
                 "unbilled": values["limit.unbilled_days"], "grace": values["limit.grace_days"]}  # fmt: skip
        params = ("limit.year_days", "limit.unbilled_days", "limit.grace_days")
        params += ("terms.days",) if row["term_from"] == "grade" else ()
    elif name == "score":
        told |= {"score": row["score"]}
        params = ("limit.score_amounts",)
    elif name != "insurer":
        param, base = {
            "purchases": ("limit.purchases_share", "yearly_minor"),
            "net_worth": ("limit.net_worth_share", "tangible_net_worth_minor"),
            "working_capital": ("limit.working_capital_share", "statement_working_capital_minor"),
            "references": ("limit.reference_share", "reference_average_minor"),
            "payment_history": ("limit.history_share", "peak_minor"),
        }[name]
        told |= {"share": values[param], "base": _text(row, row[base]), "count": row["references"]}
        params = (param,)
    code = f"limit.{name.replace('_', '-')}" if effect != "note" else f"limit.beside-{name.replace('_', '-')}"
    return _step(code, effect, row, amount, told, *params)


def _lacking(name: str, row: Row, values: Values) -> Reason:
    told: dict[str, Any] = {"method": LABELS[name]}
    if name == "references":
        told |= {"count": row["references"], "least": values["limit.min_references"]}
        return Reason("limit.few-references", "missing", told, policy=("limit.min_references", "file.reference_months"))
    code = {
        "need": "limit.no-purchases" if row["yearly_minor"] is None else "limit.no-term", "purchases": "limit.no-purchases",
        "net_worth": "limit.no-statement", "working_capital": "limit.no-statement",
        "score": "limit.no-score", "payment_history": "limit.no-history", "insurer": "limit.no-cover",
    }[name]  # fmt: skip
    return Reason(code, "missing", told)


def _step(code: str, effect: Effect, row: Row, minor: int, told: dict[str, Any], *params: str) -> Reason:
    return Reason(code, effect, told, amount_minor=minor, currency=row["currency"], policy=params)


def _text(row: Row, minor: int) -> str:
    return money.text(minor, row["currency"])
