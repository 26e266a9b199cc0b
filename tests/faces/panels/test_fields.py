"""What a person types is read as people write it, held as the library counts, and refused in words."""

from __future__ import annotations

from datetime import date

import pytest

from creditlib.errors import CreditError
from creditlib.faces.panels.fields import Choice, Day, Flag, Number, Text, trimmed
from creditlib.faces.panels.parameters import drafted, parameter_field
from creditlib.policy import load_policy
from creditlib.policy.draft import draft

ON = date(2026, 10, 31)
SHARE = Number(
    label=lambda lang: "比例" if lang == "zh" else "Share", least=0, most=1, step=0.01, times=100, unit=lambda lang: "%"
)
DAYS = Number(label=lambda lang: "Days", least=0, most=90, step=1, whole=True, beyond=365, empty=True)


@pytest.mark.parametrize(
    ("typed", "held"),
    [("65", 0.65), ("65%", 0.65), (" 65％ ", 0.65), ("0", 0.0), ("100", 1.0), ("12.5", 0.125), ("1e1", None)],
)
def test_a_share_is_typed_in_per_cent(typed: str, held: float | None) -> None:
    if held is None:
        with pytest.raises(CreditError):
            SHARE.read(typed, "en")
    else:
        assert SHARE.read(typed, "en") == held


@pytest.mark.parametrize(
    ("typed", "held"),
    [("30", 30), ("200", 200), ("", None), ("30.5", ValueError), ("366", ValueError), ("-1", ValueError)],
)
def test_whole_days_may_be_typed_beyond_the_slider(typed: str, held: object) -> None:
    if held is ValueError:
        with pytest.raises(CreditError):
            DAYS.read(typed, "en")
    else:
        assert DAYS.read(typed, "en") == held


def test_out_of_bounds_tells_both_figures_in_both_languages() -> None:
    with pytest.raises(CreditError) as told:
        SHARE.read("140", "en")
    assert all(part in told.value.text("en") for part in ("Share", "140", "100"))
    assert all(part in told.value.text("zh") for part in ("比例", "140", "100"))


@pytest.mark.parametrize("value", [True, "abc", float("nan"), float("inf"), [1], {}])
def test_a_browser_can_not_send_what_is_no_number(value: object) -> None:
    with pytest.raises(CreditError):
        SHARE.check(value)


def test_what_is_shown_can_be_typed_again() -> None:
    for value in (0.0, 0.005, 0.1234, 0.9999, 1.0):
        control = SHARE.control("share", value, "en")
        assert SHARE.read(control["text"], "en") == pytest.approx(value, abs=1e-9)


def test_a_slider_without_a_value_stands_nowhere_and_says_so() -> None:
    assert DAYS.control("days", None, "en")["value"] is None
    assert DAYS.control("days", None, "en")["text"] == ""
    assert DAYS.told(None, "en") == "not known"


def test_choice_text_day_and_flag() -> None:
    pick = Choice(
        label=lambda lang: "Side",
        options=[("a", lambda lang: "甲" if lang == "zh" else "First"), ("b", lambda lang: "Second")],
    )
    assert (pick.read("甲", "zh"), pick.read("First", "en"), pick.check("b")) == ("a", "a", "b")
    with pytest.raises(CreditError, match="c"):
        pick.check("c")
    day = Day(label=lambda lang: "As of")
    assert day.read(" 2026-02-28 ", "en") == "2026-02-28"
    with pytest.raises(CreditError, match="2026-02-30"):
        day.read("2026-02-30", "en")
    assert Text(label=lambda lang: "Note").read("  hm ", "en") == "hm"
    assert Flag(label=lambda lang: "Yes").check(1) is True


def test_numbers_carry_no_more_decimals_than_they_have() -> None:
    assert [trimmed(v, 2) for v in (1234.5, 30.0, 0.125, -0.001)] == ["1,234.5", "30", "0.12", "0"]


@pytest.mark.parametrize(
    "path", ["limit.grace_days", "limit.purchases_share", "limit.grade_factor.C", "score.loss_given_default"]
)
def test_a_policy_value_goes_from_the_control_into_a_draft_and_back(path: str) -> None:
    policy = load_policy()
    field = parameter_field(path, policy.at(ON))
    control = field.control(path, field.base, "en")
    assert field.read(control["text"], "en") == field.base
    value = field.check(field.least + field.step)
    after = draft(policy, {path: drafted(path, value)}, ON, "try").at(ON)
    assert parameter_field(path, after).base == pytest.approx(value)


def test_bounds_of_a_policy_value_are_those_of_the_policy() -> None:
    field = parameter_field("limit.grace_days", load_policy().at(ON))
    assert (field.least, field.most, field.whole) == (0, 10, True)
    with pytest.raises(CreditError, match="11"):
        field.read("11", "en")


@pytest.mark.parametrize("typed", ["50", "50万", "50 万元", "５０万", "500,000元", "¥500,000", "0.005亿"])
def test_an_amount_typed_with_its_own_unit_is_that_amount_whatever_unit_the_field_shows(typed: str) -> None:
    field = Number(
        label=lambda lang: "Limit", least=0, most=10**12, step=100, whole=True, times=1 / 1_000_000, unit=lambda lang: "万元", money=100
    )  # fmt: skip
    assert field.read(typed, "zh") == 500_000_00
    in_thousand = Number(
        label=lambda lang: "Limit", least=0, most=10**12, step=100, whole=True, times=1 / 100_000, unit=lambda lang: "CNY thousand", money=100
    )  # fmt: skip
    assert in_thousand.read(typed, "en") == (50_000_00 if typed == "50" else 500_000_00)
    assert in_thousand.read("500 CNY thousand", "en") == 500_000_00


def test_a_unit_may_be_typed_behind_a_figure_and_an_error_shows_it_without_gaps() -> None:
    field = Number(label=lambda lang: "账期", least=0, most=365, step=1, whole=True, unit=lambda lang: "天")
    assert field.read("１２０天", "zh") == 120
    with pytest.raises(CreditError) as told:
        field.read("-5", "zh")
    assert "须在 0 至 365 天之间，得到 -5 天。" in told.value.text("zh")
    with pytest.raises(CreditError) as bare:
        DAYS.read("-5", "en")
    assert "from 0 to 365, got -5." in bare.value.text("en")
