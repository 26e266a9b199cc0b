"""Answers about customers of the connected book: the assessed book of one day, looked up by code and by the name of a measure.

What must stay true: nothing is computed here; each answer is a cell of a table some measure or decision made, in major units; a customer
nobody knows is told with the nearest codes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from creditlib.errors import Lang, UsageError
from creditlib.money import exponent

from .values import NotKnown, not_known, wide_key, wrong

if TYPE_CHECKING:
    import pyarrow as pa

    from creditlib.flows.assess import Assessment
    from creditlib.flows.connected import Connected
    from creditlib.flows.reviewing import Review
    from creditlib.measures.figures import Figures
    from creditlib.policy import Policy

ALL: Final = frozenset({"*", "all", "全部"})
"""What stands for the whole book where a function can tell it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What CREDITGET can tell of a customer. table, column: where it stands. kind: money, number, share, days, text, day, flag."""

    name: str
    table: Literal["assessed", "factors", "exposures", "limits", "offers", "scores"]
    column: str
    kind: str
    en: str
    zh: str

    def label(self, lang: Lang) -> str:
        """Return its name for people."""
        return self.zh if lang == "zh" else self.en


@cache
def measures() -> dict[str, Measure]:
    """Return every measure by name: those of `measures.toml`, and the factors of the scorecard."""
    from creditlib.policy.factors import FACTORS

    told = tomllib.loads(files(__package__).joinpath("measures.toml").read_text(encoding="utf-8"))
    found = {
        name: Measure(name, m["at"].partition(".")[0], m["at"].partition(".")[2], m["kind"], m["en"], m["zh"])
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

        near = get_close_matches(name, measures(), 4, 0.5) or list(measures())[:8]
        wrong("no_measure", name=name, near=", ".join(near))
    return found


class Answers:
    """The assessed book of one day. home: what a table is told in where nothing says a currency."""

    def __init__(self, whole: Assessment) -> None:
        self.whole = whole
        self._columns: dict[tuple[str, str], list[Any]] = {}
        self._placed: dict[str, dict[str, int]] = {}
        self._reviews: dict[str, Review] = {}
        self._kept: dict[Any, Any] = {}

    @classmethod
    def of(cls, connected: Connected, policy: Policy, day: date, currency: str | None, rates: str | None) -> Answers:
        """Assess a connected book. Raises: what `assess` and reading the rates raise."""
        from creditlib.flows.assess import assess

        found: tuple[Any, ...] = ()
        if rates is not None and currency is not None:
            from creditlib.facts.outside import read_rates

            found = read_rates(rates, currency, day, None)
        return cls(assess(connected.reading, policy, day, rates=found, currency=currency))

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

    def _table(self, name: str) -> pa.Table:
        whole = self.whole
        found: Figures = {
            "assessed": lambda: whole.table, "factors": lambda: whole.factors, "exposures": lambda: whole.exposures,
            "limits": lambda: whole.limits, "offers": lambda: whole.offers, "scores": lambda: whole.scores,
        }[name]()  # fmt: skip
        return found.table

    def _column(self, table: str, name: str) -> list[Any]:
        """Return a column as Python values, kept: cells ask for it thousands of times."""
        key = table, name
        if key not in self._columns:
            column = self._table(table)[name]
            if str(column.type).startswith("dictionary"):
                column = column.cast("string")
            self._columns[key] = column.to_pylist()
        return self._columns[key]

    def known(self, customer: str) -> int:
        """Return the row of a customer. Raises: NotKnown, naming the nearest codes."""
        row = self._rows.get(customer)
        if row is None:
            if not customer:
                raise not_known("no_customer")
            from creditlib.decisions.score.decide import find_customer

            try:
                find_customer(self.whole.factors, customer)
            except UsageError as error:
                raise NotKnown(error.en, error.zh) from None
        return row  # type: ignore[return-value]

    @property
    def customers(self) -> list[str]:
        """Every customer, in the order of the book."""
        return self._column("assessed", "customer")

    def currency(self, customer: str) -> str:
        """Return the currency a customer is told in."""
        return str(self._column("assessed", "currency")[self.known(customer)])

    def get(self, customer: str, measure: Measure) -> Any:
        """Return one measure of one customer; None where it is not known. Money in major units."""
        row = self.known(customer)
        if measure.table == "exposures":
            place = self._place("exposures").get(customer)
            value = 0 if place is None else self._column("exposures", measure.column)[place]
        else:
            value = self._column(measure.table, measure.column)[row]
        if value is None or measure.kind != "money":
            return value
        return major(value, self._column("assessed", "currency")[row])

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


def major(minor: int, currency: str) -> float:
    """Return minor units as a cell shows them.

    >>> major(12345, "CNY"), major(500, "JPY")
    (123.45, 500.0)
    """
    digits = exponent(currency)
    return minor / 10**digits if digits else float(minor)
