"""The month-end close without a browser: what it shows is what the terminal says of the same files."""

from __future__ import annotations

import io
import json
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from creditlib.errors import CreditError, Lang, UsageError
from creditlib.faces.cli.main import app
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.closing import ClosingModel
from creditlib.faces.panels.closing_figures import todo
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.mapping import parse_map
from creditlib.flows.close_desk_files import UPLOAD_SETTING
from creditlib.record.looking import rows_of
from creditlib.record.store import open_store

AS_OF = date(2024, 3, 31)
LEDGER = """客户编码,客户名称,单据号,开票日期,到期日,金额,未核销金额,颜色
C1,甲公司,F-1,2024-01-10,2024-02-09,1000.00,600.00,红
C1,甲公司,F-2,2024-03-05,2024-04-04,500.00,500.00,黄
C2,乙公司,F-3,2024-03-15,2024-02-16,100.00,100.00,蓝
C2,乙公司,F-4,2024-03-15,2024-04-16,十万,十万,绿
"""
# used: 600 + 500 + 100 = 1,200.00; F-4 has no amount; F-3 was due before it was issued
FRUIT = "apples,pears\n1,2\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "台账.csv").write_text(LEDGER, encoding="gb18030")
    return tmp_path


@pytest.fixture
def model(folder: Path) -> ClosingModel:
    return ClosingModel([folder / "台账.csv"], AS_OF)


def parts(view: Block) -> dict[str, Block]:
    found: dict[str, Block] = {}

    def walk(blocks: list[Block]) -> None:
        for one in blocks:
            found[f"{one['kind']}:{one['id']}"] = one
            for control in one.get("controls", []):
                found[f"control:{control['name']}"] = control
            walk(one.get("blocks", []))

    walk(view["blocks"])
    return found


def text_of(cell: Any) -> str:
    return str(cell["text"] if isinstance(cell, dict) else cell).replace("\u00a0", " ")


def cells(table: Block) -> list[list[str]]:
    return [[text_of(cell) for cell in row["cells"]] for row in table["rows"]]


def marked(table: Block) -> list[str]:
    return [
        cell["text"]
        for row in table["rows"]
        for cell in row["cells"]
        if isinstance(cell, dict) and cell.get("tone") == "marked"
    ]


def send(model: ClosingModel, name: str, data: bytes, piece: int = 1 << 20) -> None:
    """Send a file as the browser does."""
    for at in range(0, max(len(data), 1), piece):
        model.upload("upload", name, len(data), at, data[at : at + piece])


# ── the whole ──


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_panel_without_files_asks_for_them_and_is_json(lang: Lang) -> None:
    view = ClosingModel(lang=lang).view()
    assert view["error"] == ""
    assert json.loads(json.dumps(view, allow_nan=False)) == view
    shown = parts(view)
    assert (
        shown["decision:verdict"]["title"]
        == {"en": "Choose the files of the month end", "zh": "请选择月末结账的文件"}[lang]
    )
    assert shown["control:upload"]["largest"] == 256 << 20
    assert [one["disabled"] for one in shown["buttons:write"]["items"]] == [True]
    assert "kpis:figures" not in shown


