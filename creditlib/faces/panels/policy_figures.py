"""The policy panel, what a draft does: the verdict, moves between grades, sums of both sides, and who changes."""

from __future__ import annotations

from typing import Any, Final

from creditlib.decisions.offer import offer_of
from creditlib.decisions.release.columns import OUTCOMES
from creditlib.errors import Lang
from creditlib.faces.charts.policy import moves
from creditlib.faces.panels.blocks import (
    Block,
    Cell,
    button,
    buttons,
    chart,
    column,
    decision,
    form,
    kpi,
    kpis,
    row,
    section,
    table,
    text,
)
from creditlib.faces.scale import Scale
from creditlib.faces.wording import say
from creditlib.flows.policy_told import NO_GRADE, Counts, PolicyEffect, Sums
from creditlib.policy import GRADES, Values

_AMOUNTS: Final = ("exposure", "limits", "over", "expected_loss", "held")
_COUNTS: Final = ("without_limit", "over_customers")


def verdict(effect: PolicyEffect, sums: Sums, scale: Scale, tried: bool, customers: int) -> Block:
    """Return what the draft does in a sentence, and its key figures."""
    lang, counts = scale.lang, effect.counts
    before, after, change = scale.pair(sums.limits_before_minor, sums.limits_after_minor)
    told = {
        "count": f"{counts.customers:,}",
        "all": f"{customers:,}",
        "before": before,
        "after": after,
        "change": change.lstrip("+-"),
        "unit": scale.unit,
    }
    if not tried:
        key = "idle"
    elif not counts.customers and not counts.orders:
        key = "nobody"
    else:
        moved = sums.limits_after_minor - sums.limits_before_minor
        key = "up" if moved > 0 else "down" if moved < 0 else "same"
    why = _why(counts, lang) if tried else say("panel_policy.idle_why", lang)
    items = [
        _count_kpi("grade", counts.grade, "", lang),
        _count_kpi("limit", counts.limit, say("panel_policy.up_down", lang, up=f"{counts.limit_up:,}", down=f"{counts.limit_down:,}") if tried else "", lang),
        _count_kpi("held", counts.orders, say("panel_policy.of_customers", lang, count=f"{counts.held_customers:,}") if tried else "", lang),
        *(_sum_kpi(name, sums, scale, tried) for name in ("limits", "over", "expected_loss")),
    ]  # fmt: skip
    return section(
        "verdict", [decision("verdict", say(f"panel_policy.verdict.{key}", lang, **told), why), kpis("figures", items)]
    )


def _why(counts: Counts, lang: Lang) -> str:
    told = {
        name: f"{getattr(counts, name):,}"
        for name in ("grade", "limit", "limit_up", "limit_down", "terms", "orders", "held_customers")
    }
    return say("panel_policy.why", lang, **told)


def _count_kpi(name: str, count: int, note: str, lang: Lang) -> Block:
    return kpi(name, say(f"panel_policy.kpi.{name}", lang), f"{count:,}", "", note)


def _sum_kpi(name: str, sums: Sums, scale: Scale, tried: bool) -> Block:
    before, after, change = scale.pair(*(getattr(sums, f"{name}_{side}_minor") for side in ("before", "after")))
    note = say("panel_policy.from", scale.lang, before=before, change=change) if tried else ""
    return kpi(name, say(f"panel_policy.sum.{name}", scale.lang), after, scale.unit, note)


def matrix(effect: PolicyEffect, lang: Lang) -> Block:
    """Return the moves between grades."""
    made = moves(
        effect.grades, [*GRADES, NO_GRADE], before=say("panel_policy.grade_before", lang), after=say("panel_policy.grade_after", lang),
        others=say("panel_policy.no_grade", lang),
    )  # fmt: skip
    title = say(
        "panel_policy.moves_some" if effect.counts.grade else "panel_policy.moves_none",
        lang,
        count=f"{effect.counts.grade:,}",
    )
    return section("moves", [chart("moves", made)], title=title, sub=say("panel_policy.moves_sub", lang))


def side_by_side(sums: Sums, scale: Scale) -> Block:
    """Return the sums of one currency before, after, and the difference."""
    lang = scale.lang
    heads = [
        column(""), column(say("panel.word.base", lang), align="right"), column(say("panel_policy.draft", lang), align="right", tone="strong"),
        column(say("panel.word.change", lang), align="right"),
    ]  # fmt: skip
    rows = [_amounts(name, sums, scale) for name in _AMOUNTS] + [_counts(name, sums, lang) for name in _COUNTS]
    caption = say("panel_policy.sums", lang, currency=sums.currency)
    sub = say("panel_policy.sums_sub", lang, unit=scale.unit, count=f"{sums.customers:,}")
    return section("sums", [table("sums", caption, heads, rows)], title=caption, sub=sub, wide=True)


def _amounts(name: str, sums: Sums, scale: Scale) -> Block:
    pair = scale.pair(*(getattr(sums, f"{name}_{side}_minor") for side in ("before", "after")))
    return row([say(f"panel_policy.sum.{name}", scale.lang), *_marked(pair)], id=name)


