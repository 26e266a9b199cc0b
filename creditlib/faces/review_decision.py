"""The decision sheet: the verdict, the figures, what it rests on, what would lift the grade, and who signs."""

from __future__ import annotations

from creditlib.decisions.decision import Reason
from creditlib.faces import review_limit as limits
from creditlib.faces import review_score as scores
from creditlib.faces import workbook_cells as cells
from creditlib.faces.review_fill import ReviewFill
from creditlib.faces.workbook_cells import Said, figure
from creditlib.faces.workbook_findings import short
from creditlib.money import text
from creditlib.policy.factors import FACTORS

_COSTLY = 5
NAMES = {
    "decision": "title subtitle verdict summary score score_before chance chance_before limit limit_before exposure exposure_before "
    "use use_before own own_before lost_title lost_subtitle",
    "terms": "label value",
    "onboarding": "title label points known",
    "stop": "text",
    "reason": "effect text points policy",
    "step": "place text amount policy amount_head",
    "advice": "title place text score grade pay pay_head",
}


def lay(fill: ReviewFill) -> None:
    """Make room for reasons, steps and advice."""
    made = fill.review
    fill.book.repeat("reason_text", max(len(_told(fill)), 1))
    fill.book.repeat("step_text", max(len(limits.steps(fill)), 1))
    fill.book.repeat("advice_text", max(len(made.advice.options) + len(made.advice.missing), 1))


def fill_in(fill: ReviewFill) -> None:
    """Write the sheet."""
    made = fill.review
    fill.put_text("decision_title", fill.say("decision.title", name=short(fill.name, 62)))
    parts = (
        made.customer,
        fill.amounts("word.amounts"),
        fill.as_of,
        fill.say("word.footer_policy", policy=fill.policy),
    )
    fill.put_text("decision_subtitle", fill.join(*parts))
    home = fill.book.place("decision_verdict").sheet
    fill.put_sentence(
        "decision_verdict",
        verdict(fill, fill.book.ref("decision_limit", home=home), fill.book.ref("decision_score", home=home)),
    )
    fill.put_sentence(
        "decision_summary", cells.plain(" ".join(_summary(fill)) if fill.lang == "en" else "".join(_summary(fill)))
    )
    _figures(fill)
    _lost(fill)
    _terms(fill)
    _onboarding(fill)
    _reasons(fill)
    _steps(fill)
    _advice(fill)


def verdict(fill: ReviewFill, limit: str, score: str) -> Said:
    """Return the decision as a sentence over the cells of limit and score."""
    made = fill.review
    if made.score.outcome == "stop" or made.onboarding.outcome == "stop":
        return cells.plain(fill.say("verdict.stop", why=fill.stops[0] if fill.stops else ""))
    if made.score.score is None:
        return cells.plain(fill.say("verdict.refer"))
    told = figure(score, made.score.score, "0")
    parts: dict[str, Said | str] = {
        "score": told,
        "grade": made.score.grade or "",
        "terms": fill.terms,
        "currency": fill.money_name(),
    }
    if made.limit.limit_minor is None:
        return fill.sentence("verdict.unset", **parts)
    if made.limit.limit_minor == 0:
        return fill.sentence("verdict.none", **parts)
    parts["limit"] = figure(limit, fill.exact(made.limit.limit_minor), fill.code)
    return fill.sentence("verdict.set", **parts)


def _summary(fill: ReviewFill) -> list[str]:
    """Return who may approve, what is in force, and where the check of the firm stands."""
    made = fill.review
    found = [fill.say(f"decides.{made.approver or made.limit.outcome}")]
    found.append(_in_force(fill))
    if made.review_due:
        found.append(fill.say("decision.review_due"))
    found.append(fill.say(f"decision.onboarding_{made.onboarding.outcome}"))
    if len(fill.stops) > 1:
        found.append(fill.say("decision.more_stops", n=len(fill.stops) - 1))
    if made.limit.review_on is not None:
        found.append(fill.say("decision.review_on", day=made.limit.review_on.isoformat()))
    return found


def _in_force(fill: ReviewFill) -> str:
    """Return the limit in force in its own currency, or that there is none."""
    limit, ended = fill.review.limit_set, fill.review.limit_ended
    if limit is not None:
        amount, currency = text(limit.minor, limit.currency), fill.money_name(limit.currency)
        return fill.say("decision.in_force", amount=amount, currency=currency)
    if ended is not None:
        return fill.say("decision.ended", day=ended.isoformat())
    return fill.say("decision.none_in_force")


def score_note(fill: ReviewFill) -> str:
    """Return what stands under the score: its grade, and the grade by points where that is another one."""
    score = fill.review.score
    if not score.grade:
        return fill.say("decision.no_grade")
    key = "decision.grade" if score.grade == score.earned else "decision.grade_held"
    return fill.say(key, grade=score.grade, earned=score.earned)


