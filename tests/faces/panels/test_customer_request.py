"""The request on the customer panel: what it shows before anybody presses is what the terminal then tells of the same book and store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from world import World, made, staff

import creditlib.record.connecting
from creditlib.errors import Lang
from creditlib.faces.cli.main import app
from creditlib.faces.panels import customer_panel, policy_panel, portfolio_panel
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.customer import CustomerModel
from creditlib.faces.panels.given import STORE, Door, assessed, place_shown, recorded
from creditlib.faces.record_words import amount
from creditlib.facts.sample.files import write_sample
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.connected import import_book
from creditlib.flows.sources import Sources
from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask, decide
from creditlib.record.looking import rows_of
from creditlib.record.standing import pending
from creditlib.record.verify import verify

POLICY = load_policy()
CUSTOMER = "C100020"
CREDIT = ("registrations", "statements", "references", "ratings", "security", "contracts", "purchases", "assessments")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STORE, raising=False)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[World]:
    world = World("sqlite", file=tmp_path / "record.db", now=datetime(2026, 10, 1, 8, tzinfo=UTC))
    made(world)
    staff(world)
    world.now = None
    yield world
    world.close()


def door(firm: World, who: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Assessment, Door]:
    """The sample with the limits of the store, as somebody opens it."""
    monkeypatch.setattr("creditlib.record.store.system_user", lambda: who)
    whole, found = recorded(store=firm.address())
    assert found is not None
    return whole, found


def panel(firm: World, monkeypatch: pytest.MonkeyPatch, who: str = "ann", customer: str = CUSTOMER, lang: Lang = "en") -> CustomerModel:  # fmt: skip
    whole, found = door(firm, who, monkeypatch)
    return CustomerModel(whole, customer, lang, door=found)


def parts(view: Block) -> dict[str, Block]:
    found: dict[str, Block] = {}

    def walk(blocks: list[Block]) -> None:
        for one in blocks:
            found[f"{one['kind']}:{one['id']}"] = one
            walk(one.get("blocks", []))

    walk(view["blocks"])
    return found


def control(view: Block, name: str) -> Block:
    return next(one for one in parts(view)["form:request"]["controls"] if one["name"] == name)


def lines(model: CustomerModel, name: str) -> list[str]:
    view = model.view()
    assert view["error"] == ""
    assert json.loads(json.dumps(view, allow_nan=False)) == view
    return list(parts(view)[f"text:{name}"]["lines"])


def held(model: CustomerModel) -> dict[str, str]:
    rows = parts(model.view())["table:held"]["rows"]
    return {row["id"]: cell["text"] if isinstance(cell := row["cells"][1], dict) else cell for row in rows}


def submit(model: CustomerModel, **typed: str) -> list[str]:
    for name, text in typed.items():
        model.set(f"ask:{name.rstrip('_')}", typed=text)
    model.act("submit", None)
    return lines(model, "answer")


def test_the_amount_stands_at_the_proposal_in_the_unit_of_the_panel(
    firm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lang, text, unit in (("en", "1,200", "CNY thousand"), ("zh", "120", "万元")):
        shown = control(panel(firm, monkeypatch, lang=lang).view(), "ask:amount")
        assert (shown["text"], shown["unit"]) == (text, unit)
    model = panel(firm, monkeypatch, lang="zh")
    for typed, minor in (("150", 1_500_000_00), ("150.25", 1_502_500_00), ("800,000元", 800_000_00), ("12.345678", 123_456_78), ("0", 0)):  # fmt: skip
        model.set("ask:amount", typed=typed)
        assert model.request.wish().amount_minor == minor
        assert lines(model, "before")[0] == f"金额：{amount(minor, 'CNY')}"
        shown = control(model.view(), "ask:amount")["text"]
        model.set("ask:amount", typed=shown)
        assert model.request.wish().amount_minor == minor  # what is shown is the whole amount


@pytest.mark.parametrize(("customer", "typed"), [(CUSTOMER, ""), (CUSTOMER, "2,000"), ("C-7003", "1,200")])
def test_what_is_shown_before_is_what_the_terminal_writes(
    firm: World, customer: str, typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another door, from files: the terminal reads the written sample, asks for the same, in the same store."""
    files = {path.stem: str(path) for path in write_sample(tmp_path / "sample", lang="en")}
    ledger = tuple(files[name] for name in ("documents", "allocations", "customers"))
    credit = tuple(files[name] for name in CREDIT)
    lists = {name: files[name] for name in ("orders", "limits", "events")}
    sources = Sources(files=ledger, credit_files=credit, home="CNY", **lists)
    import_book(tmp_path / "book", sources, POLICY, SAMPLE_END)
    monkeypatch.setattr("creditlib.record.store.system_user", lambda: "ann")
    whole, found = recorded(tmp_path / "book", SAMPLE_END, store=firm.address())
    model = CustomerModel(whole, customer, "en", door=found)
    assert "text:sample" not in parts(model.view())
    sample = CustomerModel(recorded(store=firm.address())[0], customer, "en", door=recorded(store=firm.address())[1])
    assert "bundled sample" in parts(sample.view())["text:sample"]["lines"][0]
    scale = model.scale()
    if typed:
        model.set("ask:amount", typed=typed)
    minor = model.request.wish().amount_minor
    told = () if minor is None else ("--amount", f"{minor // 100}.{minor % 100:02d}")
    before = lines(model, "before")
    command = [
        "limit",
        "request",
        customer,
        *ledger,
        "--home",
        "CNY",
        "--as-of",
        "2026-10-31",
        "--reason",
        "season",
        *told,
        "--json",
    ]
    command += [word for name in credit for word in ("--credit-file", name)]
    command += [word for name, path in lists.items() for word in (f"--{name}", path)]
    done = CliRunner().invoke(app, [*command, "--store", firm.address()])
    assert done.exit_code in (0, 1), done.output
    other = json.loads(done.stdout)
    assert scale.currency == other["currency"]
    assert before[0] == f"Amount: {float(other['amount']):,.2f} {other['currency']}"
    assert before[1].endswith(f": {float(other['own_risk']):,.2f} {other['home']}" if other["own_risk"] else "○")
    assert ("above the proposal" in before[2]) == ("above_proposal" in other["exceptions"])
    assert before[2].endswith(": –") == (other["exceptions"] == [])
    assert before[3] == f"Decides: {other['role']} × {other['quorum']}"
    (row,) = rows_of(firm.open(), "files", customer=customer)
    assert {"file documents.csv", "table documents"} <= row["parts"].keys()
    from creditlib.record.approvals import withdraw

    withdraw(firm.open("ann"), other["request"])
    model.set("ask:reason", "season")
    model.act("submit", None)
    assert lines(model, "answer")[-1].endswith(other["file"]["digest"])  # the same data: the same version of the file
    assert len(rows_of(firm.open(), "files")) == 1
    (mine,) = pending(firm.open(), date.today())
    assert (mine.needs_role, mine.quorum, list(mine.exceptions)) == (
        other["role"],
        other["quorum"],
        other["exceptions"],
    )


