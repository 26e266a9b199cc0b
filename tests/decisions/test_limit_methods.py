"""The methods of a limit: what each stands on, what it gives without input, and which of them is picked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from creditlib.decisions.limit.columns import Amounts
from creditlib.decisions.limit.exchange import Exchange, leading
from creditlib.decisions.limit.methods import highest_with_own, insured_part, pick
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from tests.decisions.limits import BIG, BOUGHT, DAY, owing, row_of


def test_need_is_a_days_purchases_times_agreed_and_fixed_days() -> None:
    book = owing(BIG, customers=[{"customer": "C1", "terms": "net 45"}])
    row = row_of(book=book, billed_minor=365_000)
    assert (row["term_days"], row["term_from"]) == (45, "customer")
    assert row["need_minor"] == 55_000_00  # 365,000 ÷ 365 × (45 + 5 unbilled + 5 grace)


def test_term_comes_from_the_customer_list_then_the_invoices_then_the_grade() -> None:
    assert (row_of(**BOUGHT)["term_days"], row_of(**BOUGHT)["term_from"]) == (30, "grade")
    of_invoices = row_of(book=owing(BIG, ("C1", 100)), **BOUGHT)
    assert (of_invoices["term_days"], of_invoices["term_from"]) == (30, "ledger")  # 1 to 31 March
    code = owing(BIG, ("C1", 100), customers=[{"customer": "C1", "terms": "ZZ99"}])
    assert row_of(book=code, **BOUGHT)["term_from"] == "ledger"  # a code nobody knows is no term
    assert row_of(grade="refer", **BOUGHT)["need_minor"] is None


def test_method_without_input_has_no_answer_and_never_zero() -> None:
    row = row_of()
    names = ("need", "purchases", "net_worth", "working_capital", "references", "payment_history", "insurer")
    assert [row[f"{name}_minor"] for name in names] == [None] * 7
    assert (row["limit_minor"], row["outcome"], row["picked"]) == (None, "refer", None)


def test_negative_net_worth_is_an_answer_and_it_is_nothing() -> None:
    row = row_of(tangible_net_worth_minor=-5, **BOUGHT)
    assert (row["net_worth_minor"], row["picked"], row["limit_minor"], row["outcome"]) == (0, "net_worth", 0, "none")


def test_shares_of_what_the_statement_shows() -> None:
    row = row_of(tangible_net_worth_minor=1_000_000, working_capital_minor=333_333)
    assert (row["net_worth_minor"], row["working_capital_minor"]) == (100_000_00, 33_333_30)
    assert (row["picked"], row["limit_minor"]) == ("working_capital", 24_000_00)  # 33,333.30 × 0.75 = 24,999.975


def test_year_of_ledger_stands_before_what_the_customer_states() -> None:
    stated = {"customer": "C1", "on": date(2025, 1, 1), "currency": "CNY", "yearly_minor": 9_000_000_00}
    whole = row_of(book=owing(BIG, purchases=[stated]), **BOUGHT)
    assert (whole["yearly_minor"], whole["bought_from"]) == (2_400_000_00, "ledger")
    part = row_of(book=owing(BIG, purchases=[stated]), first_on=date(2024, 4, 1), **BOUGHT)
    assert (part["yearly_minor"], part["bought_from"]) == (9_000_000_00, "stated")
    just = row_of(book=owing(BIG, purchases=[stated]), first_on=date(2024, 3, 31), **BOUGHT)
    assert just["bought_from"] == "ledger"
    more = row_of(book=owing(BIG, purchases=[stated | {"yearly_minor": 100}]), first_on=date(2024, 9, 1), **BOUGHT)
    assert (more["yearly_minor"], more["bought_from"]) == (2_400_000_00, "ledger_part")  # already more than stated
    none = row_of(book=owing(BIG, purchases=[stated | {"expected": True}]), billed_minor=0)
    assert none["bought_from"] == "expected"  # nothing bought is no purchase figure


def test_stale_and_later_purchases_do_not_count_and_the_newest_stands() -> None:
    rows = [
        {"customer": "C1", "on": on, "currency": "CNY", "yearly_minor": minor}
        for on, minor in ((date(2023, 9, 29), 1), (date(2023, 9, 30), 2), (date(2025, 4, 1), 3))
    ]
    assert row_of(book=owing(BIG, purchases=rows))["yearly_minor"] == 2  # 18 months back is 30 September 2023
    assert row_of(book=owing(BIG, purchases=rows[:1]))["yearly_minor"] is None


def test_references_are_averaged_one_a_supplier_and_too_few_say_nothing() -> None:
    def given(*rows: tuple[str, int, date]) -> dict[str, Any]:
        references = [
            {"customer": "C1", "on": on, "referee": who, "currency": "CNY", "high_credit_minor": high}
            for who, high, on in rows
        ]
        return row_of(book=owing(BIG, references=references))

    day = date(2025, 1, 1)
    two = given(("S1", 100, day), ("S1", 400, date(2025, 2, 1)), ("S2", 201, day), ("S3", 9, date(2024, 3, 30)))
    assert (two["references_minor"], two["references"]) == (300, 2)  # (400 + 201) ÷ 2, S3 is stale by a day
    one = given(("S1", 100, day), ("S1", 400, day))
    assert (one["references_minor"], one["references"]) == (None, 1)


def test_peak_counts_only_months_that_are_not_late() -> None:
    def balance(days: tuple[int, int]) -> Any:
        rows = [(date(2025, 1, 1), 500, days[0]), (date(2025, 2, 1), 300, days[1])]
        ids = range(len(rows))
        documents = {
            "id": ids, "customer": ["C1"] * 2, "kind": ["invoice"] * 2, "currency": ["CNY"] * 2,
            "amount_minor": [minor for _, minor, _ in rows], "issue_on": [on for on, _, _ in rows],
            "due_on": [date.fromordinal(date(2025, on.month, 28).toordinal() - late) for on, _, late in rows],
            "source_file": ["x"] * 2, "source_row": list(ids),
        }  # fmt: skip
        return row_of(book=Book(documents))["payment_history_minor"]

    assert balance((20, 0)) == 500  # January ends 23 days late; February, with 800 open, 51
    assert balance((27, 0)) == 500  # 30 days late: not a late month
    assert balance((28, 0)) is None  # 31 days late


def test_pick_of_the_methods_that_may_and_have_an_answer() -> None:
    columns = {"need": one(5), "purchases": one(3), "references": one(None), "net_worth": one(9)}
    may = ["need", "references", "purchases", "net_worth"]
    found = [picked(columns, may, how) for how in ("lowest", "median", "highest", "first")]
    assert found == [("purchases", 3), ("need", 5), ("net_worth", 9), ("need", 5)]
    assert picked(columns, ["need", "purchases"], "median") == ("purchases", 3)  # the lower of two middle ones
    assert [picked(columns, ["references"], how) for how in ("lowest", "median")] == [(None, None)] * 2
    same = {"need": one(5), "purchases": one(5)}
    assert {picked(same, ["purchases", "need"], how)[0] for how in ("lowest", "median", "highest", "first")} == {
        "purchases"
    }


def one(minor: int | None) -> Amounts:
    return Amounts.of([minor])


def picked(columns: dict[str, Amounts], may: list[str], how: Any) -> tuple[str | None, int | None]:
    """Method and amount of the only row."""
    named, amount = pick(columns, may, how, 1)
    return named.to_pylist()[0], amount.to_list()[0]


def test_money_helpers_round_down_and_never_up() -> None:
    assert [leading(minor, 2, "CNY") for minor in (99, 100, 99_999, 100_000, 109_999, -5)] == [
        0,
        100,
        99_000,
        100_000,
        100_000,
        0,
    ]
    assert Exchange([Rate("JPY", Decimal("0.05"), DAY)], "CNY").convert(199, "CNY", "JPY") == 39  # 1.99 ÷ 0.05 = 39.8
    for own in (0, 1, 999, 1000, 1001, 5000):
        most = highest_with_own(exact_fraction(own), 10_000, 9_000)
        assert most - insured_part(most, 10_000, 9_000) <= own + 1


def exact_fraction(number: int) -> Any:
    from fractions import Fraction

    return Fraction(number)


def test_amount_by_score_is_that_of_the_highest_step_reached() -> None:
    row = row_of(grade="C")
    assert row["score_minor"] == 200_000_00  # 590 points: from 580 on 200,000
    assert row["picked"] is None  # shown beside: the standard policy does not let it set the limit
    assert row_of(grade="refer")["score_minor"] is None


def test_amount_by_score_is_converted_and_needs_a_rate() -> None:
    assert row_of(grade="C", currency="USD")["score_minor"] is None
    rates = [Rate("USD", Decimal("8"), DAY)]
    assert row_of(grade="C", currency="USD", rates=rates)["score_minor"] == 25_000_00  # 200,000 ÷ 8
