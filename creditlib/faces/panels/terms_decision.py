"""The panel of credit terms, first part: whether the proposal pays, its key figures, and where it stops paying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from creditlib.decisions.decision import Reason
from creditlib.errors import Lang, NeedsSales
from creditlib.faces.panels.blocks import Block, Cell, button, buttons, column, decision, kpi, kpis, row, section, table
from creditlib.faces.panels.terms_why import components
from creditlib.faces.scale import Scale
from creditlib.faces.wording import say
from creditlib.flows.terms_step import TermsStep

if TYPE_CHECKING:
    from creditlib.faces.panels.terms import TermsModel

_WHY: Final = 3  # components told in the sentence: as many as a person takes in at once


def unknown(missing: NeedsSales, lang: Lang) -> Block:
    """Return what is missing, where today's terms can't be told."""
    why = f"{missing.text(lang)}{'' if lang == 'zh' else ' '}{say('panel_terms.state_it', lang)}"
    return section("decision", [decision("verdict", say("panel_terms.verdict.unknown", lang), why, act=True)], grow=1.4)


def decided(model: TermsModel, step: TermsStep, scale: Scale) -> Block:
    """Return whether the proposal pays and why, and the key figures."""
    key, act = _outcome(step)
    changed = bool(model.proposed())
    lang, effect = scale.lang, step.effect
    told = {
        "profit": scale.text(abs(effect.change.profit_minor)), "npv": scale.text(abs(effect.worth.npv_minor)), "unit": scale.unit,
        "years": f"{effect.horizon_years:g}", "days": days_text(effect.base_case.net_days), "late": days_text(effect.base_case.late_days),
        "tied": scale.text(effect.base.receivables_cost_minor), "cost": scale.text(effect.base.capital_cost_minor), "loss": scale.text(effect.base.loss_minor),
    }  # fmt: skip
    title = say(f"panel_terms.verdict.{key if changed else 'today'}", lang, **told)
    blocks = [
        decision("verdict", title, _why(step, scale, changed), act=changed and act),
        _figures(step, scale),
        buttons("take", _offers(model, step)),
    ]
    if step.effect.change.profit_minor:
        blocks.append(components(step, scale))
    return section("decision", blocks, grow=1.7)


def _offers(model: TermsModel, step: TermsStep) -> list[Block]:
    grade, given = model.offered()
    found = []
    if not step.shortest_is_best(model.by):  # money sooner is always better where nobody minds: no advice
        found.append(button("best", say(f"panel_terms.take_best_{model.get('y')}", model.lang), primary=True))
    if grade is not None and given:
        found.append(button("offered", say("panel_terms.take_offered", model.lang, grade=grade)))
    return found


def days_text(days: float) -> str:
    """Return days as people read them, a decimal only where there is one; none where they are years.

    >>> days_text(58.26), days_text(60.0), days_text(-0.02), days_text(12383.2)
    ('58.3', '60', '0', '12,383')
    """
    if abs(days) >= 1000:
        return f"{days:,.0f}"
    text = f"{days:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _outcome(step: TermsStep) -> tuple[str, bool]:
    """The sentence to say, and whether a person must look: profit and present value each have their say."""
    profit, npv = step.effect.change.profit_minor, step.effect.worth.npv_minor
    if profit == 0 and npv == 0:
        return "same", False
    if profit >= 0 and npv >= 0:
        return "better", False
    if profit <= 0 and npv <= 0:
        return "worse", True
    return ("tied" if profit > 0 else "freed"), True


def _why(step: TermsStep, scale: Scale, changed: bool) -> str:
    lang, effect = scale.lang, step.effect
    gap = "，" if lang == "zh" else ", "
    moved = [one for one in effect.decision.reasons if one.effect in ("raises", "lowers")][:_WHY]
    if not changed:
        return say("panel_terms.nothing", lang)
    parts = [gap.join(_component(one, scale) for one in moved)] if moved else []
    needed = step.needed_sales_share
    assumed = effect.scenario_case.sales_change_share
    if needed is None:
        parts.append(say("panel_terms.needed_none", lang))
    else:
        told = {"needed": percent(needed, sign=True), "assumed": percent(assumed, sign=True)}
        parts.append(say("panel_terms.needed", lang, **told))
    return ("。" if lang == "zh" else ". ").join(parts) + ("。" if lang == "zh" else ".")


def _component(one: Reason, scale: Scale) -> str:
    name = one.code.split(".")[1]
    return say(f"panel_terms.part.{name}", scale.lang) + f" {scale.text(one.amount_minor, sign=True)}"


def percent(share: float | None, *, sign: bool = False) -> str:
    """Return a share in per cent with one decimal, a dash for none.

    >>> percent(0.0214, sign=True), percent(None), percent(-0.0001)
    ('+2.1%', '–', '0.0%')
    """
    if share is None:
        return "–"
    text = f"{share:+.1%}" if sign else f"{share:.1%}"
    return "0.0%" if text in ("+0.0%", "-0.0%") else text


def _figures(step: TermsStep, scale: Scale) -> Block:
    lang, effect = scale.lang, step.effect
    before, after = effect.base, effect.scenario

    def was(text: str) -> str:
        return say("panel_terms.was", lang, value=text)

    perpetual = effect.worth.npv_perpetual_minor
    tied = [scale.text(side.receivables_cost_minor) for side in (before, after)]
    loss = [scale.text(side.loss_minor) for side in (before, after)]
    profit = scale.pair(before.profit_minor, after.profit_minor)
    items = [
        kpi("npv", say("panel_terms.kpi.npv", lang, years=f"{effect.horizon_years:g}"), scale.text(effect.worth.npv_minor, sign=True), "",
            say("panel_terms.perpetual", lang, value="–" if perpetual is None else scale.text(perpetual, sign=True))),
        kpi("profit", say("panel_terms.kpi.profit", lang), profit[2], "", f"{profit[0]} → {profit[1]}"),
        kpi("tied", say("panel_terms.kpi.tied", lang), tied[1], "", was(tied[0])),
        kpi("dso", say("panel_terms.kpi.dso", lang), "–" if after.dso_days is None else days_text(after.dso_days), say("panel.word.days", lang),
            was("–" if before.dso_days is None else days_text(before.dso_days))),
        kpi("loss", say("panel_terms.kpi.loss", lang), loss[1], "", was(loss[0])),
    ]  # fmt: skip
    return kpis("figures", items)


def break_evens(step: TermsStep, scale: Scale) -> Block:
    """Return where the proposal stops paying: sales, days, discount, bad debt, and the cash it takes."""
    lang, effect, even, cash = scale.lang, step.effect, step.effect.break_even, step.effect.cash
    found: list[tuple[str, str, str]] = [
        ("sales", percent(step.needed_sales_share, sign=True), scale.text(even.extra_sales_minor, sign=True)),
        ("npv_sales", percent(step.needed_npv_share, sign=True), scale.text(even.npv_extra_sales_minor, sign=True)),
        ("days", _longest(step, "profit_change_minor", lang), say("panel_terms.even.profit", lang)),
        ("npv_days", _longest(step, "npv_minor", lang), say("panel_terms.even.npv", lang)),
        ("discount", "–" if step.highest_discount is None else f"{step.highest_discount:.2%}", say("panel_terms.even.profit", lang)),
        ("bad_debt", _bad_debt(even.bad_debt_share, lang), say("panel_terms.even.of_balance", lang)),
        ("cash", scale.text(-cash.peak_minor) if cash.peak_minor else "0", _peak(step, lang)),
    ]  # fmt: skip
    simple = effect.scenario.customer_cost_simple
    if simple is not None:
        compound = effect.scenario.customer_cost_compound
        told = say("panel_terms.even.compound", lang, share="–" if compound is None else f"{compound:.1%}")
        found.append(("customer", f"{simple:.1%}", told))
    heads = [
        column(say("panel_terms.even.what", lang)), column(say("panel_terms.even.edge", lang), align="right", tone="strong"),
        column(say("panel_terms.even.note", lang), align="right"),
    ]  # fmt: skip
    rows = [row([_name(n, lang), {"text": value, "tone": "strong"}, _note(note)], id=n) for n, value, note in found]
    title = say("panel_terms.even.title", lang)
    return section(
        "evens",
        [table("evens", title, heads, rows)],
        title=title,
        sub=say("panel_terms.even.sub", lang, unit=scale.unit),
    )


def _name(name: str, lang: Lang) -> Cell:
    return {"text": say(f"panel_terms.even.{name}", lang), "tone": "words"}


def _note(text: str) -> Cell:
    return {"text": text, "tone": "muted"}


def _bad_debt(share: float | None, lang: Lang) -> str:
    if share is None:
        return "–"
    return say("panel_terms.even.never", lang) if share < 0 else f"{share:.2%}"  # below 0: missed without any


def _longest(step: TermsStep, by: str, lang: Lang) -> str:
    days = step.longest(by)
    if days is None:
        return say("panel_terms.even.never", lang)
    key = "or_more" if days >= step.most_days else "up_to"
    return say(f"panel_terms.even.{key}", lang, days=days_text(days))


def _peak(step: TermsStep, lang: Lang) -> str:
    cash = step.effect.cash
    if not cash.peak_minor:
        return say("panel_terms.even.no_cash", lang)
    day = days_text(cash.peak_day)
    if cash.payback_day is None:
        return say("panel_terms.even.not_back", lang, day=day)
    return say("panel_terms.even.back", lang, day=day, back=days_text(cash.payback_day))
