"""The values of a day, the fingerprint, and what changed between two policies."""

from __future__ import annotations

import pickle
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from creditlib.errors import PolicyError
from creditlib.facts.tables import KINDS
from creditlib.policy import CATALOGUE, Change, Policy, load_policy, standard_text
from creditlib.policy.parameter import DOCUMENT_KINDS, UNITS

ASSESSING = ("file", "onboarding", "score", "limit", "progressive", "terms", "release", "approval")
BENCHMARK = """
[[dso.benchmark]]
from = 2024-02-29
value = 60
unit = "days"
kind = "scalar"
reference = "board minute 2024-02-01 §4"
confirmed_on = 2024-02-20
"""


def load(folder: Path, text: str, name: str = "firm.toml") -> Policy:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def test_the_standard_policy_gives_the_values_written_in_the_manual() -> None:
    found = dict(load_policy().at(date(2013, 6, 30)))
    assert {name: found[name] for name in found if name.split(".")[0] not in ASSESSING} == {
        "home.currency": "CNY",
        "aging.edges": (30, 60, 90, 180, 365),
        "aging.year_edges": (1, 2, 3, 4, 5),
        "aging.netting": "separate",
        "dso.method": "countback",
        "dso.base": "gross",
        "dso.excluded_kinds": ("bill", "retention", "advance"),
        "dso.rolling_months": 3,
        "dso.window_months": 12,
        "dso.benchmark": 94,
        "dso.year_days": 365,
        "payment.window_months": 12,
        "payment.index_points": ((0, 80), (15, 70), (22, 60), (30, 50), (60, 40), (90, 30), (120, 20)),
        "cei.months": 1,
        "concentration.top": 10,
        "overdue.top": 20,
        "checks.unapplied_days": 3,
        "checks.dispute_days": 30,
        "checks.far_due_days": 365,
        "checks.old_item_days": 1095,  # 3 × 365
        "close.fx_max_age_days": 5,
        "policy.review_by": "2027-11-30",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("file.statement_months", 18),
        ("file.registration_months", 12),
        ("score.base_points", 600),
        ("score.base_odds", 50),
        ("score.double_odds", 20),
        ("limit.net_worth_share", Decimal("0.1")),
        ("limit.working_capital_share", Decimal("0.1")),
        ("limit.own_equity", None),  # each firm's own: not set, which is not 0
        ("limit.own_equity_share", Decimal("0.1")),
        ("limit.own_receivables_share", Decimal("0.2")),
        ("limit.vat_rate", Decimal("0.13")),
        ("limit.insured_share", Decimal("0.9")),
        ("limit.committee_above", 500_000),
        ("limit.review_months", 12),
        ("limit.grade_cap", {"A": None, "B": 5_000_000, "C": 2_000_000, "D": 300_000, "E": 0}),
        ("progressive.step_up", Decimal("0.25")),
        ("progressive.clean_months", 6),
        ("progressive.clean_days", 5),
        ("progressive.min_utilisation", Decimal("0.5")),
        ("progressive.step_down", Decimal("0.5")),
        ("progressive.late_days", 30),
        ("score.loss_given_default", Decimal("0.8")),
        ("release.no_limit", "refer"),
        ("approval.manager_caps", {"A": None, "B": None, "C": None, "D": 100_000, "E": 0}),
        ("approval.exception_caps", {"A": 200_000, "B": 100_000, "C": 50_000, "D": 0, "E": 0}),
        ("approval.committee_quorum", ((0, 2), (2_000_000, 3))),
        ("approval.expiry_days", 30),
    ],
)
def test_the_standard_policy_assesses_as_the_manual_says(name: str, value: object) -> None:
    assert load_policy().at(date(2013, 6, 30))[name] == value


def test_grace_never_exceeds_ten_days() -> None:
    assert CATALOGUE["limit.grace_days"].most == 10  # a bad payer must not earn a higher limit by paying late


def test_every_entry_of_the_catalogue_is_worded_in_both_languages() -> None:
    for parameter in CATALOGUE.values():
        for text in (parameter.en, parameter.zh, parameter.en_meaning, parameter.zh_meaning):
            assert text.strip()
        assert parameter.unit in UNITS
        assert parameter.used_by
        assert parameter.en_meaning.endswith(".")
        assert parameter.zh_meaning.endswith("。")
        assert bool(parameter.choices) == (parameter.form == "word")


def test_the_document_kinds_of_the_catalogue_are_those_of_the_tables() -> None:
    assert DOCUMENT_KINDS == KINDS


