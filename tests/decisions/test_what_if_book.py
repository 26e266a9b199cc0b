"""The case a ledger tells: sales, days and losses of one customer, a class, a whole book; what it can't tell is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from creditlib.decisions.what_if.book import LedgerCases, case_of
from creditlib.decisions.what_if.compare import compare_terms
from creditlib.errors import CurrencyError, NeedsSales, UsageError
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.measures.payment import payment_behaviour
from creditlib.policy import load_policy

POLICY = load_policy()
HEADER = "customer,document,issue date,due date,paid date,currency,amount\n"
END = date(2024, 12, 31)
FIRST = "C9,X,2023-12-05,2023-12-20,2023-12-20,CNY,1\n"  # so that the book reaches back more than a year
TWO = (
    FIRST
    + "C1,A,2024-03-01,2024-03-31,2024-04-10,CNY,1000\n"  # 30 days, 10 late
    + "C1,B,2024-06-01,2024-07-31,2024-07-26,CNY,3000\n"  # 60 days, 5 early
    + "C2,C,2024-09-01,2024-10-01,2024-10-01,CNY,500\n"
)


def test_sales_days_and_terms_of_one_customer(ledger: Callable[..., Any]) -> None:
    case = case_of(ledger(HEADER + TWO).book, POLICY, END, customer="C1")
    assert (case.customer, case.currency, case.yearly_sales_minor) == ("C1", "CNY", 400_000)
    assert case.net_days == pytest.approx(52.5)  # (1,000 × 30 + 3,000 × 60) ÷ 4,000
    assert case.late_days == pytest.approx(-1.25)  # (1,000 × 10 − 3,000 × 5) ÷ 4,000


def test_whole_book_and_a_class_add_up_their_customers(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + TWO).book
    assert case_of(book, POLICY, END).yearly_sales_minor == 450_000
    both = case_of(book, POLICY, END, customers=["C1", "C2"])
    whole = case_of(book, POLICY, END)
    assert (both.yearly_sales_minor, both.net_days, both.late_days) == pytest.approx(
        (whole.yearly_sales_minor, whole.net_days, whole.late_days)
    )
    assert case_of(book, POLICY, END, customers=["C2"]).yearly_sales_minor == 50_000


def test_net_and_late_days_are_the_days_to_pay_of_payment_behaviour() -> None:
    book = sample_book()
    case = case_of(book, POLICY, SAMPLE_END, customer="C100001")
    row = payment_behaviour(book, date(2025, 11, 1), SAMPLE_END).row(customer="C100001", currency="CNY")
    assert case.net_days + case.late_days == pytest.approx(row["days_to_pay"])
    assert case.late_days == pytest.approx(row["net_dbt_days"])
    assert case.at_least == (("late_days",) if row["at_least"] else ())


def test_a_month_not_over_is_left_out_and_a_short_history_scaled_up(ledger: Callable[..., Any]) -> None:
    book = ledger(
        HEADER
        + "C1,A,2024-01-10,2024-02-09,2024-02-09,CNY,1000\n"
        + "C1,B,2024-02-10,2024-03-01,2024-03-01,CNY,2000\n"
        + "C1,C,2024-03-10,2024-03-12,2024-03-12,CNY,5000\n"
    ).book
    case = case_of(book, POLICY, date(2024, 3, 15))
    assert case.yearly_sales_minor == 1_800_000  # (1,000 + 2,000) × 12 ÷ 2 months
    assert "yearly_sales_minor" in case.assumed
    assert "less than twelve" in " ".join(r.text() for r in compare_terms(case, case, POLICY, END).decision.reasons)


def test_what_was_written_off_is_the_loss_unless_a_probability_is_given() -> None:
    days = [date(2023, 12, 5), date(2024, 3, 1), date(2024, 9, 1)]
    book = Book(
        {
            "id": [0, 1, 2], "customer": ["C9", "C1", "C1"], "kind": ["invoice", "invoice", "write_off"], "currency": ["CNY"] * 3,
            "amount_minor": [100, 100_000, -5_000], "issue_on": days, "due_on": [date(2023, 12, 20), date(2024, 3, 31), None],
            "source_file": ["x"] * 3, "source_row": [1, 2, 3],
        }
    )  # fmt: skip
    told = case_of(book, POLICY, END, customer="C1")
    assert told.bad_debt_share == 0.05  # 50 ÷ 1,000
    assert "bad_debt_share" not in told.assumed
    given = case_of(book, POLICY, END, customer="C1", default_probability=0.03)
    assert (given.bad_debt_share, given.default_probability, given.loss_given_default) == (None, 0.03, None)


def test_what_the_ledger_lacks_is_listed_and_told(ledger: Callable[..., Any]) -> None:
    case = case_of(ledger(HEADER + TWO).book, POLICY, END, customer="C1")
    assert case.assumed == ("deposit_share", "discount_share", "insured_share", "tax_share", "bad_debt_share")
    decision = compare_terms(case, case.changed(net_days=30, deposit_share=0.1), POLICY, END).decision
    texts = [reason.text() for reason in decision.reasons]
    assert "Not in the ledger, taken as none: early discount, credit insurance, VAT in sales, bad debt." in texts
    assert decision.customer == "C1"


def test_documents_behind_the_sales_add_up_to_them(ledger: Callable[..., Any]) -> None:
    case = case_of(ledger(HEADER + TWO).book, POLICY, END, customer="C1")
    table = compare_terms(case, case, POLICY, END).decision.why.documents
    assert table["document"].to_pylist() == ["A", "B"]
    assert sum(table["amount_minor"].to_pylist()) == case.yearly_sales_minor


def test_several_currencies_need_one_to_report_in(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + TWO + "C1,D,2024-06-01,2024-07-01,2024-07-01,USD,100\n").book
    with pytest.raises(CurrencyError, match="CNY, USD"):
        case_of(book, POLICY, END, customer="C1")
    rates = [Rate("USD", Decimal(7), END)]
    assert case_of(book, POLICY, END, customer="C1", rates=rates, to="CNY").yearly_sales_minor == 470_000  # 4,000 + 700
    assert case_of(book, POLICY, END, customer="C2", to="CNY").yearly_sales_minor == 50_000  # nothing to convert


def test_sales_of_the_whole_firm_do_not_tell_a_customer_so_its_documents_do(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + TWO).book
    sales = {"month": [date(2023, 12, 1), date(2024, 6, 1)], "currency": ["CNY"] * 2, "gross_minor": [1, 900_000]}
    with_sales = replace(book, sales=sales)
    assert case_of(with_sales, POLICY, END).yearly_sales_minor == 900_000
    assert case_of(with_sales, POLICY, END, customer="C1").yearly_sales_minor == 400_000


def test_a_book_of_open_items_says_what_is_missing(ledger: Callable[..., Any]) -> None:
    book = ledger(
        "customer,document,issue date,due date,currency,open amount\nC1,A,2024-03-01,2024-03-31,CNY,10\n"
    ).book
    assert not book.complete
    with pytest.raises(NeedsSales, match="sales by month and the history") as caught:
        case_of(book, POLICY, END)
    assert "分月销售额" in caught.value.text("zh")


def test_a_selection_without_sales_or_without_customers_is_refused(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + TWO).book
    with pytest.raises(NeedsSales, match="nothing was billed"):
        case_of(book, POLICY, END, customer="C3")
    later = ledger(HEADER + FIRST + "C1,A,2024-12-01,2025-03-01,,CNY,10\n").book
    with pytest.raises(NeedsSales, match="nothing fell due"):
        case_of(later, POLICY, END, customer="C1")
    with pytest.raises(UsageError, match="no customer"):
        case_of(book, POLICY, END, customers=[])
    with pytest.raises(UsageError, match="not both"):
        case_of(book, POLICY, END, customer="C1", customers=["C2"])


def test_cases_asked_one_after_another_are_those_asked_alone(ledger: Callable[..., Any]) -> None:
    book = sample_book()
    cases = LedgerCases(book, POLICY, SAMPLE_END)
    for asked in ({"customer": "C100001"}, {"customers": ["C100001", "C100002"]}, {"customer": "C100002"}):
        alone = case_of(book, POLICY, SAMPLE_END, **asked)  # type: ignore[arg-type]
        assert cases.case(**asked) == alone  # type: ignore[arg-type]


def test_one_of_several_currencies_can_be_asked_by_itself(ledger: Callable[..., Any]) -> None:
    book = ledger(HEADER + TWO + "C1,D,2024-06-01,2024-07-01,2024-07-01,USD,100\n").book
    cases = LedgerCases(book, POLICY, END)
    assert cases.currencies() == cases.currencies("C1") == ("CNY", "USD")
    assert cases.currencies("C2") == ("CNY",)
    dollars = cases.case(customer="C1", currency="USD")
    assert (dollars.currency, dollars.yearly_sales_minor, dollars.net_days) == ("USD", 10_000, 30)
    assert cases.case(currency="CNY").yearly_sales_minor == 450_000
    assert LedgerCases(book, POLICY, END, (Rate("USD", Decimal(7), END),), "CNY").currencies() == ("CNY",)
