"""The terminal, as a person and as a script meet it: exit codes, errors of one to three lines, JSON by its schema."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from creditlib.faces.cli.main import app

OPEN = """customer,customer_name,document,issue_date,due_date,amount,currency
C1,Alpha,INV-1,2024-01-02,2024-02-01,100.00,CNY
C1,Alpha,INV-2,2024-02-20,2024-03-21,50.01,CNY
C2,=Beta,INV-3,2023-12-01,2023-12-31,0.01,CNY
"""  # 150.02 open at 2024-03-10: INV-1 38 days late, INV-3 70 days late, INV-2 not due


@pytest.fixture
def ledger(in_tmp: Path) -> Path:
    path = in_tmp / "open.csv"
    path.write_text(OPEN, encoding="utf-8")
    return path


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def valid(name: str, text: str) -> Any:
    schema = json.loads(files("creditlib.faces").joinpath("output.schema.json").read_text(encoding="utf-8"))
    value = json.loads(text)
    jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"}).validate(value)
    return value


def test_aging_as_json_follows_its_schema_and_its_buckets_add_up(ledger: Path) -> None:
    result = run("aging", ledger, "--as-of", "2024-03-10", "--json")
    assert result.exit_code == 0
    (one,) = valid("aging", result.stdout)
    assert one["total"] == "150.02"
    assert (one["buckets"]["not_due"], one["buckets"]["31-60"], one["buckets"]["61-90"]) == ("50.01", "100.00", "0.01")
    assert sum(Decimal(v) for v in one["buckets"].values()) == Decimal("150.02")
    assert [c["customer"] for c in one["customers"]] == ["C1", "C2"]


def test_aging_as_csv_has_one_row_a_customer(ledger: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("aging", ledger, "--as-of", "2024-03-10", "--csv").stdout)))
    assert [(r["customer"], r["total"], r["61-90"]) for r in rows] == [("C1", "150.01", "0.00"), ("C2", "0.01", "0.01")]


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("Not due", "Total", "open items")), ("zh", ("未到期", "合计", "未清项"))]
)
def test_aging_prints_in_the_language_asked_for(ledger: Path, lang: str, words: tuple[str, ...]) -> None:
    text = run("aging", ledger, "--as-of", "2024-03-10", "--lang", lang).stdout
    assert all(word in text for word in words)
    assert "150.02" in text


def test_close_ties_to_a_figure_from_outside_and_exits_0(ledger: Path) -> None:
    result = run("close", ledger, "--as-of", "2024-03-10", "--control", "150.02", "--out", "close.xlsx", "--json")
    assert result.exit_code == 0, result.output
    made = valid("close", result.stdout)
    assert made["ties"] is True
    assert Path("close.xlsx").stat().st_size > 10_000


@pytest.mark.parametrize(("control", "difference"), [("150.03", "-0.01"), ("50.02", "100.00")])
def test_close_that_does_not_tie_exits_1_and_tells_both_figures(ledger: Path, control: str, difference: str) -> None:
    result = run("close", ledger, "--as-of", "2024-03-10", "--control", control, "--out", "close.xlsx")
    assert result.exit_code == 1
    for figure in ("150.02", control, difference):  # 150.02 − 150.03 = −0.01; 150.02 − 50.02 = 100.00
        assert figure in result.stdout
    assert "control-differs" in result.stdout


def test_close_does_not_replace_a_workbook_unless_told(ledger: Path) -> None:
    Path("close.xlsx").write_text("mine")
    refused = run("close", ledger, "--as-of", "2024-03-10", "--out", "close.xlsx")
    assert (refused.exit_code, Path("close.xlsx").read_text()) == (2, "mine")
    assert "--force" in refused.stderr
    assert run("close", ledger, "--as-of", "2024-03-10", "--out", "close.xlsx", "--force").exit_code == 0
    assert Path("close.xlsx").read_bytes()[:2] == b"PK"


def test_dso_of_an_open_list_says_it_needs_sales_and_gives_no_number(ledger: Path) -> None:
    result = run("dso", ledger, "--as-of", "2024-03-10", "--json")
    assert result.exit_code == 1
    made = valid("dso", result.stdout)
    assert all(m["days"] is None and "needs sales" in m["why"] for m in made["methods"])


def test_dso_with_sales_beside_the_open_list(ledger: Path) -> None:
    Path("sales.csv").write_text("month,currency,gross\n2024-03,CNY,100.00\n2024-02,CNY,100.04\n")
    result = run("dso", ledger, "--as-of", "2024-03-31", "--sales", "sales.csv", "--json")
    assert result.exit_code == 0, result.output
    days = {m["method"]: m["days"] for m in valid("dso", result.stdout)["methods"]}
    assert days["countback"] == pytest.approx(45.5)  # 150.02: March 100.00 (31 days), then 50.02 of 100.04 × 29 days


def test_check_lists_every_check_and_names_what_to_do() -> None:
    listed = valid("check_list", run("check", "--list", "--json").stdout)
    assert {"duplicate-document", "ambiguous-date", "control-differs"} <= {c["check"] for c in listed}
    assert all(c["todo"] for c in listed)


def test_check_shows_all_findings_at_once(in_tmp: Path) -> None:
    Path("bad.csv").write_text(
        "customer,document,issue_date,due_date,amount,currency\n"
        "C1,I1,2024-01-02,2024-02-01,x,CNY\n,I2,2024-01-02,2024-02-01,5,CNY\nC1,I3,2024-01-02,2024-02-01,5,QQQ\n"
    )
    result = run("check", "bad.csv", "--json")
    assert result.exit_code == 1
    assert {f["check"] for f in valid("check", result.stdout)} == {
        "unreadable-amount",
        "blank-customer",
        "unknown-currency",
    }


def test_map_proposes_what_it_recognised_and_the_proposal_is_read_back(ledger: Path) -> None:
    assert run("map", ledger, "--out", "map.toml").exit_code == 0
    one = json.loads(run("aging", ledger, "--as-of", "2024-03-10", "--map", "map.toml", "--json").stdout)
    assert one[0]["total"] == "150.02"
    assert valid("map", run("map", ledger, "--json").stdout)["columns"]["due_on"] == "due_date"


def test_map_of_an_unknown_layout_gives_a_form_to_fill_in(in_tmp: Path) -> None:
    Path("odd.csv").write_text("wer,wann,wieviel\nA,2024-01-01,5\n")
    result = run("map", "odd.csv")
    assert result.exit_code == 1
    assert '"wieviel"' in result.stdout


WRONG = {
    "no such file": ("aging nosuch.csv --as-of 2024-03-10", "nosuch.csv: no such file."),
    "not a day": ("aging open.csv --as-of 10.3.2024", '--as-of "10.3.2024" is not a day.'),
    "no such language": ("aging open.csv --as-of 2024-03-10 --lang fr", '--lang "fr" is not a language here.'),
    "no such order": ("aging open.csv --as-of 2024-03-10 --dates xyz", '--dates "xyz" is no order.'),
    "no such currency": ("aging open.csv --as-of 2024-03-10 --home QQQ", 'currency "QQQ" is not an ISO 4217 code.'),
    "two formats": ("aging open.csv --as-of 2024-03-10 --json --csv", "--csv and --json exclude each other."),
    "descending edges": ("aging open.csv --as-of 2024-03-10 --edges 90,30", "edges [90, 30] must be whole numbers"),
    "edges of words": ("aging open.csv --as-of 2024-03-10 --edges a,b", '--edges "a,b" must be whole numbers'),
    "no such basis": ("aging open.csv --as-of 2024-03-10 --basis moon", '--basis "moon" does not exist.'),
    "no such key": ("aging open.csv --as-of 2024-03-10 --by moon", '"moon" is no key to group by.'),
    "control neither amount nor file": (
        "close open.csv --as-of 2024-03-10 --control a.csv",
        '--control "a.csv" is neither',
    ),
    "rates without a currency": ("close open.csv --as-of 2024-03-10 --fx r.csv", "--fx needs --currency"),
    "no such check": ("check open.csv --only nosuch", "no check is called nosuch."),
    "no file at all": ("check", "No file was given."),
    "sample into a folder with files": ("sample .", ". is not an empty folder."),
    "empty file": ("aging empty.csv --as-of 2024-03-10", "empty.csv: the file is empty (0 bytes). Export it again."),
    "only blank lines": ("aging blank.csv --as-of 2024-03-10", "blank.csv: holds only blank lines."),
    "no columns known": ("aging odd.csv --as-of 2024-03-10", "odd.csv: no column means a customer and an amount."),
    "a picture": (
        "aging picture.png --as-of 2024-03-10",
        "picture.png: is neither text, a workbook nor Parquet. Export it as CSV or XLSX, or leave it out.",
    ),
    "a web page": ("aging page.xls --as-of 2024-03-10", "page.xls: is a web page or XML"),
    "a broken workbook": ("aging broken.xlsx --as-of 2024-03-10", "broken.xlsx: can't be opened as a workbook"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_call_is_told_in_one_to_three_lines(ledger: Path, name: str) -> None:
    Path("empty.csv").write_text("")
    Path("blank.csv").write_text("\n\n\n")
    Path("odd.csv").write_text("wer,wann,wieviel\nA,2024-01-01,5\n")
    Path("picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    Path("page.xls").write_text("<html><table><tr><td>1</td></tr></table></html>")
    Path("broken.xlsx").write_bytes(b"PK\x03\x04" + b"x" * 100)
    call, text = WRONG[name]
    result = run(*call.split())
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith(text)
    assert 1 <= len(result.stderr.strip().split("\n")) <= 3
    assert "Traceback" not in result.output


def test_ambiguous_dates_are_refused_until_the_order_is_given(in_tmp: Path) -> None:
    Path("d.csv").write_text(
        "customer,document,issue_date,due_date,amount,currency\nC1,I1,01/02/2024,03/04/2024,5.00,CNY\n"
    )
    refused = run("aging", "d.csv", "--as-of", "2024-12-31", "--json")
    assert (refused.exit_code, json.loads(refused.stdout)) == (1, [])  # nothing is read rather than read wrongly
    findings = json.loads(run("check", "d.csv", "--json").stdout)
    assert {f["check"] for f in findings} == {"ambiguous-date"}
    read = json.loads(run("aging", "d.csv", "--as-of", "2024-12-31", "--dates", "dmy", "--json").stdout)
    assert read[0]["buckets"]["181-365"] == "5.00"  # due 3 April: 272 days


def test_the_sample_is_written_and_closes_with_its_odd_cases(in_tmp: Path) -> None:
    assert run("sample", "s").exit_code == 0
    files_ = [f"s/{n}.csv" for n in ("documents", "allocations", "customers", "sales")]
    good = run("close", *files_, "--as-of", "2026-10-31", "--control", "s/control.csv", "--out", "a.xlsx", "--json")
    assert good.exit_code == 1  # it ties, and the odd cases need a person
    assert valid("close", good.stdout)["ties"] is True
    wrong = run(
        "close", *files_, "--as-of", "2026-10-31", "--control", "s/control_wrong.csv", "--out", "b.xlsx", "--json"
    )
    differing = [c for c in json.loads(wrong.stdout)["control"] if not c["ties"]]
    assert [c["difference"] for c in differing] == ["-0.01"]


def test_help_of_every_command_has_an_example() -> None:
    for command in ("close", "aging", "dso", "check", "map", "sample"):
        text = run(command, "--help").stdout
        assert f"Example: credit {command}" in text


def test_a_close_never_replaces_a_file_it_reads(ledger: Path) -> None:
    before = ledger.read_bytes()
    refused = run("close", ledger, "--as-of", "2024-03-10", "--out", ledger, "--force")
    assert (refused.exit_code, ledger.read_bytes()) == (2, before)
    assert "is one of the files read" in refused.stderr


def test_json_keeps_stdout_for_the_figures_and_tells_rejected_rows_beside_it(in_tmp: Path) -> None:
    Path("bad.csv").write_text(
        "customer,document,issue_date,due_date,amount,currency\nC1,I1,2024-01-02,2024-02-01,x,CNY\nC1,I2,2024-01-02,2024-02-01,5.00,CNY\n"
    )
    result = run("aging", "bad.csv", "--as-of", "2024-03-10", "--json")
    assert result.exit_code == 1
    assert valid("aging", result.stdout)[0]["total"] == "5.00"
    assert '▲ bad.csv!E2: amount "x" is no amount' in result.stderr


def test_the_version_is_the_one_of_the_package() -> None:
    import creditlib

    assert run("--version").stdout == f"creditlib {creditlib.__version__}\n"


def test_a_policy_that_breaks_its_rules_is_wrong_usage_of_a_close(ledger: Path) -> None:
    Path("policy.toml").write_text("[[nosuch]]\n")
    assert run("close", ledger, "--as-of", "2024-03-10", "--policy", "policy.toml", "--out", "c.xlsx").exit_code == 2
    assert run("policy", "check", "policy.toml").exit_code == 1


def test_an_account_the_control_file_leaves_out_needs_a_person(in_tmp: Path) -> None:
    Path("o.csv").write_text(
        "customer,document,issue_date,due_date,amount,currency,account\nC1,I1,2024-01-02,2024-02-01,5.00,CNY,1122\nC1,I2,2024-01-02,2024-02-01,7.00,CNY,1131\n"
    )
    Path("control.csv").write_text("account,currency,balance\n1122,CNY,5.00\n")
    result = run("close", "o.csv", "--as-of", "2024-03-10", "--control", "control.csv", "--out", "c.xlsx", "--json")
    assert result.exit_code == 1
    assert "control-missing" in {f["check"] for f in json.loads(result.stdout)["findings"]}
