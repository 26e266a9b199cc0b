"""Time a panel in a real Chromium: from a key on a slider until the page has stopped changing; and until the first panel stands.

What must stay true: the same page is timed the same way for every engine: from the key going down to the last change of the page before
it rests, the charts drawn; the rival is what an analyst would write, `ipywidgets.interact` around a chart of Altair, over the
same figures of the same book, in the same server.

    python bench/panels.py                       the bundled sample, and 100,000 customers
    python bench/panels.py --customers 0         the sample only
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from books import assessed
from playwright.sync_api import Page, sync_playwright

KEYS: Final = 15
REST_MS: Final = 700
TOKEN: Final = "benchbenchbench"
PANELS: Final = {
    "customer": ("term_days", "ArrowRight"), "terms": ("net_days", "ArrowRight"), "portfolio": ("release.overdue_days", "ArrowRight"),
    "policy": ("score.grades.B", "ArrowRight"),
}  # fmt: skip
RIVAL: Final = """
import altair as alt, ipywidgets, pandas as pd
from creditlib.faces.panels.given import assessed
from creditlib.flows.scenario import CustomerCase
alt.renderers.enable("jupyter", offline=True)
whole = assessed()
table = whole.table.table.sort_by([("exposure_minor", "descending")])
case = CustomerCase(whole, table["customer"][0].as_py())
over = list(range(0, 91, 3)) * 2

@ipywidgets.interact(days=(0, 180, 5))
def draw(days=60):
    limits = case.limits_over("days_beyond_terms", over, {"term_days": days})
    return alt.Chart(pd.DataFrame({"x": over, "y": limits})).mark_line(interpolate="step-after").encode(x="x", y="y")
"""
WATCH: Final = """() => {
  window.told = { key: 0, last: 0 };
  new MutationObserver(() => (window.told.last = performance.now())).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  window.addEventListener("keydown", () => ((window.told.key = performance.now()), (window.told.last = 0)), true);
}"""


@contextmanager
def server(words: list[str], env: dict[str, str]) -> Iterator[str]:
    """Run a server; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([word.format(port=port) for word in words], env={**os.environ, **env}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # fmt: skip
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}?token={TOKEN}", timeout=5).read()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def steps(page: Page, target: Any, key: str) -> list[float]:
    """Milliseconds from a key to the last change of the page, for each press."""
    page.evaluate(WATCH)
    target.focus()
    found = []
    for _ in range(KEYS):
        page.keyboard.press(key)
        while True:
            page.wait_for_timeout(REST_MS)
            told = page.evaluate("() => ({ ...window.told, now: performance.now() })")
            if told["last"] and told["now"] - told["last"] >= REST_MS:
                break
        found.append(told["last"] - told["key"])
    return found


def show(name: str, size: str, first: float, times: list[float]) -> None:
    median, worst = statistics.median(times), max(times)
    print(
        f"{name:<28}{size:>18}   first panel {first:5.1f} s   key → page at rest {median:4.0f} ms (most {worst:4.0f})",
        flush=True,
    )


def ours(page: Page, url: str, size: str) -> None:
    for name, (field, key) in PANELS.items():
        begun = time.monotonic()
        page.goto(f"{url}voila/render/{name}.ipynb?token={TOKEN}&lang=zh")
        page.wait_for_function(
            "() => { const all = [...document.querySelectorAll('[data-chart]')]; return all.length && all.every((el) => el.dataset.drawn); }",
            timeout=300_000,
        )
        first = time.monotonic() - begun
        page.evaluate("() => document.querySelectorAll('details').forEach((el) => (el.open = true))")
        page.wait_for_timeout(1500)
        show(name, size, first, steps(page, page.locator(f'[data-control="{field}"] input[type="range"]').first, key))


def rival(page: Page, folder: Path, env: dict[str, str], size: str) -> None:
    import nbformat

    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(RIVAL)])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, folder / "rival.ipynb")
    voila = str(Path(sys.executable).parent / "voila")
    with server([voila, "--no-browser", "--port={port}", "--Voila.ip=127.0.0.1", str(folder)], env) as url:
        begun = time.monotonic()
        page.route(
            lambda asked: "127.0.0.1" not in asked, lambda route: route.abort()
        )  # its template asks for fonts outside
        page.goto(f"{url}voila/render/rival.ipynb", wait_until="commit")
        page.locator(".vega-embed svg, .vega-embed canvas").first.wait_for(timeout=300_000)
        first = time.monotonic() - begun
        page.wait_for_timeout(1500)
        show("interact + Altair, one chart", size, first, steps(page, page.locator(".noUi-handle").first, "ArrowRight"))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=100_000)
    asked.add_argument("--invoices", type=int, default=2_000_000)
    given = asked.parse_args()
    books: list[tuple[str, dict[str, str]]] = [("the sample", {})]
    if given.customers:
        folder = assessed(given.customers, given.invoices)
        books.append((f"{given.customers:,} customers", {"CREDIT_BOOK": str(folder), "CREDIT_AS_OF": "2026-10-31"}))
    credit = str(Path(sys.executable).parent / "credit")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        work = Path(name)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for size, env in books:
            with server([credit, "serve", "--port", "{port}", "--token", TOKEN, "--no-browser"], env) as url:
                ours(browser.new_page(viewport={"width": 1340, "height": 1000}), url, size)
            rival(browser.new_page(viewport={"width": 1340, "height": 1000}), work, env, size)
        browser.close()


if __name__ == "__main__":
    main()
