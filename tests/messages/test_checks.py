"""Every named check, from the smallest ledger that causes it to the whole line it prints, in English and Chinese."""

from __future__ import annotations

import csv
import io
import string
import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pyarrow as pa
import pytest

from creditlib.errors import Finding
from creditlib.facts.book import Book
from creditlib.facts.catalogue import CHECKS
from creditlib.facts.checks import Limits, check, check_open
from creditlib.facts.credit.files import read_files
from creditlib.facts.duplicates import duplicates
from creditlib.facts.lists.events import read_events
from creditlib.facts.lists.limits import read_limits
from creditlib.facts.lists.orders import read_orders
from creditlib.facts.open_items import Rate, open_items
from creditlib.facts.outside import Control, read_control
from creditlib.facts.reading import Reading, read
from creditlib.facts.statement_checks import check_statements
from creditlib.facts.tables import EVENTS, build
from creditlib.flows.assess import assess
from creditlib.flows.close import close
from creditlib.flows.recorded import with_limits
from creditlib.policy import load_policy, standard_text
from creditlib.record.standing import Limit
from creditlib.record.store import open_store

CASES: dict[str, Any] = {
    name: case
    for file in ("checks.toml", "credit_files.toml", "lists.toml")
    for name, case in tomllib.loads(Path(__file__).with_name(file).read_text(encoding="utf-8")).items()
}
AS_OF = date(2024, 6, 30)
LIMITS = Limits(unapplied_days=3, dispute_days=60, far_due_days=365, old_item_days=1094)
ONE_INVOICE = "customer,document,issue date,due date,currency,amount\nC1,I-1,2024-06-01,2024-07-31,USD,100.00\n"

CLOSING = {  # these come from the close: control figures and rates stand outside the ledger
    "no-control": (
        {},
        "total USD: 100.00 USD was not compared with the general ledger. Pass --control AMOUNT or FILE. [no-control]",
        "合计 USD：100.00 USD 未与总账核对。请加 --control 金额或文件。 [no-control]",
    ),
    "control-differs": (
        {"control": "99.99"},  # 100.00 − 99.99 = 0.01: one cent is a difference
        "total USD: open items 100.00 USD, control 99.99 USD, difference 0.01 USD. Find the difference before signing: a missing row, "
        "a changed amount or another day. [control-differs]",
        "合计 USD：未清项 100.00 USD，总账 99.99 USD，差额 0.01 USD。签发前请查明差额：缺行、金额改动或日期不同。 [control-differs]",
    ),
    "control-missing": (
        {"control": (Control(None, None, "CNY", Decimal("1.00")),)},  # a figure for CNY; the item is in USD
        "total USD: 100.00 USD is open, and the control figures given do not cover it. Add its balance to the control file. "
        "[control-missing]",
        "合计 USD：未清 100.00 USD，所给总账余额未涵盖。请在总账文件中补充其余额。 [control-missing]",
    ),
    "policy-review-due": (
        {"policy": "reviewed.toml"},
        "reviewed: the policy was to be reviewed by 2024-06-29; this close is of 2024-06-30. "
        "Review the policy and date the next review. [policy-review-due]",
        "reviewed：政策应于 2024-06-29 前复审；本次结账为 2024-06-30。请复审政策并写明下次复审日期。 [policy-review-due]",
    ),
    "old-rate": (
        {"control": "712.00", "rates": (Rate("USD", Decimal("7.12"), date(2024, 5, 24)),), "currency": "CNY"},
        "USD was converted at the rate of 2024-05-24, 37 days before 2024-06-30 (limit 5). Give the rate of the as-of day. "
        "[old-rate]",  # 24 May to 30 June: 7 + 30 = 37
        "USD 按 2024-05-24 的汇率折算，早于 2024-06-30 37 天（界限 5）。请提供基准日汇率。 [old-rate]",
    ),
}


def _credit_findings(case: dict[str, Any], folder: Path) -> list[Finding]:
    """Findings of a file of the credit file: of reading it, of its statements, and of the customers beside it."""
    paths = [folder / case.get("name", "file.csv")]
    paths[0].write_text(case["file"], encoding="utf-8")
    if case.get("sheets"):
        book = openpyxl.Workbook()
        for row in csv.reader(io.StringIO(case["file"])):
            book.worksheets[0].append(row)
        book.create_sheet("Notes").append(["Prepared by", "Li"])
        book.save(folder / "file.xlsx")
        paths = [folder / "file.xlsx"]
    known = None
    if "customers" in case:
        rows = list(csv.DictReader(io.StringIO(case["customers"].strip())))
        known = Book(customers=pa.Table.from_pylist([{k: v or None for k, v in row.items()} for row in rows]))
    files = read_files(*paths, book=known, **case.get("options", {}))
    findings = [*files.findings, *check_statements(files.statements, as_of=AS_OF, jump=3)]
    return findings + list(duplicates(files.into(known or Book())))


LISTS: dict[str, Callable[..., Any]] = {"orders": read_orders, "limits": read_limits, "events": read_events}


