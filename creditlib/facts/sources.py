"""Where rows come from: CSV and other delimited text, XLSX/XLS/XLSB, Parquet, SQL, Arrow tables. All become `Grid`s of text.

What must stay true: nothing is interpreted here. A cell that was typed in its source (a number, a date) is written in one
canonical spelling and marked, so that later stages need not ask for its decimal sign or its order of day and month.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.errors import SourceError

HEAD_ROWS: Final = 60
"""How far down a header row is looked for."""
MAX_UNPACKED: Final = 2 * 1024**3
"""A workbook that unpacks to more bytes than this is refused before it is opened."""

_DELIMITERS: Final = ",;\t|"
_URL = re.compile(r"[a-z][a-z0-9+]*://", re.I)


@dataclass(frozen=True)
class Column:
    """One column of cells. texts: pa.string, null where blank. typed: True where the source typed the cell, or None."""

    texts: pa.Array
    typed: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Grid:
    """One sheet as it lies: `head` holds its first rows for finding the header, `columns_below` the rest.

    name: `file` or `file:sheet`. rows: how many rows the sheet has in all, blank ones too.
    """

    name: str
    head: tuple[tuple[str, ...], ...]
    rows: int
    _data: _Rows | _Text | _Arrow

    def columns_below(self, header_row: int) -> list[Column]:
        """Return every column from the row after `header_row` (an index from 0; −1 for none) to the end."""
        return self._data.columns(header_row + 1)


@dataclass(frozen=True)
class _Rows:
    """Python rows, from a workbook or a database."""

    rows: Sequence[Sequence[Any]]
    width: int

    def columns(self, first: int) -> list[Column]:
        rows = self.rows[first:]
        return [_column([row[i] if i < len(row) else None for row in rows]) for i in range(self.width)]


@dataclass(frozen=True)
class _Text:
    """Delimited text, decoded."""

    raw: str
    delimiter: str
    width: int
    lines: int

    def columns(self, first: int) -> list[Column]:
        fast = self._fast(first)
        if fast is not None:
            return fast
        rows = list(csv.reader(io.StringIO(self.raw, newline=""), delimiter=self.delimiter))[first:]
        return _Rows(rows, max([self.width, *map(len, rows)])).columns(0)

    def _fast(self, first: int) -> list[Column] | None:
        """Let Arrow read the block in one go; None when a row has another width or a field spans lines."""
        from pyarrow import csv as pacsv

        ragged: list[int] = []

        def keep(row: Any) -> str:
            ragged.append(row.actual_columns)
            return "skip"

        if _lines_of_rows(self.raw, first, self.delimiter) != first:
            return None  # a cell of the header spans lines
        start = _offset_of_line(self.raw, first)
        body = self.raw[start:]
        if not body.strip():
            return _Rows([], self.width).columns(0)
        names = [str(i) for i in range(self.width)]
        try:
            table = pacsv.read_csv(
                io.BytesIO(body.encode("utf-8")),
                read_options=pacsv.ReadOptions(column_names=names, block_size=16 << 20),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.delimiter, ignore_empty_lines=False, invalid_row_handler=keep
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
                ),
            )
        except pa.ArrowInvalid:
            return None
        if ragged or table.num_rows != self.lines - first:
            return None
        return [Column(_blank_to_null(table.column(name))) for name in names]


@dataclass(frozen=True)
class _Arrow:
    """A typed table with its own column names as row 0."""

    table: pa.Table

    def columns(self, first: int) -> list[Column]:
        table = self.table if first <= 1 else self.table.slice(first - 1)
        return [_arrow_column(table.column(i)) for i in range(table.num_columns)]


def _offset_of_line(raw: str, line: int) -> int:
    at = 0
    for _ in range(line):
        at = raw.find("\n", at) + 1
        if at == 0:
            return len(raw)
    return at


def _lines_of_rows(raw: str, rows: int, delimiter: str) -> int:
    """Return how many lines the first rows take."""
    reader = csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter)
    for _ in range(rows):
        next(reader, None)
    return reader.line_num


def _blank_to_null(texts: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Trim cells and make blank ones null."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.chunk(0) if texts.num_chunks else pa.array([], pa.string())
    texts = pc.utf8_trim(texts, " \t\r\n\u00a0\u3000")
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _number(value: float | int | Decimal) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    text = f"{value:.15g}"  # a spreadsheet shows 15 digits; the bits behind them are noise
    return f"{Decimal(text):f}" if "e" in text else text


def _cell(value: Any) -> tuple[str | None, bool]:
    if value is None or value == "":
        return None, False
    if isinstance(value, str):
        return value.strip(" \t\r\n\u00a0\u3000") or None, False
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), False
    if isinstance(value, int | float | Decimal):
        return (None, False) if value != value else (_number(value), True)
    if isinstance(value, datetime):
        return value.date().isoformat(), True
    if isinstance(value, date):
        return value.isoformat(), True
    if isinstance(value, time):
        return value.isoformat(), False
    return str(value), False


def _column(cells: list[Any]) -> Column:
    pairs = [_cell(cell) for cell in cells]
    typed = np.fromiter((typed for _, typed in pairs), dtype=bool, count=len(pairs))
    return Column(pa.array([text for text, _ in pairs], pa.string()), typed if typed.any() else None)


def _arrow_column(column: pa.ChunkedArray) -> Column:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Column(_blank_to_null(column.cast(pa.string())))
    if pa.types.is_null(kind) or pa.types.is_boolean(kind):
        return Column(_blank_to_null(column.cast(pa.string())))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        texts = column.cast(pa.date32()).cast(pa.string())
    elif pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        texts = column.cast(pa.string())
    else:
        return _column(column.to_pylist())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return Column(texts, np.asarray(pc.is_valid(texts)))


# ---------------------------------------------------------------------------------------------------------------- opening


def open_grids(source: Any, query: str | None = None) -> list[Grid]:
    """Return the sheets of one source.

    source: a path; a database URL (then `query` is the SQL to run); or a table with `__arrow_c_stream__`.
    Raises: SourceError when it is missing, empty, no such kind of file, or unpacks to gigabytes.
    """
    if hasattr(source, "__arrow_c_stream__"):
        return [_arrow_grid("table", source if isinstance(source, pa.Table) else pa.table(source))]
    if isinstance(source, str) and _URL.match(source):
        return [_sql(source, query)]
    path = Path(source)
    if not path.is_file():
        raise SourceError(f"{path}: no such file.", f"{path}：文件不存在。")
    with path.open("rb") as file:
        magic = file.read(8)
    if not magic:
        raise SourceError(f"{path.name}: the file is empty (0 bytes).", f"{path.name}：文件为空（0 字节）。")
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
    from python_calamine import CalamineError, CalamineWorkbook

    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > limit:
            raise SourceError(
                f"{path.name}: unpacks to {size / 2**30:.1f} GiB, more than the {limit / 2**30:.1f} GiB allowed. "
                "Export it as CSV or Parquet. [workbook-too-large]",
                f"{path.name}：解压后为 {size / 2**30:.1f} GiB，超过允许的 {limit / 2**30:.1f} GiB。"
                "请另存为 CSV 或 Parquet。[workbook-too-large]",
            )
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceError(
            f"{path.name}: can't be opened as a workbook ({error}). Open it in a spreadsheet and save it as .xlsx.",
            f"{path.name}：无法作为工作簿打开（{error}）。请用电子表格软件打开后另存为 .xlsx。",
        ) from error
    many = sum(bool(rows) for _, rows in sheets) > 1
    return [_grid(f"{path.name}:{name}" if many else path.name, rows) for name, rows in sheets if rows]


def _grid(name: str, rows: Sequence[Sequence[Any]]) -> Grid:
    head = tuple(tuple(_cell(cell)[0] or "" for cell in row) for row in rows[:HEAD_ROWS])
    return Grid(name, head, len(rows), _Rows(rows, max(map(len, rows), default=0)))


def _sql(url: str, query: str | None) -> Grid:
    try:
        import sqlalchemy
    except ImportError as error:
        raise SourceError(
            "Reading a database needs SQLAlchemy: pip install 'creditlib[sql]'.",
            "读取数据库需要 SQLAlchemy：pip install 'creditlib[sql]'。",
        ) from error
    if not query:
        raise SourceError(
            "A database URL needs a query: --query 'SELECT …'.", "数据库地址需要同时给出查询：--query 'SELECT …'。"
        )
    try:
        engine = sqlalchemy.create_engine(url)
        name = engine.url.render_as_string(hide_password=True)
        with engine.connect() as connection:
            result = connection.execute(sqlalchemy.text(query))
            rows: list[Sequence[Any]] = [tuple(result.keys()), *map(tuple, result)]
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        place = re.sub(r"//[^@/]*@", "//***@", url)
        raise SourceError(
            f"{place}: the query failed: {reason}. Check the address, the rights and the SQL.",
            f"{place}：查询失败：{reason}。请检查地址、权限和 SQL。",
        ) from error
    finally:
        if "engine" in locals():
            engine.dispose()
    return _grid(name, rows)


# ------------------------------------------------------------------------------------------------------- delimited text


def decode(raw: bytes) -> str:
    """Return text from bytes: by its byte-order mark, else UTF-8, else GB18030, else Windows Western.

    GB18030 accepts nearly anything, so it is taken only where most two-byte pairs lie where Chinese characters do.

    >>> decode("客户,für".encode("utf-8-sig")), decode("客户名称".encode("gb18030")), decode("Müller".encode("cp1252"))
    ('客户,für', '客户名称', 'Müller')
    """
    if raw[:3] == b"\xef\xbb\xbf":
        return raw[3:].decode("utf-8", "strict")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    pairs = re.findall(rb"[\x81-\xfe][\x30-\xfe]", raw[: 1 << 20])
    hanzi = sum(pair[1] >= 0xA1 for pair in pairs)
    if pairs and hanzi >= len(pairs) / 2:
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return raw.decode("cp1252", "replace")


def _text(name: str, raw: bytes) -> Grid:
    if raw.lstrip()[:1] == b"<" and re.match(rb"\s*<(!doctype|html|table|\?xml)", raw[:200], re.I):
        raise SourceError(
            f"{name}: is a web page or XML, whatever its name says. Open it in a spreadsheet and save it as .xlsx.",
            f"{name}：内容是网页或 XML，与扩展名不符。请用电子表格软件打开后另存为 .xlsx。",
        )
    if b"\x00" in raw[:4096] and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise SourceError(
            f"{name}: is neither text, a workbook nor Parquet.", f"{name}：既不是文本，也不是工作簿或 Parquet。"
        )
    try:
        text = decode(raw).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name}: its first bytes promise {error.encoding}, and byte {error.start} is not. Export it again.",
            f"{name}：文件开头标明 {error.encoding}，但第 {error.start} 字节不符。请重新导出。",
        ) from error
    if text.count("\n") and not text.endswith("\n"):
        text += "\n"
    if not text.strip():
        raise SourceError(f"{name}: holds only blank lines.", f"{name}：只有空行。")
    delimiter = _sniff(text)
    head = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        head.append(tuple(cell.strip(" \t\u00a0\u3000") for cell in row))
        if len(head) == HEAD_ROWS:
            break
    width = max(map(len, head))
    return Grid(name, tuple(head), text.count("\n"), _Text(text, delimiter, width, text.count("\n")))


def _sniff(text: str) -> str:
    """Return the delimiter that splits most of the first lines into the same number of cells."""
    lines = text[: 1 << 16].split("\n")[:HEAD_ROWS]

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
        common = max(set(widths), key=lambda w: (widths.count(w), w)) if widths else 0
        return widths.count(common) * min(common, 4), common

    return max(_DELIMITERS, key=score)


def pick(columns: Iterable[Column], keep: pa.Array) -> list[Column]:
    """Return the columns with only the rows where `keep` is true."""
    mask = np.asarray(keep)
    return [Column(c.texts.filter(keep), None if c.typed is None else c.typed[mask]) for c in columns]
