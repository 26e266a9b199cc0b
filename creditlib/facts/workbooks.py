"""Sheets of a workbook: XLSX, XLS, XLSB.

What must stay true: how much memory a workbook would take is known before it is opened, whatever it says of itself.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from creditlib.errors import SourceError

MAX_UNPACKED: Final = 2 * 1024**3
"""A workbook that unpacks to more bytes than this is refused before it is opened."""
MAX_CELLS: Final = 50_000_000
"""A sheet of more rows × columns than this is refused: a reader holds the whole rectangle up to the last cell."""

_CHUNK: Final = 1 << 20
_CARRIED: Final = 1 << 16  # bytes of an unfinished tag taken along: no tag of a cell is longer
_CELL: Final = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["'][^>/]*>""")
_LAST_CELL_RECORD: Final = 11  # BIFF12: records 1 to 11 are cells, 0 is a row
_Sheet = tuple[str, list[list[Any]]]


def sheets(path: Path, limit: int = MAX_UNPACKED, cells: int = MAX_CELLS) -> list[_Sheet]:
    """Return name and rows of every sheet. Raises: SourceError when it is no workbook, or too large."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        if zipfile.is_zipfile(path):
            _refuse_large(path, limit, cells)
        book = CalamineWorkbook.from_path(str(path))
        return [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        with path.open("rb") as file:
            wrapped = file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        if wrapped and path.suffix.lower() in (".xlsx", ".xlsm", ".xlsb"):
            raise SourceError(
                f"{path.name}: is protected by a password. Open it in a spreadsheet and save a copy without one.",
                f"{path.name}：有密码保护。请用电子表格软件打开并另存为无密码的副本。",
            ) from error
        raise SourceError(
            f"{path.name}: can't be opened as a workbook ({error}). Open it in a spreadsheet and save it as .xlsx.",
            f"{path.name}：无法作为工作簿打开（{error}）。请用电子表格软件打开后另存为 .xlsx。",
        ) from error


def _refuse_large(path: Path, limit: int, cells: int) -> None:
    """Refuse a packed workbook by what it unpacks to, and by the last cell of each sheet. What a sheet says of its own
    dimension is not asked: it may lie."""
    with zipfile.ZipFile(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > limit:
            raise SourceError(
                f"{path.name}: unpacks to {size / 2**30:.1f} GiB, more than the {limit / 2**30:.1f} GiB allowed. "
                "Export it as CSV or Parquet. [workbook-too-large]",
                f"{path.name}：解压后为 {size / 2**30:.1f} GiB，超过允许的 {limit / 2**30:.1f} GiB。"
                "请另存为 CSV 或 Parquet。[workbook-too-large]",
            )
        for info in archive.infolist():
            name = info.filename.lower()
            if not name.endswith((".xml", ".bin")) or "sheet" not in name:
                continue
            with archive.open(info) as part:
                rows, columns = _extent(part) if name.endswith(".xml") else _binary_extent(part)
            if rows * columns > cells:
                raise SourceError(
                    f"{path.name}: {Path(name).stem} reaches to row {rows:,}, column {columns:,}: {rows * columns:,} cells, more "
                    f"than the {cells:,} allowed. Delete the stray cell, or export it as CSV. [workbook-too-large]",
                    f"{path.name}：{Path(name).stem} 延伸至第 {rows:,} 行、第 {columns:,} 列，共 {rows * columns:,} 个单元格，"
                    f"超过允许的 {cells:,}。请删除多余单元格，或另存为 CSV。[workbook-too-large]",
                )


def _extent(part: IO[bytes]) -> tuple[int, int]:
    """Return the last row and the last column that hold a cell with content, both from 1."""
    rows, letters, rest = 0, b"", b""
    while chunk := part.read(_CHUNK):
        text = rest + chunk
        end = text.rfind(b">") + 1
        found = _CELL.findall(text, 0, end)
        rest = text[end:][-_CARRIED:]
        if found:
            rows = max(rows, max(map(int, {row for _, row in found})))
            letters = max((letters, *{column for column, _ in found}), key=lambda c: (len(c), c))
    width = 0
    for letter in letters:
        width = width * 26 + letter - 64
    return rows, width


def _binary_extent(part: IO[bytes]) -> tuple[int, int]:
    """Return the same of a sheet of a binary workbook."""
    rows = columns = row = 0
    for kind, data in _records(part.read()):
        if kind == 0 and len(data) >= 4:
            row = int.from_bytes(data[:4], "little") + 1
        elif 1 <= kind <= _LAST_CELL_RECORD and len(data) >= 4:
            rows, columns = max(rows, row), max(columns, int.from_bytes(data[:4], "little") + 1)
    return rows, columns


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and first bytes of every BIFF12 record (MS-XLSB 2.1.4: seven bits a byte, low ones first)."""
    at, end = 0, len(data)

    def number(most: int) -> int:
        nonlocal at
        value = 0
        for i in range(most):
            if at >= end:
                break
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << (7 * i)
            if byte < 0x80:
                break
        return value

    while at < end:
        kind = number(2)
        size = number(4)
        yield kind, data[at : at + 4]
        at += size
