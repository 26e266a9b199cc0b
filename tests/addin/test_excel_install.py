"""Install, uninstall and doctor of the Excel add-in in made-up folders, each fault once."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from creditlib_addin.hosts import excel_install, excel_places, xlam
from creditlib_addin.hosts.excel_install import doctor, install, uninstall
from creditlib_addin.hosts.excel_places import Places, read_config, write_config, zone_of
from creditlib_addin.settings import VARIABLE, Settings, load_settings, save_settings

from creditlib.errors import UsageError

DLL = f"xlwings64-{version('xlwings')}.dll"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("built")
    return {lang: xlam.build(folder / f"{lang}.xlam", lang).read_bytes() for lang in ("en", "zh")}  # type: ignore[arg-type]


@pytest.fixture
def places(tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Places:
    """A Windows of its own: a Python with its DLL, folders of Excel, settings."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "settings" / "settings.json"))

    def build(path: Path, lang: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[lang])
        return path

    monkeypatch.setattr(xlam, "build", build)
    python = tmp_path / "Python" / "Scripts" / "python.exe"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (tmp_path / "Python" / DLL).touch()
    home = tmp_path / "Users" / "Li Wei"
    return Places("windows", home, home / "AppData" / "Roaming", python, tmp_path / "settings" / "excel-addin.json")


@pytest.fixture(autouse=True)
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    """pywin32 is not here, so the interpreter is not asked for it."""
    monkeypatch.setattr(excel_install, "_ASK", excel_install._ASK.replace("{also}", ""))


def faults(findings: list[Any]) -> dict[str, str]:
    for finding in findings:
        assert finding.en
        assert finding.zh
        assert "{" not in finding.en + finding.zh
    return {finding.name: finding.en for finding in findings if not finding.ok}


