"""A real Chromium; the six panels served by Voila, the notebooks in JupyterLab, each as its command starts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask
from creditlib.record.connecting import find_place
from creditlib.record.people import system_user
from creditlib.record.roles import give_role
from creditlib.record.store import opened
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
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record in which ann asked for a limit of a customer no book knows; who runs the browser is of the committee."""
    file = tmp_path_factory.mktemp("record") / "record.db"
    with opened(find_place(file), create=True, actor="keeper") as store:
        give_role(store, "ann", "analyst")
        give_role(store, system_user(), "committee")
    told = Ask(
        "Z-1",
        "season",
        amount_minor=900_000_00,
        currency="CNY",
        proposed_minor=900_000_00,
        own_risk_minor=900_000_00,
        grade="B",
    )
    with opened(find_place(file), create=False, actor="ann") as store:
        ask(store, told, load_policy())
    return file


@pytest.fixture(scope="session")
def served(record: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The panels over Voila, in Chinese, the bundled sample beside a record without a limit."""
    with running("serve", "--lang", "zh", "--store", str(record), cwd=tmp_path_factory.mktemp("serve")) as found:
        yield found


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """JupyterLab on a copy of the notebooks, in English, the bundled sample."""
    with running("lab", "--lang", "en", cwd=tmp_path_factory.mktemp("lab")) as found:
        yield found