def _list_findings(case: dict[str, Any], folder: Path) -> list[Finding]:
    """Findings of a list of orders, limits or events."""
    path = folder / "list.csv"
    path.write_text(case["list"], encoding="utf-8")
    if case.get("sheets"):
        book = openpyxl.Workbook()
        for row in csv.reader(io.StringIO(case["list"].strip())):
            book.worksheets[0].append(row)
        book.create_sheet("Notes").append(["Prepared by", "Li"])
        path = folder / "list.xlsx"
        book.save(path)
    return list(LISTS[case["kind"]](path, home="CNY")[1])


def _findings(case: dict[str, Any], folder: Path) -> list[Finding]:
    if "list" in case:
        return _list_findings(case, folder)
    if "file" in case:
        return _credit_findings(case, folder)
    paths = []
    if case.get("sheets"):
        book = openpyxl.Workbook()
        first = book.active
        assert first is not None
        first.title = "AR"
        for row in csv.reader(io.StringIO(case["ledger"])):
            first.append(row)
        notes = book.create_sheet("Notes")
        notes.append(["Prepared by", "Li"])
        notes.append(["Reviewed by", "Wang"])
        book.save(folder / "ledger.xlsx")
        paths.append(folder / "ledger.xlsx")
    else:
        for name in ("ledger", "allocations", "customers", "control"):
            if name in case:
                path = folder / f"{name}.csv"
                path.write_text(case[name], encoding="utf-8")
                paths.append(path)
    mapping = None
    if "map" in case:
        mapping = folder / "map.toml"
        mapping.write_text(case["map"], encoding="utf-8")
    reading = read(*paths, home=case.get("home"), mapping=mapping)
    return [*reading.findings, *check(reading.book), *check_open(open_items(reading.book, AS_OF), LIMITS)]


