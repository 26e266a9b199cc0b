"""Roles are given and taken by entries, never to oneself; an auditor reads everything and changes nothing."""

from __future__ import annotations

import pytest
from world import World, everything, staff

from creditlib.errors import RefusedError, StoreError, UsageError
from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask, decide, expire, withdraw
from creditlib.record.roles import give_role, roles, take_role
from creditlib.record.verify import verify

POLICY = load_policy()


def held(world: World) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in roles(world.open()):
        found.setdefault(one.person, set()).add(one.role)
    return found


def test_who_made_the_store_gives_the_first_roles(world: World) -> None:
    assert held(world) == {"keeper": {"analyst"}}
    staff(world)
    assert held(world) == {
        "keeper": {"analyst"}, "ann": {"analyst"}, "abe": {"analyst"}, "bob": {"manager"}, "cy": {"manager"},
        "dan": {"committee"}, "eve": {"committee"}, "fay": {"committee"}, "gus": {"auditor"},
    }  # fmt: skip
    assert verify(world.open()).good


def test_nobody_gives_himself_a_role_and_the_attempt_is_kept(world: World) -> None:
    staff(world)
    for who in ("keeper", "ann", "bob"):
        with pytest.raises(RefusedError) as told:
            give_role(world.open(who), who, "committee")
        assert (
            told.value.en == f"{who} can't give himself or herself the role committee. Ask another manager. [own-role]"
        )
    assert [row[1:4] for row in everything(world)["credit_refusals"]] == [
        (w, "role", "own-role") for w in ("keeper", "ann", "bob")
    ]


def test_an_analyst_changes_no_roles(world: World) -> None:
    staff(world)
    with pytest.raises(RefusedError, match="no-role"):
        give_role(world.open("ann"), "abe", "manager")
    with pytest.raises(RefusedError, match="no-role"):
        take_role(world.open("ann"), "bob", "manager")
    assert held(world)["bob"] == {"manager"}


def test_a_role_is_given_taken_and_given_again(world: World) -> None:
    staff(world)
    store = world.open("bob")
    give_role(store, "abe", "manager")
    take_role(store, "abe", "manager")
    give_role(store, "abe", "manager", text="back from leave")
    assert held(world)["abe"] == {"analyst", "manager"}
    assert [row[3:5] for row in everything(world)["credit_roles"] if row[1:3] == ("abe", "manager")] == [
        (1, 1),
        (2, 0),
        (3, 1),
    ]
    for change, en in (
        (give_role, "abe has already the role manager."),
        (take_role, "ann does not have the role manager."),
    ):
        with pytest.raises(UsageError) as told:
            change(store, en.split()[0], "manager")
        assert told.value.en == f"{en} [role-unchanged]"
    with pytest.raises(UsageError, match="Give one of analyst, manager, committee, auditor"):
        give_role(store, "abe", "king")


def test_everybody_may_give_up_a_role(world: World) -> None:
    staff(world)
    take_role(world.open("dan"), "dan", "committee")
    assert "dan" not in held(world)


def test_an_auditor_has_no_other_role(world: World) -> None:
    staff(world)
    for person, role in (("ann", "auditor"), ("gus", "manager")):
        with pytest.raises(RefusedError, match="auditor-apart"):
            give_role(world.open("bob"), person, role)
    take_role(world.open("bob"), "gus", "auditor")
    give_role(world.open("bob"), "gus", "analyst")


def test_an_auditor_reads_everything_and_changes_nothing(world: World) -> None:
    staff(world)
    request = ask(
        world.open("ann"), Ask("C1", "other", amount_minor=100, currency="CNY", own_risk_minor=100, grade="A"), POLICY
    )
    auditor, before = world.open("gus"), everything(world)
    tries = (
        lambda: auditor.append("note", {"customer": "C1", "text": "a"}),
        lambda: ask(auditor, Ask("C2", "other", amount_minor=1, currency="CNY"), POLICY),
        lambda: decide(auditor, request.seq, "approve", "other", POLICY),
        lambda: withdraw(auditor, request.seq),
        lambda: give_role(auditor, "ann", "manager"),
    )
    for attempt in tries:
        with pytest.raises((RefusedError, StoreError)):
            attempt()
    if world.kind == "postgresql":  # the login may not even take a turn's entry
        assert everything(world) == before
    assert [
        row for row in everything(world)["credit_journal"] if '"actor":"gus"' in row[4] and row[3] != "refusal"
    ] == []
    assert verify(auditor).good
    assert len(list(auditor.entries())) == auditor.head().seq
    assert expire(world.open("bob")) == ()
