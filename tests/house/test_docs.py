"""Reference pages say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("lang", "name"), [("en", "checks.md"), ("zh", "checks.zh.md")])
def test_the_page_of_checks_is_the_one_the_code_makes(lang: str, name: str) -> None:
    spec = importlib.util.spec_from_file_location("docs_tool", ROOT / "tools" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == tool.checks_page(lang), "run: python tools/docs.py"


def test_both_readmes_name_the_same_commands() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")]
    for command in (
        "make close",
        "make test",
        "credit close",
        "credit aging",
        "credit dso",
        "credit check",
        "credit map",
        "credit policy",
        "credit sample",
    ):
        assert all(command in text for text in texts)
