"""Every kind of file ends as the same rows; what can't be read says so."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import struct
import traceback
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
import xlwt
from pyarrow import parquet

from creditlib.errors import SourceError
from creditlib.facts import sources, workbooks
from creditlib.facts.encoding import decode
from creditlib.facts.reading import Reading, read
from creditlib.facts.sources import open_grids

HEADER = ["客户编码", "客户名称", "单据编号", "开票日期", "到期日", "币种", "金额"]
ROWS: list[list[Any]] = [
    ["0012", "甲公司", "INV-1", date(2024, 2, 29), date(2024, 3, 30), "CNY", Decimal("1130.05")],
    ["12", "Müller GmbH", "INV-2", date(2024, 3, 1), date(2024, 3, 31), "CNY", Decimal("-0.01")],
]
TEXT = "\n".join(",".join(map(str, row)) for row in [HEADER, *ROWS]) + "\n"


def _told(reading: Reading) -> list[list[Any]]:
    names = ["customer", "document", "issue_on", "due_on", "currency", "amount_minor"]
    return [list(row.values()) for row in reading.book.documents.select(names).to_pylist()]


EXPECTED = [
    ["0012", "INV-1", date(2024, 2, 29), date(2024, 3, 30), "CNY", 113005],
    ["12", "INV-2", date(2024, 3, 1), date(2024, 3, 31), "CNY", -1],
]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le-bom", "utf-16-be-bom"], ids=lambda e: e
)
def test_chinese_text_is_read_in_every_encoding_a_spreadsheet_writes(encoding: str, tmp_path: Path) -> None:
    raw = {
        "utf-16-le-bom": b"\xff\xfe" + TEXT.encode("utf-16-le"),
        "utf-16-be-bom": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    }.get(encoding) or TEXT.encode(encoding)
    (tmp_path / "a.csv").write_bytes(raw)
    reading = read(tmp_path / "a.csv")
    assert _told(reading) == EXPECTED
    assert reading.book.customers["name"].to_pylist() == ["甲公司", "Müller GmbH"]


def test_western_text_of_windows_is_not_taken_for_chinese(tmp_path: Path) -> None:
    rows = "customer,name,document,due date,currency,amount\nC1,Bäckerei Groß,I-1,2024-03-31,EUR,1.50\n"
    (tmp_path / "a.csv").write_bytes(rows.encode("cp1252"))
    assert read(tmp_path / "a.csv").book.customers["name"].to_pylist() == ["Bäckerei Groß"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_delimiter_and_line_end_make_no_difference(delimiter: str, ending: str, tmp_path: Path) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ending).writerows([HEADER, *ROWS])
    (tmp_path / "a.csv").write_bytes(text.getvalue().encode())
    assert _told(read(tmp_path / "a.csv")) == EXPECTED


def test_last_line_without_its_end_is_a_row_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT.rstrip("\n"), encoding="utf-8")
    assert _told(read(tmp_path / "a.csv")) == EXPECTED


def test_cell_with_a_line_break_keeps_rows_apart_and_row_numbers_count_records(tmp_path: Path) -> None:
    text = 'customer,document,due date,currency,amount,text\nC1,I-1,2024-03-31,CNY,1.50,"two\nlines"\nC1,I-2,2024-03-31,CNY,2.50,\n'
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    documents = read(tmp_path / "a.csv").book.documents
    assert documents["reference_text"].to_pylist() == ["two\nlines", None]
    assert documents["source_row"].to_pylist() == [2, 3]


def test_header_with_a_line_break_does_not_become_a_row(tmp_path: Path) -> None:
    text = '"customer\nno",document,due date,currency,amount\nC1,I-1,2024-03-31,CNY,1.50\nC1,I-2,2024-03-31,CNY,2.50\n'
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    reading = read(tmp_path / "a.csv")
    assert reading.book.documents["source_row"].to_pylist() == [2, 3]
    assert [(t.rows, t.file) for t in reading.source_totals] == [(2, Decimal(4))]  # 1.50 + 2.50
    assert [f.check for f in reading.findings] == ["missing-issue-date"]


def test_ragged_and_blank_lines_are_kept_apart_from_rows(tmp_path: Path) -> None:
    text = "customer,document,due date,currency,amount\n\nC1,I-1,2024-03-31,CNY,1.50,extra\n,,,,\nC1,I-2,2024-03-31,CNY,2.50\n\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    documents = read(tmp_path / "a.csv").book.documents
    assert documents["amount_minor"].to_pylist() == [
        250
    ]  # a field more than the header has shifts what stands behind it
    assert documents["source_row"].to_pylist() == [5]


def test_header_alone_gives_an_empty_book(tmp_path: Path) -> None:
    for text in ("customer,document,due date,currency,amount\n", "customer,document,due date,currency,amount"):
        (tmp_path / "a.csv").write_text(text, encoding="utf-8")
        reading = read(tmp_path / "a.csv")
        assert reading.book.documents.num_rows == 0
        assert reading.source_totals == ()


# ---------------------------------------------------------------------------------------------------------- workbooks


def _xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    book.save(path)
    return path


def _xls(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("AR")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for i, row in enumerate([HEADER, *ROWS]):
        for j, value in enumerate(row):
            if isinstance(value, date):
                sheet.write(i, j, value, style)
            else:
                sheet.write(i, j, float(value) if isinstance(value, Decimal) else value)
    book.save(str(path))
    return path


def _record(kind: int, data: bytes = b"") -> bytes:
    """One BIFF12 record: its number and its length in groups of seven bits."""

    def varint(value: int) -> bytes:
        out = b""
        while value > 0x7F:
            out += bytes([value & 0x7F | 0x80])
            value >>= 7
        return out + bytes([value])

    return varint(kind) + varint(len(data)) + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def _xlsb(path: Path) -> Path:
    """The smallest binary workbook: one sheet of text and number cells (MS-XLSB, the records a reader needs)."""
    rows = [HEADER, *ROWS]
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, len(HEADER) - 1)) + _record(145)
    for i, row in enumerate(rows):
        sheet += _record(0, struct.pack("<I", i) + b"\0" * 13)
        for j, value in enumerate(row):
            cell = struct.pack("<II", j, 0)
            if isinstance(value, Decimal):
                sheet += _record(5, cell + struct.pack("<d", value))
            else:
                sheet += _record(6, cell + _wide(str(value)))
    sheet += _record(146) + _record(130)
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("AR")
    workbook = _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    link = f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/%s" Target="%s"/></Relationships>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="bin" '
            'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        archive.writestr("_rels/.rels", link % ("officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", link % ("worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/workbook.bin", workbook)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


@pytest.mark.parametrize(("make", "suffix"), [(_xlsx, "xlsx"), (_xls, "xls"), (_xlsb, "xlsb")])
def test_workbook_gives_the_same_documents_as_text(make: Any, suffix: str, tmp_path: Path) -> None:
    assert _told(read(make(tmp_path / f"a.{suffix}"))) == EXPECTED


def test_workbook_is_known_by_its_first_bytes_not_by_its_name(tmp_path: Path) -> None:
    assert _told(read(_xlsx(tmp_path / "a.csv"))) == EXPECTED
    (tmp_path / "b.xlsx").write_text(TEXT, encoding="utf-8")  # what many a system calls its text export
    assert _told(read(tmp_path / "b.xlsx")) == EXPECTED


def test_several_sheets_are_named_in_every_place(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(_xlsx(tmp_path / "a.xlsx"))
    book["Sheet"].title = "一月"
    second = book.create_sheet("二月")
    for row in [HEADER, *ROWS]:
        second.append(row)
    book.create_sheet("空")
    book.save(tmp_path / "a.xlsx")
    reading = read(tmp_path / "a.xlsx")
    assert reading.book.documents["source_file"].to_pylist() == ["a.xlsx:一月"] * 2 + ["a.xlsx:二月"] * 2
    assert [(s.name, s.rows) for s in reading.sources] == [("a.xlsx:一月", 2), ("a.xlsx:二月", 2)]


def test_number_cells_lose_the_noise_of_binary_fractions_and_keep_every_cent(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["customer", "document", "due date", "currency", "amount"])
    for i, amount in enumerate([0.1 + 0.2, 1234567.89, 1e-7, 2.675, 123456789012.34]):
        sheet.append([f"C{i}", f"I{i}", datetime(2024, 3, 31), "CNY", amount])
    book.save(tmp_path / "a.xlsx")
    # 0.30000000000000004 → 0.30; 2.675 half up → 2.68, though the binary number lies below 2.675
    assert read(tmp_path / "a.xlsx").book.documents["amount_minor"].to_pylist() == [
        30,
        123456789,
        0,
        268,
        12345678901234,
    ]


def test_date_that_is_only_a_formatted_number_is_a_date(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["customer", "document", "due date", "currency", "amount"])
    sheet.append(["C1", "I-1", 45351, "CNY", 1.5])  # 45,351 days after 1899-12-30, the number format was lost
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").book.documents["due_on"].to_pylist() == [date(2024, 2, 29)]


def test_typed_dates_and_text_dates_in_one_column_agree(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["customer", "document", "due date", "currency", "amount"])
    sheet.append(["C1", "I-1", datetime(2024, 3, 5, 13, 45), "CNY", 1.5])
    sheet.append(["C1", "I-2", "31/03/2024", "CNY", 1.5])
    sheet.append(["C1", "I-3", "05/03/2024", "CNY", 1.5])  # the text column is day first: 31/03 proves it
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").book.documents["due_on"].to_pylist() == [
        date(2024, 3, 5),
        date(2024, 3, 31),
        date(2024, 3, 5),
    ]


def test_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(sources, "MAX_UNPACKED", 1000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(5):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", b"0" * 50_000_000)
    assert path.stat().st_size < 1_000_000  # a quarter of a gigabyte in a few hundred kilobytes
    with pytest.raises(SourceError, match="workbook-too-large"):
        sources._workbook(path, limit=200_000_000)


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1:B2"], ids=["told", "lied about"])
def test_workbook_with_one_cell_far_away_is_refused_before_memory_is_taken(dimension: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["XFD1048576"] = "customer", 1
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for info in old.infolist():
            new.writestr(info, re.sub(rb'ref="A1:[A-Z]+[0-9]+"', f'ref="{dimension}"'.encode(), old.read(info)))
    with pytest.raises(SourceError, match=r"sheet1 reaches to row 1,048,576, column 16,384.*workbook-too-large"):
        read(tmp_path / "b.xlsx")


def test_binary_workbook_with_one_cell_far_away_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"sheet1 reaches to row 3, column 7: 21 cells"):
        workbooks.sheets(_xlsb(tmp_path / "a.xlsb"), cells=20)


def test_long_narrow_sheet_with_empty_formatted_rows_to_the_end_is_read(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(_xlsx(tmp_path / "a.xlsx"))
    book.worksheets[0].cell(1_048_576, 300).font = openpyxl.styles.Font(bold=True)  # a cell without content
    book.save(tmp_path / "a.xlsx")
    assert workbooks.sheets(tmp_path / "a.xlsx", cells=21)  # 3 rows × 7 columns
    assert _told(read(tmp_path / "a.xlsx")) == EXPECTED


def test_extent_of_a_sheet_is_the_same_however_its_bytes_are_cut(monkeypatch: Any) -> None:
    xml = b'<row r="1"><c r="A1"><v>1</v></c><c s="1" r=\'AB12\' t="n"><v>1</v></c><c r="ZZ99" s="1"/></row>'
    for chunk in range(1, len(xml) + 1):
        monkeypatch.setattr(workbooks, "_CHUNK", chunk)
        monkeypatch.setattr(workbooks, "_CARRIED", 1000)
        assert workbooks._extent(io.BytesIO(xml)) == (12, 28)


@pytest.mark.parametrize(
    ("before", "line"), [("", 2), ("C1,I-1,2024-03-31,CNY,1.50\n", 3), ('C1,"two\nlines",2024-03-31,CNY,1.50\n', 4)]
)
def test_quotation_mark_never_closed_names_its_line(before: str, line: int, tmp_path: Path) -> None:
    head = "customer,document,due date,currency,amount\n"
    rest = "".join(f"C1,I-{i},2024-03-31,CNY,1.50\n" for i in range(10_000))
    (tmp_path / "a.csv").write_text(f'{head}{before}C1,"I-2,2024-03-31,CNY,1.50\n{rest}', encoding="utf-8")
    with pytest.raises(SourceError, match=f"a.csv: the quotation mark opened in line {line} is not closed"):
        read(tmp_path / "a.csv")


def test_quotation_mark_never_closed_far_below_the_header_names_its_line(tmp_path: Path) -> None:
    rows = [f"C1,I-{i},2024-03-31,CNY,1.50" for i in range(20_000)]
    rows[5_000] = 'C1,"I-5000,2024-03-31,CNY,1.50'
    (tmp_path / "a.csv").write_text("customer,document,due date,currency,amount\n" + "\n".join(rows), encoding="utf-8")
    with pytest.raises(SourceError, match="opened in line 5002 is not closed"):  # the header, and rows from 0
        read(tmp_path / "a.csv")


# ------------------------------------------------------------------------------------------ tables, Parquet, databases


def _table() -> pa.Table:
    columns = list(zip(*ROWS, strict=True))
    kinds = [pa.string(), pa.string(), pa.string(), pa.date32(), pa.date32(), pa.string(), pa.decimal128(18, 2)]
    return pa.table({name: pa.array(cells, kind) for name, cells, kind in zip(HEADER, columns, kinds, strict=True)})


def test_parquet_and_arrow_and_pandas_give_the_same_documents_as_text(tmp_path: Path) -> None:
    parquet.write_table(_table(), tmp_path / "a.parquet")
    assert _told(read(tmp_path / "a.parquet")) == EXPECTED
    assert _told(read(_table())) == EXPECTED
    assert _told(read(pd.DataFrame([dict(zip(HEADER, row, strict=True)) for row in ROWS]))) == EXPECTED


def test_floats_of_a_data_frame_are_read_by_their_shortest_spelling() -> None:
    frame = pd.DataFrame(
        {
            "customer": ["C1"],
            "document": ["I-1"],
            "due date": ["2024-03-31"],
            "currency": ["CNY"],
            "amount": [0.1 + 0.2],
        }
    )
    assert read(frame).book.documents["amount_minor"].to_pylist() == [30]


def test_database_query_gives_the_same_documents_as_text(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE ar ({', '.join(HEADER)})")
        connection.executemany(
            "INSERT INTO ar VALUES (?, ?, ?, ?, ?, ?, ?)", [[str(c) for c in row[:6]] + [float(row[6])] for row in ROWS]
        )
    assert _told(read(f"sqlite:///{path}", query="SELECT * FROM ar")) == EXPECTED


def test_password_in_a_database_address_is_never_shown() -> None:
    with pytest.raises(SourceError) as caught:
        read("postgresql+nowhere://user:secret@host/db", query="SELECT 1")
    assert "secret" not in caught.value.en + caught.value.zh


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+nowhere://user:hushhush@host/db",
        "postgresql+nowhere://user:pass/hushhush@host/db",
        "postgresql+nowhere://user:pass@hushhush@host/db",
        "postgresql+nowhere://host/db?password=hushhush",
        "postgresql+nowhere://user:pass?hushhush@host/db",
        "postgresql+nowhere://user:x@host/db?password=hush@hushhush",
        "postgresql://user:hushhush",  # its host was forgotten: the password stands where a port should
        "sqlite:///hushhush@nowhere/at/all.db?password=hushhush",
    ],
)
@pytest.mark.filterwarnings("ignore:Query string")
def test_no_part_of_a_password_is_shown_however_it_was_written(url: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(url, query="SELECT 1")
    trace = "".join(traceback.format_exception(caught.value))
    assert "hushhush" not in caught.value.en + caught.value.zh
    assert "hushhush" not in trace.replace(url, "")  # the line of the test itself aside


def test_driver_that_repeats_a_part_of_the_password_is_not_quoted(monkeypatch: Any) -> None:
    import sqlalchemy

    def refuse(*_: object, **__: object) -> object:
        raise sqlalchemy.exc.OperationalError("SELECT 1", {}, Exception('could not translate host name "cret@host"'))

    monkeypatch.setattr(sqlalchemy, "create_engine", refuse)
    with pytest.raises(SourceError) as caught:
        read("postgresql://u:s3@cret@host/db", query="SELECT 1")
    assert caught.value.en.startswith("postgresql://***@host/db: the query failed: OperationalError.")


@pytest.mark.filterwarnings("ignore:Query string")
def test_name_of_a_database_shows_neither_password_nor_query_string(tmp_path: Path) -> None:
    (grid,) = open_grids(f"sqlite:///{tmp_path}/a.db?password=hush", "SELECT 1 AS a, 2 AS b")
    assert grid.name == f"sqlite:///{tmp_path}/a.db"


def test_decode_prefers_the_mark_at_the_start_of_the_file() -> None:
    assert decode("\ufeff客户".encode()) == "客户"
    assert decode("客户".encode("utf-16")) == "客户"
    assert decode("账龄分析表".encode("gb18030")) == "账龄分析表"
    assert decode(b"Caf\xe9 d\xe9j\xe0") == "Café déjà"


def test_grid_shows_its_first_rows_as_they_lie(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(" title ,\na,b\n1,2\n", encoding="utf-8")
    (grid,) = open_grids(tmp_path / "a.csv")
    assert grid.head == (("title", ""), ("a", "b"), ("1", "2"))
    assert [c.texts.to_pylist() for c in grid.columns_below(1)] == [["1"], ["2"]]


@pytest.mark.soak
def test_a_million_rows_are_read_to_the_cent(tmp_path: Path) -> None:
    count = 1_000_000
    with (tmp_path / "a.csv").open("w", encoding="utf-8") as file:
        file.write("customer,document,issue date,due date,currency,amount\n")
        for i in range(count):
            file.write(f"{i % 5000:06d},I{i},2024-01-{i % 28 + 1:02d},2024-02-{i % 28 + 1:02d},CNY,{i}.{i % 100:02d}\n")
    reading = read(tmp_path / "a.csv")
    assert reading.source_totals[0].used_minor == sum(i * 100 + i % 100 for i in range(count))
    assert reading.findings == ()


# ------------------------------------------------------------------------------------------------------- rows as they lie


def test_rows_are_taken_as_they_lie_by_the_number_a_finding_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('客户,单号,备注\nC1,I-1,"两行\n文字"\n\nC2,I-2,a\n'.encode("gb18030"))
    grid = open_grids(path)[0]
    # row 2 takes two lines; row 3 is blank; row 4 is the last: rows are counted, not lines
    assert grid.take([0, 1, 2, 3, 9]) == {
        0: ("客户", "单号", "备注"), 1: ("C1", "I-1", "两行\n文字"), 2: (), 3: ("C2", "I-2", "a"),
    }  # fmt: skip
    path.write_text("customer;amount\nC1; 1,5 \nC2;2,5", encoding="utf-8")
    assert open_grids(path)[0].take([2, 1]) == {1: ("C1", "1,5"), 2: ("C2", "2,5")}
    table = pa.table({"customer": ["C1", "C2"], "amount": [1, None]})
    assert open_grids(table)[0].take([0, 2, 5]) == {0: ("customer", "amount"), 2: ("C2", "")}


def test_sheets_opened_before_are_not_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("customer,document,amount,currency,due_date\nC1,I-1,1.50,CNY,2026-01-31\n", encoding="utf-8")
    grids = open_grids(path)
    path.unlink()
    assert read(grids).book.documents["amount_minor"].to_pylist() == [150]
