"""Commands of the record as several people meet them, on a SQLite file and on PostgreSQL: the same words, the same figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner
from world import World, staff

from creditlib.faces.cli.main import app

HEAD = "customer,customer_name,document,issue_date,due_date,paid_date,amount,currency\n"
LEDGER = HEAD + "".join(
    f"C{n},Firm {n},I-{n}-{m},2025-{m:02d}-01,2025-{m:02d}-28,2025-{m:02d}-{28 - n % 2},{1000 * n}.00,CNY\n" for n in (1, 2) for m in range(1, 13)
)  # fmt: skip
STATEMENTS = (
    "customer,period end,currency,current assets,total assets,current liabilities,total liabilities,retained earnings,equity,sales,ebit,interest\n"
    "C1,2025-12-31,CNY,600000,1000000,300000,450000,250000,550000,2000000,120000,20000\n"
)
FILES = ("ledger.csv", "--credit-file", "statements.csv", "--as-of", "2026-01-31")
Person = Callable[..., Any]


@pytest.fixture
def people(world: World, in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Runs a command as somebody."""
    staff(world)
    (in_tmp / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    (in_tmp / "statements.csv").write_text(STATEMENTS, encoding="utf-8")

    def run(who: str, *arguments: object) -> Any:
        monkeypatch.setattr("creditlib.record.store.system_user", lambda: who)
        monkeypatch.setenv("CREDIT_STORE", world.address(who))
        return CliRunner().invoke(app, [str(a) for a in arguments])

    return run


def valid(name: str, done: Any, code: int = 0) -> Any:
    assert done.exit_code == code, done.output
    schema = json.loads(files("creditlib.faces").joinpath("output.schema.json").read_text(encoding="utf-8"))
    value = json.loads(done.stdout)
    jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"}).validate(value)
    return value


def ask(people: Person, who: str = "ann", *more: object) -> Any:
    return valid(
        "limit_request", people(who, "limit", "request", "C1", *FILES, "--reason", "new_customer", *more, "--json")
    )


def test_a_limit_is_asked_for_approved_and_in_force(people: Person) -> None:
    before = valid("review", people("ann", "review", "C1", *FILES, "--json"))
    made = ask(people)
    assert made["amount"] == made["proposed"] == before["limit"]["limit"]
    assert (made["own_risk"], made["role"], made["quorum"]) == (before["limit"]["own_risk"], "manager", 1)
    listed = valid("limit_pending", people("bob", "limit", "pending", "--json"), 1)
    assert [(row["request"], row["by"], row["amount"]) for row in listed] == [(made["request"], "ann", made["amount"])]
    own = people("ann", "limit", "approve", made["request"], "--reason", "new_customer")
    assert (own.exit_code, "[own-request]" in own.stderr) == (2, True)
    done = valid("limit_vote", people("bob", "limit", "approve", made["request"], "--reason", "new_customer", "--json"))
    assert (done["outcome"], done["in_force"]["limit"], done["override"]) == ("approved", made["amount"], False)
    (limit,) = valid("limit_in_force", people("gus", "limit", "list", "--json"))
    assert (limit["customer"], limit["limit"], limit["request"], limit["step"]) == (
        "C1",
        made["amount"],
        made["request"],
        1,
    )
    assert valid("limit_pending", people("gus", "limit", "pending", "--json")) == []
    today = datetime.now(UTC).date().isoformat()
    later = valid("review", people("gus", "review", "C1", *FILES[:3], "--as-of", today, "--json"))
    assert later["limit_in_force"] == {
        "limit": made["amount"],
        "currency": "CNY",
        "on": limit["from_on"],
        "review_due": False,
    }


def test_above_the_proposal_two_must_agree_and_one_no_ends_it(people: Person) -> None:
    made = ask(people, "ann", "--amount", "99,000,000.00", "--memo", "memo.xlsx")
    assert "above_proposal" in made["exceptions"]
    assert (made["role"], made["quorum"] >= 3) == ("committee", True)
    assert Path("memo.xlsx").stat().st_size > 0
    refused = people("bob", "limit", "approve", made["request"], "--reason", "strategic")
    assert (refused.exit_code, "[no-role]" in refused.stderr) == (2, True)
    first = valid(
        "limit_vote", people("dan", "limit", "approve", made["request"], "--reason", "strategic", "--json"), 1
    )
    assert (first["outcome"], first["agreed"], first["override"]) == (None, 1, True)
    told = people("dan", "limit", "pending", "--lang", "zh")
    assert "委员会" in told.stdout
    assert "dan" in told.stdout
    ended = people("eve", "limit", "reject", made["request"], "--reason", "worse_credit", "--lang", "zh")
    assert ended.stdout.strip() == f"✓ C1 的申请 {made['request']} 已拒绝。"
    again = people("fay", "limit", "approve", made["request"], "--reason", "strategic")
    assert (again.exit_code, "[ended]" in again.stderr) == (2, True)
    assert valid("limit_in_force", people("ann", "limit", "list", "--json")) == []


def test_only_who_asked_takes_a_request_back(people: Person) -> None:
    number = ask(people)["request"]
    assert people("abe", "limit", "withdraw", number).exit_code == 2
    assert (
        valid("limit_withdrawal", people("ann", "limit", "withdraw", number, "--text", "old", "--json"))["request"]
        == number
    )
    assert people("ann", "limit", "pending").stdout == "No request waits for a decision.\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--reason", "because"), "[not-in-policy]"),
        (("--reason", "other", "--amount", "x"), '--amount "x" is no amount of 0 or more'),
        (("--reason", "other", "--amount", "-1"), '--amount "-1" is no amount of 0 or more'),
        (("--reason", "other", "--exception", "odd"), "[not-in-policy]"),
        (("--reason", "other", "--until", "2026-13-01"), "--until"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_and_nothing_waits(people: Person, more: tuple[str, ...], said: str) -> None:
    done = people("ann", "limit", "request", "C1", *FILES, *more)
    assert (done.exit_code, said in done.stderr) == (2, True), done.output
    assert people("ann", "limit", "pending").exit_code == 0


def test_a_proposal_needs_no_command_word(people: Person) -> None:
    plain = valid("limit_list", people("ann", "limit", *FILES, "--json"))
    assert plain == valid("limit_list", people("ann", "limit", "propose", *FILES, "--json"))
    first = valid("limit_list", people("ann", "limit", *FILES[3:], *FILES[:3], "--json"))  # options first
    assert plain == first


def test_the_journal_tells_verifies_and_exports(people: Person, world: World) -> None:
    ask(people)
    head = valid("journal_head", people("gus", "journal", "head", "--json"))
    assert people("gus", "journal", "head").stdout.strip() == head["head"]
    entries = valid("journal_list", people("gus", "journal", "list", "--json"))
    assert (entries[0]["kind"], entries[-1]["kind"], entries[-1]["hash"]) == ("store_made", "request", head["hash"])
    assert [
        e["seq"]
        for e in valid(
            "journal_list", people("gus", "journal", "list", "--kind", "credit_file", "--customer", "C1", "--json")
        )
    ] == [head["seq"] - 1]
    table = people("gus", "journal", "list", "--lang", "zh").stdout
    assert "审批申请" in table
    plain = people("gus", "journal", "verify")
    assert (plain.exit_code, "Without --head" in plain.stdout) == (0, True)
    found = valid("journal_verify", people("gus", "journal", "verify", "--head", head["head"], "--json"))
    assert (found["good"], found["entries"], found["end_checked"]) == (True, head["seq"], True)
    ahead = valid(
        "journal_verify", people("gus", "journal", "verify", "--head", f"{head['seq'] + 1}:{'0' * 63}1", "--json"), 1
    )
    assert [f["fault"] for f in ahead["faults"]] == ["cut"]
    out = valid("journal_export", people("gus", "journal", "export", "--out", "j.jsonl", "--json"))
    assert (out["entries"], out["head"]) == (head["seq"], head["head"])
    assert people("gus", "journal", "export", "--out", "j.jsonl").exit_code == 2
    text = Path("j.jsonl").read_text(encoding="utf-8")
    assert valid("journal_verify", people("zoe", "journal", "verify", "--export", "j.jsonl", "--json"))["good"]
    Path("j.jsonl").write_text(text.replace('"new_customer"', '"yearly_review"'), encoding="utf-8")
    changed = people("zoe", "journal", "verify", "--export", "j.jsonl", "--lang", "zh")
    assert (changed.exit_code, f"条目 {head['seq']} 被改动" in changed.stdout) == (1, True)
    assert people("gus", "journal", "verify", "--head", "12:abc").exit_code == 2


def test_a_changed_row_is_named(people: Person, world: World) -> None:
    from sqlalchemy import text
    from world import unguard

    number = ask(people)["request"]
    engine = world.behind()
    with engine.begin() as connection:
        unguard(connection)
        connection.execute(text("UPDATE credit_requests SET amount_minor = amount_minor + 1"))
    engine.dispose()
    found = valid("journal_verify", people("gus", "journal", "verify", "--json"), 1)
    assert ("row-changed", number, "credit_requests") in {(f["fault"], f["entry"], f["table"]) for f in found["faults"]}


def test_roles_are_given_by_others_and_listed(people: Person) -> None:
    refused = people("ann", "store", "give", "ann", "manager")
    assert (refused.exit_code, "[own-role]" in refused.stderr) == (2, True)
    given = valid("store_role", people("bob", "store", "give", "zoe", "analyst", "--json"))
    assert (given["person"], given["given"]) == ("zoe", True)
    held = valid("store_roles", people("gus", "store", "roles", "--json"))
    assert {(r["person"], r["role"], r["by"]) for r in held} >= {
        ("zoe", "analyst", "bob"),
        ("gus", "auditor", "keeper"),
    }
    assert people("bob", "store", "take", "zoe", "analyst", "--lang", "zh").stdout.startswith("✓ zoe 不再是分析员。")


def test_an_auditor_reads_everything_and_changes_nothing(people: Person) -> None:
    number = ask(people)["request"]
    for command in (
        ("limit", "approve", number, "--reason", "other"),
        ("limit", "request", "C2", *FILES, "--reason", "other", "--amount", "1"),
    ):
        done = people("gus", *command)
        assert done.exit_code == 2, done.output
    assert people("gus", "limit", "pending").exit_code == 1


def test_a_backup_restored_elsewhere_has_the_same_head(people: Person) -> None:
    ask(people)
    head = valid("journal_head", people("ann", "journal", "head", "--json"))["head"]
    assert valid("store_backup", people("ann", "store", "backup", "--out", "copy.db", "--json"))["head"] == head
    assert people("ann", "store", "backup", "--out", "copy.db").exit_code == 2
    assert (
        valid("store_restore", people("ann", "store", "restore", "copy.db", "--store", "again.db", "--json"))["head"]
        == head
    )
    assert valid("journal_verify", people("ann", "journal", "verify", "--store", "again.db", "--head", head, "--json"))[
        "good"
    ]
    assert people("ann", "store", "restore", "copy.db", "--store", "again.db").exit_code == 2


def test_a_store_is_made_once_and_its_maker_is_told(in_tmp: Path) -> None:
    run = CliRunner().invoke
    missing = run(app, ["journal", "head", "--store", "a.db"])
    assert (missing.exit_code, "[no-store]" in missing.stderr) == (2, True)
    made = valid("store_init", run(app, ["store", "init", "--store", "a.db", "--json"]))
    again = valid("store_init", run(app, ["store", "init", "--store", "a.db", "--json"]))
    assert (made["new"], again["new"], made["head"]) == (True, False, again["head"])
    assert valid("store_upgrade", run(app, ["store", "upgrade", "--store", "a.db", "--json"]))["upgraded"] is False
    (in_tmp / "b.db").write_text("no store")
    other = run(app, ["store", "init", "--store", "b.db", "--lang", "zh"])
    assert (other.exit_code, "[not-a-store]" in other.stderr) == (2, True)


def test_the_sql_of_rights_is_printed() -> None:
    done = CliRunner().invoke(app, ["store", "rights", "--writers", "team"])
    assert done.stdout.splitlines()[-1].endswith('TO "team";')
    assert CliRunner().invoke(app, ["store", "rights", "--writers", "a;b"]).exit_code == 2


def test_a_reading_command_looks_at_no_store_unless_one_is_named(
    people: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDIT_STORE", raising=False)
    done = CliRunner().invoke(app, ["limit", *FILES, "--json"])
    assert done.exit_code == 0
    assert "limit-" not in done.stderr
    wrong = CliRunner().invoke(app, ["limit", *FILES, "--store", "nowhere.db"])
    assert (wrong.exit_code, "[no-store]" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    "command",
    ["limit request", "limit approve", "limit reject", "limit withdraw", "limit pending", "limit list", "journal list", "journal verify",
     "journal export", "journal head", "store init", "store upgrade", "store backup", "store restore", "store roles", "store give", "store take",
     "store rights"],
)  # fmt: skip
def test_help_has_an_example(command: str) -> None:
    assert f"Example: credit {command}" in CliRunner().invoke(app, [*command.split(), "--help"]).stdout


def test_help_loads_no_database() -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom creditlib.faces.cli.main import app\n"
        "for a in ([], ['limit'], ['journal'], ['store'], ['limit', 'request']):\n    CliRunner().invoke(app, [*a, '--help'])\n"
        "print(sorted({'sqlalchemy', 'alembic', 'pyarrow', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_expired_request_is_marked(people: Person, world: World) -> None:
    ask(people)
    far = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    (row,) = valid("limit_pending", people("gus", "limit", "pending", "--on", far, "--json"), 1)
    assert row["expired"] is True


def test_a_close_is_recorded_and_its_cover_names_the_store_and_the_head(people: Person, world: World) -> None:
    import hashlib

    from openpyxl import load_workbook

    close = ("close", "ledger.csv", "--as-of", "2025-12-20", "--force", "--out", "close.xlsx")
    plain = valid("close", people("ann", *close, "--no-record", "--json"))
    assert plain["record"] is None
    made = valid("close", people("ann", *close, "--book", "main", "--json"))
    assert (made["record"]["book"], made["record"]["run"]) == ("main", 1)
    assert {**made, "record": None} == plain
    head = valid("journal_head", people("gus", "journal", "head", "--json"))
    assert made["record"]["head"] == head["head"]
    (entry,) = valid("journal_list", people("gus", "journal", "list", "--kind", "close", "--json"))
    body = entry["body"]
    assert body["inputs"]["ledger.csv"] == hashlib.sha256(Path("ledger.csv").read_bytes()).hexdigest()
    assert {c: f"{minor // 100}.{minor % 100:02d}" for c, minor in body["totals"].items()} == {
        a["currency"]: a["total"] for a in made["aging"]
    }
    assert body["totals"] == {"CNY": 3_000_00}  # the two documents of December
    assert body["must_act"] == sum(f["severity"] == "must_act" for f in made["findings"])
    assert body["policy"] == f"{made['policy']['name']}@{made['policy']['fingerprint']}"
    cover = load_workbook("close.xlsx").worksheets[0]
    texts = [cell.value for row in cover.iter_rows() for cell in row if isinstance(cell.value, str)]
    (told,) = [text for text in texts if head["head"] in text]
    assert told.startswith(made["record"]["place"])
    assert "secret" not in told
    again = people("ann", *close, "--book", "main", "--lang", "zh")
    assert "当日第 2 次" in again.stdout
    assert people("gus", *close, "--book", "other").exit_code == 2  # an auditor writes nothing
    found = valid("journal_verify", people("gus", "journal", "verify", "--head", head["head"], "--json"))
    assert found["good"]


def test_a_template_from_before_there_was_a_place_for_it_tells_the_head_too(people: Person, in_tmp: Path) -> None:
    from openpyxl import load_workbook

    from creditlib.faces.workbook import standard_template

    old = load_workbook(standard_template("en"))
    del old.defined_names["cover_record"]
    old.save("old.xlsx")
    made = valid(
        "close",
        people(
            "ann",
            "close",
            "ledger.csv",
            "--as-of",
            "2025-12-31",
            "--out",
            "close.xlsx",
            "--template",
            "old.xlsx",
            "--json",
        ),
        1,
    )
    cover = load_workbook("close.xlsx").worksheets[0]
    texts = [cell.value for row in cover.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert [made["record"]["head"] in text for text in texts].count(True) == 1


def test_a_version_of_a_credit_file_is_recorded_listed_and_held_against_the_files(people: Person, in_tmp: Path) -> None:
    made = valid("file_record", people("ann", "file", "record", "C1", *FILES, "--json"))
    assert (made["version"], made["new"]) == (1, True)
    assert valid("file_record", people("ann", "file", "record", "C1", *FILES, "--json"))["new"] is False
    (row,) = valid("file_list", people("gus", "file", "list", "--customer", "C1", "--json"))
    assert (row["digest"], row["by"], "file ledger.csv" in row["parts"]) == (made["digest"], "ann", True)
    same = valid("file_check", people("gus", "file", "check", "C1", *FILES, "--json"))
    assert (same["same"], same["version"], same["differs"]) == (True, 1, [])
    (in_tmp / "statements.csv").write_text(STATEMENTS.replace("2000000", "2000001"), encoding="utf-8")
    other = valid("file_check", people("gus", "file", "check", "C1", *FILES, "--json"), 1)
    assert other["differs"] == ["table statements"]
    assert people("gus", "file", "check", "C2", *FILES).exit_code == 2  # none recorded
    assert ask(people)["file"]["version"] == 2


def test_notes_are_kept_with_who_wrote_them(people: Person) -> None:
    assert people("ann", "file", "note", "C1", "走访：两条产线停工", "--on", "2026-01-12").exit_code == 0
    (row,) = valid("file_notes", people("gus", "file", "notes", "--customer", "C1", "--json"))
    assert (row["text"], row["on"], row["by"]) == ("走访：两条产线停工", "2026-01-12", "ann")
    assert "走访" in people("gus", "file", "notes", "--lang", "zh").stdout
    assert people("ann", "file", "note", "C1", " ").exit_code == 2


def test_what_is_due_is_listed_from_the_record_s_limits(people: Person) -> None:
    made = ask(people)
    assert people("bob", "limit", "approve", made["request"], "--reason", "new_customer").exit_code == 0
    later = (datetime.now(UTC).date() + timedelta(days=400)).isoformat()
    done = people("gus", "file", "due", "ledger.csv", "--as-of", later, "--json")
    found = [row for row in valid("file_due", done, 1) if row["why"] == "limit_review"]
    assert [(row["customer"], row["limit"]) for row in found] == [("C1", made["amount"])]
    told = people("gus", "file", "due", "ledger.csv", "--as-of", later, "--lang", "zh")
    assert "额度复审" in told.stdout


def test_audit_tells_the_own_approval_tried_and_a_release_above_the_limit(people: Person) -> None:
    clean = valid("audit", people("gus", "audit", "--json"))
    assert (clean["clean"], clean["exceptions"], clean["chain"]["good"]) == (True, [], True)
    number = ask(people, "bob")["request"]
    people("bob", "limit", "approve", number, "--reason", "other")
    order = (
        "release",
        "ledger.csv",
        "--as-of",
        "2026-01-31",
        "--customer",
        "C1",
        "--amount",
        "900",
        "--order",
        "SO-9",
        "--limit",
        "100",
    )
    held = people("ann", *order, "--record")
    assert held.exit_code == 1
    refused = people("ann", *order, "--anyway")
    assert (refused.exit_code, "[not-in-policy]" in refused.stderr) == (2, True)
    assert people("ann", *order, "--anyway", "--reason", "single_order").exit_code == 0
    made = valid("audit", people("gus", "audit", "--json"), 1)
    rows = {row["section"]: row for row in made["exceptions"]}
    assert (rows["self_approval_tried"]["person"], rows["self_approval_tried"]["request"]) == ("bob", number)
    over = rows["over_limit_release"]
    assert (over["person"], over["customer"], over["amount"], over["detail"]) == (
        "ann",
        "C1",
        "800.00",
        "SO-9 not approved",
    )
    assert made["by_person"]["over_limit_release"] == {"ann": 1}
    text = people("gus", "audit", "--lang", "zh").stdout
    assert "企图自批：1" in text
    assert "800.00 CNY" in text


@pytest.mark.parametrize(
    "command", ["file record", "file check", "file list", "file note", "file notes", "file due", "audit"]
)
def test_help_of_files_and_audit_has_an_example(command: str) -> None:
    assert f"Example: credit {command}" in CliRunner().invoke(app, [*command.split(), "--help"]).stdout


def test_onboarding_is_told_by_the_record_and_by_the_book(people: Person) -> None:
    number = ask(people)["request"]
    people("bob", "limit", "approve", number, "--reason", "new_customer")
    today = datetime.now(UTC).date().isoformat()
    made = valid("file_onboarding", people("gus", "file", "onboarding", "ledger.csv", "--as-of", today, "--json"))
    assert [(one["customer"], one["days"], one["person"]) for one in made["decisions"]] == [("C1", 0, "bob")]
    assert (made["record"]["median"], made["kpi"]) == (0.0, 0.008)
    (cohort,) = made["cohorts"]
    assert (cohort["cohort"], cohort["customers"], cohort["sales"], cohort["rate"]) == ("2025", 2, "36000.00", 0.0)
    assert "首次授信审批天数" in people("gus", "file", "onboarding", "--as-of", today, "--lang", "zh").stdout
    bare = CliRunner().invoke(app, ["file", "onboarding", "--as-of", today], env={"CREDIT_STORE": ""})
    assert bare.exit_code == 2


def test_the_memo_tells_the_request_and_after_it_the_votes_and_the_minutes(people: Person, in_tmp: Path) -> None:
    import hashlib

    from openpyxl import load_workbook

    def texts(path: str) -> str:
        sheets = load_workbook(path).worksheets
        return "\n".join(
            str(cell.value)
            for sheet in sheets
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str)
        )

    number = ask(people, "ann", "--amount", "99,000,000.00", "--memo", "before.xlsx")["request"]
    asked = f"Request {number} by ann"
    assert asked in texts("before.xlsx")
    assert "99,000,000.00 CNY" in texts("before.xlsx")
    assert "dan agrees" not in texts("before.xlsx")
    assert people("dan", "limit", "approve", number, "--reason", "strategic").exit_code == 1
    people("eve", "limit", "reject", number, "--reason", "worse_credit")
    (in_tmp / "signed.pdf").write_bytes(b"signed")
    done = people(
        "eve",
        "limit",
        "minutes",
        number,
        "--present",
        "dan",
        "--present",
        "eve",
        "--file",
        "signed.pdf",
        "--text",
        "ask again in May",
        "--json",
    )
    made = valid("limit_minutes", done)
    assert (made["digest"], made["present"]) == (hashlib.sha256(b"signed").hexdigest(), ["dan", "eve"])
    after = people("gus", "review", "C1", *FILES, "--memo", "after.xlsx", "--request", number)
    assert after.exit_code == 0, after.output
    told = texts("after.xlsx")
    for part in (
        asked,
        "dan agrees, reason Strategic customer",
        "eve refuses, reason Worse credit standing",
        "Decided: rejected.",
        "Minutes: ask again in May",
    ):
        assert part in told
    assert people("gus", "review", "C2", *FILES, "--memo", "other.xlsx", "--request", number).exit_code == 2
    assert people("eve", "limit", "minutes", 1, "--present", "dan", "--text", "x").exit_code == 2
    assert people("eve", "limit", "minutes", number, "--present", "dan").exit_code == 2
    assert "Example: credit limit minutes" in people("eve", "limit", "minutes", "--help").stdout


def test_an_amount_is_taken_as_it_is_meant_or_refused(people: Person) -> None:
    for typed in ("1,2,3", "-5", "1e9", "500000.005", "50万", ""):
        done = people("ann", "limit", "request", "C1", *FILES, "--reason", "season", "--amount", typed)
        assert done.exit_code == 2, typed
        assert "is no amount of 0 or more" in done.output
    assert people("ann", "limit", "request", "C1", *FILES, "--reason", "season", "--amount", "1,234.50").exit_code in (
        0,
        1,
    )
    assert json.loads(people("ann", "limit", "pending", "--json").stdout)[0]["amount"] == "1234.50"


def test_a_reason_may_be_given_in_words(people: Person) -> None:
    done = people("ann", "limit", "request", "C1", *FILES, "--reason", "季节性需求", "--amount", "5", "--json")
    number = json.loads(done.stdout)["request"]
    assert json.loads(people("gus", "limit", "pending", "--json").stdout)[0]["reason"] == "season"
    assert people("bob", "limit", "reject", number, "--reason", "Late payment").exit_code == 0


def test_a_close_is_not_recorded_where_its_workbook_has_no_folder(people: Person) -> None:
    before = people("ann", "journal", "head").stdout
    done = people("ann", "close", "ledger.csv", "--as-of", "2026-01-31", "--out", "nowhere/close.xlsx")
    assert done.exit_code == 2
    assert "no such folder" in done.output
    assert people("ann", "journal", "head").stdout == before


def test_the_journal_says_whether_a_role_was_given_or_taken(people: Person) -> None:
    people("bob", "store", "give", "zoe", "analyst")
    people("bob", "store", "take", "zoe", "analyst")
    shown = people("bob", "journal", "list").stdout
    last = [line for line in shown.splitlines() if "zoe" in line]
    assert "taken ·" in last[-1]
    assert "given ·" in last[-2]
    assert "收回 ·" in people("bob", "journal", "list", "--lang", "zh").stdout


def test_a_release_leans_on_an_approved_request_of_its_customer_only(people: Person) -> None:
    number = json.loads(
        people("ann", "limit", "request", "C1", *FILES, "--reason", "season", "--amount", "5", "--json").stdout
    )["request"]
    for named, told in ((999, "no request 999"), (number, "and open: no approval")):
        done = people(
            "ann", "release", "ledger.csv", "--as-of", "2026-01-31", "--customer", "C1", "--amount", "1", "--order", "SO-1", "--record", "--anyway", "--reason", "single_order",
            "--request", str(named),
        )  # fmt: skip
        assert done.exit_code == 2, done.output
        assert told in done.output


def test_an_empty_export_is_no_export(people: Person, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    done = people("ann", "journal", "verify", "--export", str(tmp_path / "empty.jsonl"))
    assert done.exit_code == 1
    assert "no entry in it" in done.output
