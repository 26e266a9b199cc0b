"""Reference pages say what the code says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from creditlib.policy import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_tool", ROOT / "tools" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", ["checks", "functions", "policy", "python"])
def test_a_reference_page_is_the_one_the_code_makes(tool: ModuleType, page: str, lang: str) -> None:
    stands = tool.file_of(page, lang).read_text(encoding="utf-8")
    assert stands == tool.PAGES[page](lang), "run: python tools/docs.py"


def test_every_public_name_has_one_place_and_a_chinese_summary(tool: ModuleType) -> None:
    summaries = [pair for group in tool.groups() for pair in group["names"].items()]
    names = [name for name, _ in summaries]
    assert len(names) == len(set(names))
    assert set(names) == tool.public_names(), "docs/python.toml names what creditlib hands out, no more, no less"
    bad = [name for name, text in summaries if not re.search("[\u4e00-\u9fff].*。$", text)]
    assert not bad, "a summary is a Chinese sentence"


def test_the_page_of_parameters_has_every_one_once(tool: ModuleType) -> None:
    found = re.findall(r"^\| `([a-z_.]+)` \|", tool.policy_page("en"), re.MULTILINE)
    assert sorted(found) == sorted(CATALOGUE)


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
        "credit serve",
        "credit lab",
    ):
        assert all(command in text for text in texts)


def test_the_readmes_count_the_spreadsheet_functions_there_are() -> None:
    import creditlib_addin

    count = len(creditlib_addin.CATALOGUE)
    assert f"{count} functions ([reference]" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"共 {count} 个函数" in (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
