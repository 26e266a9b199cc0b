"""Payment terms: what each text means, the edges of months and cents, and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlib.errors import TermsError
from creditlib.terms import (
    Delay,
    Discount,
    DueDate,
    Instalment,
    MonthRule,
    Terms,
    due_dates,
    due_on,
    parse_terms,
    schedule,
    statement_month,
)

NET = {  # text → days after which event
    "net 30": (30, "invoice"),
    "30 days": (30, "invoice"),
    "n/30": (30, "invoice"),
    "15 Days": (15, "invoice"),
    "Net 30 days from delivery": (30, "shipment"),
    "30 days after receipt of invoice": (30, "invoice_receipt"),
    "账期30天": (30, "invoice"),
    "开票后30天": (30, "invoice"),
    "due on receipt": (0, "invoice"),
    "immediate payment": (0, "invoice"),
    "prepaid": (0, "invoice"),
    "预付": (0, "invoice"),
    "prepaid/预付": (0, "invoice"),
    "款到发货": (0, "invoice"),
    "COD": (0, "shipment"),
    "货到付款": (0, "shipment"),
    "票到7": (7, "invoice_receipt"),
    "票到30天": (30, "invoice_receipt"),
    "收到发票后30天内付款": (30, "invoice_receipt"),
    "货到45天": (45, "shipment"),
    "签收后10日": (10, "acceptance"),
    "验收后30天": (30, "acceptance"),
    "自验收合格之日起60日内付款": (60, "acceptance"),
}


@pytest.mark.parametrize("text", NET)
def test_text_reads_as_days_after_the_event_it_names(text: str) -> None:
    (line,) = parse_terms(text).instalments
    assert (line.part, line.delay, line.event) == ("rest", Delay(days=NET[text][0]), NET[text][1])


@pytest.mark.parametrize(
    ("text", "due"),
    [  # all from 2026-01-31
        ("EOM", date(2026, 1, 31)),
        ("30 EOM", date(2026, 2, 28)),
        ("30 days EOM", date(2026, 2, 28)),
        ("EOM+60", date(2026, 3, 31)),
        ("End of Following Month", date(2026, 2, 28)),
        ("次月底", date(2026, 2, 28)),
        ("次月10日", date(2026, 2, 10)),
        ("月结30天", date(2026, 2, 28)),
        ("月结60", date(2026, 3, 31)),
        ("月结2个月", date(2026, 3, 31)),
        ("月结45天", date(2026, 3, 17)),  # no multiple of 30: 31 January + 45 = 28 + 17 March
        ("90 days, on the 10th", date(2026, 6, 10)),  # 31 January + 90 = 1 May; the 10th of the month after
    ],
)
def test_month_terms_from_the_last_of_january(text: str, due: date) -> None:
    assert due_on(parse_terms(text), date(2026, 1, 31)) == due


def test_rule_days_counts_the_days_after_the_month_end() -> None:
    assert due_on(parse_terms("月结30天", rule="days"), date(2026, 1, 31)) == date(2026, 3, 2)  # 28 February days + 2
    assert due_on(parse_terms("30 days EOM", rule="days"), date(2024, 1, 31)) == date(2024, 3, 1)  # leap: 29 + 1


@pytest.mark.parametrize(
    ("rule", "due"),
    [(None, date(2026, 3, 30)), ("days", date(2026, 3, 30)), ("months", date(2026, 3, 31))],
)
def test_cut_off_moves_the_statement_month_and_the_days_rule_follows(rule: MonthRule | None, due: date) -> None:
    # 26 January is after the 25th: statement month February; 28 February + 30 days = 30 March, + 1 month = 31 March
    assert due_on(parse_terms("月结30天 25日截止", rule=rule), date(2026, 1, 26)) == due


@pytest.mark.parametrize(
    "text", ["月结30天，25号截止", "月结30天（每月25日截止）", "月结30 cut-off 25", "30 days EOM, cutoff 25th"]
)
def test_cut_off_is_read_in_every_place_people_write_it(text: str) -> None:
    assert parse_terms(text) == parse_terms("月结30天 25日截止")


def test_the_cut_off_day_itself_still_belongs_to_its_month() -> None:
    # 25 January: statement month January; 31 January + 30 days = 2 March
    assert due_on(parse_terms("月结30天 25日截止"), date(2026, 1, 25)) == date(2026, 3, 2)


@pytest.mark.parametrize("cutoff", [28, 29, 30, 31])
def test_a_cut_off_past_the_end_of_a_short_month_means_its_last_day(cutoff: int) -> None:
    assert statement_month(date(2026, 2, 28), cutoff) == date(2026, 2, 1)
    assert statement_month(date(2026, 12, 31), cutoff) == date(
        2026 if cutoff == 31 else 2027, 1 if cutoff < 31 else 12, 1
    )


def test_the_cut_off_applies_to_the_month_part_beside_a_prepaid_part() -> None:
    terms = parse_terms("30% 预付, 70% 月结30天 25日截止")
    assert [due.on for due in due_dates(terms, date(2026, 1, 26))] == [date(2026, 1, 26), date(2026, 3, 30)]


def test_leap_day_and_month_ends() -> None:
    assert due_on(parse_terms("net 30"), date(2024, 1, 30)) == date(2024, 2, 29)
    assert due_on(parse_terms("月结30"), date(2024, 1, 31)) == date(2024, 2, 29)
    assert due_on(parse_terms("月结360"), date(2024, 2, 29)) == date(2025, 2, 28)  # 12 months
    assert Delay(months=1).after(date(2024, 1, 31)) == date(2024, 2, 29)
    assert Delay(months=1, day=31).after(date(2024, 2, 29)) == date(2024, 3, 31)


def test_a_time_of_day_is_dropped() -> None:
    on = due_on(parse_terms("net 1"), datetime(2024, 2, 28, 23, 59))
    assert (on, type(on)) == (date(2024, 2, 29), date)


@pytest.mark.parametrize(
    "text", ["2/10 net 30", "2/10NET30", "2/10, n/30", "2% 10 days, net 30", "２／１０ ｎｅｔ ３０"]
)
def test_early_discount_is_read_with_its_share_and_days(text: str) -> None:
    assert parse_terms(text) == Terms((Instalment(delay=Delay(days=30)),), Discount(Decimal("0.02"), 10))


def test_discount_of_an_odoo_name() -> None:
    assert parse_terms("2/7 Net 30").discount == Discount(Decimal("0.02"), 7)


@pytest.mark.parametrize("text", ["30% 预付, 70% 60天", "30% now, 70% 60 days", "３０％预付，７０％６０天"])
def test_percentages_on_every_part_are_shares(text: str) -> None:
    first, second = parse_terms(text).instalments
    assert (first.part, first.share, first.delay) == ("share", Decimal("0.3"), Delay())
    assert (second.part, second.share, second.delay) == ("share", Decimal("0.7"), Delay(days=60))


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("30% Now, Balance 60 Days", "invoice"),
        ("30% now, balance due in 60 days", "invoice"),
        ("预付30%+票到60天", "invoice_receipt"),
        ("预付30%，余款货到60天付款", "shipment"),
    ],
)
def test_a_last_part_without_percentage_takes_the_rest(text: str, event: str) -> None:
    first, second = parse_terms(text).instalments
    assert (first.part, first.share) == ("share", Decimal("0.3"))
    assert (second.part, second.event, second.delay) == ("rest", event, Delay(days=60))
    # 30 % of 0.05 = 0.015 → 0.02, the rest 0.03
    assert [minor for _, minor in schedule(parse_terms(text), 5, date(2024, 1, 1))] == [2, 3]


@pytest.mark.parametrize(
    "text", ["(停用) 月结30天", "（停用）月结３０天", "【已停用】月结 30 天", " 月结30天。", "月结(30天)", "月结：30天"]
)
def test_prefix_full_width_signs_and_blanks_do_not_change_a_term(text: str) -> None:
    assert parse_terms(text) == parse_terms("月结30天")
    assert parse_terms(text).text == text


def test_missing_event_date_is_provisional_and_counts_from_the_invoice() -> None:
    terms, invoice_on = parse_terms("验收后30天"), date(2024, 1, 1)
    provisional = DueDate(date(2024, 1, 31), "acceptance", True)
    assert due_dates(terms, invoice_on) == (provisional,)
    assert due_dates(terms, {"invoice": invoice_on, "acceptance": None}) == (provisional,)
    known = due_dates(terms, {"invoice": invoice_on, "acceptance": date(2024, 1, 11)})
    assert known == (DueDate(date(2024, 2, 10), "acceptance", False),)  # 20 of January + 10


def test_a_known_event_needs_no_invoice_date() -> None:
    assert due_on(parse_terms("货到45天"), {"shipment": date(2024, 1, 1)}) == date(2024, 2, 15)  # 30 of January + 15


def test_no_date_at_all_is_refused() -> None:
    with pytest.raises(TermsError, match="term-date"):
        due_on(parse_terms("货到45天"), {"acceptance": date(2024, 1, 1)})


def test_due_on_of_several_instalments_is_the_latest() -> None:
    assert due_on(parse_terms("30% 60 days, 70% now"), date(2024, 1, 1)) == date(2024, 3, 1)


def test_one_cent_stays_whole_and_later_lines_are_zero() -> None:
    halves = parse_terms("50% now, 50% 30 days")
    assert [minor for _, minor in schedule(halves, 1, date(2024, 1, 1))] == [1, 0]  # 0.5 → 1, nothing left
    quarters = parse_terms("25% now, 25% 30 days, 25% 60 days, 25% 90 days")
    assert [minor for _, minor in schedule(quarters, 2, date(2024, 1, 1))] == [1, 1, 0, 0]  # never below nothing


def test_thirds_leave_the_remainder_on_the_last_line() -> None:
    thirds = parse_terms("33.33% now, 33.33% 30 days, balance 60 days")
    assert [minor for _, minor in schedule(thirds, 100_00, date(2024, 1, 1))] == [33_33, 33_33, 33_34]


def test_credit_note_gets_the_same_lines_with_a_minus_sign() -> None:
    halves = parse_terms("50% now, 50% 30 days")
    assert [minor for _, minor in schedule(halves, -3, date(2024, 1, 1))] == [-2, -1]


def test_fixed_amount_above_what_is_left_takes_what_is_left() -> None:
    terms = Terms((Instalment("fixed", fixed_minor=500), Instalment("rest", Delay(days=30))))
    assert [minor for _, minor in schedule(terms, 300, date(2024, 1, 1))] == [300, 0]


@given(
    st.lists(st.integers(1, 100), min_size=1, max_size=6).filter(lambda parts: sum(parts[:-1]) < 100),
    st.integers(-(10**15) + 1, 10**15 - 1),
)
def test_lines_tie_to_the_total_and_none_has_the_wrong_sign(parts: list[int], total: int) -> None:
    shares = tuple(Instalment("share", share=Decimal(part) / 100) for part in parts[:-1])
    amounts = [minor for _, minor in schedule(Terms((*shares, Instalment())), total, date(2024, 1, 1))]
    assert sum(amounts) == total
    assert all(amount * total >= 0 for amount in amounts)


@pytest.mark.parametrize(
    "text", ["NT30", "NT6C", "NT3G", "NT0A", "ZN04", "P001", "Y001", "0001", "NAA8", "30", "(停用) NT45"]
)
def test_a_code_is_never_read_by_its_digits(text: str) -> None:
    with pytest.raises(TermsError, match="term-code") as error:
        parse_terms(text)
    assert "term-code table" in error.value.en
    assert "代码表" in error.value.zh


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "abc",
        "网上",
        "月结",
        "60日",
        "30%",
        "0% now, balance 30 days",
        "150% now",
        "2/10 EOM",
        "三十天",
        "-30 days",
        "货、票到30天",
        "货到45天/票到30天",
        "货到30天/月结30天",
        "30% 70% now",
        "入帐后30天",
        "1000000 days",
        "30 EOM 30",
    ],
)
def test_text_without_one_clear_meaning_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(TermsError, match="term-text") as error:
        parse_terms(text)
    assert f'payment term "{text}"' in error.value.en
    assert f"付款条件“{text}”" in error.value.text("zh")


@pytest.mark.parametrize(
    ("text", "sum_shown"),
    [
        ("预付30%", "30 %"),
        ("50% now, 60% 30 days", "50 % + 60 % = 110 %"),
        ("33% now, 33% 30 days, 33% 60 days", "33 % + 33 % + 33 % = 99 %"),
        ("100% now, balance 30 days", "100 %"),
        ("余款30天, 预付30%", "30 %"),
        ("预付30%+货到30天+票到60天", "30 %"),
    ],
)
def test_shares_that_are_not_100_percent_are_refused_with_their_sum(text: str, sum_shown: str) -> None:
    with pytest.raises(TermsError, match="term-shares") as error:
        parse_terms(text)
    assert f"the shares are {sum_shown}." in error.value.en
    assert f"各期比例为 {sum_shown}。" in error.value.zh


@given(
    st.lists(
        st.sampled_from([*"0239%/,+ ;()", "天", "月结", "票到", "预付", "余款", "net", "eom", "日截止"]), max_size=9
    )
)
def test_any_text_is_a_term_that_ties_or_a_terms_error(pieces: list[str]) -> None:
    try:
        terms = parse_terms("".join(pieces))
    except TermsError:
        return
    assert sum(minor for _, minor in schedule(terms, 101, date(2024, 2, 29))) == 101


@pytest.mark.parametrize("text", ["2/40 net 30", "2/10 net 30 EOM", "0/10 net 30", "2/10 net 30 days from delivery"])
def test_a_discount_outside_the_days_from_the_invoice_is_refused(text: str) -> None:
    with pytest.raises(TermsError, match="term-discount"):
        parse_terms(text)


def test_a_cut_off_beside_plain_days_is_refused() -> None:
    with pytest.raises(TermsError, match="term-cutoff"):
        parse_terms("30天 25日截止")


@pytest.mark.parametrize("cutoff", ["月结30天 32日截止", "月结30天 0日截止", "99 days, on the 32nd"])
def test_days_of_the_month_outside_1_to_31_are_refused(cutoff: str) -> None:
    with pytest.raises(TermsError, match="must be 1–31"):
        parse_terms(cutoff)


def test_lines_built_by_hand_are_checked_too() -> None:
    with pytest.raises(TermsError, match="days is -1, must be ≥ 0"):
        Delay(days=-1)
    with pytest.raises(TermsError, match="term-shares"):
        Instalment("fixed")
    with pytest.raises(TermsError, match="term-shares"):
        Instalment("rest", share=Decimal("0.5"))
    with pytest.raises(TermsError, match="term-shares"):
        Terms(())
    with pytest.raises(TermsError, match="term-shares"):
        Terms((Instalment(), Instalment("fixed", fixed_minor=1)))  # the rest must come last


def test_a_due_date_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(TermsError, match="beyond the year 9999"):
        due_on(parse_terms("net 30"), date(9999, 12, 31))
    with pytest.raises(TermsError, match="beyond the year 9999"):
        due_on(parse_terms("月结30天 25日截止"), date(9999, 12, 31))
