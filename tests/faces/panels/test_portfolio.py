"""The portfolio panel without a browser: what it shows is what the close, the portfolio and a new assessment say."""

from __future__ import annotations

import io
import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from creditlib import money
from creditlib.errors import Lang
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.portfolio import PortfolioModel
from creditlib.faces.workbook import write_workbook
from creditlib.facts.book import Book
from creditlib.facts.reading import read
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.alerts import todo
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.close import close
from creditlib.flows.closing import Close
from creditlib.flows.portfolio import Portfolio
from creditlib.flows.portfolio_close import close_of
from creditlib.policy import load_policy

DAYS, SMALL = "release.overdue_days", "release.overdue_minimum"


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), load_policy(), SAMPLE_END)


@pytest.fixture(scope="module")
def closed(whole: Assessment) -> Close:
    return close(whole.ground.reading, whole.policy, SAMPLE_END)


@pytest.fixture
def model(whole: Assessment) -> PortfolioModel:
    return PortfolioModel(whole)


def parts(view: Block) -> dict[str, Block]:
    """Every block by its id, those inside others too."""
    found: dict[str, Block] = {}

    def walk(blocks: list[Block]) -> None:
        for one in blocks:
            found[f"{one['kind']}:{one['id']}"] = one
            walk(one.get("blocks", []))

    walk(view["blocks"])
    return found


def text_of(cell: Any) -> str:
    return str(cell["text"] if isinstance(cell, dict) else cell)


def lines(view: Block, table: str) -> dict[str, list[str]]:
    return {row["id"]: [text_of(cell) for cell in row["cells"]] for row in parts(view)[f"table:{table}"]["rows"]}


def controls(view: Block) -> dict[str, Block]:
    forms = [one for key, one in parts(view).items() if key.startswith("form:")]
    return {c["name"]: c for c in [*view["top"]["controls"], *(c for form in forms for c in form["controls"])]}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_filter_can_be_shown_and_is_json(whole: Assessment, lang: Lang) -> None:
    model = PortfolioModel(whole, lang)
    for name in ("entity", "salesperson", "grade", "currency"):
        for option in controls(model.view())[name]["options"]:
            model.set(name, option["value"])
            view = model.view()
            assert view["error"] == ""
            assert json.loads(json.dumps(view, allow_nan=False)) == view
        model.reset()


def test_without_a_filter_the_figures_are_the_close_s(model: PortfolioModel, closed: Close) -> None:
    view, scale = model.view(), model.scale()
    line = closed.aging_total("CNY")
    figures = {one["id"]: one for one in parts(view)["kpis:figures"]["items"]}
    countback = next(one for one in closed.dso if one.method == "countback")
    assert figures["open"]["value"] == scale.text(line["total_minor"])
    assert figures["overdue"]["value"] == scale.text(line["overdue_minor"])
    assert figures["dso"]["value"] == f"{countback.days:.1f}"
    drawn = parts(view)["chart:aging"]["rows"]["bars"]
    assert [row["value"] for row in drawn] == [max(scale.value(line[key]), 0) for key in (*closed.buckets, "unapplied")]
    assert [row["before"] for row in drawn] == [
        max(scale.value(closed.previous_buckets[key]), 0) for key in (*closed.buckets, "unapplied")
    ]
    assert [row["value"] for row in parts(view)["chart:dso"]["rows"]["months"]] == [one.dso for one in closed.trend]
    bars = parts(view)["chart:opened"]["rows"]["opened"]
    assert [row["end"] for row in bars[0::2]] == [scale.value(one.overdue_minor) for one in closed.trend]
    assert [row["end"] for row in bars[1::2]] == [scale.value(one.open_minor) for one in closed.trend]
    assert closed.overdue_top is not None
    shown = lines(view, "overdue")
    for row in closed.overdue_top.to_pylist():
        assert shown[row["customer"]][1:4] == [
            scale.text(row["overdue_minor"]),
            f"{row['oldest_days']:,}",
            str(row["items"]),
        ]
    assert len(shown) == closed.overdue_top.num_rows + 1  # and the sum


def test_a_filter_shows_the_slice(model: PortfolioModel, whole: Assessment) -> None:
    model.set("salesperson", "=吴晓")
    model.set("grade", "=C")
    part = Portfolio(whole).slice(salesperson="吴晓", grade="C")
    view, scale = model.view(), model.scale()
    assert "吴晓" in parts(view)["decision:verdict"]["title"]
    drawn = {row["label"]: row["value"] for row in parts(view)["chart:aging"]["rows"]["bars"]}
    assert drawn["Not due"] == scale.value(part.aging["not_due"])
    assert drawn["1–30"] == scale.value(part.aging["1-30"])
    assert view["state"] == {"lang": "en", "salesperson": "=吴晓", "grade": "=C"}


