"""A panel in a real Chromium, worked by keyboard: what is asked of it is what a person can see and reach."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Locator, Page, Playwright, Route

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
NEAR = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")
_ROWS = """([id, name]) => document.querySelector(`[data-chart="${id}"]`)?.chart?.data(name)?.map((row) => ({ ...row })) ?? null"""


@contextmanager
def chromium(playwright: Playwright, folder: Path, *, dark: bool = False) -> Iterator[tuple[BrowserContext, list[str]]]:
    """Open a browser with a profile of its own. Gives what it asked of other hosts too: each is aborted and kept."""
    context = playwright.chromium.launch_persistent_context(
        str(folder), executable_path=CHROMIUM, headless=True, args=list(ARGUMENTS), viewport={"width": 1340, "height": 1000},
        color_scheme="dark" if dark else "light", accept_downloads=True,
    )  # fmt: skip
    asked: list[str] = []

    def judge(route: Route) -> None:
        if route.request.url.startswith(NEAR):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    context.route(re.compile(".*"), judge)
    context.on("request", lambda request: None if request.url.startswith(NEAR) else asked.append(request.url))
    try:
        yield context, asked
    finally:
        context.close()


class Driven:
    """A panel on a page. faults: what the page's scripts threw."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.root = page.locator(".cl-panel")

    def shown(self, seconds: float = 90) -> None:
        """Wait until the panel stands, its charts drawn."""
        self.root.wait_for(timeout=1000 * seconds)
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('[data-chart]')].every((el) => el.chart && el.dataset.drawn)",
            timeout=1000 * seconds,
        )
        self.settled()

    def settled(self, seconds: float = 30) -> None:
        """Wait until every question is answered."""
        self.page.wait_for_function(
            "() => document.querySelector('.cl-panel')?.getAttribute('aria-busy') === 'false'", timeout=1000 * seconds
        )

    def control(self, name: str) -> Locator:
        """The control of a field."""
        return self.root.locator(f'[data-control="{name}"]')

    def unfold(self, name: str) -> None:
        """Open the folded part a control stands in, by keyboard."""
        fold = self.root.locator("details", has=self.page.locator(f'[data-control="{name}"]'))
        for at in range(fold.count()):
            if fold.nth(at).get_attribute("open") is None:
                fold.nth(at).locator("summary").first.focus()
                self.page.keyboard.press("Enter")

    def press(self, name: str, key: str, times: int = 1) -> str:
        """Press a key on the slider, list or box of a field; returns how it stands."""
        self.unfold(name)
        target = (
            self.control(name)
            .locator('input[type="range"], select, input[type="checkbox"], input[type="radio"]:checked')
            .first
        )
        target.focus()
        for _ in range(times):
            self.page.keyboard.press(key)
        self.settled()
        return str(target.input_value())

    def type(self, name: str, text: str) -> None:
        """Type into a field and press Enter."""
        self.unfold(name)
        target = self.control(name).locator('input:not([type="range"]), textarea').first
        target.focus()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.settled()

    def act(self, name: str) -> None:
        """Press a button by keyboard."""
        self.root.locator(f'[data-act="{name}"]').first.focus()
        self.page.keyboard.press("Enter")
        self.settled()

    def saved(self, name: str, folder: Path) -> Path:
        """Press a button that gives a file; returns it."""
        with self.page.expect_download(timeout=60_000) as coming:
            self.act(name)
        path = folder / coming.value.suggested_filename
        coming.value.save_as(path)
        return path

    def rows(self, chart: str, data: str) -> list[dict[str, Any]]:
        """What a chart draws, asked of the chart itself."""
        found = self.page.evaluate(_ROWS, [chart, data])
        assert found is not None, f"no chart {chart} with data {data} is drawn"
        return list(found)

    def drawn(self, chart: str, data: str, wanted: list[dict[str, Any]], seconds: float = 15) -> list[dict[str, Any]]:
        """Wait until a chart draws what is wanted; returns what it drew last."""
        end = time.monotonic() + seconds
        while True:
            held = self.rows(chart, data)
            found = [{key: row.get(key) for key in want} for want, row in zip(wanted, held, strict=False)]
            if (found == wanted and len(held) == len(wanted)) or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def state(self) -> dict[str, Any]:
        """What the panel stands at; over Voila the address carries it too."""
        found: dict[str, Any] = json.loads(self.root.get_attribute("data-state") or "{}")
        return found

    def addressed(self) -> dict[str, Any]:
        """What the address carries."""
        name = self.root.get_attribute("data-panel") or ""
        found = parse_qs(urlsplit(self.page.url).fragment).get(name)
        return dict(json.loads(found[0])) if found else {}

    @property
    def grey(self) -> bool:
        """Whether the figures are greyed out."""
        return self.root.get_attribute("data-stale") == "yes"

    @property
    def error(self) -> str:
        """What the panel says is wrong."""
        return self.root.locator(".cl-error").inner_text() if self.grey else ""

    def nameless(self) -> list[str]:
        """Controls and buttons a screen reader could not name."""
        return list(
            self.page.evaluate("""() => [...document.querySelectorAll('.cl-panel input, .cl-panel select, .cl-panel textarea, .cl-panel button')]
            .filter((el) => !(el.getAttribute('aria-label') || el.labels?.length && [...el.labels].some((l) => l.textContent.trim()) || el.textContent.trim()))
            .map((el) => el.outerHTML.slice(0, 120))""")
        )
