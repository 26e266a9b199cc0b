"""A connected book: a folder that is complete or not there, and opens only unchanged."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from creditlib.errors import RecordError, UsageError
from creditlib.facts.book import MANIFEST, Book, open_book, save_book
from creditlib.facts.tables import SCHEMAS

ROW: dict[str, list[Any]] = {"id": [0], "customer": ["C1"], "kind": ["invoice"], "currency": ["CNY"], "amount_minor": [1],
                             "source_file": ["x"], "source_row": [1]}  # fmt: skip


def test_book_saved_and_opened_holds_the_same_tables(tmp_path: Path) -> None:
    book = Book(ROW, complete=False)
    opened = open_book(save_book(book, tmp_path / "b"))
    assert all(opened.table(name).equals(book.table(name)) for name in SCHEMAS)
    assert (opened.complete, opened.rows("documents"), opened.rows("events")) == (False, 1, 0)


def test_data_frame_is_accepted_as_a_table() -> None:
    assert Book(pd.DataFrame(ROW)).documents["amount_minor"].to_pylist() == [1]


def test_saving_again_replaces_the_whole_folder(tmp_path: Path) -> None:
    save_book(Book(ROW), tmp_path / "b")
    save_book(Book(), tmp_path / "b")
    assert open_book(tmp_path / "b").rows("documents") == 0
    assert os.listdir(tmp_path) == ["b"]  # nothing is left beside it


def test_save_that_fails_leaves_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_book(Book(ROW), tmp_path / "b")

    def full(*_: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr("creditlib.facts.book._hash", full)
    with pytest.raises(OSError, match="disk full"):
        save_book(Book(), tmp_path / "b")
    monkeypatch.undo()
    assert open_book(tmp_path / "b").rows("documents") == 1
    assert os.listdir(tmp_path) == ["b"]


def test_folder_of_something_else_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError):
        save_book(Book(), tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_changed_or_missing_file_is_refused_by_name(damage: str, tmp_path: Path) -> None:
    folder = save_book(Book(ROW), tmp_path / "b")
    path = folder / "documents.parquet"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(RecordError, match=r"documents\.parquet changed"):
        open_book(folder)


def test_manifest_lists_every_file_with_its_hash(tmp_path: Path) -> None:
    folder = save_book(Book(), tmp_path / "b")
    manifest = json.loads((folder / MANIFEST).read_text())
    assert sorted(manifest["sha256"]) == sorted(f"{name}.parquet" for name in SCHEMAS)
    assert all(len(value) == 64 for value in manifest["sha256"].values())
