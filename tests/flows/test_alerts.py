"""Alerts: each tells what the engine it comes from tells, in order of weight, and a policy draft moves them as a new assessment would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from creditlib.decisions.release.decide import Order, release
from creditlib.decisions.release.orders import release_orders
from creditlib.errors import Lang
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.alert_rows import OVERDUE_VALUES
from creditlib.flows.alert_sources import SOURCES
from creditlib.flows.alerts import Alert
from creditlib.flows.assess import assess
from creditlib.flows.close import close
from creditlib.flows.portfolio import Portfolio
from creditlib.flows.review import review
from creditlib.policy import load_policy
from creditlib.policy.draft import draft
from tests.decisions.release_books import DAY, book, late

POLICY = load_policy()
_DONE = {"hold": "held", "refer": "referred"}
LANGS: tuple[Lang, Lang] = ("en", "zh")


@pytest.fixture(scope="module")
def sample() -> Portfolio:
    return Portfolio(assess(sample_book(), POLICY, SAMPLE_END))


def every(whole: Portfolio) -> tuple[Alert, ...]:
    return whole.alerts.page(0, len(whole.alerts))


def told(given: Any, **changes: Any) -> list[tuple[str, str, int | None]]:
    policy = draft(POLICY, changes, DAY, "minute 1") if changes else POLICY
    return [(a.kind, a.customer, a.amount_minor) for a in every(Portfolio(assess(given, policy, DAY)))]


def test_over_the_limit_within_tolerance_and_no_limit_by_hand() -> None:
    # limits of 1,000.00, tolerance 5 %: 1,100.00 is 100.00 over; 1,040.00 stays within 1,050.00; C3 has none
    given = book(
        documents=[{"customer": c, "amount_minor": m} for c, m in (("C1", 110_000), ("C2", 104_000), ("C3", 7_000))],
        limits={"C1": 100_000, "C2": 100_000},
    )  # fmt: skip
    assert told(given) == [("over-limit", "C1", 10_000), ("no-limit", "C3", 7_000), ("within-tolerance", "C2", 4_000)]


def test_overdue_that_holds_begins_a_day_and_a_cent_beyond_the_policy() -> None:
    # more than 15 days, more than 1,000.00
    given = book(
        documents=[late(16, 100_001, customer="C1"), late(15, 900_000, customer="C2"), late(16, 100_000, customer="C3")],
        limits={"C1": 10**9, "C2": 10**9, "C3": 10**9},
    )  # fmt: skip
    assert told(given) == [("overdue-held", "C1", 100_001)]
    assert told(given, **{"release.overdue_days": 14}) == [
        ("overdue-held", "C2", 900_000),
        ("overdue-held", "C1", 100_001),
    ]


def test_a_limit_that_ended_and_one_to_review() -> None:
    ended = {"amount_minor": 50_000, "until": DAY - timedelta(1)}
    old = {"amount_minor": 50_000, "on": DAY - timedelta(800)}
    given = book(
        documents=[{"customer": c, "amount_minor": 1_000} for c in ("C1", "C2")], limits={"C1": ended, "C2": old}
    )
    assert told(given) == [("limit-ended", "C1", 1_000), ("review-due", "C2", 50_000)]


def test_every_alert_has_a_title_a_text_and_what_to_do_in_both_languages(sample: Portfolio) -> None:
    assert set(SOURCES) >= {"limits", "overdue", "grades"}
    for alert in every(sample):
        for lang in LANGS:
            assert alert.title(lang)
            assert "{" not in alert.text(lang)
        assert alert.title("en") != alert.title("zh")


def test_what_must_be_acted_on_comes_first_and_the_largest_of_a_kind_first(sample: Portfolio) -> None:
    alerts = every(sample)
    assert [a.severity for a in alerts] == sorted((a.severity for a in alerts), key=lambda s: s != "must_act")
    home = [a.amount_minor or 0 for a in alerts if a.kind == "overdue-held" and a.currency == "CNY"]
    assert home == sorted(home, reverse=True)
    assert len(home) > 5
    assert sum(sum(pair) for pair in sample.alerts.counts.values()) == len(alerts)


def test_who_is_over_or_held_is_who_a_release_would_hold(sample: Portfolio) -> None:
    whole = sample.whole
    kinds = {"over-limit": "release.over-limit", "overdue-held": "release.overdue", "no-limit": "release.no-limit"}
    alerts = every(sample)
    for kind, code in kinds.items():
        mine = {alert.customer for alert in alerts if alert.kind == kind}
        for row in whole.table.rows():
            if row["exposure_minor"] <= 0 and row["open_minor"] <= 0:
                continue
            asked = Order(row["customer"], row["currency"], 1)
            decided = release(asked, whole.book, POLICY, SAMPLE_END)
            codes = {reason.code for reason in decided.reasons}
            if row["customer"] in mine:
                assert code in codes, (kind, row["customer"])


def test_a_grade_that_fell_is_what_both_reviews_say(sample: Portfolio) -> None:
    fell = [alert for alert in every(sample) if alert.kind == "grade-fell"]
    assert fell
    for alert in fell:
        now = review(sample.whole, alert.customer).score
        before = review(assess(sample.whole.book, POLICY, alert.facts["on"]), alert.customer).score
        assert (now.grade, now.score) == (alert.facts["now"], alert.facts["score"])
        assert (before.grade, before.score) == (alert.facts["was"], alert.facts["before"])


def test_orders_held_or_to_approve_are_those_of_the_release(sample: Portfolio) -> None:
    whole = sample.whole
    rows = release_orders(whole.book, POLICY, SAMPLE_END).rows()
    wanted = {
        (r["customer"], r["order"], f"order-{_DONE[r['outcome']]}", r["order_minor"])
        for r in rows
        if r["outcome"] != "release"
    }
    mine = [alert for alert in every(sample) if alert.kind in ("order-held", "order-referred")]
    assert {(a.customer, a.facts["order"], a.kind, a.amount_minor) for a in mine} == wanted
    codes = {r["order"]: r["reasons"].split(";") for r in rows}
    for alert in mine:
        assert len(alert.facts["why"][0].split(", ")) == len(codes[alert.facts["order"]])


def test_parts_of_the_credit_file_that_are_out_of_date_are_the_review_s(sample: Portfolio) -> None:
    told = {alert.customer: alert for alert in every(sample) if alert.kind == "file-stale"}
    assert told
    for row in sample.whole.table.rows():
        made = review(sample.whole, row["customer"])
        old = [part for part in made.parts if part.state in ("stale", "expired") and part.part != "ledger"]
        if row["customer"] in told:
            text = told[row["customer"]].text("en")
            assert all(f"{part.until_on if part.state == 'expired' else part.latest_on}" in text for part in old)
        else:
            assert not old or row["exposure_minor"] <= 0


def test_findings_that_must_be_acted_on_are_the_close_s(sample: Portfolio) -> None:
    made = close(sample.whole.ground.reading, POLICY, SAMPLE_END)
    wanted = {(f.check, f.where) for f in made.findings if f.severity == "must_act"}
    mine = {(a.kind, a.where) for a in every(sample) if a.said is not None and a.severity == "must_act"}
    assert wanted <= mine
    assert {kind for kind, _ in mine - wanted} <= {"other-currency"}


def test_an_alert_of_a_document_names_it(sample: Portfolio) -> None:
    alert = next(a for a in every(sample) if a.kind == "unmatched-receipt")
    papers = sample.whole.book.table("documents")
    row = papers.slice(alert.documents[0], 1).to_pylist()[0]
    assert row["customer"] == alert.customer
    assert row["document"] in alert.text("en")
    assert alert.where == f"{row['source_file']}!{row['source_row']}"


@pytest.mark.parametrize("changes", [{"release.overdue_days": 60}, {"release.overdue_minimum": 0, "release.overdue_days": 0}, {"release.tolerance": 0}])  # fmt: skip
def test_a_draft_moves_alerts_as_a_new_assessment_does(sample: Portfolio, changes: dict[str, Any]) -> None:
    drafted = draft(POLICY, changes, SAMPLE_END, "minute 1")
    quick, anew = sample.under(drafted), Portfolio(assess(sample.whole.ground.reading, drafted, SAMPLE_END))
    assert [a.text("zh") for a in every(quick)] == [a.text("zh") for a in every(anew)]
    assert quick.alerts.counts == anew.alerts.counts != sample.alerts.counts
    assert (quick.sums is sample.sums) == (set(changes) <= set(OVERDUE_VALUES))


def test_a_part_has_the_alerts_about_its_customers(sample: Portfolio) -> None:
    part = sample.slice(salesperson="吴晓")
    whose = set(
        sample.whole.book.table("documents").filter(_sold_by(sample, "吴晓"))["customer"].cast("string").to_pylist()
    )
    alerts = part.alerts.page(0, len(part.alerts))
    assert alerts
    assert all(set(alert.about) & whose for alert in alerts)
    assert len(alerts) < len(sample.alerts)
    one = alerts[0].customer
    assert {a.customer for a in _all(sample.slice(customer=one).alerts)} <= {one} | _groups(sample, one)


def test_alerts_of_one_kind_are_counted_and_paged(sample: Portfolio) -> None:
    held = sample.alerts.of_kind("overdue-held")
    assert len(held) == sum(sample.alerts.counts["overdue-held"])
    pages = [alert for start in range(0, len(held), 10) for alert in held.page(start, 10)]
    assert pages == [alert for alert in every(sample) if alert.kind == "overdue-held"]


def _sold_by(sample: Portfolio, name: str) -> Any:
    import pyarrow.compute as pc

    return pc.equal(sample.whole.book.table("documents")["salesperson"].cast("string"), name)


def _all(alerts: Any) -> Iterator[Alert]:
    return iter(alerts.page(0, len(alerts)))


def _groups(sample: Portfolio, customer: str) -> set[str]:
    return {alert.customer for alert in every(sample) if customer in alert.members}
