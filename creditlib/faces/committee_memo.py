"""The committee memo: one page that asks for a limit, says why, and leaves room for the votes.

What must stay true: every figure on it is one of the review's; what is not known stands among the questions.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditlib.decisions.decision import Reason
from creditlib.errors import Lang
from creditlib.faces import workbook_cells as cells
from creditlib.faces.record_words import amount, code_word, exceptions_told
from creditlib.faces.review_decision import limit_note, score_note, use_note, verdict
from creditlib.faces.review_fill import ReviewFill
from creditlib.faces.review_limit import methods_chart, short_group
from creditlib.faces.review_payment import late_chart, overdue_minor
from creditlib.faces.wording import say
from creditlib.faces.workbook_findings import short
from creditlib.faces.workbook_form import begin, finish
from creditlib.flows.reviewing import Review
from creditlib.money import exponent, text

if TYPE_CHECKING:
    from creditlib.flows.minutes import RequestFacts

KIND = "credit_committee"
REQUIRED = tuple(
    f"{prefix}_{name}"
    for prefix, names in {
        "memo": "title subtitle verdict summary score score_before chance chance_before limit limit_before exposure exposure_before "
        "methods_title methods_subtitle late_title late_subtitle policy",
        "request": "head label before after change",
        "reason": "effect text points",
        "condition": "place text",
        "question": "place text",
        "data": "divisor unit method_label method_other method_picked late_on late_value late_last late_threshold late_threshold_at "
        "late_threshold_name",
    }.items()
    for name in names.split()
)
"""Every name a template must define."""
LIMIT, DAYS, DEPOSIT, INSURED, OWN, EXPOSURE, USE = range(7)
"""Rows of the request."""
_REASONS, _QUESTIONS, _STOPS = 5, 5, 3
_ASKED = {
    "score.rating-conflict", "score.negative-equity", "score.history-ends", "onboarding.visit-overdue", "onboarding.same-person",
    "onboarding.duplicate",
}  # fmt: skip


def write_committee_memo(
    review: Review, path: Path | str, *, lang: Lang = "en", template: Path | str | None = None, force: bool = False,
    asked: RequestFacts | None = None,
) -> Path:  # fmt: skip
    """Write the memo on one customer and return its path.

    template: a firm's own copy of the standard template, None for the standard one of the language. force: replace an existing file.
    asked: the request of the record it is for: what is asked for, who must agree, and once it is decided who decided how.
    Raises: UsageError when the file exists (without force) or is no .xlsx name; TemplateError when the template lacks a name.
    """
    target, book = begin(path, template, lang, REQUIRED, mark="memo_subtitle", kind=KIND, force=force)
    fill = ReviewFill(review, book, lang)
    reasons, questions = _reasons(fill), _questions(fill)
    conditions = [*(_asked(fill, asked) if asked else ()), *_conditions(fill)]
    book.repeat("reason_text", len(reasons))
    book.repeat("condition_text", len(conditions))
    book.repeat("question_text", len(questions))
    fill.put_scale()
    _head(fill)
    _request(fill)
    if not any([methods_chart(fill, "memo_methods"), late_chart(fill, "memo_late")]):
        fill.hide_rows("memo_methods_subtitle", "reason_text")
    for copy, (effect, told, points) in enumerate(reasons):
        fill.put_text("reason_effect", effect, copy)
        fill.put_long("reason_text", told, copy)
        if points is not None:
            fill.put_figure("reason_points", points, copy)
    for name, texts in (("condition", conditions), ("question", questions)):
        for copy, told in enumerate(texts):
            book.put(f"{name}_place", cells.number(copy + 1), copy)
            fill.put_long(f"{name}_text", told, copy)
    told = fill.say("memo.policy", policy=fill.policy, day=review.as_of.isoformat(), customer=review.customer)
    fill.put_text("memo_policy", told)
    return finish(book, target, fill.footer, force=force)


def _head(fill: ReviewFill) -> None:
    book, made = fill.book, fill.review
    fill.put_text("memo_title", fill.say("memo.title", name=short(fill.name, 50)))
    fill.put_text("memo_subtitle", fill.join(made.customer, fill.amounts("word.amounts"), fill.as_of))
    home = book.place("memo_verdict").sheet
    fill.put_sentence(
        "memo_verdict", verdict(fill, book.ref("memo_limit", home=home), book.ref("memo_score", home=home))
    )
    fill.put_sentence("memo_summary", cells.plain(_at_risk(fill)))
    score, limit = made.score, made.limit.limit_minor
    fill.put_figure("memo_score", score.score)
    fill.put_text("memo_score_before", score_note(fill))
    fill.put_figure("memo_chance", score.default_probability)
    fill.put_text("memo_chance_before", fill.say("decision.evidence", share=f"{score.evidence:.0%}"))
    after = book.ref("request_after", home=home)
    fill.put_known("memo_limit", limit, native=after)
    fill.put_text("memo_limit_before", limit_note(fill))
    total = made.exposure["total_minor"]
    fill.put_known("memo_exposure", total, native=book.ref("request_before", down=EXPOSURE, home=home))
    fill.put_text("memo_exposure_before", use_note(fill))


def _at_risk(fill: ReviewFill) -> str:
    """Return own funds at risk beside the committee's threshold, and who decides."""
    made, home = fill.review, fill.value("home.currency")
    decides = fill.say(f"decides.{made.approver or made.limit.outcome}")
    group = made.limit.figures["group_own_minor"]
    above = text(int(fill.value("limit.committee_above") * 10 ** exponent(home)), home)
    if not made.limit.limit_minor:
        return decides
    key = "memo.at_risk_above" if made.limit.needs_committee else "memo.at_risk_below"
    told = fill.say(key, group=short_group(fill), own=text(group, home), above=above, currency=fill.money_name(home))
    decides = fill.say("memo.decides") if made.limit.needs_committee else decides
    return ("" if fill.lang == "zh" else " ").join((told, decides))


