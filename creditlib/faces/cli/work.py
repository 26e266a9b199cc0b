"""From a command's options to a reading or a close: the way every reading command goes.

What must stay true: a command never computes; the policy's home currency is used only where neither file nor caller says one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from creditlib.days import ORDERS, DateOrder, parse_iso
from creditlib.errors import Lang
from creditlib.faces.cli.common import Steps, usage
from creditlib.money import currency_code, exponent

if TYPE_CHECKING:
    from creditlib.facts.open_items import OpenItems, Rate
    from creditlib.facts.reading import Reading
    from creditlib.flows.assess import Assessment
    from creditlib.flows.closing import Close
    from creditlib.flows.sources import Sources
    from creditlib.policy import Policy
    from creditlib.record.store import Store


@dataclass(frozen=True)
class Request:
    """The options the reading commands share. store: a record whose limits hold, its address or open; None: none was given."""

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
    store: str | Store | None = None

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

    @property
    def sources(self) -> Sources:
        """The files, and how to read them."""
        from creditlib.flows.sources import Sources

        return Sources(
            files=tuple(self.files), credit_files=tuple(self.credit_files), orders=self.orders, limits=self.limits,
            events=self.events, sales=self.sales, mapping=self.map_file, date_order=self.order, home=self.home,
            query=self.query, customer=self.customer,
        )  # fmt: skip

    def read(self, policy: Policy, day: date | None = None) -> Reading:
        """Read the files, and what is given beside them. day: whose policy values hold, today's where none is asked."""
        on = day or date.today()
        reading = self.sources.read(policy, on, self.day if self.as_of else None)
        if self.store is None:
            return reading
        home = policy.at(on)["home.currency"]
        from creditlib.flows.recorded import with_limits
        from creditlib.record.store import open_store

        if not isinstance(self.store, str):
            return with_limits(reading, self.store, on, home)
        with open_store(self.store, create=False) as store:
            return with_limits(reading, store, on, home)

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