@pytest.mark.parametrize(
    ("on", "value", "since"),
    [
        (date(2000, 1, 1), 94, date(2000, 1, 1)),
        (date(2024, 2, 28), 94, date(2000, 1, 1)),
        (date(2024, 2, 29), 60, date(2024, 2, 29)),
        (date(2024, 3, 1), 60, date(2024, 2, 29)),
        (datetime(2024, 2, 29, 23, 59), 60, date(2024, 2, 29)),
    ],
)
def test_a_new_row_is_in_force_from_its_own_day(tmp_path: Path, on: date, value: int, since: date) -> None:
    values = load(tmp_path, standard_text() + BENCHMARK).at(on)
    assert values["dso.benchmark"] == value
    assert values.row("dso.benchmark").from_on == since


def test_rows_may_stand_in_any_order(tmp_path: Path) -> None:
    policy = load(tmp_path, BENCHMARK + standard_text())
    assert [row.value for row in policy.history("dso.benchmark")] == [94, 60]


def test_a_row_carries_its_reference_and_the_day_it_was_confirmed(tmp_path: Path) -> None:
    row = load(tmp_path, standard_text() + BENCHMARK).at(date(2025, 1, 1)).row("dso.benchmark")
    assert (row.reference, row.confirmed_on) == ("board minute 2024-02-01 §4", date(2024, 2, 20))
    assert (row.about.unit, row.about.kind) == ("days", "scalar")


def test_a_day_before_the_first_row_says_from_when_the_policy_is_in_force() -> None:
    with pytest.raises(PolicyError) as refused:
        load_policy().at(date(1999, 12, 31))
    assert refused.value.en == (
        f"standard: no value on 1999-12-31 for {len(CATALOGUE)} parameters (home.currency, …). "
        "The policy is in force from 2000-01-01. Ask for that day or later, or add an earlier row. [not-in-force]"
    )
    assert refused.value.zh == (
        f"standard：1999-12-31 时 {len(CATALOGUE)} 个参数（home.currency 等）无有效值。本政策自 2000-01-01 起生效。"
        "请改用该日或之后的日期，或补充更早的行。[not-in-force]"
    )


def test_one_parameter_that_begins_later_holds_the_policy_back(tmp_path: Path) -> None:
    text = standard_text().replace("[[cei.months]]\nfrom = 2000-01-01", "[[cei.months]]\nfrom = 2020-01-01")
    policy = load(tmp_path, text)
    with pytest.raises(PolicyError, match=r"no value on 2019-12-31 for cei\.months\. The policy is in force from 2020"):
        policy.at(date(2019, 12, 31))
    assert policy.at(date(2020, 1, 1))["cei.months"] == 1


def test_a_last_row_that_ended_has_no_value_from_the_day_after(tmp_path: Path) -> None:
    start = "[[cei.months]]\nfrom = 2000-01-01\n"
    text = standard_text().replace(start, f"{start}to = 2025-12-31\n")
    policy = load(tmp_path, text)
    assert policy.at(date(2025, 12, 31))["cei.months"] == 1
    with pytest.raises(PolicyError) as refused:
        policy.at(date(2026, 1, 1))
    assert refused.value.en == (
        "firm: no value on 2026-01-01 for cei.months. The last row ended on 2025-12-31. "
        "Add a row from the day after. [not-in-force]"
    )
    assert refused.value.zh == (
        "firm：2026-01-01 时 cei.months 无有效值。最后一行已于 2025-12-31 终止。请补充自次日起的行。[not-in-force]"
    )


def test_an_end_on_the_eve_of_the_next_row_is_no_gap(tmp_path: Path) -> None:
    text = standard_text().replace("value = 94\n", "value = 94\nto = 2024-02-28\n") + BENCHMARK
    policy = load(tmp_path, text)
    assert [policy.at(date(2024, 2, day))["dso.benchmark"] for day in (28, 29)] == [94, 60]


def test_the_last_day_there_is_may_be_an_end(tmp_path: Path) -> None:
    text = standard_text().replace("value = 1\n", "value = 1\nto = 9999-12-31\n")
    assert load(tmp_path, text).at(date(9999, 12, 31))["cei.months"] == 1


def test_an_unknown_parameter_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load_policy().at(date(2020, 1, 1))["dso.banchmark"]


def test_decimals_stay_exact(tmp_path: Path) -> None:
    policy = load(tmp_path, standard_text().replace("value = 94", "value = 60.10"))
    assert policy.at(date(2020, 1, 1))["dso.benchmark"] == Decimal("60.1")


