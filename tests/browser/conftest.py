"""A real Chromium; the five panels served by Voila, the notebooks in JupyterLab, each as its command starts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.driving import CHROMIUM
from tests.browser.servers import Served, running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright over the system's Chromium; where there is none the test is left out, or fails where every tier is asked for."""
    if not Path(CHROMIUM).exists():
        told = f"no Chromium at {CHROMIUM}: tools/system.sh installs it"
        if os.environ.get("CREDITLIB_ALL_TIERS"):
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The panels over Voila, in Chinese, the bundled sample."""
    with running("serve", "--lang", "zh", cwd=tmp_path_factory.mktemp("serve")) as found:
        yield found


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """JupyterLab on a copy of the notebooks, in English, the bundled sample."""
    with running("lab", "--lang", "en", cwd=tmp_path_factory.mktemp("lab")) as found:
        yield found
