"""How the figures were made, from which files, at which rates, under which policy values."""

from __future__ import annotations

from creditlib.faces import workbook_cells as cells
from creditlib.faces.wording import say
from creditlib.faces.workbook_fill import Fill
from creditlib.faces.workbook_findings import lines_needed
from creditlib.flows.closing import FileTotal
from creditlib.money import shown_decimals


def lay(fill: Fill) -> None:
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
    known = (
        fill.say("method.t_known", known_on=close.known_on.isoformat())
        if close.known_on
        else fill.say("method.t_known_all")
    )
    gap = "" if fill.lang == "zh" else " "
    currency = fill.say("method.t_currency", currency=close.currency)
    if close.home_assumed:
        currency += (
            gap + fill.say("cover.home_assumed", currency=close.home_assumed) + ("。" if fill.lang == "zh" else ".")
        )
    if close.other_currencies:
        currency += gap + fill.say("method.t_other", list=", ".join(close.other_currencies))
    separator = "、" if fill.lang == "zh" else ", "
    netting = fill.value("aging.netting", "separate")
    return [
        (fill.say("method.l_dates"), fill.say("method.t_dates", as_of=close.as_of.isoformat()) + gap + known),
        (
            fill.say("method.l_edges"),
            fill.say("method.t_edges", buckets=separator.join(fill.bucket(key) for key in close.buckets)),
        ),
        (fill.say("method.l_unapplied"), fill.say(f"method.t_unapplied_{netting}")),
        (fill.say("method.l_shape"), say(f"common.shape.{close.shape}", fill.lang)),
        (fill.say("method.l_currency"), currency),
        (fill.say("method.l_formulas"), fill.say("method.t_formulas", items=fill.book.place("items_code").sheet)),
        (fill.say("method.l_tie"), fill.say("method.t_tie")),
        (fill.say("method.l_marks"), fill.say("method.t_marks")),
    ]


def fill_in(fill: Fill) -> None:
    """Write how the figures were made."""
    book, close = fill.book, fill.close
    fill.put_text(
        "method_subtitle", fill.join(fill.entity, fill.as_of, fill.say("word.footer_policy", policy=fill.policy))
    )
    sheet = book.on("basis_label")
    for copy, (label, text) in enumerate(_basis(fill)):
        fill.put_text("basis_label", label, copy)
        fill.put_text("basis_text", text, copy)
        sheet.heights[book.at("basis_label", copy)[1]] = 4 + 13 * lines_needed(text, book.width("basis_text"))
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
            f"ROUND({a}-{b}-{c}-{d},{_places(total)})=0",
            True,
            cells.plain(fill.say("word.yes")),
            cells.plain(fill.say("word.differs")),
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
        lines = max(
            lines_needed(value, book.width("policy_value")), lines_needed(reference, book.width("policy_reference"))
        )
        if lines > 1:
            sheet.heights[book.at("policy_parameter", copy)[1]] = 4 + 13 * lines
    if not close.policy_values:
        fill.put_text("policy_parameter", fill.say("method.no_policy"))


def _fits(value: str, currency: str) -> bool:
    """Whether a decimal text has no more decimals than its currency."""
    return len(value.partition(".")[2].rstrip("0")) <= shown_decimals(currency)


def _places(total: FileTotal) -> int:
    """Return to how many decimals a file total is checked: all it has, as far as a spreadsheet's 15 digits carry."""
    texts = (total.file, total.rejected, total.rounding)
    most = max(shown_decimals(total.currency), *(len(text.partition(".")[2]) for text in texts))
    whole = len(total.file.lstrip("-").partition(".")[0])
    return max(min(most, 14 - whole), 0)
