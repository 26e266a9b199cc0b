"""From a command's options to a reading or a close: the way every reading command goes.

What must stay true: a command never computes; the policy's home currency is used only where neither file nor caller says one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from creditlib.days import ORDERS, DateOrder, parse_iso
from creditlib.errors import Lang
from creditlib.faces.cli.common import Steps, usage
from creditlib.money import currency_code, exponent

if TYPE_CHECKING:
    from creditlib.errors import Finding
    from creditlib.facts.book import Book
    from creditlib.facts.open_items import OpenItems, Rate
    from creditlib.facts.reading import Reading
    from creditlib.flows.assess import Assessment
    from creditlib.flows.closing import Close
    from creditlib.policy import Policy


@dataclass(frozen=True)
class Request:
    """The options the reading commands share."""

    files: Sequence[str]
    lang: Lang
    as_of: str | None = None
    map_file: str | None = None
    dates: str | None = None
    home: str | None = None
    query: str | None = None
    sales: str | None = None
    known_on: str | None = None
    currency: str | None = None
    fx: str | None = None
    policy_file: str | None = None
    control: str | None = None
    firm: str | None = None
    credit_files: Sequence[str] = ()
    orders: str | None = None
    limits: str | None = None
    events: str | None = None
    customer: str | None = None

    @property
    def day(self) -> date:
        """The as-of day."""
        return parse_iso(self.as_of or "", "--as-of")

    @property
    def known(self) -> date | None:
        """The knowledge day, if any."""
        return None if self.known_on is None else parse_iso(self.known_on, "--known-on")

    @property
    def order(self) -> DateOrder | None:
        """The order of day and month, if forced. Raises: UsageError."""
        if self.dates is None:
            return None
        found = next((order for order in ORDERS if order == self.dates), None)
        if found is None:
            raise usage("terminal.error.dates", value=self.dates)
        return found

    @property
    def report(self) -> str | None:
        """The reporting currency, if any. Raises: CurrencyError, UsageError."""
        if self.currency is None:
            if self.fx is not None:
                raise usage("terminal.error.fx_alone")
            return None
        code = currency_code(self.currency) or self.currency
        exponent(code)
        return code

    def policy(self) -> Policy:
        """Load the policy."""
        from creditlib.policy import load_policy

        return load_policy(self.policy_file)

    def read(self, policy: Policy, day: date | None = None) -> Reading:
        """Read the files, and what is given beside them. Raises: UsageError for a file given twice: it would count twice."""
        given = [
            *self.files,
            *self.credit_files,
            *(f for f in (self.orders, self.limits, self.events, self.sales) if f is not None),
        ]
        seen: set[str] = set()
        for name in given:
            place = os.path.realpath(name)
            if place in seen:
                raise usage("assess.error.twice", file=name)
            seen.add(place)
        from creditlib.facts.reading import read, read_sales

        if self.home is not None:
            home = currency_code(self.home) or self.home
            exponent(home)
            origin = ("--home", "--home")
        else:
            home = policy.at(day or date.today())["home.currency"]
            origin = ("the policy's home currency", "政策中的本位币")
        reading = read(
            *self.files, mapping=self.map_file, date_order=self.order, home=home, home_origin=origin, query=self.query
        )
        if self.sales is not None:
            sales, found = read_sales(self.sales, home=home, date_order=self.order)
            reading = replace(reading, book=replace(reading.book, sales=sales), findings=(*reading.findings, *found))
        return self._files(reading, home)

    def _files(self, reading: Reading, home: str) -> Reading:
        """Add orders, limits, the event log and credit files, if any."""
        book, findings = reading.book, list(reading.findings)
        if self.orders is not None or self.limits is not None or self.events is not None:
            from creditlib.facts.lists.orders import append_events, read_events, read_limits, read_orders

            if self.orders is not None:
                orders, found = read_orders(self.orders, home=home, date_order=self.order, book=book)
                book, findings = replace(book, orders=orders), [*findings, *found]
            for source, read_log in ((self.limits, read_limits), (self.events, read_events)):
                if source is not None:
                    log, found = read_log(source, home=home, date_order=self.order, book=book)
                    book, findings = append_events(book, log), [*findings, *found]
        if self.credit_files:
            from creditlib.facts.credit.files import read_files

            for name in self.credit_files:
                how: dict[str, Any] = {"book": book, "home": home, "date_order": self.order}
                files = read_files(name, **how)
                if self.customer is not None and any(f.check == "sheet-without-customer" for f in files.findings):
                    files = read_files(name, customer=self.customer, **how)  # nobody is named: whom it is asked about
                book, findings = files.into(book), [*findings, *files.findings]
            findings += self._checked(book)
        return replace(reading, book=book, findings=tuple(findings))

    def _checked(self, book: Book) -> tuple[Finding, ...]:
        """Check the statements of every customer."""
        from creditlib.facts.statement_checks import check_statements

        jump = self.policy().at(self.day if self.as_of else date.today())["file.jump_times"]
        return check_statements(book.table("statements"), as_of=self.day if self.as_of else None, jump=float(jump))

    def rates(self) -> tuple[Rate, ...]:
        """Read the exchange rates, if any."""
        if self.fx is None or self.report is None:
            return ()
        from creditlib.facts.outside import read_rates

        return read_rates(self.fx, self.report, self.day, self.order)

    def items(self, reading: Reading, policy: Policy) -> OpenItems:
        """Take the open items of the day as a close takes them."""
        from creditlib.flows.ground import Ground

        return Ground(reading, policy, self.day, (), self.rates(), self.report, self.known, None).items

    def assess(self, steps: Steps) -> tuple[Reading, Assessment]:
        """Read, and assess every customer. What is asked wrongly is told before a long read."""
        from creditlib.flows.assess import assess

        day, report, known, policy = self.day, self.report, self.known, self.policy()
        policy.at(day)
        steps.at("read")
        reading = self.read(policy, day)
        steps.at("measure")
        return reading, assess(reading, policy, day, rates=self.rates(), currency=report, known_on=known)

    def close(self, steps: Steps) -> tuple[Reading, Close]:
        """Read, and close the month."""
        from creditlib.facts.outside import read_control
        from creditlib.flows.close import close

        day, report = self.day, self.report
        policy = self.policy()
        steps.at("read")
        control = read_control(self.control) if self.control is not None else ()
        reading = self.read(policy, day)
        steps.at("measure")
        made = close(
            reading,
            policy,
            day,
            control=control,
            rates=self.rates(),
            currency=report,
            known_on=self.known,
            entity=self.firm,
        )
        return reading, made
