"""Files a person hands over as bytes: kept in a private folder, gone when the work is done.

What must stay true: nobody else can read the folder; no name leads out of it; a file that would count twice or is larger than allowed is
refused before it is kept; a folder of a process that was killed goes when the next one is made.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
import unicodedata
import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn

from creditlib.errors import UsageError

UPLOAD_SETTING: Final = "CREDIT_UPLOAD_MB"
"""Environment variable: the largest file taken, in megabytes."""
UPLOAD_MB: Final = 256
"""The largest file taken where nothing else is set, in megabytes; a larger one is given by its path."""

_MB: Final = 1 << 20
_PREFIX: Final = "creditlib-close-"
_LOCKS: Final = sys.platform != "win32"
_LONGEST: Final = 200  # bytes of a name
_UNSAFE: Final = re.compile(r'[<>:"|?*!\x00-\x1f\x7f]+')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)


def upload_limit() -> int:
    """Return the most bytes a file handed over may have. Raises: UsageError for a setting that is no number above 0."""
    told = os.environ.get(UPLOAD_SETTING)
    if told is None:
        return UPLOAD_MB * _MB
    if not told.isascii() or not told.isdigit() or int(told) == 0:
        raise UsageError(
            f'{UPLOAD_SETTING}="{told}" is no whole number of megabytes above 0.',
            f"{UPLOAD_SETTING}=“{told}”不是大于 0 的整数（MB）。",
        )
    return int(told) * _MB


def safe_name(name: str) -> str:
    r"""Return the name of a file without any folder, and without what a file system or a finding's place could misread.

    >>> safe_name("..\\\\..\\\\2026\\\\台账 10月.xlsx"), safe_name("/etc/a:b!.csv"), safe_name("...")
    ('台账 10月.xlsx', 'a_b_.csv', 'file')
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    clean = _UNSAFE.sub("_", last).strip(" .") or "file"
    stem, dot, suffix = clean.rpartition(".")
    while len(clean.encode()) > _LONGEST:
        stem, dot, suffix = (stem, dot, suffix) if len(stem) > 1 else (clean, "", "")
        stem = stem[:-1]
        clean = f"{stem}{dot}{suffix}"
    return f"_{clean}" if _DEVICES.fullmatch(clean) else clean


class Uploads:
    """Files handed over as bytes, in a folder only this user can open. It goes with `close`, with the `with` block, or with the process.

    limit: the most bytes a file may have, None: of the setting.

    >>> with Uploads() as kept:
    ...     path = kept.add("a.csv", b"customer,amount")
    ...     path.name, kept.folder.stat().st_mode & 0o777 == 0o700
    ('a.csv', True)
    >>> path.exists()
    False
    """

    def __init__(self, limit: int | None = None) -> None:
        self.limit = upload_limit() if limit is None else limit
        sweep()
        self.folder, held = _private_folder()
        self._hashes: dict[str, str] = {}
        self._end = weakref.finalize(self, _remove, self.folder, held)

    def __enter__(self) -> Uploads:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder and everything in it."""
        self._hashes.clear()
        self._end()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files kept, in the order they came."""
        return tuple(self.folder / name for name in self._hashes)

    def refuse(self, name: str, size: int) -> str:
        """Return the name a file would be kept under. Raises: UsageError where it would not be kept: ask before its bytes are sent."""
        clean = safe_name(name)
        if size > self.limit:
            raise UsageError(
                f"{clean}: {size / _MB:,.1f} MB, more than the {self.limit / _MB:,.1f} MB a file handed over may have. Give its path "
                f"instead, or set {UPLOAD_SETTING}.",
                f"{clean}：{size / _MB:,.1f} MB，超过上传上限 {self.limit / _MB:,.1f} MB。请改为填写文件路径，或设置 {UPLOAD_SETTING}。",
            )
        if clean.casefold() in map(str.casefold, self._hashes):
            raise UsageError(
                f"{clean}: a file of this name is there already. Take it out first, or rename this one.",
                f"{clean}：已有同名文件。请先移除，或将此文件改名。",
            )
        return clean

    def begin(self, name: str, size: int) -> Incoming:
        """Begin to take a file that comes in pieces. size: how many bytes will come. Raises: UsageError as `refuse`."""
        return Incoming(self, self.refuse(name, size), size)

    def add(self, name: str, data: bytes) -> Path:
        """Keep a file and return where. Raises: UsageError as `refuse`, and for the content of a file kept already."""
        incoming = self.begin(name, len(data))
        incoming.write(data)
        return incoming.finish()

    def keep(self, path: Path, digest: str) -> None:
        """Keep a file that lies in the folder whole. Raises: UsageError for the content of a file kept already."""
        twin = next((other for other, known in self._hashes.items() if known == digest), None)
        if twin is not None:
            raise same_content(path.name, twin)
        self._hashes[self.refuse(path.name, 0)] = digest

    def remove(self, name: str) -> None:
        """Remove one file, by the name it is kept under."""
        if self._hashes.pop(name, None) is not None:
            (self.folder / name).unlink(missing_ok=True)


