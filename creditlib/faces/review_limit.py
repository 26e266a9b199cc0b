"""The limit sheet: all methods, the chain from the picked one to the limit, its parts, and the limit earned month by month."""

from __future__ import annotations

from creditlib.decisions.decision import Reason
from creditlib.decisions.limit.methods import METHODS
from creditlib.decisions.limit.reasons import LABELS
from creditlib.faces import workbook_cells as cells
from creditlib.faces.review_fill import ReviewFill
from creditlib.faces.workbook_cells import Said, figure
from creditlib.money import exponent, text

NAMES = {
    "limit": "subtitle verdict methods_title methods_subtitle earned_title earned_subtitle",
    "method": "name amount how role amount_head",
    "chain": "label amount note amount_head",
    "bound": "label amount note",
    "month": "on limit state clean days open text limit_head open_head",
}
PICKED, FACTOR, CAP, ROUNDED, LIFTED, CAPACITY, LIMIT, INSURED, OWN = range(9)
"""Rows of the chain."""
_FIGURES = (
    "picked_minor", "after_factor_minor", "grade_cap_minor", "rounded_minor", "lifted_minor", "capacity_minor", "limit_minor", "insured_minor", "own_risk_minor",
)  # fmt: skip
_STEPS = {
    FACTOR: "factor",
    CAP: "grade-cap",
    ROUNDED: "rounded",
    LIFTED: "lifted",
    CAPACITY: "own-capacity",
    INSURED: "parts",
}


def lay(fill: ReviewFill) -> None:
    """Make room for methods and months."""
    fill.book.repeat("method_name", len(METHODS))
    fill.book.repeat("month_on", max(len(fill.review.progressive), 1))


def fill_in(fill: ReviewFill) -> None:
    """Write the sheet."""
    fill.put_text("limit_subtitle", fill.join(fill.name, fill.amounts("word.amounts"), fill.as_of))
    for name in ("method_amount_head", "chain_amount_head"):
        fill.put_text(name, fill.amounts())
    _methods(fill)
    bars = methods_chart(fill, "limit_methods")
    _chain(fill)
    _bounds(fill)
    if not _months(fill) and not bars:
        fill.hide_rows("limit_methods_subtitle", "method_amount_head")
    fill.put_sentence("limit_verdict", _sentence(fill))


def reason_of(fill: ReviewFill, *codes: str) -> Reason | None:
    """Return the first reason of the limit with one of some codes."""
    return next((r for r in fill.review.limit.reasons if r.code in {f"limit.{c}" for c in codes}), None)


def steps(fill: ReviewFill) -> list[tuple[Reason, int | None]]:
    """Return the steps to the limit as they are told, each with the row of the chain that holds its amount."""
    rows = {code: row for row, code in _STEPS.items()} | {name.replace("_", "-"): PICKED for name in METHODS}
    rows |= {"set": LIMIT, "parts": OWN}
    found: list[tuple[Reason, int | None]] = []
    for reason in fill.review.limit.reasons:
        code = reason.code.removeprefix("limit.")
        if not code.startswith("beside-") and reason.effect != "missing":
            found.append((reason, rows.get(code)))
    return found


def amount_ref(fill: ReviewFill, row: int, home: str = "") -> str:
    """Return the cell of a row of the chain."""
    return fill.book.ref("chain_amount", down=row, home=home)


def method_note(fill: ReviewFill, name: str) -> str:
    """Return how a method came to its amount, or why it gives none."""
    code = name.replace("_", "-")
    told = reason_of(fill, code, f"beside-{code}")
    if told is not None:
        return Reason(f"limit.{code}", "note", told.values).text(fill.lang)
    lacking = next(
        (r for r in fill.review.limit.reasons if r.effect == "missing" and r.values.get("method") == LABELS[name]), None
    )
    return lacking.text(fill.lang) if lacking is not None else fill.say("limit.no_input")


def methods_chart(fill: ReviewFill, prefix: str) -> bool:
    """Write what the chart of the methods reads, and say what it shows; return whether there is a chart."""
    made = fill.review.limit
    bars: list[tuple[str, dict[str, tuple[str, float]]]] = []
    for copy, name in enumerate(METHODS):
        amount = made.methods[name]
        if amount is not None:
            native = fill.over(fill.book.ref("method_amount", copy)) if fill.book.has("method_amount") else ""
            bars.append(
                (fill.method(name), {"picked" if name == made.picked else "other": (native, fill.scaled(amount))})
            )
    fill.put_text(f"{prefix}_subtitle", fill.say("limit.methods_subtitle", unit=fill.scale[1]))
    if not fill.put_bars("method", bars):
        fill.put_text(f"{prefix}_title", fill.say("limit.methods_none" if not bars else "limit.methods_zero"))
        fill.put_text(f"{prefix}_subtitle", fill.say(f"{prefix.partition('_')[0]}.methods_none_subtitle"))
        return False
    if made.picked is None:
        fill.put_text(f"{prefix}_title", fill.say("limit.methods_unpicked"))
    else:
        key = "limit.methods_title" if made.limit_minor else "limit.methods_would"
        title = fill.say(key, method=fill.method(made.picked), how=fill.say(f"pick.{fill.value('limit.pick')}"))
        fill.put_text(f"{prefix}_title", title)
    return True


