"""A person's own copies: never written over, and what was kept is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from creditlib_notebooks import copies
from creditlib_notebooks.copies import bundled, copy_notebooks

from creditlib.errors import UsageError

CUSTOMER = "panels/customer.ipynb"


def change(path: Path, text: str = "1 + 1") -> bytes:
    notebook: dict[str, Any] = json.loads(path.read_bytes())
    notebook["cells"][1]["source"] = [text]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path.read_bytes()


def test_the_first_time_everything_is_copied_as_it_is(tmp_path: Path) -> None:
    made = copy_notebooks(tmp_path / "mine", "zh")
    assert made.made == tuple(bundled("zh"))
    assert made.kept == made.renewed == ()
    for name, source in bundled("zh").items():
        assert (tmp_path / "mine" / name).read_bytes() == source.read_bytes()
    assert "9" in made.lines("zh")[0]


def test_a_changed_notebook_stays_and_is_told(tmp_path: Path) -> None:
    copy_notebooks(tmp_path, "en")
    theirs = change(tmp_path / CUSTOMER)
    again = copy_notebooks(tmp_path, "en")
    assert (again.made, again.renewed, again.kept) == ((), (), (CUSTOMER,))
    assert (tmp_path / CUSTOMER).read_bytes() == theirs
    assert CUSTOMER in again.lines("en")[0]
    assert "保留" in again.lines("zh")[0]


def test_a_notebook_that_was_only_run_counts_as_unchanged(tmp_path: Path) -> None:
    copy_notebooks(tmp_path, "en")
    notebook = json.loads((tmp_path / CUSTOMER).read_bytes())
    notebook["cells"][1] |= {
        "execution_count": 3,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}],
    }
    notebook["cells"][1]["source"] = "".join(notebook["cells"][1]["source"])
    (tmp_path / CUSTOMER).write_text(json.dumps(notebook), encoding="utf-8")
    ran = (tmp_path / CUSTOMER).read_bytes()
    assert copy_notebooks(tmp_path, "en").lines("en") == []
    assert (tmp_path / CUSTOMER).read_bytes() == ran


def test_a_newer_version_replaces_a_copy_nobody_changed_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_notebooks(tmp_path / "mine", "en")
    theirs = change(tmp_path / "mine" / "panels" / "terms.ipynb")
    newer = {name: tmp_path / f"{Path(name).stem}.ipynb" for name in (CUSTOMER, "panels/terms.ipynb")}
    for name, path in newer.items():
        path.write_bytes(bundled("en")[name].read_bytes())
        change(path, "print('newer')")
    monkeypatch.setattr(copies, "bundled", lambda lang: newer)
    made = copy_notebooks(tmp_path / "mine", "en")
    assert (made.renewed, made.kept) == ((CUSTOMER,), ("panels/terms.ipynb",))
    assert (tmp_path / "mine" / CUSTOMER).read_bytes() == newer[CUSTOMER].read_bytes()
    assert (tmp_path / "mine" / "panels" / "terms.ipynb").read_bytes() == theirs


def test_whoever_loses_the_list_of_copies_loses_no_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_notebooks(tmp_path, "en")
    (tmp_path / ".creditlib.json").write_text("spoilt")
    theirs = change(tmp_path / CUSTOMER)
    assert copy_notebooks(tmp_path, "en").kept == (CUSTOMER,)
    assert (tmp_path / CUSTOMER).read_bytes() == theirs


def test_what_is_no_notebook_any_more_is_kept(tmp_path: Path) -> None:
    copy_notebooks(tmp_path, "en")
    (tmp_path / CUSTOMER).write_bytes(b"\xff notes")
    assert copy_notebooks(tmp_path, "en").kept == (CUSTOMER,)
    assert (tmp_path / CUSTOMER).read_bytes() == b"\xff notes"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        copy_notebooks(tmp_path / "file", "en")
