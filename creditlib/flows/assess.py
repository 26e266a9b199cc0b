"""`assess`: a whole book in one pass: factors, scores, limits, terms and exposure of every customer, each measured once.

What must stay true: nothing is computed here that a measure or a decision computes; the review of one customer reads its row here, so
that the list of all customers and the file of one show the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib import money
from creditlib.days import add_months
from creditlib.decisions.limit.decide import limit_book
from creditlib.decisions.limit.exchange import Exchange
from creditlib.decisions.limit.inputs import Inputs, gather
from creditlib.decisions.offer import offer_book
from creditlib.decisions.release.limits import Limit, limits_in_force
from creditlib.decisions.score.decide import factors_of, find_customer, score_book
from creditlib.decisions.what_if.book import LedgerCases
from creditlib.decisions.what_if.case import TermsCase
from creditlib.errors import Finding, UsageError
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.open_items import Rate, to_currency
from creditlib.facts.reading import Reading
from creditlib.flows.ground import Ground
from creditlib.measures.cover import net_exposure
from creditlib.measures.figures import Figures
from creditlib.measures.payment import window_start
from creditlib.measures.record import payment_record
from creditlib.policy import Policy, Values


@dataclass(frozen=True)
class Assessment:
    """A book assessed on a day. Each part is made when it is asked for, and once."""

    ground: Ground

    @property
    def as_of(self) -> date:
        """The day asked."""
        return self.ground.as_of

    @property
    def policy(self) -> Policy:
        """The policy it is assessed by."""
        return self.ground.policy

    @property
    def values(self) -> Values:
        """Policy values in force on the day."""
        return self.ground.values

    @property
    def book(self) -> Book:
        """The book as it was known; a running account with its allocations."""
        return self.ground.book

    @property
    def in_report(self) -> dict[str, Any]:
        """Rates and the currency reported in, as measures and decisions take them."""
        return self.ground.in_report

    @cached_property
    def factors(self) -> Figures:
        """Factors of every customer; see `measures.factors.factors`."""
        return factors_of(self.book, self.policy, self.as_of, **self.in_report)

    @cached_property
    def scores(self) -> Figures:
        """Scores; see `decisions.score.decide.score_book`."""
        return score_book(self.book, self.policy, self.as_of, measured=self.factors)

    @cached_property
    def record(self) -> Figures | None:
        """The payment record over the payment window, None where the book holds only what is open."""
        if not self.book.complete or not self.book.rows("documents"):
            return None
        start = window_start(self.as_of, self.values["payment.window_months"])
        return payment_record(self.book, start, self.as_of, disputed="leave_out", **self.in_report)

    @cached_property
    def limit_inputs(self) -> Inputs:
        """What limits stand on; see `decisions.limit.inputs.gather`."""
        exchange = Exchange(self.ground.rates, self.ground.report or self.values["home.currency"])
        return gather(
            self.book, self.factors, self.scores, self.values, self.as_of, exchange, self.ground.rates, self.ground.report, self.record
        )  # fmt: skip

    @cached_property
    def limits(self) -> Figures:
        """Limits; see `decisions.limit.decide.limit_book`."""
        return limit_book(
            self.book, self.factors, self.scores, self.policy, self.as_of, inputs=self.limit_inputs, **self.in_report
        )

    @cached_property
    def offers(self) -> Figures:
        """Terms; see `decisions.offer.offer_book`."""
        return offer_book(self.scores, self.policy, self.as_of)

    @cached_property
    def exposures(self) -> Figures:
        """Exposure by part, cover and own risk, by customer and currency."""
        share = self.values["limit.insured_share"]
        return net_exposure(self.book, self.as_of, insured_share=share, **self.in_report)

    @cached_property
    def exposed(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Exposure, and what of it no cover would pay, minor units in the order of the scores."""
        total, net = (_joined(self.scores.table, self.exposures.table, name) for name in ("total_minor", "net_minor"))
        return total, net

    @cached_property
    def table(self) -> Figures:
        """Every customer in one row.

        Columns: customer, name, currency, outcome, score, grade, default_probability, evidence, stop, limit_outcome, limit_minor,
        picked, cap, own_risk_minor, needs_committee, set_minor, set_currency, set_on (the limit in force by the book's events, in the row's currency where it
        can be told in it, else in its own), review_due (it was set longer ago than the policy lets it stand), terms, net_days, open_minor, overdue_minor, exposure_minor, net_minor (exposure − cover), headroom_minor (limit − exposure; null without
        a limit), expected_loss_minor (default probability × loss given default × own exposure, not below 0).
        """
        scores, limits, offers = self.scores.table, self.limits.table, self.offers.table
        known = self.ground.names
        names = [known.get(c, "") for c in scores["customer"].cast(pa.string()).to_pylist()]
        exposed, net = self.exposed
        limit = limits["limit_minor"]
        loss = losses(net, scores["default_probability"].to_numpy(), self.values)
        columns = {
            "customer": scores["customer"],
            "name": pa.array(names, pa.string()),
            **{
                n: scores[n]
                for n in ("currency", "outcome", "score", "grade", "default_probability", "evidence", "stop")
            },
            "limit_outcome": limits["outcome"],
            **{n: limits[n] for n in ("limit_minor", "picked", "cap", "own_risk_minor", "needs_committee")},
            **self._set(scores),
            **{n: offers[n] for n in ("terms", "net_days")},
            **{n: self.factors.table[n] for n in ("open_minor", "overdue_minor")},
            "exposure_minor": pa.array(exposed),
            "net_minor": pa.array(net),
            "headroom_minor": pc.subtract(limit, pa.array(exposed)),
            "expected_loss_minor": loss,
        }
        return Figures(
            pa.table(columns), ("customer", "currency"), self.as_of, "exposure_minor", dict(self.values), documents=self.factors.documents,
        )  # fmt: skip

    def chance(self, customers: Sequence[str]) -> float | None:
        """Return the default probability of some customers together, weighted by what each owes, plain where nobody owes anything; None
        where none of them is scored."""
        table = self.scores.table.select(["customer", "default_probability", "open_minor"])
        chosen = pc.and_(
            pc.is_in(table["customer"].cast(pa.string()), value_set=pa.array(customers, pa.string())),
            table["default_probability"].is_valid(),
        )
        mine = table.filter(chosen)
        if not mine.num_rows:
            return None
        weight = np.maximum(mine["open_minor"].to_numpy().astype(np.float64), 0)
        chances = mine["default_probability"].to_numpy()
        return float(np.average(chances, weights=weight if weight.any() else None))

    @cached_property
    def cases(self) -> LedgerCases:
        """What the base of a what-if stands on; see `decisions.what_if.book.LedgerCases`."""
        return LedgerCases(self.book, self.policy, self.as_of, self.ground.rates, self.ground.report)

    def terms_case(
        self, customer: str | None = None, grade: str | None = None, currency: str | None = None
    ) -> TermsCase:
        """Return the terms a customer, a grade, or with neither the whole book trades on today: the base of a what-if, at the default
        probability of those it is about. currency: only what is billed in it.

        Raises: UsageError for a customer nobody knows, or a grade nobody has; what `case_of` raises.
        """
        chosen = self.customers_of(customer, grade)
        everybody = self.scores.table["customer"].cast(pa.string()).to_pylist() if chosen is None else chosen
        return self.cases.case(
            customer=customer, customers=None if customer else chosen, default_probability=self.chance(everybody), currency=currency
        )  # fmt: skip

    def customers_of(self, customer: str | None = None, grade: str | None = None) -> list[str] | None:
        """Return the customers a what-if is about: one, those of a grade, None for the whole book. Raises: UsageError as `terms_case`."""
        if customer is not None:
            find_customer(self.factors, customer)
            return [customer]
        if grade is None:
            return None
        table = self.scores.table
        chosen: list[str] = table.filter(pc.equal(table["grade"], grade))["customer"].cast(pa.string()).to_pylist()
        if not chosen:
            raise UsageError(
                f"nobody has grade {grade} on {self.as_of}. Take another grade, or leave it out for the whole book.",
                f"{self.as_of} 没有 {grade} 级客户。请换一个等级，或不指定等级以测算全部客户。",
            )
        return chosen

    def apart(self, customer: str | None = None) -> tuple[Finding, ...]:
        """Return what rows leave out: exposure in other currencies than the one a customer is told in, a finding for each. customer:
        of one only."""
        table, rows = self.exposures.table, self.factors.table
        here = pc.is_in(_keys(table), value_set=_keys(rows))
        out = table.filter(pc.and_(pc.invert(here), pc.not_equal(table["total_minor"], 0)))
        if customer is not None:
            out = out.filter(pc.equal(out["customer"].cast(pa.string()), customer))
        sums: dict[str, tuple[int, str, int]] = {}
        names = (out[name].cast(pa.string()).to_pylist() for name in ("customer", "currency"))
        for who, currency, minor in sorted(zip(*names, out["total_minor"].to_pylist(), strict=True)):
            count, first, total = sums.get(currency, (0, who, 0))
            sums[currency] = count + 1, first, total + minor
        return tuple(
            CHECKS["other-currency"].finding(
                "exposure", count=count, customer=first, amount=money.text(total, currency), currency=currency, amount_minor=total
            )
            for currency, (count, first, total) in sorted(sums.items())
        )  # fmt: skip

    def _set(self, scores: pa.Table) -> dict[str, pa.Array]:
        """Return the limit in force of each customer, null where none is set."""
        known = self.limits_set
        found = [known.get(customer) for customer in scores["customer"].cast(pa.string()).to_pylist()]
        oldest = add_months(self.as_of, -self.values["limit.review_months"])
        return {
            "set_minor": pa.array([limit and limit.minor for limit in found], pa.int64()),
            "set_currency": pa.array([limit and limit.currency for limit in found], pa.string()),
            "set_on": pa.array([limit and limit.on for limit in found], pa.date32()),
            "review_due": pa.array(
                [limit is not None and limit.on is not None and limit.on < oldest for limit in found]
            ),
        }

    @cached_property
    def limits_set(self) -> dict[str, Limit | None]:
        """Limits in force by the book's events, in the currency reported in where one is."""
        found = limits_in_force(self.book, self.as_of, self.values["home.currency"])
        to, rates = self.ground.report, self.ground.rates
        if to is None:
            return found
        return {
            customer: None if limit is None else Limit(self._converted(limit, rates, to), to, limit.on)
            for customer, limit in found.items()
        }

    def _converted(self, limit: Limit, rates: Sequence[Rate], to: str) -> int:
        minor = np.array([limit.minor], np.int64)
        return int(to_currency(minor, np.zeros(1, np.int64), [limit.currency], rates, to, self.as_of)[0])


