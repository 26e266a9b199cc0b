"""The sample ledger: same bytes each time, totals that tie, behaviour that shows, odd cases where the README says."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from creditlib.errors import UsageError
from creditlib.facts import tables
from creditlib.facts.reading import read
from creditlib.facts.sample import files as sample_module
from creditlib.facts.sample.files import FILES, write_sample
from creditlib.facts.sample.firm import BEHAVIOURS, credit_code
from creditlib.facts.sample.generate import generate, sample_book
from creditlib.facts.sample.made import Sample
from creditlib.money import CURRENCIES, currency_code, exponent
from creditlib.terms import due_on, parse_terms

END = date(2026, 10, 31)
BUNDLED = Path(str(files("creditlib.facts.sample"))) / "data"


@pytest.fixture(scope="module")
def bundled() -> Sample:
    return generate()


@pytest.fixture(scope="module")
def large() -> Sample:
    return generate(customers=400, invoices=40_000, odd=False)


@pytest.fixture(scope="module")
def folder(bundled: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample")
    write_sample(path, sample=bundled)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def recomputed(folder: Path, end: date = END) -> dict[tuple[str, str, str], Decimal]:
    """Balances by entity, account, currency, from the written files alone, in plain Decimal arithmetic."""
    last, documents, by_number = end.isoformat(), [], {}
    for row in rows_of(folder / "documents.csv"):
        code = currency_code(row["currency"])
        if not row["customer"] or not row["document"] or code is None:
            continue
        row["currency"] = code
        unit = Decimal(1).scaleb(-exponent(code))
        row["open"] = Decimal(row["amount"]).quantize(unit, ROUND_HALF_UP)  # type: ignore[assignment]
        documents.append(row)
        by_number.setdefault((row["entity"], row["customer"], row["document"]), row)
    for line in rows_of(folder / "allocations.csv"):
        source, item = (by_number[line["entity"], line["customer"], line[k]] for k in ("from_document", "to_document"))
        start = max(line["date"], source["posting_date"], item["posting_date"])
        if start <= last and not (line["undone_date"] and line["undone_date"] <= last):
            item["open"] -= Decimal(line["amount"])  # type: ignore[operator]
            source["open"] += Decimal(line["amount"])  # type: ignore[operator]
    totals: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in documents:
        if row["posting_date"] <= last:
            totals[row["entity"], row["gl_account"], row["currency"]] += row["open"]  # type: ignore[operator]
    return totals


def control(path: Path) -> dict[tuple[str, str, str], Decimal]:
    return {(r["entity"], r["account"], r["currency"]): Decimal(r["balance"]) for r in rows_of(path)}


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(folder: Path, tmp_path: Path) -> None:
    for path in write_sample(tmp_path / "again", sample=generate()):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
    assert not generate(seed=7).documents.equals(generate().documents)


def test_bundled_files_are_what_the_generator_writes_today(folder: Path) -> None:
    assert sorted(path.name for path in BUNDLED.iterdir()) == sorted(path.name for path in folder.iterdir())
    for path in BUNDLED.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) < 1_500_000


def test_bundled_size_is_as_promised(bundled: Sample) -> None:
    assert bundled.customers.num_rows == 60
    assert 2_500 <= bundled.documents.num_rows <= 4_000
    assert len(set(bundled.sales.column("month").to_pylist())) == 24


def test_control_file_ties_to_the_files_to_the_cent_in_every_account(folder: Path) -> None:
    assert recomputed(folder) == control(folder / "control.csv")


def test_wrong_control_file_is_one_cent_more_in_one_account(folder: Path) -> None:
    right, wrong = control(folder / "control.csv"), control(folder / "control_wrong.csv")
    assert [wrong[k] - right[k] for k in right if wrong[k] != right[k]] == [Decimal("0.01")]


@pytest.mark.parametrize(
    ("home", "end"), [("USD", date(2024, 2, 29)), ("JPY", date(2025, 3, 15)), ("EUR", date(2026, 1, 31))]
)
def test_samples_in_another_currency_and_to_another_day_tie_too(home: str, end: date, tmp_path: Path) -> None:
    write_sample(tmp_path, sample=generate(customers=30, months=13, end=end, home=home))
    assert recomputed(tmp_path, end) == control(tmp_path / "control.csv")


def test_chinese_files_carry_the_same_figures(bundled: Sample, folder: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, sample=bundled, lang="zh")
    for name, (english, chinese) in FILES.items():
        first, second = rows_of(folder / f"{name}.csv"), rows_of(tmp_path / f"{name}.csv")
        assert len(first) == len(second)
        assert list(second[0]) == chinese.split(",")
        assert len(english.split(",")) == len(chinese.split(","))
    kinds = {row["单据类型"] for row in rows_of(tmp_path / "documents.csv")} - {""}
    assert kinds == {
        "发票",
        "借项",
        "贷项",
        "收款",
        "预收款",
        "坏账核销",
        "承兑汇票",
        "质保金",
        "期初",
        "汇兑差额",
        "其他",
    }
    amounts = [row["金额"] for row in rows_of(tmp_path / "documents.csv")]
    assert amounts == [row["amount"] for row in rows_of(folder / "documents.csv")]


def test_tables_follow_the_schemas_and_money_is_integer(bundled: Sample) -> None:
    for name in ("documents", "allocations", "customers", "sales"):
        table: pa.Table = getattr(bundled, name)
        assert table.schema.equals(tables.SCHEMAS[name]), name
    assert bundled.documents.column("id").to_pylist() == list(range(bundled.documents.num_rows))
    assert bundled.control.schema.field("balance_minor").type == pa.int64()
    assert set(bundled.documents.column("kind").to_pylist()) == set(tables.KINDS)


def test_nothing_ordinary_is_settled_beyond_its_amount(large: Sample) -> None:
    amount = large.documents.column("amount_minor").to_numpy()
    source, item, paid = (
        large.allocations.column(c).to_numpy() for c in ("from_document", "to_document", "amount_minor")
    )
    rest = amount.copy()
    np.subtract.at(rest, item, paid)
    np.add.at(rest, source, paid)
    assert (paid > 0).all()
    assert ((rest == 0) | (np.sign(rest) == np.sign(amount))).all()
    for column in ("customer", "entity", "currency"):
        values = large.documents.column(column)
        assert pc.all(pc.equal(values.take(pa.array(source)), values.take(pa.array(item)))).as_py(), column


def test_sales_are_the_sum_of_what_was_billed(bundled: Sample) -> None:
    kinds = pa.array(["invoice", "debit_note", "credit_note", "retention"])
    posted = tables.days(bundled.documents.column("posted_on"))
    first, last = tables.days(pa.array([date(2024, 11, 1), END]))
    billed = pc.is_in(bundled.documents.column("kind").cast(pa.string()), kinds).to_numpy()
    rows = billed & (posted >= first) & (posted <= last)
    total = bundled.documents.column("amount_minor").to_numpy()[rows].sum()
    assert pc.sum(bundled.sales.column("gross_minor")).as_py() == total
    assert min(bundled.sales.column("gross_minor").to_pylist()) < 0  # a month with more credited than billed


@pytest.mark.parametrize("year", [2025, 2026])
def test_chinese_new_year_shows_as_a_dip(large: Sample, year: int) -> None:
    months: dict[date, int] = defaultdict(int)
    for kind, issued in zip(*(large.documents.column(c).to_pylist() for c in ("kind", "issue_on")), strict=True):
        if kind == "invoice":
            months[issued.replace(day=1)] += 1
    around = (months[date(year - 1, 11, 1)] + months[date(year - 1, 12, 1)]) / 2
    assert months[date(year, 2, 1)] < 0.75 * around


def days_late(sample: Sample) -> dict[str, float]:
    behaviour = dict(zip(*(sample.truth.column(c).to_pylist() for c in ("customer", "behaviour")), strict=True))
    due = tables.days(sample.documents.column("due_on"))[sample.allocations.column("to_document").to_numpy()]
    late = tables.days(sample.allocations.column("on")).astype(np.int64) - due
    who = (
        sample.documents.column("customer").cast(pa.string()).take(sample.allocations.column("to_document")).to_pylist()
    )
    kinds = (
        sample.documents.column("kind").cast(pa.string()).take(sample.allocations.column("from_document")).to_pylist()
    )
    found: dict[str, list[int]] = defaultdict(list)
    for customer, kind, days in zip(who, kinds, late.tolist(), strict=True):
        if kind == "receipt":
            found[behaviour[customer]].append(days)
    return {name: float(np.mean(values)) for name, values in found.items()}


def test_behaviours_of_the_truth_show_in_the_ledger(large: Sample) -> None:
    late = days_late(large)
    assert set(late) == set(BEHAVIOURS)
    assert late["prompt"] < 10 < late["seasonal"] < late["failing"]
    assert late["prompt"] + 10 < late["drifting"]
    assert late["prompt"] + 7 < late["disputed"]


def test_failing_customers_pay_nothing_after_their_default(large: Sample) -> None:
    default = dict(zip(*(large.truth.column(c).to_pylist() for c in ("customer", "default_on")), strict=True))
    documents = large.documents.select(["customer", "kind", "posted_on", "gl_account"]).to_pylist()
    paid = [d for d in documents if d["kind"] == "receipt" and d["gl_account"] != "1121" and default[d["customer"]]]
    assert paid
    assert all(d["posted_on"] <= default[d["customer"]] for d in paid)


def test_due_dates_follow_the_terms(bundled: Sample) -> None:
    seen = set()
    for row in bundled.documents.to_pylist():
        if row["kind"] == "invoice" and "-A" not in row["document"] and "A-" not in row["document"]:
            events = {"invoice": row["issue_on"], "invoice_receipt": row["received_on"]}
            assert row["due_on"] == due_on(parse_terms(row["terms"]), events), row["document"]  # type: ignore[arg-type]
            seen.add(row["terms"])
    assert seen >= {"月结30天", "月结60天", "票到30天", "net 30", "2/10 net 30", "60 days"}


def test_names_and_codes_are_unique_and_both_languages_are_there(large: Sample) -> None:
    names = large.customers.column("name").to_pylist()
    assert len(set(names)) == len(names)
    assert any(re.fullmatch(r"[一-鿿]+", name) for name in names)
    assert any(name.isascii() for name in names)
    assert set(large.documents.column("currency").to_pylist()) == {"CNY", "USD", "EUR", "JPY"}
    assert set(large.documents.column("entity").to_pylist()) == {"1000", "2000"}


def test_check_digit_of_a_published_credit_code() -> None:
    # 91350100M000100Y43 is the code usually printed to explain GB 32100-2015. Ours are made the same way.
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for code in ("91350100M000100Y43", credit_code(1), credit_code(123_456_789)):
        total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
        assert alphabet[(31 - total % 31) % 31] == code[17]


# ------------------------------------------------------------------------------------------------- the odd cases


@pytest.fixture(scope="module")
def cases(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Case → rows of documents.csv at the lines its README gives."""
    found = rows_of(folder / "documents.csv")
    lines = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([\d ]+) \|", (folder / "README.md").read_text("utf-8"), re.M
    )
    return {name: [found[int(n) - 2] for n in numbers.split()] for name, _, _, numbers in lines}


