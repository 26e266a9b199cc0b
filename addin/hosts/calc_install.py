"""Puts the extension into LibreOffice, takes it out, and says what is wrong with it.

What must stay true: nothing is written before the office, its Python and the versions are known to fit; the note that says where the
library is gets written whole; every step is told in English and Chinese with what to do. Folders are given by `Places`, so that tests
touch no installation.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from creditlib import __version__
from creditlib.errors import Lang
from creditlib.faces.package import write_whole

from ..settings import load_settings, save_settings, settings_path
from . import oxt
from .calc_library import NOTE
from .states import State, book_state, told

_USUAL = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
    "/opt/libreoffice/program/soffice",
)
_ASK = "import sys, uno; print('%d.%d' % sys.version_info[:2])"


def _told(name: str, ok: bool, key: str, /, **values: object) -> State:
    return told(name, ok, f"menu.place.{key}", **values)


def _which_office() -> Path | None:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return Path(found) if found else next((Path(p) for p in _USUAL if Path(p).exists()), None)


def _profile() -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming") / "LibreOffice" / "4"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "LibreOffice" / "4"
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "libreoffice" / "4"


@dataclass(frozen=True)
class Places:
    """Where things are. soffice: None without an office. note: of this person. profile: of the office. root: unopkg serves no root."""

    soffice: Path | None = field(default_factory=_which_office)
    note: Path = field(default_factory=lambda: settings_path().with_name(NOTE))
    profile: Path = field(default_factory=_profile)
    root: bool = field(default_factory=lambda: hasattr(os, "geteuid") and os.geteuid() == 0)

    @property
    def program(self) -> Path:
        """The office's own programs."""
        assert self.soffice is not None
        return self.soffice.resolve().parent

    @property
    def shared(self) -> Path:
        """Where extensions of all users stand."""
        beside = self.program.parent
        share = beside / "Resources" if sys.platform == "darwin" else beside / "share"
        return share / "extensions" / "CreditLib"

    def installed(self) -> Path | None:
        """Return the folder of the installed extension."""
        own = sorted(self.profile.glob(f"user/uno_packages/cache/uno_packages/*/{oxt.NAME}"))
        if own:
            return own[-1]
        return self.shared if self.soffice is not None and self.shared.is_dir() else None


def sites() -> list[str]:
    """Return the folders this library and what it needs are imported from."""
    paths = sysconfig.get_paths()
    return list(dict.fromkeys((paths["purelib"], paths["platlib"])))


def note_text() -> str:
    """Return the note that leads the office to this library."""
    here = {"python": f"{sys.version_info[0]}.{sys.version_info[1]}", "sites": sites(), "version": __version__}
    return json.dumps(here, ensure_ascii=False, indent=1) + "\n"


def office_version(soffice: Path) -> str:
    """Return what the office says of itself, as "LibreOffice 25.2.3.2"; empty where it says nothing."""
    said = _run([str(soffice), "--version"])
    words = said.stdout.split() if said is not None else []
    return " ".join(words[:2])


def office_python(places: Places | None = None) -> Path | None:
    """Return the Python the office runs: its own, or the system's where that can import uno."""
    return next((p for p in _pythons(places or Places()) if _python_version(p)), None)


def _pythons(places: Places) -> list[Path]:
    if places.soffice is None:
        return []
    program = places.program
    own = [program / n for n in ("python", "python.exe", "python.bin")]
    own.append(program.parent / "Resources" / "python")
    found = [p for p in own if p.is_file()]
    return found or [p for p in (Path("/usr/bin/python3"), Path("/usr/local/bin/python3")) if p.exists()]


def _python_version(python: Path) -> str:
    said = _run([str(python), "-c", _ASK])
    return said.stdout.strip() if said is not None and said.returncode == 0 else ""


def _run(command: list[str]) -> subprocess.CompletedProcess[str] | None:
    """Run a program of the office; None where it can't be started. The variables of this Python's environment would mislead its own."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=120, check=False, env=env
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def install(lang: Lang | None = None, places: Places | None = None) -> list[State]:
    """Install the extension and lead it to this library; return each step. lang: of the answers, kept in the settings.

    Nothing is written unless the office is there and its Python fits.
    """
    places = places or Places()
    steps = fits(places)
    if not all(step.ok for step in steps):
        return steps
    if lang is not None:
        save_settings(replace(load_settings(), language=lang))
    _write(places.note, note_text())
    steps.append(_told("note", True, "note", path=places.note, folder=sites()[0]))
    if places.root:
        return [*steps, _unpack(places)]
    with tempfile.TemporaryDirectory(prefix="creditlib-") as folder:
        made = oxt.build(Path(folder) / oxt.NAME)
        return [*steps, _tool(places, "by_tool", "add", "--force", "--suppress-license", str(made))]


def _unpack(places: Places) -> State:
    """Unpack beside the office's own extensions, with the note in it: other users have none."""
    places.shared.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".CreditLib-", dir=places.shared.parent))
    for name, text in oxt.parts(note_text()).items():
        _write(fresh / name, text)
    fresh.chmod(0o755)
    shutil.rmtree(places.shared, ignore_errors=True)
    fresh.rename(places.shared)
    return _told("extension", True, "by_hand", extension=oxt.NAME, path=places.shared)


