"""A connected book: imported once, opened as it was, told when its files changed, imported anew whole or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from creditlib.errors import CreditError, RecordError, SourceError, UsageError
from creditlib.facts.book import Book, save_book
from creditlib.facts.sample.generate import sample_book
from creditlib.flows.assess import assess
from creditlib.flows.connected import import_book, open_connected, refresh
from creditlib.flows.sources import Sources
from creditlib.policy import load_policy

ON = date(2026, 10, 31)
LEDGER = "customer,document,kind,invoice date,due date,amount\nA,I-1,invoice,2026-08-01,2026-09-01,100.00\nA,R-1,receipt,2026-09-15,,-80.00\nB,I-2,invoice,2026-10-01,2026-10-31,50.00\n"


def ledger(folder: Path, text: str = LEDGER) -> Sources:
    (folder / "ledger.csv").write_text(text, encoding="utf-8")
    return Sources(files=(str(folder / "ledger.csv"),), home="CNY")


def test_what_was_imported_is_what_is_opened_with_its_files_and_its_shape(tmp_path: Path) -> None:
    made, findings = import_book(tmp_path / "book", ledger(tmp_path), load_policy(), ON)
    again = open_connected(tmp_path / "book")
    assert again.hash == made.hash
    assert again.sources == ledger(tmp_path)
    assert again.changed == ()
    assert again.last_day == date(2026, 10, 1)
    assert (
        again.reading.shape == "running_account"
    )  # receipts that nobody matched: told by the folder, the tables can't
    assert isinstance(findings, tuple)
    # oldest due first: R-1 pays 80 of I-1, so 20 + 50 is open
    exposure = assess(again.reading, load_policy(), ON).exposures
    assert {r["customer"]: r["total_minor"] for r in exposure.rows()} == {"A": 20_00, "B": 50_00}


def test_a_file_that_changed_is_named_and_a_refresh_takes_it_in(tmp_path: Path) -> None:
    import_book(tmp_path / "book", ledger(tmp_path), load_policy(), ON)
    ledger(tmp_path, LEDGER + "C,I-3,invoice,2026-10-05,2026-11-05,7.01\n")
    assert open_connected(tmp_path / "book").changed == (str(tmp_path / "ledger.csv"),)
    made, _ = refresh(tmp_path / "book", load_policy(), ON)
    assert made.changed == ()
    assert made.reading.book.rows("documents") == 4


def test_a_refresh_that_fails_leaves_the_book_as_it_was(tmp_path: Path) -> None:
    made, _ = import_book(tmp_path / "book", ledger(tmp_path), load_policy(), ON)
    (tmp_path / "ledger.csv").unlink()
    assert open_connected(tmp_path / "book").changed
    with pytest.raises(CreditError, match=r"ledger\.csv"):
        refresh(tmp_path / "book", load_policy(), ON)
    assert open_connected(tmp_path / "book").hash == made.hash
    assert [p.name for p in tmp_path.iterdir()] == ["book"]


def test_a_folder_a_program_wrote_has_no_files_and_says_so(tmp_path: Path) -> None:
    save_book(sample_book(), tmp_path / "book")
    made = open_connected(tmp_path / "book")
    assert made.sources is None
    assert made.reading.shape == "documents_with_allocations"
    with pytest.raises(UsageError, match="which files"):
        refresh(tmp_path / "book", load_policy(), ON)


def test_what_is_no_book_or_was_changed_by_hand_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no connected book"):
        open_connected(tmp_path)
    import_book(tmp_path / "book", ledger(tmp_path), load_policy(), ON)
    with (tmp_path / "book" / "events.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(RecordError, match=r"events\.parquet"):
        open_connected(tmp_path / "book")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="not a connected book"):
        import_book(tmp_path / "mine", ledger(tmp_path), load_policy(), ON)
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_paths_are_kept_whole_so_that_a_refresh_works_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger(tmp_path)
    monkeypatch.chdir(tmp_path)
    import_book("book", Sources(files=("ledger.csv",), home="CNY"), load_policy(), ON)
    monkeypatch.chdir("/")
    made, _ = refresh(tmp_path / "book", load_policy(), ON)
    assert made.reading.book.rows("documents") == 3


def test_an_empty_book_has_no_last_day(tmp_path: Path) -> None:
    save_book(Book(), tmp_path / "book")
    assert open_connected(tmp_path / "book").last_day is None
