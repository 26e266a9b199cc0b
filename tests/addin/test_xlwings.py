"""Every case of the table through xlwings' own `call_udf`, over a stand-in for COM: cells as ranges, and as the values the bridge passes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import pywin32
import table
from creditlib_addin.hosts.errors import BY_COM_NUMBER, BY_TEXT, NUMBERS
from creditlib_addin.settings import Settings

MODULE = "creditlib_addin.hosts.xlwings_calls"


@pytest.fixture(scope="module")
def udfs() -> Any:
    return pywin32.install()


@pytest.fixture(autouse=True)
def _connected(connected: Settings) -> None:
    from creditlib_addin import desk

    desk.desk().forget()  # the settings of this test are another file


def ask(udfs: Any, function: str, *arguments: Any, epoch: float = 1900.0) -> Any:
    """Return what the bridge gets back, errors as errors."""
    rows = udfs.call_udf(MODULE, "CREDITCALL", (function, epoch, *arguments), None, None)
    told = [[BY_TEXT.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    told = [[cell.date() if hasattr(cell, "date") else cell for cell in row] for row in told]
    return told[0][0] if len(told) == 1 and len(told[0]) == 1 else told


def as_range(argument: Any) -> Any:
    return pywin32.MISSING if argument is table.MISSING else pywin32.FakeRange(pywin32.com_value(argument))


def as_value(argument: Any) -> Any:
    return pywin32.MISSING if argument is table.MISSING else pywin32.com_value(argument)


@pytest.mark.parametrize("handed", [as_range, as_value])
@pytest.mark.parametrize("case", table.cases(), ids=lambda case: case.id)
def test_case_through_the_real_call(case: table.Case, handed: Any, udfs: Any) -> None:
    given = [handed(argument) for argument in case.arguments]
    found = ask(udfs, case.function, *given)
    assert table.alike(found, case.expected("excel")), found
    if case.why:
        assert case.why in ask(udfs, "CREDITWHY", case.function, *given)


def test_missing_blank_and_error_are_three_things(udfs: Any) -> None:
    wcr = ("CREDITWCR", 150.0, 80.0)
    assert ask(udfs, *wcr, 60.0) == 170
    for left_out in (pywin32.MISSING, None, pywin32.FakeRange(None)):
        assert ask(udfs, *wcr, left_out) == BY_TEXT["#VALUE!"]
        assert "is blank" in ask(udfs, "CREDITWHY", *wcr, left_out)
    assert ask(udfs, "CREDITDAYS", 10.0, 20.0, pywin32.MISSING) == ask(udfs, "CREDITDAYS", 10.0, 20.0)
    for number, error in BY_COM_NUMBER.items():
        assert ask(udfs, *wcr, number) == error
        assert ask(udfs, *wcr, pywin32.FakeRange(number)) == error
    assert ask(udfs, *wcr, -2146826000) == BY_TEXT["#VALUE!"]  # an error of a later Excel


def test_days_of_a_workbook_that_counts_from_1904(udfs: Any) -> None:
    issued, due = date(2026, 1, 31), date(2026, 2, 28)
    serial = float((issued - date(1904, 1, 1)).days)
    answer = float((due - date(1904, 1, 1)).days)
    assert ask(udfs, "CREDITDUEDATE", "月结30天", serial, epoch=1904.0) == answer
    assert ask(udfs, "CREDITDUEDATE", "月结30天", pywin32.com_value(issued), epoch=1904.0) == answer
    assert ask(udfs, "CREDITDUEDATE", "月结30天", serial + 1462) == due  # the same day, counted from 1900
    as_of = float((table.AS_OF - date(1904, 1, 1)).days)
    assert ask(udfs, "CREDITSCORE", "C-7003", as_of, epoch=1904.0) == 622
    assert "costs" in ask(udfs, "CREDITWHY", "CREDITSCORE", "C-7003", as_of, epoch=1904.0)


def test_a_name_that_is_no_function_and_a_fault_inside(udfs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(udfs, "CREDITNONE", 1.0) == BY_TEXT["#NAME?"]
    assert ask(udfs, "CREDITWCR", object(), 1.0, 2.0) == BY_TEXT["#VALUE!"]


def test_every_error_has_its_number_once() -> None:
    assert len(set(NUMBERS.values())) == len(NUMBERS)
    assert BY_COM_NUMBER[-2146826281].text == "#DIV/0!"
