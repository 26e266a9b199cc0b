"""The sample's credit files: what is written reads back as what the tables hold, behaviour shows, odd cases where the README says."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import defaultdict
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from creditlib.days import add_months
from creditlib.errors import Lang
from creditlib.facts.credit.files import CreditFiles, read_files
from creditlib.facts.credit_tables import CREDIT_TABLES
from creditlib.facts.lists.orders import read_events, read_limits, read_orders
from creditlib.facts.sample.clients import HEALTH
from creditlib.facts.sample.credit import SHEET_FILE, SampleCredit, credit_of
from creditlib.facts.sample.credit_files import FILES, header_of, statement_sheet
from creditlib.facts.sample.files import write_sample
from creditlib.facts.sample.generate import generate, sample_book
from creditlib.facts.sample.made import Sample
from creditlib.facts.statement_checks import check_statements

END = date(2026, 10, 31)
TONGUES: tuple[Lang, ...] = ("en", "zh")
WRITTEN = ("register", "status_text", "text", "source_file", "source_row")  # words of a language, and places


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate()


@pytest.fixture(scope="module")
def credit(sample: Sample) -> SampleCredit:
    return credit_of(sample)


@pytest.fixture(scope="module")
def folders(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> dict[Lang, Path]:
    found = {lang: tmp_path_factory.mktemp(f"sample_{lang}") for lang in TONGUES}
    for lang, folder in found.items():
        write_sample(folder, sample=sample, lang=lang)
    return found


def read(folder: Path, sample: Sample) -> CreditFiles:
    names = [*(f"{name}.csv" for name in CREDIT_TABLES), SHEET_FILE]
    return read_files(*(folder / name for name in names if (folder / name).exists()), book=sample.book())


def rows(table: pa.Table, *left_out: str) -> list[str]:
    return sorted(repr({k: v for k, v in row.items() if k not in left_out}) for row in table.to_pylist())


def by_customer(credit: SampleCredit) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(credit.tables["statements"].to_pylist(), key=lambda r: r["period_end"]):
        found[row["customer"]].append(row)
    return found


def test_english_files_read_back_as_the_tables_to_the_row(
    folders: dict[Lang, Path], sample: Sample, credit: SampleCredit
) -> None:
    files_read = read(folders["en"], sample)
    for name in CREDIT_TABLES:
        assert rows(getattr(files_read, name)) == rows(credit.tables[name]), name
    assert {f.check for f in files_read.findings} == {"unit-applied", "renamed-in-register", "register-code-differs"}


def test_chinese_files_say_the_same_and_an_export_without_codes_is_not_guessed(
    folders: dict[Lang, Path], sample: Sample, credit: SampleCredit
) -> None:
    files_read = read(folders["zh"], sample)
    for name in CREDIT_TABLES:
        own = credit.tables[name]
        if name == "registrations":
            own = own.filter(pa.array([c not in ("C-7003", "C-7004") for c in own["customer"].to_pylist()]))
        assert rows(getattr(files_read, name), *WRITTEN) == rows(own, *WRITTEN), name
    several = [f for f in files_read.findings if f.check == "register-several-customers"]
    assert len(several) == 2
    assert "客户编码" not in header_of("registrations", "zh")
    assert "Plant well used" not in (folders["zh"] / "assessments.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("lang", TONGUES)
def test_orders_limits_and_events_read_back(
    lang: Lang, folders: dict[Lang, Path], sample: Sample, credit: SampleCredit
) -> None:
    for name, reader in (("orders", read_orders), ("limits", read_limits), ("events", read_events)):
        table, findings = reader(folders[lang] / f"{name}.csv", home="CNY", book=sample.book())
        assert {f.check for f in findings} <= {"list-total"}, name
        kept = [c for c in table.column_names if c != "id" and (lang == "en" or c != "text")]
        assert [{c: row[c] for c in kept} for row in table.to_pylist()] == [
            {c: row.get(c) for c in kept} for row in credit.rows[name]
        ], name


def test_the_ledger_does_not_depend_on_the_credit_files(sample: Sample) -> None:
    assert sample.documents.equals(generate().documents)
    assert not sample.book().statements.num_rows
    assert sample_book().documents.equals(sample.documents)


def test_the_sample_book_starts_with_credit_files_orders_and_events(credit: SampleCredit) -> None:
    book = sample_book()
    for name, table in credit.tables.items():
        assert book.table(name).equals(table), name
        assert table.num_rows, name
    assert book.events["id"].to_pylist() == list(range(book.events.num_rows))


def test_coverage_is_as_promised(credit: SampleCredit) -> None:
    customers = len(credit.clients)
    share = {name: len(set(credit.tables[name]["customer"].to_pylist())) / customers for name in credit.tables}
    assert 0.55 <= share["statements"] <= 0.7
    assert 0.75 <= share["registrations"] <= 0.9
    assert all(share[name] >= 0.25 for name in ("references", "ratings", "security", "contracts", "purchases"))
    years = [len(own) for own in by_customer(credit).values()]
    assert set(years) == {2, 3}
    oldest = add_months(END, -18)
    stale = [own for own in by_customer(credit).values() if own[-1]["period_end"] < oldest]
    assert 2 <= len(stale) <= 10


def test_statements_fit_the_behaviour(credit: SampleCredit) -> None:
    client = {c.code: c for c in credit.clients}
    typed_wrong = {c.customer for c in credit.cases if c.name == "one year in another unit"}
    margins: dict[str, list[float]] = defaultdict(list)
    equity: dict[str, list[float]] = defaultdict(list)
    for code, own in by_customer(credit).items():
        if code in typed_wrong:
            continue
        behaviour, last = client[code].behaviour, own[-1]
        margins[behaviour].append(last["ebit_minor"] / last["sales_minor"])
        equity[behaviour].append(last["equity_minor"] / last["total_assets_minor"])
        if behaviour == "failing":
            ratios = [row["ebit_minor"] / row["sales_minor"] for row in own]
            assert ratios == sorted(ratios, reverse=True), code
            assert own[-1]["sales_minor"] < own[0]["sales_minor"], code
    assert set(margins) == set(HEALTH)
    assert max(margins["failing"]) < 0 < min(margins["prompt"])
    assert np.mean(equity["failing"]) + 0.2 < np.mean(equity["drifting"]) < np.mean(equity["prompt"])
    late = defaultdict(list)
    for row in credit.tables["references"].to_pylist():
        late[client[row["customer"]].behaviour].append(row["days_late"])
    assert max(late["prompt"]) < min(late["failing"])


def test_statements_agree_except_where_a_case_says_so(credit: SampleCredit) -> None:
    found = {(f.check, f.where) for f in check_statements(credit.tables["statements"], as_of=END, jump=10)}
    case = {c.name: c for c in credit.cases}
    (balance,), (unit,) = case["balance off by one"].lines, case["one year in another unit"].lines
    assert found == {
        ("balance-differs", f"statements.csv!{balance}"),
        ("unit-jump", f"statements.csv!{unit}"),
        ("unit-jump", f"statements.csv!{unit + 1}"),
    }


def test_each_case_stands_on_the_line_the_readme_gives(folders: dict[Lang, Path], credit: SampleCredit) -> None:
    text = (folders["en"] / "README.md").read_text("utf-8")
    told = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \| `([^`]+)` ([\d ]*)\|", text, re.M)
    assert [(n, c, f, tuple(map(int, lines.split()))) for n, c, f, lines in told] == [
        (case.name, case.customer, case.file, case.lines) for case in credit.cases
    ]
    seen: dict[str, list[dict[str, str]]] = {}
    for case in credit.cases:
        if not case.lines:
            continue
        with (folders["en"] / case.file).open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
        seen[case.name] = [lines[n - 2] for n in case.lines]
        assert {row["customer"] for row in seen[case.name]} <= set(case.customer.split()), case.name
    assert len(seen) >= 16
    assert seen["revoked"][0]["status"] == "Revoked"
    assert seen["abnormal operation"][0]["abnormal operation"] == "yes"
    assert seen["judgment debtor"][0]["judgment debtor"] == "yes"
    assert seen["renamed in the register"][0]["former names"]
    first, second = seen["two customers, one credit code"]
    assert first["credit code"] == second["credit code"]
    assert float(seen["negative equity"][0]["Total equity"]) < 0
    assert float(seen["no liabilities"][0]["Total liabilities"]) == 0
    assert seen["stale statements"][0]["period end"] < add_months(END, -18).isoformat()
    assert seen["a rating against good payment"][0]["grade"] == "CCC"
    assert seen["cover that has expired"][0]["valid until"] < END.isoformat()
    assert seen["a limit that has run out"][0]["until"] < END.isoformat()
    assert seen["a visit that is due"][0]["until"] < END.isoformat()
    ten, twenty = seen["an order half delivered"]
    assert (ten["order"], bool(ten["delivery"]), ten["invoice"]) == (twenty["order"], True, "")
    assert twenty["delivery"] == ""
    catalogue = tomllib.loads(files("creditlib.facts").joinpath("checks.toml").read_text(encoding="utf-8"))
    assert {case.check for case in credit.cases if case.check} <= catalogue.keys()


def test_nothing_is_dated_after_the_end_and_billed_orders_are_in_the_ledger(
    sample: Sample, credit: SampleCredit
) -> None:
    dated = {"statements": "period_end", "security": "from_on", "contracts": "signed_on", "orders": "ordered_on"}
    for name, table in credit.tables.items():
        days = [day for day in table[dated.get(name, "on")].to_pylist() if day]
        assert max(days) <= END, name
    orders = credit.tables["orders"].to_pylist()
    known = set(sample.documents["document"].to_pylist())
    assert {row["invoice"] for row in orders if row["invoice"]} <= known
    kinds = {(bool(row["delivery"]), bool(row["invoice"])) for row in orders}
    assert kinds == {(True, True), (True, False), (False, False)}
    assert all(row["delivered_on"] <= END for row in orders if row["delivered_on"])
    failed = {c.code for c in credit.clients if c.default_on}
    assert not [row for row in orders if row["customer"] in failed and not row["invoice"]]


def test_the_statement_sheet_is_the_same_on_every_machine(credit: SampleCredit) -> None:
    for lang in TONGUES:
        first, second = statement_sheet(credit, lang), statement_sheet(credit, lang)
        assert first is not None
        assert first == second
        assert first[1][:4] == b"PK\x03\x04"
        assert first[1][8:10] == b"\x00\x00"  # stored: no compressor's taste in it


@pytest.mark.parametrize(
    ("customers", "home", "end"),
    [(15, "CNY", END), (20, "USD", date(2024, 2, 29)), (30, "JPY", date(2025, 3, 15)), (200, "EUR", date(2026, 5, 31))],
)
def test_other_sizes_currencies_and_days_read_back_too(customers: int, home: str, end: date, tmp_path: Path) -> None:
    made = generate(customers=customers, months=13, end=end, home=home)
    credit = credit_of(made)
    write_sample(tmp_path, sample=made)
    files_read = read(tmp_path, made)
    for name in CREDIT_TABLES:
        left = ("source_file", "source_row") if name == "statements" else ()
        assert rows(getattr(files_read, name), *left) == rows(credit.tables[name], *left), name
    checks = {f.check for f in check_statements(credit.tables["statements"], as_of=end)}
    assert checks <= {"balance-differs", "unit-jump"}


def test_a_sample_without_odd_cases_has_no_credit_files(tmp_path: Path) -> None:
    paths = write_sample(tmp_path, sample=generate(customers=5, invoices=20, odd=False))
    assert not {path.stem for path in paths} & set(FILES)
