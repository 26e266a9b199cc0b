"""The reputation check 信誉核查: trade references, outside ratings, visits, the own payment record, and the courts' list.

What must stay true: what is too old no longer counts but is told; of several ratings the worst one known counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from creditlib.decisions.onboarding.evidence import Lines, step
from creditlib.decisions.onboarding.registration import Extracts, newest_first, rows_of
from creditlib.facts.book import Book
from creditlib.facts.staleness import oldest_fresh
from creditlib.facts.visits import Visit
from creditlib.formulas.receivables import payment_points
from creditlib.policy import GRADES, Values

Row = dict[str, Any]


def reputation(
    book: Book, customer: str, values: Values, extracts: Extracts, calls: tuple[Visit, ...], factor_row: Mapping[str, Any] | None,
) -> Lines:  # fmt: skip
    """Return the evidence of the reputation check. calls: the visit log. factor_row: as `onboard` takes it."""
    lines = Lines("reputation", values["onboarding.reputation_points"])
    as_of = extracts.as_of
    _references(lines, *_aged(book, "references", customer, as_of, values["file.reference_months"]), values)
    _rating(lines, *_aged(book, "ratings", customer, as_of, values["file.rating_months"]), values)
    _visit(lines, *_aged(book, "assessments", customer, as_of, values["file.assessment_months"]), calls, values)
    _payment(lines, factor_row, values)
    extracts.listed(lines, "judgment_debtor")
    return lines


def _aged(book: Book, table: str, customer: str, as_of: date, months: int) -> tuple[list[Row], list[Row]]:
    """Return the rows young enough, and those too old, the newest first."""
    rows = newest_first(rows_of(book, table, customer), as_of)
    oldest = oldest_fresh(as_of, months)
    return [row for row in rows if row["on"] >= oldest], [row for row in rows if row["on"] < oldest]


def _references(lines: Lines, fresh: list[Row], old: list[Row], values: Values) -> None:
    age = ("file.reference_months",)
    if not fresh:
        for line in ("references", "reference_days"):
            if old:
                lines.add(line, "references-old", None, old[0], policy=age, on_day=old[0]["on"])
            else:
                lines.add(line, "references-none", None)
        return
    needed = int(values["limit.min_references"])
    named = {row["referee"] for row in fresh if row["referee"] is not None}
    number = len(named) + sum(row["referee"] is None for row in fresh)
    lines.add(
        "references",
        "references-count",
        number / needed,
        fresh[0],
        policy=("limit.min_references", *age),
        number=number,
        needed=needed,
    )
    told = [max(row["days_late"], 0) for row in fresh if row["days_late"] is not None]
    if not told:
        lines.add("reference_days", "reference-days-unknown", None, fresh[0])
        return
    mean = sum(told) / len(told)
    share = step(values["onboarding.late_points"], mean)
    lines.add(
        "reference_days", "reference-days", share, fresh[0], policy=("onboarding.late_points", *age),
        days=f"{mean:.1f}".removesuffix(".0"), number=len(told), most=max(told),
    )  # fmt: skip


def _rating(lines: Lines, fresh: list[Row], old: list[Row], values: Values) -> None:
    if not fresh:
        if old:
            lines.add(
                "rating",
                "rating-old",
                None,
                old[0],
                agency=old[0]["agency"],
                grade=old[0]["grade"],
                on_day=old[0]["on"],
                policy=("file.rating_months",),
            )
        else:
            lines.add("rating", "rating-none", None)
        return
    newest: dict[str, Row] = {}
    for row in fresh:
        newest.setdefault(row["agency"], row)
    known = [(grade, row) for row in newest.values() if (grade := own_grade(values["score.rating_map"], row["grade"]))]
    if not known:
        row = fresh[0]
        lines.add(
            "rating",
            "rating-unmapped",
            None,
            row,
            agency=row["agency"],
            grade=row["grade"],
            policy=("score.rating_map",),
        )
        return
    grade, row = max(known, key=lambda pair: GRADES.index(pair[0]))
    share = float(values["onboarding.rating_points"][grade]) / 100
    lines.add(
        "rating", "rating-told", share, row, policy=("score.rating_map", "onboarding.rating_points", "file.rating_months"),
        agency=row["agency"], grade=row["grade"], ours=grade,
    )  # fmt: skip


def own_grade(rating_map: Mapping[str, str], grade: str) -> str | None:
    """Return the grade an outside grade stands for; None when the policy does not say.

    >>> own_grade({"BB+": "C"}, " bb+ "), own_grade({"BB+": "C"}, "1a")
    ('C', None)
    """
    text = grade.strip()
    return rating_map.get(text) or next((own for word, own in rating_map.items() if word.upper() == text.upper()), None)


def _visit(lines: Lines, fresh: list[Row], old: list[Row], calls: tuple[Visit, ...], values: Values) -> None:
    if not fresh:
        if old:
            lines.add("visit", "visit-old", None, old[0], on_day=old[0]["on"], policy=("file.assessment_months",))
        elif calls:
            lines.add("visit", "visit-unjudged", None, on=calls[0].on, on_day=calls[0].on)
        else:
            lines.add("visit", "visit-none", None)
        return
    newest: dict[str, Row] = {}
    for row in fresh:
        newest.setdefault(row["subject"], row)
    mean = sum(row["rating"] for row in newest.values()) / len(newest)
    share = payment_points(mean, values["onboarding.visit_points"]) / 100
    lines.add(
        "visit", "visit-judged", share, fresh[0], policy=("onboarding.visit_points", "file.assessment_months"),
        mean=f"{mean:.1f}", number=len(newest),
    )  # fmt: skip


def _payment(lines: Lines, factor_row: Mapping[str, Any] | None, values: Values) -> None:
    late, on_time = (_number(factor_row, name) for name in ("days_beyond_terms", "on_time_share"))
    end = factor_row.get("history_end") if factor_row else None
    row = {"on": end, "source_file": None} if end else None
    none = "payment-not-read" if factor_row is None else "payment-none"
    if late is None:
        lines.add("payment_days", none, None)
    else:
        share = step(values["onboarding.late_points"], max(late, 0.0))
        lines.add("payment_days", "payment-days", share, row, policy=("onboarding.late_points",), days=f"{late:.1f}")
    if on_time is None:
        lines.add("payment_share", none, None)
    else:
        lines.add("payment_share", "payment-share", on_time, row, share=f"{on_time:.0%}")


def _number(row: Mapping[str, Any] | None, name: str) -> float | None:
    value = row.get(name) if row else None
    return None if value is None or math.isnan(value) else float(value)