def _private_folder() -> tuple[Path, int | None]:
    """Return a folder only this user can open, and what holds it against `sweep` while this process lives."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        held = _hold(folder)
        if folder.is_dir() and (held is not None or not _LOCKS):
            return folder, held
        _remove(folder, held)  # another process swept it before it was held


def _hold(folder: Path) -> int | None:
    """Lock a folder and return the handle, None where another process holds it, it is gone, or the system can't lock folders."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _remove(folder: Path, held: int | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if held is not None:
        os.close(held)


def sweep() -> None:
    """Remove folders of this user that no living process holds: one that is killed can't remove its own."""
    if sys.platform == "win32":
        return  # a killed process leaves its folder to the system there
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            own = not folder.is_symlink() and folder.stat().st_uid == os.getuid()
        except OSError:
            continue  # it went meanwhile
        held = _hold(folder) if own else None
        if held is not None:
            _remove(folder, held)


class Incoming:
    """A file on its way in, piece by piece. Nothing of it stays where it does not arrive whole."""

    def __init__(self, uploads: Uploads, name: str, size: int) -> None:
        self.path = uploads.folder / name
        self.size = size
        self.came = 0
        self._uploads = uploads
        self._digest = hashlib.sha256()
        handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=uploads.folder)
        os.close(handle)
        self._beside = Path(beside)

    def write(self, piece: bytes) -> None:
        """Take the next piece. Raises: UsageError when more comes than was told."""
        self.came += len(piece)
        if self.came > self.size:
            self._refuse()
        self._digest.update(piece)
        with self._beside.open("ab") as file:
            file.write(piece)

    def finish(self) -> Path:
        """Keep the file and return where. Raises: UsageError when less came than was told, or it is the content of a file kept already."""
        if self.came != self.size:
            self._refuse()
        try:
            self._uploads.keep(self.path, self._digest.hexdigest())
        except UsageError:
            self.cancel()
            raise
        self._beside.replace(self.path)
        return self.path

    def cancel(self) -> None:
        """Drop what came."""
        self._beside.unlink(missing_ok=True)

    def _refuse(self) -> NoReturn:
        self.cancel()
        raise UsageError(
            f"{self.path.name}: {self.came:,} bytes came, {self.size:,} were announced. Choose the file again.",
            f"{self.path.name}：应收到 {self.size:,} 字节，实际 {self.came:,} 字节。请重新选择文件。",
        )


def same_content(name: str, other: str) -> UsageError:
    """Return the error for two files that hold the same."""
    return UsageError(
        f"{name}: holds exactly what {other} holds. Everything in it would count twice; give it once.",
        f"{name}：内容与 {other} 完全相同，会计两次；请只给一次。",
    )


def size_of(path: str) -> int | None:
    """Return the bytes of a file, None for a database or a file that is not there."""
    try:
        return None if "://" in path else os.stat(path).st_size
    except OSError:
        return None


def twins(paths: Sequence[str]) -> dict[int, UsageError]:
    """Return index → why a file can't be given beside those before it: the same file, the same content, or the same name, so that
    a finding could not tell them apart."""
    found: dict[int, UsageError] = {}
    before: list[tuple[str, str, int | None]] = []
    for i, path in enumerate(paths):
        if "://" in path:
            continue
        place, size = os.path.realpath(path), size_of(path)
        name = Path(path).name
        same = next((other for other, _, n in before if size and n == size and _digest(other) == _digest(path)), None)
        named = next((other for other, _, _ in before if Path(other).name == name), None)
        if place in (p for _, p, _ in before):
            found[i] = UsageError(
                f"{name}: given twice. Everything in it would count twice; give it once.",
                f"{name}：重复给出，其内容会计两次；请只给一次。",
            )
        elif same is not None:
            found[i] = same_content(path, same)
        elif named is not None:
            found[i] = UsageError(
                f"{path}: {named} has the same name, and a finding names a file by it. Rename one of them.",
                f"{path}：与 {named} 同名，而检查结果以文件名定位。请将其中一个改名。",
            )
        else:
            before.append((path, place, size))
    return found


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return path
