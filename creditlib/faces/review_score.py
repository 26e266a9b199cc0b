"""The score sheet: every factor with its points, the way from points to grade, what others say beside it."""

from __future__ import annotations

from creditlib.faces import workbook_cells as cells
from creditlib.faces.review_fill import ReviewFill
from creditlib.faces.workbook_cells import Said, figure
from creditlib.faces.workbook_findings import heighten
from creditlib.policy import GRADES
from creditlib.policy.factors import FACTORS, PARTS

NAMES = {
    "score": "subtitle verdict",
    "score_total": "label weight lost",
    "factor": "part label value points best weight lost how state",
    "way": "label value note",
    "grade": "name least chance here",
    "rating": "agency grade on ours apart state",
}
SCORE, ODDS, CHANCE, EARNED, GRADE, EVIDENCE = range(3, 9)
"""Rows of the way from points to grade."""


def lay(fill: ReviewFill) -> None:
    """Make room for the factors and the outside ratings."""
    fill.book.repeat("factor_label", max(len(fill.review.score.lines), 1))
    fill.book.repeat("rating_agency", max(len(fill.review.score.ratings), 1))


def fill_in(fill: ReviewFill) -> None:
    """Write the sheet."""
    made = fill.review.score
    fill.put_text("score_subtitle", fill.join(fill.name, fill.as_of, fill.say(f"score.basis_{made.basis}")))
    _factors(fill)
    _way(fill)
    _grades(fill)
    _ratings(fill)
    fill.put_sentence("score_verdict", _sentence(fill))


def lost_ref(fill: ReviewFill, copy: int) -> str:
    """Return the cell that tells what a factor costs."""
    return fill.book.ref("factor_lost", copy)


def _sentence(fill: ReviewFill) -> Said:
    made = fill.review.score
    if made.score is None or made.grade is None:
        return cells.plain(
            next((r.text(fill.lang) for r in made.reasons if r.effect == "stop"), fill.say("decision.no_score"))
        )
    home = fill.book.place("score_verdict").sheet
    high = fill.value("score.range")[1]
    return fill.sentence(
        "score.sentence", best=str(high),
        lost=figure(fill.book.ref("score_total_lost", home=home), made.lost, "0.00"),
        score=figure(fill.book.ref("way_value", down=SCORE, home=home), made.score, "0"), grade=made.grade,
    )  # fmt: skip


def _factors(fill: ReviewFill) -> None:
    book, made = fill.book, fill.review.score
    zh, home = fill.lang == "zh", book.place("factor_label").sheet
    low, high = fill.value("score.range")
    missing = {factor.name: factor.missing for factor in fill.value("score.card")}
    before, scored = "", made.score is not None
    for copy, line in enumerate(made.lines):
        about = FACTORS[line.name]
        fill.put_text("factor_part", PARTS[about.part][zh] if about.part != before else None, copy)
        before = about.part
        fill.put_long("factor_label", about.label(fill.lang), copy)
        fill.put_text("factor_value", about.shown(line.value, fill.lang), copy)
        how = about.zh_how if zh else about.en_how
        fill.put_long("factor_how", how, copy)
        book.put("factor_best", cells.number(line.best), copy)
        book.put("factor_weight", cells.number(repr(line.share)), copy)
        if line.points < 0:
            fill.put_text("factor_points", "–", copy)
            native = ""
        else:
            book.put("factor_points", cells.number(line.points), copy)
            weight, best, points = (book.ref(f"factor_{n}", copy, home=home) for n in ("weight", "best", "points"))
            native = f"{weight}*({best}-{points})/100*({high}-{low})"
        if scored:
            fill.put_figure("factor_lost", line.lost, copy, native=native)
        else:
            fill.put_text("factor_lost", "–", copy)
        rule = missing.get(line.name)
        state = "known" if line.known else "skipped" if rule in (None, "skip") else "counted"
        fill.put_long("factor_state", fill.say(f"score.{state}", points=rule), copy)
    if not made.lines:
        fill.put_text("factor_label", fill.unknown)
    last = max(len(made.lines) - 1, 0)
    fill.put_text("score_total_label", fill.say("score.total"), like="score_total_label")
    for name, value in (
        ("weight", sum(line.share for line in made.lines)),
        ("lost", made.lost),
    ):
        native = f"SUM({book.ref(f'factor_{name}', 0, to=last, home=home)})"
        fill.put_figure(f"score_total_{name}", value if scored else None, native=native)