def _sentence(fill: ReviewFill) -> Said:
    made = fill.review.limit
    if made.limit_minor is None or not made.limit_minor:
        reasons = [
            r.text(fill.lang) for r in made.reasons if r.effect in ("stop", "missing") or r.code == "limit.not-set"
        ]
        return cells.plain(("" if fill.lang == "zh" else " ").join(reasons[:3]))
    home = fill.book.place("limit_verdict").sheet
    parts = {
        name: figure(amount_ref(fill, row, home), fill.exact(minor or 0), fill.code)
        for name, row, minor in (("picked", PICKED, made.figures["picked_minor"]), ("limit", LIMIT, made.limit_minor), ("insured", INSURED, made.insured_minor), ("own", OWN, made.own_risk_minor))
    }  # fmt: skip
    method = fill.method(made.picked) if made.picked else fill.unknown
    return fill.sentence(
        "limit.sentence", **parts, method=method, approver=fill.say(f"approver.{fill.review.approver}")
    )


def _methods(fill: ReviewFill) -> None:
    made = fill.review.limit
    may = fill.value("limit.methods")
    for copy, name in enumerate(METHODS):
        fill.put_text("method_name", fill.method(name), copy)
        fill.put_known("method_amount", made.methods[name], copy)
        fill.put_long("method_how", method_note(fill, name), copy)
        role = "picked" if name == made.picked else "may" if name in may else "beside"
        fill.put_text("method_role", fill.say(f"limit.role_{role}"), copy)


def _chain(fill: ReviewFill) -> None:
    book, made = fill.book, fill.review.limit
    home = book.place("chain_amount").sheet
    minors = [made.figures[name] for name in _FIGURES]
    for row, minor in enumerate(minors):
        fill.put_text("chain_label", fill.say(f"chain.{_FIGURES[row].removesuffix('_minor')}"), down=row)
        if minor is None and (row == CAPACITY or (row == CAP and made.figures["grade"])):
            fill.put_text("chain_amount", fill.say("chain.no_cap" if row == CAP else "chain.no_bound"), down=row)
            continue
        if minor is None and made.limit_minor == 0:
            fill.put_text("chain_amount", fill.say("chain.not_applied"), down=row)
            continue
        fill.put_known("chain_amount", minor, native=_native(fill, row, minors, home), down=row)
    for row in range(len(minors)):
        told = reason_of(fill, _STEPS[row]) if row in _STEPS else None
        note = fill.join(told.text(fill.lang), fill.parameters(told)) if told else None
        if row == PICKED:
            pick = reason_of(fill, "pick")
            note = (
                fill.join(pick.text(fill.lang), fill.parameters(pick))
                if pick
                else fill.method(made.picked)
                if made.picked
                else None
            )
        elif row in _STEPS and told is None and minors[row] is not None:
            stopped = made.outcome == "none" and row == FACTOR
            note = (
                fill.say("chain.stop" if stopped else "chain.no_effect") if row == FACTOR or made.limit_minor else None
            )
        elif row == LIMIT and made.review_on is not None:
            note = fill.say("chain.review", day=made.review_on.isoformat())
        elif row == OWN and minors[OWN] is not None:
            note = fill.say("chain.own_note")
        fill.put_long("chain_note", note, down=row)


def _native(fill: ReviewFill, row: int, minors: list[int | None], home: str) -> str:
    """Return a step as a formula over the step before, "" where the figure does not follow by it."""
    made, cell = fill.review.limit, [amount_ref(fill, place, home) for place in range(9)]
    picked, after, cap, rounded, lifted, _, limit, insured, own = minors
    digits = fill.digits()
    if row == PICKED and made.picked:
        return fill.book.ref("method_amount", METHODS.index(made.picked), home=home)
    if row == FACTOR and picked is not None and after is not None and made.figures["factor"] is not None:
        factor = (
            fill.value("limit.grade_factor").get(made.figures["grade"]) if fill.review.score.outcome != "stop" else 0
        )
        if factor is not None and int(picked * factor) == after:
            return f"ROUND(ROUNDDOWN(ROUND({cell[PICKED]}*{factor},6),{digits}),{digits})"
    if row == ROUNDED and after is not None and rounded is not None:
        held = after if cap is None else min(after, cap)
        native = cell[FACTOR] if cap is None else f"MIN({cell[FACTOR]},{cell[CAP]})"
        lead = fill.value("limit.rounding_digits")
        whole = held // 10**digits
        step = 10 ** max(len(str(whole)) - lead, 0)
        if whole // step * step * 10**digits == rounded:
            return f"ROUND(ROUNDDOWN({native},MIN(0,{lead}-LEN(INT({native})))),{digits})"
        return native if held == rounded else ""
    if row == LIFTED and rounded is not None and lifted is not None:
        cover = made.methods["insurer"]
        if cover is not None and max(rounded, cover) == lifted:
            return f"MAX({cell[ROUNDED]},{fill.book.ref('method_amount', METHODS.index('insurer'), home=home)})"
        return cell[ROUNDED] if rounded == lifted else ""
    if row == LIMIT and limit is not None and lifted == limit:
        return cell[LIFTED]
    if row == INSURED and None not in (limit, insured, own):
        return ""
    if row == OWN and limit is not None and insured is not None and limit - insured == own:
        return f"ROUND({cell[LIMIT]}-{cell[INSURED]},{digits})"
    return ""


