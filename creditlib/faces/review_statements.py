"""The statements sheet: the years side by side, what must add up, ratios, Altman's Z, and findings.

What must stay true: a line nobody gave is no zero; a ratio is a formula over the lines shown wherever it follows from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isclose
from typing import Any

from creditlib.faces import workbook_cells as cells
from creditlib.faces.review_fill import ReviewFill, common_word
from creditlib.faces.workbook_findings import catalogue, lines_needed
from creditlib.facts.credit_tables import LINES
from creditlib.measures.statements import ALTMAN, GROWTH, RATIOS, Ratio

Z = ("z", "z_private", "z_service", "z_emerging")
RATIO_ROWS = (*(r.name for r in RATIOS), "cash_conversion_days", *(g[0] for g in GROWTH), *Z)
SUMS = {
    "balance": ("total_assets", "-total_liabilities", "-equity"),
    "assets": ("total_assets", "-current_assets", "-non_current_assets"),
    "liabilities": ("total_liabilities", "-current_liabilities", "-non_current_liabilities"),
    "profit": ("net_income", "-pretax_profit", "tax"),
    "cash": ("cash_change", "-operating_cash_flow", "-investing_cash_flow", "-financing_cash_flow"),
}
PARTS = ("assets", "liabilities", "income", "cash_flow", "market", "checks", "ratios", "altman")
NAMES = {
    "statements": "subtitle verdict left_out",
    "year": "end kind audit source",
    "part": " ".join(PARTS),
    "line": " ".join(line.name for line in LINES),
    "sum": " ".join(SUMS),
    "ratio": " ".join(RATIO_ROWS),
    "check": "severity where text todo",
}
_FLOWS = frozenset(line.name for line in LINES if line.section in ("income", "cash_flow"))
_STEP = 3  # columns of the grid that a year takes


def lay(fill: ReviewFill) -> None:
    """Make room for the findings."""
    fill.book.repeat("check_text", max(len(fill.review.findings), 1))


def _years(fill: ReviewFill) -> tuple[Mapping[str, Any], ...]:
    """Return the statements there is room for, the newest of them."""
    sheet = fill.book.on("year_end")
    place, room = fill.book.place("year_end"), 0
    while sheet.style(place.column + _STEP * room, place.row) and room < 12:
        room += 1
    return fill.review.statements[-room:]


def fill_in(fill: ReviewFill) -> None:
    """Write the sheet."""
    made = fill.review
    years = _years(fill)
    cut = len(years) < len(made.statements)
    older = fill.say("statements.older", n=len(years), all=len(made.statements)) if cut else ""
    fill.put_text("statements_subtitle", fill.join(fill.name, fill.as_of, fill.say("statements.subtitle"), older))
    fill.put_sentence("statements_verdict", cells.plain(_sentence(fill)))
    _clear(fill, len(years))
    if years:
        _heads(fill, years)
        shown = [_lines(fill, years), _sums(fill, years), _ratios(fill, years)]
        left_out = [label for labels in shown for label in labels]
        fill.put_long(
            "statements_left_out",
            fill.say("statements.left_out", list=("、" if fill.lang == "zh" else ", ").join(left_out))
            if left_out
            else None,
        )
    else:
        for name in ("year_end", "year_kind", "year_audit", "year_source", *(f"part_{p}" for p in PARTS), *(f"line_{line.name}" for line in LINES),
                     *(f"sum_{s}" for s in SUMS), *(f"ratio_{r}" for r in RATIO_ROWS)):  # fmt: skip
            fill.hide_row(name)
        fill.book.on("year_end").unbroken = True
        fill.put_long("statements_left_out", fill.say("statements.none_meaning"))
    for copy, finding in enumerate(made.findings):
        todo = catalogue(finding.check, "todo", fill.lang)
        fill.put_text("check_severity", common_word(f"severity.{finding.severity}", fill.lang), copy)
        fill.put_long("check_where", finding.where, copy)
        fill.put_long("check_text", finding.text(fill.lang).removesuffix(todo).rstrip(), copy)
        fill.put_long("check_todo", todo, copy)
    if not made.findings:
        fill.put_text("check_text", fill.say("statements.no_findings" if years else "statements.none"))


def _clear(fill: ReviewFill, used: int) -> None:
    """Take the lines off the columns of years that are not used."""
    rows = ("year_end", "year_kind", "year_audit", "year_source", *(f"line_{line.name}" for line in LINES), *(f"sum_{s}" for s in SUMS),
            *(f"ratio_{r}" for r in RATIO_ROWS))  # fmt: skip
    for name in rows:
        place, sheet = fill.book.place(name), fill.book.on(name)
        right = used * _STEP
        while sheet.style(place.column + right, place.row):
            fill.book.put(name, cells.EMPTY, right=right, style=0)
            right += 1


def _sentence(fill: ReviewFill) -> str:
    made = fill.review.distress
    if made is None:
        return fill.say("statements.none")
    why = fill.say(f"variant.{made.reason}")
    name = fill.say(f"statements.{ALTMAN[made.variant]}")
    if made.z is None:
        return fill.say("statements.z_unknown", name=name, why=why)
    low, high = made.low, made.high
    zone = fill.say(f"zone.{made.zone}")
    return fill.say(
        "statements.z_sentence", name=name, z=f"{made.z:.2f}", zone=zone, low=f"{low:g}", high=f"{high:g}", why=why
    )


def _heads(fill: ReviewFill, years: tuple[Mapping[str, Any], ...]) -> None:
    for place, year in enumerate(years):
        right = place * _STEP
        fill.book.put("year_end", cells.day(year["period_end"]), right=right)
        audited = {True: "audited", False: "unaudited", None: "audit_unknown"}[year["audited"]]
        fill.put_text(
            "year_kind", fill.say("statements.covers", months=year["months"], currency=year["currency"]), right=right
        )
        fill.put_text("year_audit", fill.say(f"statements.{audited}"), right=right)
        source = year["source"] if not year["source"].startswith("None") else fill.unknown
        fill.put_text("year_source", source, right=right)
        heights, row = fill.book.on("year_source").heights, fill.book.at("year_source")[1]
        heights[row] = max(
            heights.get(row, 15.0), 4 + 12.0 * lines_needed(source, fill.book.width("year_source", right=right) - 1)
        )


def _lines(fill: ReviewFill, years: tuple[Mapping[str, Any], ...]) -> list[str]:
    """Write every line that a year gives; return the names of those that none gives."""
    left_out = []
    for line in LINES:
        minors = [year["lines"][line.name] for year in years]
        if all(minor is None for minor in minors):
            fill.hide_row(f"line_{line.name}")
            left_out.append(line.zh if fill.lang == "zh" else line.en)
            continue
        for place, (year, minor) in enumerate(zip(years, minors, strict=True)):
            if minor is None:
                fill.put_text(f"line_{line.name}", fill.unknown, right=place * _STEP)
            else:
                fill.put_amount(f"line_{line.name}", minor, year["currency"], right=place * _STEP)
    for section in PARTS[:5]:
        if all(year["lines"][line.name] is None for year in years for line in LINES if line.section == section):
            fill.hide_row(f"part_{section}")
    return left_out


def _sums(fill: ReviewFill, years: tuple[Mapping[str, Any], ...]) -> list[str]:
    """Write what must be 0.00 as formulas; return nothing: a sum that can't be told in any year is hidden with its lines."""
    home = fill.book.place("year_end").sheet
    for key, terms in SUMS.items():
        names = [term.removeprefix("-") for term in terms]
        if not any(all(year["lines"][name] is not None for name in names) for year in years):
            fill.hide_row(f"sum_{key}")
            continue
        for place, year in enumerate(years):
            right = place * _STEP
            if any(year["lines"][name] is None for name in names):
                fill.put_text(f"sum_{key}", fill.unknown, right=right)
                continue
            minor = sum((-1 if term[0] == "-" else 1) * year["lines"][term.removeprefix("-")] for term in terms)
            cell = {name: fill.book.ref(f"line_{name}", right=right, home=home) for name in names}
            native = "".join(
                ("-" if term[0] == "-" else "+") + cell[term.removeprefix("-")] for term in terms
            ).removeprefix("+")
            fill.put_amount(
                f"sum_{key}",
                minor,
                year["currency"],
                native=f"ROUND({native},{fill.digits(year['currency'])})",
                right=right,
            )
    return []


