"""The panel of credit terms, third part: when the money of a sale comes in, and the cash of the change week by week."""

from __future__ import annotations

from typing import Any

from creditlib.errors import Lang
from creditlib.faces.charts.terms import Marked, Receipt, Week, receipts
from creditlib.faces.charts.terms import weeks as drawn
from creditlib.faces.panels.blocks import Block, chart, section, text
from creditlib.faces.panels.terms_decision import days_text, percent
from creditlib.faces.scale import Scale
from creditlib.faces.wording import say
from creditlib.flows.terms_step import TermsStep


def received(step: TermsStep, lang: Lang) -> Block:
    """Return what share of the sales has come in by the day after delivery, today and in the scenario."""
    sides = {"base": step.received_before.to_pylist(), "scenario": step.received_after.to_pylist()}
    points, told = [], []
    for which, rows in sides.items():
        points += [Receipt(which, r["day"], r["share"], _point(r, lang)) for r in rows]
        told.append(f"{say(f'panel.word.{which}', lang)}: " + "; ".join(_point(r, lang) for r in rows))
    if step.received_before.equals(step.received_after):
        points = [point for point in points if point.which == "base"]
    made = receipts(points, x_title=say("panel_terms.after_delivery", lang), alt_text=". ".join(told))
    days = [rows[-1]["day"] for rows in sides.values()]
    key = "same" if days[0] == days[1] else "later" if days[1] > days[0] else "earlier"
    title = say(f"panel_terms.received_{key}", lang, days=days_text(abs(days[1] - days[0])))
    return section("received", [chart("received", made)], title=title, sub=say("panel_terms.received_sub", lang))


def _point(row: Any, lang: Lang) -> str:
    return say("panel_terms.paid", lang, share=percent(row["share"]), days=days_text(row["day"]))


def weeks(step: TermsStep, scale: Scale) -> Block:
    """Return the cash of the change, week by week in the year after it."""
    lang, cash = scale.lang, step.effect.cash
    sub = say("panel_terms.weeks_sub", lang, unit=scale.unit)
    if not any(cash.weeks_minor):
        nothing = text("no_cash", [say("panel_terms.weeks_none", lang)], tone="muted")
        return section("weeks", [nothing], title=say("panel_terms.weeks_same", lang), sub=sub)
    points = [Week(week, scale.value(minor), f"{_week(week, lang)}: {scale.text(minor, sign=True)} {scale.unit}") for week, minor in enumerate(cash.weeks_minor)]  # fmt: skip
    marks, last = [], cash.weeks_minor[-1]
    if cash.peak_minor:
        week = round(cash.peak_day / 7)
        label = say("panel_terms.peak", lang, amount=scale.text(-cash.peak_minor), day=days_text(cash.peak_day))
        marks.append(Marked("base", week, scale.value(-cash.peak_minor), label))
    told = {
        "amount": scale.text(cash.peak_minor),
        "unit": scale.unit,
        "day": days_text(cash.peak_day),
        "end": scale.text(last, sign=True),
    }
    key = "weeks_none_short" if not cash.peak_minor else "weeks_falling" if cash.falling else "weeks_peak"
    title = say(f"panel_terms.{key}", lang, **told)
    words = "; ".join(points[week].text for week in (4, 13, 26, 52))
    made = drawn(points, marks, x_title=say("panel_terms.weeks_after", lang), alt_text=f"{title}. {words}")
    return section("weeks", [chart("weeks", made)], title=title, sub=sub)


def _week(week: int, lang: Lang) -> str:
    return say("panel_terms.week", lang, week=week)
