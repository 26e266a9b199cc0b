"""What every test may use: the shared data where it is present, and the time each tier took."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

TIERS = ("hosts", "soak")
SHARED = Path(os.environ.get("CREDITLIB_SHARED", Path(__file__).resolve().parents[2] / "shared"))
_seconds: dict[str, float] = defaultdict(float)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not any(item.get_closest_marker(tier) for tier in TIERS):
            item.add_marker(pytest.mark.fast)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    tier = next((tier for tier in (*TIERS, "fast") if tier in report.keywords), "fast")
    _seconds[tier] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for tier, seconds in sorted(_seconds.items()):
        terminalreporter.write_line(f"tier {tier}: {seconds:.1f} s of test time")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real ledgers beside the project; a test that needs it skips where it is absent."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip(f"real ledgers not found at {folder} (set CREDITLIB_SHARED)")
    return folder


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
