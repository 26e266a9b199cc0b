"""What one month end says, as data: every door (terminal, workbook, panel) shows this and computes nothing.

What must stay true: `file_totals` add up exactly; the open items' sum equals every other total of the close; amounts are
int64 minor units with their currency beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from creditlib.errors import Finding
from creditlib.formulas import overdue_share
from creditlib.measures.figures import column_sums

ITEM_COLUMNS = (
    "currency", "customer", "name", "document", "kind", "issue_on", "due_on", "days_past_due", "bucket", "original_minor",
    "original_currency", "open_minor", "entity", "gl_account", "salesperson", "status", "source",
)  # fmt: skip
"""Columns of `Close.items`. `open_minor` is in `currency`; where the close was converted, `original_minor` is the open
amount in the document's own `original_currency` (else both pairs are equal). `bucket` is a key of `Close.buckets`.
`status` is "", "disputed", or "unapplied". An item that bears no date at all has neither days nor days past due, and stands in the last bucket."""

UNAPPLIED = "unapplied"


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One sheet that was read: rows with data, and the preset or map that recognised its columns."""

    name: str
    rows: int
    recognised: str


@dataclass(frozen=True, slots=True)
class FileTotal:
    """file = used + rejected + rounding, exactly. `file` and `rounding` are decimal texts: a file may carry more decimals
    than its currency has."""

    currency: str
    file: str
    used_minor: int
    rejected: str
    rounding: str
    rows: int
    rejected_rows: int


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One control account against the open items. control_minor None: no control figure was given for it."""

    entity: str
    account: str
    currency: str
    book_minor: int
    control_minor: int | None

    @property
    def difference_minor(self) -> int | None:
        """Book less control."""
        return None if self.control_minor is None else self.book_minor - self.control_minor

    @property
    def ties(self) -> bool:
        """Whether a control figure was given and equals the book to the cent."""
        return self.difference_minor == 0


@dataclass(frozen=True, slots=True)
class DsoLine:
    """One way to measure days sales outstanding. days None: can't be said, `why` tells (in English, Chinese)."""

    method: str  # "simple" | "rolling" | "countback" | "best_possible" | "delinquent" | "turnover"
    days: float | None
    at_least: bool = False
    receivables_minor: int | None = None
    sales_minor: int | None = None
    sales_days: int | None = None
    previous: float | None = None
    why: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One month end in the close's currency. dso None: not enough sales."""

    on: date
    open_minor: int
    overdue_minor: int
    dso: float | None

    @property
    def overdue_share(self) -> float:
        """Share of what was open that was overdue."""
        return overdue_share(self.overdue_minor, self.open_minor)


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the roll-forward: this month, the month before, the year to date. key: opening, billed, receipts,
    credit_notes, write_offs, fx, other, closing."""

    key: str
    month_minor: int
    previous_minor: int
    year_minor: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One more figure of the dashboard. unit: "share" | "days" | "index" | "amount" (minor units)."""

    key: str  # "cei" | "dbt" | "days_to_pay" | "payment_index" | "top10_share" | "herfindahl" | "one_dso_day"
    value: float | None
    unit: str
    previous: float | None = None


@dataclass(frozen=True)
class Close:
    """A month end. `currency` is the one the totals and the dashboard are in; `other_currencies` lists those that could
    not be added for want of rates: their items, aging lines and control lines are there, in their own currency."""

    as_of: date
    known_on: date | None
    entity: str
    currency: str
    other_currencies: tuple[str, ...]
    converted: tuple[tuple[str, str, date], ...]  # (currency, rate as text, day of the rate)
    home_assumed: str | None  # the currency taken because the file names none
    policy_name: str
    policy_fingerprint: str
    policy_values: tuple[tuple[str, str, str], ...]  # (parameter, value, reference) used by this close
    shape: str  # "open_items" | "paid_history" | "documents_with_allocations" | "running_account"
    sources: tuple[SourceLine, ...]
    file_totals: tuple[FileTotal, ...]
    edges: tuple[int, ...]
    buckets: tuple[str, ...]  # "not_due", "1-30", …, "365+"
    items: pa.Table  # ITEM_COLUMNS, sorted by currency, customer, due_on
    aging: pa.Table  # currency, customer, name, items, total_minor, overdue_minor, previous_overdue_share, unapplied_minor, one column a bucket
    aging_by_issue: pa.Table  # currency, one column a year band ("0-1y" …), total_minor
    control: tuple[ControlLine, ...]
    dso: tuple[DsoLine, ...]
    dso_benchmark: float
    measures: tuple[Measure, ...]
    trend: tuple[TrendPoint, ...]  # empty where the source holds only what is open today
    movement: tuple[Movement, ...]  # empty likewise
    previous_buckets: dict[str, int] = field(default_factory=dict)  # last month's, in `currency`; empty likewise
    concentration: pa.Table | None = None  # currency, customer, name, total_minor, share, cumulative_share
    overdue_top: pa.Table | None = (
        None  # currency, customer, name, overdue_minor, oldest_days (null where one bears no date), items, salesperson, one column an overdue bucket
    )
    findings: tuple[Finding, ...] = ()

    @property
    def total_minor(self) -> int:
        """Open in `currency`."""
        return self.totals().get(self.currency, 0)

    def totals(self) -> dict[str, int]:
        """Open by currency, in minor units."""
        sums = self.items.group_by("currency").aggregate([("open_minor", "sum")])
        return dict(zip(sums["currency"].to_pylist(), sums["open_minor_sum"].to_pylist(), strict=True))

    def aging_total(self, currency: str) -> dict[str, int]:
        """Return the line under the aging by customer: items, total_minor, overdue_minor, each bucket, unapplied."""
        sums = column_sums(self.aging.filter(pc.equal(self.aging["currency"], currency)))
        return {**sums, UNAPPLIED: sums["unapplied_minor"]}

    @property
    def ties(self) -> bool | None:
        """Whether the control figures are met to the cent and leave no balance uncovered; None where none was given."""
        if all(line.control_minor is None for line in self.control):
            return None
        return not self.uncovered and all(line.ties for line in self.control if line.control_minor is not None)

    @property
    def uncovered(self) -> tuple[ControlLine, ...]:
        """Lines with a balance and no control figure."""
        return tuple(line for line in self.control if line.control_minor is None and line.book_minor)

    @property
    def needs_a_person(self) -> bool:
        """Whether a total differs or a finding must be acted on: the terminal then exits with 1."""
        return self.ties is False or any(f.severity == "must_act" for f in self.findings)
