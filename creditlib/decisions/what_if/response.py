"""What customers are taken to do when the terms change: how sales respond to days of credit.

What must stay true: a response is an assumption, stated or of the policy, never measured here; the same credit gives the same sales.
"""

from __future__ import annotations

from typing import Final

from creditlib.decisions.what_if.case import TermsCase
from creditlib.formulas.inputs import need_number
from creditlib.formulas.trade_credit import instalment_days

STEP_DAYS: Final = 10
"""Days of credit a response is stated for."""


def credit_days(case: TermsCase) -> float:
    """Return the days of credit the terms give a whole sale on average: its deposit none, each instalment its own.

    Days taken beyond the terms are no part of it, nor is an early discount: nobody has to take one.

    >>> credit_days(TermsCase(currency="CNY", yearly_sales_minor=1, net_days=60, instalments=2, deposit_share=0.2, bad_debt_share=0))
    36.0
    """
    days = instalment_days(case.net_days, case.instalments)
    return (1 - case.deposit_share) * sum(days) / len(days)


def responding(base: TermsCase, scenario: TermsCase, response: float) -> TermsCase:
    """Return the scenario with what sales do by themselves on top of its own change of sales.

    response: change of sales for each `STEP_DAYS` days of credit more than the base gives, as a share; fewer take as much away, no more
    than there are. Raises: CreditError for a response that is no number.

    >>> base = TermsCase(currency="CNY", yearly_sales_minor=1_000, net_days=30, bad_debt_share=0)
    >>> responding(base, base.changed(net_days=60), 0.02).sales_minor
    1060
    """
    need_number(response, "response of sales", "销售反应")
    if not response:
        return scenario
    moved = response * (credit_days(scenario) - credit_days(base)) / STEP_DAYS
    return scenario.changed(sales_change_share=max(scenario.sales_change_share + moved, -1.0))