@pytest.mark.parametrize("name", CASES)
def test_check_gives_its_whole_line_once_and_nothing_unexpected_beside_it(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = _findings(case, tmp_path)
    mine = [finding for finding in found if finding.check == name]
    assert [f.line("en") for f in mine] == [case["en"]]
    assert [f.line("zh") for f in mine] == [case["zh"]]
    assert {f.severity for f in mine} == {CHECKS[name].severity}
    assert {f.check for f in found} - {name} == set(case.get("also", ()))


@pytest.mark.parametrize("name", CLOSING)
def test_check_of_the_close_gives_its_whole_line(name: str, ledger: Callable[..., Any], tmp_path: Path) -> None:
    given, en, zh = CLOSING[name]
    options = dict(given)
    if isinstance(options.get("control"), str):
        options["control"] = read_control(options["control"])
    policy = load_policy()
    if file := options.pop("policy", None):
        text = standard_text()
        (tmp_path / file).write_text(
            text.replace(f'value = "{policy.at(AS_OF)["policy.review_by"]}"', 'value = "2024-06-29"'), encoding="utf-8"
        )
        policy = load_policy(tmp_path / file)
    found = [f for f in close(ledger(ONE_INVOICE), policy, AS_OF, **options).findings if f.check == name]
    assert [f.line("en") for f in found] == [en]
    assert [f.line("zh") for f in found] == [zh]


def test_exposure_in_a_second_currency_is_told_beside_the_rows_that_leave_it_out(ledger: Callable[..., Any]) -> None:
    rows = "C1,I-1,2024-06-01,2024-07-31,CNY,10\nC1,I-2,2024-06-01,2024-07-31,CNY,10\nC1,I-3,2024-06-01,2024-07-31,USD,500\n"
    whole = assess(ledger("customer,document,issue date,due date,currency,amount\n" + rows), load_policy(), AS_OF)
    (found,) = whole.apart()
    assert (found, ()) == (*whole.apart("C1"), whole.apart("C2"))
    assert found.line("en") == (
        "exposure: exposure of 500.00 USD stands in no row: its customers are told in another currency (customers: 1, the first C1). "
        "Report in one currency: --currency CCY --fx RATES.csv. [other-currency]"
    )
    assert found.line("zh") == (
        "exposure：500.00 USD 敞口未计入任何一行：相关客户以其他币种列示（1 户，首户 C1）。请折算为一个币种：--currency 币种 --fx 汇率.csv。 [other-currency]"
    )


def test_which_limit_won_is_told_with_both_figures(tmp_path: Path) -> None:
    set_on = {
        "id": [0, 1],
        "customer": ["C1", "C2"],
        "event": ["limit_set"] * 2,
        "on": [AS_OF] * 2,
        "amount_minor": [100, 200],
        "currency": ["CNY"] * 2,
    }
    reading = Reading(Book(events=build(EVENTS, set_on, 2)), (), "open_items", (), (), None)
    with open_store(tmp_path / "record.db") as store:
        (alone,) = with_limits(reading, store, AS_OF, "CNY").findings
        with mock.patch(
            "creditlib.flows.recorded.every_limit", return_value=(Limit("C1", 50_00, "CNY", AS_OF, None, 1, 3, 4),)
        ):
            won, rest = with_limits(reading, store, AS_OF, "CNY").findings
    place = tmp_path / "record.db"
    assert alone.line("en") == (
        f"{place}: customers with a limit in the book and none ever approved in the record: 2, first C1. The book's limit counts. "
        "Ask for these limits: credit limit request. [limit-not-approved]"
    )
    assert rest.line("zh") == (
        f"{place}：账簿有额度而记录中从未批准的客户：1 户，首户 C2。按账簿额度计。请补办申请：credit limit request。 [limit-not-approved]"
    )
    assert won.line("en") == (
        f"{place}: C1: approved in the record: 50.00 CNY; in the book: 1.00 CNY. The record counts, since a limit takes effect only by its "
        "approval. Correct the list of limits, or ask for the change. [limit-record-wins]"
    )
    assert won.line("zh") == (
        f"{place}：C1：记录中已批准：50.00 CNY；账簿所列：1.00 CNY。以记录为准，额度须经批准方可生效。请更正额度清单，或申请变更。 [limit-record-wins]"
    )


ASSESSING = {"other-currency", "limit-record-wins", "limit-not-approved"}


def test_no_check_lacks_a_case() -> None:
    assert set(CASES) | set(CLOSING) | ASSESSING == set(CHECKS)


@pytest.mark.parametrize("check_", CHECKS.values(), ids=CHECKS.keys())
def test_check_has_the_same_placeholders_in_both_languages(check_: Any) -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert places(check_.texts["en"]) == places(check_.texts["zh"])
    for part in (check_.titles, check_.texts, check_.todos):
        assert set(part) == {"en", "zh"}
        assert all(part.values())
    assert check_.severity in ("must_act", "note")


def test_one_ambiguous_column_of_many_rows_is_one_finding(ledger: Callable[..., Any]) -> None:
    rows = "".join(f"C1,I-{i},0{i % 9 + 1}/06/2024,2024-07-31,CNY,10\n" for i in range(50))
    reading = ledger("customer,document,issue date,due date,currency,amount\n" + rows)
    assert [(f.check, f.count) for f in reading.findings] == [("ambiguous-date", 50)]
    assert reading.source_totals[0].rejected == 500  # 50 × 10: the amounts are told although no row was used


def test_one_ambiguous_amount_column_is_one_finding_and_real_nonsense_keeps_its_own(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,due date,currency,amount\n"
        "C1,I-1,2024-06-01,2024-07-31,CNY,1.234\n"
        "C1,I-2,2024-06-01,2024-07-31,CNY,2.345\n"
        "C1,I-3,2024-06-01,2024-07-31,CNY,n/a\n"
    )
    assert [(f.check, f.count, f.where) for f in reading.findings] == [
        ("ambiguous-amount", 2, "ledger.csv"),
        ("unreadable-amount", 1, "ledger.csv!F4"),
    ]


def test_unreadable_credit_is_shown_under_its_own_column(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,due date,currency,debit,credit\nC1,I-1,2024-06-01,2024-07-31,CNY,,1O\n"
    )
    assert [f.en for f in reading.findings] == [
        'credit "1O" is no amount; the row was not used. Correct the amount in the source.'
    ]


def test_all_faults_are_shown_never_only_the_first(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,due date,currency,amount\n"
        ",I-1,2024-06-01,2024-07-31,CNY,10\n"
        "C1,I-2,2024-06-31,2024-07-31,CNY,10\n"
        "C1,I-3,2024-06-01,2024-07-31,CNY,ten\n"
        "C1,I-4,2024-06-01,2024-07-31,ABC,10\n"
        "C1,I-5,2024-06-01,soon,CNY,10\n"
        "C1,I-6,2024-06-01,2024-07-31,CNY,10\n"
    )
    assert sorted(f.check for f in reading.findings) == [
        "blank-customer", "no-due-date", "unknown-currency", "unreadable-amount", "unreadable-date", "unreadable-date",
    ]  # fmt: skip
    assert reading.book.documents.num_rows == 2


def test_unreadable_vat_is_told_and_the_row_still_counts(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        "customer,document,issue date,due date,currency,amount,tax\nC1,I-1,2024-06-01,2024-07-31,CNY,113.00,1E\n"
    )
    assert [f.en for f in reading.findings] == [
        'tax "1E" is no amount; taken as blank. Correct the amount in the source.'
    ]
    assert reading.source_totals[0].used_minor == 11300


def test_quotation_mark_left_open_is_told_in_one_line(ledger: Callable[..., Any]) -> None:
    rows = "".join(f"C1,I-{i},2024-06-01,2024-07-31,CNY,10\n" for i in range(100))
    head = 'customer,document,issue date,due date,currency,amount\nC1,"I-0,2024-06-01,2024-07-31,CNY,10\n'
    (finding,) = [f for f in ledger(head + rows, home="CNY").findings if f.check == "missing-amount"]
    assert (
        finding.en
        == "I-0,2024-06-01,2024-07-31,CNY,10… has no amount; the row was not used. Enter the amount in the source."
    )
