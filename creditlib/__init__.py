"""creditlib: trade credit, from a receivables export to a closing workbook that ties.

What must stay true: importing this loads nothing heavy; each public name is loaded from its own module when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditlib.errors import CreditError, Finding
    from creditlib.faces.workbook import write_workbook
    from creditlib.facts.book import Book, open_book, save_book
    from creditlib.facts.checks import check
    from creditlib.facts.ledger import as_known
    from creditlib.facts.open_items import OpenItems, Rate, convert, open_items
    from creditlib.facts.outside import Control, read_control, read_rates
    from creditlib.facts.reading import Reading, read, read_sales
    from creditlib.facts.sample import sample_book
    from creditlib.flows.close import close
    from creditlib.flows.closing import Close
    from creditlib.formulas import cash_conversion_cycle, days_of, one_dso_day, working_capital_requirement
    from creditlib.measures.aging import aging
    from creditlib.measures.collection import cei
    from creditlib.measures.dso import dso
    from creditlib.measures.exposure import concentration, exposure
    from creditlib.measures.figures import Figures, Why
    from creditlib.measures.payment import payment_behaviour
    from creditlib.policy import Policy, load_policy
    from creditlib.terms import Terms, due_dates, parse_terms

__version__ = "0.1.0"

__all__ = [
    "Book",
    "Close",
    "Control",
    "CreditError",
    "Figures",
    "Finding",
    "OpenItems",
    "Policy",
    "Rate",
    "Reading",
    "Terms",
    "Why",
    "aging",
    "as_known",
    "cash_conversion_cycle",
    "cei",
    "check",
    "close",
    "concentration",
    "convert",
    "days_of",
    "dso",
    "due_dates",
    "exposure",
    "load_policy",
    "one_dso_day",
    "open_book",
    "open_items",
    "parse_terms",
    "payment_behaviour",
    "read",
    "read_control",
    "read_rates",
    "read_sales",
    "sample_book",
    "save_book",
    "working_capital_requirement",
    "write_workbook",
]

_HOME = {
    "errors": ("CreditError", "Finding"),
    "faces.workbook": ("write_workbook",),
    "facts.book": ("Book", "open_book", "save_book"),
    "facts.checks": ("check",),
    "facts.ledger": ("as_known",),
    "facts.open_items": ("OpenItems", "Rate", "convert", "open_items"),
    "facts.outside": ("Control", "read_control", "read_rates"),
    "facts.reading": ("Reading", "read", "read_sales"),
    "facts.sample": ("sample_book",),
    "flows.close": ("close",),
    "flows.closing": ("Close",),
    "formulas": ("cash_conversion_cycle", "days_of", "one_dso_day", "working_capital_requirement"),
    "measures.aging": ("aging",),
    "measures.collection": ("cei",),
    "measures.dso": ("dso",),
    "measures.exposure": ("concentration", "exposure"),
    "measures.figures": ("Figures", "Why"),
    "measures.payment": ("payment_behaviour",),
    "policy": ("Policy", "load_policy"),
    "terms": ("Terms", "due_dates", "parse_terms"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'creditlib' has no attribute {name!r}")
    value = getattr(import_module(f"creditlib.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
