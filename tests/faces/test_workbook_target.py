"""Where the workbook is written: through links, never in halves, and what the disk refuses is told in both languages."""

from __future__ import annotations

import errno
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from creditlib.errors import UsageError
from creditlib.faces import package
from creditlib.faces.workbook import write_workbook

sys.path.insert(0, str(Path(__file__).parent))
import closes


def refused(target: Path, **options: Any) -> UsageError:
    with pytest.raises(UsageError) as error:
        write_workbook(closes.yen(), target, **options)
    return error.value


def test_a_link_stays_a_link_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    whole = tmp_path / "real" / "close.xlsx"
    whole.write_text("old")
    link = tmp_path / "latest.xlsx"
    link.symlink_to(Path("real") / "close.xlsx")
    assert "exists already" in refused(link).en
    assert write_workbook(closes.yen(), link, force=True) == link
    assert link.is_symlink()
    assert zipfile.is_zipfile(whole)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["close.xlsx", "latest.xlsx", "real"]


def test_a_link_to_nothing_yet_is_written_through(tmp_path: Path) -> None:
    link = tmp_path / "latest.xlsx"
    link.symlink_to(tmp_path / "2026-10.xlsx")
    write_workbook(closes.yen(), link)
    assert link.is_symlink()
    assert zipfile.is_zipfile(tmp_path / "2026-10.xlsx")


def test_a_link_into_a_missing_folder_names_that_folder(tmp_path: Path) -> None:
    link = tmp_path / "latest.xlsx"
    link.symlink_to(tmp_path / "gone" / "close.xlsx")
    error = refused(link)
    assert error.en == f"{tmp_path / 'gone'}: no such folder."
    assert error.zh == f"{tmp_path / 'gone'}：没有这个文件夹。"


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (errno.ENOSPC, "the disk is full", "磁盘已满"),
        (errno.EROFS, "the disk is read-only", "磁盘为只读"),
        (errno.EACCES, "no permission", "没有权限"),
        (errno.EIO, os.strerror(errno.EIO), os.strerror(errno.EIO)),
    ],
)
def test_what_the_disk_refuses_names_the_folder_and_leaves_the_old_file(
    number: int, en: str, zh: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    target = tmp_path / "close.xlsx"
    target.write_text("old")
    monkeypatch.setattr(package.os, "fsync", fails)
    error = refused(target, force=True)
    assert error.en.startswith(f"{tmp_path}: can't write close.xlsx there: {en}")
    assert error.zh.startswith(f"{tmp_path}：无法在此写入 close.xlsx：{zh}")
    assert [p.name for p in tmp_path.iterdir()] == ["close.xlsx"]
    assert target.read_text() == "old"


def test_a_folder_without_permission_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package.os, "access", lambda *_: False)
    error = refused(tmp_path / "close.xlsx")
    assert error.en.startswith(f"{tmp_path}: can't write close.xlsx there: no permission")
    assert list(tmp_path.iterdir()) == []


def test_a_name_too_long_is_said_so(tmp_path: Path) -> None:
    assert "the name is too long" in refused(tmp_path / ("x" * 300 + ".xlsx")).en


def test_what_a_killed_run_left_beside_the_same_target_goes(tmp_path: Path) -> None:
    stale = tmp_path / ".close.xlsx.0a1b2c3d.part"
    others = [
        ".other.xlsx.0a1b2c3d.part", ".close.xlsx.0a1b2c3.part", ".close.xlsx.0a1b2c3G.part", "close.xlsx.0a1b2c3d.part",
        ".close.xlsx.0a1b2c3d.part.bak", ".close.xlsx.ffffffff.part",
    ]  # fmt: skip
    for name in (stale.name, *others):
        (tmp_path / name).write_text("half")
    later = 4_000_000_000  # the year 2096: a part another run is writing now
    os.utime(tmp_path / others[-1], (later, later))
    folder = tmp_path / ".close.xlsx.00000000.part"
    folder.mkdir()
    os.utime(folder, (0, 0))
    write_workbook(closes.yen(), tmp_path / "close.xlsx")
    assert {p.name for p in tmp_path.iterdir()} == {"close.xlsx", folder.name, *others}


def test_a_failed_write_sweeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / ".close.xlsx.0a1b2c3d.part"
    stale.write_text("half")

    def fails(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(package.os, "fsync", fails)
    refused(tmp_path / "close.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == [stale.name]
