"""The customer panel, middle part: aging, payment record and exposure as they are."""

from __future__ import annotations

from typing import Any, Final

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.charts.common import Bar, Mark, Piece, Point, bars, months, parts
from creditlib.faces.charts.look import NOT_DUE, PARTS, late_color
from creditlib.faces.panels.blocks import Block, chart, column, fold, legend, row, section, table, text
from creditlib.faces.scale import Scale
from creditlib.faces.wording import bucket_label, say
from creditlib.flows.review import values_used
from creditlib.flows.reviewing import Review
from creditlib.formulas import overdue_share

_APART: Final = ("not_due", "unapplied", "no_due_date")
_EXPOSURE: Final = ("open_items", "unapplied", "delivered_not_billed", "orders")


def aging(made: Review, scale: Scale) -> Block:
    """Return what is open by bucket; the title says how much is overdue."""
    lang, buckets = scale.lang, made.aging
    late = [key for key in buckets if key not in _APART]
    shown = ["not_due", *late, *(key for key in ("no_due_date", "unapplied") if buckets.get(key))]
    items = [
        Bar(bucket_label(key, lang), max(scale.value(buckets.get(key, 0)), 0.0), scale.text(buckets.get(key, 0)) if buckets.get(key) else "–",
            late_color(late.index(key), len(late)) if key in late else NOT_DUE)
        for key in shown
    ]  # fmt: skip
    total, overdue = sum(buckets.values()), sum(buckets[key] for key in late)
    sub = say("panel_customer.aging_sub", lang, total=scale.text(total), unit=scale.unit)
    if not total and not overdue:
        return section(
            "aging",
            [text("nothing", [say("panel_customer.nothing_open", lang)], tone="muted")],
            title=say("panel_customer.aging_none", lang),
            sub=sub,
        )
    key = "aging_title" if overdue else "aging_clean"
    title = say(
        f"panel_customer.{key}",
        lang,
        overdue=scale.text(overdue),
        unit=scale.unit,
        share=f"{overdue_share(overdue, total):.1%}",
    )
    return section("aging", [chart("aging", bars(items))], title=title, sub=sub)


def late(made: Review, lang: Lang) -> Block:
    """Return the worst days late month by month against the days from which a limit falls."""
    points = [Point(r["month"], _number(r["worst_days_late"]), _days(r["worst_days_late"], lang)) for r in made.record]
    known = [p.value for p in points if p.value is not None]
    if len(known) < 2:
        return section(
            "late",
            [text("none", [say("panel_customer.late_none", lang)], tone="muted")],
            title=say("panel_customer.late", lang),
            sub=say("panel_customer.late_sub", lang),
        )
    most = values_used(made)["progressive.late_days"][0]
    over = sum(value > most for value in known)
    title = say(
        "panel_customer.late_over" if over else "panel_customer.late_clean",
        lang,
        count=over,
        months=len(known),
        days=most,
    )
    made_chart = months(points, threshold=float(most), threshold_text=say("panel_customer.late_line", lang, days=most))
    return section("late", [chart("late", made_chart)], title=title, sub=say("panel_customer.late_sub", lang))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _days(value: Any, lang: Lang) -> str:
    return "–" if value is None else f"{value:g} {say('panel.word.days', lang)}"


def exposure(made: Review, scale: Scale) -> Block:
    """Return the parts of the exposure against the limit, and what cover would pay of it."""
    lang, held = scale.lang, made.exposure
    total, covered, net = held["total_minor"], held["covered_minor"], held["net_minor"]
    if total <= 0:
        return section(
            "exposure",
            [text("none", [say("panel_customer.exposure_none", lang)], tone="muted")],
            title=say("panel_customer.exposure", lang),
        )
    pieces = [
        Piece("parts", say(f"panel_customer.part.{name}", lang), scale.value(held[f"{name}_minor"]), scale.text(held[f"{name}_minor"]), color)
        for name, color in zip(("open_items", "delivered_not_billed", "orders"), PARTS, strict=True)
        if held[f"{name}_minor"] > 0
    ]  # fmt: skip
    pieces += [
        Piece("cover", say(f"panel_customer.part.{name}", lang), scale.value(minor), scale.text(minor), color)
        for name, minor, color in (("covered", covered, PARTS[1]), ("net", net, "var(--costs)"))
        if minor > 0
    ]  # fmt: skip
    limit, before = made.limit.limit_minor, made.limit_in_force
    marks = [Mark(scale.value(limit), say("panel_customer.mark_limit", lang, limit=scale.text(limit)))] if limit else []
    if before and before != limit:
        marks.append(
            Mark(scale.value(before), say("panel_customer.mark_before", lang, limit=scale.text(before)), dashed=True)
        )
    key = "exposure_none_set" if not limit else "exposure_over" if total > limit else "exposure_within"
    title = say(
        f"panel_customer.{key}",
        lang,
        total=scale.text(total),
        unit=scale.unit,
        share=f"{abs(total / limit - 1) if limit else 0:.1%}",
    )
    labels = [(f"{piece.label} {piece.text}", piece.color) for piece in pieces]
    blocks = [chart("exposure", parts(pieces, marks)), legend("exposure_legend", labels), _parts_table(made, lang)]
    return section("exposure", blocks, title=title, sub=say("panel_customer.exposure_sub", lang, unit=scale.unit))


def _parts_table(made: Review, lang: Lang) -> Block:
    heads = [column(""), column(made.currency, align="right")]
    names = [*_EXPOSURE, "total", "covered", "net"]
    rows = [
        row([say(f"panel_customer.part.{n}", lang), money.text(made.exposure[f"{n}_minor"], made.currency)], tone="total" if n == "total" else "", id=n)
        for n in names
    ]  # fmt: skip
    title = say("panel_customer.exposure_table", lang)
    return fold("exposure_parts", title, [table("exposure", title, heads, rows)])