def test_readme_lists_each_case_at_its_line(bundled: Sample, cases: dict[str, list[dict[str, str]]]) -> None:
    assert list(cases) == [case.name for case in bundled.cases]
    for case in bundled.cases:
        if case.documents:
            assert tuple(row["document"] for row in cases[case.name]) == case.documents, case.name


def test_checks_named_in_the_readme_are_in_the_catalogue(bundled: Sample) -> None:
    catalogue = tomllib.loads(files("creditlib.facts").joinpath("checks.toml").read_text(encoding="utf-8"))
    assert {case.check for case in bundled.cases if case.check} <= catalogue.keys()


def test_source_rows_of_the_table_are_lines_of_the_file(bundled: Sample, folder: Path) -> None:
    found = rows_of(folder / "documents.csv")
    for document, line in zip(
        *(bundled.documents.column(c).to_pylist() for c in ("document", "source_row")), strict=True
    ):
        assert found[line - 2]["document"] == document


def test_faults_are_in_the_file(cases: dict[str, list[dict[str, str]]]) -> None:
    first, second = cases["duplicate document"]
    assert first == second
    a, b = cases["same number in two entities"]
    assert a["document"] == b["document"]
    assert a["entity"] != b["entity"]
    (row,) = cases["due before issued"]
    assert row["due_date"] < row["issue_date"]
    assert cases["zero amount"][0]["amount"] == "0.00"
    assert (cases["blank customer"][0]["customer"], cases["blank customer"][0]["customer_name"]) == ("", "")
    assert cases["unknown currency"][0]["currency"] not in CURRENCIES
    assert cases["a currency by another name"][0]["currency"] == "RMB"
    assert cases["future-dated receipt"][0]["posting_date"] > END.isoformat()
    assert cases["unmatched receipt"][0]["posting_date"] < (END - timedelta(days=3)).isoformat()
    assert [cases[f"missing due date, terms {k}"][0]["due_date"] for k in ("known", "unusable")] == ["", ""]
    assert [cases[f"missing due date, terms {k}"][0]["terms"] for k in ("known", "unusable")] == [
        "net 30",
        "按合同约定",
    ]
    for row, amount in zip(cases["too many decimals"], ("100.125", "-56.785", "200.124"), strict=True):
        assert row["amount"] == amount
    assert "." not in cases["a currency without decimals"][0]["amount"]


