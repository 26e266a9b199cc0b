"""The file sheet: every part of the credit file with its age, visits, evidence with its source, policy values with their reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from creditlib.faces import workbook_cells as cells
from creditlib.faces.review_fill import ReviewFill
from creditlib.policy.parameter import shown

NAMES = {
    "file": "subtitle verdict",
    "part": "name state rows latest age until note",
    "visit": "on by next state text",
    "evidence": "part label text given possible on source",
    "policy": "parameter value reference",
}


def lay(fill: ReviewFill) -> None:
    """Make room for the lists."""
    made = fill.review
    fill.book.repeat("part_name", max(len(made.parts), 1))
    fill.book.repeat("visit_on", max(len(made.visits), 1))
    fill.book.repeat("evidence_label", max(len(made.onboarding.evidence), 1))
    fill.book.repeat("policy_parameter", max(len(fill.used), 1))


def fill_in(fill: ReviewFill) -> None:
    """Write the sheet."""
    made = fill.review
    fill.put_text("file_subtitle", fill.join(fill.name, fill.as_of, fill.say("word.footer_policy", policy=fill.policy)))
    fill.put_sentence("file_verdict", cells.plain(sentence(fill)))
    for copy, part in enumerate(made.parts):
        fill.put_text("part_name", fill.say(f"part.{part.part}"), copy)
        fill.put_text("part_state", fill.say(f"part_state.{part.state}"), copy)
        fill.book.put("part_rows", cells.number(part.rows), copy)
        fill.book.put("part_latest", cells.day(part.latest_on), copy)
        fill.book.put("part_age", cells.number(part.age_days), copy)
        fill.book.put("part_until", cells.day(part.until_on), copy)
        key = "missing" if part.state == "missing" else "never" if part.months is None else "months"
        fill.put_text("part_note", fill.say(f"file.note_{key}", months=part.months), copy)
    for copy, visit in enumerate(made.visits):
        fill.book.put("visit_on", cells.day(visit.on), copy)
        fill.put_text("visit_by", visit.by or fill.unknown, copy)
        if visit.next_on is None:
            fill.put_text("visit_next", fill.say("file.no_next"), copy)
        else:
            fill.book.put("visit_next", cells.day(visit.next_on), copy)
        newest = copy == 0
        state = "overdue" if visit.overdue else "none" if visit.next_on is None else "planned" if newest else "past"
        fill.put_text("visit_state", fill.say(f"file.visit_{state}"), copy)
        fill.put_long("visit_text", visit.text or fill.say("file.no_text"), copy)
    if not made.visits:
        fill.put_text("visit_text", fill.say("file.no_visits"))
    before = ""
    for copy, evidence in enumerate(made.onboarding.evidence):
        label = next(p.label(fill.lang) for p in made.onboarding.parts if p.part == evidence.part)
        fill.put_text("evidence_part", label if label != before else None, copy)
        before = label
        fill.put_long("evidence_label", evidence.label(fill.lang), copy)
        fill.put_long("evidence_text", evidence.text(fill.lang), copy)
        if evidence.given is None:
            fill.put_text("evidence_given", fill.unknown if evidence.possible else fill.say("file.not_asked"), copy)
        else:
            fill.put_figure("evidence_given", evidence.given, copy)
        fill.put_figure("evidence_possible", evidence.possible, copy)
        fill.book.put("evidence_on", cells.day(evidence.on), copy)
        fill.put_long("evidence_source", evidence.source or None, copy)
    for copy, (name, (value, reference)) in enumerate(fill.used.items()):
        fill.put_long("policy_parameter", name, copy)
        fill.put_long("policy_value", _shown(fill, name, value), copy)
        fill.put_long("policy_reference", reference, copy)


def sentence(fill: ReviewFill) -> str:
    """Return how complete the file is."""
    parts = fill.review.parts
    gap = "、" if fill.lang == "zh" else ", "
    told = [fill.say("file.sentence", fresh=sum(p.state == "fresh" for p in parts), all=len(parts))]
    for state in ("expired", "stale", "missing"):
        named = [fill.say(f"part.{p.part}") for p in parts if p.state == state]
        if named:
            told.append(fill.say(f"file.{state}", list=gap.join(named)))
    return ("" if fill.lang == "zh" else " ").join(told)


def _shown(fill: ReviewFill, name: str, value: Any) -> str:
    """Return a policy value as a policy file writes it; of a scorecard only how many factors it has."""
    if name == "score.card":
        return fill.say("file.card", n=len(value))
    if value is None:
        return fill.say("file.not_set")
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {'–' if v is None else shown(v).strip(chr(34))}" for key, v in value.items())
    if isinstance(value, tuple) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    return shown(list(value) if isinstance(value, tuple) else value).strip('"')
