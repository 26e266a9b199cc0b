"""Commands other packages add to `credit`."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from typer.testing import CliRunner

from creditlib.faces.cli import further
from creditlib.faces.cli.main import app


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_the_add_in_is_found_by_its_entry_point() -> None:
    assert "addin" in run("--help").output
    assert "doctor" in run("addin", "--help").output


def test_help_loads_nothing_heavy_and_no_other_command_loads_the_add_in() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom creditlib.faces.cli.main import app\n"
        "CliRunner().invoke(app, [sys.argv[1], '--help'] if sys.argv[1:] else ['--help'])\n"
        "print(sorted({'numpy', 'pyarrow', 'pandas', 'xlwings', 'pyopenvba', 'openpyxl', *sys.argv[1:]} & set(sys.modules)), "
        "'creditlib_addin' in sys.modules)"
    )
    for arguments, expected in (([], "[] True"), (["terms"], "[] False")):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == expected


def test_a_command_that_cant_be_loaded_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("gone", "no_such_package:app", further.GROUP)
    monkeypatch.setattr(further, "_entries", lambda: {"gone": broken})
    assert "no_such_package" in run("--help").output
    assert run("terms", "--help").exit_code == 0
    found = run("gone", "--anything")
    assert isinstance(found.exception, ImportError)
