"""creditlib: trade credit, from a receivables export to a closing workbook that ties.

What must stay true: importing this loads nothing heavy; each public name is loaded from its own module when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditlib.decisions.limit.decide import limit_book, limit_of
    from creditlib.decisions.limit.progressive import replay
    from creditlib.decisions.limit.stated import limit_values
    from creditlib.decisions.offer import offer_book, offer_terms
    from creditlib.decisions.onboarding.decide import onboard
    from creditlib.decisions.release.decide import Order, release
    from creditlib.decisions.release.orders import release_orders
    from creditlib.decisions.score.advice import advise
    from creditlib.decisions.score.decide import score, score_book, score_values
    from creditlib.decisions.what_if.book import case_of
    from creditlib.decisions.what_if.case import TermsCase
    from creditlib.decisions.what_if.compare import compare_terms
    from creditlib.errors import CreditError, Finding
    from creditlib.faces.committee_memo import write_committee_memo
    from creditlib.faces.credit_form import write_form
    from creditlib.faces.customer_file import write_customer_file
    from creditlib.faces.workbook import write_workbook
    from creditlib.facts.book import Book, open_book, save_book
    from creditlib.facts.checks import check
    from creditlib.facts.credit.files import CreditFiles, read_files
    from creditlib.facts.duplicates import duplicates
    from creditlib.facts.ledger import as_known
    from creditlib.facts.lists.orders import append_events, read_events, read_limits, read_orders
    from creditlib.facts.open_items import OpenItems, Rate, convert, open_items
    from creditlib.facts.outside import Control, read_control, read_rates
    from creditlib.facts.reading import Reading, read, read_sales
    from creditlib.facts.sample.generate import sample_book
    from creditlib.facts.statement_checks import check_statements
    from creditlib.flows.asking import Wish, request_limit
    from creditlib.flows.assess import Assessment, assess
    from creditlib.flows.audit import audit
    from creditlib.flows.close import close
    from creditlib.flows.close_recorded import record_close
    from creditlib.flows.closing import Close
    from creditlib.flows.connected import Connected, import_book, open_connected
    from creditlib.flows.due_list import due_reviews
    from creditlib.flows.evidence import compare_file, record_file
    from creditlib.flows.minutes import record_minutes, request_facts
    from creditlib.flows.onboarding_kpis import onboarding_kpis
    from creditlib.flows.policy_bench import PolicyBench
    from creditlib.flows.policy_effect import policy_effect
    from creditlib.flows.portfolio import Portfolio
    from creditlib.flows.recorded import with_limits
    from creditlib.flows.released import record_release
    from creditlib.flows.review import review
    from creditlib.flows.reviewing import Review
    from creditlib.flows.scenario import CustomerCase
    from creditlib.flows.sources import Sources
    from creditlib.flows.terms_bench import TermsBench
    from creditlib.formulas import cash_conversion_cycle, days_of, one_dso_day, working_capital_requirement
    from creditlib.measures.aging import aging
    from creditlib.measures.collection import cei
    from creditlib.measures.cover import cover, net_exposure
    from creditlib.measures.dso import dso
    from creditlib.measures.exposure import concentration, exposure
    from creditlib.measures.figures import Figures, Why
    from creditlib.measures.onboarding import application_days, first_year_losses
    from creditlib.measures.payment import payment_behaviour
    from creditlib.measures.record import payment_record
    from creditlib.measures.statements import statement_figures
    from creditlib.policy import Policy, load_policy
    from creditlib.policy.draft import draft, draft_toml
    from creditlib.record.approvals import Ask, ask, decide, withdraw
    from creditlib.record.backup import backup, restore
    from creditlib.record.export import check_export, write_export
    from creditlib.record.roles import give_role
    from creditlib.record.standing import limit_history, limits_on, pending
    from creditlib.record.store import Store, open_store
    from creditlib.record.verify import verify
    from creditlib.terms import Terms, due_dates, parse_terms

__version__ = "0.1.0"

__all__ = [
    "Ask",
    "Assessment",
    "Book",
    "Close",
    "Connected",
    "Control",
    "CreditError",
    "CreditFiles",
    "CustomerCase",
    "Figures",
    "Finding",
    "OpenItems",
    "Order",
    "Policy",
    "PolicyBench",
    "Portfolio",
    "Rate",
    "Reading",
    "Review",
    "Sources",
    "Store",
    "Terms",
    "TermsBench",
    "TermsCase",
    "Why",
    "Wish",
    "advise",
    "aging",
    "append_events",
    "application_days",
    "as_known",
    "ask",
    "assess",
    "audit",
    "backup",
    "case_of",
    "cash_conversion_cycle",
    "cei",
    "check",
    "check_export",
    "check_statements",
    "close",
    "compare_file",
    "compare_terms",
    "concentration",
    "convert",
    "cover",
    "days_of",
    "decide",
    "draft",
    "draft_toml",
    "dso",
    "due_dates",
    "due_reviews",
    "duplicates",
    "exposure",
    "first_year_losses",
    "give_role",
    "import_book",
    "limit_book",
    "limit_history",
    "limit_of",
    "limit_values",
    "limits_on",
    "load_policy",
    "net_exposure",
    "offer_book",
    "offer_terms",
    "onboard",
    "onboarding_kpis",
    "one_dso_day",
    "open_book",
    "open_connected",
    "open_items",
    "open_store",
    "parse_terms",
    "payment_behaviour",
    "payment_record",
    "pending",
    "policy_effect",
    "read",
    "read_control",
    "read_events",
    "read_files",
    "read_limits",
    "read_orders",
    "read_rates",
    "read_sales",
    "record_close",
    "record_file",
    "record_minutes",
    "record_release",
    "release",
    "release_orders",
    "replay",
    "request_facts",
    "request_limit",
    "restore",
    "review",
    "sample_book",
    "save_book",
    "score",
    "score_book",
    "score_values",
    "statement_figures",
    "verify",
    "with_limits",
    "withdraw",
    "working_capital_requirement",
    "write_committee_memo",
    "write_customer_file",
    "write_export",
    "write_form",
    "write_workbook",
]

_HOME = {
    "flows.asking": (
        "Wish",
        "request_limit",
    ),
    "flows.audit": ("audit",),
    "flows.close_recorded": ("record_close",),
    "flows.due_list": ("due_reviews",),
    "flows.evidence": (
        "compare_file",
        "record_file",
    ),
    "flows.minutes": (
        "record_minutes",
        "request_facts",
    ),
    "flows.onboarding_kpis": ("onboarding_kpis",),
    "flows.recorded": ("with_limits",),
    "flows.released": ("record_release",),
    "record.approvals": (
        "Ask",
        "ask",
        "decide",
        "withdraw",
    ),
    "record.backup": (
        "backup",
        "restore",
    ),
    "record.export": (
        "check_export",
        "write_export",
    ),
    "record.roles": ("give_role",),
    "record.standing": (
        "limit_history",
        "limits_on",
        "pending",
    ),
    "record.store": (
        "Store",
        "open_store",
    ),
    "record.verify": ("verify",),
    "decisions.score.advice": ("advise",),
    "decisions.limit.decide": (
        "limit_book",
        "limit_of",
    ),
    "decisions.offer": (
        "offer_book",
        "offer_terms",
    ),
    "decisions.onboarding.decide": ("onboard",),
    "decisions.limit.progressive": ("replay",),
    "decisions.limit.stated": ("limit_values",),
    "decisions.release.decide": (
        "Order",
        "release",
    ),
    "decisions.release.orders": ("release_orders",),
    "decisions.score.decide": (
        "score",
        "score_book",
        "score_values",
    ),
    "decisions.what_if.compare": ("compare_terms",),
    "decisions.what_if.book": ("case_of",),
    "decisions.what_if.case": ("TermsCase",),
    "errors": (
        "CreditError",
        "Finding",
    ),
    "faces.committee_memo": ("write_committee_memo",),
    "faces.credit_form": ("write_form",),
    "faces.customer_file": ("write_customer_file",),
    "faces.workbook": ("write_workbook",),
    "facts.book": (
        "Book",
        "open_book",
        "save_book",
    ),
    "facts.checks": ("check",),
    "facts.credit.files": (
        "CreditFiles",
        "read_files",
    ),
    "facts.duplicates": ("duplicates",),
    "facts.ledger": ("as_known",),
    "facts.open_items": (
        "OpenItems",
        "Rate",
        "convert",
        "open_items",
    ),
    "facts.lists.orders": (
        "append_events",
        "read_events",
        "read_limits",
        "read_orders",
    ),
    "facts.outside": (
        "Control",
        "read_control",
        "read_rates",
    ),
    "facts.reading": (
        "Reading",
        "read",
        "read_sales",
    ),
    "facts.sample.generate": ("sample_book",),
    "facts.statement_checks": ("check_statements",),
    "flows.assess": (
        "Assessment",
        "assess",
    ),
    "flows.close": ("close",),
    "flows.closing": ("Close",),
    "flows.connected": ("Connected", "import_book", "open_connected"),
    "flows.policy_bench": ("PolicyBench",),
    "flows.policy_effect": ("policy_effect",),
    "flows.portfolio": ("Portfolio",),
    "flows.scenario": ("CustomerCase",),
    "flows.sources": ("Sources",),
    "flows.terms_bench": ("TermsBench",),
    "flows.review": ("review",),
    "flows.reviewing": ("Review",),
    "formulas": (
        "cash_conversion_cycle",
        "days_of",
        "one_dso_day",
        "working_capital_requirement",
    ),
    "measures.aging": ("aging",),
    "measures.collection": ("cei",),
    "measures.cover": (
        "cover",
        "net_exposure",
    ),
    "measures.dso": ("dso",),
    "measures.exposure": (
        "concentration",
        "exposure",
    ),
    "measures.figures": (
        "Figures",
        "Why",
    ),
    "measures.onboarding": ("application_days", "first_year_losses"),
    "measures.payment": ("payment_behaviour",),
    "measures.record": ("payment_record",),
    "measures.statements": ("statement_figures",),
    "policy": (
        "Policy",
        "load_policy",
    ),
    "policy.draft": ("draft", "draft_toml"),
    "terms": (
        "Terms",
        "due_dates",
        "parse_terms",
    ),
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