def _request(fill: ReviewFill) -> None:
    """Write what is in force or stands today beside what is proposed, and the change."""
    book, made = fill.book, fill.review
    home = book.place("request_label").sheet
    limit, offer, digits = made.limit, made.terms.offer, fill.digits()
    keys = ("limit", "days", "deposit", "insured", "own", "exposure", "use")
    for down, key in enumerate(keys):
        fill.put_text("request_label", fill.say(f"request.{key}"), down=down)

    def cell(column: str, down: int) -> str:
        return book.ref(f"request_{column}", down=down, home=home)

    total = made.exposure["total_minor"]
    amounts = {
        LIMIT: (made.limit_in_force, limit.limit_minor, ""),
        INSURED: (made.exposure["covered_minor"], limit.insured_minor, ""),
        OWN: (
            made.exposure["net_minor"],
            limit.own_risk_minor,
            f"ROUND({cell('after', LIMIT)}-{cell('after', INSURED)},{digits})",
        ),
        EXPOSURE: (total, limit.limit_minor, cell("after", LIMIT)),
    }
    for down, (before, after, native) in amounts.items():
        fill.put_known("request_before", before, down=down)
        same = down != OWN or (limit.limit_minor or 0) - (limit.insured_minor or 0) == limit.own_risk_minor
        fill.put_known("request_after", after, native=native if same else "", down=down)
        if before is not None and after is not None:
            fill.put_known(
                "request_change",
                after - before,
                native=f"ROUND({cell('after', down)}-{cell('before', down)},{digits})",
                down=down,
            )
        else:
            fill.put_text("request_change", fill.unknown, down=down)
    if made.limit_set is None:
        fill.put_text("request_before", fill.say("memo.no_limit"), down=LIMIT)
        if limit.limit_minor is not None:
            fill.put_text("request_change", fill.say("memo.new"), down=LIMIT)
    elif made.limit_in_force is None:
        there = f"{text(made.limit_set.minor, made.limit_set.currency)} {made.limit_set.currency}"
        fill.put_text("request_before", there, down=LIMIT)
    days = limit.figures["term_days"] if limit.figures["term_from"] in ("customer", "ledger") else None
    fill.put_figure("request_before", days, down=DAYS)
    fill.put_figure("request_after", offer.net_days, down=DAYS)
    both = days is not None and offer.net_days is not None
    fill.put_figure(
        "request_change",
        (offer.net_days or 0) - (days or 0) if both else None,
        native=f"{cell('after', DAYS)}-{cell('before', DAYS)}",
        down=DAYS,
    )
    fill.put_figure("request_before", None, down=DEPOSIT)
    fill.put_figure("request_after", None if offer.deposit_share is None else float(offer.deposit_share), down=DEPOSIT)
    fill.put_figure("request_change", None, down=DEPOSIT)
    uses: list[float | None] = []
    for column, base in (("before", made.limit_in_force), ("after", limit.limit_minor)):
        use = total / base if base else None
        uses.append(use)
        if base == 0 or (column == "before" and made.limit_set is None):
            fill.put_text(f"request_{column}", fill.say("decision.no_limit"), down=USE)
            continue
        fill.put_figure(f"request_{column}", use, native=f"{cell('before', EXPOSURE)}/{cell(column, LIMIT)}", down=USE)
    change = None if uses[0] is None or uses[1] is None else 100 * (uses[1] - uses[0])
    fill.put_figure("request_change", change, native=f"100*({cell('after', USE)}-{cell('before', USE)})", down=USE)


