"""Two panels in JupyterLab, in English, by keyboard: their charts say what the library says, a reload brings them back from the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.cases import CASES, Case
from tests.browser.driving import Driven, chromium
from tests.browser.servers import Served
from tests.browser.test_panels import worked

pytestmark = pytest.mark.browser


def run_cell(page: Page) -> None:
    """Run the first code cell by keyboard, once the kernel is there; where the host asks for a kernel, what it offers is taken."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").first
    cell.wait_for(timeout=60_000)
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)  # it is told idle for a moment before the kernel is known
    for _ in range(30):
        if page.locator("dialog").count():
            page.keyboard.press("Enter")
            page.locator("dialog").first.wait_for(state="hidden", timeout=10_000)
        cell.locator(".cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(2000)
        if cell.locator(".jp-InputPrompt").first.inner_text().strip() not in ("", "[ ]:"):
            return
    raise AssertionError("the cell was never run")


@pytest.mark.parametrize("name", ["customer", "terms"])
def test_a_panel_in_jupyterlab(name: str, lab: Served, playwright: Playwright, tmp_path: Path) -> None:
    in_lab(CASES[name], lab, playwright, tmp_path)


def in_lab(case: Case, lab: Served, playwright: Playwright, tmp_path: Path, *, dark: bool = False) -> None:
    """Run a notebook, work its panel, save, reload: the kernel gives it back."""
    with chromium(playwright, tmp_path / "profile", dark=dark) as (context, asked):
        page = context.new_page()
        panel = Driven(page)
        page.goto(lab.notebook(f"panels/{case.name}.ipynb", tmp_path.name))
        run_cell(page)
        panel.shown()
        worked(panel, case, tmp_path)
        before = panel.rows(case.chart, case.data)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1500)
        page.reload()
        panel.shown()
        assert panel.drawn(case.chart, case.data, before) == before
        assert panel.faults == []
        assert asked == []
