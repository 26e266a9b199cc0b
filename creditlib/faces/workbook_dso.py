"""The DSO family, each way with its parts and why it differs, and the other measures."""

from __future__ import annotations

from datetime import timedelta

from creditlib.faces import workbook_aging as aging
from creditlib.faces import workbook_cells as cells
from creditlib.faces.workbook_fill import Fill
from creditlib.faces.workbook_findings import heighten
from creditlib.faces.workbook_tops import largest
from creditlib.flows.closing import DsoLine, Measure

MEASURE_LOOKS = {"share": 0, "days": 1, "index": 2, "amount": 3}


def lay(fill: Fill) -> None:
    """Make room for the methods and the measures."""
    fill.book.repeat("dso_method", max(len(fill.close.dso), 1))
    fill.book.repeat("measure_name", max(len(fill.close.measures), 1))


def fill_in(fill: Fill) -> None:
    """Write every method, the gaps, and the other measures."""
    book, close = fill.book, fill.close
    fill.put_text("dso_subtitle", fill.join(fill.as_of, fill.say("dso.subtitle", currency=fill.money_name())))
    home = book.place("dso_method").sheet
    yardstick = (close.dso.index(fill.headline), fill.headline) if fill.headline else None
    for copy, line in enumerate(close.dso):
        _dso_line(fill, copy, line, yardstick, home)
    if yardstick and yardstick[1].days is not None:
        days = book.ref("dso_days", yardstick[0], home=home)
        gap = yardstick[1].days - close.dso_benchmark
        parts: dict[str, cells.Said | str] = {
            "method": fill.headline_name,
            "days": cells.figure(f"ABS({days}-{close.dso_benchmark:g})", abs(gap), "0.0"),
            "benchmark": f"{close.dso_benchmark:g}",
        }
        said = cells.choose(
            f"{days}>{close.dso_benchmark:g}",
            gap > 0,
            fill.sentence("dso.over", **parts),
            fill.sentence("dso.under", **parts),
        )
        worth = next(
            ((c, m) for c, m in enumerate(close.measures) if m.key == "one_dso_day" and m.value is not None), None
        )
        if worth:
            each = book.ref("measure_value", worth[0], home=home)
            minor = float(worth[1].value or 0) / 10 ** fill.digits()
            cash = cells.figure(
                f"ABS({days}-{close.dso_benchmark:g})*{each}/{fill.scale[0]}",
                abs(gap) * minor / fill.scale[0],
                "#,##0.0",
            )
            said = said + fill.sentence("dso.cash", cash=cash, unit=fill.scale[1])
        else:
            said = said + cells.plain(fill.say("cover.verdict_end"))
        fill.put_said("dso_summary", said)
    else:
        why = fill.headline.why[1 if fill.lang == "zh" else 0] if fill.headline else ""
        fill.put_text("dso_summary", why.partition("\n")[0] or fill.say("dso.unknown"))
    for copy, measure in enumerate(close.measures):
        _measure(fill, copy, measure)
    if not close.measures:
        fill.put_text("measure_name", fill.say("dso.no_measures"))


