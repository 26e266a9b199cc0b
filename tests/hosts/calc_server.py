"""A real LibreOffice Calc with the extension in it, asked through `calc_driver.py` in the office's own Python.

The extension stands in a folder of its own and the office has a profile of its own: nothing of this machine's installation is touched.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import zipfile
from pathlib import Path
from typing import Any

import calc
from creditlib_addin.hosts.calc_install import NOTE, note_text, office_python
from creditlib_addin.hosts.oxt import build


class Office:
    """A running office. folder: its profile, its settings (`home`) and the extension; one used before is started as it is.

    note: says where the library is. locale: of its menus, whether or not a pack of that language is installed.
    """

    def __init__(self, folder: Path, *, note: str | None = None, locale: str = "en-US") -> None:
        self.home = folder / "config"
        extensions, profile = folder / "extensions", folder / "profile"
        if not profile.exists():
            _prepare(extensions / "CreditLib", profile, locale)
            self.home.mkdir(parents=True)
            (self.home / NOTE).write_text(note_text() if note is None else note, encoding="utf-8")
        python = office_python()
        if python is None:
            raise RuntimeError("no Python with uno: tools/system.sh installs python3-uno")
        pipe = f"creditlib-{os.getpid()}-{time.monotonic_ns()}"
        command = ["soffice", "--headless", "--norestore", "--nologo", "--nodefault"]
        command += [f"-env:UserInstallation={profile.as_uri()}", f"-env:BUNDLED_EXTENSIONS={extensions.as_uri()}"]
        self.office = subprocess.Popen(
            [*command, f"--accept=pipe,name={pipe};urp;"],
            env=os.environ | {"CREDITLIB_SETTINGS": str(self.home / "settings.json")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the script in front of the office and the office end together
        )
        self.driver = subprocess.Popen(
            [str(python), str(Path(__file__).with_name("calc_driver.py")), pipe],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        try:
            self._answer()
        except BaseException:
            self.close()
            raise

    def __call__(self, do: str, **asked: Any) -> Any:
        """Ask the driver."""
        assert self.driver.stdin is not None
        self.driver.stdin.write(json.dumps({"do": do, **asked}) + "\n")
        self.driver.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self.driver.stdout is not None
        line = self.driver.stdout.readline()
        if not line:
            raise RuntimeError("the office is gone")
        said = json.loads(line)
        if "failed" in said:
            raise RuntimeError(said["failed"])
        return said["answer"]

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(Exception):
            self("stop")
        assert self.driver.stdin is not None
        with contextlib.suppress(OSError):
            self.driver.stdin.close()
        try:
            self.office.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.office.pid, signal.SIGKILL)
        self.driver.wait(15)


def _prepare(extension: Path, profile: Path, locale: str) -> None:
    """Unpack the extension, and make a profile that recalculates what it loads."""
    extension.mkdir(parents=True)
    with zipfile.ZipFile(build(extension.parent.parent / "CreditLib.oxt")) as archive:
        archive.extractall(extension)
    registry = profile / "user" / "registrymodifications.xcu"
    registry.parent.mkdir(parents=True)
    registry.write_text(calc.PROFILE.replace("</oor:items>", _language(locale) + "</oor:items>"), encoding="utf-8")


def _language(locale: str) -> str:
    if locale == "en-US":
        return ""
    return (
        '<item oor:path="/org.openoffice.Setup/Office/InstalledLocales">'
        f'<node oor:name="{locale}" oor:op="replace"/></item>\n'
        '<item oor:path="/org.openoffice.Office.Linguistic/General"><prop oor:name="UILocale" oor:op="fuse">'
        f"<value>{locale}</value></prop></item>\n"
    )
