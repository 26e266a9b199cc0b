"""Every notebook runs through without a browser: the panels, and the lessons unfilled and with model answers, in both languages."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import creditlib_notebooks
import nbformat
import pytest
from creditlib_notebooks.course import lesson
from creditlib_notebooks.kernels import OwnKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

sys.path.insert(0, str(Path(__file__).parent))
from model_answers import ANSWERS

pytestmark = pytest.mark.browser

FOLDER = Path(creditlib_notebooks.__file__).parent
LESSONS = [(lang, path.name) for lang in ("en", "zh") for path in sorted((FOLDER / "course" / lang).glob("*.ipynb"))]
PANELS = [path.name for path in sorted((FOLDER / "panels").glob("*.ipynb"))]


def run(notebook: Any, folder: Path) -> None:
    from jupyter_client.manager import AsyncKernelManager

    manager = AsyncKernelManager(kernel_spec_manager=OwnKernel())
    NotebookClient(notebook, km=manager, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()


def told(cell: Any) -> list[str]:
    return [out["data"]["text/plain"] for out in cell["outputs"] if out["output_type"] == "execute_result"]


@pytest.mark.parametrize(
    "lang", ["en", pytest.param("zh", marks=pytest.mark.soak)]
)  # the pages over Voila are in Chinese
@pytest.mark.parametrize("name", PANELS)
def test_a_panel_is_made(name: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_LANG", lang)
    notebook = nbformat.read(FOLDER / "panels" / name, as_version=4)
    run(notebook, tmp_path)
    [shown] = notebook.cells[1].outputs
    assert "application/vnd.jupyter.widget-view+json" in shown["data"]
    state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    [view] = [s["state"]["view"] for s in state.values() if "view" in s["state"]]
    assert view["error"] == ""
    assert (view["panel"], view["lang"]) == (name.removesuffix(".ipynb"), lang)
    assert view["blocks"]
    assert bool(re.search("[\u4e00-\u9fff]", view["top"]["sub"])) == (lang == "zh")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "there are aging, scores, terms."), ("zh", "可选aging、scores、terms。")]
)
def test_a_mistake_in_a_cell_is_told_in_words_instead_of_a_traceback(
    lang: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDIT_LANG", lang)
    cell = nbformat.v4.new_code_cell("from creditlib_notebooks.course import lesson\nlesson('other')")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    with pytest.raises(CellExecutionError):
        run(notebook, tmp_path)
    [error] = cell.outputs
    assert len(error["traceback"]) == 1
    assert error["traceback"][0].endswith(words)


@pytest.mark.parametrize(("lang", "name"), LESSONS)
def test_a_lesson_runs_through_unfilled_and_every_exercise_says_not_yet(lang: str, name: str, tmp_path: Path) -> None:
    notebook = nbformat.read(FOLDER / "course" / lang / name, as_version=4)
    run(notebook, tmp_path)
    asked = [cell for cell in notebook.cells if cell.id.endswith("-try")]
    wanted = {"en": "○ Not yet. Replace the three dots", "zh": "○ 还不对。请将三个点"}[lang]
    assert [text[: len(wanted)] for cell in asked for text in told(cell)] == [wanted] * len(asked)
    [end] = told(notebook.cells[-1])
    assert str(len(asked)) in end


@pytest.mark.parametrize(("lang", "name"), LESSONS)
def test_with_the_model_answers_every_exercise_is_right(lang: str, name: str, tmp_path: Path) -> None:
    notebook = nbformat.read(FOLDER / "course" / lang / name, as_version=4)
    [taken] = re.findall(r'lesson\("(\w+)"', notebook.cells[1].source)
    for cell in notebook.cells:
        if asked := re.search(r'here\.check\("(\w+)"', cell.source):
            cell.source = cell.source.replace("...", ANSWERS[taken][asked[1]])
    notebook.cells[1].source = f"from datetime import date\n{notebook.cells[1].source}"
    run(notebook, tmp_path)
    marks = [text for cell in notebook.cells if cell.id.endswith("-try") for text in told(cell)]
    assert len(marks) == len(lesson(taken).exercises)
    assert all(mark.startswith("✓") for mark in marks)
    assert told(notebook.cells[-1])[0].startswith("✓")
