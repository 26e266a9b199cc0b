"""`close`: one month end, everything: what every door shows of it.

What must stay true: nothing is computed here that a measure computes; policy values are read here and passed down by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditlib import money
from creditlib.days import month_first, month_index
from creditlib.errors import Finding, NeedsSales, UsageError
from creditlib.facts.allocate import oldest_due_first
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.checks import Limits, check, check_open, disputed
from creditlib.facts.ledger import balances
from creditlib.facts.open_items import OpenItems, Rate, convert, open_items
from creditlib.facts.outside import Control
from creditlib.facts.reading import Reading
from creditlib.facts.tables import codes
from creditlib.flows import history
from creditlib.flows.closing import ITEM_COLUMNS, UNAPPLIED, Close, DsoLine, FileTotal, Measure, SourceLine
from creditlib.flows.explain import explain_gap
from creditlib.flows.tie_out import tie_out
from creditlib.measures.aging import aging, bucket_codes, bucket_keys, days_past_due, overdue
from creditlib.measures.collection import cei
from creditlib.measures.dso import METHODS, dso
from creditlib.measures.exposure import concentration
from creditlib.measures.figures import Figures
from creditlib.measures.payment import payment_behaviour
from creditlib.policy import Policy, Values

_USED = (
    "aging.edges", "aging.year_edges", "aging.netting", "dso.method", "dso.base", "dso.excluded_kinds", "dso.rolling_months",
    "dso.year_days", "dso.benchmark", "payment.window_months", "payment.index_points", "cei.months", "concentration.top",
    "overdue.top", "checks.unapplied_days", "checks.dispute_days", "checks.far_due_days", "checks.old_item_days",
    "close.fx_max_age_days", "home.currency",
)  # fmt: skip


def close(
    reading: Reading | Book, policy: Policy, as_of: date, *, control: Sequence[Control] = (), rates: Sequence[Rate] = (),
    currency: str | None = None, known_on: date | None = None, entity: str | None = None,
) -> Close:  # fmt: skip
    """Close a month: open items, aging, DSO family, collection, concentrations, tie-out, findings.

    reading: what `read` gave, or a book alone. control: figures from outside the file. currency, rates: report in one
    currency. known_on: count only what had been entered by that day. entity: name for the cover.
    Raises: UsageError for rates without a currency or the other way round; CurrencyError for a missing rate; PolicyError
    when the policy has no value on that day.
    """
    if rates and currency is None:
        raise UsageError(
            "Rates need the currency to report in: --currency CCY.", "给出汇率时需要报告币种：--currency 币种。"
        )
    return _Closing(reading, policy, as_of, tuple(control), tuple(rates), currency, known_on, entity).run()


@dataclass(frozen=True)
class _Closing:
    reading: Reading | Book
    policy: Policy
    as_of: date
    control: tuple[Control, ...]
    rates: tuple[Rate, ...]
    report: str | None
    known_on: date | None
    entity: str | None

    @cached_property
    def values(self) -> Values:
        return self.policy.at(self.as_of)

    @cached_property
    def book(self) -> Book:
        """The book; a running account nobody matched gets its allocations here, oldest due first."""
        book = self.reading if isinstance(self.reading, Book) else self.reading.book
        if self.shape != "running_account":
            return book
        state = balances(book, self.as_of, self.known_on)
        return replace(book, allocations=oldest_due_first(book, state.open_minor, self.as_of).table())

    @cached_property
    def shape(self) -> str:
        if isinstance(self.reading, Book):
            return "documents_with_allocations" if self.reading.complete else "open_items"
        return self.reading.shape

    def take(self, day: date) -> OpenItems:
        """Open items of a day in document currencies."""
        return open_items(self.book, day, known_on=self.known_on, netting=self.values["aging.netting"])

    def reported(self, items: OpenItems) -> OpenItems:
        """The same in the reporting currency, at the as-of rates whatever the day."""
        return items if self.report is None else convert(items, self.rates, self.report)

    @property
    def in_report(self) -> dict[str, Any]:
        """How measures that take a book report in one currency."""
        return {"rates": self.rates, "to": self.report}

    @cached_property
    def original(self) -> OpenItems:
        return self.take(self.as_of)

    @cached_property
    def items(self) -> OpenItems:
        return self.reported(self.original)

    @cached_property
    def before(self) -> OpenItems | None:
        """Open items of the month end before, where the book can tell."""
        if not self.book.complete:
            return None
        return self.reported(self.take(history.previous_month_end(self.as_of)))

    @cached_property
    def currency(self) -> str:
        """The currency of totals and dashboard: the one reported in, the only one, the home currency, or the largest."""
        if self.report is not None:
            return self.report
        totals = self.items.totals
        home = self.values["home.currency"]
        if not totals:
            names = codes(self.book.columns("documents", ["currency"])["currency"])[1]
            return str(names[0]) if len(names) == 1 else str(home)
        if len(totals) == 1:
            return next(iter(totals))
        return home if home in totals else max(totals, key=lambda c: abs(totals[c]))

    def run(self) -> Close:
        values = self.values
        edges = values["aging.edges"]
        by_customer = aging(self.items, edges=edges)
        lines, tie_findings = tie_out(self.original, self.items, self.control)
        reading = None if isinstance(self.reading, Book) else self.reading
        return Close(
            as_of=self.as_of,
            known_on=self.known_on,
            entity=self.entity or self._entities(),
            currency=self.currency,
            other_currencies=tuple(sorted(c for c in self.items.totals if c != self.currency)),
            converted=tuple(
                (r.currency, f"{r.rate:f}", r.on) for r in self.rates if r.currency in self.original.totals
            ),
            home_assumed=reading.home_assumed if reading else None,
            policy_name=self.policy.name,
            policy_fingerprint=self.policy.fingerprint,
            policy_values=tuple((n, _shown(values[n]), values.row(n).reference) for n in _USED),
            shape=self.shape,
            sources=tuple(SourceLine(s.name, s.rows, s.mapping.preset) for s in reading.sources) if reading else (),
            file_totals=self._file_totals(reading),
            edges=edges,
            buckets=bucket_keys(edges),
            items=self._item_table(edges),
            aging=self._aging_table(by_customer),
            aging_by_issue=aging(self.items, edges=values["aging.year_edges"], basis="years", by=()).table,
            control=lines,
            dso=self._dso_lines(),
            dso_benchmark=float(values["dso.benchmark"]),
            measures=self._measures(),
            trend=self._trend(),
            movement=self._movement(),
            previous_buckets=self._previous_buckets(edges),
            concentration=self._named(concentration(self.items, top=values["concentration.top"]).table),
            overdue_top=self._overdue_top(by_customer),
            findings=self._findings(reading, tie_findings),
        )

    # ------------------------------------------------------------------------------------------------------- tables

    def _entities(self) -> str:
        names = [n for n in codes(self.book.columns("documents", ["entity"])["entity"])[1] if n]
        return ", ".join(sorted(names)[:6]) + ("…" if len(names) > 6 else "")

    def _file_totals(self, reading: Reading | None) -> tuple[FileTotal, ...]:
        return tuple(
            FileTotal(
                t.currency, f"{t.file:f}", t.used_minor, f"{t.rejected:f}", f"{t.rounding:f}", t.rows, t.rejected_rows
            )
            for t in (reading.source_totals if reading else ())
        )

    @cached_property
    def _names(self) -> dict[str, str | None]:
        table = self.book.columns("customers", ["customer", "name"])
        return dict(zip(table["customer"].to_pylist(), table["name"].to_pylist(), strict=True))

    def _name_of(self, customer: str | None) -> str:
        return self._names.get(customer or "") or ""

    def _named(self, table: pa.Table) -> pa.Table:
        for key in ("customer", "currency"):
            table = table.set_column(table.column_names.index(key), key, table[key].cast(pa.string()))
        names = pa.array([self._name_of(c) for c in table["customer"].to_pylist()], pa.string())
        place = table.column_names.index("customer") + 1
        return table.add_column(place, "name", names)

    def _item_table(self, edges: Sequence[int]) -> pa.Table:
        items, book = self.items, self.book
        own, currencies, code = items.open_minor, list(items.currencies), items.currency
        if items.converted_from is not None:
            own, code, currencies = items.converted_from[0], items.converted_from[1], list(items.converted_from[2])
        names = ["customer", "document", "kind", "entity", "gl_account", "salesperson", "source_file", "source_row"]
        table = book.columns("documents", names).take(pa.array(items.rows))
        keys = np.array([*bucket_keys(edges), UNAPPLIED], object)[bucket_codes(items, edges)]
        customers, texts = codes(table["customer"])
        shown = (
            pa.array([self._name_of(t) for t in texts], pa.string()).take(pa.array(customers))
            if texts
            else pa.array([], pa.string())
        )
        unapplied = items.open_minor < 0 if items.netting != "by_date" else np.zeros(len(items.rows), bool)
        status = np.where(disputed(items), "disputed", np.where(unapplied, UNAPPLIED, ""))
        source = pc.binary_join_element_wise(
            table["source_file"].cast(pa.string()), table["source_row"].cast(pa.string()), "!"
        )
        columns: dict[str, Any] = {
            "currency": pa.array(np.array(items.currencies, object)[items.currency].tolist(), pa.string()),
            "customer": table["customer"].cast(pa.string()),
            "name": shown,
            "document": table["document"],
            "kind": table["kind"].cast(pa.string()),
            "issue_on": pa.array(items.issued_on, pa.int32()).cast(pa.date32()),
            "due_on": pa.array(items.due_on, pa.int32()).cast(pa.date32()),
            "days_past_due": pa.array(days_past_due(items)),
            "bucket": pa.array(keys.tolist(), pa.string()),
            "original_minor": pa.array(own),
            "original_currency": pa.array(np.array(currencies, object)[code].tolist(), pa.string()),
            "open_minor": pa.array(items.open_minor),
            **{n: table[n].cast(pa.string()) for n in ("entity", "gl_account", "salesperson")},
            "status": pa.array(status.tolist(), pa.string()),
            "source": source,
        }
        made = pa.table({n: columns[n] for n in ITEM_COLUMNS})
        first = pc.not_equal(made["currency"], self.currency)
        made = made.append_column("_other", first)
        order = [
            ("_other", "ascending"),
            ("currency", "ascending"),
            ("customer", "ascending"),
            ("due_on", "ascending"),
            ("source", "ascending"),
        ]
        return made.sort_by(order).drop_columns(["_other"])

    def _aging_table(self, figures: Figures) -> pa.Table:
        table = self._named(figures.table.rename_columns([_renamed(n) for n in figures.table.column_names]))
        shares: dict[tuple[Any, Any], float] = {}
        if self.before is not None:
            earlier = aging(self.before, edges=self.values["aging.edges"])
            for row in earlier.table.select(["customer", "currency", "total_minor", "overdue_minor"]).to_pylist():
                if row["total_minor"] > 0:
                    shares[row["customer"], row["currency"]] = row["overdue_minor"] / row["total_minor"]
        customers, currencies = table["customer"].to_pylist(), table["currency"].to_pylist()
        past = pa.array([shares.get(key) for key in zip(customers, currencies, strict=True)], pa.float64())
        table = table.append_column("previous_overdue_share", past)
        other = [c != self.currency for c in currencies]
        table = table.append_column("_other", pa.array(other))
        order = [
            ("_other", "ascending"),
            ("currency", "ascending"),
            ("total_minor", "descending"),
            ("customer", "ascending"),
        ]
        return table.sort_by(order).drop_columns(["_other"])

    def _previous_buckets(self, edges: Sequence[int]) -> dict[str, int]:
        if self.before is None:
            return {}
        rows = [r for r in aging(self.before, edges=edges, by=()).rows() if r["currency"] == self.currency]
        if not rows:
            return {}
        return {key: rows[0][key] for key in (*bucket_keys(edges), UNAPPLIED)}

    def _overdue_top(self, figures: Figures) -> pa.Table:
        table = self._named(figures.table)
        mask = pc.and_(
            pc.equal(table["currency"].cast(pa.string()), self.currency), pc.greater(table["overdue_minor"], 0)
        )
        table = table.filter(mask).sort_by([("overdue_minor", "descending"), ("customer", "ascending")])
        table = table.slice(0, self.values["overdue.top"])
        items = self.items
        own, texts = items.key("customer")
        late = np.where(overdue(items), days_past_due(items), 0)
        sales, people = items.key("salesperson")
        oldest, counted, sellers = [], [], []
        for customer in table["customer"].to_pylist():
            mine = own == texts.index(customer)
            oldest.append(int(late[mine].max()))
            counted.append(int((late[mine] > 0).sum()))
            found = sorted({people[s] for s in sales[mine].tolist() if people[s]}, key=str)
            sellers.append(", ".join(str(p) for p in found[:2]))
        buckets = [k for k in bucket_keys(self.values["aging.edges"]) if k != "not_due"]
        return pa.table(
            {
                **{n: table[n] for n in ("currency", "customer", "name", "overdue_minor")},
                "oldest_days": pa.array(oldest, pa.int64()),
                "items": pa.array(counted, pa.int64()),
                "salesperson": pa.array(sellers, pa.string()),
                **{n: table[n] for n in buckets},
            }
        )

    # ------------------------------------------------------------------------------------------------------ figures

    def _dso(self, method: str, day: date, items: OpenItems | None = None) -> dict[str, Any] | None:
        """One DSO figure in the close's currency."""
        values = self.values
        months = values["dso.rolling_months"] if method == "rolling" else 12
        book, currency = self.book, self.currency
        figures = dso(
            book, day, method=method, base=values["dso.base"], months=months, year_days=values["dso.year_days"],  # type: ignore[arg-type]
            exclude=values["dso.excluded_kinds"], items=items, rates=self.rates, to=self.report,
        )  # fmt: skip
        return next((row for row in figures.rows() if row["currency"] == currency), None)

    def _dso_lines(self) -> tuple[DsoLine, ...]:
        lines = []
        earlier = history.previous_month_end(self.as_of)
        items = self.items if self.items.netting == "separate" else None
        for method in METHODS:
            try:
                row = self._dso(method, self.as_of, items)
            except (NeedsSales, UsageError) as error:
                lines.append(DsoLine(method, None, why=(error.en, error.zh)))
                continue
            if row is None or row["days"] is None:
                none = ("no sales in these months", "这些月份没有销售额")
                lines.append(DsoLine(method, None, why=none))
                continue
            previous = None
            if self.book.complete:
                past = self._dso(method, earlier)
                previous = past["days"] if past else None
            lines.append(
                DsoLine(
                    method, row["days"], row["at_least"], row["receivables_minor"], row["sales_minor"], row["sales_days"],
                    previous,
                )
            )  # fmt: skip
        return explain_gap(tuple(lines), self.values["dso.method"], self.currency)

    def _measures(self) -> tuple[Measure, ...]:
        values, day = self.values, self.as_of
        found: list[Measure] = []
        now = self._behaviour(day)
        past = self._behaviour(history.previous_month_end(day)) if self.book.complete else {}
        units = {"cei": "share", "dbt": "days", "days_to_pay": "days", "payment_index": "index", "on_time": "share"}
        for key, unit in units.items():
            found.append(Measure(key, now.get(key), unit, past.get(key)))
        whole = concentration(self.items, top=values["concentration.top"]).values.get(self.currency, {})
        found.append(Measure("top10_share", whole.get("top_share"), "share"))
        found.append(Measure("herfindahl", whole.get("herfindahl"), "index"))
        try:
            year = self._dso("simple", day)
        except (NeedsSales, UsageError):
            year = None
        one_day = None if not year or not year["sales_days"] else year["sales_minor"] / year["sales_days"]
        found.append(Measure("one_dso_day", one_day, "amount"))
        return tuple(found)

    def _behaviour(self, day: date) -> dict[str, float | None]:
        values = self.values
        if not self.book.complete:
            return {}
        window = values["payment.window_months"]
        first = month_first(month_index(day) - window + 1)
        paid = payment_behaviour(self.book, first, day, by=(), points=values["payment.index_points"], **self.in_report)
        row = next((r for r in paid.rows() if r["currency"] == self.currency), None)
        start = month_first(month_index(day) - values["cei.months"] + 1)
        collected = next(
            (r for r in cei(self.book, start, day, **self.in_report).rows() if r["currency"] == self.currency), None
        )
        out: dict[str, float | None] = {"cei": collected["cei"] if collected else None}
        if row is not None:
            out |= {
                "dbt": row["dbt_days"],
                "days_to_pay": row["days_to_pay"],
                "payment_index": row["payment_index"],
                "on_time": row["on_time_share"],
            }
        return out

    def _trend(self) -> tuple[Any, ...]:
        if not self.book.complete:
            return ()

        def dso_of(day: date, items: OpenItems) -> float | None:
            row = self._dso(self.values["dso.method"], day)
            return row["days"] if row else None

        return history.trend(self.book, self.as_of, lambda day: self.reported(self.take(day)), self.currency, dso_of)

    def _movement(self) -> tuple[Any, ...]:
        if not self.book.complete:
            return ()
        rates = {r.currency: r.rate for r in self.rates}

        def to_report(sums: Mapping[str, int]) -> int:
            if self.report is None:
                return sums.get(self.currency, 0)
            total = 0
            for name, minor in sums.items():
                if name == self.report:
                    total += minor
                else:
                    exact = money.to_decimal(minor, name) * rates[name]
                    total += int(exact.scaleb(money.exponent(self.report)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
            return total

        return history.movement(
            self.book, self.as_of, lambda day: self.reported(self.take(day)), self.currency, to_report
        )

    def _findings(self, reading: Reading | None, tie: list[Finding]) -> tuple[Finding, ...]:
        values = self.values
        limits = Limits(
            values["checks.unapplied_days"],
            values["checks.dispute_days"],
            values["checks.far_due_days"],
            values["checks.old_item_days"],
        )
        found = [*tie, *(reading.findings if reading else ())]
        found += check(self.book)
        found += check_open(self.original, limits)
        limit = values["close.fx_max_age_days"]
        for rate in self.rates:
            age = (self.as_of - rate.on).days
            if age > limit and rate.currency in self.original.totals:
                found.append(
                    CHECKS["old-rate"].finding(
                        "", currency=rate.currency, on=rate.on, days=age, as_of=self.as_of, limit=limit
                    )
                )
        return tuple(sorted(found, key=lambda f: f.severity != "must_act"))


def _renamed(name: str) -> str:
    return "unapplied_minor" if name == UNAPPLIED else name


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(v) if not isinstance(v, tuple) else " → ".join(map(str, v)) for v in value)
    return str(value)
