"""Where rows come from: CSV and other delimited text, XLSX/XLS/XLSB, Parquet, SQL, Arrow tables. All become `Grid`s of text.

What must stay true: nothing is interpreted here; a row has one number, whoever asks for it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from creditlib.errors import SourceError
from creditlib.facts.cells import Column, Rows, arrow_column, blank_to_null, pick, texts_of
from creditlib.facts.database import URL, query_rows
from creditlib.facts.encoding import utf8
from creditlib.facts.workbooks import MAX_UNPACKED, sheets

__all__ = ["HEAD_ROWS", "Column", "Grid", "grid_of", "open_grids", "pick"]

HEAD_ROWS: Final = 60
"""How far down a header row is looked for."""

_DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True)
class Grid:
    """One sheet as it lies: `head` holds its first rows for finding the header, `columns_below` the rest.

    name: `file` or `file:sheet`. rows: how many rows the sheet has in all, blank ones too. sheet: its own name, if any.
    """

    name: str
    head: tuple[tuple[str, ...], ...]
    rows: int
    _data: Rows | _Text | _Arrow
    sheet: str = ""

    def columns_below(self, header_row: int) -> list[Column]:
        """Return every column from the row after `header_row` (an index from 0; −1 for none) to the end."""
        return self._data.columns(header_row + 1)

    def take(self, wanted: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Return some rows as they lie, by their index from 0 (row 1 of the sheet is 0); those past the end are left out.

        >>> grid_of("a", [["customer", "amount"], ["C1", 12.5]]).take([1, 7])
        {1: ('C1', '12.5')}
        """
        return self._data.take(wanted)


@dataclass(frozen=True)
class _Text:
    """Delimited text. name: of the file. data: UTF-8, lines ending in one \\n."""

    name: str
    data: bytes
    delimiter: str
    width: int
    lines: int

    def columns(self, first: int) -> list[Column]:
        fast = self._fast(first)
        if fast is not None:
            return fast
        rows = list(_csv_rows(self.name, self.data, self.delimiter))[first:]
        return Rows(rows, max([self.width, *map(len, rows)])).columns(0)

    def take(self, wanted: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Return some rows as they lie. They are counted one by one only where a field may span lines."""
        last, data = max(wanted, default=-1) + 1, self.data
        if b'"' in data:
            rows = enumerate(islice(_csv_rows(self.name, data, self.delimiter), last))
            return {i: _trimmed(row) for i, row in rows if i in wanted}
        found, at, end = {}, 0, len(data)
        for i in range(last):
            if at >= end:
                break
            next_at = data.find(b"\n", at) + 1 or end
            if i in wanted:
                found[i] = _trimmed(next(csv.reader([data[at:next_at].decode("utf-8")], delimiter=self.delimiter), []))
            at = next_at
        return found

    def _fast(self, first: int) -> list[Column] | None:
        """Let Arrow read the block in one go; None when a row has another width or a field spans lines."""
        from pyarrow import csv as pacsv

        ragged: list[int] = []

        def keep(row: Any) -> str:
            ragged.append(row.actual_columns)
            return "skip"

        if _lines_of_rows(self.data, first, self.delimiter) != first:
            return None  # a cell of the header spans lines
        start = _offset_of_line(self.data, first)
        if _is_blank(self.data, start):
            return Rows([], self.width).columns(0)
        names = [str(i) for i in range(self.width)]
        try:
            table = pacsv.read_csv(
                pa.BufferReader(pa.py_buffer(self.data).slice(start)),
                read_options=pacsv.ReadOptions(column_names=names, block_size=16 << 20),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.delimiter, ignore_empty_lines=False, invalid_row_handler=keep
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
                ),
            )
        except pa.ArrowInvalid:
            return None
        if ragged or table.num_rows != self.lines - first:
            return None
        with ThreadPoolExecutor() as threads:  # Arrow's functions need no lock of Python's
            return [Column(texts) for texts in threads.map(blank_to_null, table.columns)]


@dataclass(frozen=True)
class _Arrow:
    """A typed table with its own column names as row 0."""

    table: pa.Table

    def columns(self, first: int) -> list[Column]:
        table = self.table if first <= 1 else self.table.slice(first - 1)
        return [arrow_column(table.column(i)) for i in range(table.num_columns)]

    def take(self, wanted: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Return some rows, the names being row 0."""
        found = {0: tuple(self.table.column_names)} if 0 in wanted else {}
        for i in sorted(w for w in wanted if 0 < w <= self.table.num_rows):
            cells = [arrow_column(c).texts[0].as_py() or "" for c in self.table.slice(i - 1, 1).columns]
            found[i] = tuple(cells)
        return found


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip(" \t\u00a0\u3000") for cell in row)


def _offset_of_line(data: bytes, line: int) -> int:
    at = 0
    for _ in range(line):
        at = data.find(b"\n", at) + 1
        if at == 0:
            return len(data)
    return at


def _is_blank(data: bytes, start: int = 0) -> bool:
    """Whether nothing but blanks follows; a long text is looked at whole only when its beginning is blank."""
    part = data[start : start + (1 << 16)].decode("utf-8", "ignore")
    return not part.strip() and not data[start:].decode("utf-8").strip()


def _lines(data: bytes) -> Iterator[str]:
    at = 0
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        yield data[at:end].decode("utf-8")
        at = end


def _lines_of_rows(data: bytes, rows: int, delimiter: str) -> int:
    """Return how many lines the first rows take."""
    reader = csv.reader(_lines(data), delimiter=delimiter)
    for _ in range(rows):
        next(reader, None)
    return reader.line_num


# ---------------------------------------------------------------------------------------------------------------- opening


