"""How the notebooks are kept: valid, without outputs, the same in both languages."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import creditlib_notebooks
import nbformat
import pytest
from creditlib_notebooks.copies import bundled
from creditlib_notebooks.course import LESSONS, lesson

from creditlib.faces import panels

FOLDER = Path(creditlib_notebooks.__file__).parent
ALL = sorted(FOLDER.rglob("*.ipynb"))
COURSE = sorted(path.name for path in (FOLDER / "course" / "en").glob("*.ipynb"))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("path", ALL, ids=named)
def test_a_notebook_is_valid_and_kept_in_the_one_form(path: Path) -> None:
    nbformat.validate(nbformat.read(path, as_version=4))
    tool = Path(__file__).resolve().parents[2] / "tools" / "notebooks.py"
    spec = importlib.util.spec_from_file_location("notebooks_tool", tool)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = path.read_text(encoding="utf-8")
    assert module.plain(json.loads(text), path.stem) == text, "run: python tools/notebooks.py"


@pytest.mark.parametrize("path", ALL, ids=named)
def test_no_output_is_kept_and_every_cell_has_its_own_name(path: Path) -> None:
    cells = read(path)["cells"]
    assert [c for c in cells if c.get("outputs") or c.get("execution_count")] == []
    assert len({c["id"] for c in cells}) == len(cells)


def test_there_is_one_notebook_for_each_panel_and_it_does_nothing_but_show_it() -> None:
    names = {name.removesuffix("_panel") for name in panels.__all__ if name.endswith("_panel")}
    kept = {path.stem: read(path)["cells"] for path in (FOLDER / "panels").glob("*.ipynb")}
    assert set(kept) == names
    for name, (about, code) in kept.items():
        assert about["cell_type"] == "markdown"
        assert re.search("[\u4e00-\u9fff]", "".join(about["source"]))
        wanted = f"from creditlib.faces.panels import {name}_panel\n\n{name}_panel()"
        assert "".join(code["source"]) == wanted


@pytest.mark.parametrize("name", COURSE)
def test_a_lesson_is_the_same_in_both_languages(name: str) -> None:
    english, chinese = (read(FOLDER / "course" / lang / name)["cells"] for lang in ("en", "zh"))
    assert [c["id"] for c in english] == [c["id"] for c in chinese]
    for one, other in zip(english, chinese, strict=True):
        texts = ["".join(cell["source"]) for cell in (one, other)]
        if one["cell_type"] == "code":
            assert texts[0].replace('"en"', '"zh"') == texts[1]
        else:
            assert not re.search("[\u4e00-\u9fff]", texts[0].replace("月结30天", ""))
            assert re.search("[\u4e00-\u9fff]", texts[1])


@pytest.mark.parametrize("name", COURSE)
def test_the_exercises_of_a_lesson_stand_in_its_notebook_unfilled(name: str) -> None:
    cells = ["".join(c["source"]) for c in read(FOLDER / "course" / "en" / name)["cells"] if c["cell_type"] == "code"]
    taken = re.search(r'lesson\("(\w+)", "en"\)', cells[0])
    assert taken is not None
    tried = [m for cell in cells if (m := re.fullmatch(r'(\w+) = \.\.\.\n\nhere\.check\("(\w+)", \1\)', cell))]
    assert [m[2] for m in tried] == list(lesson(taken[1]).exercises)
    assert sum("..." in cell for cell in cells) == len(tried)


def test_every_lesson_has_a_notebook() -> None:
    assert len(COURSE) == len(LESSONS)
    assert set(bundled("zh")) == {
        f"panels/{p}.ipynb" for p in ("approvals", "close", "customer", "policy", "portfolio", "terms")
    } | {f"course/zh/{name}" for name in COURSE}
