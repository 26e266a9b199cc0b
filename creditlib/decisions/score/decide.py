"""`score`: from factors to points, odds, default probability and grade, for one customer or for the whole book.

What must stay true: both ways use one compiled card and give the same figures; without enough evidence there is no number; a hard
stop ends the matter whatever the points; a grade that the policy holds down says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import add_months
from creditlib.decisions.decision import Decision, Reason, used
from creditlib.decisions.hard_stops import STOPS, hard_stops
from creditlib.decisions.onboarding.evidence import source_of
from creditlib.decisions.onboarding.reputation import own_grade
from creditlib.decisions.score.card import PARAMETERS, Card, Columns, Line, Scored, card_of
from creditlib.decisions.score.reasons import OutsideRating, losses, rating_reasons, too_little, unknowns, worse
from creditlib.errors import UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.measures.factors import FROM_STATEMENTS, Ages, factors
from creditlib.measures.figures import Figures
from creditlib.policy import GRADES, Policy, Values

_USED: Final = (
    *PARAMETERS, "score.without_statements", "score.history_gap_days", "score.rating_map", "score.conflict_grades",
    "payment.window_months", "file.statement_months", "file.registration_months", "file.assessment_months",
    "file.rating_months", "onboarding.hard_stops", "aging.netting", "limit.vat_rate",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ScoreDecision(Decision):
    """A score and why. outcome: scored, refer (too little is known), stop (a hard stop).

    score, grade, default_probability, quality (of 100): None unless the evidence suffices; a hard stop leaves them to be seen.
    earned: the grade by points alone. evidence: share of the card that is known. lines: what each factor gave. ratings: from
    outside. basis: expert or fitted.
    """

    subject: str = "score"
    score: int | None = None
    grade: str | None = None
    earned: str | None = None
    default_probability: float | None = None
    quality: float | None = None
    evidence: float = 0.0
    lines: tuple[Line, ...] = ()
    ratings: tuple[OutsideRating, ...] = ()
    basis: str = "expert"
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def lost(self) -> float:
        """Points lost against the best there is, all factors together; not rounded."""
        return sum(line.lost for line in self.lines)

    @property
    def odds(self) -> float | None:
        """Good customers for one that defaults, None without a score."""
        chance = self.default_probability
        return None if chance is None else (1 - chance) / chance


def factors_of(
    book: Book, policy: Policy, as_of: date, *, rates: Sequence[Rate] = (), to: str | None = None
) -> Figures:
    """Return the factors of every customer as the policy measures them; see `measures.factors.factors`."""
    values = policy.at(as_of)
    ages = Ages(values["file.statement_months"], values["file.registration_months"], values["file.assessment_months"])
    return factors(
        book, as_of, window_months=values["payment.window_months"], gap_days=values["score.history_gap_days"], ages=ages,
        netting=values["aging.netting"], vat=Decimal(values["limit.vat_rate"]), home=values["home.currency"], rates=rates, to=to,
    )  # fmt: skip


def score_book(
    book: Book, policy: Policy, as_of: date, *, measured: Figures | None = None, rates: Sequence[Rate] = (),
    to: str | None = None,
) -> Figures:  # fmt: skip
    """Return the score of every customer of a book.

    measured: what `factors_of` gave, where it is at hand. Columns: customer, currency, outcome, score, grade, earned (the grade by
    points), default_probability, quality (of 100), evidence (share), stop (what ends the matter), points_<factor> (of 100; null:
    left out), open_minor. Raises: PolicyError when the policy has no value on the day.
    """
    values = policy.at(as_of)
    measured = measured or factors_of(book, policy, as_of, rates=rates, to=to)
    table = measured.table
    stops = _stops(hard_stops(book, policy, as_of), table["customer"])
    card = card_of(values)
    held = table.column_names
    made = score_columns(card, {n: table[n].to_numpy() for n in card.names if n in held}, table.num_rows, values)
    outcome = np.where(made["score"].is_valid(), "scored", "refer")
    columns = {
        "customer": table["customer"],
        "currency": table["currency"],
        "outcome": pa.array(np.where(stops.is_valid(), "stop", outcome)),
        **made,
        "stop": stops,
        "open_minor": table["open_minor"],
    }
    shown = {name: values[name] for name in _USED}
    return Figures(
        pa.table(columns), ("customer", "currency"), as_of, "open_minor", shown, documents=measured.documents
    )


@dataclass(frozen=True)
class Graded:
    """Scores of a whole book with their grades. known: who has a score; grade, earned: places in GRADES, default_probability: 0 and 0.0
    where there is none."""

    made: Columns
    known: NDArray[np.bool_]
    grade: NDArray[np.int8]
    earned: NDArray[np.int8]
    default_probability: NDArray[np.float64]


def graded_columns(card: Card, columns: Mapping[str, Any], rows: int, values: Values) -> Graded:
    """Return scores and grades for columns of factors, NaN where unknown: the whole book in one pass."""
    made = card.columns(columns, rows)
    there = made.score >= 0
    at = np.where(there, made.score - card.low, 0)
    place = {grade: i for i, grade in enumerate(GRADES)}
    earned = np.array([place[grade] for grade in card.graded], np.int8)[at]
    seen = [i for i, name in enumerate(card.names) if name in FROM_STATEMENTS]
    blind = ~made.known[:, seen].any(axis=1)
    held = np.int8(place[values["score.without_statements"]])
    return Graded(
        made, there, np.where(blind, np.maximum(earned, held), earned), earned, np.array(card.probabilities)[at]
    )


def score_columns(card: Card, columns: Mapping[str, Any], rows: int, values: Values) -> dict[str, pa.Array]:
    """Return score, grade and what goes with them for columns of factors, NaN where unknown, as columns of a table."""
    found = graded_columns(card, columns, rows, values)
    made, there = found.made, found.known
    names = pa.array(GRADES)
    columns_out = {
        "score": pa.array(made.score, mask=~there),
        "grade": names.take(pa.array(found.grade, mask=~there)),
        "earned": names.take(pa.array(found.earned, mask=~there)),
        "default_probability": pa.array(found.default_probability, mask=~there),
        "quality": pa.array(made.quality, mask=~there),
        "evidence": pa.array(made.evidence),
    }
    for i, name in enumerate(card.names):
        points = made.points[:, i]
        columns_out[f"points_{name}"] = pa.array(points, mask=points < 0)
    return columns_out


def _stops(found: pa.Table, customers: pa.ChunkedArray) -> pa.Array:
    """Return the first hard stop of each customer, null for none."""
    place = pc.index_in(customers.cast(pa.string()), value_set=found["customer"].combine_chunks())
    stops: pa.Array = found["stop"].combine_chunks().take(place.combine_chunks())
    return stops


def score(
    book: Book, customer: str, policy: Policy, as_of: date, *, measured: Figures | None = None, rates: Sequence[Rate] = (),
    to: str | None = None,
) -> ScoreDecision:  # fmt: skip
    """Return the score of one customer, with reasons.

    measured: what `factors_of` gave, where it is at hand. Raises: UsageError for a customer nobody knows; PolicyError when the policy
    has no value on the day.
    """
    measured = measured or factors_of(book, policy, as_of, rates=rates, to=to)
    row = find_customer(measured, customer)
    facts = measured.table.slice(row, 1).to_pylist()[0]
    made = score_values(facts, policy, as_of, customer=customer, **beside_facts(book, customer, policy, as_of))
    object.__setattr__(made, "documents", lambda: measured.documents(row))
    return made


def beside_facts(book: Book, customer: str, policy: Policy, as_of: date) -> dict[str, Any]:
    """Return what of a book bears on a customer's score beside its factors, as `score_values` takes it: hard stops, outside ratings."""
    stopped = hard_stops(book, policy, as_of)
    mine = stopped.filter(pc.equal(stopped["customer"], customer)).to_pylist()
    return {"stops": mine, "ratings": _ratings(book, customer, as_of)}


