"""A request, who may decide it, and what its approval puts in force."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from world import World, everything, staff, unguard

from creditlib.errors import RefusedError, UsageError
from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask, decide, expire, withdraw
from creditlib.record.standing import limit_history, limit_on, limits_on, pending
from creditlib.record.verify import verify

POLICY = load_policy()
DAY = date(2026, 11, 21)


@pytest.fixture
def firm(world: World) -> World:
    """A store with people in it, on the morning of 21 November 2026."""
    world.now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    staff(world)
    return world


def wish(customer: str = "C1", amount: int = 400_000_00, **more: Any) -> Ask:
    given = {"own_risk_minor": amount, "grade": "B", "reason": "new_customer", "currency": "CNY"} | more
    return Ask(customer, amount_minor=amount, **given)


def asked(world: World, who: str = "ann", **more: Any) -> int:
    return ask(world.open(who), wish(**more), POLICY).seq


def vote(world: World, who: str, request: int, word: Any = "approve") -> Any:
    return decide(world.open(who), request, word, "new_customer", POLICY).body.get("outcome")


def refused(world: World, who: str, request: int, word: Any = "approve") -> str:
    with pytest.raises(RefusedError) as told:
        vote(world, who, request, word)
    assert told.value.en.rsplit("[", 1)[1] == told.value.zh.rsplit("[", 1)[1]  # the same rule in both languages
    return told.value.en


def test_a_limit_comes_into_force_by_its_approval(firm: World) -> None:
    request = asked(firm)
    assert limit_on(firm.open(), "C1", DAY) is None
    assert vote(firm, "bob", request) == "approved"
    found = limit_on(firm.open(), "C1", DAY)
    assert found is not None
    assert (found.amount_minor, found.currency, found.from_on, found.until_on, found.step) == (
        400_000_00,
        "CNY",
        DAY,
        None,
        1,
    )
    assert found.request == request
    assert limit_on(firm.open(), "C1", date(2026, 11, 20)) is None
    assert limits_on(firm.open(), DAY) == {"C1": found}
    assert verify(firm.open()).good


def test_who_asks_never_decides_and_the_attempt_is_kept(firm: World) -> None:
    request = asked(firm, "bob")  # a manager asks
    assert refused(firm, "bob", request) == f"request {request} is bob's own: somebody else must decide. [own-request]"
    assert everything(firm)["credit_refusals"][-1][1:] == ("bob", "vote", "own-request", request, "C1")
    assert vote(firm, "cy", request) == "approved"


def test_the_database_itself_lets_nobody_vote_on_his_own_request(firm: World) -> None:
    request = asked(firm, "bob")
    engine = firm.behind()
    row = "INSERT INTO credit_votes VALUES (1, '2026-11-21', :request, 'bob', 'bob', 'manager', 'approve', 0, 'other')"
    with engine.connect() as connection, pytest.raises(IntegrityError, match="credit_four_eyes"):
        connection.execute(text(row), {"request": request})
    engine.dispose()


def test_the_committee_decides_by_its_quorum(firm: World) -> None:
    request = asked(firm, amount=600_000_00)
    assert (
        refused(firm, "bob", request) == f"request {request} is for the committee, and bob has no such role. [no-role]"
    )
    assert vote(firm, "dan", request) is None
    assert [(p.agreed, p.quorum, p.needs_role) for p in pending(firm.open(), DAY)] == [(("dan",), 2, "committee")]
    assert (
        refused(firm, "dan", request)
        == f"dan has decided on request {request} already: others must agree. [decided-already]"
    )
    assert limit_on(firm.open(), "C1", DAY) is None
    assert vote(firm, "eve", request) == "approved"
    assert refused(firm, "fay", request) == f"request {request} is approved already. [ended]"
    assert pending(firm.open(), DAY) == ()


def test_the_committee_decides_what_is_for_a_manager_too(firm: World) -> None:
    assert vote(firm, "dan", asked(firm)) == "approved"


def test_one_no_ends_a_request(firm: World) -> None:
    request = asked(firm, amount=600_000_00)
    assert vote(firm, "dan", request) is None
    assert vote(firm, "eve", request, "reject") == "rejected"
    assert refused(firm, "fay", request) == f"request {request} is rejected already. [ended]"
    assert limit_on(firm.open(), "C1", DAY) is None
    assert asked(firm) > request  # asked again


def test_one_request_is_open_for_a_customer_and_a_subject(firm: World) -> None:
    request = asked(firm)
    with pytest.raises(RefusedError) as told:
        asked(firm, "abe", amount=1)
    assert (
        told.value.en
        == f"request {request} for C1 (limit) is open until 2026-12-21. Decide or withdraw it first. [open-request]"
    )
    asked(firm, customer="C2")
    for order in ("SO-1", "SO-2"):
        ask(firm.open("ann"), Ask("C1", "single_order", "release", order, exceptions=("over_limit",)), POLICY)
    assert [p.subject for p in pending(firm.open(), DAY)] == ["limit", "limit", "release:SO-1", "release:SO-2"]


def test_the_maker_alone_takes_a_request_back(firm: World) -> None:
    request = asked(firm)
    with pytest.raises(RefusedError, match="is ann's: only who asked can take it back"):
        withdraw(firm.open("abe"), request)
    withdraw(firm.open("ann"), request, text="figures were old")
    assert refused(firm, "bob", request) == f"request {request} is withdrawn already. [ended]"
    assert asked(firm, "abe") > request


def test_a_request_expires_after_the_days_of_the_policy(firm: World) -> None:
    request = asked(firm)
    other = asked(firm, customer="C2")
    firm.later(days=30)  # 2026-12-21: the last day
    assert vote(firm, "bob", other) == "approved"
    firm.later(days=1)
    assert refused(firm, "bob", request) == (
        f"request {request} expired on 2026-12-21, today is 2026-12-22. Ask anew with today's figures. [expired]"
    )
    assert [p.expired for p in pending(firm.open(), date(2026, 12, 22))] == [True]
    assert [entry.body["request"] for entry in expire(firm.open("ann"))] == [request]
    assert expire(firm.open("ann")) == ()
    assert pending(firm.open(), date(2026, 12, 22)) == ()
    assert [row[2] for row in everything(firm)["credit_ends"]] == ["approved", "expired"]


def test_asking_anew_ends_what_has_expired(firm: World) -> None:
    old = asked(firm)
    firm.later(days=31)
    new = asked(firm)
    assert [(row[1], row[2]) for row in everything(firm)["credit_ends"]] == [(old, "expired")]
    assert vote(firm, "bob", new) == "approved"


def test_the_newest_limit_that_has_begun_is_the_only_one(firm: World) -> None:
    vote(firm, "bob", asked(firm, amount=100_00, until_on=date(2027, 6, 30)))
    vote(firm, "bob", asked(firm, amount=200_00, from_on=date(2027, 1, 1), until_on=date(2027, 3, 31)))
    amount = {
        on: (found.amount_minor if (found := limit_on(firm.open(), "C1", on)) else None)
        for on in (DAY, date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 31), date(2027, 4, 1))
    }
    assert list(amount.values()) == [100_00, 100_00, 200_00, 200_00, None]  # the older one does not come back
    vote(firm, "bob", asked(firm, amount=0))
    assert limit_on(firm.open(), "C1", date(2027, 2, 1)).amount_minor == 0  # type: ignore[union-attr]  # the newest decision
    assert [limit.step for limit in limit_history(firm.open(), "C1")] == [1, 2, 3]


def test_a_limit_never_begins_before_its_approval(firm: World) -> None:
    vote(firm, "bob", asked(firm, from_on=date(2026, 1, 1)))
    assert limit_on(firm.open(), "C1", date(2026, 11, 20)) is None
    request = asked(firm, until_on=DAY)
    firm.later(days=1)
    assert refused(firm, "bob", request).endswith(
        "would end on 2026-11-21, before it begins on 2026-11-22. [over-already]"
    )


def test_more_than_the_policy_proposes_is_an_exception_and_its_approval_an_override(firm: World) -> None:
    request = asked(firm, amount=100_000_00, proposed_minor=99_999_99)
    row = pending(firm.open(), DAY)[0]
    assert (row.exceptions, row.needs_role, row.quorum) == (("above_proposal",), "manager", 2)
    assert vote(firm, "bob", request) is None
    assert vote(firm, "cy", request) == "approved"
    assert [row[6] for row in everything(firm)["credit_votes"]] == [1, 1]
    plain = asked(firm, customer="C2", amount=100_000_00, proposed_minor=100_000_00)
    vote(firm, "bob", plain)
    assert everything(firm)["credit_votes"][-1][6] == 0


def test_who_lost_the_role_decides_no_more(firm: World) -> None:
    from creditlib.record.roles import take_role

    request = asked(firm)
    take_role(firm.open("cy"), "bob", "manager")
    assert "[no-role]" in refused(firm, "bob", request)
    assert "[no-role]" in refused(firm, "zoe", request)


def test_a_request_carries_the_policy_it_was_judged_by(firm: World) -> None:
    asked(firm)
    assert pending(firm.open(), DAY)[0].policy == f"standard@{POLICY.fingerprint}"


@pytest.mark.parametrize(
    ("given", "en"),
    [
        ({"reason": "because"}, '"because" is no reason of the policy. Write one of new_customer, '),
        ({"exceptions": ("odd",)}, '"odd" is no exception of the policy. Write one of above_proposal, '),
        ({"currency": None}, "A request for a limit needs an amount of 0 or more and a currency. [bad-request]"),
        ({"amount": -1}, "A request for a limit needs an amount of 0 or more and a currency. [bad-request]"),
        ({"from_on": date(2026, 11, 30), "until_on": date(2026, 11, 25)}, "The limit would end on 2026-11-25, before it begins on 2026-11-30."),
        ({"from_on": date(2026, 1, 1), "until_on": date(2026, 11, 20)}, "The limit would end on 2026-11-20, before today, 2026-11-21."),
        ({"customer": " "}, "request: customer is ' '. Give a text of up to 200 characters on one line. [bad-entry]"),
    ],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_told(firm: World, given: dict[str, Any], en: str) -> None:
    before = everything(firm)
    with pytest.raises(UsageError) as told:
        asked(firm, **given)
    assert told.value.en.startswith(en)
    assert everything(firm) == before


def test_a_decision_on_what_is_not_there_is_told(firm: World) -> None:
    for number in (1, 999):  # 1 is an entry, no request
        with pytest.raises(UsageError, match=f"There is no request {number}"):
            vote(firm, "bob", number)


def test_a_limit_put_in_behind_the_back_is_found(firm: World) -> None:
    vote(firm, "bob", asked(firm))
    engine = firm.behind()
    with engine.begin() as connection:
        unguard(connection)
        connection.execute(text("UPDATE credit_limits SET amount_minor = amount_minor * 10"))
    engine.dispose()
    assert "credit_limits: the row of entry" in next(f.en for f in verify(firm.open()).faults if f.table)
