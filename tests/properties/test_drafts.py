"""What holds for every draft: its rows, appended to the file, load to the policy that was tried."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from creditlib.money import CURRENCIES
from creditlib.policy import CATALOGUE, GRADES, Parameter, load_policy, standard_text
from creditlib.policy.draft import draft, draft_toml
from creditlib.policy.factors import FACTORS
from creditlib.policy.loading import _policy
from creditlib.policy.parts import reweighted

STANDARD = load_policy()
START = date(2000, 1, 2)


def _one(about: Parameter) -> st.SearchStrategy[Any]:
    least, most = about.least if about.least is not None else -1000, about.most if about.most is not None else 10**9
    if about.form == "integer":
        return st.integers(least, most)
    if about.form == "number":
        exact = st.decimals(least, most, places=3)
        return st.one_of(st.integers(least, most), exact, exact.map(float))
    if about.form == "currency":
        return st.sampled_from(sorted(CURRENCIES))
    return st.sampled_from(about.choices) if about.form == "word" else st.dates(START).map(str)


def _rising(most: int) -> st.SearchStrategy[list[Any]]:
    edge = st.one_of(st.integers(0, most), st.decimals(0, most, places=2))
    return st.lists(edge, min_size=1, max_size=6, unique_by=Decimal).map(sorted)


def _value(about: Parameter) -> st.SearchStrategy[Any]:
    one = _one(about)
    maybe = st.one_of(st.none(), one) if about.optional else one
    if about.kind in ("scalar", "text"):
        return maybe
    if about.kind == "list":
        if about.form == "word":
            return st.lists(one, unique=True)
        size = {"min_size": about.count or 1, "max_size": about.count or 5}
        return st.lists(one, unique=True, **size).map(sorted)
    if about.kind == "grades":
        values = st.lists(one if about.falling else maybe, min_size=5, max_size=5)
        return values.map(lambda v: dict(zip(GRADES, sorted(v, reverse=True) if about.falling else v, strict=True)))
    if about.kind == "map":
        words = about.words or tuple(STANDARD.at(START)[about.name])
        return st.fixed_dictionaries(dict.fromkeys(words, one))
    if about.kind == "scorecard":
        weights = st.dictionaries(st.sampled_from(sorted(FACTORS)), st.integers(1, 500), max_size=5)
        return weights.map(
            lambda w: reweighted(STANDARD.at(START)["score.card"], {f: Decimal(n) / 10_000 for f, n in w.items()})
        )
    edges = _rising(1000)
    return edges.flatmap(lambda low: st.lists(one, min_size=len(low), max_size=len(low)).map(lambda v: list(map(list, zip(low, v, strict=True)))))  # fmt: skip


CHANGES = st.lists(st.sampled_from(sorted(CATALOGUE)), min_size=1, max_size=6, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: _value(CATALOGUE[name]) for name in names})
)
REFERENCES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)


@given(CHANGES, st.integers(0, 20_000), REFERENCES)
def test_the_rows_of_a_draft_appended_to_the_file_load_to_the_draft(changes: dict[str, Any], days: int, reference: str) -> None:  # fmt: skip
    made = draft(STANDARD, changes, START + timedelta(days=days), reference)
    again = _policy("firm", "firm.toml", standard_text() + draft_toml(STANDARD, made))
    assert again.rows == made.rows
    assert again.fingerprint == made.fingerprint


@given(CHANGES, CHANGES, st.integers(0, 100), st.integers(0, 100))
def test_a_draft_of_a_draft_holds_the_newest_value_of_each_day(one: dict[str, Any], two: dict[str, Any], a: int, b: int) -> None:  # fmt: skip
    first, second = START + timedelta(days=a), START + timedelta(days=b)
    made = draft(draft(STANDARD, one, first, "one"), two, second, "two")
    alone = draft(STANDARD, two, second, "two").at(second)
    assert all(made.at(second)[name] == alone[name] for name in two)
    kept = draft(STANDARD, one, first, "one").at(first)
    assert all(made.at(first)[name] == kept[name] for name in one if name not in two or second > first)
    assert made.at(START - timedelta(days=1)) == STANDARD.at(START - timedelta(days=1))


def test_every_parameter_can_be_drafted() -> None:
    """The strategies above reach every kind there is."""
    assert {about.kind for about in CATALOGUE.values()} <= {
        "scalar", "text", "list", "lookup", "marginal", "grades", "map", "scorecard",
    }  # fmt: skip
