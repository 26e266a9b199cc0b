"""The values of a policy that move a book, as controls: grouped, found by name, each with the value, the day and the reference in force.

What must stay true: every value an effect can rest on has its control, under the name, unit and bounds of the catalogue; what the
rules of a policy refuse is left to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from creditlib.errors import Lang
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.fields import Choice, Field, Number, Text, Words
from creditlib.faces.panels.parameters import drafted, parameter_field
from creditlib.faces.panels.policy_bins import BINS, bins_line, tidy, with_bins
from creditlib.faces.scale import money_name
from creditlib.faces.wording import say
from creditlib.flows.policy_sides import MEASURED, WEIGHED
from creditlib.policy import CATALOGUE, GRADES, Parameter, Values
from creditlib.policy.factors import FACTORS
from creditlib.policy.parts import part_of, reweighted, split
from creditlib.policy.scorecard import CardFactor

GROUPS: Final = ("score", "weights", "bins", "limit", "grade", "terms", "release", "measured")
"""Groups of controls, in the order of their buttons."""
CARD: Final = "score.card"
UNMOVED: Final = ("score.basis", "limit.review_months", "limit.committee_above", "home.currency")
"""Values that move nothing an effect tells, and the home currency: another one is another book."""
_LARGE: Final = 100_000  # amounts from here on are shown in 万元, or thousands


@dataclass(frozen=True)
class Entry:
    """One value that can be changed. now: in force, as a state holds it; first: of the parts of its parameter."""

    path: str
    group: str
    field: Field
    now: Any
    first: bool

    @property
    def parameter(self) -> str:
        """The parameter it is, or is a part of."""
        return CARD if self.path.startswith(BINS) else split(self.path)[0]

    def fits(self, words: str, lang: Lang) -> bool:
        """Whether a search finds it: every word in its name, group, meaning or path."""
        about = CATALOGUE[self.parameter]
        place = say(f"panel_policy.group.{self.group}", lang)
        text = " ".join([self.field.label(lang), about.label(lang), about.meaning(lang), place, self.path]).casefold()
        return all(word in text for word in words.casefold().split())

    def text(self, value: Any, lang: Lang) -> str:
        """Return a value as people read it, with its unit."""
        if value is None:
            return say("panel_policy.none", lang)
        made = self.field.control(self.path, value, lang)
        if "options" in made:
            return str(next((one["label"] for one in made["options"] if one["value"] == value), value))
        unit = made.get("unit") or ""
        return f"{made['text']} {unit}".strip()


def entries(values: Values) -> dict[str, Entry]:
    """Return every value of a policy that moves a book, by path, in the order of its groups.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> found = entries(load_policy().at(date(2026, 1, 1)))
    >>> found["limit.grade_cap.B"].text(2_000_000, "zh"), found["limit.pick"].text("lowest", "en"), "score.grades.E" in found
    ('200 万元', 'the lowest (lowest)', False)
    """
    made: dict[str, list[Entry]] = {group: [] for group in GROUPS}
    for name in CATALOGUE:
        if name in UNMOVED or (name not in WEIGHED and name not in MEASURED):
            continue
        group = _group(name)
        for at, path in enumerate(_paths(name, values)):
            now = part_of(values, path)
            field = _field(path, values, quick=name in WEIGHED)
            made[group].append(Entry(path, group, field, _held(now), at == 0))
    for at, factor in enumerate(_by_weight(values[CARD])):
        line = Text(label=FACTORS[factor.name].label, need=tidy)
        made["bins"].append(Entry(f"{BINS}{factor.name}", "bins", line, bins_line(factor), at == 0))
    return {entry.path: entry for group in GROUPS for entry in made[group]}


def changes_of(given: Mapping[str, Any], values: Values, *, spread: bool) -> dict[str, Any]:
    """Return values of controls as a draft takes them. spread: other weights of the card make room for those given.

    Raises: PolicyError for weights that leave no room.
    """
    weights = weights_of(given) if spread else {}
    lines = {path.removeprefix(BINS): str(line) for path, line in given.items() if path.startswith(BINS)}
    others = {
        path: one
        for path, one in given.items()
        if not path.startswith(BINS) and path.removeprefix(f"{CARD}.") not in weights
    }
    made = {path: _drafted(path, value) for path, value in others.items()}
    if weights or lines:
        card = reweighted(values[CARD], weights) if weights else values[CARD]
        made[CARD] = with_bins(card, lines)
    return made


def weights_of(given: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return the weights among the values of controls, by factor."""
    return {
        path.removeprefix(f"{CARD}."): drafted(path, value)
        for path, value in given.items()
        if path.startswith(f"{CARD}.")
    }


def _group(name: str) -> str:
    if name not in WEIGHED:
        return "measured"
    if name == CARD:
        return "weights"
    return "grade" if name.startswith("limit.grade_") else name.partition(".")[0]


def _paths(name: str, values: Values) -> list[str]:
    kind, value = CATALOGUE[name].kind, values[name]
    if kind == "scorecard":
        return [f"{name}.{factor.name}" for factor in _by_weight(value)]
    if kind in ("lookup", "marginal"):
        return [f"{name}.{low}" for low, _ in value]
    if kind == "grades":  # the last grade begins at the bottom of the score
        return [f"{name}.{grade}" for grade in (GRADES[:-1] if name == "score.grades" else GRADES)]
    return [name]


