"""Every panel in a real browser over Voila, in Chinese, by keyboard: its charts say what the library says, a reload brings it back."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Playwright

from creditlib.faces.panels.model import Model
from tests.browser.cases import CASES, Case, blocks_of
from tests.browser.driving import Driven, chromium
from tests.browser.servers import Served

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", CASES)
def test_a_panel_over_voila(name: str, served: Served, playwright: Playwright, tmp_path: Path) -> None:
    with chromium(playwright, tmp_path / "profile") as (context, asked):
        page = context.new_page()
        panel = Driven(page)
        page.goto(served.panel(name, "zh"))
        panel.shown()
        worked(panel, CASES[name], tmp_path)
        before, state = panel.rows(CASES[name].chart, CASES[name].data), panel.state()
        assert panel.addressed() == state
        page.reload()
        panel.shown()
        assert panel.drawn(CASES[name].chart, CASES[name].data, before) == before
        assert panel.state() == state
        assert panel.faults == []
        assert asked == []


def worked(panel: Driven, case: Case, folder: Path) -> None:
    """Work a panel by keyboard and compare its charts with the library."""
    if case.begin:
        panel.act(case.begin)
        panel.shown()
    assert panel.nameless() == []
    assert case.policy in {name for name, _, _ in case.keys}
    first = panel.rows(case.chart, case.data)
    for name, key, times in case.keys:
        before = panel.press(name, key, 0)
        assert panel.press(name, key, times) != before
        assert not panel.grey, panel.error
    compared(panel, case)
    assert panel.rows(case.chart, case.data) != first
    good = panel.rows(case.chart, case.data)

    panel.type(*case.wrong)
    assert panel.grey
    assert case.wrong[1] in panel.error
    assert panel.rows(case.chart, case.data) == good
    panel.act("undo")
    assert not panel.grey

    saved = panel.saved(case.download, folder)
    assert saved.stat().st_size > 300
    if saved.suffix == ".xlsx":
        assert load_workbook(saved).sheetnames

    before = panel.root.get_attribute("lang")
    panel.act("lang")
    assert {before, panel.root.get_attribute("lang")} == {"en", "zh-CN"}
    panel.act("lang")


def compared(panel: Driven, case: Case) -> None:
    """The charts of a panel are those of the same state worked out here; the values of one are asked of the flow itself."""
    assert case.chart in drawn_as(panel, case.model("zh"))
    values = [row[case.field] for row in panel.rows(case.chart, case.data)]
    assert same(values, case.own(panel.state()))


def drawn_as(panel: Driven, model: Model) -> list[str]:
    """Every chart of a panel draws what a model shows in the same state; returns their names."""
    model.restore(panel.state())
    wanted = {b["id"]: b["rows"] for key, b in blocks_of(model.view()).items() if key.startswith("chart:")}
    for chart, sets in wanted.items():
        for data, rows in sets.items():
            plain = [{k: v for k, v in row.items() if k != "on"} for row in rows]
            assert panel.drawn(chart, data, plain) == plain, (chart, data)
    return list(wanted)


def same(found: list[Any], wanted: list[float]) -> bool:
    """Whether figures are the same to a float's last digits."""
    return len(found) == len(wanted) and all(
        math.isclose(a, b, rel_tol=1e-12) for a, b in zip(found, wanted, strict=True)
    )
