"""The record at a spreadsheet: an analyst asks by a sheet, a manager decides in the list, cells follow; what is refused is told in its row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from creditlib_addin import call
from creditlib_addin.desk import Desk
from creditlib_addin.hosts.file_book import FileBook
from creditlib_addin.macros import run_macro
from creditlib_addin.settings import load_settings
from creditlib_addin.values import CellError
from macro_work import answer, connected_work, work  # noqa: F401  (fixtures)
from openpyxl import load_workbook
from typer.testing import CliRunner

from creditlib.faces.cli.main import app
from creditlib.record.looking import rows_of
from creditlib.record.roles import give_role
from creditlib.record.store import open_store
from creditlib.record.verify import verify

CUSTOMER = "C-7008"
Person = Callable[[str], None]


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Who is at the keyboard; a record with an analyst, ann, and managers, bob and cy."""

    def now(who: str) -> None:
        monkeypatch.setattr("creditlib.record.store.system_user", lambda: who)

    now("keeper")
    with open_store(tmp_path / "record.db") as store:
        for who, role in (("ann", "analyst"), ("bob", "manager"), ("cy", "manager")):
            give_role(store, who, role)
    now("ann")
    return now


@pytest.fixture
def desk_book(connected_work: FileBook, person: Person) -> FileBook:  # noqa: F811
    """The sample connected with a record, a customer's code selected."""
    answer(connected_work, "store", "record.db")
    run_macro("connect_book", connected_work, Desk())
    connected_work.workbook.worksheets[0]["A1"] = CUSTOMER
    return connected_work


def fill(book: FileBook, sheet: str, **values: Any) -> None:
    """Write answers beside the questions of a request sheet, by their labels."""
    labels = {"amount": "Amount asked for", "reason": "Reason", "until": "Last day", "exceptions": "Exceptions", "text": "What is to be said",
              "zh_reason": "申请理由", "zh_amount": "申请额度"}  # fmt: skip
    for name, value in values.items():
        row = next(row for row in book.workbook[sheet].iter_rows() if row[0].value == labels[name])
        row[1].value = value


def column(book: FileBook, sheet: str, head: str) -> int:
    return next(c.column for c in book.workbook[sheet][1] if c.value == head)


def decide(book: FileBook, sheet: str, row: int, decision: str, reason: str | None) -> None:
    for head, value in (("Decision", decision), ("Reason", reason)):
        book.workbook[sheet].cell(row, column(book, sheet, head)).value = value


def result(book: FileBook, sheet: str, row: int) -> Any:
    return book.workbook[sheet].cell(row, column(book, sheet, "Result")).value


def place() -> str:
    found = load_settings().store
    assert found is not None
    return found


def test_from_a_request_on_a_sheet_to_a_cell_that_shows_the_approved_limit(desk_book: FileBook, person: Person) -> None:
    assert call("CREDITAPPROVED", CUSTOMER, desk=Desk()) == CellError("#N/A")
    run_macro("submit_limit", desk_book, Desk())
    assert "Fill in the sheet “Limit request”" in desk_book.told[-1], desk_book.told[-1]
    known = {row[0]: row[1] for row in desk_book.read("Limit request")}
    assert known["Proposed limit"] == known["Amount asked for"] == call("CREDITGET", CUSTOMER, "limit", desk=Desk())
    assert known["Limit in force"] == 50_000
    fill(desk_book, "Limit request", amount=1_000.5, reason="年度复审", text="as agreed")
    run_macro("submit_limit", desk_book, Desk())
    assert "is recorded: C-7008, 1,000.50 CNY" in desk_book.told[-1], desk_book.told[-1]
    with open_store(place()) as store:
        (request,) = rows_of(store, "requests", customer=CUSTOMER)
    assert (request["amount_minor"], request["currency"], request["reason"]) == (1_000_50, "CNY", "yearly_review")
    told = [row[0] for row in desk_book.read("Limit request")]
    assert any("Decides: " in str(line) for line in told[told.index("Submitted") :])
    assert call("CREDITGET", CUSTOMER, "request", desk=Desk()) == request["seq"]

    person("bob")
    run_macro("list_pending", desk_book, Desk())
    assert "Requests that wait: 1" in desk_book.told[-1]
    assert desk_book.read("Pending approvals")[1][:5] == [request["seq"], CUSTOMER, "limit", 1_000.5, "CNY"]
    decide(desk_book, "Pending approvals", 2, "Approve", "Yearly review")
    run_macro("decide_pending", desk_book, Desk())
    assert "“Pending approvals”: 1; not recorded, each with its reason in its row: 0" in desk_book.told[-1]
    assert "is approved" in result(desk_book, "Pending approvals", 2)

    from datetime import UTC, datetime

    today = datetime.now(UTC).date()
    assert call("CREDITAPPROVED", CUSTOMER, today, desk=Desk()) == 1_000.5
    printed = CliRunner().invoke(app, ["limit", "list", "--store", place(), "--json"])
    assert [(r["customer"], r["limit"]) for r in json.loads(printed.stdout)] == [(CUSTOMER, "1000.50")]
    with open_store(place()) as store:
        assert verify(store).good
    run_macro("list_pending", desk_book, Desk())
    assert desk_book.told[-1] == "No request waits for a decision."


