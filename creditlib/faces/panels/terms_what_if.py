"""The panel of credit terms, second part: sliders, today and scenario beside each other, the curve of what longer terms bring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from creditlib.decisions.what_if.reach import ReachPoint
from creditlib.errors import Lang
from creditlib.faces.charts.terms import Marked, Place
from creditlib.faces.charts.terms import frontier as drawn
from creditlib.faces.panels.blocks import (
    Block,
    Cell,
    chart,
    column,
    fold,
    form,
    row,
    section,
    table,
    text,
)
from creditlib.faces.panels.fields import Number, trimmed
from creditlib.faces.panels.terms_decision import days_text
from creditlib.faces.panels.terms_fields import FIRST, TODAY
from creditlib.faces.scale import Scale
from creditlib.faces.wording import say
from creditlib.flows.terms_bench import STATED, TERMS, VALUES
from creditlib.flows.terms_step import TermsStep

if TYPE_CHECKING:
    from creditlib.faces.panels.terms import TermsModel

_ROWS: Final = (
    "sales_minor", "collection_days", "dso_days", "receivables_minor", "receivables_cost_minor", "margin_minor", "capital_cost_minor", "loss_minor",
    "premium_minor", "discount_minor", "collection_minor", "fixed_minor", "profit_minor",
)  # fmt: skip
_WHERE_ANY: Final = ("premium_minor", "discount_minor", "fixed_minor")
_STOPS: Final = 30  # days between points of the curve that are named
_EVERY: Final = 3  # days between points that are drawn
_DRAWN: Final = 180


def sliders(model: TermsModel) -> Block:
    """Return the sliders, those of the terms first; buttons that set several at once."""
    lang = model.lang
    changed = [n for n in model.state if n in TERMS or n in VALUES or n.startswith(TODAY)]
    count = say("panel_terms.changed" if changed else "panel_terms.unchanged", lang, count=len(changed))
    terms = [n for n in TERMS if n not in FIRST]
    rules = [n for n in VALUES if n not in FIRST]
    blocks = [
        form("first", [model.control(name) for name in FIRST]),
        text("count", [count], tone="muted"),
        fold("terms", say("panel_terms.more_terms", lang, count=len(terms)), [form("terms", [model.control(n) for n in terms])]),
        fold("rules", say("panel_terms.more_rules", lang, count=len(rules)), [form("rules", [model.control(n) for n in rules])]),
        fold("today", say("panel_terms.better_known", lang), [_stated(model)]),
    ]  # fmt: skip
    return section(
        "sliders", blocks, title=say("panel_terms.if", lang), sub=say("panel_terms.if_sub", lang), grow=1.05, live=True
    )


def _stated(model: TermsModel) -> Block:
    return form("stated", [model.control(TODAY + name) for name in STATED])


def today(model: TermsModel, *, open_: bool) -> Block:
    """Return the fields of today's terms alone, for a ledger that can't tell them."""
    title = say("panel_terms.stated_title", model.lang)
    return section("today", [_stated(model)], title=title, sub=say("panel_terms.stated_sub", model.lang), live=True)


def side_by_side(model: TermsModel, step: TermsStep, scale: Scale) -> Block:
    """Return a year under today's terms and under the scenario, with the difference."""
    lang, before, after = scale.lang, step.effect.base, step.effect.scenario
    heads = [
        column(say("panel_terms.year", lang, unit=scale.unit)), column(say("panel.word.base", lang), align="right"),
        column(say("panel.word.scenario", lang), align="right", tone="strong"), column(say("panel.word.change", lang), align="right"),
    ]  # fmt: skip
    rows = []
    for name in _ROWS:
        pair = getattr(before, name), getattr(after, name)
        if name in _WHERE_ANY and not any(pair):
            continue
        cells = scale.pair(*pair) if name.endswith("_minor") else days_pair(*pair)
        first, second, third = cells
        label: Cell = {"text": say(f"panel_terms.row.{name}", lang), "tone": "words"}
        strong: Cell = {"text": second, "tone": "strong"}
        rows.append(row([label, first, strong, third], tone="total" if name == "profit_minor" else "", id=name))
    title = say("panel_terms.sides", lang)
    return section("sides", [table("sides", title, heads, rows)], title=title, sub=_changes(model))