def _way(fill: ReviewFill) -> None:
    book, made = fill.book, fill.review.score
    home = book.place("way_value").sheet
    for down, key in enumerate(("best", "lost", "exact", "score", "odds", "chance", "earned", "given", "evidence")):
        fill.put_text("way_label", fill.say(f"way.{key}"), down=down)
    fill.put_figure("way_value", made.evidence, down=EVIDENCE)
    least = float(fill.value("score.min_evidence"))
    fill.put_text("way_note", fill.say("way.evidence_note", least=f"{least:.0%}"), down=EVIDENCE)
    if made.score is None or made.default_probability is None:
        for down in range(EVIDENCE):
            fill.put_text("way_value", fill.unknown, down=down)
        fill.put_text("way_note", fill.say("way.none"), down=SCORE)
        return
    high = fill.value("score.range")[1]
    cell = [book.ref("way_value", down=down, home=home) for down in range(9)]
    fill.put_figure("way_value", high, down=0)
    fill.put_figure("way_value", -made.lost, native=f"-{book.ref('score_total_lost', home=home)}", down=1)
    fill.put_figure("way_value", high - made.lost, native=f"{cell[0]}+{cell[1]}", down=2)
    agrees = int(round(high - made.lost, 6) + 0.5) == made.score
    fill.put_figure("way_value", made.score, native=f"ROUND(ROUND({cell[2]},6),0)" if agrees else "", down=SCORE)
    native = _odds(fill, cell[SCORE])
    fill.put_figure("way_value", made.odds, native=native, down=ODDS)
    fill.put_figure("way_value", made.default_probability, native=f"1/(1+{cell[ODDS]})", down=CHANCE)
    least_ref = book.ref("grade_least", home=home) + ":" + book.ref("grade_least", down=len(GRADES) - 1, home=home)
    names = book.ref("grade_name", home=home) + ":" + book.ref("grade_name", down=len(GRADES) - 1, home=home)
    said = Said(f'INDEX({names},1+COUNTIF({least_ref},">"&{cell[SCORE]}))', made.earned or "")
    fill.put_said("way_value", said, down=EARNED)
    fill.put_text("way_value", made.grade, down=GRADE)
    capped = next((r.text(fill.lang) for r in made.reasons if r.code == "score.capped"), None)
    fill.put_long("way_note", capped, down=GRADE)
    fill.put_text("way_note", fill.say("way.odds_note", base=fill.value("score.base_points"), odds=fill.value("score.base_odds"),
                                       double=fill.value("score.double_odds")), down=ODDS)  # fmt: skip
    heighten(fill, "way_note", fill.say("way.odds_note", base=600, odds=50, double=20), down=ODDS)


def _odds(fill: ReviewFill, score: str) -> str:
    base, odds, double = (fill.value(f"score.{name}") for name in ("base_points", "base_odds", "double_odds"))
    return f"{float(odds):g}*2^(({score}-{base})/{double})"


def _grades(fill: ReviewFill) -> None:
    book, made = fill.book, fill.review.score
    home = book.place("grade_name").sheet
    low = fill.value("score.range")[0]
    base, odds, double = (float(fill.value(f"score.{name}")) for name in ("base_points", "base_odds", "double_odds"))
    for down, grade in enumerate(GRADES):
        least = fill.value("score.grades")[grade]
        fill.put_text("grade_name", grade, down=down)
        fill.put_figure("grade_least", least, down=down)
        cell = f"MAX({book.ref('grade_least', down=down, home=home)},{low})"
        chance = 1 / (1 + odds * 2 ** ((max(least, low) - base) / double))
        fill.put_figure("grade_chance", chance, native=f"1/(1+{_odds(fill, cell)})", down=down)
        if grade == made.grade:
            fill.put_text("grade_here", fill.say("score.here"), down=down)


def _ratings(fill: ReviewFill) -> None:
    book, ratings = fill.book, fill.review.score.ratings
    if not ratings:
        fill.put_text("rating_agency", fill.say("score.no_rating"))
        return
    for copy, rating in enumerate(ratings):
        fill.put_long("rating_agency", rating.agency, copy)
        fill.put_text("rating_grade", rating.grade, copy)
        book.put("rating_on", cells.day(rating.on), copy)
        fill.put_text("rating_ours", rating.ours or fill.unknown, copy)
        fill.put_figure("rating_apart", rating.apart, copy)
        state = (
            "stale"
            if not rating.used
            else "unmapped"
            if rating.ours is None
            else "conflict"
            if rating.conflict
            else "agrees"
        )
        fill.put_text("rating_state", fill.say(f"score.rating_{state}"), copy)