def test_total_row_is_the_sum_of_the_column_above_it(folder: Path, cases: dict[str, list[dict[str, str]]]) -> None:
    *rows, last = rows_of(folder / "documents.csv")
    assert last == cases["total row"][0]
    assert last["customer"] == "Total"
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal(last["amount"])


def test_dates_and_names_of_the_other_cases(folder: Path, cases: dict[str, list[dict[str, str]]]) -> None:
    edges = [(END - date.fromisoformat(row["due_date"])).days for row in cases["on the edges of the buckets"]]
    assert edges == [-1, 0, 1, 30, 31, 60, 61, 90, 91, 180, 181, 365, 366]
    assert cases["leap day"][0]["issue_date"] == "2024-02-29"
    assert (cases["month-end terms"][0]["issue_date"], cases["month-end terms"][0]["due_date"]) == (
        "2026-01-31",
        "2026-02-28",
    )
    assert cases["due on a holiday"][0]["due_date"] == "2026-10-03"
    assert (END - date.fromisoformat(cases["older than three years"][0]["due_date"])).days > 3 * 365
    assert [bool(row["disputed_to"]) for row in cases["disputes"]] == [False, False, True]
    assert (END - date.fromisoformat(cases["disputes"][0]["disputed_from"])).days == 47
    late, after = cases["entered late"]
    assert late["posting_date"] < "2026-09-30" < late["entry_date"]
    assert after["entry_date"] > END.isoformat()
    assert sum(Decimal(row["amount"]) for row in cases["instalments"]) == Decimal("1000.00")
    assert [row["customer"] for row in cases["codes with leading zeros"]] == ["0001024", "1024"]
    row = cases["text that looks like a formula"][0]
    assert row["customer_name"].startswith("=")
    assert row["customer"].startswith("=")
    old, new = cases["renamed customer"]
    assert old["customer"] == new["customer"]
    assert old["customer_name"] != new["customer_name"]
    codes = {row["customer"]: row["credit_code"] for row in rows_of(folder / "customers.csv")}
    assert codes["C-7003"] == codes["C-7004"]
    wrong = codes["C-7005"]
    assert credit_code(int(wrong[8:17]))[:17] == wrong[:17]
    assert credit_code(int(wrong[8:17])) != wrong
    assert cases["related party"][0]["related_party"] == "yes"
    kinds = [cases[name][0]["kind"] for name in ("bill in hand", "retention", "advance")]
    assert kinds == ["bill", "retention", "advance"]


