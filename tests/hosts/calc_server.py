"""One LibreOffice for a whole test session, with the extension in it, asked through `calc_driver.py` in the office's own Python."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
import zipfile
from pathlib import Path
from typing import Any

import calc
from creditlib_addin.hosts.calc_install import NOTE, note_text, office_python
from creditlib_addin.hosts.oxt import build

_RECALCULATE = calc._PROFILE


class Office:
    """A running office. extension: False for one without it. settings: environment variables it sees."""

    def __init__(
        self, folder: Path, *, settings: dict[str, str] | None = None, note: str | None = None, locale: str = "en-US"
    ) -> None:
        self.folder = folder
        extensions, profile, home = folder / "extensions", folder / "profile", folder / "config"
        self.home = home
        target = extensions / "CreditLib"
        target.mkdir(parents=True)
        with zipfile.ZipFile(build(folder / "CreditLib.oxt")) as archive:
            archive.extractall(target)
        home.mkdir()
        (home / NOTE).write_text(note_text() if note is None else note, encoding="utf-8")
        registry = profile / "user" / "registrymodifications.xcu"
        registry.parent.mkdir(parents=True)
        registry.write_text(_RECALCULATE.replace("</oor:items>", _language(locale) + "</oor:items>"), encoding="utf-8")
        env = os.environ | {"CREDITLIB_SETTINGS": str(home / "settings.json")} | (settings or {})
        pipe = f"creditlib-{os.getpid()}-{time.monotonic_ns()}"
        self.started = time.perf_counter()
        command = ["soffice", "--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard"]
        command += [f"-env:UserInstallation={profile.as_uri()}", f"-env:BUNDLED_EXTENSIONS={extensions.as_uri()}"]
        self.office = subprocess.Popen(
            [*command, f"--accept=pipe,name={pipe};urp;"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        python = office_python()
        if python is None:
            raise RuntimeError("no Python with uno: tools/system.sh installs python3-uno")
        driver = Path(__file__).with_name("calc_driver.py")
        self.driver = subprocess.Popen(
            [str(python), str(driver), pipe], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._answer()

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
        for process in (self.driver, self.office):
            try:
                process.terminate()
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.folder / "profile", ignore_errors=True)


def _language(locale: str) -> str:
    """Return the settings of an office that shows itself in a language, even where no pack of it is installed."""
    if locale == "en-US":
        return ""
    return (
        '<item oor:path="/org.openoffice.Setup/Office/InstalledLocales">'
        f'<node oor:name="{locale}" oor:op="replace"/></item>\n'
        '<item oor:path="/org.openoffice.Office.Linguistic/General"><prop oor:name="UILocale" oor:op="fuse">'
        f"<value>{locale}</value></prop></item>\n"
    )
