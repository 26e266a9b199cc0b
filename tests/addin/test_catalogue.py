"""The catalogue checks itself, and says everything in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import creditlib_addin
import pytest
import table
from creditlib_addin import CATALOGUE, call, udf
from creditlib_addin.desk import Desk
from creditlib_addin.settings import Settings
from creditlib_addin.udf import CatalogueError, Day, Number, cell

FOLDER = Path(creditlib_addin.__file__).parent
TEXT = {"en": "x", "zh": "x"}


def entered(body: Any, monkeypatch: pytest.MonkeyPatch, **texts: Any) -> None:
    monkeypatch.setattr(udf, "_texts", lambda: {body.__name__: {**TEXT, "example": "=X()", **texts}})
    monkeypatch.setattr(udf, "CATALOGUE", {})
    cell("number", "formula")(body)


def test_a_function_a_host_could_not_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def CREDITX(desk: Any, amount: Number) -> Any: ...

    entered(CREDITX, monkeypatch, amount=TEXT)

    def creditx(desk: Any) -> Any: ...

    def CREDITDSO30(desk: Any) -> Any: ...

    def CREDITNODESK(amount: Number) -> Any: ...

    def CREDITKEY(desk: Any, *, amount: Number) -> Any: ...

    def CREDITBARE(desk: Any, amount: float) -> Any: ...

    def CREDITORDER(desk: Any, amount: Number = 1, on: Day = None) -> Any: ...

    def CREDITCALLER(desk: Any, caller: Number) -> Any: ...

    for body, why in (
        (creditx, "capitals"), (CREDITDSO30, "no digits"), (CREDITNODESK, "desk"), (CREDITKEY, "by position"),
        (CREDITBARE, "what it is"), (CREDITCALLER, "can be called"),
    ):  # fmt: skip
        with pytest.raises(CatalogueError, match=why):
            entered(body, monkeypatch, amount=TEXT, on=TEXT, caller=TEXT)
    with pytest.raises(CatalogueError, match="255"):
        entered(CREDITX, monkeypatch, amount={"en": "x" * 256, "zh": "x"})
    with pytest.raises(CatalogueError, match="does not explain amount"):
        entered(CREDITX, monkeypatch)
    with pytest.raises(CatalogueError, match="does not take"):
        entered(CREDITX, monkeypatch, amount=TEXT, other=TEXT)
    entered(CREDITORDER, monkeypatch, amount=TEXT, on=TEXT)

    def twice(desk: Any) -> Any: ...

    twice.__name__ = "CREDITORDER"
    monkeypatch.setattr(udf, "_texts", lambda: {"CREDITORDER": {**TEXT, "example": "x"}})
    with pytest.raises(CatalogueError, match="twice"):
        cell("number", "formula")(twice)


def test_every_function_and_argument_is_explained_in_both_languages_and_briefly() -> None:
    assert len(CATALOGUE) >= 30
    for function in CATALOGUE.values():
        for said in (function, *function.arguments):
            assert 0 < len(said.en) <= 255, said
            assert 0 < len(said.zh) <= 255, said
            assert re.search("[\u4e00-\u9fff]", said.zh), said


@pytest.fixture(scope="module")
def desk(sample_settings: Settings) -> Desk:
    return Desk(sample_settings)


def written(text: str) -> Any:
    """An argument of an example, as it is typed."""
    from datetime import date

    text = text.strip()
    if text.startswith('"'):
        return text[1:-1]
    if text.startswith("DATE("):
        return date(*map(int, text[5:-1].split(",")))
    if text.startswith("{"):
        return [[written(part) for part in text[1:-1].split(",")]]
    return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)


@pytest.mark.parametrize("name", [n for n in CATALOGUE if n != "CREDITTERMNPV"])
def test_the_example_of_a_function_runs_and_its_reason_is_told(name: str, desk: Desk) -> None:
    found = re.fullmatch(r"=(\w+)\((.*)\)", CATALOGUE[name].example)
    assert found
    assert found[1] == name
    given = [written(part) for part in re.findall(r'"[^"]*"|DATE\([^)]*\)|\{[^}]*\}|[^,]+', found[2])]
    shown = call(name, *given, desk=desk)
    assert not isinstance(shown, table.CellError), call("CREDITWHY", name, *given, desk=desk)
    if name != "CREDITWHY":
        assert len(call("CREDITWHY", name, *given, desk=desk)) > 20


def test_importing_the_add_in_loads_nothing_heavy() -> None:
    code = "import sys, creditlib_addin; print(sorted({'numpy', 'pandas', 'pyarrow', 'openpyxl', 'xlwings', 'pyopenvba', 'uno'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_hosts_know_a_spreadsheet_and_no_file_is_too_long() -> None:
    for path in sorted(FOLDER.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400, path
        if "hosts" not in path.parts:
            assert not re.search(r"^\s*(import|from) (xlwings|uno|unohelper|pyopenvba|com\.sun)", text, re.MULTILINE), (
                path
            )
        assert "xlwings.pro" not in text, path
