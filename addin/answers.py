"""Answers about customers of the connected book: the assessed book of one day, looked up by code and by the name of a measure.

What must stay true: nothing is computed here; each answer is a cell of a table some measure or decision made, or stands in the record, in
major units; a customer nobody knows is told with the nearest codes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from creditlib.errors import Finding, Lang, UsageError
from creditlib.money import exponent

from .values import NotKnown, not_known, wide_key, wrong

if TYPE_CHECKING:
    import pyarrow as pa

    from creditlib.flows.assess import Assessment
    from creditlib.flows.connected import Connected
    from creditlib.flows.recorded import RecordedLimits
    from creditlib.flows.reviewing import Review
    from creditlib.measures.figures import Figures
    from creditlib.policy import Policy

ALL: Final = frozenset({"*", "all", "全部"})
"""What stands for the whole book where a function can tell it, in lower case."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What CREDITGET can tell of a customer. table, column: where it stands. kind: money, number, share, days, text, day, flag.
    money_in: the column that names the currency of an amount."""

    name: str
    table: Literal["assessed", "factors", "exposures", "limits", "offers", "scores", "record"]
    column: str
    kind: str
    en: str
    zh: str
    money_in: str = "currency"

    def label(self, lang: Lang) -> str:
        """Return its name for people."""
        return self.zh if lang == "zh" else self.en


@cache
def measures() -> dict[str, Measure]:
    """Return every measure by name: those of `measures.toml`, and the factors of the scorecard."""
    from creditlib.policy.factors import FACTORS

    told = tomllib.loads(files(__package__).joinpath("measures.toml").read_text(encoding="utf-8"))
    found = {
        name: Measure(
            name,
            m["at"].partition(".")[0],
            m["at"].partition(".")[2],
            m["kind"],
            m["en"],
            m["zh"],
            m.get("in", "currency"),
        )
        for name, m in told.items()
    }
    for factor in FACTORS.values():
        kind = {"share": "share", "days": "days"}.get(factor.unit, "number")
        found.setdefault(factor.name, Measure(factor.name, "factors", factor.name, kind, factor.en, factor.zh))
    return found


@cache
def _labels() -> dict[str, Measure]:
    return {wide_key(label): m for m in measures().values() for label in (m.zh, m.en, m.name)}


@cache
def measure_of(name: str) -> Measure:
    """Return a measure by its name or its label in either language. Raises: UsageError."""
    found = _labels().get(wide_key(name))
    if found is None:
        from difflib import get_close_matches

        near = get_close_matches(name, measures(), 4, 0.5)
        near += [m.name for m in measures().values() if name.casefold() in (m.zh + m.en.casefold())][:4]
        near = near or list(measures())[:8]
        wrong("no_measure", name=name, near=", ".join(near))
    return found


class Answers:
    """The assessed book of one day, and what the record says of it, None without one. found: where its limits and the book's differ."""

    def __init__(
        self, whole: Assessment, record: RecordedLimits | None = None, found: tuple[Finding, ...] = ()
    ) -> None:
        self.whole = whole
        self.record = record
        self.found = found
        self._columns: dict[tuple[str, str], list[Any]] = {}
        self._placed: dict[str, dict[str, int]] = {}
        self._reviews: dict[str, Review] = {}
        self._kept: dict[Any, Any] = {}

    @classmethod
    def of(
        cls, connected: Connected, policy: Policy, day: date, currency: str | None, rates: str | None, record: RecordedLimits | None = None
    ) -> Answers:  # fmt: skip
        """Assess a connected book, with the limits of the record where there is one. Raises: what `assess` and reading the rates raise."""
        from creditlib.flows.assess import assess

        reading = connected.reading
        if record is not None:
            from creditlib.flows.recorded import with_recorded

            reading = with_recorded(reading, record, day, policy.at(day)["home.currency"])
        whole = assess(reading, policy, day, rates=rates_of(rates, currency, day), currency=currency)
        return cls(whole, record, reading.findings[len(connected.reading.findings) :])

    @cached_property
    def _rows(self) -> dict[str, int]:
        return self._place("assessed")

    def _place(self, table: str) -> dict[str, int]:
        """Return customer → row; of tables with a row for each currency, the row in the customer's own."""
        if table not in self._placed:
            codes = self._column(table, "customer")
            if table in ("assessed", "scores", "factors", "limits", "offers"):
                self._placed[table] = {code: row for row, code in enumerate(codes)}
            else:
                own = dict(zip(self._column("assessed", "customer"), self._column("assessed", "currency"), strict=True))
                pairs = zip(codes, self._column(table, "currency"), strict=True)
                self._placed[table] = {c: row for row, (c, currency) in enumerate(pairs) if own.get(c) == currency}
        return self._placed[table]

    def _figures(self, name: str) -> Figures:
        found: Figures = getattr(self.whole, {"assessed": "table"}.get(name, name))
        return found

    def _column(self, table: str, name: str) -> list[Any]:
        """Return a column as Python values, kept: cells ask for it thousands of times."""
        key = table, name
        if key not in self._columns:
            column = self._figures(table).table[name]
            if str(column.type).startswith("dictionary"):
                column = column.cast("string")
            self._columns[key] = column.to_pylist()
        return self._columns[key]

    def known(self, customer: str) -> int:
        """Return the row of a customer. Raises: NotKnown, naming the nearest codes."""
        row = self._rows.get(customer)
        if row is None:
            raise self.unknown(customer)
        return row

    def unknown(self, customer: str) -> NotKnown:
        """Return the error of a customer nobody knows, with the nearest codes."""
        from creditlib.decisions.score.decide import find_customer

        if not customer:
            return not_known("no_customer")
        try:
            find_customer(self.whole.factors, customer)
        except UsageError as error:
            return NotKnown(error.en, error.zh)
        raise AssertionError(customer)  # a code the factors have is in every table

    @property
    def customers(self) -> list[str]:
        """Every customer, in the order of the book."""
        return self._column("assessed", "customer")

    def has(self, customer: str) -> bool:
        """Whether the book knows a customer."""
        return customer in self._rows

    def apart(self, customer: str, lang: Lang) -> list[str]:
        """Return what a customer's figures leave out because it is in another currency."""
        return [finding.text(lang) for finding in self.whole.apart(customer)]

    def documents(self, customer: str, measure: Measure) -> pa.Table:
        """Return the documents behind a measure; none where its table names none."""
        table = "assessed" if measure.table == "record" else measure.table
        figures = self._figures(table)
        place = self._place(table).get(customer)
        return figures.documents(0 if place is None else place).slice(0, 0 if place is None else None)

    def currency(self, customer: str) -> str:
        """Return the currency a customer is told in."""
        return str(self._column("assessed", "currency")[self.known(customer)])

    def get(self, customer: str, measure: Measure) -> Any:
        """Return one measure of one customer; None where it is not known. Money in major units."""
        row = self.known(customer)
        if measure.table == "record":
            found = standing(self.record, customer, self.whole.as_of)
            value = found[measure.column]
            return value if value is None or measure.kind != "money" else major(value, str(found[measure.money_in]))
        if measure.table == "exposures":
            place = self._place("exposures").get(customer)
            value = 0 if place is None else self._column("exposures", measure.column)[place]
        else:
            value = self._column(measure.table, measure.column)[row]
        if value is None or measure.kind != "money":
            return value
        own, told = self._column("assessed", "currency")[row], self._column("assessed", measure.money_in)[row]
        if told != own:
            raise not_known("other_currency", measure=(measure.en, measure.zh), customer=customer, told=told, own=own)
        return major(value, own)

    def review(self, customer: str) -> Review:
        """Return everything about one customer, kept."""
        self.known(customer)
        if customer not in self._reviews:
            from creditlib.flows.review import review

            self._reviews[customer] = review(self.whole, customer)
        return self._reviews[customer]

    def kept(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what is made once for a key."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


def standing(record: RecordedLimits | None, customer: str, on: date) -> dict[str, Any]:
    """Return what the record says of a customer: the limit approved and in force on a day, and the request that waits; None where
    there is none. Raises: NotKnown without a record."""
    if record is None:
        raise not_known("no_record")
    from creditlib.record.standing import in_force

    limit, waits = in_force(record.limits.get(customer, ()), on), record.open.get(customer)
    return {
        "approved_minor": limit and limit.amount_minor, "approved_currency": limit and limit.currency,
        "approved_from": limit and limit.from_on, "approved_until": limit and limit.until_on,
        "approved_request": limit and limit.request, "request": waits and waits.seq, "request_minor": waits and waits.amount_minor,
        "request_currency": waits and waits.currency, "request_until": waits and waits.expires_on,
    }  # fmt: skip


def rates_of(file: str | None, currency: str | None, day: date) -> tuple[Any, ...]:
    """Return the rates a person chose. Raises: UsageError for rates without a currency to report in; what reading them raises."""
    if file is None:
        return ()
    if currency is None:
        wrong("rates_alone", file=file)
    from creditlib.facts.outside import read_rates

    return read_rates(file, currency, day, None)


def major(minor: int, currency: str) -> float:
    """Return minor units as a cell shows them.

    >>> major(12345, "CNY"), major(500, "JPY")
    (123.45, 500.0)
    """
    digits = exponent(currency)
    return minor / 10**digits if digits else float(minor)
