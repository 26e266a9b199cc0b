"""An .xlsx as a zip of parts: read, replace some parts, write the whole in one step.

What must stay true: a part that nobody replaced leaves byte for byte as it came; the same parts make the same file (no
clock, no machine in it); a target is the old file or the complete new one, whenever the process is killed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from creditlib.errors import TemplateError, UsageError
from creditlib.faces.wording import say

_EPOCH = (1980, 1, 1, 0, 0, 0)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LONGEST = 32_767
_MIB = 1 << 20
MOST_UNPACKED = 64 * _MIB
_REASONS = {
    errno.EACCES: "denied", errno.EPERM: "denied", errno.EROFS: "read_only", errno.ENOSPC: "full", errno.EDQUOT: "full",
    errno.ENAMETOOLONG: "long_name",
}  # fmt: skip

Part = bytes | Iterable[bytes]


def clean(value: str) -> str:
    """Return a text as XML may carry it: what XML forbids is left out, `&<>"` are escaped, a spreadsheet's own `_x0041_`
    escape is kept as text, and no more than a cell can hold.

    >>> clean("R&D\\x00 <1>"), clean("_x0041_")
    ('R&amp;D &lt;1&gt;', '_x005F_x0041_')
    """
    value = _ILLEGAL.sub("", value[:_LONGEST]).replace("\r\n", "\n").replace("\r", "\n")
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return _ESCAPE_LIKE.sub("_x005F_", value) if "_x" in value else value


class Package:
    """The parts of one .xlsx.

    Raises: TemplateError when the file is missing, no workbook, or unpacks to more than `MOST_UNPACKED`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(info.file_size for info in archive.infolist())  # reading stops at these sizes
                if size > MOST_UNPACKED:
                    raise _template_error("too_big", path=path, size=-(-size // _MIB), most=MOST_UNPACKED // _MIB)
                self.parts = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
        except FileNotFoundError:
            raise TemplateError(f"{path}: no such template.", f"{path}：找不到模板文件。") from None
        except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            raise TemplateError(
                f"{path}: can't be read as an .xlsx workbook ({error}).",
                f"{path}：无法作为 .xlsx 工作簿读取（{error}）。",
            ) from None
        if "xl/workbook.xml" not in self.parts:
            raise TemplateError(f"{path}: holds no xl/workbook.xml.", f"{path}：其中没有 xl/workbook.xml。")

    def text(self, part: str) -> str:
        """Return a part as text. Raises: TemplateError when the package lacks it."""
        try:
            return self.parts[part].decode("utf-8-sig")
        except KeyError:
            raise TemplateError(f"{self.path}: lacks the part {part}.", f"{self.path}：缺少部件 {part}。") from None

    def write(
        self, target: Path, replaced: Mapping[str, Part], *, dropped: frozenset[str] = frozenset(), force: bool
    ) -> None:
        """Write all parts to `target`, those in `replaced` with their new content (bytes, or pieces as they come).

        Raises: UsageError when `target` exists and force is False, its folder is missing, or the disk refuses.
        """

        def fill(stream: BinaryIO) -> None:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                for name, content in self.parts.items():
                    if name in dropped:
                        continue
                    info = zipfile.ZipInfo(name, _EPOCH)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.create_system = 0
                    new = replaced.get(name, content)
                    with archive.open(info, "w", force_zip64=False) as out:
                        for piece in (new,) if isinstance(new, bytes) else new:
                            out.write(piece)

        write_whole(target, fill, force=force)


def _template_error(key: str, **values: object) -> TemplateError:
    return TemplateError(*(say(f"workbook.error.{key}", lang, **values) for lang in ("en", "zh")))


@contextlib.contextmanager
def _told(target: Path) -> Iterator[None]:
    """Say what the disk refuses in our own words, with the folder's name."""
    try:
        yield
    except OSError as error:
        key = f"workbook.error.{_REASONS.get(error.errno or 0, 'system')}"
        texts = []
        for lang in ("en", "zh"):
            reason = say(key, lang, error=error.strerror or type(error).__name__)
            texts.append(say("workbook.error.no_room", lang, folder=target.parent, name=target.name, reason=reason))
        raise UsageError(*texts) from error


def refuse_existing(target: Path, *, force: bool) -> None:
    """Raise UsageError when `target` may not be written: it exists (and force is False), or its folder does not exist or is
    read-only. Of a link, the place it points to counts.
    """
    with _told(real(target)):
        folder = real(target).parent
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder.", f"{folder}：没有这个文件夹。")
        if target.is_dir():
            raise UsageError(f"{target}: is a folder. Give a file name.", f"{target}：是文件夹，请给出文件名。")
        if target.exists() and not force:
            raise UsageError(
                f"{target}: exists already and was left as it is. Give another name, or --force to replace it.",
                f"{target}：文件已存在，未作改动。请换一个文件名，或用 --force 覆盖。",
            )
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def real(target: Path) -> Path:
    """Return where a path leads once its links are followed; what need not exist."""
    return Path(os.path.realpath(target))


def write_whole(target: Path, fill: Callable[[BinaryIO], object], *, force: bool) -> None:
    """Write a file in one step: beside it first, to disk, then under its name. A link stays a link: what it points to is
    written. Half-written files that a killed run left beside the same target go.

    Raises: UsageError as `refuse_existing`, and when the disk is full or refuses.
    """
    refuse_existing(target, force=force)
    target = real(target)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    with _told(target):
        try:
            with open(beside, "xb+") as stream:
                began = os.fstat(stream.fileno()).st_mtime_ns
                fill(stream)
                stream.flush()
                os.fsync(stream.fileno())
            if not force and _linked(beside, target):
                beside.unlink()
            else:
                refuse_existing(target, force=force)
                os.replace(beside, target)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
    _sweep(target, began)
    with contextlib.suppress(OSError):  # Windows can't open a folder: the file itself is on disk by now
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _sweep(target: Path, began: int) -> None:
    """Remove what killed runs left beside a target: its own part files, last written to before this write began."""
    left = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}\.part")
    with contextlib.suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if left.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_mtime_ns < began:
                        os.unlink(entry.path)


def _linked(source: Path, target: Path) -> bool:
    """Give a finished file its name unless that name is taken meanwhile; False where the disk knows no links."""
    try:
        os.link(source, target)
    except FileExistsError:
        refuse_existing(target, force=False)
        return False
    except OSError:
        return False
    return True