def _counts(name: str, sums: Sums, lang: Lang) -> Block:
    before, after = getattr(sums, f"{name}_before"), getattr(sums, f"{name}_after")
    told = (f"{before:,}", f"{after:,}", f"{after - before:+,}" if after != before else "0")
    return row([say(f"panel_policy.sum.{name}", lang), *_marked(told)], id=name)


def _marked(told: tuple[str, str, str]) -> list[Cell]:
    return [told[0], {"text": told[1], "tone": "strong"}, told[2]]


def who(effect: PolicyEffect, sums: Sums, scale: Scale, which: str, rows: int, control: Block) -> Block:
    """Return the customers something changes for, or the orders whose release does, the largest change first."""
    lang = scale.lang
    if which == "orders":
        all_, body = _orders(effect, sums.currency, scale, rows)
    else:
        found = effect.ranked(sums.currency, which)  # type: ignore[arg-type]
        all_, body = found.num_rows, _customers(found.slice(0, rows).to_pylist(), _values(effect), scale)
    blocks = [form("list", [control])]
    if all_:
        blocks.append(body)
        more = [button("more", say("panel_policy.more", lang, count=f"{all_ - rows:,}"))] if all_ > rows else []
        blocks += [buttons("more", more)] if more else []
    else:
        blocks.append(
            text(
                "nobody",
                [say(f"panel_policy.none_{'orders' if which == 'orders' else 'customers'}", lang)],
                tone="muted",
            )
        )
    title = say(
        f"panel_policy.who_{'orders' if which == 'orders' else 'customers'}",
        lang,
        count=f"{all_:,}",
        currency=sums.currency,
    )
    return section("who", blocks, title=title, sub=say("panel_policy.who_sub", lang, unit=scale.unit))


def _values(effect: PolicyEffect) -> tuple[Values, Values]:
    return effect.before.at(effect.as_of), effect.after.at(effect.as_of)


def _customers(rows: list[dict[str, Any]], sides: tuple[Values, Values], scale: Scale) -> Block:
    lang = scale.lang
    right = ("score", "limit_before", "limit_after", "change")
    names = ("customer", "name", "score", "grade", *right[1:], "terms")
    heads = [
        column(say(f"panel_policy.col.{name}", lang), align="right" if name in right else "left") for name in names
    ]
    heads[names.index("limit_after")]["tone"] = "strong"
    return table(
        "customers", say("panel_policy.customers_caption", lang), heads, [_customer(one, sides, scale) for one in rows]
    )


def _customer(one: dict[str, Any], sides: tuple[Values, Values], scale: Scale) -> Block:
    lang = scale.lang
    before, after, change = scale.pair(one["limit_minor_before"], one["limit_minor_after"])
    same = one["limit_minor_before"] == one["limit_minor_after"]
    cells: list[Cell] = [
        one["customer"], one["name"] or "", _pair(one["score_before"], one["score_after"]),
        _grade(one), before, {"text": after, "tone": "muted" if same else "strong"}, "" if same else change,
        {"text": _terms(one, sides, lang), "tone": "words"},
    ]  # fmt: skip
    return row(cells, id=one["customer"])


def _pair(before: Any, after: Any) -> str:
    told = [NO_GRADE if one is None else str(one) for one in (before, after)]
    return told[0] if told[0] == told[1] else f"{told[0]} → {told[1]}"


def _grade(one: dict[str, Any]) -> Cell:
    before, after = one["grade_before"], one["grade_after"]
    if before == after:
        return {"text": before or NO_GRADE, "tone": "muted"}
    places = [len(GRADES) if grade is None else GRADES.index(grade) for grade in (before, after)]
    return {
        "text": f"{'↓' if places[1] > places[0] else '↑'} {_pair(before, after)}",
        "tone": "act" if places[1] > places[0] else "strong",
    }


def _terms(one: dict[str, Any], sides: tuple[Values, Values], lang: Lang) -> str:
    """The terms before and after in a language, empty where they stay."""
    if one["terms_before"] == one["terms_after"]:
        return ""
    told = [
        offer_of(one[f"grade_{side}"], one[f"outcome_{side}"], values).text(lang) or NO_GRADE
        for side, values in zip(("before", "after"), sides, strict=True)
    ]
    return _pair(*told)


def _orders(effect: PolicyEffect, currency: str, scale: Scale, rows: int) -> tuple[int, Block]:
    lang = scale.lang
    mine = [one for one in effect.orders.to_pylist() if one["currency"] == currency]
    mine.sort(key=lambda one: -one["order_minor"])
    heads = [
        column(say(f"panel_policy.col.{name}", lang), align="right" if name == "order_minor" else "left")
        for name in ("customer", "order", "order_minor", "release")
    ]
    return len(mine), table(
        "orders", say("panel_policy.orders_caption", lang), heads, [_order(one, scale) for one in mine[:rows]]
    )


def _order(one: dict[str, Any], scale: Scale) -> Block:
    told = [say(f"policy.choice.{one[f'outcome_{side}']}", scale.lang) for side in ("before", "after")]
    worse = OUTCOMES.index(one["outcome_after"]) > OUTCOMES.index(one["outcome_before"])
    mark = "▲" if worse else "✓"
    return row(
        [
            one["customer"],
            one["order"] or "",
            scale.text(one["order_minor"]),
            {"text": f"{mark} {told[0]} → {told[1]}", "tone": "act" if worse else "strong"},
        ]
    )
