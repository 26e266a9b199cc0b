"""What is written: docstrings, two languages with the same placeholders, units of columns, nothing of anybody's workplace."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import creditlib
from creditlib.facts.mapping import presets
from creditlib.facts.tables import KINDS, SCHEMAS

PACKAGE = Path(creditlib.__file__).parent
PROJECT = PACKAGE.parent
PYTHON = [p for d in (PACKAGE, PROJECT / "addin", PROJECT / "notebooks") for p in sorted(d.rglob("*.py"))]
WORDING = sorted(
    [
        *(PACKAGE / "faces" / "wording").glob("*.toml"),
        PACKAGE / "facts" / "checks.toml",
        *(PACKAGE / "decisions" / "reasons").glob("*.toml"),
    ]
)
PLACES = re.compile(r"/(?:work|home/[a-z]+|root|Users/[A-Za-z]+)/[a-z]", re.I)
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}")


def _public(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Functions, classes and methods without a leading underscore, and the module itself."""
    yield "module", tree
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: p.relative_to(PROJECT).as_posix())
def test_every_public_name_says_what_it_does(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        return  # an empty package file has nothing to say
    silent = [name for name, node in _public(ast.parse(text)) if not ast.get_docstring(node)]  # type: ignore[arg-type]
    assert silent == []


def _pairs(data: dict[str, Any], trail: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    for key, value in data.items():
        if isinstance(value, dict):
            if set(value) & {"en", "zh"}:
                yield f"{trail}{key}", value
            else:
                yield from _pairs(value, f"{trail}{key}.")


@pytest.mark.parametrize("path", WORDING, ids=lambda p: p.name)
def test_every_text_is_there_in_both_languages_with_the_same_placeholders(path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    found = dict(_pairs(data))
    assert found
    for key, texts in found.items():
        assert set(texts) == {"en", "zh"}, key
        assert all(isinstance(t, str) and t.strip() == t.strip(" \n") and t for t in texts.values()), key
        places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
        assert places[0] == places[1], key


def test_every_column_of_every_schema_tells_its_unit() -> None:
    assert [f"{n}.{f.name}" for n, s in SCHEMAS.items() for f in s if not (f.metadata or {}).get(b"unit")] == []


def test_every_preset_names_its_source_and_knows_its_kinds() -> None:
    for preset in presets():
        assert preset.source, preset.name
        assert preset.title, preset.name
        assert set(preset.kinds.values()) <= set(KINDS), preset.name


def _tracked() -> list[Path]:
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return [p for folder in ("creditlib", "tests", "templates") for p in (PROJECT / folder).rglob("*.*")]
    return [PROJECT / name for name in done.stdout.decode().split("\0") if name]


def test_no_file_names_a_place_of_somebodys_machine_or_a_secret() -> None:
    found = []
    for path in _tracked():
        if path.suffix in (".py", ".toml", ".md", ".txt", ".json", ".csv", ".yml", ".yaml", ".cfg") and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{path.name}: {m.group()}" for m in [PLACES.search(text), SECRETS.search(text)] if m]
    assert found == []


def test_public_names_are_a_literal_list_and_all_can_be_had() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    lists = [
        n.value for n in ast.walk(tree) if isinstance(n, ast.Assign | ast.AnnAssign) and "__all__" in ast.unparse(n)
    ]
    names = ast.literal_eval(lists[0])  # type: ignore[arg-type]
    assert sorted(set(names)) == sorted(names)
    assert [name for name in names if getattr(creditlib, name, None) is None] == []
