"""What the parts of the sample's credit files need of each customer: how it behaves, what it buys, how large it is.

What must stay true: nothing here is drawn from the streams of the ledger, so that the ledger's rows never depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib.days import add_months, day_number, month_end
from creditlib.facts import tables
from creditlib.facts.sample.firm import BEHAVIOURS, TERMS, WORTH
from creditlib.money import exponent

if TYPE_CHECKING:
    from creditlib.facts.sample.made import Sample

HEALTH: Final = {"prompt": 0.78, "odd": 0.66, "seasonal": 0.62, "disputed": 0.58, "drifting": 0.46, "failing": 0.06}
"""How sound a customer's last statement is, from 0 to 1, by behaviour."""
_STREAM: Final = 9
_SURNAMES, _GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡", "建华志强晓峰文静海涛立新雪梅俊杰思远明辉"
_FIRST = ("Mira", "Jonas", "Elin", "Tomas", "Ruth", "Haruto", "Ines", "Owen")
_LAST = ("Kessel", "Norling", "Abara", "Vidal", "Ostrow", "Sakamori", "Lindqvist", "Farrow")


@dataclass(frozen=True, slots=True)
class Client:
    """One customer as its credit file sees it. yearly_minor: what it bought in its better year of the last two, with VAT, in
    its own currency; days: of its payment term; place: its row in `customers`."""

    place: int
    code: str
    name: str
    credit_code: str | None
    country: str
    sector: str
    salesperson: str
    terms: str
    days: int
    behaviour: str
    currency: str
    entity: str
    yearly_minor: int
    default_on: date | None

    @property
    def unit(self) -> int:
        """Minor units of one unit of its currency."""
        return int(10 ** exponent(self.currency))

    @property
    def domestic(self) -> bool:
        """Whether a register at home knows it."""
        return self.country == "CN"


