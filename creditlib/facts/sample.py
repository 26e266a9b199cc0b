"""The sample ledger: a believable firm of any size, its control balances, its hidden truth, and its odd cases.

What must stay true: the same seed gives the same rows and the same bytes; the control balances come from the documents
and allocations by the balance rule alone, never from the generator; what the files say and what the tables hold differ
only where `Sample.texts`, `Sample.loose` and the total row say so.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY, day_number, month_indices
from creditlib.errors import Lang, UsageError
from creditlib.facts import tables
from creditlib.facts.sample_firm import (
    BEHAVIOURS,
    COLLECTORS,
    NEVER,
    SALESPEOPLE,
    SECTORS,
    TERMS,
    Firm,
    make_firm,
    rates,
)
from creditlib.facts.sample_odd import OWN_CUSTOMERS, RENAMED, Odd, OddCase, customers_of, make_odd
from creditlib.facts.sample_readme import KINDS_ZH, REASONS_ZH, readme
from creditlib.facts.sample_trade import blocks
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

_SALES_KINDS: Final = ("invoice", "debit_note", "credit_note", "retention")
_INVOICES_EACH: Final = 32
_BATCH: Final = 50_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A generated firm.

    documents, allocations, customers, sales: tables by the schemas of `facts.tables`; `documents.source_row` is the
    line in the written file. control: entity, account, currency, balance_minor at `end`. rates: date, from, to, rate
    (decimal text). truth: customer, behaviour, mean_days_late (days), turned_on, default_on. texts: (document id,
    column, what the file says there). loose: (line, cells) of rows that no table can hold. renamed: (customer, old
    name, first day of the new name).
    """

    seed: int
    home: str
    months: int
    end: date
    documents: pa.Table
    allocations: pa.Table
    customers: pa.Table
    sales: pa.Table
    control: pa.Table
    rates: pa.Table
    truth: pa.Table
    cases: tuple[OddCase, ...] = ()
    texts: tuple[tuple[int, str, str], ...] = ()
    loose: tuple[tuple[int, dict[str, str]], ...] = ()
    renamed: tuple[str, str, date] | None = None

    def open_totals(self) -> dict[str, int]:
        """Return the open total at `end` by currency, in minor units."""
        totals: dict[str, int] = {}
        for line in self.control.to_pylist():
            totals[line["currency"]] = totals.get(line["currency"], 0) + line["balance_minor"]
        return totals


def generate(
    seed: int = 2026,
    customers: int = 60,
    months: int = 24,
    end: date = date(2026, 10, 31),
    invoices: int | None = None,
    home: str = "CNY",
    odd: bool = True,
) -> Sample:
    """Return a firm with `months` months of business up to and including `end`.

    customers: how many, those of the odd cases among them. invoices: ordinary invoices, 32 a customer if not given.
    odd: add the odd cases (leave them out of large samples). Memory grows with the result; working memory does not.
    Raises: UsageError for sizes that are not positive, too few customers for the odd cases, or a home currency
    without rates.

    >>> small = generate(customers=20, months=6, invoices=60)
    >>> small.documents.num_rows == generate(customers=20, months=6, invoices=60).documents.num_rows
    True
    >>> {case.check for case in small.cases if case.name == "zero amount"}
    {'zero-amount'}
    """
    own = OWN_CUSTOMERS if odd else 0
    if customers <= own:
        raise UsageError(
            f"the odd cases bring {own} customers of their own; given {customers} in all. Ask for more, or odd=False.",
            f"特殊情形自带 {own} 个客户，而总数只有 {customers}。请增加客户数，或设 odd=False。",
        )
    count = (customers - own) * _INVOICES_EACH if invoices is None else invoices
    firm = make_firm(seed, customers - own, months, end, count, home)
    parts = list(blocks(firm, seed))
    sample = Sample(
        seed=seed,
        home=home,
        months=months,
        end=end,
        documents=pa.concat_tables([documents for documents, _ in parts]),
        allocations=pa.concat_tables([lines for _, lines in parts]),
        customers=_customers(firm),
        sales=tables.empty("sales"),
        control=pa.table({}),
        rates=rates(firm, seed, months, end),
        truth=_truth(firm),
    )
    if odd:
        sample = _mingle(sample, make_odd(home, end))
    return replace(
        sample,
        sales=_sales(sample.documents, firm.first_day, firm.end_day),
        control=control_balances(sample.documents, sample.allocations, end),
    )


def _customers(firm: Firm) -> pa.Table:
    n = len(firm.codes)
    columns = {
        "customer": firm.codes,
        "name": firm.names,
        "credit_code": firm.credit_codes,
        "country": firm.countries,
        "sector": tables.coded(firm.sector, SECTORS),
        "salesperson": tables.coded(firm.salesperson, SALESPEOPLE),
        "collector": tables.coded(firm.collector, COLLECTORS),
        "terms": tables.coded(firm.terms, [text for text, _, _ in TERMS]),
        "related_party": [False] * n,
    }
    return tables.build(tables.CUSTOMERS, columns, n)


