"""What changing the policy would do to today's book: grades, limits, terms and holds that change, and the sums.

What must stay true: the figures are those of `PolicyBench`, which every door that tries policies asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.facts.reading import Reading
from creditlib.flows.assess import assess
from creditlib.flows.policy_bench import PolicyBench
from creditlib.flows.policy_told import PolicyEffect
from creditlib.policy import Policy

__all__ = ["PolicyEffect", "policy_effect"]


def policy_effect(
    reading: Reading | Book, before: Policy, after: Policy, as_of: date, *, rates: Sequence[Rate] = (),
    currency: str | None = None, known_on: date | None = None,
) -> PolicyEffect:  # fmt: skip
    """Return what `after` changes against `before` for a book on a day. Raises: as `assess`.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.policy import load_policy
    >>> policy_effect(sample_book(), load_policy(), load_policy(), SAMPLE_END).customers.num_rows
    0
    """
    whole = assess(reading, before, as_of, rates=rates, currency=currency, known_on=known_on)
    return PolicyBench(whole).effect(after)