def _ratios(fill: ReviewFill, years: tuple[Mapping[str, Any], ...]) -> list[str]:
    """Write ratios, growth and Z; return the names of those that no year tells."""
    left_out = []
    by_name = {ratio.name: ratio for ratio in RATIOS}
    for name in RATIO_ROWS:
        values = [year[name] for year in years]
        if all(value is None for value in values):
            fill.hide_row(f"ratio_{name}")
            left_out.append(_label(fill, name))
            continue
        for place, value in enumerate(values):
            if value is not None and value in (inf, -inf):
                fill.put_text(
                    f"ratio_{name}",
                    fill.say("statements.unbounded" if value > 0 else "statements.unbounded_bad"),
                    right=place * _STEP,
                )
                continue
            native = _native(fill, by_name.get(name), name, years, place, value)
            fill.put_figure(f"ratio_{name}", value, native=native, right=place * _STEP)
    if all(year[name] is None for year in years for name in Z):
        fill.hide_row("part_altman")
    return left_out


def _label(fill: ReviewFill, name: str) -> str:
    zh = fill.lang == "zh"
    for ratio in RATIOS:
        if ratio.name == name:
            return ratio.zh if zh else ratio.en
    for key, _, en, chinese in GROWTH:
        if key == name:
            return chinese if zh else en
    return fill.say("statements.cash_conversion" if name == "cash_conversion_days" else f"statements.{name}")


