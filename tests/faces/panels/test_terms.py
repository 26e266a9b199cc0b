"""The panel of credit terms without a browser: its figures are the bench's, what is wrong is told, what is saved loads as a policy."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditlib.errors import CreditError, Lang
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.terms import TermsModel
from creditlib.facts.reading import read
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.terms_bench import STATED, TERMS, VALUES, TermsBench
from creditlib.policy import load_policy


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), load_policy(), SAMPLE_END)


@pytest.fixture
def model(whole: Assessment) -> TermsModel:
    return TermsModel(whole, "C100020")


def parts(view: Block) -> dict[str, Block]:
    """Every block by its kind and id, those inside others too."""
    found: dict[str, Block] = {}

    def walk(blocks: list[Block]) -> None:
        for one in blocks:
            found[f"{one['kind']}:{one['id']}"] = one
            walk(one.get("blocks", []))

    walk(view["blocks"])
    return found


def controls(view: Block) -> dict[str, Block]:
    forms = [one for name, one in parts(view).items() if name.startswith("form:")]
    return {c["name"]: c for form in forms for c in form["controls"]}


def cells(view: Block, name: str) -> dict[str, list[str]]:
    rows = parts(view)[f"table:{name}"]["rows"]
    return {row["id"]: [c["text"] if isinstance(c, dict) else c for c in row["cells"]] for row in rows}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_book_grades_customers_and_currencies_can_be_shown_and_are_json(whole: Assessment, lang: Lang) -> None:
    model = TermsModel(whole, lang=lang)
    steps: list[tuple[str, str]] = [("about", "book"), ("currency", "USD"), ("about", "grade")]
    steps += [("grade", grade) for grade in TermsBench(whole).grades]
    steps += [("about", "customer"), *(("customer", c) for c in whole.scores.table["customer"].to_pylist()[:25])]
    for name, value in steps:
        model.set(name, value)
        view = model.view()
        assert view["error"] == "", (name, value)
        assert json.loads(json.dumps(view, allow_nan=False)) == view


def test_nothing_proposed_shows_today_and_no_change(model: TermsModel, whole: Assessment) -> None:
    view, case = model.view(), whole.terms_case("C100020")
    assert parts(view)["decision:verdict"]["title"].startswith("Today: 90 days net")
    assert {row[3] for row in cells(view, "sides").values()} == {"0.0"}
    assert round(case.net_days, 1) == 90
    assert parts(view)["text:no_cash"]["lines"]
    assert "table:components" not in parts(view)
    assert {spot["which"] for spot in parts(view)["chart:frontier"]["rows"]["spots"]} == {"base"}


def test_figures_are_those_of_the_bench(model: TermsModel, whole: Assessment) -> None:
    model.set("net_days", 60)
    model.set("deposit_share", typed="20%")
    model.set("terms.capital_rate", typed="8 %")
    step = TermsBench(whole).terms(
        whole.terms_case("C100020"), {"net_days": 60, "deposit_share": 0.2}, {"terms.capital_rate": 0.08}
    )
    view, scale, effect = model.view(), model.scale(), step.effect
    shown = {one["id"]: one["value"] for one in parts(view)["kpis:figures"]["items"]}
    assert shown["npv"] == scale.text(effect.worth.npv_minor, sign=True)
    assert shown["profit"] == scale.pair(effect.base.profit_minor, effect.scenario.profit_minor)[2]
    assert shown["tied"] == scale.text(effect.scenario.receivables_cost_minor)
    assert cells(view, "sides")["loss_minor"][1:] == list(
        scale.pair(effect.base.loss_minor, effect.scenario.loss_minor)
    )
    assert parts(view)["decision:verdict"]["title"].startswith("Better: ")
    path = {row["order"]: row["y"] for row in parts(view)["chart:frontier"]["rows"]["path"]}
    points = {point.net_days: point.npv_minor for point in step.points}
    assert path == {days: scale.value(points[days]) for days in range(0, 181, 3)}
    weekly = [row["cash"] for row in parts(view)["chart:weeks"]["rows"]["weeks"]]
    assert weekly == [scale.value(minor) for minor in effect.cash.weeks_minor]
    assert parts(view)["chart:received"]["rows"]["lasts"][1]["y"] == step.received_after["share"].to_pylist()[-1]


def test_components_add_up_to_the_change_of_profit(model: TermsModel) -> None:
    model.set("net_days", 120)
    model.set("terms.sales_response", typed="1")
    rows = cells(model.view(), "components")
    total = rows.pop("total")[1]
    assert sum(float(row[1].replace(",", "")) for row in rows.values()) == pytest.approx(
        float(total.replace(",", "")), abs=0.3
    )
    assert parts(model.view())["decision:verdict"]["tone"] == "act"


def test_break_evens_are_those_of_the_bench(model: TermsModel) -> None:
    model.set("discount_share", typed="1")
    model.set("taker_share", typed="40")
    model.set("sales_change_share", typed="2")
    step, rows = model.step(), cells(model.view(), "evens")
    assert rows["discount"][1] == f"{step.highest_discount:.2%}"
    assert rows["sales"][1] == f"{step.needed_sales_share:+.1%}"
    assert rows["days"][1] == f"{step.longest('profit_change_minor'):g} days"
    assert rows["customer"][1] == f"{step.effect.scenario.customer_cost_simple:.1%}"


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("deposit_share", "140%", "Deposit: must be from 0 to 100%, got 140%"),
        ("net_days", "soon", "Net days: a number is needed"),
        ("net_days", "400", "Net days: must be from 0 to 365 days, got 400 days"),
        ("instalments", "2.5", "Instalments: a whole number is needed"),
        ("terms.capital_rate", "-1", "Cost of capital: must be from 0 to 100%"),
        ("from_on", "soon", "In force from"),
    ],
)
def test_what_is_typed_wrongly_is_told_and_kept_where_it_stands(
    model: TermsModel, name: str, typed: str, told: str
) -> None:
    model.set("insured_share", 0.5)
    before = model.view()
    model.set(name, typed=typed)
    view = model.view()
    control = controls(view)[name]
    assert control["text"] == typed
    assert told in control["wrong"]
    if name != "from_on":  # a draft's day greys no figure
        assert told in view["error"]
        assert cells(view, "sides") == cells(before, "sides")
    model.undo()
    assert model.view()["error"] == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_discount_that_outlasts_the_term_is_told_in_words(whole: Assessment, lang: Lang) -> None:
    model = TermsModel(whole, "C100020", lang=lang)
    model.set("discount_share", typed="2")
    model.set("net_days", typed="20")
    good = cells(model.view(), "sides")
    model.set("discount_days", typed="30")
    view = model.view()
    assert "30" in view["error"]
    assert "20" in view["error"]
    assert cells(view, "sides") == good
    assert controls(view)["discount_days"]["text"] == "30"


def test_a_figure_set_back_to_today_is_no_change(model: TermsModel) -> None:
    model.set("net_days", 60)
    assert model.proposed() == {"net_days": 60}
    model.set("net_days", typed="90")
    assert model.proposed() == {"net_days": 90}  # today are 90.02
    model.undo()
    model.set("deposit_share", typed="10")
    model.set("deposit_share", typed="0%")
    assert model.proposed() == {"net_days": 60}
    model.set("terms.capital_rate", typed="6%")
    assert model.values() == {}


def test_terms_of_the_policy_and_the_best_days_are_taken_over(model: TermsModel, whole: Assessment) -> None:
    grade = TermsBench(whole).grade_of("C100020")
    assert grade == "C"
    labels = {one["name"]: one["label"] for one in parts(model.view())["buttons:take"]["items"]}
    assert labels == {"offered": "Take the policy's terms of grade C"}  # no best days while sales do not respond
    model.act("offered", None)
    assert model.proposed() == {"net_days": 30, "deposit_share": 0.1, "discount_share": 0.02}
    model.reset()
    model.set("terms.sales_response", typed="1.5")
    model.act("best", None)
    best = model.step().best("npv_minor")
    assert best is not None
    assert model.proposed() == {"net_days": best.net_days}
    assert f"{best.net_days:g} days are the best" in parts(model.view())["section:frontier"]["title"]
    with pytest.raises(CreditError):
        model.act("sell", None)


def test_another_selection_keeps_the_proposal_and_forgets_what_was_stated(model: TermsModel) -> None:
    model.set("net_days", 60)
    model.set("today.late_days", typed="12")
    assert model.now().late_days == 12
    model.set("about", "grade")
    assert (model.proposed(), model.stated()) == ({"net_days": 60}, {})


def test_the_curve_can_be_judged_by_profit_and_by_loss(model: TermsModel) -> None:
    model.set("terms.sales_response", typed="1")
    model.set("y", "profit")
    model.set("x", "loss")
    rows = parts(model.view())["chart:frontier"]["rows"]
    scale, points = model.scale(), {point.net_days: point for point in model.step().points}
    for row in rows["path"]:
        point = points[row["order"]]
        assert (row["x"], row["y"]) == (scale.value(point.loss_minor), scale.value(point.profit_change_minor))


def test_what_is_saved_are_the_rows_of_the_draft(whole: Assessment) -> None:
    model = TermsModel(whole, grade="B")
    assert parts(model.view())["buttons:save"]["items"][0]["disabled"]
    model.set("net_days", 50)
    model.set("terms.capital_rate", typed="7")
    model.set("from_on", typed="2026-12-01")
    model.set("reference", typed="minute 9")
    made = model.download("draft", None)
    rows: dict[str, Any] = tomllib.loads(made.content.decode())
    assert made.file == "policy-2026-12-01.toml"
    (days,), (rate,) = rows["terms"]["days"], rows["terms"]["capital_rate"]
    assert (days["value"], days["from"], days["reference"]) == (
        {"A": 60, "B": 50, "C": 30, "D": 15, "E": 0},
        date(2026, 12, 1),
        "minute 9",
    )
    assert rate["value"] == 0.07
    shown = parts(model.view())["text:rows"]["lines"]
    assert shown[0] == "[[terms.days]] from = 2026-12-01 value = { A = 60, B = 50, C = 30, D = 15, E = 0 }"


def test_terms_of_one_customer_are_told_to_be_no_policy(model: TermsModel) -> None:
    model.set("net_days", 50)
    view = parts(model.view())
    assert view["buttons:save"]["items"][0]["disabled"]
    assert "matter of policy" in view["text:not_saved"]["lines"][0]
    with pytest.raises(CreditError, match="matter of policy"):
        model.download("draft", None)


def test_why_names_policy_values_and_documents_that_add_up(model: TermsModel) -> None:
    model.set("terms.sales_response", typed="1")
    view = model.view()
    values = cells(view, "values")
    assert values["terms.capital_rate"][:2] == ["Cost of capital", "6.00%"]
    assert "from 2000-01-01: standard manual" in values["terms.capital_rate"][2]
    assert values["terms.sales_response"][1] == "1.00%"
    assert "table:papers" not in parts(view)
    model.act("papers", None)
    note = parts(model.view())["table:papers"]["note"]
    listed = list(csv.DictReader(io.StringIO(model.download("documents", None).content.decode("utf-8-sig"))))
    total = sum(round(float(row["amount"]) * 100) for row in listed)
    assert f"sales of {model.now().yearly_sales_minor / 100:,.2f} CNY a year: from the list of monthly sales" in note
    assert f"of {len(listed)} documents" in note
    assert f"{total / 100:,.2f} CNY" in note


def test_a_view_is_restored_from_what_an_address_carries(model: TermsModel, whole: Assessment) -> None:
    model.set("net_days", 60)
    model.set("terms.capital_rate", typed="8")
    model.set("deposit_share", typed="140%")
    model.act("papers", None)
    other = TermsModel(whole, "C100020")
    other.restore(json.loads(json.dumps(model.told())))
    assert other.state == model.state
    assert other.view()["error"] == "" or "140" in controls(other.view())["deposit_share"]["text"]


def test_every_figure_that_can_change_has_a_control(model: TermsModel) -> None:
    names = {*TERMS, *VALUES, *(f"today.{name}" for name in STATED), "from_on", "reference", "x", "y"}
    assert names == set(controls(model.view()))
    assert all(control["label"] for control in controls(model.view()).values())


def test_a_book_of_open_items_asks_for_sales_and_days(shared_data: Path) -> None:
    whole = assess(read(shared_data / "receivables_open.csv", home="USD"), load_policy(), date(2020, 5, 31))
    assert whole.scores.table.num_rows == 553
    model = TermsModel(whole)
    view = parts(model.view())
    assert "holds only what is open" in view["decision:verdict"]["why"]
    assert set(controls(model.view())) == {f"today.{name}" for name in STATED}
    model.set("today.yearly_sales_minor", typed="365000")
    assert model.view()["error"] == ""
    model.set("today.net_days", typed="30")
    model.set("net_days", typed="60")
    year = cells(model.view(), "sides")
    assert year["receivables_minor"][1:] == ["30,000", "60,000", "+30,000"]  # 1,000 a day
    assert model.view()["foot"][0] == "Today: stated by a person, as of 2020-05-31"
    (about,) = model.view()["top"]["controls"]
    assert [one["value"] for one in about["options"]] == ["book", "customer"]  # nobody has a grade
    model.set("about", "customer")
    assert "decision:verdict" in parts(model.view())


@pytest.mark.parametrize("typed", ["nobody at all", "C1"])
def test_a_customer_nobody_or_several_are_called_is_told_and_greys_the_figures(model: TermsModel, typed: str) -> None:
    model.set("net_days", 60)
    good = cells(model.view(), "sides")
    model.set("customer", typed=typed)
    view = model.view()
    (wrong,) = [one["wrong"] for one in view["top"]["controls"] if one["name"] == "customer"]
    assert wrong
    assert wrong == view["error"]
    assert cells(view, "sides") == good
    model.set("customer", typed="C100001")
    assert model.view()["error"] == ""
    assert model.proposed() == {"net_days": 60}


@pytest.mark.parametrize("about", ["book", "grade", "customer"])
def test_a_real_paid_ledger_can_be_shown(shared_data: Path, about: str) -> None:
    whole = assess(read(shared_data / "receivables_closed.csv", home="USD"), load_policy(), date(2019, 10, 31))
    model = TermsModel(whole, lang="zh")
    assert whole.scores.table.num_rows == 943
    model.set("about", about)
    model.set("deposit_share", 0.3)
    view = model.view()
    assert view["error"] == ""
    assert parts(view)["decision:verdict"]["title"]