def test_a_request_is_read_by_its_labels_in_chinese_too(desk_book: FileBook) -> None:
    run_macro("submit_limit", desk_book, Desk(), "zh")
    fill(desk_book, "额度申请", zh_reason="季节性需求", zh_amount=1000)
    run_macro("submit_limit", desk_book, Desk(), "zh")
    assert "已记录申请" in desk_book.told[-1], desk_book.told[-1]
    with open_store(place()) as store:
        assert [r["reason"] for r in rows_of(store, "requests")] == ["season"]


def test_what_can_not_be_asked_is_told_and_nothing_is_written(desk_book: FileBook, tmp_path: Path) -> None:
    run_macro("submit_limit", desk_book, Desk())
    for values, part in (
        ({"reason": None}, "“Reason” is blank"),
        ({"reason": "because"}, '"because" is no reason of the policy'),
        ({"reason": "Season", "amount": "much"}, "much"),
        ({"amount": -1}, "below 0"),
        ({"amount": 1000, "until": "soon"}, "soon"),
        ({"until": None, "exceptions": "sunny day"}, '"sunny day" is no exception'),
    ):
        fill(desk_book, "Limit request", **values)
        run_macro("submit_limit", desk_book, Desk())
        assert part in desk_book.told[-1], (part, desk_book.told[-1])
    path = tmp_path / "sample" / "customers.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("C-7003", "C-7777"), encoding="utf-8")
    fill(desk_book, "Limit request", exceptions=None)
    run_macro("submit_limit", desk_book, Desk())
    assert "Refresh first" in desk_book.told[-1]
    with open_store(place()) as store:
        assert [r["customer"] for r in rows_of(store, "requests")] == []
    assert "Submitted" not in [row[0] for row in desk_book.read("Limit request")]


def test_nobody_decides_on_a_request_of_their_own_and_the_other_rows_go_on(desk_book: FileBook, person: Person) -> None:
    sheet = desk_book.workbook.worksheets[0]
    for who, customer in (("bob", CUSTOMER), ("ann", "C100009"), ("ann", "C100028")):
        person(who)
        sheet["A1"] = customer
        run_macro("submit_limit", desk_book, Desk())
        name = next(n for n in reversed(desk_book.sheets()) if n.startswith("Limit request"))
        fill(desk_book, name, amount=1000, reason="Season")
        run_macro("submit_limit", desk_book, Desk())
    person("bob")
    run_macro("list_pending", desk_book, Desk())
    rows = {row[1]: at for at, row in enumerate(desk_book.read("Pending approvals"), 1)}
    waiting = [customer for customer in (CUSTOMER, "C100009", "C100028") if customer in rows]
    assert waiting[-2:] == ["C100009", "C100028"]
    run_macro("decide_pending", desk_book, Desk())
    assert "no decision is written" in desk_book.told[-1]
    decide(desk_book, "Pending approvals", rows["C100009"], "maybe", "Season")
    decide(desk_book, "Pending approvals", rows["C100028"], "reject", None)
    run_macro("decide_pending", desk_book, Desk())
    assert "“Pending approvals”: 0; not recorded, each with its reason in its row: 2" in desk_book.told[-1]
    assert "maybe" in result(desk_book, "Pending approvals", rows["C100009"])
    assert "blank" in result(desk_book, "Pending approvals", rows["C100028"])
    decide(desk_book, "Pending approvals", rows["C100028"], "不同意", "付款逾期")
    for at, value, told in (
        (2, "C100009", "says C100028, the row says C100009"),
        (4, 5, "says 1000, the row says 5"),
        (5, "USD", "says CNY"),
    ):
        cell = desk_book.workbook["Pending approvals"].cell(rows["C100028"], at)
        stood, cell.value = cell.value, value
        run_macro("decide_pending", desk_book, Desk())
        assert told in result(desk_book, "Pending approvals", rows["C100028"])
        cell.value = stood
    desk_book.workbook["Pending approvals"].cell(rows["C100028"], 1).value = 10.5
    run_macro("decide_pending", desk_book, Desk())
    assert "10.5 is no whole number" in result(desk_book, "Pending approvals", rows["C100028"])
    with open_store(place()) as store:
        assert rows_of(store, "votes") == ()
    person("ann")
    run_macro("list_pending", desk_book, Desk())
    newest = "Pending approvals 2"
    decide(desk_book, newest, 3, "Approve", "Season")
    run_macro("decide_pending", desk_book, Desk())
    assert "own" in result(desk_book, newest, 3)
    with open_store(place()) as store:
        assert rows_of(store, "votes") == ()
        assert [entry.body["why"] for entry in store.entries(kind="refusal")] == ["own-request"]