def _truth(firm: Firm) -> pa.Table:
    def dates(days: NDArray[np.int64]) -> pa.Array:
        return pa.array(days.astype(np.int32), mask=(days >= NEVER) | (days > firm.end_day)).cast(pa.date32())

    return pa.table(
        {
            "customer": pa.array(firm.codes, pa.string()),
            "behaviour": pa.array([BEHAVIOURS[b] for b in firm.behaviour], pa.string()),
            "mean_days_late": pa.array(firm.mean_late, pa.int64()),
            "turned_on": dates(firm.turned),
            "default_on": dates(firm.default),
        }
    )


def _mingle(sample: Sample, odd: Odd) -> Sample:
    """Put the odd rows among the others, in order of posting, and give every row its line in the file."""
    n, m = sample.documents.num_rows, len(odd.rows)
    columns: dict[str, Any] = {name: [row.get(name) for row in odd.rows] for row in odd.rows for name in row}
    columns["due_from"] = ["given" if due else "none" for due in columns["due_on"]]
    columns |= {"id": np.arange(n, n + m), "source_file": ["documents.csv"] * m, "source_row": [0] * m}
    columns["collector"] = ["何静"] * m
    documents = pa.concat_tables([sample.documents, tables.build(tables.DOCUMENTS, columns, m)])
    order = np.argsort(tables.days(documents.column("posted_on")), kind="stable")
    place = np.empty(n + m, np.int64)
    place[order] = np.arange(n + m)
    documents = documents.take(pa.array(order)).unify_dictionaries().combine_chunks()

    posted = tables.days(documents.column("posted_on"))
    loose = sorted(odd.loose, key=lambda row: row[0])
    before = np.searchsorted(posted, [day_number(day) for day, _ in loose], side="right")
    rows = np.arange(n + m)
    lines = rows + 2 + np.searchsorted(before, rows, side="right")
    loose_lines = {id(cells): int(at) + 2 + i for i, (at, (_, cells)) in enumerate(zip(before, loose, strict=True))}
    columns = {name: documents.column(name) for name in documents.column_names}
    columns |= {"id": rows, "source_row": lines.astype(np.int32)}

    extra = {name: [line.get(name) for line in odd.allocations] for line in odd.allocations for name in line}
    for end in ("from_document", "to_document"):
        extra[end] = [row + n for row in extra[end]]
    settled = pa.concat_tables([sample.allocations, tables.build(tables.ALLOCATIONS, extra, len(odd.allocations))])
    settled = settled.take(pa.array(np.argsort(tables.days(settled.column("on")), kind="stable")))
    settled = settled.unify_dictionaries().combine_chunks()
    moved = {name: settled.column(name) for name in settled.column_names}
    for end in ("from_document", "to_document"):
        moved[end] = place[settled.column(end).to_numpy()]

    stories = tomllib.loads(files("creditlib.facts").joinpath("sample_cases.toml").read_text(encoding="utf-8"))
    cases = []
    for name, numbers in odd.cases:
        at = [int(lines[place[n + k]]) if k >= 0 else loose_lines[id(odd.loose[-1 - k][1])] for k in numbers]
        named = [odd.rows[k]["document"] if k >= 0 else odd.loose[-1 - k][1]["document"] for k in numbers]
        cases.append(_case(name, stories, tuple(named), tuple(at)))
    cases.append(_case("total row", stories, (), (n + m + len(loose) + 2,)))
    truth = sample.truth.schema
    own = customers_of(odd)
    quiet = pa.table(
        [
            quiet.column(0),
            pa.array(["odd"] * len(own)),
            *(pa.nulls(len(own), truth.field(i).type) for i in range(2, 5)),
        ],
        schema=truth,
    )
    return replace(
        sample,
        documents=tables.build(tables.DOCUMENTS, columns, n + m),
        allocations=tables.build(tables.ALLOCATIONS, moved, settled.num_rows),
        customers=pa.concat_tables([sample.customers, own]).unify_dictionaries().combine_chunks(),
        truth=pa.concat_tables([sample.truth, quiet]).combine_chunks(),
        cases=tuple(cases),
        texts=tuple((int(place[n + row]), column, text) for (row, column), text in odd.texts.items()),
        loose=tuple((loose_lines[id(cells)], cells) for _, cells in loose),
        renamed=(*RENAMED, odd.renamed_on),
    )


def _case(name: str, stories: dict[str, Any], documents: tuple[str, ...], lines: tuple[int, ...]) -> OddCase:
    story = stories[name]
    return OddCase(name, story["name_zh"], story.get("check"), documents, lines, story["en"], story["zh"])


