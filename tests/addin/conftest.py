from __future__ import annotations

import sys
from pathlib import Path

import pytest
from creditlib_addin.settings import VARIABLE, Settings, save_settings

sys.path.insert(0, str(Path(__file__).parent))
import table


@pytest.fixture(scope="session")
def sample_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with the sample connected."""
    return table.connect_sample(tmp_path_factory.mktemp("connected"))


@pytest.fixture
def connected(sample_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The sample connected by a settings file, as a person's own would be."""
    path = tmp_path / "settings.json"
    save_settings(sample_settings, path)
    monkeypatch.setenv(VARIABLE, str(path))
    return sample_settings
