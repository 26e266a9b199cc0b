"""Set a part of a policy value: one grade, one word of a map, the amount from a threshold on, the weight of one factor.

What must stay true: a part that is not there is told, never added; the other parts stay to the last digit; only `reweighted`
moves what it was not told to move, and only so that the weights add up to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from creditlib.errors import PolicyError
from creditlib.policy.catalogue import CATALOGUE
from creditlib.policy.parameter import shown
from creditlib.policy.policy import Values
from creditlib.policy.scorecard import CardFactor
from creditlib.policy.writing import as_written

_WHOLE: Final = 10_000  # weights are shares in ten-thousandths


def whole_values(values: Values, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameter → its whole value as TOML writes it, for changes of parameters and of parts.

    changes: parameter → value, or a part of it, the part's name behind one more dot: limit.grade_factor.C, score.rating_map.AA+,
    limit.score_amounts.580 (the row from 580 on), score.card.current_ratio (its weight; `reweighted` moves the others along).
    Values as the library keeps them or as TOML writes them; they are not judged here. What no parameter is called stays as it is.
    Raises: PolicyError for a part that is not there.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> whole_values(load_policy().at(date(2026, 1, 1)), {"terms.days.C": 25})
    {'terms.days': {'A': 60, 'B': 45, 'C': 25, 'D': 15, 'E': 0}}
    """
    found: dict[str, Any] = {}
    parts: list[tuple[str, str, Any]] = []
    for path, value in changes.items():
        name, part = split(path)
        if part is not None:
            parts.append((name, part, value))
        else:
            found[name] = as_written(CATALOGUE[name], value) if name in CATALOGUE else value
    for name, part, value in parts:
        before = found[name] if name in found else as_written(CATALOGUE[name], values[name])
        found[name] = _with_part(name, before, part, as_written(CATALOGUE[name], value))
    return found


def split(path: str) -> tuple[str, str | None]:
    """Return the parameter a path names, and the part of it.

    >>> split("limit.grade_factor.C"), split("cei.months"), split("cei.month")
    (('limit.grade_factor', 'C'), ('cei.months', None), ('cei.month', None))
    """
    group, _, rest = path.partition(".")
    name, dot, part = rest.partition(".")
    full = f"{group}.{name}"
    return (full, part) if dot and full in CATALOGUE else (path, None)


def part_of(values: Values, path: str) -> Any:
    """Return what a path names today: the value of a parameter, or of a part of it.

    Raises: PolicyError for a part that is not there; KeyError for an unknown parameter.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> values = load_policy().at(date(2026, 1, 1))
    >>> part_of(values, "limit.grade_factor.B"), part_of(values, "score.card.current_ratio")
    (Decimal('0.9'), Decimal('0.04'))
    """
    name, part = split(path)
    value = values[name]
    if part is None:
        return value
    kind = CATALOGUE[name].kind
    parts: dict[str, Any] = {}
    if kind == "scorecard":
        parts = {factor.name: factor.weight for factor in value}
    elif kind in ("lookup", "marginal"):
        parts = {str(low): high for low, high in value}
    elif kind in ("grades", "map"):
        parts = value
    if part not in parts:
        raise _no_part(name, part, list(parts))
    return parts[part]


def _with_part(name: str, before: Any, part: str, value: Any) -> Any:
    kind = CATALOGUE[name].kind
    if kind in ("grades", "map") and isinstance(before, dict):
        if part not in before:
            raise _no_part(name, part, list(before))
        return before | {part: value}
    if kind in ("lookup", "marginal") and isinstance(before, list):
        keys = [str(row[0]) for row in before]
        if part not in keys:
            raise _no_part(name, part, keys)
        return [[low, value if key == part else high] for key, (low, high) in zip(keys, before, strict=True)]
    if kind == "scorecard" and isinstance(before, list):
        keys = [line["factor"] for line in before]
        if part not in keys:
            raise _no_part(name, part, keys)
        return [line | ({"weight": value} if line["factor"] == part else {}) for line in before]
    raise _no_part(name, part, [])


