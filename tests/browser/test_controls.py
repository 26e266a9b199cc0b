"""Controls of a panel as a hand uses them: what is typed moves the thumb, a drag is one thing, Escape and Ctrl+Z take back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Playwright

from tests.browser.driving import Driven, chromium
from tests.browser.servers import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def panel(served: Served, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    with chromium(playwright, tmp_path_factory.mktemp("profile")) as (context, _):
        page = context.new_page()
        found = Driven(page)
        page.goto(served.panel("customer", "en"))
        found.shown()
        yield found


def thumb(panel: Driven, name: str) -> float:
    return float(panel.control(name).locator('input[type="range"]').input_value())


def field(panel: Driven, name: str) -> str:
    return panel.control(name).locator("input.cl-typed").input_value()


def test_what_is_typed_moves_the_thumb_and_the_thumb_what_is_typed(panel: Driven) -> None:
    panel.type("on_time_share", "80")
    assert thumb(panel, "on_time_share") == 0.8
    panel.press("on_time_share", "ArrowLeft", 5)
    assert (field(panel, "on_time_share"), thumb(panel, "on_time_share")) == ("75", 0.75)
    panel.act("reset")
    assert (field(panel, "on_time_share"), round(thumb(panel, "on_time_share"), 2)) == ("17.97", 0.18)


def test_keys_held_down_are_one_thing_to_undo(panel: Driven) -> None:
    before = thumb(panel, "term_days")
    target = panel.control("term_days").locator('input[type="range"]')
    target.focus()
    for _ in range(6):
        panel.page.keyboard.down("ArrowRight")  # down again and again without up: the key repeats
    panel.page.keyboard.up("ArrowRight")
    panel.settled()
    assert thumb(panel, "term_days") == before + 30
    panel.page.keyboard.press("Control+z")
    panel.settled()
    assert before <= thumb(panel, "term_days") < before + 30


def test_escape_leaves_a_field_as_it_was(panel: Driven) -> None:
    held = field(panel, "term_days")
    target = panel.control("term_days").locator("input.cl-typed")
    target.focus()
    panel.page.keyboard.press("Control+a")
    panel.page.keyboard.type("99")
    panel.page.keyboard.press("Escape")
    panel.page.keyboard.press("Tab")
    panel.settled()
    assert field(panel, "term_days") == held


def test_a_customer_is_found_by_typing_and_what_nobody_is_called_is_told(panel: Driven) -> None:
    panel.type("customer", "C-7003")
    assert "C-7003" in panel.control("customer").locator("input").input_value()
    panel.type("customer", "nobody of that name")
    assert panel.grey
    assert "nobody of that name" in panel.error
    panel.act("undo")
    assert not panel.grey


def test_every_control_can_be_reached_by_tab_in_the_order_it_is_read(panel: Driven) -> None:
    panel.page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }")
    panel.control("customer").locator("input").focus()
    reached = []
    for _ in range(60):
        reached.append(
            panel.page.evaluate(
                "() => document.activeElement?.closest('[data-control]')?.dataset.control ?? document.activeElement?.dataset.act ?? ''"
            )
        )
        panel.page.keyboard.press("Tab")
    wanted = ["customer", "lang", "theme", "file", "on_time_share", "term_days", "over"]
    at = [reached.index(name) for name in wanted]
    assert at == sorted(at)


_QUICKLY = """() => {
  const root = document.querySelector(".cl-panel");
  const list = root.querySelector('[data-control="over"] select');
  const range = root.querySelector('[data-control="on_time_share"] input[type="range"]');
  const typed = root.querySelector('[data-control="on_time_share"] input.cl-typed');
  window.seen = [];
  new MutationObserver(() => window.seen.push(list.value)).observe(root, { attributes: true, attributeFilter: ["data-state"] });
  const choose = (value) => { list.value = value; list.dispatchEvent(new Event("change", { bubbles: true })); };
  choose("yearly_minor");
  choose("on_time_share");
  typed.value = "40";
  typed.dispatchEvent(new Event("change", { bubbles: true }));
  range.value = "0.9";
  range.dispatchEvent(new Event("input", { bubbles: true }));
  range.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def test_what_is_chosen_stands_while_older_answers_come_and_nothing_typed_is_lost(panel: Driven) -> None:
    panel.act("reset")
    panel.page.evaluate(_QUICKLY)
    panel.settled()
    seen = panel.page.evaluate("() => window.seen")
    assert len(seen) >= 3
    assert set(seen) == {"on_time_share"}
    assert field(panel, "on_time_share") == "90"
    panel.act("undo")
    assert field(panel, "on_time_share") == "40"
    panel.act("undo")
    panel.act("undo")
    assert panel.control("over").locator("select").input_value() == "yearly_minor"


def test_the_decision_is_a_heading(panel: Driven) -> None:
    assert panel.page.get_by_role("heading", level=2).count() == 1


def test_a_button_that_bears_a_sign_is_called_by_what_it_does(served: Served, panel: Driven) -> None:
    page = panel.page.context.new_page()
    page.goto(f"{served.panel('policy', 'en')}#policy={quote(json.dumps({'lang': 'en', 'limit.grace_days': 9}))}")
    policy = Driven(page)
    policy.shown()
    back = page.locator('[data-row="limit.grace_days"] button')
    assert back.get_attribute("aria-label") == back.locator("xpath=..").get_attribute("title") != ""
    back.press("Enter")
    policy.settled()
    assert page.locator('[data-row="limit.grace_days"]').count() == 0
    page.close()
