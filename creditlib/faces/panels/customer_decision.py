"""The customer panel, first part: the decision in a sentence with its four figures, and why."""

from __future__ import annotations

from typing import Final

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.panels.blocks import Block, column, decision, fold, kpi, kpis, row, section, table, text
from creditlib.faces.scale import Scale
from creditlib.faces.wording import say
from creditlib.flows.review import values_used
from creditlib.flows.reviewing import Review
from creditlib.policy.factors import FACTORS

_FIRST: Final = 7  # factors shown at once; the others stand below, folded


def decided(made: Review, scale: Scale) -> Block:
    """Return the decision in a sentence, why, and its four figures."""
    return section(
        "decision",
        [
            decision("verdict", *_verdict(made, scale), act=made.limit.outcome != "set"),
            _figures(made, scale),
            *_words(made, scale.lang),
        ],
        grow=1.7,
    )


def _words(made: Review, lang: Lang) -> list[Block]:
    """The other reasons of the score, and the steps of the limit, folded."""
    other = [r.text(lang) for r in made.score.reasons if r.effect in ("stop", "caps", "missing", "note")]
    limit = [r.text(lang) for r in made.limit.reasons]
    score = [fold("why_score", say("panel_customer.why_score", lang, count=len(other)), [text("why_score", other)])]
    steps = say("panel_customer.why_limit", lang, count=len(limit))
    return [*(score if other else []), fold("why_limit", steps, [text("why_limit", limit), _methods(made, lang)])]


def _verdict(made: Review, scale: Scale) -> tuple[str, str]:
    lang, limit, before = scale.lang, made.limit.limit_minor, made.limit_in_force
    told = {
        "limit": scale.text(limit),
        "before": scale.text(before),
        "unit": scale.unit,
        "terms": made.terms.text(lang) or say("panel.word.none", lang),
    }
    if made.score.outcome == "stop" or made.onboarding.outcome == "stop":
        key = "stop"
    elif made.score.score is None:
        key = "refer"
    elif limit is None:
        key = "unset"
    elif limit == 0:
        key = "none"
    else:
        key = "new" if before is None else "same" if before == limit else "up" if limit > before else "down"
    why = []
    if made.use_share is not None and limit:
        used = "over" if made.free_minor is not None and made.free_minor < 0 else "within"
        why.append(
            say(
                f"panel_customer.use_{used}",
                lang,
                exposure=scale.text(made.exposure["total_minor"]),
                share=f"{made.use_share:.0%}",
                free=scale.text(abs(made.free_minor or 0)),
            )
        )
    elif made.exposure["total_minor"]:
        why.append(say("panel_customer.use_none", lang, exposure=scale.text(made.exposure["total_minor"])))
    why.append(
        say(
            f"panel_customer.approver_{made.approver or 'none'}",
            lang,
            own=scale.text(made.limit.own_risk_minor),
            most=_committee_above(made, scale),
        )
    )
    if made.review_due:
        why.append(say("panel_customer.review_due", lang))
    if made.onboarding.outcome != "pass":
        why.append(say(f"panel_customer.onboarding_{made.onboarding.outcome}", lang))
    return say(f"panel_customer.verdict.{key}", lang, **told), ("" if lang == "zh" else " ").join(why)


def _committee_above(made: Review, scale: Scale) -> str:
    """The amount above which the committee decides: in the unit of the panel, or in the home currency where that is another."""
    used = values_used(made)
    above, home = used["limit.committee_above"][0], used["home.currency"][0]
    return scale.text(int(above * 10 ** money.exponent(home))) if made.currency == home else f"{above:,} {home}"


def _figures(made: Review, scale: Scale) -> Block:
    lang, score = scale.lang, made.score
    held = "" if score.grade == score.earned else say("panel_customer.held", lang, earned=score.earned)
    chance = (
        say("panel_customer.pd", lang, share=f"{score.default_probability:.2%}")
        if score.default_probability is not None
        else ""
    )
    change = made.limit_change_share
    in_force = (
        say("panel_customer.in_force", lang, limit=scale.text(made.limit_in_force))
        if made.limit_in_force is not None
        else say("panel_customer.no_limit", lang)
    )
    moved = "" if change is None else f" {change:+.1%}"
    agreed = (
        say("panel_customer.term_in_force", lang, days=f"{made.limit.figures['term_days']}")
        if made.limit.figures.get("term_days") is not None
        else ""
    )
    gap = "  " if held else ""
    items = [
        kpi("score", say("panel_customer.row.score", lang), "–" if score.score is None else str(score.score), note=say("panel_customer.evidence", lang, share=f"{score.evidence:.0%}")),
        kpi("grade", say("panel_customer.row.grade", lang), score.grade or "–", note=chance + gap + held),
        kpi("limit", say("panel_customer.row.limit", lang), scale.text(made.limit.limit_minor), scale.unit if made.limit.limit_minor is not None else "", in_force + moved),
        kpi("terms", say("panel_customer.row.terms", lang), made.terms.text(lang) or "–", note=agreed, words=True),
    ]  # fmt: skip
    return kpis("figures", items)


def reasons(made: Review, lang: Lang) -> Block:
    """Return each factor with its value and the points it cost, and the other reasons in words."""
    lines = sorted((line for line in made.score.lines if line.known), key=lambda line: -line.lost)
    most = max((line.lost for line in lines), default=0) or 1
    heads = [
        column(say("panel_customer.factor", lang)),
        column(say("panel_customer.value", lang), align="right"),
        column(say("panel_customer.lost", lang), align="right"),
    ]
    rows = [
        row(
            [FACTORS[line.name].label(lang), FACTORS[line.name].shown(line.value, lang),
             {"text": f"{-line.lost:.1f}" if round(line.lost, 1) else "0.0", "bar": -line.lost / most}],
            id=line.name,
        )
        for line in lines
    ]  # fmt: skip
    top = values_used(made)["score.range"][0][1]
    sub = (
        say("panel_customer.lost_sub", lang, top=top, lost=f"{made.score.lost:.1f}", score=made.score.score)
        if made.score.score is not None
        else say("panel_customer.no_score", lang)
    )
    shown = rows[:_FIRST]
    blocks: list[Block] = [table("factors", say("panel_customer.reasons", lang), heads, shown)] if shown else []
    rest = rows[_FIRST:]
    if rest:
        blocks.append(
            fold(
                "rest",
                say("panel_customer.rest", lang, count=len(rest)),
                [table("factors_rest", say("panel_customer.reasons", lang), heads, rest)],
            )
        )
    return section("reasons", blocks, title=say("panel_customer.reasons", lang), sub=sub)


def _methods(made: Review, lang: Lang) -> Block:
    from creditlib.decisions.limit.reasons import LABELS

    heads = [column(say("panel_customer.method", lang)), column(made.currency, align="right")]
    rows = [
        row([LABELS[name][lang == "zh"], say("panel.word.unknown", lang) if minor is None else money.text(minor, made.currency)],
            tone="chosen" if name == made.limit.picked else "", id=name)
        for name, minor in made.limit.methods.items()
    ]  # fmt: skip
    return table("methods", say("panel_customer.method", lang), heads, rows)
