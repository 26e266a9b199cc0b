"""Files handed over as bytes: where they lie, what is refused, and that nothing is left behind."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from creditlib.errors import UsageError
from creditlib.flows.close_desk_files import UPLOAD_MB, UPLOAD_SETTING, Uploads, safe_name, twins, upload_limit


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\台账 10月.xlsx", "台账 10月.xlsx"),
        ("a:b*?!.csv", "a_b_.csv"),
        ("..", "file"),
        ("", "file"),
        ("nul.csv", "_nul.csv"),
        (".hidden.csv", "hidden.csv"),
    ],
)
def test_a_name_leads_nowhere(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    kept = safe_name("长" * 300 + ".xlsx")
    assert kept.endswith("长.xlsx")
    assert len(kept.encode()) <= 200


def test_files_handed_over_lie_where_nobody_else_can_read_them_and_go_with_the_block() -> None:
    with Uploads() as kept:
        path = kept.add("../a.csv", b"customer,amount")
        assert path.parent == kept.folder
        assert path.read_bytes() == b"customer,amount"
        assert kept.folder.stat().st_mode & 0o077 == 0
        assert kept.paths == (path,)
    assert not kept.folder.exists()


def test_files_go_when_nobody_holds_the_folder_any_more() -> None:
    folder = Uploads().folder
    gc.collect()
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="folders can't be locked there")
def test_a_folder_of_a_killed_process_goes_with_the_next_and_one_of_a_living_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    program = (
        "import os, sys, signal; from creditlib.flows.close_desk_files import Uploads; kept = Uploads(); "
        "kept.add('a.csv', b'secret'); print(kept.folder, flush=True); sys.stdin.readline(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    )  # fmt: skip
    assert child.stdout is not None
    folder = Path(child.stdout.readline().strip())
    with Uploads():
        assert (folder / "a.csv").read_text() == "secret"  # it lives
    child.communicate("\n")
    assert folder.exists()  # it could not remove it
    with Uploads() as mine:
        assert not folder.exists()
        assert list(tmp_path.glob("creditlib-close-*")) == [mine.folder]


def test_a_file_above_the_limit_is_refused_with_both_sizes_before_it_is_kept() -> None:
    with Uploads(limit=1 << 20) as kept:
        with pytest.raises(UsageError) as caught:
            kept.add("big.csv", b"x" * (3 << 19))
        assert caught.value.en == (
            "big.csv: 1.5 MB, more than the 1.0 MB a file handed over may have. Give its path instead, or set CREDIT_UPLOAD_MB."
        )
        assert caught.value.zh == "big.csv：1.5 MB，超过上传上限 1.0 MB。请改为填写文件路径，或设置 CREDIT_UPLOAD_MB。"
        assert list(kept.folder.iterdir()) == []


def test_the_limit_is_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(UPLOAD_SETTING, raising=False)
    assert upload_limit() == UPLOAD_MB * 1024 * 1024
    monkeypatch.setenv(UPLOAD_SETTING, "3")
    assert upload_limit() == 3 * 1024 * 1024
    for wrong in ("0", "2.5", "many", "-1"):
        monkeypatch.setenv(UPLOAD_SETTING, wrong)
        with pytest.raises(UsageError, match="is no whole number of megabytes above 0"):
            upload_limit()


def test_a_second_file_of_a_name_or_of_a_content_is_refused() -> None:
    with Uploads() as kept:
        kept.add("a.csv", b"one")
        with pytest.raises(UsageError, match=r"^A\.csv: a file of this name is there already"):
            kept.add("A.csv", b"two")
        with pytest.raises(UsageError, match=r"^b\.csv: holds exactly what a\.csv holds"):
            kept.add("b.csv", b"one")
        assert [path.name for path in kept.paths] == ["a.csv"]
        assert [entry.name for entry in kept.folder.iterdir()] == ["a.csv"]
        kept.remove("a.csv")
        assert kept.add("a.csv", b"two").read_bytes() == b"two"


def test_a_file_in_pieces_arrives_whole_or_not_at_all() -> None:
    with Uploads() as kept:
        incoming = kept.begin("a.csv", 6)
        incoming.write(b"abc")
        assert not (kept.folder / "a.csv").exists()
        incoming.write(b"def")
        assert incoming.finish().read_bytes() == b"abcdef"
        short = kept.begin("b.csv", 6)
        short.write(b"abc")
        with pytest.raises(UsageError) as caught:
            short.finish()
        assert caught.value.en == "b.csv: 3 bytes came, 6 were announced. Choose the file again."
        long = kept.begin("c.csv", 2)
        with pytest.raises(UsageError, match="3 bytes came, 2 were announced"):
            long.write(b"abc")
        kept.begin("d.csv", 2).cancel()
        assert [entry.name for entry in kept.folder.iterdir()] == ["a.csv"]


def test_files_that_would_count_twice_are_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name, text in (("a.csv", "one"), ("b.csv", "one"), ("c.csv", "two"), ("sub/c.csv", "three")):
        (tmp_path / name).write_text(text)
    os.symlink(tmp_path / "a.csv", tmp_path / "link.csv")
    found = twins([str(tmp_path / name) for name in ("a.csv", "b.csv", "c.csv", "sub/c.csv", "link.csv", "gone.csv")])
    assert sorted(found) == [1, 3, 4]
    assert "holds exactly what" in found[1].en
    assert "has the same name, and a finding names a file by it" in found[3].en
    assert found[4].en == "link.csv: given twice. Everything in it would count twice; give it once."