def every_file(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_installed_there_is_nothing_to_say_against_it(places: Places, files: dict[str, bytes]) -> None:
    assert faults(install("zh", places)) == {}
    assert every_file(places.home) == {
        "AppData/Roaming/Microsoft/Excel/XLSTART/CreditLib.xlam",
        ".creditlib/creditlib.conf",
    }
    assert places.addin.read_bytes() == files["zh"]
    assert load_settings().language == "zh"
    assert places.config.read_text() == f'"INTERPRETER_WIN","{places.interpreter}"\n'
    assert places.config.read_bytes().endswith(b'"\r\n')
    assert faults(doctor(places)) == {}


def test_uninstall_takes_exactly_what_was_installed(places: Places) -> None:
    other = places.folder / "Other.xlam"
    other.parent.mkdir(parents=True)
    other.touch()
    install("en", places)
    assert faults(uninstall(places)) == {}
    assert every_file(places.home) == {"AppData/Roaming/Microsoft/Excel/XLSTART/Other.xlam"}
    assert not places.config.parent.exists()
    assert not places.receipt.exists()
    assert [f.en for f in uninstall(places)] == [
        "Nothing was installed for Excel by this library, so nothing is removed."
    ]


def test_lines_of_others_stay_in_the_configuration(places: Places) -> None:
    write_config(places.config, {"SHOW CONSOLE": "True", "INTERPRETER_WIN": "old"})
    install("en", places)
    assert read_config(places.config) == {"SHOW CONSOLE": "True", "INTERPRETER_WIN": str(places.interpreter)}
    assert faults(uninstall(places)) == {}
    assert read_config(places.config) == {"SHOW CONSOLE": "True"}


def test_a_changed_add_in_is_not_removed(places: Places) -> None:
    install("en", places)
    places.addin.write_bytes(b"somebody's own")
    assert "is not what was installed" in faults(uninstall(places))["addin"]
    assert places.addin.exists()


def test_an_add_in_that_is_gone_is_told(places: Places) -> None:
    install("en", places)
    places.addin.unlink()
    assert faults(uninstall(places)) == {}


def test_excel_has_the_file_open(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, content: bytes) -> None:
        if path == places.addin:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(excel_places, "write_whole", refuse)
    found = faults(install("en", places))
    assert "Close Excel" in found["addin"]
    assert not places.config.exists(), "nothing else is done"


def test_a_name_of_a_folder_the_code_page_lacks(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_places, "encoding", lambda: "cp1252")
    elsewhere = replace(places, interpreter=Path("C:/Users/李伟/python.exe"))
    assert "cp1252" in faults(install("en", elsewhere))["config"]


def test_a_second_install_writes_over_the_first(places: Places, files: dict[str, bytes]) -> None:
    install("en", places)
    install("zh", places)
    assert places.addin.read_bytes() == files["zh"]
    assert faults(uninstall(places)) == {}
    assert every_file(places.home) == set()


def test_not_installed(places: Places) -> None:
    found = faults(doctor(places))
    assert set(found) == {"addin", "interpreter"}
    assert all("credit addin install" in text for text in found.values())


def test_a_file_marked_as_downloaded(places: Places) -> None:
    install("en", places)
    zone_of(places.addin).write_text("[ZoneTransfer]\nZoneId=3\n")
    assert "Unblock" in faults(doctor(places))["blocked"]
    assert any(step.name == "blocked" for step in install("en", places))
    assert faults(doctor(places)) == {}


def test_another_add_in_than_this_version_makes(places: Places, files: dict[str, bytes]) -> None:
    install("en", places)
    places.addin.write_bytes(files["en"] + b"\0")
    assert "older, newer or changed" in faults(doctor(places))["addin"]


def test_another_xlwings_than_the_one_in_the_add_in(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    from creditlib_addin.hosts import xlwings_vba

    install("en", places)
    monkeypatch.setattr(xlwings_vba, "xlwings_version", lambda: "0.99.1")
    found = faults(doctor(places))
    assert version("xlwings") in found["xlwings"]
    assert "0.99.1" in found["xlwings"]
    assert "xlwings64-0.99.1.dll" in found["dll"]
    assert "0.99.1" in found["library"]


def test_no_xlwings_at_all(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    from creditlib_addin.hosts import xlwings_vba

    def absent() -> str:
        raise ModuleNotFoundError("xlwings", name="xlwings")

    install("en", places)
    monkeypatch.setattr(xlwings_vba, "xlwings_version", absent)
    assert "pip install" in faults(doctor(places))["xlwings"]


def test_without_what_it_is_made_with_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyopenvba", None)
    with pytest.raises(UsageError, match="pyopenvba is not installed"):
        xlam.build(tmp_path / "x.xlam")


def test_a_file_that_is_no_add_in(places: Places) -> None:
    install("en", places)
    places.addin.write_bytes(b"PK")
    assert {"addin", "xlwings"} <= set(faults(doctor(places)))


def test_a_second_copy_where_the_dialog_of_add_ins_looks(places: Places, files: dict[str, bytes]) -> None:
    install("en", places)
    places.second.parent.mkdir(parents=True)
    places.second.write_bytes(files["en"])
    assert str(places.second) in faults(doctor(places))["second"]


def test_the_interpreter_is_gone(places: Places) -> None:
    install("en", places)
    places.interpreter.unlink()
    assert "not there" in faults(doctor(places))["interpreter"]


def test_the_interpreter_is_another(places: Places) -> None:
    install("en", places)
    found = faults(doctor(replace(places, interpreter=Path(sys.executable))))
    assert set(found) == {"interpreter"}


def test_the_dll_is_not_beside_it(places: Places) -> None:
    install("en", places)
    (places.interpreter.parent.parent / DLL).unlink()
    assert DLL in faults(doctor(places))["dll"]


def test_the_interpreter_has_no_library(places: Places) -> None:
    install("en", places)
    places.interpreter.write_text("#!/bin/sh\necho 'No module named creditlib' >&2\nexit 1\n")
    found = faults(doctor(places))
    assert "No module named creditlib" in found["library"]


def test_the_interpreter_has_another_version(places: Places) -> None:
    install("en", places)
    places.interpreter.write_text('#!/bin/sh\necho \'["0.0.9", "0.30.0"]\'\n')
    assert "0.0.9" in faults(doctor(places))["library"]


def test_settings_nobody_can_read_and_a_book_that_is_gone(places: Places, tmp_path: Path) -> None:
    install("en", places)
    save_settings(Settings(book=str(tmp_path / "gone")))
    assert "gone" in faults(doctor(places))["book"]
    (tmp_path / "settings" / "settings.json").write_text("{")
    assert "settings.json" in faults(doctor(places))["book"]


def test_a_connected_book_opens(places: Places, sample_settings: Settings) -> None:
    install("en", places)
    save_settings(sample_settings)
    assert faults(doctor(places)) == {}
    assert any(str(sample_settings.book) in finding.en for finding in doctor(places))


def test_macos_gets_its_script_and_is_told_about_cells(places: Places) -> None:
    mac = replace(places, system="mac")
    steps = install("en", mac)
    assert faults(steps) == {}
    assert any("CREDITWHY says why" in step.en for step in steps)
    assert every_file(places.home) == {
        "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel/CreditLib.xlam",
        "Library/Containers/com.microsoft.Excel/Data/creditlib.conf",
        f"Library/Application Scripts/com.microsoft.Excel/xlwings-{version('xlwings')}.applescript",
    }
    assert read_config(mac.config) == {"INTERPRETER_MAC": str(places.interpreter)}
    assert faults(doctor(mac)) == {}
    assert faults(uninstall(mac)) == {}
    assert every_file(places.home) == set()


def test_where_there_is_no_excel_calc_is_named(places: Places) -> None:
    other = replace(places, system="other")
    assert "--calc" in faults(install("en", other))["system"]
    assert "--calc" in faults(doctor(other))["system"]
    assert every_file(places.home) == set()


def test_the_command_tells_every_step_and_its_exit_code(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from creditlib.faces.cli.main import app

    monkeypatch.setattr(excel_install, "Places", lambda: places)
    run = CliRunner().invoke
    assert run(app, ["addin", "doctor"]).exit_code == 1
    done = run(app, ["addin", "install", "--lang", "zh"])
    assert done.exit_code == 0, done.output
    assert "请关闭所有 Excel 窗口" in done.output
    assert run(app, ["addin", "doctor"]).exit_code == 0
    assert run(app, ["addin", "uninstall"]).exit_code == 0
    assert run(app, ["addin", "install", "--lang", "fr"]).exit_code == 2


def test_the_command_writes_the_file(places: Places, tmp_path: Path, files: dict[str, bytes]) -> None:
    from typer.testing import CliRunner

    from creditlib.faces.cli.main import app

    done = CliRunner().invoke(app, ["addin", "build", "--out", str(tmp_path / "dist"), "--lang", "zh"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "dist" / "CreditLib.xlam").read_bytes() == files["zh"]