def _reasons(fill: ReviewFill) -> list[tuple[str, str, float | None]]:
    """Return hard stops, the five that cost most, what holds the grade down, and how much is missing."""
    made = fill.review.score
    found: list[tuple[str, str, float | None]] = [
        (f"▲ {fill.say('effect.stop')}", stop, None) for stop in fill.stops[:_STOPS]
    ]
    kept = [r for r in made.reasons if r.effect == "caps" or (r.effect == "stop" and r.code != "score.stop")]
    kept += [r for r in made.reasons if r.effect == "lowers"][:_REASONS]
    found += [(fill.effect_word(r), r.text(fill.lang), None if r.points is None else -r.points) for r in kept]
    for reason in fill.review.limit.reasons:
        if reason.effect in ("stop", "caps") and not fill.stops:
            found.append((fill.effect_word(reason), reason.text(fill.lang), None))
    return found or [(fill.say("effect.note"), fill.say("memo.no_reasons"), None)]


def _asked(fill: ReviewFill, facts: RequestFacts) -> list[str]:
    """Return the request as the record has it, then every vote, its end and the minutes."""
    told = {
        "number": facts.number, "amount": amount(facts.amount_minor, facts.currency) or fill.unknown,
        "own": amount(facts.own_risk_minor, facts.home) or fill.unknown, "maker": facts.maker, "on": facts.asked_on,
        "role": say(f"record.role.{facts.role}", fill.lang), "quorum": facts.quorum, "until": facts.expires_on,
        "reason": code_word("reason", facts.reason, fill.lang),
    }  # fmt: skip
    found = [say("record.memo.asked", fill.lang, **told)]
    if facts.exceptions:
        found.append(say("record.memo.exceptions", fill.lang, list=exceptions_told(facts.exceptions, fill.lang)))
    for vote in facts.votes:
        values = {
            "person": vote.person,
            "on": vote.on,
            "reason": code_word("reason", vote.reason, fill.lang),
            "entry": vote.entry,
        }
        found.append(say(f"record.memo.{vote.vote}", fill.lang, **values))
    if facts.outcome is not None:
        found.append(say(f"record.memo.{facts.outcome}", fill.lang))
    return [*found, *(say("record.memo.minutes", fill.lang, text=told_then) for told_then in facts.minutes)]


def _conditions(fill: ReviewFill) -> list[str]:
    """Return the conditions a decision would stand under, each one said by the review."""
    made = fill.review
    if not made.limit.limit_minor:
        return [fill.say("memo.no_conditions", terms=fill.terms)]
    found = [fill.say("condition.terms", terms=fill.terms)]
    if made.limit.insured_minor:
        until = next((p.until_on for p in made.parts if p.part == "security"), None)
        key = "condition.cover" if until else "condition.cover_endless"
        found.append(
            fill.say(key, amount=text(made.limit.insured_minor, fill.currency), until=until, currency=fill.money_name())
        )
    overdue = overdue_minor(fill)
    if overdue:
        found.append(fill.say("condition.overdue", amount=text(overdue, fill.currency), currency=fill.money_name()))
    if (
        made.progressive
        and made.progressive[-1].limit_minor is not None
        and made.progressive[-1].limit_minor < made.limit.limit_minor
    ):
        step = made.progressive[-1]
        told = {
            "limit": text(step.limit_minor or 0, fill.currency),
            "state": fill.say(f"state.{step.state}"),
            "currency": fill.money_name(),
        }
        found.append(fill.say("condition.earned", **told))
    old = [fill.say(f"part.{p.part}") for p in made.parts if p.state in ("expired", "stale")]
    if old:
        found.append(fill.say("condition.renew", list=("、" if fill.lang == "zh" else ", ").join(old)))
    if made.limit.review_on is not None:
        found.append(fill.say("condition.review", day=made.limit.review_on.isoformat()))
    return found


def _questions(fill: ReviewFill) -> list[str]:
    """Return what a member should ask: what is not known, where others differ, findings; the rest stands in the customer file."""
    made = fill.review
    asked: list[Reason] = [r for r in made.onboarding.reasons if r.effect == "missing"]
    asked += [r for d in (made.score, made.onboarding) for r in d.reasons if r.code in _ASKED and r.effect != "missing"]
    asked += [r for r in (*made.score.reasons, *made.limit.reasons) if r.effect == "missing"]
    texts = [f.text(fill.lang) for f in made.findings if f.severity == "must_act"]
    texts = list(dict.fromkeys([*texts, *(r.text(fill.lang) for r in asked)]))
    if len(texts) > _QUESTIONS:
        texts = [*texts[: _QUESTIONS - 1], fill.say("memo.more_questions", n=len(texts) - _QUESTIONS + 1)]
    return texts or [fill.say("memo.no_questions")]
