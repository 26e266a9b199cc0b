"""What the tests of error messages share: a case, how its text is compared, and which raises no case reached."""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import creditlib
from creditlib.errors import CreditError

_LINES = 3


@dataclass(frozen=True)
class Case:
    """cause: what the caller did. text: parts that depend on the machine or another library are written as …"""

    name: str
    kind: type[CreditError]
    cause: Callable[[Path], object]
    en: str
    zh: str


def fits(expected: str, text: str) -> bool:
    """… in an expectation stands for what the machine or another library says."""
    if "…m.toml：unknown key" not in expected and "…" not in expected:
        return expected == text
    kept = expected.replace("SELECT …", "SELECT \0").replace("EUR, …", "EUR, \0")
    pattern = ".*".join(re.escape(part) for part in kept.split("…")).replace("\0", "…").replace(re.escape("\0"), "…")
    return re.fullmatch(pattern, text, re.DOTALL) is not None


class Reached:
    """The raises the cases of one module reached. cases: all of them, so that `lacking` knows whether each has run."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._cases = cases
        self._ran: set[str] = set()
        self._lines: set[tuple[Path, int]] = set()

    def check(self, case: Case, folder: Path) -> None:
        """Assert that a case ends in its error, told whole in both languages."""
        self._ran.add(case.name)
        with pytest.raises(CreditError) as caught:
            case.cause(folder)
        error = caught.value
        assert type(error) is case.kind
        assert fits(case.en, error.text("en")), error.en
        assert fits(case.zh, error.text("zh")), error.zh
        assert max(len(text.splitlines()) for text in (error.en, error.zh)) <= _LINES
        for frame in traceback.extract_tb(error.__traceback__):  # one that was kept is raised twice
            self._lines.add((Path(frame.filename).resolve(), frame.lineno or 0))

    def lacking(self, *folders: str) -> list[str]:
        """Return the raises of some folders of the library that no case reached."""
        if len(self._ran) < len(self._cases):
            pytest.skip("needs all cases of this module to have run before it")
        root = Path(creditlib.__file__).parent
        return [
            f"{path.name}:{node.lineno}"
            for path in sorted(path for name in folders for path in (root / name).rglob("*.py"))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Raise) and node.exc is not None and not self._reached(path, node)
        ]

    def _reached(self, path: Path, node: ast.Raise) -> bool:
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        return any((path.resolve(), line) in self._lines for line in lines)
