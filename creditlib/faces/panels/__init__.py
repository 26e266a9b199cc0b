"""Panels: customer, credit terms, portfolio, policy, month-end close; in JupyterLab, and as web pages through Voila.

What must stay true: they compute nothing; what each shows comes from the flows every other door calls. They need the extra `notebooks`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from creditlib.faces.panels.given import assessed, language

if TYPE_CHECKING:
    from creditlib.faces.panels.widget import Panel
    from creditlib.flows.assess import Assessment

__all__ = ["customer_panel"]


def customer_panel(
    book: str | Path | Assessment | None = None, as_of: str | date | None = None, *, customer: str | None = None, lang: str | None = None,
    policy: str | Path | None = None,
) -> Panel:  # fmt: skip
    """Return the panel of one customer. book, as_of, policy: as in `panels.given.assessed`. customer: shown first, None for the one
    with the largest exposure. Raises: UsageError, and what reading the book raises."""
    from creditlib.faces.panels.customer import CustomerModel
    from creditlib.faces.panels.widget import Panel

    return Panel(CustomerModel(assessed(book, as_of, policy=policy), customer, language(lang)))