def test_shares_are_told_by_what_is_chosen(model: PortfolioModel, closed: Close) -> None:
    scale = model.scale()
    model.set("by", "salesperson")
    shown = lines(model.view(), "shares")
    sold: dict[str, int] = {}
    for row in closed.items.filter(pc.equal(closed.items["currency"], "CNY")).to_pylist():
        sold[row["salesperson"]] = sold.get(row["salesperson"], 0) + row["open_minor"]
    assert {name: cells[1] for name, cells in shown.items()} == {
        name: scale.text(minor) for name, minor in sold.items()
    }


def test_choosing_a_customer_shows_its_documents_to_the_cent(model: PortfolioModel, closed: Close) -> None:
    customer = "C100018"
    model.act("documents", customer)
    rows = parts(model.view())["table:documents"]["rows"]
    mine = closed.items.filter(pc.equal(closed.items["customer"], customer))
    assert [text_of(row["cells"][0]) for row in rows[:-1]] == [one or "" for one in mine["document"].to_pylist()]
    total = pc.sum(mine["open_minor"]).as_py()
    assert text_of(rows[-1]["cells"][-2]) == f"{money.text(total, 'CNY')} CNY"
    assert customer in controls(model.view())["customer"]["text"]
    model.undo()
    assert parts(model.view())["section:documents"]["title"].startswith("C100001")  # the most overdue


def test_a_group_s_alert_leads_to_the_documents_of_all_its_members(model: PortfolioModel, closed: Close) -> None:
    over = next(alert for alert in model.book.alerts.page(0, 500) if alert.kind == "over-group")
    model.act("group", over.customer)
    title = parts(model.view())["section:documents"]["title"]
    mine = pc.is_in(closed.items["customer"], value_set=pa.array(list(over.members)))
    assert f"{pc.sum(mine).as_py()} open documents" in title
    assert over.customer in title


def test_a_customer_is_found_by_typing_and_an_unknown_one_is_told(model: PortfolioModel) -> None:
    model.look("customer", "c10003")
    assert any(option["label"].startswith("C100031") for option in model.control("customer")["options"])
    model.set("customer", typed="C100031")
    assert model.view()["error"] == ""
    model.set("customer", typed="nobody at all")
    view = model.view()
    assert "nobody at all" in view["error"]
    assert controls(view)["customer"]["wrong"] == view["error"]


def test_the_least_overdue_shortens_the_list_and_what_is_no_amount_is_told_where_it_was_typed(
    model: PortfolioModel,
) -> None:
    scale = model.scale()
    model.set("least", typed="200")  # CNY thousand
    assert model.state["least"] == 200_000_00
    view = model.view()
    shown = lines(view, "overdue")
    assert {one for one in shown if one != "sum"} == {
        row["customer"] for row in model.book.slice().overdue_top().to_pylist() if row["overdue_minor"] >= 200_000_00
    }
    assert scale.unit in controls(view)["least"]["label"]
    for typed in ("plenty", "-5"):
        model.set("least", typed=typed)
        wrong = model.view()
        assert typed in wrong["error"]
        assert controls(wrong)["least"]["wrong"] == wrong["error"]
        assert controls(wrong)["least"]["text"] == typed
        assert lines(wrong, "overdue") == shown  # the last good figures, greyed out
        model.undo()
        assert model.view()["error"] == ""


def test_days_of_overdue_tried_change_the_alerts_as_a_new_assessment_would_and_nothing_else(
    model: PortfolioModel, whole: Assessment
) -> None:
    before = model.view()
    model.set(DAYS, 45)
    model.set(SMALL, typed="0")
    view = model.view()
    anew = Portfolio(assess(whole.ground.reading, model.policy(), SAMPLE_END))
    counted = {kind: str(must + note) for kind, (must, note) in anew.alerts.counts.items()}
    today = {kind: str(must + note) for kind, (must, note) in model.book.alerts.counts.items()}
    shown = lines(view, "kinds")
    assert {kind: cells[2] for kind, cells in shown.items() if kind != "sum"} == counted
    assert {kind: cells[1] for kind, cells in shown.items() if kind != "sum"} == dict.fromkeys(counted, "0") | today
    assert counted["overdue-held"] != today["overdue-held"]
    same = [
        key for key in parts(before) if key.split(":")[0] in ("decision", "kpis", "chart") or key == "table:overdue"
    ]
    assert {key: parts(view)[key] for key in same} == {key: parts(before)[key] for key in same}


