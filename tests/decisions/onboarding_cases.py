"""A firm with everything in order, as tests of the onboarding check change it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from creditlib.decisions.onboarding.decide import OnboardingDecision, onboard
from creditlib.facts.book import Book
from creditlib.facts.tables import SCHEMAS, build
from creditlib.policy import Policy, load_policy, standard_text

AS_OF = date(2026, 6, 30)
CODE = "91350100M000100Y43"
POLICY = load_policy()
LOOKED_UP = '[[onboarding.not_looked_up]]\nfrom = 2000-01-01\nvalue = "'
CLEAN = {"abnormal_operation": False, "serious_dishonesty": False, "judgment_debtor": False}
GOOD: dict[str, dict[str, Any]] = {
    "customers": {"customer": "C1", "name": "甲贸易有限公司", "credit_code": CODE},
    "registrations": {
        "customer": "C1", "on": date(2026, 5, 1), "name": "甲贸易有限公司", "credit_code": CODE, "status": "active", "country": "CN",
        "established_on": date(2015, 1, 1), "currency": "CNY", "registered_capital_minor": 1000, "paid_in_capital_minor": 1000,
        "source_file": "registry.xlsx", "source_row": 2, **CLEAN,
    },
    "statements": {
        "customer": "C1", "period_end": date(2025, 12, 31), "months": 12, "currency": "CNY", "audited": True,
        "current_assets_minor": 800_000, "total_assets_minor": 1_000_000, "current_liabilities_minor": 300_000,
        "total_liabilities_minor": 400_000, "retained_earnings_minor": 300_000, "equity_minor": 600_000, "ebit_minor": 100_000,
        "sales_minor": 2_000_000, "source_file": "reports.xlsx", "source_row": 5,
    },
    "references": {"customer": "C1", "on": date(2026, 3, 1), "referee": "A", "days_late": 0, "source_file": "refs.csv", "source_row": 2},
    "ratings": {"customer": "C1", "on": date(2026, 3, 1), "agency": "Bureau", "grade": "AA-", "source_file": "r.csv", "source_row": 2},
    "assessments": {"customer": "C1", "on": date(2026, 3, 1), "subject": "management", "rating": 5},
}  # fmt: skip
FACTORS = {"days_beyond_terms": 0.0, "on_time_share": 1.0}


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    names = {key for row in rows for key in row}
    return build(SCHEMAS[name], {key: [row.get(key) for row in rows] for key in names}, len(rows))


def book(without: tuple[str, ...] = (), **changes: Any) -> Book:
    """The good customer, some tables left out or changed: a dict changes its row, a list of dicts gives several."""
    second = {**GOOD["references"], "referee": "B", "source_row": 3}
    tables = {name: [row] for name, row in GOOD.items() if name not in without}
    if "references" in tables:
        tables["references"].append(second)
    for name, change in changes.items():
        base = GOOD.get(name, {"customer": "C1"})
        tables[name] = [{**base, **c} for c in change] if isinstance(change, list) else [{**base, **change}]
    return Book(**{name: table(name, rows) for name, rows in tables.items()})


def check(made: Book, **options: Any) -> OnboardingDecision:
    options = {"policy": POLICY, "as_of": AS_OF, "factor_row": FACTORS, **options}
    return onboard(made, "C1", options.pop("policy"), options.pop("as_of"), **options)


def line(made: OnboardingDecision, part: str, name: str) -> Any:
    return next(e for e in made.evidence if (e.part, e.line) == (part, name))


def codes(made: OnboardingDecision, effect: str) -> list[str]:
    return [reason.code.removeprefix("onboarding.") for reason in made.reasons if reason.effect == effect]


def firm(folder: Path, old: str, new: str) -> Policy:
    assert standard_text().count(old) == 1
    path = folder / "firm.toml"
    path.write_text(standard_text().replace(old, new), encoding="utf-8")
    return load_policy(path)
