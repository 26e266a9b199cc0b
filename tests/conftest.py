"""What every test may use: the shared data where it is present, and the time each tier took."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TIERS = ("browser", "hosts", "soak")
TOGETHER = (("tests/browser/", "tests/notebooks/"), ("tests/hosts/",))
SHARED = Path(os.environ.get("CREDITLIB_SHARED", Path(__file__).resolve().parents[2] / "shared"))
_seconds: dict[str, float] = defaultdict(float)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not any(item.get_closest_marker(tier) for tier in TIERS):
            item.add_marker(pytest.mark.fast)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return how tests are dealt out to processes: a file stays whole, for its fixtures, and folders that start servers stay together."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = str(nodeid).split("::", 1)[0]
            return next((folders[0] for folders in TOGETHER if file.startswith(folders)), file)

    return ByFile(config, log)


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
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ledger(tmp_path: Path) -> Callable[..., Any]:
    """Read a ledger that stands in the test as text: the CSV itself is the input.

    text becomes ledger.csv, sheets the files read beside it (name → text); options go to `read`.
    """
    from creditlib.facts.reading import read

    def run(text: str, *, sheets: dict[str, str] | None = None, **options: Any) -> Any:
        paths = []
        for name, content in {"ledger": text, **(sheets or {})}.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(content, encoding="utf-8")
            paths.append(path)
        return read(*paths, **options)

    return run
