"""The files a book comes from, read together: ledger, sales, orders, limits, events, credit files.

What must stay true: a file given twice is refused, it would count twice; the policy's home currency is used only where neither file nor
caller says one; the same files read on another day give the same book.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from creditlib.days import DateOrder
from creditlib.errors import Finding, UsageError
from creditlib.facts.book import Book
from creditlib.facts.reading import Reading, Step, read, read_sales
from creditlib.facts.sources import Grid
from creditlib.money import currency_code, exponent
from creditlib.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Files and how to read them. files: the ledger. credit_files, orders, limits, events, sales: what is given beside it. mapping: a
    `map.toml`. date_order: of day and month, where it is ambiguous. home: currency of rows that name none. query: for a database
    URL. customer: whom a credit file is about that names nobody.

    >>> Sources.of(Sources(files=("a.csv",), home="CNY").plain()).home
    'CNY'
    """

    files: tuple[str, ...]
    credit_files: tuple[str, ...] = ()
    orders: str | None = None
    limits: str | None = None
    events: str | None = None
    sales: str | None = None
    mapping: str | None = None
    date_order: DateOrder | None = None
    home: str | None = None
    query: str | None = None
    customer: str | None = None

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Sources:
        """Return what `plain` gave. Raises: KeyError without files."""
        given = {f.name: plain[f.name] for f in fields(cls) if f.name in plain}
        return cls(**given | {"files": tuple(plain["files"]), "credit_files": tuple(plain.get("credit_files", ()))})

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it, without what is not given."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items() if v}

    @property
    def all(self) -> tuple[str, ...]:
        """Every file, the ledger first."""
        beside = (self.orders, self.limits, self.events, self.sales)
        return (*self.files, *self.credit_files, *(f for f in beside if f is not None))

    def read(
        self, policy: Policy, on: date, as_of: date | None = None, *, step: Step | None = None,
        opened: Mapping[str, list[Grid]] | None = None,
    ) -> Reading:  # fmt: skip
        """Read everything. on: the day whose policy values hold; as_of: statements after it are not checked, None: all are.

        step: told when a stretch of work begins, see `facts.reading.read`. opened: sheets of files of the ledger that were opened before.
        Raises: UsageError for a file given twice; CurrencyError; what the readers raise.
        """
        seen: set[str] = set()
        for name in self.all:
            place = os.path.realpath(name)
            if place in seen:
                raise UsageError(
                    f"{name}: given twice. Everything in it would count twice; give it once.",
                    f"{name}：重复给出，其内容会计两次；请只给一次。",
                )
            seen.add(place)
        if self.home is not None:
            home = currency_code(self.home) or self.home
            exponent(home)
            origin = ("--home", "--home")
        else:
            home = policy.at(on)["home.currency"]
            origin = ("the policy's home currency", "政策中的本位币")
        how: dict[str, Any] = {"date_order": self.date_order, "home": home}
        given = [(opened or {}).get(name, name) for name in self.files]
        reading = read(*given, mapping=self.mapping, home_origin=origin, query=self.query, step=step, **how)
        if step is not None and len(self.all) > len(self.files):
            step("beside", self.all[len(self.files)])
        if self.sales is not None:
            sales, found = read_sales(self.sales, **how)
            reading = replace(reading, book=replace(reading.book, sales=sales), findings=(*reading.findings, *found))
        book, findings = self._lists(reading.book, how)
        if self.credit_files:
            book, more = self._credit(book, how)
            jump = policy.at(on)["file.jump_times"]
            findings += [*more, *_checked(book, as_of, float(jump))]
        return replace(reading, book=book, findings=(*reading.findings, *findings))

    def _lists(self, book: Book, how: Mapping[str, Any]) -> tuple[Book, list[Finding]]:
        """Add orders, limits and the event log, if any."""
        if self.orders is None and self.limits is None and self.events is None:
            return book, []
        from creditlib.facts.lists.orders import append_events, read_events, read_limits, read_orders

        findings: list[Finding] = []
        if self.orders is not None:
            orders, found = read_orders(self.orders, book=book, **how)
            book, findings = replace(book, orders=orders), list(found)
        for source, read_log in ((self.limits, read_limits), (self.events, read_events)):
            if source is not None:
                log, found = read_log(source, book=book, **how)
                book, findings = append_events(book, log), [*findings, *found]
        return book, findings

    def _credit(self, book: Book, how: Mapping[str, Any]) -> tuple[Book, list[Finding]]:
        """Add the credit files."""
        from creditlib.facts.credit.files import read_files

        findings: list[Finding] = []
        for name in self.credit_files:
            files = read_files(name, book=book, **how)
            if self.customer is not None and any(f.check == "sheet-without-customer" for f in files.findings):
                # nobody is named: whom it is asked about
                files = read_files(name, customer=self.customer, book=book, **how)
            book, findings = files.into(book), [*findings, *files.findings]
        return book, findings


def _checked(book: Book, as_of: date | None, jump: float) -> tuple[Finding, ...]:
    """Check the statements of every customer."""
    from creditlib.facts.statement_checks import check_statements

    return check_statements(book.table("statements"), as_of=as_of, jump=jump)