def control_balances(documents: pa.Table, allocations: pa.Table, end: date) -> pa.Table:
    """Return what is open at the end of a day by entity, account and currency, as a general ledger would show it.

    A document exists from its posting date; an allocation counts from the latest of its own date and both postings,
    until it is undone. Returns entity, account, currency, balance_minor (minor units), sorted.

    >>> control_balances(tables.empty("documents"), tables.empty("allocations"), date(2026, 10, 31)).num_rows
    0
    """
    last = day_number(end)
    posted = tables.days(documents.column("posted_on"))
    posted = np.where(posted == NO_DAY, tables.days(documents.column("issue_on")), posted)
    balance = documents.column("amount_minor").to_numpy().copy()
    source, item = (allocations.column(name).to_numpy() for name in ("from_document", "to_document"))
    amount, undone = allocations.column("amount_minor").to_numpy(), tables.days(allocations.column("undone_on"))
    start = np.maximum(tables.days(allocations.column("on")), np.maximum(posted[source], posted[item]))
    counts = (start <= last) & ((undone == NO_DAY) | (undone > last))
    np.subtract.at(balance, item[counts], amount[counts])
    np.add.at(balance, source[counts], amount[counts])
    balance[posted > last] = 0
    keys, names = _key(documents, ("entity", "gl_account", "currency"))
    sums = np.zeros(int(np.prod([len(n) for n in names], dtype=np.int64)), np.int64)
    np.add.at(sums, keys, balance)
    rows = []
    for key in np.unique(keys):
        place = np.unravel_index(int(key), [len(n) for n in names])
        rows.append((*(name[int(i)] for name, i in zip(names, place, strict=True)), int(sums[key])))
    rows.sort(key=lambda row: tuple(str(part) for part in row[:3]))
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    kinds = (pa.string(), pa.string(), pa.string(), pa.int64())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    return pa.table(arrays, names=["entity", "account", "currency", "balance_minor"])


def _key(table: pa.Table, columns: Sequence[str]) -> tuple[NDArray[np.int64], list[list[str | None]]]:
    """One integer per row for the combination of several coded columns, and the texts of each."""
    key = np.zeros(table.num_rows, np.int64)
    names = []
    for column in columns:
        code, texts = tables.codes(table.column(column))
        key *= max(len(texts), 1)
        key += code
        names.append(texts)
    return key, names


def _sales(documents: pa.Table, first_day: int, last_day: int) -> pa.Table:
    """Billings by month, customer, entity and currency, credit notes taken off: the sum of the window's documents."""
    posted = tables.days(documents.column("posted_on"))
    kind, kinds = tables.codes(documents.column("kind"))
    sold = np.isin(kind, [i for i, name in enumerate(kinds) if name in _SALES_KINDS])
    rows = np.flatnonzero(sold & (posted >= first_day) & (posted <= last_day))
    key, names = _key(documents.select(["customer", "entity", "currency"]), ("customer", "entity", "currency"))
    sizes = [len(n) for n in names]
    months = month_indices(posted[rows])
    start = int(months.min()) if len(months) else 0
    groups, group = np.unique((months - start) * int(np.prod(sizes)) + key[rows], return_inverse=True)
    gross, tax = np.zeros(len(groups), np.int64), np.zeros(len(groups), np.int64)
    np.add.at(gross, group, documents.column("amount_minor").to_numpy()[rows])
    np.add.at(tax, group, pc.fill_null(documents.column("tax_minor"), 0).to_numpy()[rows])
    month, customer, entity, currency = np.unravel_index(
        groups, [int(groups.max(initial=0)) // int(np.prod(sizes)) + 1, *sizes]
    )
    columns = {
        "month": (month + start - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int32),
        "customer": tables.coded(customer, names[0]),
        "entity": tables.coded(entity, names[1]),
        "currency": tables.coded(currency, names[2]),
        "gross_minor": gross,
        "net_minor": gross - tax,
    }
    return tables.build(tables.SALES, columns, len(groups))


# ------------------------------------------------------------------------------------------------------------- files


def write_sample(folder: str | Path, *, sample: Sample | None = None, lang: Lang = "en") -> list[Path]:
    """Write a sample as CSV files with its truth and two README files, and return their paths.

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
    makers: dict[str, Callable[[Sample, Lang], Iterator[list[str]]]] = {
        "documents": _document_rows, "allocations": _allocation_rows, "customers": _customer_rows, "sales": _sales_rows,
        "control": _control_rows, "control_wrong": _wrong_rows, "rates": _rate_rows,
    }  # fmt: skip
    for name, rows in makers.items():
        header = FILES[name.removesuffix("_wrong")][lang == "zh"].split(",")
        written.append(_write(folder / f"{name}.csv", _csv(header, rows(sample, lang)), "utf-8-sig"))
    for name, text in (
        ("truth.json", _truth_json(sample)),
        ("README.md", readme(sample, "en")),
        ("README.zh-CN.md", readme(sample, "zh")),
    ):
        written.append(_write(folder / name, iter([text]), "utf-8"))
    return written


def _write(path: Path, pieces: Iterator[str], encoding: str) -> Path:
    """Write beside the old file, then take its place: a reader sees the old one or the new one."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("w", encoding=encoding, newline="") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path


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
    "shipped_on": "shipped_on", "received_on": "received_on", "accepted_on": "accepted_on", "disputed_from": "disputed_from",
    "disputed_to": "disputed_to", "text": "reference_text",
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
        for name in ("amount", "currency"):
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


def _truth_json(sample: Sample) -> str:
    truth = {
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
    return json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