def test_a_request_is_written_and_told_and_stands_beside(firm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    model = panel(firm, monkeypatch, lang="zh")
    assert held(model) == dict.fromkeys(("limit", "days", "request", "open"), "–")
    told = submit(model, amount="150", reason="年度复审", from_="2030-01-01", until="2030-12-31", text="旺季备货")
    (row,) = pending(firm.open(), date.today())
    assert told[0] == f"✓ 已记录申请 {row.seq}：C100020，1,500,000.00 CNY。"
    assert told[3] == f"审批：委员会，须 {row.quorum} 人同意，{row.expires_on} 前有效。"
    assert (row.amount_minor, row.reason, row.exceptions, row.maker) == (
        1_500_000_00,
        "yearly_review",
        ("above_proposal",),
        "ann",
    )
    entry = next(firm.open().entries(kind="request"))
    assert (entry.body["from_on"], entry.body["until_on"], entry.body["text"]) == (
        "2030-01-01",
        "2030-12-31",
        "旺季备货",
    )
    assert held(model) | {
        "open": f"{row.seq}: 1,500,000.00 CNY",
        "by": "ann",
        "decides": "委员会 × 3",
        "until": str(row.expires_on),
    } == held(model)
    assert [name for name in model.state if name.startswith("ask:")] == []
    assert verify(firm.open()).good
    model.lang = "en"
    assert lines(model, "answer")[0] == f"✓ Request {row.seq} is recorded: C100020, 1,500,000.00 CNY."


@pytest.mark.parametrize(("who", "why"), [("gus", "reads everything"), ("zoe", "no-role")])
def test_who_may_not_ask_is_told_and_nothing_typed_is_lost(firm: World, who: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    model = panel(firm, monkeypatch, who)
    told = submit(model, amount="100", reason="other", text="please")
    assert why in told[0], told
    assert model.state["ask:text"] == "please"
    assert pending(firm.open(), date.today()) == ()


def test_one_open_request_a_missing_reason_and_days_the_wrong_way_round_are_told(firm: World, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    model = panel(firm, monkeypatch, lang="zh")
    assert submit(model, amount="100") == ["请从列表中选择理由；未写入任何内容。"]
    assert submit(model, reason="season", from_="2030-02-01", until="2030-01-01")[0].endswith("[bad-request]")
    assert pending(firm.open(), date.today()) == ()
    assert submit(model, until="")[0].startswith("✓")
    assert lines(model, "open")[0].startswith("申请 ")
    assert submit(model, reason="season", amount="90")[0].endswith("[open-request]")
    assert model.request.wish().amount_minor == 900_000_00
    model.set("ask:from", typed="2030-13-01")
    assert "2030-13-01" in model.view()["error"]


def test_a_store_another_program_writes_to_is_told(firm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creditlib.record.connecting, "WAIT_SECONDS", 0.1)
    model = panel(firm, monkeypatch)
    assert firm.file is not None
    other = sqlite3.connect(firm.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    told = submit(model, reason="season", text="soon")
    other.execute("ROLLBACK")
    other.close()
    assert told[0].endswith("[store-locked]")
    model.act("submit", None)
    assert lines(model, "answer")[0].startswith("✓ Request")


def test_a_record_that_goes_away_is_told_and_the_figures_stay(firm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    model = panel(firm, monkeypatch)
    assert firm.file is not None
    firm.file.rename(firm.file.with_name("moved.db"))
    model.set("ask:text", typed="soon")
    assert lines(model, "fault")[0].endswith("[no-store]")
    assert control(model.view(), "ask:text")["text"] == "soon"
    assert parts(model.view())["kpis:figures"]["items"][0]["value"] == str(model.review.score.score)
    model.act("submit", None)
    firm.file.with_name("moved.db").rename(firm.file)
    assert submit(model, reason="season", amount="1")[0].startswith("✓")


def test_without_a_proposal_an_amount_is_asked_for(firm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = door(firm, "ann", monkeypatch)
    customer = next(row["customer"] for row in whole.limits.rows() if row["limit_minor"] is None)
    model = panel(firm, monkeypatch, customer=customer)
    assert lines(model, "before") == ["The policy proposes no limit: type the amount to ask for."]
    assert submit(model, reason="new_customer") == lines(model, "before")
    assert submit(model, amount="1")[0].startswith("✓")


def test_the_scenario_is_no_part_of_the_request_and_a_slider_reads_no_record(
    firm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = panel(firm, monkeypatch)
    before = lines(model, "before")
    opened = []
    assert model.request.door is not None
    way = model.request.door.open
    monkeypatch.setattr(model.request.door, "open", lambda: (opened.append(1), way())[1])
    for share in (0.2, 0.4, 0.9):
        model.set("on_time_share", share, more=True)
        assert lines(model, "before") == before
    assert opened == []
    model.set("ask:text", typed="now")
    model.view()
    assert opened == [1]
    model.act("follow", 0)
    assert model.state["ask:text"] == "now"
    assert set(model.changes()) >= {step.factor for step in model.review.advice.options[0].steps}
    assert not any(name.startswith("ask:") for name in model.changes())


def test_limits_of_the_record_count_and_new_ones_are_taken_in_before_anybody_asks(
    firm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = door(firm, "ann", monkeypatch)
    customer = next(name for name, limit in whole.limits_set.items() if limit is not None and limit.currency == "CNY")
    model = panel(firm, monkeypatch, customer=customer)
    book = model.review.limit_in_force
    firm.now = datetime(2026, 10, 20, 8, tzinfo=UTC)
    told = Ask(
        customer, "season", amount_minor=345_678_00, currency="CNY", proposed_minor=345_678_00, own_risk_minor=0, grade="B"
    )  # fmt: skip
    number = ask(firm.open("abe"), told, POLICY).seq
    decide(firm.open("bob"), number, "approve", "season", POLICY)
    firm.now = None
    limit = whole.limits_set[customer]
    assert limit is not None
    assert amount(limit.minor, "CNY") in lines(model, "book")[0]
    model.set("ask:reason", "season")
    assert lines(model, "behind")[0].startswith("The record has new limits")
    assert submit(model)[0].startswith("The record has new limits")
    model.act("again", None)
    assert "text:behind" not in parts(model.view())
    assert model.review.limit_in_force == 345_678_00 != book
    assert held(model)["limit"] == "345,678.00 CNY"
    assert "text:book" not in parts(model.view())
    assert held(model)["request"] == str(number)
    (won,) = lines(model, "won")
    assert won.startswith(f"{customer}: approved in the record: 345,678.00 CNY; in the book:")
    assert submit(model, amount="1")[0].startswith("✓")
    again = assessed(store=firm.address())
    assert again.limits_set[customer] == model.whole.limits_set[customer]


def test_every_panel_is_assessed_with_the_record_and_tells_its_findings(
    firm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORE, firm.address())
    count = sum(limit is not None for limit in assess(sample_book(), POLICY, SAMPLE_END).limits_set.values())
    foot = portfolio_panel(lang="en").view["foot"]
    assert foot[-1].startswith(f"{place_shown(firm.address())}: ")
    assert foot[-1].endswith("[limit-not-approved]")
    assert str(count) in foot[-1]
    assert policy_panel().view["error"] == ""
    monkeypatch.delenv(STORE)
    assert not any("[limit-not-approved]" in line for line in portfolio_panel().view["foot"])


@pytest.mark.parametrize(("lang", "words"), [("en", "No record is named."), ("zh", "未指定记录库。")])
def test_without_a_record_the_door_says_how_to_name_one(lang: Lang, words: str, in_tmp: Path) -> None:
    model: Any = customer_panel(customer=CUSTOMER, lang=lang).model
    view = model.view()
    assert parts(view)["text:no_record"]["lines"][0].startswith(words)
    assert "form:request" not in parts(view)
    model.act("submit", None)
    assert model.view()["error"] == ""
    assert list(in_tmp.iterdir()) == []
