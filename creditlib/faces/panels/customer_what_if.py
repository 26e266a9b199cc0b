"""What if a customer's figures were others: sliders, base and scenario side by side, the limit over one figure, advice to follow."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf, isfinite
from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import Lang
from creditlib.faces.charts.common import Curve, Spot, curves
from creditlib.faces.panels.blocks import Block, Cell, button, chart, column, form, row, section, table, text
from creditlib.faces.panels.fields import Choice, Field, Number
from creditlib.faces.panels.parameters import parameter_field
from creditlib.faces.scale import Scale
from creditlib.faces.wording import say
from creditlib.flows.reviewing import Review
from creditlib.flows.scenario import LIMIT_FIGURES, CustomerCase, Scenario, Side
from creditlib.money import exponent
from creditlib.policy import GRADES
from creditlib.policy.catalogue import CATALOGUE
from creditlib.policy.factors import FACTORS, Factor
from creditlib.policy.parts import split

if TYPE_CHECKING:
    from creditlib.faces.panels.customer import CustomerModel

_STEPS: Final = {"share": 0.01, "days": 1.0, "times": 0.05, "ratio": 0.1, "years": 0.5, "rating": 0.5}
_TIMES: Final = {"share": 100.0}
_POINTS: Final = 61  # points of a curve: one every six pixels
_USUAL: Final = 6  # sliders shown at once; the others stand below, folded


def fields(case: CustomerCase, scale: Scale) -> dict[str, Field]:
    """Return a slider for each figure that can be changed: factors the card weighs, then what moves the limit."""
    found: dict[str, Field] = {}
    for factor in case.whole.values["score.card"]:
        about = FACTORS[factor.name]
        edges = [float(one.threshold) for one in factor.bins if one.threshold is not None]
        found[factor.name] = _factor(about, edges, case.value(factor.name))
    unit = 10 ** exponent(case.currency) * scale.divisor
    for name in LIMIT_FIGURES:
        now = case.value(name)
        if name == "term_days":
            found[name] = Number(
                label=_words(name), least=0, most=max(180, now or 0), step=5, whole=True, decimals=0, unit=_unit("days"), base=now, empty=True
            )  # fmt: skip
            continue
        most = _round_up(max(3 * (now or 0), 3 * abs(case.base.exposure_minor), 10 * unit), unit)
        found[name] = Number(
            label=_words(name), least=0, most=most, step=_nice(most / 100, unit), whole=True, times=1 / unit, decimals=scale.decimals + 1,
            unit=lambda lang: scale.unit, base=now, beyond=10**15, empty=True, money=10 ** exponent(case.currency),
        )  # fmt: skip
    return found | {name: parameter_field(name, case.whole.values) for name in case.policy_figures}


def _factor(about: Factor, edges: Sequence[float], now: Any) -> Number:
    known = now if isinstance(now, int | float) and isfinite(now) else None
    least = {"rating": 1.0}.get(about.unit, min([0.0, *edges, *([known] if known is not None else [])]))
    most = {"share": 1.0, "rating": 5.0}.get(about.unit, 1.5 * max([*edges, 1.0]))
    step = _STEPS[about.unit]
    reach = max(most, known or 0.0)
    return Number(
        label=about.label, least=_floor(least, step), most=ceil(reach / step - 1e-9) * step, step=step, times=_TIMES.get(about.unit, 1.0), decimals=2,
        unit=_unit(about.unit) if about.unit != "ratio" else None, base=known, beyond=inf if about.unit not in ("share", "rating") else None, empty=True,
        hint=None if known is not None else lambda lang: say("panel_customer.not_known", lang),
    )  # fmt: skip


def _floor(value: float, step: float) -> float:
    return -ceil(-value / step - 1e-9) * step


def _nice(size: float, unit: int) -> int:
    """Return a whole step of the unit shown, at least a hundredth of it."""
    for step in (0.01, 0.1, 1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000):
        if size <= step * unit:
            return max(int(step * unit), 1)
    return int(size)


def _round_up(size: float, unit: int) -> int:
    step = 10 ** max(len(str(int(size // unit))) - 1, 0) * unit
    return int(-(-size // step) * step)


def _words(name: str) -> Any:
    return lambda lang: say(f"panel_customer.limit.{name}", lang)


def _unit(unit: str) -> Any:
    return lambda lang: say(f"panel_customer.unit.{unit}", lang)


def over_field(names: Sequence[str]) -> Choice:
    """Return the choice of what the curve runs over."""
    return Choice(label=lambda lang: say("panel_customer.over", lang), options=[(name, _label(name)) for name in names])


def _label(name: str) -> Any:
    if name in FACTORS:
        return FACTORS[name].label
    return _words(name) if name in LIMIT_FIGURES else _parameter_label(name)


def _parameter_label(path: str) -> Any:
    name, part = split(path)
    return lambda lang: CATALOGUE[name].label(lang) + (f" {part}" if part else "")


def sliders(model: CustomerModel) -> Block:
    """Return the sliders: those that cost most points and those of the limit first."""
    lang, made = model.lang, model.review
    changed = model.changes()
    weighed = sorted(made.score.lines, key=lambda line: -line.lost)
    first = [*[line.name for line in weighed if line.known][: _USUAL - 2], "yearly_minor", "term_days"]
    first += [name for name in changed if name not in first]
    rules = [name for name in model.case.policy_figures if name not in first]
    others = [name for name in model.case.movable if name not in {*first, *rules}]
    moved = sum(value != model.case.value(name) for name, value in changed.items())
    count = say("panel_customer.changed", lang, count=moved) if moved else say("panel_customer.unchanged", lang)
    blocks = [
        form("factors", [model.control(name) for name in first]), text("count", [count], tone="muted"),
        {"kind": "fold", "id": "others", "title": say("panel_customer.others", lang, count=len(others)), "open": False,
         "blocks": [form("more", [model.control(name) for name in others])]},
        {"kind": "fold", "id": "rules", "title": say("panel_customer.rules", lang, count=len(rules)), "open": False,
         "blocks": [form("rules", [model.control(name) for name in rules])]},
    ]  # fmt: skip
    return section(
        "sliders",
        blocks,
        title=say("panel_customer.if", lang),
        sub=say("panel_customer.if_sub", lang),
        grow=1.05,
        live=True,
    )


def side_by_side(model: CustomerModel, scenario: Scenario, scale: Scale) -> Block:
    """Return base and scenario beside each other, with the difference."""
    lang, base, other = scale.lang, scenario.base, scenario.scenario
    heads = [
        column(""), column(say("panel.word.base", lang), align="right"), column(say("panel.word.scenario", lang), align="right", tone="strong"),
        column(say("panel.word.change", lang), align="right"),
    ]  # fmt: skip
    rows = [
        _line(
            "score",
            [_whole(base.score.score), _whole(other.score.score), _signed(base.score.score, other.score.score)],
            lang,
        ),
        _line("grade", [base.score.grade or "–", other.score.grade or "–", _grades(base, other, lang)], lang),
        _line(
            "pd",
            [
                _share(base.score.default_probability),
                _share(other.score.default_probability),
                _points(base, other, lang),
            ],
            lang,
        ),
        *(_line(name, scale.pair(*pair), lang, unit=scale.unit) for name, pair in _amounts(base, other).items()),
        _words_line("terms", [base.terms.text(lang) or "–", other.terms.text(lang) or "–"], lang),
    ]
    known = model.fields()
    told = [
        f"{_name(n, lang)} {_value(known[n], n, a, scale)} → {_value(known[n], n, b, scale)}"
        for n, (a, b) in scenario.changed.items()
    ]
    sub = ("；" if lang == "zh" else "; ").join(told) or say("panel_customer.same", lang)
    return section(
        "sides", [table("sides", say("panel_customer.sides", lang), heads, rows)], title=say("panel_customer.sides", lang), sub=sub
    )  # fmt: skip


def _amounts(base: Side, other: Side) -> dict[str, tuple[int | None, int | None]]:
    sides = (base, other)
    return {
        "limit": (base.limit.limit_minor, other.limit.limit_minor),
        "headroom": (base.headroom_minor, other.headroom_minor),
        "net": (sides[0].net_minor, sides[1].net_minor),
        "loss": (base.loss_minor, other.loss_minor),
    }


def _line(name: str, cells: Sequence[str], lang: Lang, unit: str = "") -> Block:
    label = say(f"panel_customer.row.{name}", lang)
    head: Cell = f"{label} ({unit})" if unit and lang == "en" else f"{label}（{unit}）" if unit else label
    first, second, third = cells
    return row([head, first, {"text": second, "tone": "strong"}, third], id=name)


def _words_line(name: str, sides: Sequence[str], lang: Lang) -> Block:
    told = [{"text": side, "tone": "words"} for side in sides]
    return row([say(f"panel_customer.row.{name}", lang), *told, ""], id=name)


def _whole(score: int | None) -> str:
    return "–" if score is None else str(score)


def _signed(a: int | None, b: int | None) -> str:
    return "–" if a is None or b is None else f"{b - a:+d}" if b != a else "0"


def _share(chance: float | None) -> str:
    return "–" if chance is None else f"{chance:.2%}"


def _points(base: Side, other: Side, lang: Lang) -> str:
    a, b = base.score.default_probability, other.score.default_probability
    if a is None or b is None:
        return "–"
    gap = round(100 * b, 2) - round(100 * a, 2)
    return f"{gap:+.2f} {say('panel.word.points', lang)}" if round(gap, 2) else "0.00"


def _grades(base: Side, other: Side, lang: Lang) -> str:
    a, b = base.score.grade, other.score.grade
    if a is None or b is None or a == b:
        return "–" if a is None or b is None else "0"
    return say("panel_customer.grades", lang, count=f"{GRADES.index(a) - GRADES.index(b):+d}")


def _name(name: str, lang: Lang) -> str:
    found: str = _label(name)(lang)
    return found


def _value(field: Field, name: str, value: Any, scale: Scale) -> str:
    if isinstance(field, Number) and split(name)[0] in CATALOGUE:
        return field.told(value, scale.lang)
    if name in FACTORS:
        return FACTORS[name].shown(value, scale.lang)
    if value is None:
        return say("panel.word.unknown", scale.lang)
    return f"{value} {say('panel.word.days', scale.lang)}" if name == "term_days" else scale.text(value)


def curve(model: CustomerModel, scenario: Scenario, scale: Scale) -> Block:
    """Return the limit proposed over one figure: today's other figures dashed, the scenario's solid, both points marked."""
    lang, over, case = model.lang, model.get("over"), model.case
    field = model.fields()[over]
    assert isinstance(field, Number)
    xs = [field.least + (field.most - field.least) * k / (_POINTS - 1) for k in range(_POINTS)]
    if field.whole:
        xs = sorted({int(x) for x in xs})
    changes = model.changes()
    times = field.factor(lang)
    lines, spots = [], []
    for which, told in (("base", {}), ("scenario", changes)):
        side = scenario.base if which == "base" else scenario.scenario
        at = changes.get(over, case.value(over)) if which == "scenario" else case.value(over)
        own = sorted({*xs, *([at] if _drawn(at, field) else [])})
        made = model.limits_over(which, over, own, told)
        heights = [None if minor is None else scale.value(minor) for minor in made]
        lines.append(Curve(which, [x * times for x in own], heights))
        marked = which == "base" or bool(scenario.changed)
        if marked and _drawn(at, field) and side.limit.limit_minor is not None:
            label = f"{say(f'panel.word.{which}', lang)} {scale.text(side.limit.limit_minor)}"
            spots.append(Spot(which, at * times, scale.value(side.limit.limit_minor), label))
    unit = field.unit(lang) if field.unit else ""
    title = f"{field.label(lang)} ({unit})" if lang == "en" else f"{field.label(lang)}（{unit}）"
    made_chart = curves(lines, spots, x_title=title, steps=True, alt_text=_told(over, lines, unit, scale, lang))
    sub = say("panel_customer.curve_sub", lang, unit=scale.unit)
    return section(
        "curve", [form("over", [model.control("over")], inline=True), chart("curve", made_chart)],
        title=say("panel_customer.curve", lang, figure=field.label(lang)), sub=sub,
    )  # fmt: skip


def _drawn(value: Any, field: Number) -> bool:
    return isinstance(value, int | float) and field.least <= value <= field.most


def _told(over: str, lines: Sequence[Curve], unit: str, scale: Scale, lang: Lang) -> str:
    solid = lines[-1]
    steps = [
        f"{x:g} {unit}: {y:,.{scale.decimals}f}"
        for x, y, before in zip(solid.x, solid.y, [None, *solid.y], strict=False)
        if y is not None and y != before
    ]
    return f"{_name(over, lang)}: " + "; ".join(steps[:12])


def advice(made: Review, lang: Lang) -> Block:
    """Return the ways up that were found, each to be tried with a button, and what should be supplied first."""
    found, gap = made.advice, "；" if lang == "zh" else "; "
    blocks: list[Block] = []
    for at, option in enumerate(found.options):
        steps = gap.join(reason.text(lang) for reason in option.reasons)
        lead = say("panel_customer.way", lang, number=at + 1, grade=option.grade, score=option.score)
        follow = button("follow", say("panel_customer.follow", lang, number=at + 1), value=at)
        blocks.append(text(f"way{at}", [steps], lead=lead, tone="advice", act=follow))
    if found.missing:
        blocks.append(text("missing", [r.text(lang) for r in found.missing], lead=say("panel_customer.supply", lang)))
    if not blocks:
        key = "stopped" if made.score.outcome == "stop" else "best" if found.target is None else "none"
        blocks.append(text("none", [say(f"panel_customer.advice_{key}", lang)], tone="muted"))
    title = (
        say("panel_customer.advice", lang, grade=found.target)
        if found.target
        else say("panel_customer.advice_plain", lang)
    )
    return section("advice", blocks, title=title)
