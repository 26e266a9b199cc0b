"""Where the library is, seen from LibreOffice's own Python: found by a small note, never guessed.

What must stay true: nothing but the standard library is imported, since this runs inside the office before the library can be; an
environment of another minor version is refused, not tried.
"""

from __future__ import annotations

import importlib
import json
import os
import site
import sys
from pathlib import Path
from typing import Any

NOTE = "python.json"
"""Name of the note: {"python": "3.11", "sites": [folders], "version": "0.1.0"}."""
FIRST = "creditlib_addin.hosts.calc_cells"
"""What the office asks of the library."""


class Trouble(Exception):
    """Why the library can't be used. key: under `menu.library`. values: what the sentence names."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key, values)
        self.key, self.values = key, values


def note_path() -> Path:
    """Return where a person's own note stands: beside the settings file, whose place is told in `settings.py`."""
    if given := os.environ.get("CREDITLIB_SETTINGS"):
        return Path(given).parent / NOTE
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return base / "creditlib" / NOTE


def read_note(beside: Path) -> tuple[Path, dict[str, Any]]:
    """Return the note in use and what it says: a person's own, else the one beside the extension. Raises: Trouble."""
    own = note_path()
    path = next((p for p in (own, beside / NOTE) if p.is_file()), None)
    if path is None:
        raise Trouble("no_note", path=str(own))
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if (
            not isinstance(said["python"], str)
            or not said["sites"]
            or not all(isinstance(s, str) for s in said["sites"])
        ):
            raise ValueError("python, sites")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble("bad_note", path=str(path), what=f"{type(error).__name__}: {error}") from error
    return path, said


def load_library(beside: Path) -> Any:
    """Return the library's side of Calc, importing it. beside: folder of the extension. Raises: Trouble."""
    path, said = read_note(beside)
    office = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if said["python"] != office:
        raise Trouble("other_python", office=office, library=said["python"], path=str(path))
    lost = next((folder for folder in said["sites"] if not Path(folder).is_dir()), None)
    if lost is not None:
        raise Trouble("no_folder", folder=lost, path=str(path))
    _add(said["sites"])
    try:
        return importlib.import_module(FIRST)
    except Exception as error:  # whatever a broken environment raises: it must not take the office with it
        raise Trouble("not_loaded", folder=said["sites"][0], what=f"{type(error).__name__}: {error}") from error


def _add(folders: list[str]) -> None:
    """Put the environment before the packages of the office's own Python: another version of one of them must not win."""
    before = list(sys.path)
    for folder in folders:
        site.addsitedir(folder)
    added = [entry for entry in sys.path if entry not in before]
    at = next((i for i, entry in enumerate(before) if entry.rstrip("/\\").endswith("-packages")), len(before))
    sys.path[:] = [*before[:at], *added, *before[at:]]
    importlib.invalidate_caches()
