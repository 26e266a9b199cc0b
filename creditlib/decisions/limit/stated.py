"""`limit_values`: the limit that stated figures lead to: a slider's, a cell's, an applicant's who is in no book.

What must stay true: the way is that of the whole book, `limit.decide.decided`, with one row; own capacity counts the firm's equity only, since
no receivables are at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from creditlib.decisions.decision import no_documents
from creditlib.decisions.limit.decide import LimitDecision, decided, limit_of
from creditlib.decisions.limit.exchange import Exchange
from creditlib.decisions.limit.inputs import Inputs
from creditlib.errors import UsageError
from creditlib.facts.open_items import Rate
from creditlib.measures.cover import insured
from creditlib.policy import GRADES, Policy

STATED: Final = (
    "yearly_minor", "term_days", "net_worth_minor", "working_capital_minor", "reference_average_minor", "references", "peak_minor",
    "insurer_minor", "insurer_paid_minor",
)  # fmt: skip
"""Figures a limit can be stated from."""
_MAY_BE_NEGATIVE: Final = ("net_worth_minor", "working_capital_minor")


def limit_values(
    given: Mapping[str, Any], grade: str | None, score: int | None, policy: Policy, as_of: date, *, outcome: str = "scored",
    currency: str | None = None, customer: str = "", rates: Sequence[Rate] = (),
) -> LimitDecision:  # fmt: skip
    """Return the limit of stated figures, with its reasons.

    given: of `STATED`, minor units of `currency` (None: the home currency): yearly_minor, purchases of a year with VAT; term_days, days of
    the term agreed, without it those of the grade; net_worth_minor, tangible; working_capital_minor; reference_average_minor and references,
    how many; peak_minor, highest balance paid; insurer_minor, the insurer's limit, and insurer_paid_minor, what it would pay of it (else the policy's share).
    None and what is not there is unknown. outcome: of the score; "stop" gets no credit.
    Raises: UsageError for another name or grade, a figure below 0 other than those two, or a payment above the cover; PolicyError when the policy has no value on the day.

    >>> from creditlib.policy import load_policy
    >>> made = limit_values({"yearly_minor": 2_400_000_00, "term_days": 30}, "B", 610, load_policy(), date(2026, 1, 31))
    >>> made.outcome, made.picked
    ('set', 'need')
    """
    unknown = sorted(set(given) - set(STATED))
    if unknown:
        raise UsageError(
            f"a limit is not stated from {', '.join(unknown)}. There are: {', '.join(STATED)}.",
            f"额度测算没有 {'、'.join(unknown)} 这些数据。现有：{'、'.join(STATED)}。",
        )
    if grade is not None and grade not in GRADES:
        raise UsageError(
            f'no grade "{grade}". There are: {", ".join(GRADES)}.', f"没有等级“{grade}”。现有：{'、'.join(GRADES)}。"
        )
    known = {name: value for name, value in given.items() if value is not None}
    below = [name for name, value in known.items() if value < 0 and name not in _MAY_BE_NEGATIVE]
    cover, paid = given.get("insurer_minor"), given.get("insurer_paid_minor")
    if below:
        raise UsageError(
            f"{below[0]} must not be below 0, got {known[below[0]]:,}. Leave out what is not known.",
            f"{below[0]} 不得小于 0，得到 {known[below[0]]:,}。未知的请不要给出。",
        )
    if paid is not None and paid > (cover or 0):
        raise UsageError(
            f"the insurer would pay {paid:,} of a limit of {cover or 0:,} minor units. Check both.",
            f"保险赔付额 {paid:,} 大于保险限额 {cover or 0:,}（最小单位）。请核对两者。",
        )
    values = policy.at(as_of)
    currency = currency or values["home.currency"]
    term = given.get("term_days")
    if term is None and grade is not None:
        term, term_from = int(values["terms.days"][grade]), "grade"
    else:
        term_from = "customer"
    if cover is not None and paid is None:
        paid = insured(cover, values["limit.insured_share"])
    yearly = given.get("yearly_minor")
    one = Inputs(
        [customer], [currency], [outcome], [grade], [score], [yearly], [None if yearly is None else "stated"],
        [term], [None if term is None else term_from], [given.get("net_worth_minor")], [given.get("working_capital_minor")],
        [given.get("reference_average_minor")], [given.get("references") or 0], [given.get("peak_minor")], [cover], [paid], {},
    )  # fmt: skip
    exchange = Exchange(rates, values["home.currency"])
    figures = decided(one, {customer: customer}, exchange, policy, as_of, documents=lambda row: no_documents())
    return limit_of(figures, customer, policy)