def losses(net: NDArray[np.int64], chance: NDArray[np.float64], values: Values) -> pa.Array:
    """Return the loss expected within a year: what no cover would pay, not below 0, × default probability × the policy's loss given
    default; minor units, null without a probability.

    >>> from creditlib.policy import load_policy
    >>> losses(np.array([1_000_00]), np.array([0.05]), load_policy().at(date(2026, 1, 1))).to_pylist()
    [4000]
    """
    loss = np.maximum(net, 0) * chance * float(values["score.loss_given_default"])
    return pa.array(np.floor(np.nan_to_num(loss) + 0.5).astype(np.int64), mask=np.isnan(loss))


def _keys(table: pa.Table) -> pa.Array:
    """Return customer and currency of each row as one text."""
    names = (table[name].cast(pa.string()) for name in ("customer", "currency"))
    return pc.binary_join_element_wise(*names, "\x1f").combine_chunks()


def _joined(scores: pa.Table, table: pa.Table, name: str) -> Any:
    """Return a column of a table by customer and currency, in the order of the scores; 0 where a customer has no row."""
    place = pc.index_in(_keys(scores), value_set=_keys(table))
    return pc.fill_null(table[name].combine_chunks().take(place), 0).to_numpy(zero_copy_only=False)


def assess(
    reading: Reading | Book, policy: Policy, as_of: date, *, rates: Sequence[Rate] = (), currency: str | None = None,
    known_on: date | None = None,
) -> Assessment:  # fmt: skip
    """Assess every customer of a book on a day.

    reading: what `read` gave, or a book alone, with the credit files in it. rates, currency: report in one currency; without them each
    customer is told in its own, and policy amounts of the home currency apply where it is that one. known_on: count only what had been
    entered by that day. Raises: UsageError for rates without a currency; CurrencyError for a missing rate; PolicyError when the policy has
    no value on the day.

    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.policy import load_policy
    >>> assess(sample_book(), load_policy(), SAMPLE_END).scores.table.num_rows >= 60
    True
    """
    if rates and currency is None:
        raise UsageError(
            "Rates need the currency to report in: --currency CCY.", "给出汇率时需要报告币种：--currency 币种。"
        )
    return Assessment(Ground(reading, policy, as_of, (), tuple(rates), currency, known_on, None))