def _by_weight(card: Sequence[CardFactor]) -> list[CardFactor]:
    """Factors, those that weigh most first."""
    return sorted(card, key=lambda factor: -factor.weight)


def _held(now: Any) -> Any:
    if isinstance(now, tuple):
        return ", ".join(str(one) for one in now)
    return float(now) if isinstance(now, Decimal) else now


def _drafted(path: str, value: Any) -> Any:
    about = CATALOGUE[split(path)[0]]
    if about.kind == "list":
        words = [word.strip() for word in str(value).replace("，", ",").replace("、", ",").split(",")]
        return [int(word) if about.form == "integer" and word.isdecimal() else word for word in words if word]
    return value if about.kind == "text" else drafted(path, value)


def _field(path: str, values: Values, *, quick: bool) -> Field:
    name, part = split(path)
    about = CATALOGUE[name]
    if about.kind == "list":
        return Text(label=about.label)
    if about.kind == "text":
        return Choice(label=about.label, options=[(word, _word(word)) for word in about.choices])
    if about.kind == "scorecard":
        label = FACTORS[part or ""].label
        now = float(part_of(values, path))
        return Number(
            label=label, least=0, most=max(0.5, now), step=0.01, times=100, unit=lambda lang: "%", base=now, beyond=1
        )
    return replace(_number(path, about, values), slider=quick)


def _number(path: str, about: Parameter, values: Values) -> Number:
    made = parameter_field(path, values)
    parts = [part_of(values, one) for one in _paths(about.name, values)]
    largest = max([float(one) for one in parts if one is not None], default=0.0)
    beyond = float(about.most) if about.most is not None else 10.0**12
    if about.unit == "home currency":
        return _amount(made, largest, beyond, values["home.currency"])
    if about.name == "score.grades":
        low, high = (float(one) for one in values["score.range"])
        return replace(made, least=min(low, made.base or low), most=max(high, made.base or high), step=1, beyond=beyond)
    if about.unit.startswith("share") and beyond <= 1:
        return replace(made, decimals=4)
    reach = 1.5 * largest if about.unit == "times" else 2 * largest
    most = min(beyond, max(reach, 1 if not made.whole else 10))
    return replace(made, most=most, step=1 if made.whole else 0.05 if most <= 10 else 1, beyond=beyond)


def _amount(made: Number, largest: float, beyond: float, currency: str) -> Number:
    """Amounts of one parameter share one unit: 万元 or thousands where they are large."""
    large = largest >= _LARGE

    def times(lang: Lang) -> float:
        return (1 / 10_000 if lang == "zh" else 1 / 1_000) if large else 1

    def unit(lang: Lang) -> str:
        return say(f"workbook.unit.{'thousand' if large else 'one'}", lang, currency=money_name(currency, lang))

    most = 2 * largest or _LARGE
    return replace(
        made,
        least=0,
        most=most,
        step=10_000 if large else max(round(most / 100), 1),
        times=times,
        unit=unit,
        beyond=beyond,
        whole=False,
    )


def _word(word: str) -> Words:
    return lambda lang: word if word in GRADES else say(f"policy.choice.{word}", lang)


def now_text(entry: Entry, values: Values, lang: Lang, *, changed: bool) -> str:
    """Return what is in force: the value where another one is tried, and for the first part of a parameter since when and where it is
    written."""
    told = [say("panel_policy.now", lang, value=entry.text(entry.now, lang))] if changed else []
    if entry.group == "bins" and not changed:
        factor = next(one for one in values[CARD] if one.name == entry.path.removeprefix(BINS))
        told.append(factor.source)
    elif entry.first or changed:
        row = values.row(entry.parameter)
        told.append(say("panel_policy.since", lang, day=row.from_on, reference=row.reference))
    about = CATALOGUE[entry.parameter]
    if about.kind == "list" and about.choices:
        words = [f"{word} ({say(f'policy.choice.{word}', lang)})" for word in about.choices]
        told.append(say("panel_policy.choices", lang, words=("、" if lang == "zh" else ", ").join(words)))
    if entry.group == "measured":
        told.append(say("panel_policy.slow", lang))
    return say("panel.word.separator", lang).join(told)


def before_text(entry: Entry, values: Values, lang: Lang) -> tuple[str, str, str]:
    """Return the value in force, since when, and its reference, each as text."""
    row = values.row(entry.parameter)
    return entry.text(entry.now, lang), str(row.from_on), row.reference


@dataclass(frozen=True, kw_only=True)
class Find:
    """The search for a value: what is typed stays as it is; what fits it is added where it is shown."""

    label: Words

    def read(self, typed: str, lang: Lang) -> str:
        """Return what was typed."""
        return typed.strip()

    def check(self, value: Any) -> str:
        """Return what was typed."""
        return str(value).strip()

    def control(self, name: str, value: Any, lang: Lang) -> Block:
        """Return the search field with its suggestions."""
        return {"kind": "search", "name": name, "label": self.label(lang), "text": str(value), "options": []}
