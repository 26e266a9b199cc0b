"""A connected book: a folder that is complete or not there, and opens only unchanged."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from creditlib.errors import RecordError, UsageError
from creditlib.facts import book
from creditlib.facts.book import MANIFEST, Book, open_book, save_book
from creditlib.facts.tables import SCHEMAS

ROW: dict[str, list[Any]] = {"id": [0], "customer": ["C1"], "kind": ["invoice"], "currency": ["CNY"], "amount_minor": [1],
                             "source_file": ["x"], "source_row": [1]}  # fmt: skip


def test_book_saved_and_opened_holds_the_same_tables(tmp_path: Path) -> None:
    given = Book(ROW, complete=False)
    opened = open_book(save_book(given, tmp_path / "b"))
    assert all(opened.table(name).equals(given.table(name)) for name in SCHEMAS)
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


def _links(source: int | None, target: int | None, amount: int = 1) -> pa.Table:
    ends = {"from_document": pa.array([None, source], pa.int64()), "to_document": pa.array([0, target], pa.int64())}
    return pa.table({**ends, "amount_minor": [1, amount], "on": pa.array([0, 0], pa.date32()), "origin": ["given"] * 2})


TWO: dict[str, list[Any]] = {name: [values[0]] * 2 for name, values in ROW.items()} | {"id": [0, 1]}


def test_allocations_within_the_documents_are_accepted() -> None:
    assert Book(TWO, _links(1, 0)).allocations.num_rows == 2
    assert Book(TWO, _links(1, None)).allocations.num_rows == 2


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ((1, 2), "row 1 points to document 2 of 2"),
        ((-1, 0), "row 1 points to document -1 of 2"),
        ((None, None), "row 1 names no document"),
        ((1, 0, 0), "row 1 has the amount 0, not above 0"),
        ((1, 0, -5), "row 1 has the amount -5, not above 0"),
    ],
)
def test_allocation_that_points_nowhere_or_is_not_above_zero_is_refused(links: tuple[Any, ...], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Book(TWO, _links(*links))
    assert f"allocations: {said}." in caught.value.en
    assert "allocations：第 1 行" in caught.value.zh


@pytest.mark.parametrize("ids", [[1, 2], [1, 0], [0, 0]])
def test_documents_not_numbered_by_their_rows_are_refused(ids: list[int]) -> None:
    with pytest.raises(UsageError, match="Number the rows 0, 1, 2"):
        Book(TWO | {"id": ids})


def test_allocation_without_any_document_in_the_book_is_refused() -> None:
    with pytest.raises(UsageError, match="document 0 of 0"):
        Book(allocations=_links(None, 0))


def test_connected_folder_is_checked_when_it_is_saved_again_not_when_it_is_opened(tmp_path: Path) -> None:
    folder = save_book(Book(TWO, _links(1, 0)), tmp_path / "b")
    path = folder / "allocations.parquet"
    table = parquet.read_table(path, schema=SCHEMAS["allocations"])
    parquet.write_table(table.set_column(1, SCHEMAS["allocations"].field(1), pa.array([0, 9])), path)
    opened = open_book(folder, verify=False)
    with pytest.raises(UsageError, match="row 1 points to document 9 of 2"):
        save_book(opened, tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_ten_million_sound_rows_pass() -> None:
    count = 10_000_000
    ids = np.arange(count)
    documents, links = pa.table({"id": ids}), pa.table(dict.fromkeys(("from_document", "to_document"), ids))
    book._check_ids(documents)
    book._check_links(links.append_column("amount_minor", pa.array(ids + 1)), count)
