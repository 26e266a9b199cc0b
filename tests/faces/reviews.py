"""Reviews of small made-up books, for tests of the customer file and the committee memo."""

from __future__ import annotations

import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from creditlib.days import add_months
from creditlib.facts.book import Book
from creditlib.flows.review import Review, review
from creditlib.policy import load_policy

sys.path.insert(0, str(Path(__file__).parents[1] / "decisions"))
import made

AS_OF = date(2026, 6, 30)
POLICY = load_policy()
NAME = "青岚永腾精密机械有限公司"
SCALE = 40_000
_YEARS: tuple[dict[str, float], ...] = (
    {"cash": 60, "receivables": 190, "inventory": 160, "sales": 1500, "ebit": 70},
    {"cash": 70, "receivables": 200, "inventory": 170, "sales": 1640, "ebit": 85},
    {"cash": 64, "receivables": 220, "inventory": 180, "sales": 1800, "ebit": 96},
    {"cash": 85, "receivables": 240, "inventory": 190, "sales": 1930, "ebit": 108},
    {"cash": 92, "receivables": 255, "inventory": 195, "sales": 2000, "ebit": 120},
)


def statements(years: int = 2, customer: str = "C1", **lines: float) -> list[dict[str, Any]]:
    """The newest years of statements, each balancing."""
    rows = []
    for place in range(5 - years, 5):
        given: dict[str, float] = {
            "non_current_assets": 400, "cost_of_sales": 1400, "non_current_liabilities": 150, "short_term_debt": 90, "payables": 180,
            "pretax_profit": 90, "tax": 22, "net_income": 68, "operating_cash_flow": 110, "investing_cash_flow": -70,
            "financing_cash_flow": -25, "cash_change": 15, **_YEARS[place], **lines,
        }  # fmt: skip
        given = {**made.SOUND, **given}
        row = made.statement(customer, date(2021 + place, 12, 31), **{k: v * SCALE for k, v in given.items()})
        rows.append(row | {"source_file": "statements.xlsx", "source_row": 5 + place, "audited": place > 1})
    return rows


def paying(customer: str = "C1", months: int = 14, amount: float = 920_000.0, entity: str = "E") -> tuple[list[Any], dict[int, date]]:  # fmt: skip
    """Invoices of 30 days month by month, mostly paid a little late, the last ones open, one of them overdue."""
    rows, paid = [], {}
    late = (2, 0, 4, 0, 12, 0, 1, 18, 3, 0, 6, 0)
    for place in range(months):
        day = add_months(date(2026, 6, 12), place - months + 1)
        due = add_months(day, 1)
        rows.append(made.invoice(customer, day, due, amount + 12_345.67 * (place % 5), document=f"INV-{place + 1:03}"))
        if place < months - 3:
            paid[place] = date.fromordinal(due.toordinal() + late[place % len(late)])
    rows.append(made.invoice(customer, date(2026, 2, 3), date(2026, 3, 5), 61_280.40, document="=1+1"))
    return rows, paid


def files(customer: str = "C1", name: str = NAME) -> dict[str, list[dict[str, Any]]]:
    """Every part of a credit file but the statements."""
    source = {"customer": customer, "source_file": "registry.xlsx", "source_row": 4}
    listed = {"abnormal_operation": False, "serious_dishonesty": False, "judgment_debtor": False}
    referee = {
        "customer": customer,
        "on": date(2026, 2, 1),
        "currency": "CNY",
        "source_file": "references.csv",
        "source_row": 2,
    }
    return {
        "customers": [{"customer": customer, "name": name, "terms": "30 days"}],
        "registrations": [
            {**source, **listed, "on": date(2026, 3, 12), "name": name, "status": "active", "established_on": date(2011, 5, 9), "currency": "CNY",
             "registered_capital_minor": 2_000_000_000, "paid_in_capital_minor": 1_500_000_000, "manufacturing": True, "listed": False, "country": "CN"}
        ],
        "references": [
            {**referee, "referee": "星河轴承有限公司", "high_credit_minor": 180_000_000, "days_late": 3, "years_known": 4.0},
            {**referee, "referee": "Lundvik Bearings Inc.", "high_credit_minor": 120_000_000, "days_late": 8, "years_known": 2.0, "source_row": 3},
        ],
        "ratings": [{"customer": customer, "on": date(2026, 1, 15), "agency": "Bureau One", "grade": "B-", "source_file": "ratings.csv", "source_row": 2}],
        "security": [
            {"customer": customer, "kind": "credit_insurance", "provider": "Insurer", "currency": "CNY", "amount_minor": 80_000_000,
             "insured_share": 0.9, "from_on": date(2025, 9, 1), "until_on": date(2026, 8, 31), "source_file": "cover.csv", "source_row": 2}
        ],
        "contracts": [{"customer": customer, "contract": "FR-2025", "signed_on": date(2025, 1, 10), "until_on": date(2026, 3, 31), "terms": "30 days"}],
        "purchases": [{"customer": customer, "on": date(2024, 6, 30), "currency": "CNY", "yearly_minor": 900_000_000}],
        "assessments": [
            {"customer": customer, "on": date(2026, 4, 20), "subject": "management", "rating": 4, "by": "Chen"},
            {"customer": customer, "on": date(2026, 4, 20), "subject": "market_position", "rating": 3, "by": "Chen"},
        ],
        "events": [
            {"id": 0, "on": date(2025, 11, 3), "customer": customer, "event": "limit_set", "currency": "CNY", "amount_minor": 150_000_000},
            {"id": 1, "on": date(2025, 10, 14), "customer": customer, "event": "visit", "until": date(2026, 4, 14), "by": "Li", "text": "=2+2"},
            {"id": 2, "on": date(2026, 4, 20), "customer": customer, "event": "visit", "until": date(2026, 6, 10), "by": "Chen",
             "text": "New press shop is running; owner present. Stock of finished goods has doubled since the last visit."},
        ],
        "orders": [
            {"order": "O-1", "customer": customer, "currency": "CNY", "amount_minor": 41_230_000, "ordered_on": date(2026, 6, 20)},
            {"order": "O-2", "customer": customer, "currency": "CNY", "amount_minor": 18_500_000, "ordered_on": date(2026, 6, 2), "delivered_on": date(2026, 6, 25)},
        ],
    }  # fmt: skip


