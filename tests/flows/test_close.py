"""A month end, everything: tie-out, one reporting currency, roll-forward, and that all doors say the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from creditlib.errors import CurrencyError, UsageError
from creditlib.faces.cli.work import Request
from creditlib.faces.workbook import write_workbook
from creditlib.facts.open_items import Rate, open_items
from creditlib.facts.outside import Control, read_control, read_rates
from creditlib.facts.reading import Reading, read
from creditlib.flows.close import close
from creditlib.flows.closing import Close
from creditlib.measures.aging import aging
from creditlib.policy import load_policy

AS_OF = date(2024, 3, 31)
LEDGER = """entity,gl_account,customer,customer_name,document,kind,issue_date,due_date,amount,currency
1000,1122,C1,Alpha,INV-1,invoice,2024-01-10,2024-02-09,1000.00,CNY
1000,1122,C1,Alpha,INV-2,invoice,2024-03-05,2024-04-04,500.00,CNY
1000,1122,C2,Beta,INV-3,invoice,2024-02-15,2024-03-16,100.00,USD
2000,1121,C3,Gamma,BILL-1,bill,2024-03-01,2024-06-01,300.00,CNY
1000,1122,C1,Alpha,RV-1,receipt,2024-03-20,,-400.00,CNY
1000,1122,C1,Alpha,CN-1,credit note,2024-03-25,,-50.00,CNY
"""
ALLOCATIONS = """customer,from_document,to_document,amount,date
C1,RV-1,INV-1,400.00,2024-03-20
"""
# open at 31 March: INV-1 600, INV-2 500, CN-1 −50, BILL-1 300 → 1,350.00 CNY; INV-3 100.00 USD


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    (tmp_path / "d.csv").write_text(LEDGER)
    (tmp_path / "a.csv").write_text(ALLOCATIONS)
    return read(tmp_path / "d.csv", tmp_path / "a.csv", home="CNY")


def closed(reading: Reading, **options: object) -> Close:
    return close(reading, load_policy(), AS_OF, **options)  # type: ignore[arg-type]


def test_the_close_totals_are_those_of_the_open_items_by_currency(reading: Reading) -> None:
    made = closed(reading)
    assert made.totals() == {"CNY": 135_000, "USD": 10_000} == open_items(reading.book, AS_OF).totals
    assert (made.currency, made.other_currencies) == ("CNY", ("USD",))


def test_the_aging_of_the_close_is_the_measure_itself(reading: Reading) -> None:
    made = closed(reading)
    alone = aging(open_items(reading.book, AS_OF), edges=made.edges).rows()
    for row in alone:
        mine = next(
            r for r in made.aging.to_pylist() if (r["customer"], r["currency"]) == (row["customer"], row["currency"])
        )
        assert {k: mine[k] for k in ("total_minor", "overdue_minor", *made.buckets)} == {
            k: row[k] for k in ("total_minor", "overdue_minor", *made.buckets)
        }


def test_items_are_sorted_so_that_each_customer_of_a_currency_is_one_block(reading: Reading) -> None:
    keys = [(r["currency"], r["customer"]) for r in closed(reading).items.to_pylist()]
    assert len(set(keys)) == sum(a != b for a, b in zip([None, *keys], keys, strict=False))


def test_control_by_entity_account_and_currency_ties(reading: Reading, tmp_path: Path) -> None:
    control = tmp_path / "control.csv"
    control.write_text(
        "entity,account,currency,balance\n1000,1122,CNY,1050.00\n1000,1122,USD,100.00\n2000,1121,CNY,300.00\n"
    )
    made = closed(reading, control=read_control(control))
    assert made.ties is True
    assert [(x.account, x.currency, x.book_minor) for x in made.control] == [
        ("1122", "CNY", 105_000), ("1122", "USD", 10_000), ("1121", "CNY", 30_000),
    ]  # fmt: skip


def test_an_account_nobody_gave_a_figure_for_is_a_finding(reading: Reading) -> None:
    made = closed(reading, control=[Control("1000", "1122", "CNY", Decimal("1050"))])
    found = {f.check: f.en for f in made.findings}
    assert "is open, and the control figures given do not cover it" in found["control-missing"]
    assert "no-control" not in found
    assert (made.ties, made.needs_a_person) == (False, True)  # what was given is met; what was not given needs a person


def test_one_cent_on_one_account_is_told_with_both_figures(reading: Reading) -> None:
    made = closed(reading, control=[Control("1000", "1122", "CNY", Decimal("1050.01"))])
    text = next(f.en for f in made.findings if f.check == "control-differs")
    assert "open items 1,050.00 CNY, control 1,050.01 CNY, difference -0.01 CNY" in text
    assert made.needs_a_person


def test_one_amount_over_two_currencies_is_refused(reading: Reading) -> None:
    with pytest.raises(UsageError, match="2 currencies"):
        closed(reading, control=[Control(None, None, None, Decimal("1450"))])


def test_a_control_figure_with_more_decimals_than_its_currency_is_refused(reading: Reading) -> None:
    with pytest.raises(UsageError, match="more decimals"):
        closed(reading, control=[Control("1000", "1122", "CNY", Decimal("1050.001"))])


def test_one_reporting_currency_converts_each_item_and_the_sum_is_the_sum_of_items(reading: Reading) -> None:
    made = closed(reading, currency="CNY", rates=[Rate("USD", Decimal("7.1235"), AS_OF)])
    assert made.total_minor == 135_000 + 71_235  # 100.00 × 7.1235 = 712.35
    assert made.other_currencies == ()
    row = next(r for r in made.items.to_pylist() if r["document"] == "INV-3")
    assert (row["original_minor"], row["original_currency"], row["open_minor"]) == (10_000, "USD", 71_235)


def test_a_missing_rate_is_an_error_that_names_currency_and_day(reading: Reading) -> None:
    with pytest.raises(CurrencyError, match=r"4 documents are in CNY and no rate CNY → EUR on or before 2024-03-31"):
        closed(reading, currency="EUR", rates=[])


def test_an_old_rate_is_a_finding(reading: Reading) -> None:
    made = closed(reading, currency="CNY", rates=[Rate("USD", Decimal("7"), date(2024, 3, 1))])
    assert "30 days before 2024-03-31 (limit 5)" in next(f.en for f in made.findings if f.check == "old-rate")


def test_the_roll_forward_adds_up_in_every_column(reading: Reading) -> None:
    lines = {m.key: m for m in closed(reading).movement}
    for column in ("month_minor", "previous_minor", "year_minor"):
        inner = sum(getattr(m, column) for key, m in lines.items() if key not in ("opening", "closing"))
        assert getattr(lines["opening"], column) + inner == getattr(lines["closing"], column)
    # March: opening 1,000 + billed 500 + bill 300 − receipt 400 − credit note 50 = 1,350
    assert [lines[k].month_minor for k in ("opening", "billed", "receipts", "credit_notes", "closing")] == [
        100_000, 80_000, -40_000, -5_000, 135_000,
    ]  # fmt: skip


def test_the_trend_ends_with_the_close_and_begins_with_the_first_document(reading: Reading) -> None:
    trend = closed(reading).trend
    assert [p.on for p in trend] == [date(2024, 1, 31), date(2024, 2, 29), AS_OF]
    assert (trend[-1].open_minor, trend[-1].overdue_minor) == (135_000, 60_000)


def test_an_open_list_has_no_trend_and_no_roll_forward(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("customer,document,issue_date,due_date,amount\nC1,I1,2024-01-01,2024-02-01,5.00\n")
    made = closed(read(tmp_path / "o.csv", home="CNY"))
    assert (made.shape, made.trend, made.movement, made.previous_buckets) == ("open_items", (), (), {})
    assert all(line.days is None and line.why[0] for line in made.dso)


def test_a_running_account_is_paid_oldest_due_first_and_keeps_its_total(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(
        "customer,document,kind,issue_date,due_date,amount\n"
        "C1,I1,invoice,2024-01-01,2024-01-31,500.00\nC1,I2,invoice,2024-02-01,2024-03-02,500.00\n"
        "C1,R1,receipt,2024-02-10,,-700.00\n"
    )
    made = closed(read(tmp_path / "r.csv", home="CNY"))
    assert made.shape == "running_account"
    assert [(r["document"], r["open_minor"]) for r in made.items.to_pylist()] == [("I2", 30_000)]  # 1,000 − 700


def test_what_was_entered_later_does_not_change_the_close_as_it_was_known(tmp_path: Path) -> None:
    text = "customer,document,kind,issue_date,due_date,entry_date,amount\nC1,I1,invoice,2024-01-01,2024-01-31,2024-01-01,5.00\n"
    late = "C1,I2,invoice,2024-01-05,2024-01-31,2024-04-02,7.00\n"
    (tmp_path / "before.csv").write_text(text)
    (tmp_path / "after.csv").write_text(text + late)
    totals = [
        closed(read(tmp_path / n, home="CNY"), known_on=date(2024, 3, 31)).totals() for n in ("before.csv", "after.csv")
    ]
    assert totals == [{"CNY": 500}, {"CNY": 500}]


def test_rates_are_the_latest_on_or_before_the_day(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(
        "date,from,to,rate\n2024-02-29,USD,CNY,7.0\n2024-03-29,USD,CNY,7.1\n2024-04-30,USD,CNY,7.9\n2024-03-29,USD,EUR,0.9\n"
    )
    assert read_rates(path, "CNY", AS_OF) == (Rate("USD", Decimal("7.1"), date(2024, 3, 29)),)


def test_rates_without_a_currency_to_report_in_are_refused(reading: Reading) -> None:
    with pytest.raises(UsageError, match="--currency"):
        closed(reading, rates=[Rate("USD", Decimal(7), AS_OF)])


def test_the_overdue_list_counts_only_items_of_its_own_currency(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(
        "customer,document,issue_date,due_date,amount,currency\n"
        "C1,I1,2024-02-01,2024-03-21,100.00,CNY\nC1,I2,2022-10-01,2022-11-01,900.00,EUR\n"
    )
    made = closed(read(tmp_path / "o.csv"))
    assert made.overdue_top is not None
    row = made.overdue_top.to_pylist()[0]
    assert (row["currency"], row["oldest_days"], row["items"]) == ("CNY", 10, 1)  # 21 to 31 March


def test_a_converted_close_weighs_payments_in_the_reporting_currency(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        "customer,document,issue_date,due_date,paid_date,amount,currency\n"
        "C1,I1,2024-01-01,2024-01-31,2024-02-10,100.00,CNY\nC1,I2,2024-01-01,2024-01-31,2024-03-01,100.00,USD\n"
    )
    made = closed(read(tmp_path / "p.csv"), currency="CNY", rates=[Rate("USD", Decimal("7"), AS_OF)])
    dbt = next(m.value for m in made.measures if m.key == "dbt")
    assert dbt == pytest.approx((100 * 10 + 700 * 30) / 800)  # 10 days late on 100, 30 days late on 700


def test_a_policy_value_moves_the_window_of_simple_dso(tmp_path: Path) -> None:
    rows = "".join(f"C1,I{m},2024-0{m}-01,2024-0{m}-28,2024-12-31,{m}00.00\n" for m in (1, 2, 3))
    (tmp_path / "h.csv").write_text("customer,document,issue_date,due_date,paid_date,amount\n" + rows)
    reading = read(tmp_path / "h.csv", home="CNY")
    from creditlib.policy import standard_text

    text = standard_text()
    at = text.index("[[dso.window_months]]")
    (tmp_path / "policy.toml").write_text(text[:at] + text[at:].replace("value = 12", "value = 2", 1), encoding="utf-8")
    lines = {}
    for name, policy in (("standard", load_policy()), ("two", load_policy(tmp_path / "policy.toml"))):
        made = close(reading, policy, AS_OF)
        lines[name] = next(line for line in made.dso if line.method == "simple")
    assert (lines["standard"].sales_minor, lines["two"].sales_minor) == (60_000, 50_000)  # 100+200+300; 200+300


def test_the_terminal_ages_a_running_account_as_the_close_does(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "customer,document,kind,issue_date,due_date,amount\n"
        "C1,I1,invoice,2024-01-01,2024-01-31,500.00\nC1,I2,invoice,2024-02-01,2024-03-02,500.00\n"
        "C1,R1,receipt,2024-02-10,,-700.00\n"
    )
    reading = read(path, home="CNY")
    asked = Request([str(path)], "en", str(AS_OF)).items(reading, load_policy())
    assert aging(asked, edges=(30, 60), by=()).sums("CNY")["1-30"] == 30_000  # 1,000 − 700, 29 days late
    assert closed(reading).aging_total("CNY")["1-30"] == 30_000


def test_reading_and_closing_tell_each_stretch_of_work_as_it_begins(tmp_path: Path) -> None:
    files = (tmp_path / "d.csv", tmp_path / "a.csv")
    for path, text in zip(files, (LEDGER, ALLOCATIONS), strict=True):
        path.write_text(text)
    told: list[tuple[str, str]] = []
    made = read(*files, home="CNY", step=lambda name, about: told.append((name, about.rsplit("/", 1)[-1])))
    closed(made, step=lambda name, about: told.append((name, about)))
    assert told == [
        ("open", "d.csv"), ("rows", "d.csv"), ("open", "a.csv"), ("rows", "a.csv"), ("documents", "d.csv"), ("allocations", ""),
        ("beside", ""), ("items", ""), ("figures", ""), ("tables", ""), ("checks", ""),
    ]  # fmt: skip


def test_an_item_without_any_date_stands_in_the_last_bucket_and_has_no_days(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("customer,document,due date,amount\nC1,I-1,,5\nC1,I-2,2024-03-30,7\n")
    made = closed(read(tmp_path / "d.csv", home="CNY"))
    items = {row["document"]: row for row in made.items.to_pylist()}
    assert (items["I-1"]["bucket"], items["I-1"]["due_on"], items["I-1"]["days_past_due"]) == ("365+", None, None)
    assert items["I-2"]["days_past_due"] == 1
    assert made.overdue_top is not None
    assert made.overdue_top.select(["overdue_minor", "oldest_days", "items"]).to_pylist() == [
        {"overdue_minor": 1200, "oldest_days": None, "items": 2}
    ]
    path = write_workbook(made, tmp_path / "close.xlsx", lang="en")
    cells = [
        value for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows(values_only=True) for value in row
    ]
    assert max(value for value in cells if isinstance(value, int | float)) < 100_000  # no day number of no day
    assert not [value for value in cells if value == "#VALUE!"]
