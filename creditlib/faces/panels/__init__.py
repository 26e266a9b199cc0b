"""Panels: customer, credit terms, portfolio, policy, month-end close, approvals; in JupyterLab, and as web pages through Voila.

What must stay true: they compute nothing; what each shows comes from the flows every other door calls. They need the extra `notebooks`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from creditlib.faces.panels.given import assessed, language, names_of, opening_of, policy_of, recorded

if TYPE_CHECKING:
    from creditlib.faces.panels.widget import Panel
    from creditlib.flows.assess import Assessment

__all__ = ["approvals_panel", "close_panel", "customer_panel", "policy_panel", "portfolio_panel", "terms_panel"]


def customer_panel(
    book: str | Path | Assessment | None = None, as_of: str | date | None = None, *, customer: str | None = None, lang: str | None = None,
    policy: str | Path | None = None, currency: str | None = None, rates: str | Path | None = None, store: str | Path | None = None,
) -> Panel:  # fmt: skip
    """Return the panel of one customer. book, as_of, policy, currency, rates, store: as in `panels.given.assessed`. customer: shown first, None
    for the one with the largest exposure. Raises: UsageError, and what reading the book raises.

    >>> customer_panel(customer="C-7003").model.review.score.grade
    'B'
    """
    from creditlib.faces.panels.customer import CustomerModel
    from creditlib.faces.panels.widget import Panel

    whole, door = recorded(book, as_of, policy=policy, currency=currency, rates=rates, store=store)
    return Panel(CustomerModel(whole, customer, language(lang), door=door))


def terms_panel(
    book: str | Path | Assessment | None = None, as_of: str | date | None = None, *, customer: str | None = None, grade: str | None = None,
    lang: str | None = None, policy: str | Path | None = None, currency: str | None = None, rates: str | Path | None = None, store: str | Path | None = None,
) -> Panel:  # fmt: skip
    """Return the panel of credit terms. book, as_of, policy, currency, rates, store: as in `panels.given.assessed`. customer, grade: shown first,
    neither for the whole book. Raises: UsageError, and what reading the book raises.

    >>> terms_panel(grade="B").model.get("about")
    'grade'
    """
    from creditlib.faces.panels.terms import TermsModel
    from creditlib.faces.panels.widget import Panel

    whole = assessed(book, as_of, policy=policy, currency=currency, rates=rates, store=store)
    return Panel(TermsModel(whole, customer, grade, language(lang)))


def close_panel(
    *files: str | Path, as_of: str | date | None = None, policy: str | Path | None = None, lang: str | None = None,
    store: str | Path | None = None,
) -> Panel:  # fmt: skip
    """Return the panel of the month-end close.

    files: the month's files, or folders whose files are offered; none: they are chosen on the panel. as_of: the day, None for CREDIT_AS_OF,
    else the last month end that is over. policy: a file, else CREDIT_POLICY, else the standard one. store: the record a close is written
    into when its workbook is made, else CREDIT_STORE, else none. Raises: UsageError, PolicyError.

    >>> close_panel(as_of="2026-10-31").view["error"]
    ''
    """
    from creditlib.faces.panels.closing import ClosingModel
    from creditlib.faces.panels.given import day_of, place_of
    from creditlib.faces.panels.widget import Panel

    return Panel(
        ClosingModel(files, day_of(as_of), policy=policy_of(policy), lang=language(lang), store=place_of(store))
    )


def portfolio_panel(
    book: str | Path | Assessment | None = None, as_of: str | date | None = None, *, lang: str | None = None, policy: str | Path | None = None,
    currency: str | None = None, rates: str | Path | None = None, store: str | Path | None = None,
) -> Panel:  # fmt: skip
    """Return the panel of a book as a whole: aging, DSO, concentration, overdue, alerts. book, as_of, policy, currency, rates, store: as in
    `panels.given.assessed`. Raises: UsageError, and what reading the book raises.

    >>> portfolio_panel(lang="zh").model.lang
    'zh'
    """
    from creditlib.faces.panels.portfolio import PortfolioModel
    from creditlib.faces.panels.widget import Panel

    whole = assessed(book, as_of, policy=policy, currency=currency, rates=rates, store=store)
    return Panel(PortfolioModel(whole, language(lang)))


def policy_panel(
    book: str | Path | Assessment | None = None, as_of: str | date | None = None, *, lang: str | None = None, policy: str | Path | None = None,
    currency: str | None = None, rates: str | Path | None = None, store: str | Path | None = None,
) -> Panel:  # fmt: skip
    """Return the panel of the policy: values on trial, who changes grade, limit and release, the sums, a draft to save. book, as_of,
    policy, currency, rates, store: as in `panels.given.assessed`. Raises: UsageError, and what reading the book raises.

    >>> policy_panel().view["panel"]
    'policy'
    """
    from creditlib.faces.panels.policy import PolicyModel
    from creditlib.faces.panels.widget import Panel

    return Panel(
        PolicyModel(assessed(book, as_of, policy=policy, currency=currency, rates=rates, store=store), language(lang))
    )


def approvals_panel(
    store: str | Path | None = None, *, book: str | Path | Assessment | None = None, policy: str | Path | None = None, lang: str | None = None,
) -> Panel:  # fmt: skip
    """Return the panel of approvals: what waits, a decision on it, limits in force.

    store: a record's file or address, None for CREDIT_STORE; without one the panel says how to name one, and none is made. book: gives the
    names of customers, a connected folder or an assessed book, None for CREDIT_BOOK. policy: a file, else CREDIT_POLICY, else the standard
    one: its reasons are offered. Raises: UsageError, PolicyError; what opening a book raises.

    >>> approvals_panel().view["panel"]
    'approvals'
    """
    from creditlib.faces.panels.approvals import ApprovalsModel
    from creditlib.faces.panels.widget import Panel

    return Panel(ApprovalsModel(opening_of(store), policy_of(policy), language(lang), names=names_of(book)))