def _big() -> list[dict[str, Any]]:
    return [made.invoice("BIG", date(2026, 6, 1), date(2026, 7, 31), 90_000_000)]


def _review(documents: list[Any], paid: dict[int, date], customer: str = "C1", **tables: Any) -> Review:
    book: Book = made.book([*documents, *_big()], paid, **{n: rows for n, rows in tables.items() if rows})
    return review(book, customer, POLICY, AS_OF)


@cache
def usual() -> Review:
    """Everything is known; the customer pays a little late; two years of statements."""
    return _review(*paying(), statements=statements(2), **files())


@cache
def five_years() -> Review:
    """Five years of statements, the newest not balancing and out of line with the year before."""
    rows = statements(5)
    rows[-1]["total_assets_minor"] += 1_234_500
    rows[0] |= {"months": 6}
    return _review(*paying(), statements=rows, **files())


@cache
def nothing() -> Review:
    """A customer of whom only one unused registration row is there: no score, no limit, no terms."""
    return _review([], {}, customers=[{"customer": "C1", "name": "New Firm"}])


@cache
def stopped() -> Review:
    """A licence revoked, and a judgment."""
    given = files()
    given["registrations"][0] |= {"status": "revoked", "judgment_debtor": True}
    return _review(*paying(), statements=statements(2), **given)


@cache
def negative_equity() -> Review:
    """Liabilities above assets."""
    rows = statements(3, equity=-120, total_liabilities=1120, current_liabilities=970, retained_earnings=-300, ebit=-40)
    return _review(*paying(), statements=rows, **files())


@cache
def long_names() -> Review:
    """Names as long as they come, some like formulas."""
    name = "=青岚永腾精密机械（集团）国际贸易与技术服务发展股份有限公司西南地区第二分公司 & Partners International Trading GmbH & Co. KG"
    given = files(name=name)
    given["references"][0]["referee"] = "@" + "长名" * 40
    given["ratings"][0]["agency"] = "+" + "Very Long Agency Name " * 4
    return _review(*paying(), statements=statements(1), **given)


@cache
def yen() -> Review:
    """Amounts without decimals; the limit is in a currency without a rate."""
    rows, paid = paying(months=6, amount=12_000_000)
    rows = [r | {"currency": "JPY", "amount_minor": r["amount_minor"] // 100} for r in rows]
    return _review(rows, paid, customers=[{"customer": "C1", "name": "星ヶ根精機株式会社"}])


def limit_set(minor: int, currency: str = "CNY", until: date | None = None) -> Review:
    """The usual customer with another limit in force."""
    given = files()
    given["events"][0] |= {"amount_minor": minor, "currency": currency, "until": until}
    return _review(*paying(), statements=statements(2), **given)


@cache
def in_credit() -> Review:
    """The customer has paid far more than it was billed."""
    rows, paid = paying()
    given = {"kind": "receipt", "issue_on": date(2026, 6, 5), "source_file": "x.csv", "source_row": 1}
    rows.append({"customer": "C1", "currency": "CNY", "amount_minor": -900_000_000, **given})
    return _review(rows, paid, statements=statements(2), **files())


@cache
def long_history() -> Review:
    """Thirty years of statements, sixty months of payments."""
    years = [row | {"period_end": date(1996 + k, 12, 31)} for k, row in enumerate(statements(1) * 30)]
    return _review(*paying(months=60), statements=years, **files())


CASES = {
    f.__name__: f
    for f in (usual, five_years, nothing, stopped, negative_equity, long_names, yen, in_credit, long_history)
}