def _tool(places: Places, key: str, *words: str) -> State:
    tool = next((p for p in (places.program / "unopkg", places.program / "unopkg.com") if p.exists()), None)
    said = _run([str(tool), *words]) if tool is not None else None
    if said is not None and said.returncode == 0:
        return _told("extension", True, key, extension=oxt.NAME, path=places.profile)
    what = (said.stderr or said.stdout).strip().splitlines()[-1:] if said is not None else []
    return _told("extension", False, "tool_failed", what="".join(what) or "–", extension=oxt.NAME)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: file.write(text.encode("utf-8")), force=True)


def uninstall(places: Places | None = None) -> list[State]:
    """Take the extension and its note away; settings and books stay. Return each step."""
    places = places or Places()
    places.note.unlink(missing_ok=True)
    found = places.installed()
    if found is None:
        return [_told("extension", True, "no_extension")]
    if found == places.shared:
        shutil.rmtree(found)
        return [_told("extension", True, "gone", path=found)]
    return [_tool(places, "gone", "remove", oxt.IDENTIFIER)]


def doctor(places: Places | None = None) -> list[State]:
    """Return what is as it should be, and what is not with what to do."""
    places = places or Places()
    return [*fits(places), _extension(places), _note(places), book_state()]


def fits(places: Places) -> list[State]:
    """Return whether there is an office, and whether its Python is of this library's version."""
    if places.soffice is None or not (version := office_version(places.soffice)):
        return [_told("office", False, "no_office")]
    number = tuple(int(n) for n in version.split()[-1].split(".")[:2] if n.isdigit())
    old = number < (25, 2)
    found = [_told("office", True, "old_office" if old else "office", version=version, path=places.soffice)]
    tried = _pythons(places)
    python = office_python(places)
    if python is None:
        return [*found, _told("python", False, "no_python", tried=", ".join(map(str, tried)) or "–")]
    office, library = _python_version(python), f"{sys.version_info[0]}.{sys.version_info[1]}"
    if office != library:
        return [*found, _told("python", False, "other_python", office=office, library=library, python=python)]
    found.append(_told("python", True, "python", version=office))
    lent = environment_on_path()
    return found if lent is None else [*found, _told("terminal", False, "lent_python", path=lent)]


def environment_on_path() -> Path | None:
    """Return the virtual environment whose python3 stands first on PATH, None without one. On Linux an office started there takes that
    environment for its own Python, and then finds neither uno nor the functions."""
    first = None if sys.platform in ("win32", "darwin") else shutil.which("python3")
    if first is None:
        return None
    folder = Path(first).parent.parent
    return folder if (folder / "pyvenv.cfg").is_file() else None


def _extension(places: Places) -> State:
    folder = places.installed()
    if folder is None:
        return _told("extension", False, "no_extension")
    try:
        version, functions = _read_extension(folder)
    except (OSError, ValueError, KeyError, ET.ParseError, zipfile.BadZipFile) as error:
        return _told("extension", False, "broken_extension", path=folder, what=f"{type(error).__name__}: {error}")
    if version != __version__:
        return _told("extension", False, "other_extension", path=folder, found=version, wanted=__version__)
    wanted = oxt.catalogue()["functions"]
    if functions != wanted:
        return _told("extension", False, "other_functions", path=folder, found=len(functions), wanted=len(wanted))
    return _told("extension", True, "extension", version=version, path=folder)


def _read_extension(folder: Path) -> tuple[str, dict[str, Any]]:
    """Return version and functions of what is installed: a folder, or the archive itself."""
    if folder.is_dir():
        texts = [(folder / name).read_text(encoding="utf-8") for name in ("description.xml", "catalogue.json")]
    else:
        with zipfile.ZipFile(folder) as archive:
            texts = [archive.read(name).decode("utf-8") for name in ("description.xml", "catalogue.json")]
    version = ET.fromstring(texts[0]).find("{http://openoffice.org/extensions/description/2006}version")
    if version is None:
        raise ValueError("description.xml: version")
    return version.attrib["value"], json.loads(texts[1])["functions"]


def _note(places: Places) -> State:
    shared = places.shared / NOTE if places.soffice is not None else places.note
    path = next((p for p in (places.note, shared) if p.is_file()), None)
    if path is None:
        return _library("no_note", path=places.note)
    try:
        named = json.loads(path.read_text(encoding="utf-8"))["sites"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return _library("bad_note", path=path, what=f"{type(error).__name__}: {error}")
    lost = next((folder for folder in named if not Path(folder).is_dir()), None)
    if lost is not None:
        return _library("no_folder", folder=lost, path=path)
    if named != sites():
        return _told("note", False, "other_note", path=path, found=named[0], wanted=sites()[0])
    return _told("note", True, "note", path=path, folder=named[0])


def _library(key: str, **values: object) -> State:
    return told("note", False, f"menu.library.{key}", **values)