def test_a_refused_row_is_tried_again_once_it_was_mended_and_notes_below_a_list_stay(
    desk_book: FileBook, person: Person
) -> None:
    run_macro("submit_limit", desk_book, Desk())
    fill(desk_book, "Limit request", amount=1000, reason="Season")
    run_macro("submit_limit", desk_book, Desk())
    run_macro("list_pending", desk_book, Desk())
    desk_book.workbook["Pending approvals"]["A5"] = "note: ask Li before"
    run_macro("list_pending", desk_book, Desk())
    assert desk_book.workbook["Pending approvals"]["A5"].value == "note: ask Li before"
    person("bob")
    sheet = "Pending approvals 2"
    decide(desk_book, sheet, 2, "maybe", "Season")
    run_macro("decide_pending", desk_book, Desk())
    assert "maybe" in result(desk_book, sheet, 2)
    decide(desk_book, sheet, 2, "Approve", "Season")
    run_macro("decide_pending", desk_book, Desk())
    assert result(desk_book, sheet, 2).startswith("✓")
    run_macro("decide_pending", desk_book, Desk())
    assert "no decision is written" in desk_book.told[-1]


def test_only_the_customer_meant_is_submitted_and_in_the_currency_it_was_laid_out_in(desk_book: FileBook) -> None:
    run_macro("submit_limit", desk_book, Desk())
    fill(desk_book, "Limit request", amount=1000, reason="Season")
    first = desk_book.workbook.worksheets[0]
    first["A1"] = "C-70O8"  # a slip of the finger
    run_macro("submit_limit", desk_book, Desk())
    assert "Did you mean" in desk_book.told[-1]
    desk_book.workbook["Limit request"]["C1"] = "USD"
    first["A1"] = CUSTOMER
    run_macro("submit_limit", desk_book, Desk())
    assert "laid out in USD, amounts are told in CNY" in desk_book.told[-1]
    with open_store(place()) as store:
        assert rows_of(store, "requests") == ()
    desk_book.workbook["Limit request"]["C1"] = "CNY"
    first["A1"] = "Season"  # somebody stands on the sheet itself
    run_macro("submit_limit", desk_book, Desk())
    assert "is recorded: C-7008" in desk_book.told[-1]


def test_who_may_not_record_gets_the_workbook_and_is_told(desk_book: FileBook, person: Person) -> None:
    person("zoe")
    run_macro("close_month", desk_book, Desk())
    assert "It is not recorded: " in desk_book.told[-1]
    assert [path.suffix for path in desk_book.shown] == [".xlsx"]
    with open_store(place()) as store:
        assert rows_of(store, "closes") == ()


def test_a_close_is_recorded_and_its_cover_names_the_head(desk_book: FileBook) -> None:
    run_macro("close_month", desk_book, Desk())
    assert "Recorded in" in desk_book.told[-1], desk_book.told[-1]
    with open_store(place()) as store:
        (run,) = rows_of(store, "closes")
        head = store.head()
    assert run["run"] == 1
    (path,) = desk_book.shown
    cover = load_workbook(path, data_only=True).worksheets[0]
    assert any(str(head) in str(cell.value) for row in cover.iter_rows() for cell in row)


def test_a_store_that_does_not_open_is_told_by_the_cell_and_keeps_nothing_else_back(desk_book: FileBook) -> None:
    path = Path(place())
    path.rename(path.with_suffix(".away"))
    desk = Desk()
    assert call("CREDITAPPROVED", CUSTOMER, desk=desk) == CellError("#N/A")
    assert "no-store" in call("CREDITWHY", "CREDITAPPROVED", CUSTOMER, desk=desk)
    assert call("CREDITWCR", 1, 2, 3, desk=desk) == 0
    assert call("CREDITINFO", "version", desk=desk) == "0.1.0"
    assert "no-store" in call("CREDITINFO", desk=desk)
    assert not path.exists()
    path.with_suffix(".away").rename(path)
    desk.forget()
    assert call("CREDITGET", "C-7003", "limit_in_force", desk=desk) == call(
        "CREDITGET", "C-7003", "limit_in_force", desk=Desk()
    )


def test_connecting_names_a_store_that_is_there_and_no_password(connected_work: FileBook, tmp_path: Path) -> None:  # noqa: F811
    answer(connected_work, "store", "nowhere.db")
    manifest = next((tmp_path / "book").glob("*.json"))
    before = manifest.read_bytes()
    (tmp_path / "sample" / "customers.csv").touch()
    run_macro("connect_book", connected_work, Desk())
    assert "no-store" in connected_work.told[-1]
    assert manifest.read_bytes() == before
    answer(connected_work, "store", "postgresql://li:secret@host/credit")
    run_macro("connect_book", connected_work, Desk())
    assert "password" in connected_work.told[-1]
    assert "secret" not in connected_work.told[-1]
    assert load_settings().store is None
    for name in ("submit_limit", "list_pending", "decide_pending"):
        run_macro(name, connected_work, Desk())
        assert "no record is named" in connected_work.told[-1] or "no decision" in connected_work.told[-1], name
