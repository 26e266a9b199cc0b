"""Imports go down only, read from the source; and the few things no floor may import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import creditlib

PACKAGE = Path(creditlib.__file__).parent
PROJECT = PACKAGE.parent
FLOORS = ("errors", "money days", "terms", "policy", "facts formulas", "measures", "decisions", "record", "flows", "faces",
          "creditlib_addin creditlib_notebooks creditlib_templates addin templates notebooks")  # fmt: skip
HEIGHT = {name: height for height, names in enumerate(FLOORS) for name in names.split()}
LIBRARY = sorted(PACKAGE.rglob("*.py"))
ADDIN = sorted((PROJECT / "addin").rglob("*.py"))
NOTEBOOKS = sorted((PROJECT / "notebooks").rglob("*.py"))
FILES = [*LIBRARY, *ADDIN, *NOTEBOOKS]
LONGEST = 400


def _module(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, *, lazy: bool = True, typing: bool = False) -> set[str]:
    """Modules a file imports. lazy: inside functions too. typing: under `if TYPE_CHECKING` too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden: set[ast.AST] = set()
    for node in ast.walk(tree):
        unused = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not lazy
        if unused or function:
            hidden |= set(ast.walk(node))
    found = set()
    for node in ast.walk(tree):
        if node in hidden:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = _whole(path, node)
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def _whole(path: Path, node: ast.ImportFrom) -> str:
    """The whole name of the module an import names, a relative one from where it stands."""
    if not node.level:
        return (node.module or "").replace("creditlib_addin", "addin")
    folder = path.relative_to(PROJECT).parent.parts
    return ".".join([*folder[: len(folder) - node.level + 1], *([node.module] if node.module else [])])


def _floor(module: str) -> str | None:
    parts = module.split(".")
    name = parts[1] if parts[0] == "creditlib" and len(parts) > 1 else parts[0]
    return name if name in HEIGHT else None


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_imports_go_down_only(path: Path) -> None:
    own = _floor(_module(path))
    if own is None:
        return  # the package itself hands out names of every floor, lazily
    upward = []
    for module in _imports(path):
        floor = _floor(module)
        if floor and floor != own and HEIGHT[floor] >= HEIGHT[own]:
            upward.append(module)
    assert upward == []


def test_every_module_stands_on_a_floor() -> None:
    assert [m for m in map(_module, FILES) if m not in ("creditlib", "creditlib.__main__") and _floor(m) is None] == []


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_facts_and_measures_never_read_the_policy(path: Path) -> None:
    if _floor(_module(path)) in ("facts", "measures", "formulas"):
        assert not [m for m in _imports(path, typing=True) if m.startswith("creditlib.policy")]


@pytest.mark.parametrize("path", LIBRARY, ids=_module)
def test_nobody_imports_a_spreadsheet_host(path: Path) -> None:
    tops = {m.split(".")[0] for m in _imports(path, typing=True)}
    assert not tops & {"xlwings", "win32com", "uno", "appscript"}


ONLY = {
    "faces/panels": {"ipywidgets", "anywidget", "IPython", "traitlets"},
    "faces/charts faces/panels/front.py": {"altair", "vl_convert"},
    "notebooks": {"voila", "jupyterlab", "jupyter_server", "jupyter_client", "nbformat", "tornado", "zmq"},
}


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_widgets_charts_and_servers_are_imported_in_one_place_each(path: Path) -> None:
    tops = {m.split(".")[0] for m in _imports(path, typing=True)}
    place = path.relative_to(PROJECT).as_posix().removeprefix("creditlib/")
    for places, modules in ONLY.items():
        own = any(place == name or place.startswith(f"{name}/") for name in places.split())
        # a server's settings are made of traitlets
        assert own or not tops & modules - ({"traitlets"} if place.startswith("notebooks/") else set())


def test_scalars_need_no_numpy() -> None:
    formulas = sorted((PACKAGE / "formulas").rglob("*.py"))
    assert len(formulas) > 1
    for path in [*formulas, *map(PACKAGE.joinpath, ("money.py", "days.py", "terms.py", "errors.py"))]:
        tops = {m.split(".")[0] for m in _imports(path)}
        assert not tops & {"numpy", "pandas", "pyarrow"}, path.name


def test_no_circle_of_imports() -> None:
    modules = {_module(path) for path in FILES}
    edges = {
        _module(path): {m for m in _imports(path, lazy=False) if m in modules and m != _module(path)} for path in FILES
    }
    state: dict[str, int] = {}

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert state.get(module) != 1, " → ".join((*trail, module))
        if module not in state:
            state[module] = 1
            for below in sorted(edges[module]):
                visit(below, (*trail, module))
            state[module] = 2

    for module in sorted(edges):
        visit(module, ())


def test_import_of_the_library_loads_nothing_heavy() -> None:
    code = "import sys, creditlib; print(sorted({'numpy', 'pandas', 'pyarrow', 'openpyxl', 'sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_aging_and_dso_need_no_pandas() -> None:
    code = (
        "import sys\nfrom creditlib.facts import reading\nfrom creditlib.measures import aging, dso, exposure, payment\n"
        "print(sorted({'pandas', 'openpyxl', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_file_is_short_enough_to_be_read_at_once(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST
