"""Score, grade, default probability, their reasons, what would lift them, and Altman's Z."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from creditlib.errors import Lang
from creditlib.faces.wording import say

from ..answers import measure_of
from ..desk import Desk
from ..sources import Code, Figures, Inputs, Source
from ..udf import Day, Kind, Language, MaybeNumber, because, cell, whole_table
from ..values import not_known, wrong

if TYPE_CHECKING:
    from creditlib.decisions.score.decide import ScoreDecision

Factors = Annotated[Source, Kind("source", "factors")]
Lines = Annotated[Source, Kind("source", "lines")]
Form = Annotated[Any, Kind("choice", "altman")]


@cell("number", "score", each=True)
def CREDITSCORE(desk: Desk, customer: Factors, as_of: Day = None) -> Any:
    """Return the score of a customer, or of factor values."""
    if isinstance(customer, Code):
        return desk.answers(as_of).get(customer.text, measure_of("score"))
    card = _card(desk, as_of)
    return card.number([customer.values.get(name) for name in card.names])


@cell("text", "score", each=True)
def CREDITGRADE(desk: Desk, customer: Factors, as_of: Day = None) -> Any:
    """Return the grade, A to E."""
    if isinstance(customer, Code):
        return desk.answers(as_of).get(customer.text, measure_of("grade"))
    return _graded(desk, customer, as_of)[1]


@cell("number", "score", each=True)
def CREDITPD(desk: Desk, customer: Factors, as_of: Day = None) -> Any:
    """Return the probability of default within a year, a share."""
    if isinstance(customer, Code):
        return desk.answers(as_of).get(customer.text, measure_of("default_probability"))
    return _graded(desk, customer, as_of)[0].default_probability


@cell("text", "score", each=True)
def CREDITREASONS(
    desk: Desk, customer: Factors, item: MaybeNumber = None, as_of: Day = None, language: Language = None
) -> Any:
    """Return the reasons of a score, all in lines or one by its number."""
    lang: Lang = language or desk.lang
    return picked([reason.text(lang) for reason in decided(desk, customer, as_of).reasons], item)


@cell("text", "score", each=True)
def CREDITADVICE(
    desk: Desk, customer: Factors, item: MaybeNumber = None, as_of: Day = None, language: Language = None
) -> Any:
    """Return what would lift the grade, all ways in lines or one by its number."""
    lang: Lang = language or desk.lang
    if isinstance(customer, Code):
        found = desk.answers(as_of).review(customer.text).advice
    else:
        from creditlib.decisions.score.advice import advise

        on = day_of(desk, as_of)
        found = advise(decided(desk, customer, as_of), desk.policy, on)
    sentences = [
        "；".join(r.text(lang) for r in o.reasons) if lang == "zh" else "; ".join(r.text(lang) for r in o.reasons)
        for o in found.options
    ]
    return picked([*sentences, *(reason.text(lang) for reason in found.missing)], item)


@cell("number", "score", each=True)
def CREDITZSCORE(desk: Desk, customer: Lines, form: Form = None, as_of: Day = None) -> Any:
    """Return Altman's Z in the form that fits, or in the one asked."""
    return _distress(desk, customer, form, as_of)[1]


def _distress(desk: Desk, customer: Source, form: str | None, as_of: Any) -> tuple[str, float | None, str]:
    """Return form, Z and the reason of the form."""
    from creditlib.formulas import altman_from_amounts, altman_variant
    from creditlib.measures.statements import ALTMAN

    if isinstance(customer, Code):
        made = desk.answers(as_of).review(customer.text)
        if made.distress is None:
            raise not_known("no_statements", customer=customer.text)
        if form is None:
            return made.distress.variant, made.distress.z, made.distress.reason
        return form, made.statements[-1][ALTMAN[form]], ""
    given = customer.values
    need = (
        "total_assets",
        "retained_earnings",
        "ebit",
        "equity",
        "total_liabilities",
        "sales",
        "current_assets",
        "current_liabilities",
    )
    lacking = [name for name in need if given.get(name) is None]
    if lacking:
        wrong("lacking", argument="customer", names=", ".join(lacking))
    scores = altman_from_amounts(
        working_capital=given["current_assets"] - given["current_liabilities"], total_assets=given["total_assets"],
        retained_earnings=given["retained_earnings"], ebit=given["ebit"], equity_market=given.get("market_value"),
        equity_book=given["equity"], total_liabilities=given["total_liabilities"], sales=given["sales"],
    )  # fmt: skip
    choice = altman_variant(None, None)
    variant = form or choice.variant
    return variant, getattr(scores, variant), "" if form else choice.reason


def _columns(desk: Desk, table: Figures, as_of: Any, wanted: str) -> list[Any]:
    """Return score, grade or probability of every row, by the columns of the whole book's way."""
    import numpy as np

    from creditlib.decisions.score.decide import score_columns

    values = np.array(table.rows, np.float64).T  # a blank becomes NaN, which is unknown
    columns = dict(zip(table.names, values, strict=True))
    made = score_columns(_card(desk, as_of), columns, len(table.rows), desk.values(as_of))
    return made[wanted].to_pylist()  # type: ignore[no-any-return]


@whole_table("CREDITSCORE")
def _scores(desk: Desk, table: Figures, as_of: Any = None) -> list[Any]:
    return _columns(desk, table, as_of, "score")


@whole_table("CREDITGRADE")
def _grades(desk: Desk, table: Figures, as_of: Any = None) -> list[Any]:
    return _columns(desk, table, as_of, "grade")


@whole_table("CREDITPD")
def _chances(desk: Desk, table: Figures, as_of: Any = None) -> list[Any]:
    return _columns(desk, table, as_of, "default_probability")


def _graded(desk: Desk, customer: Inputs, as_of: Any) -> Any:
    from creditlib.decisions.score.decide import graded

    return graded(customer.values, desk.values(as_of))


def _card(desk: Desk, as_of: Any) -> Any:
    from creditlib.decisions.score.card import card_of

    return desk.values(as_of).once(card_of)


def day_of(desk: Desk, as_of: Any) -> Any:
    """Return the day stated figures are judged by: the one asked, the one chosen, or today."""
    from datetime import date

    return as_of or desk.settings.as_of or date.today()


def decided(desk: Desk, source: Source, as_of: Any) -> ScoreDecision:
    """Return the score of a customer or of stated factors, with its reasons."""
    if isinstance(source, Code):
        return desk.answers(as_of).review(source.text).score
    from creditlib.decisions.score.decide import score_values

    return score_values(source.values, desk.policy, day_of(desk, as_of))


def picked(sentences: list[str], item: float | None) -> str:
    """Return all sentences in lines, or one by its number; an empty text beyond the last."""
    if item is None:
        return "\n".join(sentences)
    if item != int(item) or item < 1:
        wrong("item", given=f"{item:g}")
    return sentences[int(item) - 1] if item <= len(sentences) else ""


def told(decision: Any, lang: Lang) -> str:
    """Return a decision in lines: its policy, and every reason."""
    head = say(
        "cells.why.decision", lang, as_of=decision.as_of, policy=decision.policy_name, fingerprint=decision.fingerprint
    )
    return "\n".join([head, *(reason.text(lang) for reason in decision.reasons)])


@because("CREDITSCORE")
@because("CREDITGRADE")
@because("CREDITPD")
def _why_score(lang: Lang, desk: Desk, customer: Source, as_of: Any = None) -> str:
    return told(decided(desk, customer, as_of), lang)


@because("CREDITREASONS")
@because("CREDITADVICE")
def _why_reasons(
    lang: Lang, desk: Desk, customer: Source, item: Any = None, as_of: Any = None, language: Any = None
) -> str:
    return told(decided(desk, customer, as_of), lang)


@because("CREDITZSCORE")
def _why_z(lang: Lang, desk: Desk, customer: Source, form: str | None = None, as_of: Any = None) -> str:
    from creditlib.formulas import CUT_OFFS, altman_zone

    variant, z, reason = _distress(desk, customer, form, as_of)
    low, high = CUT_OFFS[variant]  # type: ignore[index]
    zone = "none" if z is None else altman_zone(variant, z)  # type: ignore[arg-type]
    return say(
        "cells.why.altman", lang, form=say(f"cells.choice.altman.{variant}", lang), low=low, high=high,
        zone=say(f"cells.word.zone.{zone}", lang), reason=say(f"cells.word.form.{reason or 'asked'}", lang),
    )  # fmt: skip