def test_settlement_cases_leave_what_the_readme_says(bundled: Sample) -> None:
    rest = bundled.documents.column("amount_minor").to_numpy().copy()
    last = END
    for line in bundled.allocations.to_pylist():
        if line["on"] <= last and not line["undone_on"]:
            rest[line["to_document"]] -= line["amount_minor"]
            rest[line["from_document"]] += line["amount_minor"]
    lines = {row: int(left) for row, left in zip(bundled.documents.column("source_row").to_pylist(), rest, strict=True)}
    left = {case.name: [lines.get(line) for line in case.lines] for case in bundled.cases}
    assert left["over-allocation"] == [-50_000, 0]  # 10,000.00 − 10,500.00
    assert left["dishonoured bill"] == [5_650_000, 0, 0]
    assert left["wrong match corrected"] == [0, 2_034_000, 0]
    assert left["one cent open"] == [1, 0]  # 1,000.00 − 999.99
    assert left["partial payments"] == [300_000, 0, 0]  # 9,000 − 4,000 − 2,000
    assert left["deduction credited"] == [0, 0, 0]
    assert left["credit note half used"] == [-113_000, 0]  # −2,260.00 + 1,130.00
    assert left["write-off"] == [0, 0]
    assert left["a currency without decimals"] == [234_567, 0]
    assert left["cleared before issued"] == [0, 0]
    credit = [r for r, c in zip(rest, bundled.documents.column("customer").to_pylist(), strict=True) if c == "C-7006"]
    assert sum(credit) < 0


