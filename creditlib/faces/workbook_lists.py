"""The lists beside the aging: DSO family and measures, largest overdue, concentration and age, findings, method."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pyarrow as pa

from creditlib.errors import Finding
from creditlib.faces import workbook_cells as cells
from creditlib.faces import workbook_aging as aging
from creditlib.faces.wording import say
from creditlib.faces.workbook_fill import APART, Fill
from creditlib.flows.closing import DsoLine, Measure
from creditlib.money import exponent

MEASURE_LOOKS = {"share": 0, "days": 1, "index": 2, "amount": 3}


def catalogue(check: str, what: str, lang: Any) -> str:
    """Return a check's title or what to do about it; the check's name where the catalogue does not know it."""
    from creditlib.facts.checks import CHECKS

    return str(getattr(CHECKS[check], what)(lang)) if check in CHECKS else (check if what == "title" else "")


def columns_wide(text: str) -> int:
    """Return how many columns a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def lines_needed(text: str, width: float) -> int:
    """Return how many lines a text takes in a column."""
    return sum(max(1, -(-columns_wide(line) * 105 // int(width * 100))) for line in text.split("\n"))


# ---- DSO


def lay_dso(fill: Fill) -> None:
    """Make room for the methods and the measures."""
    fill.book.repeat("dso_method", max(len(fill.close.dso), 1))
    fill.book.repeat("measure_name", max(len(fill.close.measures), 1))


def fill_dso(fill: Fill) -> None:
    """Write every method, the gaps, and the other measures."""
    book, close = fill.book, fill.close
    fill.put_text("dso_subtitle", fill.join(fill.as_of, fill.say("dso.subtitle", currency=fill.money_name())))
    home = book.place("dso_method").sheet
    yardstick = next(((copy, line) for copy, line in enumerate(close.dso) if line.method == "countback"), None)
    for copy, line in enumerate(close.dso):
        _dso_line(fill, copy, line, yardstick, home)
    if yardstick and yardstick[1].days is not None:
        days = book.ref("dso_days", yardstick[0], home=home)
        gap = yardstick[1].days - close.dso_benchmark
        parts = {
            "days": cells.figure(f"ABS({days}-{close.dso_benchmark:g})", abs(gap), "0.0"),
            "benchmark": f"{close.dso_benchmark:g}",
        }
        said = cells.choose(
            f"{days}>{close.dso_benchmark:g}", gap > 0, fill.sentence("dso.over", **parts), fill.sentence("dso.under", **parts)
        )
        worth = next(((c, m) for c, m in enumerate(close.measures) if m.key == "one_dso_day" and m.value is not None), None)
        if worth:
            each = book.ref("measure_value", worth[0], home=home)
            minor = float(worth[1].value or 0) / 10 ** fill.digits()
            cash = cells.figure(
                f"ABS({days}-{close.dso_benchmark:g})*{each}/{fill.scale[0]}", abs(gap) * minor / fill.scale[0], "#,##0.0"
            )
            said = said + fill.sentence("dso.cash", cash=cash, unit=fill.scale[1])
        else:
            said = said + cells.plain(fill.say("cover.verdict_end"))
        fill.put_said("dso_summary", said)
    else:
        fill.put_text("dso_summary", fill.say("dso.unknown"))
    for copy, measure in enumerate(close.measures):
        _measure(fill, copy, measure)
    if not close.measures:
        fill.put_text("measure_name", fill.say("dso.no_measures"))


def _dso_line(fill: Fill, copy: int, line: DsoLine, yardstick: tuple[int, DsoLine] | None, home: str) -> None:
    book, currency = fill.book, fill.close.currency
    fill.put_text("dso_method", fill.say(f"method_name.{line.method}"), copy)
    fill.put_text("dso_formula", fill.say(f"method_formula.{line.method}"), copy)
    native = aging.open_ref(fill, currency) if line.receivables_minor == fill.close.total_minor and fill.aging else ""
    fill.put_amount("dso_receivables", line.receivables_minor, currency, copy, native=native)
    fill.put_amount("dso_sales", line.sales_minor, currency, copy)
    book.put("dso_window", cells.number(line.sales_days), copy)
    book.put("dso_previous", cells.number(None if line.previous is None else repr(line.previous)), copy)
    note = line.why[1 if fill.lang == "zh" else 0] or fill.say(f"method_note.{line.method}")
    fill.put_text("dso_note", note, copy)
    if line.days is None:
        fill.put_text("dso_days", fill.say("dso.needs"), copy)
        return
    native = ""
    if line.receivables_minor is not None and line.sales_minor and line.sales_days:
        quick = line.receivables_minor / line.sales_minor * line.sales_days
        if abs(quick - line.days) < 1e-6 and not line.at_least:
            r, s, d = (book.ref(f"dso_{name}", copy, home=home) for name in ("receivables", "sales", "window"))
            native = f"{r}/{s}*{d}"
    style = book.style("dso_days")
    if line.at_least:
        style = book.styles.variant(style, code=f'"≥ "{book.styles.code(style)}')
    content = cells.formula(native, repr(line.days)) if native else cells.number(repr(line.days))
    book.put("dso_days", content, copy, style=style)
    if yardstick and yardstick[1].days is not None and yardstick[0] != copy and line.method not in ("delinquent",):
        here, there = book.ref("dso_days", copy, home=home), book.ref("dso_days", yardstick[0], home=home)
        book.put("dso_gap", cells.formula(f"{here}-{there}", repr(line.days - yardstick[1].days)), copy)


def _measure(fill: Fill, copy: int, measure: Measure) -> None:
    book = fill.book
    fill.put_text("measure_name", fill.say(f"measure.{measure.key}"), copy)
    fill.put_text("measure_meaning", fill.say(f"measure_note.{measure.key}"), copy)
    look = 2 * MEASURE_LOOKS.get(measure.unit, 2)
    for right, (name, value) in enumerate((("measure_value", measure.value), ("measure_previous", measure.previous))):
        style = book.style("measure_looks", right=look + right)
        if measure.unit == "amount":
            style = book.styles.for_amounts(style, fill.digits())
            content = cells.amount(None if value is None else round(value), fill.close.currency)
        else:
            content = cells.number(None if value is None else repr(float(value)))
        if value is None:
            content = cells.text(fill.say("word.none"))
        book.put(name, content, copy, style=style)


# ---- the largest overdue, concentration


def rows_of(table: pa.Table | None) -> list[dict[str, Any]]:
    """Return a table's rows, none for no table."""
    return [] if table is None else list(table.to_pylist())


def lay_tops(fill: Fill) -> None:
    """Make room for the largest overdue, the largest customers and the age in years."""
    fill.book.repeat("overdue_code", max(len(rows_of(fill.close.overdue_top)), 1))
    fill.book.repeat("concentration_code", max(len(rows_of(fill.close.concentration)), 1))
    fill.book.repeat("years_currency", max(fill.close.aging_by_issue.num_rows, 1))


def fill_overdue(fill: Fill) -> None:
    """Write the largest overdue balances, each cell reading the customer's aging line."""
    book = fill.book
    home = book.place("overdue_code").sheet
    rows = rows_of(fill.close.overdue_top)
    fill.put_text(
        "overdue_subtitle", fill.join("" if fill.many else fill.money_name(), fill.say("overdue.subtitle"), fill.as_of)
    )
    columns = {key: slot for key, slot in fill.slots.items() if key not in APART}
    for place in range(1, fill.room("overdue") + 1):
        slot = f"overdue_{place}"
        key = aging.bucket_of(fill, slot)
        if key:
            fill.put_text(f"overdue_{slot}", fill.bucket(key), like="overdue_head")
        else:
            fill.hide(f"overdue_{slot}")
    fill.put_text("overdue_amount", fill.bucket("overdue"), like="overdue_head")
    if len({row["currency"] for row in rows}) < 2:
        fill.hide("overdue_currency")
    if not rows:
        fill.put_text("overdue_name", fill.say("overdue.none"))
        return
    running: dict[str, int] = {}
    sums = {currency: aging.totals(fill, currency) for currency in {row["currency"] for row in rows}}
    ranks: dict[str, int] = {}
    for copy, row in enumerate(rows):
        currency, customer = row["currency"], row["customer"]
        ranks[currency] = ranks.get(currency, 0) + 1
        book.put("overdue_rank", cells.number(ranks[currency]), copy)
        fill.put_text("overdue_code", customer, copy)
        fill.put_text("overdue_name", row["name"], copy)
        fill.put_text("overdue_currency", currency, copy)
        fill.put_text("overdue_salesperson", row.get("salesperson"), copy)
        book.put("overdue_count", cells.number(row.get("items")), copy)
        book.put("overdue_oldest", cells.number(row.get("oldest_days")), copy)
        amount = int(row["overdue_minor"])
        fill.put_amount("overdue_amount", amount, currency, copy, native=aging.line_ref(fill, currency, customer, "overdue"))
        for key, slot in columns.items():
            native = aging.line_ref(fill, currency, customer, slot)
            fill.put_amount(f"overdue_{slot}", aging.value(row, key), currency, copy, native=native)
        whole = sums[currency]["overdue"]
        here = book.ref("overdue_amount", copy, home=home)
        total = aging.open_ref(fill, currency, "overdue")
        book.put("overdue_share", cells.formula(f"IF({total}=0,0,{here}/{total})", repr(amount / whole if whole else 0.0)), copy)
        running[currency] = running.get(currency, 0) + amount
        first = copy - ranks[currency] + 1
        added = book.ref("overdue_amount", first, to=copy, home=home)
        part = running[currency] / whole if whole else 0.0
        book.put("overdue_cumulative", cells.formula(f"IF({total}=0,0,SUM({added})/{total})", repr(part)), copy)
    if len(running) == 1:
        currency, listed = next(iter(running.items()))
        fill.put_text("overdue_name", fill.say("overdue.listed"), like="overdue_total_label")
        lines = len(rows) - 1
        for slot, minor in (("amount", listed), *((s, sum(aging.value(r, k) for r in rows)) for k, s in columns.items())):
            native = f"ROUND(SUM({book.ref(f'overdue_{slot}', 0, to=lines, home=home)}),{fill.digits(currency)})"
            fill.put_amount(f"overdue_{slot}", minor, currency, native=native, like="overdue_total_label")


def fill_concentration(fill: Fill) -> None:
    """Write the largest customers, what they hold together, and the age in years."""
    book, close = fill.book, fill.close
    home = book.place("concentration_code").sheet
    rows = rows_of(close.concentration)
    fill.put_text("concentration_subtitle", fill.join(fill.money_name(), fill.say("concentration.subtitle"), fill.as_of))
    fill.put_text("concentration_open", fill.bucket("total"), like="concentration_head")
    if len({row["currency"] for row in rows}) < 2:
        fill.hide_cells = True if False else None  # type: ignore[attr-defined]
    running: dict[str, int] = {}
    ranks: dict[str, int] = {}
    for copy, row in enumerate(rows):
        currency, customer = row["currency"], row["customer"]
        ranks[currency] = ranks.get(currency, 0) + 1
        amount = int(row["total_minor"])
        running[currency] = running.get(currency, 0) + amount
        book.put("concentration_rank", cells.number(ranks[currency]), copy)
        fill.put_text("concentration_code", customer, copy)
        fill.put_text("concentration_name", row["name"], copy)
        fill.put_text("concentration_currency", currency, copy)
        native = aging.line_ref(fill, currency, customer, "open")
        fill.put_amount("concentration_open", amount, currency, copy, native=native)
        base, whole = _base(fill, currency, row)
        here = book.ref("concentration_open", copy, home=home)
        added = book.ref("concentration_open", copy - ranks[currency] + 1, to=copy, home=home)
        if base:
            book.put("concentration_share", cells.formula(f"IF({base}=0,0,{here}/{base})", repr(amount / whole if whole else 0.0)), copy)
            part = running[currency] / whole if whole else 0.0
            book.put("concentration_cumulative", cells.formula(f"IF({base}=0,0,SUM({added})/{base})", repr(part)), copy)
        else:
            book.put("concentration_share", cells.number(repr(float(row["share"]))), copy)
            book.put("concentration_cumulative", cells.number(repr(float(row["cumulative_share"]))), copy)
    if not rows:
        fill.put_text("concentration_name", fill.say("concentration.none"))
    _years(fill)
    index = next((m.value for m in close.measures if m.key == "herfindahl" and m.value is not None), None)
    parts: list[cells.Said] = []
    own = [copy for copy, row in enumerate(rows) if row["currency"] == close.currency]
    if own:
        tenth = own[: 10][-1]
        share = book.ref("concentration_cumulative", tenth, home=home)
        top = book.ref("concentration_share", own[0], home=home)
        whole = _base(fill, close.currency, rows[own[0]])[1]
        ten = sum(int(rows[copy]["total_minor"]) for copy in own[:10])
        parts.append(
            fill.sentence(
                "dash.ten",
                share=cells.figure(share, ten / whole if whole else 0.0, "0.0%"),
                largest=cells.figure(top, int(rows[own[0]]["total_minor"]) / whole if whole else 0.0, "0.0%"),
            )
        )
    if index is not None:
        kind = "spread" if index < 0.1 else "moderate" if index < 0.18 else "dense"
        separator = [cells.plain("; " if fill.lang == "en" else "；")] if parts else []
        verdict = fill.say(f"concentration.{kind}")
        parts += [*separator, cells.plain(fill.say("concentration.herfindahl", value=f"{index:.3f}", verdict=verdict))]
    if parts:
        said = parts[0]
        for part in parts[1:]:
            said = said + part
        fill.put_said("concentration_summary", said)


def _base(fill: Fill, currency: str, row: dict[str, Any]) -> tuple[str, int]:
    """Return what a share is of, as the library took it: all open receivables, or the positive balances only."""
    lines = [int(r["total_minor"]) for r in fill.aging if r["currency"] == currency]
    whole, positive = sum(lines), sum(line for line in lines if line > 0)
    amount, share = int(row["total_minor"]), float(row["share"])
    if whole and abs(amount / whole - share) < 1e-9:
        return aging.open_ref(fill, currency), whole
    if positive and abs(amount / positive - share) < 1e-9:
        first, last = fill.aging_copies[currency]
        return f'SUMIF({fill.book.ref("aging_open", first, to=last)},">0")', positive
    return "", 0


def _years(fill: Fill) -> None:
    book = fill.book
    table = fill.close.aging_by_issue
    home = book.place("years_currency").sheet
    bands = [name for name in table.column_names if name not in ("currency", "total_minor")]
    room = 0
    while book.has(f"years_band_{room + 1}"):
        room += 1
    shown = bands[:room]
    fill.put_text("years_total", fill.bucket("total"), like="years_head")
    for place, key in enumerate(shown, 1):
        fill.put_text(f"years_band_{place}", _year_label(fill, key), like="years_head")
    for copy, row in enumerate(table.to_pylist()):
        currency = row["currency"]
        fill.put_text("years_currency", currency, copy)
        for place, key in enumerate(shown, 1):
            rest = sum(int(row[k] or 0) for k in bands[room - 1 :]) if place == room else int(row[key] or 0)
            fill.put_amount(f"years_band_{place}", rest, currency, copy)
        parts = f"{book.ref('years_band_1', copy, home=home)}:{book.ref(f'years_band_{len(shown)}', copy, home=home)}"
        fill.put_amount(
            "years_total", int(row["total_minor"]), currency, copy, native=f"ROUND(SUM({parts}),{fill.digits(currency)})" if shown else ""
        )


def _year_label(fill: Fill, key: str) -> str:
    name = key.removesuffix("_minor")
    numbers = re.findall(r"\d+", name)
    if len(numbers) == 2:
        low, high = numbers
        return fill.say("concentration.first_year") if low == "0" else fill.say("concentration.year", low=low, high=high)
    return fill.say("concentration.last_year", low=numbers[0]) if numbers else fill.say("concentration.no_issue_date")


# ---- findings


def ordered(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return findings with those that must be acted on first, each check's together."""
    first: dict[tuple[str, str], int] = {}
    for place, finding in enumerate(findings):
        first.setdefault((finding.severity, finding.check), place)
    return sorted(findings, key=lambda f: (f.severity != "must_act", first[f.severity, f.check]))


def lay_findings(fill: Fill) -> None:
    """Make room for the findings and note where each check begins."""
    book = fill.book
    found = ordered(fill.close.findings)
    book.repeat("findings_text", max(len(found), 1))
    for copy, finding in enumerate(found):
        fill.finding_rows.setdefault((finding.check, finding.severity), book.at("findings_text", copy)[1])


def fill_findings(fill: Fill) -> None:
    """Write every finding, its row as high as its text needs."""
    book = fill.book
    found = ordered(fill.close.findings)
    must = sum(f.severity == "must_act" for f in found)
    fill.put_text(
        "findings_subtitle", fill.join(fill.as_of, fill.say("findings.subtitle", must=must, notes=len(found) - must))
    )
    if not found:
        fill.put_text("findings_text", fill.say("findings.none"))
    sheet = book.on("findings_text")
    titles = {f.check: (catalogue(f.check, "title", fill.lang), catalogue(f.check, "todo", fill.lang)) for f in found}
    for copy, finding in enumerate(found):
        title, todo = titles[finding.check]
        texts = {
            "severity": say(f"common.severity.{finding.severity}", fill.lang),
            "check": finding.check,
            "title": title,
            "where": finding.where,
            "text": finding.text(fill.lang),
            "todo": todo,
            "currency": finding.currency if finding.amount_minor is not None else None,
        }
        for name, text in texts.items():
            fill.put_text(f"findings_{name}", text, copy)
        book.put("findings_count", cells.number(finding.count), copy)
        fill.put_amount("findings_amount", finding.amount_minor, finding.currency or fill.close.currency, copy)
        lines = max(
            lines_needed(texts["title"] or "", 28), lines_needed(texts["where"] or "", 30), lines_needed(texts["text"] or "", 66),
            lines_needed(texts["todo"] or "", 47),
        )  # fmt: skip
        if lines > 1:
            sheet.heights[book.at("findings_text", copy)[1]] = 4 + 13 * min(lines, 30)


# ---- method


def lay_method(fill: Fill) -> None:
    """Make room for basis, sources, file totals, rates and policy values."""
    close = fill.close
    fill.book.repeat("basis_label", len(_basis(fill)))
    for name, count in (
        ("source_name", len(close.sources)),
        ("file_currency", len(close.file_totals)),
        ("rate_currency", len(close.converted)),
        ("policy_parameter", len(close.policy_values)),
    ):
        fill.book.repeat(name, max(count, 1))


def _basis(fill: Fill) -> list[tuple[str, str]]:
    close = fill.close
    known = fill.say("method.t_known", known_on=close.known_on.isoformat()) if close.known_on else fill.say("method.t_known_all")
    gap = "" if fill.lang == "zh" else " "
    currency = fill.say("method.t_currency", currency=close.currency)
    if close.home_assumed:
        currency += gap + fill.say("cover.home_assumed", currency=close.home_assumed) + ("。" if fill.lang == "zh" else ".")
    if close.other_currencies:
        currency += gap + fill.say("method.t_other", list=", ".join(close.other_currencies))
    separator = "、" if fill.lang == "zh" else ", "
    return [
        (fill.say("method.l_dates"), fill.say("method.t_dates", as_of=close.as_of.isoformat()) + gap + known),
        (fill.say("method.l_edges"), fill.say("method.t_edges", buckets=separator.join(fill.bucket(key) for key in close.buckets))),
        (fill.say("method.l_unapplied"), fill.say("method.t_unapplied")),
        (fill.say("method.l_shape"), say(f"common.shape.{close.shape}", fill.lang)),
        (fill.say("method.l_currency"), currency),
        (fill.say("method.l_formulas"), fill.say("method.t_formulas", items=fill.book.place("items_code").sheet)),
        (fill.say("method.l_tie"), fill.say("method.t_tie")),
        (fill.say("method.l_marks"), fill.say("method.t_marks")),
    ]


def fill_method(fill: Fill) -> None:
    """Write how the figures were made."""
    book, close = fill.book, fill.close
    fill.put_text("method_subtitle", fill.join(fill.entity, fill.as_of, fill.say("word.footer_policy", policy=fill.policy)))
    sheet = book.on("basis_label")
    for copy, (label, text) in enumerate(_basis(fill)):
        fill.put_text("basis_label", label, copy)
        fill.put_text("basis_text", text, copy)
        sheet.heights[book.at("basis_label", copy)[1]] = 4 + 13 * lines_needed(text, 140)
    for copy, line in enumerate(close.sources):
        fill.put_text("source_name", line.name, copy)
        book.put("source_rows", cells.number(line.rows), copy)
        fill.put_text("source_recognised", line.recognised, copy)
    home = book.place("file_currency").sheet
    for copy, total in enumerate(close.file_totals):
        fill.put_text("file_currency", total.currency, copy)
        for name, value in (("total", total.file), ("rejected", total.rejected), ("rounding", total.rounding)):
            style = fill.amount_style(f"file_{name}", total.currency) if _fits(value, total.currency) else None
            book.put(f"file_{name}", cells.number(value), copy, style=style)
        fill.put_amount("file_used", total.used_minor, total.currency, copy)
        book.put("file_rows", cells.number(total.rows), copy)
        book.put("file_rejected_rows", cells.number(total.rejected_rows), copy)
        a, b, c, d = (book.ref(f"file_{name}", copy, home=home) for name in ("total", "used", "rejected", "rounding"))
        said = cells.choose(
            f"ROUND({a}-{b}-{c}-{d},6)=0", True, cells.plain(fill.say("word.yes")), cells.plain(fill.say("word.differs"))
        )
        fill.put_said("file_check", said, copy)
    for copy, (currency, rate, day) in enumerate(close.converted):
        fill.put_text("rate_currency", currency, copy)
        book.put("rate_value", cells.number(rate), copy)
        book.put("rate_day", cells.day(day), copy)
    if not close.converted:
        fill.put_text("rate_currency", fill.say("method.no_rates"))
    sheet = book.on("policy_parameter")
    for copy, (parameter, value, reference) in enumerate(close.policy_values):
        fill.put_text("policy_parameter", parameter, copy)
        fill.put_text("policy_value", value, copy)
        fill.put_text("policy_reference", reference, copy)
        lines = max(lines_needed(value, 46), lines_needed(reference, 66))
        if lines > 1:
            sheet.heights[book.at("policy_parameter", copy)[1]] = 4 + 13 * lines
    if not close.policy_values:
        fill.put_text("policy_parameter", fill.say("method.no_policy"))


def _fits(value: str, currency: str) -> bool:
    """Whether a decimal text has no more decimals than its currency."""
    return len(value.partition(".")[2].rstrip("0")) <= exponent(currency)
