"""The table of cases every spreadsheet host must meet: one expected value each, and the few deviations of a host by name.

A case of `cases.toml`: function; arguments, each a value, a range as rows of values, `{ blank = true }` for a blank cell, `{ missing = true }`
for an argument left out, `{ error = "#N/A" }` for an error cell; expect, a value, rows of values or an error; why, a part of what
CREDITWHY says; calc, excel, vba: what is different there, with its `reason`, `{ refused = true }` where the
spreadsheet itself takes no such formula.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from creditlib_addin.settings import Settings
from creditlib_addin.values import CellError

AS_OF = date(2026, 10, 31)


class Refused:
    """The spreadsheet itself takes no such formula."""


REFUSED = Refused()


class Missing:
    """An argument left out."""


MISSING = Missing()


@dataclass(frozen=True)
class Case:
    id: str
    function: str
    arguments: tuple[Any, ...]
    expect: Any
    why: str
    differs: dict[str, dict[str, Any]]

    def told(self, host: str) -> str:
        """A part of the reason a host tells."""
        return str(self.differs.get(host, {}).get("why", self.why))

    def expected(self, host: str) -> Any:
        """What a host shows."""
        own = self.differs.get(host, {})
        return decoded(own["expect"]) if "expect" in own else self.expect


@cache
def cases() -> tuple[Case, ...]:
    raw = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))["case"]
    return tuple(
        Case(
            one["id"], one["function"], tuple(decoded(a) for a in one.get("arguments", [])), decoded(one["expect"]), one.get("why", ""),
            {host: one[host] for host in ("calc", "excel", "vba") if host in one},
        )
        for one in raw
    )  # fmt: skip


def decoded(value: Any) -> Any:
    """Return what a value of the table stands for."""
    if isinstance(value, dict):
        if value.get("blank"):
            return None
        if value.get("missing"):
            return MISSING
        if value.get("refused"):
            return REFUSED
        return CellError(value["error"])
    return [decoded(one) for one in value] if isinstance(value, list) else value


def alike(found: Any, expected: Any) -> bool:
    """Whether a host shows what is expected: numbers to nine digits, a day as a day or as its serial."""
    if isinstance(expected, list):
        rows = [list(row) for row in found] if isinstance(found, list | tuple) else [[found]]
        return len(rows) == len(expected) and all(
            len(a) == len(b) and all(alike(x, y) for x, y in zip(a, b, strict=True))
            for a, b in zip(rows, expected, strict=True)
        )
    if isinstance(expected, date):
        return found == expected or found == (expected - date(1899, 12, 30)).days
    if isinstance(expected, bool | CellError | str):
        return found == expected
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return abs(found - expected) <= 1e-9 * max(1, abs(expected))


def connect_sample(folder: Path) -> Settings:
    """Write the sample, import it into a connected book, and return the settings that answer for its last month."""
    from creditlib.facts.sample.files import write_sample
    from creditlib.flows.connected import import_book
    from creditlib.flows.sources import Sources
    from creditlib.policy import load_policy

    written = folder / "sample"
    write_sample(written)
    names = {p.stem: str(p) for p in written.iterdir()}
    beside = (
        "statements",
        "registrations",
        "references",
        "ratings",
        "security",
        "contracts",
        "purchases",
        "assessments",
    )
    sources = Sources(
        files=(names["documents"], names["allocations"], names["customers"]), sales=names["sales"],
        credit_files=tuple(names[n] for n in beside), orders=names["orders"], limits=names["limits"], events=names["events"],
    )  # fmt: skip
    import_book(folder / "book", sources, load_policy(), AS_OF)
    place = folder / "record.db"
    record_sample(place)
    return Settings(book=str(folder / "book"), as_of=AS_OF, currency="CNY", rates=names["rates"], store=str(place))


def record_sample(place: Path) -> None:
    """Make a record: C100013 has a limit by approval and a request that waits, that of C100012 has ended, that of C100014 is in dollars, that
    of C100015 begins in November; GONE is in no ledger."""
    from creditlib.policy import load_policy
    from creditlib.record.approvals import Ask, ask, decide
    from creditlib.record.connecting import find_place
    from creditlib.record.roles import give_role
    from creditlib.record.store import Store, opened

    policy = load_policy()

    def at(day: int, who: str) -> Store:
        return opened(find_place(place), create=True, actor=who, clock=lambda: datetime(2026, 10, day, 8, tzinfo=UTC))

    with at(1, "keeper") as store:
        give_role(store, "ann", "analyst")
        give_role(store, "bob", "manager")
    for customer, cents, currency, first, last in (
        ("C100013", 250_000_00, "CNY", None, None),
        ("C100012", 900_000_00, "CNY", None, date(2026, 10, 20)),
        ("C100014", 50_000_00, "USD", None, None),
        ("C100015", 700_000_00, "CNY", date(2026, 11, 1), None),
        ("GONE", 1_000_00, "CNY", None, None),
    ):
        with at(5, "ann") as store:
            asked = Ask(
                customer, "yearly_review", amount_minor=cents, currency=currency, from_on=first, until_on=last, proposed_minor=cents,
                own_risk_minor=0, grade="A",
            )  # fmt: skip
            number = ask(store, asked, policy).seq
        with at(6, "bob") as store:
            assert decide(store, number, "approve", "yearly_review", policy).body["outcome"] == "approved"
    with at(7, "ann") as store:
        ask(
            store,
            Ask("C100013", "season", amount_minor=300_000_00, currency="CNY", own_risk_minor=0, grade="A"),
            policy,
        )
