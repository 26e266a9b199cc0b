"""`close_of`: the month-end close of a part of a portfolio, so that what is shown can be written as the closing workbook.

What must stay true: it is the close of those documents alone, and its totals are those of the slice; the alerts stand among its findings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditlib.errors import Finding
from creditlib.facts.book import Book
from creditlib.facts.part import part_of
from creditlib.facts.tables import codes
from creditlib.flows.alerts import Alert
from creditlib.flows.close import close
from creditlib.flows.closing import Close
from creditlib.flows.portfolio_cells import KEYS, Codes
from creditlib.flows.portfolio_slice import Slice
from creditlib.measures.sales import told_by

_SALES: Final = "sales"


def close_of(part: Slice, about: str | None = None) -> Close:
    """Return the close of what was chosen, its alerts among the findings. about: what stands for the entity on its cover, None for the
    companies in it.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.flows.assess import assess
    >>> from creditlib.flows.portfolio import Portfolio
    >>> from creditlib.policy import load_policy
    >>> part = Portfolio(assess(sample_book(), load_policy(), SAMPLE_END)).slice(grade="B")
    >>> close_of(part).total_minor == part.aging["total_minor"]
    True
    """
    ground = part.sums.ground
    whole = ground.reading
    reading = whole if not part.chosen else _book(part)
    made = close(
        reading, part.portfolio.whole.policy, ground.as_of, control=() if part.chosen else ground.control, rates=ground.rates,
        currency=ground.report, known_on=None if part.chosen else ground.known_on, entity=about or ground.entity,
    )  # fmt: skip
    there = {(finding.check, finding.where, finding.en) for finding in made.findings}
    alerts = [_finding(alert) for alert in part.alerts.page(0, len(part.alerts))]
    new = [one for one in alerts if (one.check, one.where, one.en) not in there]
    return replace(made, known_on=ground.known_on, findings=(*new, *made.findings))


def _finding(alert: Alert) -> Finding:
    if alert.said is not None:  # it was one
        return Finding(
            alert.kind,
            alert.severity,
            alert.where,
            *alert.said,
            amount_minor=alert.amount_minor,
            currency=alert.currency,
        )
    who = f"{alert.customer} {alert.name}".strip()
    return Finding(
        alert.kind, alert.severity, alert.where or alert.customer, f"{who}: {alert.text('en')}", f"{who}：{alert.text('zh')}",
        amount_minor=alert.amount_minor, currency=alert.currency,
    )  # fmt: skip


def _book(part: Slice) -> Book:
    book = part.sums.ground.book
    told = told_by(book, KEYS) if book.rows(_SALES) else ()
    sales = _mine(part, book, _SALES) if set(part.choice.keys) <= set(told) else None
    return part_of(book, _mine(part, book, "documents"), sales)


def _mine(part: Slice, book: Book, table: str) -> NDArray[np.bool_]:
    """Return which rows of a table the slice counts."""
    own: Codes = {}
    for name in part.choice.keys:
        column = book.columns(table, [name])[name]
        own |= part.sums.names.codes([(name, *codes(column))])
    return part.choice.of(own, book.rows(table))
