"""From a review to a request in the record: figures, exceptions, evidence; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from world import World

from creditlib.decisions.release.limits import limits_in_force
from creditlib.errors import RefusedError, UsageError
from creditlib.facts.book import Book
from creditlib.facts.lists.events import append_events
from creditlib.facts.reading import Reading
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.facts.tables import EVENTS, build
from creditlib.flows.asking import Asked, Wish, asking, exceptions_of, request_limit
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.evidence import compare_file, evidence, record_file
from creditlib.flows.recorded import book_with, with_limits
from creditlib.flows.review import review
from creditlib.policy import load_policy
from creditlib.policy.draft import draft
from creditlib.record.approvals import decide, withdraw
from creditlib.record.looking import rows_of
from creditlib.record.standing import Limit, every_limit, in_force, limit_on, pending
from creditlib.record.verify import verify

POLICY = load_policy()
DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), POLICY, SAMPLE_END)


def proposed(whole: Assessment, *, high: bool = False) -> str:
    """A customer with a limit proposed, the lowest or highest own risk, nothing stale in its file."""
    rows = [r for r in whole.limits.rows() if r["limit_minor"] and r["currency"] == "CNY" and r["grade"] in ("A", "B")]
    fit = [r for r in rows if all(p.state != "stale" for p in review(whole, r["customer"]).parts)]
    name: str = sorted(fit, key=lambda r: r["group_own_minor"])[-1 if high else 0]["customer"]
    return name


def approved(firm: World, done: Asked) -> None:
    for who in ("dan", "eve", "fay", "bob", "cy"):
        if decide(firm.open(who), done.entry.seq, "approve", "new_customer", POLICY).body.get("outcome"):
            return
    raise AssertionError("nobody may decide it")


def test_a_request_carries_the_figures_of_the_review_and_the_file_it_stands_on(firm: World, whole: Assessment) -> None:
    customer = proposed(whole)
    made = review(whole, customer)
    done = request_limit(firm.open("ann"), whole, customer, Wish("yearly_review", text="unchanged"))
    (row,) = pending(firm.open(), DAY)
    assert (row.customer, row.amount_minor, row.proposed_minor) == (
        customer,
        made.limit.limit_minor,
        made.limit.limit_minor,
    )
    assert (row.own_risk_minor, row.home, row.grade) == (made.limit.figures["group_own_minor"], "CNY", made.score.grade)
    assert (row.exceptions, row.policy) == ((), f"standard@{POLICY.fingerprint}")
    (version,) = rows_of(firm.open(), "files", customer=customer)
    assert done.entry.body["file"] == version["digest"] == evidence(whole, made).digest
    assert (version["version"], version["grade"], version["score"]) == (1, made.score.grade, made.score.score)
    assert {"figures", "table documents"} <= version["parts"].keys()
    assert verify(firm.open()).good


def test_the_approval_of_a_request_puts_the_limit_in_force_and_assessments_take_it(
    firm: World, whole: Assessment
) -> None:
    customer = proposed(whole)
    done = request_limit(firm.open("ann"), whole, customer, Wish("new_customer", 345_00))
    assert limit_on(firm.open(), customer, DAY) is None
    decide(firm.open("bob"), done.entry.seq, "approve", "new_customer", POLICY)
    book = book_with(sample_book(), every_limit(firm.open()))
    later = assess(book, POLICY, DAY)
    held = later.limits_set[customer]
    assert held is not None
    assert (held.minor, held.currency, held.on) == (345_00, "CNY", DAY)
    assert review(later, customer).limit_set == held


def test_what_departs_from_the_policy_is_told_by_the_figures(whole: Assessment) -> None:
    row = next(
        r
        for r in whole.limits.rows()
        if r["grade_cap_minor"] is not None and r["limit_minor"] and r["currency"] == "CNY"
    )
    made = review(whole, row["customer"])
    cap = row["grade_cap_minor"]
    assert "over_cap" not in exceptions_of(whole, made, cap, 0)
    assert "over_cap" in exceptions_of(whole, made, cap + 1, 0)
    capacity = whole.limits.values["capacity"].minor
    assert "over_capacity" not in exceptions_of(whole, made, 1, capacity)
    assert "over_capacity" in exceptions_of(whole, made, 1, capacity + 1)
    assert exceptions_of(whole, made, 0, capacity + 1) == ()  # no credit departs from nothing
    words = {"hard_stop": "stop", "no_score": "refer"}
    for word, outcome in words.items():
        customer = next(r["customer"] for r in whole.scores.rows() if r["outcome"] == outcome)
        assert word in exceptions_of(whole, review(whole, customer), 1, 0)
    stale = next(
        r["customer"]
        for r in whole.scores.rows()
        if any(p.state == "stale" for p in review(whole, r["customer"]).parts)
    )
    assert "stale_file" in exceptions_of(whole, review(whole, stale), 1, 0)


def test_more_than_proposed_is_recorded_as_an_exception_and_its_approval_as_an_override(
    firm: World, whole: Assessment
) -> None:
    customer = proposed(whole)
    amount = review(whole, customer).limit.limit_minor
    assert amount is not None
    done = request_limit(firm.open("ann"), whole, customer, Wish("strategic", amount + 1))
    assert done.entry.body["exceptions"] == ["above_proposal"]
    decide(firm.open("dan"), done.entry.seq, "approve", "strategic", POLICY)
    assert [vote["override"] for vote in rows_of(firm.open(), "votes")] == [1]


def test_without_a_proposal_an_amount_must_be_given(firm: World, whole: Assessment) -> None:
    customer = next(r["customer"] for r in whole.limits.rows() if r["limit_minor"] is None)
    with pytest.raises(UsageError, match=r"proposes no limit.*\[no-proposal\]"):
        request_limit(firm.open("ann"), whole, customer, Wish("new_customer"))
    asked = asking(whole, review(whole, customer), Wish("new_customer", 1_00))
    assert (asked.proposed_minor, asked.amount_minor) == (None, 1_00)


def test_an_auditor_asks_for_nothing_and_leaves_no_file_behind(firm: World, whole: Assessment) -> None:
    customer = proposed(whole)
    with pytest.raises(Exception, match=r"reads everything|lacks the right"):
        request_limit(firm.open("gus"), whole, customer, Wish("new_customer"))
    assert rows_of(firm.open(), "files") == ()


def test_a_request_that_is_refused_leaves_no_version_of_the_file(firm: World, whole: Assessment) -> None:
    customer = proposed(whole)
    request_limit(firm.open("ann"), whole, customer, Wish("new_customer", 1_00))
    other = assess(sample_book(), POLICY, date(2026, 9, 30))
    with pytest.raises(RefusedError, match="is open until"):
        request_limit(firm.open("abe"), other, customer, Wish("new_customer", 1_00))
    with pytest.raises(UsageError, match="because"):
        request_limit(firm.open("abe"), other, "C-7003", Wish("because", 1_00))
    assert [(row["customer"], row["version"]) for row in rows_of(firm.open(), "files")] == [(customer, 1)]


def test_the_same_data_are_the_same_version_and_other_data_another(firm: World, whole: Assessment) -> None:
    customer = proposed(whole)
    store = firm.open("ann")
    first = record_file(store, whole, review(whole, customer))
    again = record_file(store, assess(sample_book(), POLICY, SAMPLE_END), review(whole, customer))
    assert (first.version, first.new, again.version, again.new) == (1, True, 1, False)
    other = assess(sample_book(), POLICY, date(2026, 9, 30))
    third = record_file(store, other, review(other, customer))
    assert (third.version, third.new) == (2, True)
    assert third.digest != first.digest


def test_the_record_wins_over_the_book_and_both_are_told(firm: World, whole: Assessment) -> None:
    firm.now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    told = [name for name, limit in whole.limits_set.items() if limit is not None]
    customer = next(c for c in told if (made := review(whole, c)).score.outcome == "scored" and made.currency == "CNY")
    reading = Reading(sample_book(), (), "documents_with_allocations", (), (), None)
    alone = with_limits(reading, firm.open(), SAMPLE_END, "CNY")
    assert [(f.check, f.count) for f in alone.findings] == [("limit-not-approved", len(told))]
    done = request_limit(firm.open("ann"), whole, customer, Wish("new_customer", 1_00, until_on=SAMPLE_END))
    approved(firm, done)
    both = with_limits(reading, firm.open(), SAMPLE_END, "CNY")
    assert [f.check for f in both.findings] == ["limit-record-wins", "limit-not-approved"]
    book = whole.limits_set[customer]
    assert book is not None
    assert "1.00 CNY" in both.findings[0].en
    assert f"{book.minor // 100:,}" in both.findings[0].en
    held = assess(both, POLICY, SAMPLE_END).limits_set[customer]
    assert held is not None
    assert held.minor == 1_00
    after = with_limits(reading, firm.open(), date(2026, 11, 1), "CNY")
    assert "none in force" in after.findings[0].en  # ended: the book's does not come back
    assert assess(after, POLICY, date(2026, 11, 1)).limits_set.get(customer) is None


def test_a_limit_replaced_never_comes_back(firm: World, whole: Assessment) -> None:
    customer = proposed(whole)
    for amount, first, last in ((300_00, None, None), (200_00, date(2027, 1, 1), date(2027, 3, 31))):
        done = request_limit(firm.open("ann"), whole, customer, Wish("season", amount, first, last))
        decide(firm.open("bob"), done.entry.seq, "approve", "season", POLICY)
    book = book_with(replace(sample_book(), events=None), every_limit(firm.open()))
    for on, expected in (
        (date(2026, 12, 31), 300_00),
        (date(2027, 1, 1), 200_00),
        (date(2027, 3, 31), 200_00),
        (date(2027, 4, 1), None),
    ):
        held = assess(book, POLICY, on).limits_set.get(customer)
        assert (held.minor if held else None) == expected
        there = limit_on(firm.open(), customer, on)
        assert (there.amount_minor if there else None) == expected


def test_a_limit_that_begins_before_one_approved_earlier_ends_where_that_one_begins() -> None:
    """Step 2 is to begin in December; step 3, approved after it, runs in November: the book says on every day what the record says."""
    steps = [
        Limit("C1", 500_00, "CNY", date(2026, 10, 1), None, 1, 1, 2),
        Limit("C1", 300_00, "CNY", date(2026, 12, 1), None, 2, 3, 4),
        Limit("C1", 400_00, "CNY", date(2026, 11, 22), date(2026, 11, 25), 3, 5, 6),
    ]
    book = book_with(Book(), steps)
    for day in range(90):
        on = date(2026, 9, 25) + timedelta(days=day)
        held, there = limits_in_force(book, on, "CNY").get("C1"), in_force(steps, on)
        assert (held.minor if held else None) == (there.amount_minor if there else None), on


def test_the_book_s_own_limit_holds_until_the_first_one_by_approval_begins() -> None:
    rows = {"on": [date(2026, 1, 1)], "known_on": [date(2026, 1, 1)], "customer": ["C1"], "event": ["limit_set"], "currency": ["CNY"],
            "amount_minor": [700_00], "until": [None]}  # fmt: skip
    told = append_events(Book(), build(EVENTS, {"id": [0], **rows}, 1))
    book = book_with(told, [Limit("C1", 500_00, "CNY", date(2026, 11, 22), None, 1, 1, 2)])
    seen = {on: held.minor for on in (date(2026, 10, 31), date(2026, 11, 21), date(2026, 11, 22))
            if (held := limits_in_force(book, on, "CNY")["C1"]) is not None}  # fmt: skip
    assert seen == {date(2026, 10, 31): 700_00, date(2026, 11, 21): 700_00, date(2026, 11, 22): 500_00}


def group_of_two(whole: Assessment) -> tuple[str, str]:
    """Two members of one group, both with figures in the home currency."""
    rows = [r for r in whole.limits.rows() if r["currency"] == "CNY"]
    return next((a["customer"], b["customer"]) for a, b in combinations(rows, 2) if a["group"] == b["group"])


def test_what_the_record_promised_to_the_group_counts_whenever_it_begins(firm: World, whole: Assessment) -> None:
    one, other = group_of_two(whole)
    alone = request_limit(firm.open("ann"), whole, other, Wish("season", 10_00)).entry.body["own_risk_minor"]
    withdraw(firm.open("ann"), rows_of(firm.open(), "requests", customer=other)[-1]["seq"])
    done = request_limit(firm.open("ann"), whole, one, Wish("season", 600_000_00, date(2027, 6, 1)))
    waits = request_limit(firm.open("ann"), whole, other, Wish("season", 10_00))
    assert waits.entry.body["own_risk_minor"] > 600_000_00 > alone  # asked for, not decided
    withdraw(firm.open("ann"), waits.entry.seq)
    approved(firm, done)
    later = request_limit(
        firm.open("ann"), whole, other, Wish("season", 10_00)
    ).entry.body  # approved, begins next year
    assert later["own_risk_minor"] == waits.entry.body["own_risk_minor"]
    assert later["role"] == "committee"


def test_after_the_approval_the_same_files_are_still_the_same_version(firm: World, whole: Assessment) -> None:
    customer = proposed(whole)
    approved(firm, request_limit(firm.open("ann"), whole, customer, Wish("new_customer", 1_00)))
    reading = Reading(sample_book(), (), "documents_with_allocations", (), (), None)
    after = assess(with_limits(reading, firm.open(), SAMPLE_END, "CNY"), POLICY, SAMPLE_END)
    assert compare_file(firm.open(), after, customer).differs == ()


def test_who_decides_by_a_stricter_policy_does_not_approve_by_the_asker_s(firm: World, whole: Assessment) -> None:  # fmt: skip
    strict = draft(POLICY, {"approval.manager_quorum": 3}, date(2026, 9, 1), "minute 9")
    customer = proposed(whole)
    done = request_limit(firm.open("ann"), whole, customer, Wish("season"))
    assert (done.entry.body["role"], done.entry.body["quorum"]) == ("manager", 1)
    with pytest.raises(RefusedError, match=r"written by policy standard@.* for manager × 1; .* needs manager × 3"):
        decide(firm.open("bob"), done.entry.seq, "approve", "season", strict)
    assert decide(firm.open("cy"), done.entry.seq, "reject", "season", POLICY).body["outcome"] == "rejected"
    assert [row["why"] for row in rows_of(firm.open(), "refusals")] == ["weaker-policy"]
