"""Lesson 1: aging and DSO.

What must stay true: every answer comes from the measures; what a learner may have done instead comes from them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import creditlib as cl
from creditlib.formulas import one_dso_day, overdue_share

from .course import CURRENCY, Exercise, Lesson, number, word

FASTER = 5  # days, as the text of the lesson says


def exercises(lesson: Lesson) -> Mapping[str, Exercise]:
    """Return the exercises of the lesson."""
    book, day = lesson.book, lesson.day
    items = cl.open_items(book, day)
    edges = lesson.policy.at(day)["aging.edges"]
    by_customer = cl.aging(items, edges=edges)
    whole = _only(cl.aging(items, edges=edges, by=()))
    first, second = _document(by_customer, "C-7003"), _document(by_customer, "C-7008")
    old = sorted(_rows(by_customer), key=lambda row: -row["365+"])
    late = sorted(_rows(by_customer), key=lambda row: -row["overdue_minor"])
    shares = (whole["overdue_minor"], whole["total_minor"])
    simple, late_part, best = (_only(cl.dso(book, day, method=m)) for m in ("simple", "delinquent", "best_possible"))
    worth = one_dso_day(simple["sales_minor"], simple["sales_days"]) * FASTER / 100
    return {
        "past_due": number("number", (day - first["due_on"]).days, 0, invoice=(day - first["issue_on"]).days,
                           counted=(day - first["due_on"]).days + 1),
        "bucket": word(second["bucket"], invoice=_bucket((day - second["issue_on"]).days, edges)),
        "overdue_share": number("share", overdue_share(*shares), 0.0005, percent=overdue_share(*shares) * 100,
                                rest=1 - overdue_share(*shares), unapplied=overdue_share(shares[0], shares[1] - whole["unapplied"])),
        "oldest": word(old[0]["customer"], most_overdue=late[0]["customer"]),
        "simple_dso": number("number", simple["days"], 0.05, other_year=simple["days"] / 365 * 360,
                             upside_down=simple["sales_minor"] / simple["receivables_minor"], no_days=simple["days"] / 365),
        "late_days": number("number", late_part["days"], 0.05, best=best["days"], whole=simple["days"]),
        "cash": number("amount", worth, 1, cents=worth * 100, one_day=worth / FASTER,
                       receivables=simple["receivables_minor"] / simple["sales_days"] * FASTER / 100),
    }  # fmt: skip


def _rows(figures: Any) -> list[dict[str, Any]]:
    return [row for row in figures.table.to_pylist() if row["currency"] == CURRENCY]


def _only(figures: Any) -> dict[str, Any]:
    [row] = _rows(figures)
    return row


def _document(figures: Any, customer: str) -> dict[str, Any]:
    [found] = figures.why(customer=customer).documents.to_pylist()
    return {name: value for name, value in found.items() if isinstance(value, date | str | int)}


def _bucket(days: int, edges: Any) -> str:
    low = 1
    for edge in edges:
        if days <= edge:
            return f"{low}-{edge}"
        low = edge + 1
    return f"{edges[-1]}+"
