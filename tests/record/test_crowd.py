"""Many programs at one store: nothing lost, nothing doubled, nobody decides on his own request; and what SIGKILL can't do."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from world import World, everything, staff

from creditlib.record.store import Store
from creditlib.record.verify import verify

WORKER = Path(__file__).with_name("worker.py")
CROWD = ("ann", "bob", "dan", "eve", "cy", "fay", "abe", "bob")
"""Whose programs run; bob sits at two."""


def crowd(world: World, programs: int, rounds: int) -> tuple[dict[int, str], Counter[str], Counter[str]]:
    """Run programs at once; return what was acknowledged (number → hash), and what was refused: kept as an entry, and not."""
    runs = []
    for i in range(programs):
        who = CROWD[i % len(CROWD)]
        command = [sys.executable, str(WORKER), "work", world.kind, world.address(who), who, str(i), str(rounds)]
        runs.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    acknowledged: dict[int, str] = {}
    kept, plain = Counter[str](), Counter[str]()
    for run in runs:
        out, err = run.communicate(timeout=1_800)
        assert out.endswith("done\n"), err
        for line in out.splitlines()[:-1]:
            word, one, two = line.split()
            if word == "ack":
                assert int(one) not in acknowledged, "two programs were told the same number"
                acknowledged[int(one)] = two
            else:
                (kept if two == "1" else plain)[one] += 1
    return acknowledged, kept, plain


def hammered(world: World, programs: int, rounds: int) -> None:
    staff(world)
    before = world.open().head().seq
    acknowledged, kept, plain = crowd(world, programs, rounds)
    store = world.open()
    found = verify(store)
    assert found.good, found.faults[:5]
    stand = {entry.seq: entry for entry in store.entries(before)}
    assert {seq: stand[seq].hash for seq in acknowledged} == acknowledged  # nothing lost
    rest = [entry for seq, entry in stand.items() if seq not in acknowledged]
    assert Counter(entry.body["why"] for entry in rest) == kept  # nothing doubled: whatever else stands was a refusal
    assert {entry.kind for entry in rest} <= {"refusal"}
    rules(world)
    assert kept["own-request"] > 0  # it was tried
    assert plain["open-request"] > 0


def rules(world: World) -> None:
    """What must hold in the tables, whoever wrote in whatever order."""
    tables = everything(world)
    requests = {row[0]: row for row in tables["credit_requests"]}
    quorum = {seq: row[16] for seq, row in requests.items()}
    ends = {row[1]: row[2] for row in tables["credit_ends"]}
    assert len(ends) == len(tables["credit_ends"])
    agreed = Counter(row[1] for row in tables["credit_votes"] if row[5] == "approve")
    assert all(row[2] != row[3] for row in tables["credit_votes"])  # maker, person
    assert all(requests[row[1]][4] == row[2] for row in tables["credit_votes"])
    for seq, row in requests.items():
        assert agreed[seq] <= quorum[seq], row
        assert (ends.get(seq) == "approved") == (agreed[seq] == quorum[seq])
    still = Counter((row[1], row[2]) for seq, row in requests.items() if seq not in ends)
    assert set(still.values()) <= {1}
    for customer in {row[1] for row in tables["credit_limits"]}:
        mine = [row for row in tables["credit_limits"] if row[1] == customer]
        assert [row[2] for row in mine] == list(range(1, len(mine) + 1))
    assert sorted(row[3] for row in tables["credit_limits"]) == sorted(
        s for s, out in ends.items() if out == "approved"
    )
    for customer in {row[1] for row in tables["credit_files"]}:
        versions = [row[2] for row in tables["credit_files"] if row[1] == customer]
        assert versions == list(range(1, len(versions) + 1))


def test_the_columns_the_rules_read_are_where_they_are_looked_for(world: World) -> None:
    engine = world.behind()
    from sqlalchemy import inspect

    names = {
        t: [c["name"] for c in inspect(engine).get_columns(t) if c["name"] != "at"]
        for t in ("credit_requests", "credit_votes")
    }
    engine.dispose()
    assert [names["credit_requests"][i] for i in (0, 1, 2, 4, 16)] == ["seq", "customer", "subject", "maker", "quorum"]
    assert names["credit_votes"][:6] == ["seq", "request", "maker", "person", "role", "vote"]


def test_eight_programs_at_once_lose_and_double_nothing(world: World) -> None:
    hammered(world, 8, 60)


@pytest.mark.soak
def test_thirty_two_programs_at_once_lose_and_double_nothing(world: World) -> None:
    hammered(world, 32, int(os.environ.get("CREDITLIB_SOAK_ROUNDS", "300")))


def killed(world: World, tmp_path: Path, times: int) -> int:
    """Kill a program that writes at random moments; after each the store opens, verifies, and holds all it has acknowledged."""
    staff(world)
    dice, held, total = random.Random(41), {}, 0
    command = [sys.executable, str(WORKER), "die", world.kind, world.address("bob"), "bob"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        for i in range(times):
            making = world.kind == "sqlite" and not i % 5
            new = tmp_path / f"new{i}.db"
            run.stdin.write(f"make {new}\n" if making else f"{i}\n")
            word, child = run.stdout.readline().split()
            assert word == "child"
            if not making:
                line = run.stdout.readline()  # it writes
                assert line.startswith(("ack", "refused")), line
                held |= acks([line])
            time.sleep(dice.random() * (0.06 if making else 0.15))
            os.kill(int(child), signal.SIGKILL)
            lines = []
            while (line := run.stdout.readline()) != "dead\n":
                assert line, "the worker is gone"
                lines.append(line)
            if making:
                other = World("sqlite", file=new)
                store = other.open("bob", create=True)
                assert verify(store).good
                assert store.head().seq == 1
                other.close()
                continue
            held |= acks(lines)
            total = check(world.open(), held)
        run.stdin.close()
    return total


def acks(lines: list[str]) -> dict[int, str]:
    return {int(seq): found for word, seq, found in (line.split() for line in lines) if word == "ack"}


def check(store: Store, held: dict[int, str]) -> int:
    found = verify(store)
    assert found.good, found.faults[:5]
    stand = {entry.seq: entry.hash for entry in store.entries()}
    assert held.items() <= stand.items()
    assert store.append("note", {"customer": "C1", "text": "still here"}).seq == len(stand) + 1
    store.close()
    return len(stand)


def test_killed_at_twenty_moments_a_store_holds_all_it_acknowledged(world: World, tmp_path: Path) -> None:
    assert killed(world, tmp_path, 20) > 20
    rules(world)


@pytest.mark.soak
def test_killed_at_two_hundred_moments_a_store_holds_all_it_acknowledged(world: World, tmp_path: Path) -> None:
    assert killed(world, tmp_path, int(os.environ.get("CREDITLIB_SOAK_KILLS", "200"))) > 200
    rules(world)


def test_two_who_decide_at_the_same_moment_make_one_limit(world: World) -> None:
    """Both have seen the request open; the second to take the turn finds it decided."""
    import threading

    from creditlib.errors import RefusedError
    from creditlib.policy import load_policy
    from creditlib.record.approvals import Ask, ask, decide

    staff(world)
    outcomes: list[str] = []
    for i in range(10):
        wish = Ask(f"C{i}", "other", amount_minor=100, currency="CNY", own_risk_minor=100, grade="A")
        request = ask(world.open("bob"), wish, load_policy()).seq
        stores = [world.open(who) for who in ("cy", "dan", "eve", "bob")]
        gate = threading.Barrier(len(stores))

        def vote(store: Store, request: int = request, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                outcomes.append(decide(store, request, "approve", "other", load_policy()).body["outcome"])
            except RefusedError as error:
                outcomes.append(error.en.rsplit("[", 1)[1])

        threads = [threading.Thread(target=vote, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Counter(outcomes) == {"approved": 10, "ended]": 20, "own-request]": 10}
    assert len(everything(world)["credit_limits"]) == 10
    assert json.loads(everything(world)["credit_journal"][-1][4])["seq"] == world.open().head().seq
    assert verify(world.open()).good