def _dso_line(fill: Fill, copy: int, line: DsoLine, yardstick: tuple[int, DsoLine] | None, home: str) -> None:
    book, currency = fill.book, fill.close.currency
    fill.put_text("dso_method", fill.say(f"method_name.{line.method}"), copy)
    formula, note = _words(fill, line)
    fill.put_text("dso_formula", formula, copy)
    native = aging.open_ref(fill, currency) if line.receivables_minor == fill.close.total_minor and fill.aging else ""
    fill.put_amount("dso_receivables", line.receivables_minor, currency, copy, native=native)
    fill.put_amount("dso_sales", line.sales_minor, currency, copy)
    book.put("dso_window", cells.number(line.sales_days), copy)
    book.put("dso_previous", cells.number(None if line.previous is None else repr(line.previous)), copy)
    fill.put_text("dso_note", note, copy)
    heighten(fill, "dso_note", note, copy)
    heighten(fill, "dso_formula", formula, copy)
    if line.days is None:
        fill.put_text("dso_days", fill.say("dso.needs"), copy)
        return
    native = ""
    if line.receivables_minor is not None and line.sales_minor and line.sales_days:
        quick = line.receivables_minor / line.sales_minor * line.sales_days
        r, s, d = (book.ref(f"dso_{name}", copy, home=home) for name in ("receivables", "sales", "window"))
        if line.method == "turnover" and line.receivables_minor:
            native = _times_a_year(fill, line, r, s, d)
        elif abs(quick - line.days) < 1e-6 and not line.at_least:
            native = f"{r}/{s}*{d}"
    style = book.style("dso_days")
    if line.at_least:
        style = book.styles.variant(style, code=f'"≥ "{book.styles.code(style)}')
    content = cells.formula(native, repr(line.days)) if native else cells.number(repr(line.days))
    book.put("dso_days", content, copy, style=style)
    if (
        yardstick
        and yardstick[1].days is not None
        and yardstick[0] != copy
        and line.method not in ("delinquent", "turnover")
    ):
        here, there = book.ref("dso_days", copy, home=home), book.ref("dso_days", yardstick[0], home=home)
        book.put(
            "dso_gap", cells.formula(f"ROUND({here}-{there},1)", repr(round(line.days - yardstick[1].days, 1))), copy
        )


def _year_days(fill: Fill) -> int:
    return fill.whole("dso.year_days", 365)


def _months(fill: Fill, line: DsoLine) -> int:
    """Return how many months of sales a line stands on: fewer than the policy's where the history is shorter."""
    if line.method == "rolling":
        if line.sales_days is None:
            return fill.whole("dso.rolling_months", 3)
        left, day, months = line.sales_days, fill.close.as_of, 0
        while left > 0:
            left, day, months = left - day.day, day.replace(day=1) - timedelta(days=1), months + 1
        return months
    if line.sales_days is None:
        return fill.whole("dso.window_months", 12)
    return max(round(line.sales_days * 12 / _year_days(fill)), 1)


def _times_a_year(fill: Fill, line: DsoLine, receivables: str, sales: str, window: str) -> str:
    """Return turnover as a formula over its parts, "" where the days shown are too rounded to give its figure."""
    quick = (line.sales_minor or 0) / (line.receivables_minor or 1)
    months, year = _months(fill, line), _year_days(fill)
    for factor, native in ((12 / months, f"12/{months}"), (year / (line.sales_days or 1), f"{year}/{window}")):
        if abs(quick * factor - (line.days or 0)) < 1e-9:
            return f"{sales}/{receivables}*{native}"
    return ""


def _words(fill: Fill, line: DsoLine) -> tuple[str, str]:
    """Return a method's formula with the months it really used, and why its figure differs from the default's."""
    key, days = line.method, line.sales_days
    if key == "rolling" and days is None:
        key = "rolling_bare"
    if key == "turnover":
        now = next((other.receivables_minor for other in fill.close.dso if other.method == "simple"), None)
        key = "turnover_now" if now is not None and now == line.receivables_minor else key
    months = _months(fill, line)
    values = {"months": months, "days": round(_year_days(fill) * months / 12) if days is None else days}
    formula = fill.say(f"method_formula.{key}", **values)
    why = line.why[1 if fill.lang == "zh" else 0]
    if not why or (line.method == "turnover" and line.days is not None):  # times a year: nothing to compare with days
        why = fill.say(f"method_note.{key.removesuffix('_bare')}", **values)
    return formula, why


def _measure(fill: Fill, copy: int, measure: Measure) -> None:
    book = fill.book
    n = len(largest(fill)) or fill.whole("concentration.top", 10)
    months = fill.whole("cei.months", 1)
    name = "top1_share" if measure.key == "top10_share" and n == 1 else measure.key
    note = "cei_month" if measure.key == "cei" and months == 1 else measure.key
    window = fill.whole("payment.window_months", 12)
    fill.put_text("measure_name", fill.say(f"measure.{name}", n=n), copy)
    meaning = fill.say(f"measure_note.{note}", months=months, window=window)
    fill.put_text("measure_meaning", meaning, copy)
    heighten(fill, "measure_meaning", meaning, copy)
    look = 2 * MEASURE_LOOKS["days" if measure.key == "payment_index" else measure.unit]
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