def find_customer(measured: Figures, customer: str) -> int:
    """Return the row of a customer. Raises: UsageError, naming the nearest codes."""
    row = pc.index(measured.table["customer"].cast(pa.string()), customer).as_py()
    if row >= 0:
        return int(row)
    from difflib import get_close_matches

    near = get_close_matches(customer, measured.table["customer"].cast(pa.string()).to_pylist(), 3, 0.6)
    hint = (f" Did you mean {', '.join(near)}?", f"是否为 {'、'.join(near)}？") if near else ("", "")
    raise UsageError(
        f'no customer "{customer}" in ledger or credit files.{hint[0]}',
        f"台账和信用档案中没有客户“{customer}”。{hint[1]}",
    )


def score_values(
    facts: Mapping[str, Any], policy: Policy, as_of: date, *, customer: str = "", stops: Sequence[Mapping[str, Any]] = (),
    ratings: Sequence[Mapping[str, Any]] = (),
) -> ScoreDecision:  # fmt: skip
    """Return the score of factor values, with reasons: what a slider asks.

    facts: factor → value, None or NaN where unknown; may hold what else `factors_of` tells. stops: rows of `hard_stops`. ratings: rows
    of the book's `ratings`.

    >>> from creditlib.policy import load_policy
    >>> given = {"days_beyond_terms": 0, "on_time_share": 1, "oldest_overdue": 0, "overdue_share": 0, "years_as_customer": 6}
    >>> made = score_values(given, load_policy(), date(2026, 1, 1))
    >>> made.score, made.grade, made.earned, round(made.evidence, 2)
    (663, 'B', 'A', 0.37)
    """
    values = policy.at(as_of)
    card = values.once(card_of)
    scored, grade = graded(facts, values)
    outside = tuple(_outside(rating, grade, values, as_of) for rating in ratings)
    outcome = "stop" if stops else "refer" if scored.score is None else "scored"
    return ScoreDecision(
        customer=customer, as_of=as_of, outcome=outcome, policy_name=policy.name, fingerprint=policy.fingerprint,
        reasons=tuple(_reasons(card, scored, grade, facts, stops, outside, values, as_of)),
        used=dict(values.once(_told)),
        score=scored.score, grade=grade, earned=scored.grade, default_probability=scored.default_probability,
        quality=scored.quality, evidence=scored.evidence, lines=scored.lines, ratings=outside,
        basis=values["score.basis"], facts=facts,
    )  # fmt: skip