def open_grids(source: Any, query: str | None = None) -> list[Grid]:
    """Return the sheets of one source.

    source: a path; a database URL (then `query` is the SQL to run); a table with `__arrow_c_stream__`; or sheets opened before.
    Raises: SourceError when it is missing, empty, no such kind of file, or unpacks to gigabytes.
    """
    if isinstance(source, list) and all(isinstance(sheet, Grid) for sheet in source):
        return source
    if hasattr(source, "__arrow_c_stream__"):
        return [_arrow_grid("table", source if isinstance(source, pa.Table) else pa.table(source))]
    if isinstance(source, str) and URL.match(source):
        return [grid_of(*query_rows(source, query))]
    path = Path(source)
    if path.is_dir():
        raise SourceError(
            f"{path}: is a folder. Give the files in it; a connected book is opened with open_book in Python.",
            f"{path}：是文件夹。请给出其中的文件；连接账簿请在 Python 中用 open_book 打开。",
        )
    if not path.is_file():
        raise SourceError(f"{path}: no such file.", f"{path}：文件不存在。")
    with path.open("rb") as file:
        magic = file.read(8)
    if not magic:
        raise SourceError(
            f"{path.name}: the file is empty (0 bytes). Export it again.",
            f"{path.name}：文件为空（0 字节）。请重新导出。",
        )
    if magic[:4] == b"PAR1":
        from pyarrow import parquet

        try:
            return [_arrow_grid(path.name, parquet.read_table(path))]
        except pa.ArrowException as error:
            raise SourceError(
                f"{path.name}: can't be opened as Parquet ({error}). Export it again.",
                f"{path.name}：无法作为 Parquet 打开（{error}）。请重新导出。",
            ) from error
    if magic[:4] == b"PK\x03\x04" or magic[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _workbook(path)
    return [_text(path.name, path.read_bytes())]


def _arrow_grid(name: str, table: pa.Table) -> Grid:
    rows = [tuple(table.column_names)]
    rows += [tuple("" if v is None else str(v) for v in row.values()) for row in table.slice(0, HEAD_ROWS).to_pylist()]
    return Grid(name, tuple(rows), table.num_rows + 1, _Arrow(table))


def _workbook(path: Path, limit: int = MAX_UNPACKED) -> list[Grid]:
    found = sheets(path, limit)
    many = sum(bool(rows) for _, rows in found) > 1
    return [grid_of(f"{path.name}:{name}" if many else path.name, rows, name) for name, rows in found if rows]


def grid_of(name: str, rows: Sequence[Sequence[Any]], sheet: str = "") -> Grid:
    """Return rows of Python values as a grid."""
    head = tuple(map(texts_of, rows[:HEAD_ROWS]))
    return Grid(name, head, len(rows), Rows(rows, max(map(len, rows), default=0)), sheet)


# ------------------------------------------------------------------------------------------------------- delimited text


def _text(name: str, raw: bytes) -> Grid:
    if raw.lstrip()[:1] == b"<" and re.match(rb"\s*<(!doctype|html|table|\?xml)", raw[:200], re.I):
        raise SourceError(
            f"{name}: is a web page or XML, whatever its name says. Open it in a spreadsheet and save it as .xlsx.",
            f"{name}：内容是网页或 XML，与扩展名不符。请用电子表格软件打开后另存为 .xlsx。",
        )
    if b"\x00" in raw[:4096] and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise SourceError(
            f"{name}: is neither text, a workbook nor Parquet. Export it as CSV or XLSX, or leave it out.",
            f"{name}：既不是文本，也不是工作簿或 Parquet。请导出为 CSV 或 XLSX，或不使用该文件。",
        )
    try:
        data = utf8(raw)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name}: its first bytes promise {error.encoding}, and byte {error.start} is not. Export it again.",
            f"{name}：文件开头标明 {error.encoding}，但第 {error.start} 字节不符。请重新导出。",
        ) from error
    if _is_blank(data):
        raise SourceError(f"{name}: holds only blank lines.", f"{name}：只有空行。")
    delimiter = _sniff(data[: 1 << 16].decode("utf-8", "ignore"))
    head = []
    for row in _csv_rows(name, data, delimiter):
        head.append(_trimmed(row))
        if len(head) == HEAD_ROWS:
            break
    width, lines = max(map(len, head)), data.count(b"\n")
    return Grid(name, tuple(head), lines, _Text(name, data, delimiter, width, lines))


def _csv_rows(name: str, data: bytes, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows of delimited text. Raises: SourceError for a quotation mark that is never closed."""
    reader = csv.reader(_lines(data), delimiter=delimiter)
    last = 0  # lines of whole rows
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            line = _open_quote(data, last)
            raise SourceError(
                f"{name}: the quotation mark opened in line {line} is not closed within {csv.field_size_limit():,} "
                "characters. Close it, or export the file again.",
                f"{name}：第 {line} 行的引号在 {csv.field_size_limit():,} 个字符内没有闭合。请补上引号，或重新导出。",
            ) from error
        if row is None:
            return
        last = reader.line_num
        yield row


def _open_quote(data: bytes, line: int) -> int:
    """Return the number of the line, from 1, where the endless field of the row after `line` lines opens."""
    at = _offset_of_line(data, line)
    while (opened := data.find(b'"', at)) >= 0:
        closed = data.find(b'"', opened + 1)
        if closed < 0 or closed - opened > csv.field_size_limit():
            return data.count(b"\n", 0, opened) + 1
        at = closed + 1
    return line + 1


def _sniff(text: str) -> str:
    """Return the delimiter that splits most of the first lines into the same number of cells."""
    lines = text[: 1 << 16].split("\n")[:HEAD_ROWS]

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
        common = max(set(widths), key=lambda w: (widths.count(w), w)) if widths else 0
        return widths.count(common) * min(common, 4), common

    return max(_DELIMITERS, key=score)
