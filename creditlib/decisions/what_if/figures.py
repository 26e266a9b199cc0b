"""What one set of terms brings in a year, what a change of terms ties up and is worth, and where it breaks even.

What must stay true: every amount is rounded once; profit is the margin less the costs as they are printed, to the cent; the cost
of capital in the profit counts receivables at their cost, the value of a change counts the money of sales there were anyway at price.
"""

from __future__ import annotations

from typing import NamedTuple

from creditlib.decisions.what_if.case import Settled, TermsCase, settle, to_minor
from creditlib.errors import CreditError
from creditlib.formulas.insurance import expected_loss, premium
from creditlib.formulas.receivables import simple_dso
from creditlib.formulas.trade_credit import (
    break_even_bad_debt_share,
    break_even_sales,
    credit_cost_compound,
    credit_cost_simple,
)
from creditlib.policy import Values


class TermsFigures(NamedTuple):
    """A year under one set of terms, or the difference between two. Amounts in minor units.

    sales_minor; credit_minor: the balance after deposits. collection_days: average day the balance is paid on. dso_days: receivables
    ÷ sales × days, deposits and all; None without sales. receivables_minor: average, at price; receivables_cost_minor: the
    same at variable cost, VAT passed on included. margin_minor: sales without VAT less variable cost. capital_cost_minor: of receivables at cost. loss_minor: expected, the
    own part; insured_loss_minor: the insurer's. premium_minor, discount_minor, collection_minor, fixed_minor.
    profit_minor: margin less these costs, 信用成本后收益. customer_cost_simple, customer_cost_compound: what it costs the customer
    a year not to take the discount, as a share; None without a discount, or where nothing is gained by waiting.
    """

    sales_minor: int
    credit_minor: int
    collection_days: float
    dso_days: float | None
    receivables_minor: int
    receivables_cost_minor: int
    margin_minor: int
    capital_cost_minor: int
    loss_minor: int
    insured_loss_minor: int
    premium_minor: int
    discount_minor: int
    collection_minor: int
    fixed_minor: int
    profit_minor: int
    customer_cost_simple: float | None
    customer_cost_compound: float | None

    @property
    def contribution_minor(self) -> int:
        """Profit before the cost of capital."""
        return self.profit_minor + self.capital_cost_minor


class BreakEven(NamedTuple):
    """Where a change of terms stops paying. None: nowhere.

    sales_minor: yearly sales under the new terms that bring the profit of the base, what they lose included; extra_sales_minor:
    above those of the base, below 0 where sales may even fall. npv_sales_minor, npv_extra_sales_minor: the same for a net
    present value of 0. bad_debt_share: of the balance, before insurance, at which the profit is that of the base; below 0 where
    it is missed without any loss.
    """

    sales_minor: int | None
    extra_sales_minor: int | None
    npv_sales_minor: int | None
    npv_extra_sales_minor: int | None
    bad_debt_share: float | None


class Worth(NamedTuple):
    """What a change is worth. investment_minor: money it ties up. yearly_gain_minor: a year, after the cost of that money.
    npv_minor: over the horizon, the money back at its end; npv_perpetual_minor: for good, None where capital costs nothing."""

    investment_minor: int
    yearly_gain_minor: int
    npv_minor: int
    npv_perpetual_minor: int | None


def figures_of(case: TermsCase, values: Values) -> tuple[TermsFigures, Settled]:
    """Return a year under one set of terms, and the case with its gaps filled.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> case = TermsCase(currency="CNY", yearly_sales_minor=36_500_000, net_days=30, bad_debt_share=0.01)
    >>> year, _ = figures_of(case, load_policy().at(date(2026, 1, 1)))
    >>> year.receivables_minor, year.margin_minor, year.profit_minor
    (3000000, 9125000, 8552000)
    """
    s = settle(case, values)
    credit = s.sales * s.balance
    receivables = credit * s.days / s.year
    gross_loss = credit * (case.bad_debt_share or 0)
    if case.default_probability is not None:
        gross_loss = expected_loss(case.default_probability, s.loss_given_default, receivables)
    margin = to_minor(s.sales * (1 - s.variable_cost))
    capital = to_minor(receivables * s.variable_cost * s.rate)
    loss = to_minor(gross_loss * (1 - s.cover))
    insured = to_minor(gross_loss) - loss
    paid = to_minor(premium(credit * s.insured, case.premium_rate))
    discount = to_minor(credit * s.takers * s.discount)
    collection = to_minor(s.sales * s.collection)
    profit = margin - capital - loss - paid - discount - collection - case.fixed_cost_minor
    simple, compound = _customer_cost(s)
    year = TermsFigures(
        s.sales, to_minor(credit), s.days, simple_dso(receivables, s.sales, s.year) if s.sales else None,
        to_minor(receivables), to_minor(receivables * s.variable_cost), margin, capital, loss, insured, paid, discount,
        collection, case.fixed_cost_minor, profit, simple, compound,
    )  # fmt: skip
    return year, s


