"""What financial statements say: ratios, Altman's Z family, change against the year before. One row for each statement.

What must stay true: a line that is missing makes a ratio unknown, never zero; income of a part of a year is brought to twelve
months; negative equity and zero liabilities are told, not divided through; amounts stay int64 minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number
from creditlib.facts.book import Book
from creditlib.facts.credit_tables import LINES
from creditlib.facts.tables import codes, days
from creditlib.formulas import COEFFICIENTS
from creditlib.measures.figures import Figures

Floats = NDArray[np.float64]
Part = Literal["liquidity", "leverage", "coverage", "profitability", "turnover", "growth", "altman"]
_FLOWS: Final = frozenset(line.name for line in LINES if line.section in ("income", "cash_flow"))
_YEAR: Final = 365
_BEFORE: Final = (330, 400)  # days between two statements that are a year apart


@dataclass(frozen=True, slots=True)
class Ratio:
    """One ratio. above, below: lines with their signs. unit: share, times or days (× 365). empty: what a base of 0 gives:
    "unbounded" (nothing to cover: as good as can be, or as bad where the numerator is negative) or "unknown". A base below 0
    gives no ratio."""

    name: str
    part: Part
    unit: Literal["share", "times", "days"]
    above: tuple[tuple[str, int], ...]
    below: tuple[str, ...]
    empty: Literal["unbounded", "unknown"]
    en: str
    zh: str


def _plus(*names: str) -> tuple[tuple[str, int], ...]:
    return tuple((name.removeprefix("-"), -1 if name.startswith("-") else 1) for name in names)


RATIOS: Final = (
    Ratio("current_ratio", "liquidity", "times", _plus("current_assets"), ("current_liabilities",), "unbounded", "Current ratio", "流动比率"),
    Ratio("quick_ratio", "liquidity", "times", _plus("current_assets", "-inventory"), ("current_liabilities",), "unbounded", "Quick ratio", "速动比率"),
    Ratio("cash_ratio", "liquidity", "times", _plus("cash"), ("current_liabilities",), "unbounded", "Cash ratio", "现金比率"),
    Ratio("equity_ratio", "leverage", "share", _plus("equity"), ("total_assets",), "unknown", "Equity ratio", "净资产率"),
    Ratio("liabilities_share", "leverage", "share", _plus("total_liabilities"), ("total_assets",), "unknown", "Debt ratio", "资产负债率"),
    Ratio("debt_to_equity", "leverage", "times", _plus("total_liabilities"), ("equity",), "unknown", "Liabilities to equity", "产权比率"),
    Ratio("retained_ratio", "leverage", "share", _plus("retained_earnings"), ("total_assets",), "unknown", "Retained earnings ratio", "留存收益率"),
    Ratio("interest_cover", "coverage", "times", _plus("ebit"), ("interest",), "unbounded", "Interest cover", "利息保障倍数"),
    Ratio("debt_cover", "coverage", "share", _plus("ebit", "depreciation"), ("total_liabilities",), "unbounded", "Debt cover (EBITDA)", "债务保障率"),
    Ratio("cash_flow_to_debt", "coverage", "share", _plus("operating_cash_flow"), ("total_liabilities",), "unbounded", "Cash flow to debt", "现金流量债务比"),
    Ratio("gross_margin", "profitability", "share", _plus("sales", "-cost_of_sales"), ("sales",), "unknown", "Gross margin", "毛利率"),
    Ratio("ebit_margin", "profitability", "share", _plus("ebit"), ("sales",), "unknown", "EBIT margin", "息税前利润率"),
    Ratio("net_margin", "profitability", "share", _plus("net_income"), ("sales",), "unknown", "Net margin", "销售净利率"),
    Ratio("return_on_assets", "profitability", "share", _plus("ebit"), ("total_assets",), "unknown", "Return on assets", "总资产报酬率"),
    Ratio("return_on_equity", "profitability", "share", _plus("net_income"), ("equity",), "unknown", "Return on equity", "净资产收益率"),
    Ratio("asset_turnover", "turnover", "times", _plus("sales"), ("total_assets",), "unknown", "Asset turnover", "总资产周转率"),
    Ratio("days_receivable", "turnover", "days", _plus("receivables"), ("sales",), "unknown", "Days of receivables", "应收账款周转天数"),
    Ratio("days_inventory", "turnover", "days", _plus("inventory"), ("cost_of_sales",), "unknown", "Days of inventory", "存货周转天数"),
    Ratio("days_payable", "turnover", "days", _plus("payables"), ("cost_of_sales",), "unknown", "Days payable", "应付账款周转天数"),
)  # fmt: skip
"""Every ratio of one statement, in the order it is printed."""

GROWTH: Final = (
    ("sales_growth", "sales", "Growth of sales", "营业收入增长率"),
    ("assets_growth", "total_assets", "Growth of assets", "总资产增长率"),
    ("equity_growth", "equity", "Growth of equity", "净资产增长率"),
)
"""Change against the statement a year before: name, line, words."""

ALTMAN: Final[dict[str, str]] = {"z": "z", "private": "z_private", "service": "z_service", "emerging": "z_emerging"}
"""Variant of `formulas.altman` → column."""

NOTES: Final = (
    "negative_equity",
    "zero_liabilities",
    "part_year",
    "ebit_derived",
    "equity_derived",
    "liabilities_derived",
)
"""What a reader of the ratios must be told; each is a column of flags."""


def statement_figures(book: Book, as_of: date) -> Figures:
    """Return ratios of every statement whose period ended by `as_of`, by customer and period end, oldest first.

    Columns: customer, currency, period_end (date32), months, audited; one float64 column for each of RATIOS, GROWTH and ALTMAN, and
    cash_conversion_days (null: unknown; inf: unbounded); int64 tangible_net_worth_minor, working_capital_minor, sales_minor,
    ebit_minor, equity_minor, total_assets_minor; one flag for each of NOTES; row: the row in `book.statements`.
    Of several statements that end on one day in one currency the one over the most months counts, so that a quarter never stands for its
    year; of two over the same months the later row.
    Derived where not given: equity = assets − liabilities and the other way round; EBIT = profit before tax + interest; tangible net
    worth = equity − intangibles; where no intangibles are given, equity (told by the flag intangibles_unknown).
    """
    chosen, owner, texts = _chosen(book, as_of)
    table = book.table("statements").take(pa.array(chosen))
    amounts, known, notes = _lines(table)
    months = np.maximum(table["months"].fill_null(12).to_numpy().astype(np.float64), 1)
    notes["part_year"] = months != 12
    flow = 12 / months
    lines: dict[str, Floats] = {}
    for name, values in amounts.items():
        lines[name] = np.where(known[name], values.astype(np.float64), np.nan) * (flow if name in _FLOWS else 1.0)
    end = days(table["period_end"])
    columns: dict[str, Floats] = {ratio.name: _ratio(ratio, lines) for ratio in RATIOS}
    columns["cash_conversion_days"] = columns["days_receivable"] + columns["days_inventory"] - columns["days_payable"]
    before = _year_before(owner, end, codes(table["currency"])[0])
    for name, line, _, _ in GROWTH:
        columns[name] = _growth(lines[line], before)
    columns |= _altman(lines)
    whole = {
        "tangible_net_worth_minor": _sum(
            amounts, known, (("equity", 1), ("intangibles", -1)), optional={"intangibles"}
        ),
        "working_capital_minor": _sum(amounts, known, (("current_assets", 1), ("current_liabilities", -1))),
        **{f"{name}_minor": _sum(amounts, known, ((name, 1),)) for name in ("sales", "ebit", "equity", "total_assets")},
    }
    made = pa.table(
        {
            "customer": pa.DictionaryArray.from_arrays(pa.array(owner), pa.array(texts, pa.string())),
            **{name: table[name] for name in ("currency", "period_end", "months", "audited")},
            **{name: pa.array(values, from_pandas=True) for name, values in columns.items()},
            **whole,
            **{name: pa.array(notes[name]) for name in NOTES},
            "row": pa.array(chosen),
        }
    )
    source = table.select(["customer", "period_end", "currency", "source_file", "source_row"])
    return Figures(
        made,
        ("customer", "period_end", "currency"),
        as_of,
        "total_assets_minor",
        documents=lambda row: source.slice(row, 1),
    )


def _chosen(book: Book, as_of: date) -> tuple[NDArray[np.int64], NDArray[np.int32], list[str]]:
    """Return the rows that count, sorted by customer and period, and the customer of each."""
    head = book.columns("statements", ["customer", "period_end", "months", "currency"])
    own, names = codes(head["customer"])
    rank = np.argsort(np.argsort(np.array([n or "" for n in names] or [""], object), kind="stable"), kind="stable")
    end, currency = days(head["period_end"]), codes(head["currency"])[0]
    rows = np.flatnonzero((end != NO_DAY) & (end <= day_number(as_of)))
    owner = rank[own[rows]].astype(np.int32)
    months = head["months"].fill_null(12).to_numpy()[rows]
    order = np.lexsort((rows, months, currency[rows], end[rows], owner))
    rows, owner = rows[order], owner[order]
    same = (owner[1:] == owner[:-1]) & (end[rows][1:] == end[rows][:-1]) & (currency[rows][1:] == currency[rows][:-1])
    last = np.append(~same, True)[: len(rows)]
    return rows[last], owner[last], sorted(n or "" for n in names)


def _lines(
    table: pa.Table,
) -> tuple[dict[str, NDArray[np.int64]], dict[str, NDArray[np.bool_]], dict[str, NDArray[np.bool_]]]:
    """Return amounts by line, whether each is known, and notes on what was derived."""
    amounts: dict[str, NDArray[np.int64]] = {}
    known: dict[str, NDArray[np.bool_]] = {}
    for line in LINES:
        column = table[f"{line.name}_minor"]
        amounts[line.name] = (column.fill_null(0) if column.null_count else column).to_numpy()
        known[line.name] = np.asarray(column.is_valid())
    notes: dict[str, NDArray[np.bool_]] = {}
    for note, target, first, sign, second in (
        ("equity_derived", "equity", "total_assets", -1, "total_liabilities"),
        ("liabilities_derived", "total_liabilities", "total_assets", -1, "equity"),
        ("ebit_derived", "ebit", "pretax_profit", 1, "interest"),
    ):
        derived = ~known[target] & known[first] & known[second]
        amounts[target] = np.where(derived, amounts[first] + sign * amounts[second], amounts[target])
        known[target] = known[target] | derived
        notes[note] = derived
    notes["intangibles_unknown"] = known["equity"] & ~known["intangibles"]
    notes["negative_equity"] = known["equity"] & (amounts["equity"] < 0)
    notes["zero_liabilities"] = known["total_liabilities"] & (amounts["total_liabilities"] == 0)
    return amounts, known, notes


def _ratio(ratio: Ratio, lines: Mapping[str, Floats]) -> Floats:
    above = sum((sign * lines[name] for name, sign in ratio.above), np.zeros(1))
    below = sum((lines[name] for name in ratio.below), np.zeros(1))
    scale = _YEAR if ratio.unit == "days" else 1
    return _divide(above * scale, below, ratio.empty)


def _divide(above: Floats, below: Floats, empty: str) -> Floats:
    """Return above ÷ below; NaN where one is unknown, below < 0, or 0 ÷ 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result = above / below
    nothing = below == 0
    unbounded = np.where(above > 0, np.inf, np.where(above < 0, -np.inf, np.nan))
    result = np.where(nothing, unbounded if empty == "unbounded" else np.nan, result)
    return np.where(below < 0, np.nan, result)


