"""The audit report against a story told by hand: each exception once, with its entry, person and amount."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from world import World, staff, unguard
from world import made as make

from creditlib.errors import RefusedError
from creditlib.flows.audit import Exceptional, audit
from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask, decide

POLICY = load_policy()
BEGIN = datetime(2025, 3, 3, 8, tzinfo=UTC)


@pytest.fixture
def firm(empty: World) -> Iterator[World]:
    empty.now = BEGIN
    make(empty)
    staff(empty)
    yield empty
    empty.close()


def asked(firm: World, customer: str, amount: int = 400_00, who: str = "ann", **more: object) -> int:
    given = {"own_risk_minor": amount, "grade": "B", "currency": "CNY"} | more
    return ask(firm.open(who), Ask(customer, "new_customer", amount_minor=amount, **given), POLICY).seq  # type: ignore[arg-type]


def yes(firm: World, who: str, request: int) -> int:
    return decide(firm.open(who), request, "approve", "strategic", POLICY).seq


def told(firm: World, section: str, last: date = date(2026, 12, 31), first: date | None = None) -> list[Exceptional]:
    return [one for one in audit(firm.open("gus"), POLICY, last, first).found if one.section == section]


def test_a_quiet_record_is_clean(firm: World) -> None:
    yes(firm, "bob", asked(firm, "C1"))
    made = audit(firm.open("gus"), POLICY, date(2025, 12, 31))
    assert made.clean
    assert dict(made.decided) == {"bob": 1}


def test_a_limit_is_told_when_it_has_stood_longer_than_the_policy_lets_it(firm: World) -> None:
    entry = yes(firm, "bob", asked(firm, "C1"))
    months = POLICY.at(date(2026, 3, 3))["limit.review_months"]
    assert months == 12
    assert told(firm, "limit_not_reviewed", date(2026, 3, 3)) == []
    (one,) = told(firm, "limit_not_reviewed", date(2026, 3, 4))
    assert (one.entry, one.person, one.customer, one.amount_minor, one.on) == (
        entry,
        "bob",
        "C1",
        400_00,
        date(2026, 3, 4),
    )
    firm.now = datetime(2026, 3, 5, tzinfo=UTC)
    yes(firm, "cy", asked(firm, "C1", 300_00))
    assert told(firm, "limit_not_reviewed", date(2026, 12, 31)) == []


def test_a_limit_that_ended_without_another_is_told(firm: World) -> None:
    entry = yes(firm, "bob", asked(firm, "C1", until_on=date(2025, 6, 30)))
    assert told(firm, "limit_ended", date(2025, 6, 30)) == []
    (one,) = told(firm, "limit_ended", date(2025, 7, 1))
    assert (one.entry, one.on) == (entry, date(2025, 6, 30))


def test_requests_nobody_decided_are_told_whether_ended_or_standing(firm: World) -> None:
    one, two = asked(firm, "C1"), asked(firm, "C2")
    firm.now = datetime(2025, 5, 1, tzinfo=UTC)
    asked(firm, "C1")  # ends the first one
    found = told(firm, "request_expired", date(2025, 5, 2))
    assert [(x.entry, x.person, x.on) for x in found] == [
        (one, "ann", date(2025, 4, 3)),
        (two, "ann", date(2025, 4, 3)),
    ]
    assert told(firm, "request_expired", date(2025, 4, 2)) == []
    assert told(firm, "request_expired", date(2025, 5, 2), date(2025, 4, 4)) == []


def test_overrides_count_by_person(firm: World) -> None:
    for customer, people in (("C1", ("bob", "cy")), ("C2", ("bob", "dan"))):
        request = asked(firm, customer, 90_00, proposed_minor=80_00)
        for who in people:
            yes(firm, who, request)
    made = audit(firm.open("gus"), POLICY, date(2025, 12, 31))
    assert made.by_person["override"] == {"bob": 2, "cy": 1, "dan": 1}
    assert [(x.customer, x.amount_minor, x.detail) for x in made.found][:1] == [
        ("C1", 90_00, "above_proposal strategic")
    ]


def test_own_approvals_tried_stand_apart_from_other_refusals(firm: World) -> None:
    request = asked(firm, "C1", who="bob")
    for who in ("bob", "zoe", "ann"):
        with pytest.raises((RefusedError, Exception)):
            yes(firm, who, request)
    assert [(x.person, x.customer, x.request) for x in told(firm, "self_approval_tried")] == [("bob", "C1", request)]
    assert {"ann"} <= {x.person for x in told(firm, "refused")}


def test_a_release_above_the_limit_is_told_with_whether_it_was_approved(firm: World) -> None:
    body = {"customer": "C1", "on": date(2025, 3, 3), "outcome": "release", "amount_minor": 50_00, "currency": "CNY"}
    store = firm.open("ann")
    store.append("release", body | {"order": "SO-1", "over_minor": 10_00})
    store.append("release", body | {"order": "SO-2", "over_minor": 0})
    store.append("release", body | {"order": "SO-3", "over_minor": 5_00, "outcome": "hold"})
    request = ask(
        store,
        Ask("C1", "single_order", "release", "SO-4", own_risk_minor=1, grade="B", exceptions=("over_limit",)),
        POLICY,
    ).seq
    for who in ("bob", "cy"):
        yes(firm, who, request)
    for order in ("SO-4", "SO-5"):  # the second hides behind the approval of another order
        store.append("release", body | {"order": order, "over_minor": 7_00, "request": request})
    found = told(firm, "over_limit_release")
    assert [(x.person, x.amount_minor, x.detail) for x in found] == [
        ("ann", 10_00, "SO-1 not approved"), ("ann", 7_00, "SO-4 approved"), ("ann", 7_00, "SO-5 not approved"),
    ]  # fmt: skip


def test_a_vote_of_the_proposer_put_in_behind_the_back_is_told_and_the_chain_is_not_good(firm: World) -> None:
    request = asked(firm, "C1", who="bob")
    yes(firm, "cy", request)
    engine = firm.behind()
    with engine.begin() as connection:
        unguard(connection)
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        else:
            connection.execute(text("ALTER TABLE credit_votes DROP CONSTRAINT credit_four_eyes"))
        connection.execute(text("UPDATE credit_votes SET person = 'bob'"))
    engine.dispose()
    made = audit(firm.open("gus"), POLICY, date(2025, 12, 31))
    assert [x.person for x in made.found if x.section == "approved_by_proposer"] == ["bob"]
    assert not made.verified.good