def days_pair(base: float | None, other: float | None) -> tuple[str, str, str]:
    """Return two figures in days and their difference, with as many decimals as make it tie, at most three.

    >>> days_pair(58.26, 75.0), days_pair(58.25, 75.1), days_pair(None, 1.0)
    (('58.3', '75.0', '+16.7'), ('58.25', '75.10', '+16.85'), ('–', '1.0', '–'))
    """
    if base is None or other is None:
        return ("–" if base is None else f"{base:.1f}"), ("–" if other is None else f"{other:.1f}"), "–"
    gap = other - base
    fits = (d for d in (1, 2) if round(round(other, d) - round(base, d), d) == round(gap, d))
    decimals = next(fits, 3)
    shown = f"{gap:+.{decimals}f}"
    return f"{base:.{decimals}f}", f"{other:.{decimals}f}", shown if float(shown) else f"{0:.{decimals}f}"


def _changes(model: TermsModel) -> str:
    """What differs from today, in words."""
    lang, known = model.lang, model.fields()
    told = []
    for name in (*TERMS, *VALUES, *(TODAY + n for n in STATED)):
        field = known[name]
        if name in model.state and isinstance(field, Number):
            told.append(
                f"{field.label(lang)} {_value(field, field.base, lang)} → {_value(field, model.get(name), lang)}"
            )
    return ("；" if lang == "zh" else "; ").join(told) or say("panel_terms.same", lang)


def _value(field: Number, value: Any, lang: Lang) -> str:
    if value is None:
        return say("panel.word.unknown", lang)
    unit = field.unit(lang) if field.unit else ""
    return f"{trimmed(value * field.factor(lang), field.decimals)} {unit}".strip()


def frontier(model: TermsModel, step: TermsStep, scale: Scale) -> Block:
    """Return the curve: what each number of days brings against what it ties up or may lose, with today, scenario and best."""
    lang, y, x = scale.lang, model.get("y"), model.get("x")
    by, across = model.by, {"capital": "receivables_cost_minor", "loss": "loss_minor"}[x]
    best = None if step.shortest_is_best(by) else step.best(by)

    def at(point: ReachPoint) -> tuple[float, float]:
        return scale.value(getattr(point, across)), scale.value(getattr(point, by))

    most = max(_DRAWN, step.base_point.net_days, step.scenario_point.net_days, 0 if best is None else best.net_days)
    path = []
    for point in step.points:
        if point.net_days > most or point.net_days % _EVERY:
            continue
        stop = f"{point.net_days:g}" if point.net_days % _STOPS == 0 else ""
        path.append(Place(point.net_days, *at(point), _told(point.net_days, getattr(point, by), scale), stop))
    marks = []
    named: list[tuple[str, ReachPoint | None]] = [
        ("best", best),
        ("base", step.base_point),
        ("scenario", step.scenario_point),
    ]
    same = step.scenario_point.net_days == (None if best is None else best.net_days)
    for which, marked in named:
        unchanged = which == "scenario" and step.scenario_point == step.base_point
        if marked is not None and not unchanged and not (which == "best" and same):
            label = say(f"panel_terms.mark.{which}", lang, days=days_text(marked.net_days))
            marks.append(Marked(which, *at(marked), label))
    title, alt_text = _finding(step, best, by, scale), _words(step.points, by, scale)
    titles = {"x_title": say(f"panel_terms.axis.{x}_title", lang, unit=scale.unit), "y_title": ""}
    made = drawn(path, marks, **titles, alt_text=f"{title}. {alt_text}")
    sub = say("panel_terms.frontier_sub", lang, what=say(f"panel_terms.axis.{y}", lang), unit=scale.unit)
    axes = form("axes", [model.control("y"), model.control("x")], inline=True)
    return section("frontier", [axes, chart("frontier", made)], title=title, sub=sub)


def _told(days: float, minor: int, scale: Scale) -> str:
    return f"{days_text(days)} {say('panel.word.days', scale.lang)}: {scale.text(minor, sign=True)} {scale.unit}"


def _finding(step: TermsStep, best: ReachPoint | None, by: str, scale: Scale) -> str:
    lang = scale.lang
    if best is None and step.points:
        return say("panel_terms.frontier_shortest", lang)
    if best is None or getattr(best, by) <= 0:
        return say("panel_terms.frontier_none", lang)
    told = {"days": days_text(best.net_days), "value": scale.text(getattr(best, by), sign=True), "unit": scale.unit}
    if best.net_days >= step.most_days:
        return say("panel_terms.frontier_edge", lang, **told)
    key = "frontier_at_best" if step.scenario_point.net_days == best.net_days else "frontier_best"
    return say(f"panel_terms.{key}", lang, **told)


def _words(points: Sequence[ReachPoint], by: str, scale: Scale) -> str:
    """The curve for who can't see it."""
    stops = [p for p in points if p.net_days % _STOPS == 0 and p.net_days <= _DRAWN]
    return "; ".join(_told(p.net_days, getattr(p, by), scale) for p in stops)
