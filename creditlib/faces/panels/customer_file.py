"""The customer panel, last part: statements over the years, outside ratings, how complete and fresh the credit file is."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.panels.blocks import Block, Cell, column, row, section, table, text
from creditlib.faces.scale import Scale
from creditlib.faces.wording import say
from creditlib.facts.credit_tables import LINES
from creditlib.flows.reviewing import Review
from creditlib.policy.factors import FACTORS


def file(made: Review, scale: Scale) -> list[Block]:
    """Return statements over years, outside ratings, and how complete the file is."""
    lang = scale.lang
    return [
        _statements(made, lang),
        section("ratings", [_ratings(made, lang)], title=say("panel_customer.ratings", lang)),
        section("parts", [_file_parts(made, lang)], title=say("panel_customer.file", lang)),
    ]


def _statements(made: Review, lang: Lang) -> Block:
    title = say("panel_customer.statements", lang)
    years = made.statements[-5:]
    if not years:
        return section(
            "statements", [text("none", [say("panel_customer.no_statements", lang)], tone="muted")], title=title
        )
    heads = [column(""), *(column(f"{y['period_end']}", align="right") for y in years)]
    lines = ["sales", "net_income", "total_assets", "equity"]
    labels = {line.name: line.zh if lang == "zh" else line.en for line in LINES}
    rows: list[Block] = []
    for name in lines:
        if name in labels and any(y["lines"][name] is not None for y in years):
            cells: list[Cell] = [labels[name]]
            cells += ["–" if y["lines"][name] is None else money.text(y["lines"][name], y["currency"]) for y in years]
            rows.append(row(cells, id=name))
    for name, about in FACTORS.items():
        if name in years[-1] and any(y.get(name) is not None for y in years):
            rows.append(row([about.label(lang), *(_shown(about, y.get(name), lang) for y in years)], id=name))
    blocks: list[Block] = [table("statements", title, heads, rows)]
    if made.distress is not None and made.distress.z is not None:
        told = made.distress
        zone = say(f"panel_customer.zone.{told.zone}", lang)
        blocks.insert(
            0,
            text(
                "z",
                [
                    say(
                        "panel_customer.z",
                        lang,
                        z=f"{told.z:.2f}",
                        zone=zone,
                        low=f"{told.low:g}",
                        high=f"{told.high:g}",
                    )
                ],
            ),
        )
    older = len(made.statements) - len(years)
    return section(
        "statements",
        blocks,
        title=title,
        sub=say("panel_customer.statements_sub", lang, currency=made.currency)
        + (say("panel_customer.older", lang, count=older) if older else ""),
        grow=1.6,
    )


def _shown(about: Any, value: float | None, lang: Lang) -> str:
    return "–" if value is None or not isfinite(value) else about.shown(value, lang)


def _ratings(made: Review, lang: Lang) -> Block:
    title = say("panel_customer.ratings", lang)
    if not made.score.ratings:
        return text("ratings", [say("panel_customer.no_ratings", lang)], tone="muted")
    heads = [column(say(f"panel_customer.rating.{n}", lang)) for n in ("agency", "grade", "ours", "on")]
    rows = [
        row([one.agency, one.grade, {"text": one.ours or "–", "tone": "act" if one.conflict else ""}, f"{one.on}"]) for one in made.score.ratings
    ]  # fmt: skip
    return table("ratings", title, heads, rows)


def _file_parts(made: Review, lang: Lang) -> Block:
    title = say("panel_customer.file", lang)
    heads = [
        column(say("panel_customer.file_part", lang)),
        column(say("panel_customer.state", lang)),
        column(say("panel_customer.newest", lang), align="right"),
    ]
    rows = [
        row([say(f"review_workbook.part.{p.part}", lang), {"text": say(f"review_workbook.part_state.{p.state}", lang), "tone": "act" if p.state in ("stale", "expired") else ""},
             f"{p.latest_on}" if p.latest_on else "–"], id=p.part)
        for p in made.parts
    ]  # fmt: skip
    return table("file", title, heads, rows)


def foot(made: Review, lang: Lang) -> Sequence[str]:
    """Return how much of the file is fresh, and what documents stand behind."""
    fresh = sum(part.state == "fresh" for part in made.parts)
    found = [finding.line(lang) for finding in made.findings]
    told = say("panel_customer.foot", lang, fresh=fresh, all=len(made.parts))
    return [told, *found[:2], say("panel_customer.foot_documents", lang, count=made.score.why.documents.num_rows)]
