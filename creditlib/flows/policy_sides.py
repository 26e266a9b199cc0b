"""A book under one policy, as columns to compare: what no trial of grades, limits, terms and releases can change is measured once.

What must stay true: each figure is made by the function that makes it for the whole book (score, limit, terms, release, loss); a value that
is not in `WEIGHED` is measured anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.decisions.limit.caps import capacity_on, groups_of, receivables_of
from creditlib.decisions.limit.columns import Amounts
from creditlib.decisions.limit.decide import limits_on
from creditlib.decisions.limit.exchange import Exchange
from creditlib.decisions.limit.standing import Judged, Standing
from creditlib.decisions.offer import offer_of
from creditlib.decisions.release.columns import MOVED_BY, OrderColumns
from creditlib.decisions.release.ground import Ground
from creditlib.decisions.release.limits import Structure
from creditlib.decisions.score import card as scorecard
from creditlib.decisions.score.decide import graded_columns
from creditlib.flows.assess import Assessment, losses
from creditlib.policy import GRADES, Policy, Values
from creditlib.policy.catalogue.limit import PARAMETERS as _LIMIT
from creditlib.policy.factors import FACTORS

_ALSO_MEASURED: Final = ("limit.insured_share", "limit.vat_rate")
WEIGHED: Final = frozenset(
    (
        *scorecard.PARAMETERS, "score.without_statements", "score.loss_given_default", *MOVED_BY,
        *(p.name for p in _LIMIT if p.name.startswith("limit.") and p.name not in _ALSO_MEASURED),
        "terms.days", "terms.deposit", "terms.discount", "terms.discount_days", "terms.instalments",
    )
)  # fmt: skip
"""Values that can be tried on what was measured once."""
MEASURED: Final = (
    "home.currency", "aging.netting", "payment.window_months", "score.history_gap_days", "file.statement_months", "file.registration_months",
    "file.assessment_months", "file.purchases_months", "file.reference_months", "onboarding.hard_stops", "progressive.late_days", *_ALSO_MEASURED,
)  # fmt: skip
"""Values what was measured rests on; another one takes as long as assessing the book does."""
OUTCOMES: Final = ("scored", "refer", "stop")
LIMIT_OUTCOMES: Final = ("refer", "set", "none")


@dataclass(frozen=True)
class Side:
    """A book under one policy: columns in the order of the scores. outcome, limit_outcome: places in OUTCOMES, LIMIT_OUTCOMES; grade: in
    GRADES, −1 for none; terms: the text of the terms, null for none. held: places in the release's OUTCOMES, of the orders."""

    outcome: NDArray[np.int8]
    score: Amounts
    grade: NDArray[np.int64]
    limit_outcome: NDArray[np.int8]
    limit: Amounts
    terms: NDArray[np.int64]
    terms_text: tuple[str | None, ...]
    loss: Amounts
    held: NDArray[np.int8]


class Measured:
    """What was measured of an assessed book: the ground sides are weighed on."""

    def __init__(self, whole: Assessment) -> None:
        self.whole = whole
        table, scores, known = whole.factors.table, whole.scores.table, whole.ground.names
        self.rows: int = table.num_rows
        self._factors = {name: table[name].to_numpy() for name in FACTORS if name in table.column_names}
        self._stopped = np.asarray(scores["stop"].is_valid(), bool)
        self.customer, self.currency = (_whole(scores[name].cast(pa.string())) for name in ("customer", "currency"))
        self.name = pa.array([known.get(customer, "") for customer in self.customer.to_pylist()], pa.string())
        self.exposure, self._net = whole.exposed

    @cached_property
    def _standing(self) -> Standing:
        whole, inputs = self.whole, self.whole.limit_inputs
        exchange = Exchange(whole.ground.rates, whole.ground.report or whole.values["home.currency"])
        groups = groups_of(whole.book, list(dict.fromkeys([*inputs.customer, *inputs.owed])), whole.as_of)
        return Standing.of(inputs, groups, exchange, whole.values["home.currency"])

    @cached_property
    def _receivables(self) -> tuple[int, tuple[str, ...]]:
        return receivables_of(self._standing.balances, self._standing.home, self._standing.exchange)

    @cached_property
    def codes(self) -> tuple[list[str], NDArray[np.int64]]:
        """Currencies in order, and the place of each row's."""
        names = sorted(pc.unique(self.currency).to_pylist())
        return names, np.asarray(pc.index_in(self.currency, value_set=pa.array(names, pa.string()))).astype(np.int64)

    @cached_property
    def orders(self) -> OrderColumns:
        """Orders that wait."""
        whole = self.whole
        rates = whole.in_report["rates"]
        to = whole.in_report["to"] or (whole.values["home.currency"] if rates else None)
        return OrderColumns(
            Ground(whole.book, whole.values, whole.as_of, rates, to, Structure(whole.book, whole.as_of))
        )

    def under(self, policy: Policy) -> Side:
        """Return the book under a policy that differs in WEIGHED at most. Raises: PolicyError, TooLarge."""
        values = policy.at(self.whole.as_of)
        made = graded_columns(scorecard.card_of(values), self._factors, self.rows, values)
        known = made.known
        score = Amounts.where(known, made.made.score)
        grade = np.where(known, made.grade, np.int8(-1)).astype(np.int64)
        scored = known & ~self._stopped
        judged = Judged(scored, self._stopped, grade, pa.nulls(0, pa.string()), score)
        limit = limits_on(self._standing, judged, values, capacity_on(*self._receivables, values)).limit
        outcome = np.where(self._stopped, OUTCOMES.index("stop"), np.where(scored, 0, OUTCOMES.index("refer")))
        of_limit = np.where(limit.known, np.where(limit.minor > 0, 1, 2), 0)
        terms, texts = _terms(outcome, grade, values)
        loss = losses(self._net, np.where(known, made.default_probability, np.nan), values)
        return Side(
            outcome.astype(np.int8), score, grade, of_limit.astype(np.int8), limit, terms, texts, Amounts.from_arrow(loss),
            self.orders.outcomes(values),
        )  # fmt: skip


def measured_under(whole: Assessment, policy: Policy) -> Measured:
    """Return what is measured of the same book under a policy that differs in what it rests on."""
    return Measured(Assessment(replace(whole.ground, policy=policy)))


def _terms(
    outcome: NDArray[Any], grade: NDArray[np.int64], values: Values
) -> tuple[NDArray[np.int64], tuple[str | None, ...]]:
    """Return the place of each row's terms among the texts, and the texts."""
    width = len(GRADES) + 1
    code = outcome.astype(np.int64) * width + np.where(grade < 0, len(GRADES), grade)
    used = np.flatnonzero(np.bincount(code, minlength=len(OUTCOMES) * width))
    texts: list[str | None] = [None] * (len(OUTCOMES) * width)
    for one in used.tolist():
        word, place = OUTCOMES[one // width], one % width
        texts[one] = offer_of(GRADES[place] if place < len(GRADES) else None, word, values).terms_text
    return code, tuple(texts)


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
