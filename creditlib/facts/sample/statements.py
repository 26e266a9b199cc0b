"""The statements of the sample's customers: three years that fit how each pays, and the faults people make typing them.

What must stay true: every sum agrees to the minor unit except where a case says otherwise; a failing customer's years grow
worse; the figures can be written exactly in the unit each customer reports in.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import numpy as np

from creditlib.facts.credit_tables import LINES
from creditlib.facts.sample.clients import HEALTH, Client, Draft, share_of

UNITS: Final = (0, 3, 4)
"""Powers of ten of the units statements are reported in: 元, 千元, 万元."""
SHEET_POWER: Final = 4
_DECLINE: Final = {"failing": 0.24, "drifting": 0.07}  # health lost each year
_GROWTH: Final = {"failing": -0.14, "drifting": 0.0, "prompt": 0.08, "seasonal": 0.05, "disputed": 0.03, "odd": 0.04}


def statements(draft: Draft) -> tuple[str | None, dict[str, int]]:
    """Add the statements. Return the customer whose years stand on a sheet of its own, and the unit's power of each customer."""
    rng = draft.rng(2)
    chosen = share_of(draft.clients, rng, 0.6)
    clients = [client for client in draft.clients if client.code in chosen]
    powers = {client.code: UNITS[int(rng.integers(len(UNITS)))] for client in clients}
    faults = {
        name: draft.choose(*behaviours, among=[c for c in clients if c.domestic or name != "a statement sheet"])
        for name, behaviours in (
            ("balance off by one", ("prompt", "seasonal", "disputed")), ("one year in another unit", ("prompt", "seasonal")),
            ("negative equity", ("failing",)), ("no liabilities", ("seasonal", "prompt")), ("stale statements", ("disputed", "prompt")),
            ("a statement sheet", ("prompt", "drifting")),
        )
    }  # fmt: skip
    by_code = {client.code: name for name, client in faults.items() if client is not None}
    sheet = next((code for code, name in by_code.items() if name == "a statement sheet"), None)
    for code, name in by_code.items():
        if name in ("balance off by one", "one year in another unit"):
            powers[code] = 0
        elif name == "a statement sheet":
            powers[code] = SHEET_POWER
    for number, client in enumerate(clients):
        fault = by_code.get(client.code, "")
        stale = fault == "stale statements" or (not fault and number % 7 == 3)
        count = 3 if fault or client.behaviour in _DECLINE else int(rng.integers(2, 4))
        years = _years(draft, client, count, stale, powers[client.code], fault, rng)
        if client.code == sheet:
            draft.rows.setdefault("sheet", []).extend(years)
            draft.case("a statement sheet", "statement_sheet.xlsx", client.code)
            continue
        lines = [draft.add("statements", **year) for year in years]
        if fault:
            at = {"balance off by one": -1, "one year in another unit": 1, "negative equity": -1, "no liabilities": -1}
            draft.case(fault, "statements.csv", client.code, lines[at.get(fault, -1)])
    return sheet, powers


def _ends(end: date, client: Client, count: int, stale: bool) -> list[date]:
    """Return the last days of the years, oldest first; a year is reported five months after its end."""
    month, day = (3, 31) if client.country == "JP" else (12, 31)
    last = end.year - (0 if (month + 5 <= end.month) else 1 if month + 5 - 12 <= end.month else 2) - stale
    return [date(last - back, month, day) for back in reversed(range(count))]


