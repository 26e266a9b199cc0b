"""The statements check 报表核查: is there one, how old, audited, does it add up, and what its ratios say.

What must stay true: a stale statement gives no points at all but is told; a ratio that a missing line leaves open is unknown.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from creditlib.decisions.onboarding.evidence import Lines, source_of, step, words
from creditlib.decisions.onboarding.registration import rows_of
from creditlib.facts.book import Book
from creditlib.facts.staleness import oldest_fresh
from creditlib.facts.statement_checks import check_statements
from creditlib.formulas.altman import altman_zone
from creditlib.measures.statements import latest, statement_figures
from creditlib.policy import Values
from creditlib.policy.factors import FACTORS

_LATER: Final = ("audited", "checks", "z_service", "equity_ratio", "current_ratio")


def statements(book: Book, customer: str, values: Values, as_of: date) -> Lines:
    """Return the evidence of the newest statement whose period ended by a day."""
    lines = Lines("statements", values["onboarding.statement_points"])
    table = rows_of(book, "statements", customer)
    newest = latest(statement_figures(Book(statements=table), as_of)).to_pylist()
    if not newest:
        for line in ("present", "fresh", *_LATER):
            lines.add(line, "statement-none", None)
        return lines
    figures = newest[0]
    row = table.slice(figures["row"], 1).to_pylist()[0]
    row["on"] = row["period_end"]
    months = values["file.statement_months"]
    told: dict[str, Any] = {"on_day": row["on"], "months": months}
    fresh = row["on"] >= oldest_fresh(as_of, months)
    age = ("file.statement_months",)
    if not fresh:
        lines.add("present", "statement-old", None, row, policy=age, **told)
        lines.add("fresh", "statement-old", 0, row, policy=age, **told)
        for line in _LATER:
            lines.add(line, "statement-old", None, row, policy=age, **told)
        return lines
    lines.add("present", "statement-there", 1, row, **told)
    lines.add("fresh", "statement-fresh", 1, row, policy=age, **told)
    audited = row["audited"]
    if audited is None:
        lines.add("audited", "audited-unknown", None, row)
    else:
        lines.add("audited", "audited-yes" if audited else "audited-no", float(audited), row)
    known = pc.less_equal(table["period_end"], pa.scalar(as_of, pa.date32()))
    _checks(lines, table.filter(known), row, values)
    _ratios(lines, figures, row, values)
    return lines


def _ratios(lines: Lines, figures: dict[str, Any], row: dict[str, Any], values: Values) -> None:
    z = figures["z_service"]
    if z is None or not math.isfinite(z):
        lines.add("z_service", "z-no-liabilities" if figures["zero_liabilities"] else "z-unknown", None, row)
    else:
        zone = altman_zone("service", z)
        share = float(values["onboarding.zone_points"][zone]) / 100
        lines.add(
            "z_service",
            "z-zone",
            share,
            row,
            policy=("onboarding.zone_points",),
            z=f"{z:.2f}",
            zone=words([zone], "zone-"),
        )
    equity = figures["equity_ratio"]
    if equity is None or not math.isfinite(equity):
        lines.add("equity_ratio", "equity-unknown", None, row)
    else:
        share = step(values["onboarding.equity_points"], equity)
        code = "equity-negative" if equity < 0 else "equity-ratio"
        lines.add("equity_ratio", code, share, row, policy=("onboarding.equity_points",), share=f"{equity:.1%}")
    liquidity = figures["current_ratio"]
    if liquidity is None or math.isnan(liquidity):
        lines.add("current_ratio", "liquidity-unknown", None, row)
    else:
        share = step(values["onboarding.liquidity_points"], liquidity)
        lines.add(
            "current_ratio",
            "liquidity-ratio",
            share,
            row,
            policy=("onboarding.liquidity_points",),
            ratio=FACTORS["current_ratio"].shown(liquidity),
        )


def _checks(lines: Lines, known: pa.Table, row: dict[str, Any], values: Values) -> None:
    """Add whether the statement adds up, by the named checks over the customer's statements; notes of theirs cost nothing."""
    if any(row[f"{name}_minor"] is None for name in ("total_assets", "total_liabilities", "equity")):
        lines.add("checks", "checks-unknown", None, row)
        return
    place = source_of(row) or "statements"
    found = [f for f in check_statements(known, jump=float(values["file.jump_times"])) if f.where == place]
    faults = [f for f in found if f.severity == "must_act"]
    if faults:
        told = " ".join(f.en for f in faults), "".join(f.zh for f in faults)
        lines.add("checks", "checks-fail", 0, row, what=told)
    else:
        lines.add("checks", "checks-pass", 1, row, policy=("file.jump_times",))
