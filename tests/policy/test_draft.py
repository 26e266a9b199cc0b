"""Drafts: what is in force when, what is refused, and the rows to append to the file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditlib.errors import PolicyError
from creditlib.policy import CATALOGUE, Policy, load_policy, standard_text
from creditlib.policy.draft import Draft, draft, draft_toml
from creditlib.policy.parts import part_of, reweighted, whole_values

STANDARD = load_policy()
DAY = date(2026, 11, 1)
BEFORE = date(2026, 10, 31)
VALUES = STANDARD.at(DAY)


def firm(folder: Path, more: str = "") -> Policy:
    path = folder / "firm.toml"
    path.write_text(standard_text() + more, encoding="utf-8")
    return load_policy(path)


def row(name: str, start: str, value: Any, end: str | None = None) -> str:
    about = CATALOGUE[name]
    last = "" if end is None else f"to = {end}\n"
    return f'\n[[{name}]]\nfrom = {start}\n{last}value = {value}\nunit = "{about.unit}"\nkind = "{about.kind}"\nreference = "minute"\n'


def refused(changes: dict[str, Any], reference: str = "proposal", policy: Policy = STANDARD, on: date = DAY) -> PolicyError:  # fmt: skip
    with pytest.raises(PolicyError) as caught:
        draft(policy, changes, on, reference)
    return caught.value


def test_a_draft_is_in_force_from_its_day_and_changes_nothing_else() -> None:
    made = draft(STANDARD, {"limit.purchases_share": Decimal("0.2"), "release.over_limit": "refer"}, DAY, "proposal 7")
    assert made.name == "standard+draft"
    assert made.at(BEFORE)["limit.purchases_share"] == Decimal("0.25")
    assert made.at(DAY)["limit.purchases_share"] == Decimal("0.2")
    assert made.at(DAY).row("release.over_limit").reference == "proposal 7"
    moved = {change.parameter for change in VALUES.diff(made.at(DAY)) if change.what == "value"}
    assert moved == {"limit.purchases_share", "release.over_limit"}
    assert made.base is STANDARD
    assert STANDARD.fingerprint != made.fingerprint


def test_a_value_that_is_in_force_anyway_adds_no_row() -> None:
    made = draft(STANDARD, {"limit.purchases_share": Decimal("0.250"), "terms.days.C": 30}, DAY, "proposal")
    assert made.rows == STANDARD.rows
    assert draft_toml(STANDARD, made) == ""


def test_a_draft_of_a_draft_replaces_what_was_drafted_for_the_same_day() -> None:
    first = draft(STANDARD, {"limit.grade_factor.C": Decimal("0.6"), "cei.months": 3}, DAY, "proposal 1")
    second = draft(first, {"limit.grade_factor.B": Decimal("0.8")}, DAY, "proposal 2")
    assert second.name == "standard+draft"
    factors = second.at(DAY)["limit.grade_factor"]
    assert (factors["B"], factors["C"]) == (Decimal("0.8"), Decimal("0.6"))
    assert [r.from_on for r in second.history("limit.grade_factor")] == [date(2000, 1, 1), DAY]
    back = draft(second, {"limit.grade_factor": VALUES["limit.grade_factor"], "cei.months": 1}, DAY, "proposal 3")
    assert back.rows == STANDARD.rows


def test_a_later_row_of_the_file_stays_and_is_told(tmp_path: Path) -> None:
    policy = firm(tmp_path, row("cei.months", "2027-01-01", 6))
    made = draft(policy, {"cei.months": 3, "overdue.top": 30}, DAY, "proposal")
    in_force = [made.at(day)["cei.months"] for day in (BEFORE, DAY, date(2026, 12, 31), date(2027, 1, 1))]
    assert in_force == [1, 3, 3, 6]
    assert [(r.parameter, r.from_on) for r in made.later] == [("cei.months", date(2027, 1, 1))]


def test_a_row_that_names_its_last_day_gives_way_and_the_draft_ends_with_it(tmp_path: Path) -> None:
    text = standard_text().replace(
        "[[cei.months]]\nfrom = 2000-01-01\n", "[[cei.months]]\nfrom = 2000-01-01\nto = 2026-12-31\n"
    )
    path = tmp_path / "firm.toml"
    path.write_text(text + row("cei.months", "2027-01-01", 6), encoding="utf-8")
    policy = load_policy(path)
    made = draft(policy, {"cei.months": 3}, DAY, "proposal")
    assert [made.at(day)["cei.months"] for day in (BEFORE, DAY, date(2026, 12, 31), date(2027, 1, 1))] == [1, 3, 3, 6]
    with pytest.raises(PolicyError) as caught:
        draft_toml(policy, made)  # the file's row would have to end earlier
    assert caught.value.en == (
        "cei.months[row from 2000-01-01]: ends on 2026-12-31, and would end earlier. "
        "Let the draft begin the day after, or change the row in the file. [row-in-file]"
    )
    assert "终止于 2026-12-31，将提前终止" in caught.value.zh


def test_a_row_of_the_file_on_the_same_day_is_replaced_and_cant_be_appended() -> None:
    made = draft(STANDARD, {"cei.months": 3}, date(2000, 1, 1), "proposal")
    assert made.at(date(2000, 1, 1))["cei.months"] == 3
    assert len(made.rows) == len(STANDARD.rows)
    with pytest.raises(PolicyError) as caught:
        draft_toml(STANDARD, made)
    assert caught.value.en.startswith("cei.months[row from 2000-01-01]: stands in the file and would change.")


def test_values_are_refused_by_the_rules_of_a_file_all_together() -> None:
    told = refused({"limit.purchases_share": 2, "terms.days.A": -1, "limit.pick": "best", "cei.month": 1})
    assert told.en.split("\n") == [
        "standard+draft: limit.purchases_share[row from 2026-11-01]: value is 2, the most allowed is 1. [not-allowed]",
        "standard+draft: limit.pick[row from 2026-11-01]: value is \"best\". Write one of \"lowest\", \"median\", \"highest\", \"first\". [not-allowed]",
        'standard+draft: cei.month: is no known parameter. Did you mean "cei.months"? [unknown-parameter]',
        "standard+draft: terms.days[row from 2026-11-01]: A: value is -1, the least allowed is 0. [not-allowed]",
    ]  # fmt: skip
    assert (
        "standard+draft：limit.purchases_share[自 2026-11-01 起的行]：value 为 2，允许的最大值为 1。[not-allowed]"
        in told.zh
    )
    assert "[missing-reference]" in refused({"cei.months": 3}, " ").en
    assert "[wrong-type]" in refused({"cei.months": Decimal("2.5")}).en
    assert "[not-falling]" in refused({"score.grades.C": 620}).en
    assert "[not-in-force]" in refused({"cei.months": 3}, on=date(1999, 12, 31)).en


def test_a_row_after_a_gap_is_refused(tmp_path: Path) -> None:
    text = standard_text().replace(
        "[[cei.months]]\nfrom = 2000-01-01\n", "[[cei.months]]\nfrom = 2000-01-01\nto = 2026-10-01\n"
    )
    path = tmp_path / "firm.toml"
    path.write_text(text, encoding="utf-8")
    policy = load_policy(path)
    assert draft(policy, {"cei.months": 3}, date(2026, 10, 1), "proposal").at(date(2026, 10, 1))["cei.months"] == 3
    assert "[not-in-force]" in refused({"cei.months": 3}, policy=policy, on=DAY).en


def test_one_weight_alone_breaks_the_sum_and_says_by_how_much() -> None:
    told = refused({"score.card.days_beyond_terms": Decimal("0.2")})  # 0.12 before
    assert "the weights add up to 1.08, expected 1. The difference is +0.08. [wrong-weights]" in told.en
    assert "权重合计为 1.08，应为 1。差额 +0.08。" in told.zh
    both = {"score.card.days_beyond_terms": Decimal("0.2"), "score.card.on_time_share": Decimal("0.01")}
    made = draft(STANDARD, both, DAY, "proposal")  # 0.09 − 0.08
    weights = {f.name: f.weight for f in made.at(DAY)["score.card"]}
    assert (weights["days_beyond_terms"], weights["on_time_share"]) == (Decimal("0.2"), Decimal("0.01"))


def test_the_other_weights_share_what_is_left_as_they_did_before() -> None:
    card = reweighted(VALUES["score.card"], {"days_beyond_terms": Decimal("0.56")})
    weights = {factor.name: factor.weight for factor in card}
    assert sum(weights.values()) == 1
    assert weights["z_service"] == Decimal("0.05")  # 0.10 × 0.44 ÷ 0.88
    assert weights["on_time_share"] == Decimal("0.045")
    assert reweighted(VALUES["score.card"], {"z_service": Decimal("0.1")}) == VALUES["score.card"]
    names = [factor.name for factor in card]
    assert draft(STANDARD, {"score.card": card}, DAY, "proposal").at(DAY)["score.card"] == card
    most = reweighted(card, {"days_beyond_terms": Decimal("0.9984")})
    assert [factor.weight for factor in most if factor.name != "days_beyond_terms"] == [Decimal("0.0001")] * 16
    for wrong, check in (
        ({"days_beyond_terms": Decimal("0.9985")}, "Give them at most 0.9984 together. [wrong-weights]"),
        (dict.fromkeys(names, Decimal("0.05")), "Give them 1 together. [wrong-weights]"),
        ({"days_beyond_terms": 0}, "[wrong-weight]"),
        ({"days_beyond_terms": Decimal("0.12345")}, "[wrong-weight]"),
        ({"days": Decimal("0.1")}, "[unknown-part]"),
    ):
        with pytest.raises(PolicyError) as caught:
            reweighted(card, wrong)
        assert caught.value.en.endswith(check)


def test_parts_of_every_kind_are_read_and_set() -> None:
    paths = {
        "terms.days.C": (30, 25),
        "score.rating_map.AA+": ("A", "B"),
        "limit.score_amounts.580": (200_000, 150_000),
        "onboarding.equity_points.0.1": (50, 40),
        "score.card.current_ratio": (Decimal("0.04"), Decimal("0.05")),
        "limit.grade_cap.A": (None, 9_000_000),
    }
    for path, (now, then) in paths.items():
        assert part_of(VALUES, path) == now, path
        name = ".".join(path.split(".")[:2])
        if name != "score.card":
            assert part_of(draft(STANDARD, {path: then}, DAY, "proposal").at(DAY), path) == then, path
    assert whole_values(VALUES, {"onboarding.equity_points.0.1": 40})["onboarding.equity_points"][1] == [
        Decimal("0.1"),
        40,
    ]
    assert draft(STANDARD, {"limit.grade_cap.B": None}, DAY, "proposal").at(DAY)["limit.grade_cap"]["B"] is None
    for path, told in (
        ("terms.days.F", 'terms.days: has no part "F". There are: A, B, C, D, E. [unknown-part]'),
        ("cei.months.1", 'cei.months: has no parts, so no "1". Give its whole value. [unknown-part]'),
        (
            "limit.score_amounts.1",
            'limit.score_amounts: has no part "1". There are: 0, 545, 580, 610, 640. [unknown-part]',
        ),
    ):
        for ask in (lambda p: part_of(VALUES, p), lambda p: draft(STANDARD, {p: 1}, DAY, "proposal")):
            with pytest.raises(PolicyError) as caught:
                ask(path)
            assert caught.value.en == told


def test_the_rows_written_read_like_those_of_the_standard_file(tmp_path: Path) -> None:
    changes: dict[str, Any] = {
        "limit.grade_cap.C": 1_500_000,
        "limit.own_equity": 40_000_000,
        "score.rating_map.A-": "C",
    }
    made = draft(STANDARD, changes, DAY, 'minute 7 "limits"')
    text = draft_toml(STANDARD, made)
    assert (
        '[[limit.own_equity]]\nfrom = 2026-11-01\nvalue = 40_000_000\nunit = "home currency"\nkind = "scalar"\n' in text
    )
    assert 'value = { A = "none", B = 5_000_000, C = 1_500_000, D = 300_000, E = 0 }\n' in text
    assert '"A-" = "C"' in text
    assert 'reference = "minute 7 \\"limits\\""\n' in text
    loaded = firm(tmp_path, text)
    assert (loaded.rows, loaded.fingerprint) == (made.rows, made.fingerprint)


def test_a_draft_tells_what_it_was_given_also_where_it_changes_nothing() -> None:
    made = draft(STANDARD, {"cei.months": 1}, DAY, "proposal")
    assert isinstance(made, Draft)
    assert [(r.parameter, r.value) for r in made.proposed] == [("cei.months", 1)]
    assert made.later == ()
