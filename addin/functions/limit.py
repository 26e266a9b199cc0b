"""Limits and how they came about, exposure, headroom, cover, and the release of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from creditlib.errors import Lang
from creditlib.faces.wording import say

from ..answers import major, measure_of
from ..desk import Desk
from ..sources import Code, Source
from ..udf import Day, Kind, Language, Number, Words, because, cell
from ..values import wrong
from ..words import worded
from .score import day_of, decided, told

if TYPE_CHECKING:
    from creditlib.decisions.limit.decide import LimitDecision
    from creditlib.decisions.release.decide import ReleaseDecision

Stated = Annotated[Source, Kind("source", "limit+factors")]
Customer = Annotated[Source, Kind("source", "none")]
Method = Annotated[Any, Kind("choice", "limit_method")]
Part = Annotated[Any, Kind("choice", "exposure")]
Cover = Annotated[Any, Kind("choice", "cover")]
Stage = Annotated[Any, Kind("choice", "stage")]


@cell("number", "limit", each=True)
def CREDITLIMIT(desk: Desk, customer: Stated, as_of: Day = None) -> Any:
    """Return the limit a customer, or stated figures, would get."""
    if isinstance(customer, Code):
        return desk.answers(as_of).get(customer.text, measure_of("limit"))
    made = _stated(desk, customer, as_of)
    return None if made.limit_minor is None else major(made.limit_minor, made.currency)


@cell("table", "limit", each=True)
def CREDITLIMITS(desk: Desk, customer: Stated, method: Method = None, as_of: Day = None) -> Any:
    """Return what each method gives, one below the other, or that of one method."""
    from creditlib.decisions.limit.methods import METHODS

    made = _decision(desk, customer, as_of)
    given = [made.methods[name] for name in ((method,) if method else METHODS)]
    return [[None if minor is None else major(minor, made.currency)] for minor in given]


@cell("number", "limit", each=True)
def CREDITHEADROOM(desk: Desk, customer: Customer, as_of: Day = None) -> Any:
    """Return what is left of the limit after the exposure."""
    return _of_book(desk, customer, as_of, "headroom")


@cell("number", "limit", each=True)
def CREDITEXPOSURE(desk: Desk, customer: Customer, part: Part = "total", as_of: Day = None) -> Any:
    """Return the exposure, or a part of it."""
    return _of_book(desk, customer, as_of, "exposure" if part == "total" else part)


@cell("number", "limit", each=True)
def CREDITCOVER(desk: Desk, customer: Customer, part: Cover = "covered", as_of: Day = None) -> Any:
    """Return what insurance and other security carry of the exposure, or what is left as own risk."""
    return _of_book(desk, customer, as_of, part)


@cell("text", "limit", each=True)
def CREDITRELEASE(
    desk: Desk, customer: Customer, amount: Number, stage: Stage = "order", order: Words = "", as_of: Day = None,
    language: Language = None,
) -> Any:  # fmt: skip
    """Return whether an order, a shipment or a billing may go."""
    return worded("outcome", _release(desk, customer, amount, stage, order, as_of).outcome, language or desk.lang)


def _of_book(desk: Desk, customer: Source, as_of: Any, name: str) -> Any:
    if not isinstance(customer, Code):
        wrong("need_code", argument="customer")
    return desk.answers(as_of).get(customer.text, measure_of(name))


def _decision(desk: Desk, customer: Source, as_of: Any) -> LimitDecision:
    if isinstance(customer, Code):
        return desk.answers(as_of).review(customer.text).limit
    return _stated(desk, customer, as_of)


def _stated(desk: Desk, source: Any, as_of: Any) -> LimitDecision:
    """Return the limit of stated figures; without a grade among them, the factors there are scored first."""
    from creditlib.decisions.limit.stated import STATED, limit_values
    from creditlib.decisions.what_if.case import to_minor
    from creditlib.money import currency_code, exponent

    given = dict(source.values)
    on, policy = day_of(desk, as_of), desk.policy
    told_currency = given.pop("currency", None) or policy.at(on)["home.currency"]
    currency = currency_code(str(told_currency)) or str(told_currency)
    grade, score, outcome = given.pop("grade", None), given.pop("score", None), "scored"
    if grade is None:
        made = decided(desk, source, as_of)
        grade, score, outcome = made.grade, made.score if score is None else int(score), made.outcome
    figures: dict[str, Any] = {}
    for name, value in given.items():
        minor = f"{name}_minor"
        if minor in STATED:
            figures[minor] = None if value is None else to_minor(value * 10 ** exponent(currency))
        elif name in STATED:
            figures[name] = None if value is None else int(value)
    grade = None if grade is None else str(grade).upper()
    whole = None if score is None else int(score)
    return limit_values(figures, grade, whole, policy, on, outcome=outcome, currency=currency)


def _release(desk: Desk, customer: Source, amount: float, stage: str, order: str, as_of: Any) -> ReleaseDecision:
    if not isinstance(customer, Code):
        wrong("need_code", argument="customer")
    from creditlib.decisions.release.decide import Order, release
    from creditlib.decisions.what_if.case import to_minor
    from creditlib.money import exponent

    answers = desk.answers(as_of)
    currency = answers.currency(customer.text)
    minor = to_minor(amount * 10 ** exponent(currency))
    asked = Order(customer.text, currency, minor, stage, order or None)  # type: ignore[arg-type]
    whole = answers.whole
    return release(asked, whole.book, whole.policy, whole.as_of, **whole.in_report)


@because("CREDITLIMIT")
def _why_limit(lang: Lang, desk: Desk, customer: Source, as_of: Any = None) -> str:
    return told(_decision(desk, customer, as_of), lang)


@because("CREDITLIMITS")
def _why_limits(lang: Lang, desk: Desk, customer: Source, method: Any = None, as_of: Any = None) -> str:
    return told(_decision(desk, customer, as_of), lang)


@because("CREDITRELEASE")
def _why_release(
    lang: Lang, desk: Desk, customer: Source, amount: float, stage: str = "order", order: str = "", as_of: Any = None,
    language: Any = None,
) -> str:  # fmt: skip
    return told(_release(desk, customer, amount, stage, order, as_of), lang)


@because("CREDITHEADROOM")
def _why_headroom(lang: Lang, desk: Desk, customer: Source, as_of: Any = None) -> str:
    limit = told(_decision(desk, customer, as_of), lang)
    return "\n".join([exposure_text(lang, desk, customer, as_of), limit])


@because("CREDITEXPOSURE")
@because("CREDITCOVER")
def _why_exposure(lang: Lang, desk: Desk, customer: Source, part: Any = None, as_of: Any = None) -> str:
    return exposure_text(lang, desk, customer, as_of)


def exposure_text(lang: Lang, desk: Desk, customer: Any, as_of: Any) -> str:
    """Return the exposure by part, and how many documents stand behind it."""
    answers = desk.answers(as_of)
    made = answers.review(customer.text)
    parts = [
        f"{measure_of(name).label(lang)} {major(made.exposure[column], made.currency):,.2f}"
        for name, column in (
            ("open_items", "open_items_minor"), ("unapplied", "unapplied_minor"), ("delivered", "delivered_not_billed_minor"),
            ("orders", "orders_minor"), ("exposure", "total_minor"), ("covered", "covered_minor"), ("net", "net_minor"),
        )
    ]  # fmt: skip
    why = (
        answers.whole.exposures.why(customer=customer.text, currency=made.currency)
        if made.exposure["total_minor"]
        else None
    )
    return say(
        "cells.why.exposure", lang, as_of=made.as_of, currency=made.currency, parts=("；" if lang == "zh" else "; ").join(parts),
        documents=0 if why is None else why.documents.num_rows, policy=made.policy_name, fingerprint=made.policy_fingerprint,
    )  # fmt: skip
