"""A panel without a browser: state, undo, a drag that is one thing, wrong input that greys out, an address that brings it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from creditlib.errors import CreditError, UsageError
from creditlib.faces.panels.blocks import Block, decision, form, section
from creditlib.faces.panels.fields import Field, Number
from creditlib.faces.panels.model import Model


class Sum(Model):
    """Two numbers and their sum; a sum above 10 can't be shown."""

    panel = "sum"

    def start(self) -> dict[str, Any]:
        return {"a": 1, "b": 2}

    def fields(self) -> Mapping[str, Field]:
        def one(name: str) -> Number:
            return Number(label=lambda lang: name.upper(), least=0, most=9, step=1, whole=True)

        return {"a": one("a"), "b": one("b")}

    def blocks(self) -> list[Block]:
        total = self.get("a") + self.get("b")
        if total > 10:
            raise UsageError(f"{total} is above 10", f"{total} 超过 10")
        return [section("s", [decision("d", f"sum {total}", ""), form("f", [self.control("a"), self.control("b")])])]


def shown(view: Block) -> str:
    return str(view["blocks"][0]["blocks"][0]["title"])


def controls(view: Block) -> dict[str, Block]:
    return {c["name"]: c for c in view["blocks"][0]["blocks"][1]["controls"]}


def test_undo_takes_back_one_thing_and_a_whole_drag_is_one() -> None:
    model = Sum()
    model.set("a", 3)
    for value in (4, 5, 6):
        model.set("b", value, more=True)
    model.rest()
    model.set("b", 7, more=True)
    assert shown(model.view()) == "Sum 10"
    model.undo()
    assert shown(model.view()) == "Sum 9"
    model.undo()
    assert shown(model.view()) == "Sum 5"
    model.undo()
    model.undo()
    assert shown(model.view()) == "Sum 3"


def test_reset_can_be_undone() -> None:
    model = Sum()
    model.set("a", 5)
    model.reset()
    assert shown(model.view()) == "Sum 3"
    model.undo()
    assert shown(model.view()) == "Sum 7"


def test_a_wrong_input_stays_where_it_was_typed_and_the_last_figures_stay_below_it() -> None:
    model = Sum()
    model.set("a", 4)
    assert shown(model.view()) == "Sum 6"
    model.set("a", typed="forty")
    view = model.view()
    assert "forty" in view["error"]
    assert shown(view) == "Sum 6"
    assert (controls(view)["a"]["text"], controls(view)["a"]["value"]) == ("forty", 4)
    assert "forty" in controls(view)["a"]["wrong"]
    assert not controls(view)["b"].get("wrong")
    model.set("a", typed="5")
    assert (model.view()["error"], shown(model.view())) == ("", "Sum 7")


def test_a_state_that_can_not_be_shown_keeps_its_controls_and_says_why() -> None:
    model = Sum()
    model.view()
    model.set("a", 9)
    model.set("b", 9)
    view = model.view()
    assert (view["error"], shown(view)) == ("18 is above 10", "Sum 3")
    assert [controls(view)[n]["value"] for n in "ab"] == [9, 9]
    model.lang = "zh"
    assert model.view()["error"] == "18 超过 10"


def test_an_address_brings_the_state_back_also_a_wrong_one() -> None:
    model = Sum(lang="zh")
    model.set("a", 7)
    model.set("b", typed="x")
    told = json.loads(json.dumps(model.view()["state"]))
    other = Sum()
    other.restore(told)
    assert (other.state, other.lang) == (model.state, "zh")
    assert other.view()["error"] == model.view()["error"] != ""


@pytest.mark.parametrize("told", [{"c": 1}, {"a": [1]}, {"a": {"typed": 5}}, {"lang": "fr"}, {"a": None}])
def test_an_address_somebody_changed_is_told_or_left_out_but_never_breaks(told: dict[str, Any]) -> None:
    model = Sum()
    model.view()
    model.restore(told)
    view = model.view()
    assert model.lang == "en"
    assert shown(view).startswith("Sum")
    assert view["error"] or controls(view)["a"]["value"] in (1, 5)


def test_what_is_no_control_button_or_file_is_refused() -> None:
    model = Sum()
    for ask in (
        lambda: model.set("c", 1),
        lambda: model.act("fly", None),
        lambda: model.download("x", None),
        lambda: model.look("a", "b"),
    ):
        with pytest.raises(CreditError):
            ask()


def test_only_what_differs_from_the_start_is_in_the_address() -> None:
    model = Sum()
    assert model.told() == {"lang": "en"}
    model.set("b", 5)
    assert model.told() == {"lang": "en", "b": 5}
