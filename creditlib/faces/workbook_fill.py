"""What every sheet of the closing workbook needs while it is filled: the close, the template, its words, its blocks of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from creditlib.errors import Lang, TemplateError
from creditlib.faces.wording import bucket_label, say
from creditlib.faces.workbook_form import Form
from creditlib.faces.workbook_template import Template
from creditlib.flows.closing import UNAPPLIED, Close, DsoLine

if TYPE_CHECKING:
    from creditlib.flows.close_recorded import Recorded

APART = ("not_due", "no_due_date", UNAPPLIED)


@dataclass
class Fill(Form):
    """One close going into one template."""

    close: Close
    book: Template
    lang: Lang
    blocks: dict[tuple[str, str], tuple[int, int]] = field(
        default_factory=dict
    )  # (currency, customer): first, last row
    currency_blocks: dict[str, tuple[int, int]] = field(default_factory=dict)
    aging_copy: dict[tuple[str, str], int] = field(
        default_factory=dict
    )  # (currency, customer): its copy of the sample row
    aging_copies: dict[str, tuple[int, int]] = field(default_factory=dict)  # currency: first, last copy
    finding_rows: dict[tuple[str, str], int] = field(default_factory=dict)  # (check, severity): first row
    recorded: Recorded | None = None

    @property
    def currency(self) -> str:
        """The close's own currency."""
        return self.close.currency

    @cached_property
    def items(self) -> pa.Table:
        """The open items, one block a customer."""
        table = self.close.items
        return (
            table
            if _contiguous(table)
            else table.sort_by([(k, "ascending") for k in ("currency", "customer", "due_on")])
        )

    @cached_property
    def aging(self) -> list[dict[str, Any]]:
        """The aging lines, the close's own currency first."""
        rows: list[dict[str, Any]] = self.close.aging.to_pylist()
        order = {currency: place for place, currency in enumerate(self.currencies)}
        return sorted(rows, key=lambda row: order[row["currency"]])

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """All currencies with open items, the close's own first."""
        present = self.items["currency"].unique().to_pylist()
        known = (self.close.currency, *self.close.other_currencies)
        return tuple(dict.fromkeys([*known, *present]))

    @property
    def many(self) -> bool:
        """Whether more than one currency is listed."""
        return len(self.currencies) > 1

    @cached_property
    def scale(self) -> tuple[int, str]:
        """Divisor of the dashboard's amounts, and its name: one, thousand (万), million (亿)."""
        return self.scale_for(max(abs(self.close.total_minor), *(abs(p.open_minor) for p in self.close.trend), 0))

    def scaled(self, minor: int | None) -> float:
        """Return an amount in the dashboard's unit."""
        return float((minor or 0) / 10 ** self.digits() / self.scale[0])

    @cached_property
    def slots(self) -> dict[str, str]:
        """Which column of the template each bucket takes. Raises: TemplateError when there are more buckets than columns."""
        taken: dict[str, str] = {}
        overdue = [key for key in self.close.buckets if key not in APART]
        for prefix in ("aging", "overdue"):
            if len(overdue) > self.room(prefix):
                values = {"room": self.room(prefix), "have": len(overdue), "name": f"{prefix}_overdue_"}
                raise TemplateError(*(say("workbook.error.buckets", lang, **values) for lang in ("en", "zh")))
        taken |= {key: f"overdue_{place}" for place, key in enumerate(overdue, 1)}
        return taken | {key: key for key in self.close.buckets if key in ("not_due", "no_due_date")}

    @property
    def overdue(self) -> list[str]:
        """The overdue buckets' keys."""
        return [key for key in self.slots if key not in APART]

    def room(self, prefix: str) -> int:
        """Return how many overdue buckets a list of the template has columns for."""
        place = 0
        while self.book.has(f"{prefix}_overdue_{place + 1}"):
            place += 1
        return place

    def bucket(self, key: str) -> str:
        """Return a bucket's heading."""
        return bucket_label(key, self.lang)

    def value(self, parameter: str, otherwise: str) -> str:
        """Return a policy value as the close used it; `otherwise` where the close does not tell it."""
        return next((value for name, value, _ in self.close.policy_values if name == parameter), otherwise)

    def whole(self, parameter: str, otherwise: int) -> int:
        """Return a policy value that is a whole number."""
        value = self.value(parameter, "")
        return int(value) if value.isdecimal() else otherwise

    @cached_property
    def headline(self) -> DsoLine | None:
        """The DSO that the dashboard shows: by the policy's method, countback where the close names none."""
        method = self.value("dso.method", "countback")
        return next((line for line in self.close.dso if line.method == method), None)

    @property
    def headline_name(self) -> str:
        """The name of that method."""
        return self.say(f"method_name.{self.headline.method if self.headline else 'countback'}")

    @property
    def as_of(self) -> str:
        """Return "as of 2025-03-31"."""
        return self.say("word.as_of", day=self.close.as_of.isoformat())

    @property
    def policy(self) -> str:
        """Return the policy with its fingerprint."""
        return f"{self.close.policy_name}@{self.close.policy_fingerprint}"

    @property
    def entity(self) -> str:
        """Return the entity's name, or words that say it has none."""
        return self.close.entity or self.say("word.entity_unnamed")


def _contiguous(table: pa.Table) -> bool:
    """Whether each customer's items stand together, and each currency's."""
    keys = runs(table)
    return len({key for key, _, _ in keys}) == len(keys) and len(currency_runs(keys)) == len({k[0] for k, _, _ in keys})


def runs(table: pa.Table) -> list[tuple[tuple[str, str], int, int]]:
    """Return each run of equal (currency, customer): the key, its first and last place."""
    currency, customer = table["currency"].to_pylist(), table["customer"].to_pylist()
    found: list[tuple[tuple[str, str], int, int]] = []
    start = 0
    for place in range(1, len(customer) + 1):
        if place == len(customer) or customer[place] != customer[start] or currency[place] != currency[start]:
            found.append(((currency[start], customer[start]), start, place - 1))
            start = place
    return found


def currency_runs(found: list[tuple[tuple[str, str], int, int]]) -> list[tuple[str, int, int]]:
    """Return each run of one currency: the code, its first and last place."""
    joined: list[tuple[str, int, int]] = []
    for (currency, _), first, last in found:
        if joined and joined[-1][0] == currency:
            joined[-1] = (currency, joined[-1][1], last)
        else:
            joined.append((currency, first, last))
    return joined
