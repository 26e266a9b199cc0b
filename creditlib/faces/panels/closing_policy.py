"""Policy values of the close, tried as a draft: buckets, DSO, the days from which a matter needs a person.

What must stay true: values are judged by the rules of a policy file, in their words; the policy in force is never changed.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import Lang, UsageError
from creditlib.faces.panels.blocks import Block, fold, form, section, text
from creditlib.faces.panels.fields import Choice, Day, Field, Text
from creditlib.faces.panels.parameters import drafted, parameter_field
from creditlib.faces.wording import say
from creditlib.policy import Policy
from creditlib.policy.catalogue import CATALOGUE

if TYPE_CHECKING:
    from creditlib.faces.panels.closing import ClosingModel

FROM: Final = "policy:from"
EDGES: Final = ("aging.edges", "aging.year_edges")
CHOICES: Final = ("aging.netting", "dso.method", "dso.base")
FIGURES: Final = (
    "checks.unapplied_days", "checks.dispute_days", "checks.far_due_days", "checks.old_item_days", "close.fx_max_age_days",
    "dso.benchmark", "dso.window_months", "dso.rolling_months", "cei.months", "concentration.top", "overdue.top",
)  # fmt: skip
_FIRST: Final = ("aging.edges", "aging.netting", "dso.method", "dso.benchmark")
_LANGS: Final[tuple[Lang, Lang]] = ("en", "zh")


def fields(policy: Policy, day: date) -> dict[str, Field]:
    """Return a control for each value of the close that can be tried."""
    values = policy.at(day)
    made: dict[str, Field] = {FROM: Day(label=lambda lang: say("panel_close.policy.from", lang))}
    for name in EDGES:
        hint = CATALOGUE[name].unit_text
        made[f"policy:{name}"] = Text(label=CATALOGUE[name].label, need=_ascending(name), hint=hint)
    for name in CHOICES:
        options = [(word, _word(name, word)) for word in CATALOGUE[name].choices]
        made[f"policy:{name}"] = Choice(label=CATALOGUE[name].label, options=options)
    for name in FIGURES:
        made[f"policy:{name}"] = parameter_field(name, values)
    return made


def _word(name: str, word: str) -> Any:
    key = f"terminal.method.{word}" if name == "dso.method" else f"panel_close.policy.{word}"
    return lambda lang: say(key, lang)


def _ascending(name: str) -> Any:
    label = CATALOGUE[name].label

    def need(typed: str) -> str:
        parts = [part.strip() for part in typed.replace("，", ",").split(",")]
        edges = [int(part) for part in parts if part.isascii() and part.isdigit()]
        if len(edges) != len(parts) or edges != sorted(set(edges)):
            raise UsageError(
                *(say("panel_close.policy.edges_wrong", lang, what=label(lang), value=typed) for lang in _LANGS)
            )
        return ", ".join(map(str, edges))

    return need


def base(policy: Policy, day: date, name: str) -> Any:
    """Return the value in force, as its control holds it."""
    if name == FROM:
        return day.isoformat()
    found = policy.at(day)[name.removeprefix("policy:")]
    if isinstance(found, tuple):
        return ", ".join(map(str, found))
    return found if isinstance(found, int | str) else float(found)


def value(name: str, held: Any) -> Any:
    """Return a value of a control as a draft takes it."""
    if name in EDGES:
        return [int(part) for part in held.split(",")]
    return held if name in CHOICES else drafted(name, held)


def section_of(model: ClosingModel) -> Block:
    """Return the values that can be tried: those that move the figures most first, the others folded."""
    lang, count = model.lang, len(model.changes_made())
    first = [f"policy:{name}" for name in _FIRST]
    more = [f"policy:{name}" for name in (*EDGES, *CHOICES, *FIGURES) if name not in _FIRST]
    said = say("panel_close.policy.changed", lang, count=count) if count else say("panel_close.policy.same", lang)
    blocks = [
        form("tried", [model.control(FROM), *(model.control(name) for name in first)]), text("count", [said], tone="muted"),
        fold("more", say("panel_close.policy.more", lang), [form("further", [model.control(name) for name in more])]),
    ]  # fmt: skip
    return section("policy", blocks, title=say("panel_close.step.policy", lang), sub=say("panel_close.step.policy_sub", lang), live=True)  # fmt: skip
