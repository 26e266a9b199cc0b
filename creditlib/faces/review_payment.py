"""The payment sheet: what is owed and how old, how late month by month, the parts of the exposure, what the terms would change."""

from __future__ import annotations

from creditlib.errors import TemplateError
from creditlib.faces import workbook_cells as cells
from creditlib.faces.review_fill import ReviewFill
from creditlib.faces.wording import bucket_label, say
from creditlib.faces.workbook_cells import Said, figure

NAMES = {
    "payment": "subtitle verdict aging_title aging_subtitle late_title late_subtitle exposure_title exposure_subtitle",
    "bucket": "label amount share amount_head",
    "exposed": "label amount amount_head",
    "effect": "title head label base scenario change note",
    "record": "on days billed settled open peak items",
}
PARTS = ("open_items", "unapplied", "delivered_not_billed", "orders", "total", "covered", "net", "left")
"""Rows of the exposure table."""
COSTS = ("capital_cost", "loss", "premium", "discount", "collection", "fixed")
EFFECT = ("sales", "credit", "receivables", "margin", *COSTS, "profit")
"""Rows of the what-if, DSO after them."""
_APART = ("not_due", "unapplied", "no_due_date")


def lay(fill: ReviewFill) -> None:
    """Make room for the months."""
    fill.book.repeat("record_on", max(len(fill.review.record), 1))


def fill_in(fill: ReviewFill) -> None:
    """Write the sheet."""
    fill.put_text("payment_subtitle", fill.join(fill.name, fill.amounts("word.amounts"), fill.as_of))
    drawn = [_exposure(fill), _aging(fill), late_chart(fill, "payment_late")]
    _record(fill)
    if not any(drawn):
        fill.hide_rows("payment_aging_subtitle", "bucket_amount_head")
    _effect(fill)
    fill.put_sentence("payment_verdict", _sentence(fill))


def overdue_minor(fill: ReviewFill) -> int:
    """Return what is overdue: every bucket but those apart."""
    return sum(minor for key, minor in fill.review.aging.items() if key not in _APART)


def _sentence(fill: ReviewFill) -> Said:
    made, book = fill.review, fill.book
    home = book.place("payment_verdict").sheet
    if not any(made.exposure.values()) and not made.record:
        return cells.plain(fill.say("payment.nothing"))
    total = figure(book.ref("exposed_amount", down=4, home=home), fill.exact(made.exposure["total_minor"]), fill.code)
    net = figure(book.ref("exposed_amount", down=6, home=home), fill.exact(made.exposure["net_minor"]), fill.code)
    late = overdue_minor(fill)
    buckets = [down for down, (key, _) in enumerate(_buckets(fill), 1) if key not in _APART]
    native = "+".join(book.ref("bucket_amount", down=down, home=home) for down in buckets) or "0"
    overdue = figure(f"ROUND({native},{fill.digits()})", fill.exact(late), fill.code)
    return fill.sentence("payment.sentence", total=total, net=net, overdue=overdue, currency=fill.money_name())


def _buckets(fill: ReviewFill) -> list[tuple[str, int]]:
    """Return the buckets there is room for: not due, overdue, then those apart that hold something."""
    aging = fill.review.aging
    overdue = [(k, v) for k, v in aging.items() if k not in _APART]
    found = [("not_due", aging.get("not_due", 0)), *overdue]
    return found + [(k, aging[k]) for k in ("no_due_date", "unapplied") if aging.get(k)]