def test_an_empty_list_of_words_is_allowed(tmp_path: Path) -> None:
    policy = load(tmp_path, standard_text().replace('["bill", "retention", "advance"]', "[]"))
    assert policy.at(date(2020, 1, 1))["dso.excluded_kinds"] == ()


def test_a_policy_survives_the_way_to_another_process() -> None:
    policy = load_policy()
    copy = pickle.loads(pickle.dumps(policy))
    assert (copy, copy.fingerprint) == (policy, policy.fingerprint)


# --- the fingerprint


def test_the_fingerprint_is_twelve_hex_digits() -> None:
    assert len(load_policy().fingerprint) == 12
    assert int(load_policy().fingerprint, 16) >= 0


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\n".join(line for line in text.split("\n") if not line.startswith("#")),
        lambda text: text.replace("value = 94", "value = 94   # ours"),
        lambda text: text.replace("value = 94", "value = 94.0"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: "\n[[".join(["", *reversed(text.partition("\n[[")[2].split("\n[["))]),
        lambda text: text.replace('unit = "days"\nkind = "scalar"', 'kind = "scalar"\nunit = "days"'),
    ],
    ids=["no comments", "a comment", "94.0 for 94", "CRLF", "byte order mark", "rows reversed", "keys reordered"],
)
def test_how_a_file_is_written_does_not_move_the_fingerprint(tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    text = change(standard_text())
    assert text != standard_text()
    path = tmp_path / "other_name.toml"
    path.write_bytes(text.encode())
    policy = load_policy(path)
    assert policy.name == "other_name"
    assert policy.fingerprint == load_policy().fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value = 94", "value = 94.01"),
        ("value = [30, 60, 90, 180, 365]", "value = [30, 60, 90, 180]"),
        ("from = 2000-01-01\nvalue = 94", "from = 2000-01-02\nvalue = 94"),
        ("value = 94", "value = 94\nconfirmed_on = 2026-01-01"),
        ("value = 94", "value = 94\nto = 2030-12-31"),
        ("calendar year 公历年", "calendar year"),
    ],
    ids=["value", "list", "from", "confirmed_on", "to", "reference"],
)
def test_what_a_file_says_moves_the_fingerprint(tmp_path: Path, old: str, new: str) -> None:
    assert old in standard_text()
    assert load(tmp_path, standard_text().replace(old, new)).fingerprint != load_policy().fingerprint


# --- what changed


def test_a_new_row_shows_the_value_until_then(tmp_path: Path) -> None:
    firm = load(tmp_path, standard_text() + BENCHMARK)
    assert load_policy().diff(firm) == (Change("dso.benchmark", date(2024, 2, 29), 94, 60, "added"),)
    assert firm.diff(load_policy()) == (Change("dso.benchmark", date(2024, 2, 29), 60, 94, "removed"),)


def test_a_first_row_moved_back_has_no_value_before_it(tmp_path: Path) -> None:
    text = standard_text().replace("from = 2000-01-01\nvalue = 94", "from = 1999-01-01\nvalue = 94")
    assert load_policy().diff(load(tmp_path, text)) == (
        Change("dso.benchmark", date(1999, 1, 1), None, 94, "added"),
        Change("dso.benchmark", date(2000, 1, 1), 94, 94, "removed"),
    )


def test_an_edited_row_shows_each_part_that_changed(tmp_path: Path) -> None:
    first = load(tmp_path, standard_text() + BENCHMARK)
    edited = BENCHMARK.replace("60", "55").replace("§4", "§5").replace("2024-02-20", "2024-02-21")
    second = load(tmp_path, standard_text() + edited + "to = 2030-12-31\n", "next.toml")
    on = date(2024, 2, 29)
    assert first.diff(second) == (
        Change("dso.benchmark", on, 60, 55, "value"),
        Change("dso.benchmark", on, "board minute 2024-02-01 §4", "board minute 2024-02-01 §5", "reference"),
        Change("dso.benchmark", on, date(2024, 2, 20), date(2024, 2, 21), "confirmed_on"),
        Change("dso.benchmark", on, None, date(2030, 12, 31), "to"),
    )


def test_policies_differ_on_a_day_only_in_what_is_in_force_then(tmp_path: Path) -> None:
    firm = load(tmp_path, standard_text() + BENCHMARK)
    before, after = date(2024, 2, 28), date(2024, 2, 29)
    assert load_policy().at(before).diff(firm.at(before)) == ()
    changes = load_policy().at(after).diff(firm.at(after))
    assert [(change.what, change.from_on) for change in changes] == [("value", after), ("reference", after)]
    assert (changes[0].before, changes[0].after) == (94, 60)