def test_figures_are_those_of_the_terminal(model: ClosingModel, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model.set("control", typed="1,200.00")
    shown = parts(model.view())
    monkeypatch.chdir(folder)
    words = shlex.split(model.command())
    assert words[:2] == ["credit", "close"]
    told = json.loads(CliRunner().invoke(app, [*words[1:], "--json", "--force"]).stdout)
    assert told["ties"] is True
    (line,) = cells(shown["table:lines"])
    assert line == ["total CNY", told["aging"][0]["total"].replace("1200.00", "1,200.00"), "1,200.00", "0.00", "✓ ties"]
    figures = {one["id"]: one["value"] for one in shown["kpis:figures"]["items"]}
    assert figures["open"] == "1,200"
    assert figures["overdue"] == "700"  # F-1 600 and F-3 100
    assert figures["must"] == str(sum(f["severity"] == "must_act" for f in told["findings"])) == "1"
    assert (
        shown["decision:verdict"]["title"]
        == "Ties to the general ledger to the cent; 1 of the findings below still need a person."
    )
    bars = {one["label"]: one["text"] for one in shown["chart:aging"]["rows"]["bars"]}
    assert bars["31–60"] == "700"
    assert bars["Not due"] == "500"


def test_the_workbook_is_the_one_of_the_terminal_byte_for_byte(
    model: ClosingModel, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    model.set("control", typed="1200.00")
    made = model.download("workbook", None)
    assert made.file == "close-2024-03-31.xlsx"
    words = shlex.split(model.command())
    CliRunner().invoke(app, [*words[1:], "--out", "t.xlsx"])
    ours, theirs = openpyxl.load_workbook(io.BytesIO(made.content)), openpyxl.load_workbook(folder / "t.xlsx")
    assert ours.sheetnames == theirs.sheetnames
    for sheet in ours.worksheets:
        assert [[c.value for c in row] for row in sheet.rows] == [
            [c.value for c in row] for row in theirs[sheet.title].rows
        ], sheet.title
    assert made.content == (folder / "t.xlsx").read_bytes()


def test_with_a_record_the_close_is_written_into_it_once_and_the_cover_names_its_head(
    folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "record.db"
    model = ClosingModel([folder / "台账.csv"], AS_OF, store=place)
    buttons = {one["name"]: one["label"] for one in parts(model.view())["buttons:write"]["items"]}
    assert buttons["workbook"] == "Record the close and download its workbook"
    with pytest.raises(CreditError, match="no-store"):
        model.download("workbook", None)
    assert not place.exists()
    with open_store(place) as store:
        before = store.head()
    first = model.download("workbook", None)
    again = model.download("workbook", None)
    with open_store(place) as store:
        (run,) = rows_of(store, "closes")
        head = store.head()
    assert (run["book"], run["run"], run["as_of"], head.seq) == ("台账", 1, "2024-03-31", before.seq + 1)
    assert first.content == again.content
    cover = openpyxl.load_workbook(io.BytesIO(first.content)).worksheets[0]
    assert any(str(head) in str(cell.value) for row in cover.rows for cell in row)
    shown = parts(model.view())
    assert str(head) in shown["text:recorded"]["lines"][0]
    model.set("firm", "Alder")
    assert "text:recorded" not in parts(model.view())
    model.set("firm", "")
    assert model.download("workbook", None).content == first.content  # the same close again: not recorded twice
    words = shlex.split(model.command())
    assert words[-2:] == ["--store", str(place)]
    told = json.loads(CliRunner().invoke(app, [*words[1:], "--out", str(tmp_path / "t.xlsx"), "--json"]).stdout)
    with open_store(place) as store:
        mine, theirs = rows_of(store, "closes")
    assert (theirs["totals"], theirs["inputs"], theirs["policy"]) == (mine["totals"], mine["inputs"], mine["policy"])
    assert told["as_of"] == "2024-03-31"


def test_the_sample_is_never_recorded_and_who_may_not_record_gets_the_workbook(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "record.db"
    with open_store(place) as store:
        before = store.head()
    sample = ClosingModel([], AS_OF, store=place)
    sample.act("sample", None)
    assert {one["name"]: one["label"] for one in parts(sample.view())["buttons:write"]["items"]}[
        "workbook"
    ] == "Download the closing workbook"
    sample.download("workbook", None)
    assert "--store" not in sample.command()
    with open_store(place) as store:
        assert store.head() == before
    monkeypatch.setattr("creditlib.record.store.system_user", lambda: "zoe")
    model = ClosingModel([folder / "台账.csv"], AS_OF, store=place)
    assert model.download("workbook", None).content
    assert "not recorded" in parts(model.view())["text:recorded"]["lines"][0]
    with open_store(place) as store:
        assert rows_of(store, "closes") == ()


def test_the_language_changes_everything(model: ClosingModel) -> None:
    english = json.dumps(model.view()["blocks"], ensure_ascii=False)
    model.lang = "zh"
    view = model.view()
    assert parts(view)["decision:verdict"]["title"] == "未与总账比较：没有提供总账余额。"
    for word in ("Files", "Findings", "Workbook", "documents", "customer code", "Difference"):
        assert word not in json.dumps(view["blocks"], ensure_ascii=False).replace('"Findings"', "")
        assert word in english or word == "customer code"
    made = openpyxl.load_workbook(io.BytesIO(model.download("workbook", None).content))
    assert "封面" in made.sheetnames or any(ord(name[0]) > 0x2E80 for name in made.sheetnames)


# ── tie-out ──


def test_a_control_figure_one_cent_off_differs_and_says_by_how_much(model: ClosingModel) -> None:
    model.set("control", typed="1200.01")
    shown = parts(model.view())
    assert cells(shown["table:lines"]) == [["total CNY", "1,200.00", "1,200.01", "-0.01", "▲ differs"]]
    assert (
        shown["decision:verdict"]["title"] == "Not ready to sign: total CNY differs from the general ledger by -0.01."
    )
    assert shown["decision:verdict"]["tone"] == "act"


def test_a_figure_typed_wrongly_stays_where_it_was_typed_and_greys_out_the_rest(model: ClosingModel) -> None:
    before = parts(model.view())["table:lines"]
    model.set("control", typed="1.200,00")
    view = model.view()
    assert view["error"].startswith('"1.200,00" is no amount. Write digits')
    shown = parts(view)
    assert shown["control:control"]["text"] == "1.200,00"
    assert shown["control:control"]["wrong"] == view["error"]
    assert shown["table:lines"] == before
    assert shown["buttons:write"]["items"][0]["disabled"]
    with pytest.raises(UsageError):
        model.download("workbook", None)
    model.undo()
    assert model.view()["error"] == ""


def test_control_figures_of_a_file_are_recognised_and_compared_by_account(model: ClosingModel) -> None:
    model.view()
    send(model, "gl.csv", "科目,币种,余额\n1122,CNY,1199.00\n".encode())
    shown = parts(model.view())
    path = next(path for path in model.state["files"] if path.endswith("gl.csv"))
    assert shown[f"control:use:{path}"]["value"] == "control"
    assert cells(shown["table:lines"])[0][1:] == ["1,200.00", "1,199.00", "1.00", "▲ differs"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [("1999-12-31", "The policy is in force from 2000-01-01"), ("31.3.2024", "is not a day"), ("", "is not a day")],
)
def test_a_day_that_cannot_be_closed_is_told(model: ClosingModel, typed: str, told: str) -> None:
    model.view()
    model.set("as_of", typed=typed)
    view = model.view()
    assert told in view["error"]
    assert parts(view)["kpis:figures"]
    model.undo()
    assert model.view()["error"] == ""


def test_a_currency_there_is_not_is_told_where_it_was_typed(model: ClosingModel) -> None:
    model.view()
    model.set("home", typed="Taler")
    view = model.view()
    assert "Taler" in view["error"]
    assert parts(view)["control:home"]["wrong"] == view["error"]
    model.set("home", typed="usd")
    assert cells(parts(model.view())["table:lines"])[0][0] == "total USD"


# ── findings ──


def test_findings_stand_beside_the_rows_that_caused_them_with_the_cell_marked(model: ClosingModel) -> None:
    shown = parts(model.view())
    titles = [row[1] for row in cells(shown["table:findings"])]
    assert titles[0] == "Unreadable amount"
    table = shown["table:rows:台账.csv"]
    (row,) = cells(table)
    assert row[0] == "5"  # the header is row 1
    assert "十万" in row[1]
    assert marked(table) == ["十万"]
    assert "颜色" not in "".join(head["label"] for head in table["columns"])
    assert "颜色" in table["note"]


def test_another_finding_shows_other_rows_and_undo_leads_back(model: ClosingModel) -> None:
    model.act("show", "due-before-issued")
    table = parts(model.view())["table:rows:台账.csv"]
    assert cells(table)[0][0] == "4"
    assert sorted(marked(table)) == ["2024-02-16", "2024-03-15"]
    model.undo()
    assert marked(parts(model.view())["table:rows:台账.csv"]) == ["十万"]


def test_findings_of_no_row_are_told_in_words(model: ClosingModel) -> None:
    model.act("show", "no-control")
    shown = parts(model.view())
    assert "table:rows:台账.csv" not in shown
    assert "was not compared with the general ledger" in shown["text:alone"]["lines"][0]


def test_many_findings_come_page_by_page(shared_data: Path) -> None:
    model = ClosingModel([shared_data / "receivables_open.csv"], date(2020, 5, 31))
    model.set("home", typed="USD")
    model.act("show", "due-before-issued")
    rows = []
    for page in range(3):
        model.act("page", page)
        shown = parts(model.view())
        rows += [int(row[0].replace(",", "")) for row in cells(shown["table:rows:receivables_open.csv"])]
    assert len(rows) == len(set(rows)) == 27  # 10, 10, 7
    assert shown["section:rows"]["sub"].startswith("21–27 of 27")
    assert [one["value"] for one in shown["buttons:turn"]["items"]] == [1]


# ── files ──


def test_a_file_handed_over_is_read_as_one_given_by_its_path(folder: Path) -> None:
    model = ClosingModel(as_of=AS_OF)
    send(model, "台账.csv", (folder / "台账.csv").read_bytes(), piece=100)
    view = model.view()
    assert view["error"] == ""
    assert {one["id"]: one["value"] for one in parts(view)["kpis:figures"]["items"]}["open"] == "1,200"
    kept = model.desk.uploads.folder
    assert [one.name for one in kept.iterdir()] == ["台账.csv"]
    model.undo()
    assert parts(model.view())["decision:verdict"]["title"] == "Choose the files of the month end"
    model.desk.close_down()
    assert not kept.exists()


def test_an_upload_that_stops_half_way_leaves_nothing(model: ClosingModel) -> None:
    model.upload("upload", "b.csv", 200, 0, b"x" * 100)
    assert parts(model.view())["kpis:figures"]
    send(model, "c.csv", LEDGER.replace("F-", "G-").encode())
    assert [one.name for one in model.desk.uploads.folder.iterdir()] == ["c.csv"]


def test_a_file_too_large_is_told_with_both_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(UPLOAD_SETTING, "1")
    model = ClosingModel()
    assert parts(model.view())["control:upload"]["largest"] == 1 << 20
    with pytest.raises(UsageError) as caught:
        model.upload("upload", "big.csv", 3 << 20, 0, b"")  # the browser sends none of it
    assert caught.value.en.startswith("big.csv: 3.0 MB, more than the 1.0 MB a file handed over may have.")
    assert list(model.desk.uploads.folder.iterdir()) == []


def test_an_empty_file_and_a_wrong_one_are_told_where_they_stand_and_can_be_left_out(model: ClosingModel) -> None:
    before = parts(model.view())["kpis:figures"]
    send(model, "leer.csv", b"")
    send(model, "obst.csv", FRUIT.encode())
    view = model.view()
    shown = parts(view)
    wrong = {control["label"]: control.get("wrong") for control in shown["form:uses"]["controls"]}
    assert wrong["leer.csv"] == "leer.csv: the file is empty (0 bytes). Export it again."
    assert wrong["obst.csv"].startswith("obst.csv: no column means a customer and an amount.")
    assert wrong["台账.csv"] == ""
    assert view["error"].splitlines()[0] == "leer.csv: the file is empty (0 bytes). Export it again."
    assert shown["kpis:figures"] == before  # grey
    for path in model.state["files"][1:]:
        model.set(f"use:{path}", "out")
    assert model.view()["error"] == ""


def test_a_folder_offers_its_files_and_takes_those_it_knows(folder: Path) -> None:
    (folder / "obst.csv").write_text(FRUIT)
    (folder / "README.md").write_text("no ledger")
    (folder / "gl.csv").write_text("account,currency,balance\n1122,CNY,1200.00\n")
    shown = parts(ClosingModel([folder], AS_OF).view())
    assert {control["label"]: control["value"] for control in shown["form:uses"]["controls"]} == {
        "gl.csv": "control", "obst.csv": "out", "台账.csv": "ledger",
    }  # fmt: skip


def test_a_file_of_the_same_name_is_refused_while_the_first_is_used(model: ClosingModel) -> None:
    send(model, "b.csv", LEDGER.replace("F-", "G-").encode())
    with pytest.raises(UsageError, match=r"^b\.csv: a file of this name is there already"):
        send(model, "b.csv", b"other")
    path = next(path for path in model.state["files"] if path.endswith("b.csv"))
    model.set(f"use:{path}", "out")
    send(model, "b.csv", LEDGER.replace("F-", "H-").encode())
    assert "H-1" in Path(path).read_text()
    assert model.use(path) == "ledger"


def test_a_file_left_out_can_be_taken_in_again_after_another_came(model: ClosingModel) -> None:
    send(model, "b.csv", LEDGER.replace("F-", "G-").encode())
    path = next(path for path in model.state["files"] if path.endswith("b.csv"))
    model.set(f"use:{path}", "out")
    send(model, "c.csv", LEDGER.replace("F-", "H-").encode())
    model.set(f"use:{path}", "ledger")
    assert model.view()["error"] == ""
    assert "G-1" in Path(path).read_text()


def test_more_bytes_than_were_announced_leave_nothing(model: ClosingModel) -> None:
    model.upload("upload", "b.csv", 10, 0, b"x" * 6)
    with pytest.raises(UsageError, match="12 bytes came, 10 were announced"):
        model.upload("upload", "b.csv", 10, 6, b"x" * 6)
    model.upload("upload", "b.csv", 10, 12, b"x" * 6)  # the rest of it is not taken up again
    assert list(model.desk.uploads.folder.iterdir()) == []


def test_rates_are_recognised_and_need_a_currency_to_report_in(folder: Path) -> None:
    text = (
        LEDGER.replace("颜色", "币种")
        .replace("红", "CNY")
        .replace("黄", "USD")
        .replace("蓝", "CNY")
        .replace("绿", "CNY")
    )
    (folder / "台账.csv").write_text(text, encoding="utf-8")
    model = ClosingModel([folder / "台账.csv"], AS_OF)
    model.view()
    send(model, "fx.csv", b"date,from,to,rate\n2024-03-29,USD,CNY,7.1\n")
    assert "fx.csv holds exchange rates, which need the currency to report in" in model.view()["error"]
    model.set("currency", "CNY")
    view = model.view()
    assert view["error"] == ""
    assert cells(parts(view)["table:lines"])[0][1] == "4,250.00"  # 600 + 500 × 7.1 + 100
    send(model, "fx2.csv", b"date,from,to,rate\n2024-03-28,USD,CNY,7.2\n")
    assert model.view()["error"] == "fx.csv, fx2.csv: two files of exchange rates. Keep one, leave the other out."


def test_sales_by_month_give_a_dso_whatever_they_are_given_as(model: ClosingModel) -> None:
    def days() -> str:
        return str({one["id"]: one["value"] for one in parts(model.view())["kpis:figures"]["items"]}["dso"])

    assert days() == "–"
    send(model, "sales.csv", b"month,currency,gross\n2024-03,CNY,2400\n2024-02,CNY,2000\n2024-01,CNY,2000\n")
    assert days() == "15.5"  # 31 × 1,200 ÷ 2,400
    path = model.state["files"][-1]
    model.set(f"use:{path}", "sales")
    assert days() == "15.5"
    assert "--sales sales.csv" in model.command()


def test_each_sheet_of_a_workbook_can_be_corrected_for_itself(folder: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "封面"
    first.append(["十月结账"])
    for title in ("北京", "上海"):
        sheet = book.create_sheet(title)
        sheet.append([f"{title}应收账款"])
        sheet.append(["客户编码", "单据号", "开票日期", "到期日", "金额"])
        sheet.append(["C1", f"{title}-1", date(2024, 1, 10), date(2024, 2, 9), 1000.5])
    book.save(folder / "应收.xlsx")
    model = ClosingModel([folder / "应收.xlsx"], AS_OF)
    shown = parts(model.view())
    assert [(row[0], row[1], row[3]) for row in cells(shown["table:sheets"])] == [
        ("应收.xlsx:封面", "not used", "–"), ("应收.xlsx:北京", "documents", "2"), ("应收.xlsx:上海", "documents", "2"),
    ]  # fmt: skip
    assert cells(shown["table:lines"])[0][1] == "2,001.00"
    model.act("correct", "应收.xlsx:上海")
    model.set("map:role", "unused")
    assert cells(parts(model.view())["table:lines"])[0][1] == "1,000.50"


# ── mapping ──


def test_a_dropdown_corrects_the_mapping_and_the_map_can_be_kept(model: ClosingModel, folder: Path) -> None:
    model.view()
    model.act("correct", "台账.csv")
    shown = parts(model.view())
    assert shown["control:map:column:6"]["value"] == "open_amount"
    assert shown["control:map:column:6"]["label"] == "G  未核销金额"
    model.set("map:column:6", "")
    shown = parts(model.view())
    assert {one["id"]: one["value"] for one in shown["kpis:figures"]["items"]}["open"] == "1,600"  # 1,000 + 500 + 100
    assert shown["control:map:column:6"]["value"] == ""
    made = model.download("map", None)
    assert made.file == "map.toml"
    (part,) = parse_map(made.content.decode())["sheet"]
    assert part["name"] == "台账.csv"
    assert "未核销金额" not in part["columns"].values()
    again = ClosingModel([folder / "台账.csv"], AS_OF)
    send(again, "map.toml", made.content)
    assert {one["id"]: one["value"] for one in parts(again.view())["kpis:figures"]["items"]}["open"] == "1,600"
    model.undo()
    assert {one["id"]: one["value"] for one in parts(model.view())["kpis:figures"]["items"]}["open"] == "1,200"


def test_a_mapping_that_does_not_suffice_greys_out_and_can_still_be_mended(model: ClosingModel) -> None:
    model.view()
    model.act("correct", "台账.csv")
    model.set("map:column:6", "")
    model.set("map:column:5", "")
    view = model.view()
    assert (
        view["error"]
        == "map.toml: 台账.csv: [columns] lacks amount or open_amount or debit or credit or original_amount."
    )
    assert "control:map:column:5" in parts(view)
    model.set("map:column:5", "amount")
    assert model.view()["error"] == ""


def test_columns_nobody_knows_are_named_by_hand(folder: Path) -> None:
    path = folder / "x.csv"
    path.write_text("wer,beleg,wann,wieviel\nC1,B-1,2024-03-01,12.50\n")
    model = ClosingModel([path], AS_OF)
    assert "no column means a customer and an amount" in model.view()["error"]
    model.act("correct", "x.csv")
    for column, field in enumerate(("customer", "document", "issue_on", "amount")):
        model.set(f"map:column:{column}", field)
    view = model.view()
    assert view["error"] == ""
    assert cells(parts(view)["table:lines"])[0][1] == "12.50"


def test_a_sheet_is_left_out_and_read_again_as_recognised(model: ClosingModel) -> None:
    send(model, "b.csv", LEDGER.replace("F-", "G-").encode())
    model.act("correct", "b.csv")
    model.set("map:role", "unused")
    shown = parts(model.view())
    assert {one["id"]: one["value"] for one in shown["kpis:figures"]["items"]}["open"] == "1,200"
    assert [row[1] for row in cells(shown["table:sheets"])] == ["documents", "left out"]
    model.act("forget", "b.csv")
    assert {one["id"]: one["value"] for one in parts(model.view())["kpis:figures"]["items"]}["open"] == "2,400"
    assert model.state["map"] == {}


def test_a_map_for_other_files_is_told_and_can_be_dropped(model: ClosingModel) -> None:
    send(model, "m.toml", b'[[sheet]]\nname = "other.csv"\nrole = "unused"\n')
    assert "no sheet is called 'other.csv'" in model.view()["error"]
    model.act("map_drop", None)
    assert model.view()["error"] == ""
    with pytest.raises(CreditError, match=r"bad\.toml"):
        send(model, "bad.toml", b"columns = 3")
    assert list(model.desk.uploads.folder.glob("*.toml")) in ([], [model.desk.uploads.folder / "map.toml"])


# ── policy ──


def test_other_buckets_are_tried_as_a_draft_whose_rows_can_be_kept(model: ClosingModel) -> None:
    model.set("policy:aging.edges", typed="15，45")
    shown = parts(model.view())
    bars = {one["label"]: one["text"] for one in shown["chart:aging"]["rows"]["bars"]}
    assert bars == {"Not due": "500", "1–15": "–", "16–45": "100", "45+": "600"}  # 51 and 44 days late
    rows = model.download("draft", None).content.decode()
    assert "[[aging.edges]]" in rows
    assert "value = [15, 45]" in rows
    assert "from = 2024-03-31" in rows
    assert model.policy.at(AS_OF)["aging.edges"] == (30, 60, 90, 180, 365)


def test_a_policy_value_that_is_refused_is_told(model: ClosingModel) -> None:
    model.view()
    model.set("policy:aging.edges", typed="60, 30")
    view = model.view()
    assert view["error"].startswith("Aging buckets: “60, 30” is no list of whole days, ascending")
    assert parts(view)["control:policy:aging.edges"]["text"] == "60, 30"
    model.set("policy:aging.edges", typed="30, 99999999")
    assert "aging.edges" in model.view()["error"]
    model.set("policy:checks.far_due_days", typed="-5")
    assert "Far due date" in parts(model.view())["control:policy:checks.far_due_days"]["wrong"]
    model.reset()
    assert model.view()["error"] == ""


def test_a_day_from_which_something_needs_a_person_moves_the_findings(model: ClosingModel) -> None:
    def checks() -> list[str]:
        return [row[1] for row in cells(parts(model.view())["table:findings"])]

    assert "Old open items" not in checks()
    before = checks()
    model.set("policy:checks.old_item_days", 40)
    assert len(checks()) == len(before) + 1  # F-1 is 51 days late, F-3 44


# ── address ──


def test_an_address_carries_what_was_chosen_but_no_file(folder: Path) -> None:
    model = ClosingModel([folder / "台账.csv"], AS_OF)
    send(model, "b.csv", LEDGER.replace("F-", "G-").encode())
    model.set("control", typed="7.5.1")
    model.act("correct", "台账.csv")
    model.set("map:column:6", "")
    told = json.loads(json.dumps(model.view()["state"]))
    assert str(model.desk.uploads.folder) not in json.dumps(told)
    other = ClosingModel([folder / "台账.csv"], AS_OF)
    other.restore(told)
    shown = parts(other.view())
    assert shown["control:control"]["text"] == "7.5.1"
    assert other.state["map"] == model.state["map"]
    assert "b.csv" in shown["text:gone"]["lines"][0]


@pytest.mark.parametrize(
    "told",
    [
        {"files": "x"},
        {"map": 3},
        {"map": {"sheet": 3}},
        {"page": "x"},
        {"sheet": 4},
        {"files": ["/etc/passwd"]},
        {"nonsense": 1},
    ],
)
def test_an_address_somebody_cut_opens_all_the_same(folder: Path, told: dict[str, Any]) -> None:
    model = ClosingModel([folder / "台账.csv"], AS_OF)
    model.restore(told)
    view = model.view()
    assert "/etc/passwd" not in json.dumps(view)
    assert view["panel"] == "close"


def test_the_sample_closes_and_ties() -> None:
    model = ClosingModel()
    model.act("sample", None)
    view = model.view()
    assert view["error"] == ""
    assert parts(view)["decision:verdict"]["title"].startswith("Ties to the general ledger to the cent")
    assert {row[-1] for row in cells(parts(view)["table:lines"])} == {"✓ ties"}


def test_progress_is_told_in_words(model: ClosingModel) -> None:
    heard: list[tuple[float, str]] = []
    model.progress = lambda share, text: heard.append((share, text))
    model.view()
    assert heard[0][1] == "Reading the rows of 台账.csv"
    assert [share for share, _ in heard] == sorted(share for share, _ in heard)
    heard.clear()
    model.download("workbook", None)
    assert heard == [(0.9, "Writing the workbook")]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_to_do_names_no_option_of_the_terminal_that_the_panel_has(lang: Lang) -> None:
    for check in CHECKS:
        told = todo(check, lang)
        assert told
        assert "--" not in told or check == "late-entry", check


def test_every_control_has_a_name_and_every_table_a_caption(model: ClosingModel) -> None:
    model.view()
    model.act("correct", "台账.csv")
    view = model.view()
    controls = [one for key, one in parts(view).items() if key.startswith("control:")]
    assert len(controls) > 30
    assert all(one["label"].strip() for one in [*controls, *view["top"]["controls"]])
    assert all(one["caption"] for key, one in parts(view).items() if key.startswith("table:"))


def test_where_columns_are_not_recognised_the_page_says_how_it_can_mend_them(model: ClosingModel) -> None:
    send(model, "obst.csv", FRUIT.encode())
    assert "open the sheet under step 2" in model.view()["error"]
    send(model, "leer.csv", b"")
    model.set(f"use:{model.state['files'][1]}", "out")
    assert "step 2" not in model.view()["error"]
