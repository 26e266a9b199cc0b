"""The panel of approvals without a browser: real stores, several people; what it shows is what the terminal tells of the same store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from world import World, made, staff

from creditlib.errors import Lang
from creditlib.faces.cli.main import app
from creditlib.faces.panels import approvals_panel
from creditlib.faces.panels.approvals import ApprovalsModel
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.given import BOOK, STORE
from creditlib.facts.book import save_book
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.asking import Wish, request_limit
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.minutes import record_minutes
from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask
from creditlib.record.looking import rows_of
from creditlib.record.verify import verify

POLICY = load_policy()
Parts = dict[str, Block]


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), POLICY, SAMPLE_END)


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (STORE, BOOK):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[World]:
    """A SQLite store with its people: ann and abe ask, bob and cy are managers, dan, eve and fay the committee, gus audits, zoe has no role."""
    world = World("sqlite", file=tmp_path / "record.db", now=datetime(2026, 10, 1, 8, tzinfo=UTC))
    made(world)
    staff(world)
    world.now = None
    yield world
    world.close()


def panel(firm: World, who: str, lang: Lang = "en", **more: Any) -> ApprovalsModel:
    return ApprovalsModel(lambda: firm.open(who), POLICY, lang, **more)


def parts(view: Block) -> Parts:
    """Every block by its kind and id, those inside others too."""
    found: Parts = {}

    def walk(blocks: list[Block]) -> None:
        for one in blocks:
            found[f"{one['kind']}:{one['id']}"] = one
            walk(one.get("blocks", []))

    walk(view["blocks"])
    return found


def text_of(cell: Any) -> str:
    return str(cell["text"] if isinstance(cell, dict) else cell)


def rows(view: Block, name: str) -> list[list[str]]:
    return [[text_of(cell) for cell in row["cells"]] for row in parts(view)[f"table:{name}"]["rows"]]


def answer(model: ApprovalsModel) -> str:
    view = model.view()
    assert view["error"] == ""
    assert json.loads(json.dumps(view, allow_nan=False)) == view
    return str(parts(view)["text:answer"]["lines"][0])


def asked(firm: World, who: str, customer: str, amount: int, **more: Any) -> int:
    told = {"proposed_minor": amount, "own_risk_minor": amount, "grade": "B", "currency": "CNY", **more}
    return ask(firm.open(who), Ask(customer, "yearly_review", amount_minor=amount, **told), POLICY).seq


def vote(model: ApprovalsModel, number: int, how: str, reason: str = "yearly_review", text: str = "") -> str:
    model.act("pick", number)
    for name, value in (("vote", how), ("reason", reason), ("text", text)):
        if value:
            model.set(name, value)
    model.act("decide", None)
    return answer(model)


def terminal(firm: World, who: str, monkeypatch: pytest.MonkeyPatch, *arguments: object) -> Any:
    monkeypatch.setattr("creditlib.record.store.system_user", lambda: who)
    done = CliRunner().invoke(app, [*map(str, arguments), "--store", firm.address(who)])
    assert done.exit_code in (0, 1), done.output
    return json.loads(done.stdout) if "--json" in arguments else done.stdout.strip()


def plain(shown: str) -> tuple[str, str]:
    amount, currency = shown.split()
    return amount.replace(",", ""), currency


def test_what_waits_and_what_is_in_force_is_what_the_terminal_tells(
    firm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(firm, "ann", "C1", 300_000_00)
    big = asked(firm, "abe", "C2", 2_500_000_00, grade=None, exceptions=("stale_file",))
    asked(firm, "ann", "C3", 100_000_00, proposed_minor=None)
    number = asked(firm, "ann", "C4", 40_000_00, until_on=date(2030, 12, 31))
    vote(panel(firm, "bob"), number, "approve")
    vote(panel(firm, "dan"), big, "approve")
    view = panel(firm, "bob").view()
    listed = terminal(firm, "bob", monkeypatch, "limit", "pending", "--json")
    assert [row["request"] for row in listed] == [int(cells[0]) for cells in rows(view, "pending")]
    for told, cells in zip(listed, rows(view, "pending"), strict=True):
        _, customer, amount, proposed, grade, exceptions, by, decides, agreed, until = cells
        assert (customer, by, until, grade) == (told["customer"], told["by"], told["expires_on"], told["grade"] or "○")
        assert plain(amount) == (told["amount"], told["currency"])
        assert (
            (proposed == "–") if told["proposed"] is None else plain(proposed) == (told["proposed"], told["currency"])
        )
        assert (exceptions == "–") == (told["exceptions"] == [])
        assert (decides, agreed) == (f"{told['role']} × {told['quorum']}", " ".join(told["agreed"]) or "–")
    assert [told["agreed"] for told in listed] == [[], ["dan"], []]
    force = terminal(firm, "bob", monkeypatch, "limit", "list", "--json")
    assert [
        {"customer": c, "limit": plain(a)[0], "currency": plain(a)[1], "from_on": f, "until_on": u, "step": int(s), "request": int(r), "entry": int(e)}
        for c, a, f, u, s, r, e in rows(view, "limits")
    ] == force  # fmt: skip
    assert [row["customer"] for row in force] == ["C4"]
    head = terminal(firm, "bob", monkeypatch, "journal", "head", "--json")
    assert parts(view)["text:head"]["lines"] == [f"{head['seq']}:{head['hash']}"]


def test_a_vote_is_told_as_the_terminal_tells_it_and_is_in_the_record(firm: World) -> None:
    one, other = (asked(firm, "ann", customer, 300_000_00) for customer in ("C1", "C2"))
    model = panel(firm, "bob")
    today = datetime.now(UTC).date()
    told = vote(model, one, "approve", text="agreed on the phone")
    assert told == f"✓ Request {one} of C1 is approved. In force from {today}: 300,000.00 CNY."
    model.lang = "zh"
    assert answer(model) == f"✓ C1 的申请 {one} 已批准。自 {today} 起生效：300,000.00 CNY。"
    assert vote(model, other, "reject", "worse_credit") == f"✓ C2 的申请 {other} 已拒绝。"
    found = [(row["request"], row["person"], row["vote"], row["reason"]) for row in rows_of(firm.open(), "votes")]
    assert found == [(one, "bob", "approve", "yearly_review"), (other, "bob", "reject", "worse_credit")]
    entry = next(e for e in firm.open().entries(kind="vote") if e.body["request"] == one)
    assert entry.body["text"] == "agreed on the phone"
    assert verify(firm.open()).good


def test_on_either_database_identity_is_that_of_who_opens_it(world: World) -> None:
    staff(world)
    number = asked(world, "ann", "C1", 300_000_00)
    assert vote(panel(world, "ann"), number, "approve").endswith("[own-request]")
    model = panel(world, "bob")
    assert vote(model, number, "approve").startswith(f"✓ Request {number} of C1 is approved.")
    assert parts(model.view())["decision:verdict"]["why"] == "You are bob: manager."
    assert [row["person"] for row in rows_of(world.open(), "votes")] == ["bob"]
    assert verify(world.open()).good


def test_a_quorum_is_counted_up_and_each_opinion_is_shown(firm: World) -> None:
    number = asked(firm, "ann", "C1", 900_000_00)
    assert vote(panel(firm, "dan"), number, "approve") == f"○ Recorded. Request {number} waits: 1 of 2 agree."
    eve = panel(firm, "eve", "zh")
    eve.act("pick", number)
    shown = parts(eve.view())
    today = datetime.now(UTC).date()
    (opinion,) = rows_of(firm.open(), "votes")
    assert shown["text:votes"]["lines"] == [f"{today}：dan 同意，理由 年度复审（条目 {opinion['seq']}）。"]
    assert "2 人中已有 1 人同意" in shown["section:decide"]["sub"]
    assert vote(eve, number, "approve").startswith(f"✓ C1 的申请 {number} 已批准。")
    ended = parts(eve.view())
    assert ended["text:votes"]["lines"][-1] == "决定：批准。"
    assert "form:decide" not in ended


@pytest.mark.parametrize(
    ("who", "before", "how", "why"),
    [
        ("ann", None, "approve", "own-request"), ("abe", None, "approve", "no-role"), ("zoe", None, "reject", "no-role"),
        ("gus", None, "approve", "auditor-reads"), ("dan", "dan", "approve", "decided-already"), ("cy", None, "approve", "no-role"),
    ],
)  # fmt: skip
def test_every_refusal_is_told_and_what_was_typed_stays(
    firm: World, who: str, before: str | None, how: str, why: str
) -> None:
    number = asked(firm, "ann", "C1", 900_000_00)
    if before:
        vote(panel(firm, before), number, "approve")
    votes = len(rows_of(firm.open(), "votes"))
    model = panel(firm, who)
    assert vote(model, number, how, text="please").endswith(f"[{why}]")
    assert {name: model.state[name] for name in ("request", "vote", "reason", "text")} == {
        "request": number, "vote": how, "reason": "yearly_review", "text": "please"
    }  # fmt: skip
    model.lang = "zh"
    assert answer(model).endswith(f"[{why}]")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in answer(model))
    assert len(rows_of(firm.open(), "votes")) == votes
    model.set("text", "other")
    assert "text:answer" not in parts(model.view())


def test_what_has_ended_or_expired_is_told(firm: World) -> None:
    firm.now = datetime(2026, 11, 1, 8, tzinfo=UTC)
    one, other = (asked(firm, "ann", customer, 300_000_00) for customer in ("C1", "C2"))
    assert vote(panel(firm, "bob"), one, "reject", "late_payment").startswith("✓ Request")
    assert vote(panel(firm, "cy"), one, "approve").endswith("[ended]")
    firm.later(days=31)
    model = panel(firm, "cy")
    model.act("pick", other)
    view = model.view()
    assert rows(view, "pending")[0][-1] == "2026-12-01 ▲"
    assert parts(view)["decision:verdict"]["why"].endswith("Expired, to be asked for anew: 1.")
    assert parts(view)["text:expired"]["lines"][0].startswith("It expired on 2026-12-01")
    assert vote(model, other, "approve").endswith("[expired]")


@pytest.mark.parametrize(("lang", "none"), [("en", "Choose to approve"), ("zh", "请选择同意或不同意")])
def test_nothing_is_written_before_vote_and_reason_are_chosen(firm: World, lang: Lang, none: str) -> None:
    number = asked(firm, "ann", "C1", 300_000_00)
    model = panel(firm, "bob", lang)
    head = firm.open().head()
    assert "text:answer" not in parts(model.view())
    assert vote(model, number, "").startswith(none)
    assert vote(model, number, "approve", "").startswith({"en": "Choose a reason", "zh": "请从列表中选择理由"}[lang])
    assert firm.open().head() == head
    assert vote(model, number, "approve").startswith("✓")


def test_only_ones_own_request_is_taken_back(firm: World) -> None:
    number = asked(firm, "ann", "C1", 300_000_00)
    own, other = panel(firm, "ann"), panel(firm, "abe")
    other.act("pick", number)
    assert [one["name"] for one in parts(other.view())["buttons:decide"]["items"]] == ["decide"]
    other.act("withdraw", None)
    assert answer(other).endswith("[not-yours]")
    own.act("pick", number)
    assert [one["name"] for one in parts(own.view())["buttons:decide"]["items"]] == ["withdraw"]
    own.set("text", "wrong month")
    own.act("withdraw", None)
    assert answer(own) == f"✓ Request {number} is withdrawn."
    assert parts(own.view())["decision:verdict"]["title"] == "No request waits for a decision."
    assert [row["outcome"] for row in rows_of(firm.open(), "ends")] == ["withdrawn"]


def test_undo_and_reset_concern_the_fields_and_say_so(firm: World) -> None:
    number = asked(firm, "ann", "C1", 300_000_00)
    model = panel(firm, "bob")
    vote(model, number, "approve", text="fine")
    head = firm.open().head()
    model.undo()
    assert (model.state["vote"], model.state["text"]) == ("approve", "fine")
    model.reset()
    assert model.state == model.start()
    view = model.view()
    assert (firm.open().head(), view["error"]) == (head, "")
    assert view["foot"][0].startswith("What is recorded stays: undo and reset only concern")
    model.act("pick", number)
    assert parts(model.view())["text:votes"]["lines"][-1] == "Decided: approved."


def test_another_request_begins_with_nothing_typed(firm: World) -> None:
    one, other = (asked(firm, "ann", customer, 300_000_00) for customer in ("C1", "C2"))
    model = panel(firm, "bob")
    model.act("pick", one)
    model.set("vote", "approve")
    model.set("text", "for C1 only")
    model.act("pick", other)
    assert {name: model.state[name] for name in ("vote", "reason", "text")} == {"vote": "", "reason": "", "text": ""}
    model.undo()
    assert (model.state["request"], model.state["text"]) == (one, "for C1 only")


def test_a_request_shows_what_it_stands_on(firm: World, whole: Assessment) -> None:
    customer = "C-7003"
    done = request_limit(
        firm.open("ann"), whole, customer, Wish("season", 345_67, date(2030, 1, 1), date(2030, 3, 31), text="spring")
    )
    record_minutes(firm.open("dan"), [done.entry.seq], ["dan", "eve"], date(2026, 11, 20), text="talked over")
    model = panel(firm, "bob", names={customer: "Firm of seven"})
    model.act("pick", done.entry.seq)
    view = model.view()
    shown = dict(rows(view, "request"))
    assert parts(view)["section:request"]["title"] == f"Request {done.entry.seq}: C-7003 Firm of seven"
    assert (shown["Amount"], shown["Text"], shown["First day"], shown["Last day"], shown["Reason"]) == (
        "345.67 CNY", "spring", "2030-01-01", "2030-03-31", "Season"
    )  # fmt: skip
    assert shown["Stands on credit file"] == f"version 1, {done.file.digest[:12]}"
    assert parts(view)["text:votes"]["lines"] == ["Minutes: talked over"]
    earlier = assess(sample_book(), POLICY, date(2026, 9, 30))
    from creditlib.flows.evidence import record_file
    from creditlib.flows.review import review

    record_file(firm.open("ann"), earlier, review(earlier, customer))
    assert dict(rows(model.view(), "request"))["Stands on credit file"].endswith("version 2 is newer")


def test_limits_of_another_day_are_shown_and_a_wrong_day_is_told(firm: World) -> None:
    number = asked(firm, "ann", "C1", 300_000_00, from_on=date(2031, 1, 1))
    model = panel(firm, "bob")
    vote(model, number, "approve")
    assert "table:limits" not in parts(model.view())
    model.set("on", typed="2031-01-01")
    assert rows(model.view(), "limits")[0][:4] == ["C1", "300,000.00 CNY", "2031-01-01", "–"]
    model.set("on", typed="2031-13-01")
    view = model.view()
    assert "2031-13-01" in view["error"]
    assert rows(view, "limits")[0][0] == "C1"  # the last good ones, grey


def test_a_record_that_goes_away_greys_out_what_was_read(firm: World) -> None:
    asked(firm, "ann", "C1", 300_000_00)
    place = {"file": firm.file}

    def opened() -> Any:
        assert place["file"] is not None
        from creditlib.record.connecting import find_place
        from creditlib.record.store import opened as open_at

        return open_at(find_place(place["file"]), create=False, actor="bob")

    model = ApprovalsModel(opened, POLICY, "zh")
    assert model.view()["error"] == ""
    assert firm.file is not None
    place["file"] = firm.file.with_name("gone.db")
    view = model.view()
    assert view["error"].endswith("[no-store]")
    assert rows(view, "pending")[0][1] == "C1"
    assert not place["file"].exists()


def test_a_store_that_is_not_there_is_told_at_once_and_not_made(tmp_path: Path) -> None:
    model = approvals_panel(tmp_path / "none.db", lang="zh").model
    view = model.view()
    assert view["error"].endswith("[no-store]")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(("lang", "words"), [("en", "credit store init"), ("zh", "请先建立：credit store init")])
def test_without_a_record_it_says_how_to_name_one_and_makes_none(lang: Lang, words: str, in_tmp: Path) -> None:
    model = approvals_panel(lang=lang).model
    view = model.view()
    assert view["error"] == ""
    assert words in parts(view)["text:no_record"]["lines"][0]
    assert "--store" in parts(view)["text:no_record"]["lines"][0]
    model.act("decide", None)
    model.act("again", None)
    assert list(in_tmp.iterdir()) == []


def test_the_record_comes_from_the_environment_and_names_from_the_book(
    firm: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(firm, "ann", "C-7003", 300_000_00)
    monkeypatch.setattr("creditlib.record.store.system_user", lambda: "bob")
    monkeypatch.setenv(STORE, firm.address())
    assert rows(approvals_panel().model.view(), "pending")[0][1] == "C-7003"  # the sample's names are nobody's
    save_book(sample_book(), tmp_path / "book")
    monkeypatch.setenv(BOOK, str(tmp_path / "book"))
    name = sample_book().columns("customers", ["customer", "name"]).to_pylist()
    known = {str(row["customer"]): row["name"] for row in name}
    view = approvals_panel().model.view()
    assert rows(view, "pending")[0][1] == f"C-7003 {known['C-7003']}"
    assert view["foot"][1] == "Names of customers come from the book."
    assert parts(view)["decision:verdict"]["why"] == "You are bob: manager."


def test_a_page_that_was_left_comes_back_and_a_request_there_is_not_is_told(firm: World) -> None:
    number = asked(firm, "ann", "C1", 300_000_00)
    model = panel(firm, "bob")
    model.act("pick", number)
    model.set("vote", "approve")
    other = panel(firm, "bob")
    other.restore(json.loads(json.dumps(model.told())))
    assert other.state == model.state
    assert other.view()["blocks"] == model.view()["blocks"]
    other.restore({"request": 999})
    assert answer(other).endswith("[no-request]")


def test_two_panels_see_each_other(firm: World) -> None:
    number = asked(firm, "ann", "C1", 300_000_00)
    bob, cy = panel(firm, "bob"), panel(firm, "cy")
    assert len(rows(cy.view(), "pending")) == 1
    vote(bob, number, "approve")
    assert "table:pending" not in parts(cy.view())
    assert vote(cy, number, "approve").endswith("[ended]")