def graded(facts: Mapping[str, Any], values: Values) -> tuple[Scored, str | None]:
    """Return the score of factor values and the grade it is given: held down where no statement is known. values: in force on the day."""
    scored = values.once(card_of).explain(facts)
    if scored.grade is None or any(line.known for line in scored.lines if line.name in FROM_STATEMENTS):
        return scored, scored.grade
    return scored, worse(scored.grade, values["score.without_statements"])


def _told(values: Values) -> dict[str, tuple[Any, str]]:
    return used(values, *_USED)


def _reasons(
    card: Card, scored: Scored, grade: str | None, facts: Mapping[str, Any], stops: Sequence[Mapping[str, Any]],
    outside: Sequence[OutsideRating], values: Values, as_of: date,
) -> list[Reason]:  # fmt: skip
    reasons = []
    for stop in stops:
        place = source_of(stop) or ("no source", "来源不明")
        told = {"stop": STOPS[stop["stop"]], "on": stop["on"], "source": place}
        reasons.append(Reason("score.stop", "stop", told, policy=("onboarding.hard_stops",)))
    if scored.score is None:
        reasons.append(too_little(card, scored.lines, scored.evidence))
    if grade != scored.grade:
        told = {"earned": scored.grade, "grade": grade}
        reasons.append(Reason("score.capped", "caps", told, policy=("score.without_statements",)))
    reasons += losses(card, scored.lines) if scored.score is not None else []
    if facts.get("statement_stale"):
        told = {"on": facts["statement_end"], "months": values["file.statement_months"]}
        reasons.append(Reason("score.stale-statement", "missing", told, policy=("file.statement_months",)))
    reasons += unknowns(card, scored.lines)
    if facts.get("negative_equity"):
        reasons.append(Reason("score.negative-equity", "note", {"on": facts["statement_end"]}))
    end = facts.get("history_end")
    if end is not None and end < as_of:
        told = {"on": end, "days": (as_of - end).days}
        reasons.append(Reason("score.history-ends", "note", told, policy=("score.history_gap_days",)))
    if facts.get("at_least"):
        reasons.append(Reason("score.at-least", "note"))
    reasons += rating_reasons(outside, grade, values["file.rating_months"])
    if values["score.basis"] == "expert":
        reasons.append(Reason("score.expert", "note", policy=("score.basis",)))
    return reasons


def _ratings(book: Book, customer: str, as_of: date) -> list[dict[str, Any]]:
    """Return the newest rating of each agency by the day."""
    table = book.table("ratings")
    mine = table.filter(pc.fill_null(pc.equal(table["customer"].cast(pa.string()), customer), False)).to_pylist()
    newest: dict[str, dict[str, Any]] = {}
    for rating in sorted((r for r in mine if r["on"] <= as_of), key=lambda r: r["on"]):
        newest[rating["agency"]] = rating
    return list(newest.values())


def _outside(rating: Mapping[str, Any], grade: str | None, values: Values, as_of: date) -> OutsideRating:
    ours = own_grade(values["score.rating_map"], rating["grade"])
    fresh = rating["on"] >= add_months(as_of, -values["file.rating_months"])
    apart = abs(GRADES.index(ours) - GRADES.index(grade)) if ours and grade else None
    conflict = fresh and apart is not None and apart >= values["score.conflict_grades"]
    return OutsideRating(rating["agency"], rating["grade"], rating["on"], ours, apart, conflict, fresh)
