"""Decisions as the terminal prints them and as JSON.

What must stay true: a reason is printed with its amount and the policy values behind it; the JSON holds every reason, in the language
asked, with its code and figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.text import Text

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.cli import show
from creditlib.faces.wording import say

if TYPE_CHECKING:
    from rich.console import Console

    from creditlib.decisions.decision import Decision, Reason
    from creditlib.decisions.score.decide import ScoreDecision

_MARKS = {"stop": "▲", "lowers": "−", "raises": "+", "caps": "▲", "missing": "○", "note": "·"}


def limit_text(minor: int | None, currency: str, lang: Lang) -> str:
    """Return a limit in words: None is not set, 0 is no credit."""
    if minor is None:
        return say("assess.say.not_set", lang)
    if minor == 0:
        return say("assess.say.no_credit", lang)
    return f"{money.text(minor, currency)} {currency}"


def pd_text(chance: float | None) -> str:
    """Return a default probability."""
    return "" if chance is None else f"{chance:.2%}"


def reasons(out: Console, found: Sequence[Reason], lang: Lang, *, most: int | None = None) -> None:
    """Print reasons, one a line; the policy values behind each in brackets. most: how many, the rest is counted."""
    shown = found if most is None else found[:most]
    for reason in shown:
        line = Text(f"  {_MARKS[reason.effect]} {reason.text(lang)}")
        if reason.policy:
            line.append(f"  [{', '.join(reason.policy)}]", style="dim")
        out.print(line, soft_wrap=True)
    if len(shown) < len(found):
        out.print(say("assess.say.more_reasons", lang, count=len(found) - len(shown)))


def factor_table(out: Console, made: ScoreDecision, lang: Lang) -> None:
    """Print every factor of a score with its points and what it cost, and that they add up."""
    from creditlib.policy.factors import FACTORS

    table = show.table(
        (say("assess.col.factor", lang), "l"),
        (say("assess.col.value", lang), "r"),
        (say("assess.col.points", lang), "r"),
        (say("assess.col.weight", lang), "r"),
        (say("assess.col.lost", lang), "r"),
    )
    for line in made.lines:
        about = FACTORS[line.name]
        table.add_row(
            about.label(lang), about.shown(line.value, lang), str(line.points) if line.points >= 0 else "–",
            show.share(line.share) if line.share else "–", f"{line.lost:.1f}" if line.share else "–",
        )  # fmt: skip
    show.total_row(table, say("terminal.col.total", lang), "", "", show.share(1.0), f"{made.lost:.1f}")
    show.put(out, table)


def decision_json(made: Decision, lang: Lang) -> dict[str, Any]:
    """Return what every decision has: outcome, reasons, policy, values used, documents behind it."""
    return {
        "subject": made.subject,
        "customer": made.customer,
        "as_of": made.as_of,
        "outcome": made.outcome,
        "reasons": [reason_json(reason, lang) for reason in made.reasons],
        "policy": {"name": made.policy_name, "fingerprint": made.fingerprint},
        "values": {
            name: {"value": plain(value), "reference": reference} for name, (value, reference) in made.used.items()
        },
        "documents": made.why.documents.num_rows,
    }


def reason_json(reason: Reason, lang: Lang) -> dict[str, Any]:
    """Return a reason as JSON, its amount as a decimal string."""
    amount = None
    if reason.amount_minor is not None and reason.currency is not None:
        amount = money.plain(reason.amount_minor, reason.currency)
    return {
        "code": reason.code,
        "effect": reason.effect,
        "text": reason.text(lang),
        "points": None if reason.points is None else round(reason.points, 4),
        "amount": amount,
        "currency": reason.currency,
        "policy": list(reason.policy),
    }


def plain(value: Any) -> Any:
    """Return a value of any decision as JSON knows it: decimals as numbers, days as text, what has no bound as null."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def amounts_json(row: Mapping[str, Any], names: Sequence[str], currency: str) -> dict[str, str | None]:
    """Return amounts of a row by name without `_minor`, as decimal strings; None where there is none."""
    return {
        name.removesuffix("_minor"): None if row[name] is None else money.plain(row[name], currency) for name in names
    }