def _aging(fill: ReviewFill) -> bool:
    book, found = fill.book, _buckets(fill)
    home = book.place("bucket_amount").sheet
    room = book.place("bucket_amount").height
    if len(found) >= room:  # the total takes a row of its own
        apart = sum(key in _APART for key, _ in found)
        values = {"room": room - 1 - apart, "have": len(found) - apart, "name": "bucket_amount"}
        raise TemplateError(*(say("review_workbook.error.buckets", lang, **values) for lang in ("en", "zh")))
    whole = sum(minor for _, minor in found)
    fill.put_text("bucket_amount_head", fill.amounts())
    fill.put_text("bucket_label", fill.say("payment.total"))
    last = len(found)
    native = f"ROUND(SUM({book.ref('bucket_amount', down=1, home=home)}:{book.ref('bucket_amount', down=last, home=home)}),{fill.digits()})"
    fill.put_known("bucket_amount", whole, native=native)
    for down, (key, minor) in enumerate(found, 1):
        fill.put_text("bucket_label", bucket_label(key, fill.lang), down=down)
        fill.put_known("bucket_amount", minor, down=down)
        total, here = book.ref("bucket_amount", home=home), book.ref("bucket_amount", down=down, home=home)
        fill.put_figure(
            "bucket_share", minor / whole if whole else 0.0, native=f"IF({total}=0,0,{here}/{total})", down=down
        )
    for down in range(max(last + 1, len(PARTS)), room):
        fill.hide_row("bucket_amount", down=down)
    bars = [
        (bucket_label(key, fill.lang), {"value": (fill.over(book.ref("bucket_amount", down=down)), fill.scaled(minor))})
        for down, (key, minor) in enumerate(found, 1)
        if key != "unapplied"
    ]
    if not fill.put_bars("aging", bars):
        fill.put_text("payment_aging_title", fill.say("payment.aging_none"))
        fill.put_text("payment_aging_subtitle", fill.say("payment.aging_none_subtitle"))
        return False
    late = overdue_minor(fill)
    key = "payment.aging_title" if late else "payment.aging_clean"
    fill.put_text("payment_aging_title", fill.say(key, share=f"{late / whole:.1%}" if whole else ""))
    fill.put_text("payment_aging_subtitle", fill.say("payment.aging_subtitle", unit=fill.scale[1]))
    return True


def late_chart(fill: ReviewFill, prefix: str) -> bool:
    """Write the line of worst days late, month by month, and say what it shows; return whether there is a chart."""
    made, listed = fill.review, fill.book.has("record_days")
    points = [
        (row["month"], fill.book.ref("record_days", copy) if listed else "", None if row["worst_days_late"] is None else float(row["worst_days_late"]))
        for copy, row in enumerate(made.record)
    ]  # fmt: skip
    limit = fill.value("progressive.late_days")
    drawn = fill.put_months(
        "late", points, None if limit is None else float(limit), fill.say("payment.late_threshold", days=limit)
    )
    if not drawn:
        known = [p for p in points if p[2] is not None]
        fill.put_text(f"{prefix}_title", fill.say("payment.late_one" if known else "payment.late_none"))
        fill.put_text(f"{prefix}_subtitle", fill.say("payment.late_none_subtitle"))
        return False
    drawn_points = points[-fill.book.place("data_late_on").height :]
    values = [value for _, _, value in drawn_points if value is not None]
    fill.put_text(
        f"{prefix}_title", fill.say("payment.late_title", last=f"{values[-1]:.0f}", worst=f"{max(values):.0f}")
    )
    fill.put_text(f"{prefix}_subtitle", fill.say("payment.late_subtitle"))
    return True


def _record(fill: ReviewFill) -> None:
    book = fill.book
    for copy, row in enumerate(fill.review.record):
        book.put("record_on", cells.day(row["month"]), copy)
        if row["worst_days_late"] is None:
            fill.put_text("record_days", fill.say("payment.no_days"), copy)
        else:
            book.put("record_days", cells.number(row["worst_days_late"]), copy)
        for name in ("billed", "settled", "open", "peak"):
            fill.put_known(f"record_{name}", row[f"{name}_minor"], copy)
        book.put("record_items", cells.number(row["items"]), copy)
    if not fill.review.record:
        fill.put_text("record_on", fill.say("payment.late_none"))


