"""The files of a written sample: headers, and rows as text, in English or Chinese.

What must stay true: rows are made in bounded memory, a batch at a time; what a reader must find odd is written as the
sample says, everything else as the tables hold it; the total row is the sum of the amount column as written.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from creditlib.errors import Lang
from creditlib.facts.sample.credit import SampleCredit, credit_of
from creditlib.facts.sample.credit_files import credit_contents, statement_sheet
from creditlib.facts.sample.generate import generate
from creditlib.facts.sample.made import Sample
from creditlib.facts.sample.readme import KINDS_ZH, REASONS_ZH, readme
from creditlib.money import plain

FILES: Final = {
    "documents": (
        "customer,customer_name,document,kind,issue_date,posting_date,due_date,entry_date,currency,amount,tax,entity,"
        "gl_account,salesperson,terms,order,contract,shipped_on,received_on,accepted_on,disputed_from,disputed_to,"
        "dispute_reason,related_party,text",
        "客户编码,客户名称,单据编号,单据类型,开票日期,记账日期,到期日,录入日期,币种,金额,税额,公司代码,科目,业务员,付款条件,"
        "订单号,合同号,发货日期,票到日期,验收日期,争议开始,争议结束,争议原因,关联方,摘要",
    ),
    "allocations": (
        "entity,customer,from_document,to_document,amount,date,entry_date,undone_date",
        "公司代码,客户编码,收款单号,被核销单号,核销金额,核销日期,录入日期,撤销日期",
    ),
    "customers": (
        "customer,name,credit_code,country,parent,group,sector,salesperson,collector,terms,related_party",
        "客户编码,客户名称,统一社会信用代码,国家,上级客户,集团,行业,业务员,催收责任人,付款条件,关联方",
    ),
    "sales": ("month,customer,entity,currency,gross,net", "月份,客户编码,公司代码,币种,含税销售额,不含税销售额"),
    "control": ("entity,account,currency,balance", "公司代码,科目,币种,余额"),
    "rates": ("date,from,to,rate", "日期,源币种,目标币种,汇率"),
}
"""The files of a sample and their headers, in English and in Chinese."""

_BATCH: Final = 50_000


def contents(sample: Sample, lang: Lang) -> Iterator[tuple[str, Iterator[str] | bytes]]:
    """Yield the name and the text, in pieces, of every file of a sample (bytes for a workbook).

    The credit files come with the odd cases: a sample without them has none.

    >>> from creditlib.facts.sample.generate import generate
    >>> files = dict(contents(generate(customers=20, invoices=40), "zh"))
    >>> next(files["control.csv"]).splitlines()[0]
    '公司代码,科目,币种,余额'
    """
    makers: dict[str, Callable[[Sample, Lang], Iterator[list[str]]]] = {
        "documents": _document_rows, "allocations": _allocation_rows, "customers": _customer_rows, "sales": _sales_rows,
        "control": _control_rows, "control_wrong": _wrong_rows, "rates": _rate_rows,
    }  # fmt: skip
    for name, rows in makers.items():
        header = FILES[name.removesuffix("_wrong")][lang == "zh"].split(",")
        yield f"{name}.csv", _csv(header, rows(sample, lang))
    credit = credit_of(sample) if sample.cases else None
    if credit is not None:
        for file, header, lines in credit_contents(credit, lang):
            yield file, _csv(header, lines)
        sheet = statement_sheet(credit, lang)
        if sheet is not None:
            yield sheet
    yield "truth.json", iter([_truth_json(sample, credit)])
    yield "README.md", iter([readme(sample, "en", credit)])
    yield "README.zh-CN.md", iter([readme(sample, "zh", credit)])


def _csv(header: list[str], rows: Iterator[list[str]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(row)
        if text.tell() > 1 << 20:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _cell(value: object) -> str:
    if value is None or value is False:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for at in range(0, table.num_rows, _BATCH):
        yield from table.slice(at, _BATCH).to_pylist()


_PLAIN_COLUMNS: Final = {
    "document": "document", "issue_date": "issue_on", "posting_date": "posted_on", "due_date": "due_on",
    "entry_date": "known_on", "currency": "currency", "entity": "entity", "gl_account": "gl_account",
    "salesperson": "salesperson", "terms": "terms", "order": "order", "contract": "contract",
    "shipped_on": "shipped_on", "received_on": "received_on", "accepted_on": "accepted_on",
    "disputed_from": "disputed_from", "disputed_to": "disputed_to", "text": "reference_text",
}  # fmt: skip


def _document_rows(sample: Sample, lang: Lang) -> Iterator[list[str]]:
    header = FILES["documents"][0].split(",")
    names = dict(zip(*(sample.customers.column(c).to_pylist() for c in ("customer", "name")), strict=True))
    said = {(row, column): text for row, column, text in sample.texts}
    loose = dict(sample.loose)
    total, line = Decimal(0), 2
    for row in _rows(sample.documents):
        while line in loose:
            cells = loose[line] | {"kind": _kind(loose[line]["kind"], lang)}
            cells["customer_name"] = names.get(cells.get("customer"), "")
            total += Decimal(cells["amount"])
            yield [cells.get(name, "") for name in header]
            line += 1
        cells = {name: _cell(row[column]) for name, column in _PLAIN_COLUMNS.items()}
        cells["customer"], cells["customer_name"] = row["customer"], names[row["customer"]]
        if sample.renamed and row["customer"] == sample.renamed[0] and row["posted_on"] < sample.renamed[2]:
            cells["customer_name"] = sample.renamed[1]
        cells["kind"] = _kind(row["kind"], lang)
        cells["amount"] = plain(row["amount_minor"], row["currency"])
        cells["tax"] = "" if row["tax_minor"] is None else plain(row["tax_minor"], row["currency"])
        reason = row["dispute_reason"]
        cells["dispute_reason"] = REASONS_ZH[reason] if reason and lang == "zh" else _cell(reason)
        cells["related_party"] = _yes(row["related_party"], lang)
        for name in ("amount", "currency", "due_date"):
            cells[name] = said.get((row["id"], name), cells[name])
        total += Decimal(cells["amount"])
        yield [cells[name] for name in header]
        line += 1
    if sample.cases:
        last = {"customer": "合计" if lang == "zh" else "Total", "amount": str(total)}
        yield [last.get(name, "") for name in header]


def _kind(kind: str, lang: Lang) -> str:
    return KINDS_ZH[kind] if lang == "zh" else kind


def _yes(flag: bool | None, lang: Lang) -> str:
    return ("是" if lang == "zh" else "yes") if flag else ""


def _allocation_rows(sample: Sample, lang: Lang) -> Iterator[list[str]]:
    documents = sample.documents
    for at in range(0, sample.allocations.num_rows, _BATCH):
        part = sample.allocations.slice(at, _BATCH)
        columns = ["entity", "customer", "currency", "document"]
        items = documents.select(columns).take(part.column("to_document")).to_pylist()
        sources = documents.column("document").take(part.column("from_document")).to_pylist()
        for line, item, source in zip(part.to_pylist(), items, sources, strict=True):
            amount = plain(line["amount_minor"], item["currency"])
            dates = [_cell(line[name]) for name in ("on", "known_on", "undone_on")]
            yield [item["entity"], item["customer"], source, item["document"], amount, *dates]


def _customer_rows(sample: Sample, lang: Lang) -> Iterator[list[str]]:
    header = FILES["customers"][0].split(",")
    for row in _rows(sample.customers):
        row["related_party"] = _yes(row["related_party"], lang)
        yield [_cell(row[name]) for name in header]


def _sales_rows(sample: Sample, lang: Lang) -> Iterator[list[str]]:
    for row in _rows(sample.sales):
        amounts = [plain(row[name], row["currency"]) for name in ("gross_minor", "net_minor")]
        yield [row["month"].isoformat(), row["customer"], row["entity"], row["currency"], *amounts]


def _control_rows(sample: Sample, lang: Lang) -> Iterator[list[str]]:
    for row in _rows(sample.control):
        yield [row["entity"], row["account"], row["currency"], plain(row["balance_minor"], row["currency"])]


def _wrong_rows(sample: Sample, lang: Lang) -> Iterator[list[str]]:
    for at, row in enumerate(_rows(sample.control)):
        yield [row["entity"], row["account"], row["currency"], plain(row["balance_minor"] + (at == 0), row["currency"])]


def _rate_rows(sample: Sample, lang: Lang) -> Iterator[list[str]]:
    for row in _rows(sample.rates):
        yield [_cell(row[name]) for name in ("date", "from", "to", "rate")]


def _truth_json(sample: Sample, credit: SampleCredit | None) -> str:
    truth: dict[str, Any] = {
        "seed": sample.seed,
        "end": sample.end.isoformat(),
        "months": sample.months,
        "home": sample.home,
        "open": {currency: plain(minor, currency) for currency, minor in sample.open_totals().items()},
        "customers": [
            {k: _cell(v) if isinstance(v, date) else v for k, v in row.items()} for row in _rows(sample.truth)
        ],
        "cases": [
            {"case": c.name, "check": c.check, "documents": list(c.documents), "lines": list(c.lines)}
            for c in sample.cases
        ],
    }
    if credit is not None:
        truth["credit_cases"] = [
            {"case": c.name, "check": c.check, "file": c.file, "customer": c.customer, "lines": list(c.lines)}
            for c in credit.cases
        ]
    return json.dumps(truth, ensure_ascii=False, indent=1) + "\n"


def write_sample(folder: str | Path, *, sample: Sample | None = None, lang: Lang = "en") -> list[Path]:
    """Write a sample as CSV files with its credit files, its truth and two README files, and return their paths.

    folder: made where it is missing; files of the same names are replaced, each at once. lang: language of the headers,
    kinds and reasons. CSV is UTF-8 with a byte order mark. `control_wrong.csv` has one minor unit too many in one
    account.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_sample(folder, sample=generate(customers=20, invoices=40))][:2]
    ['documents.csv', 'allocations.csv']
    """
    sample = sample or generate()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, pieces in contents(sample, lang):
        written.append(_write(folder / name, pieces))
    return written


def _write(path: Path, pieces: Iterable[str] | bytes) -> Path:
    """Write beside the old file, then take its place: a reader sees the old one or the new one."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(codecs.BOM_UTF8 if path.suffix == ".csv" else b"")
            file.writelines([pieces] if isinstance(pieces, bytes) else (piece.encode() for piece in pieces))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path
