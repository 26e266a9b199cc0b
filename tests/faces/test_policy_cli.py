"""`credit policy` at the terminal: what it prints, and how it leaves."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from creditlib.errors import Lang
from creditlib.faces.cli.policy import app
from creditlib.faces.wording import say
from creditlib.policy import CATALOGUE, load_policy, standard_text

LATER = """
[[aging.edges]]
from = 2026-01-01
value = [30, 60, 90, 120]
unit = "days past due"
kind = "list"
reference = "board minute | 2025-12-15 §4"
confirmed_on = 2025-12-20
"""
IN_DAYS = sum(parameter.unit == "days" for parameter in CATALOGUE.values())
STANDARD = f"standard@{load_policy().fingerprint}"


def credit_policy(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "110", "CREDIT_LANG": "", **env})


@pytest.fixture
def firm(in_tmp: Path) -> Path:
    path = Path("firm.toml")
    path.write_text(standard_text() + LATER, encoding="utf-8")
    return path


def test_show_prints_every_parameter_with_its_value_and_reference() -> None:
    result = credit_policy("show", "--at", "2026-01-31")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"Policy {STANDARD}: values in force on 2026-01-31"
    assert lines[1].split() == ["Parameter", "Value", "Since", "Reference"]
    assert all(name in result.stdout for name in CATALOGUE)
    assert "1 month " in result.stdout
    assert lines[-1] == "Next review by 2027-11-30."
    assert max(len(line) for line in lines) <= 110


def test_show_speaks_chinese_when_asked_by_option_or_environment() -> None:
    by_option = credit_policy("show", "--at", "2026-01-31", "--lang", "zh")
    by_environment = credit_policy("show", "--at", "2026-01-31", CREDIT_LANG="zh")
    assert by_option.stdout == by_environment.stdout
    assert by_option.stdout.startswith(f"信用政策 {STANDARD}：2026-01-31 有效的值")
    assert "承兑汇票、质保金、预收款" in by_option.stdout
    assert "…" not in by_option.stdout  # nothing is cut off


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_narrow_terminal_wraps_and_loses_nothing(lang: str) -> None:
    narrow = credit_policy("show", "--at", "2026-01-31", "--lang", lang, COLUMNS="80").stdout
    wide = credit_policy("show", "--at", "2026-01-31", "--lang", lang, COLUMNS="300").stdout
    assert sorted(narrow.replace("─", "").replace("\n", "").replace(" ", "")) == sorted(
        wide.replace("─", "").replace("\n", "").replace(" ", "")
    )


def test_the_option_wins_over_the_environment() -> None:
    assert credit_policy("show", "--lang", "en", CREDIT_LANG="zh").stdout.startswith("Policy ")


def test_show_says_when_the_review_was_missed() -> None:
    on_the_day = credit_policy("show", "--at", "2027-11-30").stdout
    assert "Next review by 2027-11-30." in on_the_day
    late = credit_policy("show", "--at", "2027-12-01").stdout
    assert "▲ The review was due on 2027-11-30; days late: 1." in late
    assert (
        "▲ 复审应于 2027-11-30 前完成，已逾 2 天。"
        in credit_policy("show", "--at", "2027-12-02", "--lang", "zh").stdout
    )


def test_show_as_json_and_csv_hold_the_same_rows(firm: Path) -> None:
    as_json = json.loads(credit_policy("show", "--policy", "firm.toml", "--at", "2026-01-01", "--json").stdout)
    as_csv = credit_policy("show", "--policy", "firm.toml", "--at", "2026-01-01", "--csv").stdout
    rows = {row["parameter"]: row for row in csv.DictReader(io.StringIO(as_csv))}
    assert (as_json["policy"], as_json["fingerprint"]) == ("firm", load_policy(firm).fingerprint)
    assert list(rows) == list(as_json["values"]) == list(CATALOGUE)
    edges = as_json["values"]["aging.edges"]
    assert edges["value"] == json.loads(rows["aging.edges"]["value"]) == [30, 60, 90, 120]
    assert edges["from"] == rows["aging.edges"]["from"] == "2026-01-01"
    assert edges["confirmed_on"] == rows["aging.edges"]["confirmed_on"] == "2025-12-20"


def test_check_of_a_sound_file_exits_0(firm: Path) -> None:
    result = credit_policy("check", "firm.toml")
    fingerprint = load_policy(firm).fingerprint
    assert result.exit_code == 0
    assert (
        result.stdout
        == f"✓ firm.toml: {len(CATALOGUE)} parameters, {len(CATALOGUE) + 1} rows, no problem. firm@{fingerprint}\n"
    )


def test_check_prints_every_problem_and_exits_1(firm: Path) -> None:
    firm.write_text(standard_text().replace('unit = "days"', 'unit = "day"'), encoding="utf-8")
    result = credit_policy("check", "firm.toml")
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert [line.rpartition(" ")[2] for line in lines[:-1]] == ["[wrong-unit]"] * IN_DAYS
    assert lines[-1] == f"firm.toml: problems found: {IN_DAYS}"
    zh = credit_policy("check", "firm.toml", "--lang", "zh").stdout.splitlines()
    assert zh[-1] == f"firm.toml：发现 {IN_DAYS} 个问题"


def test_another_command_shows_a_bad_file_in_three_lines(firm: Path) -> None:
    firm.write_text(standard_text().replace('unit = "days"', 'unit = "day"'), encoding="utf-8")
    result = credit_policy("show", "--policy", "firm.toml")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 3
    assert result.stderr.splitlines()[2] == f"… and {IN_DAYS - 2} more: credit policy check firm.toml"


def test_diff_shows_the_new_row_with_both_values(firm: Path) -> None:
    result = credit_policy("diff", "standard", "firm.toml")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Policy {STANDARD} → firm@{load_policy(firm).fingerprint}: all rows")
    assert "new row" in result.stdout
    assert result.stdout.endswith("Differences: 1\n")
    zh = credit_policy("diff", "standard", "firm.toml", "--lang", "zh").stdout
    assert "新增行" in zh
    assert zh.endswith("差异：1 处\n")


def test_diff_on_a_day_before_the_change_finds_none(firm: Path) -> None:
    assert credit_policy("diff", "standard", "firm.toml", "--at", "2025-12-31").stdout.endswith("No difference.\n")
    assert credit_policy("diff", "standard", "firm.toml", "--at", "2026-01-01").stdout.endswith("Differences: 2\n")


def test_diff_as_json_names_parameter_day_and_both_values(firm: Path) -> None:
    found = json.loads(credit_policy("diff", "standard", "firm.toml", "--json").stdout)
    assert found["changes"] == [
        {
            "parameter": "aging.edges",
            "from": "2026-01-01",
            "what": "added",
            "before": [30, 60, 90, 180, 365],
            "after": [30, 60, 90, 120],
        }
    ]


@pytest.mark.parametrize(
    ("lang", "title", "later", "signature"),
    [
        ("en", "# Credit policy", "## Decided, in force later", "| Approved for the board by |"),
        ("zh", "# 信用政策", "## 已决定、尚未生效", "| 董事会批准 |"),
    ],
)
def test_the_document_has_every_parameter_and_lines_to_sign(
    firm: Path, lang: Lang, title: str, later: str, signature: str
) -> None:
    text = credit_policy("print", "--policy", "firm.toml", "--at", "2025-06-30", "--lang", lang).stdout
    assert text.startswith(title + "\n")
    assert f"firm@{load_policy(firm).fingerprint}" in text
    assert all(parameter.label(lang) in text and parameter.meaning(lang) in text for parameter in CATALOGUE.values())
    assert "board minute \\| 2025-12-15 §4" in text.partition(later)[2]
    assert signature in text
    for line in text.splitlines():
        assert not line.startswith("| ") or line.replace("\\|", "").count("|") in (
            5,
            7,
            8,
        )  # four, six or, of the scorecard, seven columns


def test_the_document_lists_nothing_later_when_nothing_is() -> None:
    assert "in force later" not in credit_policy("print", "--at", "2026-01-01").stdout


def test_print_writes_a_copy_to_start_from_and_never_over_a_file(in_tmp: Path) -> None:
    assert credit_policy("print", "--toml", "--out", "ours.toml").stdout == "Written: ours.toml\n"
    assert load_policy("ours.toml").fingerprint == load_policy().fingerprint
    again = credit_policy("print", "--toml", "--out", "ours.toml")
    assert again.exit_code == 2
    assert again.stderr == "ours.toml exists already. Choose another name, or remove it first.\n"


def test_print_to_a_folder_that_is_not_there_is_a_wrong_call(in_tmp: Path) -> None:
    result = credit_policy("print", "--out", "none/policy.md", "--lang", "zh")
    assert (result.exit_code, result.stderr) == (
        2,
        "none/policy.md 无法写入（No such file or directory）。请换一个位置。\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("show", "--at", "1999"), 2, '--at "1999" is not a day. Write it as YYYY-MM-DD, for example 2024-06-05.'),
        (("show", "--json", "--csv"), 2, "--json and --csv exclude each other. Pass one."),
        (("show", "--json", "--csv", "--lang", "zh"), 2, "--json 与 --csv 不能同时使用。请只选其一。"),
        (("show", "--lang", "fr"), 2, '--lang "fr" is not a language here. Choose en or zh.'),
        (("print", "--toml", "--policy", "x.toml"), 2, "--toml writes the standard policy to start from; "
         "leave out --policy, --at."),
        (("check", "x.toml"), 2, "x.toml: no policy to read there (No such file or directory). "
         "A copy to start from: credit policy print --toml --out FILE"),
        (("show", "--at", "1999-12-31"), 1, f"standard: no value on 1999-12-31 for {len(CATALOGUE)} parameters (home.currency, …). "
         "The policy is in force from 2000-01-01. Ask for that day or later, or add an earlier row. [not-in-force]"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_line_on_stderr(in_tmp: Path, arguments: tuple[str, ...], code: int, text: str) -> None:
    result = credit_policy(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", text + "\n")


def test_a_misspelt_option_is_a_wrong_call() -> None:
    assert credit_policy("show", "--polcy", "x").exit_code == 2


def test_every_group_and_choice_of_the_catalogue_has_a_word() -> None:
    for parameter in CATALOGUE.values():
        for lang in ("en", "zh"):
            assert say(f"policy.group.{parameter.name.partition('.')[0]}", lang)
            face = "common.kind" if parameter.unit == "document kinds" else "policy.choice"
            assert all(say(f"{face}.{word}", lang) for word in parameter.choices)