def _exposure(fill: ReviewFill) -> bool:
    book, made = fill.book, fill.review
    home = book.place("exposed_amount").sheet
    cell = [book.ref("exposed_amount", down=down, home=home) for down in range(len(PARTS))]
    fill.put_text("exposed_amount_head", fill.amounts())
    minors = [made.exposure.get(f"{name}_minor") for name in PARTS[:7]]
    limit = made.limit.limit_minor
    minors.append(None if limit is None else limit - (minors[4] or 0))
    digits = fill.digits()
    natives = {
        4: f"ROUND(SUM({cell[0]}:{cell[3]}),{digits})",
        6: f"ROUND({cell[4]}-{cell[5]},{digits})",
        7: f"ROUND({book.ref('chain_amount', down=6)}-{cell[4]},{digits})",
    }
    agrees = {
        4: sum(m or 0 for m in minors[:4]) == minors[4],
        6: (minors[4] or 0) - (minors[5] or 0) == minors[6],
        7: True,
    }
    for down, name in enumerate(PARTS):
        fill.put_text("exposed_label", fill.say(f"exposure.{name}"), down=down)
        fill.put_known(
            "exposed_amount", minors[down], native=natives.get(down, "") if agrees.get(down) else "", down=down
        )
    total, covered, net = minors[4] or 0, minors[5] or 0, minors[6] or 0
    fill.put_text("payment_exposure_subtitle", fill.say("exposure.subtitle", unit=fill.scale[1]))
    if total <= 0:
        fill.put_text("payment_exposure_title", fill.say("exposure.title_none"))
        fill.put_text("payment_exposure_subtitle", fill.say("exposure.none_subtitle"))
        book.drop_charts("data_exposure_label")
        return False
    key = "exposure.title_none_covered" if not covered else "exposure.title"
    fill.put_text("payment_exposure_title", fill.say(key, share=f"{covered / total:.0%}"))
    for down, key in enumerate(("parts", "cover")):
        fill.put_text("data_exposure_label", fill.say(f"exposure.bar_{key}"), down=down)
    bars = ((0, 0, minors[0] or 0), (0, 2, minors[2] or 0), (0, 3, minors[3] or 0), (1, 5, covered), (1, 6, net))
    for right, (down, part, minor) in enumerate(bars):
        value = fill.scaled(max(minor, 0))
        native = fill.over(f"MAX({book.ref('exposed_amount', down=part)},0)")
        book.put("data_exposure_value", cells.formula(native, repr(value)), down=down, right=right)
        shown = figure(book.ref("data_exposure_value", down=down, right=right), value, "#,##0.0")
        said = cells.plain(f"{fill.say(f'exposure.short_{PARTS[part]}')} ") + shown
        fill.put_said("data_exposure_name", said, right=right)
    return True


def _effect(fill: ReviewFill) -> None:
    book, effect = fill.book, fill.review.effect
    home = book.place("effect_label").sheet
    room = book.place("effect_label").height
    if effect is None:
        fill.put_text("effect_title", fill.say("effect.none"))
        for down in range(room):
            fill.hide_row("effect_label", down=down)
        fill.hide_row("effect_head")
        fill.put_long("effect_note", fill.say("effect.none_meaning"))
        return
    fill.put_text("effect_title", fill.say(f"effect.{effect.outcome}", terms=fill.terms))
    digits = fill.digits()
    for down, key in enumerate(EFFECT):
        fill.put_text("effect_label", fill.say(f"effect.l_{key}", currency=fill.money_name()), down=down)
        a, b = (book.ref(f"effect_{column}", down=down, home=home) for column in ("base", "scenario"))
        pair = [getattr(case, f"{key}_minor") for case in (effect.base, effect.scenario)]
        for column, minor in zip(("base", "scenario"), pair, strict=True):
            native = ""
            if key == "profit":
                first, last = (
                    book.ref(f"effect_{column}", down=EFFECT.index(name), home=home) for name in (COSTS[0], COSTS[-1])
                )
                native = f"ROUND({book.ref(f'effect_{column}', down=EFFECT.index('margin'), home=home)}-SUM({first}:{last}),{digits})"
            fill.put_known(f"effect_{column}", minor, native=native, down=down)
        fill.put_known("effect_change", pair[1] - pair[0], native=f"ROUND({b}-{a},{digits})", down=down)
    down = len(EFFECT)
    fill.put_text("effect_label", fill.say("effect.l_dso"), down=down)
    days = [case.dso_days for case in (effect.base, effect.scenario)]
    fill.put_figure("effect_base", days[0], down=down)
    fill.put_figure("effect_scenario", days[1], down=down)
    if days[0] is not None and days[1] is not None:
        a, b = (book.ref(f"effect_{column}", down=down, home=home) for column in ("base", "scenario"))
        fill.put_figure("effect_change", days[1] - days[0], native=f"{b}-{a}", down=down)
    notes = [r.text(fill.lang) for r in effect.decision.reasons if r.effect in ("missing", "note")]
    fill.put_long("effect_note", ("" if fill.lang == "zh" else " ").join(notes) or None)
