"""Every error a caller can meet below the policy: its whole text in both languages, and that none was forgotten."""

from __future__ import annotations

import ast
import sys
import traceback
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pytest

import creditlib
from creditlib import errors, formulas, money
from creditlib.days import parse_iso
from creditlib.facts import outside, sources
from creditlib.facts.book import MANIFEST, Book, open_book, save_book
from creditlib.facts.checks import check
from creditlib.facts.credit.files import read_files
from creditlib.facts.exact import rescale
from creditlib.facts.lists.events import read_events
from creditlib.facts.lists.limits import read_limits
from creditlib.facts.lists.orders import read_orders
from creditlib.facts.mapping import load_map, presets
from creditlib.facts.open_items import convert, open_items
from creditlib.facts.reading import read, read_sales
from creditlib.facts.sample.generate import generate
from creditlib.facts.staleness import parts
from creditlib.formulas.trade_credit import instalment_days
from creditlib.measures.aging import aging
from creditlib.measures.collection import cei
from creditlib.measures.cover import cover
from creditlib.measures.dso import dso
from creditlib.measures.exposure import exposure
from creditlib.measures.record import payment_record
from creditlib.measures.segments import products

sys.path.insert(0, str(Path(__file__).parent))
from telling import Case, fits

DAY = date(2024, 6, 30)
HEADER = "customer,document,issue date,due date,currency,amount\n"
ROW = "C1,I-1,2024-06-01,2024-07-31,CNY,10\n"


def _file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _read(content: str | bytes, name: str = "a.csv", **options: Any) -> Callable[[Path], object]:
    return lambda folder: read(_file(folder, name, content), **options)


def _map(toml: str) -> Callable[[Path], object]:
    return lambda folder: read(_file(folder, "a.csv", HEADER + ROW), mapping=_file(folder, "m.toml", toml))


def _book(*documents: dict[str, Any], **options: Any) -> Book:
    rows = [
        {"id": i, "customer": "C1", "kind": "invoice", "currency": "CNY", "amount_minor": 100, "issue_on": date(2024, 6, 1),
         "due_on": date(2024, 6, 30), "source_file": "x", "source_row": i + 1} | row
        for i, row in enumerate(documents or ({},))
    ]  # fmt: skip
    return Book(pa.Table.from_pylist(rows), **options)


def _sales(**columns: list[Any]) -> Book:
    return _book(sales=pa.table({"month": pa.array([date(2024, 6, 1)]), "currency": ["CNY"], **columns}))


def _huge_workbook(folder: Path) -> object:
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 10_000_000)
    return sources._workbook(path, limit=5_000_000)


