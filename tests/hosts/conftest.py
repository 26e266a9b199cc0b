from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from creditlib_addin.settings import save_settings

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "addin")]
import calc_server  # noqa: E402
import table  # noqa: E402

collect_ignore = ["calc_driver.py"]  # runs in the office's Python


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[calc_server.Office]:
    """One office for all tests, the sample connected."""
    folder = tmp_path_factory.mktemp("calc")
    made = calc_server.Office(folder)
    save_settings(table.connect_sample(folder / "connected"), made.home / "settings.json")
    yield made
    made.close()
