"""A wheel holds everything an installation needs: built from a copy, imported from there alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACED = {"creditlib": "creditlib", "addin": "creditlib_addin", "notebooks": "creditlib_notebooks", "templates": "creditlib_templates"}  # fmt: skip
BUILD = "from setuptools import build_meta; print(build_meta.build_wheel('dist'))"


def kept() -> list[str]:
    """Files under version control, or about to be, that are no documentation."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PLACED]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if not name.endswith("README.md") and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, unpacked."""
    source = tmp_path_factory.mktemp("source")
    for name in [*kept(), "pyproject.toml", "README.md", "LICENSE"]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    made = subprocess.run([sys.executable, "-c", BUILD], cwd=source, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    unpacked = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(next((source / "dist").glob("*.whl"))) as archive:
        archive.extractall(unpacked)
    return unpacked


def alone(wheel: Path, code: str, folder: Path) -> str:
    """Run code with the wheel before everything else."""
    environment = os.environ | {"PYTHONPATH": str(wheel), "CREDIT_LANG": "zh"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_kept_file_is_in_the_wheel(wheel: Path) -> None:
    placed = {PLACED[name.split("/")[0]] + "/" + name.split("/", 1)[1] for name in kept()}
    packed = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    assert sorted(placed - packed) == []


def test_a_panel_a_lesson_and_the_commands_work_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    code = (
        "import creditlib, creditlib_notebooks\n"
        "from creditlib.faces.panels import customer_panel\n"
        "from creditlib_notebooks.copies import copy_notebooks\n"
        "from creditlib_notebooks.course import lesson\n"
        "from creditlib_notebooks.serving import HERE\n"
        "print(creditlib.__file__, creditlib_notebooks.__file__)\n"
        "print(customer_panel().view['lang'], len(copy_notebooks('mine', 'zh').made), lesson('aging').check('past_due', 12).right)\n"
        "print((HERE / 'pages' / 'index.html.j2').is_file())"
    )
    first, *rest = alone(wheel, code, tmp_path).splitlines()
    assert first.count(str(wheel)) == 2
    assert rest == ["zh 9 True", "True"]
    told = alone(
        wheel,
        "import sys\nsys.argv = ['credit', 'serve', '--help']\nfrom creditlib.faces.cli.main import run\nrun()",
        tmp_path,
    )
    assert "--token" in told