def limit_note(fill: ReviewFill) -> str:
    """Return what stands under the limit proposed: what is in force, and how much it changes."""
    made = fill.review
    if made.limit.limit_minor is None:
        return fill.say("decision.limit_new" if made.limit_set is None else "decision.limit_refer")
    if made.limit_set is None:
        return fill.say("decision.limit_new")
    if (
        made.limit_change_share is None or made.limit_in_force is None
    ):  # of 0 or in another currency: there is no change in per cent
        amount = text(made.limit_set.minor, made.limit_set.currency)
        apart = "" if made.limit_in_force == 0 else f" {made.limit_set.currency}"
        return fill.say("decision.limit_apart", amount=amount + apart)
    change = f"{made.limit_change_share:+.0%}"
    return fill.say("decision.limit_before", amount=text(made.limit_in_force, fill.currency), change=change)


def use_note(fill: ReviewFill) -> str:
    """Return how much of the limit proposed is free, or by how much the exposure is above it."""
    made = fill.review
    left = made.free_minor
    if left is None:
        return fill.say("decision.no_use")
    return fill.say("decision.over" if left < 0 else "decision.free", amount=text(abs(left), fill.currency))


def _figures(fill: ReviewFill) -> None:
    book, made = fill.book, fill.review
    home = book.place("decision_score").sheet
    score, limit = made.score, made.limit
    fill.put_figure("decision_score", score.score, native=book.ref("way_value", down=scores.SCORE))
    fill.put_text("decision_score_before", score_note(fill))
    fill.put_figure("decision_chance", score.default_probability, native=book.ref("way_value", down=scores.CHANCE))
    fill.put_text("decision_chance_before", fill.say("decision.evidence", share=f"{score.evidence:.0%}"))
    fill.put_known("decision_limit", limit.limit_minor, native=limits.amount_ref(fill, limits.LIMIT))
    fill.put_text("decision_limit_before", limit_note(fill))
    total, covered, net = (made.exposure[f"{name}_minor"] for name in ("total", "covered", "net"))
    exposed = book.ref("exposed_amount", down=4)
    fill.put_known("decision_exposure", total, native=exposed)
    fill.put_text("decision_exposure_before", fill.say("decision.covered", amount=text(covered, fill.currency)))
    fill.put_known("decision_own", net, native=book.ref("exposed_amount", down=6))
    fill.put_text("decision_own_before", fill.say("decision.own_after"))
    fill.put_text("decision_use_before", use_note(fill))
    if not limit.limit_minor:
        fill.put_text("decision_use", fill.unknown if limit.limit_minor is None else fill.say("decision.no_limit"))
        return
    native = f"{book.ref('decision_exposure', home=home)}/{book.ref('decision_limit', home=home)}"
    fill.put_figure("decision_use", made.use_share, native=native)


def _lost(fill: ReviewFill) -> None:
    """Write the bars of points lost, the largest first."""
    made = fill.review.score
    ranked = sorted(enumerate(made.lines), key=lambda pair: -pair[1].lost)
    costly = [(copy, line) for copy, line in ranked if line.lost > 0]
    if made.score is None:
        costly = []
    rows = [
        (FACTORS[line.name].label(fill.lang), {"value": (scores.lost_ref(fill, copy), line.lost)})
        for copy, line in costly
    ]
    if not fill.put_bars("lost", rows):
        fill.put_text(
            "decision_lost_title", fill.say("decision.lost_none" if made.score is not None else "decision.lost_unknown")
        )
        fill.put_text(
            "decision_lost_subtitle", fill.say("decision.lost_unknown_subtitle") if made.score is None else None
        )
        return
    high = fill.value("score.range")[1]
    said = fill.sentence(
        "decision.lost_title",
        lost=figure(fill.book.ref("score_total_lost"), made.lost, "0.0"),
        best=str(high),
        factor=rows[0][0],
    )
    fill.put_said("decision_lost_title", said)
    room = fill.book.place("data_lost_label").height
    key = "decision.lost_more" if len(rows) > room else "decision.lost_subtitle"
    fill.put_text("decision_lost_subtitle", fill.say(key, n=room))


