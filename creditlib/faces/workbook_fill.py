"""What every sheet of the closing workbook needs while it is filled: the close, the template, its words, its blocks of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from creditlib.errors import Lang, TemplateError
from creditlib.faces import workbook_cells as cells
from creditlib.faces.wording import bucket_label, say
from creditlib.faces.workbook_template import Template
from creditlib.flows.closing import UNAPPLIED, Close, DsoLine
from creditlib.money import shown_decimals

_ZH_MONEY = {"CNY": "元", "USD": "美元", "EUR": "欧元", "JPY": "日元", "HKD": "港元", "GBP": "英镑"}
APART = ("not_due", "no_due_date", UNAPPLIED)


@dataclass
class Fill:
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

    def say(self, key: str, **values: object) -> str:
        """Return a word of the workbook."""
        return say(f"workbook.{key}", self.lang, **values)

    def sentence(self, key: str, **parts: cells.Said | str) -> cells.Said:
        """Return a sentence made of native figures."""
        return cells.sentence(self.say(key), **parts)

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

    def digits(self, currency: str = "") -> int:
        """Return a currency's decimals."""
        return shown_decimals(currency or self.close.currency)

    def money_name(self, currency: str = "") -> str:
        """Return how a unit names a currency: 元, CNY."""
        currency = currency or self.close.currency
        return _ZH_MONEY.get(currency, currency) if self.lang == "zh" else currency

    @cached_property
    def scale(self) -> tuple[int, str]:
        """Divisor of the dashboard's amounts, and its name: one, thousand (万), million (亿)."""
        size = (
            max(abs(self.close.total_minor), *(abs(p.open_minor) for p in self.close.trend), 0) // 10 ** self.digits()
        )
        step = 0 if size < 100_000 else 1 if size < 10_000_000_000 else 2
        divisors = (1, 10_000, 100_000_000) if self.lang == "zh" else (1, 1_000, 1_000_000)
        return divisors[step], self.say(f"unit.{('one', 'thousand', 'million')[step]}", currency=self.money_name())

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

    def amount_style(self, name: str, currency: str, *, like: str = "", own: bool = False, right: int = 0) -> int:
        """Return the style of an amount cell in a currency; own: with the code in front unless it is the close's."""
        style = self.book.style(name, like=like, right=right)
        return self.book.styles.for_amounts(
            style, self.digits(currency), currency if own and currency != self.close.currency else ""
        )

    def put_amount(
        self,
        name: str,
        minor: int | None,
        currency: str,
        copy: int = 0,
        *,
        native: str = "",
        like: str = "",
        own: bool = False,
        right: int = 0,
    ) -> None:
        """Fill an amount cell: a formula where one is given, with its value beside it."""
        if minor is None:
            content = cells.EMPTY
        elif native:
            content = cells.formula(native, cells.exact(minor, currency))
        else:
            content = cells.amount(minor, currency)
        style = self.amount_style(name, currency, like=like, own=own, right=right)
        self.book.put(name, content, copy, like=like, style=style, right=right)
        if minor is not None:
            self.widen(name, minor, currency, own=own, right=right)

    def widen(self, name: str, minor: int, currency: str, *, own: bool = False, right: int = 0) -> None:
        """Let the column of a name be wide enough for an amount, where the template's is not."""
        length = len(f"{abs(minor) // 10 ** self.digits(currency):,}") + (minor < 0)
        length += self.digits(currency) + 1 if self.digits(currency) else 0
        length += len(currency) + 1 if own and currency != self.close.currency else 0
        widest = self.book.on(name).widest
        column = self.book.place(name).column + right
        widest[column] = max(widest.get(column, 0), length)

    def put_text(
        self, name: str, value: str | None, copy: int = 0, *, like: str = "", down: int = 0, right: int = 0
    ) -> None:
        """Fill a cell with text."""
        self.book.put(name, cells.text(value), copy, like=like, down=down, right=right)

    def put_said(self, name: str, said: cells.Said, copy: int = 0, *, like: str = "", down: int = 0) -> None:
        """Fill a cell with a sentence made of figures."""
        self.book.put(name, said.content, copy, like=like, down=down)

    def join(self, *parts: str) -> str:
        """Return a subtitle made of its parts."""
        return self.say("word.separator").join(part for part in parts if part)

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

    def hide(self, name: str, *, right: int = 0) -> None:
        """Hide the column of a name."""
        place = self.book.place(name)
        self.book.sheet(place.sheet).hidden_columns.add(place.column + right)


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
