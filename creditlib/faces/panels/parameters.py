"""Policy values as controls: a slider with the bounds, the unit and the name the policy's catalogue gives.

What must stay true: a value is typed and shown as people write it, and drafted as the policy file writes it; what the rules of a policy
refuse is told in their words.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from creditlib.errors import Lang
from creditlib.faces.panels.fields import Number
from creditlib.policy import Values
from creditlib.policy.catalogue import CATALOGUE
from creditlib.policy.parts import part_of, split

_REACH: Final = 3  # a slider without a bound ends at so many times the value in force


def parameter_field(path: str, values: Values) -> Number:
    """Return the slider of a policy value, or of a part of one. values: in force, where the tick stands.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> field = parameter_field("score.loss_given_default", load_policy().at(date(2026, 1, 1)))
    >>> field.label("en"), field.read("45%", "en")
    ('Loss given default', 0.45)
    """
    name, part = split(path)
    about, now = CATALOGUE[name], part_of(values, path)
    share, whole = about.unit.startswith("share"), about.form == "integer"
    least = float(about.least or 0)
    most = float(about.most) if about.most is not None else max(_REACH * float(now or 0), 10 if whole else 1)
    return Number(
        label=lambda lang: about.label(lang) + (f" {part}" if part else ""), least=least, most=most,
        step=1 if whole else 0.01 if share or most <= 5 else most / 100, times=100 if share else 1, decimals=0 if whole else 2,
        unit=_percent if share else about.unit_text, base=None if now is None else float(now), whole=whole, empty=about.optional,
    )  # fmt: skip


def drafted(path: str, value: float | int | None) -> Any:
    """Return a value of a control as a draft of the policy takes it.

    >>> drafted("limit.purchases_share", 0.3), drafted("limit.grace_days", 4)
    (Decimal('0.3'), 4)
    """
    if value is None:
        return "none"
    return int(value) if CATALOGUE[split(path)[0]].form == "integer" else Decimal(repr(round(float(value), 10)))


def _percent(lang: Lang) -> str:
    return "%"
