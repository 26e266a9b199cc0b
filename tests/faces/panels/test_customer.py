"""The customer panel without a browser: what it shows is what the review, the scenario and the terminal say."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditlib.errors import Lang
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.customer import CustomerModel
from creditlib.faces.scale import scale_of
from creditlib.facts.reading import read
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.review import review
from creditlib.flows.scenario import CustomerCase
from creditlib.policy import load_policy


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), load_policy(), SAMPLE_END)


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


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_customer_of_the_sample_can_be_shown_and_is_json(whole: Assessment, lang: Lang) -> None:
    model = CustomerModel(whole, None, lang)
    for customer in whole.table.table["customer"].to_pylist():
        model.set("customer", customer)
        view = model.view()
        assert view["error"] == ""
        assert json.loads(json.dumps(view, allow_nan=False)) == view


def test_figures_are_those_of_the_review(whole: Assessment) -> None:
    made = review(whole, "C100020")
    scale = scale_of(made.currency, "en", made.exposure["total_minor"])
    shown = {one["id"]: one["value"] for one in parts(CustomerModel(whole, "C100020").view())["kpis:figures"]["items"]}
    assert shown == {
        "score": str(made.score.score),
        "grade": made.score.grade,
        "limit": scale.text(made.limit.limit_minor),
        "terms": made.terms.text("en"),
    }


def test_bars_of_the_aging_add_up_to_what_is_open(whole: Assessment) -> None:
    for customer in ("C100020", "C-7003"):
        made, view = review(whole, customer), parts(CustomerModel(whole, customer).view())
        bars = view["chart:aging"]["rows"]["bars"]
        scale = CustomerModel(whole, customer).scale()
        unapplied = made.aging.get("unapplied", 0)
        assert sum(row["value"] for row in bars) == pytest.approx(
            scale.value(sum(made.aging.values()) - min(unapplied, 0))
        )


def test_a_slider_moves_the_table_and_the_curve_as_the_library_does(whole: Assessment) -> None:
    model, case = CustomerModel(whole, "C100020"), CustomerCase(whole, "C100020")
    model.set("on_time_share", 0.9)
    model.set("term_days", typed="30")
    view, made = parts(model.view()), case.scenario({"on_time_share": 0.9, "term_days": 30})
    row = next(r for r in view["table:sides"]["rows"] if r["id"] == "limit")
    scale = model.scale()
    assert [text_of(c) for c in row["cells"][1:]] == list(
        scale.pair(made.base.limit.limit_minor, made.scenario.limit.limit_minor)
    )
    rows = [r for r in view["chart:curve"]["rows"]["curves"] if r["which"] == "scenario"]
    over = case.limits_over("days_beyond_terms", [r["x"] for r in rows], {"on_time_share": 0.9, "term_days": 30})
    assert [r["y"] for r in rows] == [scale.value(minor) for minor in over if minor is not None]
    spot = next(s for s in view["chart:curve"]["rows"]["spots"] if s["which"] == "scenario")
    assert spot["y"] == scale.value(made.scenario.limit.limit_minor or 0)


def test_a_policy_value_changes_the_scenario_only(whole: Assessment) -> None:
    model, case = CustomerModel(whole, "C100020"), CustomerCase(whole, "C100020")
    model.set("score.loss_given_default", 0.9)
    made = case.scenario({"score.loss_given_default": 0.9})
    row = next(r for r in parts(model.view())["table:sides"]["rows"] if r["id"] == "loss")
    assert [text_of(c) for c in row["cells"][1:]] == list(
        model.scale().pair(made.base.loss_minor, made.scenario.loss_minor)
    )
    assert made.scenario.loss_minor != made.base.loss_minor


def test_following_an_advised_way_reaches_its_grade(whole: Assessment) -> None:
    model = CustomerModel(whole, "C100020")
    option = model.review.advice.options[0]
    model.act("follow", 0)
    row = next(r for r in parts(model.view())["table:sides"]["rows"] if r["id"] == "grade")
    assert text_of(row["cells"][2]) == option.grade
    model.undo()
    assert model.changes() == {}


def test_search_finds_by_code_name_and_part_and_tells_what_it_does_not_find(whole: Assessment) -> None:
    model = CustomerModel(whole, "C100020")
    name = model.review.name
    model.set("customer", typed=name[:6])
    assert model.get("customer") == "C100020"
    model.look("customer", "c1000")
    assert 1 < len(model.control("customer")["options"]) <= 12
    model.set("customer", typed="nobody at all")
    view = model.view()
    assert "nobody at all" in view["error"]
    assert parts(view)["kpis:figures"]["items"][0]["value"] == str(review(whole, "C100020").score.score)


def test_another_customer_begins_without_changes(whole: Assessment) -> None:
    model = CustomerModel(whole, "C100020")
    model.set("on_time_share", 0.9)
    model.set("customer", "C-7003")
    assert model.changes() == {}
    model.undo()
    assert (model.get("customer"), model.changes()) == ("C100020", {"on_time_share": 0.9})


def test_the_workbook_is_the_customer_file(whole: Assessment) -> None:
    made = CustomerModel(whole, "C100020").download("file", None)
    book = openpyxl.load_workbook(io.BytesIO(made.content), data_only=True)
    texts = {str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None}
    assert made.file == "C100020-2026-10-31.xlsx"
    assert any("C100020" in one for one in texts)
    assert str(review(whole, "C100020").score.score) in texts


def test_a_figure_moved_back_to_where_it_is_counts_as_unchanged(whole: Assessment) -> None:
    model = CustomerModel(whole, "C100020")
    model.set("on_time_share", 0.5)
    assert parts(model.view())["text:count"]["lines"][0].startswith("1 ")
    model.set("on_time_share", model.case.value("on_time_share"))
    assert parts(model.view())["text:count"] == parts(CustomerModel(whole, "C100020").view())["text:count"]


def test_a_page_that_was_left_comes_back(whole: Assessment) -> None:
    model = CustomerModel(whole, "C100020")
    model.set("customer", "C-7003")
    model.set("on_time_share", 0.5)
    model.set("term_days", typed="soon")
    other = CustomerModel(whole, "C100020")
    other.restore(json.loads(json.dumps(model.told())))
    assert other.state == model.state
    assert other.view()["error"] == model.view()["error"] != ""


@pytest.mark.parametrize(
    ("names", "as_of", "customers"),
    [
        (("receivables_open.csv",), date(2020, 5, 31), 553),
        (("receivables_open.csv", "receivables_closed.csv"), date(2020, 5, 31), 1008),
    ],
)
def test_customers_of_real_ledgers_can_be_shown_and_moved(
    shared_data: Path, names: tuple[str, ...], as_of: date, customers: int
) -> None:
    book = read(*(shared_data / name for name in names), home="USD", date_order="dmy").book
    real = assess(book, load_policy(), as_of)
    codes = real.table.table["customer"].to_pylist()
    assert len(codes) == customers
    model = CustomerModel(real, None, "zh")
    for code in codes[::80]:
        model.set("customer", code)
        model.set("days_beyond_terms", 40.0)
        view, made = model.view(), CustomerCase(real, code).scenario({"days_beyond_terms": 40.0})
        assert view["error"] == ""
        row = next(r for r in parts(view)["table:sides"]["rows"] if r["id"] == "score")
        assert text_of(row["cells"][2]) == (
            "–" if made.scenario.score.score is None else str(made.scenario.score.score)
        )


@pytest.mark.parametrize(("lang", "limit", "above"), [("en", "1,200.0", "500.0"), ("zh", "120.0", "50.0")])
def test_who_decides_is_told_in_the_unit_of_the_panel(whole: Assessment, lang: Lang, limit: str, above: str) -> None:
    # policy limit.committee_above: 500,000 CNY = 500.0 CNY thousand = 50.0 万元; the limit is 1,200,000 CNY
    model = CustomerModel(whole, "C100020", lang)
    why = parts(model.view())["decision:verdict"]["why"]
    assert f"{limit}{': above' if lang == 'en' else '，超过'} {above}" in why
    assert "500,000" not in why


def test_grey_figures_are_of_the_customer_that_is_named(whole: Assessment) -> None:
    model = CustomerModel(whole, "C100020", "en")
    first = parts(model.view())["decision:verdict"]["title"]
    model.set("term_days", typed="soon")
    model.view()
    model.set("customer", typed="C-7003")
    other = parts(model.view())["decision:verdict"]["title"]
    model.undo()  # back to the first customer, whose figure can't be read
    view = model.view()
    assert view["error"].startswith("Net days agreed")
    assert parts(view)["decision:verdict"]["title"] == first != other
    model.restore({"customer": "C-7003", "term_days": 1e99})
    view = model.view()
    assert view["error"].startswith("Net days agreed")
    assert parts(view)["decision:verdict"]["title"] == other
