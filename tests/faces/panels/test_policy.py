"""The policy panel without a browser: what it shows is what the bench tells, what it saves loads to the policy that was tried."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditlib.errors import CreditError, Lang, PolicyError
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.policy import PolicyModel
from creditlib.faces.panels.policy_fields import GROUPS, UNMOVED
from creditlib.faces.scale import scale_of
from creditlib.facts.reading import read
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.policy_bench import PolicyBench
from creditlib.flows.policy_effect import policy_effect
from creditlib.flows.policy_sides import MEASURED, WEIGHED
from creditlib.policy import Policy, load_policy, standard_text
from creditlib.policy.draft import Draft, draft
from creditlib.policy.parts import reweighted

POLICY = load_policy()


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), POLICY, SAMPLE_END)


@pytest.fixture(scope="module")
def bench(whole: Assessment) -> PolicyBench:
    return PolicyBench(whole)


@pytest.fixture
def model(whole: Assessment, bench: PolicyBench) -> PolicyModel:
    return PolicyModel(whole, bench=bench)


def parts(view: Block) -> dict[str, Block]:
    """Every block by its id, those inside others too."""
    found: dict[str, Block] = {}

    def walk(blocks: list[Block]) -> None:
        for one in blocks:
            found[f"{one['kind']}:{one['id']}"] = one
            walk(one.get("blocks", []))

    walk(view["blocks"])
    return found


def control(view: Block, name: str) -> Block:
    found = [c for one in parts(view).values() if one["kind"] == "form" for c in one["controls"] if c["name"] == name]
    assert len(found) == 1, name
    return found[0]  # type: ignore[no-any-return]


def text_of(cell: Any) -> str:
    return str(cell["text"] if isinstance(cell, dict) else cell)


def effect_of(changes: dict[str, Any]) -> Any:
    return policy_effect(sample_book(), POLICY, draft(POLICY, changes, SAMPLE_END, "x"), SAMPLE_END)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_group_and_value_can_be_shown_and_is_json(whole: Assessment, bench: PolicyBench, lang: Lang) -> None:
    model = PolicyModel(whole, lang, bench=bench)
    shown = set()
    for group in GROUPS:
        model.set("group", group)
        view = model.view()
        assert view["error"] == ""
        assert json.loads(json.dumps(view, allow_nan=False)) == view
        shown |= {c["name"] for one in parts(view).values() if one["kind"] == "form" for c in one["controls"]}
    assert set(model.entries) <= shown
    assert {entry.parameter for entry in model.entries.values()} == (WEIGHED | set(MEASURED)) - set(UNMOVED)


def test_a_control_tells_value_unit_day_and_reference(model: PolicyModel) -> None:
    model.set("group", "limit")
    made = control(model.view(), "limit.net_worth_share")
    row = POLICY.at(SAMPLE_END).row("limit.net_worth_share")
    assert (made["label"], made["text"], made["unit"], made["base"]) == ("Share of net worth", "10", "%", 0.1)
    assert made["hint"] == f"since {row.from_on}: {row.reference}"
    model.set("limit.net_worth_share", 0.2)
    assert control(model.view(), "limit.net_worth_share")["hint"].startswith("now 10 %")


def test_figures_are_those_of_two_assessments(model: PolicyModel) -> None:
    model.set("score.grades.B", 625)
    model.set("release.overdue_days", 0)
    made = effect_of({"score.grades.B": 625, "release.overdue_days": 0})
    view = model.view()
    sums = next(one for one in made.sums if one.currency == "CNY")
    scale = scale_of("CNY", "en", max(sums.limits_before_minor, sums.exposure_before_minor))
    rows = {row["id"]: [text_of(cell) for cell in row["cells"][1:]] for row in parts(view)["table:sums"]["rows"]}
    for name in ("exposure", "limits", "over", "expected_loss", "held"):
        pair = (getattr(sums, f"{name}_before_minor"), getattr(sums, f"{name}_after_minor"))
        assert rows[name] == list(scale.pair(*pair))
    assert rows["over_customers"][:2] == [str(sums.over_customers_before), str(sums.over_customers_after)]
    kpis = {one["id"]: one["value"] for one in parts(view)["kpis:figures"]["items"]}
    assert kpis["grade"] == str(sum(n for (a, b), n in made.grades.items() if a != b)) != "0"
    assert kpis["held"] == str(made.orders.num_rows) != "0"
    cells = parts(view)["chart:moves"]["rows"]["moves"]
    assert {(c["before"], c["after"]): int(c["text"]) for c in cells if c["told"]} == made.grades


def test_customers_stand_by_the_size_of_their_change(model: PolicyModel) -> None:
    model.set("limit.pick", "highest")
    made = effect_of({"limit.pick": "highest"})
    rows = [one for one in made.customers.to_pylist() if one["currency"] == "CNY"]
    size = {one["customer"]: abs((one["limit_minor_after"] or 0) - (one["limit_minor_before"] or 0)) for one in rows}
    shown = [row["id"] for row in parts(model.view())["table:customers"]["rows"]]
    assert sorted(shown) == sorted(size)
    assert [size[c] for c in shown] == sorted(size.values(), reverse=True)
    model.set("list", "grade")
    assert "text:nobody" in parts(model.view())


def test_a_list_can_be_narrowed_to_what_changes(model: PolicyModel) -> None:
    model.set("score.grades.B", 620)
    model.set("release.overdue_days", 0)
    made = effect_of({"score.grades.B": 620, "release.overdue_days": 0})
    mine = [one for one in made.customers.to_pylist() if one["currency"] == "CNY"]
    for what, column in (("grade", "grade"), ("limit", "limit_minor"), ("terms", "terms")):
        model.set("list", what)
        shown = {row["id"] for row in parts(model.view())["table:customers"]["rows"]}
        assert shown == {one["customer"] for one in mine if one[f"{column}_before"] != one[f"{column}_after"]}
    model.set("list", "orders")
    shown_orders = [text_of(row["cells"][1]) for row in parts(model.view())["table:orders"]["rows"]]
    assert sorted(shown_orders) == sorted(one["order"] for one in made.orders.to_pylist() if one["currency"] == "CNY")


def test_other_weights_make_room_or_must_add_up(model: PolicyModel) -> None:
    model.set("group", "weights")
    model.set("score.card.current_ratio", 0.2)
    view = model.view()
    card = reweighted(POLICY.at(SAMPLE_END)["score.card"], {"current_ratio": Decimal("0.2")})
    assert view["error"] == ""
    for factor in card:
        assert control(view, f"score.card.{factor.name}")["value"] == float(factor.weight)
    assert model.effect().grades == effect_of({"score.card": card}).grades
    assert [text_of(cell) for cell in parts(view)["table:changes"]["rows"][-1]["cells"][:3]] == [
        "All other weights",
        "",
        "share the rest",
    ]
    model.set("spread", False)
    assert "the weights add up to 1.16, expected 1" in model.view()["error"]
    model.set("score.card.z_service", -0.06 + 0.1)
    assert "1.1, expected 1" in model.view()["error"]


def test_cut_offs_of_a_factor_can_be_typed(model: PolicyModel) -> None:
    model.set("group", "bins")
    made = control(model.view(), "score.bins.current_ratio")
    assert (made["text"], made["hint"]) == ("0, 0.7: 30, 1: 60, 1.3: 80, 2: 100", "expert 专家")
    model.set("score.bins.current_ratio", typed="0，0.7：30, 1.50: 100")
    model.set("score.card.current_ratio", 0.2)
    card = {factor.name: factor for factor in model.tried().at(SAMPLE_END)["score.card"]}
    assert card["current_ratio"].bins == ((None, 0), (Decimal("0.7"), 30), (Decimal("1.5"), 100))
    assert card["current_ratio"].weight == Decimal("0.2")
    assert model.effect().counts == effect_of({"score.card": tuple(card.values())}).counts
    assert model.effect().counts.customers > 0
    for wrong, told in (
        ("0, 2: 30, 1: 60", "1 stands after 2"),
        ("0, 1: 60, 2: 30", "fewer than 60"),
        ("0, a: 3", "expected"),
        ("", "expected"),
    ):
        model.set("score.bins.current_ratio", typed=wrong)
        assert told in model.view()["error"], wrong
        assert told in control(model.view(), "score.bins.current_ratio")["wrong"]
    model.set("score.bins.current_ratio", typed="0, 0.70: 30, 1: 60, 1.3: 80, 2: 100")
    assert model.changed() == ["score.card.current_ratio"]


def test_grades_out_of_order_are_told_and_grey_the_figures(model: PolicyModel) -> None:
    model.set("group", "score")
    model.set("score.grades.B", 615)
    good = parts(model.view())["section:sums"]
    model.set("score.grades.B", 650)
    view = model.view()
    assert "B has 650, more than A with 640" in view["error"]
    assert "B has 650" in control(view, "score.grades.B")["wrong"]
    assert parts(view)["section:sums"] == good  # the last good figures, which the browser greys
    model.set("group", "release")  # what mends it stays alive
    assert control(model.view(), "release.overdue_days")
    model.undo()
    model.undo()
    assert model.view()["error"] == ""
    assert model.state["score.grades.B"] == 615


def test_what_is_typed_wrongly_is_told_where_it_stands(model: PolicyModel) -> None:
    model.set("group", "limit")
    model.set("limit.net_worth_share", typed="lots")
    view = model.view()
    assert "a number is needed" in control(view, "limit.net_worth_share")["wrong"]
    assert control(view, "limit.net_worth_share")["text"] == "lots"
    row = parts(view)["table:changes"]["rows"][0]
    assert [text_of(cell) for cell in row["cells"][:3]] == ["Share of net worth", "10 %", "lots"]
    model.set("limit.methods", typed="need, guess")
    model.set("limit.net_worth_share", typed="12.5 %")
    assert "guess" in model.view()["error"]
    model.set("limit.methods", typed="need，net_worth")
    assert model.view()["error"] == ""
    assert model.effect().after.at(SAMPLE_END)["limit.methods"] == ("need", "net_worth")


def test_a_value_set_back_is_changed_no_more(model: PolicyModel) -> None:
    for name, value in (("limit.net_worth_share", 0.3), ("limit.pick", "median")):
        model.set(name, value)
    model.set("limit.net_worth_share", 0.1)
    assert model.changed() == ["limit.pick"]
    model.act("back", "limit.pick")
    assert model.changed() == []
    model.undo()
    assert model.changed() == ["limit.pick"]
    model.act("clear", None)
    assert model.view()["blocks"] == PolicyModel(model.whole, bench=model.bench).view()["blocks"]
    model.set("limit.pick", "first", more=True)
    model.set("limit.pick", "lowest", more=True)
    model.rest()
    assert model.changed() == []


def test_a_search_finds_by_name_meaning_and_path_in_both_languages(model: PolicyModel) -> None:
    def found(words: str) -> set[str]:
        model.look("find", words)
        form = parts(model.view())["form:values"]
        return {c["name"] for c in form["controls"]}

    assert found("overdue block") == {"release.overdue_days"}
    assert found("limit.own_equity") == {"limit.own_equity", "limit.own_equity_share"}
    model.lang = "zh"
    assert "release.overdue_days" in found("逾期冻结")
    assert found("没有这样的") == set()
    assert "没有这样的参数" in parts(model.view())["text:found"]["lines"][0]
    model.set("find", "")
    assert "form:more" in parts(model.view())


def test_saved_rows_appended_to_the_file_load_to_the_policy_tried(model: PolicyModel, tmp_path: Path) -> None:
    model.set("limit.grade_cap.B", typed="1,500")  # CNY thousand
    model.set("score.card.current_ratio", 0.1)
    model.set("limit.own_equity", typed="20000000")
    model.set("from_on", "2026-12-01")
    model.set("reference", "committee minute 8")
    made = model.download("draft", None)
    assert made.file == "policy-draft-2026-12-01.toml"
    path = tmp_path / "firm.toml"
    path.write_text(standard_text() + made.content.decode("utf-8"), encoding="utf-8")
    loaded, day = load_policy(path), date(2026, 12, 1)
    values, tried = loaded.at(day), model.tried().at(SAMPLE_END)
    assert dict(values) == dict(tried)
    assert values["limit.grade_cap"]["B"] == 1_500_000
    assert loaded.at(date(2026, 11, 30)).diff(POLICY.at(date(2026, 11, 30))) == ()
    assert {row.reference for row in loaded.rows if row.from_on == day} == {"committee minute 8"}
    whole = draft(
        POLICY,
        {name: values[name] for name in ("limit.grade_cap", "limit.own_equity", "score.card")},
        day,
        "committee minute 8",
    )
    assert Policy("x", loaded.rows).fingerprint == whole.fingerprint


def test_a_later_row_of_the_policy_that_ends_the_draft_is_told(whole: Assessment) -> None:
    firm = Policy("firm", draft(POLICY, {"limit.pick": "median"}, date(2027, 1, 1), "minute 3").rows)
    model = PolicyModel(assess(sample_book(), firm, SAMPLE_END))
    assert "text:later" not in parts(model.view())
    model.set("limit.pick", "highest")
    assert parts(model.view())["text:later"]["lines"] == [
        "Rows of the policy from a later day will end the draft: Pick of the methods 2027-01-01."
    ]
    model.set("from_on", "1999-01-01")
    assert "not-in-force" in parts(model.view())["text:later"]["lines"][0]
    model.set("from_on", "2027-01-01")  # its row stands in the file: a change is a new row, never an edit
    assert "row-in-file" in parts(model.view())["text:later"]["lines"][0]
    with pytest.raises(CreditError, match="row-in-file"):
        model.download("draft", None)
    model.set("from_on", "2027-02-01")
    assert "text:later" not in parts(model.view())
    assert "from = 2027-02-01" in model.download("draft", None).content.decode()


def test_a_draft_without_a_reference_is_not_saved(model: PolicyModel) -> None:
    model.set("limit.pick", "median")
    model.set("reference", "  ")
    assert model.view()["error"] == ""  # figures do not rest on it
    assert "is missing" in control(model.view(), "reference")["wrong"]
    with pytest.raises(CreditError, match="Reference"):
        model.download("draft", None)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_workbook_holds_everybody_who_changes_to_the_cent(
    whole: Assessment, bench: PolicyBench, lang: Lang
) -> None:
    model = PolicyModel(whole, lang, bench=bench)
    model.set("limit.pick", "highest")
    model.set("release.overdue_days", 0)
    made = effect_of({"limit.pick": "highest", "release.overdue_days": 0})
    book = openpyxl.load_workbook(io.BytesIO(model.download("workbook", None).content))
    summary, customers, orders = book.worksheets
    told = {row[0]: row for row in customers.iter_rows(min_row=2, values_only=True)}
    assert set(told) == {one["customer"] for one in made.customers.to_pylist()}
    for one in made.customers.to_pylist():
        unit = 1 if one["currency"] == "JPY" else 100
        for at, side in ((7, "before"), (8, "after")):
            minor, shown = one[f"limit_minor_{side}"], told[one["customer"]][at]
            assert (None if shown is None else round(shown * unit)) == minor  # type: ignore[operator,arg-type]
    assert orders.max_row - 1 == made.orders.num_rows
    assert any(
        row[4] == POLICY.at(SAMPLE_END).row("release.overdue_days").reference
        for row in summary.iter_rows(values_only=True)
    )
    figures = [row for row in summary.iter_rows(values_only=True) if row and row[0]]
    sums = next(one for one in made.sums if one.currency == "CNY")
    limits = next(row for row in figures if row[0] in ("Limits", "额度合计"))
    assert [round(float(value) * 100) for value in limits[1:4]] == [  # type: ignore[arg-type]
        sums.limits_before_minor, sums.limits_after_minor, sums.limits_after_minor - sums.limits_before_minor
    ]  # fmt: skip
    assert customers["A2"].data_type == "s"
    assert not any(cell.data_type == "f" for row in customers.iter_rows() for cell in row)  # a name with = is a name


def test_an_address_brings_the_trial_back(model: PolicyModel, whole: Assessment, bench: PolicyBench) -> None:
    model.set("score.grades.B", 620)
    model.set("limit.own_equity", typed="x")
    model.act("more", None)
    again = PolicyModel(whole, bench=bench)
    again.restore(json.loads(json.dumps(model.view()["state"])))
    assert again.view()["error"] == model.view()["error"] != ""
    assert again.state == model.state
    again.restore({"rows": -40, "group": 7})
    assert again.state["rows"] == model.start()["rows"]


def test_what_a_rule_says_stands_at_its_own_value(model: PolicyModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> Draft:
        raise PolicyError("limit.own_equity_share: too much", "limit.own_equity_share：过高")

    model.set("limit.own_equity", 5_000_000)
    model.set("limit.own_equity_share", 0.2)
    monkeypatch.setattr(model, "tried", refused)
    assert model.control("limit.own_equity_share")["wrong"] == "limit.own_equity_share: too much"
    assert "wrong" not in model.control("limit.own_equity")


def test_a_measured_value_is_tried_too(model: PolicyModel) -> None:
    model.set("group", "measured")
    assert (
        control(model.view(), "payment.window_months")["kind"] == "number"
    )  # no slider: it takes as long as assessing
    model.set("payment.window_months", 6)
    assert model.effect().customers.equals(effect_of({"payment.window_months": 6}).customers)


@pytest.mark.parametrize(("file", "day", "customers"), [("receivables_open.csv", date(2020, 5, 31), 553), ("receivables_closed.csv", date(2019, 6, 30), 943)])  # fmt: skip
def test_a_real_book_can_be_tried(shared_data: Path, file: str, day: date, customers: int) -> None:
    whole = assess(read(shared_data / file, home="USD"), POLICY, day)
    model = PolicyModel(whole, "zh")
    assert whole.factors.table.num_rows == customers
    model.set("score.min_evidence", 0.05)
    model.set("score.without_statements", "A")
    view = model.view()
    assert view["error"] == ""
    assert json.dumps(view, allow_nan=False)
    made = policy_effect(read(shared_data / file, home="USD"), POLICY, model.tried(), day)
    assert made.counts == model.effect().counts
    assert made.counts.grade > 0