def _years(
    draft: Draft, client: Client, count: int, stale: bool, power: int, fault: str, rng: np.random.Generator
) -> list[dict[str, Any]]:
    step = 10_000 if fault == "one year in another unit" else max(client.unit * 10**power // 100, 1)
    health = float(np.clip(HEALTH[client.behaviour] + rng.normal(0, 0.03), 0.03, 0.95))
    growth = _GROWTH[client.behaviour] + float(rng.normal(0, 0.02))
    sales = client.yearly_minor / 1.13 * float(np.exp(rng.normal(2.6, 0.4)))
    turnover = 0.32 + 0.1 * float(rng.random())
    cash: int | None = None
    found = []
    for back, end in zip(reversed(range(count)), _ends(draft.end, client, count, stale), strict=True):
        sound = min(health + _DECLINE.get(client.behaviour, 0.0) * back, 0.95)
        year = _year(sales / (1 + growth) ** back, sound, turnover, cash, step, fault)
        cash = year["cash"]
        if fault == "balance off by one" and back == 0:
            year["equity"] -= client.unit
        if fault == "one year in another unit" and back == count - 2:
            year = {name: value // 10_000 for name, value in year.items()}
        if client.behaviour == "prompt" and client.place % 11 == 4:
            year["market_value"] = round(year["equity"] * (1.4 + 0.2 * sound) / step) * step
        figures = {f"{line.name}_minor": year.get(line.name) for line in LINES}
        audited = bool(client.place % 3) if back else client.place % 2 == 0
        found.append(
            {"customer": client.code, "period_end": end, "months": 12, "currency": client.currency, "audited": audited}
            | figures
        )
    return found


def _year(sales_: float, h: float, turnover: float, before: int | None, step: int, fault: str) -> dict[str, int]:
    """Return the lines of one year, in minor units. h: how sound, 0 to 1; before: cash at its beginning."""

    def near(value: float) -> int:
        return round(value / step) * step

    line: dict[str, int] = {}
    line["sales"] = sales = near(sales_)
    line["cost_of_sales"] = cost = near(sales * (0.86 - 0.16 * h))
    line["cash"] = near(sales * (0.012 + 0.09 * h))
    line["receivables"] = near(sales * (60 + 50 * (1 - h)) / 365)
    line["inventory"] = near(cost * (50 + 55 * (1 - h)) / 365)
    line["current_assets"] = line["cash"] + line["receivables"] + line["inventory"] + near(sales * 0.02)
    line["non_current_assets"] = near(sales * turnover)
    line["intangibles"] = near(line["non_current_assets"] * 0.08)
    line["total_assets"] = total = line["current_assets"] + line["non_current_assets"]
    clear = fault == "no liabilities"
    line["current_liabilities"] = current = 0 if clear else near(line["current_assets"] / (0.72 + 1.15 * h))
    line["payables"] = min(near(cost * (42 + 70 * (1 - h)) / 365), near(current * 0.6))
    line["short_term_debt"] = near((current - line["payables"]) * (0.35 + 0.4 * (1 - h)))
    line["non_current_liabilities"] = 0 if clear else near(total * (0.02 + 0.16 * (1 - h)))
    if fault == "negative equity" and h < 0.2:
        line["non_current_liabilities"] = near(total * 1.06) - current
    line["long_term_debt"] = near(line["non_current_liabilities"] * 0.85)
    line["total_liabilities"] = current + line["non_current_liabilities"]
    line["equity"] = total - line["total_liabilities"]
    line["retained_earnings"] = line["equity"] - near(total * (0.12 + 0.06 * (1 - h)))
    line["depreciation"] = near(line["non_current_assets"] * 0.09)
    line["ebit"] = near(sales * (0.14 * h - 0.045))
    line["interest"] = near((line["short_term_debt"] + line["long_term_debt"]) * 0.055)
    line["pretax_profit"] = profit = line["ebit"] - line["interest"]
    line["tax"] = near(max(profit, 0) * 0.25)
    line["net_income"] = profit - line["tax"]
    opening = near(line["cash"] * (0.94 if h > 0.3 else 1.25)) if before is None else before
    line["cash_change"] = line["cash"] - opening
    line["operating_cash_flow"] = near(line["net_income"] + line["depreciation"] - sales * 0.02 * (1 - h))
    line["investing_cash_flow"] = -near(line["depreciation"] * (0.5 + 0.7 * h))
    line["financing_cash_flow"] = line["cash_change"] - line["operating_cash_flow"] - line["investing_cash_flow"]
    return line