def _workbook(folder: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def _far_cell(folder: Path) -> object:
    book = openpyxl.Workbook()
    book.worksheets[0]["XFD1048576"] = 1
    book.save(folder / "a.xlsx")
    return read(folder / "a.xlsx")


def _links(source: int | None, target: int | None, amount: int) -> pa.Table:
    return pa.table(
        {
            "from_document": pa.array([source], pa.int64()),
            "to_document": pa.array([target], pa.int64()),
            "amount_minor": [amount],
            "on": pa.array([date(2024, 6, 2)]),
            "origin": ["given"],
        }
    )


def _no_sqlalchemy(folder: Path) -> object:
    kept = sys.modules.get("sqlalchemy")
    sys.modules["sqlalchemy"] = None  # type: ignore[assignment]
    try:
        return read("sqlite://", query="SELECT 1")
    finally:
        if kept is None:
            del sys.modules["sqlalchemy"]
        else:
            sys.modules["sqlalchemy"] = kept


def _not_a_book(folder: Path) -> object:
    _file(folder, "mine.txt", "mine")
    return save_book(_book(), folder)


def _damaged_manifest(folder: Path) -> object:
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    return open_book(folder)


def _old_format(folder: Path) -> object:
    _file(folder, MANIFEST, '{"format": 0}')
    return open_book(folder)


def _changed_book(folder: Path) -> object:
    saved = save_book(_book(), folder / "book")
    with (saved / "sales.parquet").open("ab") as file:
        file.write(b"x")
    return open_book(saved)


def _rates(content: str) -> Callable[[Path], object]:
    return lambda folder: outside.read_rates(_file(folder, "r.csv", content), "CNY", DAY)


def _two_currencies() -> Any:
    return aging(open_items(_book({}, {"currency": "USD"}), DAY), edges=[30])


CASES = (
    Case("no file", errors.SourceError, lambda _: read(), "No file was given.", "没有给出文件。"),
    Case(
        "folder", errors.SourceError, lambda f: read(f),
        "…: is a folder. Give the files in it; a connected book is opened with open_book in Python.",
        "…：是文件夹。请给出其中的文件；连接账簿请在 Python 中用 open_book 打开。",
    ),
    Case(
        "protected workbook", errors.SourceError, _read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xlsx"),
        "a.xlsx: is protected by a password. Open it in a spreadsheet and save a copy without one.",
        "a.xlsx：有密码保护。请用电子表格软件打开并另存为无密码的副本。",
    ),
    Case("missing file", errors.SourceError, lambda f: read(f / "a.csv"), "…a.csv: no such file.", "…a.csv：文件不存在。"),
    Case("empty file", errors.SourceError, _read(""), "a.csv: the file is empty (0 bytes). Export it again.", "a.csv：文件为空（0 字节）。请重新导出。"),
    Case("blank lines", errors.SourceError, _read("\n \n"), "a.csv: holds only blank lines.", "a.csv：只有空行。"),
    Case(
        "web page", errors.SourceError, _read("<html><table></table></html>", "a.xls"),
        "a.xls: is a web page or XML, whatever its name says. Open it in a spreadsheet and save it as .xlsx.",
        "a.xls：内容是网页或 XML，与扩展名不符。请用电子表格软件打开后另存为 .xlsx。",
    ),
    Case(
        "binary", errors.SourceError, _read(b"\x00\x01\x02"),
        "a.csv: is neither text, a workbook nor Parquet. Export it as CSV or XLSX, or leave it out.", "a.csv：既不是文本，也不是工作簿或 Parquet。请导出为 CSV 或 XLSX，或不使用该文件。",
    ),
    Case(
        "broken UTF-8", errors.SourceError, _read(b"\xef\xbb\xbfab\xff"),
        "a.csv: its first bytes promise utf-8, and byte 2 is not. Export it again.",
        "a.csv：文件开头标明 utf-8，但第 2 字节不符。请重新导出。",
    ),
    Case(
        "broken workbook", errors.SourceError, _read(b"PK\x03\x04junk", "a.xlsx"),
        "a.xlsx: can't be opened as a workbook (…). Open it in a spreadsheet and save it as .xlsx.",
        "a.xlsx：无法作为工作簿打开（…）。请用电子表格软件打开后另存为 .xlsx。",
    ),
    Case(
        "broken Parquet", errors.SourceError, _read(b"PAR1junk", "a.parquet"),
        "a.parquet: can't be opened as Parquet (…). Export it again.", "a.parquet：无法作为 Parquet 打开（…）。请重新导出。",
    ),
    Case(
        "workbook of gigabytes", errors.SourceError, _huge_workbook,
        "bomb.xlsx: unpacks to 0.0 GiB, more than the 0.0 GiB allowed. Export it as CSV or Parquet. [workbook-too-large]",
        "bomb.xlsx：解压后为 0.0 GiB，超过允许的 0.0 GiB。请另存为 CSV 或 Parquet。[workbook-too-large]",
    ),
    Case(
        "workbook with a stray cell", errors.SourceError, _far_cell,
        "a.xlsx: sheet1 reaches to row 1,048,576, column 16,384: 17,179,869,184 cells, more than the 50,000,000 allowed. "
        "Delete the stray cell, or export it as CSV. [workbook-too-large]",
        "a.xlsx：sheet1 延伸至第 1,048,576 行、第 16,384 列，共 17,179,869,184 个单元格，超过允许的 50,000,000。"
        "请删除多余单元格，或另存为 CSV。[workbook-too-large]",
    ),
    Case(
        "quotation mark never closed", errors.SourceError, _read(HEADER + ROW + '"C1,I-2\n' + "x" * 140_000),
        "a.csv: the quotation mark opened in line 3 is not closed within 131,072 characters. Close it, or export the file again.",
        "a.csv：第 3 行的引号在 131,072 个字符内没有闭合。请补上引号，或重新导出。",
    ),
    Case(
        "no SQLAlchemy", errors.SourceError, _no_sqlalchemy,
        "Reading a database needs SQLAlchemy: pip install 'creditlib[sql]'.",
        "读取数据库需要 SQLAlchemy：pip install 'creditlib[sql]'。",
    ),
    Case(
        "no query", errors.SourceError, lambda _: read("sqlite://"),
        "A database URL needs a query: --query 'SELECT …'.", "数据库地址需要同时给出查询：--query 'SELECT …'。",
    ),
    Case(
        "failing query", errors.SourceError, lambda _: read("sqlite://", query="SELECT * FROM nowhere"),
        "sqlite://: the query failed: no such table: nowhere. Check the address, the rights and the SQL.",
        "sqlite://：查询失败：no such table: nowhere。请检查地址、权限和 SQL。",
    ),
    Case(
        "unknown columns", errors.MappingError, _read("a,b,c\n1,2,3\n"),
        "a.csv: no column means a customer and an amount. Best header row found: a, b, c. Write a map: credit map \"a.csv\" "
        "--out map.toml, then give --map map.toml.",
        'a.csv：找不到表示客户和金额的列。最像表头的一行：a, b, c。请生成映射：credit map "a.csv" --out map.toml，再用 --map map.toml。',
    ),
    Case(
        "no documents among the files", errors.MappingError, _read("month,gross\n2024-06,100\n"),
        "a.csv: no column means a customer and an amount. Best header row found: month, gross. Write a map: credit map "
        '"a.csv" --out map.toml, then give --map map.toml.',
        "a.csv：找不到表示客户和金额的列。最像表头的一行：month, gross。"
        '请生成映射：credit map "a.csv" --out map.toml，再用 --map map.toml。',
    ),
    Case(
        "sales without a month", errors.MappingError, lambda f: read_sales(_file(f, "s.csv", "a,b\n1,2\n")),
        "s.csv: no column means a month and sales. Best header row found: a, b. Name its columns month, customer, currency, "
        "gross, net.",
        "s.csv：找不到表示月份和销售额的列。最像表头的一行：a, b。"
        "请将各列命名为：月份、客户编码、币种、含税销售额、不含税销售额。",
    ),
    Case(
        "no currency", errors.UsageError, _read("customer,document,due date,amount\nC1,I-1,2024-07-31,10\n"),
        "a.csv: 1 rows name no currency. Give --home CCY (home= in Python).",
        "a.csv：1 行未写币种。请给出 --home 币种（Python 中为 home=）。",
    ),
    Case(
        "map: wrong keys and kinds", errors.MappingError, _map('colour = "red"\nheader_row = "two"\n'),
        "…m.toml: unknown key 'colour'; header_row must be a whole number, not 'two'.",
        "…m.toml：未知的键 'colour'；header_row 必须是整数，而不是 'two'。",
    ),
    Case(
        "map: every wrong value", errors.MappingError,
        _map('shape = "round"\ndate_order = "ydm"\ndecimal = ";"\ncurrency = "Taler"\nheader_row = -1\nunit_power = 9\n'
             '[columns]\ncustmer = "customer"\namount = 0\n[kinds]\nINV = "bill of sale"\n[flags]\nS = "left"\n'),
        "…m.toml: unknown field 'custmer', perhaps 'customer'; amount must be a header or a column number from 1; kind 'bill of "
        "sale' is not one of invoice, debit_note, credit_note, receipt, advance, write_off, bill, retention, opening, "
        "fx_difference, other; flag 'left' is not one of debit, credit; shape 'round' is not one of open_items, paid_history, "
        "documents_with_allocations, running_account; date_order 'ydm' is not one of ymd, dmy, mdy; decimal ';' is not one of "
        "., ,; currency 'Taler' is not an ISO 4217 code; header_row must be 0 (no header) or more; unit_power must be from 0 to 8.",
        "…m.toml：未知字段 'custmer'，是否为 'customer'；amount 必须是表头文字或从 1 起的列号；kind 'bill of sale' 不在可选值之内："
        "invoice、debit_note、credit_note、receipt、advance、write_off、bill、retention、opening、fx_difference、other；"
        "flag 'left' 不在可选值之内：debit、credit；shape 'round' 不在可选值之内：open_items、paid_history、"
        "documents_with_allocations、running_account；date_order 'ydm' 不在可选值之内：ymd、dmy、mdy；decimal ';' 不在可选值之内："
        ".、,；币种 'Taler' 不是 ISO 4217 代码；header_row 必须为 0（无表头）或更大；unit_power 必须在 0 到 8 之间。",
    ),
    Case(
        "map: wrong role", errors.MappingError, _map('role = "weather"'),
        "…m.toml: role 'weather' is not one of documents, allocations, sales, customers, control, rates.",
        "…m.toml：role 'weather' 不在可选值之内：documents、allocations、sales、customers、control、rates。",
    ),
    Case(
        "map: no TOML", errors.MappingError, _map("columns = ["), "…m.toml: can't be read: …", "…m.toml：无法读取：…",
    ),
    Case(
        "map: missing file", errors.MappingError, lambda f: load_map(f / "m.toml"),
        "…m.toml: can't be read: …", "…m.toml：无法读取：…",
    ),
    Case(
        "map: no such column", errors.MappingError, _map('[columns]\ncustomer = "Kunde"\namount = "amount"\n'),
        "…m.toml: a.csv has no column 'Kunde' (for customer) in row 1. It has: customer, document, issue date, due date, "
        "currency, amount.",
        "…m.toml：a.csv 第 1 行没有列 'Kunde'（用于 customer）。现有：customer, document, issue date, due date, currency, amount。",
    ),
    Case(
        "map: columns lacking", errors.MappingError, _map('[columns]\ndocument = "document"\n'),
        "…m.toml: a.csv: [columns] lacks customer or customer_name, amount or open_amount or debit or credit or original_amount.",
        "…m.toml：a.csv：[columns] 缺少 customer 或 customer_name、amount 或 open_amount 或 debit 或 credit 或 original_amount。",
    ),
    Case(
        "map: no such sheet", errors.MappingError,
        _map('[columns]\ncustomer = "customer"\namount = "amount"\n[[sheet]]\nname = "b.csv"\nrole = "unused"\n'),
        "…m.toml: no sheet is called 'b.csv'. There are: a.csv. A * stands for anything.",
        "…m.toml：没有名为 'b.csv' 的工作表。现有：a.csv。可用 * 代表任意文字。",
    ),
    Case(
        "map: column number too high", errors.MappingError, _map("[columns]\ncustomer = 1\namount = 7\n"),
        "…m.toml: a.csv has no column 7 (for amount); it has 6.", "…m.toml：a.csv 没有第 7 列（用于 amount），共 6 列。",
    ),
    Case(
        "map: no such preset", errors.MappingError,
        _map('preset = "lotus"\n[columns]\ncustomer = "customer"\namount = "amount"\n'),
        "…m.toml: preset 'lotus' does not exist. There are: " + ", ".join(p.name for p in presets()) + ".",
        "…m.toml：没有预设 'lotus'。现有：" + "、".join(p.name for p in presets()) + "。",
    ),
    Case(
        "book: folder of something else", errors.UsageError, _not_a_book,
        "…: exists and is not a connected book. Choose an empty folder.", "…：已存在且不是连接账簿。请选择空文件夹。",
    ),
    Case(
        "book: no manifest", errors.SourceError, open_book,
        "…: no connected book here: there is no manifest.json. Connect the book again.", "…：不是连接账簿：没有 manifest.json。请重新连接账簿。",
    ),
    Case(
        "book: damaged manifest", errors.SourceError, _damaged_manifest,
        "…: no connected book here: manifest.json can't be read. Import the ledger again.", "…：不是连接账簿：无法读取 manifest.json。请重新导入台账。",
    ),
    Case(
        "book: other format", errors.SourceError, _old_format,
        "…: format 0 of a connected book, this version reads 1. Import it again.",
        "…：连接账簿格式为 0，本版本读取 1。请重新导入。",
    ),
    Case(
        "book: changed file", errors.RecordError, _changed_book,
        "…book: sales.parquet changed since the book was written. Import the ledger again.",
        "…book：sales.parquet 在写入后被改动。请重新导入台账。",
    ),
    Case(
        "map: fits no sheet of several", errors.MappingError,
        lambda f: read(
            _workbook(f, {"Notes": [["a", "b"]], "AR": [["x", "y"], [1, 2]]}),
            mapping=_file(f, "m.toml", '[columns]\ncustomer = "Kunde"\namount = "y"\n'),
        ),
        "…m.toml: a.xlsx:AR has no column 'Kunde' (for customer) in row 1. It has: x, y.",
        "…m.toml：a.xlsx:AR 第 1 行没有列 'Kunde'（用于 customer）。现有：x, y。",
    ),
    Case(
        "book: ids that are no row numbers", errors.UsageError, lambda _: _book({}, {"id": 7}),
        "documents: row 1 has id 7. Number the rows 0, 1, 2, …: allocations point to them.",
        "documents：第 1 行的 id 为 7。请按 0、1、2……逐行编号：核销记录以此指向单据。",
    ),
    Case(
        "book: allocation to nothing", errors.UsageError, lambda _: _book(allocations=_links(None, 1, 100)),
        "allocations: row 0 points to document 1 of 1. Ids count from 0; amounts are minor units, positive.",
        "allocations：第 0 行指向单据 1，而单据共 1 张。id 从 0 起；金额以分计，为正数。",
    ),
    Case(
        "check: no such name", errors.UsageError, lambda _: check(_book(), only=["spelling", "zero-amount"]),
        "no check is called spelling. See: credit check --list", "没有名为spelling的检查。请见：credit check --list",
    ),
    Case(
        "netting", errors.UsageError, lambda _: open_items(_book(), DAY, netting="lifo"),  # type: ignore[arg-type]
        'netting "lifo" does not exist. Choose from separate, fifo, by_date.',
        "没有“lifo”这种轧差方式。可选：separate、fifo、by_date。",
    ),
    Case(
        "key", errors.UsageError, lambda _: aging(open_items(_book(), DAY), edges=[30], by=["colour"]),
        '"colour" is no key to group by. Choose from customer, entity, salesperson, collector, gl_account, kind, group, parent.',
        "不能按“colour”分组。可选：customer、entity、salesperson、collector、gl_account、kind、group、parent。",
    ),
    Case(
        "rate missing", errors.CurrencyError, lambda _: convert(open_items(_book({}, {"currency": "USD"}), DAY), [], "CNY"),
        "1 documents are in USD and no rate USD → CNY on or before 2024-06-30 was given.",
        "1 张单据为 USD，未给出 2024-06-30 当日或之前的 USD → CNY 汇率。",
    ),
    Case(
        "rate of zero", errors.TooLarge, lambda _: rescale(np.array([1]), 0, 1),
        "rate 0/1 is not above 0", "汇率 0/1 须大于 0",
    ),
    Case(
        "converted amount too long", errors.TooLarge, lambda _: rescale(np.array([2**51]), 2, 1),
        "an amount × 2/1 has more digits than can be kept exactly", "金额 × 2/1 超出可精确保存的位数",
    ),
    Case(
        "control: neither amount nor file", errors.UsageError, lambda _: outside.read_control("1234,50"),
        '--control "1234,50" is neither an amount nor a file that exists.', "--control“1234,50”既不是金额，也不是存在的文件。",
    ),
    Case(
        "control: no figure", errors.SourceError,
        lambda f: outside.read_control(_file(f, "c.csv", "account,currency,balance\n")),
        "c.csv: holds no control figure.", "c.csv：没有总账余额。",
    ),
    Case(
        "control: blank balance", errors.UsageError,
        lambda f: outside.read_control(_file(f, "c.csv", "account,currency,balance\n1122,CNY,5\n1131,CNY,\n")),
        "c.csv!3: 1131 CNY has no balance. Enter it: a blank is not 0.", "c.csv!3：1131 CNY 没有余额。请补录：空白不等于 0。",
    ),
    Case(
        "control: bare account", errors.UsageError,
        lambda f: outside.read_control(_file(f, "c.csv", "account,currency,balance\n1122,CNY,5\n1131,,\n")),
        "c.csv!3: 1131 has no balance. Enter it: a blank is not 0.", "c.csv!3：1131 没有余额。请补录：空白不等于 0。",
    ),
    Case(
        "control: wrong total", errors.UsageError,
        lambda f: outside.read_control(_file(f, "c.csv", "account,currency,balance\n1122,CNY,5\n1131,CNY,7\nTotal,,13\n")),
        'c.csv!4: "Total" states 13, the rows above add up to 12; difference 1. '  # 13 − (5 + 7)
        "Export again: rows are missing or were changed. [stated-total-differs]",
        "c.csv!4：“Total”写的是 13，上方明细合计 12；差额 1。请重新导出：有行缺失或被改动。 [stated-total-differs]",
    ),
    Case(
        "control: empty workbook", errors.SourceError, lambda f: outside.read_control(_workbook(f, {"A": []})),
        "…a.xlsx: holds no rows.", "…a.xlsx：没有数据行。",
    ),
    Case(
        "control: typed figure that is none", errors.UsageError, lambda _: outside.typed_balance("1.234,50"),
        '"1.234,50" is no amount. Write digits, a dot before decimals, and commas between thousands if you like: 1,234.50.',
        "“1.234,50”不是金额。请写数字，小数点用“.”，千位可用逗号分隔：1,234.50。",
    ),
    Case(
        "control: bad figure", errors.UsageError,
        lambda f: outside.read_control(_file(f, "c.csv", "account,currency,balance\n1122,CNY,1O\n")),
        'c.csv!2: "1O" is no amount. Correct it: a control figure is never guessed.',
        "c.csv!2：“1O”不是金额。请更正：总账余额不作推测。",
    ),
    Case(
        "rates: no such columns", errors.MappingError, _rates("a,b\n1,2\n"),
        "r.csv: no column means a currency and a rate. Best header row found: a, b. Name its columns date, from, to, rate.",
        "r.csv：找不到表示币种和汇率的列。最像表头的一行：a, b。请将各列命名为：日期、源币种、目标币种、汇率。",
    ),
    Case(
        "rates: ambiguous day", errors.UsageError, _rates("date,from,to,rate\n05/06/2024,USD,CNY,7.1\n"),
        "r.csv: a date of the rates can't be read for sure. Write YYYY-MM-DD.",
        "r.csv：汇率日期无法确定。请写成 YYYY-MM-DD。",
    ),
    Case(
        "rates: comma nothing explains", errors.UsageError, _rates("date;from;to;rate\n2024-06-28;USD;CNY;7,126\n"),
        'r.csv!2: rate "7,126" is not a number above 0.', "r.csv!2：汇率“7,126”不是大于 0 的数。",
    ),
    Case(
        "sample: too few customers", errors.UsageError, lambda _: generate(customers=1),
        "the odd cases bring … customers of their own; given 1 in all. Ask for more, or odd=False.",
        "特殊情形自带 … 个客户，而总数只有 1。…",
    ),
    Case(
        "sample: no such home currency", errors.UsageError, lambda _: generate(home="CHF", odd=False),
        'the sample has no rates for home currency "CHF". Choose one of ….', "示例数据没有本位币“CHF”的汇率。可选：…。",
    ),
    Case(
        "sample: nothing asked for", errors.UsageError, lambda _: generate(months=0, odd=False),
        "customers, months and invoices must be at least 1; given …, 0 and ….", "客户数、月数和发票数至少为 1；给出的是 …、0 和 …。",
    ),
    Case(
        "edges", errors.UsageError, lambda _: aging(open_items(_book(), DAY), edges=[30, 30]),
        "edges [30, 30] must be whole numbers above 0, ascending, for example 30,60,90.",
        "账龄分段 [30, 30] 须为大于 0 的升序整数，例如 30,60,90。",
    ),
    Case(
        "DSO method", errors.UsageError, lambda _: dso(_book(), DAY, method="lunar"),  # type: ignore[arg-type]
        'DSO method "lunar" does not exist. Choose from simple, rolling, countback, best_possible, delinquent, turnover.',
        "没有 DSO 方法“lunar”。可选：simple、rolling、countback、best_possible、delinquent、turnover。",
    ),
    Case(
        "DSO of open items alone", errors.NeedsSales, lambda _: dso(_book(complete=False), DAY),
        "needs sales by month: this book holds only what is open. Give --sales FILE (month, gross).",
        "需要分月销售额：本账簿只含未清项。请用 --sales 文件（月份、含税销售额）。",
    ),
    Case(
        "CEI of open items alone", errors.NeedsSales, lambda _: cei(_book(complete=False), DAY, DAY),
        "CEI needs the history of documents and payments: this book holds only what is open.",
        "CEI 需要单据和收款历史：本账簿只含未清项。",
    ),
    Case(
        "sales not told by customer", errors.UsageError, lambda _: dso(_sales(gross_minor=[100]), DAY, by=["customer"]),
        "the sales given are not told by customer.", "所给销售额没有按customer的数据。",
    ),
    Case(
        "sales without the base asked for", errors.NeedsSales, lambda _: dso(_sales(gross_minor=[100]), DAY, base="net"),
        "1 of 1 months lack net sales; base 'net' needs them.", "1 of 1 months lack net sales；口径 'net' 需要该列。",
    ),
    Case(
        "documents without VAT", errors.NeedsSales, lambda _: dso(_book(), DAY, base="net"),
        "without VAT: 1 of 1 billings do not tell their VAT. Map the tax column (0 where there is none).",
        "不含税口径：1 张开票单据中 1 张未写税额。请映射税额列（无税写 0）。",
    ),
    Case(
        "CEI from inside a month", errors.UsageError, lambda _: cei(_sales(gross_minor=[100]), date(2024, 6, 2), DAY),
        "CEI from 2024-06-02: sales are given by month, so it must start on the first of a month.",
        "CEI 起始日 2024-06-02：销售额按月给出，须从月初开始。",
    ),
    Case(
        "exposure by salesperson", errors.UsageError, lambda _: exposure(_book(), DAY, by=["salesperson"]),
        "exposure is told by customer and entity, not by salesperson.", "敞口按客户和公司统计，不支持salesperson。",
    ),
    Case(
        "total of two currencies", errors.CurrencyError, lambda _: _two_currencies().total_minor,
        "these figures are in 2 currencies (CNY, USD). Convert the items first.",
        "这些数字涉及 2 个币种（CNY、USD）。请先折算。",
    ),
    Case(
        "row of an unknown key", errors.UsageError, lambda _: _two_currencies().row(entity="E1"),
        "no key entity; the keys are customer, currency.", "没有键 entity；可用的键为 customer、currency。",
    ),
    Case(
        "row not singled out", errors.UsageError, lambda _: _two_currencies().row(customer="C1"),
        "2 rows have customer=C1; say currency too.", "2 行符合 customer=C1；请再给出 currency。",
    ),
    Case(
        "why of nobody", errors.UsageError, lambda _: aging(open_items(_book(), DAY), edges=[30]).why(customer="C9"),
        "no row has customer=C9.", "没有符合 customer=C9 的行。",
    ),
    Case(
        "amount × days too large", errors.TooLarge,
        lambda _: products(np.zeros(1, int), np.array([2**61]), np.array([4]), 1),
        "amount × days comes to 9.22e+18, more than 64 bits keep. Measure fewer documents at a time.",  # 2**63
        "金额 × 天数达到 9.22e+18，超出 64 位整数。请分批计算。",
    ),
    Case(
        "scalar DSO without sales", errors.NeedsSales, lambda _: formulas.simple_dso(100, 0, 365),
        "DSO needs sales above 0 over the 365 days, got 0.00.", "DSO 需要 365 天内大于 0 的销售额，得到 0.00。",
    ),
    Case(
        "scalar CEI of nothing", errors.CreditError, lambda _: formulas.collection_effectiveness(0, 0, 0, 0),
        "CEI is undefined: nothing was collectable (0.00 + 0.00 − 0.00).", "CEI 无定义：没有可收款项（0.00 + 0.00 − 0.00）。",
    ),
    Case(
        "turnover of nothing", errors.CreditError, lambda _: formulas.turnover(100, 0),
        "turnover needs average receivables above 0, got 0.00.", "周转率需要大于 0 的平均应收，得到 0.00。",
    ),
    Case(
        "days of no flow", errors.CreditError, lambda _: formulas.days_of(100, 0, 365),
        "days of a flow need a flow above 0, got 0.00.", "计算天数需要大于 0 的流量，得到 0.00。",
    ),
    Case(
        "formula: figure that must be above 0", errors.CreditError,
        lambda _: formulas.altman_from_amounts(
            working_capital=1, total_assets=0, retained_earnings=1, ebit=1, equity_market=1, equity_book=1,
            total_liabilities=1, sales=1,
        ),
        "total assets must be above 0, got 0. Check its sign and its unit.", "总资产必须大于 0，得到 0。请检查符号和单位。",
    ),
    Case(
        "formula: negative figure", errors.CreditError, lambda _: formulas.insured_split(50_000, -1_250.5),
        "insured limit must be 0 or above, got -1,250.5. Check its sign.", "保险限额不能小于 0，得到 -1,250.5。请检查符号。",
    ),
    Case(
        "formula: percent instead of a share", errors.CreditError, lambda _: formulas.credit_cost_simple(2, 10, 30),
        "discount must be a share from 0 to 1, got 2. Write 2 % as 0.02.",
        "折扣率必须是 0 到 1 之间的比例，得到 2。2% 请写成 0.02。",
    ),
    Case(
        "formula: no number", errors.CreditError, lambda _: formulas.altman_zone("z", float("nan")),
        "Z must be a finite number, got nan. Look for an empty cell or a division by 0 in its inputs.",
        "Z 值必须是有限的数，得到 nan。请检查其来源中的空单元格或除以 0。",
    ),
    Case(
        "Altman: unknown form", errors.UsageError,
        lambda _: formulas.altman_zone("bank", 2),  # type: ignore[arg-type]
        'Z has no form "bank". There are: z, private, service, emerging.',
        "Z 值没有“bank”这一形式。现有：z、private、service、emerging。",
    ),
    Case(
        "score off its scale", errors.CreditError,
        lambda _: formulas.odds_of(1_000_000, formulas.PointsScale(28.85, 487.12)),
        "score 1,000,000 is too far from the scale's 487.12 points at odds 1:1. Check that the score was made on this scale.",
        "评分 1,000,000 与刻度上好坏比 1:1 的 487.12 分相距过远。请确认该评分出自这一刻度。",
    ),
    Case(
        "scores without flags", errors.UsageError, lambda _: formulas.auc([600, 620], [True]),
        "2 scores and 1 flags. Give one flag, failed or not, to each score.",
        "2 个评分，1 个违约标记。请为每个评分各给一个标记。",
    ),
    Case(
        "score with an unknown outcome", errors.CreditError,
        lambda _: formulas.auc([600, 620], [True, None]),  # type: ignore[list-item]
        "flag 2 is None, neither true nor false. Leave out whoever's outcome is not known.",
        "第 2 个违约标记为 None，既非真也非假。请剔除结果未知的客户。",
    ),
    Case(
        "ranking without a failure", errors.CreditError, lambda _: formulas.kolmogorov_smirnov([600, 620], [False, False]),
        "0 of 2 failed. Ranking is measured between failures and survivors: give some of each.",
        "2 个中有 0 个违约。排序能力须在违约与未违约之间衡量：两类都要有。",
    ),
    Case(
        "bins of two groupings", errors.UsageError, lambda _: formulas.population_stability([40, 60], [30, 30, 40]),
        "2 bins of expected and 3 of actual. Give both, for the same bins.", "基准有 2 组，实际有 3 组。请按相同分组给出两者。",
    ),
    Case(
        "bin without bads", errors.CreditError, lambda _: formulas.information_value([80, 20], [100, 0]),
        "bin 2 holds 20 goods and 0 bads: its logarithm is unbounded. Merge it with its neighbour.",
        "第 2 组好客户为 20、坏客户为 0：对数无界。请与相邻组合并。",
    ),
    Case(
        "compound cost beyond any number", errors.TooLarge, lambda _: formulas.credit_cost_compound(0.99, 10, 11),
        "a discount of 0.99 compounded 365 times a year is beyond any number. Use the simple cost.",
        "折扣率 0.99 每年复利 365 次，超出数值范围。请改用单利成本。",
    ),
    Case(
        "discount of another base", errors.UsageError,
        lambda _: formulas.early_discount(1_000, 150, 0.1, "mixed"),  # type: ignore[arg-type]
        'a discount has no base "mixed". There are: gross (tax included), net (before tax).',
        "折扣没有“mixed”这一基数。现有：gross（含税）、net（不含税）。",
    ),
    Case(
        "no units pay for the credit", errors.CreditError, lambda _: formulas.break_even_units(101, 100, 1_000, 0.02),
        "no number of further units pays for the credit: one costs 100 now and brings 50 in all. Raise the price or shorten "
        "the credit.",  # (101 − 100) ÷ 0.02
        "增加多少销量都无法弥补信用成本：每件当期付出 100，累计带回 50。请提高价格或缩短账期。",
    ),
    Case(
        "no sales break even", errors.CreditError, lambda _: formulas.break_even_sales(0.9, 0, 0.1, 0.25, 40),
        "no sales break even: the margin is 0.1 of sales and credit takes 0.25. Shorten the credit, raise the price or refuse "
        "the risk.",
        "任何销售额都无法保本：毛利占销售额 0.1，信用成本占 0.25。请缩短账期、提高价格或不接受该风险。",
    ),
    Case(
        "discount of everything", errors.CreditError, lambda _: formulas.credit_cost_compound(1, 10, 30),
        "a discount of 1 leaves nothing to pay: its cost is unbounded. Write 2 % as 0.02.",
        "折扣率为 1 时无需付款，成本无界。2% 请写成 0.02。",
    ),
    Case(
        "paid within the discount", errors.CreditError, lambda _: formulas.credit_cost_simple(0.02, 10, 10),
        "paid on day 10, discount until day 10: nothing was forgone. Give a day after the discount ends.",
        "第 10 天付款，折扣期至第 10 天：并未放弃折扣。请给出折扣期之后的付款日。",
    ),
    Case(
        "instalments in parts", errors.CreditError, lambda _: instalment_days(60, 1.5),  # type: ignore[arg-type]
        "instalments must be a whole number from 1 on, got 1.5. Write 1 where everything is paid at once.",
        "分期数须为不小于 1 的整数，得到 1.5。一次付清写 1。",
    ),
    Case(
        "claim in another order", errors.UsageError,
        lambda _: formulas.claim(100, 100, 0.9, 10, "both"),  # type: ignore[arg-type]
        'a claim has no order "both". There are: deductible_first, share_first.',
        "赔款没有“both”这一顺序。现有：deductible_first（先扣免赔额）、share_first（先乘赔付比例）。",
    ),
    Case(
        "currency code", errors.CurrencyError, lambda _: money.exponent("Taler"),
        'currency "Taler" is not an ISO 4217 code. Write CNY, USD, EUR, … [unknown-currency]',
        "币种“Taler”不是 ISO 4217 代码。请写 CNY、USD、EUR 等。[unknown-currency]",
    ),
    Case(
        "amount of 16 digits", errors.TooLarge, lambda _: money.to_minor(Decimal("10000000000000.00"), "CNY"),
        "10000000000000.00 CNY has more than 15 digits.", "10000000000000.00 CNY 超过 15 位。",
    ),
    Case(
        "no credit file", errors.SourceError, lambda _: read_files(), "No file was given.", "没有给出文件。",
    ),
    Case(
        "credit file of something else", errors.MappingError, lambda folder: read_files(_file(folder, "a.csv", "apples,pears\n1,2\n")),
        "a.csv: is no table of a credit file. Best header row found: apples, pears. Statements have lines in rows and years in columns; "
        "other lists need a customer and the headers of the entry template.",
        "a.csv：不是信用档案的表。最像表头的一行：apples, pears。报表应为项目在行、年度在列；其他清单须有客户和录入模板的表头。",
    ),
    Case(
        "credit workbook without rows", errors.SourceError, lambda folder: read_files(_workbook(folder, {"S": []})),
        "…a.xlsx: holds no rows.", "…a.xlsx：没有数据行。",
    ),
    Case(
        "registry export without a book", errors.UsageError,
        lambda folder: read_files(_file(folder, "a.csv", "企业名称,登记状态\n甲公司,存续\n")),
        "a.csv: a registry export names no customer codes. Give the book whose customers it is about.",
        "a.csv：工商登记导出没有客户编码。请同时给出含这些客户的账簿。",
    ),
    Case(
        "no list", errors.SourceError, lambda _: read_orders(home="CNY"), "No file was given.", "没有给出文件。",
    ),
    Case(
        "order list without gross amounts", errors.MappingError,
        lambda folder: read_orders(_file(folder, "a.csv", "订单号,客户编码,不含税金额\nO-1,C1,5\n"), home="CNY"),
        "a.csv: is no order list. Best header row found: 订单号, 客户编码, 不含税金额. Name its columns order, customer code, gross amount.",
        "a.csv：不是订单清单。最像表头的一行：订单号, 客户编码, 不含税金额。请将各列命名为：订单号、客户编码、含税金额。",
    ),
    Case(
        "list of limits without a day", errors.MappingError,
        lambda folder: read_limits(_file(folder, "a.csv", "customer,limit\nC1,5\n"), home="CNY"),
        "a.csv: is no list of limits. Best header row found: customer, limit. Name its columns customer code, limit, from.",
        "a.csv：不是授信额度清单。最像表头的一行：customer, limit。请将各列命名为：客户编码、授信额度、生效日期。",
    ),
    Case(
        "log without events", errors.MappingError,
        lambda folder: read_events(_file(folder, "a.csv", "customer,date\nC1,2024-06-01\n"), home="CNY"),
        "a.csv: is no log of events. Best header row found: customer, date. Name its columns customer code, date, event.",
        "a.csv：不是事件记录。最像表头的一行：customer, date。请将各列命名为：客户编码、日期、事件。",
    ),
    Case(
        "list workbook without rows", errors.SourceError, lambda folder: read_limits(_workbook(folder, {"S": []}), home="CNY"),
        "…a.xlsx: holds no rows.", "…a.xlsx：没有数据行。",
    ),
    Case(
        "home of a list", errors.CurrencyError, lambda folder: read_limits(_file(folder, "a.csv", "a,b\n1,2\n"), home="Taler"),
        'currency "Taler" is not an ISO 4217 code. Write CNY, USD, EUR, … [unknown-currency]',
        "币种“Taler”不是 ISO 4217 代码。请写 CNY、USD、EUR 等。[unknown-currency]",
    ),
    Case(
        "part no credit file has", errors.UsageError, lambda _: parts(_book(), DAY, months={"statement": 18}),
        "a credit file has no part statement. There are registrations, statements, references, ratings, "
        "security, contracts, purchases, assessments, visits, ledger.",
        "信用档案没有 statement 这一部分。现有：registrations、statements、references、ratings、security、contracts、"
        "purchases、assessments、visits、ledger。",
    ),
    Case(
        "payment record ending before its start", errors.UsageError, lambda _: payment_record(_book(), DAY, date(2024, 5, 31)),
        "the payment record would begin on 2024-06-30 and end on 2024-05-31, before that. Give an end from 2024-06-30 on.",
        "付款记录自 2024-06-30 起，却止于 2024-05-31。请给出不早于 2024-06-30 的截止日。",
    ),
    Case(
        "insured percent instead of a share", errors.UsageError, lambda _: cover(_book(), DAY, insured_share=90),
        "insured share 90 must lie between 0 and 1, for example 0.9.", "赔付比例 90 须在 0 与 1 之间，例如 0.9。",
    ),
    Case(
        "caller's date", errors.UsageError, lambda _: parse_iso("30/06/2024", "--as-of"),
        '--as-of "30/06/2024" is not a day. Write it as YYYY-MM-DD, for example 2024-06-05.',
        "--as-of“30/06/2024”不是有效日期。请写成 YYYY-MM-DD，例如 2024-06-05。",
    ),
)  # fmt: skip

_raised: set[tuple[Path, int]] = set()
_ran: set[str] = set()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_error_says_the_whole_text_in_both_languages(case: Case, tmp_path: Path) -> None:
    _ran.add(case.name)
    with pytest.raises(errors.CreditError) as caught:
        case.cause(tmp_path)
    error = caught.value
    assert type(error) is case.kind
    assert fits(case.en, error.text("en")), error.en
    assert fits(case.zh, error.text("zh")), error.zh
    assert len(error.en.splitlines()) <= 3
    last = traceback.extract_tb(error.__traceback__)[-1]
    _raised.add((Path(last.filename).resolve(), last.lineno or 0))


def test_no_error_lacks_a_case() -> None:
    if len(_ran) < len(CASES):
        pytest.skip("needs all cases of this module to have run before it")
    root = Path(creditlib.__file__).parent
    known = {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.CreditError)
    }
    makers = {"unrecognised", "_no_rows"}
    missing = []
    for path in [
        *(root / "facts").rglob("*.py"),
        *(root / "measures").rglob("*.py"),
        *(root / "formulas").rglob("*.py"),
        *map(root.joinpath, ("money.py", "days.py")),
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and node.exc is not None:
                names = {n.id for n in ast.walk(node.exc) if isinstance(n, ast.Name)}
                lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                if names & (known | makers) and not any((path.resolve(), line) in _raised for line in lines):
                    missing.append(f"{path.name}:{node.lineno}")
    assert missing == []