def _bounds(fill: ReviewFill) -> None:
    """Write the caps that stand over the limit: of the grade, of own capacity, of the group, and when the committee decides."""
    made, home = fill.review.limit, fill.value("home.currency")
    above = fill.value("limit.committee_above")
    cap = (fill.value("limit.grade_cap") or {}).get(made.figures["grade"]) if made.figures["grade"] else None
    own = made.figures["group_own_minor"]
    notes = ("limit.grade_cap", "limit.own_equity_share, limit.own_receivables_share", "", "limit.committee_above")
    values: tuple[int | None, ...] = (
        None if cap is None else int(cap * 10 ** exponent(home)), made.figures["capacity_minor"], own, int(above * 10 ** exponent(home)),
    )  # fmt: skip
    currencies = (home, made.currency, home, home)
    for down, key in enumerate(("grade", "capacity", "group", "committee")):
        fill.put_text("bound_label", fill.say(f"bound.{key}", group=short_group(fill)), down=down)
        if values[down] is None:
            fill.put_text(
                "bound_amount",
                fill.say(
                    "chain.no_bound"
                    if key == "capacity"
                    else "chain.no_cap"
                    if made.figures["grade"]
                    else "word.unknown"
                ),
                down=down,
            )
        else:
            fill.put_amount("bound_amount", values[down], currencies[down], down=down, own=True)
        above_it = "none" if not made.limit_minor else "yes" if made.needs_committee else "no"
        note = fill.join(fill.say(f"bound.committee_{above_it}"), notes[down]) if key == "committee" else notes[down]
        fill.put_text("bound_note", note, down=down)


def short_group(fill: ReviewFill) -> str:
    """Return the name of the customer's group."""
    return str(fill.review.limit.figures["group"])


def _months(fill: ReviewFill) -> bool:
    """Write the months and their chart; return whether there is one."""
    book, made = fill.book, fill.review
    record = {row["month"]: row for row in made.record}
    fill.put_text("month_limit_head", fill.amounts("limit.earned"))
    fill.put_text("month_open_head", fill.amounts("limit.open"))
    points, beside = [], []
    for copy, step in enumerate(made.progressive):
        row = record.get(step.month, {})
        book.put("month_on", cells.day(step.month), copy)
        fill.put_known("month_limit", step.limit_minor, copy)
        fill.put_text("month_state", fill.say(f"state.{step.state}"), copy)
        book.put("month_clean", cells.number(step.clean), copy)
        fill.put_figure("month_days", row.get("worst_days_late"), copy)
        owed = row.get("open_minor", 0)
        fill.put_known("month_open", owed, copy)
        month = f"{step.month:%Y-%m}"
        texts = [r.text(fill.lang).removeprefix(f"{month}：").removeprefix(f"{month}: ") for r in step.reasons]
        told = ("；" if fill.lang == "zh" else "; ").join(text.rstrip(".。") for text in texts)
        fill.put_long("month_text", told[:1].upper() + told[1:], copy)
        value = None if step.limit_minor is None else fill.scaled(step.limit_minor)
        points.append((step.month, fill.over(book.ref("month_limit", copy)), value))
        beside.append((fill.over(book.ref("month_open", copy)), fill.scaled(owed)))
    if not made.progressive:
        fill.put_long("month_text", fill.say("limit.none_to_earn" if made.record else "limit.no_months"))
    limit = made.limit.limit_minor
    label = "" if limit is None else fill.say("limit.threshold", limit=f"{fill.scaled(limit):,.1f}")
    drawn = fill.put_months("earned", points, None if not limit else fill.scaled(limit), label, beside)
    if not drawn:
        fill.put_text("limit_earned_title", fill.say("limit.no_earned"))
        fill.put_text("limit_earned_subtitle", fill.say("limit.no_earned_subtitle"))
        return False
    newest = made.progressive[-1]
    shown = fill.unknown if newest.limit_minor is None else text(newest.limit_minor, fill.currency)
    fill.put_text(
        "limit_earned_title", fill.say("limit.earned_title", state=fill.say(f"state.{newest.state}"), limit=shown)
    )
    fill.put_text("limit_earned_subtitle", fill.say("limit.earned_subtitle", unit=fill.scale[1]))
    return True
