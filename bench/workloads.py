"""The three workloads: days, columns and rules that every engine works by."""

from __future__ import annotations

import calendar
from datetime import date

AS_OF = date(2026, 6, 30)
START = date(2025, 7, 1)
EDGES = (30, 60, 90)
BUCKETS = ("not_due", "1-30", "31-60", "61-90", "90+")
BILLED = ("invoice", "debit_note", "credit_note")
ITEMS = ("invoice", "debit_note", "bill")
EXCLUDED = ("bill", "retention", "advance")
NO_DECIMALS = ("JPY",)  # the only currency of the generated data without cents
KEYS = ("customer", "currency")
COLUMNS = {
    "W1": (*KEYS, "items", "total_minor", "overdue_minor", *BUCKETS, "unapplied"),
    "W2": (*KEYS, "days", "at_least", "receivables_minor", "sales_minor", "sales_days"),
    "W3": (
        *KEYS, "items", "due_minor", "unpaid_minor", "dbt_days", "net_dbt_days", "days_to_pay", "on_time_share",
        "on_time_count_share", "at_least",
    ),
    "W4": (*KEYS, "score", "grade", "evidence", "default_probability"),
}  # fmt: skip
RATIOS = (
    "days",
    "dbt_days",
    "net_dbt_days",
    "days_to_pay",
    "on_time_share",
    "on_time_count_share",
    "default_probability",
)
DOCUMENTS = {
    "W1": ["id", "customer", "currency", "posted_on", "issue_on", "due_on", "amount_minor"],
    "W2": ["id", "customer", "currency", "kind", "posted_on", "amount_minor"],
    "W3": ["id", "customer", "currency", "kind", "posted_on", "issue_on", "due_on", "amount_minor"],
}
ALLOCATIONS = {
    "W1": ["from_document", "to_document", "amount_minor", "on"],
    "W2": ["from_document", "to_document", "amount_minor", "on"],
    "W3": ["to_document", "amount_minor", "on"],
}
NOW = AS_OF.year * 12 + AS_OF.month - 1


def month_lengths(months: int) -> list[int]:
    """Days of each month, newest first; the newest ends at AS_OF, a month end."""
    return [calendar.monthrange((NOW - k) // 12, (NOW - k) % 12 + 1)[1] for k in range(months)]