def _native(
    fill: ReviewFill,
    ratio: Ratio | None,
    name: str,
    years: tuple[Mapping[str, Any], ...],
    place: int,
    value: float | None,
) -> str:
    """Return a ratio as a formula over the lines above, "" where the lines given do not lead to it."""
    if value is None:
        return ""
    year, home = years[place], fill.book.place("year_end").sheet

    def cell(line: str, at: int = place) -> str:
        return fill.book.ref(f"line_{line}", right=at * _STEP, home=home)

    growth = next((line for key, line, _, _ in GROWTH if key == name), "")
    if growth and place and year["months"] == years[place - 1]["months"]:
        now, before = year["lines"][growth], years[place - 1]["lines"][growth]
        if now is not None and before and isclose(now / before - 1, value, rel_tol=1e-12, abs_tol=1e-12):
            return f"{cell(growth)}/{cell(growth, place - 1)}-1"
    if ratio is None:
        return ""
    given = {line: year["lines"][line] for line, _ in ratio.above} | {line: year["lines"][line] for line in ratio.below}
    if any(minor is None for minor in given.values()):
        return ""
    times = {line: 12 / year["months"] if line in _FLOWS else 1.0 for line in given}
    above = sum(sign * given[line] * times[line] for line, sign in ratio.above)
    below = sum(given[line] * times[line] for line in ratio.below)
    factor = 365 if ratio.unit == "days" else 1
    if not below or not isclose(above / below * factor, value, rel_tol=1e-12, abs_tol=1e-12):
        return ""

    def part(line: str) -> str:
        return cell(line) + (f"*12/{year['months']}" if times[line] != 1 else "")

    top = "".join(("+" if sign > 0 else "-") + part(line) for line, sign in ratio.above).removeprefix("+")
    bottom = "+".join(part(line) for line in ratio.below)
    return f"({top})/({bottom})" + (f"*{factor}" if factor > 1 else "")


__all__ = ["NAMES", "fill_in", "lay"]
