"""Where Excel looks: the folder of add-ins it loads by itself, the configuration xlwings' VBA reads, the scripts of macOS.

What must stay true: every place can be given, so that tests and other set-ups touch nothing of this machine; the configuration keeps the
lines of others; what was installed is written down, so that exactly that is taken away again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import locale
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from ..settings import settings_path
from .xlwings_vba import PROJECT

System = Literal["windows", "mac", "other"]
ADDIN: Final = "CreditLib.xlam"
ZONE: Final = ":Zone.Identifier"
"""The stream Windows adds to a file that was downloaded."""


def _system() -> System:
    return "windows" if sys.platform == "win32" else "mac" if sys.platform == "darwin" else "other"


@dataclass(frozen=True)
class Places:
    """system, home, appdata: of this person. interpreter: the Python Excel shall use. receipt: what was installed."""

    system: System = field(default_factory=_system)
    home: Path = field(default_factory=Path.home)
    appdata: Path | None = None
    interpreter: Path = field(default_factory=lambda: Path(sys.executable))
    receipt: Path = field(default_factory=lambda: settings_path().with_name("excel-addin.json"))

    @property
    def _roaming(self) -> Path:
        return self.appdata or Path(os.environ.get("APPDATA") or self.home / "AppData" / "Roaming")

    @property
    def folder(self) -> Path:
        """The folder whose add-ins Excel loads when it starts."""
        if self.system == "mac":
            group = self.home / "Library" / "Group Containers" / "UBF8T346G9.Office"
            return group / "User Content.localized" / "Startup.localized" / "Excel"
        return self._roaming / "Microsoft" / "Excel" / "XLSTART"

    @property
    def addin(self) -> Path:
        """The installed add-in."""
        return self.folder / ADDIN

    @property
    def second(self) -> Path:
        """Where somebody may have put a copy by hand: Excel's dialog of add-ins offers this folder."""
        return self._roaming / "Microsoft" / "AddIns" / ADDIN

    @property
    def config(self) -> Path:
        """The configuration xlwings' VBA reads."""
        if self.system == "mac":
            return self.home / "Library" / "Containers" / "com.microsoft.Excel" / "Data" / f"{PROJECT}.conf"
        return self.home / f".{PROJECT}" / f"{PROJECT}.conf"

    @property
    def scripts(self) -> Path:
        """Where Excel for macOS may start scripts from."""
        return self.home / "Library" / "Application Scripts" / "com.microsoft.Excel"

    @property
    def key(self) -> str:
        """The line of the configuration that names Python."""
        return "INTERPRETER_MAC" if self.system == "mac" else "INTERPRETER_WIN"


def encoding() -> str:
    """Return the code page VBA reads a text file in."""
    return "mbcs" if sys.platform == "win32" else locale.getpreferredencoding(False)


def read_config(path: Path) -> dict[str, str]:
    """Return the lines of a configuration by name; empty without the file."""
    try:
        text = path.read_bytes().decode(encoding(), errors="replace")
    except OSError:
        return {}
    return {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) >= 2}


def write_config(path: Path, lines: Mapping[str, str]) -> None:
    """Write a configuration as VBA's Write # does. Raises: UnicodeEncodeError for a sign its code page lacks."""
    text = "".join(f'"{name}","{value}"\r\n' for name, value in lines.items())
    write_whole(path, text.encode(encoding()))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises: OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".credit-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def zone_of(path: Path) -> Path:
    """Return the mark of a downloaded file, which may not be there."""
    return path.with_name(path.name + ZONE)


def unblock(path: Path) -> bool:
    """Take the mark of a downloaded file away; return whether it had one."""
    try:
        zone_of(path).unlink()
    except OSError:
        return False
    return True


def hash_of(path: Path) -> str | None:
    """Return what tells one content from another, None without the file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def read_receipt(places: Places) -> dict[str, str]:
    """Return what was installed: path → hash."""
    try:
        raw = json.loads(places.receipt.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(path): str(said) for path, said in raw.items()} if isinstance(raw, dict) else {}


def write_receipt(places: Places, files: Mapping[str, str]) -> None:
    """Write down what was installed; nothing left, no receipt."""
    if files:
        write_whole(places.receipt, (json.dumps(dict(files), ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    else:
        places.receipt.unlink(missing_ok=True)