def test_the_values_tried_are_saved_as_rows_that_load_to_the_same_policy(model: PortfolioModel, tmp_path: Path) -> None:
    assert parts(model.view())["buttons:draft"]["items"][0]["disabled"]
    model.set(DAYS, 30)
    assert not parts(model.view())["buttons:draft"]["items"][0]["disabled"]
    made = model.download("rows", None)
    standard = files("creditlib.policy").joinpath("standard.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(standard + made.content.decode(), encoding="utf-8")
    own = load_policy(tmp_path / "own.toml")
    assert own.at(SAMPLE_END)[DAYS] == 30
    assert own.rows == model.policy().rows
    model.set(DAYS, 15)  # what is in force: nothing is tried
    assert model.tried() == {}


def test_alerts_of_a_kind_and_more_of_them(model: PortfolioModel) -> None:
    model.act("kind", "overdue-held")
    view = model.view()
    held = model.book.alerts.of_kind("overdue-held")
    assert len(parts(view)["table:alerts"]["rows"]) == 20
    first = held.page(0, 1)[0]
    cells = parts(view)["table:alerts"]["rows"][0]["cells"]
    assert cells[1]["value"] == first.customer
    assert text_of(cells[2]) == f"{money.text(first.amount_minor or 0, first.currency or '')} {first.currency}"
    assert first.text("en") in text_of(cells[3])
    model.act("more", None)
    assert len(parts(model.view())["table:alerts"]["rows"]) == len(held)
    assert "buttons:more" not in parts(model.view())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_workbook_is_the_close_of_what_is_shown(whole: Assessment, lang: Lang, tmp_path: Path) -> None:
    model = PortfolioModel(whole, lang)
    model.set("entity", "=2000")
    made = model.download("workbook", None)
    part = Portfolio(whole).slice(entity="2000")
    write_workbook(close_of(part, model.about()), tmp_path / "own.xlsx", lang=lang)
    assert made.content == (tmp_path / "own.xlsx").read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(made.content), data_only=True)
    values = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    total = part.aging["total_minor"] / 100
    assert sum(isinstance(one, int | float) and abs(one - total) < 0.001 for one in values) >= 2  # cover and aging
    worst = part.alerts.of_kind("overdue-held").page(0, 1)[0]
    told = worst.text(lang).removesuffix(todo(worst.kind, lang)).rstrip()
    assert any(isinstance(one, str) and told in one for one in values)
    assert todo(worst.kind, lang) in values
    assert worst.title(lang) in values


def test_a_page_that_was_left_comes_back(model: PortfolioModel, whole: Assessment) -> None:
    model.set("grade", "=B")
    model.set("least", typed="lots")
    model.set(DAYS, 20)
    model.set("by", "grade")
    again = PortfolioModel(whole)
    again.restore(json.loads(json.dumps(model.view()["state"])))
    assert again.view() == model.view() | {"top": again.view()["top"]}
    assert again.view()["error"]


def test_the_documents_of_a_group_come_back_too(model: PortfolioModel, whole: Assessment) -> None:
    over = next(alert for alert in model.book.alerts.page(0, 500) if alert.kind == "over-group")
    model.act("group", over.customer)
    model.act("more", None)
    again = PortfolioModel(whole)
    again.restore(json.loads(json.dumps(model.view()["state"])))
    assert again.state == model.state
    assert parts(again.view())["section:documents"] == parts(model.view())["section:documents"]
    again.restore({"group": True, "customer": "nobody", "shown": -5})
    assert again.state["shown"] == model.start()["shown"]
    assert "nobody" in again.view()["error"]


@pytest.mark.parametrize(("names", "customers"), [(("receivables_open.csv",), 553), (("receivables_open.csv", "receivables_closed.csv"), 1_008)])  # fmt: skip
def test_a_real_book_is_shown(shared_data: Path, names: tuple[str, ...], customers: int) -> None:
    reading = read(*(shared_data / name for name in names), home="USD", date_order="dmy")
    model = PortfolioModel(assess(reading, load_policy(), date(2020, 5, 31)), "zh")
    view = model.view()
    assert view["error"] == ""
    assert json.dumps(view, allow_nan=False)
    assert len(model.book.texts["customer"]) == customers
    told = {control["name"] for control in view["top"]["controls"]}
    assert "salesperson" not in told  # the file names none: there is nothing to choose
    model.set(DAYS, 60)
    assert model.view()["error"] == ""
    assert model.download("workbook", None).content[:2] == b"PK"


def test_an_item_without_any_date_has_no_days_on_the_panel() -> None:
    paper = {
        "id": 0,
        "customer": "C1",
        "kind": "invoice",
        "currency": "CNY",
        "amount_minor": 500,
        "source_file": "x",
        "source_row": 2,
    }
    whole = assess(Book(pa.Table.from_pylist([paper])), load_policy(), SAMPLE_END)
    blocks = str(PortfolioModel(whole).view()["blocks"])
    assert "2,147" not in blocks
    assert "{'text': '–', 'tone': 'act'}, '365+'" in blocks
