"""Entries put in around the library, hashes and tables all right: what breaks a rule is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from world import World, staff

from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask, decide
from creditlib.record.entry import seal
from creditlib.record.kinds import KINDS
from creditlib.record.replay import Rules
from creditlib.record.store import Store
from creditlib.record.verify import verify

POLICY, DAY = load_policy(), datetime(2026, 11, 21, 8, tzinfo=UTC)


def smuggle(store: Store, kind: str, who: str, body: dict[str, Any], at: str | None = None) -> None:
    """Put an entry and its rows in as somebody would who knows how it is done, and asks nobody."""
    with store.writing() as turn:
        entry = seal(turn.head.seq + 1, turn.head.hash, kind, at or turn.at, who, body)
        turn.put(entry, KINDS[kind])


@pytest.fixture
def firm(world: World) -> World:
    world.now = DAY
    staff(world)
    return world


def wish(customer: str = "C1", who: str = "bob", **more: Any) -> Callable[[World], int]:
    given = {"amount_minor": 100, "currency": "CNY", "own_risk_minor": 100, "grade": "A"} | more
    return lambda world: ask(world.open(who), Ask(customer, "other", **given), POLICY).seq


def vote(request: int, maker: str, **more: Any) -> dict[str, Any]:
    return {
        "request": request, "maker": maker, "customer": "C1", "role": "manager", "vote": "approve", "override": False, "reason": "other",
        "outcome": "approved", "step": 1, "amount_minor": 100, "currency": "CNY", "from_on": "2026-11-21",
    } | more  # fmt: skip


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


LIMIT = ("step", "amount_minor", "currency", "from_on")
ROLE = {"person": "ann", "role": "manager", "round": 1}
BIG = wish(own_risk_minor=600_000_00)
CASES: dict[str, tuple[Callable[[World], int] | None, str, str, Callable[[int], dict[str, Any]]]] = {
    "somebody gave himself or herself a role": (None, "role", "ann", lambda _: ROLE),
    "ann could not change roles": (None, "role", "ann", lambda _: ROLE | {"person": "abe"}),
    "an auditor has no other role": (None, "role", "bob", lambda _: ROLE | {"role": "auditor"}),
    "the rounds of the role do not follow": (None, "role", "bob", lambda _: ROLE | {"round": 3}),
    "zoe had no role that may write it": (None, "note", "zoe", lambda _: {"customer": "C1", "text": "a"}),
    "ann had no role that may decide it": (wish(), "vote", "ann", lambda n: vote(n, "bob")),
    "cy had no role that may decide it": (BIG, "vote", "cy", lambda n: vote(n, "bob")),
    "its outcome is not that of the votes": (BIG, "vote", "dan", lambda n: vote(n, "bob", role="committee")),
    "an override is not told": (wish(), "vote", "cy", lambda n: vote(n, "bob", override=True)),
    "the limit is not the one asked for": (wish(), "vote", "cy", lambda n: vote(n, "bob", amount_minor=100_000_00)),
    "only who asked takes": (wish(), "withdrawal", "cy", lambda n: {"request": n, "customer": "C1"}),
    "the request had ended or had not expired": (wish(), "expiry", "cy", lambda n: {"request": n, "customer": "C1", "expires_on": "2026-12-21"}),
}  # fmt: skip


@pytest.mark.parametrize("en", CASES)
def test_an_entry_that_breaks_a_rule_is_told(firm: World, en: str) -> None:
    before, kind, who, body = CASES[en]
    number = before(firm) if before else 0
    store = firm.open()
    smuggle(store, kind, who, body(number))
    found = verify(store)
    assert [f.what for f in found.faults] == ["rule"]
    assert f"entry {store.head().seq} breaks a rule: {en}" in found.faults[0].en
    assert found.faults[0].zh.startswith(f"条目 {store.head().seq} 违反规则：")


def test_a_decision_on_ones_own_request_is_refused_by_the_tables_and_told_by_the_rules(firm: World) -> None:
    number = wish()(firm)
    entries = list(firm.open().entries())
    rules = Rules()
    assert [rules.broken(entry) for entry in entries] == [None] * len(entries)
    own = seal(entries[-1].seq + 1, entries[-1].hash, "vote", entries[-1].at, "bob", vote(number, "bob"))
    assert rules.broken(own) == ("bob decided on an own request", "bob 决定了自己的申请")


def test_a_decision_that_comes_too_late_or_twice_is_told(firm: World) -> None:
    number = wish()(firm)
    later = (DAY + timedelta(days=31)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    smuggle(firm.open(), "vote", "cy", vote(number, "bob", from_on="2026-12-22"), later)
    assert "ended, expired or decided" in verify(firm.open()).faults[0].en


def test_a_second_request_for_the_same_is_told(firm: World) -> None:
    wish()(firm)
    first = next(entry for entry in firm.open().entries(kind="request"))
    smuggle(firm.open(), "request", "ann", first.body | {"round": 2})
    assert "another request for it was open" in verify(firm.open()).faults[0].en


def test_a_limit_without_a_quorum_is_told(firm: World) -> None:
    number = BIG(firm)
    decide(firm.open("dan"), number, "approve", "other", POLICY)
    smuggle(firm.open(), "vote", "eve", without(vote(number, "bob", role="committee"), "outcome", *LIMIT))
    assert "its outcome is not that of the votes" in verify(firm.open()).faults[0].en


def test_time_that_runs_backwards_is_told(firm: World) -> None:
    smuggle(firm.open(), "note", "ann", {"customer": "C1", "text": "a"}, "2020-01-01T00:00:00.000000Z")
    assert "its time is before that of the entry before" in verify(firm.open()).faults[0].en


def test_a_store_is_made_by_its_first_entry_alone(firm: World) -> None:
    first, second, *_ = firm.open().entries()
    for wrong in (first._replace(seq=2), second._replace(seq=1)):
        told = Rules().broken(wrong)
        assert told is not None
        assert told[0] == "a store is made by its first entry and by no other"
