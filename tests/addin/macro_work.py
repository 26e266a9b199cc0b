"""A workbook file macros work on, and the sample connected by its control sheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from creditlib_addin.control import label
from creditlib_addin.desk import Desk
from creditlib_addin.hosts.file_book import FileBook
from creditlib_addin.macros import run_macro
from creditlib_addin.settings import VARIABLE

from creditlib.facts.sample.files import write_sample


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileBook:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "settings.json"))
    monkeypatch.delenv("CREDIT_LANG", raising=False)
    write_sample(tmp_path / "sample")
    return FileBook(tmp_path / "work.xlsx")


def answer(book: FileBook, question: str, *answers: Any, sheet: str = "Credit") -> None:
    """Write answers beside a question of the control sheet."""
    for row in book.workbook[sheet].iter_rows():
        if row[0].value in (label(question, "en"), label(question, "zh")):
            for across, value in enumerate(answers, 3):
                book.workbook[sheet].cell(row[0].row, across).value = value
            return
    raise AssertionError(question)


@pytest.fixture
def connected_work(work: FileBook) -> FileBook:
    """A workbook that has connected the sample by its control sheet."""
    run_macro("connect_book", work, Desk())
    answer(work, "book", "book")
    answer(work, "as_of", date(2026, 10, 31))
    answer(work, "ledger", *(f"sample/{n}.csv" for n in ("documents", "allocations", "customers")))
    answer(work, "credit_files", "sample/statements.csv", "sample/registrations.csv")
    for name in ("orders", "limits", "events", "sales", "rates"):
        answer(work, name, f"sample/{name}.csv")
    answer(work, "currency", "CNY")
    answer(work, "control", "sample/control.csv")
    answer(work, "output", "out")
    run_macro("connect_book", work, Desk())
    sheet = work.workbook.worksheets[0]
    sheet["A1"] = "C-7003"
    work.select = f"{sheet.title}!A1"
    return work