def _terms(fill: ReviewFill) -> None:
    made = fill.review.terms
    offer = made.offer
    lines = [
        ("outcome", fill.terms if offer.outcome != "offered" else fill.say("terms.offered")),
        ("days", None if offer.net_days is None else fill.say("terms.net", days=offer.net_days)),
        ("deposit", None if offer.deposit_share is None else f"{100 * float(offer.deposit_share):g} %"),
        ("instalments", None if offer.instalments is None else f"{offer.instalments}"),
        ("discount", None if offer.outcome == "refer" else fill.say("terms.discount", share=f"{100 * float(offer.discount_share or 0):g}", days=offer.discount_days)
         if offer.discount_share else fill.say("terms.no_discount")),
    ]  # fmt: skip
    for down, (key, value) in enumerate(lines):
        fill.put_text("terms_label", fill.say(f"terms.l_{key}"), down=down)
        fill.put_text("terms_value", value or fill.unknown, down=down)
    written = offer.terms_text or fill.unknown
    fill.put_text("terms_label", fill.say("terms.l_text"), down=5)
    fill.put_text("terms_value", short(written, 46), down=5)


def _onboarding(fill: ReviewFill) -> None:
    made = fill.review.onboarding
    fill.put_text("onboarding_title", fill.say(f"onboarding.{made.outcome}"))
    for down, part in enumerate(made.parts):
        fill.put_text("onboarding_label", part.label(fill.lang), down=down)
        if part.points is None:
            fill.put_text("onboarding_points", fill.unknown, down=down)
        else:
            fill.put_figure("onboarding_points", part.points, down=down)
        key = "onboarding.too_little" if part.points is None else "onboarding.known"
        fill.put_text("onboarding_known", fill.say(key, share=f"{part.known:.0%}"), down=down)
    stops = fill.stops
    room = fill.book.place("stop_text").height
    looked = not any(
        r.effect == "missing" and r.code in ("onboarding.look-up-status", "onboarding.not-looked-up")
        for r in made.reasons
    )
    texts = [f"▲ {stop}" for stop in stops] or [fill.say("decision.no_stops" if looked else "decision.stops_unknown")]
    if len(texts) > room:
        texts[room - 1 :] = [fill.say("decision.more", n=len(texts) - room + 1)]
    for down, line in enumerate(texts):
        fill.put_long("stop_text", line, down=down)


def _told(fill: ReviewFill) -> list[Reason]:
    """Return the reasons of the score, of those that only cost points the largest: all of them stand on the score sheet."""
    reasons = fill.review.score.reasons
    costly = [r for r in reasons if r.effect == "lowers"][:_COSTLY]
    return [r for r in reasons if r.effect != "lowers" or r in costly]


def _reasons(fill: ReviewFill) -> None:
    for copy, reason in enumerate(_told(fill)):
        fill.put_text("reason_effect", fill.effect_word(reason), copy)
        fill.put_long("reason_text", reason.text(fill.lang), copy)
        if reason.points is not None and fill.review.score.score is not None:
            fill.put_figure("reason_points", -reason.points, copy)
        fill.put_long("reason_policy", fill.parameters(reason), copy)


def _steps(fill: ReviewFill) -> None:
    fill.put_text("step_amount_head", fill.amounts())
    for copy, (reason, row) in enumerate(limits.steps(fill)):
        fill.book.put("step_place", cells.number(copy + 1), copy)
        fill.put_long("step_text", reason.text(fill.lang), copy)
        if reason.amount_minor is not None:
            same = row is not None and fill.review.limit.figures[limits._FIGURES[row]] == reason.amount_minor
            fill.put_known(
                "step_amount",
                reason.amount_minor,
                copy,
                native=limits.amount_ref(fill, row) if same and row is not None else "",
            )
        fill.put_long("step_policy", fill.parameters(reason), copy)
    if not limits.steps(fill):
        fill.put_text("step_text", fill.say("limit.methods_none"))


def _advice(fill: ReviewFill) -> None:
    made = fill.review.advice
    key = "decision.advice_title" if made.target else "decision.advice_none_title"
    fill.put_text("advice_title", fill.say(key, grade=made.target))
    fill.put_text("advice_pay_head", fill.amounts("decision.pay"))
    gap = "；" if fill.lang == "zh" else "; "
    copy = 0
    for option in made.options:
        fill.book.put("advice_place", cells.number(copy + 1), copy)
        fill.put_long("advice_text", gap.join(r.text(fill.lang).rstrip("。.") for r in option.reasons), copy)
        fill.put_figure("advice_score", option.score, copy)
        fill.put_text("advice_grade", option.grade, copy)
        paying = [step.pay_minor for step in option.steps if step.pay_minor is not None]
        if len(paying) == 1:
            fill.put_known("advice_pay", paying[0], copy)
        copy += 1
    for reason in made.missing:
        fill.put_long("advice_text", reason.text(fill.lang), copy)
        copy += 1
    if not copy:
        best = fill.review.score.grade == "A"
        stopped = fill.review.score.outcome == "stop"
        fill.put_long(
            "advice_text",
            fill.say("decision.advice_stop" if stopped else "decision.advice_best" if best else "decision.advice_none"),
        )


__all__ = ["NAMES", "fill_in", "lay", "limit_note", "score_note", "use_note", "verdict"]
