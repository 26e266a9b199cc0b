"""`credit policy diff A B --ledger …`: what the change does to today's book.

What must stay true: nothing is computed here; a list that is cut says what it leaves out, the sums count everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.cli import common as c
from creditlib.faces.cli import decided, show
from creditlib.faces.cli.work import Request
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from rich.console import Console

    from creditlib.flows.policy_effect import PolicyEffect
    from creditlib.policy import Policy

TOP = 20


def effect_of(request: Request, before: Policy, after: Policy) -> PolicyEffect:
    """Read the ledger of a request and compare the policies on it."""
    from creditlib.flows.policy_effect import policy_effect

    with c.Steps(request.lang) as steps:
        day, report, known = request.day, request.report, request.known
        steps.at("read")
        reading = request.read(before, day)
        steps.at("measure")
        return policy_effect(reading, before, after, day, rates=request.rates(), currency=report, known_on=known)


def effect_json(effect: PolicyEffect) -> dict[str, Any]:
    """Return an effect as JSON, amounts as decimal strings."""

    def text(minor: int | None, code: str) -> str | None:
        return None if minor is None else money.plain(minor, code)

    customers = []
    for row in effect.customers.to_pylist():
        code = row["currency"]
        made = {name.replace("limit_minor", "limit"): value for name, value in row.items()}
        made |= {f"limit_{side}": text(row[f"limit_minor_{side}"], code) for side in ("before", "after")}
        customers.append(made)
    orders = [
        {k: v for k, v in row.items() if k != "order_minor"} | {"amount": text(row["order_minor"], row["currency"])}
        for row in effect.orders.to_pylist()
    ]
    sums = []
    for one in effect.sums:
        amounts = {n: getattr(one, f"{n}_minor") for n in _AMOUNTS}
        sums.append(
            {"currency": one.currency, "customers": one.customers, "without_limit_before": one.without_limit_before,
             "without_limit_after": one.without_limit_after} | {n: text(v, one.currency) for n, v in amounts.items()}
        )  # fmt: skip
    grades = [{"before": a, "after": b, "customers": n} for (a, b), n in sorted(effect.grades.items())]
    return {"as_of": str(effect.as_of), "customers": customers, "orders": orders, "grades": grades, "sums": sums}


_AMOUNTS = ("limits_before", "limits_after", "expected_loss_before", "expected_loss_after", "held_before", "held_after")


def print_effect(out: Console, effect: PolicyEffect, lang: Lang) -> None:
    """Print sums, moves between grades, customers and orders that change."""
    label = [f"{policy.name}@{policy.fingerprint}" for policy in (effect.before, effect.after)]
    out.print()
    show.title(out, say("assess.title.effect", lang, as_of=effect.as_of, a=label[0], b=label[1]))
    for one in effect.sums:
        _sums(out, one, lang)
    moved = {pair: n for pair, n in effect.grades.items() if pair[0] != pair[1]}
    if moved:
        told = [f"{a} → {b}: {n:,}" for (a, b), n in sorted(moved.items())]
        out.print(say("assess.say.total_grades", lang, grades=" · ".join(told)))
    if not effect.customers.num_rows and not effect.orders.num_rows:
        out.print(say("assess.say.no_change", lang))
        return
    _customers(out, effect.customers.to_pylist(), lang)
    if effect.orders.num_rows:
        _orders(out, effect.orders.to_pylist(), lang)


def _sums(out: Console, one: Any, lang: Lang) -> None:
    code = one.currency
    table = show.table(
        (f"{code} · {one.customers:,}", "l"), (say("assess.col.before", lang), "r"), (say("assess.col.after", lang), "r"),
        (say("assess.col.change", lang), "r"),
    )  # fmt: skip
    for name in ("limits", "expected_loss", "held"):
        before, after = getattr(one, f"{name}_before_minor"), getattr(one, f"{name}_after_minor")
        cells = [show.amount(before, code), show.amount(after, code), show.difference(after - before, code)]
        table.add_row(say(f"assess.sum.{name}", lang), *cells)
    lacking = (one.without_limit_before, one.without_limit_after)
    table.add_row(say("assess.sum.without_limit", lang), *(f"{n:,}" for n in lacking), f"{lacking[1] - lacking[0]:+,}")
    show.put(out, table)
    out.print()


def _customers(out: Console, rows: Sequence[dict[str, Any]], lang: Lang) -> None:
    table = show.table(
        (say("terminal.col.customer", lang), "l"), (say("terminal.col.name", lang), "l"), (say("assess.col.grade", lang), "l"),
        (say("assess.col.limit", lang) + " · " + say("assess.col.before", lang), "r"), (say("assess.col.after", lang), "r"),
        (say("assess.part.terms", lang), "l"),
    )  # fmt: skip
    ordered = sorted(rows, key=lambda r: -abs((r["limit_minor_after"] or 0) - (r["limit_minor_before"] or 0)))
    for r in ordered[:TOP]:
        code = r["currency"]
        grade = _pair(r["grade_before"] or "○", r["grade_after"] or "○")
        limits = [decided.limit_text(r[f"limit_minor_{side}"], code, lang) for side in ("before", "after")]
        table.add_row(
            r["customer"], show.cut(r["name"]), grade, *limits, _pair(r["terms_before"] or "○", r["terms_after"] or "○")
        )
    show.put(out, table)
    if len(ordered) > TOP:
        out.print(say("terminal.say.others", lang, count=f"{len(ordered) - TOP:,}"))


def _pair(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _orders(out: Console, rows: Sequence[dict[str, Any]], lang: Lang) -> None:
    out.print()
    table = show.table(
        (say("terminal.col.customer", lang), "l"), (say("assess.col.order", lang), "l"), (say("assess.col.amount", lang), "r"),
        (say("assess.col.outcome", lang), "l"),
    )  # fmt: skip
    for r in rows[:TOP]:
        told = [say(f"assess.outcome.{r[f'outcome_{side}']}", lang) for side in ("before", "after")]
        table.add_row(
            r["customer"],
            r["order"] or "",
            f"{show.amount(r['order_minor'], r['currency'])} {r['currency']}",
            _pair(*told),
        )
    show.put(out, table)
    if len(rows) > TOP:
        out.print(say("terminal.say.others", lang, count=f"{len(rows) - TOP:,}"))
