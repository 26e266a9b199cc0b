"""DSO from a ledger: base, months, what is left out, what can't be said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from creditlib.errors import NeedsSales
from creditlib.measures.dso import dso

HEADER = "customer,document,type,issue date,due date,paid date,currency,amount,tax\n"
DAY = date(2024, 6, 30)


def _days(reading: Any, method: str, **options: Any) -> float | None:
    return dso(reading.book, options.pop("day", DAY), method=method, **options).row(currency="CNY")["days"]  # type: ignore[arg-type,no-any-return]


@pytest.fixture
def book(ledger: Callable[..., Any]) -> Any:
    """April 100 paid, May 113, June 226; VAT 13 % in each."""
    return ledger(
        HEADER
        + "C1,I-4,invoice,2024-04-10,2024-05-10,2024-06-01,CNY,113,13\n"
        + "C1,I-5,invoice,2024-05-10,2024-06-10,,CNY,113,13\n"
        + "C1,I-6,invoice,2024-06-10,2024-07-10,,CNY,226,26\n"
    )


def test_countback_uses_months_up_newest_first(book: Any) -> None:
    # 339 open: June 226 whole (30 days), May 113 whole (31 days)
    assert _days(book, "countback") == pytest.approx(61.0)


def test_countback_in_the_middle_of_a_month_counts_the_days_so_far(book: Any) -> None:
    # on 15 June: 339 open; June 226 in 15 days, May 113 in 31
    assert _days(book, "countback", day=date(2024, 6, 15)) == pytest.approx(46.0)


def test_gross_net_and_mixed_base(book: Any) -> None:
    # three months of sales: 452 gross, 400 net; open 339 gross, 300 net; 365 × 3/12 = 91.25 days
    assert _days(book, "simple") == pytest.approx(339 / 452 * 91.25)
    assert _days(book, "simple", base="net") == pytest.approx(300 / 400 * 91.25)
    assert _days(book, "simple", base="mixed") == pytest.approx(339 / 400 * 91.25)  # 13 % too high, as many do


def test_rolling_uses_the_real_days_of_its_months(book: Any) -> None:
    assert _days(book, "rolling", months=3) == pytest.approx(339 / 452 * 91)  # 30 + 31 + 30
    assert _days(book, "rolling", months=2) == pytest.approx(339 / 339 * 61)


def test_best_possible_and_delinquent_split_simple(book: Any) -> None:
    assert _days(book, "best_possible") == pytest.approx(226 / 452 * 91.25)  # only I-6 is not due
    assert _days(book, "delinquent") == pytest.approx(113 / 452 * 91.25)


def test_turnover_is_sales_of_a_year_over_average_receivables(book: Any) -> None:
    # May and June: 113 + 226 = 339, 2,034 a year; 113 open before May, 339 now, 226 on average
    assert _days(book, "turnover", months=2) == pytest.approx(2034 / 226)


def test_turnover_of_a_history_shorter_than_its_window_takes_the_receivables_of_now(book: Any) -> None:
    assert _days(book, "turnover") == pytest.approx(452 * 4 / 339)  # three months, 339 open at their end


def test_countback_that_runs_out_of_months_says_at_least(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER
        + "C1,O-1,opening,2024-06-01,2024-06-01,,CNY,500,0\nC1,I-6,invoice,2024-06-10,2024-07-10,2024-06-11,CNY,100,0\n"
    )
    row = dso(reading.book, DAY, method="countback").row(currency="CNY")
    assert (row["days"], row["at_least"]) == (30.0, True)


def test_countback_stops_at_a_month_of_more_credits_than_invoices(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER
        + "C1,I-4,invoice,2024-04-10,2024-05-10,,CNY,300,0\nC1,K-5,credit note,2024-05-10,2024-05-10,2024-05-11,CNY,-50,0\n"
        "C1,I-6,invoice,2024-06-10,2024-07-10,,CNY,100,0\n"
    )
    row = dso(reading.book, DAY, method="countback").row(currency="CNY")
    assert (row["days"], row["at_least"]) == (30.0, True)  # June is used up, May is below zero


def test_bills_retention_and_advances_are_no_receivables_of_dso(ledger: Callable[..., Any]) -> None:
    rows = "C1,I-6,invoice,2024-06-10,2024-07-10,,CNY,100,0\nC1,I-5,invoice,2024-06-01,2024-07-10,2024-06-12,CNY,1,0\n"
    more = "C1,B-1,bill,2024-06-10,2024-12-10,,CNY,50,0\nC1,Q-1,retention,2024-06-10,2026-06-10,,CNY,5,0\nC1,A-1,advance,2024-06-10,,,CNY,-7,0\n"
    reading = ledger(HEADER + rows + more)
    assert dso(reading.book, DAY, method="simple").row(currency="CNY")["receivables_minor"] == 10000
    everything = dso(reading.book, DAY, method="simple", exclude=()).row(currency="CNY")
    assert everything["receivables_minor"] == 14800  # 100 + 50 + 5 − 7


def test_unapplied_cash_lowers_the_receivables_of_dso(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER + "C1,I-6,invoice,2024-06-10,2024-07-10,,CNY,100,0\nC1,R-1,receipt,2024-06-20,,,CNY,-60,0\n"
    )
    assert dso(reading.book, DAY, method="simple").row(currency="CNY")["receivables_minor"] == 4000


def test_sales_given_beside_a_list_of_open_items_make_dso_possible(ledger: Callable[..., Any]) -> None:
    text = "customer,document,issue date,due date,currency,amount\nC1,I-6,2024-06-10,2024-07-10,CNY,60\n"
    with pytest.raises(NeedsSales):
        dso(ledger(text).book, DAY)
    reading = ledger(text, sheets={"sales": "month,currency,gross\n2024-06,CNY,40\n2024-05,CNY,40\n2024-07,CNY,999\n"})
    assert _days(reading, "countback") == pytest.approx(30 + 31 * 0.5)  # July is not yet


def test_firm_without_receivables_has_a_dso_of_zero(ledger: Callable[..., Any]) -> None:
    reading = ledger(HEADER + "C1,I-6,invoice,2024-06-10,2024-07-10,2024-06-12,CNY,100,0\n")
    assert _days(reading, "countback") == 0.0
    assert _days(reading, "simple") == 0.0


def test_figures_of_each_customer_stand_beside_one_another(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER
        + "C1,I-1,invoice,2024-06-10,2024-07-10,,CNY,100,0\nC2,I-2,invoice,2024-06-10,2024-07-10,2024-06-20,CNY,100,0\n"
    )
    rows = dso(reading.book, DAY, method="countback", by=["customer"]).rows()
    assert [(r["customer"], r["days"]) for r in rows] == [("C1", 30.0), ("C2", 0.0)]


def test_a_month_that_is_not_over_counts_only_its_days_so_far(book: Any) -> None:
    # on 15 June, 15 of the 91 days of three months are of June: 365 × 3/12 × 76/91 days, not a whole quarter
    assert _days(book, "simple", day=date(2024, 6, 15)) == pytest.approx(339 / 452 * 91.25 * 76 / 91)


def test_net_base_needs_the_vat_of_every_billing(ledger: Callable[..., Any]) -> None:
    reading = ledger(
        HEADER
        + "C1,I-4,invoice,2024-06-10,2024-07-10,2024-07-01,CNY,113,13\nC1,I-5,invoice,2024-06-11,2024-07-11,,CNY,113,\n"
    )
    with pytest.raises(NeedsSales, match="1 of 2 billings do not tell their VAT"):
        dso(reading.book, DAY, method="simple", base="net")


def test_a_dso_names_the_receivables_behind_it(book: Any) -> None:
    why = dso(getattr(book, "book", book), DAY, method="simple").why(currency="CNY")
    assert why.documents["document"].to_pylist() == ["I-5", "I-6"]  # I-4 was paid on 1 June
    assert sum(why.documents["receivable_minor"].to_pylist()) == 33_900  # 113 + 226