def change_of(base: TermsFigures, scenario: TermsFigures) -> TermsFigures:
    """Return scenario less base, figure by figure; None where either has none."""
    pairs = zip(base, scenario, strict=True)
    return TermsFigures._make(None if a is None or b is None else b - a for a, b in pairs)


def _customer_cost(s: Settled) -> tuple[float | None, float | None]:
    """What not taking the discount costs the customer, who pays on the day customers do pay."""
    if not 0 < s.discount < 1 or s.late <= s.discount_day:
        return None, None
    given = (s.discount, s.discount_day, s.late, s.year)
    try:
        return credit_cost_simple(*given), credit_cost_compound(*given)
    except CreditError:  # beyond any number when compounded over a sliver of a day
        return credit_cost_simple(*given), None


def worth_of(
    base: TermsFigures, old: Settled, scenario: TermsFigures, new: Settled, horizon_years: float
) -> Worth:  # fmt: skip
    """Return what a change is worth: further contribution ÷ rate − money tied up, and the same over a horizon.

    Money tied up: sales that stay, by their price; sales won, and sales lost, by their variable cost. For a switch from cash to
    credit this is `formulas.npv_of_granting_credit`, the year being that of the policy.
    """
    kept = min(old.sales, new.sales)
    days, before = _days_of_a_sale(new), _days_of_a_sale(old)
    won, lost = (new.sales - kept) * new.variable_cost * days, (old.sales - kept) * old.variable_cost * before
    tied = to_minor((kept * (days - before) + won - lost) / new.year)
    more, rate = scenario.contribution_minor - base.contribution_minor, new.rate
    if rate == 0:
        return Worth(tied, more, to_minor(more * horizon_years), None)
    perpetual = more / rate - tied
    part = 1 - (1 + rate) ** -horizon_years  # yearly flows discounted, the money back at the end: the same bracket
    return Worth(tied, to_minor(more - rate * tied), to_minor(perpetual * part), to_minor(perpetual))


def break_even(base: TermsFigures, old: Settled, case: TermsCase, scenario: TermsFigures, new: Settled) -> BreakEven:
    """Return where a change of terms stops paying. case: the scenario."""
    days = _days_of_a_sale(new)
    own = new.balance * (1 - new.cover)
    loss = own * (case.bad_debt_share or 0)
    if case.default_probability is not None:
        loss = (1 - new.cover) * expected_loss(case.default_probability, new.loss_given_default, days / new.year)
    other = new.balance * (new.takers * new.discount + new.insured * case.premium_rate) + new.collection
    needed = case.fixed_cost_minor + base.profit_minor
    try:
        found = break_even_sales(
            new.variable_cost, days, new.rate, loss, max(needed, 0), other, year_days=new.year
        )  # fmt: skip
        sales: int | None = to_minor(found)
    except CreditError:  # each further sale loses money
        sales = None
    npv = _npv_sales(base, old, case, new, 1 - new.variable_cost - loss - other)
    exposed = new.sales * own
    share = None
    if exposed > 0:
        share = break_even_bad_debt_share(
            exposed, scenario.margin_minor, new.sales * days / new.year, new.variable_cost, new.rate,
            scenario.premium_minor + scenario.collection_minor + scenario.fixed_minor, scenario.discount_minor,
            target=base.profit_minor,
        )  # fmt: skip
    return BreakEven(
        sales, None if sales is None else sales - old.sales, npv, None if npv is None else npv - old.sales, share
    )


def _npv_sales(base: TermsFigures, old: Settled, case: TermsCase, new: Settled, unit: float) -> int | None:
    """Yearly sales at which the change is worth nothing. unit: contribution of one unit of sales under the new terms.

    The worth is two straight lines that meet at the sales there were: sales won tie up their cost, sales lost their price.
    """
    rate, days, before = new.rate / new.year, _days_of_a_sale(new), _days_of_a_sale(old)
    here = unit * old.sales - case.fixed_cost_minor - base.contribution_minor - rate * old.sales * (days - before)
    if abs(here) < 0.5:
        return old.sales
    slope = unit - rate * (new.variable_cost * days if here < 0 else days - before + old.variable_cost * before)
    if slope <= 0:
        return None
    return max(to_minor(old.sales - here / slope), 0)


def _days_of_a_sale(s: Settled) -> float:
    """Average day a whole sale is paid on, its deposit at delivery."""
    return s.balance * s.days
