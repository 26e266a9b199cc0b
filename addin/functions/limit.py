"""Limits and how they came about, exposure, headroom, cover, and the release of an order."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from creditlib.errors import Lang
from creditlib.faces.wording import say
from creditlib.money import currency_code, exponent
from creditlib.policy.factors import FACTORS

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
    """Return the limit of stated figures: with a grade or a score among them, or with factors, which are scored first."""
    from creditlib.decisions.limit.stated import limit_values

    given = dict(source.values)
    on, policy = day_of(desk, as_of), desk.policy
    currency = currency_of(given.pop("currency", None) or policy.at(on)["home.currency"])
    judged = _judged(desk, source, as_of, given)
    figures = {
        name: value
        for key, value in given.items()
        if (name := _LIMIT_FIELDS.get(key))
        for value in [_figure(key, value, name, currency)]
    }
    return limit_values(
        figures, judged.grade, judged.score, policy, on, outcome=judged.outcome, currency=currency, rates=desk.rates(on)
    )


_LIMIT_FIELDS: Final = {
    "yearly": "yearly_minor", "term_days": "term_days", "net_worth": "net_worth_minor", "working_capital": "working_capital_minor",
    "reference_average": "reference_average_minor", "references": "references", "peak": "peak_minor", "insurer": "insurer_minor",
    "insurer_paid": "insurer_paid_minor",
}  # fmt: skip
"""What a range calls a figure → what `limit_values` calls it."""


def _figure(key: str, value: float | None, name: str, currency: str) -> int | None:
    """Return a figure as the library takes it: minor units, or a whole count. Raises: UsageError for a fraction of a day."""
    if value is None:
        return None
    if abs(value) >= _LARGEST or (value < 0 and key not in ("net_worth", "working_capital")):
        wrong("out_of_bounds", name=key, given=f"{value:,.10g}")
    if name.endswith("_minor"):
        from creditlib.decisions.what_if.case import to_minor

        return to_minor(value * 10 ** exponent(currency))
    if value != int(value):
        wrong("whole", name=key, given=f"{value:g}")
    return int(value)


_LARGEST: Final = 1e13  # with its cents an amount has fifteen digits, all a spreadsheet keeps


class _Judged(NamedTuple):
    grade: str | None
    score: int | None
    outcome: str


def _judged(desk: Desk, source: Any, as_of: Any, given: dict[str, Any]) -> _Judged:
    """Return grade and score: as stated, or of the factors; a score alone has the grade of the card. Both ways at once are refused."""
    grade, score = given.pop("grade", None), given.pop("score", None)
    factors = [name for name in given if name in FACTORS and given[name] is not None]
    if factors and (grade is not None or score is not None):
        wrong("grade_and_factors", names=", ".join(factors[:3]))
    if grade is None and score is None:
        made = decided(desk, source, as_of)
        return _Judged(made.grade, made.score, made.outcome)
    if score is not None:
        from creditlib.decisions.score.card import card_of

        card = desk.values(as_of).once(card_of)
        if score != int(score) or not card.low <= score <= card.high:
            wrong("no_score", given=f"{score:g}", low=card.low, high=card.high)
        grade = grade if grade is not None else card.grade(int(score))
    return _Judged(unicodedata.normalize("NFKC", str(grade)).upper(), None if score is None else int(score), "scored")


def currency_of(told: Any) -> str:
    """Return the ISO code of a currency as people write it."""
    return currency_code(str(told)) or str(told)


def _release(desk: Desk, customer: Source, amount: float, stage: str, order: str, as_of: Any) -> ReleaseDecision:
    if not isinstance(customer, Code):
        wrong("need_code", argument="customer")
    from creditlib.decisions.release.decide import Order, release
    from creditlib.decisions.what_if.case import to_minor

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
    head = say(
        "cells.why.exposure", lang, as_of=made.as_of, currency=made.currency, parts=("；" if lang == "zh" else "; ").join(parts),
        documents=0 if why is None else why.documents.num_rows, policy=made.policy_name, fingerprint=made.policy_fingerprint,
    )  # fmt: skip
    return "\n".join([head, *answers.apart(customer.text, lang)])
