"""One figure through every door: a cell, the terminal, the library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import table
from creditlib_addin import call
from creditlib_addin.desk import Desk
from creditlib_addin.settings import Settings
from typer.testing import CliRunner

from creditlib.faces.cli.main import app


@pytest.fixture(scope="module")
def desk(sample_settings: Settings) -> Desk:
    return Desk(sample_settings)


def terminal(settings: Settings, command: str, *more: str) -> Any:
    """What the terminal prints as JSON of the same files."""
    assert settings.book is not None
    folder = Path(settings.book).parent / "sample"
    files = [str(folder / f"{name}.csv") for name in ("documents", "allocations", "customers")]
    given = [
        command,
        *files,
        "--as-of",
        "2026-10-31",
        "--currency",
        "CNY",
        "--fx",
        str(folder / "rates.csv"),
        "--json",
        *more,
    ]
    if command != "aging":
        given += ["--sales", str(folder / "sales.csv")]
    if command in ("score", "limit"):
        for name in (
            "statements",
            "registrations",
            "references",
            "ratings",
            "security",
            "contracts",
            "purchases",
            "assessments",
        ):
            given += ["--credit-file", str(folder / f"{name}.csv")]
    if command == "limit":
        given += [
            "--orders",
            str(folder / "orders.csv"),
            "--limits",
            str(folder / "limits.csv"),
            "--store",
            str(settings.store),
        ]
    done = CliRunner().invoke(app, given)
    assert done.exit_code in (0, 1), done.output
    return json.loads(done.stdout)


def shown(value: Any) -> Any:
    return None if isinstance(value, table.CellError) else value


def test_score_grade_and_probability_of_every_customer_are_those_of_the_terminal(
    desk: Desk, sample_settings: Settings
) -> None:
    rows = terminal(sample_settings, "score")
    codes = [[row["customer"]] for row in rows]
    cells = call("CREDITTABLE", codes, [["score", "grade", "default_probability"]], desk=desk)
    assert [[shown(v) for v in row] for row in cells] == [
        [r["score"], r["grade"], r["default_probability"]] for r in rows
    ]
    assert [shown(v) for (v,) in call("CREDITSCORE", codes, desk=desk)] == [r["score"] for r in rows]
    assert len(rows) >= 60


def test_limit_exposure_headroom_and_loss_of_every_customer_are_those_of_the_terminal(
    desk: Desk, sample_settings: Settings
) -> None:
    rows = terminal(sample_settings, "limit")
    names = {
        "limit": "limit",
        "exposure": "exposure",
        "headroom": "headroom",
        "expected_loss": "expected_loss",
        "set": "limit_in_force",
    }
    cells = call("CREDITTABLE", [[r["customer"]] for r in rows], [list(names.values())], desk=desk)
    for row, values in zip(rows, cells, strict=True):
        told = [None if row[name] is None else float(row[name]) for name in names]
        assert [shown(v) for v in values] == told, row["customer"]


def test_aging_and_dso_of_the_book_are_those_of_the_terminal(desk: Desk, sample_settings: Settings) -> None:
    (aged,) = terminal(sample_settings, "aging")
    (cells,) = call("CREDITAGING", "*", desk=desk)
    assert cells == [float(value) for value in aged["buckets"].values()]
    assert round(sum(cells), 2) == float(aged["total"])
    for line in terminal(sample_settings, "dso")["methods"]:
        assert call("CREDITDSO", "*", line["method"], desk=desk) == pytest.approx(line["days"], abs=1e-6)


def test_aging_of_every_customer_adds_up_to_the_book(desk: Desk) -> None:
    customers = [[code] for code in desk.answers().customers]
    rows = call("CREDITAGING", customers, desk=desk)
    (whole,) = call("CREDITAGING", "*", desk=desk)
    assert [round(sum(column), 2) for column in zip(*rows, strict=True)] == whole
