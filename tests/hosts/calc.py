"""Real LibreOffice, headless: recalculate a workbook from scratch, or make its pages into pictures."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


# the font of the workbook is not on every machine: here its usual stand-in
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match target="pattern"><test name="family"><string>Microsoft YaHei</string></test>
<edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit></match>
</fontconfig>
"""


def available() -> bool:
    """Whether a LibreOffice is on the path."""
    return shutil.which("soffice") is not None


def convert(source: Path, folder: Path, kind: str, profile: Path, *, extensions: Path | None = None) -> Path:
    """Convert a workbook, every formula calculated anew. profile: a folder kept for one test session. extensions: a folder of those the
    office has; none: none, whatever is installed on this machine."""
    registry = profile / "user" / "registrymodifications.xcu"
    if not registry.exists():
        registry.parent.mkdir(parents=True)
        registry.write_text(PROFILE, encoding="utf-8")
    fonts = profile / "fonts.conf"
    if not fonts.exists():
        fonts.write_text(_FONTS, encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["soffice", "--headless", f"-env:UserInstallation={profile.resolve().as_uri()}", "--convert-to", kind]
    bundled = extensions or profile / "no extensions"
    bundled.mkdir(exist_ok=True)
    command += [f"-env:BUNDLED_EXTENSIONS={bundled.resolve().as_uri()}", "--outdir", str(folder), str(source)]
    env = os.environ | {"FONTCONFIG_FILE": str(fonts.resolve())}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, env=env)
    made = folder / f"{source.stem}.{kind.split(':', maxsplit=1)[0]}"
    if not made.exists():
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return made


def pictures(source: Path, folder: Path, profile: Path, *, dpi: int = 90) -> list[Path]:
    """Return a picture of every printed page."""
    pdf = convert(source, folder, "pdf", profile)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-png", str(pdf), str(folder / source.stem)], check=True)
    return sorted(folder.glob(f"{source.stem}-*.png"))