def _growth(line: Floats, before: NDArray[np.int64]) -> Floats:
    earlier = np.where(before >= 0, line[before], np.nan)
    return _divide(line - earlier, earlier, "unknown")


def _year_before(owner: NDArray[np.int32], end: NDArray[np.int32], currency: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return for each statement the row of the one about a year earlier, −1 where there is none."""
    found = np.full(len(owner), -1, np.int64)
    for back in range(1, min(len(owner), 13)):
        gap = np.zeros(len(owner), np.int64)
        gap[back:] = end[back:].astype(np.int64) - end[:-back]
        same = np.zeros(len(owner), bool)
        same[back:] = (owner[back:] == owner[:-back]) & (currency[back:] == currency[:-back])
        hit = same & (found < 0) & (gap >= _BEFORE[0]) & (gap <= _BEFORE[1])
        found[hit] = np.flatnonzero(hit) - back
        if not same.any():
            break
    return found


def _altman(lines: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the Z family. Zero liabilities leave X4, and so every variant, unknown, as `formulas.altman_from_amounts` has it."""
    assets = lines["total_assets"]
    common = [
        _divide(lines["current_assets"] - lines["current_liabilities"], assets, "unknown"),
        _divide(lines["retained_earnings"], assets, "unknown"),
        _divide(lines["ebit"], assets, "unknown"),
    ]
    turnover = _divide(lines["sales"], assets, "unknown")
    made = {}
    for variant, column in ALTMAN.items():
        *weights, constant = COEFFICIENTS[variant]  # type: ignore[index]
        worth = lines["market_value"] if variant == "z" else lines["equity"]
        parts = [*common, _divide(worth, lines["total_liabilities"], "unknown"), turnover]
        total = np.full(len(assets), float(constant))
        for weight, part in zip(weights, parts, strict=True):
            if weight:
                total = total + weight * part
        made[column] = total
    return made


def _sum(
    amounts: Mapping[str, NDArray[np.int64]], known: Mapping[str, NDArray[np.bool_]], terms: tuple[tuple[str, int], ...], *,
    optional: set[str] | None = None,
) -> pa.Array:  # fmt: skip
    total = np.zeros(len(next(iter(amounts.values()))), np.int64)
    there = np.ones(len(total), bool)
    for name, sign in terms:
        total = total + sign * amounts[name]
        if name not in (optional or set()):
            there &= known[name]
    return pa.array(total, mask=~there)


def latest(figures: Figures, fresh_from: date | None = None, *, prefer: NDArray[np.bool_] | None = None) -> pa.Table:
    """Return the newest statement of each customer. fresh_from: older ones do not count. prefer: rows that stand before others of the
    same day, such as those in the customer's currency; without it the last by currency stands."""
    table = figures.table
    if prefer is not None:
        order = np.lexsort((prefer, days(table["period_end"]), codes(table["customer"])[0]))
        table = table.take(pa.array(order))
    own, _ = codes(table["customer"])
    last = np.append(own[1:] != own[:-1], True)[: len(own)]
    if fresh_from is not None:
        last &= days(table["period_end"]) >= day_number(fresh_from)
    return table.filter(pa.array(last))
