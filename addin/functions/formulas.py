"""Figures that need nothing but their arguments: expected loss, working capital, insurance."""

from __future__ import annotations

from typing import Annotated, Any

from creditlib import formulas
from creditlib.errors import Lang, UsageError
from creditlib.faces.wording import say

from ..answers import measure_of
from ..desk import Desk
from ..udf import Anything, Kind, MaybeNumber, Number, because, cell
from ..values import not_known, number, text, wrong
from .score import day_of

Order = Annotated[Any, Kind("choice", "claim_order")]


@cell("number", "formula")
def CREDITEL(desk: Desk, customer_or_pd: Anything, lgd: MaybeNumber = None, exposure: MaybeNumber = None) -> Any:
    """Return expected loss: of a customer of the book, or probability × loss given default × exposure."""
    if lgd is None and exposure is None:
        return desk.answers().get(text(customer_or_pd), measure_of("expected_loss"))
    return formulas.expected_loss(*_risk(desk, customer_or_pd, lgd, exposure))


def _risk(desk: Desk, customer_or_pd: Any, lgd: float | None, exposure: float | None) -> tuple[float, float, float]:
    """Return probability, loss given default and exposure, what is left out from the policy and, of a customer, from the book."""
    share = float(desk.values()["score.loss_given_default"]) if lgd is None else lgd
    if _is_code(customer_or_pd, exposure):
        answers, code = desk.answers(), text(customer_or_pd)
        chance = answers.get(code, measure_of("default_probability"))
        if chance is None:
            raise not_known("no_probability", customer=code)
        owed = max(answers.get(code, measure_of("net")), 0) if exposure is None else exposure
        return chance, share, owed
    if exposure is None:
        wrong("blank", argument="exposure")
    return number(customer_or_pd, "customer_or_pd"), share, exposure


def _is_code(given: Any, exposure: float | None) -> bool:
    """Whether it names a customer: beside an exposure what is no number; without one any text, and a number that can be no probability."""
    if exposure is None:
        return isinstance(given, str) or given > 1
    try:
        number(given, "customer_or_pd")
    except UsageError:
        return True
    return False


@cell("number", "formula")
def CREDITCCC(desk: Desk, dso: Number, dio: Number, dpo: Number) -> Any:
    """Return the cash conversion cycle in days."""
    return formulas.cash_conversion_cycle(dso, dio, dpo)


@cell("number", "formula")
def CREDITWCR(desk: Desk, receivables: Number, inventory: Number, payables: Number) -> Any:
    """Return the working capital requirement."""
    return formulas.working_capital_requirement(receivables, inventory, payables)


@cell("number", "formula")
def CREDITDAYS(desk: Desk, balance: Number, flow: Number, days: Number = 365) -> Any:
    """Return how many days of a flow a balance is: DIO and DPO."""
    return formulas.days_of(balance, flow, days)


@cell("number", "formula")
def CREDITCLAIM(
    desk: Desk,
    loss: Number,
    insured_limit: Number,
    share: Number,
    deductible: Number = 0,
    order: Order = "deductible_first",
) -> Any:
    """Return what an insurer pays on a loss."""
    return formulas.claim(loss, insured_limit, share, deductible, order)


@cell("number", "formula")
def CREDITPREMIUM(desk: Desk, turnover: Number, rate: Number, minimum: Number = 0) -> Any:
    """Return the premium on insured turnover."""
    return formulas.premium(turnover, rate, minimum)


@because("CREDITEL")
def _why_loss(lang: Lang, desk: Desk, customer_or_pd: Any, lgd: Any = None, exposure: Any = None) -> str:
    chance, share, owed = _risk(desk, customer_or_pd, lgd, exposure)
    return say(
        "cells.why.loss",
        lang,
        pd=f"{chance:.2%}",
        lgd=f"{share:.0%}",
        exposure=f"{owed:,.2f}",
        as_of=day_of(desk, None),
    )