def _no_part(name: str, part: str, keys: Sequence[str]) -> PolicyError:
    if not keys:
        return PolicyError(
            f"{name}: has no parts, so no {shown(part)}. Give its whole value. [unknown-part]",
            f"{name}：没有组成部分，也就没有 {shown(part)}。请给出整个值。[unknown-part]",
        )
    return PolicyError(
        f"{name}: has no part {shown(part)}. There are: {', '.join(keys)}. [unknown-part]",
        f"{name}：没有 {shown(part)} 这一部分。现有：{'、'.join(keys)}。[unknown-part]",
    )


def reweighted(card: Sequence[CardFactor], weights: Mapping[str, Any]) -> tuple[CardFactor, ...]:
    """Return a scorecard with the weights of some factors set, the others sharing what is left as they did before.

    weights: factor → share above 0, in ten-thousandths. Shares are rounded to ten-thousandths so that the sum is exactly 1; a factor that
    keeps its weight keeps it as it is written. Raises: PolicyError for a factor the card does not have, a share that is no number of
    ten-thousandths, or where what is left would give some factor nothing.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> card = reweighted(load_policy().at(date(2026, 1, 1))["score.card"], {"days_beyond_terms": Decimal("0.2")})
    >>> card[10].weight, card[0].weight, sum(factor.weight for factor in card)
    (Decimal('0.2'), Decimal('0.0909'), Decimal('1.0000'))
    """
    names = [factor.name for factor in card]
    given: dict[str, int] = {}
    for name, weight in weights.items():
        if name not in names:
            raise _no_part("score.card", name, names)
        given[name] = _ten_thousandths(name, weight)
    others = [factor for factor in card if factor.name not in given]
    left = _WHOLE - sum(given.values())
    if left < len(others) or (left and not others):
        told = f"{Decimal(_WHOLE - left) / _WHOLE:f}"
        most = f"{Decimal(_WHOLE - len(others)) / _WHOLE:f}"
        raise PolicyError(
            f"score.card: {', '.join(given)} would have {told} of 1 together, and {len(others)} others share the rest. "
            f"Give them {'at most ' * bool(others)}{most} together. [wrong-weights]",
            f"score.card：{'、'.join(given)} 合计 {told}（总和为 1），其余 {len(others)} 个因子分摊剩余。"
            f"请使其合计{'不超过' if others else '为'} {most}。[wrong-weights]",
        )
    shares = given | _shared([factor.name for factor in others], [factor.weight for factor in others], left)
    made = []
    for factor in card:
        same = factor.weight * _WHOLE == shares[factor.name]
        made.append(factor if same else factor._replace(weight=(Decimal(shares[factor.name]) / _WHOLE).normalize()))
    return tuple(made)


def _ten_thousandths(name: str, weight: Any) -> int:
    number = (
        Decimal(str(weight)) if isinstance(weight, int | float | Decimal) and not isinstance(weight, bool) else None
    )
    if number is None or not number.is_finite() or not 0 < number <= 1 or number * _WHOLE != int(number * _WHOLE):
        raise PolicyError(
            f"score.card: {name}: weight is {shown(weight)}, expected a share above 0 with at most four decimals. [wrong-weight]",
            f"score.card：{name}：权重为 {shown(weight)}，应为大于 0、最多四位小数的比例。[wrong-weight]",
        )
    return int(number * _WHOLE)


def _shared(names: Sequence[str], weights: Sequence[Decimal], left: int) -> dict[str, int]:
    """Whole parts of `left` in proportion to weights, none below 1; what rounding leaves goes to the largest remainders."""
    total = sum(weights, Decimal(0))
    exact = [weight * left / total for weight in weights]
    made = [max(int(one), 1) for one in exact]
    by_rest = sorted(range(len(names)), key=lambda i: (int(exact[i]) - exact[i], i))
    for i in by_rest[: max(left - sum(made), 0)]:
        made[i] += 1
    while sum(made) > left:  # small factors were lifted to 1
        made[made.index(max(made))] -= 1
    return dict(zip(names, made, strict=True))