def test_truth_file_says_how_each_customer_was_made(folder: Path, bundled: Sample) -> None:
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    assert {row["behaviour"] for row in truth["customers"]} == {*BEHAVIOURS, "odd"}
    assert len(truth["customers"]) == 60
    assert truth["open"].keys() == bundled.open_totals().keys()


# ---------------------------------------------------------------------------------------------------- the edges


def test_small_firms_and_wrong_calls() -> None:
    assert generate(customers=1, months=1, invoices=1, odd=False).documents.num_rows >= 1
    with pytest.raises(UsageError, match="14 customers of their own; given 14"):
        generate(customers=14)
    with pytest.raises(UsageError, match='home currency "XAU"'):
        generate(home="XAU")
    with pytest.raises(UsageError, match="at least 1"):
        generate(months=0)


def test_a_failed_write_leaves_the_old_file(bundled: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sample(tmp_path, sample=bundled)
    before = (tmp_path / "documents.csv").read_bytes()

    def broken(sample: Sample, lang: str) -> Iterator[tuple[str, Iterator[str]]]:
        def pieces() -> Iterator[str]:
            yield "customer\n"
            raise OSError("disk full")

        yield "documents.csv", pieces()

    monkeypatch.setattr(sample_module, "contents", broken)
    with pytest.raises(OSError, match="disk full"):
        write_sample(tmp_path, sample=bundled)
    assert (tmp_path / "documents.csv").read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def test_a_firm_of_many_blocks_is_numbered_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("creditlib.facts.sample.trade._BLOCK", 500)
    many = generate(customers=50, invoices=3_000, odd=False)
    assert many.documents.column("id").num_chunks > 3
    assert many.documents.column("id").to_pylist() == list(range(many.documents.num_rows))
    assert len(set(many.documents.column("document").to_pylist())) == many.documents.num_rows
    customers = many.documents.column("customer").cast(pa.string())
    ends = [customers.take(many.allocations.column(c)) for c in ("from_document", "to_document")]
    assert pc.all(pc.equal(*ends)).as_py()


@pytest.mark.soak
@pytest.mark.parametrize(("customers", "invoices"), [(10_000, 1_000_000), (100_000, 10_000_000)])
def test_large_firms_have_all_their_invoices(customers: int, invoices: int) -> None:
    made = generate(customers=customers, invoices=invoices, odd=False)
    assert made.documents.num_rows > invoices


def test_the_book_in_memory_falls_due_as_its_files_do(folder: Path) -> None:
    found = read(folder / "documents.csv", folder / "allocations.csv", folder / "customers.csv", home="CNY").book
    held = [
        sorted(zip(*(book.documents.column(name).to_pylist() for name in ("document", "amount_minor")), map(str, book.documents.column("due_on").to_pylist()), strict=True))
        for book in (found, sample_book())
    ]  # fmt: skip
    assert held[0] == held[1]
    (late,) = [line for line in held[1] if line[0] == "INV10-A0014"]
    assert late == ("INV10-A0014", 12_430_00, "2026-10-09")  # 2026-09-09 + net 30; the file leaves the due date out