@dataclass
class Draft:
    """What is being made: the clients, the rows of each table, and the cases. rows: table → its rows, in order of the file."""

    sample: Sample
    clients: tuple[Client, ...]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cases: list[tuple[str, str, str, tuple[int, ...]]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @property
    def end(self) -> date:
        """The last day of the sample."""
        return self.sample.end

    def rng(self, part: int) -> np.random.Generator:
        """Return the stream of one part: what another part draws does not move it."""
        return np.random.default_rng([self.sample.seed, _STREAM, part])

    def choose(self, *behaviours: str, among: Sequence[Client] | None = None) -> Client | None:
        """Return a client for an odd case, none twice; None where all are taken."""
        for client in self.clients if among is None else among:
            if client.behaviour in behaviours and client.code not in self.taken:
                self.taken.add(client.code)
                return client
        return None

    def add(self, table: str, **row: Any) -> int:
        """Add a row to a table and return its line in the file."""
        self.rows.setdefault(table, []).append(row)
        return len(self.rows[table]) + 1

    def case(self, name: str, file: str, customer: str, *lines: int) -> None:
        """List an odd case: its file, the customer, the lines that show it."""
        self.cases.append((name, file, customer, lines))


@dataclass(frozen=True, slots=True)
class CreditCase:
    """One odd case of the credit files: the check that finds it (None where none does), where it stands, and its story."""

    name: str
    name_zh: str
    check: str | None
    file: str
    customer: str
    lines: tuple[int, ...]
    en: str
    zh: str


def share_of(clients: Sequence[Client], rng: np.random.Generator, share: float) -> set[str]:
    """Return the codes of a share of each behaviour's clients, at least one of each.

    >>> share_of([], np.random.default_rng(1), 0.5)
    set()
    """
    chosen: set[str] = set()
    for behaviour in (*BEHAVIOURS, "odd"):
        own = [client.code for client in clients if client.behaviour == behaviour]
        chosen.update(own[i] for i in rng.permutation(len(own))[: max(round(share * len(own)), 1)])
    return chosen


def ago(end: date, rng: np.random.Generator, low: int, high: int) -> date:
    """Return a weekday between so many days before the end."""
    day = np.datetime64(end) - int(rng.integers(low, high + 1))
    found: date = np.busday_offset(day, 0, roll="backward").astype(object)
    return found


def person(rng: np.random.Generator, domestic: bool) -> str:
    """Return an invented person's name."""
    if not domestic:
        return f"{_FIRST[int(rng.integers(len(_FIRST)))]} {_LAST[int(rng.integers(len(_LAST)))]}"
    given = "".join(_GIVEN[int(i)] for i in rng.choice(len(_GIVEN), 2, replace=False))
    return _SURNAMES[int(rng.integers(len(_SURNAMES)))] + given


def even(minor: float, unit: int) -> int:
    """Return an amount rounded to two leading digits, at least one unit.

    >>> even(1_234_567, 100), even(3, 100)
    (1200000, 100)
    """
    whole = max(int(minor) // unit, 1)
    step = int(10 ** max(len(str(whole)) - 2, 0))
    return max(round(whole / step), 1) * step * unit


def rescaled(minor: float, source: str, target: str) -> float:
    """Return minor units of one currency as roughly as many of another's."""
    worth = WORTH.get(source, 1.0) / WORTH.get(target, 1.0)
    return minor * worth * 10.0 ** (exponent(target) - exponent(source))


def _bought(sample: Sample) -> dict[tuple[str, str], tuple[int, str]]:
    """Return (customer, currency) → the better of its last two years, with VAT, and its entity."""
    found: dict[tuple[str, str], list[int]] = {}
    entity: dict[tuple[str, str], str] = {}
    year, before = (day_number(month_end(add_months(sample.end, -months))) for months in (12, 24))
    sales = sample.sales
    columns = (sales[name].to_pylist() for name in ("customer", "currency", "entity", "gross_minor"))
    for month, customer, currency, own, gross in zip(tables.days(sales["month"]).tolist(), *columns, strict=True):
        if month > before:
            found.setdefault((customer, currency), [0, 0])[month > year] += gross
            entity.setdefault((customer, currency), own or "1000")
    return {key: (max(years), entity[key]) for key, years in found.items()}


def clients_of(sample: Sample) -> tuple[Client, ...]:
    """Return the customers of a sample as clients, in their order."""
    bought = _bought(sample)
    truth = {row["customer"]: row for row in sample.truth.to_pylist()}
    days = {text: number for text, _, number in TERMS}
    home = sample.home
    own: dict[str, list[tuple[float, str, int, str]]] = {}
    for (customer, currency), (minor, entity) in bought.items():
        own.setdefault(customer, []).append((rescaled(minor, currency, home), currency, minor, entity))
    found = []
    for place, row in enumerate(sample.customers.to_pylist()):
        # what it buys most in; nothing bought: as little as 50,000 a year
        least = 50_000 * 10 ** exponent(home)
        _, currency, minor, entity = max(own.get(row["customer"], [(0.0, home, least, "1000")]))
        fact = truth[row["customer"]]
        found.append(
            Client(
                place=place, code=row["customer"], name=row["name"], credit_code=row["credit_code"], country=row["country"],
                sector=row["sector"], salesperson=row["salesperson"], terms=row["terms"], days=days.get(row["terms"], 30),
                behaviour=fact["behaviour"], currency=currency, entity=entity,
                yearly_minor=max(minor, 10_000 * 10 ** exponent(currency)), default_on=fact["default_on"],
            )
        )  # fmt: skip
    return tuple(found)


def open_orders(sample: Sample) -> pa.Table:
    """Return the invoices of the last two months that name an order, the newest first."""
    documents = sample.documents
    recent = pc.greater(documents["issue_on"], pa.scalar(add_months(sample.end, -2), pa.date32()))
    billed = pc.and_(pc.equal(documents["kind"].cast(pa.string()), "invoice"), pc.is_valid(documents["order"]))
    billed = pc.and_(pc.and_(billed, recent), pc.less_equal(documents["posted_on"], pa.scalar(sample.end, pa.date32())))
    table = documents.filter(pc.fill_null(billed, False))
    return table.sort_by([("issue_on", "descending"), ("id", "ascending")])


__all__ = [
    "HEALTH", "Client", "CreditCase", "Draft", "ago", "clients_of", "even", "open_orders", "person", "rescaled", "share_of",
]  # fmt: skip
