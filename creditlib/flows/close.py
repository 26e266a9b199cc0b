"""`close`: one month end, everything: what every door shows of it.

What must stay true: nothing is computed here that a measure computes; policy values are read here and passed down by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from creditlib.days import parse_iso
from creditlib.errors import Finding, UsageError
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.checks import Limits, check, check_open
from creditlib.facts.open_items import Rate
from creditlib.facts.outside import Control
from creditlib.facts.reading import Reading, Step
from creditlib.facts.tables import codes
from creditlib.flows.close_figures import dso_lines, measures, movement, trend
from creditlib.flows.close_kept import Fresh, Kept
from creditlib.flows.close_tables import aging_table, item_table, named, overdue_top, previous_buckets
from creditlib.flows.closing import Close, FileTotal, SourceLine
from creditlib.flows.ground import Ground
from creditlib.flows.tie_out import tie_out
from creditlib.measures.aging import aging, bucket_keys
from creditlib.measures.exposure import concentration
from creditlib.measures.figures import Figures
from creditlib.policy import Policy, Values

_USED = (
    "aging.edges", "aging.year_edges", "aging.netting", "dso.method", "dso.base", "dso.excluded_kinds", "dso.rolling_months", "dso.window_months",
    "dso.year_days", "dso.benchmark", "payment.window_months", "payment.index_points", "cei.months", "concentration.top",
    "overdue.top", "checks.unapplied_days", "checks.dispute_days", "checks.far_due_days", "checks.old_item_days",
    "close.fx_max_age_days", "home.currency",
)  # fmt: skip


def close(
    reading: Reading | Book, policy: Policy, as_of: date, *, control: Sequence[Control] = (), rates: Sequence[Rate] = (),
    currency: str | None = None, known_on: date | None = None, entity: str | None = None, step: Step | None = None,
    kept: Kept | None = None,
) -> Close:  # fmt: skip
    """Close a month: open items, aging, DSO family, collection, concentrations, tie-out, findings.

    reading: what `read` gave, or a book alone. control: figures from outside the file. currency, rates: report in one
    currency. known_on: count only what had been entered by that day. entity: name for the cover. step: told "items", "figures",
    "tables", "checks" as each begins. kept: parts of the close before this one, taken again where nothing they rest on changed.
    Raises: UsageError for rates without a currency or the other way round; CurrencyError for a missing rate; PolicyError
    when the policy has no value on that day.
    """
    if rates and currency is None:
        raise UsageError(
            "Rates need the currency to report in: --currency CCY.", "给出汇率时需要报告币种：--currency 币种。"
        )
    ground = Ground(reading, policy, as_of, tuple(control), tuple(rates), currency, known_on, entity)
    keep = kept or Fresh()
    keep.begin(ground)
    values = ground.values
    edges = values["aging.edges"]
    at = step or (lambda _name, _about: None)
    at("items", "")

    def by_customer() -> Figures:
        return keep.part("aging", lambda: aging(ground.items, edges=values["aging.edges"]))

    by_customer()
    lines, tie_findings = tie_out(ground.original, ground.items, ground.control)
    at("figures", "")
    days_outstanding, further = (
        keep.part("dso", lambda: dso_lines(ground)),
        keep.part("measures", lambda: measures(ground)),
    )
    months, moved = keep.part("trend", lambda: trend(ground)), keep.part("movement", lambda: movement(ground))
    at("tables", "")
    items = keep.part("items", lambda: item_table(ground, values["aging.edges"]))
    by_name = keep.part("customers", lambda: aging_table(ground, by_customer()))
    last_month = keep.part("previous", lambda: previous_buckets(ground, values["aging.edges"]))
    largest = keep.part(
        "largest", lambda: named(ground, concentration(ground.items, top=values["concentration.top"]).table)
    )
    by_year = keep.part(
        "years", lambda: aging(ground.items, edges=values["aging.year_edges"], basis="years", by=()).table
    )
    latest = keep.part("overdue", lambda: overdue_top(ground, by_customer()))
    source = None if isinstance(ground.reading, Book) else ground.reading
    at("checks", "")
    findings = all_findings(ground, source, tie_findings, keep)
    return Close(
        as_of=ground.as_of,
        known_on=ground.known_on,
        entity=ground.entity or _entities(ground),
        currency=ground.currency,
        other_currencies=tuple(sorted(c for c in ground.items.totals if c != ground.currency)),
        converted=tuple(
            (r.currency, f"{r.rate:f}", r.on) for r in ground.rates if r.currency in ground.original.totals
        ),
        home_assumed=source.home_assumed if source else None,
        policy_name=ground.policy.name,
        policy_fingerprint=ground.policy.fingerprint,
        policy_values=tuple((n, _shown(values[n]), values.row(n).reference) for n in _USED),
        shape=ground.shape,
        sources=tuple(SourceLine(s.name, s.rows, s.mapping.preset) for s in source.sources) if source else (),
        file_totals=_file_totals(source),
        edges=edges,
        buckets=bucket_keys(edges),
        items=items,
        aging=by_name,
        aging_by_issue=by_year,
        control=lines,
        dso=days_outstanding,
        dso_benchmark=float(values["dso.benchmark"]),
        measures=further,
        trend=months,
        movement=moved,
        previous_buckets=last_month,
        concentration=largest,
        overdue_top=latest,
        findings=findings,
    )


def _entities(ground: Ground) -> str:
    names = [n for n in codes(ground.book.columns("documents", ["entity"])["entity"])[1] if n]
    return ", ".join(sorted(names)[:6]) + ("…" if len(names) > 6 else "")


def _file_totals(reading: Reading | None) -> tuple[FileTotal, ...]:
    return tuple(
        FileTotal(
            t.currency, f"{t.file:f}", t.used_minor, f"{t.rejected:f}", f"{t.rounding:f}", t.rows, t.rejected_rows
        )
        for t in (reading.source_totals if reading else ())
    )


def all_findings(
    ground: Ground, reading: Reading | None, tie: list[Finding], keep: Kept | None = None
) -> tuple[Finding, ...]:
    """Return every finding of a month end, what must be acted on first: of the tie-out, the reading, the book, what is open, policy and rates."""
    values = ground.values
    found = [*tie, *(reading.findings if reading else ())]
    keep = keep or Fresh()
    found += keep.part("checks", lambda: check(ground.book))
    found += keep.part("open checks", lambda: check_open(ground.original, limits(values)))
    review_by = parse_iso(values["policy.review_by"])
    if ground.as_of > review_by:
        found.append(CHECKS["policy-review-due"].finding(ground.policy.name, on=review_by, as_of=ground.as_of))
    limit = values["close.fx_max_age_days"]
    for rate in ground.rates:
        age = (ground.as_of - rate.on).days
        if age > limit and rate.currency in ground.original.totals:
            found.append(
                CHECKS["old-rate"].finding(
                    "", currency=rate.currency, on=rate.on, days=age, as_of=ground.as_of, limit=limit
                )
            )
    return tuple(sorted(found, key=lambda f: f.severity != "must_act"))


def limits(values: Values) -> Limits:
    """Return the days from which a matter needs a person, as the policy says."""
    return Limits(*(values[f"checks.{name}_days"] for name in ("unapplied", "dispute", "far_due", "old_item")))


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(v) if not isinstance(v, tuple) else " → ".join(map(str, v)) for v in value)
    return str(value)
