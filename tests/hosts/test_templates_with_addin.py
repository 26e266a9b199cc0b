"""The cells of the templates that need the add-in, in a real LibreOffice that has it: they show the library's figures."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from creditlib_addin import call
from creditlib_addin.desk import Desk
from creditlib_addin.hosts.calc_install import note_text
from creditlib_addin.hosts.calc_library import NOTE
from creditlib_addin.settings import VARIABLE, Settings, save_settings

sys.path[:0] = [str(Path(__file__).parent), *(str(Path(__file__).parents[1] / name) for name in ("faces", "addin"))]
import calc  # noqa: E402
import calc_server  # noqa: E402
import table  # noqa: E402
import test_aging_analyser as analyser  # noqa: E402
import test_terms_calculator as calculator  # noqa: E402
from cells import Sheets  # noqa: E402
from recalculated import Office  # noqa: E402

pytestmark = [
    pytest.mark.hosts,
    pytest.mark.skipif(
        not calc.available() and not os.environ.get("CREDITLIB_ALL_TIERS"),
        reason="no LibreOffice on the path: make system installs it",
    ),
]


@pytest.fixture(scope="module")
def with_addin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Settings]:
    """Folder of extensions, profile, and the sample connected."""
    folder = tmp_path_factory.mktemp("with-addin")
    calc_server._prepare(folder / "extensions" / "CreditLib", folder / "profile", "en-US")
    chosen = table.connect_sample(folder / "connected")
    save_settings(chosen, folder / "settings.json")
    (folder / NOTE).write_text(note_text(), encoding="utf-8")
    return folder, folder / "profile", chosen


def opened(
    sheets: Sheets, tmp_path: Path, with_addin: tuple[Path, Path, Settings], monkeypatch: pytest.MonkeyPatch
) -> Office:
    folder, profile, _ = with_addin
    monkeypatch.setenv(VARIABLE, str(folder / "settings.json"))
    path = sheets.save(tmp_path / "typed.xlsx")
    return Office(sheets, calc.convert(path, tmp_path / "out", "xlsx", profile, extensions=folder / "extensions"))


def test_the_calculator_is_confirmed_by_the_add_in(
    tmp_path: Path, with_addin: tuple[Path, Path, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, new, general = calculator.CASES["everything given"]
    figures = opened(calculator.typed(base, new, general, "en"), tmp_path, with_addin, monkeypatch)
    assert figures.at("ed_addin").startswith("✓ the same")
    assert figures.errors() == []


def test_the_analyser_shows_score_grade_and_limit_of_the_largest_overdue(
    tmp_path: Path, with_addin: tuple[Path, Path, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = ["C-7003", "1024", "C-7008"]
    rows = [analyser.row(code, 1000.0 * (3 - at), analyser.ago(10 + at)) for at, code in enumerate(codes)]
    figures = opened(analyser.typed(rows), tmp_path, with_addin, monkeypatch)
    desk = Desk(with_addin[2])
    shown = [line for line in figures.rows("top_rows") if line[1]]
    assert [line[1] for line in shown] == codes
    for line in shown:
        assert line[8:11] == [
            call(f"CREDIT{name}", line[1], analyser.DAY, desk=desk) for name in ("SCORE", "GRADE", "LIMIT")
        ]
    assert figures.errors() == []
